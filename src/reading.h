/*
 * reading.h
 *	  Values of lists as people type them, made plain before they are read.
 */
#ifndef DCM_READING_H
#define DCM_READING_H

#include "postgres.h"

extern char *reading_plain(text *given);

#endif							/* DCM_READING_H */
