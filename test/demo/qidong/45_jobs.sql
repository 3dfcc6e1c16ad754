-- A job role that is no superuser, and the jobs given to pg_cron; run by the
-- superuser, since only one may schedule for another.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE ROLE qidong_job LOGIN IN ROLE dcm_job;
GRANT USAGE ON SCHEMA cron TO qidong_job;
SELECT dcm.grant_job_rights() AS granted \gset
SELECT string_agg(j::text, ', ') AS jobs FROM dcm.schedule_jobs('qidong_job') AS j \gset
