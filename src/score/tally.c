/*
 * tally.c
 *	  The stored form of dcm.tally, and its text and binary forms.
 *
 * The text is a JSON object of the fields that are not zero, in the order of
 * their numbers.  Input takes any order and zeros, but no field twice, no
 * unknown one, and nothing but whole numbers: a tally that would have to be
 * guessed at is a wrong evaluation.
 */
#include "postgres.h"

#include "common/int.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"

#include "compat.h"
#include "errors.h"
#include "score/tally.h"
#include "score/tally_fields.h"

PG_FUNCTION_INFO_V1(dcm_tally_in);
PG_FUNCTION_INFO_V1(dcm_tally_out);
PG_FUNCTION_INFO_V1(dcm_tally_recv);
PG_FUNCTION_INFO_V1(dcm_tally_send);

#define FIELD_ROW(number, unit, name, label_en, label) [number] = {#name, TALLY_##unit, label, label_en},
const TallyField tally_fields[TALLY_SLOTS] = {TALLY_FIELDS(FIELD_ROW)};

/* A field past the end of the table, or one that no mark holds, does not compile */
#define FIELD_CHECK(number, unit, name, label_en, label) \
	StaticAssertDecl(number < TALLY_SLOTS && number != TALLY_MARKS, "tally field out of range");
TALLY_FIELDS(FIELD_CHECK)

/* Orders a name before, at or after that of a field. */
static int
compare_name(const char *name, size_t length, int field)
{
	const char *other = tally_fields[field].name;
	int			order = strncmp(name, other, length);

	return order != 0 ? order : other[length] == '\0' ? 0 : -1;
}

/* The field of that name, -1 for none. */
int
tally_field_by_name(const char *name, size_t length)
{
	static uint8 sorted[TALLY_SLOTS];
	static int	count = 0;
	int			low = 0;
	int			high;

	if (count == 0)
		for (int i = 0; i < TALLY_SLOTS; i++)
		{
			int			at = count;

			if (tally_fields[i].name == NULL)
				continue;
			for (; at > 0 && strcmp(tally_fields[sorted[at - 1]].name, tally_fields[i].name) > 0; at--)
				sorted[at] = sorted[at - 1];
			sorted[at] = (uint8) i;
			count++;
		}
	for (high = count - 1; low <= high;)
	{
		int			middle = (low + high) / 2;
		int			order = compare_name(name, length, sorted[middle]);

		if (order == 0)
			return sorted[middle];
		if (order < 0)
			high = middle - 1;
		else
			low = middle + 1;
	}
	return -1;
}

/* The field of that name, which an argument gives; 22023 for none. */
int
tally_field_asked(const char *name, size_t length)
{
	int			field = tally_field_by_name(name, length);

	if (field < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%.*s\" is no field of type %s", (int) length, name, "dcm.tally"),
				 errhint("SELECT * FROM dcm.tally_fields() lists them."),
				 errname("dcm.no_field")));
	return field;
}

/* Adds to a field; 22003 where it would be too much. */
void
tally_add(int64 *values, int field, int64 amount)
{
	if (pg_add_s64_overflow(values[field], amount, &values[field]))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("field \"%s\" is out of range for type %s", tally_fields[field].name, "dcm.tally"),
				 errname("dcm.tally_range")));
}

/* Takes from a field; 22003 where less than nothing would be left. */
void
tally_take(int64 *values, int field, int64 amount)
{
	if (amount > values[field])
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("field \"%s\" would be below zero", tally_fields[field].name),
				 errdetail("It is " INT64_FORMAT ", and " INT64_FORMAT " is taken away.", values[field], amount),
				 errname("dcm.tally_range")));
	values[field] -= amount;
}

/* Begins to read a value; a fault shows at the first tally_next(). */
void
tally_begin(TallyReader *reader, const void *bytes, size_t length)
{
	const uint8 *byte = bytes;
	size_t		bitmap_length;

	memset(reader, 0, sizeof(*reader));
	if (length < TALLY_HEADER)
		reader->fault = "It is too short.";
	else if (byte[0] == 0 || byte[0] > TALLY_VERSION)
		reader->fault = "Its version is unknown.";
	else if (byte[1] > TALLY_SLOTS)
		reader->fault = "It has more fields than this version knows.";
	if (reader->fault)
		return;
	reader->fields = byte[1];
	reader->bitmap = byte + TALLY_HEADER;
	bitmap_length = (reader->fields + 7) / 8;
	if (length < TALLY_HEADER + bitmap_length)
		reader->fault = "It is too short.";
	/* the last field is not zero, and no bit stands beyond it */
	else if (reader->fields > 0 &&
			 reader->bitmap[bitmap_length - 1] >> ((reader->fields - 1) % 8) != 1)
		reader->fault = "Its count of fields is not that of its last one.";
	reader->next = reader->bitmap + bitmap_length;
	reader->end = byte + length;
}

/* Reads a varint; false with a fault for what no writer would have made. */
static bool
read_varint(TallyReader *reader, int64 *value)
{
	uint64		result = 0;
	int			shift = 0;
	uint8		byte;

	do
	{
		if (reader->next == reader->end || shift > 56)
		{
			reader->fault = shift > 56 ? "A count is too large." : "It is too short.";
			return false;
		}
		byte = *reader->next++;
		result |= (uint64) (byte & 0x7F) << shift;
		shift += 7;
	} while (byte & 0x80);
	if (byte == 0)
	{
		reader->fault = "A count is not in its shortest form.";
		return false;
	}
	*value = (int64) result;
	return true;
}

/* The next field that is not zero; false at the end and at a fault. */
bool
tally_next(TallyReader *reader, int *field, int64 *value)
{
	if (reader->fault)
		return false;
	while (reader->field < reader->fields)
	{
		int			i = reader->field++;

		if (reader->bitmap[i / 8] >> (i % 8) & 1)
		{
			if (tally_fields[i].name == NULL)
			{
				reader->fault = "It has a field that this version does not know.";
				return false;
			}
			*field = i;
			return read_varint(reader, value);
		}
	}
	if (reader->next != reader->end)
		reader->fault = "It goes on behind its last field.";
	return false;
}

/* Begins to read an argument. */
void
tally_begin_datum(TallyReader *reader, Datum tally)
{
	struct varlena *value = PG_DETOAST_DATUM_PACKED(tally);

	tally_begin(reader, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/* tally_next() of a stored value, which is well formed or damaged. */
bool
tally_next_stored(TallyReader *reader, int *field, int64 *value)
{
	if (tally_next(reader, field, value))
		return true;
	if (reader->fault)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("stored value of type %s cannot be read", "dcm.tally"),
				 errdetail_internal("%s", reader->fault),
				 errhint("Where a newer version of dcm wrote it, read it by that version."),
				 errname("dcm.bad_tally")));
	return false;
}

/* The stored form of that many fields. */
Datum
tally_make(const int64 *values, size_t slots)
{
	uint8		bytes[TALLY_MAX_SIZE] = {TALLY_VERSION};
	uint8	   *bitmap = bytes + TALLY_HEADER;
	uint8	   *next;
	size_t		fields = slots;
	size_t		length;
	bytea	   *result;

	while (fields > 0 && values[fields - 1] == 0)
		fields--;
	bytes[1] = (uint8) fields;
	next = bitmap + (fields + 7) / 8;
	for (size_t i = 0; i < fields; i++)
	{
		uint64		value = (uint64) values[i];

		if (value == 0)
			continue;
		bitmap[i / 8] |= 1 << (i % 8);
		for (; value > 0x7F; value >>= 7)
			*next++ = (uint8) (value | 0x80);
		*next++ = (uint8) value;
	}
	length = (size_t) (next - bytes);
	result = palloc(VARHDRSZ + length);
	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), bytes, length);
	return PointerGetDatum(result);
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t\n\r");
}

/* Reads "name" and blanks; NULL where there is none. */
static const char *
parse_name(const char *text, const char **name, size_t *length)
{
	if (*text != '"')
		return NULL;
	*name = ++text;
	*length = strcspn(text, "\"\\");
	if (text[*length] != '"')
		return NULL;
	return skip_blanks(text + *length + 1);
}

/* Reads a whole number and blanks; *value is -1 where it is too large. */
static const char *
parse_count(const char *text, int64 *value)
{
	size_t		length = strspn(text, "0123456789");

	if (length == 0 || (text[0] == '0' && length > 1))
		return NULL;
	*value = 0;
	for (; length > 0; length--, text++)
		if (*value >= 0 &&
			(pg_mul_s64_overflow(*value, 10, value) ||
			 pg_add_s64_overflow(*value, *text - '0', value)))
			*value = -1;
	return skip_blanks(text);
}

/* An error of input about one field */
#define field_error(escontext, code, text, name, length, detail, error_name) \
	dcm_ereturn(escontext, (Datum) 0, \
				(errcode(code), \
				 code == ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE ? \
				 errmsg("value \"%s\" is out of range for type %s", text, "dcm.tally") : \
				 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.tally", text), \
				 errdetail(detail, (int) (length), name), \
				 errhint("SELECT * FROM dcm.tally_fields() lists the fields."), \
				 errname(error_name)))

/*
 * dcm.tally from a JSON object of whole numbers; 22P02 for bad text, for a
 * field that is none and for one that comes twice, 22003 for a number that is
 * too large.
 */
Datum
dcm_tally_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	struct Node *escontext = (struct Node *) DCM_ESCONTEXT(fcinfo);
	int64		values[TALLY_SLOTS] = {0};
	bool		given[TALLY_SLOTS] = {false};
	const char *c = skip_blanks(text);
	bool		more = *c == '{';

	if (more)
		c = skip_blanks(c + 1);
	if (more && *c == '}')
		more = false;
	else if (!more)
		c = NULL;
	while (more)
	{
		const char *name;
		size_t		length;
		int			field;
		int64		value;

		c = parse_name(c, &name, &length);
		if (c == NULL || *c != ':' || (c = parse_count(skip_blanks(c + 1), &value)) == NULL)
		{
			c = NULL;
			break;
		}
		field = tally_field_by_name(name, length);
		if (field < 0)
			field_error(escontext, ERRCODE_INVALID_TEXT_REPRESENTATION, text, name, length,
						"\"%.*s\" is no field of a tally.", "dcm.no_field");
		if (given[field])
			field_error(escontext, ERRCODE_INVALID_TEXT_REPRESENTATION, text, name, length,
						"Field \"%.*s\" is given twice.", "dcm.bad_tally");
		if (value < 0)
			field_error(escontext, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, text, name, length,
						"Field \"%.*s\" is more than a bigint holds.", "dcm.tally_range");
		given[field] = true;
		values[field] = value;
		more = *c == ',';
		if (more)
			c = skip_blanks(c + 1);
	}
	if (c == NULL || *c != '}' || *skip_blanks(c + 1) != '\0')
		dcm_ereturn(escontext, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"", "dcm.tally", text),
					 errhint("Write a JSON object of fields and whole numbers, such as {\"filed\": 12, \"closed\": 10}."),
					 errname("dcm.bad_tally")));
	return tally_make(values, TALLY_SLOTS);
}

/* The canonical text. */
Datum
dcm_tally_out(PG_FUNCTION_ARGS)
{
	StringInfoData text;
	TallyReader reader;
	int			field;
	int64		value;

	initStringInfo(&text);
	appendStringInfoChar(&text, '{');
	tally_begin_datum(&reader, PG_GETARG_DATUM(0));
	while (tally_next_stored(&reader, &field, &value))
		appendStringInfo(&text, "%s\"%s\": " INT64_FORMAT, text.len > 1 ? ", " : "", tally_fields[field].name, value);
	appendStringInfoChar(&text, '}');
	PG_RETURN_CSTRING(text.data);
}

/* dcm.tally from its stored bytes; 22P03 for what no writer would have made. */
Datum
dcm_tally_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			length = buf->len - buf->cursor;
	const char *bytes = buf->data + buf->cursor;
	TallyReader reader;
	bytea	   *result;
	int			field;
	int64		value;

	tally_begin(&reader, bytes, (size_t) length);
	while (tally_next(&reader, &field, &value))
		;
	if (reader.fault)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "dcm.tally"),
				 errdetail_internal("%s", reader.fault),
				 errname("dcm.bad_binary")));
	buf->cursor = buf->len;
	result = palloc(VARHDRSZ + length);
	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), bytes, length);
	PG_RETURN_BYTEA_P(result);
}

/* The stored bytes. */
Datum
dcm_tally_send(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0));
}
