-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION dcm" to load this file. \quit

-- Code is the extension, tables are the city's: nothing in this script holds
-- rows.  See sql/city for what dcm.create_city() makes.

CREATE FUNCTION dcm.version() RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_version';
COMMENT ON FUNCTION dcm.version() IS
	'Version of the loaded library, as text such as 0.1.0. 返回已加载的库的版本。';
