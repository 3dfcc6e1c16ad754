/*
 * time_limit.h
 *	  dcm.time_limit: an amount of time and the unit that it is counted in.
 *
 * A value is one int64: four zero bits (the format's version), eight bits of
 * unit, 52 bits of hundredths.  So integer order is "by unit, then amount",
 * and the operators of bigint serve the type as they are.
 */
#ifndef DCM_TIME_LIMIT_H
#define DCM_TIME_LIMIT_H

#include "postgres.h"

typedef int64 TimeLimit;

/* On disk: numbers are never changed or used again. */
typedef enum TimeUnit
{
	UNIT_MINUTE = 1,
	UNIT_URGENT_HOUR = 2,
	UNIT_NATURAL_DAY = 3,
	UNIT_WORK_MINUTE = 4,
	UNIT_WORK_HOUR = 5,
	UNIT_WORK_DAY = 6
} TimeUnit;

#define TIME_LIMIT_UNIT_SHIFT	52
#define TIME_LIMIT_MAX_HUNDREDTHS	INT64CONST(9999999999)	/* 99,999,999.99 */

static inline TimeLimit
time_limit_make(TimeUnit unit, int64 hundredths)
{
	return ((int64) unit << TIME_LIMIT_UNIT_SHIFT) | hundredths;
}

static inline TimeUnit
time_limit_unit(TimeLimit limit)
{
	return (TimeUnit) (limit >> TIME_LIMIT_UNIT_SHIFT);
}

static inline int64
time_limit_hundredths(TimeLimit limit)
{
	return limit & ((INT64CONST(1) << TIME_LIMIT_UNIT_SHIFT) - 1);
}

/* Long enough for any value's text with its terminating zero. */
#define TIME_LIMIT_TEXT_SIZE	32

extern bool time_limit_is_valid(TimeLimit limit);
extern void time_limit_print(TimeLimit limit, char *text);
extern const char *time_limit_unit_name(TimeLimit limit);

#define DatumGetTimeLimit(d)	((TimeLimit) DatumGetInt64(d))
#define TimeLimitGetDatum(l)	Int64GetDatum(l)
#define PG_GETARG_TIME_LIMIT(n) DatumGetTimeLimit(PG_GETARG_DATUM(n))
#define PG_RETURN_TIME_LIMIT(l) return TimeLimitGetDatum(l)

#endif							/* DCM_TIME_LIMIT_H */
