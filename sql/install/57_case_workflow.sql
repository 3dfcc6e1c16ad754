-- The workflow in force: whether it is sound, and how it looks.

CREATE FUNCTION dcm.workflow_moves(OUT state text, OUT action text, OUT next_state text, OUT roles text[], OUT effects text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT t.state, t.action, t.next_state, t.roles, t.effects
	FROM transition AS t WHERE t.valid @> now()
	ORDER BY t.state NULLS FIRST, t.action;
END
$$;
COMMENT ON FUNCTION dcm.workflow_moves() IS
	'The transitions that count now: state NULL is before there is a case, next_state NULL stays. 当前有效的状态转换。';

CREATE FUNCTION dcm.check_workflow(OUT problem text, OUT state text, OUT action text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM require_city('0.2.0');
	-- reachability and endings
	RETURN QUERY
	WITH RECURSIVE move AS MATERIALIZED (
		SELECT m.* FROM workflow_moves() AS m
	), reached AS (
		SELECT m.next_state AS code FROM move AS m WHERE m.state IS NULL
		UNION SELECT m.next_state FROM move AS m JOIN reached AS r ON m.state = r.code WHERE m.next_state IS NOT NULL
	), ends AS (
		SELECT s.code FROM state AS s WHERE s.ending
		UNION SELECT m.state FROM move AS m JOIN ends AS e ON m.next_state = e.code WHERE m.state IS NOT NULL
	)
	SELECT 'no_beginning', NULL, NULL, 'no action begins a case: there is no transition without a state. 没有上报转换。'
	WHERE NOT EXISTS (SELECT FROM move AS m WHERE m.state IS NULL)
	UNION ALL
	SELECT 'unreachable', s.code, NULL, format('no way leads from a report to state "%s". 状态不可到达。', s.code)
	FROM state AS s WHERE s.code NOT IN (SELECT r.code FROM reached AS r)
	UNION ALL
	SELECT 'no_ending', s.code, NULL, format('from state "%s" no way leads to an ending. 无法到达终结状态。', s.code)
	FROM state AS s WHERE s.code IN (SELECT r.code FROM reached AS r) AND s.code NOT IN (SELECT e.code FROM ends AS e);

	-- open cases that nothing can move
	RETURN QUERY
	SELECT 'stranded', f.state, NULL::text, format('%s open cases are in state "%s", which no action leaves. 案卷无法流转。', count(*), f.state)
	FROM case_file AS f
	WHERE f.ended_at IS NULL AND NOT EXISTS (
		SELECT FROM workflow_moves() AS m WHERE m.state = f.state AND m.next_state <> m.state)
	GROUP BY f.state;

	-- rights: a role that is none, moves that nobody may make, a function that is none
	RETURN QUERY
	SELECT 'no_role', NULL::text, NULL::text, format('there is no role "%s", by which to %s. 角色不存在。', r.code,
		string_agg(DISTINCT m.action, ', ' ORDER BY m.action))
	FROM workflow_moves() AS m CROSS JOIN unnest(m.roles) AS r (code)
	WHERE r.code <> '*' AND NOT EXISTS (SELECT FROM role AS x WHERE x.code = r.code)
	GROUP BY r.code
	ORDER BY r.code;
	RETURN QUERY
	SELECT 'nobody', m.state, m.action, format('nobody holds one of the roles %s now. 无人任该角色。', array_to_string(m.roles, ', '))
	FROM workflow_moves() AS m
	WHERE m.next_state IS NOT NULL AND NOT '*' = ANY (m.roles)
		-- the system makes up for nobody where it needs a rule
		AND NOT EXISTS (SELECT FROM post AS p WHERE p.valid @> now() AND p.role = ANY (
			CASE WHEN m.roles = '{system}' OR m.effects && '{resume,recompute}' THEN m.roles ELSE array_remove(m.roles, 'system') END))
		-- in a city whose people are known
		AND EXISTS (SELECT FROM post AS p JOIN person AS h ON h.id = p.person WHERE h.code <> 'system');
	RETURN QUERY
	SELECT 'no_function', NULL::text, a.code, format('function "%s" of the action does not exist. 动作函数不存在。', a.function)
	FROM action AS a
	WHERE NOT EXISTS (SELECT FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
		WHERE n.nspname || '.' || f.proname = a.function)
	ORDER BY a.code;

	-- clocks and effects: what one of them needs, the others bring
	RETURN QUERY
	WITH RECURSIVE move AS MATERIALIZED (
		SELECT m.* FROM workflow_moves() AS m
	), walk AS (
		-- every state with what may have been done on the way to it, and what for certain
		SELECT m.next_state AS code, false AS filed, false AS at_work, false AS handled FROM move AS m WHERE m.state IS NULL
		UNION
		SELECT coalesce(m.next_state, m.state),
			w.filed OR m.effects && '{file}',
			(w.at_work OR m.effects && '{open_work}') AND NOT m.effects && '{return_work,recall_work,reopen}',
			(w.handled OR m.effects && '{handle_work,on_site}') AND NOT m.effects && '{rework,reopen}'
		FROM walk AS w JOIN move AS m ON m.state = w.code
		-- what was never filed is not reopened
		WHERE w.filed OR NOT m.effects && '{reopen}'
	), fault AS (
		SELECT 'unfiled' AS problem, m.state, m.action, 'a body is given the case on a way on which it was never filed: it has no limit. 未立案即派遣。' AS detail
		FROM move AS m JOIN walk AS w ON w.code = m.state WHERE m.effects && '{open_work}' AND NOT w.filed
		UNION
		SELECT 'no_work', m.state, m.action, 'it concerns the body''s work on a way on which no body has the case. 尚未派遣。'
		FROM move AS m JOIN walk AS w ON w.code = m.state
		WHERE m.effects && '{sign_work,return_work,recall_work,handle_work,forward}' AND NOT w.at_work
		UNION
		SELECT 'not_handled', m.state, m.action, 'a rework on a way on which nothing was handled. 未处置即返工。'
		FROM move AS m JOIN walk AS w ON w.code = m.state WHERE m.effects && '{rework}' AND NOT w.handled
		UNION
		SELECT 'twice_at_work', m.state, m.action, 'a body is given the case while another has it. 重复派遣。'
		FROM move AS m JOIN walk AS w ON w.code = m.state WHERE m.effects && '{open_work}' AND w.at_work AND NOT w.handled
		UNION
		SELECT 'no_resume', m.next_state, m.action, 'what is suspended there is never resumed: no action with effect resume leaves the state. 挂账后无法恢复。'
		FROM move AS m WHERE m.effects && '{suspend}' AND m.next_state IS NOT NULL
			AND NOT EXISTS (SELECT FROM move AS r WHERE r.state = m.next_state AND r.effects && '{resume}')
		UNION
		SELECT 'no_endorsement', m.state, m.action, format('the city decides it at two levels (setting %s), and in this state nobody can endorse. 无初审动作。', a.name)
		FROM move AS m CROSS JOIN (VALUES ('extend', 'extension_levels'), ('suspend', 'suspension_levels')) AS a (effect, name)
		WHERE a.effect = ANY (m.effects) AND dcm.setting(a.name) = '2' AND NOT EXISTS (SELECT FROM move AS r WHERE r.state = m.state AND 'endorse' = ANY (r.effects))
		UNION
		SELECT 'no_request', m.state, m.action, format('it answers a request for %s, and in this state nobody can ask. 无对应申请。', a.what)
		FROM move AS m CROSS JOIN (VALUES ('extend', 'request_extension', 'an extension'), ('suspend', 'request_suspension', 'a suspension')) AS a (effect, needs, what)
		WHERE a.effect = ANY (m.effects) AND NOT EXISTS (SELECT FROM move AS r WHERE r.state = m.state AND a.needs = ANY (r.effects))
		UNION
		SELECT 'no_recompute', s.code, NULL, 'its clocks cannot be moved with the calendar: no action with effect recompute. 时限无法随日历重算。'
		FROM state AS s WHERE NOT s.ending AND NOT EXISTS (SELECT FROM move AS r WHERE r.state = s.code AND r.effects && '{recompute}')
	)
	SELECT f.problem, f.state, f.action, f.detail FROM fault AS f ORDER BY f.problem, f.state, f.action;
END
$$;
COMMENT ON FUNCTION dcm.check_workflow() IS
	'What is unsound in the transitions that count now: no_beginning, unreachable, no_ending, stranded; no_role, nobody, no_function; unfiled, no_work, twice_at_work, not_handled, no_resume, no_request, no_endorsement, no_recompute, each with the reason in words. No row where all is well. 工作流检查:可达、终结、权限与计时。';

CREATE FUNCTION dcm.workflow_mermaid() RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT E'stateDiagram-v2\n' || string_agg(line, E'\n' ORDER BY turn, line)
		FROM (
			SELECT 1 AS turn, format('  %s: %s %s', s.code, s.code, s.name) AS line FROM state AS s
			UNION ALL
			SELECT 2, format('  %s --> %s : %s', coalesce(m.state, '[*]'), m.next_state, m.action)
			FROM workflow_moves() AS m WHERE m.next_state IS NOT NULL
			UNION ALL
			SELECT 3, format('  %s --> [*]', s.code) FROM state AS s WHERE s.ending) AS x);
END
$$;
COMMENT ON FUNCTION dcm.workflow_mermaid() IS
	'The workflow in force as a Mermaid state diagram; actions that stay in their state are left out. 当前工作流的 Mermaid 状态图。';

CREATE FUNCTION dcm.workflow_graphviz() RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT E'digraph workflow {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n' || string_agg(line, E'\n' ORDER BY turn, line) || E'\n}'
		FROM (
			SELECT 1 AS turn, format(E'  "%s" [label="%s\\n%s"%s];', replace(s.code, '"', E'\\"'), replace(s.code, '"', E'\\"'), replace(s.name, '"', E'\\"'),
				CASE WHEN s.ending THEN ', peripheries=2' ELSE '' END) AS line FROM state AS s
			UNION ALL
			SELECT 2, '  "" [shape=point];'
			UNION ALL
			SELECT 3, format('  "%s" -> "%s" [label="%s"];', replace(coalesce(m.state, ''), '"', E'\\"'), replace(m.next_state, '"', E'\\"'), replace(m.action, '"', E'\\"'))
			FROM workflow_moves() AS m WHERE m.next_state IS NOT NULL) AS x);
END
$$;
COMMENT ON FUNCTION dcm.workflow_graphviz() IS
	'The workflow in force in the language of Graphviz (dot); actions that stay in their state are left out. 当前工作流的 Graphviz 图。';
