-- What every function in schema dcm must be, so that nothing planted beside it can
-- be called in its place; and who holds which database role.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();

CREATE TEMP VIEW routine AS
SELECT p.oid::regprocedure::text AS routine, p.*, l.lanname,
	EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS shipped,
	(SELECT c FROM unnest(p.proconfig) AS c WHERE c ~ '^search_path=') AS path,
	coalesce(p.proacl, acldefault('f', p.proowner)) AS acl
FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.pronamespace = 'dcm'::regnamespace;
SELECT cmp_ok((SELECT count(*) FROM routine), '>', 300::bigint, 'there is something to look at');

SELECT is_empty('SELECT routine FROM routine WHERE prosecdef AND shipped', 'none of the extension''s runs as its owner');
SELECT is_empty($$SELECT routine, path FROM routine WHERE prosecdef AND path IS DISTINCT FROM 'search_path=pg_catalog, dcm, pg_temp'$$, 'whatever runs as its owner pins its search path');
SELECT set_eq($$SELECT routine FROM routine WHERE prosecdef AND EXISTS (SELECT FROM aclexplode(acl) AS a WHERE a.grantee = 0)$$,
	'{dcm.my_grids(),dcm.my_cases(),dcm.sees_intakes()}'::text[], 'and is not open to everybody, but for what policies ask of the acting person');
-- a body that is parsed when it is made, or that pins its path, or that qualifies all it names
SELECT is_empty($$SELECT routine, path FROM routine WHERE lanname = 'plpgsql' AND path IS NOT NULL AND path !~ '^search_path=("?pg_catalog"?|"?dcm"?), '$$, 'paths begin with pg_catalog, or are those of the place where PostGIS is');
SELECT is_empty($$SELECT routine FROM routine WHERE lanname = 'sql' AND prosqlbody IS NULL AND path IS NULL$$, 'functions in SQL are parsed when they are made');
-- a session with standard_conforming_strings = off reads a backslash otherwise, at the first call, and keeps what it read
SELECT is_empty($q$SELECT routine, m[1] FROM routine, regexp_matches(regexp_replace(prosrc, $r$\mE'([^'\\]|\\.|'')*'$r$, '', 'g'), '([^\n]*\\[^\n]*)', 'g') AS m WHERE lanname = 'plpgsql'$q$, 'no body has a backslash in a string that is not E''''');
SELECT is_empty($$SELECT routine FROM routine AS r WHERE lanname = 'plpgsql' AND prosrc ~* '\mEXECUTE\M[^;]*\|\|\s*[a-z_]+\M' AND prosrc !~* 'format\(|quote_|EXECUTE \$query\$'$$, 'none puts a text into SQL without quoting it');
SELECT is_empty($$SELECT routine FROM routine WHERE prorettype = 'dcm.act_result'::regtype AND EXISTS (SELECT FROM aclexplode(acl) AS a WHERE a.grantee = 0)$$, 'what acts on a case is not everybody''s');
-- no trigger, operator class or default that could be called by who may not
SELECT set_eq($$SELECT proname::text FROM routine WHERE provolatile = 'v' AND prokind = 'f' AND prorettype <> 'trigger'::regtype AND EXISTS (SELECT FROM aclexplode(acl) AS a WHERE a.grantee = 0)$$,
	'{}'::text[], 'nothing that changes anything is everybody''s');
SELECT is_empty($$SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false)$$,
	'views show what their reader may see');

-- three are three
SELECT is_empty('SELECT * FROM dcm.check_roles() WHERE login ~ ''^test_''', 'nobody holds too much');
CREATE ROLE test_one LOGIN IN ROLE dcm_config;
CREATE ROLE test_group NOLOGIN IN ROLE dcm_audit;
CREATE ROLE test_two LOGIN IN ROLE dcm_security, test_group;
CREATE ROLE test_app LOGIN IN ROLE dcm_app, dcm_loader;
SELECT results_eq('SELECT login, problem FROM dcm.check_roles() WHERE login ~ ''^test_''', $$VALUES ('test_app', 'loader_acts'), ('test_two', 'two_of_three')$$, 'who does is told, also through another role');
ALTER ROLE dcm_bi RENAME TO test_bi;
SELECT is((SELECT detail ~ 'dcm_bi' FROM dcm.check_roles() WHERE problem = 'no_role'), true, 'a role that is gone is told');

SELECT * FROM finish();
ROLLBACK;
