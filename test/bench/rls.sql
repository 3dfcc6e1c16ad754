-- What it costs that people see their own cases alone: a list of open cases, 20,000
-- of 200,000, read by a department, a district and the city's centre
-- through the policies, against the same list with the same condition written by
-- hand, read by the tables' owner whom no policy binds.  Each pair runs in turns
-- nine times, ten lists at a time; the ratio is that of the medians.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SELECT dcm.create_city('Bench', '320681', presets => '{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons}');
SELECT dcm.create_roles();
SELECT dcm.grant_roles();
DROP ROLE IF EXISTS bench_rls_app;
CREATE ROLE bench_rls_app IN ROLE dcm_app;

-- 50 departments at the city, ten districts with a centre, ten streets in each
INSERT INTO dcm.org (code, name, level, kind) VALUES ('centre', 'centre', 1, 'supervision_command_centre');
INSERT INTO dcm.org (code, name, level, kind) SELECT 'd' || i, 'department', 1, 'department' FROM generate_series(1, 50) AS i;
INSERT INTO dcm.org (code, name, level, kind, area) SELECT 'c' || i, 'district centre', 2, 'command_centre', (320600 + i)::text::dcm.area_code FROM generate_series(1, 10) AS i;
INSERT INTO dcm.person (code, name) SELECT p, p FROM unnest('{of_all,of_department,of_district}'::text[]) AS p;
INSERT INTO dcm.post (code, person, role, org, area)
SELECT p.code, p.id, v.role, o.id, v.area::dcm.area_code
FROM (VALUES ('of_all', 'dispatcher', 'centre', NULL), ('of_department', 'liaison', 'd7', NULL), ('of_district', 'dispatcher', 'c3', NULL)) AS v (person, role, org, area)
	JOIN dcm.person AS p ON p.code = v.person
	JOIN dcm.org AS o ON o.code = v.org;
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E9901', 'event', '99', '01', 'test');

-- rows as a year leaves them; nothing but the policies is measured, so that they
-- are put there without acts
SELECT dcm.make_leaf(2015);
SET session_replication_role = replica;
INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, grid, area, source, reporter, reported_at, due, org, work_no, ended_at, head)
SELECT 201500000000000 + i, CASE WHEN open THEN 'handling' ELSE 'closed' END, CASE WHEN open THEN 'handling' ELSE 'evaluation' END, 8, 8, at, 6,
	(SELECT id FROM dcm.category WHERE code = 'E9901'), g.code, dcm.community(g.code), 'collector', 1000 + i % 500, at, at + interval '2 days',
	(SELECT id FROM dcm.org WHERE code = 'd1') + i % 50, 1, CASE WHEN NOT open THEN at + interval '3 days' END, sha256(i::text::bytea)
FROM generate_series(1, 200000) AS i,
	-- mixed as they are in life
	LATERAL (SELECT i::bigint * 7919 % 10 = 0 AS open, '2015-01-01'::timestamptz + i * interval '2 minutes' AS at,
		hashint4(i) & 1023 AS h) AS x,
	LATERAL (SELECT (((320601 + h % 10)::text || lpad((1 + h / 10 % 10)::text, 3, '0') || lpad((1 + h / 100)::text, 3, '0') || lpad((1 + i % 100)::text, 3, '0')))::dcm.grid_code AS code) AS g;
INSERT INTO dcm.assignment (case_no, work_no, org, part, dispatched_at, dispatcher, due, handled_at)
SELECT f.case_no, w.no, CASE WHEN w.no = 1 THEN f.org ELSE (SELECT id FROM dcm.org WHERE code = 'd1') + f.case_no % 49 END,
	CASE WHEN w.no = 1 THEN 'lead' ELSE 'joint' END, f.reported_at, 1, f.due, f.ended_at
FROM dcm.case_file AS f, LATERAL generate_series(1, CASE WHEN f.case_no % 20 = 0 THEN 2 ELSE 1 END) AS w (no);
RESET session_replication_role;
VACUUM ANALYZE dcm.case_file;
VACUUM ANALYZE dcm.assignment;
VACUUM ANALYZE dcm.case_task;

-- milliseconds of ten lists as the application or as the owner
CREATE FUNCTION pg_temp.once(who text, statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	since timestamptz;
	answer float8;
BEGIN
	PERFORM dcm.become(who, scope => 'session');
	IF statement !~ 'BY HAND' THEN
		SET ROLE bench_rls_app;
	END IF;
	since := clock_timestamp();
	FOR i IN 1..10 LOOP
		EXECUTE statement;
	END LOOP;
	answer := extract(epoch FROM clock_timestamp() - since) * 1000;
	RESET ROLE;
	RETURN answer;
END
$$;

-- both ways must show the same
CREATE FUNCTION pg_temp.seen(who text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM dcm.become(who, scope => 'session');
	IF statement !~ 'BY HAND' THEN
		SET ROLE bench_rls_app;
	END IF;
	EXECUTE format('SELECT count(*) || '' '' || sum(case_no) FROM (%s) AS l', statement) INTO answer;
	RESET ROLE;
	RETURN answer;
END
$$;

CREATE FUNCTION pg_temp.ratio(who text, condition text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	list constant text := 'SELECT case_no, state, category, org, area, due FROM dcm.case_file WHERE ended_at IS NULL %s ORDER BY due, case_no';
	ours constant text := format(list, '');
	theirs constant text := format(list, '/* BY HAND */ ' || condition);
	our_times float8[] := '{}';
	their_times float8[] := '{}';
BEGIN
	IF pg_temp.seen(who, ours) IS DISTINCT FROM pg_temp.seen(who, theirs) OR pg_temp.seen(who, ours) IS NULL THEN
		RAISE EXCEPTION '% sees % and ought to see %', who, pg_temp.seen(who, ours), pg_temp.seen(who, theirs);
	END IF;
	FOR i IN 0..9 LOOP
		our_times[i] := pg_temp.once(who, ours);
		their_times[i] := pg_temp.once(who, theirs);
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(our_times[1:]) AS t)
		/ (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(their_times[1:]) AS t);
END
$$;

INSERT INTO bench_result
SELECT 'a list of 20,000 open cases of 200,000, policies: ' || v.what, 'the condition by hand', pg_temp.ratio(v.who, v.condition), '<= 1.30', '1.00'
FROM (VALUES
	('all', 'of_all', ''),
	('a department''s', 'of_department', format('AND (org = %s OR case_no = ANY ((SELECT array_agg(a.case_no) FROM dcm.assignment AS a WHERE a.org = %1$s AND a.part <> ''lead'')::bigint[]))',
		(SELECT id FROM dcm.org WHERE code = 'd7'))),
	('a district''s', 'of_district', format('AND (grid OPERATOR(dcm.<@) ''320603''::dcm.area_code OR org = %s)', (SELECT id FROM dcm.org WHERE code = 'c3')))) AS v (what, who, condition);
