/*
 * leaf.h
 *	  The leaf that a case number names, and the kept statements on its tables.
 */
#ifndef DCM_LEAF_H
#define DCM_LEAF_H

#include "postgres.h"

#include "executor/spi.h"

/* Statements on one leaf; see the table in leaf.c. */
typedef enum LeafStatement
{
	LEAF_LOCK,
	LEAF_INSERT,
	LEAF_UPDATE,
	LEAF_LOG,
	LEAF_LOG_AT,
	LEAF_HANDLED_BY,
	LEAF_TEXT,
	LEAF_TEXT_HELD,
	LEAF_TEXT_ERASE,
	LEAF_WORK_OPEN,
	LEAF_WORK_JOIN,
	LEAF_WORK_SIGN,
	LEAF_WORK_SIGN_PART,
	LEAF_WORK_CLAIM,
	LEAF_WORK_JUDGE,
	LEAF_WORK_LAST,
	LEAF_PARTS,
	LEAF_HELD,
	LEAF_WORK_BY,
	LEAF_REQUESTER,
	LEAF_APPEAL_WAITS,
	LEAF_UNJUDGED,
	LEAF_LAST_HANDLER,
	LEAF_WORK_END,
	LEAF_WORK_HANDLE,
	LEAF_WORK_CLOCK,
	LEAF_WORK_ARRIVAL,
	LEAF_WORK_ARRIVE,
	LEAF_WORK_ARRIVE_BY,
	LEAF_STAGE_OPEN,
	LEAF_STAGE_CLOSE,
	LEAF_STAGE_GET,
	LEAF_STAGE_CLOCK,
	LEAF_ATTACH,
	LEAF_TASK_OPEN,
	LEAF_TASK_FIND,
	LEAF_TASK_OF_STAGE,
	LEAF_REVIEWS,
	LEAF_ENDORSED,
	LEAF_ARRIVED,
	LEAF_MERGE_INTO,
	LEAF_TASK_GIVE,
	LEAF_TASK_DONE,
	LEAF_TASK_CLOCK,
	LEAF_COUNT
} LeafStatement;

/* Statements on tables that have no leaves. */
typedef enum CityStatement
{
	CITY_ACT_KEY,
	CITY_ACT_KEY_NEW,
	CITY_REPORT_KEY,
	CITY_REPORT_KEY_NEW,
	CITY_REPORT_KEY_MOVE,
	CITY_CATEGORY,
	CITY_STANDARD,
	CITY_PLACE,
	CITY_COMPONENT,
	CITY_PAUSE,
	CITY_UNPAUSE,
	CITY_DISTANCE,
	CITY_SOURCE,
	CITY_POINT,
	CITY_CONDITION,
	CITY_ARRIVE_LIMIT,
	CITY_INTAKE_RIGHT,
	CITY_TAKE_INTAKE,
	CITY_MOVE_INTAKES,
	CITY_REASON_FAULT,
	CITY_AUTO_RULE,
	CITY_QUEUE_FACT,
	CITY_COUNT
} CityStatement;

/* Whether the tables have what 0.2.0 brought; see leaf.c. */
extern bool leaf_tells_stages(void);

extern int	leaf_year(int64 case_no);
extern bool leaf_exists(int year);
extern void leaf_make(int year);
extern bool leaf_number_taken(int64 case_no);
extern bool leaf_lock(int64 case_no, Datum *row, bool *null);
extern void leaf_check_geometry(TupleDesc desc, int column, const char *table);
extern SPIPlanPtr leaf_plan(int year, LeafStatement statement);
extern SPIPlanPtr city_plan(CityStatement statement);

/* Writes one row of a case table under a permit; false for a taken case number. */
extern void leaf_queue_fact(int64 case_no);
extern bool leaf_write(LeafStatement statement, const char *table, int64 case_no,
					   int64 sub, char op, Datum *values, const bool *nulls, int n);

#endif							/* DCM_LEAF_H */
