/*
 * component_id.c
 *	  The type dcm.component_id: managed components, 16 digits of which the
 *	  first 6 are the district.
 *
 * What the other ten mean depends on the edition of the standard, and an id
 * does not say of which edition it is: so the type judges digits alone, and
 * whoever cuts an id says by which edition.
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "code/codes.h"
#include "compat.h"
#include "errors.h"

/* How an edition cuts the ten digits after the district */
typedef struct Edition
{
	const char *name;
	int			major;
	int			minor;
	int			serial;
} Edition;

static const Edition editions[] = {
	{"2005", 2, 2, 6},
	{"2007", 2, 2, 6},
	{"2013", 2, 2, 6},
	{"new", 2, 3, 5}
};

static const char *
component_fault(int64 value)
{
	if (value < 0 || value >= (int64) digits_pow10[COMPONENT_WIDTH])
		return "A component id has 16 digits.";
	return NULL;
}

static const CodeKind component_kind = {
	.type = "dcm.component_id",
	.widths = DIGITS_WIDTH(COMPONENT_WIDTH),
	.width_rule = "a component id has 16",
	.fault = component_fault
};

/* A component lies in districts and what is above them, never below */
static inline bool
component_within(ComponentId id, AreaCode area)
{
	return area_level(area) <= AREA_DISTRICT &&
		area_holds(area, id, COMPONENT_SCALE);
}

CODE_IO(component_id, component_kind, COMPONENT_WIDTH);
CODE_AREA_PARTS_TO_DISTRICT(component_id, component_area, AREA_DISTRICT);
CODE_WITHIN(component_id, component_within);

/*
 * The first and the last component id that an area has room for; NULL below the
 * district, where no id lies.
 */
PG_FUNCTION_INFO_V1(dcm_first_component_id);
Datum
dcm_first_component_id(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);

	if (area_level(area) > AREA_DISTRICT)
		PG_RETURN_NULL();
	PG_RETURN_COMPONENT_ID(area_digits(area) * COMPONENT_SCALE);
}

PG_FUNCTION_INFO_V1(dcm_last_component_id);
Datum
dcm_last_component_id(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);
	int			level = area_level(area);

	if (level > AREA_DISTRICT)
		PG_RETURN_NULL();
	PG_RETURN_COMPONENT_ID((area_digits(area) + area_spans[level]) * COMPONENT_SCALE - 1);
}

/*
 * The edition of a name; 22023 where there is none.
 */
static const Edition *
edition_of(const text *given)
{
	char	   *name = text_to_cstring(given);

	for (int i = 0; i < (int) lengthof(editions); i++)
		if (strcmp(name, editions[i].name) == 0)
			return &editions[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("edition \"%s\" of component ids does not exist", name),
			 errhint("Use 2005, 2007, 2013 or new."),
			 errname("dcm.no_edition")));
	return NULL;				/* keep compiler quiet */
}

/*
 * Count digits of an id from a position, as text: categories keep their zeros.
 */
static Datum
segment_text(ComponentId id, int from, int count)
{
	char		digits[COMPONENT_WIDTH + 1];

	digits_print(digits_segment(id, COMPONENT_WIDTH, from, count), count, digits);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(digits, count));
}

PG_FUNCTION_INFO_V1(dcm_component_id_major);
Datum
dcm_component_id_major(PG_FUNCTION_ARGS)
{
	const Edition *edition = edition_of(PG_GETARG_TEXT_PP(1));

	return segment_text(PG_GETARG_COMPONENT_ID(0), COMPONENT_DISTRICT, edition->major);
}

PG_FUNCTION_INFO_V1(dcm_component_id_minor);
Datum
dcm_component_id_minor(PG_FUNCTION_ARGS)
{
	const Edition *edition = edition_of(PG_GETARG_TEXT_PP(1));

	return segment_text(PG_GETARG_COMPONENT_ID(0), COMPONENT_DISTRICT + edition->major,
						edition->minor);
}

PG_FUNCTION_INFO_V1(dcm_component_id_serial);
Datum
dcm_component_id_serial(PG_FUNCTION_ARGS)
{
	const Edition *edition = edition_of(PG_GETARG_TEXT_PP(1));
	uint64_t	id = PG_GETARG_COMPONENT_ID(0);

	PG_RETURN_INT32((int32) (id % digits_pow10[edition->serial]));
}

/*
 * A category given as text, as the number of exactly width digits that it is.
 */
static int64
category_number(text *given, const char *what, int width, const Edition *edition)
{
	char	   *digits = text_to_cstring(given);
	uint64_t	number;
	size_t		length;

	if (digits_parse(digits, DIGITS_WIDTH(width), &number, &length) != DIGITS_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s category \"%s\"", what, digits),
				 errdetail("In edition \"%s\" it has %d digits.", edition->name, width),
				 errname("dcm.bad_code")));
	return (int64) number;
}

/*
 * A component id from its parts.
 */
PG_FUNCTION_INFO_V1(dcm_make_component_id);
Datum
dcm_make_component_id(PG_FUNCTION_ARGS)
{
	AreaCode	district = PG_GETARG_AREA_CODE(0);
	int32		serial = PG_GETARG_INT32(3);
	const Edition *edition = edition_of(PG_GETARG_TEXT_PP(4));
	int64		major = category_number(PG_GETARG_TEXT_PP(1), "major", edition->major, edition);
	int64		minor = category_number(PG_GETARG_TEXT_PP(2), "minor", edition->minor, edition);
	int64		serials = digits_pow10[edition->serial];
	int64		category;

	if (area_level(district) != AREA_DISTRICT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("area \"%s\" is not a district", area_text(district)),
				 errdetail("A component id begins with the 6 digits of a district."),
				 errname("dcm.bad_code")));
	if (serial < 0 || serial >= serials)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("serial number %d is out of range", serial),
				 errdetail("In edition \"%s\" it has %d digits.", edition->name, edition->serial),
				 errname("dcm.bad_code")));
	category = major * digits_pow10[edition->minor] + minor;
	PG_RETURN_COMPONENT_ID(area_digits(district) * COMPONENT_SCALE +
						   category * serials + serial);
}
