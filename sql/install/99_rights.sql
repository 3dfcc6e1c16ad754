-- Whatever acts is closed to PUBLIC and open to who installed the extension,
-- who hands it on: a trusted extension's functions belong to the bootstrap
-- superuser, so without this an owner without superuser could not even make a
-- trigger with them.

DO $$
DECLARE
	routine regprocedure;
BEGIN
	FOR routine IN
		SELECT p.oid FROM pg_catalog.pg_proc AS p
		WHERE p.pronamespace = 'dcm'::pg_catalog.regnamespace
			AND p.provolatile = 'v'
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
		EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO @extowner@ WITH GRANT OPTION', routine);
	END LOOP;
END
$$;
