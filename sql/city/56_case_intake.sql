-- Intake 诉求登记: what callers tell, who they are, and what became of it.  Nobody
-- but the owner reads dcm.caller: the functions here are its only door, and they
-- open by the roles of a setting.

CREATE TABLE dcm.caller (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	phone		text,
	phone_key	text GENERATED ALWAYS AS (dcm.phone_key(phone)) STORED,
	name		text,
	account		text,
	last_heard_at timestamptz NOT NULL,
	CHECK (num_nonnulls(phone, name, account) > 0),
	CONSTRAINT caller_once UNIQUE NULLS NOT DISTINCT (phone_key, name, account)
);
-- statistics hold values, in a place where no erasure comes
ALTER TABLE dcm.caller ALTER COLUMN phone SET STATISTICS 0, ALTER COLUMN phone_key SET STATISTICS 0,
	ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN account SET STATISTICS 0;
COMMENT ON TABLE dcm.caller IS
	'Who has called: the only place with a complainant''s data, read and written by the city''s functions alone, and gone by dcm.erase(). 诉求人,诉求人信息的唯一存放处。';
COMMENT ON COLUMN dcm.caller.phone IS 'The number as it was last told, extension and all. 电话(原样)。';
COMMENT ON COLUMN dcm.caller.phone_key IS 'The digits by which it is found. 归一后的号码。';
COMMENT ON COLUMN dcm.caller.account IS 'Account of a public account, mini program or web site. 公众号、小程序或网站账号。';

CREATE TABLE dcm.intake (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	source		text NOT NULL REFERENCES dcm.source,
	external_no	text,
	kind		text NOT NULL CHECK (kind IN ('report', 'complaint', 'consultation', 'suggestion', 'praise')),
	caller		bigint REFERENCES dcm.caller,
	text		text,
	address		text,
	heard_at	timestamptz NOT NULL,
	external_due timestamptz,
	registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	registered_by text NOT NULL,
	client_key	text,
	case_no		bigint CHECK (case_no IS NULL OR kind IN ('report', 'complaint')),
	linked_at	timestamptz,
	linked_by	text,
	answer		text,
	answer_org	int REFERENCES dcm.org,
	answered_at	timestamptz,
	answered_by	text,
	callback_tries smallint NOT NULL DEFAULT 0,
	tried_at	timestamptz,
	called_back_at timestamptz,
	called_back_by text,
	satisfaction text,
	rated_at	timestamptz,
	UNIQUE (source, external_no),
	UNIQUE (registered_by, client_key)
);
CREATE INDEX ON dcm.intake (case_no) WHERE case_no IS NOT NULL;
CREATE INDEX ON dcm.intake (caller);
CREATE INDEX ON dcm.intake (heard_at);
CREATE INDEX intake_external_due_idx ON dcm.intake (external_due) WHERE external_due IS NOT NULL AND answered_at IS NULL;
CREATE INDEX intake_callback_idx ON dcm.intake (id) WHERE caller IS NOT NULL AND (greatest(called_back_at, rated_at) IS NULL
	OR (case_no IS NULL AND answered_at > greatest(called_back_at, rated_at)));
ALTER TABLE dcm.intake ALTER COLUMN text SET STATISTICS 0, ALTER COLUMN address SET STATISTICS 0, ALTER COLUMN answer SET STATISTICS 0;
COMMENT ON TABLE dcm.intake IS
	'What was told to the centre, a row each: report 举报, complaint 投诉, consultation 咨询, suggestion 建议, praise 表扬; by which source and under which number there, what became of it. Several may belong to one case. Text, address and answer can be erased. 诉求登记:来源、类别、内容、关联案卷、答复与满意度。';
COMMENT ON COLUMN dcm.intake.external_no IS 'Its number at the source, such as the order of 12345; unique with the source. 外部工单号。';
COMMENT ON COLUMN dcm.intake.external_due IS 'By when the source wants an answer. 外部要求的答复时限。';
COMMENT ON COLUMN dcm.intake.registered_by IS 'The person who acted. 登记人。';
COMMENT ON COLUMN dcm.intake.answer_org IS 'The body whose answer it is. 答复单位。';
COMMENT ON COLUMN dcm.intake.satisfaction IS 'A code of dcm.label, kind satisfaction. 满意度。';

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('intake_roles', NULL, NULL, 'acceptor,shift_leader', '可登记诉求、查看诉求人、答复与回访的角色', 'roles that take calls, see who called, answer and call back'),
	('privacy_roles', NULL, NULL, 'privacy', '可删除个人信息的角色', 'roles that may erase personal data'),
	('callback_within', NULL, 'time_limit', NULL, '办结或答复后多久内回访,空为不限', 'how soon after the end or the answer a caller is to be called back; none: no limit');

-- What the case file asks of an intake; called as the city's owner alone.
CREATE FUNCTION dcm.take_intake(intake bigint, case_no bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	held record;
BEGIN
	SELECT i.kind, i.case_no, i.answered_at IS NOT NULL OR i.called_back_at IS NOT NULL AS is_closed INTO held
	FROM dcm.intake AS i WHERE i.id = take_intake.intake FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no intake %s', coalesce(intake::text, 'NULL')),
			HINT = 'Register it by dcm.register_call.',
			CONSTRAINT = 'dcm.no_intake';
	END IF;
	IF held.kind NOT IN ('report', 'complaint') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('intake %s does not become a case', intake),
			DETAIL = format('It is of kind "%s"; cases are made of reports and complaints.', held.kind),
			HINT = 'Answer it by dcm.answer_intake.',
			CONSTRAINT = 'dcm.not_a_case';
	END IF;
	IF held.case_no IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('intake %s has a case already', intake),
			DETAIL = format('It is case %s.', held.case_no),
			CONSTRAINT = 'dcm.intake_linked';
	END IF;
	IF held.is_closed THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('intake %s is closed', intake),
			DETAIL = 'It was answered without a case.',
			HINT = 'Register anew what is told anew.',
			CONSTRAINT = 'dcm.intake_closed';
	END IF;
	UPDATE dcm.intake AS i
	SET case_no = take_intake.case_no, linked_at = clock_timestamp(), linked_by = dcm.acting()
	WHERE i.id = take_intake.intake;
END
$$;
COMMENT ON FUNCTION dcm.take_intake(bigint, bigint) IS
	'Gives an intake its case: what dcm.report_case and dcm.link_intake do, as the city''s owner. 诉求关联案卷。';
REVOKE ALL ON FUNCTION dcm.take_intake(bigint, bigint) FROM PUBLIC;

CREATE FUNCTION dcm.register_call(source text, kind text, text text, phone text = NULL, name text = NULL, account text = NULL,
	address text = NULL, external_no text = NULL, external_due timestamptz = NULL, at timestamptz = NULL, client_key text = NULL)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('intake_roles');
	heard constant timestamptz := dcm.told_at(at, '-infinity', true);
	digits constant text := dcm.phone_key(phone);
	held record;
	parts text[];
	fault text;
	of_caller bigint;
	answer bigint;
BEGIN
	PERFORM dcm.require_origin();
	-- what is empty is not told
	phone := nullif(btrim(phone), '');
	name := nullif(btrim(name), '');
	account := nullif(btrim(account), '');
	address := nullif(btrim(address), '');
	external_no := nullif(btrim(external_no), '');
	fault := CASE
		WHEN kind IS NULL OR kind <> ALL ('{report,complaint,consultation,suggestion,praise}') THEN 'kind is one of report, complaint, consultation, suggestion, praise.'
		WHEN coalesce(btrim(text), '') = '' THEN 'text must say what was told.'
		WHEN phone IS NOT NULL AND (digits IS NULL OR length(phone) > 60) THEN 'phone has no digit, or is longer than 60 characters.'
		WHEN length(name) > 200 OR length(account) > 200 THEN 'name and account have at most 200 characters.'
		WHEN length(external_no) > 200 OR length(client_key) > 200 THEN 'external_no and client_key have at most 200 characters.'
		WHEN NOT isfinite(external_due) THEN 'external_due must be finite.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the call cannot be registered',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_intake';
	END IF;
	IF NOT EXISTS (SELECT FROM dcm.source AS s WHERE s.code = register_call.source) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no source "%s"', source),
			HINT = 'SELECT code, name FROM dcm.source lists them; preset cn_sources has the usual ones.',
			CONSTRAINT = 'dcm.no_source';
	END IF;
	LOOP
		SELECT i.*, c.phone_key, c.name AS caller_name, c.account AS caller_account,
			i.registered_by = who AND i.client_key = register_call.client_key AS by_key,
			EXISTS (SELECT FROM dcm.erasure AS e WHERE e.intake = i.id AND e.what = 'intake') AS text_erased,
			EXISTS (SELECT FROM dcm.erasure AS e WHERE e.intake = i.id AND e.what = 'caller') AS caller_erased
		INTO held
		FROM dcm.intake AS i
			LEFT JOIN dcm.caller AS c ON c.id = i.caller
		WHERE (i.source = register_call.source AND i.external_no = register_call.external_no)
			OR (i.registered_by = who AND i.client_key = register_call.client_key)
		ORDER BY (i.registered_by = who AND i.client_key = register_call.client_key) DESC NULLS LAST LIMIT 1;
		IF FOUND THEN
			-- what was erased is neither compared nor written again
			parts := ARRAY(
				SELECT v.part FROM (VALUES
					('source', held.source IS DISTINCT FROM source), ('external_no', held.external_no IS DISTINCT FROM external_no),
					('kind', held.kind IS DISTINCT FROM kind), ('at', held.heard_at <> at),
					('external_due', held.external_due IS DISTINCT FROM external_due),
					('text', NOT held.text_erased AND held.text IS DISTINCT FROM text),
					('address', NOT held.text_erased AND held.address IS DISTINCT FROM address),
					('phone', NOT held.caller_erased AND held.phone_key IS DISTINCT FROM digits),
					('name', NOT held.caller_erased AND held.caller_name IS DISTINCT FROM name),
					('account', NOT held.caller_erased AND held.caller_account IS DISTINCT FROM account)) AS v (part, differs)
				WHERE v.differs);
			IF parts = '{}' THEN
				RETURN held.id;
			END IF;
			IF held.by_key THEN
				RAISE EXCEPTION USING
					ERRCODE = 'invalid_parameter_value',
					MESSAGE = format('client key "%s" was used for another call', client_key),
					DETAIL = format('It is intake %s; what differs: %s.', held.id, array_to_string(parts, ', ')),
					CONSTRAINT = 'dcm.key_reused';
			END IF;
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('number "%s" of source "%s" was registered with other content', external_no, source),
				DETAIL = format('It is intake %s; what differs: %s.', held.id, array_to_string(parts, ', ')),
				CONSTRAINT = 'dcm.intake_differs';
		END IF;
		IF num_nonnulls(phone, name, account) > 0 THEN
			INSERT INTO dcm.caller AS c (phone, name, account, last_heard_at) VALUES (phone, name, account, heard)
			ON CONFLICT ON CONSTRAINT caller_once
				DO UPDATE SET phone = EXCLUDED.phone, last_heard_at = greatest(c.last_heard_at, EXCLUDED.last_heard_at)
			RETURNING c.id INTO of_caller;
		END IF;
		INSERT INTO dcm.intake AS i (source, external_no, kind, caller, text, address, heard_at, external_due, registered_by, client_key)
		VALUES (source, external_no, kind, of_caller, text, address, heard, external_due, who, client_key)
		ON CONFLICT DO NOTHING
		RETURNING i.id INTO answer;
		-- where another session was first, look at what it wrote
		EXIT WHEN answer IS NOT NULL;
	END LOOP;
	RETURN answer;
END
$$;
COMMENT ON FUNCTION dcm.register_call(text, text, text, text, text, text, text, text, timestamptz, timestamptz, text) IS
	'Registers what a caller tells, with who that is as far as told; returns the intake''s id. The same again, by its number at the source or by client_key, gives the same id; with other content it is 22023 dcm.intake_differs or dcm.key_reused. at is when it was heard (NULL: now). 22023 for what is unknown, empty or too long, 42501 without a role of setting intake_roles. 登记诉求。';
REVOKE ALL ON FUNCTION dcm.register_call(text, text, text, text, text, text, text, text, timestamptz, timestamptz, text) FROM PUBLIC;

CREATE FUNCTION dcm.link_intake(intake bigint, case_no bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	main bigint;
BEGIN
	PERFORM dcm.person_with('intake_roles');
	-- a case that was merged away goes on in another; one that is being merged is waited for
	LOOP
		SELECT f.merged_into INTO main FROM dcm.case_file AS f WHERE f.case_no = link_intake.case_no FOR SHARE;
		EXIT WHEN NOT FOUND OR main IS NULL;
		case_no := main;
	END LOOP;
	IF NOT EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = link_intake.case_no) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no case %s', coalesce(case_no::text, 'NULL')),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	IF NOT EXISTS (SELECT FROM dcm.intake AS i WHERE (i.id, i.case_no) = (link_intake.intake, link_intake.case_no)) THEN
		PERFORM dcm.take_intake(intake, case_no);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.link_intake(bigint, bigint) IS
	'Puts an intake to a case that is there, such as a second complaint of the same thing; again the same is nothing. 23514 for a consultation, suggestion or praise, 55000 for an intake that has another case or is answered, P0002 for an unknown one or no such case, 42501 without a role of setting intake_roles. 将诉求并入已有案卷。';
REVOKE ALL ON FUNCTION dcm.link_intake(bigint, bigint) FROM PUBLIC;

-- The intake, locked, with when its case ended or it was answered.
CREATE FUNCTION dcm.held_intake(intake bigint, OUT heard_at timestamptz, OUT since timestamptz, OUT tries smallint) RETURNS record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	SELECT i.heard_at, coalesce((SELECT f.ended_at FROM dcm.case_file AS f WHERE f.case_no = i.case_no), i.answered_at), i.callback_tries
	INTO held_intake.heard_at, held_intake.since, held_intake.tries
	FROM dcm.intake AS i WHERE i.id = held_intake.intake FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no intake %s', coalesce(intake::text, 'NULL')),
			CONSTRAINT = 'dcm.no_intake';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.held_intake(bigint) IS
	'Locks an intake: when it was heard, since when its case has ended or it is answered (NULL: neither), and how often its caller was called. P0002 for an unknown one. 锁定诉求。';
REVOKE ALL ON FUNCTION dcm.held_intake(bigint) FROM PUBLIC;

CREATE FUNCTION dcm.answer_intake(intake bigint, answer text, by text = NULL, at timestamptz = NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('intake_roles');
	held constant record := dcm.held_intake(intake);
	answered constant timestamptz := dcm.told_at(at, held.heard_at);
	body int;
BEGIN
	IF coalesce(btrim(answer), '') = '' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'an answer must say something',
			CONSTRAINT = 'dcm.bad_intake';
	END IF;
	SELECT o.id INTO body FROM dcm.org AS o WHERE o.code = by;
	IF by IS NOT NULL AND body IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no body "%s"', by),
			CONSTRAINT = 'dcm.no_org';
	END IF;
	UPDATE dcm.intake AS i
	SET answer = answer_intake.answer, answer_org = body, answered_at = answered, answered_by = who
	WHERE i.id = answer_intake.intake;
END
$$;
COMMENT ON FUNCTION dcm.answer_intake(bigint, text, text, timestamptz) IS
	'Answers an intake, with or without a case; by is the code of the body whose answer it is. A later answer takes the place of the one before. 22023 for an empty one, an unknown body or a time that cannot be told, P0002 for an unknown intake, 42501 without a role of setting intake_roles. 答复诉求。';
REVOKE ALL ON FUNCTION dcm.answer_intake(bigint, text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION dcm.rate_intake(intake bigint, satisfaction text, at timestamptz = NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	held record;
	rated timestamptz;
BEGIN
	PERFORM dcm.person_with('intake_roles');
	held := dcm.held_intake(intake);
	rated := dcm.told_after(intake, held.since, at);
	IF NOT EXISTS (SELECT FROM dcm.label AS l WHERE l.kind = 'satisfaction' AND l.code = rate_intake.satisfaction) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no degree of satisfaction "%s"', coalesce(satisfaction, 'NULL')),
			HINT = 'SELECT code, name FROM dcm.label WHERE kind = ''satisfaction''; preset cn_labels has the usual ones.',
			CONSTRAINT = 'dcm.no_rating';
	END IF;
	UPDATE dcm.intake AS i SET satisfaction = rate_intake.satisfaction, rated_at = rated WHERE i.id = rate_intake.intake;
	-- it counts in the evaluation of the case's body
	INSERT INTO dcm.fact_queue SELECT i.case_no FROM dcm.intake AS i WHERE i.id = rate_intake.intake AND i.case_no IS NOT NULL;
END
$$;
COMMENT ON FUNCTION dcm.rate_intake(bigint, text, timestamptz) IS
	'How satisfied the caller is, as a code of dcm.label, kind satisfaction; the last one counts. 55000 before the case has ended or there is an answer, 22023 for an unknown degree, P0002 for an unknown intake, 42501 without a role of setting intake_roles. 满意度评价。';
REVOKE ALL ON FUNCTION dcm.rate_intake(bigint, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION dcm.call_back(intake bigint, reached boolean = true, satisfaction text = NULL, at timestamptz = NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('intake_roles');
	held constant record := dcm.held_intake(intake);
	called timestamptz;
BEGIN
	IF reached IS NULL OR (satisfaction IS NOT NULL AND NOT reached) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'whoever was not reached has told nothing',
			DETAIL = 'reached is true or false; satisfaction goes with true.',
			CONSTRAINT = 'dcm.bad_intake';
	END IF;
	called := dcm.told_after(intake, held.since, at);
	UPDATE dcm.intake AS i
	SET callback_tries = least(held.tries + 1, 32767), tried_at = called,
		called_back_at = CASE WHEN reached THEN called ELSE i.called_back_at END,
		called_back_by = CASE WHEN reached THEN who ELSE i.called_back_by END
	WHERE i.id = call_back.intake;
	IF satisfaction IS NOT NULL THEN
		PERFORM dcm.rate_intake(intake, satisfaction, called);
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.call_back(bigint, boolean, text, timestamptz) IS
	'A caller was called back (回访): reached or not, and how satisfied. 55000 before the case has ended or there is an answer, 22023 for what does not go together, P0002 for an unknown intake, 42501 without a role of setting intake_roles. 回访记录。';
REVOKE ALL ON FUNCTION dcm.call_back(bigint, boolean, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION dcm.intake_caller(intake bigint, OUT phone text, OUT name text, OUT account text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000 ROWS 1
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.person_with('intake_roles');
	RETURN QUERY
	SELECT c.phone, c.name, c.account
	FROM dcm.intake AS i JOIN dcm.caller AS c ON c.id = i.caller
	WHERE i.id = intake_caller.intake;
END
$$;
COMMENT ON FUNCTION dcm.intake_caller(bigint) IS
	'Who told it, to call back; no row where that is not known or was erased. 42501 without a role of setting intake_roles. 诉求人联系方式。';
REVOKE ALL ON FUNCTION dcm.intake_caller(bigint) FROM PUBLIC;

CREATE FUNCTION dcm.caller_history(phone text,
	OUT intake bigint, OUT heard_at timestamptz, OUT source text, OUT external_no text, OUT kind text, OUT name text,
	OUT text text, OUT address text, OUT case_no bigint, OUT state text, OUT state_name text,
	OUT answer text, OUT answered_at timestamptz, OUT called_back_at timestamptz, OUT satisfaction text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10000 ROWS 10
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.person_with('intake_roles');
	RETURN QUERY
	SELECT i.id, i.heard_at, i.source, i.external_no, i.kind, c.name, i.text, i.address, i.case_no, f.state, s.name,
		i.answer, i.answered_at, i.called_back_at, i.satisfaction
	-- by themselves first, since without statistics a number seems to be many callers'
	FROM unnest(ARRAY(SELECT x.id FROM dcm.caller AS x WHERE x.phone_key = dcm.phone_key(caller_history.phone))) AS k (id)
		JOIN dcm.caller AS c ON c.id = k.id
		JOIN dcm.intake AS i ON i.caller = c.id
		LEFT JOIN dcm.case_file AS f ON f.case_no = i.case_no
		LEFT JOIN dcm.state AS s ON s.code = f.state
	ORDER BY i.heard_at DESC, i.id DESC;
END
$$;
COMMENT ON FUNCTION dcm.caller_history(text) IS
	'What was told from a number before, the last first, with the cases'' states and the answers; the number may be written in any way. 42501 without a role of setting intake_roles. 来电历史诉求。';
REVOKE ALL ON FUNCTION dcm.caller_history(text) FROM PUBLIC;

CREATE VIEW dcm.intake_card WITH (security_invoker = true) AS
SELECT i.id AS intake, i.source, s.name AS source_name, i.kind, k.name AS kind_name, i.external_no, i.heard_at, i.external_due,
	i.case_no, f.state, t.name AS state_name, g.code AS category, f.area, o.code AS org, o.name AS org_name,
	f.dispatched_at, f.handled_at, f.ended_at, i.answered_at, a.code AS answer_org, i.answered_at <= i.external_due AS answered_in_time,
	i.called_back_at, i.satisfaction, l.name AS satisfaction_name, i.rated_at
FROM dcm.intake AS i
	JOIN dcm.source AS s ON s.code = i.source
	LEFT JOIN dcm.label AS k ON (k.kind, k.code) = ('intake_kind', i.kind)
	LEFT JOIN dcm.label AS l ON (l.kind, l.code) = ('satisfaction', i.satisfaction)
	LEFT JOIN dcm.org AS a ON a.id = i.answer_org
	LEFT JOIN dcm.case_file AS f ON f.case_no = i.case_no
	LEFT JOIN dcm.state AS t ON t.code = f.state
	LEFT JOIN dcm.category AS g ON g.id = f.category
	LEFT JOIN dcm.org AS o ON o.id = f.org;
COMMENT ON VIEW dcm.intake_card IS
	'A row an intake without what was told and by whom: source, kind, how it was passed on, handled and answered, and how satisfied the caller is. 诉求一览:数据来源、服务分类、交办情况、处理情况与满意度,不含个人信息。';

CREATE VIEW dcm.intakes_due WITH (security_invoker = true) AS
SELECT i.id AS intake, i.source, i.external_no, i.kind, i.heard_at, i.case_no, f.state, f.due AS case_due, f.ended_at, i.external_due,
	dcm.falls(i.external_due, t.tomorrow, t.day_after) AS falls,
	coalesce(f.ended_at IS NULL AND f.due > i.external_due, false) AS case_is_later
FROM dcm.next_days() AS t
	JOIN dcm.intake AS i ON i.external_due IS NOT NULL AND i.answered_at IS NULL AND i.external_due < t.week_end
	LEFT JOIN dcm.case_file AS f ON f.case_no = i.case_no;
COMMENT ON VIEW dcm.intakes_due IS
	'Intakes that have no answer yet and whose source wants one by the end of this week: falls is overdue, today, tomorrow or this_week; case_is_later where the case''s own deadline comes after it. 外部时限临近或已过而未答复的诉求。';
