/*
 * deadline.h
 *	  Deadlines and working time for the floors above.
 */
#ifndef DCM_DEADLINE_H
#define DCM_DEADLINE_H

#include "postgres.h"

#include "datatype/timestamp.h"

#include "time/time_limit.h"

/*
 * The moment at which a limit that starts at start is used up.  pauses is a
 * tstzmultirange, or 0 for none.  A start at infinity is its own deadline, and
 * a pause without end that begins before the deadline gives DT_NOEND.
 * *provisional, where given, tells whether the deadline counts working time
 * and lies past the dates that the calendar covers.  Raises P0002 for a
 * calendar that does not exist, 22008 where it does not reach so far.
 */
extern TimestampTz dcm_deadline(TimestampTz start, int64 tlimit, const char *calendar,
								Datum pauses, bool *provisional);

/*
 * Working time in [since, till) outside the pauses, in microseconds; zero
 * where till is before since.  Errors as above; 22008 for an infinite end.
 */
extern int64 dcm_working_time(TimestampTz since, TimestampTz till, const char *calendar,
							  Datum pauses);

#endif							/* DCM_DEADLINE_H */
