-- The lists of things with a place: unit grids, components, places with names.

-- What a load into an empty table leaves out until its rows are there, as a
-- restore does: foreign keys one by one cost ten times the rows, all at once
-- they cost little.

CREATE FUNCTION dcm.import_bulk_begin(target regclass) RETURNS text[]
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	object record;
	again text[] := '{}';
	filled boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT FROM %s)', target) INTO filled;
	IF filled OR NOT pg_has_role(current_user, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = target), 'USAGE') THEN
		RETURN again;
	END IF;
	FOR object IN
		SELECT 1 AS turn, quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid) AS definition, d.description, 'CONSTRAINT' AS kind
		FROM pg_constraint AS k
			LEFT JOIN pg_description AS d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
			LEFT JOIN pg_index AS i ON i.indexrelid = k.conindid
		WHERE k.conrelid = target AND k.convalidated AND k.conparentid = 0
			-- a primary key goes along where nothing leans on it
			AND (k.contype = 'f' OR k.contype = 'p' AND NOT k.condeferrable AND NOT i.indisclustered AND NOT i.indisreplident
				AND NOT EXISTS (SELECT FROM pg_depend AS e
					WHERE (e.refclassid, e.refobjid) IN (('pg_constraint'::regclass, k.oid), ('pg_class'::regclass, k.conindid)) AND e.classid <> 'pg_class'::regclass))
			AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
			AND NOT EXISTS (SELECT FROM pg_publication_rel AS u WHERE u.prrelid = target)
		UNION ALL
		SELECT 2, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), d.description, 'INDEX'
		FROM pg_index AS i
			LEFT JOIN pg_description AS d ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid AND d.objsubid = 0
		WHERE i.indrelid = target AND NOT i.indisunique AND NOT i.indisexclusion AND NOT i.indisclustered AND NOT i.indisreplident AND i.indisvalid
			-- statistics of its own are not in the definition
			AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid AND coalesce(a.attstattarget, -1) <> -1)
			AND NOT EXISTS (SELECT FROM pg_depend AS e WHERE e.refclassid = 'pg_class'::regclass AND e.refobjid = i.indexrelid)
		ORDER BY turn, name
	LOOP
		IF object.kind = 'INDEX' THEN
			EXECUTE format('DROP INDEX %s', object.name);
			again := again || object.definition;
		ELSE
			EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %s', target, object.name);
			again := again || format('ALTER TABLE %s ADD CONSTRAINT %s %s', target, object.name, object.definition);
		END IF;
		IF object.description IS NOT NULL THEN
			again := again || format('COMMENT ON %s %s %s IS %L', object.kind, object.name,
				CASE object.kind WHEN 'INDEX' THEN '' ELSE format('ON %s', target) END, object.description);
		END IF;
	END LOOP;
	RETURN again;
END
$$;
COMMENT ON FUNCTION dcm.import_bulk_begin(regclass) IS
	'Where a table is empty and the caller''s own, drops its primary key, foreign keys and ordinary indexes, and returns the statements that make them again; elsewhere does nothing and returns none. 空表批量导入前暂去键与索引。';

CREATE FUNCTION dcm.import_bulk_end(again text[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	statement text;
BEGIN
	FOREACH statement IN ARRAY again LOOP
		EXECUTE statement;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.import_bulk_end(text[]) IS
	'Makes again what dcm.import_bulk_begin() dropped. 重建外键与索引。';

-- Unit grids

CREATE FUNCTION dcm.import_grids(edition text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
DECLARE
	digits int;
BEGIN
	PERFORM dcm.require_city('0.2.0'), dcm.edition_cut(edition);
	SELECT e.grid_digits INTO digits FROM dcm.edition AS e WHERE e.code = coalesce(import_grids.edition, dcm.setting('edition'));
	RETURN dcm.import_list('grids',
		'code dcm.grid_code, name text, geom geometry, area_class int, land_use text, grade text, org int, valid tstzrange',
		jsonb_build_object('digits', digits), 'code', 'code', '{"code": "grid_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_grids(text) IS
	'Takes unit grids in from dcm.stage_grids: code and geom are needed, org is a body''s code or name; codes of 14 digits are converted where the edition given, else the city''s, has such. Invalid rings are mended, which is told; overlaps and sizes are for dcm.check_grids(). A code that has ended is void and refused. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 导入单元网格。';

CREATE FUNCTION dcm.judge_grids(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	old_digits constant boolean := (options ->> 'digits')::int = 14;
	city constant dcm.area_code := dcm.setting('area_code');
BEGIN
	INSERT INTO pg_temp.judged_grids (line, code, name, geom, area_class, land_use, grade, org, valid, bad, warn)
	WITH body AS MATERIALIZED (
		SELECT * FROM dcm.body_keys()
	)
	SELECT s.line, r.code, dcm.clean(s.name), g.polygon, r.area_class, dcm.clean(s.land_use), dcm.clean(s.grade), o.id,
		dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till)),
		dcm.faults(
			CASE WHEN dcm.clean(s.code) IS NULL THEN 'code:missing' WHEN r.code IS NULL THEN 'code:bad_code'
				WHEN NOT r.code <@ city THEN 'code:mismatch=the city''s area'
				WHEN upper(w.valid) <= now() THEN 'code:void_code' END,
			CASE WHEN dcm.clean(s.geom) IS NULL THEN 'geom:missing' WHEN g.polygon IS NULL THEN 'geom:bad_geometry' END,
			CASE WHEN dcm.clean(s.area_class) IS NULL OR r.area_class BETWEEN 1 AND 3 THEN NULL ELSE 'area_class:choice=1, 2, 3' END,
			CASE WHEN dcm.clean(s.org) IS NOT NULL AND (o.many = 1) IS NOT TRUE THEN 'org:' || dcm.body_fault(dcm.clean(s.org)) END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END,
			CASE WHEN dcm.clean(s.valid_till) IS NOT NULL AND dcm.read_date(s.valid_till) IS NULL THEN 'valid_till:bad_date' END,
			CASE WHEN isempty(dcm.valid_with(w.valid, dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till))))
				THEN CASE WHEN dcm.clean(s.valid_till) IS NULL THEN 'valid_from:ended' ELSE 'valid_till:ended' END END),
		dcm.faults(
			CASE WHEN g.mended THEN 'geom:mended' END,
			CASE WHEN r.converted THEN 'code:old_code' END)
	FROM dcm.stage_grids AS s
		CROSS JOIN LATERAL (
			SELECT coalesce(dcm.read_grid_code(s.code), CASE WHEN old_digits THEN dcm.read_grid_code_2005(s.code) END) AS code,
				old_digits AND dcm.read_grid_code(s.code) IS NULL AS converted, dcm.read_integer(s.area_class) AS area_class) AS r
		CROSS JOIN LATERAL dcm.read_polygon(dcm.clean(s.geom)) AS g
		LEFT JOIN body AS o ON o.key = dcm.clean(s.org)
		LEFT JOIN dcm.grid AS w ON w.code = r.code
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_grids(tid, tid, jsonb) IS 'Judges lines of dcm.stage_grids. 校验单元网格。';

CREATE FUNCTION dcm.settle_grids(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- a city may do without a list of its communities
	IF EXISTS (SELECT FROM dcm.region AS r WHERE dcm.level(r.code) = 5) THEN
		UPDATE pg_temp.judged_grids AS j SET warn = j.warn || ('code:no_region=' || dcm.community(j.code)::text)
		WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = dcm.community(j.code) AND r.valid @> now());
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.settle_grids(jsonb) IS 'Warns of unit grids whose community is not there. 提示所属社区不存在的网格。';

CREATE FUNCTION dcm.store_grids(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT -- geometry is compared
AS $$
DECLARE
	again text[] := dcm.import_bulk_begin('dcm.grid');
BEGIN
	UPDATE dcm.grid AS g
	SET name = coalesce(j.name, g.name), geom = j.geom, area_class = coalesce(j.area_class, g.area_class), land_use = coalesce(j.land_use, g.land_use),
		grade = coalesce(j.grade, g.grade), org = coalesce(j.org, g.org), valid = dcm.valid_with(g.valid, j.valid)
	FROM pg_temp.judged_grids AS j
	WHERE g.code = j.code AND j.bad IS NULL
		AND (g.name, g.geom, g.area_class, g.land_use, g.grade, g.org, g.valid) IS DISTINCT FROM
			(coalesce(j.name, g.name), j.geom, coalesce(j.area_class, g.area_class)::smallint, coalesce(j.land_use, g.land_use), coalesce(j.grade, g.grade),
				coalesce(j.org, g.org), dcm.valid_with(g.valid, j.valid));
	GET DIAGNOSTICS changed = ROW_COUNT;
	INSERT INTO dcm.grid (code, name, geom, area_class, land_use, grade, org, valid)
	SELECT j.code, j.name, j.geom, coalesce(j.area_class, 1), j.land_use, j.grade, j.org, coalesce(j.valid, '[-infinity,)')
	FROM pg_temp.judged_grids AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.grid AS g WHERE g.code = j.code)
	ORDER BY j.code;
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM dcm.import_bulk_end(again);
END
$$;
COMMENT ON FUNCTION dcm.store_grids(jsonb) IS 'Writes the good lines of a list of unit grids. 写入单元网格。';

-- Places with names

CREATE FUNCTION dcm.import_places(crs text = 'wgs84') RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	PERFORM dcm.list_point(0, 0, crs);
	RETURN dcm.import_list('places',
		'code text, name text, name_en text, kind text, former_names text[], address text, area dcm.area_code, geom geometry, valid tstzrange',
		pg_catalog.jsonb_build_object('crs', crs), 'code', 'code', '{"area": "area_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_places(text) IS
	'Takes places with names in from dcm.stage_places: code, name, kind, and lon and lat or geom (point, line or polygon) are needed; former_names are separated by semicolons; crs is that of lon and lat: wgs84, cgcs2000, gcj02, bd09, or city for the city''s own coordinates. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 22023 for another crs. 导入地名地址。';

CREATE FUNCTION dcm.list_point(lon float8, lat float8, crs text) RETURNS geometry
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 200
	SET search_path FROM CURRENT
AS $$
BEGIN
	IF crs = 'city' THEN
		RETURN ST_SetSRID(ST_Point(lon, lat), dcm.city_srid());
	ELSIF lon BETWEEN -180::float8 AND 180::float8 AND lat BETWEEN -90::float8 AND 90::float8 THEN
		RETURN dcm.point(lon, lat, crs);
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.list_point(float8, float8, text) IS
	'A point of a list: longitude and latitude in degrees of crs, or the city''s own coordinates where that is city; NULL where it is nowhere on Earth. 22023 for another crs. 清单中的坐标点。';

CREATE FUNCTION dcm.judge_places(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	INSERT INTO pg_temp.judged_places (line, code, name, name_en, kind, former_names, address, area, geom, valid, bad)
	SELECT s.line, dcm.clean(s.code), dcm.clean(s.name), dcm.clean(s.name_en), dcm.clean(s.kind),
		(SELECT pg_catalog.array_agg(dcm.clean(f)) FILTER (WHERE dcm.clean(f) IS NOT NULL) FROM pg_catalog.regexp_split_to_table(s.former_names, '[;；]') AS f),
		dcm.clean(s.address), dcm.read_area_code(s.area), coalesce(r.geom, r.spot),
		dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till)),
		dcm.faults(
			CASE WHEN dcm.clean(s.code) IS NULL THEN 'code:missing' END,
			CASE WHEN dcm.clean(s.name) IS NULL THEN 'name:missing' END,
			CASE WHEN dcm.clean(s.kind) IS NULL THEN 'kind:missing'
				WHEN EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'place_kind') AND NOT EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'place_kind' AND l.code = dcm.clean(s.kind))
				THEN 'kind:choice=' || (SELECT pg_catalog.string_agg(l.code, ', ' ORDER BY l.code) FROM dcm.label AS l WHERE l.kind = 'place_kind') END,
			CASE WHEN dcm.clean(s.area) IS NOT NULL AND dcm.read_area_code(s.area) IS NULL THEN 'area:bad_code' END,
			CASE WHEN dcm.clean(s.geom) IS NOT NULL THEN CASE WHEN r.geom IS NULL THEN 'geom:bad_geometry' END
				WHEN dcm.clean(s.lon) IS NULL OR dcm.clean(s.lat) IS NULL THEN 'lon:missing'
				WHEN dcm.read_number(s.lon) IS NULL THEN 'lon:bad_number' WHEN dcm.read_number(s.lat) IS NULL THEN 'lat:bad_number'
				WHEN r.spot IS NULL THEN 'lon:bad_point' END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END,
			CASE WHEN dcm.clean(s.valid_till) IS NOT NULL AND dcm.read_date(s.valid_till) IS NULL THEN 'valid_till:bad_date' END,
			CASE WHEN pg_catalog.isempty(dcm.valid_with((SELECT w.valid FROM dcm.place AS w WHERE w.code = dcm.clean(s.code)), dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till))))
				THEN CASE WHEN dcm.clean(s.valid_till) IS NULL THEN 'valid_from:ended' ELSE 'valid_till:ended' END END)
	FROM dcm.stage_places AS s
		CROSS JOIN LATERAL (SELECT dcm.read_geometry(dcm.clean(s.geom)) AS geom, dcm.list_point(dcm.read_number(s.lon), dcm.read_number(s.lat), options ->> 'crs') AS spot) AS r
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_places(tid, tid, jsonb) IS 'Judges lines of dcm.stage_places. 校验地名地址。';

CREATE FUNCTION dcm.store_places(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT -- geometry is compared
AS $$
DECLARE
	again text[] := dcm.import_bulk_begin('dcm.place');
BEGIN
	-- a new name makes the one before it a former name
	UPDATE dcm.place AS p
	SET name = j.name, name_en = coalesce(j.name_en, p.name_en), kind = j.kind,
		former_names = coalesce(j.former_names, CASE WHEN j.name <> p.name AND p.name <> ALL (p.former_names) THEN pg_catalog.array_append(p.former_names, p.name) ELSE p.former_names END),
		address = coalesce(j.address, p.address), area = coalesce(j.area, p.area), geom = j.geom, valid = dcm.valid_with(p.valid, j.valid)
	FROM pg_temp.judged_places AS j
	WHERE p.code = j.code AND j.bad IS NULL
		AND (p.name, p.name_en, p.kind, p.former_names, p.address, p.area, p.geom, p.valid) IS DISTINCT FROM
			(j.name, coalesce(j.name_en, p.name_en), j.kind, coalesce(j.former_names, p.former_names), coalesce(j.address, p.address),
				coalesce(j.area, p.area), j.geom, dcm.valid_with(p.valid, j.valid));
	GET DIAGNOSTICS changed = ROW_COUNT;
	INSERT INTO dcm.place (code, name, name_en, kind, former_names, address, area, geom, valid)
	SELECT j.code, j.name, j.name_en, j.kind, coalesce(j.former_names, '{}'), j.address, j.area, j.geom, coalesce(j.valid, '[-infinity,)')
	FROM pg_temp.judged_places AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.place AS p WHERE p.code = j.code)
	ORDER BY j.line;
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM dcm.import_bulk_end(again);
END
$$;
COMMENT ON FUNCTION dcm.store_places(jsonb) IS 'Writes the good lines of a list of places. 写入地名地址。';
