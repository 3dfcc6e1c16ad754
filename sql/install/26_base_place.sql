-- Places with names: from what people say to a point, and back (地理编码).

CREATE FUNCTION dcm.place_text(name text, former_names text[], address text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10
	SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat_ws(' ', name, array_to_string(former_names, ' '), address);
END
$$;
COMMENT ON FUNCTION dcm.place_text(text, text[], text) IS
	'All by which a place is found: its name, its former names, its address; what its trigram index holds. 地名检索文本。';

CREATE FUNCTION dcm.geocode(said text, most int = 5, at timestamptz = now(),
	OUT place text, OUT name text, OUT kind text, OUT score real, OUT location geometry, OUT grid dcm.grid_code, OUT area dcm.area_code)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 5
	SET search_path FROM CURRENT
AS $$
DECLARE
	wanted constant text := dcm.clean(said);
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY
	WITH found AS (
		-- by trigrams, through the index
		SELECT p.* FROM dcm.place AS p
		WHERE dcm.place_text(p.name, p.former_names, p.address) %> wanted AND p.valid @> geocode.at
		UNION
		-- a name within what was said, also where the database's locale gives no
		-- trigrams of Chinese
		SELECT p.* FROM dcm.place AS p
		WHERE (pg_catalog.strpos(wanted, p.name) > 0 OR pg_catalog.strpos(p.name, wanted) > 0
				OR EXISTS (SELECT FROM pg_catalog.unnest(p.former_names) AS f WHERE pg_catalog.strpos(wanted, f) > 0 OR pg_catalog.strpos(f, wanted) > 0))
			AND p.valid @> geocode.at
	), scored AS (
		SELECT f.*, GREATEST(
			word_similarity(wanted, dcm.place_text(f.name, f.former_names, f.address)),
			-- how much of what was said the name is, or of the name what was said
			(SELECT pg_catalog.max(CASE WHEN pg_catalog.strpos(wanted, n) > 0 THEN pg_catalog.length(n)::real / pg_catalog.length(wanted)::real
				WHEN pg_catalog.strpos(n, wanted) > 0 THEN pg_catalog.length(wanted)::real / pg_catalog.length(n)::real ELSE 0 END)
				FROM pg_catalog.unnest(pg_catalog.array_append(f.former_names, f.name)) AS n))::real AS score
		FROM found AS f
	), best AS (
		SELECT s.*, ST_PointOnSurface(s.geom) AS spot
		FROM scored AS s WHERE s.score > 0::real
		ORDER BY s.score DESC, pg_catalog.length(s.name) DESC, s.code
		LIMIT most
	)
	SELECT b.code, b.name, b.kind, b.score, b.spot, w.grid, coalesce(b.area, w.area)
	FROM best AS b CROSS JOIN LATERAL dcm.place_of(b.spot, geocode.at) AS w
	ORDER BY b.score DESC, pg_catalog.length(b.name) DESC, b.code;
END
$$;
COMMENT ON FUNCTION dcm.geocode(text, int, timestamptz) IS
	'The places that an address in words may mean, best first: code, name, kind, score from 0 to 1, a point of it, and the unit grid and area that it lies in. By trigrams of names, former names and addresses, and by names that stand within what was said. 地址转坐标与网格。';

CREATE FUNCTION dcm.reverse_geocode(location geometry, metres float8 = 200, at timestamptz = now(),
	OUT place text, OUT name text, OUT kind text, OUT distance float8, OUT description text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000 ROWS 5
	SET search_path FROM CURRENT
AS $$
DECLARE
	spot constant geometry := dcm.to_city(location);
	here constant record := dcm.place_of(spot, at);
	around constant geometry := dcm.reach(spot, metres);
	above text;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	-- region, then base name, then local point
	SELECT pg_catalog.string_agg(r.name, '' ORDER BY dcm.level(r.code)) INTO above
	FROM dcm.region AS r WHERE here.area <@ r.code AND dcm.level(r.code) >= 2 AND r.valid @> reverse_geocode.at;
	RETURN QUERY
	SELECT p.code, p.name, p.kind, d.distance,
		pg_catalog.concat(above, p.name, CASE WHEN d.distance >= 1::float8 THEN pg_catalog.format('附近%s米', pg_catalog.round(d.distance)) END)
	FROM dcm.place AS p CROSS JOIN LATERAL (SELECT dcm.metres(p.geom, spot) AS distance) AS d
	WHERE p.geom && around AND p.valid @> reverse_geocode.at AND d.distance <= metres
	ORDER BY d.distance, p.code;
	IF NOT FOUND AND above IS NOT NULL THEN
		description := above;
		RETURN NEXT;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.reverse_geocode(geometry, float8, timestamptz) IS
	'What a point is called: the places within so many metres, nearest first, each with the distance in metres and a description from the largest area down; the areas alone where there is no place, no row outside the city. 22023 for what is no point of the city''s coordinate system. 坐标转地址描述。';
