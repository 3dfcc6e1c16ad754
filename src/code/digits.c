/*
 * digits.c
 *	  Fixed-width decimal codes as numbers: read, print, cut.
 *
 * Input is strict: no blank, no sign, no digit but '0' to '9'.  A code is an
 * identity, so text that would have to be mended is not the code that somebody
 * meant.
 */
#include "digits.h"

#include <string.h>

const uint64_t digits_pow10[DIGITS_MAX + 1] = {
	UINT64_C(1),
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000)
};

static const char digit_pairs[201] =
"00010203040506070809101112131415161718192021222324"
"25262728293031323334353637383940414243444546474849"
"50515253545556575859606162636465666768697071727374"
"75767778798081828384858687888990919293949596979899";

/*
 * Reads a text that must be digits to its end, of one of the widths in the
 * set (DIGITS_WIDTH bits).  Sets *number when the answer is DIGITS_OK, and
 * *length always: the count of digits before the end or before the first
 * character that is none.
 */
DigitsFault
digits_parse(const char *text, uint32_t widths, uint64_t *number, size_t *length)
{
	const char *p = text;
	uint64_t	value = 0;
	unsigned int digit;

	while ((digit = (unsigned char) *p - (unsigned int) '0') <= 9)
	{
		/* beyond 19 digits this wraps round, and the width is refused below */
		value = value * 10 + digit;
		p++;
	}

	*length = (size_t) (p - text);
	if (*p != '\0')
		return DIGITS_STRAY;
	if (*length > DIGITS_MAX || (widths & DIGITS_WIDTH(*length)) == 0)
		return DIGITS_LENGTH;
	*number = value;
	return DIGITS_OK;
}

/*
 * Prints the number with leading zeros into width + 1 bytes.  A number too
 * large for the width loses its first digits, it never overruns.
 */
void
digits_print(uint64_t number, int width, char *out)
{
	int			at = width;

	out[at] = '\0';
	while (at >= 2)
	{
		at -= 2;
		memcpy(out + at, digit_pairs + 2 * (number % 100), 2);
		number /= 100;
	}
	if (at == 1)
		out[0] = (char) ('0' + number % 10);
}

/*
 * The number that count digits spell, from a position counted from 0 at the
 * left of a code of the given width.
 */
uint64_t
digits_segment(uint64_t number, int width, int from, int count)
{
	return number / digits_pow10[width - from - count] % digits_pow10[count];
}
