-- What people ask of figures, counted by hand: change on the period before and on
-- the year before, who has most, how long handling takes, and working days alone.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

-- Seven cases, each reported, filed and dispatched at 09:00 and closed when handled;
-- without a limit but the last but one of body cg, which has four hours of work.
CREATE FUNCTION pg_temp.whole(body text, class int, day date, hours int, condition int DEFAULT 3) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	nine constant timestamptz := (day + time '09:00') AT TIME ZONE 'Asia/Shanghai';
	ended constant timestamptz := nine + hours * interval '1 hour';
	no constant bigint := t.report(nine, class);
BEGIN
	PERFORM t.step(no, 'accept', nine);
	PERFORM t.act('lead', no, 'file', jsonb_build_object('condition', condition), nine);
	PERFORM t.act('disp', no, 'dispatch', jsonb_build_object('org', body), nine);
	PERFORM t.act(CASE body WHEN 'hw' THEN 'lia2' ELSE 'lia' END, no, 'sign', at => nine);
	PERFORM t.act(CASE body WHEN 'hw' THEN 'han2' ELSE 'han' END, no, 'handle', t.data('handle'), ended);
	PERFORM t.step(no, 'request_check', ended);
	PERFORM t.step(no, 'pass_check', ended);
	PERFORM t.step(no, 'close', ended);
	RETURN no;
END $$;
SELECT pg_temp.whole(body, class, day, hours, condition) FROM (VALUES
	('cg', 1, date '2014-02-10', 1, 3),
	('cg', 1, '2015-01-05', 2, 3),
	('cg', 1, '2015-01-20', 26, 3),		-- Tuesday, handled on Wednesday at 11:00: 10 hours of work
	('cg', 2, '2015-02-04', 4, 3),		-- till 13:00: 3 hours of work
	('cg', 2, '2015-02-09', 10, 2),		-- till 19:00: 7 hours of work, three too late
	('cg', 3, '2015-02-12', 1, 3),
	('hw', 3, '2015-02-14', 5, 3)) AS v (body, class, day, hours, condition) \g /dev/null

CREATE FUNCTION pg_temp.change(kind text, each text, of text, field text, till date DEFAULT NULL, workdays boolean DEFAULT false) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s: %s, %s %s %s%%, %s %s %s%%', coalesce(c.subject, 'none'), c.value, coalesce(c.previous::text, 'none'), c.change, c.change_percent, coalesce(c.year_before::text, 'none'), c.year_change, c.year_change_percent)
	FROM dcm.eval_compare(kind, each, till => till, fields => ARRAY[field], workdays_only => workdays) AS c WHERE c.period = of $$;
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-02', 'filed')$$, $$VALUES ('cg: 3, 2 1 50.00%, 1 2 200.00%'), ('hw: 1, 0 1 %, 0 1 %')$$, 'a month of bodies beside the month and the year before');
SELECT results_eq($$SELECT pg_temp.change('city', 'month', '2015-02', 'filed')$$, $$VALUES ('320681: 4, 2 2 100.00%, 1 3 300.00%')$$, 'and of the city: differences add up');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-03', 'filed')$$, $$VALUES ('cg: 0, 3 -3 -100.00%, 0 0 %'), ('hw: 0, 1 -1 -100.00%, 0 0 %')$$, 'who has nothing any more is there');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2014-02', 'filed')$$, $$VALUES ('cg: 1, none  %, none  %')$$, 'what was not recorded is not zero');
SELECT results_eq($$SELECT pg_temp.change('org', 'year', '2015', 'closed')$$, $$VALUES ('cg: 5, 1 4 400.00%, 1 4 400.00%'), ('hw: 1, 0 1 %, 0 1 %')$$, 'a year, which is the year before as well');
SELECT results_eq($$SELECT pg_temp.change('city', 'quarter', '2015-Q1', 'filed')$$, $$VALUES ('320681: 6, 0 6 %, 1 5 500.00%')$$, 'a quarter');
SELECT results_eq($$SELECT pg_temp.change('city', 'week', '2015-W07', 'filed')$$, $$VALUES ('320681: 3, 1 2 200.00%, 1 2 200.00%')$$, 'a week, and the one of that number of the year before');
SELECT results_eq($$SELECT pg_temp.change('city', 'day', '2015-02-10', 'filed')$$, $$VALUES ('320681: 0, 1 -1 -100.00%, 1 -1 -100.00%')$$, 'a day');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-02', 'filed', '2015-02-10')$$, $$VALUES ('cg: 2, 1 1 100.00%, 1 1 100.00%')$$, 'ten days of a month beside as many of the others');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-02', 'filed', NULL, true)$$, $$VALUES ('cg: 3, 2 1 50.00%, 1 2 200.00%')$$, 'on working days alone: not the Saturday');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-02', 'in_time_rate')$$, $$VALUES ('cg: 0.00, none  %, none  %'), ('hw: , none  %, none  %')$$, 'a rate of nothing is none');
SELECT results_eq($$SELECT pg_temp.change('org', 'month', '2015-02', 'handling_hours')$$, $$VALUES ('cg: 5.00, 14.00 -9.00 -64.29%, 1.00 4.00 400.00%'), ('hw: 5.00, none  %, none  %')$$, 'mean hours of handling');
SELECT is((SELECT count(*) FROM dcm.eval_compare('city', 'week', fields => '{filed}') AS c WHERE c.period = '2015-W53'), 0::bigint, 'a week that brought nothing beside nothing is no row');
SELECT results_eq($$SELECT first_day, last_day FROM dcm.eval_compare('city', 'week', fields => '{filed}') WHERE period = '2015-W07'$$, $$VALUES (date '2015-02-09', date '2015-02-15')$$, 'with its days');
SELECT is((SELECT count(DISTINCT c.period) FROM dcm.eval_compare('city', 'month', '2015-01-15', '2015-02-28', '{filed}') AS c), 2::bigint, 'the periods of a span, whole');
SELECT results_eq($$SELECT value, previous, year_before FROM dcm.eval_compare('city', 'month', '2015-02-01', '2015-02-28', '{filed}')$$, $$VALUES (4.0, 2.0, 1.0)$$, 'compared with what lies before the span');
-- months that begin on the 26th are those of the setting
UPDATE dcm.setting SET value = '10' WHERE name = 'month_starts_on';
SELECT results_eq($$SELECT pg_temp.change('city', 'month', '2015-03', 'filed')$$, $$VALUES ('320681: 2, 3 -1 -33.33%, 1 1 100.00%')$$, 'months of evaluation that begin on the 10th');
UPDATE dcm.setting SET value = NULL WHERE name = 'month_starts_on';

-- a February of 29 days, a week 53, the turn of the year
SELECT is(dcm.period_of(v.kind, v.day::date, v.starts)::text, v.told, format('%s of %s from the %s', v.kind, v.day, v.starts))
FROM (VALUES ('day', '2016-02-29', 1, '(2016-02-29,2016-02-29,2016-02-29)'), ('week', '2016-01-03', 1, '(2015-12-28,2016-01-03,2015-W53)'), ('week', '2014-12-29', 26, '(2014-12-29,2015-01-04,2015-W01)'),
	('month', '2016-02-10', 1, '(2016-02-01,2016-02-29,2016-02)'), ('month', '2015-12-26', 26, '(2015-12-26,2016-01-25,2016-01)'), ('month', '2015-12-25', 26, '(2015-11-26,2015-12-25,2015-12)'),
	('quarter', '2015-12-31', 26, '(2015-12-26,2016-03-25,2016-Q1)'), ('year', '2015-12-26', 26, '(2015-12-26,2016-12-25,2016)'), ('year', '2015-06-01', 1, '(2015-01-01,2015-12-31,2015)')) AS v (kind, day, starts, told);
SELECT is((dcm.period_of('decade', '2015-01-01')).period, NULL, 'no other kind');
SELECT is(array_agg(dcm.is_workday(d::date)), '{t,f,t,f}', 'a worked Sunday is a working day, a Saturday and a holiday are not')
FROM unnest('{2015-02-13,2015-02-14,2015-02-15,2015-02-19}'::text[]) AS d;

-- who has most
SELECT results_eq($$SELECT rank, subject, value, share FROM dcm.top('org', '2015-01-01', '2015-12-31', 'filed', 1)$$, $$VALUES (1::bigint, 'cg', 5.0, 83.33)$$, 'the first body');
SELECT results_eq($$SELECT rank, subject, value FROM dcm.top('grid', '2014-01-01', '2015-12-31', 'filed', 2)$$,
	$$VALUES (1::bigint, '320681100001001', 3.0), (2, '320681100001002', 2.0), (2, '320681100001003', 2.0)$$, 'the first two grids are three, for two tie');
SELECT results_eq($$SELECT rank, subject, value, share FROM dcm.top('org', '2015-02-01', '2015-02-28', 'handling_hours', 5)$$, $$VALUES (1::bigint, 'cg', 5.0, NULL::numeric), (1, 'hw', 5.0, NULL)$$, 'of means there is no share');
SELECT results_eq($$SELECT subject, value FROM dcm.top('org', '2015-01-01', '2015-12-31', 'filed', 1, true)$$, $$VALUES ('hw', 1.0)$$, 'the last');
SELECT results_eq($$SELECT subject FROM dcm.top('org', '2015-01-01', '2015-12-31', workdays_only => true)$$, $$VALUES ('cg')$$, 'on working days');
SELECT results_eq($$SELECT subject, name, value FROM dcm.top('category', '2015-01-01', '2015-12-31', 'reported')$$, $$VALUES ('E9901', 'test', 6.0)$$, 'by category, by its code');

-- how long it takes, exactly
SELECT results_eq($$SELECT handled, mean_hours, median_hours, p90_hours, longest_hours, mean_work_hours, median_work_hours, p90_work_hours, longest_work_hours
	FROM dcm.handling_time('org', 'month') WHERE (period, subject) = ('2015-02', 'cg')$$, $$VALUES (3::bigint, 5.0, 4.0, 8.80, 10.0, 3.67, 3.0, 6.20, 7.0)$$, 'handling times of a body in a month');
SELECT results_eq($$SELECT period, handled, median_hours, p90_hours FROM dcm.handling_time('city', 'span', '2015-02-01', '2015-02-28')$$, $$VALUES ('2015-02-01/2015-02-28', 4::bigint, 4.5, 8.5)$$, 'of the city in a span');
SELECT results_eq($$SELECT handled, median_hours FROM dcm.handling_time('city', 'month', workdays_only => true) WHERE period = '2015-02'$$, $$VALUES (3::bigint, 4.0)$$, 'of what was handled on working days');
SELECT results_eq($$SELECT subject, handled, longest_hours, longest_work_hours FROM dcm.handling_time('category', 'week') WHERE period = '2015-W04'$$, $$VALUES ('E9901', 1::bigint, 26.0, 10.0)$$, 'by category and week');
SELECT results_eq($$SELECT sum(handled) FROM dcm.handling_time('grid', 'year')$$, 'VALUES (7::numeric)', 'by grid each once');
-- a suspension is no time of handling
SELECT is(dcm.handling_seconds('2015-03-02 09:00+08', '2015-03-02 19:00+08', '{[2015-03-02 08:00+08,2015-03-02 10:00+08),[2015-03-02 12:00+08,2015-03-02 14:00+08),[2015-03-02 18:00+08,)}'), 6 * 3600.0::float8, 'pauses do not count');

-- a week 53 has no counterpart in a year of 52: what follows that year's last is week 1
SELECT pg_temp.whole('cg', 1, d, 1) FROM unnest('{2014-12-30,2015-12-30}'::date[]) AS d \g /dev/null
SELECT results_eq($$SELECT pg_temp.change('city', 'week', '2015-W53', 'filed')$$, $$VALUES ('320681: 1, 0 1 %, none  %')$$, 'week 53 stands beside none');
SELECT results_eq($$SELECT pg_temp.change('city', 'week', '2015-W01', 'filed')$$, $$VALUES ('320681: 1, 0 1 %, none  %')$$, 'a week of two years counts for the one that has its Thursday');

-- what cannot be told
SELECT is(t.try(statement), ends, statement) FROM (VALUES
	($$SELECT dcm.eval_compare('galaxy', 'month')$$, '22023 dcm.no_grouping'), ($$SELECT dcm.eval_compare('org', 'decade')$$, '22023 dcm.bad_period'), ($$SELECT dcm.eval_compare('org', NULL)$$, '22023 dcm.bad_period'),
	($$SELECT dcm.eval_compare('org', 'month', fields => '{filed,luck}')$$, '22023 dcm.no_field'), ($$SELECT dcm.eval_compare('org', 'month', fields => '{open}')$$, '22023 dcm.no_field'),
	($$SELECT dcm.top('org', '2015-01-01', '2015-12-31', 'luck')$$, '22023 dcm.no_field'), ($$SELECT dcm.top('org', '2015-01-01', '2015-12-31', 'filed', 0)$$, '22023 dcm.bad_page'),
	($$SELECT dcm.handling_time('post')$$, '22023 dcm.no_grouping'), ($$SELECT dcm.handling_time('org', 'decade')$$, '22023 dcm.bad_period')) AS v (statement, ends);

SELECT * FROM finish();
ROLLBACK;
