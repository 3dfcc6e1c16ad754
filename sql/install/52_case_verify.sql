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
		SELECT e.*, pg_catalog.lag(e.to_state) OVER w AS came_from,
			-- whether several bodies had it by then
			pg_catalog.bool_or(coalesce(e.data ?| '{joint,coordinator,part_of}', false)) OVER w AS has_parts
		FROM dcm.case_log AS e
		WHERE cases IS NULL OR e.case_no = ANY (cases)
		WINDOW w AS (PARTITION BY e.case_no ORDER BY e.log_no)) AS s
		LEFT JOIN dcm.transition AS t ON t.id = s.transition
	WHERE s.from_state IS DISTINCT FROM s.came_from
		OR t.id IS NULL
		OR t.action <> s.action
		OR t.state IS DISTINCT FROM s.from_state
		OR s.to_state <> coalesce(t.next_state, s.from_state)
			-- one of several bodies leaves the case where it is, or completes it by a return
			AND NOT (s.has_parts AND t.effects && '{sign_work,handle_work,return_work}' AND s.to_state = s.from_state)
			AND NOT (s.has_parts AND t.effects && '{return_work}' AND s.to_state IN (
				SELECT h.next_state FROM dcm.transition AS h WHERE h.state = s.from_state AND h.effects && '{handle_work}'));
END
$$;
COMMENT ON FUNCTION dcm.verify_steps(bigint[]) IS
	'Which log entries are not legal by the transition that they name, of the cases given or of all for NULL. 校验每一步流转是否合规。';

CREATE FUNCTION dcm.latest_next(state anyelement, value anyelement) RETURNS anyelement
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'dcm_latest_next';
COMMENT ON FUNCTION dcm.latest_next(anyelement, anyelement) IS 'Step of dcm.latest(): the value. 聚合步骤:取后值。';
CREATE AGGREGATE dcm.latest(anyelement) (SFUNC = dcm.latest_next, STYPE = anyelement);
COMMENT ON AGGREGATE dcm.latest(anyelement) IS
	'The value that comes last in the order of the rows, NULL where that is NULL or there is none. 按行序的最后一个值。';

CREATE FUNCTION dcm.fold_cases(cases bigint[]) RETURNS TABLE (
	case_no bigint, state text, stage text, moved_no int, moved_at timestamptz, reported_at timestamptz,
	filed_at timestamptz, standard int, base_limit dcm.time_limit, first_due timestamptz,
	clock_from timestamptz, time_limit dcm.time_limit, pauses tstzmultirange, due timestamptz, provisional boolean,
	org int, dispatched_at timestamptz, work_no smallint, work_from timestamptz, work_limit dcm.time_limit, knows_work boolean,
	handled_at timestamptz, handler int, closed_at timestamptz,
	ended_at timestamptz, returned smallint, reworked smallint, extended smallint, suspended smallint, request text, requested_at timestamptz, request_data jsonb, resume_at timestamptz,
	parts smallint, merged_into bigint, reopened smallint)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH rule AS MATERIALIZED (
		-- what effects say, once a rule and not once an entry
		SELECT t.id, t.next_state,
			t.effects && '{file}' AS files, t.effects && '{open_work}' AS opens, t.effects && '{recall_work,reopen}' AS recalls,
			t.effects && '{return_work}' AS returns, t.effects && '{handle_work,on_site}' AS does, t.effects && '{rework,reopen}' AS undoes,
			t.effects && '{rework}' AS reworks, t.effects && '{reopen}' AS reopens, t.effects && '{merge}' AS merges,
			t.effects && '{extend}' AS extends, t.effects && '{suspend}' AS suspends, t.effects && '{suspend,resume}' AS sets_pause, t.effects && '{review}' AS reviews,
			t.effects && '{request_extension}' AS asks_extension, t.effects && '{request_suspension}' AS asks_suspension,
			t.effects && '{request_extension,request_suspension,extend,suspend,deny_extension,deny_suspension}' AS settles
		FROM dcm.transition AS t
	), entry AS (
		-- in order, so that the latest of a kind is the last of it
		SELECT e.*, t.*, m.moves, h.frees, h.handles,
			e.work_limit IS NOT NULL OR e.work_from IS NOT NULL OR (e.work_due IS NULL AND e.stage_no IS NOT NULL) OR h.frees AS knows_work
		FROM dcm.case_log AS e
			LEFT JOIN rule AS t ON t.id = e.transition
			-- of several bodies not every one that signs or handles moves the case
			CROSS JOIN LATERAL (SELECT e.to_state = t.next_state OR e.to_state IS DISTINCT FROM e.from_state AS moves) AS m
			-- what takes the case from its bodies, and what makes it handled
			CROSS JOIN LATERAL (SELECT t.recalls OR (t.returns AND m.moves AND e.to_state = t.next_state) AS frees,
				t.does AND m.moves OR (t.returns AND m.moves AND e.to_state <> t.next_state) AS handles) AS h
		WHERE cases IS NULL OR e.case_no = ANY (cases)
		ORDER BY e.case_no, e.log_no
	), mark AS MATERIALIZED (
		-- for each case what the last entry of each kind says
		SELECT e.case_no,
			latest(e.to_state) AS to_state, latest(e.stage) AS stage,
			pg_catalog.max(e.log_no) FILTER (WHERE e.moves) AS moved_no, latest(e.occurred_at) FILTER (WHERE e.moves) AS moved_at,
			latest(e.occurred_at) FILTER (WHERE e.files) AS filed_at,
			latest(e.standard) FILTER (WHERE e.standard IS NOT NULL) AS standard,
			latest(e.time_limit) FILTER (WHERE e.clock IN ('start', 'reset')) AS base_limit, latest(e.due) FILTER (WHERE e.clock IN ('start', 'reset')) AS first_due,
			latest(e.clock_from) FILTER (WHERE e.clock IS NOT NULL) AS clock_from, latest(e.time_limit) FILTER (WHERE e.clock IS NOT NULL) AS time_limit,
			latest(e.pauses) FILTER (WHERE e.clock IS NOT NULL) AS pauses, latest(e.due) FILTER (WHERE e.clock IS NOT NULL) AS due,
			latest(e.provisional) FILTER (WHERE e.clock IS NOT NULL) AS provisional,
			latest(e.opens) FILTER (WHERE e.opens OR e.frees) AS has_body, latest(e.org) FILTER (WHERE e.opens OR e.frees) AS org,
			latest(e.occurred_at) FILTER (WHERE e.opens OR e.frees) AS dispatched_at, latest(e.data) FILTER (WHERE e.opens OR e.frees) AS dispatch,
			pg_catalog.max(e.log_no) FILTER (WHERE e.opens OR e.frees) AS org_no,
			latest(e.handles) FILTER (WHERE e.handles OR e.undoes) AS is_handled, latest(e.occurred_at) FILTER (WHERE e.handles OR e.undoes) AS handled_at,
			latest(e.actor) FILTER (WHERE e.handles OR e.undoes) AS handler, pg_catalog.max(e.log_no) FILTER (WHERE e.handles OR e.undoes) AS handle_no,
			latest(CASE WHEN e.asks_extension THEN 'extension' WHEN e.asks_suspension THEN 'suspension' END) FILTER (WHERE e.settles OR e.handles OR e.frees) AS request,
			latest(e.occurred_at) FILTER (WHERE e.settles OR e.handles OR e.frees) AS requested_at, latest(e.data) FILTER (WHERE e.settles OR e.handles OR e.frees) AS request_data,
			latest(CASE WHEN NOT e.frees THEN e.work_from END) FILTER (WHERE w.tells) AS work_from,
			latest(CASE WHEN NOT e.frees THEN e.work_limit END) FILTER (WHERE w.tells) AS work_limit,
			-- entries of 0.1.0 do not tell of it, nor of the row of a stage
			latest(e.knows_work) FILTER (WHERE w.tells) AS knows_work,
			latest(CASE WHEN e.suspends OR e.reviews THEN pg_catalog.upper(e.pauses) END) FILTER (WHERE e.sets_pause OR (e.reviews AND e.clock IS NOT NULL)) AS resume_at,
			pg_catalog.max(e.work_no) FILTER (WHERE e.opens) AS work_no,
			pg_catalog.max(e.log_no) FILTER (WHERE e.opens) AS dispatch_no,
			pg_catalog.bool_or(coalesce(e.data ?| '{joint,coordinator,part_of}', false)) AS has_parts,
			pg_catalog.count(*) FILTER (WHERE e.reopens)::smallint AS reopened,
			pg_catalog.max((e.data ->> 'into')::bigint) FILTER (WHERE e.merges) AS merged_into,
			pg_catalog.count(*) FILTER (WHERE e.returns)::smallint AS returned,
			pg_catalog.count(*) FILTER (WHERE e.reworks)::smallint AS reworked,
			pg_catalog.count(*) FILTER (WHERE e.extends)::smallint AS extended,
			pg_catalog.count(*) FILTER (WHERE e.suspends)::smallint AS suspended,
			pg_catalog.min(e.occurred_at) FILTER (WHERE e.log_no = 1) AS reported_at
		FROM entry AS e
			CROSS JOIN LATERAL (SELECT e.work_due IS NOT NULL OR e.work_limit IS NOT NULL OR e.work_from IS NOT NULL OR (e.clock = 'reset' AND e.work_no IS NOT NULL)
				OR e.opens OR e.frees AS tells) AS w
		GROUP BY e.case_no
	)
	SELECT m.case_no, m.to_state, m.stage, m.moved_no, m.moved_at, m.reported_at,
		m.filed_at, m.standard, m.base_limit, m.first_due, m.clock_from, m.time_limit, m.pauses, m.due, coalesce(m.provisional, false),
		CASE WHEN m.has_body THEN m.org END, CASE WHEN m.has_body THEN m.dispatched_at END,
		coalesce(m.work_no, 0::smallint), m.work_from, m.work_limit, m.knows_work,
		-- of several bodies the last to handle, whenever it was told
		CASE WHEN m.is_handled THEN CASE WHEN m.has_parts THEN (SELECT pg_catalog.max(x.occurred_at) FROM dcm.case_log AS x JOIN dcm.transition AS y ON y.id = x.transition
			WHERE x.case_no = m.case_no AND y.effects && '{handle_work,on_site}' AND x.log_no BETWEEN coalesce(m.dispatch_no, 0) AND m.handle_no)
			ELSE m.handled_at END END,
		CASE WHEN m.is_handled THEN CASE WHEN m.has_parts THEN (SELECT x.actor FROM dcm.case_log AS x JOIN dcm.transition AS y ON y.id = x.transition
			WHERE x.case_no = m.case_no AND y.effects && '{handle_work,on_site}' AND x.log_no <= m.handle_no ORDER BY x.log_no DESC LIMIT 1)
			ELSE m.handler END END,
		CASE WHEN s.ending AND s.stage = 'evaluation' THEN m.moved_at END,
		CASE WHEN s.ending THEN m.moved_at END,
		m.returned, m.reworked, m.extended, m.suspended,
		CASE WHEN NOT coalesce(s.ending, false) THEN m.request END,
		CASE WHEN NOT s.ending AND m.request IS NOT NULL THEN m.requested_at END,
		CASE WHEN NOT s.ending AND m.request IS NOT NULL THEN m.request_data END,
		m.resume_at,
		CASE WHEN m.has_parts AND m.has_body THEN
			(coalesce(pg_catalog.jsonb_array_length(m.dispatch -> 'joint'), 0) + (m.dispatch ? 'coordinator')::int
				+ (SELECT pg_catalog.count(*) FROM dcm.case_log AS x JOIN dcm.transition AS y ON y.id = x.transition
					WHERE x.case_no = m.case_no AND x.log_no > m.org_no AND y.effects && '{forward}'))::smallint
			ELSE 0::smallint END,
		m.merged_into, m.reopened
	FROM mark AS m
		LEFT JOIN dcm.state AS s ON s.code = m.to_state;
END
$$;
COMMENT ON FUNCTION dcm.fold_cases(bigint[]) IS
	'State, clock and counts of the cases given, or of all for NULL, worked out from the log alone. 仅由日志推算案卷的状态与计时。';

CREATE FUNCTION dcm.fold_assignments(cases bigint[]) RETURNS TABLE (
	case_no bigint, work_no smallint, org int, part text, parent smallint, dispatcher int,
	dispatched_at timestamptz, signed_at timestamptz, handled_at timestamptz, returned_at timestamptz, recalled_at timestamptz,
	time_limit dcm.time_limit, knows_limit boolean, due timestamptz, arrive_limit dcm.time_limit, arrive_due timestamptz, arrived_at timestamptz,
	fault text, judged_at timestamptz, misdirected boolean, return_reason text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- where one body at a time has the case, an entry tells of its assignment by number
	RETURN QUERY
	WITH rule AS MATERIALIZED (
		-- what effects say, once a rule and not once an entry
		SELECT t.id, t.effects && '{open_work}' AS opens, t.effects && '{sign_work}' AS signs, t.effects && '{handle_work}' AS does,
			t.effects && '{handle_work,rework}' AS does_or_undoes, t.effects && '{return_work}' AS returns, t.effects && '{recall_work}' AS recalls,
			t.effects && '{arrive}' AS arrives, t.effects && '{judge_return}' AS judges
		FROM dcm.transition AS t
	), entry AS (
		SELECT e.*, t.*,
			bool_or(coalesce(e.data ?| '{joint,coordinator,part_of}', false)) OVER (PARTITION BY e.case_no) AS has_parts
		FROM dcm.case_log AS e
			JOIN rule AS t ON t.id = e.transition
		WHERE cases IS NULL OR e.case_no = ANY (cases)
	), single AS (
		SELECT e.case_no, e.work_no,
			max(e.org) FILTER (WHERE e.opens) AS org,
			max(e.actor) FILTER (WHERE e.opens) AS dispatcher,
			max(e.occurred_at) FILTER (WHERE e.opens) AS dispatched_at,
			max(e.occurred_at) FILTER (WHERE e.signs) AS signed_at,
			(array_agg(CASE WHEN e.does THEN e.occurred_at END ORDER BY e.log_no DESC)
				FILTER (WHERE e.does_or_undoes))[1] AS handled_at,
			max(e.occurred_at) FILTER (WHERE e.returns) AS returned_at,
			max(e.data ->> 'reason') FILTER (WHERE e.returns) AS return_reason,
			max(e.occurred_at) FILTER (WHERE e.recalls) AS recalled_at,
			(array_agg(e.work_limit ORDER BY e.log_no DESC) FILTER (WHERE tells.work))[1] AS time_limit,
			-- entries of 0.1.0 do not tell of it, nor of the row of a stage
			(array_agg(e.work_limit IS NOT NULL OR e.work_from IS NOT NULL OR (e.work_due IS NULL AND e.stage_no IS NOT NULL) ORDER BY e.log_no DESC) FILTER (WHERE tells.work))[1] AS knows_limit,
			(array_agg(e.work_due ORDER BY e.log_no DESC) FILTER (WHERE e.work_due IS NOT NULL OR e.clock = 'reset'))[1] AS due,
			(array_agg(e.arrive_limit ORDER BY e.log_no DESC) FILTER (WHERE e.arrive_due IS NOT NULL))[1] AS arrive_limit,
			(array_agg(e.arrive_due ORDER BY e.log_no DESC) FILTER (WHERE e.arrive_due IS NOT NULL))[1] AS arrive_due,
			-- the one that was told first, whatever it told of
			(array_agg(e.occurred_at ORDER BY e.log_no) FILTER (WHERE e.arrives))[1] AS arrived_at,
			max(e.data ->> 'fault') FILTER (WHERE e.judges) AS fault,
			max(e.occurred_at) FILTER (WHERE e.judges) AS judged_at,
			coalesce(bool_or(e.does AND e.data ->> 'misdirected' = 'true'), false) AS misdirected
		FROM entry AS e
			CROSS JOIN LATERAL (SELECT e.work_due IS NOT NULL OR e.work_limit IS NOT NULL OR e.clock = 'reset' OR e.opens AS work) AS tells
		WHERE e.work_no IS NOT NULL AND NOT e.has_parts
		GROUP BY e.case_no, e.work_no
	)
	SELECT s.case_no, s.work_no, s.org, 'lead', NULL::smallint, s.dispatcher, s.dispatched_at, s.signed_at, s.handled_at, s.returned_at, s.recalled_at,
		s.time_limit, s.knows_limit, s.due, s.arrive_limit, s.arrive_due, s.arrived_at, s.fault, s.judged_at, s.misdirected, s.return_reason
	FROM single AS s;

	-- of several bodies each has its own way, and the lead's clock; a case at a time
	-- by its key, since few are such
	RETURN QUERY
	WITH RECURSIVE entry AS NOT MATERIALIZED (
		SELECT e.*, t.effects FROM dcm.case_log AS e JOIN dcm.transition AS t ON t.id = e.transition
	), several AS MATERIALIZED (
		SELECT DISTINCT x.case_no FROM dcm.case_log AS x
		WHERE x.data ?| '{joint,coordinator,part_of}' AND (cases IS NULL OR x.case_no = ANY (cases))
	), turn AS MATERIALIZED (
		-- dispatches and forwardings, each dispatch to the one before the next
		SELECT e.case_no, e.log_no, e.work_no, e.org, e.occurred_at, e.actor, e.data, e.effects && '{open_work}' AS is_dispatch,
			max(e.work_no) FILTER (WHERE e.effects && '{open_work}') OVER w AS lead_no,
			coalesce(min(e.log_no) FILTER (WHERE e.effects && '{open_work}') OVER (PARTITION BY e.case_no ORDER BY e.log_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), 2147483647) AS till_no
		FROM several AS s JOIN entry AS e ON e.case_no = s.case_no
		WHERE e.effects && '{open_work,forward}'
		WINDOW w AS (PARTITION BY e.case_no ORDER BY e.log_no)
	), opened AS MATERIALIZED (
		SELECT o.case_no, o.work_no, o.org, 'lead' AS part, NULL::smallint AS parent, o.log_no AS since_no, o.till_no, o.occurred_at AS at, o.actor, o.lead_no
		FROM turn AS o WHERE o.is_dispatch
		UNION ALL
		SELECT o.case_no, (o.work_no + j.n)::smallint, j.id::int, CASE WHEN j.n > coalesce(jsonb_array_length(o.data -> 'joint'), 0) THEN 'coordinator' ELSE 'joint' END,
			NULL, o.log_no, o.till_no, o.occurred_at, o.actor, o.lead_no
		FROM turn AS o
			CROSS JOIN LATERAL jsonb_array_elements_text(o.data -> 'joined') WITH ORDINALITY AS j (id, n)
		WHERE o.is_dispatch
		UNION ALL
		SELECT o.case_no, o.work_no, o.org, NULL, (o.data ->> 'part_of')::smallint, o.log_no, o.till_no, o.occurred_at, o.actor, o.lead_no
		FROM turn AS o WHERE NOT o.is_dispatch
	), above AS (
		-- each with itself and those out of which it came, and the part of the first
		SELECT o.case_no, o.work_no, ARRAY[o.work_no] AS path, o.parent, o.part FROM opened AS o
		UNION ALL
		SELECT a.case_no, a.work_no, a.path || p.work_no, p.parent, p.part
		FROM above AS a JOIN opened AS p ON p.case_no = a.case_no AND p.work_no = a.parent
		WHERE cardinality(a.path) < 32
	), whole AS MATERIALIZED (
		SELECT a.case_no, a.work_no, a.path, a.part FROM above AS a WHERE a.parent IS NULL
	), family AS MATERIALIZED (
		-- and with those that came out of it
		SELECT w.case_no, u.ancestor, array_agg(w.work_no) AS members
		FROM whole AS w CROSS JOIN LATERAL unnest(w.path) AS u (ancestor)
		GROUP BY w.case_no, u.ancestor
	), told AS (
		SELECT o.*, w.path, w.part AS kind, x.*
		FROM opened AS o
			JOIN whole AS w ON w.case_no = o.case_no AND w.work_no = o.work_no
			JOIN family AS f ON f.case_no = o.case_no AND f.ancestor = o.work_no
			CROSS JOIN LATERAL (
				SELECT
					-- its own handling, or that of whom it was forwarded to, unless a check of it failed
					(array_agg(CASE WHEN e.effects && '{handle_work}' THEN e.log_no END ORDER BY e.log_no DESC) FILTER (
						WHERE (e.effects && '{handle_work}' AND e.work_no = ANY (f.members)) OR (e.effects && '{rework}' AND o.work_no = o.lead_no)))[1] AS handle_no,
					min(e.log_no) FILTER (WHERE e.effects && '{return_work}' AND e.work_no = o.work_no) AS return_no,
					min(e.log_no) FILTER (WHERE CASE WHEN o.work_no = o.lead_no THEN e.effects && '{recall_work}'
						ELSE (e.effects && '{return_work,recall_work}' AND e.work_no = o.lead_no)
							OR (e.effects && '{return_work,handle_work}' AND e.work_no <> o.work_no AND e.work_no = ANY (w.path))
							OR (e.effects && '{handle_work}' AND w.part <> 'coordinator' AND e.to_state <> e.from_state) END) AS recall_no,
					max(e.occurred_at) FILTER (WHERE e.effects && '{sign_work}' AND e.work_no = o.work_no) AS signed_at,
					(array_agg(e.occurred_at ORDER BY e.log_no) FILTER (WHERE e.effects && '{arrive}' AND e.work_no = o.work_no))[1] AS arrived_at,
					(array_agg(e.arrive_limit ORDER BY e.log_no DESC) FILTER (WHERE e.arrive_due IS NOT NULL AND e.work_no = o.work_no))[1] AS arrive_limit,
					(array_agg(e.arrive_due ORDER BY e.log_no DESC) FILTER (WHERE e.arrive_due IS NOT NULL AND e.work_no = o.work_no))[1] AS arrive_due,
					coalesce(bool_or(e.effects && '{handle_work}' AND e.work_no = o.work_no AND e.data ->> 'misdirected' = 'true'), false) AS misdirected
				FROM entry AS e
				WHERE e.case_no = o.case_no AND e.log_no BETWEEN o.since_no AND o.till_no) AS x
	), ended AS (
		SELECT t.*,
			CASE WHEN t.recall_no < coalesce(t.handle_no, 2147483647) AND t.recall_no < coalesce(t.return_no, 2147483647) THEN t.recall_no END AS taken_no
		FROM told AS t
	)
	SELECT w.case_no, w.work_no, w.org, w.kind, w.parent, w.actor, w.at, w.signed_at,
		CASE WHEN w.taken_no IS NULL THEN (SELECT e.occurred_at FROM dcm.case_log AS e WHERE e.case_no = w.case_no AND e.log_no = w.handle_no) END,
		(SELECT e.occurred_at FROM dcm.case_log AS e WHERE e.case_no = w.case_no AND e.log_no = w.return_no),
		(SELECT e.occurred_at FROM dcm.case_log AS e WHERE e.case_no = w.case_no AND e.log_no = w.taken_no),
		CASE WHEN w.kind <> 'coordinator' THEN c.work_limit END, coalesce(c.knows_limit, true), CASE WHEN w.kind <> 'coordinator' THEN c.work_due END,
		w.arrive_limit, w.arrive_due, w.arrived_at, j.fault, j.at, w.misdirected,
		(SELECT e.data ->> 'reason' FROM dcm.case_log AS e WHERE e.case_no = w.case_no AND e.log_no = w.return_no)
	FROM ended AS w
		LEFT JOIN LATERAL (
			SELECT e.work_limit, e.work_due, e.work_limit IS NOT NULL OR e.work_from IS NOT NULL OR (e.work_due IS NULL AND e.stage_no IS NOT NULL) AS knows_limit FROM entry AS e
			WHERE e.case_no = w.case_no AND e.log_no BETWEEN w.since_no AND w.till_no - 1
				AND (w.work_no = w.lead_no OR e.log_no < least(w.handle_no, w.return_no, w.taken_no, 2147483647))
				AND (e.work_due IS NOT NULL OR e.work_limit IS NOT NULL OR (e.clock = 'reset' AND e.work_no IS NOT NULL) OR e.effects && '{open_work}')
			ORDER BY e.log_no DESC LIMIT 1) AS c ON true
		LEFT JOIN LATERAL (
			SELECT e.data ->> 'fault' AS fault, e.occurred_at AS at FROM entry AS e
			WHERE e.case_no = w.case_no AND e.work_no = w.work_no AND e.effects && '{judge_return}' ORDER BY e.log_no DESC LIMIT 1) AS j ON true;
END
$$;
COMMENT ON FUNCTION dcm.fold_assignments(bigint[]) IS
	'The assignments of the cases given, or of all for NULL, worked out from the log alone. 仅由日志推算派遣任务。';

CREATE FUNCTION dcm.verify_assignments(cases bigint[]) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT coalesce(a.case_no, l.case_no), NULL::int, 'fold',
		format('assignment %s is not what the log says', coalesce(a.work_no, l.work_no))
	FROM (SELECT * FROM dcm.assignment AS w WHERE cases IS NULL OR w.case_no = ANY (cases)) AS a
		FULL JOIN dcm.fold_assignments(cases) AS l ON (l.case_no, l.work_no) = (a.case_no, a.work_no)
	WHERE (a.org, a.part, a.parent, a.dispatcher, a.dispatched_at, a.signed_at, a.returned_at, a.recalled_at, a.handled_at, a.due,
			a.arrive_due, a.arrive_limit, a.arrived_at, a.fault, a.judged_at, a.misdirected, a.return_reason)
		IS DISTINCT FROM
		(l.org, l.part, l.parent, l.dispatcher, l.dispatched_at, l.signed_at, l.returned_at, l.recalled_at, l.handled_at, l.due,
			l.arrive_due, l.arrive_limit, l.arrived_at, l.fault, l.judged_at, l.misdirected, l.return_reason)
		-- entries of 0.1.0 do not tell of it
		OR (l.knows_limit AND a.time_limit IS DISTINCT FROM l.time_limit);
END
$$;
COMMENT ON FUNCTION dcm.verify_assignments(bigint[]) IS
	'Which assignments of the cases given, or of all for NULL, are not what their log says. 校验派遣任务与日志是否一致。';

CREATE FUNCTION dcm.verify_tasks(cases bigint[]) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH entry AS MATERIALIZED (
		SELECT e.case_no, e.log_no, e.action, e.actor, e.occurred_at, e.org, e.data, e.stage_no, t.effects,
			CASE WHEN t.effects && '{verify_task}' THEN 'verify' WHEN t.effects && '{check_task}' THEN 'check'
				WHEN t.effects && '{guard}' THEN 'guard' WHEN t.effects && '{notice}' THEN 'notice'
				WHEN t.effects && '{appeal}' THEN 'appeal'
				-- a ruling opens what nobody had called disputed
				WHEN (t.effects && '{rule_liability}' OR e.data ->> 'disputed' = 'true') AND row_number() OVER (
					PARTITION BY e.case_no, t.effects && '{rule_liability}' OR coalesce(e.data ->> 'disputed' = 'true', false) ORDER BY e.log_no) = 1
					OR e.data ->> 'disputed' = 'true' THEN 'liability' END AS opens
		FROM dcm.case_log AS e
			JOIN dcm.transition AS t ON t.id = e.transition
		WHERE (t.effects && '{verify_task,check_task,reassign_task,finish_task,guard,relieve,notice,reply_notice,appeal,decide_appeal,rule_liability}'
				OR (t.effects && '{open_work}' AND e.data ->> 'disputed' = 'true'))
			AND (cases IS NULL OR e.case_no = ANY (cases))
	), placed AS MATERIALIZED (
		SELECT e.*, count(e.opens) OVER w AS task_no, max(e.log_no) FILTER (WHERE e.opens IN ('verify', 'check')) OVER w AS look_no
		FROM entry AS e
		WINDOW w AS (PARTITION BY e.case_no ORDER BY e.log_no)
	), look AS (
		-- who is to look at a place, and who has: until the next is asked for
		SELECT p.case_no, p.look_no,
			-- entries of 0.1.0 tell the code alone
			(array_agg(coalesce((p.data ->> 'who')::int, (SELECT h.id FROM dcm.person AS h WHERE h.code = p.data ->> 'person')) ORDER BY p.log_no DESC)
				FILTER (WHERE p.log_no = p.look_no OR p.effects && '{reassign_task}'))[1] AS person,
			(array_agg(p.occurred_at ORDER BY p.log_no DESC) FILTER (WHERE p.effects && '{finish_task}'))[1] AS done_at,
			(array_agg(p.actor ORDER BY p.log_no DESC) FILTER (WHERE p.effects && '{finish_task}'))[1] AS done_by,
			(array_agg(p.action ORDER BY p.log_no DESC) FILTER (WHERE p.effects && '{finish_task}'))[1] AS outcome
		FROM placed AS p WHERE p.look_no IS NOT NULL AND p.effects && '{verify_task,check_task,reassign_task,finish_task}'
		GROUP BY p.case_no, p.look_no
	), answer AS (
		-- what answers a task names it by number; a ruling is on the one that there is
		SELECT DISTINCT ON (x.case_no, x.task_no) x.*
		FROM (
			SELECT p.case_no, coalesce((p.data ->> 'task')::bigint, 0) AS task_no, p.occurred_at AS done_at, p.actor AS done_by,
				CASE WHEN NOT p.effects && '{decide_appeal}' THEN p.action WHEN p.data ->> 'upheld' = 'true' THEN 'upheld' ELSE 'denied' END AS outcome,
				CASE WHEN p.effects && '{rule_liability}' THEN -p.log_no ELSE p.log_no END AS turn
			FROM placed AS p WHERE p.effects && '{relieve,reply_notice,rule_liability}'
				-- of several reviews the one that decided
				OR (p.effects && '{decide_appeal}' AND p.data ->> 'final' = 'true')) AS x
		ORDER BY x.case_no, x.task_no, x.turn DESC
	), stage_clock AS (
		SELECT DISTINCT ON (c.case_no, c.stage_no) c.case_no, c.stage_no, c.stage_due
		FROM dcm.case_log AS c
		WHERE c.stage_no IS NOT NULL AND (cases IS NULL OR c.case_no = ANY (cases))
		ORDER BY c.case_no, c.stage_no, c.log_no DESC
	), fold AS (
		SELECT o.case_no, o.task_no::smallint AS task_no, o.opens AS kind, o.log_no, o.occurred_at AS requested_at,
			CASE WHEN o.opens = 'guard' THEN o.actor ELSE k.person END AS person,
			CASE WHEN o.opens IN ('notice', 'appeal') THEN o.org END AS org,
			CASE WHEN o.opens = 'notice' THEN (o.data ->> 'due')::timestamptz ELSE g.stage_due END AS due,
			o.opens IN ('verify', 'check') AND o.stage_no IS NULL AS is_old,
			coalesce(k.done_at, a.done_at) AS done_at, coalesce(k.done_by, a.done_by) AS done_by, coalesce(k.outcome, a.outcome) AS outcome
		FROM placed AS o
			LEFT JOIN look AS k ON o.opens IN ('verify', 'check') AND k.case_no = o.case_no AND k.look_no = o.log_no
			LEFT JOIN answer AS a ON o.opens NOT IN ('verify', 'check') AND a.case_no = o.case_no AND a.task_no = o.task_no
			LEFT JOIN stage_clock AS g ON o.opens IN ('verify', 'check') AND g.case_no = o.case_no AND g.stage_no = o.stage_no
		WHERE o.opens IS NOT NULL
	)
	SELECT coalesce(k.case_no, f.case_no), NULL::int, 'fold', format('task %s is not what the log says', coalesce(k.task_no, f.task_no))
	FROM (SELECT * FROM dcm.case_task AS c WHERE cases IS NULL OR c.case_no = ANY (cases)) AS k
		FULL JOIN fold AS f ON (f.case_no, f.task_no) = (k.case_no, k.task_no)
	WHERE (k.kind, k.person, k.org, k.requested_at) IS DISTINCT FROM (f.kind, f.person, f.org, f.requested_at)
		-- rows of 0.1.0 do not tell by which entry they were opened, nor their entries of a stage
		OR (NOT (k.log_no IS NULL AND coalesce(f.is_old, true)) AND (k.log_no, k.due) IS DISTINCT FROM (f.log_no, f.due))
		OR (k.done_at, k.done_by, k.outcome) IS DISTINCT FROM (f.done_at, f.done_by, f.outcome);

	-- how many there are
	RETURN QUERY
	SELECT f.case_no, NULL::int, 'fold', format('tasks is %s, the rows say %s', f.tasks, coalesce(g.last, 0))
	FROM dcm.case_file AS f
		LEFT JOIN (SELECT t.case_no, max(t.task_no) AS last FROM dcm.case_task AS t
			WHERE cases IS NULL OR t.case_no = ANY (cases) GROUP BY t.case_no) AS g ON g.case_no = f.case_no
	WHERE (cases IS NULL OR f.case_no = ANY (cases)) AND f.tasks <> coalesce(g.last, 0);
END
$$;
COMMENT ON FUNCTION dcm.verify_tasks(bigint[]) IS
	'Which tasks of the cases given, or of all for NULL, are not what their log says. 校验案卷任务与日志是否一致。';

CREATE FUNCTION dcm.has_zone() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
	RETURN E':\\d\\d(:\\d\\d(\\.\\d+)?)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$';
COMMENT ON FUNCTION dcm.has_zone() IS
	'The pattern of a time that tells its zone, so that every session reads it alike. 带时区的时间文本的正则。';

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
			('resume_at', f.resume_at::text, l.resume_at::text),
			('parts', f.parts::text, l.parts::text),
			('merged_into', f.merged_into::text, l.merged_into::text),
			('reopened', f.reopened::text, l.reopened::text)) AS x (name, stored, told)
	WHERE (f.state, f.stage, f.moved_no, f.moved_at, f.reported_at, f.filed_at, f.standard, f.base_limit,
			f.first_due, f.clock_from, f.time_limit, f.pauses, f.due, f.provisional, f.org, f.work_no, f.handled_at, f.handler, f.closed_at, f.ended_at,
			f.returned, f.reworked, f.extended, f.suspended, f.request, f.dispatched_at, f.requested_at, f.request_data, f.resume_at,
			f.work_from, f.work_limit, f.parts, f.merged_into, f.reopened)
		IS DISTINCT FROM
		(l.state, l.stage, l.moved_no, l.moved_at, l.reported_at, l.filed_at, l.standard, l.base_limit,
			l.first_due, l.clock_from, l.time_limit, l.pauses, l.due, l.provisional, l.org, l.work_no, l.handled_at, l.handler, l.closed_at, l.ended_at,
			l.returned, l.reworked, l.extended, l.suspended, l.request, l.dispatched_at, l.requested_at, l.request_data, l.resume_at,
			l.work_from, l.work_limit, l.parts, l.merged_into, l.reopened)
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
			('intake', f.intake::text, l.told ->> 'intake'),
			-- entries of 0.1.0 do not tell of these
			('area', f.area::text, CASE WHEN l.told ? 'area' THEN l.told ->> 'area' ELSE f.area::text END),
			('grid', f.grid::text, CASE WHEN l.told ? 'grid' THEN l.told ->> 'grid' ELSE f.grid::text END)) AS x (name, stored, told)
	WHERE x.stored IS DISTINCT FROM x.told;

	-- who reported it
	RETURN QUERY
	SELECT f.case_no, 1, 'fold', pg_catalog.format('reporter is %s, the log says %s', f.reporter, l.actor)
	FROM dcm.case_file AS f JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (f.case_no, 1)
	WHERE f.reporter <> l.actor AND (cases IS NULL OR f.case_no = ANY (cases));

	-- when it was found, as the report told it; a time without its zone is read by
	-- each session in its own
	RETURN QUERY
	SELECT f.case_no, 1, 'fold', pg_catalog.format('discovered_at is %s, the log says %s', coalesce(f.discovered_at::text, 'nothing'), coalesce(l.data ->> 'discovered_at', 'nothing'))
	FROM dcm.case_file AS f JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (f.case_no, 1)
	WHERE (f.discovered_at IS NOT NULL OR l.data ->> 'discovered_at' IS NOT NULL) AND (cases IS NULL OR f.case_no = ANY (cases))
		AND CASE WHEN l.data ->> 'discovered_at' ~ dcm.has_zone() THEN f.discovered_at IS DISTINCT FROM (l.data ->> 'discovered_at')::timestamptz
			ELSE (f.discovered_at IS NULL) <> (l.data ->> 'discovered_at' IS NULL) END;

	-- the address, where a correction told it and nobody had it erased
	RETURN QUERY
	SELECT f.case_no, x.log_no, 'fold', 'address is not what was told'
	FROM (
		SELECT DISTINCT ON (t.case_no) t.case_no, t.log_no, t.value
		FROM dcm.case_text AS t
		WHERE t.field = 'address' AND (cases IS NULL OR t.case_no = ANY (cases))
		ORDER BY t.case_no, t.log_no DESC) AS x
		JOIN dcm.case_file AS f ON f.case_no = x.case_no
	WHERE x.value IS NOT NULL AND f.address IS DISTINCT FROM x.value
		AND NOT (f.address IS NULL AND EXISTS (SELECT FROM dcm.erasure AS r WHERE (r.what, r.case_no) = ('case_address', f.case_no)));

	-- attachments: each as the entry tells it that brought it, a report's by their order
	RETURN QUERY
	SELECT a.case_no, a.log_no, 'fold', pg_catalog.format('attachment %s is not what the log says', a.attachment_no)
	FROM (
		SELECT m.*, l.case_no IS NOT NULL AS is_told,
			pg_catalog.row_number() OVER (PARTITION BY m.case_no ORDER BY m.log_no, m.attachment_no) AS place,
			CASE WHEN m.log_no = 1 THEN l.data -> 'case' -> 'attachments' -> (m.attachment_no - 1) ELSE l.data -> m.kind END AS photo
		FROM dcm.attachment AS m LEFT JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (m.case_no, m.log_no)
		WHERE cases IS NULL OR m.case_no = ANY (cases)) AS a
		CROSS JOIN LATERAL (
			SELECT CASE pg_catalog.jsonb_typeof(a.photo) WHEN 'string' THEN a.photo #>> '{}' ELSE a.photo ->> 'uri' END AS uri,
				CASE WHEN pg_catalog.jsonb_typeof(a.photo -> 'sha256') = 'string' THEN a.photo ->> 'sha256' END AS sha256,
				CASE WHEN pg_catalog.jsonb_typeof(a.photo -> 'kind') = 'string' THEN a.photo ->> 'kind' ELSE 'before' END AS kind,
				CASE WHEN pg_catalog.jsonb_typeof(a.photo -> 'lon') = 'number' AND pg_catalog.jsonb_typeof(a.photo -> 'lat') = 'number' THEN (a.photo ->> 'lon')::float8 END AS lon,
				CASE WHEN pg_catalog.jsonb_typeof(a.photo -> 'lon') = 'number' AND pg_catalog.jsonb_typeof(a.photo -> 'lat') = 'number' THEN (a.photo ->> 'lat')::float8 END AS lat,
				-- as above
				CASE WHEN pg_catalog.jsonb_typeof(a.photo -> 'taken_at') = 'string' THEN
					CASE WHEN a.photo ->> 'taken_at' ~ dcm.has_zone() THEN (a.photo ->> 'taken_at')::timestamptz ELSE coalesce(a.taken_at, '-infinity') END END AS taken_at) AS p
	WHERE NOT a.is_told OR a.place <> a.attachment_no OR (a.photo IS NULL AND a.log_no > 1)
		OR (a.photo IS NOT NULL AND (a.uri, a.sha256, a.lon, a.lat, a.taken_at) IS DISTINCT FROM (p.uri, p.sha256, p.lon, p.lat, p.taken_at))
		OR (a.photo IS NOT NULL AND a.log_no = 1 AND a.kind <> p.kind);

	-- and as many as the case counts
	RETURN QUERY
	SELECT coalesce(f.case_no, a.case_no), NULL::int, 'fold', 'attachments are not what the case counts'
	FROM (SELECT * FROM dcm.case_file AS c WHERE cases IS NULL OR c.case_no = ANY (cases)) AS f
		FULL JOIN (
			SELECT m.case_no, pg_catalog.count(*) AS n
			FROM dcm.attachment AS m
			WHERE cases IS NULL OR m.case_no = ANY (cases)
			GROUP BY m.case_no) AS a ON a.case_no = f.case_no
	WHERE f.attachments::bigint IS DISTINCT FROM coalesce(a.n, 0);

	RETURN QUERY SELECT a.* FROM dcm.verify_assignments(cases) AS a;
	RETURN QUERY SELECT k.* FROM dcm.verify_tasks(cases) AS k;

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

CREATE FUNCTION dcm.verify_all(since timestamptz = NULL, anchor text = NULL) RETURNS TABLE (case_no bigint, log_no int, part text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
	-- compiling takes longer than what it would save
	SET jit = off
	-- the whole log is sorted and joined
	SET work_mem = '64MB'
AS $$
DECLARE
	cases bigint[];
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_sight();
	IF since IS NOT NULL THEN
		SELECT coalesce(pg_catalog.array_agg(DISTINCT l.case_no), '{}') INTO cases
		FROM dcm.case_log AS l WHERE l.recorded_at >= since;
	END IF;
	RETURN QUERY
	SELECT * FROM dcm.verify_chain(cases)
	UNION ALL SELECT * FROM dcm.verify_steps(cases)
	UNION ALL SELECT * FROM dcm.verify_fold(cases)
	UNION ALL SELECT NULL, NULL, 'anchor', format('%s: %s', a.anchor, a.problem) FROM dcm.verify_anchors(verify_all.anchor) AS a
	UNION ALL SELECT NULL, NULL, 'score', pg_catalog.concat_ws(': ', 'entry ' || s.entry, s.problem) FROM dcm.verify_scores() AS s;
END
$$;
COMMENT ON FUNCTION dcm.verify_all(timestamptz, text) IS
	'What is wrong with the record: chain, text, step, fold, the city''s own anchors and its ledger of scores (dcm.verify_scores()) are checked apart; since limits all but anchors and scores to cases with an entry told from then on, anchor is one that somebody outside has kept, which must be among them. No row where nothing is wrong. 42501 for who does not see every case. 校验全部案卷:链、文本、步骤、推算、锚点与评分账。';

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
