/*
 * tally_ops.c
 *	  What is asked of single tallies: sum, difference, one field, all fields.
 */
#include "postgres.h"

#include "funcapi.h"
#include "utils/builtins.h"

#include "compat.h"
#include "errors.h"
#include "score/tally.h"

PG_FUNCTION_INFO_V1(dcm_tally_plus);
PG_FUNCTION_INFO_V1(dcm_tally_minus);
PG_FUNCTION_INFO_V1(dcm_tally_count_of);
PG_FUNCTION_INFO_V1(dcm_tally_fields);

/* Names of units by number */
static const char *const units[] = {"count", "stock", "second"};

/* One tally with another added or taken away. */
static Datum
join_tallies(Datum one, Datum other, TallyChange join)
{
	int64		values[TALLY_SLOTS] = {0};
	TallyReader reader;
	int			field;
	int64		value;

	tally_begin_datum(&reader, one);
	while (tally_next_stored(&reader, &field, &value))
		values[field] = value;
	tally_begin_datum(&reader, other);
	while (tally_next_stored(&reader, &field, &value))
		join(values, field, value);
	return tally_make(values, TALLY_SLOTS);
}

/* dcm.merge(a, b) and a + b. */
Datum
dcm_tally_plus(PG_FUNCTION_ARGS)
{
	return join_tallies(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), tally_add);
}

/* a - b; 22003 where a field would be below zero. */
Datum
dcm_tally_minus(PG_FUNCTION_ARGS)
{
	return join_tallies(PG_GETARG_DATUM(0), PG_GETARG_DATUM(1), tally_take);
}

/* dcm.count_of(tally, field) and tally -> field; 22023 for a field that is none. */
Datum
dcm_tally_count_of(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	int			asked = tally_field_asked(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	TallyReader reader;
	int			field;
	int64		value;

	tally_begin_datum(&reader, PG_GETARG_DATUM(0));
	while (tally_next_stored(&reader, &field, &value))
		if (field == asked)
			PG_RETURN_INT64(value);
	PG_RETURN_INT64(0);
}

/* dcm.tally_fields(): field, mark, unit, label, label_en. */
Datum
dcm_tally_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < TALLY_SLOTS; i++)
	{
		const TallyField *field = &tally_fields[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		if (field->name == NULL)
			continue;
		values[0] = CStringGetTextDatum(field->name);
		values[1] = Int32GetDatum(i);
		nulls[1] = i >= TALLY_MARKS;
		values[2] = CStringGetTextDatum(units[field->unit]);
		values[3] = CStringGetTextDatum(field->label);
		values[4] = CStringGetTextDatum(field->label_en);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
