-- The laws of working time, on generated input, against a reference that looks at every quarter of an hour.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SELECT setseed(0.42);
BEGIN;
INSERT INTO dcm.calendar (name, time_zone, day_rule, hours_per_day) VALUES
	('law ny', 'America/New_York', 'hours', '8.5 hours'), ('law clock', 'America/New_York', 'same_clock', '8.5 hours'),
	('law night', 'Europe/Berlin', 'hours', '8 hours'), ('law 1986', 'Asia/Shanghai', 'hours', '8 hours');
INSERT INTO dcm.calendar_hours
SELECT c, w, '08:30'::time, '17:00'::time FROM unnest('{law ny,law clock}'::text[]) AS c, generate_series(1, 5) AS w
UNION ALL SELECT 'law night', w, '22:00', '06:00' FROM generate_series(1, 6) AS w
UNION ALL SELECT 'law night', w, '13:15', '15:45' FROM generate_series(3, 4) AS w
UNION ALL SELECT 'law 1986', w, '00:00', '24:00' FROM generate_series(5, 7) AS w
UNION ALL SELECT 'law 1986', w, '07:30', '11:30' FROM generate_series(1, 3) AS w;
INSERT INTO dcm.calendar_day (calendar, day, kind, as_weekday)
SELECT c, d, k, w FROM (VALUES
	('law ny', '2015-11-11'::date, 'holiday', 1), ('law clock', '2015-11-11', 'holiday', 1), ('law ny', '2015-11-14', 'workday', 3),
	('law night', '2015-03-27', 'special', 1), ('law night', '2015-03-30', 'holiday', 1)) AS v (c, d, k, w);
INSERT INTO dcm.calendar_day_hours VALUES ('law night', '2015-03-27', '09:00', '10:30');

-- every quarter of an hour, and whether the wall clock there shows working time
CREATE TEMP TABLE place AS
SELECT * FROM (VALUES ('default', '2015-02-01'::timestamptz), ('law ny', '2015-10-10'), ('law night', '2015-03-10'),
	('law 1986', '1986-04-15')) AS v (calendar, since);
CREATE TEMP TABLE hours AS
SELECT p.calendar, d::date AS day, d::date + coalesce(s.opens, h.opens) AS opens,
	d::date + coalesce(s.closes, h.closes) + CASE WHEN coalesce(s.closes <= s.opens, h.closes <= h.opens) THEN interval '1 day' ELSE '0' END AS closes
FROM place AS p CROSS JOIN generate_series(p.since - interval '2 days', p.since + interval '77 days', '1 day') AS d
	LEFT JOIN dcm.calendar_day AS r ON r.calendar = p.calendar AND r.day = d::date
	LEFT JOIN dcm.calendar_day_hours AS s ON r.kind = 'special' AND s.calendar = p.calendar AND s.day = d::date
	LEFT JOIN dcm.calendar_hours AS h ON coalesce(r.kind, 'workday') = 'workday' AND h.calendar = p.calendar
		AND h.weekday = CASE r.kind WHEN 'workday' THEN r.as_weekday ELSE extract(isodow FROM d::date) END;
CREATE INDEX ON hours (calendar, day);
CREATE TEMP TABLE quarter AS
SELECT q.calendar, q.at,
	EXISTS (SELECT FROM hours AS h
		WHERE h.calendar = q.calendar AND h.day BETWEEN q.local::date - 1 AND q.local::date AND q.local >= h.opens AND q.local < h.closes) AS works
FROM (SELECT p.calendar, at, at AT TIME ZONE c.time_zone AS local
	FROM place AS p JOIN dcm.calendar AS c ON c.name = p.calendar,
		generate_series(p.since, p.since + interval '75 days', '15 minutes') AS at) AS q;
CREATE INDEX ON quarter (calendar, at) WHERE works;
-- the calendar of same_clock has an ordinary Saturday on 2015-11-14
CREATE TEMP TABLE office AS
SELECT at FROM quarter
WHERE calendar = 'law ny' AND works AND (at AT TIME ZONE 'America/New_York')::date <> '2015-11-14';
CREATE TEMP TABLE office_day AS SELECT DISTINCT (at AT TIME ZONE 'America/New_York')::date AS d FROM office;
ANALYZE quarter;

-- the reference: one quarter after another
CREATE FUNCTION pg_temp.ref_deadline(cal text, start timestamptz, quarters int, pauses tstzmultirange) RETURNS timestamptz
	LANGUAGE sql STABLE AS $$
	SELECT at + interval '15 minutes' FROM quarter
	WHERE calendar = cal AND at >= start AND works AND NOT pauses @> at
	ORDER BY at OFFSET quarters - 1 LIMIT 1 $$;
CREATE FUNCTION pg_temp.ref_working_time(cal text, since timestamptz, till timestamptz, pauses tstzmultirange) RETURNS interval
	LANGUAGE sql STABLE AS $$
	SELECT count(*) * interval '15 minutes' FROM quarter
	WHERE calendar = cal AND at >= since AND at < till AND works AND NOT pauses @> at $$;

CREATE TEMP TABLE trial AS
SELECT p.calendar, i, p.since + (random() * 2000)::int * interval '15 minutes' AS start,
	p.since + (random() * 3000)::int * interval '15 minutes' AS other,
	1 + (random() * 150)::int AS quarters,
	(SELECT coalesce(range_agg(tstzrange(b, b + (random() * 150)::int * interval '15 minutes')), '{}')
		FROM (SELECT p.since + (random() * 3000)::int * interval '15 minutes' AS b FROM generate_series(1, i % 4)) AS x) AS pauses
FROM place AS p, generate_series(1, 150) AS i;

-- each law, how often it was tried, and where it broke (nowhere)
SELECT 'is_working is what the wall clock shows' AS law, count(*) AS tried,
	count(*) FILTER (WHERE dcm.is_working(at, calendar) IS DISTINCT FROM works) AS broken
FROM quarter
UNION ALL
SELECT 'deadline = reference', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, dcm.make_time_limit(quarters / 4.0, 'work_hour'), calendar)
		IS DISTINCT FROM pg_temp.ref_deadline(calendar, start, quarters, '{}'))
FROM trial
UNION ALL
SELECT 'deadline with pauses = reference', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, dcm.make_time_limit(quarters / 4.0, 'work_hour'), calendar, pauses)
		IS DISTINCT FROM pg_temp.ref_deadline(calendar, start, quarters, pauses))
FROM trial WHERE pg_temp.ref_deadline(calendar, start, quarters, pauses) IS NOT NULL
UNION ALL
SELECT 'working time = reference', count(*), count(*) FILTER (WHERE
	dcm.working_time(start, other, calendar, pauses)
		IS DISTINCT FROM pg_temp.ref_working_time(calendar, start, other, pauses))
FROM trial
UNION ALL
SELECT 'working time to the deadline = limit', count(*), count(*) FILTER (WHERE
	dcm.working_time(start, dcm.deadline(start, dcm.make_time_limit(quarters / 4.0, 'work_hour'), calendar, pauses), calendar, pauses)
		<> quarters * interval '15 minutes')
FROM trial
UNION ALL
SELECT 'the same to the microsecond', count(*), count(*) FILTER (WHERE
	dcm.working_time(s, dcm.deadline(s, dcm.make_time_limit(quarters, 'work_minute'), calendar, pauses), calendar, pauses)
		<> quarters * interval '1 minute')
FROM (SELECT *, start + random() * interval '1 day' AS s FROM trial) AS x
UNION ALL
SELECT 'additivity', count(*), count(*) FILTER (WHERE
	dcm.working_time(s, m, calendar, pauses) + dcm.working_time(m, t, calendar, pauses) <> dcm.working_time(s, t, calendar, pauses))
FROM (SELECT *, least(start, other) AS s, greatest(start, other) AS t, least(start, other) + random() * (greatest(start, other) - least(start, other)) AS m
	FROM trial) AS x
UNION ALL
SELECT 'monotony in the start', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, l, calendar, pauses) > dcm.deadline(start + random() * interval '2 days', l, calendar, pauses))
FROM (SELECT *, dcm.make_time_limit(quarters, 'work_minute') AS l FROM trial) AS x
UNION ALL
SELECT 'monotony in the limit', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, dcm.make_time_limit(quarters, 'work_minute'), calendar, pauses)
		>= dcm.deadline(start, dcm.make_time_limit(quarters + 1, 'work_minute'), calendar, pauses))
FROM trial
UNION ALL
SELECT 'a pause wholly outside working hours changes nothing', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, dcm.make_time_limit(quarters / 4.0, 'work_hour'), calendar, idle)
		<> dcm.deadline(start, dcm.make_time_limit(quarters / 4.0, 'work_hour'), calendar))
FROM trial AS t JOIN (
	SELECT calendar, range_agg(tstzrange(at, at + interval '15 minutes')) AS idle FROM quarter WHERE NOT works GROUP BY calendar) AS q USING (calendar)
UNION ALL
SELECT 'pause then extension = extension then pause', count(*), count(*) FILTER (WHERE
	dcm.deadline(dcm.deadline(start, dcm.make_time_limit(quarters, 'work_minute'), calendar, pauses), '90 work_minute', calendar, pauses)
		<> dcm.deadline(start, dcm.make_time_limit(quarters + 90, 'work_minute'), calendar, pauses))
FROM trial
UNION ALL
SELECT 'the explanation adds up', count(*), count(*) FILTER (WHERE
	(SELECT sum(e.counted) <> quarters * interval '15 minutes' OR max(e.till) <> dcm.deadline(start, l, calendar, pauses) OR min(e.since) <> start
			OR sum(e.till - e.since) <> max(e.till) - start
		FROM dcm.explain_deadline(start, l, calendar, pauses) AS e))
FROM (SELECT *, dcm.make_time_limit(quarters / 4.0, 'work_hour') AS l FROM trial WHERE i % 5 = 0) AS x
UNION ALL
-- of day limits: the same time of day, so many working days on
SELECT 'same_clock = reference', count(*), count(*) FILTER (WHERE
	dcm.deadline(start, dcm.make_time_limit(n, 'work_day'), 'law clock') IS DISTINCT FROM
		((SELECT d FROM office_day WHERE d > moved::date ORDER BY d OFFSET n - 1 LIMIT 1) + moved::time) AT TIME ZONE 'America/New_York')
FROM (
	SELECT t.start, 1 + quarters % 15 AS n,
		(SELECT min(at) AT TIME ZONE 'America/New_York' FROM office WHERE at >= t.start) AS moved
	FROM trial AS t WHERE t.calendar = 'law ny') AS x;
ROLLBACK;
