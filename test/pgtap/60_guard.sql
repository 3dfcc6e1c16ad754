-- The guard: nothing but dcm.act and dcm.report_case writes a case table or a
-- leaf, by no statement and no way round, for the owner either; and what
-- somebody else's trigger does to a row on its way makes the act fail.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
-- so that a case of this test has no number 0, below which the sequence cannot be set back
DO 'BEGIN PERFORM nextval(''dcm.case_no_seq''); END';
CREATE TEMP TABLE c AS SELECT t.case_in('checking') AS no, t.case_in('reported') AS open;
CREATE TEMP TABLE tables AS
SELECT p.name AS parent, p.name || x.leaf AS name
FROM unnest('{case_file,case_log,case_text,assignment,case_stage,attachment,case_task}'::text[]) AS p (name)
	CROSS JOIN (SELECT '' UNION ALL SELECT '_' || left(no::text, 4) FROM c) AS x (leaf);

-- every statement on every table and every leaf
SELECT is(t.try(format(s.statement, 'dcm.' || n.name)), '23514 dcm.guarded', format(s.statement, n.name))
FROM tables AS n CROSS JOIN unnest(ARRAY[
	'INSERT INTO %1$s SELECT * FROM %1$s LIMIT 1',
	'INSERT INTO %1$s SELECT * FROM %1$s LIMIT 1 ON CONFLICT DO NOTHING',
	'UPDATE %1$s SET case_no = case_no',
	'DELETE FROM %1$s',
	'TRUNCATE %1$s CASCADE',
	'MERGE INTO %1$s AS x USING (SELECT 1) AS y ON true WHEN MATCHED THEN DELETE',
	'MERGE INTO %1$s AS x USING (SELECT 1) AS y ON true WHEN MATCHED THEN UPDATE SET case_no = x.case_no',
	'WITH gone AS (DELETE FROM %1$s RETURNING *) SELECT count(*) FROM gone',
	'DO ''BEGIN DELETE FROM %1$s; END''',
	'CREATE VIEW public.way AS SELECT * FROM %1$s; DELETE FROM public.way',
	'DO ''DECLARE cur CURSOR FOR SELECT * FROM %1$s FOR UPDATE; BEGIN OPEN cur; MOVE cur; DELETE FROM %1$s WHERE CURRENT OF cur; END''']) AS s (statement)
WHERE NOT (s.statement LIKE '%CURRENT OF%' AND n.name = n.parent);
SELECT is(t.try('INSERT INTO dcm.case_file SELECT * FROM dcm.case_file LIMIT 1 ON CONFLICT (case_no) DO UPDATE SET state = ''closed'''), '23514 dcm.guarded', 'an upsert');
SELECT is(t.try('UPDATE dcm.case_file SET case_no = case_no + 100000000000'), t.try('UPDATE dcm.case_file SET case_no = case_no + 100000000000'), 'a move to another leaf');
SELECT isnt(t.try('UPDATE dcm.case_file SET case_no = case_no + 100000000000'), 'ok', 'is not done');
-- COPY, from the server's side since this is a function
SELECT is(t.try(format($q$COPY dcm.%I (%s) FROM PROGRAM 'printf "%s\t1%s\n"'$q$, n.name, k.columns, no, k.rest)), '23514 dcm.guarded', 'COPY into ' || n.name)
FROM c, tables AS n JOIN (VALUES ('case_text', 'case_no, log_no, field, salt', '\tnote\ta'), ('case_task', 'case_no, task_no, kind, requested_at', '\tcheck\t2015-01-01')) AS k (parent, columns, rest) USING (parent);
SAVEPOINT s;
CREATE TABLE public.trap (i int);
CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE dcm.case_file SET state = 'closed'; RETURN NULL; END $$;
CREATE TRIGGER trap AFTER INSERT ON public.trap FOR EACH ROW EXECUTE FUNCTION public.trap();
SELECT is(t.try('INSERT INTO public.trap VALUES (1)'), '23514 dcm.guarded', 'from a trigger of another table');
ROLLBACK TO s;

-- as an owner who is no superuser
SAVEPOINT s;
CREATE ROLE test_owner;
GRANT USAGE ON SCHEMA t, dcm TO test_owner;
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT name FROM tables LOOP
		EXECUTE format('ALTER TABLE dcm.%I OWNER TO test_owner', r.name);
	END LOOP;
END $$;
SET LOCAL ROLE test_owner;
SELECT is(t.try('UPDATE dcm.case_file SET state = ''closed'''), '23514 dcm.guarded', 'the owner''s UPDATE');
SELECT is(t.try('DELETE FROM dcm.case_log'), '23514 dcm.guarded', 'the owner''s DELETE');
SELECT is(t.try('TRUNCATE dcm.case_text'), '23514 dcm.guarded', 'the owner''s TRUNCATE');
RESET ROLE;
ROLLBACK TO s;

-- a trigger of the city's own, on whichever table and before or after the guard,
-- that changes, drops or forges rows: the act fails and nothing is written
CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	CASE TG_ARGV[0]
		WHEN 'change' THEN
			NEW := jsonb_populate_record(NEW, TG_ARGV[1]::jsonb);
			RETURN NEW;
		WHEN 'drop' THEN
			RETURN NULL;
		WHEN 'forge' THEN
			IF pg_trigger_depth() = 1 THEN
				EXECUTE TG_ARGV[1] USING NEW.case_no;
			END IF;
			RETURN NEW;
		WHEN 'swap' THEN
			IF pg_trigger_depth() = 1 THEN
				EXECUTE TG_ARGV[1] USING NEW.case_no;
				RETURN NULL;
			END IF;
			RETURN NEW;
	END CASE;
END $$;
-- how a failed check ends with such a trigger in the way
CREATE FUNCTION pg_temp.meddled(tab text, name text, event text, VARIADIC args text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := (SELECT c.no FROM c);
	answer text;
BEGIN
	EXECUTE format('CREATE TRIGGER %I %s ON dcm.%I FOR EACH ROW EXECUTE FUNCTION public.meddle(%s)', name, event,
		tab || '_' || left(no::text, 4), (SELECT string_agg(quote_literal(a), ', ') FROM unnest(args) AS a));
	answer := t.try_act('col', no, 'fail_check', t.data('fail_check'));
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.meddled(m.tab, n.name, m.event, 'change', m.change), '23514 dcm.changed_on_its_way', format('%s changes %s: %s', n.name, m.tab, m.change))
FROM (VALUES ('aaa'), ('zzz')) AS n (name) CROSS JOIN (VALUES
	('case_file', 'BEFORE UPDATE', '{"state": "closed"}'), ('case_file', 'BEFORE UPDATE', '{"due": null}'),
	('case_file', 'BEFORE UPDATE', '{"due": "2099-01-01"}'), ('case_file', 'BEFORE UPDATE', '{"address": "elsewhere"}'),
	('case_file', 'BEFORE UPDATE', '{"reworked": 0}'), ('case_file', 'BEFORE UPDATE', '{"location": null}'),
	('case_log', 'BEFORE INSERT', '{"actor": 1}'), ('case_log', 'BEFORE INSERT', '{"occurred_at": "2000-01-01"}'),
	('case_log', 'BEFORE INSERT', '{"data": {"photo": "other"}}'), ('case_log', 'BEFORE INSERT', '{"hash": "\\x00"}'),
	('case_text', 'BEFORE INSERT', '{"value": "all is well"}'), ('case_text', 'BEFORE INSERT', '{"salt": "\\x00"}'),
	('assignment', 'BEFORE UPDATE', '{"due": "2099-01-01"}'), ('case_stage', 'BEFORE INSERT', '{"person": 1}'),
	('case_stage', 'BEFORE INSERT', '{"outcome": "close"}'), ('case_stage', 'BEFORE UPDATE', '{"closed_at": "2000-01-01"}'),
	('attachment', 'BEFORE INSERT', '{"uri": "other"}'), ('case_task', 'BEFORE UPDATE', '{"outcome": "pass_check"}')) AS m (tab, event, change);
SELECT is(pg_temp.meddled(m.tab, n.name, m.event, 'change', m.change), '23514 dcm.guarded', format('%s changes %s: %s', n.name, m.tab, m.change))
FROM (VALUES ('aaa')) AS n (name) CROSS JOIN (VALUES
	('case_file', 'BEFORE UPDATE', '{"case_no": 1}'), ('case_log', 'BEFORE INSERT', '{"log_no": 99}'),
	('assignment', 'BEFORE UPDATE', '{"work_no": 9}')) AS m (tab, event, change);
SELECT is(pg_temp.meddled(m.tab, n.name, m.event, 'drop'), n.answer, format('%s drops a row of %s', n.name, m.tab))
FROM (VALUES ('aaa', '55000 dcm.guard_off'), ('zzz', '23514 dcm.changed_on_its_way')) AS n (name, answer) CROSS JOIN (VALUES
	('case_file', 'BEFORE UPDATE'), ('case_log', 'BEFORE INSERT'), ('case_text', 'BEFORE INSERT'), ('assignment', 'BEFORE UPDATE'),
	('case_stage', 'BEFORE INSERT'), ('case_stage', 'BEFORE UPDATE'), ('attachment', 'BEFORE INSERT'), ('case_task', 'BEFORE UPDATE')) AS m (tab, event);
SELECT is(pg_temp.meddled(m.tab, n.name, n.timing || m.event, 'forge', m.forged), '23514 dcm.guarded', format('%s on %s: %s', n.name, m.tab, m.forged))
FROM (VALUES ('aaa', 'BEFORE '), ('zzz', 'BEFORE '), ('aft', 'AFTER ')) AS n (name, timing) CROSS JOIN (VALUES
	('case_log', 'INSERT', 'UPDATE dcm.case_file SET state = ''closed'' WHERE case_no = $1'),
	('case_log', 'INSERT', 'DELETE FROM dcm.case_log WHERE case_no = $1 AND log_no = 1')) AS m (tab, event, forged);
-- the very row that is permitted, put in by the trigger: the permit is used up
SELECT is(pg_temp.meddled('case_file', n.name, n.timing || 'UPDATE', 'forge', 'UPDATE dcm.case_file SET state = ''closed'' WHERE case_no = $1'), '23514 dcm.guarded', n.name || ' forges the permitted row')
FROM (VALUES ('aaa', 'BEFORE '), ('zzz', 'BEFORE '), ('aft', 'AFTER ')) AS n (name, timing);
SELECT is(pg_temp.meddled('case_file', 'aaa', 'BEFORE UPDATE', 'swap', 'UPDATE dcm.case_file SET state = ''closed'' WHERE case_no = $1'), '23514 dcm.changed_on_its_way', 'or puts its own in the place of the meant one');
-- a report whose row is dropped does not look for a free number for ever
SAVEPOINT s;
SELECT lives_ok(format('CREATE TRIGGER zzz BEFORE INSERT ON dcm.case_file_%s FOR EACH ROW EXECUTE FUNCTION public.meddle(''drop'')', left(no::text, 4)), 'a trigger drops new cases') FROM c;
SELECT is(t.try('SELECT t.report()'), '23514 dcm.changed_on_its_way', 'a report then fails');
ROLLBACK TO s;
SELECT is((SELECT f.state FROM dcm.case_file AS f, c WHERE f.case_no = c.no), 'checking', 'nothing of all that was done');

-- a taken number is passed over
SAVEPOINT s;
SELECT is((SELECT t.report() - setval('dcm.case_no_seq', (no % 10000000) - 1, true) FROM c) > 0, true, 'the sequence is set back');
SELECT isnt(t.report(), no, 'a taken number is passed over') FROM c;
SELECT lives_ok(format('SELECT setval(''dcm.case_no_seq'', %s, true)', (no % 10000000) - 1), 'and again') FROM c;
CREATE TEMP TABLE keyed AS SELECT t.report(client_key => 'n1') AS no;
SELECT is(t.report(client_key => 'n1'), no, 'a key goes with the number that the case got in the end') FROM keyed;
ROLLBACK TO s;

-- without the guard nothing is written
SAVEPOINT s;
SET LOCAL session_replication_role = replica;
SELECT is(t.try_act('acc', open, 'accept'), '55000 dcm.guard_off', 'replica role') FROM c;
SELECT is(t.try('SELECT t.report()'), '55000 dcm.guard_off', 'replica role, a report');
SET LOCAL session_replication_role = origin;
ROLLBACK TO s;
CREATE FUNCTION pg_temp.without(tab text, ddl text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('ALTER TABLE dcm.%I DISABLE TRIGGER %s', tab || '_' || (SELECT left(c.open::text, 4) FROM c), ddl);
	answer := t.try_act('acc', (SELECT c.open FROM c), 'request_verification');
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = answer;
EXCEPTION WHEN SQLSTATE 'ZZ999' THEN
	RETURN SQLERRM;
END $$;
SELECT is(pg_temp.without(v.tab, v.ddl), '55000 dcm.guard_off', format('%s disabled on %s', v.ddl, v.tab))
FROM (VALUES ('case_file', 'zz_dcm_guard'), ('case_log', 'zz_dcm_guard'), ('case_task', 'zz_dcm_guard'), ('case_file', 'ALL'), ('case_file', 'USER')) AS v (tab, ddl);
SELECT is(t.try('SELECT dcm.guard()'), '39P01 dcm.trigger', 'the guard is no plain function');
SAVEPOINT s;
CREATE TABLE public.trap (i int);
CREATE TRIGGER trap BEFORE INSERT ON public.trap FOR EACH ROW EXECUTE FUNCTION dcm.guard();
SELECT is(t.try('INSERT INTO public.trap VALUES (1)'), '39P01 dcm.trigger', 'nor without its arguments');
CREATE TABLE public.trap2 (i int);
CREATE TRIGGER trap AFTER INSERT ON public.trap2 FOR EACH ROW EXECUTE FUNCTION dcm.guard('case_file', '');
SELECT is(t.try('INSERT INTO public.trap2 VALUES (1)'), '39P01 dcm.trigger', 'nor after the fact');
CREATE TABLE public.trap3 (i int);
CREATE TRIGGER trap BEFORE INSERT ON public.trap3 FOR EACH ROW EXECUTE FUNCTION dcm.guard('case_file', '');
SELECT isnt(t.try('INSERT INTO public.trap3 VALUES (1)'), 'ok', 'nor on another table');
ROLLBACK TO s;

-- a city's trigger may act on another case meanwhile
SAVEPOINT s;
CREATE FUNCTION public.follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.action = 'fail_check' THEN
		PERFORM t.act('acc', (SELECT c.open FROM pg_temp.c), 'accept');
	END IF;
	RETURN NEW;
END $$;
SAVEPOINT f;
SELECT lives_ok(format('CREATE TRIGGER aft AFTER INSERT ON dcm.case_log_%s FOR EACH ROW EXECUTE FUNCTION public.follow()', left(no::text, 4)), 'after the row') FROM c;
SELECT is(t.try_act('col', no, 'fail_check', t.data('fail_check')), 'ok', 'an act within an act') FROM c;
SELECT is((SELECT string_agg(f.state, ' ' ORDER BY f.case_no) FROM dcm.case_file AS f, c WHERE f.case_no IN (c.no, c.open)), 'handling accepted', 'both are done');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'and recorded');
ROLLBACK TO f;
SELECT lives_ok(format('CREATE TRIGGER aaa BEFORE INSERT ON dcm.case_log_%s FOR EACH ROW EXECUTE FUNCTION public.follow()', left(no::text, 4)), 'before the row') FROM c;
SELECT is(t.try_act('col', no, 'fail_check', t.data('fail_check')), 'ok', 'an act within an act') FROM c;
SELECT is((SELECT string_agg(f.state, ' ' ORDER BY f.case_no) FROM dcm.case_file AS f, c WHERE f.case_no IN (c.no, c.open)), 'handling accepted', 'both are done');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'and recorded');
ROLLBACK TO s;
-- in a circle it ends
SAVEPOINT s;
CREATE FUNCTION public.circle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM t.act('acc', NEW.case_no, 'comment');
	RETURN NEW;
END $$;
SELECT lives_ok(format('CREATE TRIGGER aft AFTER INSERT ON dcm.case_log_%s FOR EACH ROW EXECUTE FUNCTION public.circle()', left(no::text, 4)), 'a circle') FROM c;
SELECT is(t.try_act('acc', open, 'comment') ~ '^(54001 dcm.nested|23505|23514)', true, 'a circle ends') FROM c;
ROLLBACK TO s;
-- a permit does not outlive an error that was caught
SELECT is(t.try_act('acc', open, 'close') || ' ' || t.try('UPDATE dcm.case_file SET state = ''closed'''), '23514 dcm.forbidden_move 23514 dcm.guarded', 'no permit is left') FROM c;

-- a transaction that only reads writes nothing, though the rows go in without a statement
SELECT is(t.try(format('SET LOCAL transaction_read_only = on; SELECT t.act(%L, %s, %L)', x.by, x.no, x.action)), '25006', x.action || ' in a transaction that only reads')
FROM c, LATERAL (VALUES ('acc', open, 'comment'), ('acc', open, 'accept'), ('col', no, 'fail_check')) AS x (by, no, action);
SELECT is(t.try($q$SET LOCAL transaction_read_only = on; SELECT dcm.become('col'), dcm.report_case('E9901', dcm.point(121.605, 31.805))$q$), '25006', 'a report in one');

DROP FUNCTION public.meddle;
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'the record is right');
SELECT * FROM finish();
ROLLBACK;
