-- Panzhihua, as its plan for digital city management says: 高位监管、一级监督、两级指挥、
-- 三级考评、四级联动; 全市建立一个监督中心,市区两级分别建立指挥中心; 市、区、街办(乡镇)、
-- 社区(企业)四级网络.  Sets settings; bodies and people are the city's own lists.
INSERT INTO @into@.setting (name, value, unit, default_value, meaning, meaning_en)
SELECT s.name, v.value, s.unit, s.default_value, s.meaning, s.meaning_en
FROM dcm.setting AS s JOIN (VALUES
	('org_mode', 'one_two'),
	('evaluation_levels', '3'),
	('network_levels', '4')) AS v (name, value) ON v.name = s.name
ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value WHERE setting.value IS DISTINCT FROM EXCLUDED.value;
