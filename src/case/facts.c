/*
 * facts.c
 *	  What a case is about, as its log tells it.
 *
 * A report and each correction write it into their log entry, under the key
 * "case" of its data, so that the chain covers the category and the place too
 * and a row of dcm.case_file can be held against them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "case/facts.h"
#include "city.h"

static void
put_key(JsonbParseState **state, const char *key)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = pstrdup(key);
	value.val.string.len = strlen(key);
	(void) pushJsonbValue(state, WJB_KEY, &value);
}

static void
put_string(JsonbParseState **state, const char *key, char *string)
{
	JsonbValue	value;

	put_key(state, key);
	value.type = jbvString;
	value.val.string.val = string;
	value.val.string.len = strlen(string);
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

static void
put_int(JsonbParseState **state, const char *key, int64 number)
{
	JsonbValue	value;

	put_key(state, key);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(number);
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

/* A geometry as PostGIS prints it: of its type nothing else is known here. */
static char *
print_location(Datum location)
{
	Oid			relid = city_table("case_file");
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(get_atttype(relid, get_attnum(relid, "location")), &output, &is_varlena);
	return OidOutputFunctionCall(output, location);
}

/*
 * {category, source, severity, location, area_class, component, intake,
 * attachments}, without what is not there.  An address is left out: it may be
 * somebody's home, and a log keeps for ever.
 */
Jsonb *
facts_of_case(const Act *act, Jsonb *attachments)
{
	JsonbParseState *state = NULL;
	JsonbValue	value;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	put_int(&state, "category", DatumGetInt32(ACT_GET(act, category)));
	put_string(&state, "source", TextDatumGetCString(ACT_GET(act, source)));
	put_string(&state, "severity", TextDatumGetCString(ACT_GET(act, severity)));
	if (!ACT_NULL(act, location))
		put_string(&state, "location", print_location(ACT_GET(act, location)));
	if (!ACT_NULL(act, area_class))
		put_int(&state, "area_class", DatumGetInt16(ACT_GET(act, area_class)));
	if (!ACT_NULL(act, component))
		put_int(&state, "component", DatumGetInt64(ACT_GET(act, component)));
	if (!ACT_NULL(act, intake))
		put_int(&state, "intake", DatumGetInt64(ACT_GET(act, intake)));
	if (attachments && JB_ROOT_COUNT(attachments) > 0)
	{
		put_key(&state, "attachments");
		value.type = jbvBinary;
		value.val.binary.data = &attachments->root;
		value.val.binary.len = VARSIZE(attachments) - VARHDRSZ;
		(void) pushJsonbValue(&state, WJB_VALUE, &value);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
