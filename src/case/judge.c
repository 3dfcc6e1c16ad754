/*
 * judge.c
 *	  Whether an act may be: its time, its transition, the right to it.
 *
 * The caller's right is checked here and the rows are written as the owner of
 * the city's tables, as foreign keys do in core: nobody else has a write
 * privilege on them.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "case/act_data.h"
#include "case/bodies.h"
#include "case/centre.h"
#include "case/judge.h"
#include "case/leaf.h"
#include "errors.h"

/* The action of that code; 22023 where there is none. */
void
act_find_action(Act *act, const char *code)
{
	act->action = workflow_action(act->wf, code);
	if (act->action == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no action \"%s\"", code),
				 errhint("SELECT code, name FROM dcm.action lists them."),
				 errname("dcm.no_action")));
}

static void
wrong_time(const char *name, const char *message, TimestampTz bound)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s", message),
			 errdetail("The bound is %s.", timestamptz_to_str(bound)),
			 errname(name)));
}

/*
 * Settles when the act happened and when it was told.  A time given is business
 * time: not ahead of the clock by more than clock_skew, and not before the last
 * move, to which a loader's earlier time is moved while the original is kept.
 */
void
act_take_time(Act *act, bool given, TimestampTz at)
{
	TimestampTz last = ACT_NULL(act, moved_at) ? DT_NOBEGIN : ACT_TIME(act, moved_at);

	act->recorded_at = GetCurrentTimestamp();
	if (!given)
	{
		/* a clock that was set back must not make an honest act fail */
		act->at = Max(act->recorded_at, last);
		return;
	}
	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the time of an act must be finite"),
				 errname("dcm.bad_time")));
	if (at > act->recorded_at + act->wf->settings.clock_skew)
		wrong_time("dcm.too_late", "the time given lies in the future",
				   act->recorded_at + act->wf->settings.clock_skew);
	act->at = act->given_at = at;
	act->loaded = act->actor.loader;
	if (at >= last)
		return;
	if (!act->loaded)
		wrong_time("dcm.too_early", "the time given lies before the last move of the case", last);
	act->at = last;
	act->clamped = true;
}

/* The effects that answer something, where the case has nothing to be answered. */
static uint64
nothing_to_answer(const Act *act)
{
	uint64		hidden = 0;

	if (act->state == NULL)
		return 0;
	if (ACT_NULL(act, request))
		hidden |= EFFECT_BIT(extend) | EFFECT_BIT(suspend) | EFFECT_BIT(endorse) |
			EFFECT_BIT(deny_extension) | EFFECT_BIT(deny_suspension);
	if (DatumGetInt16(ACT_GET(act, tasks)) == 0)
		hidden |= EFFECT_BIT(relieve) | EFFECT_BIT(reply_notice) | EFFECT_BIT(decide_appeal);
	if (DatumGetInt16(ACT_GET(act, returned)) == 0)
		hidden |= EFFECT_BIT(judge_return);
	return hidden;
}

/* The transition that is to be made; 23514 where the move is forbidden. */
void
act_take_transition(Act *act)
{
	const WorkflowTransition *t = workflow_transition(act->wf, act->state, act->action, act->at);
	bool		has_parts = act->state && DatumGetInt16(ACT_GET(act, parts)) > 0;

	/* a report must lead into a state that belongs to a stage */
	if (t && (has_parts || !t->for_parts) &&
		(act->state || (t->next && strcmp(t->next->stage, "ended") != 0)))
	{
		act->transition = t;
		act->next = t->next;
		return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_CHECK_VIOLATION),
			 errmsg("action \"%s\" is forbidden in state \"%s\"", act->action->code,
					act->state ? act->state->code : "none"),
			 errdetail("The state allows: %s.", workflow_allowed(act->wf, act->state, act->at, has_parts, nothing_to_answer(act))),
			 errhint("dcm.case_story(case_no) tells how the case came here."),
			 errname("dcm.forbidden_move")));
}

static void
not_allowed(const Act *act, const char *name, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("person \"%s\" may not %s this case", act->actor.person->code,
					act->action->code),
			 errdetail("%s", detail),
			 errname(name)));
}

/*
 * Whether the actor has handled this case: as one of several bodies, or before a
 * rework, a return or a reopening.  The case's row knows the last handler only.
 */
static bool
has_handled(const Act *act)
{
	Datum		values[2] = {Int64GetDatum(act->case_no), Int32GetDatum(act->actor.person->id)};

	if (!ACT_NULL(act, handler) && DatumGetInt32(ACT_GET(act, handler)) == act->actor.person->id)
		return true;
	if (DatumGetInt16(ACT_GET(act, reworked)) == 0 && DatumGetInt16(ACT_GET(act, reopened)) == 0 &&
		DatumGetInt16(ACT_GET(act, parts)) == 0 && DatumGetInt16(ACT_GET(act, work_no)) <= 1)
		return false;
	if (SPI_execute_plan(leaf_plan(leaf_year(act->case_no), LEAF_HANDLED_BY), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the log of a case");
	return SPI_processed > 0;
}

/* How far back this entry may be told is a right of the role. */
static void
check_backdate(const Act *act)
{
	int64		back = act->post ? act->post->max_backdate : 0;

	if (act->loaded || act->at >= act->recorded_at - back)
		return;
	wrong_time("dcm.too_early", "the time given lies further back than the role may tell",
			   act->recorded_at - back);
}

/* At which time the actor must hold the post. */
static TimestampTz
right_at(const Act *act)
{
	return act->loaded ? act->at : act->recorded_at;
}

/*
 * The post for the act on a case of that body, which is to go to another body
 * or none; raises 42501 where the actor has none.
 */
static void
take_post(Act *act, int org, const Org *body)
{
	const WorkflowTransition *t = act->transition;
	CentreQuestion question = {.act = act, .body = body};
	bool		other_body;

	act->post = identity_right(&act->actor, t->roles, t->nroles, org, right_at(act), &other_body,
							   centre_lets, &question);
	if (act->state && DatumGetInt16(ACT_GET(act, parts)) > 0 && bodies_concern(t))
		bodies_take_part(act, right_at(act), &other_body);
	if (HAS_EFFECT(t, appeal))
		bodies_take_appellant(act, right_at(act), &other_body);
	if (act->post != NULL || (t->nroles > 0 && strcmp(t->roles[0], "*") == 0))
		return;
	centre_refuse(&question);
	if (other_body)
		not_allowed(act, "dcm.not_yours", "The case is with another body.");
	not_allowed(act, "dcm.no_right", psprintf("It takes a post as %s.", workflow_roles(t)));
}

/* Whether the act finishes the check of a case that the actor reported. */
static bool
checks_own_report(const Act *act)
{
	return act->wf->settings.reporter_may_not_check && !act->loaded &&
		HAS_EFFECT(act->transition, finish_task) && !ACT_NULL(act, reporter) &&
		DatumGetInt32(ACT_GET(act, reporter)) == act->actor.person->id;
}

/*
 * The right to the transition: a post with one of its roles, of the body whose
 * case it is where the role acts for a body, and with the power that the action
 * takes; and whoever handled a case neither checks nor closes it, nor does
 * whoever reported it check it, where the city says so.
 */
void
act_check_right(Act *act, int org)
{
	const WorkflowTransition *t = act->transition;
	bool		closing = act->state && t->next && strcmp(act->state->stage, "closing") == 0;
	bool		ends = act->state && t->next && t->next->ending;

	take_post(act, org, NULL);
	if ((closing || ends) && has_handled(act))
		not_allowed(act, "dcm.separation", "Whoever handled a case neither checks nor closes it.");
	if (closing && checks_own_report(act))
		not_allowed(act, "dcm.separation", "Whoever reported a case does not check it; setting reporter_may_check is false.");
	check_backdate(act);
}

/*
 * The right to send the case to a body, which is known later than the right to
 * the act: of the actor's posts another may be the one that commands it.
 */
void
act_check_command(Act *act, const Org *body)
{
	if (act->action->power != POWER_COMMAND)
		return;
	take_post(act, ACT_NULL(act, org) ? 0 : DatumGetInt32(ACT_GET(act, org)), body);
	check_backdate(act);
}

/* Whether the city has automatic rules, of which a city of 0.1.0 knows nothing. */
static bool
city_has_rules(void)
{
	return OidIsValid(get_relname_relid("auto_rule", get_namespace_oid("dcm", false)));
}

/* The rule that the data names, where the action is one that rules take. */
static bool
rule_named(const Act *act, int *rule)
{
	for (int i = 0; i < act->action->nkeys; i++)
		if (strcmp(act->action->keys[i].key, "rule") == 0 &&
			strcmp(act->action->keys[i].type, "number") == 0)
			return JB_ROOT_IS_OBJECT(act->data) && act_data_number(act, "rule", rule);
	return false;
}

/* Whether the rule takes this step, and counts when the right to it does. */
static bool
rule_stands(const Act *act, int rule)
{
	Datum		values[3] = {Int32GetDatum(rule), CStringGetTextDatum(act->action->code),
	TimestampTzGetDatum(right_at(act))};

	if (SPI_execute_plan(city_plan(CITY_AUTO_RULE), values, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the automatic rules");
	return SPI_processed > 0;
}

/*
 * Whether it takes a rule: what people may do too.  Not what jobs alone do, what
 * everybody may, nor a resumption or a recomputation, whose time the case tells.
 */
static bool
takes_rule(const WorkflowTransition *t)
{
	return t->nroles > 1 && strcmp(t->roles[0], "*") != 0 &&
		!HAS_EFFECT(t, resume) && !HAS_EFFECT(t, recompute);
}

/*
 * The system takes a step that is people's too by a rule of dcm.auto_rule alone,
 * and people name none: the log must tell the one from the other.
 */
void
act_check_rule(const Act *act)
{
	int			rule = 0;
	bool		by_system = act->post && strcmp(act->post->role, SYSTEM_ROLE) == 0;
	bool		named = rule_named(act, &rule);

	if (!(named || (by_system && takes_rule(act->transition))) || !city_has_rules())
		return;
	if (!by_system)
		not_allowed(act, "dcm.not_system", "Key \"rule\" tells that the system acts by itself, and this is a person.");
	if (named && rule_stands(act, rule))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("the system may not %s a case without a rule", act->action->code),
			 named ? errdetail("Rule %d is not one for this step that is valid then.", rule) :
			 errdetail("Key \"rule\" names none."),
			 errhint("A city turns on automatic steps by rows of dcm.auto_rule, and dcm.run_auto() takes them."),
			 errname("dcm.no_rule")));
}
