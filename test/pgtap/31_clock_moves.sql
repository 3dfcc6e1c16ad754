-- Clocks of each state and of the arrival, a deadline explained, and what a
-- change of calendar moves.  Times as in 30_clocks.sql.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
GRANT dcm_loader TO CURRENT_USER;

SELECT * FROM no_plan();

-- every state with a limit of its own, in minutes or in working time, is timed
CREATE FUNCTION pg_temp.steps(no bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(format('%s %s', s.state, coalesce(t.day(s.due), '-')), ', ' ORDER BY s.stage_no) FROM dcm.case_stage AS s WHERE s.case_no = no
$$;
CREATE FUNCTION pg_temp.whole_way() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.report(t.at('Mon 08:30'));
BEGIN
	PERFORM t.acts(no, 'Mon 08:35 request_verification
		Mon 08:50 confirm_verification
		Mon 08:55 accept
		Mon 09:00 file
		Mon 09:10 dispatch
		Mon 11:30 sign
		Mon 11:45 handle
		Mon 11:50 request_check');
	PERFORM t.act('other', no, 'pass_check', t.data('pass_check'), t.at('Mon 11:55'));
	PERFORM t.act('other', no, 'close', '{}', t.at('Mon 11:58'));
	RETURN no;
END $$;
SELECT is(pg_temp.steps(pg_temp.whole_way()), 'reported Mon 08:45, verifying Mon 09:05, reported Mon 09:05, accepted Mon 09:10, filed Mon 09:15, '
	'dispatched -, handled Mon 12:00, checking Mon 12:20, checked Mon 12:25, closed -', 'the clocks as shipped');
SAVEPOINT s;
UPDATE dcm.state SET time_limit = '1 work_hour' WHERE code IN ('reported', 'filed', 'dispatched', 'handled', 'checked');
UPDATE dcm.state SET time_limit = '90 work_minute' WHERE code = 'handling';
SELECT is(pg_temp.steps(pg_temp.whole_way()), 'reported Mon 09:30, verifying Mon 09:05, reported Mon 09:50, accepted Mon 09:10, filed Mon 10:00, '
	'dispatched Mon 10:10, handling Mon 15:00, handled Mon 14:45, checking Mon 12:20, checked Mon 14:55, closed -', 'accepting, verifying, filing, dispatching, signing, handling, checking and closing each have their own');
CREATE TEMP TABLE way AS SELECT pg_temp.whole_way() AS no;
SELECT is(string_agg(format('%s %s', c.kind, t.day(c.due)), ', ' ORDER BY c.task_no), 'verify Mon 09:05, check Mon 12:20', 'tasks have the clock of their state')
FROM dcm.case_task AS c JOIN way ON c.case_no = way.no;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and the log says the same of all');
ROLLBACK TO s;

-- the arrival: by the standard, else by the setting, else without a clock
CREATE FUNCTION pg_temp.arrival(no bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT format('%s %s', coalesce(t.day(a.arrive_due), '-'), coalesce(t.day(a.arrived_at), '-'))
	FROM dcm.assignment AS a JOIN dcm.case_file AS f ON (f.case_no, f.work_no) = (a.case_no, a.work_no) WHERE a.case_no = no
$$;
SELECT is(pg_temp.arrival(t.handling()), '- -', 'no limit, no clock of the arrival');
UPDATE dcm.setting SET value = '30 minute' WHERE name = 'arrive_limit';
SELECT is(pg_temp.arrival(t.handling()), 'Mon 10:00 -', 'as the city has it');
SELECT t.standard('arrive_limit = ''1 work_hour''');
CREATE TEMP TABLE a AS SELECT t.handling() AS no;
SELECT is(pg_temp.arrival(no), 'Mon 10:30 -', 'as the standard has it') FROM a;
SELECT is(t.acts(no, 'Mon 10:20 arrive'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'who arrives stops no other clock') FROM a;
SELECT is(pg_temp.arrival(no), 'Mon 10:30 Mon 10:20', 'and was there') FROM a;
SELECT is(t.acts(no, 'Mon 11:20 arrive'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'who comes again') FROM a;
SELECT is(pg_temp.arrival(no), 'Mon 10:30 Mon 10:20', 'was there already') FROM a;
SELECT is(t.acts(no, 'Mon 10:10 arrive'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'also who tells of an earlier time later') FROM a;
SELECT is_empty(format('SELECT * FROM dcm.verify_case(%s)', no), 'which is on record') FROM a;
-- a limit that is taken from a state, or given to it, while cases are in it
SAVEPOINT s;
UPDATE dcm.state SET time_limit = '2 work_hour' WHERE code = 'dispatched';
CREATE TEMP TABLE taken AS SELECT t.filed() AS no;
SELECT isnt(t.acts(no, 'Mon 09:30 dispatch'), NULL, 'dispatched with a limit') FROM taken;
UPDATE dcm.state SET time_limit = NULL WHERE code = 'dispatched';
SELECT isnt(t.acts(no, 'Mon 10:30 sign'), NULL, 'signed without one') FROM taken;
UPDATE dcm.state SET time_limit = '1 work_hour' WHERE code = 'handling';
SELECT isnt(t.acts(no, 'Mon 10:40 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 10:50 grant_suspension'), NULL, 'and suspended') FROM taken;
SELECT is(pg_temp.steps(no), 'reported Mon 08:45, accepted Mon 08:55, filed Mon 09:15, dispatched Mon 11:30, handling -, suspended -', 'each clock ends with its state') FROM taken;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'as the log says');
ROLLBACK TO s;

-- a deadline explained: why each stretch counts or does not
CREATE FUNCTION pg_temp.why(no bigint) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN (SELECT string_agg(format('%s-%s %s %s', t.day(e.since), t.day(e.till), extract(epoch FROM e.counted)::int / 60, e.reason), E'\n' ORDER BY e.since, e.till)
		FROM dcm.explain_deadline(no) AS e);
END $$;
SELECT is(pg_temp.why(n), 'Mon 09:00-Mon 10:00 60 working hours
Mon 10:00-Tue 11:00 0 suspended
Tue 11:00-Tue 12:00 60 working hours
Tue 12:00-Tue 14:00 0 break
Tue 14:00-Tue 18:00 240 working hours
Tue 18:00-Wed 08:00 0 night
Wed 08:00-Wed 10:00 120 working hours
Wed 10:00-Wed 12:00 120 working hours, extension
Wed 12:00-Wed 14:00 0 break
Wed 14:00-Wed 18:00 240 working hours, extension
Wed 18:00-Thu 08:00 0 night
Thu 08:00-Thu 10:00 120 working hours, extension
Thu 10:00-Thu 10:00 0 deadline: 16 work_hour, 8 work_hour of it by extension', 'with a pause and an extension')
FROM (SELECT t.handling() AS n) AS x CROSS JOIN LATERAL t.acts(n, 'Mon 10:00 request_extension
	Mon 10:00 grant_extension
	Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 10:00 grant_suspension
	Tue 11:00 resume');
SELECT is((SELECT max(e.running) = interval '16 hours' AND bool_and(e.running >= lag) FROM (SELECT e.*, lag(e.running, 1, '0') OVER (ORDER BY e.since, e.till) AS lag FROM dcm.explain_deadline(f.case_no) AS e) AS e),
	true, 'and adds up') FROM dcm.case_file AS f WHERE f.extended = 1;
SELECT matches(pg_temp.why(n), 'Mon 11:00-Mon 15:00 0 handed back for a check', 'a rework leaves out the check')
FROM (SELECT t.handling() AS n) AS x CROSS JOIN LATERAL t.acts(n, 'Mon 11:00 handle
	Mon 11:30 request_check
	Mon 15:00 fail_check');

SELECT matches(pg_temp.why(n), 'Mon 10:00-Mon 11:00 0 suspended\nMon 11:00-Mon 15:00 0 handed back for a check\nMon 15:00-Tue 10:00 0 suspended', 'a pause of several kinds is told apart')
FROM (SELECT t.handling() AS n) AS x CROSS JOIN LATERAL t.acts(n, 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-02 11:00+08"}
	Mon 10:00 grant_suspension
	Mon 11:00 resume
	Mon 11:00 handle
	Mon 11:30 request_check
	Mon 15:00 fail_check
	Mon 15:00 request_suspension {"reason": "season", "until": "2015-03-03 10:00+08"}
	Mon 15:00 grant_suspension');
SELECT matches(pg_temp.why(n), 'deadline: 4 work_hour$', 'a limit set anew is no extension')
FROM (SELECT t.handling() AS n) AS x CROSS JOIN LATERAL t.acts(n, 'Mon 10:00 request_extension
	Mon 10:00 grant_extension
	Mon 11:00 amend {"condition": 2, "reason": "wrong"}');
UPDATE dcm.setting SET value = 'true' WHERE name = 'request_stops_clock';
SELECT matches(pg_temp.why(n), 'Mon 10:00-Mon 15:00 0 a request waited', 'so is the time of a request that stops the clock')
FROM (SELECT t.handling() AS n) AS x CROSS JOIN LATERAL t.acts(n, 'Mon 10:00 request_extension
	Mon 15:00 deny_extension');
UPDATE dcm.setting SET value = NULL WHERE name = 'request_stops_clock';

-- a holiday is announced: what it moves is listed, then moved with an entry
CREATE TEMP TABLE m AS SELECT t.handling() AS open, t.filed() AS filed, t.report(t.at('Mon 08:30')) AS minutes, t.handling() AS done, t.handling(2) AS soon,
	t.handling(3) AS timeless, t.handling() AS extended;
SELECT isnt(t.acts(done, 'Mon 10:00 handle'), NULL, 'one is handled') FROM m;
SELECT isnt(t.acts(extended, 'Mon 10:00 request_extension
	Mon 10:00 grant_extension'), NULL, 'one is extended') FROM m;
SELECT is_empty('SELECT * FROM dcm.recompute_deadlines()', 'nothing is to be moved');
INSERT INTO dcm.calendar_day (calendar, day, kind, label) VALUES ('default', '2015-03-03', 'holiday', 'Feast');
CREATE TEMP VIEW moves AS
SELECT (SELECT k FROM m, jsonb_each_text(to_jsonb(m)) AS j (k, v) WHERE v::bigint = r.case_no) AS which, r.clock, r.clock_no, t.day(r.due) AS due, t.day(r.new_due) AS new_due, r.moved_by, r.provisional
FROM dcm.recompute_deadlines() AS r WHERE r.case_no IN (SELECT v::bigint FROM m, jsonb_each_text(to_jsonb(m)) AS j (k, v));
SELECT results_eq('SELECT * FROM moves ORDER BY which, clock', $$VALUES
	('extended', 'case', 0::smallint, 'Wed 09:00', 'Thu 09:00', interval '1 day', false), ('extended', 'work', 1::smallint, 'Wed 09:30', 'Thu 09:30', '1 day', false),
	('filed', 'case', 0::smallint, 'Tue 09:00', 'Wed 09:00', '1 day', false),
	('open', 'case', 0::smallint, 'Tue 09:00', 'Wed 09:00', '1 day', false), ('open', 'work', 1::smallint, 'Tue 09:30', 'Wed 09:30', '1 day', false)$$,
	'what a holiday moves, and by how much');
SELECT is((SELECT string_agg(format('%s: %s', h.part, h.problem), '; ') FROM dcm.health() AS h WHERE h.part = 'deadlines' AND h.level = 'warning') ~ '^deadlines: The calendar has changed: deadlines of [1-9]\d* open cases would move\.$', true, 'health sees it');
SELECT matches(pg_temp.why(open), 'the deadline as it was given: the calendar has changed since', 'so does the explanation') FROM m;
SAVEPOINT s;
DELETE FROM dcm.transition WHERE state = 'filed' AND action = 'recompute_deadlines';
SELECT is((SELECT string_agg(DISTINCT (SELECT k FROM m, jsonb_each_text(to_jsonb(m)) AS j (k, v) WHERE v::bigint = r.case_no), ' ') FROM dcm.recompute_deadlines(dry_run => false) AS r
	WHERE r.case_no IN (SELECT v::bigint FROM m, jsonb_each_text(to_jsonb(m)) AS j (k, v))), 'extended open', 'a case that cannot be moved is left, the others are not');
ROLLBACK TO s;
SELECT is((SELECT count(*) FROM dcm.recompute_deadlines(dry_run => false)) > 5, true, 'they are moved');
SELECT is_empty('SELECT * FROM dcm.recompute_deadlines()', 'and nothing is left to be moved');
SELECT is(t.dues(open), 'Wed 09:00, Wed 09:30, Tue 09:00', 'the case, its assignment, and the first deadline as it was promised') FROM m;
SELECT is(t.dues(done), 'Tue 09:00, Tue 09:30, Tue 09:00', 'a clock that has stopped keeps its deadline') FROM m;
SELECT is(t.dues(soon), 'Mon 15:00, Mon 15:30, Mon 15:00', 'one before the holiday too') FROM m;
SELECT matches(pg_temp.why(open), 'Tue 00:00-Wed 00:00 0 holiday: Feast', 'the holiday is told by name') FROM m;
SELECT is((SELECT format('%s by %s, %s', l.action, p.code, l.clock) FROM dcm.case_log AS l JOIN dcm.person AS p ON p.id = l.actor WHERE l.case_no = open ORDER BY l.log_no DESC LIMIT 1),
	'recompute_deadlines by system, recompute', 'the log has an entry') FROM m;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and gives what is stored');
SELECT is(t.acts(open, 'Wed 08:00 request_extension {"reason": "weather", "extra": "4 work_hour"}
	Wed 08:00 grant_extension'), 'Wed 15:00, Wed 15:30, Tue 09:00', 'an extension reckons from there') FROM m;
SELECT is(t.try_act('lead', filed, 'recompute_deadlines', '{}'), '42501 dcm.no_right', 'people move no deadlines') FROM m;
-- clocks of the state and of the arrival in working time move as well
UPDATE dcm.state SET time_limit = '2 work_day' WHERE code IN ('dispatched', 'checking');
SELECT t.standard('arrive_limit = ''12 work_hour''');
CREATE TEMP TABLE w AS SELECT t.filed() AS no, t.handling() AS checked;
SELECT isnt(t.acts(no, 'Mon 09:30 dispatch'), NULL, 'dispatched') FROM w;
SELECT isnt(t.acts(checked, 'Mon 10:00 handle
	Mon 10:30 request_check'), NULL, 'to be checked') FROM w;
INSERT INTO dcm.calendar_day (calendar, day, kind, label) VALUES ('default', '2015-03-04', 'holiday', 'Feast');
SELECT results_eq(format('SELECT clock, t.day(due), t.day(new_due) FROM dcm.recompute_deadlines(dry_run => false) WHERE case_no IN (%s, %s) ORDER BY case_no, clock', no, checked), $$VALUES
	('arrive', 'Wed 15:30', 'Thu 15:30'), ('case', 'Wed 09:00', 'Thu 09:00'), ('stage', 'Thu 09:30', 'Fri 09:30'), ('work', 'Wed 09:30', 'Thu 09:30'),
	('stage', 'Thu 10:30', 'Fri 10:30')$$, 'the clocks of a state and an arrival') FROM w;
SELECT is((SELECT t.day(c.due) FROM dcm.case_task AS c WHERE c.case_no = checked), 'Fri 10:30', 'and of a task') FROM w;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'as the log says');

-- where a case is in time by its close, its clock runs on after the handling
UPDATE dcm.setting SET value = 'close' WHERE name = 'in_time_by';
SELECT results_eq(format('SELECT clock, t.day(due), t.day(new_due) FROM dcm.recompute_deadlines(dry_run => false) WHERE case_no = %s', done), $$VALUES ('case', 'Tue 09:00', 'Thu 09:00')$$, 'by its close') FROM m;
UPDATE dcm.setting SET value = NULL WHERE name = 'in_time_by';
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'as the log says');

-- past the announced days a deadline is provisional, and comes right
UPDATE dcm.calendar SET covers = '[2004-01-01,2015-03-03)' WHERE name = 'default';
CREATE TEMP TABLE p AS SELECT t.handling() AS no;
SELECT is((SELECT provisional FROM dcm.case_file WHERE case_no = no), true, 'provisional') FROM p;
SELECT is((SELECT string_agg(h.level || ': ' || h.problem, '; ') FROM dcm.health() AS h WHERE h.part = 'calendar'), 'error: The holidays of calendar "default" are known until 2015-03-02 only: deadlines are provisional.', 'a city that forgot the holidays sees it');
SELECT ok((SELECT h.problem ~ '^[1-9]\d* open cases have a provisional deadline' FROM dcm.health() AS h WHERE h.part = 'deadlines' AND h.level = 'notice'), 'and of how many cases');
SELECT is((SELECT count(*) FROM dcm.recompute_deadlines(dry_run => false)) > 0, true, 'others are provisional then');
UPDATE dcm.calendar SET covers = '[2004-01-01,2027-01-01)' WHERE name = 'default';
SELECT results_eq(format('SELECT clock, moved_by, provisional FROM dcm.recompute_deadlines(dry_run => false) WHERE case_no = %s AND clock = ''case''', no), $$VALUES ('case', interval '0', false)$$, 'the year is loaded: it is final') FROM p;
SELECT is((SELECT format('%s %s', provisional, t.day(due)) FROM dcm.case_file WHERE case_no = no), 'f Thu 09:00', 'on record') FROM p;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and in the log');
-- a year whose holidays were forgotten
SAVEPOINT s;
DELETE FROM dcm.calendar_day WHERE calendar = 'default' AND day BETWEEN '2013-01-01' AND '2013-12-31';
DELETE FROM dcm.calendar_day WHERE calendar = 'default' AND day BETWEEN '2018-01-01' AND '2018-12-31' AND kind = 'holiday';
SELECT is((SELECT h.level || ': ' || h.problem FROM dcm.health() AS h WHERE h.problem ~ 'no holiday'), 'warning: Calendar "default" covers 2013, 2018 and has no holiday there: were they forgotten?', 'a year whose holidays were forgotten is seen');
ROLLBACK TO s;
-- calendars at the edge
SELECT lives_ok(format('UPDATE dcm.calendar SET covers = %L WHERE name = ''default''; SELECT * FROM dcm.health()', c), 'covers ' || c)
FROM unnest('{"[2004-01-01,infinity)","[-infinity,2027-01-01)","[0044-03-15 BC,2027-01-01)","empty","(,)","[2004-01-01,)"}'::text[]) AS c;
UPDATE dcm.calendar SET covers = '[2004-01-01,2027-01-01)' WHERE name = 'default';
-- a case that has no deadline any more, or is handled, is no provisional one
UPDATE dcm.calendar SET covers = '[2004-01-01,2015-03-03)' WHERE name = 'default';
CREATE TEMP TABLE without AS SELECT t.handling() AS no;
SELECT is(t.acts(no, 'Mon 10:00 amend {"condition": 3, "reason": "wrong"}'), 'none, none, none', 'a limit is taken away') FROM without;
SELECT is((SELECT provisional FROM dcm.case_file WHERE case_no = no), false, 'without a deadline nothing is provisional') FROM without;
UPDATE dcm.calendar SET covers = '[2004-01-01,2027-01-01)' WHERE name = 'default';
-- 45 days ahead
CREATE FUNCTION pg_temp.days_before_the_end(days int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE dcm.calendar SET covers = daterange('2004-01-01', (now() AT TIME ZONE dcm.setting('time_zone'))::date + days) WHERE name = 'default';
	RETURN (SELECT string_agg(h.level, '') FROM dcm.health() AS h WHERE h.part = 'calendar' AND h.problem !~ 'no holiday');
END $$;
SELECT is(pg_temp.days_before_the_end(v.days), v.level, v.days || ' days before the end')
FROM (VALUES (46, NULL), (45, NULL), (44, 'warning'), (1, 'warning'), (0, 'error'), (-300, 'error')) AS v (days, level);
UPDATE dcm.calendar SET covers = NULL WHERE name = 'default';
SELECT is((SELECT string_agg(h.level, '') FROM dcm.health() AS h WHERE h.part = 'calendar'), NULL, 'a calendar without holidays never runs out');
SAVEPOINT s;
DELETE FROM dcm.calendar_hours WHERE calendar = 'default';
SELECT is((SELECT h.level || ': ' || h.problem FROM dcm.health() AS h WHERE h.part = 'calendar'), 'error: Calendar "default" has no working hours.', 'one without hours');
ROLLBACK TO s;

-- the traffic light, by working time used
SELECT is(dcm.traffic_light(t.at('Mon 09:00'), v.l::dcm.time_limit, dcm.deadline(t.at('Mon 09:00'), v.l::dcm.time_limit, 'default', v.p::tstzmultirange), t.at(v.a), v.y, 'default', v.p::tstzmultirange), v.light,
	format('%s of %s at %s, yellow from %s, pauses %s', v.light, v.l, v.a, v.y, v.p))
FROM (VALUES ('4 work_hour', 'Mon 08:00', 80, '{}', 'green'), ('4 work_hour', 'Mon 09:00', 80, '{}', 'green'), ('5 work_hour', 'Mon 14:59', 80, '{}', 'green'),
	('5 work_hour', 'Mon 15:00', 80, '{}', 'yellow'), ('5 work_hour', 'Mon 13:00', 60, '{}', 'yellow'), ('5 work_hour', 'Mon 16:00', 80, '{}', 'yellow'), ('5 work_hour', 'Mon 16:01', 80, '{}', 'red'),
	('5 work_hour', 'Mon 15:00', 80, '{[2015-03-02 09:00+08,2015-03-02 10:00+08)}', 'green'), ('5 work_hour', 'Mon 16:00', 80, '{[2015-03-02 09:00+08,2015-03-02 10:00+08)}', 'yellow'),
	('5 urgent_hour', 'Mon 12:59', 80, '{}', 'green'), ('5 urgent_hour', 'Mon 13:00', 80, '{}', 'yellow'), ('5 urgent_hour', 'Mon 13:00', 80, '{[2015-03-02 09:00+08,2015-03-02 10:00+08)}', 'green'),
	('5 urgent_hour', 'Mon 14:01', 80, '{}', 'red'), ('0 work_hour', 'Mon 09:00', 80, '{}', 'green')) AS v (l, a, y, p, light);
SELECT is(dcm.traffic_light(NULL, NULL, t.at('Mon 09:00'), t.at('Mon 08:00')), 'green', 'a clock that has not begun');
SELECT is(dcm.traffic_light(t.at('Mon 09:00'), '1 work_hour', NULL, now()), NULL, 'none without a deadline');
SELECT is(dcm.traffic_light(t.at('Mon 09:00'), '1 work_hour', 'infinity', now()), 'green', 'an infinite deadline');

-- yellow from where the city has it
CREATE TEMP TABLE y AS SELECT t.handling() AS no;
SELECT is(t.acts(no, 'Mon 14:30 handle'), 'Thu 09:00, Thu 09:30, Thu 09:00', 'handled after three and a half of eight hours') FROM y;
SELECT is((SELECT light FROM dcm.case_card WHERE case_no = no), 'green', 'green by 80 percent') FROM y;
UPDATE dcm.setting SET value = '40' WHERE name = 'yellow_percent';
SELECT is((SELECT light FROM dcm.case_card WHERE case_no = no), 'yellow', 'yellow by 40') FROM y;
UPDATE dcm.setting SET value = NULL WHERE name = 'yellow_percent';

-- what falls due: today, tomorrow, this week
CREATE TEMP TABLE f AS SELECT t.case_in('handling') AS today, t.case_in('handling') AS tomorrow, t.case_in('handling') AS late, t.case_in('closed') AS closed;
SELECT is((SELECT string_agg(DISTINCT d.light, '') FROM dcm.case_card AS d WHERE d.case_no = late), 'green', 'a list shows the light') FROM f;
CREATE FUNCTION pg_temp.falls(span text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.case_in('accepted');
	noon timestamptz := (date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') + interval '12 hours') AT TIME ZONE 'Asia/Shanghai';
BEGIN
	-- a limit day and night that ends at noon of that day
	PERFORM t.act('lead', no, 'file', jsonb_build_object('condition', 3, 'time_limit', greatest(extract(epoch FROM noon + span::interval - now()) / 60, 1)::int || ' minute'));
	RETURN (SELECT d.falls || ' ' || d.light FROM dcm.falling_due AS d WHERE d.case_no = no AND d.clock = 'case');
END $$;
SELECT matches(pg_temp.falls('1 day'), '^tomorrow green$', 'tomorrow');
SELECT matches(coalesce(pg_temp.falls('2 days'), 'not this week'), CASE WHEN extract(isodow FROM now() AT TIME ZONE 'Asia/Shanghai') <= 5 THEN '^this_week green$' ELSE '^not this week$' END, 'this week');
SELECT is(pg_temp.falls('8 days'), NULL, 'not in this week');
CREATE TEMP TABLE late AS SELECT t.handling(2) AS no;
SELECT is((SELECT string_agg(d.clock || ' ' || d.falls || ' ' || d.light, ', ' ORDER BY d.clock) FROM dcm.falling_due AS d WHERE d.case_no = no), 'arrive overdue red, case overdue red, work overdue red', 'what is late is there too') FROM late;
SELECT is((SELECT count(*) FROM dcm.falling_due AS d WHERE d.case_no = closed)::int, 0, 'what is closed is not') FROM f;

-- the register of problems that wait
CREATE TEMP TABLE r AS SELECT t.handling() AS no;
SELECT isnt(t.acts(no, 'Mon 10:00 request_suspension {"reason": "season", "until": "2099-03-04 10:00+08"}
	Mon 15:00 grant_suspension'), NULL, 'suspended') FROM r;
SELECT results_eq(format('SELECT org, t.day(since), reason, planned_till, is_past, times::int FROM dcm.problem_register WHERE case_no = %s', no), $$VALUES ('cg', 'Mon 10:00', 'season', '2099-03-04 10:00+08'::timestamptz, false, 1)$$, 'since when, why, till when') FROM r;
SELECT isnt(t.acts(no, 'Tue 10:00 resume'), NULL, 'resumed') FROM r;
SELECT is_empty(format('SELECT * FROM dcm.problem_register WHERE case_no = %s', no), 'no more') FROM r;

-- how long things took
CREATE TEMP TABLE k AS SELECT t.handling() AS no, t.handling() AS other;
SELECT isnt(t.acts(no, 'Mon 10:00 arrive
	Mon 11:30 handle') || t.acts(other, 'Mon 10:30 arrive
	Fri 11:30 handle'), NULL, 'two are handled') FROM k;
DELETE FROM dcm.calendar_day WHERE label = 'Feast';
SELECT results_eq($$SELECT key, cases, arrival_median, handling_median, handling_p90, within_1_day FROM dcm.response_times(t.at('Mon 11:30'), t.at('Mon 11:31'))$$,
	$$VALUES ('cg', 1::bigint, interval '30 minutes', interval '2 hours', interval '2 hours', 1.0000)$$, 'by body');
SELECT results_eq($$SELECT key, cases, arrival_median, handling_median, within_1_day FROM dcm.response_times(t.at('Fri 11:30'), t.at('Fri 11:31'), 'category')$$,
	$$VALUES ('E9901', 1::bigint, interval '1 hour', interval '34 hours', 0.0000)$$, 'by category');
SELECT is((SELECT count(*) FROM unnest('{org,category,area,source,city}'::text[]) AS b CROSS JOIN LATERAL dcm.response_times('-infinity', 'infinity', b) WHERE cases > 0 AND key IS NOT NULL)::int, 5, 'by all that there is');
SELECT is(t.try('SELECT dcm.response_times(''-infinity'', ''infinity'', ''moon'')'), '22023 dcm.no_grouping', 'not by the moon');

SELECT * FROM finish();
ROLLBACK;
