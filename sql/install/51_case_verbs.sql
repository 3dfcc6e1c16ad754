-- One function an action, for those who like names: each is dcm.act with the data
-- that the action carries.  Errors are those of dcm.act.

CREATE FUNCTION dcm.photo(given text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
	RETURN CASE WHEN given OPERATOR(pg_catalog.~) '^\s*\{' THEN given::pg_catalog.jsonb ELSE pg_catalog.to_jsonb(given) END;
COMMENT ON FUNCTION dcm.photo(text) IS
	'A photograph as data: the text is its uri, or an object in JSON with uri, sha256, taken_at, lon, lat. 照片参数:地址或 JSON 对象。';

CREATE FUNCTION dcm.accept_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'accept', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.accept_case(bigint, text, timestamptz, text, bigint) IS
	'Accepts a reported case. 受理。';

CREATE FUNCTION dcm.reject_case(case_no bigint, reason text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'reject', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.reject_case(bigint, text, text, timestamptz, text, bigint) IS
	'Rejects a case for a reason of dcm.reason. 不予受理或立案,须有原因。';

CREATE FUNCTION dcm.request_verification(case_no bigint, person text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'request_verification', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('person', person)), at, client_key, expect);
COMMENT ON FUNCTION dcm.request_verification(bigint, text, text, timestamptz, text, bigint) IS
	'Asks a collector, or any, to see whether a report is true. 派员核实。';

CREATE FUNCTION dcm.confirm_verification(case_no bigint, finding text, photo text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'confirm_verification', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('finding', finding, 'photo', dcm.photo(photo))), at, client_key, expect);
COMMENT ON FUNCTION dcm.confirm_verification(bigint, text, text, text, timestamptz, text, bigint) IS
	'Tells that the report is true. 核实属实。';

CREATE FUNCTION dcm.deny_verification(case_no bigint, finding text, photo text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'deny_verification', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('finding', finding, 'photo', dcm.photo(photo))), at, client_key, expect);
COMMENT ON FUNCTION dcm.deny_verification(bigint, text, text, text, timestamptz, text, bigint) IS
	'Tells that the report is not true. 核实不属实。';

CREATE FUNCTION dcm.file_case(case_no bigint, condition int, time_limit dcm.time_limit = NULL, reason text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'file', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('condition', condition, 'time_limit', time_limit::text, 'reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.file_case(bigint, int, dcm.time_limit, text, text, timestamptz, text, bigint) IS
	'Files a case under a condition of the filing standard, which sets its deadline; a longer limit than the standard gives needs a shift leader and a reason. 立案,按立案条件确定时限。';

CREATE FUNCTION dcm.dispatch_case(case_no bigint, org text, joint text[] = '{}', coordinator text = NULL, disputed boolean = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'dispatch', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('org', org, 'joint', CASE WHEN pg_catalog.cardinality(joint) OPERATOR(pg_catalog.>) 0 THEN pg_catalog.to_jsonb(joint) END, 'coordinator', coordinator, 'disputed', disputed)), at, client_key, expect);
COMMENT ON FUNCTION dcm.dispatch_case(bigint, text, text[], text, boolean, text, timestamptz, text, bigint) IS
	'Dispatches a case to a body, the lead, and to those that join it; coordinator brings them together; disputed: it is handled first, and who is liable is ruled on later. 派遣到主办单位,可附协办、协调单位。';

-- as it was in 0.1.0, for whoever gives every argument, and for dumps of that time
CREATE FUNCTION dcm.dispatch_case(case_no bigint, org text, note text, at timestamptz, client_key text, expect bigint)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'dispatch', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('org', org)), at, client_key, expect);
COMMENT ON FUNCTION dcm.dispatch_case(bigint, text, text, timestamptz, text, bigint) IS
	'dcm.dispatch_case to one body, with the arguments of 0.1.0. 派遣(0.1.0 的参数形式)。';

CREATE FUNCTION dcm.recall_case(case_no bigint, reason text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'recall', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.recall_case(bigint, text, text, timestamptz, text, bigint) IS
	'Takes a dispatch back before it is signed; the reason is free text. 撤回派遣,原因为文字说明。';

CREATE FUNCTION dcm.sign_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'sign', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.sign_case(bigint, text, timestamptz, text, bigint) IS
	'Signs for a dispatched case. 签收。';

CREATE FUNCTION dcm.return_case(case_no bigint, reason text, note text, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'return', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.return_case(bigint, text, text, timestamptz, text, bigint) IS
	'Returns a case with a reason of dcm.reason and in words. 退回,须有原因与说明。';

CREATE FUNCTION dcm.request_extension(case_no bigint, reason text, extra dcm.time_limit = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'request_extension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason, 'extra', extra::text)), at, client_key, expect);
COMMENT ON FUNCTION dcm.request_extension(bigint, text, dcm.time_limit, text, timestamptz, text, bigint) IS
	'Asks for more time: before the deadline (setting extend_when_late), at most as often as setting max_extensions says, extra in the unit of the case''s limit, the standard''s limit again if not given. 申请延期。';

CREATE FUNCTION dcm.grant_extension(case_no bigint, extra dcm.time_limit = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'grant_extension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('extra', extra::text)), at, client_key, expect);
COMMENT ON FUNCTION dcm.grant_extension(bigint, dcm.time_limit, text, timestamptz, text, bigint) IS
	'Grants the extension asked for, or so much. 同意延期。';

CREATE FUNCTION dcm.deny_extension(case_no bigint, reason text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'deny_extension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.deny_extension(bigint, text, text, timestamptz, text, bigint) IS
	'Denies the extension asked for. 不同意延期。';

CREATE FUNCTION dcm.request_suspension(case_no bigint, reason text, until timestamptz, plan text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'request_suspension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason, 'until', until, 'plan', plan)), at, client_key, expect);
COMMENT ON FUNCTION dcm.request_suspension(bigint, text, timestamptz, text, text, timestamptz, text, bigint) IS
	'Asks that the case be suspended until a time. 申请挂账。';

CREATE FUNCTION dcm.grant_suspension(case_no bigint, until timestamptz = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'grant_suspension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('until', until)), at, client_key, expect);
COMMENT ON FUNCTION dcm.grant_suspension(bigint, timestamptz, text, timestamptz, text, bigint) IS
	'Suspends the case; the pause counts from the request, or from the grant (setting suspend_from). 同意挂账,自申请起计或自批准起计。';

CREATE FUNCTION dcm.deny_suspension(case_no bigint, reason text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'deny_suspension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.deny_suspension(bigint, text, text, timestamptz, text, bigint) IS
	'Denies the suspension asked for. 不同意挂账。';

CREATE FUNCTION dcm.resume_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'resume', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.resume_case(bigint, text, timestamptz, text, bigint) IS
	'Takes a suspended case up again. 恢复处置。';

CREATE FUNCTION dcm.arrive_case(case_no bigint, photo text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'arrive', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('photo', dcm.photo(photo))), at, client_key, expect);
COMMENT ON FUNCTION dcm.arrive_case(bigint, text, text, timestamptz, text, bigint) IS
	'Tells that somebody of the body is there; the first time counts against arrive_due. 到场。';

CREATE FUNCTION dcm.handle_case(case_no bigint, result text, after text, misdirected boolean = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'handle', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('result', result, 'after', dcm.photo(after), 'misdirected', misdirected)), at, client_key, expect);
COMMENT ON FUNCTION dcm.handle_case(bigint, text, text, boolean, text, timestamptz, text, bigint) IS
	'Tells that the problem is dealt with, with a photograph; misdirected: it was for another body to handle. Of several bodies the case waits for all (setting joint_done). 处置反馈。';

CREATE FUNCTION dcm.handle_case(case_no bigint, result text, after text, note text, at timestamptz, client_key text, expect bigint)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'handle', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('result', result, 'after', dcm.photo(after))), at, client_key, expect);
COMMENT ON FUNCTION dcm.handle_case(bigint, text, text, text, timestamptz, text, bigint) IS
	'dcm.handle_case with the arguments of 0.1.0. 处置反馈(0.1.0 的参数形式)。';

CREATE FUNCTION dcm.resolve_on_site(case_no bigint, before text, after text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'resolve_on_site', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('before', dcm.photo(before), 'after', dcm.photo(after))), at, client_key, expect);
COMMENT ON FUNCTION dcm.resolve_on_site(bigint, text, text, text, timestamptz, text, bigint) IS
	'A collector has put it right: photographs before and after that agree in time and place. 采集员自行处置。';

CREATE FUNCTION dcm.request_check(case_no bigint, how text = NULL, person text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'request_check', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('how', how, 'person', person)), at, client_key, expect);
COMMENT ON FUNCTION dcm.request_check(bigint, text, text, text, timestamptz, text, bigint) IS
	'Asks a collector, or any, to see whether it is done. 派员核查。';

CREATE FUNCTION dcm.pass_check(case_no bigint, photo text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'pass_check', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('photo', dcm.photo(photo))), at, client_key, expect);
COMMENT ON FUNCTION dcm.pass_check(bigint, text, text, timestamptz, text, bigint) IS
	'Tells that it is done. 核查通过。';

CREATE FUNCTION dcm.fail_check(case_no bigint, photo text, reason text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'fail_check', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('photo', dcm.photo(photo), 'reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.fail_check(bigint, text, text, text, timestamptz, text, bigint) IS
	'Tells that it is not done: the body goes on; the reason is free text. 核查不通过,返工,原因为文字说明。';

CREATE FUNCTION dcm.close_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'close', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.close_case(bigint, text, timestamptz, text, bigint) IS
	'Closes a checked case. 结案。';

CREATE FUNCTION dcm.void_case(case_no bigint, reason text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'void', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.void_case(bigint, text, text, timestamptz, text, bigint) IS
	'Voids an open case for a reason of dcm.reason. 作废。';

CREATE FUNCTION dcm.amend_case(case_no bigint, changes jsonb, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'amend', note, changes, at, client_key, expect);
COMMENT ON FUNCTION dcm.amend_case(bigint, jsonb, text, timestamptz, text, bigint) IS
	'Puts right what was told wrong: category, location, address, severity, condition; after filing with a reason, and the limit is set anew. 更正。';

CREATE FUNCTION dcm.remind_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'remind', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.remind_case(bigint, text, timestamptz, text, bigint) IS
	'Reminds the body that has the case. 催办。';

CREATE FUNCTION dcm.comment_case(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'comment', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.comment_case(bigint, text, timestamptz, text, bigint) IS
	'Puts a note to the case. 批注。';

CREATE FUNCTION dcm.reassign_task(case_no bigint, person text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'reassign_task', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('person', person)), at, client_key, expect);
COMMENT ON FUNCTION dcm.reassign_task(bigint, text, text, timestamptz, text, bigint) IS
	'Gives the open task of a case, verification or check, to another person. 改派核实或核查任务。';

CREATE FUNCTION dcm.forward_case(case_no bigint, org text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'forward', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('org', org)), at, client_key, expect);
COMMENT ON FUNCTION dcm.forward_case(bigint, text, text, timestamptz, text, bigint) IS
	'A body gives the case on to one below it, which signs, handles or returns it to the body above, at the same clock. 22023 for a body that is not below, 23514 where it has the case already. 转派下级单位。';

CREATE FUNCTION dcm.judge_return(case_no bigint, upheld boolean, work_no int = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'judge_return', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('upheld', upheld, 'work_no', work_no)), at, client_key, expect);
COMMENT ON FUNCTION dcm.judge_return(bigint, boolean, int, text, timestamptz, text, bigint) IS
	'Rules on the last return that was not judged yet, or that of an assignment: upheld, it is the fault of whom its reason speaks of, else of whoever returned it; and on what a body handled as misdirected. Not by whoever dispatched it (42501). 退回认定。';

CREATE FUNCTION dcm.endorse_extension(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'endorse_extension', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.endorse_extension(bigint, text, timestamptz, text, bigint) IS
	'The first of two levels is for the extension asked for (setting extension_levels). 延期初审同意。';

CREATE FUNCTION dcm.endorse_suspension(case_no bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'endorse_suspension', note, '{}', at, client_key, expect);
COMMENT ON FUNCTION dcm.endorse_suspension(bigint, text, timestamptz, text, bigint) IS
	'The first of two levels is for the suspension asked for (setting suspension_levels). 挂账初审同意。';

CREATE FUNCTION dcm.review_suspension(case_no bigint, finding text, until timestamptz = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'review_suspension', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('finding', finding, 'until', until)), at, client_key, expect);
COMMENT ON FUNCTION dcm.review_suspension(bigint, text, timestamptz, text, timestamptz, text, bigint) IS
	'What is suspended was looked at again; until puts it to another day. 挂账案卷复查。';

CREATE FUNCTION dcm.guard_case(case_no bigint, lon float8 = NULL, lat float8 = NULL, photo text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'guard', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('place', CASE WHEN lon IS NOT NULL THEN pg_catalog.jsonb_build_object('lon', lon, 'lat', lat) END, 'photo', dcm.photo(photo))), at, client_key, expect);
COMMENT ON FUNCTION dcm.guard_case(bigint, float8, float8, text, text, timestamptz, text, bigint) IS
	'The acting person guards the place of a danger until a body is there. 警戒。';

CREATE FUNCTION dcm.relieve_case(case_no bigint, reason text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'relieve', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.relieve_case(bigint, text, text, timestamptz, text, bigint) IS
	'The guard ends: somebody of a body has arrived, the case has ended, or a shift leader says so. 解除警戒。';

CREATE FUNCTION dcm.reopen_case(case_no bigint, reason text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'reopen', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('reason', reason)), at, client_key, expect);
COMMENT ON FUNCTION dcm.reopen_case(bigint, text, text, timestamptz, text, bigint) IS
	'Opens a closed case again, for a reason of dcm.reason: it waits to be dispatched, with what its clock had left and at least rework_min. 重新立案。';

CREATE FUNCTION dcm.merge_case(case_no bigint, into_case bigint, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'merge', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('into', into_case)), at, client_key, expect);
COMMENT ON FUNCTION dcm.merge_case(bigint, bigint, text, timestamptz, text, bigint) IS
	'The case is the same as another open one, which goes on for both and gets its intakes; this one ends. P0002 for no such case, 23514 for one that has ended, 55P03 while somebody acts on it. 并案。';

CREATE FUNCTION dcm.issue_notice(case_no bigint, due timestamptz, demand text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'issue_notice', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('due', due, 'demand', demand)), at, client_key, expect);
COMMENT ON FUNCTION dcm.issue_notice(bigint, timestamptz, text, text, timestamptz, text, bigint) IS
	'A notice to the body that has the case, to be answered by a time: see dcm.notice_register. 下达督办通知单。';

CREATE FUNCTION dcm.reply_notice(case_no bigint, result text, task_no int = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'reply_notice', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('result', result, 'task_no', task_no)), at, client_key, expect);
COMMENT ON FUNCTION dcm.reply_notice(bigint, text, int, text, timestamptz, text, bigint) IS
	'The body answers a notice: the last that waits, or one by its number. 督办回复。';

CREATE FUNCTION dcm.appeal_case(case_no bigint, ground text, statement text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'appeal', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('ground', ground, 'statement', statement)), at, client_key, expect);
COMMENT ON FUNCTION dcm.appeal_case(bigint, text, text, text, timestamptz, text, bigint) IS
	'The body that has the case as its lead, or had it so last, appeals against what counts against it, on a ground of dcm.reason. 申诉。';

CREATE FUNCTION dcm.decide_appeal(case_no bigint, upheld boolean, exempts text = NULL, finding text = NULL, task_no int = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'decide_appeal', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('upheld', upheld, 'exempts', exempts, 'finding', finding, 'task_no', task_no)), at, client_key, expect);
COMMENT ON FUNCTION dcm.decide_appeal(bigint, boolean, text, text, int, text, timestamptz, text, bigint) IS
	'Reviews an appeal; of as many people as setting appeal_reviews says the last one decides. exempts lists overdue, return, rework, reopen or all; the fact itself stays. 42501 for whoever took part in it before. 申诉审查与裁定。';

CREATE FUNCTION dcm.rule_liability(case_no bigint, org text, share numeric = NULL, fund numeric = NULL, basis text = NULL, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'rule_liability', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('org', org, 'share', share, 'fund', fund, 'basis', basis)), at, client_key, expect);
COMMENT ON FUNCTION dcm.rule_liability(bigint, text, numeric, numeric, text, text, timestamptz, text, bigint) IS
	'Who is liable, with share in percent and fund in yuan; a call a body. See dcm.liability_register. 责任认定。';

CREATE FUNCTION dcm.rate_case(case_no bigint, satisfaction text, note text = NULL, at timestamptz = NULL, client_key text = NULL, expect bigint = NULL)
	RETURNS dcm.act_result LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 1000
	RETURN dcm.act(case_no, 'rate', note, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('satisfaction', satisfaction)), at, client_key, expect);
COMMENT ON FUNCTION dcm.rate_case(bigint, text, text, timestamptz, text, bigint) IS
	'How satisfied whoever told of it is, once the case has ended. 案卷评价。';
