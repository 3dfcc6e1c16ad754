/*
 * server.c
 *	  As much of the server as the input functions need; see server.h.
 *
 * The decision to know: what a call allocates is its caller's to free, as a
 * memory context would, by server_forget(); so that the sanitizer's leak check
 * finds only what escaped palloc.  String building is core's own, from
 * libpgcommon.
 */
#include "server.h"

#include <setjmp.h>

#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

/* Each chunk has this in front, and is on a list */
typedef struct Chunk
{
	struct Chunk *next;
	struct Chunk *previous;
} Chunk;

static Chunk chunks = {&chunks, &chunks};

static void *
link_chunk(Chunk *chunk)
{
	if (chunk == NULL)
		abort();
	chunk->next = chunks.next;
	chunk->previous = &chunks;
	chunks.next->previous = chunk;
	chunks.next = chunk;
	return chunk + 1;
}

static Chunk *
unlink_chunk(void *pointer)
{
	Chunk	   *chunk = (Chunk *) pointer - 1;

	chunk->next->previous = chunk->previous;
	chunk->previous->next = chunk->next;
	return chunk;
}

void *
palloc(Size size)
{
	return link_chunk(malloc(sizeof(Chunk) + size));
}

void *
repalloc(void *pointer, Size size)
{
	return link_chunk(realloc(unlink_chunk(pointer), sizeof(Chunk) + size));
}

void
pfree(void *pointer)
{
	free(unlink_chunk(pointer));
}

void
server_forget(void)
{
	while (chunks.next != &chunks)
		pfree(chunks.next + 1);
}

/* Errors: an outcome is filled and jumped out with */
static Outcome *outcome;
static jmp_buf *jump;

bool
errstart(int elevel, const char *domain)
{
	outcome->raised = true;
	return true;
}

bool
errstart_cold(int elevel, const char *domain)
{
	return errstart(elevel, domain);
}

void
errfinish(const char *filename, int lineno, const char *funcname)
{
	longjmp(*jump, 1);
}

int
errcode(int sqlerrcode)
{
	outcome->sqlstate = sqlerrcode;
	return 0;
}

int
err_generic_string(int field, const char *str)
{
	strlcpy(outcome->name, str, sizeof(outcome->name));
	return 0;
}

#if PG_VERSION_NUM >= 160000
bool
errsave_start(struct Node *context, const char *domain)
{
	return errstart(ERROR, domain);
}

void
errsave_finish(struct Node *context, const char *filename, int lineno, const char *funcname)
{
	errfinish(filename, lineno, funcname);
}
#endif

/* Of a server that is built with assertions: one that fails ends the test */
#ifdef USE_ASSERT_CHECKING
#if PG_VERSION_NUM >= 160000
void
ExceptionalCondition(const char *condition, const char *filename, int lineno)
#else
void
ExceptionalCondition(const char *condition, const char *type, const char *filename, int lineno)
#endif
{
	fprintf(stderr, "assertion failed: %s, %s:%d\n", condition, filename, lineno);
	abort();
}
#endif

/* A message is built as the server builds it, and thrown away */
static int
format_message(const char *format, va_list args)
{
	int			length = vsnprintf(NULL, 0, format, args);
	char	   *message;

	if (length < 0)
		abort();
	message = malloc((size_t) length + 1);
	memset(message, 0, (size_t) length + 1);
	free(message);
	return 0;
}

#define MESSAGE_FUNCTION(function) \
int \
function(const char *format, ...) \
{ \
	va_list		args; \
	int			result; \
\
	va_start(args, format); \
	result = format_message(format, args); \
	va_end(args); \
	return result; \
}

MESSAGE_FUNCTION(errmsg)
MESSAGE_FUNCTION(errmsg_internal)
MESSAGE_FUNCTION(errdetail)
MESSAGE_FUNCTION(errdetail_internal)
MESSAGE_FUNCTION(errhint)

int
errdetail_plural(const char *singular, const char *plural, unsigned long n,...)
{
	va_list		args;
	int			result;

	va_start(args, n);
	result = format_message(n == 1 ? singular : plural, args);
	va_end(args);
	return result;
}

/* A call of a function of SQL, caught */
Outcome
server_call(PGFunction function, int nargs, const NullableDatum *args)
{
	LOCAL_FCINFO(fcinfo, FUNC_MAX_ARGS);
	static Outcome result;
	jmp_buf		here;

	memset(&result, 0, sizeof(result));
	InitFunctionCallInfoData(*fcinfo, NULL, nargs, InvalidOid, NULL, NULL);
	for (int i = 0; i < nargs; i++)
		fcinfo->args[i] = args[i];
	outcome = &result;
	jump = &here;
	if (setjmp(here) == 0)
	{
		result.value = function(fcinfo);
		result.isnull = fcinfo->isnull;
	}
	return result;
}

/* Nobody interrupts */
volatile sig_atomic_t InterruptPending = 0;

void
ProcessInterrupts(void)
{
}

/* Text values, never compressed */
text *
server_text(const char *bytes, size_t length)
{
	text	   *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), bytes, length);
	return result;
}

struct varlena *
pg_detoast_datum_packed(struct varlena *datum)
{
	return datum;
}

struct varlena *
pg_detoast_datum(struct varlena *datum)
{
	return datum;
}

char *
text_to_cstring(const text *t)
{
	size_t		length = VARSIZE_ANY_EXHDR(t);
	char	   *result = palloc(length + 1);

	memcpy(result, VARDATA_ANY(t), length);
	result[length] = '\0';
	return result;
}

text *
cstring_to_text_with_len(const char *s, int len)
{
	return server_text(s, (size_t) len);
}

text *
cstring_to_text(const char *s)
{
	return server_text(s, strlen(s));
}

/* The message of a receive function has always its eight bytes here */
int64
pq_getmsgint64(StringInfo msg)
{
	uint64		value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | (unsigned char) msg->data[msg->cursor++];
	return (int64) value;
}

/* The calendar of dates, by another way than core's */
const int	day_tab[2][13] = {
	{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0},
	{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0}
};

int
date2j(int year, int month, int day)
{
	int			days = POSTGRES_EPOCH_JDATE + day - 1;

	for (int y = 2000; y < year; y++)
		days += isleap(y) ? 366 : 365;
	for (int y = year; y < 2000; y++)
		days -= isleap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += day_tab[isleap(year)][m - 1];
	return days;
}

