-- Bodies, people and posts: the tree, who leads, whom to call, who keeps a place,
-- and what is inconsistent.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET timezone = 'Asia/Shanghai';
BEGIN;
\pset null '–'
SELECT load_preset('cn_roles') \g /dev/null
CREATE FUNCTION pg_temp.org(text) RETURNS int LANGUAGE sql STABLE RETURN (SELECT id FROM dcm.org WHERE code = $1);
CREATE FUNCTION pg_temp.person(text) RETURNS int LANGUAGE sql STABLE RETURN (SELECT id FROM dcm.person WHERE code = $1);

-- a city of four levels with its centres, departments, an enterprise, a committee and work groups
INSERT INTO region (code, name) VALUES ('320681', '启东市'), ('320681100', '汇龙镇'), ('320681100001', '城中社区');
INSERT INTO org (code, name, level, kind, area, platform, parent) VALUES ('city', '启东市人民政府', 1, 'government', '320681', NULL, NULL);
INSERT INTO org (code, name, level, kind, area, platform, parent) VALUES
	('csc', '监督中心', 1, 'supervision_centre', NULL, NULL, pg_temp.org('city')),
	('ccc', '指挥中心', 1, 'command_centre', NULL, NULL, pg_temp.org('city')),
	('dcc', '区指挥中心', 2, 'command_centre', NULL, NULL, pg_temp.org('city')),
	('committee', '城市管理委员会', 1, 'committee', '320681', NULL, pg_temp.org('city')),
	('works', '市政处', 1, 'department', NULL, 1, pg_temp.org('city')),
	('power', '供电公司', 1, 'enterprise', NULL, 1, pg_temp.org('city')),
	('town', '汇龙镇人民政府', 3, 'government', '320681100', 2, pg_temp.org('city'));
INSERT INTO org (code, name, level, kind, area, platform, parent) VALUES
	('lamps', '路灯所', 2, 'department', NULL, 2, pg_temp.org('works')),
	('village', '城中社区居委会', 4, 'government', '320681100001', 3, pg_temp.org('town')),
	('g1', '明察暗访组', 1, 'work_group', NULL, NULL, pg_temp.org('csc'));
SELECT org, level, kind, platform, depth, path, below, posts FROM org_tree();
-- platforms by tier
SELECT platform, count(*) FROM org WHERE platform IS NOT NULL GROUP BY 1 ORDER BY 1;
SELECT * FROM check_org();

-- people: one with several posts, a volunteer, a deputy of the people, leaders in turn
INSERT INTO person (code, name, phone) VALUES ('wang', '王局长', '13800000001'), ('li', '李副局长', '13800000002'), ('zhang', '张三', NULL),
	('zhao', '赵代表', NULL), ('qian', '钱志愿', NULL), ('sun', '孙社区', NULL);
INSERT INTO duty_area (code, name, kind) VALUES ('d1', '责任网格一', 'collection');
INSERT INTO grid (code, geom) SELECT ('320681100001' || lpad(n::text, 3, '0'))::grid_code, ST_Multi(ST_MakeEnvelope(121.6 + n * 0.001, 31.8, 121.601 + n * 0.001, 31.801, 4490))
FROM generate_series(1, 4) AS n;
INSERT INTO duty_area_grid SELECT id, '320681100001001' FROM duty_area WHERE code = 'd1';
INSERT INTO post (code, person, role, org, area, duty_area, basis, valid) VALUES
	('works head', pg_temp.person('wang'), 'leader', pg_temp.org('works'), NULL, NULL, 'staff', '[2020-01-01,)'),
	('works deputy', pg_temp.person('li'), 'deputy', pg_temp.org('works'), NULL, NULL, 'staff', '[2020-01-01,)'),
	('c1', pg_temp.person('zhang'), 'collector', pg_temp.org('csc'), NULL, (SELECT id FROM duty_area WHERE code = 'd1'), 'contract', '[-infinity,)'),
	('h1', pg_temp.person('zhang'), 'handler', pg_temp.org('works'), NULL, NULL, 'staff', '[-infinity,)'),
	('i1', pg_temp.person('zhao'), 'inspector', pg_temp.org('csc'), '320681', NULL, 'honorary', '[-infinity,)'),
	('v1', pg_temp.person('qian'), 'collector', pg_temp.org('csc'), '320681100', NULL, 'volunteer', '[-infinity,)'),
	('a1', pg_temp.person('sun'), 'area_head', pg_temp.org('village'), '320681100001', NULL, 'staff', '[-infinity,)');
SELECT body, role, role_name, name, phone, since FROM leaders();
SELECT basis, count(*) FROM post WHERE role <> 'system' GROUP BY 1 ORDER BY 1;
SELECT p.name, array_agg(t.role ORDER BY t.role) AS roles FROM post AS t JOIN person AS p ON p.id = t.person GROUP BY 1 HAVING count(*) > 1;

-- another leader: the ranking of 2021 still names the one of 2021
UPDATE post SET person = pg_temp.person('li'), valid = tstzrange(now(), NULL) WHERE code = 'works head';
UPDATE post SET valid = tstzrange(lower(valid), now()) WHERE code = 'works deputy';
SELECT role, person FROM leaders('works', '2021-06-30');
SELECT role, person FROM leaders('works');
SELECT code, person = pg_temp.person('li') AS is_li, upper_inf(valid) AS in_force, replaces IS NOT NULL AS replaces FROM post WHERE code LIKE 'works%' ORDER BY code, lower(valid);

-- who keeps a grid: by duty area first, then by area from the smallest
SELECT * FROM grid_keepers('320681100001001');
SELECT by, area, person FROM grid_keepers('320681100001002');

-- whom to call: at night nobody answers at the lamps, so the body above does
INSERT INTO org_contact (org, turn, what, name, phone, calendar) VALUES
	(pg_temp.org('lamps'), 1, 'duty', '值班室', '0513-1', 'default'),
	(pg_temp.org('works'), 1, 'duty', '夜班', '0513-2', NULL),
	(pg_temp.org('works'), 2, 'emergency', '抢修', '0513-3', NULL);
SELECT * FROM who_to_call('lamps', '2015-03-02 09:00');
SELECT * FROM who_to_call('lamps', '2015-03-02 23:00');
SELECT count(*) FROM who_to_call('village', '2015-03-02 23:00');

-- a post ends, with the reason on record; who has a task left is told of it
SELECT end_post('v1', reason => '期满');
SELECT code, upper(valid) = now() AS ended FROM post WHERE code = 'v1';
SELECT op, before ->> 'code' AS code, reason FROM config_log WHERE table_name = 'post' ORDER BY id DESC LIMIT 1;
SELECT coalesce(nullif(current_setting('dcm.reason'), ''), 'none') AS reason_left;

-- what has ended is not ended or handed over again; a next holder to come is told of
SAVEPOINT posts;
SET client_min_messages = notice;
INSERT INTO post (code, person, role, org, valid) VALUES ('gone', pg_temp.person('qian'), 'liaison', pg_temp.org('works'), '[2015-01-01,2020-01-01)'), ('soon', pg_temp.person('qian'), 'liaison', pg_temp.org('csc'), '[2015-01-01,2998-01-01)'),
	('soon', pg_temp.person('li'), 'liaison', pg_temp.org('csc'), '[2998-01-01,)');
SELECT code FROM hand_over('qian', 'li', '2016-01-01') WHERE what = 'post';
SELECT end_post('soon');
SAVEPOINT ended;
\set VERBOSITY terse
SELECT end_post('gone', '2016-01-01');
\set VERBOSITY default
ROLLBACK TO ended;
SET client_min_messages = warning;
ROLLBACK TO posts;

-- what is inconsistent
SAVEPOINT consistent;
SELECT set_config('dcm.reason', '', true) \g /dev/null
UPDATE org SET parent = pg_temp.org('village') WHERE code = 'town';
UPDATE org SET level = 1 WHERE code = 'lamps';
UPDATE org SET level = 2 WHERE code = 'works';
INSERT INTO org (code, name, level, kind, area, parent) VALUES ('gov2', '某镇', 3, 'government', NULL, NULL), ('gov3', '另一镇', 3, 'government', '320681100', pg_temp.org('city')),
	('gov4', '外地', 2, 'government', '330101', pg_temp.org('city'));
UPDATE org SET valid = '[,2020-01-01)' WHERE code IN ('power', 'csc');
INSERT INTO responsibility (kind, org, principle) VALUES ('component', pg_temp.org('power'), 'owner');
INSERT INTO post (code, person, role, org) VALUES ('x1', pg_temp.person('sun'), 'liaison', NULL), ('x2', pg_temp.person('sun'), 'leader', pg_temp.org('works'));
UPDATE person SET valid = '[,2020-01-01)' WHERE code = 'zhao';
UPDATE duty_area SET valid = '[,2020-01-01)';
SELECT * FROM check_org();
ROLLBACK TO consistent;
-- each mode wants its centres
CREATE FUNCTION pg_temp.in_mode(mode text) RETURNS TABLE (problem text, code text, detail text) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE dcm.setting SET value = mode WHERE name = 'org_mode';
	RETURN QUERY SELECT c.problem, c.code, c.detail FROM dcm.check_org() AS c;
END $$;
SELECT m AS mode, x.* FROM unnest('{one_one,one_two,two_one,two_two}'::text[]) AS m, pg_temp.in_mode(m) AS x;
SELECT * FROM pg_temp.in_mode('two_two');
SELECT * FROM pg_temp.in_mode('combined');
UPDATE org SET kind = 'supervision_command_centre', level = 2 WHERE code = 'dcc';
UPDATE org SET valid = '[,2020-01-01)' WHERE code IN ('csc', 'ccc');
SELECT * FROM pg_temp.in_mode('combined');

-- errors
\set VERBOSITY terse
SAVEPOINT s;
SELECT * FROM who_to_call('nobody');
ROLLBACK TO s;
SELECT end_post('nothing');
ROLLBACK TO s;
SELECT * FROM hand_over('nobody', 'li');
ROLLBACK TO s;
SELECT * FROM hand_over('zhang', 'zhang');
ROLLBACK TO s;
SELECT * FROM hand_over('zhang', 'li', now() + interval '1 day');
ROLLBACK TO s;
ROLLBACK;
