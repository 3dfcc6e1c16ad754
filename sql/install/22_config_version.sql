-- Rules in time: a row that is changed becomes another version, and what any
-- rule table held at a time can be asked.  Triggers are given by the city's
-- script to the tables that have a column valid.

CREATE FUNCTION dcm.written_here(writer xid) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	here constant bigint := pg_current_xact_id()::text::bigint;
	-- by the shorter way round the circle of transaction ids
	away constant bigint := ((writer::text::bigint - here + 2147483648) & 4294967295) - 2147483648;
BEGIN
	-- of what can be seen, only what this transaction wrote is still in progress
	RETURN pg_xact_status((here + away)::text::xid8) = 'in progress';
END
$$;
COMMENT ON FUNCTION dcm.written_here(xid) IS
	'Whether a row that can be seen, given its xmin, was written by this transaction. 该行是否由本事务写入。';

CREATE FUNCTION dcm.keep_version() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	was record;
	begins timestamptz;
	columns text;
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('rows of "%s" are never taken away', TG_TABLE_NAME),
			DETAIL = 'Cases name the rows by which they went.',
			HINT = 'DELETE ends their validity.',
			CONSTRAINT = 'dcm.version_kept';
	END IF;
	-- what began or ended since this transaction began, and not by it, may have been
	-- gone by meanwhile; only a later transaction can change it
	IF (lower(OLD.valid) BETWEEN now() AND clock_timestamp() OR upper(OLD.valid) > now() AND upper(OLD.valid) <= clock_timestamp())
			AND NOT dcm.written_here(OLD.xmin) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'serialization_failure',
			MESSAGE = format('row %s of "%s" was changed meanwhile', OLD.id, TG_TABLE_NAME),
			DETAIL = format('It is valid in %s, and this transaction began at %s.', OLD.valid, now()),
			HINT = 'Repeat the transaction.',
			CONSTRAINT = 'dcm.changed_meanwhile';
	END IF;
	-- what has ended stays as it was and is not counted, what has not begun never was
	IF isempty(OLD.valid) OR upper(OLD.valid) <= now() THEN
		RETURN NULL;
	END IF;
	IF lower(OLD.valid) >= now() THEN
		RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
	END IF;
	IF TG_OP = 'DELETE' THEN
		EXECUTE format('UPDATE %s SET valid = $2 WHERE id = $1', TG_RELID::regclass)
			USING OLD.id, tstzrange(lower(OLD.valid), now());
		RETURN NULL;
	END IF;

	was := OLD;
	OLD.valid := NEW.valid;
	IF OLD IS NOT DISTINCT FROM NEW THEN
		RETURN NEW; -- only its time is another
	END IF;
	begins := now();
	IF NEW.valid IS DISTINCT FROM was.valid THEN
		begins := greatest(begins, lower(NEW.valid));
	END IF;
	IF isempty(NEW.valid) OR upper(NEW.valid) <= begins THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('a version of row %s of "%s" would end before it begins', was.id, TG_TABLE_NAME),
			DETAIL = format('A change begins now or later, and the row is given %s.', NEW.valid),
			HINT = 'What was is not changed any more; change valid alone to end the row.',
			CONSTRAINT = 'dcm.bad_valid';
	END IF;
	NEW.replaces := was.id;
	NEW.valid := tstzrange(begins, upper(NEW.valid));
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
	FROM pg_attribute AS a
	WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname <> 'id';
	EXECUTE format('INSERT INTO %s (%s) SELECT %2$s FROM (SELECT ($1).*) AS n', TG_RELID::regclass, columns) USING NEW;
	was.valid := tstzrange(lower(was.valid), least(begins, upper(was.valid)));
	RETURN was;
END
$$;
COMMENT ON FUNCTION dcm.keep_version() IS
	'Trigger of rule tables with id, valid and replaces: a change of a row in force ends it and adds its new version, from now or from the later lower(valid) given; DELETE ends it; what has ended stays as it was. 23514 for TRUNCATE, 22023 for a version that would end before it begins, 40001 for a row that another changed meanwhile. 规则表的版本保留触发器:修改即生成新版本,删除即终止有效期。';

CREATE FUNCTION dcm.same_key(config_table regclass, keys text[], other text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- an index answers = but not IS NOT DISTINCT FROM
	RETURN (SELECT string_agg(format(CASE WHEN a.attnotnull THEN 'o.%1$I = %2$s.%1$I' ELSE '(o.%1$I = %2$s.%1$I OR o.%1$I IS NULL AND %2$s.%1$I IS NULL)' END, k.key, other), ' AND ')
		FROM unnest(keys) AS k (key) JOIN pg_attribute AS a ON a.attrelid = config_table AND a.attname = k.key);
END
$$;
COMMENT ON FUNCTION dcm.same_key(regclass, text[], text) IS
	'The condition by which row o of a table has the key of another, as SQL. 键相同的条件表达式。';

CREATE FUNCTION dcm.begin_version() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	ended timestamptz;
BEGIN
	-- a row that does not say since when it counts does so since the last one ended
	IF lower(NEW.valid) = '-infinity' OR lower_inf(NEW.valid) THEN
		EXECUTE format('SELECT max(upper(o.valid)) FROM %s AS o WHERE NOT isempty(o.valid) AND upper(o.valid) <= now() AND %s', TG_RELID::regclass,
			dcm.same_key(TG_RELID, TG_ARGV, '($1)'))
			INTO ended USING NEW;
		IF ended IS NOT NULL AND ended < coalesce(upper(NEW.valid), 'infinity') THEN
			NEW.valid := tstzrange(ended, upper(NEW.valid));
		END IF;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.begin_version() IS
	'Trigger of versioned tables: a new row that does not say since when it is valid is so since the last row with the same key, named by its arguments, ended. 新版本未写起始时间时,自上一版本终止之时起有效。';

CREATE FUNCTION dcm.is_replacing(config_table regclass, id int) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	answer boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM %1$s AS n JOIN %1$s AS o ON o.id = n.replaces WHERE n.id = $1 AND o.valid && n.valid)', config_table)
		INTO answer USING id;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION dcm.is_replacing(regclass, int) IS
	'Whether a row stands beside the one that it replaces, which keep_version() is about to end. 新版本所替代的旧版本是否尚未终止。';

CREATE FUNCTION dcm.refuse_overlap() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	one int;
	other int;
BEGIN
	-- what keep_version() adds is judged with the row that it replaces, once that has ended
	IF pg_trigger_depth() > 1 AND TG_OP = 'INSERT' AND dcm.is_replacing(TG_RELID::regclass, NEW.id) THEN
		RETURN NULL;
	END IF;
	-- two writers at once must see each other's row
	PERFORM pg_advisory_xact_lock(TG_RELID::int, 0);
	-- as the rows stand now: a deferred check may come after another change
	EXECUTE format($q$
		SELECT n.id, o.id
		FROM (SELECT r.* FROM %1$s AS r WHERE r.id = $1 UNION ALL SELECT r.* FROM %1$s AS r WHERE r.replaces = $1) AS n
			-- by an index, however few rows the table has been told to have
			CROSS JOIN LATERAL (SELECT o.id FROM %1$s AS o WHERE o.id <> n.id AND o.valid && n.valid AND %2$s LIMIT 1) AS o
		LIMIT 1$q$, TG_RELID::regclass, dcm.same_key(TG_RELID, TG_ARGV, 'n')) INTO one, other USING NEW.id;
	IF other IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'exclusion_violation',
			MESSAGE = format('two rows of "%s" say what is valid at one time', TG_TABLE_NAME),
			DETAIL = format('Rows %s and %s have the same %s, and their times overlap.', least(one, other), greatest(one, other), array_to_string(TG_ARGV, ', ')),
			HINT = 'Change the row in force, or let one end before the other begins.',
			CONSTRAINT = 'dcm.overlap';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.refuse_overlap() IS
	'Constraint trigger of versioned tables: 23P01 for two rows with the same key, named by its arguments, that are valid at one time. 拒绝同一键在同一时间有两个有效版本。';

CREATE FUNCTION dcm.version_table(config_table regclass, VARIADIC keys text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	args text := (SELECT string_agg(quote_literal(k), ', ') FROM unnest(keys) AS k);
BEGIN
	EXECUTE format('CREATE INDEX ON %s (replaces)', config_table);
	EXECUTE format('CREATE TRIGGER keep_version BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION dcm.keep_version()', config_table);
	EXECUTE format('CREATE TRIGGER keep_version_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION dcm.keep_version()', config_table);
	IF args IS NOT NULL THEN
		EXECUTE format('CREATE TRIGGER begin_version BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION dcm.begin_version(%s)', config_table, args);
		EXECUTE format('CREATE CONSTRAINT TRIGGER refuse_overlap AFTER INSERT OR UPDATE ON %s DEFERRABLE INITIALLY IMMEDIATE
			FOR EACH ROW EXECUTE FUNCTION dcm.refuse_overlap(%s)', config_table, args);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.version_table(regclass, text[]) IS
	'Gives a table with id, valid and replaces its triggers and an index on replaces: a change is a new version, and of one key there is one row at a time. 为带有效期的规则表建立版本触发器。';

CREATE FUNCTION dcm.config_as_of(config_table text, at timestamptz) RETURNS SETOF jsonb
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	keys text[];
BEGIN
	PERFORM dcm.require_city();
	IF NOT EXISTS (SELECT FROM pg_trigger AS t
			WHERE t.tgrelid = to_regclass('dcm.' || quote_ident(config_table)) AND t.tgname = 'dcm_config_log') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('no changes of a table "%s" are logged', config_table),
			HINT = 'Name a rule table, such as setting or role; see dcm.config_log.',
			CONSTRAINT = 'dcm.not_logged';
	END IF;
	SELECT array_agg(a.attname ORDER BY a.attnum) INTO keys
	FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
	WHERE i.indrelid = to_regclass('dcm.' || quote_ident(config_table)) AND i.indisprimary;
	-- a table without a key is its rows
	RETURN QUERY EXECUTE format($q$
		WITH present AS (
			SELECT to_jsonb(t) AS row FROM dcm.%I AS t
		), later AS (
			-- of each key the first change after that time tells what was before it
			SELECT DISTINCT ON (c.key) c.key, c.row
			FROM (
				SELECT l.id, dcm.json_key(l.before, $1) AS key, l.before AS row
				FROM dcm.config_log AS l WHERE l.table_name = $2 AND l.at > $3 AND l.before IS NOT NULL
				UNION ALL
				SELECT l.id, dcm.json_key(l.after, $1), NULL
				FROM dcm.config_log AS l WHERE l.table_name = $2 AND l.at > $3 AND l.after IS NOT NULL
					AND dcm.json_key(l.after, $1) IS DISTINCT FROM dcm.json_key(l.before, $1)) AS c
			ORDER BY c.key, c.id, c.row IS NULL
		)
		SELECT p.row FROM present AS p WHERE NOT EXISTS (SELECT FROM later AS l WHERE l.key = dcm.json_key(p.row, $1))
		UNION ALL
		SELECT l.row FROM later AS l WHERE l.row IS NOT NULL
		$q$, config_table) USING keys, config_table, at;
END
$$;
COMMENT ON FUNCTION dcm.config_as_of(text, timestamptz) IS
	'The rows of a rule table as they were at a time, each as jsonb, from what it holds now and dcm.config_log. 22023 for a table whose changes are not logged. 规则表在某一时刻的全部内容。';

CREATE FUNCTION dcm.json_key(given jsonb, keys text[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
	RETURN CASE WHEN given IS NULL OR keys IS NULL THEN given
		ELSE (SELECT pg_catalog.jsonb_object_agg(k.key, given OPERATOR(pg_catalog.->) k.key) FROM pg_catalog.unnest(keys) AS k (key)) END;
COMMENT ON FUNCTION dcm.json_key(jsonb, text[]) IS
	'Of a row as jsonb the members named, or all of it where none are. 取行中的键值。';

CREATE FUNCTION dcm.setting_kinds(OUT setting text, OUT kind text, OUT choices text[])
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 30
BEGIN ATOMIC
	SELECT v.setting, v.kind, v.choices::pg_catalog.text[]
	FROM (VALUES
		('area_code', 'area', NULL),
		('org_mode', 'choice', '{one_one,one_two,two_one,two_two,combined}'),
		('srid', 'integer', NULL),
		('edition', 'edition', NULL),
		('time_zone', 'time_zone', NULL),
		('calendar', 'calendar', NULL),
		('border_metres', 'number', NULL),
		('component_bodies', 'choices', '{owner,maintainer,authority}'),
		('component_approvers', 'roles', NULL),
		('grid_area_min', 'number', NULL),
		('grid_area_max', 'number', NULL),
		('clock_skew', 'interval', NULL),
		('handle_from', 'choice', '{dispatch,sign}'),
		('rework_min', 'time_limit', NULL),
		('arrive_limit', 'time_limit', NULL),
		('redispatch_limit', 'choice', '{whole,rest}'),
		('request_stops_clock', 'boolean', NULL),
		('suspend_from', 'choice', '{request,grant}'),
		('rework_limit', 'choice', '{rest,whole}'),
		('yellow_percent', 'number', NULL),
		('max_extensions', 'integer', NULL),
		('extend_when_late', 'boolean', NULL),
		('file_needs_point', 'boolean', NULL),
		('photo_metres', 'number', NULL),
		('photo_interval', 'interval', NULL),
		('in_time_by', 'choice', '{handle,close}'),
		('in_time_denominator', 'choice', '{filed,closed}'),
		('fact_pairs', 'choices', '{org-source,org-category,org-region,region-source,region-category,category-source,grid-category}'),
		('score_roles', 'roles', NULL),
		('month_starts_on', 'choice', '{1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28}'),
		('week_starts_on', 'choice', '{1,2,3,4,5,6,7}'),
		('warn_ahead', 'interval', NULL),
		('evaluation_levels', 'integer', NULL),
		('network_levels', 'integer', NULL),
		('component_fresh', 'interval', NULL),
		('intake_roles', 'roles', NULL),
		('privacy_roles', 'roles', NULL),
		('sample_roles', 'roles', NULL),
		('callback_within', 'time_limit', NULL),
		('similar_metres', 'number', NULL),
		('similar_within', 'interval', NULL),
		('max_batch', 'integer', NULL),
		('joint_done', 'choice', '{all,lead}'),
		('first_receiver', 'boolean', NULL),
		('extension_levels', 'choice', '{1,2}'),
		('suspension_levels', 'choice', '{1,2}'),
		('review_every', 'interval', NULL),
		('appeal_reviews', 'choice', '{1,2,3}'),
		('danger_arrive_limit', 'time_limit', NULL),
		('recur_metres', 'number', NULL),
		('recur_within', 'interval', NULL),
		('org_mode_enforced', 'boolean', NULL),
		('reporter_may_check', 'boolean', NULL),
		('row_security', 'boolean', NULL)) AS v (setting, kind, choices);
END;
COMMENT ON FUNCTION dcm.setting_kinds() IS
	'What kind of value each setting of dcm has, and which values a choice has; other settings are text. 各设置的取值类型与可选值。';

CREATE FUNCTION dcm.setting_fault(setting text, value text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	its record;
	fault text;
BEGIN
	SELECT k.kind, k.choices INTO its FROM dcm.setting_kinds() AS k WHERE k.setting = setting_fault.setting;
	IF NOT FOUND OR value IS NULL THEN
		RETURN NULL;
	END IF;
	BEGIN
		CASE its.kind
			WHEN 'integer' THEN fault := CASE WHEN value::int < 0 THEN 'It must not be below 0.' END;
			WHEN 'number' THEN fault := CASE WHEN value::float8 >= 0 AND value::float8 < 'infinity' THEN NULL ELSE 'It must be a number, not below 0.' END;
			WHEN 'boolean' THEN PERFORM value::boolean;
			WHEN 'interval' THEN fault := CASE WHEN value::interval NOT BETWEEN '0' AND '1000 years' THEN 'It must not be below 0, nor above 1000 years.' END;
			WHEN 'time_limit' THEN PERFORM value::dcm.time_limit;
			WHEN 'area' THEN PERFORM value::dcm.area_code;
			WHEN 'choice' THEN fault := CASE WHEN value <> ALL (its.choices) THEN format('It is one of: %s.', array_to_string(its.choices, ', ')) END;
			WHEN 'choices' THEN fault := CASE WHEN NOT string_to_array(replace(value, ' ', ''), ',') <@ its.choices OR replace(value, ' ', '') = '' THEN format('It lists some of: %s.', array_to_string(its.choices, ', ')) END;
			WHEN 'roles' THEN fault := (SELECT format('There is no role "%s"; see dcm.role.', min(r)) FROM unnest(string_to_array(replace(value, ' ', ''), ',') || CASE value WHEN '' THEN '{""}'::text[] END) AS r
				WHERE NOT EXISTS (SELECT FROM dcm.role AS o WHERE o.code = r) HAVING count(*) > 0);
			WHEN 'time_zone' THEN fault := CASE WHEN NOT EXISTS (SELECT FROM pg_timezone_names AS z WHERE z.name = value) THEN 'There is no such time zone; see pg_timezone_names.' END;
			WHEN 'calendar' THEN fault := CASE WHEN NOT EXISTS (SELECT FROM dcm.calendar AS c WHERE c.name = value) THEN 'There is no such calendar; see dcm.calendar.' END;
			WHEN 'edition' THEN fault := CASE WHEN NOT EXISTS (SELECT FROM dcm.edition AS e WHERE e.code = value) THEN 'There is no such edition; see dcm.edition.' END;
		END CASE;
	EXCEPTION WHEN data_exception THEN
		fault := SQLERRM;
	END;
	RETURN fault;
END
$$;
COMMENT ON FUNCTION dcm.setting_fault(text, text) IS
	'What is wrong with a value of a setting, in words; NULL where nothing is. 设置值有何问题,无则为空。';

CREATE FUNCTION dcm.column_srid() RETURNS int
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
	SET search_path FROM CURRENT
	RETURN (SELECT postgis_typmod_srid(a.atttypmod) FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = pg_catalog.to_regclass('dcm.grid') AND a.attname = 'geom');
COMMENT ON FUNCTION dcm.column_srid() IS
	'The coordinate system that the geometry column of dcm.grid has. 几何列的坐标系。';

CREATE FUNCTION dcm.check_setting() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	fault text;
BEGIN
	-- a setting without a value has its default; what is not changed may stay
	IF TG_OP = 'UPDATE' AND (NEW.name, NEW.value) IS NOT DISTINCT FROM (OLD.name, OLD.value) THEN
		RETURN NEW;
	END IF;
	fault := CASE WHEN NEW.name = 'schema_version' AND NEW.value IS DISTINCT FROM dcm.script_version()
			THEN 'It is set by dcm.create_city() and dcm.upgrade_city() alone.'
		-- 'srid' follows the columns, for a city that has transformed them
		WHEN NEW.name = 'area_code' AND TG_OP = 'UPDATE' AND NEW.value IS NULL AND OLD.value IS NOT NULL THEN 'A city has an area.'
		WHEN NEW.name = 'srid' AND dcm.column_srid() IS NOT NULL AND NEW.value IS DISTINCT FROM dcm.column_srid()::text
			THEN format('The city''s geometry columns are in %s; it is chosen with dcm.create_city().', dcm.column_srid())
		ELSE dcm.setting_fault(NEW.name, NEW.value) END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" is no value of setting "%s"', NEW.value, NEW.name),
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_setting';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.check_setting() IS
	'Trigger of dcm.setting: 22023 for a value that its setting cannot have. 校验设置的取值。';
