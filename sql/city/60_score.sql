-- Evaluation: what is counted, from the case log, and the rates made of it.
-- Counts are flow: an event counts on the local day on which it happened, and a
-- case once for its first filing, its last handling and its last close.  The
-- views and functions eval_* differ in nothing but the subject that they count
-- for, so one template makes them all and each formula stands here once.

-- Finds the cases that a span of days touches without reading the others.
CREATE INDEX case_log_occurred_idx ON dcm.case_log USING brin (occurred_at) WITH (pages_per_range = 16);

CREATE FUNCTION dcm.score_event(since date, till date)
	RETURNS TABLE (case_no bigint, event text, day date, org int, area dcm.area_code, category int, timed boolean, in_time boolean)
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 100000
BEGIN ATOMIC
	WITH local AS MATERIALIZED (
		SELECT s.zone, s.by_close,
			since::timestamp AT TIME ZONE s.zone AS from_at,
			(till + 1)::timestamp AT TIME ZONE s.zone AS before_at
		FROM (SELECT dcm.setting('time_zone') AS zone, dcm.setting('in_time_by') = 'close' AS by_close) AS s
	),
	-- Cities name and add actions as they like; what an act meant is told by
	-- the effects and the end of the transition that the log row names.
	step AS MATERIALIZED (
		SELECT array_agg(t.id) FILTER (WHERE t.state IS NULL) AS reports,
			array_agg(t.id) FILTER (WHERE 'file' = ANY (t.effects)) AS files,
			array_agg(t.id) FILTER (WHERE 'handle_work' = ANY (t.effects)) AS handles,
			array_agg(t.id) FILTER (WHERE n.stage = 'evaluation') AS closes,
			array_agg(t.id) FILTER (WHERE 'on_site' = ANY (t.effects)) AS resolves,
			array_agg(t.id) FILTER (WHERE n.code = 'rejected') AS rejects,
			array_agg(t.id) FILTER (WHERE n.code = 'voided') AS voids,
			array_agg(t.id) FILTER (WHERE 'return_work' = ANY (t.effects)) AS returns,
			array_agg(t.id) FILTER (WHERE 'rework' = ANY (t.effects)) AS reworks,
			array_agg(t.id) FILTER (WHERE 'extend' = ANY (t.effects)) AS extends,
			array_agg(t.id) FILTER (WHERE 'suspend' = ANY (t.effects)) AS suspends
		FROM dcm.transition AS t
			LEFT JOIN dcm.state AS n ON n.code = t.next_state
	),
	touched AS (
		SELECT l.case_no FROM dcm.case_log AS l
		WHERE l.occurred_at >= (SELECT from_at FROM local) AND l.occurred_at < (SELECT before_at FROM local)
		UNION
		SELECT f.case_no FROM dcm.case_file AS f
		WHERE f.ended_at IS NULL AND f.due IS NOT NULL
			AND f.due >= (SELECT from_at FROM local) AND f.due < (SELECT before_at FROM local)
	),
	-- Case by case through the key, so that a short span costs what it holds.
	-- Times in a case do not run backwards: the last entry has the last time.
	fact AS (
		SELECT t.case_no, f.area, f.category, f.ended_at, st.stage, c.*,
			-- a check that failed may have set the clock anew since the handling
			CASE WHEN c.clock_no <= c.handled_no THEN c.due
				WHEN c.handled_no IS NOT NULL THEN (
					SELECT e.due FROM dcm.case_log AS e
					WHERE e.case_no = t.case_no AND e.log_no <= c.handled_no AND e.clock IS NOT NULL
					ORDER BY e.log_no DESC LIMIT 1)
			END AS handle_due,
			EXISTS (SELECT FROM dcm.transition AS p WHERE p.next_state = f.state AND 'suspend' = ANY (p.effects)) AS paused
		FROM touched AS t
			JOIN dcm.case_file AS f ON f.case_no = t.case_no
			JOIN dcm.state AS st ON st.code = f.state
			CROSS JOIN LATERAL (
				SELECT min(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT reports FROM step)::int[])) AS reported_at,
					min(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT files FROM step)::int[])) AS filed_at,
					max(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT handles FROM step)::int[])) AS handled_at,
					max(l.log_no) FILTER (WHERE l.transition = ANY ((SELECT handles FROM step)::int[])) AS handled_no,
					max(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT closes FROM step)::int[])) AS closed_at,
					max(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT resolves FROM step)::int[])) AS self_resolved_at,
					max(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT rejects FROM step)::int[])) AS rejected_at,
					max(l.occurred_at) FILTER (WHERE l.transition = ANY ((SELECT voids FROM step)::int[])) AS voided_at,
					(max(ARRAY[l.log_no, l.org]) FILTER (WHERE l.org IS NOT NULL))[2] AS org,
					(array_agg(l.due ORDER BY l.log_no DESC) FILTER (WHERE l.clock IS NOT NULL))[1] AS due,
					max(l.log_no) FILTER (WHERE l.clock IS NOT NULL) AS clock_no
				FROM dcm.case_log AS l
				WHERE l.case_no = t.case_no) AS c
	),
	happened AS (
		SELECT c.case_no, e.event, e.at, c.org, c.area, c.category, c.due IS NOT NULL AS timed, e.in_time
		FROM fact AS c
			CROSS JOIN LATERAL (VALUES
				('reported', c.reported_at, NULL),
				('filed', c.filed_at, NULL),
				('handled', CASE WHEN c.filed_at IS NOT NULL THEN c.handled_at END, c.handled_at <= c.handle_due),
				('closed', CASE WHEN c.filed_at IS NOT NULL THEN c.closed_at END,
					CASE WHEN (SELECT by_close FROM local) THEN c.closed_at <= c.due ELSE c.handled_at <= c.handle_due END),
				('self_resolved', c.self_resolved_at, NULL),
				('rejected', c.rejected_at, NULL),
				('voided', c.voided_at, NULL),
				('overdue_open', CASE WHEN c.ended_at IS NULL AND c.stage NOT IN ('feedback', 'closing')
					AND NOT c.paused AND c.due < now() THEN c.due END, NULL)) AS e (event, at, in_time)
		UNION ALL
		-- what may happen to a case more than once, for the body that had it then
		SELECT l.case_no, s.event, l.occurred_at, l.org, f.area, f.category, l.due IS NOT NULL, NULL
		FROM dcm.case_log AS l
			JOIN (
				SELECT e.event, e.id
				FROM step AS s
					CROSS JOIN LATERAL (
						SELECT 'returned', unnest(s.returns) UNION ALL
						SELECT 'reworked', unnest(s.reworks) UNION ALL
						SELECT 'extended', unnest(s.extends) UNION ALL
						SELECT 'suspended', unnest(s.suspends)) AS e (event, id)) AS s ON s.id = l.transition
			JOIN dcm.case_file AS f ON f.case_no = l.case_no
		WHERE l.occurred_at >= (SELECT from_at FROM local) AND l.occurred_at < (SELECT before_at FROM local)
	)
	SELECT h.case_no, h.event, (h.at AT TIME ZONE (SELECT zone FROM local))::date,
		h.org, h.area, h.category, h.timed, h.in_time
	FROM happened AS h
	WHERE h.at >= (SELECT from_at FROM local) AND h.at < (SELECT before_at FROM local);
END;
COMMENT ON FUNCTION dcm.score_event(date, date) IS
	'What counts in the evaluation, from the case log, for the local days from since to till, both included: each case once as reported, filed (first), handled (last), closed (last), self_resolved, rejected, voided and overdue_open (on the day of its due, while it is late and unhandled now), each act once as returned, reworked, extended, suspended. org is the lead body of the last assignment, for repeated acts the body that had the case then; a case never filed is neither handled nor closed; timed: it has a clock; in_time is NULL without one. 评价所计的事件(自流转日志):按事发当地日期计数,每案一次。';

CREATE VIEW dcm.score_event WITH (security_invoker = true) AS
	SELECT e.* FROM dcm.score_event('-infinity', 'infinity') AS e;
COMMENT ON VIEW dcm.score_event IS
	'dcm.score_event(since, till) over all time. 全部评价事件。';

CREATE FUNCTION dcm.rate(part bigint, whole bigint) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN round(100.0 * part / nullif(whole, 0), 2);
COMMENT ON FUNCTION dcm.rate(bigint, bigint) IS
	'part as percent of whole, rounded half up to two decimals; NULL where whole is 0. 百分率,四舍五入到两位小数,分母为零时为空。';

-- eval_SUBJECT as a view by period and as a function for any span, with the
-- same columns.  Days are counted first, so that periods add up few rows.
DO $$
DECLARE
	counts constant text := (
		SELECT pg_catalog.string_agg(pg_catalog.format('pg_catalog.count(*) FILTER (WHERE e.event = %L%s) AS %I', m.event, m.filter, m.name), ', ')
		FROM (VALUES
			('filed', 'filed', ''),
			('filed_timed', 'filed', ' AND e.timed'),
			('handled', 'handled', ''),
			('handled_in_time', 'handled', ' AND e.in_time'),
			('closed', 'closed', ''),
			('closed_timed', 'closed', ' AND e.timed'),
			('closed_in_time', 'closed', ' AND e.in_time'),
			('returned', 'returned', ''),
			('reworked', 'reworked', ''),
			('extended', 'extended', ''),
			('suspended', 'suspended', ''),
			('reported', 'reported', ''),
			('self_resolved', 'self_resolved', ''),
			('rejected', 'rejected', ''),
			('voided', 'voided', ''),
			('overdue_open', 'overdue_open', '')) AS m (name, event, filter));
	sums constant text := (
		SELECT pg_catalog.string_agg(pg_catalog.format('pg_catalog.sum(d.%1$I)::bigint AS %1$I', m), ', ')
		FROM pg_catalog.unnest('{filed,filed_timed,handled,handled_in_time,closed,closed_timed,closed_in_time,returned,reworked,extended,suspended,reported,self_resolved,rejected,voided,overdue_open}'::text[]) AS m);
	measures constant text :=
		's.filed, s.handled, s.handled_in_time, s.closed, s.closed_in_time,
		dcm.rate(s.handled, s.filed) AS handled_rate,
		dcm.rate(s.closed, s.filed) AS closed_rate,
		dcm.rate(s.closed_in_time, CASE (SELECT dcm.setting(''in_time_denominator'')) WHEN ''closed'' THEN s.closed_timed ELSE s.filed_timed END) AS in_time_rate,
		s.returned, s.reworked, s.extended, s.suspended, s.reported, s.self_resolved, s.rejected, s.voided,
		s.overdue_open, s.filed_timed, s.closed_timed';
	measure_types constant text :=
		'filed bigint, handled bigint, handled_in_time bigint, closed bigint, closed_in_time bigint,
		handled_rate numeric, closed_rate numeric, in_time_rate numeric,
		returned bigint, reworked bigint, extended bigint, suspended bigint, reported bigint, self_resolved bigint,
		rejected bigint, voided bigint, overdue_open bigint, filed_timed bigint, closed_timed bigint';
	-- 1 labels, 2 measures, 3 key of a counted event, 4 counts, 5 expansion of
	-- the key, 6 key after it, 7 sums, 8 where labels come from; 9 since,
	-- 10 till, 11 kinds of period, 12 first day of the period, 13 its name
	template constant text :=
		'SELECT s.period_kind, %13$s AS period, %1$s, %2$s
		FROM (
			SELECT p.kind AS period_kind, %12$s AS start, %6$s AS key, %7$s
			FROM (
				SELECT e.day, %3$s AS key, %4$s
				FROM dcm.score_event(%9$s, %10$s) AS e
				GROUP BY 1, 2) AS d
				%5$s
				CROSS JOIN (VALUES %11$s) AS p (kind)
			GROUP BY 1, 2, 3) AS s
			%8$s';
	city constant text := '(SELECT dcm.setting(''area_code''))::dcm.area_code';
	subject record;
BEGIN
	FOR subject IN
		SELECT * FROM (VALUES
			('org', 'e.org', '', 'd.key',
				'o.code AS org, o.name AS name', 'LEFT JOIN dcm.org AS o ON o.id = s.key', 'org text',
				'the body that leads the case (org NULL: not dispatched yet)', '责任单位(org 为空:尚未派遣)'),
			-- an area counts for each level above it within the city, and
			-- every case, placed or not, for the city
			('region', 'e.area',
				'CROSS JOIN LATERAL (
					SELECT ' || city || ' AS area
					UNION
					SELECT a.area
					FROM (VALUES (dcm.district(d.key)), (dcm.street(d.key)), (dcm.community(d.key))) AS a (area)
					WHERE a.area OPERATOR(dcm.<@) ' || city || ') AS up', 'up.area',
				's.key AS area, CASE WHEN r.id IS NULL AND s.key OPERATOR(dcm.=) ' || city || ' THEN dcm.setting(''city_name'') ELSE r.name END AS name',
				'LEFT JOIN dcm.region AS r ON r.code OPERATOR(dcm.=) s.key', 'area dcm.area_code',
				'region of each level; the row of the city''s own area code is the total', '各级区域(城市代码一行为合计)'),
			('category', 'e.category', '', 'd.key',
				'c.code AS category, c.name AS name', 'LEFT JOIN dcm.category AS c ON c.id = s.key', 'category text',
				'category', '问题类别')) AS v (name, key, expand, up, labels, label_from, label_type, meaning, meaning_zh)
	LOOP
		EXECUTE pg_catalog.format('CREATE VIEW dcm.%I WITH (security_invoker = true) AS ', 'eval_' || subject.name)
			|| pg_catalog.format(template, subject.labels, measures, subject.key, counts, subject.expand, subject.up, sums, subject.label_from,
				'''-infinity''', '''infinity''',
				'(''day''), (''week''), (''month''), (''quarter''), (''year'')',
				'pg_catalog.date_trunc(p.kind, d.day::timestamp)',
				'pg_catalog.to_char(s.start, CASE s.period_kind WHEN ''day'' THEN ''YYYY-MM-DD'' WHEN ''week'' THEN ''IYYY-"W"IW''
					WHEN ''month'' THEN ''YYYY-MM'' WHEN ''quarter'' THEN ''YYYY-"Q"Q'' ELSE ''YYYY'' END)');
		EXECUTE pg_catalog.format('CREATE FUNCTION dcm.%I(since date, till date)
			RETURNS TABLE (period_kind text, period text, %s, name text, %s)
			LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 100 BEGIN ATOMIC ', 'eval_' || subject.name, subject.label_type, measure_types)
			|| pg_catalog.format(template, subject.labels, measures, subject.key, counts, subject.expand, subject.up, sums, subject.label_from,
				'since', 'till', '(''span'')', '0', 'pg_catalog.to_char(since, ''YYYY-MM-DD/'') || pg_catalog.to_char(till, ''YYYY-MM-DD'')')
			|| '; END';
		EXECUTE pg_catalog.format('COMMENT ON VIEW dcm.%I IS %L', 'eval_' || subject.name,
			'Evaluation by ' || subject.meaning || ', for each period_kind day, week, month, quarter and year; period reads 2015-03-01, 2015-W09 (ISO week), 2015-03, 2015-Q1, 2015. Columns as of dcm.eval_city(). 按'
			|| subject.meaning_zh || '的评价,日、周、月、季、年。');
		EXECUTE pg_catalog.format('COMMENT ON FUNCTION dcm.%I(date, date) IS %L', 'eval_' || subject.name,
			'Evaluation by ' || subject.meaning || ', for the days from since to till, both included: a row for each with something to count. Columns as of dcm.eval_city(). 按'
			|| subject.meaning_zh || '的评价,任意起止日期(含首尾)。');
	END LOOP;
	EXECUTE pg_catalog.format('CREATE FUNCTION dcm.eval_city(since date, till date)
		RETURNS TABLE (period_kind text, period text, area dcm.area_code, name text, %s)
		LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 1 BEGIN ATOMIC ', measure_types)
		|| pg_catalog.format(template, 's.key AS area, dcm.setting(''city_name'') AS name', measures, city, counts, '', 'd.key', sums, '',
			'since', 'till', '(''span'')', '0', 'pg_catalog.to_char(since, ''YYYY-MM-DD/'') || pg_catalog.to_char(till, ''YYYY-MM-DD'')')
		|| '; END';
END
$$;
COMMENT ON FUNCTION dcm.eval_city(date, date) IS
	'Evaluation of the whole city for the days from since to till, both included. Counts as dcm.score_event() says; handled_rate and closed_rate are percent of filed; in_time_rate is closed_in_time as percent of the cases with a clock among filed or closed (setting in_time_denominator; filed_timed, closed_timed); rates have two decimals and are NULL on zero. 全市评价:处置率、结案率以立案数为分母,按期结案率的分母由设置决定。';
