/*
 * config_cache.h
 *	  The one pattern by which a backend keeps a city's configuration in memory.
 *
 * A cache names the tables that it is made from and a function that builds the
 * whole of it in a memory context of its own.  config_cache_get() returns the
 * present build, after a rebuild where a table's version has moved.
 */
#ifndef DCM_CONFIG_CACHE_H
#define DCM_CONFIG_CACHE_H

#include "postgres.h"

typedef struct ConfigCache
{
	const char *name;			/* for error messages and memory statistics */
	const char *const *tables;	/* tables of schema dcm, NULL at the end */

	/*
	 * Builds the cache in the current memory context, with SPI connected and
	 * the right snapshot active; queries go by config_cache_query().
	 */
	void	   *(*build) (void);

	/*
	 * How many builds this backend has made.  Whoever remembers something of
	 * a build across calls compares this number, never the payload's address,
	 * which may come again.
	 */
	uint64		builds;

	/* private to config_cache.c */
	MemoryContext context;		/* NULL before the first build */
	void	   *payload;
	uint64		fingerprint;
	bool		checked;		/* no invalidation since the last comparison */
	bool		building;
	bool		tainted;		/* may hold rows that are not committed */
	struct ConfigCache *next;
} ConfigCache;

extern void config_cache_init(void);
extern void config_cache_register(ConfigCache *cache);
extern void *config_cache_get(ConfigCache *cache);
extern void config_cache_query(const char *sql);

#endif							/* DCM_CONFIG_CACHE_H */
