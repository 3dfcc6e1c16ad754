-- The lists of areas, bodies and people.  Of each list there are dcm.import_X,
-- which says what its columns are, dcm.judge_X, dcm.settle_X where rows judge
-- each other, and dcm.store_X.

-- Areas

CREATE FUNCTION dcm.import_regions() RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	RETURN dcm.import_list('regions',
		'code dcm.area_code, name text, name_en text, parent dcm.area_code, mgmt_mode text, geom geometry, valid tstzrange',
		'{}', 'code', 'code', '{"code": "area_code", "parent": "area_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_regions() IS
	'Takes areas in from dcm.stage_regions: code and name are needed; parent, where not given, is the area around it that there is; level (1 to 5, or 省, 市, 区县, 街道, 社区) and path are held against the code and the name; geom is a polygon. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 导入行政区划。';

CREATE FUNCTION dcm.read_area_level(given text) RETURNS int
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	said constant text := dcm.clean(given);
BEGIN
	RETURN CASE
		WHEN said IN ('省', '自治区', '直辖市') THEN 1
		WHEN said IN ('市', '地市', '地级市', '州', '盟') THEN 2
		WHEN said IN ('区', '县', '区县', '县级市', '市辖区', '旗') THEN 3
		WHEN said IN ('街道', '街道办', '镇', '乡', '街镇', '乡镇') THEN 4
		WHEN said IN ('社区', '村', '居委会', '村委会') THEN 5
		ELSE dcm.read_integer(said) END;
END
$$;
COMMENT ON FUNCTION dcm.read_area_level(text) IS
	'The level of an area as it stands in a list: 1 to 5, or 省, 市, 区县, 街道, 社区 and the like. 读取清单中的区划级别。';

CREATE FUNCTION dcm.judge_regions(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.judged_regions (line, code, name, name_en, parent, mgmt_mode, geom, valid, bad, warn)
	SELECT s.line, r.code, dcm.clean(s.name), dcm.clean(s.name_en), r.parent, r.mode, g.polygon,
		dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till)),
		dcm.faults(
			CASE WHEN dcm.clean(s.code) IS NULL THEN 'code:missing' WHEN r.code IS NULL THEN 'code:bad_code' END,
			CASE WHEN dcm.clean(s.name) IS NULL THEN 'name:missing' END,
			CASE WHEN dcm.clean(s.level) IS NOT NULL AND r.code IS NOT NULL AND dcm.read_area_level(s.level) IS DISTINCT FROM dcm.level(r.code)
				THEN 'level:bad_level=' || dcm.level(r.code) END,
			CASE WHEN dcm.clean(s.parent) IS NULL THEN NULL WHEN r.parent IS NULL THEN 'parent:bad_code'
				WHEN NOT r.code <@ r.parent OR r.code = r.parent THEN 'parent:mismatch=the code' END,
			CASE WHEN dcm.clean(s.path) IS NOT NULL AND split_part(dcm.clean(s.path), '/', -1) IS DISTINCT FROM dcm.clean(s.name) THEN 'path:mismatch=the name' END,
			CASE WHEN r.mode NOT IN ('digital', 'traditional') THEN 'mgmt_mode:choice=digital, traditional' END,
			CASE WHEN dcm.clean(s.geom) IS NOT NULL AND g.polygon IS NULL THEN 'geom:bad_geometry' END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END,
			CASE WHEN dcm.clean(s.valid_till) IS NOT NULL AND dcm.read_date(s.valid_till) IS NULL THEN 'valid_till:bad_date' END,
			CASE WHEN isempty(dcm.valid_with((SELECT w.valid FROM dcm.region AS w WHERE w.code = r.code), dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till))))
				THEN CASE WHEN dcm.clean(s.valid_till) IS NULL THEN 'valid_from:ended' ELSE 'valid_till:ended' END END),
		CASE WHEN g.mended THEN '{geom:mended}'::text[] END
	FROM dcm.stage_regions AS s
		CROSS JOIN LATERAL (SELECT dcm.read_area_code(s.code) AS code, dcm.read_area_code(s.parent) AS parent, dcm.clean(s.mgmt_mode) AS mode) AS r
		CROSS JOIN LATERAL dcm.read_polygon(dcm.clean(s.geom)) AS g
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_regions(tid, tid, jsonb) IS 'Judges lines of dcm.stage_regions. 校验行政区划。';

CREATE FUNCTION dcm.settle_regions(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	city constant dcm.area_code := dcm.setting('area_code');
BEGIN
	-- a parent is there, or comes in with this list; a bad one takes along what is below it
	LOOP
		UPDATE pg_temp.judged_regions AS j SET bad = j.bad || 'parent:unknown=area'::text
		WHERE j.bad IS NULL AND j.parent IS NOT NULL
			AND NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = j.parent)
			AND NOT EXISTS (SELECT FROM pg_temp.judged_regions AS p WHERE p.code = j.parent AND p.bad IS NULL);
		EXIT WHEN NOT FOUND;
	END LOOP;
	UPDATE pg_temp.judged_regions AS j SET warn = j.warn || 'code:outside'::text
	WHERE j.bad IS NULL AND NOT (j.code <@ city OR city <@ j.code);
	UPDATE pg_temp.judged_regions AS j SET warn = j.warn || ('code:no_region=' || dcm.parent(j.code)::text)
	WHERE j.bad IS NULL AND j.code <@ city AND j.code <> city AND dcm.parent(j.code) <> city
		AND NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = dcm.parent(j.code) AND r.valid @> now())
		AND NOT EXISTS (SELECT FROM pg_temp.judged_regions AS p WHERE p.code = dcm.parent(j.code) AND p.bad IS NULL);
	UPDATE pg_temp.judged_regions AS j SET warn = j.warn || ('code:area_ended=' || coalesce(s.code::text, ''))
	FROM dcm.region AS r LEFT JOIN dcm.region AS s ON s.id = r.successor
	WHERE r.code = j.code AND upper(r.valid) <= now() AND j.valid IS NULL AND j.bad IS NULL;
END
$$;
COMMENT ON FUNCTION dcm.settle_regions(jsonb) IS 'Finds areas whose parent is not there; warns of those outside the city, of gaps above them and of those that have ended. 校验上级区划。';

CREATE FUNCTION dcm.store_regions(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT -- geometry is compared
AS $$
DECLARE
	n bigint;
BEGIN
	added := 0;
	changed := 0;
	FOR of_level IN 1..5 LOOP
		-- the area above: the one that the list names, else the nearest that there is
		UPDATE dcm.region AS r
		SET name = j.name, name_en = coalesce(j.name_en, r.name_en), mgmt_mode = coalesce(j.mgmt_mode, r.mgmt_mode),
			geom = coalesce(j.geom, r.geom), valid = dcm.valid_with(r.valid, j.valid), parent = coalesce(p.id, r.parent)
		FROM pg_temp.judged_regions AS j LEFT JOIN dcm.region AS p ON p.code = j.parent
		WHERE r.code = j.code AND j.bad IS NULL AND dcm.level(j.code) = of_level
			-- what has ended stays as it was
			AND (pg_catalog.upper(r.valid) <= pg_catalog.now() AND j.valid IS NULL) IS NOT TRUE
			AND (r.name, r.name_en, r.mgmt_mode, r.geom, r.valid, r.parent) IS DISTINCT FROM
				(j.name, coalesce(j.name_en, r.name_en), coalesce(j.mgmt_mode, r.mgmt_mode), coalesce(j.geom, r.geom), dcm.valid_with(r.valid, j.valid), coalesce(p.id, r.parent));
		GET DIAGNOSTICS n = ROW_COUNT;
		changed := changed + n;
		INSERT INTO dcm.region (code, name, name_en, parent, mgmt_mode, geom, valid)
		SELECT j.code, j.name, j.name_en,
			coalesce((SELECT r.id FROM dcm.region AS r WHERE r.code = j.parent),
				(SELECT r.id FROM dcm.region AS r WHERE r.code IN (dcm.province(j.code), dcm.city(j.code), dcm.district(j.code), dcm.street(j.code))
					AND r.code <> j.code ORDER BY dcm.level(r.code) DESC LIMIT 1)),
			coalesce(j.mgmt_mode, 'digital'), j.geom, coalesce(j.valid, '[-infinity,)')
		FROM pg_temp.judged_regions AS j
		WHERE j.bad IS NULL AND dcm.level(j.code) = of_level AND NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = j.code)
		ORDER BY j.code;
		GET DIAGNOSTICS n = ROW_COUNT;
		added := added + n;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.store_regions(jsonb) IS 'Writes the good lines of a list of areas. 写入行政区划。';

-- Bodies

CREATE FUNCTION dcm.import_orgs() RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	RETURN dcm.import_list('orgs',
		'code text, name text, name_en text, parent text, level int, kind text, area dcm.area_code, platform int, contact text, phone text, successor text, valid tstzrange',
		'{}', 'code', 'code', '{"area": "area_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_orgs() IS
	'Takes bodies in from dcm.stage_orgs: code, name, level 1 to 4 and kind are needed; parent and successor are codes of bodies that there are or that the list holds; a phone becomes a number to call by day and night. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 导入机构。';

CREATE FUNCTION dcm.judge_orgs(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	kinds constant text := 'supervision_centre, command_centre, supervision_command_centre, department, government, committee, enterprise, collection_company, work_group, hotline';
BEGIN
	INSERT INTO pg_temp.judged_orgs (line, code, name, name_en, parent, level, kind, area, platform, contact, phone, successor, valid, bad)
	SELECT s.line, dcm.clean(s.code), dcm.clean(s.name), dcm.clean(s.name_en), dcm.clean(s.parent), r.level, dcm.clean(s.kind),
		dcm.read_area_code(s.area), r.platform, dcm.clean(s.contact), dcm.clean(s.phone), dcm.clean(s.successor),
		dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till)),
		dcm.faults(
			CASE WHEN dcm.clean(s.code) IS NULL THEN 'code:missing' END,
			CASE WHEN dcm.clean(s.name) IS NULL THEN 'name:missing' END,
			CASE WHEN dcm.clean(s.level) IS NULL THEN 'level:missing' WHEN r.level BETWEEN 1 AND 4 THEN NULL ELSE 'level:choice=1, 2, 3, 4' END,
			CASE WHEN dcm.clean(s.kind) IS NULL THEN 'kind:missing'
				WHEN dcm.clean(s.kind) <> ALL (string_to_array(kinds, ', ')) THEN 'kind:choice=' || kinds END,
			CASE WHEN dcm.clean(s.platform) IS NULL OR r.platform BETWEEN 1 AND 3 THEN NULL ELSE 'platform:choice=1, 2, 3' END,
			CASE WHEN dcm.clean(s.area) IS NOT NULL AND dcm.read_area_code(s.area) IS NULL THEN 'area:bad_code'
				WHEN dcm.clean(s.area) IS NOT NULL AND EXISTS (SELECT FROM dcm.region)
					AND NOT EXISTS (SELECT FROM dcm.region AS a WHERE a.code = dcm.read_area_code(s.area)) THEN 'area:unknown=area'
				WHEN dcm.clean(s.area) IS NULL AND dcm.clean(s.kind) = 'government' THEN 'area:no_area' END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END,
			CASE WHEN dcm.clean(s.valid_till) IS NOT NULL AND dcm.read_date(s.valid_till) IS NULL THEN 'valid_till:bad_date' END,
			CASE WHEN isempty(dcm.valid_with((SELECT w.valid FROM dcm.org AS w WHERE w.code = dcm.clean(s.code)), dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till))))
				THEN CASE WHEN dcm.clean(s.valid_till) IS NULL THEN 'valid_from:ended' ELSE 'valid_till:ended' END END)
	FROM dcm.stage_orgs AS s
		CROSS JOIN LATERAL (SELECT dcm.read_integer(s.level) AS level, dcm.read_integer(s.platform) AS platform) AS r
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_orgs(tid, tid, jsonb) IS 'Judges lines of dcm.stage_orgs. 校验机构。';

CREATE FUNCTION dcm.settle_orgs(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	col text;
	marked bigint;
	n bigint;
BEGIN
	ANALYZE pg_temp.judged_orgs (code, parent, successor, name, bad);
	-- by name: a body of the list, or one that there is
	FOREACH col IN ARRAY '{parent,successor}'::text[] LOOP
		EXECUTE format($q$
			UPDATE pg_temp.judged_orgs AS j SET %1$I = CASE n.many WHEN 1 THEN n.code ELSE j.%1$I END,
				bad = CASE WHEN n.many > 1 THEN ARRAY['%1$s:ambiguous=body=' || n.codes] END
			FROM (
				SELECT k.name, min(k.code) AS code, count(*) AS many, string_agg(k.code, ', ' ORDER BY k.code) AS codes
				FROM (SELECT o.name, o.code FROM pg_temp.judged_orgs AS o WHERE o.bad IS NULL
					UNION SELECT o.name, o.code FROM dcm.org AS o WHERE o.valid @> now()) AS k
				GROUP BY k.name) AS n
			WHERE n.name = j.%1$I AND j.bad IS NULL
				AND NOT EXISTS (SELECT FROM pg_temp.judged_orgs AS o WHERE o.code = j.%1$I) AND NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = j.%1$I)$q$, col);
	END LOOP;
	LOOP
		UPDATE pg_temp.judged_orgs AS j SET bad = j.bad || 'parent:unknown=body'::text
		WHERE j.bad IS NULL AND j.parent IS NOT NULL
			AND NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = j.parent)
			AND NOT EXISTS (SELECT FROM pg_temp.judged_orgs AS p WHERE p.code = j.parent AND p.bad IS NULL);
		GET DIAGNOSTICS marked = ROW_COUNT;
		UPDATE pg_temp.judged_orgs AS j SET bad = j.bad || 'successor:unknown=body'::text
		WHERE j.bad IS NULL AND j.successor IS NOT NULL
			AND NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = j.successor)
			AND NOT EXISTS (SELECT FROM pg_temp.judged_orgs AS p WHERE p.code = j.successor AND p.bad IS NULL);
		GET DIAGNOSTICS n = ROW_COUNT;
		marked := marked + n;
		-- the tree as it would be: the list's parents where it gives them
		WITH RECURSIVE tree AS (
			SELECT j.code, coalesce(j.parent, p.code) AS parent, j.level
			FROM pg_temp.judged_orgs AS j LEFT JOIN dcm.org AS o ON o.code = j.code LEFT JOIN dcm.org AS p ON p.id = o.parent
			WHERE j.bad IS NULL
			UNION ALL
			SELECT o.code, p.code, o.level FROM dcm.org AS o LEFT JOIN dcm.org AS p ON p.id = o.parent
			WHERE NOT EXISTS (SELECT FROM pg_temp.judged_orgs AS j WHERE j.code = o.code AND j.bad IS NULL)
		), down AS (
			SELECT t.code FROM tree AS t WHERE t.parent IS NULL
			UNION ALL
			SELECT t.code FROM down AS d JOIN tree AS t ON t.parent = d.code
		), up AS (
			-- what no root leads to is in a circle or hangs on one
			SELECT t.code, t.parent, ARRAY[t.code] AS path, false AS circle FROM tree AS t WHERE NOT EXISTS (SELECT FROM down AS d WHERE d.code = t.code)
			UNION ALL
			SELECT u.code, t.parent, u.path || t.code, t.code = ANY (u.path)
			FROM up AS u JOIN tree AS t ON t.code = u.parent
			WHERE NOT u.circle
		)
		UPDATE pg_temp.judged_orgs AS j
		SET bad = j.bad || f.fault
		FROM (
			SELECT x.code, max(x.fault) AS fault
			FROM (
				SELECT u.code, 'parent:cycle' AS fault FROM up AS u WHERE u.circle AND u.path[cardinality(u.path)] = u.code
				UNION ALL
				SELECT t.code, 'level:level_above_parent' FROM tree AS t JOIN tree AS p ON p.code = t.parent WHERE t.level < p.level) AS x
			GROUP BY x.code) AS f
		WHERE f.code = j.code AND j.bad IS NULL;
		GET DIAGNOSTICS n = ROW_COUNT;
		EXIT WHEN marked + n = 0;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.settle_orgs(jsonb) IS 'Finds bodies whose parent or successor is not there, circles, and levels above the parent''s. 校验机构树。';

CREATE FUNCTION dcm.store_orgs(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	CREATE TEMP TABLE judged_org_new ON COMMIT DROP AS
	SELECT j.code FROM pg_temp.judged_orgs AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = j.code);
	GET DIAGNOSTICS added = ROW_COUNT;
	-- a body after the one above it
	LOOP
		INSERT INTO dcm.org (code, name, name_en, parent, level, kind, area, platform, contact, valid)
		SELECT j.code, j.name, j.name_en, p.id, j.level, j.kind, j.area, j.platform, j.contact, coalesce(j.valid, '[-infinity,)')
		FROM pg_temp.judged_orgs AS j
			JOIN pg_temp.judged_org_new AS w ON w.code = j.code
			LEFT JOIN dcm.org AS p ON p.code = j.parent
		WHERE j.bad IS NULL AND (j.parent IS NULL OR p.id IS NOT NULL)
			AND NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.code = j.code)
		ORDER BY j.line;
		EXIT WHEN NOT FOUND;
	END LOOP;
	UPDATE dcm.org AS o
	SET successor = s.id
	FROM pg_temp.judged_orgs AS j JOIN dcm.org AS s ON s.code = j.successor
	WHERE o.code = j.code AND j.bad IS NULL AND o.successor IS DISTINCT FROM s.id
		AND EXISTS (SELECT FROM pg_temp.judged_org_new AS w WHERE w.code = j.code);

	UPDATE dcm.org AS o
	SET name = j.name, name_en = coalesce(j.name_en, o.name_en), parent = coalesce(p.id, o.parent), level = j.level, kind = j.kind, area = coalesce(j.area, o.area),
		platform = coalesce(j.platform, o.platform), contact = coalesce(j.contact, o.contact), successor = coalesce(s.id, o.successor), valid = dcm.valid_with(o.valid, j.valid)
	FROM pg_temp.judged_orgs AS j
		LEFT JOIN dcm.org AS p ON p.code = j.parent
		LEFT JOIN dcm.org AS s ON s.code = j.successor
	WHERE o.code = j.code AND j.bad IS NULL
		AND (o.name, o.name_en, o.parent, o.level, o.kind, o.area, o.platform, o.contact, o.successor, o.valid) IS DISTINCT FROM
			(j.name, coalesce(j.name_en, o.name_en), coalesce(p.id, o.parent), j.level, j.kind, coalesce(j.area, o.area), coalesce(j.platform, o.platform),
				coalesce(j.contact, o.contact), coalesce(s.id, o.successor), dcm.valid_with(o.valid, j.valid));
	GET DIAGNOSTICS changed = ROW_COUNT;

	INSERT INTO dcm.org_contact (org, turn, phone)
	SELECT o.id, row_number() OVER (PARTITION BY o.id ORDER BY n.turn) + (SELECT count(*) FROM dcm.org_contact AS c WHERE c.org = o.id), n.phone
	FROM pg_temp.judged_orgs AS j JOIN dcm.org AS o ON o.code = j.code
		CROSS JOIN LATERAL (
			SELECT dcm.clean(p.phone) AS phone, min(p.turn) AS turn
			FROM regexp_split_to_table(j.phone, '[、，,；;]') WITH ORDINALITY AS p (phone, turn) GROUP BY 1) AS n
	WHERE j.bad IS NULL AND n.phone IS NOT NULL
		AND NOT EXISTS (SELECT FROM dcm.org_contact AS c WHERE c.org = o.id AND c.phone = n.phone);
	DROP TABLE pg_temp.judged_org_new;
END
$$;
COMMENT ON FUNCTION dcm.store_orgs(jsonb) IS 'Writes the good lines of a list of bodies. 写入机构。';

CREATE FUNCTION dcm.body_fault(said text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	living text[];
	ended int;
BEGIN
	SELECT array_agg(o.code ORDER BY o.code) FILTER (WHERE o.valid @> now()), min(o.id) FILTER (WHERE upper(o.valid) <= now()) INTO living, ended
	FROM dcm.org AS o WHERE said IN (o.code, o.name);
	RETURN CASE WHEN cardinality(living) > 0 THEN 'ambiguous=body=' || array_to_string(living, ', ')
		WHEN ended IS NOT NULL THEN concat('body_ended=', (SELECT o.code FROM dcm.org AS o WHERE o.id = dcm.living_org(ended, now())))
		ELSE 'unknown=body' END;
END
$$;
COMMENT ON FUNCTION dcm.body_fault(text) IS
	'Why a list''s word for a body names none: unknown, ambiguous with the codes, or body_ended with the successor. 清单中机构无法识别的原因。';

CREATE FUNCTION dcm.role_keys(OUT key text, OUT code text, OUT many bigint, OUT codes text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT r.code, r.code, 1::bigint, r.code FROM dcm.role AS r
	UNION ALL
	SELECT n.name, min(n.code), count(*), string_agg(n.code, ', ' ORDER BY n.code)
	FROM (
		-- 监督员(采集员) is either
		SELECT DISTINCT r.code, w.name
		FROM (SELECT o.code, translate(o.name, '（）', '()') AS name FROM dcm.role AS o) AS r
			CROSS JOIN LATERAL (SELECT r.name UNION SELECT dcm.clean(p) FROM regexp_split_to_table(r.name, '[()]') AS p) AS w (name)
		WHERE w.name IS NOT NULL) AS n
	WHERE NOT EXISTS (SELECT FROM dcm.role AS c WHERE c.code = n.name)
	GROUP BY n.name;
END
$$;
COMMENT ON FUNCTION dcm.role_keys() IS
	'By what a list may name each role: its code, its name, or what stands before or in the brackets of its name, with how many have that. 角色的代码与名称对照。';

-- People and their posts

CREATE FUNCTION dcm.import_people() RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	RETURN dcm.import_list('people',
		'code text, name text, name_en text, kind text, login text, phone text, post text, role text, org int, area dcm.area_code, duty_area int, basis text, valid tstzrange, key text, held int, span tstzrange',
		'{}', 'key', 'post', '{"area": "area_code"}');
END
$$;
COMMENT ON FUNCTION dcm.import_people() IS
	'Takes people and their posts in from dcm.stage_people, a row a post, so that one person may stand in several; code and name are needed, a row with a role makes a post (code post, else PERSON/ROLE/BODY by their codes); role and org are codes or names, valid_from and valid_till are the post''s. Returns a summary, which counts people and posts; a warning tells of a post that would go back to whom it was handed over from, that the person holds already under another code, or that has ended. Bad rows stay, with their reasons in dcm.import_fault. 导入人员与岗位。';

CREATE FUNCTION dcm.judge_people(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.judged_people (line, code, name, name_en, kind, login, phone, post, role, org, area, duty_area, basis, valid, key, bad)
	WITH body AS MATERIALIZED (
		SELECT * FROM dcm.body_keys()
	), role AS MATERIALIZED (
		SELECT * FROM dcm.role_keys()
	)
	SELECT s.line, r.code, dcm.clean(s.name), dcm.clean(s.name_en), dcm.clean(s.kind), dcm.clean(s.login), dcm.clean(s.phone),
		t.post, x.code, o.id, dcm.read_area_code(s.area), d.id, r.basis,
		dcm.read_valid(dcm.read_date(s.valid_from), dcm.read_date(s.valid_till)),
		coalesce('post ' || t.post, 'person ' || r.code),
		dcm.faults(
			CASE WHEN r.code IS NULL THEN 'code:missing' END,
			CASE WHEN dcm.clean(s.name) IS NULL THEN 'name:missing' END,
			CASE WHEN dcm.clean(s.kind) NOT IN ('human', 'service') THEN 'kind:choice=human, service' END,
			CASE WHEN r.role IS NULL AND coalesce(dcm.clean(s.post), dcm.clean(s.org), dcm.clean(s.area), dcm.clean(s.duty_area)) IS NOT NULL THEN 'role:missing'
				WHEN r.role IS NOT NULL AND x.code IS NULL THEN 'role:unknown=role' WHEN x.many > 1 THEN 'role:ambiguous=role=' || x.codes END,
			CASE WHEN dcm.clean(s.org) IS NOT NULL AND (o.many = 1) IS NOT TRUE THEN 'org:' || dcm.body_fault(dcm.clean(s.org))
				WHEN r.role IS NOT NULL AND dcm.clean(s.org) IS NULL THEN 'org:missing' END,
			CASE WHEN dcm.clean(s.area) IS NOT NULL AND dcm.read_area_code(s.area) IS NULL THEN 'area:bad_code'
				WHEN dcm.clean(s.area) IS NOT NULL AND EXISTS (SELECT FROM dcm.region)
					AND NOT EXISTS (SELECT FROM dcm.region AS a WHERE a.code = dcm.read_area_code(s.area)) THEN 'area:unknown=area' END,
			CASE WHEN dcm.clean(s.duty_area) IS NOT NULL AND d.id IS NULL THEN 'duty_area:unknown=duty area' END,
			CASE WHEN r.basis NOT IN ('staff', 'contract', 'volunteer', 'honorary') THEN 'basis:choice=staff, contract, volunteer, honorary' END,
			CASE WHEN dcm.clean(s.login) IS NOT NULL AND EXISTS (SELECT FROM dcm.person AS p WHERE p.login = dcm.clean(s.login) AND p.code <> r.code) THEN 'login:mismatch=another person who has it' END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END,
			CASE WHEN dcm.clean(s.valid_till) IS NOT NULL AND dcm.read_date(s.valid_till) IS NULL THEN 'valid_till:bad_date' END,
			CASE WHEN dcm.read_date(s.valid_till) < dcm.read_date(s.valid_from) THEN 'valid_till:ended' END)
	FROM dcm.stage_people AS s
		CROSS JOIN LATERAL (
			SELECT dcm.clean(s.code) AS code, dcm.clean(s.role) AS role, dcm.clean(s.basis) AS basis) AS r
		LEFT JOIN body AS o ON o.key = dcm.clean(s.org)
		LEFT JOIN role AS x ON x.key = translate(r.role, '（）', '()')
		CROSS JOIN LATERAL (
			-- one post, by whichever name its role and body go
			SELECT CASE WHEN r.role IS NOT NULL THEN coalesce(dcm.clean(s.post), concat_ws('/', r.code, coalesce(x.code, r.role),
				coalesce((SELECT b.code FROM dcm.org AS b WHERE b.id = o.id), dcm.clean(s.org)))) END AS post) AS t
		LEFT JOIN dcm.duty_area AS d ON d.code = dcm.clean(s.duty_area) AND d.valid @> now()
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_people(tid, tid, jsonb) IS 'Judges lines of dcm.stage_people. 校验人员与岗位。';

CREATE FUNCTION dcm.settle_people(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- the lines of one person say the same of it, or none of them goes in
	UPDATE pg_temp.judged_people AS j
	SET bad = j.bad || format('name:mismatch=line %s of the same person', CASE j.line WHEN f.first THEN f.last ELSE f.first END)
	FROM (
		SELECT x.code, min(x.line) AS first, max(x.line) AS last
		FROM pg_temp.judged_people AS x WHERE x.bad IS NULL
		GROUP BY x.code
		HAVING greatest(count(DISTINCT x.name), count(DISTINCT x.name_en), count(DISTINCT x.login), count(DISTINCT x.phone), count(DISTINCT x.kind)) > 1) AS f
	WHERE f.code = j.code AND j.bad IS NULL;
	UPDATE pg_temp.judged_people AS j
	SET bad = j.bad || format('login:mismatch=line %s, which is another person', CASE j.code WHEN f.first[1] THEN f.last[2] ELSE f.first[2] END)
	FROM (
		SELECT x.login, min(ARRAY[x.code, x.line::text]) AS first, max(ARRAY[x.code, x.line::text]) AS last
		FROM pg_temp.judged_people AS x WHERE x.bad IS NULL
		GROUP BY x.login HAVING count(DISTINCT x.code) > 1) AS f
	WHERE f.login = j.login AND j.bad IS NULL;
	PERFORM dcm.settle_posts();
	PERFORM dcm.settle_post_times();
END
$$;
COMMENT ON FUNCTION dcm.settle_people(jsonb) IS 'Finds lines that say different things of one person, or one login of two. 校验同一人员的多行。';

CREATE FUNCTION dcm.settle_posts() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- a list that is older than a hand-over takes it back
	UPDATE pg_temp.judged_people AS j SET warn = j.warn || ('post:post_back=' || n.code)
	FROM dcm.person AS h, dcm.post AS t, dcm.person AS n
	WHERE h.code = j.code AND t.code = j.post AND t.valid @> now() AND n.id = t.person AND j.bad IS NULL AND t.person <> h.id AND coalesce(upper(j.valid), 'infinity') > now()
		AND EXISTS (SELECT FROM dcm.post AS o WHERE o.code = j.post AND o.person = h.id AND upper(o.valid) <= now());
	-- one that is newer names the post by who holds it now
	UPDATE pg_temp.judged_people AS j SET warn = j.warn || ('post:post_double=' || d.post)
	FROM (
		SELECT k.line, min(t.code) AS post
		FROM pg_temp.judged_people AS k
			JOIN dcm.person AS h ON h.code = k.code
			JOIN dcm.post AS t ON t.person = h.id AND t.role = k.role AND t.org = k.org AND t.code <> k.post AND t.valid @> now()
		WHERE k.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.post AS o WHERE o.code = k.post AND o.valid @> now())
			-- the list may say that of both
			AND NOT EXISTS (SELECT FROM pg_temp.judged_people AS o WHERE o.post = t.code AND o.bad IS NULL)
		GROUP BY k.line) AS d
	WHERE d.line = j.line;
	-- what has ended stays so, unless the list says from when it is filled again
	UPDATE pg_temp.judged_people AS j SET warn = j.warn || ('post:post_ended=' || e.ended)
	FROM (
		-- the first day that it can be filled for as a whole
		SELECT t.code, (max(upper(t.valid)) AT TIME ZONE dcm.setting('time_zone') - interval '1 microsecond')::date + 1 AS ended
		FROM dcm.post AS t WHERE NOT isempty(t.valid)
		GROUP BY t.code HAVING max(coalesce(upper(t.valid), 'infinity')) <= now()) AS e
	WHERE e.code = j.post AND j.bad IS NULL
		AND EXISTS (SELECT FROM dcm.post AS t WHERE t.code = j.post AND t.valid && coalesce(j.valid, '[-infinity,)'))
		AND coalesce(upper(j.valid), 'infinity') > now();
END
$$;
COMMENT ON FUNCTION dcm.settle_posts() IS 'Warns of lines that would give a post back, double one, or name one that has ended. 提示与现任、重复及已终止岗位不符的行。';

CREATE FUNCTION dcm.settle_post_times() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- the version that a line changes, or the time for one of its own
	UPDATE pg_temp.judged_people AS j
	SET held = x.held, span = x.span, bad = CASE WHEN x.fault THEN '{valid_from:other_version}'::text[] END
	FROM (
		SELECT p.line, p.held, p.span,
			CASE WHEN p.span IS NULL THEN p.later IS NOT NULL AND NOT p.past
				ELSE isempty(p.span) OR p.within
					OR EXISTS (SELECT FROM dcm.post AS o WHERE o.code = p.post AND o.id IS DISTINCT FROM p.held AND o.valid && p.span) END AS fault
		FROM (
			SELECT k.line, k.post, a.past, v.later, t.id AS held,
				-- a change from a day within what has not begun itself
				NOT m.same AND lower(t.valid) > now() AND a.at > lower(t.valid) AS within,
				CASE WHEN m.same THEN
						-- since when the post is held at all may lie before this version
						dcm.valid_with(t.valid, CASE WHEN a.since < v.last THEN tstzrange('-infinity', a.till) ELSE k.valid END)
					WHEN t.id IS NOT NULL THEN dcm.valid_with(tstzrange(a.at, upper(t.valid)), tstzrange('-infinity', a.till))
					WHEN v.many = 0 THEN coalesce(k.valid, '[-infinity,)')
					WHEN a.past THEN CASE WHEN NOT v.told THEN k.valid END
					WHEN a.since >= coalesce(v.last, '-infinity') THEN dcm.valid_with(tstzrange(a.since, v.later), tstzrange('-infinity', a.till)) END AS span
			FROM pg_temp.judged_people AS k
				LEFT JOIN dcm.person AS h ON h.code = k.code
				CROSS JOIN LATERAL (
					SELECT nullif(lower(k.valid), '-infinity') AS since, upper(k.valid) AS till,
						greatest(nullif(lower(k.valid), '-infinity'), now()) AS at, coalesce(upper(k.valid) <= now(), false) AS past) AS a
				-- of what is over only what the line tells of
				LEFT JOIN dcm.post AS t ON t.code = k.post AND t.valid @> a.at AND (NOT a.past OR t.valid && k.valid)
				CROSS JOIN LATERAL (
					SELECT (t.person, t.role, t.org, t.area, t.duty_area, t.basis) IS NOT DISTINCT FROM
						(h.id, k.role, k.org, coalesce(k.area, t.area), coalesce(k.duty_area, t.duty_area), coalesce(k.basis, t.basis)) AS same) AS m
				CROSS JOIN LATERAL (
					SELECT count(*) AS many, max(upper(o.valid)) FILTER (WHERE upper(o.valid) <= a.at) AS last, min(lower(o.valid)) FILTER (WHERE lower(o.valid) > a.at) AS later,
						coalesce(bool_or(o.valid && k.valid AND (o.person, o.role, o.org) = (h.id, k.role, k.org) AND dcm.valid_with(o.valid, k.valid) = o.valid), false) AS told
					FROM dcm.post AS o WHERE o.code = k.post AND NOT isempty(o.valid)) AS v
			WHERE k.bad IS NULL AND k.post IS NOT NULL) AS p) AS x
	WHERE x.line = j.line;
END
$$;
COMMENT ON FUNCTION dcm.settle_post_times() IS 'Finds the version of a post that a line changes, or the time for one of its own, and lines that another version leaves no time. 判定岗位版本及其任期。';

CREATE FUNCTION dcm.store_people(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	n bigint;
	people bigint;
BEGIN
	CREATE TEMP TABLE judged_person ON COMMIT DROP AS
	SELECT j.code, min(j.name) AS name, max(j.name_en) AS name_en, max(j.kind) AS kind, max(j.login) AS login, max(j.phone) AS phone, min(j.line) AS line
	FROM pg_temp.judged_people AS j WHERE j.bad IS NULL
	GROUP BY j.code;
	GET DIAGNOSTICS people = ROW_COUNT;
	UPDATE dcm.person AS p
	SET name = j.name, name_en = coalesce(j.name_en, p.name_en), kind = coalesce(j.kind, p.kind), login = coalesce(j.login, p.login), phone = coalesce(j.phone, p.phone)
	FROM pg_temp.judged_person AS j
	WHERE p.code = j.code
		AND (p.name, p.name_en, p.kind, p.login, p.phone) IS DISTINCT FROM
			(j.name, coalesce(j.name_en, p.name_en), coalesce(j.kind, p.kind), coalesce(j.login, p.login), coalesce(j.phone, p.phone));
	GET DIAGNOSTICS changed = ROW_COUNT;
	INSERT INTO dcm.person (code, name, name_en, kind, login, phone)
	SELECT j.code, j.name, j.name_en, coalesce(j.kind, 'human'), j.login, j.phone
	FROM pg_temp.judged_person AS j
	WHERE NOT EXISTS (SELECT FROM dcm.person AS p WHERE p.code = j.code)
	ORDER BY j.line;
	GET DIAGNOSTICS added = ROW_COUNT;

	-- a post that is held otherwise becomes a new version
	UPDATE dcm.post AS t
	SET person = h.id, role = j.role, org = j.org, area = coalesce(j.area, t.area), duty_area = coalesce(j.duty_area, t.duty_area), basis = coalesce(j.basis, t.basis), valid = j.span
	FROM pg_temp.judged_people AS j JOIN dcm.person AS h ON h.code = j.code
	WHERE t.id = j.held AND j.bad IS NULL
		AND (t.person, t.role, t.org, t.area, t.duty_area, t.basis, t.valid) IS DISTINCT FROM
			(h.id, j.role, j.org, coalesce(j.area, t.area), coalesce(j.duty_area, t.duty_area), coalesce(j.basis, t.basis), j.span);
	GET DIAGNOSTICS n = ROW_COUNT;
	changed := changed + n;
	INSERT INTO dcm.post (code, person, role, org, area, duty_area, basis, valid)
	SELECT j.post, h.id, j.role, j.org, j.area, j.duty_area, coalesce(j.basis, 'staff'), j.span
	FROM pg_temp.judged_people AS j JOIN dcm.person AS h ON h.code = j.code
	WHERE j.bad IS NULL AND j.held IS NULL AND j.span IS NOT NULL
	ORDER BY j.line;
	GET DIAGNOSTICS n = ROW_COUNT;
	added := added + n;
	SELECT people + count(*) - added - changed INTO unchanged FROM pg_temp.judged_people AS j WHERE j.bad IS NULL AND j.post IS NOT NULL;
	DROP TABLE pg_temp.judged_person;
END
$$;
COMMENT ON FUNCTION dcm.store_people(jsonb) IS 'Writes the good lines of a list of people and posts. 写入人员与岗位。';
