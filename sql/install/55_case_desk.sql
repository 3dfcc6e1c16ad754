-- Desks and phones: what filing would give, what is near, what waits for whom,
-- and many acts sent at once.  All run with the caller's rights.

CREATE FUNCTION dcm.preview_filing(category text, location geometry, at timestamptz = NULL, component dcm.component_id = NULL,
	OUT condition_no smallint, OUT condition text, OUT area_class smallint, OUT time_limit dcm.time_limit,
	OUT due timestamptz, OUT provisional boolean, OUT arrive_limit dcm.time_limit, OUT closing text,
	OUT org text, OUT org_name text, OUT principle text, OUT reason text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 20000 ROWS 3
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	moment constant timestamptz := coalesce(at, clock_timestamp());
	calendar text;
	city_arrive dcm.time_limit;
	problem record;
	body record;
	class smallint;
BEGIN
	PERFORM dcm.require_city('0.2.0');
	calendar := dcm.setting('calendar');
	city_arrive := dcm.setting('arrive_limit');
	problem := dcm.problem_of(category, location, component);
	SELECT g.area_class INTO class FROM dcm.grid AS g WHERE g.code = dcm.locate(problem.spot, moment);
	SELECT r.org, o.name, r.principle, r.reason INTO body
	FROM dcm.resolve_responsible(problem.code, problem.spot, component, moment) AS r
		LEFT JOIN dcm.org AS o ON o.id = r.org_id
	ORDER BY r.rank LIMIT 1;
	RETURN QUERY
	SELECT s.condition_no, s.condition, class, l.allowed, d.till,
		coalesce(dcm.unit(l.allowed) ~ '^work_' AND dcm.deadline_provisional(d.till, calendar), false),
		coalesce(s.arrive_limit, city_arrive), s.closing, body.org, body.name, body.principle, body.reason
	FROM dcm.filing_standard AS s
		-- outside all grids the first limit counts, as it does at filing
		CROSS JOIN LATERAL (SELECT CASE class WHEN 2 THEN coalesce(s.limit_2, s.limit_1) WHEN 3 THEN coalesce(s.limit_3, s.limit_1) ELSE s.limit_1 END) AS l (allowed)
		CROSS JOIN LATERAL (SELECT dcm.deadline(moment, l.allowed, calendar)) AS d (till)
	WHERE s.category = problem.id AND s.valid @> moment
	ORDER BY s.condition_no;
END
$$;
COMMENT ON FUNCTION dcm.preview_filing(text, geometry, timestamptz, dcm.component_id) IS
	'What filing a problem of that category there, now or at that time, would give under each filing condition: area class (NULL outside all grids), limit, deadline and whether it is provisional, limit of the arrival, closing condition; and who would answer for it, the first of dcm.resolve_responsible. Nothing is written. No row where the category has no condition then. 22023 for an unknown category or no place, P0002 for an unknown component. 立案预览:各立案条件的区域类别、时限、截止时刻、结案条件与首选责任单位。';
