-- Jinhua: 按期结案率 at least 70 % is 50 points, each point below it one less; 结案率 at least 90 % is 20,
-- each point below one less; a rework takes 0.2, a case with several 0.5 more, fraud and shirking
-- one each; cases of leaders and media count double.  Urgent cases, 10 points, and the part
-- for those of leaders and media, 5, are entered: facts know no urgency.  What the rule says
-- beyond these 85 was not to be found, so full marks are 85.
INSERT INTO @into@.scorecard (code, name, name_en, kind, full_marks, sample, min_sample, confidence, source)
VALUES ('jinhua', '金华市数字城管考核', 'Jinhua', 'org', 85, 'filed', 1, 'CITY', 'wenke99.com/p-414460')
ON CONFLICT DO NOTHING;
INSERT INTO @into@.score_item (scorecard, code, position, name, name_en, indicator, rule, weight, target, per_unit, least, most, factors)
SELECT 'jinhua', v.code, v.position, v.name, v.name_en, v.indicator, v.rule, v.weight, v.target, v.per_unit, v.least, v.most, v.factors::jsonb
FROM (VALUES
	('ontime', 1::smallint, '按期结案率', 'in-time closing rate', 'jh_ontime', 'threshold', 50, 70, 1, NULL::numeric, NULL::numeric, '{}'),
	('close', 2, '结案率', 'closing rate', 'jh_close', 'threshold', 20, 90, 1, NULL, NULL, '{}'),
	('urgent', 3, '紧急案件', 'urgent cases', NULL, 'entered', 10, NULL, NULL, NULL, NULL, '{}'),
	('lead', 4, '领导批示、媒体曝光、上级交办', 'cases of leaders, media and above', NULL, 'entered', 5, NULL, NULL, NULL, NULL, '{}'),
	('rework', 5, '返工', 'reworks', 'jh_rework', 'each', 0, NULL, -0.2, NULL, 0, '{"leader": 2, "media": 2, "superior": 2, "transfer": 2}'),
	('rework_often', 6, '多次返工', 'cases reworked several times', 'eg_multi_rework', 'each', 0, NULL, -0.5, NULL, 0, '{"leader": 2, "media": 2, "superior": 2, "transfer": 2}'),
	('shirking', 7, '推诿', 'shirking', 'eg_shuffle', 'each', 0, NULL, -1, NULL, 0, '{"leader": 2, "media": 2, "superior": 2, "transfer": 2}'),
	('fraud', 8, '弄虚作假', 'fraud', NULL, 'entered', 0, NULL, NULL, -100, 0, '{}')) AS v (code, position, name, name_en, indicator, rule, weight, target, per_unit, least, most, factors)
WHERE NOT EXISTS (SELECT FROM @into@.score_item AS i WHERE (i.scorecard, i.code) = ('jinhua', v.code));
