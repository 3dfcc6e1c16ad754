-- Counting sixteen things of each body's cases: dcm.tally_agg() against as many
-- count(*) FILTERs, 3 M cases of 41 bodies.  Each pair runs in turns five times;
-- how many times faster is the ratio of the medians.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET search_path = public, dcm;
SET work_mem = '256MB';
SET jit = off;
SET min_parallel_table_scan_size = 0;

CREATE TABLE IF NOT EXISTS bench_result (work text, against text, ratio numeric, floor text, aim text);

CREATE FUNCTION pg_temp.once(statement text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	since constant timestamptz := clock_timestamp();
BEGIN
	EXECUTE statement;
	RETURN extract(epoch FROM clock_timestamp() - since) * 1000;
END
$$;

-- how many times as fast one statement is as another, after a round that is not counted
CREATE FUNCTION pg_temp.faster(ours text, theirs text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	our_times float8[] := '{}';
	their_times float8[] := '{}';
BEGIN
	FOR i IN 0..5 LOOP
		our_times[i] := pg_temp.once(ours);
		their_times[i] := pg_temp.once(theirs);
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(their_times[1:]) AS t)
		/ (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(our_times[1:]) AS t);
END
$$;

-- sixteen conditions, and the field that each counts for
CREATE TEMP TABLE condition (n serial, field text, condition text);
INSERT INTO condition (field, condition) VALUES ('reported', 'true'), ('filed', 'filed_at IS NOT NULL'), ('filed_timed', 'due IS NOT NULL'),
	('handled', 'handled_at IS NOT NULL'), ('handled_in_time', 'handled_at <= due'), ('overdue', 'handled_at > due'),
	('closed', 'closed_at IS NOT NULL'), ('closed_in_time', 'closed_at <= due'), ('open', 'closed_at IS NULL'),
	('returned', 'returned'), ('reworked', 'reworked'), ('extended', 'extended'), ('suspended', 'suspended'),
	('rejected', 'rejected'), ('voided', 'voided'), ('self_resolved', 'self_resolved');
SELECT format('dcm.marks(%s)', string_agg(format('%L, %s', field, condition), ', ' ORDER BY n)) AS marks,
	string_agg(format('count(*) FILTER (WHERE %s)', condition), ', ' ORDER BY n) AS filters,
	string_agg(format('count(*) FILTER (WHERE marks & %s <> 0)', 1::bigint << (SELECT mark FROM tally_fields() AS f WHERE f.field = c.field)), ', ' ORDER BY n) AS stored_filters
FROM condition AS c \gset

SELECT setseed(0.5) \g /dev/null
CREATE UNLOGGED TABLE bench_case AS
SELECT 201500000000000 + i AS case_no, (random() * 40)::int AS org, t AS reported_at,
	CASE WHEN a < 0.95 THEN t + interval '10 minutes' END AS filed_at, CASE WHEN a < 0.95 AND b < 0.98 THEN t + interval '2 days' END AS due,
	CASE WHEN a < 0.9 THEN t + b * interval '3 days' END AS handled_at, CASE WHEN a < 0.85 THEN t + b * interval '3 days' + interval '3 hours' END AS closed_at,
	c < 0.1 AS returned, c < 0.05 AS reworked, c > 0.95 AS extended, c > 0.98 AS suspended, a > 0.97 AS rejected, b > 0.99 AS voided, c < 0.2 AS self_resolved
FROM (SELECT i, '2015-01-01'::timestamptz + i * interval '10 s' AS t, random() AS a, random() AS b, random() AS c FROM generate_series(1, 3000000) AS i) AS r;
SELECT format('CREATE UNLOGGED TABLE bench_marked AS SELECT case_no, org, %s AS marks FROM bench_case', :'marks') \gexec
VACUUM ANALYZE bench_case, bench_marked;

-- that both count the same
SELECT format('SELECT 1 / (count(*) = 0)::int FROM (SELECT org, %1$s FROM bench_marked GROUP BY 1 EXCEPT SELECT org, %2$s FROM bench_case GROUP BY 1) AS d',
	(SELECT string_agg(format('count_of(tally_agg(marks), %L)', field), ', ' ORDER BY n) FROM condition), :'filters') \gexec

SET max_parallel_workers_per_gather = 0;
INSERT INTO bench_result SELECT 'tally_agg of 16 conditions on columns, 3 M cases (times faster)', 'count(*) FILTER', pg_temp.faster(
	format('SELECT org, tally_agg(%s) FROM bench_case GROUP BY 1', :'marks'),
	format('SELECT org, %s FROM bench_case GROUP BY 1', :'filters')), '>= 1.3', '1.6';
INSERT INTO bench_result SELECT 'the same of stored marks', 'count(*) FILTER', pg_temp.faster(
	'SELECT org, tally_agg(marks) FROM bench_marked GROUP BY 1',
	format('SELECT org, %s FROM bench_marked GROUP BY 1', :'stored_filters')), '>= 1.3', '1.6';
INSERT INTO bench_result SELECT 'stored marks against the conditions on columns', 'count(*) FILTER', pg_temp.faster(
	'SELECT org, tally_agg(marks) FROM bench_marked GROUP BY 1',
	format('SELECT org, %s FROM bench_case GROUP BY 1', :'filters')), '>= 1.3', '1.6';
INSERT INTO bench_result SELECT 'what bounds them: count(*) alone', 'count(*) FILTER', pg_temp.faster(
	'SELECT org, count(*) FROM bench_case GROUP BY 1',
	format('SELECT org, %s FROM bench_case GROUP BY 1', :'filters')), '', '';
SET max_parallel_workers_per_gather = 2;
INSERT INTO bench_result SELECT 'tally_agg of 16 conditions on columns, parallel', 'count(*) FILTER', pg_temp.faster(
	format('SELECT org, tally_agg(%s) FROM bench_case GROUP BY 1', :'marks'),
	format('SELECT org, %s FROM bench_case GROUP BY 1', :'filters')), '>= 1.3', '1.6';
INSERT INTO bench_result SELECT 'the same of stored marks, parallel', 'count(*) FILTER', pg_temp.faster(
	'SELECT org, tally_agg(marks) FROM bench_marked GROUP BY 1',
	format('SELECT org, %s FROM bench_marked GROUP BY 1', :'stored_filters')), '>= 1.3', '1.6';

SET max_parallel_workers_per_gather = 0;

-- a million stored tallies of days merged, against as many counts in columns added up
CREATE UNLOGGED TABLE bench_day AS SELECT org, case_no / 3 AS day, tally_agg(marks) AS t FROM bench_marked GROUP BY 1, 2 LIMIT 1000000;
SELECT format('CREATE UNLOGGED TABLE bench_day_columns AS SELECT org, day, %s FROM bench_day', string_agg(format('count_of(t, %L) AS %1$s', field), ', ' ORDER BY n)) FROM condition \gexec
VACUUM ANALYZE bench_day, bench_day_columns;
SELECT string_agg(format('sum(%I)', field), ', ' ORDER BY n) AS sums FROM condition \gset
INSERT INTO bench_result SELECT 'merge of 1 M tallies of sixteen fields (times faster)', 'sum() of sixteen columns', pg_temp.faster(
	'SELECT org, merge(t) FROM bench_day GROUP BY 1',
	format('SELECT org, %s FROM bench_day_columns GROUP BY 1', :'sums')), '', '';
INSERT INTO bench_result SELECT 'size of 1 M tallies of sixteen fields', 'sixteen columns',
	pg_relation_size('bench_day')::numeric / pg_relation_size('bench_day_columns'), '', '';

DROP TABLE bench_case, bench_marked, bench_day, bench_day_columns;
