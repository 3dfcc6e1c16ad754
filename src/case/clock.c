/*
 * clock.c
 *	  The clock of a case and of its assignment.
 *
 * The decision to know: a clock is where it began, how much it allows and the
 * pauses in between, and the deadline is worked out from these three; so pause,
 * extension and rework may come in any order and give the same.  The log keeps
 * the three and the deadline as they were given: today's calendar never changes
 * what was promised then.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/clock.h"
#include "case/leaf.h"
#include "case/parts.h"
#include "errors.h"
#include "time/deadline.h"
#include "time/time_limit.h"

/* The deadline of a limit from a moment on, over the case's pauses. */
TimestampTz
clock_deadline(const Act *act, TimestampTz from, int64 limit, bool *provisional)
{
	return dcm_deadline(from, limit, act->wf->settings.calendar,
					   ACT_NULL(act, pauses) ? (Datum) 0 : ACT_GET(act, pauses),
					   provisional);
}

/* A deadline that the case's pauses do not move: of a stage, a task, an arrival. */
static TimestampTz
plain_deadline(const Act *act, TimestampTz from, int64 limit)
{
	return dcm_deadline(from, limit, act->wf->settings.calendar, (Datum) 0, NULL);
}

/* The same for a stage or task that begins with the act. */
TimestampTz
clock_stage_deadline(const Act *act, int64 limit)
{
	return plain_deadline(act, act->at, limit);
}

/* Works the case's deadline out anew. */
static void
set_due(Act *act, const char *clock)
{
	bool		provisional;

	act->clock = clock;
	if (ACT_NULL(act, time_limit))
	{
		ACT_CLEAR(act, due);
		ACT_SET(act, provisional, BoolGetDatum(false));
		return;
	}
	ACT_SET(act, due,
			TimestampTzGetDatum(clock_deadline(act, ACT_TIME(act, clock_from),
											   DatumGetInt64(ACT_GET(act, time_limit)),
											   &provisional)));
	ACT_SET(act, provisional, BoolGetDatum(provisional));
}

/*
 * Works the assignment's deadline out, which the log then tells; NULL where it
 * has no clock or has not begun.
 */
static Datum
give_work_due(Act *act, bool *isnull)
{
	bool		provisional;

	act->tells_work = true;
	*isnull = ACT_NULL(act, work_from) || ACT_NULL(act, work_limit);
	if (*isnull)
		return (Datum) 0;
	act->gives_work_due = true;
	act->work_due =
		TimestampTzGetDatum(clock_deadline(act, ACT_TIME(act, work_from),
										   DatumGetInt64(ACT_GET(act, work_limit)), &provisional));
	return act->work_due;
}

/* The same, for a body that is given the case while it is with others. */
void
clock_tell_work(Act *act)
{
	bool		isnull;

	(void) give_work_due(act, &isnull);
}

static void
write_one_clock(Act *act, int work_no, bool is_handled, TimestampTz handled_at, bool has_due)
{
	Datum		values[5] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no),
	TimestampTzGetDatum(handled_at), ACT_GET(act, work_limit), act->work_due};
	bool		nulls[5] = {false, false, !is_handled, ACT_NULL(act, work_limit), !has_due};

	leaf_write(LEAF_WORK_CLOCK, "assignment", act->case_no, work_no, 'u', values, nulls, 5);
}

/*
 * Writes the limit and deadline of the assignments: of the lead's, handled or not
 * as it is, and of those beside it that are still at work.
 */
static void
write_work_clock(Act *act)
{
	bool		is_handled = !ACT_NULL(act, handled_at);
	TimestampTz handled_at = is_handled ? ACT_TIME(act, handled_at) : 0;
	int			work_no = DatumGetInt16(ACT_GET(act, work_no));
	bool		no_due;

	if (work_no == 0)
		return;
	(void) give_work_due(act, &no_due);
	if (DatumGetInt16(ACT_GET(act, parts)) > 0)
		parts_read(act);
	for (int i = 0; i < act->nparts; i++)
	{
		const ActPart *part = &act->parts[i];

		/* the lead's own, which may have handled before the others have */
		if (part_is_lead(act, part) && !HAS_EFFECT(act->transition, rework))
		{
			is_handled = part->is_handled;
			handled_at = part->handled_at;
		}
		else if (!part_is_lead(act, part) && !part->is_over && !part->is_handled && !part->coordinates)
			write_one_clock(act, part->work_no, false, 0, !no_due);
	}
	write_one_clock(act, work_no, is_handled, handled_at, !no_due);
}

static void
set_limits(Act *act, bool has_limit, int64 limit)
{
	if (has_limit)
	{
		ACT_SET(act, base_limit, Int64GetDatum(limit));
		ACT_SET(act, time_limit, Int64GetDatum(limit));
	}
	else
	{
		ACT_CLEAR(act, base_limit);
		ACT_CLEAR(act, time_limit);
	}
}

/* Filing: the case's clock begins. */
void
clock_start(Act *act, bool has_limit, int64 limit)
{
	ACT_SET(act, clock_from, TimestampTzGetDatum(act->at));
	ACT_CLEAR(act, pauses);
	set_limits(act, has_limit, limit);
	set_due(act, "start");
	act->row[CF_first_due] = ACT_GET(act, due);
	act->null[CF_first_due] = ACT_NULL(act, due);
}

/* A correction after filing: another limit, from the filing on. */
void
clock_reset(Act *act, bool has_limit, int64 limit)
{
	ACT_SET(act, clock_from, ACT_GET(act, filed_at));
	set_limits(act, has_limit, limit);
	set_due(act, "reset");
	act->row[CF_first_due] = ACT_GET(act, due);
	act->null[CF_first_due] = ACT_NULL(act, due);
	if (ACT_NULL(act, org))
		return;
	act->row[CF_work_limit] = ACT_GET(act, time_limit);
	act->null[CF_work_limit] = ACT_NULL(act, time_limit);
	write_work_clock(act);
}

/* Handled: what the clock said stands. */
void
clock_stop(Act *act)
{
	if (!ACT_NULL(act, clock_from))
		act->clock = "stop";
}

/* How much an extension is that names no amount: the limit again. */
int64
clock_once_more(const Act *act)
{
	int64		base = DatumGetInt64(ACT_GET(act, base_limit));
	int64		limit = DatumGetInt64(ACT_GET(act, time_limit));

	/* after a rework the clock may have the unit of the least rework */
	return time_limit_unit(base) == time_limit_unit(limit) ? base : limit;
}

/* A limit with so much more of the same unit. */
static Datum
lengthen(Datum limit, int64 extra)
{
	int64		sum = time_limit_hundredths(DatumGetInt64(limit)) + time_limit_hundredths(extra);

	if (sum > TIME_LIMIT_MAX_HUNDREDTHS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the extended limit is out of range"),
				 errname("dcm.limit_range")));
	return Int64GetDatum(time_limit_make(time_limit_unit(extra), sum));
}

/*
 * The assignment's part of an extension.  Where its clock has another unit than
 * the case's, which a rework brings about, it has at least what the case has.
 */
static void
extend_work(Act *act, int64 extra)
{
	bool		isnull;
	TimestampTz due;

	if (ACT_NULL(act, work_limit))
		return;
	if (time_limit_unit(DatumGetInt64(ACT_GET(act, work_limit))) == time_limit_unit(extra))
	{
		ACT_SET(act, work_limit, lengthen(ACT_GET(act, work_limit), extra));
		return;
	}
	due = DatumGetTimestampTz(give_work_due(act, &isnull));
	if (isnull || due >= ACT_TIME(act, due))
		return;
	ACT_SET(act, work_from, ACT_GET(act, clock_from));
	ACT_SET(act, work_limit, ACT_GET(act, time_limit));
}

/* An extension is so much more of the same unit. */
void
clock_check_unit(const Act *act, int64 extra)
{
	if (time_limit_unit(extra) == time_limit_unit(DatumGetInt64(ACT_GET(act, time_limit))))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("an extension must be in the unit of the limit"),
			 errhint("The case's limit is in %s; give the extension in it too.",
					 time_limit_unit_name(DatumGetInt64(ACT_GET(act, time_limit)))),
			 errname("dcm.limit_unit")));
}

/* An extension: the first deadline is kept. */
void
clock_extend(Act *act, int64 extra)
{
	clock_check_unit(act, extra);
	ACT_SET(act, time_limit, lengthen(ACT_GET(act, time_limit), extra));
	set_due(act, "extend");
	extend_work(act, extra);
	write_work_clock(act);
}

/* The pauses with a span added or taken out; SPI's result is in our context. */
static void
change_pauses(Act *act, CityStatement statement, TimestampTz since, TimestampTz till)
{
	Datum		values[3] = {ACT_GET(act, pauses), TimestampTzGetDatum(since), TimestampTzGetDatum(till)};
	char		nulls[4] = {ACT_NULL(act, pauses) ? 'n' : ' ', ' ', ' ', '\0'};
	bool		isnull;

	if (till <= since)
		return;
	if (SPI_execute_plan(city_plan(statement), values, nulls, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not change the pauses of a clock");
	ACT_SET(act, pauses, SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Suspended: the clock stands from the request until the day that was granted. */
void
clock_pause(Act *act, TimestampTz since, TimestampTz till)
{
	change_pauses(act, CITY_PAUSE, since, till);
	set_due(act, "pause");
	write_work_clock(act);
}

/* A request is answered or falls: where the city has it so, the clock stood until now. */
void
clock_answer(Act *act)
{
	if (act->wf->settings.request_stops && !ACT_NULL(act, request) && !ACT_NULL(act, clock_from))
		clock_pause(act, ACT_TIME(act, requested_at), act->at);
}

/* What is suspended is so until another day, later or earlier. */
void
clock_review(Act *act, TimestampTz till)
{
	TimestampTz planned = ACT_TIME(act, resume_at);

	change_pauses(act, CITY_PAUSE, planned, till);
	change_pauses(act, CITY_UNPAUSE, till, planned);
	set_due(act, "pause");
	write_work_clock(act);
}

/* Resumed before that day: the clock runs again from now. */
void
clock_resume(Act *act)
{
	change_pauses(act, CITY_UNPAUSE, act->at, ACT_TIME(act, resume_at));
	set_due(act, "resume");
	write_work_clock(act);
}

/*
 * Begins a clock anew with the least that a rework is given, where what is left
 * of it ends earlier.  The clock as such is changed, and not only its deadline,
 * so that a later pause or extension reckons from it.
 */
static void
begin_anew(Act *act, CaseFileColumn from, CaseFileColumn limit)
{
	int64		least = act->wf->settings.rework_min;
	bool		provisional;

	if (act->null[from] || act->null[limit] || !act->wf->settings.has_rework_min ||
		clock_deadline(act, DatumGetTimestampTz(act->row[from]), DatumGetInt64(act->row[limit]),
					   &provisional) >= clock_deadline(act, act->at, least, &provisional))
		return;
	act->row[from] = TimestampTzGetDatum(act->at);
	act->row[limit] = Int64GetDatum(least);
}

/* Begins a clock anew with the whole limit of the standard. */
static void
begin_whole(Act *act, CaseFileColumn from, CaseFileColumn limit)
{
	if (act->null[from] || act->null[limit])
		return;
	act->row[from] = TimestampTzGetDatum(act->at);
	act->row[limit] = ACT_GET(act, base_limit);
}

/* The time since the handling is not the body's. */
static void
pause_since_handled(Act *act)
{
	change_pauses(act, CITY_PAUSE, ACT_TIME(act, handled_at), act->at);
	ACT_CLEAR(act, handled_at);
}

/*
 * Reopened: the case's clock goes on as after a failed check; the assignments
 * stay as they were, and the next dispatch opens another.
 */
void
clock_reopen(Act *act)
{
	pause_since_handled(act);
	if (act->wf->settings.rework_whole)
		begin_whole(act, CF_clock_from, CF_time_limit);
	else
		begin_anew(act, CF_clock_from, CF_time_limit);
	set_due(act, "restart");
}

/*
 * Rework: the time between the handling and its refusal is not the body's, and
 * what was left goes on, but for no less than the city's least time; or, where
 * the city has it so, the whole limit begins again.
 */
void
clock_restart(Act *act)
{
	pause_since_handled(act);
	if (act->wf->settings.rework_whole)
	{
		begin_whole(act, CF_clock_from, CF_time_limit);
		begin_whole(act, CF_work_from, CF_work_limit);
	}
	else
	{
		begin_anew(act, CF_clock_from, CF_time_limit);
		begin_anew(act, CF_work_from, CF_work_limit);
	}
	set_due(act, "restart");
	write_work_clock(act);
}

/* How soon somebody must be there: for danger, as the standard says, or as the city. */
static bool
arrive_limit(const Act *act, int64 *limit)
{
	Datum		values[1] = {ACT_GET(act, standard)};
	bool		isnull = true;

	if (!act->tells_stages)
		return false;
	if (act->wf->settings.has_danger_limit &&
		strcmp(TextDatumGetCString(ACT_GET(act, severity)), "danger") == 0)
	{
		*limit = act->wf->settings.danger_limit;
		return true;
	}
	if (!ACT_NULL(act, standard))
	{
		if (SPI_execute_plan(city_plan(CITY_ARRIVE_LIMIT), values, NULL, true, 1) != SPI_OK_SELECT)
			elog(ERROR, "could not read the filing standard");
		if (SPI_processed == 1)
			*limit = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	}
	if (isnull)
		*limit = act->wf->settings.arrive_limit;
	return !isnull || act->wf->settings.has_arrive_limit;
}

/*
 * Dispatched: a body has the whole limit, from now or from its signature; where
 * the city has it so, one after another body what is left of the case's.
 */
void
clock_open_work(Act *act)
{
	Datum		values[11] = {Int64GetDatum(act->case_no), ACT_GET(act, work_no),
		ACT_GET(act, org), TimestampTzGetDatum(act->at), Int32GetDatum(act->actor.person->id)};
	bool		nulls[11] = {false};

	act->row[CF_work_limit] = ACT_GET(act, base_limit);
	act->null[CF_work_limit] = ACT_NULL(act, base_limit);
	if (act->work_no > 1 && act->wf->settings.redispatch_rest)
	{
		act->row[CF_work_limit] = ACT_GET(act, time_limit);
		act->null[CF_work_limit] = ACT_NULL(act, time_limit);
		ACT_SET(act, work_from, ACT_GET(act, clock_from));
	}
	else if (act->wf->settings.handle_from_sign)
		ACT_CLEAR(act, work_from);
	else
		ACT_SET(act, work_from, TimestampTzGetDatum(act->at));
	values[5] = ACT_GET(act, work_limit);
	nulls[5] = ACT_NULL(act, work_limit);
	values[6] = give_work_due(act, &nulls[6]);
	act->gives_arrive_due = arrive_limit(act, &act->arrive_limit);
	if (act->gives_arrive_due)
		act->arrive_due = plain_deadline(act, act->at, act->arrive_limit);
	nulls[7] = nulls[8] = !act->gives_arrive_due;
	values[7] = Int64GetDatum(act->arrive_limit);
	values[8] = TimestampTzGetDatum(act->arrive_due);
	values[9] = CStringGetTextDatum("lead");
	values[10] = BoolGetDatum(false);
	leaf_write(LEAF_WORK_OPEN, "assignment", act->case_no, act->work_no, 'i', values, nulls, 11);
}

/* Signed: the assignment's clock begins where the city has it so. */
void
clock_sign_work(Act *act)
{
	Datum		values[4] = {Int64GetDatum(act->case_no), ACT_GET(act, work_no),
		TimestampTzGetDatum(act->at)};
	bool		nulls[4] = {false};

	if (act->wf->settings.handle_from_sign && ACT_NULL(act, work_from))
		ACT_SET(act, work_from, TimestampTzGetDatum(act->at));
	values[3] = give_work_due(act, &nulls[3]);
	leaf_write(LEAF_WORK_SIGN, "assignment", act->case_no,
			   DatumGetInt16(ACT_GET(act, work_no)), 'u', values, nulls, 4);
	for (int i = 0; act->wf->settings.handle_from_sign && i < act->nparts; i++)
		if (!part_is_lead(act, &act->parts[i]) && !act->parts[i].coordinates && !act->parts[i].is_handled)
			write_one_clock(act, act->parts[i].work_no, false, 0, !nulls[3]);
}

/* A row of the case that a clock hangs on: its columns, false where it has none. */
static bool
read_clock(const Act *act, LeafStatement statement, Datum number, Datum *values, bool *nulls, int n)
{
	Datum		args[2] = {Int64GetDatum(act->case_no), number};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), statement), args, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read a clock of case " INT64_FORMAT, act->case_no);
	for (int i = 0; SPI_processed == 1 && i < n; i++)
		values[i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &nulls[i]);
	return SPI_processed == 1;
}

static void
write_deadline(const Act *act, LeafStatement statement, const char *table, Datum number, TimestampTz due)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), number, TimestampTzGetDatum(due)};

	leaf_write(statement, table, act->case_no, DatumGetInt16(number), 'u', values, NULL, 3);
}

/* Somebody of the body is there; who comes again was there already. */
void
clock_arrive(Act *act)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	Datum		work_no = Int16GetDatum(part_no(act));

	if (read_clock(act, LEAF_WORK_ARRIVAL, work_no, values, nulls, 3) && nulls[2])
		write_deadline(act, LEAF_WORK_ARRIVE, "assignment", work_no, act->at);
}

/* The clock of the arrival, where nobody is there yet. */
static void
recompute_arrival(Act *act)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	if (!read_clock(act, LEAF_WORK_ARRIVAL, ACT_GET(act, work_no), values, nulls, 3) || nulls[1] || !nulls[2])
		return;
	act->gives_arrive_due = true;
	act->arrive_limit = DatumGetInt64(values[1]);
	act->arrive_due = plain_deadline(act, DatumGetTimestampTz(values[0]), act->arrive_limit);
	write_deadline(act, LEAF_WORK_ARRIVE_BY, "assignment", ACT_GET(act, work_no), act->arrive_due);
}

/* Whether the stage's row, which is open, has a clock. */
bool
clock_of_stage(const Act *act)
{
	Datum		values[3];
	bool		nulls[3] = {false};

	return read_clock(act, LEAF_STAGE_GET, ACT_GET(act, stage_no), values, nulls, 3) && !nulls[1];
}

/* The clock of the stage, and of the task that began with it. */
static void
recompute_stage(Act *act)
{
	Datum		values[3];
	bool		nulls[3] = {false};
	Datum		opened_at;

	if (!read_clock(act, LEAF_STAGE_GET, ACT_GET(act, stage_no), values, nulls, 3) || nulls[1] || !nulls[2])
		return;
	opened_at = values[0];
	act->stage_no = DatumGetInt16(ACT_GET(act, stage_no));
	act->has_stage_limit = true;
	act->stage_limit = DatumGetInt64(values[1]);
	act->stage_due = plain_deadline(act, DatumGetTimestampTz(values[0]), act->stage_limit);
	write_deadline(act, LEAF_STAGE_CLOCK, "case_stage", ACT_GET(act, stage_no), act->stage_due);
	if (DatumGetInt16(ACT_GET(act, tasks)) > 0 &&
		read_clock(act, LEAF_TASK_OF_STAGE, TimestampTzGetDatum(DatumGetTimestampTz(opened_at)), values, nulls, 1))
		write_deadline(act, LEAF_TASK_CLOCK, "case_task", values[0], act->stage_due);
}

/*
 * The calendar is another one: each clock that runs has its deadline worked out
 * anew, from where it began.  One that has stopped keeps what was promised, and
 * first_due is the promise of the filing.
 */
void
clock_recompute(Act *act)
{
	bool		handled = !ACT_NULL(act, handled_at);

	if (!ACT_NULL(act, due) && (!handled || act->wf->settings.in_time_by_close))
		set_due(act, "recompute");
	if (!ACT_NULL(act, org) && !handled)
	{
		write_work_clock(act);
		recompute_arrival(act);
	}
	recompute_stage(act);
}
