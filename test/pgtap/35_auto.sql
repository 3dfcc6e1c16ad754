-- Automatic steps: off until there is a rule; a rule takes what fits it and is
-- certain and nothing else, its sample goes to people, the log names it, nobody
-- names it but the system, and the quality of both is told apart.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();
CREATE ROLE test_job LOGIN IN ROLE dcm_job;
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE FUNCTION pg_temp.rule(name text, step text, columns jsonb = '{}', sample numeric = 0) RETURNS int LANGUAGE sql AS $$
	INSERT INTO dcm.auto_rule (name, step, source, category, kind, area, severity, needs_photo, needs_component, not_if_similar, condition_no, sample_percent, seed)
	SELECT $1, $2, r.source, r.category, r.kind, r.area, CASE WHEN $3 ? 'severity' THEN r.severity ELSE 'normal' END,
		coalesce(r.needs_photo, false), coalesce(r.needs_component, false), coalesce(r.not_if_similar, false), r.condition_no, $4, 'seed'
	FROM jsonb_populate_record(NULL::dcm.auto_rule, $3) AS r RETURNING id $$;
-- what the rules say of a case: step outcome
CREATE FUNCTION pg_temp.says(no bigint) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(d.step || ' ' || d.outcome, ', '), 'nothing') FROM dcm.auto_decision(no) AS d $$;
CREATE FUNCTION pg_temp.state(no bigint) RETURNS text LANGUAGE sql AS $$ SELECT f.state FROM dcm.case_file AS f WHERE f.case_no = no $$;
-- a category with one filing condition, for which body cg answers everywhere
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E9910', 'event', '99', '10', 'clear');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1) SELECT id, 7, 'condition', '8 work_hour' FROM dcm.category WHERE code = 'E9910';
INSERT INTO dcm.responsibility (category, org, principle) SELECT c.id, o.id, 'territory' FROM dcm.category AS c, dcm.org AS o WHERE c.code IN ('E9910', 'E9901') AND o.code = 'cg';
CREATE FUNCTION pg_temp.clear(metres int, photo boolean = false, data jsonb = '{}', category text = 'E9910', source text = 'collector', located boolean = true) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become('col');
	RETURN (dcm.report_case(category, CASE WHEN located THEN dcm.point(121.601, 31.801 + metres * 0.000009) END, source, address => 'there', data => data,
		attachments => CASE WHEN photo THEN '[{"kind": "before", "uri": "u"}]' ELSE '[]' END::jsonb)).case_no;
END $$;

-- off
SELECT is_empty('SELECT * FROM dcm.auto_rule', 'no rule is shipped');
CREATE TEMP TABLE c AS SELECT pg_temp.clear(0) AS no;
SELECT is(dcm.run_auto(), 0, 'nothing is taken without a rule');
SELECT is(pg_temp.says(no), 'nothing', 'nor anything said') FROM c;
SELECT is(t.try_act('system', no, 'accept', '{}'), '42501 dcm.no_rule', 'the system does nothing without one') FROM c;
SELECT is(t.try_act('system', no, 'accept', '{"rule": 1}'), '42501 dcm.no_rule', 'nor by one that is none') FROM c;
SELECT is(t.try_act('system', no, 'accept', '[]'), '42501 dcm.no_rule', 'whatever it says') FROM c;
SELECT is(t.try_act('system', no, 'accept', '{"rule": 1.5}'), '22023 dcm.bad_data', 'half a rule') FROM c;
SELECT is(t.try_act('system', no, 'comment', '{}'), 'ok', 'what everybody may it may') FROM c;
SELECT is(t.try_act('acc', no, 'accept', '{"rule": 1}'), '42501 dcm.not_system', 'a person names no rule') FROM c;
SELECT is(t.try_act('all', no, 'accept', '{"rule": 1}'), '42501 dcm.not_system', 'nor one who holds role system too, and comes by another') FROM c;
SELECT is(t.try_act('acc', no, 'reject', '{"reason": "not_real", "rule": 1}'), '22023 dcm.bad_data', 'other actions know no rule') FROM c;
SELECT dcm.become('disp');
SELECT is(t.try(format('SELECT t.act(''system'', %s, ''resume'')', t.case_in('suspended'))), 'ok', 'a suspension ends without one');
SELECT is(t.try_act('system', no, 'recompute_deadlines', '{}'), 'ok', 'and deadlines are moved') FROM c;

-- from the report to the dispatch in one run
CREATE TEMP TABLE rules AS SELECT pg_temp.rule('take', 'accept') AS accept, pg_temp.rule('one condition', 'file') AS file, pg_temp.rule('one body', 'dispatch') AS dispatch;
SELECT is(pg_temp.says(no), 'accept take', 'what it would do is said before') FROM c;
SELECT is(t.try_act('system', no, 'accept', jsonb_build_object('rule', file)), '42501 dcm.no_rule', 'a rule is for its step') FROM c, rules;
SELECT is(t.try_act('system', no, 'void', jsonb_build_object('rule', file)), '42501 dcm.no_right', 'and not for what the system may not') FROM c, rules;
SELECT is(dcm.run_auto(), 1, 'one case is carried on');
SELECT results_eq(format('SELECT l.action, l.to_state, p.code, o.role, l.data FROM dcm.case_log AS l JOIN dcm.person AS p ON p.id = l.actor JOIN dcm.post AS o ON o.id = l.post WHERE l.case_no = %s AND l.data ? ''rule'' ORDER BY l.log_no', no),
	format($$VALUES ('accept', 'accepted', 'system', 'system', '{"rule": %s}'::jsonb), ('file', 'filed', 'system', 'system', '{"rule": %s, "condition": 7}'), ('dispatch', 'dispatched', 'system', 'system', '{"rule": %s, "org": "cg"}')$$, accept, file, dispatch),
	'as far as it is certain, each step with its rule') FROM c, rules;
SELECT isnt(f.due, NULL, 'and it has its deadline') FROM dcm.case_file AS f, c WHERE f.case_no = c.no;
SELECT is(dcm.run_auto(), 0, 'again there is nothing');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');

-- a rule that ended
SAVEPOINT s;
SELECT is(t.try('UPDATE dcm.auto_rule SET valid = ''[-infinity,2020-01-01)'' WHERE name = ''take'''), 'ok', 'a rule ends');
CREATE TEMP TABLE e AS SELECT pg_temp.clear(500) AS no;
SELECT is(t.try_act('system', no, 'accept', jsonb_build_object('rule', accept)), '42501 dcm.no_rule', 'and takes nothing more') FROM e, rules;
SELECT is(pg_temp.says(no), 'nothing', 'nor says anything') FROM e;
ROLLBACK TO s;

-- a change is a version, with the same seed, and is logged
SAVEPOINT s;
UPDATE dcm.auto_rule SET sample_percent = 50 WHERE name = 'take';
SELECT results_eq('SELECT upper_inf(valid), sample_percent, seed, replaces IS NOT NULL FROM dcm.auto_rule WHERE name = ''take'' ORDER BY id', $$VALUES (false, 0.0, 'seed', false), (true, 50, 'seed', true)$$, 'what it was is kept');
SELECT isnt_empty('SELECT * FROM dcm.config_log WHERE table_name = ''auto_rule'' AND op = ''UPDATE''', 'and logged');
SELECT is(t.try('INSERT INTO dcm.auto_rule (name, step, sample_percent) VALUES (''take'', ''close'', 0)'), '23P01 dcm.overlap', 'one rule of a name at a time');
ROLLBACK TO s;
SELECT is(t.try(format('INSERT INTO dcm.auto_rule (name, step, sample_percent, condition_no) VALUES (''x'', %s)', v)), a, v) FROM (VALUES
	('''accept'', 101, NULL', '23514 auto_rule_sample_percent_check'), ('''accept'', -1, NULL', '23514 auto_rule_sample_percent_check'), ('''accept'', ''NaN'', NULL', '23514 auto_rule_sample_percent_check'),
	('''accept'', NULL, NULL', '23502'), ('''sign'', 0, NULL', '23514 auto_rule_step_check'), ('''accept'', 0, 1', '23514 auto_rule_check')) AS x (v, a);

-- each condition, met and not
DELETE FROM dcm.auto_rule;
CREATE TEMP TABLE k AS SELECT pg_temp.clear(600) AS plain, pg_temp.clear(700, true) AS photo, pg_temp.clear(800, data => '{"severity": "danger"}') AS danger,
	pg_temp.clear(900, source => '12345') AS called, pg_temp.clear(0, located => false) AS nowhere, t.report() AS other;
CREATE FUNCTION pg_temp.with_rule(columns jsonb, no bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM pg_temp.rule('tried', 'accept', columns);
	SELECT d.outcome INTO answer FROM dcm.auto_decision(no) AS d;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.with_rule(v.columns, CASE v.which WHEN 'plain' THEN k.plain WHEN 'photo' THEN k.photo WHEN 'danger' THEN k.danger WHEN 'called' THEN k.called WHEN 'nowhere' THEN k.nowhere ELSE k.other END), v.answer, format('%s of %s', v.columns, v.which))
FROM k CROSS JOIN (VALUES
	('{}'::jsonb, 'plain', 'take'), ('{}', 'danger', 'no_rule'), ('{"severity": null}', 'danger', 'take'), ('{"severity": "danger"}', 'danger', 'take'), ('{"severity": "danger"}', 'plain', 'no_rule'),
	('{"source": "12345"}', 'called', 'take'), ('{"source": "12345"}', 'plain', 'no_rule'),
	(jsonb_build_object('category', (SELECT id FROM dcm.category WHERE code = 'E9910')), 'plain', 'take'), (jsonb_build_object('category', (SELECT id FROM dcm.category WHERE code = 'E9910')), 'other', 'no_rule'),
	('{"kind": "event"}', 'plain', 'take'), ('{"kind": "component"}', 'plain', 'no_rule'),
	('{"area": "320681"}', 'plain', 'take'), ('{"area": "320681100001"}', 'plain', 'take'), ('{"area": "320681101"}', 'plain', 'no_rule'), ('{"area": "320681"}', 'nowhere', 'no_rule'),
	('{"needs_photo": true}', 'photo', 'take'), ('{"needs_photo": true}', 'plain', 'no_rule'), ('{"needs_component": true}', 'plain', 'no_rule'),
	('{"not_if_similar": true}', 'plain', 'take'), ('{"not_if_similar": true}', 'nowhere', 'uncertain')) AS v (columns, which, answer);
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('C9901', 'component', '99', '01', 'cover');
INSERT INTO dcm.component (id, category, owner, geom) SELECT '3206819901000001', c.id, o.id, dcm.point(121.604, 31.804) FROM dcm.category AS c, dcm.org AS o WHERE c.code = 'C9901' AND o.code = 'hw';
SELECT dcm.become('col');
CREATE TEMP TABLE p AS SELECT (dcm.report_case('C9901', component => '3206819901000001')).case_no AS no;
SELECT is(pg_temp.with_rule('{"needs_component": true}', no), 'take', 'a case of a component') FROM p;
CREATE TEMP TABLE twin AS SELECT pg_temp.clear(605) AS no;
SELECT is(pg_temp.with_rule('{"not_if_similar": true}', plain), 'uncertain', 'a similar open case near by') FROM k;
SELECT is(pg_temp.with_rule('{"not_if_similar": true}', no), 'uncertain', 'which has one itself') FROM twin;
SELECT t.step(no, 'reject') FROM twin;
SELECT is(pg_temp.with_rule('{"not_if_similar": true}', plain), 'take', 'one that has ended is none') FROM k;

-- what is uncertain stops the case, with the reason
SELECT pg_temp.rule('take', 'accept', '{"severity": null}'), pg_temp.rule('file', 'file', '{"severity": null}'), pg_temp.rule('send', 'dispatch', '{"severity": null}');
SELECT is(dcm.run_auto(), 7, 'the seven that are open');
SELECT results_eq('SELECT v.name, pg_temp.state(v.no), l.step, l.outcome, l.reason FROM k CROSS JOIN LATERAL (VALUES (''danger'', danger), (''nowhere'', nowhere), (''other'', other)) AS v (name, no) LEFT JOIN dcm.auto_look AS l ON l.case_no = v.no ORDER BY 1',
	$$VALUES ('danger', 'dispatched', NULL, NULL, NULL), ('nowhere', 'accepted', 'file', 'uncertain', 'it has no point. 无坐标。'), ('other', 'accepted', 'file', 'uncertain', 'the category has 3 filing conditions. 立案条件不唯一。')$$, 'no point, and a choice of conditions');
SELECT is(pg_temp.state(no), 'accepted', 'a category without conditions') FROM p;
SELECT t.act('lead', other, 'file', '{"condition": 2}') FROM k;
SELECT is(dcm.run_auto(), 1, 'what people took further goes on');
SELECT is(pg_temp.state(other), 'dispatched', 'to the one body') FROM k;
SELECT is(t.act('lia', other, 'return', t.data('return'))::text ~ 'filed', true, 'which returns it') FROM k;
SELECT is(dcm.run_auto(), 0, 'and it is not sent there again');
SELECT is((SELECT l.reason FROM dcm.auto_look AS l WHERE l.case_no = other AND l.step = 'dispatch'), 'a body had it before. 曾派遣,已退回或撤回。', 'but left to people') FROM k;
-- one condition that the rule names
UPDATE dcm.auto_rule SET condition_no = 3 WHERE name = 'file';
CREATE TEMP TABLE named AS SELECT t.report() AS no;
SELECT is(dcm.run_auto(), 1, 'a rule may name the condition');
SELECT is((SELECT data -> 'condition' FROM dcm.case_log WHERE case_no = no AND action = 'file'), '3', 'which is taken') FROM named;
CREATE TEMP TABLE unnamed AS SELECT pg_temp.clear(1000) AS no;
SELECT dcm.run_auto();
SELECT is((SELECT concat(state, ': ', (SELECT reason FROM dcm.auto_look AS l WHERE l.case_no = no AND step = 'file')) FROM dcm.case_file WHERE case_no = no), 'accepted: the category has no such filing condition now. 无此立案条件。', 'where the category has it') FROM unnamed;
DELETE FROM dcm.auto_rule WHERE name = 'file';
SELECT pg_temp.rule('file otherwise', 'file', '{"severity": null}');
SELECT is(dcm.run_auto(), 1, 'other rules look at a case again');
SELECT is(pg_temp.state(no), 'dispatched', 'and take it') FROM unnamed;

-- to the sole candidate alone
CREATE FUNCTION pg_temp.sent(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint;
	answer text;
BEGIN
	EXECUTE change;
	no := pg_temp.clear(50);
	PERFORM dcm.run_auto();
	SELECT f.state || coalesce(': ' || (SELECT l.reason FROM dcm.auto_look AS l WHERE l.case_no = no AND l.step = 'dispatch'), '') INTO answer FROM dcm.case_file AS f WHERE f.case_no = no;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.sent(c), a, c) FROM (VALUES
	('SELECT', 'dispatched'),
	('INSERT INTO dcm.responsibility (category, org, principle) SELECT c.id, o.id, ''owner'' FROM dcm.category AS c, dcm.org AS o WHERE c.code = ''E9910'' AND o.code = ''hw''', 'filed: there are 2 candidates. 责任单位不唯一。'),
	('DELETE FROM dcm.responsibility', 'filed: nobody answers for it. 无责任主体。'),
	('DELETE FROM dcm.responsibility; INSERT INTO dcm.org (code, name, level, kind, area) VALUES (''gov'', ''government'', 2, ''government'', ''320681'')', 'filed: nobody answers for it. 无责任主体。'),
	('INSERT INTO dcm.region (code, name, geom) SELECT ''320682'', ''next'', ST_Multi(ST_MakeEnvelope(121.5, 31.8, 121.60095, 31.9, 4490))', 'filed: another district is near. 区县交界。'),
	('UPDATE dcm.grid SET valid = ''[2000-01-01,2001-01-01)''', 'filed: it lies where nobody manages digitally. 不在覆盖范围内。')) AS v (c, a);

-- a verification that did not confirm it is not passed over
CREATE TEMP TABLE v AS SELECT pg_temp.clear(120) AS yes, pg_temp.clear(140) AS no;
SELECT t.step(x, 'request_verification') FROM v, unnest(ARRAY[yes, no]) AS x;
SELECT t.step(yes, 'confirm_verification'), t.step(no, 'deny_verification') FROM v;
SELECT dcm.run_auto();
SELECT is(pg_temp.state(yes) || ' ' || pg_temp.state(no), 'dispatched reported', 'confirmed goes on, denied does not') FROM v;

-- asking for the check, and closing what a person's check passed
SELECT pg_temp.rule('ask', 'request_check', '{"needs_photo": true}'), pg_temp.rule('close', 'close', '{"needs_photo": true}');
CREATE TEMP TABLE h AS SELECT t.case_in('handled') AS handled, t.case_in('checked') AS checked, pg_temp.clear(160) AS on_site, t.case_in('checked') AS by_machine;
SELECT t.act('col', on_site, 'resolve_on_site', '{"before": {"uri": "a", "taken_at": "2015-03-02 09:00+08", "lon": 121.601, "lat": 31.8024}, "after": {"uri": "b", "taken_at": "2015-03-02 09:10+08", "lon": 121.601, "lat": 31.8024}}') FROM h;
SAVEPOINT s;
UPDATE dcm.person SET kind = 'service' WHERE code = 'col';
SELECT is(pg_temp.says(checked), 'close uncertain', 'not what a machine has checked') FROM h;
ROLLBACK TO s;
SELECT dcm.run_auto();
SELECT is(concat_ws(' ', pg_temp.state(handled), pg_temp.state(checked), pg_temp.state(on_site)), 'checking closed checked', 'a check is asked for, a checked case is closed, what nobody checked is not') FROM h;
SELECT t.step(handled, 'fail_check') FROM h;
SELECT t.step(handled, 'handle') FROM h;
SELECT dcm.run_auto();
SELECT is(pg_temp.state(handled), 'checking', 'after a rework it is checked again') FROM h;
-- closed once before, as it is after it was opened again
SAVEPOINT s;
CREATE TEMP TABLE again AS SELECT t.case_in('checked') AS no;
UPDATE dcm.transition SET next_state = NULL WHERE state = 'checked' AND action = 'close';
SELECT t.step(no, 'close') FROM again;
UPDATE dcm.transition SET next_state = 'closed' WHERE state = 'checked' AND action = 'close' AND upper_inf(valid);
SELECT dcm.run_auto();
SELECT is((SELECT concat_ws(' ', f.state, l.reason) FROM dcm.case_file AS f JOIN dcm.auto_look AS l ON (l.case_no, l.step) = (f.case_no, 'close') WHERE f.case_no = no), 'checked it was closed before. 曾结案。', 'is not closed by the system') FROM again;
ROLLBACK TO s;

-- the sample: whom it takes follows from the seed, which anybody can reckon
SELECT is(encode(dcm.sample_key('a', 202601010000001), 'hex'), 'c0259cde3bf412b0d43eeae2b37f57e3d48246a0b6949f40ccecd449de84d8c2', 'sha256 of a202601010000001');
SELECT is(dcm.auto_sampled('a', 202601010000001, p), a, format('at %s percent', p)) FROM (VALUES (0, false), (75.0, false), (75.05, false), (75.06, true), (100, true)) AS v (p, a);
SELECT is(dcm.auto_sampled('a', 202601010000001, NULL), NULL, 'of nothing nothing');
SELECT cmp_ok(count(*) FILTER (WHERE dcm.auto_sampled('seed', 202601010000000 + i, 20))::int, '>', 1800, 'about a fifth') FROM generate_series(1, 10000) AS i;
SELECT cmp_ok(count(*) FILTER (WHERE dcm.auto_sampled('seed', 202601010000000 + i, 20))::int, '<', 2200, 'about a fifth') FROM generate_series(1, 10000) AS i;
DELETE FROM dcm.auto_rule;
SELECT pg_temp.rule('take', 'accept', sample => 40);
CREATE TEMP TABLE many AS SELECT pg_temp.clear(i * 60) AS no FROM generate_series(20, 59) AS i;
SELECT is(dcm.run_auto(), (SELECT count(*) FROM many WHERE NOT dcm.auto_sampled('seed', no, 40))::int, 'the others are taken');
SELECT set_eq('SELECT no FROM many WHERE pg_temp.state(no) = ''reported''', 'SELECT no FROM many WHERE dcm.auto_sampled(''seed'', no, 40)', 'the sample is not');
SELECT set_eq('SELECT l.case_no FROM dcm.auto_look AS l JOIN many ON no = l.case_no WHERE l.outcome = ''sampled''', 'SELECT no FROM many WHERE dcm.auto_sampled(''seed'', no, 40)', 'and it is noted');
SELECT cmp_ok((SELECT count(*) FROM dcm.auto_look JOIN many ON no = case_no)::int, '>', 5, 'of some');

-- once looked at is enough, and what is left keeps nobody waiting
UPDATE dcm.auto_look SET looked_at = '2000-01-01';
SELECT is(dcm.run_auto(), 0, 'again there is nothing');
SELECT is_empty('SELECT * FROM dcm.auto_look WHERE looked_at > ''2000-01-01''', 'and nobody looks');
DELETE FROM dcm.auto_rule;
SELECT pg_temp.rule('take none', 'accept', sample => 100);
SELECT is((SELECT (b.looked, b.carried)::text FROM dcm.auto_batch(4) AS b), '(4,0)', 'a batch looks at so many');
SELECT is((SELECT b.looked < 1000 AND b.looked > 4 AND b.carried = 0 FROM dcm.auto_batch(1000) AS b), true, 'another at the rest');
SELECT is((SELECT b.looked FROM dcm.auto_batch(1000) AS b), 0, 'then there are none');
DELETE FROM dcm.auto_rule;
SELECT pg_temp.rule('take others', 'accept', jsonb_build_object('category', id)) FROM dcm.category WHERE code = 'E9902';
SELECT dcm.become('col');
CREATE TEMP TABLE last AS SELECT (dcm.report_case('E9902', dcm.point(121.605, 31.8))).case_no AS no;
SELECT is(dcm.run_auto(1), 1, 'the last comes in a batch of one past all the others');
SELECT is(pg_temp.state(no), 'accepted', 'it is the one') FROM last;
SELECT is((SELECT count(*) FROM dcm.auto_look AS l JOIN many ON no = l.case_no WHERE l.outcome = 'no_rule')::int, (SELECT count(*) FROM many WHERE pg_temp.state(no) = 'reported')::int, 'which no rule fits');
CREATE TEMP TABLE noted AS SELECT no FROM many WHERE pg_temp.state(no) = 'reported' ORDER BY no LIMIT 1;
UPDATE dcm.auto_look SET looked_at = '2000-01-01';
SELECT t.act('col', no, 'comment') FROM noted;
SELECT dcm.run_auto();
SELECT results_eq('SELECT case_no FROM dcm.auto_look WHERE looked_at > ''2000-01-01''', 'SELECT no FROM noted', 'a case that has a new entry is looked at again, and no other');

-- one that fails leaves the others, and is tried again later
DELETE FROM dcm.auto_rule;
SELECT pg_temp.rule('take', 'accept');
CREATE TEMP TABLE f AS SELECT i, pg_temp.clear(i) AS no FROM generate_series(1, 3) AS i;
CREATE FUNCTION t.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
DO $$ BEGIN
	EXECUTE format('CREATE TRIGGER fail BEFORE INSERT ON dcm.case_log_%s FOR EACH ROW WHEN (NEW.case_no = %s) EXECUTE FUNCTION t.fail()', left(no::text, 4), no) FROM f WHERE i = 2;
END $$;
SELECT is(dcm.run_auto() >= 2, true, 'the others go on');
SELECT is(string_agg(pg_temp.state(no), ' ' ORDER BY i), 'accepted reported accepted', 'one does not') FROM f;
SELECT results_eq('SELECT l.outcome, l.reason, l.rule IS NOT NULL FROM dcm.auto_look AS l JOIN f ON no = case_no', $$VALUES ('failed', 'not this one', true)$$, 'why is noted');
DO $$ BEGIN
	EXECUTE format('DROP TRIGGER fail ON dcm.case_log_%s', left(no::text, 4)) FROM f WHERE i = 2;
END $$;
SELECT is(dcm.run_auto(), 0, 'it is not tried at once');
UPDATE dcm.auto_look SET looked_at = looked_at - interval '61 minutes' WHERE outcome = 'failed';
SELECT is(dcm.run_auto(), 1, 'but after an hour');

-- the job, with the rights of dcm_job
DELETE FROM dcm.auto_rule;
SELECT pg_temp.rule('a', 'accept', '{"not_if_similar": true, "needs_photo": true}'), pg_temp.rule('b', 'file'), pg_temp.rule('c', 'dispatch');
CREATE TEMP TABLE j AS SELECT pg_temp.clear(-100, true) AS no;
SELECT dcm.grant_roles();
SET LOCAL SESSION AUTHORIZATION test_job;
SELECT is(dcm.run_auto() >= 1, true, 'the job role takes the steps');
SELECT is(t.try('UPDATE dcm.auto_rule SET sample_percent = 0'), '42501', 'and changes no rule');
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(t.try('SELECT dcm.run_auto()'), '42501', 'an application does not');
SELECT is(t.try('SELECT * FROM dcm.auto_quality(''-infinity'', ''infinity'')'), 'ok', 'it may ask how well they do');
RESET SESSION AUTHORIZATION;
SELECT is(pg_temp.state(no), 'dispatched', 'all three') FROM j;
SELECT is((SELECT db_role FROM dcm.case_log WHERE case_no = no AND action = 'dispatch'), 'test_job', 'and the log tells who ran it') FROM j;
SELECT is(t.try(format('SELECT dcm.run_auto(%L)', b)), '22023 dcm.run_auto', coalesce(b, 'NULL')) FROM unnest('{0,-1,NULL}'::text[]) AS b;
SELECT is(t.try('SELECT * FROM dcm.auto_decision(42)'), 'P0002 dcm.no_case', 'of no case nothing');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');

SELECT * FROM finish();
ROLLBACK;
