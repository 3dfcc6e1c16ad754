/*
 * act.c
 *	  dcm.act: the one way in which a case moves.
 *
 * The clock is read after the case is locked, because with now() the later of
 * two honest people would be refused.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/act_write.h"
#include "case/answer.h"
#include "case/chain.h"
#include "case/judge.h"
#include "case/leaf.h"
#include "city.h"
#include "errors.h"
#include "replica.h"

PG_FUNCTION_INFO_V1(dcm_act);

enum
{
	ARG_CASE_NO, ARG_ACTION, ARG_NOTE, ARG_DATA, ARG_AT, ARG_CLIENT_KEY, ARG_EXPECT
};

/* Reads the case and locks it; P0002 where there is none. */
static void
lock_case(Act *act)
{
	if (leaf_lock(act->case_no, act->row, act->null))
	{
		act->previous = DatumGetByteaPP(ACT_GET(act, head));
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("there is no case " INT64_FORMAT, act->case_no),
			 errname("dcm.no_case")));
}

/* What a client key stands for. */
static bytea *
digest_of_call(FunctionCallInfo fcinfo)
{
	StringInfoData buf;

	initStringInfo(&buf);
	chain_put_text(&buf, PG_GETARG_DATUM(ARG_ACTION));
	if (PG_ARGISNULL(ARG_NOTE))
		chain_put_null(&buf);
	else
		chain_put_text(&buf, PG_GETARG_DATUM(ARG_NOTE));
	chain_put_jsonb(&buf, PG_GETARG_DATUM(ARG_DATA));
	if (PG_ARGISNULL(ARG_AT))
		chain_put_null(&buf);
	else
		chain_put_int(&buf, PG_GETARG_TIMESTAMPTZ(ARG_AT), 8);
	return chain_sha256(&buf);
}

static void
keep_key(FunctionCallInfo fcinfo, const Act *act, bytea *digest)
{
	Datum		args[4] = {Int64GetDatum(act->case_no), PG_GETARG_DATUM(ARG_CLIENT_KEY),
	PointerGetDatum(digest), ACT_GET(act, log_no)};

	if (SPI_execute_plan(city_plan(CITY_ACT_KEY_NEW), args, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not keep a client key");
}

/* Refuses an act on a case that has moved since the caller saw it. */
static void
check_expected(const Act *act, int64 expect)
{
	int			moved_no = DatumGetInt32(ACT_GET(act, moved_no));

	if (moved_no <= expect)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("case " INT64_FORMAT " has moved on", act->case_no),
			 errdetail("Entry %d moved it to state \"%s\"; you had seen entry " INT64_FORMAT ".",
					   moved_no, act->state->code, expect),
			 errhint("Read the case again and decide anew."),
			 errname("dcm.stale")));
}

/* Everything between the lock and the rows. */
static void
judge(FunctionCallInfo fcinfo, Act *act)
{
	act->state = workflow_state(act->wf, TextDatumGetCString(ACT_GET(act, state)));
	if (act->state == NULL)
		elog(ERROR, "case " INT64_FORMAT " is in a state that is gone", act->case_no);
	if (!PG_ARGISNULL(ARG_EXPECT))
		check_expected(act, PG_GETARG_INT64(ARG_EXPECT));
	act_take_time(act, !PG_ARGISNULL(ARG_AT),
				  PG_ARGISNULL(ARG_AT) ? 0 : PG_GETARG_TIMESTAMPTZ(ARG_AT));
	act_take_transition(act);
	act_check_right(act, ACT_NULL(act, org) ? 0 : DatumGetInt32(ACT_GET(act, org)));
	if (!PG_ARGISNULL(ARG_NOTE))
		act_add_text(act, "note", PG_GETARG_TEXT_PP(ARG_NOTE));
	act->data = PG_GETARG_JSONB_P(ARG_DATA);
	act_check_rule(act);
	act_data_check(act);
}

/*
 * dcm.act(case_no, action, note, data, at, client_key, expect)
 * → dcm.act_result
 */
Datum
dcm_act(PG_FUNCTION_ARGS)
{
	Act			act = {0};
	CityRights	rights;
	MemoryContext caller = CurrentMemoryContext;
	bytea	   *digest = NULL;
	Datum		log_no;
	Datum		result;

	if (PG_ARGISNULL(ARG_CASE_NO) || PG_ARGISNULL(ARG_ACTION) || PG_ARGISNULL(ARG_DATA))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("case_no, action and data must not be null"),
				 errname("dcm.null")));
	act.wf = workflow_get();
	replica_refuse();
	act.actor = identity_actor();
	act.case_no = PG_GETARG_INT64(ARG_CASE_NO);
	act_find_action(&act, text_to_cstring(PG_GETARG_TEXT_PP(ARG_ACTION)));

	rights = city_enter();
	act.tells_stages = leaf_tells_stages();
	lock_case(&act);
	if (!PG_ARGISNULL(ARG_CLIENT_KEY))
	{
		act_check_key(PG_GETARG_DATUM(ARG_CLIENT_KEY));
		digest = digest_of_call(fcinfo);
	}
	if (digest && act_key_known(city_plan(CITY_ACT_KEY), Int64GetDatum(act.case_no),
								PG_GETARG_DATUM(ARG_CLIENT_KEY), digest, &log_no))
		result = act_replay(fcinfo, caller, act.actor.person->id, act.case_no, DatumGetInt32(log_no));
	else
	{
		judge(fcinfo, &act);
		act_write(&act);
		if (digest)
			keep_key(fcinfo, &act, digest);
		result = act_result(fcinfo, caller, &act);
	}
	city_leave(rights);
	return result;
}
