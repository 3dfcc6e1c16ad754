-- What no list may do: empty what it does not tell of, lose a line, change what
-- it does not name, or fail as a whole over one value.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET datestyle = 'ISO';
SET timezone = 'Asia/Shanghai';
BEGIN;
\pset null '–'
PREPARE faults (text) AS SELECT dense_rank() OVER (ORDER BY line) AS nth, col, code, severity, left(value, 30) AS value, reason FROM import_fault WHERE list = $1 ORDER BY line, col, code;
SELECT load_preset('cn_roles'), load_preset('cn_categories_2013') \g /dev/null
UPDATE setting SET value = '320681' WHERE name = 'area_code';
INSERT INTO org (code, name, level, kind) VALUES ('top', '市政府', 1, 'committee');
INSERT INTO org (code, name, level, kind, parent) SELECT c, c, 2, 'department', id FROM org, unnest('{works,lamps}'::text[]) AS c WHERE code = 'top';
INSERT INTO duty_area (code, name) VALUES ('d1', '责任网格一');
INSERT INTO person (code, name) VALUES ('wang', '王'), ('li', '李');
INSERT INTO post (code, person, role, org, duty_area, area) SELECT 'c1', p.id, 'collector', o.id, d.id, '320681' FROM person AS p, org AS o, duty_area AS d WHERE p.code = 'wang' AND o.code = 'works';
INSERT INTO filing_standard (category, condition_no, condition, limit_1, limit_2, limit_3) SELECT id, 1, '缺失', '1工作日', '2工作日', '3工作日' FROM category WHERE code = 'C0101' AND edition = '2013';
SAVEPOINT whole;

-- a list without some columns leaves them
INSERT INTO stage_orgs (code, name, level, kind) SELECT code, name || '处', level, kind FROM org WHERE code IN ('works', 'lamps');
SELECT lines, changed, bad FROM import_orgs();
SELECT o.code, o.name, p.code AS parent FROM org AS o JOIN org AS p ON p.id = o.parent ORDER BY 1;
-- and is held against them: the parent that stays, a circle through it
INSERT INTO stage_orgs (code, name, level, kind, parent) VALUES ('lamps', '路灯处', 1, 'department', NULL), ('works', '市政处', 3, 'department', NULL), ('top', '市政府', 1, 'committee', 'works');
SELECT lines, changed, bad FROM import_orgs();
EXECUTE faults ('orgs');
INSERT INTO stage_people (code, name, role, org, post, basis) VALUES ('wang', '王', 'collector', 'works', 'c1', 'contract');
SELECT changed, bad FROM import_people();
SELECT t.basis, t.area, d.code AS duty_area FROM post AS t JOIN duty_area AS d ON d.id = t.duty_area WHERE t.code = 'c1' AND t.valid @> now();
INSERT INTO stage_filing_standards (category, condition_no, condition, limit_2, closing) VALUES ('C0101', '1', '缺失', '4工作日', '恢复');
SELECT changed, bad FROM import_filing_standards();
SELECT limit_1, limit_2, limit_3, closing FROM filing_standard WHERE condition = '缺失' AND valid @> now();
ROLLBACK TO whole;

-- an import that was rolled back lets numbers begin anew under the rows that are back
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n0', '零', 2, 'department');
SELECT added, bad FROM import_orgs();
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n1', '一', 2, 'department');
SAVEPOINT tried;
SELECT added, bad FROM import_orgs();
ROLLBACK TO tried;
INSERT INTO stage_orgs (code, name, level, kind) VALUES ('n2', '二', 9, 'department');
SELECT count(DISTINCT line) AS numbers FROM stage_orgs;
SELECT lines, added, bad FROM import_orgs();
SELECT s.code, f.value FROM stage_orgs AS s JOIN import_fault AS f ON f.line = s.line AND f.list = 'orgs';
ROLLBACK TO whole;
ROLLBACK;
