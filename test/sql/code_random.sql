-- Random text: each string is taken and printed back unchanged, or refused with
-- 22P02 and the name dcm.bad_code; and what is taken is what the rule says.
SET client_min_messages = warning;
CREATE FUNCTION code_taken(given text, type text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	printed text;
	name text;
BEGIN
	EXECUTE format('SELECT %L::dcm.%I::text', given, type) INTO printed;
	IF printed IS DISTINCT FROM given THEN
		RAISE EXCEPTION '% came out as %', given, printed;
	END IF;
	RETURN true;
EXCEPTION WHEN invalid_text_representation THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
	IF name <> 'dcm.bad_code' THEN
		RAISE EXCEPTION '% was refused as %', given, name;
	END IF;
	RETURN false;
END
$$;

-- digits of any length, some with one character put in, over or taken out
SELECT setseed(0.42);
CREATE TEMP TABLE random_text AS
SELECT CASE WHEN edit < 0.6 THEN digits
	WHEN edit < 0.8 THEN overlay(digits PLACING piece FROM 1 + floor(random() * length(digits))::int FOR 1)
	WHEN edit < 0.9 THEN overlay(digits PLACING piece FROM 1 + floor(random() * (1 + length(digits)))::int FOR 0)
	ELSE digits || piece END AS given
FROM (
	SELECT random() AS edit,
		(ARRAY[' ', '-', '+', '.', 'e', 'x', '0', '9', E'\t', E'\n', '/', ':', '０', '江', '😀', E'\x01', ''])[1 + floor(random() * 17)::int] AS piece,
		(SELECT coalesce(string_agg(CASE WHEN random() < 0.5 THEN '0' ELSE floor(random() * 10)::int::text END, ''), '')
			FROM generate_series(1, (ARRAY[2,4,6,9,12,14,15,15,15,16,16,0,1,3,13,17,20,40])[1 + floor(random() * 18)::int + 0 * i])) AS digits
	FROM generate_series(1, 2000) AS i) AS r;

SELECT type, count(*) FILTER (WHERE taken IS DISTINCT FROM given ~ rule) AS not_by_rule,
	count(*) FILTER (WHERE taken) > 100 AS some_taken, count(*) FILTER (WHERE NOT taken) > 100 AS some_refused
FROM (
	SELECT given, type, rule, code_taken(given, type) AS taken
	FROM random_text, (VALUES
		('area_code', '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'),
		('grid_code', '^[0-9]{12}(?!000)[0-9]{3}$'),
		('component_id', '^[0-9]{16}$')) AS v (type, rule)) AS t
GROUP BY type ORDER BY type;
DROP FUNCTION code_taken;
