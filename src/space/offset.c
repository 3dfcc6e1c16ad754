/*
 * offset.c
 *	  The coordinates of Chinese web maps: GCJ-02 and BD-09, and back.
 *
 * The decision to know: only the forward formulas exist, so the way back is
 * found by fixed-point iteration to far below a millimetre, not by the usual
 * single step that leaves a metre or two.  Outside the rectangle that the
 * formulas were made for, GCJ-02 is WGS-84.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/geo_decls.h"

#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_to_gcj02);
PG_FUNCTION_INFO_V1(dcm_from_gcj02);
PG_FUNCTION_INFO_V1(dcm_to_bd09);
PG_FUNCTION_INFO_V1(dcm_from_bd09);
PG_FUNCTION_INFO_V1(dcm_from_crs);

/* Krasovsky 1940 */
#define GCJ_AXIS			6378245.0
#define GCJ_ECCENTRICITY2	0.00669342162296594323

#define BD_PI				(M_PI * 3000.0 / 180.0)
#define BD_LON				0.0065
#define BD_LAT				0.006

/* 1e-11 degrees are a thousandth of a millimetre */
#define INVERSE_ENOUGH		1e-11
#define INVERSE_STEPS		50

typedef Point (*Forward) (Point);

static bool
in_china(Point p)
{
	return p.x >= 72.004 && p.x <= 137.8347 && p.y >= 0.8293 && p.y <= 55.8271;
}

/* The series that both offsets end with. */
static double
wave(double v, double a, double b, double c, double first, double second, double third)
{
	return (a * sin(v * M_PI / first) + b * sin(v * M_PI / second) + c * sin(v * M_PI / third)) * 2.0 / 3.0;
}

static Point
gcj_forward(Point p)
{
	double		x = p.x - 105.0;
	double		y = p.y - 35.0;
	double		common = wave(x, 20.0, 20.0, 0.0, 1.0 / 6.0, 0.5, 1.0);
	double		dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x))
		+ common + wave(y, 20.0, 40.0, 0.0, 1.0, 3.0, 1.0) + wave(y, 160.0, 320.0, 0.0, 12.0, 30.0, 1.0);
	double		dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x))
		+ common + wave(x, 20.0, 40.0, 0.0, 1.0, 3.0, 1.0) + wave(x, 150.0, 300.0, 0.0, 12.0, 30.0, 1.0);
	double		phi = p.y * M_PI / 180.0;
	double		magic = 1.0 - GCJ_ECCENTRICITY2 * sin(phi) * sin(phi);
	double		meridian = GCJ_AXIS * (1.0 - GCJ_ECCENTRICITY2) / (magic * sqrt(magic));
	double		parallel = GCJ_AXIS / sqrt(magic) * cos(phi);

	if (!in_china(p))
		return p;
	p.x += dlon * 180.0 / (parallel * M_PI);
	p.y += dlat * 180.0 / (meridian * M_PI);
	return p;
}

/* BD-09 from GCJ-02. */
static Point
bd_forward(Point p)
{
	double		radius = hypot(p.x, p.y) + 0.00002 * sin(p.y * BD_PI);
	double		angle = atan2(p.y, p.x) + 0.000003 * cos(p.x * BD_PI);

	p.x = radius * cos(angle) + BD_LON;
	p.y = radius * sin(angle) + BD_LAT;
	return p;
}

/* The point that the forward formula sends to the target. */
static Point
inverse(Forward forward, Point target)
{
	Point		p = target;

	for (int i = 0; i < INVERSE_STEPS; i++)
	{
		Point		there = forward(p);
		double		dx = there.x - target.x;
		double		dy = there.y - target.y;

		p.x -= dx;
		p.y -= dy;
		if (fabs(dx) < INVERSE_ENOUGH && fabs(dy) < INVERSE_ENOUGH)
			break;
	}
	return p;
}

/* Raises 22023 unless the point is a longitude and a latitude. */
static Point
check_lonlat(Point p)
{
	if (!(p.x >= -180.0 && p.x <= 180.0 && p.y >= -90.0 && p.y <= 90.0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("longitude or latitude out of range"),
				 errdetail("The longitude is %g, the latitude %g, in degrees.", p.x, p.y),
				 errhint("Longitude comes first."),
				 errname("dcm.bad_coordinate")));
	return p;
}

static Datum
point_result(Point p)
{
	Point	   *result = palloc(sizeof(Point));

	*result = p;
	PG_RETURN_POINT_P(result);
}

Datum
dcm_to_gcj02(PG_FUNCTION_ARGS)
{
	return point_result(gcj_forward(check_lonlat(*PG_GETARG_POINT_P(0))));
}

Datum
dcm_from_gcj02(PG_FUNCTION_ARGS)
{
	return point_result(inverse(gcj_forward, check_lonlat(*PG_GETARG_POINT_P(0))));
}

Datum
dcm_to_bd09(PG_FUNCTION_ARGS)
{
	return point_result(bd_forward(gcj_forward(check_lonlat(*PG_GETARG_POINT_P(0)))));
}

Datum
dcm_from_bd09(PG_FUNCTION_ARGS)
{
	Point		gcj = inverse(bd_forward, check_lonlat(*PG_GETARG_POINT_P(0)));

	return point_result(inverse(gcj_forward, gcj));
}

/* dcm.from_crs(lon float8, lat float8, crs text) returns point, in WGS-84 */
Datum
dcm_from_crs(PG_FUNCTION_ARGS)
{
	Point		p = {.x = PG_GETARG_FLOAT8(0), .y = PG_GETARG_FLOAT8(1)};
	char	   *crs = text_to_cstring(PG_GETARG_TEXT_PP(2));

	p = check_lonlat(p);
	if (strcmp(crs, "gcj02") == 0)
		p = inverse(gcj_forward, p);
	else if (strcmp(crs, "bd09") == 0)
		p = inverse(gcj_forward, inverse(bd_forward, p));
	else if (strcmp(crs, "wgs84") != 0 && strcmp(crs, "cgcs2000") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown coordinate system \"%s\"", crs),
				 errhint("Use wgs84, cgcs2000, gcj02 or bd09."),
				 errname("dcm.bad_crs")));
	return point_result(p);
}
