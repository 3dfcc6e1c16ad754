-- What the case file asks of the map.

CREATE FUNCTION dcm.case_place(location @postgis@.geometry, crs text,
	OUT point @postgis@.geometry, OUT grid dcm.grid_code, OUT area dcm.area_code, OUT area_class smallint)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 200
AS $$
BEGIN
	IF crs IS NULL THEN
		point := dcm.to_city(location);
	ELSE
		point := dcm.point(@postgis@.st_x(location), @postgis@.st_y(location), crs);
	END IF;
	grid := dcm.locate(point);
	IF grid IS NOT NULL THEN
		SELECT g.area_class INTO area_class FROM dcm.grid AS g WHERE g.code OPERATOR(dcm.=) case_place.grid;
		area := dcm.community(grid);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.case_place(@postgis@.geometry, text) IS
	'A location as a point of the city, with the unit grid, community and area class that it lies in (NULL outside all grids). 案件位置所在的单元网格、社区与区域类别。';
REVOKE ALL ON FUNCTION dcm.case_place(@postgis@.geometry, text) FROM PUBLIC;
