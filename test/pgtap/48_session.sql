-- A session's own settings change nothing: neither what is read, worked out, hashed
-- and kept, nor what is hidden.  This session sets each that an application may set
-- and that changes how texts are read or written, before dcm is used in it at all,
-- since functions are read at their first use.  What it does is compared with what a
-- session of plain settings finds afterwards.
\set ON_ERROR_STOP 1
\set QUIET 1
\pset format unaligned
\pset tuples_only on
-- in a database of its own, since one session is to find what another has committed
SELECT current_database() AS home \gset
\c postgres
CREATE DATABASE test_session TEMPLATE :home;
\c test_session
CREATE TABLE public.seen (what text, value text);
SET escape_string_warning = off;
SET standard_conforming_strings = off;
SET backslash_quote = on;
SET array_nulls = off;
SET transform_null_equals = on;
SET quote_all_identifiers = on;
SET timezone = 'America/St_Johns';
SET datestyle = 'German, MDY';
SET intervalstyle = 'sql_standard';
SET bytea_output = 'escape';
SET extra_float_digits = -15;
SET xmloption = content;
SET default_text_search_config = 'pg_catalog.german';
SET search_path = '';
SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_hashjoin = off;
SET plan_cache_mode = force_generic_plan;
SET plpgsql.check_asserts = off;
SET check_function_bodies = off;
SET row_security = on;
SET statement_timeout = 0;
SET client_min_messages = error;
BEGIN;
-- a call whose number is written in two ways, and its case all the way
SELECT dcm.become('acc', scope => 'session') \g /dev/null
SELECT dcm.register_call('web', 'complaint', 'A drain. Zhang Li, 138 0000-1111 or 13800001111', '13800001111', 'Zhang Li') AS intake \gset
SELECT case_no AS told FROM dcm.report_intake(:intake, 'E9901', dcm.point(121.605, 31.805)) \gset
SELECT t.case_in('closed') AS closed \gset
SELECT t.case_in('suspended') AS suspended \gset
INSERT INTO public.seen SELECT 'description', x.value FROM dcm.case_text AS x WHERE x.case_no = :told AND x.field = 'description';
-- times: told, and worked out
CREATE ROLE test_session_loader;
GRANT dcm_loader TO test_session_loader;
SET LOCAL ROLE test_session_loader;
SELECT t.filed() AS filed \gset
RESET ROLE;
INSERT INTO public.seen SELECT 'due', extract(epoch FROM f.due)::pg_catalog.text FROM dcm.case_file AS f WHERE f.case_no = :filed;
INSERT INTO public.seen SELECT 'number', (:filed / 10000000)::pg_catalog.text;
INSERT INTO public.seen SELECT 'limit', l::pg_catalog.text FROM (SELECT '1/2工作日'::dcm.time_limit AS l) AS x;
SELECT case_no AS on_site FROM t.step(t.case_in('reported'), 'resolve_on_site') \gset
INSERT INTO public.seen SELECT 'photo', extract(epoch FROM a.taken_at)::pg_catalog.text FROM dcm.attachment AS a WHERE a.case_no = :on_site AND a.kind = 'before';
-- a phone's queue
SELECT dcm.become('acc', scope => 'session') \g /dev/null
INSERT INTO public.seen SELECT 'batch', pg_catalog.string_agg(coalesce(b.error, b.state), ' ' ORDER BY b.ord)
FROM dcm.act_batch(pg_catalog.format('[{"action": "comment", "case_no": %s, "note": "a"}, {"action": "comment", "case_no": "%1$s", "note": "b\\n\\\\"}, {"action": "comment", "case_no": "x"}]', :closed)::pg_catalog.jsonb) AS b;
-- the proof, and an anchor
INSERT INTO public.seen SELECT 'problems', pg_catalog.count(*)::pg_catalog.text FROM dcm.verify_all();
INSERT INTO public.seen SELECT 'anchor', dcm.make_anchor();
INSERT INTO public.seen SELECT 'anchors', pg_catalog.count(*)::pg_catalog.text FROM dcm.verify_anchors();
INSERT INTO public.seen SELECT 'head', pg_catalog.encode(f.head, 'hex') FROM dcm.case_file AS f WHERE f.case_no = :closed;
-- a list, a preset, a picture
INSERT INTO dcm.stage_grids (code, geom) VALUES ('320681100001004', '{"type": "Polygon", "coordinates": [[[121.63, 31.80], [121.64, 31.80], [121.64, 31.81], [121.63, 31.80]]]}');
INSERT INTO public.seen SELECT 'grids', i.added::pg_catalog.text || ' ' || i.bad FROM dcm.import_grids() AS i;
INSERT INTO public.seen SELECT 'differs', coalesce(pg_catalog.string_agg(DISTINCT d.col, ' '), 'nothing') FROM dcm.preset_diff('transitions') AS d;
INSERT INTO public.seen SELECT 'picture', pg_catalog.md5(dcm.workflow_graphviz());
COMMIT;

-- what a session of plain settings finds of it
\c
\pset format unaligned
\pset tuples_only on
\set QUIET 1
SET client_min_messages = error;
BEGIN;
SELECT * FROM no_plan();
SELECT is(s.value, v.value, v.what) FROM (VALUES ('description', 'A drain. ***, *** or ***'), ('due', extract(epoch FROM timestamptz '2015-03-03 09:00+08')::text),
	('number', '20150302'), ('limit', '0.5 work_day'), ('photo', extract(epoch FROM timestamptz '2015-03-02 09:00+08')::text), ('batch', 'closed closed dcm.bad_element'),
	('problems', '0'), ('anchors', '0'), ('grids', '1 0'), ('differs', 'nothing'), ('picture', md5(dcm.workflow_graphviz()))) AS v (what, value) LEFT JOIN public.seen AS s USING (what);
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
SELECT is_empty(format('SELECT * FROM dcm.verify_all(anchor => %L)', value), 'under the anchor that was made') FROM public.seen WHERE what = 'anchor';
SELECT is((SELECT count(*)::int FROM public.seen AS s JOIN dcm.case_file AS f ON encode(f.head, 'hex') = s.value WHERE s.what = 'head'), 1, 'the case stands at its head');
SELECT is((SELECT string_agg(x.value, ',' ORDER BY x.log_no) FROM dcm.case_text AS x JOIN dcm.case_file AS f USING (case_no) JOIN public.seen AS s ON s.what = 'head' AND encode(f.head, 'hex') = s.value WHERE x.field = 'note'), E'a,b\n\\', 'notes are kept as they were told');
SELECT * FROM finish();
ROLLBACK;
\c :home
DROP DATABASE test_session;
DROP ROLE test_session_loader;
