-- The bulletin (简报): what is told of a period to those above and to the public,
-- as one jsonb value.  Whatever a page shows is in it, so that an application can
-- make another page; dcm.bulletin_page() makes the shipped one.  Nothing of a case
-- is in it but counts: no description, no address, nobody who called.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('bulletin_title', NULL, NULL, '数字化城市管理工作简报', '简报标题(中文)', 'title of the bulletin in Chinese'),
	('bulletin_title_en', NULL, NULL, 'City Management Bulletin', '简报标题(英文)', 'title of the bulletin in English'),
	('bulletin_issuer', NULL, NULL, NULL, '简报编发单位,空则为市级监督(指挥)中心', 'who issues the bulletin; NULL: the centre of level 1'),
	('bulletin_sent_to', NULL, NULL, NULL, '简报报送范围,空则不印', 'to whom the bulletin is sent, printed at its foot; NULL: not printed');

CREATE TABLE dcm.bulletin_issue (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	scorecard	text NOT NULL REFERENCES dcm.scorecard,
	period		int NOT NULL REFERENCES dcm.period,
	year		int NOT NULL,
	number		int NOT NULL CHECK (number > 0),
	issued_on	date NOT NULL,
	remarks		text,
	remarks_en	text,
	data		jsonb NOT NULL,
	issued_by	text NOT NULL,
	db_role		text NOT NULL DEFAULT session_user,
	at			timestamptz NOT NULL DEFAULT clock_timestamp(),
	UNIQUE (year, number)
);
CREATE INDEX ON dcm.bulletin_issue (period, scorecard);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON dcm.bulletin_issue
	FOR EACH STATEMENT EXECUTE FUNCTION dcm.refuse_change();
COMMENT ON TABLE dcm.bulletin_issue IS
	'Bulletins that were issued, append-only, numbered by the year of their date; data is what was issued (dcm.bulletin_data()), which dcm.bulletin_page(data) prints again. What replaces one is a later one of the same period. 已签发的简报,只增不改,按年编号,数据原样留存。';

-- What the bulletin counts of a tally, by the names of its figures.
CREATE FUNCTION dcm.bulletin_figures(tally dcm.tally) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT (
			SELECT jsonb_object_agg(f.field, dcm.figure(t.tally, f.field, t.of_closed))
			FROM unnest('{reported,filed,handled,closed,handled_rate,closed_rate,in_time_rate}'::text[]) AS f (field))
		|| jsonb_build_object('rework_rate', dcm.rate(dcm.count_of(t.tally, 'reworked'), dcm.count_of(t.tally, 'handled')))
	FROM (SELECT coalesce(bulletin_figures.tally, '{}') AS tally, dcm.setting('in_time_denominator') = 'closed' AS of_closed) AS t;
END;
COMMENT ON FUNCTION dcm.bulletin_figures(dcm.tally) IS
	'The figures of a bulletin for a tally, as dcm.eval_city() has them: counts, and rates in percent, null on zero. 简报指标值。';

-- The period so many before one, by its name; of a span of one's own, the span of
-- the same length before it.
CREATE FUNCTION dcm.earlier_period(kind text, code text, since date, till date, back int) RETURNS TABLE (period text, first_day date, last_day date)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 200 ROWS 1
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	part text[] := regexp_match(code, '^([0-9]{4})-?[WQ]?([0-9]*)$');
	n int;
	known record;
BEGIN
	IF kind = 'own' THEN
		first_day := since - back * (till - since + 1);
		last_day := till - back * (till - since + 1);
		period := first_day || '/' || last_day;
		RETURN NEXT;
		RETURN;
	END IF;
	IF kind = 'week' THEN
		period := to_char(to_date(replace(code, 'W', ''), 'IYYY-IW') - 7 * back, 'IYYY"-W"IW');
	ELSE
		n := CASE kind WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 ELSE 1 END;
		back := part[1]::int * n + coalesce(nullif(part[2], '')::int, 1) - 1 - back;
		period := lpad((back / n)::text, 4, '0') || CASE kind WHEN 'month' THEN '-' || lpad((back % n + 1)::text, 2, '0') WHEN 'quarter' THEN '-Q' || back % n + 1 ELSE '' END;
	END IF;
	-- the calendar begins with the year 1
	IF period IS NULL OR period < '0001' THEN
		RETURN;
	END IF;
	SELECT p.since, p.till INTO known FROM dcm.period AS p WHERE p.kind = earlier_period.kind AND p.code = earlier_period.period;
	IF NOT FOUND THEN
		known := dcm.period_days(kind, period);
	END IF;
	first_day := known.since;
	last_day := known.till;
	RETURN NEXT;
END
$$;
COMMENT ON FUNCTION dcm.earlier_period(text, text, date, date, int) IS
	'The period of the same kind so many before the one given, with its first and last day, whether it was opened or not: 2015-03 is one before 2015-04, 2014-04 twelve. Of kind own, the span of as many days before it. 往前第几个同类周期。';

-- Figures of the spans that a bulletin compares, from one reading of the facts.
CREATE FUNCTION dcm.bulletin_spans(kind text, code text, since date, till date)
	RETURNS TABLE (role text, back int, period text, first_day date, last_day date, figures jsonb, has_any boolean)
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED COST 1000000 ROWS 15
BEGIN ATOMIC
	WITH named (role, back, period, first_day, last_day) AS MATERIALIZED (
		SELECT 'period', 0, bulletin_spans.code, bulletin_spans.since, bulletin_spans.till
		UNION ALL
		SELECT 'before', 1, e.* FROM dcm.earlier_period(kind, code, since, till, 1) AS e
		UNION ALL
		SELECT 'year_before', NULL, e.*
		FROM dcm.earlier_period(kind, code, since, till, CASE kind WHEN 'month' THEN 12 WHEN 'quarter' THEN 4 WHEN 'week' THEN 52 END) AS e
		WHERE kind NOT IN ('year', 'own')
		UNION ALL
		SELECT 'year_before', NULL, y.since || '/' || y.till, y.since, y.till
		FROM (SELECT (bulletin_spans.since - interval '1 year')::date AS since, (bulletin_spans.till - interval '1 year')::date AS till) AS y
		WHERE kind = 'own'
		UNION ALL
		-- a span of one's own is shown by its months
		SELECT 'trend', n.back, e.period, e.first_day, least(e.last_day, bulletin_spans.till)
		FROM generate_series(0, 11) AS n (back)
			CROSS JOIN (SELECT CASE kind WHEN 'own' THEN 'month' ELSE kind END AS kind, CASE kind WHEN 'own' THEN (SELECT o.period FROM dcm.period_of('month', bulletin_spans.till, dcm.month_starts_on()) AS o) ELSE code END AS code) AS u
			CROSS JOIN LATERAL dcm.earlier_period(u.kind, u.code, bulletin_spans.since, bulletin_spans.till, n.back) AS e
	), fact AS MATERIALIZED (
		SELECT f.day, f.tally
		FROM dcm.facts('region', (SELECT min(n.first_day) FROM named AS n), till) AS f
		WHERE f.subject = (SELECT dcm.setting('area_code'))
	)
	SELECT n.role, n.back, n.period, n.first_day, n.last_day, dcm.bulletin_figures(t.tally),
		dcm.count_of(t.tally, 'reported') + dcm.count_of(t.tally, 'filed') + dcm.count_of(t.tally, 'handled') + dcm.count_of(t.tally, 'closed') > 0
	FROM named AS n
		CROSS JOIN LATERAL (SELECT coalesce(dcm.merge(f.tally), '{}') AS tally FROM fact AS f WHERE f.day BETWEEN n.first_day AND n.last_day) AS t;
END;
COMMENT ON FUNCTION dcm.bulletin_spans(text, text, date, date) IS
	'The spans that a bulletin compares: the period, the one before, the same of the year before, and twelve up to it as its trend (of a span of one''s own: months), with the city''s figures, and whether anything was counted in them. 简报所比较的各时段及全市数值。';

-- How a figure stands to one before it: of counts also in percent, of rates in
-- points; null where there was none.
CREATE FUNCTION dcm.bulletin_change(value text, was text, unit text, better text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10
BEGIN ATOMIC
	SELECT CASE WHEN bulletin_change.was IS NOT NULL THEN jsonb_build_object('value', c.was, 'change', c.change,
		'percent', CASE WHEN unit = 'count' THEN round(100 * c.change / nullif(c.was, 0), 1) END,
		'direction', CASE sign(c.change) WHEN 1 THEN 'up' WHEN -1 THEN 'down' WHEN 0 THEN 'same' END,
		'verdict', CASE WHEN better IS NOT NULL AND c.change <> 0 THEN CASE WHEN (c.change > 0) = (better = 'higher') THEN 'good' ELSE 'bad' END END) END
	FROM (SELECT bulletin_change.was::numeric AS was, bulletin_change.value::numeric - bulletin_change.was::numeric AS change) AS c;
END;
COMMENT ON FUNCTION dcm.bulletin_change(text, text, text, text) IS
	'How a figure of a bulletin stands to an earlier one, by its unit (count, percent) and which way is better (higher, lower, NULL: neither). 指标与前期的比较。';

CREATE FUNCTION dcm.bulletin_headline(period jsonb, before jsonb, year_before jsonb) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL SAFE COST 1000
BEGIN ATOMIC
	SELECT jsonb_agg(jsonb_build_object('key', v.key, 'name', v.name, 'name_en', v.name_en, 'unit', v.unit, 'better', v.better, 'formula', v.formula, 'formula_en', v.formula_en,
			'value', period -> v.key, 'before', dcm.bulletin_change(period ->> v.key, before ->> v.key, v.unit, v.better),
			'year_before', dcm.bulletin_change(period ->> v.key, year_before ->> v.key, v.unit, v.better)) ORDER BY v.position)
	FROM (VALUES
		(1, 'reported', '上报数', 'Reported', 'count', NULL, '上报的案卷数', 'cases reported'),
		(2, 'filed', '立案数', 'Filed', 'count', NULL, '立案的案卷数', 'cases filed'),
		(3, 'handled', '处置数', 'Handled', 'count', NULL, '处置完毕的案卷数', 'cases handled'),
		(4, 'closed', '结案数', 'Closed', 'count', NULL, '核查结案的案卷数', 'cases closed'),
		(5, 'handled_rate', '处置率', 'Handled rate', 'percent', 'higher', '处置数 ÷ 立案数', 'handled ÷ filed'),
		(6, 'closed_rate', '结案率', 'Closing rate', 'percent', 'higher', '结案数 ÷ 立案数', 'closed ÷ filed'),
		(7, 'in_time_rate', '按期结案率', 'Closed in time', 'percent', 'higher',
			'按期结案数 ÷ ' || CASE (SELECT dcm.setting('in_time_denominator')) WHEN 'closed' THEN '有时限的结案数' ELSE '有时限的立案数' END,
			'closed in time ÷ ' || CASE (SELECT dcm.setting('in_time_denominator')) WHEN 'closed' THEN 'closed with a time limit' ELSE 'filed with a time limit' END),
		(8, 'rework_rate', '返工率', 'Rework rate', 'percent', 'lower', '返工次数 ÷ 处置数', 'times reworked ÷ handled'))
		AS v (position, key, name, name_en, unit, better, formula, formula_en);
END;
COMMENT ON FUNCTION dcm.bulletin_headline(jsonb, jsonb, jsonb) IS
	'The headline figures of a bulletin from those of its period, the one before and the year before (null: nothing to compare with). 简报的总体指标及同比、环比。';

CREATE FUNCTION dcm.bulletin_ranking(scorecard text, kind text, code text, before text, known_at timestamptz DEFAULT 'infinity') RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000
BEGIN ATOMIC
	WITH place AS MATERIALIZED (
		SELECT s.* FROM dcm.period_scores(kind, code, scorecard, known_at) WITH ORDINALITY AS s
	), was AS MATERIALIZED (
		SELECT s.subject, s.rank, s.score FROM dcm.period_scores(kind, before, scorecard, known_at) AS s
	), line AS MATERIALIZED (
		SELECT k.subject, k.item, k.value, k.points FROM dcm.period_as_known(kind, code, scorecard, known_at) AS k
		UNION ALL
		SELECT d.subject, i.code, d.value, d.points
		FROM dcm.period AS p
			JOIN dcm.score_draft AS d ON d.period = p.id
			JOIN dcm.score_item AS i ON i.id = d.item
		WHERE p.kind = bulletin_ranking.kind AND p.code = bulletin_ranking.code AND d.scorecard = bulletin_ranking.scorecard AND known_at = 'infinity'
	), item AS (
		SELECT l.subject, jsonb_object_agg(l.item, jsonb_build_object('value', l.value, 'points', l.points)) AS items
		FROM (SELECT x.subject, x.item, max(x.value) AS value, sum(x.points) AS points FROM line AS x GROUP BY 1, 2) AS l
		GROUP BY 1
	)
	SELECT coalesce(jsonb_agg(jsonb_build_object('subject', p.subject, 'name', p.name, 'name_en', p.name_en, 'rank', p.rank, 'ranked', p.ranked, 'score', p.score,
			'grade', p.grade, 'colour', p.colour, 'ahead', p.ahead, 'sample', p.sample,
			'group', p.area_group, 'group_name', g.name, 'group_name_en', g.name_en, 'group_rank', p.group_rank,
			'rank_before', w.rank, 'rank_change', w.rank - p.rank, 'score_before', w.score, 'score_change', p.score - w.score,
			'internal', p.internal, 'external', p.external, 'missing', to_jsonb(p.missing), 'leaders', coalesce(to_jsonb(p.leaders), '[]'), 'items', coalesce(i.items, '{}')) ORDER BY p.ordinality), '[]')
	FROM place AS p
		LEFT JOIN was AS w ON w.subject = p.subject
		LEFT JOIN item AS i ON i.subject = p.subject
		LEFT JOIN dcm.area_group AS g ON g.code = p.area_group;
END;
COMMENT ON FUNCTION dcm.bulletin_ranking(text, text, text, text, timestamptz) IS
	'The ranking of a period by a scorecard (dcm.period_scores()) for a bulletin: with each item''s value and points, and how it stands to the period before. 简报的排名。';

CREATE FUNCTION dcm.bulletin_categories(since date, till date, before_since date, before_till date, top int DEFAULT 8) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000
BEGIN ATOMIC
	WITH fact AS (
		SELECT f.subject::int AS category, dcm.merge(f.tally) FILTER (WHERE f.day BETWEEN since AND till) AS tally,
			dcm.merge(f.tally) FILTER (WHERE f.day BETWEEN before_since AND before_till) AS was
		FROM dcm.facts('category', least(since, before_since), till) AS f
		GROUP BY 1
	), counted AS (
		SELECT c.kind, c.code, c.name, c.name_en, n.filed, n.was, sum(n.filed) OVER (PARTITION BY c.kind) AS of_kind,
			row_number() OVER (PARTITION BY c.kind ORDER BY n.filed DESC, c.code COLLATE "C", c.id) AS place
		FROM fact AS f
			JOIN dcm.category AS c ON c.id = f.category
			CROSS JOIN LATERAL (SELECT coalesce(dcm.count_of(f.tally, 'filed'), 0) AS filed, CASE WHEN before_since IS NOT NULL THEN coalesce(dcm.count_of(f.was, 'filed'), 0) END AS was) AS n
	)
	SELECT jsonb_build_object('filed', coalesce((SELECT sum(c.filed) FROM counted AS c), 0),
		'event', coalesce(jsonb_agg(k.entry ORDER BY k.place) FILTER (WHERE k.kind = 'event'), '[]'),
		'component', coalesce(jsonb_agg(k.entry ORDER BY k.place) FILTER (WHERE k.kind = 'component'), '[]'))
	FROM (
		SELECT c.kind, c.place, jsonb_build_object('category', c.code, 'name', c.name, 'name_en', c.name_en, 'filed', c.filed,
			'share', round(100 * c.filed / c.of_kind, 1), 'before', dcm.bulletin_change(c.filed::text, c.was::text, 'count', NULL)) AS entry
		FROM counted AS c WHERE c.place <= top AND c.filed > 0) AS k;
END;
COMMENT ON FUNCTION dcm.bulletin_categories(date, date, date, date, int) IS
	'The categories of events and of components of which most was filed, with their share of their kind and how they stand to the period before, for a bulletin. 简报的高发问题。';

-- Unit grids as paths in a box of at most 1000 by 1000.  Corners go to whole
-- units, those that neighbours share to the same one, so that no gap opens.
CREATE FUNCTION dcm.bulletin_map(since date, till date) RETURNS jsonb
	LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
-- not parsed when made: the city may change the coordinate system of its columns
AS $$
	WITH shape AS MATERIALIZED (
		SELECT g.code, g.name, g.geom FROM dcm.grid AS g
		WHERE g.valid @> ((bulletin_map.till + 1)::timestamp AT TIME ZONE (SELECT dcm.setting('time_zone')) - interval '1 microsecond') AND NOT @postgis@.st_isempty(g.geom)
	), box AS (
		SELECT @postgis@.st_xmin(b.box) AS x0, @postgis@.st_ymax(b.box) AS y1, @postgis@.st_xmax(b.box) - @postgis@.st_xmin(b.box) AS dx, @postgis@.st_ymax(b.box) - @postgis@.st_ymin(b.box) AS dy,
			-- metres to a unit of the coordinates, which are degrees or metres
			CASE WHEN @postgis@.st_xmin(b.box) >= -180 AND @postgis@.st_xmax(b.box) <= 180 AND @postgis@.st_ymin(b.box) >= -90 AND @postgis@.st_ymax(b.box) <= 90 THEN 111320.0::float8 END AS degree,
			cosd((@postgis@.st_ymin(b.box) + @postgis@.st_ymax(b.box)) / 2) AS narrower
		FROM (SELECT @postgis@.st_extent(s.geom) AS box FROM shape AS s HAVING count(*) > 0) AS b
	), scale AS (
		SELECT b.*, b.narrower * (b.degree IS NOT NULL)::int + (b.degree IS NULL)::int AS wide,
			1000 / nullif(greatest(b.dx * CASE WHEN b.degree IS NULL THEN 1 ELSE b.narrower END, b.dy), 0) AS k
		FROM box AS b
	), fact AS (
		SELECT f.subject, sum(dcm.count_of(f.tally, 'filed'))::bigint AS filed FROM dcm.facts('grid', bulletin_map.since, bulletin_map.till) AS f GROUP BY 1
	), drawn AS MATERIALIZED (
		SELECT s.code, s.name, coalesce(f.filed, 0) AS filed,
			@postgis@.st_snaptogrid(@postgis@.st_affine(s.geom, c.k * c.wide, 0, 0, c.k, -c.x0 * c.k * c.wide, -c.y1 * c.k), 1) AS geom
		FROM shape AS s
			CROSS JOIN scale AS c
			LEFT JOIN fact AS f ON f.subject = s.code::text
	), bounds AS (
		SELECT ARRAY(SELECT DISTINCT b FROM unnest(percentile_disc('{0.25,0.5,0.75,0.9,1}'::float8[]) WITHIN GROUP (ORDER BY d.filed)) AS b ORDER BY b) AS upper
		FROM drawn AS d WHERE d.filed > 0
	), classed AS (
		SELECT d.*, CASE WHEN d.filed = 0 THEN 0 ELSE (SELECT count(*) + 1 FROM unnest(b.upper) AS u WHERE u < d.filed) END AS class,
			row_number() OVER (ORDER BY d.filed DESC, d.code::text) AS place
		FROM drawn AS d CROSS JOIN bounds AS b
	)
	SELECT jsonb_build_object(
		'view_box', (SELECT jsonb_build_array(0, 0, ceil(c.dx * c.k * c.wide), ceil(c.dy * c.k)) FROM scale AS c),
		'metres_per_unit', (SELECT round((coalesce(c.degree, 1) / c.k)::numeric, 3) FROM scale AS c),
		'classes', coalesce((
			SELECT jsonb_agg(jsonb_build_object('class', u.n, 'from', CASE WHEN u.n = 1 THEN 1 ELSE b.upper[u.n - 1] + 1 END, 'till', u.upper,
				'grids', (SELECT count(*) FROM classed AS k WHERE k.class = u.n)) ORDER BY u.n)
			FROM bounds AS b CROSS JOIN LATERAL unnest(b.upper) WITH ORDINALITY AS u (upper, n)), '[]'),
		'grids', coalesce((
			SELECT jsonb_agg(jsonb_build_object('grid', k.code::text, 'name', k.name, 'filed', k.filed, 'class', k.class, 'd', @postgis@.st_assvg(k.geom, 1, 0)) ORDER BY k.code::text)
			FROM classed AS k), '[]'),
		'hot', coalesce((
			SELECT jsonb_agg(jsonb_build_object('grid', k.code::text, 'name', k.name, 'filed', k.filed,
				'x', round(@postgis@.st_x(@postgis@.st_centroid(k.geom))::numeric), 'y', -round(@postgis@.st_y(@postgis@.st_centroid(k.geom))::numeric)) ORDER BY k.place)
			FROM classed AS k WHERE k.place <= 8 AND k.filed > 0), '[]'),
		'on_map', coalesce((SELECT sum(k.filed) FROM classed AS k), 0),
		'all', coalesce((SELECT sum(f.filed) FROM fact AS f), 0))
$$;
COMMENT ON FUNCTION dcm.bulletin_map(date, date) IS
	'The unit grids valid at the end of a span as paths of SVG in a box of at most 1000 by 1000, each with what was filed in it and its class, bounds of the classes, and the grids with most, for a bulletin. 简报的网格热力图数据。';

CREATE FUNCTION dcm.terms_in_words(terms text, lang text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200
BEGIN ATOMIC
	SELECT string_agg(CASE WHEN f.field IS NULL THEN translate(t.part[1], '*/-', '×÷−') WHEN lang = 'en' THEN f.label_en ELSE f.label END, '' ORDER BY t.n)
	FROM regexp_matches(terms, '([a-z_]+|[^a-z_]+)', 'g') WITH ORDINALITY AS t (part, n)
		LEFT JOIN dcm.tally_fields() AS f ON f.field = t.part[1];
END;
COMMENT ON FUNCTION dcm.terms_in_words(text, text) IS
	'A sum or difference of fields of a tally with their names in Chinese (zh) or English (en) for the fields. 加减式的文字表述。';

CREATE FUNCTION dcm.bulletin_items(scorecard text, at timestamptz) RETURNS jsonb
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 10000
BEGIN ATOMIC
	SELECT coalesce(jsonb_agg(jsonb_build_object('item', i.code, 'name', i.name, 'name_en', i.name_en, 'rule', i.rule, 'weight', i.weight, 'target', i.target, 'per_unit', i.per_unit,
			'least', i.least, 'most', i.most, 'indicator', i.indicator, 'unit', d.unit, 'decimals', d.decimals, 'basis', d.basis, 'standard', d.standard, 'source', d.source,
			'formula', coalesce(d.formula, dcm.terms_in_words(d.numerator, 'zh') || coalesce(' ÷ ' || f.below_zh, '')),
			'formula_en', coalesce(d.formula_en, dcm.terms_in_words(d.numerator, 'en') || coalesce(' ÷ ' || f.below_en, '')),
			'external', i.external, 'tiers', coalesce((SELECT jsonb_agg(jsonb_build_object('class', t.class, 'since', t.since, 'score', t.score) ORDER BY t.class, t.since) FROM dcm.score_tier AS t WHERE t.item = i.id), '[]'))
		ORDER BY i.position, i.code), '[]')
	FROM dcm.score_item AS i
		LEFT JOIN dcm.indicator AS d ON d.code = i.indicator AND d.valid @> bulletin_items.at
		LEFT JOIN LATERAL (
			SELECT '(' || dcm.terms_in_words(d.denominator, 'zh') || coalesce(' − (' || dcm.terms_in_words(d.exclusion, 'zh') || ')', '') || ')',
				'(' || dcm.terms_in_words(d.denominator, 'en') || coalesce(' − (' || dcm.terms_in_words(d.exclusion, 'en') || ')', '') || ')') AS f (below_zh, below_en) ON true
	WHERE i.scorecard = bulletin_items.scorecard AND i.valid @> bulletin_items.at;
END;
COMMENT ON FUNCTION dcm.bulletin_items(text, timestamptz) IS
	'The items of a scorecard at a time with rule and weight, and the formula of their indicators in words: as the standard or city has it, else from numerator and denominator. 评分项及其公式(文字)。';

CREATE FUNCTION dcm.bulletin_data(scorecard text, period text, kind text DEFAULT NULL, known_at timestamptz DEFAULT 'infinity') RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED COST 1000000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	zone constant text := dcm.setting('time_zone');
	p dcm.period;
	c dcm.scorecard;
	card jsonb;
	seen jsonb;
	before jsonb;
	year_before jsonb;
	figures jsonb;
	ended timestamptz;
	issue dcm.bulletin_issue;
	answer jsonb;
BEGIN
	SELECT x.* INTO p FROM dcm.period AS x WHERE x.code = bulletin_data.period AND x.kind = coalesce(bulletin_data.kind, x.kind) ORDER BY x.kind = 'own' LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no period "%s"', period),
			HINT = 'dcm.open_period() opens one.',
			CONSTRAINT = 'dcm.no_period';
	END IF;
	SELECT x.* INTO c FROM dcm.scorecard AS x WHERE x.code = bulletin_data.scorecard;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('there is no scorecard "%s"', scorecard),
			HINT = 'dcm.scorecard lists them; dcm.load_preset() brings some.',
			CONSTRAINT = 'dcm.no_scorecard';
	END IF;
	-- as it was booked, or as it is now
	card := coalesce((SELECT e.evidence FROM dcm.score_entry AS e WHERE e.period = p.id AND e.scorecard = c.code AND e.kind = 'card' AND e.at <= known_at ORDER BY e.id DESC LIMIT 1),
		dcm.card_of(p, c.code));
	seen := (SELECT jsonb_agg(to_jsonb(s) ORDER BY s.role, s.back DESC) FROM dcm.bulletin_spans(p.kind, p.code, p.since, p.till) AS s);
	SELECT s -> 'figures' INTO figures FROM jsonb_array_elements(seen) AS s WHERE s ->> 'role' = 'period';
	-- a span in which nothing was counted yet is nothing to compare with
	SELECT jsonb_build_object('code', s -> 'period', 'since', s -> 'first_day', 'till', s -> 'last_day', 'figures', s -> 'figures') INTO before
	FROM jsonb_array_elements(seen) AS s WHERE s ->> 'role' = 'before' AND (s ->> 'has_any')::boolean;
	SELECT jsonb_build_object('code', s -> 'period', 'since', s -> 'first_day', 'till', s -> 'last_day', 'figures', s -> 'figures') INTO year_before
	FROM jsonb_array_elements(seen) AS s WHERE s ->> 'role' = 'year_before' AND (s ->> 'has_any')::boolean;
	ended := least((p.till + 1)::timestamp AT TIME ZONE zone - interval '1 microsecond', now());
	answer := jsonb_build_object(
		'version', 1,
		'title', dcm.setting('bulletin_title'), 'title_en', dcm.setting('bulletin_title_en'),
		'city', jsonb_build_object('code', dcm.setting('area_code'), 'name', dcm.setting('city_name')),
		'issuer', (SELECT jsonb_build_object('name', coalesce(dcm.setting('bulletin_issuer'), min(o.name)), 'name_en', coalesce(dcm.setting('bulletin_issuer'), min(o.name_en)))
			FROM (SELECT x.name, x.name_en FROM dcm.org AS x WHERE x.level = 1 AND x.kind IN ('supervision_command_centre', 'supervision_centre') AND x.valid @> ended
				ORDER BY x.kind DESC, x.code LIMIT 1) AS o),
		'sent_to', dcm.setting('bulletin_sent_to'),
		'period', jsonb_build_object('kind', p.kind, 'code', p.code, 'since', p.since, 'till', p.till, 'step', p.step, 'draft', p.step IN ('open', 'draft'),
			'appeals_till', (p.appeals_till AT TIME ZONE zone)::date, 'announced_on', (p.announced_at AT TIME ZONE zone)::date,
			'closed_on', (p.closed_at AT TIME ZONE zone)::date, 'published_on', (p.published_at AT TIME ZONE zone)::date),
		'before', before, 'year_before', year_before,
		'headline', dcm.bulletin_headline(figures, before -> 'figures', year_before -> 'figures'),
		'scorecard', jsonb_build_object('code', c.code, 'name', c.name, 'name_en', c.name_en, 'kind', c.kind,
			'full_marks', card #> '{card,full_marks}', 'min_sample', card #> '{card,min_sample}',
			'sample', dcm.terms_in_words(c.sample, 'zh'), 'sample_en', dcm.terms_in_words(c.sample, 'en'), 'confidence', c.confidence, 'source', c.source,
			'grades', coalesce((SELECT jsonb_agg(jsonb_build_object('grade', g -> 'code', 'name', g -> 'name', 'name_en', g -> 'name_en', 'since', g -> 'since', 'colour', g -> 'colour') ORDER BY (g ->> 'since')::numeric DESC)
				FROM jsonb_array_elements(card -> 'grades') AS g), '[]'),
			'items', dcm.bulletin_items(c.code, dcm.rules_time(p, c.code))),
		'ranking', dcm.bulletin_ranking(c.code, p.kind, p.code, before ->> 'code', known_at),
		'consequences', coalesce((SELECT jsonb_agg(jsonb_build_object('subject', x.subject, 'rule', x.rule, 'running', x.running, 'score', x.score,
				'consequence', x.consequence, 'consequence_en', x.consequence_en, 'leaders', coalesce(to_jsonb(x.leaders), '[]')) ORDER BY x.subject, x.rule)
			FROM dcm.consequences(p.kind, c.code) AS x WHERE x.period = p.code AND EXISTS (SELECT FROM dcm.consequence_rule AS r WHERE r.scorecard = c.code)), '[]'),
		'trend', jsonb_build_object('kind', CASE p.kind WHEN 'own' THEN 'month' ELSE p.kind END, 'periods', (
			SELECT jsonb_agg(s -> 'figures' || jsonb_build_object('code', s -> 'period', 'since', s -> 'first_day', 'till', s -> 'last_day') ORDER BY (s ->> 'back')::int DESC)
			FROM jsonb_array_elements(seen) AS s
			-- what was before the first count is no zero
			WHERE s ->> 'role' = 'trend' AND (s ->> 'back')::int <= (
				SELECT coalesce(max((y ->> 'back')::int), 0) FROM jsonb_array_elements(seen) AS y WHERE y ->> 'role' = 'trend' AND (y ->> 'has_any')::boolean))),
		'categories', dcm.bulletin_categories(p.since, p.till, (before ->> 'since')::date, (before ->> 'till')::date),
		'map', dcm.bulletin_map(p.since, p.till),
		'made_at', to_char(now() AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'));
	SELECT x.* INTO issue FROM dcm.bulletin_issue AS x WHERE x.period = p.id AND x.scorecard = c.code ORDER BY x.id DESC LIMIT 1;
	RETURN answer || jsonb_build_object('issue', CASE WHEN FOUND THEN jsonb_build_object('year', issue.year, 'number', issue.number, 'issued_on', issue.issued_on,
		'remarks', issue.remarks, 'remarks_en', issue.remarks_en,
		-- figures and places; who leads a body may change
		'same', NOT EXISTS (SELECT FROM unnest('{$.headline[*].value,$.ranking[*].subject,$.ranking[*].rank,$.ranking[*].score}'::jsonpath[]) AS q (path)
			WHERE jsonb_path_query_array(answer, q.path) <> jsonb_path_query_array(issue.data, q.path))) END);
END
$$;
COMMENT ON FUNCTION dcm.bulletin_data(text, text, text, timestamptz) IS
	'The bulletin of a period by a scorecard as jsonb, version 1: headline figures with their change on the period and on the year before, ranking, trend, top categories, grid map, formulae, remarks, number and date of issue; the keys are told in docs/bulletin.md. kind tells which where two periods have the code; known_at takes the ranking as the ledger had it then. P0002 for no such period or scorecard. 简报数据,键名为对外约定。';

CREATE FUNCTION dcm.bulletin(scorecard text, period text, lang text DEFAULT 'zh', kind text DEFAULT NULL, charts text DEFAULT 'inline', known_at timestamptz DEFAULT 'infinity') RETURNS text
	LANGUAGE sql STABLE PARALLEL RESTRICTED COST 1000000
RETURN dcm.bulletin_page(dcm.bulletin_data(scorecard, period, kind, known_at), lang, charts);
COMMENT ON FUNCTION dcm.bulletin(text, text, text, text, text, timestamptz) IS
	'The bulletin of a period by a scorecard as one self-contained page of HTML, in Chinese (zh) or English (en): dcm.bulletin_page() of dcm.bulletin_data(). charts inline for browsers, image for office suites. 简报网页(HTML,单文件)。';

CREATE FUNCTION dcm.issue_bulletin(scorecard text, period text, remarks text DEFAULT NULL, remarks_en text DEFAULT NULL, issued_on date DEFAULT NULL, number int DEFAULT NULL, kind text DEFAULT NULL) RETURNS int
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE COST 1000000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who constant text := dcm.person_with('score_roles');
	on_day constant date := coalesce(issued_on, (now() AT TIME ZONE dcm.setting('time_zone'))::date);
	of_year constant int := CASE WHEN isfinite(on_day) THEN extract(year FROM on_day) END;
	now_it jsonb := dcm.bulletin_data(scorecard, period, kind);
	p dcm.period := dcm.period_in(now_it #>> '{period,kind}', period, '{announced,closed,published}');
	fault text;
	n int := number;
BEGIN
	-- numbers run on without a gap, so one issues after another
	LOCK TABLE dcm.bulletin_issue IN SHARE ROW EXCLUSIVE MODE;
	n := coalesce(n, (SELECT coalesce(max(x.number), 0) + 1 FROM dcm.bulletin_issue AS x WHERE x.year = of_year));
	fault := CASE
		WHEN n < 1 THEN 'Numbers begin with 1.'
		WHEN NOT isfinite(on_day) OR on_day <= p.till THEN format('It cannot be issued on %s, before the period is over.', on_day)
		WHEN EXISTS (SELECT FROM dcm.bulletin_issue AS x WHERE x.year = of_year AND x.number = n) THEN format('Number %s of %s is issued already.', n, of_year) END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'the bulletin cannot be issued so',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_issue';
	END IF;
	INSERT INTO dcm.bulletin_issue (scorecard, period, year, number, issued_on, remarks, remarks_en, data, issued_by)
	VALUES (scorecard, p.id, of_year, n, on_day, remarks, remarks_en, now_it || jsonb_build_object('issue',
		jsonb_build_object('year', of_year, 'number', n, 'issued_on', on_day, 'remarks', remarks, 'remarks_en', remarks_en, 'same', true)), who);
	RETURN n;
END
$$;
REVOKE ALL ON FUNCTION dcm.issue_bulletin(text, text, text, text, date, int, text) FROM PUBLIC;
COMMENT ON FUNCTION dcm.issue_bulletin(text, text, text, text, date, int, text) IS
	'Issues the bulletin of a period that is announced, closed or published, with the author''s remarks, a date (today) and a number (the next of that year), and keeps what it said; returns the number. 22023 for a number that is taken or a day before the period is over, 55000 for a draft, P0002 for no such period or scorecard, 42501 without a role of setting score_roles. 签发简报:编号、日期、按语,留存数据。';
