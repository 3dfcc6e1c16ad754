-- The record proves itself: nothing is found in what dcm wrote, also where the
-- rules were changed since; and each kind of tampering, done with the triggers
-- off, is found and named.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT * FROM no_plan();
CREATE TEMP TABLE c AS
SELECT s.state, t.case_in(s.state) AS no FROM unnest('{reported,rejected,voided,suspended,handling,checking,closed}'::text[]) AS s (state);
CREATE TEMP TABLE closed AS SELECT no FROM c WHERE state = 'closed';
SELECT lives_ok(format('SELECT t.step(%s, ''fail_check''), t.step(%1$s, ''request_extension''), t.step(%1$s, ''grant_extension''), t.step(%1$s, ''return'')', no), 'a crooked way')
FROM c WHERE state = 'checking';
SELECT lives_ok(format('SELECT dcm.become(''lead''); SELECT dcm.act(%s, ''comment'', ''well done'')', no), 'a note') FROM closed;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'nothing is wrong');
SELECT is_empty('SELECT * FROM dcm.verify_all(now() - interval ''1 hour'')', 'nor since an hour');
SELECT is_empty('SELECT * FROM dcm.verify_all(''infinity'')', 'nor ever after');
SELECT is_empty(format('SELECT * FROM dcm.verify_case(%s)', no), 'nor in one case') FROM closed;
SELECT is(t.try('SELECT * FROM dcm.verify_case(42)'), 'P0002 dcm.no_case', 'a case that is not there');

-- What is found after a statement that was let by all triggers: "part log_no" by
-- verify_case, and that verify_all finds it too.
CREATE FUNCTION pg_temp.found(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	no bigint := (SELECT closed.no FROM closed);
	answer text;
	n bigint;
BEGIN
	SET LOCAL session_replication_role = replica;
	EXECUTE replace(replace(statement, ':no', no::text), '_y', '_' || left(no::text, 4));
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = 'nothing was changed';
	END IF;
	SET LOCAL session_replication_role = origin;
	SELECT string_agg(DISTINCT concat_ws(' ', v.part, v.log_no), ', ' ORDER BY concat_ws(' ', v.part, v.log_no)) INTO answer FROM dcm.verify_case(no) AS v;
	IF NOT EXISTS (SELECT FROM dcm.verify_all() AS v WHERE v.case_no = no) THEN
		answer := 'not by verify_all';
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(answer, 'nothing');
EXCEPTION
	WHEN SQLSTATE 'ZZ999' THEN
		RETURN SQLERRM;
END $$;

-- a field of the log changed: each column
SELECT is(pg_temp.found(format('UPDATE dcm.case_log SET %s WHERE case_no = :no AND log_no = 3', change)) ~ '\mchain (3|4)\M', true, change)
FROM unnest(ARRAY['action = ''accept''', 'from_state = ''reported''', 'from_state = NULL', 'to_state = ''handled''', 'stage = ''handling''', 'transition = transition + 1',
	'actor = actor + 1', 'post = NULL', 'db_role = ''somebody''', 'client = ''10.0.0.1''', 'occurred_at = occurred_at - interval ''1 microsecond''',
	'recorded_at = recorded_at + interval ''1 microsecond''', 'loaded = NOT loaded', 'work_no = 1', 'org = 1', 'standard = NULL', 'clock = NULL', 'clock = ''stop''',
	'clock_from = NULL', 'time_limit = ''800 work_hour''', 'pauses = ''{[2015-01-01,2015-01-02)}''', 'pauses = ''{}''', 'due = due + interval ''1 microsecond''', 'due = NULL',
	'provisional = NOT provisional', 'work_due = now()', 'data = NULL', 'data = ''{}''', 'data = data || ''{"condition": 2}''', 'data = ''{"condition": "1"}''', 'data = data || ''{"x": null}''',
	'texts = ''{}''', 'texts = ''{"note": "00"}''', 'hash = sha256(hash)',
	'stage_no = NULL', 'stage_no = 4', 'stage_limit = ''800 work_hour''', 'stage_due = stage_due + interval ''1 microsecond''', 'arrive_due = now()', 'arrive_limit = ''1 minute''', 'work_from = now()', 'work_limit = ''9 work_hour''',
	'stage_no = NULL, stage_limit = NULL, stage_due = NULL']) AS change;
-- every column of the log is in the hash
SELECT is(string_agg(a.attname, ' '), NULL, 'no column is outside the hash')
FROM pg_attribute AS a
WHERE a.attrelid = 'dcm.case_log'::regclass AND a.attnum > 0 AND NOT a.attisdropped
	AND a.attname NOT IN ('case_no', 'log_no', 'action', 'from_state', 'to_state', 'stage', 'transition', 'actor', 'post', 'db_role', 'client', 'occurred_at',
		'recorded_at', 'loaded', 'work_no', 'org', 'standard', 'clock', 'clock_from', 'time_limit', 'pauses', 'due', 'provisional', 'work_due', 'data', 'texts', 'hash', 'stage_no', 'stage_limit', 'stage_due', 'arrive_limit', 'arrive_due', 'work_from', 'work_limit');
-- two fields that are next to each other do not run together
SELECT is((SELECT dcm.log_hash(NULL, x) <> dcm.log_hash(NULL, y) FROM (SELECT l AS x FROM dcm.case_log AS l, closed WHERE (case_no, log_no) = (no, 1)) AS a,
	LATERAL (SELECT jsonb_populate_record(x, jsonb_build_object('action', 'repor', 'to_state', 'treported')) AS y) AS b), true, 'fields are apart');

-- the aggregate by which the fold takes what the last entry of a kind says
SELECT results_eq($$SELECT dcm.latest(x), dcm.latest(n) FILTER (WHERE n < 3), dcm.latest(x) FILTER (WHERE n < 3), dcm.latest(x) FILTER (WHERE n > 9)
	FROM (SELECT * FROM (VALUES (2, 'two'), (3, NULL), (1, 'one')) AS v (n, x) ORDER BY n) AS v$$, $$VALUES (NULL::text, 2, 'two', NULL::text)$$, 'the latest, also where it is NULL');

-- a row deleted: the first, one between, the last, all; the case too
SELECT is(pg_temp.found('DELETE FROM dcm.case_log WHERE case_no = :no AND log_no = ' || n) ~ ('\mchain ' || f || '\M'), true, 'entry ' || n || ' deleted')
FROM (VALUES (1, 2), (3, 4), (9, 10), (10, 9)) AS v (n, f);
SELECT is(pg_temp.found('DELETE FROM dcm.case_log WHERE case_no = :no') ~ '\mchain\M', true, 'the log deleted');
SELECT is(pg_temp.found('DELETE FROM dcm.case_file WHERE case_no = :no') ~ '\mchain 10\M', true, 'the case deleted');
-- and the numbers closed up behind it
SELECT is(pg_temp.found('DELETE FROM dcm.case_log WHERE case_no = :no AND log_no = 3; UPDATE dcm.case_log SET log_no = log_no + 1000 WHERE case_no = :no AND log_no > 3;
	UPDATE dcm.case_log SET log_no = log_no - 1001 WHERE case_no = :no AND log_no > 1000') ~ '\mchain 3\M', true, 'an entry deleted and the rest renumbered');
-- a row inserted: at the end, or between, or one that no case has
SELECT is(pg_temp.found('INSERT INTO dcm.case_log SELECT (jsonb_populate_record(l, ''{"log_no": 11}'')).* FROM dcm.case_log AS l WHERE case_no = :no AND log_no = 10') ~ '\mchain 11\M', true, 'an entry at the end');
SELECT is(pg_temp.found('UPDATE dcm.case_log SET log_no = log_no + 1000 WHERE case_no = :no AND log_no > 3; UPDATE dcm.case_log SET log_no = log_no - 999 WHERE case_no = :no AND log_no > 1000;
	INSERT INTO dcm.case_log SELECT (jsonb_populate_record(l, ''{"log_no": 4}'')).* FROM dcm.case_log AS l WHERE case_no = :no AND log_no = 3') ~ '\mchain 4\M', true, 'an entry between');
SELECT is(pg_temp.found('INSERT INTO dcm.case_log SELECT (jsonb_populate_record(l, ''{"log_no": 11, "action": "comment"}'')).* FROM dcm.case_log AS l WHERE case_no = :no AND log_no = 10') ~ '\mchain 11\M', true, 'a comment made up');
-- a whole entry forged with the right hash is still not what the case stands at
SELECT is(pg_temp.found('INSERT INTO dcm.case_log SELECT (jsonb_populate_record(x, jsonb_build_object(''hash'', dcm.log_hash(p, x)))).* FROM (SELECT l.hash AS p, jsonb_populate_record(l, ''{"log_no": 11}'') AS x FROM dcm.case_log AS l WHERE case_no = :no AND log_no = 10) AS y') ~ '\mchain 11\M', true, 'an entry with a right hash');
-- two rows swapped
SELECT is(pg_temp.found('UPDATE dcm.case_log SET log_no = -log_no WHERE case_no = :no AND log_no IN (4, 5)') <> 'nothing', true, 'out of the way');
SELECT is(pg_temp.found('WITH old AS (SELECT * FROM dcm.case_log WHERE case_no = :no) UPDATE dcm.case_log AS l SET (action, from_state, to_state, stage, transition, actor, post, occurred_at, recorded_at, data, hash)
	= (SELECT o.action, o.from_state, o.to_state, o.stage, o.transition, o.actor, o.post, o.occurred_at, o.recorded_at, o.data, o.hash FROM old AS o WHERE o.log_no = 9 - l.log_no) WHERE l.case_no = :no AND l.log_no IN (4, 5)') ~ '\mchain 4\M.*\mstep 4\M', true, 'two entries swapped');
SELECT is(pg_temp.found('WITH old AS (SELECT * FROM dcm.case_log WHERE case_no = :no) UPDATE dcm.case_log AS l SET (occurred_at, recorded_at) = (SELECT o.occurred_at, o.recorded_at FROM old AS o WHERE o.log_no = 9 - l.log_no) WHERE l.case_no = :no AND l.log_no IN (4, 5)') ~ '\mchain 4\M', true, 'their times swapped');
-- a salted text
SELECT is(pg_temp.found(change), f, change) FROM (VALUES
	('UPDATE dcm.case_text SET value = value || '' '' WHERE case_no = :no AND log_no = 10', 'text 10'),
	('UPDATE dcm.case_text SET value = '''' WHERE case_no = :no AND log_no = 10', 'text 10'),
	('UPDATE dcm.case_text SET salt = sha256(salt) WHERE case_no = :no AND log_no = 10', 'text 10'),
	('UPDATE dcm.case_text SET field = ''result'' WHERE case_no = :no AND log_no = 10', 'text 10'),
	('UPDATE dcm.case_text SET log_no = 9 WHERE case_no = :no AND log_no = 10', 'text 10, text 9'),
	('DELETE FROM dcm.case_text WHERE case_no = :no AND log_no = 10', 'text 10'),
	('INSERT INTO dcm.case_text SELECT case_no, 2, field, value, salt FROM dcm.case_text WHERE case_no = :no AND log_no = 10', 'text 2'),
	('UPDATE dcm.case_text SET value = NULL WHERE case_no = :no AND log_no = 10', 'text 10')) AS v (change, f);
-- the stored case, its assignments and stages
SELECT is(pg_temp.found(format('UPDATE dcm.case_file SET %s WHERE case_no = :no', change)), f, change) FROM (VALUES
	('category = category + 1', 'fold'), ('severity = ''danger''', 'fold'), ('location = NULL', 'fold'), ('area_class = 3', 'fold'), ('attachments = attachments + 1', 'fold'),
	('state = ''handled''', 'fold'), ('stage = ''closing''', 'fold'), ('due = due + interval ''1 day''', 'fold'), ('due = NULL', 'fold'), ('provisional = NOT provisional', 'fold'), ('first_due = first_due + interval ''1 day''', 'fold'),
	('filed_at = filed_at - interval ''1 day''', 'fold'), ('clock_from = NULL', 'fold'), ('time_limit = ''99 work_day''', 'fold'), ('base_limit = ''99 work_day''', 'fold'), ('pauses = ''{[2015-01-01,2015-01-02)}''', 'fold'),
	('handled_at = handled_at - interval ''1 day''', 'fold'), ('handler = 1', 'fold'), ('closed_at = NULL', 'fold'), ('ended_at = NULL', 'fold'), ('returned = 1', 'fold'), ('reworked = 1', 'fold'),
	('extended = 1', 'fold'), ('suspended = 1', 'fold'), ('org = NULL', 'fold'), ('work_no = 2', 'fold'), ('moved_no = 8', 'fold'), ('moved_at = now() - interval ''1 day''', 'fold'),
	('reported_at = now() - interval ''1 day''', 'fold'), ('standard = NULL', 'fold'), ('request = ''extension''', 'fold'), ('requested_at = now()', 'fold'), ('request_data = ''{}''', 'fold'), ('resume_at = now()', 'fold'),
	('work_from = work_from - interval ''1 day''', 'fold'), ('work_limit = ''80 work_hour''', 'fold'), ('dispatched_at = now()', 'fold'), ('stage_no = 3', 'fold'), ('head = sha256(head)', 'chain 10'), ('log_no = 9', 'chain 10')) AS v (change, f);
SELECT is(pg_temp.found(change), 'fold', change) FROM unnest(ARRAY[
	'DELETE FROM dcm.attachment WHERE case_no = :no',
	'UPDATE dcm.assignment SET due = due + interval ''1 day'' WHERE case_no = :no', 'UPDATE dcm.assignment SET due = NULL WHERE case_no = :no', 'UPDATE dcm.assignment SET org = org + 1 WHERE case_no = :no',
	'UPDATE dcm.assignment SET handled_at = now() - interval ''1 day'' WHERE case_no = :no', 'UPDATE dcm.assignment SET returned_at = now() WHERE case_no = :no', 'DELETE FROM dcm.assignment WHERE case_no = :no',
	'UPDATE dcm.assignment SET arrived_at = now() WHERE case_no = :no', 'UPDATE dcm.assignment SET arrive_limit = ''1 minute'' WHERE case_no = :no', 'UPDATE dcm.assignment SET time_limit = ''80 work_hour'' WHERE case_no = :no', 'UPDATE dcm.assignment SET arrive_due = now() WHERE case_no = :no',
	'UPDATE dcm.case_stage SET due = due + interval ''1 minute'' WHERE case_no = :no AND stage_no = 3', 'UPDATE dcm.case_stage SET time_limit = ''1 work_day'' WHERE case_no = :no AND stage_no = 3',
	'UPDATE dcm.case_stage SET state = ''handled'' WHERE case_no = :no AND stage_no = 3',
	'INSERT INTO dcm.assignment SELECT (jsonb_populate_record(a, ''{"work_no": 2}'')).* FROM dcm.assignment AS a WHERE case_no = :no',
	'UPDATE dcm.case_stage SET closed_at = now() - interval ''1 day'' WHERE case_no = :no AND stage_no = 3', 'UPDATE dcm.case_stage SET person = person + 1 WHERE case_no = :no AND stage_no = 3', 'DELETE FROM dcm.case_stage WHERE case_no = :no AND stage_no = 3',
	'UPDATE dcm.case_stage SET outcome = ''void'' WHERE case_no = :no AND stage_no = 3', 'INSERT INTO dcm.case_stage SELECT (jsonb_populate_record(a, ''{"stage_no": 99}'')).* FROM dcm.case_stage AS a WHERE case_no = :no AND stage_no = 3']) AS change;
SELECT is(t.message('DO $x$ BEGIN PERFORM 1; END $x$'), 'ok', 'and all is as it was');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'nothing is wrong again');

-- a finding says what is wrong
SET LOCAL session_replication_role = replica;
UPDATE dcm.case_file SET state = 'filed' FROM closed WHERE case_no = no;
SELECT results_eq('SELECT part, problem FROM dcm.verify_all()', $$VALUES ('fold', 'state is filed, the log says closed')$$, 'in words');
UPDATE dcm.case_file SET state = 'closed' FROM closed WHERE case_no = no;
-- a text that is gone without a record is a finding, an erased one is none
UPDATE dcm.case_text SET value = NULL FROM closed WHERE case_no = no;
SET LOCAL session_replication_role = origin;
SELECT is((SELECT count(*) FROM dcm.verify_all() WHERE part = 'text' AND problem ~ 'no erasure is recorded$'), (SELECT count(*) FROM dcm.case_text AS x, closed WHERE x.case_no = no), 'texts that are gone');
INSERT INTO dcm.erasure (what, case_no, log_no, field, reason, erased_by)
SELECT 'case_text', x.case_no, x.log_no, x.field, 'asked', 'all' FROM dcm.case_text AS x, closed WHERE x.case_no = no;
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'an erased text is no finding');

-- the rules change: rows keep what they were, and the record stays right
CREATE TEMP TABLE before AS SELECT * FROM dcm.transition;
UPDATE dcm.transition SET roles = '{leader}', next_state = 'filed' WHERE state = 'reported' AND action = 'accept';
DELETE FROM dcm.transition WHERE state = 'accepted' AND action = 'file';
SELECT is((SELECT count(*) FROM before AS b JOIN dcm.transition AS t USING (id, action, roles, effects)
	WHERE t.state IS NOT DISTINCT FROM b.state AND t.next_state IS NOT DISTINCT FROM b.next_state), (SELECT count(*) FROM before), 'no row has gone or changed its meaning');
SELECT is((SELECT count(*) FROM dcm.transition AS t JOIN before AS b USING (id) WHERE t.valid <> b.valid AND upper(t.valid) = now())::int, 2, 'two have ended');
SELECT is((SELECT count(*) FROM dcm.transition AS t WHERE NOT EXISTS (SELECT FROM before AS b WHERE b.id = t.id) AND lower(t.valid) = now() AND upper_inf(t.valid))::int, 1, 'one began');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'what was done by the old rules is right');
SELECT is(t.try_act('acc', no, 'accept'), '42501 dcm.no_right', 'the new rule goes') FROM c WHERE state = 'reported';
SELECT is(t.try_act('lead', t.case_in('reported'), 'close'), '23514 dcm.forbidden_move', 'what is not allowed is still not');
-- what has ended is not brought back, lengthened or shortened
CREATE TEMP TABLE ended AS SELECT * FROM dcm.transition WHERE upper(valid) = now();
UPDATE dcm.transition SET valid = '[-infinity,2020-01-01)' WHERE id IN (SELECT id FROM ended);
DELETE FROM dcm.transition WHERE id IN (SELECT id FROM ended);
UPDATE dcm.transition SET roles = '{collector}' WHERE id IN (SELECT id FROM ended);
SELECT is_empty('TABLE ended EXCEPT SELECT * FROM dcm.transition', 'what has ended stays as it was');
INSERT INTO dcm.transition (state, action, next_state, roles, valid) VALUES ('closed', 'remind', NULL, '{leader}', '[2099-01-01,)');
DELETE FROM dcm.transition WHERE state = 'closed' AND action = 'remind';
SELECT is((SELECT count(*) FROM dcm.transition WHERE state = 'closed' AND action = 'remind')::int, 0, 'what has not begun never was');
UPDATE dcm.transition SET id = id + 1000 WHERE state = 'checked' AND action = 'close';
SELECT isnt((SELECT upper(t.valid) FROM dcm.transition AS t JOIN before AS b USING (id) WHERE b.state = 'checked' AND b.action = 'close'), NULL, 'a row keeps its number');
SET CONSTRAINTS ALL IMMEDIATE;
SELECT is(t.try('TRUNCATE dcm.transition'), '23514 dcm.version_kept', 'transitions are not truncated');
SELECT is(t.try('DELETE FROM dcm.state WHERE code = ''checked'''), '23503 transition_state_fkey', 'a state that rules name does not go');
SELECT is_empty('SELECT * FROM dcm.verify_all()', 'and the record stays right');
-- why rules are changed
SET LOCAL dcm.reason = 'order 12 of 2015';
UPDATE dcm.setting SET value = '3' WHERE name = 'max_extensions';
SELECT is((SELECT reason FROM dcm.config_log ORDER BY id DESC LIMIT 1), 'order 12 of 2015', 'the reason is kept');
SET LOCAL dcm.reason = '';
UPDATE dcm.setting SET value = '4' WHERE name = 'max_extensions';
SELECT is((SELECT reason FROM dcm.config_log ORDER BY id DESC LIMIT 1), NULL, 'where one is given');

SELECT * FROM finish();
ROLLBACK;
