-- dcm.act in a loop on the server against a PL/pgSQL procedure that does the
-- same writes unchecked: the same rows into tables of the same columns, indexes
-- and keys, no guard, no rights, no chain.
\ir include/act_city.sql

-- what one act writes: the log entry, the stages, the case
CREATE PROCEDURE bare.act(c bigint, n int, act text, was text, becomes text, old_stage int, new_stage text, given jsonb)
	LANGUAGE plpgsql AS $$
DECLARE
	f bare.case_file;
BEGIN
	SELECT * INTO f FROM bare.case_file WHERE case_no = c FOR NO KEY UPDATE;
	IF new_stage IS NOT NULL THEN
		UPDATE bare.case_stage SET closed_at = clock_timestamp(), outcome = act WHERE case_no = c AND stage_no = old_stage;
		INSERT INTO bare.case_stage (case_no, stage_no, stage, person, opened_at, time_limit, due, state)
		VALUES (c, old_stage + 1, new_stage, 2, clock_timestamp(), '15 minute', clock_timestamp() + '15 minutes', becomes);
	END IF;
	INSERT INTO bare.case_log (case_no, log_no, action, from_state, to_state, stage, transition, actor, post, db_role,
		occurred_at, recorded_at, loaded, data, hash, stage_no, stage_limit, stage_due)
	VALUES (c, n, act, was, becomes, coalesce(new_stage, f.stage), 1, 2, 1, session_user,
		clock_timestamp(), clock_timestamp(), false, given, '\x00000000000000000000000000000000000000000000000000000000000000ff',
		CASE WHEN new_stage IS NOT NULL THEN old_stage + 1 END, CASE WHEN new_stage IS NOT NULL THEN dcm.time_limit '15 minute' END,
		CASE WHEN new_stage IS NOT NULL THEN clock_timestamp() + '15 minutes' END);
	UPDATE bare.case_file SET state = becomes, stage = coalesce(new_stage, f.stage), log_no = n, moved_no = n,
		moved_at = clock_timestamp(), stage_no = f.stage_no + 1, filed_at = f.filed_at, standard = f.standard,
		clock_from = f.clock_from, base_limit = f.base_limit, time_limit = f.time_limit, pauses = f.pauses,
		first_due = f.first_due, due = f.due, provisional = false, work_no = f.work_no, org = f.org,
		dispatched_at = f.dispatched_at, handled_at = f.handled_at, handler = f.handler, closed_at = f.closed_at,
		ended_at = f.ended_at, head = '\x00000000000000000000000000000000000000000000000000000000000000ff'
	WHERE case_no = c;
END
$$;

CREATE PROCEDURE bare.text(c bigint, n int, field text, value text)
	LANGUAGE sql AS $$
	INSERT INTO bare.case_text (case_no, log_no, field, value, salt) VALUES (c, n, field, value, '\x000102030405060708090a0b0c0d0e0f');
$$;

CREATE PROCEDURE bare.photo(c bigint, n int, nr int, kind text)
	LANGUAGE sql AS $$
	INSERT INTO bare.attachment (case_no, attachment_no, log_no, kind, uri) VALUES (c, nr, n, kind, 'http://x/2.jpg');
$$;

CREATE PROCEDURE bench_bare(n int) LANGUAGE plpgsql AS $$
DECLARE
	c bigint;
	p geometry;
BEGIN
	FOR i IN 1..n LOOP
		c := to_char(now(), 'YYYYMMDD')::bigint * 10000000 + nextval('bare.case_no_seq');
		p := ST_SetSRID(ST_MakePoint(121.6015 + (i % 400) * 0.001, 31.8005), 4490);
		INSERT INTO bare.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, location, grid, area, area_class, source, reporter, reported_at, attachments, tasks, head)
		SELECT c, 'reported', 'collection', 1, 1, clock_timestamp(), 1, 99, p, g.code, dcm.community(g.code), g.area_class, 'collector', 2, clock_timestamp(), 0, 0, '\x00000000000000000000000000000000000000000000000000000000000000ff'
		FROM dcm.grid AS g WHERE ST_Covers(g.geom, p) ORDER BY g.code LIMIT 1;
		INSERT INTO bare.case_log (case_no, log_no, action, to_state, stage, transition, actor, post, db_role, occurred_at, recorded_at, loaded, hash)
		VALUES (c, 1, 'report', 'reported', 'collection', 1, 2, 1, session_user, clock_timestamp(), clock_timestamp(), false, '\x00000000000000000000000000000000000000000000000000000000000000ff');
		CALL bare.text(c, 1, 'description', '路边有暴露垃圾');
		INSERT INTO bare.case_stage (case_no, stage_no, stage, person, opened_at, state) VALUES (c, 1, 'collection', 2, clock_timestamp(), 'reported');
		CALL bare.act(c, 2, 'accept', 'reported', 'accepted', 1, 'filing', NULL);
		CALL bare.act(c, 3, 'file', 'accepted', 'filed', 2, 'dispatch', '{"condition": 1}');
		INSERT INTO bare.assignment (case_no, work_no, org, dispatched_at, dispatcher, time_limit, due)
		VALUES (c, 1, 2, clock_timestamp(), 5, '1 natural_day', clock_timestamp());
		CALL bare.act(c, 4, 'dispatch', 'filed', 'dispatched', 3, 'handling', '{"org": "body"}');
		UPDATE bare.assignment SET signed_at = clock_timestamp(), due = clock_timestamp() WHERE case_no = c AND work_no = 1;
		CALL bare.act(c, 5, 'sign', 'dispatched', 'handling', 4, NULL, NULL);
		UPDATE bare.assignment SET handled_at = clock_timestamp() WHERE case_no = c AND work_no = 1;
		CALL bare.act(c, 6, 'handle', 'handling', 'handled', 4, 'feedback', '{"after": "http://x/2.jpg"}');
		CALL bare.text(c, 6, 'result', 'cleaned');
		CALL bare.photo(c, 6, 1, 'after');
		INSERT INTO bare.case_task (case_no, task_no, kind, requested_at, due) VALUES (c, 1, 'check', clock_timestamp(), clock_timestamp());
		CALL bare.act(c, 7, 'request_check', 'handled', 'checking', 5, 'closing', NULL);
		UPDATE bare.case_task SET done_at = clock_timestamp(), done_by = 2, outcome = 'pass_check' WHERE case_no = c AND task_no = 1;
		CALL bare.act(c, 8, 'pass_check', 'checking', 'checked', 6, 'closing', '{"photo": "u"}');
		CALL bare.photo(c, 8, 2, 'photo');
		CALL bare.act(c, 9, 'close', 'checked', 'closed', 7, 'evaluation', NULL);
	END LOOP;
END
$$;

CREATE PROCEDURE bench_dcm(n int) LANGUAGE plpgsql AS $$
DECLARE
	r dcm.act_result;
	c bigint;
BEGIN
	FOR i IN 1..n LOOP
		PERFORM dcm.become('collector', scope => 'session');
		r := dcm.report_case('E0102', ST_SetSRID(ST_MakePoint(121.6015 + (i % 400) * 0.001, 31.8005), 4490), description => '路边有暴露垃圾');
		c := r.case_no;
		PERFORM dcm.become('acceptor', scope => 'session');
		PERFORM dcm.act(c, 'accept');
		PERFORM dcm.become('shift_leader', scope => 'session');
		PERFORM dcm.act(c, 'file', data => '{"condition": 1}');
		PERFORM dcm.become('dispatcher', scope => 'session');
		PERFORM dcm.act(c, 'dispatch', data => '{"org": "body"}');
		PERFORM dcm.become('liaison', scope => 'session');
		PERFORM dcm.act(c, 'sign');
		PERFORM dcm.become('handler', scope => 'session');
		PERFORM dcm.act(c, 'handle', data => '{"result": "cleaned", "after": "http://x/2.jpg"}');
		PERFORM dcm.become('acceptor', scope => 'session');
		PERFORM dcm.act(c, 'request_check');
		PERFORM dcm.become('collector', scope => 'session');
		PERFORM dcm.act(c, 'pass_check', data => '{"photo": "u"}');
		PERFORM dcm.become('shift_leader', scope => 'session');
		PERFORM dcm.act(c, 'close');
	END LOOP;
END
$$;

CREATE TEMP TABLE act_time (round int, who text, us float8);
DO $$
DECLARE
	t timestamptz;
	n constant int := 500;
BEGIN
	FOR round IN 0..5 LOOP
		t := clock_timestamp();
		CALL bench_bare(n);
		INSERT INTO act_time VALUES (round, 'bare', extract(epoch FROM clock_timestamp() - t) * 1e6 / n / 9);
		t := clock_timestamp();
		CALL bench_dcm(n);
		INSERT INTO act_time VALUES (round, 'dcm', extract(epoch FROM clock_timestamp() - t) * 1e6 / n / 9);
	END LOOP;
	DELETE FROM act_time WHERE round = 0;
END
$$;

INSERT INTO bench_result (work, against, ratio, floor, aim)
SELECT format('dcm.act in a loop on the server, %s µs an act', round(d.us::numeric)),
	format('PL/pgSQL doing the same writes unchecked, %s µs', round(b.us::numeric)),
	round((d.us / b.us)::numeric, 2), '<= 1.20', '<= 1.00'
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS us FROM act_time WHERE who = 'dcm') AS d,
	(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS us FROM act_time WHERE who = 'bare') AS b;
