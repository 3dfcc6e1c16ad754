-- Who called, and what was told, does not come out: not in a table or view, by no
-- function and none of its errors, not by an error of core's about a row, an
-- estimate, statistics or a plan.  A matrix by role says who reads what.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();

-- words that stand for each kind of what must not come out, and nowhere else
CREATE TEMP TABLE secret (kind, pattern) AS VALUES ('caller', 'Ouyang|139-?1234-?5678|wx-kappa'), ('told', 'kappa drain|Kappa Lane|kappa answer'), ('number', 'EXT-K');
GRANT SELECT ON secret TO PUBLIC;
SELECT dcm.become('acc');
CREATE TEMP TABLE call AS
SELECT dcm.register_call('web', 'complaint', 'the kappa drain', '139-1234-5678', 'Ouyang', 'wx-kappa', 'Kappa Lane 3', 'EXT-K' || n) AS id, n FROM generate_series(1, 40) AS n;
CREATE TEMP TABLE c AS SELECT (dcm.report_intake(id, 'E9901', dcm.point(121.605, 31.805), 'a drain', address => 'by the bridge')).case_no AS no, id AS intake FROM call WHERE n = 1;
SELECT dcm.answer_intake(id, 'kappa answer') FROM call WHERE n BETWEEN 2 AND 30;
SELECT t.step(no, s) FROM c, unnest('{accept,file,dispatch,sign}'::text[]) AS s;
GRANT SELECT ON c TO PUBLIC;
ANALYZE dcm.caller, dcm.intake, dcm.case_file, dcm.case_text;

-- it lies in two tables, the whole of it: no log, chain, leaf, key, message or statistics has any
CREATE FUNCTION pg_temp.lies(in_schema regnamespace, pattern text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	r regclass;
	n bigint;
	answer text := '';
BEGIN
	FOR r IN SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = in_schema AND c.relkind IN ('r', 'm') AND c.relname <> 'pg_proc' ORDER BY c.relname LOOP
		EXECUTE format('SELECT count(*) FROM %s AS x WHERE x::text ~ %L', r, pattern) INTO n;
		answer := answer || CASE WHEN n > 0 THEN r || ' ' ELSE '' END;
	END LOOP;
	RETURN answer;
END $$;
SELECT is(pg_temp.lies('dcm', s.pattern), CASE s.kind WHEN 'caller' THEN 'dcm.caller ' ELSE 'dcm.intake ' END, 'where it lies: ' || s.kind) FROM secret AS s;
SELECT is(pg_temp.lies('pg_catalog', s.pattern), '', 'the catalog and its statistics have none: ' || s.kind) FROM secret AS s WHERE s.kind <> 'number';
SELECT is((SELECT string_agg(format('%s.%s', s.starelid::regclass, a.attname), ' ' ORDER BY 1) FROM pg_statistic AS s JOIN pg_attribute AS a ON (a.attrelid, a.attnum) = (s.starelid, s.staattnum)
	WHERE a.attrelid IN (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relname ~ '^(caller|intake|case_text|case_file)(_[0-9]+)?$')
		AND a.attname IN ('phone', 'phone_key', 'name', 'account', 'text', 'answer', 'value', 'salt', 'address')), NULL, 'no statistics are taken of texts, callers and addresses, in leaves either');
SELECT is((SELECT count(*)::int FROM pg_statistic_ext AS e JOIN pg_class AS c ON c.oid = e.stxrelid WHERE c.relname IN ('caller', 'intake')), 0, 'nor of several columns');

-- Who reads what: the database roles, and people of each role through an application.
CREATE TEMP TABLE who (login, role, reads) AS VALUES
	('app', 'acceptor', '{told,number}'::text[]), ('app', 'shift_leader', '{told,number}'), ('app', 'privacy', '{told,number}'), ('app', 'auditor', '{told,number}'),
	('app', 'collector', '{}'), ('app', 'dispatcher', '{}'), ('app', 'liaison', '{}'), ('app', 'handler', '{}'), ('app', 'inspector', '{}'), ('app', 'leader', '{}'), ('app', 'deputy', '{}'), ('app', 'coordinator', '{}'),
	('app', 'video_watcher', '{}'), ('app', 'area_head', '{}'), ('app', 'data_keeper', '{}'), ('app', NULL, '{}'),
	('loader', NULL, '{told,number}'), ('audit', NULL, '{told,number}'), ('bi', NULL, '{number}'), ('config', NULL, '{number}'), ('security', NULL, '{}'), ('job', NULL, '{}'), ('exchange', NULL, '{}'), ('none', NULL, '{}');
SELECT is((SELECT string_agg(r.code, ' ') FROM dcm.role AS r WHERE r.code <> 'system' AND r.code NOT IN (SELECT w.role FROM who AS w WHERE w.role IS NOT NULL)), NULL, 'every role is in the matrix');
INSERT INTO dcm.person (code, name) SELECT 'x_' || role, role FROM who WHERE role IS NOT NULL;
INSERT INTO dcm.post (code, person, role, org)
SELECT 'x_' || w.role, p.id, w.role, o.id FROM who AS w JOIN dcm.person AS p ON p.code = 'x_' || w.role JOIN dcm.org AS o ON o.code = CASE WHEN w.role IN ('liaison', 'handler', 'leader', 'deputy') THEN 'cg' ELSE 'sc' END;
DO $$
DECLARE
	r text;
BEGIN
	FOR r IN SELECT DISTINCT login FROM pg_temp.who LOOP
		EXECUTE format('CREATE ROLE test_%s %s', r, CASE r WHEN 'none' THEN '' ELSE 'IN ROLE dcm_' || r END);
	END LOOP;
	GRANT USAGE ON SCHEMA dcm TO test_none;
END $$;
CREATE FUNCTION pg_temp.becomes(w who) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('dcm.acting_person', '', true);
	IF w.role IS NOT NULL THEN
		PERFORM dcm.become('x_' || w.role);
	END IF;
	EXECUTE format('SET LOCAL ROLE %I', 'test_' || w.login);
END $$;
-- of every table and view the columns that may be read
CREATE FUNCTION pg_temp.reads(w who) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	relation record;
	found text[];
	answer text[] := '{}';
BEGIN
	FOR relation IN
		SELECT c.oid::regclass AS name, string_agg(quote_ident(a.attname), ', ') AS columns
		FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND has_column_privilege('test_' || w.login, c.oid, a.attnum, 'SELECT')
		GROUP BY c.oid
	LOOP
		PERFORM pg_temp.becomes(w);
		EXECUTE format('SELECT array_agg(DISTINCT s.kind) FROM (SELECT concat_ws(E''\t'', %s) AS line FROM %s) AS x JOIN pg_temp.secret AS s ON x.line ~ s.pattern', relation.columns, relation.name) INTO found;
		RESET ROLE;
		answer := answer || found;
	END LOOP;
	RETURN ARRAY(SELECT DISTINCT u FROM unnest(answer) AS u ORDER BY u DESC);
END $$;
SELECT is(pg_temp.reads(w), w.reads, format('%s %s reads', w.login, w.role)) FROM who AS w;
-- the caller by functions: the desk alone
CREATE FUNCTION pg_temp.hears(w who, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	detail text;
	hint text;
	context text;
BEGIN
	PERFORM pg_temp.becomes(w);
	EXECUTE format('SELECT string_agg(r::text, E''\n'') FROM (%s) AS r', statement) INTO answer;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(answer, '');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
	RETURN CASE SQLSTATE WHEN 'ZZ999' THEN SQLERRM ELSE concat_ws(E'\n', SQLSTATE, SQLERRM, detail, hint, context) END;
END $$;
SELECT is(pg_temp.hears(w, v.call) ~ 'Ouyang', coalesce(w.role IN ('acceptor', 'shift_leader'), false), format('%s %s hears %s', w.login, w.role, v.call))
FROM who AS w, (SELECT format('SELECT * FROM dcm.intake_caller(%s)', intake) FROM c UNION ALL VALUES ('SELECT * FROM dcm.caller_history(''13912345678'')')) AS v (call);

-- Every function that an application may call, as a handler who has the case, a collector and somebody without a post: neither an answer nor any
-- field of an error tells.  Each number is the intake's, then the case's.
CREATE FUNCTION pg_temp.argument(type text, name text, no bigint) RETURNS text LANGUAGE sql AS $$
	SELECT CASE
		WHEN type = 'bigint' THEN no::text
		WHEN type = 'text' THEN CASE name WHEN 'person' THEN '''han''' WHEN 'category' THEN '''E9901''' WHEN 'action' THEN '''handle''' WHEN 'calendar' THEN '''default''' WHEN 'source' THEN '''web''' WHEN 'kind' THEN '''complaint''' WHEN 'reason' THEN '''asked'''
			WHEN 'what' THEN '''intake''' WHEN 'external_no' THEN '''EXT-X''' WHEN 'org' THEN '''cg''' WHEN 'by' THEN '''org''' ELSE '''x''' END
		WHEN type IN ('integer', 'smallint', 'numeric', 'double precision', 'real') THEN '1'
		WHEN type = 'boolean' THEN 'true'
		WHEN type = 'jsonb' THEN format('''[{"action": "report", "category": "E9901", "lon": 121.605, "lat": 31.805, "data": {}}, {"action": "comment", "case_no": %s}]''', no)
		WHEN type = 'date' THEN 'current_date'
		WHEN type = 'timestamp with time zone' THEN CASE name WHEN 'at' THEN 'NULL' ELSE 'now()' END
		WHEN type ~ 'geometry' THEN 'dcm.point(121.605, 31.805)'
		ELSE 'NULL' END || '::' || type $$;
CREATE TEMP TABLE said AS
SELECT p.oid::regprocedure::text AS routine, v.no, w.role, pg_temp.hears(w, format('SELECT * FROM dcm.%I(%s)', p.proname, (
	SELECT string_agg(CASE WHEN p.provariadic <> 0 AND x.n = p.pronargs THEN 'VARIADIC ' ELSE '' END || pg_temp.argument(format_type(x.type, NULL), p.proargnames[x.n], v.no), ', ' ORDER BY x.n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS x (type, n)))) AS answer
FROM pg_proc AS p CROSS JOIN c CROSS JOIN LATERAL (VALUES (c.intake), (c.no)) AS v (no) JOIN who AS w ON w.login = 'app' AND (w.role IN ('handler', 'collector') OR w.role IS NULL)
WHERE p.pronamespace = 'dcm'::regnamespace AND p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
	AND NOT p.proargtypes::oid[] && '{internal,cstring,anyarray,anyelement}'::regtype[]::oid[] AND has_function_privilege('test_app', p.oid, 'EXECUTE') AND p.proname <> 'create_city';
SELECT cmp_ok((SELECT count(DISTINCT routine)::int FROM said), '>', 200, 'functions that an application may call');
SELECT cmp_ok((SELECT count(*)::int FROM said WHERE answer !~ '^[0-9A-Z]{5}\n'), '>', 200, 'many of which answer');
SELECT is((SELECT string_agg(DISTINCT format('%s by %s: %s', x.routine, x.role, s.kind), E'\n') FROM said AS x JOIN secret AS s ON x.answer ~ s.pattern), NULL, 'and none tells who called or what was told');

-- errors of core's about rows
SELECT is(pg_temp.hears(w, 'SELECT 1') ~ '1', true, 'a statement that is heard') FROM who AS w WHERE w.login = 'config';
CREATE FUNCTION pg_temp.does(w who, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail text;
	hint text;
	context text;
BEGIN
	PERFORM pg_temp.becomes(w);
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
	RETURN concat_ws(E'\n', SQLSTATE, SQLERRM, detail, hint, context);
END $$;
SELECT is((SELECT substr(x.e, 1, 5) || coalesce(' ' || (SELECT string_agg(s.kind, ' ') FROM secret AS s WHERE x.e ~ s.pattern), '') FROM (SELECT pg_temp.does(w, v.statement)) AS x (e)), v.code, format('%s %s: %s', w.login, w.role, v.statement))
FROM (VALUES ('config', NULL, 'DELETE FROM dcm.source WHERE code = ''web''', '23503'), ('config', NULL, 'UPDATE dcm.source SET code = ''web2'' WHERE code = ''web''', '23503'),
	('bi', NULL, 'SELECT text::int FROM dcm.intake', '42501'), ('bi', NULL, 'SELECT x::text::int FROM dcm.intake AS x', '42501'), ('config', NULL, 'SELECT answer::int FROM dcm.intake', '42501'),
	('app', 'handler', 'SELECT text::int FROM dcm.intake', 'ZZ999'), ('app', 'handler', 'SELECT count(*) FROM dcm.intake WHERE text::int > 0', 'ZZ999'), ('app', 'handler', 'SELECT count(*) FROM dcm.intake_card WHERE external_no::int > 0', 'ZZ999'),
	('app', 'handler', 'INSERT INTO dcm.intake (source, external_no, kind, heard_at, registered_by) VALUES (''web'', ''EXT-K1'', ''report'', now(), ''x'')', '42501 number'),
	('app', 'handler', 'UPDATE dcm.intake SET text = text RETURNING text::int', '42501'), ('app', 'handler', 'SELECT dcm.register_call(''web'', ''report'', ''x'', external_no => ''EXT-K1'')', '42501 number'),
	('app', 'handler', 'SELECT phone FROM dcm.caller', '42501'), ('audit', NULL, 'SELECT name::int FROM dcm.caller', '42501'), ('app', 'handler', 'EXPLAIN SELECT * FROM dcm.caller WHERE name = ''Ouyang''', '42501 caller')) AS v (login, role, statement, code)
	JOIN who AS w ON w.login = v.login AND w.role IS NOT DISTINCT FROM v.role;
-- the last ones repeat what the statement itself says, and no more: a miss gives the same answer
SELECT is(pg_temp.does(w, replace(v, 'K1', 'K99')), replace(pg_temp.does(w, v), 'K1', 'K99'), 'a miss is told as a hit is: ' || v)
FROM who AS w, unnest('{SELECT dcm.register_call(''web''\, ''report''\, ''x''\, external_no => ''EXT-K1'')}'::text[]) AS v WHERE w.role = 'handler';

-- a cheap function, and plans
GRANT TEMPORARY ON DATABASE pgtap TO test_app;
CREATE FUNCTION pg_temp.spy(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	PERFORM set_config('t.spied', current_setting('t.spied', true) || coalesce(what, ''), true);
	RETURN true;
END $$;
CREATE FUNCTION pg_temp.spied(w who, of text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('t.spied', '', true), pg_temp.becomes(w);
	EXECUTE format('SELECT count(*) FROM dcm.%I AS x WHERE pg_temp.spy(x::text)', of);
	RESET ROLE;
	RETURN current_setting('t.spied');
END $$;
SELECT is(pg_temp.spied(w, r) <> '', w.role = 'acceptor', format('what a cheap function sees of %s for a %s', r, w.role)) FROM who AS w, unnest('{intake,intake_card}'::text[]) AS r WHERE w.role IN ('handler', 'acceptor');
CREATE FUNCTION pg_temp.plan(w who, condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	answer text := '';
BEGIN
	PERFORM pg_temp.becomes(w);
	FOR line IN EXECUTE 'EXPLAIN SELECT * FROM ' || condition LOOP
		answer := answer || line || E'\n';
	END LOOP;
	RESET ROLE;
	RETURN answer;
END $$;
SELECT is(replace(pg_temp.plan(w, replace(v, 'appa', 'ambd')), 'ambd', 'appa'), pg_temp.plan(w, v), format('%s: a plan for what was told is one for what was not, %s', w.role, v))
FROM who AS w, unnest(ARRAY['dcm.intake WHERE text = ''the kappa drain''', 'dcm.intake WHERE text LIKE ''the kappa%''', 'dcm.intake WHERE address = ''Kappa Lane 3''', 'dcm.intake WHERE answer = ''kappa answer''',
	'dcm.intake WHERE text ~ ''kappa''', 'dcm.case_text WHERE value = ''the kappa drain''', 'dcm.case_file WHERE address = ''Kappa Lane 3''', 'dcm.intake AS i WHERE i::text ~ ''kappa''']) AS v WHERE w.role IN ('handler', 'acceptor');

-- what is erased is gone from there too
SELECT dcm.become('x_privacy');
SELECT dcm.erase('caller', 'asked', intake) FROM c;
SELECT dcm.erase('intake', 'asked', id) FROM call;
ANALYZE dcm.caller, dcm.intake;
SELECT is(pg_temp.lies(n, s.pattern), '', format('%s after the erasure: %s', n, s.kind)) FROM secret AS s, unnest('{dcm,pg_catalog}'::text[]::regnamespace[]) AS n WHERE s.kind <> 'number';
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
SELECT * FROM finish();
ROLLBACK;
