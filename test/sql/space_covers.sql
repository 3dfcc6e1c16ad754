-- The exact predicate: border included, holes, several parts, and junk refused.

-- what a helper makes of WKT, for short
CREATE FUNCTION pg_temp.covers(wkt text, x float8, y float8) RETURNS boolean LANGUAGE sql
	RETURN dcm.covers_wkb(ST_AsBinary(wkt::geometry), x, y);

-- inside, outside, on a side, on a vertex, on a slanted side, beside it by the smallest step
SELECT name, pg_temp.covers('POLYGON((0 0, 3 1, 4 4, 0 4, 0 0))', x, y)
FROM (VALUES ('inside', 1, 2), ('outside', 5, 5), ('flat side', 2, 4), ('upright side', 0, 1), ('vertex', 3, 1),
	('slanted side', 1.5, 0.5), ('just under it', 1.5, 0.49999999999999994), ('just above it', 1.5, 0.5000000000000001),
	('ray through vertices', -1, 1), ('ray along the top', -1, 4), ('right of the top', 5, 4)) AS v (name, x, y);

-- a hole is outside, its border is not
SELECT name, pg_temp.covers('POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))', x, y)
FROM (VALUES ('in the hole', 4, 4), ('border of the hole', 3, 4), ('corner of the hole', 6, 6), ('between', 7, 4)) AS v (name, x, y);

-- several parts, one in the hole of another
SELECT name, pg_temp.covers('MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3)), ((4 4, 5 4, 5 5, 4 5, 4 4)), ((20 0, 21 0, 21 1, 20 0)))', x, y)
FROM (VALUES ('island', 4.5, 4.5), ('moat', 3.5, 3.5), ('far part', 20.5, 0.25), ('between parts', 15, 1)) AS v (name, x, y);

-- both byte orders, Z and M, and nothing at all
SELECT encoding, dcm.covers_wkb(ST_AsBinary('POLYGON Z ((0 0 7, 4 0 7, 4 4 7, 0 0 7))'::geometry, encoding), 3, 1)
FROM unnest('{NDR,XDR}'::text[]) AS encoding;
SELECT dcm.covers_wkb(ST_AsEWKB('SRID=4490;MULTIPOLYGON ZM (((0 0 7 7, 4 0 7 7, 4 4 7 7, 0 0 7 7)))'::geometry), 3, 1);
SELECT pg_temp.covers('POLYGON EMPTY', 0, 0), pg_temp.covers('MULTIPOLYGON EMPTY', 0, 0), dcm.covers_wkb(NULL, 0, 0);

-- integer points of random polygons against arithmetic that cannot round: every
-- product of these numbers is exact, so sides and vertices are met often
SELECT setseed(0.5);
CREATE TEMP TABLE shape AS
SELECT n, ST_MakePolygon(ST_MakeLine(ring || ring[1])) AS geom
FROM (SELECT n, array_agg(ST_MakePoint(floor(random() * 11), floor(random() * 11)) ORDER BY k) AS ring
	FROM generate_series(1, 200) AS n, generate_series(1, 5) AS k GROUP BY n) AS r;
SELECT count(*) AS points, count(*) FILTER (WHERE covered) > 3000 AS many_covered,
	count(*) FILTER (WHERE covered IS DISTINCT FROM reckoned) AS wrong
FROM (
	SELECT dcm.covers_wkb(ST_AsBinary(geom), x, y) AS covered,
		bool_or((ax - x) * (by - y) = (ay - y) * (bx - x)
			AND x BETWEEN least(ax, bx) AND greatest(ax, bx) AND y BETWEEN least(ay, by) AND greatest(ay, by))
		OR count(*) FILTER (WHERE (ay > y) <> (by > y)
			AND ((ax - x) * (by - y) - (ay - y) * (bx - x) > 0) = (by > ay)) % 2 = 1 AS reckoned
	FROM shape, generate_series(0, 10) AS x, generate_series(0, 10) AS y,
		LATERAL (SELECT ST_X(p1)::numeric AS ax, ST_Y(p1)::numeric AS ay, ST_X(p2)::numeric AS bx, ST_Y(p2)::numeric AS by
			FROM generate_series(1, 5) AS k,
				LATERAL (SELECT ST_PointN(ST_ExteriorRing(geom), k) AS p1, ST_PointN(ST_ExteriorRing(geom), k + 1) AS p2) AS e) AS edge
	GROUP BY n, geom, x, y) AS judged;

-- away from the sides PostGIS says the same
SET client_min_messages = warning;
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE dcm.covers(geom, point) <> ST_Covers(geom, point)) AS different
FROM (SELECT geom, ST_MakePoint(random() * 10, random() * 10) AS point
	FROM shape, generate_series(1, 20) WHERE ST_IsValid(geom)) AS v
WHERE ST_Distance(ST_Boundary(geom), point) > 1e-9;

-- points computed onto slanted sides: neighbours that share a side cover, both
-- or one of them, every point near it
SELECT count(*) AS points, count(*) FILTER (WHERE NOT (west OR east)) AS lost
FROM (
	SELECT dcm.covers(ST_MakePolygon(ST_MakeLine(ARRAY[a, b, ST_MakePoint(0, 0), a])), p) AS west,
		dcm.covers(ST_MakePolygon(ST_MakeLine(ARRAY[a, b, ST_MakePoint(100, 100), a])), p) AS east
	FROM (SELECT a, b, ST_MakePoint(ST_X(a) + t * (ST_X(b) - ST_X(a)), ST_Y(a) + t * (ST_Y(b) - ST_Y(a))) AS p
		FROM (SELECT ST_MakePoint(50 + random(), 10 + random()) AS a, ST_MakePoint(10 + random(), 50 + random()) AS b,
				random() * 0.8 + 0.1 AS t
			FROM generate_series(1, 2000)) AS side) AS at) AS judged;

-- junk
\set SHOW_CONTEXT never
SELECT dcm.covers_wkb('', 0, 0);
SELECT dcm.covers_wkb('\x02', 0, 0);
SELECT dcm.covers_wkb('\x0103000000ffffffff', 0, 0);
SELECT dcm.covers_wkb('\x010300000001000000ffffffff', 0, 0);
SELECT dcm.covers_wkb('\x0106000000ffffffff', 0, 0);
SELECT dcm.covers_wkb('\x010600000001000000010100000000000000', 0, 0);
SELECT dcm.covers_wkb('\x010300000001000000030000000000', 0, 0);
SELECT dcm.covers_wkb('\x01a70f000000000000', 0, 0);
SELECT dcm.covers_wkb(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry) || '\x00', 0, 0);
SELECT dcm.covers_wkb(overlay(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry, 'NDR') PLACING '\x000000000000f07f' FROM 30), 0, 0);
SELECT dcm.covers_wkb(overlay(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry, 'NDR') PLACING '\x000000000000f03f' FROM 62), 0, 0);
SELECT dcm.covers_wkb(ST_AsBinary('POINT(1 1)'::geometry), 0, 0);
SELECT pg_temp.covers('POLYGON((0 0, 1 0, 1 1, 0 0))', 'NaN', 0);

SELECT dcm.covers('POLYGON((0 0, 1 0, 1 1, 0 0))', 'LINESTRING(0 0, 1 1)');
SELECT dcm.covers_wkb(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry), ST_AsBinary('POINT(1 1)'::geometry) || '\x00');
SELECT dcm.covers_wkb(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry), ST_AsBinary(ST_MakePoint(1, 'Infinity')));
SELECT dcm.covers_wkb(ST_AsBinary('POLYGON((0 0, 1 0, 1 1, 0 0))'::geometry), ST_AsEWKB('POINT ZM (1 1 7 7)'::geometry));
SELECT dcm.covers('POLYGON((0 0, 1 0, 1 1, 0 0))', 'POINT EMPTY'), dcm.covers('POLYGON((0 0, 1 0, 1 1, 0 0))', 'POINT(0.5 0.5)'), dcm.covers(NULL, 'POINT(0 0)');

-- every beginning of a good one is refused, none crashes
CREATE FUNCTION pg_temp.refused(wkb bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	PERFORM dcm.covers_wkb(wkb, 1, 1);
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
	RETURN SQLSTATE || ' ' || name;
END $$;
SELECT pg_temp.refused(substr(good, 1, n)), count(*)
FROM ST_AsBinary('MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 3)), ((20 0, 21 0, 21 1, 20 0)))'::geometry) AS good,
	generate_series(0, length(good)) AS n
GROUP BY 1 ORDER BY 1;
