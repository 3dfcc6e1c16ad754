-- Every error of dcm: SQLSTATE, name, message, DETAIL, HINT.  At the end the names
-- told here and those tested elsewhere are held against the sources and against
-- docs/errors.md.
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE DATABASE regression_errors TEMPLATE template0 ENCODING 'UTF8';
\c regression_errors
\set ECHO none
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
CREATE SCHEMA told;
CREATE TABLE told.name (name text);
CREATE FUNCTION told.error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	name text;
	detail text;
	hint text;
	-- times of now, and the leaf of this year, are not the same tomorrow
	moving CONSTANT text := '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\S*( \w+)?';
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	INSERT INTO told.name VALUES (name);
	RETURN SQLSTATE || ' ' || name || ': ' || regexp_replace(regexp_replace(concat_ws(E'\n  ', SQLERRM, 'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, '')), moving, '(time)', 'g'), 'login "[^"]*"', 'login "(user)"');
END $$;
\pset format unaligned
\pset tuples_only on
-- before there is a city
SELECT told.error('SELECT dcm.act(1, ''accept'')');
SELECT told.error('SELECT dcm.create_city(''a'', ''320681'', mode => ''three'')');
SELECT told.error('SELECT dcm.create_city(''a'', ''320681'', time_zone => ''Atlantis'')');
SELECT told.error('SELECT dcm.create_city(''a'', ''320681'', presets => ''{nothing}'')');
\set city :srcdir '/pgtap/include/city.psql'
\o /dev/null
\i :city
DO $$ BEGIN EXECUTE format('GRANT dcm_loader TO %I', current_user); END $$;
CREATE TABLE told.c AS SELECT s.state, t.case_in(s.state, '2015-03-02 09:00+08') AS no
FROM unnest('{reported,verifying,accepted,filed,handling,checking,checked}'::text[]) AS s (state);
INSERT INTO told.c SELECT 'timeless', (t.act('lead', t.case_in('accepted', '2015-03-02 09:00+08'), 'file', '{"condition": 3}', '2015-03-02 09:00+08')).case_no;
SELECT t.step(no, 'dispatch', '2015-03-02 09:00+08'), t.step(no, 'sign', '2015-03-02 09:00+08') FROM told.c WHERE state = 'timeless';
CREATE FUNCTION told.act(by text, state text, act text, data jsonb = NULL, at text = '2015-03-02 10:00+08') RETURNS text LANGUAGE sql AS $$
	SELECT told.error(format('SELECT t.act(%L, %s, %L, %L, %L)', by, c.no, act, coalesce(data, t.data(act)), at)) FROM told.c AS c WHERE c.state = act.state
$$;
CREATE FUNCTION told.by(person text, statement text) RETURNS text LANGUAGE sql AS $$
	SELECT told.error(format('SELECT dcm.become(%L); ', person) || replace(statement, ':reported', (SELECT no::text FROM told.c WHERE state = 'reported')))
$$;
\o
\echo -- cases: moves
SELECT told.act('all', 'reported', 'close');
SELECT told.by('all', 'SELECT dcm.act(:reported, ''accept'', expect => 0)');
SELECT told.by('all', 'SELECT dcm.act(:reported, ''comment'', client_key => ''k''); SELECT dcm.act(:reported, ''accept'', client_key => ''k'')');
SELECT told.by('all', 'SELECT dcm.act(:reported, ''comment'', client_key => repeat(''k'', 201))');
SELECT told.by('all', 'SELECT dcm.act(42, ''accept'')');
SELECT told.error('SELECT * FROM dcm.verify_case(42)');
SELECT told.error('SELECT * FROM dcm.case_story(42)');
SELECT told.by('all', 'SELECT dcm.act(:reported, ''sweep'')');
SELECT told.error('SELECT dcm.act(NULL, ''accept'')');
SELECT told.error('SELECT dcm.report_case(NULL)');
\echo -- cases: what is carried
SELECT told.act('all', 'accepted', 'file', '{}');
SELECT told.act('all', 'accepted', 'file', '{"condition": "1"}');
SELECT told.act('all', 'accepted', 'file', '{"condition": 1, "colour": "red"}');
SELECT told.act('all', 'accepted', 'comment', '[]');
SELECT told.act('all', 'handling', 'request_suspension', '{"reason": "season", "until": "soon"}');
SELECT told.act('all', 'handling', 'amend', '{"address": "there"}');
SELECT told.act('all', 'handling', 'amend', '{"reason": "r"}');
SELECT told.act('all', 'reported', 'reject', '{"reason": "whim"}');
SELECT told.act('all', 'filed', 'dispatch', '{"org": "nobody"}');
SELECT told.act('all', 'reported', 'request_verification', '{"person": "nobody"}');
SELECT told.act('all', 'reported', 'amend', '{"category": "E0000"}');
SELECT told.act('all', 'accepted', 'file', '{"condition": 9}');
SELECT told.act('all', 'accepted', 'file', '{"condition": 1, "time_limit": "9 work_hour"}');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'')');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'', address => ''x'', source => ''rumour'')');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'', address => ''x'', component => ''3206810101000001'')');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'', ''LINESTRING(0 0, 1 1)'')');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'', address => ''x'', attachments => ''{}'')');
SELECT told.by('all', 'SELECT dcm.report_case(''E9901'', address => ''x'', attachments => ''[{}]'')');
SELECT told.by('all', 'SELECT t.act(''lead'', (dcm.act((dcm.report_case(''E9901'', address => ''x'')).case_no, ''accept'')).case_no, ''file'', ''{"condition": 1}'')');
SELECT told.act('all', 'reported', 'resolve_on_site', '{"before": "u", "after": "u"}');
SELECT told.act('all', 'reported', 'resolve_on_site', jsonb_set(t.data('resolve_on_site'), '{after,lat}', '31.9'));
\echo -- cases: clocks and times
SELECT told.act('all', 'timeless', 'request_extension');
SELECT told.act('all', 'handling', 'request_extension', NULL, '2015-03-04 10:00+08');
SELECT told.act('all', 'handling', 'grant_extension');
SELECT told.by('all', replace('SELECT t.step(:no, ''request_extension'', ''2015-03-02 10:00+08''); SELECT t.step(:no, ''request_suspension'', ''2015-03-02 10:00+08'')', ':no', no::text)) FROM told.c WHERE state = 'handling';
SELECT told.by('all', replace('SELECT t.step(:no, ''request_extension'', ''2015-03-02 10:00+08''); SELECT dcm.become(''all''); SELECT dcm.act(:no, ''grant_extension'', data => ''{"extra": "1 natural_day"}'', at => ''2015-03-02 10:00+08'')', ':no', no::text)) FROM told.c WHERE state = 'handling';
SELECT told.by('all', replace('SELECT t.step(:no, ''request_extension'', ''2015-03-02 10:00+08''); SELECT dcm.become(''all''); SELECT dcm.act(:no, ''grant_extension'', data => ''{"extra": "99999999 work_hour"}'', at => ''2015-03-02 10:00+08'')', ':no', no::text)) FROM told.c WHERE state = 'handling';
SELECT told.by('all', replace('UPDATE dcm.setting SET value = 0 WHERE name = ''max_extensions''; SELECT t.step(:no, ''request_extension'', ''2015-03-02 10:00+08'')', ':no', no::text)) FROM told.c WHERE state = 'handling';
SELECT told.act('all', 'handling', 'request_suspension', '{"reason": "season", "until": "2015-03-01 00:00+08"}');
SELECT told.error('SELECT t.report(''infinity'')');
SELECT told.error('SELECT t.report(''0001-01-01 00:00+00'')');
SELECT told.error('SELECT t.report(''9000-01-01 00:00+00'')');
SELECT told.error('SELECT dcm.make_leaf(1)');
SELECT told.error($x$
	INSERT INTO dcm.transition (state, action, next_state, roles, effects) VALUES ('reported', 'confirm_verification', 'accepted', '{collector}', '{finish_task}');
	SELECT t.step(no, 'confirm_verification') FROM told.c WHERE state = 'reported'$x$);
\echo -- cases: several bodies, tasks, reopened and merged
SELECT told.error(format('SELECT t.act(''disp'', %s, ''dispatch'', ''{"org": "cg", "joint": ["cg"]}'')', no)) FROM told.c WHERE state = 'filed';
SELECT told.error(format('SELECT t.act(''disp'', %s, ''dispatch'', ''{"org": "cg", "joint": ["hw"]}''), t.act(''lia2'', %1$s, ''handle'', t.data(''handle''))', no)) FROM told.c WHERE state = 'filed';
SELECT told.act('lia', 'handling', 'forward', '{"org": "hw"}');
SELECT told.error(format('SELECT t.act(''lia'', %s, ''forward'', ''{"org": "cg2"}''), t.act(''lia'', %1$s, ''forward'', ''{"org": "cg2"}'')', no)) FROM told.c WHERE state = 'handling';
SELECT told.act('lead', 'handling', 'judge_return', '{"upheld": true}');
SELECT told.error(format('UPDATE dcm.setting SET value = ''true'' WHERE name = ''first_receiver''; SELECT t.act(''lia'', %s, ''return'', t.data(''return''))', no)) FROM told.c WHERE state = 'handling';
SELECT told.error(format('UPDATE dcm.setting SET value = ''2'' WHERE name = ''extension_levels''; SELECT t.step(%s, ''request_extension'', ''2015-03-02 10:00+08''); SELECT t.act(''disp'', %1$s, ''grant_extension'')', no)) FROM told.c WHERE state = 'handling';
SELECT told.error(format('SELECT t.step(%s, ''request_extension'', ''2015-03-02 10:00+08''); SELECT t.act(''disp'', %1$s, ''endorse_extension''); SELECT t.act(''disp'', %1$s, ''endorse_extension'')', no)) FROM told.c WHERE state = 'handling';
SELECT told.error(format('SELECT t.act(''col'', %s, ''guard''); SELECT t.act(''col'', %1$s, ''guard'')', no)) FROM told.c WHERE state = 'reported';
SELECT told.error(format('SELECT t.act(''col'', %s, ''guard''); SELECT t.act(''col'', %1$s, ''relieve'')', no)) FROM told.c WHERE state = 'reported';
SELECT told.act('lia', 'handling', 'reply_notice');
SELECT told.error(format('SELECT t.act(''lia'', %s, ''appeal'', t.data(''appeal'')); SELECT t.act(''lia'', %1$s, ''appeal'', t.data(''appeal''))', no)) FROM told.c WHERE state = 'handling';
SELECT told.act('acc', 'reported', 'request_verification', '{"person": "lia"}');
SELECT told.act('lead', 'handling', 'issue_notice', '{"due": "2015-01-01 00:00+08"}');
SELECT told.error('SELECT t.act(''col'', no, ''resolve_on_site'', t.data(''resolve_on_site'')), t.act(''lead'', no, ''close''), t.act(''lead'', no, ''reopen'', t.data(''reopen'')) FROM told.c WHERE state = ''reported''');
SELECT told.error('SELECT t.act(''lead'', a.no, ''void'', t.data(''void'')), t.act(''lead'', b.no, ''merge'', jsonb_build_object(''into'', a.no)) FROM told.c AS a, told.c AS b WHERE a.state = ''reported'' AND b.state = ''filed''');
\echo -- cases: desks and batches
SELECT told.by('all', 'SELECT dcm.worklist(max => 0)');
SELECT told.error('SELECT dcm.components_near(dcm.point(121.6, 31.8), -1)');
SELECT told.error('SELECT dcm.similar_cases(''E9901'', dcm.point(121.6, 31.8), within => ''-1 hour'')');
SELECT told.by('all', 'SELECT dcm.act_batch(''{}'')');
SELECT told.by('all', 'UPDATE dcm.setting SET value = 1 WHERE name = ''max_batch''; SELECT dcm.act_batch(''[{}, {}]'')');
\echo -- who acts
SELECT told.error('SELECT dcm.whoami()');
SELECT told.error('SELECT dcm.become(NULL)');
SELECT told.error('SELECT dcm.become(''all'', scope => ''ever'')');
SELECT told.error('SELECT dcm.become(''nobody'')');
SELECT told.error('SELECT dcm.become(''all'', ''col_collector'')');
SELECT told.act('col', 'reported', 'accept');
SELECT told.act('system', 'reported', 'accept');
SELECT told.act('system', 'reported', 'accept', '{"rule": 1}');
SELECT told.act('acc', 'reported', 'accept', '{"rule": 1}');
SELECT told.error('SELECT dcm.run_auto(0)');
SELECT told.by('acc', 'SELECT dcm.draw_sample(''check'', ''2015-03-01'', ''2015-03-02'', 10)');
SELECT told.by('lead', 'SELECT dcm.draw_sample(''handled'', ''2015-03-01'', ''2015-03-02'', 10)');
SELECT told.by('lead', 'SELECT dcm.draw_sample(''check'', ''2015-03-02'', ''2015-03-01'', 10)');
SELECT told.by('lead', 'SELECT dcm.draw_sample(''check'', ''2015-03-01'', ''2015-03-02'', 0)');
SELECT told.error('SELECT dcm.check_sample(42)');
SELECT told.act('lia2', 'handling', 'handle');
SELECT told.act('han', 'checking', 'pass_check');
SELECT told.error(format('SELECT t.act(''acc'', %s, ''request_verification'', ''{"person": "col2"}''), t.act(''col'', %1$s, ''confirm_verification'', t.data(''confirm_verification''))', no)) FROM told.c WHERE state = 'reported';
SELECT told.act('han', 'checking', 'void');
SELECT told.error(format('SELECT t.act(''other'', %s, ''handle'', t.data(''handle''), ''2015-03-02 10:00+08''), t.step(%1$s, ''request_check'', ''2015-03-02 10:00+08''), t.act(''other'', %1$s, ''pass_check'', t.data(''pass_check''))', no)) FROM told.c WHERE state = 'handling';
UPDATE dcm.setting SET value = 'false' WHERE name = 'reporter_may_check';
SELECT told.error('SELECT t.step(no, ''pass_check'') FROM told.c WHERE state = ''checking''');
UPDATE dcm.setting SET value = NULL WHERE name = 'reporter_may_check';
UPDATE dcm.setting SET value = 'one_one' WHERE name = 'org_mode';
SELECT told.error('SELECT t.step(no, ''dispatch'') FROM told.c WHERE state = ''filed''');
UPDATE dcm.setting SET value = 'one_two' WHERE name = 'org_mode';
UPDATE dcm.org SET level = 2, kind = 'command_centre', area = '320682' WHERE code = 'sc';
SELECT told.error('SELECT t.step(no, ''accept'') FROM told.c WHERE state = ''reported''');
SELECT told.error('SELECT t.step(no, ''dispatch'') FROM told.c WHERE state = ''filed''');
UPDATE dcm.org SET area = '320681100' WHERE code = 'sc';
SELECT told.error('SELECT t.step(no, ''dispatch'') FROM told.c WHERE state = ''filed''');
SELECT told.error('SELECT t.act(''disp'', no, ''dispatch'', ''{"org": "cg2"}'') FROM told.c WHERE state = ''filed''');
UPDATE dcm.org SET level = 1, kind = 'supervision_command_centre', area = NULL WHERE code = 'sc';
SELECT told.error('SELECT dcm.set_org_mode(''three'')');
CREATE ROLE regress_errors LOGIN;
GRANT USAGE ON SCHEMA told, dcm TO regress_errors;
GRANT ALL ON told.name TO regress_errors;
GRANT EXECUTE ON FUNCTION dcm.become(text, text, text) TO regress_errors;
GRANT dcm_app TO regress_errors;
GRANT SELECT ON told.c TO regress_errors;
SET ROLE regress_errors;
SELECT told.error('SELECT t.report(now() - interval ''25 hours'')');
SELECT told.act('all', 'reported', 'accept', NULL, '2015-03-02 08:00+08');
RESET ROLE;
UPDATE dcm.person SET valid = '[,2020-01-01)' WHERE code = 'idle';
REVOKE dcm_app FROM regress_errors;
SET ROLE regress_errors;
SELECT told.error('SELECT dcm.become(''all'')');
RESET ROLE;
GRANT dcm_app TO regress_errors;
SET ROLE regress_errors;
SELECT told.error('SELECT dcm.become(''idle'')');
RESET ROLE;
\echo -- the guard and the record
SELECT told.error('UPDATE dcm.case_file SET state = ''closed''');
SELECT told.error('TRUNCATE dcm.case_task');
SET session_replication_role = replica;
SELECT told.act('all', 'reported', 'accept');
SET session_replication_role = origin;
SELECT told.error('CREATE FUNCTION told.drop() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NULL; END''; CREATE TRIGGER zzz BEFORE UPDATE ON dcm.case_file_2015 FOR EACH ROW EXECUTE FUNCTION told.drop(); SELECT t.step(no, ''accept'', ''2015-03-02 10:00+08'') FROM told.c WHERE state = ''reported''');
SELECT told.error($x$
	INSERT INTO told.c SELECT 'more', t.report('2015-03-02 10:00+08') FROM generate_series(1, 10);
	CREATE FUNCTION told.again() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN PERFORM t.act($$all$$, (SELECT min(no) FROM told.c WHERE no > NEW.case_no), $$comment$$); RETURN NEW; END';
	CREATE TRIGGER aaa BEFORE INSERT ON dcm.case_log_2015 FOR EACH ROW EXECUTE FUNCTION told.again();
	SELECT t.act('all', (SELECT min(no) FROM told.c), 'comment')$x$);
SELECT told.error('CREATE TRIGGER aaa BEFORE INSERT ON told.c FOR EACH ROW EXECUTE FUNCTION dcm.guard(); INSERT INTO told.c VALUES (''a'', 1)');
SELECT told.error('TRUNCATE dcm.transition');
SELECT told.error('SELECT dcm.log_hash(NULL, ROW(1))');
\echo -- city and configuration
SELECT told.error('SELECT dcm.create_city(''a'', ''320681'')');
SELECT told.error('SELECT dcm.drop_city(''another'')');
SELECT told.error('SELECT dcm.load_preset(''nothing'')');
SELECT told.error('SELECT dcm.setting(''nothing'')');
SELECT told.error('UPDATE dcm.filing_standard SET condition = ''else'', valid = ''[2001-01-01,2002-01-01)'' WHERE id = 1');
SELECT told.error('SELECT dcm.watch_config(''dcm.case_card'')');
SELECT told.error('UPDATE dcm.setting SET value = ''Atlantis'' WHERE name = ''time_zone''');
-- what no trigger has seen, such as a restore of a wrong dump
SELECT told.error('SET LOCAL session_replication_role = replica; UPDATE dcm.setting SET value = ''Atlantis'' WHERE name = ''time_zone''; SET LOCAL session_replication_role = origin; SELECT t.report()');
SELECT told.error('SET LOCAL session_replication_role = replica; UPDATE dcm.setting SET value = ''0.1.0'' WHERE name = ''schema_version''; SELECT dcm.import_regions()');
SELECT told.error('SET LOCAL session_replication_role = replica; UPDATE dcm.setting SET value = ''0.0.9'' WHERE name = ''schema_version''; SELECT dcm.upgrade_city()');
SELECT told.error('SELECT dcm.upgrade_city(), dcm.require_city(''9.0.0'')');
SELECT told.error('SELECT dcm.config_as_of(''case_file'', now())');
SELECT told.error('INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom) VALUES (''case'', 9, ''0'', ''warn'', ''{liaison}''), (''case'', 9, ''1 hour'', ''warn'', ''{liaison}'')');
\echo -- base data
SELECT told.error('INSERT INTO dcm.stage_area_changes (old) VALUES (''320681''); SELECT dcm.change_area(''320681'', ''320682'')');
SELECT told.error('SELECT dcm.change_area(''999999'', ''320682'')');
SELECT told.error('SELECT dcm.import_area_changes(now() + interval ''1 day'')');
SELECT told.error('INSERT INTO dcm.stage_calendar_days (day, kind) VALUES (''2099-01-01'', ''holiday''); SELECT dcm.import_calendar_days(''[2099-01-01,2100-01-01)'')');
SELECT told.error('INSERT INTO dcm.component (id, category) SELECT ''3206810101000077'', min(c.id) FROM dcm.category AS c; UPDATE dcm.component SET id = ''3206810101000078'' WHERE id::text = ''3206810101000077''');
SELECT told.error('INSERT INTO dcm.category (edition, code, kind, major, minor, name) VALUES (dcm.setting(''edition''), ''C9898'', ''component'', ''98'', ''98'', ''x''); INSERT INTO dcm.component_serial (prefix, issued) VALUES (''3206819898'', ''{[1,1000000)}''); SELECT dcm.next_component_id(''320681'', ''C9898'')');
SELECT told.by('all', 'SELECT dcm.request_component_change(''add'', NULL, ''{"colour": "red"}'', ''new'')');
\echo -- intake
SELECT told.by('all', 'SELECT dcm.register_call(''12345'', ''gossip'', ''x'')');
SELECT told.by('all', 'SELECT dcm.register_call(''12345'', ''report'', ''x'', external_no => ''W1''), dcm.register_call(''12345'', ''report'', ''y'', external_no => ''W1'')');
SELECT told.by('all', 'SELECT dcm.register_call(''web'', ''report'', ''x'', client_key => ''k''), dcm.register_call(''web'', ''report'', ''y'', client_key => ''k'')');
SELECT told.by('all', 'SELECT dcm.register_call(''web'', ''report'', ''x'', at => now() + interval ''1 hour'')');
SELECT told.by('all', 'SELECT dcm.link_intake(42, :reported)');
\o /dev/null
ALTER TABLE dcm.intake ALTER id RESTART WITH 1;
BEGIN;
SELECT dcm.become('all');
SELECT dcm.register_call('12345', 'praise', 'x'), dcm.register_call('12345', 'report', 'y'), dcm.register_call('12345', 'complaint', 'z');
SELECT dcm.link_intake(2, (SELECT no FROM told.c WHERE state = 'reported')), dcm.answer_intake(3, 'x');
COMMIT;
\o
SELECT told.by('all', 'SELECT dcm.report_intake(1, ''E9901'', address => ''x'')');
SELECT told.by('all', regexp_replace('SELECT dcm.link_intake(2, :no)', ':no', (SELECT no::text FROM told.c WHERE state = 'accepted')));
SELECT told.by('all', 'SELECT dcm.link_intake(3, :reported)');
SELECT told.by('all', 'SELECT dcm.answer_intake(3, ''x'', at => ''2015-03-02 09:00+08'')');
SELECT told.by('all', 'SELECT dcm.call_back(1)');
SELECT told.by('all', 'SELECT dcm.rate_intake(3, ''great'')');
SELECT told.by('col', 'SELECT * FROM dcm.caller_history(''1'')');
SELECT told.by('all', 'SELECT dcm.erase(''all'', ''asked'', 1)');
SELECT told.by('all', 'SELECT dcm.erase(''caller'', ''whim'', 1)');
\echo -- scores
\o /dev/null
BEGIN;
SELECT dcm.load_preset(p) FROM unnest('{cn_indicators,score_wuhan,score_jinhua}'::text[]) AS p;
INSERT INTO dcm.scorecard (code, name, kind) VALUES ('own', 'own', 'org');
INSERT INTO dcm.score_item (scorecard, code, name, rule, weight) VALUES ('own', 'third', 'x', 'entered', 100);
SELECT dcm.become('all');
SELECT dcm.open_period('month', '2015-03'), dcm.open_period('own', 'now', CURRENT_DATE, CURRENT_DATE + 2), dcm.evaluate('own', 'now', 'own');
INSERT INTO dcm.period (kind, code, since, till, step) VALUES ('own', 'told', '2015-02-01', '2015-02-28', 'announced');
COMMIT;
\o
SELECT told.error('UPDATE dcm.score_item SET weight = 90 WHERE scorecard = ''own''; SET CONSTRAINTS ALL IMMEDIATE');
SELECT told.error('UPDATE dcm.score_item SET indicator = ''luck'' WHERE scorecard = ''jinhua'' AND code = ''close''; SET CONSTRAINTS ALL IMMEDIATE');
SELECT told.error('UPDATE dcm.scorecard SET kind = ''region'' WHERE code = ''jinhua''; SET CONSTRAINTS ALL IMMEDIATE');
SELECT told.error('UPDATE dcm.score_item SET rule = ''tiers'', target = NULL, tiers = ''{"1": [[5, 1], [0, 2]]}'' WHERE scorecard = ''jinhua'' AND code = ''close''');
SELECT told.by('all', 'SELECT dcm.open_period(''week'', ''2014-W53'')');
SELECT told.by('all', 'SELECT dcm.open_period(''own'', ''x'')');
SELECT told.by('all', 'SELECT dcm.open_period(''month'', ''2015-04'', ''2015-03-31'', ''2015-04-30'')');
SELECT told.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''none'')');
SELECT told.by('all', 'SELECT dcm.evaluate(''month'', ''2015-01'', ''own'')');
SELECT told.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'', now() + interval ''1 day'')');
SELECT told.by('all', 'SELECT dcm.publish_period(''month'', ''2015-03'')');
SELECT regexp_replace(told.by('all', 'SELECT dcm.announce_period(''own'', ''now'')'), '[0-9]{4}-[0-9]{2}-[0-9]{2}', '(day)');
SELECT told.error('UPDATE dcm.period SET till = till + 1 WHERE code = ''2015-03''');
SELECT told.by('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''hw'', ''third'', 101, ''x'', ''{"document": "x"}'')');
SELECT told.by('all', 'SELECT dcm.enter_scores(''month'', ''2015-03'', ''own'', ''third'', ''{"hw": "90"}'', ''x'', ''{"document": "x"}'')');
SELECT told.by('all', 'SELECT dcm.decide_score(dcm.enter_score(''month'', ''2015-03'', ''own'', ''hw'', ''third'', 90, ''x'', ''{"document": "x"}''), true)');
SELECT told.by('all', 'SELECT dcm.correct_score(0, 1, ''x'')');
SELECT told.by('all', 'SELECT dcm.decide_score(0, true)');
SELECT told.by('lia', 'SELECT dcm.close_period(''month'', ''2015-03'')');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT told.by('all', 'SELECT dcm.announce_period(''own'', ''now'')');
COMMIT;
SELECT told.by('all', 'SELECT dcm.issue_bulletin(''own'', ''now'')');
SELECT told.by('all', 'SELECT dcm.issue_bulletin(''own'', ''2015-04'')');
SELECT told.by('all', 'SELECT dcm.issue_bulletin(''own'', ''told'', number => 0)');
SELECT told.error('SELECT dcm.bulletin_page(''{"version": 1}'', ''fr'')');
\echo -- codes, time and space
SELECT told.error('SELECT ''32068''::dcm.area_code');
SELECT told.error('SELECT ''soon''::dcm.time_limit');
SELECT told.error('SELECT ''2 days''::dcm.time_limit');
SELECT told.error('SELECT ''100000000 minute''::dcm.time_limit');
SELECT told.error('SELECT dcm.deadline(now(), ''1 minute'', ''nothing'')');
SELECT told.error('SELECT dcm.working_time(''-infinity'', now())');
SELECT told.error('SELECT dcm.deadline(''294276-12-31 00:00+00'', ''9999 natural_day'')');
SELECT told.error('SELECT dcm.point(1, 2, ''mars'')');
SELECT told.error('SELECT dcm.point(181, 2)');
SELECT told.error('SELECT dcm.locate(''SRID=3857;POINT(0 0)'')');
SELECT told.error('SELECT dcm.locate(''SRID=4490;LINESTRING(0 0, 1 1)'')');
SELECT told.error('SELECT dcm.covers(''SRID=4490;LINESTRING(0 0, 1 1)'', ''SRID=4490;POINT(0 0)'')');
SELECT told.error('SELECT dcm.covers_wkb(''\x00'', 0, 0)');

-- told by other tests: of codes, of time, of space, of jobs, of two sessions at once, of a replica,
-- or only in a database that is not UTF8
\set sources `sh "$PG_ABS_SRCDIR/bin/error-names" sources | tr '\n' ' '`
\set documented `sh "$PG_ABS_SRCDIR/bin/error-names" documented | tr '\n' ' '`
\echo -- all errors are told and documented
CREATE TEMP VIEW elsewhere AS SELECT unnest('{dcm.append_only,dcm.bad_binary,dcm.bad_element,dcm.bad_marks,dcm.bad_partition,dcm.bad_schema,dcm.bad_tally,dcm.bad_terms,dcm.bad_unit,dcm.busy,dcm.calendar_range,dcm.changed_meanwhile,dcm.changed_type,dcm.config_recursion,dcm.encoding,dcm.escalate,dcm.job_role,dcm.no_cron,dcm.no_edition,dcm.no_field,dcm.no_grouping,dcm.no_job,dcm.no_language,dcm.no_report,dcm.not_all,dcm.not_bi_view,dcm.replica,dcm.report_failed,dcm.resume_due,dcm.same_report,dcm.stranded,dcm.tally_range,dcm.tie}'::text[]) AS name;
CREATE TEMP VIEW all_names AS SELECT unnest(string_to_array(trim(:'sources'), ' ')) AS name;
SELECT 'not told: ' || name FROM all_names EXCEPT SELECT 'not told: ' || name FROM told.name EXCEPT SELECT 'not told: ' || name FROM elsewhere ORDER BY 1;
SELECT 'told elsewhere, and here: ' || name FROM elsewhere INTERSECT SELECT 'told elsewhere, and here: ' || name FROM told.name ORDER BY 1;
SELECT 'not in docs/errors.md: ' || name FROM all_names EXCEPT SELECT 'not in docs/errors.md: ' || unnest(string_to_array(trim(:'documented'), ' ')) ORDER BY 1;
SELECT 'in docs/errors.md alone: ' || unnest(string_to_array(trim(:'documented'), ' ')) EXCEPT SELECT 'in docs/errors.md alone: ' || name FROM all_names ORDER BY 1;
\c contrib_regression
SET client_min_messages = warning;
DROP DATABASE regression_errors;
DROP ROLE regress_errors;
