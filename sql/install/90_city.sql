-- Making, upgrading and unmaking a city, and the database roles.

CREATE FUNCTION dcm.city_script() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN
@city@
;
COMMENT ON FUNCTION dcm.city_script() IS
	'The script that create_city runs, with @srid@, @postgis@ and @pg_trgm@ to be put in. 建城脚本的文本。';

CREATE FUNCTION dcm.city_steps(OUT since text, OUT till text, OUT script text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 5
BEGIN ATOMIC
	VALUES
@city_steps@
	;
END;
COMMENT ON FUNCTION dcm.city_steps() IS
	'The scripts by which dcm.upgrade_city() brings tables from one version to the next. 城市表结构的升级脚本。';

CREATE FUNCTION dcm.run_city_script(script text, srid text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
	-- the script is read as it is written, whatever the session takes a backslash for
	SET standard_conforming_strings = on
AS $$
DECLARE
	extension text;
	schema text;
BEGIN
	script := pg_catalog.replace(script, '@srid@', srid);
	FOREACH extension IN ARRAY '{postgis,pg_trgm}'::pg_catalog.text[] LOOP
		SELECT n.nspname INTO STRICT schema
		FROM pg_catalog.pg_extension AS e
			JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
		WHERE e.extname OPERATOR(pg_catalog.=) extension;
		script := pg_catalog.replace(script, '@' || extension || '@', pg_catalog.quote_ident(schema));
	END LOOP;
	EXECUTE script;
END
$$;
COMMENT ON FUNCTION dcm.run_city_script(text, text) IS
	'Runs a script of the city''s tables with its coordinate system and the schemas of PostGIS and pg_trgm put in. 执行城市脚本。';

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
	SET search_path FROM CURRENT
AS $$
DECLARE
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

	IF srid <= 0 OR NOT EXISTS (SELECT FROM spatial_ref_sys AS r WHERE r.srid = create_city.srid) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('coordinate system %s is not known to PostGIS', srid),
			HINT = 'See spatial_ref_sys; 4490 is CGCS2000, 4326 is WGS 84.',
			CONSTRAINT = 'dcm.bad_srid';
	END IF;

	PERFORM dcm.run_city_script(dcm.city_script(), srid::text);
	-- an edition of the city's own is cut as that of 2013 until it says otherwise
	IF NOT EXISTS (SELECT FROM dcm.edition AS e WHERE e.code = edition) THEN
		INSERT INTO dcm.edition (code, name, name_en, confidence, source) VALUES (edition, edition, edition, 'the city''s own', name);
	END IF;
	UPDATE dcm.setting AS s SET value = given.value
	FROM (VALUES
		('schema_version', dcm.script_version()),
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
	'Makes the city: tables, keys, triggers and views in schema dcm, owned by the caller, and loads the presets named. mode is one_one, one_two, two_one, two_two or combined; srid the coordinate system of all geometry; edition that of the code lists, one of dcm.edition or a name of the city''s own. 55000 where there is a city already or the database is not UTF8, 22023 for an argument that cannot be, 22P02 for what is no area code. 建城:在 dcm 模式中建立城市的全部表,归调用者所有。';

CREATE FUNCTION dcm.upgrade_city() RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
AS $$
DECLARE
	has text;
	step record;
BEGIN
	PERFORM dcm.require_city();
	-- one upgrade at a time, and no reader of half of one
	LOCK TABLE dcm.setting IN ACCESS EXCLUSIVE MODE;
	has := dcm.setting('schema_version');
	WHILE has OPERATOR(pg_catalog.<>) dcm.script_version() LOOP
		SELECT s.till, s.script INTO step FROM dcm.city_steps() AS s WHERE s.since OPERATOR(pg_catalog.=) has;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING
				ERRCODE = 'object_not_in_prerequisite_state',
				MESSAGE = pg_catalog.format('there is no way from version %s of the city''s tables to %s', has, dcm.script_version()),
				HINT = 'Install a dcm that is at least as new as the tables, and ALTER EXTENSION dcm UPDATE.',
				CONSTRAINT = 'dcm.no_step';
		END IF;
		PERFORM dcm.run_city_script(step.script, dcm.setting('srid'));
		has := step.till;
	END LOOP;
	UPDATE dcm.setting AS s SET value = has WHERE s.name OPERATOR(pg_catalog.=) 'schema_version' AND s.value OPERATOR(pg_catalog.<>) has;
	RETURN has;
END
$$;
COMMENT ON FUNCTION dcm.upgrade_city() IS
	'Brings the city''s tables to the version of the extension, after ALTER EXTENSION dcm UPDATE or the restore of an older dump, and returns it; called by their owner. No row of the city''s is changed; dcm.grant_roles() gives the rights on what is new. 55000 where there is no way. 升级城市表结构,不改动已有数据。';

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
