/*
 * marks.c
 *	  dcm.marks(): what is true of one case, as a bigint with a bit a field.
 *
 * Names come with conditions in pairs, so that a field that a later release
 * adds changes no signature.  They must be constants: each is looked up once,
 * when the expression is first run, and a constant argument costs nothing
 * after that, so that the call is one loop over booleans.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "errors.h"
#include "score/tally.h"

PG_FUNCTION_INFO_V1(dcm_marks);

/* Of each pair the field */
typedef struct MarkBits
{
	int			pairs;
	uint8		field[FUNC_MAX_ARGS / 2];
} MarkBits;

static void
bad_marks(const char *detail, int argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument %d of %s is not what it must be", argument, "dcm.marks()"),
			 errdetail_internal("%s", detail),
			 errhint("Write pairs such as dcm.marks('filed', filed_at IS NOT NULL, 'closed', closed_at IS NOT NULL)."),
			 errname("dcm.bad_marks")));
}

/* The field that an argument names. */
static int
mark_of(Node *argument, int number)
{
	Const	   *constant = (Const *) argument;
	char	   *name;
	int			field;

	if (!IsA(argument, Const) || constant->constisnull)
		bad_marks("The name of a field must be a constant.", number);
	if (constant->consttype == UNKNOWNOID)
		name = DatumGetCString(constant->constvalue);
	else if (constant->consttype == TEXTOID)
		name = TextDatumGetCString(constant->constvalue);
	else
	{
		bad_marks("The name of a field must be text.", number);
		return 0;
	}
	field = tally_field_asked(name, strlen(name));
	if (field >= TALLY_MARKS)
		bad_marks("The field is an amount, which dcm.tally_agg(field, amount) counts.", number);
	return field;
}

/* Looks up the names of a call. */
static MarkBits *
learn_marks(FunctionCallInfo fcinfo)
{
	MarkBits   *marks = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(MarkBits));
	Node	   *call = fcinfo->flinfo->fn_expr;
	List	   *arguments;

	if (call == NULL || !IsA(call, FuncExpr))
		elog(ERROR, "dcm.marks() is called by no expression");
	if (get_fn_expr_variadic(fcinfo->flinfo))
		bad_marks("An array cannot stand for the arguments.", 1);
	arguments = ((FuncExpr *) call)->args;
	if (PG_NARGS() % 2 != 0)
		bad_marks("A condition must follow it.", PG_NARGS());
	marks->pairs = PG_NARGS() / 2;
	for (int i = 0; i < marks->pairs; i++)
	{
		Node	   *condition = list_nth(arguments, 2 * i + 1);
		Oid			type = exprType(condition);

		marks->field[i] = (uint8) mark_of(list_nth(arguments, 2 * i), 2 * i + 1);
		if (type != BOOLOID && !(IsA(condition, Const) && ((Const *) condition)->constisnull))
			bad_marks("A condition must be boolean.", 2 * i + 2);
	}
	fcinfo->flinfo->fn_extra = marks;
	return marks;
}

/*
 * dcm.marks(field, condition, …): the bits of the fields whose conditions are
 * true.
 */
Datum
dcm_marks(PG_FUNCTION_ARGS)
{
	const MarkBits *marks = fcinfo->flinfo->fn_extra;
	const NullableDatum *condition = &fcinfo->args[1];
	uint64		result = 0;

	if (unlikely(marks == NULL))
		marks = learn_marks(fcinfo);
	for (int i = 0; i < marks->pairs; i++, condition += 2)
		result |= (uint64) ((condition->value != 0) & !condition->isnull) << marks->field[i];
	PG_RETURN_INT64((int64) result);
}
