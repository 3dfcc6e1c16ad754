-- Several bodies at one case, danger, notices, appeals and liability: how a city
-- wants them, and the registers in which each is looked up.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('joint_done', NULL, NULL, 'all', '多单位案卷何时视为已处置:all 全部单位 或 lead 主办单位', 'a case of several bodies is handled when all have handled it, or the lead has'),
	('first_receiver', NULL, 'boolean', 'false', '首接负责制:签收后不得以错派为由退回', 'whether a body that has signed keeps what was dispatched to it wrongly'),
	('extension_levels', NULL, NULL, '1', '延期审批级数:1 或 2', 'at how many levels an extension is decided: 1, or 2: endorsed first'),
	('suspension_levels', NULL, NULL, '1', '挂账审批级数:1 或 2', 'at how many levels a suspension is decided: 1, or 2: endorsed first'),
	('review_every', NULL, 'interval', NULL, '挂账案卷定期复查的间隔,空为不定期', 'how often what is suspended is to be reviewed; none: not by time'),
	('appeal_reviews', NULL, NULL, '2', '申诉须经几人审查,最后一人裁定', 'how many people review an appeal, of whom the last one decides'),
	('danger_arrive_limit', NULL, 'time_limit', NULL, '危险案件的到场时限,空则同其他案件', 'how soon somebody must be there where there is danger; none: as for other cases'),
	('recur_metres', NULL, 'metre', '50', '复发案卷的距离范围', 'how near a case of the same category is one that came back'),
	('recur_within', NULL, 'interval', '30 days', '复发案卷的时间范围', 'how soon after the end of the other it was reported');

CREATE VIEW dcm.notice_register WITH (security_invoker = true) AS
SELECT t.case_no || '-' || t.task_no AS notice_no, t.case_no, t.task_no, c.code AS category, c.name AS category_name,
	o.code AS org, o.name AS org_name, i.code AS issuer, i.name AS issuer_name, t.requested_at AS issued_at, t.due,
	t.done_at AS replied_at, coalesce(t.done_at, now()) > t.due AS is_late, f.state, f.due AS case_due, f.ended_at
FROM dcm.case_task AS t
	JOIN dcm.case_file AS f ON f.case_no = t.case_no
	JOIN dcm.category AS c ON c.id = f.category
	LEFT JOIN dcm.org AS o ON o.id = t.org
	LEFT JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (t.case_no, t.log_no)
	LEFT JOIN dcm.person AS i ON i.id = l.actor
WHERE t.kind = 'notice';
COMMENT ON VIEW dcm.notice_register IS
	'Notices (督办通知单): number, to which body, by whom, by when, when it was answered, and whether that is or was too late; what is asked and answered is in dcm.case_text. 督办通知单台账。';

CREATE VIEW dcm.appeal_register WITH (security_invoker = true) AS
SELECT t.case_no, t.task_no, o.code AS org, o.name AS org_name, l.data ->> 'ground' AS ground, n.name AS ground_name, n.fault,
	t.requested_at AS appealed_at, r.reviews, t.done_at AS decided_at, t.outcome, CASE WHEN t.outcome = 'upheld' THEN r.exempts END AS exempts
FROM dcm.case_task AS t
	LEFT JOIN dcm.org AS o ON o.id = t.org
	LEFT JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (t.case_no, t.log_no)
	LEFT JOIN dcm.reason AS n ON (n.kind, n.code) = ('appeal', l.data ->> 'ground')
	CROSS JOIN LATERAL (
		SELECT count(*) AS reviews, (array_agg(d.data ->> 'exempts' ORDER BY d.log_no DESC))[1] AS exempts
		FROM dcm.case_log AS d
		WHERE d.case_no = t.case_no AND d.action = 'decide_appeal' AND (d.data ->> 'task')::int = t.task_no) AS r
WHERE t.kind = 'appeal';
COMMENT ON VIEW dcm.appeal_register IS
	'Appeals (申诉): of which body, on which ground, how many have reviewed it, and what was decided: outcome upheld or denied, exempts from what; NULL while it waits. The fact itself stays in the record. 申诉台账,原始事实保留。';

CREATE VIEW dcm.liability_register WITH (security_invoker = true) AS
SELECT t.case_no, t.requested_at AS disputed_at, t.done_at AS ruled_at, l.log_no, o.code AS org, o.name AS org_name,
	(l.data ->> 'share')::numeric AS share, (l.data ->> 'fund')::numeric AS fund, p.code AS ruled_by, f.state, w.code AS lead, w.name AS lead_name
FROM dcm.case_task AS t
	JOIN dcm.case_file AS f ON f.case_no = t.case_no
	LEFT JOIN dcm.org AS w ON w.id = f.org
	LEFT JOIN dcm.case_log AS l ON l.case_no = t.case_no AND l.action = 'rule_liability'
	LEFT JOIN dcm.org AS o ON o.id = l.org
	LEFT JOIN dcm.person AS p ON p.id = l.actor
WHERE t.kind = 'liability';
COMMENT ON VIEW dcm.liability_register IS
	'Cases whose liability was disputed or ruled on (责任认定): a row a ruling, one without a body while it waits; share in percent, fund in yuan. 责任认定台账:先处置、后分清责任。';

CREATE VIEW dcm.danger_board WITH (security_invoker = true) AS
SELECT f.case_no, f.severity, f.state, s.name AS state_name, c.code AS category, c.name AS category_name, f.area, f.address, f.location,
	f.reported_at, g.guard, g.guard_name, g.since AS guarded_since, o.code AS org, o.name AS org_name,
	a.dispatched_at, a.arrive_due, a.arrived_at, f.due
FROM dcm.case_file AS f
	JOIN dcm.state AS s ON s.code = f.state
	JOIN dcm.category AS c ON c.id = f.category
	LEFT JOIN dcm.org AS o ON o.id = f.org
	LEFT JOIN dcm.assignment AS a ON f.org IS NOT NULL AND (a.case_no, a.work_no) = (f.case_no, f.work_no)
	LEFT JOIN LATERAL (
		SELECT p.code AS guard, p.name AS guard_name, t.requested_at AS since
		FROM dcm.case_task AS t LEFT JOIN dcm.person AS p ON p.id = t.person
		WHERE t.case_no = f.case_no AND t.kind = 'guard' AND t.done_at IS NULL
		ORDER BY t.task_no DESC LIMIT 1) AS g ON true
WHERE f.ended_at IS NULL AND f.severity IN ('danger', 'major');
COMMENT ON VIEW dcm.danger_board IS
	'Open cases with danger to life and major incidents: who guards the place and since when, who is to come by when, and who has come. 危险与重大案件看板:警戒、到场。';

CREATE INDEX case_file_severe_idx ON dcm.case_file (severity) WHERE ended_at IS NULL AND severity <> 'normal';

CREATE VIEW dcm.coordination_list WITH (security_invoker = true) AS
SELECT f.case_no, f.state, c.code AS category, c.name AS category_name, f.severity, f.area, f.address, l.code AS lead, l.name AS lead_name,
	k.code AS coordinator, k.name AS coordinator_name, k.kind AS coordinator_kind,
	array_remove(ARRAY[
		CASE WHEN k.code IS NOT NULL THEN 'coordinator' END,
		CASE WHEN EXISTS (SELECT FROM dcm.case_task AS t WHERE t.case_no = f.case_no AND t.kind = 'liability' AND t.done_at IS NULL) THEN 'liability' END,
		CASE WHEN f.returned > 1 THEN 'returned' END,
		CASE WHEN f.resume_at IS NOT NULL THEN 'suspended' END], NULL) AS why,
	f.returned, f.resume_at, f.due, f.reported_at
FROM dcm.case_file AS f
	JOIN dcm.category AS c ON c.id = f.category
	LEFT JOIN dcm.org AS l ON l.id = f.org
	LEFT JOIN LATERAL (
		SELECT o.code, o.name, o.kind
		FROM dcm.assignment AS a JOIN dcm.org AS o ON o.id = a.org
		WHERE f.parts > 0 AND a.case_no = f.case_no AND a.work_no > f.work_no AND a.part = 'coordinator'
			AND a.returned_at IS NULL AND a.recalled_at IS NULL
		ORDER BY a.work_no LIMIT 1) AS k ON true
WHERE f.ended_at IS NULL
	AND (k.code IS NOT NULL OR f.returned > 1 OR f.resume_at IS NOT NULL
		OR EXISTS (SELECT FROM dcm.case_task AS t WHERE t.case_no = f.case_no AND t.kind = 'liability' AND t.done_at IS NULL));
COMMENT ON VIEW dcm.coordination_list IS
	'Open cases that take more than one body''s will, for the coordinators'' meeting (联席会议): why is coordinator, liability, returned (more than once) or suspended. 需协调案卷清单(无主、边界、责任争议、多次退回、挂账)。';

CREATE VIEW dcm.first_receivers WITH (security_invoker = true) AS
SELECT a.case_no, a.work_no, o.code AS org, o.name AS org_name, a.dispatched_at, a.handled_at, a.due, a.handled_at <= a.due AS in_time,
	a.judged_at, a.fault = 'dispatcher' AS confirmed
FROM dcm.assignment AS a
	JOIN dcm.org AS o ON o.id = a.org
WHERE a.misdirected;
COMMENT ON VIEW dcm.first_receivers IS
	'What a body handled although it was dispatched to it wrongly (首接负责制): confirmed once action judge_return has upheld that, which an evaluation may reward. 首接负责制:错派仍办理的任务。';

CREATE VIEW dcm.return_register WITH (security_invoker = true) AS
SELECT a.case_no, a.work_no, o.code AS org, o.name AS org_name, d.code AS dispatcher, d.name AS dispatcher_name,
	a.dispatched_at, a.returned_at, a.return_reason AS reason, n.name AS reason_name, n.fault AS claims, a.misdirected,
	a.judged_at, a.fault, f.state
FROM dcm.assignment AS a
	JOIN dcm.case_file AS f ON f.case_no = a.case_no
	JOIN dcm.org AS o ON o.id = a.org
	JOIN dcm.person AS d ON d.id = a.dispatcher
	LEFT JOIN dcm.reason AS n ON (n.kind, n.code) = ('return', a.return_reason)
WHERE a.parent IS NULL AND (a.returned_at IS NOT NULL OR a.misdirected);
COMMENT ON VIEW dcm.return_register IS
	'Returns (退回), and what was handled as misdirected: by which body, dispatched by whom, why, whose fault the reason claims, and whose it was ruled to be; judged_at NULL: it waits for action judge_return. 退回台账与认定。';

-- What the case file asks of intakes when a case is merged; called as the city's owner alone.
CREATE FUNCTION dcm.move_intakes(from_case bigint, into_case bigint) RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
BEGIN ATOMIC
	WITH moved AS (
		UPDATE dcm.intake AS i SET case_no = into_case, linked_at = clock_timestamp(), linked_by = dcm.acting()
		WHERE i.case_no = from_case
		RETURNING 1)
	SELECT count(*) FROM moved;
END;
COMMENT ON FUNCTION dcm.move_intakes(bigint, bigint) IS
	'Gives the intakes of a case that was merged to the one that goes on for it; returns how many. 并案时转移诉求。';
REVOKE ALL ON FUNCTION dcm.move_intakes(bigint, bigint) FROM PUBLIC;
