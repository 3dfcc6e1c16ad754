-- The register of components in time: what each was before, who asks for a
-- change and who approves it, and the numbers that have been issued.

CREATE TABLE dcm.component_history (
	id			dcm.component_id NOT NULL,
	version		int NOT NULL,
	op			text NOT NULL CHECK (op IN ('UPDATE', 'DELETE')),
	recorded_at	timestamptz NOT NULL,
	recorded_by	text NOT NULL,
	ended_at	timestamptz NOT NULL,
	ended_by	text NOT NULL,
	reason		text,
	row			jsonb NOT NULL,
	PRIMARY KEY (id, version)
);
COMMENT ON TABLE dcm.component_history IS
	'What the register said of a component before each change: row as it was, by whom and since when it was so, by whom and when it was changed, and why (SET dcm.reason). 部件变更历史。';

CREATE FUNCTION dcm.stamp_component() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF NEW.id IS DISTINCT FROM OLD.id THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('component "%s" keeps its id for life', OLD.id),
			HINT = 'Register the other as a component of its own.',
			CONSTRAINT = 'dcm.id_for_life';
	END IF;
	-- what tells who and when is not for the writer to say
	NEW.recorded_at := OLD.recorded_at;
	NEW.recorded_by := OLD.recorded_by;
	IF NEW IS DISTINCT FROM OLD THEN
		NEW.recorded_at := clock_timestamp();
		NEW.recorded_by := coalesce(dcm.acting(), session_user);
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.stamp_component() IS
	'Trigger of dcm.component: says since when and by whom a changed row is so; 23514 for another id. 部件登记时间与登记人触发器。';
CREATE TRIGGER stamp_component BEFORE UPDATE ON dcm.component
	FOR EACH ROW EXECUTE FUNCTION dcm.stamp_component();

CREATE FUNCTION dcm.keep_component() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET enable_nestloop = on -- as it is set below holds for this function alone
	SET work_mem = '64MB'
AS $$
DECLARE
	fields text;
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		IF EXISTS (SELECT FROM dcm.component) THEN
			RAISE EXCEPTION USING
				ERRCODE = 'check_violation',
				MESSAGE = 'the register of components is not truncated',
				DETAIL = 'The history of each is kept.',
				HINT = 'DELETE keeps it.',
				CONSTRAINT = 'dcm.version_kept';
		END IF;
		RETURN NULL;
	END IF;
	-- All rows of the statement at once, planned for as many as they are: nobody
	-- has counted the history lately.  The point goes apart, since within a row its
	-- coordinate system is looked up each time.
	IF (SELECT count(*) > 1000 FROM was) THEN
		PERFORM set_config('enable_nestloop', 'off', true);
	END IF;
	SELECT string_agg(format('o.%I', a.attname), ', ' ORDER BY a.attnum) INTO fields
	FROM pg_attribute AS a
	WHERE a.attrelid = TG_RELID AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('geom', 'recorded_at', 'recorded_by');
	EXECUTE format($q$
		INSERT INTO dcm.component_history (id, version, op, recorded_at, recorded_by, ended_at, ended_by, reason, row)
		SELECT o.id, coalesce(v.version, 0) + 1, $1, o.recorded_at, o.recorded_by,
			%s, $2, (SELECT to_jsonb(r) FROM (SELECT %s) AS r) || jsonb_build_object('geom', o.geom::jsonb)
		FROM was AS o
			LEFT JOIN (SELECT h.id, max(h.version) AS version FROM dcm.component_history AS h WHERE h.id IN (SELECT w.id FROM was AS w) GROUP BY h.id) AS v ON v.id = o.id
			%s$q$,
		CASE TG_OP WHEN 'UPDATE' THEN 'n.recorded_at, n.recorded_by' ELSE 'clock_timestamp(), coalesce(dcm.acting(), session_user)' END, fields,
		CASE TG_OP WHEN 'UPDATE' THEN 'JOIN becomes AS n ON n.id = o.id WHERE n IS DISTINCT FROM o' ELSE '' END)
	USING TG_OP, nullif(current_setting('dcm.reason', true), '');
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.keep_component() IS
	'Trigger of dcm.component: keeps what was in dcm.component_history, as the city''s owner, so that nobody can leave it out; 23514 for TRUNCATE. 部件变更历史触发器。';
REVOKE ALL ON FUNCTION dcm.keep_component() FROM PUBLIC;
CREATE TRIGGER keep_component_update AFTER UPDATE ON dcm.component REFERENCING OLD TABLE AS was NEW TABLE AS becomes
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.keep_component();
CREATE TRIGGER keep_component_delete AFTER DELETE ON dcm.component REFERENCING OLD TABLE AS was
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.keep_component();
CREATE TRIGGER keep_component_truncate BEFORE TRUNCATE ON dcm.component
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.keep_component();

CREATE TABLE dcm.component_serial (
	prefix		text PRIMARY KEY,
	issued		int4multirange NOT NULL
);
COMMENT ON TABLE dcm.component_serial IS
	'The serial numbers issued for each district and category, that is, for the digits before them, and those found taken on the way. 已发放的部件顺序号。';

CREATE TABLE dcm.component_request (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind		text NOT NULL CHECK (kind IN ('add', 'change', 'remove')),
	component	dcm.component_id,
	data		jsonb NOT NULL,
	reason		text NOT NULL,
	requested_by text NOT NULL,
	requested_at timestamptz NOT NULL,
	state		text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'refused')),
	decided_by	text,
	decided_at	timestamptz,
	note		text,
	CHECK ((kind = 'add') = (component IS NULL) OR state = 'approved')
);
CREATE INDEX ON dcm.component_request (state, requested_at);
COMMENT ON TABLE dcm.component_request IS
	'Changes of the register that were asked for (部件在线更新), by whom, and who approved or refused them; written by dcm.request_component_change() and dcm.decide_component_change() alone. 部件在线更新申请与审核。';

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('component_approvers', NULL, NULL, 'shift_leader,data_keeper', '可审核部件更新的角色', 'roles that may approve a change of the register of components'),
	('component_fresh', NULL, 'interval', '1 year', '部件普查多久内视为最新', 'for how long a component counts as fresh after a census found it so');

CREATE FUNCTION dcm.request_component_change(kind text, component dcm.component_id, data jsonb, reason text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who text := (dcm.whoami()).person;
	request bigint;
BEGIN
	PERFORM dcm.check_component_data(kind, component, data);
	IF coalesce(reason, '') = '' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'a change of the register needs a reason',
			CONSTRAINT = 'dcm.bad_component_data';
	END IF;
	INSERT INTO dcm.component_request (kind, component, data, reason, requested_by, requested_at)
	VALUES (kind, component, coalesce(data, '{}'), reason, who, clock_timestamp())
	RETURNING id INTO request;
	RETURN request;
END
$$;
COMMENT ON FUNCTION dcm.request_component_change(text, dcm.component_id, jsonb, text) IS
	'Asks for a change of the register: add (component NULL), change or remove, data as dcm.component_data() lists it; returns the number of the request. 22023 for data that cannot be, P0002 for an unknown component, 42501 where nobody is acting. 申请更新部件。';
REVOKE ALL ON FUNCTION dcm.request_component_change(text, dcm.component_id, jsonb, text) FROM PUBLIC;

CREATE FUNCTION dcm.decide_component_change(request bigint, approve boolean, note text = NULL) RETURNS dcm.component_id
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	me record := dcm.whoami();
	asked dcm.component_request;
	result dcm.component_id;
	why text := current_setting('dcm.reason', true);
BEGIN
	SELECT * INTO asked FROM dcm.component_request AS r WHERE r.id = request FOR UPDATE;
	IF NOT FOUND OR asked.state <> 'open' OR approve IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN asked.id IS NULL THEN 'no_data_found' WHEN approve IS NULL THEN 'null_value_not_allowed' ELSE 'object_not_in_prerequisite_state' END,
			MESSAGE = CASE WHEN asked.id IS NULL THEN format('there is no request %s', coalesce(request::text, 'NULL'))
				WHEN approve IS NULL THEN 'approve must not be null'
				ELSE format('request %s has been %s already', request, asked.state) END,
			CONSTRAINT = 'dcm.no_request';
	END IF;
	IF NOT me.roles && string_to_array(replace(dcm.setting('component_approvers'), ' ', ''), ',') OR asked.requested_by = me.person THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('person "%s" may not decide this request', me.person),
			DETAIL = CASE WHEN asked.requested_by = me.person THEN 'Whoever asks for a change does not approve it.'
				ELSE format('It takes a post as %s.', dcm.setting('component_approvers')) END,
			CONSTRAINT = 'dcm.no_right';
	END IF;
	IF approve THEN
		PERFORM set_config('dcm.reason', format('request %s: %s', request, asked.reason), true);
		result := dcm.apply_component_data(asked.kind, asked.component, asked.data);
		PERFORM set_config('dcm.reason', coalesce(why, ''), true);
	END IF;
	UPDATE dcm.component_request AS r
	SET state = CASE WHEN approve THEN 'approved' ELSE 'refused' END, component = coalesce(result, r.component),
		decided_by = me.person, decided_at = clock_timestamp(), note = decide_component_change.note
	WHERE r.id = request;
	RETURN result;
END
$$;
COMMENT ON FUNCTION dcm.decide_component_change(bigint, boolean, text) IS
	'Approves or refuses a request for a change of the register; an approved one is carried out, and the component''s id is returned. P0002 for an unknown request, 55000 for one that is decided, 42501 without a role of setting component_approvers or for one''s own. 审核部件更新申请。';
REVOKE ALL ON FUNCTION dcm.decide_component_change(bigint, boolean, text) FROM PUBLIC;
