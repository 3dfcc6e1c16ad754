-- 150,000 components of a city of 10,000 unit grids: COPY to staging, judge and
-- store with all keys, constraints and indexes, against a bare COPY of the
-- finished rows and the same three indexes; the same list brought in again; and
-- one without ids and grids, where each point finds its grid and gets an id.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SET search_path = public, dcm;
SELECT dcm.create_city('bench', '320681', presets => '{transitions,cn_calendar,cn_labels,cn_categories_2013}');
INSERT INTO dcm.org (code, name, level, kind) SELECT 'o' || i, 'o' || i, 2, 'department' FROM generate_series(1, 30) AS i;
INSERT INTO dcm.grid (code, geom)
SELECT dcm.make_grid_code(('320681100' || lpad((i / 900 + 1)::text, 3, '0'))::dcm.area_code, i % 900 + 1),
	ST_Multi(ST_MakeEnvelope(121.5 + (i % 100) * 0.001, 31.7 + (i / 100) * 0.001, 121.501 + (i % 100) * 0.001, 31.701 + (i / 100) * 0.001, 4490))
FROM generate_series(0, 9999) AS i;
CREATE TABLE made AS
SELECT dcm.make_component_id('320681', c.major, c.minor, (i / 64)::int, '2013') AS id, c.id AS category, c.code, c.name,
	'o' || i % 30 + 1 AS org, (SELECT o.id FROM dcm.org AS o WHERE o.code = 'o' || i % 30 + 1) AS org_id,
	round((121.5 + random() * 0.1)::numeric, 7) AS lon, round((31.7 + random() * 0.1)::numeric, 7) AS lat, date '2015-01-01' + (i % 300)::int AS day
FROM generate_series(0, 149999) AS i
	JOIN (SELECT row_number() OVER (ORDER BY k.code) - 1 AS n, k.* FROM dcm.category AS k WHERE k.kind = 'component' AND k.edition = '2013') AS c ON c.n = i % 64;
ALTER TABLE made ADD COLUMN grid dcm.grid_code;
UPDATE made SET grid = dcm.locate(ST_SetSRID(ST_Point(lon::float8, lat::float8), 4490));
SELECT current_setting('data_directory') || '/bench_bare.copy' AS finished, current_setting('data_directory') || '/bench_stage.copy' AS listed \gset
COPY (SELECT id, category, name, org_id, org_id, org_id, grid, 'intact', day, day, 'survey', NULL, ST_SetSRID(ST_Point(lon::float8, lat::float8), 4490) FROM made) TO :'finished';
COPY (SELECT id, code, name, org, org, org, grid, '完好', day, day, 'survey', NULL, lon, lat FROM made) TO :'listed';
SELECT current_setting('data_directory') || '/bench_points.copy' AS points \gset
COPY (SELECT NULL, code, name, org, org, org, NULL, '完好', day, day, 'survey', NULL, lon, lat FROM made) TO :'points';
CREATE TABLE bare (LIKE dcm.component INCLUDING DEFAULTS);
ALTER TABLE bare ALTER COLUMN recorded_by SET DEFAULT 'bench';
VACUUM ANALYZE;

CREATE PROCEDURE one_round(finished text, listed text, points text, OUT bare float8, OUT first float8, OUT again float8, OUT placed float8, OUT added bigint) LANGUAGE plpgsql AS $$
DECLARE
	since timestamptz;
	result dcm.import_result;
BEGIN
	TRUNCATE public.bare;
	DROP INDEX IF EXISTS bare_grid, bare_geom;
	ALTER TABLE public.bare DROP CONSTRAINT IF EXISTS bare_pkey;
	COMMIT;
	since := clock_timestamp();
	EXECUTE format('COPY public.bare (id, category, name, authority, owner, maintainer, grid, state, initial_on, changed_on, source, note, geom) FROM %L', finished);
	ALTER TABLE public.bare ADD CONSTRAINT bare_pkey PRIMARY KEY (id);
	CREATE INDEX bare_grid ON public.bare (grid);
	CREATE INDEX bare_geom ON public.bare USING gist (geom);
	COMMIT;
	bare := extract(epoch FROM clock_timestamp() - since);

	ALTER TABLE dcm.component DISABLE TRIGGER USER;
	TRUNCATE dcm.component;
	ALTER TABLE dcm.component ENABLE TRIGGER USER;
	COMMIT;
	since := clock_timestamp();
	EXECUTE format('COPY dcm.stage_components (id, category, name, authority, owner, maintainer, grid, state, initial_on, changed_on, source, note, lon, lat) FROM %L', listed);
	result := dcm.import_components();
	COMMIT;
	first := extract(epoch FROM clock_timestamp() - since);
	added := result.added;

	ANALYZE dcm.component;
	since := clock_timestamp();
	EXECUTE format('COPY dcm.stage_components (id, category, name, authority, owner, maintainer, grid, state, initial_on, changed_on, source, note, lon, lat) FROM %L', listed);
	result := dcm.import_components();
	COMMIT;
	again := extract(epoch FROM clock_timestamp() - since);

	ALTER TABLE dcm.component DISABLE TRIGGER USER;
	TRUNCATE dcm.component;
	ALTER TABLE dcm.component ENABLE TRIGGER USER;
	COMMIT;
	since := clock_timestamp();
	EXECUTE format('COPY dcm.stage_components (id, category, name, authority, owner, maintainer, grid, state, initial_on, changed_on, source, note, lon, lat) FROM %L', points);
	result := dcm.import_components();
	COMMIT;
	placed := extract(epoch FROM clock_timestamp() - since);
	added := least(added, result.added);
	DELETE FROM dcm.stage_components;
END
$$;
CREATE TEMP TABLE times (bare float8, first float8, again float8, placed float8, added bigint);
CALL one_round(:'finished', :'listed', :'points', NULL, NULL, NULL, NULL, NULL) \gset
INSERT INTO times VALUES (:bare, :first, :again, :placed, :added);
CALL one_round(:'finished', :'listed', :'points', NULL, NULL, NULL, NULL, NULL) \gset
INSERT INTO times VALUES (:bare, :first, :again, :placed, :added);
CALL one_round(:'finished', :'listed', :'points', NULL, NULL, NULL, NULL, NULL) \gset
INSERT INTO times VALUES (:bare, :first, :again, :placed, :added);
CALL one_round(:'finished', :'listed', :'points', NULL, NULL, NULL, NULL, NULL) \gset
INSERT INTO times VALUES (:bare, :first, :again, :placed, :added);
CALL one_round(:'finished', :'listed', :'points', NULL, NULL, NULL, NULL, NULL) \gset
INSERT INTO times VALUES (:bare, :first, :again, :placed, :added);
SELECT 1 / (count(*) FILTER (WHERE added > 149990) = 5)::int FROM times;
INSERT INTO bench_result
SELECT '150,000 components: copy, judge, store, index (' || round(percentile_cont(0.5) WITHIN GROUP (ORDER BY first)::numeric, 1) || ' s)', 'COPY of finished rows and indexes',
	percentile_cont(0.5) WITHIN GROUP (ORDER BY first / bare), '3', '2' FROM times
UNION ALL
SELECT 'the same without ids and grids (' || round(percentile_cont(0.5) WITHIN GROUP (ORDER BY placed)::numeric, 1) || ' s)', 'COPY of finished rows and indexes',
	percentile_cont(0.5) WITHIN GROUP (ORDER BY placed / bare), NULL, NULL FROM times
UNION ALL
SELECT 'the same list again, nothing changed', 'COPY of finished rows and indexes', percentile_cont(0.5) WITHIN GROUP (ORDER BY again / bare), NULL, NULL FROM times;
