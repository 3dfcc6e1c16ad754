-- Nothing of the caller's making runs with the owner's rights: a login of
-- dcm_app puts operators before those of pg_catalog and domains before its types,
-- each of which fails when it runs as anybody else, and takes a case along the
-- whole way.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SELECT * FROM no_plan();
CREATE ROLE dcm_mallory IN ROLE dcm_app, dcm_loader;
CREATE SCHEMA evil AUTHORIZATION dcm_mallory;
GRANT USAGE ON SCHEMA evil TO PUBLIC;
INSERT INTO dcm.component (id, category, geom)
SELECT '3206819901000001', id, dcm.point(121.605, 31.805) FROM dcm.category WHERE code = 'E9901';

SET LOCAL ROLE dcm_mallory;
CREATE FUNCTION evil.trap() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF current_user OPERATOR(pg_catalog.<>) 'dcm_mallory' THEN
		RAISE EXCEPTION 'code of the caller runs as %', current_user;
	END IF;
	RETURN true;
END $$;
DO $$
DECLARE
	o record;
	type text;
BEGIN
	FOR o IN
		SELECT op.oprname AS name, op.oprleft::regtype AS l, op.oprright::regtype AS r, op.oprresult::regtype AS result,
			pg_catalog.row_number() OVER () AS n
		FROM pg_operator AS op
		WHERE op.oprnamespace = 'pg_catalog'::regnamespace AND op.oprkind = 'b' AND op.oprname IN ('=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '||', '~~', '~', '@>', '&&', '->', '->>')
			AND ARRAY[op.oprleft, op.oprright] <@ '{text,name,int2,int4,int8,float8,bool,numeric,timestamptz,interval,date,jsonb,anyarray,anymultirange,anyelement}'::regtype[]::oid[]
	LOOP
		EXECUTE format('CREATE FUNCTION evil.f%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS
			$f$ BEGIN PERFORM evil.trap(); RETURN $1 OPERATOR(pg_catalog.%s) $2; END $f$', o.n, o.l, o.r, o.result, o.name);
		EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = evil.f%s)', o.name, o.l, o.r, o.n);
	END LOOP;
	FOREACH type IN ARRAY '{int2,int4,int8,float8,bool,name,numeric,timestamptz,interval,date,jsonb,bytea,text}'::text[] LOOP
		EXECUTE format('CREATE DOMAIN pg_temp.%I AS pg_catalog.%I CHECK (evil.trap())', type, type);
	END LOOP;
END $$;
SET LOCAL search_path = evil, pg_catalog, public;
-- what the first caller of a session makes of a function stays
SELECT dcm.setting('edition');

SELECT t.case_in('closed') AS closed, t.case_in('suspended') AS suspended, t.case_in('checking') AS checking \gset
SELECT t.step(:suspended, 'resume');
SELECT t.step(:checking, 'fail_check');
SELECT t.step(:checking, 'request_extension');
SELECT t.step(:checking, 'grant_extension');
SELECT t.act('disp', :checking, 'amend', '{"location": {"lon": 121.615, "lat": 31.805}, "category": "E9902", "condition": 1, "reason": "mistaken"}');
SELECT t.step(t.case_in('reported'), 'resolve_on_site');
SELECT dcm.become('col');
SELECT dcm.report_case('E9901', component => '3206819901000001', client_key => 'k1', crs => 'gcj02', description => 'text');
SELECT dcm.report_case('E9901', component => '3206819901000001', client_key => 'k1', crs => 'gcj02', description => 'text');
SELECT dcm.report_case('E9901', dcm.point(121.605, 31.805), crs => 'gcj02', at => '2031-01-01 00:00+08'::pg_catalog.timestamptz OPERATOR(pg_catalog.-) '20 years'::pg_catalog.interval);
SELECT dcm.become('all');
SELECT dcm.register_call('web', 'complaint', 'text', '+86 138 0000 1111', 'name', address => 'address', external_no => 'W1') AS intake \gset
SELECT dcm.register_call('web', 'complaint', 'text', '13800001111', 'name', address => 'address', external_no => 'W1');
SELECT dcm.report_intake(:intake, 'E9901', dcm.point(121.605, 31.805)) IS NOT NULL AS made;
SELECT dcm.answer_intake(:intake, 'answer', 'cg');
SELECT dcm.caller_history('13800001111') IS NOT NULL AS told, dcm.callbacks_due() IS NOT NULL AS waits;
SELECT dcm.erase('caller', 'asked', :intake);
SELECT dcm.locate(dcm.point(121.605, 31.805));
SELECT dcm.deadline(pg_catalog.now(), '4 work_hour');

RESET ROLE;
SET LOCAL search_path = public, pg_catalog, pg_temp;
SELECT is((SELECT f.state FROM dcm.case_file AS f WHERE f.case_no = :closed), 'closed'::pg_catalog.text, 'no operator, type or domain of the caller ran as the owner');

-- the same for whoever changes configuration, whose rows the log reads
SET LOCAL search_path = public;
DROP DOMAIN pg_temp.text, pg_temp.jsonb, pg_temp.bool, pg_temp.int4, pg_temp.name;
GRANT dcm_config TO dcm_mallory;
SET LOCAL ROLE dcm_mallory;
SET LOCAL search_path = evil, pg_catalog, public;
INSERT INTO dcm.region (code, name, geom) VALUES ('320681', 'x', ST_Multi(ST_MakeEnvelope(121.5, 31.7, 121.7, 31.9, 4490)));
UPDATE dcm.setting SET value = '7' WHERE name OPERATOR(pg_catalog.=) 'border_metres';
SELECT pg_catalog.current_setting('search_path') AS path, current_user AS who \gset
RESET ROLE;
SET LOCAL search_path = public;
SELECT is(:'path'::text, 'evil, pg_catalog, public'::text, 'the caller''s search path is as it was');
SELECT is(:'who'::text, 'dcm_mallory'::text, 'and so is the caller');
SELECT is((SELECT count(*) FROM dcm.config_log WHERE table_name = 'region' AND after ->> 'name' = 'x'), 1::bigint, 'the change was logged');

SELECT * FROM finish();
ROLLBACK;
