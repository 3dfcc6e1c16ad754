-- Automatic steps: what rules say of a case, taking what is certain as person
-- system through dcm.act, and how well they do beside people.  All run with the
-- caller's rights.

CREATE FUNCTION dcm.sample_key(seed text, case_no bigint) RETURNS bytea
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
	RETURN pg_catalog.sha256(pg_catalog.convert_to(seed OPERATOR(pg_catalog.||) case_no::pg_catalog.text, 'UTF8'));
COMMENT ON FUNCTION dcm.sample_key(text, bigint) IS
	'Where a case stands in draws with that seed: sha256 over the seed and the 15 digits of the case number, in UTF-8. 案卷在某种子下的抽取次序。';

CREATE FUNCTION dcm.auto_sampled(seed text, case_no bigint, percent numeric) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
	-- the first 7 bytes of the digest, as a share of all that they may be
	RETURN ('x00' OPERATOR(pg_catalog.||) pg_catalog.encode(pg_catalog.substr(dcm.sample_key(seed, case_no), 1, 7), 'hex'))::bit(64)::bigint
		OPERATOR(pg_catalog.<) (percent OPERATOR(pg_catalog./) 100 OPERATOR(pg_catalog.*) 72057594037927936::numeric);
COMMENT ON FUNCTION dcm.auto_sampled(text, bigint, numeric) IS
	'Whether the sample of a rule takes the case: the first 7 bytes of sha256 over seed and case number, as a number, lie below that percent of 2^56. 按种子与案卷号判定是否抽中交人员办理。';

CREATE FUNCTION dcm.auto_steps(OUT state text, OUT step text, OUT rules int[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000 ROWS 5
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN QUERY
	SELECT t.state, t.action, array_agg(r.id ORDER BY r.id)
	FROM dcm.transition AS t
		JOIN dcm.auto_rule AS r ON r.step = t.action AND r.valid @> clock_timestamp()
	WHERE t.valid @> clock_timestamp() AND t.state IS NOT NULL AND 'system' = ANY (t.roles)
	GROUP BY t.state, t.action
	ORDER BY 1, 2;
END
$$;
COMMENT ON FUNCTION dcm.auto_steps() IS
	'In which states which step is open to the system and has rules that count now. 当前可自动办理的状态、动作与规则。';

CREATE FUNCTION dcm.auto_open() RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	RETURN (SELECT coalesce(jsonb_object_agg(o.state, o.steps), '{}')
		FROM (SELECT s.state, jsonb_object_agg(s.step, to_jsonb(s.rules)) AS steps FROM dcm.auto_steps() AS s GROUP BY s.state) AS o);
END
$$;
COMMENT ON FUNCTION dcm.auto_open() IS
	'What dcm.auto_steps() says as one value: {state: {step: [rule, …]}}. 可自动办理的步骤与规则,汇为一值。';

CREATE FUNCTION dcm.auto_doubt(case_no bigint, rule int, OUT doubt text, OUT data jsonb)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	r record;
	f record;
	moment constant timestamptz := clock_timestamp();
	n bigint;
	found_no smallint;
	body text;
	claim text;
BEGIN
	SELECT * INTO STRICT r FROM dcm.auto_rule AS x WHERE x.id = rule;
	SELECT c.*, k.code, k.edition INTO STRICT f
	FROM dcm.case_file AS c JOIN dcm.category AS k ON k.id = c.category WHERE c.case_no = auto_doubt.case_no;
	data := jsonb_build_object('rule', rule);
	IF (r.not_if_similar OR r.step = 'dispatch') AND f.edition <> dcm.setting('edition') THEN
		doubt := 'the category is of another edition than the city''s now. 类别版本不同。';
	ELSIF r.not_if_similar AND f.location IS NULL THEN
		doubt := 'without a point nobody knows of similar cases. 无坐标,无法查重。';
	ELSIF r.not_if_similar THEN
		SELECT format('case %s is similar and open. 有相似的未结案卷。', min(s.case_no)) INTO doubt
		FROM dcm.similar_cases(f.code, f.location, f.reported_at) AS s
		WHERE s.case_no <> f.case_no AND s.ended_at IS NULL HAVING count(*) > 0;
	END IF;
	IF doubt IS NOT NULL THEN
		RETURN;
	END IF;

	CASE r.step
		WHEN 'accept' THEN
			IF EXISTS (SELECT FROM dcm.case_task AS k WHERE k.case_no = f.case_no AND k.kind = 'verify' AND k.outcome IS DISTINCT FROM 'confirm_verification') THEN
				doubt := 'a verification did not confirm it. 核实未属实。';
			END IF;
		WHEN 'file' THEN
			SELECT count(*), min(s.condition_no) INTO n, found_no
			FROM dcm.filing_standard AS s
			WHERE s.category = f.category AND s.valid @> moment AND s.condition_no = coalesce(r.condition_no, s.condition_no);
			data := data || jsonb_build_object('condition', found_no);
			IF n <> 1 THEN
				doubt := CASE WHEN n > 1 THEN format('the category has %s filing conditions. 立案条件不唯一。', n) ELSE 'the category has no such filing condition now. 无此立案条件。' END;
			ELSIF f.location IS NULL AND dcm.setting('file_needs_point')::boolean THEN
				doubt := 'it has no point. 无坐标。';
			END IF;
		WHEN 'dispatch' THEN
			IF f.work_no > 0 THEN
				doubt := 'a body had it before. 曾派遣,已退回或撤回。';
			ELSIF f.location IS NULL AND f.component IS NULL THEN
				doubt := 'it has no point. 无坐标。';
			ELSE
				SELECT count(*), min(c.org), min(c.principle) INTO n, body, claim
				FROM dcm.resolve_responsible(f.code, f.location, f.component, moment) AS c;
				data := data || jsonb_build_object('org', body);
				doubt := CASE
					WHEN n > 1 THEN format('there are %s candidates. 责任单位不唯一。', n)
					WHEN claim = 'out_of_coverage' THEN 'it lies where nobody manages digitally. 不在覆盖范围内。'
					WHEN claim = 'ownerless' THEN 'nobody answers for it. 无责任主体。'
					WHEN claim NOT IN ('owner', 'territory') THEN 'another district is near. 区县交界。' END;
			END IF;
		WHEN 'close' THEN
			-- of the checks the last, which a person passed
			IF NOT coalesce((
				SELECT k.outcome = 'pass_check' AND k.done_at >= f.handled_at AND p.kind = 'human'
				FROM dcm.case_task AS k LEFT JOIN dcm.person AS p ON p.id = k.done_by
				WHERE k.case_no = f.case_no AND k.kind = 'check'
				ORDER BY k.task_no DESC LIMIT 1), false) THEN
				doubt := 'no check by a person has passed since it was handled. 处置后未经人员核查通过。';
			ELSIF EXISTS (SELECT FROM dcm.case_log AS l WHERE l.case_no = f.case_no AND l.action = 'close') THEN
				doubt := 'it was closed before. 曾结案。';
			END IF;
		ELSE NULL;
	END CASE;
END
$$;
COMMENT ON FUNCTION dcm.auto_doubt(bigint, int) IS
	'Why a rule that fits a case does not take it, in words, NULL where nothing is uncertain; and the data that the act would carry. 规则对某案卷拿不准之处。';

CREATE FUNCTION dcm.auto_judge(case_no bigint, open jsonb,
	OUT step text, OUT rule int, OUT rule_name text, OUT outcome text, OUT reason text, OUT data jsonb, OUT log_no int, OUT rules int[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 20000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	f record;
	r record;
	answer record;
BEGIN
	SELECT c.state, c.log_no, c.source, c.category, k.kind, c.area, c.severity, c.component, c.attachments INTO f
	FROM dcm.case_file AS c JOIN dcm.category AS k ON k.id = c.category WHERE c.case_no = auto_judge.case_no;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no case %s', coalesce(case_no::text, 'NULL')),
			CONSTRAINT = 'dcm.no_case';
	END IF;
	log_no := f.log_no;
	FOR step, rules IN SELECT s.key, translate(s.value::text, '[]', '{}') FROM jsonb_each(open -> f.state) AS s LOOP
		rule := NULL;
		rule_name := NULL;
		reason := NULL;
		data := NULL;
		outcome := 'no_rule';
		FOR r IN
			SELECT x.* FROM dcm.auto_rule AS x
			WHERE x.id = ANY (rules)
				AND f.source = coalesce(x.source, f.source) AND f.category = coalesce(x.category, f.category)
				AND f.kind = coalesce(x.kind, f.kind) AND f.severity = coalesce(x.severity, f.severity)
				AND (x.area IS NULL OR coalesce(f.area <@ x.area, false))
				AND (NOT x.needs_component OR f.component IS NOT NULL)
				AND (NOT x.needs_photo OR CASE WHEN x.step IN ('request_check', 'close')
					THEN EXISTS (SELECT FROM dcm.attachment AS a WHERE a.case_no = auto_judge.case_no AND a.kind = 'after')
					ELSE f.attachments > 0 END)
			ORDER BY x.name, x.id
		LOOP
			answer := dcm.auto_doubt(case_no, r.id);
			CONTINUE WHEN answer.doubt IS NOT NULL AND outcome = 'uncertain';
			rule := r.id;
			rule_name := r.name;
			reason := answer.doubt;
			data := CASE WHEN answer.doubt IS NULL THEN answer.data END;
			outcome := CASE WHEN answer.doubt IS NOT NULL THEN 'uncertain'
				WHEN dcm.auto_sampled(r.seed, case_no, r.sample_percent) THEN 'sampled' ELSE 'take' END;
			-- the first that has no doubt decides, its sample too
			EXIT WHEN answer.doubt IS NULL;
		END LOOP;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.auto_judge(bigint, jsonb) IS
	'dcm.auto_decision() with what dcm.auto_open() says. 按给定的规则集判定案卷。';

CREATE FUNCTION dcm.auto_decision(case_no bigint,
	OUT step text, OUT rule int, OUT rule_name text, OUT outcome text, OUT reason text, OUT data jsonb, OUT log_no int, OUT rules int[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 20000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY SELECT * FROM dcm.auto_judge(case_no, dcm.auto_open());
END
$$;
COMMENT ON FUNCTION dcm.auto_decision(bigint) IS
	'What the rules that count now say of a case, for each step that its state leaves open to the system: take (with the data of the act), sampled (the rule would take it, and its sample gives it to people), uncertain (why, in words), no_rule. The rules of a step are asked in order of their names. Nothing is done. P0002 for an unknown case. 当前规则对某案卷的判定及理由。';

CREATE FUNCTION dcm.auto_note(case_no bigint, step text, log_no int, rules int[], rule int, outcome text, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	INSERT INTO dcm.auto_look (case_no, step, log_no, rules, rule, outcome, reason)
	VALUES (auto_note.case_no, auto_note.step, auto_note.log_no, auto_note.rules, auto_note.rule, auto_note.outcome, auto_note.reason)
	ON CONFLICT ON CONSTRAINT auto_look_pkey DO UPDATE
		SET log_no = EXCLUDED.log_no, rules = EXCLUDED.rules, rule = EXCLUDED.rule, outcome = EXCLUDED.outcome,
			reason = EXCLUDED.reason, looked_at = EXCLUDED.looked_at;
END
$$;
COMMENT ON FUNCTION dcm.auto_note(bigint, text, int, int[], int, text, text) IS
	'Notes in dcm.auto_look that a step of a case was left to people. 记录留给人员办理的步骤。';

CREATE FUNCTION dcm.auto_carry(case_no bigint, open jsonb) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	d record;
	answer dcm.act_result;
	fault text;
	taken text[] := '{}';
	went_on boolean := true;
	acted boolean;
BEGIN
	WHILE went_on LOOP
		went_on := false;
		FOR d IN SELECT * FROM dcm.auto_judge(case_no, open) LOOP
			-- a city's workflow may go in a circle, the system does not
			IF d.outcome <> 'take' OR d.step = ANY (taken) THEN
				PERFORM dcm.auto_note(case_no, d.step, d.log_no, d.rules, d.rule,
					CASE d.outcome WHEN 'take' THEN 'uncertain' ELSE d.outcome END,
					CASE d.outcome WHEN 'take' THEN 'the step was taken already. 本次已办理过该步骤。' ELSE d.reason END);
				CONTINUE;
			END IF;
			-- one case that fails must not keep the others waiting
			acted := false;
			BEGIN
				answer := dcm.act(case_no, d.step, data => d.data, expect => d.log_no);
				IF answer.log_no <> d.log_no + 1 THEN
					RAISE EXCEPTION USING
						ERRCODE = 'object_not_in_prerequisite_state',
						MESSAGE = format('case %s has changed meanwhile', case_no),
						CONSTRAINT = 'dcm.stale';
				END IF;
				went_on := open ? answer.state;
				acted := true;
			EXCEPTION WHEN OTHERS THEN
				fault := SQLERRM;
			END;
			IF NOT acted THEN
				RAISE WARNING 'rule % did not % case %: %', d.rule, d.step, case_no, fault;
				PERFORM dcm.auto_note(case_no, d.step, d.log_no, d.rules, d.rule, 'failed', fault);
				CONTINUE;
			END IF;
			taken := taken || d.step;
			EXIT;
		END LOOP;
	END LOOP;
	RETURN cardinality(taken);
END
$$;
COMMENT ON FUNCTION dcm.auto_carry(bigint, jsonb) IS
	'Takes, as who acts now, the steps of a case that rules take (open: what dcm.auto_open() says), one after another, to the first that is not certain; returns how many. A WARNING and no error where an act fails. 按规则连续办理一个案卷的自动步骤。';

CREATE FUNCTION dcm.auto_batch(batch int, OUT looked int, OUT carried int)
	RETURNS record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
	-- the planner cannot know that few open cases are left to look at
	SET enable_seqscan = off SET jit = off
AS $$
DECLARE
	c record;
	open jsonb;
	steps int;
	fault text;
BEGIN
	looked := 0;
	carried := 0;
	PERFORM dcm.require_city('0.2.0');
	-- what another batch has in hand is left to it, without waiting
	PERFORM FROM dcm.job_lock AS l WHERE l.job = 'auto' FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	PERFORM dcm.become('system', (SELECT p.code FROM dcm.post AS p JOIN dcm.person AS h ON h.id = p.person
		WHERE h.code = 'system' AND p.role = 'system' AND p.valid @> clock_timestamp() LIMIT 1));
	open := dcm.auto_open();
	FOR c IN
		WITH steps AS MATERIALIZED (SELECT s.* FROM dcm.auto_steps() AS s)
		SELECT f.case_no, o.step, f.log_no, o.rules
		FROM steps AS o
			JOIN dcm.case_file AS f ON f.state = o.state AND f.ended_at IS NULL
		-- by the key of the case's own note, however many there are
		WHERE coalesce((
			SELECT l.log_no <> f.log_no OR l.rules <> o.rules OR l.outcome = 'failed' AND l.looked_at < clock_timestamp() - interval '1 hour'
			FROM dcm.auto_look AS l WHERE l.case_no = f.case_no AND l.step = o.step), true)
		LIMIT batch
	LOOP
		looked := looked + 1;
		steps := NULL;
		BEGIN
			steps := dcm.auto_carry(c.case_no, open);
		EXCEPTION WHEN OTHERS THEN
			fault := SQLERRM;
		END;
		IF steps IS NULL THEN
			RAISE WARNING 'case % could not be judged by rules: %', c.case_no, fault;
			PERFORM dcm.auto_note(c.case_no, c.step, c.log_no, c.rules, NULL, 'failed', fault);
		ELSIF steps > 0 THEN
			carried := carried + 1;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.auto_batch(int) IS
	'Looks, as person system, at no more than batch cases that wait for a step which rules may take, carries on those of which they are certain and notes the others in dcm.auto_look; looked below batch: there are no more, or another batch is at work. 自动办理一批案卷。';

CREATE FUNCTION dcm.run_auto(batch int = 500) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	b record;
	most int;
	carried int := 0;
BEGIN
	IF batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'automatic steps need a batch of at least 1',
			CONSTRAINT = 'dcm.run_auto';
	END IF;
	-- what is left to people does not count, nor keep the others waiting
	LOOP
		most := batch - carried;
		b := dcm.auto_batch(most);
		carried := carried + b.carried;
		EXIT WHEN b.looked < most OR carried >= batch;
	END LOOP;
	RETURN carried;
END
$$;
COMMENT ON FUNCTION dcm.run_auto(int) IS
	'Takes, as person system, the steps that dcm.auto_rule allows, of at most batch cases, each case as far as it is certain; returns how many cases it carried on. 0 where another is at work. A case whose act fails gives a WARNING and leaves the others. 22023 for a batch below 1. 按自动规则办理案卷,返回本批数量。';

CREATE FUNCTION dcm.auto_quality(since timestamptz, till timestamptz,
	OUT step text, OUT taken_by text, OUT rule int, OUT rule_name text, OUT cases bigint, OUT share numeric, OUT wrong bigint, OUT error_percent numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 20
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	PERFORM dcm.require_city('0.2.0');
	RETURN QUERY
	WITH entry AS (
		-- each time that the step was taken, and the next time in the same case
		SELECT l.case_no, l.log_no, l.action, l.work_no, l.occurred_at, (l.data ->> 'rule')::int AS by_rule,
			lag(l.log_no) OVER w AS last_no, lead(l.log_no) OVER w AS next_no
		FROM dcm.case_log AS l
		WHERE l.action IN ('accept', 'file', 'dispatch', 'request_check', 'close')
		WINDOW w AS (PARTITION BY l.case_no, l.action ORDER BY l.log_no)),
	judged AS MATERIALIZED (
		SELECT e.case_no, e.log_no, e.action, e.by_rule, e.last_no,
			CASE WHEN e.action <> 'request_check' THEN EXISTS (
				SELECT FROM dcm.case_log AS l JOIN dcm.transition AS t ON t.id = l.transition
				WHERE l.case_no = e.case_no AND l.log_no > e.log_no AND (e.next_no IS NULL OR l.log_no < e.next_no)
					AND CASE e.action
						WHEN 'accept' THEN l.action IN ('reject', 'deny_verification', 'void')
						WHEN 'file' THEN l.action = 'void' OR t.effects && '{amend}' AND l.data ?| '{category,condition,location}'
						WHEN 'dispatch' THEN t.effects && '{return_work,recall_work}' AND l.work_no IS NOT DISTINCT FROM e.work_no
						ELSE l.action = 'reopen' OR t.effects && '{reopen}' END) END AS was_wrong
		FROM entry AS e
		WHERE e.occurred_at >= auto_quality.since AND e.occurred_at < auto_quality.till),
	parted AS (
		SELECT j.action, CASE WHEN j.by_rule IS NULL THEN 'people' ELSE 'rule' END AS part, j.by_rule, j.case_no, j.was_wrong
		FROM judged AS j
		UNION ALL
		-- of which those that a rule would have taken, and its sample gave to people
		SELECT j.action, 'sample', k.rule, j.case_no, j.was_wrong
		FROM judged AS j
			JOIN dcm.auto_look AS k ON k.case_no = j.case_no AND k.step = j.action AND k.outcome = 'sampled'
				AND k.log_no < j.log_no AND k.log_no >= coalesce(j.last_no, 0)
		WHERE j.by_rule IS NULL),
	counted AS (
		SELECT p.action, p.part, p.by_rule, count(*) AS n, CASE WHEN p.action <> 'request_check' THEN count(*) FILTER (WHERE p.was_wrong) END AS n_wrong
		FROM parted AS p
		GROUP BY p.action, p.part, p.by_rule)
	SELECT c.action, c.part, c.by_rule, r.name, c.n,
		round(100.0 * c.n / sum(c.n) FILTER (WHERE c.part <> 'sample') OVER (PARTITION BY c.action), 2),
		c.n_wrong, round(100.0 * c.n_wrong / c.n, 2)
	FROM counted AS c
		LEFT JOIN dcm.auto_rule AS r ON r.id = c.by_rule
	ORDER BY array_position('{accept,file,dispatch,request_check,close}', c.action), c.part <> 'rule', c.part <> 'people', c.by_rule;
END
$$;
COMMENT ON FUNCTION dcm.auto_quality(timestamptz, timestamptz) IS
	'How the steps that rules may take went in [since, till): for each step taken_by rule (each by itself), people, and sample (of those of people: what a rule would have taken, and its sample gave to them), how often, what share of all in percent, how often it turned out wrong until now, and that in percent. Wrong is an acceptance that was rejected, denied at verification or voided; a filing amended in category, condition or place, or voided; a dispatch returned or recalled; a close reopened. A check that is asked for is never wrong: NULL. 自动步骤与人员办理的数量、占比与差错率对照。';
