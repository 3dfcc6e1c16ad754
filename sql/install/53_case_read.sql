-- Reading a case: its story, what may be done to it.
-- All run with the caller's rights.

CREATE FUNCTION dcm.case_story(case_no bigint) RETURNS TABLE (
	log_no int, occurred_at timestamptz, told_late boolean, action text, action_en text, person text,
	role text, org text, from_state text, to_state text, stage text, due timestamptz, data jsonb, texts jsonb)
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 12
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = case_story.case_no) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = pg_catalog.format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	RETURN QUERY
	SELECT l.log_no, l.occurred_at, l.recorded_at - l.occurred_at > interval '1 minute',
		a.name, a.name_en, p.name, r.name, o.name, f.name, t.name, l.stage, l.due, l.data,
		(SELECT pg_catalog.jsonb_object_agg(x.field, x.value) FROM dcm.case_text AS x
			WHERE x.case_no = l.case_no AND x.log_no = l.log_no)
	FROM dcm.case_log AS l
		LEFT JOIN dcm.action AS a ON a.code = l.action
		LEFT JOIN dcm.person AS p ON p.id = l.actor
		LEFT JOIN dcm.post AS s ON s.id = l.post
		LEFT JOIN dcm.role AS r ON r.code = s.role
		LEFT JOIN dcm.org AS o ON o.id = l.org
		LEFT JOIN dcm.state AS f ON f.code = l.from_state
		LEFT JOIN dcm.state AS t ON t.code = l.to_state
	WHERE l.case_no = case_story.case_no
	ORDER BY l.log_no;
END
$$;
COMMENT ON FUNCTION dcm.case_story(bigint) IS
	'What happened to a case, entry by entry, in the city''s words; told_late: told over a minute after it happened. P0002 where there is no such case. 案卷经过,逐条说明。';

CREATE FUNCTION dcm.org_within(org int, ancestor int) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- a circle ends the walk
	FOR depth IN 1..32 LOOP
		IF org IS NULL OR org = ancestor THEN
			RETURN org = ancestor;
		END IF;
		SELECT o.parent INTO org FROM dcm.org AS o WHERE o.id = org_within.org;
	END LOOP;
	RETURN false;
END
$$;
COMMENT ON FUNCTION dcm.org_within(int, int) IS
	'Whether a body is another one or below it; NULL for no body. 机构是否为另一机构或其下级。';

CREATE FUNCTION dcm.case_parts(case_no bigint,
	OUT work_no smallint, OUT org text, OUT org_id int, OUT part text, OUT parent smallint, OUT is_signed boolean, OUT is_handled boolean, OUT waits_for text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 2
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT a.work_no, o.code, a.org, a.part, a.parent, a.signed_at IS NOT NULL, a.handled_at IS NOT NULL,
		CASE WHEN a.handled_at IS NOT NULL THEN '{}'
			WHEN a.part = 'coordinator' THEN '{arrive}'
			WHEN a.signed_at IS NULL THEN '{sign_work,return_work,arrive}'
			ELSE '{handle_work,return_work,forward,arrive}' END::text[]
	FROM dcm.case_file AS f
		JOIN dcm.assignment AS a ON a.case_no = f.case_no AND a.work_no >= f.work_no
			AND a.returned_at IS NULL AND a.recalled_at IS NULL
		JOIN dcm.org AS o ON o.id = a.org
	WHERE f.case_no = case_parts.case_no AND f.org IS NOT NULL
	ORDER BY a.work_no;
END
$$;
COMMENT ON FUNCTION dcm.case_parts(bigint) IS
	'The bodies that have a case now: lead, joint, coordinator, and those to which one of them has forwarded it (parent: the assignment that was), each with the effects that wait for it. 案卷当前的主办、协办、协调与转派单位。';

CREATE FUNCTION dcm.endorser(case_no bigint) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 500
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT CASE WHEN l.effects && '{endorse}' THEN h.code END
		FROM (
			SELECT e.actor, t.effects
			FROM dcm.case_log AS e JOIN dcm.transition AS t ON t.id = e.transition
			WHERE e.case_no = endorser.case_no AND t.effects && '{endorse,request_extension,request_suspension}'
			ORDER BY e.log_no DESC LIMIT 1) AS l
			JOIN dcm.person AS h ON h.id = l.actor);
END
$$;
COMMENT ON FUNCTION dcm.endorser(bigint) IS
	'Who has endorsed the last request of a case, NULL where nobody has. 申请的初审人。';

CREATE FUNCTION dcm.actions_of(case_no bigint, person text, post text = NULL,
	OUT action text, OUT label text, OUT label_en text, OUT needs text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	file record;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT f.state, f.org, f.parts, f.request, f.area, f.reporter, s.stage INTO file
	FROM dcm.case_file AS f JOIN dcm.state AS s ON s.code = f.state
	WHERE f.case_no = actions_of.case_no;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = pg_catalog.format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	RETURN QUERY
	SELECT t.action, a.name, a.name_en,
		ARRAY(SELECT k.key FROM dcm.action_key AS k WHERE k.action = t.action AND k.required ORDER BY k.key)
	FROM dcm.transition AS t
		JOIN dcm.action AS a ON a.code = t.action
	WHERE t.state = file.state AND t.valid @> pg_catalog.clock_timestamp()
		AND ('*' = ANY (t.roles) OR EXISTS (
			SELECT FROM dcm.post AS p
				JOIN dcm.person AS h ON h.id = p.person
				JOIN dcm.role AS r ON r.code = p.role
			WHERE h.code = actions_of.person AND p.role = ANY (t.roles)
				AND p.code = coalesce(actions_of.post, p.code)
				AND p.valid @> pg_catalog.clock_timestamp()
				AND (NOT r.for_body OR CASE WHEN t.effects && '{appeal}' THEN EXISTS (
						-- who has or had it
						SELECT FROM dcm.assignment AS x WHERE x.case_no = actions_of.case_no AND x.part <> 'coordinator' AND dcm.org_within(x.org, p.org))
					ELSE file.org IS NULL OR EXISTS (
						WITH RECURSIVE below AS (
							SELECT p.org AS id
							UNION SELECT o.id FROM dcm.org AS o JOIN below AS b ON o.parent = b.id)
						SELECT FROM below AS b
						WHERE b.id = file.org OR (file.parts > 0 AND t.effects && '{sign_work,handle_work,return_work,forward,arrive}'
							AND b.id IN (SELECT x.org_id FROM dcm.case_parts(actions_of.case_no) AS x))) END)
				-- what the organisation mode gives the post's body
				AND EXISTS (SELECT FROM dcm.centre_reach(p.org, a.power) AS reach
					WHERE reach.may AND (reach.territory IS NULL OR file.area <@ reach.territory OR (a.power IS NULL AND file.area IS NULL)))))
		-- of several bodies one that has it still to do
		AND (NOT t.effects && '{sign_work,handle_work,return_work,forward,arrive}'
			OR CASE WHEN file.parts = 0 THEN t.next_state IS NOT NULL OR NOT t.effects && '{sign_work,handle_work}'
				ELSE EXISTS (
					SELECT FROM dcm.case_parts(actions_of.case_no) AS a
						JOIN dcm.post AS p ON p.role = ANY (t.roles) AND p.code = coalesce(actions_of.post, p.code) AND p.valid @> pg_catalog.clock_timestamp()
						JOIN dcm.person AS h ON h.id = p.person AND h.code = actions_of.person
						JOIN dcm.role AS r ON r.code = p.role
					WHERE a.waits_for && t.effects AND (NOT r.for_body OR dcm.org_within(a.org_id, p.org))) END)
		-- what answers something, where there is something to answer, and another has asked
		AND (NOT t.effects && '{request_extension,request_suspension}' OR file.request IS NULL)
		AND (NOT t.effects && '{extend,suspend,endorse}' OR file.request IS NULL OR actions_of.person IS DISTINCT FROM (
			SELECT h.code FROM dcm.case_log AS l JOIN dcm.transition AS w ON w.id = l.transition JOIN dcm.person AS h ON h.id = l.actor
			WHERE l.case_no = actions_of.case_no AND w.effects && '{request_extension,request_suspension}' ORDER BY l.log_no DESC LIMIT 1))
		AND (NOT t.effects && '{extend,deny_extension}' OR coalesce(file.request = 'extension', false))
		AND (NOT t.effects && '{suspend,deny_suspension}' OR coalesce(file.request = 'suspension', false))
		-- at two levels: endorsed once, and granted by another then
		AND (NOT t.effects && '{endorse}' OR coalesce(t.action ~ file.request AND dcm.endorser(actions_of.case_no) IS NULL, false))
		AND (NOT t.effects && '{extend,suspend}' OR dcm.setting(file.request || '_levels') = '1'
			OR coalesce(dcm.endorser(actions_of.case_no) <> actions_of.person, false))
		AND (NOT t.effects && '{guard,relieve,reply_notice,decide_appeal}' OR t.effects && '{guard}' <> EXISTS (
			SELECT FROM dcm.case_task AS k
			WHERE k.case_no = actions_of.case_no AND k.done_at IS NULL
				AND k.kind = CASE WHEN t.effects && '{reply_notice}' THEN 'notice' WHEN t.effects && '{decide_appeal}' THEN 'appeal' ELSE 'guard' END))
		AND (NOT t.effects && '{judge_return}' OR EXISTS (
			SELECT FROM dcm.assignment AS a
			WHERE a.case_no = actions_of.case_no AND a.judged_at IS NULL AND (a.returned_at IS NOT NULL OR a.misdirected)
				AND NOT EXISTS (SELECT FROM dcm.person AS h WHERE h.id = a.dispatcher AND h.code = actions_of.person)))
		-- a task that was given to somebody is that person's
		AND (NOT t.effects && '{finish_task}' OR NOT EXISTS (
			SELECT FROM dcm.case_task AS k JOIN dcm.person AS h ON h.id = k.person
			WHERE k.case_no = actions_of.case_no AND k.done_at IS NULL AND k.kind IN ('verify', 'check') AND h.code <> actions_of.person))
		-- whoever handled a case, before a rework too, neither checks nor closes it
		AND NOT ((file.stage = 'closing' AND t.next_state IS NOT NULL OR EXISTS (SELECT FROM dcm.state AS n WHERE n.code = t.next_state AND n.ending)) AND EXISTS (
			SELECT FROM dcm.case_log AS l
				JOIN dcm.transition AS w ON w.id = l.transition
				JOIN dcm.person AS h ON h.id = l.actor
			WHERE l.case_no = actions_of.case_no AND w.effects && '{handle_work,on_site,forward}' AND h.code = actions_of.person))
		-- nor does whoever reported it check it, where the city says so
		AND NOT (file.stage = 'closing' AND t.next_state IS NOT NULL AND t.effects && '{finish_task}'
			AND EXISTS (SELECT FROM dcm.person AS h WHERE h.id = file.reporter AND h.code = actions_of.person)
			AND EXISTS (SELECT FROM dcm.setting AS s WHERE s.name = 'reporter_may_check' AND NOT coalesce(s.value, s.default_value)::boolean))
	ORDER BY t.next_state IS NULL, t.id;
END
$$;
COMMENT ON FUNCTION dcm.actions_of(bigint, text, text) IS
	'What a person may do to a case now, by the posts held now or by one of them and what the organisation mode gives their bodies, with labels and the data keys that each needs. P0002 where there is no such case. 某人可对案卷执行的动作。';

CREATE FUNCTION dcm.allowed_actions(case_no bigint,
	OUT action text, OUT label text, OUT label_en text, OUT needs text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	me record := dcm.whoami();
BEGIN
	RETURN QUERY SELECT * FROM dcm.actions_of(case_no, me.person, me.post);
END
$$;
COMMENT ON FUNCTION dcm.allowed_actions(bigint) IS
	'What the acting person may do to a case now, with labels and the data keys that each needs: the buttons of a desk. P0002 where there is no such case, 42501 where nobody is acting. 当前操作人可执行的动作(按钮)。';

CREATE FUNCTION dcm.case_responsible(case_no bigint,
	OUT rank int, OUT org text, OUT org_name text, OUT principle text, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	file record;
BEGIN
	SELECT c.code AS category, f.location, f.component INTO file
	FROM dcm.case_file AS f JOIN dcm.category AS c ON c.id = f.category
	WHERE f.case_no = case_responsible.case_no;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = pg_catalog.format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	RETURN QUERY
	SELECT r.rank, r.org, o.name, r.principle, r.reason
	FROM dcm.resolve_responsible(file.category, file.location, file.component) AS r
		LEFT JOIN dcm.org AS o ON o.id = r.org_id
	ORDER BY r.rank;
END
$$;
COMMENT ON FUNCTION dcm.case_responsible(bigint) IS
	'To whom a case might be dispatched now, best first, as dcm.resolve_responsible tells of its category, place and component; a principle of coordinator or ownerless names who coordinates. P0002 where there is no such case, 22023 for one without a place. 案卷的责任单位候选,供派遣选择。';

CREATE FUNCTION dcm.reasons_for(action text,
	OUT code text, OUT name text, OUT name_en text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT r.code, r.name, r.name_en
	FROM dcm.reason AS r
	WHERE r.kind = CASE WHEN action ~ 'extension' THEN 'extend' WHEN action ~ 'suspension' THEN 'suspend' ELSE action END
	ORDER BY r.code;
END
$$;
COMMENT ON FUNCTION dcm.reasons_for(text) IS
	'The reasons that a key of type reason of an action may have: rows of dcm.reason of kind extend for every extension, suspend for every suspension, else of the action''s own code. 某动作可选的原因。';

CREATE FUNCTION dcm.case_dossier(case_no bigint) RETURNS jsonb
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
DECLARE
	dossier jsonb;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT jsonb_build_object('case_no', f.case_no, 'city', dcm.setting('city_name'), 'state', f.state, 'state_name', s.name, 'stage', f.stage,
			'category', jsonb_build_object('code', c.code, 'name', c.name, 'edition', c.edition), 'source', f.source, 'severity', f.severity,
			'place', jsonb_strip_nulls(jsonb_build_object('address', f.address, 'grid', f.grid::text, 'area', f.area::text, 'component', f.component::text, 'x', ST_X(f.location), 'y', ST_Y(f.location), 'srid', ST_SRID(f.location))),
			'reported_at', f.reported_at, 'filed_at', f.filed_at, 'time_limit', f.time_limit::text, 'first_due', f.first_due, 'due', f.due, 'handled_at', f.handled_at,
			'closed_at', f.closed_at, 'ended_at', f.ended_at, 'merged_into', f.merged_into,
			'counts', jsonb_build_object('returned', f.returned, 'reworked', f.reworked, 'extended', f.extended, 'suspended', f.suspended, 'reopened', f.reopened))
	INTO dossier
	FROM dcm.case_file AS f
		JOIN dcm.state AS s ON s.code = f.state
		JOIN dcm.category AS c ON c.id = f.category
	WHERE f.case_no = case_dossier.case_no;
	IF dossier IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = pg_catalog.format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	RETURN jsonb_strip_nulls(dossier) || jsonb_build_object(
		'story', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(t)) || jsonb_build_object('hash', encode(l.hash, 'hex')) ORDER BY t.log_no), '[]')
			FROM dcm.case_story(case_no) AS t JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (case_dossier.case_no, t.log_no)),
		'assignments', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(a) - 'org' - 'dispatcher' || jsonb_build_object('org', o.code, 'org_name', o.name, 'dispatcher', h.code)) ORDER BY a.work_no), '[]')
			FROM dcm.assignment AS a JOIN dcm.org AS o ON o.id = a.org JOIN dcm.person AS h ON h.id = a.dispatcher WHERE a.case_no = case_dossier.case_no),
		'stages', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(g) - 'person' || jsonb_build_object('person', h.code)) ORDER BY g.stage_no), '[]')
			FROM dcm.case_stage AS g JOIN dcm.person AS h ON h.id = g.person WHERE g.case_no = case_dossier.case_no),
		'tasks', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(k) - 'person' - 'done_by' - 'org' || jsonb_build_object('person', h.code, 'done_by', d.code, 'org', o.code)) ORDER BY k.task_no), '[]')
			FROM dcm.case_task AS k LEFT JOIN dcm.person AS h ON h.id = k.person LEFT JOIN dcm.person AS d ON d.id = k.done_by LEFT JOIN dcm.org AS o ON o.id = k.org
			WHERE k.case_no = case_dossier.case_no),
		'attachments', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(m)) ORDER BY m.attachment_no), '[]') FROM dcm.attachment AS m WHERE m.case_no = case_dossier.case_no),
		'intakes', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(i)) ORDER BY i.heard_at, i.intake), '[]')
			FROM (SELECT n.intake, n.source, n.kind, n.external_no, n.heard_at, n.external_due, n.answered_at, n.satisfaction FROM dcm.intake_card AS n WHERE n.case_no = case_dossier.case_no) AS i),
		'escalations', (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(e)) ORDER BY e.id), '[]') FROM dcm.escalation AS e WHERE e.case_no = case_dossier.case_no),
		'proof', jsonb_build_object(
			'problems', (SELECT coalesce(jsonb_agg(to_jsonb(v)), '[]') FROM dcm.verify_case(case_no) AS v),
			'anchor', (SELECT jsonb_build_object('anchor', x.anchor, 'log_no', x.log_no, 'leaf', encode(x.leaf, 'hex'), 'path', x.path) FROM dcm.anchored(case_no) AS x)));
END
$$;
COMMENT ON FUNCTION dcm.case_dossier(bigint) IS
	'Everything about a case as one document: what and where, the story with texts and hashes, bodies, stages, tasks, photographs'' addresses, intakes (without who told them), escalations, and the proof: what is wrong with its record, and the last anchor that covers it with the path to its root. P0002 where there is no such case. 案卷卷宗(JSON):经过、单位、环节、任务、附件、诉求、升级与留痕证明。';
