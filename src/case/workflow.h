/*
 * workflow.h
 *	  States, actions, what they carry, and transitions, in memory.
 */
#ifndef DCM_WORKFLOW_H
#define DCM_WORKFLOW_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "pgtime.h"

/* What a transition does beside the move; names as in dcm.transition.effects. */
#define WORKFLOW_EFFECTS(X) \
	X(file) X(open_work) X(recall_work) X(sign_work) X(return_work) \
	X(handle_work) X(rework) X(amend) X(request_extension) X(extend) \
	X(deny_extension) X(request_suspension) X(suspend) X(deny_suspension) X(resume) X(verify_task) \
	X(check_task) X(reassign_task) X(finish_task) X(on_site) X(arrive) X(recompute) \
	X(forward) X(judge_return) X(reopen) X(merge) X(endorse) X(review) X(guard) X(relieve) \
	X(notice) X(reply_notice) X(appeal) X(decide_appeal) X(rule_liability)

typedef enum WorkflowEffect
{
#define X(name) EFFECT_##name,
	WORKFLOW_EFFECTS(X)
#undef X
	EFFECT_COUNT
} WorkflowEffect;

typedef struct WorkflowState
{
	char	   *code;
	char	   *stage;
	bool		ending;
	bool		has_limit;
	int64		time_limit;
} WorkflowState;

typedef struct WorkflowKey
{
	char	   *key;
	char	   *type;
	bool		required;
} WorkflowKey;

typedef struct WorkflowAction
{
	char	   *code;
	int			power;			/* POWER_... of people.h that it takes of a centre, or 0 */
	WorkflowKey *keys;
	int			nkeys;
} WorkflowAction;

typedef struct WorkflowTransition
{
	int			id;
	WorkflowState *state;		/* NULL: there is no case yet */
	WorkflowAction *action;
	WorkflowState *next;		/* NULL: the case stays where it is */
	char	  **roles;
	int			nroles;
	uint64		effects;		/* bits 1 << EFFECT_... */
	bool		for_parts;		/* only where bodies beside the lead have the case */
	TimestampTz since;
	TimestampTz till;
} WorkflowTransition;

/* The settings that the case file reads. */
typedef struct WorkflowSettings
{
	char	   *calendar;
	pg_tz	   *time_zone;
	int64		clock_skew;		/* microseconds */
	bool		handle_from_sign;
	bool		has_rework_min;
	int64		rework_min;
	int			max_extensions;
	bool		redispatch_rest;	/* the next body has what is left of the case's limit */
	bool		request_stops;	/* the clock stands while a request waits */
	bool		suspend_from_grant;
	bool		rework_whole;	/* a rework has the whole limit again */
	bool		extend_when_late;
	bool		in_time_by_close;	/* the case's clock runs to its close */
	bool		has_arrive_limit;
	int64		arrive_limit;
	bool		has_danger_limit;
	int64		danger_limit;	/* the same for a case of severity danger */
	bool		lead_done;		/* handled when the lead has, whatever the others */
	bool		first_receiver; /* who has signed keeps what was dispatched wrongly */
	int			extension_levels;
	int			suspension_levels;
	int			appeal_reviews;
	bool		file_needs_point;
	double		photo_metres;
	int64		photo_interval; /* microseconds */
	char	   *org_mode;
	bool		org_mode_enforced;
	bool		reporter_may_not_check;
	bool		sight_is_free;	/* row_security is off: who reads case tables reads all */
} WorkflowSettings;

typedef struct Workflow
{
	WorkflowState *states;
	int			nstates;
	WorkflowAction *actions;
	int			nactions;
	WorkflowTransition *transitions;
	int			ntransitions;
	char	  **reasons;		/* "kind/code" */
	int			nreasons;
	WorkflowSettings settings;
} Workflow;

#define EFFECT_BIT(name) (UINT64CONST(1) << EFFECT_##name)
/* The role of jobs, by which person system acts. */
#define SYSTEM_ROLE "system"

#define HAS_EFFECT(transition, name) \
	(((transition)->effects & EFFECT_BIT(name)) != 0)

extern void workflow_init(void);
extern const Workflow *workflow_get(void);
extern const WorkflowState *workflow_state(const Workflow *wf, const char *code);
extern const WorkflowAction *workflow_action(const Workflow *wf, const char *code);
extern const WorkflowTransition *workflow_transition(const Workflow *wf,
													 const WorkflowState *state,
													 const WorkflowAction *action,
													 TimestampTz at);
extern char *workflow_allowed(const Workflow *wf, const WorkflowState *state,
							  TimestampTz at, bool has_parts, uint64 hidden);
extern char *workflow_roles(const WorkflowTransition *t);
extern bool workflow_reason(const Workflow *wf, const char *kind, const char *code);

#endif							/* DCM_WORKFLOW_H */
