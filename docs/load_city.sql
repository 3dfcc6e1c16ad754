-- A city from empty to complete by its lists, as docs/loading.md tells it: two
-- communities of Qidong, whose areas are real and whose polygons, people and
-- components are made up, with the faults that lists have.  From the folder of
-- the sources, in an empty UTF-8 database:
--   psql -d city -f docs/load_city.sql
\if :{?example}
\else
	\set example docs/example_city
\endif
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('启东', '320681', mode => 'combined', presets => '{transitions,cn_calendar,cn_labels,cn_roles,cn_sources,cn_reasons,cn_categories_2013,escalation}');
SELECT dcm.create_roles();
SELECT dcm.grant_roles();
\cd :example

-- 1. areas, from the province's list
\copy dcm.stage_regions (code, name, level, path) FROM 'regions.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_regions();

-- 2. bodies, with a parent that is not there; mended, and tried again
\copy dcm.stage_orgs (code, name, level, kind, parent, area, phone) FROM 'orgs.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_orgs();
SELECT line, col, value, reason FROM dcm.import_fault WHERE list = 'orgs';
UPDATE dcm.stage_orgs SET parent = 'works' WHERE code = 'lamps';
SELECT lines, added, bad FROM dcm.import_orgs();

-- 3. unit grids, with a ring that crosses itself and a code that is none
\copy dcm.stage_grids (code, geom, area_class, land_use) FROM 'grids.csv' CSV HEADER
SELECT lines, added, bad, mended FROM dcm.import_grids();
SELECT line, severity, col, reason FROM dcm.import_fault WHERE list = 'grids' ORDER BY line;
DELETE FROM dcm.stage_grids;
SELECT problem, grid, detail FROM dcm.check_grids();

-- 4. duty areas, as ranges of unit grids
CREATE TEMP TABLE duty (code text, name text, kind text, org text, grids text);
\copy duty FROM 'duty_areas.csv' CSV HEADER
INSERT INTO dcm.duty_area (code, name, kind, org) SELECT d.code, d.name, d.kind, o.id FROM duty AS d JOIN dcm.org AS o ON o.code = d.org;
INSERT INTO dcm.duty_area_grid (duty_area, grid)
SELECT a.id, g.code FROM duty AS d JOIN dcm.duty_area AS a ON a.code = d.code
	JOIN dcm.grid AS g ON g.code OPERATOR(dcm.>=) split_part(d.grids, '-', 1)::dcm.grid_code AND g.code OPERATOR(dcm.<=) split_part(d.grids, '-', 2)::dcm.grid_code;
SELECT problem, duty_area, detail FROM dcm.check_duty_areas();

-- 5. people and their posts, with a duty area and a role that are not there
\copy dcm.stage_people (code, name, phone, role, org, duty_area, basis) FROM 'people.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_people();
SELECT line, col, value, reason FROM dcm.import_fault WHERE list = 'people' ORDER BY line;
DELETE FROM dcm.stage_people;
SELECT problem, kind, code, detail FROM dcm.check_org();

-- 6. the city's own catalogue of limits: bare days and hours are refused until it says what they mean
\copy dcm.stage_filing_standards (category, condition_no, condition, limit_1, limit_2, limit_3, closing) FROM 'limits.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_filing_standards();
SELECT line, col, value, reason FROM dcm.import_fault WHERE list = 'filing_standards' ORDER BY line;
SELECT lines, added, bad, mended FROM dcm.import_filing_standards(bare_day => 'work_day', bare_hour => 'work_hour');
UPDATE dcm.stage_filing_standards SET limit_1 = '15工作日' WHERE limit_1 = '种植季节15工作日';
SELECT lines, added, bad FROM dcm.import_filing_standards();

-- 7. days that are announced now
\copy dcm.stage_calendar_days (day, kind, label) FROM 'days.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_calendar_days();
UPDATE dcm.stage_calendar_days SET day = '2027-01-03' WHERE day = '2027/1/33';
SELECT lines, added, bad FROM dcm.import_calendar_days(covers => '[2027-01-01,2027-02-01)');

-- 8. components, by the names of their kinds and owners; ids are issued
\copy dcm.stage_components (category, owner, maintainer, state, lon, lat, verified_on, source) FROM 'components.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_components();
SELECT line, col, value, reason FROM dcm.import_fault WHERE list = 'components' ORDER BY line;
UPDATE dcm.stage_components SET category = '污水井盖' WHERE category = '下水井盖';
UPDATE dcm.stage_components SET owner = 'works' WHERE owner = '路灯公司';
SELECT lines, added, unchanged, bad FROM dcm.import_components();
SELECT line, col, value, reason FROM dcm.import_fault WHERE list = 'components' ORDER BY line;
DELETE FROM dcm.stage_components;

-- 9. places with names
\copy dcm.stage_places (code, name, kind, former_names, address, lon, lat) FROM 'places.csv' CSV HEADER
SELECT lines, added, bad FROM dcm.import_places();

-- 10. who answers for what and where
CREATE TEMP TABLE rule (kind text, major text, category text, area text, org text, principle text);
\copy rule FROM 'rules.csv' CSV HEADER
INSERT INTO dcm.responsibility (kind, major, category, area, org, principle)
SELECT r.kind, r.major, c.id, r.area::dcm.area_code, o.id, r.principle
FROM rule AS r JOIN dcm.org AS o ON o.code = r.org LEFT JOIN dcm.category AS c ON c.code = r.category AND c.edition = dcm.setting('edition');

-- what is there now
SELECT area, name, communities, grids, round(square_metres) AS square_metres, components, collectors FROM dcm.area_counts(level => 5);
SELECT area, components, fresh_rate, without_owner FROM dcm.component_freshness(level => 5, at => '2015-01-01');
SELECT list, count(*) AS runs, sum(added) AS added FROM dcm.import_run GROUP BY list ORDER BY min(id);

-- and it works: a cover is missing, by what its neighbours call the place
SELECT g.place, g.grid FROM dcm.geocode('中山公园门口') AS g LIMIT 1;
SELECT org, principle, reason FROM dcm.resolve_responsible('C0101', (SELECT location FROM dcm.geocode('中山公园门口') LIMIT 1)) LIMIT 1;
