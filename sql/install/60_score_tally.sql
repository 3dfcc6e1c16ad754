-- dcm.tally: what is counted of one set of cases, as one small value that can be
-- stored, added and compared.  The fields stand in src/score/tally_fields.h.

CREATE TYPE dcm.tally;

CREATE FUNCTION dcm.tally_in(cstring) RETURNS dcm.tally
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_in';
COMMENT ON FUNCTION dcm.tally_in(cstring) IS
	'Reads a tally, a JSON object of fields and whole numbers; 22P02 for bad text, 22003 out of range. 计数值类型的文本输入。';

CREATE FUNCTION dcm.tally_out(dcm.tally) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_out';
COMMENT ON FUNCTION dcm.tally_out(dcm.tally) IS
	'Writes a tally as a JSON object of the fields that are not zero. 计数值类型的文本输出。';

CREATE FUNCTION dcm.tally_recv(internal) RETURNS dcm.tally
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_recv';
COMMENT ON FUNCTION dcm.tally_recv(internal) IS
	'Reads the stored bytes; 22P03 for what text input would not make. 计数值类型的二进制输入。';

CREATE FUNCTION dcm.tally_send(dcm.tally) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_tally_send';
COMMENT ON FUNCTION dcm.tally_send(dcm.tally) IS
	'Writes the stored bytes. 计数值类型的二进制输出。';

CREATE TYPE dcm.tally (
	INPUT = dcm.tally_in,
	OUTPUT = dcm.tally_out,
	RECEIVE = dcm.tally_recv,
	SEND = dcm.tally_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE dcm.tally IS
	'What is counted of one set of cases: filed, handled, closed, in time, late …, and seconds of each stage (dcm.tally_fields() lists them); tallies can be added and taken from one another. 一组案卷的各项计数与各环节用时,可存储、可合并。';

-- the text is JSON, and so is what other programs read
CREATE CAST (dcm.tally AS jsonb) WITH INOUT;
COMMENT ON CAST (dcm.tally AS jsonb) IS 'A tally as a JSON object of the fields that are not zero. 计数值转为 JSON。';
CREATE CAST (jsonb AS dcm.tally) WITH INOUT;
COMMENT ON CAST (jsonb AS dcm.tally) IS 'A tally from a JSON object of fields and whole numbers. JSON 转为计数值。';

-- equal tallies are equal bytes, so bytea's functions serve as they are
CREATE FUNCTION dcm.tally_eq(dcm.tally, dcm.tally) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'byteaeq';
COMMENT ON FUNCTION dcm.tally_eq(dcm.tally, dcm.tally) IS
	'Implementation of the = operator: every field equal. 运算符 = 的实现。';

CREATE FUNCTION dcm.tally_ne(dcm.tally, dcm.tally) RETURNS boolean
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'byteane';
COMMENT ON FUNCTION dcm.tally_ne(dcm.tally, dcm.tally) IS
	'Implementation of the <> operator: some field differs. 运算符 <> 的实现。';

CREATE FUNCTION dcm.tally_hash(dcm.tally) RETURNS int
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'hashvarlena';
COMMENT ON FUNCTION dcm.tally_hash(dcm.tally) IS
	'Hash of a tally. 计数值的散列值。';

CREATE FUNCTION dcm.tally_hash_extended(dcm.tally, bigint) RETURNS bigint
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF COST 1
	AS 'hashvarlenaextended';
COMMENT ON FUNCTION dcm.tally_hash_extended(dcm.tally, bigint) IS
	'Hash of a tally with a seed. 带种子的散列值。';

CREATE OPERATOR dcm.= (
	FUNCTION = dcm.tally_eq,
	LEFTARG = dcm.tally, RIGHTARG = dcm.tally,
	COMMUTATOR = OPERATOR(dcm.=), NEGATOR = OPERATOR(dcm.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES
);
COMMENT ON OPERATOR dcm.= (dcm.tally, dcm.tally) IS
	'Every field equal. 各项均相等。';

CREATE OPERATOR dcm.<> (
	FUNCTION = dcm.tally_ne,
	LEFTARG = dcm.tally, RIGHTARG = dcm.tally,
	COMMUTATOR = OPERATOR(dcm.<>), NEGATOR = OPERATOR(dcm.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR dcm.<> (dcm.tally, dcm.tally) IS
	'Some field differs. 有不相等的项。';

CREATE OPERATOR CLASS dcm.tally_hash_ops DEFAULT FOR TYPE dcm.tally USING hash AS
	OPERATOR 1 dcm.= (dcm.tally, dcm.tally),
	FUNCTION 1 dcm.tally_hash(dcm.tally),
	FUNCTION 2 dcm.tally_hash_extended(dcm.tally, bigint);
COMMENT ON OPERATOR CLASS dcm.tally_hash_ops USING hash IS
	'Hash operators of tallies. 计数值的散列运算符类。';
COMMENT ON OPERATOR FAMILY dcm.tally_hash_ops USING hash IS
	'Hash operators of tallies. 计数值的散列运算符族。';

-- What a tally can hold, and what one does.

CREATE FUNCTION dcm.tally_fields(OUT field text, OUT mark int, OUT unit text, OUT label text, OUT label_en text)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 75
	AS 'MODULE_PATHNAME', 'dcm_tally_fields';
COMMENT ON FUNCTION dcm.tally_fields() IS
	'The fields of a tally: name, the bit that stands for it in dcm.marks() (NULL for amounts), unit (count; stock: what there is at the end of the span, which does not add up over days; second), what it is in Chinese and in English. 计数值的各个字段:名称、标记位、单位(stock 为期末存量,不可按日累加)、中英文含义。';

CREATE FUNCTION dcm.count_of(tally dcm.tally, field text) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'dcm_tally_count_of';
COMMENT ON FUNCTION dcm.count_of(dcm.tally, text) IS
	'One field of a tally; 22023 where there is no such field. 取计数值中的一项。';

CREATE OPERATOR dcm.-> (
	FUNCTION = dcm.count_of,
	LEFTARG = dcm.tally, RIGHTARG = text
);
COMMENT ON OPERATOR dcm.-> (dcm.tally, text) IS
	'One field of a tally, as dcm.count_of(). 取计数值中的一项。';

CREATE FUNCTION dcm.merge(dcm.tally, dcm.tally) RETURNS dcm.tally
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_plus';
COMMENT ON FUNCTION dcm.merge(dcm.tally, dcm.tally) IS
	'Two tallies as one, field by field; 22003 where a field would be too large. 合并两个计数值。';

CREATE OPERATOR dcm.+ (
	FUNCTION = dcm.merge,
	LEFTARG = dcm.tally, RIGHTARG = dcm.tally,
	COMMUTATOR = OPERATOR(dcm.+)
);
COMMENT ON OPERATOR dcm.+ (dcm.tally, dcm.tally) IS
	'Two tallies as one, as dcm.merge(). 合并两个计数值。';

CREATE FUNCTION dcm.tally_minus(dcm.tally, dcm.tally) RETURNS dcm.tally
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_minus';
COMMENT ON FUNCTION dcm.tally_minus(dcm.tally, dcm.tally) IS
	'A tally without what another counts; 22003 where a field would be below zero. 从计数值中减去另一个。';

CREATE OPERATOR dcm.- (
	FUNCTION = dcm.tally_minus,
	LEFTARG = dcm.tally, RIGHTARG = dcm.tally
);
COMMENT ON OPERATOR dcm.- (dcm.tally, dcm.tally) IS
	'A tally without what another counts; 22003 where a field would be below zero. 从计数值中减去另一个。';

-- Counting.  Marks first: measured against sixteen booleans, see docs/score.md.

CREATE FUNCTION dcm.marks(VARIADIC pairs "any") RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_marks';
COMMENT ON FUNCTION dcm.marks("any") IS
	'What is true of one case, for dcm.tally_agg(): pairs of the name of a field, a constant, and a condition, such as dcm.marks(''filed'', filed_at IS NOT NULL, ''closed'', closed_at IS NOT NULL); a bit a field whose condition is true. 22023 for a field that is none or no count. 一个案卷满足的各项条件,每项一位。';

CREATE FUNCTION dcm.tally_mark(internal, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_tally_mark';
COMMENT ON FUNCTION dcm.tally_mark(internal, bigint) IS
	'A row of dcm.tally_agg(marks). 聚合的状态转移函数。';

CREATE FUNCTION dcm.tally_unmark(internal, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_tally_unmark';
COMMENT ON FUNCTION dcm.tally_unmark(internal, bigint) IS
	'A row that leaves the frame of dcm.tally_agg(marks). 窗口聚合的逆转移函数。';

CREATE FUNCTION dcm.tally_count(internal, text, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'dcm_tally_count';
COMMENT ON FUNCTION dcm.tally_count(internal, text, bigint) IS
	'A row of dcm.tally_agg(field, amount). 聚合的状态转移函数。';

CREATE FUNCTION dcm.tally_uncount(internal, text, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2
	AS 'MODULE_PATHNAME', 'dcm_tally_uncount';
COMMENT ON FUNCTION dcm.tally_uncount(internal, text, bigint) IS
	'A row that leaves the frame of dcm.tally_agg(field, amount). 窗口聚合的逆转移函数。';

CREATE FUNCTION dcm.tally_merge_in(internal, dcm.tally) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_merge_in';
COMMENT ON FUNCTION dcm.tally_merge_in(internal, dcm.tally) IS
	'A row of dcm.merge(tally). 聚合的状态转移函数。';

CREATE FUNCTION dcm.tally_take_out(internal, dcm.tally) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_take_out';
COMMENT ON FUNCTION dcm.tally_take_out(internal, dcm.tally) IS
	'A row that leaves the frame of dcm.merge(tally). 窗口聚合的逆转移函数。';

CREATE FUNCTION dcm.tally_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_combine';
COMMENT ON FUNCTION dcm.tally_combine(internal, internal) IS
	'Two partial results as one. 合并两个部分结果。';

CREATE FUNCTION dcm.tally_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_serialize';
COMMENT ON FUNCTION dcm.tally_serialize(internal) IS
	'A partial result as bytes. 部分结果的序列化。';

CREATE FUNCTION dcm.tally_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_deserialize';
COMMENT ON FUNCTION dcm.tally_deserialize(bytea, internal) IS
	'A partial result from bytes. 部分结果的反序列化。';

CREATE FUNCTION dcm.tally_final(internal) RETURNS dcm.tally
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_tally_final';
COMMENT ON FUNCTION dcm.tally_final(internal) IS
	'The tally of what was aggregated. 聚合的结果。';

CREATE AGGREGATE dcm.tally_agg(marks bigint) (
	SFUNC = dcm.tally_mark,
	STYPE = internal,
	SSPACE = 512,
	FINALFUNC = dcm.tally_final,
	COMBINEFUNC = dcm.tally_combine,
	SERIALFUNC = dcm.tally_serialize,
	DESERIALFUNC = dcm.tally_deserialize,
	MSFUNC = dcm.tally_mark,
	MINVFUNC = dcm.tally_unmark,
	MSTYPE = internal,
	MSSPACE = 512,
	MFINALFUNC = dcm.tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE dcm.tally_agg(bigint) IS
	'The tally of cases, each given by its dcm.marks(): in each field how many had its bit. A row of NULL counts nothing, no rows make an empty tally. 22003 for a bit that stands for no field. 按标记统计案卷,得到计数值。';

CREATE AGGREGATE dcm.tally_agg(field text, amount bigint) (
	SFUNC = dcm.tally_count,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = dcm.tally_final,
	COMBINEFUNC = dcm.tally_combine,
	SERIALFUNC = dcm.tally_serialize,
	DESERIALFUNC = dcm.tally_deserialize,
	MSFUNC = dcm.tally_count,
	MINVFUNC = dcm.tally_uncount,
	MSTYPE = internal,
	MSSPACE = 1024,
	MFINALFUNC = dcm.tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE dcm.tally_agg(text, bigint) IS
	'The tally of rows that each give a field and how much of it, such as seconds of a stage or times returned. A NULL counts nothing, no rows make an empty tally. 22023 where there is no such field, 22003 for an amount below zero and a sum too large. 按字段与数量累加,得到计数值。';

CREATE AGGREGATE dcm.merge(tally dcm.tally) (
	SFUNC = dcm.tally_merge_in,
	STYPE = internal,
	SSPACE = 1024,
	FINALFUNC = dcm.tally_final,
	COMBINEFUNC = dcm.tally_combine,
	SERIALFUNC = dcm.tally_serialize,
	DESERIALFUNC = dcm.tally_deserialize,
	MSFUNC = dcm.tally_merge_in,
	MINVFUNC = dcm.tally_take_out,
	MSTYPE = internal,
	MSSPACE = 1024,
	MFINALFUNC = dcm.tally_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE dcm.merge(dcm.tally) IS
	'Many tallies as one, field by field; NULL is nothing, no rows make an empty tally. 22003 where a field would be too large. 合并多个计数值。';
