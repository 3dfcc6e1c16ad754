-- Scorecards, periods and the ledger: a month walks from draft to published, with
-- figures that are worked out by hand beside it; what is entered and corrected
-- takes two persons; whatever is changed in the ledger is found.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();
SELECT dcm.load_preset(p) FROM unnest('{cn_indicators,cn_scorecards,score_qidong,score_jinhua,score_wuhan,cn_labels}'::text[]) AS p \g /dev/null

-- a case of a body that is filed on a day at 09:00 with four working hours, until 15:00;
-- how it goes on: open, closed (handled at 10:00), late (at 16:00), rework (failed once)
CREATE FUNCTION pg_temp.a_case(org text, day date, how text, source text = 'collector') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint;
	mine constant text := CASE org WHEN 'hw' THEN '2' ELSE '' END;
	at timestamptz := (day + time '09:00') AT TIME ZONE 'Asia/Shanghai';
BEGIN
	PERFORM dcm.become('col');
	no := (dcm.report_case('E9901', dcm.point(121.605, 31.805), source => source, at => at)).case_no;
	PERFORM t.step(no, 'accept', at), t.act('lead', no, 'file', '{"condition": 2}', at), t.act('disp', no, 'dispatch', jsonb_build_object('org', org), at), t.act('lia' || mine, no, 'sign', '{}', at);
	IF how = 'open' THEN
		RETURN no;
	END IF;
	at := at + CASE how WHEN 'late' THEN interval '7 hours' ELSE '1 hour' END;
	PERFORM t.act('han' || mine, no, 'handle', t.data('handle'), at), t.step(no, 'request_check', at);
	IF how = 'rework' THEN
		PERFORM t.step(no, 'fail_check', at), t.act('han' || mine, no, 'handle', t.data('handle'), at), t.step(no, 'request_check', at);
	END IF;
	PERFORM t.step(no, 'pass_check', at), t.step(no, 'close', at);
	RETURN no;
END $$;
-- a statement by a person
CREATE FUNCTION pg_temp.by(person text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	PERFORM dcm.become(person);
	EXECUTE statement INTO answer;
	RETURN answer;
END $$;
CREATE FUNCTION pg_temp.refused(person text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM dcm.become(person);
	RETURN t.try(statement);
END $$;

-- What a month is.
SELECT is((d.since, d.till)::text, w, k || ' ' || c) FROM (VALUES
	('month', '2015-03', '(2015-03-01,2015-03-31)'), ('month', '2016-02', '(2016-02-01,2016-02-29)'), ('quarter', '2015-Q4', '(2015-10-01,2015-12-31)'), ('year', '2015', '(2015-01-01,2015-12-31)'),
	('week', '2015-W10', '(2015-03-02,2015-03-08)'), ('week', '2015-W53', '(2015-12-28,2016-01-03)'), ('week', '2016-W01', '(2016-01-04,2016-01-10)')) AS v (k, c, w) CROSS JOIN LATERAL dcm.period_days(k, c) AS d;
SELECT is(t.try(format('SELECT dcm.period_days(%L, %L)', k, c)), '22023 dcm.bad_period', k || ' ' || c || ' is none')
FROM (VALUES ('month', '2015-13'), ('month', '2015-00'), ('month', '0000-01'), ('month', '2015-3'), ('week', '2014-W53'), ('week', '2015-W00'), ('quarter', '2015-Q5'), ('year', '15'), ('own', '2015'), ('day', '2015-03-01')) AS v (k, c);
UPDATE dcm.setting SET value = '26' WHERE name = 'month_starts_on';
SELECT is((d.since, d.till)::text, w, 'from the 26th: ' || c) FROM (VALUES
	('month', '2015-03', '(2015-02-26,2015-03-25)'), ('month', '2015-01', '(2014-12-26,2015-01-25)'), ('quarter', '2016-Q1', '(2015-12-26,2016-03-25)'), ('year', '2016', '(2015-12-26,2016-12-25)')) AS v (k, c, w) CROSS JOIN LATERAL dcm.period_days(k, c) AS d;
-- each day of some years lies in one month of evaluation, and one week, whatever day these begin on
CREATE FUNCTION pg_temp.uncovered(kind text, begins int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
	UPDATE dcm.setting SET value = begins::text WHERE name = kind || '_starts_on';
	RETURN (
		SELECT count(*) FROM generate_series(date '2015-01-10', '2020-12-10', '1 day') AS d (day)
		WHERE 1 <> (SELECT count(*) FROM generate_series(d.day - interval '40 days', d.day + interval '40 days', '1 day') AS n (near)
			CROSS JOIN LATERAL (SELECT DISTINCT to_char(n.near, CASE kind WHEN 'week' THEN 'IYYY-"W"IW' ELSE 'YYYY-MM' END) AS code) AS c
			CROSS JOIN LATERAL dcm.period_days(kind, c.code) AS p
			WHERE CASE kind WHEN 'week' THEN n.near = date_trunc('week', n.near) ELSE n.near = date_trunc('month', n.near) END AND d.day BETWEEN p.since AND p.till));
END $$;
SELECT is(pg_temp.uncovered('week', b), 0::bigint, 'weeks from day ' || b || ' leave no day out') FROM unnest('{3,4,5,7}'::int[]) AS b;
SELECT is(pg_temp.uncovered('month', b), 0::bigint, 'months from the ' || b || 'th leave no day out') FROM unnest('{2,28}'::int[]) AS b;
UPDATE dcm.setting SET value = v.value FROM (VALUES ('month_starts_on', '26'), ('week_starts_on', '5')) AS v (name, value) WHERE setting.name = v.name;
SELECT is((d.since, d.till)::text, '(2015-02-27,2015-03-05)', 'the week from Friday that has most of it') FROM dcm.period_days('week', '2015-W10') AS d;

UPDATE dcm.setting SET value = '4' WHERE name = 'week_starts_on';
SELECT is((d.since, d.till)::text, '(2015-03-05,2015-03-11)', 'and that from Thursday') FROM dcm.period_days('week', '2015-W10') AS d;

-- Who may, and what can be opened.
SELECT is(pg_temp.refused('lia', s), '42501 dcm.no_right', s) FROM unnest(ARRAY['SELECT dcm.open_period(''month'', ''2015-03'')', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'')',
	'SELECT dcm.announce_period(''month'', ''2015-03'')', 'SELECT dcm.close_period(''month'', ''2015-03'')', 'SELECT dcm.publish_period(''month'', ''2015-03'')',
	'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''third'', 90, ''r'', ''{"a": 1}'')', 'SELECT dcm.correct_score(1, 1, ''r'')', 'SELECT dcm.decide_score(1, true)']) AS s;
SELECT isnt(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-03'')'), NULL, 'March is opened');
SELECT is(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-03'')')::int, (SELECT id FROM dcm.period), 'once');
SELECT is(pg_temp.refused('all', format('SELECT dcm.open_period(%s)', a)), '22023 dcm.bad_period', 'not ' || a) FROM unnest(ARRAY['NULL, ''x''', '''own'', ''x''', '''own'', ''x'', ''2015-01-02'', ''2015-01-01''', '''own'', ''x'', ''-infinity'', ''2015-01-01''',
	'''own'', '''', ''2015-01-01'', ''2015-01-01''', '''month'', ''2015-04'', ''2015-03-26''', '''day'', ''x'', ''2015-01-01'', ''2015-01-01''', '''month'', ''2015-03'', ''2015-03-01'', ''2015-03-31''']) AS a;
UPDATE dcm.setting SET value = '1' WHERE name = 'month_starts_on';
SELECT isnt(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-05'')'), NULL, 'a month of the calendar again');
UPDATE dcm.setting SET value = '26' WHERE name = 'month_starts_on';
SELECT is(pg_temp.refused('all', 'SELECT dcm.open_period(''month'', ''2015-06'')'), '22023 dcm.bad_period', 'no two of a kind share a day');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-06'', ''2015-06-01'', ''2015-06-25'')'), NULL, 'the one between is told its days');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.open_period(''own'', ''campaign'', ''2015-03-10'', ''2015-04-10'')'), NULL, 'a period of one''s own');

-- Cards that cannot be.
CREATE FUNCTION pg_temp.at_end(statement text) RETURNS text LANGUAGE sql AS $$ SELECT t.try(statement || '; SET CONSTRAINTS ALL IMMEDIATE') $$;
SELECT is(pg_temp.at_end($$UPDATE dcm.score_item SET weight = 41 WHERE scorecard = 'cn_region' AND code = 'ontime_rate'$$), '23514 dcm.weights', 'weights that do not add up');
SELECT is(pg_temp.at_end($$UPDATE dcm.scorecard SET full_marks = 105 WHERE code = 'cn_region'$$), '23514 dcm.weights', 'nor to other full marks');
SELECT is(pg_temp.at_end($$DELETE FROM dcm.score_item WHERE scorecard = 'cn_region' AND code = 'filed'$$), '23514 dcm.weights', 'nor with one less');
SELECT is(pg_temp.at_end($$UPDATE dcm.score_item SET weight = 41, valid = '[2099-01-01,)' WHERE scorecard = 'cn_region' AND code = 'ontime_rate'$$), '23514 dcm.weights', 'nor from some day on');
SELECT is(pg_temp.at_end($$UPDATE dcm.score_item SET weight = weight + CASE code WHEN 'filed' THEN -5 ELSE 5 END, valid = '[2099-01-01,)' WHERE scorecard = 'cn_region' AND code IN ('filed', 'ontime_rate')$$), 'ok', 'two at once do');
SELECT is(pg_temp.at_end($$UPDATE dcm.score_item SET indicator = 'luck' WHERE scorecard = 'qidong' AND code = 'closed_rate'$$), '23503 dcm.no_indicator', 'an indicator that there is not');
SELECT is(pg_temp.at_end($$INSERT INTO dcm.score_item (scorecard, code, name, indicator, rule, per_unit, factors) VALUES ('cn_region', 'x', 'x', 'jh_rework', 'each', -1, '{"leader": 2}')$$), '23514 dcm.no_pair', 'sources that are not counted apart');
SELECT is(pg_temp.at_end($$INSERT INTO dcm.score_item (scorecard, code, name, indicator, rule, per_unit, factors) VALUES ('cn_collector', 'x', 'x', 'jh_rework', 'each', -1, '{"leader": 2}')$$), '23514 dcm.no_pair', 'of posts neither');
SELECT is(t.try(format('UPDATE dcm.score_item SET tiers = %L WHERE scorecard = ''cn_region'' AND code = ''filed''', v)), '22023 dcm.bad_tiers', v)
FROM unnest(ARRAY['[]', '{}', '{"2": [[0, 1]]}', '{"1": []}', '{"1": 5}', '{"1": [5]}', '{"1": [[1]]}', '{"1": [["0", 1]]}', '{"1": [[0, 101]]}', '{"1": [[0, -1]]}', '{"1": [[5, 1], [5, 2]]}', '{"1": [[0, 1]], "a": [[0, 1]]}']) AS v;
SELECT is(split_part(t.try(s), ' ', 1), '23514', s) FROM unnest(ARRAY['UPDATE dcm.score_item SET target = 1 WHERE rule = ''rate''', 'UPDATE dcm.score_item SET weight = 0 WHERE rule = ''rate''', 'UPDATE dcm.score_item SET per_unit = NULL WHERE rule = ''each''',
	'UPDATE dcm.score_item SET indicator = NULL WHERE rule = ''rate''', 'UPDATE dcm.score_item SET factors = ''{"leader": "2"}'' WHERE rule = ''each''', 'UPDATE dcm.score_item SET tiers = NULL WHERE rule = ''tiers''', 'UPDATE dcm.score_item SET least = 5, most = 1',
	'UPDATE dcm.grade SET colour = ''red''']) AS s;
-- what an item gives: by each rule, at its edges
CREATE FUNCTION pg_temp.points(card text, code text, value numeric, class int = 1) RETURNS numeric LANGUAGE sql AS $$
	SELECT dcm.item_points(i.id, value, class::smallint) FROM dcm.score_item AS i WHERE i.scorecard = card AND i.code = points.code AND i.valid @> now() $$;
SELECT is(pg_temp.points(c, i, v, k), w, format('%s %s of %s, class %s', c, i, v, k)) FROM (VALUES
	('cn_region', 'report_rate', 12.5, 1, 8.75), ('cn_region', 'filed', 0, 1, 20.00), ('cn_region', 'filed', 2, 1, 18.00), ('cn_region', 'filed', 3, 1, 15.00), ('cn_region', 'filed', 3, 2, 18.00), ('cn_region', 'filed', 9, 2, 8.00),
	('cn_region', 'filed', 10, 2, 0.00), ('cn_region', 'filed', 4, 7, 15.00), ('cn_region', 'close_rate', 93.72, 1, 28.12), ('cn_region', 'close_rate', 130, 1, 30.00), ('cn_department', 'filed', 50, 1, 10.00), ('cn_department', 'filed', 51, 1, 9.00),
	('jinhua', 'ontime', 70, 1, 50.00), ('jinhua', 'ontime', 75.82, 1, 50.00), ('jinhua', 'ontime', 61.99, 1, 41.99), ('jinhua', 'ontime', 10, 1, 0.00), ('jinhua', 'rework', 3, 1, -0.60), ('wuhan', 'found', 2500, 1, -20.00), ('wuhan', 'third_party', 91.5, 1, 36.60)) AS v (c, i, v, k, w);

-- The month: cg has four cases, three closed, two of them in time, one after a rework;
-- hw has two, one closed late; cg2 has none.
CREATE TEMP TABLE c AS SELECT v.n, pg_temp.a_case(v.org, v.day, v.how, v.source) AS no
FROM (VALUES (1, 'cg', date '2015-03-02', 'closed', 'collector'), (2, 'cg', '2015-03-03', 'rework', 'leader'), (3, 'cg', '2015-03-04', 'late', 'collector'), (4, 'cg', '2015-03-05', 'open', 'collector'),
	(5, 'hw', '2015-03-06', 'late', 'collector'), (6, 'hw', '2015-03-25', 'open', 'collector')) AS v (n, org, day, how, source);
INSERT INTO dcm.scorecard (code, name, kind, sample, min_sample) VALUES ('own', '本市', 'org', 'filed', 1);
INSERT INTO dcm.score_item (scorecard, code, position, name, indicator, rule, weight, per_unit, least, most, external, factors) VALUES
	('own', 'closed', 1, '结案率', 'closed_rate', 'rate', 50, NULL, NULL, NULL, false, '{}'), ('own', 'in_time', 2, '按期结案率', 'in_time_rate', 'rate', 30, NULL, NULL, NULL, false, '{}'),
	('own', 'third', 3, '第三方', NULL, 'entered', 20, 0.2, NULL, NULL, true, '{}'), ('own', 'rework', 4, '返工', 'jh_rework', 'each', 0, -2, NULL, 0, false, '{"leader": 2}'), ('own', 'bonus', 5, '加分', NULL, 'entered', 0, NULL, 0, 5, false, '{}');
INSERT INTO dcm.grade (scorecard, code, since, name, colour) VALUES ('own', 'A', 60, '优', '#00ff00'), ('own', 'B', 0, '差', '#ff0000');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO dcm.person (code, name) VALUES ('boss', '马局长'), ('vice', '副局长'), ('next', '继任局长');
INSERT INTO dcm.post (code, person, role, org, valid)
SELECT v.code, p.id, v.role, o.id, v.valid::tstzrange FROM (VALUES ('b1', 'boss', 'leader', '[,2015-06-01)'), ('b2', 'next', 'leader', '[2015-06-01,)'), ('b3', 'vice', 'deputy', '[,)')) AS v (code, person, role, valid), dcm.person AS p, dcm.org AS o WHERE p.code = v.person AND o.code = 'cg';

SELECT is(pg_temp.refused('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''none'')'), 'P0002 dcm.no_scorecard', 'no such card');
SELECT is(pg_temp.refused('all', 'SELECT dcm.evaluate(''month'', ''2015-09'', ''own'')'), 'P0002 dcm.no_period', 'no such period');
SELECT is(pg_temp.refused('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'', ''infinity'')'), '22023 dcm.bad_period', 'by no rules to come');
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''month'', ''2015-03'')'), '55000 dcm.period_step', 'nothing to announce yet');
SELECT is(pg_temp.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'')'), '9', 'three subjects of three computed items');
CREATE FUNCTION pg_temp.ranking(known timestamptz = 'infinity') RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', s.rank, s.subject, s.score, s.grade, s.missing::text) FROM dcm.period_scores('month', '2015-03', 'own', known) AS s $$;
-- cg: 75 % of 50 + 50 % of 30 = 52.5 of the 80 that have a value, less 4 for one rework of a leader's case, which counts double: 65.625 - 4 = 61.625
-- hw: 50 % of 50 + 0 = 25 of 80: 31.25
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 61.63 A {third}', '2 hw 31.25 B {third}', 'cg2 {closed,in_time,third}'], 'the draft, by hand');
SELECT is((SELECT (s.sample, s.ranked, s.ahead, s.internal, s.external, s.leaders)::text FROM dcm.period_scores('month', '2015-03', 'own') AS s WHERE subject = 'hw'), '(2,t,30.38,25.00,,)', 'the last, 30.38 behind');
SELECT is((SELECT leaders FROM dcm.period_scores('month', '2015-03', 'own') WHERE subject = 'cg'), ARRAY['马局长', '副局长'], 'with those who led then');
SELECT is((SELECT (s.numerator, s.denominator, s.value, s.points, s.evidence -> 'fields', s.evidence -> 'sources')::text FROM dcm.score_of('own', '2015-02-26', '2015-03-25') AS s JOIN dcm.score_item AS i ON i.id = s.item WHERE s.subject = 'cg' AND i.code = 'rework'),
	'(2,,2,-4.00,"{""reworked"": 1}","{""leader"": 1}")', 'a leader''s case counts double');
-- a rule that is changed now is no rule of March, unless one says so
UPDATE dcm.score_item SET weight = weight + CASE code WHEN 'closed' THEN 10 ELSE -10 END WHERE scorecard = 'own' AND code IN ('closed', 'third') AND valid @> now();
UPDATE dcm.score_item SET per_unit = 0.1 WHERE scorecard = 'own' AND code = 'third' AND valid @> now();
SELECT is(pg_temp.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'')'), '9', 'evaluated again');
SELECT is((SELECT score FROM dcm.period_scores('month', '2015-03', 'own') WHERE subject = 'cg'), 61.63, 'by the rules of March');
SELECT is(pg_temp.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'', now())'), '9', 'and by those of today');
SELECT is((SELECT score FROM dcm.period_scores('month', '2015-03', 'own') WHERE subject = 'cg'), round((45 + 15) / 0.9 - 4, 2), 'which differ');
SELECT is(pg_temp.by('all', 'SELECT dcm.evaluate(''month'', ''2015-03'', ''own'')'), '9', 'back to those of March');

-- Whoever scores a body has no post in it.
SELECT is(pg_temp.refused('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''third'', 90, ''r'', ''{"a": 1}'')'), '42501 dcm.separation', 'nobody scores the own body');
UPDATE dcm.post AS t SET org = (SELECT id FROM dcm.org WHERE code = 'sc') FROM dcm.person AS h WHERE h.id = t.person AND h.code IN ('all', 'other') AND t.org IN (SELECT id FROM dcm.org WHERE code IN ('cg', 'hw', 'cg2'));

-- What a third party found, entered by one and approved by another.
SELECT is(pg_temp.refused('all', format('SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', %s)', a)), '22023 dcm.bad_score', 'not ' || a)
FROM unnest(ARRAY['''cg'', ''luck'', 1, ''r'', ''{"a": 1}''', '''cg'', ''closed'', 1, ''r'', ''{"a": 1}''', '''nobody'', ''third'', 1, ''r'', ''{"a": 1}''', 'NULL, ''third'', 1, ''r'', ''{"a": 1}''', '''cg'', ''third'', 101, ''r'', ''{"a": 1}''', '''cg'', ''third'', -1, ''r'', ''{"a": 1}''',
	'''cg'', ''third'', ''NaN'', ''r'', ''{"a": 1}''', '''cg'', ''third'', NULL, ''r'', ''{"a": 1}''', '''cg'', ''third'', 90, '''', ''{"a": 1}''', '''cg'', ''third'', 90, ''r''', '''cg'', ''third'', 90, ''r'', ''{}'', 42']) AS a;
SELECT is(pg_temp.refused('all', format('SELECT dcm.enter_scores(''month'', ''2015-03'', ''own'', ''third'', %L, ''r'', ''{"a": 1}'')', a)), '22023 dcm.bad_score', 'nor ' || a) FROM unnest(ARRAY['{}', '[]', '{"cg": "90"}', '{"cg": 90, "nobody": 80}']) AS a;
SELECT is(pg_temp.by('all', 'SELECT dcm.enter_scores(''month'', ''2015-03'', ''own'', ''third'', ''{"hw": 80, "cg": 90}'', ''三月第三方评价'', ''{"document": "报告 3"}'')') ~ '^\{\d+,\d+\}$', true, 'a list of a third party''s');
SELECT is((SELECT string_agg(subject || ' ' || value || ' ' || points, ', ' ORDER BY id) FROM dcm.score_request), 'cg 90 18.00, hw 80 16.00', 'of a hundred, worth twenty');
SELECT is(pg_temp.refused('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''third'', 70, ''r'', ''{"a": 1}'')'), '22023 dcm.bad_score', 'not twice');
SELECT is((SELECT count(*) FROM dcm.score_entry), 0::bigint, 'which counts for nothing yet');
SELECT is(pg_temp.refused('all', 'SELECT dcm.decide_score(min(id), true) FROM dcm.score_request'), '42501 dcm.separation', 'nor by the same person');
SELECT is(pg_temp.refused('all', 'SELECT dcm.decide_scores(array_agg(id), true) FROM dcm.score_request'), '42501 dcm.separation', 'in a list neither');
UPDATE dcm.person SET code = 'all2' WHERE code = 'all';
SELECT is(pg_temp.refused('all2', 'SELECT dcm.decide_score(min(id), true) FROM dcm.score_request'), '42501 dcm.separation', 'nor under another code');
UPDATE dcm.person SET code = 'all' WHERE code = 'all2';
SELECT is(pg_temp.refused('other', 'SELECT dcm.decide_score(0, true)'), '22023 dcm.bad_score', 'what nobody asked');
SELECT is(pg_temp.refused('other', 'SELECT dcm.decide_score(min(id), NULL) FROM dcm.score_request'), '22023 dcm.bad_score', 'neither yes nor no');
SELECT is(pg_temp.by('other', 'SELECT dcm.decide_scores(array_agg(id), true) FROM dcm.score_request'), '2', 'by another it is');
SELECT is(pg_temp.refused('other', 'SELECT dcm.decide_score(min(id), true) FROM dcm.score_request'), '22023 dcm.bad_score', 'once');
SELECT is(pg_temp.refused('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''third'', 70, ''r'', ''{"a": 1}'')'), '22023 dcm.bad_score', 'what is entered is corrected, not entered again');
-- extras may be many, and are bounded together
SELECT isnt(pg_temp.by('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''bonus'', 4, ''first aid'', case_no => (SELECT no FROM c WHERE n = 1))'), NULL, 'a bonus for a case');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''cg'', ''bonus'', 3, ''and more'', case_no => (SELECT no FROM c WHERE n = 1))'), NULL, 'and another');
SELECT is(pg_temp.by('other', 'SELECT dcm.decide_scores(array_agg(id), true) FROM dcm.score_request WHERE decided_at IS NULL'), '2', 'approved');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''hw'', ''bonus'', 1, ''why'', case_no => (SELECT no FROM c WHERE n = 1))'), NULL, 'one for hw');
SELECT is(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), false) FROM dcm.score_request'), NULL, 'that is not approved');
-- cg: 37.5 + 15 + 18 - 4 + 5 (of 7, at most 5) = 71.5; hw: 25 + 0 + 16 = 41
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 71.50 A {}', '2 hw 41.00 B {}', 'cg2 {closed,in_time,third}'], 'the draft with it, by hand');
SELECT is((SELECT (internal, external)::text FROM dcm.period_scores('month', '2015-03', 'own') WHERE subject = 'cg'), '(53.50,18.00)', 'internal and external evaluation');
-- to leave the last place hw must exceed 71.5: by 30.51 points; closed and third have no room for these; in time cannot
SELECT is_empty('SELECT * FROM dcm.to_leave_last(''month'', ''2015-03'', ''own'')', 'by no item alone does the last come up');

-- Announced: computed once more, into the ledger.
CREATE TEMP TABLE moment (what text PRIMARY KEY, at timestamptz);
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''month'', ''2015-03'', ''infinity'')'), '55000 dcm.period_waits', 'not without an end');
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''month'', ''2015-03'', clock_timestamp())'), '55000 dcm.period_waits', 'nor with an end that has been');
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''month'', ''2015-03'', ''9999-12-31'')'), '55000 dcm.period_waits', 'nor one that nobody sees');
INSERT INTO dcm.period (kind, code, since, till, step) VALUES ('own', 'now', CURRENT_DATE, CURRENT_DATE + 1, 'draft');
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''own'', ''now'')'), '55000 dcm.period_waits', 'nor before its last day is over');
SELECT is(pg_temp.by('all', 'SELECT dcm.announce_period(''month'', ''2015-03'', now() + interval ''1 day'')'), '9', 'announced');
SELECT is((SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind) FROM (SELECT kind, count(*) AS n FROM dcm.score_entry GROUP BY 1) AS x), 'card 1, computed 9, entered 4', 'the ledger');
SELECT is((SELECT count(*) FROM dcm.score_draft), 0::bigint, 'no draft any more');
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 71.50 A {}', '2 hw 41.00 B {}', 'cg2 {closed,in_time,third}'], 'the same ranking');
INSERT INTO moment VALUES ('announced', clock_timestamp());
SELECT is(pg_temp.refused('all', s), '55000 dcm.period_step', s) FROM unnest(ARRAY['SELECT dcm.evaluate(''month'', ''2015-03'', ''own'')', 'SELECT dcm.announce_period(''month'', ''2015-03'')', 'SELECT dcm.publish_period(''month'', ''2015-03'')']) AS s;
-- what a ranking needs beside the points is kept: no grade, name or leader of today comes into it
UPDATE dcm.grade SET since = 99 WHERE scorecard = 'own' AND code = 'A';
UPDATE dcm.scorecard SET min_sample = 3 WHERE code = 'own';
UPDATE dcm.org SET name = 'renamed' WHERE code = 'cg';
SELECT is((SELECT (s.grade, s.rank, s.name, s.leaders)::text FROM dcm.period_scores('month', '2015-03', 'own') AS s WHERE subject = 'cg'), '(A,1,department,"{马局长,副局长}")', 'as it was announced');

-- Appeals: cg had case 3 late, and is exempt; the raw fact stays.
SELECT is(pg_temp.refused('all', 'SELECT dcm.close_period(''month'', ''2015-03'')'), '55000 dcm.period_waits', 'not closed while appeals may come');
SELECT is(t.try('UPDATE dcm.period SET appeals_till = now() WHERE code = ''2015-03'''), '23514 dcm.period_kept', 'nor is their end moved');
-- let the day pass
SET LOCAL session_replication_role = replica;
UPDATE dcm.period SET appeals_till = now() - interval '1 second' WHERE code = '2015-03';
SET LOCAL session_replication_role = origin;
SELECT isnt((t.act('lia', no, 'appeal', t.data('appeal'), '2015-04-01 10:00+08')).state, NULL, 'an appeal, after the period') FROM c WHERE n = 3;
SELECT is(pg_temp.refused('all', 'SELECT dcm.close_period(''month'', ''2015-03'')'), '55000 dcm.period_waits', 'which waits');
UPDATE dcm.setting SET value = '1' WHERE name = 'appeal_reviews';
SELECT isnt((t.act('lead', no, 'decide_appeal', '{"upheld": true, "exempts": "overdue"}', '2015-04-02 11:00+08')).state, NULL, 'and is upheld') FROM c WHERE n = 3;
-- it exempts of the day on which the case was due; in time of those due and not exempted: 2 of (4 - 1); without it 2 of 4
SELECT is((SELECT (s.numerator, s.denominator, s.value)::text FROM dcm.indicators((SELECT dcm.merge(f.tally) FROM dcm.facts('org', '2015-02-26', '2015-03-25') AS f JOIN dcm.org AS o ON o.id::text = f.subject WHERE o.code = 'cg')) AS s WHERE indicator = i), w, i)
FROM (VALUES ('in_time_rate_exempted', '(2,3,66.67)'), ('reg_ontime_rate', '(2,4,50.00)')) AS v (i, w);

-- Late facts before the close count: hw closes its open case.
SELECT isnt((t.act('han2', no, 'handle', t.data('handle'), '2015-03-25 16:00+08')).state, NULL, 'told before the close') FROM c WHERE n = 6;
SELECT isnt((t.step(no, s.step, '2015-03-25 17:00+08')).state, NULL, s.step) FROM c, unnest('{request_check,pass_check,close}'::text[]) AS s (step) WHERE n = 6;
SELECT isnt(pg_temp.by('all', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''hw'', ''bonus'', 1, ''why'', ''{"a": 1}'')'), NULL, 'something is entered');
SELECT is(pg_temp.refused('all', 'SELECT dcm.close_period(''month'', ''2015-03'')'), '55000 dcm.period_waits', 'and waits');
SELECT is(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), false) FROM dcm.score_request'), NULL, 'until it is decided');
-- two persons correct what was computed of cg: no rework at all
CREATE FUNCTION pg_temp.entry(subject text, item text) RETURNS bigint LANGUAGE sql AS $$ SELECT entry FROM dcm.period_as_known('month', '2015-03', 'own') AS k WHERE (k.subject, k.item) = (entry.subject, entry.item) ORDER BY 1 LIMIT 1 $$;
SELECT is(pg_temp.refused('all', format('SELECT dcm.correct_score(%s)', a)), '22023 dcm.bad_score', 'no correction: ' || a)
FROM unnest(ARRAY['0, 1, ''r''', 'pg_temp.entry(''cg'', ''rework''), 1, ''r''', 'pg_temp.entry(''cg'', ''rework''), 0, ''''', 'pg_temp.entry(''cg'', ''closed''), 51, ''r''', 'pg_temp.entry(''cg'', ''closed''), ''NaN'', ''r''', '(SELECT id FROM dcm.score_entry WHERE kind = ''card''), 1, ''r''']) AS a;
SELECT isnt(pg_temp.by('all', 'SELECT dcm.correct_score(pg_temp.entry(''cg'', ''rework''), 0, ''the check was wrong'', ''{"document": "纪要 7"}'')'), NULL, 'a correction is asked for');
SELECT is(pg_temp.refused('all', 'SELECT dcm.correct_score(pg_temp.entry(''cg'', ''rework''), 0, ''again'')'), '22023 dcm.bad_score', 'once');
SELECT is(pg_temp.refused('all', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), '42501 dcm.separation', 'not by the same person');
SELECT isnt(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), NULL, 'and by another done');
-- and one takes points away with nothing instead
SELECT isnt(pg_temp.by('other', 'SELECT dcm.correct_score(pg_temp.entry(''hw'', ''rework''), NULL, ''not of this month'')'), NULL, 'another');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), NULL, 'done too');

-- Closed: what changed since is booked, what two persons corrected stays.
SELECT is(pg_temp.by('all', 'SELECT dcm.open_period(''month'', ''2015-02'')') IS NOT NULL, true, 'February is there as well');
SELECT is(pg_temp.refused('all', 'SELECT dcm.close_period(''month'', ''2015-03'')'), '55000 dcm.period_waits', 'which must be closed before');
SELECT is(pg_temp.by('all', 'SELECT dcm.drop_period(''month'', ''2015-02'')'), '', 'or taken back, if it was a mistake');
SELECT is(pg_temp.by('all', 'SELECT dcm.close_period(''month'', ''2015-03'')'), '1', 'closed: of hw one more is closed');
-- cg: 37.5 + 15 + 18 + 0 + 5 = 75.5; hw: both closed, both late: 50 + 0 + 16 = 66
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 75.50 A {}', '2 hw 66.00 A {}', 'cg2 {closed,in_time,third}'], 'the ranking at the close, by hand');
SELECT is((SELECT string_agg(concat_ws(' ', kind, points, evidence -> 'fields', reason, approved_by), ' | ' ORDER BY id) FROM dcm.score_entry WHERE id > (SELECT max(id) - 2 FROM dcm.score_entry)),
	'reversal -25.00 facts until the close | computed 50.00 {"filed": 2, "closed": 2} facts until the close', 'what was announced is taken back, and what is booked for it');
-- one more of its two in time would be 15 of 30 points, and 9.51 are wanted; of the others none has so much room
SELECT is((SELECT string_agg(l::text, '') FROM dcm.to_leave_last('month', '2015-03', 'own') AS l), '(hw,66.00,75.50,in_time,0.00,9.51,1,50.00,15.00)', 'what hw would need to leave the last place');
SELECT is((SELECT (step, closed_at IS NOT NULL, (SELECT h.code FROM dcm.person AS h WHERE h.id = closed_by))::text FROM dcm.period WHERE code = '2015-03'), '(closed,t,all)', 'who closed it');
SELECT is(pg_temp.refused('all', s), '55000 dcm.period_step', s) FROM unnest(ARRAY['SELECT dcm.close_period(''month'', ''2015-03'')', 'SELECT dcm.enter_score(''month'', ''2015-03'', ''own'', ''hw'', ''bonus'', 1, ''why'', ''{"a": 1}'')', 'SELECT dcm.drop_period(''month'', ''2015-03'')']) AS s;
SELECT is(pg_temp.by('all', 'SELECT dcm.publish_period(''month'', ''2015-03'')'), '', 'published');
SELECT is((SELECT string_agg(payload::text, ',') FROM dcm.outbox WHERE kind = 'published'), '{"kind": "month", "period": "2015-03"}', 'which goes out');
SELECT is((SELECT string_agg(step, ' ' ORDER BY id) FROM dcm.period_log WHERE code = '2015-03'), 'open draft announced closed published', 'each step is on record');
SELECT is((SELECT count(*) FROM dcm.verify_scores()), 0::bigint, 'the ledger is sound');
INSERT INTO moment VALUES ('published', clock_timestamp());
-- a rule that is changed now changes nothing of what is published
UPDATE dcm.score_item SET least = -100, most = -30, external = NOT external WHERE scorecard = 'own' AND code = 'rework' AND valid @> now();
SELECT is((SELECT (s.score, s.internal, s.external)::text FROM dcm.period_scores('month', '2015-03', 'own') AS s WHERE subject = 'cg'), '(75.50,57.50,18.00)', 'bounds and sides are those of the rule that an entry names');
SELECT is(t.try('UPDATE dcm.org SET code = ''cgx'' WHERE code = ''cg'''), '23514 dcm.period_kept', 'a body keeps the code by which its scores name it');
-- classes stay while a period is announced; an own period closes after the month of its last day; entered and evaluated by one version
SELECT isnt(pg_temp.by('all', 'SELECT dcm.open_period(''own'', ''late'', ''2015-03-26'', ''2015-04-10'')'), NULL, 'an own period');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.evaluate(''own'', ''late'', ''own'', now())'), NULL, 'evaluated by the rules of today');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.enter_score(''own'', ''late'', ''own'', ''cg'', ''third'', 50, ''r'', ''{"a": 1}'')'), NULL, 'and entered by them');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.evaluate(''own'', ''late'', ''own'')'), NULL, 'then evaluated by those of then');
SELECT is(pg_temp.refused('all', 'SELECT dcm.announce_period(''own'', ''late'')'), '55000 dcm.period_waits', 'which is not announced');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.evaluate(''own'', ''late'', ''own'', now())'), NULL, 'until it is evaluated by what was entered');
SELECT is(pg_temp.by('all', 'SELECT dcm.announce_period(''own'', ''late'')') IS NOT NULL, true, 'announced');
SELECT is(t.try('INSERT INTO dcm.score_class (scorecard, subject, class) VALUES (''own'', ''cg'', 2)'), '23514 dcm.period_kept', 'no class changes meanwhile');
SELECT is(pg_temp.refused('all', 'SELECT dcm.close_period(''own'', ''late'')'), '55000 dcm.period_waits', 'nor is it closed before the month');
SELECT is(t.try(s), '23514 dcm.period_kept', s) FROM unnest(ARRAY['DELETE FROM dcm.period_card WHERE period = (SELECT id FROM dcm.period WHERE code = ''2015-03'')', 'UPDATE dcm.period_card SET rules_at = now()', 'INSERT INTO dcm.period_card SELECT period, ''cn_org'', rules_at FROM dcm.period_card']) AS s;
-- entries that the owner adds with a hash that is right are found where they say what no rule gives
CREATE FUNCTION pg_temp.forged(changes jsonb, of_kind text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	e dcm.score_entry;
	answer text;
BEGIN
	BEGIN
		SELECT l.* INTO e FROM dcm.score_entry AS l WHERE l.kind = of_kind AND NOT EXISTS (SELECT FROM dcm.score_entry AS x WHERE x.reverses = l.id) ORDER BY l.id DESC LIMIT 1;
		e := jsonb_populate_record(e, changes);
		PERFORM dcm.append_score(e);
		answer := (SELECT string_agg(v.problem, ', ' ORDER BY v.problem) FROM dcm.verify_scores() AS v);
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		RETURN answer;
	END;
END $$;
SELECT is(pg_temp.forged('{}', 'computed'), '2 entries stand for one item', 'an entry twice');
SELECT is(pg_temp.forged('{}', 'card'), '2 entries stand for one card', 'another card');
SELECT matches(pg_temp.forged('{"points": 500, "value": 500}', 'entered'), 'its points are more or less than its rule allows', 'more than there is');
-- who may not be NaN or infinite, and health tells of triggers that are off
SELECT matches(t.try(s), '^23514 ', s) FROM unnest(ARRAY['UPDATE dcm.score_item SET per_unit = ''NaN'' WHERE scorecard = ''own'' AND code = ''rework'' AND valid @> now()', 'UPDATE dcm.grade SET since = ''NaN'' WHERE scorecard = ''own''', 'UPDATE dcm.scorecard SET min_sample = ''Infinity'' WHERE code = ''own''']) AS s;
SELECT is((SELECT count(*) FROM dcm.health() WHERE part = 'guard'), 0::bigint, 'every trigger is there');
ALTER TABLE dcm.period_log DISABLE TRIGGER USER;
DROP TRIGGER refuse_change ON dcm.score_entry;
SELECT is((SELECT problem FROM dcm.health() WHERE part = 'guard'), 'A trigger is missing or switched off on period_log, score_entry: rows may have been changed that are kept.', 'or told');
ALTER TABLE dcm.period_log ENABLE TRIGGER USER;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.score_entry FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();

-- What comes later goes to the next day and is listed.
SELECT isnt((t.act('han', no, 'handle', t.data('handle'), '2015-03-05 16:00+08')).state, NULL, 'told late') FROM c WHERE n = 4;
SELECT isnt((t.step(no, s.step, '2015-03-05 17:00+08')).state, NULL, s.step) FROM c, unnest('{request_check,pass_check,close}'::text[]) AS s (step) WHERE n = 4;
SELECT isnt(pg_temp.a_case('hw', '2015-04-02', 'open'), NULL, 'what is of April is not late');
SELECT is((SELECT (l.case_no, l.day, l.booked_on, l.org, dcm.count_of(l.counts, 'closed'), l.waiting)::text FROM dcm.late_facts('month', '2015-03') AS l), format('(%s,2015-03-05,2015-03-26,cg,1,t)', no), 'is listed') FROM c WHERE n = 4;
SELECT is(dcm.roll_up_facts(), 2::bigint, 'rolled up');
SELECT is((SELECT (l.booked_on, dcm.count_of(l.counts, 'closed'), l.waiting)::text FROM dcm.late_facts('month', '2015-03') AS l), '(2015-03-26,1,f)', 'still');
SELECT is((SELECT count(*) FROM dcm.late_work), 4::bigint, 'as work too');
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 75.50 A {}', '2 hw 66.00 A {}', 'cg2 {closed,in_time,third}'], 'and March stays');
SELECT is((SELECT count(*) FROM dcm.verify_scores()), 0::bigint, 'sound by the facts of its days');
SELECT is((SELECT sum(dcm.count_of(tally, 'closed')) FROM dcm.facts('region', '2015-03-26', '2015-04-25') WHERE subject = '320681'), 1::numeric, 'April has it');

-- A correction after the publication: the ledger says both, and when.
SELECT isnt(pg_temp.by('all', 'SELECT dcm.correct_score(pg_temp.entry(''hw'', ''third''), 10, ''counted wrongly'', ''{"document": "更正 1"}'')'), NULL, 'asked for');
SELECT isnt(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), NULL, 'and done');
SELECT is(ARRAY(SELECT pg_temp.ranking()), ARRAY['1 cg 75.50 A {}', '2 hw 60.00 A {}', 'cg2 {closed,in_time,third}'], 'hw has six points less');
SELECT is(ARRAY(SELECT pg_temp.ranking(at)), ARRAY['1 cg 75.50 A {}', '2 hw 66.00 A {}', 'cg2 {closed,in_time,third}'], 'as published') FROM moment WHERE what = 'published';
SELECT is(ARRAY(SELECT pg_temp.ranking(at)), ARRAY['1 cg 71.50 A {}', '2 hw 41.00 B {}', 'cg2 {closed,in_time,third}'], 'as announced') FROM moment WHERE what = 'announced';
SELECT is((SELECT string_agg(concat_ws(' ', period, scorecard, rank, subject, score, leaders::text), ' | ' ORDER BY rank) FROM dcm.published_ranking), '2015-03 own 1 cg 75.50 {马局长,副局长} | 2015-03 own 2 hw 66.00 | 2015-03 own cg2', 'what the newspapers have');
SELECT is_empty('SELECT pg_temp.ranking(''2020-01-01'')', 'and before there was anything');
SELECT is((SELECT string_agg(concat_ws(' ', kind, points, reason, entered_by, approved_by), ' | ' ORDER BY id) FROM dcm.score_entry WHERE id > (SELECT max(id) - 2 FROM dcm.score_entry)), 'reversal -16.00 counted wrongly all other | entered 10.00 counted wrongly all other', 'by two, with the reason');
SELECT is(t.try('UPDATE dcm.score_request SET decided_by = NULL, decided_at = NULL, approved = NULL, points = 20 WHERE approved'), '23514 dcm.append_only', 'what was asked stays');
SELECT is((SELECT count(*) FROM dcm.verify_scores()), 0::bigint, 'sound with it');

-- Nobody changes it, the owner neither.
SELECT is(t.try(s), '23514 dcm.append_only', s) FROM unnest(ARRAY['UPDATE dcm.score_entry SET points = 1', 'DELETE FROM dcm.score_entry', 'TRUNCATE dcm.score_entry CASCADE', 'UPDATE dcm.period_log SET by = ''x''', 'TRUNCATE dcm.period_log', 'DELETE FROM dcm.score_request', 'TRUNCATE dcm.score_request CASCADE']) AS s;
SELECT is(t.try(s), '23514 dcm.period_kept', s) FROM unnest(ARRAY['UPDATE dcm.period SET step = ''draft'' WHERE step = ''published''', 'UPDATE dcm.period SET till = till + 1 WHERE step = ''published''', 'UPDATE dcm.period SET till = till + 1 WHERE step = ''open''', 'UPDATE dcm.period SET closed_at = now() WHERE step = ''published''',
	'UPDATE dcm.period SET published_at = now() WHERE step = ''published''', 'DELETE FROM dcm.period WHERE step = ''published''']) AS s;
SELECT is(split_part(t.try(s), ' ', 1), '23514', s) FROM unnest(ARRAY['INSERT INTO dcm.score_entry SELECT (jsonb_populate_record(e, ''{"id": 999, "approved_by": "all", "entered_by": "all"}'')).* FROM dcm.score_entry AS e WHERE e.kind = ''entered'' LIMIT 1',
	'INSERT INTO dcm.score_entry SELECT (jsonb_populate_record(e, ''{"id": 999, "approved_by": null}'')).* FROM dcm.score_entry AS e WHERE e.kind = ''entered'' LIMIT 1', 'UPDATE dcm.score_request SET decided_by = asked_by, decided_at = now(), approved = true WHERE approved IS NULL OR approved']) AS s;
-- By no role: whoever is not the owner has no right but to read.
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_bi IN ROLE dcm_bi;
CREATE ROLE test_config IN ROLE dcm_config;
CREATE ROLE test_audit IN ROLE dcm_audit;
SELECT is_empty($$SELECT r, t, p FROM unnest('{test_app,test_bi,test_config,test_audit,dcm_loader,dcm_job,dcm_security,dcm_exchange,public}'::text[]) AS r, unnest('{period,period_card,period_log,score_draft,score_entry,score_request}'::text[]) AS t, unnest('{INSERT,UPDATE,DELETE,TRUNCATE,TRIGGER,REFERENCES}'::text[]) AS p
	WHERE r <> 'public' AND has_table_privilege(r, 'dcm.' || t, p)$$, 'nobody writes the ledger');
SELECT set_eq($$SELECT r FROM unnest('{test_app,test_bi,test_config,test_audit,dcm_loader,dcm_job,dcm_exchange}'::text[]) AS r WHERE has_table_privilege(r, 'dcm.score_entry', 'SELECT')$$, '{test_app,test_bi,test_config,test_audit,dcm_loader}'::text[], 'who reads it');
SELECT set_eq($$SELECT DISTINCT r FROM unnest('{test_app,test_bi,test_config,test_audit,dcm_job,dcm_exchange}'::text[]) AS r, pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace
	AND p.proname IN ('open_period', 'drop_period', 'evaluate', 'announce_period', 'close_period', 'publish_period', 'enter_score', 'enter_scores', 'correct_score', 'decide_score', 'decide_scores', 'append_score', 'book_period') AND has_function_privilege(r, p.oid, 'EXECUTE')$$, '{test_app}'::text[], 'who acts on it');
SELECT is_empty($$SELECT r, p.proname FROM unnest('{test_app,dcm_loader}'::text[]) AS r, pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace AND p.proname IN ('append_score', 'book_period', 'period_in') AND has_function_privilege(r, p.oid, 'EXECUTE')$$, 'by the whole functions alone');
SELECT set_eq($$SELECT r FROM unnest('{test_app,test_bi,test_config,test_audit,dcm_job}'::text[]) AS r WHERE has_function_privilege(r, 'dcm.reconcile_days(date, date)', 'EXECUTE') AND has_function_privilege(r, 'dcm.late_facts(text, text)', 'EXECUTE')$$,
	'{test_bi,test_config,test_audit}'::text[], 'what names cases is for those who see all');
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(pg_temp.refused('col', 'SELECT dcm.evaluate(''own'', ''campaign'', ''own'')'), '42501 dcm.no_right', 'a collector evaluates nothing');
SELECT is((SELECT count(*) FROM dcm.period_scores('month', '2015-03', 'own')), 3::bigint, 'and reads the ranking');
SELECT is((SELECT count(*) FROM dcm.verify_scores()), 0::bigint, 'and can prove it');
RESET SESSION AUTHORIZATION;

-- Whatever is changed in it by who can switch the guard off is found: each column of each kind of entry.
CREATE FUNCTION pg_temp.found(change text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	changed bigint;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE change;
	GET DIAGNOSTICS changed = ROW_COUNT;
	SET LOCAL session_replication_role = origin;
	SELECT count(*) INTO n FROM dcm.verify_scores();
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = (changed > 0 AND n > 0)::text;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM::boolean;
END $$;
ALTER TABLE dcm.score_entry DROP CONSTRAINT score_entry_check, DROP CONSTRAINT score_entry_check1, DROP CONSTRAINT score_entry_check2, DROP CONSTRAINT score_entry_check3, DROP CONSTRAINT score_entry_check4, DROP CONSTRAINT score_entry_check5, DROP CONSTRAINT score_entry_check6;
SELECT is(pg_temp.found(format('UPDATE dcm.score_entry SET %I = %s WHERE id = (SELECT min(id) FROM dcm.score_entry WHERE kind = %L)', a.attname,
		CASE format_type(a.atttypid, a.atttypmod) WHEN 'text' THEN CASE a.attname WHEN 'kind' THEN format('(CASE %L WHEN ''entered'' THEN ''computed'' ELSE ''entered'' END)', k) ELSE format('coalesce(%I, '''') || ''x''', a.attname) END
			WHEN 'jsonb' THEN format('%I || ''{"x": 1}''', a.attname) WHEN 'bytea' THEN format('%I || ''\x00''', a.attname) WHEN 'timestamp with time zone' THEN format('%I + interval ''1 microsecond''', a.attname) WHEN 'bigint' THEN format('coalesce(%I, 0) + 1000', a.attname)
			ELSE format('coalesce(%I, 0) + 1', a.attname) END, k)), true, format('%s of what was %s', a.attname, k))
FROM pg_attribute AS a, unnest('{card,computed,entered,reversal}'::text[]) AS k WHERE a.attrelid = 'dcm.score_entry'::regclass AND a.attnum > 0 AND NOT a.attisdropped;
SELECT is(pg_temp.found(s), true, s) FROM unnest(ARRAY['DELETE FROM dcm.score_entry WHERE id = 5', 'DELETE FROM dcm.score_entry WHERE id = 1', 'DELETE FROM dcm.score_entry WHERE id = (SELECT max(id) FROM dcm.score_entry)',
	'INSERT INTO dcm.score_entry SELECT (jsonb_populate_record(e, ''{"id": 1000}'')).* FROM dcm.score_entry AS e WHERE id = 5', 'UPDATE dcm.period SET till = till + 1 WHERE code = ''2015-03''', 'UPDATE dcm.period SET code = ''2015-00'' WHERE code = ''2015-03''',
	'UPDATE dcm.score_request SET approved = false WHERE id = (SELECT min(id) FROM dcm.score_request)', 'UPDATE dcm.score_request SET points = points + 1 WHERE id = (SELECT min(id) FROM dcm.score_request)', 'UPDATE dcm.score_request SET decided_by = ''x'' WHERE id = (SELECT min(id) FROM dcm.score_request)', 'UPDATE dcm.score_item SET weight = weight + 1 WHERE scorecard = ''own''',
	'UPDATE dcm.indicator SET numerator = ''filed'' WHERE code = ''closed_rate''', 'UPDATE dcm.daily_fact SET tally = dcm.merge(tally, ''{"closed": 1}'') WHERE kind = ''org'' AND day = ''2015-03-06''',
	'WITH a AS (SELECT id, points FROM dcm.score_entry WHERE id IN (2, 3)) UPDATE dcm.score_entry AS e SET points = b.points FROM a AS b WHERE e.id IN (2, 3) AND b.id <> e.id AND b.points IS DISTINCT FROM e.points']) AS s;
-- The chain made whole again is found by what the points rest on, or by an anchor.
CREATE FUNCTION pg_temp.rechain() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	e dcm.score_entry;
	h bytea;
BEGIN
	FOR e IN SELECT * FROM dcm.score_entry ORDER BY id LOOP
		h := dcm.score_hash(h, e);
		UPDATE dcm.score_entry SET hash = h WHERE id = e.id;
	END LOOP;
END $$;
SELECT matches(t.tampered(s || '; SELECT pg_temp.rechain()'), 'score: entry \d+: ' || told, s) FROM (VALUES
	('UPDATE dcm.score_entry SET points = points + 1 WHERE id = (SELECT max(id) FROM dcm.score_entry WHERE kind = ''computed'' AND points > 0)', 'its points are'),
	('UPDATE dcm.score_entry SET value = value + 1 WHERE id = (SELECT min(id) FROM dcm.score_entry WHERE kind = ''computed'' AND points > 0)', 'its value is not what its counts give'),
	('UPDATE dcm.score_entry SET weight = weight + 1 WHERE id = (SELECT min(id) FROM dcm.score_entry WHERE kind = ''computed'' AND points > 0)', 'its weight is not that of its rule'),
	('UPDATE dcm.score_entry SET points = points + 1 WHERE id = (SELECT max(id) FROM dcm.score_entry)', 'it is not what one person asked for and another approved'),
	('UPDATE dcm.score_entry SET approved_by = ''han'' WHERE id = (SELECT max(id) FROM dcm.score_entry)', 'it is not what one person asked for and another approved')) AS v (s, told);
SELECT matches(dcm.make_anchor(), '^dcm-anchor-1:', 'the day''s anchor');
SELECT is((SELECT score_till FROM dcm.anchor ORDER BY id DESC LIMIT 1), (SELECT max(id) FROM dcm.score_entry), 'covers the ledger');
SELECT is((SELECT count(*) FROM dcm.verify_all()), 0::bigint, 'and all is sound');
SELECT matches(t.tampered('UPDATE dcm.score_entry SET db_role = ''x'' WHERE id = 7; SELECT pg_temp.rechain()'), '^anchor: the ledger of scores up to it is not what it was$', 'a chain made anew is found by the anchor alone');
SELECT matches(t.tampered('DELETE FROM dcm.score_entry'), 'the ledger of scores up to it is not what it was', 'so is a ledger that is gone');
SELECT matches(t.tampered('UPDATE dcm.anchor SET scores = NULL'), 'the anchor itself is not what was made of it', 'and an anchor that was told otherwise');
-- an anchor of before there were scores
SELECT is(t.tampered($$UPDATE dcm.anchor SET scores = NULL, score_till = 0, root = dcm.anchor_root(id, made_at, previous, tree, config)$$), 'nothing', 'an anchor without scores is proved as before');
SELECT isnt(pg_temp.by('all', 'SELECT dcm.correct_score(pg_temp.entry(''cg'', ''third''), 17, ''again'')'), NULL, 'the ledger goes on');
SELECT isnt(pg_temp.by('other', 'SELECT dcm.decide_score(max(id), true) FROM dcm.score_request'), NULL, 'after the anchor');
SELECT is((SELECT count(*) FROM dcm.verify_all()), 0::bigint, 'which still holds');
SELECT matches(dcm.make_anchor(), '^dcm-anchor-1:', 'as the next does');
SELECT is((SELECT count(*) FROM dcm.verify_all()), 0::bigint, 'all is sound');
SELECT * FROM finish();
ROLLBACK;
