/*
 * ring.c
 *	  The one predicate of space: a point and the edges of a polygon.
 *
 * The decision to know: "covered" is defined in real arithmetic on the stored
 * doubles, so that a point on a slanted border is on it or not, and two
 * neighbours never disagree about their common border.  An edge is counted by
 * the half-open rule on y; where only the sign of a determinant can tell on
 * which side the point lies, rounding is bounded as Shewchuk does it, and what
 * the bound leaves open is decided by GEOS in extended precision.  The GEOS
 * handle lives for that one question only: there is nothing to leak when an
 * error jumps over it and no state that a fork or a parallel worker shares.
 */
#include "postgres.h"

#include <float.h>
#include <geos_c.h>
#include <math.h>

#include "ring.h"

/* (3 + 16 u) u with u = half of DBL_EPSILON: Shewchuk's ccwerrboundA */
#define ORIENTATION_BOUND ((3.0 + 8.0 * DBL_EPSILON) * (DBL_EPSILON / 2.0))

/* The sign that floating point could not decide. */
static int
orientation_exact(double ax, double ay, double bx, double by, double px, double py)
{
	GEOSContextHandle_t handle = GEOS_init_r();
	int			sign;

	if (handle == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	sign = GEOSOrientationIndex_r(handle, ax, ay, bx, by, px, py);
	GEOS_finish_r(handle);
	if (sign < -1 || sign > 1)
		elog(ERROR, "GEOSOrientationIndex failed");
	return sign;
}

/* 1 where p lies left of the line from a to b, -1 right of it, 0 on it. */
static int
orientation(double ax, double ay, double bx, double by, double px, double py)
{
	double		left = (ax - px) * (by - py);
	double		right = (ay - py) * (bx - px);
	double		det = left - right;

	/* strict, so that a determinant that vanished by underflow is not believed */
	if (fabs(det) > ORIENTATION_BOUND * (fabs(left) + fabs(right)))
		return det > 0 ? 1 : -1;
	return orientation_exact(ax, ay, bx, by, px, py);
}

void
ring_test_start(RingTest *test, double x, double y)
{
	test->x = x;
	test->y = y;
	test->odd = false;
	test->border = false;
}

/*
 * Counts one edge against the ray from the point to the east.  The edge holds
 * its lower end and not its upper one, so a vertex is counted once.
 */
void
ring_test_edge(RingTest *test, double ax, double ay, double bx, double by)
{
	double		x = test->x;
	double		y = test->y;
	int			side;

	if ((ay > y) == (by > y))
	{
		/* no crossing; the border is touched at an end or along a flat edge */
		if (ay == y && by == y)
			test->border |= (Min(ax, bx) <= x && x <= Max(ax, bx));
		else if ((ay == y && ax == x) || (by == y && bx == x))
			test->border = true;
		return;
	}
	if (Max(ax, bx) < x)
		return;
	if (Min(ax, bx) > x)
	{
		test->odd = !test->odd;
		return;
	}
	side = orientation(ax, ay, bx, by, x, y);
	if (side == 0)
		test->border = true;
	else if ((side > 0) == (by > ay))
		test->odd = !test->odd;
}
