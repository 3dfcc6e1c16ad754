-- The code types: text in and out, casts, parts, constructors, and what is refused.
SET client_min_messages = warning;
SET search_path = public, dcm;
\pset null '(null)'

-- what an error says, with its SQLSTATE and its stable name
CREATE FUNCTION code_error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text; name text;
BEGIN
	EXECUTE statement;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT, name = CONSTRAINT_NAME;
	RETURN concat_ws(' | ', SQLSTATE, nullif(name, ''), message, nullif(detail, ''), nullif(hint, ''));
END
$$;

-- what goes in comes out, leading zeros included
SELECT '32'::area_code, '3206'::area_code, '320681'::area_code, '320681100'::area_code, '320681100001'::area_code;
SELECT '00'::area_code, '0000'::area_code, '000000000000'::area_code, '999999999999'::area_code;
SELECT '320681100001007'::grid_code, '000000000000001'::grid_code, '999999999999999'::grid_code;
SELECT '3206810101000042'::component_id, '0000000000000000'::component_id, '9999999999999999'::component_id;

-- what is no code is refused, and the error says why
\pset format unaligned
SELECT given, code_error(format('SELECT %L::dcm.area_code', given)) FROM unnest(ARRAY[
	'', ' ', '3', '320', '32068', '3206811', '32068110', '3206811000', '32068110000', '3206811000011',
	' 320681', '320681 ', '+20681', '-20681', '3206.1', '0x', '32068O', '32068１', '江苏', E'320681\n',
	repeat('1', 25)]) AS given;
SELECT right(code_error(format('SELECT %L::dcm.area_code', repeat('9', 300))), 60);
SELECT given, code_error(format('SELECT %L::dcm.grid_code', given)) FROM unnest(ARRAY[
	'', '320681100001000', '000000000000000', '32068110000100', '3206811000010070', ' 320681100001007',
	'320681100001007 ', '-20681100001007', '32068110000100x', '32068110000１007', '320681100001']) AS given;
SELECT given, code_error(format('SELECT %L::dcm.component_id', given)) FROM unnest(ARRAY[
	'', '320681010100004', '32068101010000421', '3206810101 00042', '+206810101000042', 'C320681010100042']) AS given;
\pset format aligned

-- order is that of the text; an area comes before all that lies in it
SELECT code FROM (VALUES ('33'), ('320681100'), ('3206'), ('320681'), ('32'), ('320600'), ('3200'), ('320000'),
	('320682'), ('320681100001'), ('320681101'), ('320000000000'), ('320000000')) AS v (code)
ORDER BY code::area_code;
SELECT count(*) AS out_of_order FROM (
	SELECT code, lag(code) OVER (ORDER BY code::area_code) AS before
	FROM (SELECT left(lpad((i::bigint * 7919 * 104729 % 1000000000000)::text, 12, '0'), (ARRAY[2,4,6,9,12])[1 + i % 5]) AS code
		FROM generate_series(1, 20000) AS i) AS c) AS o
WHERE code COLLATE "C" < before COLLATE "C";
SELECT a::text || ' ' || b::text AS pair, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
	area_code_cmp(a, b) AS cmp
FROM (VALUES ('32'::area_code, '3200'::area_code), ('3206', '3206'), ('33', '320681')) AS v (a, b);
SELECT min(c), max(c) FROM (VALUES ('320681100001007'::grid_code), ('320681100001006'), (NULL)) AS v (c);
SELECT min(c), max(c) FROM (VALUES ('3206'::area_code), ('32'), ('320681')) AS v (c);
SELECT min(c), max(c) FROM (SELECT NULL::component_id) AS v (c);

-- what is stored: the number of the digits; an area's level in the last three bits
SELECT encode(grid_code_send('320681100001007'), 'hex') = lpad(to_hex(320681100001007), 16, '0') AS grid,
	encode(component_id_send('3206810101000042'), 'hex') = lpad(to_hex(3206810101000042), 16, '0') AS component,
	encode(area_code_send('320681'), 'hex') = lpad(to_hex(320681000000 * 8 + 3), 16, '0') AS area;
SELECT to_hex(get_byte(grid_code_send('999999999999999'), 0)) AS top_byte_of_grid,
	to_hex(get_byte(component_id_send('9999999999999999'), 0)) AS top_byte_of_component,
	to_hex(get_byte(area_code_send('999999999999'), 0)) AS top_byte_of_area;
SELECT typname, typlen, typbyval, typalign FROM pg_type
WHERE oid IN ('area_code'::regtype, 'grid_code'::regtype, 'component_id'::regtype) ORDER BY 1;

-- casts: text both ways, bigint both ways where nothing is lost
SELECT '320681'::text::area_code, ('320681100001007'::text)::grid_code::text, 3206810101000042::component_id::text;
SELECT 1::bigint::grid_code, '000000000000001'::grid_code::bigint, 0::bigint::component_id, '0000000000000000'::component_id::bigint;
CREATE TEMP TABLE code_assigned (t text, n bigint);
INSERT INTO code_assigned VALUES ('320681'::area_code, '320681100001007'::grid_code) RETURNING *;
SELECT code_error(s) FROM unnest(ARRAY[
	'SELECT 0::bigint::dcm.grid_code', 'SELECT (-1)::bigint::dcm.grid_code', 'SELECT 1000000000000000::dcm.grid_code',
	'SELECT 320681100001000::dcm.grid_code', 'SELECT (-1)::bigint::dcm.component_id', 'SELECT 10000000000000000::dcm.component_id',
	'SELECT 320681::bigint::dcm.area_code', 'SELECT ''320681''::dcm.area_code::bigint',
	'INSERT INTO code_assigned (n) VALUES (''320681''::dcm.area_code)']) AS s;

-- parts of an area, and those above it
SELECT a, level(a), parent(a), province(a), city(a), district(a), street(a), community(a)
FROM unnest('{32,3206,320681,320681100,320681100001}'::area_code[]) AS a;

-- parts of a grid code, and back
SELECT g, province(g), city(g), district(g), street(g), community(g), serial(g), make_grid_code(community(g), serial(g)) = g AS again
FROM unnest('{320681100001007,000000000000001,441900003001999}'::grid_code[]) AS g;
SELECT grid_code_2005('32068110001007'), grid_code_2005('11010101001001');
SELECT code_error(s) FROM unnest(ARRAY[
	$$SELECT dcm.make_grid_code('320681100', 1)$$, $$SELECT dcm.make_grid_code('320681100001', 0)$$,
	$$SELECT dcm.make_grid_code('320681100001', 1000)$$, $$SELECT dcm.make_grid_code('320681100001', -1)$$,
	$$SELECT dcm.grid_code_2005('320681100001007')$$, $$SELECT dcm.grid_code_2005('32068110001000')$$,
	$$SELECT dcm.grid_code_2005('3206811000100a')$$, $$SELECT dcm.grid_code_2005('')$$]) AS s;

-- parts of a component id, by edition, and back
SELECT edition, province(c), city(c), district(c), major(c, edition), minor(c, edition), serial(c, edition),
	make_component_id(district(c), major(c, edition), minor(c, edition), serial(c, edition), edition) = c AS again
FROM unnest('{3206810101000042,3206810000000000}'::component_id[]) AS c, unnest('{2005,2007,2013,new}'::text[]) AS edition;
SELECT major('3206810213000042'), minor('3206810213000042'), serial('3206810213000042'::component_id), make_component_id('320681', '02', '13', 42);
SELECT code_error(s) FROM unnest(ARRAY[
	$$SELECT dcm.major('3206810101000042', '2020')$$, $$SELECT dcm.minor('3206810101000042', '')$$,
	$$SELECT dcm.serial('3206810101000042'::dcm.component_id, 'NEW')$$, $$SELECT dcm.make_component_id('3206', '01', '01', 1)$$,
	$$SELECT dcm.make_component_id('320681100', '01', '01', 1)$$, $$SELECT dcm.make_component_id('320681', '1', '01', 1)$$,
	$$SELECT dcm.make_component_id('320681', '01', '01', 1, 'new')$$, $$SELECT dcm.make_component_id('320681', '01', '-1', 1)$$,
	$$SELECT dcm.make_component_id('320681', '01', '01', 1000000)$$, $$SELECT dcm.make_component_id('320681', '01', '001', 100000, 'new')$$,
	$$SELECT dcm.make_component_id('320681', '01', '01', -1)$$, $$SELECT dcm.make_component_id('320681', '01', '01', 1, '2020')$$]) AS s;

-- lies in: equal or below; a component never in a street
SELECT a AS area, '320681100001'::area_code <@ a AS community, '320681'::area_code <@ a AS district,
	'320681100001007'::grid_code <@ a AS grid, '3206810101000042'::component_id <@ a AS component
FROM unnest('{32,3206,320681,320681010,320681100,320681100001,320681100002,320682,3207,31,00}'::area_code[]) AS a;
SELECT '32'::area_code <@ '3200' AS above, '3200'::area_code <@ '32' AS below, '000000'::area_code <@ '00' AS zeros,
	'000000000000001'::grid_code <@ '00' AS first_grid, '999999999999999'::grid_code <@ '99' AS last_grid,
	'9999999999999999'::component_id <@ '999999' AS last_component, '0000000000000000'::component_id <@ '000000' AS first_component;
SELECT count(*) FILTER (WHERE (i <@ o) IS DISTINCT FROM starts_with(i::text, o::text)) AS not_as_prefix,
	count(*) FILTER (WHERE (i <@ o) IS DISTINCT FROM (o @> i)) AS not_commuted,
	count(*) FILTER (WHERE (i <@ o) IS DISTINCT FROM (i >= first_area_code(o) AND i <= last_area_code(o))) AS not_span,
	count(*) FILTER (WHERE i <@ o) > 0 AS some
FROM (SELECT left(c, n)::area_code AS i
	FROM unnest('{320681100001,320000000000,320681100002,330681100001,320681999999,000000000000}'::text[]) AS c, unnest('{2,4,6,9,12}'::int[]) AS n) AS a,
	(SELECT left(c, n)::area_code AS o
	FROM unnest('{320681100001,320000000000,999999999999,000000000000}'::text[]) AS c, unnest('{2,4,6,9,12}'::int[]) AS n) AS b;
SELECT first_area_code(a), last_area_code(a), first_grid_code(a), last_grid_code(a), first_component_id(a), last_component_id(a)
FROM unnest('{32,3206,320681,320681100,320681100001,99,00}'::area_code[]) AS a;

-- NULL in, NULL out
SELECT NULL::grid_code <@ '32'::area_code, '320681100001007'::grid_code <@ NULL::area_code, district(NULL::component_id), make_grid_code('320681100001', NULL);

-- COPY, text and binary; the binary form is that of the stored bigint
CREATE TABLE code_copy (a area_code, g grid_code, c component_id);
COPY code_copy FROM stdin;
320681	320681100001007	3206810101000042
\N	\N	\N
32	000000000000001	0000000000000000
\.
COPY code_copy TO stdout;
\copy code_copy TO 'results/code_copy.bin' BINARY
CREATE TABLE code_bigints (a bigint, g bigint, c bigint);
\copy code_bigints FROM 'results/code_copy.bin' BINARY
SELECT a / 8 AS digits, a % 8 AS level, g, c FROM code_bigints;
\copy code_copy FROM 'results/code_copy.bin' BINARY
SELECT a, g, c, count(*) FROM code_copy GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
COPY code_copy (g) FROM stdin;
320681100001000
\.

-- what binary input refuses
CREATE TABLE code_junk (kind text, value bigint);
INSERT INTO code_junk VALUES
	('a', 0), ('a', -1), ('a', 320681000000 * 8), ('a', 320681000000 * 8 + 6), ('a', 320681000000 * 8 + 2), ('a', 320681100001 * 8 + 4),
	('a', 1000000000000 * 8 + 5), ('a', (1::bigint << 60) + 3), ('g', 0), ('g', -5), ('g', 320681100001000), ('g', 1000000000000000),
	('g', (1::bigint << 60) + 7), ('c', -1), ('c', 10000000000000000), ('c', (1::bigint << 62));
SELECT format('\copy (SELECT %s::bigint) TO ''results/code_junk.bin'' BINARY', value) || E'\n'
	|| format('\copy code_copy (%s) FROM ''results/code_junk.bin'' BINARY', kind) AS script
FROM code_junk \g (tuples_only=on format=unaligned) results/code_junk.psql
\i results/code_junk.psql
\copy (SELECT 1::int) TO 'results/code_junk.bin' BINARY
\copy code_copy (g) FROM 'results/code_junk.bin' BINARY
SELECT count(*) FROM code_copy;
DROP TABLE code_copy, code_bigints, code_junk;
DROP FUNCTION code_error;
