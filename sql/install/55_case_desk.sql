-- Desks and phones: what filing would give, what is near, what waits for whom,
-- and many acts sent at once.  All run with the caller's rights.

CREATE FUNCTION dcm.preview_filing(category text, location geometry, at timestamptz = NULL, component dcm.component_id = NULL,
	OUT condition_no smallint, OUT condition text, OUT area_class smallint, OUT time_limit dcm.time_limit,
	OUT due timestamptz, OUT provisional boolean, OUT arrive_limit dcm.time_limit, OUT closing text,
	OUT org text, OUT org_name text, OUT principle text, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 20000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	moment constant timestamptz := coalesce(at, clock_timestamp());
	calendar text;
	city_arrive dcm.time_limit;
	problem record;
	body record;
	class smallint;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	calendar := dcm.setting('calendar');
	city_arrive := dcm.setting('arrive_limit');
	problem := dcm.problem_of(category, location, component);
	SELECT g.area_class INTO class FROM dcm.grid AS g WHERE g.code = dcm.locate(problem.spot, moment);
	SELECT r.org, o.name, r.principle, r.reason INTO body
	FROM dcm.resolve_responsible(problem.code, problem.spot, component, moment) AS r
		LEFT JOIN dcm.org AS o ON o.id = r.org_id
	ORDER BY r.rank LIMIT 1;
	RETURN QUERY
	SELECT s.condition_no, s.condition, class, l.allowed, d.till,
		coalesce(dcm.unit(l.allowed) ~ '^work_' AND dcm.deadline_provisional(d.till, calendar), false),
		coalesce(s.arrive_limit, city_arrive), s.closing, body.org, body.name, body.principle, body.reason
	FROM dcm.filing_standard AS s
		-- outside all grids the first limit counts, as it does at filing
		CROSS JOIN LATERAL (SELECT CASE class WHEN 2 THEN coalesce(s.limit_2, s.limit_1) WHEN 3 THEN coalesce(s.limit_3, s.limit_1) ELSE s.limit_1 END) AS l (allowed)
		CROSS JOIN LATERAL (SELECT dcm.deadline(moment, l.allowed, calendar)) AS d (till)
	WHERE s.category = problem.id AND s.valid @> moment
	ORDER BY s.condition_no;
END
$$;
COMMENT ON FUNCTION dcm.preview_filing(text, geometry, timestamptz, dcm.component_id) IS
	'What filing a problem of that category there, now or at that time, would give under each filing condition: area class (NULL outside all grids), limit, deadline and whether it is provisional, limit of the arrival, closing condition; and who would answer for it, the first of dcm.resolve_responsible. Nothing is written. No row where the category has no condition then. 22023 for an unknown category or no place, P0002 for an unknown component. 立案预览:各立案条件的区域类别、时限、截止时刻、结案条件与首选责任单位。';

CREATE FUNCTION dcm.near_point(location geometry, metres float8) RETURNS geometry
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path FROM CURRENT
AS $$
DECLARE
	spot constant geometry := dcm.to_city(location);
	degrees constant boolean := coalesce(dcm.is_lonlat(ST_SRID(spot)), true);
	x float8;
	y float8;
BEGIN
	IF GeometryType(spot) = 'POINT' THEN
		x := ST_X(spot);
		y := ST_Y(spot);
	END IF;
	-- not for what is no point, empty, infinite, or NaN, which is above all numbers
	IF NOT coalesce(abs(x) <= CASE WHEN degrees THEN 180 ELSE 1e9 END::float8 AND abs(y) <= CASE WHEN degrees THEN 90 ELSE 1e9 END::float8, false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'what is near is told of a point within the coordinates'' range',
			CONSTRAINT = 'dcm.bad_location';
	END IF;
	IF NOT coalesce(metres >= 0 AND metres < 'infinity', false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('"%s" is no distance in metres', metres),
			HINT = 'Give a number, not below 0.',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	RETURN spot;
END
$$;
COMMENT ON FUNCTION dcm.near_point(geometry, float8) IS
	'The point as one of the city, around which so many metres are looked at; 22023 for what is no point or no distance. 校验邻近查询的点与距离。';

CREATE FUNCTION dcm.similar_cases(category text, location geometry, at timestamptz = NULL, metres float8 = NULL, within interval = NULL,
	OUT case_no bigint, OUT distance float8, OUT state text, OUT state_name text, OUT age interval,
	OUT reported_at timestamptz, OUT ended_at timestamptz, OUT org text, OUT address text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 5
	SET search_path FROM CURRENT
	-- what is near is known with the box, not before
	SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
	moment constant timestamptz := coalesce(at, pg_catalog.clock_timestamp());
	kind int;
	spot geometry;
	around geometry;
	since timestamptz;
	till timestamptz;
	first_no bigint;
	last_no bigint;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	metres := coalesce(metres, dcm.setting('similar_metres')::float8);
	within := coalesce(within, dcm.setting('similar_within')::interval);
	SELECT p.id INTO kind FROM dcm.problem_of(category, location, NULL) AS p;
	spot := dcm.near_point(location, metres);
	IF within NOT BETWEEN interval '0' AND interval '1000 years' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('"%s" is no time in which cases are similar', within),
			HINT = 'Give an interval, not below 0 nor above 1000 years.',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	IF moment NOT BETWEEN timestamptz '1900-01-01 00:00+00' AND timestamptz '9999-12-31 00:00+00' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('no case is reported at %s', moment),
			CONSTRAINT = 'dcm.bad_time';
	END IF;
	around := dcm.reach(spot, metres);
	since := moment - within;
	till := moment + within;
	-- a case's number begins with the city's day of its report, which leaves out
	-- the leaves of other years; an ended case is found by it alone
	first_no := pg_catalog.to_char((since - interval '1 day') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000;
	last_no := pg_catalog.to_char((till + interval '2 days') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000;
	RETURN QUERY
	-- the box leaves few, of which each is measured once
	WITH boxed AS MATERIALIZED (
		SELECT f.* FROM dcm.case_file AS f
		WHERE f.location && around AND f.ended_at IS NULL AND f.case_no BETWEEN first_no AND last_no
			AND f.category = kind AND f.reported_at BETWEEN since AND till
		UNION ALL
		SELECT f.* FROM dcm.case_file AS f
		WHERE f.location && around AND f.ended_at IS NOT NULL AND f.case_no BETWEEN first_no AND last_no
			AND f.category = kind AND f.reported_at BETWEEN since AND till)
	SELECT n.case_no, n.away, n.state, s.name, moment - n.reported_at, n.reported_at, n.ended_at, o.code, n.address
	FROM (SELECT b.*, dcm.metres(b.location, spot) AS away FROM boxed AS b OFFSET 0) AS n
		JOIN dcm.state AS s ON s.code = n.state
		LEFT JOIN dcm.org AS o ON o.id = n.org
	WHERE n.away <= similar_cases.metres
	ORDER BY 2, 1;
END
$$;
COMMENT ON FUNCTION dcm.similar_cases(text, geometry, timestamptz, float8, interval) IS
	'Cases of that category, open and ended, within so many metres (setting similar_metres) and reported no further than an interval (setting similar_within) from now or from that time, nearest first: distance in metres, state, age. 22023 for an unknown category, no point, or a distance or interval below 0. 查找相似案卷:同类别、邻近、近期上报,由近及远。';

CREATE FUNCTION dcm.components_near(location geometry, metres float8 = 50, category text = NULL,
	OUT component dcm.component_id, OUT distance float8, OUT category_code text, OUT category_name text, OUT name text,
	OUT state text, OUT state_name text, OUT owner text, OUT maintainer text, OUT authority text,
	OUT grid dcm.grid_code, OUT address text, OUT is_public boolean, OUT geom geometry)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 10
	SET search_path FROM CURRENT
	SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
	kind int;
	spot geometry;
	around geometry;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	spot := dcm.near_point(location, metres);
	IF category IS NOT NULL THEN
		SELECT p.id INTO kind FROM dcm.problem_of(category, location, NULL) AS p;
	END IF;
	around := dcm.reach(spot, metres);
	RETURN QUERY
	WITH boxed AS MATERIALIZED (
		SELECT p.* FROM dcm.component AS p
		WHERE p.geom && around AND (kind IS NULL OR p.category = kind))
	SELECT n.id, n.away, c.code, c.name, n.name, n.state, l.name, w.code, m.code, a.code, n.grid, n.address, n.is_public, n.geom
	FROM (SELECT b.*, dcm.metres(b.geom, spot) AS away FROM boxed AS b OFFSET 0) AS n
		JOIN dcm.category AS c ON c.id = n.category
		LEFT JOIN dcm.label AS l ON l.kind = 'component_state' AND l.code = n.state
		LEFT JOIN dcm.org AS w ON w.id = n.owner
		LEFT JOIN dcm.org AS m ON m.id = n.maintainer
		LEFT JOIN dcm.org AS a ON a.id = n.authority
	WHERE n.away <= components_near.metres
	ORDER BY 2, 1;
END
$$;
COMMENT ON FUNCTION dcm.components_near(geometry, float8, text) IS
	'Components within so many metres of a point, of one category of the city''s edition or of all, nearest first: distance in metres, state, and the bodies that own it, maintain it and have authority over it. 22023 for an unknown category, no point or a distance below 0. 查找附近部件:距离、状态与权属、养护、主管单位。';
