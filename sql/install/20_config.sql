-- Configuration: the triggers of rule tables and the reading of settings.

CREATE FUNCTION dcm.config_changed() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_config_changed';
COMMENT ON FUNCTION dcm.config_changed() IS
	'Trigger of configuration tables, for statements and, where logical replication brings the rows, for these: gives the table a new version and tells all backends. 配置表的触发器:语句级,逻辑复制时为行级。';

CREATE FUNCTION dcm.log_config() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100
	AS 'MODULE_PATHNAME', 'dcm_log_config';
COMMENT ON FUNCTION dcm.log_config() IS
	'Row trigger of configuration tables: writes dcm.config_log as the city''s owner, so whoever changes a rule needs no right on the log. 配置表的行级触发器,写入变更日志。';

CREATE FUNCTION dcm.require_city() RETURNS void
	LANGUAGE C STABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_require_city';
COMMENT ON FUNCTION dcm.require_city() IS
	'Nothing where this database has a city, 55000 dcm.no_city where not. 数据库尚未建城则报错。';

CREATE FUNCTION dcm.require_origin() RETURNS void
	LANGUAGE C STABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_require_origin';
COMMENT ON FUNCTION dcm.require_origin() IS
	'Nothing where the city acts itself, 55000 dcm.replica where its cases come by logical replication. 逻辑复制的只读副本则报错。';

CREATE FUNCTION dcm.script_version() RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
	RETURN (SELECT e.extversion FROM pg_catalog.pg_extension AS e WHERE e.extname OPERATOR(pg_catalog.=) 'dcm');
COMMENT ON FUNCTION dcm.script_version() IS
	'Version of the extension''s objects in this database, which stays behind dcm.version() until ALTER EXTENSION dcm UPDATE. 本数据库中扩展对象的版本。';

CREATE FUNCTION dcm.require_city(version text) RETURNS void
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	has text := dcm.setting('schema_version');
BEGIN
	IF string_to_array(has, '.')::int[] < string_to_array(version, '.')::int[] THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'the city''s tables are of an earlier version',
			DETAIL = format('They are of version %s, this call needs %s.', has, version),
			HINT = 'Its owner calls dcm.upgrade_city().',
			CONSTRAINT = 'dcm.old_city';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.require_city(text) IS
	'Nothing where the city''s tables are of that version or a later one, 55000 dcm.old_city where they are older. 城市表结构版本过旧则报错。';

CREATE FUNCTION dcm.setting(name text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
AS $$
DECLARE
	-- qualified, since the first call in a session settles it, and C calls this
	-- as the city's owner
	answer pg_catalog.text;
BEGIN
	PERFORM dcm.require_city();
	SELECT coalesce(s.value, s.default_value) INTO answer
	FROM dcm.setting AS s WHERE s.name OPERATOR(pg_catalog.=) setting.name;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_object',
			MESSAGE = pg_catalog.format('setting "%s" does not exist', name),
			HINT = 'See table dcm.setting for what there is.',
			CONSTRAINT = 'dcm.no_setting';
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION dcm.setting(text) IS
	'The value of a city''s setting, or its default; 42704 where there is none of that name. 城市设置的值,缺省取默认值。';

CREATE FUNCTION dcm.watch_config(config_table regclass, rows_too boolean = true) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_class AS c
			WHERE c.oid OPERATOR(pg_catalog.=) config_table AND c.relkind IN ('r', 'p')) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = pg_catalog.format('%s is not a table', config_table),
			CONSTRAINT = 'dcm.no_table';
	END IF;
	EXECUTE pg_catalog.format(
		'CREATE TRIGGER dcm_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
			FOR EACH STATEMENT EXECUTE FUNCTION dcm.config_changed()', config_table);
	EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE ALWAYS TRIGGER dcm_config_changed', config_table);
	-- logical replication fires triggers of rows alone
	EXECUTE pg_catalog.format(
		'CREATE TRIGGER dcm_config_applied AFTER INSERT OR UPDATE OR DELETE ON %s
			FOR EACH ROW EXECUTE FUNCTION dcm.config_changed()', config_table);
	EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE REPLICA TRIGGER dcm_config_applied', config_table);
	IF rows_too THEN
		EXECUTE pg_catalog.format(
			'CREATE TRIGGER dcm_config_log AFTER INSERT OR UPDATE OR DELETE ON %s
				FOR EACH ROW EXECUTE FUNCTION dcm.log_config()', config_table);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.watch_config(regclass, boolean) IS
	'Marks a table as configuration: backends learn of its changes, and with rows_too each change is written to dcm.config_log. 将表登记为配置表。';
