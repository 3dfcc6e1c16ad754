-- Every community of the country goes in and comes out the same.
SET client_min_messages = warning;
SET search_path = public, dcm;
CREATE TEMP TABLE communities (code text, name text);
\copy communities FROM PROGRAM 'gzip -dc "$PG_ABS_SRCDIR"/data/communities_2023.csv.gz' CSV HEADER
CREATE TEMP TABLE community_codes AS SELECT code AS text, code::area_code AS area, name FROM communities;
SELECT count(*), count(*) FILTER (WHERE area::text = text) AS the_same,
	count(*) FILTER (WHERE level(area) = 5) AS communities, count(DISTINCT area) AS distinct_codes
FROM community_codes;

-- the areas above them are the first digits
SELECT count(*) FROM community_codes
WHERE province(area)::text <> left(text, 2) OR city(area)::text <> left(text, 4) OR district(area)::text <> left(text, 6)
	OR street(area)::text <> left(text, 9) OR community(area)::text <> text OR parent(area) <> street(area);

-- and each holds unit grids
SELECT count(*) FROM community_codes
WHERE make_grid_code(area, 7)::text <> text || '007' OR community(make_grid_code(area, 999)) <> area
	OR NOT make_grid_code(area, 1) <@ district(area);

-- the order is that of the text
SELECT count(*) FROM (
	SELECT row_number() OVER (ORDER BY area) AS by_code, row_number() OVER (ORDER BY text COLLATE "C") AS by_text
	FROM community_codes) AS o
WHERE by_code <> by_text;

-- what a city has, by the index and by the text
CREATE INDEX ON community_codes (area);
ANALYZE community_codes;
EXPLAIN (COSTS OFF) SELECT name FROM community_codes WHERE area <@ '320681101';
SELECT count(*) FROM community_codes WHERE area <@ '320681';
SELECT count(*) FROM community_codes WHERE text LIKE '320681%';
SELECT area, name FROM community_codes WHERE area <@ '320681100' ORDER BY area LIMIT 3;
