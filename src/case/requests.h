/*
 * requests.h
 *	  What a body asks for and the centre decides.
 */
#ifndef DCM_REQUESTS_H
#define DCM_REQUESTS_H

#include "postgres.h"

#include "case/act_context.h"

extern void requests_apply(Act *act);
extern void act_clear_request(Act *act);

#endif							/* DCM_REQUESTS_H */
