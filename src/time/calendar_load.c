/*
 * calendar_load.c
 *	  The city's calendars, read from its tables.
 *
 * All calendars are read at once, by four ordered queries; the spans of each
 * are generated when it is first asked, since a city may keep calendars that
 * a backend never uses.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "errors.h"
#include "time/calendar_load.h"

typedef struct CalendarSet
{
	Calendar   *calendars;
	int32		ncalendars;
} CalendarSet;

static void *build_calendars(void);

static const char *const calendar_tables[] = {
	"calendar", "calendar_hours", "calendar_day", "calendar_day_hours", NULL
};

ConfigCache calendar_cache = {
	.name = "calendars",
	.tables = calendar_tables,
	.build = build_calendars
};

/* Registers the cache; called from _PG_init. */
void
calendar_load_init(void)
{
	config_cache_register(&calendar_cache);
}

/* The column of a row as a datum, or 0 with *isnull. */
static Datum
column(uint64 row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static int32
column_int32(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

static int64
column_int64(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* A text column, copied into the current context; NULL for NULL. */
static char *
column_text(uint64 row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * The calendar whose name a row's first column has, or NULL for a row that
 * belongs to none.  Rows and calendars both come in the order of bytes, so
 * *hint only goes forward.
 */
static Calendar *
row_calendar(CalendarSet *set, uint64 row, int32 *hint)
{
	char	   *name = column_text(row, 1);
	int			order = 1;

	for (; *hint < set->ncalendars; (*hint)++)
	{
		order = strcmp(set->calendars[*hint].name, name);
		if (order >= 0)
			break;
	}
	pfree(name);
	return order == 0 ? &set->calendars[*hint] : NULL;
}

/* Opening hours from the columns opens, closes, and maybe a season. */
static void
read_hours(HoursRule *hours, uint64 row, int opens, int season)
{
	hours->opens = column_int64(row, opens);
	hours->closes = column_int64(row, opens + 1);
	if (hours->closes <= hours->opens)
		hours->closes += USECS_PER_DAY;
	hours->season_from = season ? column_int32(row, season) : 0;
	hours->season_till = season ? column_int32(row, season + 1) : 0;
}

static void
read_calendars(CalendarSet *set)
{
	config_cache_query("SELECT name, time_zone, day_rule, start_rule, boundary,"
					   " (extract(epoch FROM hours_per_day) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
					   " coalesce(pg_catalog.lower(covers), '-infinity'::pg_catalog.date)::pg_catalog.date,"
					   " coalesce(pg_catalog.upper(covers), 'infinity'::pg_catalog.date)::pg_catalog.date,"
					   " coalesce(pg_catalog.isempty(covers), false)"
					   " FROM dcm.calendar ORDER BY name COLLATE pg_catalog.\"C\"");
	set->ncalendars = (int32) SPI_processed;
	set->calendars = palloc0(Max(set->ncalendars, 1) * sizeof(Calendar));
	for (int32 i = 0; i < set->ncalendars; i++)
	{
		Calendar   *cal = &set->calendars[i];
		CalendarRules *rules = palloc0(sizeof(CalendarRules));
		char	   *day_rule = column_text(i, 3);
		bool		isnull;

		cal->name = column_text(i, 1);
		cal->day_rule = strcmp(day_rule, "same_clock") == 0 ? DAY_RULE_SAME_CLOCK :
			strcmp(day_rule, "end_of_day") == 0 ? DAY_RULE_END_OF_DAY : DAY_RULE_HOURS;
		cal->next_day = strcmp(column_text(i, 4), "next_day") == 0;
		cal->open = strcmp(column_text(i, 5), "open") == 0;
		cal->hours_per_day = column_int64(i, 6);
		cal->covers_since = column_int32(i, 7);
		cal->covers_till = column_int32(i, 8);
		if (DatumGetBool(column(i, 9, &isnull)))
			cal->covers_since = cal->covers_till = 0;
		cal->rules = rules;
		rules->context = CurrentMemoryContext;
		rules->zone_name = column_text(i, 2);
		rules->zone = pg_tzset(rules->zone_name);
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
read_weekday_hours(CalendarSet *set)
{
	HoursRule  *all;
	int32		hint = 0;

	config_cache_query("SELECT calendar, weekday::pg_catalog.int4, opens, closes,"
					   " pg_catalog.replace(season_from, '-', '')::pg_catalog.int4,"
					   " pg_catalog.replace(season_till, '-', '')::pg_catalog.int4"
					   " FROM dcm.calendar_hours"
					   " ORDER BY calendar COLLATE pg_catalog.\"C\", weekday, opens");
	all = palloc(Max(SPI_processed, 1) * sizeof(HoursRule));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Calendar   *cal = row_calendar(set, i, &hint);
		int32		weekday = column_int32(i, 2);

		read_hours(&all[i], i, 3, 5);
		if (cal == NULL)
			continue;
		if (cal->rules->nhours[weekday]++ == 0)
			cal->rules->hours[weekday] = &all[i];
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
read_days(CalendarSet *set)
{
	CalendarDay *all;
	int32		hint = 0;

	config_cache_query("SELECT calendar, day, kind, as_weekday::pg_catalog.int4, label"
					   " FROM dcm.calendar_day"
					   " ORDER BY calendar COLLATE pg_catalog.\"C\", day");
	all = palloc0(Max(SPI_processed, 1) * sizeof(CalendarDay));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Calendar   *cal = row_calendar(set, i, &hint);
		char	   *kind = column_text(i, 3);
		char	   *label = column_text(i, 5);

		all[i].day = column_int32(i, 2);
		all[i].kind = strcmp(kind, "workday") == 0 ? DAY_WORKDAY :
			strcmp(kind, "special") == 0 ? DAY_SPECIAL : DAY_HOLIDAY;
		pfree(kind);
		all[i].as_weekday = column_int32(i, 4);
		/* the days of a holiday share their label */
		if (label && i > 0 && all[i - 1].label && strcmp(label, all[i - 1].label) == 0)
		{
			pfree(label);
			all[i].label = all[i - 1].label;
		}
		else
			all[i].label = label;
		if (cal == NULL)
			continue;
		if (cal->rules->ndays++ == 0)
			cal->rules->days = &all[i];
	}
	SPI_freetuptable(SPI_tuptable);
}

static void
read_day_hours(CalendarSet *set)
{
	HoursRule  *all;
	int32		hint = 0;

	config_cache_query("SELECT calendar, day, opens, closes"
					   " FROM dcm.calendar_day_hours"
					   " ORDER BY calendar COLLATE pg_catalog.\"C\", day, opens");
	all = palloc(Max(SPI_processed, 1) * sizeof(HoursRule));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		Calendar   *cal = row_calendar(set, i, &hint);
		CalendarDay *day;

		read_hours(&all[i], i, 3, 0);
		if (cal == NULL)
			continue;
		day = unconstify(CalendarDay *, calendar_day(cal, column_int32(i, 2)));
		if (day && day->nhours++ == 0)
			day->hours = &all[i];
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Builds the rules of all calendars; for config_cache. */
static void *
build_calendars(void)
{
	CalendarSet *set = palloc(sizeof(CalendarSet));

	read_calendars(set);
	read_weekday_hours(set);
	read_days(set);
	read_day_hours(set);
	return set;
}

/*
 * The calendar of a name, ready for questions; P0002 where there is none.
 * Valid to the end of the transaction, or for as long as
 * calendar_cache.builds stays what it is.
 */
Calendar *
calendar_find(const char *name, size_t len)
{
	CalendarSet *set = config_cache_get(&calendar_cache);

	for (int32 i = 0; i < set->ncalendars; i++)
	{
		Calendar   *cal = &set->calendars[i];

		if (strlen(cal->name) == len && memcmp(cal->name, name, len) == 0)
		{
			calendar_generate(cal);
			return cal;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("calendar \"%s\" does not exist", pnstrdup(name, len)),
			 errhint("See table dcm.calendar for what there is."),
			 errname("dcm.no_calendar")));
}
