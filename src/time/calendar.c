/*
 * calendar.c
 *	  Deadlines and working time, by running totals over working spans.
 *
 * W(t) is the working time before t.  A deadline in working time is W turned
 * round: with boundary "close" the first moment at which the limit has been
 * used up, with "open" the last; they differ only where it is used up exactly
 * at closing time.  Both ways begin at a direct index, by steps of time and of
 * working time, and then look at a span or two: there is neither zone code nor
 * a search in a call that counts hours.
 */
#include "postgres.h"

#include "common/int.h"
#include "datatype/timestamp.h"

#include "time/calendar.h"

/* Microseconds in a hundredth of a unit. */
#define MINUTE_HUNDREDTH	(USECS_PER_MINUTE / 100)
#define HOUR_HUNDREDTH		(USECS_PER_HOUR / 100)
#define DAY_HUNDREDTH		(USECS_PER_DAY / 100)

static inline int64
day_floor(int64 at)
{
	int64		day = at / USECS_PER_DAY;

	return day - (at % USECS_PER_DAY < 0);
}

/*
 * The first span that is not over at a moment that is known: the one that
 * holds it, or the next one.
 */
static inline int32
span_after(const Calendar *cal, int64 at)
{
	int32		i = cal->span_by_time[(at - cal->first_time) / CALENDAR_TIME_STEP];

	while (calendar_span_till(cal, i) <= at)
		i++;
	return i;
}

/* The same for others. */
int32
calendar_span_after(const Calendar *cal, int64 at)
{
	return span_after(cal, at);
}

/* The working date that a span belongs to, as an index into workdays. */
int32
calendar_span_workday(const Calendar *cal, int32 span)
{
	int32		low = 0;
	int32		high = cal->nworkdays;

	while (low < high)
	{
		int32		middle = (low + high) / 2;

		if (cal->workdays[middle].last_span < span)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* W(t). */
static inline bool
work_before(const Calendar *cal, int64 at, int64 *result)
{
	const WorkSpan *span;

	if (unlikely(!calendar_knows(cal, at)))
	{
		*result = at;
		return false;
	}
	span = &cal->spans[span_after(cal, at)];
	*result = span->before + (at > span->since ? at - span->since : 0);
	return true;
}

/* Whether a moment is inside working hours; closing time is not. */
bool
calendar_is_working(const Calendar *cal, int64 at, bool *working, int64 *result)
{
	if (!calendar_knows(cal, at))
	{
		*result = at;
		return false;
	}
	*working = cal->spans[span_after(cal, at)].since <= at;
	return true;
}

/*
 * The moment at which so much working time has gone by: the first such moment,
 * or with open the last.
 */
static inline bool
work_reached(const Calendar *cal, int64 work, bool open, int64 *result)
{
	int32		i;
	int64		target = open ? work + 1 : work;

	if (unlikely(target > cal->total || work < 0))
	{
		*result = cal->till;
		return false;
	}
	i = cal->span_by_work[work / CALENDAR_WORK_STEP];
	while (cal->spans[i + 1].before < target)
		i++;
	*result = cal->spans[i].since + (work - cal->spans[i].before);
	return likely(*result < cal->till);
}

/* The opening at or after a moment: the moment itself inside working hours. */
static bool
next_working(const Calendar *cal, int64 at, int64 *result, int32 *span)
{
	*result = at;
	if (!calendar_knows(cal, at))
		return false;
	*span = span_after(cal, at);
	if (*span == cal->nspans)
	{
		*result = cal->till;
		return false;
	}
	*result = Max(at, cal->spans[*span].since);
	return true;
}

/* The zone period that holds a moment. */
static int32
zone_period(const Calendar *cal, int64 at)
{
	int32		low = 0;
	int32		high = cal->nperiods - 1;

	while (low < high)
	{
		int32		middle = (low + high + 1) / 2;

		if (cal->periods[middle].since <= at)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* The wall clock of the calendar's zone, as microseconds since 2000-01-01. */
int64
calendar_to_local(const Calendar *cal, int64 at)
{
	return at + cal->periods[zone_period(cal, at)].offset;
}

/* The date there, as days since 2000-01-01. */
int32
calendar_local_day(const Calendar *cal, int64 at)
{
	return (int32) day_floor(calendar_to_local(cal, at));
}

/*
 * The moment at which the wall clock shows a time.  One that comes twice is
 * the first.  One that does not exist moves forward: with keep_minutes by as
 * much as the clocks do (02:30 becomes 03:30), as a time of day should, and
 * otherwise to the moment of the change, as an opening time should, so that
 * hours stay in order.
 */
int64
calendar_from_local(const Calendar *cal, int64 local, bool keep_minutes)
{
	const ZonePeriod *periods = cal->periods;
	int32		low = 0;
	int32		high = cal->nperiods - 1;

	/* the first period that has not ended by the wall clock */
	while (low < high)
	{
		int32		middle = (low + high) / 2;

		if (local < periods[middle + 1].since + periods[middle].offset)
			high = middle;
		else
			low = middle + 1;
	}
	if (low > 0 && local < periods[low].since + periods[low].offset)
		return keep_minutes ? local - periods[low - 1].offset : periods[low].since;
	return local - periods[low].offset;
}

/* Whether holidays are announced for all that lies before a deadline. */
bool
calendar_covers(const Calendar *cal, int64 deadline)
{
	int32		day = calendar_local_day(cal, deadline - 1);

	return day >= cal->covers_since && day < cal->covers_till;
}

/* Time inside [since, till) as the limit counts it. */
static inline bool
counted(const Calendar *cal, bool work, int64 since, int64 till, int64 *result)
{
	int64		before;

	if (!work)
	{
		if (pg_sub_s64_overflow(till, since, result))
			*result = CALENDAR_NOEND;
		return true;
	}
	if (!work_before(cal, since, result))
		return false;
	before = *result;
	if (!work_before(cal, till, result))
		return false;
	*result -= before;
	return true;
}

/* The moment that lies so much counted time after another. */
static inline bool
advance(const Calendar *cal, bool work, int64 from, int64 amount, int64 *result)
{
	if (!work)
	{
		/* whoever calls judges what is no timestamp any more */
		if (pg_add_s64_overflow(from, amount, result))
			*result = CALENDAR_NOEND - 1;
		return true;
	}
	if (amount == 0 && !cal->open)
	{
		*result = from;
		return true;
	}
	if (!work_before(cal, from, result))
		return false;
	return work_reached(cal, *result + amount, cal->open, result);
}

/* The microseconds that a limit counts, a day being so many. */
static inline int64
limit_length(const Calendar *cal, TimeUnit unit, int64 hundredths)
{
	switch (unit)
	{
		case UNIT_MINUTE:
		case UNIT_WORK_MINUTE:
			return hundredths * MINUTE_HUNDREDTH;
		case UNIT_URGENT_HOUR:
		case UNIT_WORK_HOUR:
			return hundredths * HOUR_HUNDREDTH;
		case UNIT_NATURAL_DAY:
			return hundredths * DAY_HUNDREDTH;
		case UNIT_WORK_DAY:
			/* at most 99,999,999 days: the parts keep clear of overflow */
			return (hundredths / 100) * cal->hours_per_day +
				(hundredths % 100) * cal->hours_per_day / 100;
	}
	return 0;
}

/* The same wall-clock time so many calendar days on, then the rest of a day. */
static bool
natural_same_clock(const Calendar *cal, int64 from, int64 hundredths, int64 *result)
{
	int64		local;

	*result = from;
	if (!calendar_knows(cal, from))
		return false;
	local = calendar_to_local(cal, from) + hundredths / 100 * USECS_PER_DAY;
	*result = local;
	if (!calendar_knows(cal, local + USECS_PER_DAY))
		return false;
	if (hundredths >= 100)
		*result = calendar_from_local(cal, local, true);
	else
		*result = from;
	*result += hundredths % 100 * DAY_HUNDREDTH;
	return true;
}

/* Working days by the clock: the same time of day so many working days on. */
static bool
work_same_clock(const Calendar *cal, int64 from, int64 hundredths, int64 *result)
{
	int32		span;
	int64		local;
	int64		workday;

	if (!next_working(cal, from, result, &span))
		return false;
	if (hundredths >= 100)
	{
		workday = calendar_span_workday(cal, span);
		local = calendar_to_local(cal, *result) -
			(int64) cal->workdays[workday].day * USECS_PER_DAY;
		workday += hundredths / 100;
		if (workday >= cal->nworkdays)
		{
			*result = cal->till;
			return false;
		}
		local += (int64) cal->workdays[workday].day * USECS_PER_DAY;
		*result = calendar_from_local(cal, local, true);
	}
	if (hundredths % 100 != 0)
		return advance(cal, true, *result, hundredths % 100 * cal->hours_per_day / 100, result);

	/* the clock may strike just as that day closes */
	if (cal->open && hundredths >= 100)
	{
		if (!calendar_knows(cal, *result))
			return false;
		span = span_after(cal, *result);
		if (span > 0 && calendar_span_till(cal, span - 1) == *result)
			return next_working(cal, *result, result, &span);
	}
	return true;
}

/*
 * The end of the last of so many working days, the one in which the counting
 * begins being the first; a part of a day is a day.
 */
static bool
work_end_of_day(const Calendar *cal, int64 from, int64 hundredths, int64 *result)
{
	int32		span;
	int64		workday;

	if (!next_working(cal, from, result, &span))
		return false;
	if (hundredths == 0)
		return true;
	workday = calendar_span_workday(cal, span) + (hundredths + 99) / 100 - 1;
	if (workday >= cal->nworkdays)
	{
		*result = cal->till;
		return false;
	}
	*result = calendar_span_till(cal, cal->workdays[workday].last_span);
	if (cal->open)
		return next_working(cal, *result, result, &span);
	return true;
}

/* The deadline without pauses, of a count that begins at from. */
static bool
plain_deadline(const Calendar *cal, int64 from, TimeUnit unit, int64 hundredths, int64 *result)
{
	if (unit == UNIT_WORK_DAY && cal->day_rule == DAY_RULE_SAME_CLOCK)
		return work_same_clock(cal, from, hundredths, result);
	if (unit == UNIT_WORK_DAY && cal->day_rule == DAY_RULE_END_OF_DAY)
		return work_end_of_day(cal, from, hundredths, result);
	if (unit == UNIT_NATURAL_DAY && cal->day_rule == DAY_RULE_SAME_CLOCK)
		return natural_same_clock(cal, from, hundredths, result);
	return advance(cal, calendar_counts_work(unit), from,
				   limit_length(cal, unit, hundredths), result);
}

/* When the counting begins: limits in days may begin with the next day. */
static inline bool
counting_begins(const Calendar *cal, int64 start, TimeUnit unit, int64 *result)
{
	*result = start;
	if (!cal->next_day || (unit != UNIT_WORK_DAY && unit != UNIT_NATURAL_DAY))
		return true;
	if (!calendar_knows(cal, start))
		return false;
	*result = calendar_from_local(cal, (calendar_local_day(cal, start) + INT64CONST(1)) * USECS_PER_DAY, false);
	return true;
}

bool
calendar_counting_begins(const Calendar *cal, int64 start, TimeUnit unit, int64 *result)
{
	return counting_begins(cal, start, unit, result);
}

/*
 * The moment at which a limit that starts at start is used up.  First without
 * pauses; then each pause that begins before the deadline, which moves as they
 * are added, adds the time inside it, as the limit counts time.  A pause
 * without end that begins before the deadline makes it CALENDAR_NOEND.
 */
bool
calendar_deadline(const Calendar *cal, int64 start, TimeLimit limit,
				  const Pause *pauses, int npauses, int64 *result)
{
	TimeUnit	unit = time_limit_unit(limit);
	bool		work = calendar_counts_work(unit);
	int64		from;
	int64		first;
	int64		extra = 0;

	if (!counting_begins(cal, start, unit, &from))
	{
		*result = from;
		return false;
	}
	if (!plain_deadline(cal, from, unit, time_limit_hundredths(limit), result))
		return false;
	first = *result;

	for (int i = 0; i < npauses; i++)
	{
		int64		since = Max(pauses[i].since, from);
		int64		inside;

		if (pauses[i].till <= from)
			continue;
		if (since >= *result)
			break;
		if (pauses[i].till == CALENDAR_NOEND)
		{
			*result = CALENDAR_NOEND;
			return true;
		}
		if (!counted(cal, work, since, pauses[i].till, &inside))
		{
			*result = inside;
			return false;
		}
		if (pg_add_s64_overflow(extra, inside, &extra))
			extra = CALENDAR_NOEND;
		if (extra > 0 && !advance(cal, work, first, extra, result))
			return false;
	}
	return true;
}

/*
 * Working time inside [since, till) and outside the pauses, in microseconds;
 * zero where till is before since, as nothing lies between.
 */
bool
calendar_working_time(const Calendar *cal, int64 since, int64 till,
					  const Pause *pauses, int npauses, int64 *result)
{
	int64		work;

	if (since > till)
	{
		*result = 0;
		return true;
	}
	if (!counted(cal, true, since, till, result))
		return false;
	work = *result;
	for (int i = 0; i < npauses; i++)
	{
		int64		paused_since = Max(pauses[i].since, since);
		int64		paused_till = Min(pauses[i].till, till);

		if (paused_since >= paused_till)
			continue;
		if (!counted(cal, true, paused_since, paused_till, result))
			return false;
		work -= *result;
	}
	*result = work;
	return true;
}
