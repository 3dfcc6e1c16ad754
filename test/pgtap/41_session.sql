-- Who acts, across transactions and connections: the ends of both scopes, and
-- values that were set before the library was loaded.  A connection of its own
-- each, so the lines are printed without pgTAP.
\set ON_ERROR_STOP 1
\set QUIET 1
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE ROLE test_forger LOGIN;
GRANT dcm_app TO test_forger;
CREATE ROLE test_forger_set LOGIN;
GRANT dcm_app TO test_forger_set;
-- stored while the library is not loaded, so nobody asked it
\c
ALTER ROLE test_forger_set SET dcm.acting_person = '1/0';
CREATE FUNCTION public.forge() RETURNS text LANGUAGE plpgsql SET dcm.acting_person = '1/0' AS $$
BEGIN
	RETURN (SELECT person FROM dcm.whoami());
END $$;
CREATE FUNCTION public.line(good boolean, what text) RETURNS text LANGUAGE sql RETURN
	CASE WHEN good THEN 'ok' ELSE 'not ok' END || ' - ' || what;

SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'nobody acts in a new connection');
SELECT dcm.become('col');
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'the transaction''s scope ends with the statement');
SELECT dcm.become('col', scope => 'session');
SELECT line((SELECT person FROM dcm.whoami()) = 'col', 'the session''s scope goes on');
BEGIN;
SELECT dcm.become('acc');
SELECT line((SELECT person FROM dcm.whoami()) = 'acc', 'a transaction may have another');
COMMIT;
SELECT line((SELECT person FROM dcm.whoami()) = 'col', 'and after it the session''s is back');
BEGIN;
SELECT dcm.become('acc', scope => 'session');
ROLLBACK;
SELECT line((SELECT person FROM dcm.whoami()) = 'col', 'a rollback takes the session''s back too');
-- a parallel worker knows who acts; the setting has another name since 16
SELECT set_config(name, 'on', false) AS forced FROM pg_settings
WHERE name IN ('force_parallel_mode', 'debug_parallel_query') \gset
SELECT line((SELECT person FROM dcm.whoami()) = 'col', 'a parallel worker knows it');
DISCARD ALL;
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'DISCARD ALL ends the session''s scope');

-- forged before the library is loaded: set in the session …
SET client_min_messages = error;
\c - test_forger
SET client_min_messages = error;
SET dcm.acting_person = '1/0';
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'a placeholder set before the load counts for nothing');
\c - test_forger
SET client_min_messages = error;
BEGIN;
SET LOCAL dcm.acting_person = '1/0';
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'nor one of the transaction');
COMMIT;
-- … in the connection's options, in the role, in a function
\setenv PGOPTIONS '-c dcm.acting_person=1/0 -c client_min_messages=error'
\c - test_forger
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'nor one in the connection''s options');
\setenv PGOPTIONS '-c client_min_messages=error'
\c - test_forger_set
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'nor one of the role');
RESET ALL;
SELECT line(t.try('SELECT dcm.whoami()') = '42501 dcm.nobody', 'also after RESET ALL');
\c - test_forger
SELECT line(t.try('SELECT public.forge()') LIKE '42501%', 'nor one of a function''s SET clause');
SELECT line(t.try('SELECT public.forge()') LIKE '42501%', 'nor at the second call');
\c - postgres
DROP FUNCTION public.forge, public.line;
DROP ROLE test_forger, test_forger_set;
\echo 1..15
