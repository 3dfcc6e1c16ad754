/*
 * case_no.c
 *	  The number of a case: the report's local date and a serial.
 *
 * So a person can read it, a spreadsheet holds it exactly, and it names its
 * leaf.  The serials come from one sequence that cycles, not from a counter a
 * day, on which all reports of a day would wait for each other.
 */
#include "postgres.h"

#include "commands/sequence.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "case/case_no.h"
#include "city.h"
#include "errors.h"

#define SERIALS_PER_DAY INT64CONST(10000000)

/* The city's date on which the case was reported, as yyyymmdd. */
static int64
report_date(const Act *act)
{
	struct pg_tm tm;
	fsec_t		fsec;
	int			tz;

	if (timestamp2tm(act->at, &tz, &tm, &fsec, NULL, act->wf->settings.time_zone) != 0 ||
		tm.tm_year < 1900 || tm.tm_year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("a case cannot be reported at %s", timestamptz_to_str(act->at)),
				 errname("dcm.bad_time")));
	return (int64) tm.tm_year * 10000 + tm.tm_mon * 100 + tm.tm_mday;
}

/* The next number of that day. */
int64
case_no_next(const Act *act)
{
	return report_date(act) * SERIALS_PER_DAY +
		nextval_internal(city_table("case_no_seq"), false);
}
