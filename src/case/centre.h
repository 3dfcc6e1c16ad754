/*
 * centre.h
 *	  What the organisation mode lets a centre do, and where.
 */
#ifndef DCM_CENTRE_H
#define DCM_CENTRE_H

#include "postgres.h"

#include "case/act_context.h"

typedef enum CentreRefusal
{
	CENTRE_MAY,
	CENTRE_WITHOUT_POWER,		/* the mode gives it no such power */
	CENTRE_ELSEWHERE,			/* the case lies outside its area */
	CENTRE_NOT_ITS_BODY			/* the body is not its to command */
} CentreRefusal;

/* What is asked of each post that could serve for an act, and the first answer. */
typedef struct CentreQuestion
{
	const Act  *act;
	const Org  *body;			/* to which the case is to go, or NULL */
	CentreRefusal refusal;		/* of the first post that was refused */
	const Org  *centre;			/* that post's */
} CentreQuestion;

extern bool centre_lets(const Post *post, void *question);
extern void centre_refuse(const CentreQuestion *question);

#endif							/* DCM_CENTRE_H */
