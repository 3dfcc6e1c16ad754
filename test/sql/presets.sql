-- The presets: each is listed, is there, and may be loaded twice.
BEGIN;
SELECT preset, dcm.preset_script(preset) IS NOT NULL AS shipped, what <> '' AS told FROM dcm.presets() ORDER BY 1;
SELECT count(dcm.load_preset(preset)) > 0 AS loaded FROM dcm.presets();
CREATE TEMP TABLE once AS
SELECT (SELECT count(*) FROM dcm.category) AS categories, (SELECT count(*) FROM dcm.filing_standard) AS standards,
	(SELECT count(*) FROM dcm.source) AS sources, (SELECT count(*) FROM dcm.reason) AS reasons, (SELECT count(*) FROM dcm.role) AS roles;
SELECT count(dcm.load_preset(preset)) > 0 AS loaded FROM dcm.presets();
SELECT * FROM once;
SELECT * FROM once
EXCEPT
SELECT (SELECT count(*) FROM dcm.category), (SELECT count(*) FROM dcm.filing_standard),
	(SELECT count(*) FROM dcm.source), (SELECT count(*) FROM dcm.reason), (SELECT count(*) FROM dcm.role);

-- a row that the city has made its own stays as it is
UPDATE dcm.role SET max_backdate = '2 hours' WHERE code = 'handler';
SELECT dcm.load_preset('cn_roles');
SELECT code, name, name_en, max_backdate FROM dcm.role ORDER BY max_backdate DESC, code LIMIT 3;

-- categories: codes are kind, major and minor, and say where they come from
SELECT kind, major, major_name, count(*), min(code), max(code) FROM dcm.category WHERE edition = '2013' GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT count(*) FILTER (WHERE code <> upper(left(kind, 1)) || major || minor) AS odd_codes,
	count(*) FILTER (WHERE origin IS NULL OR confidence IS NULL OR source IS NULL OR name_en IS NULL) AS incomplete FROM dcm.category;
SELECT origin, left(confidence, 8) AS confidence, source, count(*) FROM dcm.category GROUP BY 1, 2, 3 ORDER BY 4 DESC;

-- limits: every condition has one, in the units that the city's table uses
SELECT split_part(limit_1::text, ' ', 2) AS unit, count(*) FROM dcm.filing_standard WHERE source = 'Yuncheng' GROUP BY 1 ORDER BY 2 DESC;
SELECT c.code, s.condition_no, s.condition, s.condition_en, s.limit_1, s.closing
FROM dcm.filing_standard AS s JOIN dcm.category AS c ON c.id = s.category
WHERE c.code IN ('C0101', 'E0101', 'E0110') ORDER BY 1, 2;
SELECT count(*) AS told_twice FROM (
	SELECT FROM dcm.filing_standard GROUP BY category, condition HAVING count(*) > 1) AS s;
SELECT c.code, s.condition_no, s.limit_1 FROM dcm.filing_standard AS s JOIN dcm.category AS c ON c.id = s.category
WHERE c.code IN ('C0110', 'C0111', 'C0114') AND s.condition_no IN (2, 5) ORDER BY 1, 2;

-- what classes of areas mean
SELECT kind, code, name, meaning FROM dcm.label WHERE kind IN ('area_class', 'stage') ORDER BY 1, 2;

-- sources and reasons
SELECT mode, count(*), string_agg(code, ' ' ORDER BY code) FROM dcm.source GROUP BY 1;
SELECT kind, count(*) FROM dcm.reason GROUP BY 1 ORDER BY 1;
SELECT count(*) AS odd_codes FROM dcm.reason WHERE code !~ '^[a-z]+(_[a-z]+)*$';

-- of the organisations of cities, which set settings, that of the last loaded
SELECT name, value FROM dcm.setting WHERE name IN ('org_mode', 'evaluation_levels', 'network_levels') ORDER BY 1;
SELECT p.preset, d.key, d.state, d.shipped, d.city FROM dcm.presets() AS p CROSS JOIN LATERAL dcm.preset_diff(p.preset) AS d WHERE d.table_name = 'setting' ORDER BY 1, 2;

-- what the city has otherwise than it is shipped: changed, taken away, ended; rows of its own are no difference
DELETE FROM dcm.reason WHERE code = 'duplicate' AND kind = 'reject';
INSERT INTO dcm.role (code, name, name_en) VALUES ('own_role', '自有角色', 'of the city''s own');
UPDATE dcm.filing_standard AS f SET limit_1 = '9 work_day' FROM dcm.category AS c WHERE c.id = f.category AND c.code = 'C0101' AND f.condition_no = 1;
DELETE FROM dcm.escalation_rule WHERE clock = 'case' AND level = 3;
CREATE TEMP VIEW all_rows AS
SELECT 'role' AS t, to_jsonb(r) AS row FROM dcm.role AS r UNION ALL SELECT 'reason', to_jsonb(r) FROM dcm.reason AS r
UNION ALL SELECT 'category', to_jsonb(r) FROM dcm.category AS r UNION ALL SELECT 'standard', to_jsonb(r) FROM dcm.filing_standard AS r
UNION ALL SELECT 'rule', to_jsonb(r) FROM dcm.escalation_rule AS r UNION ALL SELECT 'transition', to_jsonb(r) FROM dcm.transition AS r
UNION ALL SELECT 'source', to_jsonb(r) FROM dcm.source AS r UNION ALL SELECT 'label', to_jsonb(r) FROM dcm.label AS r;
CREATE TEMP TABLE rows_before AS TABLE all_rows;
SELECT d.* FROM dcm.presets() AS p CROSS JOIN LATERAL dcm.preset_diff(p.preset) AS d WHERE d.table_name <> 'setting' ORDER BY 1, 2, 4;
SELECT count(dcm.load_preset(preset)) > 0 AS loaded FROM dcm.presets();
SELECT count(*) AS rows_lost FROM (TABLE rows_before EXCEPT TABLE all_rows) AS r;
SELECT t, row ->> 'code' AS added FROM (TABLE all_rows EXCEPT TABLE rows_before) AS r;
-- the row taken away came back; whatever else the city had made of it stands
SELECT d.* FROM dcm.presets() AS p CROSS JOIN LATERAL dcm.preset_diff(p.preset) AS d WHERE d.table_name <> 'setting' ORDER BY 1, 2, 4;

SELECT dcm.load_preset('no_such_preset');
ROLLBACK;
