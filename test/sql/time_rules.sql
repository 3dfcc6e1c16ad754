-- Deadlines by the rules of calendars: one line a case, with the reason.
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

CREATE FUNCTION pg_temp.due(start timestamptz, tlimit dcm.time_limit, calendar text = 'default') RETURNS text
	LANGUAGE sql AS $$ SELECT to_char(dcm.deadline(start, tlimit, calendar), 'YYYY-MM-DD Dy HH24:MI:SS') $$;

-- an ordinary week: the worked examples of the field
SELECT s, l, pg_temp.due(s::timestamptz, l::dcm.time_limit) AS due, why
FROM (VALUES
	('2015-05-08 17:00', '2 urgent_hour', 'Friday evening, runs on'),
	('2015-05-08 17:00', '4 work_hour', 'over the weekend'),
	('2015-05-08 17:00', '1 work_day', 'eight hours'),
	('2015-05-09 10:00', '1 work_day', 'Saturday: from Monday morning to its end'),
	('2015-05-11 13:00', '2 work_hour', 'from the lunch hour'),
	('2015-05-11 11:59:59', '1 work_minute', 'over lunch'),
	('2015-05-11 12:00', '0.01 work_hour', 'closing time is outside'),
	('2015-05-11 08:00', '4 work_hour', 'used up exactly at noon'),
	('2015-05-11 08:00', '8 work_hour', 'used up exactly at the end of the day'),
	('2015-05-11 08:00', '1/2工作日', 'half a day'),
	('2015-05-11 17:59:59.999999', '0.01 work_minute', 'six tenths of a second'),
	('2015-05-11 17:00', '30 minute', 'day and night'),
	('2015-05-09 10:00', '3 natural_day', 'N x 24 hours'),
	('2015-05-09 10:00', '0 work_day', 'zero is over at once'),
	('2015-05-09 10:00', '0 minute', 'zero is over at once')) AS v (s, l, why);

-- holidays and worked weekends
SELECT s, l, pg_temp.due(s::timestamptz, l::dcm.time_limit) AS due, why
FROM (VALUES
	('2015-02-17 17:00', '2 work_hour', 'before the Spring Festival'),
	('2015-02-15 09:00', '1 work_hour', 'a worked Sunday'),
	('2015-09-30 16:00', '1 work_day', 'National Day to 7 October'),
	('2025-09-30 17:30', '1 work_hour', 'eight days off'),
	('2025-09-28 08:00', '1 work_day', 'the worked Sunday before'),
	('2014-12-31 17:00', '2 work_hour', 'over the year''s end and its worked Sunday'),
	('2026-12-31 17:00', '2 work_hour', 'the last covered day: weekdays decide beyond')) AS v (s, l, why);

-- working days a year, as the State Council's notices give them
SELECT y, extract(epoch FROM dcm.working_time(make_timestamptz(y, 1, 1, 0, 0, 0), make_timestamptz(y + 1, 1, 1, 0, 0, 0)))::int / 28800.0::float AS days
FROM generate_series(2007, 2026) AS y;
SELECT kind, count(*), min(day), max(day) FROM dcm.calendar_day WHERE calendar = 'default' GROUP BY kind ORDER BY kind;

BEGIN;
INSERT INTO dcm.calendar (name, time_zone, day_rule, start_rule, boundary)
SELECT concat_ws('/', d, s, b), 'Asia/Shanghai', d, s, b
FROM unnest('{hours,same_clock,end_of_day}'::text[]) AS d, unnest('{at_once,next_day}'::text[]) AS s, unnest('{close,open}'::text[]) AS b;
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes)
SELECT c.name, h.weekday, h.opens, h.closes FROM dcm.calendar AS c, dcm.calendar_hours AS h
WHERE c.name ~ '/' AND h.calendar = 'default';

-- the rules side by side: two working days from four starts
SELECT c.name, pg_temp.due('2015-05-07 17:00', '2 work_day', c.name) AS thursday_17,
	pg_temp.due('2015-05-07 08:00', '2 work_day', c.name) AS thursday_8,
	pg_temp.due('2015-05-07 18:00', '2 work_day', c.name) AS thursday_closing,
	pg_temp.due('2015-05-09 10:00', '2 work_day', c.name) AS saturday
FROM dcm.calendar AS c WHERE c.name ~ '/' ORDER BY c.day_rule, c.start_rule, c.boundary;

-- parts of days, and no days
SELECT c.name, pg_temp.due('2015-05-08 16:00', '1.5 work_day', c.name) AS one_and_a_half,
	pg_temp.due('2015-05-08 16:00', '0.5 work_day', c.name) AS half,
	pg_temp.due('2015-05-09 10:00', '0 work_day', c.name) AS none,
	pg_temp.due('2015-05-09 10:00', '1.5 natural_day', c.name) AS natural
FROM dcm.calendar AS c WHERE c.name ~ '/close' ORDER BY c.day_rule, c.start_rule;

-- boundary: only a limit used up exactly at closing time knows the difference
SELECT b AS boundary, pg_temp.due('2015-05-11 08:00', '4 work_hour', 'hours/at_once/' || b) AS at_noon,
	pg_temp.due('2015-05-08 17:00', '1 work_hour', 'hours/at_once/' || b) AS friday_evening,
	pg_temp.due('2015-05-08 17:00', '0.99 work_hour', 'hours/at_once/' || b) AS just_before,
	pg_temp.due('2015-05-09 17:00', '0 work_hour', 'hours/at_once/' || b) AS nothing
FROM unnest('{close,open}'::text[]) AS b;

-- the start rule is for days: hours and minutes always begin at once
SELECT l, pg_temp.due('2015-05-07 17:00', l::dcm.time_limit, 'hours/next_day/close') AS due
FROM unnest('{10 minute,1 urgent_hour,1 natural_day,1 work_minute,1 work_hour,1 work_day}'::text[]) AS l;

-- day and night
SELECT pg_temp.due('2015-05-09 10:00', '1 work_day', 'always'), pg_temp.due('2015-05-09 10:00', '30 work_hour', 'always'),
	dcm.is_working('2015-05-09 00:00', 'always');

-- spans are half-open
SELECT t, dcm.is_working(t) FROM unnest('{2015-05-11 07:59:59.999999,2015-05-11 08:00,2015-05-11 11:59:59.999999,2015-05-11 12:00,2015-05-11 18:00,2015-05-10 09:00}'::timestamptz[]) AS t;

-- shifts over midnight, 24:00, a whole day, seasons, special days
INSERT INTO dcm.calendar (name, time_zone, hours_per_day, day_rule) VALUES ('night', 'Asia/Shanghai', '8 hours', 'same_clock'), ('season', 'Asia/Shanghai', '8 hours', 'hours');
INSERT INTO dcm.calendar_hours VALUES
	('night', 1, '22:00', '06:00'), ('night', 2, '22:00', '06:00'), ('night', 3, '20:00', '24:00'), ('night', 5, '00:00', '00:00'),
	-- overlapping rows count once
	('season', 2, '08:00', '12:00'), ('season', 2, '10:00', '13:00'), ('season', 2, '09:00', '11:00');
INSERT INTO dcm.calendar_hours VALUES
	('season', 1, '08:00', '12:00', NULL, NULL), ('season', 1, '14:30', '18:30', '05-01', '09-30'), ('season', 1, '13:30', '17:45', '10-01', '04-30');
INSERT INTO dcm.calendar_day (calendar, day, kind, as_weekday, label) VALUES
	('season', '2015-05-06', 'special', DEFAULT, 'fair'), ('season', '2015-05-07', 'workday', 2, 'as Tuesday'), ('season', '2015-05-08', 'special', DEFAULT, 'closed');
INSERT INTO dcm.calendar_day_hours VALUES ('season', '2015-05-06', '06:00', '07:00'), ('season', '2015-05-06', '23:00', '01:00');
SELECT day, dcm.working_time(day, day + interval '1 day', 'night') AS night, dcm.working_time(day, day + interval '1 day', 'season') AS season
FROM generate_series('2015-04-27'::timestamptz, '2015-05-09', '1 day') AS day;
SELECT pg_temp.due('2015-05-05 02:00', '1 work_day', 'night') AS from_mondays_shift, pg_temp.due('2015-05-05 02:00', '2 work_day', 'night') AS two_am_after_wednesdays;

-- a deadline past the covered dates is provisional; always needs no dates
SELECT t, dcm.deadline_provisional(t) AS "default", dcm.deadline_provisional(t, 'always') AS always
FROM unnest('{2003-12-31 12:00,2004-01-01 12:00,2026-12-31 18:00,2027-01-01 00:00,2027-01-01 00:00:01,9999-01-01,infinity,-infinity}'::timestamptz[]) AS t;

-- years beyond what was generated first
SELECT pg_temp.due('1970-01-02 17:00', '4 work_hour'), pg_temp.due('2015-05-08 17:00', '20000 work_day'), pg_temp.due('1900-01-05 17:00', '4 work_hour');

-- an explained deadline: what counted and why, the deadline last
SELECT * FROM dcm.explain_deadline('2015-09-30 11:00', '1 work_day');
SELECT * FROM dcm.explain_deadline('2015-02-13 17:00', '3 work_hour', pauses => '{[2015-02-15 09:00,2015-02-15 10:00)}');
SELECT * FROM dcm.explain_deadline('2015-05-08 17:00', '2 urgent_hour', pauses => '{[2015-05-08 17:30,2015-05-08 18:00)}');
SELECT * FROM dcm.explain_deadline('2015-05-08 17:00', '1 work_day', 'same_clock/next_day/close');
SELECT * FROM dcm.explain_deadline('2026-12-31 17:30', '1 work_hour');
SELECT * FROM dcm.explain_deadline('2015-05-08 17:00', '2 work_hour', pauses => '{[2015-05-08 17:30,)}');
SELECT * FROM dcm.explain_deadline('2015-05-06 05:00', '2 work_hour', 'season');
ROLLBACK;
