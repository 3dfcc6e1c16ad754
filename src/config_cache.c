/*
 * config_cache.c
 *	  Configuration of the city in backend memory: built whole, swapped, and
 *	  rebuilt only when its tables have really changed.
 *
 * The decision to know: statement triggers give a table's row in
 * dcm.config_version a number never used before and send a relcache
 * invalidation.  The relcache callback only marks the caches as unchecked; the
 * next use compares the numbers and rebuilds if they differ, so that ANALYZE
 * or GRANT costs one look.  Numbers and rows are read under the catalog
 * snapshot, never the caller's: everybody sees configuration as committed now,
 * as with the system catalogs, also a REPEATABLE READ reader and a parallel
 * worker.  The numbers come from a sequence, because a counter that a
 * rolled-back savepoint set back could name two different states.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "config_cache.h"
#include "city.h"

PG_FUNCTION_INFO_V1(dcm_config_changed);

static ConfigCache *caches = NULL;

/* Builds that were replaced while they may have been in use. */
static MemoryContext retired = NULL;

/*
 * Relcache callback: which relation it was does not matter, the version
 * numbers tell; InvalidOid means that anything may have changed.
 */
static void
config_cache_relcache_callback(Datum arg, Oid relid)
{
	for (ConfigCache *cache = caches; cache; cache = cache->next)
		cache->checked = false;
}

/*
 * Replaced builds live to the end of the transaction: a caller up the stack
 * may still hold a pointer into one.
 */
static void
config_cache_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_PARALLEL_COMMIT:
		case XACT_EVENT_PARALLEL_ABORT:
			if (retired)
				MemoryContextDelete(retired);
			retired = NULL;
			break;
		default:
			break;
	}
}

/* Registers the callbacks; called once, from _PG_init. */
void
config_cache_init(void)
{
	CacheRegisterRelcacheCallback(config_cache_relcache_callback, (Datum) 0);
	RegisterXactCallback(config_cache_xact_callback, NULL);
}

/* Adds a cache; called from _PG_init, so once in every backend. */
void
config_cache_register(ConfigCache *cache)
{
	cache->next = caches;
	caches = cache;
}

/*
 * Runs one query of a build, read-only under the snapshot that
 * config_cache_get() has made active.  The rows are in SPI_tuptable.
 */
void
config_cache_query(const char *sql)
{
	int			rc = SPI_execute(sql, true, 0);

	if (rc != SPI_OK_SELECT)
		elog(ERROR, "config cache query failed: %s", SPI_result_code_string(rc));
}

/*
 * A number that changes whenever one of the cache's tables does.  The oid of
 * the table of versions is part of it: a city that was dropped and made again
 * counts from one again.
 */
static uint64
config_cache_fingerprint(const ConfigCache *cache, Oid versions)
{
	uint64		fingerprint = versions;

	config_cache_query("SELECT name::pg_catalog.text, version"
					   " FROM dcm.config_version");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		char	   *name = SPI_getvalue(tuple, desc, 1);

		for (int t = 0; cache->tables[t]; t++)
		{
			bool		isnull;
			int64		version;

			if (strcmp(name, cache->tables[t]) != 0)
				continue;
			version = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
			fingerprint ^= hash_bytes_extended((const unsigned char *) &version,
											   sizeof(version), t + 1);
		}
		pfree(name);
	}
	SPI_freetuptable(SPI_tuptable);
	return fingerprint;
}

/* Builds the cache anew and swaps it in; an error leaves the old one. */
static void
config_cache_rebuild(ConfigCache *cache, uint64 fingerprint)
{
	MemoryContext context;
	MemoryContext old;
	void	   *payload;

	context = AllocSetContextCreate(CurrentMemoryContext, "dcm config cache",
									ALLOCSET_DEFAULT_SIZES);
	MemoryContextSetIdentifier(context, cache->name);
	old = MemoryContextSwitchTo(context);
	payload = cache->build();
	MemoryContextSwitchTo(old);

	if (cache->context)
	{
		if (!retired)
			retired = AllocSetContextCreate(TopMemoryContext,
											"dcm retired config caches",
											ALLOCSET_SMALL_SIZES);
		MemoryContextSetParent(cache->context, retired);
	}
	MemoryContextSetParent(context, TopMemoryContext);
	cache->context = context;
	cache->payload = payload;
	cache->fingerprint = fingerprint;
}

/*
 * Returns the cache's present build.  Raises 55000 where the database has no
 * city.  What it returns stays valid to the end of the transaction.
 *
 * The mark is set before the tables are read, so that an invalidation that
 * comes in between clears it again.
 */
void *
config_cache_get(ConfigCache *cache)
{
	uint64		fingerprint;
	Oid			relid;
	Oid			save_userid;
	int			save_sec_context;

	/* cheap, and without it a statement in a quiet backend would not see
	 * what others have committed since its locks were taken */
	AcceptInvalidationMessages();
	if (likely(cache->checked))
		return cache->payload;

	relid = city_table("config_version");
	cache->checked = true;
	PG_TRY();
	{
		GetUserIdAndSecContext(&save_userid, &save_sec_context);
		SetUserIdAndSecContext(city_owner(),
							   save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
		if (SPI_connect() != SPI_OK_CONNECT)
			elog(ERROR, "SPI_connect failed");
		PushActiveSnapshot(GetCatalogSnapshot(relid));
		fingerprint = config_cache_fingerprint(cache, relid);
		if (cache->context == NULL || fingerprint != cache->fingerprint)
			config_cache_rebuild(cache, fingerprint);
		PopActiveSnapshot();
		SPI_finish();
		SetUserIdAndSecContext(save_userid, save_sec_context);
	}
	PG_CATCH();
	{
		cache->checked = false;
		PG_RE_THROW();
	}
	PG_END_TRY();

	return cache->payload;
}

/*
 * Statement trigger of every table that a cache is made from: gives the table
 * a new version and tells all backends.
 */
Datum
dcm_config_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Oid			argtypes[1] = {NAMEOID};
	Datum		args[1];
	Oid			save_userid;
	int			save_sec_context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired by a statement trigger",
						"dcm.config_changed")));

	args[0] = NameGetDatum(&trigdata->tg_relation->rd_rel->relname);
	GetUserIdAndSecContext(&save_userid, &save_sec_context);
	SetUserIdAndSecContext(city_owner(),
						   save_sec_context | SECURITY_LOCAL_USERID_CHANGE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute_with_args("INSERT INTO dcm.config_version AS v (name, version)"
							  " VALUES ($1, pg_catalog.nextval('dcm.config_version_seq'))"
							  " ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version",
							  1, argtypes, args, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not bump the version of a configuration table");
	SPI_finish();
	SetUserIdAndSecContext(save_userid, save_sec_context);

	CacheInvalidateRelcache(trigdata->tg_relation);
	return PointerGetDatum(NULL);
}
