-- What a list of cases shows.

CREATE VIEW dcm.case_card WITH (security_invoker = true) AS
SELECT f.case_no, f.state, s.name AS state_name, f.stage, c.code AS category, c.name AS category_name,
	c.kind, f.severity, f.source, f.area, f.grid, f.address, f.location, o.code AS org, o.name AS org_name,
	f.reported_at, f.filed_at, f.time_limit, f.first_due, f.due, f.provisional,
	f.handled_at, f.closed_at, f.ended_at, f.returned, f.reworked, f.extended, f.suspended, f.request,
	f.resume_at, f.log_no,
	dcm.traffic_light(f.clock_from, f.time_limit, f.due,
		coalesce(CASE WHEN (SELECT dcm.setting('in_time_by')) = 'close' THEN f.closed_at ELSE f.handled_at END, f.ended_at, now()),
		(SELECT dcm.setting('yellow_percent')::float8), (SELECT dcm.setting('calendar')), f.pauses) AS light
FROM dcm.case_file AS f
	JOIN dcm.state AS s ON s.code = f.state
	JOIN dcm.category AS c ON c.id = f.category
	LEFT JOIN dcm.org AS o ON o.id = f.org;
COMMENT ON VIEW dcm.case_card IS
	'A row a case as a list shows it; page by (due, case_no). light is the traffic light now, or as it was when the case was handled (setting in_time_by close: closed) or ended. 案卷列表视图,含红绿灯。';
