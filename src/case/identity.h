/*
 * identity.h
 *	  Who acts.
 */
#ifndef DCM_IDENTITY_H
#define DCM_IDENTITY_H

#include "postgres.h"

#include "case/people.h"

typedef struct Actor
{
	const People *people;
	const Person *person;
	int			post;			/* the one chosen at become, or 0 for any */
	bool		loader;			/* may tell any time, by real membership */
} Actor;

/* Whether a post may serve, beside its role and body. */
typedef bool (*PostRule) (const Post *post, void *question);

extern void identity_init(void);
extern Actor identity_actor(void);
extern const Person *identity_who(const People *people, int *post);
extern const Post *identity_right(const Actor *actor, char **roles, int nroles,
								  int org, TimestampTz at, bool *other_body,
								  PostRule rule, void *question);

#endif							/* DCM_IDENTITY_H */
