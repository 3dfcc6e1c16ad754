-- Who sees which case: persons of each role at city, district, street and body
-- against a list of what each may see, in every table and view that names cases;
-- database roles against tables; nobody writes; and nothing hidden comes out by a
-- cheap function, an error, an estimate, statistics or a view.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
SELECT dcm.load_preset('escalation');
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_audit IN ROLE dcm_audit;
CREATE ROLE test_bi IN ROLE dcm_bi;
CREATE ROLE test_config IN ROLE dcm_config;
CREATE ROLE test_security IN ROLE dcm_security;
CREATE ROLE test_job IN ROLE dcm_job;
CREATE ROLE test_loader IN ROLE dcm_loader;
CREATE ROLE test_exchange IN ROLE dcm_exchange;
CREATE ROLE test_none;

-- districts 320681 (streets 100 and 200) and 320682, with a centre each
INSERT INTO dcm.grid (code, geom, area_class) VALUES
	('320681200001001', ST_Multi(ST_MakeEnvelope(121.66, 31.80, 121.67, 31.81, 4490)), 1),
	('320682100001001', ST_Multi(ST_MakeEnvelope(121.64, 31.80, 121.65, 31.81, 4490)), 1);
INSERT INTO dcm.org (code, name, level, kind, area) VALUES
	('dc1', 'district centre', 2, 'supervision_command_centre', '320681'), ('dc2', 'district centre', 2, 'supervision_command_centre', '320682'),
	('gov1', 'district government', 2, 'government', '320681'), ('st', 'street office', 3, 'government', '320681100'),
	('com', 'committee', 1, 'committee', NULL), ('cc', 'collection company', 1, 'collection_company', NULL);
INSERT INTO dcm.org (code, name, level, kind, area, parent) SELECT 'dw', 'works of the district', 2, 'department', '320682', id FROM dcm.org WHERE code = 'dc2';
INSERT INTO dcm.org (code, name, level, kind, parent) SELECT 'wg', 'work group of the centre', 1, 'work_group', id FROM dcm.org WHERE code = 'sc';
INSERT INTO dcm.duty_area (code, name) VALUES ('da', 'duty area'), ('gone', 'one that has ended');
UPDATE dcm.duty_area SET valid = '[,2020-01-01)' WHERE code = 'gone';
INSERT INTO dcm.duty_area_grid SELECT id, CASE code WHEN 'da' THEN '320681200001001' ELSE '320682100001001' END::dcm.grid_code FROM dcm.duty_area;

-- the rule, written down: which of the cases A to I each person sees
--	A at cg, street 100; reported by col				B at dw, district 320682
--	C at hw with cg as joint, street 200				D without a place, reported by nopost
--	E came back from hw, with nobody now, street 100	F at cg, forwarded to cg2, street 100
--	G in 320682, to be verified by street				H closed, was cg's, street 100
--	I reopened, was hw's before its close, 320682, with nobody now
CREATE TEMP TABLE rule (person, role, org, area, duty_area, sees) AS VALUES
	('acceptor', 'acceptor', 'sc', NULL, NULL, 'ABCDEFGHI'), ('shift_leader', 'shift_leader', 'sc', NULL, NULL, 'ABCDEFGHI'),
	('dispatcher', 'dispatcher', 'sc', NULL, NULL, 'ABCDEFGHI'), ('inspector', 'inspector', 'sc', NULL, NULL, 'ABCDEFGHI'),
	('leader', 'leader', 'sc', NULL, NULL, 'ABCDEFGHI'), ('group', 'dispatcher', 'wg', NULL, NULL, 'ABCDEFGHI'),
	('coordinator', 'coordinator', 'com', NULL, NULL, 'ABCDEFGHI'), ('privacy', 'privacy', 'sc', NULL, NULL, 'ABCDEFGHI'),
	('auditor', 'auditor', 'cg', NULL, NULL, 'ABCDEFGHI'), ('keeper', 'data_keeper', 'sc', NULL, NULL, 'ABCDEFGHI'),
	('nobodys', 'dispatcher', NULL, NULL, NULL, ''), ('nopost', NULL, NULL, NULL, NULL, 'D'),
	('street', 'collector', 'sc', '320681100', NULL, 'AEFGH'), ('duty', 'collector', 'sc', NULL, 'da', 'C'), ('ended_duty', 'collector', 'sc', NULL, 'gone', ''),
	('anywhere', 'collector', 'sc', NULL, NULL, ''), ('watcher', 'video_watcher', 'sc', '320682', NULL, 'BGI'), ('head', 'area_head', 'gov1', '320681', NULL, 'ACEFH'),
	('cc_leader', 'leader', 'cc', NULL, NULL, ''),
	('d_dispatcher', 'dispatcher', 'dc1', NULL, NULL, 'ACEFH'), ('d_acceptor', 'acceptor', 'dc2', NULL, NULL, 'BGI'), ('d_leader', 'leader', 'dc1', NULL, NULL, 'ACEFH'),
	('g_coordinator', 'coordinator', 'gov1', NULL, NULL, 'ACEFH'), ('g_liaison', 'liaison', 'gov1', NULL, NULL, ''),
	('s_leader', 'leader', 'st', NULL, NULL, 'AEFH'),
	('b_leader', 'leader', 'cg', NULL, NULL, 'ACFH'), ('b_deputy', 'deputy', 'hw', NULL, NULL, 'CEI'), ('b_liaison', 'liaison', 'cg', NULL, NULL, 'ACFH'),
	('b_handler', 'handler', 'cg', NULL, NULL, 'ACFH'), ('b_other', 'handler', 'hw', NULL, NULL, 'CEI'), ('b_area', 'liaison', 'cg', '320682', NULL, 'ACFH'),
	('b_branch', 'liaison', 'cg2', NULL, NULL, 'F'), ('d_works', 'handler', 'dw', NULL, NULL, 'B');
INSERT INTO dcm.person (code, name) SELECT person, person FROM rule;
INSERT INTO dcm.post (code, person, role, org, area, duty_area)
SELECT r.person, p.id, r.role, o.id, r.area::dcm.area_code, d.id
FROM rule AS r JOIN dcm.person AS p ON p.code = r.person LEFT JOIN dcm.org AS o ON o.code = r.org LEFT JOIN dcm.duty_area AS d ON d.code = r.duty_area
WHERE r.role IS NOT NULL;
SELECT is((SELECT string_agg(code, ' ' ORDER BY code) FROM dcm.role WHERE code NOT IN (SELECT role FROM rule WHERE role IS NOT NULL)), 'system', 'every role that is shipped has its person here');

-- the cases; what is written in each is its letter
CREATE FUNCTION pg_temp.made(by text, at geometry) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become(by);
	RETURN (dcm.report_case('E9901', at, description => 'as told', address => 'somewhere', attachments => '[{"kind": "scene", "uri": "u0"}]')).case_no;
END $$;
CREATE FUNCTION pg_temp.go(no bigint, VARIADIC steps text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	step text;
BEGIN
	FOREACH step IN ARRAY steps LOOP
		PERFORM t.act(split_part(step, ' ', 1), no, split_part(step, ' ', 2), coalesce(nullif(substr(step, length(split_part(step, ' ', 1)) + length(split_part(step, ' ', 2)) + 3), '')::jsonb, t.data(split_part(step, ' ', 2))));
	END LOOP;
END $$;
CREATE TEMP TABLE k AS SELECT v.letter, pg_temp.made(v.by, v.spot) AS no
FROM (VALUES ('A', 'col', dcm.point(121.605, 31.805)), ('B', 'col2', dcm.point(121.645, 31.805)), ('C', 'col2', dcm.point(121.665, 31.805)), ('D', 'nopost', NULL),
	('E', 'col2', dcm.point(121.605, 31.805)), ('F', 'col2', dcm.point(121.605, 31.805)), ('G', 'col2', dcm.point(121.645, 31.805)), ('H', 'col2', dcm.point(121.605, 31.805)), ('I', 'col2', dcm.point(121.645, 31.805))) AS v (letter, by, spot);
GRANT SELECT ON k TO PUBLIC;
SELECT pg_temp.go(no, 'acc accept', 'lead file') FROM k WHERE letter NOT IN ('D', 'G');
SELECT pg_temp.go(k.no, VARIADIC v.steps) FROM k JOIN (VALUES
	('A', '{"disp dispatch {\"org\": \"cg\"}", "disp issue_notice", "lia comment"}'::text[]), ('B', '{"disp dispatch {\"org\": \"dw\"}"}'), ('C', '{"disp dispatch {\"org\": \"hw\", \"joint\": [\"cg\"]}"}'),
	('E', '{"disp dispatch {\"org\": \"hw\"}", "lia2 return"}'), ('F', '{"disp dispatch {\"org\": \"cg\"}", "lia sign", "lia forward"}'),
	('G', '{"acc request_verification {\"person\": \"street\"}"}'), ('H', '{"disp dispatch", "lia sign", "han handle", "acc request_check", "col pass_check", "lead close"}'),
	('I', '{"disp dispatch {\"org\": \"hw\"}", "lia2 sign", "han2 handle", "acc request_check", "col pass_check", "lead close", "lead reopen"}')) AS v (letter, steps) USING (letter);
INSERT INTO dcm.escalation (case_no, clock, clock_no, due, level, rule, action, due_at)
SELECT k.no, 'case', 0, now(), 1, (SELECT min(id) FROM dcm.escalation_rule), 'warn', now() FROM k;
INSERT INTO dcm.outbox (kind, payload, key) SELECT 'escalation', jsonb_build_object('case_no', no), 'k' || no FROM k;
INSERT INTO dcm.auto_look (case_no, step, log_no, rules, outcome) SELECT no, 'accept', 1, '{}', 'no_rule' FROM k;
INSERT INTO dcm.erasure (what, case_no, reason, erased_by) SELECT 'case_address', no, 'test', 'test' FROM k;

-- what a person sees of a table or view, as letters; what there is of it
CREATE FUNCTION pg_temp.letters(of text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT coalesce(string_agg(DISTINCT k.letter, '''' ORDER BY k.letter), '''') FROM %s AS x JOIN k ON k.no = x.case_no', of) INTO answer;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.seen(by text, of text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM dcm.become(by);
	SET LOCAL ROLE test_app;
	answer := pg_temp.letters(of);
	RESET ROLE;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.common(a text, b text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(l, '' ORDER BY l), '') FROM regexp_split_to_table(a, '') AS l WHERE l <> '' AND position(l IN b) > 0 $$;
CREATE TEMP TABLE relation AS
SELECT 'dcm.' || c.relname AS name, pg_temp.letters('dcm.' || c.relname) AS holds
FROM pg_class AS c
WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
	AND EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'case_no' AND NOT a.attisdropped)
	AND c.relname NOT IN ('act_key', 'report_key', 'fact_queue', 'case_fact', 'fact_case', 'late_work', 'fact_cell', 'intake', 'intake_card', 'intakes_due');
SELECT cmp_ok((SELECT count(*) FROM relation)::int, '>', 18, 'tables and views that name cases');
SELECT is((SELECT string_agg(name, ' ') FROM relation WHERE holds = '' AND name IN ('dcm.case_file', 'dcm.case_log', 'dcm.case_text', 'dcm.assignment', 'dcm.case_stage', 'dcm.attachment', 'dcm.case_task', 'dcm.escalation', 'dcm.auto_look', 'dcm.erasure', 'dcm.case_card', 'dcm.notice_register', 'dcm.score_event')), NULL, 'and hold some here');
SELECT is(r.person || ' ' || c.name || ': ' || pg_temp.seen(r.person, c.name), r.person || ' ' || c.name || ': ' || pg_temp.common(r.sees, c.holds), format('%s (%s) in %s', r.person, coalesce(r.role, 'no post'), c.name))
FROM rule AS r CROSS JOIN relation AS c;
SELECT is(pg_temp.seen(r.person, '(SELECT (payload ->> ''case_no'')::bigint AS case_no FROM dcm.outbox)'), r.sees, 'messages: ' || r.person) FROM rule AS r;
SELECT is(pg_temp.seen(r.person, '(SELECT case_no FROM dcm.similar_cases(''E9901'', dcm.point(121.605, 31.805)))'), pg_temp.common(r.sees, 'AEFH'), 'similar cases: ' || r.person) FROM rule AS r WHERE r.role IS NOT NULL;

-- by index as well as without, and in a leaf of another year
SET LOCAL enable_seqscan = off;
SELECT is(pg_temp.seen(r.person, '(SELECT case_no FROM dcm.case_file WHERE ended_at IS NULL)'), replace(r.sees, 'H', ''), 'open cases by index: ' || r.person) FROM rule AS r;
SET LOCAL enable_indexscan = off;
SELECT is(pg_temp.seen(r.person, '(SELECT case_no FROM dcm.case_file WHERE ended_at IS NULL)'), replace(r.sees, 'H', ''), 'by a bitmap: ' || r.person) FROM rule AS r;
RESET enable_seqscan;
RESET enable_indexscan;

-- what was told to the centre is the desk's, and keepers' and auditors'
SELECT dcm.become('acceptor');
CREATE TEMP TABLE call AS SELECT dcm.register_call('12345', 'complaint', 'Zhang Li, 138 0000-1111 (13800001111): the drain before my house is blocked.', '13800001111', 'Zhang Li') AS id;
CREATE TEMP TABLE told AS SELECT (dcm.report_intake(id, 'E9901', dcm.point(121.605, 31.805))).case_no AS no FROM call;
GRANT SELECT ON call, told TO PUBLIC;
SELECT pg_temp.go(no, 'acc accept', 'lead file', 'disp dispatch') FROM told;
CREATE FUNCTION pg_temp.count(by text, statement text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	answer int;
BEGIN
	PERFORM dcm.become(by);
	SET LOCAL ROLE test_app;
	EXECUTE 'SELECT count(*) FROM ' || statement INTO answer;
	RESET ROLE;
	RETURN answer;
END $$;
SELECT is(pg_temp.count(r.person, v), (r.role IN ('acceptor', 'shift_leader', 'privacy', 'auditor'))::int, format('%s: %s', v, r.person))
FROM rule AS r, unnest('{dcm.intake,dcm.intake_card}'::text[]) AS v WHERE r.role IS NOT NULL;
SELECT is(pg_temp.count('b_handler', 'dcm.case_file WHERE intake IS NOT NULL'), 1, 'a handler knows that there was a call');
SELECT is((SELECT value FROM dcm.case_text AS x JOIN told ON told.no = x.case_no WHERE x.field = 'description'), '***, *** (***): the drain before my house is blocked.', 'and reads what it is about, without who called');
SELECT is((SELECT text FROM dcm.intake JOIN call USING (id)), 'Zhang Li, 138 0000-1111 (13800001111): the drain before my house is blocked.', 'what was told stays with the desk');
-- wherever a handler may look, the caller is not there
CREATE FUNCTION pg_temp.found(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	relation text;
	hits int;
	answer text := '';
BEGIN
	FOR relation IN SELECT format('dcm.%I', c.relname) FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
		AND NOT c.relispartition AND has_table_privilege('test_app', c.oid, 'SELECT') ORDER BY c.relname
	LOOP
		PERFORM dcm.become('b_handler');
		SET LOCAL ROLE test_app;
		EXECUTE format('SELECT count(*) FROM %s AS x WHERE x::text ~ %L', relation, what) INTO hits;
		RESET ROLE;
		answer := answer || CASE WHEN hits > 0 THEN relation || ' ' ELSE '' END;
	END LOOP;
	RETURN answer;
END $$;
SELECT is(pg_temp.found('Zhang Li|138 ?0000-?1111'), '', 'no table or view shows a handler who called');
SELECT isnt(pg_temp.found('the drain before my house'), '', 'which is looked for where the description is found');
SELECT is(t.try(format('SELECT dcm.become(%L); SET LOCAL ROLE test_app; %s', p, s)), e, format('%s: %s', p, s))
FROM (VALUES ('b_handler', 'SELECT dcm.intake_caller(1)', '42501 dcm.no_right'), ('b_handler', 'SELECT dcm.caller_history(''1'')', '42501 dcm.no_right'), ('b_handler', 'SELECT dcm.without_caller(1, ''x'')', '42501 dcm.no_right'),
	('acceptor', 'SELECT * FROM dcm.caller', '42501'), ('auditor', 'SELECT * FROM dcm.caller', '42501'), ('auditor', 'SELECT dcm.intake_caller(1)', '42501 dcm.no_right')) AS v (p, s, e);
RESET ROLE;

-- functions that read a case find none of what is hidden, and tell that as of none
SELECT is(t.try(format('SELECT dcm.become(%L); SET LOCAL ROLE test_app; SELECT * FROM dcm.%s(%s)', v.person, f, k.no)), CASE WHEN v.sees THEN 'ok' ELSE 'P0002 dcm.no_case' END, format('%s by %s', f, v.person))
FROM k, unnest('{case_story,allowed_actions,case_responsible}'::text[]) AS f, (VALUES ('b_other', false), ('b_handler', true)) AS v (person, sees) WHERE k.letter = 'A';
RESET ROLE;
SELECT is(pg_temp.count('b_other', format('dcm.%s(%s)', f, k.no)), 0, f || ' of a hidden case') FROM k, unnest('{case_parts}'::text[]) AS f WHERE k.letter = 'A';
SELECT is(t.try(format('SELECT dcm.become(''b_other''); SET LOCAL ROLE test_app; SELECT dcm.act(%s, ''comment'', ''x'')', k.no)), 'ok', 'a note by anyone') FROM k WHERE letter = 'A';
RESET ROLE;

-- a case is proved by whoever sees it, the record by whoever sees all of it
SELECT is(pg_temp.count('b_handler', format('dcm.verify_case(%s)', no)), 0, 'a case that is seen: ' || letter) FROM k WHERE letter IN ('A', 'C', 'F', 'H');
SELECT is(t.try(format('SELECT dcm.become(%L); SET LOCAL ROLE test_app; SELECT * FROM dcm.%s', p, f)), CASE WHEN p IN ('auditor', 'inspector') THEN 'ok' ELSE '42501 dcm.not_all' END, format('%s by %s', f, p))
FROM unnest('{b_handler,d_leader,street,auditor,inspector}'::text[]) AS p, unnest('{verify_all(),verify_anchors()}'::text[]) AS f;
RESET ROLE;
SELECT is(pg_temp.count('auditor', 'dcm.verify_all()'), 0, 'which is right');
SELECT is(t.try('SET LOCAL ROLE test_audit; SELECT * FROM dcm.verify_all()'), 'ok', 'by an auditor''s login');
RESET ROLE;
SELECT is(t.try('SELECT dcm.become(''b_handler''); SET LOCAL ROLE test_app; SELECT dcm.check_sample(1)'), '42501 dcm.not_all', 'nor is a sample drawn anew from a part');
RESET ROLE;

-- one post chosen is that post alone
INSERT INTO dcm.person (code, name) VALUES ('two', 'two');
INSERT INTO dcm.post (code, person, role, org) SELECT 'two_' || v.role, p.id, v.role, o.id
FROM (VALUES ('dispatcher', 'sc'), ('liaison', 'hw')) AS v (role, org) JOIN dcm.org AS o ON o.code = v.org, dcm.person AS p WHERE p.code = 'two';
CREATE FUNCTION pg_temp.by_post(post text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM dcm.become('two', post);
	SET LOCAL ROLE test_app;
	answer := pg_temp.letters('dcm.case_file');
	RESET ROLE;
	RETURN answer;
END $$;
SELECT is(pg_temp.by_post(p), s, coalesce(p, 'any post')) FROM (VALUES (NULL, 'ABCDEFGHI'), ('two_liaison', 'CEI'), ('two_dispatcher', 'ABCDEFGHI')) AS v (p, s);
-- a post or a person that has ended shows nothing, and a body without its task neither
UPDATE dcm.post SET valid = '[,2020-01-01)' WHERE code = 'dispatcher';
SELECT is(pg_temp.seen('dispatcher', 'dcm.case_file'), '', 'a post that has ended');
SELECT dcm.become('leader', scope => 'session');
UPDATE dcm.person SET valid = '[,2020-01-01)' WHERE code = 'leader';
SET LOCAL ROLE test_app;
SELECT is(pg_temp.letters('dcm.case_file'), '', 'a person whose time is over');
RESET ROLE;
SELECT dcm.become('street', scope => 'session');
SELECT lives_ok(format('SELECT t.act(''street'', %s, ''confirm_verification'', t.data(''confirm_verification''))', no), 'the task is done') FROM k WHERE letter = 'G';
SELECT is(pg_temp.seen('street', 'dcm.case_file'), 'AEFH', 'a case elsewhere is seen while its task waits');

-- the session's login is a person as well; nobody acting sees nothing
SELECT dcm.become('b_branch');
UPDATE dcm.person SET login = 'test_app' WHERE code = 'b_branch';
SET LOCAL dcm.acting_person = '';
SET LOCAL ROLE test_app;
SELECT is(pg_temp.letters(c), '', 'nobody acts: ' || c) FROM unnest('{dcm.case_file,dcm.case_log,dcm.case_text,dcm.assignment,dcm.case_task,dcm.escalation,dcm.case_card}'::text[]) AS c;
SELECT is((SELECT count(*) FROM dcm.intake)::int, 0, 'nor a call');
RESET ROLE;
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(pg_temp.letters('dcm.case_file'), 'F', 'a person by login');
RESET SESSION AUTHORIZATION;

-- database roles: what each reads, of all there is or not at all
CREATE TEMP TABLE reader (role, tables) AS VALUES
	('test_audit', '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,outbox,intake,erasure}'::text[]),
	('test_loader', '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,outbox,intake,erasure}'),
	('test_bi', '{case_file,case_log,assignment,case_stage,attachment,case_task,escalation,auto_look,erasure,intake}'),
	('test_config', '{case_file,case_log,assignment,case_stage,attachment,case_task,escalation,auto_look,erasure,intake}'),
	('test_job', '{case_file,case_log,assignment,case_stage,attachment,case_task,escalation,auto_look,outbox}'),
	-- of cases they know the numbers
	('test_security', '{case_file,case_task}'), ('test_exchange', '{case_file,outbox}'), ('test_none', '{}');
GRANT USAGE ON SCHEMA dcm TO test_none;
CREATE FUNCTION pg_temp.rows(by text, of text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', by);
	BEGIN
		EXECUTE format('SELECT count(*) FROM dcm.%I', of) INTO answer;
	EXCEPTION WHEN insufficient_privilege THEN
		answer := SQLSTATE;
	END;
	RESET ROLE;
	RETURN answer;
END $$;
SELECT is(pg_temp.rows(r.role, t), CASE WHEN t = ANY (r.tables) THEN pg_temp.rows(current_user, t) ELSE '42501' END, format('%s reads %s', r.role, t))
FROM reader AS r, unnest('{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,outbox,intake,erasure,caller,act_key}'::text[]) AS t
WHERE NOT (r.role = 'test_audit' AND t = 'act_key');

CREATE FUNCTION pg_temp.wrote(by text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', by);
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = 'written';
EXCEPTION
	WHEN insufficient_privilege THEN
		RETURN 'refused';
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END $$;
-- from which address somebody acted is for whoever sees the case, and for auditors
SELECT is(pg_temp.wrote(r.role, 'SELECT client FROM dcm.case_log'), CASE WHEN r.role IN ('test_audit', 'test_loader') THEN 'ZZ999' ELSE 'refused' END, r.role || ' and addresses') FROM reader AS r;
SELECT is(pg_temp.wrote(r.role, 'SELECT db_role FROM dcm.case_log'), CASE WHEN 'case_log' = ANY (r.tables) THEN 'ZZ999' ELSE 'refused' END, r.role || ' and logins') FROM reader AS r;
-- nobody writes: by table, operation and role; jobs add what they found
SELECT is(pg_temp.wrote(r, format(o.statement, t)), CASE WHEN r = 'test_job' AND (o.statement ~ '^INSERT' AND t IN ('escalation', 'outbox', 'auto_look') OR o.statement ~ '^UPDATE' AND t = 'auto_look') THEN 'allowed' ELSE 'refused' END, format('%s %s', r, format(o.statement, t)))
FROM (SELECT role AS r FROM reader UNION VALUES ('test_app')) AS r,
	unnest('{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,outbox,intake,caller,erasure,act_key,report_key}'::text[]) AS t,
	(VALUES ('INSERT INTO dcm.%I DEFAULT VALUES'), ('UPDATE dcm.%I SET ctid = ctid'), ('DELETE FROM dcm.%I'), ('TRUNCATE dcm.%I')) AS o (statement)
WHERE o.statement !~ 'ctid' AND NOT (r = 'test_job' AND o.statement ~ '^INSERT' AND t IN ('escalation', 'outbox', 'auto_look'));
SELECT is(pg_temp.wrote(r, format('UPDATE dcm.%I SET %2$I = %2$I', c.relname, a.attname)), 'refused', format('%s UPDATE %s', r, c.relname))
FROM (SELECT role AS r FROM reader UNION VALUES ('test_app')) AS r, pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 2
WHERE c.relnamespace = 'dcm'::regnamespace AND c.relname IN ('case_file', 'case_log', 'case_text', 'assignment', 'case_stage', 'attachment', 'case_task', 'escalation', 'outbox', 'intake', 'caller', 'erasure', 'act_key', 'report_key');

-- a cheap function is not asked of what is hidden, on tables and through views
SELECT dcm.become('b_other');
GRANT TEMPORARY ON DATABASE pgtap TO test_app;
SET LOCAL ROLE test_app;
CREATE FUNCTION pg_temp.spy(no bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	PERFORM set_config('t.spied', current_setting('t.spied', true) || ' ' || no, true);
	RETURN true;
END $$;
CREATE FUNCTION pg_temp.spied(of text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('t.spied', '', true);
	EXECUTE format('SELECT count(*) FROM %s AS x WHERE pg_temp.spy(x.case_no)', of);
	RETURN (SELECT coalesce(string_agg(DISTINCT k.letter, '' ORDER BY k.letter), '') FROM k WHERE current_setting('t.spied') ~ k.no::text);
END $$;
SELECT is(pg_temp.spied(c), 'CEI', 'a cheap function over ' || c)
FROM unnest('{dcm.case_file,dcm.case_log,dcm.case_text,dcm.assignment,dcm.case_stage,dcm.case_card,dcm.escalation}'::text[]) AS c;
-- an error about a hidden row does not come
SELECT is(t.try(format(c, k.no)), 'ok', c) FROM k, unnest(ARRAY[
	'SELECT count(*) FROM dcm.case_file WHERE 1 / (case_no - %s) >= 0', 'SELECT count(*) FROM dcm.case_card WHERE 1 / (case_no - %s) >= 0',
	'SELECT count(*) FROM dcm.case_log WHERE 1 / (case_no - %s) >= 0', 'SELECT count(*) FROM dcm.case_text WHERE 1 / (case_no - %s) >= 0']) AS c WHERE k.letter = 'A';
SELECT is(t.try(format('SELECT count(*) FROM dcm.case_file WHERE 1 / (case_no - %s) >= 0', k.no)), '22012', 'which it does about one that is seen') FROM k WHERE letter = 'C';
-- estimates and statistics
SELECT is((SELECT count(*) FROM pg_stats WHERE schemaname = 'dcm' AND tablename ~ '^(case_(file|log|text|stage|task)|assignment|attachment|intake|caller)(_\d+)?$')::int, 0, 'no statistics are shown');
SELECT is(t.try(format('SELECT * FROM dcm.%s_%s', p, extract(year FROM now()))), '42501', 'no leaf is read: ' || p) FROM unnest('{case_file,case_log,case_text,assignment,case_stage,attachment,case_task}'::text[]) AS p;
SELECT is(t.try(format('SELECT * FROM dcm.case_file_%s TABLESAMPLE SYSTEM (100)', extract(year FROM now()))), '42501', 'nor sampled');
SELECT is((SELECT count(*) FROM dcm.case_file TABLESAMPLE SYSTEM (100))::int, 3, 'a sample of the table is one of what is seen');
-- the plan tells no row: EXPLAIN is as core has it, and carries no case number of another's
CREATE FUNCTION pg_temp.plan(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	line text;
	answer text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (VERBOSE) ' || statement LOOP
		answer := answer || line;
	END LOOP;
	RETURN answer;
END $$;
SELECT is((SELECT count(*) FROM k WHERE pg_temp.plan('SELECT * FROM dcm.case_file') ~ no::text)::int, 0, 'no case number in a plan');
SELECT matches(pg_temp.plan('SELECT * FROM dcm.case_file WHERE pg_temp.spy(case_no)'), 'my_orgs|InitPlan', 'which is one under the policy');
RESET ROLE;

-- the shape: on, not forced, on every table with cases; views read as their reader; no index over texts or callers
SELECT is((SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relrowsecurity AND NOT c.relforcerowsecurity),
	'assignment attachment auto_look case_file case_log case_stage case_task case_text erasure escalation intake outbox', 'row-level security is on');
SELECT is((SELECT count(*) FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relforcerowsecurity)::int, 0, 'and nowhere forced');
SELECT is((SELECT string_agg(c.relname, ' ') FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('v', 'm')
		AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
		AND EXISTS (SELECT FROM pg_rewrite AS w JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
			JOIN pg_class AS u ON u.oid = d.refobjid AND u.relrowsecurity WHERE w.ev_class = c.oid)), NULL, 'no view reads them as its owner');
SELECT is((SELECT string_agg(i.indexrelid::regclass::text, ' ') FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
	WHERE c.relnamespace = 'dcm'::regnamespace AND (c.relname ~ '^case_text' OR c.relname IN ('intake', 'caller')) AND i.indexprs IS NOT NULL), NULL, 'no index holds an expression over texts or callers');
SELECT is((SELECT string_agg(p.proname, ' ' ORDER BY p.proname) FROM pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace AND p.proleakproof AND p.proname ~ '^(my_|sees_|among)'), NULL, 'none of the functions claims not to leak');

-- the switch
UPDATE dcm.setting SET value = 'false' WHERE name = 'row_security';
SELECT is(pg_temp.seen('b_other', 'dcm.case_file'), 'ABCDEFGHI', 'where the city has it off');
SELECT is((SELECT level FROM dcm.health() WHERE part = 'sight'), 'notice', 'which health tells');
UPDATE dcm.setting SET value = NULL WHERE name = 'row_security';
SELECT is(pg_temp.seen('b_other', 'dcm.case_file'), 'CEI', 'and on again');
ALTER TABLE dcm.case_text DISABLE ROW LEVEL SECURITY;
SELECT is((SELECT level FROM dcm.health() WHERE part = 'sight'), 'warning', 'a table that was left open is told');
ALTER TABLE dcm.case_text ENABLE ROW LEVEL SECURITY;
SELECT is((SELECT count(*) FROM dcm.health() WHERE part = 'sight')::int, 0, 'nothing to tell');

SELECT is(dcm.among(v.no, v.list), v.answer, format('%s among %s', v.no, v.list))
FROM (VALUES (1::bigint, '{}'::bigint[], false), (1, '{1}', true), (2, '{1,3,5}', false), (5, '{1,3,5}', true), (1, '{1,3,5}', true), (0, '{1,3,5}', false), (9, '{1,3,5}', false), (1, NULL, NULL)) AS v (no, list, answer);
SELECT is(t.try('SELECT dcm.among(1, ''{1,NULL}'')'), '22004 dcm.null', 'no nulls in the list');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
