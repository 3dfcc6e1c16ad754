-- A star for BI tools: plain views of plain types in a schema of their own, with
-- names in Chinese or in English.  What a view has stands in two lists, from which
-- the views, their comments and the page in the documents are made.

CREATE FUNCTION dcm.label_of(kind text, code text, lang text DEFAULT 'zh') RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN coalesce((SELECT CASE lang WHEN 'en' THEN l.name_en ELSE l.name END FROM dcm.label AS l WHERE l.kind = label_of.kind AND l.code = label_of.code), label_of.code);
END
$$;
COMMENT ON FUNCTION dcm.label_of(text, text, text) IS
	'What the city calls something (dcm.label), in Chinese (zh) or English (en); the code itself where it has no name. 代码的名称,无名称时为代码本身。';

CREATE FUNCTION dcm.bi_views(OUT view text, OUT rows_of text, OUT meaning text, OUT meaning_en text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10 ROWS 20
BEGIN ATOMIC
	VALUES
		('fact_day', 'dcm.fact_cell AS f',
			'逐日事实:每案每日每单位一行,各计数项可任意求和', 'What happened: a row a case, day and body; every count may be summed over whatever'),
		('fact_case', 'dcm.case_file AS f JOIN dcm.state AS st ON st.code = f.state',
			'案卷:每案一行', 'Cases: a row a case, as it is now'),
		('fact_work', 'dcm.daily_work AS f LEFT JOIN dcm.action AS a ON a.code = f.action',
			'工作量:每人每日每岗位每动作一行', 'Work: a row a day, person, post and action'),
		('dim_date', '(SELECT greatest(least(min(d.day), (SELECT min(w.day) FROM dcm.daily_work AS w), date_trunc(''year'', now())::date), ''1900-01-01'') AS first,
					greatest(max(d.day), (date_trunc(''year'', now()) + ''2 years'')::date - 1) AS last
				FROM (SELECT min(x.day) AS day FROM dcm.daily_fact AS x WHERE x.kind = ''region'' UNION ALL SELECT max(x.day) FROM dcm.daily_fact AS x WHERE x.kind = ''region''
					UNION ALL SELECT to_date(left(min(x.case_no)::text, 8), ''YYYYMMDD'') FROM dcm.case_file AS x
					UNION ALL SELECT max(x.due)::date + 1 FROM dcm.case_file AS x WHERE x.ended_at IS NULL) AS d) AS b
			CROSS JOIN LATERAL generate_series(date_trunc(''year'', b.first::timestamp), date_trunc(''year'', b.last::timestamp) + ''1 year -1 day'', ''1 day'') AS g (at)
			CROSS JOIN LATERAL (SELECT g.at::date AS day) AS f
			CROSS JOIN LATERAL (SELECT extract(epoch FROM dcm.working_time(f.day::timestamp AT TIME ZONE (SELECT dcm.setting(''time_zone'')), (f.day + 1)::timestamp AT TIME ZONE (SELECT dcm.setting(''time_zone'')),
				(SELECT dcm.setting(''calendar''))))::float8 / 3600 AS hours) AS w
			LEFT JOIN dcm.calendar_day AS c ON c.calendar = (SELECT dcm.setting(''calendar'')) AND c.day = f.day
			CROSS JOIN LATERAL dcm.period_of(''month'', f.day, (SELECT dcm.month_starts_on())) AS em
			CROSS JOIN LATERAL dcm.period_of(''quarter'', f.day, (SELECT dcm.month_starts_on())) AS eq
			CROSS JOIN LATERAL dcm.period_of(''year'', f.day, (SELECT dcm.month_starts_on())) AS ey',
			'日期:连续,整年', 'Days, whole years without a gap'),
		('dim_org', '(SELECT o.id, o.code, o.name, o.name_en, o.level, o.kind, o.parent, o.area, o.valid FROM dcm.org AS o
				UNION ALL SELECT 0, '''', ''未派遣'', ''not dispatched'', NULL, NULL, NULL, NULL, NULL) AS f
			LEFT JOIN dcm.org AS p ON p.id = f.parent',
			'单位;编号 0 为未派遣', 'Bodies; 0 is none'),
		('dim_region', '(SELECT r.code FROM dcm.region AS r
				UNION SELECT x.area FROM dcm.grid AS g CROSS JOIN LATERAL unnest(dcm.areas(g.code)) AS x (area) WHERE dcm.level(x.area) >= 3
				UNION ALL SELECT NULL) AS f
			LEFT JOIN dcm.region AS r ON r.code = f.code
			LEFT JOIN dcm.region AS d ON d.code = CASE WHEN dcm.level(f.code) >= 3 THEN dcm.district(f.code) END
			LEFT JOIN dcm.region AS s ON s.code = CASE WHEN dcm.level(f.code) >= 4 THEN dcm.street(f.code) END',
			'区域:省、市、区、街道、社区;代码为空者为不详', 'Areas of each level, with those above; the empty code is none'),
		('dim_category', 'dcm.category AS f',
			'问题类别', 'Categories of problems'),
		('dim_source', 'dcm.source AS f',
			'问题来源', 'Sources of problems'),
		('dim_grid', '(SELECT g.code, g.name, g.area_class, g.land_use, g.org, g.valid, {postgis}.st_pointonsurface(g.geom) AS point FROM dcm.grid AS g
				UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL) AS f',
			'单元网格;代码为空者为网格外', 'Unit grids; the empty code is outside of all'),
		('dim_post', '(SELECT p.id, p.code, p.person, p.role, p.org, p.valid FROM dcm.post AS p UNION ALL SELECT 0, '''', NULL, NULL, NULL, NULL) AS f
			LEFT JOIN dcm.role AS r ON r.code = f.role',
			'岗位(每次任免一行);编号 0 为无岗位', 'Posts, a row each time one is filled; 0 is none'),
		('dim_person', 'dcm.person AS f',
			'人员', 'People'),
		('compare_city', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.eval_compare(''city'', k.kind) AS f',
			'全市指标及环比、同比', 'Figures of the city with the period before and the year before'),
		('compare_org', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.eval_compare(''org'', k.kind) AS f',
			'各单位指标及环比、同比', 'Figures of bodies with the period before and the year before'),
		('compare_street', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.eval_compare(''street'', k.kind) AS f',
			'各街道指标及环比、同比', 'Figures of streets with the period before and the year before'),
		('compare_category', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.eval_compare(''category'', k.kind) AS f',
			'各类别指标及环比、同比', 'Figures of categories with the period before and the year before'),
		('compare_source', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.eval_compare(''source'', k.kind) AS f',
			'各来源指标及环比、同比', 'Figures of sources with the period before and the year before'),
		('handling_city', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.handling_time(''city'', k.kind) AS f',
			'全市处置用时(中位数、九成分位)', 'How long handling takes in the city: median, 90th percentile'),
		('handling_org', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.handling_time(''org'', k.kind) AS f',
			'各单位处置用时(中位数、九成分位)', 'How long bodies take: median, 90th percentile'),
		('handling_category', '(VALUES (''day''), (''week''), (''month''), (''quarter''), (''year'')) AS k (kind) CROSS JOIN LATERAL dcm.handling_time(''category'', k.kind) AS f',
			'各类别处置用时(中位数、九成分位)', 'How long handling takes by category: median, 90th percentile');
END;
COMMENT ON FUNCTION dcm.bi_views() IS
	'The views that dcm.make_bi_views() makes, and what each is made of; {lang}, {name} and {postgis} are put in. 商业智能视图清单。';

CREATE FUNCTION dcm.bi_columns(OUT view text, OUT ord bigint, OUT name text, OUT label text, OUT expression text, OUT meaning_en text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 50 ROWS 300
BEGIN ATOMIC
	WITH every (views, part, name, label, expression, meaning_en) AS (VALUES
		('{fact_day}'::text[], 1, 'day', '日期', 'f.day', 'day on which it counts; key to dim_date'),
		('{fact_day}', 1, 'case_no', '案卷号', 'f.case_no::text', 'case; key to fact_case'),
		('{fact_day}', 1, 'org_id', '单位编号', 'coalesce(f.org, 0)', 'body; key to dim_org'),
		('{fact_day}', 1, 'area_code', '区域代码', 'coalesce(f.area::text, '''')', 'area; key to dim_region'),
		('{fact_day}', 1, 'grid_code', '网格代码', 'coalesce(f.grid::text, '''')', 'unit grid; key to dim_grid'),
		('{fact_day}', 1, 'category_id', '类别编号', 'f.category', 'category; key to dim_category'),
		('{fact_day}', 1, 'source', '来源代码', 'f.source', 'source; key to dim_source'),

		('{fact_case}', 1, 'case_no', '案卷号', 'f.case_no::text', 'number of the case'),
		('{fact_case}', 1, 'org_id', '单位编号', 'coalesce(f.org, 0)', 'body that leads it; key to dim_org'),
		('{fact_case}', 1, 'area_code', '区域代码', 'coalesce(f.area::text, '''')', 'area; key to dim_region'),
		('{fact_case}', 1, 'grid_code', '网格代码', 'coalesce(f.grid::text, '''')', 'unit grid; key to dim_grid'),
		('{fact_case}', 1, 'category_id', '类别编号', 'f.category', 'category; key to dim_category'),
		('{fact_case}', 1, 'source', '来源代码', 'f.source', 'source; key to dim_source'),
		('{fact_case}', 1, 'reporter_id', '上报人编号', 'f.reporter', 'who reported it; key to dim_person'),
		('{fact_case}', 1, 'component_id', '部件标识码', 'f.component::text', 'component, 16 digits as text'),
		('{fact_case}', 1, 'severity', '严重程度', 'f.severity', 'severity'),
		('{fact_case}', 1, 'area_class', '区域等级', 'f.area_class::int', 'class of the area, 1 to 3'),
		('{fact_case}', 1, 'state', '状态代码', 'f.state', 'state'),
		('{fact_case}', 1, 'state_name', '状态', 'st.{name}', 'name of the state'),
		('{fact_case}', 1, 'stage', '环节代码', 'f.stage', 'stage'),
		('{fact_case}', 1, 'reported_on', '上报日期', '(f.reported_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'day of the report; key to dim_date'),
		('{fact_case}', 1, 'filed_on', '立案日期', '(f.filed_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'day of the filing'),
		('{fact_case}', 1, 'handled_on', '处置日期', '(f.handled_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'day of the last handling'),
		('{fact_case}', 1, 'closed_on', '结案日期', '(f.closed_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'day of the close'),
		('{fact_case}', 1, 'reported_at', '上报时间', '(f.reported_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'time of the report, by the city''s clock as all times'),
		('{fact_case}', 1, 'filed_at', '立案时间', '(f.filed_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'time of the filing'),
		('{fact_case}', 1, 'dispatched_at', '派遣时间', '(f.dispatched_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'time of the last dispatch'),
		('{fact_case}', 1, 'handled_at', '处置时间', '(f.handled_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'time of the last handling'),
		('{fact_case}', 1, 'closed_at', '结案时间', '(f.closed_at AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'time of the close'),
		('{fact_case}', 1, 'due_at', '处置时限', '(CASE WHEN isfinite(f.due) THEN f.due END AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::timestamp(0)', 'by when it is to be handled'),
		('{fact_case}', 1, 'handling_hours', '处置用时(小时)', 'CASE WHEN f.filed_at IS NOT NULL AND f.dispatched_at IS NOT NULL AND f.handled_at IS NOT NULL THEN CASE WHEN f.pauses IS NULL THEN extract(epoch FROM f.handled_at - f.dispatched_at)::float8 ELSE dcm.handling_seconds(f.dispatched_at, f.handled_at, f.pauses) END / 3600 END',
			'hours from the last dispatch to the last handling, as dcm.handling_time() takes them'),
		('{fact_case}', 1, 'handling_work_hours', '处置工作用时(小时)', 'CASE WHEN f.filed_at IS NOT NULL AND f.dispatched_at IS NOT NULL AND f.handled_at IS NOT NULL THEN
				extract(epoch FROM dcm.working_time(f.dispatched_at, f.handled_at, (SELECT dcm.setting(''calendar'')), coalesce(f.pauses, ''{}'')))::float8 / 3600 END', 'the same in working time'),
		('{fact_case}', 1, 'is_filed', '是否立案', '(f.filed_at IS NOT NULL)::int', '1 or 0: it was filed'),
		('{fact_case}', 1, 'is_closed', '是否结案', '(f.closed_at IS NOT NULL)::int', '1 or 0: it is closed'),
		('{fact_case}', 1, 'is_open', '是否在办', '(f.ended_at IS NULL)::int', '1 or 0: it is open'),
		('{fact_case}', 1, 'returned', '退回次数', 'f.returned::int', 'returns'),
		('{fact_case}', 1, 'reworked', '返工次数', 'f.reworked::int', 'reworks'),
		('{fact_case}', 1, 'extended', '延期次数', 'f.extended::int', 'extensions'),
		('{fact_case}', 1, 'suspended', '挂账次数', 'f.suspended::int', 'suspensions'),
		('{fact_case}', 1, 'reopened', '重新立案次数', 'f.reopened::int', 'how often it was opened again'),
		('{fact_case}', 1, 'lon', '经度', '{postgis}.st_x({postgis}.st_transform(f.location, 4490))', 'longitude, CGCS2000'),
		('{fact_case}', 1, 'lat', '纬度', '{postgis}.st_y({postgis}.st_transform(f.location, 4490))', 'latitude, CGCS2000'),

		('{fact_work}', 1, 'day', '日期', 'f.day', 'day; key to dim_date'),
		('{fact_work}', 1, 'person_id', '人员编号', 'f.person', 'who; key to dim_person'),
		('{fact_work}', 1, 'post_id', '岗位编号', 'f.post', 'by which post; key to dim_post'),
		('{fact_work}', 1, 'org_id', '单位编号', 'coalesce(f.body, 0)', 'body of the post; key to dim_org'),
		('{fact_work}', 1, 'company_id', '采集公司编号', 'coalesce(f.company, 0)', 'that body where it is a collection company; key to dim_org'),
		('{fact_work}', 1, 'action', '动作代码', 'f.action', 'action'),
		('{fact_work}', 1, 'action_name', '动作', 'coalesce(a.{name}, f.action)', 'name of the action'),
		('{fact_work}', 1, 'acts', '次数', 'f.count::int', 'how often'),
		('{fact_work}', 1, 'timed', '有时限次数', 'f.timed::int', 'how often it ended a step that had a limit'),
		('{fact_work}', 1, 'in_time', '按时次数', 'f.in_time::int', 'and within it'),
		('{fact_work}', 1, 'seconds', '用时(秒)', 'f.seconds', 'seconds that those steps took'),

		('{dim_date}', 1, 'day', '日期', 'f.day', 'day'),
		('{dim_date}', 1, 'year', '年', 'extract(year FROM f.day)::int', 'year'),
		('{dim_date}', 1, 'quarter', '季', 'extract(quarter FROM f.day)::int', 'quarter, 1 to 4'),
		('{dim_date}', 1, 'month', '月', 'extract(month FROM f.day)::int', 'month, 1 to 12'),
		('{dim_date}', 1, 'day_of_month', '日', 'extract(day FROM f.day)::int', 'day of the month'),
		('{dim_date}', 1, 'year_quarter', '年季', 'to_char(f.day, ''YYYY-"Q"Q'')', 'quarter such as 2026-Q4'),
		('{dim_date}', 1, 'year_month', '年月', 'to_char(f.day, ''YYYY-MM'')', 'month such as 2026-11'),
		('{dim_date}', 1, 'iso_year', '周所属年', 'extract(isoyear FROM f.day)::int', 'year of the ISO week'),
		('{dim_date}', 1, 'iso_week', '周', 'extract(week FROM f.day)::int', 'ISO week, 1 to 53'),
		('{dim_date}', 1, 'year_week', '年周', 'to_char(f.day, ''IYYY-"W"IW'')', 'ISO week such as 2026-W48'),
		('{dim_date}', 1, 'weekday', '星期序号', 'extract(isodow FROM f.day)::int', 'day of the week, 1 Monday to 7 Sunday'),
		('{dim_date}', 1, 'weekday_name', '星期', '(CASE ''{lang}'' WHEN ''zh'' THEN ''{星期一,星期二,星期三,星期四,星期五,星期六,星期日}'' ELSE ''{Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday}'' END::text[])[extract(isodow FROM f.day)::int]', 'name of that day'),
		('{dim_date}', 1, 'is_workday', '是否工作日', '(w.hours > 0)::int', '1 or 0: the city''s calendar has working time on it'),
		('{dim_date}', 1, 'work_hours', '工作小时', 'w.hours', 'hours of working time'),
		('{dim_date}', 1, 'day_label', '节假日', 'c.label', 'what the calendar says of it, such as a holiday'),
		('{dim_date}', 1, 'eval_month', '考核月', 'em.period', 'month of evaluation (setting month_starts_on)'),
		('{dim_date}', 1, 'eval_quarter', '考核季', 'eq.period', 'quarter of evaluation'),
		('{dim_date}', 1, 'eval_year', '考核年', 'ey.period', 'year of evaluation'),

		('{dim_org}', 1, 'org_id', '单位编号', 'f.id', 'key'),
		('{dim_org}', 1, 'org_code', '单位代码', 'f.code', 'code'),
		('{dim_org}', 1, 'org_name', '单位名称', 'f.name', 'name'),
		('{dim_org}', 1, 'org_name_en', '单位英文名称', 'f.name_en', 'name in English'),
		('{dim_org}', 1, 'level', '级别', 'f.level::int', 'level, 1 city to 4 community'),
		('{dim_org}', 1, 'level_name', '级别名称', 'dcm.label_of(''org_level'', f.level::text, ''{lang}'')', 'name of the level'),
		('{dim_org}', 1, 'kind', '单位类型', 'dcm.label_of(''org_kind'', f.kind, ''{lang}'')', 'kind: department, government, enterprise …'),
		('{dim_org}', 1, 'parent_id', '上级单位编号', 'f.parent', 'body above; key to dim_org'),
		('{dim_org}', 1, 'parent_name', '上级单位名称', 'p.name', 'its name'),
		('{dim_org}', 1, 'area_code', '区域代码', 'f.area::text', 'area; key to dim_region'),
		('{dim_org}', 1, 'is_current', '是否有效', 'coalesce(f.valid @> now(), true)::int', '1 or 0: it is valid now'),

		('{dim_region}', 1, 'area_code', '区域代码', 'coalesce(f.code::text, '''')', 'key; the empty one is no area'),
		('{dim_region}', 1, 'area_name', '区域名称', 'CASE WHEN f.code IS NULL THEN CASE ''{lang}'' WHEN ''zh'' THEN ''不详'' ELSE ''unknown'' END ELSE coalesce(r.name, f.code::text) END', 'name, else the code'),
		('{dim_region}', 1, 'area_name_en', '区域英文名称', 'r.name_en', 'name in English'),
		('{dim_region}', 1, 'level', '级别', 'dcm.level(f.code)', 'level: 1 province, 2 city, 3 district, 4 street, 5 community'),
		('{dim_region}', 1, 'district_code', '区县代码', 'CASE WHEN dcm.level(f.code) >= 3 THEN dcm.district(f.code)::text END', 'district in which it lies'),
		('{dim_region}', 1, 'district_name', '区县名称', 'CASE WHEN dcm.level(f.code) >= 3 THEN coalesce(d.name, dcm.district(f.code)::text) END', 'its name'),
		('{dim_region}', 1, 'street_code', '街道代码', 'CASE WHEN dcm.level(f.code) >= 4 THEN dcm.street(f.code)::text END', 'street in which it lies'),
		('{dim_region}', 1, 'street_name', '街道名称', 'CASE WHEN dcm.level(f.code) >= 4 THEN coalesce(s.name, dcm.street(f.code)::text) END', 'its name'),
		('{dim_region}', 1, 'community_code', '社区代码', 'CASE WHEN dcm.level(f.code) >= 5 THEN f.code::text END', 'community'),
		('{dim_region}', 1, 'community_name', '社区名称', 'CASE WHEN dcm.level(f.code) >= 5 THEN coalesce(r.name, f.code::text) END', 'its name'),

		('{dim_category}', 1, 'category_id', '类别编号', 'f.id', 'key'),
		('{dim_category}', 1, 'category_code', '类别代码', 'f.code', 'code such as E0203'),
		('{dim_category}', 1, 'edition', '标准版本', 'f.edition', 'edition of the list'),
		('{dim_category}', 1, 'kind', '部件或事件', 'dcm.label_of(''category_kind'', f.kind, ''{lang}'')', 'component or event'),
		('{dim_category}', 1, 'major', '大类代码', 'f.major', 'major class'),
		('{dim_category}', 1, 'major_name', '大类名称', 'f.major_name', 'its name'),
		('{dim_category}', 1, 'minor', '小类代码', 'f.minor', 'minor class'),
		('{dim_category}', 1, 'category_name', '小类名称', 'f.name', 'its name'),
		('{dim_category}', 1, 'category_name_en', '小类英文名称', 'f.name_en', 'its name in English'),

		('{dim_source}', 1, 'source', '来源代码', 'f.code', 'key'),
		('{dim_source}', 1, 'source_name', '来源名称', 'f.name', 'name'),
		('{dim_source}', 1, 'source_name_en', '来源英文名称', 'f.name_en', 'name in English'),
		('{dim_source}', 1, 'mode', '主动或被动', 'dcm.label_of(''source_mode'', f.mode, ''{lang}'')', 'active: found by the system''s own people; passive: told by others'),
		('{dim_source}', 1, 'source_group', '来源分组', 'f.grp', 'group'),

		('{dim_grid}', 1, 'grid_code', '网格代码', 'coalesce(f.code::text, '''')', 'key, 15 digits as text; the empty one is outside of all'),
		('{dim_grid}', 1, 'grid_name', '网格名称', 'f.name', 'name'),
		('{dim_grid}', 1, 'area_code', '区域代码', 'coalesce(dcm.community(f.code)::text, '''')', 'community; key to dim_region'),
		('{dim_grid}', 1, 'area_class', '区域等级', 'f.area_class::int', 'class of the area, 1 to 3'),
		('{dim_grid}', 1, 'land_use', '使用分类', 'dcm.label_of(''land_use'', f.land_use, ''{lang}'')', 'use'),
		('{dim_grid}', 1, 'org_id', '单位编号', 'coalesce(f.org, 0)', 'responsible body; key to dim_org'),
		('{dim_grid}', 1, 'lon', '经度', '{postgis}.st_x({postgis}.st_transform(f.point, 4490))', 'longitude of a point in it'),
		('{dim_grid}', 1, 'lat', '纬度', '{postgis}.st_y({postgis}.st_transform(f.point, 4490))', 'latitude of that point'),
		('{dim_grid}', 1, 'is_current', '是否有效', 'coalesce(f.valid @> now(), true)::int', '1 or 0: it is valid now'),

		('{dim_post}', 1, 'post_id', '岗位编号', 'f.id', 'key'),
		('{dim_post}', 1, 'post_code', '岗位代码', 'f.code', 'code'),
		('{dim_post}', 1, 'role', '角色代码', 'f.role', 'business role'),
		('{dim_post}', 1, 'role_name', '角色', 'r.{name}', 'its name'),
		('{dim_post}', 1, 'person_id', '人员编号', 'f.person', 'holder; key to dim_person'),
		('{dim_post}', 1, 'org_id', '单位编号', 'coalesce(f.org, 0)', 'body; key to dim_org'),
		('{dim_post}', 1, 'since', '起始日期', '(CASE WHEN isfinite(lower(f.valid)) THEN lower(f.valid) END AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'first day, NULL: ever since'),
		('{dim_post}', 1, 'till', '终止日期', '(CASE WHEN isfinite(upper(f.valid)) THEN upper(f.valid) END AT TIME ZONE (SELECT dcm.setting(''time_zone'')))::date', 'day on which it ended, NULL: it has not'),

		('{dim_person}', 1, 'person_id', '人员编号', 'f.id', 'key'),
		('{dim_person}', 1, 'person_code', '人员代码', 'f.code', 'code'),
		('{dim_person}', 1, 'person_name', '姓名', 'f.name', 'name'),
		('{dim_person}', 1, 'person_name_en', '英文姓名', 'f.name_en', 'name in English'),
		('{dim_person}', 1, 'is_service', '是否系统', '(f.kind = ''service'')::int', '1 or 0: a program'),

		('{compare_city,compare_org,compare_street,compare_category,compare_source,handling_city,handling_org,handling_category}', 1, 'period_kind', '周期类型', 'k.kind', 'day, week, month, quarter or year: ask for one'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source,handling_city,handling_org,handling_category}', 1, 'period', '周期', 'f.period', 'period such as 2026-11-25, 2026-W48, 2026-11, 2026-Q4, 2026'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'first_day', '起始日期', 'f.first_day', 'its first day'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'last_day', '截止日期', 'f.last_day', 'its last day, today where it has not ended'),
		('{compare_city,compare_street}', 1, 'code', '区域代码', 'f.subject', 'area; key to dim_region'),
		('{compare_org,handling_org}', 1, 'code', '单位代码', 'coalesce(f.subject, '''')', 'body; org_code of dim_org'),
		('{compare_category,handling_category}', 1, 'code', '类别代码', 'f.subject', 'category_code of dim_category'),
		('{compare_source}', 1, 'code', '来源代码', 'f.subject', 'source; key to dim_source'),
		('{handling_city}', 1, 'code', '区域代码', 'f.subject', 'area code of the city'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source,handling_city,handling_org,handling_category}', 1, 'name', '名称', 'f.name', 'its name'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source,handling_city,handling_org,handling_category}', 1, 'name_en', '英文名称', 'f.name_en', 'its name in English'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'figure', '指标代码', 'f.field', 'figure of dcm.figures()'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'figure_name', '指标', 'CASE ''{lang}'' WHEN ''zh'' THEN f.label ELSE f.label_en END', 'its name'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'value', '本期', 'f.value::float8', 'value'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'previous', '上期', 'f.previous::float8', 'of the period before'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'change', '环比增减', 'f.change::float8', 'difference'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'change_percent', '环比(%)', 'f.change_percent::float8', 'as percent'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'year_before', '上年同期', 'f.year_before::float8', 'of the same period of the year before'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'year_change', '同比增减', 'f.year_change::float8', 'difference'),
		('{compare_city,compare_org,compare_street,compare_category,compare_source}', 1, 'year_change_percent', '同比(%)', 'f.year_change_percent::float8', 'as percent'),
		('{handling_city,handling_org,handling_category}', 1, 'handled', '处置数', 'f.handled::int', 'cases handled'),
		('{handling_city,handling_org,handling_category}', 1, 'mean_hours', '平均用时(小时)', 'f.mean_hours::float8', 'mean hours by the clock'),
		('{handling_city,handling_org,handling_category}', 1, 'median_hours', '用时中位数(小时)', 'f.median_hours::float8', 'median'),
		('{handling_city,handling_org,handling_category}', 1, 'p90_hours', '用时九成分位(小时)', 'f.p90_hours::float8', '90th percentile'),
		('{handling_city,handling_org,handling_category}', 1, 'longest_hours', '最长用时(小时)', 'f.longest_hours::float8', 'longest'),
		('{handling_city,handling_org,handling_category}', 1, 'mean_work_hours', '平均工作用时(小时)', 'f.mean_work_hours::float8', 'mean hours of working time'),
		('{handling_city,handling_org,handling_category}', 1, 'median_work_hours', '工作用时中位数(小时)', 'f.median_work_hours::float8', 'median'),
		('{handling_city,handling_org,handling_category}', 1, 'p90_work_hours', '工作用时九成分位(小时)', 'f.p90_work_hours::float8', '90th percentile'),
		('{handling_city,handling_org,handling_category}', 1, 'longest_work_hours', '最长工作用时(小时)', 'f.longest_work_hours::float8', 'longest')
	), one AS (
		SELECT u.view, e.part, row_number() OVER () AS n, e.name, e.label, e.expression, e.meaning_en
		FROM every AS e CROSS JOIN LATERAL unnest(e.views) AS u (view)
		UNION ALL
		-- what cannot be summed over days has no column, nor what no fact tells
		SELECT 'fact_day', 2, row_number() OVER (), t.field, t.label,
			format(CASE t.unit WHEN 'second' THEN 'dcm.count_of(f.tally, %L)' ELSE 'dcm.count_of(f.tally, %L)::int' END, t.field), t.label_en
		FROM dcm.tally_fields() AS t
		WHERE t.unit <> 'stock' AND t.field NOT IN ('recurred', 'ownerless')
	)
	SELECT o.view, row_number() OVER (PARTITION BY o.view ORDER BY o.part, o.n), o.name, o.label, o.expression, o.meaning_en FROM one AS o;
END;
COMMENT ON FUNCTION dcm.bi_columns() IS
	'The columns of the views that dcm.make_bi_views() makes: name in English, label in Chinese, what each is computed from, and what it is. 商业智能视图的各列:英文名、中文名、算法与含义。';

CREATE FUNCTION dcm.make_bi_views(schema text DEFAULT 'dcm_bi', lang text DEFAULT 'zh') RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	made_by constant text := 'dcm.make_bi_views()';
	postgis constant text := (SELECT quote_ident(n.nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'postgis');
	for_bi constant boolean := to_regrole('dcm_bi') IS NOT NULL;
	model record;
	had record;
	made int := 0;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	IF lang IS NULL OR lang NOT IN ('zh', 'en') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there are no names in language "%s"', lang),
			HINT = 'Use zh or en.',
			CONSTRAINT = 'dcm.no_language';
	END IF;
	IF schema IS NULL OR schema !~ '^[a-z_][a-z0-9_]*$' OR length(schema) > 63 OR schema ~ '^pg_' OR schema IN ('dcm', 'information_schema') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('views cannot be made in a schema "%s"', schema),
			HINT = 'Name one of their own: small letters, digits and _, not dcm and not of the system.',
			CONSTRAINT = 'dcm.bad_schema';
	END IF;
	IF to_regnamespace(schema) IS NULL THEN
		EXECUTE format('CREATE SCHEMA %I', schema);
		EXECUTE format('COMMENT ON SCHEMA %I IS %L', schema, 'Views for BI tools, by ' || made_by || '. 商业智能视图。');
	END IF;
	IF for_bi THEN
		EXECUTE format('GRANT USAGE ON SCHEMA %I TO dcm_bi', schema);
	END IF;
	FOR model IN
		SELECT v.view, v.meaning, v.meaning_en, v.rows_of, c.columns, c.named, c.labels
		FROM dcm.bi_views() WITH ORDINALITY AS v (view, rows_of, meaning, meaning_en, ord)
			JOIN (
				SELECT x.view, array_agg(n.named ORDER BY x.ord) AS named, array_agg(x.meaning_en || '. ' || x.label || '。' ORDER BY x.ord) AS labels,
					string_agg(format('%s AS %I', x.expression, n.named), ', ' ORDER BY x.ord) AS columns
				FROM dcm.bi_columns() AS x
					CROSS JOIN LATERAL (SELECT CASE lang WHEN 'zh' THEN x.label ELSE x.name END AS named) AS n
				GROUP BY x.view) AS c ON c.view = v.view
		ORDER BY v.ord
	LOOP
		-- a view keeps its rights and what stands on it where its columns are as they were, or fewer
		SELECT r.relkind = 'v' AND coalesce(strpos(obj_description(r.oid, 'pg_class'), made_by) > 0, false) AS is_ours,
			array_agg(a.attname::text ORDER BY a.attnum) = model.named[1:count(*)] AS fits
		INTO had
		FROM pg_class AS r LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
		WHERE r.relnamespace = to_regnamespace(schema) AND r.relname = model.view
		GROUP BY r.oid, r.relkind;
		IF NOT had.is_ours THEN
			RAISE EXCEPTION USING
				ERRCODE = 'duplicate_table',
				MESSAGE = format('relation "%s.%s" is not of dcm.make_bi_views()', schema, model.view),
				HINT = 'Rename it, or name another schema.',
				CONSTRAINT = 'dcm.not_bi_view';
		END IF;
		IF NOT had.fits THEN
			EXECUTE format('DROP VIEW %I.%I', schema, model.view);
		END IF;
		EXECUTE format('CREATE OR REPLACE VIEW %I.%I WITH (security_invoker = true) AS SELECT %s FROM %s', schema, model.view,
			replace(replace(replace(model.columns, '{postgis}', postgis), '{lang}', lang), '{name}', CASE lang WHEN 'zh' THEN 'name' ELSE 'name_en' END),
			replace(model.rows_of, '{postgis}', postgis));
		EXECUTE format('COMMENT ON VIEW %I.%I IS %L', schema, model.view, format('%s; made by %s. %s。', model.meaning_en, made_by, model.meaning));
		FOR i IN 1 .. cardinality(model.named) LOOP
			EXECUTE format('COMMENT ON COLUMN %I.%I.%I IS %L', schema, model.view, model.named[i], upper(left(model.labels[i], 1)) || substr(model.labels[i], 2));
		END LOOP;
		IF for_bi THEN
			EXECUTE format('GRANT SELECT ON %I.%I TO dcm_bi', schema, model.view);
		END IF;
		made := made + 1;
	END LOOP;
	RETURN made;
END
$$;
COMMENT ON FUNCTION dcm.make_bi_views(text, text) IS
	'Makes, or makes anew, the views of dcm.bi_views() in a schema, which it makes where it is absent, with column names in Chinese (zh) or English (en), for role dcm_bi to read; returns how many. Called by the owner of the city''s tables, after each upgrade as well. Views whose columns change their names are dropped for it, so what a city builds on them keeps to one language a schema. 在指定模式中生成商业智能星型视图(列名中文或英文)。';
