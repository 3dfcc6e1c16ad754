-- Periods and the ledger of scores.  A score is never changed: what is computed, and
-- what somebody enters, is appended with its evidence, and a correction is a
-- reversing entry, asked for by one person and approved by another.  Each entry's
-- hash covers the entry before it, and the day's anchor covers the last.

-- By which cards a period is evaluated, and by the rules of which time.
CREATE TABLE dcm.period_card (
	period		int NOT NULL REFERENCES dcm.period ON DELETE CASCADE,
	scorecard	text NOT NULL REFERENCES dcm.scorecard,
	rules_at	timestamptz NOT NULL,
	PRIMARY KEY (period, scorecard)
);
COMMENT ON TABLE dcm.period_card IS
	'The scorecards by which a period is evaluated, and the time whose rules they have: the end of the period, unless dcm.evaluate() was told another. 周期所用评分方案及其规则时点。';

-- What is computed while a period is open or a draft; nothing rests on it.
CREATE TABLE dcm.score_draft (
	period		int NOT NULL,
	scorecard	text NOT NULL,
	subject		text NOT NULL,
	item		int NOT NULL REFERENCES dcm.score_item,
	value		numeric,
	points		numeric,
	evidence	jsonb NOT NULL,
	PRIMARY KEY (period, scorecard, subject, item),
	FOREIGN KEY (period, scorecard) REFERENCES dcm.period_card ON DELETE CASCADE
);
COMMENT ON TABLE dcm.score_draft IS
	'What dcm.evaluate() last gave for a period that is not announced yet. 试算结果。';

CREATE TABLE dcm.score_request (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	period		int NOT NULL REFERENCES dcm.period,
	scorecard	text NOT NULL REFERENCES dcm.scorecard,
	subject		text NOT NULL,
	item		int NOT NULL REFERENCES dcm.score_item,
	value		numeric,
	points		numeric,
	reverses	bigint,
	reason		text NOT NULL CHECK (reason <> ''),
	evidence	jsonb NOT NULL DEFAULT '{}',
	case_no		bigint,
	asked_by	text NOT NULL,
	asked_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
	decided_by	text,
	decided_at	timestamptz,
	approved	boolean,
	CHECK (decided_by <> asked_by),
	CHECK (num_nulls(decided_by, decided_at, approved) IN (0, 3)),
	CHECK (reverses IS NOT NULL OR points IS NOT NULL)
);
CREATE INDEX ON dcm.score_request (period) WHERE decided_at IS NULL;
COMMENT ON TABLE dcm.score_request IS
	'Scores that one person has entered, or asked to correct (reverses), and what a second person decided. Decided once, never deleted. 评分录入与更正申请,须第二人审核。';

CREATE TABLE dcm.score_entry (
	id			bigint PRIMARY KEY,
	period		int NOT NULL REFERENCES dcm.period,
	scorecard	text NOT NULL REFERENCES dcm.scorecard,
	kind		text NOT NULL CHECK (kind IN ('card', 'computed', 'entered', 'reversal')),
	subject		text,
	item		int REFERENCES dcm.score_item,
	weight		numeric,
	value		numeric,
	points		numeric,
	evidence	jsonb NOT NULL,
	case_no		bigint,
	reason		text,
	reverses	bigint UNIQUE REFERENCES dcm.score_entry,
	request		bigint REFERENCES dcm.score_request,
	entered_by	text NOT NULL,
	approved_by	text,
	db_role		text NOT NULL,
	at			timestamptz NOT NULL,
	hash		bytea NOT NULL,
	CHECK ((kind = 'card') = (subject IS NULL) AND (kind = 'card') = (item IS NULL) AND (kind = 'card') = (weight IS NULL)),
	CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
	CHECK (kind <> 'entered' OR request IS NOT NULL),
	CHECK (kind IN ('entered', 'reversal') OR request IS NULL),
	-- two persons wherever a person is behind it
	CHECK ((request IS NULL) = (approved_by IS NULL)),
	CHECK (approved_by <> entered_by),
	CHECK (request IS NULL OR reason <> '')
);
CREATE INDEX ON dcm.score_entry (period, scorecard, subject);
COMMENT ON TABLE dcm.score_entry IS
	'The ledger of scores, append-only. An entry a subject and item, with weight, value, points, rule (item) and evidence: numerator, denominator and the counts behind them of computed ones, documents of entered ones. A reversal takes the points of the entry that it names away: by the system where facts changed before the close, else by two persons (request). Kind card keeps what a ranking needs beside the points: the scorecard, its grades, and the names, groups and leaders of its subjects. hash covers the entry and the hash before it. 评分账,只增不改:每一分有规则、有依据,更正以冲销分录为之。';
COMMENT ON COLUMN dcm.score_entry.points IS 'NULL where the item has no value: it is left out of the score. 得分,无值则不计。';

CREATE TABLE dcm.period_log (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	kind		text NOT NULL,
	code		text NOT NULL,
	step		text NOT NULL,
	by			text NOT NULL,
	db_role		text NOT NULL DEFAULT session_user,
	at			timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE dcm.period_log IS 'Each step of each period: who took it and when. 周期各步骤的经办记录。';

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.score_entry
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.period_log
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
CREATE TRIGGER refuse_change BEFORE DELETE OR TRUNCATE ON dcm.score_request
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();

CREATE FUNCTION dcm.keep_request() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	was dcm.score_request := NEW;
BEGIN
	was.decided_by := NULL;
	was.decided_at := NULL;
	was.approved := NULL;
	IF was IS DISTINCT FROM OLD THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = 'what was asked stays as it was asked',
			DETAIL = format('Request %s is decided once, and nothing else of it is changed.', OLD.id),
			CONSTRAINT = 'dcm.append_only';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.keep_request() IS 'Trigger: a request is decided once, and nothing else of it changes (23514). 触发器:申请内容不改,只审核一次。';
CREATE TRIGGER keep_request BEFORE UPDATE ON dcm.score_request FOR EACH ROW EXECUTE FUNCTION dcm.keep_request();

-- What a period is stays, for the owner too, and it goes on and never back.
CREATE FUNCTION dcm.keep_period() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	steps constant text[] := '{open,draft,announced,closed,published}';
BEGIN
	IF TG_OP = 'DELETE' AND OLD.step IN ('open', 'draft') THEN
		RETURN OLD;
	END IF;
	IF TG_OP = 'DELETE' OR (OLD.id, OLD.kind, OLD.code, OLD.since, OLD.till) IS DISTINCT FROM (NEW.id, NEW.kind, NEW.code, NEW.since, NEW.till)
		OR array_position(steps, NEW.step) < array_position(steps, OLD.step)
		OR OLD.announced_at IS NOT NULL AND (NEW.announced_at, NEW.appeals_till) IS DISTINCT FROM (OLD.announced_at, OLD.appeals_till)
		OR OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_by) IS DISTINCT FROM (OLD.closed_at, OLD.closed_by)
		OR OLD.published_at IS NOT NULL AND NEW.published_at IS DISTINCT FROM OLD.published_at THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('period "%s" is %s and stays as it is', OLD.code, OLD.step),
			DETAIL = 'A period keeps its code and its days, and goes on from open over draft, announced and closed to published, never back.',
			HINT = 'dcm.drop_period() takes back one that was opened by mistake.',
			CONSTRAINT = 'dcm.period_kept';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.keep_period() IS 'Trigger: a period keeps its days, and goes on and never back (23514). 触发器:周期起止不改,步骤只进不退。';
CREATE TRIGGER keep_period BEFORE UPDATE OR DELETE ON dcm.period FOR EACH ROW EXECUTE FUNCTION dcm.keep_period();

CREATE FUNCTION dcm.score_hash(before bytea, entry dcm.score_entry) RETURNS bytea
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	-- the period by what it is, not by its number alone
	SELECT sha256(coalesce(before, '') || convert_to(jsonb_build_array('dcm-score-1', entry.id, entry.period, p.kind, p.code, p.since - date '2000-01-01', p.till - date '2000-01-01',
		entry.scorecard, entry.kind, entry.subject, entry.item, entry.weight, entry.value, entry.points, entry.evidence, entry.case_no, entry.reason, entry.reverses, entry.request,
		entry.entered_by, entry.approved_by, entry.db_role, extract(epoch FROM entry.at))::text, 'UTF8'))
	FROM (SELECT 1) AS one LEFT JOIN dcm.period AS p ON p.id = entry.period;
END;
COMMENT ON FUNCTION dcm.score_hash(bytea, dcm.score_entry) IS
	'sha256 over the hash before and the entry as the text of a JSON array: version, number, number, kind, code, first and last day (counted from 2000-01-01) of the period, then the entry''s columns in their order, the time as seconds since 1970. 评分分录的链式摘要。';

CREATE FUNCTION dcm.score_digest(since bigint, till bigint) RETURNS bytea
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT sha256(coalesce(string_agg(dcm.score_hash(e.before_it, e.entry), '' ORDER BY e.id), ''))
	FROM (SELECT l.id, lag(l.hash) OVER (ORDER BY l.id) AS before_it, l AS entry FROM dcm.score_entry AS l WHERE l.id BETWEEN score_digest.since AND score_digest.till) AS e
	WHERE e.id > score_digest.since
$$;
COMMENT ON FUNCTION dcm.score_digest(bigint, bigint) IS
	'sha256 over the hashes, worked out anew, of the entries of the ledger after the first number up to the second: what an anchor covers. 评分账区间摘要。';

CREATE FUNCTION dcm.append_score(entry dcm.score_entry) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	last record;
BEGIN
	LOCK TABLE dcm.score_entry IN SHARE ROW EXCLUSIVE MODE;
	SELECT e.id, e.hash, e.at INTO last FROM dcm.score_entry AS e ORDER BY e.id DESC LIMIT 1;
	entry.id := coalesce(last.id, 0) + 1;
	entry.evidence := coalesce(entry.evidence, '{}');
	entry.db_role := session_user;
	-- a clock that was set back does not set the ledger back
	entry.at := greatest(clock_timestamp(), last.at);
	entry.hash := dcm.score_hash(last.hash, entry);
	INSERT INTO dcm.score_entry SELECT entry.*;
	RETURN entry.id;
END
$$;
COMMENT ON FUNCTION dcm.append_score(dcm.score_entry) IS 'Appends an entry to the ledger, with number, time and hash; returns the number. 追加评分分录。';
REVOKE ALL ON FUNCTION dcm.append_score(dcm.score_entry) FROM PUBLIC;

-- Periods.

CREATE FUNCTION dcm.period_days(kind text, code text, OUT since date, OUT till date)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	month_day constant int := dcm.setting('month_starts_on')::int;
	week_day constant int := dcm.setting('week_starts_on')::int;
	part text[];
	first_month date;
	months int;
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
	first_month := make_date(part[1]::int, CASE kind WHEN 'month' THEN part[2]::int WHEN 'quarter' THEN part[2]::int * 3 - 2 ELSE 1 END, 1);
	months := CASE kind WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END;
	-- from the 26th on a month is named after the one in which it ends
	IF month_day > 1 THEN
		first_month := (first_month - interval '1 month')::date;
	END IF;
	since := first_month + (month_day - 1);
	till := (first_month + make_interval(months => months))::date + (month_day - 2);
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
		WHEN NOT isfinite(since) OR NOT isfinite(till) OR till < since THEN 'Its first day is not after its last, and neither is infinite.' END;
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
		ELSE (SELECT format('Period "%s" before it is %s.', x.code, x.step) FROM dcm.period AS x
			WHERE x.kind = p.kind AND x.kind <> 'own' AND x.till < p.till AND x.step NOT IN ('closed', 'published') ORDER BY x.till LIMIT 1) END
	FROM (SELECT dcm.setting('time_zone') AS zone) AS z
		LEFT JOIN LATERAL (
			-- told in time, of a case that counts in these days
			SELECT min(t.case_no) AS case_no FROM dcm.case_task AS t
			WHERE closing AND t.kind = 'appeal' AND t.done_at IS NULL AND t.requested_at <= coalesce(p.appeals_till, p.announced_at)
				AND EXISTS (SELECT FROM dcm.case_fact AS f WHERE f.case_no = t.case_no AND f.booked_on BETWEEN p.since AND p.till)) AS w ON true
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
	fault constant text := CASE WHEN NOT isfinite(appeals_till) THEN 'Appeals end some day.' ELSE dcm.period_waits(p, false) END;
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
	UPDATE dcm.period AS x SET step = 'closed', closed_at = clock_timestamp(), closed_by = (SELECT h.id FROM dcm.person AS h WHERE h.code = who) WHERE x.id = p.id;
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

-- Scores that no log holds, and corrections: one asks, another decides.

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
	INSERT INTO dcm.score_request (period, scorecard, subject, item, value, points, reason, evidence, case_no, asked_by)
	VALUES (p.id, scorecard, subject, i.id, value, dcm.item_points(i.id, value), reason, coalesce(evidence, '{}'), case_no, who)
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
	SELECT l.* INTO e FROM dcm.score_entry AS l WHERE l.id = entry;
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
	INSERT INTO dcm.score_request (period, scorecard, subject, item, points, reverses, reason, evidence, case_no, asked_by)
	VALUES (e.period, e.scorecard, e.subject, e.item, round(points, i.decimals), entry, reason, coalesce(evidence, '{}'), e.case_no, who)
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
	fault text;
	made bigint;
BEGIN
	SELECT x.* INTO r FROM dcm.score_request AS x WHERE x.id = request FOR UPDATE;
	fault := CASE
		WHEN r.id IS NULL THEN format('There is no request %s.', request)
		WHEN approved IS NULL THEN 'It is approved or not.'
		WHEN r.decided_at IS NOT NULL THEN format('"%s" has decided it.', r.decided_by)
		WHEN approved AND EXISTS (SELECT FROM dcm.score_entry AS l WHERE l.reverses = r.reverses) THEN 'The entry was reversed meanwhile.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'there is nothing to decide',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_score';
	END IF;
	IF r.asked_by = who THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('person "%s" has asked for it', who),
			DETAIL = 'A score is approved by another person than the one who entered it.',
			CONSTRAINT = 'dcm.separation';
	END IF;
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

-- What the ledger says.

CREATE FUNCTION dcm.period_as_known(kind text, code text, scorecard text, known_at timestamptz DEFAULT 'infinity')
	RETURNS TABLE (subject text, item text, name text, weight numeric, value numeric, points numeric, entry bigint, evidence jsonb)
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000 ROWS 200
BEGIN ATOMIC
	SELECT e.subject, i.code, i.name, e.weight, e.value, e.points, e.id, e.evidence
	FROM dcm.period AS p
		JOIN dcm.score_entry AS e ON e.period = p.id
		JOIN dcm.score_item AS i ON i.id = e.item
	WHERE p.kind = period_as_known.kind AND p.code = period_as_known.code AND e.scorecard = period_as_known.scorecard
		AND e.at <= known_at AND e.kind <> 'reversal'
		AND NOT EXISTS (SELECT FROM dcm.score_entry AS r WHERE r.reverses = e.id AND r.at <= known_at)
	ORDER BY e.subject, i.position, i.code, e.id;
END;
COMMENT ON FUNCTION dcm.period_as_known(text, text, text, timestamptz) IS
	'The items of a period''s scores as the ledger had them at a time: what was published then, whatever was corrected later. 某一时刻所知的周期得分。';

CREATE FUNCTION dcm.period_scores(kind text, code text, scorecard text, known_at timestamptz DEFAULT 'infinity')
	RETURNS TABLE (subject text, name text, name_en text, area_group text, score numeric, grade text, colour text, rank bigint, group_rank bigint, ranked boolean, sample numeric,
		ahead numeric, leaders text[], last boolean, internal numeric, external numeric, missing text[])
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 100000 ROWS 50
BEGIN ATOMIC
	WITH per AS MATERIALIZED (
		SELECT p.id, p.step, coalesce(
			(SELECT e.evidence FROM dcm.score_entry AS e
			WHERE e.period = p.id AND e.scorecard = period_scores.scorecard AND e.kind = 'card' AND e.at <= known_at ORDER BY e.id DESC LIMIT 1),
			CASE WHEN p.step IN ('open', 'draft') THEN dcm.card_of(p, period_scores.scorecard) END) AS conf
		FROM dcm.period AS p
		WHERE p.kind = period_scores.kind AND p.code = period_scores.code
	), card AS MATERIALIZED (
		SELECT x.*, p.conf FROM per AS p CROSS JOIN LATERAL jsonb_to_record(p.conf -> 'card') AS x (full_marks numeric, min_sample numeric)
	), line AS MATERIALIZED (
		SELECT k.subject, k.item, k.weight, k.points, (k.evidence ->> 'sample')::numeric AS sample
		FROM dcm.period_as_known(period_scores.kind, period_scores.code, period_scores.scorecard, known_at) AS k
		UNION ALL
		-- of a draft what was computed last
		SELECT d.subject, i.code, i.weight, d.points, (d.evidence ->> 'sample')::numeric
		FROM per AS p
			JOIN dcm.score_draft AS d ON d.period = p.id
			JOIN dcm.score_item AS i ON i.id = d.item
		WHERE d.scorecard = period_scores.scorecard AND known_at = 'infinity'
	), part AS (
		-- an item may have several entries, and its bounds are those of all together
		SELECT l.subject, l.item, l.weight, max(l.sample) AS sample, bool_or(i.external) AS external,
			least(greatest(sum(l.points), min(i.least)), min(i.most)) AS points
		FROM line AS l
			CROSS JOIN LATERAL (
				SELECT x.least, x.most, x.external FROM dcm.score_item AS x
				WHERE x.scorecard = period_scores.scorecard AND x.code = l.item AND x.weight = l.weight ORDER BY x.id DESC LIMIT 1) AS i
		GROUP BY l.subject, l.item, l.weight
	), total AS (
		SELECT t.subject, max(t.sample) AS sample, sum(t.weight) FILTER (WHERE t.points IS NOT NULL) AS weights,
			sum(t.points) FILTER (WHERE t.weight > 0) AS within, coalesce(sum(t.points) FILTER (WHERE t.weight = 0), 0) AS beyond,
			sum(t.points) FILTER (WHERE NOT t.external) AS internal, sum(t.points) FILTER (WHERE t.external) AS external,
			array_agg(t.item) FILTER (WHERE t.points IS NOT NULL) AS items
		FROM part AS t
		GROUP BY t.subject
	), scored AS MATERIALIZED (
		SELECT t.subject, s.name, s.name_en, s.leaders, t.sample, t.internal, t.external, s."group" AS area_group,
			-- what has no value is left out, and the rest stands for the whole
			round(t.within * c.full_marks / nullif(t.weights, 0) + t.beyond, 2) AS score,
			coalesce(t.sample, 0) >= c.min_sample AND t.within IS NOT NULL AND t.weights > 0 AS ranked,
			ARRAY(SELECT m.item FROM jsonb_array_elements_text(c.conf -> 'items') AS m (item) WHERE NOT coalesce(m.item = ANY (t.items), false)) AS missing
		FROM total AS t
			CROSS JOIN card AS c
			CROSS JOIN LATERAL jsonb_to_record(c.conf -> 'subjects' -> t.subject) AS s (name text, name_en text, "group" text, leaders text[])
	), placed AS (
		SELECT s.*,
			CASE WHEN s.ranked THEN rank() OVER (PARTITION BY s.ranked ORDER BY s.score DESC) END AS rank,
			CASE WHEN s.ranked AND s.area_group IS NOT NULL THEN rank() OVER (PARTITION BY s.ranked, s.area_group ORDER BY s.score DESC) END AS group_rank
		FROM scored AS s
	)
	SELECT s.subject, s.name, s.name_en, s.area_group, s.score, g.code, g.colour, s.rank, s.group_rank, s.ranked, s.sample,
		CASE WHEN s.ranked THEN (SELECT min(o.score) FROM scored AS o WHERE o.ranked AND o.score > s.score) - s.score END,
		s.leaders,
		-- last of its group, or of all where it has none; nobody is last alone
		CASE WHEN s.ranked THEN coalesce(s.group_rank, s.rank) > 1
			AND NOT EXISTS (SELECT FROM scored AS o WHERE o.ranked AND o.area_group IS NOT DISTINCT FROM s.area_group AND o.score < s.score) END,
		s.internal, s.external, s.missing
	FROM placed AS s
		LEFT JOIN LATERAL (
			SELECT x.code, x.colour FROM card AS c CROSS JOIN LATERAL jsonb_to_recordset(c.conf -> 'grades') AS x (code text, since numeric, colour text)
			WHERE x.since <= s.score ORDER BY x.since DESC LIMIT 1) AS g ON true
	ORDER BY s.ranked DESC, s.score DESC, s.subject;
END;
COMMENT ON FUNCTION dcm.period_scores(text, text, text, timestamptz) IS
	'The ranking of a period by a scorecard, from the ledger as it was known at a time, of a draft as last computed: score of full marks (items without a value left out and the rest scaled; missing names them), grade and colour, rank (equal scores share one) over all and within the group, whether the sample is large enough to be ranked, how many points ahead the next better one is, the leaders of a body or region, whether it is last of its group, points of internal and of external items. 周期排名:总分、等级、名次、并列、分组、负责人、内外评价。';

CREATE VIEW dcm.published_ranking WITH (security_invoker = true) AS
	SELECT p.kind, p.code AS period, p.since, p.till, p.published_at, c.scorecard, s.rank, s.area_group, s.group_rank, s.subject, s.name, s.name_en, s.score, s.grade, s.colour, s.last, s.leaders
	FROM dcm.period AS p
		JOIN dcm.period_card AS c ON c.period = p.id
		CROSS JOIN LATERAL dcm.period_scores(p.kind, p.code, c.scorecard, p.published_at) AS s
	WHERE p.step = 'published';
COMMENT ON VIEW dcm.published_ranking IS
	'The rankings of all published periods, with the names of those who lead, as they were published, whatever was corrected since: what a city gives to the newspapers. 已公布的排名(含负责人姓名),以公布时为准。';

-- What follows from being low and last, once or several times running.
CREATE TABLE dcm.consequence_rule (
	scorecard	text NOT NULL REFERENCES dcm.scorecard,
	code		text NOT NULL,
	below		numeric,
	last		boolean NOT NULL DEFAULT true,
	times		smallint NOT NULL DEFAULT 1 CHECK (times > 0),
	consequence	text NOT NULL,
	consequence_en text,
	PRIMARY KEY (scorecard, code)
);
COMMENT ON TABLE dcm.consequence_rule IS
	'What follows for a subject that is below a score and (last) ranks last, in so many periods running: Wuhan, below 85 and last once, and three times. 结果运用规则:低于分数线且末位,连续次数。';
SELECT dcm.watch_config('dcm.consequence_rule');

CREATE FUNCTION dcm.consequences(kind text, scorecard text) RETURNS TABLE (period text, subject text, rule text, running bigint, score numeric, consequence text, consequence_en text, leaders text[])
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10
BEGIN ATOMIC
	WITH place AS MATERIALIZED (
		SELECT p.id, p.code, dense_rank() OVER (ORDER BY p.till, p.id) AS n, s.subject, s.score, s.last, s.leaders
		FROM dcm.period AS p
			CROSS JOIN LATERAL dcm.period_scores(p.kind, p.code, consequences.scorecard) AS s
		WHERE p.kind = consequences.kind AND p.step IN ('closed', 'published') AND s.ranked
	), met AS (
		SELECT r.code AS rule, r.times, r.consequence, r.consequence_en, x.*,
			x.n - row_number() OVER (PARTITION BY r.code, x.subject ORDER BY x.n) AS run
		FROM place AS x
			JOIN dcm.consequence_rule AS r ON r.scorecard = consequences.scorecard
				AND (r.below IS NULL OR x.score < r.below) AND (NOT r.last OR x.last)
	), counted AS (
		SELECT m.*, row_number() OVER (PARTITION BY m.rule, m.subject, m.run ORDER BY m.n) AS running FROM met AS m
	)
	SELECT c.code, c.subject, c.rule, c.running, c.score, c.consequence, c.consequence_en, c.leaders
	FROM counted AS c
	WHERE c.running >= c.times
	ORDER BY c.n, c.subject, c.rule;
END;
COMMENT ON FUNCTION dcm.consequences(text, text) IS
	'Which subjects met a rule of dcm.consequence_rule in the closed periods of a kind, and for how many periods running; a period in which it was not ranked breaks the run. 结果运用:低分末位及连续次数。';

-- The least change of cases after which an item alone gives as many points as are
-- wanted: cases more (or, below zero, fewer) above the line.  Points rise and fall
-- one way with it, so that halving finds it.
CREATE FUNCTION dcm.cases_for(item int, numerator numeric, denominator numeric, class smallint, wanted numeric, OUT cases numeric, OUT value numeric, OUT points numeric)
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	i record;
	way int;
	low numeric;
	high numeric;
	middle numeric;
	reached numeric;
BEGIN
	SELECT x.rule, x.per_unit, d.unit, d.decimals, d.denominator IS NULL AS plain INTO i
	FROM dcm.score_item AS x JOIN dcm.indicator AS d ON d.code = x.indicator
	WHERE x.id = cases_for.item ORDER BY d.valid @> now() DESC, d.id DESC LIMIT 1;
	IF NOT FOUND OR numerator IS NULL OR wanted IS NULL OR NOT i.plain AND coalesce(denominator, 0) <= 0 THEN
		RETURN;
	END IF;
	FOREACH way IN ARRAY '{1,-1}'::int[] LOOP
		low := 0;
		high := CASE WHEN way = -1 THEN numerator WHEN i.plain THEN 1000000 ELSE denominator - numerator END;
		CONTINUE WHEN high < 1;
		high := floor(high);
		reached := dcm.item_points(item, CASE WHEN i.plain THEN round(numerator + way * high, i.decimals) ELSE dcm.indicator_value(numerator + way * high, denominator, i.unit, i.decimals) END, class);
		CONTINUE WHEN coalesce(reached < wanted, true);
		WHILE high - low > 1 LOOP
			middle := floor((low + high) / 2);
			IF dcm.item_points(item, CASE WHEN i.plain THEN round(numerator + way * middle, i.decimals) ELSE dcm.indicator_value(numerator + way * middle, denominator, i.unit, i.decimals) END, class) >= wanted THEN
				high := middle;
			ELSE
				low := middle;
			END IF;
		END LOOP;
		cases := way * high;
		value := CASE WHEN i.plain THEN round(numerator + cases, i.decimals) ELSE dcm.indicator_value(numerator + cases, denominator, i.unit, i.decimals) END;
		points := dcm.item_points(item, value, class);
		RETURN;
	END LOOP;
END
$$;
COMMENT ON FUNCTION dcm.cases_for(int, numeric, numeric, smallint, numeric) IS
	'How many cases more (below zero: fewer) above the line an item needs, its denominator as it is, until it gives as many points as are wanted, and what its value and points are then; NULL where no number does. 某项达到所需分值还差多少件。';

CREATE FUNCTION dcm.to_leave_last(kind text, code text, scorecard text)
	RETURNS TABLE (subject text, score numeric, to_exceed numeric, item text, points numeric, wanted numeric, cases numeric, then_value numeric, then_points numeric)
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 10
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
	WITH placed AS MATERIALIZED (
		SELECT s.* FROM dcm.period_scores(to_leave_last.kind, to_leave_last.code, to_leave_last.scorecard) AS s WHERE s.ranked
	), lowest AS (
		SELECT s.subject, s.score, (SELECT min(o.score) FROM placed AS o WHERE o.subject <> s.subject AND o.area_group IS NOT DISTINCT FROM s.area_group) AS target
		FROM placed AS s WHERE s.last
	), line AS MATERIALIZED (
		SELECT e.subject, e.item AS id, i.code, i.position, i.weight, i.decimals, e.points, e.evidence, coalesce(i.most, CASE WHEN i.weight > 0 THEN i.weight END) AS most, e.full_marks
		FROM dcm.period AS p
			CROSS JOIN LATERAL (
				SELECT l.subject, l.item, l.points, l.evidence, (
					SELECT (k.evidence -> 'card' ->> 'full_marks')::numeric FROM dcm.score_entry AS k
					WHERE k.period = p.id AND k.scorecard = to_leave_last.scorecard AND k.kind = 'card' ORDER BY k.id DESC LIMIT 1) AS full_marks
				FROM dcm.score_entry AS l
				WHERE l.period = p.id AND l.scorecard = to_leave_last.scorecard AND l.kind IN ('computed', 'entered') AND NOT EXISTS (SELECT FROM dcm.score_entry AS r WHERE r.reverses = l.id)
				UNION ALL
				SELECT d.subject, d.item, d.points, d.evidence, NULL FROM dcm.score_draft AS d WHERE d.period = p.id AND d.scorecard = to_leave_last.scorecard) AS e
			JOIN dcm.score_item AS i ON i.id = e.item
		WHERE p.kind = to_leave_last.kind AND p.code = to_leave_last.code AND e.points IS NOT NULL
	), scale AS (
		-- a point of an item is worth more where others have no value
		SELECT l.subject, coalesce(max(l.full_marks), (SELECT c.full_marks FROM dcm.scorecard AS c WHERE c.code = to_leave_last.scorecard)) / nullif(sum(l.weight), 0) AS factor
		FROM (SELECT DISTINCT x.subject, x.code, x.weight, x.full_marks FROM line AS x) AS l GROUP BY 1
	), need AS (
		-- scores are rounded to a hundredth: so much above the other
		SELECT w.subject, w.score, w.target, l.id, l.code, l.position, l.points, l.most, l.evidence,
			round(ceil((l.points + (w.target + 0.005 - w.score) / CASE WHEN l.weight > 0 THEN f.factor ELSE 1 END) * power(10::numeric, l.decimals)) / power(10::numeric, l.decimals), l.decimals) AS wants
		FROM lowest AS w
			JOIN line AS l ON l.subject = w.subject
			JOIN scale AS f ON f.subject = w.subject
	)
	SELECT n.subject, n.score, n.target, n.code, n.points, n.wants, c.cases, c.value, c.points
	FROM need AS n
		LEFT JOIN LATERAL dcm.cases_for(n.id, (n.evidence ->> 'numerator')::numeric, (n.evidence ->> 'denominator')::numeric, (n.evidence ->> 'class')::smallint, n.wants) AS c ON true
	WHERE (n.most IS NULL OR n.wants <= n.most) AND (c.cases IS NOT NULL OR NOT n.evidence ? 'numerator')
	ORDER BY n.subject, n.position, n.code, n.id
$$;
COMMENT ON FUNCTION dcm.to_leave_last(text, text, text) IS
	'What a subject that ranks last of its group would need to leave that place by one item alone: the score to exceed, which is the lowest of the others, the points wanted of the item, and, of computed ones, how many cases more (below zero: fewer) above the line give them. An item that cannot give so much is not listed. 脱离末位所需:各单项需达到的分值与件数。';

-- What came late for a period that is closed.
CREATE FUNCTION dcm.late_facts(kind text, code text) RETURNS TABLE (case_no bigint, day date, booked_on date, org text, counts dcm.tally, waiting boolean)
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 100
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
	SELECT f.case_no, f.day, f.booked_on, o.code, f.tally, f.waiting
	FROM dcm.period AS p
		CROSS JOIN LATERAL (
			SELECT c.*, false AS waiting FROM dcm.case_fact AS c
			WHERE c.booked_on > p.till AND NOT EXISTS (SELECT FROM dcm.fact_queue AS q WHERE q.case_no = c.case_no)
			UNION ALL
			SELECT b.*, true FROM dcm.book_facts(ARRAY(SELECT DISTINCT q.case_no FROM dcm.fact_queue AS q), dcm.closed_till()) AS b) AS f
		LEFT JOIN dcm.org AS o ON o.id = f.org
	WHERE p.kind = late_facts.kind AND p.code = late_facts.code AND p.step IN ('closed', 'published')
		AND f.day BETWEEN p.since AND p.till AND f.booked_on > p.till AND f.post IS NULL
	ORDER BY f.day, f.case_no, f.org
$$;
COMMENT ON FUNCTION dcm.late_facts(text, text) IS
	'What came for days of a period after it was closed: case, day on which it happened, the day for which it counts instead, body and counts; waiting: not rolled up yet. 定稿后迟到、计入其后周期的事项。';
REVOKE ALL ON FUNCTION dcm.late_facts(text, text) FROM PUBLIC;

-- Proof.

CREATE FUNCTION dcm.verify_scores() RETURNS TABLE (entry bigint, period text, problem text)
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
	SET jit = off
AS $$
BEGIN
	RETURN QUERY
	WITH ledger AS MATERIALIZED (
		SELECT l.*, l AS whole, p.code AS period_code, p.step, p.since, p.till,
			lag(l.id) OVER w AS id_before, lag(l.hash) OVER w AS hash_before, lag(l.at) OVER w AS at_before,
			lead(l.kind) OVER w AS kind_after, lead((l.period, l.scorecard, l.subject, l.item)::text) OVER w AS key_after,
			i.weight AS rule_weight, i.factors, i.rule, d.numerator AS above, d.denominator AS below, d.exclusion, d.unit, d.decimals, d.basis, d.id AS indicator_id
		FROM dcm.score_entry AS l
			LEFT JOIN dcm.period AS p ON p.id = l.period
			LEFT JOIN dcm.score_item AS i ON i.id = l.item
			LEFT JOIN dcm.indicator AS d ON l.kind = 'computed' AND d.id::text = l.evidence ->> 'indicator'
		WINDOW w AS (ORDER BY l.id)
	), figure AS (
		-- what the evidence comes to
		SELECT x.*, CASE WHEN x.below IS NULL THEN round(x.numerator, x.decimals) ELSE dcm.indicator_value(x.numerator, x.denominator, x.unit, x.decimals) END AS figure
		FROM (
			SELECT l.id, l.below, l.unit, l.decimals,
				CASE WHEN l.factors = '{}' THEN dcm.sum_of(t.tally, l.above)
					ELSE coalesce((SELECT sum(s.value::numeric * coalesce((l.factors ->> s.key)::numeric, 1)) FROM jsonb_each_text(l.evidence -> 'sources') AS s), 0) END AS numerator,
				dcm.sum_of(t.tally, l.below) - coalesce(dcm.sum_of(t.tally, l.exclusion), 0) AS denominator
			FROM ledger AS l
				CROSS JOIN LATERAL (SELECT (l.evidence -> 'fields')::dcm.tally AS tally) AS t
			WHERE l.kind = 'computed') AS x
	), days AS MATERIALIZED (
		-- what the facts of closed days say
		SELECT p.period, p.scorecard, s.subject, dcm.merge(y.tally) AS tally
		FROM (
			SELECT DISTINCT l.period, l.scorecard, l.since, l.till, CASE WHEN c.kind IN ('org', 'region') THEN c.kind ELSE 'post' END AS fact
			FROM ledger AS l JOIN dcm.scorecard AS c ON c.code = l.scorecard
			WHERE l.kind = 'computed' AND l.step IN ('closed', 'published')) AS p
			CROSS JOIN LATERAL dcm.score_subject(p.scorecard, p.since, p.till) AS s
			JOIN dcm.daily_fact AS y ON y.kind = p.fact AND y.subject = ANY (s.keys) AND y.day BETWEEN p.since AND p.till
		GROUP BY 1, 2, 3
	)
	SELECT l.id, l.period_code, v.problem
	FROM ledger AS l
		LEFT JOIN figure AS f ON f.id = l.id
		LEFT JOIN days AS y ON l.kind = 'computed' AND (y.period, y.scorecard, y.subject) = (l.period, l.scorecard, l.subject)
		LEFT JOIN dcm.score_entry AS o ON o.id = l.reverses
		LEFT JOIN dcm.score_request AS r ON r.id = l.request
		CROSS JOIN LATERAL (VALUES
			(CASE WHEN l.id <> coalesce(l.id_before, 0) + 1 THEN format('entry %s is missing before it', coalesce(l.id_before, 0) + 1) END),
			(CASE WHEN l.hash <> dcm.score_hash(l.hash_before, l.whole) THEN 'the entry, or the one before it, is not what was written' END),
			(CASE WHEN l.at < l.at_before THEN 'it is older than the one before it' END),
			(CASE WHEN l.kind IN ('computed', 'entered') AND l.weight IS DISTINCT FROM l.rule_weight THEN 'its weight is not that of its rule' END),
			(CASE WHEN l.kind = 'computed' THEN CASE
				WHEN l.indicator_id IS NULL THEN 'its indicator is gone'
				WHEN (f.figure, trim_scale(f.numerator), trim_scale(f.denominator)) IS DISTINCT FROM (l.value, (l.evidence ->> 'numerator')::numeric, (l.evidence ->> 'denominator')::numeric) THEN 'its value is not what its counts give'
				WHEN dcm.item_points(l.item, l.value, (l.evidence ->> 'class')::smallint) IS DISTINCT FROM l.points THEN format('its points are %s, and its rule gives %s', l.points, dcm.item_points(l.item, l.value, (l.evidence ->> 'class')::smallint))
				-- days that are closed say for good what was computed of them
				WHEN l.step IN ('closed', 'published') AND l.basis = 'flow' AND NOT EXISTS (SELECT FROM dcm.score_entry AS x WHERE x.reverses = l.id)
					AND EXISTS (
						SELECT FROM jsonb_each_text(l.evidence -> 'fields') AS n
							JOIN dcm.tally_fields() AS t ON t.field = n.key AND t.unit <> 'stock' AND t.field <> 'overdue_open'
						WHERE n.value::bigint <> coalesce(dcm.count_of(y.tally, n.key), 0))
					THEN 'the facts of its days are not what it was computed from' END END),
			(CASE WHEN l.kind = 'reversal' AND (o.id >= l.id OR (o.period, o.scorecard, o.subject, o.item, o.weight, o.value, -o.points) IS DISTINCT FROM (l.period, l.scorecard, l.subject, l.item, l.weight, l.value, l.points))
				THEN 'it does not take away what the entry gave that it reverses' END),
			(CASE WHEN l.kind = 'reversal' AND l.request IS NULL AND (l.kind_after, l.key_after) IS DISTINCT FROM ('computed', (l.period, l.scorecard, l.subject, l.item)::text)
				THEN 'it takes away what nobody asked to take, and nothing computed stands for it' END),
			(CASE WHEN l.request IS NOT NULL AND (r.approved IS NOT TRUE OR (r.period, r.scorecard, r.subject, r.item, r.reason, r.evidence, r.asked_by, r.decided_by) IS DISTINCT FROM
					(l.period, l.scorecard, l.subject, l.item, l.reason, l.evidence, l.entered_by, l.approved_by)
					OR CASE l.kind WHEN 'entered' THEN (r.value, r.points, r.case_no) IS DISTINCT FROM (l.value, l.points, l.case_no) ELSE r.reverses IS DISTINCT FROM l.reverses END)
				THEN 'it is not what one person asked for and another approved' END)) AS v (problem)
	WHERE v.problem IS NOT NULL
	UNION ALL
	-- what two persons agreed on is in it
	SELECT NULL, p.code, format('request %s was approved, and the ledger does not have all of it', r.id)
	FROM dcm.score_request AS r LEFT JOIN dcm.period AS p ON p.id = r.period
	WHERE r.approved AND (SELECT count(*) FROM dcm.score_entry AS l WHERE l.request = r.id) <> num_nonnulls(r.reverses, r.points)
	UNION ALL
	SELECT NULL, p.code, 'it was announced, and its scorecard is not in the ledger'
	FROM dcm.period AS p JOIN dcm.period_card AS c ON c.period = p.id
	WHERE p.step NOT IN ('open', 'draft') AND NOT EXISTS (SELECT FROM dcm.score_entry AS l WHERE l.period = p.id AND l.scorecard = c.scorecard AND l.kind = 'card')
	ORDER BY 1 NULLS LAST, 3;
END
$$;
COMMENT ON FUNCTION dcm.verify_scores() IS
	'What is wrong with the ledger of scores: an entry that is gone or not what was written, a value that its counts do not give, points that its rule does not give, a reversal that does not match, an entered score without two persons, closed days whose facts have been changed. No row where nothing is. What is gone from its end, and all of it written anew, is found by the anchors (dcm.verify_anchors()). 校验评分账。';

CREATE FUNCTION dcm.reconcile_days(since date, till date) RETURNS TABLE (rule text, expected bigint, found bigint, cases bigint[])
	LANGUAGE plpgsql STABLE STRICT PARALLEL UNSAFE COST 1000000 ROWS 30
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	SET jit = off
AS $$
DECLARE
	city constant dcm.area_code := dcm.setting('area_code');
	zone constant text := dcm.setting('time_zone');
	from_at constant timestamptz := since::timestamp AT TIME ZONE zone;
	before_at constant timestamptz := (till + 1)::timestamp AT TIME ZONE zone;
	frozen constant date := dcm.closed_till();
	fields constant text[] := '{reported,filed,handled,closed,returned,reworked}';
BEGIN
	-- every case filed in these days is one of these now
	RETURN QUERY
		SELECT 'filed = closed + open + voided + rejected', count(*), count(*) FILTER (WHERE f.ways = 1), array_agg(f.case_no ORDER BY f.case_no) FILTER (WHERE f.ways <> 1)
		FROM (
			SELECT c.case_no, num_nonnulls(
				CASE WHEN s.stage = 'evaluation' AND c.closed_at IS NOT NULL AND c.ended_at IS NOT NULL THEN 1 END,
				CASE WHEN NOT s.ending AND c.ended_at IS NULL THEN 1 END,
				-- what was merged into another is voided with its number
				CASE WHEN c.state = 'voided' AND c.ended_at IS NOT NULL THEN 1 END,
				CASE WHEN c.state = 'rejected' AND c.ended_at IS NOT NULL THEN 1 END) AS ways
			FROM dcm.case_file AS c JOIN dcm.state AS s ON s.code = c.state
			WHERE c.filed_at >= from_at AND c.filed_at < before_at) AS f;
	-- subjects of each kind come to the total; of regions those of each level
	RETURN QUERY
		WITH f AS MATERIALIZED (
			SELECT k.kind, x.subject, dcm.merge(x.tally) AS tally
			FROM unnest('{region,org,category,source}'::text[]) AS k (kind) CROSS JOIN LATERAL dcm.facts(k.kind, since, till) AS x
			GROUP BY 1, 2
		), total AS (
			SELECT n.field, coalesce(sum(dcm.count_of(f.tally, n.field)), 0)::bigint AS n
			FROM unnest(fields) AS n (field) LEFT JOIN f ON f.kind = 'region' AND f.subject = city::text GROUP BY 1
		), level AS (
			SELECT v.level, v.name FROM (VALUES (3, 'district'), (4, 'street'), (5, 'community')) AS v (level, name) WHERE v.level > dcm.level(city)
		), case_rows AS MATERIALIZED (
			SELECT k.* FROM dcm.case_fact AS k
			WHERE k.post IS NULL AND k.booked_on BETWEEN since AND till AND NOT EXISTS (SELECT FROM dcm.fact_queue AS q WHERE q.case_no = k.case_no)
			UNION ALL
			SELECT b.* FROM dcm.book_facts(ARRAY(SELECT DISTINCT q.case_no FROM dcm.fact_queue AS q), frozen) AS b WHERE b.post IS NULL AND b.booked_on BETWEEN since AND till
		)
		SELECT format('%s by %s = %1$s of the city', t.field, s.name), t.n, s.n,
			-- of regions the cases that lie in none of the level
			CASE WHEN s.level IS NOT NULL AND s.n <> t.n THEN (
				SELECT array_agg(DISTINCT c.case_no ORDER BY c.case_no) FROM case_rows AS c
				WHERE dcm.count_of(c.tally, t.field) > 0 AND NOT coalesce(dcm.level(c.area) >= s.level AND c.area OPERATOR(dcm.<@) city, false)) END
		FROM total AS t
			CROSS JOIN LATERAL (
				SELECT k.kind AS name, NULL::int AS level, (SELECT coalesce(sum(dcm.count_of(f.tally, t.field)), 0)::bigint FROM f WHERE f.kind = k.kind) AS n
				FROM unnest('{org,category,source}'::text[]) AS k (kind)
				UNION ALL
				SELECT l.name, l.level, (SELECT coalesce(sum(dcm.count_of(f.tally, t.field)), 0)::bigint FROM f WHERE f.kind = 'region' AND dcm.level(f.subject::dcm.area_code) = l.level)
				FROM level AS l) AS s;
	-- the sums of days against what each case adds to them: the cases of whatever cell differs
	RETURN QUERY
		WITH cell AS MATERIALIZED (
			SELECT s.kind, c.booked_on AS day, s.subject, s.other, dcm.merge(c.tally) AS tally, array_agg(DISTINCT c.case_no) AS cases
			FROM dcm.case_fact AS c CROSS JOIN LATERAL dcm.fact_subject(c.post, c.org, c.area, c.grid, c.category, c.source) AS s
			WHERE c.booked_on BETWEEN since AND till
			GROUP BY 1, 2, 3, 4
		), both_ways AS (
			SELECT coalesce(c.cases, '{}') AS cases, c.tally IS NOT DISTINCT FROM d.tally AS same
			FROM cell AS c FULL JOIN (SELECT x.* FROM dcm.daily_fact AS x WHERE x.day BETWEEN since AND till) AS d
				ON (d.kind, d.day, d.subject, d.other) = (c.kind, c.day, c.subject, c.other)
		)
		SELECT 'sums of days = what cases add', count(*), count(*) FILTER (WHERE b.same),
			(SELECT array_agg(DISTINCT n.case_no ORDER BY n.case_no) FROM both_ways AS x CROSS JOIN unnest(x.cases) AS n (case_no) WHERE NOT x.same)
		FROM both_ways AS b;
	-- facts against cases, of days that are open: what each field counts once a case
	IF till > frozen THEN
		RETURN QUERY
			SELECT format('%s of facts = %1$s of cases', x.field), x.of_cases, x.of_facts, x.cases
			FROM (
				SELECT d.field, sum(d.of_cases)::bigint AS of_cases, sum(d.of_facts)::bigint AS of_facts,
					array_agg(d.case_no ORDER BY d.case_no) FILTER (WHERE d.of_cases <> d.of_facts) AS cases
				FROM (
					SELECT coalesce(c.case_no, b.case_no) AS case_no, coalesce(c.field, b.field) AS field, coalesce(c.n, 0) AS of_cases, coalesce(b.n, 0) AS of_facts
					FROM (
						SELECT f.case_no, v.field, 1 AS n
						FROM dcm.case_file AS f
							CROSS JOIN LATERAL (VALUES ('reported', f.reported_at), ('filed', f.filed_at), ('closed', f.closed_at)) AS v (field, at)
						WHERE v.at >= greatest(from_at, (frozen + 1)::timestamp AT TIME ZONE zone) AND v.at < before_at AND (v.field <> 'closed' OR f.filed_at IS NOT NULL)) AS c
						FULL JOIN (
							SELECT t.case_no, v.field, sum(dcm.count_of(t.tally, v.field)) AS n
							FROM (
								SELECT k.case_no, k.tally FROM dcm.case_fact AS k
								WHERE k.post IS NULL AND k.booked_on BETWEEN greatest(since, frozen + 1) AND till AND k.day = k.booked_on
									AND NOT EXISTS (SELECT FROM dcm.fact_queue AS q WHERE q.case_no = k.case_no)
								UNION ALL
								SELECT b.case_no, b.tally
								FROM dcm.book_facts(ARRAY(SELECT DISTINCT q.case_no FROM dcm.fact_queue AS q), frozen) AS b
								WHERE b.post IS NULL AND b.booked_on BETWEEN greatest(since, frozen + 1) AND till AND b.day = b.booked_on) AS t
								CROSS JOIN unnest('{reported,filed,closed}'::text[]) AS v (field)
							WHERE dcm.count_of(t.tally, v.field) > 0
							GROUP BY 1, 2) AS b ON b.case_no = c.case_no AND b.field = c.field) AS d
				GROUP BY d.field) AS x;
	END IF;
END
$$;
COMMENT ON FUNCTION dcm.reconcile_days(date, date) IS
	'Whether the counts of days from since to till add up: a row a rule with what is expected, what was found, and the cases that differ. Filed cases are closed, open, voided or rejected; bodies, categories, sources and the regions of each level come to the city''s total; sums of days are what cases add; facts of open days are those of the cases. dcm.rebuild_facts() mends facts. 统计勾稽核对。';
REVOKE ALL ON FUNCTION dcm.reconcile_days(date, date) FROM PUBLIC;

CREATE FUNCTION dcm.reconcile(kind text, code text) RETURNS TABLE (rule text, expected bigint, found bigint, cases bigint[])
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000000 ROWS 30
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	p record;
BEGIN
	SELECT x.since, x.till INTO p FROM dcm.period AS x WHERE x.kind = reconcile.kind AND x.code = reconcile.code;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no period "%s" of kind "%s"', code, kind),
			HINT = 'dcm.reconcile_days() is for any days.',
			CONSTRAINT = 'dcm.no_period';
	END IF;
	RETURN QUERY SELECT r.* FROM dcm.reconcile_days(p.since, p.till) AS r;
END
$$;
COMMENT ON FUNCTION dcm.reconcile(text, text) IS 'dcm.reconcile_days() for the days of a period; P0002 where there is none. 周期统计勾稽核对。';
REVOKE ALL ON FUNCTION dcm.reconcile(text, text) FROM PUBLIC;
