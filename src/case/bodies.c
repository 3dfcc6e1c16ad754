/*
 * bodies.c
 *	  The bodies that have a case: the lead 主办, those that join it 协办, those
 *	  to which one of them has forwarded it 转派, and the coordinator 协调.
 *
 * The decision to know: they have one clock, the lead's, and the state of the
 * case follows from them.  It is signed when the lead has signed, and handled
 * when all that have not returned it have handled; until then an act of one of
 * them leaves the case where it is.  Of a case that one body has, as most are,
 * nothing of this is read.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/bodies.h"
#include "case/clock.h"
#include "case/judge.h"
#include "case/leaf.h"
#include "case/parts.h"
#include "case/refuse.h"
#include "case/requests.h"
#include "errors.h"

static void
add_to(Act *act, CaseFileColumn column, int n)
{
	act->row[column] = Int16GetDatum(DatumGetInt16(act->row[column]) + n);
}

/* Whether the transition is one that each body takes for itself. */
bool
bodies_concern(const WorkflowTransition *t)
{
	return HAS_EFFECT(t, sign_work) || HAS_EFFECT(t, handle_work) ||
		HAS_EFFECT(t, return_work) || HAS_EFFECT(t, forward) || HAS_EFFECT(t, arrive);
}

/* Whether this body has that still before it. */
static bool
part_waits(const ActPart *part, const WorkflowTransition *t)
{
	if (HAS_EFFECT(t, arrive))
		return !part->is_handled;
	if (part->coordinates)
		return false;
	if (HAS_EFFECT(t, sign_work))
		return !part->is_signed;
	if (HAS_EFFECT(t, return_work))
		return !part->is_handled;
	return part->is_signed && !part->is_handled;
}

/*
 * For which of several bodies the actor acts: the lead if that is one of theirs
 * and has it still to do, else the first other one.
 */
void
bodies_take_part(Act *act, TimestampTz at, bool *other_body)
{
	const WorkflowTransition *t = act->transition;
	const Post *of_lead = act->post;
	bool		is_theirs = false;

	parts_read(act);
	for (int i = 0; i < act->nparts; i++)
	{
		const ActPart *part = &act->parts[i];
		bool		elsewhere;
		const Post *post = part_is_lead(act, part) ? of_lead :
			identity_right(&act->actor, t->roles, t->nroles, part->org, at, &elsewhere, NULL, NULL);

		if (post == NULL)
			continue;
		is_theirs = true;
		if (!part_waits(part, t))
			continue;
		act->post = post;
		*other_body = false;
		if (part_is_lead(act, part))
			return;
		act->part = part;
		act->org = part->org;
		act->work_no = part->work_no;
		return;
	}
	if (is_theirs)
		act_forbid("dcm.part_done", psprintf("the body has nothing to %s of this case now", act->action->code),
				   "It has done so already, has not signed for it yet, or only coordinates.");
}

/*
 * For which body the actor appeals: one that has or had the case, the last first.
 */
void
bodies_take_appellant(Act *act, TimestampTz at, bool *other_body)
{
	const WorkflowTransition *t = act->transition;
	PartHeld   *held;
	int			n = parts_held(act, &held);
	bool		has_role = act->post != NULL || *other_body;

	act->post = NULL;
	for (int i = 0; i < n && act->post == NULL; i++)
	{
		act->post = identity_right(&act->actor, t->roles, t->nroles, held[i].org, at, other_body, NULL, NULL);
		if (act->post == NULL)
			continue;
		act->org = held[i].org;
		act->work_no = held[i].work_no;
	}
	*other_body = has_role;
}

/* The bodies that join the lead, and the one that coordinates. */
static void
open_parts(Act *act, const Org *lead)
{
	const Org **joint;
	int			n = act_data_orgs(act, "joint", &joint);
	const Org  *coordinator = act_data_org(act, "coordinator");
	int			number = act->work_no;

	act->joined = palloc(sizeof(int) * (n + 1));
	for (int i = 0; i < n; i++)
	{
		bool		twice = joint[i] == lead || joint[i] == coordinator;

		for (int k = 0; k < i; k++)
			twice |= joint[k] == joint[i];
		if (twice)
			act_bad_argument("dcm.bad_data", psprintf("body \"%s\" is named twice", joint[i]->code),
							 "The bodies of key \"joint\" are others than those of \"org\" and \"coordinator\", each once.");
		act_check_command(act, joint[i]);
		act->joined[act->njoined++] = joint[i]->id;
		part_open(act, ++number, joint[i]->id, "joint", 0);
	}
	if (coordinator == lead)
		act_bad_argument("dcm.bad_data", psprintf("body \"%s\" is named twice", lead->code),
						 "A coordinator is another body than those that are to handle the case.");
	if (coordinator)
	{
		act->joined[act->njoined++] = coordinator->id;
		part_open(act, ++number, coordinator->id, "coordinator", 0);
	}
	ACT_SET(act, parts, Int16GetDatum(number - act->work_no));
}

/* open_work: the case goes to a body, and to those that are to join it. */
void
bodies_open(Act *act)
{
	const Org  *org = act_data_org(act, "org");

	if (org == NULL)
		act_bad_argument("dcm.no_org", "no body is named", "Name it by key \"org\".");
	act_check_command(act, org);
	act->work_no = part_last(act) + 1;
	act->org = org->id;
	ACT_SET(act, work_no, Int16GetDatum(act->work_no));
	ACT_SET(act, org, Int32GetDatum(org->id));
	ACT_SET(act, dispatched_at, TimestampTzGetDatum(act->at));
	clock_open_work(act);
	if (act->tells_stages)
		open_parts(act, org);
}

/* sign_work: one that is not the lead signs for itself alone. */
void
bodies_sign(Act *act)
{
	if (act->part == NULL)
	{
		clock_sign_work(act);
		return;
	}
	part_write_time(act, LEAF_WORK_SIGN_PART, act->part->work_no);
	act->next = NULL;
}

/* All that have the case have handled it, or the lead where that is enough. */
static bool
all_handled(const Act *act)
{
	for (int i = 0; i < act->nparts; i++)
	{
		const ActPart *part = &act->parts[i];

		if (act->wf->settings.lead_done && part_is_lead(act, part))
			return part->is_handled;
		if (!part->coordinates && !part->is_handled && !part->is_over)
			return false;
	}
	return true;
}

/* The case is handled: what the clock said stands, and a request falls. */
static void
handled_now(Act *act, TimestampTz at, int handler)
{
	ACT_SET(act, handled_at, TimestampTzGetDatum(at));
	ACT_SET(act, handler, Int32GetDatum(handler));
	clock_answer(act);
	act_clear_request(act);
	clock_stop(act);
}

static TimestampTz
last_handled(const Act *act)
{
	TimestampTz last = DT_NOBEGIN;

	for (int i = 0; i < act->nparts; i++)
		if (act->parts[i].is_handled)
			last = Max(last, act->parts[i].handled_at);
	return last;
}

/* One of several has handled; with it whoever forwarded the case to it has. */
static void
handle_part(Act *act)
{
	int			number = part_no(act);

	part_recall_below(act, number);
	while (number != 0)
	{
		ActPart    *part = part_find(act, number);

		if (part == NULL || part->is_handled)
			break;
		part_write_time(act, LEAF_WORK_HANDLE, number);
		part->is_handled = true;
		part->handled_at = act->at;
		number = part->parent;
	}
	if (!all_handled(act))
	{
		act->next = NULL;
		return;
	}
	part_recall_below(act, 0);
	handled_now(act, last_handled(act), act->actor.person->id);
}

/* handle_work: the body says that it is done. */
void
bodies_handle(Act *act)
{
	bool		misdirected = false;

	if (act->nparts > 0)
		handle_part(act);
	else
	{
		part_write_time(act, LEAF_WORK_HANDLE, part_no(act));
		handled_now(act, act->at, act->actor.person->id);
	}
	/* dispatched to the wrong body, which did it all the same */
	if (act->tells_stages && act_data_bool(act, "misdirected", &misdirected) && misdirected)
		part_claim(act);
}

/* A body that has signed keeps what was dispatched to it wrongly. */
static void
check_first_receiver(Act *act, const char *reason)
{
	char	   *fault;

	if (!act->wf->settings.first_receiver || !act->tells_stages || reason == NULL)
		return;
	parts_read(act);
	if (!part_find(act, part_no(act))->is_signed)
		return;
	fault = part_reason_fault(reason);
	if (fault && strcmp(fault, "dispatcher") == 0)
		act_forbid("dcm.first_receiver", "whoever has signed for a case first keeps it",
				   "By setting first_receiver (首接负责制) a case that was dispatched wrongly is handled all the same, with key \"misdirected\".");
}

/*
 * One that is not the lead has returned it.  Where all the others have handled,
 * the case is handled now, as by the last of them.
 */
static void
return_part(Act *act, const char *reason)
{
	const WorkflowTransition *t = act->transition;

	part_recall_below(act, act->part->work_no);
	part_end(act, act->part->work_no, reason);
	act->next = NULL;
	if (!all_handled(act))
		return;
	for (int i = 0; i < act->wf->ntransitions && act->next == NULL; i++)
	{
		const WorkflowTransition *other = &act->wf->transitions[i];

		if (other->state == t->state && HAS_EFFECT(other, handle_work) &&
			other->since <= act->at && act->at < other->till)
			act->next = other->next;
	}
	if (act->next == NULL)
		return;
	part_recall_below(act, 0);
	handled_now(act, last_handled(act), part_last_handler(act));
}

/* return_work, recall_work: the case is no body's again. */
void
bodies_end(Act *act, bool returned)
{
	char	   *reason = returned ? act_data_text(act, "reason") : NULL;

	if (returned)
	{
		check_first_receiver(act, reason);
		add_to(act, CF_returned, 1);
		if (act->part)
		{
			return_part(act, reason);
			return;
		}
	}
	/* first of all from the others, whose clocks an answer moves no more */
	if (DatumGetInt16(ACT_GET(act, parts)) > 0)
	{
		parts_read(act);
		part_recall_below(act, 0);
	}
	clock_answer(act);
	part_end(act, part_no(act), reason);
	act->org = DatumGetInt32(ACT_GET(act, org));
	act->work_no = part_no(act);
	bodies_clear(act);
	act_clear_request(act);
}

/* forward: a body below goes on with it, at the same clock. */
void
bodies_forward(Act *act)
{
	const Org  *org = act_data_org(act, "org");
	int			from = act->part ? act->part->org : DatumGetInt32(ACT_GET(act, org));

	if (org == NULL)
		act_bad_argument("dcm.no_org", "no body is named", "Name it by key \"org\".");
	if (org->id == from || !people_org_within(act->actor.people, org->id, from))
		act_bad_argument("dcm.not_below", psprintf("body \"%s\" is not below the one that has the case", org->code),
						 "A body forwards to its own; to return the case, use action \"return\".");
	parts_read(act);
	for (int i = 0; i < act->nparts; i++)
		/* who has handled it once may get it again, after a check that failed */
		if (act->parts[i].org == org->id && !act->parts[i].is_handled)
			act_forbid("dcm.part_done", psprintf("body \"%s\" has the case already", org->code),
					   "It joined it, or it was forwarded to it before.");
	act->part_of = part_no(act);
	act->work_no = part_last(act) + 1;
	act->org = org->id;
	clock_tell_work(act);
	part_open(act, act->work_no, org->id, part_find(act, act->part_of)->part, act->part_of);
	add_to(act, CF_parts, 1);
}

/* rework: the check failed, and the lead goes on. */
void
bodies_rework(Act *act)
{
	add_to(act, CF_reworked, 1);
	clock_restart(act);
	ACT_CLEAR(act, handler);
}

/*
 * judge_return: whose fault a return was, or that what the body handled was not
 * its own.  Not by whoever dispatched, returned or handled it.
 */
void
bodies_judge_return(Act *act)
{
	int			number = 0;
	bool		upheld = false;
	PartReturn	its;

	(void) act_data_number(act, "work_no", &number);
	(void) act_data_bool(act, "upheld", &upheld);
	if (!part_unjudged(act, number, &its))
		act_forbid("dcm.no_return", "there is no return to judge",
				   "Each return, and each claim to have handled what was another's, is judged once.");
	if (its.dispatcher == act->actor.person->id || part_was_by(act, its.work_no, act->actor.person->id))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whoever dispatched or returned a case does not judge its return"),
				 errname("dcm.separation")));
	if (its.is_returned)
		act->fault = !upheld ? "handler" : its.reason ? part_reason_fault(its.reason) : NULL;
	else
		act->fault = upheld ? "dispatcher" : NULL;
	if (act->fault == NULL)
		act->fault = "nobody";
	act->org = its.org;
	act->work_no = its.work_no;
	part_judge(act, its.work_no, act->fault);
}
