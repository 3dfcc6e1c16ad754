-- What a city adds to its leaves works when an act writes its rows without a
-- statement: columns with defaults, keys, checks, triggers for rows and
-- statements, rules.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
CREATE TEMP TABLE c AS SELECT t.case_in('checking') AS no, t.case_in('filed') AS filed;
SELECT format('%s_%s', l.name, left(no::text, 4)) AS n FROM c, (VALUES ('case_file')) AS l (name) \gset file_
SELECT format('%s_%s', l.name, left(no::text, 4)) AS n FROM c, (VALUES ('case_log')) AS l (name) \gset log_
SELECT format('%s_%s', l.name, left(no::text, 4)) AS n FROM c, (VALUES ('assignment')) AS l (name) \gset work_
SELECT format('%s_%s', l.name, left(no::text, 4)) AS n FROM c, (VALUES ('case_text')) AS l (name) \gset text_
CREATE TABLE public.seen (what text, id bigint GENERATED ALWAYS AS IDENTITY);
CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen (what) VALUES (concat_ws(' ', TG_ARGV[0], TG_WHEN, TG_OP, TG_LEVEL));
	RETURN CASE WHEN TG_LEVEL = 'ROW' AND TG_WHEN = 'BEFORE' THEN NEW END;
END $$;
-- an act, and how often each thing was seen in it
CREATE FUNCTION pg_temp.seen_in(who text, no bigint, action text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	TRUNCATE public.seen;
	PERFORM t.act(who, no, action, t.data(action));
	RETURN (SELECT string_agg(s.what || ' ' || s.n, ', ' ORDER BY s.what) FROM (SELECT what, count(*) AS n FROM public.seen GROUP BY what) AS s);
END $$;

-- a column of the city's own has its default in what is new, and is left alone in what changes
ALTER TABLE dcm.case_log ADD COLUMN own_no int NOT NULL DEFAULT 42, ADD COLUMN own_note text DEFAULT 'n' || 1;
ALTER TABLE dcm.case_file ADD COLUMN own_mark text;
SELECT lives_ok('SELECT t.act(''col'', no, ''comment'') FROM c', 'an act with columns of the city''s own');
SELECT is(own_no || own_note, '42n1', 'the log has their defaults') FROM dcm.case_log AS l, c WHERE l.case_no = c.no ORDER BY log_no DESC LIMIT 1;
SET LOCAL session_replication_role = replica;
UPDATE dcm.case_file SET own_mark = 'kept' FROM c WHERE case_no = c.no;
SET LOCAL session_replication_role = origin;
SELECT lives_ok('SELECT t.act(''col'', no, ''comment'') FROM c', 'another');
SELECT is(own_mark, 'kept', 'the case has what it had') FROM dcm.case_file AS f, c WHERE f.case_no = c.no;

-- keys and checks of the city's own hold
SAVEPOINT s;
CREATE TABLE public.few (i int PRIMARY KEY);
INSERT INTO public.few VALUES (42);
ALTER TABLE dcm.:log_n ADD FOREIGN KEY (own_no) REFERENCES public.few;
SELECT is(t.try_act('col', no, 'comment'), 'ok', 'what the key names is there') FROM c;
ALTER TABLE dcm.:log_n ALTER own_no SET DEFAULT 43;
SELECT is(t.try_act('col', no, 'comment'), '23503 case_log_' || left(no::text, 4) || '_own_no_fkey', 'and here it is not') FROM c;
ROLLBACK TO s;
-- also one to the case that is not the case's own number
ALTER TABLE dcm.case_log ADD COLUMN other bigint;
ALTER TABLE dcm.:log_n ALTER other SET DEFAULT 1, ADD CONSTRAINT other_fkey FOREIGN KEY (other) REFERENCES dcm.:file_n (case_no);
SELECT is(t.try_act('col', no, 'comment'), '23503 other_fkey', 'a key of another column to the case') FROM c;
ROLLBACK TO s;
-- where a column changes, by the act or on the way by a trigger of the city's
CREATE TABLE public.few_degrees (degree text PRIMARY KEY);
INSERT INTO public.few_degrees VALUES ('normal');
ALTER TABLE dcm.:file_n ADD CONSTRAINT degree_fkey FOREIGN KEY (severity) REFERENCES public.few_degrees;
SELECT is(t.try_act('disp', filed, 'comment'), 'ok', 'what does not change is as it was') FROM c;
SELECT is(t.try_act('disp', filed, 'amend', '{"severity": "major", "reason": "x"}'), '23503 degree_fkey', 'what changes is looked up') FROM c;
ROLLBACK TO s;
CREATE TABLE public.few (i int PRIMARY KEY);
ALTER TABLE dcm.case_file ADD COLUMN own_ref int;
ALTER TABLE dcm.:file_n ADD CONSTRAINT ref_fkey FOREIGN KEY (own_ref) REFERENCES public.few;
CREATE FUNCTION public.refer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.own_ref := 1; RETURN NEW; END $$;
CREATE TRIGGER own BEFORE UPDATE ON dcm.:file_n FOR EACH ROW EXECUTE FUNCTION public.refer();
SELECT is(t.try_act('disp', filed, 'comment'), '23503 ref_fkey', 'a column of the city''s own that its trigger sets') FROM c;
ROLLBACK TO s;
ALTER TABLE dcm.:file_n ADD CONSTRAINT few CHECK (log_no < 3) NOT VALID;
SELECT is(t.try_act('disp', filed, 'comment'), '23514 few', 'a check of the case') FROM c;
ROLLBACK TO s;
CREATE UNIQUE INDEX few ON dcm.:log_n ((CASE WHEN own_no = 43 THEN 1 END));
ALTER TABLE dcm.:log_n ALTER own_no SET DEFAULT 43;
SELECT is(t.try_act('col', no, 'comment'), 'ok', 'a unique index') FROM c;
SELECT is(t.try_act('col', no, 'comment'), '23505 few', 'and the second') FROM c;
ROLLBACK TO s;

CREATE DOMAIN public.told AS int CHECK (VALUE IS NOT NULL);
ALTER TABLE dcm.case_log ADD COLUMN own_told public.told DEFAULT 1;
ALTER TABLE dcm.:log_n ALTER own_told DROP DEFAULT;
SELECT is(t.try_act('col', no, 'comment'), '23514 told_check', 'a domain that wants a value') FROM c;
ROLLBACK TO s;

-- triggers for rows: before and after, with a condition, on the columns that are written
CREATE TRIGGER own_b BEFORE UPDATE OF state ON dcm.:file_n FOR EACH ROW WHEN (old.state <> new.state) EXECUTE FUNCTION public.see('file');
CREATE TRIGGER own_c BEFORE UPDATE OF own_mark ON dcm.:file_n FOR EACH ROW EXECUTE FUNCTION public.see('own column');
CREATE TRIGGER own_a AFTER INSERT ON dcm.:log_n FOR EACH ROW EXECUTE FUNCTION public.see('log');
CREATE CONSTRAINT TRIGGER own_d AFTER INSERT ON dcm.:text_n DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.see('text');
SELECT is(pg_temp.seen_in('col', no, 'comment'), 'log AFTER INSERT ROW 1', 'nothing moves') FROM c;
SELECT is(pg_temp.seen_in('col', no, 'pass_check'), 'file BEFORE UPDATE ROW 1, log AFTER INSERT ROW 1', 'a move') FROM c;
TRUNCATE public.seen;
SELECT lives_ok('SELECT dcm.become(''disp''), dcm.act(filed, ''comment'', ''a word'') FROM c', 'a deferred one');
SELECT is((SELECT string_agg(what, ', ') FROM public.seen), 'log AFTER INSERT ROW', 'waits');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is((SELECT string_agg(what, ', ' ORDER BY id) FROM public.seen), 'log AFTER INSERT ROW, text AFTER INSERT ROW', 'and comes');
ROLLBACK TO s;

-- triggers of a statement and rules are the executor's, which then writes the row
CREATE TRIGGER own_a AFTER INSERT ON dcm.:log_n FOR EACH STATEMENT EXECUTE FUNCTION public.see('log');
CREATE TRIGGER own_b BEFORE UPDATE ON dcm.:file_n FOR EACH STATEMENT EXECUTE FUNCTION public.see('file');
SELECT is(pg_temp.seen_in('col', no, 'comment'), 'file BEFORE UPDATE STATEMENT 1, log AFTER INSERT STATEMENT 1', 'of a statement') FROM c;
ROLLBACK TO s;
CREATE RULE own AS ON INSERT TO dcm.:log_n DO ALSO INSERT INTO public.seen (what) VALUES ('rule');
SELECT is(pg_temp.seen_in('col', no, 'comment'), 'rule 1', 'a rule') FROM c;
ROLLBACK TO s;
ALTER TABLE dcm.assignment ADD COLUMN twice int GENERATED ALWAYS AS (work_no * 2) STORED;
SELECT is(t.try_act('disp', filed, 'dispatch', t.data('dispatch')), 'ok', 'a generated column') FROM c;
SELECT is((to_jsonb(a) ->> 'twice')::int, 2, 'is reckoned') FROM dcm.:work_n AS a, c WHERE a.case_no = c.filed;
ROLLBACK TO s;
SELECT current_setting('server_version_num')::int >= 180000 AS has_virtual \gset
\if :has_virtual
ALTER TABLE dcm.assignment ADD COLUMN thrice int GENERATED ALWAYS AS (work_no * 3) VIRTUAL;
SELECT is(t.try_act('disp', filed, 'dispatch', t.data('dispatch')), 'ok', 'a virtual column') FROM c;
SELECT is((to_jsonb(a) ->> 'thrice')::int, 3, 'is reckoned') FROM dcm.:work_n AS a, c WHERE a.case_no = c.filed;
ROLLBACK TO s;
\endif
SELECT is((SELECT count(*) FROM dcm.verify_all()), 0::bigint, 'and the record is what it was');

SELECT * FROM finish();
ROLLBACK;
