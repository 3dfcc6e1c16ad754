/*
 * json.h
 *	  Members of a jsonb object, read and written by name.
 */
#ifndef DCM_JSON_H
#define DCM_JSON_H

#include "postgres.h"

#include "utils/jsonb.h"

extern char *json_text(JsonbContainer *object, const char *key);
extern bool json_number(JsonbContainer *object, const char *key, double *number);
extern void json_put_text(JsonbParseState **state, const char *key, const char *text);
extern void json_put_int(JsonbParseState **state, const char *key, int64 number);
extern void json_put_bool(JsonbParseState **state, const char *key, bool given);
extern void json_put_null(JsonbParseState **state, const char *key);
extern void json_put_ints(JsonbParseState **state, const char *key, const int *numbers, int n);
extern void json_put_jsonb(JsonbParseState **state, const char *key, Jsonb *value);

#endif							/* DCM_JSON_H */
