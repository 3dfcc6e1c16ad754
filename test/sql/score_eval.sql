-- Evaluation: what is counted, when, for whom, and the rates made of it.
SET client_min_messages = warning;
CREATE DATABASE regression_score TEMPLATE template0 ENCODING 'UTF8';
\c regression_score
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('Qidong', '320681');
INSERT INTO dcm.source VALUES ('collector', '采集员', 'collector', 'active') ON CONFLICT DO NOTHING;
INSERT INTO dcm.org (code, name, level, kind) VALUES ('a', 'parks', 2, 'department'), ('b', 'roads', 2, 'department');
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E0101', 'event', '01', '01', 'litter'), ('E0102', 'event', '01', '02', 'noise');
INSERT INTO dcm.region (code, name) VALUES ('320681100', 'north street'), ('320681100001', 'first community');
SELECT dcm.make_leaf(2014), dcm.make_leaf(2015);

-- Case files as acts would leave them, told by hand so that each time is exact.
CREATE FUNCTION pg_temp.tell(n int, act text, act_at timestamptz, org_code text = NULL, new_due timestamptz = NULL, new_clock text = NULL)
	RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	no bigint := 201500000000000 + n;
	f dcm.case_file;
	t dcm.transition;
	s dcm.state;
BEGIN
	SELECT * INTO f FROM dcm.case_file WHERE case_no = no;
	SELECT * INTO STRICT t FROM dcm.transition WHERE state IS NOT DISTINCT FROM f.state AND action = act;
	SELECT * INTO STRICT s FROM dcm.state WHERE code = coalesce(t.next_state, f.state);
	IF f.case_no IS NULL THEN
		INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, area, source, reporter, reported_at, head)
		VALUES (no, 'reported', 'collection', 0, 0, act_at, 1, 2 - n % 2,
			CASE WHEN n <= 4 THEN '320681100001' WHEN n <= 6 THEN '320681100002' WHEN n <= 8 THEN '320681101001' END::dcm.area_code,
			'collector', 1, act_at, '')
		RETURNING * INTO f;
	END IF;
	UPDATE dcm.case_file SET state = s.code, stage = s.stage, log_no = f.log_no + 1, due = coalesce(new_due, due),
		ended_at = CASE WHEN s.ending THEN act_at END
	WHERE case_no = no;
	INSERT INTO dcm.case_log (case_no, log_no, action, from_state, to_state, stage, transition, actor, db_role,
		occurred_at, recorded_at, loaded, org, clock, due, hash)
	VALUES (no, f.log_no + 1, act, CASE WHEN act <> 'report' THEN f.state END, s.code, s.stage, t.id, 1, 'x',
		act_at, act_at, true, (SELECT id FROM dcm.org WHERE code = org_code),
		coalesce(new_clock, CASE WHEN act = 'file' AND new_due IS NOT NULL THEN 'start' WHEN act = 'handle' AND f.due IS NOT NULL THEN 'stop' END),
		CASE WHEN act = 'handle' THEN f.due ELSE new_due END, '');
END
$$;
CREATE FUNCTION pg_temp.tell_all(n int, start timestamptz, org_code text, due timestamptz, handled timestamptz = NULL, closed timestamptz = NULL)
	RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.tell(n, 'report', start), pg_temp.tell(n, 'accept', start);
	PERFORM pg_temp.tell(n, 'file', start, new_due => due);
	PERFORM pg_temp.tell(n, 'dispatch', start, org_code), pg_temp.tell(n, 'sign', start);
	IF handled IS NOT NULL THEN
		PERFORM pg_temp.tell(n, 'handle', handled);
	END IF;
	IF closed IS NOT NULL THEN
		PERFORM pg_temp.tell(n, 'request_check', closed), pg_temp.tell(n, 'pass_check', closed);
		PERFORM pg_temp.tell(n, 'close', closed);
	END IF;
END
$$;
SET session_replication_role = replica;

-- 1: in time to the very second; reported in the last hour of the local year
SELECT pg_temp.tell_all(1, '2014-12-31 23:30', 'a', '2015-01-04 10:00', '2015-01-04 10:00', '2015-01-04 12:00');
-- 2: a second late; handled before midnight, closed after it
SELECT pg_temp.tell_all(2, '2015-01-04 08:00', 'a', '2015-01-05 10:00', '2015-01-05 10:00:01', '2015-01-06 00:00');
-- 3: returned by a, handled by b, sent back once with the clock set anew, late, then in time by it
SELECT pg_temp.tell_all(3, '2015-01-05 08:00', 'a', '2015-01-06 10:00');
SELECT pg_temp.tell(3, 'return', '2015-01-05 09:00'), pg_temp.tell(3, 'dispatch', '2015-01-05 10:00', 'b');
SELECT pg_temp.tell(3, 'sign', '2015-01-05 10:00'), pg_temp.tell(3, 'handle', '2015-01-07 10:00');
SELECT pg_temp.tell(3, 'request_check', '2015-01-07 11:00');
SELECT pg_temp.tell(3, 'fail_check', '2015-01-07 12:00', new_due => '2015-01-07 16:00', new_clock => 'restart');
\set counts 'filed, handled, handled_in_time AS in_time, closed, closed_in_time AS closed_t, in_time_rate AS rate, returned AS ret, reworked AS rew, extended AS ext, suspended AS sus, reported AS rep, self_resolved AS self, rejected AS rej, voided AS void, overdue_open AS over, filed_timed AS f_t, closed_timed AS c_t'
SELECT org, :counts FROM dcm.eval_org('2015-01-05', '2015-01-07') ORDER BY org;
SELECT pg_temp.tell(3, 'handle', '2015-01-07 15:00'), pg_temp.tell(3, 'request_check', '2015-01-07 15:30');
SELECT pg_temp.tell(3, 'pass_check', '2015-01-07 15:40'), pg_temp.tell(3, 'close', '2015-01-08 09:00');
-- 4: no clock: neither in time nor late, and in no denominator of the rate
SELECT pg_temp.tell_all(4, '2015-01-05 08:00', 'b', NULL, '2015-01-06 08:00', '2015-01-06 09:00');
-- 5: open and overdue
SELECT pg_temp.tell_all(5, '2015-01-05 08:00', 'b', '2015-01-06 18:00');
-- 6: rejected; 7: resolved on the spot, which is closed but was never filed; 8: void
SELECT pg_temp.tell(6, 'report', '2015-01-05 08:00'), pg_temp.tell(6, 'reject', '2015-01-05 08:10');
SELECT pg_temp.tell(7, 'report', '2015-01-05 08:00'), pg_temp.tell(7, 'resolve_on_site', '2015-01-05 08:10'), pg_temp.tell(7, 'close', '2015-01-05 08:20');
SELECT pg_temp.tell_all(8, '2015-01-05 08:00', 'b', '2015-01-06 18:00');
SELECT pg_temp.tell(8, 'void', '2015-01-06 08:00');
-- 9: extended, then suspended: late on paper, not overdue
SELECT pg_temp.tell_all(9, '2015-01-05 08:00', 'b', '2015-01-06 18:00');
SELECT pg_temp.tell(9, 'grant_extension', '2015-01-06 08:00', new_due => '2015-01-07 18:00', new_clock => 'extend');
SELECT pg_temp.tell(9, 'grant_suspension', '2015-01-07 08:00', new_due => '2015-01-07 18:00', new_clock => 'pause');
-- 10: filed, not dispatched
SELECT pg_temp.tell(10, 'report', '2015-01-05 08:00'), pg_temp.tell(10, 'accept', '2015-01-05 08:00'), pg_temp.tell(10, 'file', '2015-01-05 08:00', new_due => '2100-01-01');
RESET session_replication_role;

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
SELECT period_kind, sum(filed) AS filed FROM dcm.eval_region WHERE area = '320681' GROUP BY 1 ORDER BY 1;
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
