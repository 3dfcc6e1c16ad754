-- The report's table from dcm's evaluation of the case log, and what else there
-- is to see.  Ends with an error where a figure differs from the report's.

\set ON_ERROR_STOP on
\pset null '–'
\pset footer off
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';

\echo
\echo '================================================================================'
\echo '启东市数字城管运行情况  Qidong, as its report of 2015 tells it'
\echo 'Real: area codes, holidays, categories, limits (Yuncheng''s), the counts wanted.'
\echo 'The demo''s own: grids, components'' places, people, every single case and its text.'
\echo '================================================================================'
CREATE TEMP TABLE wanted (since date, till date, filed int, handled int, closed int, handled_rate numeric, in_time_rate numeric);
INSERT INTO wanted VALUES
	('2014-08-01', '2015-05-07', 27844, 26775, 26751, 96.16, 61.99),
	('2015-01-01', '2015-05-07', 12414, 12081, 12073, 97.32, 89.45);
CREATE TEMP TABLE got AS
SELECT w.since, w.till, e.filed, e.handled, e.closed, e.closed_in_time, e.handled_rate, e.closed_rate, e.in_time_rate,
	e.filed = w.filed AND e.handled = w.handled AND e.closed = w.closed
		AND e.handled_rate = w.handled_rate AND e.in_time_rate = w.in_time_rate AS agrees
FROM wanted AS w CROSS JOIN LATERAL dcm.eval_city(w.since, w.till) AS e;
\echo
\echo '【评价】 The report''s table: dcm.eval_city(since, till)'
\echo '  处置率 = 处置数 / 立案数;按期结案率 = 按期结案数 / 立案数 (the report names no denominator; filed is taken)'
SELECT since || ' – ' || till AS "时段 span", filed AS "立案数 filed", handled AS "处置数 handled", closed AS "结案数 closed",
	closed_in_time AS "按期结案 in time", handled_rate || ' %' AS "处置率 handled/filed",
	in_time_rate || ' %' AS "按期结案率 in time/filed", CASE WHEN agrees THEN '一致 yes' ELSE '不一致 NO' END AS "与报告一致 as reported"
FROM got ORDER BY since;
DO $$
BEGIN
	IF (SELECT count(*) FILTER (WHERE agrees) FROM got) <> 2 THEN
		RAISE EXCEPTION 'the evaluation differs from the report';
	END IF;
END
$$;

\echo '【案卷】 What became of the reports'
SELECT s.name || ' ' || s.name_en AS "状态 state", count(*) AS "件数 cases"
FROM dcm.case_file AS f JOIN dcm.state AS s ON s.code = f.state
GROUP BY s.code ORDER BY count(*) DESC;

\echo '【排名】 Ranking of bodies with 100 cases and more, 2015-01-01 – 2015-05-07: dcm.eval_org(since, till)'
\echo '  Counts are flow, so a body may handle more than was filed: what it had from the year before'
SELECT rank() OVER (ORDER BY in_time_rate DESC) AS "名次", name AS "单位 body", filed AS "立案", handled AS "处置", closed AS "结案",
	handled_rate AS "处置率 %", in_time_rate AS "按期结案率 %", returned AS "退回 returned", reworked AS "返工 reworked"
FROM dcm.eval_org('2015-01-01', '2015-05-07') WHERE filed >= 100
ORDER BY in_time_rate DESC, name;

\echo '【高发】 The ten busiest categories, 2014-08-01 – 2015-05-07: dcm.eval_category(since, till)'
SELECT e.category AS "类别", e.name || ' ' || c.name_en AS "名称 category", e.filed AS "立案 filed", e.in_time_rate AS "按期结案率 %"
FROM dcm.eval_category('2014-08-01', '2015-05-07') AS e JOIN dcm.category AS c ON c.code = e.category AND c.edition = '2013'
ORDER BY e.filed DESC LIMIT 10;

\echo '【责任】 Whose a problem is: dcm.resolve_responsible() against the body that handled it, one case in a hundred'
SELECT c.kind AS "类 kind", r.principle AS "原则 principle", count(*) AS "件数 cases", count(*) FILTER (WHERE r.org = o.code) AS "相符 the same"
FROM dcm.case_file AS f JOIN dcm.category AS c ON c.id = f.category JOIN dcm.org AS o ON o.id = f.org
	LEFT JOIN LATERAL (SELECT * FROM dcm.resolve_responsible(c.code, f.location, f.component, f.reported_at) ORDER BY rank LIMIT 1) AS r ON true
WHERE f.state = 'closed' AND f.case_no % 100 = 7
GROUP BY 1, 2 ORDER BY 1, 2;

\echo '【月度】 Month by month: dcm.eval_region, the city''s own row'
SELECT period AS "月 month", filed AS "立案", handled AS "处置", closed AS "结案", in_time_rate AS "按期结案率 %",
	extended AS "延期", suspended AS "挂账", self_resolved AS "自行处置", rejected AS "不予受理"
FROM dcm.eval_region WHERE period_kind = 'month' AND area = '320681' ORDER BY period;

-- a case that was sent to the wrong body first, and had to be done twice
SELECT a.case_no FROM demo.plan AS p JOIN demo.answer AS a USING (no)
WHERE p.reworked AND p.wrong_org IS NOT NULL AND p.fate = 'in_time' AND p.time_limit::text LIKE '%work_day'
ORDER BY p.filed_at < '2015-01-01', p.time_limit, p.verified DESC, p.filed_at LIMIT 1 \gset story_
\echo '【案卷历程】 One case''s story, from its log:' :story_case_no
SELECT l.log_no AS "序", l.occurred_at::timestamp(0) AS "时间 at", a.name AS "动作 act", p.name AS "人员 by",
	s.name AS "此后 state", o.name AS "单位 body", l.due::timestamp(0) AS "时限 due", t.value AS "说明 note"
FROM dcm.case_log AS l
	JOIN dcm.action AS a ON a.code = l.action JOIN dcm.person AS p ON p.id = l.actor JOIN dcm.state AS s ON s.code = l.to_state
	LEFT JOIN dcm.org AS o ON o.id = l.org
	LEFT JOIN LATERAL (SELECT min(x.value) AS value FROM dcm.case_text AS x WHERE (x.case_no, x.log_no) = (l.case_no, l.log_no)) AS t ON true
WHERE l.case_no = :story_case_no ORDER BY l.log_no;
\echo '【时限】 Its deadline explained: dcm.explain_deadline(case_no)'
SELECT since::timestamp(0) AS "自 since", till::timestamp(0) AS "至 till", counted AS "计入 counted", running AS "累计 running", reason AS "缘由 reason"
FROM dcm.explain_deadline(:story_case_no);
