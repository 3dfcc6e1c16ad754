-- Qidong's base data: regions by their real codes, and in the sizes that the
-- city's report of 2015 gives 583 unit grids in 25 duty areas, 26 first-level
-- and 15 second-level bodies, 25 collectors and 103,334 components.  Names of
-- places and the bodies marked "report" are real; polygons, people, the other
-- bodies and where components stand are the demo's own.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- regions: province, city, Qidong, its towns and parks, their communities
CREATE TEMP TABLE area (code text, name text, level int, parent_code text, path text);
\copy area FROM 'test/data/qidong.csv' (FORMAT csv, HEADER)

INSERT INTO dcm.region (code, name)
SELECT code::dcm.area_code, name FROM area ORDER BY level, code;
UPDATE dcm.region AS r SET parent = p.id
FROM area AS a JOIN dcm.region AS p ON p.code = a.parent_code::dcm.area_code
WHERE r.code = a.code::dcm.area_code;

-- Bodies.  "report": named in the report; "demo": plausible, the demo's own.
INSERT INTO dcm.org (code, name, name_en, level, kind, area) VALUES
	('centre', '启东市数字化城市管理监督指挥中心', 'Supervision and Command Centre', 1, 'supervision_command_centre', '320681'),
	('collect', '信息采集公司', 'Collection company', 1, 'collection_company', '320681');

CREATE TABLE demo.body (code text PRIMARY KEY, name text, name_en text, kind text, parent text, area text, named_in text);
INSERT INTO demo.body VALUES
	('gongan', '公安局', 'Public Security Bureau', 'department', NULL, NULL, 'report'),
	('chengguan', '城市管理局', 'Urban Management Bureau', 'department', NULL, NULL, 'report'),
	('zhujian', '住房和城乡建设局', 'Housing and Construction Bureau', 'department', NULL, NULL, 'report'),
	('jiaotong', '交通运输局', 'Transport Bureau', 'department', NULL, NULL, 'report'),
	('minzheng', '民政局', 'Civil Affairs Bureau', 'department', NULL, NULL, 'report'),
	('guotu', '国土资源局', 'Land and Resources Bureau', 'department', NULL, NULL, 'demo'),
	('huanbao', '环境保护局', 'Environmental Protection Bureau', 'department', NULL, NULL, 'demo'),
	('shuili', '水利局', 'Water Bureau', 'department', NULL, NULL, 'demo'),
	('nongye', '农业委员会', 'Agriculture Commission', 'department', NULL, NULL, 'demo'),
	('shangwu', '商务局', 'Commerce Bureau', 'department', NULL, NULL, 'demo'),
	('weisheng', '卫生局', 'Health Bureau', 'department', NULL, NULL, 'demo'),
	('jiaoyu', '教育局', 'Education Bureau', 'department', NULL, NULL, 'demo'),
	('wenguang', '文化广电新闻出版局', 'Culture and Press Bureau', 'department', NULL, NULL, 'demo'),
	('shichang', '市场监督管理局', 'Market Supervision Bureau', 'department', NULL, NULL, 'demo'),
	('shiyao', '食品药品监督管理局', 'Food and Drug Administration', 'department', NULL, NULL, 'demo'),
	('anjian', '安全生产监督管理局', 'Work Safety Bureau', 'department', NULL, NULL, 'demo'),
	('xiaofang', '公安消防大队', 'Fire Brigade', 'department', NULL, NULL, 'demo'),
	('huilong', '汇龙镇人民政府', 'Huilong Town Government', 'government', NULL, '320681100', 'demo'),
	('kaifaqu', '启东经济开发区管委会', 'Development Zone Committee', 'government', NULL, '320681400', 'demo'),
	('gongdian', '供电公司', 'Power Supply Company', 'enterprise', NULL, NULL, 'demo'),
	('dianxin', '电信公司', 'Telecom Company', 'enterprise', NULL, NULL, 'demo'),
	('yidong', '移动公司', 'Mobile Company', 'enterprise', NULL, NULL, 'demo'),
	('liantong', '联通公司', 'Unicom Company', 'enterprise', NULL, NULL, 'demo'),
	('guangdian', '广电网络公司', 'Cable Network Company', 'enterprise', NULL, NULL, 'demo'),
	('zilaishui', '自来水公司', 'Water Company', 'enterprise', NULL, NULL, 'demo'),
	('ranqi', '燃气公司', 'Gas Company', 'enterprise', NULL, NULL, 'demo'),
	('shizheng', '市政处', 'Municipal Works Division', 'department', 'zhujian', NULL, 'report'),
	('yuanlin', '园林处', 'Parks Division', 'department', 'zhujian', NULL, 'report'),
	('huanwei', '环卫处', 'Sanitation Division', 'department', 'chengguan', NULL, 'report'),
	('ludeng', '路灯管理所', 'Street Lighting Office', 'department', 'zhujian', NULL, 'demo'),
	('paishui', '排水管理所', 'Drainage Office', 'department', 'zhujian', NULL, 'demo'),
	('zhifa_e', '城管执法大队城东中队', 'Enforcement Squad East', 'department', 'chengguan', NULL, 'demo'),
	('zhifa_s', '城管执法大队城南中队', 'Enforcement Squad South', 'department', 'chengguan', NULL, 'demo'),
	('zhifa_c', '城管执法大队城中中队', 'Enforcement Squad Centre', 'department', 'chengguan', NULL, 'demo'),
	('zhifa_n', '城管执法大队城北中队', 'Enforcement Squad North', 'department', 'chengguan', NULL, 'demo'),
	('guanggao', '户外广告管理所', 'Outdoor Advertising Office', 'department', 'chengguan', NULL, 'demo'),
	('zhatu', '渣土管理所', 'Construction Waste Office', 'department', 'chengguan', NULL, 'demo'),
	('jiaojing', '交通警察大队', 'Traffic Police', 'department', 'gongan', NULL, 'demo'),
	('gonglu', '公路管理站', 'Highway Station', 'department', 'jiaotong', NULL, 'demo'),
	('yunguan', '运输管理所', 'Transport Administration Office', 'department', 'jiaotong', NULL, 'demo'),
	('zhifa_k', '开发区综合执法中队', 'Development Zone Enforcement Squad', 'department', 'kaifaqu', '320681400', 'demo');
INSERT INTO dcm.org (code, name, name_en, level, kind, area)
SELECT code, name, name_en, CASE WHEN kind = 'government' THEN 3 ELSE 1 END, kind,
	coalesce(area, '320681')::dcm.area_code
FROM demo.body ORDER BY parent IS NOT NULL, code;
UPDATE dcm.org AS o SET parent = p.id
FROM demo.body AS b JOIN dcm.org AS p ON p.code = coalesce(b.parent, 'centre')
WHERE o.code = b.code;

-- Unit grids: a lattice of 25 by 24 cells over about 25.7 square kilometres whose
-- corner points are shifted a little, so that neighbours share their edges
-- exactly; the 17 cells at the town's corners are left out.  Five by five cells
-- make a duty area; a duty area holds two residents' committees of Huilong, or
-- in the west one community of the development zone.
CREATE TABLE demo.cell AS
WITH corner AS (
	SELECT c, r,
		round((121.66 + (c - 12.5) * 0.002144 + (demo.u(c * 100 + r, 1) - 0.5) * 0.0007)::numeric, 7) AS lon,
		round((31.81 - (r - 12.0) * 0.001905 + (demo.u(c * 100 + r, 2) - 0.5) * 0.0006)::numeric, 7) AS lat
	FROM generate_series(0, 25) AS c, generate_series(0, 24) AS r),
cell AS (
	SELECT c, r, c / 5 AS dc, least(r / 5, 4) AS dr,
		row_number() OVER (ORDER BY ((c - 12) / 12.5) ^ 6 + ((r - 11.5) / 12.0) ^ 6 DESC, c, r) AS remoteness
	FROM generate_series(0, 24) AS c, generate_series(0, 23) AS r),
community AS (
	SELECT code, row_number() OVER (PARTITION BY parent_code ORDER BY code) - 1 AS n, parent_code
	FROM area
	WHERE code BETWEEN '320681100001' AND '320681100040' OR code BETWEEN '320681400002' AND '320681400006')
SELECT m.code AS community, x.c, x.r, x.dc, x.dr, x.dr * 5 + x.dc + 1 AS duty_no,
	row_number() OVER (PARTITION BY m.code ORDER BY x.c, x.r) AS serial,
	nw.lon AS lon1, nw.lat AS lat1, ne.lon AS lon2, ne.lat AS lat2,
	se.lon AS lon3, se.lat AS lat3, sw.lon AS lon4, sw.lat AS lat4,
	row_number() OVER (ORDER BY m.code, x.c, x.r) AS no,
	NULL::dcm.grid_code AS grid
FROM cell AS x
	JOIN community AS m ON CASE WHEN x.dc = 0
		THEN m.parent_code = '320681400' AND m.n = x.dr
		ELSE m.parent_code = '320681100' AND m.n = (x.dr * 4 + x.dc - 1) * 2 + CASE WHEN x.c % 5 >= 3 THEN 1 ELSE 0 END END
	JOIN corner AS nw ON (nw.c, nw.r) = (x.c, x.r)
	JOIN corner AS ne ON (ne.c, ne.r) = (x.c + 1, x.r)
	JOIN corner AS se ON (se.c, se.r) = (x.c + 1, x.r + 1)
	JOIN corner AS sw ON (sw.c, sw.r) = (x.c, x.r + 1)
WHERE x.remoteness > 17;
UPDATE demo.cell SET grid = (community || lpad(serial::text, 3, '0'))::dcm.grid_code;
ALTER TABLE demo.cell ADD PRIMARY KEY (no);

INSERT INTO dcm.grid (code, name, geom, area_class, land_use)
SELECT x.grid, a.name || '第' || x.serial || '网格',
	ST_Multi(ST_GeomFromText(format('POLYGON((%s %s,%s %s,%s %s,%s %s,%s %s))',
		lon1, lat1, lon4, lat4, lon3, lat3, lon2, lat2, lon1, lat1), 4490)),
	CASE WHEN abs(c - 12) <= 5 AND abs(r - 11.5) <= 5 THEN 1 WHEN abs(c - 12) <= 10 AND abs(r - 11.5) <= 10 THEN 2 ELSE 3 END, NULL
FROM demo.cell AS x JOIN area AS a ON a.code = x.community;

INSERT INTO dcm.duty_area (code, name, name_en, kind, org)
SELECT 'Z' || lpad(n::text, 2, '0'), '第' || n || '责任区', 'Duty area ' || n, 'collection',
	(SELECT id FROM dcm.org WHERE code = 'collect')
FROM generate_series(1, 25) AS n;
INSERT INTO dcm.duty_area_grid (duty_area, grid)
SELECT d.id, x.grid FROM demo.cell AS x JOIN dcm.duty_area AS d ON d.code = 'Z' || lpad(x.duty_no::text, 2, '0');

-- the part of each community and town that the grids cover
UPDATE dcm.region AS r SET geom = g.geom
FROM (
	SELECT left(code::text, 12) AS community, ST_Multi(ST_Union(geom)) AS geom FROM dcm.grid GROUP BY 1
	UNION ALL
	SELECT left(code::text, 9), ST_Multi(ST_Union(geom)) FROM dcm.grid GROUP BY 1
	UNION ALL
	SELECT left(code::text, 6), ST_Multi(ST_Union(geom)) FROM dcm.grid GROUP BY 1) AS g
WHERE r.code = g.community::dcm.area_code;

-- People.  All of them are invented and named after what they do.
INSERT INTO dcm.person (code, name, name_en)
SELECT p || lpad(n::text, 2, '0'), zh || lpad(n::text, 2, '0'), en || ' ' || lpad(n::text, 2, '0')
FROM (VALUES ('C', '采集员', 'Collector', 25), ('A', '受理员', 'Acceptor', 8), ('S', '值班长', 'Shift leader', 4),
	('D', '派遣员', 'Dispatcher', 6), ('X', '效能办领导', 'Leader', 1)) AS v (p, zh, en, many),
	generate_series(1, many) AS n;
INSERT INTO dcm.person (code, name, name_en)
SELECT 'L_' || code, name || '联络员', name_en || ', liaison' FROM demo.body
UNION ALL
SELECT 'H_' || code || n, name || '处置员' || n, name_en || ', handler ' || n FROM demo.body, generate_series(1, 2) AS n
UNION ALL
-- with these the bodies' desks have the 45 people that the report counts
SELECT 'L2_' || code, name || '联络员2', name_en || ', liaison 2' FROM demo.body
WHERE code IN ('chengguan', 'zhujian', 'huanwei', 'zhifa_c');

INSERT INTO dcm.post (code, person, role, org, area, duty_area)
SELECT 'P_' || p.code, p.id, v.role, o.id, '320681'::dcm.area_code,
	(SELECT d.id FROM dcm.duty_area AS d WHERE v.role = 'collector' AND d.code = 'Z' || right(p.code, 2))
FROM dcm.person AS p
	JOIN (VALUES ('C', 'collector', 'collect'), ('A', 'acceptor', 'centre'), ('S', 'shift_leader', 'centre'),
		('D', 'dispatcher', 'centre'), ('X', 'leader', 'centre')) AS v (p, role, org) ON p.code ~ ('^' || v.p || '[0-9]')
	JOIN dcm.org AS o ON o.code = v.org
UNION ALL
SELECT 'P_' || p.code, p.id, CASE WHEN p.code LIKE 'L%' THEN 'liaison' ELSE 'handler' END, o.id, o.area, NULL
FROM demo.body AS b JOIN dcm.org AS o ON o.code = b.code
	JOIN dcm.person AS p ON p.code IN ('L_' || b.code, 'L2_' || b.code, 'H_' || b.code || '1', 'H_' || b.code || '2');

-- Two categories that the report names and the list lacks: own ones, numbered
-- downward from 99 as cities do.
INSERT INTO dcm.category (edition, code, kind, major, major_name, minor, name, name_en, origin, source) VALUES
	('2013', 'C0177', 'component', '01', '公用设施', '77', '消防设施', 'Fire-fighting facility', 'local', 'demo'),
	('2013', 'C0282', 'component', '02', '道路交通设施', '82', '交通标志牌', 'Traffic sign', 'local', 'demo')
ON CONFLICT DO NOTHING;
INSERT INTO dcm.filing_standard (category, condition_no, condition, condition_en, limit_1, closing, closing_en, source)
SELECT c.id, 1, '缺失、损坏', 'missing or damaged', '2 work_day', '修复', 'repaired', 'demo'
FROM dcm.category AS c WHERE c.source = 'demo' AND c.code IN ('C0177', 'C0282');
