-- Lists that come again, and lists as a new user writes them: what is told of
-- rows that would undo something, and what goes in all the same.
SET search_path = public, dcm;
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'Asia/Shanghai';
\pset null '–'
BEGIN;
PREPARE faults (text) AS SELECT line, col, code, severity, left(value, 30) AS value, reason FROM import_fault WHERE list = $1 ORDER BY line, col, code;
SELECT load_preset('cn_roles'), load_preset('cn_labels'), load_preset('cn_categories_2013') \g /dev/null
UPDATE setting SET value = '320681' WHERE name = 'area_code';
TRUNCATE stage_regions, stage_orgs, stage_people, stage_grids, stage_components, stage_filing_standards, stage_calendar_days RESTART IDENTITY;
SAVEPOINT empty;

-- by code or by name: bodies, also of the same list, and roles, by either part of their names
COPY stage_orgs (code, name, level, kind, parent, successor, valid_till) FROM stdin;
cgj	城市管理局	1	department	市政府	\N	\N
gov	市政府	1	committee	\N	\N	\N
lamps	路灯所	2	department	城市管理局	\N	\N
power	供电公司	2	enterprise	\N	路灯所	2015-01-01
gas	煤气公司	2	enterprise	\N	\N	2015-01-01
same1	同名	2	department	\N	\N	\N
same2	同名	2	department	\N	\N	\N
below	下属	2	department	同名	无此	\N
\.
SELECT lines, added, bad FROM import_orgs();
EXECUTE faults ('orgs');
SELECT o.code, p.code AS parent, s.code AS successor FROM org AS o LEFT JOIN org AS p ON p.id = o.parent LEFT JOIN org AS s ON s.id = o.successor WHERE num_nonnulls(p.code, s.code) > 0 ORDER BY 1;
DELETE FROM stage_orgs;
INSERT INTO role (code, name, name_en) VALUES ('worker', '处置员（工人）', 'worker');
COPY stage_people (code, name, role, org) FROM stdin;
zhang	张三	采集员	城市管理局
zhang	张三	派遣员	cgj
li	李四	监督员（采集员）	路灯所
wang	王五	监督员	同名
zhao	赵六	处置员	供电公司
qian	钱七	工人	煤气公司
sun	孙八	工人	gas
zhou	周九	所长	无此
\.
SELECT lines, added, bad FROM import_people();
EXECUTE faults ('people');
SELECT code, role FROM post WHERE role <> 'system' ORDER BY 1;
-- the same by codes is the same
COPY stage_people (code, name, role, org) FROM stdin;
zhang	张三	collector	cgj
\.
DELETE FROM stage_people WHERE code <> 'zhang';
SELECT lines, added, unchanged, bad FROM import_people();
COPY stage_grids (code, geom, org) FROM stdin;
320681100001001	POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.81, 121.60 31.80))	路灯所
320681100001002	POLYGON((121.61 31.80, 121.62 31.80, 121.62 31.81, 121.61 31.81, 121.61 31.80))	供电公司
\.
SELECT lines, added, bad FROM import_grids();
EXECUTE faults ('grids');
DELETE FROM stage_grids;
INSERT INTO category (edition, code, kind, major, minor, name) VALUES ('2013', 'C0198', 'component', '01', '98', '上水井盖');
COPY stage_components (category, owner, maintainer, lon, lat) FROM stdin;
上水井盖	供电公司	煤气公司	121.601	31.801
污水井盖	路灯所	同名	121.601	31.801
\.
SELECT lines, added, bad FROM import_components();
EXECUTE faults ('components');
DELETE FROM stage_components;
COPY stage_filing_standards (category, condition_no, condition) FROM stdin;
上水井盖	1	缺失
\.
SELECT lines, added, bad FROM import_filing_standards();
EXECUTE faults ('filing_standards');
-- what takes codes alone says so
SAVEPOINT named;
SELECT next_component_id('320681', '上水井盖');
ROLLBACK TO named;
SELECT next_component_id('320681', '无此类');
ROLLBACK TO named;
SELECT resolve_responsible('污水井盖', dcm.point(121.6, 31.8));
ROLLBACK TO named;
SELECT key, component_value_fault(key, type, '"污水井盖"') FROM component_data() WHERE type IN ('body', 'category');
ROLLBACK TO empty;

-- after a hand-over: a list that is older, and one that is newer
SELECT * FROM check_org();
INSERT INTO org (code, name, level, kind) VALUES ('centre', '中心', 1, 'supervision_command_centre');
PREPARE held AS SELECT t.code AS post, h.code AS holder, t.basis, upper_inf(t.valid) AS in_force FROM post AS t JOIN person AS h ON h.id = t.person WHERE t.role <> 'system' ORDER BY 1, t.id;
COPY stage_people (code, name, phone, role, org, post, basis) FROM stdin;
zhang	张三	138	collector	centre	\N	contract
li	李四	139	acceptor	centre	\N	\N
wang	王五	\N	dispatcher	centre	d-1	\N
\.
SELECT added, changed, unchanged, bad, warnings FROM import_people();
UPDATE post SET valid = '[2015-01-01,)' WHERE role <> 'system';
SELECT hand_over('zhang', 'li');
SELECT end_post('d-1', '2016-01-01');
COPY stage_people (code, name, phone, role, org, post) FROM stdin;
zhang	张三	137	collector	centre	\N
wang	王五	\N	dispatcher	centre	d-1
\.
SAVEPOINT handed;
SELECT added, changed, unchanged, bad, warnings FROM import_people();
EXECUTE faults ('people');
EXECUTE held;
SELECT phone FROM person WHERE code = 'zhang';
ROLLBACK TO handed;
DELETE FROM stage_people;
COPY stage_people (code, name, role, org, post, valid_from) FROM stdin;
li	李四	collector	centre	\N	\N
zhang	张三	dispatcher	centre	d-1	2099-01-01
\.
SELECT added, changed, unchanged, bad, warnings FROM import_people();
EXECUTE faults ('people');
EXECUTE held;
SELECT problem, code, detail FROM check_org();
-- with the post's code the newer list says nothing new
DELETE FROM post WHERE code = 'li/collector/centre';
COPY stage_people (code, name, role, org, post) FROM stdin;
li	李四	collector	centre	zhang/collector/centre
\.
SELECT added, changed, unchanged, bad, warnings FROM import_people();
SELECT problem, code, detail FROM check_org();
ROLLBACK TO empty;

-- areas: levels in words; what lies outside, hangs in the air, or has ended
COPY stage_regions (code, name, level) FROM stdin;
32	江苏省	省
320681	启东市	县级市
320681100	汇龙镇	街道
320681100001	城中社区	街道
320681101	北新镇	4
320681102002	某社区	社区
330102	外地	区
\.
SELECT added, changed, bad, warnings FROM import_regions();
EXECUTE faults ('regions');
DELETE FROM stage_regions;
COPY stage_regions (code, name) FROM stdin;
320681100001	城中社区
\.
SELECT added, warnings FROM import_regions();
UPDATE region SET valid = '[2000-01-01,2015-01-01)', successor = (SELECT id FROM region WHERE code = '320681100') WHERE code = '320681101';
COPY stage_regions (code, name, valid_till) FROM stdin;
320681101	北新街道	\N
320681100	汇龙街道	\N
\.
SELECT added, changed, unchanged, warnings FROM import_regions();
EXECUTE faults ('regions');
SELECT code, name FROM region WHERE code IN ('320681101', '320681100') ORDER BY 1;
COPY stage_grids (code, geom) FROM stdin;
320681100001001	POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.81, 121.60 31.80))
320681100009001	POLYGON((121.61 31.80, 121.62 31.80, 121.62 31.81, 121.61 31.81, 121.61 31.80))
\.
SELECT added, bad, warnings FROM import_grids();
EXECUTE faults ('grids');
-- a component whose id is another district's, once
UPDATE setting SET value = '3206' WHERE name = 'area_code';
COPY stage_components (id, lon, lat) FROM stdin;
3206820101000001	121.605	31.805
\.
SELECT added, bad, warnings FROM import_components();
EXECUTE faults ('components');
COPY stage_components (id, lon, lat, note) FROM stdin;
3206820101000001	121.605	31.805	again
\.
SELECT changed, bad, warnings FROM import_components();
-- a state in words, where the city has listed none
DELETE FROM label WHERE kind = 'component_state';
COPY stage_components (id, state, lon, lat) FROM stdin;
3206810101000002	完好	121.605	31.805
3206810101000003	intact	121.605	31.805
\.
SELECT added, bad, warnings FROM import_components();
EXECUTE faults ('components');
ROLLBACK TO empty;

-- a limit that is told for a day that has been counts from now
INSERT INTO filing_standard (category, condition_no, condition, limit_1, valid) SELECT id, 1, '缺失', '1 work_day', '[2015-01-01,)' FROM category WHERE code = 'C0101' AND edition = '2013';
COPY stage_filing_standards (category, condition_no, condition, limit_1, valid_from) FROM stdin;
C0101	1	缺失	2工作日	2016-01-01
C0102	1	缺失	2工作日	2016-01-01
\.
SELECT added, changed, bad, warnings FROM import_filing_standards();
EXECUTE faults ('filing_standards');
-- which limit applied on a day
SELECT c.code, f.limit_1, d.day FROM unnest('{2015-06-01,2017-06-01}'::date[]) AS d (day) JOIN filing_standard AS f ON f.valid @> (d.day::timestamp AT TIME ZONE setting('time_zone'))
	JOIN category AS c ON c.id = f.category WHERE f.condition_no = 1 AND c.code IN ('C0101', 'C0102') ORDER BY 1, 3;

-- several numbers of one body; one that changes comes after those that stand
COPY stage_orgs (code, name, level, kind, phone) FROM stdin;
works	市政处	1	department	0513-1、0513-2,0513-1；
\.
SELECT added FROM import_orgs();
COPY stage_orgs (code, name, level, kind, phone) FROM stdin;
works	市政处	1	department	0513-2, 0513-3
\.
SELECT unchanged FROM import_orgs();
SELECT turn, phone FROM org_contact ORDER BY turn;
ROLLBACK TO empty;

-- ids that lines bring with them, one of them the last there is, and lines without
INSERT INTO grid (code, geom) VALUES ('320681100001001', ST_Multi(ST_MakeEnvelope(121.6, 31.8, 121.61, 31.81, 4490)));
COPY stage_components (id, category, lon, lat) FROM stdin;
\N	C0101	121.601	31.801
3206810101000001	\N	121.602	31.802
3206810101000003	\N	121.603	31.803
3206810101999999	\N	121.604	31.804
\N	C0101	121.605	31.805
\N	C0102	121.601	31.801
\.
SELECT lines, added, changed, bad FROM import_components();
SELECT id, ST_X(geom) AS lon FROM component ORDER BY id;
SELECT * FROM component_serial ORDER BY prefix;
-- where one number is left, one line goes in, and the other says why it does not
UPDATE component_serial SET issued = '{[1,500),[501,1000000)}' WHERE prefix = '3206810101';
COPY stage_components (category, lon, lat) FROM stdin;
C0101	121.606	31.806
C0101	121.607	31.807
C0103	121.608	31.808
\.
SELECT lines, added, changed, bad FROM import_components();
EXECUTE faults ('components');
SELECT id, ST_X(geom) AS lon FROM component WHERE ST_X(geom) > 121.6055 ORDER BY id;
ROLLBACK TO empty;
ROLLBACK;
