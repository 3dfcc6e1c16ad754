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
 * rolled-back savepoint set back could name two different states; the tables'
 * oids count too, since a city made anew begins the sequence anew.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "replication/logicalworker.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "config_cache.h"
#include "city.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_config_changed);
PG_FUNCTION_INFO_V1(dcm_config_cache_status);

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
 * Forgets every build that may hold rows which the (sub)transaction that ends
 * here has written and takes back.  Where a statement failed after it had
 * written rows and before its trigger gave the table a new version, no number
 * would tell.
 */
static void
config_cache_drop_tainted(void)
{
	for (ConfigCache *cache = caches; cache; cache = cache->next)
	{
		if (!cache->tainted)
			continue;
		cache->checked = false;
		cache->fingerprint = 0;
	}
}

/*
 * Replaced builds live as long as a caller up the stack may hold a pointer into
 * one: to the end of the transaction, or to the next change of a rule under
 * which no call of ours is under way.  A transaction that changes rules a
 * thousand times and acts in between would else keep a thousand builds.
 */
static void
config_cache_release(void)
{
	if (retired)
		MemoryContextDelete(retired);
	retired = NULL;
}

static void
config_cache_xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_PARALLEL_ABORT:
			config_cache_drop_tainted();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PARALLEL_COMMIT:
			break;
		default:
			return;
	}
	for (ConfigCache *cache = caches; cache; cache = cache->next)
		cache->tainted = cache->building = false;
	config_cache_release();
}

static void
config_cache_subxact_callback(SubXactEvent event, SubTransactionId mySubid,
							  SubTransactionId parentSubid, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		config_cache_drop_tainted();
}

/* Registers the callbacks; called once, from _PG_init. */
void
config_cache_init(void)
{
	CacheRegisterRelcacheCallback(config_cache_relcache_callback, (Datum) 0);
	RegisterXactCallback(config_cache_xact_callback, NULL);
	RegisterSubXactCallback(config_cache_subxact_callback, NULL);
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
 * config_cache_get() has made active.  The rows are in SPI_tuptable.  SPI
 * leaves its own memory context current, so the caller's is put back: what a
 * build allocates after a query must not die with SPI.
 */
void
config_cache_query(const char *sql)
{
	MemoryContext context = CurrentMemoryContext;
	int			rc = SPI_execute(sql, true, 0);

	/* SPI leaves its own context current, which ends with the build */
	MemoryContextSwitchTo(context);
	if (rc != SPI_OK_SELECT)
		elog(ERROR, "config cache query failed: %s", SPI_result_code_string(rc));
}

/*
 * A number that changes whenever one of the cache's tables does; never zero,
 * which stands for "must be rebuilt".
 */
static uint64
config_cache_fingerprint(const ConfigCache *cache)
{
	uint64		fingerprint = 0;

	for (int t = 0; cache->tables[t]; t++)
		fingerprint ^= hash_bytes_uint32_extended(city_table(cache->tables[t]), t + 1);

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
	return fingerprint ? fingerprint : 1;
}

/*
 * Whether this transaction may have written one of the cache's tables: then it
 * still holds the lock of a writer.
 */
static bool
config_cache_written_here(const ConfigCache *cache)
{
	bool		written = false;

	for (int t = 0; cache->tables[t] && !written; t++)
	{
		Relation	rel = table_open(city_table(cache->tables[t]), AccessShareLock);

		written = CheckRelationLockedByMe(rel, RowExclusiveLock, true);
		table_close(rel, NoLock);
	}
	return written;
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
	cache->tainted = config_cache_written_here(cache);
	cache->builds++;
}

/* Compares the versions and rebuilds where they differ, as the city's owner. */
static void
config_cache_refresh(ConfigCache *cache)
{
	Oid			relid = city_table("config_version");
	uint64		fingerprint;
	CityRights	rights;

	rights = city_enter();
	PushActiveSnapshot(GetCatalogSnapshot(relid));
	fingerprint = config_cache_fingerprint(cache);
	if (cache->context == NULL || fingerprint != cache->fingerprint)
		config_cache_rebuild(cache, fingerprint);
	PopActiveSnapshot();
	city_leave(rights);
}

/*
 * Returns the cache's present build.  Raises 55000 where the database has no
 * city.  What it returns stays valid to the end of the call that asked for it.
 *
 * The mark is set before the tables are read, so that an invalidation that
 * comes in between clears it again.
 */
void *
config_cache_get(ConfigCache *cache)
{
	/* cheap, and without it a statement in a quiet backend would not see
	 * what others have committed since its locks were taken */
	AcceptInvalidationMessages();
	if (likely(cache->checked && !cache->building))
		return cache->payload;

	/* what a build calls must not ask for the build */
	if (cache->building)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("configuration \"%s\" cannot be used while it is being read", cache->name),
				 errhint("See whether a policy or view on its tables calls a function that needs it."),
				 errname("dcm.config_recursion")));
	cache->building = true;
	PG_TRY();
	{
		cache->checked = true;
		config_cache_refresh(cache);
	}
	PG_CATCH();
	{
		cache->checked = false;
		cache->building = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
	cache->building = false;

	return cache->payload;
}

/*
 * Whether the table has its new version already: rows that logical replication
 * brings come one by one, and a list of them must not write one row of versions
 * as often.  What a savepoint takes back is done again by the next.
 */
static bool
config_version_given(Oid relid)
{
	static SubTransactionId given_by;
	static TransactionId given_in;
	static Oid	given_to;
	TransactionId xid = GetTopTransactionId();
	SubTransactionId subid = GetCurrentSubTransactionId();
	bool		given = given_to == relid && given_in == xid && given_by == subid;

	given_to = relid;
	given_in = xid;
	given_by = subid;
	return given;
}

/*
 * Trigger of every table that a cache is made from: gives the table a new
 * version and tells all backends.  It is a trigger of statements, and of rows
 * for logical replication, which fires no other; whoever else sets
 * session_replication_role has the statement's.
 */
Datum
dcm_config_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Oid			argtypes[1] = {NAMEOID};
	Datum		args[1];
	CityRights	rights;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired after a change",
						"dcm.config_changed")));
	if (TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) &&
		(!IsLogicalWorker() || config_version_given(RelationGetRelid(trigdata->tg_relation))))
		return PointerGetDatum(NULL);

	if (!city_is_entered())
		config_cache_release();
	args[0] = NameGetDatum(&trigdata->tg_relation->rd_rel->relname);
	rights = city_enter();
	if (SPI_execute_with_args("INSERT INTO dcm.config_version AS v (name, version)"
							  " VALUES ($1, pg_catalog.nextval('dcm.config_version_seq'))"
							  " ON CONFLICT (name) DO UPDATE SET version = EXCLUDED.version",
							  1, argtypes, args, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not bump the version of a configuration table");
	city_leave(rights);

	CacheInvalidateRelcache(trigdata->tg_relation);
	return PointerGetDatum(NULL);
}

/*
 * dcm.config_cache_status(): one row for each cache of this backend.
 */
Datum
dcm_config_cache_status(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (ConfigCache *cache = caches; cache; cache = cache->next)
	{
		Datum		values[3];
		bool		nulls[3] = {false, false, false};

		values[0] = CStringGetTextDatum(cache->name);
		values[1] = Int64GetDatum((int64) cache->builds);
		values[2] = Int64GetDatum(cache->context ?
								  (int64) MemoryContextMemAllocated(cache->context, true) : 0);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
