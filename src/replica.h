/*
 * replica.h
 *	  Whether this city is a replica, whose cases come by logical replication.
 */
#ifndef DCM_REPLICA_H
#define DCM_REPLICA_H

#include "postgres.h"

extern void replica_init(void);
extern void replica_refuse(void);

#endif							/* DCM_REPLICA_H */
