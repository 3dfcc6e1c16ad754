/*
 * calendar_build.h
 *	  From a calendar's rules to its working spans in absolute time.
 */
#ifndef DCM_CALENDAR_BUILD_H
#define DCM_CALENDAR_BUILD_H

#include "postgres.h"

#include "pgtime.h"

#include "time/calendar.h"

/* Opening hours of a weekday or of a special day. */
typedef struct HoursRule
{
	int64		opens;			/* microseconds after midnight */
	int64		closes;			/* after opens; past 24 hours it is next morning */
	int32		season_from;	/* month * 100 + day, both inclusive; 0: all year */
	int32		season_till;
} HoursRule;

typedef enum DayKind
{
	DAY_HOLIDAY,
	DAY_WORKDAY,				/* has the hours of another weekday */
	DAY_SPECIAL					/* has hours of its own */
} DayKind;

/* A date that does not follow its weekday. */
typedef struct CalendarDay
{
	int32		day;
	int8		kind;			/* a DayKind */
	int8		as_weekday;
	int32		nhours;
	const char *label;			/* may be NULL */
	HoursRule  *hours;
} CalendarDay;

typedef struct CalendarRules
{
	MemoryContext context;		/* where the spans go */
	const char *zone_name;
	pg_tz	   *zone;			/* NULL: not recognized */
	HoursRule  *hours[8];		/* by weekday, 1 is Monday */
	int32		nhours[8];
	CalendarDay *days;			/* by date */
	int32		ndays;
} CalendarRules;

extern const CalendarDay *calendar_day(const Calendar *cal, int32 day);
extern void calendar_generate(Calendar *cal);
extern void calendar_widen(Calendar *cal, int64 at);

#endif							/* DCM_CALENDAR_BUILD_H */
