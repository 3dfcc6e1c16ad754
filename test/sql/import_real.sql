-- Real lists with their real faults: the areas of five cities, the storm drains of
-- Savannah, the limits of Yuncheng as that city writes them.
SET search_path = public, dcm;
SET client_min_messages = warning;
BEGIN;
\pset null '–'
-- five cities in one list
\copy stage_regions (code, name, level, parent, path) FROM PROGRAM 'cd "$PG_ABS_SRCDIR"/data && tail -q -n +2 huangshi.csv panzhihua.csv yanan.csv zhangdian.csv qidong.csv' CSV
SELECT list, lines, added, changed, unchanged, bad, warnings, mended FROM import_regions();
SELECT city(code), count(*), count(*) FILTER (WHERE level(code) = 5) AS communities, count(*) FILTER (WHERE parent IS NULL AND level(code) > 1) AS orphans
FROM region GROUP BY 1 ORDER BY 1;
-- again: nothing changes; with another name one does, and the log has it
\copy stage_regions (code, name, level, parent, path) FROM PROGRAM 'cd "$PG_ABS_SRCDIR"/data && tail -q -n +2 qidong.csv | sed s/汇龙镇/汇龙街道/g' CSV
SELECT lines, added, changed, unchanged, bad FROM import_regions();
SELECT before ->> 'name' AS before, after ->> 'name' AS after FROM config_log WHERE table_name = 'region' AND op = 'UPDATE';

-- 14,095 drains: no ids, no category codes, five without a type, two told twice
UPDATE setting SET value = '320681' WHERE name = 'area_code';
INSERT INTO edition (code, name, name_en, cut, local_minors, confidence, source) VALUES ('savannah', '萨凡纳', 'Savannah', '2013', '[90,100)', 'the city''s own', 'City of Savannah');
COPY stage_categories (kind, major, major_name, minor, name, origin) FROM stdin CSV;
component,01,drains,99,CURB INLET,local_extension
component,01,drains,98,GRATE INLET,local_extension
component,01,drains,97,CURB-GRATE INLET,local_extension
component,01,drains,96,ROOF INLET,local_extension
component,01,drains,95,DOME INLET,local_extension
component,01,drains,9,DOUBLE GRATE INLET,local_extension
component,01,drains,93,DOUBLE GRATE INLET,local_extension
\.
SELECT lines, added, bad, warnings FROM import_categories('savannah');
SELECT line, col, code, severity, value, reason FROM import_fault WHERE list = 'categories' ORDER BY line;
INSERT INTO org (code, name, level, kind) VALUES ('row', 'CITY-ROW', 1, 'department');
\copy stage_components (lon, lat, owner, note, category, source) FROM PROGRAM 'gzip -dc "$PG_ABS_SRCDIR"/data/savannah_drains.csv.gz' CSV HEADER
SELECT lines, added, changed, unchanged, bad FROM import_components(edition => 'savannah');
SELECT col, code, value, count(*), min(reason) AS reason FROM import_fault WHERE list = 'components' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*) AS stay FROM stage_components;
SELECT c.code, c.name, count(*), min(x.id), max(x.id) FROM component AS x JOIN category AS c ON c.id = x.category GROUP BY 1, 2 ORDER BY 1;
SELECT count(*) AS without_owner FROM component WHERE owner IS NULL;
-- what is bad is mended where it stands, and the rest tried again
UPDATE stage_components SET category = 'CURB INLET' WHERE category IS NULL OR category = 'MANHOLE';
SELECT lines, added, bad FROM import_components(edition => 'savannah');
SELECT line, col, code, left(reason, 30) AS reason FROM import_fault WHERE list = 'components' ORDER BY line;
DELETE FROM stage_components;
-- the whole list once more: each drain is the one that is there
CREATE TEMP TABLE before_again AS SELECT id, category, geom FROM component;
\copy stage_components (lon, lat, owner, note, category, source) FROM PROGRAM 'gzip -dc "$PG_ABS_SRCDIR"/data/savannah_drains.csv.gz' CSV HEADER
SELECT lines, added, changed, unchanged, bad FROM import_components(edition => 'savannah');
SELECT count(*) AS other FROM (TABLE before_again EXCEPT SELECT id, category, geom FROM component) AS x;
DELETE FROM stage_components;

-- limits as the city writes them: bare days and hours are refused until it says what they mean
SELECT load_preset('cn_categories_2013') \g /dev/null
CREATE TEMP TABLE raw (category text, condition_no text, tlimit text);
\copy raw FROM PROGRAM 'cat "$PG_ABS_SRCDIR"/data/limits_yuncheng.csv' CSV HEADER
INSERT INTO stage_filing_standards (category, condition_no, limit_1, condition) SELECT category, condition_no, tlimit, 'condition ' || condition_no FROM raw;
SELECT lines, added, changed, unchanged, bad, mended FROM import_filing_standards();
SELECT code, count(*), count(DISTINCT value) AS kinds FROM import_fault WHERE list = 'filing_standards' GROUP BY 1;
SELECT DISTINCT value, reason FROM import_fault WHERE value IN ('3天', '4小时', '种植季节15工作日', '1紧急工作时制止') ORDER BY 1;
SELECT lines, added, changed, unchanged, bad, mended FROM import_filing_standards(bare_day => 'work_day', bare_hour => 'work_hour');
SELECT line, col, severity, value FROM import_fault WHERE list = 'filing_standards' AND severity = 'error' ORDER BY line;
-- as the shipped catalogue has them
CREATE TEMP TABLE read_in AS SELECT category, condition_no, limit_1 FROM filing_standard;
DO $$ BEGIN DELETE FROM dcm.stage_filing_standards; SET LOCAL session_replication_role = replica; DELETE FROM dcm.filing_standard; SET LOCAL session_replication_role = origin; END $$;
SELECT load_preset('yuncheng_limits') \g /dev/null
SELECT count(*) AS shipped, count(*) FILTER (WHERE r.limit_1 = f.limit_1) AS the_same FROM filing_standard AS f LEFT JOIN read_in AS r USING (category, condition_no);
SELECT c.code, f.condition_no, f.limit_1 AS shipped FROM filing_standard AS f JOIN category AS c ON c.id = f.category LEFT JOIN read_in AS r USING (category, condition_no) WHERE r.limit_1 IS DISTINCT FROM f.limit_1 ORDER BY 1, 2;
ROLLBACK;
