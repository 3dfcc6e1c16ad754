/*
 * chain.h
 *	  Canonical bytes of log entries, and the hash that chains them.
 */
#ifndef DCM_CHAIN_H
#define DCM_CHAIN_H

#include "postgres.h"

#include "lib/stringinfo.h"

#include "case/case_tables.h"

#define CHAIN_HASH_LENGTH 32

extern void chain_put_text(StringInfo buf, Datum value);
extern void chain_put_int(StringInfo buf, int64 value, int width);
extern void chain_put_jsonb(StringInfo buf, Datum value);
extern void chain_put_null(StringInfo buf);
extern bytea *chain_sha256(StringInfo buf);
extern bytea *chain_entry_hash(const bytea *previous, const Datum *values,
							   const bool *nulls);
extern bytea *chain_text_hash(const bytea *salt, const text *value);
extern char *chain_hex(const bytea *hash);

#endif							/* DCM_CHAIN_H */
