-- Calls that are safe to send twice, and calls that saw an older state.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SELECT * FROM no_plan();
CREATE TEMP TABLE c AS SELECT t.case_in('reported') AS no, t.case_in('reported') AS other;

-- a key is of one person: another's call of the same kind is not taken for done
SELECT dcm.become('acc');
CREATE TEMP TABLE mine AS SELECT r.log_no FROM c, dcm.act(c.other, 'comment', 'seen', client_key => 'p1') AS r;
SELECT is(t.try(format('SELECT dcm.become(%L); SELECT dcm.act(%s, ''comment'', ''seen'', client_key => ''p1'')', p, other)), a, p || ' sends what acc has sent') FROM c, (VALUES ('acc', 'ok'), ('all', '22023 dcm.key_reused'), ('han', '22023 dcm.key_reused')) AS v (p, a);
SELECT is((SELECT count(*) FROM dcm.case_log AS l, c WHERE l.case_no = c.other AND l.action = 'comment')::int, 1, 'which was done once');

-- an act: the same answer, once
CREATE TEMP TABLE first AS SELECT r.* FROM c, dcm.become('acc'), dcm.act(c.no, 'accept', 'seen', client_key => 'k1') AS r;
CREATE TEMP TABLE again AS SELECT r.* FROM c, dcm.act(c.no, 'accept', 'seen', client_key => 'k1') AS r;
SELECT is((SELECT f::text FROM (SELECT case_no, log_no, state, stage, due, provisional, false FROM first) AS f),
	(SELECT f::text FROM (SELECT case_no, log_no, state, stage, due, provisional, NOT replayed FROM again) AS f), 'the same answer, marked replayed');
SELECT is((SELECT count(*) FROM dcm.case_log AS l, c WHERE l.case_no = c.no)::int, 2, 'done once');
SELECT is(t.try(format(v.call, no)), v.answer, v.call) FROM c, (VALUES
	('SELECT dcm.act(%s, ''accept'', ''seen'', client_key => ''k1'')', 'ok'),
	('SELECT dcm.act(%s, ''accept'', client_key => ''k1'')', '22023 dcm.key_reused'),
	('SELECT dcm.act(%s, ''accept'', ''other'', client_key => ''k1'')', '22023 dcm.key_reused'),
	('SELECT dcm.act(%s, ''comment'', ''seen'', client_key => ''k1'')', '22023 dcm.key_reused'),
	('SELECT dcm.act(%s, ''accept'', ''seen'', data => ''{"a": 1}'', client_key => ''k1'')', '22023 dcm.key_reused'),
	('SELECT dcm.act(%s, ''accept'', ''seen'', at => now(), client_key => ''k1'')', '22023 dcm.key_reused'),
	('SELECT dcm.act(%s, ''accept'', ''seen'', client_key => ''k2'')', '23514 dcm.forbidden_move'),
	('SELECT dcm.act(%s, ''accept'', ''seen'', client_key => ''k1'', expect => 1)', 'ok')) AS v (call, answer);
SELECT is(t.try(format('SELECT dcm.act(%s, ''accept'', ''seen'', client_key => ''k1'')', other)), 'ok', 'the same key on another case is another key') FROM c;
-- a call that failed has not used its key
SELECT is(t.try(format('SELECT dcm.act(%s, ''close'', client_key => ''k3'')', no)), '23514 dcm.forbidden_move', 'a failure') FROM c;
SELECT is(t.try(format('SELECT dcm.act(%s, ''comment'', client_key => ''k3'')', no)), 'ok', 'leaves the key free') FROM c;

-- the answer is that of then, also when the case has gone on; times and clocks too
CREATE TEMP TABLE filed AS SELECT r.* FROM c, dcm.become('lead'), dcm.act(c.no, 'file', data => '{"condition": 1}', client_key => 'k4') AS r;
SELECT lives_ok(format('SELECT t.step(%s, a) FROM unnest(''{dispatch,sign,request_extension,grant_extension}''::text[]) AS a', no), 'the case goes on') FROM c;
SELECT is((SELECT r::text FROM dcm.become('lead'), dcm.act(c.no, 'file', data => '{"condition": 1}', client_key => 'k4') AS r),
	(SELECT x::text FROM (SELECT case_no, log_no, state, stage, due, provisional, true FROM filed) AS x), 'the answer of then') FROM c;
SELECT isnt((SELECT due FROM filed), (SELECT f.due FROM dcm.case_file AS f, c WHERE f.case_no = c.no), 'which is not that of now');

-- a report: by actor and key
CREATE TEMP TABLE rep AS SELECT t.report(client_key => 'r1') AS no;
SELECT is(t.report(client_key => 'r1'), no, 'the case of the first report') FROM rep;
SELECT isnt(t.report(client_key => 'r1', by => 'col2'), no, 'another actor''s key is another') FROM rep;
SELECT is((SELECT r::text FROM dcm.become('col'), dcm.report_case('E9901', dcm.point(121.605, 31.805), client_key => 'r1') AS r),
	format('(%s,1,reported,collection,,f,t)', no), 'marked replayed') FROM rep;
SELECT is(t.try('SELECT dcm.become(''col''); SELECT dcm.report_case(' || v || ', client_key => ''r1'')'), '22023 dcm.key_reused', v)
FROM unnest(ARRAY['''E9902'', dcm.point(121.605, 31.805)', '''E9901'', dcm.point(121.606, 31.805)', '''E9901'', dcm.point(121.605, 31.805), ''hotline_12345''',
	'''E9901'', dcm.point(121.605, 31.805), description => ''x''', '''E9901'', dcm.point(121.605, 31.805), address => ''x''',
	'''E9901'', dcm.point(121.605, 31.805), attachments => ''["u"]''', '''E9901'', dcm.point(121.605, 31.805), data => ''{"severity": "major"}''',
	'''E9901'', dcm.point(121.605, 31.805), intake => 0', '''E9901'', dcm.point(121.605, 31.805), crs => ''gcj02''',
	'''E9901'', dcm.point(121.605, 31.805), at => ''2000-01-01 00:00+00''']) AS v;

-- a key is a name, not a text of any length
SELECT is(t.try(format('SELECT dcm.act(%s, ''comment'', client_key => repeat(''长'', %s))', no, n)), CASE n WHEN 200 THEN 'ok' ELSE '22023 dcm.bad_key' END, format('an act''s key of %s characters', n)) FROM c, unnest('{200,201,100000}'::int[]) AS n;
SELECT is(t.try(format('SELECT t.report(client_key => repeat(''长'', %s))', n)), CASE n WHEN 200 THEN 'ok' ELSE '22023 dcm.bad_key' END, format('a report''s key of %s characters', n)) FROM unnest('{200,201,100000}'::int[]) AS n;

-- expect: what was seen last
CREATE TEMP TABLE e AS SELECT t.case_in('accepted') AS no;
SELECT is(t.try(format('SELECT dcm.become(''lead''); SELECT dcm.act(%s, ''file'', data => ''{"condition": 1}'', expect => %s)', no, v)), '55000 dcm.stale', 'seen entry ' || v)
FROM e, unnest('{1,0,-1}'::int[]) AS v;
SELECT lives_ok(format('SELECT t.step(%s, ''comment'')', no), 'a note moves nothing') FROM e;
SELECT is(t.try(format('SELECT dcm.become(''lead''); SELECT dcm.act(%s, ''file'', data => ''{"condition": 1}'', expect => 2)', no)), 'ok', 'so it makes nothing stale') FROM e;
SELECT is(t.try(format('SELECT dcm.become(''disp''); SELECT dcm.act(%s, ''dispatch'', data => ''{"org": "cg"}'', expect => 9223372036854775807)', no)), 'ok', 'what cannot have been seen is not stale') FROM e;

SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
