/*
 * time_limit.c
 *	  Text and binary forms of dcm.time_limit, and its parts.
 *
 * The text that comes out is English and has one form ("4 work_hour"); what
 * goes in may also be Chinese as cities write it ("4工作时", "1/2工作日",
 * full-width digits).  A bare day or hour is refused and never guessed at:
 * whether it means working time decides when a case is late.
 */
#include "postgres.h"

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "compat.h"
#include "errors.h"
#include "reading.h"
#include "time/time_limit.h"

PG_FUNCTION_INFO_V1(dcm_time_limit_in);
PG_FUNCTION_INFO_V1(dcm_time_limit_out);
PG_FUNCTION_INFO_V1(dcm_time_limit_recv);
PG_FUNCTION_INFO_V1(dcm_time_limit_send);
PG_FUNCTION_INFO_V1(dcm_time_limit_make);
PG_FUNCTION_INFO_V1(dcm_time_limit_amount);
PG_FUNCTION_INFO_V1(dcm_time_limit_unit);
PG_FUNCTION_INFO_V1(dcm_time_limit_label_zh);
PG_FUNCTION_INFO_V1(dcm_read_time_limit);
PG_FUNCTION_INFO_V1(dcm_is_bare_limit);

/* What the parsers find. */
typedef enum ParseResult
{
	PARSE_OK,
	PARSE_BAD_NUMBER,
	PARSE_TOO_FINE,				/* more than two decimals */
	PARSE_OUT_OF_RANGE,
	PARSE_BAD_UNIT,
	PARSE_BARE_DAY,
	PARSE_BARE_HOUR
} ParseResult;

/* Unit names by number: the canonical ones. */
static const char *const unit_names[] = {
	NULL, "minute", "urgent_hour", "natural_day",
	"work_minute", "work_hour", "work_day"
};
static const char *const unit_labels_zh[] = {
	NULL, "分钟", "紧急工作时", "自然日", "工作分钟", "工作时", "工作日"
};

/* Everything that is read, in lower case with "_" between words. */
static const struct
{
	const char *name;
	int			unit;			/* 0: a bare day, -1: a bare hour */
}			unit_words[] =
{
	{"minute", UNIT_MINUTE}, {"minutes", UNIT_MINUTE},
	{"urgent_hour", UNIT_URGENT_HOUR}, {"urgent_hours", UNIT_URGENT_HOUR},
	{"natural_day", UNIT_NATURAL_DAY}, {"natural_days", UNIT_NATURAL_DAY},
	{"urgent_day", UNIT_NATURAL_DAY}, {"urgent_days", UNIT_NATURAL_DAY},
	{"work_minute", UNIT_WORK_MINUTE}, {"work_minutes", UNIT_WORK_MINUTE},
	{"work_hour", UNIT_WORK_HOUR}, {"work_hours", UNIT_WORK_HOUR},
	{"work_day", UNIT_WORK_DAY}, {"work_days", UNIT_WORK_DAY},
	{"分钟", UNIT_MINUTE}, {"分", UNIT_MINUTE},
	{"紧急工作时", UNIT_URGENT_HOUR}, {"紧急工作小时", UNIT_URGENT_HOUR},
	{"自然日", UNIT_NATURAL_DAY}, {"紧急工作日", UNIT_NATURAL_DAY},
	{"工作分钟", UNIT_WORK_MINUTE},
	{"工作时", UNIT_WORK_HOUR}, {"工作小时", UNIT_WORK_HOUR},
	{"工作日", UNIT_WORK_DAY},
	{"day", 0}, {"days", 0}, {"天", 0}, {"日", 0},
	{"hour", -1}, {"hours", -1}, {"小时", -1}, {"时", -1}
};

/* True for what recv and in may hand on. */
bool
time_limit_is_valid(TimeLimit limit)
{
	int64		unit = limit >> TIME_LIMIT_UNIT_SHIFT;

	return unit >= UNIT_MINUTE && unit <= UNIT_WORK_DAY &&
		time_limit_hundredths(limit) <= TIME_LIMIT_MAX_HUNDREDTHS;
}

/* Writes hundredths without needless zeros: 4, 2.5, 0.25; returns the length. */
static int
print_amount(int64 hundredths, char *text)
{
	int64		whole = hundredths / 100;
	int			rest = (int) (hundredths % 100);

	if (rest == 0)
		return sprintf(text, INT64_FORMAT, whole);
	if (rest % 10 == 0)
		return sprintf(text, INT64_FORMAT ".%d", whole, rest / 10);
	return sprintf(text, INT64_FORMAT ".%02d", whole, rest);
}

/* Writes the canonical text; the buffer has TIME_LIMIT_TEXT_SIZE bytes. */
void
time_limit_print(TimeLimit limit, char *text)
{
	text += print_amount(time_limit_hundredths(limit), text);
	sprintf(text, " %s", unit_names[time_limit_unit(limit)]);
}

/*
 * Copies text in its plain form: full-width ASCII (U+FF01 to U+FF5E) and the
 * ideographic space become ASCII, letters lower case, blanks at the ends go.
 */
static void
make_plain(const char *text, StringInfo plain)
{
	const unsigned char *c = (const unsigned char *) text;

	while (*c)
	{
		unsigned char out = *c;
		int			len = 1;

		if (c[0] == 0xEF && (c[1] == 0xBC || c[1] == 0xBD) && c[2])
		{
			int			code = ((c[1] & 0x3F) << 6) | (c[2] & 0x3F);	/* U+FF00 + this - 0xF00 */

			if (code >= 0xF01 && code <= 0xF5E)
			{
				out = (unsigned char) (code - 0xF00 + 0x20);
				len = 3;
			}
		}
		else if (c[0] == 0xE3 && c[1] == 0x80 && c[2] == 0x80)
		{
			out = ' ';
			len = 3;
		}
		c += len;
		if (plain->len == 0 && (out == ' ' || (out >= '\t' && out <= '\r')))
			continue;
		if (out >= 'A' && out <= 'Z')
			out += 'a' - 'A';
		appendStringInfoChar(plain, (char) out);
	}
	while (plain->len > 0 && strchr(" \t\n\v\f\r", plain->data[plain->len - 1]))
		plain->data[--plain->len] = '\0';
}

/* Reads digits into *value, at most 8 significant ones; moves *text on. */
static ParseResult
parse_whole(const char **text, int64 *value)
{
	const char *c = *text;

	*value = 0;
	for (; *c >= '0' && *c <= '9'; c++)
	{
		*value = *value * 10 + (*c - '0');
		if (*value > TIME_LIMIT_MAX_HUNDREDTHS / 100)
			return PARSE_OUT_OF_RANGE;
	}
	if (c == *text)
		return PARSE_BAD_NUMBER;
	*text = c;
	return PARSE_OK;
}

/*
 * Reads an amount, "4", "2.5" or "1/2", as hundredths; moves *text on.  What
 * cannot be told in two decimals is refused, not rounded.
 */
static ParseResult
parse_amount(const char **text, int64 *hundredths)
{
	int64		whole;
	int64		divisor;
	int			decimals = 0;
	ParseResult result;

	if (**text == '-')
		return PARSE_OUT_OF_RANGE;
	result = parse_whole(text, &whole);
	if (result != PARSE_OK)
		return result;
	*hundredths = whole * 100;

	if (**text == '/')
	{
		(*text)++;
		result = parse_whole(text, &divisor);
		if (result != PARSE_OK || divisor == 0)
			return PARSE_BAD_NUMBER;
		if (*hundredths % divisor != 0)
			return PARSE_TOO_FINE;
		*hundredths /= divisor;
	}
	else if (**text == '.')
	{
		static const int weight[] = {10, 1};

		for ((*text)++; **text >= '0' && **text <= '9'; (*text)++, decimals++)
		{
			if (decimals < 2)
				*hundredths += (**text - '0') * weight[decimals];
			else if (**text != '0')
				return PARSE_TOO_FINE;
		}
		if (decimals == 0)
			return PARSE_BAD_NUMBER;
	}
	return PARSE_OK;
}

/* Reads a unit's name, which must be all that is left of the text. */
static ParseResult
parse_unit(const char *text, TimeUnit *unit)
{
	char		word[32];
	size_t		len = strlen(text);

	if (len == 0 || len >= sizeof(word))
		return PARSE_BAD_UNIT;
	for (size_t i = 0; i <= len; i++)
		word[i] = (text[i] == ' ' || text[i] == '-') ? '_' : text[i];
	for (size_t i = 0; i < lengthof(unit_words); i++)
	{
		if (strcmp(word, unit_words[i].name) != 0)
			continue;
		if (unit_words[i].unit == 0)
			return PARSE_BARE_DAY;
		if (unit_words[i].unit < 0)
			return PARSE_BARE_HOUR;
		*unit = (TimeUnit) unit_words[i].unit;
		return PARSE_OK;
	}
	return PARSE_BAD_UNIT;
}

/* Reads a whole limit in plain form: amount, blanks or 个, unit. */
static ParseResult
parse_limit(const char *text, TimeLimit *limit)
{
	static const char ge[] = "个";
	int64		hundredths;
	TimeUnit	unit = UNIT_MINUTE;
	ParseResult result = parse_amount(&text, &hundredths);

	if (result != PARSE_OK)
		return result;
	while (*text == ' ')
		text++;
	if (strncmp(text, ge, sizeof(ge) - 1) == 0)
		text += sizeof(ge) - 1;
	result = parse_unit(text, &unit);
	if (result == PARSE_OK)
		*limit = time_limit_make(unit, hundredths);
	return result;
}

/*
 * dcm.time_limit from text; 22P02 for bad text and for a bare day or hour,
 * 22003 for an amount below zero or above 99,999,999.99.
 */
Datum
dcm_time_limit_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	struct Node *escontext = (struct Node *) DCM_ESCONTEXT(fcinfo);
	TimeLimit	limit = 0;
	StringInfoData plain;

	initStringInfo(&plain);
	make_plain(text, &plain);
	switch (parse_limit(plain.data, &limit))
	{
		case PARSE_OK:
			break;
		case PARSE_BARE_DAY:
			dcm_ereturn(escontext, (Datum) 0,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.time_limit", text),
						 errdetail("A bare day may mean working days or calendar days."),
						 errhint("Say work_day (工作日) or natural_day (自然日)."),
						 errname("dcm.bare_unit")));
		case PARSE_BARE_HOUR:
			dcm_ereturn(escontext, (Datum) 0,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.time_limit", text),
						 errdetail("A bare hour may mean working time or time that runs day and night."),
						 errhint("Say work_hour (工作时) or urgent_hour (紧急工作时)."),
						 errname("dcm.bare_unit")));
		case PARSE_OUT_OF_RANGE:
			dcm_ereturn(escontext, (Datum) 0,
						(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						 errmsg("value \"%s\" is out of range for type %s", text, "dcm.time_limit"),
						 errdetail("The amount must be from 0 to 99999999.99."),
						 errname("dcm.time_limit_range")));
		case PARSE_TOO_FINE:
			dcm_ereturn(escontext, (Datum) 0,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.time_limit", text),
						 errdetail("The amount must be exact in two decimals."),
						 errname("dcm.bad_time_limit")));
		case PARSE_BAD_UNIT:
		case PARSE_BAD_NUMBER:
			dcm_ereturn(escontext, (Datum) 0,
						(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.time_limit", text),
						 errhint("Write an amount and one of minute, urgent_hour, natural_day, work_minute, work_hour, work_day."),
						 errname("dcm.bad_time_limit")));
	}
	pfree(plain.data);
	PG_RETURN_TIME_LIMIT(limit);
}

/* The canonical text. */
Datum
dcm_time_limit_out(PG_FUNCTION_ARGS)
{
	char	   *text = palloc(TIME_LIMIT_TEXT_SIZE);

	time_limit_print(PG_GETARG_TIME_LIMIT(0), text);
	PG_RETURN_CSTRING(text);
}

/* dcm.time_limit from eight bytes; 22P03 for what in would not have made. */
Datum
dcm_time_limit_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	TimeLimit	limit = pq_getmsgint64(buf);

	if (!time_limit_is_valid(limit))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "dcm.time_limit"),
				 errname("dcm.bad_binary")));
	PG_RETURN_TIME_LIMIT(limit);
}

/* Eight bytes, the highest first. */
Datum
dcm_time_limit_send(PG_FUNCTION_ARGS)
{
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, PG_GETARG_TIME_LIMIT(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/*
 * dcm.make_time_limit(numeric, text): 22003 for an amount out of range or finer
 * than two decimals, 22023 for a unit that is none.
 */
Datum
dcm_time_limit_make(PG_FUNCTION_ARGS)
{
	char	   *amount_text = DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(0)));
	char	   *unit_text = text_to_cstring(PG_GETARG_TEXT_PP(1));
	const char *rest = amount_text;
	int64		hundredths = 0;
	TimeUnit	unit = UNIT_MINUTE;
	StringInfoData plain;

	if (parse_amount(&rest, &hundredths) != PARSE_OK || *rest != '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("amount %s is out of range for type %s", amount_text, "dcm.time_limit"),
				 errdetail("The amount must be from 0 to 99999999.99 and exact in two decimals."),
				 errname("dcm.time_limit_range")));
	initStringInfo(&plain);
	make_plain(unit_text, &plain);
	if (parse_unit(plain.data, &unit) != PARSE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no unit of type %s", unit_text, "dcm.time_limit"),
				 errhint("Use minute, urgent_hour, natural_day, work_minute, work_hour or work_day."),
				 errname("dcm.bad_unit")));
	PG_RETURN_TIME_LIMIT(time_limit_make(unit, hundredths));
}

/* dcm.amount(time_limit): the number alone. */
Datum
dcm_time_limit_amount(PG_FUNCTION_ARGS)
{
	char		text[TIME_LIMIT_TEXT_SIZE];

	print_amount(time_limit_hundredths(PG_GETARG_TIME_LIMIT(0)), text);
	return DirectFunctionCall3(numeric_in, CStringGetDatum(text),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

const char *
time_limit_unit_name(TimeLimit limit)
{
	return unit_names[time_limit_unit(limit)];
}

/* dcm.unit(time_limit): the unit's name. */
Datum
dcm_time_limit_unit(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(time_limit_unit_name(PG_GETARG_TIME_LIMIT(0))));
}

/* dcm.label_zh(time_limit): as a Chinese form shows it. */
Datum
dcm_time_limit_label_zh(PG_FUNCTION_ARGS)
{
	TimeLimit	limit = PG_GETARG_TIME_LIMIT(0);
	char		text[64];
	int			len = print_amount(time_limit_hundredths(limit), text);

	strcpy(text + len, unit_labels_zh[time_limit_unit(limit)]);
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

/* Reads a limit of a list as far as it can be; *amount is set for a bare unit. */
static ParseResult
read_limit(text *given, TimeLimit *limit, int64 *amount)
{
	char	   *text = reading_plain(given);
	const char *rest;
	StringInfoData plain;
	ParseResult result;

	if (text == NULL)
		return PARSE_BAD_NUMBER;
	initStringInfo(&plain);
	make_plain(text, &plain);
	rest = plain.data;
	result = parse_limit(plain.data, limit);
	if (result == PARSE_BARE_DAY || result == PARSE_BARE_HOUR)
		(void) parse_amount(&rest, amount);
	return result;
}

/* The unit of that name, which an argument gives; 22023 for none. */
static TimeUnit
unit_given(text *name)
{
	TimeUnit	unit = UNIT_MINUTE;
	char	   *text = text_to_cstring(name);

	if (parse_unit(text, &unit) != PARSE_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" is no unit of type %s", text, "dcm.time_limit"),
				 errhint("Use minute, urgent_hour, natural_day, work_minute, work_hour or work_day."),
				 errname("dcm.bad_unit")));
	return unit;
}

/*
 * dcm.read_time_limit(text, bare_day, bare_hour): a limit as it stands in a
 * list, a bare day or hour taken as the unit that the city says; NULL for what
 * is none, and for a bare one where the city has not said.
 */
Datum
dcm_read_time_limit(PG_FUNCTION_ARGS)
{
	TimeLimit	limit = 0;
	int64		amount = 0;
	int			bare;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	switch (read_limit(PG_GETARG_TEXT_PP(0), &limit, &amount))
	{
		case PARSE_OK:
			PG_RETURN_TIME_LIMIT(limit);
		case PARSE_BARE_DAY:
			bare = 1;
			break;
		case PARSE_BARE_HOUR:
			bare = 2;
			break;
		default:
			PG_RETURN_NULL();
	}
	if (PG_ARGISNULL(bare))
		PG_RETURN_NULL();
	PG_RETURN_TIME_LIMIT(time_limit_make(unit_given(PG_GETARG_TEXT_PP(bare)), amount));
}

/*
 * dcm.is_bare_limit(text): whether it is a limit but for its unit, which is a
 * bare day or hour.
 */
Datum
dcm_is_bare_limit(PG_FUNCTION_ARGS)
{
	TimeLimit	limit;
	int64		amount;
	ParseResult result = read_limit(PG_GETARG_TEXT_PP(0), &limit, &amount);

	PG_RETURN_BOOL(result == PARSE_BARE_DAY || result == PARSE_BARE_HOUR);
}
