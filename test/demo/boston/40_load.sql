-- Each request a case: reported, accepted, filed, dispatched and signed when it
-- was opened, handled and closed when it was closed.  A request closed some
-- seconds before it was opened is handed over as it is: dcm moves a loader's
-- earlier time to the entry before and keeps the time given.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE FUNCTION boston.run_request(q boston.request) RETURNS bigint
	LANGUAGE plpgsql
AS $$
DECLARE
	r dcm.act_result;
BEGIN
	PERFORM dcm.become('desk', scope => 'session');
	r := dcm.report_case(q.category, q.point, q.source, q.title, address => q.address, at => q.opened);
	r := dcm.act(r.case_no, 'accept', at => q.opened);
	r := dcm.act(r.case_no, 'file', data => '{"condition": 1}', at => q.opened);
	r := dcm.act(r.case_no, 'dispatch', data => jsonb_build_object('org', q.department), at => q.opened);
	PERFORM dcm.become('at ' || q.department, scope => 'session');
	r := dcm.act(r.case_no, 'sign', at => q.opened);
	IF q.closed IS NOT NULL THEN
		r := dcm.act(r.case_no, 'handle', data => '{"result": "closed", "after": "none"}', at => q.closed);
		PERFORM dcm.become('desk', scope => 'session');
		r := dcm.act(r.case_no, 'close', at => q.closed);
	END IF;
	RETURN r.case_no;
END
$$;

CREATE PROCEDURE boston.load(share int, shares int)
	LANGUAGE plpgsql
AS $$
DECLARE
	q boston.request;
	done int := 0;
	many int;
BEGIN
	SELECT count(*) INTO many FROM boston.request AS t WHERE t.no % shares = share;
	FOR q IN SELECT * FROM boston.request AS t WHERE t.no % shares = share ORDER BY t.opened, t.no LOOP
		INSERT INTO boston.answer (id, case_no) VALUES (q.id, boston.run_request(q));
		done := done + 1;
		IF done % 100 = 0 THEN
			COMMIT;
		END IF;
		IF done % 10000 = 0 THEN
			RAISE INFO 'session %: % of % requests, opened up to %', share + 1, done, many, q.opened::date;
		END IF;
	END LOOP;
	COMMIT;
	RAISE INFO 'session %: all % requests', share + 1, many;
END
$$;
