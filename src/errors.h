/*
 * errors.h
 *	  The stable name that every error of dcm carries: drivers hand on the
 *	  CONSTRAINT NAME field, so an application can tell errors apart without
 *	  reading their text.
 */
#ifndef DCM_ERRORS_H
#define DCM_ERRORS_H

#include "postgres.h"

#define errname(name) err_generic_string(PG_DIAG_CONSTRAINT_NAME, name)

#endif							/* DCM_ERRORS_H */
