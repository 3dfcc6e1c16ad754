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
		IF object.relname NOT IN ('act_key', 'report_key', 'config_version') THEN
			EXECUTE format('GRANT SELECT ON dcm.%I TO dcm_app, dcm_loader', object.relname);
		END IF;
		IF object.relname NOT IN ('act_key', 'report_key', 'config_version', 'config_log', 'case_text', 'intake', 'outbox') THEN
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
	-- other systems fetch what is to be told them
	GRANT SELECT ON dcm.outbox TO dcm_exchange;
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
			dcm.intake_caller(bigint), dcm.caller_history(text), dcm.erase(text, text, bigint, bigint, int, text) TO dcm_app, dcm_loader;
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
