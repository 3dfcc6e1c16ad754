/*
 * workflow.c
 *	  States, actions, what they carry, and transitions, in memory.
 *
 * The decision to know: nothing about the way of a case is in C.  A transition
 * names its effects (start a clock, open an assignment …) and C knows only how
 * to bring each effect about, so that a city adds a step by rows alone.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/people.h"
#include "case/workflow.h"
#include "config_cache.h"
#include "errors.h"

static void *workflow_build(void);

static const char *const workflow_tables[] = {
	"state", "action", "action_key", "transition", "reason", "setting", NULL
};

static ConfigCache workflow_cache = {
	.name = "workflow",
	.tables = workflow_tables,
	.build = workflow_build
};

void
workflow_init(void)
{
	config_cache_register(&workflow_cache);
}

const Workflow *
workflow_get(void)
{
	return config_cache_get(&workflow_cache);
}

/* A text column of the query's row, in the cache's context; NULL for NULL. */
static char *
column_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

static Datum
column_datum(uint64 row, int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/* A text array column as strings. */
static char **
column_texts(uint64 row, int column, int *n)
{
	bool		isnull;
	Datum		value = column_datum(row, column, &isnull);
	Datum	   *elements;
	char	  **texts;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, NULL, n);
	texts = palloc(sizeof(char *) * Max(*n, 1));
	for (int i = 0; i < *n; i++)
		texts[i] = TextDatumGetCString(elements[i]);
	return texts;
}

static void
build_states(Workflow *wf)
{
	config_cache_query("SELECT code, stage, ending::pg_catalog.bool, time_limit::dcm.time_limit FROM dcm.state ORDER BY code");
	wf->nstates = SPI_processed;
	wf->states = palloc0(sizeof(WorkflowState) * Max(wf->nstates, 1));
	for (int i = 0; i < wf->nstates; i++)
	{
		WorkflowState *state = &wf->states[i];
		Datum		limit;
		bool		isnull;

		state->code = column_text(i, 1);
		state->stage = column_text(i, 2);
		state->ending = DatumGetBool(column_datum(i, 3, &isnull));
		limit = column_datum(i, 4, &isnull);
		state->has_limit = !isnull;
		state->time_limit = isnull ? 0 : DatumGetInt64(limit);
	}
}

static void
build_actions(Workflow *wf)
{
	/* by way of jsonb, since a city of 0.1.0 has no column of powers yet */
	config_cache_query("SELECT a.code, pg_catalog.to_jsonb(a) OPERATOR(pg_catalog.->>) 'power' FROM dcm.action AS a ORDER BY a.code");
	wf->nactions = SPI_processed;
	wf->actions = palloc0(sizeof(WorkflowAction) * Max(wf->nactions, 1));
	for (int i = 0; i < wf->nactions; i++)
	{
		char	   *power = column_text(i, 2);

		wf->actions[i].code = column_text(i, 1);
		if (power)
			wf->actions[i].power = strcmp(power, "command") == 0 ? POWER_COMMAND : POWER_SUPERVISION;
	}

	/* the keys of an action come together */
	config_cache_query("SELECT action, key, type, required::pg_catalog.bool FROM dcm.action_key ORDER BY action, key");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *code = column_text(i, 1);
		WorkflowAction *action = (WorkflowAction *) workflow_action(wf, code);
		bool		isnull;

		if (action->keys == NULL)
			action->keys = palloc(sizeof(WorkflowKey) * (SPI_processed - i));
		action->keys[action->nkeys++] = (WorkflowKey)
		{
			.key = column_text(i, 2),
				.type = column_text(i, 3),
				.required = DatumGetBool(column_datum(i, 4, &isnull))
		};
		pfree(code);
	}
}

static uint64
effect_bits(char **names, int n)
{
	static const char *const known[EFFECT_COUNT] = {
#define X(name) #name,
		WORKFLOW_EFFECTS(X)
#undef X
	};
	uint64		bits = 0;

	for (int i = 0; i < n; i++)
		for (int e = 0; e < EFFECT_COUNT; e++)
			if (strcmp(names[i], known[e]) == 0)
				bits |= UINT64CONST(1) << e;
	return bits;
}

static void
build_transitions(Workflow *wf)
{
	config_cache_query("SELECT id::pg_catalog.int4, state, action, next_state, roles::pg_catalog.text[], effects::pg_catalog.text[],"
					   " coalesce(pg_catalog.lower(valid), '-infinity'),"
					   " coalesce(pg_catalog.upper(valid), 'infinity')"
					   " FROM dcm.transition WHERE NOT pg_catalog.isempty(valid) ORDER BY state, action, id");
	wf->ntransitions = SPI_processed;
	wf->transitions = palloc0(sizeof(WorkflowTransition) * Max(wf->ntransitions, 1));
	for (int i = 0; i < wf->ntransitions; i++)
	{
		WorkflowTransition *t = &wf->transitions[i];
		char	   *state = column_text(i, 2);
		char	   *next = column_text(i, 4);
		char	  **effects;
		int			neffects;
		bool		isnull;

		t->id = DatumGetInt32(column_datum(i, 1, &isnull));
		t->state = state ? (WorkflowState *) workflow_state(wf, state) : NULL;
		t->action = (WorkflowAction *) workflow_action(wf, column_text(i, 3));
		t->next = next ? (WorkflowState *) workflow_state(wf, next) : NULL;
		t->roles = column_texts(i, 5, &t->nroles);
		effects = column_texts(i, 6, &neffects);
		t->effects = effect_bits(effects, neffects);
		t->for_parts = t->next == NULL && (HAS_EFFECT(t, sign_work) || HAS_EFFECT(t, handle_work));
		t->since = DatumGetTimestampTz(column_datum(i, 7, &isnull));
		t->till = DatumGetTimestampTz(column_datum(i, 8, &isnull));
	}
}

static void
build_reasons(Workflow *wf)
{
	config_cache_query("SELECT kind OPERATOR(pg_catalog.||) '/' OPERATOR(pg_catalog.||) code FROM dcm.reason");
	wf->nreasons = SPI_processed;
	wf->reasons = palloc(sizeof(char *) * Max(wf->nreasons, 1));
	for (int i = 0; i < wf->nreasons; i++)
		wf->reasons[i] = column_text(i, 1);
}

static bool
setting_is_on(const char *value)
{
	bool		on = true;

	(void) parse_bool(value, &on);
	return on;
}

/* One of the settings that came with 0.2.0, which a city of 0.1.0 has not yet, or the mode. */
static void
take_later_setting(WorkflowSettings *s, const char *name, const char *value, int64 limit)
{
	if (strcmp(name, "redispatch_limit") == 0)
		s->redispatch_rest = strcmp(value, "rest") == 0;
	else if (strcmp(name, "suspend_from") == 0)
		s->suspend_from_grant = strcmp(value, "grant") == 0;
	else if (strcmp(name, "rework_limit") == 0)
		s->rework_whole = strcmp(value, "whole") == 0;
	else if (strcmp(name, "joint_done") == 0)
		s->lead_done = strcmp(value, "lead") == 0;
	else if (strcmp(name, "request_stops_clock") == 0)
		(void) parse_bool(value, &s->request_stops);
	else if (strcmp(name, "first_receiver") == 0)
		(void) parse_bool(value, &s->first_receiver);
	else if (strcmp(name, "extension_levels") == 0)
		s->extension_levels = pg_strtoint32(value);
	else if (strcmp(name, "suspension_levels") == 0)
		s->suspension_levels = pg_strtoint32(value);
	else if (strcmp(name, "appeal_reviews") == 0)
		s->appeal_reviews = pg_strtoint32(value);
	else if (strcmp(name, "org_mode") == 0)
		s->org_mode = pstrdup(value);
	else if (strcmp(name, "org_mode_enforced") == 0)
		(void) parse_bool(value, &s->org_mode_enforced);
	else if (strcmp(name, "reporter_may_check") == 0)
		s->reporter_may_not_check = !setting_is_on(value);
	else if (strcmp(name, "row_security") == 0)
		s->sight_is_free = !setting_is_on(value);
	else if (strcmp(name, "danger_arrive_limit") == 0)
	{
		s->has_danger_limit = true;
		s->danger_limit = limit;
	}
	else
	{
		s->has_arrive_limit = true;
		s->arrive_limit = limit;
	}
}

static void
build_later_settings(WorkflowSettings *s)
{
	config_cache_query("SELECT name, coalesce(value, default_value)::pg_catalog.text,"
					   " CASE WHEN name OPERATOR(pg_catalog.~) 'arrive_limit$' THEN coalesce(value, default_value)::dcm.time_limit END"
					   " FROM dcm.setting WHERE name OPERATOR(pg_catalog.=)"
					   " ANY ('{arrive_limit,danger_arrive_limit,redispatch_limit,request_stops_clock,suspend_from,rework_limit,"
					   "joint_done,first_receiver,extension_levels,suspension_levels,appeal_reviews,"
					   "org_mode,org_mode_enforced,reporter_may_check,row_security}')"
					   " AND coalesce(value, default_value) IS NOT NULL");
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		limit = column_datum(i, 3, &isnull);

		take_later_setting(s, column_text(i, 1), column_text(i, 2), isnull ? 0 : DatumGetInt64(limit));
	}
}

/*
 * The settings: read by one query that lets the server's own input functions
 * judge each value, so that a bad one is refused in their words.
 */
static void
build_settings(Workflow *wf)
{
	WorkflowSettings *s = &wf->settings;
	bool		isnull;
	Datum		limit;
	char	   *zone;

	config_cache_query("SELECT dcm.setting('calendar'), dcm.setting('time_zone'),"
					   " (extract(epoch FROM dcm.setting('clock_skew')::pg_catalog.interval) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
					   " dcm.setting('handle_from') OPERATOR(pg_catalog.=) 'sign',"
					   " dcm.setting('rework_min')::dcm.time_limit,"
					   " dcm.setting('max_extensions')::pg_catalog.int4,"
					   " dcm.setting('extend_when_late')::pg_catalog.bool,"
					   " dcm.setting('file_needs_point')::pg_catalog.bool,"
					   " dcm.setting('photo_metres')::pg_catalog.float8,"
					   " (extract(epoch FROM dcm.setting('photo_interval')::pg_catalog.interval) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
					   " dcm.setting('in_time_by') OPERATOR(pg_catalog.=) 'close'");
	s->calendar = column_text(0, 1);
	zone = column_text(0, 2);
	s->time_zone = pg_tzset(zone);
	if (s->time_zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("time zone \"%s\" not recognized", zone),
				 errhint("UPDATE dcm.setting SET value = ... WHERE name = 'time_zone'."),
				 errname("dcm.time_zone")));
	s->clock_skew = DatumGetInt64(column_datum(0, 3, &isnull));
	s->handle_from_sign = DatumGetBool(column_datum(0, 4, &isnull));
	limit = column_datum(0, 5, &isnull);
	s->has_rework_min = !isnull;
	s->rework_min = isnull ? 0 : DatumGetInt64(limit);
	s->max_extensions = DatumGetInt32(column_datum(0, 6, &isnull));
	s->extend_when_late = DatumGetBool(column_datum(0, 7, &isnull));
	s->file_needs_point = DatumGetBool(column_datum(0, 8, &isnull));
	s->photo_metres = DatumGetFloat8(column_datum(0, 9, &isnull));
	s->photo_interval = DatumGetInt64(column_datum(0, 10, &isnull));
	s->in_time_by_close = DatumGetBool(column_datum(0, 11, &isnull));
	SPI_freetuptable(SPI_tuptable);
	build_later_settings(s);
}

static void *
workflow_build(void)
{
	Workflow   *wf = palloc0(sizeof(Workflow));

	build_states(wf);
	build_actions(wf);
	build_transitions(wf);
	build_reasons(wf);
	build_settings(wf);
	return wf;
}

/* The state of that code, or NULL; there are a dozen, so a walk is quickest. */
const WorkflowState *
workflow_state(const Workflow *wf, const char *code)
{
	for (int i = 0; i < wf->nstates; i++)
		if (strcmp(wf->states[i].code, code) == 0)
			return &wf->states[i];
	return NULL;
}

const WorkflowAction *
workflow_action(const Workflow *wf, const char *code)
{
	for (int i = 0; i < wf->nactions; i++)
		if (strcmp(wf->actions[i].code, code) == 0)
			return &wf->actions[i];
	return NULL;
}

/* The transition valid at that time, or NULL: then the move is forbidden. */
const WorkflowTransition *
workflow_transition(const Workflow *wf, const WorkflowState *state,
					const WorkflowAction *action, TimestampTz at)
{
	for (int i = 0; i < wf->ntransitions; i++)
	{
		const WorkflowTransition *t = &wf->transitions[i];

		if (t->state == state && t->action == action &&
			t->since <= at && at < t->till)
			return t;
	}
	return NULL;
}

/*
 * What people may do in a state, as a list for an error's detail; without what
 * has the hidden effects, since there is nothing to answer by them.
 */
char *
workflow_allowed(const Workflow *wf, const WorkflowState *state, TimestampTz at,
				 bool has_parts, uint64 hidden)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < wf->ntransitions; i++)
	{
		const WorkflowTransition *t = &wf->transitions[i];
		bool		of_jobs = t->nroles == 1 && strcmp(t->roles[0], "system") == 0;

		if (t->state == state && t->since <= at && at < t->till && !of_jobs &&
			(has_parts || !t->for_parts) && (t->effects & hidden) == 0)
			appendStringInfo(&list, "%s%s", list.len ? ", " : "", t->action->code);
	}
	return list.len ? list.data : "nothing";
}

/* The roles that a person may have for it: that of jobs only where it is all. */
char *
workflow_roles(const WorkflowTransition *t)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < t->nroles; i++)
		if (t->nroles == 1 || strcmp(t->roles[i], SYSTEM_ROLE) != 0)
			appendStringInfo(&list, "%s%s", list.len ? ", " : "", t->roles[i]);
	return list.data;
}

bool
workflow_reason(const Workflow *wf, const char *kind, const char *code)
{
	size_t		length = strlen(kind);

	for (int i = 0; i < wf->nreasons; i++)
		if (strncmp(wf->reasons[i], kind, length) == 0 &&
			wf->reasons[i][length] == '/' &&
			strcmp(wf->reasons[i] + length + 1, code) == 0)
			return true;
	return false;
}
