-- Clocks: of the case from its filing, of the assignment from dispatch or sign,
-- by area class and condition, through extension, suspension, rework, return and
-- correction.  Times are told by a loader: Monday 2 March 2015 and after, at
-- 08:00 to 12:00 and 14:00 to 18:00, so eight hours are a day.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
GRANT dcm_loader TO CURRENT_USER;

SELECT * FROM no_plan();

-- filing
SELECT is(t.dues(t.filed(v.class, v.condition)), v.due || ', none, ' || v.due, format('class %s, condition %s', v.class, v.condition))
FROM (VALUES (1, 1, 'Tue 09:00'), (2, 1, 'Wed 09:00'), (3, 1, 'Wed 09:00'), (1, 2, 'Mon 15:00'), (2, 2, 'Mon 15:00'),
	(3, 2, 'Mon 15:00'), (1, 3, 'none'), (2, 3, 'none'), (3, 3, 'none')) AS v (class, condition, due);
SELECT is(t.dues(t.report(t.at('Mon 09:00'))), 'none, none, none', 'before filing there is no clock');
SELECT is(t.dues(t.handling(3)), 'none, none, none', 'without a limit the body has no clock either');
CREATE TEMP TABLE n AS SELECT t.filed() AS no;
SELECT is((SELECT string_agg(t.day(s.due), ', ' ORDER BY s.stage_no) FROM dcm.case_stage AS s WHERE s.case_no = n.no),
	'Mon 08:45, Mon 08:55, Mon 09:15', 'stages have the limits of their states')
FROM n;

-- a limit of one's own
CREATE FUNCTION pg_temp.own(by text, data jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.report(t.at('Mon 08:30'));
	answer text;
BEGIN
	PERFORM t.step(no, 'accept', t.at('Mon 08:40'));
	answer := t.try_act(by, no, 'file', '{"condition": 1}' || data, t.at('Mon 09:00'));
	RETURN CASE WHEN answer = 'ok' THEN t.dues(no) ELSE answer END;
END $$;
SELECT is(pg_temp.own(v.by, v.data), v.answer, format('%s by %s', v.data, v.by))
FROM (VALUES
	('acc', '{"time_limit": "2 work_hour"}'::jsonb, 'Mon 11:00, none, Mon 11:00'),
	('acc', '{"time_limit": "8 work_hour"}', 'Tue 09:00, none, Tue 09:00'),
	('acc', '{"time_limit": "90 minute"}', 'Mon 10:30, none, Mon 10:30'),
	('acc', '{"time_limit": "9 work_hour"}', '42501 dcm.longer_limit'),
	('acc', '{"time_limit": "9 work_hour", "reason": "far away"}', '42501 dcm.longer_limit'),
	('lead', '{"time_limit": "9 work_hour"}', '42501 dcm.longer_limit'),
	('lead', '{"time_limit": "9 work_hour", "reason": "far away"}', 'Tue 10:00, none, Tue 10:00'),
	('acc', '{"condition": 3, "time_limit": "9 work_hour"}', 'Tue 10:00, none, Tue 10:00')) AS v (by, data, answer);

-- a filing needs a point, unless the city does without
SELECT is(t.try(format('SELECT t.step(%s, ''file'')', x.no)), '22023 dcm.no_point', 'no filing without a point')
FROM (SELECT dcm.become('col'), (dcm.report_case('E9901', address => 'by the bridge')).case_no AS no) AS r
	CROSS JOIN LATERAL (SELECT (t.step(r.no, 'accept')).case_no AS no) AS x;
SAVEPOINT s;
UPDATE dcm.setting SET value = 'false' WHERE name = 'file_needs_point';
SELECT is((t.step(x.no, 'file')).state, 'filed', 'where the city does without one')
FROM (SELECT dcm.become('col'), (dcm.report_case('E9901', address => 'by the bridge')).case_no AS no) AS r
	CROSS JOIN LATERAL (SELECT (t.step(r.no, 'accept')).case_no AS no) AS x;
ROLLBACK TO s;

-- extension
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'a request stops no clock');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension
	Mon 15:00 grant_extension'), 'Wed 09:00, Wed 09:30, Tue 09:00', 'an extension is the limit again, and the first deadline is kept');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension {"reason": "weather", "extra": "2 work_hour"}
	Mon 15:00 grant_extension'), 'Tue 11:00, Tue 11:30, Tue 09:00', 'as much as was asked for');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension {"reason": "weather", "extra": "4 work_hour"}
	Mon 15:00 grant_extension {"extra": "1 work_hour"}'), 'Tue 10:00, Tue 10:30, Tue 09:00', 'or less');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension
	Mon 15:00 deny_extension'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'or nothing');
CREATE TEMP TABLE c AS SELECT t.handling() AS twice, t.handling() AS late, t.handling() AS fresh, t.handling(3) AS timeless;
SELECT is(t.acts(twice, 'Mon 10:00 request_extension
	Mon 10:00 grant_extension
	Mon 10:00 request_extension
	Mon 10:00 grant_extension'), 'Thu 09:00, Thu 09:30, Tue 09:00', 'an extension twice') FROM c;
SELECT is(t.try_act('lia', twice, 'request_extension', '{"reason": "weather"}', t.at('Mon 11:00')), '23514 dcm.too_many_extensions', 'not three times') FROM c;
SELECT is(t.try_act('lia', late, 'request_extension', '{"reason": "weather"}', t.at('Tue 09:01')), '23514 dcm.late', 'not after the deadline') FROM c;
SELECT is(t.try_act('lia', timeless, 'request_extension', '{"reason": "weather"}', t.at('Mon 11:00')), '23514 dcm.no_clock', 'not without a clock') FROM c;
SELECT is(t.try_act('disp', fresh, v.action, t.data(v.action), t.at('Mon 11:00')), '23514 dcm.no_request', v.action || ' without a request')
FROM c, unnest('{grant_extension,deny_extension,grant_suspension,deny_suspension}'::text[]) AS v (action);
SELECT isnt(t.acts(fresh, 'Mon 11:00 request_extension'), NULL, 'a request') FROM c;
SELECT is(t.try_act('lia', fresh, v.action, t.data(v.action), t.at('Mon 11:00')), '23514 dcm.request_pending', v.action || ' while another waits')
FROM c, unnest('{request_extension,request_suspension}'::text[]) AS v (action);
SELECT is(t.try_act('disp', fresh, v.action, t.data(v.action), t.at('Mon 11:00')), '23514 dcm.no_request', v.action || ' of the other kind')
FROM c, unnest('{grant_suspension,deny_suspension}'::text[]) AS v (action);
SELECT is(t.try_act('disp', fresh, 'grant_extension', jsonb_build_object('extra', v.extra), t.at('Mon 11:00')), v.answer, v.extra || ' more')
FROM c, (VALUES ('1 natural_day', '22023 dcm.limit_unit'), ('99999999 work_hour', '22003 dcm.limit_range')) AS v (extra, answer);
SAVEPOINT s;
UPDATE dcm.setting SET value = 'true' WHERE name = 'extend_when_late';
SELECT is(t.acts(late, 'Tue 10:00 request_extension
	Tue 10:00 grant_extension'), 'Wed 09:00, Wed 09:30, Tue 09:00', 'where the city allows it, also when late') FROM c;
UPDATE dcm.setting SET value = '3' WHERE name = 'max_extensions';
SELECT is(t.try_act('lia', twice, 'request_extension', '{"reason": "weather"}', t.at('Mon 11:00')), 'ok', 'and as often as it allows') FROM c;
ROLLBACK TO s;

-- suspension
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 15:00 grant_suspension'), 'Thu 09:00, Thu 09:30, Tue 09:00', 'a pause counts from the request');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 15:00 grant_suspension {"until": "2015-03-03 10:00+08"}'), 'Wed 09:00, Wed 09:30, Tue 09:00', 'a shorter one is granted');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 15:00 grant_suspension
	Tue 10:00 resume'), 'Wed 09:00, Wed 09:30, Tue 09:00', 'an early end');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-03 10:00+08"}
	Mon 15:00 grant_suspension
	Wed 10:00 resume'), 'Wed 09:00, Wed 09:30, Tue 09:00', 'a late end changes nothing');
SELECT is(t.acts(t.handling(), 'Mon 12:00 request_suspension {"reason": "season", "until": "2015-03-02 14:00+08"}
	Mon 12:30 grant_suspension
	Mon 13:00 resume'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'a pause outside the hours changes nothing');
SELECT is(t.acts(t.handling(3), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
	Mon 15:00 grant_suspension
	Tue 10:00 resume'), 'none, none, none', 'without a clock nothing is to stop');
SELECT is(t.try_act('lia', twice, 'request_suspension', '{"reason": "season", "until": "2015-03-02 09:00+08"}', t.at('Mon 11:00')), '22023 dcm.until', 'an end before the beginning') FROM c;

-- the order of pause and extension makes no difference
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 10:00 grant_suspension
		Tue 11:00 resume
		Tue 11:00 request_extension
		Tue 11:00 grant_extension'),
	t.acts(t.handling(), 'Mon 10:00 request_extension
		Mon 10:00 grant_extension
		Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 10:00 grant_suspension
		Tue 11:00 resume'), 'pause then extension = extension then pause');

-- rework: what is left goes on, and the time of the check is not the body's
SELECT is(t.acts(t.handling(), 'Mon 11:00 handle
	Mon 11:30 request_check
	Mon 15:00 fail_check'), 'Tue 11:00, Tue 11:30, Tue 09:00', 'what was left goes on');
SELECT is(t.acts(t.handling(), 'Tue 08:30 handle
	Tue 09:00 request_check
	Tue 10:00 fail_check'), 'Tue 16:00, Tue 16:00, Tue 09:00', 'but for no less than four hours');
SELECT is(t.acts(t.handling(), 'Thu 08:30 handle
	Thu 09:00 request_check
	Thu 10:00 fail_check'), 'Thu 16:00, Thu 16:00, Tue 09:00', 'also where it was late');
SELECT is(t.acts(t.handling(), 'Thu 08:30 handle
	Thu 09:00 request_check
	Thu 10:00 fail_check
	Thu 11:00 request_extension {"reason": "weather", "extra": "2 work_hour"}
	Thu 11:00 grant_extension'), 'Thu 18:00, Thu 18:00, Tue 09:00', 'an extension reckons from there');
SELECT is(t.acts(t.handling(), 'Thu 08:30 handle
	Thu 09:00 request_check
	Thu 10:00 fail_check
	Thu 11:00 request_suspension {"reason": "season", "until": "2015-03-05 17:00+08"}
	Thu 11:00 grant_suspension'), 'Fri 10:00, Fri 10:00, Tue 09:00', 'so does a pause');
SELECT is(t.acts(t.handling(), 'Tue 08:30 handle
	Tue 09:00 request_check
	Tue 10:00 fail_check
	Tue 11:00 amend {"condition": 2, "reason": "wrong"}'), 'Mon 15:00, Tue 16:00, Mon 15:00', 'a correction reckons from the filing');
SELECT is((SELECT max(e.till) FROM dcm.explain_deadline(f.case_no) AS e), f.due, 'the deadline of case ' || f.case_no || ' is explained')
FROM dcm.case_file AS f WHERE f.reworked > 0;
SAVEPOINT s;
UPDATE dcm.setting SET value = '0 work_hour' WHERE name = 'rework_min';
SELECT is(t.acts(t.handling(), 'Tue 08:30 handle
	Tue 09:00 request_check
	Tue 10:00 fail_check'), 'Tue 10:30, Tue 11:00, Tue 09:00', 'where the city gives no least time');
ROLLBACK TO s;

-- a return: the case's clock runs on, the next body has the whole limit
SELECT is(t.acts(t.handling(), 'Mon 11:00 return
	Mon 15:00 dispatch {"org": "hw"}'), 'Tue 09:00, Tue 15:00, Tue 09:00', 'a body has the whole limit, the case what is left');
SELECT is(t.acts(t.handling(), 'Mon 10:00 request_extension
	Mon 10:30 grant_extension
	Mon 11:00 return
	Mon 15:00 dispatch {"org": "hw"}'), 'Wed 09:00, Tue 15:00, Tue 09:00', 'the extension of another body is not the next one''s');
SELECT is((SELECT t.acts(no, 'Mon 10:00 request_extension
	Mon 11:00 return
	Mon 15:00 dispatch
	Mon 15:00 sign') || ' ' || t.try_act('disp', no, 'grant_extension', '{}', t.at('Mon 16:00'))),
	'Tue 09:00, Tue 15:00, Tue 09:00 23514 dcm.no_request', 'a request falls with the return')
FROM (SELECT t.handling() AS no) AS n;
CREATE TEMP TABLE r AS SELECT t.filed() AS no;
DO $$
DECLARE
	no bigint := (SELECT r.no FROM r);
BEGIN
	PERFORM t.acts(no, 'Mon 09:30 dispatch
		Mon 09:45 recall
		Mon 10:00 dispatch {"org": "hw"}');
	PERFORM t.act('lia2', no, 'return', t.data('return'), t.at('Mon 11:00'));
	PERFORM t.acts(no, 'Mon 11:30 dispatch');
END $$;
SELECT is((SELECT string_agg(format('%s %s %s %s', a.work_no, o.code, coalesce(t.day(a.recalled_at), '-'), coalesce(t.day(a.returned_at), '-')), ', ' ORDER BY a.work_no)
		FROM dcm.assignment AS a JOIN dcm.org AS o ON o.id = a.org WHERE a.case_no = r.no),
	'1 cg Mon 09:45 -, 2 hw - Mon 11:00, 3 cg - -', 'each dispatch is an assignment')
FROM r;

-- handling timed from the signature
SAVEPOINT s;
UPDATE dcm.setting SET value = 'sign' WHERE name = 'handle_from';
SELECT is(t.acts(no, 'Mon 09:30 dispatch'), 'Tue 09:00, none, Tue 09:00', 'from the signature: not before it') FROM (SELECT t.filed() AS no) AS n;
SELECT is(t.acts(no, 'Mon 09:30 dispatch
	Mon 11:00 sign'), 'Tue 09:00, Tue 11:00, Tue 09:00', 'from the signature') FROM (SELECT t.filed() AS no) AS n;
ROLLBACK TO s;

-- the other way of each default
CREATE FUNCTION pg_temp.with_setting(name text, value text, lines text, condition int = 1) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	UPDATE dcm.setting AS s SET value = with_setting.value WHERE s.name = with_setting.name;
	answer := t.acts(t.handling(condition), lines);
	IF EXISTS (SELECT FROM dcm.verify_all()) THEN
		RAISE EXCEPTION 'the record is wrong: %', (SELECT string_agg(v::text, ', ') FROM dcm.verify_all() AS v);
	END IF;
	UPDATE dcm.setting AS s SET value = NULL WHERE s.name = with_setting.name;
	RETURN answer;
END $$;
SELECT is(pg_temp.with_setting(v.name, v.value, v.lines), v.due, format('%s = %s', v.name, v.value))
FROM (VALUES
	('redispatch_limit', 'whole', 'Mon 11:00 return
		Mon 15:00 dispatch {"org": "hw"}', 'Tue 09:00, Tue 15:00, Tue 09:00'),
	('redispatch_limit', 'rest', 'Mon 11:00 return
		Mon 15:00 dispatch {"org": "hw"}', 'Tue 09:00, Tue 09:00, Tue 09:00'),
	('request_stops_clock', 'false', 'Mon 10:00 request_extension
		Mon 15:00 deny_extension', 'Tue 09:00, Tue 09:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_extension
		Mon 15:00 deny_extension', 'Tue 12:00, Tue 14:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_extension {"reason": "weather", "extra": "2 work_hour"}
		Mon 15:00 grant_extension', 'Tue 16:00, Tue 16:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 15:00 deny_suspension', 'Tue 12:00, Tue 14:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 15:00 grant_suspension', 'Thu 09:00, Thu 09:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_extension
		Mon 15:00 handle', 'Tue 12:00, Tue 14:30, Tue 09:00'),
	('request_stops_clock', 'true', 'Mon 10:00 request_extension
		Mon 15:00 return', 'Tue 12:00, Tue 14:30, Tue 09:00'),
	('suspend_from', 'request', 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 15:00 grant_suspension', 'Thu 09:00, Thu 09:30, Tue 09:00'),
	('suspend_from', 'grant', 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-04 10:00+08"}
		Mon 15:00 grant_suspension', 'Wed 16:00, Wed 16:30, Tue 09:00'),
	('rework_limit', 'rest', 'Mon 11:00 handle
		Mon 11:30 request_check
		Mon 15:00 fail_check', 'Tue 11:00, Tue 11:30, Tue 09:00'),
	('rework_limit', 'whole', 'Mon 11:00 handle
		Mon 11:30 request_check
		Mon 15:00 fail_check', 'Tue 15:00, Tue 15:00, Tue 09:00')) AS v (name, value, lines, due);
-- with the limit of a rework as the city has it, an extension reckons from there
SELECT is(pg_temp.with_setting('rework_limit', 'whole', 'Mon 11:00 handle
		Mon 11:30 request_check
		Mon 15:00 fail_check
		Mon 16:00 request_extension
		Mon 16:00 grant_extension'), 'Wed 15:00, Wed 15:00, Tue 09:00', 'a whole rework, extended');
-- timed from the signature, the rest of the case's limit is so at once
SAVEPOINT s;
UPDATE dcm.setting SET value = 'sign' WHERE name = 'handle_from';
SELECT is(pg_temp.with_setting('redispatch_limit', 'rest', 'Mon 11:00 return
	Mon 15:00 dispatch
	Mon 16:00 sign'), 'Tue 09:00, Tue 09:00, Tue 09:00', 'both');
ROLLBACK TO s;

-- pauses, extensions, returns and reworks in every order
CREATE FUNCTION pg_temp.in_order(steps text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.handling();
	step text;
BEGIN
	FOREACH step IN ARRAY steps LOOP
		CASE step
			WHEN 'extend' THEN PERFORM t.acts(no, 'Mon 10:00 request_extension {"reason": "weather", "extra": "3 work_hour"}
				Mon 10:00 grant_extension');
			WHEN 'pause' THEN PERFORM t.acts(no, 'Mon 10:00 request_suspension {"reason": "season", "until": "2015-03-02 16:00+08"}
				Mon 10:00 grant_suspension
				Mon 10:00 resume');
			WHEN 'return' THEN PERFORM t.acts(no, 'Mon 10:00 return
				Mon 10:00 dispatch {"org": "cg"}
				Mon 10:00 sign');
			WHEN 'rework' THEN PERFORM t.acts(no, 'Mon 10:00 handle
				Mon 10:00 request_check
				Mon 10:00 fail_check');
		END CASE;
	END LOOP;
	RETURN (SELECT t.day(f.due) FROM dcm.case_file AS f WHERE f.case_no = no);
END $$;
SELECT is(count(DISTINCT pg_temp.in_order(ARRAY[a, b, c, d]))::int, 1, 'every order of extension, pause, return and rework gives one deadline of the case')
FROM unnest('{extend,pause,return,rework}'::text[]) AS a, unnest('{extend,pause,return,rework}'::text[]) AS b,
	unnest('{extend,pause,return,rework}'::text[]) AS c, unnest('{extend,pause,return,rework}'::text[]) AS d
WHERE (SELECT count(DISTINCT x) FROM unnest(ARRAY[a, b, c, d]) AS x) = 4;

-- corrections after filing
SELECT is(t.acts(t.handling(), 'Mon 11:00 amend {"category": "E9902", "reason": "wrong"}'), 'Thu 09:00, Thu 09:30, Thu 09:00', 'another category');
SELECT is(t.acts(t.handling(), 'Mon 11:00 amend {"location": {"lon": 121.615, "lat": 31.805}, "reason": "wrong"}'), 'Wed 09:00, Wed 09:30, Wed 09:00', 'another place, of another class');
SELECT is(t.acts(t.handling(), 'Mon 11:00 amend {"condition": 2, "reason": "wrong"}'), 'Mon 15:00, Mon 15:30, Mon 15:00', 'another condition');
SELECT is(t.acts(t.handling(), 'Mon 11:00 amend {"condition": 3, "reason": "wrong"}'), 'none, none, none', 'a condition without a limit');
SELECT is(t.acts(t.handling(), 'Mon 11:00 amend {"address": "there", "reason": "wrong"}'), 'Tue 09:00, Tue 09:30, Tue 09:00', 'what changes no limit');
SELECT is((SELECT t.acts(no, 'Mon 10:00 request_extension
	Mon 11:00 amend {"condition": 3, "reason": "wrong"}') || ' ' || t.try_act('disp', no, 'grant_extension', '{}', t.at('Mon 16:00'))),
	'none, none, none 23514 dcm.no_clock', 'an extension of a clock that is gone')
FROM (SELECT t.handling() AS no) AS n;

-- a city that corrects what is handled
SAVEPOINT s;
INSERT INTO dcm.transition (state, action, roles, effects) VALUES ('handled', 'amend', '{acceptor}', '{amend}');
SELECT is(t.acts(t.handling(), 'Mon 11:00 handle
	Mon 11:30 amend {"condition": 2, "reason": "wrong"}'), 'Mon 15:00, Mon 15:30, Mon 15:00', 'a correction of what is handled');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'leaves it handled');
ROLLBACK TO s;

-- past the days that the calendar covers
SELECT is((SELECT r.provisional FROM t.act('lead', n.no, 'file', '{"condition": 1, "time_limit": "900 work_day", "reason": "long"}') AS r), true, 'a deadline beyond the calendar is provisional')
FROM (SELECT t.case_in('accepted') AS no) AS n;

SELECT is((SELECT string_agg(v::text, ' ') FROM dcm.verify_all() AS v), NULL, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
