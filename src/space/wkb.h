/*
 * wkb.h
 *	  What dcm reads of well-known binary: polygons and single points.
 */
#ifndef DCM_WKB_H
#define DCM_WKB_H

#include "postgres.h"

typedef struct WkbPoint
{
	int32		srid;			/* 0 where none is given */
	double		x;
	double		y;
	bool		empty;
} WkbPoint;

extern bool wkb_covers(const bytea *wkb, double x, double y);
extern bool wkb_point(const bytea *ewkb, WkbPoint *point);

#endif							/* DCM_WKB_H */
