/*
 * tasks.h
 *	  What somebody is asked to do about a case, and waits until it is done.
 */
#ifndef DCM_TASKS_H
#define DCM_TASKS_H

#include "postgres.h"

#include "case/act_context.h"

extern void tasks_apply(Act *act);

#endif							/* DCM_TASKS_H */
