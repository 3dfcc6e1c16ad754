-- Values of lists as people type them: NULL for what is none, so that one bad
-- row of an import does not lose the others.

CREATE FUNCTION dcm.clean(given text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_clean';
COMMENT ON FUNCTION dcm.clean(text) IS
	'A text without blanks at its ends, ideographic ones and byte order marks included; NULL where nothing is left. 去除首尾空白,空则为空值。';

CREATE FUNCTION dcm.read_number(given text) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_number';
COMMENT ON FUNCTION dcm.read_number(text) IS
	'A finite number as it stands in a list, full-width digits too; NULL for what is none. 读取清单中的数值,无效则为空。';

CREATE FUNCTION dcm.read_integer(given text) RETURNS int
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_integer';
COMMENT ON FUNCTION dcm.read_integer(text) IS
	'A whole number as it stands in a list; NULL for what is none. 读取清单中的整数,无效则为空。';

CREATE FUNCTION dcm.read_date(given text) RETURNS date
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_date';
COMMENT ON FUNCTION dcm.read_date(text) IS
	'A date as it stands in a list: 2015-03-02, 2015/3/2, 2015.3.2, 20150302, 2015年3月2日, with or without midnight after it; NULL for what is none. 读取清单中的日期,无效则为空。';

CREATE FUNCTION dcm.read_boolean(given text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_boolean';
COMMENT ON FUNCTION dcm.read_boolean(text) IS
	'Yes or no as it stands in a list: true, t, yes, y, 1, 是, 有 and their opposites; NULL for what is neither. 读取清单中的是否值。';

CREATE FUNCTION dcm.read_area_code(given text) RETURNS dcm.area_code
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_area_code';
COMMENT ON FUNCTION dcm.read_area_code(text) IS
	'An area code as it stands in a list; NULL for what is none. 读取清单中的区划代码,无效则为空。';

CREATE FUNCTION dcm.read_grid_code(given text) RETURNS dcm.grid_code
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_grid_code';
COMMENT ON FUNCTION dcm.read_grid_code(text) IS
	'A grid code of 15 digits as it stands in a list; NULL for what is none. 读取清单中的单元网格代码,无效则为空。';

CREATE FUNCTION dcm.read_grid_code_2005(given text) RETURNS dcm.grid_code
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_grid_code_2005';
COMMENT ON FUNCTION dcm.read_grid_code_2005(text) IS
	'A grid code of 14 digits as it stands in a list, in today''s form as dcm.grid_code_2005() makes it; NULL for what is none. 读取清单中的旧版14位网格代码。';

CREATE FUNCTION dcm.read_component_id(given text) RETURNS dcm.component_id
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_component_id';
COMMENT ON FUNCTION dcm.read_component_id(text) IS
	'A component id as it stands in a list; NULL for what is none. 读取清单中的部件标识码,无效则为空。';

CREATE FUNCTION dcm.read_time_limit(given text, bare_day text = NULL, bare_hour text = NULL) RETURNS dcm.time_limit
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_read_time_limit';
COMMENT ON FUNCTION dcm.read_time_limit(text, text, text) IS
	'A time limit as it stands in a list, a bare day or hour (3天, 4小时) taken as the unit that the city says it means; NULL for what is none. 22023 for a unit that is none. 读取清单中的时限,裸单位按给定含义。';

CREATE FUNCTION dcm.is_bare_limit(given text) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_is_bare_limit';
COMMENT ON FUNCTION dcm.is_bare_limit(text) IS
	'Whether a time limit of a list has a bare day or hour, of which it must be said what it means. 时限是否为裸单位(天、小时)。';

CREATE FUNCTION dcm.faults(VARIADIC found text[]) RETURNS text[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_faults';
COMMENT ON FUNCTION dcm.faults(text[]) IS
	'Those of the faults of a row that were found, NULL where there is none. 汇集一行的问题,无则为空。';

CREATE FUNCTION dcm.why_not(given text, type regtype) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE format('SELECT %L::%s', dcm.clean(given), type);
	RETURN NULL;
EXCEPTION WHEN data_exception THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', nullif(detail, ''), nullif(hint, ''), CASE WHEN detail = '' THEN message END);
END
$$;
COMMENT ON FUNCTION dcm.why_not(text, regtype) IS
	'What is wrong with a text that is no value of the type, in words; NULL where it is one. 文本为何不是该类型的值。';
