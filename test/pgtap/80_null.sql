-- Every function of the extension and of the city, called with each argument
-- NULL, empty, infinite or extreme, the others being ordinary: an answer or a
-- clean error, never an internal one (XX000) and never a crash.  Generated from
-- the catalogs, so that a new function is called without being named here.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = error;
SET LOCAL statement_timeout = '60s';
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

CREATE TEMP TABLE left_out (name, reason) AS VALUES
	('create_city', 'there is a city already, and everything before that is tested with the others'),
	('drop_city', 'called with the right name it does what it says'),
	('import_bulk_begin', 'takes a table that there is'), ('is_replacing', 'takes a table that there is'), ('version_table', 'takes a table that there is'),
	('import_bulk_end', 'runs the statements that it is given'), ('run_city_script', 'runs the statements that it is given'),
	('import_duplicates', 'takes expressions'), ('marks', 'takes pairs of any type, strange ones in test/sql/score_tally.sql');

-- an ordinary value of each type, and the strange ones
CREATE TEMP TABLE odd (type, value) AS VALUES
	('text', ''), ('text', ' '), ('text', E'\n'), ('text', repeat('x', 10000)), ('text', '%s'), ('text', '城'), ('text', 'NaN'), ('text', '{}'), ('text', '-1'), ('text', 'infinity'),
	('name', ''), ('cstring', ''), ('cstring', '%s'), ('cstring', repeat('9', 100)), ('cstring', 'x'), ('cstring', '-1'),
	('smallint', '-32768'), ('smallint', '32767'), ('smallint', '0'),
	('integer', '-2147483648'), ('integer', '2147483647'), ('integer', '0'), ('integer', '-1'), ('integer', '1'),
	('bigint', '-9223372036854775808'), ('bigint', '9223372036854775807'), ('bigint', '0'), ('bigint', '-1'),
	('oid', '0'), ('oid', '4294967295'), ('regclass', '0'), ('regclass', 'pg_class'),
	('real', 'NaN'), ('double precision', 'NaN'), ('double precision', 'Infinity'), ('double precision', '-Infinity'), ('double precision', '1e308'), ('double precision', '-1e-308'), ('double precision', '0'),
	('numeric', 'NaN'), ('numeric', 'Infinity'), ('numeric', '-Infinity'), ('numeric', '1e1000'), ('numeric', '-1e-1000'), ('numeric', '0'),
	('boolean', 'true'), ('boolean', 'false'),
	('date', 'infinity'), ('date', '-infinity'), ('date', '4713-01-01 BC'), ('date', '5874897-12-31'),
	('timestamp with time zone', 'infinity'), ('timestamp with time zone', '-infinity'), ('timestamp with time zone', '4714-11-24 00:00:00+00 BC'), ('timestamp with time zone', '294276-12-31 23:59:59+00'),
	('timestamp with time zone', '1970-01-01 00:00:00+00'),
	('interval', '0'), ('interval', '-178000000 years'), ('interval', '178000000 years'),
	('jsonb', '{}'), ('jsonb', '[]'), ('jsonb', 'null'), ('jsonb', '1'), ('jsonb', '""'), ('jsonb', '[{}, [], null]'), ('jsonb', '{"": {"": [1e500]}}'), ('json', '{}'),
	('bytea', ''), ('bytea', '\x00'), ('internal', NULL),
	('tstzrange', 'empty'), ('tstzrange', '(,)'), ('tstzmultirange', '{}'), ('tstzmultirange', '{(,)}'), ('tstzmultirange', '{[-infinity,infinity]}'), ('daterange', 'empty'), ('daterange', '(,)'),
	('dcm.area_code', '000000'), ('dcm.area_code', '999999'), ('dcm.grid_code', '000000000000000'), ('dcm.grid_code', '999999999999999'), ('dcm.component_id', '0000000000000000'), ('dcm.component_id', '9999999999999999'),
	('dcm.time_limit', '0 minute'), ('dcm.time_limit', '99999999.99 work_day'), ('dcm.time_limit', '99999999.99 natural_day'), ('dcm.time_limit', '0.01 work_minute'),
	('geometry', 'POINT EMPTY'), ('geometry', 'SRID=4490;POINT EMPTY'), ('geometry', 'SRID=4490;POINT(1e308 -1e308)'), ('geometry', 'SRID=4490;POLYGON EMPTY'), ('geometry', 'POINT(0 0)'),
	('geometry', 'SRID=4490;POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))'), ('geometry', 'SRID=4490;GEOMETRYCOLLECTION EMPTY'), ('geometry', 'SRID=4490;LINESTRING(0 0, 1 1)'), ('geometry', 'SRID=4490;POINT(181 91)'), ('geometry', 'SRID=3857;POINT(1 1)'),
	('dcm.tally', '{}'), ('dcm.tally', '{"filed": 9223372036854775807, "overrun_seconds": 9223372036854775807}'),
	('point', '(Infinity,NaN)'), ('record', '()'), ('dcm.act_result', '(,,,,,,)');
INSERT INTO odd SELECT 'geometry', ST_SetSRID(ST_MakePoint(x, y), 4490)::text
FROM (VALUES ('Infinity'::float8, 0::float8), ('NaN', 'NaN'), ('-Infinity', 'Infinity'), (121, 'NaN')) AS v (x, y);
INSERT INTO odd SELECT 'geometry', ST_SetSRID(ST_MakeLine(ST_MakePoint('NaN', 0), ST_MakePoint(1, 'Infinity')), 4490)::text;
CREATE TEMP TABLE plain (type, value) AS VALUES
	('text', 'E9901'), ('name', 'case_file'), ('cstring', '1'), ('smallint', '1'), ('integer', '1'), ('bigint', (SELECT t.case_in('handling'))::text), ('oid', '1'), ('regclass', 'dcm.setting'), ('real', '1'), ('double precision', '31.8'),
	('numeric', '4'), ('boolean', 'true'), ('date', '2015-03-02'), ('timestamp with time zone', '2015-03-02 09:00+08'), ('interval', '1 hour'), ('jsonb', '{"a": 1}'), ('json', '{}'), ('bytea', '\x00'), ('tstzrange', '[2015-03-02,2015-03-03)'),
	('tstzmultirange', '{[2015-03-02,2015-03-03)}'), ('daterange', '[2015-03-02,2015-03-03)'), ('dcm.area_code', '320681'), ('dcm.grid_code', '320681100001001'), ('dcm.component_id', '3206810101000001'), ('dcm.time_limit', '4 work_hour'), ('dcm.tally', '{"filed": 1}'),
	('geometry', 'SRID=4490;POINT(121.605 31.805)'), ('point', '(1,1)'), ('dcm.act_result', '(1,1,reported,collection,,f,f)');
-- what an argument is called tells better what is ordinary for it
CREATE TEMP TABLE named (argument, value) AS VALUES
	('action', 'comment'), ('calendar', 'default'), ('person', 'col'), ('org', 'cg'), ('source', 'collector'), ('crs', 'gcj02'), ('scope', 'transaction'), ('reason', 'weather'), ('preset', 'cn_roles'),
	('unit', 'work_hour'), ('field', 'filed'), ('post', NULL), ('attachments', '[]'), ('data', '{}'), ('name', 'calendar'), ('database_name', 'no such'), ('photo', 'u'), ('changes', '{"address": "x"}'), ('component', NULL);

CREATE FUNCTION pg_temp.literal(argument text, type text, array_of boolean) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN array_of THEN format('ARRAY[%L]::%s[]', v.value, type) ELSE format('%L::%s', v.value, type) END
	FROM (SELECT coalesce((SELECT n.value FROM named AS n WHERE n.argument = literal.argument AND literal.type IN ('text', 'jsonb')),
		CASE WHEN literal.argument IN ('post', 'component') THEN NULL ELSE (SELECT p.value FROM plain AS p WHERE p.type = literal.type) END) AS value) AS v
$$;

-- every call: function, argument that is odd, statement
CREATE TEMP TABLE routine AS
SELECT p.oid, p.proname::text AS name, p.prokind, p.provariadic <> 0 AS variadic, p.pronargs, array_replace(p.proargtypes::oid[], 'anyelement'::regtype::oid, 'text'::regtype::oid) AS types, p.proargnames AS names,
	p.oid::regprocedure::text AS signature
FROM pg_proc AS p
WHERE p.pronamespace = 'dcm'::regnamespace AND p.proname NOT IN (SELECT l.name FROM left_out AS l)
	-- triggers, and what the server alone calls, cannot be called
	AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype) AND NOT 'internal'::regtype = ANY (p.proargtypes)
	-- the transition functions of aggregates are called through them
	AND p.prokind IN ('f', 'p', 'a');
CREATE TEMP TABLE call AS
SELECT r.signature, k.n AS odd_argument, o.value AS odd_value, r.prokind,
	format(CASE r.prokind WHEN 'p' THEN 'CALL dcm.%I(%s)' ELSE 'SELECT * FROM (SELECT dcm.%I(%s)) AS x' END, r.name,
		(SELECT string_agg(CASE WHEN r.variadic AND a.n = r.pronargs THEN 'VARIADIC ' ELSE '' END || CASE WHEN a.n = k.n THEN o.literal ELSE pg_temp.literal(r.names[a.n], a.type, a.is_array) END, ', ' ORDER BY a.n) FROM (
			SELECT g AS n, CASE WHEN e.elem <> 0 THEN format_type(e.elem, NULL) ELSE format_type(r.types[g - 1], NULL) END AS type, e.elem <> 0 AS is_array
			FROM generate_series(1, r.pronargs) AS g JOIN LATERAL (SELECT CASE WHEN y.typcategory = 'A' THEN y.typelem ELSE 0 END AS elem FROM pg_type AS y WHERE y.oid = r.types[g - 1]) AS e ON true) AS a)) AS statement
FROM routine AS r
	CROSS JOIN LATERAL generate_series(0, r.pronargs) AS k (n)
	CROSS JOIN LATERAL (
		-- 0: everything ordinary; then NULL, and each odd value of the argument's type
		SELECT NULL::text AS literal, 'ordinary' AS value WHERE k.n = 0
		UNION ALL SELECT 'NULL::' || format_type(r.types[k.n - 1], NULL), 'NULL' WHERE k.n > 0
		UNION ALL SELECT format('%L::%s', d.value, d.type), d.value FROM odd AS d WHERE k.n > 0 AND d.type = format_type(r.types[k.n - 1], NULL)
		UNION ALL SELECT format('%L::%s', v, format_type(r.types[k.n - 1], NULL)), v FROM unnest('{"{}","{NULL}"}'::text[]) AS v
			WHERE k.n > 0 AND (SELECT y.typcategory FROM pg_type AS y WHERE y.oid = r.types[k.n - 1]) = 'A') AS o;

CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become('all');
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999';
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN 'ok';
	WHEN query_canceled THEN
		RETURN '57014 too slow';
	WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMP TABLE outcome AS SELECT c.*, pg_temp.outcome(c.statement) AS outcome FROM call AS c;

SELECT cmp_ok((SELECT count(DISTINCT signature) FROM outcome), '>', 100::bigint, 'there is something to call');
SELECT is((SELECT string_agg(r.signature, ', ') FROM routine AS r WHERE NOT EXISTS (SELECT FROM outcome AS o WHERE o.signature = r.signature AND o.statement IS NOT NULL)), NULL, 'every function is called');
SELECT is((SELECT string_agg(o.statement || ' -> ' || o.outcome, E'\n') FROM outcome AS o WHERE o.signature = s.signature
	AND o.outcome ~ '^(XX|57014|58|53|42601|42883|42P18|42804|42704 type)'), NULL, s.signature)
FROM (SELECT DISTINCT signature FROM outcome) AS s ORDER BY s.signature;

SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
