-- What the case file asks of the map.

CREATE FUNCTION dcm.case_place(location @postgis@.geometry, crs text, at timestamptz,
	OUT point @postgis@.geometry, OUT grid dcm.grid_code, OUT area dcm.area_code, OUT area_class smallint)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 200
AS $$
DECLARE
	-- of the city's coordinates, or of degrees where crs is given
	lonlat CONSTANT boolean := crs IS NOT NULL
		OR @srid@ OPERATOR(pg_catalog.=) ANY ('{4490,4326}'::pg_catalog.int4[]);
	x pg_catalog.float8;
	y pg_catalog.float8;
BEGIN
	IF @postgis@.geometrytype(location) OPERATOR(pg_catalog.=) 'POINT' THEN
		x := @postgis@.st_x(location);
		y := @postgis@.st_y(location);
	END IF;
	-- not for what is no point, empty, infinite, or NaN, which is above all numbers
	IF NOT coalesce(pg_catalog.abs(x) OPERATOR(pg_catalog.<=) CASE WHEN lonlat THEN 180 ELSE 1e9 END::pg_catalog.float8
			AND pg_catalog.abs(y) OPERATOR(pg_catalog.<=) CASE WHEN lonlat THEN 90 ELSE 1e9 END::pg_catalog.float8, false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the location of a case must be a point within the coordinates'' range',
			CONSTRAINT = 'dcm.bad_location';
	END IF;
	IF crs IS NULL THEN
		point := dcm.to_city(location);
	ELSE
		point := dcm.point(x, y, crs);
	END IF;
	grid := dcm.locate(point, at);
	IF grid IS NOT NULL THEN
		SELECT g.area_class INTO area_class FROM dcm.grid AS g WHERE g.code OPERATOR(dcm.=) case_place.grid;
		area := dcm.community(grid);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.case_place(@postgis@.geometry, text, timestamptz) IS
	'A location as a point of the city, with the unit grid of that time, community and area class that it lies in (NULL outside all grids); 22023 for what is no point. 案件位置所在的单元网格、社区与区域类别。';
REVOKE ALL ON FUNCTION dcm.case_place(@postgis@.geometry, text, timestamptz) FROM PUBLIC;
