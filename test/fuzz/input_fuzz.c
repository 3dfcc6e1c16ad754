/*
 * input_fuzz.c
 *	  Random edits against every input, receive and reading function of dcm's
 *	  types and against polygons as bytes, alone and with sanitizers.  Usage: input_fuzz [seconds [seed]];
 *	  exits 1 at the first surprise and prints the bytes that show it.
 *
 * What is held against each: an error is one of those documented for the type,
 * with its stable name; what is accepted prints a text that reads as the same
 * value, as binary too; and what a type's input accepts, its reading function
 * for lists accepts as the same value.
 */
#include "server.h"

#include <math.h>
#include <time.h>

#include "lib/stringinfo.h"
#include "random.h"
#include "time/time_limit.h"
#include "utils/date.h"

#define LONGEST 400

#define DECLARE(function) extern Datum function(PG_FUNCTION_ARGS)
DECLARE(dcm_area_code_in);
DECLARE(dcm_area_code_out);
DECLARE(dcm_area_code_recv);
DECLARE(dcm_area_code_from_bigint);
DECLARE(dcm_read_area_code);
DECLARE(dcm_grid_code_in);
DECLARE(dcm_grid_code_out);
DECLARE(dcm_grid_code_recv);
DECLARE(dcm_grid_code_from_bigint);
DECLARE(dcm_read_grid_code);
DECLARE(dcm_grid_code_2005);
DECLARE(dcm_read_grid_code_2005);
DECLARE(dcm_component_id_in);
DECLARE(dcm_component_id_out);
DECLARE(dcm_component_id_recv);
DECLARE(dcm_component_id_from_bigint);
DECLARE(dcm_read_component_id);
DECLARE(dcm_time_limit_in);
DECLARE(dcm_time_limit_out);
DECLARE(dcm_time_limit_recv);
DECLARE(dcm_read_time_limit);
DECLARE(dcm_is_bare_limit);
DECLARE(dcm_tally_in);
DECLARE(dcm_tally_out);
DECLARE(dcm_tally_recv);
DECLARE(dcm_clean);
DECLARE(dcm_read_number);
DECLARE(dcm_read_integer);
DECLARE(dcm_read_date);
DECLARE(dcm_read_boolean);
DECLARE(dcm_covers_wkb);
DECLARE(dcm_covers_wkb_point);

/* An error that a type's functions may raise */
typedef struct Allowed
{
	int			sqlstate;
	const char *name;
} Allowed;

typedef struct Type
{
	const char *name;
	PGFunction	in;
	PGFunction	out;
	PGFunction	recv;
	PGFunction	from_bigint;	/* or NULL */
	PGFunction	read;
	bool		canonical;		/* one text a value: out gives what in was given */
	Allowed		in_errors[4];
	Allowed		recv_error;
} Type;

#define CODE_TYPE(type) \
	{#type, dcm_##type##_in, dcm_##type##_out, dcm_##type##_recv, \
	dcm_##type##_from_bigint, dcm_read_##type, true, \
	{{ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bad_code"}}, \
	{ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_code"}}

static const Type types[] = {
	{"area_code", dcm_area_code_in, dcm_area_code_out, dcm_area_code_recv,
		NULL, dcm_read_area_code, true,
		{{ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bad_code"}},
	{ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_code"}},
	CODE_TYPE(grid_code),
	CODE_TYPE(component_id),
	{"time_limit", dcm_time_limit_in, dcm_time_limit_out, dcm_time_limit_recv,
		NULL, dcm_read_time_limit, false,
		{{ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bad_time_limit"},
		{ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bare_unit"},
		{ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "dcm.time_limit_range"}},
	{ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_binary"}}
};

/* Texts to begin with */
static const char *const seeds[] = {
	"32", "3206", "320681", "320681001", "320681001002", "320681001002001",
	"3206810010021", "32068101002001", "3206810102000001", "000000000000000", "999999999999999",
	"9999999999999999", "99999999999999999999", "０６８１",
	"4 work_hour", "4工作时", "1/2工作日", "０．５ 个工作日", "99999999.99 minute", "100000000 minute",
	"3天", "4小时", "1紧急工作时制止", "种植季节15工作日", "-1 work_day", "0.125 work_day", "1/3 work_day",
	"2.50 urgent days", "12 Work-Minutes", "1/0 minute",
	"2015-03-02", "2015年3月2日", "20150302", "2015/3/2 00:00:00", "1900-02-29", "0001.1.1", "9999-12-31",
	"-12.5e3", "123456789012345.678", "1e400", "0x1p3", "nan", "2147483648", "-2147483648", ".5", "-", ".",
	"true", "是", "无", "N", "",
	"{\"filed\": 12, \"closed\": 10}", "{}", "{\"overrun_limit_seconds\": 9223372036854775807, \"filed\": 0}",
	"{\"reported\":1,\"reported_valid\":\n128 , \"handling_seconds\" : 16384}",
	" \t3206\n", "\xC2\xA0" "3206\xE3\x80\x80", "\xEF\xBB\xBF" "320681", "\xE2\x80\x8B"
};

/* Pieces that edits put in */
static const char *const pieces[] = {
	"{", "}", "\"", ":", ",", "\\", "\"filed\": ", "\"closed\": 1, ", "overrun_seconds", "9223372036854775808",
	"0", "00000", "9", "-", ".", "/", " ", "\t", "_", "e", "个", "天", "日", "时", "工作", "工作日", "分钟",
	"work_", "day", "hour", "年", "月", "０", "９", "／", "．", "　", "\xEF", "\xEF\xBC", "\xEF\xBD", "\xE3\x80",
	"\xE2\x80", "\xC2", "\xC2\xA0", "\xEF\xBB\xBF", "\xE2\x80\x8B", "\xEF\xBC\x80", "\xEF\xBD\x9F", "\xF0\x9F\x9A\xA7"
};

static char given[LONGEST + 1];
static size_t length;

static void
put(size_t at, size_t gone, const char *bytes, size_t count)
{
	if (length - gone + count > LONGEST)
		return;
	memmove(given + at + count, given + at + gone, length - at - gone);
	memcpy(given + at, bytes, count);
	length += count - gone;
	given[length] = '\0';
}

/* Up to five edits: a byte, a digit or a piece put in or over, cut, repeated */
static void
edit(void)
{
	unsigned int edits = random_below(6);

	while (edits-- > 0)
	{
		size_t		at = random_below(length + 1);
		size_t		rest = length - at;
		const char *piece = pieces[random_below(lengthof(pieces))];
		char		byte = (char) (1 + random_below(255));
		char		digit = (char) ('0' + random_below(10));
		char		copy[LONGEST];
		size_t		count = random_below(rest + 1);

		switch (random_below(6))
		{
			case 0:
				put(at, rest > 0, &byte, 1);
				break;
			case 1:
				put(at, 0, piece, strlen(piece));
				break;
			case 2:
				put(at, count, "", 0);
				break;
			case 3:
				put(at, rest > 0, &digit, 1);
				break;
			case 4:
				memcpy(copy, given + at, count);
				put(random_below(length + 1), 0, copy, count);
				break;
			default:
				put(at, rest > 0, piece, strlen(piece));
		}
	}
}

static void
make_text(void)
{
	put(0, length, "", 0);
	if (random_below(4) == 0)
		for (unsigned int n = random_below(20); n > 0; n--)
			put(length, 0, &"0123456789"[random_below(10)], 1);
	else
	{
		const char *seed = seeds[random_below(lengthof(seeds))];

		put(0, 0, seed, strlen(seed));
	}
	edit();
}

static void
fail(const char *type, const char *what)
{
	fprintf(stderr, "input_fuzz: %s: %s:", type, what);
	for (size_t i = 0; i < length; i++)
		fprintf(stderr, " %02x", (unsigned char) given[i]);
	fprintf(stderr, "\n");
	exit(1);
}

/* The text with a block of its own, so that a byte too far is seen */
static Outcome
call_in(PGFunction in, const char *string)
{
	size_t		size = strlen(string) + 1;
	NullableDatum args[3] = {{.value = PointerGetDatum(memcpy(palloc(size), string, size))},
	{.value = ObjectIdGetDatum(InvalidOid)}, {.value = Int32GetDatum(-1)}};

	return server_call(in, 3, args);
}

/* A text value; two arguments that are NULL follow for whoever takes them */
static Outcome
call_text(PGFunction function, const char *bytes, size_t count)
{
	NullableDatum args[3] = {{.value = PointerGetDatum(server_text(bytes, count))},
	{.isnull = true}, {.isnull = true}};

	return server_call(function, 3, args);
}

static Outcome
call_int64(PGFunction function, int64 value)
{
	NullableDatum arg = {.value = Int64GetDatum(value)};

	return server_call(function, 1, &arg);
}

static Outcome
call_recv(PGFunction recv, int64 value)
{
	StringInfoData message = {.data = palloc(8), .len = 8, .maxlen = 8};
	NullableDatum arg = {.value = PointerGetDatum(&message)};

	for (int i = 0; i < 8; i++)
		message.data[i] = (char) (value >> (56 - 8 * i));
	return server_call(recv, 1, &arg);
}

static bool
is_error(const Outcome *outcome, const Allowed *allowed)
{
	return allowed->name && outcome->sqlstate == allowed->sqlstate && strcmp(outcome->name, allowed->name) == 0;
}

/* What was accepted prints, and reads, as the same value */
static void
check_value(const Type *type, int64 value)
{
	Outcome		printed = call_int64(type->out, value);
	Outcome		again;
	const char *canonical;

	if (printed.raised || printed.isnull)
		fail(type->name, "a value does not print");
	canonical = DatumGetCString(printed.value);
	again = call_in(type->in, canonical);
	if (again.raised || again.isnull || DatumGetInt64(again.value) != value)
		fail(type->name, "what was printed reads otherwise");
	again = call_recv(type->recv, value);
	if (again.raised || DatumGetInt64(again.value) != value)
		fail(type->name, "the binary form reads otherwise");
	again = call_text(type->read, canonical, strlen(canonical));
	if (again.raised || again.isnull || DatumGetInt64(again.value) != value)
		fail(type->name, "a list reads otherwise");
	if ((uint64) value >> 60 != 0)
		fail(type->name, "the bits of the format are not zero");
	if (type->from_bigint)
	{
		again = call_int64(type->from_bigint, value);
		if (again.raised || DatumGetInt64(again.value) != value)
			fail(type->name, "the cast from bigint reads otherwise");
	}
}

static void
check_type(const Type *type)
{
	Outcome		in = call_in(type->in, given);
	Outcome		read = call_text(type->read, given, length);
	bool		allowed = false;

	if (read.raised)
		fail(type->name, "reading of lists raises an error");
	if (!read.isnull)
		check_value(type, DatumGetInt64(read.value));
	if (!in.raised)
	{
		if (in.isnull)
			fail(type->name, "a text is NULL");
		if (read.isnull || read.value != in.value)
			fail(type->name, "input and lists differ");
		check_value(type, DatumGetInt64(in.value));
		if (type->canonical &&
			strcmp(DatumGetCString(call_int64(type->out, DatumGetInt64(in.value)).value), given) != 0)
			fail(type->name, "printed otherwise than given");
		return;
	}
	for (size_t i = 0; i < lengthof(type->in_errors); i++)
		allowed |= is_error(&in, &type->in_errors[i]);
	if (!allowed)
		fail(type->name, "an error of input that is not documented");
}

/* Bits as they come, small numbers, and values near good ones */
static void
check_binary(const Type *type)
{
	int64		value = (int64) (random_bits() >> random_below(64));
	Outcome		in = call_in(type->in, given);
	Outcome		received;

	if (!in.raised && random_below(2) == 0)
		value = DatumGetInt64(in.value) ^ (INT64CONST(1) << random_below(63));
	length = 0;
	for (int i = 0; i < 8; i++)
		put(length, 0, &(char) {(char) (value >> (56 - 8 * i))}, 1);
	received = call_recv(type->recv, value);
	if (!received.raised)
		check_value(type, value);
	else if (!is_error(&received, &type->recv_error))
		fail(type->name, "an error of receive that is not documented");
	if (type->from_bigint)
	{
		Outcome		cast = call_int64(type->from_bigint, value);

		if (cast.raised != received.raised)
			fail(type->name, "bigint and binary differ");
		if (cast.raised && !is_error(&cast, &(Allowed) {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "dcm.bad_code"}))
			fail(type->name, "an error of the cast that is not documented");
	}
}

/* Grid codes of 2005, by both ways in */
static void
check_grid_2005(void)
{
	Outcome		old = call_text(dcm_grid_code_2005, given, length);
	Outcome		read = call_text(dcm_read_grid_code_2005, given, length);

	if (read.raised)
		fail("grid_code of 2005", "reading of lists raises an error");
	if (old.raised && !is_error(&old, &(Allowed) {ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bad_code"}))
		fail("grid_code of 2005", "an error that is not documented");
	if (!old.raised && (read.isnull || read.value != old.value))
		fail("grid_code of 2005", "text and lists differ");
	if (!read.isnull)
		check_value(&types[1], DatumGetInt64(read.value));
}

/* A bare limit is what input refuses for its unit alone */
static void
check_bare_limit(void)
{
	Outcome		bare = call_text(dcm_is_bare_limit, given, length);
	Outcome		in = call_in(dcm_time_limit_in, given);
	NullableDatum args[3] = {{.value = PointerGetDatum(server_text(given, length))},
	{.value = PointerGetDatum(server_text("work_day", 8))},
	{.value = PointerGetDatum(server_text("work_hour", 9))}};
	Outcome		read = server_call(dcm_read_time_limit, 3, args);

	if (bare.raised || read.raised)
		fail("time_limit", "reading of lists raises an error");
	if (!in.raised && DatumGetBool(bare.value))
		fail("time_limit", "a whole limit is a bare one");
	if (in.raised && strcmp(in.name, "dcm.bare_unit") == 0 && !DatumGetBool(bare.value))
		fail("time_limit", "a bare limit is not seen");
	if (DatumGetBool(bare.value) && read.isnull)
		fail("time_limit", "a bare limit is not read by the city's unit");
	if (!read.isnull)
		check_value(&types[3], DatumGetInt64(read.value));
}

/* Numbers, dates, booleans and names of lists */
static void
check_readers(void)
{
	Outcome		number = call_text(dcm_read_number, given, length);
	Outcome		integer = call_text(dcm_read_integer, given, length);
	Outcome		date = call_text(dcm_read_date, given, length);
	Outcome		boolean = call_text(dcm_read_boolean, given, length);
	Outcome		clean = call_text(dcm_clean, given, length);
	char	   *end;

	if (number.raised || integer.raised || date.raised || boolean.raised || clean.raised)
		fail("lists", "reading raises an error");
	if (!number.isnull)
	{
		double		value = DatumGetFloat8(number.value);

		if (!isfinite(value))
			fail("number", "it is not finite");
		/* what is ASCII and no blank, the C library reads alike */
		if (strspn(given, "+-.0123456789eE") == length && (strtod(given, &end) != value || *end != '\0'))
			fail("number", "the C library reads otherwise");
		if (integer.isnull != !(value == rint(value) && value >= PG_INT32_MIN && value <= PG_INT32_MAX))
			fail("integer", "it is not what the number says");
	}
	else if (strspn(given, "0123456789") == length && length > 0)
		fail("number", "digits are none");
	if (!integer.isnull && (number.isnull || DatumGetInt32(integer.value) != DatumGetFloat8(number.value)))
		fail("integer", "it is another number");
	if (!date.isnull && (DatumGetDateADT(date.value) < -730119 || DatumGetDateADT(date.value) > 2921939))
		fail("date", "it is not of the years 1 to 9999");
	if (!clean.isnull)
	{
		text	   *once = (struct varlena *) DatumGetPointer(clean.value);
		Outcome		twice = call_text(dcm_clean, VARDATA_ANY(once), VARSIZE_ANY_EXHDR(once));

		if (VARSIZE_ANY_EXHDR(once) == 0 || twice.isnull ||
			VARSIZE_ANY_EXHDR(DatumGetPointer(twice.value)) != VARSIZE_ANY_EXHDR(once))
			fail("clean", "it is not clean at once");
	}
	else if (strpbrk(given, "0123456789abcdefghijklmnopqrstuvwxyz") != NULL)
		fail("clean", "a text is lost");
}

/* A tally's bytes in a message of their own */
static Outcome
receive_tally(const char *bytes, size_t count)
{
	StringInfoData message = {.data = memcpy(palloc(count + 1), bytes, count), .len = (int) count, .maxlen = (int) count + 1};
	NullableDatum arg = {.value = PointerGetDatum(&message)};

	return server_call(dcm_tally_recv, 1, &arg);
}

/* What was accepted prints, and reads as the same bytes: there is one form a value */
static void
check_tally_value(Datum value)
{
	text	   *tally = (text *) DatumGetPointer(value);
	size_t		size = VARSIZE_ANY_EXHDR(tally);
	NullableDatum arg = {.value = value};
	Outcome		printed = server_call(dcm_tally_out, 1, &arg);
	Outcome		again;

	if (printed.raised)
		fail("tally", "a value does not print");
	again = call_in(dcm_tally_in, DatumGetCString(printed.value));
	if (again.raised || VARSIZE_ANY_EXHDR(DatumGetPointer(again.value)) != size ||
		memcmp(VARDATA_ANY(DatumGetPointer(again.value)), VARDATA_ANY(tally), size) != 0)
		fail("tally", "what was printed reads otherwise");
	again = receive_tally(VARDATA_ANY(tally), size);
	if (again.raised || VARSIZE_ANY_EXHDR(DatumGetPointer(again.value)) != size)
		fail("tally", "the binary form reads otherwise");
}

static void
check_tally(void)
{
	Outcome		in = call_in(dcm_tally_in, given);

	if (!in.raised)
		check_tally_value(in.value);
	else if (!is_error(&in, &(Allowed) {ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.bad_tally"}) &&
			 !is_error(&in, &(Allowed) {ERRCODE_INVALID_TEXT_REPRESENTATION, "dcm.no_field"}) &&
			 !is_error(&in, &(Allowed) {ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, "dcm.tally_range"}))
		fail("tally", "an error of input that is not documented");
}

/* Bytes made as a writer would, and edited; returns whether they were taken */
static bool
check_tally_bytes(void)
{
	unsigned int fields = random_below(86);
	Outcome		received;

	put(0, length, "\1", 1);
	put(length, 0, &(char) {(char) fields}, 1);
	for (unsigned int i = 0; i < (fields + 7) / 8; i++)
		put(length, 0, &(char) {(char) ((i + 1) * 8 >= fields ? 1U << ((fields - 1) % 8) : random_below(256) & random_below(256))}, 1);
	for (unsigned int i = 2; i < 2 + (fields + 7) / 8; i++)
		for (int bits = (unsigned char) given[i]; bits != 0; bits &= bits - 1)
		{
			uint64_t	value = random_bits() >> (1 + random_below(63));

			for (; value > 0x7F; value >>= 7)
				put(length, 0, &(char) {(char) (value | 0x80)}, 1);
			put(length, 0, &(char) {(char) (value ? value : 1)}, 1);
		}
	if (random_below(2) == 0)
		edit();
	received = receive_tally(given, length);
	if (!received.raised)
		check_tally_value(received.value);
	else if (!is_error(&received, &(Allowed) {ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_binary"}))
		fail("tally", "an error of receive that is not documented");
	return !received.raised;
}

static void
put_uint32(uint32 value)
{
	put(length, 0, (const char *) &value, sizeof(value));
}

static void
put_double(double value)
{
	put(length, 0, (const char *) &value, sizeof(value));
}

/* Small whole numbers that meet borders, and now and then an extreme */
static double
random_coordinate(void)
{
	double		value = (double) random_below(5);

	if (random_below(50) == 0)
		value = ldexp(value + 0.5, (int) random_below(2098) - 1074);
	return random_below(2) ? value : -value;
}

static void
put_polygon(void)
{
	uint32		rings = random_below(3);

	put(length, 0, "\1", 1);		/* little-endian, which the other order mirrors */
	put_uint32(3);
	put_uint32(rings);
	while (rings-- > 0)
	{
		double		x = random_coordinate();
		double		y = random_coordinate();
		uint32		points = random_below(5);

		put_uint32(points + 2);
		put_double(x);
		put_double(y);
		while (points-- > 0)
		{
			put_double(random_coordinate());
			put_double(random_coordinate());
		}
		put_double(x);
		put_double(y);
	}
}

/* Polygons as bytes, whole and edited */
static void
check_wkb(void)
{
	Outcome		covers;
	NullableDatum args[3] = {{.isnull = false},
	{.value = Float8GetDatum(random_coordinate())}, {.value = Float8GetDatum(random_coordinate())}};

	put(0, length, "", 0);
	if (random_below(2) == 0)
		put_polygon();
	else
	{
		uint32		parts = random_below(3);

		put(0, 0, "\1", 1);
		put_uint32(6);
		put_uint32(parts);
		while (parts-- > 0)
			put_polygon();
	}
	if (random_below(2) == 0)
		edit();
	args[0].value = PointerGetDatum(server_text(given, length));
	covers = server_call(dcm_covers_wkb, 3, args);
	if (covers.raised && !is_error(&covers, &(Allowed) {ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_wkb"}) &&
		!is_error(&covers, &(Allowed) {ERRCODE_INVALID_PARAMETER_VALUE, "dcm.not_a_polygon"}) &&
		!is_error(&covers, &(Allowed) {ERRCODE_INVALID_PARAMETER_VALUE, "dcm.bad_coordinate"}))
		fail("wkb", "an error that is not documented");
}

/* Points as bytes, by which a polygon of nothing is asked */
static void
check_wkb_point(void)
{
	static const char nothing[] = "\1\3\0\0\0\0\0\0\0";
	Outcome		covers;
	NullableDatum args[2] = {{.value = PointerGetDatum(server_text(nothing, 9))}};

	put(0, length, "\1", 1);
	put_uint32(1 | (random_below(4) << 30) | (random_below(2) << 29));
	for (unsigned int n = 2 + random_below(4); n > 0; n--)
		put_double(random_coordinate());
	if (random_below(2) == 0)
		edit();
	args[1].value = PointerGetDatum(server_text(given, length));
	covers = server_call(dcm_covers_wkb_point, 2, args);
	if (covers.raised && !is_error(&covers, &(Allowed) {ERRCODE_INVALID_BINARY_REPRESENTATION, "dcm.bad_wkb"}) &&
		!is_error(&covers, &(Allowed) {ERRCODE_INVALID_PARAMETER_VALUE, "dcm.not_a_point"}))
		fail("wkb", "an error of a point that is not documented");
}

int
main(int argc, char **argv)
{
	double		seconds = argc > 1 ? atof(argv[1]) : 2.0;
	clock_t		end = clock() + (clock_t) (seconds * CLOCKS_PER_SEC);
	unsigned long texts = 0;
	unsigned long tallies = 0;

	random_begin(argc > 2 ? argv[2] : NULL);
	do
	{
		for (int i = 0; i < 1000; i++, texts++)
		{
			make_text();
			for (size_t t = 0; t < lengthof(types); t++)
				check_type(&types[t]);
			check_grid_2005();
			check_bare_limit();
			check_tally();
			check_readers();
			check_binary(&types[random_below(lengthof(types))]);
			check_wkb();
			check_wkb_point();
			tallies += check_tally_bytes();
			server_forget();
		}
	} while (clock() < end);
	if (tallies < texts / 20)
		fail("tally", "bytes are hardly ever taken");
	printf("%lu texts, no surprise\n", texts);
	return 0;
}
