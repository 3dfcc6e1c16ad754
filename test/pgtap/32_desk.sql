-- Desks and phones: what filing would give is what it gives, what is near is
-- found by index, what waits for somebody is what that person can do, and a batch
-- sent twice, out of order or late ends as one sent once in order, or says why not.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;

SELECT * FROM no_plan();

-- filing, seen ahead
INSERT INTO dcm.responsibility (kind, org, principle)
SELECT k.kind, o.id, 'territory' FROM (VALUES ('event', 'cg'), ('component', 'hw')) AS k (kind, org) JOIN dcm.org AS o ON o.code = k.org;
SELECT results_eq($$SELECT condition_no::int, area_class::int, time_limit::text, t.day(due), provisional, org, org_name, principle FROM dcm.preview_filing('E9901', dcm.point(121.615, 31.805), t.at('Mon 09:00'))$$,
	$$VALUES (1, 2, '16 work_hour', 'Wed 09:00', false, 'cg', 'department', 'territory'), (2, 2, '4 work_hour', 'Mon 15:00', false, 'cg', 'department', 'territory'), (3, 2, NULL, NULL, false, 'cg', 'department', 'territory')$$,
	'each condition with its limit, its deadline and who answers');
SELECT is_empty($$SELECT class, p.condition_no, p.due FROM generate_series(1, 3) AS class
		CROSS JOIN LATERAL dcm.preview_filing('E9901', dcm.point(121.595 + 0.01 * class, 31.805), t.at('Mon 09:00')) AS p
		CROSS JOIN LATERAL t.filed(class, p.condition_no) AS no
		JOIN dcm.case_file AS f ON f.case_no = no
	WHERE (f.area_class, f.time_limit::text, f.due, f.provisional) IS DISTINCT FROM (p.area_class, p.time_limit::text, p.due, p.provisional)$$, 'filing gives what was seen ahead');
SELECT results_eq($$SELECT area_class::int, time_limit::text, org, principle FROM dcm.preview_filing('E9901', dcm.point(120, 30)) WHERE condition_no = 1$$,
	$$VALUES (NULL::int, '8 work_hour', NULL, 'out_of_coverage')$$, 'outside the city');
SELECT is((SELECT provisional FROM dcm.preview_filing('E9901', dcm.point(121.605, 31.805), '2045-03-02 09:00+08') WHERE condition_no = 1), true, 'beyond the announced days');
UPDATE dcm.setting SET value = '2 work_hour' WHERE name = 'arrive_limit';
SELECT t.standard('arrive_limit = ''30 minute'', closing = ''clean''');
SELECT results_eq($$SELECT condition_no::int, arrive_limit::text, closing FROM dcm.preview_filing('E9901', dcm.point(121.605, 31.805))$$,
	$$VALUES (1, '30 minute', 'clean'), (2, '2 work_hour', NULL), (3, '2 work_hour', NULL)$$, 'the arrival, and when it may be closed');
UPDATE dcm.setting SET value = NULL WHERE name = 'arrive_limit';
SAVEPOINT s;
UPDATE dcm.filing_standard SET limit_1 = '1 work_hour' WHERE condition_no = 1 AND category = (SELECT id FROM dcm.category WHERE code = 'E9901');
SELECT is((SELECT string_agg(p.time_limit::text, ', ' ORDER BY at) FROM unnest(ARRAY[t.at('Mon 09:00'), clock_timestamp()]) AS at CROSS JOIN LATERAL dcm.preview_filing('E9901', dcm.point(121.605, 31.805), at) AS p WHERE p.condition_no = 1),
	'8 work_hour, 1 work_hour', 'by the standard of that time');
ROLLBACK TO s;
-- a component's own bodies go before any rule
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('C9901', 'component', '98', '01', 'cover');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1) SELECT id, 1, 'gone', '2 urgent_hour' FROM dcm.category WHERE code = 'C9901';
INSERT INTO dcm.component (id, category, owner, maintainer, geom)
SELECT '3206819801000001', c.id, o.id, m.id, dcm.point(121.605, 31.805)
FROM dcm.category AS c JOIN dcm.org AS o ON o.code = 'cg' JOIN dcm.org AS m ON m.code = 'cg2' WHERE c.code = 'C9901';
SELECT results_eq($$SELECT org, principle, t.day(due) FROM dcm.preview_filing('C9901', NULL, t.at('Mon 18:00'), '3206819801000001')
		UNION ALL SELECT org, principle, t.day(due) FROM dcm.preview_filing('C9901', dcm.point(121.605, 31.805), t.at('Mon 18:00'))$$,
	$$VALUES ('cg', 'owner', 'Mon 20:00'), ('hw', 'territory', 'Mon 20:00')$$, 'of a component, and of one that is not named');
SELECT is(t.try($$SELECT dcm.preview_filing('E0000', dcm.point(121.605, 31.805))$$), '22023 dcm.no_category', 'no such category');
SELECT is(t.try($$SELECT dcm.preview_filing('E9901', NULL)$$), '22023 dcm.no_place', 'no place');

SELECT is_empty('SELECT * FROM dcm.verify_all()', 'the record is right');
SELECT * FROM finish();
ROLLBACK;
