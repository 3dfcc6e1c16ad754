-- What an evaluation costs from facts and from the cases: a month of dcm.eval_org
-- over a city of :cases cases (of two years), against the same figures counted from
-- the cases.  And that it goes by days and bodies: the same facts, each ten times
-- as large, as ten times as many cases leave them.  How fast facts are rolled up is printed
-- beside it.  Rows are put there as acts leave them, without acts.
\set ON_ERROR_STOP on
\if :{?cases}
\else
\set cases 1000000
\endif
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET timezone = 'Asia/Shanghai';
SELECT dcm.create_city('Bench', '320681', presets => '{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons}');
INSERT INTO dcm.org (code, name, level, kind) SELECT 'd' || i, 'department', 1, 'department' FROM generate_series(1, 60) AS i;
INSERT INTO dcm.category (code, kind, major, minor, name) SELECT 'E98' || lpad(i::text, 2, '0'), 'event', '98', lpad(i::text, 2, '0'), 'test' FROM generate_series(1, 80) AS i;
INSERT INTO dcm.person (code, name) SELECT 'p' || i, 'somebody' FROM generate_series(1, 400) AS i;
INSERT INTO dcm.post (code, person, role, org)
SELECT p.code, p.id, (ARRAY['collector', 'acceptor', 'shift_leader', 'dispatcher', 'handler'])[1 + p.id % 5], (SELECT min(o.id) FROM dcm.org AS o) FROM dcm.person AS p WHERE p.code LIKE 'p%';
SELECT dcm.make_leaf(2014), dcm.make_leaf(2015);

CREATE TEMP TABLE planned AS
SELECT (CASE WHEN at < '2015-01-01' THEN 201400000000000 ELSE 201500000000000 END) + i AS case_no, at, (SELECT min(o.id) FROM dcm.org AS o) + h % 60 AS org,
	(SELECT min(c.id) FROM dcm.category AS c WHERE c.major = '98') + h / 60 % 80 AS category,
	(320681100000000 + 1000000 * (h % 10) + 1000 * (1 + h / 7 % 9) + 1 + h % 40)::text::dcm.grid_code AS grid,
	h, (at + interval '1 day') AS due, at + interval '1 hour' * (h % 30) AS handled_at
FROM generate_series(1, :cases) AS i,
	LATERAL (SELECT '2014-01-01'::timestamptz + i * (interval '720 days' / :cases) AS at, hashint4(i) & 1048575 AS h) AS x;
SET session_replication_role = replica;
INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, grid, area, source, reporter, reported_at, filed_at, clock_from, due, org, work_no,
	dispatched_at, handled_at, closed_at, ended_at, head)
SELECT p.case_no, 'closed', 'evaluation', 8, 8, p.handled_at, 6, p.category, p.grid, dcm.community(p.grid), CASE WHEN h % 3 = 0 THEN '12345' ELSE 'collector' END, 2, p.at, p.at, p.at, p.due, p.org, 1,
	p.at, p.handled_at, p.handled_at + interval '1 hour', p.handled_at + interval '1 hour', '\x00'
FROM planned AS p;
INSERT INTO dcm.case_log (case_no, log_no, action, from_state, to_state, stage, transition, actor, post, db_role, occurred_at, recorded_at, loaded, work_no, org, clock, clock_from, due, hash)
SELECT p.case_no, s.no, s.action, s.state, s.next, 'x', t.id, 2 + p.h % 400, (SELECT min(q.id) FROM dcm.post AS q WHERE q.code LIKE 'p%') + p.h % 400, 'x', s.at, s.at, true, 1, CASE WHEN s.no >= 4 THEN p.org END,
	CASE s.no WHEN 3 THEN 'start' WHEN 6 THEN 'stop' END, CASE WHEN s.no IN (3, 6) THEN p.at END, CASE WHEN s.no IN (3, 6) THEN p.due END, '\x00'
FROM planned AS p
	CROSS JOIN LATERAL (VALUES (1, 'report', NULL, 'reported', p.at), (2, 'accept', 'reported', 'accepted', p.at), (3, 'file', 'accepted', 'filed', p.at), (4, 'dispatch', 'filed', 'dispatched', p.at),
		(5, 'sign', 'dispatched', 'handling', p.at), (6, 'handle', 'handling', 'handled', p.handled_at), (7, 'request_check', 'handled', 'checking', p.handled_at),
		(8, 'pass_check', 'checking', 'checked', p.handled_at), (9, 'close', 'checked', 'closed', p.handled_at + interval '1 hour')) AS s (no, action, state, next, at)
	JOIN dcm.transition AS t ON t.action = s.action AND t.state IS NOT DISTINCT FROM s.state;
INSERT INTO dcm.case_stage (case_no, stage_no, stage, person, opened_at, time_limit, due, closed_at, outcome, state)
SELECT p.case_no, s.no, s.stage, 2, s.since, '15 minute', s.since + interval '15 minutes', s.till, s.outcome, s.stage
FROM planned AS p
	CROSS JOIN LATERAL (VALUES (1, 'collection', p.at, p.at, 'accept'), (2, 'filing', p.at, p.at, 'file'), (3, 'dispatch', p.at, p.at, 'dispatch'), (4, 'handling', p.at, p.handled_at, 'handle'),
		(5, 'feedback', p.handled_at, p.handled_at, 'request_check'), (6, 'closing', p.handled_at, p.handled_at + interval '1 hour', 'close')) AS s (no, stage, since, till, outcome);
INSERT INTO dcm.fact_queue SELECT p.case_no FROM planned AS p;
RESET session_replication_role;
VACUUM ANALYZE dcm.case_file, dcm.case_log, dcm.case_stage, dcm.assignment, dcm.case_task, dcm.fact_queue;

CREATE TEMP TABLE took (what text, ms float8);
SELECT clock_timestamp() AS since \gset
DO $$ BEGIN LOOP EXIT WHEN dcm.roll_up_facts() = 0; END LOOP; END $$;
INSERT INTO took SELECT 'roll up', extract(epoch FROM clock_timestamp() - :'since') * 1000;
VACUUM ANALYZE dcm.daily_fact, dcm.case_fact, dcm.fact_queue;

-- milliseconds, the median of nine
CREATE FUNCTION pg_temp.median(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	since timestamptz;
	times float8[] := '{}';
BEGIN
	FOR i IN 0..9 LOOP
		since := clock_timestamp();
		EXECUTE statement;
		IF i > 0 THEN
			times := times || (extract(epoch FROM clock_timestamp() - since) * 1000)::float8;
		END IF;
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END
$$;
-- the same figures from the cases' rows, which know what the log tells of this city
CREATE FUNCTION pg_temp.from_cases() RETURNS TABLE (org text, filed bigint, handled bigint, handled_in_time bigint, closed bigint, closed_in_time bigint) LANGUAGE sql AS $$
	SELECT o.code, x.filed, x.handled, x.handled_in_time, x.closed, x.closed_in_time
	FROM (
		SELECT f.org,
			count(*) FILTER (WHERE f.filed_at >= '2015-03-01' AND f.filed_at < '2015-04-01') AS filed,
			count(*) FILTER (WHERE f.handled_at >= '2015-03-01' AND f.handled_at < '2015-04-01') AS handled,
			count(*) FILTER (WHERE f.handled_at >= '2015-03-01' AND f.handled_at < '2015-04-01' AND f.handled_at <= f.due) AS handled_in_time,
			count(*) FILTER (WHERE f.closed_at >= '2015-03-01' AND f.closed_at < '2015-04-01') AS closed,
			count(*) FILTER (WHERE f.closed_at >= '2015-03-01' AND f.closed_at < '2015-04-01' AND f.handled_at <= f.due) AS closed_in_time
		FROM dcm.case_file AS f
		WHERE f.filed_at >= '2015-03-01' AND f.filed_at < '2015-04-01' OR f.handled_at >= '2015-03-01' AND f.handled_at < '2015-04-01'
			OR f.closed_at >= '2015-03-01' AND f.closed_at < '2015-04-01'
		GROUP BY f.org) AS x
		JOIN dcm.org AS o ON o.id = x.org
$$;
DO $$
BEGIN
	IF EXISTS (SELECT FROM (SELECT * FROM pg_temp.from_cases()) AS c
			FULL JOIN (SELECT org, filed, handled, handled_in_time, closed, closed_in_time FROM dcm.eval_org('2015-03-01', '2015-03-31') WHERE filed + handled + closed > 0) AS e USING (org, filed, handled, handled_in_time, closed, closed_in_time)
			WHERE c IS NULL OR e IS NULL) THEN
		RAISE EXCEPTION 'facts and cases differ';
	END IF;
END
$$;
INSERT INTO took SELECT 'facts', pg_temp.median($$SELECT count(*) FROM dcm.eval_org('2015-03-01', '2015-03-31')$$);
INSERT INTO took SELECT 'cases', pg_temp.median('SELECT count(*) FROM pg_temp.from_cases()');
UPDATE dcm.daily_fact AS f SET tally = (SELECT dcm.merge(g.t) FROM (SELECT f.tally AS t, generate_series(1, 10)) AS g) WHERE f.kind = 'org';
VACUUM FULL dcm.daily_fact;
INSERT INTO took SELECT 'tenfold', pg_temp.median($$SELECT count(*) FROM dcm.eval_org('2015-03-01', '2015-03-31')$$);

INSERT INTO bench_result
SELECT format('a month of eval_org, %s cases, %s ms', c.n, round(f.ms::numeric, 2)), format('from the cases, %s ms: times faster', round(d.ms)), d.ms / f.ms, '>= 100', '>= 1000'
FROM (SELECT count(*) AS n FROM planned) AS c, took AS f, took AS d WHERE f.what = 'facts' AND d.what = 'cases'
UNION ALL
SELECT format('the same, facts of %s cases', c.n * 10), format('facts of %s cases: times its time', c.n), t.ms / f.ms, '<= 1.20', '1.00'
FROM (SELECT count(*) AS n FROM planned) AS c, took AS f, took AS t WHERE f.what = 'facts' AND t.what = 'tenfold'
UNION ALL
SELECT 'facts of cases with nine entries rolled up, µs a case', '', r.ms * 1000 / (SELECT count(*) FROM planned), NULL, NULL
FROM took AS r WHERE r.what = 'roll up';
