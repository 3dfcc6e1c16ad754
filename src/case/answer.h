/*
 * answer.h
 *	  What an act answers, now and when it is sent again.
 */
#ifndef DCM_ANSWER_H
#define DCM_ANSWER_H

#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"

#include "case/act_context.h"

extern Datum act_result(FunctionCallInfo fcinfo, MemoryContext caller, const Act *act);
extern Datum act_replay(FunctionCallInfo fcinfo, MemoryContext caller,
						int actor, int64 case_no, int log_no);
extern void act_check_key(Datum key);
extern bool act_key_known(SPIPlanPtr plan, Datum owner, Datum key, const bytea *digest,
						  Datum *made);

#endif							/* DCM_ANSWER_H */
