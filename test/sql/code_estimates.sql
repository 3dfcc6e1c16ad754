-- How many rows the planner expects of containment: within a factor of two of
-- what there is, for constants, parameters, expressions and joins, on codes that
-- are spread evenly, unevenly and over few values.  Tables of up to 30,000 rows
-- are sampled whole, so what is expected of them is always the same.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET default_statistics_target = 100;

CREATE FUNCTION estimate_rows(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::numeric;
END
$$;

-- says so, or both numbers; one row too many is no fault where there is none
CREATE FUNCTION estimate_verdict(expected numeric, actual numeric) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN expected <= 2 * greatest(actual, 1) AND actual <= 2 * expected THEN 'within two'
		ELSE expected || ' expected of ' || actual END
$$;
CREATE FUNCTION estimate_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	actual numeric;
BEGIN
	EXECUTE 'SELECT count(*) ' || query INTO actual;
	RETURN estimate_verdict(estimate_rows('SELECT ' || query), actual);
END
$$;

-- for every area of a level in which codes of a column lie
CREATE FUNCTION estimate_level(relation text, code text, level text)
	RETURNS TABLE (areas bigint, beyond_two bigint) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT count(*), count(*) FILTER (WHERE estimate_verdict(estimate_rows(
			format('SELECT FROM %1$s WHERE %2$s <@ %%L', area)), n) <> 'within two')
		FROM (SELECT dcm.%3$s(%2$s) AS area, count(*) AS n FROM %1$s WHERE dcm.%3$s(%2$s) IS NOT NULL GROUP BY 1) AS a$q$,
		relation, code, level);
END
$$;

-- a city of 8 districts, 160 streets and 1,600 communities, with the gaps that
-- real ones leave between their numbers
CREATE TABLE estimate_communities AS
SELECT row_number() OVER (ORDER BY d, s, c) AS n,
	format('3206%s%s%s', (ARRAY['02','12','14','23','81','82','85','91'])[d], lpad((s + 90 * (s % 2))::text, 3, '0'),
		lpad((c + 195 * (c % 2))::text, 3, '0'))::area_code AS area
FROM generate_series(1, 8) AS d, generate_series(1, 20) AS s, generate_series(1, 10) AS c;

-- evenly: 16 grids each; unevenly: the first by lot has 900, the n-th 900/n; few
-- values: 7 grids with many rows, and none; many: sampled
CREATE TABLE estimate_even AS
SELECT make_grid_code(area, i) AS grid FROM estimate_communities, generate_series(1, 16) AS i;
CREATE TABLE estimate_uneven AS
SELECT make_grid_code(area, i) AS grid
FROM (SELECT area, row_number() OVER (ORDER BY hashint8(n), n) AS lot FROM estimate_communities) AS c,
	generate_series(1, 1 + (900 / lot)::int) AS i;
CREATE TABLE estimate_few AS
SELECT CASE WHEN i % 10 > 0 THEN make_grid_code(area, 7) END AS grid
FROM estimate_communities, generate_series(1, 4000) AS i WHERE n % 250 = 7;
CREATE TABLE estimate_many AS
SELECT make_grid_code(area, i) AS grid, n FROM estimate_communities, generate_series(1, 75) AS i;
CREATE TABLE estimate_components AS
SELECT make_component_id(district(area), lpad((1 + i % 4)::text, 2, '0'), lpad((n % 30)::text, 2, '0'), i + 20 * n::int) AS id
FROM estimate_communities, generate_series(1, (n / 90)::int) AS i;
CREATE TABLE estimate_areas AS
SELECT DISTINCT a AS area FROM estimate_communities AS c, unnest(areas(c.area)) AS a;
ALTER TABLE estimate_areas ADD PRIMARY KEY (area);
CREATE INDEX ON estimate_even (grid);
CREATE INDEX ON estimate_uneven (grid);
CREATE INDEX ON estimate_few (grid);
CREATE INDEX ON estimate_many (grid);
CREATE INDEX ON estimate_components (id);
SELECT count(*), count(DISTINCT grid) FROM estimate_uneven;
SELECT count(*), count(DISTINCT grid) FROM estimate_few;
SELECT count(*) FROM estimate_components;
ANALYZE estimate_communities, estimate_even, estimate_uneven, estimate_few, estimate_many, estimate_components, estimate_areas;

-- constants, all areas there are
SELECT r, l, e.* FROM unnest('{estimate_even,estimate_uneven,estimate_few}'::text[]) AS r,
	unnest('{province,city,district,street,community}'::text[]) AS l, estimate_level(r, 'grid', l) AS e;
SELECT l, e.* FROM unnest('{province,city,district}'::text[]) AS l, estimate_level('estimate_components', 'id', l) AS e;
SELECT l, e.* FROM unnest('{province,city,district,street,community}'::text[]) AS l, estimate_level('estimate_areas', 'area', l) AS e;
-- of 120,000 rows a sample is taken: 30,000 rows, of which streets get 187 each
SELECT l, e.* FROM unnest('{province,city,district,street}'::text[]) AS l, estimate_level('estimate_many', 'grid', l) AS e;
-- and its 1,600 communities, of which it gets 19 each, are seldom far off
SELECT l, areas, beyond_two < 80 AS seldom FROM unnest('{community}'::text[]) AS l, estimate_level('estimate_many', 'grid', l) AS e;

-- where nothing lies, and NULL
SELECT estimate_rows('SELECT FROM estimate_even WHERE grid ' || c)
FROM unnest('{<@ ''33'',<@ ''320683'',<@ ''320602092'',<@ ''320602002003'',<@ NULL::area_code}'::text[]) AS c;
SELECT estimate_rows($$SELECT FROM estimate_components WHERE id <@ '320602002'$$);

-- from either side, as an operator and as a function, negated, without a constant
CREATE FUNCTION estimate_stable(area text) RETURNS area_code STABLE LANGUAGE plpgsql AS $$ BEGIN RETURN area; END $$;
SET estimate.area = '320602002';
SELECT c, estimate_of('FROM estimate_uneven WHERE ' || c) FROM unnest(ARRAY[
	$$grid <@ '320681'$$, $$'320681' @> grid$$, $$grid_code_within(grid, '320681')$$, $$contains_grid_code('320681', grid)$$,
	$$NOT grid <@ '320681'$$, $$NOT grid_code_within(grid, '320681')$$, $$grid <@ '320602002' OR grid <@ '320602004'$$,
	$$grid <@ estimate_stable('320602002')$$, $$grid <@ current_setting('estimate.area')::area_code$$,
	$$grid_code_within(grid, estimate_stable('320602002'))$$, $$grid <@ dcm.parent(dcm.parent('320602002004'))$$]) AS c;
SELECT c, estimate_of('FROM estimate_components WHERE ' || c) FROM unnest(ARRAY[
	$$id <@ '320681'$$, $$'320681' @> id$$, $$component_id_within(id, '320681')$$, $$contains_component_id('320681', id)$$,
	$$id <@ estimate_stable('320602')$$]) AS c;
SELECT c, estimate_of('FROM estimate_areas WHERE ' || c) FROM unnest(ARRAY[
	$$area <@ '320681'$$, $$'320681' @> area$$, $$area_code_within(area, '320681')$$, $$contains_area_code('320681', area)$$,
	$$area <@ estimate_stable('320602002')$$]) AS c;

-- parameters: of a custom plan they are known; of a generic one nothing is, and
-- it is as with BETWEEN
CREATE FUNCTION estimate_prepared(relation text, code text, area text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	actual numeric;
	expected numeric;
BEGIN
	EXECUTE format('PREPARE estimate_p (area_code) AS SELECT FROM %I WHERE %I <@ $1', relation, code);
	expected := estimate_rows(format('EXECUTE estimate_p (%L)', area));
	DEALLOCATE estimate_p;
	EXECUTE format('SELECT count(*) FROM %I WHERE %I <@ %L', relation, code, area) INTO actual;
	RETURN estimate_verdict(expected, actual);
END
$$;
SET plan_cache_mode = force_custom_plan;
SELECT r, c, a, estimate_prepared(r, c, a)
FROM (VALUES ('estimate_even', 'grid'), ('estimate_uneven', 'grid'), ('estimate_few', 'grid'), ('estimate_many', 'grid'),
	('estimate_components', 'id'), ('estimate_areas', 'area')) AS t (r, c), unnest('{32,320681,320682}'::text[]) AS a;
-- of areas that only the query lists, neither all rows nor half of them
SELECT estimate_rows($$SELECT FROM estimate_even AS e JOIN (VALUES ('320681'::area_code), ('320682')) AS v (area) ON e.grid <@ v.area$$) * 10 < (SELECT count(*) FROM estimate_even) AS few_join,
	estimate_rows($$SELECT FROM estimate_even AS e WHERE EXISTS (SELECT FROM unnest('{320681,320682}'::area_code[]) AS v (area) WHERE e.grid <@ v.area)$$) * 10 < (SELECT count(*) FROM estimate_even) AS few_match;

SET plan_cache_mode = force_generic_plan;
PREPARE estimate_generic (area_code, grid_code, grid_code) AS SELECT FROM estimate_even WHERE grid <@ $1;
PREPARE estimate_between (area_code, grid_code, grid_code) AS SELECT FROM estimate_even WHERE grid BETWEEN $2 AND $3;
SELECT estimate_rows($$EXECUTE estimate_generic ('32', NULL, NULL)$$), estimate_rows($$EXECUTE estimate_between ('32', NULL, NULL)$$);
RESET plan_cache_mode;
DEALLOCATE estimate_generic;
DEALLOCATE estimate_between;

-- joins with areas of one level, of several, of few, of many that come often
CREATE TABLE estimate_one AS SELECT '320681'::area_code AS area;
CREATE TABLE estimate_three AS SELECT unnest('{320602002,320682,320685109201}'::area_code[]) AS area;
CREATE TABLE estimate_streets AS SELECT area FROM estimate_areas WHERE level(area) = 4;
CREATE TABLE estimate_duty AS
SELECT area FROM (SELECT area, row_number() OVER (ORDER BY hashint8(area_code_hash(area)), area) AS lot FROM estimate_areas) AS a,
	generate_series(1, 1 + (300 / lot)::int);
CREATE TABLE estimate_busy AS
SELECT community(grid) AS area FROM estimate_uneven GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 150;
CREATE INDEX ON estimate_streets (area);
CREATE INDEX ON estimate_duty (area);
CREATE INDEX ON estimate_busy (area);
ANALYZE estimate_one, estimate_three, estimate_streets, estimate_duty, estimate_busy;
SELECT r, t, estimate_of(format('FROM %s AS c JOIN %s AS a ON c.grid <@ a.area', r, t)) AS joined,
	estimate_of(format('FROM %s AS c JOIN %s AS a ON a.area @> c.grid', r, t)) AS commuted,
	estimate_of(format('FROM %s AS c JOIN %s AS a ON grid_code_within(c.grid, a.area)', r, t)) AS called,
	estimate_of(format('FROM %s AS c WHERE EXISTS (SELECT FROM %s AS a WHERE c.grid <@ a.area)', r, t)) AS semi,
	estimate_of(format('FROM %s AS c WHERE NOT EXISTS (SELECT FROM %s AS a WHERE c.grid <@ a.area)', r, t)) AS anti,
	estimate_of(format('FROM %s AS c LEFT JOIN %s AS a ON c.grid <@ a.area', r, t)) AS outer_joined,
	estimate_of(format('FROM %2$s AS a WHERE EXISTS (SELECT FROM %1$s AS c WHERE c.grid <@ a.area)', r, t)) AS areas_semi
FROM unnest('{estimate_even,estimate_uneven,estimate_few}'::text[]) AS r,
	unnest('{estimate_one,estimate_three,estimate_streets,estimate_duty,estimate_busy,estimate_areas}'::text[]) AS t;
-- of components, of areas
SELECT t, estimate_of(format('FROM estimate_components AS c JOIN %s AS a ON c.id <@ a.area', t)) AS components,
	estimate_of(format('FROM estimate_areas AS c JOIN %s AS a ON contains_area_code(a.area, c.area)', t)) AS areas
FROM unnest('{estimate_one,estimate_three,estimate_streets,estimate_duty,estimate_busy,estimate_areas}'::text[]) AS t;

-- a register too large to be listed, of which a sample stands for the rest: its
-- one province does not count for many
CREATE FUNCTION estimate_provinces(first int) RETURNS SETOF area_code LANGUAGE sql AS $$
	SELECT DISTINCT a
	FROM estimate_communities AS c, generate_series(first, first + 6) AS p, generate_series(6, 9) AS q,
		unnest(areas(overlay(c.area::text PLACING p || '0' || q FROM 1 FOR 4)::area_code)) AS a
$$;
CREATE TABLE estimate_register AS SELECT area FROM estimate_provinces(31) AS p (area);
ANALYZE estimate_register;
CREATE INDEX ON estimate_register (area);
SELECT count(*) > 40000 AS too_large, estimate_of('FROM estimate_even AS c JOIN estimate_register AS a ON c.grid <@ a.area') AS joined,
	estimate_of('FROM estimate_even AS c WHERE EXISTS (SELECT FROM estimate_register AS a WHERE c.grid <@ a.area)') AS semi,
	estimate_of('FROM estimate_register AS a WHERE EXISTS (SELECT FROM estimate_even AS c WHERE c.grid <@ a.area)') AS areas_semi
FROM estimate_register;
-- and one of elsewhere
CREATE TABLE estimate_elsewhere AS SELECT area FROM estimate_provinces(41) AS p (area);
CREATE INDEX ON estimate_elsewhere (area);
ANALYZE estimate_elsewhere;
SELECT estimate_of('FROM estimate_many AS c JOIN estimate_elsewhere AS a ON c.grid <@ a.area') AS joined,
	estimate_of('FROM estimate_many AS c WHERE EXISTS (SELECT FROM estimate_elsewhere AS a WHERE c.grid <@ a.area)') AS semi,
	estimate_of('FROM estimate_elsewhere AS a WHERE EXISTS (SELECT FROM estimate_many AS c WHERE c.grid <@ a.area)') AS areas_semi;

-- a scan that is run for each area expects of it what the join does
CREATE FUNCTION estimate_inner(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN (plan -> 0 -> 'Plan' -> 'Plans' -> 1 ->> 'Plan Rows')::numeric;
END
$$;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT estimate_inner('SELECT FROM estimate_streets AS a LEFT JOIN estimate_even AS c ON c.grid <@ a.area') AS of_a_street,
	estimate_inner('SELECT FROM estimate_uneven AS c LEFT JOIN estimate_areas AS a ON c.grid <@ a.area') AS of_a_grid;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- the areas that hold a code
SELECT t, estimate_of(format($$FROM %s WHERE area @> '320681093196001'::grid_code$$, t)) AS grid,
	estimate_of(format($$FROM %s WHERE '3206810101000042'::component_id <@ area$$, t)) AS component,
	estimate_of(format($$FROM %s WHERE contains_area_code(area, '320681')$$, t)) AS area
FROM unnest('{estimate_one,estimate_three,estimate_streets,estimate_duty,estimate_busy,estimate_areas,estimate_register}'::text[]) AS t;
SELECT estimate_rows('SELECT FROM estimate_areas WHERE area @> NULL::grid_code');

-- without statistics: an area in which a code lies is one of those there are
CREATE TABLE estimate_new (grid grid_code, area area_code PRIMARY KEY) WITH (autovacuum_enabled = off);
INSERT INTO estimate_new SELECT make_grid_code(area, 1), area FROM estimate_communities;
SELECT estimate_rows($$SELECT FROM estimate_new WHERE grid <@ '320681'$$) < 100 AS by_default;
SELECT estimate_of('FROM estimate_new AS c JOIN estimate_streets AS a ON c.grid <@ a.area') AS codes_unknown,
	estimate_of('FROM estimate_even AS c JOIN estimate_new AS a ON c.grid <@ a.area') AS areas_unknown;

-- statistics of core's alone, as before this version counted areas, still serve
ALTER TYPE grid_code SET (ANALYZE = NONE);
ANALYZE estimate_even;
SELECT estimate_of($$FROM estimate_even WHERE grid <@ '320681'$$);
ALTER TYPE grid_code SET (ANALYZE = grid_code_typanalyze);
ANALYZE estimate_even;

-- a domain over a code and an expression are analyzed alike
CREATE DOMAIN estimate_grid AS grid_code;
CREATE TABLE estimate_domain AS SELECT grid::estimate_grid, make_grid_code(community(grid), 1)::text AS text FROM estimate_even;
CREATE INDEX ON estimate_domain ((grid_code(text::bigint)));
ANALYZE estimate_domain;
SELECT estimate_of($$FROM estimate_domain WHERE grid <@ '320681091'$$) AS domain,
	estimate_of($$FROM estimate_domain WHERE grid_code(text::bigint) <@ '320681091'$$) AS expression;

-- what there is to know is used for whom row security shows some rows, since the
-- operators are leakproof
CREATE ROLE regress_dcm_estimates;
GRANT USAGE ON SCHEMA dcm TO regress_dcm_estimates;
GRANT SELECT ON estimate_uneven, estimate_streets TO regress_dcm_estimates;
ALTER TABLE estimate_uneven ENABLE ROW LEVEL SECURITY;
CREATE POLICY estimate_mine ON estimate_uneven USING (grid <@ '3206');
SET ROLE regress_dcm_estimates;
SELECT estimate_of($$FROM estimate_uneven WHERE grid <@ '320681'$$) AS constant,
	estimate_of('FROM estimate_uneven AS c JOIN estimate_streets AS a ON c.grid <@ a.area') AS joined;
RESET ROLE;
DROP TABLE estimate_communities, estimate_even, estimate_uneven, estimate_few, estimate_many, estimate_components, estimate_areas, estimate_one,
	estimate_three, estimate_streets, estimate_duty, estimate_busy, estimate_register, estimate_elsewhere, estimate_new, estimate_domain;
DROP DOMAIN estimate_grid;
REVOKE USAGE ON SCHEMA dcm FROM regress_dcm_estimates;
DROP ROLE regress_dcm_estimates;
DROP FUNCTION estimate_rows, estimate_verdict, estimate_of, estimate_level, estimate_inner, estimate_provinces, estimate_stable, estimate_prepared;
