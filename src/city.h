/*
 * city.h
 *	  The city's tables seen from C: their oids and their owner.
 */
#ifndef DCM_CITY_H
#define DCM_CITY_H

#include "postgres.h"

/* Who the caller was before the city's owner took over. */
typedef struct CityRights
{
	Oid			userid;
	int			sec_context;
	int			guc_level;		/* 0 where the search path was safe already */
} CityRights;

extern Oid	city_table(const char *name);
extern Oid	city_owner(void);
extern CityRights city_enter(void);
extern void city_leave(CityRights rights);
extern bool city_is_entered(void);

#endif							/* DCM_CITY_H */
