-- A county or district by itself, as a survey of cities describes 综合监督管理模式: 在县(区)
-- 一级设立综合监督管理中心; 由一个中心行使监督和管理职能; as Qidong's 监督指挥中心, which
-- supervises, coordinates, commands and assesses.
INSERT INTO @into@.setting (name, value, unit, default_value, meaning, meaning_en)
SELECT s.name, v.value, s.unit, s.default_value, s.meaning, s.meaning_en
FROM dcm.setting AS s JOIN (VALUES
	('org_mode', 'combined')) AS v (name, value) ON v.name = s.name
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE setting.value IS DISTINCT FROM EXCLUDED.value;
