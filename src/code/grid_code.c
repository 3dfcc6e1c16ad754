/*
 * grid_code.c
 *	  The type dcm.grid_code: unit grids, 15 digits = 6 district + 3 street +
 *	  3 community + 3 serial.
 *
 * Only the serial number has a rule of its own (001 to 999).  Zeros in the area
 * are left alone: real streets and communities are numbered 000, and whole
 * cities have districts numbered 00.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "code/codes.h"
#include "compat.h"
#include "errors.h"

static const char *
grid_fault(int64 value)
{
	if (value < 0 || value >= (int64) digits_pow10[GRID_WIDTH])
		return "A grid code has 15 digits.";
	if (value % GRID_SERIALS == 0)
		return "Its serial number, the last three digits, is 000; serial numbers run from 001 to 999.";
	return NULL;
}

static const CodeKind grid_kind = {
	.type = "dcm.grid_code",
	.widths = DIGITS_WIDTH(GRID_WIDTH),
	.width_rule = "a grid code has 15",
	.old_width = 14,
	.old_hint = "Codes of 14 digits, with a street of two, are read by dcm.grid_code_2005().",
	.fault = grid_fault
};

static inline bool
grid_within(GridCode grid, AreaCode area)
{
	return area_holds(area, grid, GRID_SERIALS);
}

CODE_IO(grid_code, grid_kind, GRID_WIDTH);
CODE_AREA_PARTS_TO_COMMUNITY(grid_code, grid_area, AREA_COMMUNITY);
CODE_WITHIN(grid_code, grid_within);

PG_FUNCTION_INFO_V1(dcm_grid_code_serial);
Datum
dcm_grid_code_serial(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32((int32) (PG_GETARG_GRID_CODE(0) % GRID_SERIALS));
}

/*
 * The first and the last grid code that an area has room for.
 */
PG_FUNCTION_INFO_V1(dcm_first_grid_code);
Datum
dcm_first_grid_code(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);

	PG_RETURN_GRID_CODE(area_digits(area) * GRID_SERIALS + 1);
}

PG_FUNCTION_INFO_V1(dcm_last_grid_code);
Datum
dcm_last_grid_code(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int64		end = area_digits(area) + area_spans[area_level(area)];

	PG_RETURN_GRID_CODE(end * GRID_SERIALS - 1);
}

/*
 * A grid code from its community and its serial number.
 */
PG_FUNCTION_INFO_V1(dcm_make_grid_code);
Datum
dcm_make_grid_code(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int32		serial = PG_GETARG_INT32(1);

	if (area_level(area) != AREA_COMMUNITY)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("area \"%s\" is not a community", area_text(area)),
				 errdetail("A grid code begins with the 12 digits of a community."),
				 errname("dcm.bad_code")));
	if (serial < 1 || serial >= GRID_SERIALS)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("serial number %d is out of range", serial),
				 errdetail("Serial numbers of unit grids run from 1 to 999."),
				 errname("dcm.bad_code")));
	PG_RETURN_GRID_CODE(area_digits(area) * GRID_SERIALS + serial);
}

/*
 * A grid code of 2005, whose street has two digits, in today's form: the street
 * gets a leading zero.
 */
static const CodeKind old_kind = {
	.type = "dcm.grid_code of 2005",
	.widths = DIGITS_WIDTH(14),
	.width_rule = "a grid code of 2005 has 14"
};

static GridCode
grid_of_2005(uint64_t number)
{
	return digits_segment(number, 14, 0, 6) * digits_pow10[9] +
		digits_segment(number, 14, 6, 8);
}

PG_FUNCTION_INFO_V1(dcm_grid_code_2005);
Datum
dcm_grid_code_2005(PG_FUNCTION_ARGS)
{
	char	   *given = text_to_cstring(PG_GETARG_TEXT_PP(0));
	uint64_t	number;
	const char *fault;
	GridCode	grid;
	int			width;

	code_parse(&old_kind, given, &number, &width, NULL);
	grid = grid_of_2005(number);
	fault = grid_fault(grid);
	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", old_kind.type, given),
				 errdetail_internal("%s", fault),
				 errname("dcm.bad_code")));
	PG_RETURN_GRID_CODE(grid);
}

/*
 * The same as it stands in a list: NULL for what is none.
 */
PG_FUNCTION_INFO_V1(dcm_read_grid_code_2005);
Datum
dcm_read_grid_code_2005(PG_FUNCTION_ARGS)
{
	uint64_t	number;
	int			width;
	GridCode	grid;

	if (!code_read(&old_kind, PG_GETARG_TEXT_PP(0), &number, &width))
		PG_RETURN_NULL();
	grid = grid_of_2005(number);
	if (grid_fault(grid) != NULL)
		PG_RETURN_NULL();
	PG_RETURN_GRID_CODE(grid);
}
