/*
 * code_analyze.c
 *	  ANALYZE of the code types: core's statistics of a scalar, and after them
 *	  the shares of the areas in which the sampled codes lie (code_stats.h).
 *
 * Areas of a level are counted as core counts the values of a column: the common
 * ones are listed, and how many others there are is estimated from how many
 * were met once, so that each of them can be given an equal part of the rest.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "commands/vacuum.h"
#include "miscadmin.h"

#include "code/code_stats.h"
#include "compat.h"

/* What the engine must know of a type to count areas */
typedef struct CodeAreas
{
	/* which digits of 12 a value has, and down to which level */
	int64		(*digits) (int64 value);
	int			(*depth) (int64 value);
	bool		is_area;		/* whether values are areas themselves */
} CodeAreas;

/* What std_typanalyze prepared, and ours */
typedef struct AnalyzeState
{
	AnalyzeAttrComputeStatsFunc std_compute;
	void	   *std_data;
	const CodeAreas *areas;
} AnalyzeState;

typedef struct AreaCount
{
	AreaCode	area;
	int			count;			/* of what lies in it */
	double		own;			/* of what is the area itself */
} AreaCount;

/* Non-null values of the sample, in order */
typedef struct Sample
{
	int64	   *values;
	int			size;
	int			rows;			/* with the nulls */
	double		total_rows;
	bool		is_all;			/* whether it is the whole table */
} Sample;

/* The list that becomes the slot */
typedef struct Shares
{
	AreaCount  *listed;
	int			count;
	Unlisted	areas[AREA_COMMUNITY];
	Unlisted	own[AREA_COMMUNITY];
} Shares;

static int
grid_depth(int64 grid)
{
	return AREA_COMMUNITY;
}

static int
component_depth(int64 id)
{
	return AREA_DISTRICT;
}

static const CodeAreas area_areas = {area_digits, area_level, true};
static const CodeAreas grid_areas = {grid_area, grid_depth, false};
static const CodeAreas component_areas = {component_area, component_depth, false};

static int
compare_values(const void *a, const void *b)
{
	int64		left = *(const int64 *) a;
	int64		right = *(const int64 *) b;

	return (left > right) - (left < right);
}

static int
compare_areas(const void *a, const void *b)
{
	return compare_values(&((const AreaCount *) a)->area, &((const AreaCount *) b)->area);
}

/* The more common first; equally common ones in order, so that lists are stable */
static int
compare_counts(const void *a, const void *b)
{
	const AreaCount *left = a;
	const AreaCount *right = b;

	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return compare_areas(a, b);
}

static void
fetch_sample(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int rows, double total_rows,
			 Sample *sample)
{
	sample->values = palloc(sizeof(int64) * rows);
	sample->size = 0;
	sample->rows = rows;
	sample->total_rows = total_rows;
	sample->is_all = rows >= total_rows;
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		Datum		value = fetch(stats, i, &isnull);

		if (!isnull)
			sample->values[sample->size++] = DatumGetInt64(value);
	}
	qsort(sample->values, sample->size, sizeof(int64), compare_values);
}

/*
 * Counts the areas of a level that the sample lies in; what lies in one stands
 * together in it, since the values are in order.
 */
static int
count_areas(const Sample *sample, const CodeAreas *areas, int level, AreaCount *counts)
{
	int			n = 0;

	for (int i = 0; i < sample->size; i++)
	{
		AreaCode	area;

		if (areas->depth(sample->values[i]) < level)
			continue;
		area = area_make(areas->digits(sample->values[i]), level);
		if (n == 0 || counts[n - 1].area != area)
		{
			counts[n].area = area;
			counts[n].own = 0;
			counts[n++].count = 0;
		}
		counts[n - 1].count++;
		counts[n - 1].own += areas->depth(sample->values[i]) == level;
	}
	return n;
}

/*
 * How many areas there are in the table of those that were met, by Duj1, the
 * estimator that core's ANALYZE uses for distinct values.
 */
static double
areas_in_table(const Sample *sample, const AreaCount *counts, int n)
{
	double		rows = 0;
	double		once = 0;

	if (sample->is_all || n == 0)
		return n;
	for (int i = 0; i < n; i++)
	{
		rows += counts[i].count;
		once += counts[i].count == 1;
	}
	return rows * n / (rows - once + once * sample->rows / sample->total_rows);
}

/*
 * What lies in the areas that are not listed: counts are theirs.
 */
static Unlisted
count_unlisted(const Sample *sample, const AreaCount *counts, int n)
{
	Unlisted	unlisted = {0, 0};
	double		rows = 0;

	for (int i = 0; i < n; i++)
		rows += counts[i].count;
	if (n > 0)
	{
		unlisted.together = rows / sample->rows;
		unlisted.each = unlisted.together / areas_in_table(sample, counts, n);
	}
	return unlisted;
}

/*
 * The same of rows that are the area itself, for counts of which the first
 * common are listed.  Of an area whose own rows are few a sample tells nothing:
 * a province among its communities is met or not.  So all these, listed or not,
 * get an equal part of what was met of them.
 */
static Unlisted
level_own(const Sample *sample, AreaCount *counts, int n, int common)
{
	Unlisted	unlisted = {0, 0};
	double		others = areas_in_table(sample, counts + common, n - common);
	double		areas = others;
	double		rows = 0;

	for (int i = 0; i < n; i++)
	{
		if (i < common && (sample->is_all || counts[i].own >= SHARE_SURE_COUNT))
			continue;
		areas += i < common;
		rows += counts[i].own;
	}
	if (rows == 0)
		return unlisted;
	for (int i = 0; i < common; i++)
		if (!sample->is_all && counts[i].own < SHARE_SURE_COUNT)
			counts[i].own = rows / areas;
	unlisted.each = rows / areas / sample->rows;
	unlisted.together = unlisted.each * others;
	return unlisted;
}

/*
 * How often an area must be met to be listed.  Less than sure will do where the
 * others are so rare that chance would hardly bring one of them that often: four
 * standard deviations above their mean, and two for the smallest means.
 */
static int
least_count(const Sample *sample, const AreaCount *counts, int n)
{
	int			common = n;

	if (sample->is_all)
		return 1;
	for (int least = 3; least < SHARE_SURE_COUNT; least++)
	{
		double		mean;

		while (common > 0 && counts[common - 1].count < least)
			common--;
		mean = count_unlisted(sample, counts + common, n - common).each * sample->rows;
		if (least >= mean + 4 * sqrt(mean) + 2)
			return least;
	}
	return SHARE_SURE_COUNT;
}

/*
 * Lists the common areas of a level, at most limit.
 */
static void
list_level(const Sample *sample, const CodeAreas *areas, int level, int limit, Shares *shares)
{
	AreaCount  *counts = palloc(sizeof(AreaCount) * Max(sample->size, 1));
	int			n = count_areas(sample, areas, level, counts);
	int			common = 0;
	int			least;

	qsort(counts, n, sizeof(AreaCount), compare_counts);
	least = least_count(sample, counts, n);
	while (common < Min(n, limit) && counts[common].count >= least)
		common++;
	shares->areas[level - 1] = count_unlisted(sample, counts + common, n - common);
	shares->own[level - 1] = level_own(sample, counts, n, common);
	memcpy(shares->listed + shares->count, counts, sizeof(AreaCount) * common);
	shares->count += common;
	pfree(counts);
}

/*
 * The numbers of the slot: a part on what lies in the areas, and in a column of
 * areas another on what is the area.
 */
static float4 *
shares_numbers(const Sample *sample, const Shares *shares)
{
	int			part = SHARES_NUMBERS(shares->count);
	float4	   *numbers = palloc(sizeof(float4) * part * 2);

	for (int i = 0; i < shares->count; i++)
	{
		numbers[i] = (float4) shares->listed[i].count / sample->rows;
		numbers[part + i] = (float4) shares->listed[i].own / sample->rows;
	}
	memcpy(numbers + shares->count, shares->areas, sizeof(shares->areas));
	memcpy(numbers + part + shares->count, shares->own, sizeof(shares->own));
	return numbers;
}

/*
 * Puts the shares into a free slot, from where the rest of ANALYZE stores them.
 */
static void
fill_slot(VacAttrStats *stats, const Sample *sample, const Shares *shares, bool is_area)
{
	MemoryContext old = MemoryContextSwitchTo(stats->anl_context);
	Datum	   *values = palloc(sizeof(Datum) * Max(shares->count, 1));
	int			slot = 0;

	while (slot < STATISTIC_NUM_SLOTS - 1 && stats->stakind[slot] != 0)
		slot++;
	Assert(stats->stakind[slot] == 0);
	for (int i = 0; i < shares->count; i++)
		values[i] = Int64GetDatum(shares->listed[i].area);

	stats->stakind[slot] = STATISTIC_KIND_AREA_SHARES;
	stats->staop[slot] = InvalidOid;
	stats->stacoll[slot] = InvalidOid;
	stats->stavalues[slot] = values;
	stats->numvalues[slot] = shares->count;
	stats->stanumbers[slot] = shares_numbers(sample, shares);
	stats->numnumbers[slot] = SHARES_NUMBERS(shares->count) * (is_area ? 2 : 1);
	stats->statypid[slot] = INT8OID;
	stats->statyplen[slot] = sizeof(int64);
	stats->statypbyval[slot] = FLOAT8PASSBYVAL;
	stats->statypalign[slot] = TYPALIGN_DOUBLE;
	MemoryContextSwitchTo(old);
}

static void
compute_code_stats(VacAttrStats *stats, AnalyzeAttrFetchFunc fetch, int rows, double total_rows)
{
	AnalyzeState *state = stats->extra_data;
	int			limit = Min(DCM_STATISTICS_TARGET(stats) * SHARES_PER_TARGET, SHARES_MAX);
	Sample		sample;
	Shares		shares = {0};

	stats->extra_data = state->std_data;
	state->std_compute(stats, fetch, rows, total_rows);
	stats->extra_data = state;

	fetch_sample(stats, fetch, rows, total_rows, &sample);
	if (!stats->stats_valid || sample.size == 0)
		return;
	CHECK_FOR_INTERRUPTS();
	shares.listed = palloc(sizeof(AreaCount) * limit * AREA_COMMUNITY);
	for (int level = AREA_PROVINCE; level <= AREA_COMMUNITY; level++)
		list_level(&sample, state->areas, level, limit, &shares);
	qsort(shares.listed, shares.count, sizeof(AreaCount), compare_areas);
	fill_slot(stats, &sample, &shares, state->areas->is_area);
}

/*
 * The common part of the typanalyze functions; false where core's says so.
 */
static bool
code_typanalyze(VacAttrStats *stats, const CodeAreas *areas)
{
	AnalyzeState *state;

	if (!std_typanalyze(stats))
		return false;
	state = palloc(sizeof(AnalyzeState));
	state->std_compute = stats->compute_stats;
	state->std_data = stats->extra_data;
	state->areas = areas;
	stats->compute_stats = compute_code_stats;
	stats->extra_data = state;
	return true;
}

PG_FUNCTION_INFO_V1(dcm_area_code_typanalyze);
Datum
dcm_area_code_typanalyze(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(code_typanalyze((VacAttrStats *) PG_GETARG_POINTER(0), &area_areas));
}

PG_FUNCTION_INFO_V1(dcm_grid_code_typanalyze);
Datum
dcm_grid_code_typanalyze(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(code_typanalyze((VacAttrStats *) PG_GETARG_POINTER(0), &grid_areas));
}

PG_FUNCTION_INFO_V1(dcm_component_id_typanalyze);
Datum
dcm_component_id_typanalyze(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(code_typanalyze((VacAttrStats *) PG_GETARG_POINTER(0), &component_areas));
}
