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
#include "city.h"
#include "errors.h"

/* Case numbers are yyyymmdd * 10^7 + serial. */
#define CASE_NO_PER_YEAR INT64CONST(100000000000)

#define MAX_ARGS CF_COUNT

typedef struct LeafPlans
{
	int			year;			/* hash key */
	SPIPlanPtr	plans[LEAF_COUNT];
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

#define EQ " OPERATOR(pg_catalog.=) "

static const Statement leaf_statements[LEAF_COUNT] = {
	[LEAF_LOCK] = {"l", NULL},
	[LEAF_INSERT] = {"@", NULL},
	[LEAF_UPDATE] = {"@", NULL},
	[LEAF_LOG] = {"@", NULL},
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
	[LEAF_TEXT] = {"lityt",
		"INSERT INTO dcm.case_text_%1$d (case_no, log_no, field, salt, value)"
		" VALUES ($1, $2, $3, $4, $5)"
	" RETURNING case_no, log_no, field, salt, value"},
	[LEAF_TEXT_HELD] = {"lit",
		"SELECT 1 FROM dcm.case_text_%1$d WHERE case_no" EQ "$1 AND log_no" EQ "$2 AND field" EQ "$3"
	" AND value IS NOT NULL FOR UPDATE"},
	[LEAF_TEXT_ERASE] = {"lity",
		"UPDATE dcm.case_text_%1$d SET value = NULL, salt = $4"
		" WHERE case_no" EQ "$1 AND log_no" EQ "$2 AND field" EQ "$3"
	" RETURNING case_no, log_no, field, salt, value"},
	[LEAF_WORK_OPEN] = {"lsiziLzLz",
		"INSERT INTO dcm.assignment_%1$d (case_no, work_no, org, dispatched_at, dispatcher, time_limit, due,"
		" arrive_limit, arrive_due)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" RETURNING case_no, work_no, org, dispatched_at, dispatcher, time_limit, due, arrive_limit, arrive_due,"
		" signed_at, handled_at, returned_at, return_reason, recalled_at, CASE WHEN part" EQ "'lead' THEN NULL ELSE part END,"
	" arrived_at, parent, fault, judged_at, nullif(misdirected, false)"},
	[LEAF_WORK_JOIN] = {"lsitsziLz",
		"INSERT INTO dcm.assignment_%1$d (case_no, work_no, org, part, parent, dispatched_at, dispatcher, time_limit, due)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" RETURNING case_no, work_no, org, part, parent, dispatched_at, dispatcher, time_limit, due,"
		" signed_at, handled_at, returned_at, return_reason, recalled_at, arrive_limit, arrive_due, arrived_at,"
	" fault, judged_at, nullif(misdirected, false)"},
	[LEAF_WORK_SIGN_PART] = {"lsz",
		"UPDATE dcm.assignment_%1$d SET signed_at = $3"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, signed_at"},
	[LEAF_WORK_CLAIM] = {"ls",
		"UPDATE dcm.assignment_%1$d SET misdirected = true"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, nullif(misdirected, true)"},
	[LEAF_WORK_JUDGE] = {"lstz",
		"UPDATE dcm.assignment_%1$d SET fault = $3, judged_at = $4"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, fault, judged_at"},
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
	[LEAF_WORK_SIGN] = {"lszz",
		"UPDATE dcm.assignment_%1$d SET signed_at = $3, due = $4"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, signed_at, due"},
	[LEAF_WORK_END] = {"lsztz",
		"UPDATE dcm.assignment_%1$d SET returned_at = $3, return_reason = $4, recalled_at = $5"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, returned_at, return_reason, recalled_at"},
	[LEAF_WORK_HANDLE] = {"lsz",
		"UPDATE dcm.assignment_%1$d SET handled_at = $3"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, handled_at"},
	[LEAF_WORK_CLOCK] = {"lszLz",
		"UPDATE dcm.assignment_%1$d SET handled_at = $3, time_limit = $4, due = $5"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, handled_at, time_limit, due"},
	[LEAF_WORK_ARRIVAL] = {"ls",
		"SELECT dispatched_at::pg_catalog.timestamptz, arrive_limit::dcm.time_limit, arrived_at::pg_catalog.timestamptz"
	" FROM dcm.assignment_%1$d WHERE case_no" EQ "$1 AND work_no" EQ "$2"},
	[LEAF_WORK_ARRIVE] = {"lsz",
		"UPDATE dcm.assignment_%1$d SET arrived_at = $3"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, arrived_at"},
	[LEAF_WORK_ARRIVE_BY] = {"lsz",
		"UPDATE dcm.assignment_%1$d SET arrive_due = $3"
		" WHERE case_no" EQ "$1 AND work_no" EQ "$2"
	" RETURNING case_no, work_no, arrive_due"},
	[LEAF_STAGE_OPEN] = {"lstizLzt",
		"INSERT INTO dcm.case_stage_%1$d (case_no, stage_no, stage, person, opened_at, time_limit, due, state)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	" RETURNING case_no, stage_no, stage, person, opened_at, time_limit, due, state, closed_at, outcome"},
	[LEAF_STAGE_CLOSE] = {"lszt",
		"UPDATE dcm.case_stage_%1$d SET closed_at = $3, outcome = $4"
		" WHERE case_no" EQ "$1 AND stage_no" EQ "$2"
	" RETURNING case_no, stage_no, closed_at, outcome"},
	[LEAF_STAGE_GET] = {"ls",
		"SELECT opened_at::pg_catalog.timestamptz, time_limit::dcm.time_limit, closed_at::pg_catalog.timestamptz"
	" FROM dcm.case_stage_%1$d WHERE case_no" EQ "$1 AND stage_no" EQ "$2"},
	[LEAF_STAGE_CLOCK] = {"lsz",
		"UPDATE dcm.case_stage_%1$d SET due = $3"
		" WHERE case_no" EQ "$1 AND stage_no" EQ "$2"
	" RETURNING case_no, stage_no, due"},
	[LEAF_ATTACH] = {"lsittffzt",
		"INSERT INTO dcm.attachment_%1$d (case_no, attachment_no, log_no, kind, uri, lon, lat, taken_at, sha256)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
	" RETURNING case_no, attachment_no, log_no, kind, uri, lon, lat, taken_at, sha256"},
	[LEAF_TASK_OPEN] = {"lstizzii",
		"INSERT INTO dcm.case_task_%1$d (case_no, task_no, kind, person, requested_at, due, org, log_no)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	" RETURNING case_no, task_no, kind, person, requested_at, due, org, log_no, done_at, done_by, outcome"},
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
	[LEAF_TASK_GIVE] = {"lsi",
		"UPDATE dcm.case_task_%1$d SET person = $3"
		" WHERE case_no" EQ "$1 AND task_no" EQ "$2"
	" RETURNING case_no, task_no, person"},
	[LEAF_TASK_DONE] = {"lszit",
		"UPDATE dcm.case_task_%1$d SET done_at = $3, done_by = $4, outcome = $5"
		" WHERE case_no" EQ "$1 AND task_no" EQ "$2"
	" RETURNING case_no, task_no, done_at, done_by, outcome"},
	[LEAF_TASK_CLOCK] = {"lsz",
		"UPDATE dcm.case_task_%1$d SET due = $3"
		" WHERE case_no" EQ "$1 AND task_no" EQ "$2"
	" RETURNING case_no, task_no, due"},
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
		case LEAF_UPDATE:
			appendStringInfo(sql, "UPDATE dcm.case_file_%d SET ", year);
			append_columns(sql, case_file_names, file_columns(), 1, '=');
			appendStringInfoString(sql, " WHERE case_no" EQ "$1 RETURNING ");
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			break;
		case LEAF_INSERT:
			appendStringInfo(sql, "INSERT INTO dcm.case_file_%d (", year);
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			appendStringInfoString(sql, ") VALUES (");
			append_columns(sql, case_file_names, file_columns(), 0, '$');
			appendStringInfoString(sql, ") ON CONFLICT DO NOTHING RETURNING ");
			append_columns(sql, case_file_names, file_columns(), 0, 'a');
			break;
		case LEAF_LOG:
			appendStringInfo(sql, "INSERT INTO dcm.case_log_%d (", year);
			append_columns(sql, case_log_names, log_columns(), 0, 'a');
			appendStringInfoString(sql, ") VALUES (");
			append_columns(sql, case_log_names, log_columns(), 0, '$');
			appendStringInfoString(sql, ") RETURNING ");
			append_columns(sql, case_log_names, log_columns(), 0, 'a');
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
	}
	leaf = hash_search(kept.leaves, &year, HASH_ENTER, &found);
	if (!found)
		memset(leaf->plans, 0, sizeof(leaf->plans));
	return leaf;
}

/* The kept plan of a statement on the leaves of a year, prepared at first use. */
SPIPlanPtr
leaf_plan(int year, LeafStatement statement)
{
	LeafPlans  *leaf = leaf_plans(year);
	const Statement *s = &leaf_statements[statement];

	if (!kept.tells_stages && statement == LEAF_WORK_OPEN)
		s = &old_work_open;
	if (!kept.tells_stages && statement == LEAF_STAGE_OPEN)
		s = &old_stage_open;
	if (!kept.tells_stages && statement == LEAF_TASK_OPEN)
		s = &old_task_open;
	if (!kept.tells_stages && statement == LEAF_TASK_FIND)
		s = &old_task_find;
	if (leaf->plans[statement] == NULL)
	{
		Oid			types[MAX_ARGS];
		int			nargs;
		StringInfoData sql;

		initStringInfo(&sql);
		if (s->sql)
			appendStringInfo(&sql, s->sql, year);
		else
			column_statement(&sql, statement, year);
		nargs = s->args[0] == '@' ? column_types(statement, types) :
			letter_types(s->args, types);
		leaf->plans[statement] = prepare(sql.data, nargs, types);
	}
	return leaf->plans[statement];
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

/*
 * Reads the row of a case and locks it; false where there is none.  The values
 * are SPI's.
 */
bool
leaf_lock(int64 case_no, Datum *row, bool *null)
{
	Datum		args[1] = {Int64GetDatum(case_no)};
	int			year = leaf_year(case_no);
	TupleDesc	desc;

	if (case_no <= 0 || !leaf_exists(year))
		return false;
	if (SPI_execute_plan(leaf_plan(year, LEAF_LOCK), args, NULL, false, 1) != SPI_OK_SELECT)
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

/*
 * Writes one row under a permit, and holds what was written against what was
 * meant.  Returns false where an INSERT of a case met a taken number.
 */
bool
leaf_write(LeafStatement statement, const char *table, int64 case_no, int64 sub,
		   char op, Datum *values, const bool *nulls, int n)
{
	char		spi_nulls[MAX_ARGS + 1];
	SPIPlanPtr	plan = leaf_plan(leaf_year(case_no), statement);

	/* of an older city the statement is without the values that come last */
	n = Min(n, SPI_getargcount(plan));
	for (int i = 0; i < n; i++)
		spi_nulls[i] = nulls && nulls[i] ? 'n' : ' ';
	spi_nulls[n] = '\0';
	if (guarded_execute(plan, values, spi_nulls, table, case_no, sub, op) < 0)
		elog(ERROR, "could not write a row of \"dcm.%s\"", table);
	if (SPI_processed == 1)
	{
		check_returning(plan, table, values, nulls, n);
		return true;
	}
	if (statement != LEAF_INSERT || !leaf_number_taken(case_no))
		changed_on_its_way(table);
	return false;
}
