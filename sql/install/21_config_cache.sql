-- What a backend keeps of the city's configuration in memory.

CREATE FUNCTION dcm.config_cache_status(
	OUT cache text,
	OUT builds bigint,
	OUT bytes bigint)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10 ROWS 10
	AS 'MODULE_PATHNAME', 'dcm_config_cache_status';
COMMENT ON FUNCTION dcm.config_cache_status() IS
	'The configuration that this backend keeps in memory: how often each cache was built, and its size in bytes. 本会话内存中的配置缓存:构建次数与字节数。';
