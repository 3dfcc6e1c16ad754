/*
 * case_no.h
 *	  The number of a case.
 */
#ifndef DCM_CASE_NO_H
#define DCM_CASE_NO_H

#include "postgres.h"

#include "case/act_context.h"

extern int64 case_no_next(const Act *act);

#endif							/* DCM_CASE_NO_H */
