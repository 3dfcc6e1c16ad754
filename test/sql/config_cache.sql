-- Configuration in backend memory: built once, rebuilt only when its tables have changed.
\set SHOW_CONTEXT never
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
CREATE FUNCTION pg_temp.builds() RETURNS bigint
	LANGUAGE sql AS $$ SELECT builds FROM dcm.config_cache_status() WHERE cache = 'calendars' $$;

-- nothing is read before it is needed
SELECT cache, builds, bytes FROM dcm.config_cache_status() WHERE cache = 'calendars';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
SELECT builds, bytes BETWEEN 100000 AND 4000000 AS reasonable FROM dcm.config_cache_status() WHERE cache = 'calendars';

-- neither ANALYZE nor GRANT nor a table of somebody else's is a change
ANALYZE dcm.calendar, dcm.calendar_day;
GRANT SELECT ON dcm.calendar TO PUBLIC;
REVOKE SELECT ON dcm.calendar FROM PUBLIC;
CREATE TEMP TABLE other (i int);
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour'), pg_temp.builds();

-- each kind of change is, also one that touches no row
INSERT INTO dcm.calendar_day (calendar, day, kind) VALUES ('default', '2015-05-12', 'holiday');
SELECT dcm.deadline('2015-05-11 17:00', '2 work_hour'), pg_temp.builds();
UPDATE dcm.calendar_day SET kind = 'workday' WHERE calendar = 'default' AND day = '2015-05-12';
SELECT dcm.deadline('2015-05-11 17:00', '2 work_hour'), pg_temp.builds();
DELETE FROM dcm.calendar_day WHERE calendar = 'default' AND day = '2015-05-12';
SELECT dcm.deadline('2015-05-11 17:00', '2 work_hour'), pg_temp.builds();
BEGIN;
TRUNCATE dcm.calendar_day CASCADE;
SELECT dcm.deadline('2015-09-30 17:00', '2 work_hour'), pg_temp.builds();
ROLLBACK;
SELECT dcm.deadline('2015-09-30 17:00', '2 work_hour'), pg_temp.builds();

-- a savepoint rolled back takes its change back, and a later one with the same counter is another
BEGIN;
SAVEPOINT a;
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
ROLLBACK TO a;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
UPDATE dcm.calendar SET day_rule = 'end_of_day' WHERE name = 'default';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_day');
ROLLBACK;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour'), dcm.deadline('2015-05-08 17:00', '1 work_day');

-- a statement that fails after its rows were seen leaves nothing behind
CREATE FUNCTION pg_temp.see_and_fail() RETURNS trigger
	LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'seen: %', dcm.deadline('2015-05-11 17:00', '2 work_hour');
END $$;
BEGIN;
CREATE TRIGGER see_and_fail AFTER INSERT ON dcm.calendar_day FOR EACH ROW EXECUTE FUNCTION pg_temp.see_and_fail();
-- so that the failing statement must read anew
UPDATE dcm.calendar SET covers = covers;
SAVEPOINT a;
INSERT INTO dcm.calendar_day (calendar, day, kind) VALUES ('default', '2015-05-12', 'holiday');
ROLLBACK TO a;
SELECT dcm.deadline('2015-05-11 17:00', '2 work_hour');
ROLLBACK;
SELECT dcm.deadline('2015-05-11 17:00', '2 work_hour');

-- a change inside a function is seen by its next statement
DO $$
BEGIN
	UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
	RAISE NOTICE '%', dcm.deadline('2015-05-08 17:00', '1 work_hour');
	UPDATE dcm.calendar SET boundary = 'close' WHERE name = 'default';
	RAISE NOTICE '%', dcm.deadline('2015-05-08 17:00', '1 work_hour');
END $$;

-- replica role does not hide a change
SET session_replication_role = replica;
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
UPDATE dcm.calendar SET boundary = 'close' WHERE name = 'default';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
RESET session_replication_role;

-- an error in the middle of a build leaves the old one
SELECT pg_temp.builds() AS before \gset
BEGIN;
SAVEPOINT a;
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
ALTER TABLE dcm.calendar_day_hours RENAME COLUMN opens TO opened;
\set VERBOSITY terse
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
\set VERBOSITY default
ROLLBACK TO a;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour'), pg_temp.builds() - :before AS more_builds;
COMMIT;

-- what is asked while it is read cannot be answered: a policy that the owner forces on himself
BEGIN;
CREATE ROLE regress_dcm_owner;
GRANT USAGE ON SCHEMA dcm TO regress_dcm_owner;
ALTER TABLE dcm.config_version OWNER TO regress_dcm_owner;
ALTER TABLE dcm.setting OWNER TO regress_dcm_owner;
ALTER TABLE dcm.calendar OWNER TO regress_dcm_owner;
GRANT ALL ON ALL TABLES IN SCHEMA dcm TO regress_dcm_owner;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA dcm TO regress_dcm_owner;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour') AS reads_as_the_owner;
CREATE POLICY p ON dcm.calendar USING (dcm.is_working(now()));
ALTER TABLE dcm.calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE dcm.calendar FORCE ROW LEVEL SECURITY;
UPDATE dcm.calendar SET covers = covers;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
ROLLBACK;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');

-- who may not read the calendars may ask them
CREATE ROLE regress_dcm_asker;
GRANT USAGE ON SCHEMA dcm TO regress_dcm_asker;
UPDATE dcm.calendar SET covers = covers;
SET ROLE regress_dcm_asker;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
SELECT count(*) FROM dcm.calendar;
RESET ROLE;
REVOKE USAGE ON SCHEMA dcm FROM regress_dcm_asker;
DROP ROLE regress_dcm_asker;

-- the first load in a parallel worker, which sees the leader's own uncommitted change too
\c -
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO, YMD';
CREATE TABLE config_cache_starts AS
SELECT '2015-05-04'::timestamptz + i * interval '7 minutes' AS start FROM generate_series(1, 2000) AS i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT sum(extract(epoch FROM dcm.deadline(start, '4 work_hour'))) FROM config_cache_starts;
SELECT sum(extract(epoch FROM dcm.deadline(start, '4 work_hour'))) AS in_workers FROM config_cache_starts \gset
SELECT sum(builds) AS leaders_builds FROM dcm.config_cache_status() WHERE cache = 'calendars';
BEGIN ISOLATION LEVEL REPEATABLE READ;
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
SELECT sum(extract(epoch FROM dcm.deadline(start, '4 work_hour'))) AS in_workers_open FROM config_cache_starts \gset
SET LOCAL max_parallel_workers_per_gather = 0;
SELECT sum(extract(epoch FROM dcm.deadline(start, '4 work_hour'))) = :in_workers_open AS same_open, :in_workers_open <> :in_workers AS changed FROM config_cache_starts;
ROLLBACK;
SET max_parallel_workers_per_gather = 0;
SELECT sum(extract(epoch FROM dcm.deadline(start, '4 work_hour'))) = :in_workers AS same FROM config_cache_starts;
DROP TABLE config_cache_starts;
RESET max_parallel_workers_per_gather;

-- a city dropped and made anew in one session, its versions counted from one again
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dcm.drop_city(current_database());
SAVEPOINT a;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
ROLLBACK TO a;
SELECT dcm.create_city('Another', '320681', presets => '{}');
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
ROLLBACK TO a;
SELECT dcm.create_city('Another', '320681');
UPDATE dcm.calendar SET boundary = 'open' WHERE name = 'default';
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');
ROLLBACK;
SELECT dcm.deadline('2015-05-08 17:00', '1 work_hour');

-- what was replaced does not pile up in a transaction that changes rules again and again
BEGIN;
DO $$
BEGIN
	FOR i IN 1..50 LOOP
		UPDATE dcm.calendar SET covers = covers;
		PERFORM dcm.deadline('2015-05-08 17:00', '1 work_hour');
	END LOOP;
END $$;
SELECT count(*) < 10 AS few FROM pg_backend_memory_contexts WHERE name = 'dcm config cache';
ROLLBACK;

-- its trigger is one of what has happened
CREATE TEMP TABLE misused (i int);
CREATE TRIGGER t BEFORE INSERT ON misused FOR EACH STATEMENT EXECUTE FUNCTION dcm.config_changed();
INSERT INTO misused VALUES (1);
SELECT dcm.config_changed();
