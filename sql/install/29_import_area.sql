-- Changes of areas: a list of pairs, old and new, as the ministry publishes it.
-- It goes in as a whole or not at all, and takes along what is below: regions,
-- unit grids, components' grids, bodies, posts, rules, groups.  Component ids
-- and closed cases keep their codes: dcm.area_at() tells what became of them.

CREATE FUNCTION dcm.import_area_changes(at timestamptz = NULL, reason text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
AS $$
DECLARE
	since constant timestamptz := coalesce(at, pg_catalog.now());
	why constant text := pg_catalog.current_setting('dcm.reason', true);
	result dcm.import_result;
BEGIN
	IF NOT pg_catalog.isfinite(since) OR since > pg_catalog.now() THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'areas change on the day, not before it',
			DETAIL = 'Bodies and settings have no other time than now.',
			HINT = 'Call it on the day; at may lie back as far as the change does.',
			CONSTRAINT = 'dcm.too_late';
	END IF;
	PERFORM pg_catalog.set_config('dcm.reason', coalesce(reason, why, ''), true);
	result := dcm.import_list('area_changes',
		'old dcm.area_code, new dcm.area_code, name text, name_en text, geom geometry, note text, kind text, news int, olds int',
		pg_catalog.jsonb_build_object('at', since, 'reason', reason), 'old, new', 'new', '{"old": "area_code", "new": "area_code"}', whole => true);
	PERFORM pg_catalog.set_config('dcm.reason', coalesce(why, ''), true);
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.import_area_changes(timestamptz, text) IS
	'Carries out the changes of areas of dcm.stage_area_changes, all of them or, where one is bad, none: old and new code in a row; one old with several new is divided, several old with one new are merged, the same code with another name is renamed, a new one alone begins, an old one alone ends. What lies in an area that moves or is merged follows with the same digits unless it is listed itself; of one that is divided each part is listed, or stays where the old code stays; its unit grids go by the parts'' polygons. at is when it happened, now if not given. Returns a summary. 22023 for a time to come. 导入行政区划变更,整批生效。';

CREATE FUNCTION dcm.judge_area_changes(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.judged_area_changes (line, old, new, name, name_en, geom, note, bad, warn)
	SELECT s.line, r.old, r.new, dcm.clean(s.name), dcm.clean(s.name_en), g.polygon, dcm.clean(s.note),
		dcm.faults(
			CASE WHEN dcm.clean(s.old) IS NULL AND dcm.clean(s.new) IS NULL THEN 'old:missing'
				WHEN dcm.clean(s.old) IS NOT NULL AND r.old IS NULL THEN 'old:bad_code'
				WHEN r.old IS NOT NULL AND NOT EXISTS (SELECT FROM dcm.region AS a WHERE a.code = r.old AND a.valid @> now()) THEN 'old:unknown=area' END,
			CASE WHEN dcm.clean(s.new) IS NOT NULL AND r.new IS NULL THEN 'new:bad_code'
				WHEN EXISTS (SELECT FROM dcm.region AS a WHERE a.code = r.new AND NOT a.valid @> now()) THEN 'new:void_code' END,
			CASE WHEN dcm.clean(s.geom) IS NOT NULL AND g.polygon IS NULL THEN 'geom:bad_geometry' END),
		CASE WHEN g.mended THEN '{geom:mended}'::text[] END
	FROM dcm.stage_area_changes AS s
		CROSS JOIN LATERAL (SELECT dcm.read_area_code(s.old) AS old, dcm.read_area_code(s.new) AS new) AS r
		CROSS JOIN LATERAL dcm.read_polygon(dcm.clean(s.geom)) AS g
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_area_changes(tid, tid, jsonb) IS 'Judges lines of dcm.stage_area_changes. 校验区划变更。';

CREATE FUNCTION dcm.settle_area_changes(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	since constant timestamptz := options ->> 'at';
BEGIN
	-- what kind of change each pair is part of
	UPDATE pg_temp.judged_area_changes AS j
	SET news = (SELECT count(*) FROM pg_temp.judged_area_changes AS o WHERE o.old = j.old AND o.bad IS NULL),
		olds = (SELECT count(*) FROM pg_temp.judged_area_changes AS o WHERE o.new = j.new AND o.bad IS NULL)
	WHERE j.bad IS NULL;
	UPDATE pg_temp.judged_area_changes AS j
	SET kind = CASE WHEN j.old IS NULL THEN 'new' WHEN j.new IS NULL THEN 'end' WHEN j.news > 1 THEN 'split'
		WHEN j.olds > 1 THEN 'merge' WHEN j.old = j.new THEN 'rename' ELSE 'move' END
	WHERE j.bad IS NULL;
	UPDATE pg_temp.judged_area_changes AS j
	SET bad = dcm.faults(
		-- a code that is there stays that area's: a row of region has no other history
		CASE WHEN j.new <> j.old OR j.old IS NULL THEN
			CASE WHEN EXISTS (SELECT FROM dcm.region AS a WHERE a.code = j.new)
					AND NOT EXISTS (SELECT FROM pg_temp.judged_area_changes AS o WHERE o.old = j.new AND o.new = j.new)
					AND NOT (j.kind = 'merge' AND NOT EXISTS (SELECT FROM pg_temp.judged_area_changes AS o WHERE o.old = j.new)) THEN 'new:taken=' || j.new::text
				WHEN dcm.level(j.new) > 1
					AND NOT EXISTS (SELECT FROM dcm.region AS a WHERE j.new <@ a.code AND a.code <> j.new AND a.valid @> now())
					AND NOT EXISTS (SELECT FROM pg_temp.judged_area_changes AS o WHERE j.new <@ o.new AND o.new <> j.new)
					AND EXISTS (SELECT FROM dcm.region AS a WHERE dcm.level(a.code) < dcm.level(j.new)) THEN 'new:unknown=area' END END,
		CASE WHEN j.name IS NULL AND (j.kind IN ('new', 'rename') OR j.kind = 'split' AND j.new <> j.old
				OR j.kind = 'merge' AND NOT EXISTS (SELECT FROM dcm.region AS a WHERE a.code = j.new)
					AND NOT EXISTS (SELECT FROM pg_temp.judged_area_changes AS o WHERE o.new = j.new AND o.name IS NOT NULL))
			THEN 'name:missing' END)
	WHERE j.bad IS NULL;
	IF NOT EXISTS (SELECT FROM pg_temp.judged_area_changes AS j WHERE j.bad IS NOT NULL) THEN
		PERFORM dcm.settle_area_pairs();
		PERFORM dcm.settle_grid_pairs();
		-- what is not there at that time can neither move nor end then
		UPDATE pg_temp.judged_area_changes AS j SET bad = j.bad || ('old:not_begun=' || x.code)
		FROM (
			SELECT o.line, min(b.code) AS code
			FROM (
				SELECT r.code::text, r.code AS area FROM dcm.region AS r WHERE lower(r.valid) >= since AND r.valid && tstzrange(now(), NULL)
				UNION ALL
				SELECT g.code::text, dcm.community(g.code) FROM dcm.grid AS g WHERE lower(g.valid) >= since AND g.valid && tstzrange(now(), NULL)) AS b
				CROSS JOIN LATERAL (
					SELECT c.line, c.kind FROM pg_temp.judged_area_changes AS c
					WHERE b.area <@ c.old ORDER BY dcm.level(c.old) DESC, c.new <> c.old DESC LIMIT 1) AS o
			WHERE o.kind <> 'rename'
			GROUP BY o.line) AS x
		WHERE x.line = j.line AND j.bad IS NULL;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.settle_area_changes(jsonb) IS 'Tells what kind of change each pair is part of, and finds what contradicts. 判定变更类别并校验。';

CREATE FUNCTION dcm.settle_area_pairs() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
AS $$
BEGIN
	IF pg_catalog.to_regclass('pg_temp.judged_area_pair') IS NOT NULL THEN
		DROP TABLE pg_temp.judged_area_pair;
	END IF;
	CREATE TEMP TABLE judged_area_pair ON COMMIT DROP AS
	SELECT j.line, j.kind, j.old, j.new, j.name, j.name_en, j.geom, j.note FROM pg_temp.judged_area_changes AS j
	UNION ALL
	-- what is below and not listed follows the nearest that is
	SELECT o.line, CASE WHEN o.kind = 'end' THEN 'end' ELSE 'move' END, r.code, dcm.area_moved(r.code, o.old, o.new), NULL, NULL, NULL, NULL
	FROM dcm.region AS r
		CROSS JOIN LATERAL (
			SELECT j.* FROM pg_temp.judged_area_changes AS j
			WHERE r.code <@ j.old ORDER BY dcm.level(j.old) DESC, j.new = j.old DESC LIMIT 1) AS o
	WHERE r.valid @> pg_catalog.now() AND r.code <> o.old AND o.new IS DISTINCT FROM o.old AND o.kind IN ('move', 'merge', 'end')
		AND (o.new IS NULL OR dcm.level(o.new) = dcm.level(o.old));

	-- of what is divided, or changes its level, each part is to be listed
	UPDATE pg_temp.judged_area_changes AS j SET bad = j.bad || ('old:not_listed=' || x.code::text)
	FROM (
		SELECT o.line, min(r.code) AS code
		FROM dcm.region AS r
			CROSS JOIN LATERAL (
				SELECT c.* FROM pg_temp.judged_area_changes AS c
				WHERE r.code <@ c.old ORDER BY dcm.level(c.old) DESC, c.new = c.old DESC LIMIT 1) AS o
		WHERE r.valid @> pg_catalog.now() AND r.code <> o.old AND o.new IS DISTINCT FROM o.old
			AND (o.kind = 'split' OR dcm.level(o.new) <> dcm.level(o.old))
		GROUP BY o.line) AS x
	WHERE x.line = j.line;
	-- of what is not listed itself: several that would come to one code, or one to
	-- a code that is there
	UPDATE pg_temp.judged_area_changes AS j SET bad = j.bad || x.faults
	FROM (
		SELECT c.line, pg_catalog.array_agg('new:collides=' || c.what ORDER BY c.new) AS faults
		FROM (
			SELECT pg_catalog.max(p.line) FILTER (WHERE l.line IS NULL) AS line, p.new,
				CASE WHEN pg_catalog.bool_or(r.code IS NOT NULL)
					THEN pg_catalog.format('%s would become %s, which is there already', pg_catalog.string_agg(p.old::text, ' and ' ORDER BY p.old) FILTER (WHERE p.old <> p.new), p.new)
					ELSE pg_catalog.format('%s would all become %s', pg_catalog.string_agg(p.old::text, ' and ' ORDER BY p.old), p.new) END AS what
			FROM pg_temp.judged_area_pair AS p
				LEFT JOIN pg_temp.judged_area_changes AS l ON l.old = p.old AND l.new = p.new
				LEFT JOIN dcm.region AS r ON r.code = p.new
			WHERE p.new IS NOT NULL
			GROUP BY p.new
			HAVING pg_catalog.bool_or(l.line IS NULL) AND (pg_catalog.bool_or(r.code IS NOT NULL) OR pg_catalog.count(DISTINCT p.old) > 1)) AS c
		GROUP BY c.line) AS x
	WHERE x.line = j.line AND j.bad IS NULL;
END
$$;
COMMENT ON FUNCTION dcm.settle_area_pairs() IS 'Makes judged_area_pair, the changes of all areas that those of the list bring with them. 推算下级区划的变更。';

CREATE FUNCTION dcm.settle_grid_pairs() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
AS $$
BEGIN
	IF pg_catalog.to_regclass('pg_temp.judged_grid_pair') IS NOT NULL THEN
		DROP TABLE pg_temp.judged_grid_pair;
	END IF;
	CREATE TEMP TABLE judged_grid_pair ON COMMIT DROP AS
	SELECT g.code AS old, o.line, n.community, n.part, NULL::dcm.grid_code AS new
	FROM dcm.grid AS g
		CROSS JOIN LATERAL (
			SELECT p.line, p.old, p.kind FROM pg_temp.judged_area_pair AS p
			WHERE g.code <@ p.old ORDER BY dcm.level(p.old) DESC LIMIT 1) AS o
		CROSS JOIN LATERAL (
			-- the one new area, or of several the one whose polygon holds it
			SELECT p.new AS part, CASE WHEN dcm.level(p.new) = 5 THEN p.new
				WHEN dcm.level(p.new) = dcm.level(p.old) THEN dcm.area_moved(dcm.community(g.code), p.old, p.new) END AS community
			FROM pg_temp.judged_area_pair AS p
				LEFT JOIN dcm.region AS r ON r.code = p.new
			WHERE p.old = o.old
			ORDER BY dcm.covers(coalesce(p.geom, r.geom), ST_PointOnSurface(g.geom)) DESC NULLS LAST, p.new
			LIMIT 1) AS n
	WHERE g.valid @> pg_catalog.now() AND o.kind NOT IN ('rename', 'end')
		AND (n.community IS DISTINCT FROM dcm.community(g.code));
	-- of several parts the polygon must say which
	UPDATE pg_temp.judged_area_changes AS j SET bad = j.bad || ('geom:no_polygon=' || x.grid::text)
	FROM (
		SELECT o.line, min(g.code) AS grid
		FROM dcm.grid AS g
			CROSS JOIN LATERAL (
				SELECT p.line, p.old, p.kind FROM pg_temp.judged_area_pair AS p
				WHERE g.code <@ p.old ORDER BY dcm.level(p.old) DESC LIMIT 1) AS o
		WHERE g.valid @> pg_catalog.now() AND o.kind = 'split'
			AND NOT EXISTS (
				SELECT FROM pg_temp.judged_area_pair AS p LEFT JOIN dcm.region AS r ON r.code = p.new
				WHERE p.old = o.old AND dcm.covers(coalesce(p.geom, r.geom), ST_PointOnSurface(g.geom)))
		GROUP BY o.line
		UNION
		SELECT p.line, min(p.old) FROM pg_temp.judged_grid_pair AS p WHERE p.community IS NULL GROUP BY p.line) AS x
	WHERE x.line = j.line AND j.bad IS NULL;
	-- the serial number stays where it is free; else the next ones after those in use
	UPDATE pg_temp.judged_grid_pair AS p SET new = dcm.make_grid_code(p.community, s.serial)
	FROM (
		SELECT q.old, CASE WHEN q.turn = 1 AND q.free THEN dcm.serial(q.old)
			ELSE q.most + (pg_catalog.row_number() OVER (PARTITION BY q.community, q.turn = 1 AND q.free ORDER BY q.old))::int END AS serial
		FROM (
			SELECT g.old, g.community, pg_catalog.row_number() OVER (PARTITION BY g.community, dcm.serial(g.old) ORDER BY g.old) AS turn,
				NOT EXISTS (SELECT FROM dcm.grid AS u WHERE u.code = dcm.make_grid_code(g.community, dcm.serial(g.old))) AS free,
				GREATEST((SELECT coalesce(pg_catalog.max(dcm.serial(u.code)), 0) FROM dcm.grid AS u WHERE u.code <@ g.community),
					pg_catalog.max(dcm.serial(g.old)) OVER (PARTITION BY g.community)) AS most
			FROM pg_temp.judged_grid_pair AS g WHERE g.community IS NOT NULL) AS q) AS s
	WHERE s.old = p.old AND s.serial <= 999;
	UPDATE pg_temp.judged_area_changes AS j SET bad = j.bad || 'new:too_many'::text
	WHERE j.bad IS NULL AND EXISTS (SELECT FROM pg_temp.judged_grid_pair AS p WHERE p.line = j.line AND p.new IS NULL);
END
$$;
COMMENT ON FUNCTION dcm.settle_grid_pairs() IS 'Makes judged_grid_pair, the new code of each unit grid that an area brings with it. 推算单元网格的新代码。';

CREATE FUNCTION dcm.store_area_changes(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
AS $$
DECLARE
	since constant timestamptz := options ->> 'at';
BEGIN
	INSERT INTO dcm.area_change (kind, old, new, at, old_name, new_name, note)
	SELECT p.kind, p.old, p.new, since, o.name,
		coalesce((SELECT pg_catalog.max(x.name) FROM pg_temp.judged_area_pair AS x WHERE x.new = p.new), n.name, CASE WHEN p.new IS NOT NULL THEN o.name END), p.note
	FROM pg_temp.judged_area_pair AS p
		LEFT JOIN dcm.region AS o ON o.code = p.old
		LEFT JOIN dcm.region AS n ON n.code = p.new
	ORDER BY dcm.level(coalesce(p.old, p.new)), p.old, p.new;

	PERFORM dcm.store_changed_regions(since);
	SELECT pg_catalog.count(*) FILTER (WHERE c.kind <> 'rename'), pg_catalog.count(*) FILTER (WHERE c.kind = 'rename'), 0
	INTO added, changed, unchanged
	FROM pg_temp.judged_area_changes AS c;
	PERFORM dcm.store_changed_grids(since);

	-- who and what names an area by its code, now or from a day to come
	UPDATE dcm.org AS t SET area = dcm.area_moved(t.area, p.old, p.new)
	FROM dcm.moved_areas() AS p WHERE p.area = t.area AND t.valid && pg_catalog.tstzrange(pg_catalog.now(), NULL);
	-- posts are not for all who change areas, and there may be none to change
	IF EXISTS (SELECT FROM dcm.post AS t JOIN dcm.moved_areas() AS p ON p.area = t.area WHERE t.valid && pg_catalog.tstzrange(pg_catalog.now(), NULL)) THEN
		UPDATE dcm.post AS t SET area = dcm.area_moved(t.area, p.old, p.new)
		FROM dcm.moved_areas() AS p WHERE p.area = t.area AND t.valid && pg_catalog.tstzrange(pg_catalog.now(), NULL);
	END IF;
	UPDATE dcm.responsibility AS t SET area = dcm.area_moved(t.area, p.old, p.new)
	FROM dcm.moved_areas() AS p WHERE p.area = t.area AND t.valid && pg_catalog.tstzrange(pg_catalog.now(), NULL);
	INSERT INTO dcm.area_group_member (area_group, area)
	SELECT t.area_group, dcm.area_moved(t.area, p.old, p.new)
	FROM dcm.area_group_member AS t JOIN dcm.moved_areas() AS p ON p.area = t.area
	ON CONFLICT DO NOTHING;
	UPDATE dcm.setting AS t SET value = dcm.area_moved(t.value::dcm.area_code, p.old, p.new)::text
	FROM dcm.moved_areas() AS p WHERE t.name = 'area_code' AND p.area = t.value::dcm.area_code;
	UPDATE dcm.place AS t SET area = dcm.area_moved(t.area, p.old, p.new)
	FROM dcm.moved_areas() AS p WHERE p.area = t.area AND t.valid && pg_catalog.tstzrange(pg_catalog.now(), NULL);
	DROP TABLE pg_temp.judged_area_pair, pg_temp.judged_grid_pair;
END
$$;
COMMENT ON FUNCTION dcm.store_area_changes(jsonb) IS 'Carries out changes of areas. 执行区划变更。';

CREATE FUNCTION dcm.moved_areas(OUT area dcm.area_code, OUT old dcm.area_code, OUT new dcm.area_code) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- of what is divided nobody can say to which part a rule belongs
	RETURN QUERY
	SELECT x.area, n.old, n.new
	FROM (
		SELECT o.area FROM dcm.org AS o UNION SELECT p.area FROM dcm.post AS p UNION SELECT r.area FROM dcm.responsibility AS r
		UNION SELECT g.area FROM dcm.area_group_member AS g UNION SELECT l.area FROM dcm.place AS l
		UNION SELECT dcm.setting('area_code')::dcm.area_code) AS x
		CROSS JOIN LATERAL (
			SELECT p.kind, p.old, p.new FROM pg_temp.judged_area_pair AS p
			WHERE x.area <@ p.old ORDER BY dcm.level(p.old) DESC LIMIT 1) AS n
	WHERE n.kind IN ('move', 'merge') AND n.new <> n.old AND (x.area = n.old OR dcm.level(n.old) = dcm.level(n.new));
END
$$;
COMMENT ON FUNCTION dcm.moved_areas() IS 'The areas that bodies, posts, rules, groups, places and settings name and that move as one, with the pair that moves them. 被引用且整体改码的区划。';

CREATE FUNCTION dcm.store_changed_regions(since timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path FROM CURRENT
AS $$
BEGIN
	UPDATE dcm.region AS r
	SET name = coalesce(p.name, r.name), name_en = CASE WHEN p.name IS NULL THEN r.name_en ELSE p.name_en END, geom = coalesce(p.geom, r.geom)
	FROM pg_temp.judged_area_pair AS p WHERE r.code = p.new AND p.old = p.new;
	FOR of_level IN 1..5 LOOP
		INSERT INTO dcm.region (code, name, name_en, parent, mgmt_mode, geom, valid)
		SELECT n.new, n.name, n.name_en,
			(SELECT a.id FROM dcm.region AS a WHERE a.code IN (dcm.province(n.new), dcm.city(n.new), dcm.district(n.new), dcm.street(n.new)) AND a.code <> n.new
				ORDER BY a.valid @> pg_catalog.now() DESC, dcm.level(a.code) DESC LIMIT 1),
			n.mode, n.geom, pg_catalog.tstzrange(since, NULL)
		FROM (
			SELECT p.new, coalesce(pg_catalog.max(p.name), pg_catalog.max(o.name)) AS name, coalesce(pg_catalog.max(p.name_en), CASE WHEN pg_catalog.max(p.name) IS NULL THEN pg_catalog.max(o.name_en) END) AS name_en,
				coalesce(pg_catalog.max(o.mgmt_mode), 'digital') AS mode,
				-- a part of what is divided has its own polygon or none
				CASE WHEN pg_catalog.bool_or(p.kind = 'split') THEN ST_Multi(ST_Union(p.geom)) ELSE ST_Multi(ST_Union(coalesce(p.geom, o.geom))) END AS geom
			FROM pg_temp.judged_area_pair AS p LEFT JOIN dcm.region AS o ON o.code = p.old
			WHERE dcm.level(p.new) = of_level
			GROUP BY p.new) AS n
		WHERE NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = n.new);
	END LOOP;
	-- one that takes others in grows by them
	UPDATE dcm.region AS r SET geom = ST_Multi(ST_Union(r.geom, g.geom))
	FROM (
		SELECT p.new, ST_Union(o.geom) AS geom
		FROM pg_temp.judged_area_pair AS p JOIN dcm.region AS o ON o.code = p.old
		WHERE p.kind = 'merge' AND p.old <> p.new AND p.geom IS NULL GROUP BY p.new) AS g
	WHERE r.code = g.new AND pg_catalog.lower(r.valid) IS DISTINCT FROM since AND r.geom IS NOT NULL AND g.geom IS NOT NULL;
	UPDATE dcm.region AS r
	SET valid = pg_catalog.tstzrange(pg_catalog.lower(r.valid), since),
		successor = (SELECT n.id FROM pg_temp.judged_area_pair AS p JOIN dcm.region AS n ON n.code = p.new WHERE p.old = r.code ORDER BY p.new LIMIT 1)
	WHERE r.valid @> pg_catalog.now() AND EXISTS (SELECT FROM pg_temp.judged_area_pair AS p WHERE p.old = r.code)
		AND NOT EXISTS (SELECT FROM pg_temp.judged_area_pair AS p WHERE p.new = r.code);
END
$$;
COMMENT ON FUNCTION dcm.store_changed_regions(timestamptz) IS 'Writes the regions of changes of areas. 写入变更后的区划。';

CREATE FUNCTION dcm.store_changed_grids(since timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO dcm.grid (code, name, geom, area_class, land_use, grade, org, valid)
	SELECT p.new, g.name, g.geom, g.area_class, g.land_use, g.grade, g.org, tstzrange(since, upper(g.valid))
	FROM pg_temp.judged_grid_pair AS p JOIN dcm.grid AS g ON g.code = p.old;
	UPDATE dcm.grid AS g SET valid = tstzrange(lower(g.valid), since), successor = p.new
	FROM pg_temp.judged_grid_pair AS p WHERE g.code = p.old;
	-- grids of an area that ends end with it
	UPDATE dcm.grid AS g SET valid = tstzrange(lower(g.valid), since)
	WHERE g.valid @> now() AND lower(g.valid) IS DISTINCT FROM since
		AND (SELECT p.kind FROM pg_temp.judged_area_pair AS p WHERE g.code <@ p.old ORDER BY dcm.level(p.old) DESC LIMIT 1) = 'end';
	INSERT INTO dcm.duty_area_grid (duty_area, grid)
	SELECT m.duty_area, p.new FROM pg_temp.judged_grid_pair AS p JOIN dcm.duty_area_grid AS m ON m.grid = p.old
	ON CONFLICT DO NOTHING;
	UPDATE dcm.component AS c SET grid = p.new FROM pg_temp.judged_grid_pair AS p WHERE c.grid = p.old;
END
$$;
COMMENT ON FUNCTION dcm.store_changed_grids(timestamptz) IS 'Writes the unit grids of changes of areas, their duty areas and the grids of components. 写入变更后的单元网格。';

CREATE FUNCTION dcm.change_area(old dcm.area_code, new dcm.area_code, name text = NULL, at timestamptz = NULL, reason text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	result dcm.import_result;
	faults text;
	merger boolean;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF EXISTS (SELECT FROM dcm.stage_area_changes) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'a list of changes of areas is waiting',
			HINT = 'Add to dcm.stage_area_changes and call dcm.import_area_changes(), or empty it.',
			CONSTRAINT = 'dcm.list_waiting';
	END IF;
	INSERT INTO dcm.stage_area_changes (old, new, name) VALUES (old::text, new::text, name);
	result := dcm.import_area_changes(at, reason);
	IF result.bad > 0 THEN
		SELECT string_agg(format('%s: %s', f.col, f.reason), ' '), bool_or(f.code IN ('taken', 'collides')) INTO faults, merger
		FROM dcm.import_fault AS f WHERE f.list = 'area_changes' AND f.severity = 'error';
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('area "%s" cannot become "%s"', coalesce(old::text, ''), coalesce(new::text, '')),
			DETAIL = faults,
			HINT = CASE WHEN merger THEN 'A merger goes by dcm.stage_area_changes: a row (old, new) for each area that goes in and for the one that stays (new, new), and one for each area below them whose code would be taken; then dcm.import_area_changes().'
				ELSE 'SELECT * FROM dcm.region lists the areas; several at once go by dcm.import_area_changes().' END,
			CONSTRAINT = 'dcm.bad_area_change';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.change_area(dcm.area_code, dcm.area_code, text, timestamptz, text) IS
	'One change of an area: a new code (old and new differ), a new name (they are the same), a beginning (old NULL) or an end (new NULL), with all that lies in it, as dcm.import_area_changes() does; several pairs at once, such as a merger, go by that. 22023 with the faults where it cannot be, 55000 while a list is waiting. 单项区划变更。';
