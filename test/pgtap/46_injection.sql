-- No text that is given becomes a statement: every function that dcm has, with
-- hostile texts in each of its arguments in turn.  The functions are those of the
-- catalog, so that none is forgotten, and all of it is done as the owner, whom
-- nothing is denied and who comes farthest.  A call gives a plain result, or an
-- error that says what is wrong with the text: never one of syntax, nor of a name
-- that is only part of the text, which is what a text gives that has become a
-- statement; and never an internal one.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = error;
SELECT * FROM no_plan();

-- whoever calls this has been let in by a text
CREATE FUNCTION public.hit() RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'ZZ777', MESSAGE = 'a text was run';
END $$;
CREATE TABLE public.canary AS SELECT 1 AS alive;
CREATE TEMP TABLE hostile (say, first) AS VALUES
	($x$'; DROP TABLE public.canary; SELECT public.hit(); --$x$, true), ($x$' || public.hit() || '$x$, true), ($x$"; SELECT public.hit(); --$x$, true), ($x$x" FROM public.hit() --$x$, false),
	($x$$$ || public.hit() || $$$x$, false), ($x$\'; SELECT public.hit(); --$x$, true), ($x$x; DROP TABLE public.canary; SELECT public.hit(); --$x$, true),
	($x$x, public.hit()$x$, false), ($x$x) UNION SELECT public.hit() --$x$, false), ($x$%s%I%L%1$s%n$x$, false), ($x$(((a+)+)+$[\$x$, false), ($x${"x": [,{"y"$x$, false), ($x${"x": "\u0000"}$x$, false),
	(E'\u202Eneerg\u202C \u200D\uFEFF\u0301\U0001F6B1', true), (E'\t\r\n\b\x01\x7f', false), (repeat('长', 100000), true), (repeat('[', 20000), false), ('', true), ('1e400', false), ('-9223372036854775809', false), ('2026-02-31 25:61', false);

-- a case that is where the action may be done, asked for where something must be asked
CREATE FUNCTION pg_temp.case_for(action text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint;
BEGIN
	IF action = 'rule_liability' THEN
		no := t.case_in('filed');
		PERFORM t.act('disp', no, 'dispatch', '{"org": "cg", "disputed": true}');
		RETURN no;
	END IF;
	no := t.case_in(CASE WHEN action IN ('judge_return', 'sign') THEN 'dispatched' ELSE (
		SELECT r.state FROM dcm.transition AS r
		WHERE r.action = case_for.action AND r.state IS NOT NULL AND r.valid @> now()
		ORDER BY r.state = 'handling' DESC, r.state = 'dispatched' DESC, r.state LIMIT 1) END);
	IF action ~ '^(grant|deny|endorse)_.*ension$' THEN
		PERFORM t.step(no, 'request_' || split_part(action, '_', 2));
	ELSIF action IN ('judge_return', 'relieve', 'reply_notice', 'decide_appeal') THEN
		PERFORM t.step(no, CASE action WHEN 'judge_return' THEN 'return' WHEN 'relieve' THEN 'guard' WHEN 'reply_notice' THEN 'issue_notice' ELSE 'appeal' END);
	END IF;
	IF action = 'relieve' THEN
		PERFORM t.step(no, 'arrive');
	END IF;
	RETURN no;
END $$;
-- and the person who may do it
CREATE TEMP TABLE way AS
SELECT a.code AS action, a.function, pg_temp.case_for(a.code) AS no,
	coalesce((SELECT h.person FROM dcm.transition AS r CROSS JOIN unnest(r.roles) WITH ORDINALITY AS x (role, n)
			JOIN (VALUES ('collector', 'col'), ('acceptor', 'acc'), ('shift_leader', 'lead'), ('dispatcher', 'disp'), ('liaison', 'lia'), ('handler', 'han')) AS h (role, person) USING (role)
		WHERE r.action = a.code AND r.valid @> now() ORDER BY x.n, h.person LIMIT 1), 'all') AS person
FROM dcm.action AS a WHERE a.code <> 'report';
CREATE TEMP TABLE another AS SELECT t.case_in('reported') AS no;
SELECT dcm.become('acc');
CREATE TEMP TABLE known AS SELECT w.no, a.no AS another, dcm.register_call('web', 'complaint', 'told', '13800001111') AS intake
FROM way AS w, another AS a WHERE w.action = 'comment';

-- what a function is given where it is not the text's turn: what its action needs, else what makes sense by its name
CREATE FUNCTION pg_temp.plain(name text, type text, routine text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce((SELECT quote_literal(t.data(w.action) ->> plain.name) FROM way AS w WHERE plain.routine ~ ('^' || replace(w.function, '.', '\.') || '\(') AND type <> 'bigint'),
		(SELECT quote_literal(v.value) FROM (VALUES ('changes', '{"address": "by the bridge", "reason": "mistaken"}'), ('options', '{"edition": "2013", "crs": "wgs84"}'), ('batch', '[]')) AS v (name, value) WHERE v.name = plain.name),
		CASE
		WHEN type = 'text' THEN coalesce((SELECT quote_literal(v.value) FROM (VALUES ('person', 'all'), ('from_person', 'all'), ('to_person', 'other'), ('category', 'E9901'), ('org', 'cg'), ('source', 'web'),
			('kind', CASE WHEN routine ~ 'register_call|intake' THEN 'report' WHEN routine ~ 'sample' THEN 'verify' WHEN routine ~ 'component' THEN 'change' ELSE 'event' END),
			('text', 'told'), ('action', 'accept'), ('calendar', 'default'), ('edition', '2013'), ('crs', 'wgs84'), ('config_table', 'setting'), ('list', 'orgs'), ('power', 'supervision'),
			('principle', 'territory'), ('reason', 'asked'), ('what', 'caller'), ('scope', 'transaction'), ('post', 'all_acceptor'), ('major', '99'), ('minor', '01'), ('time_zone', 'Asia/Shanghai'),
			('columns', 'code text'), ('keys', 'code'), ('key_column', 'code'), ('satisfaction', 'satisfied'), ('after', 'u3'), ('photo', 'u4'), ('before', 'u1'), ('name', 'edition'), ('roles_setting', 'intake_roles'),
			('preset', 'cn_reasons'), ('step', 'accept'), ('setting', 'edition'), ('mode', 'one_two'), ('job', 'escalate'), ('by', 'org'), ('version', '0.2.0'), ('script', 'SELECT 1')) AS v (name, value) WHERE v.name = plain.name), '''x''')
		WHEN type = 'text[]' THEN '''{}'''
		WHEN type = 'jsonb' THEN CASE name WHEN 'attachments' THEN '''[]''' ELSE '''{}''' END
		WHEN type = 'name' THEN 'current_user'
		WHEN type = 'regclass' THEN '''dcm.transition'''
		WHEN type = 'regtype' THEN '''int'''
		WHEN type = 'bigint' AND name = 'case_no' THEN coalesce((SELECT w.no FROM way AS w WHERE plain.routine ~ ('^' || replace(w.function, '.', '\.') || '\(')), (SELECT k.no FROM known AS k))::text
		WHEN type = 'bigint' AND name = 'into_case' THEN (SELECT k.another::text FROM known AS k)
		WHEN type = 'bigint' AND name = 'intake' THEN (SELECT k.intake::text FROM known AS k)
		WHEN name = 'expect' THEN 'NULL'
		WHEN type IN ('bigint', 'integer', 'smallint', 'numeric', 'double precision', 'real') THEN '1'
		WHEN type = 'integer[]' THEN '''{}'''
		WHEN type = 'boolean' THEN 'true'
		WHEN type = 'timestamp with time zone' THEN CASE name WHEN 'since' THEN '''2026-01-01 00:00+08''' WHEN 'till' THEN '''2026-02-01 00:00+08''' WHEN 'until' THEN '''2099-01-01 00:00+08''' WHEN 'due' THEN '''2099-01-01 00:00+08''' WHEN 'at' THEN 'NULL' ELSE 'clock_timestamp()' END
		WHEN type = 'date' THEN 'current_date'
		WHEN type = 'daterange' THEN '''[2026-01-01,2026-12-31)'''
		WHEN type = 'interval' THEN '''1 hour'''
		WHEN type = 'bytea' THEN '''\x00'''
		WHEN type ~ 'time_limit$' THEN '''4 work_hour'''
		WHEN type ~ 'area_code$' THEN '''320681'''
		WHEN type ~ 'grid_code$' THEN '''320681100001001'''
		WHEN type ~ 'component_id$' THEN '''3206819901000001'''
		WHEN type ~ 'geometry$' THEN 'dcm.point(121.605, 31.805)'
		ELSE 'NULL' END) $$;
CREATE TEMP TABLE routine AS
SELECT p.oid::regprocedure::text AS routine, p.oid, p.prokind, format('dcm.%I', p.proname) AS name, p.pronargs - p.pronargdefaults AS needed, a.names, a.types, p.provariadic <> 0 AS variadic,
	(SELECT w.person FROM way AS w WHERE w.function = 'dcm.' || p.proname AND p.proname <> 'act') AS person
FROM pg_proc AS p CROSS JOIN LATERAL (
	SELECT array_agg(coalesce(p.proargnames[x.n], '') ORDER BY x.n) AS names, array_agg(format_type(x.type, NULL) ORDER BY x.n) AS types
	FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS x (type, n)
	WHERE coalesce(p.proargmodes[x.n], 'i') IN ('i', 'v')) AS a
WHERE p.pronamespace = 'dcm'::regnamespace AND p.prokind IN ('f', 'p') AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
	AND NOT a.types && '{internal,cstring}' AND a.types && '{text,text[],name,jsonb}';

-- a call with that text as its n-th argument; optional ones are left out
CREATE FUNCTION pg_temp.call(r routine, n int, said text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	args text[] := '{}';
	given text;
BEGIN
	FOR i IN 1 .. cardinality(r.types) LOOP
		CONTINUE WHEN i > r.needed AND i IS DISTINCT FROM n;
		given := CASE WHEN i IS DISTINCT FROM n THEN pg_temp.plain(r.names[i], r.types[i], r.routine)
			WHEN r.types[i] = 'text[]' THEN format('ARRAY[%L, %1$L]', said)
			ELSE quote_literal(said) END;
		args := args || (CASE WHEN r.variadic AND i = cardinality(r.types) THEN 'VARIADIC ' WHEN r.variadic OR r.needed = cardinality(r.types) OR r.names[i] = '' THEN ''
			ELSE format('%I => ', r.names[i]) END || given || '::' || r.types[i]);
	END LOOP;
	RETURN format(CASE WHEN r.prokind = 'p' THEN 'CALL %s(%s)' ELSE 'SELECT * FROM %s(%s)' END, r.name, array_to_string(args, ', '));
END $$;
-- how much of the catalog this transaction has written; temporary tables of imports are let be
CREATE FUNCTION pg_temp.catalog() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(pg_stat_get_xact_tuples_inserted(c) + pg_stat_get_xact_tuples_updated(c) + pg_stat_get_xact_tuples_deleted(c))
	FROM unnest('{pg_proc,pg_authid,pg_auth_members,pg_policy,pg_trigger,pg_namespace,pg_cast,pg_operator,pg_rewrite}'::regclass[]) AS c $$;
-- how it ended, after which all is as it was
CREATE TYPE pg_temp.ending AS (answer text, message text);
CREATE FUNCTION pg_temp.ended(by text, statement text) RETURNS ending LANGUAGE plpgsql AS $$
DECLARE
	name text;
	there bigint;
BEGIN
	PERFORM dcm.become(by);
	there := pg_temp.catalog();
	EXECUTE statement;
	IF to_regclass('public.canary') IS NULL OR pg_temp.catalog() <> there THEN
		RETURN ('the catalog is another', statement);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
	RETURN (CASE SQLSTATE WHEN 'ZZ999' THEN 'ok' ELSE trim(SQLSTATE || ' ' || name) END, SQLERRM);
END $$;
-- An ending that is right: no error; one that dcm names; or one of core's about a
-- value that is wrong (22), a row that is not allowed (23), a right that is missing.
-- A name that is not there must be the text, the whole of it.
CREATE FUNCTION pg_temp.is_right(e ending, said text) RETURNS boolean LANGUAGE sql AS $$
	SELECT e.answer = 'ok' OR e.answer ~ '^[0-9A-Z]{5} dcm\.' OR e.answer ~ '^(22|23)... ?' OR e.answer = '42501'
		-- what takes part in an import before one was begun; rules are kept in versions already
		OR e.answer = '42P01' AND e.message ~ '^relation "pg_temp.judged_[a-z_]+" does not exist$' OR e.answer = '42710' AND e.message ~ 'trigger "keep_version"'
		OR (e.answer ~ '^(42P01|42704|42602)' AND strpos(e.message, left(said, 15)) > 0) OR (e.answer ~ '^(42P01|42602)' AND said ~ '^(|\W*)$') $$;

-- What takes SQL by its nature, from functions of the extension and from nobody else: the caller's own
-- rights are all it has, and those who have to do with cases may not call it.
CREATE TEMP TABLE takes_sql (routine, args) AS VALUES
	('dcm.run_city_script(text,text)', '{script,srid}'::text[]), ('dcm.import_bulk_end(text[])', '{again}'), ('dcm.import_open(text,text)', '{columns}'),
	('dcm.import_duplicates(text,text,text,text)', '{keys,only_where}'), ('dcm.import_list(text,text,jsonb,text,text,jsonb,boolean)', '{columns,keys}');
SELECT is((SELECT count(*)::int FROM takes_sql AS s JOIN routine AS r USING (routine) WHERE s.args <@ r.names), 5, 'what takes SQL is there');
SELECT is_empty($$SELECT s.routine FROM takes_sql AS s JOIN routine AS r USING (routine) JOIN pg_proc AS p ON p.oid = r.oid WHERE p.prosecdef$$, 'and runs as its caller');
SELECT is_empty($$SELECT s.routine, x.role FROM takes_sql AS s JOIN routine AS r USING (routine) CROSS JOIN unnest('{dcm_app,dcm_loader,dcm_audit,dcm_bi,dcm_job,dcm_exchange}'::text[]) AS x (role)
	WHERE has_function_privilege(x.role, r.oid, 'EXECUTE')$$, 'not for those who act on cases');

-- the way to each action is open, else its texts would not come far
SELECT is((pg_temp.ended(r.person, pg_temp.call(r, NULL, NULL))).answer, 'ok', 'with plain texts: ' || pg_temp.call(r, NULL, NULL))
FROM routine AS r WHERE r.person IS NOT NULL ORDER BY r.routine;

-- every text in every argument of every function
CREATE TEMP TABLE outcome AS
SELECT r.routine, r.names[n] AS arg, r.types[n] AS type, h.say, pg_temp.ended(coalesce(r.person, 'all'), pg_temp.call(r, n, h.say)) AS e
FROM routine AS r CROSS JOIN LATERAL generate_series(1, cardinality(r.types)) AS n CROSS JOIN hostile AS h
WHERE r.types[n] IN ('text', 'text[]', 'name')
	-- the many functions of actions hand them on to dcm.act, whose keys come below
	AND (h.first OR r.person IS NULL) AND NOT EXISTS (SELECT FROM takes_sql AS s WHERE s.routine = r.routine AND r.names[n] = ANY (s.args));
SELECT cmp_ok((SELECT count(DISTINCT (routine, arg)) FROM outcome)::int, '>', 300, 'arguments that are texts');
SELECT is((SELECT string_agg(DISTINCT format('%s in %s of %s: %s %s', left(say, 30), arg, routine, (e).answer, left((e).message, 80)), E'\n') FROM outcome WHERE NOT pg_temp.is_right(e, say)), NULL, 'none became a statement');
SELECT is((SELECT string_agg(routine, ' ') FROM routine AS r WHERE r.person IS NOT NULL AND NOT EXISTS (SELECT FROM outcome AS o WHERE o.routine = r.routine AND o.arg = 'note' AND (o.e).answer = 'ok')), NULL, 'a note says what it likes');

-- every text as a JSON value: alone, in a list, in an object, and as a key
CREATE TEMP TABLE json_outcome AS
SELECT r.routine, r.names[n] AS arg, h.say, v.value, pg_temp.ended(coalesce(r.person, 'all'), pg_temp.call(r, n, v.value::text)) AS e
FROM routine AS r CROSS JOIN LATERAL generate_series(1, cardinality(r.types)) AS n CROSS JOIN hostile AS h
	CROSS JOIN LATERAL unnest(ARRAY[to_jsonb(h.say), jsonb_build_array(jsonb_build_object('action', h.say), h.say), jsonb_build_object(left(h.say, 100), h.say), jsonb_build_object('edition', h.say, 'crs', h.say, 'action', h.say)]) AS v (value)
WHERE r.types[n] = 'jsonb' AND h.first;
SELECT is((SELECT string_agg(DISTINCT format('%s in %s of %s: %s %s', left(value::text, 40), arg, routine, (e).answer, left((e).message, 80)), E'\n') FROM json_outcome WHERE NOT pg_temp.is_right(e, say)), NULL, 'nor as JSON');

-- what an act carries, key by key, also as a number, a list and an object
CREATE TEMP TABLE key_outcome AS
SELECT k.action, k.key, k.type, v.value, pg_temp.ended(w.person, format('SELECT dcm.act(%s, %L, data => %L)', w.no, k.action, coalesce(t.data(k.action), '{}') || jsonb_build_object(k.key, v.value))) AS e, h.say
FROM dcm.action_key AS k JOIN way AS w USING (action) CROSS JOIN hostile AS h
	CROSS JOIN LATERAL (
		SELECT to_jsonb(h.say)
		UNION ALL SELECT x.value FROM unnest(ARRAY[jsonb_build_array(h.say), jsonb_build_object('uri', h.say, 'taken_at', h.say, 'sha256', h.say)]) AS x (value) WHERE h.say ~ '^''; DROP|^$'
		UNION ALL SELECT x.value::jsonb FROM unnest('{1e400,-1e-400,null}'::text[]) AS x (value) WHERE h.say = '') AS v (value);
SELECT cmp_ok((SELECT count(DISTINCT (action, key)) FROM key_outcome)::int, '>', 60, 'keys of acts');
SELECT is((SELECT string_agg(DISTINCT format('%s: %s in %s: %s %s', action, left(value::text, 40), key, (e).answer, left((e).message, 80)), E'\n') FROM key_outcome WHERE NOT pg_temp.is_right(e, say)), NULL, 'nor by what an act carries');
-- a free text is kept as it was told, to the letter
SELECT is((SELECT string_agg(k.action || '.' || k.key, ' ') FROM (SELECT DISTINCT action, key FROM key_outcome WHERE type = 'free_text') AS k
	WHERE NOT EXISTS (SELECT FROM key_outcome AS o WHERE (o.action, o.key) = (k.action, k.key) AND (o.e).answer = 'ok' AND jsonb_typeof(o.value) = 'string')), NULL, 'free texts say what they like');
CREATE TEMP TABLE told AS SELECT h.say, (dcm.act(a.no, 'comment', h.say)).log_no FROM hostile AS h, another AS a WHERE h.say <> '';
SELECT is((SELECT string_agg(left(k.say, 30), E'\n') FROM told AS k LEFT JOIN dcm.case_text AS x ON (x.case_no, x.log_no, x.field) = ((SELECT no FROM another), k.log_no, 'note') WHERE x.value IS DISTINCT FROM k.say), NULL, 'and are kept as they were told');

-- a list of nothing else, in every column of every list: bad lines, and no error
CREATE FUNCTION pg_temp.imported(list text) RETURNS ending LANGUAGE plpgsql AS $$
DECLARE
	line text;
	result dcm.import_result;
BEGIN
	FOR line IN SELECT h.say FROM pg_temp.hostile AS h LOOP
		EXECUTE (SELECT format('INSERT INTO dcm.%I (%s) VALUES (%s)', 'stage_' || list, string_agg(quote_ident(a.attname), ', '), string_agg('$1', ', '))
			FROM pg_attribute AS a WHERE a.attrelid = format('dcm.%I', 'stage_' || list)::regclass AND a.attnum > 0 AND a.attname <> 'line' AND NOT a.attisdropped) USING line;
	END LOOP;
	EXECUTE format('SELECT i.* FROM dcm.%I() AS i', 'import_' || list) INTO result;
	IF result.added + result.changed > 0 OR result.bad < result.lines OR to_regclass('public.canary') IS NULL THEN
		RETURN ('taken'::text, result::text);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999';
EXCEPTION WHEN OTHERS THEN
	RETURN (CASE SQLSTATE WHEN 'ZZ999' THEN 'ok' ELSE SQLSTATE END, SQLERRM);
END $$;
SELECT is(pg_temp.imported(l.list)::text, '(ok,ZZ999)', 'a list of hostile lines: ' || l.list)
FROM (SELECT substr(c.relname, 7) AS list FROM pg_class AS c WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^stage_' ORDER BY 1) AS l;

-- what JSON cannot hold does not come in
SELECT is(t.try(format('SELECT dcm.act_batch(%L)', j)), a, j) FROM (VALUES ('["\u0000"]', '22P05'), ('["\ud800"]', '22P02'), ('[{"action": "x\u0000"}]', '22P05')) AS v (j, a);
SELECT is((SELECT alive FROM public.canary), 1, 'nothing has gone');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and the record is right');
DROP FUNCTION public.hit;
SELECT * FROM finish();
ROLLBACK;
