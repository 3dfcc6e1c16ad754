/*
 * facts.h
 *	  What a case is about, as its log tells it.
 */
#ifndef DCM_FACTS_H
#define DCM_FACTS_H

#include "postgres.h"

#include "case/act_context.h"

extern Jsonb *facts_of_case(const Act *act, Jsonb *attachments);

#endif							/* DCM_FACTS_H */
