-- What the ledger says: items and ranking as they were known at a time, and what
-- follows from a rank, once or several times running.

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
		SELECT k.subject, k.item, e.item AS rule, k.weight, k.points, (k.evidence ->> 'sample')::numeric AS sample
		FROM dcm.period_as_known(period_scores.kind, period_scores.code, period_scores.scorecard, known_at) AS k
			JOIN dcm.score_entry AS e ON e.id = k.entry
		UNION ALL
		-- of a draft what was computed last
		SELECT d.subject, i.code, i.id, i.weight, d.points, (d.evidence ->> 'sample')::numeric
		FROM per AS p
			JOIN dcm.score_draft AS d ON d.period = p.id
			JOIN dcm.score_item AS i ON i.id = d.item
		WHERE d.scorecard = period_scores.scorecard AND known_at = 'infinity'
	), part AS (
		-- an item may have several entries, and its bounds are those of all together, by
		-- the version of the rule that they name and no later one
		SELECT l.subject, l.item, l.weight, l.sample, i.external,
			CASE WHEN l.points IS NOT NULL THEN
				least(greatest(l.points, coalesce(i.least, CASE WHEN i.weight > 0 THEN 0 END)), coalesce(i.most, CASE WHEN i.weight > 0 THEN i.weight END)) END AS points
		FROM (
			SELECT n.subject, n.item, n.weight, max(n.sample) AS sample, sum(n.points) AS points, max(n.rule) AS rule
			FROM line AS n GROUP BY n.subject, n.item, n.weight) AS l
			JOIN dcm.score_item AS i ON i.id = l.rule
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
