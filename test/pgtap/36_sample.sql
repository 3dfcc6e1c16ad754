-- Samples: drawn by seed and case number from what the log told until then, kept
-- for good, and drawn again by anybody with the same answer.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_loader LOGIN IN ROLE dcm_loader;
INSERT INTO dcm.person (code, name) VALUES ('insp', 'inspector');
INSERT INTO dcm.post (code, person, role, org) SELECT 'insp', p.id, 'inspector', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'insp' AND o.code = 'sc';
CREATE FUNCTION t.by(person text, statement text) RETURNS text LANGUAGE sql AS $$
	SELECT t.try(format('SELECT dcm.become(%L); ', person) || statement) $$;

-- thirty cases on the 2nd of March 2015, twenty of them handled that day
SET LOCAL SESSION AUTHORIZATION test_loader;
CREATE TEMP TABLE c AS SELECT i, t.report(timestamptz '2015-03-02 08:00+08' + i * interval '1 minute') AS no FROM generate_series(1, 30) AS i;
SELECT t.step(no, a, timestamptz '2015-03-02 09:00+08' + i * interval '1 minute') FROM c CROSS JOIN unnest('{accept,file,dispatch,sign,handle}'::text[]) WITH ORDINALITY AS s (a, n) WHERE i <= 20 ORDER BY i, n;
-- handled again on the next day
SELECT t.step(no, a, timestamptz '2015-03-03 09:00+08') FROM c CROSS JOIN unnest('{request_check,fail_check,handle}'::text[]) WITH ORDINALITY AS s (a, n) WHERE i = 1 ORDER BY n;
GRANT SELECT ON c TO PUBLIC;
RESET SESSION AUTHORIZATION;

-- who may, and what
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(t.by(p, format('SELECT dcm.draw_sample(%s)', a)), e, format('%s: %s', p, a)) FROM (VALUES
	('acc', '''check'', ''2015-03-02'', ''2015-03-03'', 10', '42501 dcm.no_right'),
	('insp', '''handle'', ''2015-03-02'', ''2015-03-03'', 10', '22023 dcm.bad_sample'), ('insp', 'NULL, ''2015-03-02'', ''2015-03-03'', 10', '22023 dcm.bad_sample'),
	('insp', '''check'', ''2015-03-03'', ''2015-03-03'', 10', '22023 dcm.bad_sample'), ('insp', '''check'', NULL, ''2015-03-03'', 10', '22023 dcm.bad_sample'),
	('insp', '''check'', ''-infinity'', ''2015-03-03'', 10', '22023 dcm.bad_sample'), ('insp', '''check'', ''2015-03-02'', ''infinity'', 10', '22023 dcm.bad_sample'), ('insp', '''check'', ''2015-03-02'', ''2999-01-01'', 10', '22023 dcm.bad_sample'),
	('insp', '''check'', ''2015-03-02'', ''2015-03-03'', 0', '22023 dcm.bad_sample'), ('insp', '''check'', ''2015-03-02'', ''2015-03-03'', 101', '22023 dcm.bad_sample'), ('insp', '''check'', ''2015-03-02'', ''2015-03-03'', ''NaN''', '22023 dcm.bad_sample'), ('insp', '''check'', ''2015-03-02'', ''2015-03-03'', NULL', '22023 dcm.bad_sample'),
	('insp', '''check'', ''2015-03-02'', ''2015-03-03'', 10', 'ok'), ('lead', '''verify'', ''2015-03-02'', ''2015-03-03'', 100', 'ok')) AS v (p, a, e);
SELECT dcm.become('insp');
CREATE TEMP TABLE s AS SELECT dcm.draw_sample('check', '2015-03-02', '2015-03-03', 22, '中文 seed''') AS handled, dcm.draw_sample('verify', '2015-03-02', '2015-03-03', 10, '') AS reported,
	dcm.draw_sample('check', '2015-03-03', '2015-03-04', 100) AS later, dcm.draw_sample('check', '2014-01-01', '2014-02-01', 50) AS none;
SELECT is(t.try('INSERT INTO dcm.sample (kind, since, till, percent, seed, population, population_digest, drawn, cases, drawn_by, drawn_at) SELECT kind, since, till, percent, ''x'', population, population_digest, drawn, cases, drawn_by, drawn_at FROM dcm.sample'), '42501', 'nobody writes a sample otherwise');
RESET SESSION AUTHORIZATION;

-- what was drawn: that percent, rounded up, first by sha256
SELECT results_eq('SELECT m.kind, m.percent, m.seed, m.population::int, m.drawn::int, m.drawn_by, m.db_role FROM dcm.sample AS m JOIN s ON m.id IN (s.handled, s.reported, s.none) ORDER BY m.id',
	$$VALUES ('check', 22.0, '中文 seed''', 20, 5, 'insp', 'test_app'), ('verify', 10, '', 30, 3, 'insp', 'test_app'), ('check', 50, (SELECT seed FROM dcm.sample, s WHERE id = none), 0, 0, 'insp', 'test_app')$$, 'how many of how many, by whom');
SELECT is((SELECT length(m.seed) FROM dcm.sample AS m, s WHERE m.id = s.none), 32, 'a seed of chance where none is given');
SELECT results_eq('SELECT d.case_no FROM s, dcm.sample_cases(s.handled) AS d ORDER BY d.turn', $$SELECT no FROM c WHERE i <= 20 ORDER BY sha256(convert_to('中文 seed''' || no::text, 'UTF8')) LIMIT 5$$, 'the first by sha256 of seed and number');
SELECT results_eq('SELECT d.case_no, d.state FROM s, dcm.sample_cases(s.reported) AS d ORDER BY d.turn', $$SELECT no, CASE WHEN i <= 20 THEN 'handled' ELSE 'reported' END FROM c ORDER BY sha256(convert_to(no::text, 'UTF8')) LIMIT 3$$, 'of what was reported too, with where each stands');
SELECT set_eq('SELECT d.case_no FROM s, dcm.sample_cases(s.later) AS d', 'SELECT no FROM c WHERE i = 1', 'a case belongs to each time that it was handled');
SELECT is((SELECT m.population_digest FROM dcm.sample AS m, s WHERE m.id = s.reported), (SELECT encode(sha256(convert_to(string_agg(no::text, ',' ORDER BY no), 'UTF8')), 'hex') FROM c), 'the digest is of all numbers');
SELECT is(t.try(x), '23514 dcm.append_only', x) FROM unnest(ARRAY['UPDATE dcm.sample SET seed = ''x''', 'DELETE FROM dcm.sample', 'TRUNCATE dcm.sample']) AS x;
SELECT is(t.try(format('SELECT * FROM dcm.%s(%L)', f, a)), 'P0002 dcm.no_sample', concat_ws(' ', f, a)) FROM unnest('{sample_cases,check_sample}'::text[]) AS f, unnest('{0,NULL}'::text[]) AS a;

-- drawn again, also when the record has gone on
SELECT is_empty('SELECT m.id, k.* FROM dcm.sample AS m CROSS JOIN LATERAL dcm.check_sample(m.id) AS k', 'every sample follows from its log and seed');
SET LOCAL SESSION AUTHORIZATION test_loader;
CREATE TEMP TABLE told_later AS SELECT t.report(timestamptz '2015-03-02 22:00+08') AS no;
SELECT t.step(no, a, timestamptz '2015-03-02 23:00+08') FROM told_later CROSS JOIN unnest('{accept,file,dispatch,sign,handle}'::text[]) WITH ORDINALITY AS x (a, n) ORDER BY n;
RESET SESSION AUTHORIZATION;
SELECT is_empty('SELECT m.id, k.* FROM dcm.sample AS m CROSS JOIN LATERAL dcm.check_sample(m.id) AS k', 'what was told after the draw is not in it');
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT is(t.by('insp', 'SELECT dcm.draw_sample(''verify'', ''2015-03-02'', ''2015-03-03'', 100, ''x'')'), 'ok', 'drawn anew');
RESET SESSION AUTHORIZATION;
SELECT is((SELECT m.population::int FROM dcm.sample AS m ORDER BY m.id DESC LIMIT 1), 31, 'it is');

-- whoever changes a draw as owner is found
ALTER TABLE dcm.sample DISABLE TRIGGER refuse_change;
CREATE FUNCTION pg_temp.found(change text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('UPDATE dcm.sample SET %s WHERE id = (SELECT reported FROM s)', change);
	SELECT string_agg(DISTINCT k.problem, ' ' ORDER BY k.problem) INTO answer FROM s, dcm.check_sample(s.reported) AS k;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(answer, 'nothing');
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.found(x), a, x) FROM (VALUES ('db_role = ''x''', 'nothing'), ('seed = ''other''', 'cases'), ('population = 29', 'population'), ('population_digest = ''0''', 'population'),
	('drawn = 4', 'number'), ('cases = cases[1:2] || 201503020000000', 'cases'), ('cases = ARRAY[cases[2], cases[1], cases[3]]', 'order'), ('percent = 20', 'cases'),
	('since = ''2015-03-02 00:10''', 'nothing')) AS v (x, a);
-- which cases it takes with it is chance
SELECT matches(pg_temp.found('since = ''2015-03-02 08:10'''), 'population$', 'another span');
UPDATE dcm.sample SET cases = cases[2:3] || 201503029999999, population = 7 WHERE id = (SELECT reported FROM s);
SELECT set_eq('SELECT k.detail FROM s, dcm.check_sample(s.reported) AS k', $$
	SELECT 'of 7 cases it was drawn, and the log tells of 30. 总体数量不符。'
	UNION ALL SELECT 'case 201503029999999 was drawn, and does not follow from log and seed. 不应抽中而抽中。'
	UNION ALL (SELECT format('case %s follows from log and seed, and was not drawn. 应抽中而未抽中。', no) FROM c ORDER BY sha256(convert_to(no::text, 'UTF8')) LIMIT 1)$$, 'in words');
SELECT * FROM finish();
ROLLBACK;
