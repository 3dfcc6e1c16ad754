-- Whatever acts is closed to PUBLIC and open to who installed the extension,
-- who hands it on: a trusted extension's functions belong to the bootstrap
-- superuser, so without this an owner without superuser could not even make a
-- trigger with them.

DO $$
DECLARE
	routine regprocedure;
BEGIN
	FOR routine IN
		-- the extension's own, since an upgrade finds the city's beside them
		SELECT p.oid
		FROM pg_catalog.pg_proc AS p
			JOIN pg_catalog.pg_depend AS d ON (d.classid, d.objid) = ('pg_catalog.pg_proc'::pg_catalog.regclass, p.oid) AND d.deptype = 'e'
			JOIN pg_catalog.pg_extension AS e ON (d.refclassid, d.refobjid) = ('pg_catalog.pg_extension'::pg_catalog.regclass, e.oid) AND e.extname = 'dcm'
		WHERE p.provolatile = 'v'
	LOOP
		EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
		EXECUTE pg_catalog.format('GRANT EXECUTE ON ROUTINE %s TO @extowner@ WITH GRANT OPTION', routine);
	END LOOP;
END
$$;
