-- Runs the plan: each case from its report to its end by dcm.report_case and
-- dcm.act, each step by the person whose step it is.  Called by a login that is
-- a member of dcm_loader, so that the steps may lie in the past; whole cases are
-- committed.  When a body is late it is late against the deadline that dcm gave.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- A moment of the day, between 08:00 and 18:30, for one that may be of the night:
-- the evening before, where that is not before "since"; else the next morning,
-- where that is not after "upto"; else the moment itself.
CREATE FUNCTION demo.by_day(t timestamptz, since timestamptz, upto timestamptz) RETURNS timestamptz
	LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
	local timestamp := t AT TIME ZONE 'Asia/Shanghai';
	midnight timestamp := date_trunc('day', local);
	minutes interval := interval '27 minutes' * (extract(second FROM local)::float8 / 60);
	moved timestamptz;
BEGIN
	IF local - midnight BETWEEN '8:00' AND '18:30' THEN
		RETURN t;
	END IF;
	IF local - midnight < '8:00' THEN
		midnight := midnight - interval '24 hours';
	END IF;
	moved := (midnight + interval '18 hours' + minutes) AT TIME ZONE 'Asia/Shanghai';
	IF moved >= since THEN
		RETURN moved;
	END IF;
	moved := (midnight + interval '32 hours' + minutes) AT TIME ZONE 'Asia/Shanghai';
	RETURN CASE WHEN moved <= upto THEN moved ELSE t END;
END
$$;

CREATE FUNCTION demo.act(who text, case_no bigint, action text, at timestamptz, data jsonb DEFAULT '{}', note text DEFAULT NULL)
	RETURNS dcm.act_result
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM dcm.become(who, scope => 'session');
	RETURN dcm.act(case_no, action, note, data, at);
END
$$;

-- Before filing: report, perhaps a verification, and the ends without filing.
-- Returns the case's number where it goes on to be filed, else NULL.
CREATE FUNCTION demo.open_case(p demo.plan) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	r dcm.act_result;
	t timestamptz := p.reported_at;
	photo text := 'demo/' || p.no || '/';
BEGIN
	PERFORM dcm.become(CASE WHEN p.source = 'collector' THEN p.collector ELSE p.acceptor END, scope => 'session');
	r := dcm.report_case(p.category, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490), p.source, p.text, p.component,
		attachments => CASE WHEN p.source = 'collector'
			THEN jsonb_build_array(jsonb_build_object('kind', 'before', 'uri', photo || 'before.jpg')) ELSE '[]' END,
		at => t);
	IF p.fate = 'on_site' THEN
		r := demo.act(p.collector, r.case_no, 'resolve_on_site', t + interval '6 minutes', jsonb_build_object(
			'before', jsonb_build_object('uri', photo || 'b.jpg', 'taken_at', t, 'lon', p.lon, 'lat', p.lat),
			'after', jsonb_build_object('uri', photo || 'a.jpg', 'taken_at', t + interval '5 minutes', 'lon', p.lon, 'lat', p.lat)));
		r := demo.act(p.leader, r.case_no, 'close', t + interval '15 minutes');
		RETURN NULL;
	END IF;
	IF p.fate = 'rejected' THEN
		r := demo.act(p.acceptor, r.case_no, 'reject', t + interval '5 minutes', jsonb_build_object('reason',
			(ARRAY['duplicate', 'below_standard', 'resolved', 'incomplete'])[1 + floor(4 * p.pace)::int]));
		RETURN NULL;
	END IF;
	IF p.verified THEN
		r := demo.act(p.acceptor, r.case_no, 'request_verification', t + interval '4 minutes', jsonb_build_object('person', p.collector));
		t := t + interval '8 minutes' + interval '27 minutes' * p.pace;
		r := demo.act(p.collector, r.case_no,
			CASE WHEN p.fate = 'denied' THEN 'deny_verification' ELSE 'confirm_verification' END, t,
			jsonb_build_object('finding', CASE WHEN p.fate = 'denied' THEN '现场未发现问题' ELSE '属实' END, 'photo', photo || 'verify.jpg'));
		IF p.fate = 'denied' THEN
			r := demo.act(p.acceptor, r.case_no, 'reject', t + interval '5 minutes', '{"reason": "not_real"}');
			RETURN NULL;
		END IF;
	END IF;
	t := p.filed_at - interval '2 minutes' - interval '150 seconds' * p.pace;
	r := demo.act(p.acceptor, r.case_no, 'accept', t);
	IF p.fate = 'voided' THEN
		r := demo.act(p.leader, r.case_no, 'void', p.filed_at, '{"reason": "duplicate"}');
		RETURN NULL;
	END IF;
	RETURN r.case_no;
END
$$;

-- handled, and checked until it passes; returns when the last check passed
CREATE FUNCTION demo.finish(p demo.plan, no bigint, signed timestamptz, due timestamptz) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	r dcm.act_result;
	t timestamptz;
	start timestamptz := signed;
	photo text := 'demo/' || p.no || '/';
BEGIN
	IF p.reworked THEN
		t := demo.by_day(start + (due - start) * (0.1 + 0.3 * p.pace), start + (due - start) * 0.1, start + (due - start) * 0.8);
		r := demo.act(p.handler, no, 'handle', t, jsonb_build_object('result', '已处理', 'after', photo || 'after1.jpg'));
		r := demo.act(p.acceptor, no, 'request_check', t + interval '6 minutes', '{"how": "site"}');
		start := t + interval '31 minutes';
		r := demo.act(p.collector, no, 'fail_check', start, jsonb_build_object('photo', photo || 'check1.jpg', 'reason', '未清理彻底'));
		due := r.due;
	END IF;
	IF p.fate = 'late' THEN
		t := least(greatest(demo.by_day(due + p.late_by, due + interval '20 minutes', 'infinity'), p.earliest + p.late_by * (8 * p.pace)), p.latest - interval '30 minutes' * p.pace);
	ELSE
		t := least(demo.by_day(start + (due - start) * (0.08 + 0.85 * p.pace), start + (due - start) * 0.08, due),
			p.latest - interval '30 minutes' * p.pace);
	END IF;
	IF (t <= due) <> (p.fate <> 'late') THEN
		RAISE EXCEPTION 'case % of the plan should be % but its deadline is % and it is handled %', p.no, p.fate, due, t;
	END IF;
	r := demo.act(p.handler, no, 'handle', t, jsonb_build_object('result', '已处理完毕', 'after', photo || 'after.jpg'));
	IF p.fate = 'unclosed' AND p.pace < 0.5 THEN
		RETURN;
	END IF;
	t := t + interval '4 minutes' + interval '8 minutes' * p.pace;
	r := demo.act(p.acceptor, no, 'request_check', t, '{"how": "site"}');
	IF p.fate = 'unclosed' THEN
		RETURN;
	END IF;
	t := t + interval '10 minutes' + interval '25 minutes' * p.pace;
	r := demo.act(p.collector, no, 'pass_check', t, jsonb_build_object('photo', photo || 'check.jpg'));
	r := demo.act(p.leader, no, 'close', greatest(t + interval '7 minutes', p.closes + interval '40 minutes' * p.pace));
END
$$;

-- filed, dispatched and signed, with what may happen on the way
CREATE FUNCTION demo.run_case(p demo.plan, no bigint) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	r dcm.act_result;
	t timestamptz := p.filed_at;
	due timestamptz;
BEGIN
	r := demo.act(p.leader, no, 'file', t, jsonb_build_object('condition', p.condition_no));
	due := r.due;
	t := t + interval '2 minutes' + interval '5 minutes' * p.pace;
	IF p.wrong_org IS NOT NULL THEN
		r := demo.act(p.dispatcher, no, 'dispatch', t, jsonb_build_object('org', p.wrong_org));
		t := t + least((due - t) * 0.1, interval '25 minutes');
		r := demo.act('L_' || p.wrong_org, no, 'return', t, '{"reason": "wrong_body", "note": "不属于本单位管养范围"}');
		t := t + interval '3 minutes';
	END IF;
	r := demo.act(p.dispatcher, no, 'dispatch', t, jsonb_build_object('org', p.org));
	IF p.fate = 'open' AND p.pace < 0.12 THEN
		RETURN;
	END IF;
	t := t + least(interval '3 minutes' + interval '40 minutes' * p.pace, (due - t) * 0.25);
	t := demo.by_day(t, t, t + (due - t) * 0.4);
	r := demo.act(p.liaison, no, 'sign', t);
	IF p.extended THEN
		t := t + (due - t) * 0.3;
		r := demo.act(p.liaison, no, 'request_extension', t, '{"reason": "engineering"}');
		t := t + interval '12 minutes';
		r := demo.act(p.dispatcher, no, 'grant_extension', t);
		due := r.due;
	END IF;
	IF p.suspended THEN
		t := t + (due - t) * 0.2;
		r := demo.act(p.liaison, no, 'request_suspension', t, jsonb_build_object('reason', 'engineering',
			'until', CASE WHEN p.fate = 'open' THEN t + interval '1 year' ELSE t + interval '6 days' END, 'plan', '列入改造计划'));
		t := t + interval '25 minutes';
		r := demo.act(p.dispatcher, no, 'grant_suspension', t);
		IF p.fate <> 'open' THEN
			t := t + interval '5 days';
			r := demo.act(p.dispatcher, no, 'resume', t);
			due := r.due;
		END IF;
	END IF;
	IF p.fate <> 'open' THEN
		PERFORM demo.finish(p, no, t, due);
	END IF;
END
$$;

-- which case a row of the plan became
CREATE TABLE demo.answer (no int PRIMARY KEY, case_no bigint NOT NULL);

CREATE PROCEDURE demo.load(share int, shares int)
	LANGUAGE plpgsql
AS $$
DECLARE
	p demo.plan;
	no bigint;
	done int := 0;
	many int;
BEGIN
	SELECT count(*) INTO many FROM demo.plan AS q WHERE q.no % shares = share;
	FOR p IN SELECT * FROM demo.plan AS q WHERE q.no % shares = share ORDER BY q.reported_at LOOP
		no := demo.open_case(p);
		IF no IS NOT NULL THEN
			PERFORM demo.run_case(p, no);
			INSERT INTO demo.answer VALUES (p.no, no);
		END IF;
		done := done + 1;
		IF done % 100 = 0 THEN
			COMMIT;
		END IF;
		IF done % 3000 = 0 THEN
			RAISE INFO 'session %: % of % cases, reported up to %', share + 1, done, many, p.reported_at::date;
		END IF;
	END LOOP;
	COMMIT;
	RAISE INFO 'session %: all % cases', share + 1, many;
END
$$;

-- Tries a move as somebody and tells the error that it got.
CREATE FUNCTION demo.try(who text, move text, OUT "SQLSTATE" text, OUT constraint_name text, OUT "ERROR" text, OUT "DETAIL" text, OUT "HINT" text)
	LANGUAGE plpgsql
AS $$
BEGIN
	IF who IS NOT NULL THEN
		PERFORM dcm.become(who);
	END IF;
	EXECUTE move;
	"ERROR" := 'none: this move was not refused';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS "SQLSTATE" = RETURNED_SQLSTATE, constraint_name = CONSTRAINT_NAME,
		"ERROR" = MESSAGE_TEXT, "DETAIL" = PG_EXCEPTION_DETAIL, "HINT" = PG_EXCEPTION_HINT;
END
$$;
