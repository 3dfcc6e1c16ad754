-- The evaluation of the months, each announced, closed and published as an office
-- would, and the bulletin of April 2015.  The bodies' heads are invented, as all
-- people of the demo are.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT count(dcm.load_preset(p)) AS loaded FROM unnest('{cn_indicators,cn_scorecards,score_qidong}'::text[]) AS p \gset
INSERT INTO dcm.grade (scorecard, code, since, name, name_en, colour)
SELECT 'qidong', code, since, name, name_en, colour FROM dcm.grade WHERE scorecard = 'cn_department';

INSERT INTO dcm.person (code, name, name_en)
SELECT 'V_' || code, '负责人' || lpad(n::text, 2, '0'), 'Head ' || lpad(n::text, 2, '0')
FROM (SELECT code, row_number() OVER (ORDER BY code) AS n FROM demo.body) AS b;
INSERT INTO dcm.post (code, person, role, org)
SELECT 'P_' || p.code, p.id, 'deputy', o.id
FROM demo.body AS b JOIN dcm.org AS o ON o.code = b.code JOIN dcm.person AS p ON p.code = 'V_' || b.code;

-- the centre's leader, by an application's login
\connect - qidong_loader
SELECT dcm.become('X01', scope => 'session') AS who \gset
SELECT count(dcm.open_period('month', to_char(m, 'YYYY-MM'))) AS opened FROM generate_series(timestamp '2014-08-01', '2015-04-01', interval '1 month') AS m \gset
DO $$
DECLARE
	month text;
BEGIN
	FOR month IN SELECT code FROM dcm.period WHERE kind = 'month' ORDER BY till LOOP
		PERFORM dcm.evaluate('month', month, 'qidong');
		PERFORM dcm.announce_period('month', month);
		PERFORM dcm.close_period('month', month);
		PERFORM dcm.publish_period('month', month);
	END LOOP;
END
$$;
SELECT dcm.issue_bulletin('qidong', '2015-04', issued_on => '2015-05-08', number => 4,
	remarks => E'四月份全市数字城管运行平稳,按期结案率较上年末明显提高,多数单位能在时限内办结。\n流动摊贩、暴露垃圾、占道广告等事件反复发生,请各责任单位加强日常巡查;对超期件较多的单位,中心将下达《督办通知单》。',
	remarks_en => E'April ran steadily: far more cases were closed in time than at the end of last year, and most bodies kept their limits.\nStreet vendors, rubbish and billboards on pavements keep coming back; the bodies responsible are asked to patrol more. Those with many overdue cases will receive a notice.') AS number \gset
\connect - qidong_owner
\echo
\echo '【简报】 The bulletin of April 2015, its first lines of ranking: dcm.bulletin_data(''qidong'', ''2015-04'')'
SELECT (r ->> 'rank')::int AS "名次", r ->> 'name' AS "单位 body", r ->> 'score' AS "得分 score", r ->> 'grade' AS "等级", r ->> 'rank_change' AS "升降 change"
FROM jsonb_array_elements(dcm.bulletin_data('qidong', '2015-04') -> 'ranking') WITH ORDINALITY AS x (r, n) WHERE n <= 5 ORDER BY n;
