-- Yantai, as a survey of cities tells of it: 两轴垂直,高位监督; 在市级只设立监督中心,
-- 在区级只设立指挥中心,全面负责案件的派遣和处置; 区政府和区指挥中心 command the bodies of
-- every level in their area.  How many levels are evaluated it does not say.
INSERT INTO @into@.setting (name, value, unit, default_value, meaning, meaning_en)
SELECT s.name, v.value, s.unit, s.default_value, s.meaning, s.meaning_en
FROM dcm.setting AS s JOIN (VALUES
	('org_mode', 'one_one')) AS v (name, value) ON v.name = s.name
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE setting.value IS DISTINCT FROM EXCLUDED.value;
