-- The workflow is rows: what a city changes of it is checked, and drawn.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SELECT * FROM no_plan();

SELECT is_empty('SELECT * FROM dcm.check_workflow()', 'the workflow as shipped is sound');

-- a second approval before closing, by rows alone
INSERT INTO dcm.role (code, name, name_en) VALUES ('approver', '复核员', 'second approver');
INSERT INTO dcm.post (code, person, role) SELECT 'aud', id, 'approver' FROM dcm.person WHERE code = 'idle';
INSERT INTO dcm.state (code, stage, time_limit, name, name_en) VALUES ('approved', 'closing', '1 work_day', '待复核', 'approved');
INSERT INTO dcm.action (code, name, name_en, function) VALUES ('approve', '初审', 'approve', 'dcm.act');
UPDATE dcm.transition SET next_state = 'approved', action = 'approve' WHERE state = 'checked' AND action = 'close' AND upper_inf(valid);
INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES
	('approved', 'close', 'closed', '{approver}', '{}'), ('approved', 'void', 'voided', '{shift_leader}', '{}'),
	('approved', 'recompute_deadlines', NULL, '{system}', '{recompute}');
SELECT is_empty('SELECT * FROM dcm.check_workflow()', 'a step more is sound');
CREATE TEMP TABLE c AS SELECT t.case_in('checked') AS no;
SELECT is(t.try_act('lead', no, 'close', '{}'), '23514 dcm.forbidden_move', 'it cannot be passed over') FROM c;
SELECT is(t.try_act('lead', no, 'approve', '{}'), 'ok', 'the shift leader approves') FROM c;
SELECT is(t.try_act('lead', no, 'close', '{}'), '42501 dcm.no_right', 'and does not close') FROM c;
SELECT is(t.try_act('idle', no, 'close', '{}'), 'ok', 'the second approver does') FROM c;
SELECT is((SELECT string_agg(s.state, ' ' ORDER BY s.stage_no) FROM dcm.case_stage AS s WHERE s.case_no = no),
	'reported accepted filed dispatched handled checking checked approved closed', 'with a clock of its own') FROM c;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and the record is right');
SELECT matches(dcm.workflow_mermaid(), E'^stateDiagram-v2\n.*  approved: approved 待复核\n.*  approved --> closed : close\n.*  closed --> \\[\\*\\]', 'it is drawn for Mermaid');
SELECT matches(dcm.workflow_mermaid(), E'  \\[\\*\\] --> reported : report\n', 'from the report on');
SELECT matches(dcm.workflow_graphviz(), E'^digraph workflow \{.*  "approved" -> "closed" \\[label="close"\\];.*\}$', 'and for Graphviz');
SELECT is((SELECT count(*) FROM regexp_matches(dcm.workflow_graphviz(), ' -> ', 'g')), (SELECT count(*) FROM dcm.workflow_moves() WHERE next_state IS NOT NULL), 'with every move');

-- what is unsound is told, with the state, the action and why
CREATE FUNCTION pg_temp.told(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE change;
	SELECT string_agg(DISTINCT concat_ws(' ', w.problem, w.state, w.action), ', ' ORDER BY concat_ws(' ', w.problem, w.state, w.action)) INTO answer FROM dcm.check_workflow() AS w;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(answer, 'nothing');
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.told(change), told, change) FROM (VALUES
	('DELETE FROM dcm.transition WHERE state IS NULL', 'no_beginning, unreachable accepted, unreachable approved, unreachable checked, unreachable checking, unreachable closed, unreachable dispatched, unreachable filed, unreachable handled, unreachable handling, unreachable rejected, unreachable reported, unreachable suspended, unreachable verifying, unreachable voided'),
	('UPDATE dcm.setting SET value = ''2'' WHERE name = ''extension_levels''; DELETE FROM dcm.transition WHERE action IN (''endorse_extension'', ''endorse_suspension'')', 'no_endorsement handling grant_extension'),
	('INSERT INTO dcm.state (code, stage, name, name_en) VALUES (''limbo'', ''closing'', ''x'', ''x'')', 'no_recompute limbo, unreachable limbo'),
	('INSERT INTO dcm.state (code, stage, name, name_en) VALUES (''limbo'', ''closing'', ''x'', ''x''); INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (''closed'', ''void'', ''limbo'', ''{shift_leader}'', ''{}''), (''limbo'', ''recompute_deadlines'', NULL, ''{system}'', ''{recompute}'')', 'no_ending limbo'),
	('DELETE FROM dcm.transition WHERE state = ''suspended'' AND action = ''resume''', 'no_resume suspended grant_suspension'),
	('DELETE FROM dcm.transition WHERE state = ''handling'' AND action = ''request_extension''', 'no_request handling grant_extension'),
	('DELETE FROM dcm.transition WHERE action = ''recompute_deadlines'' AND state = ''filed''', 'no_recompute filed'),
	('INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (''accepted'', ''dispatch'', ''dispatched'', ''{dispatcher}'', ''{open_work}'')', 'unfiled accepted dispatch, unfiled filed dispatch'),
	('INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (''filed'', ''handle'', ''handled'', ''{acceptor}'', ''{handle_work}'')', 'no_work filed handle, no_work handling forward, no_work handling handle, no_work handling return, no_work handling sign'),
	('INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (''handling'', ''dispatch'', ''dispatched'', ''{dispatcher}'', ''{open_work}'')', 'twice_at_work handling dispatch'),
	('INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (''handling'', ''fail_check'', ''handling'', ''{collector}'', ''{rework}'')', 'not_handled handling fail_check'),
	('UPDATE dcm.transition SET roles = ''{nurse}'' WHERE state = ''checking'' AND action = ''pass_check''', 'no_role, nobody checking pass_check'),
	('DELETE FROM dcm.post WHERE role = ''liaison''', 'nobody dispatched return, nobody dispatched sign, nobody handling return'),
	('UPDATE dcm.action SET function = ''dcm.no_such'' WHERE code = ''approve''', 'no_function approve')) AS v (change, told);

-- a transition that open cases need is not taken from under them
CREATE TEMP TABLE o AS SELECT t.case_in('filed') AS no;
SELECT is(t.try('DELETE FROM dcm.transition WHERE state = ''filed''; SET CONSTRAINTS ALL IMMEDIATE'), '23514 dcm.stranded', 'not the last way out');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(t.try('DELETE FROM dcm.transition WHERE state = ''filed'' AND action = ''void''; SET CONSTRAINTS ALL IMMEDIATE'), 'ok', 'one of several');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(t.try($$DELETE FROM dcm.transition WHERE state = 'filed';
	INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES ('filed', 'dispatch', 'dispatched', '{leader}', '{open_work}'); SET CONSTRAINTS ALL IMMEDIATE$$), 'ok', 'nor where another takes its place');
SET CONSTRAINTS ALL DEFERRED;
SELECT is(t.try('DELETE FROM dcm.transition WHERE state = ''suspended''; SET CONSTRAINTS ALL IMMEDIATE'), 'ok', 'a state without cases may be closed');
SELECT is((SELECT string_agg(w.problem || ' ' || w.detail, '') FROM dcm.check_workflow() AS w WHERE w.problem = 'stranded'), NULL, 'no case is stranded');
ALTER TABLE dcm.transition DISABLE TRIGGER USER;
DELETE FROM dcm.transition WHERE state = 'filed';
ALTER TABLE dcm.transition ENABLE TRIGGER USER;
SELECT matches((SELECT string_agg(w.problem || ' ' || w.detail, '') FROM dcm.check_workflow() AS w WHERE w.problem = 'stranded'), '^stranded \d+ open cases are in state "filed", which no action leaves', 'what got so otherwise is told');

SELECT * FROM finish();
ROLLBACK;
