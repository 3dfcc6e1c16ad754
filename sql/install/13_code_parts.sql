-- The parts of codes, and codes made of parts.

-- dcm.province(x) to dcm.community(x): the area of each level that x lies in.
DO $$
DECLARE
	code text;
	name text;
	what text;
	what_zh text;
	depth int;
	part text;
	part_zh text;
	width int;
BEGIN
	FOR code, name, what, what_zh, depth, part, part_zh, width IN
		SELECT * FROM (VALUES
			('area_code', 'area', 'an area lies, itself if it is one; NULL where it lies above', '区划', 5),
			('grid_code', 'grid', 'a unit grid lies', '单元网格', 5),
			('component_id', 'component', 'a component lies', '部件', 3)) AS codes,
			(VALUES ('province', '省', 2), ('city', '市', 4), ('district', '区县', 6), ('street', '街道', 9), ('community', '社区', 12)) AS parts
	LOOP
		CONTINUE WHEN depth = 3 AND width > 6;
		EXECUTE pg_catalog.format($sql$
			CREATE FUNCTION dcm.%2$s(%3$I dcm.%1$s) RETURNS dcm.area_code LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_%1$s_%2$s';
			COMMENT ON FUNCTION dcm.%2$s(dcm.%1$s) IS 'The %2$s (%4$s digits) in which %5$s. %6$s所属%7$s。';
			$sql$, code, part, name, width, what, what_zh, part_zh);
	END LOOP;
END
$$;

CREATE FUNCTION dcm.parent(area dcm.area_code) RETURNS dcm.area_code LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_area_code_parent';
COMMENT ON FUNCTION dcm.parent(dcm.area_code) IS 'The area one level up; NULL for a province. 上一级区划,省为空。';
CREATE FUNCTION dcm.level(area dcm.area_code) RETURNS integer LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_area_code_level';
COMMENT ON FUNCTION dcm.level(dcm.area_code) IS 'Level of an area: 1 province, 2 city, 3 district, 4 street, 5 community. 区划级别:1省、2市、3区县、4街道、5社区。';

-- Unit grids

CREATE FUNCTION dcm.serial(grid dcm.grid_code) RETURNS integer LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_serial';
COMMENT ON FUNCTION dcm.serial(dcm.grid_code) IS 'Serial number of a unit grid in its community, 1 to 999. 单元网格在社区内的顺序号,1至999。';

CREATE FUNCTION dcm.make_grid_code(community dcm.area_code, serial integer) RETURNS dcm.grid_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_make_grid_code';
COMMENT ON FUNCTION dcm.make_grid_code(dcm.area_code, integer) IS
	'The grid code of a community (12 digits) and a serial number; 22023 if the area is no community, 22003 if the number is not 1 to 999. 由社区代码与顺序号组成单元网格代码。';

CREATE FUNCTION dcm.grid_code_2005(code text) RETURNS dcm.grid_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_2005';
COMMENT ON FUNCTION dcm.grid_code_2005(text) IS
	'The grid code of an old one of 14 digits, whose street of two digits gets a leading zero; 22P02 if it is none. 将旧版14位单元网格代码(街道2位)转换为15位代码。';

-- Components: what follows the district is cut as the edition of the standard
-- says, 2 + 2 + 6 in 2005, 2007 and 2013, 2 + 3 + 5 in the new one.

CREATE FUNCTION dcm.major(component dcm.component_id, edition text = '2013') RETURNS text LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_major';
COMMENT ON FUNCTION dcm.major(dcm.component_id, text) IS 'Major category of a component, 2 digits as text; editions 2005, 2007, 2013, new, 22023 for others. 部件大类代码。';
CREATE FUNCTION dcm.minor(component dcm.component_id, edition text = '2013') RETURNS text LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_minor';
COMMENT ON FUNCTION dcm.minor(dcm.component_id, text) IS 'Minor category of a component, 2 digits as text, 3 in the new edition; editions 2005, 2007, 2013, new, 22023 for others. 部件小类代码。';
CREATE FUNCTION dcm.serial(component dcm.component_id, edition text = '2013') RETURNS integer LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_serial';
COMMENT ON FUNCTION dcm.serial(dcm.component_id, text) IS 'Serial number of a component, of 6 digits, 5 in the new edition; editions 2005, 2007, 2013, new, 22023 for others. 部件顺序号。';

CREATE FUNCTION dcm.make_component_id(district dcm.area_code, major text, minor text, serial integer, edition text = '2013') RETURNS dcm.component_id LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_make_component_id';
COMMENT ON FUNCTION dcm.make_component_id(dcm.area_code, text, text, integer, text) IS
	'The component id of a district, a major and a minor category and a serial number, as the edition cuts it; 22023 if the area is no district, a category has not the digits it should, or the edition is unknown, 22003 if the number has too many digits. 由区县、大类、小类与顺序号组成部件标识码。';
