-- dcm.tally: fields, text, bytes, counting, adding and taking away; the same by every plan.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET jit = off;

-- what a statement comes to: its first value, or what its error says to a program and to a person
CREATE FUNCTION pg_temp.came_to(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	code text;
	name text;
	message text;
	detail text;
BEGIN
	EXECUTE command INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, name = CONSTRAINT_NAME, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', code, name || ':', message, nullif('(' || detail || ')', '()'));
END $$;

-- the fields; numbers are given once for all, and stand in stored values
SELECT mark, field, unit, label, label_en FROM tally_fields();
SELECT count(*) = count(DISTINCT field) AS no_twins, count(*) FILTER (WHERE label = '' OR label_en = '' OR field !~ '^[a-z_]+$') AS unsaid FROM tally_fields();

-- text: JSON, in any order, without zeros when it comes out
SELECT '{"closed": 10, "filed":12,"rejected" : 0 }'::tally, E' {\n} '::tally AS empty, '{"handling_seconds": 9223372036854775807}'::tally;
SELECT count(*) AS fields, count(*) FILTER (WHERE format('{"%s": 1}', field)::tally::text = format('{"%s": 1}', field)) AS round
FROM tally_fields();
SELECT ('{"filed": 12}'::tally)::jsonb -> 'filed' AS from_jsonb, '{"filed": 1e3}'::jsonb::tally;
SELECT given, pg_temp.came_to(format('SELECT %L::dcm.tally', given)) FROM unnest(ARRAY[
	'', '{', '[]', 'null', '{"filed": 12', '{"filed" 12}', '{filed: 12}', '{"filed": 12,}', '{"filed": }', '{"filed": 1.5}', '{"filed": 1e3}', '{"filed": -1}', '{"filed": 012}',
	'{"filed": 12} x', '{"filed": "12"}', '{"filed": null}', '{"filed": 1, "filed": 2}', '{"fil": 1}', '{"": 1}', '{"filed\"": 1}', '{"filedx": 1}',
	'{"filed": 9223372036854775808}', '{"filed": 99999999999999999999999999}', '{"closed": 1}{']) AS given;

-- bytes: version 1, 45 fields, bits of 17 and 44, then 300 and 10 as varints
SELECT tally_send('{"filed": 300, "closed": 10}'), tally_send('{}'), tally_send('{"overrun_limit_seconds": 9223372036854775807}');
-- stored, a tally of a body's day is small: of as many fields as bigints it would be 616 bytes
SELECT pg_column_size('{"reported": 40, "filed": 38, "filed_timed": 36, "dispatched": 38, "handle_due": 35, "handled": 33, "handled_timed": 31, "handled_in_time": 30, "close_due": 35, "closed": 30, "closed_timed": 28, "closed_in_time": 27, "returned": 1, "reworked": 2, "open": 8, "overdue": 1}'::tally) AS bytes;
CREATE TABLE held (t tally);
INSERT INTO held SELECT '{}' UNION ALL SELECT format('{"filed": %s, "%s": %s}', i + 1, field, ((2 ^ i)::numeric - 1)::bigint)::tally
FROM tally_fields(), generate_series(0, 62) AS i WHERE field <> 'filed';
INSERT INTO held SELECT format('{"closed_in_time": 9223372036854775807, "%s": 9223372036854775807}', field)::tally FROM tally_fields() WHERE field <> 'closed_in_time';
CREATE TABLE held_again (LIKE held);
\set file `mktemp -u /tmp/dcm_tally.XXXXXX`
COPY held TO :'file' (FORMAT binary);
COPY held_again FROM :'file' (FORMAT binary);
SELECT count(*) AS came FROM held_again;
SELECT count(*) AS lost FROM (TABLE held EXCEPT ALL TABLE held_again) AS d;
SELECT count(*) AS differs FROM held WHERE t::text::tally <> t;
-- bytes that no tally has
CREATE TABLE junk (b bytea);
CREATE FUNCTION pg_temp.received(given bytea, path text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE junk, held_again;
	INSERT INTO junk VALUES (given);
	EXECUTE format('COPY junk TO %L (FORMAT binary)', path);
	RETURN coalesce(pg_temp.came_to(format('COPY held_again FROM %L (FORMAT binary); SELECT t FROM held_again', path)), 'NULL');
END
$$;
SELECT what, pg_temp.received(given, :'file') FROM (VALUES
	('one that is good', '\x0112000002ac02'::bytea), ('the empty one', '\x0100'), ('no byte', '\x'), ('one byte', '\x01'),
	('version 0', '\x0012000002ac02'), ('version 2', '\x0212000002ac02'), ('85 fields', '\x0155'), ('bitmap cut', '\x01120000'), ('no bit of the last field', '\x01120000000001'),
	('a bit beyond', '\x011200000601'), ('no varint', '\x0112000002'), ('varint cut', '\x0112000002ac'), ('zero', '\x011200000200'), ('not the shortest', '\x0112000002ac8200'),
	('ten bytes', '\x0112000002ffffffffffffffffff01'), ('the largest', '\x0112000002ffffffffffffffff7f'), ('something behind', '\x0112000002ac0200'), ('no such field', '\x0140000000000000008001')) AS v (what, given);
\! rm -f /tmp/dcm_tally.*

-- one case: bits by name
SELECT marks('filed', true, 'closed', false, 'reported', NULL, 'overdue', 1 < 2) = (1::bigint << 17) + (1::bigint << 50) AS marks, marks('reported', NULL) AS none;
SELECT command, pg_temp.came_to('SELECT ' || command) FROM unnest(ARRAY[$$dcm.marks('filed')$$, $$dcm.marks('filed', true, 'closed')$$, $$dcm.marks('fil', true)$$, $$dcm.marks('filed', 1)$$,
	$$dcm.marks(1, true)$$, $$dcm.marks(NULL, true)$$, $$dcm.marks('handling_seconds', true)$$, $$dcm.marks(VARIADIC ARRAY[true])$$, $$dcm.marks(relname::text, true) FROM pg_class$$]) AS command;
CREATE TABLE marked (n int, m bigint GENERATED ALWAYS AS (marks('filed', n > 1, 'closed', n > 2)) STORED);
INSERT INTO marked VALUES (1), (2), (3), (NULL);
SELECT tally_agg(m), tally_agg(m) FILTER (WHERE n = 3) AS three, tally_agg(m) FILTER (WHERE n IS NULL) AS unknown, tally_agg(m) FILTER (WHERE false) AS nothing FROM marked;

-- by field and amount, and both in one; what is NULL counts nothing
SELECT tally_agg(f, a) FROM (VALUES ('returned', 2::bigint), ('returned', 1), ('handling_seconds', 5412), ('handling_count', 1), ('filed', 0), (NULL, 7), ('closed', NULL)) AS v (f, a);
SELECT tally_agg(marks('filed', true)) + tally_agg('handling_seconds', n::bigint * 60) AS both FROM generate_series(1, 10) AS n;
SELECT tally_agg(f, a), merge(t) FROM (SELECT ''::text, 0::bigint, '{}'::tally WHERE false) AS v (f, a, t);
SELECT command, pg_temp.came_to('SELECT ' || command) FROM unnest(ARRAY[$$dcm.tally_agg('fil', 1::bigint)$$, $$dcm.tally_agg('', 1::bigint)$$, $$dcm.tally_agg('filed', -1::bigint)$$,
	$$dcm.tally_agg('filed', a) FROM unnest('{9223372036854775807,1}'::bigint[]) AS a$$, $$dcm.tally_agg(-1::bigint)$$, $$dcm.tally_agg(1::bigint << 62)$$, $$dcm.tally_agg(1::bigint << 63)$$,
	$$dcm.merge(t) FROM unnest('{"{\"overrun_seconds\": 9223372036854775807}","{\"overrun_seconds\": 1}"}'::dcm.tally[]) AS t$$]) AS command;

-- adding and taking away, field by field
SELECT a + b AS sum, a + b - b = a AS back, a + '{}' = a AS nothing, '{}' + a = a AS to_nothing, '{}'::tally + '{}' AS both_empty, a - a AS gone, merge(a, b) = b + a AS either_way,
	(a -> 'filed') AS filed, count_of(a, 'closed') AS closed, (a -> 'overrun_seconds') AS none
FROM (SELECT '{"filed": 12, "handling_seconds": 100}'::tally, '{"filed": 1, "closed": 10}'::tally) AS v (a, b);
SELECT command, pg_temp.came_to('SELECT ' || command) FROM unnest(ARRAY[$$'{"filed": 1}'::tally - '{"filed": 2}'$$, $$'{"filed": 1}'::tally - '{"closed": 1}'$$,
	$$'{"filed": 9223372036854775807}'::tally + '{"filed": 1}'$$, $$'{"filed": 1}'::tally -> 'fil'$$, $$'{"filed": 1}'::tally -> ''$$, $$'{}'::tally - NULL$$]) AS command;
SELECT '{"filed": 1}'::tally = '{"filed": 1, "closed": 0}' AS equal, '{"filed": 1}'::tally <> '{"closed": 1}' AS other, amvalidate(oid) AS class_is_whole FROM pg_opclass WHERE opcname = 'tally_hash_ops';
SELECT count(DISTINCT t::text) - count(*) AS hashed_together FROM (SELECT t FROM held GROUP BY t) AS d;

-- 200,000 cases of 40 bodies, some of none: each count is that of count(*) FILTER, by every plan
CREATE TABLE counted (n int, org int, at date, m bigint, back int) PARTITION BY LIST (org);
CREATE TABLE counted_default PARTITION OF counted DEFAULT;
CREATE TABLE counted_1 PARTITION OF counted FOR VALUES IN (1);
CREATE TABLE counted_2 PARTITION OF counted FOR VALUES IN (2);
SELECT setseed(0.25) \g /dev/null
-- so that the last comparison is quick
CREATE INDEX ON counted (n);
INSERT INTO counted SELECT n, nullif(n % 41, 40), '2015-01-01'::date + n % 31,
	CASE WHEN n % 97 > 0 THEN marks('reported', true, 'filed', n % 3 > 0, 'closed', r < 0.7, 'closed_in_time', r < 0.5, 'overdue', n % 1000 = 0, 'supervised', n % 7 = 0) END, n % 5
FROM (SELECT n, random() AS r FROM generate_series(1, 200000) AS n) AS c;
ANALYZE counted;
CREATE TEMP TABLE expected AS SELECT org, format('{"reported": %s, "filed": %s, "closed": %s, "closed_in_time": %s, "overdue": %s, "supervised": %s, "returned": %s, "overrun_limit_seconds": %s}',
	count(m), count(*) FILTER (WHERE m & marks('filed', true) <> 0), count(*) FILTER (WHERE m & marks('closed', true) <> 0), count(*) FILTER (WHERE m & marks('closed_in_time', true) <> 0),
	count(*) FILTER (WHERE m & marks('overdue', true) <> 0), count(*) FILTER (WHERE m & marks('supervised', true) <> 0), sum(back), sum(n))::tally AS t
FROM counted GROUP BY org;
CREATE VIEW tallied AS SELECT org, tally_agg(m) + tally_agg('returned', back::bigint) + tally_agg('overrun_limit_seconds', n::bigint) AS t FROM counted GROUP BY org;
CREATE VIEW merged AS SELECT org, merge(t) AS t FROM (
	SELECT org, at, tally_agg(m) + tally_agg('returned', back::bigint) + tally_agg('overrun_limit_seconds', n::bigint) AS t FROM counted GROUP BY org, at) AS d GROUP BY org;
CREATE VIEW whole AS SELECT tally_agg(m) + tally_agg('returned', back::bigint) + tally_agg('overrun_limit_seconds', n::bigint) AS t FROM counted;
CREATE VIEW expected_whole AS SELECT merge(t) AS t FROM expected;
-- how many differ from what was expected, and whether the plan was the one wanted
CREATE FUNCTION pg_temp.differ(query text, expected text, node text) RETURNS TABLE (differs bigint, as_wanted boolean) LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	EXECUTE format('SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) AS d', query, expected) INTO differs;
	as_wanted := false;
	FOR line IN EXECUTE 'EXPLAIN (COSTS off) ' || query LOOP
		as_wanted := as_wanted OR line ~ node;
	END LOOP;
	RETURN NEXT;
END
$$;
SET max_parallel_workers_per_gather = 0;
SELECT 'serial, hashed' AS plan, d.* FROM pg_temp.differ('TABLE tallied', 'TABLE expected', '^HashAggregate') AS d;
SELECT 'serial, plain' AS plan, d.* FROM pg_temp.differ('TABLE whole', 'TABLE expected_whole', '^Aggregate') AS d;
SELECT 'merged from days' AS plan, d.* FROM pg_temp.differ('TABLE merged', 'TABLE expected', 'HashAggregate') AS d;
SET enable_hashagg = off;
SELECT 'serial, sorted' AS plan, d.* FROM pg_temp.differ('TABLE tallied', 'TABLE expected', '^GroupAggregate') AS d;
RESET enable_hashagg;
SET enable_partitionwise_aggregate = on;
SELECT 'partitionwise' AS plan, d.* FROM pg_temp.differ('TABLE tallied', 'TABLE expected', '^Append') AS d;
SELECT 'partitionwise, in parts' AS plan, d.* FROM pg_temp.differ('TABLE whole', 'TABLE expected_whole', '^Finalize') AS d;
RESET enable_partitionwise_aggregate;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT 'parallel' AS plan, d.* FROM pg_temp.differ('TABLE tallied', 'TABLE expected', 'Partial HashAggregate') AS d;
SELECT 'parallel, plain' AS plan, d.* FROM pg_temp.differ('TABLE whole', 'TABLE expected_whole', 'Partial Aggregate') AS d;
SELECT 'parallel, merged from days' AS plan, d.* FROM pg_temp.differ('TABLE merged', 'TABLE expected', 'Gather') AS d;
SET enable_partitionwise_aggregate = on;
SELECT 'parallel, partitionwise' AS plan, d.* FROM pg_temp.differ('TABLE whole', 'TABLE expected_whole', 'Parallel Append') AS d;
RESET enable_partitionwise_aggregate;
-- workers that find nothing beside one that does, and a plan in which nobody does
CREATE VIEW few AS SELECT tally_agg(marks('filed', n = 8)) FILTER (WHERE n IN (8, 49)) + tally_agg('returned', 2::bigint) FILTER (WHERE n = 8) + merge('{"open": 1}') FILTER (WHERE n = 49) AS t FROM counted;
SELECT 'parallel, few' AS plan, d.* FROM pg_temp.differ('TABLE few', $$SELECT tally '{"filed": 1, "returned": 2, "open": 1}'$$, 'Partial Aggregate') AS d;
CREATE VIEW nothing AS SELECT tally_agg(m) FILTER (WHERE n < 0) + tally_agg('returned', 2::bigint) FILTER (WHERE n < 0) + merge('{"open": 1}') FILTER (WHERE n < 0) AS t FROM counted;
SELECT 'parallel, nothing' AS plan, d.* FROM pg_temp.differ('TABLE nothing', $$SELECT tally '{}'$$, 'Partial Aggregate') AS d;
-- a hash table that does not fit is written out and read again
SET work_mem = '64kB';
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS groups, count(*) FILTER (WHERE (a.t -> 'reported', a.t -> 'closed') IS DISTINCT FROM (b.reported, b.closed)) AS differ
FROM (SELECT n % 5000 AS k, tally_agg(m) AS t FROM counted GROUP BY 1) AS a
	FULL JOIN (SELECT n % 5000 AS k, count(m) AS reported, count(*) FILTER (WHERE m & marks('closed', true) <> 0) AS closed FROM counted GROUP BY 1) AS b USING (k);
RESET work_mem;

-- a frame that moves: rows that leave it are taken out, and nothing of them stays
SELECT count(*) AS frames, count(*) FILTER (WHERE moved <> again) AS marks_differ, count(*) FILTER (WHERE amounts -> 'returned' <> back) AS amounts_differ, count(*) FILTER (WHERE merged <> again) AS merged_differ
FROM (
	SELECT n, tally_agg(m) OVER w AS moved, tally_agg('returned', back::bigint) OVER w AS amounts, sum(back) OVER w AS back, merge(t) OVER w AS merged
	FROM (SELECT *, (SELECT tally_agg(x) FROM (VALUES (m)) AS one (x)) AS t FROM counted WHERE n <= 3000 OFFSET 0) AS c
	WINDOW w AS (ORDER BY n ROWS BETWEEN 6 PRECEDING AND CURRENT ROW)) AS o
	CROSS JOIN LATERAL (SELECT tally_agg(o2.m) AS again FROM (SELECT m FROM counted WHERE n BETWEEN o.n - 6 AND o.n) AS o2) AS c
WHERE n <= 60 OR n > 2950;
-- the largest bigint passes through it, one at a time
SELECT n, tally_agg('overrun_seconds', a) OVER (ORDER BY n ROWS CURRENT ROW) FROM (VALUES (1, 9223372036854775807), (2, 9223372036854775806), (3, NULL), (4, 0)) AS v (n, a);

DROP TABLE held, held_again, junk, marked;
DROP VIEW tallied, merged, whole, few, nothing;
DROP TABLE counted;
