/*
 * among.c
 *	  dcm.among(case_no, numbers): whether a case is one of a list, which may be
 *	  thousands long.
 *
 * The decision to know: = ANY looks at a list that is no constant one by one,
 * for each row.  This looks it up by halves, and tells the planner that an index
 * finds the same rows by = ANY, and about how many they are.
 */
#include "postgres.h"

#include "catalog/pg_operator.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_among);
PG_FUNCTION_INFO_V1(dcm_among_support);

#define INT8_EQUAL 410			/* pg_operator has no name for it in all versions */

Datum
dcm_among(PG_FUNCTION_ARGS)
{
	int64		number = PG_GETARG_INT64(0);
	ArrayType  *list = PG_GETARG_ARRAYTYPE_P(1);
	const int64 *numbers;
	int			low = 0;
	int			high = ArrayGetNItems(ARR_NDIM(list), ARR_DIMS(list));

	if (ARR_HASNULL(list))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the list must not contain nulls"),
				 errname("dcm.null")));
	numbers = (const int64 *) ((const char *) list + ARR_OVERHEAD_NONULLS(ARR_NDIM(list)));
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (numbers[middle] == number)
			PG_RETURN_BOOL(true);
		if (numbers[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	PG_RETURN_BOOL(false);
}

/* number = ANY (list) */
static ScalarArrayOpExpr *
equal_any(List *args)
{
	ScalarArrayOpExpr *clause = makeNode(ScalarArrayOpExpr);

	clause->opno = INT8_EQUAL;
	clause->opfuncid = F_INT8EQ;
	clause->useOr = true;
	clause->args = copyObject(args);
	clause->location = -1;
	return clause;
}

static Node *
index_condition(SupportRequestIndexCondition *req)
{
	List	   *args;

	if (!is_funcclause(req->node) || req->indexarg != 0 || !req->index->amsearcharray ||
		!op_in_opfamily(INT8_EQUAL, req->opfamily))
		return NULL;
	args = ((FuncExpr *) req->node)->args;
	if (!is_pseudo_constant_for_index(req->root, lsecond(args), req->index))
		return NULL;
	req->lossy = false;
	return (Node *) list_make1(equal_any(args));
}

Datum
dcm_among_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestIndexCondition))
		PG_RETURN_POINTER(index_condition((SupportRequestIndexCondition *) request));
	if (IsA(request, SupportRequestSelectivity))
	{
		SupportRequestSelectivity *req = (SupportRequestSelectivity *) request;

		req->selectivity = scalararraysel(req->root, equal_any(req->args), req->is_join,
										  req->varRelid, req->jointype, req->sjinfo);
		PG_RETURN_POINTER(request);
	}
	PG_RETURN_POINTER(NULL);
}
