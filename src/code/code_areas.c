/*
 * code_areas.c
 *	  The areas in which a code lies, all levels at once: what dcm.parent() and the
 *	  functions by level tell one by one.  The planner looks for the areas that
 *	  hold a code by these.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"

#include "code/codes.h"

/*
 * The type of the elements that a function returns an array of, looked up once.
 */
static Oid
element_type(FmgrInfo *function)
{
	Oid		   *element = function->fn_extra;

	if (element == NULL)
	{
		element = MemoryContextAlloc(function->fn_mcxt, sizeof(Oid));
		*element = get_element_type(get_func_rettype(function->fn_oid));
		function->fn_extra = element;
	}
	return *element;
}

/*
 * The areas of all levels that 12 digits lie in, from the province down to depth.
 */
static Datum
areas_array(FunctionCallInfo fcinfo, int64 digits, int depth)
{
	Datum		areas[AREA_COMMUNITY];

	for (int level = AREA_PROVINCE; level <= depth; level++)
		areas[level - 1] = AreaCodeGetDatum(area_make(digits, level));
	PG_RETURN_ARRAYTYPE_P(construct_array(areas, depth, element_type(fcinfo->flinfo),
										  sizeof(AreaCode), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(dcm_area_code_areas);
Datum
dcm_area_code_areas(PG_FUNCTION_ARGS)
{
	AreaCode	area = PG_GETARG_AREA_CODE(0);

	return areas_array(fcinfo, area_digits(area), area_level(area));
}

PG_FUNCTION_INFO_V1(dcm_grid_code_areas);
Datum
dcm_grid_code_areas(PG_FUNCTION_ARGS)
{
	return areas_array(fcinfo, grid_area(PG_GETARG_GRID_CODE(0)), AREA_COMMUNITY);
}

PG_FUNCTION_INFO_V1(dcm_component_id_areas);
Datum
dcm_component_id_areas(PG_FUNCTION_ARGS)
{
	return areas_array(fcinfo, component_area(PG_GETARG_COMPONENT_ID(0)), AREA_DISTRICT);
}
