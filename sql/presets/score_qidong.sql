-- The figures of Qidong's reports: 立案, 处置, 结案, 按期结案率, 处置率.  The reports
-- name no weights; as shipped they are 40, 30 and 30.
INSERT INTO @into@.scorecard (code, name, name_en, kind, sample, confidence, source)
VALUES ('qidong', '启东市数字化城管简报', 'bulletin of Qidong', 'org', 'filed', 'FOUND: figures; weights are dcm''s', '启东市机关效能建设情况工作简报')
ON CONFLICT DO NOTHING;
INSERT INTO @into@.score_item (scorecard, code, position, name, name_en, indicator, rule, weight)
SELECT 'qidong', v.code, v.position, v.name, v.name_en, v.indicator, 'rate', v.weight
FROM (VALUES
	('handled_rate', 1::smallint, '处置率', 'handling rate', 'handled_rate', 40),
	('closed_rate', 2, '结案率', 'closing rate', 'closed_rate', 30),
	('in_time_rate', 3, '按期结案率', 'in-time closing rate', 'in_time_rate', 30)) AS v (code, position, name, name_en, indicator, weight)
WHERE NOT EXISTS (SELECT FROM @into@.score_item AS i WHERE (i.scorecard, i.code) = ('qidong', v.code));
