/*
 * calendar_load.h
 *	  The city's calendars, read from its tables.
 */
#ifndef DCM_CALENDAR_LOAD_H
#define DCM_CALENDAR_LOAD_H

#include "postgres.h"

#include "config_cache.h"
#include "time/calendar_build.h"

extern ConfigCache calendar_cache;

extern void calendar_load_init(void);
extern Calendar *calendar_find(const char *name, size_t len);

#endif							/* DCM_CALENDAR_LOAD_H */
