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

CREATE FUNCTION dcm.actions_of(case_no bigint, person text, post text = NULL,
	OUT action text, OUT label text, OUT label_en text, OUT needs text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	file record;
BEGIN
	SELECT f.state, f.org, s.stage INTO file
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
				AND (NOT r.for_body OR file.org IS NULL
					OR file.org IN (
						WITH RECURSIVE below AS (
							SELECT p.org AS id
							UNION SELECT o.id FROM dcm.org AS o JOIN below AS b ON o.parent = b.id)
						SELECT b.id FROM below AS b))))
		-- whoever handled a case, before a rework too, neither checks nor closes it
		AND NOT (file.stage = 'closing' AND t.next_state IS NOT NULL AND EXISTS (
			SELECT FROM dcm.case_log AS l
				JOIN dcm.transition AS w ON w.id = l.transition
				JOIN dcm.person AS h ON h.id = l.actor
			WHERE l.case_no = actions_of.case_no AND w.effects && '{handle_work,on_site}' AND h.code = actions_of.person))
	ORDER BY t.next_state IS NULL, t.action;
END
$$;
COMMENT ON FUNCTION dcm.actions_of(bigint, text, text) IS
	'What a person may do to a case now, by the posts held now or by one of them, with labels and the data keys that each needs. P0002 where there is no such case. 某人可对案卷执行的动作。';

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
