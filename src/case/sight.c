/*
 * sight.c
 *	  What the acting person may see: the functions that the policies of the
 *	  case tables ask once a query.
 *
 * A post lets its holder see by what its role and its body are, at this moment:
 *
 *	role.sees 'all'		everything, whatever the body (auditor, privacy, system)
 *	role.sees 'area'	the post's area and duty area (collector, video watcher,
 *						person in charge of an area)
 *	role.for_body		the body of the post and those below it
 *	a centre, government or committee of the city's level: everything
 *	one below it		its territory, the bodies below it, and those of its
 *						level and below that lie there
 *	any other body		that body and those below it
 *
 * A post of no body shows nothing, which dcm.check_org() tells.  Database roles
 * that are no application's see everything, since their grants say what of.
 *
 * The decision to know: nothing here reads a table, so that a policy needs no
 * right beside the one on the table that it stands on, and costs microseconds.
 * What must be read from tables, case numbers and grids, the city's functions
 * dcm.my_cases() and dcm.my_grids() read.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "case/identity.h"
#include "case/people.h"
#include "case/workflow.h"
#include "code/codes.h"

PG_FUNCTION_INFO_V1(dcm_sees_all);
PG_FUNCTION_INFO_V1(dcm_sees_freely);
PG_FUNCTION_INFO_V1(dcm_my_person);
PG_FUNCTION_INFO_V1(dcm_my_roles);
PG_FUNCTION_INFO_V1(dcm_my_orgs);
PG_FUNCTION_INFO_V1(dcm_my_areas);
PG_FUNCTION_INFO_V1(dcm_my_duty_areas);
PG_FUNCTION_INFO_V1(dcm_my_first_grid);
PG_FUNCTION_INFO_V1(dcm_my_last_grid);

typedef struct Sight
{
	const People *people;
	const Person *person;		/* NULL: nobody acts, or nobody who is valid now */
	int			post;			/* the one chosen at become, or 0 for any */
	TimestampTz now;
	bool		all;
	bool	   *orgs;			/* beside people->orgs, which are seen */
	AreaCode   *areas;
	int			nareas;
	int		   *duty_areas;
	int			nduty_areas;
} Sight;

/* Database roles whose members see all that their grants let them read. */
static const char *const seeing_roles[] = {
	"dcm_audit", "dcm_bi", "dcm_config", "dcm_exchange", "dcm_job", "dcm_loader", "dcm_security"
};

static bool
by_database_role(void)
{
	for (size_t i = 0; i < lengthof(seeing_roles); i++)
	{
		Oid			roleid = get_role_oid(seeing_roles[i], true);

		if (OidIsValid(roleid) && is_member_of_role_nosuper(GetUserId(), roleid))
			return true;
	}
	return false;
}

static void
see_area(Sight *sight, AreaCode area)
{
	if (area != 0)
		sight->areas[sight->nareas++] = area;
}

static void
see_bodies_below(Sight *sight, const Org *org)
{
	const People *people = sight->people;

	for (int i = 0; i < people->norgs; i++)
		if (people_org_within(people, people->orgs[i].id, org->id))
			sight->orgs[i] = true;
}

/* The bodies of its level and below that lie in its area, wherever in the tree. */
static void
see_bodies_there(Sight *sight, const Org *centre, AreaCode area)
{
	const People *people = sight->people;

	for (int i = 0; i < people->norgs; i++)
	{
		const Org  *org = &people->orgs[i];
		AreaCode	its_area = org->level >= centre->level ? people_territory(people, org) : 0;

		if (its_area != 0 && area_within(its_area, area))
			sight->orgs[i] = true;
	}
}

/* What a post that serves for a whole body shows. */
static void
see_by_body(Sight *sight, const Org *org, AreaCode area)
{
	const Org  *body = people_whole_body(sight->people, org->id);

	if (body == NULL || !body->over_area)
	{
		see_bodies_below(sight, org);
		return;
	}
	if (body->level < 2)
	{
		sight->all = true;
		return;
	}
	see_bodies_below(sight, body);
	see_area(sight, area);
	area = people_territory(sight->people, body);
	if (area == 0)
		return;
	see_area(sight, area);
	see_bodies_there(sight, body, area);
}

static void
see_by_post(Sight *sight, const Post *post)
{
	const Org  *org = post->org != 0 ? people_org(sight->people, post->org) : NULL;

	if (post->sees == SEES_ALL)
		sight->all = true;
	else if (post->sees == SEES_AREA)
	{
		see_area(sight, post->area);
		if (post->duty_area != 0)
			sight->duty_areas[sight->nduty_areas++] = post->duty_area;
	}
	else if (org && post->for_body)
		see_bodies_below(sight, org);
	else if (org)
		see_by_body(sight, org, post->area);
}

/* What the acting person sees, by the posts held now. */
static Sight
sight_get(void)
{
	Sight		sight = {.people = people_get(), .now = GetCurrentTimestamp()};
	const Post *posts;
	int			n;

	sight.person = identity_who(sight.people, &sight.post);
	if (sight.person && !(sight.person->since <= sight.now && sight.now < sight.person->till))
		sight.person = NULL;
	sight.orgs = palloc0(sizeof(bool) * Max(sight.people->norgs, 1));
	if (sight.person == NULL)
		return sight;
	posts = people_posts(sight.people, sight.person->id, &n);
	/* a post shows its own area and its body's */
	sight.areas = palloc(sizeof(AreaCode) * 2 * Max(n, 1));
	sight.duty_areas = palloc(sizeof(int) * Max(n, 1));
	for (int i = 0; i < n; i++)
		if ((sight.post == 0 || posts[i].id == sight.post) &&
			posts[i].since <= sight.now && sight.now < posts[i].till)
			see_by_post(&sight, &posts[i]);
	return sight;
}

/* Where the city does not restrict sight, and by database role. */
static bool
sees_freely(void)
{
	return workflow_get()->settings.sight_is_free || by_database_role();
}

/* dcm.sees_freely(): whether the caller sees all, whoever acts. */
Datum
dcm_sees_freely(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sees_freely());
}

/* dcm.sees_all(): whether the caller sees every case, by a post too. */
Datum
dcm_sees_all(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(sees_freely() || sight_get().all);
}

/* dcm.my_person() → the id of the acting person, NULL for nobody valid now. */
Datum
dcm_my_person(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();

	if (sight.person == NULL)
		PG_RETURN_NULL();
	PG_RETURN_INT32(sight.person->id);
}

/* dcm.my_roles() → the roles of the acting person's posts. */
Datum
dcm_my_roles(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();
	const Post *posts = NULL;
	Datum	   *roles;
	int			nroles = 0;
	int			n = 0;

	if (sight.person)
		posts = people_posts(sight.people, sight.person->id, &n);
	roles = palloc(sizeof(Datum) * Max(n, 1));
	for (int i = 0; i < n; i++)
		if ((sight.post == 0 || posts[i].id == sight.post) &&
			posts[i].since <= sight.now && sight.now < posts[i].till)
			roles[nroles++] = CStringGetTextDatum(posts[i].role);
	PG_RETURN_ARRAYTYPE_P(construct_array(roles, nroles, TEXTOID, -1, false, TYPALIGN_INT));
}

static ArrayType *
int_array(const int *values, int n)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(n, 1));

	for (int i = 0; i < n; i++)
		elements[i] = Int32GetDatum(values[i]);
	return construct_array(elements, n, INT4OID, sizeof(int32), true, TYPALIGN_INT);
}

/*
 * dcm.my_orgs() → the ids of the bodies whose cases the acting person sees, none
 * for whoever sees all.
 */
Datum
dcm_my_orgs(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();
	int		   *ids = palloc(sizeof(int) * Max(sight.people->norgs, 1));
	int			n = 0;

	for (int i = 0; i < sight.people->norgs; i++)
		if (sight.orgs[i] && !sight.all)
			ids[n++] = sight.people->orgs[i].id;
	PG_RETURN_ARRAYTYPE_P(int_array(ids, n));
}

/* dcm.my_areas() → the areas whose cases the acting person sees. */
Datum
dcm_my_areas(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();
	Datum	   *elements = palloc(sizeof(Datum) * Max(sight.nareas, 1));

	for (int i = 0; i < sight.nareas; i++)
		elements[i] = AreaCodeGetDatum(sight.areas[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, sight.nareas,
										  get_element_type(get_fn_expr_rettype(fcinfo->flinfo)),
										  sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* dcm.my_duty_areas() → ids of the duty areas whose cases the person sees. */
Datum
dcm_my_duty_areas(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();

	PG_RETURN_ARRAYTYPE_P(int_array(sight.duty_areas, sight.nduty_areas));
}

/*
 * dcm.my_first_grid(), dcm.my_last_grid(): the span of unit grids in which all
 * of dcm.my_areas() lie, so that an index finds them; NULL for no area.
 */
Datum
dcm_my_first_grid(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();
	GridCode	first = PG_INT64_MAX;

	if (sight.nareas == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < sight.nareas; i++)
		first = Min(first, area_digits(sight.areas[i]) * GRID_SERIALS);
	PG_RETURN_GRID_CODE(first);
}

Datum
dcm_my_last_grid(PG_FUNCTION_ARGS)
{
	Sight		sight = sight_get();
	GridCode	last = 0;

	if (sight.nareas == 0)
		PG_RETURN_NULL();
	for (int i = 0; i < sight.nareas; i++)
		last = Max(last, (area_digits(sight.areas[i]) + area_spans[area_level(sight.areas[i])]) * GRID_SERIALS - 1);
	PG_RETURN_GRID_CODE(last);
}
