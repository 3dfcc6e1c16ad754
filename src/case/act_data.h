/*
 * act_data.h
 *	  What an action carries.
 */
#ifndef DCM_ACT_DATA_H
#define DCM_ACT_DATA_H

#include "postgres.h"

#include "case/act_context.h"

extern void act_data_check(Act *act);
extern bool act_data_has(const Act *act, const char *key);
extern char *act_data_text(const Act *act, const char *key);
extern bool act_data_number(const Act *act, const char *key, int *number);
extern bool act_data_real(const Act *act, const char *key, double *number);
extern bool act_data_case(const Act *act, const char *key, int64 *case_no);
extern bool act_data_bool(const Act *act, const char *key, bool *given);
extern bool act_data_time(const Act *act, const char *key, TimestampTz *at);
extern bool act_data_limit(const Act *act, const char *key, int64 *limit);
extern char *act_data_severity(const Act *act);
extern const Org *act_data_org(const Act *act, const char *key);
extern int	act_data_orgs(const Act *act, const char *key, const Org ***orgs);
extern const Person *act_data_person(const Act *act, const char *key);
extern bool act_data_point(const Act *act, const char *key, double *lon, double *lat);
extern void act_add_text(Act *act, const char *field, text *value);
extern Jsonb *act_log_data(const Act *act);
extern Jsonb *act_log_texts(const Act *act);

#endif							/* DCM_ACT_DATA_H */
