/*
 * chain.c
 *	  Canonical bytes of log entries, and the hash that chains them.
 *
 * The decision to know: the hash is over bytes of our own making, never over
 * row::text, whose form follows DateStyle, the time zone and the server's
 * version.  Every field is a presence byte, a big-endian length and its bytes:
 * integers big-endian, times as microseconds of UTC since 2000, jsonb by a walk
 * over its parts.  A version byte and an algorithm byte stand in front, so that
 * both can change while old entries stay checkable.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/multirangetypes.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "case/chain.h"
#include "errors.h"

PG_FUNCTION_INFO_V1(dcm_log_hash);
PG_FUNCTION_INFO_V1(dcm_text_hash);

/*
 * Version 1 ends before the columns that came with 0.2.0, of which an entry
 * without any is written as it always was; 2 has them.
 */
#define CHAIN_SHA256 1

static void
put_uint32(StringInfo buf, uint32 value)
{
	char		bytes[4] = {value >> 24, value >> 16, value >> 8, value};

	appendBinaryStringInfo(buf, bytes, 4);
}

static void
put_bytes(StringInfo buf, const char *bytes, int length)
{
	appendStringInfoChar(buf, 1);
	put_uint32(buf, length);
	appendBinaryStringInfo(buf, bytes, length);
}

void
chain_put_null(StringInfo buf)
{
	appendStringInfoChar(buf, 0);
}

/* An integer of 1, 2, 4 or 8 bytes. */
void
chain_put_int(StringInfo buf, int64 value, int width)
{
	char		bytes[8];

	for (int i = 0; i < width; i++)
		bytes[i] = (char) ((uint64) value >> (8 * (width - 1 - i)));
	put_bytes(buf, bytes, width);
}

/* A text or bytea. */
void
chain_put_text(StringInfo buf, Datum value)
{
	struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

	put_bytes(buf, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

static void
put_jsonb_scalar(StringInfo buf, const JsonbValue *value)
{
	char	   *digits;

	switch (value->type)
	{
		case jbvNull:
			appendStringInfoChar(buf, 'n');
			break;
		case jbvString:
			appendStringInfoChar(buf, 's');
			put_bytes(buf, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoChar(buf, 'd');
			digits = DatumGetCString(DirectFunctionCall1(numeric_out,
														 NumericGetDatum(value->val.numeric)));
			put_bytes(buf, digits, strlen(digits));
			break;
		case jbvBool:
			appendStringInfoChar(buf, value->val.boolean ? 't' : 'f');
			break;
		default:
			elog(ERROR, "unexpected jsonb value of type %d", (int) value->type);
	}
}

/* A jsonb by its parts, in the order in which jsonb itself keeps them. */
void
chain_put_jsonb(StringInfo buf, Datum value)
{
	JsonbIterator *it = JsonbIteratorInit(&DatumGetJsonbP(value)->root);
	JsonbIteratorToken token;
	JsonbValue	part;

	appendStringInfoChar(buf, 1);
	while ((token = JsonbIteratorNext(&it, &part, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
				appendStringInfoChar(buf, '[');
				break;
			case WJB_END_ARRAY:
				appendStringInfoChar(buf, ']');
				break;
			case WJB_BEGIN_OBJECT:
				appendStringInfoChar(buf, '{');
				break;
			case WJB_END_OBJECT:
				appendStringInfoChar(buf, '}');
				break;
			default:			/* keys, values and elements */
				put_jsonb_scalar(buf, &part);
				break;
		}
	}
}

/* A bound as its finiteness, inclusion and microseconds. */
static void
put_bound(StringInfo buf, const RangeBound *bound)
{
	appendStringInfoChar(buf, bound->infinite ? 'i' : bound->inclusive ? '=' : 'x');
	chain_put_int(buf, bound->infinite ? 0 : DatumGetInt64(bound->val), 8);
}

static void
put_multirange(StringInfo buf, Datum value)
{
	MultirangeType *multirange = DatumGetMultirangeTypeP(value);
	TypeCacheEntry *typcache = lookup_type_cache(MultirangeTypeGetOid(multirange),
												 TYPECACHE_MULTIRANGE_INFO);

	appendStringInfoChar(buf, 1);
	put_uint32(buf, multirange->rangeCount);
	for (uint32 i = 0; i < multirange->rangeCount; i++)
	{
		RangeBound	lower;
		RangeBound	upper;

		multirange_get_bounds(typcache->rngtype, multirange, i, &lower, &upper);
		put_bound(buf, &lower);
		put_bound(buf, &upper);
	}
}

static void
put_field(StringInfo buf, Datum value, bool isnull, char kind)
{
	if (isnull)
	{
		chain_put_null(buf);
		return;
	}
	switch (kind)
	{
		case 't':
			chain_put_text(buf, value);
			break;
		case 'l':
		case 'z':
		case 'L':
			chain_put_int(buf, DatumGetInt64(value), 8);
			break;
		case 'i':
			chain_put_int(buf, DatumGetInt32(value), 4);
			break;
		case 's':
			chain_put_int(buf, DatumGetInt16(value), 2);
			break;
		case 'b':
			chain_put_int(buf, DatumGetBool(value), 1);
			break;
		case 'j':
			chain_put_jsonb(buf, value);
			break;
		case 'm':
			put_multirange(buf, value);
			break;
		default:
			elog(ERROR, "unknown kind of log column");
	}
}

/*
 * sha256 of a buffer, as bytea.  The context is made for the one call: with
 * OpenSSL it belongs to the transaction's resource owner, so one kept in a
 * static would be dead in the next.
 */
bytea *
chain_sha256(StringInfo buf)
{
	bytea	   *hash = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	pg_cryptohash_ctx *ctx = pg_cryptohash_create(PG_SHA256);

	if (ctx == NULL || pg_cryptohash_init(ctx) < 0 ||
		pg_cryptohash_update(ctx, (uint8 *) buf->data, buf->len) < 0 ||
		pg_cryptohash_final(ctx, (uint8 *) VARDATA(hash), PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a sha256: %s", pg_cryptohash_error(ctx));
	pg_cryptohash_free(ctx);
	SET_VARSIZE(hash, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	return hash;
}

/*
 * The hash of a log entry over its predecessor's hash (NULL for the first) and
 * its own columns.
 */
bytea *
chain_entry_hash(const bytea *previous, const Datum *values, const bool *nulls)
{
	static const char kinds[CL_COUNT] = {
#define X(name, letter) letter,
		CASE_LOG_COLUMNS(X)
#undef X
	};
	StringInfoData buf;
	bytea	   *hash;
	int			version = 1;

	for (int i = CL_hash + 1; i < CL_COUNT; i++)
		if (!nulls[i])
			version = 2;
	initStringInfo(&buf);
	appendStringInfoChar(&buf, version);
	appendStringInfoChar(&buf, CHAIN_SHA256);
	if (previous)
		chain_put_text(&buf, PointerGetDatum(previous));
	else
		chain_put_null(&buf);
	for (int i = 0; i < (version == 1 ? CL_hash : CL_COUNT); i++)
		if (i != CL_hash)
			put_field(&buf, values[i], nulls[i], kinds[i]);
	hash = chain_sha256(&buf);
	pfree(buf.data);
	return hash;
}

/* The digest that the log keeps of a text: sha256 of salt and text. */
bytea *
chain_text_hash(const bytea *salt, const text *value)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, VARDATA_ANY(salt), VARSIZE_ANY_EXHDR(salt));
	appendBinaryStringInfo(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	return chain_sha256(&buf);
}

/* A hash in hex digits. */
char *
chain_hex(const bytea *hash)
{
	int			length = VARSIZE_ANY_EXHDR(hash);
	char	   *hex = palloc(2 * length + 1);

	hex_encode(VARDATA_ANY(hash), length, hex);
	hex[2 * length] = '\0';
	return hex;
}

/* Whether a column of a record is of the type that its place in the log has. */
static bool
kind_fits(Form_pg_attribute att, char kind)
{
	switch (kind)
	{
		case 't':
			return att->atttypid == TEXTOID;
		case 'l':
		case 'z':
		case 'L':
			return att->attbyval && att->attlen == 8;
		case 'i':
			return att->attbyval && att->attlen == 4;
		case 's':
			return att->attbyval && att->attlen == 2;
		case 'b':
			return att->atttypid == BOOLOID;
		case 'j':
			return att->atttypid == JSONBOID;
		case 'm':
			return att->atttypid == TSTZMULTIRANGEOID;
		default:
			return att->atttypid == BYTEAOID;
	}
}

/* Where the columns of the log stand in the records that a call hands over. */
typedef struct RecordForm
{
	uint64		identifier;		/* of the record's type as it is now */
	AttrNumber	attnums[CL_COUNT];	/* 0: a log of 0.1.0, which has it not */
	Datum	   *values;
	bool	   *nulls;
} RecordForm;

/* Finds the columns by name, so that columns which a city added do not matter. */
static void
find_columns(RecordForm *form, TupleDesc desc)
{
	static const struct
	{
		const char *name;
		char		kind;
	}			columns[CL_COUNT] = {
#define X(name, letter) {#name, letter},
		CASE_LOG_COLUMNS(X)
#undef X
	};

	for (int i = 0; i < CL_COUNT; i++)
	{
		int			attnum = SPI_fnumber(desc, columns[i].name);

		form->attnums[i] = attnum > 0 ? attnum : 0;
		if (attnum <= 0 && i > CL_hash)
			continue;
		if (attnum <= 0 || !kind_fits(TupleDescAttr(desc, attnum - 1), columns[i].kind))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("record has no column \"%s\" of the right type", columns[i].name),
					 errhint("Pass a row of dcm.case_log."),
					 errname("dcm.log_hash")));
	}
}

/* The form of this call's records, which is nearly always that of the last call's. */
static RecordForm *
record_form(FmgrInfo *flinfo, TupleDesc desc)
{
	RecordForm *form = flinfo->fn_extra;
	uint64		identifier = assign_record_type_identifier(desc->tdtypeid, desc->tdtypmod);

	if (form && form->identifier == identifier)
		return form;
	form = MemoryContextAlloc(flinfo->fn_mcxt, sizeof(RecordForm));
	find_columns(form, desc);
	form->values = MemoryContextAlloc(flinfo->fn_mcxt, desc->natts * sizeof(Datum));
	form->nulls = MemoryContextAlloc(flinfo->fn_mcxt, desc->natts * sizeof(bool));
	form->identifier = identifier;
	flinfo->fn_extra = form;
	return form;
}

/*
 * dcm.log_hash(previous bytea, entry record) → bytea: the hash that a row of
 * dcm.case_log must have.  previous may be NULL.
 */
Datum
dcm_log_hash(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header;
	HeapTupleData tuple;
	TupleDesc	desc;
	RecordForm *form;
	Datum		values[CL_COUNT];
	bool		nulls[CL_COUNT];
	bytea	   *previous = PG_ARGISNULL(0) ? NULL : PG_GETARG_BYTEA_PP(0);
	bytea	   *hash;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	header = PG_GETARG_HEAPTUPLEHEADER(1);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
								  HeapTupleHeaderGetTypMod(header));
	tuple.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = header;
	form = record_form(fcinfo->flinfo, desc);
	heap_deform_tuple(&tuple, desc, form->values, form->nulls);
	for (int i = 0; i < CL_COUNT; i++)
	{
		int			attnum = form->attnums[i];

		nulls[i] = attnum == 0 || form->nulls[attnum - 1];
		values[i] = nulls[i] ? (Datum) 0 : form->values[attnum - 1];
	}
	hash = chain_entry_hash(previous, values, nulls);
	ReleaseTupleDesc(desc);
	PG_RETURN_BYTEA_P(hash);
}

/* dcm.text_hash(salt bytea, value text) → text, in hex digits. */
Datum
dcm_text_hash(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(chain_hex(chain_text_hash(PG_GETARG_BYTEA_PP(0),
															   PG_GETARG_TEXT_PP(1)))));
}
