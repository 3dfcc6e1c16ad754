-- The laws of working time on two thousand random calendars, against a reference that walks quarters of an hour.
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;

-- Windows of 20 days around the changes of clocks and elsewhere, quarter by quarter.  The wall clock goes back and jumps;
-- the latest that it has shown, reached, only goes forward.
SELECT setseed(0.42) \g /dev/null
CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY k, zone, day) AS place, zone, day - (300 + floor(r * 600)) * interval '15 minutes' AS since
FROM (
	SELECT k, zone, day::timestamptz, random() AS r
	FROM generate_series(1, 2) AS k, (VALUES
		('Europe/Berlin', '2015-03-29'), ('Europe/Berlin', '2015-10-25'), ('Europe/Berlin', '2015-07-01'), ('Europe/Berlin', '2015-12-24'),
		('America/New_York', '2015-03-08'), ('America/New_York', '2015-11-01'), ('America/New_York', '2006-10-29'), ('America/New_York', '2014-12-28'),
		('America/Sao_Paulo', '2015-10-18'), ('America/Sao_Paulo', '2016-02-21'), ('America/Sao_Paulo', '2018-11-04'), ('America/Sao_Paulo', '2019-02-17'),
		('Asia/Shanghai', '1986-05-04'), ('Asia/Shanghai', '1986-09-14'), ('Asia/Shanghai', '1987-04-12'), ('Asia/Shanghai', '1988-09-11'),
		('Asia/Shanghai', '1989-04-16'), ('Asia/Shanghai', '1990-09-16'), ('Asia/Shanghai', '1991-04-14'), ('Asia/Shanghai', '1991-09-15'),
		('Asia/Kolkata', '2012-02-24'), ('Asia/Kolkata', '2015-12-28'),
		('Pacific/Apia', '2011-12-30'), ('Pacific/Apia', '2011-12-31'), ('Pacific/Apia', '2011-09-24'), ('Pacific/Apia', '2012-04-01'),
		('Australia/Lord_Howe', '2015-04-05'), ('Australia/Lord_Howe', '2015-10-04'), ('Australia/Lord_Howe', '2015-12-27')) AS v (zone, day)) AS x;
CREATE TEMP TABLE tick AS
SELECT place, n, at, at AT TIME ZONE zone AS local, max(at AT TIME ZONE zone) OVER (PARTITION BY place ORDER BY n) AS reached
FROM place, generate_series(0, 20 * 96 - 1) AS n, LATERAL (SELECT since + n * interval '15 minutes' AS at) AS a;
CREATE INDEX ON tick (place, n);
CREATE INDEX ON tick (place, local, n);
CREATE INDEX ON tick (place, reached, n);
ANALYZE place, tick;

-- A batch of calendars; their spans; the quarters that are worked, each with the date of the first span that holds it; the dates
-- that have any and where the last ends; and what is tried.
CREATE TEMP TABLE cal (calendar int PRIMARY KEY, name text, place bigint, zone text, since timestamptz, middle date, density float8,
	day_rule text, start_rule text, boundary text, day_quarters int);
CREATE TEMP TABLE span (calendar int, place bigint, day date, opens timestamp, closes timestamp);
CREATE TEMP TABLE work (calendar int, n int, day date, PRIMARY KEY (calendar, n));
CREATE TEMP TABLE workday (calendar int, day date, last_end int, PRIMARY KEY (calendar, day));
CREATE TEMP TABLE trial (calendar int, i int, name text, place bigint, day_rule text, start_rule text, boundary text,
	unit text, amount numeric, days int, part int, part_quarters int, quarters int, start int, other int, paused int4multirange,
	tlimit dcm.time_limit, start_at timestamptz, other_at timestamptz, pauses tstzmultirange);
CREATE TEMP TABLE answer AS
SELECT t.*, NULL::timestamptz AS plain, NULL::timestamptz AS due, NULL::interval AS used, NULL::float8 AS r1, NULL::float8 AS r2 FROM trial AS t;

-- from quarters to times and moments
CREATE FUNCTION pg_temp.clock(q int) RETURNS time LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE WHEN q = 96 THEN '24:00' ELSE time '00:00' + q * interval '15 minutes' END $$;
CREATE FUNCTION pg_temp.at(p bigint, n int) RETURNS timestamptz LANGUAGE sql STABLE AS
	$$ SELECT since + n * interval '15 minutes' FROM place WHERE place = p $$;
CREATE FUNCTION pg_temp.to_moments(p bigint, quarters int4multirange) RETURNS tstzmultirange LANGUAGE sql STABLE AS
	$$ SELECT coalesce(range_agg(tstzrange(pg_temp.at(p, lower(q)), pg_temp.at(p, upper(q)))), '{}') FROM unnest(quarters) AS q $$;
CREATE FUNCTION pg_temp.pause(r1 float8, r2 float8, r3 float8) RETURNS int4multirange LANGUAGE sql IMMUTABLE AS $$
	SELECT int4multirange(int4range(CASE WHEN r3 >= 0.06 THEN a END, CASE WHEN r3 <= 0.94 THEN a + floor(r2 * r2 * 160)::int END))
	FROM CAST(floor(r1 * 1400) AS int) AS f (a) $$;

-- The reference: one quarter after another.
CREATE FUNCTION pg_temp.next_work(c int, first int) RETURNS int LANGUAGE sql STABLE AS
	$$ SELECT n FROM work WHERE calendar = c AND n >= first ORDER BY n LIMIT 1 $$;
CREATE FUNCTION pg_temp.walk(t trial, first int, quarters int, skip int4multirange = '{}') RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
	ended int := first;
BEGIN
	IF quarters > 0 THEN
		ended := (SELECT n + 1 FROM work WHERE calendar = t.calendar AND n >= first AND NOT skip @> n ORDER BY n OFFSET quarters - 1 LIMIT 1);
	END IF;
	-- at closing time, or of nothing out of hours: at the next opening
	RETURN CASE t.boundary WHEN 'open' THEN pg_temp.next_work(t.calendar, ended) ELSE ended END;
END $$;
CREATE FUNCTION pg_temp.walk_all(first int, quarters int, skip int4multirange) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN quarters = 0 THEN first
		ELSE (SELECT n + 1 FROM generate_series(first, 20 * 96 - 1) AS n WHERE NOT skip @> n ORDER BY n OFFSET quarters - 1 LIMIT 1) END $$;
-- the first quarter at which the clock shows a time; where none does, as much later than the last before it
CREATE FUNCTION pg_temp.at_clock(p bigint, clock timestamp) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT coalesce((SELECT n FROM tick WHERE place = p AND local = clock ORDER BY n LIMIT 1),
		(SELECT n + (extract(epoch FROM clock - local) / 900)::int FROM tick WHERE place = p AND reached < clock ORDER BY reached DESC, n DESC LIMIT 1)) $$;
CREATE FUNCTION pg_temp.ref_begin(t trial) RETURNS int LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN t.start_rule = 'next_day' AND t.unit ~ 'day' THEN (
			SELECT n FROM tick WHERE place = t.place AND reached >= (SELECT local::date + 1 FROM tick WHERE place = t.place AND n = t.start)
			ORDER BY reached, n LIMIT 1)
		ELSE t.start END $$;
CREATE FUNCTION pg_temp.ref_plain(t trial, first int) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
	opened int;
	opened_day date;
	clock interval;
BEGIN
	IF t.unit = 'natural_day' AND t.day_rule = 'same_clock' AND t.days > 0 THEN
		RETURN pg_temp.at_clock(t.place, (SELECT local FROM tick WHERE place = t.place AND n = first) + t.days * interval '1 day') + t.part_quarters;
	ELSIF t.unit IN ('minute', 'urgent_hour', 'natural_day') THEN
		RETURN first + t.quarters;
	ELSIF t.unit <> 'work_day' OR t.day_rule = 'hours' THEN
		RETURN pg_temp.walk(t, first, t.quarters);
	END IF;

	SELECT n, day INTO opened, opened_day FROM work WHERE calendar = t.calendar AND n >= first ORDER BY n LIMIT 1;
	IF t.day_rule = 'end_of_day' THEN
		IF t.amount = 0 THEN
			RETURN opened;
		END IF;
		RETURN pg_temp.walk(t, (SELECT last_end FROM workday WHERE calendar = t.calendar AND day >= opened_day ORDER BY day OFFSET ceil(t.amount) - 1 LIMIT 1), 0);
	END IF;
	IF t.days > 0 THEN
		clock := (SELECT local - opened_day FROM tick WHERE place = t.place AND n = opened);
		opened := pg_temp.at_clock(t.place, clock + (
			SELECT day FROM workday WHERE calendar = t.calendar AND day > opened_day ORDER BY day OFFSET t.days - 1 LIMIT 1));
	END IF;
	-- the clock may show that time out of hours; only just at a closing does the boundary matter
	IF t.part_quarters = 0 AND NOT EXISTS (SELECT FROM work WHERE calendar = t.calendar AND n = opened - 1) THEN
		RETURN opened;
	END IF;
	RETURN pg_temp.walk(t, opened, t.part_quarters);
END $$;
-- In hours that end at closing paused quarters are skipped.  All others end without pauses first, and later by each pause that
-- begins before the end.  NULL where the window does not tell.
CREATE FUNCTION pg_temp.ref_deadline(t trial, paused int4multirange) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
	first constant int := pg_temp.ref_begin(t);
	plain constant int := pg_temp.ref_plain(t, first);
	work constant boolean := t.unit ~ 'work';
	by_day constant boolean := t.day_rule = 'same_clock' AND t.unit ~ 'day' OR t.day_rule = 'end_of_day' AND t.unit = 'work_day';
	due int := plain;
	extra int := 0;
	p int4range;
BEGIN
	IF NOT work AND NOT by_day THEN
		due := pg_temp.walk_all(first, t.quarters, paused);
	ELSIF NOT by_day AND t.boundary = 'close' THEN
		due := pg_temp.walk(t, first, t.quarters, paused);
	ELSE
		FOR p IN SELECT * FROM unnest(paused) LOOP
			CONTINUE WHEN upper(p) <= first;
			EXIT WHEN greatest(lower(p), first) >= due;
			IF upper_inf(p) THEN
				RETURN 'infinity';
			END IF;
			extra := extra + CASE WHEN work THEN (SELECT count(*) FROM work WHERE calendar = t.calendar AND n >= first AND p @> n)
				ELSE upper(p) - greatest(lower(p), first) END;
			CONTINUE WHEN extra = 0;
			due := CASE WHEN work THEN pg_temp.walk(t, plain, extra) ELSE plain + extra END;
		END LOOP;
	END IF;
	IF due IS NULL AND plain IS NOT NULL AND upper_inf(paused) THEN
		RETURN 'infinity';
	END IF;
	RETURN CASE WHEN due <= 18 * 96 THEN pg_temp.at(t.place, due) END;
END $$;
CREATE FUNCTION pg_temp.ref_working_time(t trial, first int, last int) RETURNS interval LANGUAGE sql STABLE AS $$
	SELECT count(*) * interval '15 minutes' FROM work WHERE calendar = t.calendar AND n >= first AND n < last AND NOT t.paused @> n $$;
-- what a stretch of an explanation counts
CREATE FUNCTION pg_temp.ref_counted(t trial, one timestamptz, other timestamptz) RETURNS interval LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN t.unit ~ 'work' THEN pg_temp.ref_working_time(t, first, last)
		ELSE (SELECT count(*) * interval '15 minutes' FROM generate_series(first, last - 1) AS n WHERE NOT t.paused @> n) END
	FROM (SELECT greatest((extract(epoch FROM one - since) / 900)::int, pg_temp.ref_begin(t)) AS first, (extract(epoch FROM other - since) / 900)::int AS last
		FROM place WHERE place.place = t.place) AS x $$;

CREATE PROCEDURE pg_temp.make_batch(batch int) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM setseed(batch / 1000.0);
	TRUNCATE cal, span, work, workday, trial, answer;
	INSERT INTO cal
	SELECT i, format('random %s/%s', batch, i), place, zone, since, since::date + 7, 0.2 + r2 * 0.6,
		(ARRAY['hours', 'same_clock', 'end_of_day'])[1 + i % 3], (ARRAY['at_once', 'next_day'])[1 + i / 3 % 2], (ARRAY['close', 'open'])[1 + i / 6 % 2],
		1 + floor(CASE WHEN r3 < 0.1 THEN 96 ELSE 48 END * r4)
	FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3, random() AS r4 FROM generate_series(1, 60) AS i) AS x
		JOIN place ON place = 1 + floor(r1 * (SELECT count(*) FROM place));
	INSERT INTO dcm.calendar (name, time_zone, day_rule, start_rule, boundary, hours_per_day, covers)
	SELECT name, zone, day_rule, start_rule, boundary, day_quarters * interval '15 minutes', daterange(since::date, since::date + 20) FROM cal;

	-- up to three spans a weekday: they overlap, cross midnight, last all day, have seasons that may cross the year's end
	INSERT INTO dcm.calendar_hours
	SELECT name, weekday, pg_temp.clock(opens), pg_temp.clock(CASE WHEN closes > 96 OR closes = 96 AND r4 < 0.5 THEN closes - 96 ELSE closes END),
		CASE WHEN r5 < 0.25 THEN to_char(middle + (r6 * 60 - 30)::int, 'MM-DD') END, CASE WHEN r5 < 0.25 THEN to_char(middle + (r7 * 60 - 30)::int, 'MM-DD') END
	FROM (
		SELECT *, 1 + i / 21 AS calendar, 1 + i % 7 AS weekday, floor(r2 * 96)::int AS opens,
			floor(r2 * 96)::int + CASE WHEN r4 < 0.03 THEN 96 ELSE 1 + floor(r3 * r3 * 60)::int END AS closes
		FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6, random() AS r7
			FROM generate_series(0, 60 * 21 - 1) AS i) AS x) AS y
		JOIN cal USING (calendar)
	WHERE r1 < density
	ON CONFLICT DO NOTHING;
	INSERT INTO dcm.calendar_day (calendar, day, kind, as_weekday)
	SELECT name, since::date + i % 22 - 1, (ARRAY['holiday', 'workday', 'special'])[1 + floor(r2 * 3)], 1 + floor(r3 * 7)
	FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3 FROM generate_series(0, 60 * 22 - 1) AS i) AS x
		JOIN cal ON calendar = 1 + i / 22
	WHERE r1 < 0.2;
	-- two rows a special day, which may be there or not
	INSERT INTO dcm.calendar_day_hours
	SELECT name, d.day, pg_temp.clock(opens), pg_temp.clock(CASE WHEN closes > 96 OR closes = 96 AND r3 < 0.5 THEN closes - 96 ELSE closes END)
	FROM (
		SELECT i, r1, r3, floor(r2 * 96)::int AS opens, floor(r2 * 96)::int + 1 + floor(r3 * 40)::int AS closes
		FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3 FROM generate_series(0, 60 * 44 - 1) AS i) AS x) AS y
		JOIN cal AS c ON c.calendar = 1 + i / 44
		JOIN dcm.calendar_day AS d ON d.calendar = c.name AND d.day = since::date + i % 22 - 1 AND d.kind = 'special'
	WHERE r1 < 0.6
	ON CONFLICT DO NOTHING;

	-- a quarter is worked where the clock has reached an opening and not yet the closing
	INSERT INTO span
	SELECT calendar, place, day, day + opens, day + closes + CASE WHEN closes <= opens THEN interval '1 day' ELSE '0' END
	FROM (
		SELECT c.calendar, place, d.day, opens, closes
		FROM cal AS c CROSS JOIN generate_series(-3, 22) AS i CROSS JOIN LATERAL (SELECT since::date + i AS day, to_char(since::date + i, 'MM-DD') AS md) AS d
			LEFT JOIN dcm.calendar_day AS r ON r.calendar = c.name AND r.day = d.day
			JOIN dcm.calendar_hours AS h ON h.calendar = c.name
				AND weekday = CASE WHEN kind IS NULL THEN extract(isodow FROM d.day) WHEN kind = 'workday' THEN as_weekday END
				AND (season_from IS NULL OR CASE WHEN season_from <= season_till THEN md >= season_from AND md <= season_till
					ELSE md >= season_from OR md <= season_till END)
		UNION ALL
		SELECT c.calendar, place, day, opens, closes FROM cal AS c JOIN dcm.calendar_day_hours AS h ON h.calendar = c.name) AS s;
	INSERT INTO work
	SELECT s.calendar, n, min(day) FROM span AS s JOIN tick AS t ON t.place = s.place AND reached >= opens AND reached < closes GROUP BY s.calendar, n;
	INSERT INTO workday SELECT calendar, day, max(n) + 1 FROM work GROUP BY calendar, day;
	ANALYZE cal, work, workday;

	-- limits of all units, none among them; up to three pauses, some without begin or end
	INSERT INTO trial
	SELECT calendar, i, name, place, day_rule, start_rule, boundary, unit, amount, days, part, part_quarters, quarters, start, other, paused,
		dcm.make_time_limit(amount, unit), pg_temp.at(place, start), pg_temp.at(place, other), pg_temp.to_moments(place, paused)
	FROM (
		SELECT i, 1 + i / 6 AS calendar, (ARRAY['minute', 'urgent_hour', 'natural_day', 'work_minute', 'work_hour', 'work_hour', 'work_day', 'work_day'])[1 + floor(r1 * 8)] AS unit,
			floor(r2 * r2 * 160)::int AS hours_quarters, floor(r2 * 6)::int AS days, r3, floor(r4 * 900)::int AS start, floor(r5 * 20 * 96)::int AS other,
			CASE WHEN i % 4 > 0 THEN pg_temp.pause(r6, r7, r12) ELSE '{}' END + CASE WHEN i % 4 > 1 THEN pg_temp.pause(r8, r9, 0.5) ELSE '{}' END
				+ CASE WHEN i % 4 > 2 THEN pg_temp.pause(r10, r11, 0.5) ELSE '{}' END AS paused
		FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6, random() AS r7,
				random() AS r8, random() AS r9, random() AS r10, random() AS r11, random() AS r12
			FROM generate_series(0, 60 * 6 - 1) AS i) AS x) AS y
		JOIN cal USING (calendar)
		-- hundredths of a day that are a number of quarters, where it matters
		CROSS JOIN LATERAL (
			SELECT CASE WHEN unit = 'natural_day' OR day_rule = 'end_of_day' OR day_quarters % 4 = 0 THEN (ARRAY[0, 0, 25, 50, 75])[1 + floor(r3 * 5)]
				WHEN day_quarters % 2 = 0 AND r3 > 0.7 THEN 50 ELSE 0 END AS part) AS p
		CROSS JOIN LATERAL (SELECT part * CASE unit WHEN 'natural_day' THEN 96 ELSE day_quarters END / 100 AS part_quarters) AS q
		CROSS JOIN LATERAL (
			SELECT CASE unit WHEN 'natural_day' THEN days * 96 + part_quarters WHEN 'work_day' THEN days * day_quarters + part_quarters
				ELSE hours_quarters END AS quarters) AS h
		CROSS JOIN LATERAL (SELECT CASE WHEN unit ~ 'day' THEN days + part / 100.0 WHEN unit ~ 'hour' THEN quarters / 4.0 ELSE quarters * 15 END AS amount) AS m;
	INSERT INTO answer
	SELECT t.*, plain, CASE t.paused WHEN '{}' THEN plain ELSE pg_temp.ref_deadline(t, t.paused) END, pg_temp.ref_working_time(t, start, other), random(), random()
	FROM trial AS t CROSS JOIN LATERAL (SELECT pg_temp.ref_deadline(t, '{}') AS plain OFFSET 0) AS p;
	ANALYZE answer;
END $$;

-- each law on a batch: how often it was tried, where it broke
CREATE TEMP TABLE law (no int, law text, tried bigint, broken bigint, example text);
CREATE FUNCTION pg_temp.try_laws(batch int) RETURNS SETOF law LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY
	SELECT 1, 'is_working = reference, every quarter', count(*), count(*) FILTER (WHERE dcm.is_working(t.at, c.name) <> (w.n IS NOT NULL)),
		min(format('batch %s, %s', batch, (c.calendar, t.at))) FILTER (WHERE dcm.is_working(t.at, c.name) <> (w.n IS NOT NULL))
	FROM cal AS c JOIN tick AS t USING (place) LEFT JOIN work AS w ON w.calendar = c.calendar AND w.n = t.n;
	RETURN QUERY
	WITH known AS MATERIALIZED (
		SELECT *, least(start_at, other_at) AS one, greatest(start_at, other_at) AS two, start_at + r1 * interval '1 day' AS later,
			day_rule = 'same_clock' AND unit ~ 'day' OR day_rule = 'end_of_day' AND unit = 'work_day' AS by_day
		FROM answer
		WHERE due IS NOT NULL AND plain IS NOT NULL AND name IN (SELECT calendar FROM dcm.calendar_hours WHERE season_from IS NULL)),
	idle AS MATERIALIZED (
		SELECT calendar, pg_temp.to_moments(place, int4multirange(int4range(0, 20 * 96)) - range_agg(int4range(n, n + 1))) AS idle
		FROM cal JOIN work USING (calendar) GROUP BY calendar)
	SELECT t.no, t.law, count(*), count(*) FILTER (WHERE t.holds IS NOT true),
		min(format('batch %s, %s', batch, (t.calendar, t.i))) FILTER (WHERE t.holds IS NOT true)
	FROM (
		SELECT 2 AS no, 'deadline = reference' AS law, dcm.deadline(start_at, tlimit, name) = plain AS holds, calendar, i
		FROM answer WHERE plain IS NOT NULL
		UNION ALL
		SELECT 3, 'deadline with pauses = reference', dcm.deadline(start_at, tlimit, name, pauses) = due, calendar, i
		FROM answer WHERE due IS NOT NULL AND pauses <> '{}'
		UNION ALL
		SELECT 4, 'working time = reference, backwards nothing', dcm.working_time(start_at, other_at, name, pauses) = used, calendar, i
		FROM answer
		UNION ALL
		SELECT 5, 'working time to the deadline = limit',
			CASE WHEN isfinite(d) THEN dcm.working_time(start_at, d, name, pauses) = quarters * interval '15 minutes' END, calendar, i
		FROM known CROSS JOIN LATERAL (SELECT dcm.deadline(start_at, tlimit, name, pauses) AS d) AS x WHERE unit ~ 'work_(minute|hour)' AND due < 'infinity'
		UNION ALL
		SELECT 6, 'the same to the microsecond',
			dcm.working_time(later, dcm.deadline(later, dcm.make_time_limit(h / 100.0, 'work_minute'), name, pauses), name, pauses) = h * interval '600 ms', calendar, i
		FROM known CROSS JOIN LATERAL (SELECT floor(r2 * quarters * 1500)::int AS h) AS x WHERE unit ~ 'work_(minute|hour)' AND NOT upper_inf(pauses)
		UNION ALL
		SELECT 7, 'additivity', dcm.working_time(one, middle, name, pauses) + dcm.working_time(middle, two, name, pauses) = dcm.working_time(one, two, name, pauses), calendar, i
		FROM known CROSS JOIN LATERAL (SELECT one + r1 * (two - one) AS middle) AS x
		UNION ALL
		-- not of same_clock, since the clock goes back, and shifts of different days overlap; nor of none, which is over at once in a pause too
		SELECT 8, 'monotony in the start', dcm.deadline(start_at, tlimit, name, p) <= dcm.deadline(later, tlimit, name, p), calendar, i
		FROM known CROSS JOIN LATERAL (SELECT CASE WHEN by_day THEN '{}' ELSE pauses END AS p) AS x
		WHERE (NOT by_day OR day_rule = 'end_of_day') AND (amount > 0 OR boundary = 'close')
		UNION ALL
		-- of same_clock whole days: more may end out of hours, where fewer have moved to the next opening
		SELECT 9, 'monotony in the limit', CASE WHEN by_day OR due = 'infinity' THEN d <= more ELSE d < more END, calendar, i
		FROM known CROSS JOIN LATERAL (
			SELECT dcm.deadline(start_at, tlimit, name, pauses) AS d,
				dcm.deadline(start_at, dcm.make_time_limit(amount + CASE WHEN by_day THEN 1 ELSE 0.01 END, unit), name, pauses) AS more) AS x
		WHERE NOT by_day OR day_rule = 'end_of_day' OR part = 0 AND boundary = 'close'
		UNION ALL
		SELECT 10, 'a pause wholly outside working hours changes nothing', dcm.deadline(start_at, tlimit, name, idle) = plain, calendar, i
		FROM known JOIN idle USING (calendar) WHERE unit ~ 'work'
		UNION ALL
		SELECT 11, 'pause then extension = extension then pause',
			dcm.deadline(dcm.deadline(start_at, tlimit, name, pauses), dcm.make_time_limit(e, unit), name, pauses)
				= dcm.deadline(start_at, dcm.make_time_limit(amount + e, unit), name, pauses), calendar, i
		FROM known CROSS JOIN LATERAL (SELECT floor(r2 * 1000)::numeric / 100 AS e) AS x WHERE unit ~ 'minute|hour'
		UNION ALL
		SELECT 12, 'the explanation adds up, row by row', (
			SELECT min(since) = k.start_at AND max(till) = k.due AND bool_and(holds)
			FROM (SELECT since, till, isfinite(till) AND e.counted = pg_temp.ref_counted(t, since, till) AND e.running = sum(e.counted) OVER w
					AND since = coalesce(lag(till) OVER w, since) AS holds
				FROM dcm.explain_deadline(k.start_at, k.tlimit, k.name, k.pauses) WITH ORDINALITY AS e
				WINDOW w AS (ORDER BY ordinality)) AS r), calendar, i
		FROM known AS k JOIN trial AS t USING (calendar, i) WHERE k.due < 'infinity' AND k.r2 < 0.15
	) AS t
	GROUP BY t.no, t.law;
END $$;

-- a batch leaves nothing behind but what it has found
DO $$
DECLARE
	laws law[];
BEGIN
	FOR batch IN 1..34 LOOP
		CALL pg_temp.make_batch(batch);
		laws := (SELECT array_agg(t::law)
			FROM (SELECT no, u.law, sum(tried)::bigint, sum(broken)::bigint, min(example)
				FROM (SELECT * FROM unnest(laws) UNION ALL SELECT * FROM pg_temp.try_laws(batch)) AS u GROUP BY no, u.law) AS t);
		ROLLBACK;
	END LOOP;
	INSERT INTO law SELECT * FROM unnest(laws);
END $$;
SELECT law, tried / 1000 * 1000 AS at_least, broken FROM law ORDER BY no;
SELECT no, example FROM law WHERE broken > 0 ORDER BY no;
