/*
 * ring.h
 *	  Is a point covered by the area inside rings, border included.
 *
 * A RingTest is fed the edges of all rings of one polygon, holes among them,
 * in any order; it needs no memory of its own.
 */
#ifndef DCM_RING_H
#define DCM_RING_H

#include "postgres.h"

typedef struct RingTest
{
	double		x;				/* the point */
	double		y;
	bool		odd;			/* edges crossed so far, by twos */
	bool		border;			/* the point lies on an edge */
} RingTest;

extern void ring_test_start(RingTest *test, double x, double y);
extern void ring_test_edge(RingTest *test, double ax, double ay, double bx, double by);

/* The answer, once every edge was given. */
static inline bool
ring_test_covers(const RingTest *test)
{
	return test->border || test->odd;
}

#endif							/* DCM_RING_H */
