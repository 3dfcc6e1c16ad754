-- The scorecards that one implementation has (missaouib/urban-management-platform),
-- whose code names no standard; that they are the example model of the standards is
-- inferred.  Its weights of regions come to 70, the last being 10 where 40 would
-- make them a hundred, so 40 stands here.  Its tiers of departments overlap at their
-- ends; they are half-open here.  A city with another rule changes the rows.
INSERT INTO @into@.scorecard (code, name, name_en, kind, role, level, sample, min_sample, group_kind, confidence, source)
SELECT v.code, v.name, v.name_en, v.kind, v.role, v.level, v.sample, 1, v.group_kind, 'INFERRED', 'missaouib/urban-management-platform'
FROM (VALUES
	('cn_region', '区域评价', 'regions', 'region', NULL, 2::smallint, 'filed', 'score'),
	('cn_department', '部门评价', 'departments', 'org', NULL, NULL, 'filed', NULL),
	('cn_collector', '监督员评价', 'collectors', 'collector', NULL, NULL, 'reported', NULL),
	('cn_acceptor', '受理员评价', 'acceptors', 'post', 'acceptor', NULL, 'accepted', NULL),
	('cn_shift_leader', '值班长评价', 'shift leaders', 'post', 'shift_leader', NULL, 'filed', NULL),
	('cn_dispatcher', '派遣员评价', 'dispatchers', 'post', 'dispatcher', NULL, 'dispatched', NULL)) AS v (code, name, name_en, kind, role, level, sample, group_kind)
ON CONFLICT DO NOTHING;

INSERT INTO @into@.score_item (scorecard, code, position, name, name_en, indicator, rule, weight, tiers)
SELECT v.scorecard, v.code, v.position, v.name, v.name_en, v.indicator, v.rule, v.weight, t.tiers::jsonb
FROM (VALUES
	('cn_region', 'report_rate', 1::smallint, '监督举报率', 'public report rate', 'reg_report_rate', 'complement', 10),
	('cn_region', 'filed', 2, '立案数', 'cases filed', 'reg_filed', 'tiers', 20),
	('cn_region', 'close_rate', 3, '结案率', 'closing rate', 'reg_close_rate', 'rate', 30),
	('cn_region', 'ontime_rate', 4, '按期结案率', 'in-time closing rate', 'reg_ontime_rate', 'rate', 40),
	('cn_department', 'filed', 1, '立案数', 'cases filed', 'dep_filed', 'tiers', 10),
	('cn_department', 'close_rate', 2, '结案率', 'closing rate', 'dep_close_rate', 'rate', 30),
	('cn_department', 'ontime_rate', 3, '按期处置率', 'in-time handling rate', 'dep_ontime_rate', 'rate', 30),
	('cn_department', 'rework_rate', 4, '返工率', 'rework rate', 'dep_rework_rate', 'complement', 30),
	('cn_collector', 'valid_rate', 1, '有效上报率', 'valid report rate', 'col_valid_rate', 'rate', 40),
	('cn_collector', 'miss_rate', 2, '漏报率', 'missed report rate', 'col_miss_rate', 'complement', 20),
	('cn_collector', 'verify_rate', 3, '按时核实率', 'in-time verification rate', 'col_verify_rate', 'rate', 20),
	('cn_collector', 'check_rate', 4, '按时核查率', 'in-time check rate', 'col_check_rate', 'rate', 20),
	('cn_acceptor', 'count', 1, '受理数', 'cases accepted', 'acc_count', 'tiers', 25),
	('cn_acceptor', 'verify_rate', 2, '核实按时派发率', 'in-time sending of verifications', 'acc_verify_rate', 'rate', 40),
	('cn_acceptor', 'check_rate', 3, '核查按时派发率', 'in-time sending of checks', 'acc_check_rate', 'rate', 35),
	('cn_shift_leader', 'file_rate', 1, '按时立案率', 'in-time filing rate', 'shl_file_rate', 'rate', 25),
	('cn_shift_leader', 'acc_rate', 2, '准确立案率', 'accurate filing rate', 'shl_acc_rate', 'rate', 40),
	('cn_shift_leader', 'close_rate', 3, '按时结案率', 'in-time closing rate', 'shl_close_rate', 'rate', 35),
	('cn_dispatcher', 'count', 1, '派遣数', 'cases dispatched', 'dsp_count', 'tiers', 20),
	('cn_dispatcher', 'ontime_rate', 2, '按时派遣率', 'in-time dispatch rate', 'dsp_ontime_rate', 'rate', 40),
	('cn_dispatcher', 'acc_rate', 3, '准确派遣率', 'accurate dispatch rate', 'dsp_acc_rate', 'rate', 40)) AS v (scorecard, code, position, name, name_en, indicator, rule, weight)
	LEFT JOIN (VALUES
		('cn_region', 'filed', '{"1": [[0, 100], [1, 90], [3, 75], [5, 60], [7, 40], [9, 0]], "2": [[0, 100], [1, 90], [4, 75], [6, 60], [8, 40], [10, 0]]}'),
		('cn_department', 'filed', '{"1": [[0, 100], [51, 90], [101, 75], [200, 60], [500, 40], [1000, 0]]}'),
		('cn_acceptor', 'count', '{"1": [[0, 0], [101, 40], [301, 60], [501, 75], [1201, 90], [2001, 100]]}'),
		('cn_dispatcher', 'count', '{"1": [[0, 0], [101, 40], [301, 60], [501, 75], [1201, 90], [2001, 100]]}')) AS t (scorecard, code, tiers) USING (scorecard, code)
WHERE NOT EXISTS (SELECT FROM @into@.score_item AS i WHERE (i.scorecard, i.code) = (v.scorecard, v.code));

INSERT INTO @into@.grade (scorecard, code, since, name, name_en, colour)
SELECT c.code, g.code, g.since, g.name, g.name_en, g.colour
FROM @into@.scorecard AS c
	CROSS JOIN (VALUES ('A', 90, '优秀', 'excellent', '#2e8b57'), ('B', 75, '良好', 'good', '#1e6fd9'), ('C', 60, '合格', 'fair', '#e0b000'),
		('D', 40, '较差', 'poor', '#d9342b'), ('E', 0, '差', 'bad', '#000000')) AS g (code, since, name, name_en, colour)
WHERE c.code ~ '^cn_'
ON CONFLICT DO NOTHING;
