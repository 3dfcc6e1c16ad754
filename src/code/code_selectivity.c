/*
 * code_selectivity.c
 *	  How many rows "x <@ area" is expected to find.
 *
 * The share of an area is what ANALYZE counted (code_stats.h).  An area that is
 * known at planning time is looked up.  With a column of areas, containment is
 * at each level an equality: of the areas of that level that the column has, and
 * of those in which the codes lie.  Of both sides the common ones are listed with
 * their shares, as core's most common values are, and joined as those are; where
 * nothing is known of the one or the other side, a code is taken to lie in
 * exactly one of the different areas.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/pathnodes.h"
#include "optimizer/optimizer.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#include "code/code_planner.h"
#include "code/code_stats.h"

/*
 * The share of an area of which neither the area nor the code is known, as
 * generic plans have it: what core takes for "x BETWEEN $1 AND $2", since
 * containment is that.
 */
#define DEFAULT_AREA_SHARE DEFAULT_RANGE_INEQ_SEL

/* Where core has no statistics for a semijoin, it takes this share to match */
#define DEFAULT_MATCHED_SHARE 0.5

/*
 * Where two columns meet: the part of the rows of one that lies in areas of each
 * level in which rows of the other lie too.  What is not listed at a level is
 * taken to meet as what lies above it does.
 */
static void
find_meeting(const AreaShares *one, const AreaShares *other, double *meeting)
{
	double		common[AREA_LEVELS] = {0};
	double		all[AREA_LEVELS] = {0};

	for (int i = 0; i < one->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(one->slot.values[i]);

		all[area_level(area)] += one->slot.numbers[i];
		if (area_share(other, area) > 0)
			common[area_level(area)] += one->slot.numbers[i];
	}
	meeting[0] = 1.0;
	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
	{
		double		unlisted = unlisted_areas(one, level).together;

		common[level] += unlisted * meeting[level - 1];
		all[level] += unlisted;
		meeting[level] = all[level] > 0 ? common[level] / all[level] : 0;
	}
}

/* The areas of a column that are not listed, at all levels */
static double
all_unlisted(const AreaShares *areas)
{
	double		unlisted = 0;

	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
		unlisted += unlisted_own(areas, level).together;
	return unlisted;
}

/*
 * What codes and areas have in common that neither side lists: where they meet,
 * the fewer different ones of a level are all among the more.
 */
static double
unlisted_mean(const AreaShares *items, const AreaShares *areas)
{
	double		items_meet[AREA_LEVELS];
	double		areas_meet[AREA_LEVELS];
	double		mean = 0;

	find_meeting(items, areas, items_meet);
	find_meeting(areas, items, areas_meet);
	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
	{
		Unlisted	inner = unlisted_areas(items, level);
		Unlisted	outer = unlisted_own(areas, level);

		mean += Min(inner.each * outer.together * areas_meet[level - 1],
					outer.each * inner.together * items_meet[level - 1]);
	}
	return mean;
}

/*
 * The mean share of the areas of a column: of all pairs of an item and an area,
 * those that match.
 */
static double
mean_share(const AreaShares *items, const AreaShares *areas)
{
	double		mean = 0;

	for (int i = 0; i < areas->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(areas->slot.values[i]);
		double		own = own_share(areas, area);

		if (own > 0)
			mean += own * area_share(items, area);
	}
	if (all_unlisted(areas) == 0)
		return mean;
	for (int i = 0; i < items->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(items->slot.values[i]);

		if (!shares_list(areas, area))
			mean += items->slot.numbers[i] * own_share(areas, area);
	}
	return mean + unlisted_mean(items, areas);
}

/* How probable it is that a column has an area at least once */
static double
presence(const AreaShares *areas, AreaCode area)
{
	return Min(1.0, own_share(areas, area) * areas->tuples);
}

/* The share of the rows that lies in any of the areas which are listed and there */
static double
union_share(const AreaShares *items, const AreaShares *areas)
{
	AreaCode	outer = 0;
	double		share = 0;

	for (int i = 0; i < areas->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(areas->slot.values[i]);

		/* what lies in an area follows it; a float4 share of one row is not exact */
		if (presence(areas, area) < 0.9 ||
			(outer != 0 && area_holds(outer, area, AREA_LEVELS)))
			continue;
		outer = area;
		share += area_share(items, area);
	}
	return share;
}

/*
 * The share of the rows that lies in at least one area of a column: of those that
 * are known to be there together, or of the level that covers most.
 */
static double
covered_share(const AreaShares *items, const AreaShares *areas)
{
	double		covered[AREA_LEVELS] = {0};
	double		meeting[AREA_LEVELS];
	double		result = union_share(items, areas);

	if (all_unlisted(areas) == 0)
		return result;
	for (int i = 0; i < items->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(items->slot.values[i]);

		covered[area_level(area)] += items->slot.numbers[i] * presence(areas, area);
	}
	find_meeting(items, areas, meeting);
	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
	{
		double		present = unlisted_own(areas, level).each * areas->tuples;

		covered[level] += unlisted_areas(items, level).together * meeting[level - 1] *
			Min(1.0, present);
		result = Max(result, covered[level]);
	}
	return result;
}

/*
 * The share of a column's areas in which at least one row lies.
 */
static double
inhabited_share(const AreaShares *items, const AreaShares *areas)
{
	double		meeting[AREA_LEVELS];
	double		inhabited = 0;

	for (int i = 0; i < areas->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(areas->slot.values[i]);

		inhabited += own_share(areas, area) * Min(1.0, area_share(items, area) * items->rows);
	}
	if (all_unlisted(areas) == 0)
		return inhabited;
	for (int i = 0; i < items->slot.nvalues; i++)
	{
		AreaCode	area = DatumGetAreaCode(items->slot.values[i]);

		if (!shares_list(areas, area))
			inhabited += own_share(areas, area) *
				Min(1.0, items->slot.numbers[i] * items->rows);
	}
	find_meeting(areas, items, meeting);
	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
		inhabited += unlisted_own(areas, level).together * meeting[level - 1] *
			Min(1.0, unlisted_areas(items, level).each * items->rows);
	return inhabited;
}

/* What is expected without statistics of both sides */
static double
default_share(VariableStatData *areas)
{
	bool		isdefault;
	double		distinct = get_variable_numdistinct(areas, &isdefault);

	return isdefault ? DEFAULT_AREA_SHARE : 1.0 / Max(distinct, 1.0);
}

/*
 * The same where those of the items are known: areas without statistics, such as a
 * list of a few, are as large as those in which the items are known to lie.
 */
static double
usual_share(VariableStatData *item_data, VariableStatData *area_data, Oid funcid)
{
	double		result = default_share(area_data);
	double		mean = 0;
	AreaShares	items;

	/* of a parameter nothing is known */
	if (area_data->rel != NULL && shares_read(item_data, funcid, &items))
	{
		for (int i = 0; i < items.slot.nvalues; i++)
			mean += items.slot.numbers[i] / items.slot.nvalues;
		if (items.slot.nvalues > 0)
			result = Min(result, mean);
		shares_free(&items);
	}
	return result;
}

/*
 * Reads the shares of both sides of a containment; false if one has none.
 */
static bool
read_both(VariableStatData *item_data, VariableStatData *area_data, Oid funcid,
		  AreaShares *items, AreaShares *areas)
{
	if (!shares_read(item_data, funcid, items))
		return false;
	if (shares_read(area_data, funcid, areas))
	{
		if (shares_of_areas(areas))
			return true;
		shares_free(areas);
	}
	shares_free(items);
	return false;
}

/*
 * The share of the items that lies in an area of another column, or in one that
 * cannot be known yet.
 */
static double
column_share(VariableStatData *item_data, VariableStatData *area_data, Oid funcid)
{
	AreaShares	items;
	AreaShares	areas;
	double		result;

	if (!read_both(item_data, area_data, funcid, &items, &areas))
		return usual_share(item_data, area_data, funcid);
	result = mean_share(&items, &areas);
	shares_free(&items);
	shares_free(&areas);
	return result;
}

/*
 * The share of the rows of one side that have a match on the other, for
 * semijoins and antijoins.
 */
static double
matched_share(VariableStatData *item_data, VariableStatData *area_data, Oid funcid,
			  bool of_items)
{
	AreaShares	items;
	AreaShares	areas;
	double		result;

	if (!read_both(item_data, area_data, funcid, &items, &areas))
		return of_items && area_data->rel != NULL ?
			Min(DEFAULT_MATCHED_SHARE, usual_share(item_data, area_data, funcid) * area_data->rel->rows) :
			DEFAULT_MATCHED_SHARE;
	if (!of_items)
		result = inhabited_share(&items, &areas);
	else
	{
		bool		isdefault;
		double		distinct = get_variable_numdistinct(area_data, &isdefault);

		result = covered_share(&items, &areas);
		/* conditions on the areas leave fewer of them */
		if (areas.rows < distinct)
			result *= areas.rows / distinct;
	}
	shares_free(&items);
	shares_free(&areas);
	return result;
}

/*
 * The share of the items that lies in the area which an expression gives.
 */
static double
item_share(PlannerInfo *root, VariableStatData *items, Node *area, Oid funcid, int item_arg,
		   int varRelid)
{
	AreaShares	shares;
	double		result;
	List	   *clauses;

	if (!IsA(area, Const))
	{
		VariableStatData areas;

		examine_variable(root, area, 0, &areas);
		result = column_share(items, &areas, funcid);
		ReleaseVariableStats(areas);
		return result;
	}
	if (((Const *) area)->constisnull)
		return 0;
	if (shares_read(items, funcid, &shares))
	{
		result = area_share(&shares, DatumGetAreaCode(((Const *) area)->constvalue));
		shares_free(&shares);
		return result;
	}
	/* without a count of areas, what the histogram says of the span */
	clauses = span_clauses(root, funcid, item_arg, items->var, area, InvalidOid);
	if (clauses == NIL)
		return DEFAULT_AREA_SHARE;
	return clauselist_selectivity(root, clauses, varRelid, JOIN_INNER, NULL);
}

/*
 * The share of a column's areas that are one of an array, those that hold an item.
 */
static double
holding_share(const AreaShares *areas, ArrayType *held_by)
{
	double		share = 0;
	Datum	   *held;
	int			n;

	deconstruct_array(held_by, ARR_ELEMTYPE(held_by), sizeof(AreaCode), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &held, NULL, &n);
	for (int i = 0; i < n; i++)
		share += own_share(areas, DatumGetAreaCode(held[i]));
	return share;
}

/*
 * The share of a column's areas that hold the item which an expression gives.
 */
static double
holder_share(PlannerInfo *root, VariableStatData *areas, Node *item, Oid funcid, int item_arg)
{
	AreaShares	shares;
	Expr	   *held_by;
	double		result;

	if (!IsA(item, Const))
	{
		VariableStatData items;

		examine_variable(root, item, 0, &items);
		result = column_share(&items, areas, funcid);
		ReleaseVariableStats(items);
		return result;
	}
	if (((Const *) item)->constisnull)
		return 0;
	held_by = areas_call(root, funcid, item_arg, item);
	if (held_by == NULL || !IsA(held_by, Const) || !shares_read(areas, funcid, &shares))
		return default_share(areas);
	result = shares_of_areas(&shares) ?
		holding_share(&shares, DatumGetArrayTypeP(((Const *) held_by)->constvalue)) :
		default_share(areas);
	shares_free(&shares);
	return result;
}

/*
 * Selectivity of containment where one side is a relation's and the other is
 * given from outside it.
 */
Selectivity
containment_selectivity(PlannerInfo *root, Oid funcid, List *args, int item_arg, int varRelid)
{
	VariableStatData variable;
	Node	   *other;
	bool		varonleft;
	Selectivity result = DEFAULT_AREA_SHARE;

	if (!get_restriction_variable(root, args, varRelid, &variable, &other, &varonleft))
		return result;
	if (varonleft == (item_arg == 0))
		result = item_share(root, &variable, other, funcid, item_arg, varRelid);
	else
		result = holder_share(root, &variable, other, funcid, item_arg);
	ReleaseVariableStats(variable);
	CLAMP_PROBABILITY(result);
	return result;
}

/*
 * Selectivity of containment as the condition of a join.
 */
Selectivity
containment_join_selectivity(PlannerInfo *root, Oid funcid, List *args, int item_arg,
							 JoinType jointype, SpecialJoinInfo *sjinfo)
{
	VariableStatData sides[2];
	VariableStatData *items = &sides[item_arg];
	VariableStatData *areas = &sides[1 - item_arg];
	bool		reversed;
	Selectivity result;

	get_join_variables(root, args, sjinfo, &sides[0], &sides[1], &reversed);
	if (jointype == JOIN_SEMI || jointype == JOIN_ANTI)
		result = matched_share(items, areas, funcid, (item_arg == 0) != reversed);
	else
		result = column_share(items, areas, funcid);
	ReleaseVariableStats(sides[0]);
	ReleaseVariableStats(sides[1]);
	CLAMP_PROBABILITY(result);
	return result;
}

/*
 * The estimators of the operators.
 */
PG_FUNCTION_INFO_V1(dcm_within_sel);
Datum
dcm_within_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
											 get_opcode(PG_GETARG_OID(1)),
											 (List *) PG_GETARG_POINTER(2), 0,
											 PG_GETARG_INT32(3)));
}

PG_FUNCTION_INFO_V1(dcm_contains_sel);
Datum
dcm_contains_sel(PG_FUNCTION_ARGS)
{
	PG_RETURN_FLOAT8(containment_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
											 get_opcode(PG_GETARG_OID(1)),
											 (List *) PG_GETARG_POINTER(2), 1,
											 PG_GETARG_INT32(3)));
}

static Datum
operator_joinsel(FunctionCallInfo fcinfo, int item_arg)
{
	PG_RETURN_FLOAT8(containment_join_selectivity((PlannerInfo *) PG_GETARG_POINTER(0),
												  get_opcode(PG_GETARG_OID(1)),
												  (List *) PG_GETARG_POINTER(2), item_arg,
												  (JoinType) PG_GETARG_INT16(3),
												  (SpecialJoinInfo *) PG_GETARG_POINTER(4)));
}

PG_FUNCTION_INFO_V1(dcm_within_joinsel);
Datum
dcm_within_joinsel(PG_FUNCTION_ARGS)
{
	return operator_joinsel(fcinfo, 0);
}

PG_FUNCTION_INFO_V1(dcm_contains_joinsel);
Datum
dcm_contains_joinsel(PG_FUNCTION_ARGS)
{
	return operator_joinsel(fcinfo, 1);
}
