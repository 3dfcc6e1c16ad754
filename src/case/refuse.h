/*
 * refuse.h
 *	  The two ways in which an effect refuses an act.
 */
#ifndef DCM_REFUSE_H
#define DCM_REFUSE_H

/* 23514: the rules of the case forbid the move. */
extern void act_forbid(const char *name, const char *message, const char *detail);

/* 22023: what the act carries will not do. */
extern void act_bad_argument(const char *name, const char *message, const char *hint);

#endif							/* DCM_REFUSE_H */
