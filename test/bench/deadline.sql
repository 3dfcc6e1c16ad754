-- Deadlines of a million starts: dcm.deadline against the best SQL (two hash
-- joins on slot tables) and against adding an interval; medians of five
-- alternating runs.  Writes bench_result, which the runner makes.
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

CREATE TEMP TABLE bench_way (way text PRIMARY KEY, query text);
INSERT INTO bench_way VALUES
	('dcm.deadline', 'SELECT count(dcm.deadline(start, tlimit)) FROM bench_start'),
	('hash joins', $$SELECT count(to_timestamp(w.hour * 3600 + x.used - w.work_hour * 3600))
		FROM (SELECT s.before * 3600 + CASE WHEN s.works THEN extract(epoch FROM b.start)::bigint % 3600 ELSE 0 END + b.hours * 3600 AS used
			FROM bench_start AS b JOIN slot AS s ON s.hour = extract(epoch FROM b.start)::bigint / 3600) AS x
		JOIN work_slot AS w ON w.work_hour = (x.used - 1) / 3600$$),
	('+ 4 hours', $$SELECT count(start + interval '4 hours') FROM bench_start$$),
	('+ 3 days', $$SELECT count(start + interval '3 days') FROM bench_start$$),
	('nothing', 'SELECT count(start) FROM bench_start');

-- the peer gives the same answers
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
END $$;

CREATE TEMP TABLE bench_time (way text, ms float8);
DO $$
DECLARE
	w bench_way;
	began timestamptz;
BEGIN
	FOR i IN 0..5 LOOP
		FOR w IN SELECT * FROM bench_way ORDER BY way LOOP
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
SELECT 'dcm.deadline, 1 M starts', v.against, round(CASE WHEN v.faster THEN p.ms / d.ms ELSE d.ms / p.ms END::numeric, 2), v.floor, v.aim
FROM (VALUES ('hash joins', 'two hash joins on slot tables: times faster', true, '10', '24'),
	('+ 4 hours', 't + interval ''4 hours'': times its time', false, '3', '1.6'),
	('+ 3 days', 't + interval ''3 days'': times faster', true, '1', '2')) AS v (way, against, faster, floor, aim)
	JOIN bench_median AS p USING (way), bench_median AS d WHERE d.way = 'dcm.deadline';
SELECT * FROM bench_result WHERE work LIKE 'dcm.deadline%';
