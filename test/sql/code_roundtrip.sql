-- Nothing is lost or altered on any way that values go: every community of the
-- country, a million unit grids and a million components spread over them, and
-- time limits of all units, through text, COPY, indexes, joins and partitions.
-- A line says how many came, how many are missing, how many are made up, whether
-- the checksum of the bits is that of what went in, and whether the plan was the
-- one wanted.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET work_mem = '256MB';
SET maintenance_work_mem = '256MB';
SET max_parallel_workers_per_gather = 0;
SET jit = off;

CREATE UNLOGGED TABLE trip_communities (code text, name text);
\copy trip_communities FROM PROGRAM 'gzip -dc "$PG_ABS_SRCDIR"/data/communities_2023.csv.gz' CSV HEADER

-- what goes in, as text and as value: tables that get no index
CREATE UNLOGGED TABLE trip_area_code AS
SELECT code AS t, code::area_code AS v FROM trip_communities ORDER BY v;
CREATE UNLOGGED TABLE trip_numbered AS
SELECT (row_number() OVER (ORDER BY v))::int AS n, t, substr(t, 1, 6) AS district FROM trip_area_code;
CREATE UNLOGGED TABLE trip_grid_code AS
SELECT t, t::grid_code AS v FROM (
	SELECT c.t || lpad((1 + i % 999)::text, 3, '0') AS t
	FROM generate_series(0, 999999) AS i JOIN trip_numbered AS c ON c.n = 1 + i * 7919::bigint % 620573) AS g ORDER BY v;
CREATE UNLOGGED TABLE trip_component_id AS
SELECT t, t::component_id AS v FROM (
	SELECT c.district || lpad((1 + i % 6)::text, 2, '0') || lpad((i % 37)::text, 2, '0') || lpad(i::text, 6, '0') AS t
	FROM generate_series(0, 999999) AS i JOIN trip_numbered AS c ON c.n = 1 + i * 104729::bigint % 620573) AS d ORDER BY v;
CREATE UNLOGGED TABLE trip_time_limit AS
SELECT t, t::time_limit AS v FROM (
	SELECT trim_scale(hundredths / 100.0) || ' ' || unit AS t
	FROM unnest('{minute,urgent_hour,natural_day,work_minute,work_hour,work_day}'::text[]) AS unit,
		(SELECT i::bigint FROM generate_series(0, 9999) AS i UNION SELECT i * 100::bigint FROM generate_series(0, 9999) AS i
			UNION SELECT i::bigint * 4999999 FROM generate_series(0, 2000) AS i) AS a (hundredths)) AS l ORDER BY v;
ANALYZE trip_area_code, trip_grid_code, trip_component_id, trip_time_limit;
SELECT (SELECT count(DISTINCT v) FROM trip_area_code) AS areas, (SELECT count(DISTINCT v) FROM trip_grid_code) AS grids,
	(SELECT count(DISTINCT v) FROM trip_component_id) AS components, (SELECT count(DISTINCT v) FROM trip_time_limit) AS limits;
SELECT (SELECT count(DISTINCT community(v)) > 600000 FROM trip_grid_code) AS many_communities,
	(SELECT count(DISTINCT district(v)) > 2800 FROM trip_component_id) AS many_districts;

-- the checksum of the bits that are stored, by core's own hash
CREATE TABLE trip_sum (of_type text, bits bigint, sum bigint);
DO $$
DECLARE
	type text;
BEGIN
	FOREACH type IN ARRAY '{area_code,grid_code,component_id,time_limit}'::text[] LOOP
		EXECUTE format('INSERT INTO trip_sum SELECT %1$L, bit_xor(h), sum((h >> 32)::int)
			FROM (SELECT dcm.%1$s_hash_extended(v, 42) AS h FROM trip_%1$s) AS s', type);
	END LOOP;
END
$$;

-- Runs a query that gives values, and compares all that came with all that went
-- in: EXCEPT both ways, in one join since there are no doubles.  A node that the
-- plan must have may be named.
CREATE FUNCTION trip(type text, query text, node text)
	RETURNS TABLE (of_type text, came bigint, missing bigint, made_up bigint, same_sum boolean, as_wanted boolean) LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	as_wanted := node IS NULL;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		as_wanted := as_wanted OR line ~ node;
	END LOOP;
	RETURN QUERY EXECUTE format($q$
		WITH came AS MATERIALIZED (%2$s)
		SELECT %1$L, n, missing, made_up, (bits, sum) = (SELECT s.bits, s.sum FROM trip_sum AS s WHERE s.of_type = %1$L), $1
		FROM (SELECT count(c.v) AS n, count(*) FILTER (WHERE c.v IS NULL) AS missing, count(*) FILTER (WHERE w.v IS NULL) AS made_up,
				bit_xor(dcm.%1$s_hash_extended(c.v, 42)) AS bits, sum((dcm.%1$s_hash_extended(c.v, 42) >> 32)::int) AS sum
			FROM trip_%1$s AS w FULL JOIN came AS c ON c.v = w.v) AS s$q$, type, query) USING as_wanted;
END
$$;
CREATE FUNCTION trips(query text, node text = NULL)
	RETURNS TABLE (of_type text, came bigint, missing bigint, made_up bigint, same_sum boolean, as_wanted boolean) LANGUAGE sql AS $$
	SELECT s.* FROM unnest('{area_code,grid_code,component_id,time_limit}'::text[]) AS type, trip(type, replace(query, '%', type), node) AS s
$$;

-- text: the casts, in and out
SELECT 'area_code' AS of_type, count(*) AS came, count(*) FILTER (WHERE v::text <> t OR t::area_code <> v OR v::text::area_code <> v) AS altered FROM trip_area_code
UNION ALL SELECT 'grid_code', count(*), count(*) FILTER (WHERE v::text <> t OR t::grid_code <> v OR v::text::grid_code <> v) FROM trip_grid_code
UNION ALL SELECT 'component_id', count(*), count(*) FILTER (WHERE v::text <> t OR t::component_id <> v OR v::text::component_id <> v) FROM trip_component_id
UNION ALL SELECT 'time_limit', count(*), count(*) FILTER (WHERE v::text <> t OR t::time_limit <> v OR v::text::time_limit <> v) FROM trip_time_limit;

-- COPY, text and binary, into the tables that get the indexes
CREATE UNLOGGED TABLE trip_to_area_code (v area_code);
CREATE UNLOGGED TABLE trip_to_grid_code (v grid_code);
CREATE UNLOGGED TABLE trip_to_component_id (v component_id);
CREATE UNLOGGED TABLE trip_to_time_limit (v time_limit);
\copy trip_area_code (v) TO 'results/code_roundtrip.txt'
\copy trip_to_area_code FROM 'results/code_roundtrip.txt'
\copy trip_grid_code (v) TO 'results/code_roundtrip.txt'
\copy trip_to_grid_code FROM 'results/code_roundtrip.txt'
\copy trip_component_id (v) TO 'results/code_roundtrip.txt'
\copy trip_to_component_id FROM 'results/code_roundtrip.txt'
\copy trip_time_limit (v) TO 'results/code_roundtrip.txt'
\copy trip_to_time_limit FROM 'results/code_roundtrip.txt'
SELECT * FROM trips('SELECT v FROM trip_to_%');
TRUNCATE trip_to_area_code, trip_to_grid_code, trip_to_component_id, trip_to_time_limit;
\copy trip_area_code (v) TO 'results/code_roundtrip.bin' BINARY
\copy trip_to_area_code FROM 'results/code_roundtrip.bin' BINARY
\copy trip_grid_code (v) TO 'results/code_roundtrip.bin' BINARY
\copy trip_to_grid_code FROM 'results/code_roundtrip.bin' BINARY
\copy trip_component_id (v) TO 'results/code_roundtrip.bin' BINARY
\copy trip_to_component_id FROM 'results/code_roundtrip.bin' BINARY
\copy trip_time_limit (v) TO 'results/code_roundtrip.bin' BINARY
\copy trip_to_time_limit FROM 'results/code_roundtrip.bin' BINARY
\! rm -f results/code_roundtrip.txt results/code_roundtrip.bin
SELECT * FROM trips('SELECT v FROM trip_to_%');
VACUUM ANALYZE trip_to_area_code, trip_to_grid_code, trip_to_component_id, trip_to_time_limit;

-- joins: each value meets its like
SET enable_nestloop = off;
SET enable_mergejoin = off;
SELECT * FROM trips('SELECT a.v FROM trip_% AS a JOIN trip_to_% AS b ON b.v = a.v', 'Hash Join');
SET enable_mergejoin = on;
SET enable_hashjoin = off;
SELECT * FROM trips('SELECT a.v FROM trip_% AS a JOIN trip_to_% AS b ON b.v = a.v', 'Merge Join');
RESET enable_nestloop;
RESET enable_mergejoin;
RESET enable_hashjoin;

-- btree: all in order by an index-only scan, each by its key
CREATE INDEX trip_a ON trip_to_area_code (v);
CREATE INDEX trip_g ON trip_to_grid_code (v);
CREATE INDEX trip_c ON trip_to_component_id (v);
CREATE INDEX trip_l ON trip_to_time_limit (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET enable_sort = off;
SELECT * FROM trips('SELECT v FROM trip_to_% ORDER BY v', 'Index Only Scan using trip_. on');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_memoize = off;
SELECT * FROM trips('SELECT i.v FROM trip_% AS s JOIN trip_to_% AS i ON i.v = s.v', 'Index Only Scan using trip_. on');
DROP INDEX trip_a, trip_g, trip_c, trip_l;

-- hash: each by its key
CREATE INDEX trip_a ON trip_to_area_code USING hash (v);
CREATE INDEX trip_g ON trip_to_grid_code USING hash (v);
CREATE INDEX trip_c ON trip_to_component_id USING hash (v);
CREATE INDEX trip_l ON trip_to_time_limit USING hash (v);
SELECT * FROM trips('SELECT i.v FROM trip_% AS s JOIN trip_to_% AS i ON i.v = s.v', 'Index Scan using trip_. on');
DROP INDEX trip_a, trip_g, trip_c, trip_l;

-- the ranges that BRIN and partitions are asked for: provinces, and units
CREATE TABLE trip_range_area_code AS
SELECT n, first_area_code(p) AS low, last_area_code(p) AS high
FROM (SELECT row_number() OVER (ORDER BY p) AS n, p FROM (SELECT DISTINCT province(v) AS p FROM trip_area_code) AS d) AS p;
CREATE TABLE trip_range_grid_code AS
SELECT n, first_grid_code(province(low)) AS low, last_grid_code(province(low)) AS high FROM trip_range_area_code;
CREATE TABLE trip_range_component_id AS
SELECT n, first_component_id(province(low)) AS low, last_component_id(province(low)) AS high FROM trip_range_area_code;
CREATE TABLE trip_range_time_limit AS
SELECT row_number() OVER (ORDER BY make_time_limit(0, u)) AS n, make_time_limit(0, u) AS low, make_time_limit(99999999.99, u) AS high
FROM unnest('{minute,urgent_hour,natural_day,work_minute,work_hour,work_day}'::text[]) AS u;

-- BRIN: each range by its ends
CREATE INDEX trip_a ON trip_to_area_code USING brin (v) WITH (pages_per_range = 8);
CREATE INDEX trip_g ON trip_to_grid_code USING brin (v) WITH (pages_per_range = 8);
CREATE INDEX trip_c ON trip_to_component_id USING brin (v) WITH (pages_per_range = 8);
CREATE INDEX trip_l ON trip_to_time_limit USING brin (v) WITH (pages_per_range = 8);
RESET enable_bitmapscan;
SELECT * FROM trips('SELECT i.v FROM trip_range_% AS r JOIN trip_to_% AS i ON i.v >= r.low AND i.v <= r.high', 'Bitmap Index Scan on trip_.');
DROP INDEX trip_a, trip_g, trip_c, trip_l;
RESET enable_seqscan;
RESET enable_sort;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_memoize;

-- partitions by hash and by range: what went in comes out, by range from the
-- partition that it belongs in
DO $$
DECLARE
	type text;
	n int;
	low text;
	high text;
BEGIN
	FOREACH type IN ARRAY '{area_code,grid_code,component_id,time_limit}'::text[] LOOP
		EXECUTE format('CREATE UNLOGGED TABLE trip_hashed_%1$s (v dcm.%1$s) PARTITION BY HASH (v)', type);
		FOR i IN 0..7 LOOP
			EXECUTE format('CREATE UNLOGGED TABLE trip_hashed_%1$s_%2$s PARTITION OF trip_hashed_%1$s FOR VALUES WITH (MODULUS 8, REMAINDER %2$s)', type, i);
		END LOOP;
		EXECUTE format('INSERT INTO trip_hashed_%1$s SELECT v FROM trip_%1$s', type);
		EXECUTE format('CREATE UNLOGGED TABLE trip_ranged_%1$s (v dcm.%1$s) PARTITION BY RANGE (v)', type);
		FOR n, low, high IN EXECUTE format('SELECT n, low, lead(low) OVER (ORDER BY n) FROM trip_range_%s', type) LOOP
			EXECUTE format('CREATE UNLOGGED TABLE trip_ranged_%1$s_%2$s PARTITION OF trip_ranged_%1$s FOR VALUES FROM (%3$L) TO (%4$s)',
				type, n, low, coalesce(quote_literal(high), 'MAXVALUE'));
		END LOOP;
		EXECUTE format('INSERT INTO trip_ranged_%1$s SELECT v FROM trip_%1$s', type);
	END LOOP;
END
$$;
SELECT * FROM trips('SELECT v FROM trip_hashed_%', 'Seq Scan on trip_hashed_.*_7');
SELECT * FROM trips('SELECT v FROM trip_ranged_% AS p JOIN trip_range_% AS r ON p.tableoid = (''trip_ranged_%_'' || n)::regclass AND v BETWEEN low AND high', 'Seq Scan on trip_ranged_.*_6');

-- the order is that of the text, of limits by unit and amount
SELECT of_type, count(*) AS compared, count(*) FILTER (WHERE before >= t COLLATE "C") AS out_of_order
FROM (SELECT 'area_code' AS of_type, t, lag(t) OVER (ORDER BY v) COLLATE "C" AS before FROM trip_area_code
	UNION ALL SELECT 'grid_code', t, lag(t) OVER (ORDER BY v) FROM trip_grid_code
	UNION ALL SELECT 'component_id', t, lag(t) OVER (ORDER BY v) FROM trip_component_id) AS o
GROUP BY 1 ORDER BY 1;
SELECT count(*) AS compared, count(*) FILTER (WHERE before >= this) AS out_of_order
FROM (SELECT lag(this) OVER (ORDER BY v) AS before, this
	FROM (SELECT v, (array_position('{minute,urgent_hour,natural_day,work_minute,work_hour,work_day}', split_part(t, ' ', 2)),
		split_part(t, ' ', 1)::numeric) AS this FROM trip_time_limit) AS l) AS o;

DROP TABLE trip_communities, trip_numbered, trip_sum, trip_area_code, trip_grid_code, trip_component_id, trip_time_limit,
	trip_to_area_code, trip_to_grid_code, trip_to_component_id, trip_to_time_limit,
	trip_range_area_code, trip_range_grid_code, trip_range_component_id, trip_range_time_limit,
	trip_hashed_area_code, trip_hashed_grid_code, trip_hashed_component_id, trip_hashed_time_limit,
	trip_ranged_area_code, trip_ranged_grid_code, trip_ranged_component_id, trip_ranged_time_limit;
DROP FUNCTION trip, trips;
