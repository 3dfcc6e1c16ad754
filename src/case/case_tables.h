/*
 * case_tables.h
 *	  The columns of the case tables as C sees them.
 *
 * A row is a pair of arrays, indexed by the enums below; statements are built
 * from the same lists, so that a column is named in one place.  A column that a
 * city has added to its table is none of our business: it is neither read nor
 * written.  The columns after head and after hash came with 0.2.0; see leaf.c
 * and chain.c.
 *
 * Beside each name is its type, a letter: l int8, i int4, s int2, t text,
 * z timestamptz, j jsonb, b bool, y bytea, m tstzmultirange, G geometry and of
 * schema dcm L time_limit, C component_id, D grid_code, A area_code.
 */
#ifndef DCM_CASE_TABLES_H
#define DCM_CASE_TABLES_H

#define CASE_FILE_COLUMNS(X) \
	X(case_no, 'l') X(state, 't') X(stage, 't') X(log_no, 'i') \
	X(moved_no, 'i') X(moved_at, 'z') X(stage_no, 's') X(category, 'i') \
	X(component, 'C') X(location, 'G') X(address, 't') X(grid, 'D') \
	X(area, 'A') X(area_class, 's') X(source, 't') X(severity, 't') \
	X(intake, 'l') X(reporter, 'i') X(discovered_at, 'z') \
	X(reported_at, 'z') X(filed_at, 'z') X(standard, 'i') X(clock_from, 'z') \
	X(base_limit, 'L') X(time_limit, 'L') X(pauses, 'm') X(first_due, 'z') \
	X(due, 'z') X(provisional, 'b') X(work_no, 's') X(work_from, 'z') \
	X(work_limit, 'L') X(org, 'i') X(dispatched_at, 'z') X(handled_at, 'z') \
	X(handler, 'i') X(closed_at, 'z') X(ended_at, 'z') X(returned, 's') \
	X(reworked, 's') X(extended, 's') X(suspended, 's') X(request, 't') \
	X(requested_at, 'z') X(request_data, 'j') X(resume_at, 'z') \
	X(attachments, 's') X(tasks, 's') X(head, 'y') \
	X(parts, 's') X(merged_into, 'l') X(reopened, 's')

#define CASE_LOG_COLUMNS(X) \
	X(case_no, 'l') X(log_no, 'i') X(action, 't') X(from_state, 't') \
	X(to_state, 't') X(stage, 't') X(transition, 'i') X(actor, 'i') \
	X(post, 'i') X(db_role, 't') X(client, 't') X(occurred_at, 'z') \
	X(recorded_at, 'z') X(loaded, 'b') X(work_no, 's') X(org, 'i') \
	X(standard, 'i') X(clock, 't') X(clock_from, 'z') X(time_limit, 'L') \
	X(pauses, 'm') X(due, 'z') X(provisional, 'b') X(work_due, 'z') \
	X(data, 'j') X(texts, 'j') X(hash, 'y') \
	X(stage_no, 's') X(stage_limit, 'L') X(stage_due, 'z') \
	X(arrive_limit, 'L') X(arrive_due, 'z') X(work_from, 'z') X(work_limit, 'L')

typedef enum CaseFileColumn
{
#define X(name, letter) CF_##name,
	CASE_FILE_COLUMNS(X)
#undef X
	CF_COUNT
} CaseFileColumn;

typedef enum CaseLogColumn
{
#define X(name, letter) CL_##name,
	CASE_LOG_COLUMNS(X)
#undef X
	CL_COUNT
} CaseLogColumn;

#endif							/* DCM_CASE_TABLES_H */
