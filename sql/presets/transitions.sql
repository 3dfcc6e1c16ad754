-- The workflow as shipped: states, actions, what they carry, and transitions.

INSERT INTO @into@.state (code, stage, ending, time_limit, name, name_en) VALUES
	('reported', 'collection', false, '15 minute', '待受理', 'reported'),
	('verifying', 'collection', false, '30 minute', '待核实', 'being verified'),
	('accepted', 'filing', false, '15 minute', '待立案', 'accepted'),
	('filed', 'dispatch', false, '15 minute', '待派遣', 'filed'),
	('dispatched', 'handling', false, NULL, '待签收', 'dispatched'),
	('handling', 'handling', false, NULL, '处置中', 'being handled'),
	('suspended', 'handling', false, NULL, '挂账', 'suspended'),
	('handled', 'feedback', false, '15 minute', '待核查', 'handled'),
	('checking', 'closing', false, '30 minute', '核查中', 'being checked'),
	('checked', 'closing', false, '30 minute', '待结案', 'checked'),
	('closed', 'evaluation', true, NULL, '结案', 'closed'),
	('rejected', 'ended', true, NULL, '不予受理/不予立案', 'rejected'),
	('voided', 'ended', true, NULL, '作废', 'voided')
ON CONFLICT DO NOTHING;

INSERT INTO @into@.action (code, name, name_en, function) VALUES
	('report', '上报', 'report', 'dcm.report_case'),
	('resolve_on_site', '自行处置', 'resolve on site', 'dcm.resolve_on_site'),
	('accept', '受理', 'accept', 'dcm.accept_case'),
	('reject', '不予受理/立案', 'reject', 'dcm.reject_case'),
	('request_verification', '核实', 'request verification', 'dcm.request_verification'),
	('confirm_verification', '核实属实', 'confirm', 'dcm.confirm_verification'),
	('deny_verification', '核实不属实', 'deny', 'dcm.deny_verification'),
	('amend', '更正', 'amend', 'dcm.amend_case'),
	('file', '立案', 'file', 'dcm.file_case'),
	('dispatch', '派遣', 'dispatch', 'dcm.dispatch_case'),
	('recall', '撤回', 'recall', 'dcm.recall_case'),
	('sign', '签收', 'sign', 'dcm.sign_case'),
	('return', '退回', 'return', 'dcm.return_case'),
	('request_extension', '申请延期', 'request extension', 'dcm.request_extension'),
	('grant_extension', '同意延期', 'grant extension', 'dcm.grant_extension'),
	('deny_extension', '不同意延期', 'deny extension', 'dcm.deny_extension'),
	('request_suspension', '申请挂账', 'request suspension', 'dcm.request_suspension'),
	('grant_suspension', '同意挂账', 'grant suspension', 'dcm.grant_suspension'),
	('deny_suspension', '不同意挂账', 'deny suspension', 'dcm.deny_suspension'),
	('resume', '恢复', 'resume', 'dcm.resume_case'),
	('arrive', '到场', 'arrive', 'dcm.arrive_case'),
	('recompute_deadlines', '重算时限', 'recompute deadlines', 'dcm.recompute_deadlines'),
	('handle', '处置反馈', 'handle', 'dcm.handle_case'),
	('request_check', '核查', 'request check', 'dcm.request_check'),
	('pass_check', '核查通过', 'pass check', 'dcm.pass_check'),
	('fail_check', '返工', 'fail check', 'dcm.fail_check'),
	('close', '结案', 'close', 'dcm.close_case'),
	('void', '作废', 'void', 'dcm.void_case'),
	('remind', '催办', 'remind', 'dcm.remind_case'),
	('comment', '批注', 'comment', 'dcm.comment_case'),
	('reassign_task', '改派', 'reassign task', 'dcm.reassign_task')
ON CONFLICT DO NOTHING;

INSERT INTO @into@.action_key (action, key, type, required, meaning, meaning_en) VALUES
	('report', 'severity', 'text', false, '严重程度', 'severity: normal, major or danger'),
	('report', 'discovered_at', 'timestamp', false, '发现时间', 'when it was discovered'),
	('resolve_on_site', 'before', 'photo', true, '处置前照片', 'photograph before'),
	('resolve_on_site', 'after', 'photo', true, '处置后照片', 'photograph after'),
	('reject', 'reason', 'reason', true, '不予立案原因', 'why'),
	('request_verification', 'person', 'person', false, '核实人', 'who is to verify'),
	('confirm_verification', 'finding', 'free_text', true, '核实情况', 'what was found'),
	('confirm_verification', 'photo', 'photo', false, '现场照片', 'photograph'),
	('deny_verification', 'finding', 'free_text', true, '核实情况', 'what was found'),
	('deny_verification', 'photo', 'photo', false, '现场照片', 'photograph'),
	('amend', 'category', 'category', false, '改为类别', 'the right category'),
	('amend', 'location', 'point', false, '改为坐标', 'the right place'),
	('amend', 'address', 'text', false, '改为地址', 'the right address'),
	('amend', 'severity', 'text', false, '改为严重程度', 'the right severity'),
	('amend', 'condition', 'number', false, '立案后改为立案条件', 'after filing: the right condition'),
	('amend', 'reason', 'free_text', false, '立案后更正的理由', 'why, needed after filing'),
	('file', 'condition', 'number', true, '立案条件号', 'number of the filing condition'),
	('file', 'time_limit', 'time_limit', false, '另定时限', 'another limit than the standard''s'),
	('file', 'reason', 'free_text', false, '放宽时限的理由', 'why, needed for a longer limit'),
	('dispatch', 'org', 'org', true, '责任单位', 'the body that is to handle it'),
	('recall', 'reason', 'free_text', true, '撤回原因', 'why'),
	('return', 'reason', 'reason', true, '退回原因', 'why'),
	('return', 'note', 'free_text', true, '退回说明', 'in words'),
	('request_extension', 'reason', 'reason', true, '延期原因', 'why'),
	('request_extension', 'extra', 'time_limit', false, '延长的时限,缺省为原时限', 'how much more; the standard''s limit again if not given'),
	('grant_extension', 'extra', 'time_limit', false, '同意的时限', 'how much is granted, if not what was asked'),
	('deny_extension', 'reason', 'free_text', false, '不同意的理由', 'why'),
	('request_suspension', 'reason', 'reason', true, '挂账原因', 'why'),
	('request_suspension', 'until', 'timestamp', true, '挂账至', 'until when'),
	('request_suspension', 'plan', 'free_text', false, '解决计划', 'what is planned'),
	('grant_suspension', 'until', 'timestamp', false, '同意挂账至', 'until when it is granted, if not as asked'),
	('deny_suspension', 'reason', 'free_text', false, '不同意的理由', 'why'),
	('arrive', 'photo', 'photo', false, '现场照片', 'photograph'),
	('handle', 'result', 'free_text', true, '处置结果', 'what was done'),
	('handle', 'after', 'photo', true, '处置后照片', 'photograph after'),
	('request_check', 'how', 'text', false, '核查方式', 'site, photo or video'),
	('request_check', 'person', 'person', false, '核查人', 'who is to check'),
	('pass_check', 'photo', 'photo', true, '核查照片', 'photograph'),
	('fail_check', 'photo', 'photo', true, '核查照片', 'photograph'),
	('fail_check', 'reason', 'free_text', true, '返工原因', 'why'),
	('void', 'reason', 'reason', true, '作废原因', 'why'),
	('reassign_task', 'person', 'person', true, '改派给', 'who is to go instead')
ON CONFLICT DO NOTHING;

INSERT INTO @into@.transition (state, action, next_state, roles, effects)
SELECT t.state, t.action, t.next_state, t.roles::text[], t.effects::text[]
FROM (VALUES
	(NULL, 'report', 'reported', '{*}', '{}'),
	('reported', 'resolve_on_site', 'checked', '{collector}', '{on_site}'),
	('reported', 'accept', 'accepted', '{acceptor}', '{}'),
	('reported', 'reject', 'rejected', '{acceptor,shift_leader}', '{}'),
	('accepted', 'reject', 'rejected', '{acceptor,shift_leader}', '{}'),
	('reported', 'request_verification', 'verifying', '{acceptor}', '{verify_task}'),
	('accepted', 'request_verification', 'verifying', '{acceptor}', '{verify_task}'),
	('verifying', 'confirm_verification', 'reported', '{collector}', '{finish_task}'),
	('verifying', 'deny_verification', 'reported', '{collector}', '{finish_task}'),
	('accepted', 'file', 'filed', '{shift_leader,acceptor}', '{file}'),
	('filed', 'dispatch', 'dispatched', '{dispatcher}', '{open_work}'),
	('dispatched', 'recall', 'filed', '{dispatcher}', '{recall_work}'),
	('dispatched', 'sign', 'handling', '{liaison}', '{sign_work}'),
	('dispatched', 'return', 'filed', '{liaison}', '{return_work}'),
	('handling', 'return', 'filed', '{liaison}', '{return_work}'),
	('handling', 'request_extension', NULL, '{liaison}', '{request_extension}'),
	('handling', 'grant_extension', NULL, '{dispatcher}', '{extend}'),
	('handling', 'deny_extension', NULL, '{dispatcher}', '{deny_extension}'),
	('handling', 'request_suspension', NULL, '{liaison}', '{request_suspension}'),
	('handling', 'grant_suspension', 'suspended', '{dispatcher}', '{suspend}'),
	('handling', 'deny_suspension', NULL, '{dispatcher}', '{deny_suspension}'),
	('suspended', 'resume', 'handling', '{dispatcher,liaison,system}', '{resume}'),
	('dispatched', 'arrive', NULL, '{handler,liaison,collector}', '{arrive}'),
	('handling', 'arrive', NULL, '{handler,liaison,collector}', '{arrive}'),
	('handling', 'handle', 'handled', '{handler,liaison}', '{handle_work}'),
	('handled', 'request_check', 'checking', '{acceptor}', '{check_task}'),
	('checking', 'pass_check', 'checked', '{collector}', '{finish_task}'),
	('checking', 'fail_check', 'handling', '{collector}', '{finish_task,rework}'),
	('verifying', 'reassign_task', NULL, '{shift_leader,acceptor}', '{reassign_task}'),
	('checking', 'reassign_task', NULL, '{shift_leader,acceptor}', '{reassign_task}'),
	('checked', 'close', 'closed', '{shift_leader}', '{}')) AS t (state, action, next_state, roles, effects)
WHERE NOT EXISTS (SELECT FROM @into@.transition AS o WHERE o.state IS NOT DISTINCT FROM t.state AND o.action = t.action)
UNION ALL
SELECT s.code, a.action, a.next_state, a.roles::text[], a.effects::text[]
FROM @into@.state AS s
	CROSS JOIN (VALUES
		('amend', NULL, '{acceptor,shift_leader,dispatcher}', '{amend}'),
		('void', 'voided', '{shift_leader}', '{}'),
		('recompute_deadlines', NULL, '{system}', '{recompute}'),
		('remind', NULL, '{dispatcher,shift_leader,leader,inspector}', '{}'),
		('comment', NULL, '{*}', '{}')) AS a (action, next_state, roles, effects)
WHERE NOT EXISTS (SELECT FROM @into@.transition AS o WHERE o.state = s.code AND o.action = a.action)
	AND CASE a.action
		WHEN 'amend' THEN s.code IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'handling', 'suspended')
		WHEN 'comment' THEN true
		WHEN 'remind' THEN s.code IN ('dispatched', 'handling')
		ELSE NOT s.ending END;
