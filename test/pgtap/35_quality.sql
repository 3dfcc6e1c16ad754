-- The quality of automatic steps beside that of people, in numbers that are
-- known; and a city that is not open to them.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E9910', 'event', '99', '10', 'clear');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1) SELECT id, 7, 'condition', '8 work_hour' FROM dcm.category WHERE code = 'E9910';
INSERT INTO dcm.responsibility (category, org, principle) SELECT c.id, o.id, 'territory' FROM dcm.category AS c, dcm.org AS o WHERE c.code = 'E9910' AND o.code = 'cg';
CREATE FUNCTION pg_temp.cases(n int) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become('col');
	FOR i IN 1..n LOOP
		RETURN NEXT (dcm.report_case('E9910', dcm.point(121.605, 31.805))).case_no;
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.quality() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', q.step, q.taken_by, q.rule_name, q.cases, q.share, coalesce(q.wrong::text, '-'), coalesce(q.error_percent::text, '-')) FROM dcm.auto_quality(now() - interval '1 minute', 'infinity') AS q $$;
-- six that people take, of which one is rejected and one sent back
CREATE TEMP TABLE hand AS SELECT row_number() OVER () AS i, no FROM pg_temp.cases(6) AS no;
SELECT t.step(no, 'accept') FROM hand;
SELECT t.step(no, 'reject') FROM hand WHERE i = 1;
SELECT t.act('lead', no, 'file', '{"condition": 7}') FROM hand WHERE i > 1;
SELECT t.step(no, 'dispatch') FROM hand WHERE i > 1;
SELECT t.step(no, 'return') FROM hand WHERE i = 2;
SELECT t.act('disp', no, 'dispatch', '{"org": "hw"}') FROM hand WHERE i = 2;
SELECT results_eq('SELECT * FROM pg_temp.quality()', $$VALUES ('accept people 6 100.00 1 16.67'), ('file people 5 100.00 0 0.00'), ('dispatch people 6 100.00 1 16.67')$$, 'people alone');
-- thirty by rules, of which a sample goes to people
INSERT INTO dcm.auto_rule (name, step, sample_percent, seed) VALUES ('a', 'accept', 30, 'x'), ('f', 'file', 0, 'y'), ('d', 'dispatch', 0, 'z');
CREATE TEMP TABLE auto AS SELECT no, dcm.auto_sampled('x', no, 30) AS sampled, row_number() OVER (PARTITION BY dcm.auto_sampled('x', no, 30) ORDER BY no) AS i FROM pg_temp.cases(30) AS no;
SELECT dcm.run_auto();
SELECT t.step(no, 'accept') FROM auto WHERE sampled;
SELECT t.step(no, 'void') FROM auto WHERE sampled AND i = 1;
SELECT t.step(no, 'recall') FROM auto WHERE NOT sampled AND i <= 2;
SELECT t.act('disp', no, 'amend', '{"severity": "major", "reason": "x"}') FROM auto WHERE NOT sampled AND i = 3;
SELECT t.act('disp', no, 'amend', '{"location": {"lon": 121.606, "lat": 31.806}, "reason": "x"}') FROM auto WHERE NOT sampled AND i = 4;
SELECT t.step(no, 'void') FROM auto WHERE NOT sampled AND i = 5;
CREATE TEMP TABLE n AS SELECT count(*) FILTER (WHERE sampled) AS s, count(*) FILTER (WHERE NOT sampled) AS a FROM auto;
SELECT results_eq('SELECT * FROM pg_temp.quality()', format('VALUES (%L), (%L), (%L), (%L), (%L), (%L), (%L)',
	format('accept rule a %s %s 1 %s', a, round(100.0 * a / 36, 2), round(100.0 / a, 2)),
	format('accept people %s %s 2 %s', 6 + s, round(100.0 * (6 + s) / 36, 2), round(200.0 / (6 + s), 2)),
	format('accept sample a %s %s 1 %s', s, round(100.0 * s / 36, 2), round(100.0 / s, 2)),
	format('file rule f %s %s 2 %s', a, round(100.0 * a / (a + 5), 2), round(200.0 / a, 2)),
	format('file people 5 %s 0 0.00', round(500.0 / (a + 5), 2)),
	format('dispatch rule d %s %s 2 %s', a, round(100.0 * a / (a + 6), 2), round(200.0 / a, 2)),
	format('dispatch people 6 %s 1 16.67', round(600.0 / (a + 6), 2))), 'rules, people, and the sample apart') FROM n;
SELECT is_empty($$SELECT * FROM dcm.auto_quality('2000-01-01', '2001-01-01')$$, 'nothing in another time');
-- a check is never wrong; a close that was opened again is
INSERT INTO dcm.auto_rule (name, step, sample_percent) VALUES ('r', 'request_check', 0), ('c', 'close', 0);
INSERT INTO dcm.action (code, name, name_en, function) VALUES ('reopen', '重开', 'reopen', 'dcm.act') ON CONFLICT DO NOTHING;
DELETE FROM dcm.action_key WHERE action = 'reopen';
DELETE FROM dcm.transition WHERE state = 'closed' AND action = 'reopen';
INSERT INTO dcm.transition (state, action, roles) VALUES ('closed', 'reopen', '{shift_leader}');
CREATE TEMP TABLE z AS SELECT row_number() OVER () AS i, t.case_in('handled') AS no FROM generate_series(1, 4);
SELECT dcm.run_auto();
SELECT t.step(no, 'fail_check') FROM z WHERE i = 4;
SELECT t.step(no, 'pass_check') FROM z WHERE i < 4;
SELECT dcm.run_auto();
SELECT t.act('lead', no, 'reopen') FROM z WHERE i = 1;
SELECT results_eq('SELECT l FROM pg_temp.quality() AS l WHERE l ~ ''^(request_check|close)''', $$VALUES ('request_check rule r 4 100.00 - -'), ('close rule c 3 100.00 1 33.33')$$, 'checks and closes');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');

-- a city whose transitions are not open to the system, or that knows no rules
SELECT is((SELECT count(*) FROM dcm.health() WHERE part = 'auto' AND problem LIKE '%cannot act%')::int, 0, 'all rules can act');
UPDATE dcm.transition SET roles = array_remove(roles, 'system') WHERE action = 'accept' AND upper_inf(valid);
SELECT is((SELECT string_agg(level || ': ' || problem, '') FROM dcm.health() WHERE part = 'auto' AND problem LIKE '%cannot act%'), 'warning: Automatic rule "a" cannot act: in no state is action "accept" open to role system.', 'one that cannot is told');
CREATE TEMP TABLE o AS SELECT no FROM pg_temp.cases(1) AS no;
SELECT is(dcm.run_auto(), 0, 'and does nothing');
SELECT is(t.try_act('system', no, 'accept', '{"rule": 1}'), '42501 dcm.no_right', 'the system has no right') FROM o;
UPDATE dcm.transition SET roles = roles || '{system}' WHERE action = 'accept' AND upper_inf(valid);
SAVEPOINT s;
SET CONSTRAINTS ALL IMMEDIATE;
DROP TABLE dcm.auto_look, dcm.auto_rule;
DELETE FROM dcm.action_key WHERE key = 'rule';
SELECT is(t.try_act('system', no, 'accept', '{}'), 'ok', 'before there are rules it is as it was') FROM o;
SELECT is(t.try(format('SELECT t.act(''acc'', %s, ''accept'', ''{"rule": 1}'')', c.no)), '22023 dcm.bad_data', 'and nobody names one') FROM pg_temp.cases(1) AS c (no);
ROLLBACK TO s;
-- who may take it is people, as long as anybody holds the post
DELETE FROM dcm.post WHERE role = 'acceptor';
SELECT isnt_empty('SELECT * FROM dcm.check_workflow() WHERE problem = ''nobody'' AND action = ''accept''', 'the system alone makes no acceptor');

SELECT * FROM finish();
ROLLBACK;
