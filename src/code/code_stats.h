/*
 * code_stats.h
 *	  What ANALYZE keeps of a column of codes beside core's own statistics: the
 *	  share of the rows that lies in each common area.
 *
 * Core's histogram cuts a column into a hundred parts of equal size and knows
 * nothing of what lies inside one; of a city's unit grids such a part is several
 * streets, and codes leave wide gaps between areas, so interpolation is wrong by
 * orders of magnitude.  The areas themselves can be counted in the same sample.
 *
 * One slot of pg_statistic, of a kind in the range that is free for private use:
 *
 *	stavalues	the common areas in order, as bigint
 *	stanumbers	for each of them the share of all rows that lies in it; then for
 *				each level 1 to 5 a pair about the areas that are not listed: the
 *				share that lies in them together, and in one of them.  In a column
 *				of areas the same again, of the rows that are the area itself.
 */
#ifndef DCM_CODE_STATS_H
#define DCM_CODE_STATS_H

#include "postgres.h"

#include "code/codes.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

#define STATISTIC_KIND_AREA_SHARES 23201

/* How many areas of a level are listed, for each unit of the statistics target */
#define SHARES_PER_TARGET 30
#define SHARES_MAX 10000

/* Met this often in a sample, an area is listed: its share is known to a third */
#define SHARE_SURE_COUNT 10

/* The areas of a level that are not listed; both zero where all are */
typedef struct Unlisted
{
	float4		together;
	float4		each;
} Unlisted;

/* One part of stanumbers, for n listed areas */
#define SHARES_NUMBERS(n) ((n) + 2 * AREA_COMMUNITY)

/* The shares of a column, read */
typedef struct AreaShares
{
	AttStatsSlot slot;
	double		rows;			/* how many its relation is expected to give */
	double		tuples;			/* how many it has */
} AreaShares;

extern bool shares_read(VariableStatData *variable, Oid funcid, AreaShares *shares);
extern void shares_free(AreaShares *shares);
extern bool shares_of_areas(const AreaShares *shares);
extern bool shares_list(const AreaShares *shares, AreaCode area);
extern double area_share(const AreaShares *shares, AreaCode area);
extern double own_share(const AreaShares *shares, AreaCode area);
extern Unlisted unlisted_areas(const AreaShares *shares, int level);
extern Unlisted unlisted_own(const AreaShares *shares, int level);

#endif							/* DCM_CODE_STATS_H */
