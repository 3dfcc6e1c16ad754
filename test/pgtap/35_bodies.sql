-- Several bodies at one case: a lead, those that join it, those to which it is
-- forwarded, a coordinator.  The state follows from them, each has its own row,
-- and the record tells all of it.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

INSERT INTO dcm.org (code, name, level, kind) VALUES ('gov', 'government', 2, 'government'), ('water', 'water works', 1, 'enterprise');
INSERT INTO dcm.person (code, name) VALUES ('liaw', 'liaw'), ('liag', 'liag'), ('boss', 'boss');
INSERT INTO dcm.post (code, person, role, org)
SELECT v.person || '_p', p.id, v.role, o.id
FROM (VALUES ('liaw', 'liaison', 'water'), ('liag', 'liaison', 'gov'), ('boss', 'leader', 'sc')) AS v (person, role, org)
	JOIN dcm.person AS p ON p.code = v.person JOIN dcm.org AS o ON o.code = v.org;

-- the bodies of a case: number, body, part, what became of it
CREATE FUNCTION pg_temp.parts(no bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(concat_ws(' ', a.work_no, o.code, nullif(a.part, 'lead'), 'of ' || a.parent, CASE WHEN a.signed_at IS NOT NULL THEN 'signed' END,
		CASE WHEN a.handled_at IS NOT NULL THEN 'handled' END, CASE WHEN a.returned_at IS NOT NULL THEN 'returned' END,
		CASE WHEN a.recalled_at IS NOT NULL THEN 'recalled' END, 'fault of ' || a.fault), ', ' ORDER BY a.work_no)
	FROM dcm.assignment AS a JOIN dcm.org AS o ON o.id = a.org WHERE a.case_no = no
$$;
CREATE FUNCTION pg_temp.state(no bigint) RETURNS text LANGUAGE sql VOLATILE AS 'SELECT f.state FROM dcm.case_file AS f WHERE f.case_no = no';
-- filed on Monday at 09:00 with 8 working hours, dispatched at 09:30 to cg, with the others
CREATE FUNCTION pg_temp.joint(data text = '"joint": ["hw"]') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.filed();
BEGIN
	PERFORM t.act('disp', no, 'dispatch', ('{"org": "cg", ' || data || '}')::jsonb, t.at('Mon 09:30'));
	RETURN no;
END $$;
CREATE FUNCTION pg_temp.right() RETURNS SETOF text LANGUAGE sql AS
	$$SELECT format('%s %s %s %s', case_no, log_no, part, problem) FROM dcm.verify_all()$$;

-- each signs for itself, the case is signed by the lead
CREATE TEMP TABLE j AS SELECT pg_temp.joint('"joint": ["hw", "water"], "coordinator": "gov"') AS no;
SELECT is(pg_temp.parts(no), '1 cg, 2 hw joint, 3 water joint, 4 gov coordinator', 'a lead, two that join, one that coordinates') FROM j;
SELECT is((SELECT string_agg(coalesce(t.day(due), 'none'), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 09:30, Tue 09:30, Tue 09:30, none', 'with one clock, the coordinator without') FROM j;
SELECT is(t.try_act('lia2', no, 'sign', at => t.at('Mon 09:40')), 'ok', 'one that joins signs') FROM j;
SELECT is(pg_temp.state(no), 'dispatched', 'and the case waits for the lead') FROM j;
SELECT is(t.try_act('lia2', no, 'sign', at => t.at('Mon 09:40')), '23514 dcm.part_done', 'nobody signs twice') FROM j;
SELECT is(t.try_act('lia2', no, 'handle', t.data('handle'), t.at('Mon 10:00')), 'ok', 'it handles before the lead has signed') FROM j;
SELECT is(pg_temp.state(no), 'dispatched', 'which does not handle the case') FROM j;
SELECT is(t.try_act('lia2', no, 'return', t.data('return')), '23514 dcm.part_done', 'what is handled is not returned') FROM j;
SELECT is(t.try_act('liag', no, 'sign'), '23514 dcm.part_done', 'the coordinator does not sign') FROM j;
SELECT is(t.try_act('sub', no, 'sign'), '42501 dcm.not_yours', 'nor does a body that has no part in it') FROM j;
SELECT is(t.try_act('lia', no, 'sign', at => t.at('Mon 10:30')), 'ok', 'the lead signs') FROM j;
SELECT is(pg_temp.state(no), 'handling', 'and the case is signed') FROM j;
SELECT is(t.try_act('han', no, 'handle', t.data('handle'), t.at('Mon 11:00')), 'ok', 'the lead handles') FROM j;
SELECT is((SELECT concat_ws(' ', state, handled_at, handler) FROM dcm.case_file WHERE case_no = no), 'handling', 'and the case waits for the last') FROM j;
SELECT is((SELECT array_agg(a.action) FROM dcm.become('liaw'), dcm.allowed_actions(no) AS a WHERE a.action IN ('sign', 'handle', 'return', 'forward')), '{return,sign}', 'whose buttons are those of its own part') FROM j;
SELECT is((SELECT array_agg(a.action) FROM dcm.become('lia'), dcm.allowed_actions(no) AS a WHERE a.action IN ('sign', 'handle', 'return', 'forward')), NULL, 'as are the lead''s') FROM j;
SELECT is((SELECT string_agg(l.case_no::text, '') FROM dcm.worklist('liaw') AS l), no::text, 'it waits in its work list') FROM j;
SELECT is((SELECT count(*) FROM dcm.worklist('lia2') AS l WHERE l.case_no = no), 0::bigint, 'and no longer in that of who has handled') FROM j;
SELECT is(t.try_act('liaw', no, 'handle', t.data('handle')), '23514 dcm.part_done', 'not before it has signed') FROM j;
SELECT is((t.act('liaw', no, 'sign', at => t.at('Mon 11:30'))).state, 'handling', 'it signs') FROM j;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right on the way');
-- told late: what counts is the last of the times
SELECT is((t.act('liaw', no, 'handle', t.data('handle'), t.at('Mon 10:45'))).state, 'handled', 'it was the last') FROM j;
SELECT is((SELECT t.day(f.handled_at) || ' ' || p.code FROM dcm.case_file AS f JOIN dcm.person AS p ON p.id = f.handler WHERE f.case_no = no), 'Mon 11:00 liaw', 'handled when all were done') FROM j;
SELECT is(pg_temp.parts(no), '1 cg signed handled, 2 hw joint signed handled, 3 water joint signed handled, 4 gov coordinator', 'each has its row') FROM j;
INSERT INTO dcm.post (code, person, role) SELECT p.code || '_c', p.id, 'collector' FROM dcm.person AS p WHERE p.code = 'lia2';
SELECT isnt((t.step(no, 'request_check')).state, NULL, 'it is checked') FROM j;
SELECT is(t.try_act('lia2', no, 'pass_check', t.data('pass_check')), '42501 dcm.separation', 'but by none of those who handled') FROM j;
SELECT is((t.step(no, 'fail_check')).state, 'handling', 'the check fails') FROM j;
SELECT is(pg_temp.parts(no), '1 cg signed, 2 hw joint signed handled, 3 water joint signed handled, 4 gov coordinator', 'and the lead goes on') FROM j;
SELECT is((t.step(no, 'handle')).state, 'handled', 'alone') FROM j;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- the lead is enough, where the city has it so
UPDATE dcm.setting SET value = 'lead' WHERE name = 'joint_done';
CREATE TEMP TABLE l AS SELECT pg_temp.joint() AS no;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'signed') FROM l;
SELECT is((t.act('lia', no, 'handle', t.data('handle'), t.at('Mon 11:00'))).state, 'handled', 'handled by the lead') FROM l;
SELECT is(pg_temp.parts(no), '1 cg signed handled, 2 hw joint recalled', 'the others are called back') FROM l;
UPDATE dcm.setting SET value = NULL WHERE name = 'joint_done';

-- returns: of one that joins, of the last that is missing, of the lead
CREATE TEMP TABLE r AS SELECT pg_temp.joint() AS a, pg_temp.joint('"joint": ["hw", "water"]') AS b;
SELECT is((t.act('lia2', a, 'return', t.data('return'), t.at('Mon 10:00'))).state, 'dispatched', 'one that joins returns it') FROM r;
SELECT is(pg_temp.parts(a), '1 cg, 2 hw joint returned', 'the lead goes on') FROM r;
SELECT is((t.act('lia', a, 'return', t.data('return'), t.at('Mon 10:10'))).state, 'filed', 'the lead returns it') FROM r;
SELECT is((t.act('disp', a, 'dispatch', '{"org": "hw", "joint": ["water"]}', t.at('Mon 10:20'))).state, 'dispatched', 'it is dispatched again') FROM r;
SELECT is(pg_temp.parts(a), '1 cg returned, 2 hw joint returned, 3 hw, 4 water joint', 'the numbers go on') FROM r;
SELECT is((SELECT returned FROM dcm.case_file WHERE case_no = a), 2::smallint, 'two returns') FROM r;
SELECT is((t.act('disp', a, 'recall', '{"reason": "mistaken"}', t.at('Mon 10:30'))).state, 'filed', 'recalled') FROM r;
SELECT is(pg_temp.parts(a), '1 cg returned, 2 hw joint returned, 3 hw recalled, 4 water joint recalled', 'from all') FROM r;
SELECT is((t.act('lia', b, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'signed') FROM r;
SELECT is((t.act('lia2', b, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'by another') FROM r;
SELECT is((t.act('lia2', b, 'handle', t.data('handle'), t.at('Mon 10:20'))).state, 'handling', 'one handles') FROM r;
SELECT is((t.act('lia', b, 'handle', t.data('handle'), t.at('Mon 10:30'))).state, 'handling', 'the lead handles') FROM r;
SELECT is((t.act('liaw', b, 'return', t.data('return'), t.at('Mon 12:00'))).state, 'handled', 'the last returns it: it is handled') FROM r;
SELECT is((SELECT t.day(f.handled_at) || ' ' || p.code FROM dcm.case_file AS f JOIN dcm.person AS p ON p.id = f.handler WHERE f.case_no = b), 'Mon 10:30 lia', 'since the last that handled') FROM r;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- the clock is one: an extension is everybody's that is still at work
CREATE TEMP TABLE x AS SELECT pg_temp.joint('"joint": ["hw", "water"]') AS no;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'signed') FROM x;
SELECT is((t.act('lia2', no, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'by another') FROM x;
SELECT is((t.act('lia2', no, 'handle', t.data('handle'), t.at('Mon 10:10'))).state, 'handling', 'which handles') FROM x;
SELECT is(t.try_act('liaw', no, 'request_extension', t.data('request_extension')), '42501 dcm.not_yours', 'the lead asks for more time, not the others') FROM x;
SELECT is((t.act('lia', no, 'request_extension', '{"reason": "weather", "extra": "2 work_hour"}', t.at('Mon 11:00'))).state, 'handling', 'asked for') FROM x;
SELECT is((t.act('disp', no, 'grant_extension', '{}', t.at('Mon 11:10'))).state, 'handling', 'granted') FROM x;
SELECT is((SELECT string_agg(t.day(due), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 11:30, Tue 09:30, Tue 11:30', 'more time for two of three') FROM x;
SELECT is((t.act('lia', no, 'handle', t.data('handle'), t.at('Mon 14:00'))).state, 'handling', 'the lead handles') FROM x;
SELECT is((SELECT t.day(handled_at) FROM dcm.assignment WHERE case_no = no AND work_no = 1), 'Mon 14:00', 'which stands') FROM x;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- from the lead's signature, where the city has it so
UPDATE dcm.setting SET value = 'sign' WHERE name = 'handle_from';
CREATE TEMP TABLE s AS SELECT pg_temp.joint() AS no;
SELECT is((SELECT count(due) FROM dcm.assignment WHERE case_no = no), 0::bigint, 'no clock before the signature') FROM s;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'signed') FROM s;
SELECT is((SELECT string_agg(t.day(due), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 10:00, Tue 10:00', 'then for all') FROM s;
UPDATE dcm.setting SET value = NULL WHERE name = 'handle_from';
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- forwarded to a body below, and on
INSERT INTO dcm.org (code, name, level, kind, parent) SELECT 'cg3', 'team', 3, 'department', id FROM dcm.org WHERE code = 'cg2';
INSERT INTO dcm.person (code, name) VALUES ('team', 'team');
INSERT INTO dcm.post (code, person, role, org) SELECT 'team_p', p.id, 'liaison', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'team' AND o.code = 'cg3';
CREATE TEMP TABLE f AS SELECT t.handling() AS no;
SELECT is(t.try_act('sub', no, 'forward', '{"org": "cg3"}'), '42501 dcm.not_yours', 'it has not come so far') FROM f;
SELECT is((t.act('lia', no, 'forward', '{"org": "cg2"}', t.at('Mon 10:00'))).state, 'handling', 'forwarded') FROM f;
SELECT is(t.try_act('lia', no, 'forward', '{"org": "cg2"}'), '23514 dcm.part_done', 'it has it already') FROM f;
SELECT is(t.try_act('sub', no, 'handle', t.data('handle')), '23514 dcm.part_done', 'who has not signed does not handle') FROM f;
SELECT is((t.act('sub', no, 'sign', at => t.at('Mon 10:10'))).state, 'handling', 'it signs') FROM f;
SELECT is((t.act('sub', no, 'forward', '{"org": "cg3"}', t.at('Mon 10:20'))).state, 'handling', 'and forwards it on') FROM f;
SELECT is(pg_temp.parts(no), '1 cg signed, 2 cg2 of 1 signed, 3 cg3 of 2', 'from hand to hand') FROM f;
SELECT is((SELECT string_agg(t.day(due), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 09:30, Tue 09:30, Tue 09:30', 'at the same clock') FROM f;
SELECT is((t.act('team', no, 'return', t.data('return'), t.at('Mon 10:30'))).state, 'handling', 'the last gives it back to the one above') FROM f;
SELECT is((t.act('sub', no, 'forward', '{"org": "cg3"}', t.at('Mon 10:40'))).state, 'handling', 'which sends it again') FROM f;
SELECT is((t.act('team', no, 'sign', at => t.at('Mon 10:50'))).state, 'handling', 'it signs') FROM f;
SELECT is((t.act('team', no, 'handle', t.data('handle'), t.at('Mon 11:00'))).state, 'handled', 'and handles it: for all above') FROM f;
SELECT is(pg_temp.parts(no), '1 cg signed handled, 2 cg2 of 1 signed handled, 3 cg3 of 2 returned, 4 cg3 of 2 signed handled', 'each of which has handled') FROM f;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');
CREATE TEMP TABLE f2 AS SELECT t.handling() AS no;
SELECT is((t.act('lia', no, 'forward', '{"org": "cg2"}', t.at('Mon 10:00'))).state, 'handling', 'forwarded') FROM f2;
SELECT is((t.act('lia', no, 'handle', t.data('handle'), t.at('Mon 11:00'))).state, 'handled', 'and then done by the body itself') FROM f2;
SELECT is(pg_temp.parts(no), '1 cg signed handled, 2 cg2 of 1 recalled', 'the one below need not') FROM f2;
-- after a check that failed it may go there again
CREATE TEMP TABLE f4 AS SELECT t.handling() AS no;
SELECT is((t.act('lia', no, 'forward', '{"org": "cg2"}', t.at('Mon 10:00'))).state, 'handling', 'forwarded') FROM f4;
SELECT is((t.act('sub', no, 'sign', at => t.at('Mon 10:05'))).state, 'handling', 'signed') FROM f4;
SELECT is((t.act('sub', no, 'handle', t.data('handle'), t.at('Mon 10:30'))).state, 'handled', 'handled') FROM f4;
SELECT is((t.step(no, 'request_check', t.at('Mon 10:40'))).state, 'checking', 'checked') FROM f4;
SELECT is((t.step(no, 'fail_check', t.at('Mon 10:50'))).state, 'handling', 'it fails') FROM f4;
SELECT is((t.act('lia', no, 'forward', '{"org": "cg2"}', t.at('Mon 11:00'))).state, 'handling', 'forwarded again') FROM f4;
SELECT is((t.act('sub', no, 'sign', at => t.at('Mon 11:05'))).state, 'handling', 'signed') FROM f4;
SELECT is((t.act('sub', no, 'handle', t.data('handle'), t.at('Mon 11:30'))).state, 'handled', 'and handled') FROM f4;
SELECT is(pg_temp.parts(no), '1 cg signed handled, 2 cg2 of 1 signed handled, 3 cg2 of 1 signed handled', 'twice') FROM f4;
-- a part that joined is forwarded as such
CREATE TEMP TABLE f3 AS SELECT t.filed() AS no;
SELECT is((t.act('disp', no, 'dispatch', '{"org": "hw", "joint": ["cg"]}', t.at('Mon 09:30'))).state, 'dispatched', 'another leads') FROM f3;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 09:40'))).state, 'dispatched', 'the joint body signs') FROM f3;
SELECT is((t.act('lia2', no, 'sign', at => t.at('Mon 09:40'))).state, 'handling', 'and the lead') FROM f3;
SELECT is((t.act('lia', no, 'forward', '{"org": "cg2"}', t.at('Mon 10:00'))).state, 'handling', 'forwarded') FROM f3;
SELECT is((t.act('lia2', no, 'return', t.data('return'), t.at('Mon 10:30'))).state, 'filed', 'the lead returns the case') FROM f3;
SELECT is(pg_temp.parts(no), '1 hw signed returned, 2 cg joint signed recalled, 3 cg2 joint of 2 recalled', 'all the rest is called back') FROM f3;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- whose fault a return was
SELECT is(t.try_act('disp', a, 'judge_return', '{"upheld": true}'), '42501 dcm.no_right', 'not by a dispatcher') FROM r;
INSERT INTO dcm.post (code, person, role) SELECT 'disp_lead', id, 'shift_leader' FROM dcm.person WHERE code = 'disp';
SELECT is(t.try_act('disp', a, 'judge_return', '{"upheld": true}'), '42501 dcm.separation', 'nor by whoever dispatched it, whatever else that is') FROM r;
SELECT is(t.try_act('lead', a, 'judge_return', '{"upheld": true, "work_no": 1}'), 'ok', 'the return was right') FROM r;
SELECT is(t.try_act('lead', a, 'judge_return', '{"upheld": false}'), 'ok', 'another was not') FROM r;
SELECT is(t.try_act('lead', a, 'judge_return', '{"upheld": false}'), '23514 dcm.no_return', 'each is judged once') FROM r;
SELECT is(pg_temp.parts(a), '1 cg returned fault of dispatcher, 2 hw joint returned fault of handler, 3 hw recalled, 4 water joint recalled', 'the dispatcher''s, the body''s') FROM r;
SELECT results_eq($$SELECT key, dispatched, returned, judged, wrong, misdirected, accuracy FROM dcm.dispatch_accuracy(t.at('Mon 00:00'), t.at('Tue 00:00'))$$,
	$$SELECT 'disp', count(*), count(returned_at), 2::bigint, 1::bigint, 0::bigint, round(100.0 * (count(*) - 1) / count(*), 2)
		FROM dcm.assignment WHERE parent IS NULL AND part <> 'coordinator' AND dispatched_at < t.at('Tue 00:00')$$, 'how rightly was dispatched');
SELECT results_eq($$SELECT key, wrong FROM dcm.dispatch_accuracy(t.at('Mon 00:00'), t.at('Tue 00:00'), 'org') WHERE wrong > 0$$, $$VALUES ('cg', 1::bigint)$$, 'and to whom');
SELECT is(t.try($$SELECT dcm.dispatch_accuracy(t.at('Mon 00:00'), t.at('Tue 00:00'), 'moon')$$), '22023 dcm.no_grouping', 'in no other way');

-- who has signed first keeps it, where the city has it so
UPDATE dcm.setting SET value = 'true' WHERE name = 'first_receiver';
CREATE TEMP TABLE k AS SELECT t.handling() AS no, t.case_in('dispatched') AS before;
SELECT is(t.try_act('lia', no, 'return', t.data('return')), '23514 dcm.first_receiver', 'not returned after the signature') FROM k;
SELECT is(t.try_act('lia', no, 'return', t.data('return') || '{"reason": "unclear_ownership"}'), 'ok', 'but for another reason') FROM k;
SELECT is(t.try_act('lia', before, 'return', t.data('return')), 'ok', 'or before it') FROM k;
UPDATE k SET no = t.handling();
SELECT is(t.try_act('lia', no, 'handle', t.data('handle') || '{"misdirected": true}'), 'ok', 'it is done all the same') FROM k;
SELECT is((SELECT concat_ws(' ', org, confirmed) FROM dcm.first_receivers AS v WHERE v.case_no = no), 'cg', 'which the body says') FROM k;
SELECT is(t.try_act('lead', no, 'judge_return', '{"upheld": true}'), 'ok', 'and the centre upholds') FROM k;
SELECT is((SELECT concat_ws(' ', org, confirmed) FROM dcm.first_receivers AS v WHERE v.case_no = no), 'cg t', 'to be rewarded') FROM k;
UPDATE dcm.setting SET value = NULL WHERE name = 'first_receiver';
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');

-- clocks that begin or move while others have done with the case
UPDATE dcm.setting SET value = 'sign' WHERE name = 'handle_from';
CREATE TEMP TABLE c AS SELECT pg_temp.joint() AS no, t.filed(1, 3) AS none;
SELECT is((t.act('lia2', no, 'sign', at => t.at('Mon 09:40'))).state, 'dispatched', 'one that joins signs') FROM c;
SELECT is((t.act('lia2', no, 'handle', t.data('handle'), t.at('Mon 09:50'))).state, 'dispatched', 'and handles before the clock begins') FROM c;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 10:00'))).state, 'handling', 'with the lead''s signature') FROM c;
SELECT is((SELECT string_agg(coalesce(t.day(due), 'none'), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 10:00, none', 'it is no clock of who has handled') FROM c;
SELECT is((t.step(none, 'dispatch', t.at('Mon 09:30'))).state, 'dispatched', 'what has no limit is dispatched') FROM c;
SELECT is((t.step(none, 'sign', t.at('Mon 10:00'))).state, 'handling', 'and signed') FROM c;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');
UPDATE dcm.setting SET value = NULL WHERE name = 'handle_from';

UPDATE dcm.setting SET value = 'true' WHERE name = 'request_stops_clock';
CREATE TEMP TABLE w AS SELECT pg_temp.joint() AS no, pg_temp.joint() AS amended;
SELECT is((t.act('lia', no, 'sign', at => t.at('Mon 09:40'))).state, 'handling', 'signed') FROM w;
SELECT is((t.act('lia', no, 'request_suspension', t.data('request_suspension'), t.at('Mon 10:00'))).state, 'handling', 'a request stops the clock') FROM w;
SELECT is((t.act('lia', no, 'return', t.data('return'), t.at('Mon 11:00'))).state, 'filed', 'until the lead returns the case') FROM w;
SELECT is((SELECT string_agg(t.day(due), ', ' ORDER BY work_no) FROM dcm.assignment WHERE case_no = no), 'Tue 10:30, Tue 09:30', 'which moves no clock of who has it no more') FROM w;
SELECT is((t.act('lia', amended, 'return', t.data('return'), t.at('Mon 11:00'))).state, 'filed', 'another is returned') FROM w;
SELECT is((t.act('acc', amended, 'amend', '{"condition": 2, "reason": "mistaken"}', t.at('Mon 11:10'))).state, 'filed', 'and corrected while no body has it') FROM w;
SELECT set_eq('SELECT * FROM pg_temp.right()', '{}'::text[], 'the record is right');
UPDATE dcm.setting SET value = NULL WHERE name = 'request_stops_clock';

-- what somebody changes of the bodies is found
SELECT matches(t.tampered(format('UPDATE dcm.assignment SET %s WHERE case_no = %s AND work_no = %s', v.change, j.no, v.n)), format('assignment %s is not what the log says', v.n), format('%s of assignment %s', v.change, v.n))
FROM j, (VALUES (2, 'handled_at = handled_at - interval ''1 hour'''), (2, 'handled_at = NULL'), (3, 'org = (SELECT id FROM dcm.org WHERE code = ''cg2'')'), (3, 'part = ''coordinator'''),
	(3, 'due = due + interval ''1 day'''), (2, 'return_reason = ''x'''), (3, 'time_limit = ''9 work_hour'''), (4, 'recalled_at = now()'), (2, 'parent = 1'), (1, 'fault = ''nobody'''), (1, 'misdirected = true'), (2, 'dispatcher = dispatcher + 1'), (2, 'signed_at = NULL')) AS v (n, change);
SELECT matches(t.tampered(format('DELETE FROM dcm.assignment WHERE case_no = %s AND work_no = 3', no)), 'assignment 3 is not', 'one that is gone') FROM j;
SELECT matches(t.tampered(format('UPDATE dcm.case_file SET parts = 2 WHERE case_no = %s', no)), 'parts is 2, the log says 3', 'how many there are') FROM j;

SELECT * FROM finish();
ROLLBACK;
