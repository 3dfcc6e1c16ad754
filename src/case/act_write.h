/*
 * act_write.h
 *	  The rows of an act.
 */
#ifndef DCM_ACT_WRITE_H
#define DCM_ACT_WRITE_H

#include "postgres.h"

#include "case/act_context.h"

extern void act_write(Act *act);
extern void act_write_report(Act *act);

#endif							/* DCM_ACT_WRITE_H */
