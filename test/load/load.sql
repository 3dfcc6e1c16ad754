-- Clients of every role that act on random cases: what they choose, what they
-- were told, and what must be true afterwards.  After test/pgtap/include/city.psql.
-- Variable cases: how many there are to begin with.
SET client_min_messages = warning;
SELECT dcm.load_preset('escalation');
DO $$ BEGIN EXECUTE format('GRANT dcm_loader TO %I', current_user); END $$;
CREATE ROLE load_desk LOGIN IN ROLE dcm_app;
CREATE ROLE load_jobs LOGIN IN ROLE dcm_job;
INSERT INTO dcm.auto_rule (name, step, sample_percent) VALUES ('half of them', 'accept', 50);

CREATE SCHEMA load;
CREATE TABLE load.known (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, case_no bigint);
-- what a client was told after its call had been committed
CREATE TABLE load.told (client int, key text, who text, case_no bigint, action text, data jsonb, log_no bigint, answer text);
CREATE INDEX ON load.told (client);
CREATE TABLE load.verified (at timestamptz DEFAULT clock_timestamp(), faults bigint);
CREATE SEQUENCE load.call_seq;

-- cases in every state, some of them of long ago, so that there is to escalate
INSERT INTO load.known (case_no)
SELECT t.case_in((ARRAY['reported', 'accepted', 'filed', 'dispatched', 'handling', 'handled', 'checking', 'checked', 'closed'])[1 + i % 9],
	CASE WHEN i % 10 = 0 THEN timestamptz '2015-03-02 09:00+08' END)
FROM generate_series(1, :cases) AS i;

-- A person with one of the roles.
CREATE FUNCTION load.person(roles text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT p.code FROM dcm.post AS t JOIN dcm.person AS p ON p.id = t.person
	WHERE (t.role = ANY (roles) OR roles = '{*}') AND p.code <> 'system' ORDER BY random() LIMIT 1
$$;

-- A case, half of the time one of the few on which everybody is.
CREATE FUNCTION load.some_case() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	most bigint := (SELECT max(n) FROM load.known);
	no bigint;
BEGIN
	LOOP
		SELECT k.case_no INTO no FROM load.known AS k
		WHERE k.n = (1 + floor(random() * most * CASE WHEN random() < 0.5 THEN 1 ELSE 0.02 END))::bigint;
		EXIT WHEN FOUND;
	END LOOP;
	RETURN no;
END $$;

-- What a client does next: mostly what the state of a case allows, as it was when
-- the client looked; sometimes anything; sometimes what it has sent before.
CREATE FUNCTION load.choose(client int, OUT key text, OUT who text, OUT case_no bigint, OUT action text, OUT data jsonb)
	LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
DECLARE
	dice float8 := random();
	roles text[];
	was text;
BEGIN
	IF dice < 0.03 THEN
		SELECT t.key, t.who, t.case_no, t.action, t.data INTO key, who, case_no, action, data
		FROM load.told AS t WHERE t.client = choose.client AND t.answer = 'ok' ORDER BY random() LIMIT 1;
		IF FOUND THEN
			RETURN;
		END IF;
	END IF;
	key := client || '-' || nextval('load.call_seq');
	IF dice < 0.12 THEN
		action := 'report';
		who := load.person('{collector}');
		RETURN;
	END IF;
	case_no := load.some_case();
	SELECT f.state INTO was FROM dcm.case_file AS f WHERE f.case_no = choose.case_no;
	-- what ends a case is rarer than what takes it on
	SELECT t.action, t.roles INTO action, roles FROM dcm.transition AS t
	WHERE (t.state = was OR dice > 0.95 AND t.state IS NOT NULL) AND t.valid @> now() AND t.action NOT IN ('resume', 'recompute_deadlines')
	ORDER BY random() * CASE WHEN t.action IN ('void', 'merge', 'reject', 'comment', 'remind') THEN 3 WHEN t.next_state IS NOT NULL THEN 0.5 ELSE 1 END LIMIT 1;
	who := coalesce(load.person(roles), 'all');
	data := CASE action
		WHEN 'merge' THEN jsonb_build_object('into', load.some_case())
		WHEN 'request_suspension' THEN t.data(action) || jsonb_build_object('until', clock_timestamp() + interval '2 seconds')
		WHEN 'dispatch' THEN (ARRAY['{"org": "cg"}', '{"org": "hw"}', '{"org": "cg", "joint": ["hw"]}'])[1 + floor(random() * 3)]::jsonb
		ELSE t.data(action) END;
END $$;

-- One call: what was told, or the SQLSTATE and name of the error.
CREATE FUNCTION load.call(client int, OUT key text, OUT who text, OUT case_no bigint, OUT action text, OUT data jsonb, OUT log_no bigint, OUT answer text)
	LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	r dcm.act_result;
	name text;
BEGIN
	SELECT c.* INTO key, who, case_no, action, data FROM load.choose(client) AS c;
	data := coalesce(data, '{}');
	BEGIN
		PERFORM dcm.become(who);
		IF action = 'report' THEN
			r := dcm.report_case('E9901', dcm.point(121.605, 31.805), description => key, client_key => key);
		ELSE
			r := dcm.act(case_no, action, data => data, client_key => key);
		END IF;
		log_no := r.log_no;
		case_no := r.case_no;
		answer := 'ok';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS name = CONSTRAINT_NAME;
		answer := trim(SQLSTATE || ' ' || name);
		log_no := 0;
		case_no := coalesce(case_no, 0);
	END;
END $$;
-- and that it was told
CREATE FUNCTION load.tell(client int, key text, who text, case_no bigint, action text, data jsonb, log_no bigint, answer text) RETURNS void
	LANGUAGE sql VOLATILE SECURITY DEFINER AS $$
	INSERT INTO load.told VALUES (client, key, who, case_no, action, data, log_no, answer);
	INSERT INTO load.known (case_no) SELECT case_no WHERE action = 'report' AND answer = 'ok';
$$;
GRANT USAGE ON SCHEMA load TO PUBLIC;

-- What is not as it was told, in words; nothing where all is well.
CREATE VIEW load.faults AS
WITH calls AS (
	SELECT k.case_no, k.client_key AS key, k.log_no FROM dcm.act_key AS k
	UNION ALL
	SELECT k.case_no, k.client_key, 1 FROM dcm.report_key AS k)
SELECT 'told, but not there as told: ' || t.key AS fault FROM load.told AS t
WHERE t.answer = 'ok' AND 1 <> (
	SELECT count(*) FROM calls AS c JOIN dcm.case_log AS l ON (l.case_no, l.log_no) = (c.case_no, c.log_no)
	WHERE (c.case_no, c.key, c.log_no) = (t.case_no, t.key, t.log_no) AND l.action = t.action)
UNION ALL
SELECT 'told two answers: ' || t.key FROM load.told AS t WHERE t.answer = 'ok' GROUP BY t.key HAVING count(DISTINCT (t.case_no, t.log_no)) > 1
UNION ALL
SELECT 'done, but never told: ' || c.key FROM calls AS c WHERE NOT EXISTS (SELECT FROM load.told AS t WHERE t.key = c.key AND t.answer = 'ok')
UNION ALL
SELECT 'done without a call: ' || l.case_no || ' ' || l.log_no FROM dcm.case_log AS l JOIN dcm.person AS p ON p.id = l.actor
WHERE l.recorded_at > (SELECT min(v.at) FROM load.verified AS v) AND p.code <> 'system'
	AND NOT EXISTS (SELECT FROM calls AS c WHERE (c.case_no, c.log_no) = (l.case_no, l.log_no))
UNION ALL
SELECT 'escalated without a message: ' || e.id FROM dcm.escalation AS e
WHERE 1 <> (SELECT count(*) FROM dcm.outbox AS o WHERE o.key = 'escalation:' || e.id)
UNION ALL
SELECT v.at || ': ' || v.faults || ' faults meanwhile' FROM load.verified AS v WHERE v.faults > 0
UNION ALL
SELECT v::text FROM dcm.verify_all() AS v;
INSERT INTO load.verified (faults) SELECT count(*) FROM dcm.verify_all();
VACUUM ANALYZE;
