/*
 * act_data.c
 *	  What an action carries: the keys of its data, judged by dcm.action_key.
 *
 * Free text never enters the log: it is put aside with a salt, and the log
 * keeps a digest of it, so that it can be erased while the chain stays valid.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/attachments.h"
#include "case/chain.h"
#include "case/json.h"
#include "errors.h"

static bool
find(const Act *act, const char *key, JsonbValue *value)
{
	if (!getKeyJsonValueFromContainer(&act->data->root, key, strlen(key), value))
		return false;
	return value->type != jbvNull;
}

static char *
string_of(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* Whether a value is what the key's type asks for, as far as JSON tells. */
static bool
value_fits(const JsonbValue *value, const char *type)
{
	if (value->type == jbvNull)
		return true;
	if (strcmp(type, "number") == 0)
		return value->type == jbvNumeric;
	if (strcmp(type, "boolean") == 0)
		return value->type == jbvBool;
	if (strcmp(type, "point") == 0 || strcmp(type, "object") == 0)
		return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
	if (strcmp(type, "orgs") == 0)
		return value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data);
	if (strcmp(type, "case") == 0)
		return value->type == jbvNumeric || (value->type == jbvString && value->val.string.len > 0);
	if (strcmp(type, "photo") == 0)
		return value->type == jbvBinary ||
			(value->type == jbvString && value->val.string.len > 0);
	return value->type == jbvString && value->val.string.len > 0;
}

static void
bad_key(const Act *act, const char *key, const char *problem)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < act->action->nkeys; i++)
		appendStringInfo(&known, "%s%s%s", i ? ", " : "", act->action->keys[i].key,
						 act->action->keys[i].required ? " (required)" : "");
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("key \"%s\" of action \"%s\" %s", key, act->action->code, problem),
			 errdetail("The action carries: %s.", known.len ? known.data : "nothing"),
			 errhint("See dcm.action_key for the type of each."),
			 errname("dcm.bad_data")));
}

static const WorkflowKey *
known_key(const WorkflowAction *action, const JsonbValue *key)
{
	for (int i = 0; i < action->nkeys; i++)
		if (strlen(action->keys[i].key) == (size_t) key->val.string.len &&
			memcmp(action->keys[i].key, key->val.string.val, key->val.string.len) == 0)
			return &action->keys[i];
	return NULL;
}

/* The reason must be one of the city's for that kind: grant_x judges as x. */
static void
check_reason(const Act *act, const char *key, const char *code)
{
	const char *action = act->action->code;
	const char *kind = strstr(action, "extension") ? "extend" :
		strstr(action, "suspension") ? "suspend" : action;

	if (workflow_reason(act->wf, kind, code))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no reason \"%s\" to %s a case", code, kind),
			 errhint("SELECT code, name FROM dcm.reason WHERE kind = '%s'.", kind),
			 errname("dcm.no_reason")));
}

/* Whether a text was put aside under that key. */
static bool
is_text(const Act *act, const JsonbValue *key)
{
	for (int i = 0; i < act->ntexts; i++)
		if (strlen(act->texts[i].field) == (size_t) key->val.string.len &&
			memcmp(act->texts[i].field, key->val.string.val, key->val.string.len) == 0)
			return true;
	return false;
}

/*
 * What an input function found wrong with a value, in our words, naming the key.
 * Its detail and its hint stay.
 */
static void
throw_bad_value(ErrorData *error, const Act *act, const WorkflowKey *key)
{
	FlushErrorState();
	error->sqlerrcode = ERRCODE_INVALID_PARAMETER_VALUE;
	error->message = psprintf("key \"%s\" of action \"%s\" is not a %s", key->key, act->action->code, key->type);
	/* the name that it may have already cannot be set again where it is raised */
	error->constraint_name = pstrdup("dcm.bad_data");
	ReThrowError(error);
}

/*
 * Whether an error is of the value and not in our words yet.  What is 22023 is,
 * but for times, where core says so of an unknown zone.
 */
static bool
is_bad_value(int code, const WorkflowKey *key)
{
	return ERRCODE_TO_CATEGORY(code) == ERRCODE_DATA_EXCEPTION &&
		(code != ERRCODE_INVALID_PARAMETER_VALUE || strcmp(key->type, "timestamp") == 0);
}

/* Reads a value as its type has it, for the sake of the errors. */
static void
read_value(const Act *act, const WorkflowKey *key)
{
	TimestampTz at;
	int64		limit;
	double		lon;
	double		lat;
	Photo		photo;
	const Org **orgs;
	int64		case_no;

	if (strcmp(key->type, "timestamp") == 0)
	{
		if (act_data_time(act, key->key, &at) && TIMESTAMP_NOT_FINITE(at))
			bad_key(act, key->key, "is not a timestamp");
	}
	else if (strcmp(key->type, "time_limit") == 0)
		(void) act_data_limit(act, key->key, &limit);
	else if (strcmp(key->type, "point") == 0)
		(void) act_data_point(act, key->key, &lon, &lat);
	else if (strcmp(key->type, "photo") == 0)
		(void) act_photo(act, key->key, &photo);
	else if (strcmp(key->type, "org") == 0)
		(void) act_data_org(act, key->key);
	else if (strcmp(key->type, "orgs") == 0)
		(void) act_data_orgs(act, key->key, &orgs);
	else if (strcmp(key->type, "case") == 0)
		(void) act_data_case(act, key->key, &case_no);
	else if (strcmp(key->type, "person") == 0)
		(void) act_data_person(act, key->key);
}

static void
check_value(const Act *act, const WorkflowKey *key)
{
	MemoryContext caller = CurrentMemoryContext;

	PG_TRY();
	{
		read_value(act, key);
	}
	PG_CATCH();
	{
		if (!is_bad_value(geterrcode(), key))
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		throw_bad_value(CopyErrorData(), act, key);
	}
	PG_END_TRY();
}

/* Judges one key that was given, and puts a free text aside. */
static void
check_given(Act *act, const JsonbValue *name, JsonbValue *value)
{
	const WorkflowKey *key = known_key(act->action, name);

	if (key == NULL)
		bad_key(act, string_of(name), "is unknown");
	if (!value_fits(value, key->type))
		bad_key(act, key->key, strcmp(key->type, "orgs") == 0 ? "is not a list of codes of bodies" :
				psprintf("is not a %s", key->type));
	if (value->type == jbvNull)
		return;
	if (is_text(act, name))
		bad_key(act, key->key, "is given twice");
	if (strcmp(key->type, "free_text") == 0)
		act_add_text(act, key->key,
					 cstring_to_text_with_len(value->val.string.val, value->val.string.len));
	else if (strcmp(key->type, "reason") == 0)
		check_reason(act, key->key, string_of(value));
	else
		check_value(act, key);
}

/*
 * Judges the data of an act: every key known and of its type, every required
 * key there; 22023 naming the key.  A note given as an argument counts as key
 * "note".
 */
void
act_data_check(Act *act)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	name;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(act->data))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("data of an action must be a JSON object"),
				 errname("dcm.bad_data")));
	it = JsonbIteratorInit(&act->data->root);
	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		check_given(act, &name, &value);
	}
	for (int i = 0; i < act->action->nkeys; i++)
	{
		const WorkflowKey *key = &act->action->keys[i];
		bool		noted = false;

		if (!key->required || act_data_has(act, key->key))
			continue;
		for (int t = 0; t < act->ntexts; t++)
			noted |= strcmp(act->texts[t].field, key->key) == 0;
		if (!noted)
			bad_key(act, key->key, "is missing");
	}
}

bool
act_data_has(const Act *act, const char *key)
{
	JsonbValue	value;

	return find(act, key, &value);
}

/* Severity as one of the three that there are; NULL where the key is absent. */
char *
act_data_severity(const Act *act)
{
	char	   *severity = act_data_text(act, "severity");

	if (severity && strcmp(severity, "normal") != 0 && strcmp(severity, "major") != 0 &&
		strcmp(severity, "danger") != 0)
		bad_key(act, "severity", "is not normal, major or danger");
	return severity;
}

/* A string of the data, or NULL. */
char *
act_data_text(const Act *act, const char *key)
{
	JsonbValue	value;

	if (!find(act, key, &value) || value.type != jbvString)
		return NULL;
	return string_of(&value);
}

/* A whole number of the data that an int4 holds; 22023 for any other. */
bool
act_data_number(const Act *act, const char *key, int *number)
{
	JsonbValue	value;
	Datum		given;
	double		real;

	if (!find(act, key, &value) || value.type != jbvNumeric)
		return false;
	given = NumericGetDatum(value.val.numeric);
	real = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, given));
	if (real != rint(real) || real < PG_INT32_MIN || real > PG_INT32_MAX)
		bad_key(act, key, "is not a whole number in range");
	*number = (int) real;
	return true;
}

/* A number of the data, whole or not. */
bool
act_data_real(const Act *act, const char *key, double *number)
{
	JsonbValue	value;

	if (!find(act, key, &value) || value.type != jbvNumeric)
		return false;
	*number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));
	return true;
}

/* A case number, which an application may send as text, to lose no digit. */
bool
act_data_case(const Act *act, const char *key, int64 *case_no)
{
	JsonbValue	value;

	if (!find(act, key, &value))
		return false;
	*case_no = pg_strtoint64(value.type == jbvString ? string_of(&value) :
							 DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value.val.numeric))));
	return true;
}

/* True or false; false is also returned where the key is absent. */
bool
act_data_bool(const Act *act, const char *key, bool *given)
{
	JsonbValue	value;

	if (!find(act, key, &value) || value.type != jbvBool)
		return false;
	*given = value.val.boolean;
	return true;
}

bool
act_data_time(const Act *act, const char *key, TimestampTz *at)
{
	char	   *string = act_data_text(act, key);

	if (string == NULL)
		return false;
	*at = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(string),
												  ObjectIdGetDatum(InvalidOid),
												  Int32GetDatum(-1)));
	return true;
}

bool
act_data_limit(const Act *act, const char *key, int64 *limit)
{
	char	   *string = act_data_text(act, key);
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									   CStringGetDatum("time_limit"),
									   ObjectIdGetDatum(get_namespace_oid("dcm", false)));
	Oid			input;
	Oid			param;

	if (string == NULL)
		return false;
	getTypeInputInfo(type, &input, &param);
	*limit = DatumGetInt64(OidInputFunctionCall(input, string, param, -1));
	return true;
}

/* The body of a code, which must be valid at the act's time. */
static const Org *
org_of_code(const Act *act, const char *key, const char *code)
{
	const Org  *org = people_org_by_code(act->actor.people, code);

	if (org == NULL || act->at < org->since || act->at >= org->till)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(org ? "body \"%s\" is not valid then" : "there is no body \"%s\"", code),
				 errdetail("Key \"%s\" of action \"%s\" names a body by code.", key, act->action->code),
				 errname("dcm.no_org")));
	return org;
}

/* A body by its code, valid at the act's time; NULL where the key is absent. */
const Org *
act_data_org(const Act *act, const char *key)
{
	char	   *code = act_data_text(act, key);

	return code ? org_of_code(act, key, code) : NULL;
}

/* Bodies by their codes, each valid at the act's time; how many there are. */
int
act_data_orgs(const Act *act, const char *key, const Org ***orgs)
{
	JsonbValue	list;
	int			n;

	if (!find(act, key, &list) || list.type != jbvBinary || !JsonContainerIsArray(list.val.binary.data))
		return 0;
	n = JsonContainerSize(list.val.binary.data);
	*orgs = palloc(sizeof(Org *) * Max(n, 1));
	for (int i = 0; i < n; i++)
	{
		JsonbValue *code = getIthJsonbValueFromContainer(list.val.binary.data, i);

		if (code->type != jbvString)
			bad_key(act, key, "is not a list of codes of bodies");
		(*orgs)[i] = org_of_code(act, key, string_of(code));
	}
	return n;
}

/* A person by code, valid at the act's time; NULL where the key is absent. */
const Person *
act_data_person(const Act *act, const char *key)
{
	char	   *code = act_data_text(act, key);
	const Person *person;

	if (code == NULL)
		return NULL;
	person = people_by_code(act->actor.people, code);
	if (person == NULL || act->at < person->since || act->at >= person->till)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg(person ? "person \"%s\" is not valid then" : "there is no person \"%s\"", code),
				 errdetail("Key \"%s\" of action \"%s\" names a person by code.", key, act->action->code),
				 errname("dcm.no_person")));
	return person;
}

/* {"lon": …, "lat": …} */
bool
act_data_point(const Act *act, const char *key, double *lon, double *lat)
{
	JsonbValue	value;

	if (!find(act, key, &value))
		return false;
	if (value.type != jbvBinary || !JsonContainerIsObject(value.val.binary.data) ||
		!json_number(value.val.binary.data, "lon", lon) ||
		!json_number(value.val.binary.data, "lat", lat))
		bad_key(act, key, "is not a point with lon and lat");
	return true;
}

/* Puts a text aside under a fresh salt. */
void
act_add_text(Act *act, const char *field, text *value)
{
	ActText    *t;

	if (act->ntexts >= ACT_TEXTS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("an act carries at most %d free texts", ACT_TEXTS),
				 errname("dcm.bad_data")));
	t = &act->texts[act->ntexts++];
	t->field = pstrdup(field);
	t->value = value;
	t->salt = palloc(VARHDRSZ + 16);
	SET_VARSIZE(t->salt, VARHDRSZ + 16);
	if (!pg_strong_random(VARDATA(t->salt), 16))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate random values")));
	t->hash = chain_text_hash(t->salt, t->value);
}

/* What the act tells of itself beside what it carries; how many keys that are. */
static int
put_own_keys(JsonbParseState **state, const Act *act)
{
	int			kept = 0;

	if (act->clamped)
	{
		json_put_text(state, "given_at", timestamptz_to_str(act->given_at));
		kept++;
	}
	if (act->facts)
	{
		json_put_jsonb(state, "case", act->facts);
		kept++;
	}
	if (act->task_no)
	{
		json_put_int(state, "task", act->task_no);
		kept++;
	}
	if (act->part_of)
	{
		json_put_int(state, "part_of", act->part_of);
		kept++;
	}
	if (act->fault)
	{
		json_put_text(state, "fault", act->fault);
		kept++;
	}
	/* codes may come to stand for others; what is named by them is told by id */
	if (act->njoined > 0)
	{
		json_put_ints(state, "joined", act->joined, act->njoined);
		kept++;
	}
	if (act->who)
	{
		json_put_int(state, "who", act->who);
		kept++;
	}
	if (act->is_final)
	{
		json_put_bool(state, "final", true);
		kept++;
	}
	return kept;
}

/*
 * What the log keeps of the data: without free texts, with the time that a
 * loader gave where it was moved, what the case is about where the act tells it,
 * and which task or assignment it concerns; NULL for nothing.
 */
Jsonb *
act_log_data(const Act *act)
{
	JsonbParseState *state = NULL;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	name;
	JsonbValue	value;
	int			kept = 0;

	if (JB_ROOT_COUNT(act->data) == 0 && !act->clamped && !act->facts &&
		!act->task_no && !act->part_of && !act->fault && !act->njoined && !act->who)
		return NULL;
	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	it = JsonbIteratorInit(&act->data->root);
	while ((token = JsonbIteratorNext(&it, &name, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		(void) JsonbIteratorNext(&it, &value, true);
		if (value.type == jbvNull || is_text(act, &name))
			continue;
		(void) pushJsonbValue(&state, WJB_KEY, &name);
		(void) pushJsonbValue(&state, WJB_VALUE, &value);
		kept++;
	}
	kept += put_own_keys(&state, act);
	return kept ? JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)) : NULL;
}

/* The digests of the texts by field, or NULL. */
Jsonb *
act_log_texts(const Act *act)
{
	JsonbParseState *state = NULL;

	if (act->ntexts == 0)
		return NULL;
	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < act->ntexts; i++)
		json_put_text(&state, act->texts[i].field, chain_hex(act->texts[i].hash));
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
