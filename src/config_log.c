/*
 * config_log.c
 *	  dcm.log_config: the row trigger that writes each change of a rule to
 *	  dcm.config_log.
 *
 * The decision to know: it writes as the city's owner.  Whoever may change a
 * rule needs no right on the log, so no entry can be forged or left out; who it
 * was stands in db_role (the session's user) and person.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "city.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_log_config);

#define INSERT_ENTRY \
	"INSERT INTO dcm.config_log (table_name, op, before, after, person)" \
	" VALUES ($1, $2, pg_catalog.to_jsonb($3), pg_catalog.to_jsonb($4), "
/* each by its own index, which has not the collation of names: it is asked for every row of a list */
#define PERSON \
	"CASE WHEN $5 OPERATOR(pg_catalog.>) 0" \
	" THEN (SELECT p.code FROM dcm.person AS p WHERE p.id OPERATOR(pg_catalog.=) $5)" \
	" ELSE (SELECT p.code FROM dcm.person AS p WHERE p.login OPERATOR(pg_catalog.=) session_user::pg_catalog.text COLLATE pg_catalog.\"default\") END)"

/* The person of dcm.become, or 0. */
static int
acting_id(void)
{
	const char *acting = GetConfigOption("dcm.acting_person", true, false);
	int			id = 0;

	if (acting != NULL && sscanf(acting, "%d", &id) != 1)
		id = 0;
	return id;
}

/* Inserts the entry, as the city's owner, whom the caller has become. */
static void
insert_entry(Relation rel, const char *op, HeapTuple before, HeapTuple after)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Oid			row = rel->rd_rel->reltype;
	Oid			types[5] = {TEXTOID, TEXTOID, row, row, INT4OID};
	Datum		values[5] = {0};
	char		nulls[6] = "     ";

	/* the first settings are written before there are persons */
	bool		persons = OidIsValid(get_relname_relid("person", RelationGetNamespace(rel)));

	values[0] = CStringGetTextDatum(RelationGetRelationName(rel));
	values[1] = CStringGetTextDatum(op);
	if (before)
		values[2] = heap_copy_tuple_as_datum(before, desc);
	else
		nulls[2] = 'n';
	if (after)
		values[3] = heap_copy_tuple_as_datum(after, desc);
	else
		nulls[3] = 'n';
	values[4] = Int32GetDatum(acting_id());
	if (SPI_execute_with_args(persons ? INSERT_ENTRY PERSON : INSERT_ENTRY "NULL)",
							  persons ? 5 : 4, types, values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not log a change of configuration");
}

Datum
dcm_log_config(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	TriggerEvent event;
	CityRights	rights;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired after a change, for each row", "dcm.log_config"),
				 errname("dcm.trigger")));
	event = trigdata->tg_event;

	rights = city_enter();
	if (TRIGGER_FIRED_BY_INSERT(event))
		insert_entry(trigdata->tg_relation, "INSERT", NULL, trigdata->tg_trigtuple);
	else if (TRIGGER_FIRED_BY_DELETE(event))
		insert_entry(trigdata->tg_relation, "DELETE", trigdata->tg_trigtuple, NULL);
	else
		insert_entry(trigdata->tg_relation, "UPDATE", trigdata->tg_trigtuple, trigdata->tg_newtuple);
	city_leave(rights);
	return PointerGetDatum(NULL);
}
