/*
 * tally.h
 *	  dcm.tally: what is counted of one set of cases.
 *
 * A stored value is a byte with the format's version, a byte with the count of
 * fields it speaks of, a bitmap of as many bits of the fields that are not
 * zero, the lowest first, and each of those as a base-128 varint, lowest digits
 * first.  The count is that of the last field that is not zero and each varint
 * is the shortest, so that equal tallies are equal bytes whichever release
 * wrote them.
 */
#ifndef DCM_TALLY_H
#define DCM_TALLY_H

#include "postgres.h"

#include "fmgr.h"

#define TALLY_VERSION 1
#define TALLY_SLOTS 84			/* one more than the last field's number */
#define TALLY_MARKS 63			/* fields below it can be bits of a mark */
#define TALLY_HEADER 2
#define TALLY_MAX_SIZE (TALLY_HEADER + (TALLY_SLOTS + 7) / 8 + TALLY_SLOTS * 9)

typedef enum TallyUnit
{
	TALLY_COUNT,
	TALLY_STOCK,				/* what there is at the end of the span */
	TALLY_SECOND
} TallyUnit;

typedef struct TallyField
{
	const char *name;			/* NULL where no field has the number */
	TallyUnit	unit;
	const char *label;			/* Chinese */
	const char *label_en;
} TallyField;

/* The fields of a stored value, one after the other */
typedef struct TallyReader
{
	const uint8 *bitmap;
	const uint8 *next;
	const uint8 *end;
	int			fields;			/* how many the bitmap speaks of */
	int			field;			/* the next to look at */
	const char *fault;			/* what is wrong with the value */
} TallyReader;

extern const TallyField tally_fields[TALLY_SLOTS];

extern void tally_begin(TallyReader *reader, const void *bytes, size_t length);
extern bool tally_next(TallyReader *reader, int *field, int64 *value);
extern void tally_begin_datum(TallyReader *reader, Datum tally);
extern bool tally_next_stored(TallyReader *reader, int *field, int64 *value);
extern Datum tally_make(const int64 *values, size_t slots);
extern int	tally_field_by_name(const char *name, size_t length);
extern int	tally_field_asked(const char *name, size_t length);
/* tally_add() or tally_take() */
typedef void (*TallyChange) (int64 *values, int field, int64 amount);

extern void tally_add(int64 *values, int field, int64 amount);
extern void tally_take(int64 *values, int field, int64 amount);

#endif							/* DCM_TALLY_H */
