-- The page of a bulletin, from its data and nothing else.  Plain HTML that is
-- well-formed XML too: tables, and charts as SVG; no script, no font and no picture
-- from elsewhere.  Whatever is a text of the city goes through dcm.html_text(),
-- whatever is a number, a colour or a path is read as one before it is written.

CREATE FUNCTION dcm.html_text(value text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10
-- what no XML may hold goes, and what would turn the direction of what follows
RETURN replace(replace(replace(replace(replace(
	regexp_replace(value, E'[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]', '', 'g'),
	'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION dcm.html_text(text) IS
	'A text as it may stand in HTML or XML, in an attribute too: markup escaped, control characters and marks that turn the direction of writing left out. HTML 转义。';

CREATE FUNCTION dcm.bulletin_words(lang text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT jsonb_object_agg(v.key, CASE lang WHEN 'en' THEN v.en ELSE v.zh END)
	FROM (VALUES
		('headline', '总体情况', 'At a glance'), ('ranking', '考核排名', 'Ranking'), ('trend', '运行趋势', 'Trend'), ('categories', '高发问题', 'Most frequent problems'),
		('map', '案卷分布', 'Where cases arose'), ('formulae', '指标与计分', 'Figures and scoring'), ('consequences', '结果运用', 'Consequences'), ('remarks', '编者按', 'Remarks'),
		('before', '较上期', 'on period before'), ('year_before', '同比', 'on year before'), ('none_before', '无上期数据', 'no period before'), ('points', '百分点', 'pts'),
		('rank', '名次', 'Rank'), ('subject', '评价对象', 'Subject'), ('score', '得分', 'Score'), ('change', '增减', 'Change'), ('grade', '等级', 'Grade'), ('leaders', '负责人', 'led by'), ('group', '分组', 'Group'),
		('no_sample', '样本不足,不列名次', 'too few cases to be ranked'), ('no_score', '本期无计分案卷', 'Nothing to score in this period'), ('no_ranking', '本期尚无得分。', 'No scores yet.'),
		('from', '起', 'and above'), ('full_marks', '满分', 'Full marks'), ('event', '事件', 'Events'), ('component', '部件', 'Components'), ('of', '占比', 'share'),
		('nothing', '本期无立案案卷。', 'Nothing was filed in this period.'), ('filed', '立案', 'Filed'), ('closed', '结案', 'Closed'), ('cases', '件', 'cases'),
		('in_time_rate', '按期结案率', 'Closed in time'), ('handled_rate', '处置率', 'Handled'), ('hot', '案卷最多的单元网格', 'Unit grids with most cases'), ('grid', '单元网格', 'Unit grid'),
		('filed_per_grid', '每网格立案数', 'Cases filed in a grid'), ('not_on_map', '另有 %s 件无网格坐标,未上图。', '%s more have no grid and are not on the map.'), ('no_map', '尚无单元网格。', 'There are no unit grids.'),
		('item', '指标', 'Figure'), ('formula', '公式', 'Formula'), ('rule', '计分', 'Scoring'), ('weight', '权重', 'Weight'),
		('flow', '各项按发生日期计数,处置与结案含上期结转案卷,故比率可高于 100%。', 'Each event counts on the day on which it happened. What is handled and closed may have been filed before, so a rate may be above 100 percent.'), ('cohort', '按同批立案统计', 'counted of the cases filed in the period'),
		('rule_rate', '权重 × 指标值 ÷ 100', 'weight × value ÷ 100'), ('rule_complement', '权重 × (100 − 指标值) ÷ 100', 'weight × (100 − value) ÷ 100'), ('rule_tiers', '分档', 'by tiers'),
		('rule_threshold', '达到 %s 得满分,每低 1 扣 %s', 'full from %s on, each point below takes %s'), ('rule_each', '每件 %s 分', '%s points each'), ('rule_entered', '录入,经第二人审核', 'entered, approved by a second person'),
		('running', '连续期数', 'Running'), ('consequence', '处理', 'Consequence'),
		('step_open', '未定稿 · 试算', 'DRAFT — NOT FINAL'), ('step_draft', '未定稿 · 试算', 'DRAFT — NOT FINAL'), ('step_announced', '公示稿', 'ANNOUNCED — OPEN TO APPEAL'), ('step_closed', '定稿', 'Final'), ('step_published', '已发布', 'Published'),
		('draft_note', '本期评价尚未公示,数据可能变动,不得引用。', 'This period has not been announced. Figures may change and must not be quoted.'),
		('announced_note', '公示期间可申诉,结果以定稿为准。', 'Bodies may appeal; what counts is the final result.'), ('appeals_till', '申诉截止', 'Appeals until'),
		('changed_since', '签发后已更正:以下数据与原签发件不同。', 'Corrected: these figures are not those of the issue as it went out.'),
		('number', '第 %s 期', 'No. %s'), ('no_number', '未签发', 'not issued'), ('sent_to', '报送', 'Sent to'), ('made_at', '制表', 'Made'), ('scorecard', '评分方案', 'Scorecard'),
		('max_scale', '满', 'of')) AS v (key, zh, en);
END;
COMMENT ON FUNCTION dcm.bulletin_words(text) IS
	'The fixed words of the bulletin''s page in Chinese (zh) or English (en). 简报网页的固定用语。';

-- How things are written.

CREATE FUNCTION dcm.bulletin_name(entry jsonb, key text, lang text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
RETURN dcm.html_text(CASE lang WHEN 'en' THEN coalesce(upper(left(nullif(entry ->> (key || '_en'), ''), 1)) || substr(entry ->> (key || '_en'), 2), entry ->> key, '')
	ELSE coalesce(entry ->> key, entry ->> (key || '_en'), '') END);
COMMENT ON FUNCTION dcm.bulletin_name(jsonb, text, text) IS
	'A name from the data in the language of the page, the other where there is none, in English with a capital, escaped. 取中英文名称并转义。';

CREATE FUNCTION dcm.bulletin_number(value numeric, unit text, decimals int DEFAULT 2) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
RETURN CASE WHEN value IS NULL THEN '–'
	ELSE translate(to_char(round(value, least(greatest(CASE WHEN unit = 'count' THEN 0 ELSE decimals END, 0), 4)),
		'FM999,999,999,999,990' || CASE WHEN unit = 'count' OR decimals <= 0 THEN '' ELSE '.' || repeat('0', least(decimals, 4)) END), '-', '−')
		|| CASE WHEN unit = 'percent' THEN '%' ELSE '' END END;
COMMENT ON FUNCTION dcm.bulletin_number(numeric, text, int) IS
	'A number as the bulletin''s page writes it: thousands apart, percent with its sign, a dash for none. 数字的书写。';

CREATE FUNCTION dcm.bulletin_day(day date, lang text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 20
RETURN CASE lang WHEN 'en' THEN to_char(day, 'FMDD FMMonth YYYY') ELSE to_char(day, 'FMYYYY"年"FMMM"月"FMDD"日"') END;
COMMENT ON FUNCTION dcm.bulletin_day(date, text) IS 'A day as it is written in Chinese (zh) or English (en). 日期的书写。';

CREATE FUNCTION dcm.bulletin_period(kind text, code text, lang text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 50
RETURN dcm.html_text(CASE
	WHEN kind = 'month' AND code ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' THEN
		CASE lang WHEN 'en' THEN (string_to_array('January,February,March,April,May,June,July,August,September,October,November,December', ','))[right(code, 2)::int] || ' ' || left(code, 4)
			ELSE left(code, 4) || '年' || right(code, 2)::int || '月' END
	WHEN kind = 'quarter' AND code ~ '^[0-9]{4}-Q[1-4]$' THEN CASE lang WHEN 'en' THEN 'Quarter ' || right(code, 1) || ' of ' || left(code, 4) ELSE left(code, 4) || '年第' || right(code, 1) || '季度' END
	WHEN kind = 'week' AND code ~ '^[0-9]{4}-W[0-9]{2}$' THEN CASE lang WHEN 'en' THEN 'Week ' || right(code, 2)::int || ' of ' || left(code, 4) ELSE left(code, 4) || '年第' || right(code, 2)::int || '周' END
	WHEN kind = 'year' AND lang <> 'en' THEN code || '年'
	ELSE code END);
COMMENT ON FUNCTION dcm.bulletin_period(text, text, text) IS 'The name of a period in Chinese (zh) or English (en), escaped. 周期名称。';

CREATE FUNCTION dcm.bulletin_arrow(change jsonb, unit text, words jsonb, what text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 50
RETURN CASE WHEN change ->> 'change' IS NULL THEN ''
	ELSE '<span class="' || CASE change ->> 'verdict' WHEN 'good' THEN 'good' WHEN 'bad' THEN 'bad' ELSE 'even' END || '">'
		|| CASE change ->> 'direction' WHEN 'up' THEN '▲ ' WHEN 'down' THEN '▼ ' ELSE '＝ ' END
		|| CASE WHEN unit = 'count' AND change ->> 'percent' IS NOT NULL THEN dcm.bulletin_number(abs((change ->> 'percent')::numeric), 'percent', 1)
			WHEN unit = 'count' THEN dcm.bulletin_number(abs((change ->> 'change')::numeric), 'count')
			ELSE dcm.bulletin_number(abs((change ->> 'change')::numeric), 'points', 2) || ' ' || (words ->> 'points') END
		|| '</span>' || coalesce(' <span class="what">' || what || '</span>', '') END;
COMMENT ON FUNCTION dcm.bulletin_arrow(jsonb, text, jsonb, text) IS
	'A change as an arrow and an amount, green where it is for the better, red where for the worse. 升降箭头。';

-- Text in a chart does not wrap, so it is cut to a width in ems.
CREATE FUNCTION dcm.bulletin_clip(value text, ems numeric) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200
BEGIN ATOMIC
	SELECT CASE WHEN max(w.total) <= ems THEN value
		ELSE coalesce(string_agg(w.letter, '' ORDER BY w.n) FILTER (WHERE w.total <= ems - 1), '') || '…' END
	FROM (
		SELECT c.n, c.letter, sum(CASE WHEN ascii(c.letter) > 11904 THEN 1 WHEN c.letter ~ '[A-Zmw]' THEN 0.72 ELSE 0.52 END) OVER (ORDER BY c.n) AS total
		FROM string_to_table(left(value, 200), NULL) WITH ORDINALITY AS c (letter, n)) AS w;
END;
COMMENT ON FUNCTION dcm.bulletin_clip(text, numeric) IS 'A text cut, with an ellipsis, to about a width in ems. 按宽度截断文字。';

CREATE FUNCTION dcm.nice_step(top numeric, steps int) RETURNS numeric
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 50
BEGIN ATOMIC
	SELECT min(m.step * e.power)
	FROM (SELECT 10 ^ floor(log(greatest(top, 1) / steps)) AS power) AS e
		CROSS JOIN (VALUES (1.0), (2.0), (5.0), (10.0)) AS m (step)
	WHERE m.step * e.power >= greatest(top, 1) / steps AND m.step * e.power >= 1;
END;
COMMENT ON FUNCTION dcm.nice_step(numeric, int) IS
	'The distance of an axis''s marks, 1, 2 or 5 times a power of ten and at least 1, so that so many of them reach the top. 坐标轴刻度。';

-- An SVG where browsers show it, or as a picture for office suites, which leave
-- out what they find of SVG between their paragraphs.
CREATE FUNCTION dcm.bulletin_svg(body text, wide numeric, high numeric, shown numeric, label text, charts text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100
BEGIN ATOMIC
	SELECT CASE charts WHEN 'image' THEN format('<img alt="%s" width="%s" height="%s" src="data:image/svg+xml;base64,%s"/>', label, round(wide * s.scale), round(high * s.scale),
			translate(encode(convert_to(s.svg, 'UTF8'), 'base64'), E'\n', ''))
		ELSE s.svg END
	FROM (
		SELECT format('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$s %2$s"%3$s role="img" font-family="%5$s" font-size="12" fill="#2b3440"><title>%4$s</title>%6$s</svg>',
				wide, high, CASE charts WHEN 'image' THEN format(' width="%s" height="%s"', wide, high) ELSE '' END, label,
				'''PingFang SC'', ''Microsoft YaHei'', ''Noto Sans CJK SC'', ''Source Han Sans SC'', ''WenQuanYi Micro Hei'', Arial, sans-serif', body) AS svg,
			shown / wide AS scale) AS s;
END;
COMMENT ON FUNCTION dcm.bulletin_svg(text, numeric, numeric, numeric, text, text) IS
	'A drawing as SVG in the page (inline) or as a picture, so many pixels wide, with its data in its address (image). SVG 图形的两种嵌入方式。';

-- The charts.

-- Bars of what was filed and closed above, lines of rates below, one axis of time.
CREATE FUNCTION dcm.bulletin_trend(data jsonb, lang text, wide int, charts text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	roomy constant boolean := wide >= 600;
	x0 constant numeric := 44;
	kind constant text := data #>> '{trend,kind}';
	n constant int := coalesce(jsonb_array_length(data #> '{trend,periods}'), 0);
	slot constant numeric := (wide - x0 - 6) / greatest(n, 1)::numeric;
	bar constant numeric := round(least(slot * 0.36, 22), 1);
	top numeric;
	step numeric;
	part text;
	body text := '';
BEGIN
	IF n = 0 THEN
		RETURN '';
	END IF;
	SELECT max(greatest((t ->> 'filed')::numeric, (t ->> 'closed')::numeric, 1)) INTO top FROM jsonb_array_elements(data #> '{trend,periods}') AS t;
	step := dcm.nice_step(top, 4);
	top := step * ceil(top / step);
	-- legends and marks
	body := format('<rect x="%1$s" y="3" width="11" height="11" fill="#b9cbe4"/><text x="%2$s" y="13">%3$s</text><rect x="%4$s" y="3" width="11" height="11" fill="#1f4e8c"/><text x="%5$s" y="13">%6$s</text>'
		'<path d="M %1$s 209 h 22" stroke="#1f4e8c" stroke-width="2.5"/><circle cx="%7$s" cy="209" r="3.5" fill="#1f4e8c"/><text x="%8$s" y="213">%9$s</text>'
		'<path d="M %10$s 209 h 22" stroke="#8b95a3" stroke-width="2" stroke-dasharray="5 3"/><text x="%11$s" y="213">%12$s</text>',
		x0, x0 + 16, words ->> 'filed', x0 + 76, x0 + 92, (words ->> 'closed') || CASE lang WHEN 'en' THEN ' (' || (words ->> 'cases') || ')' ELSE '(' || (words ->> 'cases') || ')' END,
		x0 + 11, x0 + 28, words ->> 'in_time_rate', x0 + 140, x0 + 168, (words ->> 'handled_rate') || CASE lang WHEN 'en' THEN ' (%)' ELSE '(%)' END);
	SELECT string_agg(format('<path d="M %s %s H %s" stroke="%s" stroke-width="1"/><text x="%s" y="%s" text-anchor="end" font-size="11" fill="#66707d">%s</text>',
			x0, round(g.y, 1), wide - 6, CASE WHEN g.mark = 0 THEN '#9aa4b1' ELSE '#e3e7ec' END, x0 - 6, round(g.y + 4, 1), dcm.bulletin_number(g.mark, 'count')), '') INTO part
	FROM (
		SELECT m AS mark, 180 - 140 * m / top AS y FROM generate_series(0, top, step) AS m
		UNION ALL
		SELECT m, 340 - 1.1 * m FROM generate_series(0, 100, 25) AS m) AS g;
	body := body || part;
	WITH bit AS (
		SELECT t, i, x0 + (i - 0.5) * slot AS x, (t ->> 'filed')::numeric AS filed, (t ->> 'closed')::numeric AS closed,
			CASE WHEN (t ->> 'in_time_rate')::numeric > 100 THEN 100 ELSE (t ->> 'in_time_rate')::numeric END AS in_time,
			CASE WHEN (t ->> 'handled_rate')::numeric > 100 THEN 100 ELSE (t ->> 'handled_rate')::numeric END AS handled, t ->> 'in_time_rate' AS said,
			t ->> 'code' AS code
		FROM jsonb_array_elements(data #> '{trend,periods}') WITH ORDINALITY AS e (t, i)
	), label AS (
		SELECT b.i, b.x, CASE kind
				WHEN 'month' THEN CASE lang WHEN 'en' THEN (string_to_array('Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec', ','))[substring(b.code FROM '-([0-9]{1,2})$')::int]
					ELSE substring(b.code FROM '-([0-9]{1,2})$')::int || '月' END
				WHEN 'year' THEN b.code ELSE substring(b.code FROM '-([QW][0-9]+)$') END AS upper,
			CASE WHEN kind <> 'year' AND left(b.code, 4) IS DISTINCT FROM lag(left(b.code, 4)) OVER (ORDER BY b.i) THEN left(b.code, 4) END AS lower
		FROM bit AS b
	)
	SELECT string_agg(format('<rect x="%s" y="%s" width="%s" height="%s" fill="#b9cbe4"/><rect x="%s" y="%s" width="%s" height="%s" fill="#1f4e8c"/>',
				round(b.x - bar, 1), round(180 - 140 * b.filed / top, 1), bar, round(140 * b.filed / top, 1), round(b.x, 1), round(180 - 140 * b.closed / top, 1), bar, round(140 * b.closed / top, 1)), '' ORDER BY b.i)
		|| CASE WHEN roomy THEN string_agg(format('<text x="%s" y="%s" text-anchor="middle" font-size="10.5" fill="#66707d">%s</text>',
				round(b.x, 1), round(175 - 140 * greatest(b.filed, b.closed) / top, 1), dcm.bulletin_number(b.filed, 'count')), '' ORDER BY b.i) ELSE '' END
		|| coalesce('<path fill="none" stroke="#8b95a3" stroke-width="2" stroke-dasharray="5 3" d="M ' || string_agg(format('%s %s', round(b.x, 1), round(340 - 1.1 * b.handled, 1)), ' L ' ORDER BY b.i) FILTER (WHERE b.handled IS NOT NULL) || '"/>', '')
		|| coalesce('<path fill="none" stroke="#1f4e8c" stroke-width="2.5" d="M ' || string_agg(format('%s %s', round(b.x, 1), round(340 - 1.1 * b.in_time, 1)), ' L ' ORDER BY b.i) FILTER (WHERE b.in_time IS NOT NULL) || '"/>', '')
		|| coalesce(string_agg(format('<circle cx="%s" cy="%s" r="3.5" fill="#1f4e8c"/>', round(b.x, 1), round(340 - 1.1 * b.in_time, 1))
				|| CASE WHEN roomy OR b.i = n THEN format('<text x="%s" y="%s" text-anchor="middle" font-size="10.5" fill="#1f4e8c">%s</text>',
					round(least(b.x, wide - 20), 1), round(340 - 1.1 * b.in_time + CASE WHEN b.in_time < 22 THEN -8 ELSE 17 END, 1), dcm.bulletin_number(b.said::numeric, 'rate', 1)) ELSE '' END, '' ORDER BY b.i) FILTER (WHERE b.in_time IS NOT NULL), '')
		|| (SELECT string_agg(format('<text x="%s" y="358" text-anchor="middle" font-size="11">%s</text>', round(l.x, 1), dcm.html_text(coalesce(l.upper, '')))
				|| coalesce(format('<text x="%s" y="373" text-anchor="middle" font-size="11" fill="#66707d">%s</text>', round(l.x, 1), dcm.html_text(l.lower)), ''), '' ORDER BY l.i)
			FROM label AS l)
		INTO part
	FROM bit AS b;
	RETURN dcm.bulletin_svg(body || part, wide, 380, 640, words ->> 'trend', charts);
END
$$;
COMMENT ON FUNCTION dcm.bulletin_trend(jsonb, text, int, text) IS 'The chart of the trend, so wide. 趋势图。';

CREATE FUNCTION dcm.bulletin_bars(data jsonb, kind text, lang text, charts text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 5000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	n constant int := coalesce(jsonb_array_length(data #> ARRAY['categories', kind]), 0);
	-- words of letters are longer than words of signs
	x constant int := CASE lang WHEN 'en' THEN 152 ELSE 128 END;
	size constant numeric := CASE lang WHEN 'en' THEN 11 ELSE 12 END;
	bar constant numeric := 234 - x;
	top numeric;
	body text;
BEGIN
	IF n = 0 THEN
		RETURN '';
	END IF;
	SELECT greatest(max((c ->> 'filed')::numeric), 1) INTO top FROM jsonb_array_elements(data #> ARRAY['categories', kind]) AS c;
	SELECT string_agg(format('<text x="%8$s" y="%2$s" text-anchor="end" font-size="%9$s">%1$s</text><rect x="%10$s" y="%3$s" width="%4$s" height="15" fill="#1f4e8c"/><text x="%5$s" y="%2$s" font-weight="bold">%6$s</text>%7$s',
			dcm.html_text(dcm.bulletin_clip(coalesce(CASE lang WHEN 'en' THEN c ->> 'name_en' END, c ->> 'name', c ->> 'name_en', c ->> 'category', ''), (x - 4) / size)), 27 * i + 4, 27 * i - 8, round(bar * (c ->> 'filed')::numeric / top, 1),
			round(x + 9 + bar * (c ->> 'filed')::numeric / top, 1), dcm.bulletin_number((c ->> 'filed')::numeric, 'count'),
			CASE WHEN c #>> '{before,percent}' IS NOT NULL THEN format('<text x="338" y="%s" text-anchor="end" font-size="11" fill="#66707d">%s%s</text>', 27 * i + 4,
				CASE c #>> '{before,direction}' WHEN 'up' THEN '▲' WHEN 'down' THEN '▼' ELSE '＝' END, dcm.bulletin_number(abs((c #>> '{before,percent}')::numeric), 'percent', 0)) ELSE '' END,
			x - 2, size, x + 4), '' ORDER BY i) INTO body
	FROM jsonb_array_elements(data #> ARRAY['categories', kind]) WITH ORDINALITY AS e (c, i);
	RETURN dcm.bulletin_svg(format('<path d="M %s 12 V %s" stroke="#9aa4b1"/>', x + 3.5, 27 * n + 18)
		|| CASE WHEN data #> ARRAY['categories', kind] @? '$[*].before.percent ? (@ != null)' THEN format('<text x="338" y="9" text-anchor="end" font-size="10.5" fill="#66707d">%s</text>', words ->> 'before') ELSE '' END
		|| body, 340, 27 * n + 20, 310, words ->> kind, charts);
END
$$;
COMMENT ON FUNCTION dcm.bulletin_bars(jsonb, text, text, text) IS 'The chart of the top categories of a kind. 高发类别条形图。';

CREATE FUNCTION dcm.bulletin_shade(class int, classes int) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 5
RETURN CASE WHEN class < 1 THEN '#edf0f4' ELSE ('{#d2dff0,#a7c2e2,#6f9bcd,#3a70b0,#1f4e8c}'::text[])[CASE WHEN classes <= 1 THEN 4 ELSE 1 + round(4.0 * (least(class, classes) - 1) / (classes - 1))::int END] END;
COMMENT ON FUNCTION dcm.bulletin_shade(int, int) IS 'The colour of a class of the grid map, of so many. 热力图分级颜色。';

CREATE FUNCTION dcm.bulletin_map_svg(data jsonb, lang text, charts text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	map constant jsonb := data -> 'map';
	wide constant numeric := greatest((map #>> '{view_box,2}')::numeric, 200);
	high constant numeric := greatest((map #>> '{view_box,3}')::numeric, 50);
	metres constant numeric := (map ->> 'metres_per_unit')::numeric;
	classes constant int := coalesce(jsonb_array_length(map -> 'classes'), 0);
	long numeric;
	body text;
BEGIN
	IF coalesce(jsonb_array_length(map -> 'grids'), 0) = 0 OR map #>> '{view_box,2}' IS NULL THEN
		RETURN '';
	END IF;
	SELECT string_agg(format('<path fill="%s" stroke="#ffffff" stroke-width="1.5" d="%s"/>', dcm.bulletin_shade(g.class, classes), g.d), '' ORDER BY g.class) INTO body
	FROM (
		SELECT (e ->> 'class')::int AS class, string_agg(e ->> 'd', ' ' ORDER BY i) AS d
		FROM jsonb_array_elements(map -> 'grids') WITH ORDINALITY AS x (e, i)
		-- nothing but moves and lines between numbers
		WHERE e ->> 'd' ~ '^[MLmlzZ0-9 .,-]+$'
		GROUP BY 1) AS g;
	SELECT coalesce(body, '') || coalesce(string_agg(format('<circle cx="%1$s" cy="%2$s" r="15" fill="#ffffff" stroke="#1f4e8c" stroke-width="2.5"/><text x="%1$s" y="%3$s" text-anchor="middle" font-size="19" font-weight="bold" fill="#1f4e8c">%4$s</text>',
			(h ->> 'x')::numeric, (h ->> 'y')::numeric, (h ->> 'y')::numeric + 7, i), '' ORDER BY i), '') INTO body
	FROM jsonb_array_elements(map -> 'hot') WITH ORDINALITY AS e (h, i)
	WHERE h ->> 'x' IS NOT NULL AND h ->> 'y' IS NOT NULL;
	IF metres > 0 THEN
		-- the longest round length that takes no more than a quarter of the map
		long := dcm.nice_step(wide * metres / 4, 1);
		long := CASE WHEN long > wide * metres / 4 THEN dcm.nice_step(long / 2.5, 1) ELSE long END;
		body := body || format('<path d="M 4 %1$s v 8 h %2$s v -8" fill="none" stroke="#66707d" stroke-width="2.5"/><text x="%3$s" y="%4$s" font-size="24" fill="#66707d">%5$s</text>',
			round(high + 30), round(long / metres, 1), round(16 + long / metres, 1), round(high + 42), CASE WHEN long >= 1000 THEN trim_scale(long / 1000) || ' km' ELSE trim_scale(long) || ' m' END);
	END IF;
	RETURN dcm.bulletin_svg(format('<g transform="translate(8 8)">%s</g>', body), round(wide + 16), round(high + 62), 390, dcm.bulletin_words(lang) ->> 'map', charts);
END
$$;
COMMENT ON FUNCTION dcm.bulletin_map_svg(jsonb, text, text) IS 'The grid map, with its scale and the grids with most. 网格热力图。';

-- The parts of the page.

CREATE FUNCTION dcm.bulletin_masthead(data jsonb, lang text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 5000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	issue constant jsonb := nullif(data -> 'issue', 'null');
	period constant jsonb := data -> 'period';
	step constant text := coalesce(period ->> 'step', 'open');
	till constant text := dcm.bulletin_day((period ->> 'appeals_till')::date, lang);
	place constant text := dcm.html_text(coalesce(data #>> '{city,name}', ''));
BEGIN
	RETURN format('<header><p class="city">%s</p><h1>%s</h1><p class="number">%s</p><table width="100%%" class="rule"><tr><td>%s</td><td align="right">%s</td></tr></table></header>',
			place, dcm.bulletin_name(data, 'title', lang),
			CASE WHEN issue IS NULL THEN words ->> 'no_number'
				ELSE CASE lang WHEN 'en' THEN '' ELSE (issue ->> 'year')::int || ' 年' END || format(words ->> 'number', (issue ->> 'number')::int) || CASE lang WHEN 'en' THEN ' / ' || (issue ->> 'year')::int ELSE '' END END,
			dcm.bulletin_name(data -> 'issuer', 'name', lang), coalesce(dcm.bulletin_day((issue ->> 'issued_on')::date, lang), ''))
		|| CASE WHEN step IN ('open', 'draft', 'announced') THEN format('<div class="stamp"><strong>%s</strong><br/>%s</div>', words ->> ('step_' || step),
			(words ->> CASE step WHEN 'announced' THEN 'announced_note' ELSE 'draft_note' END) || coalesce(' ' || (words ->> 'appeals_till') || ' ' || CASE step WHEN 'announced' THEN till END, '')) ELSE '' END
		|| CASE WHEN issue ->> 'same' = 'false' THEN format('<div class="stamp"><b>%s</b></div>', words ->> 'changed_since') ELSE '' END
		|| format('<p class="period"><b>%s</b> <span class="what">%s – %s%s</span></p>',
			dcm.bulletin_period(period ->> 'kind', period ->> 'code', lang), dcm.bulletin_day((period ->> 'since')::date, lang), dcm.bulletin_day((period ->> 'till')::date, lang),
			CASE WHEN step IN ('closed', 'published') THEN ' · ' || (words ->> ('step_' || step)) ELSE '' END)
		|| coalesce((SELECT format('<section class="remarks"><h2>%s</h2>%s</section>', words ->> 'remarks', string_agg('<p>' || dcm.html_text(l) || '</p>', '' ORDER BY n))
			FROM string_to_table(coalesce(CASE lang WHEN 'en' THEN nullif(issue ->> 'remarks_en', '') END, issue ->> 'remarks', issue ->> 'remarks_en'), E'\n') WITH ORDINALITY AS t (l, n)
			WHERE trim(l) <> '' HAVING count(*) > 0), '');
END
$$;
COMMENT ON FUNCTION dcm.bulletin_masthead(jsonb, text) IS 'Head of the page: title, number, date, issuer, what the period is, remarks. 简报报头。';

CREATE FUNCTION dcm.bulletin_cards(data jsonb, lang text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 5000
BEGIN ATOMIC
	SELECT format('<section><h2>%s</h2><table width="100%%" class="cards">%s</table></section>', w.words ->> 'headline', string_agg('<tr>' || r.cells || '</tr>', '' ORDER BY r.line))
	FROM (SELECT dcm.bulletin_words(lang) AS words) AS w
		CROSS JOIN LATERAL (
			SELECT (i - 1) / 4 AS line, string_agg(format('<td width="25%%"><span class="name">%s</span><br/><span class="value">%s</span><br/>%s%s</td>',
				dcm.bulletin_name(f, 'name', lang), dcm.bulletin_number((f ->> 'value')::numeric, f ->> 'unit'),
				coalesce(nullif(dcm.bulletin_arrow(f -> 'before', f ->> 'unit', w.words, w.words ->> 'before'), ''), '<span class="what">' || (w.words ->> 'none_before') || '</span>'),
				coalesce('<br/>' || nullif(dcm.bulletin_arrow(f -> 'year_before', f ->> 'unit', w.words, w.words ->> 'year_before'), ''), '')), '' ORDER BY i) AS cells
			FROM jsonb_array_elements(data -> 'headline') WITH ORDINALITY AS e (f, i)
			GROUP BY 1) AS r
	GROUP BY w.words;
END;
COMMENT ON FUNCTION dcm.bulletin_cards(jsonb, text) IS 'The headline figures with their arrows. 总体指标。';

CREATE FUNCTION dcm.bulletin_chip(name text, colour text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 20
RETURN format('<span class="chip" style="background:%s;color:%s">&#160;%s&#160;</span>', CASE WHEN colour ~ '^#[0-9a-f]{6}$' THEN colour ELSE '#8b95a3' END,
	-- what is light takes dark letters
	CASE WHEN colour ~ '^#[0-9a-f]{6}$' AND 299 * get_byte(decode(substr(colour, 2, 2), 'hex'), 0) + 587 * get_byte(decode(substr(colour, 4, 2), 'hex'), 0)
		+ 114 * get_byte(decode(substr(colour, 6, 2), 'hex'), 0) > 150000 THEN '#1b2129' ELSE '#ffffff' END, name);
COMMENT ON FUNCTION dcm.bulletin_chip(text, text) IS 'A name, escaped already, on the colour of its grade. 等级色块。';

CREATE FUNCTION dcm.bulletin_table(data jsonb, lang text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	card constant jsonb := data -> 'scorecard';
	-- a table of more columns would be wider than a sheet
	items constant jsonb := (SELECT jsonb_agg(x.i ORDER BY x.n) FROM jsonb_array_elements(card -> 'items') WITH ORDINALITY AS x (i, n) WHERE x.n <= 4);
	head text;
	lines text;
	notes text;
BEGIN
	SELECT format('<tr><th align="right" class="num">%s</th><th></th><th>%s</th>%s<th align="right" class="num">%s</th><th align="right" class="num change">%s</th><th>%s</th></tr>', words ->> 'rank',
		(words ->> 'subject') || CASE WHEN data -> 'ranking' @? '$[*].leaders[*]' THEN ' <span class="what">(' || (words ->> 'leaders') || ')</span>' ELSE '' END,
		coalesce(string_agg(format('<th align="right" class="num item">%s</th>', dcm.bulletin_name(x.i, 'name', lang)), '' ORDER BY x.n), ''), words ->> 'score', words ->> 'change', words ->> 'grade') INTO head
	FROM jsonb_array_elements(items) WITH ORDINALITY AS x (i, n);
	SELECT string_agg(format('<tr><td align="right" class="num">%s</td><td class="move">%s</td><td>%s%s%s</td>%s<td align="right" class="num score">%s</td><td align="right" class="num change">%s</td><td>%s</td></tr>',
			coalesce(dcm.bulletin_number((r ->> 'rank')::numeric, 'count'), '–'),
			CASE WHEN (r ->> 'rank_change')::int > 0 THEN format('<span class="good">▲%s</span>', (r ->> 'rank_change')::int) WHEN (r ->> 'rank_change')::int < 0 THEN format('<span class="bad">▼%s</span>', -(r ->> 'rank_change')::int) ELSE '' END,
			dcm.bulletin_name(r, 'name', lang),
			(SELECT coalesce(' <span class="what led">' || string_agg(dcm.html_text(l), CASE lang WHEN 'en' THEN ', ' ELSE '、' END ORDER BY k) || '</span>', '') FROM jsonb_array_elements_text(r -> 'leaders') WITH ORDINALITY AS y (l, k)),
			CASE WHEN r ->> 'group' IS NOT NULL THEN format('<br/><span class="what">%s%s</span>', dcm.bulletin_name(r, 'group_name', lang), coalesce(' ' || (r ->> 'group_rank')::int, '')) ELSE '' END
				|| CASE WHEN r ->> 'ranked' = 'false' THEN format('<br/><span class="what">%s</span>', words ->> 'no_sample') ELSE '' END,
			coalesce((SELECT string_agg(format('<td align="right" class="num item">%s</td>', dcm.bulletin_number((coalesce(r #> ARRAY['items', i ->> 'item', 'value'], r #> ARRAY['items', i ->> 'item', 'points']) #>> '{}')::numeric,
				i ->> 'unit', coalesce((i ->> 'decimals')::int, 2))), '' ORDER BY k) FROM jsonb_array_elements(items) WITH ORDINALITY AS y (i, k)), ''),
			dcm.bulletin_number((r ->> 'score')::numeric, 'points'),
			CASE WHEN (r ->> 'score_change')::numeric > 0 THEN format('<span class="good">+%s</span>', dcm.bulletin_number((r ->> 'score_change')::numeric, 'points'))
				WHEN (r ->> 'score_change')::numeric < 0 THEN format('<span class="bad">%s</span>', dcm.bulletin_number((r ->> 'score_change')::numeric, 'points')) ELSE coalesce(r ->> 'score_change', '–') END,
			CASE WHEN r ->> 'grade' IS NULL THEN '' ELSE dcm.bulletin_chip(coalesce((
				SELECT dcm.bulletin_name(g, 'name', lang) FROM jsonb_array_elements(card -> 'grades') AS g WHERE g ->> 'grade' = r ->> 'grade' LIMIT 1), dcm.html_text(r ->> 'grade')), r ->> 'colour') END), '' ORDER BY n) INTO lines
	FROM jsonb_array_elements(data -> 'ranking') WITH ORDINALITY AS x (r, n) WHERE r ->> 'score' IS NOT NULL;
	SELECT coalesce(format('<p class="what">%s: %s</p>', words ->> 'no_score', string_agg(dcm.bulletin_name(r, 'name', lang), CASE lang WHEN 'en' THEN ', ' ELSE '、' END ORDER BY n)), '') INTO notes
	FROM jsonb_array_elements(data -> 'ranking') WITH ORDINALITY AS x (r, n) WHERE r ->> 'score' IS NULL HAVING count(*) > 0;
	notes := coalesce(notes, '') || coalesce((SELECT '<p class="legend">' || string_agg(dcm.bulletin_chip(dcm.bulletin_name(g, 'name', lang), g ->> 'colour') || ' ' || trim_scale((g ->> 'since')::numeric) || ' ' || (words ->> 'from'), ' &#160; ' ORDER BY n) || '</p>'
		FROM jsonb_array_elements(card -> 'grades') WITH ORDINALITY AS x (g, n)), '');
	RETURN format('<section><h2>%s <span class="what">%s · %s %s</span></h2>', words ->> 'ranking', dcm.bulletin_name(card, 'name', lang), words ->> 'full_marks', trim_scale((card ->> 'full_marks')::numeric))
		|| CASE WHEN lines IS NULL THEN format('<p>%s</p>', words ->> 'no_ranking') ELSE format('<table width="100%%" class="list"><thead>%s</thead><tbody>%s</tbody></table>', head, lines) END || notes || '</section>'
		|| coalesce((SELECT format('<section><h2>%s</h2><table width="100%%" class="list"><thead><tr><th>%s</th><th align="right" class="num">%s</th><th align="right" class="num">%s</th><th>%s</th></tr></thead><tbody>%s</tbody></table></section>',
				words ->> 'consequences', words ->> 'subject', words ->> 'score', words ->> 'running', words ->> 'consequence',
				string_agg(format('<tr><td>%s</td><td align="right" class="num">%s</td><td align="right" class="num">%s</td><td>%s</td></tr>', coalesce((
						SELECT dcm.bulletin_name(r, 'name', lang) FROM jsonb_array_elements(data -> 'ranking') AS r WHERE r ->> 'subject' = q ->> 'subject' LIMIT 1), dcm.html_text(q ->> 'subject')),
					dcm.bulletin_number((q ->> 'score')::numeric, 'points'), (q ->> 'running')::int, dcm.bulletin_name(q, 'consequence', lang)), '' ORDER BY n))
			FROM jsonb_array_elements(data -> 'consequences') WITH ORDINALITY AS x (q, n) HAVING count(*) > 0), '');
END
$$;
COMMENT ON FUNCTION dcm.bulletin_table(jsonb, text) IS 'The ranking with grades in colour, and what follows from it. 排名表与结果运用。';

CREATE FUNCTION dcm.bulletin_where(data jsonb, lang text, charts text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	map constant jsonb := data -> 'map';
	drawn constant text := dcm.bulletin_map_svg(data, lang, charts);
	classes constant int := coalesce(jsonb_array_length(map -> 'classes'), 0);
	rest constant bigint := (data #>> '{categories,filed}')::bigint - (map ->> 'on_map')::bigint;
	legend text;
	hot text;
BEGIN
	IF drawn = '' THEN
		RETURN format('<section><h2>%s</h2><p>%s</p></section>', words ->> 'map', words ->> 'no_map');
	END IF;
	SELECT format('<p class="legend">%s: <span class="chip" style="background:%s;color:#1b2129">&#160;0&#160;</span> %s</p>', words ->> 'filed_per_grid', dcm.bulletin_shade(0, 1), coalesce(string_agg(
		dcm.bulletin_chip(CASE WHEN (k ->> 'from')::bigint = (k ->> 'till')::bigint THEN (k ->> 'from')::bigint::text ELSE (k ->> 'from')::bigint || '–' || (k ->> 'till')::bigint END, dcm.bulletin_shade(n::int, classes)), ' ' ORDER BY n), '')) INTO legend
	FROM jsonb_array_elements(map -> 'classes') WITH ORDINALITY AS x (k, n);
	SELECT format('<table width="100%%" class="list"><thead><tr><th></th><th>%s</th><th align="right" class="num">%s</th></tr></thead><tbody>%s</tbody></table>', words ->> 'hot', words ->> 'filed',
		string_agg(format('<tr><td align="right" class="num">%s</td><td>%s<br/><span class="what">%s</span></td><td align="right" class="num">%s</td></tr>', n, dcm.html_text(coalesce(h ->> 'name', '')), dcm.html_text(h ->> 'grid'), dcm.bulletin_number((h ->> 'filed')::numeric, 'count')), '' ORDER BY n)) INTO hot
	FROM jsonb_array_elements(map -> 'hot') WITH ORDINALITY AS x (h, n) HAVING count(*) > 0;
	RETURN format('<section class="whole"><h2>%s</h2><table width="100%%" class="two"><tr><td width="62%%" class="map">%s%s%s</td><td>%s</td></tr></table></section>', words ->> 'map', drawn, legend,
		CASE WHEN rest > 0 THEN '<p class="what">' || format(words ->> 'not_on_map', rest) || '</p>' ELSE '' END, coalesce(hot, ''));
END
$$;
COMMENT ON FUNCTION dcm.bulletin_where(jsonb, text, text) IS 'The grid map with its legend and the grids with most cases. 案卷分布。';

CREATE FUNCTION dcm.bulletin_formulae(data jsonb, lang text) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE COST 10000
BEGIN ATOMIC
	SELECT format('<section class="formulae"><h2>%s</h2><table width="100%%" class="list"><thead><tr><th>%s</th><th>%s</th><th>%s</th><th align="right" class="num">%s</th></tr></thead><tbody>%s%s</tbody></table>%s</section>',
		w.words ->> 'formulae', w.words ->> 'item', w.words ->> 'formula', w.words ->> 'rule', w.words ->> 'weight',
		(SELECT string_agg(format('<tr><td>%s</td><td>%s</td><td></td><td></td></tr>', dcm.bulletin_name(f, 'name', lang), dcm.bulletin_name(f, 'formula', lang)), '' ORDER BY n)
			FROM jsonb_array_elements(data -> 'headline') WITH ORDINALITY AS x (f, n)
			-- a count is its name
			WHERE f ->> 'unit' <> 'count'),
		(SELECT string_agg(format('<tr><td>%s</td><td>%s%s</td><td>%s</td><td align="right" class="num">%s</td></tr>', dcm.bulletin_name(i, 'name', lang), dcm.bulletin_name(i, 'formula', lang),
				CASE i ->> 'basis' WHEN 'cohort' THEN format('<br/><span class="what">%s</span>', w.words ->> 'cohort') ELSE '' END,
				CASE i ->> 'rule'
					WHEN 'rate' THEN w.words ->> 'rule_rate'
					WHEN 'complement' THEN w.words ->> 'rule_complement'
					WHEN 'threshold' THEN format(w.words ->> 'rule_threshold', trim_scale((i ->> 'target')::numeric), trim_scale((i ->> 'per_unit')::numeric))
					WHEN 'each' THEN format(w.words ->> 'rule_each', translate(trim_scale((i ->> 'per_unit')::numeric)::text, '-', '−'))
					WHEN 'entered' THEN w.words ->> 'rule_entered'
					WHEN 'tiers' THEN (w.words ->> 'rule_tiers') || ' ' || coalesce((SELECT string_agg('≥' || trim_scale((t ->> 'since')::numeric) || ': ' || trim_scale((t ->> 'score')::numeric), ', ' ORDER BY k)
						FROM jsonb_array_elements(i -> 'tiers') WITH ORDINALITY AS y (t, k) WHERE (t ->> 'class')::int = 1), '')
					ELSE '' END, CASE WHEN (i ->> 'weight')::numeric = 0 THEN '±' ELSE trim_scale((i ->> 'weight')::numeric)::text END), '' ORDER BY n)
			FROM jsonb_array_elements(data #> '{scorecard,items}') WITH ORDINALITY AS x (i, n)),
		coalesce('<p class="what">' || (w.words ->> 'flow') || '</p><p class="what">' || (w.words ->> 'scorecard') || ': ' || dcm.bulletin_name(data -> 'scorecard', 'name', lang) || coalesce(' · ' || dcm.html_text(data #>> '{scorecard,source}'), '') || '</p>', ''))
	FROM (SELECT dcm.bulletin_words(lang) AS words) AS w;
END;
COMMENT ON FUNCTION dcm.bulletin_formulae(jsonb, text) IS 'The formulae of the figures and the rules of the scores, in words. 指标公式与计分规则。';

CREATE FUNCTION dcm.bulletin_style() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1
RETURN '
* { box-sizing: border-box }
body { margin: 0; background: #ffffff; color: #1b2129; font: 15px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", Arial, sans-serif; -webkit-print-color-adjust: exact; print-color-adjust: exact }
main { max-width: 880px; margin: 0 auto; padding: 40px 32px 56px }
header { text-align: center }
h1 { margin: 2px 0 6px; text-align: center; color: #1f4e8c; font-size: 38px; line-height: 1.25; font-weight: bold; font-family: "Songti SC", "SimSun", "Noto Serif CJK SC", "Source Han Serif SC", Georgia, serif; letter-spacing: .06em }
h1:lang(en) { letter-spacing: 0 }
h2 { margin: 0 0 14px; padding-left: 12px; border-left: 5px solid #1f4e8c; font-size: 19px; line-height: 1.3; color: #1b2129 }
h2 .what { font-weight: normal; margin-left: 6px }
h3 { margin: 0 0 4px; font-size: 15px; color: #2b3440 }
p { margin: 0 0 8px }
.city { text-align: center; color: #4a5563; letter-spacing: .2em }
.number { color: #4a5563; text-align: center }
table { border-collapse: collapse; width: 100% }
td, th { padding: 0; vertical-align: top; text-align: left }
.rule { border-bottom: 3px solid #1f4e8c; margin: 10px 0 20px }
.rule td { padding-bottom: 6px; color: #2b3440 }
.period { font-size: 17px; margin: 0 0 24px }
.what { color: #66707d; font-size: 13px }
section { margin: 0 0 36px }
.stamp { margin: 0 0 20px; padding: 12px 16px; border: 3px solid #b3261e; color: #b3261e; text-align: center }
.stamp strong { font-size: 34px; letter-spacing: .12em; line-height: 1.3 }
.remarks p { text-indent: 2em }
:lang(en) .remarks p { text-indent: 0 }
.cards td { width: 25%; padding: 14px 8px 14px 0; border-top: 1px solid #dfe4ea }
.name { color: #4a5563; font-size: 14px }
.value { font-size: 29px; line-height: 1.35; font-weight: bold; color: #1f4e8c; font-variant-numeric: tabular-nums }
.good { color: #1a7f4b; white-space: nowrap; font-size: 13px }
.bad { color: #b3261e; white-space: nowrap; font-size: 13px }
.even { color: #4a5563; white-space: nowrap; font-size: 13px }
.list th { padding: 7px 8px; border-bottom: 2px solid #1f4e8c; font-size: 13px; color: #4a5563; vertical-align: bottom }
.list td { padding: 7px 8px; border-bottom: 1px solid #e6e9ee; font-variant-numeric: tabular-nums }
.num { text-align: right }
.score { font-weight: bold }
.led, .list th:first-child { white-space: nowrap }
.list + .what { margin-top: 10px }
.list td.move { padding-left: 0; white-space: nowrap }
.chip { display: inline-block; padding: 1px 5px; border-radius: 3px; font-size: 13px; white-space: nowrap }
.legend { margin-top: 12px; font-size: 13px; color: #4a5563; line-height: 2 }
.two > tbody > tr > td { width: 50%; padding-right: 16px }
.two > tbody > tr > td + td { padding-right: 0; padding-left: 16px }
.two > tbody > tr > td.map { width: 62% }
svg { display: block; width: 100%; height: auto }
img { max-width: 100%; height: auto }
.narrow { display: none }
.formulae .list td, .formulae .list th { font-size: 13px; padding: 5px 8px }
footer { border-top: 1px solid #9aa4b1; padding-top: 10px }
@media (max-width: 640px) {
main { padding: 20px 16px 40px }
h1 { font-size: 27px; letter-spacing: .02em }
.wide { display: none }
.narrow { display: block }
.cards, .cards tbody, .cards tr, .two, .two > tbody, .two > tbody > tr { display: block }
.cards td { display: inline-block; width: 50%; vertical-align: top }
.two > tbody > tr > td, .two > tbody > tr > td + td, .two > tbody > tr > td.map { display: block; width: 100%; padding: 0 0 16px }
.item, .list .change { display: none }
.list td, .list th { padding: 7px 4px }
.formulae .list, .formulae .list tbody, .formulae .list tr, .formulae .list td { display: block; text-align: left }
.formulae .list thead { display: none }
.formulae .list td { border: 0; padding: 0 }
.formulae .list td:first-child { font-weight: bold; padding-top: 8px }
}
@page { size: A4; margin: 16mm 15mm 16mm }
@media print {
body { font-size: 10.5pt; line-height: 1.5 }
main { max-width: none; padding: 0 }
section { margin-bottom: 8mm }
h2, h3 { break-after: avoid; page-break-after: avoid }
tr, .whole, .chart, .stamp, .remarks { break-inside: avoid; page-break-inside: avoid }
thead { display: table-header-group }
.list td { padding: 2.5pt 5pt }
.cards td { padding: 8pt 6pt 8pt 0 }
.value { font-size: 21pt }
.chart svg { max-height: 76mm }
footer { break-before: avoid; page-break-before: avoid }
}
';
COMMENT ON FUNCTION dcm.bulletin_style() IS 'The style sheet of the bulletin''s page, for screens of two widths and for A4. 简报样式表。';

CREATE FUNCTION dcm.bulletin_page(data jsonb, lang text DEFAULT 'zh', charts text DEFAULT 'inline') RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100000
	SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	words constant jsonb := dcm.bulletin_words(lang);
	fault text;
	bars text;
BEGIN
	fault := CASE
		WHEN lang IS NULL OR lang NOT IN ('zh', 'en') THEN 'Its language is zh or en.'
		WHEN charts IS NULL OR charts NOT IN ('inline', 'image') THEN 'Its charts are inline or image.'
		WHEN jsonb_typeof(data) IS DISTINCT FROM 'object' OR data -> 'version' IS DISTINCT FROM '1' THEN 'Its data are those of dcm.bulletin_data(), version 1.' END;
	IF fault IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'no page can be made of this',
			DETAIL = fault,
			CONSTRAINT = 'dcm.bad_bulletin';
	END IF;
	SELECT string_agg(format('<td><h3>%s</h3>%s</td>', words ->> k, dcm.bulletin_bars(data, k, lang, charts)), '' ORDER BY n) INTO bars
	FROM unnest('{event,component}'::text[]) WITH ORDINALITY AS x (k, n) WHERE jsonb_array_length(data #> ARRAY['categories', k]) > 0;
	RETURN format('<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="%s">
<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/><title>%s %s</title><style>%s</style></head>
<body><main>
', CASE lang WHEN 'en' THEN 'en' ELSE 'zh-CN' END, dcm.bulletin_name(data, 'title', lang), dcm.bulletin_period(data #>> '{period,kind}', data #>> '{period,code}', lang), dcm.bulletin_style())
		|| dcm.bulletin_masthead(data, lang) || E'\n' || coalesce(dcm.bulletin_cards(data, lang), '') || E'\n' || dcm.bulletin_table(data, lang) || E'\n'
		|| format('<section class="chart"><h2>%s</h2>%s%s</section>', words ->> 'trend', '<div class="wide">' || dcm.bulletin_trend(data, lang, 760, charts) || '</div>',
			CASE charts WHEN 'inline' THEN '<div class="narrow">' || dcm.bulletin_trend(data, lang, 358, charts) || '</div>' ELSE '' END)
		|| format(E'\n<section class="chart"><h2>%s</h2>%s</section>\n', words ->> 'categories', coalesce('<table width="100%" class="two"><tr>' || bars || '</tr></table>', '<p>' || (words ->> 'nothing') || '</p>'))
		|| dcm.bulletin_where(data, lang, charts) || E'\n' || dcm.bulletin_formulae(data, lang)
		|| format(E'\n<footer class="what">%s<p>%s · %s %s</p></footer>\n</main></body></html>\n',
			coalesce('<p>' || (words ->> 'sent_to') || ': ' || dcm.html_text(data ->> 'sent_to') || '</p>', ''), dcm.bulletin_name(data -> 'issuer', 'name', lang), words ->> 'made_at', dcm.html_text(coalesce(data ->> 'made_at', '')));
END
$$;
COMMENT ON FUNCTION dcm.bulletin_page(jsonb, text, text) IS
	'The shipped page of a bulletin''s data (dcm.bulletin_data(), or what dcm.bulletin_issue keeps) as one self-contained file of HTML, well-formed as XML: zh or en; charts inline as SVG for browsers, or image, pictures with their data in the page, for office suites. 22023 for another language or data of another version. 由简报数据生成网页。';
