/*
 * tally_agg.c
 *	  The aggregates that make and merge tallies.
 *
 * All share one state, which is altered in place in the aggregate's context:
 * an array with a count for each field.  Marks need the first TALLY_MARKS
 * alone, which with the length fill 512 bytes, so a state grows to all fields
 * only when an amount comes.  A partial result travels as a stored tally.
 *
 * No row, or none but NULLs, makes an empty tally and not NULL, as count(*)
 * makes 0.
 */
#include "postgres.h"

#include "port/pg_bitutils.h"

#include "compat.h"
#include "errors.h"
#include "score/tally.h"
#include "score/tally_fields.h"

PG_FUNCTION_INFO_V1(dcm_tally_mark);
PG_FUNCTION_INFO_V1(dcm_tally_unmark);
PG_FUNCTION_INFO_V1(dcm_tally_count);
PG_FUNCTION_INFO_V1(dcm_tally_uncount);
PG_FUNCTION_INFO_V1(dcm_tally_merge_in);
PG_FUNCTION_INFO_V1(dcm_tally_take_out);
PG_FUNCTION_INFO_V1(dcm_tally_combine);
PG_FUNCTION_INFO_V1(dcm_tally_serialize);
PG_FUNCTION_INFO_V1(dcm_tally_deserialize);
PG_FUNCTION_INFO_V1(dcm_tally_final);

typedef struct TallyState
{
	size_t		slots;			/* TALLY_MARKS or TALLY_SLOTS */
	int64		values[FLEXIBLE_ARRAY_MEMBER];
} TallyState;

#define STATE_SIZE(slots) (offsetof(TallyState, values) + (slots) * sizeof(int64))

/* A new state with nothing in it. */
static TallyState *
make_state(FunctionCallInfo fcinfo, int slots)
{
	MemoryContext context;
	TallyState *state;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "transition function of dcm.tally called outside an aggregate");
	state = MemoryContextAllocZero(context, STATE_SIZE(slots));
	state->slots = slots;
	return state;
}

/* The state that a transition function is given, made at the first row. */
static inline TallyState *
get_state(FunctionCallInfo fcinfo)
{
	return likely(!PG_ARGISNULL(0)) ? (TallyState *) PG_GETARG_POINTER(0) : make_state(fcinfo, TALLY_MARKS);
}

/* The state with room for that field. */
static inline TallyState *
make_room(TallyState *state, int field)
{
	if (likely((size_t) field < state->slots))
		return state;
	state = repalloc(state, STATE_SIZE(TALLY_SLOTS));
	memset(&state->values[state->slots], 0, (TALLY_SLOTS - state->slots) * sizeof(int64));
	state->slots = TALLY_SLOTS;
	return state;
}

/* The bits that stand for a field. */
#define FIELD_BIT(number, unit, name, label_en, label) | ((number) < TALLY_MARKS ? UINT64CONST(1) << (number) % 64 : 0)
static const uint64 field_bits = 0 TALLY_FIELDS(FIELD_BIT);

/* The argument of marks; 22003 for a bit that stands for no field. */
static inline uint64
get_marks(FunctionCallInfo fcinfo)
{
	uint64		marks = (uint64) PG_GETARG_INT64(1);

	if (unlikely(marks & ~field_bits))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bit %d of the marks stands for no field", pg_rightmost_one_pos64(marks & ~field_bits)),
				 errhint("dcm.marks() makes them; SELECT * FROM dcm.tally_fields() lists the bits."),
				 errname("dcm.bad_marks")));
	return marks;
}

/* dcm.tally_agg(marks): one more of each field that is marked. */
Datum
dcm_tally_mark(PG_FUNCTION_ARGS)
{
	TallyState *state = get_state(fcinfo);

	/* a count that grows by one a row cannot come to its end */
	if (!PG_ARGISNULL(1))
		for (uint64 marks = get_marks(fcinfo); marks != 0; marks &= marks - 1)
			state->values[pg_rightmost_one_pos64(marks)]++;
	PG_RETURN_POINTER(state);
}

/* ... and one less, when a row leaves the window's frame. */
Datum
dcm_tally_unmark(PG_FUNCTION_ARGS)
{
	TallyState *state = get_state(fcinfo);

	if (!PG_ARGISNULL(1))
		for (uint64 marks = get_marks(fcinfo); marks != 0; marks &= marks - 1)
			tally_take(state->values, pg_rightmost_one_pos64(marks), 1);
	PG_RETURN_POINTER(state);
}

/* The field and amount of a row; false where there is nothing to count. */
static bool
get_amount(FunctionCallInfo fcinfo, int *field, int64 *amount)
{
	text	   *name;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return false;
	name = PG_GETARG_TEXT_PP(1);
	*field = tally_field_asked(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	*amount = PG_GETARG_INT64(2);
	if (*amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("field \"%s\" would be below zero", tally_fields[*field].name),
				 errdetail("The amount is " INT64_FORMAT ".", *amount),
				 errname("dcm.tally_range")));
	return true;
}

/* Changes the state by the field and amount of a row. */
static pg_attribute_always_inline Datum
change_by_amount(FunctionCallInfo fcinfo, TallyChange change)
{
	TallyState *state = get_state(fcinfo);
	int			field;
	int64		amount;

	if (get_amount(fcinfo, &field, &amount))
	{
		state = make_room(state, field);
		change(state->values, field, amount);
	}
	PG_RETURN_POINTER(state);
}

/* Changes the state by all that the tally of a row has. */
static pg_attribute_always_inline Datum
change_by_tally(FunctionCallInfo fcinfo, TallyChange change)
{
	TallyState *state = get_state(fcinfo);
	TallyReader reader;
	int			field;
	int64		value;

	if (!PG_ARGISNULL(1))
	{
		tally_begin_datum(&reader, PG_GETARG_DATUM(1));
		while (tally_next_stored(&reader, &field, &value))
		{
			state = make_room(state, field);
			change(state->values, field, value);
		}
	}
	PG_RETURN_POINTER(state);
}

/* dcm.tally_agg(field, amount): so much more of one field. */
Datum
dcm_tally_count(PG_FUNCTION_ARGS)
{
	return change_by_amount(fcinfo, tally_add);
}

/* ... and so much less. */
Datum
dcm_tally_uncount(PG_FUNCTION_ARGS)
{
	return change_by_amount(fcinfo, tally_take);
}

/* dcm.merge(tally): all that it has. */
Datum
dcm_tally_merge_in(PG_FUNCTION_ARGS)
{
	return change_by_tally(fcinfo, tally_add);
}

/* ... out of it again. */
Datum
dcm_tally_take_out(PG_FUNCTION_ARGS)
{
	return change_by_tally(fcinfo, tally_take);
}

/* Adds a partial result to another. */
Datum
dcm_tally_combine(PG_FUNCTION_ARGS)
{
	const TallyState *other;
	TallyState *state;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	other = (const TallyState *) PG_GETARG_POINTER(1);
	state = make_room(get_state(fcinfo), (int) other->slots - 1);
	for (size_t i = 0; i < other->slots; i++)
		tally_add(state->values, (int) i, other->values[i]);
	PG_RETURN_POINTER(state);
}

/* The stored form of a partial result. */
Datum
dcm_tally_serialize(PG_FUNCTION_ARGS)
{
	const TallyState *state = (const TallyState *) PG_GETARG_POINTER(0);

	return tally_make(state->values, state->slots);
}

/* A partial result from its stored form. */
Datum
dcm_tally_deserialize(PG_FUNCTION_ARGS)
{
	TallyState *state = palloc0(STATE_SIZE(TALLY_SLOTS));
	TallyReader reader;
	int			field;
	int64		value;

	state->slots = TALLY_SLOTS;
	tally_begin_datum(&reader, PG_GETARG_DATUM(0));
	while (tally_next_stored(&reader, &field, &value))
		state->values[field] = value;
	PG_RETURN_POINTER(state);
}

/* The tally. */
Datum
dcm_tally_final(PG_FUNCTION_ARGS)
{
	const TallyState *state;

	if (PG_ARGISNULL(0))
		return tally_make(NULL, 0);
	state = (const TallyState *) PG_GETARG_POINTER(0);
	return tally_make(state->values, state->slots);
}
