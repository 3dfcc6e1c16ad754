-- The register of components: ids, changes that were asked for, what a component
-- was before, and how fresh the register is.

CREATE FUNCTION dcm.edition_cut(edition text = NULL) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	wanted text := coalesce(edition, dcm.setting('edition'));
	answer text;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT e.cut INTO answer FROM dcm.edition AS e WHERE e.code = wanted;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('edition "%s" does not exist', wanted),
			HINT = 'SELECT code, name FROM dcm.edition.',
			CONSTRAINT = 'dcm.no_edition';
	END IF;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION dcm.edition_cut(text) IS
	'How an edition of dcm.edition, or the city''s, cuts a component id: 2005, 2007, 2013 or new, as dcm.major() takes it. 22023 for an unknown one. 标准版本的部件标识码切分方式。';

CREATE FUNCTION dcm.component_serials(district dcm.area_code, major text, minor text, many int, cut text, taken int4multirange = '{}') RETURNS SETOF int
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	-- make_component_id judges the parts
	lowest constant dcm.component_id := dcm.make_component_id(district, major, minor, 0, cut);
	most constant int := CASE cut WHEN 'new' THEN 99999 ELSE 999999 END;
	highest constant dcm.component_id := (lowest::bigint + most)::dcm.component_id;
	digits constant text := district::text || major || minor;
	known int4multirange;
	used int;
	block int4range;
	given int := 0;
	serial int;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	INSERT INTO dcm.component_serial AS s (prefix, issued) VALUES (digits, '{}') ON CONFLICT DO NOTHING;
	-- whoever asks at the same time waits here
	SELECT s.issued INTO known FROM dcm.component_serial AS s WHERE s.prefix = digits FOR UPDATE;
	-- what stands in the register by an id of its own, and what once stood there
	used := greatest(
		(SELECT max(c.id)::bigint - lowest::bigint FROM dcm.component AS c WHERE c.id BETWEEN lowest AND highest),
		(SELECT max(h.id)::bigint - lowest::bigint FROM dcm.component_history AS h WHERE h.id BETWEEN lowest AND highest),
		upper(known) - 1, upper(taken) - 1, 0);
	IF used + many <= most THEN
		known := known + int4multirange(int4range(used + 1, used + many, '[]'));
		RETURN QUERY SELECT generate_series(used + 1, used + many);
	ELSE
		-- the top is reached: the lowest numbers that are free, block by block, and
		-- what is found taken is not looked at again
		known := known + taken;
		WHILE given < many LOOP
			SELECT int4range(lower(f.free), least(upper(f.free), lower(f.free) + 1000)) INTO block
			FROM unnest(int4multirange(int4range(1, most, '[]')) - known) AS f (free) LIMIT 1;
			EXIT WHEN NOT FOUND;
			FOR serial IN
				SELECT n FROM generate_series(lower(block), upper(block) - 1) AS n
				WHERE NOT EXISTS (SELECT FROM dcm.component AS c WHERE c.id = (lowest::bigint + n)::dcm.component_id)
					AND NOT EXISTS (SELECT FROM dcm.component_history AS h WHERE h.id = (lowest::bigint + n)::dcm.component_id)
				ORDER BY n LIMIT many - given
			LOOP
				given := given + 1;
				RETURN NEXT serial;
			END LOOP;
			known := known + int4multirange(CASE WHEN given < many THEN block ELSE int4range(lower(block), serial, '[]') END);
		END LOOP;
	END IF;
	UPDATE dcm.component_serial AS s SET issued = known WHERE s.prefix = digits;
END
$$;
COMMENT ON FUNCTION dcm.component_serials(dcm.area_code, text, text, int, text, int4multirange) IS
	'So many serial numbers, or as many as there are, that nobody has and nobody ever had, ascending: those after the highest, and where the top is reached the lowest that are free; taken are numbers that are to be left out besides; whoever asks at the same time waits for the end of this transaction. 发放部件顺序号,到顶后取最小空号。';

CREATE FUNCTION dcm.next_component_id(district dcm.area_code, category text, edition text = NULL) RETURNS dcm.component_id
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	cut constant text := dcm.edition_cut(edition);
	its record;
	serial int;
BEGIN
	SELECT c.major, c.minor INTO its FROM dcm.category AS c
	WHERE c.kind = 'component' AND c.code = next_component_id.category
		AND c.edition = coalesce(next_component_id.edition, dcm.setting('edition'));
	IF NOT FOUND OR district IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN district IS NULL THEN 'district must not be null' ELSE format('there is no component category "%s"', category) END,
			DETAIL = format('The edition is %s.', coalesce(edition, dcm.setting('edition'))),
			HINT = CASE WHEN district IS NULL THEN '' ELSE dcm.category_hint(category, edition) END,
			CONSTRAINT = 'dcm.no_category';
	END IF;
	serial := dcm.component_serials(district, its.major, its.minor, 1, cut);
	IF serial IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'program_limit_exceeded',
			MESSAGE = format('district %s has no serial number left for category %s%s', district, its.major, its.minor),
			DETAIL = format('A component id has room for %s, and each is or was a component''s, or was issued.', CASE cut WHEN 'new' THEN 99999 ELSE 999999 END),
			HINT = 'Divide the category: a city''s own categories have numbers of their own.',
			CONSTRAINT = 'dcm.no_serial';
	END IF;
	RETURN dcm.make_component_id(district, its.major, its.minor, serial, cut);
END
$$;
COMMENT ON FUNCTION dcm.next_component_id(dcm.area_code, text, text) IS
	'A component id that nobody has and nobody ever had, for a district and a category (code such as C0101) of an edition, the city''s if not given; however many ask at once, each gets another. Numbers go up; where the top is reached, the lowest that are free are taken. Gaps mean nothing. 22023 for an unknown category or what is no district, 54000 where no number is left. 发放部件标识码,并发不重复。';

CREATE FUNCTION dcm.category_hint(said text, edition text = NULL) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	codes text;
BEGIN
	SELECT string_agg(c.code, ' or ' ORDER BY c.code) INTO codes
	FROM dcm.category AS c WHERE c.name = said AND c.edition = coalesce(category_hint.edition, dcm.setting('edition'));
	RETURN coalesce(CASE WHEN codes IS NOT NULL THEN format('Give the code of "%s": %s.', said, codes) END, 'Give the code, such as C0101: SELECT code, name FROM dcm.category.');
END
$$;
COMMENT ON FUNCTION dcm.category_hint(text, text) IS
	'What to say instead of a word that is no category''s code. 类别代码提示。';

CREATE FUNCTION dcm.component_data(OUT key text, OUT type text, OUT meaning text, OUT meaning_en text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 20
BEGIN ATOMIC
	VALUES
		('category', 'category', '类别代码', 'code of the category; needed to add'),
		('district', 'area', '区县代码,新增时缺省取自位置', 'district whose id it gets; where not given, that of its place'),
		('name', 'text', '名称', 'name'),
		('authority', 'body', '主管部门', 'authority, a body''s code'),
		('owner', 'body', '权属单位', 'owner, a body''s code'),
		('maintainer', 'body', '养护单位', 'maintainer, a body''s code'),
		('state', 'text', '状态', 'state: intact, damaged, lost, abandoned …'),
		('initial_on', 'date', '初始日期', 'when it was there first'),
		('changed_on', 'date', '变更日期', 'when it changed in the field'),
		('verified_on', 'date', '普查日期', 'when a census found it so'),
		('source', 'text', '数据来源', 'how its data came'),
		('note', 'text', '备注', 'note'),
		('address', 'text', '地址', 'address'),
		('is_public', 'boolean', '是否公共设施', 'whether it is public'),
		('accuracy', 'text', '定位精度 A、B、C', 'accuracy of its place: A, B or C'),
		('location', 'point', '位置 {"lon":…, "lat":…}', 'its place, {"lon": …, "lat": …} in degrees'),
		('sensor', 'object', '感知设备', 'the device that watches it'),
		('attributes', 'object', '其他属性', 'further fields');
END;
COMMENT ON FUNCTION dcm.component_data() IS
	'What a request for a change of the register may carry, key by key. 部件更新申请可带的数据项。';

CREATE FUNCTION dcm.component_value_fault(key text, type text, value jsonb) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	said constant text := value #>> '{}';
BEGIN
	RETURN CASE
		WHEN type IS NULL THEN 'is unknown'
		WHEN value = 'null' THEN CASE WHEN key IN ('category', 'location', 'district', 'is_public', 'state') THEN 'must not be null' END
		WHEN type IN ('boolean', 'object') THEN CASE WHEN jsonb_typeof(value) <> type THEN format('is not a %s', type) END
		WHEN type = 'point' THEN CASE WHEN NOT coalesce(dcm.read_number(value ->> 'lon') BETWEEN -180 AND 180
			AND dcm.read_number(value ->> 'lat') BETWEEN -90 AND 90, false) THEN 'is not a point with lon and lat in degrees' END
		WHEN jsonb_typeof(value) <> 'string' OR said = '' THEN 'is not a string'
		WHEN type = 'date' THEN CASE WHEN dcm.read_date(said) IS NULL THEN 'is not a date' END
		WHEN type = 'area' THEN CASE WHEN dcm.level(dcm.read_area_code(said)) IS DISTINCT FROM 3 THEN 'is not a district'
			WHEN NOT dcm.read_area_code(said) <@ dcm.setting('area_code')::dcm.area_code THEN 'lies outside the city' END
		WHEN type = 'body' THEN CASE WHEN NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = said AND o.valid @> now()) THEN 'names no body: give the code of one that is there now' END
		WHEN type = 'category' THEN CASE WHEN NOT EXISTS (SELECT FROM dcm.category AS c
			WHERE c.code = said AND c.edition = dcm.setting('edition') AND c.kind = 'component') THEN 'names no component category: give the code, such as C0101' END
		WHEN key = 'accuracy' THEN CASE WHEN said NOT IN ('A', 'B', 'C') THEN 'is not A, B or C' END
		WHEN key = 'state' THEN CASE WHEN NOT dcm.is_component_state(said) THEN 'is no state of a component' END
	END;
END
$$;
COMMENT ON FUNCTION dcm.component_value_fault(text, text, jsonb) IS
	'What is wrong with a value of dcm.component_data(), in words; NULL where nothing is. 部件数据项的问题。';

CREATE FUNCTION dcm.is_component_state(state text) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'component_state' AND l.code = state)
		-- a city that has not listed them may say what it likes
		OR NOT EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'component_state');
END
$$;
COMMENT ON FUNCTION dcm.is_component_state(text) IS
	'Whether a component may be in a state: one of dcm.label, kind component_state, where there are any. 部件状态是否有效。';

CREATE FUNCTION dcm.check_component_data(kind text, component dcm.component_id, data jsonb) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	fault text;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	data := coalesce(data, '{}');
	IF kind IN ('change', 'remove') AND NOT EXISTS (SELECT FROM dcm.component AS c WHERE c.id = component) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('component "%s" does not exist', component),
			CONSTRAINT = 'dcm.no_component';
	END IF;
	fault := CASE
		WHEN kind IS NULL OR kind NOT IN ('add', 'change', 'remove') THEN 'the kind of a request is add, change or remove'
		WHEN kind = 'add' AND component IS NOT NULL THEN 'a component that is to be added has no id yet'
		WHEN jsonb_typeof(data) <> 'object' THEN 'the data of a request must be a JSON object'
		WHEN kind = 'change' AND data = '{}' THEN 'nothing is said of what it is to be'
		WHEN kind = 'add' AND NOT data ?& '{category,location}' THEN 'to add a component takes a category and a location'
		WHEN kind = 'remove' AND data ->> 'state' = 'intact' THEN 'what is removed is not intact'
		WHEN kind <> 'add' AND data ? 'district' THEN 'a component keeps its id, and so its district, for life' END;
	IF fault IS NULL THEN
		SELECT format('key "%s" %s', d.key, f.fault) INTO fault
		FROM jsonb_each(data) AS d
			LEFT JOIN dcm.component_data() AS k ON k.key = d.key
			CROSS JOIN LATERAL dcm.component_value_fault(d.key, k.type, d.value) AS f (fault)
		WHERE f.fault IS NOT NULL
		ORDER BY d.key
		LIMIT 1;
	END IF;
	-- the digits of its category are part of an id
	IF fault IS NULL AND kind = 'change' AND EXISTS (
			SELECT FROM dcm.component AS c JOIN dcm.category AS b ON b.id = c.category
				JOIN dcm.category AS k ON k.code = data ->> 'category' AND k.edition = dcm.setting('edition') AND k.edition = b.edition
			WHERE c.id = component AND k.id <> b.id
				AND (k.major, k.minor) <> (dcm.major(c.id, dcm.edition_cut()), dcm.minor(c.id, dcm.edition_cut()))) THEN
		fault := 'a component keeps its id, and so the category that it tells, for life';
	END IF;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = fault,
			HINT = 'SELECT * FROM dcm.component_data() lists what a request may carry.',
			CONSTRAINT = 'dcm.bad_component_data';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.check_component_data(text, dcm.component_id, jsonb) IS
	'Nothing where a change of the register can be asked for so; P0002 for an unknown component, 22023 for data that cannot be. 校验部件更新申请。';

CREATE FUNCTION dcm.apply_component_data(kind text, component dcm.component_id, data jsonb) RETURNS dcm.component_id
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
	SET search_path FROM CURRENT
AS $$
DECLARE
	spot geometry;
	its_grid dcm.grid_code;
	its_area dcm.area_code;
	its_district dcm.area_code := dcm.read_area_code(data ->> 'district');
	result dcm.component_id := component;
BEGIN
	-- what could be asked for may have changed meanwhile
	PERFORM dcm.check_component_data(kind, component, data);
	IF data ? 'location' THEN
		spot := dcm.point(dcm.read_number(data -> 'location' ->> 'lon'), dcm.read_number(data -> 'location' ->> 'lat'));
		SELECT p.grid, p.area INTO its_grid, its_area FROM dcm.place_of(spot, pg_catalog.now()) AS p;
	END IF;
	IF kind = 'add' THEN
		its_district := coalesce(its_district, dcm.district(its_area), dcm.district(dcm.setting('area_code')::dcm.area_code));
		IF its_district IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = 'the district of the component is not known',
				HINT = 'Its place lies in no unit grid and in no region: give a district.',
				CONSTRAINT = 'dcm.bad_component_data';
		END IF;
		result := dcm.next_component_id(its_district, data ->> 'category');
		INSERT INTO dcm.component (id, category, grid, geom, source)
		SELECT result, c.id, its_grid, spot, 'online update'
		FROM dcm.category AS c WHERE c.code = data ->> 'category' AND c.edition = dcm.setting('edition');
		data := data - 'location' - 'category';
	END IF;
	UPDATE dcm.component AS c SET
		category = coalesce((SELECT k.id FROM dcm.category AS k WHERE k.code = data ->> 'category' AND k.edition = dcm.setting('edition')), c.category),
		name = CASE WHEN data ? 'name' THEN data ->> 'name' ELSE c.name END,
		authority = CASE WHEN data ? 'authority' THEN (SELECT o.id FROM dcm.org AS o WHERE o.code = data ->> 'authority') ELSE c.authority END,
		owner = CASE WHEN data ? 'owner' THEN (SELECT o.id FROM dcm.org AS o WHERE o.code = data ->> 'owner') ELSE c.owner END,
		maintainer = CASE WHEN data ? 'maintainer' THEN (SELECT o.id FROM dcm.org AS o WHERE o.code = data ->> 'maintainer') ELSE c.maintainer END,
		state = CASE WHEN kind = 'remove' THEN coalesce(data ->> 'state', 'abandoned') ELSE coalesce(data ->> 'state', c.state) END,
		initial_on = CASE WHEN data ? 'initial_on' THEN dcm.read_date(data ->> 'initial_on') ELSE c.initial_on END,
		changed_on = CASE WHEN data ? 'changed_on' THEN dcm.read_date(data ->> 'changed_on') ELSE c.changed_on END,
		verified_on = CASE WHEN data ? 'verified_on' THEN dcm.read_date(data ->> 'verified_on') ELSE c.verified_on END,
		source = CASE WHEN data ? 'source' THEN data ->> 'source' ELSE c.source END,
		note = CASE WHEN data ? 'note' THEN data ->> 'note' ELSE c.note END,
		address = CASE WHEN data ? 'address' THEN data ->> 'address' ELSE c.address END,
		is_public = coalesce((data ->> 'is_public')::boolean, c.is_public),
		accuracy = CASE WHEN data ? 'accuracy' THEN data ->> 'accuracy' ELSE c.accuracy END,
		sensor = CASE WHEN data ? 'sensor' THEN nullif(data -> 'sensor', 'null') ELSE c.sensor END,
		attributes = CASE WHEN data ? 'attributes' THEN nullif(data -> 'attributes', 'null') ELSE c.attributes END,
		grid = CASE WHEN data ? 'location' THEN its_grid ELSE c.grid END,
		geom = CASE WHEN data ? 'location' THEN spot ELSE c.geom END
	WHERE c.id = result;
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.apply_component_data(text, dcm.component_id, jsonb) IS
	'Carries out a change of the register with the caller''s rights and returns the component''s id; a component that is removed stays, in state abandoned. Errors are those of dcm.check_component_data(). 执行部件更新。';

CREATE FUNCTION dcm.component_story(component dcm.component_id,
	OUT version int, OUT since timestamptz, OUT by text, OUT reason text, OUT state text, OUT changes jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF NOT EXISTS (SELECT FROM dcm.component AS c WHERE c.id = component) AND NOT EXISTS (SELECT FROM dcm.component_history AS h WHERE h.id = component) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('component "%s" does not exist', component),
			CONSTRAINT = 'dcm.no_component';
	END IF;
	RETURN QUERY
	WITH told AS (
		SELECT h.version, h.recorded_at, h.recorded_by, h.row, h.op, h.ended_at, h.ended_by, h.reason
		FROM dcm.component_history AS h WHERE h.id = component
		UNION ALL
		SELECT (SELECT count(*)::int + 1 FROM dcm.component_history AS h WHERE h.id = component), c.recorded_at, c.recorded_by,
			to_jsonb(c) - '{recorded_at,recorded_by}'::text[], NULL, NULL, NULL, NULL
		FROM dcm.component AS c WHERE c.id = component
	), step AS (
		SELECT t.*, lag(t.row) OVER w AS before, lag(t.reason) OVER w AS why, lag(t.op) OVER w AS before_op
		FROM told AS t WINDOW w AS (ORDER BY t.version)
	)
	SELECT s.version, s.recorded_at, s.recorded_by, s.why, s.row ->> 'state',
		CASE WHEN s.before IS NULL OR s.before_op = 'DELETE' THEN s.row
			ELSE (SELECT jsonb_object_agg(n.key, jsonb_build_array(s.before -> n.key, n.value))
				FROM jsonb_each(s.row) AS n WHERE n.value IS DISTINCT FROM s.before -> n.key) END
	FROM step AS s
	UNION ALL
	SELECT t.version + 1, t.ended_at, t.ended_by, t.reason, 'deleted', NULL
	FROM told AS t WHERE t.op = 'DELETE' AND NOT EXISTS (SELECT FROM told AS n WHERE n.version > t.version)
	ORDER BY 1;
END
$$;
COMMENT ON FUNCTION dcm.component_story(dcm.component_id) IS
	'What the register has said of a component, version by version: since when, who said it and why, its state, and what changed (first all of it, then each field as [before, after]). P0002 for an unknown component. 部件变更经过。';

CREATE FUNCTION dcm.component_freshness(level int = 4, at date = NULL,
	OUT area dcm.area_code, OUT name text, OUT components bigint, OUT fresh bigint, OUT fresh_rate numeric,
	OUT oldest date, OUT never bigint, OUT without_owner bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 20
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	today constant date := coalesce(at, (now() AT TIME ZONE dcm.setting('time_zone'))::date);
	since date;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	since := today - dcm.setting('component_fresh')::interval;
	RETURN QUERY
	SELECT part.code, r.name, count(*), count(*) FILTER (WHERE c.verified_on > since),
		round(100.0 * count(*) FILTER (WHERE c.verified_on > since) / count(*), 2),
		min(c.verified_on), count(*) FILTER (WHERE c.verified_on IS NULL), count(*) FILTER (WHERE c.owner IS NULL)
	FROM dcm.component AS c
		CROSS JOIN LATERAL (SELECT CASE component_freshness.level
			WHEN 3 THEN dcm.district(c.id) WHEN 4 THEN dcm.street(c.grid) WHEN 5 THEN dcm.community(c.grid) END AS code) AS part
		LEFT JOIN dcm.region AS r ON r.code = part.code
	WHERE c.state <> 'abandoned'
	GROUP BY part.code, r.name
	ORDER BY part.code;
END
$$;
COMMENT ON FUNCTION dcm.component_freshness(int, date) IS
	'How fresh the register is by area of a level (3 district, 4 street, 5 community; NULL for components in no grid): components, those that a census found so within setting component_fresh, their percentage, the oldest finding, how many were never found and how many have no owner; abandoned ones do not count. 各区划部件数据的现势性与确权情况。';

CREATE FUNCTION dcm.check_categories(OUT problem text, OUT edition text, OUT category text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY
	SELECT f.problem, c.edition, c.code, dcm.fault_reason(f.problem, NULL)
	FROM dcm.category AS c
		CROSS JOIN LATERAL unnest(dcm.category_faults(c.edition, c.kind, c.major, c.minor, c.name, c.origin)) AS f (problem)
	UNION ALL
	SELECT 'bad_name', c.edition, c.code, format('its code is not made of its kind, major and minor: %s. 代码与大小类不一致。',
		upper(left(c.kind, 1)) || c.major || c.minor)
	FROM dcm.category AS c
	WHERE EXISTS (SELECT FROM dcm.edition AS e WHERE e.code = c.edition) AND c.code <> upper(left(c.kind, 1)) || c.major || c.minor
	ORDER BY 2, 3, 1;
END
$$;
COMMENT ON FUNCTION dcm.check_categories() IS
	'Where categories do not keep the rules of their edition (dcm.edition): warnings, since a city may know better. 分类与标准版本规则不符之处(仅提示)。';

CREATE FUNCTION dcm.category_faults(edition text, kind text, major text, minor text, name text, origin text) RETURNS text[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	its dcm.edition;
	own boolean := origin LIKE 'local%' OR origin LIKE 'extension%';
	in_range boolean;
	faults text[] := '{}';
BEGIN
	SELECT * INTO its FROM dcm.edition AS e WHERE e.code = edition;
	IF NOT FOUND THEN
		RETURN '{}';
	END IF;
	IF major !~ '^[0-9]{2}$' OR minor !~ (CASE its.cut WHEN 'new' THEN '^[0-9]{3}$' ELSE '^[0-9]{2}$' END) THEN
		RETURN '{bad_digits}';
	END IF;
	in_range := its.local_minors @> minor::int OR major = ANY (its.local_majors);
	IF own AND NOT in_range THEN
		faults := faults || 'not_local'::text;
	ELSIF own AND its.local_minors @> minor::int AND minor::int < upper(its.local_minors) - 1
		AND NOT EXISTS (SELECT FROM dcm.category AS c
			WHERE c.edition = category_faults.edition AND c.kind = category_faults.kind AND c.major = category_faults.major
				AND c.minor ~ '^[0-9]+$' AND c.minor::int = category_faults.minor::int + 1) THEN
		faults := faults || 'local_order'::text;
	ELSIF NOT own AND in_range AND origin = 'base' THEN
		faults := faults || 'in_local'::text;
	END IF;
	IF own AND its.local_mark IS NOT NULL AND position(its.local_mark IN name) = 0 THEN
		faults := faults || 'no_mark'::text;
	END IF;
	RETURN faults;
END
$$;
COMMENT ON FUNCTION dcm.category_faults(text, text, text, text, text, text) IS
	'Which rules of its edition a category does not keep: bad_digits, not_local, local_order, in_local, no_mark. 类别违反的版本规则。';
