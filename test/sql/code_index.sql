-- The code types in indexes, joins and partitions; what the catalogs say of them.
SET client_min_messages = warning;
SET search_path = public, dcm;

-- every operator class of dcm is whole
SELECT am.amname, opc.opcname, amvalidate(opc.oid)
FROM pg_opclass AS opc JOIN pg_am AS am ON am.oid = opc.opcmethod
WHERE opc.opcnamespace = 'dcm'::regnamespace AND opc.opcname ~ '^(area_code|grid_code|component_id)_'
ORDER BY 1, 2;
SELECT count(*) AS opclasses_not_valid FROM pg_opclass
WHERE CASE WHEN opcnamespace = 'dcm'::regnamespace THEN NOT amvalidate(oid) END;

-- operators of codes and limits: commutators and negators are mutual and fit their
-- arguments, and all are safe behind row security
SELECT o.oid::regoperator FROM pg_operator AS o
WHERE o.oprnamespace = 'dcm'::regnamespace AND o.oprleft <> 'dcm.tally'::regtype AND (o.oprcom = 0 OR o.oprcode = 0 OR o.oprrest = 0 OR o.oprjoin = 0);
SELECT o.oid::regoperator, c.oid::regoperator AS commutator
FROM pg_operator AS o JOIN pg_operator AS c ON c.oid = o.oprcom
WHERE o.oprnamespace = 'dcm'::regnamespace AND o.oprleft <> 'dcm.tally'::regtype
	AND (c.oprcom <> o.oid OR c.oprleft <> o.oprright OR c.oprright <> o.oprleft OR c.oprresult <> o.oprresult);
SELECT o.oid::regoperator, n.oid::regoperator AS negator
FROM pg_operator AS o LEFT JOIN pg_operator AS n ON n.oid = o.oprnegate
WHERE o.oprnamespace = 'dcm'::regnamespace AND o.oprleft <> 'dcm.tally'::regtype AND o.oprname NOT IN ('<@', '@>')
	AND (n.oid IS NULL OR n.oprnegate <> o.oid OR n.oprleft <> o.oprleft OR n.oprright <> o.oprright);
SELECT o.oid::regoperator FROM pg_operator AS o JOIN pg_proc AS p ON p.oid = o.oprcode
WHERE o.oprnamespace = 'dcm'::regnamespace AND o.oprleft <> 'dcm.tally'::regtype
	AND NOT (p.proleakproof AND p.proisstrict AND p.provolatile = 'i' AND p.proparallel = 's');
SELECT o.oid::regoperator FROM pg_operator AS o
WHERE o.oprnamespace = 'dcm'::regnamespace AND o.oprleft <> 'dcm.tally'::regtype AND (o.oprname = '=') <> (o.oprcanhash AND o.oprcanmerge);

-- comparisons, containment and parts alone may be leakproof: what can fail is not
SELECT p.oid::regprocedure FROM pg_proc AS p
WHERE p.pronamespace = 'dcm'::regnamespace AND p.proleakproof
	AND (p.proname ~ '^(make_|major|minor|.*_(in|recv)$|grid_code_2005)' OR p.pronargs = 2 AND p.proname = 'serial');

-- nothing is without a comment, in both languages
SELECT pg_describe_object(o.classid, o.objid, 0) AS without_comment
FROM (
	SELECT 'pg_proc'::regclass AS classid, oid AS objid FROM pg_proc WHERE pronamespace = 'dcm'::regnamespace
	UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator WHERE oprnamespace = 'dcm'::regnamespace
	UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass WHERE opcnamespace = 'dcm'::regnamespace
	UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily WHERE opfnamespace = 'dcm'::regnamespace
	UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type WHERE oid IN ('area_code'::regtype, 'grid_code'::regtype, 'component_id'::regtype)
	UNION ALL SELECT 'pg_cast'::regclass, c.oid FROM pg_cast AS c
		WHERE c.castsource IN ('area_code'::regtype, 'grid_code'::regtype, 'component_id'::regtype)
			OR c.casttarget IN ('area_code'::regtype, 'grid_code'::regtype, 'component_id'::regtype)) AS o
	LEFT JOIN pg_description AS d ON d.classoid = o.classid AND d.objoid = o.objid AND d.objsubid = 0
WHERE coalesce(d.description, '') !~ '[a-z].*[一-龥]'
ORDER BY 1;

-- hash values are core's for the stored bigint, for ever
SELECT grid_code_hash('320681100001007') = hashint8(320681100001007) AS hash,
	grid_code_hash_extended('320681100001007', 42) = hashint8extended(320681100001007, 42) AS extended,
	grid_code_hash('320681100001007'), component_id_hash('3206810101000042'), area_code_hash('320681');

-- 60,000 unit grids: 20 streets, each of 10 communities of 300
CREATE TABLE code_grids AS
SELECT make_grid_code((320681100000 + 1000 * (i / 3000) + i / 300 % 10)::text::area_code, 1 + i % 300) AS grid,
	('32068101' || lpad((i % 20)::text, 2, '0') || lpad(i::text, 6, '0'))::component_id AS component,
	(320681100000 + 1000 * (i / 3000) + i / 300 % 10)::text::area_code AS area
FROM generate_series(0, 59999) AS i;
CREATE INDEX code_grids_grid ON code_grids (grid);
CREATE INDEX code_grids_component ON code_grids (component);
CREATE INDEX code_grids_area ON code_grids (area);
ANALYZE code_grids;

-- containment is a range of the index, exact, from either side
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE grid <@ '320681101001';
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE '320681101001' @> grid;
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE grid_code_within(grid, '320681101001');
EXPLAIN (COSTS OFF) SELECT count(*) FROM code_grids WHERE grid <@ '320681101';
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE area <@ '320681101001';
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE '320681101001' @> area;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE component <@ '320682';
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE component <@ '320681100';
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE grid <@ NULL::area_code;
RESET enable_seqscan;

-- the areas that hold something are no range but a handful: see below
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE area @> '320681101001';

-- counts by index and without are the same
SELECT count(*) FILTER (WHERE grid <@ '320681101'), count(*) FILTER (WHERE area <@ '320681101001'),
	count(*) FILTER (WHERE component <@ '3206'), count(*) FILTER (WHERE component <@ '320681100') FROM code_grids;
SELECT (SELECT count(*) FROM code_grids WHERE grid <@ '320681101'), (SELECT count(*) FROM code_grids WHERE area <@ '320681101001'),
	(SELECT count(*) FROM code_grids WHERE component <@ '3206'), (SELECT count(*) FROM code_grids WHERE component <@ '320681100');

-- a parameter, a prepared statement's generic plan, a join to a table of areas
SET plan_cache_mode = force_generic_plan;
PREPARE code_in_area (area_code) AS SELECT count(*) FROM code_grids WHERE grid <@ $1;
EXPLAIN (COSTS OFF) EXECUTE code_in_area ('320681101001');
EXECUTE code_in_area ('320681101001');
EXECUTE code_in_area (NULL);
RESET plan_cache_mode;
CREATE TABLE code_areas (area area_code);
INSERT INTO code_areas VALUES ('320681101001'), ('320681119'), ('320682');
ANALYZE code_areas;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT a.area, g.grid FROM code_areas AS a JOIN code_grids AS g ON g.grid <@ a.area;
SELECT a.area, count(g.grid) FROM code_areas AS a LEFT JOIN code_grids AS g ON g.grid <@ a.area GROUP BY 1 ORDER BY 1;
RESET enable_bitmapscan;

-- the areas that hold a code: at most one a level, looked up in the first column
-- of a btree and nowhere else, in order, whatever the code's type
CREATE TABLE code_register AS
SELECT a AS area, n FROM unnest('{32,3206,320681,33,3302}'::area_code[] || ARRAY(SELECT DISTINCT street(area) FROM code_grids)
	|| ARRAY(SELECT DISTINCT area FROM code_grids)) AS a, generate_series(1, 3) AS n;
INSERT INTO code_register VALUES (NULL, 1);
CREATE INDEX code_register_area ON code_register (area, n);
ANALYZE code_register;
SET enable_bitmapscan = off;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM code_register WHERE area @> '320681101001007'::grid_code ORDER BY area, n;
SELECT * FROM code_register WHERE area @> '320681101001007'::grid_code ORDER BY area, n;
EXPLAIN (COSTS OFF) SELECT area FROM code_register WHERE '3206810101000042'::component_id <@ area AND n = 2 ORDER BY area DESC;
SELECT area FROM code_register WHERE '3206810101000042'::component_id <@ area AND n = 2 ORDER BY area DESC;
-- a join looks up the one or the other, as its sides stand
SET enable_memoize = off;
SET max_parallel_workers_per_gather = 0;
EXPLAIN (COSTS OFF) SELECT r.area, g.grid FROM code_register AS r LEFT JOIN code_grids AS g ON r.area @> g.grid;
EXPLAIN (COSTS OFF) SELECT r.area, g.grid FROM code_grids AS g LEFT JOIN code_register AS r ON r.area @> g.grid;
RESET enable_memoize;
RESET max_parallel_workers_per_gather;
EXPLAIN (COSTS OFF) SELECT * FROM code_register WHERE contains_area_code(area, '3206');
SELECT count(*) FROM code_register WHERE area @> NULL::grid_code;
RESET enable_bitmapscan;
RESET enable_seqscan;
-- by index and without, for codes of all types
CREATE FUNCTION code_holders() RETURNS TABLE (code text, area area_code, n int) LANGUAGE sql VOLATILE AS $$
	SELECT g.grid::text, r.area, r.n FROM (SELECT grid FROM code_grids WHERE serial(grid) = 7) AS g JOIN code_register AS r ON g.grid <@ r.area
	UNION ALL SELECT g.component::text, r.area, r.n FROM (SELECT component FROM code_grids ORDER BY component LIMIT 50) AS g JOIN code_register AS r ON contains_component_id(r.area, g.component)
	UNION ALL SELECT g.area::text, r.area, r.n FROM (SELECT DISTINCT area FROM code_register) AS g JOIN code_register AS r ON r.area @> g.area
$$;
SET enable_indexscan = off;
SET enable_indexonlyscan = off;
SET enable_bitmapscan = off;
CREATE TABLE code_held AS SELECT * FROM code_holders();
RESET enable_indexscan;
RESET enable_indexonlyscan;
RESET enable_bitmapscan;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SELECT (SELECT count(*) FROM code_held) AS by_scan, (SELECT count(*) FROM code_holders()) AS by_index,
	(SELECT count(*) FROM (TABLE code_held EXCEPT SELECT * FROM code_holders()) AS d) AS lost,
	(SELECT count(*) FROM (SELECT * FROM code_holders() EXCEPT TABLE code_held) AS d) AS made_up;
RESET enable_hashjoin;
DROP INDEX code_register_area;
CREATE INDEX code_register_later ON code_register (n, area);
EXPLAIN (COSTS OFF) SELECT * FROM code_register WHERE n = 2 AND area @> '320681101001007'::grid_code;
SELECT * FROM code_register WHERE n = 2 AND area @> '320681101001007'::grid_code;
DROP INDEX code_register_later;
CREATE INDEX code_register_hash ON code_register USING hash (area);
CREATE INDEX code_register_brin ON code_register USING brin (area);
EXPLAIN (COSTS OFF) SELECT * FROM code_register WHERE area @> '320681101001007'::grid_code;
SELECT count(*) FROM code_register WHERE area @> '320681101001007'::grid_code;
RESET enable_seqscan;
DROP FUNCTION code_holders;
DROP TABLE code_register, code_held;

-- who has no rights on the schema can still have views planned over it
CREATE VIEW code_view AS SELECT grid FROM code_grids WHERE grid <@ '320681101001';
DO $$ BEGIN CREATE ROLE regress_dcm_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON code_view TO regress_dcm_reader;
SELECT has_schema_privilege('regress_dcm_reader', 'dcm', 'USAGE') AS has_rights;
SET ROLE regress_dcm_reader;
SELECT count(*) FROM code_view;
RESET ROLE;
DROP VIEW code_view;
DROP ROLE regress_dcm_reader;

-- how many rows the planner expects is of the right size
CREATE FUNCTION code_expected(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric;
END
$$;
SELECT code_expected($$SELECT FROM code_grids WHERE grid <@ '320681101'$$) BETWEEN 2000 AND 4000 AS street,
	code_expected($$SELECT FROM code_grids WHERE '320681101' @> grid$$) BETWEEN 2000 AND 4000 AS street_too,
	code_expected($$SELECT FROM code_grids WHERE grid <@ '320681'$$) BETWEEN 58000 AND 60000 AS district,
	code_expected($$SELECT FROM code_grids WHERE component <@ '320682'$$) < 100 AS elsewhere;

-- hash and BRIN
CREATE INDEX code_grids_hash ON code_grids USING hash (grid);
DROP INDEX code_grids_grid;
EXPLAIN (COSTS OFF) SELECT * FROM code_grids WHERE grid = '320681101001007';
SELECT grid FROM code_grids WHERE grid = '320681101001007';
DROP INDEX code_grids_hash;
CREATE INDEX code_grids_brin ON code_grids USING brin (grid) WITH (pages_per_range = 8);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM code_grids WHERE grid <@ '320681101001';
SELECT count(*) FROM code_grids WHERE grid <@ '320681101001';
EXPLAIN (COSTS OFF) SELECT count(*) FROM code_grids WHERE grid = '320681101001007';
SELECT count(*) FROM code_grids WHERE grid = '320681101001007';
RESET enable_seqscan;

-- hash joins, merge joins, hashed and sorted grouping, equal to text
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM code_grids AS a JOIN code_grids AS b USING (component);
SELECT count(*) FROM code_grids AS a JOIN code_grids AS b USING (component);
SET enable_hashjoin = off;
SET enable_nestloop = off;
SET enable_mergejoin = on;
EXPLAIN (COSTS OFF) SELECT count(*) FROM code_grids AS a JOIN code_grids AS b USING (component);
SELECT count(*) FROM code_grids AS a JOIN code_grids AS b USING (component);
RESET enable_mergejoin;
RESET enable_hashjoin;
RESET enable_nestloop;
SELECT count(DISTINCT area), count(DISTINCT area::text), count(DISTINCT street(grid)) FROM code_grids;

-- partitions by hash: rows find their partition, a key looks into one
CREATE TABLE code_parts (component component_id PRIMARY KEY) PARTITION BY HASH (component);
CREATE TABLE code_parts_0 PARTITION OF code_parts FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE code_parts_1 PARTITION OF code_parts FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE code_parts_2 PARTITION OF code_parts FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO code_parts SELECT component FROM code_grids WHERE serial(grid) <= 10;
SELECT tableoid::regclass, count(*) FROM code_parts GROUP BY 1 ORDER BY 1;
EXPLAIN (COSTS OFF) SELECT * FROM code_parts WHERE component = '3206810101000301';

-- partitions by range of an order that areas have too
CREATE TABLE code_ranges (area area_code) PARTITION BY RANGE (area);
CREATE TABLE code_ranges_32 PARTITION OF code_ranges FOR VALUES FROM ('32') TO ('33');
INSERT INTO code_ranges VALUES ('32'), ('320681'), ('329999999999');
INSERT INTO code_ranges VALUES ('33');
DROP TABLE code_grids, code_areas, code_parts, code_ranges;
DROP FUNCTION code_expected;
