-- Escalation and jobs: what is due is found by partial indexes over due times
-- and fires once, however often and by how many it is run.  The job role writes
-- dcm.escalation and dcm.outbox by its own rights and case tables not at all.

CREATE FUNCTION dcm.escalation_time(
	due timestamptz, clock_from timestamptz, tlimit dcm.time_limit, pauses tstzmultirange,
	percent numeric, shift interval, after dcm.time_limit)
	RETURNS timestamptz
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
AS $$
DECLARE
	calendar text;
BEGIN
	IF shift IS NOT NULL THEN
		-- a limit shorter than the warning before it warns from its start
		RETURN GREATEST(due OPERATOR(pg_catalog.+) shift, clock_from);
	END IF;
	calendar := dcm.setting('calendar');
	IF after IS NOT NULL THEN
		RETURN dcm.deadline(due, after, calendar);
	END IF;
	RETURN dcm.deadline(clock_from,
		dcm.make_time_limit(
			GREATEST(pg_catalog.round(dcm.amount(tlimit) OPERATOR(pg_catalog.*) percent OPERATOR(pg_catalog./) 100, 2), 0.01),
			dcm.unit(tlimit)),
		calendar, coalesce(pauses, '{}'));
END
$$;
COMMENT ON FUNCTION dcm.escalation_time(timestamptz, timestamptz, dcm.time_limit, tstzmultirange, numeric, interval, dcm.time_limit) IS
	'When an escalation rule, given as one of percent, shift and after, fires for a clock; NULL where the clock lacks what the rule needs. 某计时按规则应触发升级的时刻。';

CREATE FUNCTION dcm.escalate(as_of timestamptz = NULL, batch int = 500) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
	-- The planner cannot know that few clocks are due: it must not read all of
	-- them, nor compile for the cost that it then believes in.
	SET enable_seqscan = off SET jit = off
AS $$
DECLARE
	now_at timestamptz := coalesce(as_of, clock_timestamp());
	local_time time;
	running text[] := '{filing,dispatch,handling}';
	paused text[];
	ahead interval;
	c record;
	fires_at timestamptz;
	escalation_id bigint;
	fired int := 0;
BEGIN
	IF batch IS NULL OR batch < 1 OR NOT isfinite(now_at) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'escalation needs a finite time and a batch of at least 1',
			CONSTRAINT = 'dcm.escalate';
	END IF;
	PERFORM dcm.require_origin();
	-- What another batch has in hand is left to it, without waiting; nobody
	-- but a job can hold this lock.
	PERFORM FROM dcm.job_lock AS l WHERE l.job = 'escalate' FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	local_time := (now_at AT TIME ZONE dcm.setting('time_zone'))::time;
	ahead := dcm.setting('warn_ahead')::interval;
	-- the case's own clock runs to what makes it in time
	IF dcm.setting('in_time_by') = 'close' THEN
		running := running || '{feedback,closing}'::text[];
	END IF;
	paused := ARRAY(SELECT DISTINCT t.next_state FROM dcm.transition AS t
		WHERE 'suspend' = ANY (t.effects) AND t.next_state IS NOT NULL);

	FOR c IN
		SELECT r.id AS rule, r.level, r.action, r.to_whom, r.percent, r.shift, r.after, r.clock, k.*
		FROM dcm.escalation_rule AS r
			CROSS JOIN LATERAL (
				SELECT CASE WHEN r.shift IS NOT NULL THEN now_at - r.shift
					WHEN r.percent < 100 THEN now_at + ahead ELSE now_at END AS till) AS look
			CROSS JOIN LATERAL (
				SELECT f.case_no, 0 AS clock_no, f.due, f.clock_from, f.time_limit, f.pauses, f.org
				FROM dcm.case_file AS f
				WHERE r.clock = 'case' AND f.due <= look.till
					AND f.ended_at IS NULL AND f.due IS NOT NULL
					AND f.stage = ANY (running) AND f.state <> ALL (paused)
				UNION ALL
				SELECT a.case_no, a.work_no, a.due, f.work_from, a.time_limit, f.pauses, a.org
				FROM dcm.assignment AS a
					JOIN dcm.case_file AS f ON f.case_no = a.case_no
				WHERE r.clock = 'work' AND a.due <= look.till AND a.due IS NOT NULL
					AND a.handled_at IS NULL AND a.returned_at IS NULL AND a.recalled_at IS NULL
					AND f.ended_at IS NULL AND f.state <> ALL (paused)
				UNION ALL
				SELECT a.case_no, a.work_no, a.arrive_due, a.dispatched_at, a.arrive_limit, NULL, a.org
				FROM dcm.assignment AS a
					JOIN dcm.case_file AS f ON f.case_no = a.case_no
				WHERE r.clock = 'arrive' AND a.arrive_due <= look.till AND a.arrive_due IS NOT NULL AND a.arrived_at IS NULL
					AND a.handled_at IS NULL AND a.returned_at IS NULL AND a.recalled_at IS NULL
					AND f.ended_at IS NULL AND f.state <> ALL (paused)
				UNION ALL
				SELECT s.case_no, s.stage_no, s.due, s.opened_at, s.time_limit, NULL, f.org
				FROM dcm.case_stage AS s
					JOIN dcm.case_file AS f ON f.case_no = s.case_no
				WHERE r.clock = 'stage' AND s.due <= look.till AND s.due IS NOT NULL
					AND s.closed_at IS NULL AND (r.stage IS NULL OR s.stage = r.stage)
					AND f.ended_at IS NULL AND f.state <> ALL (paused)) AS k
		WHERE r.valid @> now_at
			AND (r.quiet_from IS NULL OR NOT CASE WHEN r.quiet_from <= r.quiet_till
				THEN local_time >= r.quiet_from AND local_time < r.quiet_till
				ELSE local_time >= r.quiet_from OR local_time < r.quiet_till END)
			AND NOT EXISTS (
				SELECT FROM dcm.escalation AS e
				WHERE e.case_no = k.case_no AND e.clock = r.clock AND e.clock_no = k.clock_no
					AND e.due = k.due AND e.level = r.level)
	LOOP
		fires_at := dcm.escalation_time(c.due, c.clock_from, c.time_limit, c.pauses, c.percent, c.shift, c.after);
		CONTINUE WHEN fires_at IS NULL OR fires_at > now_at;
		INSERT INTO dcm.escalation (case_no, clock, clock_no, due, level, rule, action, org, due_at)
		VALUES (c.case_no, c.clock, c.clock_no, c.due, c.level, c.rule, c.action, c.org, fires_at)
		ON CONFLICT DO NOTHING
		RETURNING id INTO escalation_id;
		CONTINUE WHEN escalation_id IS NULL;
		INSERT INTO dcm.outbox (kind, payload, key)
		SELECT 'escalation', jsonb_build_object('case_no', c.case_no, 'clock', c.clock, 'level', c.level,
				'action', c.action, 'due', c.due, 'due_at', fires_at, 'to', c.to_whom,
				'org', (SELECT o.code FROM dcm.org AS o WHERE o.id = c.org)),
			'escalation:' || escalation_id;
		fired := fired + 1;
		EXIT WHEN fired >= batch;
	END LOOP;
	IF fired > 0 THEN
		PERFORM pg_notify('dcm_outbox', '');
	END IF;
	RETURN fired;
END
$$;
COMMENT ON FUNCTION dcm.escalate(timestamptz, int) IS
	'Fires what dcm.escalation_rule says is due at as_of (NULL: now) on the clocks of open cases, at most batch at a time, each level of each clock once, with a message in dcm.outbox for each; returns how many fired. Cases that ended or are suspended are passed over. 22023 for a batch below 1 or a time that is not finite. 执行到期的升级,返回本批触发数。';

CREATE FUNCTION dcm.resume_due(batch int = 500) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
	SET enable_seqscan = off SET jit = off
AS $$
DECLARE
	c record;
	resumed int := 0;
BEGIN
	IF batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'resuming needs a batch of at least 1',
			CONSTRAINT = 'dcm.resume_due';
	END IF;
	PERFORM FROM dcm.job_lock AS l WHERE l.job = 'resume' FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN 0;
	END IF;
	PERFORM dcm.become('system');
	FOR c IN
		SELECT f.case_no FROM dcm.case_file AS f
		WHERE f.resume_at IS NOT NULL AND f.resume_at <= clock_timestamp() AND f.ended_at IS NULL
			AND f.state IN (SELECT t.next_state FROM dcm.transition AS t WHERE 'suspend' = ANY (t.effects))
	LOOP
		-- one case that cannot be resumed must not keep the others waiting
		BEGIN
			PERFORM dcm.act(c.case_no, 'resume');
			resumed := resumed + 1;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING 'case % was not resumed: %', c.case_no, SQLERRM;
		END;
		EXIT WHEN resumed >= batch;
	END LOOP;
	RETURN resumed;
END
$$;
COMMENT ON FUNCTION dcm.resume_due(int) IS
	'Resumes, as person system, suspended cases whose resume_at has passed, at most batch at a time; returns how many. The pause ended at the time that was granted, however late this runs. 22023 for a batch below 1. 到期自动恢复挂账案卷,返回本批数量。';

CREATE PROCEDURE dcm.run_jobs(job text = 'escalate')
	LANGUAGE plpgsql
AS $$
-- No SET: a procedure with one could not commit between its batches.
DECLARE
	batch constant int := 500;
	n int;
	moved bigint;
	total bigint := 0;
BEGIN
	IF job IS NULL OR job NOT IN ('escalate', 'resume', 'recompute', 'auto', 'anchor', 'facts') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('job "%s" does not exist', job),
			HINT = 'Use escalate, resume, auto, anchor, facts or recompute.',
			CONSTRAINT = 'dcm.no_job';
	END IF;
	PERFORM dcm.require_origin();
	INSERT INTO dcm.job_run AS r (job, started_at) VALUES (run_jobs.job, pg_catalog.clock_timestamp())
	ON CONFLICT ON CONSTRAINT job_run_pkey
		DO UPDATE SET started_at = EXCLUDED.started_at, finished_at = NULL, done = 0;
	COMMIT;
	IF job = 'recompute' THEN
		FOR moved IN SELECT DISTINCT m.case_no FROM dcm.moved_deadlines() AS m ORDER BY 1 LOOP
			-- where another run has the lock, it goes on alone
			PERFORM FROM dcm.job_lock AS l WHERE l.job OPERATOR(pg_catalog.=) 'recompute' FOR UPDATE SKIP LOCKED;
			EXIT WHEN NOT FOUND;
			PERFORM dcm.become('system');
			-- one case that cannot be moved must not keep the others waiting
			BEGIN
				PERFORM dcm.act(moved, 'recompute_deadlines') FROM dcm.moved_deadlines(moved) LIMIT 1;
				IF FOUND THEN
					total := total OPERATOR(pg_catalog.+) 1;
				END IF;
			EXCEPTION WHEN OTHERS THEN
				RAISE WARNING 'the deadlines of case % were not moved: %', moved, SQLERRM;
			END;
			IF total OPERATOR(pg_catalog.%) batch OPERATOR(pg_catalog.=) 0 THEN
				UPDATE dcm.job_run AS r SET done = total WHERE r.job = run_jobs.job;
				COMMIT;
			END IF;
		END LOOP;
		UPDATE dcm.job_run AS r SET done = total, finished_at = pg_catalog.clock_timestamp() WHERE r.job = run_jobs.job;
		COMMIT;
		RETURN;
	END IF;
	LOOP
		IF job = 'resume' THEN
			n := dcm.resume_due(batch => batch);
		ELSIF job = 'anchor' THEN
			PERFORM dcm.make_anchor();
			n := 1;
		ELSIF job = 'facts' THEN
			-- as many as there are acts waiting: fewer cases do not mean that it is done
			n := dcm.roll_up_facts(batch OPERATOR(pg_catalog.*) 10);
			total := total OPERATOR(pg_catalog.+) n;
			n := CASE WHEN n OPERATOR(pg_catalog.=) 0 THEN 0 ELSE batch END;
		ELSIF job = 'auto' THEN
			-- a batch is over when it has looked at so many, whatever it carried on
			SELECT b.looked, total OPERATOR(pg_catalog.+) b.carried INTO n, total FROM dcm.auto_batch(batch) AS b;
		ELSE
			n := dcm.escalate(batch => batch);
		END IF;
		IF job NOT IN ('auto', 'facts') THEN
			total := total + n;
		END IF;
		UPDATE dcm.job_run AS r
		SET done = total, finished_at = CASE WHEN n < batch THEN pg_catalog.clock_timestamp() END
		WHERE r.job = run_jobs.job;
		COMMIT;
		EXIT WHEN n < batch;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE dcm.run_jobs(text) IS
	'Runs a job (escalate, resume, auto, facts, once a day anchor, and after a change of calendar recompute) to its end, committing after each batch; what pg_cron calls, as a member of dcm_job. 22023 for another job, 2D000 within a transaction. 运行作业,逐批提交。';

CREATE FUNCTION dcm.schedule_jobs(job_role name = current_user) RETURNS SETOF bigint
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 2
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	jobs text[] := '{escalate,resume}';
	job text;
	cron_job bigint;
	cron_database text;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_extension AS e WHERE e.extname = 'pg_cron') THEN
		-- NULL where it is not loaded, or hidden from the caller
		SELECT s.setting INTO cron_database FROM pg_settings AS s WHERE s.name = 'cron.database_name';
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'pg_cron is not installed in this database',
			DETAIL = CASE WHEN cron_database IS NOT NULL THEN format('pg_cron works from database "%s".', cron_database)
				ELSE 'It works from the one database that cron.database_name names.' END,
			HINT = CASE
				WHEN cron_database = current_database() THEN 'CREATE EXTENSION pg_cron;'
				WHEN cron_database IS NULL THEN format('With shared_preload_libraries = ''pg_cron'' and cron.database_name = %L: restart and CREATE EXTENSION pg_cron. Without it, CALL dcm.run_jobs(''escalate'') and dcm.run_jobs(''resume'') each minute by other means.', current_database())
				ELSE format('In database "%s", as superuser: SELECT cron.schedule_in_database(%L, ''* * * * *'', %L, %L, %L); and likewise for resume.',
					cron_database, 'dcm_escalate', 'CALL dcm.run_jobs(''escalate'')', current_database(), job_role) END,
			CONSTRAINT = 'dcm.no_cron';
	END IF;
	IF NOT EXISTS (
		SELECT FROM pg_roles AS r
			JOIN pg_roles AS j ON j.rolname = 'dcm_job'
		WHERE r.rolname = job_role AND r.rolcanlogin AND NOT r.rolsuper AND pg_has_role(r.oid, j.oid, 'USAGE')) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('role "%s" cannot run jobs', job_role),
			DETAIL = 'A job role can log in, is a member of dcm_job and no superuser.',
			HINT = 'CREATE ROLE name LOGIN IN ROLE dcm_job; GRANT USAGE ON SCHEMA cron TO name; then schedule_jobs as that role, or as superuser with its name.',
			CONSTRAINT = 'dcm.job_role';
	END IF;
	IF NOT has_schema_privilege(job_role, 'cron', 'USAGE') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('role "%s" may not use schema "cron"', job_role),
			HINT = format('GRANT USAGE ON SCHEMA cron TO %I;', job_role),
			CONSTRAINT = 'dcm.job_role';
	END IF;
	-- automatic steps where there is a rule for one; in a city of 0.1.0 there cannot be
	IF to_regclass('dcm.auto_rule') IS NOT NULL THEN
		IF EXISTS (SELECT FROM dcm.auto_rule AS r WHERE NOT isempty(r.valid) AND coalesce(upper(r.valid), 'infinity') > clock_timestamp()) THEN
			jobs := jobs || 'auto'::text;
		END IF;
	END IF;
	IF to_regclass('dcm.anchor') IS NOT NULL THEN
		jobs := jobs || 'anchor'::text;
	END IF;
	IF to_regclass('dcm.fact_queue') IS NOT NULL THEN
		jobs := jobs || 'facts'::text;
	END IF;
	-- cron has no types of dcm's to depend on, so it is named as late as here
	FOREACH job IN ARRAY jobs LOOP
		IF job_role = current_user THEN
			EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO cron_job
			USING 'dcm_' || job, CASE job WHEN 'anchor' THEN '10 0 * * *' ELSE '* * * * *' END, format('CALL dcm.run_jobs(%L)', job);
		ELSE
			EXECUTE 'SELECT cron.schedule_in_database($1, $2, $3, $4, $5)' INTO cron_job
			USING 'dcm_' || job, CASE job WHEN 'anchor' THEN '10 0 * * *' ELSE '* * * * *' END, format('CALL dcm.run_jobs(%L)', job), current_database()::text, job_role::text;
		END IF;
		RETURN NEXT cron_job;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.schedule_jobs(name) IS
	'Registers the jobs dcm_escalate and dcm_resume, dcm_facts, and dcm_auto where the city has automatic rules, with pg_cron, each minute, and dcm_anchor daily at 00:10, to run as job_role; returns their numbers there; calling it again changes nothing. 55000 with how to where pg_cron is absent, 42501 for a role that cannot run jobs. 向 pg_cron 登记作业。';

CREATE FUNCTION dcm.job_status()
	RETURNS TABLE (job text, started_at timestamptz, finished_at timestamptz, done bigint,
		cron_job bigint, schedule text, username text, active boolean, last_status text, last_message text)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 10000 ROWS 2
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF to_regclass('cron.job') IS NULL OR NOT has_schema_privilege('cron', 'USAGE') THEN
		RETURN QUERY
			SELECT j.name, r.started_at, r.finished_at, r.done,
				NULL::bigint, NULL::text, NULL::text, NULL::boolean, NULL::text, NULL::text
			FROM unnest('{escalate,resume,auto,anchor,facts,recompute}'::text[]) AS j (name)
				LEFT JOIN dcm.job_run AS r ON r.job = j.name;
		RETURN;
	END IF;
	RETURN QUERY EXECUTE $query$
		SELECT j.name, r.started_at, r.finished_at, r.done,
			c.jobid, c.schedule, c.username, c.active, d.status, d.return_message
		FROM unnest('{escalate,resume,auto,anchor,facts,recompute}'::text[]) AS j (name)
			LEFT JOIN dcm.job_run AS r ON r.job = j.name
			LEFT JOIN cron.job AS c ON c.jobname = 'dcm_' || j.name AND c.database = current_database()
			LEFT JOIN LATERAL (
				SELECT d.status, d.return_message FROM cron.job_run_details AS d
				WHERE d.jobid = c.jobid ORDER BY d.runid DESC LIMIT 1) AS d ON true
	$query$;
END
$$;
COMMENT ON FUNCTION dcm.job_status() IS
	'Each job with its last run and how much it did, and what pg_cron knows of it (the caller''s own jobs, all for a superuser). 各作业的最近运行与调度状态。';

CREATE FUNCTION dcm.grant_job_rights() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	GRANT USAGE ON SCHEMA dcm TO dcm_job;
	GRANT SELECT ON dcm.case_file, dcm.assignment, dcm.case_stage, dcm.org, dcm.transition, dcm.setting,
		dcm.calendar, dcm.calendar_hours, dcm.calendar_day, dcm.calendar_day_hours,
		dcm.escalation_rule, dcm.escalation, dcm.outbox, dcm.job_run TO dcm_job;
	GRANT INSERT ON dcm.escalation, dcm.outbox TO dcm_job;
	GRANT INSERT, UPDATE ON dcm.job_run TO dcm_job;
	-- to lock its rows
	GRANT SELECT, UPDATE ON dcm.job_lock TO dcm_job;
	GRANT EXECUTE ON FUNCTION dcm.escalate(timestamptz, int), dcm.resume_due(int), dcm.schedule_jobs(name),
		dcm.become(text, text, text), dcm.act(bigint, text, text, jsonb, timestamptz, text, bigint),
		dcm.recompute_deadlines(boolean) TO dcm_job;
	GRANT EXECUTE ON PROCEDURE dcm.run_jobs(text) TO dcm_job;
	IF to_regclass('dcm.anchor') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION dcm.make_anchor() TO dcm_job;
	END IF;
	IF to_regclass('dcm.fact_queue') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION dcm.roll_up_facts(int) TO dcm_job;
	END IF;
	IF to_regclass('dcm.auto_rule') IS NOT NULL THEN
		-- what rules ask of a case, and where they note what they leave to people
		EXECUTE format('GRANT SELECT (%s) ON dcm.case_log TO dcm_job', (
			SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
			WHERE a.attrelid = 'dcm.case_log'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'client'));
		GRANT SELECT ON dcm.auto_rule, dcm.auto_look, dcm.case_task, dcm.attachment, dcm.state, dcm.source, dcm.category, dcm.edition,
			dcm.filing_standard, dcm.component, dcm.grid, dcm.region, dcm.responsibility, dcm.dispatch_policy, dcm.person, dcm.post TO dcm_job;
		GRANT INSERT, UPDATE ON dcm.auto_look TO dcm_job;
		GRANT EXECUTE ON FUNCTION dcm.run_auto(int), dcm.auto_batch(int), dcm.auto_carry(bigint, jsonb),
			dcm.auto_note(bigint, text, int, int[], int, text, text) TO dcm_job;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.grant_job_rights() IS
	'Gives dcm_job what jobs need: to read clocks, cases and rules, to add to dcm.escalation, dcm.outbox and dcm.auto_look. 授予作业角色所需权限。';
