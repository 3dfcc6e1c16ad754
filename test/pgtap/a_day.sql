-- 一个普通的工作日 An ordinary day, from the load of the morning to the caller who
-- wants to be forgotten: forty steps, each a call as a program would make it, and
-- what it answers.  Read it from above to below.
--
-- It is Monday 16 February 2015, two days before Spring Festival.  Who speaks is
-- who dcm.become() says; times are told (at), as a loader may, so that the day is
-- the same whenever it is played.
--
-- is(call, answer, step) tells the call and what it must answer.  The centre, body
-- sc, the presets of workflow, roles, sources and reasons, and the helpers of schema
-- t are of include/city.psql: t.try gives a refusal's SQLSTATE and name, t.day writes
-- a time as weekday and hour.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;

-- The city of the day: two districts that meet, bodies and people.
SELECT dcm.load_preset(p) FROM unnest('{cn_categories_2013,yuncheng_limits,cn_labels}'::text[]) AS p \g /dev/null
INSERT INTO dcm.region (code, name, geom) VALUES
	('320681', '启东', ST_Multi(ST_MakeEnvelope(121.70, 31.80, 121.71, 31.81, 4490))),
	('320682', '如皋', ST_Multi(ST_MakeEnvelope(121.71, 31.80, 121.72, 31.81, 4490)));
INSERT INTO dcm.grid (code, geom) VALUES
	('320681100002001', ST_Multi(ST_MakeEnvelope(121.70, 31.80, 121.71, 31.81, 4490))),
	('320682100001001', ST_Multi(ST_MakeEnvelope(121.71, 31.80, 121.72, 31.81, 4490)));
INSERT INTO dcm.org (code, name, level, kind, area) VALUES
	('sanitation', '环卫处', 1, 'department', NULL), ('works', '市政处', 1, 'department', NULL), ('gardens', '园林处', 1, 'department', NULL),
	('qidong', '启东市人民政府', 2, 'government', '320681'), ('rugao', '如皋市人民政府', 2, 'government', '320682'),
	('committee', '城市管理委员会', 1, 'committee', NULL);
INSERT INTO dcm.org (code, name, level, kind, parent) SELECT 'team1', '环卫一队', 3, 'work_group', id FROM dcm.org WHERE code = 'sanitation';
INSERT INTO dcm.person (code, name) VALUES
	('zhang', '张监督员'), ('wu', '吴监督员'), ('li', '李受理员'), ('qian', '钱值班长'), ('sun', '孙派遣员'), ('zhou', '环卫周联络员'), ('zheng', '环卫郑处置员'),
	('feng', '市政冯联络员'), ('chen', '园林陈联络员'), ('jia', '一队贾队长'), ('wei', '卫局长'), ('jiang', '蒋纪检'), ('shen', '沈个保员'), ('hanx', '韩协调员'), ('yang', '杨视频员'), ('zhu', '朱监督员');
INSERT INTO dcm.post (code, person, role, org)
SELECT v.person || '.' || v.role, p.id, v.role, o.id
FROM (VALUES ('zhang', 'collector', 'sc'), ('wu', 'collector', 'sc'), ('li', 'acceptor', 'sc'), ('qian', 'shift_leader', 'sc'), ('sun', 'dispatcher', 'sc'),
		('zhou', 'liaison', 'sanitation'), ('zheng', 'handler', 'sanitation'), ('feng', 'liaison', 'works'), ('chen', 'liaison', 'gardens'), ('jia', 'liaison', 'team1'),
		('wei', 'leader', 'sc'), ('jiang', 'auditor', 'sc'), ('shen', 'privacy', 'sc'), ('hanx', 'coordinator', 'committee'), ('yang', 'video_watcher', 'sc')) AS v (person, role, org)
	JOIN dcm.person AS p ON p.code = v.person JOIN dcm.org AS o ON o.code = v.org;
INSERT INTO dcm.responsibility (kind, major, org, principle)
SELECT v.kind, v.major, o.id, 'territory' FROM (VALUES ('event', '01', 'sanitation'), ('event', '02', 'works')) AS v (kind, major, org) JOIN dcm.org AS o ON o.code = v.org;

CREATE FUNCTION pg_temp.at(clock time) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT ('2015-02-16 ' || clock)::timestamp AT TIME ZONE 'Asia/Shanghai' $$;
CREATE FUNCTION pg_temp.become(who text) RETURNS text LANGUAGE sql AS $$ SELECT dcm.become(who); SELECT who $$;
SELECT * FROM no_plan();

--  1. 早上装载:夜里部件普查补来三个井盖 The morning's load: three manholes of the census.
INSERT INTO dcm.stage_components (id, category, name, owner, maintainer, lon, lat, state) VALUES
	('3206810101000001', 'C0101', '上水井盖1号', 'works', 'works', '121.7010', '31.8010', 'intact'),
	('3206810101000002', 'C0101', '上水井盖2号', 'works', 'works', '121.7020', '31.8010', 'intact'),
	('3206810102000001', 'C0102', '污水井盖1号', 'works', 'works', '121.7030', '31.8010', 'intact');
SELECT is((dcm.import_components('cgcs2000')).added, 3::bigint, '1. the load of the morning');

--  2. 交接班:值班长看一眼各台待办 The shift begins: what waits on the desks?
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT coalesce(sum(waiting), 0) FROM dcm.desk_counts()), 0::numeric, '2. an empty desk');

--  3–5. 三十件来件:监督员、视频、热线、公众号、媒体、领导、移送、督查、物联感知 Thirty
--  reports of every source: those of the own people and devices are cases at once …
SELECT pg_temp.become('zhang') \g /dev/null
CREATE TEMP TABLE told (source, n, category) AS VALUES
	('collector', 7, 'E0110'), ('inspection', 2, 'E0201'), ('enforcement', 1, 'E0201'), ('video', 3, 'E0201'), ('iot', 1, 'C0101'), ('evaluation', 1, 'E0201');
SELECT is((SELECT count((dcm.report_case(t.category, dcm.point(121.7005 + 0.0002 * i, 31.8050), source => t.source, description => '第' || i || '件', at => pg_temp.at('08:30'))).case_no)
	FROM told AS t, generate_series(1, t.n) AS i), 15::bigint, '3. fifteen of the own people and devices');
--  … what others tell is an intake first, with who told it and by when it wants an answer
SELECT pg_temp.become('li') \g /dev/null
CREATE TEMP TABLE heard AS
SELECT v.source, v.kind, dcm.register_call(v.source, v.kind, v.text, phone => '1380000' || lpad(row_number() OVER ()::text, 4, '0'), external_no => v.source || '-' || row_number() OVER (), at => pg_temp.at('08:40')) AS intake
FROM (VALUES ('12345', 'complaint', '垃圾成堆'), ('12319', 'report', '乱贴广告'), ('96198', 'complaint', '异味扰民'), ('public_account', 'report', '井盖响'),
	('web', 'praise', '清扫得干净'), ('media', 'report', '报道:绿地被占'), ('leader', 'report', '批示:清理河道'), ('superior', 'report', '督办:占道经营'), ('transfer', 'report', '公安移送'),
	('petition', 'complaint', '信访件'), ('110', 'report', '110转来:路面塌陷'), ('other', 'report', '来函'), ('mayor_line', 'complaint', '市长专线'), ('12345', 'consultation', '公园几点开门?'), ('12345', 'suggestion', '多设垃圾桶')) AS v (source, kind, text);
SELECT is((SELECT count(DISTINCT source) FROM heard), 13::bigint, '4. fifteen of others, by thirteen sources');
SELECT is_empty('SELECT code FROM dcm.source EXCEPT ALL (SELECT source FROM told UNION SELECT source FROM heard)', '4. no source is left out');
SELECT is((SELECT count((dcm.report_intake(h.intake, 'E0201', dcm.point(121.7060, 31.8020 + 0.0003 * h.intake % 10), at => pg_temp.at('08:50'))).case_no) FROM heard AS h WHERE h.kind IN ('report', 'complaint')),
	12::bigint, '5. twelve of them become cases');

--  6. 咨询、建议、表扬不立案,直接答复 A consultation, a suggestion and praise never become a case.
SELECT is(t.try(format('SELECT dcm.report_intake(%s, ''E0201'', address => ''x'')', intake)), '23514 dcm.not_a_case', '6. a ' || kind || ' is no case')
FROM heard WHERE kind IN ('consultation', 'suggestion', 'praise');
SELECT dcm.answer_intake(intake, '每日6时至22时', at => pg_temp.at('09:00')) FROM heard WHERE kind = 'consultation' \g /dev/null

--  7. 接线员看来电历史 Who is calling? The history of a number.
SELECT is((SELECT count(*) FROM dcm.caller_history('+86 138 0000 0001')), 1::bigint, '7. what was told from this number before');

--  8. 受理前先查重:五十米内、二十四小时内 Before accepting: is it there already?
CREATE TEMP TABLE c AS SELECT f.case_no AS rubbish, (SELECT i.case_no FROM dcm.intake AS i JOIN heard AS h ON h.intake = i.id WHERE h.source = '12345' AND h.kind = 'complaint') AS complaint
FROM dcm.case_file AS f WHERE f.source = 'collector' AND f.reported_at = pg_temp.at('08:30') ORDER BY f.case_no LIMIT 1;
SELECT ok((SELECT count(*) > 1 FROM c, dcm.case_file AS f, LATERAL dcm.similar_cases('E0110', f.location, pg_temp.at('09:00')) WHERE f.case_no = rubbish), '8. similar cases near by');

--  9. 并案:重复的并入先报的那件 Two are one: the later is merged into the first.
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT r.state FROM (SELECT m.* FROM dcm.merge_candidates() AS m, c WHERE m.into_case = rubbish AND m.distance > 0 LIMIT 1) AS m, dcm.merge_case(m.case_no, m.into_case, at => pg_temp.at('09:02')) AS r), 'voided', '9. merged');

-- 10. 公众投诉先派监督员核实 A complaint is verified on the spot first.
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM c, dcm.request_verification(complaint, 'zhang', at => pg_temp.at('09:03'))), 'verifying', '10. a collector is sent');
SELECT pg_temp.become('zhang') \g /dev/null
SELECT is((SELECT state FROM c, dcm.confirm_verification(complaint, '情况属实', 'photo-1', at => pg_temp.at('09:15'))), 'reported', '10. and confirms it');

-- 11. 受理与立案预览 Accepting, and what filing would give.
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM c, dcm.accept_case(rubbish, at => pg_temp.at('09:05'))), 'accepted', '11. accepted');
SELECT is((SELECT p.time_limit::text || ' ' || p.org FROM c, dcm.case_file AS f, LATERAL dcm.preview_filing('E0110', f.location, pg_temp.at('09:06')) AS p WHERE f.case_no = rubbish), '4 work_hour sanitation', '11. limit and body, seen ahead');

-- 12. 立案:按条件和区域定时限 Filed: the condition and the area set the limit.
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT t.day(due) FROM c, dcm.file_case(rubbish, 1, at => pg_temp.at('09:06'))), 'Mon 15:06', '12. filed, due at');

-- 13. 派错了单位 Dispatched to the wrong body …
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM c, dcm.dispatch_case(rubbish, 'gardens', at => pg_temp.at('09:10'))), 'dispatched', '13. dispatched, to the wrong body');
-- 14. … 退回并说明理由 which returns it with reason and word
SELECT pg_temp.become('chen') \g /dev/null
SELECT is((SELECT state FROM c, dcm.return_case(rubbish, 'wrong_body', '不属园林处职责', at => pg_temp.at('09:20'))), 'filed', '14. returned');
-- 15. 退回认定:记派遣员 judged: the dispatcher's fault
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM c, dcm.judge_return(rubbish, true, at => pg_temp.at('09:25'))), 'filed', '15. judged');
SELECT is((SELECT a.fault FROM c JOIN dcm.assignment AS a ON a.case_no = rubbish), 'dispatcher', '15. and counted against the dispatcher');
-- 16. 重新派遣,签收 dispatched again, to whom the rules name, and signed …
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT r.org FROM c, dcm.case_responsible(rubbish) AS r WHERE r.rank = 1), 'sanitation', '16. who answers for it');
SELECT is((SELECT state FROM c, dcm.dispatch_case(rubbish, 'sanitation', at => pg_temp.at('09:30'))), 'dispatched', '16. dispatched again');
SELECT pg_temp.become('zhou') \g /dev/null
SELECT is((SELECT state FROM c, dcm.sign_case(rubbish, at => pg_temp.at('09:35'))), 'handling', '16. signed');
-- 17. … 转派下级,下级签收、处置 then forwarded to a team, which signs and handles
SELECT is((SELECT state FROM c, dcm.forward_case(rubbish, 'team1', at => pg_temp.at('09:36'))), 'handling', '17. forwarded to the team below');
SELECT pg_temp.become('jia') \g /dev/null
SELECT is((SELECT state FROM c, dcm.sign_case(rubbish, at => pg_temp.at('09:40'))), 'handling', '17. which signs');
SELECT is((SELECT state FROM c, dcm.handle_case(rubbish, '已清运', 'photo-2', at => pg_temp.at('10:30'))), 'handled', '17. and handles');

-- 18. 核查不合格,返工 The check fails: rework.
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM c, dcm.request_check(rubbish, 'site', 'wu', at => pg_temp.at('10:35'))), 'checking', '18. another collector checks');
SELECT pg_temp.become('wu') \g /dev/null
SELECT is((SELECT state FROM c, dcm.fail_check(rubbish, 'photo-3', '仍有残留', at => pg_temp.at('10:50'))), 'handling', '18. and is not content');
-- 19. 返工后核查通过 Done again, by the lead, and checked again.
SELECT pg_temp.become('zhou') \g /dev/null
SELECT is((SELECT state FROM c, dcm.handle_case(rubbish, '已清净', 'photo-4', at => pg_temp.at('11:10'))), 'handled', '19. done again');
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM c, dcm.request_check(rubbish, 'photo', 'wu', at => pg_temp.at('11:12'))), 'checking', '19. checked again');
SELECT pg_temp.become('wu') \g /dev/null
SELECT is((SELECT state FROM c, dcm.pass_check(rubbish, 'photo-5', at => pg_temp.at('11:20'))), 'checked', '19. passed');
-- 20. 结案 Closed, by the shift leader alone.
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM c, dcm.close_case(rubbish, at => pg_temp.at('11:25'))), 'closed', '20. closed');

-- 21. 快速处置:监督员当场清掉,前后照片 On the spot: the collector tears an advertisement off.
SELECT pg_temp.become('zhang') \g /dev/null
CREATE TEMP TABLE q AS SELECT (dcm.report_case('E0201', dcm.point(121.7040, 31.8070), at => pg_temp.at('11:30'))).case_no AS no;
SELECT is((SELECT state FROM q, dcm.resolve_on_site(no, '{"uri": "b", "taken_at": "2015-02-16 11:31+08", "lon": 121.704, "lat": 31.807}', '{"uri": "a", "taken_at": "2015-02-16 11:36+08", "lon": 121.704, "lat": 31.807}', at => pg_temp.at('11:36'))), 'checked', '21. resolved on the spot');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM q, dcm.close_case(no, at => pg_temp.at('11:40'))), 'closed', '21. closed by the desk');

-- 22. 危险:井盖缺失,监督员警戒 Danger: a lid is gone, the collector stays with the hole.
UPDATE dcm.setting SET value = '1 urgent_hour' WHERE name = 'danger_arrive_limit';
SELECT pg_temp.become('zhang') \g /dev/null
CREATE TEMP TABLE d AS SELECT (dcm.report_case('C0101', component => '3206810101000001', data => '{"severity": "danger"}', at => pg_temp.at('12:00'))).case_no AS no;
SELECT is((SELECT state FROM d, dcm.guard_case(no, 121.7010, 31.8010, at => pg_temp.at('12:01'))), 'reported', '22. guarded');
-- 23. 立即受理、立案、派遣:产权单位 accepted, filed and dispatched at once, to the owner
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM d, dcm.accept_case(no, at => pg_temp.at('12:02'))), 'accepted', '23. accepted');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT to_char(due, 'HH24:MI') FROM d, dcm.file_case(no, 1, at => pg_temp.at('12:03'))), '14:03', '23. filed: two urgent hours');
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM d, dcm.dispatch_case(no, 'works', at => pg_temp.at('12:05'))), 'dispatched', '23. dispatched');
SELECT is((SELECT to_char(arrive_due, 'HH24:MI') FROM d JOIN dcm.assignment AS a ON a.case_no = no), '13:05', '23. somebody must be there within the hour');
-- 24. 到场后解除警戒 the body arrives, the collector may go
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM d, dcm.arrive_case(no, at => pg_temp.at('12:30'))), 'dispatched', '24. there');
SELECT pg_temp.become('zhang') \g /dev/null
SELECT is((SELECT state FROM d, dcm.relieve_case(no, at => pg_temp.at('12:31'))), 'dispatched', '24. relieved');

-- 25. 多部门协作:主办市政,协办园林 A joint case: the works lead, the gardens join.
SELECT pg_temp.become('zhang') \g /dev/null
CREATE TEMP TABLE j AS SELECT (dcm.report_case('C0101', component => '3206810101000002', at => pg_temp.at('13:30'))).case_no AS no;
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM j, dcm.accept_case(no, at => pg_temp.at('13:31'))), 'accepted', '25. accepted');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM j, dcm.file_case(no, 3, at => pg_temp.at('13:32'))), 'filed', '25. filed');
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM j, dcm.dispatch_case(no, 'works', joint => '{gardens}', at => pg_temp.at('13:35'))), 'dispatched', '25. dispatched to two');
-- 26. 协办先办完,主办办完后案卷才算处置 Who joins may be done first; handled is what all have handled.
SELECT pg_temp.become('chen') \g /dev/null
SELECT is((SELECT state FROM j, dcm.sign_case(no, at => pg_temp.at('13:40'))), 'dispatched', '26. one signs');
SELECT is((SELECT state FROM j, dcm.handle_case(no, '已移栽', 'photo-6', at => pg_temp.at('14:00'))), 'dispatched', '26. and is done first');
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM j, dcm.sign_case(no, at => pg_temp.at('14:05'))), 'handling', '26. the lead signs');
SELECT is((SELECT state FROM j, dcm.handle_case(no, '已修复', 'photo-7', at => pg_temp.at('15:00'))), 'handled', '26. all have handled it');

-- 27. 边界上的无主井盖:由谁协调? A manhole of nobody's, on the border of two districts.
SELECT pg_temp.become('yang') \g /dev/null
CREATE TEMP TABLE o AS SELECT (dcm.report_case('C0102', dcm.point(121.70999, 31.8050), source => 'video', at => pg_temp.at('14:10'))).case_no AS no;
SELECT results_eq('SELECT r.org, r.principle FROM o, dcm.case_responsible(no) AS r ORDER BY r.rank',
	$$VALUES ('qidong', 'ownerless'), ('committee', 'coordinator')$$, '27. nobody''s: the government, and the committee for the border');
-- 28. 先解决问题,后分清责任 handled first, with the committee to coordinate …
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM o, dcm.accept_case(no, at => pg_temp.at('14:11'))), 'accepted', '28. accepted');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM o, dcm.file_case(no, 2, at => pg_temp.at('14:12'))), 'filed', '28. filed');
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM o, dcm.dispatch_case(no, 'works', coordinator => 'committee', disputed => true, at => pg_temp.at('14:15'))), 'dispatched', '28. dispatched, although disputed');
SELECT is((SELECT array_to_string(why, ' ') FROM o, dcm.coordination_list AS l WHERE l.case_no = no), 'coordinator liability', '28. on the coordinators'' list');
-- 29. … 责任认定 and the committee rules who bears it, while the case goes on
SELECT pg_temp.become('hanx') \g /dev/null
SELECT is((SELECT state FROM o, dcm.rule_liability(no, 'rugao', 50, 600, '界址测绘', at => pg_temp.at('16:00'))), 'dispatched', '29. the committee rules: one half');
SELECT is((SELECT state FROM o, dcm.rule_liability(no, 'qidong', 50, 600, at => pg_temp.at('16:01'))), 'dispatched', '29. and the other');

-- 30. 过期前申请延期 More time is asked for and granted.
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM o, dcm.sign_case(no, at => pg_temp.at('16:05'))), 'handling', '30. signed');
SELECT is((SELECT state FROM o, dcm.request_extension(no, 'materials', '2 work_hour', at => pg_temp.at('16:10'))), 'handling', '30. asked for');
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM o, dcm.grant_extension(no, at => pg_temp.at('16:15'))), 'handling', '30. granted');
SELECT is((SELECT due > first_due FROM o JOIN dcm.case_file AS f ON f.case_no = no), true, '30. the first deadline is kept beside it');

-- 31. 挂账过春节:计时暂停,到期自动恢复 Suspended over Spring Festival: the clock stands, and it resumes by itself.
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM o, dcm.request_suspension(no, 'season', '2015-02-26 09:00+08', '节后施工', at => pg_temp.at('16:20'))), 'handling', '31. asked for');
SELECT pg_temp.become('sun') \g /dev/null
SELECT is((SELECT state FROM o, dcm.grant_suspension(no, at => pg_temp.at('16:30'))), 'suspended', '31. granted');
SELECT is((SELECT to_char(due, 'MM-DD') FROM o JOIN dcm.case_file AS f ON f.case_no = no), '02-26', '31. due on the day on which it goes on');
-- 32. 问题库、到期自动恢复 The register of problems, and the job that resumes.
SELECT is((SELECT planned_till FROM o, dcm.problem_register AS p WHERE p.case_no = no), '2015-02-26 09:00+08'::timestamptz, '32. it is in the register of problems');
SELECT is(dcm.resume_due(), 1, '32. and resumes by itself when it is time');
SELECT is((SELECT state FROM o JOIN dcm.case_file AS f ON f.case_no = no), 'handling', '32. handled on');

-- 33. 督办通知单 The leader issues a notice, the body answers it.
SELECT pg_temp.become('wei') \g /dev/null
SELECT is((SELECT state FROM d, dcm.issue_notice(no, '2015-02-16 17:00+08', '今日办结', at => pg_temp.at('15:00'))), 'dispatched', '33. a notice');
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM d, dcm.sign_case(no, at => pg_temp.at('15:05'))), 'handling', '33. signed');
SELECT is((SELECT state FROM d, dcm.handle_case(no, '已补装井盖', 'photo-8', at => pg_temp.at('15:40'))), 'handled', '33. done');
SELECT is((SELECT state FROM d, dcm.reply_notice(no, '已办结', at => pg_temp.at('15:45'))), 'handled', '33. and answered');
SELECT is((SELECT is_late FROM d, dcm.notice_register AS n WHERE n.case_no = no), false, '33. in time');

-- 34. 核查通过、结案 Checked and closed.
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT state FROM d, dcm.request_check(no, 'site', 'wu', at => pg_temp.at('15:50'))), 'checking', '34. checked');
SELECT pg_temp.become('wu') \g /dev/null
SELECT is((SELECT state FROM d, dcm.pass_check(no, 'photo-9', at => pg_temp.at('16:00'))), 'checked', '34. passed');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM d, dcm.close_case(no, at => pg_temp.at('16:10'))), 'closed', '34. closed');

-- 35. 申诉:两级审查,免责但事实保留 The body appeals; two review it, and the fact stays.
SELECT pg_temp.become('feng') \g /dev/null
SELECT is((SELECT state FROM d, dcm.appeal_case(no, 'late_check', at => pg_temp.at('16:20'))), 'closed', '35. an appeal');
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM d, dcm.decide_appeal(no, true, 'overdue', at => pg_temp.at('16:30'))), 'closed', '35. a first review');
SELECT pg_temp.become('jiang') \g /dev/null
SELECT is((SELECT state FROM d, dcm.decide_appeal(no, true, 'overdue', '核查延误属实', at => pg_temp.at('16:40'))), 'closed', '35. a second decides');
SELECT is((SELECT outcome || ' ' || exempts FROM d, dcm.appeal_register AS a WHERE a.case_no = no), 'upheld overdue', '35. upheld');

-- 36. 未真正解决,重新立案 It was not really done: opened again.
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT state FROM d, dcm.reopen_case(no, 'not_done', at => pg_temp.at('16:50'))), 'filed', '36. reopened');

-- 37. 回访 Who complained (steps 5 and 10) is called back once that case has ended, and says how content.
SELECT is((SELECT state FROM c, dcm.reject_case(complaint, 'resolved', at => pg_temp.at('16:55'))), 'rejected', '37. (solved meanwhile)');
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT count(*) FROM dcm.callbacks_due() AS b, c WHERE b.case_no = complaint), 1::bigint, '37. to be called back');
SELECT dcm.call_back(b.intake, true, 'satisfied', pg_temp.at('17:00')) FROM dcm.callbacks_due() AS b, c WHERE b.case_no = complaint \g /dev/null
SELECT is((SELECT satisfaction FROM dcm.intake AS i, c WHERE i.case_no = complaint), 'satisfied', '37. and content');

-- 38. 人员变动:张监督员调走,岗位移交 A collector leaves: the post goes to another, and open tasks would.
SELECT pg_temp.become('qian') \g /dev/null
SELECT is((SELECT string_agg(what || ' ' || code, ', ') FROM dcm.hand_over('zhang', 'zhu')), 'post zhang.collector', '38. handed over');
SELECT is((SELECT h.code FROM dcm.post AS p JOIN dcm.person AS h ON h.id = p.person WHERE p.code = 'zhang.collector' AND p.valid @> now()), 'zhu', '38. another holds the post');

-- 39. 离线手机晚到、重复、乱序 A phone that was out of reach sends its queue, twice: once it counts.
SELECT pg_temp.become('wu') \g /dev/null
CREATE TEMP TABLE b AS SELECT '[{"action": "report", "category": "E0110", "lon": 121.7045, "lat": 31.8075, "crs": "cgcs2000", "at": "2015-02-16 14:00+08", "client_key": "p-1"},
	{"action": "guard", "case_of": "p-1", "at": "2015-02-16 14:01+08", "client_key": "p-2"}]'::jsonb AS queue;
SELECT is((SELECT string_agg(concat_ws(' ', r.state, r.error, r.message), ', ' ORDER BY r.ord) FROM b, dcm.act_batch(queue) AS r), 'reported, reported', '39. sent');
SELECT is((SELECT string_agg(concat_ws(' ', r.state, r.error, r.message), ', ' ORDER BY r.ord) FROM b, dcm.act_batch(queue) AS r), 'reported replayed, reported replayed', '39. and again');

-- 40. 要求被遗忘的来电人:删除个人信息,案卷与链不变 A caller wants to be forgotten: gone, and the record is whole.
SELECT pg_temp.become('shen') \g /dev/null
SELECT is((SELECT dcm.erase('caller', 'asked', intake => h.intake) FROM heard AS h WHERE h.source = '12345' AND h.kind = 'complaint'), 1, '40. erased');
SELECT pg_temp.become('li') \g /dev/null
SELECT is((SELECT count(*) FROM dcm.caller_history('13800000001')), 0::bigint, '40. nobody knows who it was');
SELECT is_empty('SELECT * FROM dcm.verify_all()', '40. and the record of the day is whole');

SELECT * FROM finish();
ROLLBACK;
