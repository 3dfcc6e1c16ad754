/*
 * bodies.h
 *	  The bodies that have a case.
 */
#ifndef DCM_BODIES_H
#define DCM_BODIES_H

#include "postgres.h"

#include "case/act_context.h"

extern bool bodies_concern(const WorkflowTransition *t);
extern void bodies_take_part(Act *act, TimestampTz at, bool *other_body);
extern void bodies_take_appellant(Act *act, TimestampTz at, bool *other_body);
extern void bodies_open(Act *act);
extern void bodies_sign(Act *act);
extern void bodies_end(Act *act, bool returned);
extern void bodies_handle(Act *act);
extern void bodies_forward(Act *act);
extern void bodies_rework(Act *act);
extern void bodies_judge_return(Act *act);

#endif							/* DCM_BODIES_H */
