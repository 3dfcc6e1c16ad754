/*
 * erase.c
 *	  dcm.erase_text and dcm.erase_address: take a salted text, or the address
 *	  where the problem is, out of the case file.
 *
 * The salt goes with it.  What stays is the digest in the log, of a text and of
 * 16 random bytes that nobody has any more, so that the text cannot be guessed
 * and the chain is what it was.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "case/act_context.h"
#include "case/leaf.h"
#include "city.h"
#include "errors.h"
#include "replica.h"

PG_FUNCTION_INFO_V1(dcm_erase_text);
PG_FUNCTION_INFO_V1(dcm_erase_address);

/* The record of it is written by dcm.erase, which runs as the city's owner. */
static void
check_is_owner(void)
{
	if (!has_privs_of_role(GetUserId(), city_owner()))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to erase a text"),
				 errdetail("Role \"%s\" does not own the city.", GetUserNameFromId(GetUserId(), false)),
				 errhint("Call dcm.erase."),
				 errname("dcm.no_right")));
}

/* Whether there is such a text; it is locked. */
static bool
text_held(int64 case_no, int32 log_no, Datum field)
{
	Datum		key[3] = {Int64GetDatum(case_no), Int32GetDatum(log_no), field};

	if (case_no <= 0 || !leaf_exists(leaf_year(case_no)))
		return false;
	if (SPI_execute_plan(leaf_plan(leaf_year(case_no), LEAF_TEXT_HELD), key, NULL, false, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read a text");
	return SPI_processed == 1;
}

/* dcm.erase_text(case_no bigint, log_no int, field text) → whether it was there */
Datum
dcm_erase_text(PG_FUNCTION_ARGS)
{
	int64		case_no = PG_GETARG_INT64(0);
	int32		log_no = PG_GETARG_INT32(1);
	Datum		written[4] = {Int64GetDatum(case_no), Int32GetDatum(log_no), PG_GETARG_DATUM(2)};
	CityRights	rights;
	bool		held;

	replica_refuse();
	check_is_owner();
	rights = city_enter();
	held = text_held(case_no, log_no, PG_GETARG_DATUM(2));
	if (held)
	{
		bytea	   *no_salt = palloc0(VARHDRSZ);

		SET_VARSIZE(no_salt, VARHDRSZ);
		written[3] = PointerGetDatum(no_salt);
		(void) leaf_write(LEAF_TEXT_ERASE, "case_text", case_no, log_no, 'u', written, NULL, 4);
	}
	city_leave(rights);
	PG_RETURN_BOOL(held);
}

/*
 * dcm.erase_address(case_no bigint) → whether there was one.  The log has never
 * told it, but for a correction, whose text goes by dcm.erase_text.
 */
Datum
dcm_erase_address(PG_FUNCTION_ARGS)
{
	Act			act = {.case_no = PG_GETARG_INT64(0)};
	CityRights	rights;
	bool		held;

	replica_refuse();
	check_is_owner();
	rights = city_enter();
	(void) leaf_tells_stages();
	held = leaf_lock(act.case_no, act.row, act.null) && !ACT_NULL(&act, address);
	if (held)
	{
		ACT_CLEAR(&act, address);
		(void) leaf_write(LEAF_UPDATE, "case_file", act.case_no, 0, 'u', act.row, act.null, CF_COUNT);
	}
	city_leave(rights);
	PG_RETURN_BOOL(held);
}
