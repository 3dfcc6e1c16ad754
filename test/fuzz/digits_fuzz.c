/*
 * digits_fuzz.c
 *	  Random edits against src/code/digits.c, alone and with sanitizers:
 *	  what is read is what a slow plain reader reads, and what is printed is
 *	  what was read.  Usage: digits_fuzz [seconds [seed]]; exits 1 at the first
 *	  difference and prints the text that shows it.
 */
#include "../../src/code/digits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "random.h"

#define LONGEST 64

static const uint32_t width_sets[] = {
	DIGITS_WIDTH(2) | DIGITS_WIDTH(4) | DIGITS_WIDTH(6) | DIGITS_WIDTH(9) | DIGITS_WIDTH(12),
	DIGITS_WIDTH(15),
	DIGITS_WIDTH(16),
	DIGITS_WIDTH(DIGITS_MAX),
	DIGITS_WIDTH(1),
	0
};

/* Mostly digits of a length that matters, then up to three edits of a byte */
static void
make_text(char *text)
{
	static const size_t lengths[] = {0, 1, 2, 3, 4, 6, 9, 12, 14, 15, 15, 16, 16, 17, 18, 19, 20, 21, 40};
	size_t		length = lengths[random_below(sizeof(lengths) / sizeof(lengths[0]))];
	unsigned int edits = random_below(2) * random_below(4);

	for (size_t i = 0; i < length; i++)
		text[i] = (char) ('0' + random_below(10));
	text[length] = '\0';
	while (edits-- > 0 && length > 0)
	{
		size_t		at = random_below((unsigned int) length);

		switch (random_below(3))
		{
			case 0:
				text[at] = (char) random_below(256);
				break;
			case 1:
				memmove(text + at, text + at + 1, length - at);
				break;
			default:
				memmove(text + at + 1, text + at, length - at + 1);
				text[at] = (char) random_below(256);
		}
		length = strlen(text);
	}
}

static void
fail(const char *what, const char *text)
{
	fprintf(stderr, "digits_fuzz: %s:", what);
	for (const char *p = text; *p != '\0'; p++)
		fprintf(stderr, " %02x", (unsigned char) *p);
	fprintf(stderr, "\n");
	exit(1);
}

/* One text, at the end of a block of its own so that a byte too far is seen */
static void
check_text(const char *text, uint32_t widths)
{
	size_t		size = strlen(text) + 1;
	size_t		digits = strspn(text, "0123456789");
	DigitsFault expected = text[digits] != '\0' ? DIGITS_STRAY :
		digits > DIGITS_MAX || ((widths >> digits) & 1) == 0 ? DIGITS_LENGTH : DIGITS_OK;
	char	   *copy = malloc(size);
	char	   *printed;
	uint64_t	number = 42;
	size_t		length = 42;

	memcpy(copy, text, size);
	if (digits_parse(copy, widths, &number, &length) != expected)
		fail("wrong answer", text);
	if (length != digits)
		fail("wrong length", text);
	if (expected != DIGITS_OK && number != 42)
		fail("number touched", text);
	free(copy);
	if (expected != DIGITS_OK)
		return;

	if (number != strtoull(text, NULL, 10))
		fail("wrong number", text);
	printed = malloc(digits + 1);
	digits_print(number, (int) digits, printed);
	if (strcmp(printed, text) != 0)
		fail("printed otherwise", text);
	free(printed);
}

/* A piece of a code is the piece of its text */
static void
check_segment(const char *text)
{
	int			width = (int) strlen(text);
	int			from = (int) random_below((unsigned int) width);
	int			count = 1 + (int) random_below((unsigned int) (width - from));
	char		piece[LONGEST];
	char		printed[LONGEST];
	uint64_t	number;
	size_t		length;

	if (digits_parse(text, DIGITS_WIDTH(width), &number, &length) != DIGITS_OK)
		fail("digits refused", text);
	memcpy(piece, text + from, (size_t) count);
	piece[count] = '\0';
	digits_print(digits_segment(number, width, from, count), count, printed);
	if (strcmp(piece, printed) != 0)
		fail("wrong segment", text);
}

int
main(int argc, char **argv)
{
	double		seconds = argc > 1 ? atof(argv[1]) : 2.0;
	clock_t		end = clock() + (clock_t) (seconds * CLOCKS_PER_SEC);
	unsigned long texts = 0;
	char		text[LONGEST];

	random_begin(argc > 2 ? argv[2] : NULL);
	do
	{
		for (int i = 0; i < 10000; i++, texts++)
		{
			size_t		length;

			make_text(text);
			check_text(text, width_sets[random_below(sizeof(width_sets) / sizeof(width_sets[0]))]);
			length = strspn(text, "0123456789");
			text[length < DIGITS_MAX ? length : DIGITS_MAX] = '\0';
			if (length > 0)
				check_segment(text);
		}
	} while (clock() < end);
	printf("%lu texts, no difference\n", texts);
	return 0;
}
