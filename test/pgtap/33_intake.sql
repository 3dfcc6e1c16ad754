-- Intake: calls registered once however often they are sent, who called seen by
-- the desk alone, cases made of them and of no praise, answers, calling back, and
-- what is erased: the data go, the record of it and the chain stay.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
SELECT dcm.load_preset('cn_labels');
INSERT INTO dcm.person (code, name) VALUES ('keeper', 'keeper'), ('keeper2', 'keeper2');
INSERT INTO dcm.post (code, person, role, org)
SELECT p.code || '_privacy', p.id, 'privacy', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code IN ('keeper', 'keeper2') AND o.code = 'sc';

CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_loader LOGIN IN ROLE dcm_loader;
CREATE ROLE test_audit IN ROLE dcm_audit;
CREATE ROLE test_bi IN ROLE dcm_bi;
CREATE ROLE test_config IN ROLE dcm_config;
CREATE ROLE test_security IN ROLE dcm_security;
CREATE ROLE test_job IN ROLE dcm_job;
CREATE ROLE test_exchange IN ROLE dcm_exchange;
CREATE ROLE test_none;
GRANT USAGE ON SCHEMA dcm TO test_none;
CREATE FUNCTION t.by(person text, statement text) RETURNS text LANGUAGE sql AS $$
	SELECT t.try(format('SELECT dcm.become(%L); ', person) || statement) $$;

-- numbers, however they are written
SELECT is(dcm.phone_key(given), key, coalesce(given, 'NULL')) FROM (VALUES
	('13800001111', '13800001111'), ('138 0000 1111', '13800001111'), ('138-0000-1111', '13800001111'), ('１３８００００１１１１', '13800001111'),
	('+86 138 0000 1111', '13800001111'), ('+86　13800001111', '13800001111'), ('＋８６-138-0000-1111', '13800001111'), ('0086 13800001111', '13800001111'), ('(+86)13800001111', '13800001111'), ('8613800001111', '13800001111'),
	('0513-83312345', '051383312345'), ('(0513) 8331 2345', '051383312345'), ('+86 513 8331 2345', '051383312345'), ('+86 (0)513 8331 2345', '051383312345'), ('+86 10 6505 1234', '01065051234'), ('010-65051234', '01065051234'),
	('0513-83312345转8001', '051383312345'), ('0513-83312345 ext. 12', '051383312345'), ('83312345', '83312345'), ('400-123-4567', '4001234567'), ('+86 400 123 4567', '4001234567'),
	('95588', '95588'), ('+1 650 253 0000', '16502530000'), ('12345', '12345'), ('86312345', '86312345'), ('', NULL), ('none', NULL), (NULL, NULL)) AS v (given, key);

-- registering, by an application
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT dcm.become('acc');
CREATE TEMP TABLE n AS SELECT
	dcm.register_call('12345', 'complaint', 'A manhole cover is gone.', '+86 138 0000 1111', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08', at => '2026-03-02 09:00+08', client_key => 'k1') AS cover,
	dcm.register_call('12319', 'complaint', 'The same cover.', '0513-8331 2345') AS second,
	dcm.register_call('12345', 'consultation', 'When is the park open?', '13800001111', 'Zhang', external_no => 'W2') AS park,
	dcm.register_call('public_account', 'praise', 'Well done.', account => 'wx-7') AS praise,
	dcm.register_call('petition', 'suggestion', 'More trees.') AS trees,
	dcm.register_call('web', 'report', 'Rubbish.', '138 0000 1111', 'Li') AS rubbish;
GRANT SELECT ON n TO PUBLIC;
SELECT is((SELECT count(DISTINCT v) FROM n, unnest(ARRAY[cover, second, park, praise, trees, rubbish]) AS v)::int, 6, 'each call is an intake');
SELECT is(dcm.register_call('12345', 'complaint', 'A manhole cover is gone.', '13800001111', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08', at => '2026-03-02 09:00+08', client_key => 'k1'), cover, 'the same again is the same') FROM n;
SELECT is(dcm.register_call('12345', 'complaint', 'A manhole cover is gone.', '138 0000 1111', ' Zhang ', address => 'by the bridge', external_no => ' W1 ', external_due => '2099-01-05 18:00+08'), cover, 'by its number at the source, without the key and the time') FROM n;
SELECT is(t.by('acc', format('SELECT dcm.register_call(%s)', a)), answer, a) FROM (VALUES
	($$'12345', 'complaint', 'Something else.', '13800001111', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08'$$, '22023 dcm.intake_differs'),
	($$'12345', 'report', 'A manhole cover is gone.', '13800001111', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08'$$, '22023 dcm.intake_differs'),
	($$'12345', 'complaint', 'A manhole cover is gone.', '13800002222', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08'$$, '22023 dcm.intake_differs'),
	($$'12345', 'complaint', 'A manhole cover is gone.', '13800001111', 'Zhang', address => 'by the bridge', external_no => 'W1'$$, '22023 dcm.intake_differs'),
	($$'12345', 'complaint', 'x', external_no => 'W9', client_key => 'k1'$$, '22023 dcm.key_reused'),
	($$'12319', 'complaint', 'A manhole cover is gone.', '13800001111', 'Zhang', external_no => 'W1'$$, 'ok'),
	($$'rumour', 'complaint', 'x'$$, '22023 dcm.no_source'), ($$NULL, 'complaint', 'x'$$, '22023 dcm.no_source'),
	($$'12345', 'gossip', 'x'$$, '22023 dcm.bad_intake'), ($$'12345', NULL, 'x'$$, '22023 dcm.bad_intake'), ($$'12345', 'report', ' '$$, '22023 dcm.bad_intake'), ($$'12345', 'report', NULL$$, '22023 dcm.bad_intake'),
	($$'12345', 'report', 'x', 'none'$$, '22023 dcm.bad_intake'), ($$'12345', 'report', 'x', name => repeat('x', 201)$$, '22023 dcm.bad_intake'), ($$'12345', 'report', 'x', external_due => 'infinity'$$, '22023 dcm.bad_intake'),
	($$'12345', 'report', 'x', at => 'infinity'$$, '22023 dcm.bad_time'), ($$'12345', 'report', 'x', at => now() + interval '1 hour'$$, '22023 dcm.too_late'),
	($$'petition', 'report', 'x', at => now() - interval '3 weeks'$$, 'ok')) AS v (a, answer);
-- a message with the name does not tell who
SELECT is(t.message($$SELECT dcm.register_call('12345', 'complaint', 'x', '13800001111', external_no => 'W1')$$), 'number "W1" of source "12345" was registered with other content', 'an error tells nobody''s data');
-- keys are the person's own
SELECT is(t.by('lead', $$SELECT dcm.register_call('web', 'report', 'another', client_key => 'k1')$$), 'ok', 'the same key of another person is another');
SELECT is(t.by(p, $$SELECT dcm.register_call('web', 'report', 'x')$$), '42501 dcm.no_right', p || ' takes no calls') FROM unnest('{col,disp,lia,han,idle,keeper}'::text[]) AS p;

-- who called: the desk, by functions, and no other way
SELECT is(t.try('SELECT * FROM dcm.caller'), '42501', 'an application does not read callers');
SELECT is(t.by(p, 'SELECT * FROM dcm.caller_history(''13800001111'')'), a, p || ' and the history') FROM (VALUES ('acc', 'ok'), ('lead', 'ok'), ('col', '42501 dcm.no_right'), ('disp', '42501 dcm.no_right'), ('lia', '42501 dcm.no_right'), ('keeper', '42501 dcm.no_right')) AS v (p, a);
SELECT is(t.by(p, format('SELECT * FROM dcm.intake_caller(%s)', cover)), a, p || ' and the caller') FROM n, (VALUES ('acc', 'ok'), ('col', '42501 dcm.no_right'), ('keeper', '42501 dcm.no_right')) AS v (p, a);
SELECT dcm.become('acc');
SELECT results_eq(format('SELECT phone, name, account FROM dcm.intake_caller(%s)', cover), $$VALUES ('13800001111', 'Zhang', NULL)$$, 'the number as it was last told') FROM n;
SELECT is_empty(format('SELECT * FROM dcm.intake_caller(%s)', trees), 'nobody is known of an unsigned letter') FROM n;
SELECT results_eq($$SELECT kind, name, text FROM dcm.caller_history('+86-138 0000 1111') ORDER BY intake$$,
	$$VALUES ('complaint', 'Zhang', 'A manhole cover is gone.'), ('consultation', 'Zhang', 'When is the park open?'), ('report', 'Li', 'Rubbish.'), ('complaint', 'Zhang', 'A manhole cover is gone.')$$, 'what this number told, by whatever name');
SELECT is((SELECT count(*) FROM dcm.caller_history('83312345'))::int, 0, 'an area code is part of the number');
RESET SESSION AUTHORIZATION;
SELECT is(count(*)::int, 4, 'each caller is there once') FROM dcm.caller;

CREATE FUNCTION t.as_role(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	answer := t.try(statement);
	RESET ROLE;
	RETURN answer;
END $$;
SELECT is(t.as_role('test_' || r, s), '42501', r || ': ' || s)
FROM unnest('{app,loader,audit,bi,config,security,job,exchange,none}'::text[]) AS r,
	unnest(ARRAY['SELECT * FROM dcm.caller', 'SELECT id FROM dcm.caller', 'SELECT phone FROM dcm.caller', 'INSERT INTO dcm.caller (name, last_heard_at) VALUES (''x'', now())', 'DELETE FROM dcm.caller',
		'UPDATE dcm.intake SET case_no = NULL', 'INSERT INTO dcm.intake (source, kind, heard_at, registered_by) VALUES (''web'', ''report'', now(), ''x'')', 'INSERT INTO dcm.erasure (what, intake, reason, erased_by) VALUES (''caller'', 1, ''asked'', ''x'')', 'DELETE FROM dcm.erasure',
		'SELECT dcm.take_intake(1, 1)', 'SELECT dcm.erase_text(1, 1, ''note'')']) AS s;
SELECT is(t.as_role('test_' || r, s), '42501', r || ': ' || s)
FROM unnest('{audit,bi,config,security,job,exchange,none}'::text[]) AS r,
	unnest(ARRAY['SELECT dcm.register_call(''web'', ''report'', ''x'')', 'SELECT * FROM dcm.caller_history(''1'')', 'SELECT * FROM dcm.intake_caller(1)', 'SELECT dcm.answer_intake(1, ''x'')', 'SELECT dcm.link_intake(1, 1)', 'SELECT dcm.rate_intake(1, ''fair'')',
		'SELECT dcm.call_back(1)', 'SELECT dcm.erase(''caller'', ''asked'', 1)', 'SELECT dcm.report_intake(1, ''E9901'')']) AS s;
-- of intakes all may count, and few may read what was told
SELECT is(t.as_role('test_' || r, 'SELECT text FROM dcm.intake'), a, r || ' and what was told') FROM (VALUES ('app', 'ok'), ('loader', 'ok'), ('audit', 'ok'), ('bi', '42501'), ('config', '42501'), ('security', '42501'), ('job', '42501'), ('exchange', '42501'), ('none', '42501')) AS v (r, a);
SELECT is(t.as_role('test_' || r, s), 'ok', r || ': ' || s) FROM unnest('{app,loader,audit,bi,config}'::text[]) AS r, unnest(ARRAY['SELECT * FROM dcm.intake_card', 'SELECT * FROM dcm.intakes_due', 'SELECT * FROM dcm.erasure']) AS s;
SELECT is((SELECT string_agg(column_name, ', ') FROM information_schema.columns WHERE table_schema = 'dcm' AND table_name IN ('intake_card', 'intakes_due') AND column_name IN ('text', 'address', 'answer', 'caller', 'phone', 'name', 'account')), NULL, 'lists have nobody''s data');

-- a case of a call
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT dcm.become('acc');
CREATE TEMP TABLE c AS SELECT (dcm.report_intake(cover, 'E9901', dcm.point(121.605, 31.805))).case_no AS no FROM n;
GRANT SELECT ON c TO PUBLIC;
SELECT results_eq($$SELECT f.source, f.intake, f.address, x.value FROM c JOIN dcm.case_file AS f ON f.case_no = c.no JOIN dcm.case_text AS x ON (x.case_no, x.log_no, x.field) = (f.case_no, 1, 'description')$$,
	$$SELECT '12345', cover, 'by the bridge', 'A manhole cover is gone.' FROM n$$, 'source, text and address are the call''s');
SELECT is((SELECT i.case_no FROM dcm.intake AS i, n WHERE i.id = n.cover), no, 'and the call has its number') FROM c;
SELECT is(t.by('acc', format(s, v.id)), v.answer, format(s, v.id)) FROM n, (SELECT cover AS id, '55000 dcm.intake_linked' AS answer FROM n UNION ALL SELECT park, '23514 dcm.not_a_case' FROM n UNION ALL SELECT praise, '23514 dcm.not_a_case' FROM n UNION ALL SELECT trees, '23514 dcm.not_a_case' FROM n UNION ALL SELECT 0, 'P0002 dcm.no_intake') AS v,
	unnest(ARRAY['SELECT dcm.report_intake(%s, ''E9901'', dcm.point(121.605, 31.805))', 'SELECT dcm.report_case(''E9901'', dcm.point(121.605, 31.805), ''12345'', intake => %s)']) AS s;
SELECT is(t.by('acc', 'SELECT dcm.report_intake(NULL, ''E9901'')'), 'P0002 dcm.no_intake', 'no intake');
SELECT is((SELECT count(*) FROM dcm.case_file AS f, n WHERE f.intake IN (n.park, n.praise, n.trees, 0))::int, 0, 'no case came of it');
-- a call is the desk's: nobody else takes it away by a report, or learns by the error what it is; a loader brings in history
SELECT is(t.by(p, format('SELECT dcm.report_case(''E9901'', dcm.point(121.605, 31.805), intake => %s)', v.id)), '42501 dcm.no_right', format('%s takes intake %s', p, v.id))
FROM n, unnest('{col,han,disp}'::text[]) AS p, LATERAL (VALUES (cover), (second), (park), (0)) AS v (id);
SAVEPOINT l;
RESET SESSION AUTHORIZATION;
SET LOCAL SESSION AUTHORIZATION test_loader;
SELECT is(t.by('col', format('SELECT dcm.report_case(''E9901'', dcm.point(121.605, 31.805), intake => %s)', second)), 'ok', 'a loader') FROM n;
ROLLBACK TO l;
-- sent twice
SELECT dcm.become('acc');
CREATE TEMP TABLE r AS SELECT (dcm.report_intake(rubbish, 'E9901', dcm.point(121.605, 31.805), client_key => 'r')).case_no AS no FROM n;
SELECT results_eq('SELECT (dcm.report_intake(rubbish, ''E9901'', dcm.point(121.605, 31.805), client_key => ''r'')).case_no FROM n', 'SELECT no FROM r', 'sent again it is the same case');
-- a second call of the same
SELECT is(t.by(p, format('SELECT dcm.link_intake(%s, %s)', second, no)), a, p || ' links') FROM n, c, (VALUES ('col', '42501 dcm.no_right'), ('acc', 'ok'), ('acc', 'ok')) AS v (p, a);
SELECT is(t.by('acc', format('SELECT dcm.link_intake(%s, %L)', v.id, v.no)), v.answer, 'link ' || v.answer) FROM n, c, r, LATERAL (VALUES (second, r.no, '55000 dcm.intake_linked'), (praise, c.no, '23514 dcm.not_a_case'), (0::bigint, c.no, 'P0002 dcm.no_intake'), (second, 42::bigint, 'P0002 dcm.no_case'), (second, NULL, 'P0002 dcm.no_case')) AS v (id, no, answer);
SELECT is((SELECT count(*) FROM dcm.intake AS i, c WHERE i.case_no = c.no)::int, 2, 'two intakes of one case');

-- answers
SELECT is(t.by(p, format('SELECT dcm.answer_intake(%s, %s)', park, x)), a, format('%s answers %s', p, x)) FROM n, (VALUES ('col', '''x''', '42501 dcm.no_right'), ('acc', ''' ''', '22023 dcm.bad_intake'), ('acc', 'NULL', '22023 dcm.bad_intake'), ('acc', '''x'', ''nobody''', '22023 dcm.no_org'),
	('acc', '''x'', at => now() - interval ''1 minute''', '22023 dcm.too_early'), ('acc', '''x'', at => now() + interval ''1 hour''', '22023 dcm.too_late'), ('acc', '''x'', at => ''infinity''', '22023 dcm.bad_time'), ('acc', '''Always.'', ''cg''', 'ok')) AS v (p, x, a);
SELECT is(t.by('acc', format('SELECT dcm.answer_intake(%s, ''x'', at => now() - interval ''1 minute'')', cover)), '22023 dcm.too_early', 'nobody dates an answer back') FROM n;
SELECT is(t.by('acc', 'SELECT dcm.answer_intake(0, ''x'')'), 'P0002 dcm.no_intake', 'no intake to answer');
SELECT results_eq('SELECT i.answer, o.code, i.answered_by FROM n JOIN dcm.intake AS i ON i.id = n.park JOIN dcm.org AS o ON o.id = i.answer_org', $$VALUES ('Always.', 'cg', 'acc')$$, 'whose answer it is, and who gave it');
SELECT dcm.become('acc');
CREATE TEMP TABLE a AS SELECT dcm.register_call('web', 'report', 'A lamp is dark.', '13800003333') AS id;
SELECT dcm.answer_intake(id, 'It is another city''s.') FROM a;
SELECT is(t.by('acc', format('SELECT dcm.report_intake(%s, ''E9901'', dcm.point(121.605, 31.805))', id)), '55000 dcm.intake_closed', 'what was answered becomes no case') FROM a;
-- a loader tells of what has been
SET LOCAL SESSION AUTHORIZATION test_loader;
SELECT is(t.by('acc', format('SELECT dcm.answer_intake(%s, ''Later.'', at => now() - interval ''1 minute'')', park)), '22023 dcm.too_early', 'not before it was heard') FROM n;
SELECT is(t.by('acc', $$SELECT dcm.answer_intake(dcm.register_call('web', 'praise', 'Old.', at => '2015-03-02 09:00+08'), 'Thanks.', at => '2015-03-03 09:00+08')$$), 'ok', 'a loader tells any time');

-- calling back
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT dcm.become('acc');
CREATE FUNCTION pg_temp.waiting(at timestamptz = NULL) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(v.name, ' ' ORDER BY d.intake), 'nobody') FROM dcm.callbacks_due(at) AS d
		JOIN (SELECT u.* FROM n, LATERAL (VALUES (cover, 'cover'), (second, 'second'), (park, 'park'), (praise, 'praise'), (trees, 'trees'), (rubbish, 'rubbish')) AS u (id, name)) AS v ON v.id = d.intake $$;
SELECT is(pg_temp.waiting(), 'park', 'who was answered waits; whose case is open does not');
SELECT is(t.by('acc', format('SELECT dcm.call_back(%s)', cover)), '55000 dcm.intake_open', 'nothing to tell yet') FROM n;
SELECT is(t.by('acc', format('SELECT dcm.rate_intake(%s, ''fair'')', cover)), '55000 dcm.intake_open', 'nor to rate') FROM n;
RESET SESSION AUTHORIZATION;
SELECT t.step(no, s) FROM c, unnest(t.way('closed')) WITH ORDINALITY AS w (s, o) ORDER BY o;
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(pg_temp.waiting(), 'cover second park', 'both who told of the case wait once it has ended');
SELECT is(pg_temp.waiting('2026-01-01 00:00+08'), 'nobody', 'before that nobody did');
SELECT is(t.try('SELECT * FROM dcm.callbacks_due(''infinity'')'), '22023 dcm.bad_time', 'not at the end of time');
SELECT is(t.by('acc', format('SELECT dcm.call_back(%s, false)', cover)), 'ok', 'not reached') FROM n;
SELECT is(pg_temp.waiting(), 'cover second park', 'who was not reached still waits');
SELECT is((SELECT d.tries FROM dcm.callbacks_due() AS d, n WHERE d.intake = n.cover)::int, 1, 'and it is counted');
SELECT is(t.by(p, format('SELECT dcm.call_back(%s)', format(x, cover))), a, format('%s calls back: %s', p, x)) FROM n, (VALUES ('col', '%s', '42501 dcm.no_right'), ('acc', '%s, NULL', '22023 dcm.bad_intake'), ('acc', '%s, false, ''fair''', '22023 dcm.bad_intake'), ('acc', '%s, true, ''great''', '22023 dcm.no_rating'), ('acc', '0', 'P0002 dcm.no_intake'),
	('acc', '%s, at => now() - interval ''1 hour''', '22023 dcm.too_early'), ('acc', '%s, true, ''satisfied''', 'ok')) AS v (p, x, a);
SELECT is(pg_temp.waiting(), 'second park', 'who was reached waits no more');
SELECT is(t.by('acc', format('SELECT dcm.rate_intake(%s, ''unsatisfied'')', park)), 'ok', 'a caller rates without a call') FROM n;
SELECT is(pg_temp.waiting(), 'second', 'and waits no more');
SELECT is(t.by('acc', format('SELECT dcm.rate_intake(%s, NULL)', park)), '22023 dcm.no_rating', 'no degree') FROM n;
SELECT results_eq('SELECT k.kind_name, k.satisfaction_name, k.answer_org FROM n JOIN dcm.intake_card AS k ON k.intake = n.park', $$VALUES ('咨询', '不满意', 'cg')$$, 'as a list shows it');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT d.due FROM dcm.callbacks_due() AS d, n WHERE d.intake = n.second), NULL, 'no limit is shipped');
UPDATE dcm.setting SET value = '2 natural_day' WHERE name = 'callback_within';
SELECT results_eq('SELECT d.due - d.since, d.is_late, d.waits FROM n JOIN dcm.callbacks_due(now() + interval ''3 days'') AS d ON d.intake = n.second', 'SELECT interval ''2 days'', true, now() + interval ''3 days'' - f.ended_at FROM c JOIN dcm.case_file AS f ON f.case_no = c.no', 'a city has its own');
SELECT is(t.try($$UPDATE dcm.setting SET value = '2 days' WHERE name = 'callback_within'$$), '22023 dcm.bad_setting', 'which says what days it means');
SELECT is(t.try($$UPDATE dcm.setting SET value = 'nobody' WHERE name = 'privacy_roles'$$), '22023 dcm.bad_setting', 'roles must be there');

-- told anew: another answer, or a case that went on and has ended again
SELECT dcm.become('acc');
SELECT dcm.answer_intake(park, 'From six.', 'cg') FROM n;
SELECT is(pg_temp.waiting(), 'second park', 'another answer is to be told of');
INSERT INTO dcm.transition (state, action, next_state, roles) VALUES ('closed', 'amend', 'checked', '{shift_leader}');
SELECT t.act('lead', no, 'amend', '{"address": "there", "reason": "mistaken"}') FROM c;
SELECT t.step(no, 'close') FROM c;
SELECT is(pg_temp.waiting(), 'cover second park', 'a case that has ended again is to be told of again');
SELECT is((SELECT count(*) FROM dcm.callbacks_due() AS d, n WHERE d.intake = n.second)::int, 1, 'once each');

-- counts
SELECT is(t.as_role('test_bi', 'CREATE TEMP TABLE counted AS SELECT k.source, k.kind, k.state, f.category, count(*) AS n FROM dcm.intake_card AS k JOIN dcm.case_card AS f USING (case_no) GROUP BY 1, 2, 3, 4'), 'ok', 'whoever reports counts them');
SELECT results_eq('SELECT source, kind, state, category, n::int FROM counted ORDER BY 1', $$VALUES ('12319', 'complaint', 'closed', 'E9901', 1), ('12345', 'complaint', 'closed', 'E9901', 1), ('web', 'report', 'reported', 'E9901', 1)$$, 'by source, kind, state and category');

-- deadlines of others
CREATE FUNCTION pg_temp.days(n numeric) RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT (date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai') + n * interval '1 day') AT TIME ZONE 'Asia/Shanghai' $$;
SELECT dcm.become('acc');
CREATE TEMP TABLE w AS SELECT d, dcm.register_call('12345', 'complaint', 'x', external_no => 'due ' || d, external_due => pg_temp.days(d)) AS id FROM unnest('{-1,0.9999,1.5,9}'::numeric[]) AS d;
SELECT results_eq('SELECT i.falls FROM w JOIN dcm.intakes_due AS i ON i.intake = w.id ORDER BY w.d', $$VALUES ('overdue'), ('today'), ('tomorrow')$$, 'what others want an answer for, and when');
SELECT dcm.answer_intake(id, 'Done.') FROM w WHERE d = -1;
SELECT is((SELECT count(*) FROM w JOIN dcm.intakes_due AS i ON i.intake = w.id)::int, 2, 'an answer ends it');
SELECT is((SELECT k.answered_in_time FROM w JOIN dcm.intake_card AS k ON k.intake = w.id WHERE d = -1), false, 'and it was late');

-- erasing: who may, why, what
CREATE TEMP TABLE home AS SELECT (dcm.report_case('E9901', address => 'Lane 3, room 5')).case_no AS home FROM dcm.become('col');
SELECT isnt((t.act('acc', home, 'amend', '{"address": "Lane 4, room 5"}')).state, NULL, 'put right') FROM home;
GRANT SELECT ON home TO test_app;
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(t.by(p, format('SELECT dcm.erase(%s)', format(x, cover, no))), a, format('%s erases %s', p, x)) FROM n, c, (VALUES ('acc', '''caller'', ''asked'', %1$s', '42501 dcm.no_right'), ('lead', '''intake'', ''asked'', %1$s', '42501 dcm.no_right'),
	('keeper', '''caller'', ''whim'', %1$s', '22023 dcm.no_reason'), ('keeper', '''caller'', NULL, %1$s', '22023 dcm.no_reason'), ('keeper', '''all'', ''asked'', %1$s', '22023 dcm.bad_erasure'), ('keeper', 'NULL, ''asked'', %1$s', '22023 dcm.bad_erasure'),
	('keeper', '''caller'', ''asked''', '22023 dcm.bad_erasure'), ('keeper', '''caller'', ''asked'', %1$s, %2$s', '22023 dcm.bad_erasure'), ('keeper', '''case_text'', ''asked''', '22023 dcm.bad_erasure'), ('keeper', '''case_text'', ''asked'', %1$s, %2$s', '22023 dcm.bad_erasure'),
	('keeper', '''case_address'', ''asked''', '22023 dcm.bad_erasure'), ('keeper', '''case_address'', ''asked'', case_no => %2$s, log_no => 1', '22023 dcm.bad_erasure'), ('keeper', '''case_address'', ''asked'', case_no => 42', 'P0002 dcm.no_case'), ('keeper', '''caller'', ''asked'', 0', 'P0002 dcm.no_intake'), ('keeper', '''case_text'', ''asked'', case_no => 42', 'P0002 dcm.no_case'), ('keeper', '''case_text'', ''asked'', case_no => -1', 'P0002 dcm.no_case')) AS v (p, x, a);
SELECT dcm.become('keeper');
SELECT is(dcm.erase('caller', 'asked', cover), 4, 'whoever called from this number, in all calls') FROM n;
SELECT is(dcm.erase('caller', 'asked', cover), 0, 'again there is nothing') FROM n;
SELECT is(dcm.erase('intake', 'asked', cover), 1, 'what was told') FROM n;
SELECT is(dcm.erase('intake', 'asked', cover), 0, 'again there is nothing') FROM n;
SELECT is(dcm.erase('case_text', 'retention_over', case_no => no, log_no => 1, field => 'note'), 0, 'no such text') FROM c;
SELECT is(dcm.erase('case_text', 'retention_over', case_no => no, log_no => 1, field => 'description'), 1, 'one text of the case') FROM c;
SELECT is((SELECT count(*) FROM dcm.case_text AS x, c WHERE x.case_no = no AND x.value IS NULL)::int, 1, 'and no other') ;
SELECT cmp_ok(dcm.erase('case_text', 'retention_over', case_no => no), '>=', 1, 'the others of the case') FROM c;
SELECT is(dcm.erase('case_text', 'retention_over', case_no => no), 0, 'again there is nothing') FROM c;
SELECT is((SELECT string_agg(DISTINCT octet_length(x.salt)::text || coalesce(x.value, ' nothing'), ', ') FROM dcm.case_text AS x, c WHERE x.case_no = no), '0 nothing', 'neither text nor salt is left');
SELECT is(dcm.erase('case_address', 'asked', case_no => home), 2, 'where it was, also as a correction told it') FROM home;
SELECT is(dcm.erase('case_address', 'asked', case_no => home), 0, 'again there is nothing') FROM home;
RESET SESSION AUTHORIZATION;
SELECT is((SELECT address FROM dcm.case_file, home WHERE case_no = home), NULL, 'the address is gone');
SELECT is_empty(format('SELECT * FROM dcm.verify_case(%s)', home), 'and the record is what it was') FROM home;
SELECT is((SELECT count(*) FROM dcm.case_log AS l, home WHERE l.case_no = home AND l::text ~ 'Lane'), 0::bigint, 'the log had never told it');
SELECT is_empty($$SELECT * FROM dcm.caller WHERE phone_key = '13800001111' OR name IN ('Zhang', 'Li')$$, 'the caller is gone');
CREATE FUNCTION pg_temp.telling(of text, pattern text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM dcm.%I AS r WHERE r::text ~ $1', of) INTO n USING pattern;
	RETURN n;
END $$;
SELECT is((SELECT string_agg(relname || ': ' || n, ', ') FROM (
	SELECT c.relname, pg_temp.telling(c.relname, '0000 ?1111|Zhang|manhole') AS n
	FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind = 'r') AS y WHERE n <> 0), 'intake: 1', 'nowhere in the city, but for what 12319 was told of it');
SELECT results_eq('SELECT what, count(*)::int, min(reason), min(erased_by), min(db_role) FROM dcm.erasure WHERE case_no IS DISTINCT FROM (SELECT home FROM home) GROUP BY 1 ORDER BY 1', $$SELECT 'caller', 4, 'asked', 'keeper', 'test_app' UNION ALL (SELECT 'case_text', count(*)::int, 'retention_over', 'keeper', 'test_app' FROM dcm.case_text AS x, c WHERE x.case_no = no) UNION ALL SELECT 'intake', 1, 'asked', 'keeper', 'test_app'$$, 'who erased what, and why');
SELECT is(t.try(s), '23514 dcm.append_only', s) FROM unnest(ARRAY['UPDATE dcm.erasure SET reason = ''x''', 'DELETE FROM dcm.erasure', 'TRUNCATE dcm.erasure']) AS s;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is what it was');
SELECT is_empty(format('SELECT * FROM dcm.verify_case(%s)', no), 'and so is the case''s') FROM c;
SELECT is(t.try(format('SELECT * FROM dcm.case_story(%s)', no)), 'ok', 'which can be read') FROM c;
-- sent again it is known, and not written again
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT dcm.become('acc');
SELECT is(dcm.register_call('12345', 'complaint', 'A manhole cover is gone.', '13800001111', 'Zhang', address => 'by the bridge', external_no => 'W1', external_due => '2099-01-05 18:00+08', client_key => 'k1'), cover, 'the call is known') FROM n;
SELECT is_empty('SELECT * FROM dcm.caller_history(''13800001111'')', 'but not who it was');
SELECT is_empty(format('SELECT * FROM dcm.intake_caller(%s)', cover), 'who cannot be called any more') FROM n;
RESET SESSION AUTHORIZATION;
-- the guard stands for everybody but dcm.erase
SAVEPOINT s;
GRANT EXECUTE ON FUNCTION dcm.erase_text(bigint, int, text) TO test_app;
SELECT is(t.as_role('test_app', format('SELECT dcm.erase_text(%s, 1, ''description'')', no)), '42501 dcm.no_right', 'not even with EXECUTE') FROM r;
ROLLBACK TO s;
SELECT is(t.try(format(s, no)), '23514 dcm.guarded', s) FROM r, unnest(ARRAY['UPDATE dcm.case_text SET value = NULL WHERE case_no = %s', 'UPDATE dcm.case_text SET value = NULL, salt = '''' WHERE case_no = %s', 'DELETE FROM dcm.case_text WHERE case_no = %s']) AS s;
SELECT is(dcm.erase_text(no, 1, 'description'), true, 'the owner may by another way') FROM r;
SELECT is(dcm.erase_text(v.no, v.log_no, v.field), false, format('no text %s', v)) FROM (SELECT no, 1, 'description' FROM r UNION ALL SELECT no, 2, 'description' FROM r UNION ALL VALUES (0::bigint, 1, 'x'), (-1, 1, 'x'), (9223372036854775807, 1, 'x')) AS v (no, log_no, field);
SELECT results_eq('SELECT part, problem FROM dcm.verify_all()', $$VALUES ('text', 'text "description" is gone, and no erasure is recorded')$$, 'and it is found');

SELECT * FROM finish();
ROLLBACK;
