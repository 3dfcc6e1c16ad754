-- Settings with the values that they may have; rules in time; what rules said at
-- a time; the map of subsystems and data.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
BEGIN;
\pset null '–'
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, name, SQLERRM, nullif(detail, ''));
END $$;

-- all that can be set, with kinds and choices; a value that is none is refused
SELECT name, kind, choices, value, is_set, default_value, unit, decided_by FROM settings WHERE name <> 'city_name' ORDER BY decided_by, name COLLATE "C";
SELECT name, v AS value, pg_temp.try(format('UPDATE dcm.setting SET value = %L WHERE name = %L', v, name)) AS answer
FROM (VALUES ('org_mode', 'three'), ('org_mode', 'two_two'), ('time_zone', 'Atlantis'), ('time_zone', 'Europe/Vienna'), ('area_code', '32068'), ('area_code', '320681'),
	('max_extensions', '-1'), ('max_extensions', 'many'), ('max_extensions', '2'), ('photo_metres', 'NaN'), ('photo_metres', '50'), ('file_needs_point', 'perhaps'), ('file_needs_point', 'no'),
	('clock_skew', 'soon'), ('clock_skew', '-1 minute'), ('component_fresh', '1000000 years'), ('component_bodies', '  '), ('area_code', NULL), ('clock_skew', '2 minutes'), ('schema_version', '9.9.9'), ('edition', '1999'), ('edition', '2007'), ('srid', '4326'), ('component_approvers', 'shift_leader, nobody'), ('component_approvers', ''), ('component_approvers', 'system'), ('component_fresh', NULL), ('city_name', 'anything')) AS t (name, v);
SELECT pg_temp.try($$INSERT INTO dcm.setting (name, value, meaning, meaning_en) VALUES ('our_own', 'x', '自有', 'of our own')$$);
SELECT name, value, kind FROM settings WHERE name IN ('our_own', 'org_mode', 'component_fresh') ORDER BY name;

-- the coordinate system follows the columns
ALTER TABLE grid ALTER COLUMN geom TYPE geometry(MultiPolygon, 4549) USING ST_Transform(geom, 4549);
SELECT pg_temp.try($$UPDATE dcm.setting SET value = '4549' WHERE name = 'srid'$$), pg_temp.try($$UPDATE dcm.setting SET value = '4490' WHERE name = 'srid'$$);
SELECT pg_temp.try($$DELETE FROM dcm.setting WHERE name = 'srid'; INSERT INTO dcm.setting (name, value, meaning, meaning_en) VALUES ('srid', '4490', 'x', 'x')$$);

-- what the rules said at a time, from the log
SELECT clock_timestamp() AS monday \gset
UPDATE setting SET value = '3' WHERE name = 'max_extensions';
INSERT INTO source (code, name, name_en, mode) VALUES ('drone', '无人机', 'drone', 'active');
INSERT INTO label (kind, code, name) VALUES ('land_use', 'x', '甲'), ('land_use', 'y', '乙');
SELECT clock_timestamp() AS tuesday \gset
UPDATE label SET name = '丙' WHERE code = 'x';
UPDATE label SET code = 'z' WHERE code = 'y';
DELETE FROM source WHERE code = 'drone';
SELECT clock_timestamp() AS wednesday \gset
SELECT t.day, r ->> 'value' AS max_extensions FROM (VALUES (1, :'monday'::timestamptz), (2, :'tuesday'), (3, :'wednesday')) AS t (day, at), config_as_of('setting', t.at) AS r WHERE r ->> 'name' = 'max_extensions' ORDER BY 1;
SELECT t.day, count(*) FILTER (WHERE r ->> 'code' = 'drone') AS drones FROM (VALUES (1, :'monday'::timestamptz), (2, :'tuesday'), (3, :'wednesday')) AS t (day, at) LEFT JOIN LATERAL config_as_of('source', t.at) AS r ON true GROUP BY 1 ORDER BY 1;
SELECT t.day, string_agg((r ->> 'code') || '=' || (r ->> 'name'), ' ' ORDER BY r ->> 'code') AS labels FROM (VALUES (1, :'monday'::timestamptz), (2, :'tuesday'), (3, :'wednesday')) AS t (day, at) LEFT JOIN LATERAL config_as_of('label', t.at) AS r ON r ->> 'kind' = 'land_use' GROUP BY 1 ORDER BY 1;

-- rows in time: changed, ended, told ahead, taken back, anew
INSERT INTO org (code, name, level, kind) VALUES ('a', '甲', 1, 'department'), ('b', '乙', 1, 'department');
INSERT INTO responsibility (id, kind, org, principle, note) SELECT 7000, 'event', id, 'territory', 'first' FROM org WHERE code = 'a';
CREATE FUNCTION pg_temp.versions() RETURNS TABLE (note text, org text, replaces text, since text, till text) LANGUAGE sql AS $$
	SELECT r.note, o.code, (SELECT p.note FROM dcm.responsibility AS p WHERE p.id = r.replaces),
		CASE lower(r.valid) WHEN '-infinity' THEN 'ever' WHEN now() THEN 'now' ELSE lower(r.valid)::text END, CASE WHEN upper_inf(r.valid) THEN 'open' WHEN upper(r.valid) = now() THEN 'now' ELSE upper(r.valid)::text END
	FROM dcm.responsibility AS r JOIN dcm.org AS o ON o.id = r.org WHERE r.kind = 'event' ORDER BY lower(r.valid), r.id $$;
UPDATE responsibility SET note = 'second', org = (SELECT id FROM org WHERE code = 'b') WHERE note = 'first';
SELECT * FROM pg_temp.versions();
UPDATE responsibility SET note = 'third', valid = '[2099-01-01,)' WHERE note = 'second';
-- a row of today is changed where it stands; what has ended, not at all
UPDATE responsibility SET note = 'nothing' WHERE note = 'first';
SELECT * FROM pg_temp.versions();
DELETE FROM responsibility WHERE note = 'third';
SELECT * FROM pg_temp.versions();
SELECT pg_temp.try('TRUNCATE dcm.responsibility');
-- one row of a key at a time
SELECT pg_temp.try($$INSERT INTO dcm.post (code, person, role) SELECT 'twice', id, 'system' FROM dcm.person, generate_series(1, 2) WHERE code = 'system'$$);
SELECT pg_temp.try($$INSERT INTO dcm.post (code, person, role, valid) SELECT 'twice', id, 'system', v::tstzrange FROM dcm.person, unnest('{"[,2015-01-01)","[2015-01-01,)"}'::text[]) AS v WHERE code = 'system'$$);

-- the register of maps and photographs, which lie elsewhere
INSERT INTO layer (code, name, kind, scale, resolution_m, srid, surveyed_on, covers, uri) VALUES
	('topo', '1:1000地形图', 'topographic', 1000, NULL, 4490, '2012-05-01', '320681', 'https://example.org/topo'),
	('ortho', '正射影像图', 'orthophoto', NULL, 0.2, 4490, '2014-06-01', '320681100', NULL),
	('street', '实景影像', 'street_view', NULL, NULL, NULL, NULL, NULL, NULL);
SELECT code, kind, scale, resolution_m, surveyed_on FROM layer WHERE covers IS NULL OR '320681100001' <@ covers ORDER BY code;

-- subsystems are served by what there is, and every table has its family
SELECT count(*), count(*) FILTER (WHERE 'Qidong' = ANY (named_by)) AS qidong, count(*) FILTER (WHERE served_by = '{}') AS not_served FROM subsystems();
SELECT s.subsystem, o AS not_there FROM subsystems() AS s, unnest(s.served_by) AS o
WHERE to_regclass(o) IS NULL AND NOT EXISTS (SELECT FROM pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace AND 'dcm.' || p.proname = o);
SELECT relation AS twice FROM data_families() GROUP BY 1 HAVING count(*) > 1;
SELECT relation AS not_there FROM data_families() WHERE to_regclass('dcm.' || relation) IS NULL;
CREATE TABLE dcm.own_thing (n int);
INSERT INTO label (kind, code, name) SELECT 'own', n::text, n::text FROM generate_series(1, 100) AS n;
ANALYZE label;
SELECT family, resource, count(*), count(*) FILTER (WHERE what IS NULL) AS untold, string_agg(relation, ' ') FILTER (WHERE family = 'own') AS own FROM data_catalogue() GROUP BY 1, 2 ORDER BY 1, 2;
SELECT relation, rows, bytes > 8192 AS some_bytes, changed_at > now() - interval '1 day' AS changed FROM data_catalogue() WHERE relation = 'label';
ROLLBACK;
