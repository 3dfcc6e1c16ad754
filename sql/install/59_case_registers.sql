-- What the dispatcher's desk looks for: cases that may be one, cases that came
-- back, and how rightly cases were dispatched.  All run with the caller's rights.

CREATE FUNCTION dcm.merge_candidates(metres float8 = NULL, within interval = NULL,
	OUT case_no bigint, OUT into_case bigint, OUT distance float8, OUT apart interval, OUT category text, OUT category_name text,
	OUT state text, OUT into_state text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 20
	SET search_path FROM CURRENT
	SET jit = off
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	metres := coalesce(metres, dcm.setting('similar_metres')::float8);
	within := coalesce(within, dcm.setting('similar_within')::interval);
	IF NOT coalesce(metres >= 0 AND metres < 'infinity' AND within >= interval '0', false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'cases are similar within a distance and a time, neither below 0',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	RETURN QUERY
	SELECT n.case_no, n.other, n.away, n.reported_at - n.other_at, c.code, c.name, n.state, n.other_state
	FROM (
		SELECT f.case_no, o.case_no AS other, dcm.metres(f.location, o.location) AS away, f.category, f.reported_at, o.reported_at AS other_at,
			f.state, o.state AS other_state
		FROM dcm.case_file AS f
			JOIN dcm.case_file AS o ON o.location && dcm.reach(f.location, merge_candidates.metres)
				AND o.category = f.category AND o.ended_at IS NULL AND o.location IS NOT NULL
				AND (o.reported_at, o.case_no) < (f.reported_at, f.case_no) AND o.reported_at >= f.reported_at - merge_candidates.within
		WHERE f.ended_at IS NULL AND f.location IS NOT NULL
		OFFSET 0) AS n
		JOIN dcm.category AS c ON c.id = n.category
	WHERE n.away <= merge_candidates.metres
	ORDER BY n.case_no, n.away, n.other;
END
$$;
COMMENT ON FUNCTION dcm.merge_candidates(float8, interval) IS
	'Pairs of open cases that may be one: of the same category, within so many metres (setting similar_metres), the later reported within an interval (setting similar_within) of the earlier, into which dcm.merge_case would merge it. 22023 for a distance or interval below 0. 并案建议:同类别、邻近、时间相近的未结案卷。';

CREATE FUNCTION dcm.recurrences(since timestamptz, till timestamptz, metres float8 = NULL, within interval = NULL,
	OUT case_no bigint, OUT earlier bigint, OUT distance float8, OUT after interval, OUT category text, OUT category_name text,
	OUT grid dcm.grid_code, OUT org text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 20
	SET search_path FROM CURRENT
	SET jit = off
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	metres := coalesce(metres, dcm.setting('recur_metres')::float8);
	within := coalesce(within, dcm.setting('recur_within')::interval);
	IF NOT coalesce(metres >= 0 AND metres < 'infinity' AND within >= interval '0' AND pg_catalog.isfinite(since) AND pg_catalog.isfinite(till), false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a case recurs within a distance and a time, neither below 0, and in a span that has ends',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	RETURN QUERY
	-- in squares as wide as the distance, what is near lies in the same or the next
	WITH reported AS MATERIALIZED (
		SELECT f.case_no, f.location, f.reported_at, f.category, f.grid
		FROM dcm.case_file AS f
		WHERE f.reported_at >= recurrences.since AND f.reported_at < recurrences.till AND f.location IS NOT NULL
	), closed AS MATERIALIZED (
		SELECT f.case_no, f.location, f.ended_at, f.category, f.org
		FROM dcm.case_file AS f
		WHERE f.closed_at IS NOT NULL AND f.location IS NOT NULL
			AND f.ended_at >= recurrences.since - recurrences.within AND f.ended_at < recurrences.till
	), width AS (
		SELECT greatest(max(ST_XMax(b.box) - ST_XMin(b.box)) / 2, 1e-9) AS x, greatest(max(ST_YMax(b.box) - ST_YMin(b.box)) / 2, 1e-9) AS y
		FROM (SELECT dcm.reach(r.location, recurrences.metres) AS box FROM reported AS r) AS b
	), squares AS (
		SELECT c.*, pg_catalog.floor(ST_X(c.location) / w.x) + i AS sx, pg_catalog.floor(ST_Y(c.location) / w.y) + j AS sy
		FROM closed AS c CROSS JOIN width AS w CROSS JOIN pg_catalog.generate_series(-1, 1) AS i CROSS JOIN pg_catalog.generate_series(-1, 1) AS j
	)
	SELECT n.case_no, n.other, n.away, n.reported_at - n.ended_at, c.code, c.name, n.grid, b.code
	FROM (
		SELECT DISTINCT ON (r.case_no) r.case_no, q.case_no AS other, m.away, r.reported_at, q.ended_at, r.category, r.grid, q.org
		FROM reported AS r
			CROSS JOIN width AS w
			JOIN squares AS q ON q.category = r.category
				AND q.sx = pg_catalog.floor(ST_X(r.location) / w.x) AND q.sy = pg_catalog.floor(ST_Y(r.location) / w.y)
			CROSS JOIN LATERAL (SELECT dcm.metres(q.location, r.location) AS away) AS m
		WHERE q.ended_at BETWEEN r.reported_at - recurrences.within AND r.reported_at AND q.case_no <> r.case_no
			AND m.away <= recurrences.metres
		ORDER BY r.case_no, q.ended_at DESC, q.case_no) AS n
		JOIN dcm.category AS c ON c.id = n.category
		LEFT JOIN dcm.org AS b ON b.id = n.org
	ORDER BY n.case_no;
END
$$;
COMMENT ON FUNCTION dcm.recurrences(timestamptz, timestamptz, float8, interval) IS
	'Cases reported in [since, till) of what had been closed before: of the same category, within so many metres (setting recur_metres) of a case that was closed within an interval (setting recur_within) before the report, the last of these; org is the body that had handled it. 22023 for a distance or interval below 0. 复发案卷:结案后同类同地再次上报。';

CREATE FUNCTION dcm.dispatch_accuracy(since timestamptz, till timestamptz, by text = 'person',
	OUT key text, OUT name text, OUT dispatched bigint, OUT returned bigint, OUT judged bigint, OUT wrong bigint, OUT misdirected bigint, OUT accuracy numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 20
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF by <> ALL ('{person,org,city}') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('accuracy cannot be told by "%s"', by),
			HINT = 'Use person (the dispatcher), org (the body dispatched to) or city.',
			CONSTRAINT = 'dcm.no_grouping';
	END IF;
	RETURN QUERY
	SELECT d.key, min(d.name), count(*), count(d.returned_at), count(d.judged_at),
		count(*) FILTER (WHERE d.fault = 'dispatcher'), count(*) FILTER (WHERE d.misdirected AND d.fault = 'dispatcher'),
		dcm.rate(count(*) - count(*) FILTER (WHERE d.fault = 'dispatcher'), count(*))
	FROM (
		SELECT CASE by WHEN 'person' THEN p.code WHEN 'org' THEN o.code ELSE setting('area_code') END AS key,
			CASE by WHEN 'person' THEN p.name WHEN 'org' THEN o.name ELSE setting('city_name') END AS name,
			a.returned_at, a.judged_at, a.fault, a.misdirected
		FROM dcm.assignment AS a
			JOIN dcm.org AS o ON o.id = a.org
			JOIN dcm.person AS p ON p.id = a.dispatcher
		-- what a body forwards to its own is no dispatch, nor is who only coordinates sent to handle
		WHERE a.parent IS NULL AND a.part <> 'coordinator' AND a.dispatched_at >= dispatch_accuracy.since AND a.dispatched_at < dispatch_accuracy.till) AS d
	GROUP BY d.key
	ORDER BY d.key;
END
$$;
COMMENT ON FUNCTION dcm.dispatch_accuracy(timestamptz, timestamptz, text) IS
	'How rightly cases were dispatched in [since, till), by person (the dispatcher), org or city: dispatches, those returned, those judged, those ruled the dispatcher''s fault (misdirected: which the body handled all the same), and accuracy 派遣准确率 in percent: dispatches that were not ruled wrong. 22023 for another grouping. 派遣准确率。';
