-- The anchors of the record.  Each covers the cases with an entry told since a day
-- before the anchor before it: what was committed late is in two of them, and
-- what is in none would be.

CREATE TABLE dcm.anchor (
	id			bigint PRIMARY KEY,
	made_at		timestamptz NOT NULL,
	made_by		text NOT NULL DEFAULT session_user,
	cases		bigint[] NOT NULL,
	log_nos		int[] NOT NULL,
	tree		bytea NOT NULL,
	config_till	bigint NOT NULL,
	config		bytea NOT NULL,
	previous	text REFERENCES dcm.anchor (root),
	root		text NOT NULL UNIQUE,
	score_till	bigint NOT NULL DEFAULT 0,
	scores		bytea
);
CREATE INDEX ON dcm.anchor USING gin (cases);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.anchor
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
COMMENT ON TABLE dcm.anchor IS
	'Anchors of the record, append-only: cases stood at the entries log_nos, tree is the Merkle root over these, config covers dcm.config_log up to config_till, scores dcm.score_entry up to score_till (NULL in anchors made before there were scores), root is what is published. 留痕锚点,只增不改。';

INSERT INTO dcm.job_lock VALUES ('anchor');

CREATE FUNCTION dcm.make_anchor() RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET jit = off
AS $$
DECLARE
	last_one record;
	next_one dcm.anchor;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	PERFORM dcm.require_origin();
	PERFORM FROM dcm.job_lock AS l WHERE l.job = 'anchor' FOR UPDATE;
	SELECT a.id, a.made_at, a.root, a.config_till, a.score_till INTO last_one FROM dcm.anchor AS a ORDER BY a.id DESC LIMIT 1;
	next_one.id := coalesce(last_one.id, 0) + 1;
	next_one.made_at := date_trunc('second', clock_timestamp());
	next_one.made_by := session_user;
	next_one.previous := last_one.root;
	SELECT coalesce(array_agg(f.case_no ORDER BY f.case_no), '{}'), coalesce(array_agg(f.log_no ORDER BY f.case_no), '{}')
	INTO next_one.cases, next_one.log_nos
	FROM dcm.case_file AS f
	WHERE last_one.id IS NULL OR f.case_no IN (SELECT l.case_no FROM dcm.case_log AS l WHERE l.recorded_at > last_one.made_at - interval '1 day');
	next_one.tree := dcm.merkle_root(dcm.anchor_leaves(next_one.cases, next_one.log_nos));
	-- what is being changed now may come with a lower number than what is there
	SELECT coalesce(max(c.id), 0) INTO next_one.config_till
	FROM dcm.config_log AS c
	WHERE c.at < next_one.made_at - interval '1 minute';
	next_one.config_till := greatest(next_one.config_till, coalesce(last_one.config_till, 0));
	next_one.config := dcm.config_digest(coalesce(last_one.config_till, 0), next_one.config_till);
	-- whoever appends holds the table, so that no number comes later than a higher one
	SELECT coalesce(max(e.id), 0) INTO next_one.score_till FROM dcm.score_entry AS e;
	next_one.scores := dcm.score_digest(coalesce(last_one.score_till, 0), next_one.score_till);
	next_one.root := dcm.anchor_root(next_one.id, next_one.made_at, next_one.previous, next_one.tree, next_one.config, next_one.scores);
	INSERT INTO dcm.anchor SELECT next_one.*;
	INSERT INTO dcm.outbox (kind, payload, key)
	VALUES ('anchor', jsonb_build_object('anchor', next_one.root, 'cases', cardinality(next_one.cases)), 'anchor:' || next_one.root);
	PERFORM pg_notify('dcm_outbox', '');
	RETURN next_one.root;
END
$$;
COMMENT ON FUNCTION dcm.make_anchor() IS
	'Makes the next anchor of the record and puts it into dcm.outbox, to be published where the city''s people cannot reach it; returns its text. Job anchor does it once a day. 生成留痕锚点并送发件箱,供对外公布。';
REVOKE ALL ON FUNCTION dcm.make_anchor() FROM PUBLIC;
