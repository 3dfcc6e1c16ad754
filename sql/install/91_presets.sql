-- What is shipped to be loaded: rows that are the city's own from then on.

CREATE FUNCTION dcm.preset_script(preset text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1
RETURN CASE preset
@presets@
END;
COMMENT ON FUNCTION dcm.preset_script(text) IS
	'The script of a preset, with @into@ for the schema that its rows go into; NULL where there is none of that name. 预置数据的脚本。';

CREATE FUNCTION dcm.presets(OUT preset text, OUT what text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 10
BEGIN ATOMIC
	VALUES
		('transitions', 'states, actions and transitions of the case file. 案卷状态、动作与流转。'),
		('cn_calendar', 'working hours, holidays and worked weekends of mainland China. 工作时间、节假日与调休。'),
		('cn_roles', 'business roles and how far back each may tell. 业务角色。'),
		('cn_labels', 'what stages, area classes, states of components and kinds of places are called. 各类代码的名称。'),
		('cn_sources', 'where problems come from. 问题来源。'),
		('cn_reasons', 'reasons to return, reject, extend, suspend, void and appeal. 退回、不予立案、延期、挂账、作废、申诉的原因。'),
		('cn_categories_2005', 'component and event categories of the time of 2005, as one district used them. 2005 版时期部件与事件分类。'),
		('cn_categories_2007', 'component and event categories of the edition of 2007. 2007 版部件与事件分类。'),
		('cn_categories_2013', 'component and event categories of the edition of 2013, and one city''s additions. 2013 版部件与事件分类。'),
		('yuncheng_limits', 'filing conditions and time limits as Yuncheng sets them; wants cn_categories_2013. 运城市立案条件与处置时限。'),
		('cn_indicators', 'indicators of standards, products and cities, by numerator and denominator, without weights. 评价指标(分子与分母,不含权重)。'),
		('cn_scorecards', 'scorecards of regions, departments, collectors, acceptors, shift leaders and dispatchers as one implementation has them, with grades A to E; wants cn_indicators and cn_roles. 区域、部门与四类岗位的评分方案及 A—E 等级。'),
		('score_qidong', 'scorecard: the rates that the reports of Qidong name, weighed by dcm; wants cn_indicators. 启东简报指标。'),
		('score_jinhua', 'scorecard: the rule of Jinhua for departments; wants cn_indicators. 金华市考核办法。'),
		('score_wuhan', 'scorecard: Wuhan''s, deducted when found and added for good handling, with what follows from being below 85 and last; wants cn_indicators. 武汉市:发现即扣分、末位追责。'),
		('escalation', 'when clocks warn, remind and propose a notice. 预警、催办与督办的规则。'),
		('org_panzhihua', 'sets settings: the organisation of Panzhihua, one level supervises, two command, three evaluate, a network of four. 设置:攀枝花市管理模式(一级监督、两级指挥、三级考评、四级联动)。'),
		('org_yantai', 'sets settings: the organisation of Yantai, the city supervises, its districts command. 设置:烟台市管理模式(市级监督、区级指挥)。'),
		('org_huangshi', 'sets settings: the organisation of Huangshi, one level supervises, two command. 设置:黄石市管理模式(一级监督、两级指挥)。'),
		('org_county', 'sets settings: the organisation of a county or district by itself, one centre supervises and commands. 设置:县(区)综合监督管理模式。');
END;
COMMENT ON FUNCTION dcm.presets() IS
	'The presets that dcm.load_preset() knows, and what each holds. 可加载的预置数据一览。';

CREATE FUNCTION dcm.find_preset(preset text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	script text := dcm.preset_script(preset);
BEGIN
	IF script IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('preset "%s" does not exist', preset),
			HINT = 'SELECT * FROM dcm.presets() lists what is shipped.',
			CONSTRAINT = 'dcm.no_preset';
	END IF;
	PERFORM dcm.require_city();
	RETURN script;
END
$$;
COMMENT ON FUNCTION dcm.find_preset(text) IS
	'The script of a preset; 22023 where there is none of that name. 查找预置数据。';

CREATE FUNCTION dcm.load_preset(preset text) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 1000
	SET standard_conforming_strings = on
AS $$
BEGIN
	-- its rows are those of the tables of this version
	PERFORM dcm.require_city('0.2.0');
	EXECUTE pg_catalog.replace(dcm.find_preset(preset), '@into@', 'dcm');
END
$$;
COMMENT ON FUNCTION dcm.load_preset(text) IS
	'Loads rows that the extension ships; they are the city''s own from then on, and rows that stand already, or were ended, are left as they are: see dcm.preset_diff(). Presets org_… set the settings that they name, whatever those were. 22023 for an unknown preset, 55000 where the tables are of an earlier version. 加载预置数据,已有的行保持不变;org_… 类预置会改写所列设置。';

CREATE FUNCTION dcm.natural_key(config_table text) RETURNS text[]
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	relation constant regclass := ('dcm.' || quote_ident(config_table))::regclass;
	keys text[];
BEGIN
	-- of versioned rows what they may not say twice at one time
	SELECT string_to_array(rtrim(encode(t.tgargs, 'escape'), E'\\0'), E'\\000') INTO keys
	FROM pg_trigger AS t WHERE t.tgrelid = relation AND t.tgfoid = 'dcm.refuse_overlap()'::regprocedure;
	IF FOUND THEN
		RETURN keys;
	END IF;
	SELECT array_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum)) INTO keys
	FROM (
		SELECT x.indkey, x.indrelid FROM pg_index AS x
		WHERE x.indrelid = relation AND x.indisunique AND x.indpred IS NULL AND x.indexprs IS NULL
			AND NOT EXISTS (SELECT FROM pg_attribute AS d WHERE d.attrelid = relation AND d.attnum = ANY (x.indkey) AND d.attidentity <> '')
		ORDER BY x.indisprimary DESC, x.indexrelid LIMIT 1) AS i
		JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey);
	RETURN keys;
END
$$;
COMMENT ON FUNCTION dcm.natural_key(text) IS
	'The columns by which a row of a table of base data or rules is known, whatever its id. 表的自然键。';

CREATE FUNCTION dcm.readable_row(config_table text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (
		SELECT string_agg(format('%L, %s', a.attname, CASE WHEN c.attname IS NULL THEN format('t.%I', a.attname)
				ELSE format('(SELECT r.code FROM %s AS r WHERE r.id = t.%I)', k.confrelid::regclass, a.attname) END), ', ' ORDER BY a.attnum)
		FROM pg_attribute AS a
			LEFT JOIN pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'f' AND k.conkey = ARRAY[a.attnum]
			LEFT JOIN pg_attribute AS c ON c.attrelid = k.confrelid AND c.attname = 'code'
				AND EXISTS (SELECT FROM pg_attribute AS i WHERE i.attrelid = k.confrelid AND i.attnum = k.confkey[1] AND i.attname = 'id')
		WHERE a.attrelid = ('dcm.' || quote_ident(config_table))::regclass AND a.attnum > 0 AND NOT a.attisdropped
			AND a.attidentity = '' AND a.attname NOT IN ('valid', 'replaces'));
END
$$;
COMMENT ON FUNCTION dcm.readable_row(text) IS
	'For jsonb_build_object: names and expressions of the columns of a row t of a table, ids of other tables as the codes that they stand for, without its own id and its time. 可比较的行内容。';

CREATE FUNCTION dcm.preset_diff(preset text, OUT table_name text, OUT key jsonb, OUT state text, OUT col text, OUT shipped text, OUT city text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE COST 100000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
	SET client_min_messages = warning
	SET standard_conforming_strings = on
AS $$
DECLARE
	script constant text := dcm.find_preset(preset);
	touched constant text[] := ARRAY(SELECT DISTINCT m[1] FROM regexp_matches(script, E'INSERT INTO @into@\\.(\\w+)', 'g') AS m);
	name text;
	has_valid boolean;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	-- what a city without any of it would get
	FOREACH name IN ARRAY touched LOOP
		EXECUTE format('CREATE TEMP TABLE %I (LIKE dcm.%1$I INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES) ON COMMIT DROP', name);
	END LOOP;
	EXECUTE replace(script, '@into@', 'pg_temp');
	FOREACH name IN ARRAY touched LOOP
		has_valid := EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = ('dcm.' || quote_ident(name))::regclass AND a.attname = 'valid');
		RETURN QUERY EXECUTE format($q$
			WITH shipped AS (
				SELECT jsonb_build_object(%2$s) AS row FROM pg_temp.%1$I AS t
			), city AS (
				-- of versions the one in force, else the last
				SELECT DISTINCT ON (c.key) c.key, c.row, c.ended
				FROM (
					SELECT dcm.json_key(x.row, $2) AS key, x.row, x.ended, x.since
					FROM (SELECT jsonb_build_object(%2$s) AS row, %3$s AS ended, %4$s AS since FROM dcm.%1$I AS t) AS x) AS c
				ORDER BY c.key, c.ended, c.since DESC NULLS LAST
			)
			SELECT $1, dcm.json_key(s.row, $2), CASE WHEN c.key IS NULL THEN 'missing' WHEN c.ended THEN 'ended' ELSE 'changed' END,
				d.key, s.row ->> d.key, c.row ->> d.key
			FROM shipped AS s
				LEFT JOIN city AS c ON c.key = dcm.json_key(s.row, $2)
				LEFT JOIN LATERAL (
					SELECT e.key FROM jsonb_each(s.row) AS e
					WHERE NOT c.ended AND e.value IS DISTINCT FROM c.row -> e.key) AS d ON true
			WHERE c.key IS NULL OR c.ended OR d.key IS NOT NULL
			ORDER BY 2, 4$q$,
			name, dcm.readable_row(name),
			CASE WHEN has_valid THEN 'NOT coalesce(t.valid @> now(), false)' ELSE 'false' END,
			CASE WHEN has_valid THEN 'lower(t.valid)' ELSE 'NULL::timestamptz' END)
		USING name, dcm.natural_key(name);
	END LOOP;
	FOREACH name IN ARRAY touched LOOP
		EXECUTE format('DROP TABLE pg_temp.%I', name);
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.preset_diff(text) IS
	'Where the city''s rows differ from what a preset ships: missing (dcm.load_preset() would add it), ended by the city, or changed, with the column and both values; rows of the city''s own are no difference. Nothing is changed. 22023 for an unknown preset. 预置数据与本市数据的差异。';
