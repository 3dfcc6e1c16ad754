/*
 * code_stats.c
 *	  Reads what ANALYZE counted of a column of codes (code_stats.h).
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_statistic.h"

#include "code/code_stats.h"

/*
 * Reads the shares of a column.  False if there are none, or if they may not be
 * used for what their owner has not granted.
 */
bool
shares_read(VariableStatData *variable, Oid funcid, AreaShares *shares)
{
	int			part;

	if (!HeapTupleIsValid(variable->statsTuple) ||
		!statistic_proc_security_check(variable, funcid) ||
		!get_attstatsslot(&shares->slot, variable->statsTuple, STATISTIC_KIND_AREA_SHARES,
						  InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return false;
	part = SHARES_NUMBERS(shares->slot.nvalues);
	if (shares->slot.nnumbers != part && shares->slot.nnumbers != 2 * part)
	{
		shares_free(shares);
		return false;
	}
	shares->rows = variable->rel != NULL ? variable->rel->rows : 1.0;
	shares->tuples = variable->rel != NULL ? variable->rel->tuples : 1.0;
	return true;
}

void
shares_free(AreaShares *shares)
{
	free_attstatsslot(&shares->slot);
}

/* Whether the rows of the column are areas themselves */
bool
shares_of_areas(const AreaShares *shares)
{
	return shares->slot.nnumbers > SHARES_NUMBERS(shares->slot.nvalues);
}

/* The place of an area in the list, or -1 */
static int
find_area(const AttStatsSlot *slot, AreaCode area)
{
	int			low = 0;
	int			high = slot->nvalues;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (DatumGetAreaCode(slot->values[middle]) < area)
			low = middle + 1;
		else
			high = middle;
	}
	return low < slot->nvalues && DatumGetAreaCode(slot->values[low]) == area ? low : -1;
}

bool
shares_list(const AreaShares *shares, AreaCode area)
{
	return find_area(&shares->slot, area) >= 0;
}

static Unlisted
unlisted_at(const AreaShares *shares, int part, int level)
{
	const float4 *pair = shares->slot.numbers + part * SHARES_NUMBERS(shares->slot.nvalues) +
		shares->slot.nvalues + 2 * (level - 1);
	Unlisted	unlisted = {pair[0], pair[1]};

	return unlisted;
}

/* What lies in the areas of a level that are not listed */
Unlisted
unlisted_areas(const AreaShares *shares, int level)
{
	return unlisted_at(shares, 0, level);
}

/* What is, in a column of areas, one of those */
Unlisted
unlisted_own(const AreaShares *shares, int level)
{
	return unlisted_at(shares, 1, level);
}

/*
 * The share of the rows that lies in an area.  One that is not listed has the
 * share of such an area of its level, and no more than those it lies in.
 */
double
area_share(const AreaShares *shares, AreaCode area)
{
	int			at = find_area(&shares->slot, area);
	double		share = 1.0;

	if (at >= 0)
		return shares->slot.numbers[at];
	for (int level = AREA_PROVINCE; level <= area_level(area) && share > 0; level++)
	{
		at = find_area(&shares->slot, area_make(area_digits(area), level));
		share = Min(share, at >= 0 ? shares->slot.numbers[at] :
					unlisted_areas(shares, level).each);
	}
	return share;
}

/*
 * The share of the rows of a column of areas that are the area itself.
 */
double
own_share(const AreaShares *shares, AreaCode area)
{
	int			at = find_area(&shares->slot, area);

	if (at >= 0)
		return shares->slot.numbers[SHARES_NUMBERS(shares->slot.nvalues) + at];
	return Min(unlisted_own(shares, area_level(area)).each, area_share(shares, area));
}
