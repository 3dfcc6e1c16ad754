-- The grids themselves: what is wrong with them, and a proposal for new ones.

CREATE FUNCTION dcm.check_grids(OUT problem text, OUT grid dcm.grid_code, OUT other text,
		OUT square_metres float8, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 ROWS 100
	SET search_path FROM CURRENT
	SET client_min_messages = warning -- an invalid ring is a row here, no notice
AS $$
DECLARE
	smallest constant float8 := dcm.setting('grid_area_min');
	largest constant float8 := dcm.setting('grid_area_max');
	-- what two computed borders may differ by: a few square centimetres
	tolerance constant float8 := 0.01;
BEGIN
	RETURN QUERY
	SELECT 'invalid'::text, g.code, NULL::text, NULL::float8, ST_IsValidReason(g.geom)
	FROM dcm.grid AS g
	WHERE g.valid @> pg_catalog.now() AND NOT ST_IsValid(g.geom)
	ORDER BY g.code;

	RETURN QUERY
	WITH shared AS MATERIALIZED (
		SELECT a.code AS one, b.code AS two, ST_Intersection(a.geom, b.geom) AS geom
		FROM dcm.grid AS a
			JOIN dcm.grid AS b ON a.geom && b.geom AND a.code < b.code
		WHERE a.valid @> pg_catalog.now() AND b.valid @> pg_catalog.now()
			AND ST_IsValid(a.geom) AND ST_IsValid(b.geom)
			AND ST_Intersects(a.geom, b.geom))
	SELECT 'overlap'::text, s.one, s.two::text, dcm.square_metres(s.geom),
		pg_catalog.format('grids %s and %s overlap. 网格重叠。', s.one, s.two)
	FROM shared AS s
	WHERE ST_Dimension(s.geom) = 2 AND dcm.square_metres(s.geom) > tolerance
	ORDER BY s.one, s.two;

	RETURN QUERY
	SELECT CASE WHEN sized.area < smallest THEN 'too_small' ELSE 'too_large' END, sized.code, NULL::text, sized.area,
		pg_catalog.format('the area is not between %s and %s m²。网格面积超出范围。', smallest, largest)
	FROM (SELECT g.code, dcm.square_metres(g.geom) AS area
		FROM dcm.grid AS g
		WHERE g.valid @> pg_catalog.now()) AS sized
	WHERE sized.area NOT BETWEEN smallest AND largest
	ORDER BY sized.code;

	RETURN QUERY
	SELECT 'outside'::text, g.code, NULL::text, NULL::float8,
		'it lies in no region whose code begins its own. 不在其代码所属的区域内。'::text
	FROM dcm.grid AS g
	WHERE g.valid @> pg_catalog.now()
		AND EXISTS (SELECT FROM dcm.region AS r WHERE r.geom IS NOT NULL)
		AND NOT EXISTS (
			SELECT FROM dcm.region AS r
			WHERE r.valid @> pg_catalog.now()
				AND g.code <@ r.code
				AND dcm.covers(r.geom, ST_PointOnSurface(g.geom)))
	ORDER BY g.code;
END
$$;
COMMENT ON FUNCTION dcm.check_grids() IS
	'Faults of the unit grids valid now: invalid (a ring), overlap (with which other, and by how many square metres), too_small and too_large (by the settings grid_area_min and grid_area_max), outside (of every region whose code begins its own). 单元网格检查:无效、重叠、面积超限、越界。';

CREATE FUNCTION dcm.lattice(polygon geometry, cell_m float8,
		OUT line int, OUT col int, OUT cell geometry)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 1000
	SET search_path FROM CURRENT
AS $$
DECLARE
	lonlat constant boolean := dcm.is_lonlat(ST_SRID(polygon));
	west constant float8 := ST_XMin(polygon);
	north constant float8 := ST_YMax(polygon);
	-- the middle latitude, where a degree of longitude is measured
	middle constant float8 := (ST_YMax(polygon) + ST_YMin(polygon)) / 2::float8;
	wide float8;
	high float8;
	cols float8;
	lines float8;
BEGIN
	IF ST_Dimension(polygon) = 2 AND NOT ST_IsEmpty(polygon) AND cell_m > 0::float8 THEN
		wide := CASE WHEN lonlat THEN cell_m / (111320::float8 * pg_catalog.cosd(middle)) ELSE cell_m END;
		high := CASE WHEN lonlat THEN cell_m / 110950::float8 ELSE cell_m END;
		cols := pg_catalog.ceil((ST_XMax(polygon) - west) / wide);
		lines := pg_catalog.ceil((north - ST_YMin(polygon)) / high);
	END IF;
	IF cols * lines <= 1000000::float8 IS NOT TRUE THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'cannot cut this area into grids',
			DETAIL = 'It must be a polygon that is not empty, and the cells, with sides in metres, no more than a million.',
			CONSTRAINT = 'dcm.bad_partition';
	END IF;
	-- neighbours compute their common side from the same numbers
	FOR line IN 0 .. lines::int - 1 LOOP
		FOR col IN 0 .. cols::int - 1 LOOP
			cell := ST_MakeEnvelope(west + col::float8 * wide, north - (line + 1)::float8 * high,
				west + (col + 1)::float8 * wide, north - line::float8 * high, ST_SRID(polygon));
			RETURN NEXT;
		END LOOP;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.lattice(geometry, float8) IS
	'Squares of cell_m metres a side over a polygon''s box, by line from the north and column from the west. 22023 for other geometry or more than a million squares. 覆盖多边形外接矩形的方格。';

CREATE FUNCTION dcm.partition_area(polygon geometry, cell_m float8 = 100,
		OUT serial int, OUT geom geometry)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 1000
	SET search_path FROM CURRENT
AS $$
DECLARE
	-- a tenth of a millimetre: neighbours' computed corners become the same
	fine constant float8 := CASE WHEN dcm.is_lonlat(ST_SRID(polygon)) THEN 1e-9 ELSE 1e-4 END;
BEGIN
	RETURN QUERY
	WITH piece AS MATERIALIZED (
		SELECT pg_catalog.row_number() OVER (ORDER BY l.line, l.col, ST_XMin(d.geom), ST_YMax(d.geom) DESC) AS id,
			l.line, l.col, d.geom, dcm.square_metres(d.geom) AS area
		FROM dcm.lattice(polygon, cell_m) AS l
			CROSS JOIN LATERAL ST_Dump(ST_Intersection(l.cell, polygon, fine)) AS d
		WHERE l.cell && polygon AND ST_Dimension(d.geom) = 2),
	host AS MATERIALIZED (
		SELECT s.id, coalesce((
			SELECT b.id
			FROM piece AS b
			WHERE b.geom && s.geom AND b.area >= cell_m * cell_m / 2::float8
				AND ST_Length(ST_Intersection(b.geom, s.geom, fine)) > 0::float8
			ORDER BY ST_Length(ST_Intersection(b.geom, s.geom, fine)) DESC, b.id
			LIMIT 1), s.id) AS host
		FROM piece AS s
		WHERE s.area < cell_m * cell_m / 2::float8),
	whole AS (
		SELECT coalesce(h.host, p.id) AS id, ST_Multi(ST_Union(p.geom, fine)) AS geom
		FROM piece AS p LEFT JOIN host AS h ON h.id = p.id
		GROUP BY 1)
	SELECT (pg_catalog.row_number() OVER (ORDER BY w.id))::int, w.geom
	FROM whole AS w;
END
$$;
COMMENT ON FUNCTION dcm.partition_area(geometry, float8) IS
	'Proposes unit grids: squares of cell_m metres a side clipped to the polygon, what is smaller than half a square given to the neighbour with the longest common side, numbered west to east in lines from north to south. 22023 for other geometry or more than a million squares. 划分单元网格的建议:自西向东、自北向南编号。';
