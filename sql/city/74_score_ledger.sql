-- The ledger of scores.  A score is never changed: what is computed, and
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
	asker		int NOT NULL REFERENCES dcm.person,
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

-- By what a period was announced stays, too.
CREATE FUNCTION dcm.keep_card() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	kept text;
BEGIN
	SELECT p.code INTO kept FROM dcm.period AS p
	WHERE p.id = CASE TG_OP WHEN 'INSERT' THEN NEW.period ELSE OLD.period END AND p.step NOT IN ('open', 'draft');
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('period "%s" is announced', kept),
			DETAIL = 'Its scorecards stay.',
			CONSTRAINT = 'dcm.period_kept';
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION dcm.keep_card() IS 'Trigger: the scorecards of a period that is announced stay (23514). 触发器:已公示周期的方案不改。';
REVOKE ALL ON FUNCTION dcm.keep_card() FROM PUBLIC;
CREATE TRIGGER keep_card BEFORE INSERT OR UPDATE OR DELETE ON dcm.period_card FOR EACH ROW EXECUTE FUNCTION dcm.keep_card();

-- So does the class of a subject, from the announcement to the close.
CREATE FUNCTION dcm.keep_class() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	card text := CASE TG_OP WHEN 'DELETE' THEN OLD.scorecard ELSE NEW.scorecard END;
	kept text;
BEGIN
	SELECT p.code INTO kept
	FROM dcm.period AS p JOIN dcm.period_card AS c ON c.period = p.id
	WHERE p.step = 'announced' AND c.scorecard IN (card, CASE WHEN TG_OP = 'UPDATE' THEN OLD.scorecard END) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('classes of scorecard "%s" stay until period "%s" is closed', card, kept),
			DETAIL = 'It is announced by them.',
			CONSTRAINT = 'dcm.period_kept';
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
COMMENT ON FUNCTION dcm.keep_class() IS 'Trigger: classes of a scorecard stay while a period by it is announced and not closed (23514). 触发器:公示期间分类不改。';
REVOKE ALL ON FUNCTION dcm.keep_class() FROM PUBLIC;
CREATE TRIGGER keep_class BEFORE INSERT OR UPDATE OR DELETE ON dcm.score_class FOR EACH ROW EXECUTE FUNCTION dcm.keep_class();

-- And the code of a body, by which its scores name it.
CREATE FUNCTION dcm.keep_code() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 100
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
BEGIN
	IF EXISTS (SELECT FROM dcm.score_entry AS l JOIN dcm.scorecard AS c ON c.code = l.scorecard WHERE l.subject = OLD.code AND c.kind IN ('org', 'company')) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'check_violation',
			MESSAGE = format('the code of body "%s" stays', OLD.code),
			DETAIL = 'Its scores name it by that.',
			HINT = 'End the body, and name another as its successor.',
			CONSTRAINT = 'dcm.period_kept';
	END IF;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION dcm.keep_code() IS 'Trigger: the code of a body that has scores stays (23514). 触发器:已有评分的机构代码不改。';
REVOKE ALL ON FUNCTION dcm.keep_code() FROM PUBLIC;
CREATE TRIGGER keep_code BEFORE UPDATE ON dcm.org FOR EACH ROW WHEN (OLD.code <> NEW.code) EXECUTE FUNCTION dcm.keep_code();

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
