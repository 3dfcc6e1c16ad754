-- The steps of a period: opened, computed as a draft, announced, closed, published;
-- each by whoever may score, never back.  What is announced is in the ledger, and
-- what changed until the close is booked there beside it.

CREATE FUNCTION dcm.period_days(kind text, code text, OUT since date, OUT till date)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	week_day constant int := dcm.setting('week_starts_on')::int;
	part text[];
	inside date;
BEGIN
	part := regexp_match(code, CASE kind WHEN 'week' THEN '^([1-9][0-9]{3})-W([0-5][0-9])$' WHEN 'month' THEN '^([1-9][0-9]{3})-(0[1-9]|1[0-2])$'
		WHEN 'quarter' THEN '^([1-9][0-9]{3})-Q([1-4])$' WHEN 'year' THEN '^([1-9][0-9]{3})()$' END);
	IF kind = 'week' AND part IS NOT NULL THEN
		since := to_date(part[1] || '-' || part[2], 'IYYY-IW');
		-- a year has 52 weeks or 53
		IF to_char(since, 'IYYY-"W"IW') = code THEN
			-- the week that has most of its days in the ISO week
			since := since + (week_day - 1) - CASE WHEN week_day > 4 THEN 7 ELSE 0 END;
			till := since + 6;
			RETURN;
		END IF;
	END IF;
	IF part IS NULL OR kind = 'week' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" is no period of kind "%s"', code, kind),
			DETAIL = 'Periods read 2015-W09, 2015-03, 2015-Q1, 2015; any other is of kind own and is told its days.',
			CONSTRAINT = 'dcm.bad_period';
	END IF;
	-- the first day of the month that names it lies in it, whatever day it begins on
	inside := make_date(part[1]::int, CASE kind WHEN 'month' THEN part[2]::int WHEN 'quarter' THEN part[2]::int * 3 - 2 ELSE 1 END, 1);
	SELECT o.since, o.till INTO since, till FROM dcm.period_of(kind, inside, dcm.month_starts_on()) AS o;
END
$$;
COMMENT ON FUNCTION dcm.period_days(text, text) IS
	'First and last day of a week (2015-W09), month (2015-03), quarter (2015-Q1) or year (2015) of evaluation, by settings month_starts_on and week_starts_on. 22023 for what is none. 考核周期的起止日期。';

CREATE FUNCTION dcm.open_period(kind text, code text, since date DEFAULT NULL, till date DEFAULT NULL) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET datestyle = 'ISO'
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	days record;
	other record;
	fault text;
	hint text;
	made int;
BEGIN
	fault := CASE
		WHEN kind IS NULL OR kind NOT IN ('week', 'month', 'quarter', 'year', 'own') THEN 'It is a week, month, quarter, year, or own.'
		WHEN coalesce(code, '') = '' THEN 'It needs a code.'
		WHEN num_nulls(since, till) = 1 THEN 'Its days are told both or not at all.'
		WHEN kind = 'own' AND since IS NULL THEN 'One of kind own is told its days.'
		WHEN NOT isfinite(since) OR NOT isfinite(till) OR till < since THEN 'Its first day is not after its last, and neither is infinite.'
		WHEN since < '1900-01-01' OR till > '2200-12-31' THEN 'Its days lie between 1900 and 2200.' END;
	IF fault IS NULL THEN
		IF kind <> 'own' THEN
			-- a code that is none is told, whatever the days are
			days := dcm.period_days(kind, code);
		END IF;
		IF since IS NOT NULL THEN
			SELECT open_period.since, open_period.till INTO days;
		END IF;
		PERFORM pg_advisory_xact_lock('dcm.period'::regclass::int, 0);
		SELECT p.* INTO other FROM dcm.period AS p WHERE p.kind = open_period.kind AND p.code = open_period.code;
		IF FOUND AND (since IS NULL OR (other.since, other.till) = (days.since, days.till)) THEN
			RETURN other.id;
		ELSIF FOUND THEN
			fault := format('It is there, from %s to %s.', other.since, other.till);
		ELSIF kind <> 'own' THEN
			SELECT format('Period "%s" has the days from %s to %s.', p.code, p.since, p.till) INTO fault
			FROM dcm.period AS p
			WHERE p.kind = open_period.kind AND daterange(p.since, p.till, '[]') && daterange(days.since, days.till, '[]')
			ORDER BY p.since LIMIT 1;
			hint := 'Where months or weeks begin on another day than they did, tell the first its days: since and till.';
		END IF;
	END IF;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'no such period can be opened',
			DETAIL = fault,
			HINT = coalesce(hint, ''),
			CONSTRAINT = 'dcm.bad_period';
	END IF;
	INSERT INTO dcm.period AS p (kind, code, since, till) VALUES (open_period.kind, open_period.code, days.since, days.till) RETURNING p.id INTO made;
	INSERT INTO dcm.period_log (kind, code, step, by) VALUES (open_period.kind, open_period.code, 'open', who);
	RETURN made;
END
$$;
COMMENT ON FUNCTION dcm.open_period(text, text, date, date) IS
	'Opens a period of evaluation and returns its number; the same where it is there. The days of a week, month, quarter or year are those of its code unless told; those of kind own are told. Two of a kind, but own, share no day. 22023 for a period that cannot be, 42501 without a role of setting score_roles. 建立评价周期。';
REVOKE ALL ON FUNCTION dcm.open_period(text, text, date, date) FROM PUBLIC;

-- The period, locked, in one of the steps; else an error that says so.
CREATE FUNCTION dcm.period_in(kind text, code text, steps text[]) RETURNS dcm.period
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	found_one dcm.period;
BEGIN
	PERFORM dcm.require_read_committed();
	SELECT p.* INTO found_one FROM dcm.period AS p WHERE p.kind = period_in.kind AND p.code = period_in.code FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no period "%s" of kind "%s"', code, kind),
			HINT = 'dcm.open_period() opens one.',
			CONSTRAINT = 'dcm.no_period';
	END IF;
	IF NOT coalesce(found_one.step = ANY (steps), false) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('period "%s" is %s', code, found_one.step),
			DETAIL = format('This is done while it is %s.', array_to_string(steps, ' or ')),
			CONSTRAINT = 'dcm.period_step';
	END IF;
	RETURN found_one;
END
$$;
COMMENT ON FUNCTION dcm.period_in(text, text, text[]) IS 'A period that is in one of the steps, locked; P0002 where there is none, 55000 where it is in another step. 取处于指定步骤的周期并加锁。';
REVOKE ALL ON FUNCTION dcm.period_in(text, text, text[]) FROM PUBLIC;

CREATE FUNCTION dcm.drop_period(kind text, code text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period := dcm.period_in(kind, code, '{open,draft}');
BEGIN
	IF EXISTS (SELECT FROM dcm.score_request AS r WHERE r.period = p.id) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('period "%s" cannot be dropped', code),
			DETAIL = 'Scores were entered for it, and these are never taken away.',
			CONSTRAINT = 'dcm.period_kept';
	END IF;
	DELETE FROM dcm.period AS x WHERE x.id = p.id;
	INSERT INTO dcm.period_log (kind, code, step, by) VALUES (p.kind, p.code, 'dropped', who);
END
$$;
COMMENT ON FUNCTION dcm.drop_period(text, text) IS
	'Takes back a period that was opened by mistake, and its draft. 55000 once it is announced or anything was entered for it, P0002 where there is none, 42501 without a role of setting score_roles. 撤销误建的周期。';
REVOKE ALL ON FUNCTION dcm.drop_period(text, text) FROM PUBLIC;

-- The time whose rules a period is evaluated by: its end, so that what is changed
-- afterwards changes no score of before.
CREATE FUNCTION dcm.rules_time(p dcm.period, scorecard text) RETURNS timestamptz
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT coalesce((SELECT c.rules_at FROM dcm.period_card AS c WHERE c.period = p.id AND c.scorecard = rules_time.scorecard),
		least(now(), (p.till + 1)::timestamp AT TIME ZONE dcm.setting('time_zone') - interval '1 microsecond'))
$$;
COMMENT ON FUNCTION dcm.rules_time(dcm.period, text) IS
	'The time whose rules a period is evaluated by: as dcm.evaluate() was told, else the end of its last day, or now where that is to come. 周期所用规则的时点。';

CREATE FUNCTION dcm.evaluate(kind text, code text, scorecard text, rules_at timestamptz DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET datestyle = 'ISO'
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period;
	rules constant timestamptz := rules_at;
	wrong record;
	n bigint;
BEGIN
	IF NOT EXISTS (SELECT FROM dcm.scorecard AS c WHERE c.code = evaluate.scorecard) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no scorecard "%s"', scorecard),
			HINT = 'dcm.scorecard lists them; dcm.load_preset() brings some.',
			CONSTRAINT = 'dcm.no_scorecard';
	END IF;
	p := dcm.period_in(kind, code, '{open,draft}');
	IF rules IS NOT NULL AND (NOT isfinite(rules) OR rules > now()) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'rules are taken of a time that has been',
			DETAIL = format('It was told %s.', rules),
			CONSTRAINT = 'dcm.bad_period';
	END IF;
	DELETE FROM dcm.score_draft AS d WHERE d.period = p.id AND d.scorecard = evaluate.scorecard;
	DELETE FROM dcm.period_card AS c WHERE c.period = p.id AND c.scorecard = evaluate.scorecard;
	INSERT INTO dcm.period_card (period, scorecard, rules_at) VALUES (p.id, evaluate.scorecard, coalesce(rules, dcm.rules_time(p, evaluate.scorecard)));
	SELECT f.* INTO wrong FROM dcm.check_scorecard(evaluate.scorecard, dcm.rules_time(p, evaluate.scorecard)) AS f ORDER BY f.name LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('scorecard "%s" cannot be used', scorecard),
			DETAIL = wrong.fault,
			CONSTRAINT = wrong.name;
	END IF;
	-- what became of the cases of a span is told by what is rolled up
	WHILE dcm.roll_up_facts() > 0 LOOP
	END LOOP;
	INSERT INTO dcm.score_draft (period, scorecard, subject, item, value, points, evidence)
	SELECT p.id, evaluate.scorecard, s.subject, s.item, s.value, s.points, s.evidence
	FROM dcm.score_of(evaluate.scorecard, p.since, p.till, dcm.rules_time(p, evaluate.scorecard)) AS s;
	GET DIAGNOSTICS n = ROW_COUNT;
	IF n = 0 AND EXISTS (SELECT FROM dcm.score_item AS i WHERE i.scorecard = evaluate.scorecard AND i.rule <> 'entered') THEN
		RAISE WARNING USING
			MESSAGE = format('scorecard "%s" has nobody to score in period "%s"', evaluate.scorecard, p.code),
			DETAIL = (SELECT format('It scores those of kind %s%s.', c.kind, ' and level ' || c.level) FROM dcm.scorecard AS c WHERE c.code = evaluate.scorecard);
	END IF;
	IF p.step = 'open' THEN
		UPDATE dcm.period AS x SET step = 'draft' WHERE x.id = p.id;
		INSERT INTO dcm.period_log (kind, code, step, by) VALUES (p.kind, p.code, 'draft', who);
	END IF;
	RETURN n;
END
$$;
COMMENT ON FUNCTION dcm.evaluate(text, text, text, timestamptz) IS
	'Computes a scorecard for a period as a draft, as often as one likes, by the rules of the end of the period or of another time that is told; returns how many items of subjects it has. P0002 for no such period or scorecard, 55000 once it is announced or where the card was not sound then, 22023 for a time that is to come, 42501 without a role of setting score_roles. 按方案试算周期得分。';
REVOKE ALL ON FUNCTION dcm.evaluate(text, text, text, timestamptz) FROM PUBLIC;

-- Who led a subject at a time.
CREATE FUNCTION dcm.subject_leaders(kind text, subject text, at timestamptz) RETURNS text[]
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT array_agg(l.name ORDER BY l.role <> 'leader', l.body, l.person)
	FROM dcm.org AS o
		CROSS JOIN LATERAL dcm.leaders(o.code, subject_leaders.at) AS l
	WHERE CASE subject_leaders.kind WHEN 'region' THEN o.kind = 'government' AND o.area::text = subject_leaders.subject WHEN 'org' THEN o.code = subject_leaders.subject
		WHEN 'company' THEN o.code = subject_leaders.subject END
$$;
COMMENT ON FUNCTION dcm.subject_leaders(text, text, timestamptz) IS
	'The names of the leaders and deputies, leaders first, of a body or company, or of the government of a region, at a time, as Wuhan publishes them with the ranking. 评价对象的主要负责人与分管领导姓名。';

-- What a ranking needs beside the points, as it is now.
CREATE FUNCTION dcm.card_of(p dcm.period, scorecard text) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT jsonb_build_object(
		'card', (to_jsonb(c) - '{confidence,source}'::text[]) || jsonb_build_object('rules_at', extract(epoch FROM t.rules_at)),
		'grades', (SELECT coalesce(jsonb_agg(to_jsonb(g) - 'scorecard' ORDER BY g.since), '[]') FROM dcm.grade AS g WHERE g.scorecard = c.code),
		'items', (SELECT coalesce(jsonb_agg(i.code ORDER BY i.position, i.code), '[]') FROM dcm.score_item AS i WHERE i.scorecard = c.code AND i.weight > 0 AND i.valid @> t.rules_at),
		'subjects', (
			SELECT coalesce(jsonb_object_agg(s.subject, jsonb_strip_nulls(jsonb_build_object('name', s.name, 'name_en', s.name_en, 'class', s.class,
				'group', (SELECT g.code FROM dcm.area_group AS g JOIN dcm.area_group_member AS m ON m.area_group = g.id
					WHERE g.kind = c.group_kind AND g.valid @> t.last_at AND s.area OPERATOR(dcm.<@) m.area ORDER BY g.code LIMIT 1),
				'leaders', to_jsonb(dcm.subject_leaders(c.kind, s.subject, t.last_at))))), '{}')
			FROM dcm.score_subject(c.code, p.since, p.till) AS s))
	FROM dcm.scorecard AS c
		CROSS JOIN LATERAL (SELECT dcm.rules_time(p, c.code) AS rules_at, (p.till + 1)::timestamp AT TIME ZONE dcm.setting('time_zone') - interval '1 microsecond' AS last_at) AS t
	WHERE c.code = card_of.scorecard
$$;
COMMENT ON FUNCTION dcm.card_of(dcm.period, text) IS
	'What a ranking of a period needs beside the points: the scorecard, its grades, its items with a weight, and names, classes, groups and leaders of its subjects at the end of the period. 排名所需的方案、等级与对象信息。';

-- Books what a period's scorecards give now where the ledger has it otherwise.
CREATE FUNCTION dcm.book_period(p dcm.period, who text, why text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	card record;
	s record;
	e dcm.score_entry;
	n bigint := 0;
BEGIN
	FOR card IN SELECT c.scorecard, c.rules_at FROM dcm.period_card AS c WHERE c.period = p.id ORDER BY 1 LOOP
		IF NOT EXISTS (SELECT FROM dcm.score_entry AS l WHERE l.period = p.id AND l.scorecard = card.scorecard AND l.kind = 'card') THEN
			e := NULL;
			e.period := p.id;
			e.scorecard := card.scorecard;
			e.kind := 'card';
			e.evidence := dcm.card_of(p, card.scorecard);
			e.entered_by := who;
			PERFORM dcm.append_score(e);
		END IF;
		FOR s IN
			SELECT x.subject, x.item, i.weight, x.value, x.points, x.evidence, k.id AS old
			FROM dcm.score_of(card.scorecard, p.since, p.till, card.rules_at) AS x
				JOIN dcm.score_item AS i ON i.id = x.item
				-- the last word on it; what two persons have corrected stays corrected
				LEFT JOIN LATERAL (
					SELECT l.* FROM dcm.score_entry AS l
					WHERE l.period = p.id AND l.scorecard = card.scorecard AND l.subject = x.subject AND l.item = x.item
					ORDER BY l.id DESC LIMIT 1) AS k ON true
			WHERE k.id IS NULL OR k.kind = 'computed' AND (k.value, k.points, k.evidence) IS DISTINCT FROM (x.value, x.points, x.evidence)
			ORDER BY x.subject, i.position, i.code
		LOOP
			IF s.old IS NOT NULL THEN
				SELECT l.* INTO e FROM dcm.score_entry AS l WHERE l.id = s.old;
				e.kind := 'reversal';
				e.reverses := s.old;
				e.points := -e.points;
				e.evidence := '{}';
				e.reason := why;
				e.entered_by := who;
				PERFORM dcm.append_score(e);
			END IF;
			e := NULL;
			e.period := p.id;
			e.scorecard := card.scorecard;
			e.kind := 'computed';
			e.subject := s.subject;
			e.item := s.item;
			e.weight := s.weight;
			e.value := s.value;
			e.points := s.points;
			e.evidence := s.evidence;
			e.reason := CASE WHEN s.old IS NOT NULL THEN why END;
			e.entered_by := who;
			PERFORM dcm.append_score(e);
			n := n + 1;
		END LOOP;
	END LOOP;
	RETURN n;
END
$$;
COMMENT ON FUNCTION dcm.book_period(dcm.period, text, text) IS
	'Appends to the ledger what the scorecards of a period give now, reversing what it had otherwise; returns how many items. 将周期得分记入评分账。';
REVOKE ALL ON FUNCTION dcm.book_period(dcm.period, text, text) FROM PUBLIC;

-- Why a period cannot be announced or closed yet, NULL where it can.
CREATE FUNCTION dcm.period_waits(p dcm.period, closing boolean) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
	SET datestyle = 'ISO'
AS $$
	SELECT CASE
		WHEN (p.till + 1)::timestamp AT TIME ZONE z.zone > clock_timestamp() THEN format('Its last day is %s.', p.till)
		WHEN NOT closing THEN NULL
		WHEN p.appeals_till > clock_timestamp() THEN format('Bodies may appeal until %s.', p.appeals_till)
		WHEN EXISTS (SELECT FROM dcm.score_request AS r WHERE r.period = p.id AND r.decided_at IS NULL) THEN 'Scores that were entered wait for a second person (dcm.score_request).'
		WHEN w.case_no IS NOT NULL THEN format('An appeal on case %s is not decided yet.', w.case_no)
		-- a campaign within a month does not freeze the month's days before the month does
		WHEN p.kind = 'own' AND closing AND p.till > (SELECT coalesce(max(x.till) FILTER (WHERE x.step IN ('closed', 'published')), '-infinity') FROM dcm.period AS x WHERE x.kind <> 'own' HAVING count(*) > 0)
			THEN 'The week or month of its last day is not closed.'
		-- its close would freeze days of which others may still tell and appeal
		WHEN o.code IS NOT NULL THEN format('Period "%s" of kind %s, which was announced before it and shares days with it, is not closed.', o.code, o.kind)
		ELSE (SELECT format('Period "%s" before it is %s.', x.code, x.step) FROM dcm.period AS x
			WHERE x.kind = p.kind AND x.kind <> 'own' AND x.till < p.till AND x.step NOT IN ('closed', 'published') ORDER BY x.till LIMIT 1) END
	FROM (SELECT dcm.setting('time_zone') AS zone) AS z
		LEFT JOIN LATERAL (
			-- told in time, of a case that counts in these days
			SELECT min(t.case_no) AS case_no FROM dcm.case_task AS t
			WHERE closing AND t.kind = 'appeal' AND t.done_at IS NULL AND t.requested_at <= coalesce(p.appeals_till, p.announced_at)
				AND EXISTS (SELECT FROM dcm.case_fact AS f WHERE f.case_no = t.case_no AND f.booked_on BETWEEN p.since AND p.till)) AS w ON true
		LEFT JOIN LATERAL (
			SELECT x.kind, x.code FROM dcm.period AS x
			WHERE closing AND x.step = 'announced' AND x.id <> p.id AND x.since <= p.till AND x.till >= p.since AND x.announced_at < p.announced_at
			ORDER BY x.announced_at LIMIT 1) AS o ON true
$$;
COMMENT ON FUNCTION dcm.period_waits(dcm.period, boolean) IS
	'Why a period cannot be announced, or closed, yet: its days are not over; appeals, or what was entered, wait; one before it is open. NULL where it can. 周期暂不可公示或定稿的原因。';

CREATE FUNCTION dcm.announce_period(kind text, code text, appeals_till timestamptz DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period := dcm.period_in(kind, code, '{draft}');
	fault constant text := CASE WHEN NOT isfinite(appeals_till) OR appeals_till <= clock_timestamp() OR appeals_till > clock_timestamp() + interval '1 year'
		THEN 'Appeals end some day to come, within a year.'
		WHEN EXISTS (
			SELECT FROM dcm.score_request AS r
				JOIN dcm.period_card AS c ON (c.period, c.scorecard) = (r.period, r.scorecard)
				JOIN dcm.score_item AS i ON i.id = r.item
			WHERE r.period = p.id AND r.approved IS NOT FALSE AND NOT i.valid @> c.rules_at)
		THEN 'Scores were entered by another version of their rule than that by which it was evaluated; evaluate it by that one.' ELSE dcm.period_waits(p, false) END;
	n bigint;
BEGIN
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('period "%s" cannot be announced yet', code),
			DETAIL = fault,
			CONSTRAINT = 'dcm.period_waits';
	END IF;
	WHILE dcm.roll_up_facts() > 0 LOOP
	END LOOP;
	n := dcm.book_period(p, who, 'announced');
	DELETE FROM dcm.score_draft AS d WHERE d.period = p.id;
	UPDATE dcm.period AS x SET step = 'announced', announced_at = clock_timestamp(), appeals_till = announce_period.appeals_till WHERE x.id = p.id;
	INSERT INTO dcm.period_log (kind, code, step, by) VALUES (p.kind, p.code, 'announced', who);
	RETURN n;
END
$$;
COMMENT ON FUNCTION dcm.announce_period(text, text, timestamptz) IS
	'Announces the scores of a period (公示): computed once more, they go into the ledger; until appeals_till bodies may appeal. Returns how many items. 55000 where it is not a draft or not over, 42501 without a role of setting score_roles. 公示周期得分。';
REVOKE ALL ON FUNCTION dcm.announce_period(text, text, timestamptz) FROM PUBLIC;

CREATE FUNCTION dcm.close_period(kind text, code text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period := dcm.period_in(kind, code, '{announced}');
	fault text;
	n bigint;
BEGIN
	WHILE dcm.roll_up_facts() > 0 LOOP
	END LOOP;
	fault := dcm.period_waits(p, true);
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = format('period "%s" cannot be closed yet', code),
			DETAIL = fault,
			CONSTRAINT = 'dcm.period_waits';
	END IF;
	-- first the close: what is told from here on counts on the day after it, so that
	-- what is booked is what the facts will say of these days for good
	UPDATE dcm.period AS x SET step = 'closed', closed_at = clock_timestamp(), closed_by = dcm.my_person() WHERE x.id = p.id;
	INSERT INTO dcm.period_log (kind, code, step, by) VALUES (p.kind, p.code, 'closed', who);
	n := dcm.book_period(p, who, 'facts until the close');
	RETURN n;
END
$$;
COMMENT ON FUNCTION dcm.close_period(text, text) IS
	'Closes a period (定稿): what has changed since it was announced is booked, its days take no more facts, later ones go to the next period. Returns how many items changed. 55000 before its last day is over, while appeals or requests wait, or while one before it of its kind is not closed; 42501 without a role of setting score_roles. 定稿周期。';
REVOKE ALL ON FUNCTION dcm.close_period(text, text) FROM PUBLIC;

CREATE FUNCTION dcm.publish_period(kind text, code text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	p dcm.period := dcm.period_in(kind, code, '{closed}');
BEGIN
	UPDATE dcm.period AS x SET step = 'published', published_at = clock_timestamp() WHERE x.id = p.id;
	INSERT INTO dcm.period_log (kind, code, step, by) VALUES (p.kind, p.code, 'published', who);
	INSERT INTO dcm.outbox (kind, payload, key)
	VALUES ('published', jsonb_build_object('period', code, 'kind', publish_period.kind), 'published:' || publish_period.kind || ':' || code);
	PERFORM pg_notify('dcm_outbox', '');
END
$$;
COMMENT ON FUNCTION dcm.publish_period(text, text) IS
	'Publishes a period that is closed, and tells so in dcm.outbox. 55000 for one that is not closed, 42501 without a role of setting score_roles. 发布周期结果。';
REVOKE ALL ON FUNCTION dcm.publish_period(text, text) FROM PUBLIC;
