-- What settings may be, all that can be set in one view, and what the city calls
-- things.

CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON dcm.setting
	FOR EACH ROW EXECUTE FUNCTION dcm.check_setting();

CREATE VIEW dcm.settings WITH (security_invoker = true) AS
SELECT s.name, coalesce(s.value, s.default_value) AS value, s.value IS NOT NULL AS is_set, s.default_value,
	s.unit, coalesce(k.kind, 'text') AS kind, k.choices, 'city' AS decided_by, s.meaning, s.meaning_en
FROM dcm.setting AS s
	LEFT JOIN dcm.setting_kinds() AS k ON k.setting = s.name
UNION ALL
SELECT g.name, g.setting, g.source <> 'default', g.boot_val, g.unit,
	CASE g.vartype WHEN 'string' THEN 'text' WHEN 'bool' THEN 'boolean' WHEN 'real' THEN 'number' WHEN 'enum' THEN 'choice' ELSE g.vartype END,
	g.enumvals, 'server', NULL, g.short_desc
FROM pg_catalog.pg_settings AS g
-- the version is known when this is planned, and to know it loads the library,
-- without which the server has none of its parameters
WHERE dcm.version() IS NOT NULL AND g.name LIKE 'dcm.%' AND g.name <> 'dcm.acting_person';
COMMENT ON VIEW dcm.settings IS
	'All that can be set: rows of dcm.setting, which the city decides, and the parameters dcm.* of the server; value is the one in force, kind what values there are. 全部设置:城市的与服务器的。';

CREATE TABLE dcm.label (
	kind		text NOT NULL,
	code		text NOT NULL,
	name		text NOT NULL,
	name_en		text,
	meaning		text,
	meaning_en	text,
	PRIMARY KEY (kind, code)
);
COMMENT ON TABLE dcm.label IS
	'What the city calls things: by kind (stage, area_class, land_use, component_state, region_level, org_level, satisfaction …) and code; a stage may be 核查结案 or 核实结案, area class 1 the city''s busiest places. 本市名称:各类代码的叫法与含义。';
SELECT dcm.watch_config('dcm.label');
