/*
 * city.c
 *	  The city's tables seen from C: their oids and their owner.
 *
 * The tables belong to whoever called dcm.create_city(), not to the extension,
 * so nothing about them is known before they are looked up; the lookups go by
 * the catalog caches and need no cache of their own.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "city.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_require_city);

/*
 * The oid of a table in schema dcm; raises 55000 where there is none, which
 * means that this database has no city or an older one.
 */
Oid
city_table(const char *name)
{
	Oid			nsp = get_namespace_oid("dcm", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid(name, nsp) : InvalidOid;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this database has no city"),
				 errdetail("Table \"dcm.%s\" does not exist.", name),
				 errhint("Call dcm.create_city()."),
				 errname("dcm.no_city")));
	return relid;
}

/* The role that owns the city: the owner of dcm.setting. */
Oid
city_owner(void)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(city_table("setting")));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for table \"dcm.setting\"");
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/* dcm.require_city(): raises 55000 where this database has no city. */
Datum
dcm_require_city(PG_FUNCTION_ARGS)
{
	(void) city_table("setting");
	PG_RETURN_VOID();
}
