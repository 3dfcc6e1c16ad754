/*
 * reading.c
 *	  Values of lists as people type them: blanks around them, full-width
 *	  digits, dates in several forms.  What is no such value is NULL and no
 *	  error, since one bad row of a list must not lose the others.
 *
 * The decision to know: names lose the blanks around them and nothing else,
 * for full-width brackets may be meant; codes, numbers and dates are read from
 * the plain form, in which full-width characters are ASCII.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "compat.h"
#include "reading.h"

PG_FUNCTION_INFO_V1(dcm_clean);
PG_FUNCTION_INFO_V1(dcm_read_number);
PG_FUNCTION_INFO_V1(dcm_read_integer);
PG_FUNCTION_INFO_V1(dcm_read_date);
PG_FUNCTION_INFO_V1(dcm_read_boolean);
PG_FUNCTION_INFO_V1(dcm_faults);

/* The blanks of more than a byte that sheets and editors leave, in UTF-8. */
static const struct
{
	const char *bytes;
	int			length;
}			wide_blanks[] = {
	{"\xC2\xA0", 2},			/* U+00A0 no-break space */
	{"\xE3\x80\x80", 3},		/* U+3000 ideographic space */
	{"\xE2\x80\x8B", 3},		/* U+200B zero width space */
	{"\xEF\xBB\xBF", 3}			/* U+FEFF byte order mark */
};

static inline bool
narrow_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The length of the blank that begins here, or that ends here; 0 for none. */
static inline int
blank_at(const char *text, const char *end)
{
	if (text == end)
		return 0;
	if (!IS_HIGHBIT_SET(*text))
		return narrow_blank(*text) ? 1 : 0;
	for (int i = 0; i < (int) lengthof(wide_blanks); i++)
		if (end - text >= wide_blanks[i].length &&
			memcmp(text, wide_blanks[i].bytes, wide_blanks[i].length) == 0)
			return wide_blanks[i].length;
	return 0;
}

static inline int
blank_before(const char *text, const char *end)
{
	if (text == end)
		return 0;
	if (!IS_HIGHBIT_SET(end[-1]))
		return narrow_blank(end[-1]) ? 1 : 0;
	for (int i = 0; i < (int) lengthof(wide_blanks); i++)
		if (end - text >= wide_blanks[i].length &&
			memcmp(end - wide_blanks[i].length, wide_blanks[i].bytes, wide_blanks[i].length) == 0)
			return wide_blanks[i].length;
	return 0;
}

/* Moves both ends past blanks. */
static void
trim(const char **text, const char **end)
{
	int			length;

	while ((length = blank_at(*text, *end)) > 0)
		*text += length;
	while ((length = blank_before(*text, *end)) > 0)
		*end -= length;
}

/*
 * A text without blanks at its ends and with full-width characters (U+FF01 to
 * U+FF5E) as the ASCII ones that they stand for; NULL where nothing is left.
 */
char *
reading_plain(text *given)
{
	const char *from = VARDATA_ANY(given);
	const char *end = from + VARSIZE_ANY_EXHDR(given);
	char	   *plain;
	char	   *out;

	trim(&from, &end);
	if (from == end)
		return NULL;
	out = plain = palloc(end - from + 1);
	while (from < end)
	{
		const unsigned char *c = (const unsigned char *) from;

		if (end - from >= 3 && c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD))
		{
			int			code = ((c[1] & 0x3F) << 6) | (c[2] & 0x3F);	/* U+FF00 is 0xF00 here */

			if (code >= 0xF01 && code <= 0xF5E)
			{
				*out++ = (char) (code - 0xF00 + 0x20);
				from += 3;
				continue;
			}
		}
		*out++ = *from++;
	}
	*out = '\0';
	return plain;
}

/*
 * dcm.clean(text): without blanks at its ends; NULL where nothing is left.
 */
Datum
dcm_clean(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	const char *from = VARDATA_ANY(given);
	const char *end = from + VARSIZE_ANY_EXHDR(given);

	trim(&from, &end);
	if (from == end)
		PG_RETURN_NULL();
	if (end - from == (ptrdiff_t) VARSIZE_ANY_EXHDR(given))
		PG_RETURN_TEXT_P(given);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(from, end - from));
}

/*
 * Reads what most numbers of a list are, up to 15 digits with a point among
 * them: both the digits and the power of ten are exact as doubles, so their
 * quotient is the nearest double, as strtod would find it at more cost.
 */
static bool
read_short_number(const char *c, const char *end, double *number)
{
	static const double pow10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7,
	1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
	bool		negative = c < end && *c == '-';
	int64		digits = 0;
	int			n = 0;
	int			decimals = -1;

	for (c += negative; c < end; c++)
	{
		if (*c == '.' && decimals < 0)
			decimals = 0;
		else if (*c >= '0' && *c <= '9' && n < 15)
		{
			digits = digits * 10 + (*c - '0');
			n++;
			decimals += decimals >= 0;
		}
		else
			return false;
	}
	if (n == 0)
		return false;
	*number = (double) digits / pow10[Max(decimals, 0)];
	if (negative)
		*number = -*number;
	return true;
}

/* A finite number in decimal; false for anything else, hex and nan included. */
static bool
read_number(text *given, double *number)
{
	char	   *plain;
	char	   *end;

	if (read_short_number(VARDATA_ANY(given), VARDATA_ANY(given) + VARSIZE_ANY_EXHDR(given), number))
		return true;
	plain = reading_plain(given);
	if (plain == NULL || plain[strspn(plain, "+-.0123456789eE")] != '\0')
		return false;
	*number = strtod(plain, &end);
	return end != plain && *end == '\0' && isfinite(*number);
}

Datum
dcm_read_number(PG_FUNCTION_ARGS)
{
	double		number;

	if (!read_number(PG_GETARG_TEXT_PP(0), &number))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(number);
}

Datum
dcm_read_integer(PG_FUNCTION_ARGS)
{
	double		number;

	if (!read_number(PG_GETARG_TEXT_PP(0), &number) || number != rint(number) ||
		number < PG_INT32_MIN || number > PG_INT32_MAX)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) number);
}

/* Reads from least to most digits as a number; moves *text on. */
static bool
read_digits(const char **text, int least, int most, int *number)
{
	int			n = 0;

	*number = 0;
	while (n < most && **text >= '0' && **text <= '9')
	{
		*number = *number * 10 + (*(*text)++ - '0');
		n++;
	}
	return n >= least;
}

/* Passes over one of the separators of a date; false where there is none. */
static bool
pass(const char **text, const char *separators, const char *word)
{
	size_t		length = strlen(word);

	if (strncmp(*text, word, length) == 0)
	{
		*text += length;
		return true;
	}
	if (**text == '\0' || strchr(separators, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

/* What may follow a date: nothing, 日, or the midnight that sheets write. */
static bool
at_end(const char *text)
{
	(void) pass(&text, "", "日");
	if (*text == '\0')
		return true;
	if (*text != ' ' && *text != 'T')
		return false;
	text++;
	return text[strspn(text, "0:.")] == '\0' && text[0] == '0';
}

/*
 * dcm.read_date(text): 2015-03-02, 2015/3/2, 2015.3.2, 20150302 or 2015年3月2日.
 */
Datum
dcm_read_date(PG_FUNCTION_ARGS)
{
	const char *given = reading_plain(PG_GETARG_TEXT_PP(0));
	int			year;
	int			month;
	int			day;
	bool		apart;
	int			julian;

	if (given == NULL || !read_digits(&given, 4, 4, &year))
		PG_RETURN_NULL();
	apart = pass(&given, "-/.", "年");
	if (!read_digits(&given, apart ? 1 : 2, 2, &month) ||
		(apart && !pass(&given, "-/.", "月")) ||
		!read_digits(&given, apart ? 1 : 2, 2, &day) || !at_end(given))
		PG_RETURN_NULL();
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > day_tab[isleap(year)][month - 1])
		PG_RETURN_NULL();
	julian = date2j(year, month, day);
	PG_RETURN_DATEADT(julian - POSTGRES_EPOCH_JDATE);
}

/*
 * dcm.read_boolean(text): true, t, yes, y, 1, 是, 有 and their opposites.
 */
Datum
dcm_read_boolean(PG_FUNCTION_ARGS)
{
	static const char *const words[2][7] = {
		{"false", "f", "no", "n", "0", "否", "无"},
		{"true", "t", "yes", "y", "1", "是", "有"}
	};
	char	   *plain = reading_plain(PG_GETARG_TEXT_PP(0));

	for (int value = 0; plain != NULL && value < 2; value++)
		for (int i = 0; i < (int) lengthof(words[value]); i++)
			if (pg_strcasecmp(plain, words[value][i]) == 0)
				PG_RETURN_BOOL(value == 1);
	PG_RETURN_NULL();
}

/*
 * dcm.faults(text ...): those of the texts that are there, NULL where none is.
 */
Datum
dcm_faults(PG_FUNCTION_ARGS)
{
	ArrayType  *given = PG_GETARG_ARRAYTYPE_P(0);
	bits8	   *there = ARR_NULLBITMAP(given);
	int			n = ArrayGetNItems(ARR_NDIM(given), ARR_DIMS(given));
	int			kept = 0;
	Datum	   *elements;
	bool	   *nulls;

	/* of a row without a fault not even the bitmap is taken apart */
	for (int i = 0; there != NULL && i < n; i += 8)
		kept |= there[i / 8];
	if (n == 0 || (there != NULL && kept == 0))
		PG_RETURN_NULL();
	deconstruct_array(given, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &n);
	kept = 0;
	for (int i = 0; i < n; i++)
		if (!nulls[i])
			elements[kept++] = elements[i];
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, kept, TEXTOID, -1, false, TYPALIGN_INT));
}
