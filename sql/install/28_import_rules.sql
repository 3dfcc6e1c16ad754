-- The lists of rules: categories, the catalogue of limits, days of calendars.

-- Categories

CREATE FUNCTION dcm.import_categories(edition text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	PERFORM dcm.edition_cut(edition);
	RETURN dcm.import_list('categories',
		'edition text, code text, kind text, major text, major_name text, minor text, name text, name_en text, origin text, confidence text, source text',
		jsonb_build_object('edition', coalesce(edition, dcm.setting('edition'))), 'edition, code', 'minor', '{}');
END
$$;
COMMENT ON FUNCTION dcm.import_categories(text) IS
	'Takes categories in from dcm.stage_categories: kind (component or event), major, minor and name are needed; a row without an edition is of the one given, else the city''s; additions of the city''s own (origin local_extension) that do not keep the edition''s rule go in with a warning. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 22023 for an unknown edition. 导入部件与事件分类。';

CREATE FUNCTION dcm.judge_categories(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.judged_categories (line, edition, code, kind, major, major_name, minor, name, name_en, origin, confidence, source, bad)
	SELECT s.line, r.edition, upper(left(r.kind, 1)) || r.major || r.minor, r.kind, r.major, dcm.clean(s.major_name), r.minor,
		dcm.clean(s.name), dcm.clean(s.name_en), dcm.clean(s.origin), dcm.clean(s.confidence), dcm.clean(s.source),
		dcm.faults(
			CASE WHEN NOT EXISTS (SELECT FROM dcm.edition AS e WHERE e.code = r.edition) THEN 'edition:unknown=edition' END,
			CASE WHEN r.kind IS NULL THEN 'kind:missing' WHEN r.kind NOT IN ('component', 'event') THEN 'kind:choice=component, event' END,
			CASE WHEN r.major IS NULL THEN 'major:missing' WHEN r.major !~ '^[0-9]{2}$' THEN 'major:bad_digits' END,
			CASE WHEN r.minor IS NULL THEN 'minor:missing'
				WHEN r.minor !~ CASE (SELECT e.cut FROM dcm.edition AS e WHERE e.code = r.edition) WHEN 'new' THEN '^[0-9]{3}$' ELSE '^[0-9]{2}$' END THEN 'minor:bad_digits' END,
			CASE WHEN dcm.clean(s.name) IS NULL THEN 'name:missing' END)
	FROM dcm.stage_categories AS s
		CROSS JOIN LATERAL (
			SELECT coalesce(dcm.clean(s.edition), options ->> 'edition') AS edition,
				CASE dcm.clean(s.kind) WHEN '部件' THEN 'component' WHEN '事件' THEN 'event' ELSE lower(dcm.clean(s.kind)) END AS kind,
				dcm.clean(s.major) AS major, dcm.clean(s.minor) AS minor) AS r
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_categories(tid, tid, jsonb) IS 'Judges lines of dcm.stage_categories. 校验分类。';

CREATE FUNCTION dcm.store_categories(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	UPDATE dcm.category AS c
	SET major_name = coalesce(j.major_name, c.major_name), name = j.name, name_en = coalesce(j.name_en, c.name_en), origin = coalesce(j.origin, c.origin),
		confidence = coalesce(j.confidence, c.confidence), source = coalesce(j.source, c.source)
	FROM pg_temp.judged_categories AS j
	WHERE (c.code, c.edition) = (j.code, j.edition) AND j.bad IS NULL
		AND (c.major_name, c.name, c.name_en, c.origin, c.confidence, c.source) IS DISTINCT FROM
			(coalesce(j.major_name, c.major_name), j.name, coalesce(j.name_en, c.name_en), coalesce(j.origin, c.origin), coalesce(j.confidence, c.confidence), coalesce(j.source, c.source));
	GET DIAGNOSTICS changed = ROW_COUNT;
	INSERT INTO dcm.category (edition, code, kind, major, major_name, minor, name, name_en, origin, confidence, source)
	SELECT j.edition, j.code, j.kind, j.major, j.major_name, j.minor, j.name, j.name_en, j.origin, j.confidence, j.source
	FROM pg_temp.judged_categories AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.category AS c WHERE (c.code, c.edition) = (j.code, j.edition))
	ORDER BY j.line;
	GET DIAGNOSTICS added = ROW_COUNT;
	PERFORM dcm.store_category_warnings();
END
$$;
COMMENT ON FUNCTION dcm.store_categories(jsonb) IS 'Writes the good lines of a list of categories. 写入分类。';

CREATE FUNCTION dcm.store_category_warnings() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	UPDATE pg_temp.judged_categories AS j SET warn = f.found
	FROM pg_temp.judged_categories AS k
		CROSS JOIN LATERAL (
			SELECT array_agg(CASE w.fault WHEN 'no_mark' THEN 'name:' ELSE 'minor:' END || w.fault)
			FROM unnest(dcm.category_faults(k.edition, k.kind, k.major, k.minor, k.name, k.origin)) AS w (fault)) AS f (found)
	WHERE j.line = k.line AND k.bad IS NULL AND f.found IS NOT NULL;
END
$$;
COMMENT ON FUNCTION dcm.store_category_warnings() IS 'Warns of categories that do not keep the rule of their edition, once all of the list are there. 分类版本规则提示。';

-- The catalogue of limits

CREATE FUNCTION dcm.import_filing_standards(bare_day text = NULL, bare_hour text = NULL, edition text = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
BEGIN
	-- a unit that is none is told before any row is judged
	PERFORM dcm.read_time_limit('1天', bare_day), dcm.read_time_limit('1小时', NULL, bare_hour), dcm.edition_cut(edition);
	RETURN dcm.import_list('filing_standards',
		'category int, condition_no int, condition text, condition_en text, limit_1 dcm.time_limit, limit_2 dcm.time_limit, limit_3 dcm.time_limit,
			closing text, closing_en text, source text, edition text, since timestamptz',
		jsonb_build_object('bare_day', bare_day, 'bare_hour', bare_hour, 'edition', coalesce(edition, dcm.setting('edition'))),
		'category, condition_no', 'condition_no', '{"limit_1": "time_limit", "limit_2": "time_limit", "limit_3": "time_limit"}');
END
$$;
COMMENT ON FUNCTION dcm.import_filing_standards(text, text, text) IS
	'Takes filing conditions and their limits in from dcm.stage_filing_standards: category (code or name in the edition given, else the city''s), condition_no and condition are needed; limits as dcm.time_limit reads them, a bare day or hour (3天, 4小时) as bare_day and bare_hour say it is meant (work_day, work_hour …) and refused where they do not. A row that differs becomes a new version from valid_from on where that is to come, else from now, with a warning for a day that has been. Returns a summary, mended counts the bare units; bad rows stay, with their reasons in dcm.import_fault. 22023 for an unknown unit or edition. 导入立案标准。';

CREATE FUNCTION dcm.judge_filing_standards(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO pg_temp.judged_filing_standards
		(line, category, condition_no, condition, condition_en, limit_1, limit_2, limit_3, closing, closing_en, source, edition, since, bad, warn)
	WITH known AS MATERIALIZED (
		SELECT k.key, min(k.id) AS id, count(*) AS many, string_agg(c.code, ', ' ORDER BY c.code) AS codes
		FROM dcm.category AS c CROSS JOIN LATERAL (VALUES (c.code, c.id), (c.name, c.id)) AS k (key, id)
		WHERE c.edition = options ->> 'edition'
		GROUP BY k.key
	)
	SELECT s.line, k.id, r.condition_no, dcm.clean(s.condition), dcm.clean(s.condition_en), r.limit_1, r.limit_2, r.limit_3,
		dcm.clean(s.closing), dcm.clean(s.closing_en), dcm.clean(s.source), dcm.clean(s.edition),
		lower(dcm.read_valid(dcm.read_date(s.valid_from), NULL)),
		dcm.faults(
			CASE WHEN dcm.clean(s.category) IS NULL THEN 'category:missing' WHEN k.id IS NULL THEN 'category:unknown=category'
				WHEN k.many > 1 THEN 'category:ambiguous=category=' || k.codes END,
			CASE WHEN dcm.clean(s.condition_no) IS NULL THEN 'condition_no:missing'
				WHEN r.condition_no BETWEEN 1 AND 32767 THEN NULL ELSE 'condition_no:bad_integer' END,
			CASE WHEN dcm.clean(s.condition) IS NULL THEN 'condition:missing' END,
			CASE WHEN dcm.clean(s.limit_1) IS NOT NULL AND r.limit_1 IS NULL THEN 'limit_1:bad_limit' END,
			CASE WHEN dcm.clean(s.limit_2) IS NOT NULL AND r.limit_2 IS NULL THEN 'limit_2:bad_limit' END,
			CASE WHEN dcm.clean(s.limit_3) IS NOT NULL AND r.limit_3 IS NULL THEN 'limit_3:bad_limit' END,
			CASE WHEN dcm.clean(s.valid_from) IS NOT NULL AND dcm.read_date(s.valid_from) IS NULL THEN 'valid_from:bad_date' END),
		dcm.faults(
			CASE WHEN dcm.is_bare_limit(s.limit_1) THEN 'limit_1:bare_unit' END,
			CASE WHEN dcm.is_bare_limit(s.limit_2) THEN 'limit_2:bare_unit' END,
			CASE WHEN dcm.is_bare_limit(s.limit_3) THEN 'limit_3:bare_unit' END,
			CASE WHEN dcm.unit(r.limit_1) = dcm.unit(r.limit_2) AND r.limit_1 > r.limit_2 THEN 'limit_1:limit_order' END,
			CASE WHEN dcm.unit(r.limit_2) = dcm.unit(r.limit_3) AND r.limit_2 > r.limit_3 THEN 'limit_2:limit_order' END)
	FROM dcm.stage_filing_standards AS s
		CROSS JOIN LATERAL (
			SELECT dcm.read_integer(s.condition_no) AS condition_no,
				dcm.read_time_limit(dcm.clean(s.limit_1), options ->> 'bare_day', options ->> 'bare_hour') AS limit_1,
				dcm.read_time_limit(dcm.clean(s.limit_2), options ->> 'bare_day', options ->> 'bare_hour') AS limit_2,
				dcm.read_time_limit(dcm.clean(s.limit_3), options ->> 'bare_day', options ->> 'bare_hour') AS limit_3) AS r
		LEFT JOIN known AS k ON k.key = dcm.clean(s.category)
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_filing_standards(tid, tid, jsonb) IS 'Judges lines of dcm.stage_filing_standards. 校验立案标准。';

CREATE FUNCTION dcm.settle_filing_standards(options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- a change from a day within what has not begun itself
	UPDATE pg_temp.judged_filing_standards AS j SET bad = '{valid_from:other_version}'
	FROM dcm.filing_standard AS f
	WHERE (f.category, f.condition_no) = (j.category, j.condition_no) AND j.bad IS NULL AND f.valid @> j.since AND lower(f.valid) > now() AND j.since > lower(f.valid)
		AND (f.condition, f.condition_en, f.limit_1, f.limit_2, f.limit_3, f.closing, f.closing_en, f.source, f.edition) IS DISTINCT FROM
			(j.condition, coalesce(j.condition_en, f.condition_en), coalesce(j.limit_1, f.limit_1), coalesce(j.limit_2, f.limit_2), coalesce(j.limit_3, f.limit_3),
				coalesce(j.closing, f.closing), coalesce(j.closing_en, f.closing_en), coalesce(j.source, f.source), coalesce(j.edition, f.edition));
END
$$;
COMMENT ON FUNCTION dcm.settle_filing_standards(jsonb) IS 'Finds conditions that would begin within a version that has not begun itself. 校验立案标准的生效时间。';

CREATE FUNCTION dcm.store_filing_standards(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- against the version that would be in force when the row begins
	WITH done AS (
		UPDATE dcm.filing_standard AS f
		SET condition = j.condition, condition_en = coalesce(j.condition_en, f.condition_en), limit_1 = coalesce(j.limit_1, f.limit_1),
			limit_2 = coalesce(j.limit_2, f.limit_2), limit_3 = coalesce(j.limit_3, f.limit_3), closing = coalesce(j.closing, f.closing), closing_en = coalesce(j.closing_en, f.closing_en), source = coalesce(j.source, f.source),
			edition = coalesce(j.edition, f.edition),
			valid = CASE WHEN j.since > now() AND lower(f.valid) < j.since THEN tstzrange(j.since, upper(f.valid)) ELSE f.valid END
		FROM pg_temp.judged_filing_standards AS j
		WHERE (f.category, f.condition_no) = (j.category, j.condition_no) AND f.valid @> greatest(j.since, now()) AND j.bad IS NULL
			AND (f.condition, f.condition_en, f.limit_1, f.limit_2, f.limit_3, f.closing, f.closing_en, f.source, f.edition) IS DISTINCT FROM
				(j.condition, coalesce(j.condition_en, f.condition_en), coalesce(j.limit_1, f.limit_1), coalesce(j.limit_2, f.limit_2), coalesce(j.limit_3, f.limit_3), coalesce(j.closing, f.closing),
					coalesce(j.closing_en, f.closing_en), coalesce(j.source, f.source), coalesce(j.edition, f.edition))
		RETURNING j.line
	), told AS (
		-- a case keeps the version by which it was filed, so none begins in the past
		UPDATE pg_temp.judged_filing_standards AS j SET warn = j.warn || 'valid_from:from_now'::text
		FROM done AS d WHERE d.line = j.line AND j.since < date_trunc('day', now(), dcm.setting('time_zone'))
	)
	SELECT count(*) INTO changed FROM done;
	INSERT INTO dcm.filing_standard (category, condition_no, condition, condition_en, limit_1, limit_2, limit_3, closing, closing_en, source, edition, valid)
	SELECT j.category, j.condition_no, j.condition, j.condition_en, j.limit_1, j.limit_2, j.limit_3, j.closing, j.closing_en, j.source, j.edition,
		tstzrange(greatest(coalesce(j.since, '-infinity'), v.last), v.later)
	FROM pg_temp.judged_filing_standards AS j
		-- between the versions before and after
		CROSS JOIN LATERAL (
			SELECT max(upper(o.valid)) FILTER (WHERE upper(o.valid) <= greatest(j.since, now())) AS last,
				min(lower(o.valid)) FILTER (WHERE lower(o.valid) > greatest(j.since, now())) AS later
			FROM dcm.filing_standard AS o
			WHERE (o.category, o.condition_no) = (j.category, j.condition_no) AND NOT isempty(o.valid)) AS v
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.filing_standard AS f
		WHERE (f.category, f.condition_no) = (j.category, j.condition_no) AND f.valid @> greatest(j.since, now()))
	ORDER BY j.line;
	GET DIAGNOSTICS added = ROW_COUNT;
END
$$;
COMMENT ON FUNCTION dcm.store_filing_standards(jsonb) IS 'Writes the good lines of a catalogue of limits. 写入立案标准。';

-- Days of calendars

CREATE FUNCTION dcm.import_calendar_days(covers daterange = NULL) RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path FROM CURRENT
AS $$
DECLARE
	result dcm.import_result;
BEGIN
	result := dcm.import_list('calendar_days',
		'calendar text, day date, kind text, as_weekday int, label text, hours text', jsonb_build_object('covers', covers), 'calendar, day', 'day', '{}');
	-- a deadline reckoned without a day that is still bad would count as sure
	IF covers IS NOT NULL AND result.bad > 0 THEN
		RAISE WARNING 'no dates were announced: % of the days are bad', result.bad
			USING HINT = 'Mend them, see dcm.import_fault, and import again with covers.';
	ELSIF covers IS NOT NULL AND result.lines = 0 THEN
		RAISE WARNING 'no dates were announced: the list has no days'
			USING HINT = 'Where all days follow their weekdays: UPDATE dcm.calendar SET covers = covers + ''[…)'' WHERE name = ''default''.';
	END IF;
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.import_calendar_days(daterange) IS
	'Takes days that do not follow their weekday in from dcm.stage_calendar_days: day and kind (holiday 休、放假、节假日, workday 班、工作日、调休, special 特殊) are needed; calendar is default if not given; hours, such as 09:00-12:00,14:00-17:00, are those of a special day. covers adds dates whose holidays are now announced to the calendars of the list, and adds none, with a warning, while a row is bad or where there is none. Returns a summary; bad rows stay, with their reasons in dcm.import_fault. 导入节假日与调休。';

CREATE FUNCTION dcm.is_overlapping(hours text) RETURNS boolean
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	-- what closes at or before it opens goes on till the next morning
	RETURN (SELECT coalesce(bool_or(s.opens < s.before), false)
		FROM (SELECT p.opens, lag(p.closes + CASE WHEN p.closes <= p.opens THEN interval '1 day' ELSE '0' END) OVER (ORDER BY p.opens) AS before
			FROM (SELECT split_part(h, '-', 1)::interval, split_part(h, '-', 2)::interval FROM unnest(string_to_array(hours, ',')) AS h) AS p (opens, closes)) AS s);
END
$$;
COMMENT ON FUNCTION dcm.is_overlapping(text) IS
	'Whether times such as 09:00-12:00,14:00-17:00 overlap. 时段是否重叠。';

CREATE FUNCTION dcm.judge_calendar_days(first tid, last tid, options jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	clock constant text := '([01]?[0-9]|2[0-3]):[0-5][0-9]';
	spans constant text := format('^%1$s-(%1$s|24:00)(,%1$s-(%1$s|24:00))*$', clock);
BEGIN
	INSERT INTO pg_temp.judged_calendar_days (line, calendar, day, kind, as_weekday, label, hours, bad)
	SELECT s.line, r.calendar, dcm.read_date(s.day), r.kind, coalesce(dcm.read_integer(s.as_weekday), 1), dcm.clean(s.label), r.hours,
		dcm.faults(
			CASE WHEN NOT EXISTS (SELECT FROM dcm.calendar AS c WHERE c.name = r.calendar) THEN 'calendar:unknown=calendar' END,
			CASE WHEN dcm.clean(s.day) IS NULL THEN 'day:missing' WHEN dcm.read_date(s.day) IS NULL THEN 'day:bad_date' END,
			CASE WHEN r.kind IS NULL THEN 'kind:missing' WHEN r.kind NOT IN ('holiday', 'workday', 'special') THEN 'kind:choice=holiday (休、放假、节假日), workday (班、工作日、调休), special (特殊)' END,
			CASE WHEN dcm.clean(s.as_weekday) IS NULL OR dcm.read_integer(s.as_weekday) BETWEEN 1 AND 7 THEN NULL ELSE 'as_weekday:choice=1, 2, 3, 4, 5, 6, 7' END,
			CASE WHEN r.kind = 'special' AND r.hours IS NULL THEN 'hours:missing'
				WHEN r.kind <> 'special' AND r.hours IS NOT NULL THEN 'hours:mismatch=the kind: only a special day has hours of its own'
				WHEN r.hours !~ spans OR dcm.is_overlapping(r.hours) THEN 'hours:bad_hours' END)
	FROM dcm.stage_calendar_days AS s
		CROSS JOIN LATERAL (
			SELECT coalesce(dcm.clean(s.calendar), 'default') AS calendar, replace(dcm.clean(s.hours), ' ', '') AS hours,
				CASE WHEN dcm.clean(s.kind) IN ('休', '放假', '节假日') THEN 'holiday' WHEN dcm.clean(s.kind) IN ('班', '工作日', '调休') THEN 'workday'
					WHEN dcm.clean(s.kind) = '特殊' THEN 'special' ELSE lower(dcm.clean(s.kind)) END AS kind) AS r
	WHERE s.ctid >= first AND s.ctid < last;
END
$$;
COMMENT ON FUNCTION dcm.judge_calendar_days(tid, tid, jsonb) IS 'Judges lines of dcm.stage_calendar_days. 校验日历。';

CREATE FUNCTION dcm.check_adjacent(calendar text, covers daterange, announced daterange) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF NOT (isempty(covers) OR covers && announced OR covers -|- announced) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s would leave a gap in what calendar "%s" covers', announced, calendar),
			DETAIL = format('It covers %s.', covers),
			HINT = 'Bring in the days between first; nothing of this list went in.',
			CONSTRAINT = 'dcm.bad_days';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.check_adjacent(text, daterange, daterange) IS
	'Raises 22023 where announced dates neither touch nor overlap what a calendar covers. 公布日期须与已覆盖日期相接。';

CREATE FUNCTION dcm.store_calendar_days(options jsonb, OUT added bigint, OUT changed bigint, OUT unchanged bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	announced constant daterange := options ->> 'covers';
BEGIN
	PERFORM dcm.check_adjacent(c.name, c.covers, announced)
	FROM dcm.calendar AS c WHERE c.name IN (SELECT j.calendar FROM pg_temp.judged_calendar_days AS j WHERE j.bad IS NULL);
	CREATE TEMP TABLE judged_day_hours ON COMMIT DROP AS
	SELECT j.calendar, j.day, split_part(h, '-', 1)::time AS opens, split_part(h, '-', 2)::time AS closes
	FROM pg_temp.judged_calendar_days AS j CROSS JOIN LATERAL unnest(string_to_array(j.hours, ',')) AS h
	WHERE j.bad IS NULL;
	CREATE TEMP TABLE judged_day_other ON COMMIT DROP AS
	SELECT j.calendar, j.day FROM pg_temp.judged_calendar_days AS j JOIN dcm.calendar_day AS d ON (d.calendar, d.day) = (j.calendar, j.day)
	WHERE j.bad IS NULL
		AND ((d.kind, d.as_weekday, d.label) IS DISTINCT FROM (j.kind, j.as_weekday::smallint, coalesce(j.label, d.label))
			OR EXISTS ((SELECT h.opens, h.closes FROM dcm.calendar_day_hours AS h WHERE (h.calendar, h.day) = (j.calendar, j.day))
				EXCEPT (SELECT n.opens, n.closes FROM pg_temp.judged_day_hours AS n WHERE (n.calendar, n.day) = (j.calendar, j.day)))
			OR EXISTS ((SELECT n.opens, n.closes FROM pg_temp.judged_day_hours AS n WHERE (n.calendar, n.day) = (j.calendar, j.day))
				EXCEPT (SELECT h.opens, h.closes FROM dcm.calendar_day_hours AS h WHERE (h.calendar, h.day) = (j.calendar, j.day))));
	GET DIAGNOSTICS changed = ROW_COUNT;
	DELETE FROM dcm.calendar_day_hours AS h USING pg_temp.judged_day_other AS o WHERE (h.calendar, h.day) = (o.calendar, o.day);
	UPDATE dcm.calendar_day AS d SET kind = j.kind, as_weekday = j.as_weekday, label = coalesce(j.label, d.label)
	FROM pg_temp.judged_calendar_days AS j JOIN pg_temp.judged_day_other AS o ON (o.calendar, o.day) = (j.calendar, j.day)
	WHERE (d.calendar, d.day) = (j.calendar, j.day) AND j.bad IS NULL;
	INSERT INTO dcm.calendar_day (calendar, day, kind, as_weekday, label)
	SELECT j.calendar, j.day, j.kind, j.as_weekday, j.label
	FROM pg_temp.judged_calendar_days AS j
	WHERE j.bad IS NULL AND NOT EXISTS (SELECT FROM dcm.calendar_day AS d WHERE (d.calendar, d.day) = (j.calendar, j.day));
	GET DIAGNOSTICS added = ROW_COUNT;
	INSERT INTO dcm.calendar_day_hours (calendar, day, opens, closes)
	SELECT n.calendar, n.day, n.opens, n.closes FROM pg_temp.judged_day_hours AS n
	WHERE NOT EXISTS (SELECT FROM dcm.calendar_day_hours AS h WHERE (h.calendar, h.day, h.opens) = (n.calendar, n.day, n.opens));
	UPDATE dcm.calendar AS c SET covers = c.covers + announced
	WHERE announced IS NOT NULL AND NOT EXISTS (SELECT FROM pg_temp.judged_calendar_days AS j WHERE j.bad IS NOT NULL) AND c.name IN (SELECT j.calendar FROM pg_temp.judged_calendar_days AS j WHERE j.bad IS NULL) AND NOT c.covers @> announced;
	DROP TABLE pg_temp.judged_day_hours, pg_temp.judged_day_other;
END
$$;
COMMENT ON FUNCTION dcm.store_calendar_days(jsonb) IS 'Writes the good lines of a list of days. 写入日历。';
