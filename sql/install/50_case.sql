-- The case file: the guard, who acts, and the calls by which a case moves.

CREATE FUNCTION dcm.guard() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_guard';
COMMENT ON FUNCTION dcm.guard() IS
	'Trigger on every leaf of a case table: lets pass only the row that dcm.act means to write; 23514 for everything else. 案卷表的守护触发器,只放行系统写入。';

CREATE FUNCTION dcm.become(person text, post text = NULL, scope text = 'transaction') RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_become';
COMMENT ON FUNCTION dcm.become(text, text, text) IS
	'From now on this person acts, by one post only where one is given, to the end of the transaction or the session. 42501 without membership in dcm_app or dcm_loader. 以某人员身份操作(本事务或本会话)。';

CREATE FUNCTION dcm.whoami(OUT person text, OUT post text, OUT roles text[]) RETURNS record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_whoami';
COMMENT ON FUNCTION dcm.whoami() IS
	'Who would act now: the person''s code, the post chosen at dcm.become (or NULL) and the roles held at this moment. 42501 where nobody is acting. 当前操作人及其角色。';

CREATE FUNCTION dcm.acting() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE COST 1
	AS 'MODULE_PATHNAME', 'dcm_acting';
COMMENT ON FUNCTION dcm.acting() IS
	'The code of the person who acts, NULL where that is nobody. 当前操作人代码,无则为空。';

CREATE TYPE dcm.act_result AS (
	case_no		bigint,
	log_no		bigint,
	state		text,
	stage		text,
	due			timestamptz,
	provisional	boolean,
	replayed	boolean
);
COMMENT ON TYPE dcm.act_result IS
	'The answer of an act: the case, its log entry (from 1 within a case), the state and stage it is in, the case''s deadline, whether that is provisional, and whether this is the answer of an earlier call with the same key. 动作结果。';

CREATE FUNCTION dcm.report_case(
	category text,
	location geometry = NULL,
	source text = 'collector',
	description text = NULL,
	component dcm.component_id = NULL,
	address text = NULL,
	attachments jsonb = '[]',
	data jsonb = '{}',
	intake bigint = NULL,
	crs text = NULL,
	at timestamptz = NULL,
	client_key text = NULL)
	RETURNS dcm.act_result
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'dcm_report_case';
COMMENT ON FUNCTION dcm.report_case(text, geometry, text, text, dcm.component_id, text, jsonb, jsonb, bigint, text, timestamptz, text) IS
	'Reports a problem: makes the case. Wants a category of the city''s edition and a location, component or address. 22023 for what is unknown or missing, 42501 where nobody acts. 上报问题,建立案卷。';

CREATE FUNCTION dcm.act(
	case_no bigint,
	action text,
	note text = NULL,
	data jsonb = '{}',
	at timestamptz = NULL,
	client_key text = NULL,
	expect bigint = NULL)
	RETURNS dcm.act_result
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'dcm_act';
COMMENT ON FUNCTION dcm.act(bigint, text, text, jsonb, timestamptz, text, bigint) IS
	'Does an action to a case, the one way in which a case moves: at is business time (NULL: the clock, read after the case is locked), client_key makes the call safe to send twice, expect is the log entry last seen. 23514 for a forbidden move, 42501 without the right, P0002 for no such case, 22023 for wrong data, 55000 where the case has moved on. 对案卷执行动作,案卷流转的唯一途径。';

CREATE FUNCTION dcm.log_hash(previous bytea, entry record) RETURNS bytea
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'dcm_log_hash';
COMMENT ON FUNCTION dcm.log_hash(bytea, record) IS
	'The hash that a row of dcm.case_log must have after the entry with the hash given (NULL for the first): sha256 over canonical bytes. 日志条目应有的链式摘要。';

CREATE FUNCTION dcm.text_hash(salt bytea, value text) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'dcm_text_hash';
COMMENT ON FUNCTION dcm.text_hash(bytea, text) IS
	'The digest, in hex, that the log keeps of a text: sha256 of salt and text. 文本加盐后的摘要。';
