-- Deadlines of a million starts, without and with pauses, and working time of a
-- million pairs: against the best SQL, hash joins on slot tables; deadlines also
-- against adding an interval; a long calendar against a short one, and what one
-- takes in memory.  Medians of five alternating runs, of three with pauses.
-- Writes bench_result, which the runner makes.
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET work_mem = '256MB';
CREATE EXTENSION IF NOT EXISTS dcm CASCADE;
DO $$ BEGIN
	IF to_regclass('dcm.setting') IS NULL THEN PERFORM dcm.create_city('bench', '320681'); END IF;
END $$;
CREATE TABLE IF NOT EXISTS bench_result (work text, against text, ratio numeric, floor text, aim text);

SELECT setseed(0.5);
CREATE TEMP TABLE bench_start AS
SELECT '2014-08-01'::timestamptz + (random() * 280 * 86400)::int * interval '1 second' AS start,
	dcm.make_time_limit((2 + i % 119)::numeric, 'work_hour') AS tlimit, 2 + i % 119 AS hours
FROM generate_series(1, 1000000) AS i;

-- the slots of the peer: its calendar opens and closes on the hour
CREATE TEMP TABLE slot AS
SELECT extract(epoch FROM h)::bigint / 3600 AS hour, works, (count(*) FILTER (WHERE works) OVER (ORDER BY h))::bigint - works::int AS before
FROM (SELECT h, dcm.is_working(h) AS works
	FROM generate_series('2004-01-01'::timestamptz, '2026-12-31', '1 hour') AS h) AS x;
CREATE TEMP TABLE work_slot AS SELECT before AS work_hour, hour FROM slot WHERE works;
ANALYZE bench_start, slot, work_slot;

-- pairs, and pauses that follow each other, the first from some hours before the start on; the peers have them in seconds
CREATE TEMP TABLE bench_pair AS
SELECT start AS since, start + (random() * 20 * 86400)::int * interval '1 second' AS till FROM bench_start;
CREATE TEMP TABLE bench_second_3 AS
SELECT start, hours, since1, till1, till1 + gap2 AS since2, till1 + gap2 + length2 AS till2,
	till1 + gap2 + length2 + gap3 AS since3, till1 + gap2 + length2 + gap3 + length3 AS till3
FROM (
	SELECT start, hours, start + gap1 AS since1, start + gap1 + length1 AS till1, gap2, length2, gap3, length3
	FROM (
		SELECT extract(epoch FROM start)::bigint AS start, hours, (random() * 200000)::int - 40000 AS gap1, 60 + (random() * 150000)::int AS length1,
			60 + (random() * 200000)::int AS gap2, 60 + (random() * 150000)::int AS length2,
			60 + (random() * 200000)::int AS gap3, 60 + (random() * 150000)::int AS length3
		FROM bench_start) AS r) AS f;
CREATE TEMP TABLE bench_second_1 AS SELECT start, hours, since1, till1 FROM bench_second_3;
CREATE TEMP TABLE bench_paused_1 AS
SELECT to_timestamp(start) AS start, dcm.make_time_limit(hours::numeric, 'work_hour') AS tlimit,
	tstzmultirange(tstzrange(to_timestamp(since1), to_timestamp(till1))) AS pauses
FROM bench_second_3;
CREATE TEMP TABLE bench_paused_3 AS
SELECT to_timestamp(start) AS start, dcm.make_time_limit(hours::numeric, 'work_hour') AS tlimit,
	tstzmultirange(tstzrange(to_timestamp(since1), to_timestamp(till1)), tstzrange(to_timestamp(since2), to_timestamp(till2)),
		tstzrange(to_timestamp(since3), to_timestamp(till3))) AS pauses
FROM bench_second_3;
ANALYZE bench_pair, bench_second_1, bench_second_3, bench_paused_1, bench_paused_3;

-- a peer counts the seconds worked before a moment; a pause that begins before the end moves it by what it holds
CREATE FUNCTION pg_temp.used(slot text, at text) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT format('(%1$s.before * 3600 + CASE WHEN %1$s.works THEN %2$s %% 3600 ELSE 0 END)', slot, at) $$;
CREATE FUNCTION pg_temp.paused_peer(pauses int, pause int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	since constant text := format('greatest(x.since%s, x.start)', pause);
	till constant text := format('x.till%s', pause);
BEGIN
	IF pause = 0 THEN
		RETURN format('SELECT x.*, %s + x.hours * 3600 AS used0 FROM bench_second_%s AS x JOIN slot AS s ON s.hour = x.start / 3600',
			pg_temp.used('s', 'x.start'), pauses);
	END IF;
	RETURN format('SELECT x.*, x.used%1$s + CASE WHEN %3$s < x.used%1$s THEN greatest(%4$s - %3$s, 0) ELSE 0 END AS used%2$s
		FROM (%5$s) AS x JOIN slot AS a ON a.hour = %6$s / 3600 JOIN slot AS b ON b.hour = %7$s / 3600',
		pause - 1, pause, pg_temp.used('a', since), pg_temp.used('b', till), pg_temp.paused_peer(pauses, pause - 1), since, till);
END $$;

-- the same week for five years and for fifty
INSERT INTO dcm.calendar (name, time_zone, covers) VALUES ('5 years', 'Asia/Shanghai', '[2012-01-01,2017-01-01)'), ('50 years', 'Asia/Shanghai', '[1990-01-01,2040-01-01)');
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes)
SELECT c, weekday, opens, closes FROM unnest('{5 years,50 years}'::text[]) AS c, dcm.calendar_hours WHERE calendar = 'default';

CREATE TEMP TABLE bench_way (way text PRIMARY KEY, query text, rounds int NOT NULL DEFAULT 5);
INSERT INTO bench_way VALUES
	('dcm.deadline', 'SELECT count(dcm.deadline(start, tlimit)) FROM bench_start'),
	('hash joins', $$SELECT count(to_timestamp(w.hour * 3600 + x.used - w.work_hour * 3600))
		FROM (SELECT s.before * 3600 + CASE WHEN s.works THEN extract(epoch FROM b.start)::bigint % 3600 ELSE 0 END + b.hours * 3600 AS used
			FROM bench_start AS b JOIN slot AS s ON s.hour = extract(epoch FROM b.start)::bigint / 3600) AS x
		JOIN work_slot AS w ON w.work_hour = (x.used - 1) / 3600$$),
	('+ 4 hours', $$SELECT count(start + interval '4 hours') FROM bench_start$$),
	('+ 3 days', $$SELECT count(start + interval '3 days') FROM bench_start$$),
	('nothing', 'SELECT count(start) FROM bench_start'),
	('traffic light', $$SELECT count(dcm.traffic_light(start, tlimit, start + interval '3 days', start + interval '1 day')) FROM bench_start$$),
	('5 years', $$SELECT count(dcm.deadline(start, tlimit, '5 years')) FROM bench_start$$),
	('50 years', $$SELECT count(dcm.deadline(start, tlimit, '50 years')) FROM bench_start$$),
	('dcm.working_time', 'SELECT count(dcm.working_time(since, till)) FROM bench_pair'),
	('working time by hash joins', format('SELECT count(%s - %s) FROM bench_pair AS p JOIN slot AS a ON a.hour = extract(epoch FROM p.since)::bigint / 3600
		JOIN slot AS b ON b.hour = extract(epoch FROM p.till)::bigint / 3600',
		pg_temp.used('b', 'extract(epoch FROM p.till)::bigint'), pg_temp.used('a', 'extract(epoch FROM p.since)::bigint')));
INSERT INTO bench_way
SELECT v.way, v.query, 3
FROM unnest('{1,3}'::int[]) AS pauses, LATERAL (VALUES
	(format('dcm.deadline, %s', pauses), format('SELECT count(dcm.deadline(start, tlimit, pauses => pauses)) FROM bench_paused_%s', pauses)),
	(format('hash joins, %s', pauses), format('SELECT count(to_timestamp(w.hour * 3600 + x.used%1$s - w.work_hour * 3600))
		FROM (%2$s) AS x JOIN work_slot AS w ON w.work_hour = (x.used%1$s - 1) / 3600', pauses, pg_temp.paused_peer(pauses, pauses)))) AS v (way, query);

-- the peers give the same answers
DO $$
DECLARE
	differ bigint;
BEGIN
	SELECT count(*) INTO differ
	FROM (SELECT b.*, s.before * 3600 + CASE WHEN s.works THEN extract(epoch FROM b.start)::bigint % 3600 ELSE 0 END + b.hours * 3600 AS used
		FROM bench_start AS b JOIN slot AS s ON s.hour = extract(epoch FROM b.start)::bigint / 3600) AS x
		JOIN work_slot AS w ON w.work_hour = (x.used - 1) / 3600
	WHERE to_timestamp(w.hour * 3600 + x.used - w.work_hour * 3600) <> dcm.deadline(x.start, x.tlimit);
	IF differ > 0 THEN
		RAISE EXCEPTION 'the peer differs in % rows', differ;
	END IF;
	EXECUTE (SELECT replace(query, 'SELECT count(', 'SELECT count(*) FILTER (WHERE extract(epoch FROM dcm.working_time(p.since, p.till)) <> ')
		FROM bench_way WHERE way = 'working time by hash joins') INTO differ;
	IF differ > 0 THEN
		RAISE EXCEPTION 'the peer of working time differs in % rows', differ;
	END IF;
	EXECUTE (SELECT replace(query, 'SELECT count(to_timestamp(', $q$SELECT count(*) FILTER (WHERE dcm.deadline(to_timestamp(x.start),
			dcm.make_time_limit(hours::numeric, 'work_hour'), pauses => tstzmultirange(tstzrange(to_timestamp(since1), to_timestamp(till1)),
				tstzrange(to_timestamp(since2), to_timestamp(till2)), tstzrange(to_timestamp(since3), to_timestamp(till3)))) <> to_timestamp($q$)
		FROM bench_way WHERE way = 'hash joins, 3') INTO differ;
	IF differ > 0 THEN
		RAISE EXCEPTION 'the peer of pauses differs in % rows', differ;
	END IF;
END $$;

CREATE TEMP TABLE bench_time (way text, ms float8);
DO $$
DECLARE
	w bench_way;
	began timestamptz;
BEGIN
	FOR i IN 0..5 LOOP
		FOR w IN SELECT * FROM bench_way WHERE rounds >= i ORDER BY way LOOP
			began := clock_timestamp();
			EXECUTE w.query;
			-- the first round warms up
			IF i > 0 THEN
				INSERT INTO bench_time VALUES (w.way, extract(epoch FROM clock_timestamp() - began) * 1000);
			END IF;
		END LOOP;
	END LOOP;
END $$;
CREATE TEMP TABLE bench_median AS
SELECT way, percentile_disc(0.5) WITHIN GROUP (ORDER BY ms) AS ms FROM bench_time GROUP BY way;

SELECT way, round(ms::numeric, 1) AS ms, round((ms - (SELECT ms FROM bench_median WHERE way = 'nothing'))::numeric / 1000, 3) AS us_a_call
FROM bench_median ORDER BY ms;
INSERT INTO bench_result
SELECT v.work, v.against, round(CASE WHEN v.faster THEN p.ms / d.ms ELSE d.ms / p.ms END::numeric, 2), v.floor, v.aim
FROM (VALUES
	('dcm.deadline, 1 M starts', 'dcm.deadline', 'hash joins', 'two hash joins on slot tables: times faster', true, '10', '24'),
	('dcm.deadline, 1 M starts', 'dcm.deadline', '+ 4 hours', 't + interval ''4 hours'': times its time', false, '3', '1.6'),
	('dcm.deadline, 1 M starts', 'dcm.deadline', '+ 3 days', 't + interval ''3 days'': times faster', true, '1', '2'),
	('dcm.deadline, 1 M starts with a pause', 'dcm.deadline, 1', 'hash joins, 1', 'four hash joins on slot tables: times faster', true, '5', '10'),
	('dcm.deadline, 1 M starts with three pauses', 'dcm.deadline, 3', 'hash joins, 3', 'eight hash joins on slot tables: times faster', true, '5', '10'),
	('dcm.working_time, 1 M pairs', 'dcm.working_time', 'working time by hash joins', 'two hash joins on slot tables: times faster', true, '5', '10'),
	('dcm.traffic_light, 1 M clocks', 'traffic light', 'dcm.deadline', 'dcm.deadline: times its time', false, '<= 3', '<= 2'),
	('dcm.deadline, calendar of 50 years', '50 years', '5 years', 'the same starts, calendar of 5: times its time', false, '<= 1.10', '1.00'))
		AS v (work, way, peer, against, faster, floor, aim)
	JOIN bench_median AS d USING (way) JOIN bench_median AS p ON p.way = v.peer;

-- all that a session keeps of a city with one calendar, of 25 years with their holidays
BEGIN;
DELETE FROM dcm.calendar WHERE name <> 'default';
UPDATE dcm.calendar SET covers = '[2002-01-01,2027-01-01)';
INSERT INTO dcm.calendar_day (calendar, day, kind, label)
SELECT calendar, (day - interval '2 years')::date, kind, label FROM dcm.calendar_day WHERE day < '2006-01-01' ON CONFLICT DO NOTHING;
SELECT dcm.deadline(now(), '1 work_day');
SELECT round(bytes / 1024.0) AS kb FROM dcm.config_cache_status() WHERE cache = 'calendars' \gset
ROLLBACK;
INSERT INTO bench_result VALUES ('calendar of 25 years', 'kB in a session', :kb, '<= 512', '');
SELECT * FROM bench_result;
