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

INSERT INTO @into@.action (code, name, name_en, function, power)
SELECT a.code, a.name, a.name_en, a.function, p.power
FROM (VALUES
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
	('reassign_task', '改派', 'reassign task', 'dcm.reassign_task'),
	('forward', '转派', 'forward', 'dcm.forward_case'),
	('judge_return', '退回认定', 'judge return', 'dcm.judge_return'),
	('endorse_extension', '延期初审', 'endorse extension', 'dcm.endorse_extension'),
	('endorse_suspension', '挂账初审', 'endorse suspension', 'dcm.endorse_suspension'),
	('review_suspension', '挂账复查', 'review suspension', 'dcm.review_suspension'),
	('guard', '警戒', 'guard', 'dcm.guard_case'),
	('relieve', '解除警戒', 'relieve', 'dcm.relieve_case'),
	('reopen', '重新立案', 'reopen', 'dcm.reopen_case'),
	('merge', '并案', 'merge', 'dcm.merge_case'),
	('issue_notice', '督办', 'issue notice', 'dcm.issue_notice'),
	('reply_notice', '督办回复', 'reply to notice', 'dcm.reply_notice'),
	('appeal', '申诉', 'appeal', 'dcm.appeal_case'),
	('decide_appeal', '申诉裁定', 'decide appeal', 'dcm.decide_appeal'),
	('rule_liability', '责任认定', 'rule on liability', 'dcm.rule_liability'),
	('rate', '评价', 'rate', 'dcm.rate_case')) AS a (code, name, name_en, function)
	LEFT JOIN dcm.action_powers() AS p ON p.action = a.code
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
	('amend', 'address', 'free_text', false, '改为地址', 'the right address'),
	('amend', 'severity', 'text', false, '改为严重程度', 'the right severity'),
	('amend', 'condition', 'number', false, '立案后改为立案条件', 'after filing: the right condition'),
	('amend', 'reason', 'free_text', false, '立案后更正的理由', 'why, needed after filing'),
	('file', 'condition', 'number', true, '立案条件号', 'number of the filing condition'),
	('file', 'time_limit', 'time_limit', false, '另定时限', 'another limit than the standard''s'),
	('file', 'reason', 'free_text', false, '放宽时限的理由', 'why, needed for a longer limit'),
	('dispatch', 'org', 'org', true, '责任单位', 'the body that is to handle it'),
	('dispatch', 'joint', 'orgs', false, '协办单位', 'bodies that join it'),
	('dispatch', 'coordinator', 'org', false, '协调单位', 'the body that coordinates'),
	('dispatch', 'disputed', 'boolean', false, '责任有争议,先行处置', 'liability is disputed: handled first, ruled on later'),
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
	('handle', 'misdirected', 'boolean', false, '错派仍办理', 'it was another''s, and was handled all the same'),
	('handle', 'after', 'photo', true, '处置后照片', 'photograph after'),
	('request_check', 'how', 'text', false, '核查方式', 'site, photo or video'),
	('request_check', 'person', 'person', false, '核查人', 'who is to check'),
	('pass_check', 'photo', 'photo', true, '核查照片', 'photograph'),
	('fail_check', 'photo', 'photo', true, '核查照片', 'photograph'),
	('fail_check', 'reason', 'free_text', true, '返工原因', 'why'),
	('void', 'reason', 'reason', true, '作废原因', 'why'),
	('reassign_task', 'person', 'person', true, '改派给', 'who is to go instead'),
	('forward', 'org', 'org', true, '下级单位', 'the body below that goes on with it'),
	('judge_return', 'upheld', 'boolean', true, '退回是否成立', 'whether the return was right'),
	('judge_return', 'work_no', 'number', false, '派遣序号,缺省为最近一次', 'number of the assignment, the last one if not given'),
	('review_suspension', 'finding', 'free_text', true, '复查情况', 'what was found'),
	('review_suspension', 'until', 'timestamp', false, '改为挂账至', 'until when it is suspended now'),
	('guard', 'place', 'point', false, '警戒位置', 'where'),
	('guard', 'photo', 'photo', false, '现场照片', 'photograph'),
	('relieve', 'reason', 'free_text', false, '解除说明', 'why, where nobody has come'),
	('reopen', 'reason', 'reason', true, '重新立案原因', 'why'),
	('merge', 'into', 'case', true, '并入的案卷号', 'number of the case that goes on for both'),
	('issue_notice', 'due', 'timestamp', true, '督办期限', 'by when'),
	('issue_notice', 'demand', 'free_text', false, '督办要求', 'what is asked for'),
	('reply_notice', 'result', 'free_text', true, '督办回复', 'what was done'),
	('reply_notice', 'task_no', 'number', false, '督办序号', 'number of the notice within the case, where several wait'),
	('appeal', 'ground', 'reason', true, '申诉理由', 'on which ground'),
	('appeal', 'statement', 'free_text', false, '申诉陈述', 'in words'),
	('decide_appeal', 'upheld', 'boolean', true, '申诉是否成立', 'whether it is upheld'),
	('decide_appeal', 'exempts', 'text', false, '免予计分的事项', 'from what it exempts: overdue, return, rework, reopen or all, by commas; needed where it is upheld'),
	('decide_appeal', 'finding', 'free_text', false, '裁定意见', 'why'),
	('decide_appeal', 'task_no', 'number', false, '申诉序号', 'number of the appeal within the case, where several wait'),
	('rule_liability', 'org', 'org', true, '责任单位', 'the body that bears it'),
	('rule_liability', 'share', 'number', false, '责任比例(%)', 'how much of it, in percent'),
	('rule_liability', 'fund', 'number', false, '经费(元)', 'what it costs, in yuan'),
	('rule_liability', 'basis', 'free_text', false, '认定依据', 'why'),
	('rate', 'satisfaction', 'text', true, '满意度', 'how satisfied the caller is, a code of dcm.label'),
	('accept', 'rule', 'number', false, '所依据的自动规则,仅系统可带', 'the automatic rule, which the system alone names'),
	('file', 'rule', 'number', false, '所依据的自动规则,仅系统可带', 'the automatic rule, which the system alone names'),
	('dispatch', 'rule', 'number', false, '所依据的自动规则,仅系统可带', 'the automatic rule, which the system alone names'),
	('request_check', 'rule', 'number', false, '所依据的自动规则,仅系统可带', 'the automatic rule, which the system alone names'),
	('close', 'rule', 'number', false, '所依据的自动规则,仅系统可带', 'the automatic rule, which the system alone names')
ON CONFLICT DO NOTHING;

INSERT INTO @into@.transition (state, action, next_state, roles, effects)
-- in the order in which they are written, since buttons are shown in that of ids
SELECT x.state, x.action, x.next_state, x.roles, x.effects
FROM (
SELECT 1 AS part, t.n, t.state, t.action, t.next_state, t.roles::text[] AS roles, t.effects::text[] AS effects
FROM (SELECT row_number() OVER () AS n, v.* FROM (VALUES
	(NULL, 'report', 'reported', '{*}', '{}'),
	('reported', 'resolve_on_site', 'checked', '{collector}', '{on_site}'),
	('reported', 'accept', 'accepted', '{acceptor,system}', '{}'),
	('reported', 'reject', 'rejected', '{acceptor,shift_leader}', '{}'),
	('accepted', 'reject', 'rejected', '{acceptor,shift_leader}', '{}'),
	('reported', 'request_verification', 'verifying', '{acceptor}', '{verify_task}'),
	('accepted', 'request_verification', 'verifying', '{acceptor}', '{verify_task}'),
	('verifying', 'confirm_verification', 'reported', '{collector}', '{finish_task}'),
	('verifying', 'deny_verification', 'reported', '{collector}', '{finish_task}'),
	('accepted', 'file', 'filed', '{shift_leader,acceptor,system}', '{file}'),
	('filed', 'dispatch', 'dispatched', '{dispatcher,system}', '{open_work}'),
	('dispatched', 'recall', 'filed', '{dispatcher}', '{recall_work}'),
	('dispatched', 'sign', 'handling', '{liaison}', '{sign_work}'),
	('dispatched', 'return', 'filed', '{liaison}', '{return_work}'),
	('handling', 'return', 'filed', '{liaison}', '{return_work}'),
	('handling', 'request_extension', NULL, '{liaison}', '{request_extension}'),
	('handling', 'endorse_extension', NULL, '{dispatcher}', '{endorse}'),
	('handling', 'endorse_suspension', NULL, '{dispatcher}', '{endorse}'),
	('handling', 'grant_extension', NULL, '{dispatcher,shift_leader}', '{extend}'),
	('handling', 'deny_extension', NULL, '{dispatcher}', '{deny_extension}'),
	('handling', 'request_suspension', NULL, '{liaison}', '{request_suspension}'),
	('handling', 'grant_suspension', 'suspended', '{dispatcher,shift_leader}', '{suspend}'),
	('handling', 'deny_suspension', NULL, '{dispatcher}', '{deny_suspension}'),
	('suspended', 'resume', 'handling', '{dispatcher,liaison,system}', '{resume}'),
	('dispatched', 'arrive', NULL, '{handler,liaison,collector}', '{arrive}'),
	('handling', 'arrive', NULL, '{handler,liaison,collector}', '{arrive}'),
	('handling', 'handle', 'handled', '{handler,liaison}', '{handle_work}'),
	-- of several bodies each signs and handles for itself
	('handling', 'sign', NULL, '{liaison}', '{sign_work}'),
	('dispatched', 'handle', NULL, '{handler,liaison}', '{handle_work}'),
	('handling', 'forward', NULL, '{liaison}', '{forward}'),
	('suspended', 'review_suspension', NULL, '{dispatcher,shift_leader}', '{review}'),
	('closed', 'reopen', 'filed', '{shift_leader}', '{reopen}'),
	('handled', 'request_check', 'checking', '{acceptor,system}', '{check_task}'),
	('checking', 'pass_check', 'checked', '{collector}', '{finish_task}'),
	('checking', 'fail_check', 'handling', '{collector}', '{finish_task,rework}'),
	('verifying', 'reassign_task', NULL, '{shift_leader,acceptor}', '{reassign_task}'),
	('checking', 'reassign_task', NULL, '{shift_leader,acceptor}', '{reassign_task}'),
	('checked', 'close', 'closed', '{shift_leader,system}', '{}')) AS v (state, action, next_state, roles, effects)) AS t
WHERE NOT EXISTS (SELECT FROM @into@.transition AS o WHERE o.state IS NOT DISTINCT FROM t.state AND o.action = t.action)
UNION ALL
SELECT 2, a.n, s.code, a.action, a.next_state, a.roles::text[], a.effects::text[]
FROM @into@.state AS s
	CROSS JOIN (SELECT row_number() OVER () AS n, v.* FROM (VALUES
		('amend', NULL, '{acceptor,shift_leader,dispatcher}', '{amend}'),
		('void', 'voided', '{shift_leader}', '{}'),
		('merge', 'voided', '{shift_leader}', '{merge}'),
		('guard', NULL, '{collector,handler,liaison}', '{guard}'),
		('relieve', NULL, '{collector,handler,liaison,shift_leader}', '{relieve}'),
		('issue_notice', NULL, '{dispatcher,shift_leader,leader,inspector}', '{notice}'),
		('reply_notice', NULL, '{liaison}', '{reply_notice}'),
		('appeal', NULL, '{liaison}', '{appeal}'),
		('decide_appeal', NULL, '{shift_leader,leader,auditor}', '{decide_appeal}'),
		('judge_return', NULL, '{shift_leader,leader}', '{judge_return}'),
		('rule_liability', NULL, '{coordinator,leader,shift_leader}', '{rule_liability}'),
		('rate', NULL, '{acceptor,shift_leader}', '{}'),
		('recompute_deadlines', NULL, '{system}', '{recompute}'),
		('remind', NULL, '{dispatcher,shift_leader,leader,inspector}', '{}'),
		('comment', NULL, '{*}', '{}')) AS v (action, next_state, roles, effects)) AS a
WHERE NOT EXISTS (SELECT FROM @into@.transition AS o WHERE o.state = s.code AND o.action = a.action)
	AND CASE a.action
		WHEN 'amend' THEN s.code IN ('reported', 'verifying', 'accepted', 'filed', 'dispatched', 'handling', 'suspended')
		WHEN 'comment' THEN true
		WHEN 'relieve' THEN true
		WHEN 'decide_appeal' THEN true
		WHEN 'remind' THEN s.code IN ('dispatched', 'handling')
		WHEN 'issue_notice' THEN s.code IN ('dispatched', 'handling', 'suspended')
		WHEN 'reply_notice' THEN s.code IN ('dispatched', 'handling', 'suspended', 'handled', 'checking', 'checked', 'closed')
		WHEN 'appeal' THEN s.code IN ('filed', 'dispatched', 'handling', 'suspended', 'handled', 'checking', 'checked', 'closed', 'voided')
		WHEN 'judge_return' THEN s.code IN ('filed', 'dispatched', 'handling', 'suspended', 'handled', 'checking', 'checked', 'closed')
		WHEN 'rule_liability' THEN s.code NOT IN ('reported', 'verifying', 'accepted', 'rejected')
		WHEN 'rate' THEN s.ending
		ELSE NOT s.ending END) AS x
ORDER BY x.part, CASE x.part WHEN 2 THEN x.state END COLLATE "C", x.n;
