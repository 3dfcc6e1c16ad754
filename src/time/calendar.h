/*
 * calendar.h
 *	  Working time as arithmetic over a calendar in memory.
 *
 * All moments are microseconds since 2000-01-01 00:00 UTC, as in timestamptz.
 * Nothing here reads a table or knows a zone's rules: the working spans stand
 * in absolute time, so the arithmetic is subtraction and looking up.
 */
#ifndef DCM_CALENDAR_H
#define DCM_CALENDAR_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "time/time_limit.h"

#define CALENDAR_NOBEGIN	PG_INT64_MIN
#define CALENDAR_NOEND		PG_INT64_MAX

typedef enum DayRule
{
	DAY_RULE_HOURS,
	DAY_RULE_SAME_CLOCK,
	DAY_RULE_END_OF_DAY
} DayRule;

/* A stretch of working time; the total of the next one tells where it ends. */
typedef struct WorkSpan
{
	int64		since;
	int64		before;			/* working time in all earlier spans */
} WorkSpan;

/* A local date with working time, as days since 2000-01-01. */
typedef struct WorkDay
{
	int32		day;
	int32		last_span;
} WorkDay;

/* From when on local time is UTC plus offset. */
typedef struct ZonePeriod
{
	int64		since;
	int64		offset;
} ZonePeriod;

/* A stretch in which the clock stands, half-open. */
typedef struct Pause
{
	int64		since;			/* CALENDAR_NOBEGIN: from ever */
	int64		till;			/* CALENDAR_NOEND: without end */
} Pause;

struct CalendarRules;

typedef struct Calendar
{
	const char *name;
	DayRule		day_rule;
	bool		next_day;		/* days begin to count on the next day */
	bool		open;			/* used up at closing: ends at the next opening */
	int64		hours_per_day;	/* microseconds */
	int32		covers_since;	/* local dates, half-open: what is announced */
	int32		covers_till;
	struct CalendarRules *rules;	/* of calendar_build.c */

	/* what has been generated; nothing is known outside [since, till) */
	int64		since;
	int64		till;
	WorkSpan   *spans;			/* two more at the end, never reached */
	int32		nspans;
	WorkDay    *workdays;
	int32		nworkdays;
	ZonePeriod *periods;
	int32		nperiods;
	int64		total;			/* working time of all spans */
	int64		first_time;
	int32	   *span_by_time;	/* by step of time: first span not over before it */
	int32	   *span_by_work;	/* by step of working time: the span it is in */
} Calendar;

/*
 * Steps of the indexes: in a usual calendar one of time holds a morning and an
 * afternoon, one of working time no more than one of them.
 */
#define CALENDAR_TIME_STEP	(12 * USECS_PER_HOUR)
#define CALENDAR_WORK_STEP	(4 * USECS_PER_HOUR)

/* Where a span ends, half-open. */
static inline int64
calendar_span_till(const Calendar *cal, int32 span)
{
	const WorkSpan *at = &cal->spans[span];

	return at[0].since + (at[1].before - at[0].before);
}

/* Whether working time can be told at a moment. */
static inline bool
calendar_knows(const Calendar *cal, int64 at)
{
	return at >= cal->since && at < cal->till;
}

/* Whether a unit counts working time, not time that runs day and night. */
static inline bool
calendar_counts_work(TimeUnit unit)
{
	return unit >= UNIT_WORK_MINUTE;
}

/*
 * These return false where the answer depends on time outside what has been
 * generated; *result is then a moment that is needed.
 */
extern bool calendar_is_working(const Calendar *cal, int64 at, bool *working, int64 *result);
extern bool calendar_counting_begins(const Calendar *cal, int64 start, TimeUnit unit, int64 *result);
extern bool calendar_deadline(const Calendar *cal, int64 start, TimeLimit limit,
							  const Pause *pauses, int npauses, int64 *result);
extern bool calendar_working_time(const Calendar *cal, int64 since, int64 till,
								  const Pause *pauses, int npauses, int64 *result);

extern int32 calendar_span_after(const Calendar *cal, int64 at);
extern int32 calendar_span_workday(const Calendar *cal, int32 span);
extern int64 calendar_to_local(const Calendar *cal, int64 at);
extern int64 calendar_from_local(const Calendar *cal, int64 local, bool keep_minutes);
extern int32 calendar_local_day(const Calendar *cal, int64 at);
extern bool calendar_covers(const Calendar *cal, int64 deadline);

#endif							/* DCM_CALENDAR_H */
