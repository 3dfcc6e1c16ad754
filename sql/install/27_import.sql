-- The engine of imports: takes the rows of a staging table in ten parts, has
-- each judged by the list's own function, keeps the bad ones with their reasons,
-- and has the good ones stored.  Two functions make a list: dcm.judge_LIST fills
-- a temporary table judged_LIST, a row a line, with what it read and an array of
-- faults "column:code"; dcm.store_LIST writes what has none, and tells how many
-- rows it added and changed; unchanged it tells only where that is not the rest.

CREATE TYPE dcm.import_result AS (
	list		text,
	lines		bigint,
	added		bigint,
	changed		bigint,
	unchanged	bigint,
	bad			bigint,
	warnings	bigint,
	mended		bigint,
	seconds		numeric
);
COMMENT ON TYPE dcm.import_result IS
	'The summary of an import: lines read; rows added, changed and left as they were; lines kept back as bad, with their reasons in dcm.import_fault; warnings; values mended (rings made valid, bare units taken as the city says, old codes converted); seconds it took. 导入结果汇总。';

CREATE FUNCTION dcm.fault_reason(code text, value text, type text = NULL) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	why text;
BEGIN
	IF code IN ('bad_code', 'bad_limit') THEN
		why := dcm.why_not(value, ('dcm.' || type)::regtype);
	END IF;
	RETURN CASE split_part(code, '=', 1)
		WHEN 'mended' THEN 'its rings crossed themselves and were mended; the polygons were kept. 多边形自相交,已修复。'
		WHEN 'bare_unit' THEN 'a bare unit was taken as the city says. 裸单位已按本市约定换算。'
		WHEN 'old_code' THEN 'a code of 14 digits was converted. 14位旧代码已转换。'
		WHEN 'missing' THEN 'a value is needed here. 缺少必填值。'
		WHEN 'bad_code' THEN format('this is no %s: %s 编码无效。', type, why)
		WHEN 'bad_limit' THEN format('this is no time limit: %s 时限无效。', why)
		WHEN 'bad_number' THEN 'this is no number. 不是有效数值。'
		WHEN 'bad_integer' THEN 'this is no whole number in range. 不是有效整数或超出范围。'
		WHEN 'bad_date' THEN 'this is no date; write 2015-03-02. 日期无效。'
		WHEN 'bad_boolean' THEN 'this is neither yes nor no. 应填是或否。'
		WHEN 'bad_json' THEN 'this is no JSON object. 不是有效的 JSON 对象。'
		WHEN 'bad_geometry' THEN 'this is no polygon that can be read: WKT, EWKT, GeoJSON or WKB in hex, of the city''s coordinate system. 几何无效或坐标系不符。'
		WHEN 'bad_point' THEN 'this is no point on Earth in degrees. 经纬度无效。'
		WHEN 'bad_digits' THEN 'it has other digits than the edition cuts. 位数与标准版本不符。'
		WHEN 'bad_hours' THEN 'hours are written 09:00-12:00,14:00-18:00. 时段格式有误。'
		WHEN 'duplicate' THEN format('line %s says the same thing already. 与第 %1$s 行重复。', split_part(code, '=', 2))
		WHEN 'conflict' THEN format('line %s says something else of the same thing, so neither went in. 与第 %1$s 行矛盾,均未导入。', split_part(code, '=', 2))
		WHEN 'unknown' THEN format('there is no such %s. %s不存在。', split_part(code, '=', 2),
			CASE split_part(code, '=', 2) WHEN 'body' THEN '机构' WHEN 'category' THEN '类别' WHEN 'grid' THEN '单元网格' WHEN 'area' THEN '区划'
				WHEN 'role' THEN '角色' WHEN 'person' THEN '人员' WHEN 'duty area' THEN '责任网格' WHEN 'calendar' THEN '日历' WHEN 'edition' THEN '标准版本'
				ELSE '该项' END)
		WHEN 'ambiguous' THEN format('more than one %s has this name: give its code%s. 名称不唯一,请填代码。', split_part(code, '=', 2),
			' (' || nullif(split_part(code, '=', 3), '') || ')')
		WHEN 'body_ended' THEN CASE split_part(code, '=', 2) WHEN '' THEN 'this body has ended, without a successor. 机构已撤销,无承继单位。'
			ELSE format('this body has ended; its successor is %s. 机构已撤销,承继单位为 %1$s。', split_part(code, '=', 2)) END
		WHEN 'choice' THEN format('it is one of: %s. 取值不在范围内。', split_part(code, '=', 2))
		WHEN 'mismatch' THEN format('it does not agree with %s. 与%s不一致。', split_part(code, '=', 2),
			CASE split_part(code, '=', 2) WHEN 'the code' THEN '代码' WHEN 'the name' THEN '名称' WHEN 'the category' THEN '类别'
				WHEN 'the city''s area' THEN '本市区划' WHEN 'initial_on' THEN '初始日期' ELSE '其他行或已有数据' END)
		WHEN 'bad_level' THEN format('its code is one of level %s; levels are 1 省, 2 市, 3 区县, 4 街道, 5 社区. 级别与代码不符。', split_part(code, '=', 2))
		WHEN 'not_in_grid' THEN 'the point does not lie in this grid; empty the column to take the grid of the point. 坐标不在该网格内。'
		WHEN 'no_grid' THEN 'the point lies in no unit grid. 坐标不在任何网格内。'
		WHEN 'void_code' THEN 'the code is void, and a void code is not used again. 代码已作废,不得再用。'
		WHEN 'no_serial' THEN 'no serial number is left for its district and category; give it an id, or divide the category. 顺序号已用完。'
		WHEN 'no_region' THEN format('area %s, in which it lies, is not in the list of areas. 所属区划 %1$s 不在区划表中。', split_part(code, '=', 2))
		WHEN 'outside' THEN 'it lies outside the city''s area. 不在本市区划内。'
		WHEN 'area_ended' THEN format('the area has ended%s, and its row was left as it is. 区划已撤销,未作修改。', '; its successor is ' || nullif(split_part(code, '=', 2), ''))
		WHEN 'other_district' THEN format('its place lies in district %s, the id says another. 位置所在区县为 %1$s,与标识码不符。', split_part(code, '=', 2))
		WHEN 'no_label' THEN 'the city has not listed its states, so this was taken as a code; load preset cn_labels for names. 本市未列部件状态,已按代码存入。'
		WHEN 'from_now' THEN 'it counts from now, not from that day: cases were filed by the limit before it. 已自即日起生效,不溯及既往。'
		WHEN 'post_back' THEN format('%s holds this post now, to whom it passed from this person; the list has given it back. 岗位已移交 %1$s,本清单又改回原任。', split_part(code, '=', 2))
		WHEN 'post_double' THEN format('the person holds this role in this body already as post "%s": give that as post, or end it. 同一人已以岗位 %1$s 任该角色。', split_part(code, '=', 2))
		WHEN 'post_ended' THEN format('the post has ended and stays so; give a valid_from of %s or later to fill it again. 岗位已终止,如需恢复,valid_from 请填 %1$s 或以后。', split_part(code, '=', 2))
		WHEN 'limit_order' THEN 'a limit of this area class is longer than that of a less busy one. 一类区域时限不应长于次级区域。'
		WHEN 'not_local' THEN 'an addition of the city''s own stands outside the edition''s range for them. 地方扩展编码不在标准规定的范围内。'
		WHEN 'local_order' THEN 'an addition of the city''s own leaves a number out: they go down from the last. 地方扩展编码应自后向前连续。'
		WHEN 'no_mark' THEN 'the edition marks the names of a city''s own additions. 地方扩展名称缺少标记。'
		WHEN 'in_local' THEN 'a category of the standard stands in the range of a city''s own. 标准类别落入地方扩展范围。'
		WHEN 'cycle' THEN 'the bodies above it lead back to it. 上级机构成环。'
		WHEN 'level_above_parent' THEN 'its level is above that of its parent. 级别高于其上级机构。'
		WHEN 'no_area' THEN 'a government answers for its area, and none is given. 属地政府未设区划。'
		WHEN 'ended' THEN 'it ends before it begins. 终止早于起始。'
		WHEN 'other_version' THEN 'another version of it says otherwise for that time: leave it its time by valid_from and valid_till, or change that one. 与该项其他时段的版本冲突。'
		WHEN 'not_listed' THEN format('%s lies in an area that is divided or changes its level: say what becomes of it. %1$s 的去向未说明。', split_part(code, '=', 2))
		WHEN 'collides' THEN format('%s: list each of them, with a code of its own. 下级区划代码冲突,请逐一列出新代码。', split_part(code, '=', 2))
		WHEN 'not_begun' THEN format('%s had not begun at that time, or begins later: give a later time, or change its own code first. %1$s 届时尚未生效。', split_part(code, '=', 2))
		WHEN 'taken' THEN format('area %s is there already. 区划 %1$s 已存在。', split_part(code, '=', 2))
		WHEN 'no_polygon' THEN format('grid %s cannot be given to a part without the parts'' polygons. 网格 %1$s 无法归属,缺少各部分的边界。', split_part(code, '=', 2))
		WHEN 'too_many' THEN 'a community has room for 999 unit grids. 社区单元网格超过999个。'
		ELSE code END;
END
$$;
COMMENT ON FUNCTION dcm.fault_reason(text, text, text) IS
	'The reason in words of a kind of fault of imports. 导入问题的文字说明。';

CREATE FUNCTION dcm.import_note(list text, run bigint, types jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	EXECUTE format($q$
		INSERT INTO dcm.import_fault (run, list, line, col, code, severity, value, reason)
		SELECT $1, $2, j.line, f.col, split_part(f.fault, '=', 1), f.severity, v.value, dcm.fault_reason(f.fault, v.value, $3 ->> f.col)
		FROM pg_temp.%I AS j
			JOIN dcm.%I AS s ON s.line = j.line
			CROSS JOIN LATERAL (
				SELECT split_part(e, ':', 1), substr(e, strpos(e, ':') + 1), 'error' FROM unnest(j.bad) AS e
				UNION ALL
				-- what is bad did not go in, so nothing was made of it
				SELECT split_part(w, ':', 1), substr(w, strpos(w, ':') + 1), 'warning' FROM unnest(j.warn) AS w WHERE j.bad IS NULL) AS f (col, fault, severity)
			CROSS JOIN LATERAL (SELECT to_jsonb(s) ->> f.col) AS v (value)
		WHERE j.bad IS NOT NULL OR j.warn IS NOT NULL$q$, 'judged_' || list, 'stage_' || list)
	USING run, list, types;
END
$$;
COMMENT ON FUNCTION dcm.import_note(text, bigint, jsonb) IS
	'Writes the faults that were found in a list into dcm.import_fault. 登记导入问题。';

CREATE FUNCTION dcm.import_open(list text, columns text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
	SET search_path FROM CURRENT
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF pg_catalog.to_regclass(pg_catalog.format('dcm.%I', 'stage_' || list)) IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = pg_catalog.format('there is no list "%s"', list),
			CONSTRAINT = 'dcm.no_table';
	END IF;
	-- two imports of one list at once: the second waits, and finds nothing left but
	-- what its own transaction has staged, which ends in a deadlock, not in a loss
	EXECUTE pg_catalog.format('LOCK TABLE dcm.%I IN EXCLUSIVE MODE', 'stage_' || list);
	IF pg_catalog.to_regclass(pg_catalog.format('pg_temp.%I', 'judged_' || list)) IS NOT NULL THEN
		EXECUTE pg_catalog.format('DROP TABLE pg_temp.%I', 'judged_' || list);
	END IF;
	EXECUTE pg_catalog.format('CREATE TEMP TABLE %I (line bigint, %s, bad text[], warn text[]) ON COMMIT DROP',
		'judged_' || list, columns);
END
$$;
COMMENT ON FUNCTION dcm.import_open(text, text) IS
	'Locks the staging table of a list and makes the temporary table judged_LIST for what is read of it. 开始导入。';

CREATE FUNCTION dcm.import_renumber(list text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	stage constant text := format('dcm.%I', 'stage_' || list);
	numbers constant text := pg_get_serial_sequence(stage, 'line');
	most bigint;
BEGIN
	EXECUTE format('SELECT max(s.line) FROM %s AS s', stage) INTO most;
	EXECUTE format($q$
		UPDATE %1$s AS s SET line = $1 + n.turn
		FROM (
			SELECT t.ctid, row_number() OVER (ORDER BY t.line, t.ctid) AS turn
			FROM (SELECT r.ctid, r.line, row_number() OVER (PARTITION BY r.line ORDER BY r.ctid) AS nth FROM %1$s AS r) AS t
			WHERE t.nth > 1) AS n
		WHERE s.ctid = n.ctid$q$, stage) USING most;
	IF has_sequence_privilege(numbers, 'UPDATE') THEN
		EXECUTE format('SELECT setval(%L, max(s.line)) FROM %s AS s', numbers, stage);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.import_renumber(text) IS
	'Gives rows of a staging table whose number another has a number after the last. 重编暂存表中重复的行号。';

CREATE FUNCTION dcm.import_judge(list text, options jsonb, lines bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	parts constant int := CASE WHEN lines < 1000 THEN 1 ELSE 10 END;
	blocks constant bigint := pg_relation_size(format('dcm.%I', 'stage_' || list)) / current_setting('block_size')::int;
BEGIN
	-- by where the rows lie, so that each part reads its own blocks alone
	FOR part IN 1..parts LOOP
		EXECUTE format('SELECT dcm.%I($1, $2, $3)', 'judge_' || list)
		USING format('(%s,0)', blocks * (part - 1) / parts)::tid, format('(%s,0)', blocks * part / parts)::tid, options;
		IF lines >= 1000 THEN
			RAISE NOTICE '%: % %% of % rows judged', list, 100 * part / parts, lines;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.import_judge(text, jsonb, bigint) IS
	'Has the rows of a staging table judged, in ten parts with a notice after each where there are a thousand and more. 分批校验并报告进度。';

CREATE FUNCTION dcm.import_duplicates(list text, keys text, col text, only_where text = 'true') RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
	SET search_path FROM CURRENT
AS $$
DECLARE
	good constant text := pg_catalog.format('o.bad IS NULL AND (%s) IS NOT NULL AND %s', keys, only_where);
	twice boolean;
BEGIN
	-- there are seldom any, and to know that costs less than to find them
	-- (a single key is sorted faster than grouped, several are not)
	EXECUTE pg_catalog.format(CASE pg_catalog.strpos(keys, ',') WHEN 0
			THEN 'SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) pg_catalog.count(DISTINCT %1$s) FROM pg_temp.%2$I AS o WHERE %3$s'
			ELSE 'SELECT EXISTS (SELECT FROM pg_temp.%2$I AS o WHERE %3$s GROUP BY %1$s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)' END, keys, 'judged_' || list, good) INTO twice;
	IF NOT twice THEN
		RETURN;
	END IF;
	-- Of lines that are the same in everything the first goes in.  Of lines that
	-- differ none does: whichever went in, a second run would bring the other.
	EXECUTE pg_catalog.format($q$
		UPDATE pg_temp.%1$I AS j
		SET bad = j.bad || CASE WHEN d.same THEN pg_catalog.format('%%s:duplicate=%%s', $1, d.first)
			ELSE pg_catalog.format('%%s:conflict=%%s', $1, CASE d.line WHEN d.first THEN d.second ELSE d.first END) END
		FROM (
			SELECT t.line, pg_catalog.min(t.line) OVER w AS first, pg_catalog.nth_value(t.line, 2) OVER w AS second,
				pg_catalog.min(t.said) OVER w = pg_catalog.max(t.said) OVER w AS same
			FROM (
				SELECT o.line, o.key, (pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.-) 'line')::text AS said
				FROM (
					SELECT o.line, ROW(%2$s) AS key, pg_catalog.count(*) OVER (PARTITION BY %2$s) AS many
					FROM pg_temp.%1$I AS o WHERE %3$s) AS o
					JOIN dcm.%4$I AS s ON s.line = o.line
				WHERE o.many > 1) AS t
			WINDOW w AS (PARTITION BY t.key ORDER BY t.line ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)) AS d
		WHERE d.line = j.line AND NOT (d.same AND d.line = d.first)$q$, 'judged_' || list, keys, good, 'stage_' || list) USING col;
END
$$;
COMMENT ON FUNCTION dcm.import_duplicates(text, text, text, text) IS
	'Marks good lines of a list that have the same key: all but the first where they say the same, all of them where they differ. 标记清单内重复或相互矛盾的行。';

CREATE FUNCTION dcm.import_clear(list text, bad bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	stage text := format('dcm.%I', 'stage_' || list);
	numbers text := pg_get_serial_sequence(stage, 'line');
	-- an old snapshot has not seen what was committed while the lock was waited for
	all_seen constant boolean := current_setting('transaction_isolation') = 'read committed';
BEGIN
	IF bad = 0 AND all_seen AND has_table_privilege(stage, 'TRUNCATE') THEN
		EXECUTE format('TRUNCATE %s', stage);
	ELSE
		EXECUTE format('DELETE FROM %s AS s USING pg_temp.%I AS j WHERE j.line = s.line AND j.bad IS NULL', stage, 'judged_' || list);
	END IF;
	-- the next list begins with line 1
	IF bad = 0 AND all_seen AND has_sequence_privilege(numbers, 'UPDATE') THEN
		PERFORM setval(numbers, 1, false);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.import_clear(text, bigint) IS
	'Takes the lines that went in out of a staging table; where none stays, the next line is number 1. 清除已导入的暂存行。';

CREATE FUNCTION dcm.import_list(list text, columns text, options jsonb, keys text, key_column text, types jsonb, whole boolean = false)
	RETURNS dcm.import_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
	-- compiling takes longer than what it would save
	SET jit = off
	-- a whole list is joined, and what changed is kept for triggers
	SET work_mem = '64MB'
AS $$
DECLARE
	since timestamptz := clock_timestamp();
	result dcm.import_result;
	this_run bigint;
	bad_lines boolean := false;
	repeated boolean;
	warned bigint;
BEGIN
	PERFORM dcm.import_open(list, columns);
	INSERT INTO dcm.import_run AS r (list, options) VALUES (import_list.list, jsonb_strip_nulls(import_list.options)) RETURNING r.id INTO this_run;
	DELETE FROM dcm.import_fault AS f WHERE f.list = import_list.list;
	result.list := list;
	EXECUTE format('SELECT count(*), count(*) > count(DISTINCT s.line) FROM dcm.%I AS s', 'stage_' || list) INTO result.lines, repeated;
	-- numbers start anew after an import, and do so even where that was rolled back
	IF repeated THEN
		PERFORM dcm.import_renumber(list);
	END IF;

	IF result.lines > 0 THEN
		PERFORM dcm.import_judge(list, options, result.lines);
		PERFORM dcm.import_duplicates(list, keys, key_column);
		IF to_regproc(format('dcm.%I', 'settle_' || list)) IS NOT NULL THEN
			EXECUTE format('SELECT dcm.%I($1)', 'settle_' || list) USING options;
		END IF;
	END IF;
	IF whole THEN
		EXECUTE format('SELECT EXISTS (SELECT FROM pg_temp.%I AS j WHERE j.bad IS NOT NULL)', 'judged_' || list) INTO bad_lines;
	END IF;
	IF result.lines > 0 AND NOT bad_lines THEN
		EXECUTE format('SELECT s.added, s.changed, s.unchanged FROM dcm.%I($1) AS s', 'store_' || list)
			INTO result.added, result.changed, result.unchanged USING options;
	END IF;
	-- now, since some warnings come only when all rows are there
	EXECUTE format('SELECT count(j.bad), count(j.warn) FROM pg_temp.%I AS j', 'judged_' || list) INTO result.bad, warned;
	IF result.bad + warned > 0 THEN
		PERFORM dcm.import_note(list, this_run, types);
	END IF;
	SELECT count(*), count(*) FILTER (WHERE f.code IN ('mended', 'bare_unit', 'old_code'))
	INTO result.warnings, result.mended
	FROM dcm.import_fault AS f WHERE f.run = this_run AND f.severity = 'warning';
	IF result.lines > 0 AND NOT bad_lines THEN
		PERFORM dcm.import_clear(list, result.bad);
	END IF;
	EXECUTE format('DROP TABLE pg_temp.%I', 'judged_' || list);
	result.added := coalesce(result.added, 0);
	result.changed := coalesce(result.changed, 0);
	-- a row a line, unless the list says otherwise
	result.unchanged := CASE WHEN bad_lines THEN 0 ELSE coalesce(result.unchanged, result.lines - result.bad - result.added - result.changed) END;

	UPDATE dcm.import_run AS r SET finished_at = clock_timestamp(), lines = result.lines, added = result.added, changed = result.changed,
		unchanged = result.unchanged, bad = result.bad, warnings = result.warnings, mended = result.mended
	WHERE r.id = this_run;
	result.seconds := round(extract(epoch FROM clock_timestamp() - since), 3);
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.import_list(text, text, jsonb, text, text, jsonb, boolean) IS
	'Runs the import of a list from beginning to end; with whole nothing goes in where a line is bad. 执行一次导入。';

CREATE FUNCTION dcm.read_valid(since date, till date) RETURNS tstzrange
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	zone text;
BEGIN
	IF since IS NULL AND till IS NULL THEN
		RETURN NULL;
	ELSIF till < since THEN
		RETURN 'empty';
	END IF;
	zone := dcm.setting('time_zone');
	RETURN tstzrange(coalesce(since::timestamp AT TIME ZONE zone, '-infinity'), (till + 1)::timestamp AT TIME ZONE zone);
END
$$;
COMMENT ON FUNCTION dcm.read_valid(date, date) IS
	'The time from the beginning of one local day to the end of another; NULL where neither is given, empty where it ends before it begins. 由起止日期得到有效期(含首尾两日)。';

CREATE FUNCTION dcm.valid_with(there tstzrange, given tstzrange) RETURNS tstzrange
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	since constant timestamptz := coalesce(nullif(lower(given), '-infinity'), lower(there));
	till constant timestamptz := coalesce(upper(given), upper(there));
BEGIN
	RETURN CASE WHEN given IS NULL THEN there WHEN there IS NULL OR isempty(given) THEN given
		WHEN till <= since THEN 'empty' ELSE tstzrange(since, till) END;
END
$$;
COMMENT ON FUNCTION dcm.valid_with(tstzrange, tstzrange) IS
	'A time as it is there, with the end or ends that a list gives, as dcm.read_valid() reads them; empty where it would end before it begins. 以清单所给起止更新有效期,未给的一端不变。';

CREATE FUNCTION dcm.read_json(given text) RETURNS jsonb
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN jsonb_typeof(given::jsonb) = 'object' THEN given::jsonb END;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN -- or nested too deep
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.read_json(text) IS
	'A JSON object as it stands in a list; NULL for what is none. 读取清单中的 JSON 对象。';

CREATE FUNCTION dcm.read_geometry(given text) RETURNS geometry
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000
	SET search_path FROM CURRENT
AS $$
DECLARE
	shape geometry;
	city constant int := dcm.city_srid();
BEGIN
	IF given OPERATOR(pg_catalog.~) E'^\\s*\\{' THEN
		shape := ST_GeomFromGeoJSON(given);
	ELSE
		shape := given::geometry;
	END IF;
	IF ST_SRID(shape) = 0 OR ST_SRID(shape) IN (4326, 4490) AND city IN (4326, 4490) THEN
		shape := ST_SetSRID(shape, city);
	ELSIF ST_SRID(shape) <> city THEN
		shape := ST_Transform(shape, city);
	END IF;
	-- not what is nowhere on Earth
	IF ST_IsEmpty(shape) OR GeometryType(shape) IN ('TIN', 'TRIANGLE', 'POLYHEDRALSURFACE')
		OR NOT coalesce(ST_XMin(shape) > -1e9::float8 AND ST_XMax(shape) < 1e9::float8 AND ST_YMin(shape) > -1e9::float8 AND ST_YMax(shape) < 1e9::float8, false)
		OR dcm.is_lonlat(city) AND NOT (ST_XMin(shape) >= -180::float8 AND ST_XMax(shape) <= 180::float8 AND ST_YMin(shape) >= -90::float8 AND ST_YMax(shape) <= 90::float8) THEN
		RETURN NULL;
	END IF;
	RETURN ST_Force2D(shape);
EXCEPTION WHEN data_exception OR program_limit_exceeded OR internal_error OR external_routine_exception THEN
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.read_geometry(text) IS
	'A geometry as it stands in a list: WKT, EWKT, GeoJSON or WKB in hex; without a coordinate system it is the city''s, of another it is transformed; NULL for what is none or lies nowhere. 读取清单中的几何图形。';

CREATE FUNCTION dcm.read_polygon(given text, OUT polygon geometry, OUT mended boolean)
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000
	SET search_path FROM CURRENT
	SET client_min_messages = warning -- an invalid ring is told in the answer
AS $$
BEGIN
	polygon := dcm.read_geometry(given);
	mended := polygon IS NOT NULL AND NOT ST_IsValid(polygon);
	IF mended THEN
		polygon := ST_MakeValid(polygon, 'method=structure');
	END IF;
	polygon := ST_Multi(ST_CollectionExtract(polygon, 3));
	IF ST_IsEmpty(polygon) OR ST_Area(polygon) = 0::float8 THEN
		polygon := NULL;
	END IF;
-- GEOS knows no surfaces of triangles
EXCEPTION WHEN internal_error OR external_routine_exception THEN
	polygon := NULL;
	mended := false;
END
$$;
COMMENT ON FUNCTION dcm.read_polygon(text) IS
	'A polygon or multipolygon as it stands in a list, as a multipolygon; rings that cross themselves are mended and told. NULL for what has no area. 读取清单中的多边形,必要时修复。';
