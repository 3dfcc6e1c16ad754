-- Comparison, sorting, hashing and BRIN of the code types, the same for each.
-- A code is stored as a bigint whose order is that of its text, so all of them
-- are core's own functions for bigint (LANGUAGE internal), as fast as bigint's
-- and with its hash values, which are never to change.

DO $$
DECLARE
	code text;
BEGIN
	FOREACH code IN ARRAY '{area_code,grid_code,component_id}'::text[] LOOP
		EXECUTE pg_catalog.format($sql$
			CREATE FUNCTION dcm.%1$s_lt(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8lt';
			CREATE FUNCTION dcm.%1$s_le(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8le';
			CREATE FUNCTION dcm.%1$s_eq(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8eq';
			CREATE FUNCTION dcm.%1$s_ne(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8ne';
			CREATE FUNCTION dcm.%1$s_ge(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8ge';
			CREATE FUNCTION dcm.%1$s_gt(dcm.%1$s, dcm.%1$s) RETURNS boolean LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'int8gt';
			CREATE FUNCTION dcm.%1$s_cmp(dcm.%1$s, dcm.%1$s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'btint8cmp';
			CREATE FUNCTION dcm.%1$s_sortsupport(internal) RETURNS void LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'btint8sortsupport';
			CREATE FUNCTION dcm.%1$s_hash(dcm.%1$s) RETURNS integer LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'hashint8';
			CREATE FUNCTION dcm.%1$s_hash_extended(dcm.%1$s, bigint) RETURNS bigint LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE COST 1 AS 'hashint8extended';
			CREATE FUNCTION dcm.%1$s_larger(dcm.%1$s, dcm.%1$s) RETURNS dcm.%1$s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'int8larger';
			CREATE FUNCTION dcm.%1$s_smaller(dcm.%1$s, dcm.%1$s) RETURNS dcm.%1$s LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'int8smaller';

			CREATE OPERATOR dcm.< (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_lt, COMMUTATOR = OPERATOR(dcm.>), NEGATOR = OPERATOR(dcm.>=), RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
			CREATE OPERATOR dcm.<= (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_le, COMMUTATOR = OPERATOR(dcm.>=), NEGATOR = OPERATOR(dcm.>), RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
			CREATE OPERATOR dcm.= (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_eq, COMMUTATOR = OPERATOR(dcm.=), NEGATOR = OPERATOR(dcm.<>), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
			CREATE OPERATOR dcm.<> (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_ne, COMMUTATOR = OPERATOR(dcm.<>), NEGATOR = OPERATOR(dcm.=), RESTRICT = neqsel, JOIN = neqjoinsel);
			CREATE OPERATOR dcm.>= (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_ge, COMMUTATOR = OPERATOR(dcm.<=), NEGATOR = OPERATOR(dcm.<), RESTRICT = scalargesel, JOIN = scalargejoinsel);
			CREATE OPERATOR dcm.> (LEFTARG = dcm.%1$s, RIGHTARG = dcm.%1$s, FUNCTION = dcm.%1$s_gt, COMMUTATOR = OPERATOR(dcm.<), NEGATOR = OPERATOR(dcm.<=), RESTRICT = scalargtsel, JOIN = scalargtjoinsel);

			CREATE OPERATOR FAMILY dcm.%1$s_ops USING btree;
			CREATE OPERATOR CLASS dcm.%1$s_ops DEFAULT FOR TYPE dcm.%1$s USING btree FAMILY dcm.%1$s_ops AS
				OPERATOR 1 dcm.<, OPERATOR 2 dcm.<=, OPERATOR 3 dcm.=, OPERATOR 4 dcm.>=, OPERATOR 5 dcm.>,
				FUNCTION 1 dcm.%1$s_cmp(dcm.%1$s, dcm.%1$s), FUNCTION 2 dcm.%1$s_sortsupport(internal), FUNCTION 4 pg_catalog.btequalimage(oid);
			CREATE OPERATOR FAMILY dcm.%1$s_ops USING hash;
			CREATE OPERATOR CLASS dcm.%1$s_ops DEFAULT FOR TYPE dcm.%1$s USING hash FAMILY dcm.%1$s_ops AS
				OPERATOR 1 dcm.=,
				FUNCTION 1 dcm.%1$s_hash(dcm.%1$s), FUNCTION 2 dcm.%1$s_hash_extended(dcm.%1$s, bigint);
			CREATE OPERATOR FAMILY dcm.%1$s_minmax_ops USING brin;
			CREATE OPERATOR CLASS dcm.%1$s_minmax_ops DEFAULT FOR TYPE dcm.%1$s USING brin FAMILY dcm.%1$s_minmax_ops AS
				OPERATOR 1 dcm.<, OPERATOR 2 dcm.<=, OPERATOR 3 dcm.=, OPERATOR 4 dcm.>=, OPERATOR 5 dcm.>,
				FUNCTION 1 pg_catalog.brin_minmax_opcinfo(internal), FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
				FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal), FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);

			CREATE AGGREGATE dcm.min(dcm.%1$s) (SFUNC = dcm.%1$s_smaller, STYPE = dcm.%1$s, COMBINEFUNC = dcm.%1$s_smaller, SORTOP = OPERATOR(dcm.<), PARALLEL = SAFE);
			CREATE AGGREGATE dcm.max(dcm.%1$s) (SFUNC = dcm.%1$s_larger, STYPE = dcm.%1$s, COMBINEFUNC = dcm.%1$s_larger, SORTOP = OPERATOR(dcm.>), PARALLEL = SAFE);

			COMMENT ON FUNCTION dcm.%1$s_lt(dcm.%1$s, dcm.%1$s) IS 'Implementation of the < operator. 小于。';
			COMMENT ON FUNCTION dcm.%1$s_le(dcm.%1$s, dcm.%1$s) IS 'Implementation of the <= operator. 小于或等于。';
			COMMENT ON FUNCTION dcm.%1$s_eq(dcm.%1$s, dcm.%1$s) IS 'Implementation of the = operator. 等于。';
			COMMENT ON FUNCTION dcm.%1$s_ne(dcm.%1$s, dcm.%1$s) IS 'Implementation of the <> operator. 不等于。';
			COMMENT ON FUNCTION dcm.%1$s_ge(dcm.%1$s, dcm.%1$s) IS 'Implementation of the >= operator. 大于或等于。';
			COMMENT ON FUNCTION dcm.%1$s_gt(dcm.%1$s, dcm.%1$s) IS 'Implementation of the > operator. 大于。';
			COMMENT ON FUNCTION dcm.%1$s_cmp(dcm.%1$s, dcm.%1$s) IS 'Order of two codes, that of their text: -1, 0 or 1. 两个代码的次序,与文本次序一致:-1、0或1。';
			COMMENT ON FUNCTION dcm.%1$s_sortsupport(internal) IS 'Sort support of the btree class. B树排序支持。';
			COMMENT ON FUNCTION dcm.%1$s_hash(dcm.%1$s) IS 'Hash of a code. 代码的散列值。';
			COMMENT ON FUNCTION dcm.%1$s_hash_extended(dcm.%1$s, bigint) IS 'Hash of a code with a seed, 64 bits. 代码的64位散列值,带种子。';
			COMMENT ON FUNCTION dcm.%1$s_larger(dcm.%1$s, dcm.%1$s) IS 'The later of two codes in order. 两个代码中次序较后者。';
			COMMENT ON FUNCTION dcm.%1$s_smaller(dcm.%1$s, dcm.%1$s) IS 'The earlier of two codes in order. 两个代码中次序较前者。';
			COMMENT ON OPERATOR dcm.< (dcm.%1$s, dcm.%1$s) IS 'Sorts before, as text does. 小于,次序与文本一致。';
			COMMENT ON OPERATOR dcm.<= (dcm.%1$s, dcm.%1$s) IS 'Is the same or sorts before. 小于或等于。';
			COMMENT ON OPERATOR dcm.= (dcm.%1$s, dcm.%1$s) IS 'Is the same code. 等于。';
			COMMENT ON OPERATOR dcm.<> (dcm.%1$s, dcm.%1$s) IS 'Is another code. 不等于。';
			COMMENT ON OPERATOR dcm.>= (dcm.%1$s, dcm.%1$s) IS 'Is the same or sorts after. 大于或等于。';
			COMMENT ON OPERATOR dcm.> (dcm.%1$s, dcm.%1$s) IS 'Sorts after, as text does. 大于,次序与文本一致。';
			COMMENT ON OPERATOR FAMILY dcm.%1$s_ops USING btree IS 'Order of %1$s, that of its text. B树操作符族,次序与文本一致。';
			COMMENT ON OPERATOR CLASS dcm.%1$s_ops USING btree IS 'Order of %1$s, that of its text. B树操作符类,次序与文本一致。';
			COMMENT ON OPERATOR FAMILY dcm.%1$s_ops USING hash IS 'Equality of %1$s. 散列操作符族。';
			COMMENT ON OPERATOR CLASS dcm.%1$s_ops USING hash IS 'Equality of %1$s. 散列操作符类。';
			COMMENT ON OPERATOR FAMILY dcm.%1$s_minmax_ops USING brin IS 'Least and greatest %1$s of a block range. BRIN 最小最大操作符族。';
			COMMENT ON OPERATOR CLASS dcm.%1$s_minmax_ops USING brin IS 'Least and greatest %1$s of a block range. BRIN 最小最大操作符类。';
			COMMENT ON AGGREGATE dcm.min(dcm.%1$s) IS 'The first of the codes in order, NULL of none. 次序最前的代码。';
			COMMENT ON AGGREGATE dcm.max(dcm.%1$s) IS 'The last of the codes in order, NULL of none. 次序最后的代码。';
			$sql$, code);
	END LOOP;
END
$$;
