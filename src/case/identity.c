/*
 * identity.c
 *	  Who acts: dcm.become, dcm.whoami and the right to an action.
 *
 * The decision to know: who acts is kept in the setting dcm.acting_person,
 * because a setting follows ROLLBACK, savepoints and DISCARD ALL and reaches
 * parallel workers, which a variable in C does not.  Only dcm.become can give
 * it a value: its check hook refuses everybody else, superusers too.  It
 * carries no rights; those are looked up at each use.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

#include "case/identity.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_become);
PG_FUNCTION_INFO_V1(dcm_whoami);
PG_FUNCTION_INFO_V1(dcm_acting);

static char *acting_person = NULL;
static bool becoming = false;

/*
 * Nobody sets who acts but dcm.become.  Parallel workers take the value over
 * from their leader, and an empty value means nobody.
 */
static bool
check_acting_person(char **newval, void **extra, GucSource source)
{
	if (**newval == '\0' || becoming || InitializingParallelWorker)
		return true;
	GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
	GUC_check_errmsg("parameter \"dcm.acting_person\" is set by dcm.become alone");
	return false;
}

void
identity_init(void)
{
	DefineCustomStringVariable("dcm.acting_person",
							   "Who acts; set by dcm.become alone.",
							   NULL, &acting_person, "", PGC_SUSET,
							   GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE,
							   check_acting_person, NULL, NULL);
}

/* Membership that was granted, which a superuser has of no role by itself. */
static bool
granted(const char *role)
{
	Oid			roleid = get_role_oid(role, true);

	return OidIsValid(roleid) && is_member_of_role_nosuper(GetUserId(), roleid);
}

static bool
valid_at(TimestampTz since, TimestampTz till, TimestampTz at)
{
	return since <= at && at < till;
}

static void
not_valid_now(const Person *person)
{
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("person \"%s\" is not valid now", person->code),
			 errname("dcm.no_person")));
}

/* Raises 42501 unless the caller may act as that person. */
static void
check_may_become(const Person *person)
{
	if (superuser() || granted("dcm_app") || granted("dcm_loader"))
		return;
	if (strcmp(person->code, "system") == 0 && granted("dcm_job"))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to act for another"),
			 errdetail("Role \"%s\" is a member of neither \"dcm_app\" nor \"dcm_loader\".",
					   GetUserNameFromId(GetUserId(), false)),
			 errhint("GRANT dcm_app TO ... for an application's login."),
			 errname("dcm.become")));
}

/* The post of that code held by the person; raises 42501. */
static const Post *
find_post(const People *people, const Person *person, const char *code, TimestampTz at)
{
	int			n;
	const Post *posts = people_posts(people, person->id, &n);

	for (int i = 0; i < n; i++)
		if (strcmp(posts[i].code, code) == 0 &&
			valid_at(posts[i].since, posts[i].till, at))
			return &posts[i];
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("person \"%s\" does not hold post \"%s\" now", person->code, code),
			 errname("dcm.no_post")));
	return NULL;
}

/*
 * dcm.become(person text, post text, scope text): from now on that person
 * acts, to the end of the transaction or the session.  post may be NULL.
 */
Datum
dcm_become(PG_FUNCTION_ARGS)
{
	const People *people;
	const Person *person;
	const Post *post = NULL;
	char	   *code;
	char	   *scope;
	char	   *value;
	bool		local;
	TimestampTz now = GetCurrentTimestamp();

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("person and scope must not be null"),
				 errname("dcm.become")));
	code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	scope = text_to_cstring(PG_GETARG_TEXT_PP(2));
	local = strcmp(scope, "transaction") == 0;
	if (!local && strcmp(scope, "session") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown scope \"%s\"", scope),
				 errhint("Use transaction or session."),
				 errname("dcm.become")));

	people = people_get();
	person = people_by_code(people, code);
	if (person == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("there is no person \"%s\"", code),
				 errname("dcm.no_person")));
	check_may_become(person);
	if (!valid_at(person->since, person->till, now) && !granted("dcm_loader"))
		not_valid_now(person);
	if (!PG_ARGISNULL(1))
		post = find_post(people, person, text_to_cstring(PG_GETARG_TEXT_PP(1)), now);

	value = psprintf("%d/%d", person->id, post ? post->id : 0);
	becoming = true;
	PG_TRY();
	{
		(void) set_config_option("dcm.acting_person", value, PGC_SUSET, PGC_S_SESSION,
								 local ? GUC_ACTION_LOCAL : GUC_ACTION_SET, true, 0, false);
	}
	PG_FINALLY();
	{
		becoming = false;
	}
	PG_END_TRY();
	PG_RETURN_VOID();
}

/*
 * The person of dcm.become with the post chosen there (or 0), else the one
 * whose login the session's user is; NULL where that is nobody.
 */
const Person *
identity_who(const People *people, int *post)
{
	int			id = 0;

	*post = 0;
	if (acting_person == NULL || acting_person[0] == '\0')
		return people_by_login(people, GetUserNameFromId(GetSessionUserId(), false));
	if (sscanf(acting_person, "%d/%d", &id, post) != 2)
		return NULL;
	return people_person(people, id);
}

/*
 * Who acts.  Raises 42501 where that is nobody.
 */
Actor
identity_actor(void)
{
	Actor		actor = {.people = people_get(), .loader = granted("dcm_loader")};

	actor.person = identity_who(actor.people, &actor.post);
	if (actor.person == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("nobody is acting"),
				 errdetail("No person is set, and none has the login \"%s\".",
						   GetUserNameFromId(GetSessionUserId(), false)),
				 errhint("Call dcm.become(person) in this transaction, or give the person a login."),
				 errname("dcm.nobody")));
	/* rights are looked up at each use, and so is whether they have ended */
	if (!actor.loader && !valid_at(actor.person->since, actor.person->till, GetCurrentTimestamp()))
		not_valid_now(actor.person);
	return actor;
}

/*
 * Where a post stands in the list of roles that an action is open to, or -1:
 * "*" is everybody, and a role that acts for a body fits its own cases alone.
 */
static int
rank_of_post(const People *people, const Post *post, char **roles, int nroles,
			 int org, bool *other_body)
{
	for (int r = 0; r < nroles; r++)
	{
		if (strcmp(roles[r], "*") == 0)
			return r;
		if (strcmp(roles[r], post->role) != 0)
			continue;
		if (!post->for_body || org == 0 || people_org_within(people, org, post->org))
			return r;
		*other_body = true;
	}
	return -1;
}

/*
 * The post by which the actor may take an action that is open to these roles
 * on a case of that body, or NULL.  Of several the one whose role is named
 * first, then the one that may tell of the past longest.  *other_body tells
 * whether a role was there and only the body was not the actor's; a post that
 * the rule refuses is passed over.
 */
const Post *
identity_right(const Actor *actor, char **roles, int nroles, int org,
			   TimestampTz at, bool *other_body, PostRule rule, void *question)
{
	int			n;
	const Post *posts = people_posts(actor->people, actor->person->id, &n);
	const Post *best = NULL;
	int			best_rank = nroles;

	*other_body = false;
	for (int i = 0; i < n; i++)
	{
		const Post *post = &posts[i];
		int			rank;

		if ((actor->post != 0 && post->id != actor->post) ||
			!valid_at(post->since, post->till, at))
			continue;
		rank = rank_of_post(actor->people, post, roles, nroles, org, other_body);
		if (rank < 0 || rank > best_rank ||
			(best && rank == best_rank && post->max_backdate <= best->max_backdate) ||
			(rule && !rule(post, question)))
			continue;
		best = post;
		best_rank = rank;
	}
	return best;
}

/*
 * dcm.whoami() → (person, post, roles): who would act now, with the roles that
 * the person's posts give at this moment.
 */
Datum
dcm_whoami(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false, true, false};
	Actor		actor = identity_actor();
	TimestampTz now = GetCurrentTimestamp();
	int			n;
	const Post *posts = people_posts(actor.people, actor.person->id, &n);
	Datum	   *roles = palloc(sizeof(Datum) * Max(n, 1));
	int			nroles = 0;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	for (int i = 0; i < n; i++)
	{
		if ((actor.post != 0 && posts[i].id != actor.post) ||
			!valid_at(posts[i].since, posts[i].till, now))
			continue;
		roles[nroles++] = CStringGetTextDatum(posts[i].role);
		if (posts[i].id == actor.post)
		{
			values[1] = CStringGetTextDatum(posts[i].code);
			nulls[1] = false;
		}
	}
	values[0] = CStringGetTextDatum(actor.person->code);
	values[2] = PointerGetDatum(construct_array(roles, nroles, TEXTOID, -1, false, TYPALIGN_INT));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * dcm.acting() → the code of the person who acts, NULL where that is nobody:
 * for the record of who changed base data, which asks for no right.
 */
Datum
dcm_acting(PG_FUNCTION_ARGS)
{
	int			post;
	const Person *person = identity_who(people_get(), &post);

	if (person == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(person->code));
}
