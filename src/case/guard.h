/*
 * guard.h
 *	  The guard on the leaves of the case tables, and the permits that pass it.
 */
#ifndef DCM_GUARD_H
#define DCM_GUARD_H

#include "postgres.h"

#include "executor/spi.h"

extern void guard_init(void);
extern int	guarded_execute(SPIPlanPtr plan, Datum *values, const char *nulls,
							const char *table, int64 case_no, int64 sub,
							char op);

#endif							/* DCM_GUARD_H */
