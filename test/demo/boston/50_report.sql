-- How dcm's deadlines compare with the city's own, and the evaluation by agency
-- and ward.  Ends with an error where fewer agree than can.

\set ON_ERROR_STOP on
\pset null '–'
\pset footer off
SET client_min_messages = warning;
SET timezone = 'America/New_York';

\echo
\echo '================================================================================'
\echo 'Boston: 121,145 real service requests of 2015 (City of Boston 311, public domain)'
\echo 'Real: requests, times, places, agencies, types, wards, precincts, holidays.'
\echo 'Inferred from the city''s due dates: the limits. Made up: area codes, steps between'
\echo 'opening and closing (all at those two moments).'
\echo '================================================================================'
CREATE TEMP TABLE outcome AS
SELECT q.*, f.state, f.due, f.handled_at, f.grid, f.area,
	abs(extract(epoch FROM f.due - q.external_due)) <= 90 AS same_due,
	CASE WHEN f.handled_at > q.external_due THEN 'OVERDUE' WHEN f.handled_at IS NOT NULL AND q.external_due IS NOT NULL THEN 'ONTIME' END AS flag_by_city_due,
	CASE WHEN f.handled_at > f.due THEN 'OVERDUE' WHEN f.handled_at IS NOT NULL AND f.due IS NOT NULL THEN 'ONTIME' END AS flag_by_dcm_due
FROM boston.request AS q JOIN boston.answer AS a USING (id) JOIN dcm.case_file AS f USING (case_no);

\echo
\echo 'Cases'
SELECT count(*) AS requests, count(*) FILTER (WHERE state = 'closed') AS closed, count(*) FILTER (WHERE state <> 'closed') AS "still open",
	count(*) FILTER (WHERE due IS NULL) AS "no clock", count(*) FILTER (WHERE point IS NULL) AS "no place",
	count(*) FILTER (WHERE closed < opened) AS "closed before opened: clamped"
FROM outcome;

\echo 'Due dates: dcm''s against the city''s own, within 90 seconds'
SELECT count(*) FILTER (WHERE external_due IS NOT NULL AND has_rule) AS given,
	count(*) FILTER (WHERE same_due AND has_rule) AS equal,
	round(100.0 * count(*) FILTER (WHERE same_due AND has_rule) / count(*) FILTER (WHERE external_due IS NOT NULL AND has_rule), 2) AS percent
FROM outcome \gset due_
\echo '   ' :due_equal 'of' :due_given 'of types with a rule are equal (' :due_percent '% )'
\echo 'On-time flags of closed requests, handled time against the city''s own due date (the intake''s)'
SELECT count(flag_by_city_due) AS closed, count(*) FILTER (WHERE flag = flag_by_city_due) AS equal,
	count(*) FILTER (WHERE flag_by_city_due IS NOT NULL AND flag IS NULL) AS without FROM outcome \gset flag_
\echo '   ' :flag_equal 'of' :flag_closed 'are equal (the other' :flag_without 'carry no flag)'
SELECT count(*) FILTER (WHERE flag_by_dcm_due IS NOT NULL AND external_due IS NOT NULL AND flag IS NOT NULL) AS closed,
	count(*) FILTER (WHERE flag = flag_by_dcm_due AND external_due IS NOT NULL) AS equal FROM outcome \gset own_
\echo '   ' :own_equal 'of' :own_closed 'are equal against the due dates that dcm gave'
\echo
\echo 'By type, the twenty most frequent with a rule, then the others'
WITH typed AS (
	SELECT o.type, r.days || ' ' || CASE r.mode WHEN 'work' THEN 'work_day' ELSE 'natural_day' END AS time_limit,
		count(external_due) AS given, count(*) FILTER (WHERE same_due) AS equal,
		count(flag_by_city_due) AS flags, count(*) FILTER (WHERE flag = flag_by_city_due) AS same_flag,
		least(row_number() OVER (ORDER BY count(external_due) DESC, o.type), 21) AS place
	FROM outcome AS o JOIN boston.rule AS r USING (type)
	GROUP BY o.type, r.type)
SELECT CASE WHEN place <= 20 THEN min(type) ELSE count(*) || ' other types' END AS type, CASE WHEN place <= 20 THEN min(time_limit) END AS "limit",
	sum(given) AS "due dates", sum(equal) AS equal, round(100.0 * sum(equal) / sum(given), 1) AS "%",
	sum(flags) AS flags, sum(same_flag) AS "equal "
FROM typed GROUP BY place ORDER BY place;

\echo 'By agency, 2015: dcm.eval_org(since, till); in time of the filed that have a clock'
SELECT name AS agency, filed, handled, closed, closed_in_time AS "in time", handled_rate AS "handled %", in_time_rate AS "in time %", overdue_open AS "overdue, open"
FROM dcm.eval_org('2015-01-01', '2015-12-31') ORDER BY filed DESC LIMIT 12;
\echo 'By ward, 2015: dcm.eval_region(since, till); the ward is that of the point, by dcm.locate'
SELECT coalesce(name, '(no place)') AS ward, filed, handled, closed, handled_rate AS "handled %", in_time_rate AS "in time %"
FROM dcm.eval_region('2015-01-01', '2015-12-31') WHERE length(area::text) = 9 ORDER BY area;
SELECT count(*) AS with_both, count(*) FILTER (WHERE substring(ward FROM '[0-9]+')::int = substr(area::text, 7, 3)::int) AS agree
FROM outcome WHERE area IS NOT NULL AND ward ~ '[0-9]' \gset ward_
\echo 'The ward of the point is the one that the request names for' :ward_agree 'of' :ward_with_both
\echo

SELECT :due_equal = 89668 AND :due_given = 93970 AND :flag_equal = 79126 AND :flag_closed = 79208 AS agrees \gset
\if :agrees
\else
	DO $$ BEGIN RAISE EXCEPTION 'fewer due dates or flags agree with the city''s than can'; END $$;
\endif
