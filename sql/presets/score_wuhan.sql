-- Wuhan: 发现问题即扣分、办理质量高适当加分; each month the third party scores, and a district
-- below 85 and last, once or three times running, answers for it.  The city says so and
-- names no figure for a deduction or bonus: those here are examples to be changed.  The
-- third party's score is entered of a hundred and counts for 40.
INSERT INTO @into@.scorecard (code, name, name_en, kind, level, sample, min_sample, group_kind, confidence, source)
VALUES ('wuhan', '武汉市城市综合管理考核', 'Wuhan', 'region', 2, 'filed', 1, 'score', 'CITY: the rule; figures are dcm''s', '武汉市城市综合管理考核')
ON CONFLICT DO NOTHING;
INSERT INTO @into@.score_item (scorecard, code, position, name, name_en, indicator, rule, weight, per_unit, least, most, external)
SELECT 'wuhan', v.code, v.position, v.name, v.name_en, v.indicator, v.rule, v.weight, v.per_unit, v.least, v.most, v.code = 'third_party'
FROM (VALUES
	('ontime', 1::smallint, '按期结案率', 'in-time closing rate', 'in_time_rate_exempted', 'rate', 60, NULL::numeric, NULL::numeric, NULL::numeric),
	('third_party', 2, '第三方评价', 'third party', NULL, 'entered', 40, 0.4, NULL, NULL),
	('found', 3, '发现问题扣分', 'deducted when found', 'reg_filed', 'each', 0, -0.01, -20, 0),
	('quality', 4, '办理质量加分', 'added for good handling', NULL, 'entered', 0, NULL, 0, 5)) AS v (code, position, name, name_en, indicator, rule, weight, per_unit, least, most)
WHERE NOT EXISTS (SELECT FROM @into@.score_item AS i WHERE (i.scorecard, i.code) = ('wuhan', v.code));
INSERT INTO @into@.consequence_rule (scorecard, code, below, last, times, consequence, consequence_en) VALUES
	('wuhan', 'once', 85, true, 1, '月度考核85分以下且排名末位:通报批评、约谈', 'a month below 85 and last: censured and called in'),
	('wuhan', 'three', 85, true, 3, '连续三次85分以下且排名末位:问责,取消评先资格', 'three times running: held to account, no title that year')
ON CONFLICT DO NOTHING;
