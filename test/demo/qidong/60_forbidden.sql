-- Three moves that dcm refuses, with the errors that an application gets.  Starts
-- as the tables' owner; the first two come from an application's login.

\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;

SELECT a.case_no AS closed FROM demo.plan AS p JOIN demo.answer AS a USING (no)
WHERE p.fate = 'in_time' AND p.org = 'huanwei' ORDER BY p.no LIMIT 1 \gset
SELECT f.case_no AS handling, f.due FROM dcm.case_file AS f JOIN dcm.org AS o ON o.id = f.org
WHERE f.state = 'handling' AND o.code = 'huanwei' ORDER BY f.case_no LIMIT 1 \gset

\pset expanded on
\connect - qidong_loader
\echo '【禁止】 Forbidden moves'
\echo '1. A dispatcher sends a closed case out again: dcm.act(' :closed ', ''dispatch'', …)'
SELECT * FROM demo.try('D01', format('SELECT dcm.act(%s, ''dispatch'', data => ''{"org": "huanwei"}'')', :closed));
\echo '2. The liaison of another body reports a case of the sanitation division handled: dcm.act(' :handling ', ''handle'', …)'
SELECT * FROM demo.try('L_yuanlin', format('SELECT dcm.act(%s, ''handle'', data => ''{"result": "done", "after": "x.jpg"}'')', :handling));
\connect - qidong_owner
\echo '3. The tables'' owner gives a body more time by plain SQL: UPDATE dcm.case_file SET due = due + interval ''30 days'''
SELECT * FROM demo.try(NULL, format('UPDATE dcm.case_file SET due = due + interval ''30 days'' WHERE case_no = %s', :handling));
DO $$
BEGIN
	IF EXISTS (SELECT FROM dcm.case_file AS f, demo.plan AS p JOIN demo.answer AS a USING (no)
			WHERE f.case_no = a.case_no AND p.fate = 'in_time' AND f.state <> 'closed') THEN
		RAISE EXCEPTION 'a forbidden move was let through';
	END IF;
END
$$;
