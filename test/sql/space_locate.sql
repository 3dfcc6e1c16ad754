-- Coordinates of the city, and the grid of a point.
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;

-- web maps: a published pair, and there and back
SELECT abs(p[0] - 121.531541859215) < 1e-9 AND abs(p[1] - 31.17530398364597) < 1e-9 AS gcj02
FROM dcm.to_gcj02('(121.5272106,31.1774276)') AS p;
SELECT abs(p[0] - 121.5272106) < 1e-9 AND abs(p[1] - 31.1774276) < 1e-9 AS wgs84
FROM dcm.from_gcj02('(121.531541859215,31.17530398364597)') AS p;
SELECT count(*) FILTER (WHERE dcm.from_gcj02(dcm.to_gcj02(p)) <-> p > 1e-10) AS gcj02_off,
	count(*) FILTER (WHERE dcm.from_bd09(dcm.to_bd09(p)) <-> p > 1e-10) AS bd09_off,
	min(dcm.to_gcj02(p) <-> p) > 0.0005 AS moved
FROM generate_series(75, 134, 3) AS lon, generate_series(3, 53, 5) AS lat, point(lon, lat) AS p;
SELECT dcm.to_gcj02('(2.35,48.85)'), dcm.from_gcj02('(2.35,48.85)');
SELECT dcm.to_gcj02('(31.2,121.5)');
SELECT dcm.from_bd09('(NaN,0)');

-- a point of the city
SELECT ST_AsEWKT(dcm.point(121.66, 31.81)),
	ST_Distance(dcm.point(121.66, 31.81), dcm.point(p[0], p[1], 'gcj02')) < 1e-9 AS same
FROM dcm.to_gcj02('(121.66,31.81)') AS p;
SELECT dcm.point(121.66, 31.81, 'mars');
SELECT dcm.point(500, 31.81);
SELECT dcm.is_lonlat(4490), dcm.is_lonlat(4269), dcm.is_lonlat(4549), dcm.is_lonlat(0);

-- four squares that share sides, and an older one that was replaced
INSERT INTO dcm.grid (code, geom, valid)
SELECT code::dcm.grid_code, ST_Multi(ST_MakeEnvelope(x, y, x + 1, y + 1, 4490)), coalesce(valid, '[-infinity,)')::tstzrange
FROM (VALUES ('320681001001001', 100, 31, NULL), ('320681001001002', 101, 31, NULL), ('320681001001003', 100, 30, NULL),
	('320681001001004', 101, 30, '[2020-01-01,)'), ('320681001001005', 101, 30, '[-infinity,2020-01-01)')) AS v (code, x, y, valid);

-- inside, on the common side (lowest code), on the common corner, on the outer border, outside
SELECT name, dcm.locate(ST_SetSRID(ST_MakePoint(x, y), 4490))
FROM (VALUES ('inside', 100.5, 31.5), ('side of 1 and 2', 101, 31.5), ('corner of four', 101, 31), ('side of 3 and 4', 101, 30.5),
	('outer corner', 102, 30), ('outside', 102.0001, 30), ('far away', 0, 0)) AS v (name, x, y);

-- a grid of its time
SELECT dcm.locate(p), dcm.locate(p, '2019-05-01 00:00+08'), dcm.locate(p, at => '2020-01-01 00:00+00')
FROM ST_SetSRID(ST_MakePoint(101.5, 30.5), 4490) AS p;

-- WGS-84 is taken as it is; nothing else is
SELECT dcm.locate('SRID=4326;POINT(100.5 31.5)');
SELECT ST_AsEWKT(dcm.to_city('SRID=4326;POINT(100.5 31.5)'));
SELECT dcm.locate('POINT(100.5 31.5)');
SELECT dcm.locate('SRID=3857;POINT(100.5 31.5)');
SELECT dcm.to_city('SRID=4549;POINT(1 1)');

-- points only
SELECT dcm.locate('SRID=4490;LINESTRING(100 31, 101 31)');
SELECT dcm.locate('SRID=4490;POINT EMPTY');
SELECT dcm.locate(NULL) IS NULL AS nothing, dcm.locate('SRID=4490;POINT Z (100.5 31.5 8)');

-- the city's SRID is read anew when it changes, which it does with the columns alone
UPDATE dcm.setting SET value = '4326' WHERE name = 'srid';
SET session_replication_role = replica;
UPDATE dcm.setting SET value = '4326' WHERE name = 'srid';
SELECT dcm.city_srid(4490), dcm.city_srid(4326);
UPDATE dcm.setting SET value = '4549' WHERE name = 'srid';
SELECT dcm.city_srid(4490);
SELECT ST_SRID(p), round(ST_X(p)), round(ST_Y(p)) FROM dcm.point(120, 31) AS p;
UPDATE dcm.setting SET value = '4490' WHERE name = 'srid';
RESET session_replication_role;

-- distances and areas, of constants too, in degrees and in metres
SELECT dcm.metres('SRID=4549;POINT(500000 3500000)', 'SRID=4549;POINT(500003 3500004)'), dcm.square_metres('SRID=4549;POLYGON((0 0, 0 10, 10 10, 10 0, 0 0))'),
	round(dcm.metres('SRID=4490;POINT(121.6 31.8)', 'SRID=4490;POINT(121.601 31.8)')) AS lonlat, round(dcm.square_metres('SRID=4490;POLYGON((121.6 31.8, 121.601 31.8, 121.601 31.801, 121.6 31.801, 121.6 31.8))')) AS lonlat_area;

-- what is wrong with the grids
SELECT problem, grid, other, detail FROM dcm.check_grids() WHERE problem <> 'too_large';
SELECT problem, count(*) FROM dcm.check_grids() GROUP BY 1;
INSERT INTO dcm.grid (code, geom) VALUES
	('320681001001011'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(110, 31, 110.001, 31.001, 4490))),
	('320681001001012'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(110.0009, 31, 110.002, 31.001, 4490))),
	('320681001001013'::dcm.grid_code, ST_Multi(ST_MakeEnvelope(110.002, 31, 110.0021, 31.0001, 4490))),
	('320681001001014'::dcm.grid_code, 'SRID=4490;MULTIPOLYGON(((110.003 31, 110.004 31, 110.003 31.001, 110.004 31.001, 110.003 31)))');
INSERT INTO dcm.region (code, name, geom) VALUES
	('320681'::dcm.area_code, 'Qidong', ST_Multi(ST_MakeEnvelope(100, 30, 110.0021, 32, 4490)));
SELECT problem, grid, other, round(square_metres) AS m2 FROM dcm.check_grids() WHERE grid::text > '320681001001010' ORDER BY 1, 2;

-- a proposal: whole squares but for the clipped ones, in reading order, nothing lost
CREATE TEMP TABLE proposal AS
SELECT p.* FROM dcm.partition_area('SRID=4490;POLYGON((121.6 31.8, 121.61 31.8, 121.6105 31.8095, 121.6 31.809, 121.6 31.8))', 100) AS p;
SELECT count(*), count(*) = max(serial) AS gapless, count(*) FILTER (WHERE dcm.square_metres(geom) < 5000) AS small,
	abs(sum(ST_Area(geom)) - ST_Area('POLYGON((121.6 31.8, 121.61 31.8, 121.6105 31.8095, 121.6 31.809, 121.6 31.8))')) < 1e-10 AS whole
FROM proposal;
SELECT count(*) FILTER (WHERE ST_Area(ST_Intersection(a.geom, b.geom)) > 1e-14) AS overlaps
FROM proposal AS a JOIN proposal AS b ON a.serial < b.serial AND a.geom && b.geom;
SELECT bool_and(ST_Y(ST_Centroid(a.geom)) > ST_Y(ST_Centroid(b.geom)) + 0.0005 OR ST_X(ST_Centroid(a.geom)) < ST_X(ST_Centroid(b.geom))) AS reading_order
FROM proposal AS a JOIN proposal AS b ON b.serial = a.serial + 1;
SELECT dcm.partition_area('SRID=4490;POLYGON((0 0, 1 0, 1 1, 0 0))', 0);
SELECT dcm.partition_area('SRID=4490;LINESTRING(0 0, 1 1)', 100);
SELECT dcm.partition_area('SRID=4490;POLYGON((100 20, 120 20, 120 40, 100 20))', 10);
SELECT dcm.partition_area('SRID=4490;POLYGON((100 20, 120 20, 120 40, 100 20))', 'NaN');

ROLLBACK;
