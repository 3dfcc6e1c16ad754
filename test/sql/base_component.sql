-- The register of components: census fields, ids, what each was before, changes
-- asked for and approved, freshness, and the editions of the code lists.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET timezone = 'Asia/Shanghai';
BEGIN;
\pset null '–'
SELECT load_preset('cn_roles'), load_preset('cn_labels'), load_preset('cn_categories_2013'), load_preset('cn_categories_2007') \g /dev/null
CREATE FUNCTION pg_temp.org(text) RETURNS int LANGUAGE sql STABLE RETURN (SELECT id FROM dcm.org WHERE code = $1);
CREATE FUNCTION pg_temp.cat(text) RETURNS int LANGUAGE sql STABLE RETURN (SELECT id FROM dcm.category WHERE code = $1 AND edition = '2013');
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text; detail text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' | ', SQLSTATE, name, SQLERRM, nullif(detail, ''));
END $$;
INSERT INTO region (code, name) VALUES ('320681', '启东市'), ('320681100', '汇龙镇');
INSERT INTO org (code, name, level, kind) VALUES ('works', '市政处', 1, 'department'), ('power', '供电公司', 1, 'enterprise'), ('c', '中心', 1, 'supervision_command_centre');
INSERT INTO grid (code, geom) SELECT ('320681100001' || lpad(n::text, 3, '0'))::grid_code, ST_Multi(ST_MakeEnvelope(121.6 + n * 0.001, 31.8, 121.601 + n * 0.001, 31.801, 4490))
FROM generate_series(1, 4) AS n;
INSERT INTO person (code, name) SELECT p, p FROM unnest('{col,lead,keep}'::text[]) AS p;
INSERT INTO post (code, person, role, org) SELECT p.code, p.id, v.role, pg_temp.org('c')
FROM (VALUES ('col', 'collector'), ('lead', 'shift_leader'), ('keep', 'data_keeper')) AS v (who, role) JOIN person AS p ON p.code = v.who;

-- the census: three bodies, states, dates, source, whether it is public, a sensor
INSERT INTO component (id, category, name, authority, owner, maintainer, grid, state, initial_on, source, accuracy, verified_on, sensor, attributes, geom)
VALUES ('3206810101000042', pg_temp.cat('C0101'), '上水井盖', pg_temp.org('works'), pg_temp.org('power'), pg_temp.org('works'), '320681100001001', 'intact', '2010-05-01', '实测', 'A',
	'2014-06-01', '{"number": "S-17", "kind": "tilt"}', '{"material": "铸铁"}', ST_SetSRID(ST_Point(121.6015, 31.8005), 4490)),
	('3206810503000001', pg_temp.cat('C0503'), '广告牌匾', NULL, NULL, NULL, '320681100001002', 'damaged', NULL, NULL, NULL, NULL, NULL, NULL, ST_SetSRID(ST_Point(121.6025, 31.8005), 4490));
UPDATE component SET is_public = false WHERE id = '3206810503000001';
SELECT id, is_public, sensor ->> 'number' AS sensor, attributes ->> 'material' AS material FROM component ORDER BY id;
SELECT is_public, count(*) FROM component GROUP BY 1 ORDER BY 1;

-- what changes is kept, with who, when and why; what does not change is no version
SELECT become('keep', scope => 'session') \g /dev/null
SET LOCAL dcm.reason = '换盖';
UPDATE component SET state = 'damaged', note = '有裂缝' WHERE id = '3206810101000042';
UPDATE component SET state = 'damaged' WHERE id = '3206810101000042';
UPDATE component SET recorded_by = 'somebody else', recorded_at = '2000-01-01' WHERE id = '3206810101000042';
SELECT recorded_by, recorded_at > now() - interval '1 minute' AS just_now FROM component WHERE id = '3206810101000042';
SELECT version, by = session_user AS by_login, reason, state, CASE WHEN version > 1 THEN changes END AS changes FROM component_story('3206810101000042');
SELECT id, version, op, ended_by, reason, row ->> 'state' AS was FROM component_history WHERE id = '3206810101000042';
SET LOCAL dcm.reason = '';
-- its id is its own for life, and the register is not emptied
SELECT pg_temp.try($$UPDATE dcm.component SET id = '3206810101000043' WHERE id = '3206810101000042'$$);
SELECT pg_temp.try('TRUNCATE dcm.component');
DELETE FROM component WHERE id = '3206810503000001';
SELECT version, by, state FROM component_story('3206810503000001') ORDER BY version DESC LIMIT 1;

-- many in one statement: each that changes has its version, a column of the city's own included
SAVEPOINT here;
ALTER TABLE component ADD COLUMN colour text;
INSERT INTO component (id, category, colour) SELECT ('321000' || lpad(n::text, 10, '0'))::component_id, pg_temp.cat('C0101'), CASE WHEN n % 2 = 0 THEN 'red' END FROM generate_series(1, 2000) AS n;
UPDATE component SET colour = 'red' WHERE id <@ '321000';
UPDATE component SET colour = 'blue', recorded_by = 'x' WHERE id <@ '321000';
DELETE FROM component WHERE id <@ '321000' AND serial(id) > 1;
SELECT op, version, row ->> 'colour' AS colour, count(*), count(DISTINCT id) AS components, bool_and(ended_at >= recorded_at AND ended_by = 'keep') AS told, count(DISTINCT row - '{id,colour,category}'::text[]) AS rows
FROM component_history WHERE id <@ '321000' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT version, state, changes -> 'colour' AS colour FROM component_story('3210000000000001');
ROLLBACK TO here;

-- ids: after the highest that there is, never one that there was
SELECT next_component_id('320681', 'C0101'), next_component_id('320681', 'C0101'), next_component_id('320681', 'C0503'), next_component_id('320601', 'C0101');
SELECT next_component_id('320681', 'C0101', '2007');
SELECT prefix, issued FROM component_serial ORDER BY 1;
-- a high id ends nothing: then the lowest that are free are taken, each once
INSERT INTO component (id, category) SELECT ('3206810102' || v)::component_id, pg_temp.cat('C0102') FROM unnest('{000001,000002,000004,999999}'::text[]) AS v;
DELETE FROM component WHERE id = '3206810102000004';
SELECT next_component_id('320681', 'C0102'), next_component_id('320681', 'C0102'), next_component_id('320681', 'C0102');
SELECT issued FROM component_serial WHERE prefix = '3206810102';
UPDATE component_serial SET issued = '{[1,999998)}' WHERE prefix = '3206810102';
SELECT next_component_id('320681', 'C0102');
SELECT pg_temp.try($$SELECT dcm.next_component_id('320681', 'C0102')$$);
SELECT pg_temp.try($$SELECT dcm.next_component_id('320681', 'C9999')$$);
SELECT pg_temp.try($$SELECT dcm.next_component_id('3206', 'C0101')$$);
SELECT pg_temp.try($$SELECT dcm.next_component_id(NULL, 'C0101')$$);
SELECT pg_temp.try($$SELECT dcm.next_component_id('320681', 'C0101', '1999')$$);

-- what is asked for without a place goes through, also as the first in a session
SAVEPOINT here;
SELECT become('col', scope => 'session') \g /dev/null
SELECT request_component_change('remove', '3206810101000042', NULL, '已拆除') AS r1, request_component_change('change', '3206810101000042', '{"note": "新盖"}', '已更换') AS r2 \gset
SELECT become('lead', scope => 'session') \g /dev/null
SELECT pg_temp.try(format('SELECT dcm.decide_component_change(%s, true)', :r1)), pg_temp.try(format('SELECT dcm.decide_component_change(%s, true)', :r2));
SELECT id, state, note, grid FROM component WHERE id = '3206810101000042';
ROLLBACK TO here;

-- online update: a collector asks, a keeper of the data approves
SELECT become('col', scope => 'session') \g /dev/null
SELECT request_component_change('add', NULL, '{"category": "C0104", "name": "雨水箅子", "location": {"lon": 121.6035, "lat": 31.8005}, "owner": "works", "verified_on": "2015-03-02"}', '新发现') AS r1,
	request_component_change('change', '3206810101000042', '{"state": "intact", "note": null, "location": {"lon": 121.6045, "lat": 31.8005}, "sensor": {"number": "S-18"}}', '已更换') AS r2,
	request_component_change('remove', '3206810101000042', NULL, '已拆除') AS r3 \gset
SELECT kind, component, state, requested_by, reason FROM component_request ORDER BY id;
SELECT pg_temp.try(format('SELECT dcm.decide_component_change(%s, true)', :r1));
SELECT become('lead', scope => 'session') \g /dev/null
SELECT decide_component_change(:r1, true) AS new_id;
SELECT become('keep', scope => 'session') \g /dev/null
SELECT decide_component_change(:r2, true, '核对无误'), decide_component_change(:r3, false, '仍在');
SELECT id, name, grid, state, owner = pg_temp.org('works') AS owned, verified_on, recorded_by, ST_AsText(geom) FROM component ORDER BY id;
SELECT version, by, reason, changes FROM component_story('3206810101000042') WHERE version = 3;
SELECT kind, component, state, decided_by, note FROM component_request ORDER BY id;
-- nobody approves an own request, or decides twice
SELECT request_component_change('remove', '3206810101000042', '{"changed_on": "2015-05-01"}', '已拆除') AS r4 \gset
SELECT pg_temp.try(format('SELECT dcm.decide_component_change(%s, true)', :r4));
SELECT pg_temp.try(format('SELECT dcm.decide_component_change(%s, true)', :r1));
SELECT pg_temp.try('SELECT dcm.decide_component_change(0, true)');
SELECT become('lead', scope => 'session') \g /dev/null
SELECT decide_component_change(:r4, true);
SELECT id, state, changed_on FROM component WHERE id = '3206810101000042';
-- what is written as people do goes in so
SELECT become('col', scope => 'session') \g /dev/null
SELECT request_component_change('add', NULL, '{"category": "C0104", "district": " ３２０６８１ ", "location": {"lon": "１２１.６０３６", "lat": " 31.8005 "}}', '新发现') AS r5 \gset
SELECT become('lead', scope => 'session') \g /dev/null
SELECT decide_component_change(:r5, true) AS new_id \gset
SELECT district(id), ST_AsText(geom) FROM component WHERE id = :'new_id';
DELETE FROM component WHERE id = :'new_id';
-- what cannot be asked for
SELECT d, pg_temp.try(format('SELECT dcm.request_component_change(%L, %L, %L, %L)', k, c, d, 'why'))
FROM (VALUES ('swap', NULL, '{}'), ('add', '3206810101000042', '{}'), ('add', NULL, '{"category": "C0101"}'), ('change', '3206810101000042', '{}'), ('change', '3206810101009999', '{"name": "x"}'),
	('change', '3206810101000042', '[1]'), ('change', '3206810101000042', '{"colour": "red"}'), ('change', '3206810101000042', '{"state": "melted"}'),
	('change', '3206810101000042', '{"owner": "nobody"}'), ('change', '3206810101000042', '{"initial_on": "2015-02-30"}'), ('change', '3206810101000042', '{"location": {"lon": 200, "lat": 0}}'),
	('change', '3206810101000042', '{"category": null}'), ('change', '3206810101000042', '{"is_public": "yes"}'), ('change', '3206810101000042', '{"accuracy": "D"}'),
	('change', '3206810101000042', '{"district": "320681"}'), ('change', '3206810101000042', '{"name": 7}'), ('change', '3206810101000042', '{"category": "E0101"}'),
	('change', '3206810101000042', '{"category": "C0102"}'), ('remove', '3206810101000042', '{"state": "intact"}'), ('add', NULL, '{"category": "C0101", "district": "110101", "location": {"lon": 121.6, "lat": 31.8}}')) AS v (k, c, d);
SELECT pg_temp.try($$SELECT dcm.request_component_change('remove', '3206810101000042', NULL, '')$$);

-- how fresh the register is, by street and by district
SELECT * FROM component_freshness(4, '2015-03-02');
SELECT area, components, fresh, fresh_rate FROM component_freshness(3, '2016-03-03');
UPDATE setting SET value = '3 years' WHERE name = 'component_fresh';
SELECT area, components, fresh, fresh_rate FROM component_freshness(3, '2016-03-03');

-- editions side by side: a city chooses one, codes of the others stay readable
SELECT code, cut, grid_digits, local_majors, local_minors, local_mark, confidence <> '' AS said_how_sure FROM edition ORDER BY code;
SELECT edition, count(*), count(DISTINCT major) FILTER (WHERE kind = 'component') AS majors FROM category GROUP BY 1 ORDER BY 1;
SELECT c.edition, c.code, c.name, major(x.id, e.cut), minor(x.id, e.cut), serial(x.id, e.cut)
FROM (SELECT '3206810101000042'::component_id) AS x (id), edition AS e JOIN category AS c ON c.edition = e.code AND c.code = 'C0101' ORDER BY 1;
SELECT edition_cut('new'), minor('3206810101000042', edition_cut('new')), edition_cut();
SELECT pg_temp.try($$UPDATE dcm.setting SET value = '1999' WHERE name = 'edition'$$);
-- the shipped lists keep their editions' rules but where the source does not
SELECT problem, edition, count(*), min(category), max(category) FROM check_categories() GROUP BY 1, 2 ORDER BY 2, 1;
-- additions of a city's own: warned of, never refused
INSERT INTO category (edition, code, kind, major, minor, name, origin) VALUES
	('2013', 'C0170', 'component', '01', '70', '城市家具', 'local_extension'),
	('2013', 'C0577', 'component', '05', '77', '另一家具', 'local_extension'),
	('2007', 'C2101', 'component', '21', '01', '防蚊闸', 'local_extension'),
	('new', 'C01999', 'component', '01', '999', '充电桩', 'local_extension'),
	('new', 'C01997', 'component', '01', '997', '换电柜（自定义）', 'local_extension'),
	('new', 'C01080', 'component', '01', '080', '标准内', 'base'),
	('new', 'C0103', 'component', '01', '03', '两位', 'base'),
	('2013', 'X1', 'event', '01', '98', '乱码', 'local_extension');
SELECT * FROM check_categories() WHERE category IN ('C0170', 'C0577', 'C2101', 'C01999', 'C01997', 'C01080', 'C0103', 'X1') ORDER BY edition, category, problem;
ROLLBACK;
