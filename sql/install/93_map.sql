-- The map of a city's system: which subsystem of the trade is served by what,
-- and which of the city's data belong to which family.  Both are named by the
-- cities' own plans, so that whoever reads one finds here what answers to it.

CREATE FUNCTION dcm.subsystems(OUT subsystem text, OUT name text, OUT name_en text, OUT named_by text[], OUT served_by text[])
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 20
BEGIN ATOMIC
	VALUES
		('collection', '无线数据采集', 'wireless data collection', '{Qidong,Panzhihua,Yong''anzhou}'::text[],
			'{dcm.report_case,dcm.resolve_on_site,dcm.confirm_verification,dcm.deny_verification,dcm.pass_check,dcm.fail_check,dcm.attachment}'::text[]),
		('acceptance', '监督中心受理', 'acceptance at the supervision centre', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.register_call,dcm.report_intake,dcm.caller_history,dcm.accept_case,dcm.reject_case,dcm.request_verification,dcm.file_case}'),
		('workflow', '协同工作', 'collaborative work', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.act,dcm.dispatch_case,dcm.sign_case,dcm.return_case,dcm.handle_case,dcm.close_case,dcm.case_story,dcm.allowed_actions}'),
		('geocoding', '地理编码', 'geocoding', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.geocode,dcm.reverse_geocode,dcm.locate,dcm.place}'),
		('command_screen', '大屏监督指挥', 'command screen', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.case_card,dcm.eval_region,dcm.eval_category}'),
		('evaluation', '综合评价', 'evaluation', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.indicator,dcm.scorecard,dcm.score_item,dcm.period,dcm.evaluate,dcm.announce_period,dcm.close_period,dcm.score_entry,dcm.period_scores,dcm.consequences,dcm.to_leave_last,dcm.bulletin,dcm.bulletin_data,dcm.issue_bulletin,dcm.enter_scores,dcm.reconcile,dcm.score_event,dcm.eval_org,dcm.eval_region,dcm.eval_category,dcm.eval_source,dcm.eval_grid,dcm.eval_post,dcm.eval_collector,dcm.eval_company,dcm.facts,dcm.eval_compare,dcm.top,dcm.handling_time,dcm.make_bi_views}'),
		('maintenance', '应用维护', 'maintenance of the application', '{Qidong,Panzhihua,Yong''anzhou}',
			'{dcm.setting,dcm.settings,dcm.config_log,dcm.config_as_of,dcm.presets,dcm.preset_diff,dcm.load_preset,dcm.transition}'),
		('base_data', '基础数据资源管理', 'management of base data', '{Qidong,Panzhihua,Yong''anzhou}',
			'{dcm.import_regions,dcm.import_grids,dcm.import_components,dcm.import_orgs,dcm.import_people,dcm.import_categories,dcm.import_filing_standards,dcm.import_fault,dcm.data_catalogue,dcm.layer}'),
		('exchange', '数据交换', 'data exchange', '{Qidong,Panzhihua,Yong''anzhou}', '{dcm.outbox}'),
		('public', '信息发布与公众监督', 'public information and supervision', '{Yong''anzhou}', '{dcm.answer_intake,dcm.callbacks_due,dcm.rate_intake}'),
		('video', '视频监控', 'video surveillance', '{Panzhihua,Yong''anzhou,Qidong}', '{dcm.source,dcm.attachment}'),
		('mobile_supervision', '移动督办', 'supervision on the move', '{Panzhihua,Yong''anzhou,Qidong}', '{dcm.remind_case,dcm.escalation}'),
		('messages', '业务短信', 'messages', '{Panzhihua,Qidong}', '{dcm.outbox,dcm.escalation_rule}'),
		('component_update', '部件在线更新', 'online update of components', '{Panzhihua}',
			'{dcm.request_component_change,dcm.decide_component_change,dcm.component_story,dcm.component_freshness}'),
		('problem_register', '问题库管理', 'register of problems', '{Panzhihua}', '{dcm.problem_register,dcm.case_card}'),
		('audit', '电子监察', 'electronic audit', '{Panzhihua}', '{dcm.verify_all,dcm.verify_case,dcm.escalate,dcm.config_log}'),
		('vehicles', '车辆GPS管理', 'vehicles by GPS', '{Qidong,Panzhihua}', '{}'),
		('collection_company', '信息采集管理', 'management of collection', '{Qidong}', '{dcm.duty_area,dcm.check_duty_areas,dcm.area_counts}'),
		('street_view', '实景影像', 'street views', '{Qidong}', '{dcm.layer,dcm.attachment}'),
		('mobile_enforcement', '移动执法', 'enforcement on the move', '{Qidong}', '{}');
END;
COMMENT ON FUNCTION dcm.subsystems() IS
	'The subsystems that cities'' plans name, which plans name each, and the tables and functions of dcm that serve it, none where it is not served. The first nine are the core of the trade (核心九大子系统). 子系统与对应的库表、函数一览。';

CREATE FUNCTION dcm.data_families(OUT relation text, OUT family text, OUT resource text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 60
BEGIN ATOMIC
	SELECT t.relation, f.family, f.resource
	FROM (VALUES
			('base', 'framework', '{region,area_change,area_group,area_group_member,layer}'::text[]),
			('base', 'grid', '{grid,duty_area,duty_area_grid}'),
			('base', 'component', '{component,component_history,component_request,component_serial}'),
			('base', 'geocode', '{place}'),
			('base', NULL, '{org,org_contact,person,post,role,category,edition,filing_standard,responsibility,calendar,calendar_hours,calendar_day,calendar_day_hours,label,source,reason}'),
			('supervision', NULL, '{case_file,case_stage,case_log,case_text,case_task,assignment,attachment,report_key,score_event,escalation,intake,caller,erasure,auto_look,sample,anchor}'),
			('supervision', NULL, '{fact_queue,case_fact,fact_case,daily_fact,daily_work,late_work,period,period_card,period_log,score_draft,score_entry,score_request,bulletin_issue}'),
			('system', NULL, '{action,action_key,act_key,state,transition,dispatch_policy,escalation_rule,auto_rule,indicator,scorecard,score_item,score_class,grade,consequence_rule,outbox,job_run,job_lock,setting,config_log,config_version,import_run,import_fault}')) AS f (family, resource, relations)
		CROSS JOIN LATERAL pg_catalog.unnest(f.relations) AS t (relation);
END;
COMMENT ON FUNCTION dcm.data_families() IS
	'To which family of data each table of dcm belongs: base 城市管理基础数据, supervision 部件事件监管数据, system (rules and records of the system itself); of base data the resource: framework 地理空间框架, grid 单元网格, component 管理部件, geocode 地理编码. 各表所属数据类别。';

CREATE FUNCTION dcm.data_catalogue(OUT family text, OUT resource text, OUT relation text, OUT rows bigint, OUT bytes bigint, OUT changed_at timestamptz, OUT what text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000 ROWS 60
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY
	SELECT coalesce(f.family, 'own'), f.resource, c.relname::text, s.rows::bigint, s.bytes::bigint, l.at,
		obj_description(c.oid, 'pg_class')
	FROM pg_class AS c
		LEFT JOIN dcm.data_families() AS f ON f.relation = c.relname
		CROSS JOIN LATERAL (
			-- as ANALYZE last counted; never counted is not known
			SELECT sum(nullif(p.reltuples, -1)) AS rows, sum(pg_total_relation_size(p.oid)) AS bytes
			FROM pg_class AS p
			WHERE p.oid = c.oid AND c.relkind = 'r' OR c.relkind = 'p' AND p.oid IN (SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = c.oid)) AS s
		CROSS JOIN LATERAL (SELECT max(g.at) AS at FROM dcm.config_log AS g WHERE g.table_name = c.relname) AS l
	WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname !~ '^stage_'
	ORDER BY array_position('{base,supervision,system}'::text[], f.family), f.resource NULLS LAST, c.relname;
END
$$;
COMMENT ON FUNCTION dcm.data_catalogue() IS
	'The city''s tables by family of data, its own among them as own: rows as ANALYZE last counted, NULL where it never did; bytes with indexes; when a rule was last changed; what the table holds. 数据资源目录:类别、行数、大小与最近变更。';
