/*
 * deadline.c
 *	  The functions of working time: dcm.deadline, dcm.working_time,
 *	  dcm.is_working, dcm.deadline_provisional, dcm.explain_deadline.
 *
 * A call asks config_cache for the calendars each time, which is cheap, and
 * remembers which of them its name meant: queries ask the same calendar a
 * million times over.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "errors.h"
#include "time/calendar_load.h"
#include "time/deadline.h"

PG_FUNCTION_INFO_V1(dcm_deadline_sql);
PG_FUNCTION_INFO_V1(dcm_working_time_sql);
PG_FUNCTION_INFO_V1(dcm_is_working);
PG_FUNCTION_INFO_V1(dcm_deadline_provisional);
PG_FUNCTION_INFO_V1(dcm_explain_deadline);
PG_FUNCTION_INFO_V1(dcm_traffic_light);

/* Which calendar the last call of a function in a query asked. */
typedef struct CalendarMemo
{
	uint64		builds;
	Calendar   *calendar;
	size_t		len;
	char	   *name;
} CalendarMemo;

/* The pauses of a call, in order and apart. */
typedef struct PauseList
{
	Pause	   *pauses;
	int			npauses;
} PauseList;

/* The calendar that an argument names. */
static Calendar *
calendar_of(FunctionCallInfo fcinfo, int arg)
{
	text	   *name = PG_GETARG_TEXT_PP(arg);
	size_t		len = VARSIZE_ANY_EXHDR(name);
	CalendarMemo *memo = fcinfo->flinfo->fn_extra;
	Calendar   *calendar;

	config_cache_get(&calendar_cache);
	if (likely(memo && memo->builds == calendar_cache.builds && memo->len == len &&
			   memcmp(memo->name, VARDATA_ANY(name), len) == 0))
		return memo->calendar;

	calendar = calendar_find(VARDATA_ANY(name), len);
	if (memo == NULL)
		memo = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CalendarMemo));
	memo->len = 0;
	if (memo->name)
		pfree(memo->name);
	memo->name = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, len + 1);
	memcpy(memo->name, VARDATA_ANY(name), len);
	memo->len = len;
	memo->builds = calendar_cache.builds;
	memo->calendar = calendar;
	return calendar;
}

/* The pauses of a tstzmultirange; a bound at infinity is no bound. */
static PauseList
pauses_of(Datum datum)
{
	MultirangeType *multirange = DatumGetMultirangeTypeP(datum);
	PauseList	list = {NULL, 0};
	TypeCacheEntry *typcache;
	RangeType **ranges;
	int32		count;

	if (likely(MultirangeIsEmpty(multirange)))
		return list;
	typcache = lookup_type_cache(MultirangeTypeGetOid(multirange), TYPECACHE_MULTIRANGE_INFO);
	multirange_deserialize(typcache->rngtype, multirange, &count, &ranges);
	list.pauses = palloc(count * sizeof(Pause));
	for (int32 i = 0; i < count; i++)
	{
		RangeBound	lower;
		RangeBound	upper;
		bool		empty;
		Pause	   *pause = &list.pauses[i];

		range_deserialize(typcache->rngtype, ranges[i], &lower, &upper, &empty);
		pause->since = lower.infinite ? CALENDAR_NOBEGIN : DatumGetTimestampTz(lower.val);
		pause->till = upper.infinite ? CALENDAR_NOEND : DatumGetTimestampTz(upper.val);
		pfree(ranges[i]);
	}
	pfree(ranges);
	list.npauses = count;
	return list;
}

/* The deadline by a calendar, made wider as often as it must be. */
static TimestampTz
find_deadline(Calendar *cal, TimestampTz start, TimeLimit limit, PauseList list)
{
	int64		result;

	if (unlikely(TIMESTAMP_NOT_FINITE(start)))
		return start;
	while (unlikely(!calendar_deadline(cal, start, limit, list.pauses, list.npauses, &result)))
		calendar_widen(cal, result);
	if (unlikely(!IS_VALID_TIMESTAMP(result) && result != CALENDAR_NOEND))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range"),
				 errname("dcm.deadline_range")));
	return result;
}

/* The working time by a calendar; 22008 for an infinite end. */
static int64
find_working_time(Calendar *cal, TimestampTz since, TimestampTz till, PauseList list)
{
	int64		result;

	if (TIMESTAMP_NOT_FINITE(since) || TIMESTAMP_NOT_FINITE(till))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("working time to or from infinity cannot be counted"),
				 errname("dcm.infinite_time")));
	while (!calendar_working_time(cal, since, till, list.pauses, list.npauses, &result))
		calendar_widen(cal, result);
	return result;
}

/* Whether a moment lies past what the calendar covers; never for infinity. */
static bool
is_provisional(Calendar *cal, TimestampTz deadline)
{
	return !TIMESTAMP_NOT_FINITE(deadline) && !calendar_covers(cal, deadline);
}

TimestampTz
dcm_deadline(TimestampTz start, int64 tlimit, const char *calendar,
			 Datum pauses, bool *provisional)
{
	Calendar   *cal = calendar_find(calendar, strlen(calendar));
	PauseList	list = {NULL, 0};
	TimestampTz deadline;

	if (pauses)
		list = pauses_of(pauses);
	deadline = find_deadline(cal, start, tlimit, list);
	if (provisional)
		*provisional = calendar_counts_work(time_limit_unit(tlimit)) &&
			is_provisional(cal, deadline);
	return deadline;
}

int64
dcm_working_time(TimestampTz since, TimestampTz till, const char *calendar, Datum pauses)
{
	PauseList	list = {NULL, 0};

	if (pauses)
		list = pauses_of(pauses);
	return find_working_time(calendar_find(calendar, strlen(calendar)), since, till, list);
}

static Interval *
interval_of(int64 microseconds)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->time = microseconds;
	return interval;
}

/* dcm.deadline(start, tlimit, calendar, pauses) */
Datum
dcm_deadline_sql(PG_FUNCTION_ARGS)
{
	Calendar   *cal = calendar_of(fcinfo, 2);

	PG_RETURN_TIMESTAMPTZ(find_deadline(cal, PG_GETARG_TIMESTAMPTZ(0),
										PG_GETARG_TIME_LIMIT(1),
										pauses_of(PG_GETARG_DATUM(3))));
}

/* dcm.working_time(since, till, calendar, pauses) */
Datum
dcm_working_time_sql(PG_FUNCTION_ARGS)
{
	Calendar   *cal = calendar_of(fcinfo, 2);

	PG_RETURN_INTERVAL_P(interval_of(find_working_time(cal, PG_GETARG_TIMESTAMPTZ(0),
													   PG_GETARG_TIMESTAMPTZ(1),
													   pauses_of(PG_GETARG_DATUM(3)))));
}

/* dcm.is_working(at, calendar); at infinity nobody works. */
Datum
dcm_is_working(PG_FUNCTION_ARGS)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(0);
	Calendar   *cal = calendar_of(fcinfo, 1);
	bool		working;
	int64		needed;

	if (TIMESTAMP_NOT_FINITE(at))
		PG_RETURN_BOOL(false);
	while (!calendar_is_working(cal, at, &working, &needed))
		calendar_widen(cal, needed);
	PG_RETURN_BOOL(working);
}

/* dcm.deadline_provisional(deadline, calendar) */
Datum
dcm_deadline_provisional(PG_FUNCTION_ARGS)
{
	Calendar   *cal = calendar_of(fcinfo, 1);

	PG_RETURN_BOOL(is_provisional(cal, PG_GETARG_TIMESTAMPTZ(0)));
}

/* Time between two moments as a clock counts it, pauses left out. */
static int64
time_used(Calendar *cal, bool work, TimestampTz since, TimestampTz till, PauseList list)
{
	int64		used = till - since;

	if (work)
		return find_working_time(cal, since, till, list);
	for (int i = 0; i < list.npauses; i++)
	{
		int64		paused_since = Max(list.pauses[i].since, since);
		int64		paused_till = Min(list.pauses[i].till, till);

		if (paused_since < paused_till)
			used -= paused_till - paused_since;
	}
	return used;
}

/*
 * dcm.traffic_light(since, tlimit, due, at, yellow, calendar, pauses): red after
 * the deadline, yellow from so many percent of the time to it, else green.  NULL
 * for a clock without a deadline; one that has not begun is green.
 */
Datum
dcm_traffic_light(PG_FUNCTION_ARGS)
{
	TimestampTz since;
	TimestampTz due;
	TimestampTz at;
	PauseList	list = {NULL, 0};
	const char *light = "green";

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3) || PG_ARGISNULL(5))
		PG_RETURN_NULL();
	due = PG_GETARG_TIMESTAMPTZ(2);
	at = PG_GETARG_TIMESTAMPTZ(3);
	if (at > due)
		light = "red";
	else if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1) && !PG_ARGISNULL(4) && !TIMESTAMP_NOT_FINITE(due))
	{
		since = PG_GETARG_TIMESTAMPTZ(0);
		if (!PG_ARGISNULL(6))
			list = pauses_of(PG_GETARG_DATUM(6));
		if (!TIMESTAMP_NOT_FINITE(since) && since < at)
		{
			Calendar   *cal = calendar_of(fcinfo, 5);
			bool		work = calendar_counts_work(time_limit_unit(PG_GETARG_TIME_LIMIT(1)));
			double		used = time_used(cal, work, since, at, list);

			if (used * 100 >= time_used(cal, work, since, due, list) * PG_GETARG_FLOAT8(4))
				light = "yellow";
		}
	}
	PG_RETURN_TEXT_P(cstring_to_text(light));
}

/* What happens at a moment on the way to a deadline, and until when. */
typedef struct Stretch
{
	int64		since;
	int64		till;
	bool		counts;
	char	   *reason;
} Stretch;

/*
 * Why there is or is no working time on a date; the label is the city's.  NULL
 * where the date itself is no reason.
 */
static char *
day_reason(const Calendar *cal, int32 day, bool working)
{
	const CalendarDay *row = calendar_day(cal, day);
	const char *kind;

	if (working && row)
		kind = row->kind == DAY_WORKDAY ? "worked day" : "special hours";
	else if (working)
		return pstrdup("working hours");
	else if (row && row->kind == DAY_HOLIDAY)
		kind = "holiday";
	else
		return NULL;
	return row->label ? psprintf("%s: %s", kind, row->label) : pstrdup(kind);
}

/* Whether any working time belongs to a date; true where it is not known. */
static bool
has_hours(const Calendar *cal, int64 local_midnight)
{
	int64		since = calendar_from_local(cal, local_midnight, false);
	int64		till = calendar_from_local(cal, local_midnight + USECS_PER_DAY, false);

	return !calendar_knows(cal, since) ||
		cal->spans[calendar_span_after(cal, since)].since < till;
}

/*
 * Why nobody works on an ordinary date before a span: it is a weekend or another
 * day without hours, a break between two spans of the date (午休), or night.
 */
static const char *
idle_reason(const Calendar *cal, int32 next, int64 midnight)
{
	/* 2000-01-01 was a Saturday */
	int64		weekday = ((midnight / USECS_PER_DAY) % 7 + 7) % 7;

	if (!has_hours(cal, midnight))
		return weekday < 2 ? "weekend" : "rest day";
	if (next > 0 && calendar_span_till(cal, next - 1) > calendar_from_local(cal, midnight, false) &&
		cal->spans[next].since < calendar_from_local(cal, midnight + USECS_PER_DAY, false))
		return "break";
	return "night";
}

/* The stretch that begins at a moment, by the calendar alone. */
static Stretch
work_stretch(const Calendar *cal, int64 at)
{
	int32		span = calendar_span_after(cal, at);
	Stretch		stretch = {.since = at, .counts = cal->spans[span].since <= at};
	int64		midnight;

	if (stretch.counts)
	{
		stretch.till = calendar_span_till(cal, span);
		stretch.reason = day_reason(cal, cal->workdays[calendar_span_workday(cal, span)].day, true);
		return stretch;
	}
	midnight = calendar_local_day(cal, at) * USECS_PER_DAY;
	stretch.till = Min(cal->spans[span].since,
					   calendar_from_local(cal, midnight + USECS_PER_DAY, false));
	stretch.reason = day_reason(cal, calendar_local_day(cal, at), false);
	if (stretch.reason == NULL)
		stretch.reason = pstrdup(idle_reason(cal, span, midnight));
	return stretch;
}

/* The stretch that begins at a moment on the way to a deadline, pauses included. */
static Stretch
next_stretch(const Calendar *cal, bool work, int64 at, int64 end, PauseList list)
{
	Stretch		stretch = {.since = at, .till = end, .counts = true};
	const Pause *pause = NULL;

	for (int i = 0; i < list.npauses && pause == NULL; i++)
	{
		if (list.pauses[i].till > at)
			pause = &list.pauses[i];
	}
	if (pause && pause->since <= at)
	{
		stretch.till = Min(pause->till, end);
		stretch.counts = false;
		stretch.reason = pstrdup("paused");
		return stretch;
	}
	if (work)
		stretch = work_stretch(cal, at);
	else
		stretch.reason = pstrdup("day and night");
	stretch.till = Min(stretch.till, end);
	if (pause)
		stretch.till = Min(stretch.till, pause->since);
	return stretch;
}

/* What the last row says: the limit, and the rule that ended it. */
static char *
deadline_reason(Calendar *cal, TimeLimit limit, TimestampTz deadline)
{
	TimeUnit	unit = time_limit_unit(limit);
	bool		day = unit == UNIT_WORK_DAY || unit == UNIT_NATURAL_DAY;
	char		text[TIME_LIMIT_TEXT_SIZE];
	const char *rule = "";

	time_limit_print(limit, text);
	if (day && cal->day_rule == DAY_RULE_SAME_CLOCK)
		rule = ", same time of day";
	else if (unit == UNIT_WORK_DAY && cal->day_rule == DAY_RULE_END_OF_DAY)
		rule = ", end of the day";
	return psprintf("deadline: %s%s%s", text, rule,
					calendar_counts_work(unit) && is_provisional(cal, deadline) ?
					", provisional" : "");
}

/* Puts out a row; running is all that has been counted up to its end. */
static void
put_stretch(ReturnSetInfo *rsinfo, const Stretch *stretch, int64 *running)
{
	Datum		values[5];
	bool		nulls[5] = {false};
	int64		length = stretch->counts ? stretch->till - stretch->since : 0;

	*running += length;
	values[0] = TimestampTzGetDatum(stretch->since);
	values[1] = TimestampTzGetDatum(stretch->till);
	values[2] = IntervalPGetDatum(interval_of(length));
	values[3] = IntervalPGetDatum(interval_of(*running));
	values[4] = CStringGetTextDatum(stretch->reason);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* Puts out the stretches of [at, end), those that count nothing together. */
static void
put_stretches(ReturnSetInfo *rsinfo, Calendar *cal, bool work, int64 at, int64 end,
			  PauseList list, int64 *running)
{
	Stretch		stretch = {.reason = NULL};

	while (at < end)
	{
		Stretch		next;

		CHECK_FOR_INTERRUPTS();
		while (work && !calendar_knows(cal, at))
			calendar_widen(cal, at);
		next = next_stretch(cal, work, at, end, list);
		at = next.till;
		if (stretch.reason && strcmp(stretch.reason, next.reason) == 0 && !next.counts)
			stretch.till = next.till;
		else
		{
			if (stretch.reason)
				put_stretch(rsinfo, &stretch, running);
			stretch = next;
		}
	}
	if (stretch.reason)
		put_stretch(rsinfo, &stretch, running);
}

/*
 * dcm.explain_deadline(start, tlimit, calendar, pauses): the stretches from
 * the start to the deadline, and a last row for the deadline itself.
 */
Datum
dcm_explain_deadline(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz start = PG_GETARG_TIMESTAMPTZ(0);
	TimeLimit	limit = PG_GETARG_TIME_LIMIT(1);
	text	   *name = PG_GETARG_TEXT_PP(2);
	Calendar   *cal = calendar_find(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	PauseList	list = pauses_of(PG_GETARG_DATUM(3));
	bool		work = calendar_counts_work(time_limit_unit(limit));
	TimestampTz deadline = find_deadline(cal, start, limit, list);
	TimestampTz end = deadline;
	TimestampTz from = start;
	Stretch		stretch;
	int64		running = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!TIMESTAMP_NOT_FINITE(start))
	{
		/* what never resumes is told up to where it stops, then as one row */
		if (deadline == DT_NOEND)
			end = Max(start, list.pauses[list.npauses - 1].since);
		calendar_counting_begins(cal, start, time_limit_unit(limit), &from);
		from = Min(from, end);
		if (from > start)
		{
			stretch = (Stretch) {start, from, false, "counts from the next day"};
			put_stretch(rsinfo, &stretch, &running);
		}
		put_stretches(rsinfo, cal, work, from, end, list, &running);
		if (end != deadline)
		{
			stretch = (Stretch) {end, deadline, false, "paused without end"};
			put_stretch(rsinfo, &stretch, &running);
		}
	}
	stretch = (Stretch) {deadline, deadline, false, deadline_reason(cal, limit, deadline)};
	put_stretch(rsinfo, &stretch, &running);
	return (Datum) 0;
}
