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

CREATE FUNCTION dcm.keep_component() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	changes_at timestamptz := clock_timestamp();
	who text := coalesce(dcm.acting(), session_user);
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
	IF TG_OP = 'UPDATE' THEN
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
		IF NEW IS NOT DISTINCT FROM OLD THEN
			RETURN NEW;
		END IF;
		NEW.recorded_at := changes_at;
		NEW.recorded_by := who;
	END IF;
	INSERT INTO dcm.component_history (id, version, op, recorded_at, recorded_by, ended_at, ended_by, reason, row)
	SELECT OLD.id, coalesce(max(h.version), 0) + 1, TG_OP, OLD.recorded_at, OLD.recorded_by, changes_at, who,
		nullif(current_setting('dcm.reason', true), ''), to_jsonb(OLD) - '{recorded_at,recorded_by}'::text[]
	FROM dcm.component_history AS h WHERE h.id = OLD.id;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION dcm.keep_component() IS
	'Trigger of dcm.component: keeps what was in dcm.component_history, as the city''s owner, so that nobody can leave it out; 23514 for another id and for TRUNCATE. 部件变更历史触发器。';
REVOKE ALL ON FUNCTION dcm.keep_component() FROM PUBLIC;
CREATE TRIGGER keep_component BEFORE UPDATE OR DELETE ON dcm.component
	FOR EACH ROW EXECUTE FUNCTION dcm.keep_component();
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
