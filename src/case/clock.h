/*
 * clock.h
 *	  The clock of a case and of its assignment.
 */
#ifndef DCM_CLOCK_H
#define DCM_CLOCK_H

#include "postgres.h"

#include "case/act_context.h"

extern TimestampTz clock_deadline(const Act *act, TimestampTz from, int64 limit,
								  bool *provisional);
extern TimestampTz clock_stage_deadline(const Act *act, int64 limit);
extern void clock_start(Act *act, bool has_limit, int64 limit);
extern void clock_reset(Act *act, bool has_limit, int64 limit);
extern void clock_stop(Act *act);
extern int64 clock_once_more(const Act *act);
extern void clock_check_unit(const Act *act, int64 extra);
extern void clock_extend(Act *act, int64 extra);
extern void clock_pause(Act *act, TimestampTz since, TimestampTz till);
extern void clock_answer(Act *act);
extern void clock_resume(Act *act);
extern void clock_restart(Act *act);
extern void clock_reopen(Act *act);
extern void clock_review(Act *act, TimestampTz till);
extern void clock_tell_work(Act *act);
extern void clock_open_work(Act *act);
extern bool clock_of_stage(const Act *act);
extern void clock_arrive(Act *act);
extern void clock_recompute(Act *act);
extern void clock_sign_work(Act *act);

#endif							/* DCM_CLOCK_H */
