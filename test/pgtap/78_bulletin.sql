-- The bulletin: each figure against a count by hand, what it is compared with, its
-- state, its number; the page made of it is well-formed in both languages, and no
-- text of the city is markup in it.
\set ON_ERROR_STOP 1
\set QUIET 1
BEGIN;
SET LOCAL timezone = 'Asia/Shanghai';
SET LOCAL client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT * FROM no_plan();
SELECT count(dcm.load_preset(p)) FROM unnest('{cn_indicators,cn_scorecards,score_qidong}'::text[]) AS p \g /dev/null
INSERT INTO dcm.grade (scorecard, code, since, name, name_en, colour) VALUES ('qidong', 'A', 60, '优', 'good', '#2e8b57'), ('qidong', 'B', 0, '差', 'bad', '#e0b000');
INSERT INTO dcm.person (code, name) VALUES ('head', 'Wang'), ('old', 'Chen');
INSERT INTO dcm.post (code, person, role, org, valid)
SELECT v.code, p.id, 'deputy', o.id, v.valid::tstzrange
FROM (VALUES ('old', '[-infinity,2015-03-10)'), ('head', '[2015-03-10,)')) AS v (code, valid) JOIN dcm.person AS p ON p.code = v.code CROSS JOIN (SELECT id FROM dcm.org WHERE code = 'cg') AS o;

-- a case of a body from its report to a state, all at once but for a late handling
CREATE FUNCTION pg_temp.goes(org text, class int, upto text, at timestamptz, handled timestamptz = NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	no bigint := t.report(at, class);
	handler text := CASE org WHEN 'cg' THEN 'han' ELSE 'han2' END;
	liaison text := CASE org WHEN 'cg' THEN 'lia' ELSE 'lia2' END;
BEGIN
	PERFORM t.step(no, 'accept', at);
	PERFORM t.step(no, 'file', at);
	PERFORM t.act('disp', no, 'dispatch', jsonb_build_object('org', org), at);
	PERFORM t.act(liaison, no, 'sign', '{}', at);
	IF upto = 'closed' THEN
		handled := coalesce(handled, at);
		PERFORM t.act(handler, no, 'handle', t.data('handle'), handled);
		PERFORM t.step(no, s, handled) FROM unnest('{request_check,pass_check,close}'::text[]) WITH ORDINALITY AS x (s, n);
	END IF;
	RETURN no;
END $$;
CREATE FUNCTION pg_temp.sound(page text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RETURN xmlparse(DOCUMENT page) IS NOT NULL;
EXCEPTION WHEN feature_not_supported THEN
	-- a server without libxml: test/t/097_bulletin.pl looks at a page too
	RETURN true;
END $$;

-- March 2015: four cases of cg, three of them closed, one of these late; two of hw,
-- one closed.  Grid 1 has three, grid 2 two, grid 3 one.  February: two of cg, in
-- time.  March 2014: three, open.
SELECT pg_temp.goes('cg', 1, 'closed', '2015-03-02 09:00'), pg_temp.goes('cg', 1, 'closed', '2015-03-02 09:00', '2015-03-06 09:00'), pg_temp.goes('cg', 2, 'closed', '2015-03-31 17:00'),
	pg_temp.goes('cg', 3, 'open', '2015-03-03 09:00'), pg_temp.goes('hw', 1, 'closed', '2015-03-04 09:00'), pg_temp.goes('hw', 2, 'open', '2015-03-04 09:00'),
	pg_temp.goes('cg', 1, 'closed', '2015-02-03 09:00'), pg_temp.goes('cg', 1, 'closed', '2015-02-28 09:00'),
	pg_temp.goes('cg', 1, 'open', '2014-03-03 09:00'), pg_temp.goes('cg', 1, 'open', '2014-03-31 17:00'), pg_temp.goes('hw', 3, 'open', '2014-03-03 09:00') \g /dev/null
SELECT dcm.become('all') \g /dev/null
SELECT dcm.open_period('month', m) FROM unnest('{2014-03,2015-01,2015-02,2015-03}'::text[]) AS m \g /dev/null
SELECT dcm.evaluate('month', m, 'qidong') FROM unnest('{2015-02,2015-03}'::text[]) AS m \g /dev/null
CREATE FUNCTION pg_temp.d(period text = '2015-03') RETURNS jsonb LANGUAGE sql AS $$ SELECT dcm.bulletin_data('qidong', period) $$;

-- figures
SELECT is((SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(pg_temp.d()) AS k),
	'{before,categories,city,consequences,headline,issue,issuer,made_at,map,period,ranking,scorecard,sent_to,title,title_en,trend,version,year_before}', 'the keys of version 1');
SELECT is((SELECT jsonb_object_agg(h ->> 'key', h -> 'value') FROM jsonb_array_elements(pg_temp.d() -> 'headline') AS h),
	'{"reported": 6, "filed": 6, "handled": 4, "closed": 4, "handled_rate": 66.67, "closed_rate": 66.67, "in_time_rate": 50.00, "rework_rate": 0.00}', 'the figures of March');
SELECT is((SELECT h -> 'before' FROM jsonb_array_elements(pg_temp.d() -> 'headline') AS h WHERE h ->> 'key' = 'filed'),
	'{"value": 2, "change": 4, "percent": 200.0, "direction": "up", "verdict": null}', 'four more than in February, which is neither good nor bad');
SELECT is((SELECT h -> 'year_before' FROM jsonb_array_elements(pg_temp.d() -> 'headline') AS h WHERE h ->> 'key' = 'filed'),
	'{"value": 3, "change": 3, "percent": 100.0, "direction": "up", "verdict": null}', 'three more than the year before');
SELECT is((SELECT h -> 'before' FROM jsonb_array_elements(pg_temp.d() -> 'headline') AS h WHERE h ->> 'key' = 'in_time_rate'),
	'{"value": 100.00, "change": -50.00, "percent": null, "direction": "down", "verdict": "bad"}', 'a rate changes by points, for the worse');
SELECT is((SELECT h -> 'before' -> 'verdict' FROM jsonb_array_elements(dcm.bulletin_headline('{"rework_rate": 1}', '{"rework_rate": 3}', NULL)) AS h WHERE h ->> 'key' = 'rework_rate'), '"good"', 'less rework is for the better');
SELECT is((SELECT (pg_temp.d() -> 'before' ->> 'code', pg_temp.d() -> 'year_before' ->> 'code')::text), '(2015-02,2014-03)', 'what it is compared with');
SELECT is((SELECT h ->> 'value' FROM jsonb_array_elements(pg_temp.d() -> 'headline') AS h WHERE h ->> 'key' = 'handled_rate'), (SELECT handled_rate::text FROM dcm.eval_city('2015-03-01', '2015-03-31')), 'as the evaluation of the city has it');
-- ranking: 40 × 75 % + 30 × 75 % + 30 × 50 % and 40 × 50 % + 30 × 50 % + 30 × 50 %
SELECT is((SELECT jsonb_agg(jsonb_build_array(r -> 'rank', r -> 'subject', r -> 'score', r -> 'grade', r -> 'rank_before', r -> 'rank_change', r -> 'score_change') ORDER BY n)
		FROM jsonb_array_elements(pg_temp.d() -> 'ranking') WITH ORDINALITY AS x (r, n) WHERE r ->> 'score' IS NOT NULL),
	'[[1, "cg", 67.50, "A", 1, 0, -32.50], [2, "hw", 50.00, "B", null, null, null]]', 'the ranking with grades, and how it stands to the month before');
SELECT is((SELECT r -> 'items' -> 'in_time_rate' FROM jsonb_array_elements(pg_temp.d() -> 'ranking') AS r WHERE r ->> 'subject' = 'cg'), '{"value": 50.00, "points": 15.00}', 'with the value and the points of each item');
SELECT is((SELECT r -> 'leaders' FROM jsonb_array_elements(pg_temp.d() -> 'ranking') AS r WHERE r ->> 'subject' = 'cg'), '["Wang"]', 'and who leads the body at the end of the month');
SELECT is((SELECT r -> 'leaders' FROM jsonb_array_elements(pg_temp.d('2015-02') -> 'ranking') AS r WHERE r ->> 'subject' = 'cg'), '["Chen"]', 'at the end of the month before, who did then');
-- trend: from the first month with something in it
SELECT is((SELECT jsonb_agg(jsonb_build_array(p -> 'code', p -> 'filed', p -> 'closed') ORDER BY n) FROM jsonb_array_elements(pg_temp.d() #> '{trend,periods}') WITH ORDINALITY AS x (p, n)),
	'[["2015-02", 2, 2], ["2015-03", 6, 4]]', 'the trend begins with the first month of twelve in which something was');
SELECT is((SELECT jsonb_agg(p -> 'filed' ORDER BY n) FROM jsonb_array_elements(pg_temp.d('2015-02') #> '{trend,periods}') WITH ORDINALITY AS x (p, n)), '[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]', 'twelve at most, with the empty ones between');
-- categories and grids
SELECT is(pg_temp.d() -> 'categories', '{"filed": 6, "component": [], "event": [{"category": "E9901", "name": "test", "name_en": null, "filed": 6, "share": 100.0,
	"before": {"value": 2, "change": 4, "percent": 200.0, "direction": "up", "verdict": null}}]}', 'the categories');
SELECT is((SELECT jsonb_object_agg(right(g ->> 'grid', 1), jsonb_build_array(g -> 'filed', g -> 'class')) FROM jsonb_array_elements(pg_temp.d() #> '{map,grids}') AS g), '{"1": [3, 3], "2": [2, 2], "3": [1, 1]}', 'cases of each grid, and its class');
SELECT is((SELECT jsonb_agg(jsonb_build_array(c -> 'from', c -> 'till', c -> 'grids')) FROM jsonb_array_elements(pg_temp.d() #> '{map,classes}') AS c), '[[1, 1, 1], [2, 2, 1], [3, 3, 1]]', 'bounds of the classes');
SELECT is((SELECT jsonb_agg(h -> 'filed') FROM jsonb_array_elements(pg_temp.d() #> '{map,hot}') AS h), '[3, 2, 1]', 'the grids with most');
-- 0.03 degrees of longitude at 31.805 north are 0.0255 of latitude, and 0.01 high
SELECT is(pg_temp.d() #> '{map,view_box}', '[0, 0, 1000, 393]', 'the box has the shape that the grids have on the ground');
SELECT is((SELECT round((pg_temp.d() #>> '{map,metres_per_unit}')::numeric * 1000)), 2838::numeric, 'and its width in metres');
SELECT is((SELECT string_agg(DISTINCT m[1], ' ' ORDER BY m[1]) FROM jsonb_array_elements(pg_temp.d() #> '{map,grids}') AS g, regexp_matches(g ->> 'd', '[Mm] ([0-9]+) ', 'g') AS m), '0 333 667', 'neighbours begin where the one before ends');
-- a grid that ended before has its cases off the map
UPDATE dcm.grid SET valid = '[-infinity,2015-03-20)' WHERE code::text = '320681100001003';
SELECT is((SELECT jsonb_build_array(jsonb_array_length(m -> 'grids'), m -> 'on_map', m -> 'all') FROM (SELECT pg_temp.d() -> 'map') AS x (m)), '[2, 5, 6]', 'a grid that has ended is not drawn');
SELECT alike(dcm.bulletin('qidong', '2015-03', 'en'), '%1 more have no grid and are not on the map.%', 'and the page says what is missing');
UPDATE dcm.grid SET valid = '[-infinity,)' WHERE code::text = '320681100001003';
-- formulae
SELECT is((SELECT jsonb_agg(jsonb_build_array(i -> 'item', i -> 'weight', i -> 'formula_en') ORDER BY n) FROM jsonb_array_elements(pg_temp.d() #> '{scorecard,items}') WITH ORDINALITY AS x (i, n)),
	'[["handled_rate", 40, "handled / filed"], ["closed_rate", 30, "closed / filed"], ["in_time_rate", 30, "closed in time / filed with a limit"]]', 'formulae as the city has them');
UPDATE dcm.indicator SET formula_en = NULL, formula = NULL WHERE code = 'in_time_rate' AND valid @> now();
SELECT is(dcm.terms_in_words('close_due - suspended_open * 2', 'en'), (SELECT c.label_en || ' − ' || s.label_en || ' × 2' FROM dcm.tally_fields() AS c, dcm.tally_fields() AS s WHERE (c.field, s.field) = ('close_due', 'suspended_open')), 'terms in words');
SELECT alike(i ->> 'formula', '% ÷ (%)', 'where it has none, made from what is above and below the line') FROM jsonb_array_elements(dcm.bulletin_items('qidong', now())) AS i WHERE i ->> 'item' = 'in_time_rate';

-- which period
SELECT results_eq($$SELECT v.kind, v.code, e.period, e.first_day, e.last_day FROM (VALUES ('month', '2015-01', 1), ('month', '2015-03', 12), ('quarter', '2015-Q1', 1), ('quarter', '2015-Q1', 4), ('week', '2015-W01', 1), ('week', '2021-W01', 1), ('week', '2015-W10', 52),
		('year', '2015', 1)) AS v (kind, code, back) CROSS JOIN LATERAL dcm.earlier_period(v.kind, v.code, '2015-01-01', '2015-01-31', v.back) AS e$$,
	$$VALUES ('month', '2015-01', '2014-12', '2014-12-01'::date, '2014-12-31'::date), ('month', '2015-03', '2014-03', '2014-03-01', '2014-03-31'), ('quarter', '2015-Q1', '2014-Q4', '2014-10-01', '2014-12-31'), ('quarter', '2015-Q1', '2014-Q1', '2014-01-01', '2014-03-31'),
		('week', '2015-W01', '2014-W52', '2014-12-22', '2014-12-28'), ('week', '2021-W01', '2020-W53', '2020-12-28', '2021-01-03'), ('week', '2015-W10', '2014-W10', '2014-03-03', '2014-03-09'), ('year', '2015', '2014', '2014-01-01', '2014-12-31')$$, 'periods before');
SELECT is((SELECT e::text FROM dcm.earlier_period('own', 'x', '2015-03-01', '2015-03-10', 1) AS e), '(2015-02-19/2015-02-28,2015-02-19,2015-02-28)', 'before a span of ten days the ten days before');
SELECT is_empty($$SELECT * FROM dcm.earlier_period('year', '0001', '0001-01-01', '0001-12-31', 1)$$, 'nothing before the first year');
SELECT dcm.open_period('own', '2015-03', '2015-03-01', '2015-03-05') \g /dev/null
SELECT is((SELECT pg_temp.d() #>> '{period,kind}'), 'month', 'of two of one code not the one of one''s own');
SELECT is((SELECT d #>> '{headline,1,value}' || ' ' || (d -> 'trend' ->> 'kind') || ' ' || jsonb_path_query_array(d, '$.trend.periods[*].filed') FROM dcm.bulletin_data('qidong', '2015-03', 'own') AS d), '5 month [2, 5]', 'unless it is asked for; its trend is months, the last as far as it goes');
UPDATE dcm.setting SET value = '26' WHERE name = 'month_starts_on';
SELECT is((SELECT jsonb_path_query_array(d, '$.trend.periods[*].since') FROM dcm.bulletin_data('qidong', '2015-03', 'own') AS d), '["2014-03-26", "2014-04-26", "2014-05-26", "2014-06-26", "2014-07-26", "2014-08-26", "2014-09-26", "2014-10-26", "2014-11-26", "2015-01-01", "2015-02-01", "2015-03-01"]', 'months that were opened keep their days, others have those of the setting');
SELECT is((SELECT e::text FROM dcm.earlier_period('month', '2015-02', '2015-02-01', '2015-02-28', 4) AS e), '(2014-10,2014-09-26,2014-10-25)', 'such as October');
UPDATE dcm.setting SET value = NULL WHERE name = 'month_starts_on';

-- states, in large letters where it is no result yet
SELECT is((SELECT (d #>> '{period,step}', d #>> '{period,draft}', d -> 'issue')::text FROM pg_temp.d() AS d), '(draft,true,null)', 'a draft has no number');
SELECT ok(p.page LIKE '%<strong>' || p.said || '</strong>%', 'and says that it is one: ' || p.said) FROM (VALUES (dcm.bulletin('qidong', '2015-03'), '未定稿 · 试算'), (dcm.bulletin('qidong', '2015-03', 'en'), 'DRAFT — NOT FINAL')) AS p (page, said);
SELECT is(t.try('SELECT dcm.issue_bulletin(''qidong'', ''2015-03'')'), '55000 dcm.period_step', 'a draft is not issued');
-- empty, and without a year before
SELECT is((SELECT jsonb_path_query_array(d, '$.headline[*].value') || jsonb_build_array(d -> 'before', d -> 'year_before', d -> 'ranking', d #> '{categories,event}', d #> '{map,hot}') FROM pg_temp.d('2015-01') AS d),
	'[0, 0, 0, 0, null, null, null, null, null, null, [], [], []]', 'an empty month has zeros and no rates');
SELECT ok(pg_temp.sound(dcm.bulletin('qidong', '2015-01', l)) AND pg_temp.sound(dcm.bulletin('qidong', '2014-03', l)), 'and a page: ' || l) FROM unnest('{zh,en}'::text[]) AS l;
SELECT is((SELECT jsonb_build_array(d -> 'before', d -> 'year_before', d #> '{headline,1,before}') FROM pg_temp.d('2014-03') AS d), '[null, null, null]', 'the first month has nothing to be compared with, rather than zero');
SELECT alike(dcm.bulletin('qidong', '2015-01'), '%本期无立案案卷。%', 'the page of an empty month says so');
SELECT is((SELECT count(*) FROM regexp_matches(dcm.bulletin('qidong', '2015-01'), '<circle', 'g')), 4::bigint, 'a rate that is none is no point: the legend and March 2014, for two widths');

-- the page: well-formed, whole, in both languages, by both ways of drawing
SELECT ok(pg_temp.sound(page) AND page LIKE '<!DOCTYPE html>%</html>' || chr(10), format('well-formed: %s %s', l, c)) FROM unnest('{zh,en}'::text[]) AS l, unnest('{inline,image}'::text[]) AS c, dcm.bulletin('qidong', '2015-03', l, charts => c) AS page;
SELECT is((SELECT string_agg(m[1], ' ') FROM regexp_matches(dcm.bulletin('qidong', '2015-03') || dcm.bulletin('qidong', '2015-03', charts => 'image'), '(<script|<link|@import|url\(|<iframe|<object|javascript:| on[a-z]+=|https?://(?!www\.w3\.org/(?:1999/xhtml|2000/svg)"))', 'gi') AS m), NULL,
	'it fetches nothing and runs nothing');
SELECT is((SELECT count(*) FROM regexp_matches(dcm.bulletin('qidong', '2015-03'), '<svg ', 'g')), 4::bigint, 'trend for two widths, categories, map as SVG');
SELECT is((SELECT string_agg(left(convert_from(decode(m[1], 'base64'), 'UTF8'), 5), ' ') FROM regexp_matches(dcm.bulletin('qidong', '2015-03', charts => 'image'), 'data:image/svg.xml;base64,([A-Za-z0-9+/=]+)"', 'g') AS m), '<svg  <svg  <svg ', 'or as pictures that hold the same');
SELECT ok(dcm.bulletin('qidong', '2015-03', l) LIKE ALL (ARRAY['%67.50%', '%66.67\%%', '%Wang%', '%#2e8b57%', '%▼ 50.00 %', '%▲ 200.0\%%', w]), 'figures, grades and arrows are on it: ' || l) FROM (VALUES ('zh', '%2015年3月%按期结案率%'), ('en', '%March 2015%Closed in time%')) AS v (l, w);
SELECT is(dcm.bulletin('qidong', '2015-03'), dcm.bulletin_page(pg_temp.d()), 'all that it shows is in the data');
SELECT is(t.try(format('SELECT dcm.bulletin_page(%L, %L, %L)', v.data, v.lang, v.charts)), '22023 dcm.bad_bulletin', 'no page of ' || v.what)
FROM (VALUES ('{}', 'zh', 'inline', 'nothing'), ('{"version": 2}', 'zh', 'inline', 'another version'), ('[1]', 'zh', 'inline', 'a list'), (NULL, 'zh', 'inline', 'NULL'), ('{"version": 1}', 'fr', 'inline', 'another language'), ('{"version": 1}', 'en', 'canvas', 'other charts')) AS v (data, lang, charts, what);
SELECT ok(pg_temp.sound(dcm.bulletin_page('{"version": 1}', l)), 'a page of data with nothing in it: ' || l) FROM unnest('{zh,en}'::text[]) AS l;
SELECT is(t.try('SELECT dcm.bulletin_data(''qidong'', ''2015-07'')'), 'P0002 dcm.no_period', 'no such period');
SELECT is(t.try('SELECT dcm.bulletin_data(''none'', ''2015-03'')'), 'P0002 dcm.no_scorecard', 'no such scorecard');

-- issued
SELECT dcm.evaluate('month', m, 'qidong'), dcm.announce_period('month', m), dcm.close_period('month', m) FROM unnest('{2014-03,2015-01,2015-02}'::text[]) AS m \g /dev/null
SELECT dcm.announce_period('month', '2015-03') \g /dev/null
SELECT ok(dcm.bulletin('qidong', '2015-03') LIKE '%<strong>公示稿</strong>%', 'what is announced says so');
SELECT is(dcm.issue_bulletin('qidong', '2015-03', E'第一段\n\n第二段', 'one', '2015-04-08', 3), 3, 'issued with a number');
SELECT is(dcm.issue_bulletin('qidong', '2015-02', issued_on => '2015-04-09'), 4, 'or with the next');
SELECT is(dcm.issue_bulletin('qidong', '2015-03', issued_on => '2016-01-08'), 1, 'of its year');
SELECT is(t.try(format('SELECT dcm.issue_bulletin(''qidong'', ''2015-03'', issued_on => %L, number => %L)', v.day, v.number)), '22023 dcm.bad_issue', v.what)
FROM (VALUES ('2015-05-08', 4, 'a number that is taken'), ('2015-05-08', 0, 'no number'), ('2015-02-28', 9, 'before the period'), ('2015-03-25', 9, 'before it is over'), ('infinity', 9, 'never')) AS v (day, number, what);
SELECT is(t.try('SELECT dcm.issue_bulletin(''qidong'', ''2015-07'')'), 'P0002 dcm.no_period', 'of no period');
SELECT is(pg_temp.d('2015-02') -> 'issue', '{"year": 2015, "number": 4, "issued_on": "2015-04-09", "remarks": null, "remarks_en": null, "same": true}', 'number and date are in the data');
SELECT ok((dcm.bulletin_page(i.data) LIKE ALL ('{%2015 年第 3 期%,%2015年4月8日%,%<p>第一段</p><p>第二段</p>%}'::text[])), 'and on the page, with the remarks') FROM dcm.bulletin_issue AS i WHERE (i.year, i.number) = (2015, 3);
SELECT ok((dcm.bulletin_page(i.data, 'en') LIKE ALL ('{%No. 3 / 2015%,%8 April 2015%,%<p>one</p>%}'::text[])), 'in English too')
FROM dcm.bulletin_issue AS i WHERE (i.year, i.number) = (2015, 3);
SELECT is(t.try(s), '23514 dcm.append_only', s) FROM unnest('{UPDATE dcm.bulletin_issue SET remarks = NULL,DELETE FROM dcm.bulletin_issue,TRUNCATE dcm.bulletin_issue}'::text[]) AS s;
-- corrected afterwards: the issue says what it said, the bulletin that it is another
SELECT dcm.close_period('month', '2015-03') \g /dev/null
SELECT is(pg_temp.d() #> '{issue,same}', 'true', 'closed as it was announced');
CREATE TEMP TABLE asked AS SELECT dcm.correct_score(e.id, 40, 'counted twice', '{"letter": 1}') AS no FROM dcm.score_entry AS e JOIN dcm.score_item AS i ON i.id = e.item JOIN dcm.period AS p ON p.id = e.period
WHERE (p.code, e.subject, i.code, e.kind) = ('2015-03', 'hw', 'handled_rate', 'computed');
SELECT dcm.become('other') \g /dev/null
CREATE TEMP TABLE decided AS SELECT clock_timestamp() AS before, dcm.decide_score(no, true) FROM asked;
SELECT is((SELECT jsonb_build_array(d #> '{issue,same}', jsonb_path_query_array(d, '$.ranking[*].score ? (@ != null)')) FROM pg_temp.d() AS d), '[false, [70.00, 67.50]]', 'after a correction it is no longer what was issued');
SELECT alike(dcm.bulletin('qidong', '2015-03'), '%签发后已更正%', 'which its page tells');
SELECT is((SELECT jsonb_path_query_array(i.data, '$.ranking[*].score ? (@ != null)') FROM dcm.bulletin_issue AS i WHERE (i.year, i.number) = (2016, 1)), '[67.50, 50.00]', 'while the issue keeps what it said');
SELECT is((SELECT jsonb_path_query_array(d, '$.ranking[*].score ? (@ != null)') FROM decided, dcm.bulletin_data('qidong', '2015-03', known_at => before) AS d), '[67.50, 50.00]', 'and so does the ledger, asked for what it knew');

-- no text is markup: each name that comes in, in both languages, drawings too
SELECT is(dcm.html_text(E'<a href="x">&\'\x01\u202e\t'), '&lt;a href=&quot;x&quot;&gt;&amp;&#39;' || E'\t', 'what is escaped, and what is left out');
CREATE TEMP TABLE evil AS SELECT '</svg></style><script>alert("1")</script><img src=x onerror=''x''>&' || E'\x02]]>--><!--' AS word;
UPDATE dcm.setting SET value = word FROM evil WHERE name IN ('bulletin_title', 'bulletin_title_en', 'bulletin_issuer', 'bulletin_sent_to', 'city_name');
UPDATE dcm.org SET name = word || code, name_en = word FROM evil WHERE code IN ('cg', 'hw');
UPDATE dcm.person SET name = word FROM evil WHERE code = 'head';
UPDATE dcm.category SET name = word, name_en = word FROM evil WHERE code = 'E9901';
UPDATE dcm.grid SET name = word FROM evil;
UPDATE dcm.scorecard SET name = word, name_en = word, source = word FROM evil WHERE code = 'qidong';
UPDATE dcm.grade SET name = word, name_en = word FROM evil WHERE scorecard = 'qidong';
SELECT dcm.open_period('month', '2015-04') \g /dev/null
UPDATE dcm.score_item SET name = word, name_en = word FROM evil WHERE scorecard = 'qidong' AND valid @> now();
UPDATE dcm.indicator SET formula = word, formula_en = word FROM evil WHERE code ~ '^(handled|closed|in_time)_rate$' AND valid @> now();
INSERT INTO dcm.area_group (code, name) SELECT word, word FROM evil;
INSERT INTO dcm.consequence_rule (scorecard, code, below, last, consequence) SELECT 'qidong', 'x', 90, false, word FROM evil;
-- a month of now, so that the rules of now are its own
SELECT pg_temp.goes('cg', 1, 'closed', now() - interval '1 minute') \g /dev/null
SELECT dcm.become('all') \g /dev/null
SELECT dcm.open_period('month', to_char(now(), 'YYYY-MM')) AS this_month \gset
SELECT dcm.evaluate('month', to_char(now(), 'YYYY-MM'), 'qidong') \g /dev/null
CREATE TEMP TABLE page AS
SELECT l, c, now_it.period, CASE c WHEN 'inline' THEN page ELSE (SELECT page || string_agg(convert_from(decode(m[1], 'base64'), 'UTF8'), '') FROM regexp_matches(page, 'base64,([A-Za-z0-9+/=]+)"', 'g') AS m) END AS page, page AS whole
FROM (VALUES (to_char(now(), 'YYYY-MM')), ('2015-03')) AS now_it (period), unnest('{zh,en}'::text[]) AS l, unnest('{inline,image}'::text[]) AS c, dcm.bulletin('qidong', now_it.period, l, charts => c) AS page;
SELECT is((SELECT count(*) FROM regexp_matches(p.page, '<script|<img src=x|onerror=''|<!--|--><', 'g')), 0::bigint, format('none in %s %s %s', l, c, period)) FROM page AS p;
SELECT ok(pg_temp.sound(p.whole), format('well-formed with all of them: %s %s %s', l, c, period)) FROM page AS p;
SELECT cmp_ok((SELECT count(*) FROM regexp_matches(p.page, '&lt;script&gt;', 'g')), '>=', CASE period WHEN '2015-03' THEN 10 ELSE 18 END::bigint, format('but as what they are: %s %s %s', l, c, period)) FROM page AS p;
-- data that an application has spoiled draw nothing that is not a drawing
SELECT unalike(dcm.bulletin_page(jsonb_set(jsonb_set(jsonb_set(pg_temp.d(), '{map,grids,0,d}', '"M 0 0\"/><script>"'), '{ranking,0,colour}', '"red;background:url(x)"'), '{scorecard,grades,0,colour}', '"#12345g"')), '%' || w || '%', 'not in a page: ' || w)
FROM unnest('{<script,url(,12345g}'::text[]) AS w;

-- rights: figures of the whole city for whoever reads reports; issuing for those who score
CREATE ROLE test_bi LOGIN IN ROLE dcm_bi;
CREATE ROLE test_app LOGIN IN ROLE dcm_app;
CREATE ROLE test_none LOGIN;
SELECT dcm.become('lia2', scope => 'session') \g /dev/null
GRANT INSERT, SELECT ON ALL TABLES IN SCHEMA pg_temp TO PUBLIC;
CREATE TEMP TABLE seen (role text, filed jsonb, wrote text);
GRANT ALL ON seen TO PUBLIC;
SET LOCAL SESSION AUTHORIZATION test_bi;
INSERT INTO seen SELECT 'bi', dcm.bulletin_data('qidong', '2015-03') #> '{headline,1,value}', t.try('SELECT dcm.issue_bulletin(''qidong'', ''2015-03'')');
SET LOCAL SESSION AUTHORIZATION test_app;
SELECT dcm.become('lia2') \g /dev/null
INSERT INTO seen SELECT 'app', dcm.bulletin_data('qidong', '2015-03') #> '{headline,1,value}', t.try('SELECT dcm.issue_bulletin(''qidong'', ''2015-03'')');
SET LOCAL SESSION AUTHORIZATION test_none;
INSERT INTO seen SELECT 'none', NULL, t.try('SELECT dcm.bulletin(''qidong'', ''2015-03'')');
RESET SESSION AUTHORIZATION;
SELECT set_eq('SELECT * FROM seen', $$VALUES ('bi', '6'::jsonb, '42501'), ('app', '6', '42501 dcm.no_right'), ('none', NULL, '42501')$$, 'who reads it, and who issues none');
SELECT * FROM finish();
ROLLBACK;
