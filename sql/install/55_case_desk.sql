-- Desks and phones: what filing would give, what is near, what waits for whom,
-- and many acts sent at once.  All run with the caller's rights.

CREATE FUNCTION dcm.preview_filing(category text, location geometry, at timestamptz = NULL, component dcm.component_id = NULL,
	OUT condition_no smallint, OUT condition text, OUT area_class smallint, OUT time_limit dcm.time_limit,
	OUT due timestamptz, OUT provisional boolean, OUT arrive_limit dcm.time_limit, OUT closing text,
	OUT org text, OUT org_name text, OUT principle text, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 20000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	moment constant timestamptz := coalesce(at, clock_timestamp());
	calendar text;
	city_arrive dcm.time_limit;
	problem record;
	body record;
	class smallint;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	calendar := dcm.setting('calendar');
	city_arrive := dcm.setting('arrive_limit');
	problem := dcm.problem_of(category, location, component);
	SELECT g.area_class INTO class FROM dcm.grid AS g WHERE g.code = dcm.locate(problem.spot, moment);
	SELECT r.org, o.name, r.principle, r.reason INTO body
	FROM dcm.resolve_responsible(problem.code, problem.spot, component, moment) AS r
		LEFT JOIN dcm.org AS o ON o.id = r.org_id
	ORDER BY r.rank LIMIT 1;
	RETURN QUERY
	SELECT s.condition_no, s.condition, class, l.allowed, d.till,
		coalesce(dcm.unit(l.allowed) ~ '^work_' AND dcm.deadline_provisional(d.till, calendar), false),
		coalesce(s.arrive_limit, city_arrive), s.closing, body.org, body.name, body.principle, body.reason
	FROM dcm.filing_standard AS s
		-- outside all grids the first limit counts, as it does at filing
		CROSS JOIN LATERAL (SELECT CASE class WHEN 2 THEN coalesce(s.limit_2, s.limit_1) WHEN 3 THEN coalesce(s.limit_3, s.limit_1) ELSE s.limit_1 END) AS l (allowed)
		CROSS JOIN LATERAL (SELECT dcm.deadline(moment, l.allowed, calendar)) AS d (till)
	WHERE s.category = problem.id AND s.valid @> moment
	ORDER BY s.condition_no;
END
$$;
COMMENT ON FUNCTION dcm.preview_filing(text, geometry, timestamptz, dcm.component_id) IS
	'What filing a problem of that category there, now or at that time, would give under each filing condition: area class (NULL outside all grids), limit, deadline and whether it is provisional, limit of the arrival, closing condition; and who would answer for it, the first of dcm.resolve_responsible. Nothing is written. No row where the category has no condition then. 22023 for an unknown category or no place, P0002 for an unknown component. 立案预览:各立案条件的区域类别、时限、截止时刻、结案条件与首选责任单位。';

CREATE FUNCTION dcm.near_point(location geometry, metres float8) RETURNS geometry
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 500
	SET search_path FROM CURRENT
AS $$
DECLARE
	spot constant geometry := dcm.to_city(location);
	degrees constant boolean := coalesce(dcm.is_lonlat(ST_SRID(spot)), true);
	x float8;
	y float8;
BEGIN
	IF GeometryType(spot) = 'POINT' THEN
		x := ST_X(spot);
		y := ST_Y(spot);
	END IF;
	-- not for what is no point, empty, infinite, or NaN, which is above all numbers
	IF NOT coalesce(abs(x) <= CASE WHEN degrees THEN 180 ELSE 1e9 END::float8 AND abs(y) <= CASE WHEN degrees THEN 90 ELSE 1e9 END::float8, false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'what is near is told of a point within the coordinates'' range',
			CONSTRAINT = 'dcm.bad_location';
	END IF;
	IF NOT coalesce(metres >= 0 AND metres < 'infinity', false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('"%s" is no distance in metres', metres),
			HINT = 'Give a number, not below 0.',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	RETURN spot;
END
$$;
COMMENT ON FUNCTION dcm.near_point(geometry, float8) IS
	'The point as one of the city, around which so many metres are looked at; 22023 for what is no point or no distance. 校验邻近查询的点与距离。';

CREATE FUNCTION dcm.similar_cases(category text, location geometry, at timestamptz = NULL, metres float8 = NULL, within interval = NULL,
	OUT case_no bigint, OUT distance float8, OUT state text, OUT state_name text, OUT age interval,
	OUT reported_at timestamptz, OUT ended_at timestamptz, OUT org text, OUT address text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 5
	SET search_path FROM CURRENT
	-- what is near is known with the box, not before
	SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
	moment constant timestamptz := coalesce(at, pg_catalog.clock_timestamp());
	kind int;
	spot geometry;
	around geometry;
	since timestamptz;
	till timestamptz;
	first_no bigint;
	last_no bigint;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	metres := coalesce(metres, dcm.setting('similar_metres')::float8);
	within := coalesce(within, dcm.setting('similar_within')::interval);
	SELECT p.id INTO kind FROM dcm.problem_of(category, location, NULL) AS p;
	spot := dcm.near_point(location, metres);
	IF within NOT BETWEEN interval '0' AND interval '1000 years' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('"%s" is no time in which cases are similar', within),
			HINT = 'Give an interval, not below 0 nor above 1000 years.',
			CONSTRAINT = 'dcm.bad_reach';
	END IF;
	IF moment NOT BETWEEN timestamptz '1900-01-01 00:00+00' AND timestamptz '9999-12-31 00:00+00' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('no case is reported at %s', moment),
			CONSTRAINT = 'dcm.bad_time';
	END IF;
	around := dcm.reach(spot, metres);
	since := moment - within;
	till := moment + within;
	-- a case's number begins with the city's day of its report, which leaves out
	-- the leaves of other years; an ended case is found by it alone
	first_no := pg_catalog.to_char((since - interval '1 day') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000;
	last_no := pg_catalog.to_char((till + interval '2 days') AT TIME ZONE 'UTC', 'YYYYMMDD')::bigint * 10000000;
	RETURN QUERY
	-- the box leaves few, of which each is measured once
	WITH boxed AS MATERIALIZED (
		SELECT f.* FROM dcm.case_file AS f
		WHERE f.location && around AND f.ended_at IS NULL AND f.case_no BETWEEN first_no AND last_no
			AND f.category = kind AND f.reported_at BETWEEN since AND till
		UNION ALL
		SELECT f.* FROM dcm.case_file AS f
		WHERE f.location && around AND f.ended_at IS NOT NULL AND f.case_no BETWEEN first_no AND last_no
			AND f.category = kind AND f.reported_at BETWEEN since AND till)
	SELECT n.case_no, n.away, n.state, s.name, moment - n.reported_at, n.reported_at, n.ended_at, o.code, n.address
	FROM (SELECT b.*, dcm.metres(b.location, spot) AS away FROM boxed AS b OFFSET 0) AS n
		JOIN dcm.state AS s ON s.code = n.state
		LEFT JOIN dcm.org AS o ON o.id = n.org
	WHERE n.away <= similar_cases.metres
	ORDER BY 2, 1;
END
$$;
COMMENT ON FUNCTION dcm.similar_cases(text, geometry, timestamptz, float8, interval) IS
	'Cases of that category, open and ended, within so many metres (setting similar_metres) and reported no further than an interval (setting similar_within) from now or from that time, nearest first: distance in metres, state, age. 22023 for an unknown category, no point, or a distance or interval below 0. 查找相似案卷:同类别、邻近、近期上报,由近及远。';

CREATE FUNCTION dcm.components_near(location geometry, metres float8 = 50, category text = NULL,
	OUT component dcm.component_id, OUT distance float8, OUT category_code text, OUT category_name text, OUT name text,
	OUT state text, OUT state_name text, OUT owner text, OUT maintainer text, OUT authority text,
	OUT grid dcm.grid_code, OUT address text, OUT is_public boolean, OUT geom geometry)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000 ROWS 10
	SET search_path FROM CURRENT
	SET plan_cache_mode = force_custom_plan SET jit = off
AS $$
DECLARE
	kind int;
	spot geometry;
	around geometry;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	spot := dcm.near_point(location, metres);
	IF category IS NOT NULL THEN
		SELECT p.id INTO kind FROM dcm.problem_of(category, location, NULL) AS p;
	END IF;
	around := dcm.reach(spot, metres);
	RETURN QUERY
	WITH boxed AS MATERIALIZED (
		SELECT p.* FROM dcm.component AS p
		WHERE p.geom && around AND (kind IS NULL OR p.category = kind))
	SELECT n.id, n.away, c.code, c.name, n.name, n.state, l.name, w.code, m.code, a.code, n.grid, n.address, n.is_public, n.geom
	FROM (SELECT b.*, dcm.metres(b.geom, spot) AS away FROM boxed AS b OFFSET 0) AS n
		JOIN dcm.category AS c ON c.id = n.category
		LEFT JOIN dcm.label AS l ON l.kind = 'component_state' AND l.code = n.state
		LEFT JOIN dcm.org AS w ON w.id = n.owner
		LEFT JOIN dcm.org AS m ON m.id = n.maintainer
		LEFT JOIN dcm.org AS a ON a.id = n.authority
	WHERE n.away <= components_near.metres
	ORDER BY 2, 1;
END
$$;
COMMENT ON FUNCTION dcm.components_near(geometry, float8, text) IS
	'Components within so many metres of a point, of one category of the city''s edition or of all, nearest first: distance in metres, state, and the bodies that own it, maintain it and have authority over it. 22023 for an unknown category, no point or a distance below 0. 查找附近部件:距离、状态与权属、养护、主管单位。';

CREATE FUNCTION dcm.waiting_cases(person text, post text = NULL,
	OUT case_no bigint, OUT state text, OUT due timestamptz, OUT light text, OUT step_due timestamptz, OUT given boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
	SET jit = off SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	moment constant timestamptz := clock_timestamp();
	me int;
	calendar text;
	yellow float8;
	to_close boolean;
	may_check boolean;
	levels jsonb;
	bodies int[];
	candidates bigint[];
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT h.id INTO me FROM dcm.person AS h WHERE h.code = waiting_cases.person;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no person "%s"', person),
			CONSTRAINT = 'dcm.no_person';
	END IF;
	calendar := dcm.setting('calendar');
	yellow := dcm.setting('yellow_percent');
	to_close := dcm.setting('in_time_by') = 'close';
	may_check := dcm.setting('reporter_may_check');
	levels := jsonb_build_object('extension', dcm.setting('extension_levels'), 'suspension', dcm.setting('suspension_levels'));
	-- whoever acts for bodies alone finds their cases by index: those that they lead,
	-- have a part in, or that are no body's
	IF NOT EXISTS (SELECT FROM dcm.post AS p JOIN dcm.role AS r ON r.code = p.role
			WHERE p.person = me AND p.code = coalesce(waiting_cases.post, p.code) AND p.valid @> moment AND NOT (r.for_body AND p.org IS NOT NULL)) THEN
		WITH RECURSIVE below AS (
			SELECT p.org AS id FROM dcm.post AS p WHERE p.person = me AND p.code = coalesce(waiting_cases.post, p.code) AND p.valid @> moment
			UNION SELECT o.id FROM dcm.org AS o JOIN below AS b ON o.parent = b.id)
		SELECT coalesce(array_agg(b.id), '{}') INTO bodies FROM below AS b;
		candidates := ARRAY(
			SELECT f.case_no FROM dcm.case_file AS f WHERE f.ended_at IS NULL AND f.org = ANY (bodies)
			UNION
			SELECT a.case_no FROM dcm.assignment AS a
			WHERE a.org = ANY (bodies) AND (a.part <> 'lead' OR a.parent IS NOT NULL) AND a.handled_at IS NULL AND a.returned_at IS NULL AND a.recalled_at IS NULL
			UNION
			SELECT f.case_no FROM dcm.case_file AS f
			WHERE f.ended_at IS NULL AND f.org IS NULL AND f.state IN (
				SELECT t.state FROM dcm.transition AS t JOIN dcm.post AS p ON p.role = ANY (t.roles)
				WHERE p.person = me AND t.valid @> moment AND t.next_state IS NOT NULL));
	END IF;
	RETURN QUERY
	WITH RECURSIVE held AS (
		SELECT p.role, r.for_body, p.org
		FROM dcm.post AS p JOIN dcm.role AS r ON r.code = p.role
		WHERE p.person = me AND p.code = coalesce(waiting_cases.post, p.code) AND p.valid @> moment),
	below AS (
		SELECT DISTINCT h.org AS top, h.org AS id FROM held AS h WHERE h.for_body AND h.org IS NOT NULL
		UNION SELECT b.top, o.id FROM dcm.org AS o JOIN below AS b ON o.parent = b.id),
	step AS (
		SELECT t.state, t.effects, t.next_state IS NOT NULL AS moves, s.stage = 'closing' AND t.next_state IS NOT NULL AS closes, h.for_body, reach.territory, a.power IS NULL AS any_place,
			ARRAY(SELECT b.id FROM below AS b WHERE b.top = h.org) AS bodies
		FROM dcm.transition AS t
			JOIN held AS h ON h.role = ANY (t.roles)
			JOIN dcm.state AS s ON s.code = t.state AND NOT s.ending
			LEFT JOIN dcm.state AS n ON n.code = t.next_state
			JOIN dcm.action AS a ON a.code = t.action
			JOIN LATERAL dcm.centre_reach(h.org, a.power) AS reach ON reach.may
		-- what takes a case on, or answers a request: not what is open to everybody,
		-- nor what breaks it off or takes it back
		WHERE t.valid @> moment AND '*' <> ALL (t.roles)
			AND (n.stage <> 'ended' OR t.effects && '{extend,endorse,deny_extension,deny_suspension,sign_work,handle_work}')
			AND NOT t.effects && '{recall_work}')
	SELECT f.case_no, f.state, f.due,
		dcm.traffic_light(f.clock_from, f.time_limit, f.due, coalesce(CASE WHEN to_close THEN f.closed_at ELSE f.handled_at END, moment),
			yellow, calendar, f.pauses),
		(SELECT g.due FROM dcm.case_stage AS g WHERE g.case_no = f.case_no AND g.stage_no = f.stage_no AND g.closed_at IS NULL),
		coalesce(task.person = me, false)
	FROM dcm.case_file AS f
		LEFT JOIN LATERAL (
			SELECT k.person FROM dcm.case_task AS k
			WHERE k.case_no = f.case_no AND k.kind IN ('verify', 'check') AND k.done_at IS NULL
			ORDER BY k.task_no DESC LIMIT 1) AS task ON f.tasks > 0
	WHERE f.ended_at IS NULL AND (candidates IS NULL OR f.case_no = ANY (candidates)) AND EXISTS (
		SELECT FROM step
		WHERE step.state = f.state
			AND (NOT step.for_body OR f.org IS NULL OR f.org = ANY (step.bodies) OR f.parts > 0)
			-- of several bodies one that has it still to do
			AND (NOT step.effects && '{sign_work,handle_work}' OR CASE WHEN f.parts = 0 THEN step.moves ELSE EXISTS (
				SELECT FROM dcm.case_parts(f.case_no) AS a
				WHERE a.waits_for && step.effects AND (NOT step.for_body OR a.org_id = ANY (step.bodies))) END)
			AND (f.parts = 0 OR step.effects && '{sign_work,handle_work}' OR NOT step.for_body OR f.org = ANY (step.bodies))
			AND (step.territory IS NULL OR f.area <@ step.territory OR (step.any_place AND f.area IS NULL))
			AND CASE WHEN step.effects && '{extend,suspend}' THEN coalesce(f.request = CASE WHEN step.effects && '{extend}' THEN 'extension' ELSE 'suspension' END, false)
					AND (levels ->> f.request = '1' OR coalesce(dcm.endorser(f.case_no) <> waiting_cases.person, false))
				WHEN step.effects && '{endorse}' THEN coalesce(levels ->> f.request = '2' AND dcm.endorser(f.case_no) IS NULL, false)
				WHEN step.effects && '{extend,deny_extension}' THEN coalesce(f.request = 'extension', false)
				WHEN step.effects && '{suspend,deny_suspension}' THEN coalesce(f.request = 'suspension', false)
				WHEN step.effects && '{resume}' THEN coalesce(f.resume_at <= moment, false)
				-- a report that is settled on the spot is its reporter's
				WHEN step.effects && '{on_site}' THEN f.reporter = me
				WHEN step.effects && '{finish_task}' THEN coalesce(task.person = me, true)
				ELSE true END
			-- whoever handled a case, before a rework too, neither checks nor closes it
			AND NOT (step.closes AND (coalesce(f.handler = me, false) OR (f.reworked > 0 OR f.reopened > 0 OR f.parts > 0 OR f.work_no > 1) AND EXISTS (
				SELECT FROM dcm.case_log AS l JOIN dcm.transition AS w ON w.id = l.transition
				WHERE l.case_no = f.case_no AND l.actor = me AND w.effects && '{handle_work,on_site,forward}')))
			-- nor does whoever reported it check it, where the city says so
			AND NOT (step.closes AND step.effects && '{finish_task}' AND NOT may_check AND coalesce(f.reporter = me, false)));
END
$$;
COMMENT ON FUNCTION dcm.waiting_cases(text, text) IS
	'The open cases that wait for this person, by the posts held now or by one of them: those which an action of a role of theirs takes on, or whose request it answers. Not for what is open to everybody, ends a case unsolved, takes a dispatch back or changes no state; roles of a body only where the case is with that body or one below; not where the organisation mode forbids the act to the post''s centre, the task is another''s, the suspension runs, or the person has handled the case and would check or close it, or reported it and may not check it. Each with the case''s deadline and traffic light, the deadline of its state, and whether its task was given to this person. P0002 for an unknown person. 等待某人处理的案卷。';

CREATE FUNCTION dcm.desk_counts(OUT state text, OUT state_name text, OUT waiting bigint, OUT given bigint,
	OUT overdue bigint, OUT yellow bigint, OUT step_overdue bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	me record;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	me := dcm.whoami();
	RETURN QUERY
	SELECT s.code, s.name, count(*), count(*) FILTER (WHERE w.given), count(*) FILTER (WHERE w.light = 'red'),
		count(*) FILTER (WHERE w.light = 'yellow'), count(*) FILTER (WHERE w.step_due < clock_timestamp())
	FROM dcm.waiting_cases(me.person, me.post) AS w
		JOIN dcm.state AS s ON s.code = w.state
	GROUP BY s.code
	ORDER BY array_position('{collection,filing,dispatch,handling,feedback,closing,evaluation}', s.stage), s.code;
END
$$;
COMMENT ON FUNCTION dcm.desk_counts() IS
	'How many cases wait in each state for the acting person, as dcm.waiting_cases tells: how many of them are tasks given to that person, how many are overdue (red) or yellow by the case''s clock, how many have overrun the limit of their state. 42501 where nobody is acting. 工作台统计:各状态待办、超期、预警数。';

CREATE FUNCTION dcm.worklist(person text = NULL, after_due timestamptz = NULL, after_case_no bigint = NULL, max int = 50, after_given boolean = NULL,
	OUT case_no bigint, OUT state text, OUT state_name text, OUT category text, OUT category_name text, OUT area dcm.area_code,
	OUT address text, OUT org text, OUT org_name text, OUT due timestamptz, OUT light text, OUT step_due timestamptz,
	OUT given boolean, OUT actions text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 200000 ROWS 50
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	of_post text;
	me record;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF max IS NULL OR max < 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a page has at least one row',
			CONSTRAINT = 'dcm.bad_page';
	END IF;
	IF person IS NULL THEN
		me := dcm.whoami();
		person := me.person;
		of_post := me.post;
	END IF;
	IF after_case_no IS NOT NULL AND after_given IS NULL THEN
		after_given := EXISTS (
			SELECT FROM dcm.case_file AS f
				JOIN dcm.case_task AS k ON k.case_no = f.case_no AND k.kind IN ('verify', 'check') AND k.done_at IS NULL
				JOIN dcm.person AS h ON h.id = k.person
			WHERE f.case_no = after_case_no AND h.code = worklist.person);
	END IF;
	RETURN QUERY
	SELECT c.case_no, c.state, c.state_name, c.category, c.category_name, c.area, c.address, c.org, c.org_name,
		p.due, p.light, p.step_due, p.given,
		ARRAY(SELECT a.action FROM dcm.actions_of(c.case_no, worklist.person, of_post) WITH ORDINALITY AS a (action, label, label_en, needs, turn) ORDER BY a.turn)
	FROM (
		SELECT w.*
		FROM dcm.waiting_cases(worklist.person, of_post) AS w
		WHERE after_due IS NULL AND after_case_no IS NULL
			OR (NOT w.given, coalesce(w.due, 'infinity'), w.case_no) > (NOT coalesce(after_given, false), coalesce(after_due, 'infinity'), coalesce(after_case_no, 0))
		ORDER BY NOT w.given, w.due NULLS LAST, w.case_no
		LIMIT max) AS p
		CROSS JOIN LATERAL (SELECT k.* FROM dcm.case_card AS k WHERE k.case_no = p.case_no LIMIT 1) AS c
	ORDER BY NOT p.given, p.due NULLS LAST, p.case_no;
END
$$;
COMMENT ON FUNCTION dcm.worklist(text, timestamptz, bigint, int, boolean) IS
	'The cases that wait for a person, the acting one if none is named, as dcm.waiting_cases tells: tasks given to that person first, then by deadline, those without one last; actions is what dcm.allowed_actions says. Read on with due, case_no and given of the last row; given may be left out. P0002 for an unknown person, 42501 where nobody is acting, 22023 for a page of no row. 某人的待办案卷,指派任务优先,按截止时刻排序,键集分页。';

CREATE FUNCTION dcm.batch_fault(element jsonb) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	is_report constant boolean := element ->> 'action' = 'report';
	fault text;
BEGIN
	IF jsonb_typeof(element) IS DISTINCT FROM 'object' THEN
		RETURN 'It is not an object.';
	END IF;
	-- data and attachments are judged by what takes them
	SELECT CASE WHEN k.key IS NULL THEN format('Key "%s" is none of %s.', e.key, CASE WHEN is_report THEN 'a report' ELSE 'an act' END)
		ELSE format('Key "%s" must be a %s.', e.key, k.type) END
	INTO fault
	FROM jsonb_each(element) AS e
		LEFT JOIN (VALUES ('action', 'string', NULL), ('at', 'string', NULL), ('client_key', 'string', NULL), ('data', NULL, NULL),
			('case_no', 'whole number', false), ('case_of', 'whole number or string', false), ('note', 'string', false), ('expect', 'whole number', false),
			('category', 'string', true), ('lon', 'number', true), ('lat', 'number', true), ('crs', 'string', true), ('source', 'string', true),
			('description', 'string', true), ('address', 'string', true), ('component', 'string', true), ('attachments', NULL, true)) AS k (key, type, of_report)
			ON k.key = e.key AND coalesce(k.of_report = coalesce(is_report, false), true)
	WHERE k.key IS NULL
		OR jsonb_typeof(e.value) <> 'null' AND NOT CASE k.type
			WHEN 'whole number' THEN jsonb_typeof(e.value) IN ('number', 'string') AND e.value #>> '{}' ~ E'^\\d{1,18}$'
			WHEN 'whole number or string' THEN jsonb_typeof(e.value) = 'string' OR e.value #>> '{}' ~ E'^\\d{1,9}$'
			ELSE jsonb_typeof(e.value) = coalesce(k.type, jsonb_typeof(e.value)) END
	ORDER BY e.key LIMIT 1;
	RETURN coalesce(fault,
		CASE WHEN element ->> 'action' IS NULL THEN 'It has no "action".'
			WHEN is_report AND (element ->> 'lon' IS NULL) <> (element ->> 'lat' IS NULL) THEN 'It has one of "lon" and "lat" without the other.'
			WHEN NOT is_report AND (element ->> 'case_no' IS NULL) = (element ->> 'case_of' IS NULL) THEN 'It needs one of "case_no" and "case_of".' END);
END
$$;
COMMENT ON FUNCTION dcm.batch_fault(jsonb) IS
	'Why an element of dcm.act_batch cannot be read, in words; NULL where it can. 批量动作中某条的格式问题。';

CREATE FUNCTION dcm.act_batch(batch jsonb,
	OUT ord int, OUT client_key text, OUT case_no bigint, OUT log_no int, OUT state text, OUT sqlstate text, OUT error text, OUT message text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 50
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	most int;
	element jsonb;
	fault text;
	hint text;
	answer dcm.act_result;
	named int;
	-- of each report before: its position by its key, the case that it made (0: none), the error
	places jsonb := '{}';
	made bigint[] := '{}';
	errors text[] := '{}';
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF jsonb_typeof(batch) IS DISTINCT FROM 'array' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a batch must be a JSON array',
			HINT = 'Each element is an object: {"action": …, "case_no": …, "data": …, "client_key": …}.',
			CONSTRAINT = 'dcm.bad_batch';
	END IF;
	most := dcm.setting('max_batch');
	IF jsonb_array_length(batch) > most THEN
		RAISE EXCEPTION USING
			ERRCODE = 'program_limit_exceeded',
			MESSAGE = format('a batch has at most %s elements', most),
			DETAIL = format('This one has %s.', jsonb_array_length(batch)),
			HINT = 'Send it in parts, in order; the city decides by setting max_batch.',
			CONSTRAINT = 'dcm.batch_size';
	END IF;
	PERFORM dcm.whoami();
	FOR element, ord IN
		SELECT e.value, e.ord FROM jsonb_array_elements(batch) WITH ORDINALITY AS e (value, ord) ORDER BY e.ord
	LOOP
		client_key := CASE WHEN jsonb_typeof(element -> 'client_key') = 'string' THEN element ->> 'client_key' END;
		case_no := NULL;
		log_no := NULL;
		state := NULL;
		act_batch.sqlstate := NULL;
		error := NULL;
		message := NULL;
		BEGIN
			fault := dcm.batch_fault(element);
			IF fault IS NOT NULL THEN
				RAISE EXCEPTION USING
					ERRCODE = 'invalid_parameter_value',
					MESSAGE = format('element %s of the batch cannot be read', ord),
					DETAIL = fault,
					CONSTRAINT = 'dcm.bad_element';
			END IF;
			IF element ->> 'action' = 'report' THEN
				made[ord] := 0;
				IF client_key IS NOT NULL THEN
					places := places || jsonb_build_object(client_key, ord);
				END IF;
				SELECT * INTO answer FROM dcm.report_case(
					category => element ->> 'category',
					location => dcm.point((element ->> 'lon')::float8, (element ->> 'lat')::float8, coalesce(element ->> 'crs', 'wgs84')),
					source => coalesce(element ->> 'source', 'collector'),
					description => element ->> 'description',
					component => (element ->> 'component')::dcm.component_id,
					address => element ->> 'address',
					attachments => coalesce(nullif(element -> 'attachments', 'null'), '[]'),
					data => coalesce(nullif(element -> 'data', 'null'), '{}'),
					at => (element ->> 'at')::timestamptz,
					client_key => act_batch.client_key);
				made[ord] := answer.case_no;
			ELSE
				case_no := (element ->> 'case_no')::bigint;
				IF case_no IS NULL THEN
					named := CASE jsonb_typeof(element -> 'case_of') WHEN 'number' THEN element ->> 'case_of' ELSE places ->> (element ->> 'case_of') END;
					IF made[named] IS NULL THEN
						RAISE EXCEPTION USING
							ERRCODE = 'invalid_parameter_value',
							MESSAGE = format('no report before element %s of the batch is %s', ord, element -> 'case_of'),
							DETAIL = 'A number is a position in this batch, a string the client_key of a report.',
							HINT = 'Send the report before it in the same batch, again if it was sent: by its client_key it is answered and not made twice.',
							CONSTRAINT = 'dcm.no_report';
					END IF;
					IF made[named] = 0 THEN
						RAISE EXCEPTION USING
							ERRCODE = 'object_not_in_prerequisite_state',
							MESSAGE = format('the report that element %s of the batch is about has failed', ord),
							DETAIL = format('Element %s: %s.', named, errors[named]),
							HINT = 'Put the report right and send both again.',
							CONSTRAINT = 'dcm.report_failed';
					END IF;
					case_no := made[named];
				END IF;
				answer := dcm.act(case_no, element ->> 'action', element ->> 'note', coalesce(nullif(element -> 'data', 'null'), '{}'),
					(element ->> 'at')::timestamptz, client_key, (element ->> 'expect')::bigint);
			END IF;
			case_no := answer.case_no;
			log_no := answer.log_no;
			state := answer.state;
			message := CASE WHEN answer.replayed THEN 'replayed' END;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS fault = RETURNED_SQLSTATE, error = CONSTRAINT_NAME, message = MESSAGE_TEXT, hint = PG_EXCEPTION_DETAIL;
			act_batch.sqlstate := fault;
			-- core has no names: a text that it cannot read is the element's fault
			error := coalesce(nullif(error, ''), CASE WHEN fault LIKE '22%' THEN 'dcm.bad_element' ELSE fault END);
			message := concat_ws(': ', message, nullif(hint, ''));
			errors[ord] := error;
		END;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.act_batch(jsonb) IS
	'Does a list of acts, a phone''s queue or 批量派遣, in order, each by itself: what fails leaves the others as they are. An element is {action, case_no, data, note, at, client_key, expect}, or with action report {category, lon, lat, crs (wgs84), source, description, address, component, attachments, data, at, client_key}; {case_of} instead of case_no names the case of a report before it, by its position (from 1) or its client_key. A row an element: case, log entry and state, or SQLSTATE, error (the stable name, or the SQLSTATE where core has none) and message; message is "replayed" for the answer of an earlier call with that key. Sent again, with keys, nothing is done twice. Its cases are held to the end of the transaction. 22023 for what is no array, 54000 for more than setting max_batch, 42501 where nobody is acting. 批量执行动作,逐条独立,可重复发送。';
