-- Every pair of state and action, legal or not.  What is expected stands here,
-- apart from the rows of dcm.transition: a move that is not in this table must
-- be refused with 23514 and the name dcm.forbidden_move.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;

CREATE TEMP TABLE states (state) AS VALUES
	('reported'), ('verifying'), ('accepted'), ('filed'), ('dispatched'), ('handling'), ('suspended'), ('handled'),
	('checking'), ('checked'), ('closed'), ('rejected'), ('voided');

CREATE TEMP TABLE actions (action) AS VALUES
	('report'), ('resolve_on_site'), ('accept'), ('reject'), ('request_verification'), ('confirm_verification'),
	('deny_verification'), ('amend'), ('file'), ('dispatch'), ('recall'), ('sign'), ('return'),
	('request_extension'), ('grant_extension'), ('deny_extension'), ('request_suspension'), ('grant_suspension'),
	('deny_suspension'), ('resume'), ('handle'), ('request_check'), ('pass_check'), ('fail_check'), ('close'),
	('void'), ('remind'), ('comment'), ('reassign_task'), ('arrive'),
	('recompute_deadlines'), ('forward'), ('judge_return'), ('endorse_extension'), ('endorse_suspension'), ('review_suspension'),
	('guard'), ('relieve'), ('reopen'), ('merge'), ('issue_notice'), ('reply_notice'), ('appeal'), ('decide_appeal'),
	('rule_liability'), ('rate');

CREATE TEMP TABLE legal (state, action, leads_to) AS
SELECT * FROM (VALUES
	('reported', 'resolve_on_site', 'checked'),
	('reported', 'accept', 'accepted'),
	('reported', 'reject', 'rejected'),
	('accepted', 'reject', 'rejected'),
	('reported', 'request_verification', 'verifying'),
	('accepted', 'request_verification', 'verifying'),
	('verifying', 'confirm_verification', 'reported'),
	('verifying', 'deny_verification', 'reported'),
	('accepted', 'file', 'filed'),
	('filed', 'dispatch', 'dispatched'),
	('dispatched', 'recall', 'filed'),
	('dispatched', 'sign', 'handling'),
	('dispatched', 'return', 'filed'),
	('handling', 'return', 'filed'),
	('handling', 'request_extension', 'handling'),
	('handling', 'grant_extension', 'handling'),
	('handling', 'deny_extension', 'handling'),
	('handling', 'request_suspension', 'handling'),
	('handling', 'grant_suspension', 'suspended'),
	('handling', 'deny_suspension', 'handling'),
	('suspended', 'resume', 'handling'),
	('handling', 'handle', 'handled'),
	('handled', 'request_check', 'checking'),
	('checking', 'pass_check', 'checked'),
	('checking', 'fail_check', 'handling'),
	('verifying', 'reassign_task', 'verifying'),
	('checking', 'reassign_task', 'checking'),
	('checked', 'close', 'closed'),
	('dispatched', 'remind', 'dispatched'),
	('handling', 'remind', 'handling'),
	('dispatched', 'arrive', 'dispatched'),
	('handling', 'arrive', 'handling'),
	('handling', 'forward', 'handling'),
	('handling', 'endorse_extension', 'handling'),
	('handling', 'endorse_suspension', 'handling'),
	('suspended', 'review_suspension', 'suspended'),
	('dispatched', 'issue_notice', 'dispatched'),
	('handling', 'issue_notice', 'handling'),
	('suspended', 'issue_notice', 'suspended'),
	('closed', 'reopen', 'filed')) AS v
-- a notice that was given is answered, by the body that has or had the case
UNION ALL
SELECT s, 'reply_notice', '23514 dcm.no_task' FROM unnest('{dispatched,handling,suspended,handled,checking,checked,closed}'::text[]) AS s
UNION ALL
SELECT s, 'appeal', CASE WHEN s IN ('filed', 'voided') THEN '42501 dcm.not_yours' ELSE s END FROM unnest('{filed,dispatched,handling,suspended,handled,checking,checked,closed,voided}'::text[]) AS s
UNION ALL
SELECT state, 'decide_appeal', '23514 dcm.no_task' FROM states
UNION ALL
SELECT s, 'judge_return', '23514 dcm.no_return' FROM unnest('{filed,dispatched,handling,suspended,handled,checking,checked,closed}'::text[]) AS s
UNION ALL
SELECT state, 'rule_liability', state FROM states WHERE state NOT IN ('reported', 'verifying', 'accepted', 'rejected')
UNION ALL
SELECT s, 'rate', s FROM unnest('{closed,rejected,voided}'::text[]) AS s
-- a danger is guarded while the case is open, and the guard relieved ever
UNION ALL
SELECT state, 'guard', state FROM states WHERE state NOT IN ('closed', 'rejected', 'voided')
UNION ALL
SELECT state, 'relieve', '23514 dcm.no_task' FROM states
UNION ALL
SELECT state, 'merge', 'voided' FROM states WHERE state NOT IN ('closed', 'rejected', 'voided')
-- a correction, until it is handled
UNION ALL
SELECT s, 'amend', s FROM unnest('{reported,verifying,accepted,filed,dispatched,handling,suspended}'::text[]) AS s
-- a note to a case, ever
UNION ALL
SELECT state, 'comment', state FROM states
-- whatever is open may be voided
UNION ALL
SELECT state, 'void', 'voided' FROM states WHERE state NOT IN ('closed', 'rejected', 'voided')
-- whatever is open may have a clock that a change of calendar moves
UNION ALL
SELECT state, 'recompute_deadlines', state FROM states WHERE state NOT IN ('closed', 'rejected', 'voided');

CREATE TEMP TABLE prepared AS
SELECT s.state, t.case_in(s.state) AS case_no FROM states AS s;
CREATE TEMP TABLE main AS SELECT t.report() AS case_no;

-- What the act of a person with every role comes to, taken back at once.  An
-- answer to a request has its request first.
CREATE FUNCTION pg_temp.outcome(state text, act text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := (SELECT p.case_no FROM prepared AS p WHERE p.state = outcome.state);
	name text;
	answer text;
BEGIN
	IF outcome.state = 'handling' AND act ~ '^(grant|deny|endorse)_' THEN
		PERFORM t.step(no, regexp_replace(act, '^(grant|deny|endorse)', 'request'));
	END IF;
	answer := (t.act('all', no, act, CASE act WHEN 'merge' THEN jsonb_build_object('into', m.case_no) ELSE t.data(act) END)).state FROM main AS m;
	IF answer <> (SELECT f.state FROM dcm.case_file AS f WHERE f.case_no = no) THEN
		answer := 'another than is stored';
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
		RETURN SQLSTATE || ' ' || name;
END $$;

SELECT plan((SELECT count(*)::int FROM states) * (SELECT count(*)::int FROM actions) + 5);

SELECT set_eq('SELECT code FROM dcm.state', 'SELECT state FROM states', 'the states are those of this table');
SELECT set_eq('SELECT code FROM dcm.action', 'SELECT action FROM actions', 'the actions are those of this table');
SELECT is((SELECT string_agg(p.state, ', ') FROM prepared AS p JOIN dcm.case_file AS f USING (case_no) WHERE f.state <> p.state),
	NULL, 'each prepared case is in its state');

SELECT is(pg_temp.outcome(s.state, a.action), coalesce(l.leads_to, '23514 dcm.forbidden_move'),
	format('%s in state %s', a.action, s.state))
FROM states AS s CROSS JOIN actions AS a
	LEFT JOIN legal AS l ON (l.state, l.action) = (s.state, a.action)
ORDER BY s.state, a.action;

SELECT is(t.message(format('SELECT t.act(%L, %s, %L)', 'all', (SELECT case_no FROM prepared WHERE state = 'reported'), 'close')),
	'action "close" is forbidden in state "reported"', 'a forbidden move is told with action and state');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
