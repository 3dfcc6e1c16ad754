-- Codes against bigint and text: what is measured, how often and against what
-- is design.md's table of speeds.  Each pair runs in turns five times, the ratio
-- is that of the medians.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = public, dcm;
SET max_parallel_workers_per_gather = 0;
SET max_parallel_maintenance_workers = 0;
SET work_mem = '512MB';
SET maintenance_work_mem = '512MB';
SET jit = off;

CREATE TABLE IF NOT EXISTS bench_result (work text, against text, ratio numeric, floor text, aim text);

-- milliseconds of one statement, after what need not be measured
CREATE FUNCTION pg_temp.once(before text, statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	since timestamptz;
BEGIN
	EXECUTE before;
	since := clock_timestamp();
	EXECUTE statement;
	RETURN extract(epoch FROM clock_timestamp() - since) * 1000;
END
$$;

-- the median time of one statement divided by that of another, in turns, after a
-- round that is not counted
CREATE FUNCTION pg_temp.ratio(before text, ours text, theirs text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	our_times float8[] := '{}';
	their_times float8[] := '{}';
BEGIN
	FOR i IN 0..5 LOOP
		our_times[i] := pg_temp.once(before, ours);
		their_times[i] := pg_temp.once(before, theirs);
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(our_times[1:]) AS t)
		/ (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(their_times[1:]) AS t);
END
$$;

-- 1 M grid codes in random order, in 2,500 communities of 400, as each type
SELECT setseed(0.5) \g /dev/null
CREATE UNLOGGED TABLE bench_grid AS
SELECT make_grid_code((320681000000 + 1000 * (i / 4000) + i / 400 % 10)::text::area_code, 1 + i % 400) AS code
FROM generate_series(0, 999999) AS i ORDER BY random();
CREATE UNLOGGED TABLE bench_bigint AS SELECT code::bigint FROM bench_grid;
CREATE UNLOGGED TABLE bench_text AS SELECT code::text FROM bench_grid;
CREATE UNLOGGED TABLE bench_grid_in (LIKE bench_grid);
CREATE UNLOGGED TABLE bench_bigint_in (LIKE bench_bigint);
VACUUM ANALYZE bench_grid, bench_bigint, bench_text;

-- sort, join, index build
INSERT INTO bench_result SELECT 'sort 1 M grid codes', 'bigint', pg_temp.ratio('',
	'SELECT code FROM bench_grid ORDER BY code OFFSET 999999',
	'SELECT code FROM bench_bigint ORDER BY code OFFSET 999999'), '<= 1.10', '1.00';
INSERT INTO bench_result SELECT 'btree of 1 M grid codes', 'bigint', pg_temp.ratio(
	'DROP INDEX IF EXISTS bench_built',
	'CREATE INDEX bench_built ON bench_grid (code)',
	'CREATE INDEX bench_built ON bench_bigint (code)'), '<= 1.10', '1.00';
DROP INDEX bench_built;
SET enable_mergejoin = off;
INSERT INTO bench_result SELECT 'hash join of 1 M grid codes', 'bigint', pg_temp.ratio('',
	'SELECT count(*) FROM bench_grid AS a JOIN bench_grid AS b USING (code)',
	'SELECT count(*) FROM bench_bigint AS a JOIN bench_bigint AS b USING (code)'), '<= 1.10', '1.00';
RESET enable_mergejoin;

-- COPY out and in, through files beside the server's own
SELECT current_setting('data_directory') || '/bench_grid.copy' AS grid_file,
	current_setting('data_directory') || '/bench_bigint.copy' AS bigint_file \gset
INSERT INTO bench_result SELECT 'COPY out 1 M grid codes', 'bigint', pg_temp.ratio('',
	format('COPY bench_grid TO %L', :'grid_file'),
	format('COPY bench_bigint TO %L', :'bigint_file')), '<= 1.10', '1.00';
INSERT INTO bench_result SELECT 'COPY in 1 M grid codes', 'bigint', pg_temp.ratio(
	'TRUNCATE bench_grid_in, bench_bigint_in',
	format('COPY bench_grid_in FROM %L', :'grid_file'),
	format('COPY bench_bigint_in FROM %L', :'bigint_file')), '<= 1.10', '1.00';
COPY (SELECT) TO PROGRAM 'rm -f bench_grid.copy bench_bigint.copy';

-- against text of 15 digits: how many times as fast
INSERT INTO bench_result SELECT 'sort 1 M grid codes (times faster)', 'text', pg_temp.ratio('',
	'SELECT code FROM bench_text ORDER BY code OFFSET 999999',
	'SELECT code FROM bench_grid ORDER BY code OFFSET 999999'), '>= 3', '4.5';
CREATE INDEX bench_grid_code ON bench_grid (code);
CREATE INDEX bench_bigint_code ON bench_bigint (code);
CREATE INDEX bench_text_code ON bench_text (code);
INSERT INTO bench_result SELECT 'index size, 1 M grid codes', 'text',
	pg_relation_size('bench_grid_code')::numeric / pg_relation_size('bench_text_code'), '<= 0.75', '';
VACUUM bench_grid, bench_bigint;

-- containment: a whole district, then each of its 2,500 communities
SET enable_seqscan = off;
SET enable_bitmapscan = off;
INSERT INTO bench_result SELECT 'grid <@ area, all of a district', 'bigint BETWEEN', pg_temp.ratio('',
	$$SELECT count(*) FROM bench_grid WHERE code <@ '320681'$$,
	'SELECT count(*) FROM bench_bigint WHERE code BETWEEN 320681000000001 AND 320681999999999'), '<= 1.10', '1.00';
CREATE TABLE bench_area AS
SELECT a AS area, first_grid_code(a)::bigint AS first, last_grid_code(a)::bigint AS last
FROM (SELECT DISTINCT community(code) AS a FROM bench_grid) AS c;
ANALYZE bench_area;
INSERT INTO bench_result SELECT 'grid <@ area, joined to 2,500 areas', 'bigint BETWEEN', pg_temp.ratio('',
	'SELECT count(*) FROM bench_area AS a JOIN bench_grid AS g ON g.code <@ a.area',
	'SELECT count(*) FROM bench_area AS a JOIN bench_bigint AS g ON g.code BETWEEN a.first AND a.last'), '<= 1.10', '1.00';
RESET enable_seqscan;
RESET enable_bitmapscan;
INSERT INTO bench_result SELECT 'grid <@ area, 1 M rows without an index', 'bigint BETWEEN', pg_temp.ratio('',
	$$SELECT count(*) FILTER (WHERE code <@ '320681') FROM bench_grid$$,
	'SELECT count(*) FILTER (WHERE code BETWEEN 320681000000001 AND 320681999999999) FROM bench_bigint'), '<= 1.10', '1.00';

DROP TABLE bench_grid, bench_bigint, bench_text, bench_grid_in, bench_bigint_in, bench_area;
