-- dcm.time_limit: an amount and the unit that it is counted in.  Values are
-- int64s whose order is the type's own, so bigint's functions serve as they are.

CREATE TYPE dcm.time_limit;

CREATE FUNCTION dcm.time_limit_in(cstring) RETURNS dcm.time_limit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_in';
COMMENT ON FUNCTION dcm.time_limit_in(cstring) IS
	'Reads a time limit; 22P02 for bad text and for a bare day or hour, 22003 out of range. 时限类型的文本输入。';

CREATE FUNCTION dcm.time_limit_out(dcm.time_limit) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_out';
COMMENT ON FUNCTION dcm.time_limit_out(dcm.time_limit) IS
	'Writes a time limit in its canonical form, such as 4 work_hour. 时限类型的文本输出。';

CREATE FUNCTION dcm.time_limit_recv(internal) RETURNS dcm.time_limit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_recv';
COMMENT ON FUNCTION dcm.time_limit_recv(internal) IS
	'Reads eight bytes; 22P03 for what text input would not make. 时限类型的二进制输入。';

CREATE FUNCTION dcm.time_limit_send(dcm.time_limit) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_send';
COMMENT ON FUNCTION dcm.time_limit_send(dcm.time_limit) IS
	'Writes eight bytes. 时限类型的二进制输出。';

CREATE TYPE dcm.time_limit (
	INPUT = dcm.time_limit_in,
	OUTPUT = dcm.time_limit_out,
	RECEIVE = dcm.time_limit_recv,
	SEND = dcm.time_limit_send,
	LIKE = pg_catalog.int8
);
COMMENT ON TYPE dcm.time_limit IS
	'A time limit: an amount of up to two decimals and a unit (minute, urgent_hour, natural_day run day and night; work_minute, work_hour, work_day in working time). 时限:数量与单位(分钟、紧急工作时、自然日、工作分钟、工作时、工作日)。';

CREATE FUNCTION dcm.time_limit_eq(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8eq';
COMMENT ON FUNCTION dcm.time_limit_eq(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the = operator: by unit, then amount. 运算符 = 的实现。';

CREATE FUNCTION dcm.time_limit_ne(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8ne';
COMMENT ON FUNCTION dcm.time_limit_ne(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the <> operator: by unit, then amount. 运算符 <> 的实现。';

CREATE FUNCTION dcm.time_limit_lt(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8lt';
COMMENT ON FUNCTION dcm.time_limit_lt(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the < operator: by unit, then amount. 运算符 < 的实现。';

CREATE FUNCTION dcm.time_limit_le(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8le';
COMMENT ON FUNCTION dcm.time_limit_le(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the <= operator: by unit, then amount. 运算符 <= 的实现。';

CREATE FUNCTION dcm.time_limit_gt(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8gt';
COMMENT ON FUNCTION dcm.time_limit_gt(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the > operator: by unit, then amount. 运算符 > 的实现。';

CREATE FUNCTION dcm.time_limit_ge(dcm.time_limit, dcm.time_limit) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'int8ge';
COMMENT ON FUNCTION dcm.time_limit_ge(dcm.time_limit, dcm.time_limit) IS
	'Implementation of the >= operator: by unit, then amount. 运算符 >= 的实现。';

CREATE FUNCTION dcm.time_limit_cmp(dcm.time_limit, dcm.time_limit) RETURNS int
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'btint8cmp';
COMMENT ON FUNCTION dcm.time_limit_cmp(dcm.time_limit, dcm.time_limit) IS
	'Order of two time limits, by unit, then amount: below, at or above zero. 比较两个时限。';

CREATE FUNCTION dcm.time_limit_hash(dcm.time_limit) RETURNS int
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'hashint8';
COMMENT ON FUNCTION dcm.time_limit_hash(dcm.time_limit) IS
	'Hash of a time limit. 时限的散列值。';

CREATE FUNCTION dcm.time_limit_hash_extended(dcm.time_limit, bigint) RETURNS bigint
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'hashint8extended';
COMMENT ON FUNCTION dcm.time_limit_hash_extended(dcm.time_limit, bigint) IS
	'Hash of a time limit with a seed. 带种子的散列值。';

CREATE OPERATOR dcm.= (
	FUNCTION = dcm.time_limit_eq,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.=), NEGATOR = OPERATOR(dcm.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR dcm.= (dcm.time_limit, dcm.time_limit) IS
	'Equal, by unit, then amount. 等于(先单位后数量)。';

CREATE OPERATOR dcm.<> (
	FUNCTION = dcm.time_limit_ne,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.<>), NEGATOR = OPERATOR(dcm.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR dcm.<> (dcm.time_limit, dcm.time_limit) IS
	'Not equal, by unit, then amount. 不等于(先单位后数量)。';

CREATE OPERATOR dcm.< (
	FUNCTION = dcm.time_limit_lt,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.>), NEGATOR = OPERATOR(dcm.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR dcm.< (dcm.time_limit, dcm.time_limit) IS
	'Less, by unit, then amount. 小于(先单位后数量)。';

CREATE OPERATOR dcm.<= (
	FUNCTION = dcm.time_limit_le,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.>=), NEGATOR = OPERATOR(dcm.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR dcm.<= (dcm.time_limit, dcm.time_limit) IS
	'Less or equal, by unit, then amount. 小于等于(先单位后数量)。';

CREATE OPERATOR dcm.> (
	FUNCTION = dcm.time_limit_gt,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.<), NEGATOR = OPERATOR(dcm.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR dcm.> (dcm.time_limit, dcm.time_limit) IS
	'Greater, by unit, then amount. 大于(先单位后数量)。';

CREATE OPERATOR dcm.>= (
	FUNCTION = dcm.time_limit_ge,
	LEFTARG = dcm.time_limit, RIGHTARG = dcm.time_limit,
	COMMUTATOR = OPERATOR(dcm.<=), NEGATOR = OPERATOR(dcm.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR dcm.>= (dcm.time_limit, dcm.time_limit) IS
	'Greater or equal, by unit, then amount. 大于等于(先单位后数量)。';

CREATE OPERATOR CLASS dcm.time_limit_ops
	DEFAULT FOR TYPE dcm.time_limit USING btree AS
	OPERATOR 1 dcm.<,
	OPERATOR 2 dcm.<=,
	OPERATOR 3 dcm.=,
	OPERATOR 4 dcm.>=,
	OPERATOR 5 dcm.>,
	FUNCTION 1 dcm.time_limit_cmp(dcm.time_limit, dcm.time_limit),
	FUNCTION 2 (dcm.time_limit, dcm.time_limit) pg_catalog.btint8sortsupport(internal),
	FUNCTION 4 (dcm.time_limit, dcm.time_limit) pg_catalog.btequalimage(oid);
COMMENT ON OPERATOR CLASS dcm.time_limit_ops USING btree IS
	'Order by unit, then amount, for keys. 先单位后数量的排序,仅用于键。';

CREATE OPERATOR CLASS dcm.time_limit_hash_ops
	DEFAULT FOR TYPE dcm.time_limit USING hash AS
	OPERATOR 1 dcm.=,
	FUNCTION 1 dcm.time_limit_hash(dcm.time_limit),
	FUNCTION 2 dcm.time_limit_hash_extended(dcm.time_limit, bigint);
COMMENT ON OPERATOR CLASS dcm.time_limit_hash_ops USING hash IS
	'Equality by hash. 散列相等。';

CREATE OPERATOR CLASS dcm.time_limit_minmax_ops
	DEFAULT FOR TYPE dcm.time_limit USING brin AS
	OPERATOR 1 dcm.<,
	OPERATOR 2 dcm.<=,
	OPERATOR 3 dcm.=,
	OPERATOR 4 dcm.>=,
	OPERATOR 5 dcm.>,
	FUNCTION 1 pg_catalog.brin_minmax_opcinfo(internal),
	FUNCTION 2 pg_catalog.brin_minmax_add_value(internal, internal, internal, internal),
	FUNCTION 3 pg_catalog.brin_minmax_consistent(internal, internal, internal),
	FUNCTION 4 pg_catalog.brin_minmax_union(internal, internal, internal);
COMMENT ON OPERATOR CLASS dcm.time_limit_minmax_ops USING brin IS
	'Block ranges by least and greatest. 块范围最小最大索引。';

CREATE FUNCTION dcm.make_time_limit(amount numeric, unit text) RETURNS dcm.time_limit
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_make';
COMMENT ON FUNCTION dcm.make_time_limit(numeric, text) IS
	'A time limit from amount and unit (either language); 22003 for an amount out of range or finer than two decimals, 22023 for a unit that is none. 由数量和单位构造时限。';

CREATE FUNCTION dcm.amount(tlimit dcm.time_limit) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_amount';
COMMENT ON FUNCTION dcm.amount(dcm.time_limit) IS
	'The amount of a time limit, in its unit. 时限的数量。';

CREATE FUNCTION dcm.unit(tlimit dcm.time_limit) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_unit';
COMMENT ON FUNCTION dcm.unit(dcm.time_limit) IS
	'The unit of a time limit, such as work_hour. 时限的单位。';

CREATE FUNCTION dcm.label_zh(tlimit dcm.time_limit) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_time_limit_label_zh';
COMMENT ON FUNCTION dcm.label_zh(dcm.time_limit) IS
	'A time limit as a Chinese form shows it, such as 4工作时. 时限的中文写法。';

COMMENT ON OPERATOR FAMILY dcm.time_limit_ops USING btree IS
	'Order of time_limit: by unit, then amount; for keys only. B树操作符族,先单位后数量。';
COMMENT ON OPERATOR FAMILY dcm.time_limit_hash_ops USING hash IS
	'Equality of time_limit. 散列操作符族。';
COMMENT ON OPERATOR FAMILY dcm.time_limit_minmax_ops USING brin IS
	'Least and greatest time_limit of a block range. BRIN 最小最大操作符族。';
