-- Indicators: sums of fields judged when they are written, rates rounded half up and
-- NULL on nothing, the preset held against figures that cities have published.
SET client_min_messages = warning;
SET search_path = public, dcm;
SET timezone = 'Asia/Shanghai';
\pset null '–'
BEGIN;

-- sums and differences of fields, with weights
SELECT terms, sum_of('{"filed": 12, "closed": 10, "voided": 1, "handling_seconds": 5400}', terms) FROM unnest(ARRAY[
	'filed', ' filed ', 'filed+closed', 'filed - voided', '-filed + closed', 'closed - filed', 'handling_seconds / 3600', '2*filed', '0.5 * filed - closed / 4 * 2', 'rejected', E'filed\n+ filed', '3 * closed / 3']) AS terms;
SELECT sum_of('{"filed": 9223372036854775807}', 'filed + filed + 10 * filed') AS beyond_bigint;
-- what is none names the place or the field
CREATE FUNCTION pg_temp.came_to(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	name text;
	detail text;
BEGIN
	EXECUTE command INTO answer;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws(' ', SQLSTATE, name || ':', SQLERRM, nullif('(' || detail || ')', '()'));
END $$;
SELECT terms, pg_temp.came_to(format('SELECT dcm.check_terms(%L)', terms)) FROM unnest(ARRAY['', ' ', 'fil', 'Filed', 'filed closed', 'filed +', '+ filed', '- - filed', 'filed + 3', '3', '2 filed', 'filed / closed', '(filed)', 'filed / 0', 'filed * 0.00',
	'filed * 1.', 'filed * .5', 'filed * 1.2.3', 'filed * 1e3', 'filed * 12345678901234567', 'filed; DROP TABLE x', '立案数 + filed', 'filed + 立案数', 'filed--closed']) AS terms;
SELECT check_terms(string_agg(field, ' + ')) AS every_field, check_terms(NULL) AS none FROM tally_fields();

-- a row is judged when it is written
SELECT command, pg_temp.came_to('INSERT INTO dcm.indicator (code, name, numerator, denominator, exclusion, unit, basis) VALUES ' || command) FROM unnest(ARRAY[
	$$('a', '甲', 'fil', NULL, NULL, 'count', 'flow')$$, $$('a', '甲', 'filed', 'closd', NULL, 'percent', 'flow')$$, $$('a', '甲', 'filed', 'closed', 'closed +', 'percent', 'flow')$$]) AS command;
SELECT command, left(pg_temp.came_to('INSERT INTO dcm.indicator (code, name, numerator, denominator, exclusion, unit, basis) VALUES ' || command), 60) FROM unnest(ARRAY[
	$$('a', '甲', 'filed', NULL, 'closed', 'count', 'flow')$$, $$('a', '甲', 'filed', NULL, NULL, 'percent', 'flow')$$, $$('a', '甲', 'filed', 'closed', NULL, 'percent', 'stock')$$]) AS command;

-- rounding half up, nothing on nothing, exclusions, units
INSERT INTO indicator (code, object, name, numerator, denominator, exclusion, unit, decimals, basis) VALUES
	('rate', 'any', '率', 'closed', 'filed', NULL, 'percent', 2, 'flow'), ('whole_rate', 'any', '整数率', 'closed', 'filed', NULL, 'percent', 0, 'cohort'),
	('less', 'any', '剔除', 'closed', 'close_due', 'suspended_open', 'percent', 2, 'flow'), ('times', 'any', '倍数', 'overrun_seconds', 'overrun_limit_seconds', NULL, 'ratio', 3, 'flow'),
	('hours', 'any', '平均时长', 'handling_seconds / 3600', 'handling_count', NULL, 'hour', 1, 'flow'), ('count', 'any', '数', 'filed - voided', NULL, NULL, 'count', 0, 'flow'),
	('of_posts', 'collector', '岗位', 'reported', NULL, NULL, 'count', 0, 'flow');
SELECT n, indicator, i.numerator, i.denominator, i.value, i.unit, i.basis FROM unnest(ARRAY[
	'{"filed": 800, "closed": 1, "voided": 3, "close_due": 10, "suspended_open": 4, "overrun_seconds": 5400, "overrun_limit_seconds": 3600, "handling_seconds": 16380, "handling_count": 3}',
	'{"filed": 8, "closed": 1}', '{"closed": 3, "close_due": 4, "suspended_open": 4, "voided": 2, "overrun_seconds": 7}', '{"close_due": 1, "suspended_open": 4}', '{}']::tally[]) WITH ORDINALITY AS v (tally, n), indicators(tally) AS i WHERE i.object = 'any';
SELECT indicator FROM indicators('{}', 'collector');
SELECT count(*) FILTER (WHERE object <> 'any') AS of_others FROM indicators('{}', 'department');
SELECT count(*) AS of_no_tally FROM indicators(NULL) WHERE value IS NOT NULL;

-- a change is a new version: what was is computed as it was
UPDATE indicator SET denominator = 'filed - voided' WHERE code = 'rate';
SELECT (SELECT i.value FROM indicators(t, at => now() - interval '1 day') AS i WHERE i.indicator = 'rate') AS before,
	(SELECT i.value FROM indicators(t) AS i WHERE i.indicator = 'rate') AS now
FROM (VALUES ('{"filed": 12, "closed": 5, "voided": 2}'::tally)) AS v (t);
SELECT op, after ->> 'denominator' AS denominator, (after ->> 'replaces') IS NOT NULL AS replaces_one FROM config_log WHERE table_name = 'indicator' AND after ->> 'code' = 'rate' ORDER BY id;
ROLLBACK;
BEGIN;

-- the preset, loaded twice: every indicator of the list that a tally can have, once
SELECT load_preset('cn_indicators'), load_preset('cn_indicators');
SELECT standard, split_part(confidence, ':', 1) AS confidence, object, count(*) FROM indicator GROUP BY 1, 2, 3 ORDER BY min(id);
SELECT count(*) AS diff FROM preset_diff('cn_indicators');
SELECT count(*) FILTER (WHERE name_en IS NULL OR standard IS NULL OR confidence IS NULL OR source IS NULL) AS unsaid,
	count(*) FILTER (WHERE unit = 'percent' AND formula IS NULL) AS rates_without_words FROM indicator;
SELECT code, numerator, denominator, exclusion FROM indicator WHERE code ~ '^(reg|dep|col|acc|shl|dsp|jh|sz|gc)_' AND denominator IS NOT NULL ORDER BY id;
-- fields in which no indicator is interested
SELECT field FROM tally_fields() AS f WHERE mark IS NOT NULL AND NOT EXISTS (SELECT FROM indicator AS i WHERE concat_ws(' ', numerator, denominator, exclusion) ~ ('\m' || f.field || '\M'));
-- figures that were published: Tianmen, December 2016; a district of another city
SELECT city, i.indicator, i.value FROM (VALUES
	('Tianmen', '{"filed": 996, "close_due": 972, "closed": 911, "closed_in_time": 737}'::tally), ('district', '{"close_due": 6026, "closed": 5912}')) AS v (city, t),
	indicators(t, 'region') AS i WHERE i.indicator IN ('reg_close_rate', 'reg_ontime_rate') AND value > 0;
ROLLBACK;
