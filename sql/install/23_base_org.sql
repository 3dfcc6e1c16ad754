-- Bodies, people and posts: who leads, whom to call, who keeps a place, how a
-- post ends and passes on, and what is inconsistent in all of it.

CREATE FUNCTION dcm.org_tree(at timestamptz = now(),
	OUT org text, OUT name text, OUT level smallint, OUT kind text, OUT platform smallint, OUT depth int, OUT path text[], OUT below bigint, OUT posts bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY
	WITH RECURSIVE tree AS (
		SELECT o.id, ARRAY[o.code] AS path, ARRAY[o.id] AS ids
		FROM dcm.org AS o
		WHERE o.parent IS NULL AND o.valid @> org_tree.at
		UNION ALL
		SELECT o.id, t.path || o.code, t.ids || o.id
		FROM tree AS t JOIN dcm.org AS o ON o.parent = t.id
		WHERE o.valid @> org_tree.at
	)
	SELECT o.code, o.name, o.level, o.kind, o.platform, cardinality(t.path), t.path,
		b.many - 1, coalesce(p.many, 0)
	FROM tree AS t JOIN dcm.org AS o ON o.id = t.id
		JOIN (SELECT i.id, count(*) AS many FROM tree AS n CROSS JOIN LATERAL unnest(n.ids) AS i (id) GROUP BY i.id) AS b ON b.id = t.id
		LEFT JOIN (SELECT h.org, count(*) AS many FROM dcm.post AS h WHERE h.valid @> org_tree.at GROUP BY h.org) AS p ON p.org = t.id
	ORDER BY t.path;
END
$$;
COMMENT ON FUNCTION dcm.org_tree(timestamptz) IS
	'The bodies valid at a time as a tree: depth from 1, path of codes from the root, how many bodies are below and how many posts the body has. Bodies in a circle are not in it; see dcm.check_org(). 机构树。';

CREATE FUNCTION dcm.leaders(org text = NULL, at timestamptz = now(),
	OUT body text, OUT body_name text, OUT role text, OUT role_name text, OUT person text, OUT name text, OUT phone text, OUT since timestamptz)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT o.code, o.name, r.code, r.name, h.code, h.name, h.phone, nullif(lower(p.valid), '-infinity')
	FROM dcm.post AS p
		JOIN dcm.person AS h ON h.id = p.person
		JOIN dcm.org AS o ON o.id = p.org
		JOIN dcm.role AS r ON r.code = p.role
	WHERE p.role IN ('leader', 'deputy') AND p.valid @> leaders.at
		AND (leaders.org IS NULL OR o.code = leaders.org)
	ORDER BY o.level, o.code, r.code <> 'leader', p.code;
END
$$;
COMMENT ON FUNCTION dcm.leaders(text, timestamptz) IS
	'Who led a body, or each body, at a time: holders of role leader (第一责任人) and deputy (分管领导), and since when. 机构的主要负责人与分管领导。';

CREATE FUNCTION dcm.who_to_call(org text, at timestamptz = now(),
	OUT body text, OUT turn smallint, OUT what text, OUT name text, OUT phone text, OUT note text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	body_id int;
	its_parent int;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT o.id, o.code, o.parent INTO body_id, body, its_parent FROM dcm.org AS o WHERE o.code = who_to_call.org;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('body "%s" does not exist', org),
			CONSTRAINT = 'dcm.no_org';
	END IF;
	-- where nobody answers at that time, the body above does; a tree is not deeper
	FOR step IN 1..32 LOOP
		FOR turn, what, name, phone, note IN
			SELECT c.turn, c.what, c.name, c.phone, c.note
			FROM dcm.org_contact AS c
			WHERE c.org = body_id AND c.valid @> who_to_call.at
				AND (c.calendar IS NULL OR dcm.is_working(who_to_call.at, c.calendar))
			ORDER BY c.turn, c.id
		LOOP
			RETURN NEXT;
		END LOOP;
		EXIT WHEN FOUND OR its_parent IS NULL;
		SELECT o.id, o.code, o.parent INTO body_id, body, its_parent FROM dcm.org AS o WHERE o.id = its_parent;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.who_to_call(text, timestamptz) IS
	'The numbers at which a body is reached at a time, in the order of calling; where it has none that answers then, those of the body above. P0002 for an unknown body. 某时刻可联系的值班电话。';

CREATE FUNCTION dcm.grid_keepers(grid dcm.grid_code, at timestamptz = now(),
	OUT by text, OUT area text, OUT role text, OUT person text, OUT name text, OUT org text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT k.by, k.place, r.code, h.code, h.name, o.code
	FROM (
		SELECT 1 AS turn, 'duty_area' AS by, d.code AS place, p.*, 99 AS level
		FROM dcm.duty_area_grid AS m
			JOIN dcm.duty_area AS d ON d.id = m.duty_area AND d.valid @> grid_keepers.at
			JOIN dcm.post AS p ON p.duty_area = d.id
		WHERE m.grid = grid_keepers.grid
		UNION ALL
		SELECT 2, 'area', p.area::text, p.*, dcm.level(p.area)
		FROM dcm.post AS p
		WHERE p.duty_area IS NULL AND grid_keepers.grid <@ p.area) AS k
		JOIN dcm.role AS r ON r.code = k.role
		JOIN dcm.person AS h ON h.id = k.person
		LEFT JOIN dcm.org AS o ON o.id = k.org
	WHERE k.valid @> grid_keepers.at
	ORDER BY k.turn, k.level DESC, k.role, k.code;
END
$$;
COMMENT ON FUNCTION dcm.grid_keepers(dcm.grid_code, timestamptz) IS
	'Who keeps a unit grid: holders of posts for a duty area that it is part of (collectors, cleaners …), then those for an area that it lies in, the smallest first (area heads of community, street, district …). 单元网格的监督员与各级地域责任人。';

CREATE FUNCTION dcm.post_in_force(post text, at timestamptz, OUT id int, OUT person int)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	SELECT p.id, p.person INTO id, person FROM dcm.post AS p WHERE p.code = post AND p.valid @> at;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no post "%s" at that time', post),
			HINT = 'SELECT code, valid FROM dcm.post lists them.',
			CONSTRAINT = 'dcm.no_post';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.post_in_force(text, timestamptz) IS
	'The version of a post that is in force at a time; P0002 where there is none. 某时刻有效的岗位版本。';

CREATE FUNCTION dcm.end_post(post text, at timestamptz = now(), reason text = NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	its record;
	open_tasks bigint;
	why text := current_setting('dcm.reason', true);
BEGIN
	PERFORM dcm.require_city();
	its := dcm.post_in_force(post, coalesce(at, now()));
	PERFORM set_config('dcm.reason', coalesce(reason, why, ''), true);
	UPDATE dcm.post AS p SET valid = tstzrange(lower(p.valid), coalesce(at, now())) WHERE p.id = its.id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('post "%s" as it was then has ended already', post),
			HINT = 'What has ended stays as it was; SELECT code, valid FROM dcm.post lists them.',
			CONSTRAINT = 'dcm.no_post';
	END IF;
	IF EXISTS (SELECT FROM dcm.post AS p WHERE p.code = post AND lower(p.valid) >= coalesce(at, now())) THEN
		RAISE NOTICE 'post "%" begins again', post
			USING DETAIL = format('A version of it is valid from %s.', (SELECT min(lower(p.valid)) FROM dcm.post AS p WHERE p.code = post AND lower(p.valid) >= coalesce(at, now()))),
				HINT = 'DELETE that row of dcm.post as well if the post is to end for good.';
	END IF;
	PERFORM set_config('dcm.reason', coalesce(why, ''), true);
	IF NOT EXISTS (SELECT FROM dcm.post AS p WHERE p.person = its.person AND p.valid @> coalesce(at, now())) THEN
		SELECT count(*) INTO open_tasks FROM dcm.case_task AS t WHERE t.person = its.person AND t.done_at IS NULL;
		IF open_tasks > 0 THEN
			RAISE NOTICE '% open tasks are left with whoever held post "%"', open_tasks, post
				USING HINT = 'dcm.hand_over() gives them to another.';
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.end_post(text, timestamptz, text) IS
	'Ends a post at a time, now or to come; what was done by it stays. A notice tells of tasks that are left without anybody, and of a version that begins later. P0002 where there is no such post then, or it has ended already. 终止岗位。';

CREATE FUNCTION dcm.hand_over(from_person text, to_person text, at timestamptz = NULL, reason text = NULL,
	OUT what text, OUT code text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	since timestamptz := coalesce(at, now());
	giver int;
	taker int;
	why text := current_setting('dcm.reason', true);
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT max(p.id) FILTER (WHERE p.code = from_person), max(p.id) FILTER (WHERE p.code = to_person AND p.valid @> since)
	INTO giver, taker
	FROM dcm.person AS p WHERE p.code IN (from_person, to_person);
	IF giver IS NULL OR taker IS NULL OR giver = taker THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN giver = taker THEN 'invalid_parameter_value' ELSE 'no_data_found' END,
			MESSAGE = CASE WHEN giver IS NULL THEN format('there is no person "%s"', from_person)
				WHEN taker IS NULL THEN format('there is no person "%s" at that time', to_person)
				ELSE 'nobody can take over from the same person' END,
			CONSTRAINT = 'dcm.no_person';
	END IF;
	IF since > clock_timestamp() + dcm.setting('clock_skew')::interval THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'work cannot be handed over before it is time',
			DETAIL = 'Which tasks will be open then is not known yet.',
			HINT = 'Call dcm.hand_over() on the day; dcm.end_post() and a new row of dcm.post can be told ahead.',
			CONSTRAINT = 'dcm.too_late';
	END IF;

	PERFORM set_config('dcm.reason', coalesce(reason, why, ''), true);
	what := 'post';
	FOR code IN
		SELECT p.code FROM dcm.post AS p WHERE p.person = giver AND p.valid @> since ORDER BY p.code
	LOOP
		-- keep_version() ends the giver's version and adds the taker's
		UPDATE dcm.post AS p SET person = taker,
			valid = CASE WHEN since > now() THEN tstzrange(since, upper(p.valid)) ELSE p.valid END
		WHERE p.person = giver AND p.code = hand_over.code AND p.valid @> since;
		-- one that has ended since stays as it was
		IF FOUND THEN
			RETURN NEXT;
		END IF;
	END LOOP;
	PERFORM set_config('dcm.reason', coalesce(why, ''), true);

	what := 'task';
	FOR code IN
		SELECT t.case_no::text FROM dcm.case_task AS t WHERE t.person = giver AND t.done_at IS NULL ORDER BY t.case_no
	LOOP
		PERFORM dcm.act(code::bigint, 'reassign_task', note => reason, data => jsonb_build_object('person', to_person));
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.hand_over(text, text, timestamptz, text) IS
	'Gives a person''s posts, those held at a time, and open tasks to another from now on: each post a new version, each task by dcm.act as whoever is acting, who must be allowed to reassign it. Returns what was handed over: post and its code, task and its case. P0002 for an unknown person, 22023 for a time to come. 岗位与在办任务移交。';

CREATE FUNCTION dcm.mode_centres(mode text, OUT level smallint, OUT function text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1 ROWS 4
BEGIN ATOMIC
	SELECT v.level::smallint, v.function
	FROM (VALUES
		('one_one', 1, 'supervision'), ('one_one', 2, 'command'),
		('one_two', 1, 'supervision'), ('one_two', 1, 'command'), ('one_two', 2, 'command'),
		('two_one', 1, 'supervision'), ('two_one', 2, 'supervision'), ('two_one', 2, 'command'),
		('two_two', 1, 'supervision'), ('two_two', 1, 'command'), ('two_two', 2, 'supervision'), ('two_two', 2, 'command'),
		('combined', NULL, 'supervision'), ('combined', NULL, 'command')) AS v (mode, level, function)
	WHERE v.mode = mode_centres.mode;
END;
COMMENT ON FUNCTION dcm.mode_centres(text) IS
	'At which levels (1 city, 2 district) an organisation mode has a centre of supervision and one of command: one_one 市级监督、区级指挥, one_two 市级监督、两级指挥, two_one 两级监督、区级指挥, two_two 两级监督、两级指挥, combined one centre for both at whichever level (NULL). 各管理模式应设的监督与指挥中心。';

CREATE FUNCTION dcm.action_powers(OUT action text, OUT power text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 20
BEGIN ATOMIC
	SELECT a.action, p.power
	FROM (VALUES
		('supervision', '{accept,reject,request_verification,file,request_check,close,void,reopen,merge,reassign_task}'::text[]),
		('command', '{dispatch,recall,grant_extension,deny_extension,grant_suspension,deny_suspension,endorse_extension,endorse_suspension,review_suspension,judge_return}')) AS p (power, actions)
		CROSS JOIN LATERAL pg_catalog.unnest(p.actions) AS a (action);
END;
COMMENT ON FUNCTION dcm.action_powers() IS
	'Which power an action takes of a centre as shipped, supervision or command; actions that are not listed take none. What counts is dcm.action.power, which the city may change. 各动作所属的权力:监督或指挥。';

CREATE FUNCTION dcm.mode_gives(mode text, kind text, level smallint, power text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN CASE
	WHEN power IS NULL OR kind IS NULL OR kind <> ALL ('{supervision_centre,command_centre,supervision_command_centre}') THEN true
	-- in mode combined one centre is both
	WHEN kind <> 'supervision_command_centre' AND (mode = 'combined' OR kind <> power || '_centre') THEN false
	ELSE EXISTS (SELECT FROM dcm.mode_centres(mode) AS m WHERE m.function = power AND coalesce(m.level, mode_gives.level) = mode_gives.level)
END;
COMMENT ON FUNCTION dcm.mode_gives(text, text, smallint, text) IS
	'Whether an organisation mode gives a body of that kind and level a power, supervision or command; true for a body that is no centre, which the mode does not judge. 某模式下该类、该级机构是否有监督权或指挥权。';

CREATE FUNCTION dcm.centre_of(org int) RETURNS int
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		WITH RECURSIVE up AS (
			SELECT o.id, o.parent, o.kind, 1 AS depth FROM dcm.org AS o WHERE o.id = centre_of.org
			UNION ALL
			SELECT o.id, o.parent, o.kind, u.depth + 1
			FROM up AS u JOIN dcm.org AS o ON o.id = u.parent
			WHERE u.kind IN ('work_group', 'hotline') AND u.depth < 32)
		SELECT u.id FROM up AS u ORDER BY u.depth DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION dcm.centre_of(int) IS
	'The body itself, or of a work group or hotline the body above that it is part of: as that its posts are judged by the organisation mode. 工作组、热线所属的中心。';

CREATE FUNCTION dcm.territory(org int) RETURNS dcm.area_code
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		WITH RECURSIVE up AS (
			SELECT o.parent, o.area, 1 AS depth FROM dcm.org AS o WHERE o.id = territory.org
			UNION ALL
			SELECT o.parent, o.area, u.depth + 1
			FROM up AS u JOIN dcm.org AS o ON o.id = u.parent
			WHERE u.area IS NULL AND u.depth < 32)
		SELECT u.area FROM up AS u ORDER BY u.depth DESC LIMIT 1);
END
$$;
COMMENT ON FUNCTION dcm.territory(int) IS
	'The area of a body, or of the nearest body above it that has one; NULL where none has. 机构的辖区,本级未设则取最近上级。';

CREATE FUNCTION dcm.centre_reach(org int, power text, OUT may boolean, OUT territory dcm.area_code)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	centre record;
BEGIN
	may := true;
	IF org IS NULL OR NOT dcm.setting('org_mode_enforced')::boolean THEN
		RETURN;
	END IF;
	SELECT o.id, o.kind, o.level INTO centre FROM dcm.org AS o WHERE o.id = dcm.centre_of(org);
	may := power IS NULL OR dcm.mode_gives(dcm.setting('org_mode'), centre.kind, centre.level, power);
	IF centre.level >= 2 AND centre.kind IN ('supervision_centre', 'command_centre', 'supervision_command_centre') THEN
		territory := dcm.territory(centre.id);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.centre_reach(int, text) IS
	'Whether the organisation mode lets the posts of a body do what takes a power (NULL: what takes none), and the area to which that is bound: a centre below the city''s level acts on cases in its own area (NULL: on all). True for what is no centre, and where setting org_mode_enforced is false. 机构在当前模式下能否行使该权力及其辖区范围。';

CREATE FUNCTION dcm.may_dispatch(centre text, body text) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 2000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	giver record;
	taker record;
	reach record;
	its_area dcm.area_code;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT o.id, o.code INTO giver FROM dcm.org AS o WHERE o.code = may_dispatch.centre;
	SELECT o.id, o.code, o.level INTO taker FROM dcm.org AS o WHERE o.code = may_dispatch.body;
	IF giver.id IS NULL OR taker.id IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('body "%s" does not exist', CASE WHEN giver.id IS NULL THEN centre ELSE body END),
			CONSTRAINT = 'dcm.no_org';
	END IF;
	reach := dcm.centre_reach(giver.id, 'command');
	IF NOT reach.may OR NOT dcm.setting('org_mode_enforced')::boolean THEN
		RETURN reach.may;
	END IF;
	SELECT o.id, o.level, o.kind INTO giver FROM dcm.org AS o WHERE o.id = dcm.centre_of(giver.id);
	IF giver.level < 2 OR giver.kind NOT IN ('command_centre', 'supervision_command_centre') THEN
		RETURN true;
	END IF;
	its_area := dcm.territory(taker.id);
	IF taker.level >= giver.level THEN
		RETURN reach.territory IS NULL OR coalesce(its_area <@ reach.territory, false);
	END IF;
	-- bodies above are the city's centre's, or else of all areas for which they answer
	RETURN NOT EXISTS (SELECT FROM dcm.mode_centres(dcm.setting('org_mode')) AS m WHERE m.level = 1 AND m.function = 'command')
		AND coalesce(reach.territory <@ its_area, true);
END
$$;
COMMENT ON FUNCTION dcm.may_dispatch(text, text) IS
	'Whether the organisation mode lets the dispatchers of a body send cases to another. A centre below the city''s level commands the bodies of its level and below in its area, wherever they stand in the tree; those of a level above only where the mode has no centre of command at the city''s level and their area takes in its own. True for a body that is no centre, and where setting org_mode_enforced is false. P0002 for an unknown body. 中心能否向该单位派遣(按辖区与级别)。';

CREATE FUNCTION dcm.check_org(OUT problem text, OUT kind text, OUT code text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city();
	-- bodies
	kind := 'org';
	IF NOT EXISTS (SELECT FROM dcm.org AS o WHERE o.valid @> now()) THEN
		problem := 'no_bodies';
		detail := 'the city has no bodies yet, so there is nothing to check. 尚无机构。';
		RETURN NEXT;
		RETURN;
	END IF;
	RETURN QUERY
	WITH RECURSIVE up AS (
		SELECT o.id, o.parent, ARRAY[o.id] AS path, false AS circle FROM dcm.org AS o
		UNION ALL
		SELECT u.id, o.parent, u.path || o.id, o.id = ANY (u.path)
		FROM up AS u JOIN dcm.org AS o ON o.id = u.parent
		WHERE NOT u.circle
	)
	SELECT 'cycle', 'org', o.code, format('the bodies above it lead back to it: %s. 上级机构成环。',
		(SELECT string_agg(c.code, ' → ' ORDER BY p.n) FROM unnest(u.path) WITH ORDINALITY AS p (id, n) JOIN dcm.org AS c ON c.id = p.id))
	FROM up AS u JOIN dcm.org AS o ON o.id = u.id
	WHERE u.circle AND u.path[cardinality(u.path)] = u.id
	ORDER BY o.code;

	RETURN QUERY
	SELECT x.problem, 'org', x.code, x.detail
	FROM (
		SELECT 1 AS turn, 'level_above_parent' AS problem, o.code,
			format('level %s is above level %s of its parent "%s". 级别高于其上级机构。', o.level, p.level, p.code) AS detail
		FROM dcm.org AS o JOIN dcm.org AS p ON p.id = o.parent
		WHERE o.valid @> now() AND o.level < p.level
		UNION ALL
		SELECT 2, 'parent_ended', o.code, format('its parent "%s" is not valid now. 上级机构已失效。', p.code)
		FROM dcm.org AS o JOIN dcm.org AS p ON p.id = o.parent
		WHERE o.valid @> now() AND NOT p.valid @> now()
		UNION ALL
		SELECT 3, 'government_without_area', o.code, 'a government answers for its area, and this one has none. 属地政府未设区划。'
		FROM dcm.org AS o WHERE o.kind = 'government' AND o.area IS NULL AND o.valid @> now()
		UNION ALL
		SELECT 4, 'area_unknown', o.code, format('area %s is not in dcm.region, or has ended. 区划不存在或已撤销。', o.area)
		FROM dcm.org AS o
		WHERE o.area IS NOT NULL AND o.valid @> now()
			AND EXISTS (SELECT FROM dcm.region)
			AND NOT EXISTS (SELECT FROM dcm.region AS r WHERE r.code = o.area AND r.valid @> now())
		UNION ALL
		SELECT 5, 'area_outside_parent', o.code, format('area %s does not lie in area %s of its parent "%s". 区划不在上级机构区划内。', o.area, p.area, p.code)
		FROM dcm.org AS o JOIN dcm.org AS p ON p.id = o.parent
		WHERE o.valid @> now() AND o.kind = 'government' AND p.kind = 'government' AND NOT o.area <@ p.area
		UNION ALL
		SELECT 6, 'two_governments', max(o.code), format('area %s has more than one government: %s. 同一区划有多个属地政府。', o.area, string_agg(o.code, ', ' ORDER BY o.code))
		FROM dcm.org AS o WHERE o.kind = 'government' AND o.area IS NOT NULL AND o.valid @> now()
		GROUP BY o.area HAVING count(*) > 1
		UNION ALL
		SELECT 7, 'no_successor', o.code, 'it has ended, and rules or components still name it without a successor. 已撤销机构仍被引用且无承继单位。'
		FROM dcm.org AS o
		WHERE upper(o.valid) <= now() AND dcm.living_org(o.id, now()) IS NULL
			AND (EXISTS (SELECT FROM dcm.responsibility AS r WHERE r.org = o.id AND r.valid @> now())
				OR EXISTS (SELECT FROM dcm.component AS c WHERE o.id IN (c.authority, c.owner, c.maintainer)))
		UNION ALL
		SELECT 8, 'centre_without_area', o.code, 'a centre below the city''s level acts in its area, and neither it nor a body above has one. 区级中心未设辖区。'
		FROM dcm.org AS o
		WHERE o.kind IN ('supervision_centre', 'command_centre', 'supervision_command_centre') AND o.level >= 2 AND o.valid @> now()
			AND dcm.territory(o.id) IS NULL
		UNION ALL
		SELECT 9, 'two_leaders', o.code, format('it has %s leaders at one time. 同时有多名主要负责人。', count(*))
		FROM dcm.org AS o JOIN dcm.post AS p ON p.org = o.id AND p.role = 'leader' AND p.valid @> now()
		WHERE o.valid @> now()
		GROUP BY o.code HAVING count(*) > 1) AS x
	ORDER BY x.turn, x.code;

	-- posts
	RETURN QUERY
	SELECT x.problem, 'post', x.code, x.detail
	FROM (
		SELECT 1 AS turn, 'post_without_body' AS problem, p.code, format('role "%s" is held in no body. 岗位未归属任何机构。', p.role) AS detail
		FROM dcm.post AS p WHERE p.org IS NULL AND p.role <> 'system' AND p.valid @> now()
		UNION ALL
		SELECT 2, 'body_ended', p.code, format('its body "%s" is not valid now. 所属机构已失效。', o.code)
		FROM dcm.post AS p JOIN dcm.org AS o ON o.id = p.org WHERE p.valid @> now() AND NOT o.valid @> now()
		UNION ALL
		SELECT 3, 'person_ended', p.code, format('person "%s" is not valid now. 任职人员已失效。', h.code)
		FROM dcm.post AS p JOIN dcm.person AS h ON h.id = p.person WHERE p.valid @> now() AND NOT h.valid @> now()
		UNION ALL
		SELECT 4, 'post_twice', max(p.code), format('person "%s" holds role "%s" in "%s" more than once: %s. 同一人在同一机构重复任同一角色。', h.code, p.role, o.code, string_agg(p.code, ', ' ORDER BY p.code))
		FROM dcm.post AS p JOIN dcm.person AS h ON h.id = p.person JOIN dcm.org AS o ON o.id = p.org
		WHERE p.valid @> now()
		-- for another place it is another post
		GROUP BY h.code, p.role, o.code, p.area, p.duty_area HAVING count(*) > 1
		UNION ALL
		SELECT 5, 'duty_area_ended', p.code, format('duty area "%s" is not valid now. 责任网格已失效。', d.code)
		FROM dcm.post AS p JOIN dcm.duty_area AS d ON d.id = p.duty_area WHERE p.valid @> now() AND NOT d.valid @> now()
		UNION ALL
		SELECT 6 + (o.kind = ANY (centres.kinds))::int, CASE WHEN o.kind = ANY (centres.kinds) THEN 'role_beyond_mode' ELSE 'centre_role_outside_centre' END, p.code,
			CASE WHEN o.kind = ANY (centres.kinds)
				THEN format('in mode "%s" centre "%s" at level %s has no power of %s, which role "%s" needs. 当前模式下该中心无此权力。', dcm.setting('org_mode'), o.code, o.level, r.power, p.role)
				ELSE format('role "%s" is a centre''s, and body "%s" is none. 中心角色设在非中心机构。', p.role, o.code) END
		FROM dcm.post AS p
			JOIN (VALUES ('acceptor', 'supervision'), ('shift_leader', 'supervision'), ('dispatcher', 'command')) AS r (role, power) ON r.role = p.role
			JOIN dcm.org AS o ON o.id = dcm.centre_of(p.org)
			CROSS JOIN (VALUES ('{supervision_centre,command_centre,supervision_command_centre}'::text[])) AS centres (kinds)
		WHERE p.valid @> now() AND NOT (o.kind = ANY (centres.kinds) AND dcm.mode_gives(dcm.setting('org_mode'), o.kind, o.level, r.power))) AS x
	ORDER BY x.turn, x.code;

	-- the organisation mode
	RETURN QUERY
	WITH centre AS (
		SELECT o.level, f.function, o.code
		FROM dcm.org AS o
			JOIN (VALUES ('supervision_centre', 'supervision'), ('command_centre', 'command'),
				('supervision_command_centre', 'supervision'), ('supervision_command_centre', 'command')) AS f (kind, function) ON f.kind = o.kind
		-- in mode combined one centre is both
		WHERE o.valid @> now() AND (dcm.setting('org_mode') <> 'combined' OR o.kind = 'supervision_command_centre')
	)
	SELECT 'no_centre', 'mode', dcm.setting('org_mode'),
		format('mode "%s" has a centre of %s at %s, and there is none. 缺少%s中心。', dcm.setting('org_mode'), m.function,
			coalesce('level ' || m.level, 'some level'), CASE m.function WHEN 'supervision' THEN '监督' ELSE '指挥' END)
	FROM dcm.mode_centres(dcm.setting('org_mode')) AS m
	WHERE EXISTS (SELECT FROM dcm.org AS o WHERE o.level = coalesce(m.level, o.level))
		AND NOT EXISTS (SELECT FROM centre AS c WHERE c.level = coalesce(m.level, c.level) AND c.function = m.function)
	UNION ALL
	SELECT 'centre_beyond_mode', 'org', c.code,
		format('mode "%s" has no centre of %s at level %s. 当前模式该级不设%s中心。', dcm.setting('org_mode'), c.function, c.level,
			CASE c.function WHEN 'supervision' THEN '监督' ELSE '指挥' END)
	FROM centre AS c
	WHERE NOT EXISTS (SELECT FROM dcm.mode_centres(dcm.setting('org_mode')) AS m
		WHERE c.level = coalesce(m.level, c.level) AND c.function = m.function)
	UNION ALL
	SELECT 'centre_beyond_mode', 'org', o.code, 'in mode "combined" one centre supervises and commands. 综合模式下监督与指挥应为同一中心。'
	FROM dcm.org AS o
	WHERE o.valid @> now() AND dcm.setting('org_mode') = 'combined' AND o.kind IN ('supervision_centre', 'command_centre')
	ORDER BY 1 DESC, 3, 4;
END
$$;
COMMENT ON FUNCTION dcm.check_org() IS
	'What is inconsistent in bodies and posts now: no_bodies, cycle, level_above_parent, parent_ended, government_without_area, area_unknown, area_outside_parent, two_governments, no_successor, centre_without_area, two_leaders; post_without_body, body_ended, person_ended, post_twice (the same person, role, body and place), duty_area_ended, centre_role_outside_centre (an acceptor, shift leader or dispatcher of what is no centre, whom the mode does not judge), role_beyond_mode (one of a centre without the power that the role needs); no_centre and centre_beyond_mode by the organisation mode. No row where nothing is. 机构与岗位一致性检查。';

CREATE FUNCTION dcm.set_org_mode(mode text, OUT problem text, OUT kind text, OUT code text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF mode IS NULL OR NOT EXISTS (SELECT FROM dcm.mode_centres(mode)) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown organisation mode "%s"', mode),
			HINT = 'Use one_one, one_two, two_one, two_two or combined.',
			CONSTRAINT = 'dcm.org_mode';
	END IF;
	UPDATE dcm.setting AS s SET value = mode WHERE s.name = 'org_mode' AND s.value IS DISTINCT FROM mode;
	RETURN QUERY
	SELECT c.problem, c.kind, c.code, c.detail
	FROM dcm.check_org() AS c
	WHERE c.kind IN ('mode', 'org') OR c.problem = 'role_beyond_mode';
END
$$;
COMMENT ON FUNCTION dcm.set_org_mode(text) IS
	'Gives the city another organisation mode, from now on, and returns what does not fit it: rows of dcm.check_org() on bodies, the mode, and posts whose centre has lost the power that they need. 22023 for an unknown mode, 42501 for who may not write dcm.setting. 设定管理模式并列出不符之处。';
