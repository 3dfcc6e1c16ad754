-- Escalation: each level of each clock fires once, at its true time, and jobs run by a role that may do no more.
SET client_min_messages = warning;
CREATE DATABASE regression_job TEMPLATE template0 ENCODING 'UTF8';
\c regression_job
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('Qidong', '320681');
SELECT dcm.load_preset('escalation');
SELECT dcm.load_preset('escalation');
SELECT clock, level, shift, after, action, to_whom FROM dcm.escalation_rule ORDER BY clock, level;

-- Case files as acts would leave them.
INSERT INTO dcm.source VALUES ('collector', '采集员', 'collector', 'active') ON CONFLICT DO NOTHING;
INSERT INTO dcm.org (code, name, level, kind) VALUES ('a', 'parks', 2, 'department');
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E0101', 'event', '01', '01', 'litter');
SELECT dcm.make_leaf(2015);
SET session_replication_role = replica;
INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, source, reporter,
	reported_at, filed_at, clock_from, time_limit, due, org, handled_at, ended_at, head)
SELECT 201500000000000 + n, state, s.stage, 5, 5, at, 4, 1, 'collector', 1,
	at, at, at, '8 work_hour', due, 1, CASE WHEN s.stage IN ('feedback', 'evaluation') THEN at END, CASE WHEN s.ending THEN at END, ''
FROM (VALUES
		(1, 'handling', timestamptz '2015-03-02 08:00', timestamptz '2015-03-02 18:00'),
		(2, 'handling', '2015-03-02 17:30', '2015-03-02 18:00'),	-- a limit of half an hour
		(3, 'handling', '2015-03-02 08:00', '2015-03-09 18:00'),	-- not due for a week
		(4, 'suspended', '2015-03-02 08:00', '2015-03-02 18:00'),
		(5, 'handled', '2015-03-02 08:00', '2015-03-02 18:00'),
		(6, 'closed', '2015-03-02 08:00', '2015-03-02 18:00'),
		(7, 'voided', '2015-03-02 08:00', '2015-03-02 18:00'),
		(8, 'handling', '2015-03-02 08:00', NULL)) AS v (n, state, at, due)	-- no clock
	JOIN dcm.state AS s ON s.code = v.state;
RESET session_replication_role;
\set fired 'SELECT case_no % 100 AS case, clock, clock_no, level, action, due, due_at FROM dcm.escalation ORDER BY id'

-- nothing before its time, then the warning and no more
SELECT dcm.escalate('2015-03-02 16:59');
SELECT dcm.escalate('2015-03-02 17:10');
SELECT dcm.escalate('2015-03-02 17:10');
SELECT dcm.escalate('2015-03-02 17:40');
:fired;

-- late by days, and in small batches: each level by itself, with the time at which it was due
SELECT dcm.escalate('2015-03-04 12:00', batch => 3);
SELECT dcm.escalate('2015-03-04 12:00', batch => 3);
SELECT dcm.escalate('2015-03-04 12:00', batch => 3);
:fired;

-- one message for each, of codes and numbers
SELECT kind, payload FROM dcm.outbox ORDER BY id LIMIT 2;
SELECT count(*), count(DISTINCT key) FROM dcm.outbox;

-- a new deadline is a new clock
SET session_replication_role = replica;
UPDATE dcm.case_file SET due = '2015-03-04 18:00' WHERE case_no = 201500000000001;
RESET session_replication_role;
SELECT dcm.escalate('2015-03-04 18:00');
SELECT level, due, due_at FROM dcm.escalation WHERE due = '2015-03-04 18:00' ORDER BY level;

-- clocks of assignments and of stages, a percent of the limit, quiet hours across midnight
UPDATE dcm.escalation_rule SET valid = tstzrange(lower(valid), '2015-03-05') WHERE clock = 'case';
INSERT INTO dcm.escalation_rule (clock, level, percent, action, to_whom) VALUES ('case', 1, 50, 'warn', '{liaison}');
INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom, quiet_from, quiet_till)
VALUES ('work', 1, '0', 'remind', '{liaison}', '22:00', '07:00');
SET session_replication_role = replica;
UPDATE dcm.case_file SET due = NULL WHERE case_no % 100 IN (1, 2);
INSERT INTO dcm.assignment (case_no, work_no, org, dispatched_at, dispatcher, signed_at, handled_at, returned_at, due)
VALUES (201500000000001, 1, 1, '2015-03-05 08:00', 1, NULL, NULL, '2015-03-05 09:00', '2015-03-05 18:00'),
	(201500000000001, 2, 1, '2015-03-05 09:00', 1, '2015-03-05 09:30', NULL, NULL, '2015-03-05 22:30'),
	(201500000000004, 1, 1, '2015-03-05 09:00', 1, '2015-03-05 09:30', NULL, NULL, '2015-03-05 18:00');
INSERT INTO dcm.case_stage (case_no, stage_no, stage, person, opened_at, due, closed_at)
VALUES (201500000000005, 5, 'handling', 1, '2015-03-05 08:00', '2015-03-05 08:15', '2015-03-05 08:20'),
	(201500000000005, 6, 'feedback', 1, '2015-03-05 08:20', '2015-03-05 08:35', NULL);
UPDATE dcm.case_file SET clock_from = '2015-03-06 08:00', time_limit = '8 work_hour', due = '2015-03-06 18:00' WHERE case_no = 201500000000003;
RESET session_replication_role;
SELECT dcm.escalate('2015-03-05 23:00');
SELECT dcm.escalate('2015-03-06 07:00');
SELECT dcm.escalate('2015-03-06 11:59');
SELECT dcm.escalate('2015-03-06 12:00');
SELECT case_no % 100 AS case, clock, clock_no, level, action, due, due_at FROM dcm.escalation WHERE due > '2015-03-05' ORDER BY id;

-- what was escalated is not unsaid, and one level has one rule
UPDATE dcm.escalation SET level = 9;
DELETE FROM dcm.escalation;
TRUNCATE dcm.escalation;
INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom) VALUES ('case', 1, '0', 'warn', '{liaison}');
INSERT INTO dcm.escalation_rule (clock, level, shift, percent, action, to_whom) VALUES ('case', 5, '0', 80, 'warn', '{liaison}');

-- arguments that make no sense
SELECT dcm.escalate(batch => 0);
SELECT dcm.escalate(batch => NULL);
SELECT dcm.escalate('infinity');
SELECT dcm.resume_due(batch => 0);
CALL dcm.run_jobs('nothing');
CALL dcm.run_jobs(NULL);

-- cost depends on what is due: no scan of all cases, clocks or assignments
BEGIN;
CREATE TEMP TABLE before ON COMMIT DROP AS SELECT oid, relname, pg_stat_get_xact_numscans(oid) AS scans FROM pg_class
WHERE relname IN ('case_file_2015', 'case_stage_2015', 'assignment_2015');
SELECT dcm.escalate('2015-03-06 12:00');
SELECT relname, pg_stat_get_xact_numscans(oid) - scans AS scans FROM before ORDER BY relname;
COMMIT;

-- a member of dcm_job, no superuser, runs the jobs and can do no more
SELECT dcm.create_roles();
SELECT dcm.grant_job_rights();
CREATE ROLE regress_dcm_job LOGIN IN ROLE dcm_job;
SET session_replication_role = replica;
UPDATE dcm.case_file SET due = '2015-03-07 18:00' WHERE case_no = 201500000000002;
RESET session_replication_role;
-- what has ended stays so; a new row begins where it did
UPDATE dcm.escalation_rule SET valid = '[-infinity,)' WHERE clock = 'case' AND level > 1 AND NOT upper_inf(valid);
INSERT INTO dcm.escalation_rule (clock, level, shift, after, action, to_whom)
SELECT clock, level, shift, after, action, to_whom FROM dcm.escalation_rule WHERE clock = 'case' AND level > 1;
SET ROLE regress_dcm_job;
CALL dcm.run_jobs();
SELECT level, fired_at > due_at AS late FROM dcm.escalation WHERE due = '2015-03-07 18:00' ORDER BY level;
SELECT job, finished_at >= started_at AS ended, done, cron_job FROM dcm.job_status();
BEGIN;
CALL dcm.run_jobs();
ROLLBACK;
UPDATE dcm.case_file SET due = NULL;
SELECT 1 FROM dcm.case_file FOR UPDATE;
DELETE FROM dcm.escalation;
DELETE FROM dcm.outbox;
RESET ROLE;

-- scheduling says how where pg_cron is absent
\set VERBOSITY terse
SELECT dcm.schedule_jobs();
\set VERBOSITY default
\c contrib_regression
DROP DATABASE regression_job;
DROP ROLE regress_dcm_job;
