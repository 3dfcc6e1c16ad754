-- Facts: what reads them is never behind, rolling them up changes no figure, and a
-- rebuild from the cases finds nothing to mend; what is closed stays.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

-- everything that eval_* says, and what the cases themselves say
CREATE FUNCTION pg_temp.said() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT 'org ' || e FROM dcm.eval_org AS e UNION ALL SELECT 'region ' || e FROM dcm.eval_region AS e
	UNION ALL SELECT 'category ' || e FROM dcm.eval_category AS e UNION ALL SELECT 'source ' || e FROM dcm.eval_source AS e
	UNION ALL SELECT 'grid ' || e FROM dcm.eval_grid AS e UNION ALL SELECT 'post ' || e FROM dcm.eval_post AS e
	UNION ALL SELECT 'collector ' || e FROM dcm.eval_collector AS e
	UNION ALL SELECT 'pair ' || f FROM dcm.facts('org-source') AS f
$$;
CREATE FUNCTION pg_temp.of_cases() RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_object_agg(x.field, x.n)
	FROM (
		SELECT n.field, sum(e.amount) AS n
		FROM dcm.case_event(ARRAY(SELECT case_no FROM dcm.case_file)) AS e CROSS JOIN LATERAL unnest(dcm.event_field(e.event, e.timed, e.in_time)) AS n (field)
		WHERE e.post IS NULL GROUP BY 1) AS x
$$;
CREATE FUNCTION pg_temp.of_city() RETURNS jsonb LANGUAGE sql AS $$
	SELECT dcm.merge(f.tally)::jsonb FROM dcm.facts('region') AS f WHERE f.subject = dcm.setting('area_code')
$$;
CREATE FUNCTION pg_temp.roll_up() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint := 0;
	m bigint;
BEGIN
	LOOP
		m := dcm.roll_up_facts(7);
		EXIT WHEN m = 0;
		n := n + m;
	END LOOP;
	RETURN n;
END $$;

-- a case of each kind, each way through the workflow
CREATE TEMP TABLE c AS SELECT s.code AS state, t.case_in(s.code, t.at('Mon 09:00')) AS no FROM dcm.state AS s;
SELECT is((SELECT count(*) FROM dcm.fact_queue), (SELECT count(*) FROM dcm.case_log), 'every act is queued');
SELECT is((SELECT count(*) FROM dcm.daily_fact), 0::bigint, 'nothing is rolled up yet');
SELECT is(pg_temp.of_city(), pg_temp.of_cases(), 'and yet figures are whole');
CREATE TEMP TABLE before AS SELECT * FROM pg_temp.said() AS said;
SELECT cmp_ok(pg_temp.roll_up(), '>=', (SELECT count(*) FROM c), 'all are rolled up, few at a time');
SELECT is((SELECT count(*) FROM dcm.fact_queue), 0::bigint, 'the queue is empty');
SELECT is(dcm.roll_up_facts(), 0::bigint, 'once more has nothing to do');
SELECT bag_eq('SELECT * FROM pg_temp.said()', 'SELECT * FROM before', 'no figure moved by it');
SELECT is(dcm.rebuild_facts('-infinity', 'infinity'), 0::bigint, 'nor was one wrong');
SELECT is((SELECT sum(count) FROM dcm.daily_work)::bigint, (SELECT count(*) FROM dcm.case_log), 'each act is somebody''s work, once');
SELECT is((SELECT (w.count, w.timed, w.in_time, w.seconds)::text FROM dcm.daily_work AS w JOIN dcm.person AS p ON p.id = w.person WHERE p.code = 'acc' AND w.action = 'accept'),
	(SELECT (count(*), count(*), count(*), 0)::text FROM dcm.case_log WHERE action = 'accept'), 'with its limit and its time');

-- somebody who changes facts by hand is found
UPDATE dcm.daily_fact SET tally = dcm.merge(tally, '{"filed": 5}') WHERE kind = 'org';
SELECT cmp_ok(dcm.rebuild_facts('2015-03-01', '2015-03-31'), '>', 0::bigint, 'a figure changed by hand is found');
SELECT bag_eq('SELECT * FROM pg_temp.said()', 'SELECT * FROM before', 'and mended');

-- phones tell late: the day to which it belongs changes
CREATE TEMP TABLE monday AS SELECT handled FROM dcm.eval_city('2015-03-02', '2015-03-02');
SELECT is((t.act('han', no, 'handle', t.data('handle'), t.at('Mon 15:00'))).state, 'handled', 'told later for Monday') FROM c WHERE state = 'handling';
SELECT is((SELECT handled FROM dcm.eval_city('2015-03-02', '2015-03-02')), (SELECT handled + 1 FROM monday), 'Monday has it at once');
SELECT is((pg_temp.of_city() ->> 'handled')::int, (pg_temp.of_cases() ->> 'handled')::int, 'as the cases say');
-- a case that moves to another category takes its counts along
CREATE TEMP TABLE moved AS SELECT no FROM c WHERE state = 'reported';
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E9977', 'event', '99', '77', 'another');
SELECT isnt((t.act('acc', no, 'amend', '{"category": "E9977"}', t.at('Tue 09:00'))).state, NULL, 'another category') FROM moved;
SELECT pg_temp.roll_up() \g /dev/null
SELECT is((SELECT reported FROM dcm.eval_category('2015-03-02', '2015-03-02') WHERE category = 'E9977'), 1::bigint, 'has the report of the day before');
SELECT is(dcm.rebuild_facts('-infinity', 'infinity'), 0::bigint, 'and all is sound');

-- the month is closed: what comes later for it goes to the next day that is open
INSERT INTO dcm.period (kind, code, since, till, step) VALUES ('own', 'first days', '2015-03-01', '2015-03-03', 'closed');
CREATE TEMP TABLE published AS SELECT f.* FROM dcm.daily_fact AS f WHERE f.day <= '2015-03-03';
SELECT isnt((t.act('lia', no, 'sign', '{}', t.at('Tue 10:00'))).state, NULL, 'told late for a closed day') FROM c WHERE state = 'dispatched';
SELECT isnt((t.act('han', no, 'handle', t.data('handle'), t.at('Tue 11:00'))).state, NULL, 'handled too') FROM c WHERE state = 'dispatched';
SELECT is((SELECT (day, booked_on)::text FROM dcm.book_facts(ARRAY[no], dcm.closed_till()) AS b WHERE post IS NULL AND dcm.count_of(tally, 'handled') = 1), '(2015-03-03,2015-03-04)', 'it is booked on the day after')
	FROM c WHERE state = 'dispatched';
CREATE TEMP TABLE waiting AS SELECT * FROM pg_temp.said() AS said;
SELECT pg_temp.roll_up() \g /dev/null
SELECT bag_eq('SELECT * FROM pg_temp.said()', 'SELECT * FROM waiting', 'rolling up changes nothing here either');
SELECT is((SELECT handled FROM dcm.eval_city('2015-03-04', '2015-03-04')), 1::bigint, 'the day after has it');
SELECT bag_eq($$SELECT kind, day, subject, other, tally::text FROM dcm.daily_fact WHERE day <= '2015-03-03'$$,
	$$SELECT kind, day, subject, other, tally::text FROM published$$, 'what was published stays');
-- rework after the close: handled again on a day of its own, once
SELECT isnt((t.act('col', no, 'fail_check', t.data('fail_check'), t.at('Wed 09:00'))).state, NULL, 'a check failed') FROM c WHERE state = 'checking';
SELECT isnt((t.act('han', no, 'handle', t.data('handle'), t.at('Wed 10:00'))).state, NULL, 'and it is handled again') FROM c WHERE state = 'checking';
SELECT pg_temp.roll_up() \g /dev/null
SELECT is((SELECT handled FROM dcm.eval_city('2015-03-04', '2015-03-04')), 2::bigint, 'it counts on its day');
SELECT bag_eq($$SELECT kind, day, subject, other, tally::text FROM dcm.daily_fact WHERE day <= '2015-03-03'$$,
	$$SELECT kind, day, subject, other, tally::text FROM published$$, 'and what was published stays');
SELECT is(dcm.rebuild_facts('-infinity', 'infinity'), 0::bigint, 'a rebuild leaves it so');
SELECT is((SELECT count(*) FROM dcm.late_work), 2::bigint, 'late work is listed');

-- a case that is opened again
SELECT is((t.step(no, 'reopen', t.at('Thu 09:00'))).state, 'filed', 'opened again') FROM c WHERE state = 'closed';
SELECT is((SELECT reopened FROM dcm.eval_city('2015-03-05', '2015-03-05')), 1::bigint, 'it counts, and figures are there');
SELECT cmp_ok(pg_temp.roll_up(), '>', 0::bigint, 'it is rolled up');
SELECT is(dcm.rebuild_facts('-infinity', 'infinity'), 0::bigint, 'as the case says');

-- each column says in both languages what it is, and a figure by its name
SELECT is_empty($$
	SELECT v.relname, a.attname FROM pg_class AS v JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0
	WHERE v.relnamespace = 'dcm'::regnamespace AND v.relname ~ '^eval_' AND v.relkind = 'v'
		AND (col_description(v.oid, a.attnum) IS NULL OR col_description(v.oid, a.attnum) !~ '[一-龥]'
			OR format_type(a.atttypid, NULL) IN ('bigint', 'numeric') AND strpos(col_description(v.oid, a.attnum), a.attname) = 0)$$, 'columns of evaluations tell their figures');
SELECT is(col_description('dcm.eval_org'::regclass, (SELECT attnum FROM pg_attribute WHERE attrelid = 'dcm.eval_org'::regclass AND attname = 'in_time_rate')),
	'Figure in_time_rate of dcm.figures(): closed in time, percent of those with a time limit. 按期结案率。', 'a rate too');

-- a caller without a right to roll up, and one without a mind
SELECT is(t.try('SELECT dcm.rebuild_facts(NULL, NULL)'), '22004 dcm.null', 'a rebuild wants days');
SELECT is(has_function_privilege('public', 'dcm.roll_up_facts(int)', 'EXECUTE'), false, 'rolling up is for jobs');
SELECT * FROM finish();
ROLLBACK;
