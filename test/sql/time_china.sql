-- The calendar of mainland China against the notices: working days a year, and a notice that reaches into the year before.
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- working days a year: what differs from the notices' own (nothing)
SELECT v.year, v.days, w.days AS by_calendar
FROM (VALUES (2007, 249), (2008, 251), (2009, 250), (2010, 250), (2011, 250), (2012, 249), (2013, 250), (2014, 250), (2015, 249), (2016, 250),
		(2017, 249), (2018, 250), (2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)) AS v (year, days)
	CROSS JOIN LATERAL (
		SELECT extract(epoch FROM dcm.working_time(make_timestamptz(year, 1, 1, 0, 0, 0), make_timestamptz(year + 1, 1, 1, 0, 0, 0))) / 28800 AS days) AS w
WHERE v.days <> w.days;

-- A calendar as it stood before the notice of 2012, which makes 2011-12-31 a working Saturday.
BEGIN;
INSERT INTO dcm.calendar (name, time_zone, covers) VALUES ('notice', 'Asia/Shanghai', '[2004-01-01,2012-01-01)');
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes)
SELECT 'notice', weekday, opens, closes FROM dcm.calendar_hours WHERE calendar = 'default';
INSERT INTO dcm.calendar_day (calendar, day, kind, label)
SELECT 'notice', day, kind, label FROM dcm.calendar_day WHERE calendar = 'default' AND day < '2011-12-31';
CREATE TEMP TABLE before ON COMMIT DROP AS
SELECT day, dcm.working_time(day, day + interval '1 day', 'notice') AS works FROM generate_series('2004-01-01'::timestamptz, '2014-12-31', '1 day') AS day;
SELECT d, dcm.deadline(d::timestamptz, '1 work_hour', 'notice') AS due, dcm.deadline_provisional(dcm.deadline(d::timestamptz, '1 work_hour', 'notice'), 'notice') AS provisional
FROM unnest('{2011-12-30 17:30,2011-12-31 09:00}'::text[]) AS d;

INSERT INTO dcm.stage_calendar_days (calendar, day, kind, label)
SELECT 'notice', day, kind, label FROM dcm.calendar_day WHERE calendar = 'default' AND day >= '2011-12-31' AND day < '2013-01-01' ORDER BY day;
SELECT lines, added, changed, unchanged, bad FROM dcm.import_calendar_days('[2012-01-01,2013-01-01)');
SELECT d, dcm.deadline(d::timestamptz, '1 work_hour', 'notice') AS due, dcm.deadline_provisional(dcm.deadline(d::timestamptz, '1 work_hour', 'notice'), 'notice') AS provisional
FROM unnest('{2011-12-30 17:30,2011-12-31 09:00}'::text[]) AS d;

-- of the years around, one day has changed; of its own, the dates that the notice names and that were not so before
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT day::date, b.works AS before, a.works AS after
FROM before AS b CROSS JOIN LATERAL (SELECT dcm.working_time(day, day + interval '1 day', 'notice') AS works) AS a
WHERE a.works <> b.works;
SELECT * FROM changed WHERE extract(year FROM day) <> 2012;
SELECT before, after, count(*), min(day), max(day) FROM changed WHERE extract(year FROM day) = 2012 GROUP BY before, after ORDER BY before;
SELECT count(*) FROM changed WHERE day NOT IN (SELECT day FROM dcm.calendar_day WHERE calendar = 'default');

-- a list of that one date alone: it is loaded by date, whatever year is announced
DELETE FROM dcm.calendar_day WHERE calendar = 'notice' AND day >= '2011-12-31';
UPDATE dcm.calendar SET covers = '[2004-01-01,2012-01-01)' WHERE name = 'notice';
INSERT INTO dcm.stage_calendar_days (calendar, day, kind) VALUES ('notice', '2011年12月31日', '班');
SELECT lines, added, changed, unchanged, bad FROM dcm.import_calendar_days('[2012-01-01,2013-01-01)');
SELECT day::date, b.works AS before, a.works AS after
FROM before AS b CROSS JOIN LATERAL (SELECT dcm.working_time(day, day + interval '1 day', 'notice') AS works) AS a
WHERE a.works <> b.works;
SELECT covers FROM dcm.calendar WHERE name = 'notice';
ROLLBACK;
