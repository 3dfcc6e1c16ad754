-- Making and unmaking a city, its presets and the database roles.

CREATE FUNCTION dcm.city_script() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN
@city@
;
COMMENT ON FUNCTION dcm.city_script() IS
	'The script that create_city runs, with @srid@ and @postgis@ to be put in. 建城脚本的文本。';

CREATE FUNCTION dcm.preset_script(preset text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE preset
@presets@
END;
COMMENT ON FUNCTION dcm.preset_script(text) IS
	'The script of a preset, NULL where there is none of that name. 预置数据的脚本。';

CREATE FUNCTION dcm.load_preset(preset text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
AS $$
DECLARE
	script text := dcm.preset_script(preset);
BEGIN
	IF script IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('preset "%s" does not exist', preset),
			HINT = 'SELECT * FROM dcm.presets() lists what is shipped.',
			CONSTRAINT = 'dcm.no_preset';
	END IF;
	PERFORM dcm.require_city();
	EXECUTE script;
END
$$;
COMMENT ON FUNCTION dcm.load_preset(text) IS
	'Loads rows that the extension ships; they are the city''s own from then on, and rows that stand already are left as they are. 加载预置数据,已有的行保持不变。';

CREATE FUNCTION dcm.create_city(
	name text,
	area_code text,
	mode text = 'one_two',
	srid int = 4490,
	edition text = '2013',
	time_zone text = 'Asia/Shanghai',
	presets text[] = '{transitions,cn_calendar}')
	RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
AS $$
DECLARE
	postgis text;
	preset text;
BEGIN
	IF pg_catalog.getdatabaseencoding() <> 'UTF8' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'a city needs a database in UTF8',
			DETAIL = pg_catalog.format('This database is in %s.', pg_catalog.getdatabaseencoding()),
			HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0.',
			CONSTRAINT = 'dcm.encoding';
	END IF;
	IF pg_catalog.to_regclass('dcm.setting') IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'this database has a city already',
			HINT = 'One database holds one city; see dcm.drop_city().',
			CONSTRAINT = 'dcm.city_exists';
	END IF;
	IF mode NOT IN ('one_one', 'one_two', 'two_one', 'two_two', 'combined') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('unknown organisation mode "%s"', mode),
			HINT = 'Use one_one, one_two, two_one, two_two or combined.',
			CONSTRAINT = 'dcm.org_mode';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_catalog.pg_timezone_names AS z WHERE z.name = time_zone) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('time zone "%s" not recognized', time_zone),
			CONSTRAINT = 'dcm.time_zone';
	END IF;

	SELECT n.nspname INTO STRICT postgis
	FROM pg_catalog.pg_extension AS e
		JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
	WHERE e.extname = 'postgis';

	EXECUTE pg_catalog.replace(pg_catalog.replace(dcm.city_script(),
		'@srid@', srid::text),
		'@postgis@', pg_catalog.quote_ident(postgis));

	UPDATE dcm.setting AS s SET value = given.value
	FROM (VALUES
		('schema_version', dcm.version()),
		('city_name', create_city.name),
		('area_code', create_city.area_code::dcm.area_code::text),
		('org_mode', mode),
		('srid', srid::text),
		('edition', edition),
		('time_zone', time_zone)) AS given (name, value)
	WHERE s.name = given.name;

	FOREACH preset IN ARRAY presets LOOP
		PERFORM dcm.load_preset(preset);
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.create_city(text, text, text, int, text, text, text[]) IS
	'Makes the city: tables, keys, triggers and views in schema dcm, owned by the caller, and loads the presets named. 55000 where there is a city already or the database is not UTF8. 建城:在 dcm 模式中建立城市的全部表,归调用者所有。';

CREATE FUNCTION dcm.drop_city(database_name text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
AS $$
DECLARE
	object record;
BEGIN
	IF database_name <> pg_catalog.current_database() THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('this is not database "%s"', database_name),
			HINT = 'To drop the city with all its cases, give the name of the database you are in.',
			CONSTRAINT = 'dcm.drop_city';
	END IF;
	-- what an earlier CASCADE took along is no news
	PERFORM pg_catalog.set_config('client_min_messages', 'warning', true);
	-- everything in schema dcm that is not the extension's own
	FOR object IN
		SELECT o.kind, i.identity
		FROM (
			SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classid, c.oid AS objid,
				CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
					WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
			FROM pg_catalog.pg_class AS c
			WHERE c.relnamespace = 'dcm'::pg_catalog.regnamespace
				AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT c.relispartition
			UNION ALL
			SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 'ROUTINE'
			FROM pg_catalog.pg_proc AS p
			WHERE p.pronamespace = 'dcm'::pg_catalog.regnamespace
			UNION ALL
			SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, t.oid, 'TYPE'
			FROM pg_catalog.pg_type AS t
				JOIN pg_catalog.pg_class AS c ON c.oid = t.typrelid AND c.relkind = 'c'
			WHERE t.typnamespace = 'dcm'::pg_catalog.regnamespace) AS o
			CROSS JOIN LATERAL pg_catalog.pg_identify_object(o.classid, o.objid, 0) AS i
		WHERE NOT EXISTS (
			SELECT FROM pg_catalog.pg_depend AS d
			WHERE d.classid = o.classid AND d.objid = o.objid AND d.deptype = 'e')
		ORDER BY o.kind = 'ROUTINE', o.kind = 'SEQUENCE', o.kind = 'TABLE'
	LOOP
		EXECUTE pg_catalog.format('DROP %s IF EXISTS %s CASCADE', object.kind, object.identity);
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.drop_city(text) IS
	'Drops the city with every case in it; wants the name of the database as its word. 22023 for any other name. 删除整个城市,须给出数据库名以确认。';

CREATE FUNCTION dcm.create_roles() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
AS $roles$
BEGIN
	EXECUTE $script$
-- begin dcm_roles
DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY '{dcm_app,dcm_config,dcm_security,dcm_audit,dcm_job,dcm_loader,dcm_bi,dcm_exchange}'::text[] LOOP
		BEGIN
			EXECUTE pg_catalog.format('CREATE ROLE %I NOLOGIN', role);
		EXCEPTION WHEN duplicate_object THEN
			NULL;
		END;
	END LOOP;
END
$$;
-- end dcm_roles
$script$;
END
$roles$;
COMMENT ON FUNCTION dcm.create_roles() IS
	'Makes the database roles dcm_app, dcm_config, dcm_security, dcm_audit, dcm_job, dcm_loader, dcm_bi, dcm_exchange (NOLOGIN) where they are absent; needs CREATEROLE. 建立数据库角色(已有则不变)。';
