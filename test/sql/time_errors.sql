-- Infinity, unknown calendars, bad calendars, times out of reach: an answer or a clean error.
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- what an error says to a program and to a person
CREATE FUNCTION pg_temp.error_of(command text) RETURNS TABLE (code text, name text, message text, detail text, hint text)
	LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	message := 'no error';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, name = CONSTRAINT_NAME, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;

SELECT dcm.deadline('infinity', '1 work_hour'), dcm.deadline('-infinity', '1 work_day');
SELECT dcm.is_working('infinity'), dcm.is_working('-infinity');
SELECT * FROM dcm.explain_deadline('infinity', '1 work_hour');
SELECT dcm.deadline(NULL, '1 work_hour') IS NULL, dcm.deadline(now(), NULL) IS NULL, dcm.deadline(now(), '1 work_hour', NULL) IS NULL,
	dcm.deadline(now(), '1 work_hour', 'default', NULL) IS NULL, dcm.working_time(now(), NULL) IS NULL, dcm.is_working(NULL) IS NULL;
SELECT count(*) FROM dcm.explain_deadline(NULL, '1 work_hour');

SELECT c, e.code, e.name, e.message, e.detail
FROM unnest(ARRAY[
	$$SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour', 'no such')$$,
	$$SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour', '')$$,
	$$SELECT dcm.working_time('2015-05-08', '2015-05-08', 'no such')$$,
	$$SELECT dcm.is_working('2015-05-08', 'no such')$$,
	$$SELECT dcm.deadline_provisional('2015-05-08', 'no such')$$,
	$$SELECT dcm.explain_deadline('2015-05-08', '1 minute', 'no such')$$,
	$$SELECT dcm.working_time('2015-05-08 17:00', 'infinity')$$,
	$$SELECT dcm.working_time('-infinity', '2015-05-08 17:00')$$,
	$$SELECT dcm.deadline('1899-05-08 17:00', '1 work_hour')$$,
	$$SELECT dcm.deadline('2015-05-08 17:00', '99999999 work_day')$$,
	$$SELECT dcm.deadline('2299-12-31 17:00', '9 work_hour')$$,
	$$SELECT dcm.deadline('2015-05-08 17:00', '99999999.99 natural_day')$$,
	$$SELECT dcm.deadline('294276-12-31 23:00', '99999999 urgent_hour')$$,
	$$SELECT dcm.working_time('2015-05-08 17:00', '2300-05-08 17:00')$$,
	$$SELECT dcm.is_working('4713-01-01 BC')$$]) AS c, pg_temp.error_of(c) AS e;
SELECT dcm.deadline('9999-05-08 17:00', '2 natural_day') AS needs_no_calendar_years;
SELECT dcm.working_time('2015-05-11 17:00', '2015-05-08 17:00') AS backwards;

-- calendars that cannot work
BEGIN;
INSERT INTO dcm.calendar (name, time_zone) VALUES ('empty', 'Asia/Shanghai');
SELECT dcm.working_time('2015-05-08 17:00', '2015-05-11 17:00', 'empty'), dcm.is_working('2015-05-08 17:00', 'empty'),
	dcm.deadline('2015-05-08 17:00', '0 work_hour', 'empty'), dcm.deadline('2015-05-08 17:00', '1 urgent_hour', 'empty');
SELECT * FROM pg_temp.error_of('SELECT dcm.deadline(''2015-05-08 17:00'', ''1 work_hour'', ''empty'')');
ROLLBACK;
BEGIN;
INSERT INTO dcm.calendar (name, time_zone) VALUES ('abbreviation', 'CST');
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour') AS others_go_on;
SELECT * FROM pg_temp.error_of('SELECT dcm.deadline(''2015-05-08 17:00'', ''1 work_hour'', ''abbreviation'')');
ROLLBACK;
SELECT e.code, e.name, e.message FROM unnest(ARRAY[
	$$INSERT INTO dcm.calendar (name, time_zone) VALUES ('bad', 'Mars/Olympus')$$,
	$$INSERT INTO dcm.calendar (name, time_zone, hours_per_day) VALUES ('bad', 'Asia/Shanghai', '25 hours')$$,
	$$INSERT INTO dcm.calendar (name, time_zone, hours_per_day) VALUES ('bad', 'Asia/Shanghai', '0')$$,
	$$INSERT INTO dcm.calendar (name, time_zone, day_rule) VALUES ('bad', 'Asia/Shanghai', 'weekly')$$,
	$$INSERT INTO dcm.calendar_hours VALUES ('default', 8, '08:00', '12:00')$$,
	$$INSERT INTO dcm.calendar_hours VALUES ('default', 1, '24:00', '12:00')$$,
	$$INSERT INTO dcm.calendar_hours VALUES ('default', 1, '09:00', '12:00', '13-01', '01-01')$$,
	$$INSERT INTO dcm.calendar_hours VALUES ('default', 1, '09:00', '12:00', '10-01', NULL)$$,
	$$INSERT INTO dcm.calendar_day VALUES ('default', 'infinity', 'holiday')$$]) AS c, pg_temp.error_of(c) AS e;

-- the preset leaves the city's own rows as they are
BEGIN;
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
UPDATE dcm.calendar_day SET kind = 'workday' WHERE calendar = 'default' AND day = '2015-10-01';
SELECT dcm.load_preset('cn_calendar');
SELECT c.boundary, d.kind, (SELECT count(*) FROM dcm.calendar_hours WHERE calendar = 'default')
FROM dcm.calendar AS c JOIN dcm.calendar_day AS d ON d.calendar = c.name AND d.day = '2015-10-01';
ROLLBACK;

-- each change of a calendar is told in the log
BEGIN;
DELETE FROM dcm.calendar_day WHERE calendar = 'default' AND day = '2015-10-01';
SELECT table_name, op, before->>'label' AS label FROM dcm.config_log ORDER BY id DESC LIMIT 1;
ROLLBACK;
