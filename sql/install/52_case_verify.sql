-- Proof: three things checked apart, the chain, the stored rows as a fold over
-- the log, and each step as legal by the transition that it names.

CREATE FUNCTION dcm.verify_chain(cases bigint[]) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT l.case_no, l.log_no, 'chain',
		CASE WHEN l.log_no <> l.expected THEN 'an entry before this one is missing, or one is there twice'
			ELSE 'the entry is not what its hash was taken over' END
	FROM (
		SELECT e.case_no, e.log_no, e.hash,
			coalesce(pg_catalog.lag(e.log_no) OVER w, 0) + 1 AS expected,
			dcm.log_hash(pg_catalog.lag(e.hash) OVER w, e) AS right_hash
		FROM dcm.case_log AS e
		WHERE cases IS NULL OR e.case_no = ANY (cases)
		WINDOW w AS (PARTITION BY e.case_no ORDER BY e.log_no)) AS l
	WHERE l.log_no <> l.expected OR l.hash <> l.right_hash;

	RETURN QUERY
	SELECT coalesce(f.case_no, h.case_no), coalesce(h.log_no, f.log_no), 'chain',
		CASE WHEN f.case_no IS NULL THEN 'the log is of a case that is not there'
			WHEN h.case_no IS NULL THEN 'the case has no log'
			ELSE 'the last entry is not the one at which the case stands' END
	FROM (SELECT * FROM dcm.case_file AS c WHERE cases IS NULL OR c.case_no = ANY (cases)) AS f
		FULL JOIN (
			SELECT DISTINCT ON (e.case_no) e.case_no, e.log_no, e.hash
			FROM dcm.case_log AS e
			WHERE cases IS NULL OR e.case_no = ANY (cases)
			ORDER BY e.case_no, e.log_no DESC) AS h ON h.case_no = f.case_no
	WHERE (f.log_no, f.head) IS DISTINCT FROM (h.log_no, h.hash);

	RETURN QUERY
	SELECT coalesce(t.case_no, d.case_no), coalesce(t.log_no, d.log_no), 'text',
		CASE WHEN d.case_no IS NULL THEN pg_catalog.format('text "%s" is not the log''s', t.field)
			WHEN t.case_no IS NULL THEN pg_catalog.format('text "%s" is gone', d.field)
			WHEN t.value IS NULL THEN pg_catalog.format('text "%s" is gone, and no erasure is recorded', d.field)
			ELSE pg_catalog.format('text "%s" is not what was written', d.field) END
	FROM (SELECT * FROM dcm.case_text AS x WHERE cases IS NULL OR x.case_no = ANY (cases)) AS t
		FULL JOIN (
			SELECT e.case_no, e.log_no, x.key AS field, x.value AS digest
			FROM dcm.case_log AS e CROSS JOIN LATERAL pg_catalog.jsonb_each_text(e.texts) AS x
			WHERE cases IS NULL OR e.case_no = ANY (cases)) AS d
			ON (d.case_no, d.log_no, d.field) = (t.case_no, t.log_no, t.field)
	WHERE d.case_no IS NULL OR t.case_no IS NULL
		OR CASE WHEN t.value IS NOT NULL THEN dcm.text_hash(t.salt, t.value) <> d.digest
			ELSE NOT EXISTS (SELECT FROM dcm.erasure AS r WHERE (r.case_no, r.log_no, r.field) = (t.case_no, t.log_no, t.field)) END;
END
$$;
COMMENT ON FUNCTION dcm.verify_chain(bigint[]) IS
	'What is wrong with the chains and the salted texts of the cases given, or of all for NULL: no row where nothing is. 校验日志链与加盐文本。';

CREATE FUNCTION dcm.verify_steps(cases bigint[]) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT s.case_no, s.log_no, 'step',
		CASE WHEN s.from_state IS DISTINCT FROM s.came_from
				THEN pg_catalog.format('the case was in state "%s", the entry says "%s"', s.came_from, s.from_state)
			ELSE pg_catalog.format('action "%s" from "%s" to "%s" is not what transition %s allows',
				s.action, s.from_state, s.to_state, s.transition) END
	FROM (
		SELECT e.*, pg_catalog.lag(e.to_state) OVER (PARTITION BY e.case_no ORDER BY e.log_no) AS came_from
		FROM dcm.case_log AS e
		WHERE cases IS NULL OR e.case_no = ANY (cases)) AS s
		LEFT JOIN dcm.transition AS t ON t.id = s.transition
	WHERE s.from_state IS DISTINCT FROM s.came_from
		OR t.id IS NULL
		OR t.action <> s.action
		OR t.state IS DISTINCT FROM s.from_state
		OR s.to_state <> coalesce(t.next_state, s.from_state);
END
$$;
COMMENT ON FUNCTION dcm.verify_steps(bigint[]) IS
	'Which log entries are not legal by the transition that they name, of the cases given or of all for NULL. 校验每一步流转是否合规。';

CREATE FUNCTION dcm.fold_cases(cases bigint[]) RETURNS TABLE (
	case_no bigint, state text, stage text, moved_no int, moved_at timestamptz, reported_at timestamptz,
	filed_at timestamptz, standard int, base_limit dcm.time_limit, first_due timestamptz,
	clock_from timestamptz, time_limit dcm.time_limit, pauses tstzmultirange, due timestamptz, provisional boolean,
	org int, dispatched_at timestamptz, work_no smallint, work_from timestamptz, work_limit dcm.time_limit, knows_work boolean,
	handled_at timestamptz, handler int, closed_at timestamptz,
	ended_at timestamptz, returned smallint, reworked smallint, extended smallint, suspended smallint, request text, requested_at timestamptz, request_data jsonb, resume_at timestamptz)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH entry AS (
		SELECT e.*, t.effects, t.next_state IS NOT NULL AS moves
		FROM dcm.case_log AS e
			LEFT JOIN dcm.transition AS t ON t.id = e.transition
		WHERE cases IS NULL OR e.case_no = ANY (cases)
	), mark AS (
		-- for each case the last entry of each kind
		SELECT e.case_no,
			pg_catalog.max(e.log_no) AS last_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.moves) AS moved_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.effects && '{file}') AS file_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.standard IS NOT NULL) AS standard_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.clock IN ('start', 'reset')) AS given_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.clock IS NOT NULL) AS clock_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.effects && '{open_work,return_work,recall_work}') AS org_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.effects && '{handle_work,on_site,rework}') AS handle_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.effects && '{request_extension,request_suspension,extend,suspend,deny_extension,deny_suspension,handle_work,return_work,recall_work}') AS request_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.work_due IS NOT NULL OR e.work_limit IS NOT NULL OR (e.clock = 'reset' AND e.work_no IS NOT NULL)
				OR e.effects && '{open_work,return_work,recall_work}') AS clock_of_work_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.effects && '{suspend,resume}') AS suspend_no,
			pg_catalog.max(e.work_no) AS work_no,
			pg_catalog.count(*) FILTER (WHERE e.effects && '{return_work}')::smallint AS returned,
			pg_catalog.count(*) FILTER (WHERE e.effects && '{rework}')::smallint AS reworked,
			pg_catalog.count(*) FILTER (WHERE e.effects && '{extend}')::smallint AS extended,
			pg_catalog.count(*) FILTER (WHERE e.effects && '{suspend}')::smallint AS suspended,
			pg_catalog.min(e.occurred_at) FILTER (WHERE e.log_no = 1) AS reported_at
		FROM entry AS e
		GROUP BY e.case_no
	)
	SELECT m.case_no, l.to_state, l.stage, m.moved_no, v.occurred_at, m.reported_at,
		f.occurred_at, d.standard, g.time_limit, g.due, c.clock_from, c.time_limit, c.pauses, c.due, coalesce(c.provisional, false),
		CASE WHEN o.effects && '{open_work}' THEN o.org END, CASE WHEN o.effects && '{open_work}' THEN o.occurred_at END,
		coalesce(m.work_no, 0::smallint),
		CASE WHEN NOT k.effects && '{return_work,recall_work}' THEN k.work_from END,
		CASE WHEN NOT k.effects && '{return_work,recall_work}' THEN k.work_limit END,
		-- entries of 0.1.0 do not tell of it
		k.work_due IS NULL OR k.work_limit IS NOT NULL OR k.effects && '{return_work,recall_work}',
		CASE WHEN h.effects && '{handle_work,on_site}' THEN h.occurred_at END,
		CASE WHEN h.effects && '{handle_work,on_site}' THEN h.actor END,
		CASE WHEN s.ending AND s.stage = 'evaluation' THEN v.occurred_at END,
		CASE WHEN s.ending THEN v.occurred_at END,
		m.returned, m.reworked, m.extended, m.suspended,
		CASE WHEN s.ending THEN NULL
			WHEN r.effects && '{request_extension}' THEN 'extension'
			WHEN r.effects && '{request_suspension}' THEN 'suspension' END,
		CASE WHEN NOT s.ending AND r.effects && '{request_extension,request_suspension}' THEN r.occurred_at END,
		CASE WHEN NOT s.ending AND r.effects && '{request_extension,request_suspension}' THEN r.data END,
		CASE WHEN u.effects && '{suspend}' THEN pg_catalog.upper(u.pauses) END
	FROM mark AS m
		JOIN entry AS l ON (l.case_no, l.log_no) = (m.case_no, m.last_no)
		LEFT JOIN entry AS v ON (v.case_no, v.log_no) = (m.case_no, m.moved_no)
		LEFT JOIN entry AS f ON (f.case_no, f.log_no) = (m.case_no, m.file_no)
		LEFT JOIN entry AS d ON (d.case_no, d.log_no) = (m.case_no, m.standard_no)
		LEFT JOIN entry AS g ON (g.case_no, g.log_no) = (m.case_no, m.given_no)
		LEFT JOIN entry AS c ON (c.case_no, c.log_no) = (m.case_no, m.clock_no)
		LEFT JOIN entry AS o ON (o.case_no, o.log_no) = (m.case_no, m.org_no)
		LEFT JOIN entry AS h ON (h.case_no, h.log_no) = (m.case_no, m.handle_no)
		LEFT JOIN entry AS r ON (r.case_no, r.log_no) = (m.case_no, m.request_no)
		LEFT JOIN entry AS k ON (k.case_no, k.log_no) = (m.case_no, m.clock_of_work_no)
		LEFT JOIN entry AS u ON (u.case_no, u.log_no) = (m.case_no, m.suspend_no)
		LEFT JOIN dcm.state AS s ON s.code = l.to_state;
END
$$;
COMMENT ON FUNCTION dcm.fold_cases(bigint[]) IS
	'State, clock and counts of the cases given, or of all for NULL, worked out from the log alone. 仅由日志推算案卷的状态与计时。';

CREATE FUNCTION dcm.verify_fold(cases bigint[]) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT f.case_no, NULL::int, 'fold', pg_catalog.format('%s is %s, the log says %s', x.name,
		coalesce(x.stored, 'nothing'), coalesce(x.told, 'nothing'))
	FROM dcm.fold_cases(cases) AS l
		JOIN dcm.case_file AS f ON f.case_no = l.case_no
		CROSS JOIN LATERAL (VALUES
			('state', f.state, l.state),
			('stage', f.stage, l.stage),
			('moved_no', f.moved_no::text, l.moved_no::text),
			('moved_at', f.moved_at::text, l.moved_at::text),
			('reported_at', f.reported_at::text, l.reported_at::text),
			('filed_at', f.filed_at::text, l.filed_at::text),
			('standard', f.standard::text, l.standard::text),
			('base_limit', f.base_limit::text, l.base_limit::text),
			('first_due', f.first_due::text, l.first_due::text),
			('clock_from', f.clock_from::text, l.clock_from::text),
			('time_limit', f.time_limit::text, l.time_limit::text),
			('pauses', f.pauses::text, l.pauses::text),
			('due', f.due::text, l.due::text),
			('provisional', f.provisional::text, l.provisional::text),
			('org', f.org::text, l.org::text),
			('dispatched_at', f.dispatched_at::text, l.dispatched_at::text),
			('work_from', f.work_from::text, CASE WHEN l.knows_work IS FALSE THEN f.work_from::text ELSE l.work_from::text END),
			('work_limit', f.work_limit::text, CASE WHEN l.knows_work IS FALSE THEN f.work_limit::text ELSE l.work_limit::text END),
			('work_no', f.work_no::text, l.work_no::text),
			('handled_at', f.handled_at::text, l.handled_at::text),
			('handler', f.handler::text, l.handler::text),
			('closed_at', f.closed_at::text, l.closed_at::text),
			('ended_at', f.ended_at::text, l.ended_at::text),
			('returned', f.returned::text, l.returned::text),
			('reworked', f.reworked::text, l.reworked::text),
			('extended', f.extended::text, l.extended::text),
			('suspended', f.suspended::text, l.suspended::text),
			('request', f.request, l.request),
			('requested_at', f.requested_at::text, l.requested_at::text),
			('request_data', f.request_data::text, l.request_data::text),
			('resume_at', f.resume_at::text, l.resume_at::text)) AS x (name, stored, told)
	WHERE (f.state, f.stage, f.moved_no, f.moved_at, f.reported_at, f.filed_at, f.standard, f.base_limit,
			f.first_due, f.clock_from, f.time_limit, f.pauses, f.due, f.provisional, f.org, f.work_no, f.handled_at, f.handler, f.closed_at, f.ended_at,
			f.returned, f.reworked, f.extended, f.suspended, f.request, f.dispatched_at, f.requested_at, f.request_data, f.resume_at,
			f.work_from, f.work_limit)
		IS DISTINCT FROM
		(l.state, l.stage, l.moved_no, l.moved_at, l.reported_at, l.filed_at, l.standard, l.base_limit,
			l.first_due, l.clock_from, l.time_limit, l.pauses, l.due, l.provisional, l.org, l.work_no, l.handled_at, l.handler, l.closed_at, l.ended_at,
			l.returned, l.reworked, l.extended, l.suspended, l.request, l.dispatched_at, l.requested_at, l.request_data, l.resume_at,
			l.work_from, l.work_limit)
		AND x.stored IS DISTINCT FROM x.told;

	-- what the case is about: as its report or its last correction told it
	RETURN QUERY
	SELECT f.case_no, NULL::int, 'fold', pg_catalog.format('%s is %s, the log says %s', x.name,
		coalesce(x.stored, 'nothing'), coalesce(x.told, 'nothing'))
	FROM (
		SELECT DISTINCT ON (e.case_no) e.case_no, e.data -> 'case' AS told
		FROM dcm.case_log AS e
		WHERE e.data ? 'case' AND (cases IS NULL OR e.case_no = ANY (cases))
		ORDER BY e.case_no, e.log_no DESC) AS l
		JOIN dcm.case_file AS f ON f.case_no = l.case_no
		CROSS JOIN LATERAL (VALUES
			('category', f.category::text, l.told ->> 'category'),
			('source', f.source, l.told ->> 'source'),
			('severity', f.severity, l.told ->> 'severity'),
			('location', f.location::text, l.told ->> 'location'),
			('area_class', f.area_class::text, l.told ->> 'area_class'),
			('component', f.component::bigint::text, l.told ->> 'component'),
			('intake', f.intake::text, l.told ->> 'intake')) AS x (name, stored, told)
	WHERE x.stored IS DISTINCT FROM x.told;

	-- attachments: as many as the case counts
	RETURN QUERY
	SELECT coalesce(f.case_no, a.case_no), NULL::int, 'fold', 'attachments are not what the case counts'
	FROM (SELECT * FROM dcm.case_file AS c WHERE cases IS NULL OR c.case_no = ANY (cases)) AS f
		FULL JOIN (
			SELECT m.case_no, pg_catalog.count(*) AS n
			FROM dcm.attachment AS m
			WHERE cases IS NULL OR m.case_no = ANY (cases)
			GROUP BY m.case_no) AS a ON a.case_no = f.case_no
	WHERE f.attachments::bigint IS DISTINCT FROM coalesce(a.n, 0);

	-- assignments: when each was dispatched, signed, reached, handled and ended, and its deadlines
	RETURN QUERY
	SELECT coalesce(a.case_no, l.case_no), NULL::int, 'fold',
		pg_catalog.format('assignment %s is not what the log says', coalesce(a.work_no, l.work_no))
	FROM (SELECT * FROM dcm.assignment AS w WHERE cases IS NULL OR w.case_no = ANY (cases)) AS a
		FULL JOIN (
			SELECT e.case_no, e.work_no,
				pg_catalog.max(e.org) FILTER (WHERE t.effects && '{open_work}') AS org,
				pg_catalog.max(e.occurred_at) FILTER (WHERE t.effects && '{open_work}') AS dispatched_at,
				pg_catalog.max(e.occurred_at) FILTER (WHERE t.effects && '{sign_work}') AS signed_at,
				pg_catalog.max(e.occurred_at) FILTER (WHERE t.effects && '{return_work}') AS returned_at,
				pg_catalog.max(e.occurred_at) FILTER (WHERE t.effects && '{recall_work}') AS recalled_at,
				(pg_catalog.array_agg(CASE WHEN t.effects && '{handle_work}' THEN e.occurred_at END ORDER BY e.log_no DESC)
					FILTER (WHERE t.effects && '{handle_work,rework}'))[1] AS handled_at,
				(pg_catalog.array_agg(e.work_due ORDER BY e.log_no DESC)
					FILTER (WHERE e.work_due IS NOT NULL OR e.clock = 'reset'))[1] AS due,
				(pg_catalog.array_agg(e.arrive_due ORDER BY e.log_no DESC)
					FILTER (WHERE e.arrive_due IS NOT NULL))[1] AS arrive_due,
				(pg_catalog.array_agg(e.arrive_limit ORDER BY e.log_no DESC)
					FILTER (WHERE e.arrive_due IS NOT NULL))[1] AS arrive_limit,
				-- the one that was told first, whatever it told of
				(pg_catalog.array_agg(e.occurred_at ORDER BY e.log_no) FILTER (WHERE t.effects && '{arrive}'))[1] AS arrived_at,
				(pg_catalog.array_agg(e.work_limit ORDER BY e.log_no DESC) FILTER (WHERE tells.work))[1] AS work_limit,
				(pg_catalog.array_agg(e.work_due IS NULL OR e.work_limit IS NOT NULL ORDER BY e.log_no DESC) FILTER (WHERE tells.work))[1] AS knows_limit
			FROM dcm.case_log AS e
				JOIN dcm.transition AS t ON t.id = e.transition
				CROSS JOIN LATERAL (SELECT e.work_due IS NOT NULL OR e.work_limit IS NOT NULL OR e.clock = 'reset' OR t.effects && '{open_work}' AS work) AS tells
			WHERE e.work_no IS NOT NULL AND (cases IS NULL OR e.case_no = ANY (cases))
			GROUP BY e.case_no, e.work_no) AS l ON (l.case_no, l.work_no) = (a.case_no, a.work_no)
	WHERE (a.org, a.dispatched_at, a.signed_at, a.returned_at, a.recalled_at, a.handled_at, a.due, a.arrive_due, a.arrive_limit, a.arrived_at)
		IS DISTINCT FROM
		(l.org, l.dispatched_at, l.signed_at, l.returned_at, l.recalled_at, l.handled_at, l.due, l.arrive_due, l.arrive_limit, l.arrived_at)
		-- entries of 0.1.0 do not tell of it
		OR (l.knows_limit AND a.time_limit IS DISTINCT FROM l.work_limit);

	-- how many stages there are
	RETURN QUERY
	SELECT f.case_no, NULL::int, 'fold', pg_catalog.format('stage_no is %s, the rows say %s', f.stage_no, g.last)
	FROM dcm.case_file AS f
		LEFT JOIN (SELECT s.case_no, pg_catalog.max(s.stage_no) AS last FROM dcm.case_stage AS s
			WHERE cases IS NULL OR s.case_no = ANY (cases) GROUP BY s.case_no) AS g ON g.case_no = f.case_no
	WHERE (cases IS NULL OR f.case_no = ANY (cases)) AND f.stage_no IS DISTINCT FROM g.last;

	-- stages: each entered and left when the log says so, with the clock that it
	-- tells; entries of 0.1.0 tell of no row and no clock
	RETURN QUERY
	SELECT coalesce(s.case_no, l.case_no), NULL::int, 'fold',
		pg_catalog.format('stage %s is not what the log says', coalesce(s.stage_no, l.stage_no))
	FROM (SELECT * FROM dcm.case_stage AS g WHERE cases IS NULL OR g.case_no = ANY (cases)) AS s
		FULL JOIN (
			SELECT n.case_no, n.stage, n.to_state AS state, n.actor, n.occurred_at AS opened_at, n.told, n.stage_limit,
				pg_catalog.row_number() OVER w AS stage_no,
				pg_catalog.lead(n.occurred_at) OVER w AS closed_at,
				pg_catalog.lead(n.action) OVER w AS outcome,
				n.ended
			FROM (
				SELECT e.case_no, e.log_no, e.action, e.actor, e.occurred_at, e.stage, e.to_state, e.stage_no AS told, e.stage_limit,
					g.stage = 'ended' AS ended
				FROM (
					SELECT c.*, pg_catalog.lag(c.to_state) OVER (PARTITION BY c.case_no ORDER BY c.log_no) AS before
					FROM dcm.case_log AS c
					WHERE cases IS NULL OR c.case_no = ANY (cases)) AS e
					JOIN dcm.state AS g ON g.code = e.to_state
					LEFT JOIN dcm.state AS b ON b.code = e.before
				WHERE b.stage IS DISTINCT FROM g.stage
					OR (e.stage_no IS NOT NULL AND e.to_state IS DISTINCT FROM e.before)) AS n
			WINDOW w AS (PARTITION BY n.case_no ORDER BY n.log_no)) AS l
			ON (l.case_no, l.stage_no) = (s.case_no, s.stage_no)
		LEFT JOIN (
			SELECT DISTINCT ON (c.case_no, c.stage_no) c.case_no, c.stage_no, c.stage_due
			FROM dcm.case_log AS c
			WHERE c.stage_no IS NOT NULL AND (cases IS NULL OR c.case_no = ANY (cases))
			ORDER BY c.case_no, c.stage_no, c.log_no DESC) AS d ON (d.case_no, d.stage_no) = (s.case_no, s.stage_no)
	WHERE NOT coalesce(l.ended AND s.case_no IS NULL, false)
		AND ((s.stage, s.person, s.opened_at, s.closed_at, s.outcome)
				IS DISTINCT FROM (l.stage, l.actor, l.opened_at, l.closed_at, l.outcome)
			OR (l.told IS NOT NULL AND (s.stage_no, s.state, s.time_limit)
				IS DISTINCT FROM (l.told, l.state, l.stage_limit))
			OR (d.case_no IS NOT NULL AND s.due IS DISTINCT FROM d.stage_due));
END
$$;
COMMENT ON FUNCTION dcm.verify_fold(bigint[]) IS
	'Where the stored rows of the cases given, or of all for NULL, are not what their log says. 校验存储状态与日志推算是否一致。';

CREATE FUNCTION dcm.verify_all(since timestamptz = NULL) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	cases bigint[];
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF since IS NOT NULL THEN
		SELECT coalesce(pg_catalog.array_agg(DISTINCT l.case_no), '{}') INTO cases
		FROM dcm.case_log AS l WHERE l.recorded_at >= since;
	END IF;
	RETURN QUERY
	SELECT * FROM dcm.verify_chain(cases)
	UNION ALL SELECT * FROM dcm.verify_steps(cases)
	UNION ALL SELECT * FROM dcm.verify_fold(cases);
END
$$;
COMMENT ON FUNCTION dcm.verify_all(timestamptz) IS
	'What is wrong with the record: chain, text, step and fold are checked apart; since limits it to cases with an entry told from then on. No row where nothing is wrong. 校验全部案卷:链、文本、步骤与推算。';

CREATE FUNCTION dcm.verify_case(case_no bigint) RETURNS TABLE (log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF NOT EXISTS (SELECT FROM dcm.case_log AS l WHERE l.case_no = verify_case.case_no)
		AND NOT EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = verify_case.case_no) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = pg_catalog.format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	RETURN QUERY
	SELECT v.log_no, v.part, v.problem FROM dcm.verify_chain(ARRAY[case_no]) AS v
	UNION ALL SELECT v.log_no, v.part, v.problem FROM dcm.verify_steps(ARRAY[case_no]) AS v
	UNION ALL SELECT v.log_no, v.part, v.problem FROM dcm.verify_fold(ARRAY[case_no]) AS v;
END
$$;
COMMENT ON FUNCTION dcm.verify_case(bigint) IS
	'What is wrong with the record of one case; P0002 where there is none. 校验一个案卷。';
