-- Areas in time, in groups and in numbers.

CREATE FUNCTION dcm.area_moved(area dcm.area_code, old dcm.area_code, new dcm.area_code) RETURNS dcm.area_code
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
	RETURN CASE WHEN area OPERATOR(dcm.=) old THEN new
		WHEN area OPERATOR(dcm.<@) old AND dcm.level(old) OPERATOR(pg_catalog.=) dcm.level(new)
		THEN (new::pg_catalog.text OPERATOR(pg_catalog.||) pg_catalog.substr(area::pg_catalog.text, pg_catalog.length(old::pg_catalog.text) OPERATOR(pg_catalog.+) 1))::dcm.area_code
		ELSE new END;
COMMENT ON FUNCTION dcm.area_moved(dcm.area_code, dcm.area_code, dcm.area_code) IS
	'The code of an area after an area around it, or itself, has moved from one code to another: the same digits below; where the levels differ, the new area alone. 上级区划改码后的下级代码。';

CREATE FUNCTION dcm.area_at(area dcm.area_code, at timestamptz) RETURNS SETOF dcm.area_code
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	here dcm.area_code[] := ARRAY[area];
	since timestamptz[];
	later dcm.area_code[];
	later_since timestamptz[];
	change record;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	since := ARRAY[coalesce((SELECT max(c.at) FROM dcm.area_change AS c
		WHERE c.kind <> 'rename' AND area <@ c.new AND (c.old IS NULL OR NOT area <@ c.old)), '-infinity')];
	-- back to what it was made of, then on from there; neither way is endless,
	-- since each step goes by a change that lies beyond the last
	WHILE EXISTS (SELECT FROM unnest(since) AS s WHERE s > at) LOOP
		SELECT array_agg(b.code), array_agg(b.since) INTO later, later_since
		FROM (
			SELECT CASE WHEN h.since <= area_at.at THEN h.code ELSE dcm.area_moved(h.code, c.new, c.old) END AS code,
				CASE WHEN h.since <= area_at.at THEN h.since ELSE coalesce((SELECT max(e.at) FROM dcm.area_change AS e
					WHERE e.kind <> 'rename' AND e.at < h.since AND e.new = dcm.area_moved(h.code, c.new, c.old)), '-infinity') END AS since
			FROM unnest(here, since) AS h (code, since)
				LEFT JOIN dcm.area_change AS c
					ON h.since > area_at.at AND c.at = h.since AND c.kind <> 'rename' AND h.code <@ c.new
					AND dcm.level(c.new) = (SELECT max(dcm.level(n.new)) FROM dcm.area_change AS n
						WHERE n.at = h.since AND n.kind <> 'rename' AND h.code <@ n.new)
			WHERE h.since <= area_at.at OR c.old IS NOT NULL) AS b;
		IF later IS NULL THEN
			RETURN; -- it was not there yet
		END IF;
		here := later;
		since := later_since;
	END LOOP;
	LOOP
		SELECT h.code, h.since, min(c.at) AS next INTO change
		FROM unnest(here, since) AS h (code, since)
			JOIN dcm.area_change AS c ON h.code <@ c.old AND c.at > h.since AND c.at <= area_at.at AND c.kind <> 'rename'
		GROUP BY h.code, h.since
		ORDER BY 3, 1
		LIMIT 1;
		EXIT WHEN NOT FOUND;
		SELECT array_agg(b.code ORDER BY b.code), array_agg(b.since ORDER BY b.code) INTO here, since
		FROM (
			SELECT h.code, h.since FROM unnest(here, since) AS h (code, since) WHERE h.code <> change.code
			UNION
			SELECT dcm.area_moved(change.code, c.old, c.new), change.next
			FROM dcm.area_change AS c
			WHERE change.code <@ c.old AND c.at = change.next AND c.kind <> 'rename' AND c.new IS NOT NULL
				AND dcm.level(c.old) = (SELECT max(dcm.level(n.old)) FROM dcm.area_change AS n
					WHERE n.at = change.next AND n.kind <> 'rename' AND change.code <@ n.old)) AS b;
		IF here IS NULL THEN
			RETURN; -- it has ended
		END IF;
	END LOOP;
	RETURN QUERY SELECT DISTINCT h.code FROM unnest(here) AS h (code) ORDER BY 1;
END
$$;
COMMENT ON FUNCTION dcm.area_at(dcm.area_code, timestamptz) IS
	'What an area was or will be at a time by dcm.area_change: itself, its new code, the parts that it was divided into, the areas that it was made of; no row before it was there and after it has ended. 某区划在某一时刻对应的区划。';

CREATE FUNCTION dcm.in_group(area dcm.area_code, area_group text) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN EXISTS (SELECT FROM dcm.area_group AS g JOIN dcm.area_group_member AS m ON m.area_group = g.id
		WHERE g.code = in_group.area_group AND in_group.area <@ m.area);
END
$$;
COMMENT ON FUNCTION dcm.in_group(dcm.area_code, text) IS
	'Whether an area is a member of a group or lies in one. 区划是否属于某分组。';

CREATE FUNCTION dcm.area_counts(within dcm.area_code = NULL, level int = 4,
	OUT area dcm.area_code, OUT name text, OUT communities bigint, OUT grids bigint, OUT square_metres float8,
	OUT collection_areas bigint, OUT components bigint, OUT collectors bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 20
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city();
	RETURN QUERY
	SELECT r.code, r.name,
		(SELECT count(*) FROM dcm.region AS c WHERE c.code <@ r.code AND dcm.level(c.code) = 5 AND c.valid @> now()),
		g.grids, g.square_metres,
		(SELECT count(DISTINCT m.duty_area) FROM dcm.duty_area_grid AS m JOIN dcm.duty_area AS d ON d.id = m.duty_area
			WHERE m.grid <@ r.code AND d.kind = 'collection' AND d.valid @> now()),
		(SELECT count(*) FROM dcm.component AS c WHERE c.grid <@ r.code),
		(SELECT count(DISTINCT p.person) FROM dcm.post AS p
			WHERE p.role = 'collector' AND p.valid @> now()
				AND (p.area <@ r.code OR EXISTS (SELECT FROM dcm.duty_area_grid AS m WHERE m.duty_area = p.duty_area AND m.grid <@ r.code)))
	FROM dcm.region AS r
		CROSS JOIN LATERAL (
			SELECT count(*) AS grids, coalesce(sum(dcm.square_metres(g.geom)), 0) AS square_metres
			FROM dcm.grid AS g WHERE g.code <@ r.code AND g.valid @> now()) AS g
	WHERE dcm.level(r.code) = area_counts.level AND r.valid @> now()
		AND (area_counts.within IS NULL OR r.code <@ area_counts.within)
	ORDER BY r.code;
END
$$;
COMMENT ON FUNCTION dcm.area_counts(dcm.area_code, int) IS
	'What there is in each area of a level (3 district, 4 street, 5 community): communities, unit grids and their square metres, duty areas of collection, components, collectors. 各区划的网格、责任区、部件与监督员数量。';

CREATE FUNCTION dcm.check_duty_areas(OUT problem text, OUT duty_area text, OUT grid dcm.grid_code, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 ROWS 10
	SET search_path FROM CURRENT
AS $$
BEGIN
	PERFORM dcm.require_city();
	RETURN QUERY
	WITH member AS MATERIALIZED (
		SELECT d.code, d.kind, g.code AS grid, g.geom,
			-- pieces that touch, within a decimetre of what was surveyed
			ST_ClusterDBSCAN(g.geom, CASE WHEN dcm.is_lonlat(dcm.city_srid()) THEN 1e-6 ELSE 0.1 END, 1) OVER (PARTITION BY d.id) AS piece
		FROM dcm.duty_area AS d
			JOIN dcm.duty_area_grid AS m ON m.duty_area = d.id
			JOIN dcm.grid AS g ON g.code = m.grid
		WHERE d.valid @> pg_catalog.now() AND g.valid @> pg_catalog.now())
	SELECT x.problem, x.code, x.grid, x.detail
	FROM (
		SELECT 1 AS turn, 'empty' AS problem, d.code, NULL::dcm.grid_code AS grid, 'it has no unit grid that is valid now. 没有有效的单元网格。' AS detail
		FROM dcm.duty_area AS d
		WHERE d.valid @> pg_catalog.now() AND NOT EXISTS (SELECT FROM member AS m WHERE m.code = d.code)
		UNION ALL
		SELECT 2, 'apart', m.code, NULL, pg_catalog.format('its unit grids lie in %s pieces that do not touch. 单元网格不相邻,分为 %1$s 片。', pg_catalog.count(DISTINCT m.piece))
		FROM member AS m GROUP BY m.code HAVING pg_catalog.count(DISTINCT m.piece) > 1
		UNION ALL
		SELECT 3, 'in_two', pg_catalog.string_agg(m.code, ', ' ORDER BY m.code), m.grid,
			pg_catalog.format('unit grid %s is in %s duty areas of kind "%s". 同一单元网格属于多个同类责任网格。', m.grid, pg_catalog.count(*), m.kind)
		FROM member AS m GROUP BY m.grid, m.kind HAVING pg_catalog.count(*) > 1
		UNION ALL
		SELECT 4, 'in_none', NULL, g.code, pg_catalog.format('unit grid %s is in no duty area of kind "%s". 单元网格未划入责任网格。', g.code, k.kind)
		FROM dcm.grid AS g CROSS JOIN (SELECT DISTINCT m.kind FROM member AS m) AS k
		WHERE g.valid @> pg_catalog.now() AND NOT EXISTS (SELECT FROM member AS m WHERE m.grid = g.code AND m.kind = k.kind)) AS x
	ORDER BY x.turn, x.code, x.grid;
END
$$;
COMMENT ON FUNCTION dcm.check_duty_areas() IS
	'What is wrong with duty areas now: empty, apart (its unit grids do not touch), in_two (a unit grid in two of a kind), in_none (a unit grid in none of a kind that the city has). 责任网格检查。';
