/*
 * replica.c
 *	  Whether this city is a replica, whose cases come by logical replication.
 *
 * Such a city is read and does not act: a case that moved here would go another
 * way than at home, and the next change of it that arrives would break the
 * chain.  Core knows it by the subscription that has the case tables for its
 * target, so nobody has to say so, and nobody can forget to.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "catalog/pg_subscription.h"
#include "catalog/pg_subscription_rel.h"
#include "fmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "city.h"
#include "errors.h"
#include "replica.h"

PG_FUNCTION_INFO_V1(dcm_require_origin);

/* The subscription of this city's cases, as of the last look at the catalog. */
static struct
{
	bool		known;
	Oid			case_file;
	Oid			subscription;	/* InvalidOid: none */
}			home;

static void
subscription_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	home.known = false;
}

void
replica_init(void)
{
	CacheRegisterSyscacheCallback(SUBSCRIPTIONRELMAP, subscription_callback, (Datum) 0);
}

/* The case table itself, or a leaf of it. */
static bool
is_case_table(Oid relid, Oid case_file)
{
	return relid == case_file ||
		(get_rel_relispartition(relid) && get_partition_parent(relid, true) == case_file);
}

static Oid
find_subscription(Oid case_file)
{
	Relation	rel = table_open(SubscriptionRelRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;
	Oid			found = InvalidOid;

	while (!OidIsValid(found) && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_subscription_rel subrel = (Form_pg_subscription_rel) GETSTRUCT(tuple);

		if (is_case_table(subrel->srrelid, case_file))
			found = subrel->srsubid;
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return found;
}

/*
 * Raises 55000 where the cases of this city come from another server.  The mark
 * is set before the catalog is read, so that an invalidation in between clears
 * it again.
 */
void
replica_refuse(void)
{
	Oid			case_file = city_table("case_file");

	if (!home.known || home.case_file != case_file)
	{
		home.known = true;
		home.case_file = case_file;
		home.subscription = find_subscription(case_file);
	}
	if (likely(!OidIsValid(home.subscription)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("this city is a replica, which does not act"),
			 errdetail("Its cases come by subscription \"%s\".",
					   get_subscription_name(home.subscription, false)),
			 errhint("Act on the server from which they come."),
			 errname("dcm.replica")));
}

/* dcm.require_origin(): raises 55000 where this city is a replica. */
Datum
dcm_require_origin(PG_FUNCTION_ARGS)
{
	replica_refuse();
	PG_RETURN_VOID();
}
