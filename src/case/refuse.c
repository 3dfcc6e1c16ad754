/*
 * refuse.c
 *	  The two ways in which an effect refuses an act.
 *
 * What is refused here was allowed by the transition: it is the case itself, or
 * what the act carries, that will not do.
 */
#include "postgres.h"

#include "case/refuse.h"
#include "errors.h"

void
act_forbid(const char *name, const char *message, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("%s", message),
			 errdetail("%s", detail),
			 errname(name)));
}

void
act_bad_argument(const char *name, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errhint("%s", hint),
			 errname(name)));
}
