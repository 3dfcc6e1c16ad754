-- Evaluation by subject and period: what is counted, from the facts, and the rates
-- made of it.  The views and functions eval_* differ in nothing but the subject that
-- they count for, so one template makes them all.

-- Finds the cases that a span of days touches without reading the others.
CREATE INDEX case_log_occurred_idx ON dcm.case_log USING brin (occurred_at) WITH (pages_per_range = 16);

CREATE FUNCTION dcm.score_event(since date, till date)
	RETURNS TABLE (case_no bigint, event text, day date, org int, area dcm.area_code, category int, timed boolean, in_time boolean)
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000 ROWS 100000
BEGIN ATOMIC
	WITH local AS MATERIALIZED (
		SELECT s.zone,
			since::timestamp AT TIME ZONE s.zone AS from_at,
			(till + 1)::timestamp AT TIME ZONE s.zone AS before_at
		FROM (SELECT dcm.setting('time_zone') AS zone) AS s
	),
	touched AS (
		SELECT l.case_no FROM dcm.case_log AS l
		WHERE l.occurred_at >= (SELECT from_at FROM local) AND l.occurred_at < (SELECT before_at FROM local)
		UNION
		SELECT f.case_no FROM dcm.case_file AS f
		WHERE f.due >= (SELECT from_at FROM local) AND f.due < (SELECT before_at FROM local)
	)
	SELECT e.case_no, e.event, (e.at AT TIME ZONE (SELECT zone FROM local))::date, e.org, f.area, f.category, e.timed, e.in_time
	FROM dcm.case_event(ARRAY(SELECT t.case_no FROM touched AS t)) AS e
		JOIN dcm.case_file AS f ON f.case_no = e.case_no
	WHERE e.post IS NULL AND e.event !~ '_seconds$' AND e.at >= (SELECT from_at FROM local) AND e.at < (SELECT before_at FROM local);
END;
COMMENT ON FUNCTION dcm.score_event(date, date) IS
	'What counts in the evaluation of bodies, regions, categories and sources, from the case log, for the local days from since to till, both included: dcm.case_event() without seconds, of the cases that one sees. org is the lead body of the last assignment, for repeated acts the body that had the case then; a case never filed is neither handled nor closed; timed: it has a clock; in_time is NULL without one. 评价所计的事件(自流转日志):按事发当地日期计数,每案一次。';

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
-- same columns.
DO $$
DECLARE
	-- of bodies, regions, categories, sources, grids
	case_counts constant text[] := '{filed,handled,handled_in_time,closed,closed_in_time,returned,reworked,extended,suspended,reported,self_resolved,rejected,voided,overdue_open,filed_timed,closed_timed,handled_timed,handle_due,close_due,overdue,exempted,dispatched,dispatched_in_time,reopened}';
	case_measures constant text :=
		's.filed, s.handled, s.handled_in_time, s.closed, s.closed_in_time,
		dcm.rate(s.handled, s.filed) AS handled_rate,
		dcm.rate(s.closed, s.filed) AS closed_rate,
		dcm.rate(s.closed_in_time, CASE (SELECT dcm.setting(''in_time_denominator'')) WHEN ''closed'' THEN s.closed_timed ELSE s.filed_timed END) AS in_time_rate,
		s.returned, s.reworked, s.extended, s.suspended, s.reported, s.self_resolved, s.rejected, s.voided,
		s.overdue_open, s.filed_timed, s.closed_timed, s.handled_timed, s.handle_due, s.close_due, s.overdue, s.exempted,
		s.dispatched, s.dispatched_in_time, s.reopened';
	case_types constant text :=
		'filed bigint, handled bigint, handled_in_time bigint, closed bigint, closed_in_time bigint,
		handled_rate numeric, closed_rate numeric, in_time_rate numeric,
		returned bigint, reworked bigint, extended bigint, suspended bigint, reported bigint, self_resolved bigint,
		rejected bigint, voided bigint, overdue_open bigint, filed_timed bigint, closed_timed bigint, handled_timed bigint,
		handle_due bigint, close_due bigint, overdue bigint, exempted bigint, dispatched bigint, dispatched_in_time bigint, reopened bigint';
	-- of posts and people: what they did
	post_counts constant text[] := '{reported,reported_valid,reported_wrong,missed,self_resolved,verify_due,verified,verified_in_time,check_due,checked,checked_in_time,accepted,verify_sent,verify_sent_in_time,check_sent,check_sent_in_time,filed,filed_in_time,voided,dispatched,dispatched_in_time,misdirected,handled,handled_in_time,closed,closed_in_time}';
	post_measures constant text := (SELECT pg_catalog.string_agg('s.' || c, ', ') FROM pg_catalog.unnest(post_counts) AS c) || '';
	post_types constant text := (SELECT pg_catalog.string_agg(c || ' bigint', ', ') FROM pg_catalog.unnest(post_counts) AS c) || '';
	-- 1 labels, 2 measures, 3 kind of fact, 4 where labels come from; 5 since,
	-- 6 till, 7 kinds of period, 8 first day of the period, 9 its name, 10 counts,
	-- 11 subject, 12 what else says which subject
	template constant text :=
		'SELECT s.period_kind, %9$s AS period, %1$s, %2$s
		FROM (
			SELECT g.period_kind, g.start, g.subject, g.tally, %10$s
			FROM (
				SELECT p.kind AS period_kind, %8$s AS start, %11$s AS subject, dcm.merge(d.tally) AS tally
				FROM dcm.facts(%3$L, %5$s, %6$s) AS d
					CROSS JOIN (VALUES %7$s) AS p (kind)
					%12$s
				GROUP BY 1, 2, 3) AS g) AS s
			%4$s';
	city constant text := '(SELECT dcm.setting(''area_code''))';
	subject record;
	counts text;
BEGIN
	FOR subject IN
		SELECT v.*, v.kind = 'post' AS of_people
		FROM (VALUES
			('org', 'org', 'd.subject', '',
				'o.code AS org, o.name AS name', 'LEFT JOIN dcm.org AS o ON o.id = nullif(s.subject, '''')::int', 'org text, name text',
				'the body that leads the case (org NULL: not dispatched yet)', '责任单位(org 为空:尚未派遣)'),
			('region', 'region', 'd.subject', '',
				's.subject::dcm.area_code AS area, CASE WHEN r.id IS NULL AND s.subject = ' || city || ' THEN dcm.setting(''city_name'') ELSE r.name END AS name',
				'LEFT JOIN dcm.region AS r ON r.code OPERATOR(dcm.=) s.subject::dcm.area_code', 'area dcm.area_code, name text',
				'region of each level; the row of the city''s own area code is the total', '各级区域(城市代码一行为合计)'),
			('category', 'category', 'd.subject', '',
				'c.code AS category, c.name AS name', 'LEFT JOIN dcm.category AS c ON c.id = s.subject::int', 'category text, name text',
				'category', '问题类别'),
			('source', 'source', 'd.subject', '',
				's.subject::text AS source, c.name AS name', 'LEFT JOIN dcm.source AS c ON c.code = s.subject', 'source text, name text',
				'source', '问题来源'),
			('grid', 'grid', 'd.subject', '',
				's.subject::dcm.grid_code AS grid, g.name AS name', 'LEFT JOIN dcm.grid AS g ON g.code OPERATOR(dcm.=) s.subject::dcm.grid_code', 'grid dcm.grid_code, name text',
				'unit grid', '单元网格'),
			('post', 'post', 'd.subject', '',
				'p.code AS post, p.role AS role, n.code AS person, n.name AS name, o.code AS org',
				'JOIN dcm.post AS p ON p.id = s.subject::int JOIN dcm.person AS n ON n.id = p.person LEFT JOIN dcm.org AS o ON o.id = p.org',
				'post text, role text, person text, name text, org text',
				'post and its holder', '岗位与人员'),
			('collector', 'post', 'x.person::text', 'JOIN dcm.post AS x ON x.id = d.subject::int AND x.role = ''collector''',
				'n.code AS person, n.name AS name', 'JOIN dcm.person AS n ON n.id = s.subject::int', 'person text, name text',
				'collector', '采集员'),
			('company', 'post', 'x.org::text', 'JOIN dcm.post AS x ON x.id = d.subject::int JOIN dcm.org AS w ON w.id = x.org AND w.kind = ''collection_company''',
				'o.code AS org, o.name AS name', 'JOIN dcm.org AS o ON o.id = s.subject::int', 'org text, name text',
				'collection company, by the work of its people', '采集公司')) AS v (name, kind, subject, joined, labels, label_from, label_types, meaning, meaning_zh)
	LOOP
		counts := (
			SELECT pg_catalog.string_agg(pg_catalog.format('dcm.count_of(g.tally, %L) AS %1$I', m), ', ')
			FROM pg_catalog.unnest(CASE WHEN subject.of_people THEN post_counts ELSE case_counts END) AS m);
		-- a city of 0.1.0 has some, and perhaps views of its own on them
		EXECUTE pg_catalog.format('CREATE %s dcm.%I WITH (security_invoker = true) AS ',
				CASE WHEN pg_catalog.to_regclass('dcm.eval_' || subject.name) IS NULL THEN 'VIEW' ELSE 'OR REPLACE VIEW' END, 'eval_' || subject.name)
			|| pg_catalog.format(template, subject.labels, CASE WHEN subject.of_people THEN post_measures ELSE case_measures END, subject.kind, subject.label_from,
				'''-infinity''', '''infinity''',
				'(''day''), (''week''), (''month''), (''quarter''), (''year'')',
				'pg_catalog.date_trunc(p.kind, d.day::timestamp)',
				'pg_catalog.to_char(s.start, CASE s.period_kind WHEN ''day'' THEN ''YYYY-MM-DD'' WHEN ''week'' THEN ''IYYY-"W"IW''
					WHEN ''month'' THEN ''YYYY-MM'' WHEN ''quarter'' THEN ''YYYY-"Q"Q'' ELSE ''YYYY'' END)',
				counts, subject.subject, subject.joined);
		EXECUTE pg_catalog.format('CREATE FUNCTION dcm.%I(since date, till date)
			RETURNS TABLE (period_kind text, period text, %s, %s)
			LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000 ROWS 100 BEGIN ATOMIC ', 'eval_' || subject.name, subject.label_types,
				CASE WHEN subject.of_people THEN post_types ELSE case_types END)
			|| pg_catalog.format(template, subject.labels, CASE WHEN subject.of_people THEN post_measures ELSE case_measures END, subject.kind, subject.label_from,
				'since', 'till', '(''span'')', '0', 'pg_catalog.to_char(since, ''YYYY-MM-DD/'') || pg_catalog.to_char(till, ''YYYY-MM-DD'')',
				counts, subject.subject, subject.joined)
			|| '; END';
		EXECUTE pg_catalog.format('COMMENT ON VIEW dcm.%I IS %L', 'eval_' || subject.name,
			'Evaluation by ' || subject.meaning || ', for each period_kind day, week, month, quarter and year; period reads 2015-03-01, 2015-W09 (ISO week), 2015-03, 2015-Q1, 2015. '
			|| CASE WHEN subject.of_people THEN 'Counts are fields of dcm.tally.' ELSE 'Columns as of dcm.eval_city().' END || ' 按'
			|| subject.meaning_zh || '的评价,日、周、月、季、年。');
		EXECUTE pg_catalog.format('COMMENT ON FUNCTION dcm.%I(date, date) IS %L', 'eval_' || subject.name,
			'Evaluation by ' || subject.meaning || ', for the days from since to till, both included: a row for each with something to count. '
			|| CASE WHEN subject.of_people THEN 'Counts are fields of dcm.tally.' ELSE 'Columns as of dcm.eval_city().' END || ' 按'
			|| subject.meaning_zh || '的评价,任意起止日期(含首尾)。');
	END LOOP;
	counts := (
		SELECT pg_catalog.string_agg(pg_catalog.format('dcm.count_of(g.tally, %L) AS %1$I', m), ', ')
		FROM pg_catalog.unnest(case_counts) AS m);
	EXECUTE pg_catalog.format('CREATE FUNCTION dcm.eval_city(since date, till date)
		RETURNS TABLE (period_kind text, period text, area dcm.area_code, name text, %s)
		LANGUAGE sql STABLE PARALLEL RESTRICTED COST 100000 ROWS 1 BEGIN ATOMIC ', case_types)
		|| pg_catalog.format(template, 's.subject::dcm.area_code AS area, dcm.setting(''city_name'') AS name', case_measures, 'region', '',
			'since', 'till', '(''span'')', '0', 'pg_catalog.to_char(since, ''YYYY-MM-DD/'') || pg_catalog.to_char(till, ''YYYY-MM-DD'')',
			counts, 'd.subject', 'WHERE d.subject = ' || city)
		|| '; END';
END
$$;
COMMENT ON FUNCTION dcm.eval_city(date, date) IS
	'Evaluation of the whole city for the days from since to till, both included. Counts as dcm.score_event() says; handled_rate and closed_rate are percent of filed; in_time_rate is closed_in_time as percent of the cases with a clock among filed or closed (setting in_time_denominator; filed_timed, closed_timed); rates have two decimals and are NULL on zero. 全市评价:处置率、结案率以立案数为分母,按期结案率的分母由设置决定。';

-- Each column of the views names the figure that it is.
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN
		SELECT v.relname, a.attname, m.meaning
		FROM pg_class AS v
			JOIN pg_attribute AS a ON a.attrelid = v.oid AND a.attnum > 0
			JOIN (
				SELECT f.field, CASE f.unit WHEN 'percent' THEN 'Figure ' || f.field || ' of dcm.figures(): ' ELSE 'Field ' || f.field || ' of dcm.tally: ' END
					|| f.label_en || '. ' || f.label || '。' AS meaning
				FROM dcm.figures() AS f
				UNION ALL
				SELECT t.field, 'Field ' || t.field || ' of dcm.tally: ' || t.label_en || '. ' || t.label || '。'
				FROM dcm.tally_fields() AS t WHERE NOT EXISTS (SELECT FROM dcm.figures() AS f WHERE f.field = t.field)
				UNION ALL
				VALUES ('period_kind', 'day, week, month, quarter or year. 周期类型。'),
					('period', 'As 2015-03-01, 2015-W09 (ISO week), 2015-03, 2015-Q1, 2015. 周期。'),
					('org', 'Code of the body; NULL while no body has the case. 责任单位代码。'),
					('area', 'Code of the region. 区域代码。'),
					('category', 'Code of the category. 类别代码。'),
					('source', 'Code of the source. 来源代码。'),
					('grid', 'Code of the unit grid. 单元网格代码。'),
					('post', 'Code of the post. 岗位代码。'),
					('role', 'Its role. 角色代码。'),
					('person', 'Code of the person. 人员代码。'),
					('name', 'Its name. 名称。')) AS m (field, meaning) ON m.field = a.attname
		WHERE v.relnamespace = 'dcm'::regnamespace AND v.relkind = 'v' AND v.relname ~ '^eval_'
	LOOP
		EXECUTE pg_catalog.format('COMMENT ON COLUMN dcm.%I.%I IS %L', c.relname, c.attname, c.meaning);
	END LOOP;
END
$$;
