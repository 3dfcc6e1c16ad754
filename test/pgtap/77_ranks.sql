-- Ranks and what follows from them: ties, samples too small, groups, runs of periods,
-- the way out of the last place; each preset by hand for one subject; and counts
-- that add up, or name the cases that do not.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();
SELECT dcm.load_preset(p) FROM unnest('{cn_indicators,cn_scorecards,score_qidong,score_jinhua,score_wuhan,cn_labels}'::text[]) AS p \g /dev/null

CREATE FUNCTION pg_temp.by(person text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM dcm.become(person);
	EXECUTE statement INTO answer;
	RETURN answer;
END $$;
-- a period in which a third party scored the districts, up to its close
CREATE FUNCTION pg_temp.month(code text, scores jsonb, card text = 'third') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	requests bigint[];
BEGIN
	PERFORM dcm.become('all');
	PERFORM dcm.open_period('month', code), dcm.evaluate('month', code, card);
	requests := dcm.enter_scores('month', code, card, 'third', scores, 'third party', '{"document": "x"}');
	PERFORM dcm.become('other');
	PERFORM dcm.decide_scores(requests, true), dcm.announce_period('month', code), dcm.close_period('month', code);
	RETURN code;
END $$;

-- A city with six districts in two groups.
INSERT INTO dcm.region (code, name) SELECT ('32068' || i)::dcm.area_code, 'district ' || i FROM generate_series(1, 6) AS i;
UPDATE dcm.setting SET value = '3206' WHERE name = 'area_code';
INSERT INTO dcm.area_group (code, name, kind) VALUES ('centre', '中心城区', 'score'), ('outer', '远城区', 'score');
INSERT INTO dcm.area_group_member SELECT g.id, ('32068' || v.i)::dcm.area_code FROM (VALUES ('centre', 1), ('centre', 2), ('centre', 3), ('outer', 4), ('outer', 5)) AS v (g, i) JOIN dcm.area_group AS g ON g.code = v.g;
INSERT INTO dcm.org (code, name, level, kind, area) VALUES ('gov1', '一区人民政府', 2, 'government', '320681');
INSERT INTO dcm.person (code, name) VALUES ('mayor', '区长'), ('dep', '分管副区长');
INSERT INTO dcm.post (code, person, role, org) SELECT v.p, p.id, v.r, o.id FROM (VALUES ('mayor', 'leader'), ('dep', 'deputy')) AS v (p, r) JOIN dcm.person AS p ON p.code = v.p JOIN dcm.org AS o ON o.code = 'gov1';
INSERT INTO dcm.scorecard (code, name, kind, level, group_kind) VALUES ('third', '第三方', 'region', 2, 'score'), ('all', '不分组', 'region', 2, NULL);
INSERT INTO dcm.score_item (scorecard, code, name, rule, weight, external) SELECT c, 'third', '第三方评价', 'entered', 100, true FROM unnest('{third,all}'::text[]) AS c;
INSERT INTO dcm.consequence_rule (scorecard, code, below, last, times, consequence) VALUES
	('third', 'once', 85, true, 1, '约谈'), ('third', 'three', 85, true, 3, '问责'), ('third', 'low', 60, false, 2, '督办'), ('all', 'once', 85, true, 1, '约谈');
SET CONSTRAINTS ALL IMMEDIATE;

-- Groups: each has a first and a last; ties share a rank, and the next one is as far behind as there are before it.
SELECT is(pg_temp.month('2015-01', '{"320681": 90, "320682": 84, "320683": 84, "320684": 95, "320685": 50}'), '2015-01', 'January');
SELECT is((SELECT string_agg(concat_ws(' ', s.rank, s.group_rank, s.area_group, right(s.subject, 1), s.score, s.last), ' | ') FROM dcm.period_scores('month', '2015-01', 'third') AS s),
	'1 1 outer 4 95.00 f | 2 1 centre 1 90.00 f | 3 2 centre 2 84.00 t | 3 2 centre 3 84.00 t | 5 2 outer 5 50.00 t', 'ranks over all and in groups, with a tie');
SELECT is((SELECT string_agg(concat_ws(' ', right(subject, 1), ahead), ' | ') FROM dcm.period_scores('month', '2015-01', 'third')), '4 | 1 5.00 | 2 6.00 | 3 6.00 | 5 34.00', 'how far the next better one is');
SELECT is((SELECT leaders FROM dcm.period_scores('month', '2015-01', 'third') WHERE subject = '320681'), ARRAY['区长', '分管副区长'], 'a district''s are those of its government');
-- whoever shares the last place leaves it by a hundredth; district 5 must exceed district 4
SELECT is((SELECT string_agg(concat_ws(' ', right(l.subject, 1), l.score, l.to_exceed, l.wanted), ' | ') FROM dcm.to_leave_last('month', '2015-01', 'third') AS l), '2 84.00 84.00 84.01 | 3 84.00 84.00 84.01 | 5 50.00 95.00 95.01', 'what it takes to leave it');
-- without groups there is one last; nobody is last alone, or where all are even
SELECT is(pg_temp.month('2015-02', '{"320681": 70, "320682": 80}', 'all'), '2015-02', 'two without groups');
SELECT is((SELECT string_agg(concat_ws(' ', rank, group_rank, right(subject, 1), last), ' | ') FROM dcm.period_scores('month', '2015-02', 'all')), '1 2 f | 2 1 t', 'one is last');
SELECT is(pg_temp.month('2015-03', '{"320681": 70}', 'all'), '2015-03', 'one alone');
SELECT is((SELECT string_agg(concat_ws(' ', rank, last), ' | ') FROM dcm.period_scores('month', '2015-03', 'all')), '1 f', 'is first, not last');
SELECT is(pg_temp.month('2015-04', '{"320681": 70, "320682": 70}', 'all'), '2015-04', 'two that are even');
SELECT is((SELECT string_agg(concat_ws(' ', rank, last), ' | ') FROM dcm.period_scores('month', '2015-04', 'all')), '1 f | 1 f', 'are both first');
SELECT is((SELECT string_agg(concat_ws(' ', c.period, right(c.subject, 1)), ' | ') FROM dcm.consequences('month', 'all') AS c), '2015-02 1', 'so that one answers for it');

-- Runs: below 85 and last, three times running. District 3 is so in January, May and June and again in August; in July it is not
-- last.  Months of another card in between do not break a run; a month without a rank does.
SELECT is(pg_temp.month(m, s::jsonb), m, m) FROM (VALUES
	('2015-05', '{"320681": 90, "320682": 86, "320683": 80, "320684": 55, "320685": 59}'), ('2015-06', '{"320681": 90, "320682": 86, "320683": 70, "320684": 59.99, "320685": 60}'),
	('2015-07', '{"320681": 90, "320682": 79, "320683": 80, "320684": 95, "320685": 85}'), ('2015-08', '{"320681": 90, "320682": 86, "320683": 84.99, "320684": 95, "320685": 84}'), ('2015-09', '{"320681": 90, "320682": 86, "320684": 95, "320685": 84}'),
	('2015-10', '{"320681": 90, "320682": 86, "320683": 80, "320684": 95, "320685": 90}')) AS v (m, s);
SELECT is((SELECT string_agg(concat_ws(' ', right(c.period, 2), right(c.subject, 1), c.running), ', ' ORDER BY c.period, c.subject) FROM dcm.consequences('month', 'third') AS c WHERE rule = 'once'),
	'01 2 1, 01 3 1, 01 5 1, 05 3 2, 05 4 1, 06 3 3, 06 4 2, 07 2 1, 08 3 1, 08 5 1, 09 5 2, 10 3 1', 'once: below 85 and last of its group; 85 is not below');
SELECT is((SELECT string_agg(concat_ws(' ', c.period, c.subject, c.running, c.consequence), ', ') FROM dcm.consequences('month', 'third') AS c WHERE rule = 'three'), '2015-06 320683 3 问责', 'three times running');
SELECT is((SELECT string_agg(concat_ws(' ', c.period, right(c.subject, 1)), ', ') FROM dcm.consequences('month', 'third') AS c WHERE rule = 'low'), '2015-05 5, 2015-06 4', 'low twice, wherever it ranks');
-- a correction that lifts it out of the last place ends what followed from it
SELECT isnt(pg_temp.by('all', 'SELECT dcm.correct_score(entry, 87, ''counted wrongly'') FROM dcm.period_as_known(''month'', ''2015-05'', ''third'') WHERE subject = ''320683'''), NULL, 'corrected');
SELECT isnt(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), NULL, 'by two');
SELECT is_empty('SELECT FROM dcm.consequences(''month'', ''third'') WHERE rule = ''three''', 'no three running any more');
-- a sample that is too small gets no rank; what is entered has none
INSERT INTO dcm.scorecard (code, name, kind, level, min_sample) VALUES ('small', '样本', 'region', 2, 1);
INSERT INTO dcm.score_item (scorecard, code, name, rule, weight) VALUES ('small', 'third', '第三方评价', 'entered', 100);
SELECT is(pg_temp.month('2015-11', '{"320681": 70}', 'small'), '2015-11', 'no case at all');
SELECT is((SELECT (score, ranked, rank, last, grade)::text FROM dcm.period_scores('month', '2015-11', 'small')), '(70.00,f,,,)', 'a score without a rank');
SELECT is((SELECT count(*) FROM dcm.verify_scores()), 0::bigint, 'the ledger of all this is sound');

-- The presets, each by hand for one subject: one case in time, one late, one reworked (in time), one open and late;
-- the last two of a leader.  All are handled in March by cg and reported in grid 320681100001001.
CREATE FUNCTION pg_temp.a_case(how text, source text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint;
	at timestamptz := '2015-12-07 09:00+08';
BEGIN
	PERFORM dcm.become(CASE source WHEN 'collector' THEN 'col' ELSE 'acc' END);
	no := (dcm.report_case('E9901', dcm.point(121.605, 31.805), source => source, at => at)).case_no;
	PERFORM t.step(no, 'accept', at), t.act('lead', no, 'file', '{"condition": 2}', at), t.act('disp', no, 'dispatch', '{"org": "cg"}', at), t.act('lia', no, 'sign', '{}', at);
	IF how <> 'open' THEN
		at := at + CASE how WHEN 'late' THEN interval '7 hours' ELSE '1 hour' END;
		PERFORM t.act('han', no, 'handle', t.data('handle'), at), t.step(no, 'request_check', at);
		IF how = 'rework' THEN
			PERFORM t.step(no, 'fail_check', at), t.act('han', no, 'handle', t.data('handle'), at), t.step(no, 'request_check', at);
		END IF;
		PERFORM t.step(no, 'pass_check', at), t.step(no, 'close', at);
	END IF;
	RETURN no;
END $$;
CREATE TEMP TABLE c AS SELECT v.how, pg_temp.a_case(v.how, v.source) AS no FROM (VALUES ('closed', 'collector'), ('late', 'collector'), ('rework', 'leader'), ('open', 'leader')) AS v (how, source);
CREATE FUNCTION pg_temp.card(card text, who text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', i.code, s.value, s.points), ', ' ORDER BY i.position) FROM dcm.score_of(card, '2015-12-01', '2015-12-31') AS s JOIN dcm.score_item AS i ON i.id = s.item WHERE s.subject = who $$;
-- four filed, three handled and closed, two in time; four due to be closed; one rework
SELECT is(pg_temp.card(c, s), w, c || ' of ' || s) FROM (VALUES
	('qidong', 'cg', 'handled_rate 75.00 30.00, closed_rate 75.00 22.50, in_time_rate 50.00 15.00'),
	-- 应结案数 of departments is handled + overdue and open: 3 + 1; in time of those to be handled 2 of 4; 1 rework of 3 handled
	('cn_department', 'cg', 'filed 4 10.00, close_rate 75.00 22.50, ontime_rate 50.00 15.00, rework_rate 33.33 20.00'),
	-- the public reported none of them; four are filed: 60 of 20 % for 3 to 4
	('cn_region', '320681', 'report_rate 0.00 10.00, filed 4 15.00, close_rate 75.00 22.50, ontime_rate 50.00 20.00'),
	-- 50 % is 20 short of 70, 75 % is 15 short of 90; a leader's rework counts double
	('jinhua', 'cg', 'ontime 50.00 30.00, close 75.00 5.00, rework 2 -0.40, rework_often 0 0.00, shirking 0 0.00'),
	('wuhan', '320681', 'ontime 50.00 30.00, found 4 -0.04'),
	-- the collector col reported two, both filed, and checked four times, each in time
	('cn_collector', 'col', 'valid_rate 100.00 40.00, miss_rate 0.00 20.00, verify_rate, check_rate 100.00 20.00'),
	('cn_acceptor', 'acc', 'count 4 0.00, verify_rate, check_rate 100.00 35.00'),
	('cn_shift_leader', 'lead', 'file_rate 100.00 25.00, acc_rate 100.00 40.00, close_rate 100.00 35.00'),
	('cn_dispatcher', 'disp', 'count 4 0.00, ontime_rate 100.00 40.00, acc_rate 75.00 30.00')) AS v (c, s, w);
-- the whole of one: Qidong's, 67.5 of a hundred; a grade for the model's departments: 10 + 22.5 + 15 + 20 = 67.5
SELECT is(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-12'')') IS NOT NULL, true, 'December');
SELECT is(pg_temp.by('all', format('SELECT dcm.evaluate(''month'', ''2015-12'', %L)', c)) IS NOT NULL, true, c) FROM unnest('{qidong,cn_department}'::text[]) AS c;
SELECT is((SELECT (score, grade, rank, sample)::text FROM dcm.period_scores('month', '2015-12', c) WHERE subject = 'cg'), w, c) FROM (VALUES ('qidong', '(67.50,,1,4)'), ('cn_department', '(67.50,C,1,4)')) AS v (c, w);
-- grades at their edges
SELECT is((SELECT string_agg(code, '' ORDER BY since DESC) FROM (SELECT DISTINCT ON (v.s) v.s, g.code, g.since FROM unnest('{100,90,89.99,75,60,40,39.99,0}'::numeric[]) AS v (s) JOIN dcm.grade AS g ON g.scorecard = 'cn_region' AND g.since <= v.s ORDER BY v.s, g.since DESC) AS x), 'AABBCDEE', 'A to E');

-- What the public says of it: the last word counts, by either way.
SELECT isnt((t.act('acc', no, 'rate', '{"satisfaction": "unsatisfied"}', '2015-12-08 09:00+08')).state, NULL, 'rated') FROM c WHERE how IN ('closed', 'late');
SELECT isnt((t.act('acc', no, 'rate', '{"satisfaction": "fair"}', '2015-12-09 09:00+08')).state, NULL, 'and otherwise the day after') FROM c WHERE how = 'closed';
SELECT dcm.become('acc') \g /dev/null
CREATE TEMP TABLE call AS SELECT dcm.register_call('12345', 'complaint', 'x', phone => '13800001111', at => '2015-12-07 08:00+08') AS id;
SELECT dcm.link_intake(id, no) FROM call, c WHERE how = 'late' \g /dev/null
SELECT dcm.roll_up_facts() \g /dev/null
SELECT dcm.rate_intake(id, 'very_satisfied', now()) FROM call \g /dev/null
SELECT is((SELECT (i.numerator, i.denominator, i.value)::text FROM dcm.indicators((SELECT dcm.merge(f.tally) FROM dcm.facts('org', '2015-12-01') AS f JOIN dcm.org AS o ON o.id::text = f.subject WHERE o.code = 'cg')) AS i WHERE i.indicator = 'satisfaction_rate'), '(2,2,100.00)', 'both are satisfied now');
UPDATE dcm.setting SET value = 'very_satisfied' WHERE name = 'satisfied_by';
SELECT dcm.rebuild_facts('2015-12-01', 'infinity') \g /dev/null
SELECT is((SELECT (i.numerator, i.denominator)::text FROM dcm.indicators((SELECT dcm.merge(f.tally) FROM dcm.facts('org', '2015-12-01') AS f JOIN dcm.org AS o ON o.id::text = f.subject WHERE o.code = 'cg')) AS i WHERE i.indicator = 'satisfaction_rate'), '(1,2)', 'or one, where a city is stricter');

-- What is open at the end of a day, and late then: at the end of the 7th one case was open, late since 15:00
SELECT is((SELECT tally::text FROM dcm.stock_facts('org', '2015-12-07') AS s JOIN dcm.org AS o ON o.id::text = s.subject WHERE o.code = 'cg'), '{"open": 1, "unhandled_open": 1, "late_open": 1}', 'the stock of a day');
SELECT is_empty('SELECT FROM dcm.stock_facts(''org'', ''2015-12-06'')', 'nothing the day before');
-- cohort: what became of the cases filed on these days, whenever it did
SELECT is((SELECT (dcm.count_of(tally, 'filed'), dcm.count_of(tally, 'closed'), dcm.count_of(tally, 'rated'))::text FROM dcm.cohort_facts('org', '2015-12-07', '2015-12-07') AS f JOIN dcm.org AS o ON o.id::text = f.subject WHERE o.code = 'cg'), '(4,3,2)', 'a cohort');

-- Counts add up.
SELECT is(dcm.roll_up_facts(), 1::bigint, 'what was rated is rolled up');
SELECT is(t.try('SELECT dcm.reconcile(''month'', ''2014-01'')'), 'P0002 dcm.no_period', 'of a period that there is');
CREATE FUNCTION pg_temp.odd() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', r.rule || ':', r.expected, r.found, CASE WHEN r.cases = ARRAY(SELECT no FROM c WHERE how = 'late') THEN 'the late one' WHEN r.cases @> ARRAY(SELECT no FROM c WHERE how = 'late') THEN 'the late one and others' WHEN r.cases IS NOT NULL THEN 'others' END)
	FROM dcm.reconcile('month', '2015-12') AS r WHERE r.expected <> r.found $$;
SELECT is_empty('SELECT pg_temp.odd()', 'all of December');
SELECT cmp_ok((SELECT count(*) FROM dcm.reconcile('month', '2015-12')), '>', 30::bigint, 'by many rules');
SELECT is((SELECT (expected, found)::text FROM dcm.reconcile_days('2015-12-07', '2015-12-07') WHERE rule = 'filed = closed + open + voided + rejected'), '(4,4)', 'of four cases');
CREATE FUNCTION pg_temp.odd_after(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE change;
	SET LOCAL session_replication_role = origin;
	SELECT string_agg(o, '; ') INTO answer FROM pg_temp.odd() AS o;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(answer, 'nothing');
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT matches(pg_temp.odd_after(s), '^' || w || '$', s) FROM (VALUES
	('UPDATE dcm.case_file SET closed_at = NULL WHERE case_no = (SELECT no FROM c WHERE how = ''late'')', 'filed = closed [+] open [+] voided [+] rejected: 4 3 the late one; closed of facts = closed of cases: 2 3 the late one'),
	('UPDATE dcm.case_file SET ended_at = NULL WHERE case_no = (SELECT no FROM c WHERE how = ''late'')', 'filed = closed [+] open [+] voided [+] rejected: 4 3 the late one'),
	('UPDATE dcm.case_file SET filed_at = filed_at + interval ''1 month'' WHERE case_no = (SELECT no FROM c WHERE how = ''late'')', 'filed of facts = filed of cases: 3 4 the late one'),
	('UPDATE dcm.case_fact SET tally = ''{"filed": 1}'' WHERE case_no = (SELECT no FROM c WHERE how = ''late'') AND post IS NULL AND day = ''2015-12-07''',
		'sums of days = what cases add: [0-9]+ [0-9]+ the late one and others; closed of facts = closed of cases: 3 2 the late one; reported of facts = reported of cases: 4 3 the late one'),
	('DELETE FROM dcm.case_fact WHERE case_no = (SELECT no FROM c WHERE how = ''late'')', 'sums of days .*; closed of facts = closed of cases: 3 2 the late one; filed of facts = filed of cases: 4 3 the late one; reported of facts = reported of cases: 4 3 the late one'),
	('UPDATE dcm.daily_fact SET tally = dcm.merge(tally, ''{"filed": 1}'') WHERE kind = ''source'' AND subject = ''leader'' AND day = ''2015-12-07''', 'filed by source = filed of the city: 4 5; sums of days = what cases add: [0-9]+ [0-9]+ others')) AS v (s, w);
-- a case without a place lies in no district, and is named
SELECT dcm.become('acc') \g /dev/null
INSERT INTO c SELECT 'nowhere', (dcm.report_case('E9901', address => 'somewhere', at => '2015-12-08 09:00+08')).case_no;
SELECT is((SELECT string_agg(concat_ws(' ', r.rule || ':', r.expected, r.found, r.cases::text), '; ') FROM dcm.reconcile('month', '2015-12') AS r WHERE expected <> found),
	format('reported by district = reported of the city: 5 4 {%s}; reported by street = reported of the city: 5 4 {%1$s}; reported by community = reported of the city: 5 4 {%1$s}', no), 'a case without a place') FROM c WHERE how = 'nowhere';
SELECT * FROM finish();
ROLLBACK;
