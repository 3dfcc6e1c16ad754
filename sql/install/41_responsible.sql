-- Whose: from a problem and its place to the bodies that answer for it.

CREATE FUNCTION dcm.begin_rule() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path FROM CURRENT
AS $$
DECLARE
	ended timestamptz;
BEGIN
	-- a rule that does not say since when it counts does so since the last one
	-- of its kind, place and principle ended
	IF pg_catalog.lower(NEW.valid) = '-infinity' OR pg_catalog.lower_inf(NEW.valid) THEN
		SELECT pg_catalog.max(pg_catalog.upper(r.valid)) INTO ended
		FROM dcm.responsibility AS r
		WHERE NOT pg_catalog.isempty(r.valid) AND pg_catalog.upper(r.valid) <= pg_catalog.now()
			AND r.principle = NEW.principle
			AND (r.category, r.kind, r.major) IS NOT DISTINCT FROM (NEW.category, NEW.kind, NEW.major)
			AND r.area IS NOT DISTINCT FROM NEW.area
			AND (r.geom IS NULL) = (NEW.geom IS NULL)
			AND (r.geom IS NULL OR (r.geom && NEW.geom AND ST_Relate(r.geom, NEW.geom, 'T********')));
		IF ended < coalesce(pg_catalog.upper(NEW.valid), 'infinity') THEN
			NEW.valid := pg_catalog.tstzrange(ended, pg_catalog.upper(NEW.valid));
		END IF;
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.begin_rule() IS
	'Trigger of dcm.responsibility: a new rule that does not say since when it is valid is so since the last one as specific as it ended. 新责任规则未写起始时间时,自上一条同等规则终止之时起有效。';

CREATE FUNCTION dcm.refuse_tie() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path FROM CURRENT
AS $$
DECLARE
	other int;
BEGIN
	-- what keep_version() adds is judged with the rule that it replaces, once that has ended
	IF pg_catalog.pg_trigger_depth() > 1 AND TG_OP = 'INSERT' AND dcm.is_replacing(TG_RELID::pg_catalog.regclass, NEW.id) THEN
		RETURN NULL;
	END IF;
	PERFORM dcm.require_city('0.2.0');
	-- two writers at once must see each other's rule
	PERFORM pg_catalog.pg_advisory_xact_lock(TG_RELID::int, 0);
	SELECT r.id INTO other
	-- as they stand now: a deferred check may come after another change
	FROM dcm.responsibility AS n
		JOIN dcm.responsibility AS r ON r.id <> n.id
			AND r.principle = n.principle
			AND r.valid && n.valid
			AND (r.category, r.kind, r.major) IS NOT DISTINCT FROM (n.category, n.kind, n.major)
			AND r.area IS NOT DISTINCT FROM n.area
			AND (r.geom IS NULL) = (n.geom IS NULL)
			AND (r.geom IS NULL OR (r.geom && n.geom AND ST_Relate(r.geom, n.geom, 'T********')))
	WHERE n.id = NEW.id OR n.replaces = NEW.id
	ORDER BY r.id
	LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'exclusion_violation',
			MESSAGE = 'two rules of responsibility are equally specific',
			DETAIL = pg_catalog.format('Rules %s and %s speak of the same things by the same principle, and their places and times overlap.', other, NEW.id),
			HINT = 'Narrow one of them in category, place or time.',
			CONSTRAINT = 'dcm.tie';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.refuse_tie() IS
	'Trigger of dcm.responsibility: 23P01 for a rule as specific as another one whose place and time overlap. 拒绝同等具体且时空重叠的责任规则。';

CREATE FUNCTION dcm.living_org(org int, at timestamptz) RETURNS int
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 200
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	found_org record;
BEGIN
	-- a chain of successors is short; one that is not is a circle
	FOR step IN 1..32 LOOP
		SELECT o.valid @> at AS lives, o.successor INTO found_org
		FROM dcm.org AS o WHERE o.id = org;
		IF NOT FOUND OR found_org.lives THEN
			RETURN org;
		END IF;
		org := found_org.successor;
	END LOOP;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.living_org(int, timestamptz) IS
	'The body itself where it exists at that time, else the successor that does, else NULL. 机构在该时刻的有效承继者。';

CREATE FUNCTION dcm.org_code(org int) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 50
AS $$
BEGIN
	RETURN (SELECT o.code FROM dcm.org AS o WHERE o.id OPERATOR(pg_catalog.=) org_code.org);
END
$$;
COMMENT ON FUNCTION dcm.org_code(int) IS
	'The code of a body, NULL for an unknown one. 机构代码。';

CREATE FUNCTION dcm.place_of(location geometry, at timestamptz,
		OUT grid dcm.grid_code, OUT area dcm.area_code, OUT district dcm.area_code)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	mode text;
BEGIN
	grid := dcm.locate(location, at);
	IF grid IS NOT NULL THEN
		area := dcm.community(grid);
	ELSE
		SELECT r.code, r.mgmt_mode INTO area, mode
		FROM dcm.region AS r
		WHERE dcm.covers(r.geom, location) AND r.valid @> at
		ORDER BY dcm.level(r.code) DESC, r.code
		LIMIT 1;
		IF mode <> 'digital' THEN
			area := NULL;
		END IF;
	END IF;
	district := coalesce(dcm.district(area), area);
END
$$;
COMMENT ON FUNCTION dcm.place_of(geometry, timestamptz) IS
	'Where a point lies: its unit grid or NULL, the smallest area known around it, and its district (or city, where there is no district); all NULL outside what the city manages digitally. 该点所在的网格、最小区域与区县;不在覆盖范围内则全为空。';

CREATE FUNCTION dcm.best_rule(category int, location geometry, place dcm.area_code, principle text, at timestamptz,
		OUT rule_id int, OUT org int, OUT what text, OUT scope text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	SELECT fit.id, living.org, fit.what, fit.scope
	INTO rule_id, org, what, scope
	FROM (
		SELECT r.id, r.org,
			CASE WHEN r.category IS NOT NULL THEN 'category ' || c.code
				WHEN r.major IS NOT NULL THEN r.kind || ' major ' || r.major
				WHEN r.kind IS NOT NULL THEN 'every ' || r.kind
				ELSE 'every problem' END AS what,
			CASE WHEN r.geom IS NOT NULL THEN 'a polygon of its own'
				ELSE coalesce('area ' || r.area::text, 'the whole city') END AS scope
		FROM dcm.category AS c
			JOIN dcm.responsibility AS r
				ON (r.category IS NULL OR r.category = c.id)
				AND (r.kind IS NULL OR r.kind = c.kind)
				AND (r.major IS NULL OR r.major = c.major)
		WHERE c.id = best_rule.category
			AND r.principle = best_rule.principle
			AND r.valid @> at
			AND (r.area IS NULL OR place <@ r.area)
			AND (r.geom IS NULL OR dcm.covers(r.geom, location))
		ORDER BY r.category IS NOT NULL DESC, r.major IS NOT NULL DESC, r.kind IS NOT NULL DESC,
			r.geom IS NOT NULL DESC, dcm.level(r.area) DESC NULLS LAST, r.id
		-- a fence: bodies are looked up for rules that fit, and best first
		OFFSET 0) AS fit
		CROSS JOIN LATERAL dcm.living_org(fit.org, at) AS living (org)
	WHERE living.org IS NOT NULL
	LIMIT 1;
END
$$;
COMMENT ON FUNCTION dcm.best_rule(int, geometry, dcm.area_code, text, timestamptz) IS
	'The most specific rule of responsibility of a principle for a category at a place and time: what before where, a polygon before any area. 某原则下最具体的责任规则。';

CREATE FUNCTION dcm.component_bodies(component dcm.component_id, at timestamptz,
		OUT org int, OUT part text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 500 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT dcm.living_org(b.org, at), b.part
	FROM dcm.component AS c
		CROSS JOIN LATERAL (VALUES ('owner', c.owner), ('maintainer', c.maintainer), ('authority', c.authority)) AS b (part, org)
		JOIN unnest(string_to_array(replace(dcm.setting('component_bodies'), ' ', ''), ',')) WITH ORDINALITY AS turn (part, n)
			ON turn.part = b.part
	WHERE c.id = component_bodies.component
		AND dcm.living_org(b.org, at) IS NOT NULL
	ORDER BY turn.n;
END
$$;
COMMENT ON FUNCTION dcm.component_bodies(dcm.component_id, timestamptz) IS
	'The bodies that the register names for a component, in the order of the setting component_bodies: the owner 权属 first, for whom the maintainer 养护 works, and the authority 主管, which supervises, last. 部件登记的权属、养护、主管单位,按设置的次序。';

CREATE FUNCTION dcm.candidates(category int, kind text, component dcm.component_id, location geometry,
		place dcm.area_code, grid dcm.grid_code, at timestamptz,
		OUT principle text, OUT org int, OUT rule_id int, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 2000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	rule record;
BEGIN
	FOR principle IN
		SELECT p.principle FROM dcm.dispatch_policy AS p WHERE p.kind = candidates.kind ORDER BY p.turn
	LOOP
		rule_id := NULL;
		-- the register names the very thing, so it goes before any rule
		IF principle = 'owner' AND component IS NOT NULL THEN
			FOR org, reason IN
				SELECT b.org, format('%s of component %s (%s单位)', b.part, component,
					CASE b.part WHEN 'owner' THEN '权属' WHEN 'maintainer' THEN '养护' ELSE '主管' END)
				FROM dcm.component_bodies(component, at) AS b
			LOOP
				RETURN NEXT;
			END LOOP;
			CONTINUE WHEN FOUND;
		END IF;

		rule := dcm.best_rule(category, location, place, principle, at);
		-- a grid that names its body is as narrow a place as there is, for all things
		IF principle = 'territory' AND grid IS NOT NULL
			AND (rule.rule_id IS NULL OR rule.what = 'every problem') THEN
			SELECT dcm.living_org(g.org, at) INTO org FROM dcm.grid AS g WHERE g.code = grid;
			IF org IS NOT NULL THEN
				reason := format('territory: unit grid %s names its body (网格责任单位)', grid);
				RETURN NEXT;
				CONTINUE;
			END IF;
		END IF;
		IF rule.rule_id IS NOT NULL THEN
			org := rule.org;
			rule_id := rule.rule_id;
			reason := format('%s: rule %s for %s in %s (%s)', principle, rule_id, rule.what, rule.scope,
				CASE principle WHEN 'owner' THEN '属主' ELSE '属地' END);
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.candidates(int, text, dcm.component_id, geometry, dcm.area_code, dcm.grid_code, timestamptz) IS
	'The bodies that answer for a problem at one place (the smallest area and the grid known), in the order of dcm.dispatch_policy; none where nobody does. 某地某类问题的责任单位候选,按派遣原则排序。';

CREATE FUNCTION dcm.neighbours(location geometry, district dcm.area_code, at timestamptz,
		OUT code dcm.area_code, OUT place dcm.area_code, OUT metres float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000 ROWS 1
	SET search_path FROM CURRENT
AS $$
DECLARE
	border constant float8 := dcm.setting('border_metres');
	around constant geometry := dcm.reach(location, border);
BEGIN
	FOR code, metres IN
		SELECT r.code, dcm.metres(r.geom, location)
		FROM dcm.region AS r
		WHERE r.geom && around
			AND dcm.level(r.code) = 3 AND r.code <> district
			AND r.valid @> at
		ORDER BY 2, 1
	LOOP
		CONTINUE WHEN metres > border;
		-- the other side's nearest grid tells its street and community
		SELECT dcm.community(g.code) INTO place
		FROM dcm.grid AS g
		WHERE g.geom && around
			AND g.code <@ neighbours.code
			AND g.valid @> at
		ORDER BY dcm.metres(g.geom, location), g.code
		LIMIT 1;
		place := coalesce(place, code);
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.neighbours(geometry, dcm.area_code, timestamptz) IS
	'The other districts within border_metres of the point, with the distance in metres and the nearest place known there. 该点附近的其他区县及距离(米)。';

CREATE FUNCTION dcm.coordinator(district dcm.area_code, at timestamptz, kind text) RETURNS int
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	org int;
BEGIN
	SELECT o.id INTO org
	FROM dcm.org AS o
	WHERE o.kind = coordinator.kind AND o.valid @> at
		AND (o.area IS NULL OR district <@ o.area)
	ORDER BY CASE o.kind WHEN 'committee' THEN o.level END,
		dcm.level(o.area) DESC NULLS LAST, o.level DESC, o.id
	LIMIT 1;
	RETURN org;
END
$$;
COMMENT ON FUNCTION dcm.coordinator(dcm.area_code, timestamptz, text) IS
	'Who coordinates in a district: of kind government the district''s own before the city''s, of kind committee the city''s first; NULL where there is none. 区县的协调单位。';

CREATE FUNCTION dcm.problem_of(category text, location geometry, component dcm.component_id,
		OUT id int, OUT code text, OUT kind text, OUT spot geometry)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path FROM CURRENT
AS $$
DECLARE
	its_category int;
	its_spot geometry;
BEGIN
	spot := dcm.to_city(location);
	IF component IS NOT NULL THEN
		SELECT c.category, coalesce(c.geom, ST_PointOnSurface(g.geom)) INTO its_category, its_spot
		FROM dcm.component AS c LEFT JOIN dcm.grid AS g ON g.code = c.grid
		WHERE c.id = component;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING
				ERRCODE = 'no_data_found',
				MESSAGE = pg_catalog.format('component "%s" does not exist', component),
				CONSTRAINT = 'dcm.no_component';
		END IF;
		spot := coalesce(spot, its_spot);
	END IF;

	SELECT c.id, c.code, c.kind INTO id, code, kind
	FROM dcm.category AS c
	WHERE CASE WHEN problem_of.category IS NULL THEN c.id = its_category
		ELSE c.code = problem_of.category AND c.edition = dcm.setting('edition') END;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN category IS NULL THEN 'the category of the problem is not known'
				ELSE pg_catalog.format('category "%s" does not exist', category) END,
			DETAIL = pg_catalog.format('The city''s edition is %s.', dcm.setting('edition')),
			HINT = dcm.category_hint(category),
			CONSTRAINT = 'dcm.no_category';
	END IF;
	IF spot IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the place of the problem is not known',
			HINT = 'Give a location, or a component that has one.',
			CONSTRAINT = 'dcm.no_place';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.problem_of(text, geometry, dcm.component_id) IS
	'Category and place of a problem, taken from the component where they are not given. 22023 for an unknown category or no place, P0002 for an unknown component. 问题的类别与位置,缺省取自部件。';

CREATE FUNCTION dcm.resolve_responsible(category text, location geometry, component dcm.component_id = NULL, at timestamptz = now(),
		OUT rank int, OUT org text, OUT org_id int, OUT principle text, OUT rule_id int, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	problem record;
	here record;
	side record;
	border boolean;
	seen int[] := '{}';
	coordinator int;
BEGIN
	at := coalesce(at, now());
	problem := dcm.problem_of(category, location, component);
	here := dcm.place_of(problem.spot, at);
	rank := 0;
	IF here.district IS NULL THEN
		rank := 1;
		principle := 'out_of_coverage';
		reason := 'the place lies in no grid and in no region that is managed digitally (不在覆盖范围内)';
		RETURN NEXT;
		RETURN;
	END IF;

	FOR side IN
		SELECT s.*, count(*) OVER () > 1 AS border
		FROM (
			SELECT 0 AS turn, here.area AS place, here.grid AS grid, '' AS remark
			UNION ALL
			SELECT n.turn, n.place, NULL, format('; as in district %s, %s m away (相邻区县)', n.code, round(n.metres::numeric, 1))
			FROM dcm.neighbours(problem.spot, here.district, at) WITH ORDINALITY AS n (code, place, metres, turn)) AS s
		ORDER BY s.turn
	LOOP
		border := side.border;
		FOR principle, org_id, rule_id, reason IN
			SELECT CASE WHEN border THEN 'boundary' ELSE c.principle END, c.org, c.rule_id, c.reason || side.remark
			FROM dcm.candidates(problem.id, problem.kind, component, problem.spot, side.place, side.grid, at) AS c
		LOOP
			CONTINUE WHEN org_id = ANY (seen);
			seen := seen || org_id;
			rank := rank + 1;
			org := dcm.org_code(org_id);
			RETURN NEXT;
		END LOOP;
	END LOOP;

	rule_id := NULL;
	IF rank = 0 THEN
		rank := 1;
		principle := 'ownerless';
		coordinator := dcm.coordinator(here.district, at, 'government');
		org_id := coordinator;
		org := dcm.org_code(org_id);
		reason := format('nobody answers for %s here; the government of %s coordinates (无责任主体,由属地政府协调)', problem.code, here.district);
		RETURN NEXT;
	END IF;
	IF border THEN
		principle := 'coordinator';
		FOR org_id, reason IN
			SELECT dcm.coordinator(here.district, at, k.kind), k.reason
			FROM (VALUES ('committee', 'another district is near: the committee coordinates (区县交界,由城管委协调)'),
				('government', 'then the government of the district that the place lies in (其次由所在区县政府协调)')) AS k (kind, reason)
		LOOP
			CONTINUE WHEN org_id IS NULL OR org_id = coordinator;
			rank := rank + 1;
			org := dcm.org_code(org_id);
			RETURN NEXT;
		END LOOP;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.resolve_responsible(text, geometry, dcm.component_id, timestamptz) IS
	'Who answers for a problem of a category at a place, best first: rank, body (code and id), principle, rule or NULL, and the reason in words. principle is owner 属主, territory 属地, boundary (a candidate, another district being within border_metres), coordinator (after the candidates of a boundary), ownerless 无责任主体 (the body coordinates) or out_of_coverage (no body). 22023 for an unknown category, no place or another coordinate system, P0002 for an unknown component. 判定责任单位:按派遣原则排序的候选及理由。';
