/*
 * parts.h
 *	  The assignments of a case, as rows.
 */
#ifndef DCM_PARTS_H
#define DCM_PARTS_H

#include "postgres.h"

#include "case/act_context.h"
#include "case/leaf.h"

/* A return, or a claim to have handled what was another's, that nobody has judged. */
typedef struct PartReturn
{
	int			work_no;
	int			org;
	int			dispatcher;
	bool		is_returned;
	char	   *reason;			/* or NULL */
} PartReturn;

/* An assignment that there is or was. */
typedef struct PartHeld
{
	int			work_no;
	int			org;
} PartHeld;

extern void parts_read(Act *act);
extern int	parts_held(const Act *act, PartHeld **held);
extern int	part_no(const Act *act);
extern bool part_is_lead(const Act *act, const ActPart *part);
extern ActPart *part_find(const Act *act, int work_no);
extern int	part_last(const Act *act);
extern void part_open(Act *act, int work_no, int org, const char *part, int parent);
extern void part_write_time(Act *act, LeafStatement statement, int work_no);
extern void part_end(Act *act, int work_no, const char *return_reason);
extern void part_recall_below(Act *act, int work_no);
extern void part_claim(Act *act);
extern char *part_reason_fault(const char *reason);
extern int	part_last_handler(const Act *act);
extern bool part_was_by(const Act *act, int work_no, int person);
extern bool part_unjudged(const Act *act, int work_no, PartReturn *its);
extern void part_judge(Act *act, int work_no, const char *fault);
extern void bodies_clear(Act *act);

#endif							/* DCM_PARTS_H */
