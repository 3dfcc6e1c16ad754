-- Proof: that the ledger is what was computed and entered, and that counts add up.

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
			i.weight AS rule_weight, i.factors, i.rule, i.indicator AS rule_indicator, coalesce(i.least, CASE WHEN i.weight > 0 THEN 0 END) AS least,
			coalesce(i.most, CASE WHEN i.weight > 0 THEN i.weight END) AS most, d.code AS indicator_code, d.numerator AS above, d.denominator AS below, d.exclusion, d.unit, d.decimals, d.basis, d.id AS indicator_id
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
				WHEN l.indicator_code IS DISTINCT FROM l.rule_indicator THEN 'its indicator is not that of its rule'
				WHEN (f.figure, trim_scale(f.numerator), trim_scale(f.denominator)) IS DISTINCT FROM (l.value, (l.evidence ->> 'numerator')::numeric, (l.evidence ->> 'denominator')::numeric) THEN 'its value is not what its counts give'
				WHEN dcm.item_points(l.item, l.value, (l.evidence ->> 'class')::smallint) IS DISTINCT FROM l.points THEN format('its points are %s, and its rule gives %s', l.points, dcm.item_points(l.item, l.value, (l.evidence ->> 'class')::smallint))
				-- days that are closed say for good what was computed of them
				WHEN l.step IN ('closed', 'published') AND l.basis = 'flow' AND NOT EXISTS (SELECT FROM dcm.score_entry AS x WHERE x.reverses = l.id)
					AND EXISTS (
						SELECT FROM jsonb_each_text(l.evidence -> 'fields') AS n
							JOIN dcm.tally_fields() AS t ON t.field = n.key AND t.unit <> 'stock' AND t.field <> 'overdue_open'
						WHERE n.value::bigint <> coalesce(dcm.count_of(y.tally, n.key), 0))
					THEN 'the facts of its days are not what it was computed from' END END),
			(CASE WHEN l.kind = 'entered' AND (l.points < l.least OR l.points > l.most) THEN 'its points are more or less than its rule allows' END),
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
	-- one entry stands for an item, and one for a card
	SELECT max(l.id), min(l.period_code), format('%s entries stand for one %s', count(*), CASE l.kind WHEN 'card' THEN 'card' ELSE 'item' END)
	FROM ledger AS l
	WHERE l.kind IN ('computed', 'card') AND NOT EXISTS (SELECT FROM dcm.score_entry AS x WHERE x.reverses = l.id)
	GROUP BY l.kind, l.period, l.scorecard, l.subject, l.item
	HAVING count(*) > 1
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
	'What is wrong with the ledger of scores: an entry that is gone or not what was written, a value that its counts do not give, points that its rule does not give, a reversal that does not match, an entered score without two persons, closed days whose facts, of those that a score rests on, have been changed (dcm.reconcile() holds all facts against each other). No row where nothing is. What is gone from its end, and all of it written anew, is found by the anchors (dcm.verify_anchors()). 校验评分账。';

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
