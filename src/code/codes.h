/*
 * codes.h
 *	  The three code types: how each is laid out in its eight bytes, its Datum
 *	  macros, and the engine they share.
 *
 * Every value is an int64 by value (LIKE = int8) whose order is the order of
 * the text, so that comparison, hashing and sorting are core's own functions
 * for bigint, bound to the types in sql/install/11_code_order.sql; here is only
 * what bigint does not know.  The top four bits are zero: the version of the
 * format.  The binary format is the stored int64.
 *
 *	grid_code		the number that its 15 digits spell
 *	component_id	the number that its 16 digits spell
 *	area_code		its 2, 4, 6, 9 or 12 digits, filled up with zeros on the right
 *					to 12, times 8, plus the level 1 to 5.  An area sorts before
 *					all that lies in it, and what lies in it is one span:
 *					'32' < '3206' < '320600' < '320681' < '33'.
 */
#ifndef DCM_CODES_H
#define DCM_CODES_H

#include "postgres.h"

#include "digits.h"
#include "fmgr.h"

typedef int64 AreaCode;
typedef int64 GridCode;
typedef int64 ComponentId;

#define DatumGetAreaCode(d) ((AreaCode) DatumGetInt64(d))
#define AreaCodeGetDatum(x) Int64GetDatum((int64) (x))
#define PG_GETARG_AREA_CODE(n) DatumGetAreaCode(PG_GETARG_DATUM(n))
#define PG_RETURN_AREA_CODE(x) return AreaCodeGetDatum(x)

#define DatumGetGridCode(d) ((GridCode) DatumGetInt64(d))
#define GridCodeGetDatum(x) Int64GetDatum((int64) (x))
#define PG_GETARG_GRID_CODE(n) DatumGetGridCode(PG_GETARG_DATUM(n))
#define PG_RETURN_GRID_CODE(x) return GridCodeGetDatum(x)

#define DatumGetComponentId(d) ((ComponentId) DatumGetInt64(d))
#define ComponentIdGetDatum(x) Int64GetDatum((int64) (x))
#define PG_GETARG_COMPONENT_ID(n) DatumGetComponentId(PG_GETARG_DATUM(n))
#define PG_RETURN_COMPONENT_ID(x) return ComponentIdGetDatum(x)

#define AREA_WIDTH 12
#define GRID_WIDTH 15
#define GRID_SERIALS 1000
#define COMPONENT_WIDTH 16
#define COMPONENT_DISTRICT 6	/* digits of the district in front */

/* What the layout of area_code multiplies the digits by */
#define AREA_LEVELS 8

/* How many component ids fall on one area of 12 digits */
#define COMPONENT_SCALE 10000

typedef enum AreaLevel
{
	AREA_PROVINCE = 1,
	AREA_CITY,
	AREA_DISTRICT,
	AREA_STREET,
	AREA_COMMUNITY
} AreaLevel;

/* What the engine must know of a type */
typedef struct CodeKind
{
	const char *type;			/* as messages name it */
	uint32		widths;			/* DIGITS_WIDTH bits */
	const char *width_rule;		/* ends the sentence "It has n digits, " */
	size_t		old_width;		/* a width worth a hint, or 0 */
	const char *old_hint;

	/* says in a sentence why no code is stored like this, or returns NULL */
	const char *(*fault) (int64 value);
} CodeKind;

/* Which digits of 12 an area has; areas are indexed by level */
extern const uint8 area_widths[AREA_LEVELS];

/* How many codes of 12 digits lie in an area, by level */
extern const int64 area_spans[AREA_LEVELS];

static inline int
area_level(AreaCode area)
{
	return (int) ((uint64) area % AREA_LEVELS);
}

/* The digits of an area, filled up with zeros to 12 */
static inline int64
area_digits(AreaCode area)
{
	return (int64) ((uint64) area / AREA_LEVELS);
}

/* The area of a level that 12 digits lie in */
static inline AreaCode
area_make(int64 digits, int level)
{
	return (digits - digits % area_spans[level]) * AREA_LEVELS + level;
}

/* The 12 digits in which a grid lies */
static inline int64
grid_area(GridCode grid)
{
	return grid / GRID_SERIALS;
}

/* The district of a component, filled up with zeros to 12 digits */
static inline int64
component_area(ComponentId id)
{
	return id / COMPONENT_SCALE;
}

/*
 * Whether a value lies in an area, for a type with scale values to each code of
 * 12 digits.
 */
static inline bool
area_holds(AreaCode area, int64 value, int64 scale)
{
	int64		first = area_digits(area) * scale;

	return value >= first && value - first < area_spans[area_level(area)] * scale;
}

/*
 * Whether an area is another or lies in it: '32' has the first digits of '3200'
 * too, but lies above it.
 */
static inline bool
area_within(AreaCode inner, AreaCode outer)
{
	return inner >= outer && area_holds(outer, inner, AREA_LEVELS);
}

extern bool code_parse(const CodeKind *kind, const char *text, uint64_t *number,
					   int *width, struct Node *escontext);
extern Datum code_in(FunctionCallInfo fcinfo, const CodeKind *kind);
extern Datum code_out(uint64_t number, int width);
extern Datum code_recv(FunctionCallInfo fcinfo, const CodeKind *kind);
extern Datum code_from_bigint(FunctionCallInfo fcinfo, const CodeKind *kind);
extern bool code_read(const CodeKind *kind, text *given, uint64_t *number, int *width);
extern Datum code_read_value(FunctionCallInfo fcinfo, const CodeKind *kind);

extern char *area_text(AreaCode area);
extern Datum area_part(FunctionCallInfo fcinfo, int64 digits, int depth, int level);

/*
 * The functions of SQL that types have alike, written once.  A use ends in a
 * semicolon, for which each macro leaves a declaration open.
 */
#define CODE_DECLARATION extern int no_such_variable

/* Text and binary input and output, the cast from bigint, reading of lists */
#define CODE_IO(type, kind, width) \
PG_FUNCTION_INFO_V1(dcm_##type##_in); \
Datum \
dcm_##type##_in(PG_FUNCTION_ARGS) \
{ \
	return code_in(fcinfo, &kind); \
} \
PG_FUNCTION_INFO_V1(dcm_##type##_out); \
Datum \
dcm_##type##_out(PG_FUNCTION_ARGS) \
{ \
	return code_out(PG_GETARG_INT64(0), width); \
} \
PG_FUNCTION_INFO_V1(dcm_##type##_recv); \
Datum \
dcm_##type##_recv(PG_FUNCTION_ARGS) \
{ \
	return code_recv(fcinfo, &kind); \
} \
PG_FUNCTION_INFO_V1(dcm_##type##_from_bigint); \
Datum \
dcm_##type##_from_bigint(PG_FUNCTION_ARGS) \
{ \
	return code_from_bigint(fcinfo, &kind); \
} \
PG_FUNCTION_INFO_V1(dcm_read_##type); \
Datum \
dcm_read_##type(PG_FUNCTION_ARGS) \
{ \
	return code_read_value(fcinfo, &kind); \
} \
CODE_DECLARATION

/*
 * The area of a level in which a value lies, NULL where the value does not reach
 * down to it.  digits is the function that gives a value's 12 digits, depth an
 * expression over value: how many levels of them it knows.
 */
#define CODE_AREA_PART(type, part, digits, depth, level) \
PG_FUNCTION_INFO_V1(dcm_##type##_##part); \
Datum \
dcm_##type##_##part(PG_FUNCTION_ARGS) \
{ \
	int64		value = PG_GETARG_INT64(0); \
\
	return area_part(fcinfo, digits(value), depth, level); \
} \
CODE_DECLARATION

#define CODE_AREA_PARTS_TO_DISTRICT(type, digits, depth) \
CODE_AREA_PART(type, province, digits, depth, AREA_PROVINCE); \
CODE_AREA_PART(type, city, digits, depth, AREA_CITY); \
CODE_AREA_PART(type, district, digits, depth, AREA_DISTRICT)

#define CODE_AREA_PARTS_TO_COMMUNITY(type, digits, depth) \
CODE_AREA_PARTS_TO_DISTRICT(type, digits, depth); \
CODE_AREA_PART(type, street, digits, depth, AREA_STREET); \
CODE_AREA_PART(type, community, digits, depth, AREA_COMMUNITY)

/* "lies in" and "contains", as within(value, area) says */
#define CODE_WITHIN(type, within) \
PG_FUNCTION_INFO_V1(dcm_##type##_within); \
Datum \
dcm_##type##_within(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(within(PG_GETARG_INT64(0), PG_GETARG_AREA_CODE(1))); \
} \
PG_FUNCTION_INFO_V1(dcm_contains_##type); \
Datum \
dcm_contains_##type(PG_FUNCTION_ARGS) \
{ \
	PG_RETURN_BOOL(within(PG_GETARG_INT64(1), PG_GETARG_AREA_CODE(0))); \
} \
CODE_DECLARATION

#endif							/* DCM_CODES_H */
