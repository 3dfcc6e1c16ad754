-- The leaves of the case tables, made as cases of a year come.

CREATE FUNCTION dcm.make_leaf(of_year int) RETURNS void
	LANGUAGE plpgsql STRICT SET search_path = pg_catalog, dcm, pg_temp SET lock_timeout = '10s'
AS $$
DECLARE
	parent text;
	leaf text;
	sub text;
	fill int;
BEGIN
	IF of_year NOT BETWEEN 1900 AND 9999 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = pg_catalog.format('no case numbers begin with year %s', of_year),
			CONSTRAINT = 'dcm.bad_time';
	END IF;
	-- two sessions that meet a new year at once: the second finds it made, which
	-- it does after a lock on a table, but not after an advisory one
	LOCK TABLE dcm.case_file IN SHARE UPDATE EXCLUSIVE MODE;
	IF pg_catalog.to_regclass('dcm.case_file_' || of_year) IS NOT NULL THEN
		RETURN;
	END IF;
	-- rows that are updated leave room on their page for it
	FOR parent, sub, fill IN VALUES ('case_file', NULL, 60), ('case_log', 'log_no', 100), ('case_text', 'log_no', 100),
		('assignment', 'work_no', 80), ('case_stage', 'stage_no', 80), ('attachment', 'attachment_no', 100), ('case_task', 'task_no', 80)
	LOOP
		leaf := parent || '_' || of_year;
		EXECUTE format('CREATE TABLE dcm.%I (LIKE dcm.%I INCLUDING ALL) WITH (fillfactor = %s)', leaf, parent, fill);
		EXECUTE (SELECT coalesce(string_agg(format('ALTER TABLE dcm.%I ALTER COLUMN %I SET STATISTICS 0', leaf, a.attname), '; '), '')
			FROM pg_attribute AS a WHERE a.attrelid = format('dcm.%I', parent)::regclass AND a.attnum > 0 AND a.attstattarget = 0);
		IF parent = 'case_text' THEN
			EXECUTE format('ALTER TABLE dcm.%I ADD FOREIGN KEY (case_no, log_no) REFERENCES dcm.%I',
				leaf, 'case_log_' || of_year);
		ELSIF parent <> 'case_file' THEN
			EXECUTE format('ALTER TABLE dcm.%I ADD FOREIGN KEY (case_no) REFERENCES dcm.%I',
				leaf, 'case_file_' || of_year);
		END IF;
		EXECUTE format('CREATE TRIGGER zz_dcm_guard BEFORE INSERT OR UPDATE OR DELETE ON dcm.%I
			FOR EACH ROW EXECUTE FUNCTION dcm.guard(%L, %L)', leaf, parent, coalesce(sub, ''));
		EXECUTE format('CREATE TRIGGER zz_dcm_guard_truncate BEFORE TRUNCATE ON dcm.%I
			FOR EACH STATEMENT EXECUTE FUNCTION dcm.guard(%L, %L)', leaf, parent, coalesce(sub, ''));
		EXECUTE format('ALTER TABLE dcm.%I ATTACH PARTITION dcm.%I FOR VALUES FROM (%s) TO (%s)',
			parent, leaf, of_year::bigint * 100000000000, (of_year + 1)::bigint * 100000000000);
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.make_leaf(int) IS
	'Makes the leaves of all case tables for the case numbers of a year, with keys and guards; nothing where they are there. 建立某年案卷的分区。';
REVOKE ALL ON FUNCTION dcm.make_leaf(int) FROM PUBLIC;
