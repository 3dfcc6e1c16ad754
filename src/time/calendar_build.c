/*
 * calendar_build.c
 *	  From a calendar's rules to its working spans in absolute time.
 *
 * Zones and daylight saving are solved here, once: every opening and closing
 * becomes a moment in UTC.  A calendar is generated for the dates that it
 * covers and some years on either side, and made wider when a question goes
 * beyond; the rules stay in memory for that, so no table is read again.  From
 * FIRST_YEAR to LAST_YEAR every question has its exact answer, outside them
 * 22008.
 */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "errors.h"
#include "time/calendar_build.h"

#define FIRST_YEAR	1900
#define LAST_YEAR	2300		/* exclusive */

/* Days from 2000-01-01 to the first of January of a year. */
#define YEAR_DAY(year)	(date2j((year), 1, 1) - POSTGRES_EPOCH_JDATE)

#define UNIX_EPOCH_SECS ((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY)

/* What one generation makes, before it is swapped in. */
typedef struct Generation
{
	Calendar	cal;
	int32		span_space;
	int32		workday_space;
	int32		next_day_row;	/* days go by in order, so do their rows */
	int64		ended;			/* where the last span ends */
} Generation;

/* The row of a date that does not follow its weekday, or NULL. */
const CalendarDay *
calendar_day(const Calendar *cal, int32 day)
{
	const CalendarRules *rules = cal->rules;
	int32		low = 0;
	int32		high = rules->ndays;

	while (low < high)
	{
		int32		middle = (low + high) / 2;

		if (rules->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low < rules->ndays && rules->days[low].day == day ? &rules->days[low] : NULL;
}

/* The offsets of the zone between two local dates, two days more at each end. */
static void
generate_periods(Calendar *cal, int32 first_day, int32 last_day)
{
	pg_time_t	at = (first_day - INT64CONST(2)) * SECS_PER_DAY + UNIX_EPOCH_SECS;
	pg_time_t	end = (last_day + INT64CONST(2)) * SECS_PER_DAY + UNIX_EPOCH_SECS;
	pg_time_t	boundary;
	long		before;
	long		after;
	int			before_isdst;
	int			after_isdst;
	int			space = 64;
	int			found;

	cal->periods = palloc(space * sizeof(ZonePeriod));
	cal->nperiods = 0;
	do
	{
		found = pg_next_dst_boundary(&at, &before, &before_isdst, &boundary,
									 &after, &after_isdst, cal->rules->zone);
		if (found < 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("time zone \"%s\" cannot be computed", cal->rules->zone_name),
					 errname("dcm.calendar_range")));
		if (cal->nperiods == 0)
			cal->periods[cal->nperiods++] = (ZonePeriod) {CALENDAR_NOBEGIN, before * USECS_PER_SEC};
		if (found == 0 || boundary >= end)
			break;
		if (after * USECS_PER_SEC != cal->periods[cal->nperiods - 1].offset)
		{
			if (cal->nperiods == space)
				cal->periods = repalloc(cal->periods, (space *= 2) * sizeof(ZonePeriod));
			cal->periods[cal->nperiods++] = (ZonePeriod) {
				(boundary - UNIX_EPOCH_SECS) * USECS_PER_SEC, after * USECS_PER_SEC
			};
		}
		at = boundary;
	} while (true);
}

/* Whether hours are valid on a date: no season, or one that holds it. */
static bool
in_season(const HoursRule *hours, int32 day)
{
	int			year;
	int			month;
	int			mday;
	int			md;

	if (hours->season_from == 0)
		return true;
	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	md = month * 100 + mday;
	if (hours->season_from <= hours->season_till)
		return md >= hours->season_from && md <= hours->season_till;
	return md >= hours->season_from || md <= hours->season_till;
}

/* Adds a span of a date; what an earlier span holds already is not counted twice. */
static void
add_span(Generation *gen, int32 day, const HoursRule *hours)
{
	Calendar   *cal = &gen->cal;
	int64		midnight = day * USECS_PER_DAY;
	int64		since = calendar_from_local(cal, midnight + hours->opens, false);
	int64		till = calendar_from_local(cal, midnight + hours->closes, false);

	since = Max(since, gen->ended);
	if (since >= till || till <= cal->since)
		return;

	if (cal->nworkdays == 0 || cal->workdays[cal->nworkdays - 1].day != day)
	{
		if (cal->nworkdays == gen->workday_space)
			cal->workdays = repalloc(cal->workdays, (gen->workday_space *= 2) * sizeof(WorkDay));
		cal->workdays[cal->nworkdays++].day = day;
	}
	if (cal->nspans + 1 == gen->span_space)
		cal->spans = repalloc(cal->spans, (gen->span_space *= 2) * sizeof(WorkSpan));
	cal->spans[cal->nspans] = (WorkSpan) {since, cal->total};
	cal->workdays[cal->nworkdays - 1].last_span = cal->nspans++;
	cal->total += till - since;
	gen->ended = till;
}

/* Adds the spans of one local date. */
static void
add_day(Generation *gen, int32 day)
{
	const CalendarRules *rules = gen->cal.rules;
	const CalendarDay *row = NULL;
	/* 2000-01-03 was a Monday */
	int32		weekday = ((day - 2) % 7 + 7) % 7 + 1;
	const HoursRule *hours;
	int32		nhours;

	while (gen->next_day_row < rules->ndays && rules->days[gen->next_day_row].day < day)
		gen->next_day_row++;
	if (gen->next_day_row < rules->ndays && rules->days[gen->next_day_row].day == day)
		row = &rules->days[gen->next_day_row];

	if (row && row->kind == DAY_HOLIDAY)
		return;
	if (row && row->kind == DAY_WORKDAY)
		weekday = row->as_weekday;
	hours = row && row->kind == DAY_SPECIAL ? row->hours : rules->hours[weekday];
	nhours = row && row->kind == DAY_SPECIAL ? row->nhours : rules->nhours[weekday];
	for (int32 i = 0; i < nhours; i++)
	{
		if (in_season(&hours[i], day))
			add_span(gen, day, &hours[i]);
	}
}

/* Makes the direct indexes, by time and by working time. */
static void
index_spans(Calendar *cal)
{
	int64		nsteps;
	int64		nworksteps = cal->total / CALENDAR_WORK_STEP + 1;
	int32		span = 0;

	/* from a full hour, so that the steps fall on full hours too */
	cal->first_time = cal->since - (cal->since % CALENDAR_TIME_STEP);
	if (cal->first_time > cal->since)
		cal->first_time -= CALENDAR_TIME_STEP;
	nsteps = (cal->till - cal->first_time) / CALENDAR_TIME_STEP + 1;

	cal->span_by_time = palloc(nsteps * sizeof(int32));
	for (int64 i = 0; i < nsteps; i++)
	{
		while (calendar_span_till(cal, span) <= cal->first_time + i * CALENDAR_TIME_STEP)
			span++;
		cal->span_by_time[i] = span;
	}
	cal->span_by_work = palloc(nworksteps * sizeof(int32));
	span = 0;
	for (int64 i = 0; i < nworksteps; i++)
	{
		while (span < cal->nspans && cal->spans[span + 1].before < i * CALENDAR_WORK_STEP)
			span++;
		cal->span_by_work[i] = span;
	}
}

/* Generates the years [since, till) and swaps them in. */
static void
generate_years(Calendar *cal, int since_year, int till_year)
{
	Generation	gen = {.cal = *cal, .span_space = 1024, .workday_space = 1024, .ended = CALENDAR_NOBEGIN};
	int32		first_day = YEAR_DAY(since_year);
	int32		last_day = YEAR_DAY(till_year);
	MemoryContext old = MemoryContextSwitchTo(cal->rules->context);

	if (cal->rules->zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" of calendar \"%s\" not recognized",
						cal->rules->zone_name, cal->name),
				 errhint("Use a name of pg_timezone_names."),
				 errname("dcm.time_zone")));

	generate_periods(&gen.cal, first_day, last_day);
	gen.cal.since = calendar_from_local(&gen.cal, first_day * USECS_PER_DAY, false);
	gen.cal.till = calendar_from_local(&gen.cal, last_day * USECS_PER_DAY, false);
	gen.cal.nspans = gen.cal.nworkdays = 0;
	gen.cal.total = 0;
	gen.cal.spans = palloc(gen.span_space * sizeof(WorkSpan));
	gen.cal.workdays = palloc(gen.workday_space * sizeof(WorkDay));
	/* the evening before may work into the first morning */
	for (int32 day = first_day - 1; day < last_day; day++)
	{
		CHECK_FOR_INTERRUPTS();
		add_day(&gen, day);
	}
	gen.cal.spans = repalloc(gen.cal.spans, (gen.cal.nspans + 2) * sizeof(WorkSpan));
	gen.cal.workdays = repalloc(gen.cal.workdays, (gen.cal.nworkdays + 1) * sizeof(WorkDay));
	gen.cal.spans[gen.cal.nspans] = gen.cal.spans[gen.cal.nspans + 1] = (WorkSpan) {CALENDAR_NOEND, gen.cal.total};
	index_spans(&gen.cal);

	if (cal->spans)
	{
		pfree(cal->spans);
		pfree(cal->workdays);
		pfree(cal->periods);
		pfree(cal->span_by_time);
		pfree(cal->span_by_work);
	}
	*cal = gen.cal;
	MemoryContextSwitchTo(old);
}

static int
year_of_day(int32 day)
{
	int			year;
	int			month;
	int			mday;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &mday);
	return year;
}

/*
 * Generates a calendar for the first time: the dates that it covers, or else
 * 2000 to 2030, a year before and two after.
 */
void
calendar_generate(Calendar *cal)
{
	int32		first = Max(cal->covers_since, YEAR_DAY(FIRST_YEAR));
	int32		last = Min(cal->covers_till, YEAR_DAY(LAST_YEAR));

	if (cal->spans)
		return;
	if (first == YEAR_DAY(FIRST_YEAR) || first >= last)
		first = YEAR_DAY(2000);
	if (last == YEAR_DAY(LAST_YEAR) || first >= last)
		last = YEAR_DAY(2030);
	generate_years(cal, Max(year_of_day(first) - 1, FIRST_YEAR),
				   Min(year_of_day(last) + 2, LAST_YEAR));
}

/* Makes a calendar wider, so that it reaches a moment; 22008 where it cannot. */
void
calendar_widen(Calendar *cal, int64 at)
{
	int			since_year = year_of_day((int32) (cal->since / USECS_PER_DAY + 2));
	int			till_year = year_of_day((int32) (cal->till / USECS_PER_DAY + 2));
	int			year;

	if (at < (int64) YEAR_DAY(FIRST_YEAR - 1) * USECS_PER_DAY)
		year = FIRST_YEAR - 1;
	else if (at > (int64) YEAR_DAY(LAST_YEAR + 1) * USECS_PER_DAY)
		year = LAST_YEAR + 1;
	else
		year = year_of_day((int32) (at / USECS_PER_DAY));

	if (at < cal->since ? year < FIRST_YEAR || since_year <= FIRST_YEAR
		: year >= LAST_YEAR || till_year >= LAST_YEAR)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("calendar \"%s\" does not reach so far", cal->name),
				 cal->nspans == 0 ?
				 errdetail("It has no working hours.") :
				 errdetail("Working time can be counted from the year %d to the year %d.",
						   FIRST_YEAR, LAST_YEAR - 1),
				 errname("dcm.calendar_range")));
	if (at < cal->since)
		since_year = Max(Min(year - 5, since_year - 5), FIRST_YEAR);
	else
		till_year = Min(Max(year, till_year + (till_year - since_year) / 2) + 5, LAST_YEAR);
	generate_years(cal, since_year, till_year);
}
