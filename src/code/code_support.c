/*
 * code_support.c
 *	  What the planner is told about containment: "x <@ area" is one span of
 *	  values, so an index in the order of the type (btree, BRIN) can serve it.
 *	  The other way round, the areas that hold an item are a handful, which the
 *	  index on a table of areas can look up.  How many rows either finds is told
 *	  by code_selectivity.c.
 *
 * Both become "x >= first(area) AND x <= last(area)", exactly, with the
 * functions dcm.first_TYPE and dcm.last_TYPE.  A constant area is folded to
 * constants; any other is worked out when the scan starts, so a join to a table
 * of areas can look into the index for each of them.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "code/code_planner.h"
#include "code/codes.h"

/*
 * A call of a function of dcm's on one argument, folded where it can be.  NULL if
 * there is no such function.
 */
static Expr *
code_call(PlannerInfo *root, const char *name, Oid schema, Oid arg_type, Node *arg)
{
	/* by catalog, not by name: the user need not have rights on the schema */
	Oid			funcid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
										 CStringGetDatum(name),
										 PointerGetDatum(buildoidvector(&arg_type, 1)),
										 ObjectIdGetDatum(schema));
	FuncExpr   *call;

	if (!OidIsValid(funcid))
		return NULL;
	call = makeFuncExpr(funcid, get_func_rettype(funcid), list_make1(copyObject(arg)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	return (Expr *) eval_const_expressions(root, (Node *) call);
}

/*
 * One end of the span as an expression: "first" or "last" of the type's own
 * function.
 */
static Expr *
span_end(PlannerInfo *root, const char *end, Oid schema, Oid type, Node *area, Oid area_type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	char	   *name;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	name = psprintf("%s_%s", end, NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	ReleaseSysCache(tuple);
	return code_call(root, name, schema, area_type, area);
}

/*
 * The areas in which an item lies, as an array; NULL if it cannot be done.
 */
Expr *
areas_call(PlannerInfo *root, Oid funcid, int item_arg, Node *item)
{
	Oid		   *types;
	int			ntypes;

	(void) get_func_signature(funcid, &types, &ntypes);
	if (ntypes != 2)
		return NULL;
	return code_call(root, "areas", get_func_namespace(funcid), types[item_arg], item);
}

/*
 * The two comparisons that say "item lies in area", for a containment function
 * of which the item is argument item_arg.  If opfamily is given, only when it
 * has the operators.  NIL if it cannot be done.
 */
List *
span_clauses(PlannerInfo *root, Oid funcid, int item_arg, Node *item, Node *area, Oid opfamily)
{
	static const struct
	{
		const char *end;
		StrategyNumber strategy;
	}			ends[] = {
		{"first", BTGreaterEqualStrategyNumber},
		{"last", BTLessEqualStrategyNumber}
	};
	List	   *clauses = NIL;
	Oid		   *types;
	int			ntypes;
	Oid			type;
	Oid			family;

	(void) get_func_signature(funcid, &types, &ntypes);
	if (ntypes != 2)
		return NIL;
	type = types[item_arg];
	family = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY)->btree_opf;

	for (int i = 0; i < (int) lengthof(ends); i++)
	{
		Oid			operator = get_opfamily_member(family, type, type, ends[i].strategy);
		Expr	   *bound;

		if (!OidIsValid(operator) ||
			(OidIsValid(opfamily) && !op_in_opfamily(operator, opfamily)))
			return NIL;
		bound = span_end(root, ends[i].end, get_func_namespace(funcid), type,
						 area, types[1 - item_arg]);
		if (bound == NULL)
			return NIL;
		clauses = lappend(clauses,
						  make_opclause(operator, BOOLOID, false, copyObject((Expr *) item),
										bound, InvalidOid, InvalidOid));
	}
	return clauses;
}

/*
 * The areas that hold an item are at most five, one a level: "area = ANY
 * (areas(item))".  Only for the first column of a btree: the planner looks at the
 * condition that we were given, not at this one, to see whether an index can
 * search for arrays and is still in order after it, which an array on a later
 * column spoils.
 */
static List *
holder_clauses(SupportRequestIndexCondition *req, Node *area, Node *item, int item_arg)
{
	Oid			equal = lookup_type_cache(exprType(area), TYPECACHE_EQ_OPR)->eq_opr;
	Expr	   *areas;
	ScalarArrayOpExpr *clause;

	if (req->index->relam != BTREE_AM_OID || !req->index->amsearcharray ||
		req->indexcol != 0 || !OidIsValid(equal) || !op_in_opfamily(equal, req->opfamily))
		return NIL;
	areas = areas_call(req->root, req->funcid, item_arg, item);
	if (areas == NULL)
		return NIL;
	clause = makeNode(ScalarArrayOpExpr);
	clause->opno = equal;
	clause->opfuncid = get_opcode(equal);
	clause->useOr = true;
	clause->args = list_make2(copyObject(area), areas);
	clause->location = -1;
	return list_make1(clause);
}

/*
 * The index condition that containment is; NULL if it is none for this index.
 */
static Node *
index_condition(SupportRequestIndexCondition *req, int item_arg)
{
	List	   *args;
	Node	   *item;
	Node	   *area;

	if (is_opclause(req->node))
		args = ((OpExpr *) req->node)->args;
	else if (is_funcclause(req->node))
		args = ((FuncExpr *) req->node)->args;
	else
		return NULL;
	if (list_length(args) != 2)
		return NULL;
	item = (Node *) list_nth(args, item_arg);
	area = (Node *) list_nth(args, 1 - item_arg);
	if (!is_pseudo_constant_for_index(req->root, req->indexarg == item_arg ? area : item,
									  req->index))
		return NULL;

	req->lossy = false;
	if (req->indexarg == item_arg)
		return (Node *) span_clauses(req->root, req->funcid, item_arg, item, area,
									 req->opfamily);
	return (Node *) holder_clauses(req, area, item, item_arg);
}

/*
 * Answers the planner's questions about a containment function; NULL to those
 * that have no answer here.  Operators have estimators of their own.
 */
static Node *
containment_support(Node *request, int item_arg)
{
	SupportRequestSelectivity *req;

	if (IsA(request, SupportRequestIndexCondition))
		return index_condition((SupportRequestIndexCondition *) request, item_arg);
	if (!IsA(request, SupportRequestSelectivity))
		return NULL;
	req = (SupportRequestSelectivity *) request;
	req->selectivity = req->is_join ?
		containment_join_selectivity(req->root, req->funcid, req->args, item_arg,
									 req->jointype, req->sjinfo) :
		containment_selectivity(req->root, req->funcid, req->args, item_arg, req->varRelid);
	return request;
}

/*
 * Support of functions like "lies in": the item is the first argument.
 */
PG_FUNCTION_INFO_V1(dcm_within_support);
Datum
dcm_within_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(containment_support((Node *) PG_GETARG_POINTER(0), 0));
}

/*
 * Support of functions like "contains": the item is the second argument.
 */
PG_FUNCTION_INFO_V1(dcm_contains_support);
Datum
dcm_contains_support(PG_FUNCTION_ARGS)
{
	PG_RETURN_POINTER(containment_support((Node *) PG_GETARG_POINTER(0), 1));
}
