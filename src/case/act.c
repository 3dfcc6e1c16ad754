/*
 * act.c
 *	  dcm.act: the one way in which a case moves.
 *
 * The caller's right is checked here and the rows are written as the owner of
 * the city's tables, as foreign keys do in core: nobody else has a write
 * privilege on them.  The clock is read after the case is locked, because with
 * now() the later of two honest people would be refused.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/act.h"
#include "case/chain.h"
#include "case/leaf.h"
#include "city.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_act);

enum
{
	ARG_CASE_NO, ARG_ACTION, ARG_NOTE, ARG_DATA, ARG_AT, ARG_CLIENT_KEY, ARG_EXPECT
};

/* From here on as the owner of the city's tables, with SPI at hand. */
CityRights
act_enter(void)
{
	CityRights	rights;

	GetUserIdAndSecContext(&rights.userid, &rights.sec_context);
	SetUserIdAndSecContext(city_owner(),
						   rights.sec_context | SECURITY_LOCAL_USERID_CHANGE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	return rights;
}

/* After an error the transaction's abort does the same. */
void
act_leave(CityRights rights)
{
	SPI_finish();
	SetUserIdAndSecContext(rights.userid, rights.sec_context);
}

/* The action of that code; 22023 where there is none. */
void
act_find_action(Act *act, const char *code)
{
	act->action = workflow_action(act->wf, code);
	if (act->action == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no action \"%s\"", code),
				 errhint("SELECT code, name FROM dcm.action lists them."),
				 errname("dcm.no_action")));
}

/* Reads the case and locks it; P0002 where there is none. */
static void
lock_case(Act *act)
{
	Datum		values[1] = {Int64GetDatum(act->case_no)};
	int			year = leaf_year(act->case_no);

	if (act->case_no > 0 && leaf_exists(year))
	{
		if (SPI_execute_plan(leaf_plan(year, LEAF_LOCK), values, NULL, false, 1) != SPI_OK_SELECT)
			elog(ERROR, "could not lock a case");
		if (SPI_processed == 1)
		{
			heap_deform_tuple(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, act->row, act->null);
			act->previous = DatumGetByteaPP(ACT_GET(act, head));
			return;
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("there is no case " INT64_FORMAT, act->case_no),
			 errname("dcm.no_case")));
}

static void
wrong_time(const char *name, const char *message, TimestampTz bound)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("The bound is %s.", timestamptz_to_str(bound)),
			 errname(name)));
}

/*
 * Settles when the act happened and when it was told.  A time given is business
 * time: not ahead of the clock by more than clock_skew, and not before the last
 * move, to which a loader's earlier time is moved while the original is kept.
 */
void
act_take_time(Act *act, bool given, TimestampTz at)
{
	TimestampTz last = ACT_NULL(act, moved_at) ? DT_NOBEGIN : ACT_TIME(act, moved_at);

	act->recorded_at = GetCurrentTimestamp();
	if (!given)
	{
		/* a clock that was set back must not make an honest act fail */
		act->at = Max(act->recorded_at, last);
		return;
	}
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the time of an act must be finite"),
				 errname("dcm.bad_time")));
	if (at > act->recorded_at + act->wf->settings.clock_skew)
		wrong_time("dcm.too_late", "the time given lies in the future",
				   act->recorded_at + act->wf->settings.clock_skew);
	act->at = act->given_at = at;
	act->loaded = act->actor.loader;
	if (at >= last)
		return;
	if (!act->loaded)
		wrong_time("dcm.too_early", "the time given lies before the last move of the case", last);
	act->at = last;
	act->clamped = true;
}

/* The transition that is to be made; 23514 where the move is forbidden. */
void
act_take_transition(Act *act)
{
	act->transition = workflow_transition(act->wf, act->state, act->action, act->at);
	if (act->transition)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("action \"%s\" is forbidden in state \"%s\"", act->action->code,
					act->state ? act->state->code : "none"),
			 errdetail("The state allows: %s.", workflow_allowed(act->wf, act->state, act->at)),
			 errhint("dcm.case_story(case_no) tells how the case came here."),
			 errname("dcm.forbidden_move")));
}

static void
not_allowed(const Act *act, const char *name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("person \"%s\" may not %s this case", act->actor.person->code,
					act->action->code),
			 errdetail("%s", detail),
			 errname(name)));
}

static char *
role_list(const WorkflowTransition *t)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < t->nroles; i++)
		appendStringInfo(&list, "%s%s", i ? ", " : "", t->roles[i]);
	return list.data;
}

/*
 * Whether the actor has handled this case, now or before a rework, of which the
 * case's row knows the last handler only.
 */
static bool
has_handled(const Act *act)
{
	Datum		values[2] = {Int64GetDatum(act->case_no), Int32GetDatum(act->actor.person->id)};

	if (!ACT_NULL(act, handler) && DatumGetInt32(ACT_GET(act, handler)) == act->actor.person->id)
		return true;
	if (DatumGetInt16(ACT_GET(act, reworked)) == 0)
		return false;
	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_HANDLED_BY), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	return SPI_processed > 0;
}

/* How far back this entry may be told is a right of the role. */
static void
check_backdate(const Act *act)
{
	int64		back = act->post ? act->post->max_backdate : 0;

	if (act->loaded || act->at >= act->recorded_at - back)
		return;
	wrong_time("dcm.too_early", "the time given lies further back than the role may tell",
			   act->recorded_at - back);
}

/*
 * The right to the transition: a post with one of its roles, of the body whose
 * case it is where the role acts for a body; and whoever handled a case neither
 * checks nor closes it.
 */
void
act_check_right(Act *act, int org)
{
	const WorkflowTransition *t = act->transition;
	bool		any_role;

	act->post = identity_right(&act->actor, t->roles, t->nroles, org,
							   act->loaded ? act->at : act->recorded_at, &any_role);
	if (act->post == NULL && any_role)
		not_allowed(act, "dcm.not_yours", "The case is with another body.");
	if (act->post == NULL && !(t->nroles > 0 && strcmp(t->roles[0], "*") == 0))
		not_allowed(act, "dcm.no_right", psprintf("It takes a post as %s.", role_list(t)));
	if (act->state && t->next && strcmp(act->state->stage, "closing") == 0 && has_handled(act))
		not_allowed(act, "dcm.separation", "Whoever handled a case neither checks nor closes it.");
	check_backdate(act);
}

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
act_replay(FunctionCallInfo fcinfo, MemoryContext caller, int64 case_no, int log_no)
{
	Datum		args[2] = {Int64GetDatum(case_no), Int32GetDatum(log_no)};
	Datum		values[7] = {Int64GetDatum(case_no), Int64GetDatum(log_no)};
	bool		nulls[7] = {false};

	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_LOG_AT), args, NULL, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "the log entry of a client key is gone");
	for (int i = 0; i < 4; i++)
		values[2 + i] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
									  i + 1, &nulls[2 + i]);
	if (nulls[5])
		values[5] = BoolGetDatum(false);
	nulls[5] = false;
	values[6] = BoolGetDatum(true);
	return form_result(fcinfo, caller, values, nulls);
}

void
act_key_reused(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("client key \"%s\" was used for another call", key),
			 errdetail("A key stands for one call with its arguments."),
			 errname("dcm.key_reused")));
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

/*
 * Whether the key was used on this case before: then *log_no is the entry that
 * it made.  Used with other arguments it is an error.
 */
static bool
key_known(FunctionCallInfo fcinfo, int64 case_no, bytea *digest, int *log_no)
{
	Datum		args[2] = {Int64GetDatum(case_no), PG_GETARG_DATUM(ARG_CLIENT_KEY)};
	bytea	   *known;
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_ACT_KEY), args, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the client keys");
	if (SPI_processed == 0)
		return false;
	known = DatumGetByteaPP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	*log_no = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	if (VARSIZE_ANY_EXHDR(known) != VARSIZE_ANY_EXHDR(digest) ||
		memcmp(VARDATA_ANY(known), VARDATA_ANY(digest), VARSIZE_ANY_EXHDR(digest)) != 0)
		act_key_reused(TextDatumGetCString(PG_GETARG_DATUM(ARG_CLIENT_KEY)));
	return true;
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
	int			log_no;
	Datum		result;

	if (PG_ARGISNULL(ARG_CASE_NO) || PG_ARGISNULL(ARG_ACTION) || PG_ARGISNULL(ARG_DATA))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("case_no, action and data must not be null"),
				 errname("dcm.null")));
	act.wf = workflow_get();
	act.actor = identity_actor();
	act.case_no = PG_GETARG_INT64(ARG_CASE_NO);
	act_find_action(&act, text_to_cstring(PG_GETARG_TEXT_PP(ARG_ACTION)));

	rights = act_enter();
	lock_case(&act);
	if (!PG_ARGISNULL(ARG_CLIENT_KEY))
		digest = digest_of_call(fcinfo);
	if (digest && key_known(fcinfo, act.case_no, digest, &log_no))
		result = act_replay(fcinfo, caller, act.case_no, log_no);
	else
	{
		judge(fcinfo, &act);
		act_write(&act);
		if (digest)
			keep_key(fcinfo, &act, digest);
		result = act_result(fcinfo, caller, &act);
	}
	act_leave(rights);
	return result;
}
