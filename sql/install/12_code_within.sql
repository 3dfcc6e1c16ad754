-- What lies in an area: containment, the span of codes that it is, and what the
-- planner is told of it, the same for each type.

CREATE FUNCTION dcm.within_support(internal) RETURNS internal LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_within_support';
CREATE FUNCTION dcm.contains_support(internal) RETURNS internal LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_contains_support';
CREATE FUNCTION dcm.within_sel(internal, oid, internal, integer) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_within_sel';
CREATE FUNCTION dcm.contains_sel(internal, oid, internal, integer) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_contains_sel';
CREATE FUNCTION dcm.within_joinsel(internal, oid, internal, smallint, internal) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_within_joinsel';
CREATE FUNCTION dcm.contains_joinsel(internal, oid, internal, smallint, internal) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_contains_joinsel';
COMMENT ON FUNCTION dcm.within_support(internal) IS 'Planner support of <@ with areas: a range of an index. 计划器支持:转换为索引范围。';
COMMENT ON FUNCTION dcm.contains_support(internal) IS 'Planner support of @> with areas: a range of an index. 计划器支持:转换为索引范围。';
COMMENT ON FUNCTION dcm.within_sel(internal, oid, internal, integer) IS 'Selectivity of <@ with areas. 选择率估计。';
COMMENT ON FUNCTION dcm.contains_sel(internal, oid, internal, integer) IS 'Selectivity of @> with areas. 选择率估计。';
COMMENT ON FUNCTION dcm.within_joinsel(internal, oid, internal, smallint, internal) IS 'Join selectivity of <@ with areas. 连接选择率估计。';
COMMENT ON FUNCTION dcm.contains_joinsel(internal, oid, internal, smallint, internal) IS 'Join selectivity of @> with areas. 连接选择率估计。';

-- The planner finds dcm.first_TYPE, dcm.last_TYPE and dcm.areas by these names.
DO $$
DECLARE
	code text;
	meaning text;
BEGIN
	FOR code, meaning IN VALUES
		('area_code', 'An area is the other or lies in it. 区划等于或属于另一区划。'),
		('grid_code', 'A unit grid lies in an area. 单元网格属于区划。'),
		('component_id', 'A component''s district is the area or lies in it; never in a street or below. 部件所属区县等于或属于区划,街道及以下为假。')
	LOOP
		EXECUTE pg_catalog.format($sql$
			CREATE FUNCTION dcm.first_%1$s(area dcm.area_code) RETURNS dcm.%1$s LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_first_%1$s';
			CREATE FUNCTION dcm.last_%1$s(area dcm.area_code) RETURNS dcm.%1$s LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_last_%1$s';
			CREATE FUNCTION dcm.areas(dcm.%1$s) RETURNS dcm.area_code[] LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_%1$s_areas';
			CREATE FUNCTION dcm.%1$s_within(dcm.%1$s, dcm.area_code) RETURNS boolean LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 SUPPORT dcm.within_support AS 'MODULE_PATHNAME', 'dcm_%1$s_within';
			CREATE FUNCTION dcm.contains_%1$s(dcm.area_code, dcm.%1$s) RETURNS boolean LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 SUPPORT dcm.contains_support AS 'MODULE_PATHNAME', 'dcm_contains_%1$s';
			CREATE OPERATOR dcm.<@ (LEFTARG = dcm.%1$s, RIGHTARG = dcm.area_code, FUNCTION = dcm.%1$s_within, COMMUTATOR = OPERATOR(dcm.@>), RESTRICT = dcm.within_sel, JOIN = dcm.within_joinsel);
			CREATE OPERATOR dcm.@> (LEFTARG = dcm.area_code, RIGHTARG = dcm.%1$s, FUNCTION = dcm.contains_%1$s, COMMUTATOR = OPERATOR(dcm.<@), RESTRICT = dcm.contains_sel, JOIN = dcm.contains_joinsel);
			CREATE FUNCTION dcm.%1$s_typanalyze(internal) RETURNS boolean LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_%1$s_typanalyze';
			ALTER TYPE dcm.%1$s SET (ANALYZE = dcm.%1$s_typanalyze);
			COMMENT ON FUNCTION dcm.%1$s_typanalyze(internal) IS 'ANALYZE of %1$s: core''s statistics, and the shares of areas. 统计信息收集:另计各区划所占比例。';
			COMMENT ON FUNCTION dcm.first_%1$s(dcm.area_code) IS 'The first %1$s in order that an area has room for; NULL where none can lie in it. 区划范围内次序最前的代码。';
			COMMENT ON FUNCTION dcm.last_%1$s(dcm.area_code) IS 'The last %1$s in order that an area has room for; NULL where none can lie in it. 区划范围内次序最后的代码。';
			COMMENT ON FUNCTION dcm.areas(dcm.%1$s) IS 'The areas in which a code lies, itself if it is one, from the province down. 代码所属的各级区划,自省起。';
			COMMENT ON FUNCTION dcm.%1$s_within(dcm.%1$s, dcm.area_code) IS 'Implementation of the <@ operator. 属于。';
			COMMENT ON FUNCTION dcm.contains_%1$s(dcm.area_code, dcm.%1$s) IS 'Implementation of the @> operator. 包含。';
			COMMENT ON OPERATOR dcm.<@ (dcm.%1$s, dcm.area_code) IS %2$L;
			COMMENT ON OPERATOR dcm.@> (dcm.area_code, dcm.%1$s) IS %2$L;
			$sql$, code, meaning);
	END LOOP;
END
$$;
