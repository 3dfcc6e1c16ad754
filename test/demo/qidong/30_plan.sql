-- What happens to whom and when: one row a case.  The plan fixes what the
-- city's report counts (how many cases are filed, handled, closed and closed in
-- time in each of its spans); which case is late is its choice.  How each step
-- goes, and every deadline, is dcm's: see 40_load.sql.
--
--                            1 Aug 2014 – 31 Dec 2014   1 Jan – 7 May 2015
--   filed 立案                        15,430                  12,414
--   handled 处置                      14,694                  12,081
--   closed 结案                       14,678                  12,073
--   closed in time 按期结案            6,156                  11,104

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET work_mem = '64MB';

-- How slow a body is, from 0 to 1: it makes the ranking.
CREATE FUNCTION demo.slowness(org text) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN demo.u(pg_catalog.hashtext(org), 5);

-- days of the two spans, busier on working days, quiet at the festivals
CREATE TEMP TABLE day AS
SELECT d::date AS day, CASE WHEN d < '2015-01-01' THEN 1 ELSE 2 END AS span,
	CASE WHEN h.kind = 'holiday' THEN 0.35
		WHEN h.kind IS NULL AND extract(isodow FROM d) >= 6 THEN 0.45
		ELSE 1 END
	* CASE WHEN d < '2014-09-01' THEN 0.75 WHEN d < '2014-10-01' THEN 0.95 ELSE 1 END AS weight
FROM generate_series(timestamp '2014-08-01', '2015-05-07', '1 day') AS d
	LEFT JOIN dcm.calendar_day AS h ON h.calendar = 'default' AND h.day = d::date;

-- the filed cases in order of filing; then those that never come so far
CREATE TEMP TABLE slot AS
WITH wanted AS (SELECT * FROM (VALUES (1, 15430, 0), (2, 12414, 15430)) AS v (span, many, before)),
filed AS (
	SELECT w.before + n AS no, w.span, (n - 0.5) / w.many AS at_share
	FROM wanted AS w, generate_series(1, w.many) AS n),
upto AS (
	SELECT day, span, coalesce(sum(weight) OVER (PARTITION BY span ORDER BY day
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) / sum(weight) OVER (PARTITION BY span) AS low,
		sum(weight) OVER (PARTITION BY span ORDER BY day) / sum(weight) OVER (PARTITION BY span) AS high
	FROM day)
SELECT f.no, f.span, u.day, NULL::text AS fate
FROM filed AS f JOIN upto AS u ON u.span = f.span AND f.at_share >= u.low AND f.at_share < u.high
UNION ALL
SELECT 27844 + n, CASE WHEN d.day < '2015-01-01' THEN 1 ELSE 2 END, d.day,
	CASE WHEN n <= 1450 THEN 'rejected' WHEN n <= 1870 THEN 'denied' WHEN n <= 1930 THEN 'voided' ELSE 'on_site' END
FROM generate_series(1, 3080) AS n
	JOIN (SELECT day, row_number() OVER (ORDER BY day) AS k, count(*) OVER () AS many FROM day WHERE weight >= 0.7) AS d
		ON d.k = 1 + floor(d.many * demo.u(n, 21))::int;

CREATE TEMP TABLE choice AS
SELECT category, org, text, sum(weight) OVER w - weight AS low, sum(weight) OVER w AS high, sum(weight) OVER () AS total,
	(SELECT count(*) FROM demo.part AS p WHERE p.category = f.category) AS parts
FROM demo.found AS f WINDOW w AS (ORDER BY category);
CREATE TEMP TABLE condition AS
SELECT c.code AS category, s.condition_no, s.limit_1 AS time_limit,
	row_number() OVER (PARTITION BY c.code ORDER BY s.condition_no) - 1 AS k, count(*) OVER (PARTITION BY c.code) AS many
FROM dcm.filing_standard AS s JOIN dcm.category AS c ON c.id = s.category
WHERE c.edition = '2013' AND s.limit_1 IS NOT NULL;

CREATE TABLE demo.plan AS
SELECT s.no, s.span, s.fate, k.category, k.text, coalesce(q.condition_no, 1) AS condition_no, q.time_limit,
	part.id AS component, coalesce(part.grid, x.grid) AS grid, coalesce(part.duty_no, x.duty_no) AS duty_no,
	coalesce(part.lon, place.lon) AS lon, coalesce(part.lat, place.lat) AS lat,
	coalesce(k.org, (SELECT z.org FROM demo.quarter AS z WHERE z.duty_no = coalesce(part.duty_no, x.duty_no))) AS org,
	CASE WHEN s.fate IN ('on_site', 'voided') OR demo.u(s.no, 31) < 0.84 THEN 'collector'
		WHEN demo.u(s.no, 31) < 0.97 THEN '12345' ELSE 'video' END AS source,
	-- before noon and after it; on the last day of a span in the morning only
	s.day + time '07:50' + CASE WHEN demo.u(s.no, 32) < 0.58 OR s.day IN ('2014-12-31', '2015-05-07')
		THEN interval '3 hours 50 minutes' * demo.u(s.no, 33)
		ELSE interval '5 hours 40 minutes' + interval '4 hours' * demo.u(s.no, 33) END AS filed_local,
	demo.u(s.no, 34) AS pace
FROM slot AS s
	JOIN choice AS k ON demo.u(s.no, 41) * k.total >= k.low AND demo.u(s.no, 41) * k.total < k.high
	LEFT JOIN condition AS q ON q.category = k.category AND q.k = floor(q.many * demo.u(s.no, 42))::int
	LEFT JOIN demo.part AS part ON part.category = k.category AND part.n = 1 + floor(k.parts * demo.u(s.no, 43))::int
	LEFT JOIN demo.cell AS x ON part.id IS NULL AND x.no = 1 + floor(583 * demo.u(s.no, 44) ^ 1.3)::int
	LEFT JOIN LATERAL demo.inside(x, demo.u(s.no, 45), demo.u(s.no, 46)) AS place ON true;

ALTER TABLE demo.plan
	ADD filed_at timestamptz, ADD reported_at timestamptz, ADD due timestamptz,
	ADD earliest timestamptz, ADD latest timestamptz, ADD late_by interval,
	ADD closes timestamptz, ADD wrong_org text,
	ADD verified boolean, ADD reworked boolean, ADD extended boolean, ADD suspended boolean,
	ADD collector text, ADD acceptor text, ADD leader text, ADD dispatcher text, ADD liaison text, ADD handler text;
UPDATE demo.plan AS p SET
	filed_at = date_trunc('second', filed_local),
	verified = source <> 'collector' AND demo.u(no, 51) < 0.5 OR fate = 'denied',
	collector = 'C' || lpad(duty_no::text, 2, '0'),
	acceptor = 'A' || lpad((1 + floor(8 * demo.u(no, 52)))::text, 2, '0'),
	leader = 'S' || lpad((1 + floor(4 * demo.u(no, 53)))::text, 2, '0'),
	dispatcher = 'D' || lpad((1 + floor(6 * demo.u(no, 54)))::text, 2, '0'),
	liaison = CASE WHEN org IN ('chengguan', 'zhujian', 'huanwei', 'zhifa_c') AND demo.u(no, 55) < 0.5 THEN 'L2_' ELSE 'L_' END || org,
	handler = 'H_' || org || (1 + floor(2 * demo.u(no, 56)))::text,
	late_by = date_trunc('second', interval '20 minutes' - interval '9 hours' * ln(1 - demo.u(no, 57) * 0.995)),
	due = dcm.deadline(date_trunc('second', filed_local)::timestamptz, time_limit);
UPDATE demo.plan SET reported_at = filed_at - interval '7 minutes' - interval '9 minutes' * demo.u(no, 58)
	- CASE WHEN verified THEN interval '40 minutes' ELSE interval '0' END;
UPDATE demo.plan SET reported_at = date_trunc('second', reported_at);

-- Fates.  Some stay open: hung up for long, or fresh in the last days.
UPDATE demo.plan AS p SET fate = 'open'
FROM (
	SELECT no, span, row_number() OVER (PARTITION BY span ORDER BY demo.u(no, 61)
			* CASE WHEN filed_at >= '2015-05-04' AND demo.u(no, 65) * 6 < date_part('day', filed_at) - 3 THEN 0.02 WHEN filed_at < '2014-09-15' THEN 3 ELSE 1 END
			/ (0.3 + demo.slowness(org))) AS k
	FROM demo.plan WHERE fate IS NULL) AS v
WHERE p.no = v.no AND v.k <= CASE v.span WHEN 1 THEN 336 ELSE 733 END;
-- carried over the new year, and late
UPDATE demo.plan AS p SET fate = 'late', earliest = '2015-01-04 08:20+08'
FROM (
	SELECT no, row_number() OVER (ORDER BY demo.u(no, 62) / (1 + extract(day FROM filed_at - '2014-11-20 00:00+08'))) AS k
	FROM demo.plan WHERE fate IS NULL AND filed_at BETWEEN '2014-11-25 00:00+08' AND '2014-12-31 00:00+08'
		AND due < '2015-01-20 00:00+08') AS v
WHERE p.no = v.no AND v.k <= 400;
-- handled on the last day of the year, closed in the new one
UPDATE demo.plan AS p SET fate = 'in_time', closes = '2015-01-04 08:45+08'
FROM (
	SELECT no, row_number() OVER (ORDER BY demo.u(no, 63)) AS k
	FROM demo.plan WHERE fate IS NULL AND filed_at >= '2014-12-31 00:00+08' AND filed_at < '2015-01-01 00:00+08') AS v
WHERE p.no = v.no AND v.k <= 16;
-- handled on the last days of the second span and not closed by its end
UPDATE demo.plan AS p SET fate = 'unclosed'
FROM (
	SELECT no, row_number() OVER (ORDER BY demo.u(no, 64)) AS k
	FROM demo.plan WHERE fate IS NULL AND filed_at >= '2015-05-05 00:00+08') AS v
WHERE p.no = v.no AND v.k <= 24;
UPDATE demo.plan SET latest = CASE WHEN span = 1 AND earliest IS NULL THEN '2014-12-31 20:00+08' ELSE '2015-05-07 20:00+08' END::timestamptz;

-- what happens on the way, well before the end of the span
UPDATE demo.plan SET
	extended = fate IS NULL AND demo.u(no, 71) < 0.04 AND due + interval '20 days' < latest
		AND time_limit::text LIKE '%work_day',
	suspended = fate = 'open' AND demo.u(no, 72) < 0.3 AND time_limit::text LIKE '%work_day'
		AND due + interval '20 days' < latest
		OR fate IS NULL AND demo.u(no, 73) < 0.01 AND due + interval '30 days' < latest AND time_limit::text LIKE '%work_day',
	reworked = fate IS NULL AND demo.u(no, 74) < 0.035 AND due + interval '15 days' < latest,
	wrong_org = CASE WHEN fate IS NULL AND demo.u(no, 75) < 0.03 AND org <> 'zhujian' AND due + interval '15 days' < latest
		THEN 'zhujian' END;

-- Late are the slow bodies' cases more than others', and the early ones more
-- than the later; what would be late beyond the end of the span cannot be.
UPDATE demo.plan AS p SET fate = 'late'
FROM (
	SELECT no, span, row_number() OVER (PARTITION BY span ORDER BY
		demo.u(no, 81) + demo.slowness(org) - CASE span WHEN 1 THEN 0.9 ELSE 0.4 END
			* extract(epoch FROM filed_at - '2014-08-01') / 24000000 DESC) AS k
	FROM demo.plan WHERE fate IS NULL AND due < latest - interval '8 hours') AS v
WHERE p.no = v.no AND v.k <= CASE v.span WHEN 1 THEN 8522 ELSE 569 END;
UPDATE demo.plan SET fate = 'in_time' WHERE fate IS NULL;
CREATE INDEX ON demo.plan (reported_at);
ANALYZE demo.plan;
