/*
 * latest.c
 *	  The aggregate dcm.latest: the value that comes last, in the order in which
 *	  rows come, a NULL as any other.
 *
 * It lets the fold over the log take from each kind of entry what the last of
 * them says in one pass over rows in order, where joining the log with itself
 * once a kind sorts it as often.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(dcm_latest_next);

/* dcm.latest_next(state anyelement, value anyelement) → anyelement */
Datum
dcm_latest_next(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}
