-- Samples of cases: what is drawn follows from the log and a seed alone.

CREATE FUNCTION dcm.sample_draw(kind text, since timestamptz, till timestamptz, percent numeric, seed text, as_of timestamptz,
	OUT population bigint, OUT population_digest text, OUT cases bigint[])
	RETURNS record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	-- a case's number begins with the city's day of its report
	last_no constant bigint := to_char((till + interval '2 days') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000;
	first_no constant bigint := CASE kind WHEN 'verify'
		THEN to_char((since - interval '1 day') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000 ELSE 0 END;
BEGIN
	WITH told AS MATERIALIZED (
		SELECT DISTINCT l.case_no
		FROM dcm.case_log AS l
		WHERE l.case_no BETWEEN first_no AND last_no
			AND l.occurred_at >= sample_draw.since AND l.occurred_at < sample_draw.till AND l.recorded_at <= as_of
			AND CASE kind WHEN 'verify' THEN l.log_no = 1
				ELSE EXISTS (SELECT FROM dcm.transition AS t WHERE t.id = l.transition AND t.effects && '{handle_work,on_site}') END),
	counted AS (
		SELECT count(*) AS n, encode(sha256(convert_to(coalesce(string_agg(t.case_no::text, ',' ORDER BY t.case_no), ''), 'UTF8')), 'hex') AS digest
		FROM told AS t)
	SELECT c.n, c.digest, ARRAY(SELECT t.case_no FROM told AS t
		ORDER BY dcm.sample_key(sample_draw.seed, t.case_no), t.case_no LIMIT ceil(c.n * sample_draw.percent / 100)::bigint)
	INTO population, population_digest, cases
	FROM counted AS c;
END
$$;
COMMENT ON FUNCTION dcm.sample_draw(text, timestamptz, timestamptz, numeric, text, timestamptz) IS
	'A draw from the log as it was told until as_of: how many cases were handled (kind check) or reported (verify) in [since, till), the digest of their numbers, and the first percent of them, rounded up, by dcm.sample_key(). Nothing is written. 按日志与种子试抽,不留痕。';

CREATE FUNCTION dcm.find_sample(sample bigint, OUT kind text, OUT since timestamptz, OUT till timestamptz, OUT percent numeric, OUT seed text,
	OUT population bigint, OUT population_digest text, OUT drawn bigint, OUT cases bigint[], OUT drawn_at timestamptz)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT s.kind, s.since, s.till, s.percent, s.seed, s.population, s.population_digest, s.drawn, s.cases, s.drawn_at
	INTO kind, since, till, percent, seed, population, population_digest, drawn, cases, drawn_at
	FROM dcm.sample AS s WHERE s.id = sample;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no sample %s', coalesce(sample::text, 'NULL')),
			CONSTRAINT = 'dcm.no_sample';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.find_sample(bigint) IS
	'The row of a sample; P0002 where there is none. 查找抽样记录。';

CREATE FUNCTION dcm.sample_cases(sample bigint, OUT turn int, OUT case_no bigint, OUT state text, OUT state_name text, OUT area dcm.area_code, OUT address text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT c.turn::int, c.case_no, f.state, s.name, f.area, f.address
	FROM dcm.find_sample(sample) AS d
		CROSS JOIN LATERAL unnest(d.cases) WITH ORDINALITY AS c (case_no, turn)
		LEFT JOIN dcm.case_file AS f ON f.case_no = c.case_no
		LEFT JOIN dcm.state AS s ON s.code = f.state
	ORDER BY c.turn;
END
$$;
COMMENT ON FUNCTION dcm.sample_cases(bigint) IS
	'The cases of a sample in the order in which they were drawn, with where each stands now. P0002 for an unknown sample. 样本中的案卷及其现状。';

CREATE FUNCTION dcm.check_sample(sample bigint, OUT problem text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 2
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	was record;
	anew record;
BEGIN
	PERFORM dcm.require_sight();
	was := dcm.find_sample(sample);
	anew := dcm.sample_draw(was.kind, was.since, was.till, was.percent, was.seed, was.drawn_at);
	RETURN QUERY
	SELECT x.problem, x.detail
	FROM (VALUES
		('population', was.population <> anew.population,
			format('of %s cases it was drawn, and the log tells of %s. 总体数量不符。', was.population, anew.population)),
		('population', was.population = anew.population AND was.population_digest <> anew.population_digest,
			'the cases of which it was drawn are not those of which the log tells. 总体案卷不符。'),
		('number', was.drawn <> cardinality(was.cases),
			format('%s cases are said to be drawn, and %s are there. 抽中数量不符。', was.drawn, cardinality(was.cases))))
		AS x (problem, differs, detail)
	WHERE x.differs
	UNION ALL
	SELECT 'cases', CASE WHEN o.case_no IS NULL THEN format('case %s follows from log and seed, and was not drawn. 应抽中而未抽中。', n.case_no)
		ELSE format('case %s was drawn, and does not follow from log and seed. 不应抽中而抽中。', o.case_no) END
	FROM unnest(was.cases) AS o (case_no) FULL JOIN unnest(anew.cases) AS n (case_no) ON n.case_no = o.case_no
	WHERE o.case_no IS NULL OR n.case_no IS NULL
	UNION ALL
	SELECT 'order', 'the cases are those that follow, in another order. 抽取次序不符。'
	WHERE was.cases <> anew.cases AND was.cases @> anew.cases AND was.cases <@ anew.cases;
END
$$;
COMMENT ON FUNCTION dcm.check_sample(bigint) IS
	'Draws a sample anew, from the log as it was told until then and the seed, and tells where it is another: population, number, cases or order, in words; no row where it is the same. P0002 for an unknown sample, 42501 for who does not see every case. 复算样本,说明与记录不符之处。';
