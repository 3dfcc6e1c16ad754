/*
 * wkb.c
 *	  Reads polygons and points as well-known binary.
 *
 * The decision to know: PostGIS's own layout of a geometry is private to it,
 * so geometry comes as WKB and is walked where it lies, without a copy.  The
 * bytes may come from anybody, hence every count is held against what is left
 * before it is believed, and a polygon is read to its end also when the answer
 * is known, so that junk is refused wherever the point lies.
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "port/pg_bswap.h"
#include "utils/builtins.h"

#include "compat.h"
#include "errors.h"
#include "space/ring.h"
#include "space/wkb.h"

#define WKB_POINT			1
#define WKB_POLYGON			3
#define WKB_MULTIPOLYGON	6

/* PostGIS's extension of the type word */
#define EWKB_Z				0x80000000
#define EWKB_M				0x40000000
#define EWKB_SRID			0x20000000
#define EWKB_FLAGS			(EWKB_Z | EWKB_M | EWKB_SRID)

PG_FUNCTION_INFO_V1(dcm_covers_wkb);
PG_FUNCTION_INFO_V1(dcm_covers_wkb_point);

typedef struct WkbReader
{
	const char *at;
	const char *end;
	bool		swap;			/* the other byte order than this machine's */
	int			ordinates;		/* doubles in a point: 2 to 4 */
} WkbReader;

/* Raises 22P03 with the fact as DETAIL. */
static void
wkb_refuse(const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid well-known binary"),
			 errdetail_internal("%s", detail),
			 errname("dcm.bad_wkb")));
}

static void
wkb_need(const WkbReader *reader, Size bytes)
{
	if ((Size) (reader->end - reader->at) < bytes)
		wkb_refuse("It ends too early.");
}

static uint32
wkb_uint32(WkbReader *reader)
{
	uint32		value;

	wkb_need(reader, sizeof(value));
	memcpy(&value, reader->at, sizeof(value));
	reader->at += sizeof(value);
	return reader->swap ? pg_bswap32(value) : value;
}

static double
wkb_double(WkbReader *reader)
{
	uint64		bits;
	double		value;

	wkb_need(reader, sizeof(bits));
	memcpy(&bits, reader->at, sizeof(bits));
	reader->at += sizeof(bits);
	if (reader->swap)
		bits = pg_bswap64(bits);
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Reads byte order and type word; returns the type as it stands there. */
static uint32
wkb_type_word(WkbReader *reader)
{
	char		order;

	wkb_need(reader, 1);
	order = *reader->at++;
	if (order != 0 && order != 1)
		wkb_refuse("The byte order is neither 0 nor 1.");
#ifdef WORDS_BIGENDIAN
	reader->swap = (order == 1);
#else
	reader->swap = (order == 0);
#endif
	return wkb_uint32(reader);
}

/*
 * Reads the head of a geometry; returns its plain type and sets the number of
 * ordinates.  ISO writes Z, M and ZM as thousands, PostGIS as high bits.
 */
static uint32
wkb_head(WkbReader *reader, int32 *srid)
{
	uint32		word = wkb_type_word(reader);
	uint32		type = word & ~EWKB_FLAGS;
	uint32		thousands = type / 1000;

	if (thousands > 3)
		wkb_refuse("The geometry type is unknown.");
	reader->ordinates = 2;
	if ((word & EWKB_Z) || thousands == 1 || thousands == 3)
		reader->ordinates++;
	if ((word & EWKB_M) || thousands == 2 || thousands == 3)
		reader->ordinates++;
	if (word & EWKB_SRID)
	{
		int32		given = (int32) wkb_uint32(reader);

		if (srid)
			*srid = given;
	}
	return type % 1000;
}

/* Passes over what a point has beside x and y. */
static void
wkb_skip_zm(WkbReader *reader)
{
	Size		bytes = (reader->ordinates - 2) * sizeof(double);

	wkb_need(reader, bytes);
	reader->at += bytes;
}

static void
wkb_end(const WkbReader *reader)
{
	if (reader->at != reader->end)
		wkb_refuse("There are bytes after its end.");
}

static void
wkb_xy(WkbReader *reader, double *x, double *y)
{
	*x = wkb_double(reader);
	*y = wkb_double(reader);
	if (!isfinite(*x) || !isfinite(*y))
		wkb_refuse("A coordinate is not a finite number.");
	wkb_skip_zm(reader);
}

/* One ring, fed to the test edge by edge. */
static void
wkb_ring(WkbReader *reader, RingTest *test)
{
	uint32		npoints = wkb_uint32(reader);
	double		first_x,
				first_y,
				ax,
				ay;

	if (npoints < 4)
		wkb_refuse("A ring has fewer than four points.");
	wkb_need(reader, (Size) npoints * reader->ordinates * sizeof(double));

	wkb_xy(reader, &first_x, &first_y);
	ax = first_x;
	ay = first_y;
	for (uint32 i = 1; i < npoints; i++)
	{
		double		bx,
					by;

		if ((i & 0xFFFF) == 0)
			CHECK_FOR_INTERRUPTS();
		wkb_xy(reader, &bx, &by);
		ring_test_edge(test, ax, ay, bx, by);
		ax = bx;
		ay = by;
	}
	if (ax != first_x || ay != first_y)
		wkb_refuse("A ring is not closed.");
}

/* The rings after a polygon's head: the shell and the holes. */
static bool
wkb_polygon(WkbReader *reader, double x, double y)
{
	uint32		nrings = wkb_uint32(reader);
	RingTest	test;

	ring_test_start(&test, x, y);
	for (uint32 i = 0; i < nrings; i++)
		wkb_ring(reader, &test);
	return ring_test_covers(&test);
}

static bool
wkb_multipolygon(WkbReader *reader, double x, double y)
{
	uint32		npolygons = wkb_uint32(reader);
	bool		covers = false;

	for (uint32 i = 0; i < npolygons; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (wkb_head(reader, NULL) != WKB_POLYGON)
			wkb_refuse("A part of a multipolygon is not a polygon.");
		covers |= wkb_polygon(reader, x, y);
	}
	return covers;
}

static void
wkb_open(WkbReader *reader, const bytea *wkb)
{
	reader->at = VARDATA_ANY(wkb);
	reader->end = reader->at + VARSIZE_ANY_EXHDR(wkb);
	reader->swap = false;
	reader->ordinates = 2;
}

/*
 * Whether a polygon or multipolygon covers the point, border included; an
 * empty one covers nothing.  22023 for other geometry, 22P03 for junk.
 */
bool
wkb_covers(const bytea *wkb, double x, double y)
{
	WkbReader	reader;
	bool		covers = false;

	wkb_open(&reader, wkb);
	switch (wkb_head(&reader, NULL))
	{
		case WKB_POLYGON:
			covers = wkb_polygon(&reader, x, y);
			break;
		case WKB_MULTIPOLYGON:
			covers = wkb_multipolygon(&reader, x, y);
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("geometry is not a polygon"),
					 errhint("Give a polygon or a multipolygon."),
					 errname("dcm.not_a_polygon")));
	}
	wkb_end(&reader);
	return covers;
}

/* Reads a point with its SRID; false where the geometry is no point. */
bool
wkb_point(const bytea *ewkb, WkbPoint *point)
{
	WkbReader	reader;

	point->srid = 0;
	wkb_open(&reader, ewkb);
	if (wkb_head(&reader, &point->srid) != WKB_POINT)
		return false;
	point->x = wkb_double(&reader);
	point->y = wkb_double(&reader);
	wkb_skip_zm(&reader);
	wkb_end(&reader);
	point->empty = isnan(point->x) || isnan(point->y);
	if (isinf(point->x) || isinf(point->y))
		wkb_refuse("A coordinate is not a finite number.");
	return true;
}

/* dcm.covers_wkb(polygon bytea, x float8, y float8) returns boolean */
Datum
dcm_covers_wkb(PG_FUNCTION_ARGS)
{
	bytea	   *wkb = PG_GETARG_BYTEA_PP(0);
	double		x = PG_GETARG_FLOAT8(1);
	double		y = PG_GETARG_FLOAT8(2);

	if (!isfinite(x) || !isfinite(y))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("coordinate is not a finite number"),
				 errname("dcm.bad_coordinate")));
	PG_RETURN_BOOL(wkb_covers(wkb, x, y));
}

/* dcm.covers_wkb(polygon bytea, location bytea) returns boolean */
Datum
dcm_covers_wkb_point(PG_FUNCTION_ARGS)
{
	WkbPoint	point;

	if (!wkb_point(PG_GETARG_BYTEA_PP(1), &point))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("geometry is not a point"),
				 errname("dcm.not_a_point")));
	PG_RETURN_BOOL(!point.empty && wkb_covers(PG_GETARG_BYTEA_PP(0), point.x, point.y));
}
