-- Where: coordinates, the exact predicate, and the grid of a point.
--
-- Bodies given by RETURN are bound to PostGIS when the extension is made, so
-- they need no search path at run time; they are not STRICT, because then the
-- planner would not inline them.

CREATE FUNCTION dcm.to_gcj02(wgs84 point) RETURNS point
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'dcm_to_gcj02';
COMMENT ON FUNCTION dcm.to_gcj02(point) IS
	'WGS-84 longitude and latitude as GCJ-02, in degrees; the same outside China. 22023 out of range. 将 WGS-84 经纬度转为 GCJ-02(火星坐标)。';

CREATE FUNCTION dcm.from_gcj02(gcj02 point) RETURNS point
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'dcm_from_gcj02';
COMMENT ON FUNCTION dcm.from_gcj02(point) IS
	'GCJ-02 longitude and latitude as WGS-84, in degrees, to a thousandth of a millimetre. 22023 out of range. 将 GCJ-02 经纬度还原为 WGS-84。';

CREATE FUNCTION dcm.to_bd09(wgs84 point) RETURNS point
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'dcm_to_bd09';
COMMENT ON FUNCTION dcm.to_bd09(point) IS
	'WGS-84 longitude and latitude as BD-09, in degrees. 22023 out of range. 将 WGS-84 经纬度转为 BD-09(百度坐标)。';

CREATE FUNCTION dcm.from_bd09(bd09 point) RETURNS point
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 200
	AS 'MODULE_PATHNAME', 'dcm_from_bd09';
COMMENT ON FUNCTION dcm.from_bd09(point) IS
	'BD-09 longitude and latitude as WGS-84, in degrees, to a thousandth of a millimetre. 22023 out of range. 将 BD-09 经纬度还原为 WGS-84。';

CREATE FUNCTION dcm.from_crs(lon float8, lat float8, crs text) RETURNS point
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'dcm_from_crs';
COMMENT ON FUNCTION dcm.from_crs(float8, float8, text) IS
	'Longitude and latitude of crs wgs84, cgcs2000, gcj02 or bd09 as WGS-84, in degrees. 22023 for other crs or out of range. 将指定坐标系的经纬度转为 WGS-84。';

CREATE FUNCTION dcm.city_srid(srid int = NULL) RETURNS int
	LANGUAGE C STABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_city_srid';
COMMENT ON FUNCTION dcm.city_srid(int) IS
	'The city''s SRID, where geometry of the SRID given may be taken as the city''s: the same one, or 4326 and 4490 for each other. 22023 for 0 and for others; without one, just the city''s. 返回城市坐标系编号;坐标系不符时报错。';

CREATE FUNCTION dcm.to_city(location geometry) RETURNS geometry
	LANGUAGE sql STABLE PARALLEL SAFE COST 10
	RETURN ST_SetSRID(location, dcm.city_srid(ST_SRID(location)));
COMMENT ON FUNCTION dcm.to_city(geometry) IS
	'The geometry with the city''s SRID; coordinates stay as they are. 22023 where dcm.city_srid() refuses. 将几何体标为城市坐标系,坐标不变。';

CREATE FUNCTION dcm.point(lon float8, lat float8, crs text = 'wgs84') RETURNS geometry
	LANGUAGE sql STABLE PARALLEL SAFE COST 150
	RETURN CASE WHEN dcm.city_srid() IN (4326, 4490)
		THEN ST_SetSRID(dcm.from_crs(lon, lat, crs)::geometry, dcm.city_srid())
		ELSE ST_Transform(ST_SetSRID(dcm.from_crs(lon, lat, crs)::geometry, 4326), dcm.city_srid()) END;
COMMENT ON FUNCTION dcm.point(float8, float8, text) IS
	'A point of the city from longitude and latitude in degrees; crs is wgs84, cgcs2000, gcj02 or bd09. 22023 for other crs or out of range. 由经纬度生成城市坐标系的点。';

CREATE FUNCTION dcm.covers_wkb(polygon bytea, x float8, y float8) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'dcm_covers_wkb';
COMMENT ON FUNCTION dcm.covers_wkb(bytea, float8, float8) IS
	'Whether a polygon or multipolygon in WKB covers the point, border included, in real arithmetic on the coordinates as stored. 22P03 for junk, 22023 for other geometry or a point that is not finite. 多边形是否覆盖该点(含边界,精确判定)。';

CREATE FUNCTION dcm.covers_wkb(polygon bytea, location bytea) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'dcm_covers_wkb_point';
COMMENT ON FUNCTION dcm.covers_wkb(bytea, bytea) IS
	'The same for a point in WKB; an empty one is covered by nothing. 22023 for what is not a point. 同上,点以 WKB 给出。';

CREATE FUNCTION dcm.covers(area geometry, location geometry) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 60
	RETURN area && location AND dcm.covers_wkb(ST_AsBinary(area), ST_AsBinary(location));
COMMENT ON FUNCTION dcm.covers(geometry, geometry) IS
	'Whether the polygon covers the point, border included, as dcm.covers_wkb() says; uses an index on the polygon. NULL for NULL, 22023 for other geometry. 多边形是否覆盖该点(可用空间索引)。';

CREATE FUNCTION dcm.locate(location geometry, at timestamptz = now()) RETURNS dcm.grid_code
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'dcm_locate';
COMMENT ON FUNCTION dcm.locate(geometry, timestamptz) IS
	'The unit grid, valid at the time given, that covers the point, border included; the lowest code where several do, NULL where none does. 22023 for what is not a point of the city''s coordinate system. 返回该点所在的单元网格代码。';

CREATE FUNCTION dcm.is_lonlat(srid int) RETURNS boolean
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10
	RETURN srid IN (4326, 4490)
		OR EXISTS (SELECT FROM spatial_ref_sys AS s WHERE s.srid = is_lonlat.srid AND s.proj4text LIKE '%+proj=longlat%');
COMMENT ON FUNCTION dcm.is_lonlat(int) IS
	'Whether coordinates of the SRID are degrees of longitude and latitude; others are taken as metres. 该坐标系是否为经纬度。';

-- A constant is cast when the call is planned, whatever a CASE around it says, and
-- one in metres has no geography: now() keeps it from that.

CREATE FUNCTION dcm.metres(one geometry, other geometry) RETURNS float8
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
	RETURN CASE WHEN ST_SRID(one) <> ST_SRID(other) THEN
			CASE WHEN dcm.is_lonlat(dcm.city_srid()) THEN ST_Distance(dcm.to_city(one)::geography, dcm.to_city(other)::geography)
				ELSE ST_Distance(dcm.to_city(one), dcm.to_city(other)) END
		WHEN dcm.is_lonlat(ST_SRID(one)) THEN ST_Distance((CASE WHEN now() IS NOT NULL THEN one END)::geography, (CASE WHEN now() IS NOT NULL THEN other END)::geography)
		ELSE ST_Distance(one, other) END;
COMMENT ON FUNCTION dcm.metres(geometry, geometry) IS
	'The distance between two geometries in metres, 0 where they touch; 22023 where they are of two coordinate systems. 两个几何体之间的距离(米)。';

CREATE FUNCTION dcm.square_metres(area geometry) RETURNS float8
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
	RETURN CASE WHEN dcm.is_lonlat(ST_SRID(area)) THEN ST_Area((CASE WHEN now() IS NOT NULL THEN area END)::geography) ELSE ST_Area(area) END;
COMMENT ON FUNCTION dcm.square_metres(geometry) IS
	'The area of a polygon in square metres. 多边形面积(平方米)。';

CREATE FUNCTION dcm.reach(location geometry, metres float8) RETURNS geometry
	LANGUAGE sql STABLE PARALLEL SAFE COST 20
	RETURN CASE WHEN dcm.is_lonlat(ST_SRID(location))
		THEN ST_Expand(location, metres / 110000 / greatest(0.01, cosd(least(89, abs(ST_Y(ST_Centroid(location)))))), metres / 110000)
		ELSE ST_Expand(location, metres) END;
COMMENT ON FUNCTION dcm.reach(geometry, float8) IS
	'A box that holds everything within so many metres of the geometry, for the index to look in. 包含若干米范围的外接矩形,供索引检索。';
