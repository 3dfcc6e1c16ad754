-- Samples of cases to be looked at again, drawn so that anybody can draw them anew.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('sample_roles', NULL, NULL, 'shift_leader,inspector,leader', '可抽取复核样本的角色', 'roles that may draw samples of cases');

CREATE TABLE dcm.sample (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind		text NOT NULL CHECK (kind IN ('check', 'verify')),
	since		timestamptz NOT NULL,
	till		timestamptz NOT NULL,
	percent		numeric NOT NULL CHECK (percent > 0 AND percent <= 100),
	seed		text NOT NULL,
	population	bigint NOT NULL,
	population_digest text NOT NULL,
	drawn		bigint NOT NULL,
	cases		bigint[] NOT NULL,
	drawn_by	text NOT NULL,
	db_role		text NOT NULL DEFAULT session_user,
	drawn_at	timestamptz NOT NULL,
	CHECK (since < till)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.sample
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
COMMENT ON TABLE dcm.sample IS
	'Samples that were drawn, append-only: of the cases handled (check 抽查复核) or reported (verify 核实) in [since, till), as the log told until drawn_at, that percent, rounded up, first by sha256 of seed and case number. 抽样记录,只增不改,可按种子复算。';
COMMENT ON COLUMN dcm.sample.population_digest IS 'sha256, in hex, of the population''s case numbers in order, with commas between. 总体案卷号的摘要。';
COMMENT ON COLUMN dcm.sample.cases IS 'The cases drawn, in the order of the draw. 抽中的案卷,按抽取次序。';

CREATE FUNCTION dcm.draw_sample(kind text, since timestamptz, till timestamptz, percent numeric, seed text = NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('sample_roles');
	moment constant timestamptz := clock_timestamp();
	fault text;
	sample_id bigint;
BEGIN
	PERFORM dcm.require_origin();
	fault := CASE
		WHEN kind IS NULL OR kind <> ALL ('{check,verify}') THEN 'kind is check or verify.'
		WHEN NOT coalesce(isfinite(since) AND isfinite(till) AND since < till, false) THEN 'It is drawn of [since, till), and since lies before till.'
		WHEN till > moment THEN format('What it is drawn of must be over, and the clock shows %s.', moment)
		WHEN NOT coalesce(percent > 0 AND percent <= 100, false) THEN 'percent is above 0 and at most 100.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'no such sample can be drawn',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_sample';
	END IF;
	seed := coalesce(seed, replace(gen_random_uuid()::text, '-', ''));
	INSERT INTO dcm.sample (kind, since, till, percent, seed, population, population_digest, drawn, cases, drawn_by, drawn_at)
	SELECT draw_sample.kind, draw_sample.since, draw_sample.till, draw_sample.percent, draw_sample.seed,
		d.population, d.population_digest, cardinality(d.cases), d.cases, who, moment
	FROM dcm.sample_draw(draw_sample.kind, draw_sample.since, draw_sample.till, draw_sample.percent, draw_sample.seed, moment) AS d
	RETURNING id INTO sample_id;
	RETURN sample_id;
END
$$;
COMMENT ON FUNCTION dcm.draw_sample(text, timestamptz, timestamptz, numeric, text) IS
	'Draws that percent, rounded up, of the cases handled (kind check) or reported (verify) in [since, till), and records the draw in dcm.sample; returns its id. The seed, any text, is random where none is given. 22023 for a kind, time or percent that cannot be, 42501 without a role of setting sample_roles. 按种子抽取复核样本并留痕。';
REVOKE ALL ON FUNCTION dcm.draw_sample(text, timestamptz, timestamptz, numeric, text) FROM PUBLIC;
