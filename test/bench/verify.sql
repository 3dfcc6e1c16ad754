-- What a night's proof costs: dcm.verify_all() over a million entries of the log,
-- in one process, against one SELECT that takes sha256 over the text of the same
-- rows of the log, which is the least that any proof must read and hash.
-- Cases of each shape are played by acts; each is then put there ten thousand times
-- and more under other numbers, with its chain made anew, as nothing but acts could.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
\ir ../pgtap/include/city.psql
SET client_min_messages = warning;


-- of ten cases six go the straight way; one is sent back by its check, one by its
-- body, one is handled by two, and one is not done yet
CREATE FUNCTION pg_temp.played(way text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.case_in(CASE way WHEN 'rework' THEN 'checking' WHEN 'return' THEN 'dispatched' WHEN 'joint' THEN 'filed' WHEN 'open' THEN 'handling' ELSE 'checked' END);
	step text;
BEGIN
	IF way = 'joint' THEN
		PERFORM t.act('disp', no, 'dispatch', '{"org": "cg", "joint": ["hw"]}');
		PERFORM t.act(p, no, 'sign') FROM unnest('{lia,lia2}'::text[]) AS p;
		PERFORM t.act(p, no, 'handle', t.data('handle')) FROM unnest('{han2,han}'::text[]) AS p;
	END IF;
	FOREACH step IN ARRAY CASE way
		WHEN 'rework' THEN '{fail_check,handle,request_check,pass_check}'
		WHEN 'return' THEN '{return,dispatch,sign,handle,request_check,pass_check}'
		WHEN 'joint' THEN '{request_check,pass_check}'
		WHEN 'open' THEN '{request_extension,grant_extension}'
		ELSE '{}' END::text[] LOOP
		PERFORM t.step(no, step);
	END LOOP;
	PERFORM dcm.become('lead');
	PERFORM dcm.act(no, 'comment', 'what somebody had to say about it');
	IF way <> 'open' THEN
		PERFORM t.step(no, 'close');
	END IF;
	RETURN no;
END
$$;
CREATE TABLE shape AS
SELECT row_number() OVER () AS k, pg_temp.played(w) AS no FROM unnest('{straight,straight,straight,straight,straight,straight,rework,return,joint,open}'::text[]) AS w;

-- copies: the same rows under the numbers of the same day from 0500001 for the first shape;
-- an entry's hash is taken over its own number and the hash before it
CREATE PROCEDURE put_copies(copies int) LANGUAGE plpgsql AS $$
DECLARE
	number constant text := 's.no / 10000000 * 10000000 + s.k * 500000 + i';
	list text;
	told text;
	name text;
BEGIN
	FOREACH name IN ARRAY '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task}'::text[] LOOP
		SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum), string_agg(format('l.%I', a.attname), ', ' ORDER BY a.attnum) INTO list, told
		FROM pg_attribute AS a
		WHERE a.attrelid = ('dcm.' || name)::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attname NOT IN ('case_no', 'hash');
		IF name <> 'case_log' THEN
			EXECUTE format('INSERT INTO dcm.%I (case_no, %s) SELECT %s, %s FROM shape AS s JOIN dcm.%1$I AS l ON l.case_no = s.no, generate_series(1, $1) AS i', name, list, number, told) USING copies;
			CONTINUE;
		END IF;
		FOR n IN 1..(SELECT max(log_no) FROM dcm.case_log) LOOP
			EXECUTE format($q$
				INSERT INTO dcm.case_log (case_no, %s, hash)
				SELECT x.*, dcm.log_hash((SELECT p.hash FROM dcm.case_log AS p WHERE (p.case_no, p.log_no) = (x.case_no, x.log_no - 1)), y)
				FROM (SELECT %s AS case_no, %s FROM shape AS s JOIN dcm.case_log AS l ON l.case_no = s.no, generate_series(1, $1) AS i WHERE l.log_no = $2 OFFSET 0) AS x,
					LATERAL (SELECT x.*, NULL::bytea AS hash) AS y$q$, list, number, told) USING copies, n;
		END LOOP;
	END LOOP;
	UPDATE dcm.case_file AS f SET head = (SELECT l.hash FROM dcm.case_log AS l WHERE (l.case_no, l.log_no) = (f.case_no, f.log_no));
END
$$;
SET session_replication_role = replica;
SELECT ceil(1000000.0 / count(*)) AS copies FROM dcm.case_log \gset
CALL put_copies(:copies);
RESET session_replication_role;
VACUUM ANALYZE;

-- by the processor's clock of this process, which others on the machine do not move;
-- seconds of it, user and system, as Linux tells them in hundredths
CREATE FUNCTION pg_temp.spent() RETURNS float8 LANGUAGE sql VOLATILE AS $$
	SELECT (f[14]::float8 + f[15]::float8) / 100 FROM string_to_array(regexp_replace(pg_read_file('/proc/self/stat'), '\(.*\)', 'x'), ' ') AS f
$$;
CREATE TABLE lap (turn int, ours float8, theirs float8, ours_wall float8);
DO $$
DECLARE
	since float8;
	began timestamptz;
	next lap;
BEGIN
	FOR i IN 1..3 LOOP
		next.turn := i;
		since := pg_temp.spent();
		PERFORM FROM dcm.case_log AS l WHERE sha256(convert_to(l::text, 'UTF8')) IS NULL;
		next.theirs := pg_temp.spent() - since;
		since := pg_temp.spent();
		began := clock_timestamp();
		IF EXISTS (SELECT FROM dcm.verify_all()) THEN
			RAISE EXCEPTION 'the record is not right: %', (SELECT v::text FROM dcm.verify_all() AS v LIMIT 1);
		END IF;
		next.ours := pg_temp.spent() - since;
		next.ours_wall := extract(epoch FROM clock_timestamp() - began);
		INSERT INTO lap SELECT next.*;
	END LOOP;
END
$$;
INSERT INTO bench_result
SELECT format('verify_all, %s entries of %s cases: %s s of one core a million entries, %s s by the clock', n, (SELECT count(*) FROM dcm.case_file), round((ours / n * 1e6)::numeric, 1), round((wall / n * 1e6)::numeric, 1)),
	format('sha256 over the text of each entry in SQL, %s s', round((theirs / n * 1e6)::numeric, 1)), ours / theirs, '<= 8.00', '<= 5.00'
FROM (SELECT count(*) AS n FROM dcm.case_log) AS c,
	(SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ours) AS ours, percentile_cont(0.5) WITHIN GROUP (ORDER BY theirs) AS theirs,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY ours_wall) AS wall FROM lap) AS m;
