-- plpgsql_check over every PL/pgSQL function of the extension and the city, trigger
-- functions with each table that calls them: no error, and no warning but those
-- that are named here with their reason.  Skipped where plpgsql_check is not
-- installed.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
SELECT NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'plpgsql_check') AS absent \gset
\if :absent
SELECT skip('plpgsql_check is not installed', 1);
\else
CREATE SCHEMA plpgsql_check;
CREATE EXTENSION plpgsql_check SCHEMA plpgsql_check;

-- Imports work in temporary tables that they make themselves.  An event trigger
-- notes what these are like, while each import runs and each of its parts runs
-- once more alone; then all of them are there for the check.
CREATE TABLE pg_temp.made (name text, num int, columns text, PRIMARY KEY (name, num));
CREATE FUNCTION pg_temp.note_table() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
	INSERT INTO pg_temp.made
	SELECT c.relname, a.attnum, format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
	FROM pg_event_trigger_ddl_commands() AS d
		JOIN pg_class AS c ON c.oid = d.objid
		JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE d.classid = 'pg_class'::regclass AND c.relpersistence = 't' AND c.relname ~ '^judged_'
	ON CONFLICT DO NOTHING;
END $$;
CREATE FUNCTION pg_temp.make_tables() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	made record;
BEGIN
	FOR made IN SELECT m.name, string_agg(m.columns, ', ' ORDER BY m.num) AS columns FROM pg_temp.made AS m
		WHERE to_regclass('pg_temp.' || m.name) IS NULL GROUP BY m.name LOOP
		EXECUTE format('CREATE TEMP TABLE %I (%s)', made.name, made.columns);
	END LOOP;
END $$;
CREATE EVENT TRIGGER note_table ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS') EXECUTE FUNCTION pg_temp.note_table();
DO $$
DECLARE
	part record;
BEGIN
	FOR part IN SELECT p.proname FROM pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace AND p.proname ~ '^import_' AND p.pronargs = p.pronargdefaults LOOP
		EXECUTE format('SELECT dcm.%I()', part.proname);
	END LOOP;
	PERFORM pg_temp.make_tables();
	FOR part IN SELECT p.proname, r.options
		FROM dcm.import_run AS r JOIN pg_proc AS p ON p.pronamespace = 'dcm'::regnamespace AND p.proname IN ('judge_' || r.list, 'settle_' || r.list, 'store_' || r.list)
		ORDER BY r.id, p.proname LOOP
		EXECUTE format('SELECT * FROM dcm.%I(%s%L)', part.proname, CASE WHEN part.proname ~ '^judge_' THEN '''(0,0)'', ''(0,1)'', ' END, part.options);
	END LOOP;
END $$;
DROP EVENT TRIGGER note_table;
SELECT pg_temp.make_tables();
-- this one is made of rows that an empty import has not
CREATE TEMP TABLE judged_squares AS SELECT g.*, 0::float8 AS col, 0::float8 AS row FROM pg_temp.judged_shape AS g;
SELECT cmp_ok((SELECT count(DISTINCT name) FROM pg_temp.made), '>', 15::bigint, 'the tables of imports are there');

CREATE TEMP TABLE checked AS
SELECT p.oid, p.oid::regprocedure::text AS routine, p.prosecdef, p.prorettype = 'trigger'::regtype AS is_trigger, g.tgrelid::regclass AS for_table, g.tgoldtable, g.tgnewtable
FROM pg_proc AS p
	JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
	LEFT JOIN LATERAL (
		-- of the triggers of one table the one that knows the most
		SELECT DISTINCT ON (t.tgrelid) t.tgrelid, t.tgoldtable, t.tgnewtable FROM pg_trigger AS t WHERE t.tgfoid = p.oid
		ORDER BY t.tgrelid, num_nonnulls(t.tgoldtable, t.tgnewtable) DESC) AS g ON true
WHERE p.pronamespace = 'dcm'::regnamespace;
SELECT cmp_ok((SELECT count(DISTINCT oid) FROM checked), '>', 200::bigint, 'there is something to look at');
SELECT is_empty('SELECT routine FROM checked WHERE is_trigger AND for_table IS NULL', 'every trigger function is some trigger''s');

CREATE TEMP TABLE finding AS
SELECT c.routine, c.for_table, c.prosecdef OR c.is_trigger AS lends_rights, f.lineno, f.statement, f.level, f.sqlstate, f.message, f.detail
FROM checked AS c
	CROSS JOIN LATERAL plpgsql_check.plpgsql_check_function_tb(c.oid, coalesce(c.for_table, 0::regclass), fatal_errors => false, other_warnings => true, extra_warnings => true,
		performance_warnings => false, security_warnings => true, oldtable => c.tgoldtable, newtable => c.tgnewtable) AS f
WHERE NOT c.is_trigger OR c.for_table IS NOT NULL;

-- A finding is let be where all that is given of these is so.
CREATE TEMP TABLE allowed (routine text, level text, sqlstate text, message text, reason text);
INSERT INTO allowed VALUES
	(NULL, 'warning', '42804', 'target type is different type than source type', 'a literal or a text is read by the input function of a type that judges it, once a call'),
	('^dcm\.(judge|settle|store)_\w+\((tid,tid,)?jsonb\)$', 'warning extra', NULL, 'unused parameter "(options|first|last)"', 'the parts of an import are called alike, whatever they need'),
	('^dcm\.store_\w+\(jsonb\)$', 'warning extra', NULL, 'unmodified OUT variable "unchanged"', 'NULL is its value: import_list() reckons it'),
	('^dcm\.preset_diff', 'warning extra', NULL, 'OUT variable "\w+" is maybe unmodified', 'RETURN QUERY EXECUTE gives them'),
	('^dcm\.lattice', 'warning extra', NULL, 'unmodified OUT variable "(line|col)"', 'RETURN QUERY gives them'),
	('^dcm\.lattice', 'warning', NULL, 'parameter "(line|col)" is shadowed', 'of newer versions: the loop''s variables are the columns that it gives'),
	('^dcm\.reconcile', 'warning', NULL, 'parameter "found" is shadowed', 'of newer versions: it is a column, and FOUND is not asked for'),
	('^dcm\.settle_orgs', 'error', '42703', 'column j\.\{parent,successor\} does not exist', 'of newer versions: the name is of a list that they take for a constant'),
	('^dcm\.(schedule_jobs|job_status)\(', 'error', '(42P01|3F000)', '"cron(\.job)?" does not exist', 'asked only where pg_cron is, which one database of a cluster can have'),
	('^dcm\.keep_(version|component)\(\)$', 'security', NULL, 'text type variable is not sanitized', 'the names of the trigger''s own table and columns');
SELECT is_empty($$
	SELECT f.* FROM finding AS f
	WHERE (f.level <> 'security' OR f.lends_rights) -- with the caller's rights nobody gets more than what he has
		AND NOT EXISTS (SELECT FROM allowed AS a WHERE (a.routine IS NULL OR f.routine ~ a.routine) AND f.level = a.level
			AND f.sqlstate ~ coalesce(a.sqlstate, '') AND f.message ~ a.message)$$, 'nothing is found but what is known');
SELECT is_empty($$
	SELECT a.* FROM allowed AS a
	WHERE NOT EXISTS (SELECT FROM finding AS f WHERE (a.routine IS NULL OR f.routine ~ a.routine) AND f.level = a.level
		AND f.sqlstate ~ coalesce(a.sqlstate, '') AND f.message ~ a.message)
		AND a.reason !~ '^of newer versions' AND NOT (a.routine ~ 'schedule_jobs' AND to_regclass('cron.job') IS NOT NULL)$$, 'and what is known is found');
\endif
SELECT * FROM finish();
ROLLBACK;
