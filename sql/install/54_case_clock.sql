-- The clocks of cases: a deadline explained, what a change of calendar moves,
-- and how long things took.  All run with the caller's rights.

CREATE FUNCTION dcm.explain_deadline(case_no bigint,
	OUT since timestamptz, OUT till timestamptz, OUT counted interval, OUT running interval, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	clock record;
	calendar text := dcm.setting('calendar');
	extended_at timestamptz;
	reckoned timestamptz;
	checks tstzmultirange;
	waits tstzmultirange;
BEGIN
	SELECT f.clock_from, f.base_limit, f.time_limit, coalesce(f.pauses, '{}') AS pauses, f.due,
		f.extended > 0 AND f.clock_from = f.filed_at AND unit(f.base_limit) = unit(f.time_limit) AND f.base_limit < f.time_limit AS is_extended
	INTO clock
	FROM dcm.case_file AS f WHERE f.case_no = explain_deadline.case_no;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no case %s', case_no),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	IF clock.time_limit IS NULL THEN
		RETURN;
	END IF;
	-- from where on it is the extension that runs
	IF clock.is_extended THEN
		extended_at := dcm.deadline(clock.clock_from, clock.base_limit, calendar, clock.pauses);
	END IF;
	-- pauses that were not granted as such: the time of a check that failed, and
	-- that of a request where it stops the clock
	SELECT range_agg(tstzrange(x.since, x.till)) FILTER (WHERE x.is_check), range_agg(tstzrange(x.since, x.till)) FILTER (WHERE NOT x.is_check)
	INTO checks, waits
	FROM (
		SELECT l.clock = 'restart' AS is_check, l.occurred_at AS till, b.occurred_at AS since
		FROM dcm.case_log AS l
			JOIN dcm.transition AS t ON t.id = l.transition
			-- what the check was of, or the request if it still waited
			CROSS JOIN LATERAL (
				SELECT b.occurred_at, w.effects
				FROM dcm.case_log AS b
					JOIN dcm.transition AS w ON w.id = b.transition
				WHERE b.case_no = l.case_no AND b.log_no < l.log_no AND w.effects && CASE WHEN l.clock = 'restart' THEN '{handle_work}'::text[]
					ELSE '{request_extension,request_suspension,extend,suspend,deny_extension,deny_suspension,handle_work,return_work,recall_work}' END
				ORDER BY b.log_no DESC LIMIT 1) AS b
		WHERE l.case_no = explain_deadline.case_no
			AND (l.clock = 'restart' OR (l.clock IS NOT NULL AND NOT t.effects && '{suspend,resume}' AND b.effects && '{request_extension,request_suspension}'))) AS x
	WHERE x.since < x.till AND (x.is_check OR coalesce(clock.pauses @> tstzrange(x.since, x.till), false));
	FOR since, till, counted, running, reason IN
		SELECT p.since, p.till, make_interval(secs => CASE WHEN e.counted > interval '0' THEN extract(epoch FROM p.till - p.since) ELSE 0 END::float8),
			make_interval(secs => extract(epoch FROM e.running) - CASE WHEN e.counted > interval '0' THEN extract(epoch FROM e.till - p.till) ELSE 0 END::float8),
			coalesce(p.reason, e.reason)
		FROM dcm.explain_deadline(clock.clock_from, clock.time_limit, calendar, clock.pauses) AS e
			CROSS JOIN LATERAL (SELECT tstzmultirange(tstzrange(e.since, e.till)) AS r) AS whole
			CROSS JOIN LATERAL (
				-- a stretch in which the extension begins is two
				SELECT e.since, CASE WHEN e.since = e.till THEN e.till ELSE LEAST(e.till, extended_at) END AS till, NULL AS reason
				WHERE e.reason <> 'paused' AND (e.since = e.till OR extended_at IS NULL OR e.since < extended_at)
				UNION ALL
				SELECT GREATEST(e.since, extended_at), e.till, NULL WHERE e.reason <> 'paused' AND e.since < e.till AND e.till > extended_at
				UNION ALL
				-- a pause may be of several kinds
				SELECT lower(k.part), upper(k.part), k.reason
				FROM (
					SELECT unnest(whole.r * coalesce(checks, '{}')) AS part, 'handed back for a check' AS reason
					UNION ALL SELECT unnest(whole.r * (coalesce(waits, '{}') - coalesce(checks, '{}'))), 'a request waited'
					UNION ALL SELECT unnest(whole.r - coalesce(checks, '{}') - coalesce(waits, '{}')), 'suspended') AS k
				WHERE e.reason = 'paused') AS p
		ORDER BY p.since, p.till
	LOOP
		IF since = till THEN
			reckoned := till;
			IF clock.is_extended THEN
				reason := format('%s, %s of it by extension', reason,
					make_time_limit(amount(clock.time_limit) - amount(clock.base_limit), unit(clock.time_limit)));
			END IF;
		ELSIF since >= extended_at AND counted > interval '0' THEN
			reason := reason || ', extension';
		END IF;
		RETURN NEXT;
	END LOOP;
	-- what was promised is a fact, also where today's calendar says otherwise
	IF reckoned IS DISTINCT FROM clock.due THEN
		since := clock.due;
		till := clock.due;
		counted := interval '0';
		reason := 'the deadline as it was given: the calendar has changed since, see dcm.recompute_deadlines';
		RETURN NEXT;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.explain_deadline(bigint) IS
	'The stretches from the moment from which a case''s clock runs to its deadline, what each counts and why: working hours, worked day (调休), night, break, weekend, holiday by name, suspended, handed back for a check, a request waited; what an extension added is marked. No row for a case without a clock; a last row more where the calendar has changed since the deadline was given. P0002 where there is no such case. 逐段说明案卷的截止时刻。';

-- a set, since the planner opens that, and sees how many rows are due before then
CREATE FUNCTION dcm.next_days(OUT tomorrow timestamptz, OUT day_after timestamptz, OUT week_end timestamptz)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE COST 100 ROWS 1
BEGIN ATOMIC
	SELECT (z.today OPERATOR(pg_catalog.+) interval '1 day') AT TIME ZONE z.time_zone,
		(z.today OPERATOR(pg_catalog.+) interval '2 days') AT TIME ZONE z.time_zone,
		GREATEST(z.today OPERATOR(pg_catalog.+) interval '2 days',
			pg_catalog.date_trunc('week', z.today) OPERATOR(pg_catalog.+) interval '7 days') AT TIME ZONE z.time_zone
	FROM (SELECT s.time_zone, pg_catalog.date_trunc('day', now() AT TIME ZONE s.time_zone) AS today
		FROM (SELECT dcm.setting('time_zone') AS time_zone) AS s) AS z;
END;
COMMENT ON FUNCTION dcm.next_days() IS
	'When tomorrow begins by the city''s days, when the day after, and when this week ends: on Monday, and not before tomorrow has passed. 本市时区的明日、后日零点与本周截止。';

CREATE FUNCTION dcm.falls(due timestamptz, tomorrow timestamptz, day_after timestamptz) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 1
	RETURN CASE WHEN due OPERATOR(pg_catalog.<) now() THEN 'overdue'
		WHEN due OPERATOR(pg_catalog.<) tomorrow THEN 'today'
		WHEN due OPERATOR(pg_catalog.<) day_after THEN 'tomorrow'
		ELSE 'this_week' END;
COMMENT ON FUNCTION dcm.falls(timestamptz, timestamptz, timestamptz) IS
	'Where a deadline of this week falls: overdue, today, tomorrow or this_week, with what dcm.next_days() gives. 时限落在何日:已超期、今日、明日、本周。';

CREATE FUNCTION dcm.moved_deadlines(of_case bigint = NULL,
	OUT case_no bigint, OUT clock text, OUT clock_no smallint, OUT due timestamptz, OUT new_due timestamptz,
	OUT moved_by interval, OUT provisional boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
	-- one case is not found by the plan for all of them
	SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
	calendar text := setting('calendar');
	to_close boolean := setting('in_time_by') = 'close';
BEGIN
	PERFORM require_city('0.2.0');
	RETURN QUERY
	SELECT m.case_no, m.clock, m.clock_no, m.due, m.new_due, m.new_due - m.due, m.provisional
	FROM (
		SELECT k.*, unit(k.time_limit) ~ '^work_' AND deadline_provisional(k.new_due, calendar) AS provisional
		FROM (
			SELECT f.case_no, 'case' AS clock, 0::smallint AS clock_no, f.due, f.provisional AS was_provisional, f.time_limit,
				deadline(f.clock_from, f.time_limit, calendar, coalesce(f.pauses, '{}')) AS new_due
			FROM case_file AS f
			WHERE f.ended_at IS NULL AND f.due IS NOT NULL AND (f.handled_at IS NULL OR to_close)
			UNION ALL
			SELECT a.case_no, 'work', a.work_no, a.due, NULL, f.work_limit,
				deadline(f.work_from, f.work_limit, calendar, coalesce(f.pauses, '{}'))
			FROM case_file AS f
				JOIN assignment AS a ON (a.case_no, a.work_no) = (f.case_no, f.work_no)
			WHERE f.ended_at IS NULL AND f.handled_at IS NULL AND f.org IS NOT NULL AND a.due IS NOT NULL
			UNION ALL
			SELECT a.case_no, 'arrive', a.work_no, a.arrive_due, NULL, a.arrive_limit,
				deadline(a.dispatched_at, a.arrive_limit, calendar)
			FROM case_file AS f
				JOIN assignment AS a ON (a.case_no, a.work_no) = (f.case_no, f.work_no)
			WHERE f.ended_at IS NULL AND f.handled_at IS NULL AND f.org IS NOT NULL AND a.arrived_at IS NULL
				AND a.arrive_limit IS NOT NULL
			UNION ALL
			SELECT s.case_no, 'stage', s.stage_no, s.due, NULL, s.time_limit,
				deadline(s.opened_at, s.time_limit, calendar)
			FROM case_file AS f
				JOIN case_stage AS s ON (s.case_no, s.stage_no) = (f.case_no, f.stage_no)
			WHERE f.ended_at IS NULL AND s.closed_at IS NULL AND s.time_limit IS NOT NULL) AS k
		WHERE of_case IS NULL OR k.case_no = of_case) AS m
	WHERE m.new_due <> m.due OR m.was_provisional <> m.provisional
	ORDER BY m.case_no, m.clock, m.clock_no;
END
$$;
COMMENT ON FUNCTION dcm.moved_deadlines(bigint) IS
	'The deadlines of clocks that run (of one case, or of all) which today''s calendar puts elsewhere, or for the case''s own makes final that was provisional: clock is case, work (clock_no: the assignment), arrive or stage (clock_no: the stage''s row). Nothing is changed. 按现行日历应变动的时限。';

CREATE FUNCTION dcm.recompute_deadlines(dry_run boolean = true,
	OUT case_no bigint, OUT clock text, OUT clock_no smallint, OUT due timestamptz, OUT new_due timestamptz,
	OUT moved_by interval, OUT provisional boolean)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	seen bigint;
	is_moved boolean := true;
BEGIN
	IF NOT dry_run THEN
		-- what another run is about to move is not moved a second time
		PERFORM FROM job_lock AS l WHERE l.job = 'recompute' FOR UPDATE;
		PERFORM become('system');
	END IF;
	FOR case_no, clock, clock_no, due, new_due, moved_by, provisional IN
		SELECT * FROM moved_deadlines()
	LOOP
		IF NOT dry_run AND case_no IS DISTINCT FROM seen THEN
			seen := case_no;
			is_moved := true;
			-- one case that cannot be moved must not keep the others from it
			BEGIN
				PERFORM act(case_no, 'recompute_deadlines');
			EXCEPTION WHEN OTHERS THEN
				RAISE WARNING 'the deadlines of case % were not moved: %', case_no, SQLERRM;
				is_moved := false;
			END;
		END IF;
		IF is_moved THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.recompute_deadlines(boolean) IS
	'What dcm.moved_deadlines lists; where dry_run is false each of these cases is moved, as person system and with an entry in its log, all in this transaction. Clocks that have stopped keep what was promised, and first_due stays. A case that cannot be moved, such as one in a state of the city''s own that has no transition for it, is left with a warning. The rest of the transaction goes on as person system. For many cases CALL dcm.run_jobs(''recompute''), which commits as it goes. 日历变更后重算运行中的时限,默认仅列出。';

CREATE FUNCTION dcm.response_times(since timestamptz, till timestamptz, by text = 'org',
	OUT key text, OUT name text, OUT cases bigint, OUT discovery_median interval, OUT dispatch_median interval,
	OUT arrival_median interval, OUT handling_median interval, OUT handling_p90 interval, OUT within_1_day numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	calendar text := setting('calendar');
	day interval := (SELECT c.hours_per_day FROM calendar AS c WHERE c.name = setting('calendar'));
BEGIN
	PERFORM require_city('0.2.0');
	IF by <> ALL ('{org,category,area,source,city}') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('times cannot be told by "%s"', by),
			HINT = 'Use org, category, area, source or city.',
			CONSTRAINT = 'dcm.no_grouping';
	END IF;
	RETURN QUERY
	SELECT t.key, min(t.name), count(*),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY t.discovery), percentile_cont(0.5) WITHIN GROUP (ORDER BY t.dispatch),
		percentile_cont(0.5) WITHIN GROUP (ORDER BY t.arrival), percentile_cont(0.5) WITHIN GROUP (ORDER BY t.handling),
		percentile_cont(0.9) WITHIN GROUP (ORDER BY t.handling),
		round(count(*) FILTER (WHERE t.handling <= day)::numeric / count(*), 4)
	FROM (
		SELECT CASE by WHEN 'org' THEN o.code WHEN 'category' THEN c.code WHEN 'area' THEN district(f.area)::text
				WHEN 'source' THEN f.source ELSE setting('area_code') END AS key,
			CASE by WHEN 'org' THEN o.name WHEN 'category' THEN c.name
				WHEN 'area' THEN (SELECT r.name FROM region AS r WHERE r.code = district(f.area))
				WHEN 'source' THEN (SELECT s.name FROM source AS s WHERE s.code = f.source) ELSE setting('city_name') END AS name,
			f.reported_at - f.discovered_at AS discovery, a.dispatched_at - f.reported_at AS dispatch,
			a.arrived_at - a.dispatched_at AS arrival,
			working_time(a.dispatched_at, a.handled_at, calendar, coalesce(f.pauses, '{}')) AS handling
		FROM case_file AS f
			JOIN assignment AS a ON (a.case_no, a.work_no) = (f.case_no, f.work_no)
			JOIN category AS c ON c.id = f.category
			JOIN org AS o ON o.id = a.org
		WHERE a.handled_at >= response_times.since AND a.handled_at < response_times.till) AS t
	GROUP BY t.key
	ORDER BY t.key;
END
$$;
COMMENT ON FUNCTION dcm.response_times(timestamptz, timestamptz, text) IS
	'How long things took, for the cases handled in [since, till), by org, category, area (district), source or city: from discovery to report, from report to dispatch and from dispatch to arrival in elapsed time; the handling (median and 90th percentile) in working time, pauses not counted, and the share handled within one working day. 22023 for another grouping. 发现、派遣、到场与处置用时的分布。';
