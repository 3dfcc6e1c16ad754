-- Base data that changes while cases are under way: a case keeps the limit under
-- which it was filed, whoever held a post then stays named, and work that is
-- handed over goes on by another.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SELECT * FROM no_plan();
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;

-- the catalogue of limits: a change is a new version, and the case keeps its own
CREATE TEMP TABLE c AS SELECT (t.act('lead', t.case_in('accepted', '2015-03-02 09:00+08'), 'file', '{"condition": 1}', '2015-03-02 09:00+08')).case_no AS no;
CREATE TEMP TABLE first AS SELECT f.* FROM dcm.case_file AS f JOIN c ON c.no = f.case_no;
SELECT is((SELECT s.limit_1::text FROM first AS f JOIN dcm.filing_standard AS s ON s.id = f.standard), '8 work_hour', 'filed under the limit in force');
UPDATE dcm.filing_standard AS s SET limit_1 = '4 work_hour', edition = '2026' FROM dcm.category AS k WHERE k.id = s.category AND k.code = 'E9901' AND s.condition_no = 1;
SELECT results_eq($$SELECT s.limit_1::text, s.edition, upper(s.valid) = now(), lower(s.valid) = now(), s.replaces IS NOT NULL FROM dcm.filing_standard AS s JOIN dcm.category AS k ON k.id = s.category
	WHERE k.code = 'E9901' AND s.condition_no = 1 ORDER BY lower(s.valid)$$,
	$$VALUES ('8 work_hour', NULL, true, false, false), ('4 work_hour', '2026', NULL, true, true)$$, 'a change of a limit is a new version');
SELECT is((SELECT (f.standard, f.due)::text FROM dcm.case_file AS f JOIN c ON c.no = f.case_no), (SELECT (standard, due)::text FROM first), 'the case keeps its version and its deadline');
SELECT is((SELECT s.limit_1::text FROM dcm.case_file AS f JOIN c ON c.no = f.case_no JOIN dcm.filing_standard AS s ON s.id = f.standard), '8 work_hour', 'and its version says what it was');
SELECT is((SELECT count(*) FROM c, dcm.explain_deadline(c.no))::int > 0, true, 'its deadline is still explained');
CREATE TEMP TABLE later AS SELECT (t.act('lead', t.case_in('accepted', clock_timestamp()), 'file', '{"condition": 1}', clock_timestamp())).case_no AS no;
SELECT is((SELECT s.limit_1::text FROM dcm.case_file AS f JOIN later AS l ON l.no = f.case_no JOIN dcm.filing_standard AS s ON s.id = f.standard), '4 work_hour', 'a later case has the new limit');
-- a condition that has ended is not there any more, but was then
DELETE FROM dcm.filing_standard AS s USING dcm.category AS k WHERE k.id = s.category AND k.code = 'E9901' AND s.condition_no = 2;
SELECT is(t.try_act('lead', t.case_in('accepted', clock_timestamp()), 'file', '{"condition": 2}', clock_timestamp()), '22023 dcm.no_condition', 'a condition that has ended');
SELECT is(t.try_act('lead', t.case_in('accepted', '2015-03-02 09:00+08'), 'file', '{"condition": 2}', '2015-03-02 09:00+08'), 'ok', 'was in force then');
-- a limit told ahead does not count yet
UPDATE dcm.filing_standard AS s SET limit_1 = '2 work_hour', valid = '[2099-01-01,)' FROM dcm.category AS k WHERE k.id = s.category AND k.code = 'E9902' AND s.condition_no = 1;
SELECT results_eq($$SELECT s.limit_1::text, s.valid @> now() FROM dcm.filing_standard AS s JOIN dcm.category AS k ON k.id = s.category WHERE k.code = 'E9902' AND s.condition_no = 1 ORDER BY lower(s.valid)$$,
	$$VALUES ('24 work_hour', true), ('2 work_hour', false)$$, 'a limit told ahead');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');

-- a post changes hands: who acted then stays named
CREATE TEMP TABLE p AS SELECT id, person FROM dcm.post WHERE code = 'lead_shift_leader';
UPDATE dcm.post SET person = (SELECT id FROM dcm.person WHERE code = 'idle') WHERE code = 'lead_shift_leader';
SELECT is((SELECT h.code FROM dcm.case_log AS l JOIN c ON c.no = l.case_no JOIN dcm.post AS o ON o.id = l.post JOIN dcm.person AS h ON h.id = o.person WHERE l.action = 'file'), 'lead', 'the log names who held the post');
SELECT is(t.try_act('lead', t.case_in('accepted', clock_timestamp()), 'file', '{"condition": 1}', clock_timestamp()), '42501 dcm.no_right', 'who held it holds it no more');
SELECT is(t.try_act('idle', t.case_in('accepted', clock_timestamp()), 'file', '{"condition": 1}', clock_timestamp()), 'ok', 'who holds it now may');

-- posts and open tasks are handed over, by whoever may reassign them
CREATE TEMP TABLE task AS SELECT (t.act('acc', t.case_in('reported', clock_timestamp()), 'request_verification', '{"person": "col"}', clock_timestamp())).case_no AS no;
SELECT is(t.try_act('col2', no, 'confirm_verification', t.data('confirm_verification')), '42501 dcm.not_yours', 'a task is one person''s') FROM task;
SELECT is(t.try('SELECT dcm.become(''disp''); SELECT count(*) FROM dcm.hand_over(''col'', ''col2'')'), '42501 dcm.no_right', 'a dispatcher reassigns no task');
SELECT results_eq($$SELECT h.what, h.code FROM dcm.become('acc'), dcm.hand_over('col', 'col2', reason => '轮岗') AS h$$,
	$$SELECT 'post', 'col_collector' UNION ALL SELECT 'task', no::text FROM task$$, 'what is handed over is told');
SELECT is((SELECT h.code FROM dcm.case_task AS k JOIN task ON task.no = k.case_no JOIN dcm.person AS h ON h.id = k.person WHERE k.done_at IS NULL), 'col2', 'the task is the other''s');
SELECT results_eq($$SELECT l.action, x.value FROM dcm.case_log AS l JOIN task ON task.no = l.case_no LEFT JOIN dcm.case_text AS x ON (x.case_no, x.log_no) = (l.case_no, l.log_no) AND x.field = 'note' ORDER BY l.log_no DESC LIMIT 1$$,
	$$VALUES ('reassign_task', '轮岗')$$, 'and it is on record');
SELECT is(t.try_act('col', no, 'confirm_verification', t.data('confirm_verification')), '42501 dcm.no_right', 'not the one''s any more') FROM task;
SELECT is(t.try_act('col2', no, 'confirm_verification', t.data('confirm_verification')), 'ok', 'the other does it') FROM task;
SELECT results_eq($$SELECT h.code, o.valid @> now() FROM dcm.post AS o JOIN dcm.person AS h ON h.id = o.person WHERE o.code = 'col_collector' ORDER BY lower(o.valid)$$,
	$$VALUES ('col', false), ('col2', true)$$, 'the post has two versions');
SELECT is((SELECT reason FROM dcm.config_log WHERE table_name = 'post' AND op = 'INSERT' ORDER BY id DESC LIMIT 1), '轮岗', 'with the reason');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');

-- a responsible body changes: a case under way stays with whom it was given to
INSERT INTO dcm.responsibility (kind, org, principle) SELECT 'event', id, 'territory' FROM dcm.org WHERE code = 'cg';
SELECT is((SELECT org FROM dcm.resolve_responsible('E9901', dcm.point(121.605, 31.805)) LIMIT 1), 'cg', 'who answers');
UPDATE dcm.responsibility SET org = (SELECT id FROM dcm.org WHERE code = 'hw') WHERE kind = 'event';
SELECT is((SELECT org FROM dcm.resolve_responsible('E9901', dcm.point(121.605, 31.805)) LIMIT 1), 'hw', 'who answers now');
SELECT is((SELECT count(*) FROM dcm.config_as_of('responsibility', now() - interval '1 day'))::int, 0, 'a day ago there was no rule');
SELECT * FROM finish();
ROLLBACK;
