/*
 * code_planner.h
 *	  What the planner asks about containment, as an operator and as a function.
 *	  funcid is the function, item_arg says which of the two arguments lies in
 *	  the other.
 */
#ifndef DCM_CODE_PLANNER_H
#define DCM_CODE_PLANNER_H

#include "postgres.h"

#include "nodes/pathnodes.h"

extern Expr *areas_call(PlannerInfo *root, Oid funcid, int item_arg, Node *item);
extern List *span_clauses(PlannerInfo *root, Oid funcid, int item_arg, Node *item,
						  Node *area, Oid opfamily);
extern Selectivity containment_selectivity(PlannerInfo *root, Oid funcid, List *args,
										   int item_arg, int varRelid);
extern Selectivity containment_join_selectivity(PlannerInfo *root, Oid funcid, List *args,
												int item_arg, JoinType jointype,
												SpecialJoinInfo *sjinfo);

#endif							/* DCM_CODE_PLANNER_H */
