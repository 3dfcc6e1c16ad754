/*
 * locate.h
 *	  Which unit grid a point lies in, and whether its coordinates are the city's.
 */
#ifndef DCM_LOCATE_H
#define DCM_LOCATE_H

extern void locate_init(void);

#endif							/* DCM_LOCATE_H */
