-- A city's own due dates: those that Boston gave its requests of 2015, by an ordinary calendar with same_clock.
SET client_min_messages = warning;
SET timezone = 'America/New_York';
SET datestyle = 'ISO, YMD';
BEGIN;
CREATE TEMP TABLE raw (
	case_enquiry_id bigint, open_dt timestamp, target_dt timestamp, closed_dt timestamp, ontime text,
	case_status text, case_title text, subject text, reason text, type text, queue text, department text,
	location text, fire_district text, pwd_district text, city_council_district text, police_district text,
	neighborhood text, neighborhood_services_district text, ward text, precinct text, location_street_name text,
	location_zipcode text, latitude float8, longitude float8, source text) ON COMMIT DROP;
CREATE TEMP TABLE rule (type text PRIMARY KEY, n int, mode text, days int, exact int, rate float8) ON COMMIT DROP;
CREATE TEMP TABLE holiday (day date PRIMARY KEY) ON COMMIT DROP;
\copy raw FROM PROGRAM 'gzip -dc "$PG_ABS_SRCDIR"/data/boston/boston311_2015_partial.csv.gz' CSV HEADER
\copy rule FROM PROGRAM 'cat "$PG_ABS_SRCDIR"/data/boston/sla_rules_inferred_2015.csv' CSV HEADER
\copy holiday FROM PROGRAM 'cat "$PG_ABS_SRCDIR"/data/boston/boston_holidays_rule_2012_2026.csv' CSV HEADER

INSERT INTO dcm.calendar (name, time_zone, day_rule, covers) VALUES ('boston', 'America/New_York', 'same_clock', '[2012-01-01,2027-01-01)');
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes) SELECT 'boston', weekday, '08:30', '17:00' FROM generate_series(1, 5) AS weekday;
INSERT INTO dcm.calendar_day (calendar, day, kind) SELECT 'boston', day, 'holiday' FROM holiday;

-- equal is within 90 seconds: the city's own seconds vary
CREATE TEMP TABLE due ON COMMIT DROP AS
SELECT *, abs(extract(epoch FROM due - target_dt)) <= 90 AS same
FROM (
	SELECT type, mode, days, open_dt, target_dt,
		dcm.deadline(open_dt AT TIME ZONE 'America/New_York', dcm.make_time_limit(days, CASE mode WHEN 'work' THEN 'work_day' ELSE 'natural_day' END), 'boston')
			AT TIME ZONE 'America/New_York' AS due
	FROM raw JOIN rule USING (type) WHERE target_dt IS NOT NULL) AS d;
SELECT count(*) AS due_dates, count(*) FILTER (WHERE same) AS equal, count(*) FILTER (WHERE same) >= 89668 AS as_many_as_known FROM due;
SELECT mode, count(DISTINCT type) AS types, count(*) AS due_dates, count(*) FILTER (WHERE same) AS equal FROM due GROUP BY mode ORDER BY mode;

-- of five types all agree
SELECT type, min(days) AS days, min(mode) AS mode, count(*) AS due_dates, count(*) FILTER (WHERE same) AS equal
FROM due WHERE type IN ('Building Inspection Request', 'Electrical', 'Rodent Activity', 'Heat - Excessive  Insufficient', 'Unsafe Dangerous Conditions')
GROUP BY type ORDER BY type;

-- requests come at night, at weekends, on holidays, before a change of the clocks
SELECT coming, count(*) AS due_dates, count(*) FILTER (WHERE same) AS equal
FROM due CROSS JOIN LATERAL (
	SELECT CASE WHEN EXISTS (SELECT FROM holiday WHERE day = open_dt::date) THEN 'on a holiday' WHEN extract(isodow FROM open_dt) > 5 THEN 'at a weekend'
		WHEN open_dt::time >= '08:30' AND open_dt::time < '17:00' THEN 'in office hours' ELSE 'at night' END) AS c (coming)
GROUP BY coming ORDER BY coming;
SELECT changes, count(*) AS due_dates, count(*) FILTER (WHERE same) AS equal
FROM due CROSS JOIN LATERAL (SELECT count(*) FROM unnest('{2015-03-08 02:00,2015-11-01 02:00}'::timestamp[]) AS t WHERE t BETWEEN open_dt AND due) AS c (changes)
WHERE days <= 90 GROUP BY changes ORDER BY changes;
ROLLBACK;
