/*
 * facts.c
 *	  What a case is about, as its log tells it.
 *
 * A report and each correction write it into their log entry, under the key
 * "case" of its data, so that the chain covers the category and the place too
 * and a row of dcm.case_file can be held against them.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "case/facts.h"
#include "case/json.h"
#include "city.h"

/* A value as the type of its column prints it. */
static char *
print_column(const char *column, Datum value)
{
	Oid			relid = city_table("case_file");
	Oid			output;
	bool		is_varlena;

	getTypeOutputInfo(get_atttype(relid, get_attnum(relid, column)), &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

static void
put_code(JsonbParseState **state, const char *key, Datum code, bool isnull)
{
	if (isnull)
		json_put_null(state, key);
	else
		json_put_text(state, key, print_column(key, code));
}

/*
 * {category, source, severity, location, area_class, area, grid, component,
 * intake, attachments}, without what is not there but for area and grid, of
 * which entries of 0.1.0 tell nothing.  An address is left out: it may be
 * somebody's home, and a log keeps for ever.
 */
Jsonb *
facts_of_case(const Act *act, Jsonb *attachments)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	json_put_int(&state, "category", DatumGetInt32(ACT_GET(act, category)));
	json_put_text(&state, "source", TextDatumGetCString(ACT_GET(act, source)));
	json_put_text(&state, "severity", TextDatumGetCString(ACT_GET(act, severity)));
	if (!ACT_NULL(act, location))
		json_put_text(&state, "location", print_column("location", ACT_GET(act, location)));
	if (!ACT_NULL(act, area_class))
		json_put_int(&state, "area_class", DatumGetInt16(ACT_GET(act, area_class)));
	put_code(&state, "area", ACT_GET(act, area), ACT_NULL(act, area));
	put_code(&state, "grid", ACT_GET(act, grid), ACT_NULL(act, grid));
	if (!ACT_NULL(act, component))
		json_put_int(&state, "component", DatumGetInt64(ACT_GET(act, component)));
	if (!ACT_NULL(act, intake))
		json_put_int(&state, "intake", DatumGetInt64(ACT_GET(act, intake)));
	if (attachments && JB_ROOT_COUNT(attachments) > 0)
		json_put_jsonb(&state, "attachments", attachments);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
