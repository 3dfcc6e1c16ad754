-- Pauses: time inside them is not counted, in the same time as the limit.
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
BEGIN;
INSERT INTO dcm.calendar (name, time_zone, day_rule, start_rule, boundary, hours_per_day) VALUES
	('open', 'Asia/Shanghai', 'hours', 'at_once', 'open', '8 hours'), ('clock', 'Asia/Shanghai', 'same_clock', 'at_once', 'close', '8 hours'),
	('end', 'Asia/Shanghai', 'end_of_day', 'at_once', 'close', '8 hours'), ('next', 'Asia/Shanghai', 'hours', 'next_day', 'close', '8 hours');
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes)
SELECT c, weekday, opens, closes FROM unnest('{open,clock,end,next}'::text[]) AS c, dcm.calendar_hours WHERE calendar = 'default';

-- Monday 2015-05-11 is an ordinary one; the limit ends at its 18:00 or as it says
SELECT l, c, p, dcm.deadline('2015-05-11 08:00', l::dcm.time_limit, c, p::tstzmultirange) AS due, why
FROM (VALUES
	('8 work_hour', 'default', '{}', 'none'),
	('8 work_hour', 'default', '{[2015-05-11 09:00,2015-05-11 10:00)}', 'an hour'),
	('8 work_hour', 'default', '{[2015-05-11 11:00,2015-05-11 15:00)}', 'over lunch: two hours'),
	('8 work_hour', 'default', '{[2015-05-11 12:00,2015-05-11 14:00)}', 'the lunch hours: nothing'),
	('8 work_hour', 'default', '{[2015-05-11 18:00,2015-05-12 09:00)}', 'begins at the deadline: nothing'),
	('8 work_hour', 'open', '{[2015-05-11 18:00,2015-05-12 09:00)}', 'the deadline is next morning: an hour'),
	('8 work_hour', 'default', '{[2015-05-11 17:59,2015-05-12 08:01)}', 'two minutes'),
	('8 work_hour', 'default', '{[2015-05-11 09:00,2015-05-11 10:00),[2015-05-12 08:30,2015-05-12 09:30)}', 'the first brings the second before it'),
	('8 work_hour', 'default', '{[2015-05-10 09:00,2015-05-11 10:00)}', 'from before the start: what is after it'),
	('8 work_hour', 'default', '{[2015-05-01 09:00,2015-05-11 08:00)}', 'over before the start: nothing'),
	('8 work_hour', 'default', '{(,2015-05-11 10:00)}', 'from ever'),
	('8 work_hour', 'default', '{[-infinity,2015-05-11 10:00)}', 'from ever'),
	('8 work_hour', 'default', '{[2015-05-11 10:00,)}', 'without end'),
	('8 work_hour', 'default', '{[2015-05-11 10:00,infinity)}', 'without end'),
	('8 work_hour', 'default', '{[2015-05-11 18:00,)}', 'without end, but after the deadline'),
	('8 work_hour', 'default', '{(,)}', 'always'),
	('8 work_hour', 'default', '{[2015-05-11 10:00,2015-05-11 10:00]}', 'a moment'),
	('2 urgent_hour', 'default', '{[2015-05-11 09:00,2015-05-11 21:00)}', 'elapsed time: twelve hours'),
	('1 natural_day', 'clock', '{[2015-05-11 09:00,2015-05-11 21:00)}', 'elapsed time: twelve hours'),
	('1 work_day', 'clock', '{[2015-05-11 09:00,2015-05-11 10:00)}', 'an hour of working time'),
	('1 work_day', 'clock', '{[2015-05-11 11:00,2015-05-12 11:00)}', 'a working day'),
	('1 work_day', 'clock', '{[2015-05-11 18:00,2015-05-12 08:00)}', 'a night: nothing'),
	('1 work_day', 'end', '{[2015-05-11 09:00,2015-05-11 10:00)}', 'an hour of working time'),
	('1 work_day', 'next', '{[2015-05-11 09:00,2015-05-12 10:00)}', 'counts from the next day: two hours'),
	('0 work_hour', 'default', '{[2015-05-11 07:00,2015-05-12 10:00)}', 'no limit, no pause')) AS v (l, c, p, why);

-- working time with pauses
SELECT p, dcm.working_time('2015-05-11 08:00', '2015-05-12 10:00', 'default', p::tstzmultirange) AS forth,
	dcm.working_time('2015-05-12 10:00', '2015-05-11 08:00', 'default', p::tstzmultirange) AS back
FROM unnest(ARRAY['{}', '{[2015-05-11 09:00,2015-05-11 10:00)}', '{[2015-05-11 17:00,2015-05-12 09:00)}', '{(,)}',
	'{(,2015-05-11 09:00),[2015-05-12 09:30,)}', '{[2015-05-11 18:00,2015-05-12 08:00)}']) AS p;
ROLLBACK;

-- a pause that ends out of reach
SELECT dcm.deadline('2015-05-11 08:00', '8 work_hour', 'default', '{[2015-05-11 09:00,9999-12-31)}');
SELECT dcm.deadline('2015-05-11 08:00', '8 urgent_hour', 'default', '{[2015-05-11 09:00,9999-12-31)}');
