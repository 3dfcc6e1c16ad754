-- Areas in time: renamed, moved to another code, merged, divided, with all that
-- lies in them; and areas in groups and numbers.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET timezone = 'Asia/Shanghai';
BEGIN;
\pset null '–'
SELECT load_preset('cn_roles'), load_preset('cn_categories_2013') \g /dev/null
\copy stage_regions (code, name, level, parent, path) FROM PROGRAM 'cat "$PG_ABS_SRCDIR"/data/qidong.csv' CSV HEADER
SELECT lines, added, changed, unchanged, bad, warnings FROM import_regions();
SELECT level(code), count(*) FROM region GROUP BY 1 ORDER BY 1;
SELECT r.code, r.name, p.name AS parent FROM region AS r LEFT JOIN region AS p ON p.id = r.parent WHERE r.code IN ('32', '320681', '320681100', '320681100001') ORDER BY 1;

-- what hangs on areas: grids of two communities, a duty area, components, bodies, posts, rules, a group
CREATE FUNCTION pg_temp.square(n int, line int = 0) RETURNS geometry LANGUAGE sql
	RETURN ST_Multi(ST_MakeEnvelope(121.6 + n * 0.001, 31.8 + line * 0.001, 121.601 + n * 0.001, 31.801 + line * 0.001, 4490));
INSERT INTO grid (code, geom, area_class) SELECT make_grid_code('320681100001', n), pg_temp.square(n), 2 FROM generate_series(1, 4) AS n;
INSERT INTO grid (code, geom) SELECT make_grid_code('320681100002', n), pg_temp.square(n, 1) FROM generate_series(1, 3) AS n;
INSERT INTO duty_area (code, name) VALUES ('d1', '责任网格一'), ('d2', '责任网格二');
INSERT INTO duty_area_grid SELECT d.id, g.code FROM duty_area AS d JOIN grid AS g ON (d.code = 'd1') = (serial(g.code) <= 2);
INSERT INTO org (code, name, level, kind, area) VALUES ('town', '汇龙镇政府', 3, 'government', '320681100'), ('city', '启东市政府', 1, 'government', '320681');
INSERT INTO person (code, name) VALUES ('p', '张三');
INSERT INTO post (code, person, role, org, area, valid) SELECT 'head', p.id, 'area_head', o.id, '320681100001', '[2015-01-01,)' FROM person AS p, org AS o WHERE p.code = 'p' AND o.code = 'town';
INSERT INTO responsibility (kind, area, org, principle, valid) SELECT 'event', '320681100', id, 'territory', '[2015-01-01,)' FROM org WHERE code = 'town';
INSERT INTO component (id, category, grid, geom) SELECT '3206810101000042', c.id, '320681100001003', ST_SetSRID(ST_Point(121.6035, 31.8005), 4490) FROM category AS c WHERE c.code = 'C0101';
INSERT INTO area_group (code, name, kind) VALUES ('centre', '中心城区', 'score');
INSERT INTO area_group_member SELECT id, '320681100' FROM area_group;
SELECT area, name, communities, grids, round(square_metres) AS square_metres, collection_areas, components FROM area_counts(level => 4) WHERE grids > 0;
SELECT area, grids, components FROM area_counts('320681100', 5) WHERE grids > 0;
SELECT in_group('320681100001', 'centre'), in_group('320681101', 'centre'), in_group('320681100', 'nothing');
SELECT * FROM check_duty_areas();

-- a name changes, the code stays
SAVEPOINT whole;
SELECT added, changed, bad FROM change_area('320681100', '320681100', '汇龙街道', reason => '撤镇设街道');
SELECT name FROM region WHERE code = '320681100';
SELECT kind, old, new, old_name, new_name FROM area_change;
SELECT area_at('320681100', now());
SELECT before ->> 'name' AS before, after ->> 'name' AS after, reason FROM config_log WHERE table_name = 'region' ORDER BY id DESC LIMIT 1;
ROLLBACK TO whole;

-- 撤县设区: the city becomes a district with another code, and all in it follows
SELECT added, changed, bad FROM change_area('320681', '320615', '启东区', '2020-07-01', '国务院批复');
SELECT kind, count(*) FROM area_change GROUP BY 1 ORDER BY 1;
SELECT code, name, valid FROM region WHERE code IN ('320681', '320615', '320681100001', '320615100001') ORDER BY code;
SELECT s.code, n.code AS successor FROM region AS s JOIN region AS n ON n.id = s.successor WHERE s.code IN ('320681', '320681100');
SELECT n.code, p.code AS parent FROM region AS n JOIN region AS p ON p.id = n.parent WHERE n.code IN ('320615', '320615100', '320615100001') ORDER BY 1;
SELECT area_at('320681100001', '2019-12-31') AS before, area_at('320681100001', '2021-01-01') AS after, area_at('320615100001', '2019-12-31') AS back, area_at('320615100001', '2021-01-01') AS now;
SELECT setting('area_code'), (SELECT area FROM org WHERE code = 'city') AS org, (SELECT area FROM post WHERE code = 'head' AND valid @> now()) AS post,
	(SELECT area FROM responsibility WHERE kind = 'event' AND valid @> now()) AS rule, in_group('320615100001', 'centre') AS in_group;
-- a grid's new code, the same square and class; the old one is void and says what follows
SELECT code, area_class, valid, successor FROM grid WHERE serial(code) = 3 ORDER BY code;
SELECT locate(ST_SetSRID(ST_Point(121.6035, 31.8005), 4490), '2019-01-01') AS then, locate(ST_SetSRID(ST_Point(121.6035, 31.8005), 4490)) AS now;
-- a component keeps its id; its grid moves, and the history says so
SELECT id, grid FROM component;
SELECT version, reason, changes - 'category' AS changes FROM component_story('3206810101000042');
SELECT area, grids, collection_areas, components FROM area_counts('320615100') WHERE grids > 0;
SELECT * FROM check_duty_areas();
SELECT * FROM check_org() WHERE problem LIKE 'area%';
ROLLBACK TO whole;

-- a new development zone with a code of its own takes streets; two communities become one
INSERT INTO stage_area_changes (old, new, name, note) VALUES
	(NULL, '320670', '开发区', '新设'),
	('320681101', '320681102', NULL, '划入开发区'),
	('320681100001', '320681100901', '中心社区', NULL),
	('320681100002', '320681100901', NULL, NULL);
-- a code that is there cannot be taken, and nothing goes in
SELECT list, lines, added, changed, bad FROM import_area_changes('2020-01-01');
SELECT line, col, code, value, reason FROM import_fault ORDER BY line;
SELECT count(*) AS nothing FROM area_change;
UPDATE stage_area_changes SET new = '320670101' WHERE new = '320681102';
SELECT list, lines, added, changed, bad FROM import_area_changes('2020-01-01');
SELECT kind, old, new, new_name FROM area_change WHERE new NOT BETWEEN '320670101000' AND '320670101999' ORDER BY id;
SELECT count(*) AS moved_with_the_street FROM area_change WHERE new BETWEEN '320670101000' AND '320670101999';
SELECT area_at('320681100901', '2019-01-01');
SELECT area_at('320681101', '2021-01-01'), area_at('320670101', '2019-01-01'), area_at('320670', '2021-01-01');
SELECT count(*) AS before_it_was_there FROM area_at('320670', '2019-01-01');
-- serial numbers stay where they can
SELECT code, successor FROM grid WHERE successor IS NOT NULL ORDER BY code;
SELECT count(*) AS lines_left FROM stage_area_changes;
ROLLBACK TO whole;

-- a community is divided: its grids go by the parts' polygons, the part that keeps the code keeps its grids
INSERT INTO stage_area_changes (old, new, name, geom) VALUES
	('320681100001', '320681100001', NULL, ST_AsText(ST_Union(pg_temp.square(1), pg_temp.square(2)))),
	('320681100001', '320681100902', '新村社区', NULL);
SELECT added, bad FROM import_area_changes('2020-01-01');
SELECT line, col, code, value, reason FROM import_fault ORDER BY line;
UPDATE stage_area_changes SET geom = ST_AsText(ST_Union(pg_temp.square(3), pg_temp.square(4))) WHERE name = '新村社区';
SELECT added, bad FROM import_area_changes('2020-01-01');
SELECT code, successor, valid FROM grid WHERE code <@ '320681100001' OR code <@ '320681100902' ORDER BY code;
SELECT array_agg(a) FROM area_at('320681100001', '2021-01-01') AS a;
SELECT area_at('320681100902', '2019-01-01');
SELECT code, round(square_metres(geom)) AS square_metres FROM region WHERE code IN ('320681100001', '320681100902') ORDER BY 1;
-- then the part is merged into another, and time is walked both ways
INSERT INTO stage_area_changes (old, new) VALUES ('320681100902', '320681100002'), ('320681100002', '320681100002');
SELECT added, bad FROM import_area_changes('2022-01-01');
SELECT a, area_at('320681100001', a) AS code FROM unnest('{2019-01-01,2021-01-01,2023-01-01}'::timestamptz[]) AS a;
SELECT a, area_at('320681100002', a) AS code FROM unnest('{2019-01-01,2021-01-01,2023-01-01}'::timestamptz[]) AS a;
SELECT code, name, upper(valid) FROM region WHERE code IN ('320681100902', '320681100002') ORDER BY code;
SELECT code, successor FROM grid WHERE code <@ '320681100902' ORDER BY code;
ROLLBACK TO whole;

-- a merger: each area below that would take another's code is told, and what to do
\set VERBOSITY default
SELECT change_area('320681101', '320681100');
ROLLBACK TO whole;
\set VERBOSITY terse
INSERT INTO stage_area_changes (old, new, name) VALUES ('320681101', '320681190', '新镇'), ('320681102', '320681190', NULL);
SELECT added, bad FROM import_area_changes();
SELECT count(*), min(reason) FROM import_fault WHERE code = 'collides';
ROLLBACK TO whole;
\set VERBOSITY default

-- what is divided is divided whole; what ends, ends with what is in it
INSERT INTO stage_area_changes (old, new, name) VALUES ('320681100', '320681190', '东部街道'), ('320681100', '320681191', '西部街道');
SELECT bad FROM import_area_changes();
SELECT col, code, value, left(reason, 60) AS reason FROM import_fault ORDER BY line;
ROLLBACK TO whole;
SELECT added, bad FROM change_area('320681100002', NULL, at => '2020-01-01');
SELECT count(*) AS no_more FROM area_at('320681100002', now());
SELECT count(*) AS ended FROM grid WHERE code <@ '320681100002' AND upper(valid) = '2020-01-01';
ROLLBACK TO whole;

-- what cannot be: each reason in words
INSERT INTO stage_area_changes (old, new, name, geom) VALUES ('320681', '32068', NULL, NULL), ('999999', '320681', NULL, NULL), (NULL, NULL, 'x', NULL),
	(NULL, '320681950', NULL, NULL), ('320681101', '320681102', NULL, NULL), ('320681103', '320681103', NULL, NULL), ('320681104', '339999104', NULL, 'POINT(1 1)');
SELECT lines, added, changed, bad FROM import_area_changes();
SELECT line, col, code, value, reason FROM import_fault ORDER BY line, col;
SELECT count(*) AS nothing_changed FROM area_change;
ROLLBACK TO whole;
\set VERBOSITY terse
SELECT change_area('320681100', '320681101');
ROLLBACK TO whole;
SELECT import_area_changes(now() + interval '1 day');
ROLLBACK TO whole;
INSERT INTO stage_area_changes (old, new) VALUES ('320681100', '320681100');
SELECT change_area('320681100', '320681100', 'x');
ROLLBACK;
