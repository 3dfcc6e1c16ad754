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
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/guc.h"
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

	if (OidIsValid(relid))
		return relid;
	if (OidIsValid(nsp) && OidIsValid(get_relname_relid("setting", nsp)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the city's tables are of an earlier version"),
				 errdetail("Table \"dcm.%s\" does not exist.", name),
				 errhint("Its owner calls dcm.upgrade_city()."),
				 errname("dcm.old_city")));
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("this database has no city"),
			 errdetail("Table \"dcm.%s\" does not exist.", name),
			 errhint("Call dcm.create_city()."),
			 errname("dcm.no_city")));
	return InvalidOid;			/* keep compiler quiet */
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

/* How many calls of ours have entered and not left; see city_is_entered(). */
static int	entered = 0;

/* SPI's context ends where the call leaves and where an error ends it. */
static void
count_leaving(void *arg)
{
	entered--;
}

static void
count_entering(void)
{
	MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));

	callback->func = count_leaving;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	entered++;
}

/*
 * Whether a call of ours is under way that may be running statements, which is
 * done between city_enter() and city_leave() alone.
 */
bool
city_is_entered(void)
{
	return entered > 0;
}

/*
 * From here on as the owner of the city's tables, with SPI at hand and a search
 * path that is not the caller's.  Names in our own statements are qualified,
 * but PostGIS looks up coordinate systems by a plain "=", and a city's own
 * triggers may say what they like: under the caller's path an operator or type
 * of the caller's making would run with the owner's rights.
 */
CityRights
city_enter(void)
{
	static const char path[] = "pg_catalog, pg_temp";
	Oid			owner = city_owner();
	CityRights	rights = {.guc_level = 0};

	GetUserIdAndSecContext(&rights.userid, &rights.sec_context);
	SetUserIdAndSecContext(owner, rights.sec_context | SECURITY_LOCAL_USERID_CHANGE);
	if (strcmp(namespace_search_path, path) != 0)
	{
		rights.guc_level = NewGUCNestLevel();
		(void) set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	}
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	count_entering();
	return rights;
}

/* After an error the end of the (sub)transaction does the same. */
void
city_leave(CityRights rights)
{
	SPI_finish();
	if (rights.guc_level > 0)
		AtEOXact_GUC(true, rights.guc_level);
	SetUserIdAndSecContext(rights.userid, rights.sec_context);
}

/* dcm.require_city(): raises 55000 where this database has no city. */
Datum
dcm_require_city(PG_FUNCTION_ARGS)
{
	(void) city_table("setting");
	PG_RETURN_VOID();
}
