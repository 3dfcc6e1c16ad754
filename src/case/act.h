/*
 * act.h
 *	  One act on a case, from the lock to the last row written.
 */
#ifndef DCM_ACT_H
#define DCM_ACT_H

#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/jsonb.h"

#include "case/case_tables.h"
#include "case/identity.h"
#include "case/workflow.h"

/* A free text, which lies beside the log. */
typedef struct ActText
{
	char	   *field;
	text	   *value;
	bytea	   *salt;
	bytea	   *hash;
} ActText;

#define ACT_TEXTS 16

typedef struct Act
{
	const Workflow *wf;
	const WorkflowAction *action;
	const WorkflowTransition *transition;
	const WorkflowState *state; /* before; NULL for a report */
	Actor		actor;
	const Post *post;			/* or NULL */

	TimestampTz at;				/* when it happened */
	TimestampTz recorded_at;	/* when it was told */
	bool		loaded;
	bool		clamped;		/* a loader's earlier time was moved */
	TimestampTz given_at;

	Jsonb	   *data;			/* as given */
	ActText		texts[ACT_TEXTS];
	int			ntexts;

	/* the case as it will be, in the columns of case_tables.h */
	int64		case_no;
	Datum		row[CF_COUNT];
	bool		null[CF_COUNT];
	const bytea *previous;		/* the head of the chain so far */

	/* what the log says beside that */
	const char *clock;			/* what the act did to the clock, or NULL */
	bool		gives_work_due;
	Datum		work_due;		/* the assignment's deadline, where the act gave one */
	int			work_no;		/* the assignment concerned, or 0 */
	int			org;			/* the body concerned, or 0 */
	bool		files;			/* the standard goes into the log */
} Act;

#define ACT_NULL(act, column) ((act)->null[CF_##column])
#define ACT_GET(act, column) ((act)->row[CF_##column])
#define ACT_SET(act, column, value) \
	((act)->row[CF_##column] = (value), (act)->null[CF_##column] = false)
#define ACT_CLEAR(act, column) \
	((act)->row[CF_##column] = (Datum) 0, (act)->null[CF_##column] = true)

#define ACT_TIME(act, column) DatumGetTimestampTz(ACT_GET(act, column))

/* act_data.c: what an action carries */
extern void act_data_check(Act *act);
extern bool act_data_has(const Act *act, const char *key);
extern char *act_data_text(const Act *act, const char *key);
extern bool act_data_number(const Act *act, const char *key, int *number);
extern bool act_data_time(const Act *act, const char *key, TimestampTz *at);
extern bool act_data_limit(const Act *act, const char *key, int64 *limit);
extern char *act_data_severity(const Act *act);
extern const Org *act_data_org(const Act *act, const char *key);
extern const Person *act_data_person(const Act *act, const char *key);
extern bool act_data_point(const Act *act, const char *key, double *lon, double *lat);
extern void act_add_text(Act *act, const char *field, text *value);
extern Jsonb *act_log_data(const Act *act);
extern Jsonb *act_log_texts(const Act *act);

/* attachments.c: photographs and other media */
typedef struct Photo
{
	char	   *kind;
	char	   *uri;
	char	   *sha256;
	bool		has_place;
	double		lon;
	double		lat;
	bool		has_time;
	TimestampTz taken_at;
} Photo;

extern bool act_photo(const Act *act, const char *key, Photo *photo);
extern void act_write_photos(Act *act);
extern void act_write_attachments(Act *act, Jsonb *attachments);

/* effects.c: what a transition does beside the move */
extern void act_apply_effects(Act *act);
extern void act_clear_request(Act *act);
extern void act_place(Act *act, Datum location, const char *crs);
extern void act_category(Act *act, const char *code);

/* clock.c: the clock of the case and of its assignment */
extern void clock_start(Act *act, bool has_limit, int64 limit);
extern void clock_reset(Act *act, bool has_limit, int64 limit);
extern void clock_stop(Act *act);
extern int64 clock_once_more(const Act *act);
extern void clock_extend(Act *act, int64 extra);
extern void clock_pause(Act *act, TimestampTz since, TimestampTz till);
extern void clock_resume(Act *act);
extern void clock_restart(Act *act);
extern void clock_open_work(Act *act);
extern void clock_sign_work(Act *act);
extern TimestampTz clock_deadline(const Act *act, TimestampTz from, int64 limit,
								  bool *provisional);
extern TimestampTz clock_stage_deadline(const Act *act, int64 limit);

/* act_write.c: the rows of an act */
extern void act_write(Act *act);
extern void act_write_report(Act *act);

/* act.c: what acts and reports share */
typedef struct CityRights
{
	Oid			userid;
	int			sec_context;
} CityRights;

extern CityRights act_enter(void);
extern void act_leave(CityRights rights);
extern void act_find_action(Act *act, const char *code);
extern void act_take_time(Act *act, bool given, TimestampTz at);
extern void act_take_transition(Act *act);
extern void act_check_right(Act *act, int org);
extern Datum act_result(FunctionCallInfo fcinfo, MemoryContext caller, const Act *act);
extern Datum act_replay(FunctionCallInfo fcinfo, MemoryContext caller,
						int64 case_no, int log_no);
extern void act_key_reused(const char *key);

/* report.c */
extern int64 act_next_number(const Act *act);

#endif							/* DCM_ACT_H */
