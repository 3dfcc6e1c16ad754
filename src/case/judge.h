/*
 * judge.h
 *	  Whether an act may be: its time, its transition, the right to it.
 */
#ifndef DCM_JUDGE_H
#define DCM_JUDGE_H

#include "postgres.h"

#include "case/act_context.h"

extern void act_find_action(Act *act, const char *code);
extern void act_take_time(Act *act, bool given, TimestampTz at);
extern void act_take_transition(Act *act);
extern void act_check_right(Act *act, int org);
extern void act_check_command(Act *act, const Org *body);
extern void act_check_rule(const Act *act);

#endif							/* DCM_JUDGE_H */
