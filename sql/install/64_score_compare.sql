-- What people ask of figures: change on the period before and on the year before,
-- who has most, and how long handling takes at the middle and at the slow end.
-- Counts come from the facts; medians cannot be added up, so they come from cases.

CREATE FUNCTION dcm.is_workday(day date) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	zone constant text := dcm.setting('time_zone');
BEGIN
	RETURN isfinite(day)
		AND dcm.working_time(day::timestamp AT TIME ZONE zone, (day + 1)::timestamp AT TIME ZONE zone, dcm.setting('calendar')) > interval '0';
END
$$;
COMMENT ON FUNCTION dcm.is_workday(date) IS
	'Whether the city''s calendar (setting calendar) has any working time on that local day. 当日是否为工作日(城市日历当日有工作时间)。';

CREATE FUNCTION dcm.period_of(kind text, day date, month_starts_on int DEFAULT 1, OUT since date, OUT till date, OUT period text)
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 20
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	-- the first of what it is named after, of months the one in which it ends
	named timestamp;
	next timestamp;
	ahead interval := '0';
BEGIN
	IF kind = 'day' THEN
		since := day;
		till := day;
		period := to_char(day, 'YYYY-MM-DD');
	ELSIF kind = 'week' THEN
		since := date_trunc('week', day::timestamp);
		till := since + 6;
		period := to_char(since, 'IYYY-"W"IW');
	ELSIF kind IN ('month', 'quarter', 'year') THEN
		named := date_trunc('month', day::timestamp);
		IF month_starts_on > 1 THEN
			ahead := interval '1 month' - (month_starts_on - 1) * interval '1 day';
			IF extract(day FROM day) >= month_starts_on THEN
				named := named + interval '1 month';
			END IF;
		END IF;
		named := date_trunc(kind, named);
		next := named + CASE kind WHEN 'month' THEN interval '1 month' WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END;
		since := named - ahead;
		till := (next - ahead)::date - 1;
		period := to_char(named, CASE kind WHEN 'month' THEN 'YYYY-MM' WHEN 'quarter' THEN 'YYYY-"Q"Q' ELSE 'YYYY' END);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.period_of(text, date, int) IS
	'First and last day and name of the day, ISO week, month, quarter or year (kind) in which a day lies. A month that begins on another day than the 1st (26) is named after the one in which it ends, and quarters and years are made of such months. NULL for another kind. 日期所属的日、周(ISO)、月、季、年及起止日;考核月跨月时以结束月命名。';

CREATE FUNCTION dcm.month_starts_on() RETURNS int
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT coalesce(s.value, s.default_value)::int FROM dcm.setting AS s WHERE s.name = 'month_starts_on'), 1);
END
$$;
COMMENT ON FUNCTION dcm.month_starts_on() IS
	'The day on which months of evaluation begin: setting month_starts_on, 1 where there is none. 考核月起始日。';

-- A figure: a field of the tally as it is, or one made of two.
-- Not STRICT, so that it is put into the query that calls it.
CREATE FUNCTION dcm.figure(tally dcm.tally, field text, of_closed boolean DEFAULT false) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN CASE field
	WHEN 'handled_rate' THEN round(100.0 * dcm.count_of(tally, 'handled') / nullif(dcm.count_of(tally, 'filed'), 0), 2)
	WHEN 'closed_rate' THEN round(100.0 * dcm.count_of(tally, 'closed') / nullif(dcm.count_of(tally, 'filed'), 0), 2)
	WHEN 'in_time_rate' THEN round(100.0 * dcm.count_of(tally, 'closed_in_time')
		/ nullif(CASE WHEN of_closed THEN dcm.count_of(tally, 'closed_timed') ELSE dcm.count_of(tally, 'filed_timed') END, 0), 2)
	WHEN 'handling_hours' THEN round(dcm.count_of(tally, 'handling_seconds') / 3600.0 / nullif(dcm.count_of(tally, 'handling_count'), 0), 2)
	WHEN 'handling_work_hours' THEN round(dcm.count_of(tally, 'handling_work_seconds') / 3600.0 / nullif(dcm.count_of(tally, 'handling_count'), 0), 2)
	ELSE dcm.count_of(tally, field)::numeric END;
COMMENT ON FUNCTION dcm.figure(dcm.tally, text, boolean) IS
	'A field of a tally, or a figure of dcm.figures() made of its fields, with two decimals, NULL on zero; of_closed: in_time_rate is of closed and not of filed. 取计数值中的一项或由其计算的比率、平均用时。';

CREATE FUNCTION dcm.figures(OUT field text, OUT unit text, OUT label text, OUT label_en text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20 ROWS 90
BEGIN ATOMIC
	-- no fact holds what is of a moment, nor what no log tells
	SELECT t.field, t.unit, t.label, t.label_en FROM dcm.tally_fields() AS t WHERE t.unit <> 'stock' AND t.field NOT IN ('recurred', 'ownerless')
	UNION ALL
	VALUES ('handled_rate', 'percent', '处置率', 'handled, percent of filed'),
		('closed_rate', 'percent', '结案率', 'closed, percent of filed'),
		('in_time_rate', 'percent', '按期结案率', 'closed in time, percent of those with a time limit'),
		('handling_hours', 'hour', '平均处置用时(小时)', 'mean hours of handling'),
		('handling_work_hours', 'hour', '平均处置工作用时(小时)', 'mean hours of handling in working time');
END;
COMMENT ON FUNCTION dcm.figures() IS
	'What dcm.top() and dcm.eval_compare() can tell: the fields of a tally that facts hold, three rates and two means; with unit and label in both languages. 可查询的指标:各计数项、三项比率、两项平均用时。';

-- Facts of a kind as people name it, and of working days alone.
CREATE FUNCTION dcm.facts_of(kind text, since date, till date, workdays_only boolean DEFAULT false)
	RETURNS TABLE (day date, subject text, tally dcm.tally)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 100000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	city constant text := dcm.setting('area_code');
	digits constant int := CASE kind WHEN 'district' THEN 6 WHEN 'street' THEN 9 WHEN 'community' THEN 12 END;
BEGIN
	IF kind IN ('city', 'district', 'street', 'community') THEN
		RETURN QUERY
			SELECT f.day, f.subject, f.tally FROM dcm.facts('region', since, till) AS f
			WHERE CASE WHEN digits IS NULL THEN f.subject = city ELSE length(f.subject) = digits END
				AND (workdays_only IS NOT TRUE OR dcm.is_workday(f.day));
	ELSIF kind IN ('org', 'region', 'category', 'source', 'grid', 'post') THEN
		RETURN QUERY
			SELECT f.day, f.subject, f.tally FROM dcm.facts(kind, since, till) AS f
			WHERE workdays_only IS NOT TRUE OR dcm.is_workday(f.day);
	ELSE
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('figures cannot be told by "%s"', kind),
			HINT = 'By city, district, street, community, region, org, category, source, grid or post.',
			CONSTRAINT = 'dcm.no_grouping';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.facts_of(text, date, date, boolean) IS
	'dcm.facts() by kind city, district, street, community, region (every level), org, category, source, grid or post, for all days from since to till or for the working days among them. 按对象类型的逐日事实,可仅计工作日。';

CREATE FUNCTION dcm.fact_label(kind text, subject text, OUT code text, OUT name text, OUT name_en text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF kind IN ('city', 'district', 'street', 'community', 'region') THEN
		code := subject;
		SELECT r.name, r.name_en INTO name, name_en FROM dcm.region AS r WHERE r.code = nullif(subject, '')::dcm.area_code;
		IF name IS NULL AND subject = dcm.setting('area_code') THEN
			name := dcm.setting('city_name');
		END IF;
	ELSIF kind = 'org' THEN
		SELECT o.code, o.name, o.name_en INTO code, name, name_en FROM dcm.org AS o WHERE o.id = nullif(subject, '')::int;
	ELSIF kind = 'category' THEN
		SELECT c.code, c.name, c.name_en INTO code, name, name_en FROM dcm.category AS c WHERE c.id = nullif(subject, '')::int;
	ELSIF kind = 'source' THEN
		SELECT s.code, s.name, s.name_en INTO code, name, name_en FROM dcm.source AS s WHERE s.code = subject;
	ELSIF kind = 'grid' THEN
		code := subject;
		SELECT g.name INTO name FROM dcm.grid AS g WHERE g.code = nullif(subject, '')::dcm.grid_code;
	ELSIF kind = 'post' THEN
		SELECT p.code, n.name, n.name_en INTO code, name, name_en
		FROM dcm.post AS p JOIN dcm.person AS n ON n.id = p.person WHERE p.id = nullif(subject, '')::int;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.fact_label(text, text) IS
	'Code and names of a subject of dcm.facts_of(); NULL where there is none, as of cases without a body. 事实对象的代码与名称。';

-- The figures asked for are figures.
CREATE FUNCTION dcm.require_figures(fields text[]) RETURNS void
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	unknown text;
BEGIN
	SELECT u INTO unknown FROM unnest(fields) AS u
	WHERE u IS NULL OR NOT EXISTS (SELECT FROM dcm.figures() AS f WHERE f.field = u) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no figure "%s"', unknown),
			HINT = 'SELECT * FROM dcm.figures() lists them.',
			CONSTRAINT = 'dcm.no_field';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.require_figures(text[]) IS
	'Nothing where all are figures of dcm.figures(), 22023 dcm.no_field where not. 指标名不存在则报错。';

CREATE FUNCTION dcm.require_period_kind(period_kind text, also text) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF period_kind IS NULL OR period_kind <> ALL ('{day,week,month,quarter,year}') AND period_kind IS DISTINCT FROM also THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no kind of period "%s"', period_kind),
			HINT = 'Use ' || coalesce(also || ', ', '') || 'day, week, month, quarter or year.',
			CONSTRAINT = 'dcm.bad_period';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.require_period_kind(text, text) IS
	'Nothing where it is a kind of period, or the other word that is allowed; 22023 dcm.bad_period where not. 周期类型不存在则报错。';

-- Each period stands beside the one before and the same of the year before: a
-- row of day_of for each of the days that one of the three has.
CREATE FUNCTION dcm.eval_compare(kind text, every text, since date DEFAULT '-infinity', till date DEFAULT NULL,
	fields text[] DEFAULT '{filed,handled,handled_in_time,closed,closed_in_time,handled_rate,closed_rate,in_time_rate}', workdays_only boolean DEFAULT false)
	RETURNS TABLE (period_kind text, period text, first_day date, last_day date, subject text, name text, name_en text,
		field text, label text, label_en text, value numeric, previous numeric, change numeric, change_percent numeric,
		year_before numeric, year_change numeric, year_change_percent numeric)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	kind_of constant text := eval_compare.kind;
	each constant text := eval_compare.every;
	workdays constant boolean := eval_compare.workdays_only;
	starts_on constant int := dcm.month_starts_on();
	today constant date := (now() AT TIME ZONE dcm.setting('time_zone'))::date;
	last constant date := coalesce(eval_compare.till, today);
	-- the year before a year, a week of another number on either side
	earliest constant date := CASE WHEN isfinite(eval_compare.since) THEN (dcm.period_of('year', eval_compare.since, starts_on)).since - 380 ELSE eval_compare.since END;
	of_closed constant boolean := dcm.setting('in_time_denominator') = 'closed';
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_period_kind(each, NULL);
	PERFORM dcm.require_figures(eval_compare.fields);
	RETURN QUERY
	WITH fact AS MATERIALIZED (
		SELECT f.day, f.subject, f.tally FROM dcm.facts_of(kind_of, earliest, last, workdays) AS f
	), own AS MATERIALIZED (
		SELECT DISTINCT p.since, p.till, p.period
		FROM (SELECT DISTINCT f.day FROM fact AS f) AS d CROSS JOIN LATERAL dcm.period_of(each, d.day, starts_on) AS p
	), asked AS MATERIALIZED (
		-- cut off at the last day, and the two beside it at the same length
		SELECT p.since, p.till, p.period, least(p.till, last) AS cut, p.till > last AS is_cut, (SELECT min(f.day) FROM fact AS f) AS begin,
			b.since AS b_since, b.till AS b_till, y.since AS y_since, y.till AS y_till
		FROM (
			-- those that have something, and those beside which they stand
			SELECT o.since, o.till, o.period FROM own AS o
			UNION
			SELECT p.since, p.till, p.period FROM own AS o CROSS JOIN LATERAL dcm.period_of(each, o.till + 1, starts_on) AS p
			UNION
			SELECT p.since, p.till, p.period FROM own AS o CROSS JOIN LATERAL dcm.period_of(each,
				CASE each WHEN 'week' THEN to_date(to_char(o.since, 'IYYY')::int + 1 || to_char(o.since, '-IW'), 'IYYY-IW') ELSE (o.till + interval '1 year')::date END, starts_on) AS p) AS p
			CROSS JOIN LATERAL dcm.period_of(each, p.since - 1, starts_on) AS b
			-- the week of the same number, where the year before has it
			CROSS JOIN LATERAL dcm.period_of(each,
				CASE each WHEN 'week' THEN to_date(to_char(p.since, 'IYYY')::int - 1 || to_char(p.since, '-IW'), 'IYYY-IW')
					-- of months that begin on another day by the day on which they end
					ELSE (p.till - interval '1 year')::date END, starts_on) AS y
		WHERE p.till >= eval_compare.since AND p.since <= last
	), day_of AS (
		SELECT a.since, w.beside, g::date AS day
		FROM asked AS a
			CROSS JOIN LATERAL (VALUES
				('now', a.since, a.cut),
				('before', a.b_since, CASE WHEN a.is_cut THEN least(a.b_till, a.b_since + (a.cut - a.since)) ELSE a.b_till END),
				('year', a.y_since, CASE WHEN a.is_cut THEN least(a.y_till, a.y_since + (a.cut - a.since)) ELSE a.y_till END)) AS w (beside, first, last)
			CROSS JOIN LATERAL generate_series(w.first::timestamp, w.last::timestamp, '1 day') AS g
		WHERE w.beside <> 'year' OR each <> 'week' OR to_char(a.y_since, 'IW') = to_char(a.since, 'IW')
	), sums AS (
		SELECT d.since, f.subject,
			coalesce(dcm.merge(f.tally) FILTER (WHERE d.beside = 'now'), '{}') AS now,
			coalesce(dcm.merge(f.tally) FILTER (WHERE d.beside = 'before'), '{}') AS before,
			coalesce(dcm.merge(f.tally) FILTER (WHERE d.beside = 'year'), '{}') AS year
		FROM day_of AS d JOIN fact AS f ON f.day = d.day
		GROUP BY d.since, f.subject
	), valued AS (
		-- what was not recorded is not zero
		SELECT s.since, s.subject, n.field, n.ord,
			dcm.figure(s.now, n.field, of_closed) AS value,
			CASE WHEN a.b_till >= a.begin THEN dcm.figure(s.before, n.field, of_closed) END AS before,
			CASE WHEN a.y_till >= a.begin AND (each <> 'week' OR to_char(a.y_since, 'IW') = to_char(a.since, 'IW')) THEN dcm.figure(s.year, n.field, of_closed) END AS year
		FROM sums AS s
			JOIN asked AS a ON a.since = s.since
			CROSS JOIN LATERAL unnest(eval_compare.fields) WITH ORDINALITY AS n (field, ord)
	)
	SELECT each, a.period, a.since, a.cut, l.code, l.name, l.name_en, v.field, m.label, m.label_en,
		v.value, v.before, v.value - v.before, round(100 * (v.value - v.before) / nullif(v.before, 0), 2),
		v.year, v.value - v.year, round(100 * (v.value - v.year) / nullif(v.year, 0), 2)
	FROM valued AS v
		JOIN asked AS a ON a.since = v.since
		JOIN dcm.figures() AS m ON m.field = v.field
		JOIN (SELECT s.subject, x.* FROM (SELECT DISTINCT f.subject FROM fact AS f) AS s CROSS JOIN LATERAL dcm.fact_label(kind_of, s.subject) AS x) AS l ON l.subject = v.subject
	ORDER BY a.since, l.code COLLATE "C" NULLS LAST, v.ord;
END
$$;
COMMENT ON FUNCTION dcm.eval_compare(text, text, date, date, text[], boolean) IS
	'Figures of each period (every day, week (ISO), month, quarter or year) and subject (kind as in dcm.facts_of()), with the period before (环比) and the same of the year before (同比), their difference, and that as percent; of rates the difference is in percentage points. The periods are those from the one of since to the one of till (NULL: today); a last one that is cut off by till is compared with as many days of the others, so that half a month is not held against a whole one. A subject is there where it has something in any of the three, so that differences add up; previous and year_before are NULL where the city has no record yet of that period, or the year no week of that number; percent of zero is NULL. fields are of dcm.figures(). 各周期指标及环比、同比(差值与百分比);未结束的周期与前期相同天数比较;建城记录之前的周期为空。';

CREATE FUNCTION dcm.top(kind text, since date, till date, field text DEFAULT 'filed', n int DEFAULT 10, lowest boolean DEFAULT false, workdays_only boolean DEFAULT false)
	RETURNS TABLE (rank bigint, subject text, name text, name_en text, value numeric, share numeric)
	LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	of_closed constant boolean := dcm.setting('in_time_denominator') = 'closed';
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_figures(ARRAY[top.field]);
	IF top.n < 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the first %s of a list are none', top.n),
			CONSTRAINT = 'dcm.bad_page';
	END IF;
	RETURN QUERY
	WITH sums AS (
		SELECT f.subject, dcm.figure(dcm.merge(f.tally), top.field, of_closed) AS value
		FROM dcm.facts_of(top.kind, top.since, top.till, top.workdays_only) AS f
		GROUP BY f.subject
	), ranked AS (
		SELECT rank() OVER (ORDER BY CASE WHEN top.lowest THEN s.value END, s.value DESC) AS rank, s.subject, s.value,
			round(100 * s.value / nullif(w.total, 0), 2) AS share
		FROM sums AS s
			CROSS JOIN (
				SELECT CASE (SELECT g.unit FROM dcm.figures() AS g WHERE g.field = top.field) WHEN 'count' THEN sum(a.value) WHEN 'second' THEN sum(a.value) END AS total
				FROM sums AS a) AS w
		WHERE s.subject <> '' AND (s.value > 0 OR s.value = 0 AND top.lowest)
	)
	SELECT r.rank, l.code, l.name, l.name_en, r.value, r.share
	FROM ranked AS r CROSS JOIN LATERAL dcm.fact_label(top.kind, r.subject) AS l
	WHERE r.rank <= top.n
	ORDER BY r.rank, l.code COLLATE "C";
END
$$;
COMMENT ON FUNCTION dcm.top(text, date, date, text, int, boolean, boolean) IS
	'The n subjects of a kind (dcm.facts_of()) with the highest value of a figure (dcm.figures()) over the days from since to till, both included, or the lowest; whoever ties with the last is in too. share is percent of the sum over all subjects, for counts and seconds (of kind region it adds levels up: ask for one level). A subject with zero is among the lowest only, cases without a body in none. 前 n 名(或后 n 名),并列者一并列出,附占比。';

CREATE FUNCTION dcm.handling_seconds(dispatched_at timestamptz, handled_at timestamptz, pauses tstzmultirange) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
RETURN extract(epoch FROM handled_at - dispatched_at)::float8
	- CASE WHEN pauses IS NULL OR isempty(pauses) THEN 0
		ELSE coalesce((SELECT sum(extract(epoch FROM upper(p) - lower(p)))::float8 FROM unnest(pauses * tstzmultirange(tstzrange(least(dispatched_at, handled_at), handled_at))) AS p), 0) END;
COMMENT ON FUNCTION dcm.handling_seconds(timestamptz, timestamptz, tstzmultirange) IS
	'Seconds from a dispatch to a handling without the pauses between them. 处置用时(秒),扣除暂停。';

-- Exact: every case is looked at, no sketch.
CREATE FUNCTION dcm.handling_time(kind text, every text DEFAULT 'span', since date DEFAULT '-infinity', till date DEFAULT 'infinity', workdays_only boolean DEFAULT false)
	RETURNS TABLE (period_kind text, period text, subject text, name text, name_en text, handled bigint,
		mean_hours numeric, median_hours numeric, p90_hours numeric, longest_hours numeric,
		mean_work_hours numeric, median_work_hours numeric, p90_work_hours numeric, longest_work_hours numeric)
	LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED COST 10000000 ROWS 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
#variable_conflict use_column
DECLARE
	kind_of constant text := handling_time.kind;
	each constant text := handling_time.every;
	workdays constant boolean := handling_time.workdays_only;
	starts_on constant int := dcm.month_starts_on();
	zone constant text := dcm.setting('time_zone');
	calendar constant text := dcm.setting('calendar');
	from_at constant timestamptz := CASE WHEN isfinite(handling_time.since) THEN handling_time.since::timestamp AT TIME ZONE zone ELSE handling_time.since::timestamptz END;
	before_at constant timestamptz := CASE WHEN isfinite(handling_time.till) THEN (handling_time.till + 1)::timestamp AT TIME ZONE zone ELSE handling_time.till::timestamptz END;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_period_kind(each, 'span');
	IF kind_of <> ALL ('{city,district,street,community,org,category,source,grid}') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('times of handling cannot be told by "%s"', kind_of),
			HINT = 'By city, district, street, community, org, category, source or grid.',
			CONSTRAINT = 'dcm.no_grouping';
	END IF;
	RETURN QUERY
	WITH handled AS (
		SELECT (f.handled_at AT TIME ZONE zone)::date AS day,
			CASE kind_of WHEN 'city' THEN dcm.setting('area_code') WHEN 'district' THEN dcm.district(f.area)::text WHEN 'street' THEN dcm.street(f.area)::text
				WHEN 'community' THEN dcm.community(f.area)::text WHEN 'org' THEN f.org::text WHEN 'category' THEN f.category::text
				WHEN 'source' THEN f.source ELSE f.grid::text END AS subject,
			CASE WHEN f.pauses IS NULL THEN extract(epoch FROM f.handled_at - f.dispatched_at)::float8 ELSE dcm.handling_seconds(f.dispatched_at, f.handled_at, f.pauses) END AS seconds,
			extract(epoch FROM dcm.working_time(f.dispatched_at, f.handled_at, calendar, coalesce(f.pauses, '{}')))::float8 AS work_seconds
		FROM dcm.case_file AS f
		WHERE f.filed_at IS NOT NULL AND f.dispatched_at IS NOT NULL AND f.handled_at >= from_at AND f.handled_at < before_at
	), named AS (
		SELECT h.subject, h.seconds, h.work_seconds,
			CASE each WHEN 'span' THEN to_char(handling_time.since, 'YYYY-MM-DD/') || to_char(handling_time.till, 'YYYY-MM-DD') ELSE d.period END AS period
		FROM handled AS h
			-- a day is looked at once
			JOIN (
				SELECT x.day, p.period, workdays AND NOT dcm.is_workday(x.day) AS left_out
				FROM (SELECT DISTINCT y.day FROM handled AS y) AS x LEFT JOIN LATERAL dcm.period_of(each, x.day, starts_on) AS p ON true) AS d ON d.day = h.day
		WHERE NOT d.left_out AND h.subject IS NOT NULL
	), told AS (
		SELECT n.period, n.subject, count(*) AS handled,
			avg(n.seconds) AS mean, percentile_cont('{0.5,0.9,1}'::float8[]) WITHIN GROUP (ORDER BY n.seconds) AS at,
			avg(n.work_seconds) AS work_mean, percentile_cont('{0.5,0.9,1}'::float8[]) WITHIN GROUP (ORDER BY n.work_seconds) AS work_at
		FROM named AS n
		GROUP BY n.period, n.subject
	)
	SELECT each, t.period, l.code, l.name, l.name_en, t.handled,
		round((t.mean / 3600)::numeric, 2), round((t.at[1] / 3600)::numeric, 2), round((t.at[2] / 3600)::numeric, 2), round((t.at[3] / 3600)::numeric, 2),
		round((t.work_mean / 3600)::numeric, 2), round((t.work_at[1] / 3600)::numeric, 2), round((t.work_at[2] / 3600)::numeric, 2), round((t.work_at[3] / 3600)::numeric, 2)
	FROM told AS t CROSS JOIN LATERAL dcm.fact_label(kind_of, t.subject) AS l
	ORDER BY t.period, l.code COLLATE "C";
END
$$;
COMMENT ON FUNCTION dcm.handling_time(text, text, date, date, boolean) IS
	'How long bodies took to handle the cases of the caller''s sight whose handling stands and lies on days from since to till: mean, median, 90th percentile and longest, in hours by the clock and in hours of working time (setting calendar), by kind city, district, street, community, org, category, source or grid, over the span or for every day, week, month, quarter or year. From the last dispatch to the last handling, without what was suspended or waited for a check. Exact, from every case; percentiles lie between two cases in proportion, as those of spreadsheets do. workdays_only: cases handled on a working day. 处置用时:均值、中位数、九成分位与最长(自然小时与工作小时),由案卷精确计算。';
