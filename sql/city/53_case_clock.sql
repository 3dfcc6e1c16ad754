-- Clocks that run, by when they end, and the register of problems that wait;
-- and how a city wants its clocks.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('arrive_limit', NULL, 'time_limit', NULL, '到场时限,立案条件另有规定的从其规定', 'how soon after the dispatch somebody must be there, where the filing standard does not say; none: no such clock'),
	('redispatch_limit', NULL, NULL, 'whole', '改派后新单位的时限:whole 全部 或 rest 剩余', 'the limit of a body after another: whole, or rest: what is left of the case''s'),
	('request_stops_clock', NULL, 'boolean', 'false', '申请延期、挂账待批期间是否停止计时', 'whether the clock stands while a request waits for its answer'),
	('suspend_from', NULL, NULL, 'request', '挂账起算:request 申请时 或 grant 批准时', 'a suspension counts from its request or its grant'),
	('rework_limit', NULL, NULL, 'rest', '返工时限:rest 剩余(至少 rework_min)或 whole 全部', 'the limit of a rework: rest, at least rework_min, or whole: the standard''s again'),
	('yellow_percent', NULL, NULL, '80', '红绿灯:已用时限达到该百分比时为黄灯', 'the traffic light is yellow from so many percent of the limit');

CREATE VIEW dcm.falling_due WITH (security_invoker = true) AS
SELECT k.case_no, k.clock, k.clock_no, k.state, c.code AS category, c.name AS category_name, k.area,
	o.code AS org, o.name AS org_name, k.due,
	dcm.falls(k.due, t.tomorrow, t.day_after) AS falls,
	dcm.traffic_light(k.since, k.time_limit, k.due, now(), t.yellow, t.calendar, k.pauses) AS light
FROM (
	SELECT d.tomorrow, d.day_after, d.week_end,
		dcm.setting('yellow_percent')::float8 AS yellow, dcm.setting('calendar') AS calendar,
		dcm.setting('in_time_by') = 'close' AS to_close
	FROM dcm.next_days() AS d) AS t
	CROSS JOIN LATERAL (
		SELECT f.case_no, 'case' AS clock, 0::smallint AS clock_no, f.state, f.category, f.area, f.org,
			f.due, f.clock_from AS since, f.time_limit, f.pauses
		FROM dcm.case_file AS f
		WHERE f.due < t.week_end AND f.due IS NOT NULL AND f.ended_at IS NULL AND (f.handled_at IS NULL OR t.to_close)
		UNION ALL
		SELECT f.case_no, 'work' AS clock, a.work_no AS clock_no, f.state, f.category, f.area, a.org, a.due, f.work_from AS since, a.time_limit, f.pauses
		FROM dcm.assignment AS a
			JOIN dcm.case_file AS f ON f.case_no = a.case_no
		WHERE a.due < t.week_end AND a.due IS NOT NULL AND a.handled_at IS NULL AND a.returned_at IS NULL AND a.recalled_at IS NULL
			AND f.ended_at IS NULL
		UNION ALL
		SELECT f.case_no, 'arrive' AS clock, a.work_no AS clock_no, f.state, f.category, f.area, a.org, a.arrive_due AS due, a.dispatched_at AS since, a.arrive_limit AS time_limit,
			NULL::tstzmultirange AS pauses
		FROM dcm.assignment AS a
			JOIN dcm.case_file AS f ON f.case_no = a.case_no
		WHERE a.arrive_due < t.week_end AND a.arrive_due IS NOT NULL AND a.arrived_at IS NULL
			AND a.handled_at IS NULL AND a.returned_at IS NULL AND a.recalled_at IS NULL AND f.ended_at IS NULL
		UNION ALL
		SELECT f.case_no, 'stage' AS clock, s.stage_no AS clock_no, f.state, f.category, f.area, f.org, s.due, s.opened_at AS since, s.time_limit,
			NULL::tstzmultirange AS pauses
		FROM dcm.case_stage AS s
			JOIN dcm.case_file AS f ON f.case_no = s.case_no
		WHERE s.due < t.week_end AND s.due IS NOT NULL AND s.closed_at IS NULL AND f.ended_at IS NULL) AS k
	JOIN dcm.category AS c ON c.id = k.category
	LEFT JOIN dcm.org AS o ON o.id = k.org;
COMMENT ON VIEW dcm.falling_due IS
	'The clocks that run (case, work: a body''s, arrive, stage) and end by the end of this week, with their traffic light: falls is overdue, today, tomorrow or this_week, by the city''s days. 已超期与今日、明日、本周到期的计时。';

CREATE VIEW dcm.problem_register WITH (security_invoker = true) AS
SELECT f.case_no, c.code AS category, c.name AS category_name, f.area, f.address, o.code AS org, o.name AS org_name,
	r.asked_at AS since, r.reason, n.name AS reason_name, f.resume_at AS planned_till,
	f.resume_at < now() AS is_past, f.suspended AS times, f.reported_at, f.due,
	v.reviews, v.reviewed_at, greatest(r.asked_at, v.reviewed_at) + e.every AS review_due
FROM dcm.case_file AS f
	JOIN dcm.category AS c ON c.id = f.category
	LEFT JOIN dcm.org AS o ON o.id = f.org
	LEFT JOIN LATERAL (
		SELECT l.log_no, l.occurred_at AS asked_at, l.data ->> 'reason' AS reason
		FROM dcm.case_log AS l
		WHERE l.case_no = f.case_no AND l.action = 'request_suspension'
		ORDER BY l.log_no DESC LIMIT 1) AS r ON true
	LEFT JOIN LATERAL (
		SELECT count(*) AS reviews, max(l.occurred_at) AS reviewed_at
		FROM dcm.case_log AS l
		WHERE l.case_no = f.case_no AND l.action = 'review_suspension' AND l.log_no > r.log_no) AS v ON true
	LEFT JOIN dcm.reason AS n ON (n.kind, n.code) = ('suspend', r.reason)
	CROSS JOIN (SELECT dcm.setting('review_every')::interval AS every) AS e
WHERE f.resume_at IS NOT NULL AND f.ended_at IS NULL;
COMMENT ON VIEW dcm.problem_register IS
	'Problems that are suspended: since when, why, till when it is planned, whether that is past; how often it was reviewed, and by when it is to be again (setting review_every); the plan itself is in dcm.case_text. 问题库:挂账案卷的原因、起始、计划解决时间与复查。';

CREATE INDEX assignment_arrive_due_idx ON dcm.assignment (arrive_due)
	WHERE arrive_due IS NOT NULL AND arrived_at IS NULL AND handled_at IS NULL AND returned_at IS NULL AND recalled_at IS NULL;
