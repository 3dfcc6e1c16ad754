/*
 * people.c
 *	  Persons, posts, roles and bodies in memory.
 *
 * Rights are looked up at each act, so the posts must be at hand: a city has
 * thousands of people, which are sorted arrays of some hundred kilobytes.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "case/people.h"
#include "config_cache.h"

/* A tree of bodies is not deeper; a circle in it ends there. */
#define TREE_DEPTH 32

static void *people_build(void);

static const char *const people_tables[] = {"person", "post", "role", "org", NULL};

static ConfigCache people_cache = {
	.name = "people",
	.tables = people_tables,
	.build = people_build
};

void
people_init(void)
{
	config_cache_register(&people_cache);
}

const People *
people_get(void)
{
	return config_cache_get(&people_cache);
}

static char *
column_text(uint64 row, int column)
{
	return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

/* An integer or time column, 0 for NULL. */
static int64
column_int(uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
									  column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

#define VALIDITY \
	"coalesce(pg_catalog.lower(t.valid), '-infinity'), coalesce(pg_catalog.upper(t.valid), 'infinity')"

static void
build_persons(People *people)
{
	config_cache_query("SELECT t.id::pg_catalog.int8, t.code, t.login, " VALIDITY
					   " FROM dcm.person AS t WHERE NOT pg_catalog.isempty(t.valid) ORDER BY t.id");
	people->npersons = SPI_processed;
	people->persons = palloc(sizeof(Person) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
		people->persons[i] = (Person)
		{
			.id = (int) column_int(i, 1),
				.code = column_text(i, 2),
				.login = column_text(i, 3),
				.since = column_int(i, 4),
				.till = column_int(i, 5)
		};
}

static RoleSees
sees_of_role(const char *sees)
{
	if (sees == NULL)
		return SEES_BY_BODY;
	return strcmp(sees, "all") == 0 ? SEES_ALL : SEES_AREA;
}

static void
build_posts(People *people)
{
	/* sees by way of jsonb, since a city of 0.1.0 has no such column yet */
	config_cache_query("SELECT t.person::pg_catalog.int8, t.id::pg_catalog.int8, t.code, t.role, t.org::pg_catalog.int8,"
					   " (extract(epoch FROM r.max_backdate) OPERATOR(pg_catalog.*) 1000000)::pg_catalog.int8,"
					   " r.for_body::pg_catalog.int4::pg_catalog.int8, " VALIDITY
					   ", t.area::dcm.area_code, t.duty_area::pg_catalog.int8, pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'sees'"
					   " FROM dcm.post AS t JOIN dcm.role AS r ON r.code OPERATOR(pg_catalog.=) t.role"
					   " WHERE NOT pg_catalog.isempty(t.valid) ORDER BY t.person, t.id");
	people->nposts = SPI_processed;
	people->posts = palloc(sizeof(Post) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
		people->posts[i] = (Post)
		{
			.person = (int) column_int(i, 1),
				.id = (int) column_int(i, 2),
				.code = column_text(i, 3),
				.role = column_text(i, 4),
				.org = (int) column_int(i, 5),
				.max_backdate = column_int(i, 6),
				.for_body = column_int(i, 7) != 0,
				.since = column_int(i, 8),
				.till = column_int(i, 9),
				.area = column_int(i, 10),
				.duty_area = (int) column_int(i, 11),
				.sees = sees_of_role(column_text(i, 12))
		};
}

static int
powers_of_kind(const char *kind)
{
	if (strcmp(kind, "supervision_command_centre") == 0)
		return POWER_BOTH;
	if (strcmp(kind, "supervision_centre") == 0)
		return POWER_SUPERVISION;
	return strcmp(kind, "command_centre") == 0 ? POWER_COMMAND : 0;
}

static void
build_orgs(People *people)
{
	config_cache_query("SELECT t.id::pg_catalog.int8, t.code, t.parent::pg_catalog.int8, " VALIDITY
					   ", t.kind::pg_catalog.text, t.level::pg_catalog.int8, t.area::dcm.area_code"
					   " FROM dcm.org AS t WHERE NOT pg_catalog.isempty(t.valid) ORDER BY t.id");
	people->norgs = SPI_processed;
	people->orgs = palloc(sizeof(Org) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		char	   *kind = column_text(i, 6);

		people->orgs[i] = (Org)
		{
			.id = (int) column_int(i, 1),
				.code = column_text(i, 2),
				.parent = (int) column_int(i, 3),
				.since = column_int(i, 4),
				.till = column_int(i, 5),
				.powers = powers_of_kind(kind),
				.is_part = strcmp(kind, "work_group") == 0 || strcmp(kind, "hotline") == 0,
				.over_area = strcmp(kind, "government") == 0 || strcmp(kind, "committee") == 0 ||
				powers_of_kind(kind) != 0,
				.level = (int) column_int(i, 7),
				.area = column_int(i, 8)
		};
		pfree(kind);
	}
}

static void *
people_build(void)
{
	People	   *people = palloc0(sizeof(People));

	build_persons(people);
	build_posts(people);
	build_orgs(people);
	return people;
}

/* Orders by the leading int, which each of the three structs has. */
static int
compare_leading_int(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;

	return (x > y) - (x < y);
}

const Person *
people_person(const People *people, int id)
{
	return bsearch(&id, people->persons, people->npersons, sizeof(Person),
				   compare_leading_int);
}

const Person *
people_by_code(const People *people, const char *code)
{
	for (int i = 0; i < people->npersons; i++)
		if (strcmp(people->persons[i].code, code) == 0)
			return &people->persons[i];
	return NULL;
}

const Person *
people_by_login(const People *people, const char *login)
{
	for (int i = 0; i < people->npersons; i++)
		if (people->persons[i].login && strcmp(people->persons[i].login, login) == 0)
			return &people->persons[i];
	return NULL;
}

/* The posts of a person, n of them from the place returned. */
const Post *
people_posts(const People *people, int person, int *n)
{
	const Post *post = bsearch(&person, people->posts, people->nposts, sizeof(Post),
							   compare_leading_int);
	const Post *end = people->posts + people->nposts;

	*n = 0;
	if (post == NULL)
		return NULL;
	while (post > people->posts && post[-1].person == person)
		post--;
	while (post + *n < end && post[*n].person == person)
		(*n)++;
	return post;
}

const Org *
people_org(const People *people, int id)
{
	return bsearch(&id, people->orgs, people->norgs, sizeof(Org), compare_leading_int);
}

const Org *
people_org_by_code(const People *people, const char *code)
{
	for (int i = 0; i < people->norgs; i++)
		if (strcmp(people->orgs[i].code, code) == 0)
			return &people->orgs[i];
	return NULL;
}

/* The body of a post: a work group or hotline is part of that above it; or NULL. */
const Org *
people_whole_body(const People *people, int org)
{
	const Org  *body = people_org(people, org);

	for (int depth = 1; body && body->is_part && body->parent != 0 && depth < TREE_DEPTH; depth++)
		body = people_org(people, body->parent);
	return body;
}

/* The area of a body, or of the nearest one above it that has one; 0 for none. */
int64
people_territory(const People *people, const Org *org)
{
	for (int depth = 1; org && org->area == 0 && depth < TREE_DEPTH; depth++)
		org = org->parent != 0 ? people_org(people, org->parent) : NULL;
	return org ? org->area : 0;
}

/* Whether org is the ancestor or below it; a cycle in the tree ends the walk. */
bool
people_org_within(const People *people, int org, int ancestor)
{
	for (int depth = 0; org != 0 && depth < TREE_DEPTH; depth++)
	{
		const Org  *row = people_org(people, org);

		if (org == ancestor)
			return true;
		org = row ? row->parent : 0;
	}
	return false;
}
