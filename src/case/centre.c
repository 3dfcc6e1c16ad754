/*
 * centre.c
 *	  What the organisation mode lets a centre do, and where.
 *
 * An action takes a power, supervision or command, or none.  A post of a centre
 * serves for it where the mode in force gives centres of that kind and level
 * the power; below the city's level a centre acts on cases in its own area and
 * commands the bodies there.  Bodies that are no centres are not judged here:
 * their posts have what their roles give.
 *
 * dcm.mode_centres(), dcm.centre_reach() and dcm.may_dispatch() say the same in
 * SQL; test/pgtap/37_org_modes.sql holds the two together.
 */
#include "postgres.h"

#include "case/centre.h"
#include "code/codes.h"
#include "errors.h"

typedef struct OrgMode
{
	const char *name;
	int			city;			/* powers of centres of level 1 */
	int			district;		/* of level 2 */
} OrgMode;

static const OrgMode modes[] = {
	{"one_one", POWER_SUPERVISION, POWER_COMMAND},
	{"one_two", POWER_BOTH, POWER_COMMAND},
	{"two_one", POWER_SUPERVISION, POWER_BOTH},
	{"two_two", POWER_BOTH, POWER_BOTH},
};

static bool
is_combined(const Workflow *wf)
{
	return strcmp(wf->settings.org_mode, "combined") == 0;
}

/* What the mode gives to a level; nothing beyond district, or in no mode. */
static int
powers_of_level(const Workflow *wf, int level)
{
	for (int i = 0; i < (int) lengthof(modes); i++)
		if (strcmp(wf->settings.org_mode, modes[i].name) == 0)
			return level == 1 ? modes[i].city : level == 2 ? modes[i].district : 0;
	return 0;
}

/* In mode combined one centre has both powers, whichever its level. */
static int
powers_of_centre(const Workflow *wf, const Org *centre)
{
	if (is_combined(wf))
		return centre->powers == POWER_BOTH ? POWER_BOTH : 0;
	return centre->powers & powers_of_level(wf, centre->level);
}

/*
 * Whether a centre below the city's level commands a body: those of its own
 * level and below by where they are, those above not where the mode has the
 * city's centre command them, else where they answer for its area too.
 */
static bool
commands(const Act *act, const Org *centre, const Org *body)
{
	AreaCode	area = people_territory(act->actor.people, centre);
	AreaCode	its_area = people_territory(act->actor.people, body);

	if (body->level >= centre->level)
		return area == 0 || (its_area != 0 && area_within(its_area, area));
	if ((powers_of_level(act->wf, 1) & POWER_COMMAND) != 0)
		return false;
	return area == 0 || its_area == 0 || area_within(area, its_area);
}

static CentreRefusal
judge(const Act *act, const Org *centre, const Org *body)
{
	AreaCode	area;

	if (act->action->power != 0 && (powers_of_centre(act->wf, centre) & act->action->power) == 0)
		return CENTRE_WITHOUT_POWER;
	if (centre->level < 2)
		return CENTRE_MAY;
	/* what takes no power may be done to a case of which only an address is known */
	area = people_territory(act->actor.people, centre);
	if (area != 0 && (ACT_NULL(act, area) ? act->action->power != 0 :
					  !area_within(DatumGetAreaCode(ACT_GET(act, area)), area)))
		return CENTRE_ELSEWHERE;
	if (body && !commands(act, centre, body))
		return CENTRE_NOT_ITS_BODY;
	return CENTRE_MAY;
}

/*
 * The PostRule of a CentreQuestion.  What a loader tells of the past is not
 * judged by the mode of today.
 */
bool
centre_lets(const Post *post, void *question)
{
	CentreQuestion *q = question;
	const WorkflowSettings *settings = &q->act->wf->settings;
	const Org  *centre;
	CentreRefusal refusal;

	if (strcmp(q->act->transition->roles[0], "*") == 0 || q->act->loaded ||
		!settings->org_mode_enforced || settings->org_mode == NULL)
		return true;
	centre = people_whole_body(q->act->actor.people, post->org);
	if (centre == NULL || centre->powers == 0)
		return true;
	refusal = judge(q->act, centre, q->body);
	if (refusal != CENTRE_MAY && q->refusal == CENTRE_MAY)
	{
		q->refusal = refusal;
		q->centre = centre;
	}
	return refusal == CENTRE_MAY;
}

static void
refuse_power(const CentreQuestion *q)
{
	const Act  *act = q->act;

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("body \"%s\" may not %s a case", q->centre->code, act->action->code),
			 errdetail("In mode \"%s\" it has no power of %s at level %d.",
					   act->wf->settings.org_mode,
					   act->action->power == POWER_COMMAND ? "command" : "supervision",
					   q->centre->level),
			 errhint("dcm.check_org() lists what does not fit the mode; dcm.set_org_mode() changes it."),
			 errname("dcm.org_mode")));
}

static void
refuse_place(const CentreQuestion *q)
{
	const Act  *act = q->act;

	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("body \"%s\" may not %s a case outside its area", q->centre->code, act->action->code),
			 errdetail("Its area is %s, the case lies in %s.",
					   area_text(people_territory(act->actor.people, q->centre)),
					   ACT_NULL(act, area) ? "none" : area_text(DatumGetAreaCode(ACT_GET(act, area)))),
			 errname("dcm.not_its_area")));
}

static void
refuse_body(const CentreQuestion *q)
{
	const People *people = q->act->actor.people;
	AreaCode	its_area = people_territory(people, q->body);
	char	   *detail;

	if (q->body->level < q->centre->level && (powers_of_level(q->act->wf, 1) & POWER_COMMAND) != 0)
		detail = psprintf("It is of level %d, and in mode \"%s\" the city's centre commands bodies of that level.",
						  q->body->level, q->act->wf->settings.org_mode);
	else
		detail = psprintf("Its area is %s, that of the centre %s.",
						  its_area == 0 ? "none" : area_text(its_area), area_text(people_territory(people, q->centre)));
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("body \"%s\" does not command body \"%s\"", q->centre->code, q->body->code),
			 errdetail("%s", detail),
			 errname("dcm.beyond_command")));
}

/* Raises 42501 where a post was refused, and tells why; else nothing. */
void
centre_refuse(const CentreQuestion *question)
{
	switch (question->refusal)
	{
		case CENTRE_MAY:
			break;
		case CENTRE_WITHOUT_POWER:
			refuse_power(question);
			break;
		case CENTRE_ELSEWHERE:
			refuse_place(question);
			break;
		case CENTRE_NOT_ITS_BODY:
			refuse_body(question);
			break;
	}
}
