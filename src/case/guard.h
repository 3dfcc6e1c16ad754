/*
 * guard.h
 *	  The guard on the leaves of the case tables, and the permits that pass it.
 */
#ifndef DCM_GUARD_H
#define DCM_GUARD_H

#include "postgres.h"

extern void guard_init(void);

/* What writes the row. */
typedef void (*GuardedWrite) (void *arg);

extern void guarded_write(GuardedWrite write, void *arg, const char *table, int64 case_no, int64 sub,
						  char op);

#endif							/* DCM_GUARD_H */
