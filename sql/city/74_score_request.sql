-- Scores that no log holds, and corrections: one person asks, another decides, and
-- the ledger has an entry once both have.

-- Nobody enters, corrects or approves scores of a body in which they have a post.
CREATE FUNCTION dcm.require_other_body(who text, scorecard text, subject text) RETURNS void
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF EXISTS (
		SELECT FROM dcm.scorecard AS c
			JOIN dcm.org AS o ON o.code = require_other_body.subject
			JOIN dcm.post AS t ON t.org = o.id AND t.valid @> now()
		WHERE c.code = require_other_body.scorecard AND c.kind IN ('org', 'company') AND t.person = dcm.my_person()) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('person "%s" has a post in body "%s"', who, subject),
			DETAIL = 'Scores of a body are entered and approved by others.',
			CONSTRAINT = 'dcm.separation';
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.require_other_body(text, text, text) IS '42501 dcm.separation where the person has a post in the body that is scored. 不得为本单位评分。';
REVOKE ALL ON FUNCTION dcm.require_other_body(text, text, text) FROM PUBLIC;

CREATE FUNCTION dcm.enter_score(kind text, code text, scorecard text, subject text, item text, value numeric, reason text, evidence jsonb DEFAULT '{}', case_no bigint DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period := dcm.period_in(kind, code, '{open,draft,announced}');
	i dcm.score_item;
	fault text;
	made bigint;
BEGIN
	SELECT x.* INTO i FROM dcm.score_item AS x
	WHERE x.scorecard = enter_score.scorecard AND x.code = enter_score.item AND x.valid @> dcm.rules_time(p, enter_score.scorecard);
	fault := CASE
		WHEN i.id IS NULL THEN format('Scorecard "%s" has no item "%s".', scorecard, item)
		WHEN i.rule <> 'entered' THEN format('Item "%s" is computed.', item)
		WHEN NOT EXISTS (SELECT FROM dcm.score_subject(enter_score.scorecard, p.since, p.till) AS s WHERE s.subject = enter_score.subject) THEN format('"%s" is not scored by "%s".', subject, scorecard)
		WHEN subject IS NULL THEN 'It needs a subject.'
		-- neither NULL nor NaN, and nothing that would be cut off
		WHEN NOT coalesce(value > '-infinity' AND value < 'infinity', false) THEN 'It needs a number.'
		WHEN dcm.item_points(i.id, value) <> round(dcm.raw_points(i.id, value), i.decimals) THEN format('It would be %s points, and the item has from %s to %s.', trim_scale(dcm.raw_points(i.id, value)),
			coalesce((coalesce(i.least, CASE WHEN i.weight > 0 THEN 0 END))::text, 'any'), coalesce((coalesce(i.most, CASE WHEN i.weight > 0 THEN i.weight END))::text, 'any'))
		WHEN i.weight > 0 AND EXISTS (SELECT FROM dcm.score_request AS r JOIN dcm.score_item AS x ON x.id = r.item
			WHERE r.period = p.id AND r.scorecard = i.scorecard AND r.subject = enter_score.subject AND x.code = i.code AND r.decided_at IS NULL)
			THEN format('One for item "%s" waits for a second person.', item)
		WHEN i.weight > 0 AND EXISTS (SELECT FROM dcm.score_entry AS l JOIN dcm.score_item AS x ON x.id = l.item
			WHERE l.period = p.id AND l.scorecard = i.scorecard AND l.subject = enter_score.subject AND x.code = i.code AND l.kind = 'entered'
				AND NOT EXISTS (SELECT FROM dcm.score_entry AS r WHERE r.reverses = l.id)) THEN format('Item "%s" is entered already; dcm.correct_score() corrects it.', item)
		WHEN coalesce(reason, '') = '' THEN 'It needs a reason.'
		WHEN coalesce(evidence, '{}') IN ('{}', '[]', 'null') AND case_no IS NULL THEN 'It needs evidence: a document, or the number of a case.'
		WHEN case_no IS NOT NULL AND NOT EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = enter_score.case_no) THEN format('There is no case %s.', case_no) END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'this score cannot be entered',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_score';
	END IF;
	PERFORM dcm.require_other_body(who, scorecard, subject);
	INSERT INTO dcm.score_request (period, scorecard, subject, item, value, points, reason, evidence, case_no, asked_by, asker)
	VALUES (p.id, scorecard, subject, i.id, value, dcm.item_points(i.id, value), reason, coalesce(evidence, '{}'), case_no, who, dcm.my_person())
	RETURNING id INTO made;
	RETURN made;
END
$$;
COMMENT ON FUNCTION dcm.enter_score(text, text, text, text, text, numeric, text, jsonb, bigint) IS
	'Enters a value for an item of rule entered (明察暗访, third party, fraud …) with reason and evidence; it counts once a second person has approved (dcm.decide_score). Returns the request''s number. 22023 for an item, subject or value that cannot be, 55000 once the period is closed, 42501 without a role of setting score_roles. 录入评分,须第二人审核后生效。';
REVOKE ALL ON FUNCTION dcm.enter_score(text, text, text, text, text, numeric, text, jsonb, bigint) FROM PUBLIC;

CREATE FUNCTION dcm.enter_scores(kind text, code text, scorecard text, item text, scores jsonb, reason text, evidence jsonb DEFAULT '{}') RETURNS bigint[]
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	fault text;
BEGIN
	IF jsonb_typeof(scores) IS DISTINCT FROM 'object' OR scores = '{}' THEN
		fault := 'It is an object of subjects and what each is given: {"320681": 91.5}.';
	ELSE
		SELECT format('"%s" is given no number.', s.key) INTO fault
		FROM jsonb_each(scores) AS s WHERE jsonb_typeof(s.value) <> 'number' ORDER BY s.key LIMIT 1;
	END IF;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'these scores cannot be entered',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_score';
	END IF;
	RETURN ARRAY(
		SELECT dcm.enter_score(kind, code, scorecard, s.key, item, (s.value #>> '{}')::numeric, reason, evidence)
		FROM (SELECT x.* FROM jsonb_each(scores) AS x ORDER BY x.key OFFSET 0) AS s);
END
$$;
COMMENT ON FUNCTION dcm.enter_scores(text, text, text, text, jsonb, text, jsonb) IS
	'Enters a list of values for an item, such as a third party''s scores of a month: {"320681": 91.5, …}; all or none. Returns the numbers of the requests, which dcm.decide_scores() decides. Errors as dcm.enter_score(). 批量录入(如第三方评分)。';
REVOKE ALL ON FUNCTION dcm.enter_scores(text, text, text, text, jsonb, text, jsonb) FROM PUBLIC;

CREATE FUNCTION dcm.correct_score(entry bigint, points numeric, reason text, evidence jsonb DEFAULT '{}') RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	e dcm.score_entry;
	i dcm.score_item;
	least_points numeric;
	most_points numeric;
	fault text;
	made bigint;
BEGIN
	PERFORM dcm.require_read_committed();
	SELECT l.* INTO e FROM dcm.score_entry AS l WHERE l.id = entry;
	-- one asks at a time, and none beside a close
	PERFORM FROM dcm.period AS p WHERE p.id = e.period FOR UPDATE;
	SELECT x.* INTO i FROM dcm.score_item AS x WHERE x.id = e.item;
	least_points := coalesce(i.least, CASE WHEN i.weight > 0 THEN 0 END);
	most_points := coalesce(i.most, CASE WHEN i.weight > 0 THEN i.weight END);
	fault := CASE
		WHEN e.id IS NULL THEN format('There is no entry %s.', entry)
		WHEN e.kind = 'card' THEN format('Entry %s has no points.', entry)
		WHEN e.kind = 'reversal' OR EXISTS (SELECT FROM dcm.score_entry AS r WHERE r.reverses = entry) THEN 'It is reversed already.'
		WHEN EXISTS (SELECT FROM dcm.score_request AS r WHERE r.reverses = entry AND r.decided_at IS NULL) THEN 'Its correction waits for a second person.'
		WHEN NOT coalesce(points > '-infinity' AND points < 'infinity', true) THEN 'It needs a number.'
		WHEN points < least_points OR points > most_points THEN format('The item has from %s to %s points.', coalesce(least_points::text, 'any'), coalesce(most_points::text, 'any'))
		WHEN coalesce(reason, '') = '' THEN 'It needs a reason.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'this score cannot be corrected',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_score';
	END IF;
	PERFORM dcm.require_other_body(who, e.scorecard, e.subject);
	INSERT INTO dcm.score_request (period, scorecard, subject, item, points, reverses, reason, evidence, case_no, asked_by, asker)
	VALUES (e.period, e.scorecard, e.subject, e.item, round(points, i.decimals), entry, reason, coalesce(evidence, '{}'), e.case_no, who, dcm.my_person())
	RETURNING id INTO made;
	RETURN made;
END
$$;
COMMENT ON FUNCTION dcm.correct_score(bigint, numeric, text, jsonb) IS
	'Asks to reverse an entry of the ledger, and to give points instead (NULL: none); done once a second person has approved (dcm.decide_score). Possible after the close too: the ledger says both, and when. 22023 for an entry that is none or reversed, or points out of bounds, 42501 without a role of setting score_roles. 申请更正评分(冲销),须第二人审核。';
REVOKE ALL ON FUNCTION dcm.correct_score(bigint, numeric, text, jsonb) FROM PUBLIC;

CREATE FUNCTION dcm.decide_score(request bigint, approved boolean) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET datestyle = 'ISO'
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	r dcm.score_request;
	e dcm.score_entry;
	step text;
	fault text;
	made bigint;
BEGIN
	PERFORM dcm.require_read_committed();
	SELECT x.* INTO r FROM dcm.score_request AS x WHERE x.id = request FOR UPDATE;
	SELECT p.step INTO step FROM dcm.period AS p WHERE p.id = r.period FOR UPDATE;
	fault := CASE
		WHEN r.id IS NULL THEN format('There is no request %s.', request)
		WHEN approved IS NULL THEN 'It is approved or not.'
		WHEN approved AND r.reverses IS NULL AND step IN ('closed', 'published') THEN format('The period is %s.', step)
		WHEN r.decided_at IS NOT NULL THEN format('"%s" has decided it.', r.decided_by)
		WHEN approved AND EXISTS (SELECT FROM dcm.score_entry AS l WHERE l.reverses = r.reverses) THEN 'The entry was reversed meanwhile.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'there is nothing to decide',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_score';
	END IF;
	IF r.asked_by = who OR r.asker = dcm.my_person() THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('person "%s" has asked for it', who),
			DETAIL = 'A score is approved by another person than the one who entered it.',
			CONSTRAINT = 'dcm.separation';
	END IF;
	PERFORM dcm.require_other_body(who, r.scorecard, r.subject);
	UPDATE dcm.score_request AS x SET decided_by = who, decided_at = clock_timestamp(), approved = decide_score.approved WHERE x.id = request;
	IF NOT approved THEN
		RETURN NULL;
	END IF;
	IF r.reverses IS NOT NULL THEN
		SELECT l.* INTO e FROM dcm.score_entry AS l WHERE l.id = r.reverses;
		e.kind := 'reversal';
		e.reverses := r.reverses;
		e.points := -e.points;
		e.evidence := r.evidence;
		e.reason := r.reason;
		e.request := r.id;
		e.entered_by := r.asked_by;
		e.approved_by := who;
		made := dcm.append_score(e);
	END IF;
	IF r.points IS NOT NULL THEN
		e := NULL;
		e.period := r.period;
		e.scorecard := r.scorecard;
		e.kind := 'entered';
		e.subject := r.subject;
		e.item := r.item;
		e.weight := (SELECT i.weight FROM dcm.score_item AS i WHERE i.id = r.item);
		e.value := r.value;
		e.points := r.points;
		e.evidence := r.evidence;
		e.case_no := r.case_no;
		e.reason := r.reason;
		e.request := r.id;
		e.entered_by := r.asked_by;
		e.approved_by := who;
		made := dcm.append_score(e);
	END IF;
	RETURN made;
END
$$;
COMMENT ON FUNCTION dcm.decide_score(bigint, boolean) IS
	'Approves a score that somebody else has entered or asked to correct, which then goes into the ledger; returns the last entry''s number, NULL where it is not approved. 42501 for one''s own request (separation) or without a role of setting score_roles, 22023 where nothing waits. 审核评分录入或更正。';
REVOKE ALL ON FUNCTION dcm.decide_score(bigint, boolean) FROM PUBLIC;

CREATE FUNCTION dcm.decide_scores(requests bigint[], approved boolean) RETURNS bigint
	LANGUAGE sql VOLATILE STRICT PARALLEL UNSAFE COST 100000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT count(dcm.decide_score(r.request, decide_scores.approved))
	FROM (SELECT x.request FROM unnest(requests) AS x (request) ORDER BY 1 OFFSET 0) AS r
$$;
COMMENT ON FUNCTION dcm.decide_scores(bigint[], boolean) IS
	'dcm.decide_score() for each request, all or none; returns how many entries the ledger has by it. 批量审核评分。';
REVOKE ALL ON FUNCTION dcm.decide_scores(bigint[], boolean) FROM PUBLIC;
