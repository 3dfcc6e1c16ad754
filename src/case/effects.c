/*
 * effects.c
 *	  What a transition does beside the move, an effect a function.
 *
 * Effects change the row of the case in memory and write the assignments and
 * tasks that go with it; the row itself and the log are written after them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/attachments.h"
#include "case/clock.h"
#include "case/effects.h"
#include "case/facts.h"
#include "case/leaf.h"
#include "errors.h"

/* A move that the rules of an effect forbid. */
static void
forbid(const char *name, const char *message, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s", message),
			 errdetail("%s", detail),
			 errname(name)));
}

static void
bad_argument(const char *name, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errhint("%s", hint),
			 errname(name)));
}

static void
add_one(Act *act, CaseFileColumn column)
{
	act->row[column] = Int16GetDatum(DatumGetInt16(act->row[column]) + 1);
}

/*
 * Reads the standard of a category and condition that is valid at a time; the
 * area class chooses among its limits.  Returns false where there is none.
 */
static bool
find_standard(Act *act, int condition, TimestampTz at, bool *has_limit, int64 *limit)
{
	Datum		values[3] = {ACT_GET(act, category), Int32GetDatum(condition), TimestampTzGetDatum(at)};
	int			area_class = ACT_NULL(act, area_class) ? 1 : DatumGetInt16(ACT_GET(act, area_class));
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_STANDARD), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the filing standard");
	if (SPI_processed == 0)
		return false;
	ACT_SET(act, standard, SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	*limit = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
										 1 + area_class, &isnull));
	*has_limit = !isnull;
	if (isnull)
		*limit = 0;
	return true;
}

static void
standard_or_error(Act *act, int condition, TimestampTz at, bool *has_limit, int64 *limit)
{
	if (find_standard(act, condition, at, has_limit, limit))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the category of this case has no filing condition %d then", condition),
			 errhint("See dcm.filing_standard for the conditions of the category."),
			 errname("dcm.no_condition")));
}

/* A limit other than the standard's: a longer one wants authority and a reason. */
static void
judge_own_limit(Act *act, bool *has_limit, int64 *limit)
{
	int64		own;
	bool		provisional;
	bool		longer;
	bool		reasoned = false;

	if (!act_data_limit(act, "time_limit", &own))
		return;
	longer = *has_limit && clock_deadline(act, act->at, own, &provisional) >
		clock_deadline(act, act->at, *limit, &provisional);
	for (int i = 0; i < act->ntexts; i++)
		reasoned |= strcmp(act->texts[i].field, "reason") == 0;
	if (longer && !(act->post && strcmp(act->post->role, "shift_leader") == 0 && reasoned))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("a limit longer than the standard's needs a shift leader and a reason"),
				 errname("dcm.longer_limit")));
	*has_limit = true;
	*limit = own;
}

/* file: the case has its condition, its limit and its deadline. */
static void
effect_file(Act *act)
{
	int			condition = 0;
	bool		has_limit;
	int64		limit;

	if (ACT_NULL(act, location) && act->wf->settings.file_needs_point)
		bad_argument("dcm.no_point", "a case without a point cannot be filed",
					 "Amend its location first, or let setting file_needs_point be false.");
	(void) act_data_number(act, "condition", &condition);
	standard_or_error(act, condition, act->at, &has_limit, &limit);
	judge_own_limit(act, &has_limit, &limit);
	ACT_SET(act, filed_at, TimestampTzGetDatum(act->at));
	clock_start(act, has_limit, limit);
	act->files = true;
}

/* open_work: the case goes to a body. */
static void
effect_open_work(Act *act)
{
	const Org  *org = act_data_org(act, "org");

	if (org == NULL)
		bad_argument("dcm.no_org", "no body is named", "Name it by key \"org\".");
	add_one(act, CF_work_no);
	act->work_no = DatumGetInt16(ACT_GET(act, work_no));
	act->org = org->id;
	ACT_SET(act, org, Int32GetDatum(org->id));
	ACT_SET(act, dispatched_at, TimestampTzGetDatum(act->at));
	clock_open_work(act);
}

/* A request that was not answered falls with the move that makes it pointless. */
void
act_clear_request(Act *act)
{
	ACT_CLEAR(act, request);
	ACT_CLEAR(act, requested_at);
	ACT_CLEAR(act, request_data);
}

/* return_work, recall_work: the case is no body's again. */
static void
end_work(Act *act, bool returned)
{
	char	   *reason = returned ? act_data_text(act, "reason") : NULL;
	Datum		at = TimestampTzGetDatum(act->at);
	Datum		values[5] = {Int64GetDatum(act->case_no), ACT_GET(act, work_no), at,
		reason ? CStringGetTextDatum(reason) : (Datum) 0, at};
	bool		nulls[5] = {false, false, !returned, reason == NULL, returned};

	clock_answer(act);
	leaf_write(LEAF_WORK_END, "assignment", act->case_no,
			   DatumGetInt16(ACT_GET(act, work_no)), 'u', values, nulls, 5);
	if (returned)
		add_one(act, CF_returned);
	act->org = DatumGetInt32(ACT_GET(act, org));
	act->work_no = DatumGetInt16(ACT_GET(act, work_no));
	ACT_CLEAR(act, org);
	ACT_CLEAR(act, dispatched_at);
	ACT_CLEAR(act, work_from);
	ACT_CLEAR(act, work_limit);
	act->tells_work = false;
	act_clear_request(act);
}

/* handle_work: the body says that it is done. */
static void
effect_handle_work(Act *act)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), ACT_GET(act, work_no),
		TimestampTzGetDatum(act->at)};

	clock_answer(act);
	leaf_write(LEAF_WORK_HANDLE, "assignment", act->case_no,
			   DatumGetInt16(ACT_GET(act, work_no)), 'u', values, NULL, 3);
	ACT_SET(act, handled_at, TimestampTzGetDatum(act->at));
	ACT_SET(act, handler, Int32GetDatum(act->actor.person->id));
	act_clear_request(act);
	clock_stop(act);
}

/* rework: the check failed, the body goes on. */
static void
effect_rework(Act *act)
{
	add_one(act, CF_reworked);
	clock_restart(act);
	ACT_CLEAR(act, handler);
}

/* Keeps a request until it is answered; only one at a time. */
static void
keep_request(Act *act, const char *kind)
{
	Jsonb	   *data = act_log_data(act);

	if (!ACT_NULL(act, request))
		forbid("dcm.request_pending", "a request is waiting for an answer already",
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
		forbid("dcm.no_request", "there is no such request to answer",
			   "A decision needs a request that is waiting for it.");
	/* a city may ask for nothing with a request, or for free text alone */
	request.data = DatumGetJsonbP(!ACT_NULL(act, request_data) ? ACT_GET(act, request_data) :
								  DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
	return request;
}

static void
effect_request_extension(Act *act)
{
	if (ACT_NULL(act, due))
		forbid("dcm.no_clock", "a case without a deadline needs no extension",
			   "Its filing standard gives no limit.");
	if (DatumGetInt16(ACT_GET(act, extended)) >= act->wf->settings.max_extensions)
		forbid("dcm.too_many_extensions", "the case has been extended as often as is allowed",
			   psprintf("Setting max_extensions is %d.", act->wf->settings.max_extensions));
	if (act->at > ACT_TIME(act, due) && !act->wf->settings.extend_when_late)
		forbid("dcm.late", "the deadline has passed already",
			   "An extension must be asked for before it, unless setting extend_when_late is on.");
	keep_request(act, "extension");
}

/* extend: what is granted, else what was asked for, else the limit once more. */
static void
effect_extend(Act *act)
{
	Act			request = requested(act, "extension");
	int64		extra;

	if (ACT_NULL(act, time_limit))
		forbid("dcm.no_clock", "a case without a deadline needs no extension",
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
		bad_argument("dcm.until", "a suspension must end after it begins",
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

	if (!act_data_time(act, "until", &until))
		(void) act_data_time(&request, "until", &until);
	if (until <= act->at || TIMESTAMP_NOT_FINITE(until))
		bad_argument("dcm.until", "a suspension must end after it is granted",
					 "Give a later time by key \"until\".");
	add_one(act, CF_suspended);
	ACT_SET(act, resume_at, TimestampTzGetDatum(until));
	clock_pause(act, since, until);
	act_clear_request(act);
}

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

/* verify_task, check_task: somebody is to look at the place. */
static void
open_task(Act *act, const char *kind)
{
	const Person *person = act_data_person(act, "person");
	const WorkflowState *next = act->transition->next;
	Datum		values[6] = {Int64GetDatum(act->case_no), (Datum) 0, CStringGetTextDatum(kind),
		Int32GetDatum(person ? person->id : 0), TimestampTzGetDatum(act->at), (Datum) 0};
	bool		nulls[6] = {false, false, false, person == NULL, false, true};

	add_one(act, CF_tasks);
	values[1] = ACT_GET(act, tasks);
	if (next && next->has_limit)
	{
		values[5] = TimestampTzGetDatum(clock_stage_deadline(act, next->time_limit));
		nulls[5] = false;
	}
	leaf_write(LEAF_TASK_OPEN, "case_task", act->case_no,
			   DatumGetInt16(ACT_GET(act, tasks)), 'i', values, nulls, 6);
}

/* The person of the case's last task, or 0 where anybody may do it. */
static int
task_person(const Act *act)
{
	Datum		values[2] = {Int64GetDatum(act->case_no), ACT_GET(act, tasks)};
	Datum		person;
	bool		isnull;

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_TASK_GET), values, NULL, false, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		forbid("dcm.no_task", "there is no task to finish", "Nobody was asked to look at this case.");
	person = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt32(person);
}

/* reassign_task: another person is to go. */
static void
effect_reassign_task(Act *act)
{
	const Person *person = act_data_person(act, "person");
	Datum		values[3] = {Int64GetDatum(act->case_no), ACT_GET(act, tasks), (Datum) 0};

	if (person == NULL)
		bad_argument("dcm.no_person", "no person is named", "Name one by key \"person\".");
	(void) task_person(act);
	values[2] = Int32GetDatum(person->id);
	leaf_write(LEAF_TASK_GIVE, "case_task", act->case_no,
			   DatumGetInt16(ACT_GET(act, tasks)), 'u', values, NULL, 3);
}

/* finish_task: the task's own person only, where it was given to one. */
static void
effect_finish_task(Act *act)
{
	Datum		values[5] = {Int64GetDatum(act->case_no), ACT_GET(act, tasks),
		TimestampTzGetDatum(act->at), Int32GetDatum(act->actor.person->id),
		CStringGetTextDatum(act->action->code)};
	int			person = task_person(act);

	if (person != 0 && person != act->actor.person->id)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("this task was given to another person"),
				 errname("dcm.not_yours")));
	leaf_write(LEAF_TASK_DONE, "case_task", act->case_no,
			   DatumGetInt16(ACT_GET(act, tasks)), 'u', values, NULL, 5);
}

/* Where the case is, or where a photograph of it was taken if only an address tells. */
static Datum
place_of(const Act *act, const Photo *photo)
{
	Datum		values[2] = {Float8GetDatum(photo->lon), Float8GetDatum(photo->lat)};
	bool		isnull;

	if (!ACT_NULL(act, location))
		return ACT_GET(act, location);
	if (SPI_execute_plan(city_plan(CITY_POINT), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not make a point");
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/* How far a photograph was taken from a place. */
static double
metres_from(Datum place, const Photo *photo)
{
	Datum		values[3] = {place, Float8GetDatum(photo->lon), Float8GetDatum(photo->lat)};
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_DISTANCE), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not measure a distance");
	return DatumGetFloat8(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* on_site: the collector put it right; before and after must belong together. */
static void
effect_on_site(Act *act)
{
	Photo		before;
	Photo		after;
	double		far = -1;

	if (!act_photo(act, "before", &before) || !act_photo(act, "after", &after))
		return;					/* act_data_check has asked for both */
	if (before.has_time != after.has_time || !before.has_time ||
		after.taken_at < before.taken_at ||
		after.taken_at - before.taken_at > act->wf->settings.photo_interval)
		bad_argument("dcm.photo", "the photographs do not agree in time",
					 "Each needs taken_at, the second after the first and within setting photo_interval.");
	if (before.has_place && after.has_place)
	{
		Datum		place = place_of(act, &before);

		far = Max(metres_from(place, &before), metres_from(place, &after));
	}
	if (far < 0 || far > act->wf->settings.photo_metres)
		bad_argument("dcm.photo", "the photographs do not agree with the place",
					 "Each needs lon and lat, within setting photo_metres of the case.");
	ACT_SET(act, handled_at, TimestampTzGetDatum(act->at));
	ACT_SET(act, handler, Int32GetDatum(act->actor.person->id));
}

/* Puts a location into the row, with the grid, area and class that it gives. */
void
act_place(Act *act, Datum location, const char *crs)
{
	Datum		values[3] = {location, crs ? CStringGetTextDatum(crs) : (Datum) 0,
		TimestampTzGetDatum(act->at)};
	char		nulls[4] = {' ', crs ? ' ' : 'n', ' ', '\0'};
	static const CaseFileColumn columns[4] = {CF_location, CF_grid, CF_area, CF_area_class};

	if (SPI_execute_plan(city_plan(CITY_PLACE), values, nulls, true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "could not find the place of a case");
	leaf_check_geometry(SPI_tuptable->tupdesc, 1, "case_file");
	for (int i = 0; i < 4; i++)
		act->row[columns[i]] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											 i + 1, &act->null[columns[i]]);
}

/* The new place of a correction, through PostGIS's own point function. */
static void
amend_place(Act *act)
{
	double		lon;
	double		lat;
	Datum		values[2];
	bool		isnull;

	if (!act_data_point(act, "location", &lon, &lat))
		return;
	values[0] = Float8GetDatum(lon);
	values[1] = Float8GetDatum(lat);
	if (SPI_execute_plan(city_plan(CITY_POINT), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not make a point");
	act_place(act, SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), NULL);
}

/* The category of a code in the city's edition; 22023 where there is none. */
void
act_category(Act *act, const char *code)
{
	Datum		values[1] = {CStringGetTextDatum(code)};
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_CATEGORY), values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the categories");
	if (SPI_processed == 0)
		bad_argument("dcm.no_category", psprintf("there is no category \"%s\" in the city's edition", code),
					 "SELECT code, name FROM dcm.category lists them.");
	ACT_SET(act, category, SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* The number of the condition under which the case was filed. */
static int
filed_condition(const Act *act)
{
	Datum		values[1] = {ACT_GET(act, standard)};
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_CONDITION), values, NULL, true, 1) != SPI_OK_SELECT ||
		SPI_processed != 1)
		elog(ERROR, "could not read the filing standard");
	return DatumGetInt16(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* After filing a correction gives the case its limit anew. */
static void
amend_limit(Act *act)
{
	int			condition = 0;
	bool		has_limit;
	int64		limit;
	bool		reasoned = false;

	for (int i = 0; i < act->ntexts; i++)
		reasoned |= strcmp(act->texts[i].field, "reason") == 0;
	if (!reasoned)
		bad_argument("dcm.bad_data", "a correction after filing needs a reason",
					 "Give it by key \"reason\".");
	if (!act_data_has(act, "category") && !act_data_has(act, "location") &&
		!act_data_has(act, "condition"))
		return;
	if (!act_data_number(act, "condition", &condition))
		condition = filed_condition(act);
	standard_or_error(act, condition, ACT_TIME(act, filed_at), &has_limit, &limit);
	clock_reset(act, has_limit, limit);
	act->files = true;
}

/* amend: what was told wrong is put right; the log keeps what it was. */
static void
effect_amend(Act *act)
{
	char	   *category = act_data_text(act, "category");
	char	   *address = act_data_text(act, "address");
	char	   *severity = act_data_severity(act);

	if (!category && !address && !severity &&
		!act_data_has(act, "location") && !act_data_has(act, "condition"))
		bad_argument("dcm.bad_data", "a correction must change something",
					 "Give category, location, address, severity or condition.");
	if (category)
		act_category(act, category);
	if (address)
		ACT_SET(act, address, CStringGetTextDatum(address));
	if (severity)
		ACT_SET(act, severity, CStringGetTextDatum(severity));
	amend_place(act);
	if (!ACT_NULL(act, filed_at))
		amend_limit(act);
	act->facts = facts_of_case(act, NULL);
}

/* Brings about every effect of the act's transition. */
void
act_apply_effects(Act *act)
{
	const WorkflowTransition *t = act->transition;

	if (HAS_EFFECT(t, file))
		effect_file(act);
	if (HAS_EFFECT(t, amend))
		effect_amend(act);
	if (HAS_EFFECT(t, open_work))
		effect_open_work(act);
	if (HAS_EFFECT(t, sign_work))
		clock_sign_work(act);
	if (HAS_EFFECT(t, return_work) || HAS_EFFECT(t, recall_work))
		end_work(act, HAS_EFFECT(t, return_work));
	if (HAS_EFFECT(t, handle_work))
		effect_handle_work(act);
	if (HAS_EFFECT(t, on_site))
		effect_on_site(act);
	if (HAS_EFFECT(t, arrive))
		clock_arrive(act);
	if (HAS_EFFECT(t, recompute))
		clock_recompute(act);
	if (HAS_EFFECT(t, verify_task))
		open_task(act, "verify");
	if (HAS_EFFECT(t, check_task))
		open_task(act, "check");
	if (HAS_EFFECT(t, reassign_task))
		effect_reassign_task(act);
	if (HAS_EFFECT(t, finish_task))
		effect_finish_task(act);
	if (HAS_EFFECT(t, rework))
		effect_rework(act);
	if (HAS_EFFECT(t, request_extension))
		effect_request_extension(act);
	if (HAS_EFFECT(t, extend))
		effect_extend(act);
	if (HAS_EFFECT(t, request_suspension))
		effect_request_suspension(act);
	if (HAS_EFFECT(t, suspend))
		effect_suspend(act);
	if (HAS_EFFECT(t, resume))
		effect_resume(act);
	if (HAS_EFFECT(t, deny_extension))
		deny(act, "extension");
	if (HAS_EFFECT(t, deny_suspension))
		deny(act, "suspension");
}
