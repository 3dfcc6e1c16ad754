-- The rights of the database roles.  They are in no dump of the roles, so they
-- are given again after a restore.

CREATE FUNCTION dcm.grant_roles() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	object record;
	config text[];
BEGIN
	PERFORM dcm.require_city();
	GRANT USAGE ON SCHEMA dcm TO dcm_app, dcm_config, dcm_security, dcm_audit, dcm_loader, dcm_bi, dcm_exchange;

	-- configuration is what has the trigger of configuration
	SELECT array_agg(c.relname) INTO config
	FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
	WHERE t.tgname = 'dcm_config_changed' AND c.relnamespace = 'dcm'::regnamespace;

	FOR object IN
		SELECT c.relname, c.relname = ANY (config) AS is_config
		FROM pg_class AS c
		WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition
			-- who has called is told by functions alone
			AND c.relname <> 'caller'
	LOOP
		EXECUTE format('GRANT SELECT ON dcm.%I TO dcm_audit', object.relname);
		IF object.relname NOT IN ('act_key', 'report_key', 'config_version', 'fact_queue', 'case_fact', 'fact_case', 'late_work', 'fact_cell') THEN
			EXECUTE format('GRANT SELECT ON dcm.%I TO dcm_app, dcm_loader', object.relname);
		END IF;
		IF object.relname NOT IN ('act_key', 'report_key', 'config_version', 'config_log', 'case_text', 'case_log', 'intake', 'outbox', 'fact_queue', 'fact_case') THEN
			EXECUTE format('GRANT SELECT ON dcm.%I TO dcm_bi, dcm_config', object.relname);
		END IF;
		IF object.is_config AND object.relname NOT IN ('person', 'post', 'role') THEN
			EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON dcm.%I TO dcm_config', object.relname);
		END IF;
		-- lists come in by whoever may write what they hold
		IF object.relname ~ '^stage_' THEN
			EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON dcm.%I TO %I', object.relname,
				CASE object.relname WHEN 'stage_people' THEN 'dcm_security' ELSE 'dcm_config' END);
			EXECUTE format('GRANT SELECT, UPDATE ON SEQUENCE %s TO %I', pg_get_serial_sequence(format('dcm.%I', object.relname), 'line'),
				CASE object.relname WHEN 'stage_people' THEN 'dcm_security' ELSE 'dcm_config' END);
		END IF;
	END LOOP;
	-- of who did what, all but from which address; before 0.2.0 that too
	REVOKE SELECT ON dcm.case_log FROM dcm_bi, dcm_config;
	EXECUTE format('GRANT SELECT (%s) ON dcm.case_log TO dcm_bi, dcm_config', (
		SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute AS a
		WHERE a.attrelid = 'dcm.case_log'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'client'));
	-- other systems fetch what is to be told them; policies look a case up by its number
	GRANT SELECT ON dcm.outbox TO dcm_exchange;
	GRANT SELECT (case_no) ON dcm.case_file TO dcm_exchange, dcm_security;
	GRANT SELECT, INSERT, UPDATE ON dcm.person, dcm.post, dcm.role TO dcm_security;
	GRANT SELECT ON dcm.org, dcm.duty_area, dcm.duty_area_grid, dcm.region, dcm.setting, dcm.config_log TO dcm_security;
	GRANT SELECT, INSERT, UPDATE, DELETE ON dcm.component, dcm.grid, dcm.duty_area_grid TO dcm_config;
	IF to_regclass('dcm.import_run') IS NOT NULL THEN
		GRANT SELECT, INSERT, UPDATE ON dcm.import_run TO dcm_config, dcm_security;
		GRANT SELECT, INSERT, DELETE ON dcm.import_fault TO dcm_config, dcm_security;
		GRANT SELECT, INSERT, UPDATE ON dcm.component_serial TO dcm_config;
		GRANT INSERT ON dcm.area_change TO dcm_config;
		GRANT SELECT ON dcm.case_task TO dcm_security;
		GRANT EXECUTE ON FUNCTION dcm.request_component_change(text, dcm.component_id, jsonb, text),
			dcm.decide_component_change(bigint, boolean, text) TO dcm_app, dcm_loader;
	END IF;

	IF to_regclass('dcm.intake') IS NOT NULL THEN
		-- all but what was told
		GRANT SELECT (id, source, external_no, kind, heard_at, external_due, registered_at, case_no, linked_at, answer_org, answered_at,
			callback_tries, tried_at, called_back_at, satisfaction, rated_at) ON dcm.intake TO dcm_bi, dcm_config;
		GRANT EXECUTE ON FUNCTION dcm.register_call(text, text, text, text, text, text, text, text, timestamptz, timestamptz, text),
			dcm.link_intake(bigint, bigint), dcm.answer_intake(bigint, text, text, timestamptz),
			dcm.rate_intake(bigint, text, timestamptz), dcm.call_back(bigint, boolean, text, timestamptz),
			dcm.intake_caller(bigint), dcm.caller_history(text), dcm.without_caller(bigint, text), dcm.erase(text, text, bigint, bigint, int, text) TO dcm_app, dcm_loader;
	END IF;

	IF to_regclass('dcm.fact_queue') IS NOT NULL THEN
		-- numbers of cases, for dcm.fact_cell
		GRANT SELECT ON dcm.fact_queue TO dcm_bi, dcm_config;
		GRANT EXECUTE ON FUNCTION dcm.facts(text, date, date), dcm.stock_facts(text, date), dcm.cohort_facts(text, date, date), dcm.score_of(text, date, date, timestamptz)
			TO dcm_app, dcm_loader, dcm_audit, dcm_bi, dcm_config;
		-- these name cases, whoever asks: for those that see all of them
		GRANT EXECUTE ON FUNCTION dcm.reconcile_days(date, date), dcm.reconcile(text, text), dcm.late_facts(text, text) TO dcm_loader, dcm_audit, dcm_bi, dcm_config;
		GRANT EXECUTE ON FUNCTION dcm.open_period(text, text, date, date), dcm.drop_period(text, text), dcm.evaluate(text, text, text, timestamptz), dcm.announce_period(text, text, timestamptz),
			dcm.close_period(text, text), dcm.publish_period(text, text), dcm.enter_score(text, text, text, text, text, numeric, text, jsonb, bigint),
			dcm.enter_scores(text, text, text, text, jsonb, text, jsonb), dcm.correct_score(bigint, numeric, text, jsonb),
			dcm.decide_score(bigint, boolean), dcm.decide_scores(bigint[], boolean) TO dcm_app, dcm_loader;
	END IF;
	IF to_regclass('dcm.bulletin_issue') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION dcm.issue_bulletin(text, text, text, text, date, int, text) TO dcm_app, dcm_loader;
	END IF;

	IF to_regclass('dcm.sample') IS NOT NULL THEN
		GRANT EXECUTE ON FUNCTION dcm.draw_sample(text, timestamptz, timestamptz, numeric, text) TO dcm_app, dcm_loader;
	END IF;

	-- whatever acts on a case
	FOR object IN
		SELECT p.oid::regprocedure AS routine
		FROM pg_proc AS p
		WHERE p.pronamespace = 'dcm'::regnamespace AND p.prorettype = 'dcm.act_result'::regtype
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO dcm_app, dcm_loader', object.routine);
	END LOOP;
	GRANT EXECUTE ON FUNCTION dcm.become(text, text, text), dcm.act_batch(jsonb) TO dcm_app, dcm_loader;
	GRANT EXECUTE ON FUNCTION dcm.load_preset(text), dcm.preset_diff(text), dcm.set_org_mode(text) TO dcm_config;
	-- what brings base data in; the tables' own rights say who may
	FOR object IN
		SELECT p.oid::regprocedure AS routine
		FROM pg_proc AS p
		WHERE p.pronamespace = 'dcm'::regnamespace AND p.provolatile = 'v'
			AND p.proname ~ '^(import|judge|settle|store)_|^(next_component_id|component_serials|apply_component_data|hand_over|end_post|change_area)$'
	LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO dcm_config, dcm_security', object.routine);
	END LOOP;
	PERFORM dcm.grant_job_rights();
END
$$;
COMMENT ON FUNCTION dcm.grant_roles() IS
	'Gives the database roles their rights on the city; called by its owner, after create_city and after a restore. 授予数据库角色权限,建城及恢复后执行。';

CREATE FUNCTION dcm.check_roles(OUT login text, OUT problem text, OUT detail text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 2
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	WITH RECURSIVE held AS (
		SELECT r.oid AS login, r.oid AS role FROM pg_roles AS r WHERE r.rolcanlogin
		UNION
		SELECT h.login, m.roleid FROM held AS h JOIN pg_auth_members AS m ON m.member = h.role
	), powers AS (
		SELECT l.rolname::text AS login, array_agg(r.rolname::text ORDER BY r.rolname) AS roles
		FROM held AS h JOIN pg_roles AS l ON l.oid = h.login JOIN pg_roles AS r ON r.oid = h.role
		WHERE r.rolname IN ('dcm_config', 'dcm_security', 'dcm_audit')
		GROUP BY l.rolname
	)
	SELECT NULL::text, 'no_role', format('role "%s" does not exist: dcm.create_roles() makes it. 角色不存在。', n.name)
	FROM unnest('{dcm_app,dcm_config,dcm_security,dcm_audit,dcm_job,dcm_loader,dcm_bi,dcm_exchange}'::text[]) AS n (name)
	WHERE NOT EXISTS (SELECT FROM pg_roles AS r WHERE r.rolname = n.name)
	UNION ALL
	SELECT p.login, 'two_of_three', format('it holds %s: whoever configures, whoever gives rights and whoever audits are three. 三员分立:配置、安全、审计不得兼任。', array_to_string(p.roles, ', '))
	FROM powers AS p WHERE cardinality(p.roles) > 1
	UNION ALL
	-- what the city's people act by, with a right to tell of any time
	SELECT l.rolname::text, 'loader_acts', 'it is a member of dcm_loader and of dcm_app: an application''s login that may tell any time. 应用登录不应兼有补录权限。'
	FROM pg_roles AS l
	WHERE l.rolcanlogin
		AND EXISTS (SELECT FROM held AS h JOIN pg_roles AS r ON r.oid = h.role WHERE h.login = l.oid AND r.rolname = 'dcm_loader')
		AND EXISTS (SELECT FROM held AS h JOIN pg_roles AS r ON r.oid = h.role WHERE h.login = l.oid AND r.rolname = 'dcm_app')
	ORDER BY 2, 1, 3;
END
$$;
COMMENT ON FUNCTION dcm.check_roles() IS
	'What is wrong with who holds the database roles: a role that is absent (no_role), a login that holds two of dcm_config, dcm_security and dcm_audit, itself or through other roles (two_of_three), an application''s login that is a loader too (loader_acts). No row where nothing is. 数据库角色检查(三员分立)。';
