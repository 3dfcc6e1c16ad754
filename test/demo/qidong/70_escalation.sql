-- What the pg_cron job escalated; run by the superuser, who sees all of pg_cron.

\set ON_ERROR_STOP on
\pset footer off
\pset null '–'
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
\echo '【作业】 Jobs that pg_cron ran: cron.job_run_details'
SELECT r.runid AS "次 run", r.username AS "角色 role", r.command AS "命令 command", r.status AS "结果 status",
	r.start_time::timestamptz(0) AS "开始 start", round(extract(epoch FROM r.end_time - r.start_time)::numeric, 1) AS "秒 seconds"
FROM cron.job_run_details AS r ORDER BY r.runid;
SELECT count(*) AS resumed FROM dcm.case_log WHERE action = 'resume' AND NOT loaded \gset
\echo '  and' :resumed 'suspended cases 挂账, whose time had run out, were resumed by person "system"'
\echo
\echo '【升级】 Escalations that they made, one for each level of each clock: dcm.escalation'
SELECT e.clock AS "计时 clock", e.level AS "级别 level", e.action AS "动作 action", count(*) AS "次数 times",
	min(e.due_at)::timestamptz(0) AS "最早应触发 first due at", max(e.fired_at)::timestamptz(0) AS "触发于 last fired at"
FROM dcm.escalation AS e GROUP BY e.clock, e.level, e.action ORDER BY 1, 2;
\echo 'Bodies with the most overdue cases'
SELECT o.name AS "单位 body", count(DISTINCT e.case_no) AS "超期未办 overdue cases", min(e.due)::timestamptz(0) AS "最早时限 oldest due"
FROM dcm.escalation AS e JOIN dcm.org AS o ON o.id = e.org WHERE e.clock = 'case' AND e.level = 2
GROUP BY o.id ORDER BY 2 DESC, 1 LIMIT 5;
