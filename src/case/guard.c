/*
 * guard.c
 *	  The guard on the leaves of the case tables, and the permits that pass it.
 *
 * The decision to know: a permit names one row (the table by the trigger's text
 * argument, never by oid, since a shard of the same table has another; the key;
 * the operation) and is good for one passage within one statement.  A flag
 * "dcm is writing" would let any other trigger forge a second row meanwhile.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "case/guard.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_guard);

#define PERMITS 8

typedef struct Permit
{
	const char *table;
	int64		case_no;
	int64		sub;
	char		op;				/* i, u or d */
	bool		spent;
} Permit;

/*
 * The permits of the statements now running, innermost last: a city's own
 * trigger may call dcm.act while another act writes.
 */
static Permit permits[PERMITS];
static int	npermits = 0;

/* Permits never outlive their transaction. */
static void
guard_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT || event == XACT_EVENT_COMMIT)
		npermits = 0;
}

void
guard_init(void)
{
	RegisterXactCallback(guard_xact_callback, NULL);
}

/*
 * Calls what writes one row of a case table, under a permit for that row and no
 * other.  Raises 55000 where the guard did not fire, since a table without its
 * guard is no longer the case file.
 */
void
guarded_write(GuardedWrite write, void *arg, const char *table, int64 case_no, int64 sub, char op)
{
	int			depth = npermits;

	if (npermits >= PERMITS)
		ereport(ERROR,
				(errcode(ERRCODE_STATEMENT_TOO_COMPLEX),
				 errmsg("acts are nested too deeply"),
				 errhint("A trigger on the case tables calls dcm.act in a circle."),
				 errname("dcm.nested")));

	permits[npermits++] = (Permit)
	{
		.table = table, .case_no = case_no, .sub = sub, .op = op
	};
	PG_TRY();
	{
		write(arg);
		if (!permits[depth].spent)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the guard of table \"dcm.%s\" did not fire", table),
					 errdetail("Its trigger is disabled or gone, or session_replication_role is not origin."),
					 errhint("ALTER TABLE ... ENABLE TRIGGER zz_dcm_guard on the leaf."),
					 errname("dcm.guard_off")));
	}
	PG_FINALLY();
	{
		npermits = depth;
	}
	PG_END_TRY();
}

/* The integer in a column named by a trigger argument; 0 for no column. */
static int64
key_part(TriggerData *trigdata, HeapTuple tuple, const char *column)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	int			attnum;
	bool		isnull;
	Datum		value;

	if (column[0] == '\0')
		return 0;
	attnum = SPI_fnumber(desc, column);
	if (attnum <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" is missing", column,
						RelationGetRelationName(trigdata->tg_relation)),
				 errname("dcm.guard_off")));
	value = heap_getattr(tuple, attnum, desc, &isnull);
	if (isnull)
		return 0;
	switch (TupleDescAttr(desc, attnum - 1)->atttypid)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		case INT8OID:
			return DatumGetInt64(value);
		default:
			return 0;			/* the field of a text: its log entry is the key */
	}
}

/*
 * Refuses a write, in words that say what to do instead.
 */
static void
refuse(TriggerData *trigdata, const char *verb)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("table \"%s\" is written by dcm alone",
					RelationGetRelationName(trigdata->tg_relation)),
			 errdetail("A plain %s of a case table is refused, to its owner too.", verb),
			 errhint("Call dcm.report_case or dcm.act."),
			 errname("dcm.guarded")));
}

/*
 * Trigger on every leaf, for each row of INSERT, UPDATE and DELETE and for the
 * statement of TRUNCATE.  Arguments: the case table's name and the column that
 * completes its key ('' where case_no is all of it).
 */
Datum
dcm_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	HeapTuple	tuple;
	Permit	   *permit;
	char		op;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_BEFORE(trigdata->tg_event) ||
		trigdata->tg_trigger->tgnargs != 2)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"%s\" must be fired before a change, with two arguments", "dcm.guard"),
				 errname("dcm.trigger")));
	if (TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		refuse(trigdata, "TRUNCATE");

	op = TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ? 'i' :
		TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? 'u' : 'd';
	tuple = op == 'u' ? trigdata->tg_newtuple : trigdata->tg_trigtuple;
	permit = npermits > 0 ? &permits[npermits - 1] : NULL;

	if (permit == NULL || permit->spent || permit->op != op ||
		strcmp(permit->table, trigdata->tg_trigger->tgargs[0]) != 0 ||
		permit->case_no != key_part(trigdata, tuple, "case_no") ||
		permit->sub != key_part(trigdata, tuple, trigdata->tg_trigger->tgargs[1]))
		refuse(trigdata, op == 'i' ? "INSERT" : op == 'u' ? "UPDATE" : "DELETE");
	if (op == 'u' && key_part(trigdata, trigdata->tg_trigtuple, "case_no") != permit->case_no)
		refuse(trigdata, "UPDATE");
	permit->spent = true;
	return PointerGetDatum(tuple);
}
