/*
 * terms.c
 *	  Numerators and denominators of indicators: sums and differences of fields
 *	  of a tally, each with a weight, such as
 *
 *		close_due - suspended_open
 *		handling_seconds / 3600
 *
 * There are no brackets and no division by a field: what a city writes here
 * decides scores, so it must be read at a glance.  Arithmetic is numeric's.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "compat.h"
#include "errors.h"
#include "score/tally.h"

PG_FUNCTION_INFO_V1(dcm_check_terms);
PG_FUNCTION_INFO_V1(dcm_sum_of);

#define WORD_CHARACTERS "abcdefghijklmnopqrstuvwxyz_"
#define NUMBER_CHARACTERS "0123456789."
#define LONGEST_NUMBER 16

/* What the terms are read from, and what they come to */
typedef struct Terms
{
	const char *text;
	const char *next;
	const int64 *values;		/* of the tally, or NULL to check alone */
	Datum		sum;			/* numeric */
} Terms;

static void
bad_terms(const Terms *terms, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("\"%s\" is no sum of fields", terms->text),
			 errdetail("At character %d %s is wanted.",
					   pg_mbstrlen_with_len(terms->text, (int) (terms->next - terms->text)) + 1, wanted),
			 errhint("Write fields of dcm.tally_fields() with + and -, each * or / a number, such as \"close_due - suspended_open\" or \"handling_seconds / 3600\"."),
			 errname("dcm.bad_terms")));
}

/* The next character that is no blank. */
static char
look(Terms *terms)
{
	terms->next += strspn(terms->next, " \t\n\r");
	return *terms->next;
}

/* A number such as 3600 or 0.5, above zero. */
static Datum
read_number(Terms *terms)
{
	char		number[LONGEST_NUMBER + 1];
	size_t		length;
	size_t		whole;

	(void) look(terms);
	length = strspn(terms->next, NUMBER_CHARACTERS);
	whole = strcspn(terms->next, ".");
	if (length == 0 || length > LONGEST_NUMBER || whole == 0 || whole + 1 == length ||
		(whole < length && strcspn(terms->next + whole + 1, ".") < length - whole - 1) ||
		strspn(terms->next, "0.") >= length)
		bad_terms(terms, "a number above zero, of at most 16 characters,");
	memcpy(number, terms->next, length);
	number[length] = '\0';
	terms->next += length;
	return DirectFunctionCall3(numeric_in, CStringGetDatum(number), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* A field: what the tally has of it. */
static Datum
read_field(Terms *terms)
{
	size_t		length;
	int			field;

	(void) look(terms);
	length = strspn(terms->next, WORD_CHARACTERS);
	if (length == 0)
		bad_terms(terms, "a field");
	field = tally_field_asked(terms->next, length);
	terms->next += length;
	return NumericGetDatum(int64_to_numeric(terms->values ? terms->values[field] : 0));
}

/* A field with its weights: "field", "2 * field", "field / 3600". */
static Datum
read_term(Terms *terms)
{
	Datum		weight = (Datum) 0;
	Datum		result;
	char		c = look(terms);

	if (c >= '0' && c <= '9')
	{
		weight = read_number(terms);
		if (look(terms) != '*')
			bad_terms(terms, "*");
		terms->next++;
	}
	result = read_field(terms);
	if (weight)
		result = DirectFunctionCall2(numeric_mul, result, weight);
	while ((c = look(terms)) == '*' || c == '/')
	{
		terms->next++;
		result = DirectFunctionCall2(c == '*' ? numeric_mul : numeric_div, result, read_number(terms));
	}
	return result;
}

/* All terms, to the end of the text. */
static void
read_terms(Terms *terms, text *given, const int64 *values)
{
	char		sign = '+';

	terms->text = terms->next = text_to_cstring(given);
	terms->values = values;
	terms->sum = NumericGetDatum(int64_to_numeric(0));
	if (look(terms) == '-')
		sign = *terms->next++;
	do
	{
		Datum		term = read_term(terms);

		CHECK_FOR_INTERRUPTS();
		terms->sum = DirectFunctionCall2(sign == '+' ? numeric_add : numeric_sub, terms->sum, term);
		sign = look(terms);
		if (sign != '\0' && sign != '+' && sign != '-')
			bad_terms(terms, "+ or -");
		terms->next++;
	} while (sign != '\0');
}

/* dcm.check_terms(text): true, or 22023 that says what is wrong. */
Datum
dcm_check_terms(PG_FUNCTION_ARGS)
{
	Terms		terms;

	read_terms(&terms, PG_GETARG_TEXT_PP(0), NULL);
	PG_RETURN_BOOL(true);
}

/* dcm.sum_of(tally, text): what the terms come to. */
Datum
dcm_sum_of(PG_FUNCTION_ARGS)
{
	int64		values[TALLY_SLOTS] = {0};
	TallyReader reader;
	Terms		terms;
	int			field;
	int64		value;

	tally_begin_datum(&reader, PG_GETARG_DATUM(0));
	while (tally_next_stored(&reader, &field, &value))
		values[field] = value;
	read_terms(&terms, PG_GETARG_TEXT_PP(1), values);
	PG_RETURN_DATUM(terms.sum);
}
