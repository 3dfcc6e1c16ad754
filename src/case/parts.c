/*
 * parts.c
 *	  The assignments of a case, as rows: read, opened, ended, judged.
 *
 * The lead's has the number that the case's row knows; those that joined it and
 * those to which it was forwarded have higher ones, and the next dispatch goes
 * on after them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/parts.h"
#include "errors.h"

/* The number of the assignment for which the actor acts: the lead's, or a part's. */
int
part_no(const Act *act)
{
	return act->part ? act->part->work_no : DatumGetInt16(ACT_GET(act, work_no));
}

bool
part_is_lead(const Act *act, const ActPart *part)
{
	return part->work_no == DatumGetInt16(ACT_GET(act, work_no));
}

static Datum
column(int row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

/* A column that is not NULL, or 0. */
static Datum
column_or_zero(int row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? (Datum) 0 : value;
}

static void
query(const Act *act, LeafStatement statement, int number)
{
	Datum		args[2] = {Int64GetDatum(act->case_no), Int16GetDatum(number)};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), statement), args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the assignments of case " INT64_FORMAT, act->case_no);
}

/* Reads the bodies that have the case now, once an act. */
void
parts_read(Act *act)
{
	if (act->parts)
		return;
	query(act, LEAF_PARTS, DatumGetInt16(ACT_GET(act, work_no)));
	act->nparts = SPI_processed;
	act->parts = palloc0(sizeof(ActPart) * Max(act->nparts, 1));
	for (int i = 0; i < act->nparts; i++)
	{
		ActPart    *part = &act->parts[i];
		Datum		handled_at;
		bool		isnull;

		part->work_no = DatumGetInt16(column_or_zero(i, 1));
		part->org = DatumGetInt32(column_or_zero(i, 2));
		part->part = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 3);
		part->coordinates = strcmp(part->part, "coordinator") == 0;
		part->parent = DatumGetInt16(column_or_zero(i, 4));
		part->is_signed = DatumGetBool(column_or_zero(i, 5));
		handled_at = column(i, 6, &isnull);
		part->is_handled = !isnull;
		part->handled_at = isnull ? DT_NOBEGIN : DatumGetTimestampTz(handled_at);
	}
}

/* The bodies that have or had the case to handle, the last first; how many. */
int
parts_held(const Act *act, PartHeld **held)
{
	int			n;

	query(act, LEAF_HELD, 0);
	n = SPI_processed;
	*held = palloc(sizeof(PartHeld) * Max(n, 1));
	for (int i = 0; i < n; i++)
		(*held)[i] = (PartHeld) {DatumGetInt16(column_or_zero(i, 1)), DatumGetInt32(column_or_zero(i, 2))};
	return n;
}

/* The body that has the case by that assignment, or NULL. */
ActPart *
part_find(const Act *act, int work_no)
{
	for (int i = 0; i < act->nparts; i++)
		if (act->parts[i].work_no == work_no)
			return &act->parts[i];
	return NULL;
}

/* The number of the case's last assignment; 0 before there is one. */
int
part_last(const Act *act)
{
	int			number = DatumGetInt16(ACT_GET(act, work_no));

	if (number == 0 || !act->tells_stages)
		return number;
	query(act, LEAF_WORK_LAST, number);
	return SPI_processed == 1 ? DatumGetInt16(column_or_zero(0, 1)) : number;
}

/* A body beside the lead, which has the lead's clock; a coordinator has none. */
void
part_open(Act *act, int work_no, int org, const char *part, int parent)
{
	Datum		values[10] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no), Int32GetDatum(org),
		CStringGetTextDatum(part), Int16GetDatum(parent), TimestampTzGetDatum(act->at),
	Int32GetDatum(act->actor.person->id), ACT_GET(act, work_limit), act->work_due, BoolGetDatum(false)};
	bool		nulls[10] = {false};
	bool		timed = strcmp(part, "coordinator") != 0;

	nulls[4] = parent == 0;
	nulls[7] = !timed || ACT_NULL(act, work_limit);
	nulls[8] = !timed || !act->gives_work_due;
	leaf_write(LEAF_WORK_JOIN, "assignment", act->case_no, work_no, 'i', values, nulls, 10);
}

/* Signed or handled, at the time of the act. */
void
part_write_time(Act *act, LeafStatement statement, int work_no)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no), TimestampTzGetDatum(act->at)};

	leaf_write(statement, "assignment", act->case_no, work_no, 'u', values, NULL, 3);
}

/* An assignment ends: returned for a reason, or recalled. */
void
part_end(Act *act, int work_no, const char *return_reason)
{
	Datum		at = TimestampTzGetDatum(act->at);
	Datum		values[5] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no), at,
	return_reason ? CStringGetTextDatum(return_reason) : (Datum) 0, at};
	bool		returned = HAS_EFFECT(act->transition, return_work) && work_no == part_no(act);
	bool		nulls[5] = {false, false, !returned, return_reason == NULL, returned};

	leaf_write(LEAF_WORK_END, "assignment", act->case_no, work_no, 'u', values, nulls, 5);
	for (int i = 0; i < act->nparts; i++)
		if (act->parts[i].work_no == work_no)
			act->parts[i].is_over = true;
}

/* Whether an assignment came out of another, at whatever remove. */
static bool
came_from(const Act *act, const ActPart *part, int work_no)
{
	for (int depth = 0; part && part->parent != 0 && depth < 32; depth++)
	{
		if (part->parent == work_no)
			return true;
		part = part_find(act, part->parent);
	}
	return false;
}

/*
 * Takes the case back from those to which a body has forwarded it, or for 0 from
 * all but the lead, where they have not handled it.
 */
void
part_recall_below(Act *act, int work_no)
{
	for (int i = 0; i < act->nparts; i++)
	{
		const ActPart *part = &act->parts[i];

		if (part->is_over || part->is_handled || part_is_lead(act, part) ||
			(work_no != 0 && !came_from(act, part, work_no)))
			continue;
		/* who only coordinates does so until the case is no body's */
		if (part->coordinates && HAS_EFFECT(act->transition, handle_work))
			continue;
		part_end(act, part->work_no, NULL);
	}
}

/* The body says that what it handled was not its own. */
void
part_claim(Act *act)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), Int16GetDatum(part_no(act)), BoolGetDatum(true)};

	leaf_write(LEAF_WORK_CLAIM, "assignment", act->case_no, part_no(act), 'u', values, NULL, 3);
}

/* Whose fault a reason to return speaks of, or NULL. */
char *
part_reason_fault(const char *reason)
{
	Datum		values[1] = {CStringGetTextDatum(reason)};

	if (SPI_execute_plan(city_plan(CITY_REASON_FAULT), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the reasons");
	return SPI_processed == 1 ? SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) : NULL;
}

/* Who was the last to handle the case. */
int
part_last_handler(const Act *act)
{
	query(act, LEAF_LAST_HANDLER, 0);
	return SPI_processed > 0 ? DatumGetInt32(column_or_zero(0, 1)) : act->actor.person->id;
}

/* Whether that person has returned or handled the assignment. */
bool
part_was_by(const Act *act, int work_no, int person)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no), Int32GetDatum(person)};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_WORK_BY), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	return SPI_processed > 0;
}

/* The return or claim with that number, or for 0 the last that waits to be judged. */
bool
part_unjudged(const Act *act, int work_no, PartReturn *its)
{
	query(act, LEAF_UNJUDGED, work_no);
	if (SPI_processed == 0)
		return false;
	its->work_no = DatumGetInt16(column_or_zero(0, 1));
	its->org = DatumGetInt32(column_or_zero(0, 2));
	its->dispatcher = DatumGetInt32(column_or_zero(0, 3));
	its->is_returned = DatumGetBool(column_or_zero(0, 4));
	its->reason = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5);
	return true;
}

void
part_judge(Act *act, int work_no, const char *fault)
{
	Datum		values[4] = {Int64GetDatum(act->case_no), Int16GetDatum(work_no), CStringGetTextDatum(fault),
	TimestampTzGetDatum(act->at)};

	leaf_write(LEAF_WORK_JUDGE, "assignment", act->case_no, work_no, 'u', values, NULL, 4);
}

/* The case is no body's. */
void
bodies_clear(Act *act)
{
	ACT_CLEAR(act, org);
	ACT_CLEAR(act, dispatched_at);
	ACT_CLEAR(act, work_from);
	ACT_CLEAR(act, work_limit);
	ACT_SET(act, parts, Int16GetDatum(0));
	act->tells_work = false;
}
