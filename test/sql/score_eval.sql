-- Evaluation: what is counted, when, for whom, and the rates made of it.
SET client_min_messages = warning;
CREATE DATABASE regression_score TEMPLATE template0 ENCODING 'UTF8';
\c regression_score
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('Qidong', '320681');

-- A small world: three unit grids in two streets, bodies a and b, somebody for each role, limits of 26 hours or none.
SELECT dcm.load_preset('cn_roles'), dcm.load_preset('cn_reasons'), dcm.load_preset('cn_sources');
INSERT INTO dcm.org (code, name, level, kind) VALUES ('a', 'parks', 2, 'department'), ('b', 'roads', 2, 'department');
INSERT INTO dcm.region (code, name) VALUES ('320681100', 'north street'), ('320681100001', 'first community');
INSERT INTO dcm.grid (code, geom) SELECT g.code, ST_Multi(ST_MakeEnvelope(121 + g.n, 31, 122 + g.n, 32, 4490))
FROM (VALUES (0, '320681100001001'::dcm.grid_code), (1, '320681100002001'), (2, '320681101001001')) AS g (n, code);
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E0101', 'event', '01', '01', 'litter'), ('E0102', 'event', '01', '02', 'noise');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1)
SELECT c.id, n, 'there is some', CASE n WHEN 1 THEN '26 urgent_hour'::dcm.time_limit END FROM dcm.category AS c, generate_series(1, 2) AS n;
INSERT INTO dcm.person (code, name) SELECT r.code, r.name FROM dcm.role AS r WHERE r.code <> 'system';
INSERT INTO dcm.post (code, person, role) SELECT p.code, p.id, p.code FROM dcm.person AS p WHERE p.code NOT IN ('system', 'liaison');
INSERT INTO dcm.post (code, person, role, org) SELECT 'liaison_' || o.code, p.id, p.code, o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'liaison';
UPDATE dcm.setting SET value = 'false' WHERE name = 'file_needs_point';
SELECT dcm.create_roles();
CREATE ROLE regress_dcm_score SUPERUSER IN ROLE dcm_loader;
SET ROLE regress_dcm_score;

-- One act on the n-th case, by who may do it.
CREATE TEMP TABLE told (n int PRIMARY KEY, case_no bigint);
CREATE FUNCTION pg_temp.tell(of_case int, act text, act_at timestamptz, carried jsonb = '{}')
	RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	photo constant jsonb := '"photo"';
BEGIN
	PERFORM dcm.become(CASE
		WHEN act IN ('report', 'resolve_on_site', 'pass_check', 'fail_check') THEN 'collector'
		WHEN act IN ('accept', 'request_check') THEN 'acceptor'
		WHEN act IN ('file', 'close', 'void', 'reject') THEN 'shift_leader'
		WHEN act LIKE 'grant%' OR act = 'dispatch' THEN 'dispatcher'
		ELSE 'liaison' END);
	IF act = 'report' THEN
		INSERT INTO told SELECT of_case, r.case_no FROM dcm.report_case(CASE WHEN of_case % 2 = 1 THEN 'E0101' ELSE 'E0102' END,
			CASE WHEN of_case <= 4 THEN dcm.point(121.5, 31.5) WHEN of_case <= 6 THEN dcm.point(122.5, 31.5) WHEN of_case <= 8 THEN dcm.point(123.5, 31.5) END,
			address => 'somewhere', at => act_at) AS r;
		RETURN;
	END IF;
	PERFORM dcm.act((SELECT t.case_no FROM told AS t WHERE t.n = of_case), act, at => act_at, data => carried || CASE act
		WHEN 'handle' THEN jsonb_build_object('result', 'done', 'after', photo)
		WHEN 'pass_check' THEN jsonb_build_object('photo', photo)
		WHEN 'fail_check' THEN jsonb_build_object('photo', photo, 'reason', 'not done')
		ELSE '{}' END);
END
$$;
CREATE FUNCTION pg_temp.tell_all(n int, start timestamptz, org text, allowed text, handled timestamptz = NULL, closed timestamptz = NULL)
	RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.tell(n, 'report', start);
	PERFORM pg_temp.tell(n, 'accept', start);
	PERFORM pg_temp.tell(n, 'file', start, CASE WHEN allowed IS NULL THEN '{"condition": 2}'
		ELSE jsonb_build_object('condition', 1, 'time_limit', allowed, 'reason', 'so that it ends when the test wants') END);
	PERFORM pg_temp.tell(n, 'dispatch', start, jsonb_build_object('org', org));
	PERFORM pg_temp.tell(n, 'sign', start);
	IF handled IS NOT NULL THEN
		PERFORM pg_temp.tell(n, 'handle', handled);
	END IF;
	IF closed IS NOT NULL THEN
		PERFORM pg_temp.tell(n, 'request_check', closed);
		PERFORM pg_temp.tell(n, 'pass_check', closed);
		PERFORM pg_temp.tell(n, 'close', closed);
	END IF;
END
$$;

-- 1: in time to the very second; reported in the last hour of the local year
SELECT pg_temp.tell_all(1, '2014-12-31 23:30', 'a', '82.5 urgent_hour', '2015-01-04 10:00', '2015-01-04 12:00');
-- 2: a second late; handled before midnight, closed after it
SELECT pg_temp.tell_all(2, '2015-01-04 08:00', 'a', '26 urgent_hour', '2015-01-05 10:00:01', '2015-01-06 00:00');
-- 3: returned by a, handled late by b, sent back with the clock set anew
SELECT pg_temp.tell_all(3, '2015-01-05 08:00', 'a', '26 urgent_hour');
SELECT pg_temp.tell(3, 'return', '2015-01-05 09:00', '{"reason": "wrong_body", "note": "not ours"}');
SELECT pg_temp.tell(3, 'dispatch', '2015-01-05 10:00', '{"org": "b"}');
SELECT pg_temp.tell(3, 'sign', '2015-01-05 10:00');
SELECT pg_temp.tell(3, 'handle', '2015-01-07 10:00');
SELECT pg_temp.tell(3, 'request_check', '2015-01-07 11:00');
SELECT pg_temp.tell(3, 'fail_check', '2015-01-07 12:00');
\set counts 'filed, handled, handled_in_time AS in_time, closed, closed_in_time AS closed_t, in_time_rate AS rate, returned AS ret, reworked AS rew, extended AS ext, suspended AS sus, reported AS rep, self_resolved AS self, rejected AS rej, voided AS void, overdue_open AS over, filed_timed AS f_t, closed_timed AS c_t'
SELECT org, :counts FROM dcm.eval_org('2015-01-05', '2015-01-07') ORDER BY org;
-- ... and in time by that: the last handling counts
SELECT pg_temp.tell(3, 'handle', '2015-01-07 15:00');
SELECT pg_temp.tell(3, 'request_check', '2015-01-07 15:30');
SELECT pg_temp.tell(3, 'pass_check', '2015-01-07 15:40');
SELECT pg_temp.tell(3, 'close', '2015-01-08 09:00');
-- 4: no clock: neither in time nor late, and in no denominator of the rate
SELECT pg_temp.tell_all(4, '2015-01-05 08:00', 'b', NULL, '2015-01-06 08:00', '2015-01-06 09:00');
-- 5: open and overdue
SELECT pg_temp.tell_all(5, '2015-01-05 08:00', 'b', '34 urgent_hour');
-- 6: rejected; 7: resolved on the spot, which is closed but was never filed; 8: void
SELECT pg_temp.tell(6, 'report', '2015-01-05 08:00');
SELECT pg_temp.tell(6, 'reject', '2015-01-05 08:10', '{"reason": "out_of_coverage"}');
SELECT pg_temp.tell(7, 'report', '2015-01-05 08:00');
SELECT pg_temp.tell(7, 'resolve_on_site', '2015-01-05 08:10',
	'{"before": {"uri": "b", "taken_at": "2015-01-05 08:00+08", "lon": 123.5, "lat": 31.5}, "after": {"uri": "a", "taken_at": "2015-01-05 08:09+08", "lon": 123.5, "lat": 31.5}}');
SELECT pg_temp.tell(7, 'close', '2015-01-05 08:20');
SELECT pg_temp.tell_all(8, '2015-01-05 08:00', 'b', '34 urgent_hour');
SELECT pg_temp.tell(8, 'void', '2015-01-06 08:00', '{"reason": "duplicate"}');
-- 9: extended, then suspended: not overdue on any day
SELECT pg_temp.tell_all(9, '2015-01-05 08:00', 'b', '34 urgent_hour');
SELECT pg_temp.tell(9, 'request_extension', '2015-01-06 07:00', '{"reason": "weather", "extra": "24 urgent_hour"}');
SELECT pg_temp.tell(9, 'grant_extension', '2015-01-06 08:00');
SELECT pg_temp.tell(9, 'request_suspension', '2015-01-07 08:00', '{"reason": "engineering", "until": "2100-01-01"}');
SELECT pg_temp.tell(9, 'grant_suspension', '2015-01-07 09:00');
-- 10: filed, not dispatched, in no unit grid
SELECT pg_temp.tell(10, 'report', '2015-01-05 08:00');
SELECT pg_temp.tell(10, 'accept', '2015-01-05 08:00');
SELECT pg_temp.tell(10, 'file', '2015-01-05 08:00', '{"condition": 1, "time_limit": "999999 urgent_hour", "reason": "so that it ends when the test wants"}');

SELECT org, name, :counts FROM dcm.eval_org('2014-12-31', '2015-01-08') ORDER BY org;
SELECT area, name, :counts FROM dcm.eval_region('2014-12-31', '2015-01-08') ORDER BY area;
SELECT category, name, :counts FROM dcm.eval_category('2014-12-31', '2015-01-08') ORDER BY category;
SELECT * FROM dcm.eval_city('2014-12-31', '2015-01-08') \gx

-- a day by the city's clock, whatever the session's: the first case was reported last year, the second closed on the 6th
SELECT filed, closed FROM dcm.eval_city('2014-12-31', '2014-12-31');
SELECT org, filed, closed FROM dcm.eval_org('2015-01-06', '2015-01-06') ORDER BY org;
SET timezone = 'America/New_York';
SELECT org, filed, closed FROM dcm.eval_org('2015-01-06', '2015-01-06') ORDER BY org;

-- periods: the last days of 2014 are in the first ISO week of 2015
SELECT period_kind, period, org, filed, handled, handled_rate, closed, closed_rate FROM dcm.eval_org
WHERE org = 'a' ORDER BY array_position('{day,week,month,quarter,year}', period_kind), period;

-- every kind of period adds up to the whole, and so do the bodies and the categories
SELECT period_kind, sum(filed) AS filed, sum(handled) AS handled, sum(closed_in_time) AS closed_in_time, sum(reported) AS reported
FROM dcm.eval_org GROUP BY 1 ORDER BY 1;
SELECT period_kind, sum(filed) AS filed FROM dcm.eval_region WHERE area::text = '320681' GROUP BY 1 ORDER BY 1;
SELECT period_kind, sum(filed) AS filed FROM dcm.eval_category GROUP BY 1 ORDER BY 1;

-- the functions have the columns of the views
SELECT v.column_name FROM information_schema.columns AS v
WHERE v.table_schema = 'dcm' AND v.table_name = 'eval_org'
EXCEPT SELECT unnest(p.proargnames) FROM pg_proc AS p WHERE p.oid = 'dcm.eval_org(date, date)'::regprocedure;

-- the other denominator, and in time by the close instead
UPDATE dcm.setting SET value = 'closed' WHERE name = 'in_time_denominator';
SELECT closed_in_time, in_time_rate FROM dcm.eval_city('2014-12-31', '2015-01-08');
UPDATE dcm.setting SET value = 'close' WHERE name = 'in_time_by';
SELECT handled_in_time, closed_in_time, in_time_rate FROM dcm.eval_city('2014-12-31', '2015-01-08');

-- rates: half up, nothing on zero; no rows where nothing happened
SELECT dcm.rate(1, 800), dcm.rate(1, 3), dcm.rate(2, 3), dcm.rate(17260, 27844), dcm.rate(0, 0), dcm.rate(0, 5);
SELECT count(*) FROM dcm.eval_org('2016-01-01', '2016-12-31');
SELECT count(*) FROM dcm.eval_org('2015-01-08', '2015-01-01');
SELECT count(*) FROM dcm.eval_org(NULL, NULL);
\c contrib_regression
DROP DATABASE regression_score;
DROP ROLE regress_dcm_score;
