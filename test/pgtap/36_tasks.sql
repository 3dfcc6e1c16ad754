-- What is asked of people around a case: dangers guarded, notices answered,
-- appeals reviewed, liability ruled on, requests decided at two levels, what is
-- suspended looked at again; and cases that are reopened, merged, or came back.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

INSERT INTO dcm.person (code, name) VALUES ('boss', 'boss'), ('aud', 'aud'), ('lead2', 'lead2');
INSERT INTO dcm.post (code, person, role, org)
SELECT v.person || '_p', p.id, v.role, o.id
FROM (VALUES ('boss', 'leader', 'sc'), ('aud', 'auditor', 'sc'), ('lead2', 'shift_leader', 'sc')) AS v (person, role, org)
	JOIN dcm.person AS p ON p.code = v.person JOIN dcm.org AS o ON o.code = v.org;
CREATE FUNCTION pg_temp.tasks(no bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(concat_ws(' ', k.task_no, k.kind, p.code, o.code, t.day(k.due), k.outcome), ', ' ORDER BY k.task_no)
	FROM dcm.case_task AS k LEFT JOIN dcm.person AS p ON p.id = k.person LEFT JOIN dcm.org AS o ON o.id = k.org WHERE k.case_no = no
$$;
CREATE FUNCTION pg_temp.right() RETURNS SETOF text LANGUAGE sql AS
	$$SELECT format('%s %s %s %s', case_no, log_no, part, problem) FROM dcm.verify_all()$$;
CREATE FUNCTION pg_temp.buttons(by text, no bigint, among text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become(by);
	RETURN (SELECT string_agg(a.action, ' ' ORDER BY a.action) FROM dcm.allowed_actions(no) AS a WHERE a.action ~ among);
END $$;

-- nobody is sent to look who could not tell what was found
CREATE TEMP TABLE w AS SELECT t.case_in('handled') AS no, t.case_in('reported') AS new;
SELECT is(t.try_act('acc', new, 'request_verification', '{"person": "lia"}'), '22023 dcm.cannot_look', 'who is no collector') FROM w;
INSERT INTO dcm.post (code, person, role) SELECT 'han_c', id, 'collector' FROM dcm.person WHERE code = 'han';
SELECT is(t.try_act('acc', no, 'request_check', '{"person": "han"}'), '22023 dcm.cannot_look', 'nor who has handled it') FROM w;
SELECT is(t.try_act('acc', no, 'request_check', '{"person": "col"}'), 'ok', 'but a collector') FROM w;
SELECT is(t.try_act('acc', no, 'reassign_task', '{"person": "lia"}'), '22023 dcm.cannot_look', 'also later') FROM w;
SELECT is(pg_temp.buttons(p, no, 'check'), b, format('%s: %s', p, coalesce(b, 'no button'))) FROM w, (VALUES ('col', 'fail_check pass_check'), ('col2', NULL)) AS v (p, b);

-- danger to life: guarded until a body is there, which has a clock of its own
UPDATE dcm.setting SET value = '30 minute' WHERE name = 'danger_arrive_limit';
CREATE TEMP TABLE d AS SELECT (dcm.report_case('E9901', dcm.point(121.605, 31.805), data => '{"severity": "danger"}', at => t.at('Mon 09:00'))).case_no AS no FROM dcm.become('col');
SELECT is(pg_temp.buttons('col', no, 'guard|relieve'), 'guard', 'a danger may be guarded') FROM d;
SELECT is((t.act('col', no, 'guard', '{"place": {"lon": 121.605, "lat": 31.805}}', t.at('Mon 09:05'))).state, 'reported', 'the collector stays') FROM d;
SELECT is(t.try_act('col2', no, 'guard'), '23514 dcm.guard_there', 'one is enough') FROM d;
SELECT is(pg_temp.buttons('col', no, 'guard|relieve'), 'relieve', 'until somebody comes') FROM d;
SELECT is((t.act('acc', no, 'request_verification', '{"person": "col2"}', t.at('Mon 09:06'))).state, 'verifying', 'another verifies') FROM d;
SELECT is((t.act('col2', no, 'confirm_verification', t.data('confirm_verification'), t.at('Mon 09:10'))).state, 'reported', 'the right task is done') FROM d;
SELECT is(pg_temp.tasks(no), '1 guard col, 2 verify col2 Mon 09:36 confirm_verification', 'and the guard goes on') FROM d;
SELECT is((t.step(no, 'accept', t.at('Mon 09:11'))).state, 'accepted', 'accepted') FROM d;
SELECT is((t.step(no, 'file', t.at('Mon 09:12'))).state, 'filed', 'filed') FROM d;
SELECT is((t.step(no, 'dispatch', t.at('Mon 09:15'))).state, 'dispatched', 'dispatched') FROM d;
SELECT is((SELECT t.day(arrive_due) FROM dcm.assignment WHERE case_no = no), 'Mon 09:45', 'somebody must be there in half an hour') FROM d;
INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom) VALUES ('arrive', 1, '-5 minutes', 'warn', '{liaison}'), ('arrive', 2, '0', 'remind', '{dispatcher}');
SELECT is(dcm.escalate(t.at('Mon 09:39')), 0, 'not yet');
SELECT is(dcm.escalate(t.at('Mon 09:46')), 2, 'and is escalated where nobody is');
SELECT results_eq('SELECT clock, clock_no::int, level::int, t.day(due), t.day(due_at) FROM dcm.escalation ORDER BY id', $$VALUES ('arrive', 1, 1, 'Mon 09:45', 'Mon 09:40'), ('arrive', 1, 2, 'Mon 09:45', 'Mon 09:45')$$, 'by the clock of the arrival');
SELECT is(t.try_act('col', no, 'relieve'), '23514 dcm.not_relieved', 'nobody leaves before') FROM d;
SELECT results_eq($$SELECT case_no, severity, guard, org, arrived_at FROM dcm.danger_board$$, $$SELECT no, 'danger', 'col', 'cg', NULL::timestamptz FROM d$$, 'it is on the board');
SELECT is((t.act('han', no, 'arrive', at => t.at('Mon 09:40'))).state, 'dispatched', 'somebody is there') FROM d;
SELECT is((t.act('col', no, 'relieve', at => t.at('Mon 09:41'))).state, 'dispatched', 'the guard goes') FROM d;
SELECT is((SELECT count(*) FROM dcm.falling_due AS f WHERE f.case_no = no AND f.clock = 'arrive'), 0::bigint, 'and that clock has stopped') FROM d;
SELECT is(t.try_act('col', no, 'relieve'), '23514 dcm.no_task', 'once') FROM d;
SELECT is((t.act('col2', no, 'guard', at => t.at('Mon 09:50'))).state, 'dispatched', 'another guards') FROM d;
CREATE TEMP TABLE d2 AS SELECT t.report(t.at('Mon 09:00')) AS no;
SELECT is((t.act('col', no, 'guard', at => t.at('Mon 09:05'))).state, 'reported', 'a guard where nobody will come') FROM d2;
SELECT is(t.try_act('lead', no, 'relieve', '{"reason": "no danger"}', t.at('Mon 09:20')), 'ok', 'the shift leader relieves it') FROM d2;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- notices: by whom, to whom, by when, answered or late
CREATE TEMP TABLE n AS SELECT t.handling() AS no;
SELECT is(t.try_act('lia', no, 'issue_notice', t.data('issue_notice')), '42501 dcm.no_right', 'no body tells itself') FROM n;
SELECT is((t.act('boss', no, 'issue_notice', '{"due": "2015-03-03 12:00+08", "demand": "today"}', t.at('Mon 11:00'))).state, 'handling', 'the leader issues one') FROM n;
SELECT is((t.act('lead', no, 'issue_notice', '{"due": "2099-03-03 12:00+08"}', t.at('Mon 11:10'))).state, 'handling', 'and the centre another') FROM n;
SELECT results_eq($$SELECT notice_no, org, issuer, t.day(issued_at), is_late, replied_at FROM dcm.notice_register ORDER BY task_no$$,
	$$SELECT no || '-1', 'cg', 'boss', 'Mon 11:00', true, NULL::timestamptz FROM n UNION ALL SELECT no || '-2', 'cg', 'lead', 'Mon 11:10', false, NULL FROM n$$, 'the register of notices');
SELECT is(pg_temp.buttons('lia', no, 'notice'), 'reply_notice', 'which the body may answer') FROM n;
SELECT is(t.try_act('lia2', no, 'reply_notice', t.data('reply_notice')), '42501 dcm.not_yours', 'the body alone') FROM n;
SELECT is(t.try_act('lia', no, 'reply_notice', '{"result": "done", "task_no": 1}', t.at('Mon 14:00')), 'ok', 'it answers the first') FROM n;
SELECT is(t.try_act('lia', no, 'reply_notice', '{"result": "done", "task_no": 1}'), '23514 dcm.no_task', 'once') FROM n;
SELECT is(t.try_act('lia', no, 'reply_notice', '{"result": "done"}', t.at('Mon 14:10')), 'ok', 'and what is left') FROM n;
SELECT results_eq($$SELECT is_late FROM dcm.notice_register WHERE replied_at IS NOT NULL ORDER BY task_no$$, '{f,f}'::bool[], 'both in time');
SELECT is((SELECT count(*) FROM dcm.case_text WHERE case_no = no AND field IN ('demand', 'result')), 3::bigint, 'the words are apart') FROM n;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- appeals: two reviewers, none of whom took part, and the fact stays
CREATE TEMP TABLE a AS SELECT t.case_in('closed', t.at('Mon 10:00')) AS no;
SELECT is(t.try_act('lia2', no, 'appeal', t.data('appeal')), '42501 dcm.not_yours', 'whose case it was') FROM a;
-- also by one that has returned it, or that joined
CREATE TEMP TABLE a2 AS SELECT t.filed() AS no;
SELECT is(t.try_act('lia', no, 'appeal', t.data('appeal')), '42501 dcm.not_yours', 'not before one had it') FROM a2;
SELECT is((t.act('disp', no, 'dispatch', '{"org": "cg", "joint": ["hw"]}', t.at('Mon 09:30'))).state, 'dispatched', 'two have it') FROM a2;
SELECT is((t.act('lia', no, 'return', t.data('return'), t.at('Mon 09:40'))).state, 'filed', 'one returns it') FROM a2;
SELECT is(pg_temp.buttons(p, no, '^appeal'), b, p || ' may appeal: ' || coalesce(b, 'no')) FROM a2, (VALUES ('lia', 'appeal'), ('lia2', 'appeal'), ('sub', NULL)) AS v (p, b);
SELECT is(t.try_act('lia', no, 'appeal', t.data('appeal')), 'ok', 'and appeals') FROM a2;
SELECT is(t.try_act('lia', no, 'appeal', t.data('appeal')), '23514 dcm.appeal_waits', 'once at a time') FROM a2;
SELECT is(t.try_act('lia2', no, 'appeal', t.data('appeal')), 'ok', 'as the other does') FROM a2;
SELECT results_eq('SELECT org FROM dcm.appeal_register WHERE case_no = (SELECT no FROM a2) ORDER BY task_no', '{cg,hw}'::text[], 'each for itself');
SELECT is(pg_temp.tasks(no), '1 appeal cg, 2 appeal hw', 'two tasks') FROM a2;
DELETE FROM a2;
SELECT is((t.act('lia', no, 'appeal', '{"ground": "weather", "statement": "flood"}', t.at('Mon 12:00'))).state, 'closed', 'the body appeals') FROM a;
SELECT is(pg_temp.buttons('lead', no, 'appeal'), 'decide_appeal', 'the centre may decide') FROM a;
SELECT is((t.act('lead', no, 'decide_appeal', '{"upheld": true, "exempts": "overdue"}', t.at('Mon 13:00'))).state, 'closed', 'a first review') FROM a;
SELECT is(pg_temp.tasks(no), '1 check Mon 10:30 pass_check, 2 appeal cg', 'decides nothing yet') FROM a;
SELECT is(t.try_act('lead', no, 'decide_appeal', '{"upheld": true, "exempts": "overdue"}'), '42501 dcm.separation', 'not twice by one') FROM a;
SELECT is((t.act('boss', no, 'decide_appeal', '{"upheld": true, "exempts": "overdue,rework", "finding": "it was so"}', t.at('Mon 14:00'))).state, 'closed', 'a second') FROM a;
SELECT results_eq('SELECT case_no, org, ground, ground_name, fault, reviews, outcome, exempts FROM dcm.appeal_register WHERE decided_at IS NOT NULL',
	$$SELECT no, 'cg', 'weather', '天气原因', 'nobody', 2::bigint, 'upheld', 'overdue,rework' FROM a$$, 'upheld');
SELECT is(t.try_act('aud', no, 'decide_appeal', '{"upheld": false}'), '23514 dcm.no_task', 'and decided') FROM a;
SELECT is((t.act('lia', no, 'appeal', '{"ground": "system"}', t.at('Mon 15:00'))).state, 'closed', 'another appeal') FROM a;
SELECT is((t.act('boss', no, 'decide_appeal', '{"upheld": true, "exempts": "all"}', t.at('Mon 15:10'))).state, 'closed', 'one is for it') FROM a;
SELECT is((t.act('aud', no, 'decide_appeal', '{"upheld": false}', t.at('Mon 15:20'))).state, 'closed', 'the last is not') FROM a;
SELECT is(pg_temp.tasks(no), '1 check Mon 10:30 pass_check, 2 appeal cg upheld, 3 appeal cg denied', 'and denies it') FROM a;
UPDATE dcm.setting SET value = '1' WHERE name = 'appeal_reviews';
SELECT is((t.act('lia', no, 'appeal', '{"ground": "system"}', t.at('Mon 16:00'))).state, 'closed', 'where one is enough') FROM a;
SELECT is((t.act('aud', no, 'decide_appeal', '{"upheld": false}', t.at('Mon 16:20'))).state, 'closed', 'one decides') FROM a;
SELECT is(pg_temp.tasks(no), '1 check Mon 10:30 pass_check, 2 appeal cg upheld, 3 appeal cg denied, 4 appeal cg denied', 'alone') FROM a;
UPDATE dcm.setting SET value = NULL WHERE name = 'appeal_reviews';
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- handled first, ruled on later
INSERT INTO dcm.org (code, name, level, kind) VALUES ('com', 'committee', 1, 'committee');
INSERT INTO dcm.person (code, name) VALUES ('coord', 'coord');
INSERT INTO dcm.post (code, person, role, org) SELECT 'coord_p', p.id, 'coordinator', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'coord' AND o.code = 'com';
CREATE TEMP TABLE u AS SELECT t.filed() AS no;
SELECT is((t.act('disp', no, 'dispatch', '{"org": "cg", "coordinator": "com", "disputed": true}', t.at('Mon 09:30'))).state, 'dispatched', 'dispatched although disputed') FROM u;
SELECT results_eq('SELECT case_no, lead, org, ruled_at FROM dcm.liability_register', $$SELECT no, 'cg', NULL::text, NULL::timestamptz FROM u$$, 'it waits to be ruled on');
SELECT results_eq('SELECT case_no, coordinator, why FROM dcm.coordination_list', $$SELECT no, 'com', '{coordinator,liability}'::text[] FROM u$$, 'and is on the coordinators'' list');
SELECT is(t.try_act('lia', no, 'rule_liability', t.data('rule_liability')), '42501 dcm.no_right', 'not by a body itself') FROM u;
SELECT is(t.try_act('coord', no, 'rule_liability', d::jsonb), '22023 dcm.bad_data', d) FROM u, unnest(ARRAY['{"org": "cg", "share": 150}', '{"org": "cg", "share": 0}', '{"org": "cg", "fund": -1}']) AS d;
SELECT is(t.try_act('coord', no, 'rule_liability', '{"org": "cg", "share": 60, "fund": 1200.5}', t.at('Mon 15:00')), 'ok', 'the coordinator rules') FROM u;
SELECT is(t.try_act('coord', no, 'rule_liability', '{"org": "hw", "share": 40}', t.at('Mon 15:10')), 'ok', 'on each that bears a part') FROM u;
SELECT results_eq('SELECT org, share, fund, ruled_by FROM dcm.liability_register ORDER BY log_no', $$VALUES ('cg', 60::numeric, 1200.5, 'coord'), ('hw', 40, NULL, 'coord')$$, 'who bears how much');
SELECT is(t.try_act('coord', t.case_in('handled'), 'rule_liability', t.data('rule_liability')), 'ok', 'also where nobody had disputed it');
CREATE TEMP TABLE u2 AS SELECT t.filed() AS no;
SELECT is(t.try_act('coord', no, 'rule_liability', t.data('rule_liability'), t.at('Mon 09:10')), 'ok', 'ruled on first') FROM u2;
SELECT is(t.try_act('disp', no, 'dispatch', '{"org": "cg", "disputed": true}', t.at('Mon 09:30')), 'ok', 'and disputed again at the dispatch') FROM u2;
SELECT is((SELECT string_agg(concat_ws(' ', k.task_no, k.outcome), ', ' ORDER BY k.task_no) FROM dcm.case_task AS k WHERE k.case_no = no), '1 rule_liability, 2', 'which waits to be ruled on') FROM u2;
SELECT is((SELECT count(*) FROM u2, dcm.verify_case(no)), 0::bigint, 'the record is right');
SELECT is(t.try_act('coord', no, 'rule_liability', t.data('rule_liability')), 'ok', 'ruled on') FROM u2;
SELECT is((SELECT count(*) FROM u2, dcm.verify_case(no)), 0::bigint, 'the record is right');
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- whoever asks does not answer, and whoever returned does not judge
INSERT INTO dcm.post (code, person, role, org) SELECT v.p || '_' || v.r || '2', h.id, v.r, o.id
FROM (VALUES ('lia', 'dispatcher'), ('lia', 'shift_leader')) AS v (p, r) JOIN dcm.person AS h ON h.code = v.p JOIN dcm.org AS o ON o.code = 'sc';
CREATE TEMP TABLE own AS SELECT t.handling() AS no;
SELECT is((t.act('lia', no, 'request_extension', '{"reason": "weather"}', t.at('Mon 09:40'))).state, 'handling', 'asked for') FROM own;
SELECT is(t.try_act('lia', no, a, at => t.at('Mon 09:45')), '42501 dcm.separation', a || ' by who asked') FROM own, unnest('{grant_extension,endorse_extension}'::text[]) AS a;
SELECT is(pg_temp.buttons('lia', no, 'ension'), 'deny_extension', 'nor is there a button') FROM own;
SELECT is(t.try_act('disp', no, 'endorse_suspension', at => t.at('Mon 09:45')), '23514 dcm.no_request', 'nor is another request endorsed') FROM own;
SELECT is(t.try_act('lia', no, 'deny_extension', at => t.at('Mon 09:50')), 'ok', 'but taken back') FROM own;
SELECT is((t.act('lia', no, 'return', t.data('return'), t.at('Mon 10:00'))).state, 'filed', 'returned') FROM own;
SELECT is(t.try_act('lia', no, 'judge_return', '{"upheld": true}'), '42501 dcm.separation', 'not judged by who returned it') FROM own;
UPDATE own SET no = t.handling();
SELECT is((t.act('lia', no, 'handle', t.data('handle') || '{"misdirected": true}', t.at('Mon 10:00'))).state, 'handled', 'handled for another') FROM own;
SELECT is(t.try_act('lia', no, 'judge_return', '{"upheld": true}'), '42501 dcm.separation', 'nor confirmed by who says so') FROM own;
SELECT is(t.try_act('lia', no, a, CASE a WHEN 'merge' THEN jsonb_build_object('into', (SELECT no FROM w)) ELSE t.data(a) END), '42501 dcm.separation', a || ' by who handled it') FROM own, unnest('{void,merge}'::text[]) AS a;
SELECT is((t.act('lia', no, 'appeal', t.data('appeal'), t.at('Mon 11:00'))).state, 'handled', 'an appeal') FROM own;
INSERT INTO dcm.person (code, name) VALUES ('mate', 'mate');
INSERT INTO dcm.post (code, person, role, org) SELECT 'mate_' || v.r, h.id, v.r, o.id FROM (VALUES ('liaison', 'cg'), ('leader', 'sc')) AS v (r, b) JOIN dcm.person AS h ON h.code = 'mate' JOIN dcm.org AS o ON o.code = v.b;
SELECT is(t.try_act('mate', no, 'decide_appeal', '{"upheld": false}'), '42501 dcm.separation', 'is not reviewed by one of the body') FROM own;
DELETE FROM dcm.post WHERE code IN ('lia_dispatcher2', 'lia_shift_leader2');

-- two levels decide, where the city has it so
UPDATE dcm.setting SET value = '2' WHERE name IN ('extension_levels', 'suspension_levels');
SELECT is_empty('SELECT * FROM dcm.check_workflow()', 'the workflow as shipped has both levels');
CREATE TEMP TABLE e AS SELECT t.handling() AS no;
SELECT is(t.try_act('disp', no, 'endorse_extension'), '23514 dcm.no_request', 'nothing was asked for') FROM e;
SELECT is(t.try_act('lia', no, 'request_extension', '{"reason": "weather", "extra": "1 work_day"}', t.at('Mon 10:00')), '22023 dcm.limit_unit', 'not in another unit') FROM e;
SELECT is((t.act('lia', no, 'request_extension', '{"reason": "weather", "extra": "2 work_hour"}', t.at('Mon 10:00'))).state, 'handling', 'asked for') FROM e;
SELECT is(pg_temp.buttons('disp', no, 'ension'), 'deny_extension endorse_extension', 'the buttons are those of the request') FROM e;
SELECT is(pg_temp.buttons('lead', no, 'ension'), NULL, 'the second level waits for the first') FROM e;
SELECT is(t.try_act('lead', no, 'grant_extension', at => t.at('Mon 10:05')), '23514 dcm.not_endorsed', 'the first level first') FROM e;
SELECT is(t.try_act('disp', no, 'endorse_extension', at => t.at('Mon 10:10')), 'ok', 'it is for it') FROM e;
SELECT is(t.try_act('disp', no, 'endorse_extension', at => t.at('Mon 10:10')), '23514 dcm.endorsed', 'once') FROM e;
SELECT is(pg_temp.buttons(p, no, 'ension'), b, format('%s: %s', p, b)) FROM e, (VALUES ('disp', 'deny_extension'), ('lead', 'grant_extension')) AS v (p, b);
SELECT is((SELECT count(*) FROM dcm.worklist('lead') AS l WHERE l.case_no = no), 1::bigint, 'it waits on that desk') FROM e;
SELECT is(t.try_act('disp', no, 'grant_extension', at => t.at('Mon 10:15')), '42501 dcm.separation', 'another decides') FROM e;
SELECT is(t.try_act('lead', no, 'grant_extension', at => t.at('Mon 10:20')), 'ok', 'the second level does') FROM e;
SELECT is(t.dues(no), 'Tue 11:00, Tue 11:30, Tue 09:00', 'and it is extended') FROM e;
SELECT is((t.act('lia', no, 'request_suspension', '{"reason": "season", "until": "2015-03-05 09:00+08"}', t.at('Mon 11:00'))).state, 'handling', 'another request') FROM e;
SELECT is(t.try_act('lead', no, 'grant_suspension', at => t.at('Mon 11:05')), '23514 dcm.not_endorsed', 'needs another endorsement') FROM e;
SELECT is(t.try_act('disp', no, 'endorse_suspension', at => t.at('Mon 11:10')), 'ok', 'endorsed') FROM e;
SELECT is((t.act('lead', no, 'grant_suspension', at => t.at('Mon 11:20'))).state, 'suspended', 'granted') FROM e;
UPDATE dcm.setting SET value = NULL WHERE name IN ('extension_levels', 'suspension_levels');

-- what is suspended is looked at again, and put off or taken up earlier
UPDATE dcm.setting SET value = '1 day' WHERE name = 'review_every';
SELECT results_eq('SELECT case_no, reviews, review_due - since FROM dcm.problem_register', $$SELECT no, 0::bigint, interval '1 day' FROM e$$, 'it is to be reviewed');
SELECT is((t.act('disp', no, 'review_suspension', '{"finding": "frozen"}', t.at('Tue 09:00'))).state, 'suspended', 'reviewed') FROM e;
SELECT results_eq('SELECT reviews, t.day(reviewed_at), t.day(review_due), t.day(planned_till) FROM dcm.problem_register', $$VALUES (1::bigint, 'Tue 09:00', 'Wed 09:00', 'Thu 09:00')$$, 'and again on the next day');
SELECT is((SELECT t.day(due) FROM dcm.case_file WHERE case_no = no), 'Fri 09:00', 'the clock stands till the day planned') FROM e;
SELECT is((t.act('disp', no, 'review_suspension', '{"finding": "thawing", "until": "2015-03-04 09:00+08"}', t.at('Tue 10:00'))).state, 'suspended', 'put to an earlier day') FROM e;
SELECT is((SELECT t.day(due) || ' ' || t.day(resume_at) FROM dcm.case_file WHERE case_no = no), 'Thu 09:00 Wed 09:00', 'with its clock') FROM e;
SELECT is((t.act('disp', no, 'review_suspension', '{"finding": "frozen again", "until": "2015-03-06 09:00+08"}', t.at('Tue 11:00'))).state, 'suspended', 'put off') FROM e;
SELECT is((SELECT t.day(due) || ' ' || t.day(resume_at) FROM dcm.case_file WHERE case_no = no), 'Mon 09:00 Fri 09:00', 'with its clock') FROM e;
SELECT is((SELECT array_length(regexp_split_to_array(pauses::text, '\),'), 1) FROM dcm.case_file WHERE case_no = no), 1, 'one pause') FROM e;
SELECT is((t.act('disp', no, 'resume', at => t.at('Wed 09:00'))).state, 'handling', 'taken up') FROM e;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');
UPDATE dcm.setting SET value = NULL WHERE name = 'review_every';

-- reopened: to be handled again, with what its clock had left
CREATE TEMP TABLE o AS SELECT t.handling() AS no;
SELECT is(t.acts(no, 'Mon 11:00 handle
	Mon 11:10 request_check
	Mon 11:20 pass_check'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'handled after two hours') FROM o;
SELECT is((t.act('lead', no, 'close', '{}', t.at('Mon 11:30'))).state, 'closed', 'closed') FROM o;
SELECT is(t.try_act('acc', no, 'reopen', t.data('reopen')), '42501 dcm.no_right', 'reopened by a shift leader') FROM o;
SELECT is((t.act('lead', no, 'reopen', t.data('reopen'), t.at('Tue 09:00'))).state, 'filed', 'alone') FROM o;
SELECT is((SELECT concat_ws(' ', state, stage, ended_at, closed_at, handled_at, handler, org, reopened, t.day(due)) FROM dcm.case_file WHERE case_no = no), 'filed dispatch 1 Tue 17:00', 'it is open, and what was left of the clock goes on') FROM o;
SELECT is((SELECT string_agg(stage || ' ' || coalesce(outcome, '-'), ', ' ORDER BY stage_no) FROM dcm.case_stage WHERE case_no = no AND stage_no > 7), 'evaluation reopen, dispatch -', 'the stages go on') FROM o;
SELECT is((t.step(no, 'dispatch', t.at('Tue 09:10'))).state, 'dispatched', 'dispatched again') FROM o;
SELECT is((SELECT count(*) FROM dcm.assignment WHERE case_no = no AND handled_at IS NOT NULL), 1::bigint, 'what was handled stays so') FROM o;
SELECT is((t.step(no, 'sign', t.at('Tue 09:20'))).state, 'handling', 'signed') FROM o;
SELECT is((t.act('lia', no, 'handle', t.data('handle'), t.at('Tue 10:00'))).state, 'handled', 'handled by another') FROM o;
SELECT is((t.step(no, 'request_check', t.at('Tue 10:10'))).state, 'checking', 'checked') FROM o;
SELECT is(t.try_act('all', no, 'pass_check', t.data('pass_check')), '42501 dcm.separation', 'not by who handled it before it was reopened') FROM o;
SELECT is((t.step(no, 'pass_check', t.at('Tue 10:20'))).state, 'checked', 'checked') FROM o;
SELECT is((t.step(no, 'close', t.at('Tue 10:30'))).state, 'closed', 'closed again') FROM o;
CREATE TEMP TABLE o2 AS SELECT t.case_in('reported') AS no;
SELECT is((t.act('col', no, 'resolve_on_site', t.data('resolve_on_site'))).state, 'checked', 'resolved on the spot') FROM o2;
SELECT is((t.step(no, 'close')).state, 'closed', 'closed') FROM o2;
SELECT is(t.try_act('lead', no, 'reopen', t.data('reopen')), '23514 dcm.not_filed', 'is not reopened') FROM o2;
SELECT is((t.act('acc', no, 'rate', '{"satisfaction": "satisfied"}')).state, 'closed', 'but rated') FROM o2;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- merged: two that are one, with those who told of them
CREATE TEMP TABLE m AS SELECT t.report(t.at('Mon 09:00'), 3) AS main, t.report(t.at('Mon 10:00'), 3) AS twin, t.report(t.at('Mon 11:00'), 3) AS third;
SELECT results_eq($$SELECT case_no, into_case, distance, apart, category FROM dcm.merge_candidates() WHERE case_no IN (SELECT unnest(ARRAY[main, twin, third]) FROM m) ORDER BY 1, 2$$,
	$$SELECT twin, main, 0::float8, interval '1 hour', 'E9901' FROM m UNION ALL SELECT third, main, 0, interval '2 hours', 'E9901' FROM m UNION ALL SELECT third, twin, 0, interval '1 hour', 'E9901' FROM m ORDER BY 1, 2$$, 'what may be one');
SELECT is_empty('SELECT FROM dcm.merge_candidates(within => ''30 minutes'') JOIN m ON case_no IN (twin, third)', 'nothing so soon after another');
SELECT is(t.try('SELECT * FROM dcm.merge_candidates(-1)'), '22023 dcm.bad_reach', 'no distance below 0');
CREATE TEMP TABLE i AS SELECT dcm.register_call('12345', 'complaint', 'dirt', '13800001111') AS id FROM dcm.become('acc');
SELECT lives_ok(format('SELECT dcm.become(''acc''), dcm.link_intake(%s, %s)', id, twin), 'a call of the twin') FROM i, m;
SELECT is(t.try_act('lead', twin, 'merge', jsonb_build_object('into', twin)), '22023 dcm.bad_data', 'not into itself') FROM m;
SELECT is((t.act('lead', twin, 'merge', jsonb_build_object('into', main::text), t.at('Mon 12:00'))).state, 'voided', 'merged') FROM m;
SELECT is((SELECT concat_ws(' ', state, merged_into = main) FROM dcm.case_file WHERE case_no = twin), 'voided t', 'one ends, and says into which') FROM m;
SELECT is((SELECT case_no FROM dcm.intake AS x WHERE x.id = i.id), main, 'who told of it hears of the other') FROM i, m;
SELECT is(t.try_act('lead', third, 'merge', jsonb_build_object('into', twin)), '23514 dcm.merge_ended', 'not into one that has ended') FROM m;
SELECT is((SELECT state FROM dcm.become('lead'), dcm.merge_case(third, main)), 'voided', 'by name') FROM m;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- came back after its close
CREATE TEMP TABLE b AS SELECT t.case_in('closed', t.at('Tue 09:00')) AS first;
SELECT is(x.earlier, b.first, 'what came back is told') FROM b, LATERAL (SELECT t.report(t.at('Wed 09:00')) AS no) AS n,
	LATERAL (SELECT r.earlier FROM dcm.recurrences(t.at('Wed 00:00'), t.at('Thu 00:00')) AS r WHERE r.case_no = n.no) AS x;
SELECT is_empty($$SELECT * FROM dcm.recurrences(t.at('Wed 00:00'), t.at('Thu 00:00'), within => '1 hour')$$, 'not so late after it');
SELECT is_empty($$SELECT * FROM dcm.recurrences('2015-04-20', '2015-05-01')$$, 'nor where nothing was reported');
SELECT is(t.try($$SELECT * FROM dcm.recurrences('-infinity', 'infinity')$$), '22023 dcm.bad_reach', 'in a span with ends');

-- what somebody changes of the tasks is found
SELECT matches(t.tampered(format('UPDATE dcm.case_task SET %s WHERE case_no = %s AND task_no = %s', v.change, a.no, v.n)), format('task %s is not what the log says', v.n), format('%s of task %s', v.change, v.n))
FROM a, (VALUES (2, 'outcome = ''denied'''), (3, 'done_at = done_at + interval ''1 hour'''), (3, 'done_by = 1'), (2, 'org = 1'), (1, 'person = 1'), (1, 'due = NULL'), (1, 'kind = ''verify'''), (1, 'requested_at = now()'), (4, 'log_no = 3')) AS v (n, change);
-- an appeal of which one has reviewed it is not decided
CREATE TEMP TABLE half AS SELECT t.case_in('closed') AS no;
SELECT isnt((t.step(no, 'appeal')).state, NULL, 'appealed') FROM half;
SELECT isnt((t.act('lead', no, 'decide_appeal', '{"upheld": true, "exempts": "all"}')).state, NULL, 'reviewed by one') FROM half;
SELECT matches(t.tampered(format('UPDATE dcm.case_task AS k SET done_at = l.occurred_at, done_by = l.actor, outcome = ''upheld'' FROM dcm.case_log AS l WHERE l.action = ''decide_appeal'' AND l.case_no = k.case_no AND k.case_no = %s AND k.kind = ''appeal''', no)), 'task 2 is not what', 'decided by one of two') FROM half;
SELECT matches(t.tampered(format('UPDATE dcm.case_task SET done_at = NULL, done_by = NULL, outcome = NULL WHERE case_no = %s AND task_no = 2', no)), 'task 2 is not what', 'open again') FROM a;
SELECT matches(t.tampered(format('UPDATE dcm.case_task SET log_no = NULL WHERE case_no = %s AND task_no = 2', no)), 'task 2 is not what', 'of no entry') FROM a;
SELECT matches(t.tampered(format('UPDATE dcm.attachment SET %s WHERE case_no = %s AND attachment_no = 1', c, no)), 'attachment 1 is not what the log says', c) FROM a, unnest(ARRAY['uri = ''x''', 'sha256 = ''x''', 'lon = 1, lat = 2', 'kind = ''x''', 'taken_at = now()', 'log_no = 2']) AS c WHERE c !~ 'taken';
SELECT matches(t.tampered(format('UPDATE dcm.case_file SET %s WHERE case_no = %s', c, no)), 'is .*, the log says', c) FROM a, unnest(ARRAY['reporter = reporter + 1', 'grid = ''320681100001002''', 'area = ''320681''']) AS c;
-- nor do codes that come to stand for others make a sound record unsound
SAVEPOINT s;
UPDATE dcm.org SET code = code || '_x' WHERE code IN ('hw', 'com');
UPDATE dcm.person SET code = code || '_x' WHERE code IN ('col', 'col2');
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right whatever things are called');
ROLLBACK TO s;
SELECT matches(t.tampered(format('DELETE FROM dcm.case_task WHERE case_no = %s AND task_no = 4', no)), 'task 4 is not what', 'one that is gone') FROM a;
SELECT matches(t.tampered(format('UPDATE dcm.case_file SET %s WHERE case_no = %s', change, twin)), format('%s is .*, the log says', field), change)
FROM m, (VALUES ('merged_into', 'merged_into = NULL'), ('reopened', 'reopened = 1'), ('tasks', 'tasks = 5')) AS v (field, change)
WHERE field <> 'tasks';
SELECT matches(t.tampered(format('UPDATE dcm.case_file SET tasks = 5 WHERE case_no = %s', no)), 'tasks is 5, the rows say 4', 'how many there were') FROM a;

SELECT * FROM finish();
ROLLBACK;
