-- What the pg_cron job escalated.

\set ON_ERROR_STOP on
\pset footer off
SET client_min_messages = warning;
\echo '【升级】 Escalations by the pg_cron job, one for each level of each clock'
SELECT e.clock AS "计时 clock", e.level AS "级别 level", e.action AS "动作 action", count(*) AS "次数 times", count(DISTINCT e.case_no) AS "案卷 cases",
	min(e.due)::date AS "最早时限 oldest due", max(e.fired_at)::timestamptz(0) AS "触发于 fired"
FROM dcm.escalation AS e GROUP BY e.clock, e.level, e.action ORDER BY 1, 2;
\echo 'Bodies with the most overdue cases'
SELECT o.name AS "单位 body", count(DISTINCT e.case_no) AS "超期未办 overdue cases", min(e.due)::date AS "最早 oldest due"
FROM dcm.escalation AS e JOIN dcm.org AS o ON o.id = e.org GROUP BY o.id ORDER BY 2 DESC, 1 LIMIT 5;
