-- Who answers for a problem, and why.
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;
SET LOCAL client_min_messages = notice;

-- Two districts side by side, each with a government, a city committee, and bodies.
INSERT INTO dcm.region (code, name, geom) VALUES
	('320681'::dcm.area_code, 'West', ST_Multi(ST_MakeEnvelope(121.60, 31.80, 121.61, 31.81, 4490))),
	('320682'::dcm.area_code, 'East', ST_Multi(ST_MakeEnvelope(121.61, 31.80, 121.62, 31.81, 4490)));
INSERT INTO dcm.region (code, name, mgmt_mode, geom) VALUES
	('320681900'::dcm.area_code, 'Old village', 'traditional', ST_Multi(ST_MakeEnvelope(121.600, 31.800, 121.602, 31.801, 4490)));
INSERT INTO dcm.org (code, name, level, kind, area) VALUES
	('committee', '城管委', 1, 'committee', NULL),
	('gov_west', '西区政府', 2, 'government', '320681'::dcm.area_code),
	('gov_east', '东区政府', 2, 'government', '320682'::dcm.area_code),
	('water', '水务公司', 1, 'enterprise', NULL),
	('lamps', '路灯所', 1, 'department', NULL),
	('contractor', '养护公司', 1, 'enterprise', NULL),
	('housing', '住建局', 1, 'department', NULL),
	('clean_west', '西区环卫', 2, 'department', NULL),
	('clean_east', '东区环卫', 2, 'department', NULL),
	('street', '街道办', 3, 'department', NULL),
	('station', '火车站', 3, 'enterprise', NULL);
INSERT INTO dcm.org (code, name, level, kind, successor, valid)
SELECT 'tap_water', '自来水公司', 1, 'enterprise', id, '[-infinity,2020-01-01)' FROM dcm.org WHERE code = 'water';
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES
	('C0191', 'component', '01', '91', 'cover'), ('C0192', 'component', '01', '92', 'lamp'),
	('E0191', 'event', '01', '91', 'rubbish'), ('E0291', 'event', '02', '91', 'posters'), ('E0991', 'event', '09', '91', 'other');
INSERT INTO dcm.grid (code, geom, org) VALUES
	('320681001001001'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(121.604, 31.804, 121.605, 31.805, 4490)), NULL),
	('320681001001002'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(121.605, 31.804, 121.606, 31.805, 4490)), (SELECT id FROM dcm.org WHERE code = 'station')),
	('320681002001001'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(121.609, 31.804, 121.610, 31.805, 4490)), NULL),
	('320682001001001'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(121.610, 31.804, 121.611, 31.805, 4490)), NULL);
CREATE FUNCTION pg_temp.org(code text) RETURNS int LANGUAGE sql RETURN (SELECT o.id FROM dcm.org AS o WHERE o.code = $1);
CREATE FUNCTION pg_temp.category(code text) RETURNS int LANGUAGE sql RETURN (SELECT c.id FROM dcm.category AS c WHERE c.code = $1);
CREATE FUNCTION pg_temp.at(lon float8, lat float8) RETURNS geometry LANGUAGE sql RETURN dcm.point(lon, lat);
INSERT INTO dcm.responsibility (id, category, kind, major, area, org, principle, valid) VALUES
	(9001, pg_temp.category('C0191'), NULL, NULL, NULL, pg_temp.org('tap_water'), 'owner', '[-infinity,)'),
	(9002, NULL, 'event', '01', '320681'::dcm.area_code, pg_temp.org('clean_west'), 'territory', '[-infinity,)'),
	(9003, NULL, 'event', '01', '320682'::dcm.area_code, pg_temp.org('clean_east'), 'territory', '[-infinity,)'),
	(9004, NULL, 'event', '01', '320681002'::dcm.area_code, pg_temp.org('street'), 'territory', '[2020-01-01,)'),
	(9005, NULL, 'event', NULL, NULL, pg_temp.org('housing'), 'owner', '[-infinity,)'),
	(9006, NULL, 'component', NULL, '320681'::dcm.area_code, pg_temp.org('gov_west'), 'territory', '[-infinity,)');
DELETE FROM dcm.responsibility WHERE id = 9005;
INSERT INTO dcm.component (id, category, owner, maintainer, authority, grid, geom) VALUES
	('3206810192000001'::dcm.component_id, pg_temp.category('C0192'), pg_temp.org('lamps'), pg_temp.org('contractor'), pg_temp.org('housing'),
		'320681001001001'::dcm.grid_code, dcm.point(121.6045, 31.8045)),
	('3206810192000002'::dcm.component_id, pg_temp.category('C0192'), NULL, pg_temp.org('contractor'), NULL,
		'320681001001001'::dcm.grid_code, NULL),
	('3206810191000003'::dcm.component_id, pg_temp.category('C0191'), NULL, NULL, NULL,
		'320681001001001'::dcm.grid_code, dcm.point(121.6045, 31.8045));

-- where places are
SELECT name, p.* FROM (VALUES ('in a grid', 121.6045, 31.8045), ('in a district only', 121.603, 31.803),
	('in a village not managed digitally', 121.601, 31.8005), ('outside', 121.7, 31.8)) AS v (name, x, y),
	LATERAL dcm.place_of(dcm.point(x, y), now()) AS p;

-- a component with a register entry: owner, maintainer, authority, then the territory
SELECT rank, org, principle, rule_id, reason
FROM dcm.resolve_responsible('C0192', pg_temp.at(121.6045, 31.8045), '3206810192000001'::dcm.component_id);

-- what is not given comes from the component; one without a point lies in its grid
SELECT rank, org, principle, rule_id FROM dcm.resolve_responsible(NULL, NULL, '3206810192000002'::dcm.component_id);

-- a component that the register says nothing of: the rule of its category, as the body was then and is now
SELECT rank, org, principle, rule_id, reason FROM dcm.resolve_responsible('C0191', NULL, '3206810191000003'::dcm.component_id);
SELECT rank, org, principle, rule_id FROM dcm.resolve_responsible('C0191', pg_temp.at(121.6045, 31.8045), at => '2019-05-01');

-- the city's order is data
UPDATE dcm.setting SET value = 'maintainer, owner' WHERE name = 'component_bodies';
UPDATE dcm.dispatch_policy SET turn = 3 WHERE kind = 'component' AND principle = 'owner';
SELECT rank, org, principle FROM dcm.resolve_responsible(NULL, NULL, '3206810192000001'::dcm.component_id);
UPDATE dcm.setting SET value = NULL WHERE name = 'component_bodies';
UPDATE dcm.dispatch_policy SET turn = 1 WHERE kind = 'component' AND principle = 'owner';

-- an event: the territory first, by the most specific rule of the time
SELECT rank, org, principle, rule_id, reason FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6045, 31.8045));
SELECT rank, org, principle, rule_id FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6095, 31.8045));
SELECT rank, org, principle, rule_id FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6095, 31.8045), at => '2019-05-01');

-- a polygon is narrower than any area; a rule for the category is before both
INSERT INTO dcm.responsibility (id, kind, major, geom, org, principle) VALUES
	(9010, 'event', '01', ST_Multi(ST_MakeEnvelope(121.6042, 31.8042, 121.6048, 31.8048, 4490)), pg_temp.org('station'), 'territory');
SELECT org, rule_id FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6048, 31.8045));
INSERT INTO dcm.responsibility (id, category, org, principle) VALUES (9011, pg_temp.category('E0191'), pg_temp.org('housing'), 'territory');
SELECT org, rule_id FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6048, 31.8045));
DELETE FROM dcm.responsibility WHERE id IN (9010, 9011);

-- a grid that names its body, against no rule and against one
SELECT org, principle, rule_id, reason FROM dcm.resolve_responsible('E0291', pg_temp.at(121.6055, 31.8045));
SELECT org, principle, rule_id FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6055, 31.8045));

-- nobody answers
SELECT rank, org, principle, rule_id, reason FROM dcm.resolve_responsible('E0291', pg_temp.at(121.6045, 31.8045));

-- outside
SELECT * FROM dcm.resolve_responsible('E0191', pg_temp.at(121.7, 31.8));
SELECT principle FROM dcm.resolve_responsible('E0191', pg_temp.at(121.601, 31.8005));

-- near the other district: three metres, and twenty
SELECT rank, org, principle, rule_id, reason FROM dcm.resolve_responsible('E0191', pg_temp.at(121.60997, 31.8045));
SELECT rank, org, principle FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6098, 31.8045));
SELECT rank, org, principle FROM dcm.resolve_responsible('E0291', pg_temp.at(121.61003, 31.8045));
UPDATE dcm.setting SET value = '30' WHERE name = 'border_metres';
SELECT rank, org, principle FROM dcm.resolve_responsible('E0191', pg_temp.at(121.6098, 31.8045));

-- what cannot be asked
SELECT dcm.resolve_responsible('E9999', pg_temp.at(121.6045, 31.8045));
SELECT dcm.resolve_responsible(NULL, pg_temp.at(121.6045, 31.8045));
SELECT dcm.resolve_responsible('E0191', NULL);
SELECT dcm.resolve_responsible('C0191', NULL, '3206810191999999'::dcm.component_id);
SELECT dcm.resolve_responsible('E0191', 'POINT(121.6045 31.8045)');
SELECT dcm.resolve_responsible('E0191', 'SRID=3857;POINT(121.6045 31.8045)');
SELECT dcm.resolve_responsible('E0191', 'SRID=4490;LINESTRING(121 31, 122 31)');

-- errors carry their names
DO $$
DECLARE
	name text;
BEGIN
	PERFORM dcm.resolve_responsible('E9999', dcm.point(121.6045, 31.8045));
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
	RAISE NOTICE '% %', SQLSTATE, name;
END $$;

-- a tie is refused when it is written; another time, place, thing or principle is none
INSERT INTO dcm.responsibility (id, kind, major, area, org, principle) VALUES
	(9020, 'event', '01', '320681'::dcm.area_code, pg_temp.org('street'), 'territory');
INSERT INTO dcm.responsibility (id, kind, major, area, org, principle) VALUES
	(9021, 'event', '01', '320681'::dcm.area_code, pg_temp.org('street'), 'owner'),
	(9022, 'event', '02', '320681'::dcm.area_code, pg_temp.org('street'), 'territory'),
	(9023, 'event', '01', '320681003'::dcm.area_code, pg_temp.org('street'), 'territory');
INSERT INTO dcm.responsibility (id, kind, major, geom, org, principle) VALUES
	(9024, 'event', '01', ST_Multi(ST_MakeEnvelope(121.60, 31.80, 121.61, 31.81, 4490)), pg_temp.org('street'), 'territory'),
	(9025, 'event', '01', ST_Multi(ST_MakeEnvelope(121.61, 31.80, 121.62, 31.81, 4490)), pg_temp.org('station'), 'territory');
UPDATE dcm.responsibility SET geom = ST_Multi(ST_MakeEnvelope(121.609, 31.80, 121.62, 31.81, 4490)) WHERE id = 9025;

-- a change of hands in one statement, and in one transaction
UPDATE dcm.responsibility SET area = CASE id WHEN 9002 THEN '320682' ELSE '320681' END::dcm.area_code WHERE id IN (9002, 9003);
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO dcm.responsibility (id, kind, major, area, org, principle) VALUES
	(9030, 'event', '01', '320682'::dcm.area_code, pg_temp.org('station'), 'territory');
DELETE FROM dcm.responsibility WHERE replaces = 9002;
SET CONSTRAINTS ALL IMMEDIATE;

-- what a rule may not say
\set VERBOSITY terse
INSERT INTO dcm.responsibility (major, org, principle) VALUES ('01', pg_temp.org('street'), 'owner');
INSERT INTO dcm.responsibility (org, principle) VALUES (pg_temp.org('street'), 'nearest');
ROLLBACK;
