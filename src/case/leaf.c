/*
 * leaf.c
 *	  The leaf that a case number names, and the kept statements on its tables.
 *
 * The decision to know: act never speaks to the partitioned tables.  A generic
 * plan over 120 leaves takes hundreds of locks, while the case number itself
 * tells the leaf; so statements are kept for each leaf, by the leaf's name, and
 * the plan cache re-plans them by name when a leaf is dropped and made again.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "case/case_tables.h"
#include "case/guard.h"
#include "case/leaf.h"
#include "case/row.h"
#include "city.h"
#include "errors.h"

/* Case numbers are yyyymmdd * 10^7 + serial. */
#define CASE_NO_PER_YEAR INT64CONST(100000000000)

#define MAX_ARGS CF_COUNT

typedef struct LeafPlans
{
	int			year;			/* hash key */
	SPIPlanPtr	plans[LEAF_COUNT];
	RowShape   *shapes[LEAF_COUNT];
} LeafPlans;

/*
 * The session's kept plans.  They hold type oids, so they go when the city that
 * they were made for is another one.
 */
static struct
{
	Oid			case_file;
	Oid			file_types[CF_COUNT];
	bool		tells_stages;
	HTAB	   *leaves;
	MemoryContext shapes;		/* where the shapes of the leaves are */
	SPIPlanPtr	city[CITY_COUNT];
}			kept;

/*
 * A statement and the types of its parameters, a letter each as in
 * case_tables.h, and f for float8.  %d is the leaf's year.  "@" in place of the
 * letters: the columns of the table.  What a SELECT gives is cast, since an
 * owner may have changed a column's type.
 */
typedef struct Statement
{
	const char *args;
	const char *sql;
} Statement;

/*
 * What writes one row is told by its columns, in the order of the parameters:
 * row.c does it, and the statement that write_statement makes where the table
 * has what row.c has not.
 */
typedef struct RowStatement
{
	const char *args;
	const char *table;
	int			nkeys;			/* an UPDATE's key is this many columns; 0: an INSERT */
	const char *columns;
	const char *rest;			/* what an INSERT leaves NULL, if anything */
} RowStatement;

#define EQ " OPERATOR(pg_catalog.=) "

static const Statement leaf_statements[LEAF_COUNT] = {
	[LEAF_LOCK] = {"l", NULL},
	[LEAF_INSERT] = {"@", NULL},
	[LEAF_LOG_AT] = {"li",
		"SELECT l.to_state::pg_catalog.text, l.stage::pg_catalog.text,"
		" (SELECT c.due::pg_catalog.timestamptz FROM dcm.case_log_%1$d AS c WHERE c.case_no" EQ "$1"
		" AND c.log_no OPERATOR(pg_catalog.<=) $2 AND c.clock IS NOT NULL"
		" ORDER BY c.log_no DESC LIMIT 1),"
		" (SELECT c.provisional::pg_catalog.bool FROM dcm.case_log_%1$d AS c WHERE c.case_no" EQ "$1"
		" AND c.log_no OPERATOR(pg_catalog.<=) $2 AND c.clock IS NOT NULL"
		" ORDER BY c.log_no DESC LIMIT 1), l.actor::pg_catalog.int4"
	" FROM dcm.case_log_%1$d AS l WHERE l.case_no" EQ "$1 AND l.log_no" EQ "$2"},
	[LEAF_HANDLED_BY] = {"li",
		"SELECT 1 FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1 AND l.actor" EQ "$2"
	" AND t.effects OPERATOR(pg_catalog.&&) '{handle_work,on_site,forward}' LIMIT 1"},
	[LEAF_TEXT_HELD] = {"lit",
		"SELECT 1 FROM dcm.case_text_%1$d WHERE case_no" EQ "$1 AND log_no" EQ "$2 AND field" EQ "$3"
	" AND value IS NOT NULL FOR UPDATE"},
	[LEAF_TEXT_ERASE] = {"lity",
		"UPDATE dcm.case_text_%1$d SET value = NULL, salt = $4"
		" WHERE case_no" EQ "$1 AND log_no" EQ "$2 AND field" EQ "$3"
	" RETURNING case_no, log_no, field, salt, value"},
	[LEAF_WORK_LAST] = {"ls",
		"SELECT work_no::pg_catalog.int2 FROM dcm.assignment_%1$d WHERE case_no" EQ "$1"
	" AND work_no OPERATOR(pg_catalog.>=) $2 ORDER BY work_no DESC LIMIT 1"},
	[LEAF_PARTS] = {"ls",
		"SELECT work_no::pg_catalog.int2, org::pg_catalog.int4, part::pg_catalog.text, parent::pg_catalog.int2,"
		" signed_at IS NOT NULL, handled_at::pg_catalog.timestamptz"
		" FROM dcm.assignment_%1$d WHERE case_no" EQ "$1 AND work_no OPERATOR(pg_catalog.>=) $2"
	" AND returned_at IS NULL AND recalled_at IS NULL ORDER BY work_no"},
	[LEAF_HELD] = {"ls",
		"SELECT work_no::pg_catalog.int2, org::pg_catalog.int4 FROM dcm.assignment_%1$d"
		" WHERE case_no" EQ "$1 AND work_no OPERATOR(pg_catalog.>) $2 AND part OPERATOR(pg_catalog.<>) 'coordinator'"
	" ORDER BY work_no DESC"},
	[LEAF_WORK_BY] = {"lsi",
		"SELECT 1 FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1 AND l.work_no" EQ "$2 AND l.actor" EQ "$3"
	" AND t.effects OPERATOR(pg_catalog.&&) '{return_work,handle_work}' LIMIT 1"},
	[LEAF_REQUESTER] = {"l",
		"SELECT l.actor::pg_catalog.int4 FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1 AND t.effects OPERATOR(pg_catalog.&&) '{request_extension,request_suspension}'"
	" ORDER BY l.log_no DESC LIMIT 1"},
	[LEAF_APPEAL_WAITS] = {"li",
		"SELECT 1 FROM dcm.case_task_%1$d WHERE case_no" EQ "$1 AND org" EQ "$2 AND kind" EQ "'appeal'"
	" AND done_at IS NULL LIMIT 1"},
	[LEAF_UNJUDGED] = {"ls",
		"SELECT work_no::pg_catalog.int2, org::pg_catalog.int4, dispatcher::pg_catalog.int4, returned_at IS NOT NULL,"
		" return_reason::pg_catalog.text"
		" FROM dcm.assignment_%1$d WHERE case_no" EQ "$1 AND ($2" EQ "0 OR work_no" EQ "$2)"
		" AND judged_at IS NULL AND (returned_at IS NOT NULL OR misdirected)"
	" ORDER BY work_no DESC LIMIT 1"},
	[LEAF_LAST_HANDLER] = {"ls",
		"SELECT l.actor::pg_catalog.int4 FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1 AND l.log_no OPERATOR(pg_catalog.>) $2"
	" AND t.effects OPERATOR(pg_catalog.&&) '{handle_work}' ORDER BY l.log_no DESC LIMIT 1"},
	[LEAF_WORK_ARRIVAL] = {"ls",
		"SELECT dispatched_at::pg_catalog.timestamptz, arrive_limit::dcm.time_limit, arrived_at::pg_catalog.timestamptz"
	" FROM dcm.assignment_%1$d WHERE case_no" EQ "$1 AND work_no" EQ "$2"},
	[LEAF_STAGE_GET] = {"ls",
		"SELECT opened_at::pg_catalog.timestamptz, time_limit::dcm.time_limit, closed_at::pg_catalog.timestamptz"
	" FROM dcm.case_stage_%1$d WHERE case_no" EQ "$1 AND stage_no" EQ "$2"},
	[LEAF_TASK_FIND] = {"lts",
		"SELECT task_no::pg_catalog.int2, person::pg_catalog.int4, done_at::pg_catalog.timestamptz, org::pg_catalog.int4"
		" FROM dcm.case_task_%1$d WHERE case_no" EQ "$1"
		" AND kind" EQ "ANY (pg_catalog.string_to_array($2, ',')) AND ($3" EQ "0 OR task_no" EQ "$3)"
	" ORDER BY done_at IS NULL DESC, task_no DESC LIMIT 1"},
	[LEAF_TASK_OF_STAGE] = {"lz",
		"SELECT task_no::pg_catalog.int2 FROM dcm.case_task_%1$d WHERE case_no" EQ "$1"
		" AND requested_at" EQ "$2 AND kind" EQ "ANY ('{verify,check}') AND done_at IS NULL AND due IS NOT NULL"
	" ORDER BY task_no DESC LIMIT 1"},
	[LEAF_REVIEWS] = {"lsi",
		"SELECT l.actor::pg_catalog.int4 FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1 AND t.effects OPERATOR(pg_catalog.&&) '{appeal,decide_appeal}'"
		" AND (l.data OPERATOR(pg_catalog.->>) 'task')" EQ "$2::pg_catalog.text AND l.log_no OPERATOR(pg_catalog.>) $3"
	" ORDER BY l.log_no"},
	[LEAF_ENDORSED] = {"l",
		"SELECT e.actor::pg_catalog.int4 FROM ("
		"SELECT l.actor, t.effects FROM dcm.case_log_%1$d AS l JOIN dcm.transition AS t ON t.id" EQ "l.transition"
		" WHERE l.case_no" EQ "$1"
		" AND t.effects OPERATOR(pg_catalog.&&) '{endorse,request_extension,request_suspension}'"
		" ORDER BY l.log_no DESC LIMIT 1) AS e"
	" WHERE e.effects OPERATOR(pg_catalog.&&) '{endorse}'"},
	[LEAF_ARRIVED] = {"ls",
		"SELECT 1 FROM dcm.assignment_%1$d WHERE case_no" EQ "$1 AND work_no OPERATOR(pg_catalog.>=) $2"
	" AND (arrived_at IS NOT NULL OR handled_at IS NOT NULL) LIMIT 1"},
	[LEAF_MERGE_INTO] = {"l",
		"SELECT ended_at IS NOT NULL FROM dcm.case_file_%1$d WHERE case_no" EQ "$1"
	" FOR SHARE SKIP LOCKED"},
};

/* What writes one row. */
static const RowStatement leaf_writes[LEAF_COUNT] = {
	[LEAF_UPDATE] = {.args = "@", .table = "case_file", .nkeys = 1},
	[LEAF_LOG] = {.args = "@", .table = "case_log"},
	[LEAF_TEXT] = {.args = "lityt", .table = "case_text",
		.columns = "case_no, log_no, field, salt, value"},
	[LEAF_WORK_OPEN] = {.args = "lsiziLzLztb", .table = "assignment",
		.columns = "case_no, work_no, org, dispatched_at, dispatcher, time_limit, due, arrive_limit, arrive_due, part, misdirected",
		.rest = "signed_at, handled_at, returned_at, return_reason, recalled_at, arrived_at, parent, fault, judged_at"},
	[LEAF_WORK_JOIN] = {.args = "lsitsziLzb", .table = "assignment",
		.columns = "case_no, work_no, org, part, parent, dispatched_at, dispatcher, time_limit, due, misdirected",
		.rest = "signed_at, handled_at, returned_at, return_reason, recalled_at, arrive_limit, arrive_due, arrived_at, fault, judged_at"},
	[LEAF_WORK_SIGN_PART] = {.args = "lsz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, signed_at"},
	[LEAF_WORK_CLAIM] = {.args = "lsb", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, misdirected"},
	[LEAF_WORK_JUDGE] = {.args = "lstz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, fault, judged_at"},
	[LEAF_WORK_SIGN] = {.args = "lszz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, signed_at, due"},
	[LEAF_WORK_END] = {.args = "lsztz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, returned_at, return_reason, recalled_at"},
	[LEAF_WORK_HANDLE] = {.args = "lsz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, handled_at"},
	[LEAF_WORK_CLOCK] = {.args = "lszLz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, handled_at, time_limit, due"},
	[LEAF_WORK_ARRIVE] = {.args = "lsz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, arrived_at"},
	[LEAF_WORK_ARRIVE_BY] = {.args = "lsz", .table = "assignment", .nkeys = 2,
		.columns = "case_no, work_no, arrive_due"},
	[LEAF_STAGE_OPEN] = {.args = "lstizLzt", .table = "case_stage",
		.columns = "case_no, stage_no, stage, person, opened_at, time_limit, due, state",
		.rest = "closed_at, outcome"},
	[LEAF_STAGE_CLOSE] = {.args = "lszt", .table = "case_stage", .nkeys = 2,
		.columns = "case_no, stage_no, closed_at, outcome"},
	[LEAF_STAGE_CLOCK] = {.args = "lsz", .table = "case_stage", .nkeys = 2,
		.columns = "case_no, stage_no, due"},
	[LEAF_ATTACH] = {.args = "lsittffzt", .table = "attachment",
		.columns = "case_no, attachment_no, log_no, kind, uri, lon, lat, taken_at, sha256"},
	[LEAF_TASK_OPEN] = {.args = "lstizzii", .table = "case_task",
		.columns = "case_no, task_no, kind, person, requested_at, due, org, log_no",
		.rest = "done_at, done_by, outcome"},
	[LEAF_TASK_GIVE] = {.args = "lsi", .table = "case_task", .nkeys = 2,
		.columns = "case_no, task_no, person"},
	[LEAF_TASK_DONE] = {.args = "lszit", .table = "case_task", .nkeys = 2,
		.columns = "case_no, task_no, done_at, done_by, outcome"},
	[LEAF_TASK_CLOCK] = {.args = "lsz", .table = "case_task", .nkeys = 2,
		.columns = "case_no, task_no, due"},
};

/*
 * A city of 0.1.0 goes on under this library until its tables are brought up:
 * there is no clock of a state or an arrival, and no log of either.
 */
static const Statement old_work_open = {"lsiziLz",
	"INSERT INTO dcm.assignment_%1$d (case_no, work_no, org, dispatched_at, dispatcher, time_limit, due)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)"
	" RETURNING case_no, work_no, org, dispatched_at, dispatcher, time_limit, due,"
" signed_at, handled_at, returned_at, return_reason, recalled_at, CASE WHEN part" EQ "'lead' THEN NULL ELSE part END"};
static const Statement old_stage_open = {"lstizLz",
	"INSERT INTO dcm.case_stage_%1$d (case_no, stage_no, stage, person, opened_at, time_limit, due)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7)"
" RETURNING case_no, stage_no, stage, person, opened_at, time_limit, due, closed_at, outcome"};

static const Statement old_task_open = {"lstizz",
	"INSERT INTO dcm.case_task_%1$d (case_no, task_no, kind, person, requested_at, due)"
	" VALUES ($1, $2, $3, $4, $5, $6)"
" RETURNING case_no, task_no, kind, person, requested_at, due, done_at, done_by, outcome"};

static const Statement old_task_find = {"lts",
	"SELECT task_no::pg_catalog.int2, person::pg_catalog.int4, done_at::pg_catalog.timestamptz, NULL::pg_catalog.int4"
	" FROM dcm.case_task_%1$d WHERE case_no" EQ "$1"
	" AND kind" EQ "ANY (pg_catalog.string_to_array($2, ',')) AND ($3" EQ "0 OR task_no" EQ "$3)"
" ORDER BY done_at IS NULL DESC, task_no DESC LIMIT 1"};

static const Statement city_statements[CITY_COUNT] = {
	[CITY_ACT_KEY] = {"lt",
	"SELECT args::pg_catalog.bytea, log_no::pg_catalog.int4 FROM dcm.act_key WHERE case_no" EQ "$1 AND client_key" EQ "$2"},
	[CITY_ACT_KEY_NEW] = {"ltyi",
	"INSERT INTO dcm.act_key (case_no, client_key, args, log_no) VALUES ($1, $2, $3, $4)"},
	[CITY_REPORT_KEY] = {"it",
	"SELECT args::pg_catalog.bytea, case_no::pg_catalog.int8 FROM dcm.report_key WHERE actor" EQ "$1 AND client_key" EQ "$2"},
	[CITY_REPORT_KEY_NEW] = {"ityl",
		"INSERT INTO dcm.report_key (actor, client_key, args, case_no) VALUES ($1, $2, $3, $4)"
	" ON CONFLICT DO NOTHING"},
	[CITY_REPORT_KEY_MOVE] = {"itl",
	"UPDATE dcm.report_key SET case_no = $3 WHERE actor" EQ "$1 AND client_key" EQ "$2"},
	[CITY_CATEGORY] = {"t",
		"SELECT id::pg_catalog.int4 FROM dcm.category WHERE code" EQ "$1 AND edition" EQ "dcm.setting('edition')"},
	[CITY_STANDARD] = {"iiz",
		"SELECT id::pg_catalog.int4, limit_1::dcm.time_limit,"
		" coalesce(limit_2, limit_1)::dcm.time_limit, coalesce(limit_3, limit_1)::dcm.time_limit"
		" FROM dcm.filing_standard WHERE category" EQ "$1 AND condition_no" EQ "$2"
	" AND valid OPERATOR(pg_catalog.@>) $3 ORDER BY id LIMIT 1"},
	[CITY_PLACE] = {"Gtz", "SELECT p.point, p.grid::dcm.grid_code, p.area::dcm.area_code, p.area_class::pg_catalog.int2"
	" FROM dcm.case_place($1, $2, $3) AS p"},
	[CITY_COMPONENT] = {"C",
	"SELECT c.category::pg_catalog.int4, c.geom FROM dcm.component AS c WHERE c.id OPERATOR(dcm.=) $1"},
	[CITY_PAUSE] = {"mzz",
		"SELECT coalesce($1, '{}') OPERATOR(pg_catalog.+)"
	" pg_catalog.tstzmultirange(pg_catalog.tstzrange($2, $3))"},
	[CITY_UNPAUSE] = {"mzz",
		"SELECT coalesce($1, '{}') OPERATOR(pg_catalog.-)"
	" pg_catalog.tstzmultirange(pg_catalog.tstzrange($2, $3))"},
	[CITY_DISTANCE] = {"Gff", "SELECT dcm.metres($1, dcm.point($2, $3))"},
	[CITY_POINT] = {"ff", "SELECT dcm.point($1, $2)"},
	[CITY_ARRIVE_LIMIT] = {"i",
	"SELECT arrive_limit::dcm.time_limit FROM dcm.filing_standard WHERE id" EQ "$1"},
	[CITY_AUTO_RULE] = {"itz",
		"SELECT 1 FROM dcm.auto_rule WHERE id" EQ "$1 AND step" EQ "$2"
	" AND valid OPERATOR(pg_catalog.@>) $3"},
	[CITY_INTAKE_RIGHT] = {"", "SELECT dcm.person_with('intake_roles')"},
	[CITY_QUEUE_FACT] = {"l", "INSERT INTO dcm.fact_queue (case_no) VALUES ($1)"},
	[CITY_TAKE_INTAKE] = {"ll", "SELECT dcm.take_intake($1, $2)"},
	[CITY_MOVE_INTAKES] = {"ll", "SELECT dcm.move_intakes($1, $2)"},
	[CITY_REASON_FAULT] = {"t",
	"SELECT fault::pg_catalog.text FROM dcm.reason WHERE kind" EQ "'return' AND code" EQ "$1"},
	[CITY_CONDITION] = {"i", "SELECT condition_no::pg_catalog.int2 FROM dcm.filing_standard WHERE id" EQ "$1"},
	[CITY_SOURCE] = {"t", "SELECT 1 FROM dcm.source WHERE code" EQ "$1"},
};

/* The year that a case number begins with. */
int
leaf_year(int64 case_no)
{
	return (int) (case_no / CASE_NO_PER_YEAR);
}

bool
leaf_exists(int year)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "case_file_%d", year);
	return OidIsValid(get_relname_relid(name, get_namespace_oid("dcm", false)));
}

/* Makes the leaves of a year, as the city's owner, whom the caller has become. */
void
leaf_make(int year)
{
	Oid			argtypes[1] = {INT4OID};
	Datum		args[1] = {Int32GetDatum(year)};

	if (SPI_execute_with_args("SELECT dcm.make_leaf($1)", 1, argtypes, args, NULL,
							  false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not make the leaves of year %d", year);
}

static Oid
type_in_schema(const char *name, const char *schema)
{
	return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
						   ObjectIdGetDatum(get_namespace_oid(schema, false)));
}

/* The type of a column of a case table: of geometry nothing else is known. */
static Oid
column_type(const char *table, const char *column)
{
	Oid			relid = city_table(table);

	return get_atttype(relid, get_attnum(relid, column));
}

static Oid
arg_type(char letter)
{
	switch (letter)
	{
		case 'l':
			return INT8OID;
		case 'i':
			return INT4OID;
		case 's':
			return INT2OID;
		case 't':
			return TEXTOID;
		case 'z':
			return TIMESTAMPTZOID;
		case 'j':
			return JSONBOID;
		case 'b':
			return BOOLOID;
		case 'y':
			return BYTEAOID;
		case 'f':
			return FLOAT8OID;
		case 'm':
			return TSTZMULTIRANGEOID;
		case 'L':
			return type_in_schema("time_limit", "dcm");
		case 'C':
			return type_in_schema("component_id", "dcm");
		case 'D':
			return type_in_schema("grid_code", "dcm");
		case 'A':
			return type_in_schema("area_code", "dcm");
		case 'G':
			return column_type("case_file", "location");
		default:
			elog(ERROR, "unknown parameter letter \"%c\"", letter);
			return InvalidOid;
	}
}

static const char *const case_file_names[CF_COUNT] = {
#define X(name, letter) #name,
	CASE_FILE_COLUMNS(X)
#undef X
};

static const char case_file_letters[CF_COUNT] = {
#define X(name, letter) letter,
	CASE_FILE_COLUMNS(X)
#undef X
};

static const char *const case_log_names[CL_COUNT] = {
#define X(name, letter) #name,
	CASE_LOG_COLUMNS(X)
#undef X
};

static const char case_log_letters[CL_COUNT] = {
#define X(name, letter) letter,
	CASE_LOG_COLUMNS(X)
#undef X
};

static int
log_columns(void)
{
	return kept.tells_stages ? CL_COUNT : CL_hash + 1;
}

static int
file_columns(void)
{
	return kept.tells_stages ? CF_COUNT : CF_head + 1;
}

/* "a, b, c" or "$1, $2, $3", or "a = $1, b = $2" from the given column on. */
static void
append_columns(StringInfo sql, const char *const *names, int n, int from, char form)
{
	for (int i = from; i < n; i++)
	{
		if (i > from)
			appendStringInfoString(sql, ", ");
		if (form != '$')
			appendStringInfoString(sql, names[i]);
		if (form == '=')
			appendStringInfoString(sql, " = ");
		if (form != 'a')
			appendStringInfo(sql, "$%d", i + 1);
	}
}

/* The statements that are made from the lists of columns. */
static void
column_statement(StringInfo sql, LeafStatement statement, int year)
{
	switch (statement)
	{
		case LEAF_LOCK:
			appendStringInfoString(sql, "SELECT ");
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			appendStringInfo(sql, " FROM dcm.case_file_%d WHERE case_no" EQ "$1"
							 " FOR NO KEY UPDATE", year);
			break;
		case LEAF_INSERT:
			appendStringInfo(sql, "INSERT INTO dcm.case_file_%d (", year);
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			appendStringInfoString(sql, ") VALUES (");
			append_columns(sql, case_file_names, file_columns(), 0, '$');
			appendStringInfoString(sql, ") ON CONFLICT DO NOTHING RETURNING ");
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			break;
		default:
			elog(ERROR, "leaf statement %d has no text", (int) statement);
	}
}

/*
 * The types of the columns are ours, not the table's: where an owner has
 * changed one, the server casts or refuses, and nothing is misread.
 */
static int
column_types(LeafStatement statement, Oid *types)
{
	const char *letters = statement == LEAF_LOG ? case_log_letters : case_file_letters;
	int			n = statement == LEAF_LOG ? log_columns() : file_columns();

	for (int i = 0; i < n; i++)
		types[i] = arg_type(letters[i]);
	return n;
}

static SPIPlanPtr
prepare(const char *sql, int nargs, Oid *types)
{
	SPIPlanPtr	plan = SPI_prepare(sql, nargs, types);

	if (plan == NULL || SPI_keepplan(plan) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", sql, SPI_result_code_string(SPI_result));
	return plan;
}

static int
letter_types(const char *letters, Oid *types)
{
	int			n = 0;

	for (; letters[n]; n++)
		types[n] = arg_type(letters[n]);
	return n;
}

/* Frees every kept plan: the city is another one. */
static void
forget_plans(void)
{
	HASH_SEQ_STATUS seq;
	LeafPlans  *leaf;

	for (int i = 0; i < CITY_COUNT; i++)
	{
		if (kept.city[i])
			SPI_freeplan(kept.city[i]);
		kept.city[i] = NULL;
	}
	if (kept.leaves == NULL)
		return;
	hash_seq_init(&seq, kept.leaves);
	while ((leaf = hash_seq_search(&seq)) != NULL)
		for (int i = 0; i < LEAF_COUNT; i++)
			if (leaf->plans[i])
				SPI_freeplan(leaf->plans[i]);
	hash_destroy(kept.leaves);
	kept.leaves = NULL;
	MemoryContextDelete(kept.shapes);
	kept.shapes = NULL;
}

/*
 * Whether the city's tables tell of stages, which those of 0.1.0 do not.  Looked
 * up once an act, before it writes, and not at each of its statements.
 */
bool
leaf_tells_stages(void)
{
	bool		tells_stages = get_attnum(city_table("case_log"), "stage_no") != InvalidAttrNumber;

	if (kept.tells_stages != tells_stages)
	{
		forget_plans();
		kept.case_file = InvalidOid;
	}
	kept.tells_stages = tells_stages;
	return tells_stages;
}

static void
check_kept_city(void)
{
	Oid			case_file = city_table("case_file");

	if (kept.case_file == case_file)
		return;
	forget_plans();
	(void) leaf_tells_stages();
	(void) column_types(LEAF_LOCK, kept.file_types);
	kept.case_file = case_file;
}

SPIPlanPtr
city_plan(CityStatement statement)
{
	check_kept_city();
	if (kept.city[statement] == NULL)
	{
		Oid			types[MAX_ARGS];
		int			nargs = letter_types(city_statements[statement].args, types);

		kept.city[statement] = prepare(city_statements[statement].sql, nargs, types);
	}
	return kept.city[statement];
}

static LeafPlans *
leaf_plans(int year)
{
	LeafPlans  *leaf;
	bool		found;

	check_kept_city();
	if (kept.leaves == NULL)
	{
		HASHCTL		ctl = {.keysize = sizeof(int), .entrysize = sizeof(LeafPlans)};

		kept.leaves = hash_create("dcm leaf plans", 8, &ctl, HASH_ELEM | HASH_BLOBS);
		kept.shapes = AllocSetContextCreate(TopMemoryContext, "dcm row shapes", ALLOCSET_SMALL_SIZES);
	}
	leaf = hash_search(kept.leaves, &year, HASH_ENTER, &found);
	if (!found)
	{
		memset(leaf->plans, 0, sizeof(leaf->plans));
		memset(leaf->shapes, 0, sizeof(leaf->shapes));
	}
	return leaf;
}

/* Adds the names of a list, and the types that their letters stand for. */
static void
shape_add(RowShape *shape, const char *list, const char *letters)
{
	char	   *rest = MemoryContextStrdup(kept.shapes, list ? list : "");
	char	   *name;

	while ((name = strtok_r(rest, ", ", &rest)) != NULL)
	{
		if (letters)
			shape->types[shape->ncolumns] = arg_type(letters[shape->ncolumns]);
		shape->names[shape->ncolumns++] = name;
	}
}

/* The columns of what writes one row, looked up at first use. */
static RowShape *
row_shape(LeafPlans *leaf, LeafStatement statement)
{
	const RowStatement *s = &leaf_writes[statement];
	RowShape   *shape = leaf->shapes[statement];

	if (shape)
		return shape;
	shape = MemoryContextAllocZero(kept.shapes, sizeof(RowShape));
	shape->nkeys = s->nkeys;
	if (s->args[0] == '@')
	{
		const char *const *names = statement == LEAF_LOG ? case_log_names : case_file_names;

		shape->ncolumns = column_types(statement, shape->types);
		memcpy(shape->names, names, sizeof(char *) * shape->ncolumns);
	}
	else
		shape_add(shape, s->columns, s->args);
	shape->ngiven = shape->ncolumns;
	shape_add(shape, s->rest, NULL);
	return leaf->shapes[statement] = shape;
}

/* The statement that does what row.c does. */
static void
write_statement(StringInfo sql, const RowStatement *s, const RowShape *shape, int year)
{
	if (s->nkeys == 0)
	{
		appendStringInfo(sql, "INSERT INTO dcm.%s_%d (", s->table, year);
		append_columns(sql, shape->names, shape->ngiven, 0, 'a');
		appendStringInfoString(sql, ") VALUES (");
		append_columns(sql, shape->names, shape->ngiven, 0, '$');
		appendStringInfoString(sql, ")");
	}
	else
	{
		appendStringInfo(sql, "UPDATE dcm.%s_%d SET ", s->table, year);
		append_columns(sql, shape->names, shape->ngiven, s->nkeys, '=');
		for (int i = 0; i < s->nkeys; i++)
			appendStringInfo(sql, " %s %s" EQ "$%d", i == 0 ? "WHERE" : "AND", shape->names[i], i + 1);
	}
	appendStringInfoString(sql, " RETURNING ");
	append_columns(sql, shape->names, shape->ncolumns, 0, 'a');
}

static int
row_types(const RowShape *shape, Oid *types)
{
	memcpy(types, shape->types, sizeof(Oid) * shape->ngiven);
	return shape->ngiven;
}

/* The statement that does for a city of 0.1.0, where it is another one. */
static const Statement *
old_statement(LeafStatement statement)
{
	switch (statement)
	{
		case LEAF_WORK_OPEN:
			return &old_work_open;
		case LEAF_STAGE_OPEN:
			return &old_stage_open;
		case LEAF_TASK_OPEN:
			return &old_task_open;
		case LEAF_TASK_FIND:
			return &old_task_find;
		default:
			return NULL;
	}
}

/* The kept plan of a statement on the leaves of a year, prepared at first use. */
SPIPlanPtr
leaf_plan(int year, LeafStatement statement)
{
	LeafPlans  *leaf = leaf_plans(year);
	const Statement *s = &leaf_statements[statement];
	const RowStatement *row = &leaf_writes[statement];
	Oid			types[MAX_ARGS];
	int			nargs;
	StringInfoData sql;

	if (leaf->plans[statement])
		return leaf->plans[statement];
	if (!kept.tells_stages && old_statement(statement))
		s = old_statement(statement);
	initStringInfo(&sql);
	if (s->sql)
		appendStringInfo(&sql, s->sql, year);
	else if (row->table)
		write_statement(&sql, row, row_shape(leaf, statement), year);
	else
		column_statement(&sql, statement, year);
	if (s->args == NULL)
		nargs = row_types(row_shape(leaf, statement), types);
	else
		nargs = s->args[0] == '@' ? column_types(statement, types) : letter_types(s->args, types);
	return leaf->plans[statement] = prepare(sql.data, nargs, types);
}

static void
changed_on_its_way(const char *table)
{
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("a row of \"dcm.%s\" was changed on its way", table),
			 errdetail("What was written is not what was meant; a trigger on the table changes or drops its rows."),
			 errhint("Triggers on case tables may read, and write elsewhere, but not change a row."),
			 errname("dcm.changed_on_its_way")));
}

/* What a row holds is of another type than it was made with. */
static void
changed_type(const char *table, const char *column)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("column \"%s\" of table \"dcm.%s\" has another type than it was made with", column, table),
			 errhint("ALTER TABLE ... ALTER COLUMN ... TYPE back, or restore the table."),
			 errname("dcm.changed_type")));
}

/* The location that a row gives must be of the city's own type of geometry. */
void
leaf_check_geometry(TupleDesc desc, int column, const char *table)
{
	if (SPI_gettypeid(desc, column) != arg_type('G'))
		changed_type(table, SPI_fname(desc, column));
}

/* Whether the case number is taken, by its first entry. */
bool
leaf_number_taken(int64 case_no)
{
	Datum		values[2] = {Int64GetDatum(case_no), Int32GetDatum(1)};

	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_LOG_AT), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	return SPI_processed == 1;
}

/* The lock as a statement. */
static bool
execute_lock(int64 case_no, Datum *row, bool *null)
{
	Datum		args[1] = {Int64GetDatum(case_no)};
	TupleDesc	desc;

	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_LOCK), args, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not lock a case");
	if (SPI_processed == 0)
		return false;
	desc = SPI_tuptable->tupdesc;
	for (int i = 0; i < desc->natts; i++)
		if (TupleDescAttr(desc, i)->atttypid != kept.file_types[i])
			changed_type("case_file", case_file_names[i]);
	heap_deform_tuple(SPI_tuptable->vals[0], desc, row, null);
	/* what a city of 0.1.0 has not: nothing beside the lead, and no case reopened */
	for (int i = desc->natts; i < CF_COUNT; i++)
	{
		row[i] = (Datum) 0;
		null[i] = i == CF_merged_into;
	}
	return true;
}

/*
 * Reads the row of a case and locks it; false where there is none.  The values
 * are SPI's.
 */
bool
leaf_lock(int64 case_no, Datum *row, bool *null)
{
	int			year = leaf_year(case_no);
	char		leaf[NAMEDATALEN];
	RowOutcome	outcome = ROW_FOR_EXECUTOR;

	if (case_no <= 0 || !leaf_exists(year))
		return false;
	snprintf(leaf, sizeof(leaf), "case_file_%d", year);
	check_kept_city();
	if (kept.tells_stages)
		outcome = row_lock(leaf, row_shape(leaf_plans(year), LEAF_UPDATE), Int64GetDatum(case_no), row, null);
	if (outcome == ROW_FOR_EXECUTOR)
		return execute_lock(case_no, row, null);
	return outcome == ROW_WRITTEN;
}

/*
 * Holds what RETURNING gives against what was meant: the statement's own
 * parameters first, then columns that must be NULL.
 */
static void
check_returning(SPIPlanPtr plan, const char *table, const Datum *values, const bool *nulls, int n)
{
	TupleDesc	desc = SPI_tuptable->tupdesc;

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		bool		isnull;
		Datum		value = SPI_getbinval(SPI_tuptable->vals[0], desc, i + 1, &isnull);

		if (i < n && att->atttypid != SPI_getargtypeid(plan, i))
			changed_type(table, NameStr(att->attname));
		if (isnull != (i >= n || (nulls && nulls[i])))
			changed_on_its_way(table);
		if (!isnull && !datum_image_eq(value, values[i], att->attbyval, att->attlen))
			changed_on_its_way(table);
	}
}

/* One write of a row, which takes its permit's passage. */
typedef struct LeafWrite
{
	LeafStatement statement;
	int			year;
	const char *table;
	Datum	   *values;
	const bool *nulls;
	int			n;
	bool		is_written;		/* by row_write */
} LeafWrite;

/* The write as a statement, and what it gives held against what was meant. */
static void
execute_write(LeafWrite *w)
{
	char		spi_nulls[MAX_ARGS + 1];
	SPIPlanPtr	plan = leaf_plan(w->year, w->statement);
	int			n;

	/* of an older city the statement is without the values that come last */
	n = Min(w->n, SPI_getargcount(plan));
	for (int i = 0; i < n; i++)
		spi_nulls[i] = w->nulls && w->nulls[i] ? 'n' : ' ';
	spi_nulls[n] = '\0';
	if (SPI_execute_plan(plan, w->values, spi_nulls, false, 0) < 0)
		elog(ERROR, "could not write a row of \"dcm.%s\"", w->table);
	w->is_written = SPI_processed == 1;
	if (w->is_written)
		check_returning(plan, w->table, w->values, w->nulls, n);
}

static void
write_leaf(void *arg)
{
	LeafWrite  *w = arg;
	RowOutcome	outcome = ROW_FOR_EXECUTOR;

	if (kept.tells_stages && leaf_writes[w->statement].table)
	{
		RowShape   *shape = row_shape(leaf_plans(w->year), w->statement);
		char		leaf[NAMEDATALEN];

		/* a text belongs to its log entry, all else to the case */
		shape->nowner = w->statement == LEAF_TEXT ? 2 : 1;
		snprintf(leaf, sizeof(leaf), "%s_%d", shape->nowner == 2 ? "case_log" : "case_file", w->year);
		shape->owner = get_relname_relid(leaf, get_namespace_oid("dcm", false));
		snprintf(leaf, sizeof(leaf), "%s_%d", w->table, w->year);
		outcome = row_write(leaf, shape, w->values, w->nulls);
	}
	if (outcome == ROW_FOR_EXECUTOR)
		execute_write(w);
	else
		w->is_written = outcome == ROW_WRITTEN;
}

/*
 * Writes one row under a permit, and holds what was written against what was
 * meant.  Returns false where an INSERT of a case met a taken number.
 */
bool
leaf_write(LeafStatement statement, const char *table, int64 case_no, int64 sub,
		   char op, Datum *values, const bool *nulls, int n)
{
	LeafWrite	w = {.statement = statement, .year = leaf_year(case_no), .table = table,
	.values = values, .nulls = nulls, .n = n};

	check_kept_city();
	guarded_write(write_leaf, &w, table, case_no, sub, op);
	if (w.is_written)
		return true;
	if (statement != LEAF_INSERT || !leaf_number_taken(case_no))
		changed_on_its_way(table);
	return false;
}

/* Puts a case into the evaluation's queue, which any act may write. */
void
leaf_queue_fact(int64 case_no)
{
	static RowShape shape = {.ngiven = 1, .ncolumns = 1, .names = {"case_no"}, .types = {INT8OID}};
	Datum		values[1] = {Int64GetDatum(case_no)};
	RowOutcome	outcome = row_write("fact_queue", &shape, values, NULL);

	if (outcome == ROW_FOR_EXECUTOR &&
		SPI_execute_plan(city_plan(CITY_QUEUE_FACT), values, NULL, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not queue a case for the evaluation");
	if (outcome == ROW_CHANGED)
		changed_on_its_way("fact_queue");
}
