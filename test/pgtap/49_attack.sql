-- What somebody with a login, an owner of the tables, or a person with a post might
-- try: to get more rights, to plant objects where functions of dcm look, to tell of
-- other times than the true ones, and to change the record by DDL.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();
-- other tests may have left it
REVOKE dcm_loader FROM CURRENT_USER;
CREATE TEMP TABLE c AS SELECT t.case_in('closed') AS closed, t.case_in('handling') AS no, t.case_in('reported') AS open;
GRANT SELECT ON c TO PUBLIC;

-- more rights, by any role of dcm and by a login that has none
DO $$
DECLARE
	r text;
BEGIN
	FOREACH r IN ARRAY '{app,loader,config,security,audit,bi,job,exchange}'::text[] LOOP
		EXECUTE format('CREATE ROLE test_%s LOGIN IN ROLE dcm_%1$s', r);
		EXECUTE format('GRANT CREATE ON SCHEMA public TO test_%s', r);
	END LOOP;
	CREATE ROLE test_none LOGIN;
	GRANT CREATE ON SCHEMA public TO test_none;
	CREATE ROLE test_owner LOGIN;
END $$;
CREATE FUNCTION pg_temp.as_role(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', role);
	answer := t.try(statement);
	RESET SESSION AUTHORIZATION;
	RETURN answer;
END $$;
CREATE TEMP TABLE wish (statement, answer) AS
SELECT s, '^42501' FROM unnest(ARRAY[
	'GRANT dcm_security TO CURRENT_USER', 'GRANT dcm_loader TO test_none', 'SET ROLE postgres', 'ALTER ROLE CURRENT_USER SUPERUSER', 'ALTER ROLE CURRENT_USER BYPASSRLS',
	'ALTER ROLE CURRENT_USER REPLICATION', 'CREATE ROLE more SUPERUSER', 'ALTER ROLE dcm_app CREATEROLE', 'REASSIGN OWNED BY postgres TO CURRENT_USER',
	'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA dcm GRANT ALL ON TABLES TO CURRENT_USER', 'ALTER SCHEMA dcm OWNER TO CURRENT_USER',
	'GRANT ALL ON dcm.caller TO CURRENT_USER', 'GRANT EXECUTE ON FUNCTION dcm.erase_text(bigint, int, text) TO CURRENT_USER',
	'CREATE TABLE dcm.mine (i int)', 'CREATE FUNCTION dcm.mine() RETURNS int LANGUAGE sql RETURN 1', 'CREATE OR REPLACE FUNCTION dcm.become(person text, post text = NULL, scope text = ''transaction'') RETURNS void LANGUAGE sql RETURN NULL',
	'ALTER FUNCTION dcm.my_cases() OWNER TO CURRENT_USER', 'ALTER FUNCTION dcm.my_cases() RESET search_path', 'ALTER FUNCTION dcm.among(bigint, bigint[]) LEAKPROOF', 'DROP FUNCTION dcm.sees_intakes() CASCADE',
	'CREATE TRIGGER mine BEFORE INSERT ON dcm.case_file FOR EACH ROW EXECUTE FUNCTION public.mine_trigger()', 'CREATE TRIGGER mine AFTER INSERT ON dcm.caller FOR EACH ROW EXECUTE FUNCTION public.mine_trigger()',
	'CREATE RULE mine AS ON INSERT TO dcm.case_log DO INSTEAD NOTHING', 'CREATE RULE "_RETURN" AS ON SELECT TO dcm.case_card DO INSTEAD SELECT 1', 'CREATE POLICY mine ON dcm.case_file USING (true)', 'ALTER POLICY sight ON dcm.case_file USING (true)', 'DROP POLICY sight ON dcm.case_file',
	'ALTER TABLE dcm.case_file DISABLE ROW LEVEL SECURITY', 'ALTER TABLE dcm.case_file DISABLE TRIGGER ALL', 'ALTER TABLE dcm.case_file OWNER TO CURRENT_USER', 'ALTER VIEW dcm.case_card SET (security_invoker = false)', 'ALTER VIEW dcm.intake_card OWNER TO CURRENT_USER',
	'CREATE INDEX ON dcm.case_text (public.mine_index(value))', 'CREATE INDEX ON dcm.intake ((text || ''''))', 'CREATE STATISTICS public.mine ON text, address FROM dcm.intake',
	'CREATE TABLE public.child () INHERITS (dcm.outbox)', 'CREATE TABLE public.leaf PARTITION OF dcm.case_file FOR VALUES FROM (0) TO (1)', 'CREATE TABLE public.forged (LIKE dcm.case_file); ALTER TABLE dcm.case_file ATTACH PARTITION public.forged FOR VALUES FROM (1) TO (2)',
	'CREATE TABLE public.probe (case_no bigint REFERENCES dcm.case_file)', 'CREATE TABLE public.probe (id bigint REFERENCES dcm.intake)', 'CREATE TABLE public.probe (id bigint REFERENCES dcm.caller)',
	'CREATE CAST (dcm.grid_code AS int) WITH FUNCTION public.mine_cast(dcm.grid_code)', 'CREATE CAST (text AS bigint) WITH FUNCTION public.mine_text_cast(text) AS IMPLICIT', 'CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION public.mine_event()',
	'CREATE OPERATOR CLASS public.mine DEFAULT FOR TYPE dcm.grid_code USING hash AS STORAGE bigint', 'ALTER OPERATOR dcm.<@ (dcm.grid_code, dcm.area_code) SET (RESTRICT = NONE)', 'ALTER TYPE dcm.grid_code OWNER TO CURRENT_USER', 'DROP TYPE dcm.time_limit CASCADE',
	'ALTER EXTENSION dcm ADD FUNCTION public.mine_trigger()', 'ALTER EXTENSION dcm SET SCHEMA public', 'DROP EXTENSION dcm CASCADE', 'CREATE FUNCTION public.leaky(text) RETURNS boolean LANGUAGE sql LEAKPROOF RETURN true',
	'CREATE PUBLICATION mine FOR TABLE dcm.case_file', 'CREATE PUBLICATION mine FOR ALL TABLES', 'CREATE SUBSCRIPTION mine CONNECTION ''host=x'' PUBLICATION x WITH (connect = false)', 'SELECT pg_create_logical_replication_slot(''mine'', ''pgoutput'')',
	'SET session_replication_role = replica', 'SET LOCAL session_preload_libraries = ''dcm''', 'LOAD ''/tmp/mine.so''', 'COPY (SELECT 1) TO PROGRAM ''true''', 'COPY dcm.caller TO ''/tmp/x''', 'SELECT pg_read_file(''PG_VERSION'')', 'SELECT lo_import(''/etc/passwd'')',
	'SELECT * FROM pg_statistic', 'SELECT * FROM pg_authid', 'SELECT nextval(''dcm.caller_id_seq'')', 'SELECT setval(''dcm.case_no_seq'', 1)', 'COPY dcm.caller TO PROGRAM ''true''', 'LOCK TABLE dcm.caller', 'LOCK TABLE dcm.case_file IN ACCESS EXCLUSIVE MODE',
	'SELECT * FROM dcm.case_file FOR UPDATE', 'COMMENT ON TABLE dcm.caller IS ''x''', 'SET log_statement = ''all''', 'SET track_activities = off', 'SELECT dcm.guard()', 'SELECT dcm.take_intake(1, 1)']) AS s;
-- the attacker's own: functions to hang on things
CREATE FUNCTION public.mine_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION public.mine_event() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RETURN; END';
CREATE FUNCTION public.mine_index(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN $1;
CREATE FUNCTION public.mine_cast(dcm.grid_code) RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;
CREATE FUNCTION public.mine_text_cast(text) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN 1;
SELECT is((SELECT string_agg(format('%s: %s', w.statement, pg_temp.as_role('test_' || r, w.statement)), E'\n') FROM wish AS w
	WHERE pg_temp.as_role('test_' || r, w.statement) !~ w.answer), NULL, 'no more rights by ' || r)
FROM unnest('{none,app,loader,config,security,audit,bi,job,exchange}'::text[]) AS r;
-- row-level security is not switched off by who is under it: asking is refused, not answered
SELECT is(pg_temp.as_role('test_app', 'SET LOCAL row_security = off; SELECT * FROM dcm.' || r), '42501', 'row_security = off and ' || r) FROM unnest('{case_file,case_log,case_text,intake,case_card}'::text[]) AS r;
-- a view of one's own shows what one may see oneself, whatever it says of barriers
SELECT is(pg_temp.as_role('test_app', 'CREATE VIEW public.mine WITH (security_barrier = false) AS SELECT * FROM dcm.case_file; SELECT 1 / count(*) FROM public.mine'), '22012', 'nobody acts, so there is nothing in it') FROM set_config('dcm.acting_person', '', true);

-- Planted in public and in the session's temporary schema: a table, a view, a sequence, a type and functions for each
-- name that dcm uses, in front of all others; each function fails that runs as anybody but the attacker.
SET LOCAL SESSION AUTHORIZATION test_loader;
CREATE FUNCTION public.trap() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF current_user OPERATOR(pg_catalog.<>) 'test_loader' THEN
		RAISE EXCEPTION 'code of the attacker runs as %', current_user;
	END IF;
	RETURN NULL;
END $$;
DO $$
DECLARE
	n text;
	s text;
	planted int := 0;
BEGIN
	FOREACH s IN ARRAY '{public,pg_temp}'::text[] LOOP
		FOR n IN SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S') LOOP
			EXECUTE format('CREATE %sTABLE %s.%I (case_no text DEFAULT public.trap(), code text, state text, name text, value text)', CASE s WHEN 'pg_temp' THEN 'TEMP ' ELSE '' END, CASE s WHEN 'pg_temp' THEN s ELSE 'public' END, n);
			planted := planted + 1;
		END LOOP;
		FOR n IN SELECT t.typname FROM pg_type AS t WHERE t.typnamespace = 'dcm'::regnamespace AND t.typtype = 'b' AND t.typelem = 0 LOOP
			EXECUTE format('CREATE DOMAIN %s.%I AS text CHECK (public.trap() IS NULL)', s, n);
		END LOOP;
	END LOOP;
	-- of every function of dcm's and of those of core that it calls most, for the same arguments
	FOR n IN SELECT format('public.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) FROM pg_proc AS p
		WHERE p.pronamespace = 'dcm'::regnamespace AND p.prokind = 'f' AND NOT p.proargtypes::oid[] && '{internal,cstring,anyelement,anyarray}'::regtype[]::oid[] AND p.proargmodes IS NULL AND p.prorettype <> 'trigger'::regtype
		UNION ALL
		SELECT unnest('{public.format(text\,text),public.format(text\,bigint),public.now(),public.coalesce(text),public.lower(text),public.upper(tstzrange),public.jsonb_strip_nulls(jsonb),public.array_to_string(text[]\,text),public.length(text),public.replace(text\,text\,text),public.clock_timestamp(),public.count(bigint),public.max(bigint),public.sha256(bytea),public.convert_to(text\,text),public.st_x(public.geometry),public.st_setsrid(public.geometry\,int)}'::text[])
	LOOP
		BEGIN
			EXECUTE format('CREATE FUNCTION %s RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN public.trap(); END $f$', n);
			planted := planted + 1;
		EXCEPTION WHEN duplicate_function OR insufficient_privilege OR syntax_error OR invalid_function_definition OR undefined_object THEN
			NULL;
		END;
	END LOOP;
	IF planted < 300 THEN
		RAISE EXCEPTION 'only % planted', planted;
	END IF;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
RESET SESSION AUTHORIZATION;
GRANT dcm_config, dcm_security TO test_loader;
CREATE FUNCTION pg_temp.the_way() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint;
	call bigint;
BEGIN
	PERFORM dcm.become('acc');
	call := dcm.register_call('web', 'complaint', 'told', '13800001111', 'Zhang', client_key => 'k');
	no := (dcm.report_intake(call, 'E9901', dcm.point(121.605, 31.805), client_key => 'k')).case_no;
	PERFORM t.step(no, s) FROM unnest('{accept,file,dispatch,sign,request_extension,grant_extension,handle,request_check,fail_check,handle,request_check,pass_check,close,reopen}'::text[]) AS s;
	PERFORM dcm.answer_intake(call, 'done'), dcm.become('all');
	PERFORM count(*) FROM dcm.case_card, dcm.case_story(no);
	PERFORM dcm.act_batch(jsonb_build_array(jsonb_build_object('action', 'comment', 'case_no', no, 'note', 'x')));
	PERFORM dcm.worklist(), dcm.desk_counts(), dcm.allowed_actions(no), dcm.eval_org('2026-01-01', '2026-12-31'), dcm.case_dossier(no), dcm.explain_deadline(no);
	PERFORM dcm.preview_filing('E9901', dcm.point(121.605, 31.805)), dcm.similar_cases('E9901', dcm.point(121.605, 31.805)), dcm.resolve_responsible('E9901', dcm.point(121.605, 31.805));
	INSERT INTO dcm.stage_orgs (code, name, level, kind) VALUES ('planted', 'planted', '1', 'department');
	PERFORM dcm.import_orgs();
	UPDATE dcm.setting SET value = '7' WHERE name = 'border_metres';
	RETURN (SELECT string_agg(v.problem, ', ') FROM dcm.verify_case(no) AS v);
END $$;
SELECT set_config('search_path', 'pg_temp, public, dcm, pg_catalog', true);
SET LOCAL SESSION AUTHORIZATION test_loader;
SELECT is(pg_temp.the_way(), NULL, 'what is planted in public and pg_temp is never taken for dcm''s, and runs as nobody else');
RESET SESSION AUTHORIZATION;
SET LOCAL search_path = public;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
DO $$
DECLARE
	x text;
BEGIN
	FOR x IN SELECT format('DROP TABLE %s.%I', CASE WHEN c.relpersistence = 't' THEN 'pg_temp' ELSE 'public' END, c.relname) FROM pg_class AS c WHERE c.relowner = 'test_loader'::regrole AND c.relkind = 'r' LOOP
		EXECUTE x;
	END LOOP;
	FOR x IN SELECT format('DROP FUNCTION %s', p.oid::regprocedure) FROM pg_proc AS p WHERE p.proowner = 'test_loader'::regrole AND p.proname <> 'trap' LOOP
		EXECUTE x;
	END LOOP;
END $$;

-- Other times than the true ones.  A handler who is late tells no earlier time; a collector goes back as far as the role
-- may; a phone with a wrong clock is told so, and what it sends besides is done.
SELECT is(t.try_act(v.person, (SELECT no FROM c), v.action, t.data(v.action), clock_timestamp() + v.off::interval), v.answer, format('%s %s %s', v.person, v.action, v.off))
FROM (VALUES ('han', 'handle', '-1 second', '22023 dcm.too_early'), ('han', 'handle', '-1 day', '22023 dcm.too_early'), ('lia', 'request_extension', '-1 hour', '22023 dcm.too_early'), ('lia', 'return', '-1 minute', '22023 dcm.too_early'),
	('han', 'handle', '6 minutes', '22023 dcm.too_late'), ('han', 'handle', '73 years', '22023 dcm.too_late')) AS v (person, action, off, answer);
SELECT is(t.try_act('han', (SELECT no FROM c), 'handle', t.data('handle'), v.at::timestamptz), '22023 dcm.bad_time', 'handled at ' || v.at) FROM (VALUES ('infinity'), ('-infinity')) AS v (at);
SELECT is(t.try(format('SELECT t.report(%L)', clock_timestamp() + v.off::interval)), v.answer, 'a phone whose clock is off by ' || v.off)
FROM (VALUES ('-23:59', 'ok'), ('-24:01', '22023 dcm.too_early'), ('-8 years', '22023 dcm.too_early'), ('00:04:30', 'ok'), ('00:05:30', '22023 dcm.too_late'), ('8 hours', '22023 dcm.too_late')) AS v (off, answer);
SELECT dcm.become('col');
SELECT is((SELECT string_agg(coalesce(b.error, 'done'), ' ' ORDER BY b.ord) FROM dcm.act_batch((
		SELECT jsonb_agg(jsonb_build_object('action', 'report', 'category', 'E9901', 'lon', 121.605, 'lat', 31.805, 'at', clock_timestamp() + o.off) ORDER BY o.n)
		FROM unnest('{-1 hour,8 hours,-30 hours,-1 minute}'::interval[]) WITH ORDINALITY AS o (off, n))) AS b), 'done dcm.too_late dcm.too_early done', 'a phone''s queue, each by itself');
-- what was told late is seen to be late
SELECT is((SELECT count(*)::int FROM dcm.case_log AS l WHERE l.recorded_at - l.occurred_at > interval '23 hours' AND NOT l.loaded), 1, 'an entry has both times');
-- how far back a role may tell is configuration, whose change is in the log
UPDATE dcm.role SET max_backdate = '10 days' WHERE code = 'handler';
SELECT is((SELECT count(*)::int FROM dcm.config_log WHERE table_name = 'role' AND after ->> 'max_backdate' = '10 days'), 1, 'a longer one is logged');
UPDATE dcm.role SET max_backdate = '0' WHERE code = 'handler';

-- The record changed by DDL, by the owner of the tables who is no superuser: it cannot be prevented, and is found.
SET LOCAL client_min_messages = error;
DO $$
DECLARE
	r text;
BEGIN
	FOR r IN SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relispartition LOOP
		EXECUTE format('ALTER TABLE %s OWNER TO test_owner', r);
	END LOOP;
	GRANT ALL ON SCHEMA dcm TO test_owner;
END $$;
CREATE FUNCTION pg_temp.done(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	no bigint := (SELECT closed FROM c);
BEGIN
	SET LOCAL ROLE test_owner;
	EXECUTE replace(replace(statement, ':no', no::text), '_y', '_' || left(no::text, 4));
	RESET ROLE;
	answer := concat_ws(' ', CASE WHEN EXISTS (SELECT FROM dcm.verify_all()) THEN 'record' END, CASE WHEN EXISTS (SELECT FROM dcm.health() WHERE part = 'guard') THEN 'guard' END);
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN SQLERRM;
	WHEN OTHERS THEN
		RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.done('SELECT 1'), '', 'nothing done, nothing found');
SELECT is(pg_temp.done(v.statement), v.found, v.statement) FROM (VALUES
	('ALTER TABLE dcm.case_file_y DISABLE TRIGGER zz_dcm_guard; UPDATE dcm.case_file SET due = due + interval ''1 day'' WHERE case_no = :no; ALTER TABLE dcm.case_file_y ENABLE TRIGGER zz_dcm_guard', 'record'),
	('ALTER TABLE dcm.case_file_y DISABLE TRIGGER USER', 'guard'),
	('ALTER TABLE dcm.case_log_y DISABLE TRIGGER USER; UPDATE dcm.case_log SET actor = 1 WHERE case_no = :no', 'record guard'),
	('ALTER TABLE dcm.case_text_y DISABLE TRIGGER USER; ALTER TABLE dcm.case_log_y DISABLE TRIGGER USER; TRUNCATE dcm.case_text_y, dcm.case_log_y', 'record guard'),
	('ALTER TABLE dcm.case_stage_y DISABLE TRIGGER USER; TRUNCATE dcm.case_stage_y; ALTER TABLE dcm.case_stage_y ENABLE TRIGGER USER', 'record'),
	('DROP TRIGGER zz_dcm_guard ON dcm.case_log_y', 'guard'), ('DROP TRIGGER zz_dcm_guard_truncate ON dcm.case_log_y', 'guard'),
	('DROP TRIGGER zz_dcm_guard ON dcm.assignment_y; DELETE FROM dcm.assignment_y WHERE case_no = :no', 'record guard'),
	('ALTER TABLE dcm.case_log DETACH PARTITION dcm.case_log_y', 'record'),
	('ALTER TABLE dcm.case_log ALTER COLUMN client TYPE text USING ''10.0.0.1''', 'record'),
	('ALTER TABLE dcm.case_task_y DISABLE TRIGGER USER; DELETE FROM dcm.case_task_y WHERE case_no = :no; ALTER TABLE dcm.case_task_y ENABLE TRIGGER USER', 'record'),
	-- rows of a case that never was, in a year of its own, without and with a log whose chain is right
	('CREATE TABLE dcm.forged (LIKE dcm.case_file INCLUDING ALL); INSERT INTO dcm.forged SELECT (jsonb_populate_record(f, ''{"case_no": 200101010000001}'')).* FROM dcm.case_file AS f WHERE case_no = :no; ALTER TABLE dcm.case_file ATTACH PARTITION dcm.forged FOR VALUES FROM (200100000000000) TO (200200000000000)', 'record guard'),
	('CREATE TABLE dcm.forged (LIKE dcm.case_log INCLUDING ALL); INSERT INTO dcm.forged SELECT (jsonb_populate_record(l, ''{"case_no": 200101010000001}'')).* FROM dcm.case_log AS l WHERE case_no = :no; ALTER TABLE dcm.case_log ATTACH PARTITION dcm.forged FOR VALUES FROM (200100000000000) TO (200200000000000)', 'record guard')) AS v (statement, found);
-- a leaf that was taken out keeps its guard, so that it is not changed meanwhile without leaving a trace either
SELECT matches(pg_temp.done('ALTER TABLE dcm.case_file DETACH PARTITION dcm.case_file_y; UPDATE dcm.case_file_y SET state = ''closed'''), '^23514', 'a leaf that was detached');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'all is as it was');
SELECT * FROM finish();
ROLLBACK;
