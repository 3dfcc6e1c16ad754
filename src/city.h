/*
 * city.h
 *	  The city's tables seen from C: their oids and their owner.
 */
#ifndef DCM_CITY_H
#define DCM_CITY_H

#include "postgres.h"

extern Oid	city_table(const char *name);
extern Oid	city_owner(void);

#endif							/* DCM_CITY_H */
