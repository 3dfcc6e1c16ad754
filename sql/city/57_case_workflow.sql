-- A transition that open cases need is not taken from under them.

CREATE FUNCTION dcm.keep_way_out() RETURNS trigger
	LANGUAGE plpgsql SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	n bigint;
BEGIN
	-- looked at when the transaction ends, so that another may take its place
	IF OLD.state IS NULL OR EXISTS (SELECT FROM dcm.transition AS t
		WHERE t.state = OLD.state AND t.next_state <> t.state AND t.valid @> now()) THEN
		RETURN NULL;
	END IF;
	SELECT count(*) INTO n FROM dcm.case_file AS f WHERE f.state = OLD.state AND f.ended_at IS NULL;
	IF n > 0 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('%s open cases in state "%s" would have no way out', n, OLD.state),
			DETAIL = format('Action "%s" was the last that leaves it.', OLD.action),
			HINT = 'Add another transition from the state in the same transaction, or let the cases go on first.',
			CONSTRAINT = 'dcm.stranded';
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION dcm.keep_way_out() IS
	'Trigger of dcm.transition: 23514 where the change would leave open cases in a state that no action leaves. 防止案卷滞留的触发器。';
CREATE CONSTRAINT TRIGGER keep_way_out AFTER UPDATE OR DELETE ON dcm.transition
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dcm.keep_way_out();
