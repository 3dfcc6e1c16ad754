-- Anchors: one hash a day over what the record held then, which goes out of the
-- database.  An unkeyed chain alone proves nothing against whoever can write all
-- of it anew; a root that others hold does.

CREATE FUNCTION dcm.merkle_root(leaves bytea[]) RETURNS bytea
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	level bytea[] := leaves;
BEGIN
	IF cardinality(level) = 0 THEN
		RETURN sha256('');
	END IF;
	-- leaf and node begin with another byte, so that none can stand for the other
	WHILE cardinality(level) > 1 LOOP
		SELECT array_agg(CASE WHEN p.right_one IS NULL THEN p.left_one ELSE sha256(E'\\x01'::bytea || p.left_one || p.right_one) END ORDER BY p.n) INTO level
		FROM (SELECT x.left_one, lead(x.left_one) OVER (ORDER BY x.n) AS right_one, x.n FROM unnest(level) WITH ORDINALITY AS x (left_one, n)) AS p
		WHERE p.n % 2 = 1;
	END LOOP;
	RETURN level[1];
END
$$;
COMMENT ON FUNCTION dcm.merkle_root(bytea[]) IS
	'The root of a Merkle tree over leaves in their order: sha256(01 ‖ left ‖ right) a node, a node without a fellow goes up as it is; sha256 of nothing for no leaf. 默克尔树根。';

CREATE FUNCTION dcm.merkle_path(leaves bytea[], place int, OUT step int, OUT side text, OUT hash bytea)
	RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 10000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	level bytea[] := leaves;
	at int := place;
BEGIN
	step := 0;
	WHILE cardinality(level) > 1 LOOP
		side := CASE WHEN at % 2 = 1 THEN 'right' ELSE 'left' END;
		hash := level[CASE WHEN at % 2 = 1 THEN at + 1 ELSE at - 1 END];
		IF hash IS NOT NULL THEN
			step := step + 1;
			RETURN NEXT;
		END IF;
		SELECT array_agg(CASE WHEN p.right_one IS NULL THEN p.left_one ELSE sha256(E'\\x01'::bytea || p.left_one || p.right_one) END ORDER BY p.n) INTO level
		FROM (SELECT x.left_one, lead(x.left_one) OVER (ORDER BY x.n) AS right_one, x.n FROM unnest(level) WITH ORDINALITY AS x (left_one, n)) AS p
		WHERE p.n % 2 = 1;
		at := (at + 1) / 2;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.merkle_path(bytea[], int) IS
	'What a leaf must be hashed with, and on which side, to come to dcm.merkle_root() of the leaves: the proof that it is among them. 默克尔包含证明。';

CREATE FUNCTION dcm.anchor_leaf(case_no bigint, log_no int, hash bytea) RETURNS bytea
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
	RETURN pg_catalog.sha256('\x00'::pg_catalog.bytea OPERATOR(pg_catalog.||) pg_catalog.int8send(case_no) OPERATOR(pg_catalog.||) pg_catalog.int4send(log_no) OPERATOR(pg_catalog.||) hash);
COMMENT ON FUNCTION dcm.anchor_leaf(bigint, int, bytea) IS
	'The leaf of an anchor''s tree for a case that stood at an entry of that hash: sha256(00 ‖ number ‖ entry ‖ hash), big-endian. 锚点叶子:案卷号、条目号与摘要。';

CREATE FUNCTION dcm.anchor_leaves(cases bigint[], log_nos int[]) RETURNS bytea[]
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN coalesce((
		-- an entry that is gone is a leaf that cannot have been
		SELECT array_agg(coalesce(dcm.anchor_leaf(a.case_no, a.log_no, l.hash), E'\\x') ORDER BY a.case_no)
		FROM unnest(cases, log_nos) AS a (case_no, log_no)
			LEFT JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (a.case_no, a.log_no)), '{}');
END
$$;
COMMENT ON FUNCTION dcm.anchor_leaves(bigint[], int[]) IS
	'The leaves of an anchor from the log as it is now. 由现有日志计算锚点叶子。';

CREATE FUNCTION dcm.config_digest(since bigint, till bigint) RETURNS bytea
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
	SET timezone = 'UTC' SET datestyle = 'ISO'
AS $$
BEGIN
	RETURN (
		SELECT sha256(convert_to(coalesce(string_agg(concat_ws(E'\x1f', c.id, c.table_name, c.op, c.before, c.after, c.db_role, c.person, c.at, c.reason), E'\x1e' ORDER BY c.id), ''), 'UTF8'))
		-- from the beginning, whatever number somebody has put before it
		FROM dcm.config_log AS c WHERE (c.id > since OR since = 0) AND c.id <= till);
END
$$;
COMMENT ON FUNCTION dcm.config_digest(bigint, bigint) IS
	'sha256 over the entries of dcm.config_log after the first number up to the second. 规则变更日志的摘要。';

CREATE FUNCTION dcm.anchor_root(id bigint, made_at timestamptz, previous text, tree bytea, config bytea, scores bytea = NULL) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100
	RETURN pg_catalog.format('dcm-anchor-1:%s:%s:%s', id, pg_catalog.to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
		pg_catalog.encode(pg_catalog.sha256('\x02'::pg_catalog.bytea OPERATOR(pg_catalog.||) pg_catalog.convert_to(coalesce(previous, ''), 'UTF8')
			OPERATOR(pg_catalog.||) tree OPERATOR(pg_catalog.||) config OPERATOR(pg_catalog.||) coalesce(scores, '')), 'hex'));
COMMENT ON FUNCTION dcm.anchor_root(bigint, timestamptz, text, bytea, bytea, bytea) IS
	'The text of an anchor, to be kept outside: version, number, time in UTC, and sha256(02 ‖ the previous anchor''s text ‖ tree ‖ configuration ‖ scores, nothing in anchors without). 锚点文本。';

CREATE FUNCTION dcm.verify_anchors(given text = NULL) RETURNS TABLE (anchor text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	a record;
	before_it text;
	config_before bigint := 0;
	scores_before bigint := 0;
	expected bigint := 1;
	seen boolean := given IS NULL;
	tree bytea;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_sight();
	FOR a IN SELECT * FROM dcm.anchor AS x ORDER BY x.id LOOP
		anchor := a.root;
		seen := seen OR a.root = given;
		IF a.id <> expected THEN
			problem := format('anchor %s is missing before it', expected);
			RETURN NEXT;
		END IF;
		tree := dcm.merkle_root(dcm.anchor_leaves(a.cases, a.log_nos));
		IF tree <> a.tree THEN
			problem := format('the log of the %s cases that it covers is not what it was', cardinality(a.cases));
			RETURN NEXT;
		END IF;
		IF dcm.config_digest(config_before, a.config_till) <> a.config THEN
			problem := 'the log of configuration up to it is not what it was';
			RETURN NEXT;
		END IF;
		IF a.scores IS NOT NULL AND (dcm.score_digest(scores_before, a.score_till) <> a.scores OR a.score_till <> coalesce((SELECT max(e.id) FROM dcm.score_entry AS e WHERE e.id <= a.score_till), 0)) THEN
			problem := 'the ledger of scores up to it is not what it was';
			RETURN NEXT;
		END IF;
		-- an anchor ends with an entry that there is
		IF a.previous IS DISTINCT FROM before_it
			OR a.config_till <> coalesce((SELECT max(c.id) FROM dcm.config_log AS c WHERE c.id <= a.config_till), 0)
			OR a.root <> dcm.anchor_root(a.id, a.made_at, a.previous, a.tree, a.config, a.scores) THEN
			problem := 'the anchor itself is not what was made of it';
			RETURN NEXT;
		END IF;
		before_it := a.root;
		config_before := a.config_till;
		scores_before := greatest(a.score_till, scores_before);
		expected := a.id + 1;
	END LOOP;
	IF NOT seen THEN
		anchor := given;
		problem := 'this city has no such anchor: it was taken away, or made anew with what it covers';
		RETURN NEXT;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.verify_anchors(text) IS
	'What is wrong with the anchors: each against the one before it and the log as it is now, and whether the one that is given, as somebody outside keeps it, is among them. No row where nothing is. 42501 for who does not see every case. 校验锚点及外部留存的锚点。';

CREATE FUNCTION dcm.anchored(case_no bigint, OUT anchor text, OUT log_no int, OUT leaf bytea, OUT path jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	a record;
	leaves bytea[];
BEGIN
	SELECT x.root, x.cases, x.log_nos, array_position(x.cases, anchored.case_no) AS place INTO a
	FROM dcm.anchor AS x WHERE x.cases @> ARRAY[anchored.case_no] ORDER BY x.id DESC LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	leaves := dcm.anchor_leaves(a.cases, a.log_nos);
	anchor := a.root;
	log_no := a.log_nos[a.place];
	leaf := leaves[a.place];
	SELECT coalesce(jsonb_agg(jsonb_build_object('side', p.side, 'hash', encode(p.hash, 'hex')) ORDER BY p.step), '[]') INTO path
	FROM dcm.merkle_path(leaves, a.place) AS p;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION dcm.anchored(bigint) IS
	'The last anchor that covers a case, the entry at which the case stood then, its leaf, and the path from it to the tree''s root; no row where none covers it yet. 覆盖该案卷的最近锚点及包含证明。';
