-- Facts at their finest, for tools that add up by whatever they like: one row a
-- case, body and day, so that no row is in another's sum.  Conditions on the day
-- reach dcm.case_fact, since nothing here is grouped.

CREATE VIEW dcm.fact_cell WITH (security_invoker = true) AS
SELECT c.booked_on AS day, c.case_no, c.org, c.area, c.grid, c.category, c.source, c.tally
FROM dcm.case_fact AS c
WHERE c.post IS NULL AND c.booked_on > (SELECT dcm.closed_till())
	AND NOT EXISTS (SELECT FROM dcm.fact_queue AS q WHERE q.case_no = c.case_no)
UNION ALL
SELECT c.booked_on, c.case_no, c.org, c.area, c.grid, c.category, c.source, c.tally
FROM dcm.case_fact AS c
WHERE c.post IS NULL AND c.booked_on <= (SELECT dcm.closed_till())
UNION ALL
-- what waits to be booked
SELECT b.booked_on, b.case_no, b.org, b.area, b.grid, b.category, b.source, b.tally
FROM dcm.book_facts(ARRAY(SELECT DISTINCT q.case_no FROM dcm.fact_queue AS q), (SELECT dcm.closed_till())) AS b
WHERE b.post IS NULL
UNION ALL
-- late as of now
SELECT (f.due AT TIME ZONE (SELECT dcm.setting('time_zone')))::date, f.case_no, f.org, f.area, f.grid, f.category, f.source,
	'{"overdue_open": 1}'::dcm.tally
FROM dcm.case_file AS f
	JOIN dcm.state AS st ON st.code = f.state
WHERE f.ended_at IS NULL AND f.due < pg_catalog.now() AND st.stage NOT IN ('feedback', 'closing')
	AND NOT EXISTS (SELECT FROM dcm.transition AS p WHERE p.next_state = f.state AND 'suspend' = ANY (p.effects));
COMMENT ON VIEW dcm.fact_cell IS
	'What each case adds to each day for the body that had it, one row of every such three: what dcm.facts() adds up, before it is added up, with what waits in dcm.fact_queue and what is late and open now. For BI, by dcm.make_bi_views(). 案卷逐日贡献明细,供 BI 按任意维度汇总。';
