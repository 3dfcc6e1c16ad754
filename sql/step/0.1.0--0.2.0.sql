-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION dcm UPDATE" to load this file. \quit

-- Containment: what ANALYZE counts of areas, and what joins expect.
CREATE FUNCTION dcm.within_joinsel(internal, oid, internal, smallint, internal) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_within_joinsel';
CREATE FUNCTION dcm.contains_joinsel(internal, oid, internal, smallint, internal) RETURNS float8 LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_contains_joinsel';
COMMENT ON FUNCTION dcm.within_joinsel(internal, oid, internal, smallint, internal) IS 'Join selectivity of <@ with areas. 连接选择率估计。';
COMMENT ON FUNCTION dcm.contains_joinsel(internal, oid, internal, smallint, internal) IS 'Join selectivity of @> with areas. 连接选择率估计。';
DO $$
DECLARE
	code text;
BEGIN
	FOREACH code IN ARRAY '{area_code,grid_code,component_id}'::text[] LOOP
		EXECUTE pg_catalog.format($sql$
			CREATE FUNCTION dcm.areas(dcm.%1$s) RETURNS dcm.area_code[] LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_%1$s_areas';
			COMMENT ON FUNCTION dcm.areas(dcm.%1$s) IS 'The areas in which a code lies, itself if it is one, from the province down. 代码所属的各级区划,自省起。';
			CREATE FUNCTION dcm.%1$s_typanalyze(internal) RETURNS boolean LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_%1$s_typanalyze';
			COMMENT ON FUNCTION dcm.%1$s_typanalyze(internal) IS 'ANALYZE of %1$s: core''s statistics, and the shares of areas. 统计信息收集:另计各区划所占比例。';
			ALTER TYPE dcm.%1$s SET (ANALYZE = dcm.%1$s_typanalyze);
			ALTER OPERATOR dcm.<@ (dcm.%1$s, dcm.area_code) SET (JOIN = dcm.within_joinsel);
			ALTER OPERATOR dcm.@> (dcm.area_code, dcm.%1$s) SET (JOIN = dcm.contains_joinsel);
		$sql$, code);
	END LOOP;
END
$$;

-- New rooms, and those that hold functions alone: all of each.
@replace install/16_reading.sql@
@replace install/20_config.sql@
@replace install/22_config_version.sql@
@replace install/23_base_org.sql@
@replace install/24_base_area.sql@
@replace install/25_base_component.sql@
@replace install/26_base_place.sql@
@replace install/27_import.sql@
@replace install/28_import_org.sql@
@replace install/28_import_rules.sql@
@replace install/29_import_area.sql@
@replace install/29_import_place.sql@
@replace install/29_import_things.sql@
@replace install/30_time.sql@
@replace install/40_space.sql@
@replace install/41_responsible.sql@
@replace install/42_grids.sql@
DROP FUNCTION dcm.dispatch_case(bigint, text, text, timestamptz, text, bigint);
DROP FUNCTION dcm.handle_case(bigint, text, text, text, timestamptz, text, bigint);
@replace install/51_case_verbs.sql@
DROP FUNCTION dcm.fold_cases(bigint[]);
DROP FUNCTION dcm.verify_all(timestamptz);
@replace install/52_case_verify.sql@
@replace install/53_case_read.sql@
@replace install/54_case_clock.sql@
@replace install/55_case_desk.sql@
@replace install/56_case_intake.sql@
@replace install/57_case_workflow.sql@
@replace install/58_case_anchor.sql@
@replace install/58_case_auto.sql@
@replace install/59_case_sample.sql@
@replace install/59_case_registers.sql@
@replace install/59_case_sight.sql@
@replace install/70_job.sql@
@replace install/80_health.sql@
@replace install/90_city.sql@
@replace install/91_presets.sql@
@replace install/92_grants.sql@
@replace install/93_map.sql@

-- Of the room of the case file, where types stand too, what is new.
CREATE FUNCTION dcm.acting() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_acting';
COMMENT ON FUNCTION dcm.acting() IS
	'The code of the person who acts, NULL where that is nobody. 当前操作人代码,无则为空。';

-- The value of the evaluation.
@include install/60_score_tally.sql@
@include install/61_score_indicator.sql@
@include install/64_score_compare.sql@
@include install/65_score_bi.sql@
@include install/66_score_bulletin.sql@

@include install/99_rights.sql@
