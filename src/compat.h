/*
 * compat.h
 *	  Everything that depends on PG_VERSION_NUM, so that no other file does.
 *
 * Soft errors came with 16: before it ereturn is a plain ereport and the error
 * context is always absent.  The macros of varlena values, until then in
 * postgres.h, have a header of their own since 16.  The statistics target of a
 * column moved out of its catalog row with 17.  Which columns a statement writes
 * moved out of the range table's entry with 16.
 */
#ifndef DCM_COMPAT_H
#define DCM_COMPAT_H

#include "postgres.h"

#include "fmgr.h"

#if PG_VERSION_NUM < 150000
#error "dcm needs PostgreSQL 15 or newer"
#endif

#if PG_VERSION_NUM < 160000
struct Node;
#define DCM_ESCONTEXT(fcinfo) NULL
#define dcm_ereturn(escontext, dummy_value, ...) \
	do { \
		(void) (escontext); \
		ereport(ERROR, __VA_ARGS__); \
		return dummy_value; \
	} while (0)
#define DCM_SOFT_ERROR_OCCURRED(escontext) false
#else
#include "nodes/miscnodes.h"
#include "varatt.h"
#define DCM_ESCONTEXT(fcinfo) ((fcinfo)->context)
#define dcm_ereturn(escontext, dummy_value, ...) \
	ereturn(escontext, dummy_value, __VA_ARGS__)
#define DCM_SOFT_ERROR_OCCURRED(escontext) SOFT_ERROR_OCCURRED(escontext)
#endif

#if PG_VERSION_NUM >= 170000
#define DCM_STATISTICS_TARGET(stats) ((stats)->attstattarget)
#else
#define DCM_STATISTICS_TARGET(stats) ((stats)->attr->attstattarget)
#endif

/*
 * The range table of one row's write, the columns that it changes, the scan that
 * finds the row, and whether there are columns worked out of others: for the few
 * files that speak to the executor.
 */
#if PG_VERSION_NUM >= 180000
#define dcm_has_generated(constr) ((constr)->has_generated_stored || (constr)->has_generated_virtual)
#define dcm_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, NULL, nkeys, 0)
#define dcm_exec_init_range_table(estate, rte, permissions) \
	ExecInitRangeTable(estate, list_make1(rte), permissions, bms_make_singleton(1))
#else
#define dcm_has_generated(constr) ((constr)->has_generated_stored)
#define dcm_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, nkeys, 0)
#define dcm_exec_init_range_table(estate, rte, permissions) ExecInitRangeTable(estate, list_make1(rte), permissions)
#endif

#if PG_VERSION_NUM >= 160000
#define dcm_eval_plan_qual_init(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#define dcm_init_range_table(estate, rte, columns, inserts) \
	do { \
		List	   *permissions = NIL; \
		RTEPermissionInfo *permission = addRTEPermissionInfo(&permissions, rte); \
		if (inserts) \
			permission->insertedCols = (columns); \
		else \
			permission->updatedCols = (columns); \
		dcm_exec_init_range_table(estate, rte, permissions); \
	} while (0)
#else
#define dcm_eval_plan_qual_init(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#define dcm_init_range_table(estate, rte, columns, inserts) \
	do { \
		if (inserts) \
			(rte)->insertedCols = (columns); \
		else \
			(rte)->updatedCols = (columns); \
		ExecInitRangeTable(estate, list_make1(rte)); \
	} while (0)
#endif

#if PG_VERSION_NUM >= 180000
#define DCM_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "dcm", .version = DCM_VERSION)
#else
#define DCM_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* DCM_COMPAT_H */
