-- What no list may do: empty what it does not tell of, lose a line, change what
-- it does not name, or fail as a whole over one value.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET datestyle = 'ISO';
SET timezone = 'Asia/Shanghai';
BEGIN;
\pset null '–'
PREPARE faults (text) AS SELECT dense_rank() OVER (ORDER BY line) AS nth, col, code, severity, left(value, 30) AS value, reason FROM import_fault WHERE list = $1 ORDER BY line, col, code;
SELECT load_preset('cn_roles'), load_preset('cn_categories_2013') \g /dev/null
UPDATE setting SET value = '320681' WHERE name = 'area_code';
INSERT INTO org (code, name, level, kind) VALUES ('top', '市政府', 1, 'committee');
INSERT INTO org (code, name, level, kind, parent) SELECT c, c, 2, 'department', id FROM org, unnest('{works,lamps}'::text[]) AS c WHERE code = 'top';
INSERT INTO duty_area (code, name) VALUES ('d1', '责任网格一');
INSERT INTO person (code, name) VALUES ('wang', '王'), ('li', '李');
INSERT INTO post (code, person, role, org, duty_area, area) SELECT 'c1', p.id, 'collector', o.id, d.id, '320681' FROM person AS p, org AS o, duty_area AS d WHERE p.code = 'wang' AND o.code = 'works';
INSERT INTO filing_standard (category, condition_no, condition, limit_1, limit_2, limit_3) SELECT id, 1, '缺失', '1工作日', '2工作日', '3工作日' FROM category WHERE code = 'C0101' AND edition = '2013';
SAVEPOINT whole;

-- a list without some columns leaves them
INSERT INTO stage_orgs (code, name, level, kind) SELECT code, name || '处', level, kind FROM org WHERE code IN ('works', 'lamps');
SELECT lines, changed, bad FROM import_orgs();
SELECT o.code, o.name, p.code AS parent FROM org AS o JOIN org AS p ON p.id = o.parent ORDER BY 1;
-- and is held against them: the parent that stays, a circle through it
INSERT INTO stage_orgs (code, name, level, kind, parent) VALUES ('lamps', '路灯处', 1, 'department', NULL), ('works', '市政处', 3, 'department', NULL), ('top', '市政府', 1, 'committee', 'works');
SELECT lines, changed, bad FROM import_orgs();
EXECUTE faults ('orgs');
INSERT INTO stage_people (code, name, role, org, post, basis) VALUES ('wang', '王', 'collector', 'works', 'c1', 'contract');
SELECT changed, bad FROM import_people();
SELECT t.basis, t.area, d.code AS duty_area FROM post AS t JOIN duty_area AS d ON d.id = t.duty_area WHERE t.code = 'c1' AND t.valid @> now();
INSERT INTO stage_filing_standards (category, condition_no, condition, limit_2, closing) VALUES ('C0101', '1', '缺失', '4工作日', '恢复');
SELECT changed, bad FROM import_filing_standards();
SELECT limit_1, limit_2, limit_3, closing FROM filing_standard WHERE condition = '缺失' AND valid @> now();
ROLLBACK TO whole;

-- an import that was rolled back lets numbers begin anew under the rows that are back
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n0', '零', 2, 'department');
SELECT added, bad FROM import_orgs();
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n1', '一', 2, 'department');
SAVEPOINT tried;
SELECT added, bad FROM import_orgs();
ROLLBACK TO tried;
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n2', '二', 9, 'department');
SELECT count(DISTINCT line) AS numbers FROM stage_orgs;
SELECT lines, added, bad FROM import_orgs();
SELECT s.code, f.value FROM stage_orgs AS s JOIN import_fault AS f ON f.line = s.line AND f.list = 'orgs';
ROLLBACK TO whole;

-- one end of a time leaves the other; what would end before it begins is told
UPDATE org SET valid = '[2020-01-01,)' WHERE code = 'lamps';
UPDATE org SET valid = '[2020-01-01,2024-01-01)' WHERE code = 'works';
INSERT INTO region (code, name, valid) VALUES ('320681100', '汇龙镇', '[2020-01-01,2024-01-01)');
INSERT INTO grid (code, geom, valid) VALUES ('320681100001001', ST_Multi(ST_MakeEnvelope(121.6, 31.8, 121.7, 31.9, 4490)), '[2020-01-01,)');
INSERT INTO place (code, name, kind, geom, valid) VALUES ('P1', '公园', 'poi', dcm.point(121.6, 31.8), '[2020-01-01,)');
INSERT INTO stage_orgs (code, name, level, kind, valid_from, valid_till) VALUES ('lamps', '路灯', 2, 'department', NULL, '2027-12-31'), ('works', '市政', 2, 'department', '2021-01-01', NULL), ('top', '市政府', 1, 'committee', NULL, NULL);
INSERT INTO stage_regions (code, name, valid_from) VALUES ('320681100', '汇龙镇', '2019-01-01');
INSERT INTO stage_grids (code, geom, valid_till) SELECT code, ST_AsText(geom), '2027-12-31' FROM grid;
INSERT INTO stage_places (code, name, kind, lon, lat, valid_till) VALUES ('P1', '公园', 'poi', '121.6', '31.8', '2027-12-31');
SELECT (import_orgs()).changed AS orgs, (import_regions()).changed AS regions, (import_grids()).changed AS grids, (import_places()).changed AS places;
SELECT code, valid FROM (SELECT code, valid FROM org UNION ALL SELECT code::text, valid FROM region UNION ALL SELECT code::text, valid FROM grid UNION ALL SELECT code, valid FROM place) AS x ORDER BY code COLLATE "C";
INSERT INTO stage_orgs (code, name, level, kind, valid_from, valid_till) VALUES ('works', '市政', 2, 'department', '2025-01-01', NULL), ('lamps', '路灯', 2, 'department', NULL, '2019-01-01');
INSERT INTO stage_regions (code, name, valid_from) VALUES ('320681100', '汇龙镇', '2025-01-01');
INSERT INTO stage_grids (code, geom, valid_till) SELECT code, ST_AsText(geom), '2019-12-31' FROM grid;
INSERT INTO stage_places (code, name, kind, lon, lat, valid_till) VALUES ('P1', '公园', 'poi', '121.6', '31.8', '2019-12-31');
SELECT (import_orgs()).bad AS orgs, (import_regions()).bad AS regions, (import_grids()).bad AS grids, (import_places()).bad AS places;
SELECT list, col, code, value FROM import_fault ORDER BY list, line;
ROLLBACK TO whole;

-- what is told ahead: between versions a line has its place, over one it is refused
CREATE FUNCTION pg_temp.posts(code text) RETURNS TABLE (person text, valid tstzrange) LANGUAGE sql AS $$
	SELECT h.code, tstzrange(CASE lower(t.valid) WHEN now() THEN '2026-01-01' ELSE lower(t.valid) END, CASE upper(t.valid) WHEN now() THEN '2026-01-01' ELSE upper(t.valid) END)
	FROM dcm.post AS t JOIN dcm.person AS h ON h.id = t.person WHERE t.code = posts.code ORDER BY lower(t.valid) $$;
CREATE FUNCTION pg_temp.people(person text, post text, since text = NULL, till text = NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r dcm.import_result;
BEGIN
	INSERT INTO dcm.stage_people (code, name, role, org, post, valid_from, valid_till) VALUES (person, (SELECT p.name FROM dcm.person AS p WHERE p.code = person), 'collector', 'works', post, since, till);
	r := dcm.import_people();
	DELETE FROM dcm.stage_people;
	RETURN format('added %s changed %s unchanged %s bad %s', r.added, r.changed, r.unchanged, r.bad) || coalesce(': ' || (SELECT string_agg(f.code, ', ') FROM dcm.import_fault AS f WHERE f.list = 'people'), '');
END $$;
INSERT INTO post (code, person, role, org, valid) SELECT 'later', p.id, 'collector', o.id, '[2998-01-01,)' FROM person AS p, org AS o WHERE p.code = 'li' AND o.code = 'works';
SELECT pg_temp.people('wang', 'later') AS no_time_for_it, pg_temp.people('wang', 'later', '2997-01-01', '2999-01-01') AS over_it, pg_temp.people('wang', 'later', '2999-01-01') AS within_it;
SELECT pg_temp.people('wang', 'later', '2997-01-01') AS before_it, pg_temp.people('li', 'later', '2998-01-01') AS itself;
SELECT * FROM pg_temp.posts('later');
-- one in force: its end, its next holder from a day on, what was before
SELECT pg_temp.people('wang', 'c1', NULL, '2997-12-31') AS ends, pg_temp.people('li', 'c1', '2998-01-01') AS next, pg_temp.people('wang', 'c1') AS same, pg_temp.people('wang', 'c1', NULL, '2998-06-30') AS into_next;
SELECT * FROM pg_temp.posts('c1');
-- another holder, only for a time that is over
SELECT pg_temp.people('li', 'c1', NULL, '2020-12-31') AS over_already;
-- what is over, told once more, and before it something else
INSERT INTO post (code, person, role, org, valid) SELECT 'past', p.id, 'collector', o.id, v::tstzrange FROM (VALUES ('wang', '[2015-01-01,2020-01-01)'), ('li', '[2020-01-01,)')) AS x (code, v) JOIN person AS p USING (code), org AS o WHERE o.code = 'works';
SELECT pg_temp.people('wang', 'past', '2015-01-01', '2019-12-31') AS told, pg_temp.people('wang', 'past', '2014-01-01', '2019-12-31') AS otherwise, pg_temp.people('li', 'past', '2010-01-01', '2014-12-31') AS before, pg_temp.people('li', 'past', '2010-01-01') AS since_when;
SELECT * FROM pg_temp.posts('past');
ROLLBACK TO whole;
CREATE FUNCTION pg_temp.limits(limit_1 text, since text = NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r dcm.import_result;
BEGIN
	INSERT INTO dcm.stage_filing_standards (category, condition_no, condition, limit_1, valid_from) VALUES ('C0102', '1', '破损', limit_1, since);
	r := dcm.import_filing_standards();
	DELETE FROM dcm.stage_filing_standards;
	RETURN format('added %s changed %s unchanged %s bad %s', r.added, r.changed, r.unchanged, r.bad) || coalesce(': ' || (SELECT string_agg(f.code, ', ') FROM dcm.import_fault AS f WHERE f.list = 'filing_standards'), '');
END $$;
SELECT pg_temp.limits('1工作日', '2998-01-01') AS first, pg_temp.limits('2工作日', '2997-01-01') AS before_it, pg_temp.limits('3工作日', '2999-01-01') AS within_it, pg_temp.limits('4工作日') AS now, pg_temp.limits('1工作日', '2999-01-01') AS same;
SELECT f.limit_1, f.valid FROM filing_standard AS f WHERE f.condition = '破损' ORDER BY f.valid;
ROLLBACK TO whole;

-- changes of areas: codes are not passed on, and only what has begun moves
CREATE FUNCTION pg_temp.square(n int) RETURNS geometry LANGUAGE sql RETURN ST_Multi(ST_MakeEnvelope(121.6 + n * 0.001, 31.8, 121.601 + n * 0.001, 31.801, 4490));
INSERT INTO region (code, name) VALUES ('320681', '启东市');
INSERT INTO region (code, name, parent) SELECT '320681100', '汇龙镇', id FROM region WHERE code = '320681';
INSERT INTO region (code, name, geom, parent) SELECT ('32068110000' || n)::area_code, n || '村', pg_temp.square(n), r.id FROM generate_series(1, 3) AS n, region AS r WHERE r.code = '320681100';
INSERT INTO grid (code, geom) SELECT make_grid_code(code, 1), geom FROM region WHERE geom IS NOT NULL;
SAVEPOINT areas;
INSERT INTO stage_area_changes (old, new) VALUES ('320681100001', '320681100002'), ('320681100002', '320681100009');
SELECT added, bad FROM import_area_changes();
EXECUTE faults ('area_changes');
ROLLBACK TO areas;
INSERT INTO stage_area_changes (old, new) VALUES ('320681100001', '320681100002'), ('320681100002', '320681100001');
SELECT added, bad FROM import_area_changes();
ROLLBACK TO areas;
INSERT INTO stage_area_changes (old, new) VALUES ('320681100001', '320681100002'), ('320681100003', '320681100002'), ('320681100002', '320681100009');
SELECT added, bad FROM import_area_changes();
ROLLBACK TO areas;
-- into one that stays, without a beginning, which grows
UPDATE region SET valid = '(,)' WHERE code = '320681100002';
INSERT INTO stage_area_changes (old, new) VALUES ('320681100001', '320681100002'), ('320681100002', '320681100002');
SELECT added, bad FROM import_area_changes();
SELECT code, ST_Area(geom) > 1.5e-6 AS grown FROM region WHERE code = '320681100002';
ROLLBACK TO areas;
SELECT added, bad FROM change_area('320681100', '320681101', at => '2020-01-01');
INSERT INTO stage_area_changes (old, new) VALUES ('320681101', '320681102');
SELECT added, bad FROM import_area_changes('2019-01-01');
EXECUTE faults ('area_changes');
UPDATE stage_area_changes SET old = '320681101001';
SELECT added, bad FROM import_area_changes('2020-01-01');
UPDATE stage_area_changes SET new = '320681101009';
SELECT added, bad FROM import_area_changes('2021-01-01');
ROLLBACK TO areas;
INSERT INTO grid (code, geom, valid) VALUES ('320681100003002', pg_temp.square(5), '[2998-01-01,)');
INSERT INTO stage_area_changes (old, new) VALUES ('320681100', '320681101');
SELECT added, bad FROM import_area_changes('2021-01-01');
EXECUTE faults ('area_changes');
ROLLBACK TO areas;
-- bodies, posts and rules from a day to come follow too
INSERT INTO org (code, name, level, kind, area, valid) VALUES ('village', '村委会', 4, 'government', '320681100001', '[2998-01-01,)');
INSERT INTO post (code, person, role, org, area, valid) SELECT 'head', p.id, 'area_head', o.id, '320681100001', '[2998-01-01,)' FROM person AS p, org AS o WHERE p.code = 'li' AND o.code = 'top';
INSERT INTO responsibility (kind, area, org, principle, valid) SELECT 'event', '320681100001', id, 'territory', '[2998-01-01,)' FROM org WHERE code = 'village';
INSERT INTO place (code, name, kind, area, geom, valid) VALUES ('P1', '公园', 'poi', '320681100001', dcm.point(121.6, 31.8), '[2998-01-01,)');
SELECT added, bad FROM change_area('320681100001', '320681100009');
SELECT (SELECT area FROM org WHERE code = 'village') AS org, (SELECT string_agg(area::text, ',') FROM post WHERE code = 'head') AS post, (SELECT string_agg(area::text, ',') FROM responsibility WHERE kind = 'event') AS rule, (SELECT area FROM place WHERE code = 'P1') AS place;
ROLLBACK TO areas;
-- who keeps the configuration changes areas, but not the posts that name them
SELECT create_roles() \g /dev/null
SELECT grant_roles() \g /dev/null
CREATE ROLE regress_clerk IN ROLE dcm_config;
INSERT INTO org (code, name, level, kind, area) VALUES ('village', '村委会', 4, 'government', '320681100001');
SET LOCAL ROLE regress_clerk;
SELECT added, bad FROM change_area('320681100001', '320681100009');
SELECT area FROM org WHERE code = 'village';
-- and rules, twice in one transaction too
UPDATE filing_standard SET limit_1 = '8工作日' WHERE condition = '缺失' AND upper_inf(valid);
UPDATE filing_standard SET limit_1 = '9工作日' WHERE condition = '缺失' AND upper_inf(valid);
SELECT limit_1, upper_inf(valid) AS in_force FROM filing_standard WHERE condition = '缺失' ORDER BY id;
RESET ROLE;
INSERT INTO post (code, person, role, org, area) SELECT 'head', p.id, 'area_head', o.id, '320681100002' FROM person AS p, org AS o WHERE p.code = 'li' AND o.code = 'village';
SAVEPOINT posts;
SET LOCAL ROLE regress_clerk;
\set VERBOSITY sqlstate
SELECT added FROM change_area('320681100003', '320681100008');
SELECT change_area('320681100002', '320681100007');
\set VERBOSITY default
ROLLBACK TO posts;
ROLLBACK TO whole;

-- the city has another code: ids of before come in by those, of elsewhere they do not
INSERT INTO region (code, name) VALUES ('320681', '启东市');
INSERT INTO component (id, category) SELECT '3206810101000001', id FROM category WHERE code = 'C0101' AND edition = '2013';
SELECT added, bad FROM change_area('320681', '320699', '新区');
INSERT INTO stage_components (id, category, note, lon, lat) VALUES ('3206810101000001', 'C0101', '有', '121.6', '31.8'), ('3206810101000002', 'C0101', '无', '121.61', '31.8'),
	('3206990101000001', 'C0101', '新', '121.62', '31.8'), ('3206820101000001', 'C0101', '外', '121.63', '31.8');
SELECT added, changed, bad FROM import_components();
EXECUTE faults ('components');
ROLLBACK TO whole;

-- one value that nobody can read keeps its row alone
INSERT INTO stage_grids (code, geom) SELECT '32068110000100' || n, g FROM unnest(ARRAY['POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.80))',
	'SRID=4326;TIN(((0 0 0, 0 0 1, 0 1 0, 0 0 0)))', 'POLYHEDRALSURFACE(((121 31, 121.1 31, 121 31.1, 121 31)))', 'GEOMETRYCOLLECTION(TIN(((121 31, 121.1 31, 121 31.1, 121 31))))',
	'CURVEPOLYGON(CIRCULARSTRING(121 31, 121.1 31.1, 121 31))', repeat('GEOMETRYCOLLECTION(', 20000), '{"type": "Polygon", "coordinates": ' || repeat('[', 20000),
	'TRIANGLE((121 31, 121.1 31, 121 31.1, 121 31))']) WITH ORDINALITY AS x (g, n);
SELECT added, bad FROM import_grids();
SELECT s.code, f.col, f.code AS fault, left(s.geom, 24) AS geom FROM import_fault AS f JOIN stage_grids AS s USING (line) WHERE f.list = 'grids' AND f.severity = 'error' ORDER BY 1;
INSERT INTO stage_places (code, name, kind, geom) VALUES ('P1', '面', 'poi', 'TIN(((121 31, 121.1 31, 121 31.1, 121 31)))'), ('P2', '点', 'poi', 'POINT(121 31)');
SELECT added, bad FROM import_places();
DELETE FROM stage_grids;
INSERT INTO stage_components (category, lon, lat, attributes, sensor) VALUES ('C0101', '121.608', '31.803', repeat('[', 100000), '{"a": "\u0000"}'), ('C0101', '121.607', '31.803', '{"a": 1e400000}', NULL), ('C0102', '121.606', '31.803', '{"a": 1}', NULL);
SELECT added, bad FROM import_components();
SELECT dense_rank() OVER (ORDER BY line) AS nth, col, code FROM import_fault WHERE list = 'components' ORDER BY 1, 2;
ROLLBACK TO whole;

-- of one kind at one place is one component, also where only one line tells its id
INSERT INTO stage_components (id, category, lon, lat) VALUES ('3206810101000007', 'C0101', '121.6', '31.8'), (NULL, 'C0101', '121.6', '31.8'), (NULL, 'C0102', '121.6', '31.8');
SELECT added, bad FROM import_components();
SELECT col, code FROM import_fault WHERE list = 'components';
ROLLBACK TO whole;
ROLLBACK;
