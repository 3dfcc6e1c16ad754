/*
 * answer.c
 *	  What an act answers, now and when it is sent again.
 *
 * A client key is kept with a digest of the call's arguments: the same call has
 * the first answer, read from the log, and another one is an error.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "case/answer.h"
#include "case/leaf.h"
#include "errors.h"

/* Forms the answer in the caller's memory, which outlives SPI's. */
static Datum
form_result(FunctionCallInfo fcinfo, MemoryContext caller, Datum *values, bool *nulls)
{
	TupleDesc	desc;
	MemoryContext inside;
	Datum		result;

	/* the descriptor of a fixed row type is the same at each call */
	if (fcinfo->flinfo->fn_extra == NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);

		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		fcinfo->flinfo->fn_extra = BlessTupleDesc(desc);
		MemoryContextSwitchTo(old);
	}
	desc = fcinfo->flinfo->fn_extra;
	inside = MemoryContextSwitchTo(caller);
	result = HeapTupleGetDatum(heap_form_tuple(desc, values, nulls));
	MemoryContextSwitchTo(inside);
	return result;
}

/* The answer: dcm.act_result. */
Datum
act_result(FunctionCallInfo fcinfo, MemoryContext caller, const Act *act)
{
	Datum		values[7] = {Int64GetDatum(act->case_no),
		Int64GetDatum(DatumGetInt32(ACT_GET(act, log_no))), ACT_GET(act, state),
		ACT_GET(act, stage), ACT_GET(act, due), ACT_GET(act, provisional),
	BoolGetDatum(false)};
	bool		nulls[7] = {false, false, false, false, ACT_NULL(act, due), false, false};

	return form_result(fcinfo, caller, values, nulls);
}

/*
 * The answer that an earlier call with the same key got, from the log: as it is
 * now, since that call may have been waited for.
 */
Datum
act_replay(FunctionCallInfo fcinfo, MemoryContext caller, int actor, int64 case_no, int log_no)
{
	Datum		args[2] = {Int64GetDatum(case_no), Int32GetDatum(log_no)};
	Datum		values[7] = {Int64GetDatum(case_no), Int64GetDatum(log_no)};
	bool		nulls[7] = {false};
	bool		isnull;

	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_LOG_AT), args, NULL, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "the log entry of a client key is gone");
	if (DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 5, &isnull)) != actor)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the client key was used for another call"),
				 errdetail("Another person made it."),
				 errhint("A key stands for one call of one person; make a new one."),
				 errname("dcm.key_reused")));
	for (int i = 0; i < 4; i++)
		values[2 + i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									  i + 1, &nulls[2 + i]);
	if (nulls[5])
		values[5] = BoolGetDatum(false);
	nulls[5] = false;
	values[6] = BoolGetDatum(true);
	return form_result(fcinfo, caller, values, nulls);
}

/*
 * A key is a name that a client makes, such as a UUID.  The table's index holds
 * no text of any length, and what it would say of a longer one is its own affair.
 */
#define MAX_CLIENT_KEY 200

void
act_check_key(Datum key)
{
	text	   *said = DatumGetTextPP(key);
	int			length = pg_mbstrlen_with_len(VARDATA_ANY(said), VARSIZE_ANY_EXHDR(said));

	if (length <= MAX_CLIENT_KEY)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("a client key has at most %d characters", MAX_CLIENT_KEY),
			 errdetail("This one has %d.", length),
			 errhint("A UUID will do."),
			 errname("dcm.bad_key")));
}

/*
 * Whether the owner of the key (a case, or who reports) has used it before:
 * then *made is what that call made.  Used with other arguments it is an error.
 */
bool
act_key_known(SPIPlanPtr plan, Datum owner, Datum key, const bytea *digest, Datum *made)
{
	Datum		args[2] = {owner, key};
	bytea	   *known;
	bool		isnull;

	if (SPI_execute_plan(plan, args, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the client keys");
	if (SPI_processed == 0)
		return false;
	known = DatumGetByteaPP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	*made = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	if (VARSIZE_ANY_EXHDR(known) == VARSIZE_ANY_EXHDR(digest) &&
		memcmp(VARDATA_ANY(known), VARDATA_ANY(digest), VARSIZE_ANY_EXHDR(digest)) == 0)
		return true;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("client key \"%s\" was used for another call", TextDatumGetCString(key)),
			 errdetail("A key stands for one call with its arguments."),
			 errname("dcm.key_reused")));
	return false;
}
