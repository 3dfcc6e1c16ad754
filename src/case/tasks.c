/*
 * tasks.c
 *	  What somebody is asked to do about a case, and waits until it is done: to
 *	  verify 核实 or check 核查 it, to guard a danger 警戒, to answer a notice 督办,
 *	  to decide an appeal 申诉, to rule on liability 责任认定.
 *
 * A task has a number within its case, and the log names it wherever the act
 * does not tell which one by itself.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/clock.h"
#include "case/leaf.h"
#include "case/refuse.h"
#include "case/tasks.h"
#include "errors.h"

typedef struct Task
{
	int			number;
	int			person;			/* or 0 where anybody may do it */
	int			org;			/* or 0 */
	bool		is_done;
} Task;

/* Opens a task, of a person or a body where one is meant; 0 for none. */
static int
open_task(Act *act, const char *kind, int person, int org, const TimestampTz *due)
{
	int			number = DatumGetInt16(ACT_GET(act, tasks)) + 1;
	Datum		values[8] = {Int64GetDatum(act->case_no), Int16GetDatum(number), CStringGetTextDatum(kind),
		Int32GetDatum(person), TimestampTzGetDatum(act->at), due ? TimestampTzGetDatum(*due) : (Datum) 0,
	Int32GetDatum(org), ACT_GET(act, log_no)};
	bool		nulls[8] = {false, false, false, person == 0, false, due == NULL, org == 0, false};

	ACT_SET(act, tasks, Int16GetDatum(number));
	leaf_write(LEAF_TASK_OPEN, "case_task", act->case_no, number, 'i', values, nulls, 8);
	return number;
}

/* The task of one of these kinds that waits, or of that number; else the last one. */
static bool
find_task(const Act *act, const char *kinds, int number, Task *task)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), CStringGetTextDatum(kinds), Int16GetDatum(number)};
	Datum		person;
	Datum		org;
	bool		isnull;

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_TASK_FIND), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the tasks of a case");
	if (SPI_processed == 0)
		return false;
	task->number = DatumGetInt16(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	person = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	task->person = isnull ? 0 : DatumGetInt32(person);
	(void) SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull);
	task->is_done = !isnull;
	org = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4, &isnull);
	task->org = isnull ? 0 : DatumGetInt32(org);
	return true;
}

/* One that waits; 23514 where there is none. */
static Task
waiting_task(const Act *act, const char *kinds, int number, const char *what)
{
	Task		task;

	if (!find_task(act, kinds, number, &task) || task.is_done)
		act_forbid("dcm.no_task", psprintf("there is no %s that waits", what),
				   "Nothing of the kind was asked for, or it is done already.");
	return task;
}

static void
finish(Act *act, int number, const char *outcome)
{
	Datum		values[5] = {Int64GetDatum(act->case_no), Int16GetDatum(number),
		TimestampTzGetDatum(act->at), Int32GetDatum(act->actor.person->id), CStringGetTextDatum(outcome)};

	leaf_write(LEAF_TASK_DONE, "case_task", act->case_no, number, 'u', values, NULL, 5);
}

/* Whether that person holds a post by which the look at a place is finished in that state. */
static bool
can_look(const Act *act, const Person *person, const WorkflowState *state, const WorkflowTransition **by)
{
	Actor		other = {.people = act->actor.people, .person = person};
	TimestampTz at = act->loaded ? act->at : act->recorded_at;

	*by = NULL;
	for (int i = 0; i < act->wf->ntransitions; i++)
	{
		const WorkflowTransition *t = &act->wf->transitions[i];
		bool		elsewhere;

		if (t->state != state || !HAS_EFFECT(t, finish_task) || act->at < t->since || act->at >= t->till)
			continue;
		*by = t;
		if (identity_right(&other, t->roles, t->nroles, 0, at, &elsewhere, NULL, NULL))
			return true;
	}
	return *by == NULL;
}

/* The person who is to go must be one who can: 22023 for who holds no such post, or has handled it. */
static const Person *
looker(const Act *act, const WorkflowState *state)
{
	const Person *person = act_data_person(act, "person");
	const WorkflowTransition *by;

	if (person == NULL)
		return NULL;
	if (!can_look(act, person, state, &by))
		act_bad_argument("dcm.cannot_look", psprintf("person \"%s\" could not do it", person->code),
						 psprintf("It takes a post as %s.", workflow_roles(by)));
	if (state && strcmp(state->stage, "closing") == 0 && !ACT_NULL(act, handler) &&
		DatumGetInt32(ACT_GET(act, handler)) == person->id)
		act_bad_argument("dcm.cannot_look", psprintf("person \"%s\" could not do it", person->code),
						 "Whoever handled a case neither checks nor closes it.");
	return person;
}

/* verify_task, check_task: somebody is to look at the place. */
static void
open_look(Act *act, const char *kind)
{
	const Person *person = looker(act, act->transition->next ? act->transition->next : act->state);
	const WorkflowState *next = act->transition->next;
	TimestampTz due = 0;

	act->who = person ? person->id : 0;
	if (next && next->has_limit)
		due = clock_stage_deadline(act, next->time_limit);
	(void) open_task(act, kind, person ? person->id : 0, 0, next && next->has_limit ? &due : NULL);
}

/* The task to look at the place, the case's last one. */
static Task
look_task(const Act *act)
{
	Task		task;

	if (!find_task(act, "verify,check", 0, &task))
		act_forbid("dcm.no_task", "there is no task to finish", "Nobody was asked to look at this case.");
	return task;
}

/* reassign_task: another person is to go. */
static void
effect_reassign_task(Act *act)
{
	const Person *person = looker(act, act->state);
	Task		task = look_task(act);
	Datum		values[3] = {Int64GetDatum(act->case_no), Int16GetDatum(task.number), (Datum) 0};

	if (person == NULL)
		act_bad_argument("dcm.no_person", "no person is named", "Name one by key \"person\".");
	act->who = person->id;
	values[2] = Int32GetDatum(person->id);
	leaf_write(LEAF_TASK_GIVE, "case_task", act->case_no, task.number, 'u', values, NULL, 3);
}

/* finish_task: the task's own person only, where it was given to one. */
static void
effect_finish_task(Act *act)
{
	Task		task = look_task(act);

	if (task.person != 0 && task.person != act->actor.person->id)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("this task was given to another person"),
				 errname("dcm.not_yours")));
	finish(act, task.number, act->action->code);
}

/* guard: somebody stays with a danger until a body is there. */
static void
effect_guard(Act *act)
{
	Task		task;

	if (find_task(act, "guard", 0, &task) && !task.is_done)
		act_forbid("dcm.guard_there", "somebody guards the place already", "Action \"relieve\" ends that.");
	act->task_no = open_task(act, "guard", act->actor.person->id, 0, NULL);
}

/* Whether anybody of the bodies that have the case is there. */
static bool
somebody_there(const Act *act)
{
	Datum		values[2] = {Int64GetDatum(act->case_no), ACT_GET(act, work_no)};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_ARRIVED), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the assignments of a case");
	return SPI_processed > 0;
}

/* relieve: not before a body is there, unless the centre says so. */
static void
effect_relieve(Act *act)
{
	Task		task = waiting_task(act, "guard", 0, "guard");

	if (!somebody_there(act) && ACT_NULL(act, ended_at) &&
		!(act->post && strcmp(act->post->role, "shift_leader") == 0))
		act_forbid("dcm.not_relieved", "nobody has come to take over from the guard",
				   "A body tells that it is there by action \"arrive\"; else a shift leader relieves the guard.");
	act->task_no = task.number;
	finish(act, task.number, act->action->code);
}

/* notice: the body is told to have it done by a time. */
static void
effect_notice(Act *act)
{
	TimestampTz due;

	if (!act_data_time(act, "due", &due) || due <= act->at)
		act_bad_argument("dcm.until", "a notice must set a time to come", "Give it by key \"due\".");
	act->task_no = open_task(act, "notice", 0, ACT_NULL(act, org) ? 0 : DatumGetInt32(ACT_GET(act, org)), &due);
}

/* Finishes the task of that kind, by its number if the act tells one. */
static void
finish_kind(Act *act, const char *kind, const char *outcome)
{
	int			number = 0;
	Task		task;

	(void) act_data_number(act, "task_no", &number);
	task = waiting_task(act, kind, number, kind);
	act->task_no = task.number;
	finish(act, task.number, outcome);
}

/* appeal: one of a body at a time. */
static void
effect_appeal(Act *act)
{
	Datum		values[2] = {Int64GetDatum(act->case_no), Int32GetDatum(act->org)};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_APPEAL_WAITS), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the tasks of a case");
	if (SPI_processed > 0)
		act_forbid("dcm.appeal_waits", "an appeal of this body is waiting for its decision already",
				   "A body has one open appeal in a case at a time.");
	act->task_no = open_task(act, "appeal", 0, act->org, NULL);
}

/* Whether the actor holds a post that acts for that body, or for one above it. */
static bool
is_of_body(const Act *act, int org)
{
	int			n;
	const Post *posts = people_posts(act->actor.people, act->actor.person->id, &n);

	for (int i = 0; i < n; i++)
		if (posts[i].for_body && posts[i].since <= act->recorded_at && act->recorded_at < posts[i].till &&
			people_org_within(act->actor.people, org, posts[i].org))
			return true;
	return false;
}

/* The people who have taken part in an appeal so far: the one who appealed first. */
static int
appeal_people(const Act *act, int number, bool *is_one_of_them)
{
	Datum		values[3] = {Int64GetDatum(act->case_no), Int16GetDatum(number), Int32GetDatum(0)};

	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_REVIEWS), values, NULL, false, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	*is_one_of_them = false;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;

		*is_one_of_them |= act->actor.person->id ==
			DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	return (int) SPI_processed;
}

/* What an appeal that is upheld exempts from, as a list of words. */
static void
check_exempts(const Act *act)
{
	char	   *list = act_data_text(act, "exempts");
	char	   *rest = NULL;

	if (list == NULL)
		act_bad_argument("dcm.bad_data", "an appeal that is upheld exempts from something",
						 "Name it by key \"exempts\": overdue, return, rework, reopen or all.");
	for (char *word = strtok_r(pstrdup(list), ", ", &rest); word; word = strtok_r(NULL, ", ", &rest))
		if (strcmp(word, "overdue") != 0 && strcmp(word, "return") != 0 && strcmp(word, "rework") != 0 &&
			strcmp(word, "reopen") != 0 && strcmp(word, "all") != 0)
			act_bad_argument("dcm.bad_data", psprintf("nothing is called \"%s\" from which an appeal exempts", word),
							 "Key \"exempts\" lists overdue, return, rework, reopen or all.");
}

/* decide_appeal: by as many people as the city wants; the last one decides. */
static void
effect_decide_appeal(Act *act)
{
	int			number = 0;
	bool		upheld = false;
	bool		took_part;
	int			people;
	Task		task;

	(void) act_data_number(act, "task_no", &number);
	(void) act_data_bool(act, "upheld", &upheld);
	task = waiting_task(act, "appeal", number, "appeal");
	if (task.org != 0 && is_of_body(act, task.org))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whoever is of the body that appeals does not decide its appeal"),
				 errname("dcm.separation")));
	people = appeal_people(act, task.number, &took_part);
	if (took_part)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whoever took part in an appeal does not decide it again"),
				 errdetail("Setting appeal_reviews asks for %d reviewers.", act->wf->settings.appeal_reviews),
				 errname("dcm.separation")));
	if (upheld)
		check_exempts(act);
	act->task_no = task.number;
	act->is_final = people >= act->wf->settings.appeal_reviews;
	if (act->is_final)
		finish(act, task.number, upheld ? "upheld" : "denied");
}

/* rule_liability: who is to bear it, and how much; several bodies by one ruling each. */
static void
effect_rule_liability(Act *act)
{
	const Org  *org = act_data_org(act, "org");
	double		given;
	Task		task;

	if (act_data_real(act, "share", &given) && (given <= 0 || given > 100))
		act_bad_argument("dcm.bad_data", "a share is above 0 and at most 100 percent", "Give it by key \"share\".");
	if (act_data_real(act, "fund", &given) && given < 0)
		act_bad_argument("dcm.bad_data", "a fund is not below 0 yuan", "Give it by key \"fund\".");
	if (find_task(act, "liability", 0, &task))
		act->task_no = task.number;
	else
	{
		act->task_no = open_task(act, "liability", 0, 0, NULL);
		task.is_done = false;
	}
	if (!task.is_done)
		finish(act, act->task_no, act->action->code);
	if (org)
		act->org = org->id;
}

/* A dispatch whose liability is disputed: it is handled first, and ruled on later. */
static void
open_dispute(Act *act)
{
	bool		disputed = false;

	if (act->tells_stages && act_data_bool(act, "disputed", &disputed) && disputed)
		(void) open_task(act, "liability", 0, 0, NULL);
}

static void
apply_to_looks(Act *act)
{
	const WorkflowTransition *t = act->transition;

	if (HAS_EFFECT(t, verify_task))
		open_look(act, "verify");
	if (HAS_EFFECT(t, check_task))
		open_look(act, "check");
	if (HAS_EFFECT(t, reassign_task))
		effect_reassign_task(act);
	if (HAS_EFFECT(t, finish_task))
		effect_finish_task(act);
}

/* Brings about the effects that open or finish a task. */
void
tasks_apply(Act *act)
{
	const WorkflowTransition *t = act->transition;

	apply_to_looks(act);
	if (HAS_EFFECT(t, open_work))
		open_dispute(act);
	if (HAS_EFFECT(t, guard))
		effect_guard(act);
	if (HAS_EFFECT(t, relieve))
		effect_relieve(act);
	if (HAS_EFFECT(t, notice))
		effect_notice(act);
	if (HAS_EFFECT(t, reply_notice))
		finish_kind(act, "notice", act->action->code);
	if (HAS_EFFECT(t, appeal))
		effect_appeal(act);
	if (HAS_EFFECT(t, decide_appeal))
		effect_decide_appeal(act);
	if (HAS_EFFECT(t, rule_liability))
		effect_rule_liability(act);
}
