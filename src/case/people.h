/*
 * people.h
 *	  Persons, posts, roles and bodies in memory.
 */
#ifndef DCM_PEOPLE_H
#define DCM_PEOPLE_H

#include "postgres.h"

#include "datatype/timestamp.h"

/* What a centre may have of power, and what an action is; bits. */
#define POWER_SUPERVISION 1
#define POWER_COMMAND 2
#define POWER_BOTH (POWER_SUPERVISION | POWER_COMMAND)

/* What the posts of a role see, where that does not go by their body. */
typedef enum RoleSees
{
	SEES_BY_BODY,
	SEES_AREA,
	SEES_ALL
} RoleSees;

typedef struct Person
{
	int			id;
	char	   *code;
	char	   *login;			/* or NULL */
	TimestampTz since;
	TimestampTz till;
} Person;

typedef struct Post
{
	int			person;
	int			id;
	char	   *code;
	char	   *role;
	int			org;			/* or 0 */
	int64		area;			/* or 0 */
	int			duty_area;		/* or 0 */
	int64		max_backdate;	/* microseconds, of the role */
	bool		for_body;		/* of the role: acts for its own body alone */
	RoleSees	sees;			/* of the role */
	TimestampTz since;
	TimestampTz till;
} Post;

typedef struct Org
{
	int			id;
	char	   *code;
	int			parent;			/* or 0 */
	int			level;			/* 1 city, 2 district … */
	int			powers;			/* of its kind; 0: it is no centre */
	bool		is_part;		/* a work group or hotline, part of the body above it */
	bool		over_area;		/* a centre, government or committee */
	int64		area;			/* or 0 */
	TimestampTz since;
	TimestampTz till;
} Org;

typedef struct People
{
	Person	   *persons;		/* by id */
	int			npersons;
	Post	   *posts;			/* by person */
	int			nposts;
	Org		   *orgs;			/* by id */
	int			norgs;
} People;

extern void people_init(void);
extern const People *people_get(void);
extern const Person *people_person(const People *people, int id);
extern const Person *people_by_code(const People *people, const char *code);
extern const Person *people_by_login(const People *people, const char *login);
extern const Post *people_posts(const People *people, int person, int *n);
extern const Org *people_org(const People *people, int id);
extern const Org *people_org_by_code(const People *people, const char *code);
extern const Org *people_whole_body(const People *people, int org);
extern int64 people_territory(const People *people, const Org *org);
extern bool people_org_within(const People *people, int org, int ancestor);

#endif							/* DCM_PEOPLE_H */
