-- Huangshi, as its regulation of 2012 says (黄石政规〔2012〕8号, articles 4, 5 and 8): 按照
-- “一级监督、两级指挥”的运行模式; 市政府和各区政府分别建立指挥信息平台,实行分级指挥.
-- How many levels are evaluated it does not say.
INSERT INTO @into@.setting (name, value, unit, default_value, meaning, meaning_en)
SELECT s.name, v.value, s.unit, s.default_value, s.meaning, s.meaning_en
FROM dcm.setting AS s JOIN (VALUES
	('org_mode', 'one_two')) AS v (name, value) ON v.name = s.name
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE setting.value IS DISTINCT FROM EXCLUDED.value;
