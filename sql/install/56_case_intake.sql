-- Intake 诉求登记: what calls are read with, the case that is made of one, and
-- who waits to be called back.  Whatever touches dcm.caller belongs to the city
-- (sql/city/56_case_intake.sql), since nobody else may read that table.

CREATE FUNCTION dcm.phone_key(phone text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20
BEGIN ATOMIC
	SELECT nullif(
		CASE WHEN n.is_abroad OR n.digits OPERATOR(pg_catalog.~) '^861[3-9][0-9]{9}$' THEN
			-- written for callers from abroad a number of a place is without its 0
			CASE WHEN n.national OPERATOR(pg_catalog.~) '^[2-9][0-9]{8,10}$|^10[0-9]{8}$'
					AND n.national OPERATOR(pg_catalog.!~) '^[48]00[0-9]{7}$'
				THEN '0' OPERATOR(pg_catalog.||) n.national ELSE n.national END
			-- and a mobile one is dialled with a 0 from another city
			WHEN n.digits OPERATOR(pg_catalog.~) '^01[3-9][0-9]{9}$' THEN pg_catalog.substr(n.digits, 2)
			ELSE n.digits END, '')
	FROM (
		SELECT d.digits, d.plain OPERATOR(pg_catalog.~) '^[^0-9+]*([+]|00)[^0-9]*86' AS is_abroad,
			pg_catalog.regexp_replace(d.digits, '^(00)?86', '') AS national
		FROM (
			SELECT p.plain, pg_catalog.regexp_replace(p.plain, '[^0-9]', '', 'g') AS digits
			-- without the extension (转)
			FROM (SELECT pg_catalog.regexp_replace(pg_catalog.normalize(phone, 'NFKC'), '(转|轉|分机|ext|x|#).*$', '', 'i') AS plain) AS p) AS d) AS n;
END;
COMMENT ON FUNCTION dcm.phone_key(text) IS
	'The digits by which a telephone number is found, however it is written: full-width digits, blanks, dashes, an extension and +86 are dropped, an area code is kept with its 0. NULL where there is no digit. 电话号码归一:去全角、空格、+86 与分机,保留区号。';

CREATE FUNCTION dcm.is_loader() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	WITH RECURSIVE held (role) AS (
		SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname OPERATOR(pg_catalog.=) session_user
		UNION
		SELECT m.roleid FROM pg_catalog.pg_auth_members AS m JOIN held AS h ON m.member OPERATOR(pg_catalog.=) h.role
	)
	SELECT EXISTS (SELECT FROM held AS h JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) h.role
		WHERE r.rolname OPERATOR(pg_catalog.=) 'dcm_loader');
END;
COMMENT ON FUNCTION dcm.is_loader() IS
	'Whether whoever logged in was made a member of dcm_loader; being a superuser is not enough. 登录角色是否为 dcm_loader 成员。';

CREATE FUNCTION dcm.person_with(roles_setting text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	me record;
	roles text[];
BEGIN
	PERFORM dcm.require_city('0.2.0');
	me := dcm.whoami();
	roles := string_to_array(replace(dcm.setting(roles_setting), ' ', ''), ',');
	IF NOT coalesce(me.roles && roles, false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('person "%s" may not do this', me.person),
			DETAIL = format('It takes a post as %s.', array_to_string(roles, ' or ')),
			HINT = format('Setting %s names the roles.', roles_setting),
			CONSTRAINT = 'dcm.no_right';
	END IF;
	RETURN me.person;
END
$$;
COMMENT ON FUNCTION dcm.person_with(text) IS
	'The code of the person who acts, if by a post with one of the roles that the setting lists; 42501 where not, or where nobody acts. 当前操作人须具备设置所列角色。';

CREATE FUNCTION dcm.told_at(at timestamptz, since timestamptz, backdate boolean = false) RETURNS timestamptz
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
	SET datestyle = 'ISO'
AS $$
DECLARE
	clock constant timestamptz := clock_timestamp();
	back interval;
	fault text;
BEGIN
	IF at IS NULL THEN
		RETURN greatest(clock, since);
	END IF;
	IF NOT isfinite(at) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the time told must be finite',
			CONSTRAINT = 'dcm.bad_time';
	END IF;
	IF at > clock + dcm.setting('clock_skew')::interval THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the time told lies ahead of the clock',
			DETAIL = format('It is %s, the clock shows %s.', at, clock),
			CONSTRAINT = 'dcm.too_late';
	END IF;
	-- how far back is a right of the role, as it is for acts
	SELECT max(r.max_backdate) INTO back FROM dcm.role AS r WHERE r.code = ANY ((dcm.whoami()).roles);
	fault := CASE WHEN at < since THEN format('What it is of was at %s.', since)
		WHEN NOT backdate AND at < now() - coalesce(back, '0') AND NOT dcm.is_loader()
			THEN format('The posts held allow %s.', coalesce(back, '0')) END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the time told lies too far back',
			DETAIL = fault,
			CONSTRAINT = 'dcm.too_early';
	END IF;
	RETURN at;
END
$$;
COMMENT ON FUNCTION dcm.told_at(timestamptz, timestamptz, boolean) IS
	'The time that is told, or the clock for NULL: 22023 for one that is infinite, ahead of the clock, before since, or (unless backdate) further back than dcm.role.max_backdate allows; loaders may tell any. 校验所述时间。';

CREATE FUNCTION dcm.told_after(intake bigint, since timestamptz, at timestamptz) RETURNS timestamptz
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF since IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('of intake %s there is nothing to tell yet', intake),
			DETAIL = 'It is not answered, and no case of it has ended.',
			CONSTRAINT = 'dcm.intake_open';
	END IF;
	RETURN dcm.told_at(at, since);
END
$$;
COMMENT ON FUNCTION dcm.told_after(bigint, timestamptz, timestamptz) IS
	'dcm.told_at of what a caller thinks of the answer or the end, since which it can be told; 55000 while since is NULL. 结案或答复后方可评价、回访。';

CREATE FUNCTION dcm.report_intake(
	intake bigint,
	category text,
	location geometry = NULL,
	description text = NULL,
	component dcm.component_id = NULL,
	address text = NULL,
	attachments jsonb = '[]',
	data jsonb = '{}',
	crs text = NULL,
	at timestamptz = NULL,
	client_key text = NULL)
	RETURNS dcm.act_result
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	told record;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	SELECT i.source, i.text, i.address INTO told FROM dcm.intake AS i WHERE i.id = report_intake.intake;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no intake %s', coalesce(intake::text, 'NULL')),
			CONSTRAINT = 'dcm.no_intake';
	END IF;
	-- a body reads the description, and is not to read in it who called
	RETURN dcm.report_case(category, location, told.source, coalesce(description, dcm.without_caller(intake, told.text)), component,
		coalesce(address, told.address), attachments, data, intake, crs, at, client_key);
END
$$;
COMMENT ON FUNCTION dcm.report_intake(bigint, text, geometry, text, dcm.component_id, text, jsonb, jsonb, text, timestamptz, text) IS
	'Makes the case of an intake: dcm.report_case with its source, and with its text and address where no others are given, the text without the caller''s name, number and account; the intake then has the case''s number. 23514 for a consultation, suggestion or praise, 55000 for an intake that has a case or is answered, P0002 for an unknown one, else as dcm.report_case. 由诉求上报案卷。';

CREATE FUNCTION dcm.callbacks_due(at timestamptz = NULL,
	OUT intake bigint, OUT source text, OUT external_no text, OUT kind text, OUT case_no bigint, OUT state text,
	OUT since timestamptz, OUT waits interval, OUT due timestamptz, OUT is_late boolean, OUT tries smallint, OUT tried_at timestamptz)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 100000 ROWS 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	now_at constant timestamptz := coalesce(at, clock_timestamp());
	within dcm.time_limit;
	calendar text;
	can_reopen boolean;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	within := dcm.setting('callback_within');
	calendar := dcm.setting('calendar');
	IF NOT isfinite(now_at) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the time told must be finite',
			CONSTRAINT = 'dcm.bad_time';
	END IF;
	-- where a case that has ended may go on, its end is to be told of again
	can_reopen := EXISTS (SELECT FROM dcm.transition AS t JOIN dcm.state AS s ON s.code = t.state WHERE s.ending AND t.next_state <> t.state);
	RETURN QUERY
	SELECT w.id, w.source, w.external_no, w.kind, w.case_no, w.state, w.since, now_at - w.since, d.due,
		coalesce(d.due < now_at, false), w.callback_tries, w.tried_at
	FROM (
		-- by index intake_callback_idx
		SELECT i.*, f.state, CASE WHEN i.case_no IS NULL THEN i.answered_at ELSE f.ended_at END AS since
		FROM dcm.intake AS i
			LEFT JOIN dcm.case_file AS f ON f.case_no = i.case_no
		WHERE i.caller IS NOT NULL AND (greatest(i.called_back_at, i.rated_at) IS NULL
			OR (i.case_no IS NULL AND i.answered_at > greatest(i.called_back_at, i.rated_at)))
		UNION ALL
		SELECT i.*, f.state, f.ended_at
		FROM dcm.intake AS i
			JOIN dcm.case_file AS f ON f.case_no = i.case_no
		WHERE can_reopen AND i.caller IS NOT NULL AND f.ended_at > greatest(i.called_back_at, i.rated_at)) AS w
		CROSS JOIN LATERAL (SELECT CASE WHEN within IS NOT NULL THEN dcm.deadline(w.since, within, calendar) END AS due) AS d
	WHERE w.since <= now_at
	ORDER BY w.since, w.id;
END
$$;
COMMENT ON FUNCTION dcm.callbacks_due(timestamptz) IS
	'Intakes whose case has ended, or that were answered without one, and whose caller nobody has called back yet nor has rated it: since when, how long they wait, by when it is due (setting callback_within; NULL: no limit), how often it was tried. Who cannot be called is not listed. 22023 for an infinite time. 待回访的诉求。';

CREATE FUNCTION dcm.erase_text(case_no bigint, log_no int, field text) RETURNS boolean
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'dcm_erase_text';
COMMENT ON FUNCTION dcm.erase_text(bigint, int, text) IS
	'Takes a text of dcm.case_text away with its salt; false where there is none any more. For dcm.erase(), which records it: an erasure without a record is a finding of dcm.verify_all(). 42501 for whoever does not own the city. 删除一条案卷文本(由 dcm.erase 调用)。';

CREATE FUNCTION dcm.erase_address(case_no bigint) RETURNS boolean
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'dcm_erase_address';
COMMENT ON FUNCTION dcm.erase_address(bigint) IS
	'Takes the address of a case away, which may be somebody''s home; false where it has none any more. For dcm.erase(), which records it. 42501 for whoever does not own the city. 删除案卷地址(由 dcm.erase 调用)。';
