/*
 * requests.c
 *	  What a body asks for and the centre decides: more time, or to be suspended.
 *
 * A case has one request at a time.  What was asked for is kept with it, so that
 * a decision that names nothing grants just that.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/clock.h"
#include "case/leaf.h"
#include "case/refuse.h"
#include "case/requests.h"
#include "errors.h"

static void
add_one(Act *act, CaseFileColumn column)
{
	act->row[column] = Int16GetDatum(DatumGetInt16(act->row[column]) + 1);
}

/* A request that was not answered falls with the move that makes it pointless. */
void
act_clear_request(Act *act)
{
	ACT_CLEAR(act, request);
	ACT_CLEAR(act, requested_at);
	ACT_CLEAR(act, request_data);
}

/* Keeps a request until it is answered; only one at a time. */
static void
keep_request(Act *act, const char *kind)
{
	Jsonb	   *data = act_log_data(act);

	if (!ACT_NULL(act, request))
		act_forbid("dcm.request_pending", "a request is waiting for an answer already",
			   "A case has one open request at a time.");
	ACT_SET(act, request, CStringGetTextDatum(kind));
	ACT_SET(act, requested_at, TimestampTzGetDatum(act->at));
	if (data)
		ACT_SET(act, request_data, JsonbPGetDatum(data));
}

/* What was asked for, as the data of an act to read from. */
static Act
requested(const Act *act, const char *kind)
{
	Act			request = *act;

	if (ACT_NULL(act, request) ||
		strcmp(TextDatumGetCString(ACT_GET(act, request)), kind) != 0)
		act_forbid("dcm.no_request", "there is no such request to answer",
			   "A decision needs a request that is waiting for it.");
	/* a city may ask for nothing with a request, or for free text alone */
	request.data = DatumGetJsonbP(!ACT_NULL(act, request_data) ? ACT_GET(act, request_data) :
								  DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	return request;
}

/* Who endorsed the request that waits, or 0. */
static int
endorser(const Act *act)
{
	Datum		values[1] = {Int64GetDatum(act->case_no)};
	bool		isnull;

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_ENDORSED), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	if (SPI_processed == 0)
		return 0;
	return DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Whoever asks does not answer. */
static void
check_not_own(const Act *act)
{
	Datum		values[1] = {Int64GetDatum(act->case_no)};
	bool		isnull;

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_REQUESTER), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	if (SPI_processed == 1 && act->actor.person->id ==
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whoever made a request does not grant it"),
				 errname("dcm.separation")));
}

/* Where the city has two levels, the second grants what another has endorsed. */
static void
check_levels(Act *act, int levels)
{
	int			by;

	check_not_own(act);
	if (levels < 2)
		return;
	by = endorser(act);
	if (by == 0)
		act_forbid("dcm.not_endorsed", "the request has not been endorsed yet",
				   "The city decides at two levels: settings extension_levels, suspension_levels.");
	if (by == act->actor.person->id)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whoever endorsed a request does not grant it"),
				 errname("dcm.separation")));
}

static void
effect_request_extension(Act *act)
{
	int64		extra;

	if (ACT_NULL(act, due))
		act_forbid("dcm.no_clock", "a case without a deadline needs no extension",
			   "Its filing standard gives no limit.");
	if (DatumGetInt16(ACT_GET(act, extended)) >= act->wf->settings.max_extensions)
		act_forbid("dcm.too_many_extensions", "the case has been extended as often as is allowed",
			   psprintf("Setting max_extensions is %d.", act->wf->settings.max_extensions));
	if (act_data_limit(act, "extra", &extra))
		clock_check_unit(act, extra);
	if (act->at > ACT_TIME(act, due) && !act->wf->settings.extend_when_late)
		act_forbid("dcm.late", "the deadline has passed already",
			   "An extension must be asked for before it, unless setting extend_when_late is on.");
	keep_request(act, "extension");
}

/* extend: what is granted, else what was asked for, else the limit once more. */
static void
effect_extend(Act *act)
{
	Act			request = requested(act, "extension");
	int64		extra;

	check_levels(act, act->wf->settings.extension_levels);
	if (ACT_NULL(act, time_limit))
		act_forbid("dcm.no_clock", "a case without a deadline needs no extension",
			   "Its filing standard gives no limit.");
	if (!act_data_limit(act, "extra", &extra) && !act_data_limit(&request, "extra", &extra))
		extra = clock_once_more(act);
	add_one(act, CF_extended);
	clock_answer(act);
	clock_extend(act, extra);
	act_clear_request(act);
}

static void
effect_request_suspension(Act *act)
{
	TimestampTz until;

	if (!act_data_time(act, "until", &until) || until <= act->at || TIMESTAMP_NOT_FINITE(until))
		act_bad_argument("dcm.until", "a suspension must end after it begins",
					 "Give a later time by key \"until\".");
	keep_request(act, "suspension");
}

/* suspend: the pause is booked from the time of the request, or of the grant. */
static void
effect_suspend(Act *act)
{
	Act			request = requested(act, "suspension");
	TimestampTz since = act->wf->settings.suspend_from_grant && !act->wf->settings.request_stops ?
		act->at : ACT_TIME(act, requested_at);
	TimestampTz until;

	check_levels(act, act->wf->settings.suspension_levels);
	if (!act_data_time(act, "until", &until))
		(void) act_data_time(&request, "until", &until);
	if (until <= act->at || TIMESTAMP_NOT_FINITE(until))
		act_bad_argument("dcm.until", "a suspension must end after it is granted",
					 "Give a later time by key \"until\".");
	add_one(act, CF_suspended);
	ACT_SET(act, resume_at, TimestampTzGetDatum(until));
	clock_pause(act, since, until);
	act_clear_request(act);
}

/* resume: the pause ends now. */
static void
effect_resume(Act *act)
{
	clock_resume(act);
	ACT_CLEAR(act, resume_at);
}

/* deny_extension, deny_suspension: the request is answered. */
static void
deny(Act *act, const char *kind)
{
	(void) requested(act, kind);
	clock_answer(act);
	act_clear_request(act);
}

/* endorse: the first of two levels is for it. */
static void
effect_endorse(Act *act)
{
	/* as with reasons: the action's code tells of which request it is */
	if (ACT_NULL(act, request) ||
		strstr(act->action->code, TextDatumGetCString(ACT_GET(act, request))) == NULL)
		act_forbid("dcm.no_request", "there is no such request to answer",
				   "A decision needs a request that is waiting for it.");
	check_not_own(act);
	if (endorser(act) != 0)
		act_forbid("dcm.endorsed", "the request has been endorsed already",
				   "It waits for the second level now.");
}

/* review: what is suspended was looked at again, and may be put to another day. */
static void
effect_review(Act *act)
{
	TimestampTz until;

	if (!act_data_time(act, "until", &until))
		return;
	if (until <= act->at || TIMESTAMP_NOT_FINITE(until))
		act_bad_argument("dcm.until", "a suspension must end after it begins",
						 "Give a later time by key \"until\".");
	clock_review(act, until);
	ACT_SET(act, resume_at, TimestampTzGetDatum(until));
}

/* Brings about the effects that concern requests. */
void
requests_apply(Act *act)
{
	const WorkflowTransition *t = act->transition;

	if (HAS_EFFECT(t, request_extension))
		effect_request_extension(act);
	if (HAS_EFFECT(t, endorse))
		effect_endorse(act);
	if (HAS_EFFECT(t, extend))
		effect_extend(act);
	if (HAS_EFFECT(t, request_suspension))
		effect_request_suspension(act);
	if (HAS_EFFECT(t, suspend))
		effect_suspend(act);
	if (HAS_EFFECT(t, review))
		effect_review(act);
	if (HAS_EFFECT(t, resume))
		effect_resume(act);
	if (HAS_EFFECT(t, deny_extension))
		deny(act, "extension");
	if (HAS_EFFECT(t, deny_suspension))
		deny(act, "suspension");
}
