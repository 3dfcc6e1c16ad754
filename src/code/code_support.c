/*
 * code_support.c
 *	  What the planner is told about containment: "x <@ area" is one span of
 *	  values, so an index in the order of the type (btree, BRIN) can serve it,
 *	  and its selectivity is that of the span.
 *
 * Both become "x >= first(area) AND x <= last(area)", exactly, with the
 * functions dcm.first_TYPE and dcm.last_TYPE.  A constant area is folded to
 * constants; any other is worked out when the scan starts, so a join to a table
 * of areas can look into the index for each of them.
 */
#include "postgres.h"

#include "access/stratnum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "nodes/supportnodes.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

#include "code/codes.h"

/* What a containment that knows no better is taken to select */
#define DEFAULT_CONTAIN_SEL 0.001

/*
 * One end of the span as an expression: "first" or "last" of the type's own
 * function, folded where it can be.  NULL if there is no such function.
 */
static Expr *
span_end(PlannerInfo *root, const char *end, Oid schema, Oid type, Node *area, Oid area_type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	char	   *name;
	Oid			funcid;
	FuncExpr   *call;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	name = psprintf("%s_%s", end, NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	ReleaseSysCache(tuple);

	/* by catalog, not by name: the user need not have rights on the schema */
	funcid = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid,
							 CStringGetDatum(name),
							 PointerGetDatum(buildoidvector(&area_type, 1)),
							 ObjectIdGetDatum(schema));
	if (!OidIsValid(funcid))
		return NULL;
	call = makeFuncExpr(funcid, type, list_make1(copyObject(area)),
						InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	return (Expr *) eval_const_expressions(root, (Node *) call);
}

/*
 * The two comparisons that say "item lies in area", for a containment function
 * of which the item is argument item_arg.  If opfamily is given, only when it
 * has the operators.  NIL if it cannot be done.
 */
static List *
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
 * Answers the planner's question for an index condition; NULL to all others.
 */
static Node *
containment_support(Node *request, int item_arg)
{
	SupportRequestIndexCondition *req;
	List	   *args;
	List	   *clauses;
	Node	   *area;

	if (!IsA(request, SupportRequestIndexCondition))
		return NULL;
	req = (SupportRequestIndexCondition *) request;
	if (is_opclause(req->node))
		args = ((OpExpr *) req->node)->args;
	else if (is_funcclause(req->node))
		args = ((FuncExpr *) req->node)->args;
	else
		return NULL;

	/* areas that contain something are no span */
	if (list_length(args) != 2 || req->indexarg != item_arg)
		return NULL;
	area = (Node *) list_nth(args, 1 - item_arg);
	if (!is_pseudo_constant_for_index(req->root, area, req->index))
		return NULL;

	clauses = span_clauses(req->root, req->funcid, item_arg,
						   (Node *) list_nth(args, item_arg), area, req->opfamily);
	req->lossy = false;
	return (Node *) clauses;
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

/*
 * Selectivity of a containment operator against an area: that of the span.
 */
static Selectivity
containment_selectivity(PG_FUNCTION_ARGS, int item_arg)
{
	PlannerInfo *root = (PlannerInfo *) PG_GETARG_POINTER(0);
	Oid			operator = PG_GETARG_OID(1);
	List	   *args = (List *) PG_GETARG_POINTER(2);
	int			varRelid = PG_GETARG_INT32(3);
	VariableStatData vardata;
	Node	   *other;
	bool		varonleft;
	List	   *clauses = NIL;

	if (!get_restriction_variable(root, args, varRelid, &vardata, &other, &varonleft))
		return DEFAULT_CONTAIN_SEL;
	/* what an area of another table holds cannot be told from this one */
	if (varonleft == (item_arg == 0) && is_pseudo_constant_clause(other))
		clauses = span_clauses(root, get_opcode(operator), item_arg,
							   (Node *) list_nth(args, item_arg), other, InvalidOid);
	ReleaseVariableStats(vardata);
	if (clauses == NIL)
		return DEFAULT_CONTAIN_SEL;
	return clauselist_selectivity(root, clauses, varRelid, JOIN_INNER, NULL);
}

PG_FUNCTION_INFO_V1(dcm_within_sel);
Datum
dcm_within_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_selectivity(fcinfo, 0));
}

PG_FUNCTION_INFO_V1(dcm_contains_sel);
Datum
dcm_contains_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_selectivity(fcinfo, 1));
}
