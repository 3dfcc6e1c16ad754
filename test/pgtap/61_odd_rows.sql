-- Rows of configuration and of data that make no sense end in a clean error,
-- never in an internal one and never in a crash.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();

-- a city that asks for no reason with a request has requests without data
UPDATE dcm.action_key SET required = false WHERE action = 'request_extension';
CREATE TEMP TABLE c AS SELECT t.case_in('handling') AS no;
SELECT is(t.try_act('lia', no, 'request_extension'), 'ok', 'a request without a word') FROM c;
SELECT is(t.try_act('disp', no, 'grant_extension'), 'ok', 'is granted') FROM c;
SELECT is((SELECT count(*) FROM dcm.case_log AS l WHERE l.case_no = no AND l.clock = 'extend'), 1::bigint, 'and extends the clock') FROM c;

-- a report leads into a state that belongs to a stage
SAVEPOINT report;
UPDATE dcm.transition SET next_state = NULL WHERE action = 'report';
SELECT is(t.try('SELECT t.report()'), '23514 dcm.forbidden_move', 'a report that leads nowhere');
ROLLBACK TO report;
UPDATE dcm.transition SET next_state = 'voided' WHERE action = 'report';
SELECT is(t.try('SELECT t.report()'), '23514 dcm.forbidden_move', 'a report that is the end');
ROLLBACK TO report;

-- photographs for which "soon after" means nothing
SELECT is(t.try_act('col', t.case_in('reported'), 'resolve_on_site', jsonb_set(jsonb_set(t.data('resolve_on_site'),
	'{before,taken_at}', to_jsonb(a)), '{after,taken_at}', to_jsonb(b))), '22023 dcm.photo', format('taken at %s and %s', a, b))
FROM (VALUES ('-infinity', 'infinity'), ('infinity', 'infinity'), ('-infinity', '-infinity')) AS v (a, b);

-- a case with an address alone: the two photographs agree with each other
SELECT is(t.try_act('col', (SELECT (dcm.report_case('E9901', address => 'by the bridge')).case_no FROM dcm.become('col')), 'resolve_on_site',
	jsonb_set(t.data('resolve_on_site'), '{after,lat}', lat)), answer, format('two photographs, the second at latitude %s', lat))
FROM (VALUES ('31.9'::jsonb, '22023 dcm.photo'), ('31.805', 'ok')) AS v (lat, answer);

-- every effect from every state, where what it needs is not there
CREATE FUNCTION pg_temp.odd(effect text, state text, next text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO dcm.action VALUES ('odd', 'odd', 'odd', 'odd');
	INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES (odd.state, 'odd', next, '{*}', ARRAY[effect]);
	PERFORM t.act('all', t.case_in(state), 'odd');
	RAISE EXCEPTION USING ERRCODE = 'ZZ999';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
SELECT ok(pg_temp.odd(e, s.code, n) IN ('ZZ999', '22023', '23514', '55000', 'P0002'), format('%s from %s to %s', e, s.code, coalesce(n, 'the same')))
FROM unnest('{file,open_work,recall_work,sign_work,return_work,handle_work,rework,amend,request_extension,extend,deny_extension,request_suspension,suspend,deny_suspension,resume,verify_task,check_task,finish_task,on_site,arrive,recompute,forward,judge_return,reopen,merge,endorse,review,guard,relieve,notice,reply_notice,appeal,decide_appeal,rule_liability}'::text[]) AS e
	CROSS JOIN dcm.state AS s CROSS JOIN unnest('{NULL,suspended,closed}'::text[]) AS n
WHERE s.code IN ('reported', 'filed', 'suspended', 'checking', 'closed');

-- a column that its owner has given another type is told, never misread
CREATE FUNCTION pg_temp.altered(tab text, col text, type text, as_what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.case_in('dispatched');
	answer text;
BEGIN
	EXECUTE (SELECT 'DROP VIEW ' || string_agg(c.oid::regclass::text, ', ') || ' CASCADE' FROM pg_class AS c WHERE c.relkind = 'v' AND c.relnamespace = 'dcm'::regnamespace);
	EXECUTE format('ALTER TABLE dcm.%I ALTER COLUMN %I TYPE %s USING %s', tab, col, type, as_what);
	answer := t.try(format('SELECT dcm.become(''all''); SELECT dcm.act(%s, ''sign'', ''a note'')', no));
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT matches(pg_temp.altered(tab, col, type, as_what), '^(55000 dcm.changed_type|42804|42883)', format('%s.%s as %s', tab, col, type))
FROM (VALUES
	('case_file', 'head', 'bigint', '0'), ('case_file', 'moved_at', 'text', 'moved_at::text'), ('case_file', 'pauses', 'text', 'pauses::text'),
	('case_log', 'hash', 'bigint', '0'), ('case_log', 'actor', 'text', 'actor::text'), ('case_log', 'db_role', 'int', '1'),
	('assignment', 'signed_at', 'text', 'signed_at::text'), ('case_text', 'value', 'int', '1')) AS v (tab, col, type, as_what);

SELECT * FROM finish();
ROLLBACK;
