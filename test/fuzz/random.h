/*
 * random.h
 *	  Random numbers of the fuzz programs: the same sequence everywhere for a
 *	  seed, which random_begin() prints.
 */
#ifndef DCM_FUZZ_RANDOM_H
#define DCM_FUZZ_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t random_state;

/* Begins at the seed that is given as text, else at the time. */
static inline void
random_begin(const char *seed)
{
	uint64_t	number = seed ? strtoull(seed, NULL, 10) : (uint64_t) time(NULL);

	random_state = number * 2 + 1;
	printf("seed %llu\n", (unsigned long long) (random_state / 2));
	fflush(stdout);
}

/* xorshift64* */
static inline uint64_t
random_bits(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(2685821657736338717);
}

static inline unsigned int
random_below(size_t limit)
{
	return (unsigned int) ((random_bits() >> 33) % limit);
}

#endif
