-- What an action carries: every key of every action required, unknown and
-- mistyped is 22023 and named; so are reasons, persons, bodies and categories
-- that the city does not have.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;

-- a state in which each action is legal
CREATE TEMP TABLE stage (action, state) AS VALUES
	('resolve_on_site', 'reported'), ('accept', 'reported'), ('reject', 'reported'), ('request_verification', 'reported'),
	('confirm_verification', 'verifying'), ('deny_verification', 'verifying'), ('amend', 'handling'), ('file', 'accepted'),
	('dispatch', 'filed'), ('recall', 'dispatched'), ('sign', 'dispatched'), ('return', 'handling'),
	('request_extension', 'handling'), ('grant_extension', 'handling'), ('deny_extension', 'handling'),
	('request_suspension', 'handling'), ('grant_suspension', 'handling'), ('deny_suspension', 'handling'),
	('resume', 'suspended'), ('handle', 'handling'), ('request_check', 'handled'), ('pass_check', 'checking'),
	('fail_check', 'checking'), ('close', 'checked'), ('void', 'reported'), ('remind', 'handling'), ('comment', 'closed'), ('reassign_task', 'checking'),
	('arrive', 'handling'), ('recompute_deadlines', 'filed'), ('forward', 'handling'), ('judge_return', 'filed'),
	('endorse_extension', 'handling'), ('endorse_suspension', 'handling'), ('review_suspension', 'suspended'), ('guard', 'reported'),
	('relieve', 'dispatched'), ('reopen', 'closed'), ('merge', 'handling'), ('issue_notice', 'handling'), ('reply_notice', 'handling'),
	('appeal', 'closed'), ('decide_appeal', 'closed'), ('rule_liability', 'handling'), ('rate', 'closed');
CREATE TEMP TABLE prepared AS
SELECT s.action, t.case_in(s.state) AS case_no FROM stage AS s;
-- what there must be first
SELECT t.step(case_no, CASE action WHEN 'relieve' THEN 'guard' WHEN 'reply_notice' THEN 'issue_notice' ELSE 'appeal' END)
FROM prepared WHERE action IN ('relieve', 'reply_notice', 'decide_appeal');
SELECT t.step(case_no, 'dispatch'), t.step(case_no, 'return') FROM prepared WHERE action = 'judge_return';
SELECT t.step(case_no, 'arrive') FROM prepared WHERE action = 'relieve';

-- how an act with such data ends: SQLSTATE, name and message
CREATE FUNCTION pg_temp.outcome(act text, data jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := (SELECT p.case_no FROM prepared AS p WHERE p.action = act);
	name text;
BEGIN
	IF act ~ '^(grant|deny|endorse)_.*(extension|suspension)' THEN
		PERFORM t.step(no, regexp_replace(act, '^(grant|deny|endorse)', 'request'));
	END IF;
	PERFORM t.act(CASE act WHEN 'decide_appeal' THEN 'lead' ELSE 'all' END, no, act, CASE WHEN data -> 'into' = '0' THEN data || jsonb_build_object('into', p.case_no) ELSE data END)
	FROM prepared AS p WHERE p.action = 'accept';
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = 'ok';
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN 'ok';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
		RETURN SQLSTATE || ' ' || name || ': ' || SQLERRM;
END $$;

SELECT * FROM no_plan();
SELECT set_eq('SELECT code FROM dcm.action WHERE code <> ''report''', 'SELECT action FROM stage', 'every action is here');

SELECT is(pg_temp.outcome(s.action, t.data(s.action)), 'ok', format('%s with the least data', s.action))
FROM stage AS s;

-- what each must carry, as the design has it
SELECT results_eq('SELECT action, key FROM dcm.action_key WHERE required ORDER BY 1, 2',
	$$VALUES ('appeal', 'ground'), ('confirm_verification', 'finding'), ('decide_appeal', 'upheld'), ('deny_verification', 'finding'), ('dispatch', 'org'),
		('fail_check', 'photo'), ('fail_check', 'reason'), ('file', 'condition'), ('forward', 'org'), ('handle', 'after'), ('handle', 'result'),
		('issue_notice', 'due'), ('judge_return', 'upheld'), ('merge', 'into'),
		('pass_check', 'photo'), ('rate', 'satisfaction'), ('reassign_task', 'person'), ('recall', 'reason'), ('reject', 'reason'), ('reopen', 'reason'),
		('reply_notice', 'result'), ('request_extension', 'reason'),
		('request_suspension', 'reason'), ('request_suspension', 'until'), ('resolve_on_site', 'after'),
		('resolve_on_site', 'before'), ('return', 'note'), ('return', 'reason'), ('review_suspension', 'finding'), ('rule_liability', 'org'), ('void', 'reason')$$,
	'the keys that must be there');

SELECT is(pg_temp.outcome(k.action, t.data(k.action) - k.key),
	format('22023 dcm.bad_data: key "%s" of action "%s" is missing', k.key, k.action), format('%s without %s', k.action, k.key))
FROM dcm.action_key AS k WHERE k.required
UNION ALL
SELECT is(pg_temp.outcome(k.action, t.data(k.action) || jsonb_build_object(k.key, NULL)),
	format('22023 dcm.bad_data: key "%s" of action "%s" is missing', k.key, k.action), format('%s with %s null', k.action, k.key))
FROM dcm.action_key AS k WHERE k.required;

SELECT is(pg_temp.outcome(s.action, t.data(s.action) || '{"colour": "red"}'),
	format('22023 dcm.bad_data: key "colour" of action "%s" is unknown', s.action), format('%s with an unknown key', s.action))
FROM stage AS s;

-- a value of each wrong kind for each key, and words that are not of the type
SELECT is(pg_temp.outcome(k.action, t.data(k.action) || jsonb_build_object(k.key, v.value)),
	format('22023 dcm.bad_data: key "%s" of action "%s" is not a %s', k.key, k.action, CASE k.type WHEN 'orgs' THEN 'list of codes of bodies' ELSE k.type END),
	format('%s of %s as %s', k.key, k.action, v.value))
FROM dcm.action_key AS k
	JOIN (VALUES ('text', 'true'::jsonb), ('text', '1'), ('text', '{}'), ('text', '""'),
		('free_text', 'true'), ('free_text', '1'), ('free_text', '[]'), ('free_text', '""'),
		('reason', '1'), ('reason', '""'), ('org', '1'), ('org', '["cg"]'), ('person', '1'), ('category', '1'),
		('number', '"1"'), ('number', 'true'), ('number', '{}'),
		('timestamp', '1'), ('timestamp', '"soon"'), ('timestamp', '"2015-02-30"'), ('timestamp', '"300000-01-01"'),
		('timestamp', '"2015-01-01 00:00 Atlantis/City"'),
		('time_limit', '1'), ('time_limit', '"quick"'), ('time_limit', '"2 day"'), ('time_limit', '"-1 work_day"'),
		('time_limit', '"999999999 work_day"'),
		('photo', 'true'), ('photo', '""'), ('photo', '1'), ('boolean', '"yes"'), ('boolean', '1'),
		('orgs', '"cg"'), ('orgs', '{}'), ('case', 'true'), ('case', '"the other"'), ('case', '1.5'), ('case', '"99999999999999999999"'),
		('point', '"here"'), ('point', '[1, 2]'), ('point', '1')) AS v (type, value) ON v.type = k.type
WHERE k.action <> 'report';

SELECT is(pg_temp.outcome('amend', '{"location": {"lon": 121}, "reason": "r"}'),
	'22023 dcm.bad_data: key "location" of action "amend" is not a point with lon and lat', 'half a point');
SELECT is(pg_temp.outcome('amend', '{"location": {"lon": 121, "lat": 1e400}, "reason": "r"}'),
	'22023 dcm.bad_data: key "location" of action "amend" is not a point', 'a point beyond all numbers');
SELECT is(pg_temp.outcome('request_suspension', '{"reason": "season", "until": "infinity"}'),
	'22023 dcm.bad_data: key "until" of action "request_suspension" is not a timestamp', 'a time without end');
SELECT is(pg_temp.outcome('file', jsonb_build_object('condition', n)),
	'22023 dcm.bad_data: key "condition" of action "file" is not a whole number in range', format('condition %s', n))
FROM unnest('{1.5,3000000000,-1e300,1e500}'::numeric[]) AS n;
SELECT is(pg_temp.outcome('handle', '{"result": "r", "after": {"lon": 1}}'),
	'22023 dcm.photo: an attachment of kind "after" has no uri', 'a photograph without uri');
SELECT is(pg_temp.outcome('amend', '{"severity": "bad", "reason": "r"}'),
	'22023 dcm.bad_data: key "severity" of action "amend" is not normal, major or danger', 'a severity that there is not');
SELECT is(pg_temp.outcome('amend', '{"reason": "r"}'), '22023 dcm.bad_data: a correction must change something', 'an empty correction');
SELECT is(pg_temp.outcome('amend', '{"address": "there"}'),
	'22023 dcm.bad_data: a correction after filing needs a reason', 'a correction after filing without reason');

-- what is well formed and not there
SELECT is(pg_temp.outcome(v.action, t.data(v.action) || v.data), v.answer, format('%s with %s', v.action, v.data))
FROM (VALUES
	('reject', '{"reason": "weather"}'::jsonb, '22023 dcm.no_reason: there is no reason "weather" to reject a case'),
	('void', '{"reason": "whim"}', '22023 dcm.no_reason: there is no reason "whim" to void a case'),
	('return', '{"reason": "whim"}', '22023 dcm.no_reason: there is no reason "whim" to return a case'),
	('request_extension', '{"reason": "season"}', '22023 dcm.no_reason: there is no reason "season" to extend a case'),
	('request_suspension', '{"reason": "materials"}', '22023 dcm.no_reason: there is no reason "materials" to suspend a case'),
	('dispatch', '{"org": "nobody"}', '22023 dcm.no_org: there is no body "nobody"'),
	('request_check', '{"person": "nobody"}', '22023 dcm.no_person: there is no person "nobody"'),
	('request_verification', '{"person": "nobody"}', '22023 dcm.no_person: there is no person "nobody"'),
	('amend', '{"category": "E0000"}', '22023 dcm.no_category: there is no category "E0000" in the city''s edition'),
	('dispatch', '{"joint": ["hw", "nobody"]}', '22023 dcm.no_org: there is no body "nobody"'),
	('dispatch', '{"joint": ["hw", 1]}', '22023 dcm.bad_data: key "joint" of action "dispatch" is not a list of codes of bodies'),
	('dispatch', '{"joint": ["hw", "hw"]}', '22023 dcm.bad_data: body "hw" is named twice'),
	('dispatch', '{"joint": ["cg"]}', '22023 dcm.bad_data: body "cg" is named twice'),
	('dispatch', '{"joint": ["hw"], "coordinator": "hw"}', '22023 dcm.bad_data: body "hw" is named twice'),
	('dispatch', '{"coordinator": "cg"}', '22023 dcm.bad_data: body "cg" is named twice'),
	('dispatch', '{"coordinator": "nobody"}', '22023 dcm.no_org: there is no body "nobody"'),
	('forward', '{"org": "hw"}', '22023 dcm.not_below: body "hw" is not below the one that has the case'),
	('forward', '{"org": "cg"}', '22023 dcm.not_below: body "cg" is not below the one that has the case'),
	('merge', '{"into": 1}', 'P0002 dcm.no_case: there is no case 1'),
	('reopen', '{"reason": "whim"}', '22023 dcm.no_reason: there is no reason "whim" to reopen a case'),
	('appeal', '{"ground": "whim"}', '22023 dcm.no_reason: there is no reason "whim" to appeal a case'),
	('decide_appeal', '{"upheld": true}', '22023 dcm.bad_data: an appeal that is upheld exempts from something'),
	('decide_appeal', '{"upheld": true, "exempts": "overdue, sloth"}', '22023 dcm.bad_data: nothing is called "sloth" from which an appeal exempts'),
	('issue_notice', '{"due": "2015-01-01 00:00+08"}', '22023 dcm.until: a notice must set a time to come'),
	('review_suspension', '{"until": "2015-01-01 00:00+08"}', '22023 dcm.until: a suspension must end after it begins'),
	('file', '{"condition": 9}', '22023 dcm.no_condition: the category of this case has no filing condition 9 then')) AS v (action, data, answer);

-- a note given as an argument counts as key "note", and only once
SELECT is(t.try(format('SELECT dcm.become(''lia''); SELECT dcm.act(%s, ''return'', ''not ours'', ''{"reason": "wrong_body"}'')', case_no)), 'ok',
	'a note as an argument')
FROM prepared WHERE action = 'return';
SELECT is(t.try(format('SELECT dcm.become(''disp''); SELECT dcm.act(%s, ''remind'', ''a note'', ''{"note": "another"}'')', case_no)),
	'22023 dcm.bad_data', 'a note that the action does not carry')
FROM prepared WHERE action = 'remind';

-- data that is no object
SELECT is(t.try_act('all', case_no, 'comment', v::jsonb), '22023 dcm.bad_data', format('data %s', v))
FROM prepared, unnest('{"[]","1","\"a\"","null","true"}'::text[]) AS v WHERE action = 'comment';
SELECT is(t.try_act('all', case_no, 'sweep'), '22023 dcm.no_action', 'no such action') FROM prepared WHERE action = 'comment';
SELECT is(t.try_act('all', no, 'comment'), 'P0002 dcm.no_case', format('no case %s', no))
FROM unnest('{0,-1,1,201503020000001,999912310000001,9223372036854775807,-9223372036854775808}'::bigint[]) AS no;

-- a city's own keys are judged in the same way
INSERT INTO dcm.action_key (action, key, type, meaning, meaning_en)
SELECT 'comment', v, v, v, v FROM unnest('{number,boolean,object,org,person,photo,point,time_limit,timestamp}'::text[]) AS v;
SELECT is(pg_temp.outcome('comment', '{"number": 1.5, "boolean": true, "object": {"a": [1]}, "org": "cg", "person": "col",
	"photo": "u", "point": {"lon": 1, "lat": 2}, "time_limit": "1 work_day", "timestamp": "2015-01-01 00:00+08"}'), 'ok', 'keys of every type');
SELECT matches(pg_temp.outcome('comment', jsonb_build_object(v.key, v.value)), '^22023 dcm\.(bad_data|no_org|no_person): ', format('%s as %s', v.key, v.value))
FROM (VALUES ('boolean', '"yes"'::jsonb), ('object', '[]'), ('object', '"a"'), ('org', '"nobody"'), ('person', '"nobody"')) AS v (key, value);
INSERT INTO dcm.action_key (action, key, type, meaning, meaning_en)
SELECT 'comment', 'text' || i, 'free_text', 'text', 'text' FROM generate_series(1, 20) AS i;
SELECT matches(pg_temp.outcome('comment', (SELECT jsonb_object_agg('text' || i, 'a') FROM generate_series(1, 20) AS i)),
	'^54000 dcm.bad_data', 'more texts than an act carries');

-- reports
CREATE FUNCTION pg_temp.report(args text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become('col');
	RETURN t.try('SELECT dcm.report_case(' || args || ')');
END $$;
SELECT is(pg_temp.report(v.args), v.answer, v.args)
FROM (VALUES
	($$'E9901', address => 'by the bridge'$$, 'ok'),
	($$'E0000', address => 'by the bridge'$$, '22023 dcm.no_category'),
	($$'', address => 'by the bridge'$$, '22023 dcm.no_category'),
	($$'E9901'$$, '22023 dcm.no_place'),
	($$'E9901', address => 'x', source => 'nobody'$$, '22023 dcm.no_source'),
	($$'E9901', address => 'x', component => '3206811000010001'$$, 'P0002 dcm.no_component'),
	($$'E9901', address => 'x', attachments => '{}'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '1'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '[1]'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '[""]'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '[[]]'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '[null]'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '[{"kind": "before"}]'$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', attachments => '["u1", {"kind": "scene", "uri": "u2"}]'$$, 'ok'),
	($$'E9901', address => 'x', attachments => to_jsonb(array_fill('u'::text, '{1001}'))$$, '22023 dcm.photo'),
	($$'E9901', address => 'x', data => '{"severity": "bad"}'$$, '22023 dcm.bad_data'),
	($$'E9901', address => 'x', data => '{"severity": "danger", "discovered_at": "2015-01-01 00:00+08"}'$$, 'ok'),
	($$'E9901', address => 'x', data => '{"discovered_at": "once"}'$$, '22023 dcm.bad_data'),
	($$'E9901', address => 'x', data => '[]'$$, '22023 dcm.bad_data'),
	($$'E9901', 'SRID=4490;POINT EMPTY'::geometry$$, '22023 dcm.bad_location'),
	($$'E9901', 'SRID=4490;LINESTRING(0 0, 1 1)'::geometry, crs => 'gcj02'$$, '22023 dcm.bad_location'),
	($$'E9901', ST_SetSRID(ST_MakePoint('NaN', 31), 4490)$$, '22023 dcm.bad_location'),
	($$'E9901', ST_SetSRID(ST_MakePoint(121, 'Infinity'), 4490)$$, '22023 dcm.bad_location'),
	($$'E9901', 'SRID=4490;POINT(181 0)'::geometry$$, '22023 dcm.bad_location'),
	($$'E9901', 'SRID=4490;POINT(0 0)'::geometry$$, 'ok'),
	($$'E9901', 'SRID=3857;POINT(0 0)'::geometry$$, '22023 dcm.bad_srid'),
	($$'E9901', 'POINT(121.605 31.805)'::geometry, crs => 'mars'$$, '22023 dcm.bad_crs'),
	($$'E9901', address => 'x', data => '{"weight": 1}'$$, '22023 dcm.bad_data')) AS v (args, answer);

SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
