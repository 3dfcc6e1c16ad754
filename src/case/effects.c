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
#include "case/bodies.h"
#include "case/clock.h"
#include "case/effects.h"
#include "case/facts.h"
#include "case/leaf.h"
#include "case/parts.h"
#include "case/refuse.h"
#include "case/requests.h"
#include "case/tasks.h"
#include "errors.h"

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
		act_bad_argument("dcm.no_point", "a case without a point cannot be filed",
					 "Amend its location first, or let setting file_needs_point be false.");
	(void) act_data_number(act, "condition", &condition);
	standard_or_error(act, condition, act->at, &has_limit, &limit);
	judge_own_limit(act, &has_limit, &limit);
	ACT_SET(act, filed_at, TimestampTzGetDatum(act->at));
	clock_start(act, has_limit, limit);
	act->files = true;
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
		act_bad_argument("dcm.photo", "the photographs do not agree in time",
					 "Each needs taken_at, the second after the first and within setting photo_interval.");
	if (before.has_place && after.has_place)
	{
		Datum		place = place_of(act, &before);

		far = Max(metres_from(place, &before), metres_from(place, &after));
	}
	if (far < 0 || far > act->wf->settings.photo_metres)
		act_bad_argument("dcm.photo", "the photographs do not agree with the place",
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
		act_bad_argument("dcm.no_category", psprintf("there is no category \"%s\" in the city's edition", code),
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
		act_bad_argument("dcm.bad_data", "a correction after filing needs a reason",
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
		act_bad_argument("dcm.bad_data", "a correction must change something",
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

/* reopen: the case is to be handled again; what the clock had left goes on. */
static void
effect_reopen(Act *act)
{
	if (ACT_NULL(act, filed_at))
		act_forbid("dcm.not_filed", "a case that was never filed is not reopened",
				   "It was resolved on the spot: report anew what is there again.");
	add_one(act, CF_reopened);
	clock_reopen(act);
	ACT_CLEAR(act, handler);
	bodies_clear(act);
}

/* The open case of that number, held as it is to the end of the transaction. */
static void
hold_main_case(int64 case_no)
{
	Datum		values[1] = {Int64GetDatum(case_no)};
	bool		isnull;

	if (case_no <= 0 || !leaf_exists(leaf_year(case_no)) || !leaf_number_taken(case_no))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("there is no case " INT64_FORMAT, case_no),
				 errname("dcm.no_case")));
	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_MERGE_INTO), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not hold case " INT64_FORMAT, case_no);
	/* who waits for each other's case would wait for ever */
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
				 errmsg("case " INT64_FORMAT " is being acted on", case_no),
				 errhint("Look at it again and repeat the call."),
				 errname("dcm.busy")));
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		act_forbid("dcm.merge_ended", psprintf("case " INT64_FORMAT " has ended", case_no),
				   "What is there again after the end of a case is a case of its own.");
}

/* merge: this case is the same as another one, which goes on for both. */
static void
effect_merge(Act *act)
{
	int64		into = 0;
	Datum		args[2] = {Int64GetDatum(act->case_no)};

	(void) act_data_case(act, "into", &into);
	if (into == act->case_no)
		act_bad_argument("dcm.bad_data", "a case is not merged into itself",
						 "Name the other one by key \"into\".");
	hold_main_case(into);
	ACT_SET(act, merged_into, Int64GetDatum(into));
	args[1] = Int64GetDatum(into);
	if (SPI_execute_plan(city_plan(CITY_MOVE_INTAKES), args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not move the intakes of a case");
}

/* The effects on the case itself. */
static void
apply_to_case(Act *act)
{
	const WorkflowTransition *t = act->transition;

	if (HAS_EFFECT(t, file))
		effect_file(act);
	if (HAS_EFFECT(t, amend))
		effect_amend(act);
	if (HAS_EFFECT(t, reopen))
		effect_reopen(act);
	if (HAS_EFFECT(t, merge))
		effect_merge(act);
	if (HAS_EFFECT(t, on_site))
		effect_on_site(act);
	if (HAS_EFFECT(t, recompute))
		clock_recompute(act);
}

/* The effects on the bodies that have it. */
static void
apply_to_bodies(Act *act)
{
	const WorkflowTransition *t = act->transition;

	if (HAS_EFFECT(t, open_work))
		bodies_open(act);
	if (HAS_EFFECT(t, sign_work))
		bodies_sign(act);
	if (HAS_EFFECT(t, return_work) || HAS_EFFECT(t, recall_work))
		bodies_end(act, HAS_EFFECT(t, return_work));
	if (HAS_EFFECT(t, forward))
		bodies_forward(act);
	if (HAS_EFFECT(t, handle_work))
		bodies_handle(act);
	if (HAS_EFFECT(t, arrive))
		clock_arrive(act);
	if (HAS_EFFECT(t, judge_return))
		bodies_judge_return(act);
}

/* Brings about every effect of the act's transition. */
void
act_apply_effects(Act *act)
{
	apply_to_case(act);
	apply_to_bodies(act);
	tasks_apply(act);
	if (HAS_EFFECT(act->transition, rework))
		bodies_rework(act);
	requests_apply(act);
}
