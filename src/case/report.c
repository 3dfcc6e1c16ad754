/*
 * report.c
 *	  dcm.report_case: the report by which a case comes into being.
 *
 * It is judged and written as every other act is, from no state at all.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/act_write.h"
#include "case/answer.h"
#include "case/attachments.h"
#include "case/case_no.h"
#include "case/chain.h"
#include "case/effects.h"
#include "case/facts.h"
#include "case/judge.h"
#include "case/leaf.h"
#include "city.h"
#include "errors.h"
#include "replica.h"

PG_FUNCTION_INFO_V1(dcm_report_case);

#define MAX_ATTACHMENTS 1000

enum
{
	ARG_CATEGORY, ARG_LOCATION, ARG_SOURCE, ARG_DESCRIPTION, ARG_COMPONENT,
	ARG_ADDRESS, ARG_ATTACHMENTS, ARG_DATA, ARG_INTAKE, ARG_CRS, ARG_AT,
	ARG_CLIENT_KEY
};

static void
put_argument(StringInfo buf, FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		chain_put_null(buf);
	else
		chain_put_text(buf, PG_GETARG_DATUM(arg));
}

static void
put_int_argument(StringInfo buf, FunctionCallInfo fcinfo, int arg)
{
	if (PG_ARGISNULL(arg))
		chain_put_null(buf);
	else
		chain_put_int(buf, PG_GETARG_INT64(arg), 8);
}

/* What a client key of a report stands for: all its arguments. */
static bytea *
digest_of_call(FunctionCallInfo fcinfo)
{
	StringInfoData buf;

	initStringInfo(&buf);
	put_argument(&buf, fcinfo, ARG_CATEGORY);
	put_argument(&buf, fcinfo, ARG_LOCATION);
	put_argument(&buf, fcinfo, ARG_SOURCE);
	put_argument(&buf, fcinfo, ARG_DESCRIPTION);
	put_int_argument(&buf, fcinfo, ARG_COMPONENT);
	put_argument(&buf, fcinfo, ARG_ADDRESS);
	chain_put_jsonb(&buf, PG_GETARG_DATUM(ARG_ATTACHMENTS));
	chain_put_jsonb(&buf, PG_GETARG_DATUM(ARG_DATA));
	put_int_argument(&buf, fcinfo, ARG_INTAKE);
	put_argument(&buf, fcinfo, ARG_CRS);
	put_int_argument(&buf, fcinfo, ARG_AT);
	return chain_sha256(&buf);
}

/*
 * Takes the key before anything is written.  False where another session's
 * report took it meanwhile, whose commit was waited for: then this one must
 * answer with that.
 */
static bool
take_key(FunctionCallInfo fcinfo, const Act *act, bytea *digest)
{
	Datum		args[4] = {Int32GetDatum(act->actor.person->id), PG_GETARG_DATUM(ARG_CLIENT_KEY),
	PointerGetDatum(digest), Int64GetDatum(act->case_no)};

	if (SPI_execute_plan(city_plan(CITY_REPORT_KEY_NEW), args, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not keep a client key");
	return SPI_processed == 1;
}

/* The number that the key was taken for was taken itself: the key has another. */
static void
move_key(FunctionCallInfo fcinfo, const Act *act)
{
	Datum		args[3] = {Int32GetDatum(act->actor.person->id), PG_GETARG_DATUM(ARG_CLIENT_KEY),
	Int64GetDatum(act->case_no)};

	if (SPI_execute_plan(city_plan(CITY_REPORT_KEY_MOVE), args, NULL, false, 0) != SPI_OK_UPDATE)
		elog(ERROR, "could not keep a client key");
}

static void
check_source(Act *act, Datum source)
{
	Datum		args[1] = {source};

	if (SPI_execute_plan(city_plan(CITY_SOURCE), args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the sources");
	if (SPI_processed == 1)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no source \"%s\"", TextDatumGetCString(source)),
			 errhint("SELECT code, name FROM dcm.source lists them; preset cn_sources has the usual ones."),
			 errname("dcm.no_source")));
}

/* A component gives the place where none is told, and must be of the category. */
static void
take_component(Act *act, Datum component)
{
	Datum		args[1] = {component};
	Datum		category;
	Datum		geom;
	bool		isnull;

	if (SPI_execute_plan(city_plan(CITY_COMPONENT), args, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the components");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("there is no such component"),
				 errname("dcm.no_component")));
	category = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (DatumGetInt32(category) != DatumGetInt32(ACT_GET(act, category)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the component is of another category"),
				 errhint("Report it under the component's own category."),
				 errname("dcm.no_component")));
	ACT_SET(act, component, component);
	leaf_check_geometry(SPI_tuptable->tupdesc, 2, "component");
	geom = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	if (!isnull && ACT_NULL(act, location))
		act_place(act, geom, NULL);
}

/* Where the case is: by a point, a component or an address. */
static void
take_place(FunctionCallInfo fcinfo, Act *act)
{
	if (!PG_ARGISNULL(ARG_LOCATION))
		act_place(act, PG_GETARG_DATUM(ARG_LOCATION),
				  PG_ARGISNULL(ARG_CRS) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_CRS)));
	if (!PG_ARGISNULL(ARG_COMPONENT))
		take_component(act, PG_GETARG_DATUM(ARG_COMPONENT));
	if (!PG_ARGISNULL(ARG_ADDRESS))
		ACT_SET(act, address, PG_GETARG_DATUM(ARG_ADDRESS));
	if (ACT_NULL(act, location) && ACT_NULL(act, address))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a report needs a location or an address"),
				 errname("dcm.no_place")));
}

/* How many attachments there are; 22023 for what is no array or too long. */
static int
count_attachments(Jsonb *attachments)
{
	if (!JB_ROOT_IS_ARRAY(attachments) || JB_ROOT_IS_SCALAR(attachments) ||
		JB_ROOT_COUNT(attachments) > MAX_ATTACHMENTS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attachments must be a JSON array of at most %d", MAX_ATTACHMENTS),
				 errname("dcm.photo")));
	return JB_ROOT_COUNT(attachments);
}

/* The row as it begins. */
static void
fill_row(FunctionCallInfo fcinfo, Act *act)
{
	TimestampTz discovered;
	char	   *severity = act_data_severity(act);
	static const CaseFileColumn zero[] = {
		CF_work_no, CF_returned, CF_reworked, CF_extended, CF_suspended, CF_tasks, CF_parts, CF_reopened
	};

	for (size_t i = 0; i < lengthof(zero); i++)
	{
		act->row[zero[i]] = Int16GetDatum(0);
		act->null[zero[i]] = false;
	}
	ACT_SET(act, provisional, BoolGetDatum(false));
	act_category(act, text_to_cstring(PG_GETARG_TEXT_PP(ARG_CATEGORY)));
	check_source(act, PG_GETARG_DATUM(ARG_SOURCE));
	ACT_SET(act, source, PG_GETARG_DATUM(ARG_SOURCE));
	take_place(fcinfo, act);
	ACT_SET(act, severity, CStringGetTextDatum(severity ? severity : "normal"));
	if (!PG_ARGISNULL(ARG_INTAKE))
		ACT_SET(act, intake, PG_GETARG_DATUM(ARG_INTAKE));
	ACT_SET(act, reporter, Int32GetDatum(act->actor.person->id));
	if (act_data_time(act, "discovered_at", &discovered))
		ACT_SET(act, discovered_at, TimestampTzGetDatum(discovered));
	ACT_SET(act, reported_at, TimestampTzGetDatum(act->at));
	ACT_SET(act, attachments, Int16GetDatum(count_attachments(PG_GETARG_JSONB_P(ARG_ATTACHMENTS))));
}

/*
 * The intake that the report answers gets the case's number; it must be one of
 * which a case may be made.  A city of 0.1.0 has no intakes, only their numbers.
 */
static void
take_intake(const Act *act, int64 intake, int64 case_no)
{
	Datum		args[2] = {Int64GetDatum(intake), Int64GetDatum(case_no)};

	if (!act->tells_stages)
		return;
	if (SPI_execute_plan(city_plan(CITY_TAKE_INTAKE), args, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not give an intake its case");
}

/*
 * A call is the desk's: whoever else could name one in a report would take it
 * away from there, and learn by the errors what it is and which case it has.
 */
static void
check_intake_right(const Act *act)
{
	if (act->actor.loader || !act->tells_stages)
		return;
	if (SPI_execute_plan(city_plan(CITY_INTAKE_RIGHT), NULL, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not ask for the right to an intake");
}

/* Everything before the rows. */
static void
judge(FunctionCallInfo fcinfo, Act *act)
{
	act_take_time(act, !PG_ARGISNULL(ARG_AT),
				  PG_ARGISNULL(ARG_AT) ? 0 : PG_GETARG_TIMESTAMPTZ(ARG_AT));
	act_take_transition(act);
	act_check_right(act, 0);
	if (!PG_ARGISNULL(ARG_INTAKE))
		check_intake_right(act);
	if (!PG_ARGISNULL(ARG_DESCRIPTION))
		act_add_text(act, "description", PG_GETARG_TEXT_PP(ARG_DESCRIPTION));
	act->data = PG_GETARG_JSONB_P(ARG_DATA);
	act_data_check(act);
	fill_row(fcinfo, act);
	act->facts = facts_of_case(act, PG_GETARG_JSONB_P(ARG_ATTACHMENTS));
	act->case_no = case_no_next(act);
}

/* Judges the report and writes it; false where the key turned out to be taken. */
static bool
report(FunctionCallInfo fcinfo, Act *act, bytea *digest)
{
	int64		number;

	judge(fcinfo, act);
	number = act->case_no;
	if (digest && !take_key(fcinfo, act, digest))
		return false;
	if (!leaf_exists(leaf_year(number)))
		leaf_make(leaf_year(number));
	act_write_report(act);
	if (digest && act->case_no != number)
		move_key(fcinfo, act);
	if (!PG_ARGISNULL(ARG_INTAKE))
		take_intake(act, PG_GETARG_INT64(ARG_INTAKE), act->case_no);
	ACT_SET(act, attachments, Int16GetDatum(0));
	act_write_attachments(act, PG_GETARG_JSONB_P(ARG_ATTACHMENTS));
	return true;
}

/* Whether this report was sent before: then *case_no is what it made. */
static bool
sent_before(FunctionCallInfo fcinfo, const Act *act, bytea *digest, Datum *case_no)
{
	return act_key_known(city_plan(CITY_REPORT_KEY), Int32GetDatum(act->actor.person->id),
						 PG_GETARG_DATUM(ARG_CLIENT_KEY), digest, case_no);
}

/*
 * dcm.report_case(category, location, source, description, component, address,
 * attachments, data, intake, crs, at, client_key) → dcm.act_result
 */
Datum
dcm_report_case(PG_FUNCTION_ARGS)
{
	Act			act = {0};
	CityRights	rights;
	MemoryContext caller = CurrentMemoryContext;
	bytea	   *digest = NULL;
	Datum		case_no;
	Datum		result;

	if (PG_ARGISNULL(ARG_CATEGORY) || PG_ARGISNULL(ARG_SOURCE) ||
		PG_ARGISNULL(ARG_ATTACHMENTS) || PG_ARGISNULL(ARG_DATA))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("category, source, attachments and data must not be null"),
				 errname("dcm.null")));
	memset(act.null, true, sizeof(act.null));
	act.wf = workflow_get();
	replica_refuse();
	act.actor = identity_actor();
	act_find_action(&act, "report");

	rights = city_enter();
	act.tells_stages = leaf_tells_stages();
	if (!PG_ARGISNULL(ARG_CLIENT_KEY))
	{
		act_check_key(PG_GETARG_DATUM(ARG_CLIENT_KEY));
		digest = digest_of_call(fcinfo);
	}
	if (digest && sent_before(fcinfo, &act, digest, &case_no))
		result = act_replay(fcinfo, caller, act.actor.person->id, DatumGetInt64(case_no), 1);
	else if (report(fcinfo, &act, digest))
		result = act_result(fcinfo, caller, &act);
	else if (sent_before(fcinfo, &act, digest, &case_no))
		result = act_replay(fcinfo, caller, act.actor.person->id, DatumGetInt64(case_no), 1);
	else
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("another session is sending the same report"),
				 errhint("Send it again: the answer is then that of the other call."),
				 errname("dcm.same_report")));
	city_leave(rights);
	return result;
}
