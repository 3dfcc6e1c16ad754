/*
 * dcm.c
 *	  What happens when the library is loaded: the magic block, the settings
 *	  of the machine (GUCs) and the registration of the caches.
 *
 * Loading must be safe at any time and in any backend, parallel workers
 * included, so nothing here reads a table: what a backend keeps of a city's
 * configuration is loaded at its first use, see config_cache.h.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"

#include "case/guard.h"
#include "case/identity.h"
#include "case/people.h"
#include "case/workflow.h"
#include "compat.h"
#include "config_cache.h"
#include "replica.h"
#include "space/locate.h"
#include "time/calendar_load.h"

DCM_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);

PG_FUNCTION_INFO_V1(dcm_version);

/*
 * The version of the library, to be compared with that of the SQL objects.
 */
Datum
dcm_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(DCM_VERSION));
}

static char *reason = NULL;

/*
 * Why configuration is changed, for whoever says so: dcm.config_log takes it up.
 */
static void
reason_init(void)
{
	DefineCustomStringVariable("dcm.reason",
							   "Why configuration is changed, for dcm.config_log.",
							   NULL, &reason, "", PGC_USERSET,
							   GUC_NOT_IN_SAMPLE, NULL, NULL, NULL);
}

void
_PG_init(void)
{
	reason_init();
	config_cache_init();
	locate_init();
	workflow_init();
	people_init();
	identity_init();
	guard_init();
	replica_init();
	calendar_load_init();
	MarkGUCPrefixReserved("dcm");
}
