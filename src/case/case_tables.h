/*
 * case_tables.h
 *	  The columns of the case tables as C sees them.
 *
 * A row is a pair of arrays, indexed by the enums below; statements are built
 * from the same lists, so that a column is named in one place.  A column that a
 * city has added to its table is none of our business: it is neither read nor
 * written.
 */
#ifndef DCM_CASE_TABLES_H
#define DCM_CASE_TABLES_H

#define CASE_FILE_COLUMNS(X) \
	X(case_no) X(state) X(stage) X(log_no) X(moved_no) X(moved_at) \
	X(stage_no) X(category) X(component) X(location) X(address) X(grid) \
	X(area) X(area_class) X(source) X(severity) X(intake) X(reporter) \
	X(discovered_at) X(reported_at) X(filed_at) X(standard) X(clock_from) \
	X(base_limit) X(time_limit) X(pauses) X(first_due) X(due) \
	X(provisional) X(work_no) X(work_from) X(work_limit) X(org) X(dispatched_at) X(handled_at) \
	X(handler) X(closed_at) X(ended_at) X(returned) X(reworked) X(extended) \
	X(suspended) X(request) X(requested_at) X(request_data) X(resume_at) \
	X(attachments) X(tasks) X(head)

/* name and how the chain writes it: t text, i integer, b boolean, j jsonb,
 * m multirange, h not part of the hash */
#define CASE_LOG_COLUMNS(X) \
	X(case_no, '8') X(log_no, '4') X(action, 't') X(from_state, 't') \
	X(to_state, 't') X(stage, 't') X(transition, '4') X(actor, '4') \
	X(post, '4') X(db_role, 't') X(client, 't') X(occurred_at, '8') \
	X(recorded_at, '8') X(loaded, 'b') X(work_no, '2') X(org, '4') \
	X(standard, '4') X(clock, 't') X(clock_from, '8') X(time_limit, '8') \
	X(pauses, 'm') X(due, '8') X(provisional, 'b') X(work_due, '8') \
	X(data, 'j') X(texts, 'j') X(hash, 'h')

typedef enum CaseFileColumn
{
#define X(name) CF_##name,
	CASE_FILE_COLUMNS(X)
#undef X
	CF_COUNT
} CaseFileColumn;

typedef enum CaseLogColumn
{
#define X(name, kind) CL_##name,
	CASE_LOG_COLUMNS(X)
#undef X
	CL_COUNT
} CaseLogColumn;

#endif							/* DCM_CASE_TABLES_H */
