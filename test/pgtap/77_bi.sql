-- The star that BI tools read: every sum is right over whatever it is joined to,
-- before and after the facts are rolled up; columns are plain; nobody reads more by
-- it than by the tables.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

-- cases of every state, some returned and reworked; one outside of all grids; one late and open
CREATE TEMP TABLE c AS SELECT s.code AS state, t.case_in(s.code, t.at('Mon 09:00')) AS no FROM dcm.state AS s;
SELECT t.step(no, 'return', t.at('Tue 10:00')), t.act('disp', no, 'dispatch', '{"org": "hw"}', t.at('Tue 11:00')) FROM c WHERE state = 'handling' \g /dev/null
SELECT t.act('all', no, 'fail_check', t.data('fail_check'), t.at('Tue 15:00')) FROM c WHERE state = 'checking' \g /dev/null
SELECT dcm.become('col');
CREATE TEMP TABLE outside AS SELECT (dcm.report_case('E9902', dcm.point(10, 10), description => 'geheimnis', address => 'versteck', at => t.at('Wed 09:00'))).case_no;
SELECT dcm.become('acc');
SELECT dcm.register_call('12345', 'complaint', 'geheimnis', '13900001111', 'geheimnis', address => 'versteck') \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM c), '>', 10::bigint, 'there is something to tell');

SELECT is(dcm.make_bi_views(), (SELECT count(*)::int FROM dcm.bi_views()), 'the views are made');
SELECT is(dcm.make_bi_views('bi_english', 'en'), (SELECT count(*)::int FROM dcm.bi_views()), 'and in English beside them');

-- columns
CREATE TEMP VIEW col AS
SELECT n.nspname AS schema, r.relname AS view, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type, col_description(r.oid, a.attnum) AS meaning, obj_description(r.oid, 'pg_class') AS of_view
FROM pg_namespace AS n JOIN pg_class AS r ON r.relnamespace = n.oid JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
WHERE n.nspname IN ('dcm_bi', 'bi_english');
SELECT set_eq('SELECT DISTINCT type FROM col', '{integer,bigint,double precision,text,date,timestamp(0) without time zone}'::text[], 'columns are of plain types');
SELECT bag_eq($$SELECT view, attnum::bigint, attname::text FROM col WHERE schema = 'bi_english'$$, 'SELECT view, ord, name FROM dcm.bi_columns()', 'English columns are those of the list');
SELECT bag_eq($$SELECT view, attnum::bigint, attname::text FROM col WHERE schema = 'dcm_bi'$$, 'SELECT view, ord, label FROM dcm.bi_columns()', 'and Chinese ones');
SELECT is_empty($$SELECT view, attname FROM col WHERE schema = 'dcm_bi' AND attname !~ '[一-龥]'$$, 'which have names in Chinese');
SELECT is_empty($$SELECT view, attname FROM col WHERE schema = 'bi_english' AND attname !~ '^[a-z][a-z0-9_]*$'$$, 'as those have in English');
SELECT is_empty($$SELECT view, attname, meaning FROM col WHERE meaning IS NULL OR meaning !~ '[a-z]' OR meaning !~ '[一-龥]' OR of_view !~ '[A-Z].*[一-龥]'$$, 'each says what it is in both languages');
SELECT is_empty($$SELECT view, attname, type FROM col WHERE schema = 'bi_english' AND attname ~ '_(code|no)$|^component_id$' AND type <> 'text'$$, 'codes and numbers of cases are texts, since tools lose digits beyond the fifteenth');
SELECT is_empty($$SELECT r.relname FROM pg_class AS r WHERE r.relnamespace IN ('dcm_bi'::regnamespace, 'bi_english'::regnamespace) AND NOT coalesce(r.reloptions @> '{security_invoker=true}', false)$$, 'views show what their reader may see');
SELECT bag_eq('SELECT * FROM bi_english.fact_day', 'SELECT * FROM dcm_bi.fact_day', 'both say the same');
SELECT is((SELECT "状态" FROM dcm_bi.fact_case AS f JOIN c ON c.no::text = f."案卷号" WHERE c.state = 'handling'), (SELECT name FROM dcm.state WHERE code = (SELECT state FROM dcm.case_file WHERE case_no = (SELECT no FROM c WHERE state = 'handling'))), 'names of codes are Chinese there');
SELECT is((SELECT state_name FROM bi_english.fact_case AS f JOIN c ON c.no::text = f.case_no WHERE c.state = 'closed'), (SELECT name_en FROM dcm.state WHERE code = 'closed'), 'and English here');

-- figures: every field of every row, by the star and by what evaluations read
CREATE FUNCTION pg_temp.by_star(key text) RETURNS TABLE (subject text, tally jsonb) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('
		SELECT x.subject, jsonb_object_agg(x.field, x.n)
		FROM (
			SELECT (%s)::text AS subject, v.key AS field, sum(v.value::numeric) AS n
			FROM bi_english.fact_day AS f
				JOIN bi_english.dim_date AS dd ON dd.day = f.day
				JOIN bi_english.dim_org AS o ON o.org_id = f.org_id
				JOIN bi_english.dim_region AS r ON r.area_code = f.area_code
				JOIN bi_english.dim_grid AS g ON g.grid_code = f.grid_code
				JOIN bi_english.dim_category AS k ON k.category_id = f.category_id
				JOIN bi_english.dim_source AS s ON s.source = f.source
				JOIN bi_english.fact_case AS fc ON fc.case_no = f.case_no
				CROSS JOIN LATERAL jsonb_each_text(to_jsonb(f) - ''{day,case_no,org_id,area_code,grid_code,category_id,source}''::text[]) AS v
			GROUP BY 1, 2
			HAVING sum(v.value::numeric) <> 0) AS x
		GROUP BY 1', key);
END $$;
CREATE FUNCTION pg_temp.by_facts(kind text, id text) RETURNS TABLE (subject text, tally jsonb) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT %s, dcm.merge(f.tally)::jsonb FROM dcm.facts(%L) AS f WHERE f.subject <> %L OR %2$L = %4$L GROUP BY 1', id, kind, '', 'org');
END $$;
CREATE FUNCTION pg_temp.same(stage text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT bag_eq($q$SELECT tally FROM pg_temp.by_star('1')$q$, $q$SELECT dcm.merge(f.tally)::jsonb FROM dcm.facts('region') AS f WHERE f.subject = '320681'$q$, stage || ': the whole city, joined to every dimension')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('o.org_id::text')$q$, $q$SELECT * FROM pg_temp.by_facts('org', 'coalesce(nullif(f.subject, ''''), ''0'')')$q$, stage || ': bodies, and none')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('r.street_code') WHERE subject IS NOT NULL$q$, $q$SELECT subject, dcm.merge(tally)::jsonb FROM dcm.facts('region') WHERE length(subject) = 9 GROUP BY 1$q$, stage || ': streets')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('g.grid_code') WHERE subject <> ''$q$, $q$SELECT * FROM pg_temp.by_facts('grid', 'f.subject')$q$, stage || ': unit grids')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('k.category_id::text')$q$, $q$SELECT * FROM pg_temp.by_facts('category', 'f.subject')$q$, stage || ': categories')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('s.source')$q$, $q$SELECT * FROM pg_temp.by_facts('source', 'f.subject')$q$, stage || ': sources')
	UNION ALL SELECT bag_eq($q$SELECT * FROM pg_temp.by_star('dd.year_week')$q$, $q$SELECT to_char(day, 'IYYY-"W"IW'), dcm.merge(tally)::jsonb FROM dcm.facts('region') WHERE subject = '320681' GROUP BY 1$q$, stage || ': weeks')
$$;
SELECT pg_temp.same('nothing rolled up');
SELECT cmp_ok((SELECT sum(overdue_open) FROM bi_english.fact_day), '>', 0::bigint, 'what is late and open now is in it');
SELECT cmp_ok((SELECT sum(filed) FROM bi_english.fact_day WHERE org_id = 0), '>', 0::bigint, 'so is what is not dispatched');
SELECT is((SELECT sum(reported) FROM bi_english.fact_day WHERE grid_code = ''), 1::bigint, 'and what lies in no grid');
SELECT dcm.roll_up_facts() \g /dev/null
SELECT is((SELECT count(*) FROM dcm.fact_queue), 0::bigint, 'all is rolled up');
SELECT pg_temp.same('all rolled up');
-- some wait, some lie in a period that is closed
INSERT INTO dcm.period (kind, code, since, till, step) VALUES ('own', 'x', '2015-01-01', '2015-03-02', 'closed');
SELECT t.step((SELECT no FROM c WHERE state = 'filed'), 'dispatch', t.at('Mon 10:00')), t.step((SELECT no FROM c WHERE state = 'filed'), 'sign', t.at('Thu 10:00')) \g /dev/null
SELECT cmp_ok((SELECT count(*) FROM dcm.fact_queue), '>', 0::bigint, 'something waits');
SELECT pg_temp.same('some of a closed period');
SELECT dcm.roll_up_facts() \g /dev/null
SELECT bag_eq('SELECT day, person_id, post_id, action, acts::bigint, timed::bigint, in_time::bigint, seconds FROM bi_english.fact_work', 'SELECT day, person, post, action, count, timed, in_time, seconds FROM dcm.daily_work', 'work is that of dcm.daily_work');
SELECT is((SELECT sum(f.acts) FROM bi_english.fact_work AS f JOIN bi_english.dim_date USING (day) JOIN bi_english.dim_person USING (person_id) JOIN bi_english.dim_post USING (post_id)
	JOIN bi_english.dim_org AS o ON o.org_id = f.org_id JOIN bi_english.dim_org AS company ON company.org_id = f.company_id), (SELECT sum(count)::bigint FROM dcm.daily_work), 'joined to its dimensions as well');
SELECT is((SELECT count(*) FROM bi_english.fact_case), (SELECT count(*) FROM dcm.case_file), 'a row a case');
SELECT is((SELECT count(*) FROM bi_english.fact_case AS f JOIN bi_english.dim_org AS o ON o.org_id = f.org_id JOIN bi_english.dim_region AS r ON r.area_code = f.area_code JOIN bi_english.dim_grid AS g ON g.grid_code = f.grid_code
	JOIN bi_english.dim_category AS k ON k.category_id = f.category_id JOIN bi_english.dim_source AS s ON s.source = f.source JOIN bi_english.dim_person AS p ON p.person_id = f.reporter_id JOIN bi_english.dim_date AS d ON d.day = f.reported_on), (SELECT count(*) FROM dcm.case_file), 'joined to all that it names');
SELECT is_empty($$SELECT reporter_id, handled_on FROM bi_english.fact_case WHERE handled_on IS NOT NULL AND handled_on NOT IN (SELECT day FROM bi_english.dim_date)$$, 'days of it are in the calendar');
SELECT results_eq($$SELECT reported_on, reported_at, is_filed, is_closed, is_open, handling_hours, lon, lat FROM bi_english.fact_case AS f JOIN c ON c.no::text = f.case_no WHERE c.state = 'closed'$$,
	$$VALUES (date '2015-03-02', timestamp '2015-03-02 09:00', 1, 1, 0, 0::float8, 121.605::float8, 31.805::float8)$$, 'times are of the city''s clock, whatever the session''s');
SELECT is((SELECT count(*) FROM bi_english.fact_case WHERE handling_hours IS NOT NULL), (SELECT sum(handled)::bigint FROM dcm.handling_time('city', 'year')), 'handling hours are there where dcm.handling_time() counts');

-- days: no gap, whole years, the calendar's
SELECT is((SELECT count(*) FROM bi_english.dim_date), (SELECT (max(day) - min(day) + 1)::bigint FROM bi_english.dim_date), 'no day is missing');
SELECT is((SELECT to_char(min(day), 'YYYY-MM-DD') || to_char(max(day), ' MM-DD') FROM bi_english.dim_date), '2015-01-01 12-31', 'years are whole');
SELECT results_eq($$SELECT year_quarter, year_week, weekday, weekday_name, is_workday, work_hours, day_label, eval_month FROM bi_english.dim_date WHERE day IN ('2015-02-15', '2015-02-19', '2015-02-13') ORDER BY day$$,
	$$VALUES ('2015-Q1', '2015-W07', 5, 'Friday', 1, 8::float8, NULL, '2015-02'), ('2015-Q1', '2015-W07', 7, 'Sunday', 1, 8, (SELECT label FROM dcm.calendar_day WHERE (calendar, day) = ('default', '2015-02-15')), '2015-02'),
		('2015-Q1', '2015-W08', 4, 'Thursday', 0, 0, (SELECT label FROM dcm.calendar_day WHERE (calendar, day) = ('default', '2015-02-19')), '2015-02')$$, 'a Friday, a worked Sunday, a holiday');
SELECT is((SELECT "星期" FROM dcm_bi.dim_date WHERE "日期" = '2015-02-15'), '星期日', 'in Chinese');
UPDATE dcm.setting SET value = '26' WHERE name = 'month_starts_on';
SELECT results_eq($$SELECT year_month, eval_month, eval_quarter, eval_year FROM bi_english.dim_date WHERE day = '2015-12-26'$$, $$VALUES ('2015-12', '2016-01', '2016-Q1', '2016')$$, 'months of evaluation are those of the setting');
UPDATE dcm.setting SET value = NULL WHERE name = 'month_starts_on';
SELECT is((SELECT count(*) FROM bi_english.fact_day AS f JOIN bi_english.dim_date AS d USING (day) WHERE d.is_workday = 0), 0::bigint, 'working days alone are a condition');

-- figures that views tell beside the star
SELECT bag_eq($$SELECT period, code, figure, value, previous, year_before FROM bi_english.compare_org WHERE period_kind = 'week'$$,
	$$SELECT period, coalesce(subject, ''), field, value::float8, previous::float8, year_before::float8 FROM dcm.eval_compare('org', 'week')$$, 'changes are those of dcm.eval_compare()');
SELECT bag_eq($$SELECT period, code, handled, median_hours, p90_work_hours FROM bi_english.handling_org WHERE period_kind = 'month'$$,
	$$SELECT period, subject, handled::int, median_hours::float8, p90_work_hours::float8 FROM dcm.handling_time('org', 'month')$$, 'times are those of dcm.handling_time()');

-- who reads: role dcm_bi all of it, and in no column a text, an address or a caller
CREATE ROLE test_bi LOGIN IN ROLE dcm_bi;
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_none LOGIN;
CREATE FUNCTION pg_temp.read_all(pattern text) RETURNS TABLE (view text, rows bigint, hits bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOR view IN SELECT v.view FROM dcm.bi_views() AS v LOOP
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE r::text ~ %L) FROM bi_english.%I AS r', pattern, view) INTO rows, hits;
		RETURN NEXT;
	END LOOP;
END $$;
CREATE TEMP TABLE owner_reads AS SELECT * FROM pg_temp.read_all('geheimnis|versteck|1390000');
GRANT SELECT ON owner_reads, c TO test_bi;
SELECT is_empty('SELECT view FROM owner_reads WHERE rows = 0', 'no view is empty');
SET LOCAL ROLE test_bi;
SELECT bag_eq($$SELECT view, rows FROM pg_temp.read_all('x')$$, 'SELECT view, rows FROM owner_reads', 'a BI login reads all of it');
RESET ROLE;
SELECT is_empty('SELECT view FROM owner_reads WHERE hits > 0', 'no text, no address, no caller');
SELECT is_empty($$SELECT v.view, r.role FROM dcm.bi_views() AS v CROSS JOIN unnest('{dcm_app,dcm_loader,dcm_job,dcm_exchange,dcm_security,test_none}'::text[]) AS r (role) WHERE has_table_privilege(r.role, 'dcm_bi.' || v.view, 'SELECT')$$, 'nobody else does');
SELECT is_empty($$SELECT v.view FROM dcm.bi_views() AS v CROSS JOIN unnest('{INSERT,UPDATE,DELETE}'::text[]) AS p WHERE has_table_privilege('dcm_bi', 'dcm_bi.' || v.view, p)$$, 'and who reads does not write');
-- whoever is let in by hand sees by it no more than by the tables
GRANT USAGE ON SCHEMA bi_english TO test_app;
GRANT SELECT ON ALL TABLES IN SCHEMA bi_english TO test_app;
CREATE FUNCTION pg_temp.seen_by_app() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
BEGIN
	SET LOCAL ROLE test_app;
	SELECT count(*) INTO n FROM bi_english.fact_case;
	RESET ROLE;
	RETURN n;
END $$;
SET LOCAL ROLE test_app;
SELECT bag_eq('SELECT case_no FROM bi_english.fact_case', 'SELECT case_no::text FROM dcm.case_file', 'an application sees the cases of the person who acts');
SELECT throws_ok('SELECT count(*) FROM bi_english.fact_day', '42501', NULL, 'nor facts of cases');
RESET ROLE;
SELECT cmp_ok((SELECT count(*) FROM dcm.case_file), '>', (SELECT pg_temp.seen_by_app()), 'which are not all');
SELECT is(has_function_privilege('test_bi', 'dcm.make_bi_views(text, text)', 'EXECUTE'), false, 'making them is the owner''s');

-- made again: rights and what stands on them stay; another language is another shape
GRANT SELECT ON bi_english.fact_case TO test_none;
CREATE VIEW public.own_report AS SELECT count(*) AS n FROM bi_english.fact_day;
SELECT is(dcm.make_bi_views('bi_english', 'en'), (SELECT count(*)::int FROM dcm.bi_views()), 'made again with a view of the city''s on it');
SELECT is(has_table_privilege('test_none', 'bi_english.fact_case', 'SELECT'), true, 'rights stay');
SELECT is(t.try($$SELECT dcm.make_bi_views('bi_english', 'zh')$$), '2BP01', 'what the city has built is not dropped for another language');
DROP VIEW public.own_report;
SELECT is(t.try($$SELECT dcm.make_bi_views('bi_english', 'zh')$$), 'ok', 'where it has not, the names change');
SELECT is((SELECT count(*) FROM pg_attribute WHERE attrelid = 'bi_english.fact_case'::regclass AND attname = '案卷号'), 1::bigint, 'to Chinese');

-- what is refused
CREATE SCHEMA own;
CREATE VIEW own.dim_date AS SELECT 1 AS one;
SELECT is(t.try(statement), ends, statement) FROM (VALUES
	($$SELECT dcm.make_bi_views('own')$$, '42P07 dcm.not_bi_view'), ($$SELECT dcm.make_bi_views('dcm')$$, '22023 dcm.bad_schema'), ($$SELECT dcm.make_bi_views('pg_bi')$$, '22023 dcm.bad_schema'),
	($$SELECT dcm.make_bi_views('Bi')$$, '22023 dcm.bad_schema'), ($$SELECT dcm.make_bi_views('')$$, '22023 dcm.bad_schema'), ($$SELECT dcm.make_bi_views(NULL)$$, '22023 dcm.bad_schema'),
	($$SELECT dcm.make_bi_views(lang => 'fr')$$, '22023 dcm.no_language'), ($$SELECT dcm.make_bi_views(lang => NULL)$$, '22023 dcm.no_language')) AS v (statement, ends);
SELECT is((SELECT one FROM own.dim_date), 1, 'a view of the city''s own is let be');

-- a city that goes takes its star along
SELECT lives_ok($$SELECT dcm.drop_city(current_database())$$, 'the city goes');
SELECT is((SELECT count(*) FROM pg_class WHERE relnamespace = 'dcm_bi'::regnamespace AND relname ~ '^(fact|dim)_'), 0::bigint, 'and its star');
SELECT * FROM finish();
ROLLBACK;
