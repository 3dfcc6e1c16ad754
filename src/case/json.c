/*
 * json.c
 *	  Members of a jsonb object, read and written by name.
 *
 * A member of another type than is asked for counts as absent: what an action
 * may carry is judged by act_data.c, with the key in the error.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "case/json.h"

/* A string, or NULL. */
char *
json_text(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (!getKeyJsonValueFromContainer(object, key, strlen(key), &value) ||
		value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* A number; false where there is none. */
bool
json_number(JsonbContainer *object, const char *key, double *number)
{
	JsonbValue	value;

	if (!getKeyJsonValueFromContainer(object, key, strlen(key), &value) ||
		value.type != jbvNumeric)
		return false;
	*number = DatumGetFloat8(DirectFunctionCall1(numeric_float8,
												 NumericGetDatum(value.val.numeric)));
	return true;
}

static void
put_string(JsonbParseState **state, JsonbIteratorToken token, const char *string)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.len = strlen(string);
	value.val.string.val = pnstrdup(string, value.val.string.len);
	(void) pushJsonbValue(state, token, &value);
}

void
json_put_text(JsonbParseState **state, const char *key, const char *text)
{
	put_string(state, WJB_KEY, key);
	put_string(state, WJB_VALUE, text);
}

void
json_put_int(JsonbParseState **state, const char *key, int64 number)
{
	JsonbValue	value;

	put_string(state, WJB_KEY, key);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(number);
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

void
json_put_bool(JsonbParseState **state, const char *key, bool given)
{
	JsonbValue	value;

	put_string(state, WJB_KEY, key);
	value.type = jbvBool;
	value.val.boolean = given;
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

void
json_put_null(JsonbParseState **state, const char *key)
{
	JsonbValue	value;

	put_string(state, WJB_KEY, key);
	value.type = jbvNull;
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

void
json_put_ints(JsonbParseState **state, const char *key, const int *numbers, int n)
{
	put_string(state, WJB_KEY, key);
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < n; i++)
	{
		JsonbValue	value;

		value.type = jbvNumeric;
		value.val.numeric = int64_to_numeric(numbers[i]);
		(void) pushJsonbValue(state, WJB_ELEM, &value);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

void
json_put_jsonb(JsonbParseState **state, const char *key, Jsonb *given)
{
	JsonbValue	value;

	put_string(state, WJB_KEY, key);
	value.type = jbvBinary;
	value.val.binary.data = &given->root;
	value.val.binary.len = VARSIZE(given) - VARHDRSZ;
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}
