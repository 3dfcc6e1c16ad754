/*
 * act_context.h
 *	  One act on a case: who, what, when, the row as it will be, and what the
 *	  log says beside it.  Everything that takes part in an act works on this.
 */
#ifndef DCM_ACT_CONTEXT_H
#define DCM_ACT_CONTEXT_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "case/case_tables.h"
#include "case/identity.h"
#include "case/workflow.h"

/* A free text, which lies beside the log. */
typedef struct ActText
{
	char	   *field;
	text	   *value;
	bytea	   *salt;
	bytea	   *hash;
} ActText;

#define ACT_TEXTS 16

/* A body that has the case and has neither returned nor lost it. */
typedef struct ActPart
{
	int			work_no;
	int			org;
	char	   *part;			/* lead, joint or coordinator */
	bool		coordinates;	/* a coordinator neither signs nor handles */
	int			parent;			/* the assignment that was forwarded, or 0 */
	bool		is_signed;
	bool		is_handled;
	TimestampTz handled_at;
	bool		is_over;		/* returned or recalled by this act */
} ActPart;

typedef struct Act
{
	const Workflow *wf;
	const WorkflowAction *action;
	const WorkflowTransition *transition;
	const WorkflowState *state; /* before; NULL for a report */
	const WorkflowState *next;	/* after, or NULL where the case stays */
	Actor		actor;
	const Post *post;			/* or NULL */

	TimestampTz at;				/* when it happened */
	TimestampTz recorded_at;	/* when it was told */
	bool		loaded;
	bool		clamped;		/* a loader's earlier time was moved */
	TimestampTz given_at;

	Jsonb	   *data;			/* as given */
	ActText		texts[ACT_TEXTS];
	int			ntexts;

	/* the case as it will be, in the columns of case_tables.h */
	int64		case_no;
	Datum		row[CF_COUNT];
	bool		null[CF_COUNT];
	const bytea *previous;		/* the head of the chain so far */

	/* what the log says beside that */
	ActPart    *parts;			/* the bodies that have it, read where there are several */
	int			nparts;
	const ActPart *part;		/* the one for which the actor acts, NULL for the lead */
	int			task_no;		/* the task that the act opened or finished, or 0 */
	const char *fault;			/* whose a return was ruled to be */
	int			part_of;		/* the assignment that was forwarded */
	int		   *joined;			/* the bodies that join the lead, the coordinator last */
	int			njoined;
	int			who;			/* the person who is to look at the place, or 0 */
	bool		is_final;		/* the review that decides an appeal */

	const char *clock;			/* what the act did to the clock, or NULL */
	bool		gives_work_due;
	Datum		work_due;		/* the assignment's deadline, where the act gave one */
	int			work_no;		/* the assignment concerned, or 0 */
	int			org;			/* the body concerned, or 0 */
	bool		tells_stages;	/* false where the city's tables are of 0.1.0 */
	int			stage_no;		/* the stage's row that the act opened or gave a deadline, or 0 */
	bool		has_stage_limit;
	int64		stage_limit;
	TimestampTz stage_due;
	bool		tells_work;		/* the assignment's clock goes into the log */
	bool		gives_arrive_due;
	int64		arrive_limit;
	TimestampTz arrive_due;		/* by when somebody of the body must be there */
	bool		files;			/* the standard goes into the log */
	Jsonb	   *facts;			/* what the case is about, where the act tells it */
} Act;

#define ACT_NULL(act, column) ((act)->null[CF_##column])
#define ACT_GET(act, column) ((act)->row[CF_##column])
#define ACT_SET(act, column, value) \
	((act)->row[CF_##column] = (value), (act)->null[CF_##column] = false)
#define ACT_CLEAR(act, column) \
	((act)->row[CF_##column] = (Datum) 0, (act)->null[CF_##column] = true)

#define ACT_TIME(act, column) DatumGetTimestampTz(ACT_GET(act, column))

#endif							/* DCM_ACT_CONTEXT_H */
