-- The three code types: eight bytes by value, in and out as text and binary.
-- The binary form is the stored bigint.  src/code/codes.h tells the layout.

CREATE TYPE dcm.area_code;
CREATE TYPE dcm.grid_code;
CREATE TYPE dcm.component_id;

CREATE FUNCTION dcm.area_code_in(cstring) RETURNS dcm.area_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_area_code_in';
CREATE FUNCTION dcm.area_code_out(dcm.area_code) RETURNS cstring LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_area_code_out';
CREATE FUNCTION dcm.area_code_recv(internal) RETURNS dcm.area_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_area_code_recv';
CREATE FUNCTION dcm.area_code_send(dcm.area_code) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'int8send';

CREATE FUNCTION dcm.grid_code_in(cstring) RETURNS dcm.grid_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_in';
CREATE FUNCTION dcm.grid_code_out(dcm.grid_code) RETURNS cstring LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_out';
CREATE FUNCTION dcm.grid_code_recv(internal) RETURNS dcm.grid_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_recv';
CREATE FUNCTION dcm.grid_code_send(dcm.grid_code) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'int8send';

CREATE FUNCTION dcm.component_id_in(cstring) RETURNS dcm.component_id LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_in';
CREATE FUNCTION dcm.component_id_out(dcm.component_id) RETURNS cstring LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_out';
CREATE FUNCTION dcm.component_id_recv(internal) RETURNS dcm.component_id LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_recv';
CREATE FUNCTION dcm.component_id_send(dcm.component_id) RETURNS bytea LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'int8send';

CREATE TYPE dcm.area_code (INPUT = dcm.area_code_in, OUTPUT = dcm.area_code_out, RECEIVE = dcm.area_code_recv, SEND = dcm.area_code_send, LIKE = int8);
CREATE TYPE dcm.grid_code (INPUT = dcm.grid_code_in, OUTPUT = dcm.grid_code_out, RECEIVE = dcm.grid_code_recv, SEND = dcm.grid_code_send, LIKE = int8);
CREATE TYPE dcm.component_id (INPUT = dcm.component_id_in, OUTPUT = dcm.component_id_out, RECEIVE = dcm.component_id_recv, SEND = dcm.component_id_send, LIKE = int8);

COMMENT ON TYPE dcm.area_code IS
	'Administrative area: province of 2 digits, city 4, district 6, street 9 or community 12; an area sorts before all that lies in it. 行政区划代码:省2位、市4位、区县6位、街道9位、社区12位。';
COMMENT ON TYPE dcm.grid_code IS
	'Unit grid, 15 digits: district 6, street 3, community 3, serial number 3 (001 to 999). 单元网格代码,15位:区县6位、街道3位、社区3位、顺序号3位(001至999)。';
COMMENT ON TYPE dcm.component_id IS
	'Managed component, 16 digits: district 6, then major category, minor category and serial number as the edition of the standard cuts them. 部件标识码,16位:区县6位,其后按标准版本切分为大类、小类与顺序号。';

-- Text: nothing is lost either way, and what goes in is judged as input is.

CREATE CAST (dcm.area_code AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS dcm.area_code) WITH INOUT;
CREATE CAST (dcm.grid_code AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS dcm.grid_code) WITH INOUT;
CREATE CAST (dcm.component_id AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (text AS dcm.component_id) WITH INOUT;

-- bigint: the number that the digits spell.  An area has none, since its
-- length is part of it.

CREATE FUNCTION dcm.grid_code(bigint) RETURNS dcm.grid_code LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_grid_code_from_bigint';
CREATE FUNCTION dcm.component_id(bigint) RETURNS dcm.component_id LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_component_id_from_bigint';
COMMENT ON FUNCTION dcm.grid_code(bigint) IS
	'The grid code that a number spells with leading zeros; 22003 if none does. 由整数得到单元网格代码(补足前导零)。';
COMMENT ON FUNCTION dcm.component_id(bigint) IS
	'The component id that a number spells with leading zeros; 22003 if none does. 由整数得到部件标识码(补足前导零)。';

CREATE CAST (dcm.grid_code AS bigint) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (bigint AS dcm.grid_code) WITH FUNCTION dcm.grid_code(bigint);
CREATE CAST (dcm.component_id AS bigint) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (bigint AS dcm.component_id) WITH FUNCTION dcm.component_id(bigint);

COMMENT ON CAST (dcm.grid_code AS bigint) IS 'The number that the digits spell. 各位数字所表示的整数。';
COMMENT ON CAST (bigint AS dcm.grid_code) IS 'Leading zeros are put in front; 22003 if it is no grid code. 补足前导零,不合规则则报错22003。';
COMMENT ON CAST (dcm.component_id AS bigint) IS 'The number that the digits spell. 各位数字所表示的整数。';
COMMENT ON CAST (bigint AS dcm.component_id) IS 'Leading zeros are put in front; 22003 if it is no component id. 补足前导零,不合规则则报错22003。';

DO $$
DECLARE
	code text;
BEGIN
	FOR code IN VALUES ('area_code'), ('grid_code'), ('component_id') LOOP
		EXECUTE pg_catalog.format($sql$
			COMMENT ON FUNCTION dcm.%1$s_in(cstring) IS 'Text input; 22P02 if it is no %1$s. 文本输入,不合规则则报错22P02。';
			COMMENT ON FUNCTION dcm.%1$s_out(dcm.%1$s) IS 'Text output, leading zeros included. 文本输出,含前导零。';
			COMMENT ON FUNCTION dcm.%1$s_recv(internal) IS 'Binary input, eight bytes; 22P03 where text input would refuse. 二进制输入,不合规则则报错22P03。';
			COMMENT ON FUNCTION dcm.%1$s_send(dcm.%1$s) IS 'Binary output: the stored bigint. 二进制输出。';
			COMMENT ON CAST (dcm.%1$s AS text) IS 'The digits, leading zeros included. 各位数字,含前导零。';
			COMMENT ON CAST (text AS dcm.%1$s) IS 'As input reads it; 22P02 if it is no %1$s. 与输入相同,不合规则则报错22P02。';
			$sql$, code);
	END LOOP;
END
$$;
