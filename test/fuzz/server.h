/*
 * server.h
 *	  As much of the server as the input functions need to run alone, under the
 *	  sanitizers: memory by malloc, so that each byte too far is seen, errors as
 *	  a jump back to the caller, text values.
 */
#ifndef DCM_FUZZ_SERVER_H
#define DCM_FUZZ_SERVER_H

#include "postgres.h"

#include "compat.h"
#include "fmgr.h"

/* What a call came to */
typedef struct Outcome
{
	bool		raised;
	bool		isnull;
	int			sqlstate;
	char		name[64];		/* the error's stable name */
	Datum		value;
} Outcome;

extern Outcome server_call(PGFunction function, int nargs, const NullableDatum *args);
extern text *server_text(const char *bytes, size_t length);
extern void server_forget(void);

#endif							/* DCM_FUZZ_SERVER_H */
