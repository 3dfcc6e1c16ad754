-- Anchors: what was anchored and written anew is found, also where the chain was
-- made whole again; a case's place in an anchor can be proved from outside.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();

SELECT is(encode(dcm.merkle_root('{}'), 'hex'), encode(sha256(''), 'hex'), 'the root of nothing');
SELECT is(dcm.merkle_root(ARRAY['\x0a'::bytea]), '\x0a'::bytea, 'of one');
SELECT is(dcm.merkle_root(ARRAY['\x0a', '\x0b', '\x0c']::bytea[]), sha256('\x01'::bytea || sha256('\x01'::bytea || '\x0a' || '\x0b') || '\x0c'), 'of three');
-- every leaf of trees of many sizes comes to the root by its path
SELECT is_empty($$
	WITH RECURSIVE tree AS (SELECT n, (SELECT array_agg(sha256(i::text::bytea) ORDER BY i) FROM generate_series(1, n) AS i) AS leaves FROM generate_series(1, 17) AS n),
	climb AS (
		SELECT t.n, i, 0 AS step, t.leaves[i] AS hash, t.leaves FROM tree AS t, generate_series(1, t.n) AS i
		UNION ALL
		SELECT c.n, c.i, p.step, sha256('\x01'::bytea || CASE p.side WHEN 'left' THEN p.hash || c.hash ELSE c.hash || p.hash END), c.leaves
		FROM climb AS c, LATERAL dcm.merkle_path(c.leaves, c.i) AS p WHERE p.step = c.step + 1)
	SELECT n, i FROM (SELECT DISTINCT ON (n, i) n, i, hash, leaves FROM climb ORDER BY n, i, step DESC) AS x WHERE hash <> dcm.merkle_root(leaves)$$, 'proofs hold');

CREATE TEMP TABLE c AS SELECT t.case_in('closed') AS a, t.case_in('handling') AS b;
-- what is configured this minute is the next anchor's
SET LOCAL session_replication_role = replica;
UPDATE dcm.config_log SET at = at - interval '1 hour';
SET LOCAL session_replication_role = origin;
SELECT is_empty('SELECT * FROM dcm.verify_anchors()', 'nothing is anchored yet');
CREATE TEMP TABLE kept AS SELECT dcm.make_anchor() AS first;
SELECT matches(first, '^dcm-anchor-1:1:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ:[0-9a-f]{64}$', 'an anchor') FROM kept;
SELECT is((SELECT payload ->> 'anchor' FROM dcm.outbox WHERE kind = 'anchor'), first, 'goes out') FROM kept;
SELECT isnt((t.act('han', b, 'handle', t.data('handle'))).state, NULL, 'the record goes on') FROM c;
ALTER TABLE kept ADD COLUMN second text;
UPDATE kept SET second = dcm.make_anchor();
SELECT is((SELECT count(*) FROM dcm.verify_all(NULL, k)), 0::bigint, 'and is sound by what was kept') FROM kept, unnest(ARRAY[first, second]) AS k;
SELECT is((SELECT count(*) FROM dcm.verify_anchors('dcm-anchor-1:2:2015-01-01T00:00:00Z:00')), 1::bigint, 'not by what was not made');
SELECT is((SELECT a.log_no FROM c, dcm.anchored(b) AS a), (SELECT log_no FROM dcm.case_file, c WHERE case_no = b), 'the last anchor covers where the case stands');
-- from outside: entry, leaf, path, tree, anchor
SELECT is((
	WITH RECURSIVE proof AS (SELECT x.* FROM c, dcm.anchored(a) AS x),
	climb AS (
		SELECT 0 AS step, dcm.anchor_leaf(a, l.log_no, l.hash) AS hash, p.path FROM c, proof AS p JOIN dcm.case_log AS l ON l.log_no = p.log_no WHERE l.case_no = a
		UNION ALL
		SELECT step + 1, sha256('\x01'::bytea || CASE path -> step ->> 'side' WHEN 'left' THEN decode(path -> step ->> 'hash', 'hex') || hash ELSE hash || decode(path -> step ->> 'hash', 'hex') END), path
		FROM climb WHERE step < jsonb_array_length(path))
	SELECT hash FROM climb ORDER BY step DESC LIMIT 1), (SELECT tree FROM dcm.anchor ORDER BY id DESC LIMIT 1), 'a case can be proved from outside');
SELECT is((SELECT d -> 'proof' -> 'anchor' ->> 'anchor' FROM c, dcm.case_dossier(a) AS d), second, 'as its dossier does') FROM kept;
SELECT is((SELECT jsonb_array_length(d -> 'story') || ' ' || jsonb_array_length(d -> 'assignments') || ' ' || jsonb_array_length(d -> 'proof' -> 'problems') FROM c, dcm.case_dossier(a) AS d), '9 1 0', 'with all that happened');
SELECT is(t.try('SELECT dcm.case_dossier(1)'), 'P0002 dcm.no_case', 'of a case that there is');

-- the last entry changed, and the chain made whole again: no chain tells of it
CREATE FUNCTION pg_temp.rewrite(no bigint) RETURNS text LANGUAGE sql AS $$
	SELECT format('UPDATE dcm.case_log SET client = ''10.0.0.1'' WHERE case_no = %s AND log_no = %s;
		UPDATE dcm.case_log AS l SET hash = dcm.log_hash((SELECT p.hash FROM dcm.case_log AS p WHERE p.case_no = l.case_no AND p.log_no = l.log_no - 1), l) WHERE l.case_no = %1$s AND l.log_no = %2$s;
		UPDATE dcm.case_file SET head = (SELECT l.hash FROM dcm.case_log AS l WHERE l.case_no = %1$s AND l.log_no = %2$s) WHERE case_no = %1$s', no, log_no)
	FROM dcm.case_file WHERE case_no = no
$$;
SELECT matches(t.tampered(pg_temp.rewrite(a)), '^anchor: the log of the \d+ cases that it covers is not what it was$', 'history written anew is found by the anchor alone') FROM c;
-- and where the anchors are made anew as well, by the one that was kept
SELECT matches(t.tampered(pg_temp.rewrite(a) || format('; DELETE FROM dcm.anchor; SELECT dcm.make_anchor()'), second), 'this city has no such anchor', 'or by who kept it outside') FROM c, kept;
SELECT is(t.tampered(pg_temp.rewrite(a) || '; DELETE FROM dcm.anchor; SELECT dcm.make_anchor()'), 'nothing', 'without whom nothing is found: an anchor must go out') FROM c;
SELECT matches(t.tampered(s), told, s) FROM (VALUES
	('DELETE FROM dcm.anchor WHERE id = 1', 'anchor 1 is missing before it'),
	('UPDATE dcm.anchor SET made_by = ''x'', made_at = made_at - interval ''1 day'' WHERE id = 2', 'the anchor itself is not what was made of it'),
	('UPDATE dcm.anchor SET log_nos[1] = 1 WHERE id = 1', 'is not what it was'),
	('UPDATE dcm.anchor SET config = ''\x00'' WHERE id = 2', 'the log of configuration'),
	('UPDATE dcm.config_log SET person = ''x'' WHERE id = (SELECT min(id) FROM dcm.config_log)', 'the log of configuration up to it is not what it was'),
	('DELETE FROM dcm.config_log WHERE id = (SELECT min(id) FROM dcm.config_log)', 'the log of configuration up to it is not what it was')) AS v (s, told);
SELECT is(t.try(s), '23514 dcm.append_only', s) FROM unnest(ARRAY['UPDATE dcm.anchor SET root = ''x''', 'DELETE FROM dcm.anchor', 'TRUNCATE dcm.anchor CASCADE']) AS s;
CREATE ROLE test_nobody LOGIN;
GRANT USAGE ON SCHEMA dcm TO test_nobody;
SET LOCAL SESSION AUTHORIZATION test_nobody;
SELECT throws_ok('SELECT dcm.make_anchor()', '42501', NULL, 'not made by anybody');
RESET SESSION AUTHORIZATION;

SELECT * FROM finish();
ROLLBACK;
