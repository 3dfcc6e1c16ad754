/*
 * effects.h
 *	  What a transition does beside the move.
 */
#ifndef DCM_EFFECTS_H
#define DCM_EFFECTS_H

#include "postgres.h"

#include "case/act_context.h"

extern void act_apply_effects(Act *act);
extern void act_place(Act *act, Datum location, const char *crs);
extern void act_category(Act *act, const char *code);

#endif							/* DCM_EFFECTS_H */
