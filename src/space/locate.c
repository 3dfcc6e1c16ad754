/*
 * locate.c
 *	  Which unit grid a point lies in, and whether its coordinates are the city's.
 *
 * The decision to know: candidates come from PostGIS's GiST index by &&, which
 * may give too many and never too few, and ring.c decides.  The statement is
 * kept for the session; it is made anew when the geometry type is another
 * one, which is how a PostGIS made again shows.  Reads the grids as the city's
 * owner: where a grid lies is no secret, and who may report a problem need not
 * be able to read the whole table.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "city.h"
#include "code/codes.h"
#include "config_cache.h"
#include "errors.h"
#include "space/locate.h"
#include "space/wkb.h"

PG_FUNCTION_INFO_V1(dcm_locate);
PG_FUNCTION_INFO_V1(dcm_city_srid);

#define SRID_WGS84		4326
#define SRID_CGCS2000	4490

/* The city's settings about space. */
typedef struct SpaceConfig
{
	int32		srid;
} SpaceConfig;

/* What the session keeps of PostGIS; lives in TopMemoryContext. */
typedef struct LocateSession
{
	Oid			geometry;		/* the type that the plan was made for */
	SPIPlanPtr	candidates;
} LocateSession;

static void *space_config_build(void);

static const char *const space_config_tables[] = {"setting", NULL};

static ConfigCache space_config = {
	.name = "space",
	.tables = space_config_tables,
	.build = space_config_build,
};

static LocateSession *session = NULL;

void
locate_init(void)
{
	config_cache_register(&space_config);
}

static void *
space_config_build(void)
{
	SpaceConfig *config = palloc0(sizeof(SpaceConfig));
	char	   *value = NULL;

	config_cache_query("SELECT coalesce(value, default_value)"
					   " FROM dcm.setting WHERE name OPERATOR(pg_catalog.=) 'srid'");
	if (SPI_processed == 1)
		value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("setting \"%s\" has no value", "srid"),
				 errname("dcm.no_setting")));
	config->srid = pg_strtoint32(value);
	return config;
}

/*
 * The city's SRID, for geometry that has the one given.  WGS-84 and CGCS2000
 * agree to a decimetre and are taken for each other; all else is refused,
 * since a wrong guess would move every problem by hundreds of metres.
 */
static int32
city_srid_for(int32 srid)
{
	SpaceConfig *config = config_cache_get(&space_config);
	int32		city = config->srid;

	if (srid == city
		|| (srid == SRID_WGS84 && city == SRID_CGCS2000)
		|| (srid == SRID_CGCS2000 && city == SRID_WGS84))
		return city;
	if (srid == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("geometry has no coordinate system"),
				 errdetail("Its SRID is 0, the city's is %d.", city),
				 errhint("Say what it is with ST_SetSRID, or use dcm.point()."),
				 errname("dcm.bad_srid")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("geometry is in another coordinate system"),
			 errdetail("Its SRID is %d, the city's is %d.", srid, city),
			 errhint("Use ST_Transform(geometry, %d).", city),
			 errname("dcm.bad_srid")));
}

/* dcm.city_srid(srid int = NULL) returns int; NULL asks for the city's own */
Datum
dcm_city_srid(PG_FUNCTION_ARGS)
{
	SpaceConfig *config = config_cache_get(&space_config);

	PG_RETURN_INT32(PG_ARGISNULL(0) ? config->srid : city_srid_for(PG_GETARG_INT32(0)));
}

/* The schema that PostGIS is in: that of its type. */
static const char *
schema_of_type(Oid type)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Oid			schema;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	schema = ((Form_pg_type) GETSTRUCT(tuple))->typnamespace;
	ReleaseSysCache(tuple);
	return quote_identifier(get_namespace_name(schema));
}

/*
 * The statement that gives the point as EWKB and the grids whose box holds it;
 * one row at least, with a NULL code where there is no grid.
 */
static SPIPlanPtr
locate_plan(Oid geometry)
{
	Oid			argtypes[2] = {geometry, TIMESTAMPTZOID};
	const char *postgis;
	char	   *sql;
	SPIPlanPtr	plan;

	if (session && session->geometry == geometry)
		return session->candidates;

	postgis = schema_of_type(geometry);
	sql = psprintf("SELECT p.ewkb, g.code, %s.ST_AsBinary(g.geom)"
				   " FROM (SELECT %s.ST_AsEWKB($1) AS ewkb) AS p"
				   " LEFT JOIN dcm.grid AS g ON g.geom OPERATOR(%s.&&) $1"
				   " AND g.valid OPERATOR(pg_catalog.@>) $2",
				   postgis, postgis, postgis);
	plan = SPI_prepare(sql, 2, argtypes);
	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare: %s", SPI_result_code_string(SPI_result));

	if (session == NULL)
		session = MemoryContextAllocZero(TopMemoryContext, sizeof(LocateSession));
	else if (session->candidates)
		SPI_freeplan(session->candidates);
	session->candidates = plan;
	session->geometry = geometry;
	return plan;
}

/* The point of the first row, judged. */
static WkbPoint
locate_point(void)
{
	bool		isnull;
	Datum		ewkb = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	WkbPoint	point;

	if (isnull || !wkb_point(DatumGetByteaPP(ewkb), &point) || point.empty)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("geometry is not a point"),
				 errhint("Give a single point that is not empty."),
				 errname("dcm.not_a_point")));
	city_srid_for(point.srid);
	return point;
}

/* The lowest code among the candidates that cover the point; false for none. */
static bool
locate_lowest(Datum *lowest)
{
	WkbPoint	point = locate_point();
	bool		found = false;

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		Datum		code = SPI_getbinval(tuple, desc, 2, &isnull);
		Datum		wkb;

		if (isnull || (found && DatumGetGridCode(code) >= DatumGetGridCode(*lowest)))
			continue;
		wkb = SPI_getbinval(tuple, desc, 3, &isnull);
		if (!isnull && wkb_covers(DatumGetByteaPP(wkb), point.x, point.y))
		{
			*lowest = code;
			found = true;
		}
	}
	return found;
}

/*
 * dcm.locate(location geometry, at timestamptz) returns dcm.grid_code
 *
 * NULL where no grid valid then covers the point.  Codes are eight bytes by
 * value whose integer order is their text order.
 */
Datum
dcm_locate(PG_FUNCTION_ARGS)
{
	Datum		args[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	Datum		code = (Datum) 0;
	bool		found;
	Oid		   *argtypes;
	int			nargs;
	CityRights	rights;

	city_table("grid");
	get_func_signature(fcinfo->flinfo->fn_oid, &argtypes, &nargs);
	rights = city_enter();
	if (SPI_execute_plan(locate_plan(argtypes[0]), args, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not look up the grid");
	found = locate_lowest(&code);
	city_leave(rights);

	if (!found)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(code);
}
