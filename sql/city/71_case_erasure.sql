-- Erasing what the law requires to be erased, and the record of who did and why.

CREATE TABLE dcm.erasure (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	what		text NOT NULL CHECK (what IN ('caller', 'intake', 'case_text', 'case_address')),
	intake		bigint,
	case_no		bigint,
	log_no		int,
	field		text,
	reason		text NOT NULL,
	erased_by	text NOT NULL,
	db_role		text NOT NULL DEFAULT session_user,
	erased_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	CHECK ((what IN ('case_text', 'case_address')) = (intake IS NULL)),
	CHECK (num_nonnulls(case_no, log_no, field) = CASE what WHEN 'case_text' THEN 3 WHEN 'case_address' THEN 1 ELSE 0 END)
);
CREATE INDEX ON dcm.erasure (case_no, log_no) WHERE case_no IS NOT NULL;
CREATE INDEX ON dcm.erasure (intake) WHERE intake IS NOT NULL;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.erasure
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
COMMENT ON TABLE dcm.erasure IS
	'What was erased, by whom, when and for which reason of dcm.reason (kind erase), append-only and without personal data: caller, the text of an intake, a text of a case, or its address. 删除记录,只增不改,不含个人信息。';

CREATE FUNCTION dcm.erase(what text, reason text, intake bigint = NULL, case_no bigint = NULL, log_no int = NULL, field text = NULL)
	RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 10000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('privacy_roles');
	fault text;
	callers bigint[];
	held record;
	erased int := 0;
BEGIN
	PERFORM dcm.require_origin();
	fault := CASE
		WHEN what IS NULL OR what <> ALL ('{caller,intake,case_text,case_address}') THEN 'what is caller, intake, case_text or case_address.'
		WHEN what = 'case_text' AND (case_no IS NULL OR intake IS NOT NULL) THEN 'A text of a case is named by case_no, and by log_no and field where not all of them go.'
		WHEN what = 'case_address' AND (case_no IS NULL OR num_nonnulls(intake, log_no, field) > 0) THEN 'The address of a case is named by case_no.'
		WHEN what IN ('caller', 'intake') AND (intake IS NULL OR num_nonnulls(case_no, log_no, field) > 0) THEN 'A caller and a text of an intake are named by the intake.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'it is not told what to erase',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_erasure';
	END IF;
	IF NOT EXISTS (SELECT FROM dcm.reason AS r WHERE (r.kind, r.code) = ('erase', erase.reason)) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('there is no reason "%s" to erase', coalesce(reason, 'NULL')),
			HINT = 'SELECT code, name FROM dcm.reason WHERE kind = ''erase''.',
			CONSTRAINT = 'dcm.no_reason';
	END IF;

	IF what IN ('case_text', 'case_address') THEN
		IF NOT EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = erase.case_no) THEN
			RAISE EXCEPTION USING
				ERRCODE = 'no_data_found',
				MESSAGE = format('there is no case %s', case_no),
				CONSTRAINT = 'dcm.no_case';
		END IF;
		IF what = 'case_address' AND dcm.erase_address(case_no) THEN
			INSERT INTO dcm.erasure (what, case_no, reason, erased_by) VALUES (what, case_no, reason, who);
			erased := 1;
		END IF;
		FOR held IN
			SELECT x.log_no, x.field FROM dcm.case_text AS x
			WHERE x.case_no = erase.case_no AND x.value IS NOT NULL AND (what = 'case_text' OR x.field = 'address')
				AND (erase.log_no IS NULL OR x.log_no = erase.log_no) AND (erase.field IS NULL OR x.field = erase.field)
			ORDER BY x.log_no, x.field
		LOOP
			CONTINUE WHEN NOT dcm.erase_text(case_no, held.log_no, held.field);
			INSERT INTO dcm.erasure (what, case_no, log_no, field, reason, erased_by)
			VALUES ('case_text', case_no, held.log_no, held.field, reason, who);
			-- the digest of the call, by which the text might be guessed
			UPDATE dcm.act_key AS k SET args = '' WHERE (k.case_no, k.log_no) = (erase.case_no, held.log_no);
			IF held.log_no = 1 THEN
				UPDATE dcm.report_key AS k SET args = '' WHERE k.case_no = erase.case_no;
			END IF;
			erased := erased + 1;
		END LOOP;
		RETURN erased;
	END IF;

	PERFORM dcm.held_intake(intake);
	IF what = 'intake' THEN
		UPDATE dcm.intake AS i SET text = NULL, address = NULL, answer = NULL
		WHERE i.id = erase.intake AND num_nonnulls(i.text, i.address, i.answer) > 0;
		IF FOUND THEN
			INSERT INTO dcm.erasure (what, intake, reason, erased_by) VALUES (what, intake, reason, who);
			erased := 1;
		END IF;
		RETURN erased;
	END IF;
	-- whoever called under the same number, by whatever name, is gone with it
	SELECT array_agg(o.id) INTO callers
	FROM dcm.intake AS i
		JOIN dcm.caller AS c ON c.id = i.caller
		JOIN dcm.caller AS o ON o.id = c.id OR o.phone_key = c.phone_key
	WHERE i.id = erase.intake;
	-- a call that is being registered ends first, and is seen below
	PERFORM FROM dcm.caller AS c WHERE c.id = ANY (callers) ORDER BY c.id FOR UPDATE;
	FOR held IN UPDATE dcm.intake AS i SET caller = NULL WHERE i.caller = ANY (callers) RETURNING i.id LOOP
		INSERT INTO dcm.erasure (what, intake, reason, erased_by) VALUES (what, held.id, reason, who);
		erased := erased + 1;
	END LOOP;
	DELETE FROM dcm.caller AS c WHERE c.id = ANY (callers);
	RETURN erased;
END
$$;
COMMENT ON FUNCTION dcm.erase(text, text, bigint, bigint, int, text) IS
	'Erases personal data: caller, who told an intake, in all that this number told; intake, what it says, its address and answer; case_text, texts of a case (all, those of an entry, or one field); case_address, the address of a case, also where a correction told it. reason is one of dcm.reason, kind erase. Returns how many were erased, each recorded in dcm.erasure; again is 0. 22023 for what is not told or no reason, P0002 for an unknown intake or case, 42501 without a role of setting privacy_roles. 删除个人信息并留痕。';
REVOKE ALL ON FUNCTION dcm.erase(text, text, bigint, bigint, int, text) FROM PUBLIC;
