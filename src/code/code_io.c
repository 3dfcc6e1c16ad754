/*
 * code_io.c
 *	  The engine that the code types share: text and binary input with their
 *	  errors, and the check of a bigint.
 *
 * Whatever way a value comes in, the same rule judges it (CodeKind.fault), so
 * nothing stands in a table that could not be written as text.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "code/codes.h"
#include "compat.h"
#include "errors.h"
#include "reading.h"

/*
 * Reads text as the digits of a code.  Returns false after a soft error.
 */
bool
code_parse(const CodeKind *kind, const char *text, uint64_t *number, int *width,
		   struct Node *escontext)
{
	size_t		length;
	DigitsFault fault = digits_parse(text, kind->widths, number, &length);

	*width = (int) length;
	if (likely(fault == DIGITS_OK))
		return true;

	dcm_ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", kind->type, text),
				 fault == DIGITS_STRAY ?
				 errdetail("Character %zu is not a digit.", length + 1) :
				 errdetail_plural("It has %zu digit, %s.", "It has %zu digits, %s.",
								  (unsigned long) length, length, kind->width_rule),
				 fault == DIGITS_LENGTH && length > 0 && length == kind->old_width ?
				 errhint("%s", kind->old_hint) : 0,
				 errname("dcm.bad_code")));
}

/*
 * Input function of a type of one width, stored as the number.
 */
Datum
code_in(FunctionCallInfo fcinfo, const CodeKind *kind)
{
	char	   *text = PG_GETARG_CSTRING(0);
	struct Node *escontext = DCM_ESCONTEXT(fcinfo);
	const char *fault;
	uint64_t	number;
	int			width;

	if (!code_parse(kind, text, &number, &width, escontext))
		PG_RETURN_NULL();
	fault = kind->fault((int64) number);
	if (unlikely(fault != NULL))
		dcm_ereturn(escontext, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", kind->type, text),
					 errdetail_internal("%s", fault),
					 errname("dcm.bad_code")));
	return Int64GetDatum((int64) number);
}

/*
 * The text of a code, as an output function returns it.
 */
Datum
code_out(uint64_t number, int width)
{
	char	   *text = palloc(width + 1);

	digits_print(number, width, text);
	PG_RETURN_CSTRING(text);
}

/*
 * Receive function: the int64 as stored, judged as strictly as text.
 */
Datum
code_recv(FunctionCallInfo fcinfo, const CodeKind *kind)
{
	int64		value = pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0));
	const char *fault = kind->fault(value);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary representation for type %s", kind->type),
				 errdetail_internal("%s", fault),
				 errname("dcm.bad_code")));
	return Int64GetDatum(value);
}

/*
 * The cast from bigint of a type that is stored as the number.
 */
Datum
code_from_bigint(FunctionCallInfo fcinfo, const CodeKind *kind)
{
	int64		value = PG_GETARG_INT64(0);
	const char *fault = kind->fault(value);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("value \"" INT64_FORMAT "\" is out of range for type %s",
						value, kind->type),
				 errdetail_internal("%s", fault),
				 errname("dcm.bad_code")));
	return Int64GetDatum(value);
}

/*
 * A code of a list, as people type it; false where it is none, which is no
 * error.  *width is how many digits it has.
 */
bool
code_read(const CodeKind *kind, text *given, uint64_t *number, int *width)
{
	char	   *plain = reading_plain(given);
	size_t		length;

	if (plain == NULL || digits_parse(plain, kind->widths, number, &length) != DIGITS_OK)
		return false;
	*width = (int) length;
	return true;
}

/*
 * The reading function of a type of one width, stored as the number.
 */
Datum
code_read_value(FunctionCallInfo fcinfo, const CodeKind *kind)
{
	uint64_t	number;
	int			width;

	if (!code_read(kind, PG_GETARG_TEXT_PP(0), &number, &width) ||
		kind->fault((int64) number) != NULL)
		PG_RETURN_NULL();
	return Int64GetDatum((int64) number);
}
