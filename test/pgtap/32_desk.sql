-- Desks and phones: what filing would give is what it gives, what is near is
-- found by index, what waits for somebody is what that person can do, and a batch
-- sent twice, out of order or late ends as one sent once in order, or says why not.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;

SELECT * FROM no_plan();

-- filing, seen ahead
INSERT INTO dcm.responsibility (kind, org, principle)
SELECT k.kind, o.id, 'territory' FROM (VALUES ('event', 'cg'), ('component', 'hw')) AS k (kind, org) JOIN dcm.org AS o ON o.code = k.org;
SELECT results_eq($$SELECT condition_no::int, area_class::int, time_limit::text, t.day(due), provisional, org, org_name, principle FROM dcm.preview_filing('E9901', dcm.point(121.615, 31.805), t.at('Mon 09:00'))$$,
	$$VALUES (1, 2, '16 work_hour', 'Wed 09:00', false, 'cg', 'department', 'territory'), (2, 2, '4 work_hour', 'Mon 15:00', false, 'cg', 'department', 'territory'), (3, 2, NULL, NULL, false, 'cg', 'department', 'territory')$$,
	'each condition with its limit, its deadline and who answers');
SELECT is_empty($$SELECT class, p.condition_no, p.due FROM generate_series(1, 3) AS class
		CROSS JOIN LATERAL dcm.preview_filing('E9901', dcm.point(121.595 + 0.01 * class, 31.805), t.at('Mon 09:00')) AS p
		CROSS JOIN LATERAL t.filed(class, p.condition_no) AS no
		JOIN dcm.case_file AS f ON f.case_no = no
	WHERE (f.area_class, f.time_limit::text, f.due, f.provisional) IS DISTINCT FROM (p.area_class, p.time_limit::text, p.due, p.provisional)$$, 'filing gives what was seen ahead');
SELECT results_eq($$SELECT area_class::int, time_limit::text, org, principle FROM dcm.preview_filing('E9901', dcm.point(120, 30)) WHERE condition_no = 1$$,
	$$VALUES (NULL::int, '8 work_hour', NULL, 'out_of_coverage')$$, 'outside the city');
SELECT is((SELECT provisional FROM dcm.preview_filing('E9901', dcm.point(121.605, 31.805), '2045-03-02 09:00+08') WHERE condition_no = 1), true, 'beyond the announced days');
UPDATE dcm.setting SET value = '2 work_hour' WHERE name = 'arrive_limit';
SELECT t.standard('arrive_limit = ''30 minute'', closing = ''clean''');
SELECT results_eq($$SELECT condition_no::int, arrive_limit::text, closing FROM dcm.preview_filing('E9901', dcm.point(121.605, 31.805))$$,
	$$VALUES (1, '30 minute', 'clean'), (2, '2 work_hour', NULL), (3, '2 work_hour', NULL)$$, 'the arrival, and when it may be closed');
UPDATE dcm.setting SET value = NULL WHERE name = 'arrive_limit';
SAVEPOINT s;
UPDATE dcm.filing_standard SET limit_1 = '1 work_hour' WHERE condition_no = 1 AND category = (SELECT id FROM dcm.category WHERE code = 'E9901');
SELECT is((SELECT string_agg(p.time_limit::text, ', ' ORDER BY at) FROM unnest(ARRAY[t.at('Mon 09:00'), clock_timestamp()]) AS at CROSS JOIN LATERAL dcm.preview_filing('E9901', dcm.point(121.605, 31.805), at) AS p WHERE p.condition_no = 1),
	'8 work_hour, 1 work_hour', 'by the standard of that time');
ROLLBACK TO s;
-- a component's own bodies go before any rule
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('C9901', 'component', '98', '01', 'cover');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1) SELECT id, 1, 'gone', '2 urgent_hour' FROM dcm.category WHERE code = 'C9901';
INSERT INTO dcm.component (id, category, owner, maintainer, geom)
SELECT '3206819801000001', c.id, o.id, m.id, dcm.point(121.605, 31.805)
FROM dcm.category AS c JOIN dcm.org AS o ON o.code = 'cg' JOIN dcm.org AS m ON m.code = 'cg2' WHERE c.code = 'C9901';
SELECT results_eq($$SELECT org, principle, t.day(due) FROM dcm.preview_filing('C9901', NULL, t.at('Mon 18:00'), '3206819801000001')
		UNION ALL SELECT org, principle, t.day(due) FROM dcm.preview_filing('C9901', dcm.point(121.605, 31.805), t.at('Mon 18:00'))$$,
	$$VALUES ('cg', 'owner', 'Mon 20:00'), ('hw', 'territory', 'Mon 20:00')$$, 'of a component, and of one that is not named');
SELECT is(t.try($$SELECT dcm.preview_filing('E0000', dcm.point(121.605, 31.805))$$), '22023 dcm.no_category', 'no such category');
SELECT is(t.try($$SELECT dcm.preview_filing('E9901', NULL)$$), '22023 dcm.no_place', 'no place');

-- similar cases: the same category, near in place and time
CREATE FUNCTION pg_temp.report(at text, metres float8, category text = 'E9901') RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become('col2');
	RETURN (dcm.report_case(category, ST_SetSRID(ST_Project(dcm.point(121.625, 31.8012)::geography, metres, 1)::geometry, 4490), at => t.at(at))).case_no;
END $$;
CREATE FUNCTION pg_temp.similar(at text, metres float8 = NULL, within interval = NULL) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(format('%s m %s %s%s', round(s.distance::numeric), s.age, s.state, CASE WHEN s.ended_at IS NOT NULL THEN ' ended' END), ', ' ORDER BY s.distance)
	FROM dcm.similar_cases('E9901', dcm.point(121.625, 31.8012), t.at(at), metres, within) AS s
$$;
CREATE TEMP TABLE s AS SELECT pg_temp.report('Mon 09:00', 30) AS near, pg_temp.report('Mon 09:00', 60) AS far, pg_temp.report('Mon 10:00', 0, 'E9902') AS other, pg_temp.report('Tue 10:00', 10) AS ended;
SELECT isnt((t.step(ended, 'reject', t.at('Tue 10:10'))).state, NULL, 'one is rejected') FROM s;
SELECT is(pg_temp.similar('Mon 12:00'), '10 m -22:00:00 rejected ended, 30 m 03:00:00 reported', 'nearest first, with state and age');
SELECT is(pg_temp.similar('Mon 12:00', 61), '10 m -22:00:00 rejected ended, 30 m 03:00:00 reported, 60 m 03:00:00 reported', 'from further away');
SELECT is(pg_temp.similar('Mon 12:00', within => '12 hours'), '30 m 03:00:00 reported', 'not so long ago');
SELECT is(pg_temp.similar('Wed 12:00'), NULL, 'the day is over');
SELECT is(pg_temp.similar('Wed 12:00', within => '10 years'), '10 m 1 day 02:00:00 rejected ended, 30 m 2 days 03:00:00 reported', 'in ten years');
UPDATE dcm.setting SET value = '20' WHERE name = 'similar_metres';
UPDATE dcm.setting SET value = '3 days' WHERE name = 'similar_within';
SELECT is(pg_temp.similar('Wed 12:00'), '10 m 1 day 02:00:00 rejected ended', 'as the city has it');
UPDATE dcm.setting SET value = NULL WHERE name IN ('similar_metres', 'similar_within');
SELECT results_eq($$SELECT case_no, state, state_name, org, address, reported_at FROM dcm.similar_cases('E9901', dcm.point(121.625, 31.8012), t.at('Mon 12:00'), 30.5, '4 hours')$$,
	$$SELECT near, 'reported', '待受理', NULL::text, NULL::text, t.at('Mon 09:00') FROM s$$, 'what else is told');
SELECT is_empty($$SELECT FROM dcm.similar_cases('E9902', dcm.point(121.625, 31.8012))$$, 'today nothing');
SELECT is(t.try(q), e, e || ': ' || q) FROM (VALUES
	($$SELECT dcm.similar_cases('E0000', dcm.point(121.605, 31.805))$$, '22023 dcm.no_category'), ($$SELECT dcm.similar_cases('E9901', NULL)$$, '22023 dcm.no_place'),
	($$SELECT dcm.similar_cases('E9901', dcm.point(121.605, 31.805), metres => 'NaN')$$, '22023 dcm.bad_reach'), ($$SELECT dcm.similar_cases('E9901', dcm.point(121.605, 31.805), within => '-1 day')$$, '22023 dcm.bad_reach'),
	($$SELECT dcm.similar_cases('E9901', dcm.point(121.605, 31.805), '-infinity')$$, '22023 dcm.bad_time'), ($$SELECT dcm.similar_cases('E9901', 'SRID=4490;LINESTRING(0 0, 1 1)')$$, '22023 dcm.bad_location'),
	($$SELECT dcm.components_near('SRID=3857;POINT(0 0)')$$, '22023 dcm.bad_srid'), ($$SELECT dcm.components_near('SRID=4490;POINT EMPTY')$$, '22023 dcm.bad_location'),
	($$SELECT dcm.components_near(dcm.point(121.605, 31.805), 'Infinity')$$, '22023 dcm.bad_reach'), ($$SELECT dcm.components_near(dcm.point(121.605, 31.805), 50, 'C0000')$$, '22023 dcm.no_category')) AS v (q, e);

-- by the index, among many
SELECT isnt(count((dcm.report_case('E9902', dcm.point(121.601 + (n % 40) * 0.0007, 31.801 + (n / 40) * 0.0002), at => t.at('Thu 09:00'))).case_no), 0::bigint, 'many cases')
FROM dcm.become('col'), generate_series(1, 1600) AS n;
ANALYZE dcm.case_file;
CREATE FUNCTION pg_temp.plan(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	plan text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		plan := plan || line || E'\n';
	END LOOP;
	RETURN plan;
END $$;
SELECT matches(pg_temp.plan($$SELECT FROM dcm.case_file WHERE location && dcm.reach(dcm.point(121.605, 31.805), 50) AND ended_at IS NULL$$), 'case_file_2015_location_idx', 'a plan by the index');
CREATE FUNCTION pg_temp.scans(index text) RETURNS bigint LANGUAGE sql VOLATILE AS 'SELECT pg_stat_get_xact_numscans(index::regclass)';
CREATE TEMP TABLE before AS SELECT pg_temp.scans('dcm.case_file_2015_location_idx') AS scans;
SELECT is((SELECT count(*) > 0 FROM dcm.similar_cases('E9902', dcm.point(121.615, 31.8054), t.at('Thu 12:00'))), true, 'found');
SELECT is(pg_temp.scans('dcm.case_file_2015_location_idx') - scans, 1::bigint, 'by the index') FROM before;
SELECT results_eq($$SELECT case_no FROM dcm.similar_cases('E9902', dcm.point(121.615, 31.8054), t.at('Thu 12:00'), 120) ORDER BY 1$$,
	$$SELECT case_no FROM dcm.case_file WHERE category = (SELECT id FROM dcm.category WHERE code = 'E9902') AND dcm.metres(location, dcm.point(121.615, 31.8054)) <= 120 AND reported_at = t.at('Thu 09:00') ORDER BY 1$$,
	'all that are within, and no others');

-- components
INSERT INTO dcm.component (id, category, state, geom)
SELECT (3206819802000000 + n)::dcm.component_id, c.id, 'lost', ST_SetSRID(ST_Point(121.601 + (n % 60) * 0.0004, 31.806 + (n / 60) * 0.00002), 4490)
FROM generate_series(1, 6000) AS n, dcm.category AS c WHERE c.code = 'E9902';
ANALYZE dcm.component;
INSERT INTO dcm.label (kind, code, name) VALUES ('component_state', 'intact', '完好') ON CONFLICT DO NOTHING;
TRUNCATE before;
INSERT INTO before SELECT pg_temp.scans('dcm.component_geom_idx');
SELECT results_eq($$SELECT component::text, round(distance::numeric), category_code, state, state_name, owner, maintainer, authority, is_public FROM dcm.components_near(ST_SetSRID(ST_Project(dcm.point(121.605, 31.805)::geography, 12, 0)::geometry, 4490))$$,
	$$VALUES ('3206819801000001', 12::numeric, 'C9901', 'intact', '完好', 'cg', 'cg2', NULL::text, true)$$, 'a component with its bodies');
SELECT is(pg_temp.scans('dcm.component_geom_idx') - scans, 1::bigint, 'by the index') FROM before;
SELECT results_eq($$SELECT component FROM dcm.components_near(dcm.point(121.61, 31.807), 150, 'E9902') ORDER BY 1$$,
	$$SELECT id FROM dcm.component WHERE state = 'lost' AND dcm.metres(geom, dcm.point(121.61, 31.807)) <= 150 ORDER BY 1$$, 'all of that category that are within');
SELECT is((SELECT bool_and(distance >= lag) FROM (SELECT distance, lag(distance, 1, 0) OVER (ORDER BY n) AS lag FROM dcm.components_near(dcm.point(121.61, 31.807), 150) WITH ORDINALITY AS u (component, distance, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, n)) AS x), true, 'nearest first');
SELECT is_empty($$SELECT FROM dcm.components_near(dcm.point(121.61, 31.807), 150, 'C9901')$$, 'none of another');

-- Desks: cases in every state, with tasks given and open, requests, other bodies.
SELECT isnt(string_agg((t.step(f.case_no, 'void')).state, ''), NULL, 'the desk is cleared') FROM dcm.case_file AS f WHERE f.ended_at IS NULL;
CREATE TEMP TABLE w AS SELECT s.code AS what, t.case_in(s.code) AS no FROM dcm.state AS s;
INSERT INTO w SELECT 'late', t.handling() UNION ALL SELECT 'no clock', t.handling(3);
INSERT INTO w SELECT 'given', t.case_in('reported') UNION ALL SELECT 'to check', t.case_in('handled') UNION ALL SELECT 'extension', t.case_in('handling')
	UNION ALL SELECT 'suspension', t.case_in('handling') UNION ALL SELECT 'other body', t.case_in('filed') UNION ALL SELECT 'branch', t.case_in('filed')
	UNION ALL SELECT 'own', t.case_in('dispatched') UNION ALL SELECT 'before', t.case_in('dispatched') UNION ALL SELECT 'past', t.case_in('handling');
CREATE FUNCTION pg_temp.w(what text) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT no FROM w WHERE w.what = $1';
SELECT isnt((t.act('acc', pg_temp.w('given'), 'request_verification', '{"person": "col2"}')).state, NULL, 'a task is given');
SELECT isnt((t.act('acc', pg_temp.w('to check'), 'request_check', '{"person": "col2"}')).state, NULL, 'another');
SELECT isnt((t.step(pg_temp.w('extension'), 'request_extension')).state, NULL, 'a request waits');
SELECT isnt((t.step(pg_temp.w('suspension'), 'request_suspension')).state, NULL, 'another');
SELECT isnt((t.act('disp', pg_temp.w('other body'), 'dispatch', '{"org": "hw"}')).state, NULL, 'one is with another body');
SELECT isnt((t.act('disp', pg_temp.w('branch'), 'dispatch', '{"org": "cg2"}')).state, NULL, 'one with a body below');
SELECT isnt((t.act('all', pg_temp.w('own'), 'sign')).state || (t.act('all', pg_temp.w('own'), 'handle', t.data('handle'))).state || (t.act('acc', pg_temp.w('own'), 'request_check')).state, NULL, 'one is handled by who may all');
SELECT isnt((t.act('all', no, 'sign')).state || (t.act('all', no, 'handle', t.data('handle'))).state || (t.act('acc', no, 'request_check')).state || (t.act('other', no, 'fail_check', t.data('fail_check'))).state
	|| (t.act('han', no, 'handle', t.data('handle'))).state || (t.act('acc', no, 'request_check')).state, NULL, 'one by the same before a rework') FROM pg_temp.w('before') AS no;
INSERT INTO dcm.post (code, person, role, org, valid) SELECT 'idle_once', p.id, 'dispatcher', o.id, '[2010-01-01,2015-01-01)' FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'idle' AND o.code = 'sc';
-- it is to end soon, but not before it is granted, however slow the machine is
CREATE FUNCTION pg_temp.suspended(no bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	span interval := '0.3 s';
	till timestamptz;
	state text;
BEGIN
	LOOP
		BEGIN
			till := clock_timestamp() + span;
			PERFORM t.act('lia', no, 'request_suspension', jsonb_build_object('reason', 'season', 'until', till));
			state := (t.step(no, 'grant_suspension')).state;
			PERFORM pg_sleep_until(till + interval '0.05 s');
			RETURN state;
		EXCEPTION WHEN invalid_parameter_value THEN
			IF span > '1 minute' THEN
				RAISE;
			END IF;
			span := span * 4;
		END;
	END LOOP;
END $$;
SELECT is(pg_temp.suspended(pg_temp.w('past')), 'suspended', 'a suspension that is over');

-- the law: a case waits for a person where that person can take it on
CREATE FUNCTION pg_temp.can(by text, no bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	step text;
BEGIN
	FOR step IN
		SELECT t.action FROM dcm.transition AS t JOIN dcm.case_file AS f ON f.state = t.state
		WHERE f.case_no = no AND t.action = ANY ('{accept,request_verification,confirm_verification,file,dispatch,sign,return,grant_extension,deny_extension,grant_suspension,deny_suspension,handle,request_check,pass_check,close}')
	LOOP
		BEGIN
			PERFORM t.act(by, no, step, t.data(step));
			RAISE EXCEPTION USING ERRCODE = 'ZZ999';
		EXCEPTION
			WHEN SQLSTATE 'ZZ999' THEN RETURN true;
			WHEN check_violation OR insufficient_privilege THEN NULL;
		END;
	END LOOP;
	RETURN false;
END $$;
CREATE TEMP VIEW people AS SELECT code FROM dcm.person WHERE kind = 'human';
CREATE TEMP TABLE listed AS SELECT p.code, l.case_no FROM people AS p CROSS JOIN LATERAL dcm.worklist(p.code, max => 1000) AS l;
SELECT is_empty($$
	SELECT p.code, w.what, l.case_no IS NOT NULL AS listed
	FROM people AS p CROSS JOIN w
		LEFT JOIN listed AS l ON l.code = p.code AND l.case_no = w.no
	WHERE (l.case_no IS NOT NULL) <> pg_temp.can(p.code, w.no)
		-- what only its reporter settles, and a suspension that is over
		AND NOT (w.what = 'reported' AND p.code = 'col') AND NOT (w.what = 'past' AND p.code IN ('disp', 'lia', 'all', 'other'))$$, 'what waits is what one can do, for everybody and every case');
SELECT results_eq($$SELECT code FROM listed WHERE case_no = pg_temp.w('past') ORDER BY code$$,
	$$VALUES ('all'), ('disp'), ('lia'), ('other')$$, 'a suspension that is over waits for who may resume');
SELECT is((SELECT string_agg(w.what, ', ' ORDER BY w.what) FROM dcm.worklist('col') AS l JOIN w ON w.no = l.case_no), 'before, checking, own, reported, verifying', 'a collector: open tasks, and what may be settled on the spot');
SELECT is((SELECT string_agg(w.what, ', ' ORDER BY l.given DESC, w.what) FROM dcm.worklist('col2') AS l JOIN w ON w.no = l.case_no), 'given, to check, before, checking, own, verifying', 'another: the own tasks too');
SELECT is((SELECT string_agg(w.what, ', ' ORDER BY w.what) FROM dcm.worklist('sub') AS l JOIN w ON w.no = l.case_no), 'branch', 'a branch has its own');
SELECT is((SELECT bool_or(l.org = 'cg2') AND bool_and(l.org <> 'hw') FROM dcm.worklist('lia') AS l), true, 'a body those of its branches, not of others');
SELECT is_empty('SELECT FROM dcm.worklist(''idle'')', 'who holds no post any more has no work');

-- counts are those of the list, and lights those of the card
CREATE FUNCTION pg_temp.law(by text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become(by);
	RETURN QUERY SELECT format('%s %s', by, x) FROM (
		(SELECT l.state, count(*), count(*) FILTER (WHERE l.given), count(*) FILTER (WHERE c.light = 'red'), count(*) FILTER (WHERE c.light = 'yellow'), count(*) FILTER (WHERE l.step_due < clock_timestamp())
			FROM dcm.worklist(max => 1000) AS l JOIN dcm.case_card AS c USING (case_no) GROUP BY l.state
		EXCEPT SELECT state, waiting, given, overdue, yellow, step_overdue FROM dcm.desk_counts())) AS x
	UNION ALL SELECT format('%s: %s', by, l.case_no) FROM dcm.worklist(max => 1000) AS l
	WHERE l.actions <> ARRAY(SELECT a.action FROM dcm.allowed_actions(l.case_no) WITH ORDINALITY AS a (action, b, c, d, n) ORDER BY n);
END $$;
SELECT is_empty('SELECT l FROM people AS p CROSS JOIN LATERAL pg_temp.law(p.code) AS l', 'counts, lights and actions agree');
SELECT dcm.become('lia');
SELECT results_eq($$SELECT state, state_name, waiting, given, overdue > 0 FROM dcm.desk_counts()$$, $$VALUES ('dispatched', '待签收', 2::bigint, 0::bigint, false), ('handling', '处置中', 5, 0, true), ('suspended', '挂账', 1, 0, false)$$, 'the desk of a body');
SELECT dcm.become('all', 'all_dispatcher');
SELECT is((SELECT string_agg(state || ' ' || waiting, ', ') FROM dcm.desk_counts()), 'filed 1, handling 2, suspended 1', 'by one post alone: what to dispatch, two requests, what to resume');
SELECT is((SELECT string_agg(DISTINCT a, ' ') FROM dcm.worklist() AS l, unnest(l.actions) AS a WHERE l.state = 'filed'), 'amend comment dispatch', 'and what that post may do');

-- pages
CREATE FUNCTION pg_temp.pages(by text, size int, tells boolean) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
	seen bigint[] := '{}';
	found int := 1;
	line record;
	due timestamptz;
	no bigint;
	given boolean;
BEGIN
	WHILE found > 0 AND cardinality(seen) < 1000 LOOP
		found := 0;
		FOR line IN SELECT * FROM dcm.worklist(by, due, no, size, CASE WHEN tells THEN given END) LOOP
			found := found + 1;
			seen := seen || line.case_no;
		END LOOP;
		due := line.due;
		no := line.case_no;
		given := line.given;
	END LOOP;
	RETURN seen;
END $$;
SELECT is(pg_temp.pages(p.code, size, tells), ARRAY(SELECT l.case_no FROM dcm.worklist(p.code, max => 1000) AS l), format('pages of %s for %s are the whole', size, p.code))
FROM people AS p, generate_series(1, 3) AS size, unnest('{true,false}'::boolean[]) AS tells WHERE p.code IN ('all', 'col2', 'lia');
SELECT is((SELECT array_agg(l.given ORDER BY n) FROM dcm.worklist('col2') WITH ORDINALITY AS l (c1, c2, c3, c4, c5, c6, c7, c8, c9, due, c11, c12, given, c14, n)), '{t,t,f,f,f,f}', 'tasks given come first');
SELECT is((SELECT bool_and(due IS NULL) FROM dcm.worklist('all', max => 1000, after_due => 'infinity', after_given => false)), true, 'then by deadline, none last');
SELECT is(t.try('SELECT dcm.worklist(''nobody'')'), 'P0002 dcm.no_person', 'nobody');
SELECT is(t.try('SELECT dcm.worklist(''all'', max => NULL)'), '22023 dcm.bad_page', 'no page');

-- Batches.
CREATE FUNCTION pg_temp.report(key text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_object('action', 'report', 'category', 'E9901', 'lon', 121.605, 'lat', 31.805, 'description', 'rubbish', 'client_key', key, 'at', '2015-03-02 08:30+08')
$$;
CREATE FUNCTION pg_temp.queue(key text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_build_array(pg_temp.report(key),
		jsonb_build_object('action', 'accept', 'case_of', key, 'client_key', key || '-a', 'at', '2015-03-02 08:40+08'),
		jsonb_build_object('action', 'file', 'case_of', key, 'client_key', key || '-f', 'data', '{"condition": 1}'::jsonb, 'at', '2015-03-02 09:00+08'),
		jsonb_build_object('action', 'dispatch', 'case_of', key, 'client_key', key || '-d', 'data', '{"org": "cg"}'::jsonb, 'note', 'soon', 'at', '2015-03-02 09:30+08'))
$$;
CREATE FUNCTION pg_temp.send(batch jsonb) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(concat_ws(' ', b.ord, b.log_no, b.state, b.sqlstate, b.error, CASE WHEN b.error IS NULL THEN b.message END), ', ' ORDER BY b.ord) FROM dcm.act_batch(batch) AS b
$$;
CREATE FUNCTION pg_temp.why(batch jsonb) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT string_agg(b.message, ''; '' ORDER BY b.ord) FROM dcm.act_batch(batch) AS b';
SELECT dcm.become('all');
SELECT is(pg_temp.send(pg_temp.queue('q1')), '1 1 reported, 2 2 accepted, 3 3 filed, 4 4 dispatched', 'a queue, in order');
CREATE TEMP TABLE q AS SELECT DISTINCT case_no AS no FROM dcm.act_batch(pg_temp.queue('q1'));
SELECT is((SELECT count(*) FROM q)::int, 1, 'all of one case');
SELECT is(pg_temp.send(pg_temp.queue('q1')), '1 1 reported replayed, 2 2 accepted replayed, 3 3 filed replayed, 4 4 dispatched replayed', 'sent again it is answered again');
SELECT is(t.dues(no) || (SELECT ' ' || count(*) FROM dcm.case_log AS l WHERE l.case_no = no), 'Tue 09:00, Tue 09:30, Tue 09:00 4', 'and nothing is done twice') FROM q;
SELECT results_eq($$SELECT ord, client_key, case_no = no, error FROM q, dcm.act_batch(jsonb_build_array(jsonb_build_object('case_no', no, 'action', 'comment', 'note', 'hm', 'client_key', 'k'), jsonb_build_object('case_no', no::text, 'action', 'remind', 'expect', 4)))$$,
	$$VALUES (1, 'k', true, NULL::text), (2, NULL, true, NULL)$$, 'a row an element, by its key');

-- the law: however it was shuffled, sent once more in order it is as if once in order
CREATE FUNCTION pg_temp.shuffled(batch jsonb, turn int[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS 'SELECT jsonb_agg(batch -> (n - 1) ORDER BY k) FROM unnest(turn) WITH ORDINALITY AS u (n, k)';
CREATE TEMP TABLE turn AS SELECT ARRAY[a, b, c, d] AS turn, format('%s%s%s%s', a, b, c, d) AS name
FROM generate_series(1, 4) AS a, generate_series(1, 4) AS b, generate_series(1, 4) AS c, generate_series(1, 4) AS d
WHERE a <> ALL (ARRAY[b, c, d]) AND b <> ALL (ARRAY[c, d]) AND c <> d;
CREATE TEMP TABLE sent AS SELECT name, pg_temp.send(pg_temp.shuffled(pg_temp.queue(name), turn)) AS first FROM turn ORDER BY name;
CREATE TEMP TABLE again AS SELECT name, pg_temp.send(pg_temp.queue(name)) AS second FROM turn ORDER BY name;
SELECT is((SELECT count(*) FROM again WHERE regexp_replace(second, ' replayed', '', 'g') = '1 1 reported, 2 2 accepted, 3 3 filed, 4 4 dispatched')::int, 24, 'in whatever order it came first');
SELECT is((SELECT count(*) FROM dcm.report_key WHERE client_key ~ '^[1-4]{4}$')::int, 24, 'each once');
SELECT is(count(DISTINCT (f.state, f.moved_no, f.due, f.first_due, f.time_limit, f.org, f.reported_at, f.filed_at, f.dispatched_at)), 1::bigint, 'and all are alike')
FROM dcm.case_file AS f WHERE f.case_no IN (SELECT k.case_no FROM dcm.report_key AS k WHERE k.client_key ~ '^[1-4]{4}$') OR f.case_no = (SELECT no FROM q);
SELECT is(first, e, 'as ' || s.name) FROM sent AS s JOIN (VALUES
	('4321', '1 22023 dcm.no_report, 2 22023 dcm.no_report, 3 22023 dcm.no_report, 4 1 reported'), ('1324', '1 1 reported, 2 23514 dcm.forbidden_move, 3 2 accepted, 4 23514 dcm.forbidden_move'),
	('2134', '1 22023 dcm.no_report, 2 1 reported, 3 23514 dcm.forbidden_move, 4 23514 dcm.forbidden_move')) AS v (name, e) USING (name);
SELECT is(pg_temp.why(pg_temp.shuffled(pg_temp.queue('m'), '{3,1,4}')), 'no report before element 1 of the batch is "m": A number is a position in this batch, a string the client_key of a report.; action "dispatch" is forbidden in state "reported": The state allows: accept, amend, comment, guard, merge, reject, request_verification, resolve_on_site, void.',
	'why is told');

SELECT is(pg_temp.send(jsonb_build_array(pg_temp.report('one'), pg_temp.report('two'), '{"action": "accept", "case_of": "one"}'::jsonb, '{"action": "reject", "case_of": "two", "data": {"reason": "not_real"}}'::jsonb)),
	'1 1 reported, 2 1 reported, 3 2 accepted, 4 2 rejected', 'of two reports each its own');
-- what fails leaves the others as they are
SELECT is(pg_temp.send('[{"action": "report", "category": "E0000", "address": "x"}, {"action": "accept", "case_of": 1}, {"action": "report", "category": "E9901", "address": "y"}, {"action": "accept", "case_of": 3}, {"action": "comment", "case_of": 4}, {"action": "comment", "case_of": 7}, {"action": "comment", "case_of": 0}]'),
	'1 22023 dcm.no_category, 2 55000 dcm.report_failed, 3 1 reported, 4 2 accepted, 5 22023 dcm.no_report, 6 22023 dcm.no_report, 7 22023 dcm.no_report', 'by position, and of a report that failed');
SELECT is(pg_temp.why('[{"action": "report", "category": "E9901"}, {"action": "accept", "case_of": 1}]'), 'a report needs a location or an address; the report that element 2 of the batch is about has failed: Element 1: dcm.no_place.', 'which is told');
CREATE TEMP TABLE n AS SELECT (SELECT count(*) FROM dcm.case_log) AS entries;
SELECT is(b.sqlstate || ' ' || b.error, e, element) FROM (VALUES
	('1', '22023 dcm.bad_element'), ('null', '22023 dcm.bad_element'), ('[]', '22023 dcm.bad_element'), ('{}', '22023 dcm.bad_element'), ('{"action": null}', '22023 dcm.bad_element'),
	('{"action": 7, "case_no": 1}', '22023 dcm.bad_element'), ('{"action": "accept"}', '22023 dcm.bad_element'), ('{"action": "accept", "case_no": 1, "case_of": 1}', '22023 dcm.bad_element'),
	('{"action": "accept", "case_no": 1.5}', '22023 dcm.bad_element'), ('{"action": "accept", "case_no": "one"}', '22023 dcm.bad_element'), ('{"action": "accept", "case_no": 1, "colour": "red"}', '22023 dcm.bad_element'),
	('{"action": "accept", "case_no": 1, "lon": 1}', '22023 dcm.bad_element'), ('{"action": "report", "case_no": 1}', '22023 dcm.bad_element'), ('{"action": "report", "category": "E9901", "lon": 121.605}', '22023 dcm.bad_element'),
	('{"action": "report", "category": "E9901", "lon": "121.605", "lat": "31.8"}', '22023 dcm.bad_element'), ('{"action": "report", "category": "E9901", "lon": 1e400, "lat": 0}', '22003 dcm.bad_element'),
	('{"action": "report", "category": "E9901", "lon": 181, "lat": 0}', '22023 dcm.bad_coordinate'), ('{"action": "report", "category": "E9901", "lon": 121, "lat": 31, "crs": "mars"}', '22023 dcm.bad_crs'),
	('{"action": "report", "address": "x"}', '22004 dcm.null'), ('{"action": "report", "category": "E9901", "address": "x", "component": "1"}', '22P02 dcm.bad_code'), ('{"action": "report", "category": "E9901", "address": "x", "attachments": {}}', '22023 dcm.photo'),
	('{"action": "report", "category": "E9901", "address": "x", "at": "soon"}', '22007 dcm.bad_element'), ('{"action": "report", "category": "E9901", "address": "x", "at": "2015-02-30 00:00+08"}', '22008 dcm.bad_element'), ('{"action": "report", "category": "E9901", "address": "x", "at": "infinity"}', '22023 dcm.bad_time'),
	('{"action": "report", "category": "E9901", "address": "x", "at": "2999-01-01 00:00+08"}', '22023 dcm.too_late'), ('{"action": "accept", "case_no": 1}', 'P0002 dcm.no_case'), ('{"action": "sweep", "case_no": 1}', '22023 dcm.no_action')) AS v (element, e)
	CROSS JOIN LATERAL dcm.act_batch(jsonb_build_array(element::jsonb)) AS b;
SELECT is(b.sqlstate || ' ' || b.error, e, element::text) FROM q CROSS JOIN LATERAL (VALUES
	('{"action": "recall", "data": []}'::jsonb, '22023 dcm.bad_data'), ('{"action": "recall", "data": {"reason": "r"}, "expect": 3}', '55000 dcm.stale'), ('{"action": "recall", "data": {"reason": "r"}, "client_key": "q1-a"}', '22023 dcm.key_reused'),
	('{"action": "close", "data": null}', '23514 dcm.forbidden_move')) AS v (element, e)
	CROSS JOIN LATERAL dcm.act_batch(jsonb_build_array(element || jsonb_build_object('case_no', no))) AS b;
SELECT is((SELECT count(*) FROM dcm.case_log), entries, 'none of them has left a trace') FROM n;
SELECT is(pg_temp.why('[{"action": "accept", "case_no": 1, "colour": "red"}]'), 'element 1 of the batch cannot be read: Key "colour" is none of an act.', 'the key is named');
SELECT is_empty('SELECT * FROM dcm.act_batch(''[]'')', 'nothing to do');
SELECT is(t.try('SELECT dcm.act_batch(NULL)'), '22023 dcm.bad_batch', 'no batch');
UPDATE dcm.setting SET value = '3' WHERE name = 'max_batch';
SELECT is(t.try('SELECT dcm.act_batch(pg_temp.queue(''more''))'), '54000 dcm.batch_size', 'too much at once');
UPDATE dcm.setting SET value = NULL WHERE name = 'max_batch';
SELECT is(pg_temp.send((SELECT jsonb_agg(pg_temp.report('many' || n)) FROM generate_series(1, 3) AS n)), '1 1 reported, 2 1 reported, 3 1 reported', 'not too much');

-- what a phone reports: text, pictures, sound, and where it is, in its map's coordinates
CREATE TEMP TABLE phone AS SELECT b.case_no AS no FROM dcm.act_batch('[{"action": "report", "category": "E9901", "source": "12345", "lon": 121.605, "lat": 31.805, "crs": "gcj02", "address": "by the bridge", "description": "a cry in the night", "data": {"severity": "danger"},
	"attachments": [{"kind": "scene", "uri": "u1"}, {"kind": "audio", "uri": "u2"}, {"kind": "video", "uri": "u3"}]}]') AS b;
SELECT results_eq($$SELECT f.source, f.severity, f.address, round(dcm.metres(f.location, dcm.point(121.605, 31.805, 'gcj02'))), (SELECT string_agg(a.kind, ' ' ORDER BY a.attachment_no) FROM dcm.attachment AS a WHERE a.case_no = no), (SELECT x.value FROM dcm.case_text AS x WHERE x.case_no = no)
	FROM phone JOIN dcm.case_file AS f ON f.case_no = no$$, $$VALUES ('12345', 'danger', 'by the bridge', 0::float8, 'scene audio video', 'a cry in the night')$$, 'text, pictures, sound, place');
-- many dispatched at once, one of which is another's
CREATE TEMP TABLE bulk AS SELECT t.case_in(s) AS no, k FROM unnest('{filed,accepted,filed}'::text[]) WITH ORDINALITY AS u (s, k);
SELECT dcm.become('disp');
SELECT is(pg_temp.send((SELECT jsonb_agg(jsonb_build_object('action', 'dispatch', 'case_no', no, 'data', '{"org": "hw"}'::jsonb) ORDER BY k) FROM bulk)),
	'1 4 dispatched, 2 23514 dcm.forbidden_move, 3 4 dispatched', 'many are dispatched at once, but for one');

-- rights: whoever acts for people, and nobody else
CREATE ROLE dcm_desk IN ROLE dcm_app;
CREATE ROLE dcm_reader IN ROLE dcm_bi;
CREATE FUNCTION pg_temp.as_desk() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT concat_ws(' ', (SELECT count(*) > 0 FROM dcm.worklist()), (SELECT count(*) > 0 FROM dcm.desk_counts()), (SELECT count(*) FROM dcm.preview_filing('E9901', dcm.point(121.605, 31.805))),
		(SELECT count(*) > 0 FROM dcm.similar_cases('E9901', dcm.point(121.605, 31.805), t.at('Mon 09:00'))), (SELECT count(*) FROM dcm.components_near(dcm.point(121.605, 31.805), 1)),
		(SELECT b.state FROM dcm.act_batch('[{"action": "report", "category": "E9901", "address": "x"}]') AS b))
$$;
SELECT is(has_function_privilege('dcm_reader', 'dcm.act_batch(jsonb)', 'EXECUTE'), false, 'readers act not');
SET LOCAL ROLE dcm_desk;
SELECT dcm.become('acc');
SELECT is(pg_temp.as_desk(), 't t 3 t 1 reported', 'a desk reads and acts');
SELECT is(pg_temp.send(jsonb_build_array(jsonb_build_object('action', 'report', 'category', 'E9901', 'address', 'x', 'at', '2015-03-02 08:30+08'))), '1 22023 dcm.too_early', 'too late is told');
RESET ROLE;
SET LOCAL dcm.acting_person = '';
SELECT is(t.try('SELECT dcm.' || c), '42501 dcm.nobody', c || ': nobody acts') FROM unnest(ARRAY['act_batch(''[]'')', 'desk_counts()', 'worklist()']) AS c;

SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
SELECT * FROM finish();
ROLLBACK;
