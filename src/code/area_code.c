/*
 * area_code.c
 *	  The type dcm.area_code: administrative areas from province to community.
 *
 * An area is a prefix of the codes in it, whatever its length, so one type holds
 * all five levels and its layout (codes.h) makes "lies in" a single span of
 * values, in this type as in the two whose first digits are an area.
 */
#include "postgres.h"

#include "libpq/pqformat.h"

#include "code/codes.h"
#include "compat.h"
#include "errors.h"

const uint8 area_widths[AREA_LEVELS] = {0, 2, 4, 6, 9, 12, 0, 0};

const int64 area_spans[AREA_LEVELS] = {
	0, INT64CONST(10000000000), INT64CONST(100000000), 1000000, 1000, 1, 0, 0
};

static const char *
area_fault(int64 value)
{
	int			level = area_level(value);

	if (value < 0 || area_digits(value) >= (int64) digits_pow10[AREA_WIDTH])
		return "An area code is stored as 12 digits times 8 plus the level.";
	if (area_widths[level] == 0)
		return "The level of an area code is 1 to 5.";
	if (area_digits(value) % area_spans[level] != 0)
		return "An area code has zeros after the digits of its level.";
	return NULL;
}

static const CodeKind area_kind = {
	.type = "dcm.area_code",
	.widths = DIGITS_WIDTH(2) | DIGITS_WIDTH(4) | DIGITS_WIDTH(6) |
	DIGITS_WIDTH(9) | DIGITS_WIDTH(12),
	.width_rule = "an area code has 2, 4, 6, 9 or 12",
	.fault = area_fault
};

/* The area that so many digits spell */
static AreaCode
area_of_digits(uint64_t number, int width)
{
	int			level = AREA_PROVINCE;

	while (area_widths[level] < width)
		level++;
	return area_make((int64) number * area_spans[level], level);
}

PG_FUNCTION_INFO_V1(dcm_area_code_in);
Datum
dcm_area_code_in(PG_FUNCTION_ARGS)
{
	uint64_t	number;
	int			width;

	if (!code_parse(&area_kind, PG_GETARG_CSTRING(0), &number, &width,
					DCM_ESCONTEXT(fcinfo)))
		PG_RETURN_NULL();
	PG_RETURN_AREA_CODE(area_of_digits(number, width));
}

PG_FUNCTION_INFO_V1(dcm_read_area_code);
Datum
dcm_read_area_code(PG_FUNCTION_ARGS)
{
	uint64_t	number;
	int			width;

	if (!code_read(&area_kind, PG_GETARG_TEXT_PP(0), &number, &width))
		PG_RETURN_NULL();
	PG_RETURN_AREA_CODE(area_of_digits(number, width));
}

PG_FUNCTION_INFO_V1(dcm_area_code_out);
Datum
dcm_area_code_out(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int			level = area_level(area);

	return code_out(area_digits(area) / area_spans[level], area_widths[level]);
}

PG_FUNCTION_INFO_V1(dcm_area_code_recv);
Datum
dcm_area_code_recv(PG_FUNCTION_ARGS)
{
	return code_recv(fcinfo, &area_kind);
}

/* The text of an area, for messages */
char *
area_text(AreaCode area)
{
	return DatumGetCString(DirectFunctionCall1(dcm_area_code_out,
											   AreaCodeGetDatum(area)));
}

/*
 * The area of a level that 12 digits lie in, when they are known down to depth;
 * NULL below it.
 */
Datum
area_part(FunctionCallInfo fcinfo, int64 digits, int depth, int level)
{
	if (level > depth)
		PG_RETURN_NULL();
	PG_RETURN_AREA_CODE(area_make(digits, level));
}

CODE_AREA_PARTS_TO_COMMUNITY(area_code, area_digits, area_level(value));

PG_FUNCTION_INFO_V1(dcm_area_code_level);
Datum
dcm_area_code_level(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(area_level(PG_GETARG_AREA_CODE(0)));
}

/*
 * The area one level up; NULL for a province.
 */
PG_FUNCTION_INFO_V1(dcm_area_code_parent);
Datum
dcm_area_code_parent(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int			level = area_level(area);

	if (level == AREA_PROVINCE)
		PG_RETURN_NULL();
	PG_RETURN_AREA_CODE(area_make(area_digits(area), level - 1));
}

CODE_WITHIN(area_code, area_within);

/*
 * The first and the last area in order among one and all that could lie in it.
 */
PG_FUNCTION_INFO_V1(dcm_first_area_code);
Datum
dcm_first_area_code(PG_FUNCTION_ARGS)
{
	PG_RETURN_AREA_CODE(PG_GETARG_AREA_CODE(0));
}

PG_FUNCTION_INFO_V1(dcm_last_area_code);
Datum
dcm_last_area_code(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int64		last = area_digits(area) + area_spans[area_level(area)] - 1;

	PG_RETURN_AREA_CODE(area_make(last, AREA_COMMUNITY));
}
