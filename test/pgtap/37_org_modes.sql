-- Organisation modes: what the centres of each mode may do, to which cases, and to
-- whom they may send them; the C that judges an act, the buttons and the lists of
-- what waits say the same; the cities' presets; who reported and would check.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();

-- a city with two districts, 320681100 and 320681200, and centres of each kind at
-- each; x stands apart and has no area; four levels in all
CREATE FUNCTION pg_temp.org(text) RETURNS int LANGUAGE sql STABLE RETURN (SELECT id FROM dcm.org WHERE code = $1);
CREATE FUNCTION pg_temp.mode(text) RETURNS text LANGUAGE sql AS $$
	UPDATE dcm.setting SET value = $1 WHERE name = 'org_mode' AND value <> $1;
	SELECT $1
$$;
INSERT INTO dcm.org (code, name, level, kind, area) VALUES
	('gov', 'city', 1, 'government', '320681'), ('gov_a', 'district A', 2, 'government', '320681100'), ('gov_b', 'district B', 2, 'government', '320681200');
INSERT INTO dcm.org (code, name, level, kind, area, parent)
SELECT v.code, v.code, v.level, v.kind, v.area::dcm.area_code, pg_temp.org(v.parent)
FROM (VALUES
	('c_s', 1, 'supervision_centre', NULL, 'gov'), ('c_c', 1, 'command_centre', NULL, 'gov'), ('c_b', 1, 'supervision_command_centre', NULL, 'gov'),
	('a_s', 2, 'supervision_centre', NULL, 'gov_a'), ('a_c', 2, 'command_centre', '320681100', 'gov'), ('a_b', 2, 'supervision_command_centre', '320681100', 'gov_a'),
	('b_s', 2, 'supervision_centre', '320681200', 'gov_b'), ('b_c', 2, 'command_centre', NULL, 'gov_b'), ('b_b', 2, 'supervision_command_centre', '320681200', 'gov_b'),
	('s_b', 3, 'supervision_command_centre', '320681100001', 'gov_a'), ('v_b', 4, 'supervision_command_centre', '320681100001', 'gov_a'),
	('x_b', 2, 'supervision_command_centre', NULL, NULL),
	('works', 1, 'department', NULL, 'gov'), ('power', 1, 'enterprise', NULL, NULL), ('works_a', 2, 'department', NULL, 'gov_a'), ('works_b', 2, 'department', NULL, 'gov_b'),
	-- below a department of the city by the tree, in district A by its area
	('street_a', 3, 'department', '320681100001', 'works'), ('nowhere', 2, 'department', NULL, NULL)) AS v (code, level, kind, area, parent);
INSERT INTO dcm.org (code, name, level, kind, parent) VALUES
	('a_group', 'group', 2, 'work_group', pg_temp.org('a_c')), ('c_hot', 'hotline', 2, 'hotline', pg_temp.org('c_s')), ('lone', 'group', 2, 'work_group', NULL);
-- one person a centre, with every role there, so that a refusal is never for want of one
INSERT INTO dcm.person (code, name) SELECT o.code, o.code FROM dcm.org AS o WHERE o.code ~ '^(._[scb]|a_group|c_hot|lone|works)$';
INSERT INTO dcm.post (code, person, role, org)
SELECT p.code || '_' || r, p.id, r, pg_temp.org(p.code)
FROM dcm.person AS p CROSS JOIN unnest('{acceptor,shift_leader,dispatcher,collector}'::text[]) AS r WHERE p.code ~ '^(._[scb]|a_group|c_hot|lone|works)$';
INSERT INTO dcm.grid (code, geom) VALUES ('320681200001001', ST_Multi(ST_MakeEnvelope(121.63, 31.80, 121.64, 31.81, 4490)));

-- a case in each state: in district A; reports in B and nowhere
CREATE TEMP TABLE prepared AS SELECT s.code AS state, t.case_in(s.code) AS no FROM dcm.state AS s;
CREATE TEMP TABLE filed AS SELECT t.case_in('filed') AS no;
CREATE TEMP TABLE place AS SELECT v.place, v.no FROM (VALUES ('A', t.report()), ('B', t.report(NULL, 4)),
	('none', (SELECT r.case_no FROM dcm.become('col'), dcm.report_case('E9901', address => 'by the bridge') AS r))) AS v (place, no);
SELECT results_eq('SELECT p.place, f.area::text FROM place AS p JOIN dcm.case_file AS f ON f.case_no = p.no ORDER BY 1', $$VALUES ('A', '320681100001'), ('B', '320681200001'), ('none', NULL)$$, 'where the cases are');
-- what an act would come to; it is taken back
CREATE FUNCTION pg_temp.outcome(by text, no bigint, act text, data jsonb = NULL, mode text = NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	IF mode IS NOT NULL THEN
		PERFORM pg_temp.mode(mode);
	END IF;
	answer := t.try_act(by, no, act, coalesce(data, t.data(act)));
	IF answer = 'ok' THEN
		RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
	END IF;
	RETURN answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.says(answer text) RETURNS text LANGUAGE sql IMMUTABLE RETURN regexp_replace(answer, '^42501 dcm\.', '');

-- the law as a table: who accepts A, files B, closes C, asks for a check D (supervision), dispatches E, recalls F (command)
CREATE TEMP TABLE law (mode, c_s, c_c, c_b, a_s, a_c, a_b) AS VALUES
	('one_one', 'S', '', 'S', '', 'C', 'C'), ('one_two', 'S', 'C', 'SC', '', 'C', 'C'), ('two_one', 'S', '', 'S', 'S', 'C', 'SC'),
	('two_two', 'S', 'C', 'SC', 'S', 'C', 'SC'), ('combined', '', '', 'SC', '', '', 'SC');
SELECT is((SELECT string_agg(pg_temp.says(pg_temp.outcome(c.key, (SELECT no FROM prepared WHERE state = v.state), v.action, mode => l.mode)), ' ' ORDER BY v.n)
		FROM (VALUES (1, 'S', 'reported', 'accept'), (2, 'S', 'accepted', 'file'), (3, 'S', 'handled', 'request_check'), (4, 'S', 'checked', 'close'), (5, 'C', 'filed', 'dispatch'), (6, 'C', 'dispatched', 'recall')) AS v (n, power, state, action)),
	concat_ws(' ', CASE WHEN c.value ~ 'S' THEN 'ok ok ok ok' ELSE 'org_mode org_mode org_mode org_mode' END, CASE WHEN c.value ~ 'C' THEN
		-- what each may send to body cg of the city is below
		CASE WHEN c.key ~ '^a' AND l.mode IN ('one_two', 'two_two') THEN 'beyond_command ok' ELSE 'ok ok' END ELSE 'org_mode org_mode' END),
	format('mode %s, centre %s', l.mode, c.key))
FROM law AS l CROSS JOIN LATERAL jsonb_each_text(to_jsonb(l) - 'mode') AS c;
-- requests are answered by who commands
CREATE TEMP TABLE asked AS SELECT (t.step(t.case_in('handling'), 'request_extension')).case_no AS no;
SELECT is(pg_temp.says(pg_temp.outcome(c.key, no, a, mode => l.mode)), CASE WHEN c.value ~ 'C' THEN 'ok' ELSE 'org_mode' END, format('mode %s, centre %s: %s', l.mode, c.key, a))
FROM asked, law AS l CROSS JOIN LATERAL jsonb_each_text(to_jsonb(l) - 'mode') AS c CROSS JOIN unnest('{grant_extension,deny_extension}'::text[]) AS a;

CREATE FUNCTION pg_temp.in_mode(mode text, odd text, told text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_temp.mode(mode);
	RETURN is_empty(format('SELECT pg_temp.%I()', odd), told || ': ' || mode);
END $$;

-- SQL and C say the same of every mode, level, kind and action
CREATE TEMP VIEW asks AS
SELECT h.code AS who, p.no, p.state, t.action
FROM dcm.person AS h CROSS JOIN prepared AS p JOIN dcm.transition AS t ON t.state = p.state
WHERE h.code ~ '^(._[scb]|a_group|c_hot|lone|works)$' AND t.valid @> now() AND '*' <> ALL (t.roles) AND t.action !~ '^recompute';
CREATE FUNCTION pg_temp.odd_buttons() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	WITH button AS MATERIALIZED (
		SELECT h.who, h.no, array_agg(a.action) AS actions FROM (SELECT DISTINCT who, no FROM asks) AS h CROSS JOIN LATERAL dcm.actions_of(h.no, h.who) AS a GROUP BY 1, 2)
	SELECT format('%s %s: button %s, act %s', k.who, k.action, k.action = ANY (b.actions), o.answer)
	FROM asks AS k LEFT JOIN button AS b ON (b.who, b.no) = (k.who, k.no) CROSS JOIN LATERAL (SELECT pg_temp.outcome(k.who, k.no, k.action) OFFSET 0) AS o (answer)
	-- a case's data, or the body that is named, may stand against it besides
	WHERE coalesce(k.action = ANY (b.actions), false) <> (o.answer !~ '^(42501 dcm\.(org_mode|not_its_area|no_right)|23514 dcm\.(no_request|no_task|no_return|forbidden_move))$')
$$;
SELECT pg_temp.in_mode(m, 'odd_buttons', 'a button is there where the act is allowed') FROM unnest('{one_one,one_two,two_one,two_two,combined}'::text[]) AS m;
SELECT is((SELECT count(*)::int FROM (SELECT DISTINCT action FROM asks INTERSECT SELECT action FROM dcm.action_powers()) AS x), (SELECT count(*)::int FROM dcm.action WHERE power IS NOT NULL), 'of every action that takes a power');
SELECT is((SELECT count(DISTINCT pg_temp.outcome(who, no, action, mode => 'two_two'))::int FROM asks WHERE action = 'accept' AND state = 'reported'), 3, 'some may, some may not there, some nowhere');
-- what waits is what one may do, in a district's own cases alone
CREATE FUNCTION pg_temp.odd_waiting() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	SELECT format('%s %s %s', h.who, p.state, p.no)
	FROM (SELECT DISTINCT who FROM asks) AS h
		CROSS JOIN LATERAL (SELECT array_agg(w.case_no) AS cases FROM dcm.waiting_cases(h.who) AS w) AS w
		CROSS JOIN (SELECT state, no FROM prepared UNION ALL SELECT 'reported', no FROM place) AS p
		JOIN (VALUES ('reported', 'accept'), ('accepted', 'file'), ('filed', 'dispatch'), ('handled', 'request_check'), ('checked', 'close')) AS v (state, action) ON v.state = p.state
	WHERE coalesce(p.no = ANY (w.cases), false) <> EXISTS (SELECT FROM dcm.actions_of(p.no, h.who) AS a WHERE a.action = v.action)
$$;
SELECT pg_temp.in_mode(m, 'odd_waiting', 'what waits is what may be done') FROM unnest('{one_one,one_two,two_one,two_two,combined}'::text[]) AS m;

-- where: a district's centre in its own area; the city's everywhere
SELECT pg_temp.mode('two_two');
SELECT is(concat_ws(' ', (SELECT string_agg(pg_temp.says(pg_temp.outcome(who, no, 'accept')), ' ' ORDER BY place) FROM place), (SELECT count(*) FROM dcm.waiting_cases(who) AS w JOIN place ON no = w.case_no)), expected, who)
FROM (VALUES ('c_s', 'ok ok ok 3'), ('c_b', 'ok ok ok 3'), ('a_s', 'ok not_its_area not_its_area 1'), ('a_b', 'ok not_its_area not_its_area 1'), ('b_s', 'not_its_area ok not_its_area 1'), ('x_b', 'ok ok ok 3'),
	('c_c', 'org_mode org_mode org_mode 0'), ('c_hot', 'ok ok ok 3'), ('a_group', 'org_mode org_mode org_mode 0'), ('lone', 'ok ok ok 3'), ('works', 'ok ok ok 3')) AS v (who, expected);
SELECT is(pg_temp.says(pg_temp.outcome(who, no, 'accept', mode => 'combined')), expected, who || ' in ' || place || ', combined')
FROM place JOIN (VALUES ('A', 's_b', 'ok'), ('B', 's_b', 'not_its_area'), ('A', 'v_b', 'ok'), ('A', 'c_b', 'ok'), ('none', 'c_b', 'ok'), ('A', 'a_s', 'org_mode')) AS v (at, who, expected) ON v.at = place;
SELECT is(pg_temp.says(pg_temp.outcome('s_b', no, 'accept', mode => m)), 'org_mode', 'other modes have no centre of a street: ' || m) FROM place CROSS JOIN unnest('{one_one,one_two,two_one,two_two}'::text[]) AS m WHERE place = 'A';

-- to whom: a district commands what lies in it, wherever it stands in the tree, the
-- bodies of the city only where the city has no command
CREATE TEMP TABLE bodies (body, n) AS VALUES ('works_a', 1), ('street_a', 2), ('a_c', 3), ('works_b', 4), ('nowhere', 5), ('works', 6), ('power', 7);
CREATE TEMP TABLE dispatches (modes, who, expected) AS VALUES
	('one_two two_two', 'c_c', 'ok ok ok ok ok ok ok'), ('one_two two_two combined', 'c_b', 'ok ok ok ok ok ok ok'),
	('one_two two_two', 'a_c', 'ok ok ok beyond_command beyond_command beyond_command beyond_command'), ('one_two two_two', 'a_group', 'ok ok ok beyond_command beyond_command beyond_command beyond_command'),
	('one_one two_one', 'a_c', 'ok ok ok beyond_command beyond_command ok ok'), ('combined', 'a_b', 'ok ok ok beyond_command beyond_command ok ok'),
	('one_two two_two', 'x_b', 'ok ok ok ok ok beyond_command beyond_command'), ('one_one', 'x_b', 'ok ok ok ok ok ok ok'),
	('combined', 's_b', 'ok ok ok beyond_command ok ok ok'),
	('one_one two_one', 'c_c', 'org_mode org_mode org_mode org_mode org_mode org_mode org_mode'), ('one_one', 'c_b', 'org_mode org_mode org_mode org_mode org_mode org_mode org_mode'),
	('combined', 'c_c', 'org_mode org_mode org_mode org_mode org_mode org_mode org_mode'), ('one_two', 'lone', 'ok ok ok ok ok ok ok'), ('one_one', 'works', 'ok ok ok ok ok ok ok');
SELECT is((SELECT string_agg(pg_temp.says(pg_temp.outcome(d.who, no, 'dispatch', jsonb_build_object('org', b.body), m)), ' ' ORDER BY b.n) FROM bodies AS b), d.expected, format('%s sends, in mode %s', d.who, m))
FROM filed, dispatches AS d CROSS JOIN LATERAL string_to_table(d.modes, ' ') AS m;
CREATE FUNCTION pg_temp.odd_dispatches() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	SELECT format('%s to %s: told %s, %s', h.who, b.code, dcm.may_dispatch(h.who, b.code), o.answer)
	FROM (SELECT DISTINCT who FROM asks) AS h CROSS JOIN dcm.org AS b CROSS JOIN filed CROSS JOIN LATERAL (SELECT pg_temp.outcome(h.who, no, 'dispatch', jsonb_build_object('org', b.code)) OFFSET 0) AS o (answer)
	-- not of district B, which must not touch this case anyhow
	WHERE h.who !~ '^b_' AND dcm.may_dispatch(h.who, b.code) <> (o.answer = 'ok')
$$;
SELECT pg_temp.in_mode(m, 'odd_dispatches', 'dcm.may_dispatch() says what the act does') FROM unnest('{one_one,one_two,two_one,two_two,combined}'::text[]) AS m;
SELECT is(t.try(format('SELECT dcm.may_dispatch(%L, %L)', a, b)), 'P0002 dcm.no_org', 'no such body') FROM (VALUES ('nobody', 'works'), ('c_c', 'nobody')) AS v (a, b);

-- of several posts the one that may, and the log says which
SELECT pg_temp.mode('one_two');
INSERT INTO dcm.post (code, person, role, org) SELECT 'second', id, 'dispatcher', pg_temp.org('c_c') FROM dcm.person WHERE code = 'a_c';
SELECT is(pg_temp.says(t.try(format('SELECT dcm.become(''a_c'', %L), dcm.act(%s, ''dispatch'', data => ''{"org": "works"}'')', post, no))), expected, post)
FROM filed, (VALUES ('a_c_dispatcher', 'beyond_command')) AS v (post, expected);
CREATE TEMP TABLE sent AS SELECT b.body, (t.act('a_c', t.case_in('filed'), 'dispatch', jsonb_build_object('org', b.body))).* FROM (VALUES ('works'), ('works_b')) AS b (body);
SELECT is((SELECT string_agg(s.body || ' ' || p.code, ', ' ORDER BY s.body) FROM sent AS s JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (s.case_no, s.log_no) JOIN dcm.post AS p ON p.id = l.post),
	'works second, works_b second', 'by the post that commands the body');
SELECT is((SELECT string_agg(a.action, ' ') FROM dcm.actions_of((SELECT no FROM prepared WHERE state = 'reported'), 'a_c', 'a_c_acceptor') AS a WHERE a.action IN ('accept', 'reject')), NULL, 'no button where the post''s centre may not');
DELETE FROM dcm.post WHERE code = 'second';

-- what is told of the past is not judged by the mode of today; nor anything where the city wants it told alone
SELECT pg_temp.mode('one_one');
SAVEPOINT s;
GRANT dcm_loader TO CURRENT_USER;
SELECT is(t.try(format('SELECT t.case_in(''dispatched'', t.at(''Mon 09:00''))')), 'ok', 'history, with a dispatcher of the city') FROM dcm.setting WHERE name = 'org_mode' AND value = 'one_one';
SELECT is(pg_temp.says(pg_temp.outcome('disp', no, 'dispatch')), 'org_mode', 'who would not dispatch now') FROM filed;
ROLLBACK TO s;
UPDATE dcm.setting SET value = 'false' WHERE name = 'org_mode_enforced';
SELECT is((SELECT string_agg(DISTINCT pg_temp.outcome(who, no, action), ' ') FROM asks WHERE action IN ('accept', 'file', 'dispatch', 'close') AND (action, state) NOT IN (('accept', 'x'))), 'ok', 'the mode is told alone: everybody may');
SELECT is_empty('SELECT pg_temp.odd_buttons() UNION ALL SELECT pg_temp.odd_waiting() UNION ALL SELECT pg_temp.odd_dispatches()', '... and buttons and lists say so');
SELECT ok(EXISTS (SELECT FROM dcm.check_org() AS c WHERE c.problem = 'role_beyond_mode' AND c.code = 'disp_dispatcher'), '... but it is told');
UPDATE dcm.setting SET value = NULL WHERE name = 'org_mode_enforced';

-- which power an action takes is the city's
SAVEPOINT s;
SELECT pg_temp.mode('one_two');
UPDATE dcm.action SET power = 'command' WHERE code = 'accept';
SELECT is(pg_temp.says(pg_temp.outcome(w, (SELECT no FROM prepared WHERE state = 'reported'), 'accept')), e, w || ' accepts as a power of command') FROM (VALUES ('c_s', 'org_mode'), ('c_c', 'ok'), ('a_c', 'ok')) AS v (w, e);
UPDATE dcm.action SET power = NULL WHERE code = 'accept';
SELECT is(pg_temp.says(pg_temp.outcome(w, (SELECT no FROM prepared WHERE state = 'reported'), 'accept')), e, w || ' accepts where it takes no power: any centre''s, in its own area') FROM (VALUES ('b_b', 'not_its_area'), ('a_c', 'ok'), ('a_s', 'ok'), ('c_c', 'ok')) AS v (w, e);
SELECT is(t.try($$UPDATE dcm.action SET power = 'both' WHERE code = 'accept'$$), '23514 action_power_check', 'there are two powers');
ROLLBACK TO s;

-- what does not fit a mode
SELECT is((SELECT string_agg(DISTINCT c.code, ' ' ORDER BY c.code) FROM dcm.set_org_mode(m) AS c WHERE c.problem = 'centre_beyond_mode'), expected, 'too many in ' || m)
FROM (VALUES ('one_one', 'a_b a_s b_b b_s c_b c_c s_b sc v_b x_b'), ('one_two', 'a_b a_s b_b b_s s_b v_b x_b'), ('two_one', 'c_b c_c s_b sc v_b'), ('two_two', 's_b v_b'), ('combined', 'a_c a_s b_c b_s c_c c_s')) AS v (m, expected);
SELECT is((SELECT string_agg(c.code, ' ' ORDER BY c.code) FROM dcm.set_org_mode(m) AS c WHERE c.problem = 'role_beyond_mode' AND c.code ~ '^(c_|a_[sc])'), expected, 'posts that can do nothing in ' || m)
FROM (VALUES ('one_one', 'a_c_acceptor a_c_shift_leader a_s_acceptor a_s_dispatcher a_s_shift_leader c_b_dispatcher c_c_acceptor c_c_dispatcher c_c_shift_leader c_hot_dispatcher c_s_dispatcher'),
	('two_two', 'a_c_acceptor a_c_shift_leader a_s_dispatcher c_c_acceptor c_c_shift_leader c_hot_dispatcher c_s_dispatcher')) AS v (m, expected);
SELECT is((SELECT string_agg(c.problem || ' ' || c.code, ', ' ORDER BY c.code) FROM dcm.check_org() AS c WHERE c.problem IN ('centre_role_outside_centre', 'centre_without_area')),
	'centre_role_outside_centre lone_acceptor, centre_role_outside_centre lone_dispatcher, centre_role_outside_centre lone_shift_leader, centre_role_outside_centre works_acceptor, centre_role_outside_centre works_dispatcher, centre_role_outside_centre works_shift_leader, centre_without_area x_b', 'whom no mode judges, and a district without an area');
SELECT is((SELECT string_agg(DISTINCT c.kind, ' ' ORDER BY c.kind) FROM dcm.set_org_mode('one_one') AS c), 'org post', 'dcm.set_org_mode tells what the mode makes of it');
SELECT is(dcm.setting('org_mode'), 'one_one', '... and sets it');
SELECT is(t.try(format('SELECT dcm.set_org_mode(%L)', m)), '22023 dcm.org_mode', coalesce(m, 'NULL') || ' is no mode') FROM unnest('{three_one,"",NULL}'::text[]) AS m;
CREATE ROLE test_app IN ROLE dcm_app;
CREATE ROLE test_config IN ROLE dcm_config;
SELECT is(has_function_privilege(r, 'dcm.set_org_mode(text)', 'EXECUTE'), r = 'test_config', r) FROM unnest('{test_app,test_config}'::text[]) AS r;
SET LOCAL ROLE test_config;
SELECT is((SELECT count(*) > 0 FROM dcm.set_org_mode('one_two')), true, 'whoever writes settings sets the mode');
RESET ROLE;

-- the cities: what each says of itself, and its centres, fit
UPDATE dcm.org SET valid = '[-infinity,2020-01-01)' WHERE kind LIKE '%centre';
CREATE FUNCTION pg_temp.founds(preset text, centres text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE dcm.org SET valid = CASE WHEN code = ANY (string_to_array(centres, ' ')) THEN tstzrange(NULL, NULL) ELSE tstzrange(NULL, '2020-01-01') END WHERE kind LIKE '%centre';
	PERFORM dcm.load_preset(preset);
	RETURN concat_ws(', ', dcm.setting('org_mode'), dcm.setting('evaluation_levels'), dcm.setting('network_levels'),
		(SELECT string_agg(c.problem || ' ' || c.code, ', ' ORDER BY c.problem, c.code) FROM dcm.check_org() AS c WHERE c.problem IN ('no_centre', 'centre_beyond_mode')),
		(SELECT string_agg(d.col, ' ') FROM dcm.preset_diff(preset) AS d));
END $$;
UPDATE dcm.setting SET value = 'two_two' WHERE name = 'org_mode';
SELECT is((SELECT string_agg(format('%s %s %s', key ->> 'name', shipped, coalesce(city, '-')), ', ' ORDER BY key ->> 'name') FROM dcm.preset_diff(p)), expected, 'a preset compared: ' || p)
FROM (VALUES ('org_panzhihua', 'evaluation_levels 3 -, network_levels 4 -, org_mode one_two two_two'), ('org_yantai', 'org_mode one_one two_two'), ('org_huangshi', 'org_mode one_two two_two'), ('org_county', 'org_mode combined two_two')) AS v (p, expected);
SELECT is(pg_temp.founds(p, c), expected, p || ' with ' || c) FROM (VALUES
	('org_yantai', 'c_s a_c b_c', 'one_one, 2, 4'), ('org_yantai', 'c_b a_c', 'one_one, 2, 4, centre_beyond_mode c_b'), ('org_yantai', 'c_s', 'one_one, 2, 4, no_centre one_one'),
	('org_huangshi', 'c_b a_c b_c', 'one_two, 2, 4'), ('org_huangshi', 'c_s a_c b_c', 'one_two, 2, 4, no_centre one_two'),
	('org_panzhihua', 'c_s c_c a_c b_c', 'one_two, 3, 4'), ('org_panzhihua', 'c_s c_c a_b', 'one_two, 3, 4, centre_beyond_mode a_b'),
	('org_county', 'a_b', 'combined, 3, 4'), ('org_county', 'a_s a_c', 'combined, 3, 4, centre_beyond_mode a_c, centre_beyond_mode a_s, no_centre combined, no_centre combined')) AS v (p, c, expected);
SELECT is((SELECT count(DISTINCT s.preset)::int FROM dcm.presets() AS s WHERE s.preset LIKE 'org\_%' AND s.what LIKE 'sets settings%'), 4, 'presets that set settings say so');

-- who reported does not check, where the city says so
SELECT pg_temp.mode('one_two');
CREATE TEMP TABLE own AS SELECT t.case_in('checking') AS no;
SELECT is(pg_temp.outcome('col', no, a), 'ok', a || ' of the own report') FROM own, unnest('{pass_check,fail_check}'::text[]) AS a;
UPDATE dcm.setting SET value = 'false' WHERE name = 'reporter_may_check';
SELECT is(concat_ws(', ', pg_temp.outcome('col', no, a), pg_temp.outcome('col2', no, a), pg_temp.outcome('col', no, 'comment')), '42501 dcm.separation, ok, ok', a || ' by another alone') FROM own, unnest('{pass_check,fail_check}'::text[]) AS a;
SELECT is((SELECT string_agg(a.action, ' ' ORDER BY a.action) FROM dcm.actions_of(no, p) AS a WHERE a.action ~ '_check$'), e, 'buttons of ' || p) FROM own, (VALUES ('col', NULL), ('col2', 'fail_check pass_check')) AS v (p, e);
SELECT is(EXISTS (SELECT FROM dcm.waiting_cases(p) AS w WHERE w.case_no = no), e, 'what waits for ' || p) FROM own, (VALUES ('col', false), ('col2', true)) AS v (p, e);
-- verifying before it is filed is no check, and a case may be closed by who reported it
SELECT is(pg_temp.outcome('col', no, 'confirm_verification'), 'ok', 'a report may be verified by its reporter') FROM prepared WHERE state = 'verifying';
SELECT is(pg_temp.outcome('all', (SELECT x.case_no FROM t.report(by => 'all') AS r (no), t.act('acc', no, 'accept') AS x), 'file'), 'ok', 'its other steps are the reporter''s too');

SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
SELECT * FROM finish();
ROLLBACK;
