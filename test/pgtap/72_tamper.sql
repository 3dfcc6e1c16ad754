-- Every column of every table of the record, as the catalog tells them: changed by a
-- superuser with the triggers off it is found by verify_all, or it is on the list
-- of what is not proven, which docs/security.md tells too.  So is a row deleted,
-- inserted, or swapped with another.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();

-- cases that leave few columns empty
UPDATE dcm.setting SET value = '30 minute' WHERE name = 'danger_arrive_limit';
CREATE TEMP TABLE c AS SELECT s.state, t.case_in(s.state) AS no FROM unnest('{reported,rejected,suspended,checking,closed}'::text[]) AS s (state);
DO $$
DECLARE
	no bigint;
	other bigint;
BEGIN
	PERFORM dcm.become('col');
	-- of two bodies, one of which forwards, with photographs, a danger, an arrival, corrections
	no := (dcm.report_case('E9901', dcm.point(121.605, 31.805), description => 'a hole', address => 'by the bridge',
		attachments => '[{"uri": "u1", "kind": "before", "taken_at": "2015-03-02 09:00+08", "lon": 121.605, "lat": 31.805, "sha256": "aa"}, {"uri": "u2", "kind": "scene"}]',
		data => '{"severity": "danger", "discovered_at": "2015-03-02 08:50+08"}')).case_no;
	INSERT INTO c VALUES ('joint', no);
	PERFORM t.step(no, 'accept');
	PERFORM t.act('disp', no, 'amend', '{"address": "under the bridge", "reason": "mistaken"}');
	PERFORM t.step(no, 'file');
	PERFORM t.act('disp', no, 'dispatch', '{"org": "cg", "joint": ["hw"]}');
	PERFORM t.act('lia', no, 'sign'), t.act('lia2', no, 'sign');
	PERFORM t.act('lia', no, 'forward', '{"org": "cg2"}');
	PERFORM t.act('sub', no, 'sign');
	PERFORM t.step(no, 'issue_notice');
	PERFORM t.act('lia', no, 'request_extension', t.data('request_extension'));
	-- returned, judged, dispatched again; its name erased
	no := t.case_in('dispatched');
	INSERT INTO c VALUES ('returned', no);
	PERFORM t.act('lia', no, 'return', t.data('return'));
	PERFORM t.step(no, 'judge_return'), t.step(no, 'dispatch');
	PERFORM dcm.become('all');
	PERFORM dcm.erase('case_text', 'asked', case_no => no);
	-- one goes on for another
	no := t.case_in('accepted');
	other := t.case_in('accepted');
	INSERT INTO c VALUES ('merged', no);
	PERFORM t.act('lead', no, 'merge', jsonb_build_object('into', other));
END $$;
-- an anchor covers of the configuration what is older than a minute
SET LOCAL session_replication_role = replica;
UPDATE dcm.config_log SET at = at - interval '1 hour';
SET LOCAL session_replication_role = origin;
SELECT matches(dcm.make_anchor(), '^dcm-anchor-1:', 'an anchor over them');
SELECT matches(dcm.make_anchor(), '^dcm-anchor-1:', 'and another');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'nothing is wrong');
-- times that say no zone are another time in another session, which is not tampering
DO $$ BEGIN PERFORM dcm.become('col'); END $$;
SELECT lives_ok($$SELECT dcm.report_case('E9901', dcm.point(121.605, 31.805), attachments => '[{"uri": "u", "taken_at": "2015-03-02"}]', data => '{"discovered_at": "2015-03-02"}')$$, 'days without a time');
SET LOCAL timezone = 'America/New_York';
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'are nobody''s fault in another zone');
SET LOCAL timezone = 'UTC';

-- what is not proven: by nothing, or not in these changes
CREATE TEMP TABLE unproven (relation regclass, col name, change text, why text);
INSERT INTO unproven VALUES
	('dcm.case_file', 'address', 'from null', 'a report''s address is not in the log, so that it can be erased; one that a correction told is proven'),
	('dcm.case_file', 'address', NULL, 'the same'),
	('dcm.erasure', 'id', NULL, 'that a text is gone needs a record of its case, entry and field; who erased and why is told, not proven'),
	('dcm.erasure', 'what', NULL, 'the same'), ('dcm.erasure', 'intake', NULL, 'the same'), ('dcm.erasure', 'reason', NULL, 'the same'),
	('dcm.erasure', 'erased_by', NULL, 'the same'), ('dcm.erasure', 'db_role', NULL, 'the same'), ('dcm.erasure', 'erased_at', NULL, 'the same'),
	('dcm.anchor', 'made_by', NULL, 'the text that goes out does not tell it'),
	('dcm.attachment', 'taken_at', 'zone', 'a time told without its zone, or a day, is held to be there, not what it is');

-- the same in another value of its type, or of what the column takes
CREATE FUNCTION pg_temp.other(type regtype, col name) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT format(CASE
		WHEN col = 'op' THEN 'CASE op WHEN ''DELETE'' THEN ''UPDATE'' ELSE ''DELETE'' END'
		WHEN col = 'what' THEN 'CASE what WHEN ''caller'' THEN ''intake'' ELSE ''caller'' END'
		ELSE CASE type::text
			WHEN 'boolean' THEN 'NOT coalesce(%I, false)'
			WHEN 'smallint' THEN 'coalesce(%I, 0::smallint) + 77::smallint'
			WHEN 'integer' THEN 'coalesce(%I, 0) + 77'
			WHEN 'bigint' THEN 'coalesce(%I, 0) + 700000'
			WHEN 'double precision' THEN 'coalesce(%I, 0) + 0.001'
			WHEN 'text' THEN 'coalesce(%I, '''') || ''x'''
			WHEN 'timestamp with time zone' THEN 'coalesce(%I, now()) + interval ''1 second'''
			WHEN 'jsonb' THEN 'coalesce(%I, ''{}'') || ''{"tampered": 1}'''
			WHEN 'bytea' THEN 'sha256(coalesce(%I, ''''))'
			WHEN 'tstzmultirange' THEN 'coalesce(%I, ''{}'') + ''{[2015-01-01,2015-01-02)}'''
			WHEN 'dcm.time_limit' THEN 'CASE WHEN %1$I::text = ''77 work_hour'' THEN ''78 work_hour'' ELSE ''77 work_hour'' END::dcm.time_limit'
			WHEN 'dcm.grid_code' THEN 'CASE WHEN %1$I::text = ''320681100009077'' THEN ''320681100009078'' ELSE ''320681100009077'' END::dcm.grid_code'
			WHEN 'dcm.area_code' THEN 'CASE WHEN %1$I::text = ''320681100'' THEN ''320681101'' ELSE ''320681100'' END::dcm.area_code'
			WHEN 'dcm.component_id' THEN '''3206810101000042''::dcm.component_id'
			WHEN 'geometry' THEN 'CASE WHEN %1$I IS NULL THEN dcm.point(121.6, 31.8) ELSE ST_Translate(%1$I, 0.001, 0) END'
			WHEN 'bigint[]' THEN '%I || 1::bigint'
			WHEN 'integer[]' THEN '%I || 1' END END, col)
$$;

-- what verify_all says of a change of one row; "none" where there was no row to change
CREATE FUNCTION pg_temp.found(change text, rows int = 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	answer text;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE change;
	GET DIAGNOSTICS n = ROW_COUNT;
	SET LOCAL session_replication_role = origin;
	SELECT string_agg(DISTINCT v.part, ' ' ORDER BY v.part) INTO answer FROM dcm.verify_all() AS v;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = CASE WHEN n = 0 THEN 'none' WHEN n <> rows THEN 'changed ' || n ELSE coalesce(answer, 'nothing') END;
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN SQLERRM;
END $$;

-- Tables whose rows are the record.  Client keys are none of it: they make calls safe
-- to send twice, and are swept.
CREATE TEMP TABLE record AS
SELECT c.oid::regclass AS relation,
	-- the rows of the cases above alone
	CASE WHEN c.relkind = 'p' THEN 'y.case_no IN (SELECT no FROM c)' ELSE 'true' END AS within
FROM pg_class AS c
WHERE c.relnamespace = 'dcm'::regnamespace AND (c.relkind = 'p' OR c.relname IN ('erasure', 'anchor', 'config_log'));
SELECT is((SELECT string_agg(relation::text, ' ' ORDER BY relation::text) FROM record),
	'dcm.anchor dcm.assignment dcm.attachment dcm.case_file dcm.case_log dcm.case_stage dcm.case_task dcm.case_text dcm.config_log dcm.erasure', 'the tables of the record');
ALTER TABLE dcm.erasure ALTER id DROP IDENTITY, DROP CONSTRAINT erasure_check, DROP CONSTRAINT erasure_check1;
ALTER TABLE dcm.config_log ALTER id DROP IDENTITY;
ALTER TABLE dcm.anchor DROP CONSTRAINT anchor_root_key CASCADE;
CREATE TEMP TABLE outcome AS
SELECT r.relation, a.attname, k.change, pg_temp.found(format('UPDATE %1$s AS x SET %2$I = %3$s WHERE (x.tableoid, x.ctid) = (SELECT y.tableoid, y.ctid FROM %1$s AS y WHERE y.%2$I IS %4$s NULL AND %5$s LIMIT 1)',
	r.relation, a.attname, CASE k.change WHEN 'to null' THEN 'NULL' ELSE pg_temp.other(a.atttypid, a.attname) END, CASE k.change WHEN 'from null' THEN '' ELSE 'NOT' END, r.within)) AS found
FROM record AS r
	JOIN pg_attribute AS a ON a.attrelid = r.relation AND a.attnum > 0 AND NOT a.attisdropped
	CROSS JOIN (VALUES ('to other'), ('to null'), ('from null')) AS k (change)
WHERE NOT (a.attnotnull AND k.change <> 'to other');

SELECT is(o.found ~ '^(anchor|chain|fold|step|text)', true, format('%s.%s %s: %s', o.relation, o.attname, o.change, o.found))
FROM outcome AS o
WHERE o.found <> 'none' AND NOT EXISTS (SELECT FROM unproven AS u WHERE (u.relation, u.col) = (o.relation, o.attname) AND u.change IS NOT DISTINCT FROM coalesce(u.change, u.change))
ORDER BY o.relation::text, o.attname, o.change;
-- where a change of one column is let be, some other change of it is found, or it is on the list as a whole
SELECT is_empty($$SELECT relation, attname FROM outcome GROUP BY relation, attname HAVING bool_and(found = 'none')$$, 'each column was changed');
SELECT is_empty($$SELECT u.relation, u.col FROM unproven AS u WHERE u.change IS NULL AND NOT EXISTS (SELECT FROM outcome AS o WHERE (o.relation, o.attname) = (u.relation, u.col) AND o.found = 'nothing')$$, 'what is not proven is not found: the list is no longer than it must be');

-- rows: each of these tables loses one, gets one again under another number, and
-- has two swapped in all but their numbers
CREATE FUNCTION pg_temp.rows(relation regclass, within text, change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	key text[] := (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = relation AND i.indisprimary);
	last text := key[cardinality(key)];
	list text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> ALL (key));
	keys text := array_to_string(key, ', ');
	kind text := (SELECT a.atttypid::regtype FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = last);
BEGIN
	RETURN CASE change
		WHEN 'deleted' THEN pg_temp.found(format('DELETE FROM %1$s AS x WHERE (x.tableoid, x.ctid) = (SELECT y.tableoid, y.ctid FROM %1$s AS y WHERE %2$s LIMIT 1)', relation, within))
		WHEN 'inserted' THEN pg_temp.found(format('INSERT INTO %1$s (%2$s, %3$s) SELECT %4$s, %3$s FROM %1$s AS y WHERE %5$s LIMIT 1', relation, keys, list,
			-- what is told of the configuration after the last anchor is not proven yet
			regexp_replace(keys, last || '$', CASE WHEN relation = 'dcm.config_log'::regclass THEN '0' ELSE pg_temp.other(kind::regtype, last) END), within))
		-- two rows that differ in more than their numbers
		ELSE pg_temp.found(format('WITH two AS (SELECT y AS a, z AS b FROM %1$s AS y JOIN %1$s AS z ON (%2$s) > (%3$s) WHERE %4$s AND to_jsonb(y) - %5$L::text[] <> to_jsonb(z) - %5$L::text[] LIMIT 1)
				UPDATE %1$s AS x SET (%6$s) = ROW(%7$s)
				FROM (SELECT a AS old, b AS o FROM two UNION ALL SELECT b, a FROM two) AS u WHERE x = u.old',
			relation, 'y.' || array_to_string(key, ', y.'), 'z.' || array_to_string(key, ', z.'), within, key, list, '(u.o).' || replace(list, ', ', ', (u.o).')), 2) END;
END $$;
SELECT is(o.found ~ '^(anchor|chain|fold|step|text)', true, format('%s: rows %s: %s', o.relation, o.change, o.found))
FROM (SELECT r.relation, k.change, pg_temp.rows(r.relation, r.within, k.change) AS found FROM record AS r, unnest('{deleted,inserted,swapped}'::text[]) AS k (change)) AS o
-- an erasure made up for a text that is gone is not told from a true one, nor does it matter in which order they stand
WHERE NOT (o.relation = 'dcm.erasure'::regclass AND o.change <> 'deleted');

SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and all is as it was');
SELECT * FROM finish();
ROLLBACK;
