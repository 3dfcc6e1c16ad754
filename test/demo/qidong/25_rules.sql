-- What is found, and whose it is: the rules by which dcm.resolve_responsible
-- answers, and the demo's weights.  Which body has what is the demo's own.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- What is found, how often, and whose it is.  The kinds that the report names as
-- frequent weigh most.  No body: the enforcement squad of the quarter.
CREATE TABLE demo.found (category text PRIMARY KEY, weight int, org text, text text);
INSERT INTO demo.found VALUES
	('E0110', 190, 'huanwei', '路边有暴露垃圾'),
	('E0401', 150, NULL, '游商占道叫卖'),
	('E0406', 120, NULL, '占道经营影响通行'),
	('E0405', 95, NULL, '店外摆放商品经营'),
	('E0201', 80, NULL, '墙面张贴非法小广告'),
	('E0203', 60, 'guanggao', '占道广告牌未经审批'),
	('E0207', 30, 'guanggao', '橱窗违规张贴'),
	('E0112', 55, 'huanwei', '道路不洁'),
	('E0111', 25, 'zhatu', '积存渣土未清运'),
	('E0136', 45, NULL, '乱堆物堆料'),
	('E0410', 35, NULL, '非机动车乱停放'),
	('E0107', 20, NULL, '沿街晾挂'),
	('E0117', 15, 'yuanlin', '绿地内脏乱'),
	('E0113', 12, 'shizheng', '路面破损'),
	('E0506', 4, 'paishui', '道路积水'),
	('E0304', 6, 'zhatu', '工地扬尘'),
	('E0302', 6, 'zhujian', '施工占道'),
	('E0129', 6, NULL, '露天烧烤'),
	('E0128', 4, 'huanbao', '商业噪音'),
	('E0126', 2, 'shuili', '河道漂浮物'),
	('C0104', 26, 'paishui', '雨水箅子堵塞'),
	('C0103', 16, 'paishui', '雨水井盖松动'),
	('C0102', 16, 'paishui', '污水井盖破损'),
	('C0127', 22, 'dianxin', '通讯交接箱门未关'),
	('C0131', 16, 'yidong', '通信立杆倾斜'),
	('C0128', 14, 'gongdian', '电力设施箱门敞开'),
	('C0130', 8, 'gongdian', '电力立杆锈蚀'),
	('C0177', 14, 'xiaofang', '消火栓缺盖'),
	('C0282', 14, 'jiaojing', '交通标志牌倾斜'),
	('C0217', 8, 'jiaojing', '交通护栏移位'),
	('C0137', 10, 'ludeng', '路灯不亮'),
	('C0305', 10, 'huanwei', '果皮箱损坏'),
	('C0402', 10, 'yuanlin', '行道树倒伏'),
	('C0101', 6, 'zilaishui', '上水井盖缺失'),
	('C0111', 4, 'ranqi', '燃气井盖破损'),
	('C0212', 4, 'minzheng', '路名牌污损');

-- the squads' quarters: the development zone, and the duty areas of the town
CREATE TABLE demo.quarter AS
SELECT n AS duty_no, CASE WHEN n % 5 = 1 THEN 'zhifa_k'
	ELSE (ARRAY['zhifa_n', 'zhifa_n', 'zhifa_c', 'zhifa_e', 'zhifa_s'])[(n + 4) / 5] END AS org
FROM generate_series(1, 25) AS n;

-- Events: a squad answers for its quarter (territory 属地), the others for the
-- whole town (owner 属主).
INSERT INTO dcm.responsibility (category, geom, org, principle, note)
SELECT c.id, q.geom, o.id, 'territory', '演示 demo'
FROM demo.found AS f JOIN dcm.category AS c ON c.code = f.category AND c.edition = '2013'
	CROSS JOIN (
		SELECT z.org, ST_Multi(ST_Union(g.geom)) AS geom
		FROM demo.quarter AS z JOIN demo.cell AS x USING (duty_no) JOIN dcm.grid AS g ON g.code = x.grid
		GROUP BY z.org) AS q
	JOIN dcm.org AS o ON o.code = q.org
WHERE f.org IS NULL AND c.kind = 'event'
UNION ALL
SELECT c.id, NULL, o.id, 'owner', '演示 demo'
FROM demo.found AS f JOIN dcm.category AS c ON c.code = f.category AND c.edition = '2013'
	JOIN dcm.org AS o ON o.code = f.org
WHERE c.kind = 'event';
-- Components: the register names the bodies; this city asks who keeps them first.
UPDATE dcm.setting SET value = 'maintainer,owner,authority' WHERE name = 'component_bodies';
