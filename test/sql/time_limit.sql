-- The type dcm.time_limit: text and binary forms, order, indexes, parts.

SET search_path = public, dcm;

-- what an error says to a program and to a person
CREATE FUNCTION pg_temp.error_of(command text) RETURNS TABLE (code text, name text, message text, detail text, hint text)
	LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	message := 'no error';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, name = CONSTRAINT_NAME, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END $$;

-- canonical text comes back as it was
SELECT t, t::dcm.time_limit::text = t AS same
FROM unnest('{15 minute,2 urgent_hour,3 natural_day,30 work_minute,4 work_hour,5 work_day,2.5 work_day,0.25 work_hour,0 minute,99999999.99 work_day}'::text[]) AS t;

-- what else is read: Chinese as cities write it, full-width digits, fractions, plurals
SELECT t, t::dcm.time_limit AS value, dcm.label_zh(t::dcm.time_limit) AS label_zh
FROM unnest(ARRAY['2紧急工作时', '4工作时', '5工作日', '3自然日', '1紧急工作日', '1/2工作日', '３工作日', '１／２ 工作日',
	'２．５工作时', '15分钟', '30工作分钟', '5个工作日', ' 4 Work_Hours ', '2 work days', '1.50 work_day', '3/4 work_day', '007 minute', '　４　工作时　']) AS t;

-- a bare day or hour is never guessed at
SELECT t, e.* FROM unnest('{2天,5日,3 day,4小时,3 hours}'::text[]) AS t, pg_temp.error_of(format('SELECT %L::dcm.time_limit', t)) AS e;

-- junk, and what two decimals or the range cannot hold
SELECT t, e.code, e.name, e.message, e.detail
FROM unnest(ARRAY['', ' ', '4', 'work_hour', '4 work_hour 5', '4. work_hour', '.5 work_hour', '1e3 minute', '+4 work_hour', '4 work__hour',
	'1/0 work_day', '1/ work_day', '1/2/3 work_day', '种植季节15工作日', '2个', '１．００５ work_day', '1.001 work_day', '1/3工作日',
	'-1 work_day', '100000000 minute', repeat('9', 40) || ' minute', '4 ' || repeat('x', 40)]) AS t,
	pg_temp.error_of(format('SELECT %L::dcm.time_limit', t)) AS e;
SELECT e.hint FROM pg_temp.error_of($$SELECT dcm.time_limit 'junk'$$) AS e;

-- binary: eight bytes, those that text would not make refused
SELECT t, dcm.time_limit_send(t::dcm.time_limit) FROM unnest('{15 minute,2.5 work_day}'::text[]) AS t;
CREATE TEMP TABLE limits (t dcm.time_limit);
INSERT INTO limits VALUES ('4 work_hour'), ('0 minute'), ('99999999.99 work_day'), (NULL);
\set filename `mktemp -u /tmp/dcm_time_limit.XXXXXX`
COPY limits TO :'filename' (FORMAT binary);
CREATE TEMP TABLE limits2 (LIKE limits);
COPY limits2 FROM :'filename' (FORMAT binary);
SELECT * FROM limits EXCEPT SELECT * FROM limits2;
CREATE TEMP TABLE junk (i bigint);
INSERT INTO junk VALUES (0);
COPY junk TO :'filename' (FORMAT binary);
COPY limits2 FROM :'filename' (FORMAT binary);
UPDATE junk SET i = (7::bigint << 52) + 100;
COPY junk TO :'filename' (FORMAT binary);
COPY limits2 FROM :'filename' (FORMAT binary);
UPDATE junk SET i = (1::bigint << 60) + (5::bigint << 52) + 100;
COPY junk TO :'filename' (FORMAT binary);
COPY limits2 FROM :'filename' (FORMAT binary);
UPDATE junk SET i = (5::bigint << 52) + 10000000000;
COPY junk TO :'filename' (FORMAT binary);
COPY limits2 FROM :'filename' (FORMAT binary);
\! rm -f /tmp/dcm_time_limit.*

-- order is by unit, then amount; equal is identical
SELECT string_agg(t::text, ' < ' ORDER BY t)
FROM unnest('{1 work_day,4 work_hour,10 work_hour,9 minute,2 urgent_hour,10 minute,1 natural_day,1 work_minute}'::dcm.time_limit[]) AS t;
SELECT '60 minute'::dcm.time_limit = '1 urgent_hour' AS same, '1.0 work_day'::dcm.time_limit = '1 work_day' AS equal,
	'1 minute'::dcm.time_limit <> '2 minute' AS ne, '1 minute'::dcm.time_limit < '2 minute' AS lt,
	'1 minute'::dcm.time_limit <= '1 minute' AS le, '2 minute'::dcm.time_limit > '1 minute' AS gt,
	'1 minute'::dcm.time_limit >= '2 minute' AS ge, dcm.time_limit_cmp('1 minute', '2 minute') AS cmp;

-- no min and no max: the least of mixed units means nothing
SELECT min(t) FROM limits;

-- the operator classes are whole, and their indexes answer as a scan does
SELECT amname, opcname, amvalidate(c.oid)
FROM pg_opclass AS c JOIN pg_am AS a ON a.oid = opcmethod
WHERE opcintype = 'dcm.time_limit'::regtype ORDER BY 1;
CREATE TEMP TABLE many AS
SELECT dcm.make_time_limit(i % 50, (ARRAY['minute', 'work_hour', 'work_day'])[i % 3 + 1]) AS t FROM generate_series(1, 3000) AS i;
SELECT count(*) FROM many WHERE t = '7 work_hour';
CREATE INDEX many_btree ON many (t);
ANALYZE many;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM many WHERE t = '7 work_hour';
SELECT count(*) FROM many WHERE t = '7 work_hour';
DROP INDEX many_btree;
CREATE INDEX many_hash ON many USING hash (t);
SELECT count(*) FROM many WHERE t = '7 work_hour';
DROP INDEX many_hash;
CREATE INDEX many_brin ON many USING brin (t);
SELECT count(*) FROM many WHERE t = '7 work_hour';
RESET enable_seqscan;
SELECT count(*) FROM many AS a JOIN (SELECT DISTINCT t FROM many) AS b USING (t);
SELECT count(DISTINCT dcm.time_limit_hash(t)) = count(DISTINCT t) AS spread,
	bool_and(dcm.time_limit_hash_extended(t, 0)::bit(32)::int = dcm.time_limit_hash(t)) AS agree FROM many;

-- its parts, and a limit made of parts
SELECT t, dcm.amount(t), dcm.unit(t), dcm.make_time_limit(dcm.amount(t), dcm.unit(t)) = t AS again
FROM unnest('{4 work_hour,2.5 work_day,0.05 minute}'::dcm.time_limit[]) AS t;
SELECT dcm.make_time_limit(1.50, '工作日'), dcm.make_time_limit(0, 'Work Hour');
SELECT a, u, e.code, e.name, e.message, e.hint
FROM (VALUES ('1', 'fortnight'), ('1', 'day'), ('1', ''), ('1.234', 'work_day'), ('-1', 'work_day'), ('NaN', 'work_day'), ('Infinity', 'work_day'), ('1e8', 'work_day')) AS v (a, u),
	pg_temp.error_of(format('SELECT dcm.make_time_limit(%L, %L)', a, u)) AS e;
