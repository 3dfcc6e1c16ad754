-- Zones and daylight saving: elapsed time counts, except under same_clock.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
BEGIN;
INSERT INTO dcm.calendar (name, time_zone, day_rule, hours_per_day) VALUES
	('ny', 'America/New_York', 'hours', '8.5 hours'), ('ny clock', 'America/New_York', 'same_clock', '8.5 hours'),
	('ny always', 'America/New_York', 'same_clock', '24 hours'), ('ny night', 'America/New_York', 'hours', '8 hours'),
	('cn always', 'Asia/Shanghai', 'same_clock', '24 hours'), ('apia', 'Pacific/Apia', 'same_clock', '8 hours'),
	('howe', 'Australia/Lord_Howe', 'hours', '24 hours'), ('sao paulo', 'America/Sao_Paulo', 'hours', '24 hours');
INSERT INTO dcm.calendar_hours
SELECT c, w, '08:30'::time, '17:00'::time FROM unnest('{ny,ny clock}'::text[]) AS c, generate_series(1, 5) AS w
UNION ALL SELECT c, w, '00:00', '24:00' FROM unnest('{ny always,cn always,howe,sao paulo}'::text[]) AS c, generate_series(1, 7) AS w
UNION ALL SELECT 'ny night', w, '22:00', '06:00' FROM generate_series(1, 7) AS w
UNION ALL SELECT 'apia', w, '08:00', '16:00' FROM generate_series(1, 7) AS w;

-- days are as long as they are: 23 and 25 hours, half an hour at Lord Howe, at midnight in São Paulo
SELECT c, d, dcm.working_time(d::timestamp AT TIME ZONE z, (d::date + 1)::timestamp AT TIME ZONE z, c)
FROM (VALUES ('ny always', 'America/New_York', '2015-03-08'), ('ny always', 'America/New_York', '2015-11-01'), ('ny always', 'America/New_York', '2015-11-02'),
	('cn always', 'Asia/Shanghai', '1986-05-04'), ('cn always', 'Asia/Shanghai', '1986-09-14'), ('cn always', 'Asia/Shanghai', '1991-09-15'),
	('howe', 'Australia/Lord_Howe', '2015-04-05'), ('howe', 'Australia/Lord_Howe', '2015-10-04'),
	('sao paulo', 'America/Sao_Paulo', '2015-10-18'), ('sao paulo', 'America/Sao_Paulo', '2016-02-20'),
	('apia', 'Pacific/Apia', '2011-12-29'), ('apia', 'Pacific/Apia', '2011-12-31')) AS v (c, z, d);

-- a shift through the night of the change is seven or nine hours long
SELECT s, dcm.deadline(s::timestamp AT TIME ZONE 'America/New_York', '8 work_hour', 'ny night') AT TIME ZONE 'America/New_York' AS due
FROM unnest('{2015-03-06 22:00,2015-03-07 22:00,2015-10-31 22:00}'::text[]) AS s;

-- office hours keep to the wall clock
SELECT s, dcm.deadline(s::timestamp AT TIME ZONE 'America/New_York', '1 work_day', 'ny') AS utc
FROM unnest('{2015-03-05 09:00,2015-03-06 09:00,2015-10-29 09:00,2015-10-30 09:00}'::text[]) AS s;

-- same_clock: calendar days by the wall clock, hours by elapsed time
SELECT s, l, dcm.deadline(s::timestamp AT TIME ZONE 'America/New_York', l::dcm.time_limit, c) AT TIME ZONE 'America/New_York' AS due, why
FROM (VALUES
	('2015-03-07 12:00', '1 natural_day', 'ny clock', 'noon to noon, 23 hours'),
	('2015-03-07 12:00', '1 natural_day', 'ny', '24 hours'),
	('2015-03-07 12:00', '24 urgent_hour', 'ny clock', '24 hours'),
	('2015-03-07 02:30', '1 natural_day', 'ny clock', 'an hour that does not exist moves forward'),
	('2015-03-07 02:30', '2 natural_day', 'ny clock', 'and is there again the day after'),
	('2015-03-06 02:30', '2 work_day', 'ny always', 'the same for working days'),
	('2015-10-31 01:30', '1 natural_day', 'ny clock', 'an hour that comes twice is the first'),
	('2015-03-06 17:00', '1 work_day', 'ny clock', 'a start at closing time moves to Monday'),
	('2015-03-06 16:59:59', '1 work_day', 'ny clock', 'a second earlier does not')) AS v (s, l, c, why);
SELECT dcm.deadline('2015-10-31 01:30 America/New_York', '1 natural_day', 'ny clock') AS first_of_two,
	dcm.deadline('2015-11-01 06:30+00', '1 natural_day', 'ny clock') AS from_the_second;

-- a date that never was
SELECT dcm.deadline('2011-12-29 10:00 Pacific/Apia', '1 work_day', 'apia') AT TIME ZONE 'Pacific/Apia' AS working_day,
	dcm.deadline('2011-12-29 10:00 Pacific/Apia', '1 natural_day', 'apia') AT TIME ZONE 'Pacific/Apia' AS calendar_day;

-- the session's zone has no say
SET timezone = 'America/New_York';
SELECT dcm.deadline('2015-05-08 17:00+08', '4 work_hour') = '2015-05-11 11:00+08' AS same;
SET timezone = 'Pacific/Apia';
SELECT dcm.deadline('2015-05-08 17:00+08', '4 work_hour') = '2015-05-11 11:00+08' AS same;
ROLLBACK;
