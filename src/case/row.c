/*
 * row.c
 *	  One row of a leaf, written without a statement, and that of a case locked.
 *
 * The decision to know: an act writes four rows and knows each of them by heart,
 * while the executor makes a plan's state anew for every statement, which for a
 * row of fifty columns costs more than to write it.  So the row goes the way by
 * which logical replication applies rows: ExecSimpleRelationInsert and
 * ExecSimpleRelationUpdate, with row triggers, constraints, indexes and foreign
 * keys.  Whatever a table has beyond these (rules, triggers of a statement, row
 * security forced upon its owner, another type of a column) is left to the
 * executor: there the statements are kept for it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_relation.h"
#include "rewrite/rewriteHandler.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "case/row.h"
#include "compat.h"

/* The row under way. */
typedef struct RowWrite
{
	Relation	rel;
	RowShape   *shape;
	const Datum *values;
	const bool *nulls;
	EState	   *estate;
	ResultRelInfo *target;
	TupleTableSlot *slot;		/* the row as it is to be */
	Datum		meant[ROW_COLUMNS]; /* the columns of the shape in it */
	bool		meant_null[ROW_COLUMNS];
} RowWrite;

/* Whether the table's triggers are for rows alone and keep no tables of them. */
static bool
has_row_triggers_only(const TriggerDesc *t, bool inserts)
{
	if (t == NULL)
		return true;
	if (inserts)
		return !t->trig_insert_before_statement && !t->trig_insert_after_statement && !t->trig_insert_new_table;
	return !t->trig_update_before_statement && !t->trig_update_after_statement &&
		!t->trig_update_old_table && !t->trig_update_new_table;
}

/*
 * Whether nothing but the executor would do.  With Citus a leaf is a shell, and
 * its statements go to where its rows are.
 */
static bool
is_plain(Relation rel, bool inserts)
{
	TupleConstr *constr = RelationGetDescr(rel)->constr;

	return rel->rd_rel->relkind == RELKIND_RELATION && rel->rd_rules == NULL &&
		!rel->rd_rel->relforcerowsecurity &&
		!(constr && dcm_has_generated(constr)) &&
		has_row_triggers_only(rel->trigdesc, inserts) &&
		!OidIsValid(get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE));
}

/* Finds the columns by name; false where one is missing or of another type. */
static bool
find_columns(Relation rel, RowShape *shape)
{
	TupleDesc	desc = RelationGetDescr(rel);

	for (int i = 0; i < shape->ncolumns; i++)
	{
		AttrNumber	attnum = shape->attnums[i];

		if (attnum <= 0 || attnum > desc->natts || TupleDescAttr(desc, attnum - 1)->attisdropped ||
			strcmp(NameStr(TupleDescAttr(desc, attnum - 1)->attname), shape->names[i]) != 0)
			attnum = shape->attnums[i] = get_attnum(RelationGetRelid(rel), shape->names[i]);
		if (attnum <= 0 ||
			(i < shape->ngiven && TupleDescAttr(desc, attnum - 1)->atttypid != shape->types[i]))
			return false;
	}
	return true;
}

/* Whether a key is that to the row's case, or a text's log entry. */
static bool
is_own_key(const ForeignKeyCacheInfo *key, const RowShape *shape)
{
	if (key->confrelid != shape->owner || key->nkeys != shape->nowner)
		return false;
	for (int i = 0; i < key->nkeys; i++)
		if (key->conkey[i] != shape->attnums[i] || key->confkey[i] != get_attnum(shape->owner, shape->names[i]))
			return false;
	return true;
}

/* Whether the write gives the column, so that no trigger may change it. */
static bool
is_given(const RowShape *shape, AttrNumber attnum)
{
	for (int i = 0; i < shape->ngiven; i++)
		if (shape->attnums[i] == attnum)
			return true;
	return false;
}

/*
 * Whether a key of a row that changes is what it was.  The server passes over such
 * a key too, but not where this transaction has made the row: there it would ask
 * again for each of many acts, in case the first check were still to come.
 */
static bool
is_unchanged_key(const ForeignKeyCacheInfo *key, const RowWrite *w, const TupleTableSlot *old)
{
	for (int i = 0; i < key->nkeys; i++)
	{
		int			column = key->conkey[i] - 1;
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(w->rel), column);

		if (!is_given(w->shape, key->conkey[i]) || old->tts_isnull[column] != w->slot->tts_isnull[column] ||
			(!old->tts_isnull[column] &&
			 !datum_image_eq(old->tts_values[column], w->slot->tts_values[column], att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

/* Whether a trigger checks a key that needs no check. */
static bool
is_spared(const Trigger *t, const RowWrite *w, const TupleTableSlot *old)
{
	ListCell   *lc;

	if (t->tgfoid != (old ? F_RI_FKEY_CHECK_UPD : F_RI_FKEY_CHECK_INS) || t->tgdeferrable)
		return false;
	foreach(lc, RelationGetFKeyList(w->rel))
	{
		const ForeignKeyCacheInfo *key = lfirst_node(ForeignKeyCacheInfo, lc);

		if (key->conoid == t->tgconstraint)
			return old ? is_unchanged_key(key, w, old) : is_own_key(key, w->shape);
	}
	return false;
}

/*
 * A new row refers to its case, which this transaction has locked or made and
 * which nobody else can take away before it ends: so the check that the case is
 * there, and the lock that would hold it, are spared; and so is that of a key
 * which does not change.  Other keys are checked as ever.  The description of
 * triggers is the target's own copy.
 */
static void
spare_keys(RowWrite *w, const TupleTableSlot *old)
{
	TriggerDesc *triggers = w->target->ri_TrigDesc;
	int16		event = old ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_INSERT;
	bool		has_after = false;
	int			n = 0;

	if (triggers == NULL)
		return;
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		if (is_spared(&triggers->triggers[i], w, old))
			continue;
		triggers->triggers[n] = triggers->triggers[i];
		has_after |= TRIGGER_TYPE_MATCHES(triggers->triggers[n].tgtype, TRIGGER_TYPE_ROW, TRIGGER_TYPE_AFTER, event);
		n++;
	}
	triggers->numtriggers = n;
	if (old)
		triggers->trig_update_after_row = has_after;
	else
		triggers->trig_insert_after_row = has_after;
}

/* What the executor keeps of a statement, as far as triggers and indexes ask for it. */
static void
open_target(RowWrite *w)
{
	RangeTblEntry *rte = makeNode(RangeTblEntry);
	Bitmapset  *columns = NULL;

	for (int i = w->shape->nkeys; i < w->shape->ngiven; i++)
		columns = bms_add_member(columns, w->shape->attnums[i] - FirstLowInvalidHeapAttributeNumber);
	rte->rtekind = RTE_RELATION;
	rte->relid = RelationGetRelid(w->rel);
	rte->relkind = w->rel->rd_rel->relkind;
	rte->rellockmode = RowExclusiveLock;
	dcm_init_range_table(w->estate, rte, columns, w->shape->nkeys == 0);
	w->estate->es_output_cid = GetCurrentCommandId(true);
	w->estate->es_snapshot = GetActiveSnapshot();
	w->target = makeNode(ResultRelInfo);
	InitResultRelInfo(w->target, w->rel, 1, NULL, 0);
	w->estate->es_opened_result_relations = lappend(w->estate->es_opened_result_relations, w->target);
	ExecOpenIndices(w->target, false);
	w->slot = ExecInitExtraTupleSlot(w->estate, RelationGetDescr(w->rel), &TTSOpsVirtual);
}

/* The given columns go into the row; what all its columns are then is what is meant. */
static void
give_columns(RowWrite *w)
{
	const RowShape *shape = w->shape;

	for (int i = shape->nkeys; i < shape->ngiven; i++)
	{
		w->slot->tts_values[shape->attnums[i] - 1] = w->values[i];
		w->slot->tts_isnull[shape->attnums[i] - 1] = w->nulls && w->nulls[i];
	}
	for (int i = 0; i < shape->ncolumns; i++)
	{
		w->meant[i] = w->slot->tts_values[shape->attnums[i] - 1];
		/* the rest of a new row is yet to come about */
		w->meant_null[i] = i >= shape->ngiven || w->slot->tts_isnull[shape->attnums[i] - 1];
	}
	ExecStoreVirtualTuple(w->slot);
}

/* What the table gives a column that is not ours. */
static void
give_default(RowWrite *w, int column)
{
	Node	   *expression = build_column_default(w->rel, column + 1);

	w->slot->tts_isnull[column] = true;
	if (expression == NULL)
	{
		Oid			type = TupleDescAttr(RelationGetDescr(w->rel), column)->atttypid;

		if (get_typtype(type) == TYPTYPE_DOMAIN)
			domain_check((Datum) 0, true, type, NULL, NULL);
		return;
	}
	w->slot->tts_values[column] =
		ExecEvalExpr(ExecInitExpr(expression_planner((Expr *) expression), NULL),
					 GetPerTupleExprContext(w->estate), &w->slot->tts_isnull[column]);
}

static void
insert_row(RowWrite *w)
{
	TupleDesc	desc = RelationGetDescr(w->rel);
	Bitmapset  *given = NULL;

	for (int i = 0; i < w->shape->ngiven; i++)
		given = bms_add_member(given, w->shape->attnums[i]);
	ExecClearTuple(w->slot);
	for (int i = 0; i < desc->natts; i++)
	{
		w->slot->tts_values[i] = (Datum) 0;
		w->slot->tts_isnull[i] = true;
		if (!TupleDescAttr(desc, i)->attisdropped && !bms_is_member(i + 1, given))
			give_default(w, i);
	}
	give_columns(w);
	spare_keys(w, NULL);
	ExecSimpleRelationInsert(w->target, w->estate, w->slot);
}

/* The equality of a key's type, among those that keys have. */
static RegProcedure
equality(Oid type)
{
	return type == INT8OID ? F_INT8EQ : type == INT4OID ? F_INT4EQ : type == INT2OID ? F_INT2EQ : InvalidOid;
}

/* The primary key, if it is over the key's columns and no others; else NULL. */
static Relation
key_index(const RowWrite *w, ScanKey keys)
{
	Relation	index = NULL;

	for (int i = 0; i < w->target->ri_NumIndices && index == NULL; i++)
		if (w->target->ri_IndexRelationDescs[i]->rd_index->indisprimary)
			index = w->target->ri_IndexRelationDescs[i];
	if (index == NULL || index->rd_index->indnkeyatts != w->shape->nkeys || index->rd_rel->relam != BTREE_AM_OID)
		return NULL;
	for (int i = 0; i < w->shape->nkeys; i++)
	{
		RegProcedure equal = equality(w->shape->types[i]);

		if (index->rd_index->indkey.values[i] != w->shape->attnums[i] || !OidIsValid(equal) ||
			index->rd_opcintype[i] != w->shape->types[i])
			return NULL;
		ScanKeyInit(&keys[i], i + 1, BTEqualStrategyNumber, equal, w->values[i]);
	}
	return index;
}

/*
 * Whether the columns that change have no length or subtype of their own, which
 * only an assignment checks: of a geometry, which lies at a point of the city's
 * coordinate system.
 */
static bool
needs_no_cast(const RowWrite *w, const TupleTableSlot *old)
{
	for (int i = w->shape->nkeys; i < w->shape->ngiven; i++)
	{
		int			column = w->shape->attnums[i] - 1;
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(w->rel), column);

		if (att->atttypmod < 0 || (w->nulls && w->nulls[i]))
			continue;
		if (old == NULL || old->tts_isnull[column] ||
			!datum_image_eq(old->tts_values[column], w->values[i], att->attbyval, att->attlen))
			return false;
	}
	return true;
}

/* The row of the key as the active snapshot has it; false where there is none. */
static bool
find_row(Relation rel, Relation index, ScanKey keys, int nkeys, TupleTableSlot *old)
{
	IndexScanDesc scan = dcm_index_beginscan(rel, index, GetActiveSnapshot(), nkeys);
	bool		found;

	index_rescan(scan, keys, nkeys, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, old);
	index_endscan(scan);
	return found;
}

/*
 * Locks the row that was found, and reads it as it is then: who had it locked is
 * waited for, and what that has made of it counts, but to an older snapshot, from
 * which nobody goes on.  False where it is gone.
 */
static bool
lock_found(Relation rel, TupleTableSlot *slot)
{
	ItemPointerData tid = slot->tts_tid;
	uint8		flags = TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS |
		(IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION);
	TM_FailureData failure;
	TM_Result	result = table_tuple_lock(rel, &tid, GetActiveSnapshot(), slot, GetCurrentCommandId(true),
										  LockTupleNoKeyExclusive, LockWaitBlock, flags, &failure);

	if (result == TM_Ok)
		return true;
	if ((result == TM_Updated || result == TM_Deleted) && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	if (result != TM_Deleted && result != TM_SelfModified)
		elog(ERROR, "could not lock a row of \"%s\": %d", RelationGetRelationName(rel), (int) result);
	return false;
}

static RowOutcome
update_row(RowWrite *w)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	Relation	index = key_index(w, keys);
	TupleTableSlot *old;
	EPQState	epq;

	if (index == NULL)
		return ROW_FOR_EXECUTOR;
	old = table_slot_create(w->rel, &w->estate->es_tupleTable);
	/* held by the case's lock, but to an owner who meddles as a replica */
	if (!find_row(w->rel, index, keys, w->shape->nkeys, old) || !lock_found(w->rel, old))
		return ROW_CHANGED;
	slot_getallattrs(old);
	if (!needs_no_cast(w, old))
		return ROW_FOR_EXECUTOR;
	ExecClearTuple(w->slot);
	memcpy(w->slot->tts_values, old->tts_values, sizeof(Datum) * RelationGetDescr(w->rel)->natts);
	memcpy(w->slot->tts_isnull, old->tts_isnull, sizeof(bool) * RelationGetDescr(w->rel)->natts);
	give_columns(w);
	spare_keys(w, old);
	dcm_eval_plan_qual_init(&epq, w->estate);
	ExecSimpleRelationUpdate(w->target, w->estate, &epq, old, w->slot);
	EvalPlanQualEnd(&epq);
	return ROW_WRITTEN;
}

/* Whether the row went in, and its columns are those that were meant. */
static bool
is_as_meant(const RowWrite *w)
{
	/* a trigger that drops a row leaves it without a place */
	if (!ItemPointerIsValid(&w->slot->tts_tid))
		return false;
	for (int i = 0; i < w->shape->ncolumns; i++)
	{
		AttrNumber	attnum = w->shape->attnums[i];
		Form_pg_attribute att = TupleDescAttr(RelationGetDescr(w->rel), attnum - 1);
		bool		isnull;
		Datum		value = slot_getattr(w->slot, attnum, &isnull);

		if (isnull != w->meant_null[i] ||
			(!isnull && !datum_image_eq(value, w->meant[i], att->attbyval, att->attlen)))
			return false;
	}
	return true;
}

static RowOutcome
write_row(RowWrite *w)
{
	RowOutcome	outcome = ROW_WRITTEN;

	w->estate = CreateExecutorState();
	MemoryContextSwitchTo(w->estate->es_query_cxt);
	open_target(w);
	if (w->shape->nkeys > 0)
		outcome = update_row(w);
	else if (needs_no_cast(w, NULL))
		insert_row(w);
	else
		outcome = ROW_FOR_EXECUTOR;
	if (outcome == ROW_WRITTEN && !is_as_meant(w))
		outcome = ROW_CHANGED;
	return outcome;
}

/*
 * What the executor asks before it begins such a statement, in its words: a
 * transaction that is read-only, as all are on a standby, changes nothing, and no
 * leader of parallel workers does.
 */
static void
refuse_read_only(const char *statement)
{
	PreventCommandIfReadOnly(statement);
	PreventCommandIfParallelMode(statement);
}

/*
 * Writes the row and fires what it sets off, as the statement would.  Of what the
 * row holds nothing is copied: the values live as long as the call.
 */
RowOutcome
row_write(const char *leaf, RowShape *shape, const Datum *values, const bool *nulls)
{
	RowWrite	w = {.shape = shape, .values = values, .nulls = nulls};
	MemoryContext old = CurrentMemoryContext;
	RowOutcome	outcome = ROW_FOR_EXECUTOR;

	refuse_read_only(shape->nkeys == 0 ? "INSERT" : "UPDATE");
	w.rel = table_openrv(makeRangeVar("dcm", unconstify(char *, leaf), -1), RowExclusiveLock);
	if (is_plain(w.rel, shape->nkeys == 0) && find_columns(w.rel, shape))
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		CommandCounterIncrement();
		UpdateActiveSnapshotCommandId();
		AfterTriggerBeginQuery();
		outcome = write_row(&w);
		AfterTriggerEndQuery(w.estate);
		ExecResetTupleTable(w.estate->es_tupleTable, false);
		ExecCloseResultRelations(w.estate);
		MemoryContextSwitchTo(old);
		FreeExecutorState(w.estate);
		PopActiveSnapshot();
		CommandCounterIncrement();
	}
	table_close(w.rel, NoLock);
	return outcome;
}

/* The primary key of a leaf, if it is over its number alone; else NULL. */
static Relation
open_number_index(Relation rel, AttrNumber attnum)
{
	Relation	index;

	list_free(RelationGetIndexList(rel));
	if (!OidIsValid(rel->rd_pkindex))
		return NULL;
	index = index_open(rel->rd_pkindex, AccessShareLock);
	if (index->rd_index->indnkeyatts == 1 && index->rd_index->indkey.values[0] == attnum &&
		index->rd_rel->relam == BTREE_AM_OID && index->rd_opcintype[0] == INT8OID)
		return index;
	index_close(index, AccessShareLock);
	return NULL;
}

static bool
lock_row(Relation rel, Relation index, Datum number, const RowShape *shape, Datum *values, bool *nulls)
{
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	ScanKeyData key;
	bool		found;

	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, number);
	found = find_row(rel, index, &key, 1, slot) && lock_found(rel, slot);
	if (found)
	{
		HeapTuple	tuple = ExecCopySlotHeapTuple(slot);

		for (int i = 0; i < shape->ncolumns; i++)
			values[i] = heap_getattr(tuple, shape->attnums[i], RelationGetDescr(rel), &nulls[i]);
	}
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

/*
 * Locks the row of that number and reads its columns, as SELECT ... FOR NO KEY
 * UPDATE would; ROW_CHANGED where there is none.  The values are the caller's.
 */
RowOutcome
row_lock(const char *leaf, RowShape *shape, Datum number, Datum *values, bool *nulls)
{
	Relation	rel;
	RowOutcome	outcome = ROW_FOR_EXECUTOR;
	Relation	index = NULL;

	refuse_read_only("SELECT FOR NO KEY UPDATE");
	rel = table_openrv(makeRangeVar("dcm", unconstify(char *, leaf), -1), RowShareLock);
	if (is_plain(rel, true) && find_columns(rel, shape))
		index = open_number_index(rel, shape->attnums[0]);
	if (index)
	{
		PushActiveSnapshot(GetTransactionSnapshot());
		CommandCounterIncrement();
		UpdateActiveSnapshotCommandId();
		outcome = lock_row(rel, index, number, shape, values, nulls) ? ROW_WRITTEN : ROW_CHANGED;
		PopActiveSnapshot();
		index_close(index, NoLock);
	}
	table_close(rel, NoLock);
	return outcome;
}
