/*
 * act_write.c
 *	  The rows of an act: the case, its log entry, texts, photographs, stages.
 *
 * Each row goes under a permit of its own, see leaf_write: a trigger of
 * somebody else's that changes a row on its way makes the act fail.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/act_write.h"
#include "case/attachments.h"
#include "case/case_no.h"
#include "case/chain.h"
#include "case/clock.h"
#include "case/effects.h"
#include "case/leaf.h"
#include "case/requests.h"
#include "errors.h"

typedef struct LogRow
{
	Datum		value[CL_COUNT];
	bool		null[CL_COUNT];
} LogRow;

static void
log_text(LogRow *log, CaseLogColumn column, const char *value)
{
	log->null[column] = value == NULL;
	if (value)
		log->value[column] = CStringGetTextDatum(value);
}

static void
log_value(LogRow *log, CaseLogColumn column, Datum value, bool isnull)
{
	log->value[column] = value;
	log->null[column] = isnull;
}

/* The clock as the act left it, where it touched the clock. */
static void
log_clock(LogRow *log, const Act *act)
{
	log_text(log, CL_clock, act->clock);
	if (act->clock == NULL)
		return;
	log_value(log, CL_clock_from, ACT_GET(act, clock_from), ACT_NULL(act, clock_from));
	log_value(log, CL_time_limit, ACT_GET(act, time_limit), ACT_NULL(act, time_limit));
	log_value(log, CL_pauses, ACT_GET(act, pauses), ACT_NULL(act, pauses));
	log_value(log, CL_due, ACT_GET(act, due), ACT_NULL(act, due));
	log_value(log, CL_provisional, ACT_GET(act, provisional), false);
}

/* The address of the client, NULL on a socket. */
static char *
client_address(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	if (fcinfo->isnull)
		return NULL;
	return DatumGetCString(DirectFunctionCall1(inet_out, address));
}

static void
fill_log(LogRow *log, Act *act)
{
	Jsonb	   *data = act_log_data(act);
	Jsonb	   *texts = act_log_texts(act);

	memset(log->value, 0, sizeof(log->value));
	memset(log->null, true, sizeof(log->null));
	log_value(log, CL_case_no, Int64GetDatum(act->case_no), false);
	log_value(log, CL_log_no, ACT_GET(act, log_no), false);
	log_text(log, CL_action, act->action->code);
	log_text(log, CL_from_state, act->state ? act->state->code : NULL);
	log_value(log, CL_to_state, ACT_GET(act, state), false);
	log_value(log, CL_stage, ACT_GET(act, stage), false);
	log_value(log, CL_transition, Int32GetDatum(act->transition->id), false);
	log_value(log, CL_actor, Int32GetDatum(act->actor.person->id), false);
	log_value(log, CL_post, Int32GetDatum(act->post ? act->post->id : 0), act->post == NULL);
	log_text(log, CL_db_role, GetUserNameFromId(GetSessionUserId(), false));
	log_text(log, CL_client, client_address());
	log_value(log, CL_occurred_at, TimestampTzGetDatum(act->at), false);
	log_value(log, CL_recorded_at, TimestampTzGetDatum(act->recorded_at), false);
	log_value(log, CL_loaded, BoolGetDatum(act->loaded), false);
	log_value(log, CL_work_no, Int16GetDatum(act->work_no), act->work_no == 0);
	log_value(log, CL_org, Int32GetDatum(act->org), act->org == 0);
	log_value(log, CL_standard, ACT_GET(act, standard), !act->files);
	log_clock(log, act);
	log_value(log, CL_work_due, act->work_due, !act->gives_work_due);
	log_value(log, CL_data, JsonbPGetDatum(data), data == NULL);
	log_value(log, CL_texts, JsonbPGetDatum(texts), texts == NULL);
	log_value(log, CL_stage_no, Int16GetDatum(act->stage_no), act->stage_no == 0);
	log_value(log, CL_stage_limit, Int64GetDatum(act->stage_limit), act->stage_no == 0 || !act->has_stage_limit);
	log_value(log, CL_stage_due, TimestampTzGetDatum(act->stage_due), act->stage_no == 0 || !act->has_stage_limit);
	log_value(log, CL_arrive_limit, Int64GetDatum(act->arrive_limit), !act->gives_arrive_due);
	log_value(log, CL_arrive_due, TimestampTzGetDatum(act->arrive_due), !act->gives_arrive_due);
	if (act->tells_stages && act->tells_work)
	{
		log_value(log, CL_work_from, ACT_GET(act, work_from), ACT_NULL(act, work_from));
		log_value(log, CL_work_limit, ACT_GET(act, work_limit), ACT_NULL(act, work_limit));
	}
}

static void
write_log(Act *act, LogRow *log)
{
	leaf_write(LEAF_LOG, "case_log", act->case_no, DatumGetInt32(ACT_GET(act, log_no)), 'i',
			   log->value, log->null, CL_COUNT);
	for (int i = 0; i < act->ntexts; i++)
	{
		ActText    *t = &act->texts[i];
		Datum		values[5] = {Int64GetDatum(act->case_no), ACT_GET(act, log_no),
			CStringGetTextDatum(t->field), PointerGetDatum(t->salt), PointerGetDatum(t->value)};

		leaf_write(LEAF_TEXT, "case_text", act->case_no, DatumGetInt32(ACT_GET(act, log_no)), 'i',
				   values, NULL, 5);
	}
}

/* The next row of a stage, as the log will tell of it. */
static void
begin_stage(Act *act, const WorkflowState *state, int number)
{
	ACT_SET(act, stage_no, Int16GetDatum(number));
	act->stage_no = act->tells_stages ? number : 0;
	act->has_stage_limit = state->has_limit;
	if (state->has_limit)
	{
		act->stage_limit = state->time_limit;
		act->stage_due = clock_stage_deadline(act, state->time_limit);
	}
}

static void
open_stage(Act *act, const WorkflowState *state)
{
	Datum		values[8] = {Int64GetDatum(act->case_no), ACT_GET(act, stage_no),
		ACT_GET(act, stage), Int32GetDatum(act->actor.person->id), TimestampTzGetDatum(act->at),
		Int64GetDatum(act->stage_limit), TimestampTzGetDatum(act->stage_due),
	CStringGetTextDatum(state->code)};
	bool		nulls[8] = {false};

	nulls[5] = nulls[6] = !act->has_stage_limit;
	nulls[7] = !act->tells_stages;
	leaf_write(LEAF_STAGE_OPEN, "case_stage", act->case_no, DatumGetInt16(ACT_GET(act, stage_no)),
			   'i', values, nulls, 8);
}

static void
close_stage(Act *act)
{
	Datum		values[4] = {Int64GetDatum(act->case_no), ACT_GET(act, stage_no),
		TimestampTzGetDatum(act->at), CStringGetTextDatum(act->action->code)};

	leaf_write(LEAF_STAGE_CLOSE, "case_stage", act->case_no, DatumGetInt16(ACT_GET(act, stage_no)),
			   'u', values, NULL, 4);
}

/* Moves the row to the transition's next state; the stages' rows come later. */
static void
move_state(Act *act)
{
	const WorkflowState *next = act->next;

	if (next == NULL)
		return;
	if (!ACT_NULL(act, ended_at) && !next->ending)
	{
		ACT_CLEAR(act, ended_at);
		ACT_CLEAR(act, closed_at);
	}
	ACT_SET(act, state, CStringGetTextDatum(next->code));
	ACT_SET(act, moved_no, ACT_GET(act, log_no));
	ACT_SET(act, moved_at, TimestampTzGetDatum(act->at));
	if (strcmp(next->stage, "ended") != 0)
		ACT_SET(act, stage, CStringGetTextDatum(next->stage));
	if (next->ending)
	{
		clock_answer(act);
		act_clear_request(act);
		ACT_SET(act, ended_at, TimestampTzGetDatum(act->at));
		if (strcmp(next->stage, "evaluation") == 0)
			ACT_SET(act, closed_at, TimestampTzGetDatum(act->at));
		else if (act->clock == NULL && ACT_NULL(act, handled_at))
			clock_stop(act);
	}
}

/*
 * The stage's row ends and the next begins, where the move left the stage, or
 * within it a state with a limit of its own or came into one.  A state whose
 * limit the city has taken away meanwhile is left all the same.
 */
static void
write_stages(Act *act)
{
	const WorkflowState *next = act->next;

	if (next == NULL || next == act->state ||
		(strcmp(act->state->stage, next->stage) == 0 &&
		 (!act->tells_stages || (!act->state->has_limit && !next->has_limit && !clock_of_stage(act)))))
		return;
	close_stage(act);
	if (strcmp(next->stage, "ended") == 0)
		return;
	begin_stage(act, next, DatumGetInt16(ACT_GET(act, stage_no)) + 1);
	open_stage(act, next);
}

/* Seals the log entry: its hash becomes the case's head. */
static void
seal(Act *act, LogRow *log)
{
	bytea	   *hash;

	fill_log(log, act);
	hash = chain_entry_hash(act->previous, log->value, log->null);
	log_value(log, CL_hash, PointerGetDatum(hash), false);
	ACT_SET(act, head, PointerGetDatum(hash));
}

/* Tells the evaluation that something happened; see sql/city/61_score_fact.sql. */
static void
queue_facts(const Act *act)
{
	if (act->tells_stages)
		leaf_queue_fact(act->case_no);
}

/* Writes everything of an act on a case that is there. */
void
act_write(Act *act)
{
	LogRow		log;

	ACT_SET(act, log_no, Int32GetDatum(DatumGetInt32(ACT_GET(act, log_no)) + 1));
	act_apply_effects(act);
	if (act->org == 0 && !ACT_NULL(act, org))
	{
		act->org = DatumGetInt32(ACT_GET(act, org));
		act->work_no = DatumGetInt16(ACT_GET(act, work_no));
	}
	move_state(act);
	write_stages(act);
	act_write_photos(act);
	seal(act, &log);
	write_log(act, &log);
	leaf_write(LEAF_UPDATE, "case_file", act->case_no, 0, 'u', act->row, act->null, CF_COUNT);
	queue_facts(act);
}

/*
 * Writes a report: the case's first row and entry.  Takes the next number while
 * one is taken already, which is where the numbers of a day have come round.
 */
void
act_write_report(Act *act)
{
	LogRow		log;

	ACT_SET(act, log_no, Int32GetDatum(1));
	move_state(act);
	begin_stage(act, act->next, 1);
	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		ACT_SET(act, case_no, Int64GetDatum(act->case_no));
		seal(act, &log);
		if (leaf_write(LEAF_INSERT, "case_file", act->case_no, 0, 'i', act->row, act->null, CF_COUNT))
			break;
		act->case_no = case_no_next(act);
	}
	write_log(act, &log);
	open_stage(act, act->next);
	queue_facts(act);
}
