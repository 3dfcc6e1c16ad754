-- The list of components: the longest list of a city, so it is judged set by
-- set, and into an empty register it goes as a restore does.

CREATE FUNCTION dcm.import_components(crs text = 'wgs84', edition text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	PERFORM dcm.list_point(0, 0, crs);
	RETURN dcm.import_list('components',
		'id dcm.component_id, category int, name text, authority int, owner int, maintainer int, grid dcm.grid_code, state text,
			initial_on date, changed_on date, source text, note text, x float8, y float8, address text, is_public boolean, accuracy text, verified_on date, sensor jsonb, attributes jsonb',
		pg_catalog.jsonb_build_object('crs', crs, 'edition', coalesce(edition, dcm.setting('edition')), 'cut', dcm.edition_cut(edition)),
		'id', 'id', '{"id": "component_id", "grid": "grid_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_components(text, text) IS
	'Takes components in from dcm.stage_components: a category (code C0101, digits 0101 or name in the edition given, else the city''s; or an id that tells it), and a place: lon and lat of crs (wgs84, cgcs2000, gcj02, bd09, or city for the city''s own coordinates), or a grid, are needed, and without an id the point. Bodies are codes or names. Where no grid is given it is that of the point; where one is, the point must lie in it. A row without an id is the component of its category at exactly that place, and gets a new id where there is none. Into an empty register of the caller''s own the rows go without foreign keys and indexes, which are made again after them. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 22023 for another crs or edition. 导入部件普查数据。';

CREATE FUNCTION dcm.body_keys(OUT key text, OUT id int, OUT many bigint) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT o.code, o.id, 1::bigint FROM dcm.org AS o WHERE o.valid @> now()
	UNION ALL
	SELECT o.name, min(o.id), count(*) FROM dcm.org AS o
	WHERE o.valid @> now() AND NOT EXISTS (SELECT FROM dcm.org AS c WHERE c.code = o.name)
	GROUP BY o.name;
END
$$;
COMMENT ON FUNCTION dcm.body_keys() IS
	'By what a list may name each body: its code, or its name, with how many have that. 机构的代码与名称对照。';

CREATE FUNCTION dcm.component_category_keys(edition text, OUT key text, OUT id int, OUT many bigint, OUT major text, OUT minor text, OUT digits int, OUT codes text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT k.key, min(c.id), count(*), min(c.major), min(c.minor), min(c.major || c.minor)::int, string_agg(c.code, ', ' ORDER BY c.code)
	FROM dcm.category AS c CROSS JOIN LATERAL (VALUES (c.code), (c.major || c.minor), (c.name)) AS k (key)
	WHERE c.kind = 'component' AND c.edition = component_category_keys.edition AND c.major || c.minor ~ '^[0-9]{4,5}$'
	GROUP BY k.key;
END
$$;
COMMENT ON FUNCTION dcm.component_category_keys(text) IS
	'By what a list may name each category of components: its code, its digits, or its name, with how many have that. 部件类别的代码、数字与名称对照。';

CREATE FUNCTION dcm.judge_component_grids() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	IF pg_catalog.to_regclass('pg_temp.judged_shape') IS NOT NULL THEN
		DROP TABLE pg_temp.judged_shape;
	END IF;
	CREATE TEMP TABLE judged_shape ON COMMIT DROP AS
	SELECT g.code, ST_AsBinary(g.geom) AS shape, ST_XMin(g.geom) AS x0, ST_XMax(g.geom) AS x1, ST_YMin(g.geom) AS y0, ST_YMax(g.geom) AS y1
	FROM dcm.grid AS g WHERE g.valid @> pg_catalog.now();
	ANALYZE pg_temp.judged_shape;
END
$$;
COMMENT ON FUNCTION dcm.judge_component_grids() IS 'Makes judged_shape, the unit grids valid now as they are compared with points. 取出有效单元网格的形状。';

CREATE FUNCTION dcm.judge_components(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
DECLARE
	city constant dcm.area_code := dcm.setting('area_code');
	-- districts of before, whose digits ids keep for life
	homes constant dcm.area_code[] := ARRAY(
		SELECT DISTINCT c.old FROM dcm.area_change AS c
		WHERE dcm.level(c.old) OPERATOR(pg_catalog.<=) 3 AND EXISTS (SELECT FROM dcm.area_at(c.old, pg_catalog.now()) AS a WHERE a <@ city));
	srid constant int := dcm.city_srid();
	-- degrees that are the city's as they stand
	plain constant boolean := options ->> 'crs' = 'city' OR options ->> 'crs' IN ('wgs84', 'cgcs2000') AND srid IN (4326, 4490);
	lonlat constant boolean := options ->> 'crs' <> 'city' OR dcm.is_lonlat(srid);
	-- what stands after the digits of the category, and how many these are
	scale constant bigint := CASE options ->> 'cut' WHEN 'new' THEN 100000 ELSE 1000000 END;
	width constant int := CASE options ->> 'cut' WHEN 'new' THEN 5 ELSE 4 END;
	modulus constant bigint := 10 ^ width;
	labelled constant boolean := EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'component_state');
BEGIN
	IF first = '(0,0)' THEN
		PERFORM dcm.judge_component_grids();
	END IF;
	INSERT INTO pg_temp.judged_components (line, id, category, name, authority, owner, maintainer, grid, state,
		initial_on, changed_on, source, note, x, y, address, is_public, accuracy, verified_on, sensor, attributes, bad, warn)
	WITH body AS MATERIALIZED (
		SELECT * FROM dcm.body_keys()
	), kind AS MATERIALIZED (
		SELECT * FROM dcm.component_category_keys(options ->> 'edition')
	), state AS MATERIALIZED (
		SELECT l.code, k.key FROM dcm.label AS l CROSS JOIN LATERAL (VALUES (l.code), (l.name)) AS k (key) WHERE l.kind = 'component_state'
	), given AS (
		SELECT s.line, dcm.read_component_id(s.id) AS id, dcm.clean(s.category) AS category, dcm.clean(s.name) AS name,
			dcm.clean(s.authority) AS authority, dcm.clean(s.owner) AS owner, dcm.clean(s.maintainer) AS maintainer,
			dcm.read_grid_code(s.grid) AS grid, dcm.clean(s.state) AS state,
			dcm.read_date(s.initial_on) AS initial_on, dcm.read_date(s.changed_on) AS changed_on, dcm.read_date(s.verified_on) AS verified_on,
			dcm.clean(s.source) AS source, dcm.clean(s.note) AS note, dcm.clean(s.address) AS address,
			dcm.read_number(s.lon) AS lon, dcm.read_number(s.lat) AS lat, dcm.read_boolean(s.is_public) AS is_public, dcm.clean(s.accuracy) AS accuracy,
			dcm.read_json(dcm.clean(s.sensor)) AS sensor, dcm.read_json(dcm.clean(s.attributes)) AS attributes,
			-- as they stand, to see whether there was anything to read
			s.id AS id_text, s.grid AS grid_text, s.initial_on AS initial_text, s.changed_on AS changed_text, s.verified_on AS verified_text,
			s.lon AS lon_text, s.lat AS lat_text, s.is_public AS public_text, s.sensor AS sensor_text, s.attributes AS attributes_text
		FROM dcm.stage_components AS s
		WHERE s.ctid >= first AND s.ctid < last
		OFFSET 0 -- a fence: each value is read once
	), placed AS (
		SELECT g.*, CASE WHEN plain THEN g.lon ELSE ST_X(dcm.list_point(g.lon, g.lat, options ->> 'crs')) END AS x,
			CASE WHEN plain THEN g.lat ELSE ST_Y(dcm.list_point(g.lon, g.lat, options ->> 'crs')) END AS y,
			(g.id::bigint / scale % modulus)::int AS digits,
			NOT lonlat OR g.lon BETWEEN -180::float8 AND 180::float8 AND g.lat BETWEEN -90::float8 AND 90::float8 AS on_earth
		FROM given AS g
		OFFSET 0
	)
	SELECT p.line, p.id, k.id, p.name, a.id, o.id, m.id, p.grid, coalesce(t.code, p.state),
		p.initial_on, p.changed_on, p.source, p.note, p.x, p.y, p.address, p.is_public, p.accuracy, p.verified_on, p.sensor, p.attributes,
		dcm.faults(
			CASE WHEN p.id IS NULL THEN CASE WHEN dcm.clean(p.id_text) IS NOT NULL THEN 'id:bad_code' END
				WHEN NOT p.id <@ city AND NOT EXISTS (SELECT FROM pg_catalog.unnest(homes) AS h WHERE p.id <@ h)
					AND NOT EXISTS (SELECT FROM dcm.component AS x WHERE x.id = p.id) THEN 'id:mismatch=the city''s area'
				WHEN p.digits <> k.digits THEN 'id:mismatch=the category' END,
			CASE WHEN k.id IS NULL THEN CASE WHEN p.category IS NULL THEN 'category:missing' ELSE 'category:unknown=category' END
				WHEN k.many > 1 THEN 'category:ambiguous=category=' || k.codes END,
			CASE WHEN p.authority IS NOT NULL AND (a.many = 1) IS NOT TRUE THEN 'authority:' || dcm.body_fault(p.authority) END,
			CASE WHEN p.owner IS NOT NULL AND (o.many = 1) IS NOT TRUE THEN 'owner:' || dcm.body_fault(p.owner) END,
			CASE WHEN p.maintainer IS NOT NULL AND (m.many = 1) IS NOT TRUE THEN 'maintainer:' || dcm.body_fault(p.maintainer) END,
			CASE WHEN p.grid IS NULL THEN CASE WHEN dcm.clean(p.grid_text) IS NOT NULL THEN 'grid:bad_code' END
				WHEN g.code IS NULL THEN 'grid:unknown=grid'
				WHEN p.x IS NULL THEN NULL
				WHEN NOT (p.x BETWEEN g.x0 AND g.x1 AND p.y BETWEEN g.y0 AND g.y1 AND dcm.covers_wkb(g.shape, p.x, p.y)) THEN 'grid:not_in_grid' END,
			CASE WHEN p.lon IS NULL THEN
					CASE WHEN dcm.clean(p.lon_text) IS NOT NULL THEN 'lon:bad_number'
						WHEN p.grid IS NULL AND dcm.clean(p.grid_text) IS NULL OR p.id IS NULL OR p.lat IS NOT NULL THEN 'lon:missing' END
				WHEN p.on_earth IS FALSE THEN 'lon:bad_point' END,
			CASE WHEN p.lat IS NULL THEN CASE WHEN dcm.clean(p.lat_text) IS NOT NULL THEN 'lat:bad_number' WHEN p.lon IS NOT NULL THEN 'lat:missing' END END,
			CASE WHEN p.state IS NOT NULL AND t.code IS NULL AND EXISTS (SELECT FROM state)
				THEN 'state:choice=' || (SELECT pg_catalog.string_agg(DISTINCT l.code, ', ') FROM state AS l) END,
			CASE WHEN p.initial_on IS NULL AND dcm.clean(p.initial_text) IS NOT NULL THEN 'initial_on:bad_date' END,
			CASE WHEN p.changed_on IS NULL THEN CASE WHEN dcm.clean(p.changed_text) IS NOT NULL THEN 'changed_on:bad_date' END
				WHEN p.changed_on < p.initial_on THEN 'changed_on:mismatch=initial_on' END,
			CASE WHEN p.verified_on IS NULL AND dcm.clean(p.verified_text) IS NOT NULL THEN 'verified_on:bad_date' END,
			CASE WHEN p.is_public IS NULL AND dcm.clean(p.public_text) IS NOT NULL THEN 'is_public:bad_boolean' END,
			CASE WHEN p.accuracy NOT IN ('A', 'B', 'C') THEN 'accuracy:choice=A, B, C' END,
			CASE WHEN p.sensor IS NULL AND dcm.clean(p.sensor_text) IS NOT NULL THEN 'sensor:bad_json' END,
			CASE WHEN p.attributes IS NULL AND dcm.clean(p.attributes_text) IS NOT NULL THEN 'attributes:bad_json' END),
		CASE WHEN NOT labelled AND p.state ~ '[^a-z_]' THEN '{state:no_label}'::text[] END
	FROM placed AS p
		LEFT JOIN kind AS k ON k.key = coalesce(p.category, pg_catalog.lpad(p.digits::text, width, '0'))
		LEFT JOIN body AS a ON a.key = p.authority
		LEFT JOIN body AS o ON o.key = p.owner
		LEFT JOIN body AS m ON m.key = p.maintainer
		LEFT JOIN state AS t ON t.key = p.state
		LEFT JOIN pg_temp.judged_shape AS g ON g.code = p.grid;
END
$$;
COMMENT ON FUNCTION dcm.judge_components(tid, tid, jsonb) IS 'Judges lines of dcm.stage_components. 校验部件。';

CREATE FUNCTION dcm.settle_component_grids() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
	SET enable_nestloop = off -- what joins the whole list is lost by it
AS $$
DECLARE
	side float8;
	west float8;
	south float8;
BEGIN
	-- Points and grids are brought into the squares of a lattice about as wide as
	-- a grid, so that a hash join finds the few grids of each point.
	SELECT GREATEST(percentile_cont(0.5) WITHIN GROUP (ORDER BY GREATEST(g.x1 - g.x0, g.y1 - g.y0)),
			(pg_catalog.max(g.x1) - pg_catalog.min(g.x0)) / 5000::float8, (pg_catalog.max(g.y1) - pg_catalog.min(g.y0)) / 5000::float8),
		pg_catalog.min(g.x0), pg_catalog.min(g.y0)
	INTO side, west, south
	FROM pg_temp.judged_shape AS g;
	IF west IS NULL THEN
		RETURN;
	END IF;
	CREATE TEMP TABLE judged_squares ON COMMIT DROP AS
	SELECT g.*, c.col::float8, l.row::float8
	FROM pg_temp.judged_shape AS g
		CROSS JOIN LATERAL pg_catalog.generate_series(pg_catalog.floor((g.x0 - west) / side)::int, pg_catalog.floor((g.x1 - west) / side)::int) AS c (col)
		CROSS JOIN LATERAL pg_catalog.generate_series(pg_catalog.floor((g.y0 - south) / side)::int, pg_catalog.floor((g.y1 - south) / side)::int) AS l (row);
	ANALYZE pg_temp.judged_squares;
	UPDATE pg_temp.judged_components AS j SET grid = f.code
	FROM (
		SELECT p.line, min(s.code) AS code
		FROM pg_temp.judged_components AS p
			JOIN pg_temp.judged_squares AS s ON s.col = pg_catalog.floor((p.x - west) / side) AND s.row = pg_catalog.floor((p.y - south) / side)
		WHERE p.grid IS NULL AND p.bad IS NULL AND p.x BETWEEN s.x0 AND s.x1 AND p.y BETWEEN s.y0 AND s.y1
			AND dcm.covers_wkb(s.shape, p.x, p.y)
		GROUP BY p.line) AS f
	WHERE f.line = j.line;
	DROP TABLE pg_temp.judged_squares;
	UPDATE pg_temp.judged_components AS j SET bad = j.bad || 'lon:no_grid'::text WHERE j.grid IS NULL AND j.bad IS NULL;
END
$$;
COMMENT ON FUNCTION dcm.settle_component_grids() IS
	'Gives the components of a list that name no grid the one that their point lies in, as dcm.locate() would; where the city has grids, a point in none of them is a fault. 批量判定部件所在网格。';

CREATE FUNCTION dcm.settle_components(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
	SET enable_nestloop = off -- what joins the whole list is lost by it
AS $$
DECLARE
	srid constant int := dcm.city_srid();
	no_grid boolean;
	no_id boolean;
BEGIN
	SELECT pg_catalog.bool_or(j.grid IS NULL), pg_catalog.bool_or(j.id IS NULL) INTO no_grid, no_id
	FROM pg_temp.judged_components AS j WHERE j.bad IS NULL;
	IF no_grid THEN
		PERFORM dcm.settle_component_grids();
	END IF;
	-- of a new one only: an id is for life, also where the district gets another code
	UPDATE pg_temp.judged_components AS j SET warn = j.warn || ('id:other_district=' || dcm.district(j.grid)::text)
	WHERE j.bad IS NULL AND dcm.district(j.id) <> dcm.district(j.grid)
		AND NOT EXISTS (SELECT FROM dcm.component AS c WHERE c.id = j.id);
	DROP TABLE pg_temp.judged_shape;
	IF NOT no_id THEN
		RETURN;
	END IF;
	CREATE TEMP TABLE judged_without_id ON COMMIT DROP AS SELECT 1;
	ANALYZE pg_temp.judged_components (line, id, category, grid, x, y, bad);
	-- without an id: the one that is there already, of that kind at that place
	IF EXISTS (SELECT FROM dcm.component) THEN
		UPDATE pg_temp.judged_components AS j SET id = c.id
		FROM dcm.component AS c
		WHERE j.id IS NULL AND j.bad IS NULL AND c.category = j.category AND c.geom = ST_Point(j.x, j.y, srid);
	END IF;
	-- two lines at one place are one thing told twice
	PERFORM dcm.import_duplicates('components', 'category, x, y', 'lon', 'id IS NULL');
	PERFORM dcm.import_duplicates('components', 'id', 'lon');
	-- one without an id where another line has one
	UPDATE pg_temp.judged_components AS j SET bad = j.bad || pg_catalog.format('lon:duplicate=%s', o.line)
	FROM pg_temp.judged_components AS o
	WHERE j.id IS NULL AND j.bad IS NULL AND o.id IS NOT NULL AND o.bad IS NULL AND o.category = j.category AND o.x = j.x AND o.y = j.y;
	UPDATE pg_temp.judged_components AS j SET bad = j.bad || 'id:missing'::text
	WHERE j.id IS NULL AND j.bad IS NULL AND j.grid IS NULL AND dcm.level(dcm.setting('area_code')::dcm.area_code) <> 3;
END
$$;
COMMENT ON FUNCTION dcm.settle_components(jsonb) IS
	'Finds the grids and, for lines without an id, the components that are there already; the same thing told twice is a fault. 判定网格与已有部件。';

CREATE FUNCTION dcm.store_component_ids(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
	SET enable_nestloop = off -- what joins the whole list is lost by it
AS $$
DECLARE
	city constant dcm.area_code := dcm.setting('area_code');
	scale constant bigint := CASE options ->> 'cut' WHEN 'new' THEN 100000 ELSE 1000000 END;
	part record;
BEGIN
	-- what settle_components() has seen need not be looked for again
	IF to_regclass('pg_temp.judged_without_id') IS NULL THEN
		RETURN;
	END IF;
	DROP TABLE pg_temp.judged_without_id;
	CREATE TEMP TABLE judged_part ON COMMIT DROP AS
	SELECT w.district, w.category, c.major, c.minor, w.many, coalesce(t.taken, '{}') AS taken, NULL::int[] AS serials
	FROM (
		SELECT coalesce(dcm.district(j.grid), city) AS district, j.category, count(*)::int AS many
		FROM pg_temp.judged_components AS j
		WHERE j.id IS NULL AND j.bad IS NULL
		GROUP BY 1, 2) AS w
		JOIN dcm.category AS c ON c.id = w.category
		-- ids that other lines of the list bring with them
		LEFT JOIN (
			SELECT j.id::bigint / scale AS digits, range_agg(int4range((j.id::bigint % scale)::int, (j.id::bigint % scale)::int, '[]')) AS taken
			FROM pg_temp.judged_components AS j
			WHERE j.id IS NOT NULL AND j.bad IS NULL
			GROUP BY 1) AS t ON t.digits = dcm.make_component_id(w.district, c.major, c.minor, 0, options ->> 'cut')::bigint / scale;
	-- in one order, so that two imports do not wait for each other in a circle
	FOR part IN SELECT * FROM pg_temp.judged_part ORDER BY district, category LOOP
		UPDATE pg_temp.judged_part AS p SET serials = ARRAY(SELECT dcm.component_serials(part.district, part.major, part.minor, part.many, options ->> 'cut', part.taken))
		WHERE (p.district, p.category) = (part.district, part.category);
	END LOOP;
	CREATE TEMP TABLE judged_serial ON COMMIT DROP AS
	SELECT p.district, p.category, p.major, p.minor, n.serial, n.turn
	FROM pg_temp.judged_part AS p CROSS JOIN LATERAL unnest(p.serials) WITH ORDINALITY AS n (serial, turn);
	CREATE TEMP TABLE judged_turn ON COMMIT DROP AS
	SELECT c.line, c.category, coalesce(dcm.district(c.grid), city) AS district,
		row_number() OVER (PARTITION BY coalesce(dcm.district(c.grid), city), c.category ORDER BY c.line) AS turn
	FROM pg_temp.judged_components AS c WHERE c.id IS NULL AND c.bad IS NULL;
	ANALYZE pg_temp.judged_serial;
	ANALYZE pg_temp.judged_turn;
	UPDATE pg_temp.judged_components AS j SET id = dcm.make_component_id(s.district, s.major, s.minor, s.serial, options ->> 'cut')
	FROM pg_temp.judged_turn AS t JOIN pg_temp.judged_serial AS s USING (district, category, turn)
	WHERE t.line = j.line;
	UPDATE pg_temp.judged_components AS j SET bad = j.bad || 'id:no_serial'::text WHERE j.id IS NULL AND j.bad IS NULL;
	DROP TABLE pg_temp.judged_part, pg_temp.judged_serial, pg_temp.judged_turn;
END
$$;
COMMENT ON FUNCTION dcm.store_component_ids(jsonb) IS 'Issues ids to the good lines that have none. 为无标识码的部件发码。';

CREATE FUNCTION dcm.store_component_changes() RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
	SET enable_nestloop = off -- what joins the whole list is lost by it
AS $$
DECLARE
	srid constant int := dcm.city_srid();
	changed bigint;
BEGIN
	-- a value that the list does not give stays
	UPDATE dcm.component AS c
	SET category = j.category, name = coalesce(j.name, c.name), authority = coalesce(j.authority, c.authority), owner = coalesce(j.owner, c.owner),
		maintainer = coalesce(j.maintainer, c.maintainer), grid = coalesce(j.grid, c.grid), state = coalesce(j.state, c.state),
		initial_on = coalesce(j.initial_on, c.initial_on), changed_on = coalesce(j.changed_on, c.changed_on), source = coalesce(j.source, c.source),
		note = coalesce(j.note, c.note), geom = coalesce(ST_Point(j.x, j.y, srid), c.geom), address = coalesce(j.address, c.address),
		is_public = coalesce(j.is_public, c.is_public), accuracy = coalesce(j.accuracy, c.accuracy), verified_on = coalesce(j.verified_on, c.verified_on),
		sensor = coalesce(j.sensor, c.sensor), attributes = coalesce(j.attributes, c.attributes)
	FROM pg_temp.judged_components AS j
	WHERE c.id = j.id AND j.bad IS NULL
		AND (c.category, c.name, c.authority, c.owner, c.maintainer, c.grid, c.state, c.initial_on, c.changed_on, c.source, c.note, c.geom, c.address,
				c.is_public, c.accuracy, c.verified_on, c.sensor, c.attributes)
			IS DISTINCT FROM
			(j.category, coalesce(j.name, c.name), coalesce(j.authority, c.authority), coalesce(j.owner, c.owner), coalesce(j.maintainer, c.maintainer),
				coalesce(j.grid, c.grid), coalesce(j.state, c.state), coalesce(j.initial_on, c.initial_on), coalesce(j.changed_on, c.changed_on),
				coalesce(j.source, c.source), coalesce(j.note, c.note), coalesce(ST_Point(j.x, j.y, srid), c.geom), coalesce(j.address, c.address),
				coalesce(j.is_public, c.is_public), coalesce(j.accuracy, c.accuracy), coalesce(j.verified_on, c.verified_on),
				coalesce(j.sensor, c.sensor), coalesce(j.attributes, c.attributes));
	GET DIAGNOSTICS changed = ROW_COUNT;
	RETURN changed;
END
$$;
COMMENT ON FUNCTION dcm.store_component_changes() IS 'Changes the components of a list that are there already and differ; returns how many. 更新已有部件。';

CREATE FUNCTION dcm.store_components(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
	SET enable_nestloop = off -- what joins the whole list is lost by it
AS $$
DECLARE
	srid constant int := dcm.city_srid();
	who constant text := coalesce(dcm.acting(), session_user);
	again text[];
BEGIN
	PERFORM dcm.store_component_ids(options);
	again := dcm.import_bulk_begin('dcm.component');
	changed := 0;
	IF again = '{}' THEN
		changed := dcm.store_component_changes();
	END IF;
	INSERT INTO dcm.component (id, category, name, authority, owner, maintainer, grid, state, initial_on, changed_on, source, note, geom, address,
		is_public, accuracy, verified_on, sensor, attributes, recorded_by)
	SELECT j.id, j.category, j.name, j.authority, j.owner, j.maintainer, j.grid, coalesce(j.state, 'intact'), j.initial_on, j.changed_on, j.source, j.note,
		ST_Point(j.x, j.y, srid), j.address, coalesce(j.is_public, true), j.accuracy, j.verified_on, j.sensor, j.attributes, who
	FROM pg_temp.judged_components AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.component AS c WHERE c.id = j.id);
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM dcm.import_bulk_end(again);
END
$$;
COMMENT ON FUNCTION dcm.store_components(jsonb) IS 'Writes the good lines of a list of components. 写入部件。';
