-- Who may do what: roles, the own body, separation of handling and checking, who
-- acts by dcm.become, what cannot be forged, and how far back may be told.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SELECT * FROM no_plan();

-- each action by one of its roles alone, and by none of the others
CREATE TEMP TABLE holder (person, role) AS VALUES ('col', 'collector'), ('acc', 'acceptor'), ('lead', 'shift_leader'),
	('disp', 'dispatcher'), ('lia', 'liaison'), ('han', 'handler'), ('idle', NULL);
CREATE TEMP TABLE allowed (state, action, roles) AS VALUES
	('reported', 'resolve_on_site', '{collector}'::text[]), ('reported', 'accept', '{acceptor}'),
	('reported', 'reject', '{acceptor,shift_leader}'), ('reported', 'request_verification', '{acceptor}'),
	('verifying', 'confirm_verification', '{collector}'), ('verifying', 'deny_verification', '{collector}'),
	('reported', 'amend', '{acceptor,shift_leader,dispatcher}'), ('accepted', 'file', '{shift_leader,acceptor}'),
	('filed', 'dispatch', '{dispatcher}'), ('dispatched', 'recall', '{dispatcher}'), ('dispatched', 'sign', '{liaison}'),
	('handling', 'return', '{liaison}'), ('handling', 'request_extension', '{liaison}'),
	('handling', 'request_suspension', '{liaison}'), ('suspended', 'resume', '{dispatcher,liaison}'),
	('handling', 'handle', '{handler,liaison}'), ('handled', 'request_check', '{acceptor}'),
	('checking', 'pass_check', '{collector}'), ('checking', 'fail_check', '{collector}'), ('checked', 'close', '{shift_leader}'),
	('filed', 'void', '{shift_leader}'), ('handling', 'remind', '{dispatcher,shift_leader}'), ('closed', 'comment', '{}');
CREATE TEMP TABLE prepared AS SELECT a.state, a.action, t.case_in(a.state) AS case_no FROM allowed AS a;
CREATE FUNCTION pg_temp.outcome(by text, no bigint, act text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	answer := t.try_act(by, no, act, t.data(act));
	IF answer = 'ok' THEN
		RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
	END IF;
	RETURN answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.outcome(h.person, p.case_no, a.action),
	CASE WHEN h.role = ANY (a.roles) OR a.action = 'comment' THEN 'ok' ELSE '42501 dcm.no_right' END, format('%s by %s', a.action, coalesce(h.role, 'nobody in particular')))
FROM allowed AS a JOIN prepared AS p USING (state, action) CROSS JOIN holder AS h;

-- of several posts the one whose role says most: a shift leader who is an
-- acceptor too, in either order, gives a longer limit
INSERT INTO dcm.person (code, name) VALUES ('two', 'two'), ('owt', 'owt');
INSERT INTO dcm.post (code, person, role) SELECT p.code || r, p.id, r
FROM dcm.person AS p, unnest(CASE p.code WHEN 'two' THEN '{acceptor,shift_leader}' ELSE '{shift_leader,acceptor}' END::text[]) AS r WHERE p.code IN ('two', 'owt') ORDER BY p.code, array_position(CASE p.code WHEN 'two' THEN '{acceptor,shift_leader}' ELSE '{shift_leader,acceptor}' END::text[], r);
SELECT is(t.try_act(p, t.case_in('accepted'), 'file', '{"condition": 1, "time_limit": "9 work_hour", "reason": "far away"}'), 'ok', 'a longer limit by ' || p)
FROM unnest('{two,owt}'::text[]) AS p;

-- the own body and what is below it
CREATE TEMP TABLE mine AS SELECT t.case_in('dispatched') AS cg, t.case_in('filed') AS below;
SELECT is((t.act('disp', below, 'dispatch', '{"org": "cg2"}')).state, 'dispatched', 'to a branch') FROM mine;
SELECT is(t.try_act('lia2', cg, 'sign'), '42501 dcm.not_yours', 'not another body''s case') FROM mine;
SELECT is(t.try_act('sub', cg, 'sign'), '42501 dcm.not_yours', 'not the superior body''s') FROM mine;
SELECT is(t.try_act('lia2', below, 'sign'), '42501 dcm.not_yours', 'not a branch of another') FROM mine;
SELECT is(t.try_act('lia', below, 'sign'), 'ok', 'a branch''s case by the body above it') FROM mine;
SELECT is(t.try_act('lia2', cg, 'comment'), 'ok', 'a note by anyone') FROM mine;
INSERT INTO dcm.person (code, name) VALUES ('rootless', 'rootless');
INSERT INTO dcm.post (code, person, role) SELECT 'rootless', id, 'liaison' FROM dcm.person WHERE code = 'rootless';
SELECT is(t.try_act('rootless', cg, 'sign'), '42501 dcm.not_yours', 'a liaison of no body') FROM mine;

-- whoever handled a case neither checks nor closes it, after a rework by another either
CREATE TEMP TABLE sep AS SELECT t.case_in('handling') AS no;
SELECT lives_ok(format('SELECT t.act(''all'', %s, ''handle'', t.data(''handle'')), t.step(%1$s, ''request_check'')', no), 'all handles') FROM sep;
SELECT is(pg_temp.outcome('all', no, a), '42501 dcm.separation', a || ' by the handler') FROM sep, unnest('{pass_check,fail_check,void}'::text[]) AS a;
SELECT is(pg_temp.outcome('all', no, 'comment'), 'ok', 'a note by the handler') FROM sep;
SELECT is((SELECT string_agg(action, ' ' ORDER BY action) FROM dcm.allowed_actions(no)), 'appeal comment guard reassign_task recompute_deadlines rule_liability', 'nor is a button for it shown') FROM sep, dcm.become('all');
SELECT lives_ok(format('SELECT t.step(%s, ''fail_check''), t.act(''other'', %1$s, ''handle'', t.data(''handle'')), t.step(%1$s, ''request_check'')', no), 'after a rework another handles') FROM sep;
SELECT is(pg_temp.outcome(p, no, 'pass_check'), '42501 dcm.separation', p || ' may not check') FROM sep, unnest('{all,other}'::text[]) AS p;
SELECT is((SELECT string_agg(action, ' ' ORDER BY action) FROM dcm.allowed_actions(no)), 'appeal comment guard reassign_task recompute_deadlines rule_liability', 'nor is a button for it shown') FROM sep, dcm.become('all');
SELECT lives_ok(format('SELECT t.step(%s, ''pass_check'')', no), 'a third checks') FROM sep;
SELECT is(pg_temp.outcome(p, no, 'close'), '42501 dcm.separation', p || ' may not close') FROM sep, unnest('{all,other}'::text[]) AS p;
SELECT is(pg_temp.outcome('lead', no, 'close'), 'ok', 'a fourth closes') FROM sep;
SELECT is((SELECT pg_temp.outcome('all', x.case_no, 'close') FROM t.act('all', t.case_in('reported'), 'resolve_on_site', t.data('resolve_on_site')) AS x),
	'42501 dcm.separation', 'who put it right on site does not close it');

-- a task given to one person is that person's
SELECT is(t.try_act(p, no, 'confirm_verification', t.data('confirm_verification')), answer, 'a task for col2, done by ' || p)
FROM (SELECT (t.act('acc', t.case_in('reported'), 'request_verification', '{"person": "col2"}')).case_no AS no) AS c,
	(VALUES ('col', '42501 dcm.not_yours'), ('col2', 'ok')) AS v (p, answer);

-- photographs of a resolution on site agree in time and place
SELECT is(pg_temp.outcome('col', t.case_in('reported'), 'resolve_on_site'), 'ok', 'they agree');
SELECT is(t.try_act('col', t.case_in('reported'), 'resolve_on_site', jsonb_set(t.data('resolve_on_site'), path::text[], value)), '22023 dcm.photo', format('%s %s', path, value))
FROM (VALUES ('{after,taken_at}', '"2015-03-01 09:00+08"'::jsonb), ('{after,taken_at}', '"2015-03-04 09:00+08"'), ('{after,lat}', '31.9'),
	('{before,lon}', 'null'), ('{before,taken_at}', 'null'), ('{after}', '"u"')) AS v (path, value);

-- dcm.become: scopes, and what it needs
SELECT is((SELECT person FROM dcm.whoami()), 'col', 'the last who became') FROM dcm.become('col');
SELECT is((SELECT array_to_string(roles, ',') FROM dcm.whoami()), 'liaison', 'with the roles of the posts') FROM dcm.become('lia');
SELECT is((SELECT w::text FROM dcm.whoami() AS w), '(all,all_handler,{handler})', 'or of one post') FROM dcm.become('all', 'all_handler');
SELECT is(t.try_act('col', t.case_in('reported'), 'accept'), '42501 dcm.no_right', 'helpers become by themselves');
SELECT is(t.try(format('SELECT dcm.become(''all'', ''all_handler''); SELECT dcm.act(%s, ''accept'')', t.case_in('reported'))), '42501 dcm.no_right', 'a post chosen is that post alone');
SELECT is(t.try(format('SELECT dcm.become(''all'', ''all_acceptor''); SELECT dcm.act(%s, ''accept'')', t.case_in('reported'))), 'ok', 'and enough where it is the right one');
SELECT is(t.try(c), a, c) FROM (VALUES
	('SELECT dcm.become(''nobody'')', 'P0002 dcm.no_person'),
	('SELECT dcm.become('''')', 'P0002 dcm.no_person'),
	('SELECT dcm.become(NULL)', '22004 dcm.become'),
	('SELECT dcm.become(''col'', scope => NULL)', '22004 dcm.become'),
	('SELECT dcm.become(''col'', scope => ''forever'')', '22023 dcm.become'),
	('SELECT dcm.become(''col'', ''lia_liaison'')', '42501 dcm.no_post'),
	('SELECT dcm.become(''col'', '''')', '42501 dcm.no_post')) AS v (c, a);
SELECT lives_ok('SELECT dcm.become(''acc'')', 'acc');
SAVEPOINT a;
SELECT lives_ok('SELECT dcm.become(''disp'')', 'then disp');
ROLLBACK TO a;
SELECT is((SELECT person FROM dcm.whoami()), 'acc', 'a savepoint rolled back takes it back');
SAVEPOINT a;
SELECT lives_ok('SELECT dcm.become(''disp'', scope => ''session'')', 'disp for the session');
ROLLBACK TO a;
SELECT is((SELECT person FROM dcm.whoami()), 'acc', 'that too');

-- it cannot be forged: not by the superuser either
SELECT is(t.try(c), a, c) FROM (VALUES
	('SET dcm.acting_person = ''1/0''', '42501'),
	('SET LOCAL dcm.acting_person = ''1/0''', '42501'),
	('SELECT set_config(''dcm.acting_person'', ''1/0'', false)', '42501'),
	('UPDATE pg_settings SET setting = ''1/0'' WHERE name = ''dcm.acting_person''', '42501'),
	('ALTER ROLE postgres SET dcm.acting_person = ''1/0''', '42501'),
	('CREATE FUNCTION pg_temp.forge() RETURNS int LANGUAGE sql SET dcm.acting_person = ''1/0'' RETURN 1; SELECT pg_temp.forge()', '42501'),
	('CREATE FUNCTION pg_temp.forge() RETURNS int LANGUAGE sql SET dcm.acting_person FROM CURRENT RETURN 1; SELECT pg_temp.forge()', '42501'),
	('SET dcm.acting_persons = ''1/0''', '42602')) AS v (c, a);

-- logins: app may become, plain may not, the loader is a loader, and what a
-- superuser is by itself is no membership
CREATE ROLE test_app LOGIN;
CREATE ROLE test_plain LOGIN;
CREATE ROLE test_loader LOGIN;
CREATE ROLE test_super LOGIN SUPERUSER;
GRANT dcm_app TO test_app;
GRANT dcm_loader TO test_loader;
CREATE TEMP TABLE open AS SELECT t.case_in('reported') AS a, t.case_in('reported') AS b, t.case_in('reported') AS c, t.case_in('reported') AS d;
GRANT SELECT ON open TO PUBLIC;
UPDATE dcm.person SET login = 'test_app' WHERE code = 'acc';

SET LOCAL ROLE test_plain;
SELECT is(t.try(c), '42501', c) FROM unnest(ARRAY['SELECT dcm.become(''acc'')', 'SELECT dcm.act(1, ''accept'')', 'SELECT dcm.accept_case(1)',
	'SELECT dcm.report_case(''E9901'', address => ''x'')', 'SELECT * FROM dcm.case_file', 'SELECT * FROM dcm.case_text', 'INSERT INTO dcm.case_file DEFAULT VALUES',
	'SELECT dcm.create_city(''a'', ''320681'')', 'SELECT dcm.drop_city(''pgtap'')', 'SELECT dcm.make_leaf(2000)', 'SELECT dcm.load_preset(''transitions'')']) AS c;
RESET ROLE;
SET LOCAL ROLE test_app;
SELECT is(t.try_act('acc', a, 'accept'), 'ok', 'a member of dcm_app acts for acc') FROM open;
SELECT is(t.try(format(v.c, open.a)), '42501', v.c) FROM open, unnest(ARRAY['UPDATE dcm.case_file SET state = ''closed'' WHERE case_no = %s', 'DELETE FROM dcm.case_log WHERE case_no = %s',
	'SELECT * FROM dcm.case_file_' || extract(year FROM now()) || ' WHERE case_no = %s', 'INSERT INTO dcm.act_key SELECT %s, ''k'', '''', 1', 'SELECT * FROM dcm.act_key WHERE case_no = %s', 'UPDATE dcm.transition SET roles = ''{*}'' WHERE id = %s']) AS v (c);
RESET ROLE;
-- without EXECUTE a member of nothing who is let at the function is refused by the function
GRANT USAGE ON SCHEMA dcm TO test_plain;
GRANT EXECUTE ON FUNCTION dcm.become(text, text, text), dcm.act(bigint, text, text, jsonb, timestamptz, text, bigint) TO test_plain;
SET LOCAL ROLE test_plain;
SELECT is(t.try('SELECT dcm.become(''acc'')'), '42501 dcm.become', 'become needs membership');
RESET ROLE;

-- the session's login names the person where nobody became; SET ROLE does not change it
SELECT lives_ok('SET LOCAL dcm.acting_person = ''''', 'nobody');
SELECT is(t.try('SELECT dcm.whoami()'), '42501 dcm.nobody', 'nobody acts');
SELECT is(t.try(format('SELECT dcm.act(%s, ''accept'')', b)), '42501 dcm.nobody', 'so nothing is done') FROM open;
SET LOCAL ROLE test_app;
SELECT is(t.try('SELECT dcm.whoami()'), '42501 dcm.nobody', 'SET ROLE is not a login');
RESET ROLE;
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is((SELECT person FROM dcm.whoami()), 'acc', 'the login is');
SELECT is(t.try(format('SELECT dcm.act(%s, ''accept'')', b)), 'ok', 'and acts') FROM open;
SELECT is(t.try('RESET dcm.acting_person'), '42501', 'who acts is not reset by an ordinary role');
SELECT is(t.try(c), '42501', c) FROM unnest(ARRAY['SET dcm.acting_person = ''1/0''', 'SET dcm.acting_person = ''''', 'SELECT set_config(''dcm.acting_person'', ''2/0'', true)']) AS c;
RESET SESSION AUTHORIZATION;
UPDATE dcm.person SET valid = '[,2020-01-01)' WHERE code = 'acc';
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(t.try('SELECT dcm.whoami()'), '42501 dcm.no_person', 'a person whose time is over does not act');
SELECT is(t.try('SELECT dcm.become(''acc'')'), '42501 dcm.no_person', 'nor is become');
RESET SESSION AUTHORIZATION;
UPDATE dcm.person SET valid = '[-infinity,)' WHERE code = 'acc';

-- posts end
SELECT lives_ok('SELECT dcm.become(''all'', ''all_acceptor'')', 'a post is chosen');
UPDATE dcm.post SET valid = '[,2020-01-01)' WHERE code IN ('all_acceptor', 'acc_acceptor');
SELECT is(t.try(format('SELECT dcm.act(%s, ''accept'')', c)), '42501 dcm.no_right', 'a post that has ended since gives no right') FROM open;
SELECT is(t.try_act('acc', c, 'accept'), '42501 dcm.no_right', 'none without choosing either') FROM open;
SELECT is(t.try('SELECT dcm.become(''all'', ''all_acceptor'')'), '42501 dcm.no_post', 'it cannot be chosen any more');
-- what has ended is history; a new version begins where it did
UPDATE dcm.post SET valid = '[-infinity,)' WHERE code IN ('all_acceptor', 'acc_acceptor');
SELECT is((SELECT count(*) FROM dcm.post WHERE code IN ('all_acceptor', 'acc_acceptor') AND valid @> now())::int, 0, 'a post that has ended is not brought back');
INSERT INTO dcm.post (code, person, role, org) SELECT code, person, role, org FROM dcm.post WHERE code IN ('all_acceptor', 'acc_acceptor');
SELECT is((SELECT array_agg(DISTINCT lower(valid)) FROM dcm.post WHERE code IN ('all_acceptor', 'acc_acceptor') AND valid @> now()), ARRAY[timestamptz '2020-01-01'], 'it is given anew');

-- business time: how far back is a right of the role, and never before the last
-- move nor ahead of the clock
SET LOCAL ROLE test_app;
CREATE FUNCTION pg_temp.told(by text, back interval) RETURNS text LANGUAGE sql AS $$
	SELECT t.try(format('SELECT t.report(%L, by => %L)', clock_timestamp() - back, by)) $$;
SELECT is(pg_temp.told(v.person, v.back::interval), v.answer, format('%s back by %s', v.back, v.person))
FROM (VALUES ('col', '23 hours', 'ok'), ('col', '25 hours', '22023 dcm.too_early'), ('acc', '1 minute', '22023 dcm.too_early'),
	('acc', '-1 minute', 'ok'), ('acc', '-4 minutes', 'ok'), ('acc', '-6 minutes', '22023 dcm.too_late'),
	('idle', '1 minute', '22023 dcm.too_early'), ('all', '23 hours', 'ok'), ('idle', '-10 years', '22023 dcm.too_late')) AS v (person, back, answer);
SELECT is(t.try(format('SELECT t.report(%L)', at)), '22023 dcm.bad_time', at) FROM unnest('{infinity,-infinity}'::text[]) AS at;
SELECT is(t.try_act('acc', d, 'accept', at => clock_timestamp() + interval '1 minute'), 'ok', 'told a minute ahead') FROM open;
SELECT is(t.try_act('lead', d, 'file', '{"condition": 1}', clock_timestamp()), '22023 dcm.too_early', 'the next may not be told of before it') FROM open;
SELECT is(t.try_act('lead', d, 'file', '{"condition": 1}'), 'ok', 'without a time it goes after the last') FROM open;
RESET ROLE;
SELECT is((SELECT count(*) FROM dcm.case_log AS l JOIN open ON l.case_no = open.d WHERE l.occurred_at = (SELECT moved_at FROM dcm.case_file WHERE case_no = open.d))::int, 2, 'at the same moment');

-- a loader tells of any time; what would go before the last move is moved to it
SET LOCAL ROLE test_loader;
CREATE TEMP TABLE old AS SELECT t.report('2015-03-02 09:00+08') AS no;
SELECT is(t.try_act('acc', no, 'accept', at => '2015-03-02 08:00+08'), 'ok', 'a loader''s time before the last move') FROM old;
RESET ROLE;
SELECT is((SELECT format('%s %s %s', l.loaded, l.occurred_at AT TIME ZONE 'Asia/Shanghai', (l.data ->> 'given_at')::timestamptz AT TIME ZONE 'Asia/Shanghai')
	FROM dcm.case_log AS l WHERE (l.case_no, l.log_no) = (old.no, 2)), 't 2015-03-02 09:00:00 2015-03-02 08:00:00', 'is moved, and kept as given, and marked') FROM old;
SELECT is((SELECT bool_or(l.loaded) FROM dcm.case_log AS l, open WHERE l.case_no = open.d), false, 'what an application tells is not marked');
SELECT is(no / 10000000, 20150302::bigint, 'the number is of the day of the report') FROM old;
SET LOCAL SESSION AUTHORIZATION test_super;
SELECT is(t.try(format('SELECT t.report(%L)', '2015-03-02 09:00+08')), '22023 dcm.too_early', 'a superuser is not a loader');
RESET SESSION AUTHORIZATION;

SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
