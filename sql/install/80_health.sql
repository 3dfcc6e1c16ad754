-- What somebody should look after, before it is too late.

CREATE FUNCTION dcm.health(OUT part text, OUT level text, OUT problem text, OUT problem_zh text, OUT advice text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	in_use text := setting('calendar');
	c record;
	days int;
	years text;
	open_tables text;
	can_count boolean := true;
	n bigint;
	today date := (now() AT TIME ZONE setting('time_zone'))::date;
BEGIN
	PERFORM require_city('0.2.0');

	part := 'calendar';
	SELECT upper(k.covers) AS till, NOT EXISTS (SELECT FROM calendar_hours AS h WHERE h.calendar = k.name) AS no_hours INTO c
	FROM calendar AS k WHERE k.name = in_use;
	IF NOT FOUND THEN
		can_count := false;
		level := 'error';
		problem := format('There is no calendar "%s", by which cases are timed.', in_use);
		problem_zh := format('案卷计时采用的日历 "%s" 不存在。', in_use);
		advice := 'SELECT dcm.load_preset(''cn_calendar''), or set calendar.';
		RETURN NEXT;
	ELSIF c.no_hours THEN
		can_count := false;
		level := 'error';
		problem := format('Calendar "%s" has no working hours.', in_use);
		problem_zh := format('日历 "%s" 没有工作时段。', in_use);
		advice := 'Fill dcm.calendar_hours.';
		RETURN NEXT;
	ELSIF isfinite(c.till) AND c.till - today < 45 THEN
		-- a city that forgot to load the holidays of the next year would see it here
		days := c.till - today;
		level := CASE WHEN days <= 0 THEN 'error' ELSE 'warning' END;
		problem := CASE WHEN days <= 0 THEN format('The holidays of calendar "%s" are known until %s only: deadlines are provisional.', in_use, c.till - 1)
			ELSE format('The holidays of calendar "%s" are known for %s days more, until %s.', in_use, days, c.till - 1) END;
		problem_zh := CASE WHEN days <= 0 THEN format('日历 "%s" 的节假日仅公布至 %s,此后的时限均为暂定。', in_use, c.till - 1)
			ELSE format('日历 "%s" 的节假日还剩 %s 天(至 %s),请录入下一年放假安排。', in_use, days, c.till - 1) END;
		advice := 'Load the new notice: dcm.import_calendar_days(covers => ...), then CALL dcm.run_jobs(''recompute'').';
		RETURN NEXT;
	END IF;

	-- a year that is said to be announced, and has no holiday though others have
	SELECT string_agg(y::text, ', ' ORDER BY y) INTO years
	FROM calendar AS k
		-- of the years of which working time is told
		CROSS JOIN generate_series(1900, 2299) AS y
	WHERE k.name = in_use AND NOT lower_inf(k.covers) AND NOT upper_inf(k.covers)
		AND isfinite(lower(k.covers)) AND isfinite(upper(k.covers))
		AND daterange(make_date(y, 1, 1), make_date(y + 1, 1, 1)) <@ k.covers
		AND EXISTS (SELECT FROM calendar_day AS d WHERE d.calendar = k.name AND d.kind = 'holiday')
		AND NOT EXISTS (SELECT FROM calendar_day AS d WHERE d.calendar = k.name AND d.kind = 'holiday'
			AND d.day >= make_date(y, 1, 1) AND d.day < make_date(y + 1, 1, 1));
	IF years IS NOT NULL THEN
		level := 'warning';
		problem := format('Calendar "%s" covers %s and has no holiday there: were they forgotten?', in_use, years);
		problem_zh := format('日历 "%s" 已标明公布 %s 年,但没有任何节假日,是否漏录?', in_use, years);
		advice := 'Load the notice of that year: dcm.import_calendar_days(), then CALL dcm.run_jobs(''recompute'').';
		RETURN NEXT;
	END IF;

	part := 'deadlines';
	IF can_count THEN
		SELECT count(DISTINCT m.case_no) INTO n FROM moved_deadlines() AS m;
		IF n > 0 THEN
			level := 'warning';
			problem := format('The calendar has changed: deadlines of %s open cases would move.', n);
			problem_zh := format('日历已变更,%s 件未结案卷的时限应重算。', n);
			advice := 'SELECT * FROM dcm.moved_deadlines(); then CALL dcm.run_jobs(''recompute'').';
			RETURN NEXT;
		END IF;
	END IF;
	SELECT count(*) INTO n FROM case_file AS f
	WHERE f.ended_at IS NULL AND f.provisional AND (f.handled_at IS NULL OR setting('in_time_by') = 'close');
	IF n > 0 THEN
		level := 'notice';
		problem := format('%s open cases have a provisional deadline, past the days whose holidays are known.', n);
		problem_zh := format('%s 件未结案卷的时限为暂定(超出已公布节假日范围)。', n);
		advice := 'They come right with the next notice and CALL dcm.run_jobs(''recompute'').';
		RETURN NEXT;
	END IF;

	part := 'grids';
	SELECT count(*) INTO n FROM check_grids();
	IF n > 0 THEN
		level := 'warning';
		problem := format('There are %s faults in the unit grids.', n);
		problem_zh := format('单元网格存在 %s 处问题。', n);
		advice := 'SELECT * FROM dcm.check_grids();';
		RETURN NEXT;
	END IF;

	part := 'bodies';
	SELECT count(*) INTO n FROM check_org();
	IF n > 0 THEN
		level := 'warning';
		problem := format('There are %s inconsistencies among bodies and posts.', n);
		problem_zh := format('机构与岗位存在 %s 处不一致。', n);
		advice := 'SELECT * FROM dcm.check_org();';
		RETURN NEXT;
	END IF;

	part := 'sight';
	SELECT string_agg(r.relname, ', ' ORDER BY r.relname) INTO open_tables
	FROM pg_policy AS p JOIN pg_class AS r ON r.oid = p.polrelid
	WHERE p.polname = 'sight' AND r.relnamespace = 'dcm'::regnamespace AND NOT r.relrowsecurity;
	IF open_tables IS NOT NULL THEN
		level := 'warning';
		problem := format('Row-level security is switched off on %s: whoever may read them reads every case.', open_tables);
		problem_zh := format('以下表的行级安全已关闭:%s,有读权限者可见全部案卷。', open_tables);
		advice := 'ALTER TABLE dcm.… ENABLE ROW LEVEL SECURITY;';
		RETURN NEXT;
	END IF;
	IF NOT setting('row_security')::boolean THEN
		level := 'notice';
		problem := 'Setting row_security is false: whoever may read the case tables reads every case.';
		problem_zh := '设置 row_security 为 false:有读权限者可见全部案卷。';
		advice := 'See that posts have their bodies and areas (docs/security.md), then UPDATE dcm.setting SET value = NULL WHERE name = ''row_security'';';
		RETURN NEXT;
	END IF;

	-- each leaf has the guard of rows (before INSERT, UPDATE, DELETE: 31) and that of TRUNCATE (34), without a condition
	part := 'guard';
	SELECT string_agg(l.oid::regclass::text, ', ' ORDER BY l.relname) INTO open_tables
	FROM pg_inherits AS i JOIN pg_class AS l ON l.oid = i.inhrelid
	WHERE i.inhparent = ANY ('{dcm.case_file,dcm.case_log,dcm.case_text,dcm.assignment,dcm.case_stage,dcm.attachment,dcm.case_task}'::regclass[])
		AND (SELECT count(DISTINCT t.tgtype) FROM pg_trigger AS t
			WHERE t.tgrelid = l.oid AND t.tgfoid = 'dcm.guard()'::regprocedure AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgtype IN (31, 34)) < 2;
	IF open_tables IS NOT NULL THEN
		level := 'error';
		problem := format('The guard is missing or switched off on %s: rows may have been written by another way than acts.', open_tables);
		problem_zh := format('以下分区的守护触发器缺失或被停用:%s,其中的数据可能未经动作写入。', open_tables);
		advice := 'ALTER TABLE dcm.… ENABLE TRIGGER USER; then SELECT * FROM dcm.verify_all(anchor => …), and ask who did it.';
		RETURN NEXT;
	END IF;

	-- what is only added to: records, periods and scores
	part := 'guard';
	SELECT string_agg(DISTINCT r.relname::text, ', ' ORDER BY r.relname::text) INTO open_tables
	FROM pg_class AS r
	WHERE r.relnamespace = 'dcm'::regnamespace AND NOT r.relispartition AND (
		EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND NOT t.tgisinternal AND t.tgenabled = 'D')
		OR r.relname IN ('score_entry', 'score_request', 'period_log') AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = 'refuse_change')
		OR r.relname = 'score_request' AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = 'keep_request')
		OR r.relname = 'period_card' AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = 'keep_card')
		OR r.relname = 'period' AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = r.oid AND t.tgname = 'keep_period'));
	IF open_tables IS NOT NULL THEN
		level := 'error';
		problem := format('A trigger is missing or switched off on %s: rows may have been changed that are kept.', open_tables);
		problem_zh := format('以下表的触发器缺失或被停用:%s,其中只增不改的数据可能已被改动。', open_tables);
		advice := 'ALTER TABLE dcm.… ENABLE TRIGGER USER; then dcm.verify_all(anchor => …), dcm.verify_scores(), and ask who did it.';
		RETURN NEXT;
	END IF;

	part := 'auto';
	FOR c IN SELECT r.name, r.step FROM auto_rule AS r
		WHERE r.valid @> now() AND NOT EXISTS (SELECT FROM auto_steps() AS s WHERE r.id = ANY (s.rules))
		ORDER BY r.name
	LOOP
		level := 'warning';
		problem := format('Automatic rule "%s" cannot act: in no state is action "%s" open to role system.', c.name, c.step);
		problem_zh := format('自动规则 "%s" 无法生效:没有任何状态允许系统执行动作 "%s"。', c.name, c.step);
		advice := 'Add system to the roles of the transition, last; see the chapter on automatic steps.';
		RETURN NEXT;
	END LOOP;
	IF EXISTS (SELECT FROM auto_rule AS r WHERE r.valid @> now()) AND NOT EXISTS (SELECT FROM job_run AS r WHERE r.job = 'auto') THEN
		level := 'notice';
		problem := 'There are automatic rules, and job "auto" has never run.';
		problem_zh := '已设自动规则,但作业 "auto" 从未运行。';
		advice := 'SELECT dcm.schedule_jobs() again, or CALL dcm.run_jobs(''auto'') each minute.';
		RETURN NEXT;
	END IF;

	-- a job that has run before, and has not for a quarter of an hour
	FOR c IN SELECT r.job, r.started_at FROM job_run AS r
		WHERE r.started_at < now() - interval '15 minutes'
			AND (r.job IN ('escalate', 'resume') OR r.job = 'auto' AND EXISTS (SELECT FROM auto_rule AS a WHERE a.valid @> now()))
	LOOP
		part := 'jobs';
		level := 'warning';
		problem := format('Job "%s" has not run since %s.', c.job, date_trunc('second', c.started_at));
		problem_zh := format('作业 "%s" 自 %s 起未再运行。', c.job, date_trunc('second', c.started_at));
		advice := 'SELECT * FROM dcm.job_status();';
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.health() IS
	'What somebody should look after, a row each with level error, warning or notice and what to do: a calendar that runs out within 45 days or has, or that covers a year without any holiday, deadlines that a change of calendar would move or that are provisional, faults of grids, bodies and posts, cases that anybody sees, tables of cases without their guard, automatic rules that cannot act, jobs that stand still. No row where all is well. 运行健康检查:需要处理的问题及办法。';
