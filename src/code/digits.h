/*
 * digits.h
 *	  Fixed-width decimal codes as numbers: read, print, cut.
 *
 * Pure C: no server header, no memory of its own, no errors raised, so that it
 * can be tested and fuzzed alone.  A code is a run of ASCII digits of a known
 * width, leading zeros included; it is kept as the number that the digits
 * spell, so order of numbers is order of text among codes of one width.
 */
#ifndef DCM_DIGITS_H
#define DCM_DIGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGITS_MAX 18			/* widest code that is handled */
#define DIGITS_WIDTH(n) (UINT32_C(1) << (n))

typedef enum DigitsFault
{
	DIGITS_OK,
	DIGITS_STRAY,				/* something that is not a digit */
	DIGITS_LENGTH				/* digits only, but not a width allowed */
} DigitsFault;

extern const uint64_t digits_pow10[DIGITS_MAX + 1];

extern DigitsFault digits_parse(const char *text, uint32_t widths,
								uint64_t *number, size_t *length);
extern void digits_print(uint64_t number, int width, char *out);
extern uint64_t digits_segment(uint64_t number, int width, int from, int count);

#endif							/* DCM_DIGITS_H */
