-- Every list: each row judged, each fault told with its column and in words, good
-- rows in, the whole safe to run twice.
SET search_path = public, dcm;
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'Asia/Shanghai';
\pset null '–'

-- values as people type them
SELECT quote_nullable(clean(v)) FROM unnest(ARRAY['a', ' a b ', E'\t ', '', E'\u3000汇龙镇\u3000', E'\uFEFF320681', E'a\u00A0\u200B', '（一）']) AS v;
SELECT v, read_number(v) FROM unnest(ARRAY['121.5', ' 31.8 ', '-0.5', '１２．５', '1e3', '.5', '5.', '1,5', 'nan', 'inf', '0x10', '1.2.3', '-', '.', '', '1e999', '123456789012345678', '0.1', '121.12345678901234']) AS v;
SELECT count(*) AS not_as_input FROM (SELECT round((random() * 1000 - 500)::numeric, i % 11)::text AS t FROM generate_series(1, 5000) AS i) AS r WHERE read_number(t) IS DISTINCT FROM t::float8;
SELECT v, read_integer(v) FROM unnest(ARRAY['7', ' ８ ', '7.0', '7.5', '2147483647', '2147483648', '-1', 'x']) AS v;
SELECT v, read_date(v) FROM unnest(ARRAY['2015-03-02', '2015/3/2', '2015.3.2', '20150302', '2015年3月2日', '２０１５－０３－０２', '2015-03-02 00:00:00', '2015-03-02T00:00:00', '2015-02-29', '2016-02-29',
	'2015-13-01', '2015-00-10', '2015-3', '150302', '2015-03-02 10:00', '2015302', '0000-01-01', 'today', '2015-03-021']) AS v;
SELECT v, read_boolean(v) FROM unnest(ARRAY['是', '否', 'TRUE', 'f', 'Y', '0', '1', '有', '无', 'maybe', '']) AS v;
SELECT v, read_area_code(v) AS area, read_grid_code(v) AS grid, read_grid_code_2005(v) AS grid_2005, read_component_id(v) AS component
FROM unnest(ARRAY['320681', ' ３２０６８１ ', '320681100001007', '320681100001000', '32068110001007', '3206810101000042', '32068', 'x']) AS v;
SELECT v, read_time_limit(v) AS plain, read_time_limit(v, 'work_day', 'work_hour') AS as_work, read_time_limit(v, '自然日', 'urgent_hour') AS day_and_night, is_bare_limit(v)
FROM unnest(ARRAY['3天', '4小时', E'\u00A04小时\u3000', '1/2日', '5工作日', '2紧急工作时', '３自然日', '1紧急工作时制止', '种植季节15工作日', '']) AS v;
SELECT read_time_limit('3天', 'fortnight');
SELECT faults(NULL, 'a:b', NULL, 'c:d'), faults(NULL, NULL), faults(VARIADIC '{}');
SELECT why_not('32068', 'area_code'), why_not('320681', 'area_code');

BEGIN;
PREPARE faults (text) AS SELECT line, col, code, severity, left(value, 30) AS value, reason FROM import_fault WHERE list = $1 ORDER BY line, col, code;
SELECT load_preset('cn_roles'), load_preset('cn_labels'), load_preset('cn_categories_2013') \g /dev/null

-- regions
COPY stage_regions (code, name, level, parent, path, mgmt_mode, geom, valid_from, valid_till) FROM stdin;
320681	启东市	3	\N	\N	digital	\N	\N	\N
 ３２０６８１１００ 	汇龙镇	4	320681	江苏省/南通市/启东市/汇龙镇	\N	POLYGON((121.6 31.8, 121.7 31.8, 121.7 31.9, 121.6 31.9, 121.6 31.8))	2010-01-01	\N
320681100001	城中社区	5	320681100	\N	\N	POLYGON((121.6 31.8, 121.65 31.85, 121.65 31.8, 121.6 31.85, 121.6 31.8))	\N	\N
320681101	北新镇	4	320681	\N	traditional	{"type": "Polygon", "coordinates": [[[121.7, 31.8], [121.8, 31.8], [121.8, 31.9], [121.7, 31.8]]]}	\N	\N
32068	短	3	\N	\N	\N	\N	\N	\N
320681102	\N	5	320682	a/b	both	POINT(121 31)	yesterday	\N
320681103	某镇	4	320681999	\N	\N	POLYGON((500 31, 501 31, 501 32, 500 31))	2020-01-01	2019-01-01
320681103001	某社区	5	320681103	\N	\N	\N	\N	\N
320681101	又北新镇	4	320681	\N	\N	\N	\N	\N
\N	\N	\N	\N	\N	\N	\N	\N	\N
\.
SELECT list, lines, added, changed, unchanged, bad, warnings, mended FROM import_regions();
EXECUTE faults ('regions');
SELECT r.code, r.name, p.code AS parent, r.mgmt_mode, ST_GeometryType(r.geom) AS shape, ST_IsValid(r.geom) AS valid_shape, r.valid FROM region AS r LEFT JOIN region AS p ON p.id = r.parent ORDER BY 1;
SELECT line, code, name FROM stage_regions ORDER BY line;
-- nothing is left to judge but what is bad, and it is bad again
SELECT list, lines, added, changed, unchanged, bad FROM import_regions();
DELETE FROM stage_regions;
SELECT list, lines, added, changed, unchanged, bad FROM import_regions();

-- bodies: parents in any order, a circle, a level above the parent's
COPY stage_orgs (code, name, level, kind, parent, area, platform, phone, successor, valid_from, valid_till) FROM stdin;
lamps	路灯所	2	department	works	\N	2	0513-1	\N	\N	\N
works	市政处	1	department	city	\N	1	\N	\N	\N	\N
city	启东市政府	1	government	\N	320681	\N	\N	\N	\N	\N
centre	监督指挥中心	1	supervision_command_centre	city	\N	\N	\N	\N	\N	\N
old	老处	1	department	city	\N	\N	\N	works	2000-01-01	2010-12-31
a	甲	2	department	b	\N	\N	\N	\N	\N	\N
b	乙	2	department	a	\N	\N	\N	\N	\N	\N
c	丙	2	department	a	\N	\N	\N	\N	\N	\N
high	高	1	department	lamps	\N	\N	\N	\N	\N	\N
gov	某政府	3	government	city	\N	\N	\N	\N	\N	\N
x	\N	9	guild	nobody	999999	7	\N	nobody	x	y
lamps	路灯所二	2	department	works	\N	\N	\N	\N	\N	\N
\.
SELECT list, lines, added, changed, unchanged, bad FROM import_orgs();
EXECUTE faults ('orgs');
SELECT o.code, o.level, p.code AS parent, s.code AS successor, o.valid, (SELECT phone FROM org_contact AS c WHERE c.org = o.id) AS phone FROM org AS o LEFT JOIN org AS p ON p.id = o.parent LEFT JOIN org AS s ON s.id = o.successor ORDER BY 1;
DELETE FROM stage_orgs;
COPY stage_orgs (code, name, level, kind, parent, phone) FROM stdin;
lamps	路灯管理所	2	department	works	0513-1
works	市政处	1	department	city	\N
\.
SELECT list, lines, added, changed, unchanged, bad FROM import_orgs();

-- people: one with two posts, a second time with another role
INSERT INTO duty_area (code, name) VALUES ('d1', '责任网格一');
COPY stage_people (code, name, phone, login, role, org, area, duty_area, basis, post, valid_from) FROM stdin;
zhang	张三	138	zhang_login	collector	centre	\N	d1	contract	\N	2015-01-01
zhang	张三	138	\N	handler	works	\N	\N	\N	\N	\N
li	李四	\N	\N	leader	works	\N	\N	\N	works head	\N
wang	王五	\N	\N	\N	\N	\N	\N	\N	\N	\N
zhao	赵六	\N	\N	collector	centre	320681100	\N	volunteer	\N	\N
\N	无名	\N	\N	\N	\N	\N	\N	\N	\N	\N
sun	孙七	\N	zhang_login	dragon	nobody	999	d9	hobby	\N	2015-02-30
qian	钱八	\N	\N	\N	works	\N	\N	\N	\N	\N
zhou	周九	\N	\N	liaison	\N	\N	\N	\N	\N	\N
zhang	张三丰	\N	\N	liaison	works	\N	\N	\N	\N	\N
wu	吴十	\N	\N	leader	works	\N	\N	\N	works head	\N
zheng	郑一	\N	zhang_login	\N	\N	\N	\N	\N	\N	\N
\.
SELECT list, lines, added, changed, unchanged, bad FROM import_people();
EXECUTE faults ('people');
SELECT h.code AS person, h.login, t.code AS post, t.role, o.code AS org, t.area, t.basis, lower(t.valid) AS since FROM person AS h LEFT JOIN post AS t ON t.person = h.id LEFT JOIN org AS o ON o.id = t.org WHERE h.code <> 'system' ORDER BY 1, 3;
DELETE FROM stage_people;
-- the same list again, and then another head
COPY stage_people (code, name, role, org, post) FROM stdin;
li	李四	leader	works	works head
wang	王五	\N	\N	\N
\.
SELECT list, lines, added, changed, unchanged, bad FROM import_people();
COPY stage_people (code, name, role, org, post) FROM stdin;
wang	王五	leader	works	works head
\.
SELECT list, lines, added, changed, unchanged, bad FROM import_people();
SELECT h.code, upper_inf(t.valid) AS in_force FROM post AS t JOIN person AS h ON h.id = t.person WHERE t.code = 'works head' ORDER BY 2;

-- categories
COPY stage_categories (edition, kind, major, major_name, minor, name, origin) FROM stdin;
\N	部件	01	公用设施	01	上水井盖	base
\N	component	01	公用设施	60	城市家具	local_extension
new	event	01	市容环境	999	乱停共享单车（自定义）	local_extension
new	event	01	市容环境	99	两位小类	local_extension
1999	component	01	x	01	y	\N
\N	thing	1	x	x	\N	\N
\N	\N	\N	\N	\N	\N	\N
\N	component	01	\N	97	又一家具	local_extension
\.
SELECT list, lines, added, changed, unchanged, bad, warnings FROM import_categories();
EXECUTE faults ('categories');
DELETE FROM stage_categories;
SAVEPOINT here;
SELECT import_categories('1999');
ROLLBACK TO here;

-- lines that say the same, and lines that contradict: a second run changes nothing
COPY stage_orgs (code, name, level, kind) FROM stdin;
twice	两次	1	department
twice	两次	1	department
either	或此	1	department
either	或彼	1	department
\.
SELECT lines, added, changed, unchanged, bad FROM import_orgs();
EXECUTE faults ('orgs');
SELECT lines, added, changed, unchanged, bad FROM import_orgs();
SELECT lines, added, changed, unchanged, bad FROM import_orgs();
SELECT line, name FROM stage_orgs ORDER BY 1;
DELETE FROM stage_orgs;

-- the catalogue of limits: versions in time
COPY stage_filing_standards (category, condition_no, condition, limit_1, limit_2, limit_3, closing, valid_from) FROM stdin;
C0101	1	井盖缺失	1工作日	2工作日	3工作日	恢复	\N
上水井盖	2	井盖破损	３个工作日	1工作日	\N	\N	\N
C0101	x	\N	3天	24小时	1紧急工作时制止	\N	2015-13-01
C9999	1	无此类	1工作日	\N	\N	\N	\N
\N	1	缺	1工作日	\N	\N	\N	\N
\.
SELECT list, lines, added, changed, unchanged, bad, warnings, mended FROM import_filing_standards();
EXECUTE faults ('filing_standards');
UPDATE stage_filing_standards SET category = 'C0102', condition_no = 1, condition = '时长不一', limit_3 = NULL, valid_from = NULL WHERE condition_no = 'x';
DELETE FROM stage_filing_standards WHERE condition_no <> '1' OR category = 'C9999' OR category IS NULL;
SELECT lines, added, changed, unchanged, bad, warnings, mended FROM import_filing_standards('work_day', '紧急工作时');
EXECUTE faults ('filing_standards');
-- the same again; another limit from a day to come, told twice
COPY stage_filing_standards (category, condition_no, condition, limit_1, limit_2, limit_3, valid_from) FROM stdin;
C0101	1	井盖缺失	1工作日	2工作日	3工作日	\N
C0102	1	时长不一	5工作日	\N	\N	2999-01-01
\.
SELECT lines, added, changed, unchanged, bad FROM import_filing_standards();
COPY stage_filing_standards (category, condition_no, condition, limit_1, valid_from) FROM stdin;
C0102	1	时长不一	5工作日	2999-01-01
\.
SELECT lines, added, changed, unchanged, bad FROM import_filing_standards();
SELECT c.code, f.condition_no, f.limit_1, f.limit_2, CASE WHEN f.valid @> now() THEN 'now' ELSE 'later' END AS in_force, f.replaces IS NOT NULL AS replaces FROM filing_standard AS f JOIN category AS c ON c.id = f.category ORDER BY 1, 2, f.valid;
SAVEPOINT here;
SELECT import_filing_standards('fortnight');
ROLLBACK TO here;
SELECT import_filing_standards(edition => '1999');
ROLLBACK TO here;

-- days
SELECT load_preset('cn_calendar') \g /dev/null
COPY stage_calendar_days (calendar, day, kind, as_weekday, hours, label) FROM stdin;
\N	2027-10-01	休	\N	\N	国庆
default	2027/10/12	调休	\N	\N	\N
default	2027-10-13	special	\N	09:00-12:00, 13:00-17:30	半天
default	2027-10-14	special	\N	22:00-06:00	夜班
other	2027-02-30	feast	8	9-12	\N
\N	2027-10-15	special	\N	\N	\N
\N	2027-10-16	holiday	\N	09:00-12:00	\N
\N	2027-10-17	special	\N	9:00-25:00	\N
\N	2027-10-18	special	\N	09:00-12:00,11:00-14:00	\N
\N	\N	\N	\N	\N	\N
\.
SAVEPOINT here;
SELECT import_calendar_days('[2028-01-01,2029-01-01)');
ROLLBACK TO here;
SELECT lines, added, changed, unchanged, bad FROM import_calendar_days('[2027-01-01,2028-01-01)');
EXECUTE faults ('calendar_days');
DELETE FROM stage_calendar_days WHERE line NOT IN (SELECT min(line) FROM stage_calendar_days);
-- while a row is bad no date is announced, nor by an empty list
UPDATE stage_calendar_days SET calendar = NULL, day = '2027-10-15', kind = '放假', hours = NULL, as_weekday = NULL;
SELECT covers @> '[2027-01-01,2028-01-01)'::daterange AS announced FROM calendar WHERE name = 'default';
SELECT lines, added, changed, unchanged, bad FROM import_calendar_days('[2027-01-01,2028-01-01)');
SELECT lines, added, changed, unchanged, bad FROM import_calendar_days('[2028-01-01,2029-01-01)');
SELECT d.day, d.kind, d.as_weekday, d.label, string_agg(h.opens || '-' || h.closes, ',' ORDER BY h.opens) AS hours FROM calendar_day AS d LEFT JOIN calendar_day_hours AS h USING (calendar, day) WHERE d.day >= '2027-01-01' GROUP BY 1, 2, 3, 4, d.calendar ORDER BY 1;
SELECT covers @> '[2027-01-01,2028-01-01)'::daterange AS announced, covers @> date '2025-06-01' AS year_before FROM calendar WHERE name = 'default';
COPY stage_calendar_days (day, kind, hours) FROM stdin;
2027-10-01	holiday	\N
2027-10-13	special	09:00-12:00
2027-10-14	holiday	\N
\.
SELECT lines, added, changed, unchanged, bad FROM import_calendar_days();
SELECT d.day, d.kind, d.label, string_agg(h.opens || '-' || h.closes, ',' ORDER BY h.opens) AS hours FROM calendar_day AS d LEFT JOIN calendar_day_hours AS h USING (calendar, day) WHERE d.day >= '2027-01-01' GROUP BY 1, 2, 3, d.calendar ORDER BY 1;

-- unit grids: rings mended, codes of the older edition, a void code
UPDATE setting SET value = '320681' WHERE name = 'area_code';
INSERT INTO grid (code, geom, valid) VALUES ('320681100001009', ST_Multi(ST_MakeEnvelope(121.9, 31.9, 122, 32, 4490)), '[2010-01-01,2015-01-01)');
COPY stage_grids (code, name, geom, area_class, land_use, org, valid_from, valid_till) FROM stdin;
320681100001001	一	POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.81, 121.60 31.80))	2	居住	works	2015-01-01	\N
320681100001002	二	POLYGON((121.61 31.80, 121.62 31.81, 121.62 31.80, 121.61 31.81, 121.61 31.80))	\N	\N	\N	\N	\N
 320681100001003 	三	{"type": "MultiPolygon", "coordinates": [[[[121.62, 31.80], [121.63, 31.80], [121.63, 31.81], [121.62, 31.80]]]]}	\N	\N	\N	\N	\N
320681100001004	四	SRID=4326;POLYGON((121.63 31.80, 121.64 31.80, 121.64 31.81, 121.63 31.80))	\N	\N	\N	\N	\N
32068110000105	五	POLYGON((121.64 31.80, 121.65 31.80, 121.65 31.81, 121.64 31.80))	\N	\N	\N	\N	\N
320681100001009	九	POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.80))	\N	\N	\N	\N	\N
320681100001000	零	POLYGON((121.60 31.80, 121.60 31.80))	5	\N	nobody	2015-02-30	x
110101001001001	外	LINESTRING(121 31, 122 32)	\N	\N	\N	2015-01-01	2014-01-01
320681100001006	空	\N	\N	\N	\N	\N	\N
320681100001007	远	POLYGON((500 31, 501 31, 501 32, 500 31))	\N	\N	\N	\N	\N
320681100001008	点	MULTIPOINT((121 31), (121 32))	\N	\N	\N	\N	\N
\.
SELECT lines, added, changed, unchanged, bad, warnings, mended FROM import_grids();
EXECUTE faults ('grids');
SELECT lines, added, changed, unchanged, bad, warnings, mended FROM import_grids(edition => '2005');
DELETE FROM stage_grids;
SELECT g.code, g.name, g.area_class, o.code AS org, ST_NumGeometries(g.geom) AS parts, ST_IsValid(g.geom) AS valid_shape, lower(g.valid) AS since FROM grid AS g LEFT JOIN org AS o ON o.id = g.org ORDER BY 1;
COPY stage_grids (code, name, geom) FROM stdin;
320681100001001	一	POLYGON((121.60 31.80, 121.61 31.80, 121.61 31.81, 121.60 31.81, 121.60 31.80))
320681100001003	三号	POLYGON((121.62 31.80, 121.63 31.80, 121.63 31.81, 121.62 31.80))
\.
SELECT lines, added, changed, unchanged, bad FROM import_grids();

-- components: every kind of fault, then ids, grids and coordinates
INSERT INTO org (code, name, level, kind) VALUES ('same1', '同名', 1, 'department'), ('same2', '同名', 1, 'department');
COPY stage_components (id, category, authority, owner, maintainer, grid, state, initial_on, changed_on, lon, lat, is_public, accuracy, verified_on, sensor, attributes) FROM stdin;
3206810101000001	\N	works	路灯管理所	\N	320681100001001	完好	2015-01-01	2016-01-01	121.605	31.805	是	A	2016-01-01	{"device": "w1"}	{"diameter": 700}
3206810101000002	C0101	works	\N	\N	\N	\N	\N	\N	121.6251	31.8024	\N	\N	\N	\N	\N
\N	上水井盖	\N	\N	\N	\N	lost	\N	\N	121.606	31.806	否	\N	\N	\N	\N
3206810102000001	C0101	nobody	同名	\N	320681100001077	melted	x	\N	\N	\N	maybe	D	y	[1]	{
1101010101000001	\N	\N	\N	\N	\N	\N	2016-01-01	2015-01-01	121.605	x	\N	\N	\N	\N	\N
32068101	C0199	\N	\N	\N	32068	\N	\N	\N	200	31	\N	\N	\N	\N	\N
\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
\N	C0101	\N	\N	\N	320681100001001	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
3206810101000003	\N	\N	\N	\N	320681100001001	\N	\N	\N	121.6251	31.8024	\N	\N	\N	\N	\N
3206810101000004	\N	\N	\N	\N	\N	\N	\N	\N	121.9	31.9	\N	\N	\N	\N	\N
3206810101000005	\N	\N	\N	\N	320681100001001	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N
\N	C0101	\N	\N	\N	\N	\N	\N	\N	121.606	31.806	否	\N	\N	\N	\N
\.
SELECT lines, added, changed, unchanged, bad FROM import_components();
EXECUTE faults ('components');
SELECT c.id, c.grid, c.state, ST_AsText(c.geom) AS geom, o.code AS owner, c.initial_on, c.is_public, c.sensor ->> 'device' AS device FROM component AS c LEFT JOIN org AS o ON o.id = c.owner ORDER BY 1;
SELECT lines, added, changed, unchanged, bad FROM import_components();
DELETE FROM stage_components;
-- what the list does not say stays; what it says changes and is in the history
COPY stage_components (id, state, note, lon, lat) FROM stdin;
3206810101000001	破损	被撞	121.605	31.805
3206810101000002	\N	\N	121.6251	31.8024
\.
SELECT lines, added, changed, unchanged, bad FROM import_components();
SELECT id, state, note, initial_on, sensor ->> 'device' AS device FROM component WHERE id = '3206810101000001';
-- degrees of the maps of the trade, as the city's
COPY stage_components (category, lon, lat) FROM stdin;
C0102	121.6102	31.8035
\.
SELECT added, bad FROM import_components('gcj02');
SELECT id, round(ST_X(geom)::numeric, 3) AS lon, round(ST_Y(geom)::numeric, 3) AS lat, grid FROM component WHERE id::text LIKE '3206810102%';
SAVEPOINT here;
SELECT import_components('mars');
ROLLBACK TO here;
SELECT import_components(edition => '1999');
ROLLBACK TO here;

-- places
COPY stage_places (code, name, kind, former_names, address, area, lon, lat, geom, valid_from) FROM stdin;
P1	人民公园	poi	中山公园；老公园;	人民路1号	320681100	121.605	31.805	\N	\N
P2	人民路	street	\N	\N	\N	\N	\N	LINESTRING(121.6 31.8, 121.7 31.8)	\N
P3	\N	castle	\N	\N	999	121.6	\N	\N	x
P4	远	poi	\N	\N	\N	500	31	\N	\N
P5	坏	poi	\N	\N	\N	\N	\N	POINT(here)	\N
\N	无	\N	\N	\N	\N	a	b	\N	\N
\.
SELECT lines, added, changed, unchanged, bad FROM import_places();
EXECUTE faults ('places');
DELETE FROM stage_places;
COPY stage_places (code, name, kind, lon, lat) FROM stdin;
P1	英雄公园	poi	121.605	31.805
\.
SELECT lines, added, changed, unchanged, bad FROM import_places();
COPY stage_places (code, name, kind, lon, lat) FROM stdin;
P1	英雄公园	poi	121.605	31.805
\.
SELECT lines, added, changed, unchanged, bad FROM import_places();
SELECT code, name, former_names FROM place ORDER BY 1;

SELECT list, lines, added, changed, unchanged, bad, warnings, mended, by = session_user AS by_me, finished_at >= started_at AS finished FROM import_run ORDER BY id;
ROLLBACK;
