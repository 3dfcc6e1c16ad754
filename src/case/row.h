/*
 * row.h
 *	  One row of a leaf, written without a statement.
 */
#ifndef DCM_ROW_H
#define DCM_ROW_H

#include "postgres.h"

#include "case/case_tables.h"

/* No write has more: the log's and the case's own row are the widest. */
#define ROW_COLUMNS CF_COUNT

/*
 * Which columns a write gives and which it only looks at.  An UPDATE's key comes
 * first; an INSERT's rest must be NULL.
 */
typedef struct RowShape
{
	int			nkeys;			/* 0 for an INSERT */
	int			ngiven;
	int			ncolumns;		/* with the rest */
	const char *names[ROW_COLUMNS];
	Oid			types[ROW_COLUMNS]; /* of those given */
	AttrNumber	attnums[ROW_COLUMNS];	/* where they were when last looked up */
	Oid			owner;			/* to which a new row belongs, by its first columns: held by the act */
	int			nowner;
} RowShape;

typedef enum RowOutcome
{
	ROW_WRITTEN,				/* or locked */
	ROW_CHANGED,				/* a trigger changed or dropped it, or it is not there */
	ROW_FOR_EXECUTOR			/* the table has what only a statement brings about */
} RowOutcome;

extern RowOutcome row_lock(const char *leaf, RowShape *shape, Datum number, Datum *values, bool *nulls);
extern RowOutcome row_write(const char *leaf, RowShape *shape, const Datum *values, const bool *nulls);

#endif							/* DCM_ROW_H */
