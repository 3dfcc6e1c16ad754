#!/usr/bin/env bash
# A year of cases, month by month, of which rules carry a set share from the
# report to the dispatch, and people the others by the same acts in a loop in the
# same session.  Errors are seeded at known rates, and dcm.auto_quality must tell
# exactly those.  DCM_AUTO_CASES: how many cases (10000); DCM_AUTO_SHARE: percent
# of them that rules carry (60); DCM_AUTO_SAMPLE: percent of these that their
# sample gives to people (5).
set -euo pipefail
cases=${DCM_AUTO_CASES:-10000} share=${DCM_AUTO_SHARE:-60} sample=${DCM_AUTO_SAMPLE:-5}

psql -X -q -v ON_ERROR_STOP=1 -v share="$share" -v sample="$sample" >/dev/null <<'SQL'
SET client_min_messages = warning;
SELECT dcm.create_city('Bench', '320681', presets => '{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons}');
SELECT dcm.create_roles();
SELECT dcm.grant_roles();
DROP ROLE IF EXISTS bench_auto_loader;
CREATE ROLE bench_auto_loader LOGIN IN ROLE dcm_loader;
INSERT INTO dcm.org (code, name, level, kind) VALUES ('centre', 'centre', 1, 'supervision_command_centre'), ('body', 'body', 1, 'department');
INSERT INTO dcm.person (code, name) SELECT p, p FROM unnest('{collector,acceptor,shift_leader,dispatcher,liaison}'::text[]) AS p;
INSERT INTO dcm.post (code, person, role, org)
SELECT p.code, p.id, p.code, o.id
FROM dcm.person AS p JOIN dcm.org AS o ON o.code = CASE p.code WHEN 'liaison' THEN 'body' ELSE 'centre' END
WHERE p.code <> 'system';
INSERT INTO dcm.grid (code, geom)
SELECT dcm.make_grid_code('320681100001', i), ST_Multi(ST_MakeEnvelope(121.6 + i * 0.001, 31.8, 121.601 + i * 0.001, 31.801, 4490))
FROM generate_series(1, 500) AS i;
-- two categories that differ in nothing but that rules take one of them
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E9901', 'event', '99', '01', 'by rules'), ('E9902', 'event', '99', '02', 'by people');
INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1) SELECT id, 1, 'condition', '8 work_hour' FROM dcm.category;
INSERT INTO dcm.responsibility (kind, org, principle) SELECT 'event', id, 'territory' FROM dcm.org WHERE code = 'body';
INSERT INTO dcm.auto_rule (name, step, category, sample_percent)
SELECT s.step, s.step, c.id, CASE s.step WHEN 'accept' THEN :sample ELSE 0 END
FROM dcm.category AS c, unnest('{accept,file,dispatch}'::text[]) AS s (step) WHERE c.code = 'E9901';

CREATE TABLE made (i int PRIMARY KEY, case_no bigint, month int, by_rules boolean, fault text, sampled boolean);
CREATE TABLE lap (month int, who text, seconds float8, cases int);
GRANT ALL ON made TO bench_auto_loader;

-- what a loader tells of a month: the year is the one before this day
CREATE PROCEDURE load_month(m int, total int, share int) LANGUAGE plpgsql AS $$
DECLARE
	first timestamptz := date_trunc('day', now()) - interval '366 days';
	seed int;
	rules boolean;
	no bigint;
BEGIN
	FOR i IN m * total / 12 + 1 .. (m + 1) * total / 12 LOOP
		PERFORM dcm.become('collector', scope => 'session');
		rules := i::bigint * 7919 % 100 < share;
		seed := i / 100 % 100;
		no := (dcm.report_case(CASE WHEN rules THEN 'E9901' ELSE 'E9902' END, ST_SetSRID(ST_MakePoint(121.6015 + (i % 400) * 0.001, 31.8005), 4490),
			at => first + interval '365 days' * i / total)).case_no;
		INSERT INTO made VALUES (i, no, m, rules,
			CASE WHEN rules THEN CASE WHEN seed < 1 THEN 'void' WHEN seed < 4 THEN 'amend' WHEN seed < 6 THEN 'return' END
				ELSE CASE WHEN seed < 2 THEN 'void' WHEN seed < 6 THEN 'amend' WHEN seed < 11 THEN 'return' END END);
		IF i % 500 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END
$$;

-- the same steps by people; of a case that the sample gave to them the first alone
CREATE PROCEDURE people_take(m int, sampled_ones boolean) LANGUAGE plpgsql AS $$
DECLARE
	c bigint;
	n int := 0;
BEGIN
	FOR c IN SELECT case_no FROM made WHERE month = m AND by_rules = sampled_ones AND (NOT sampled_ones OR sampled) ORDER BY i LOOP
		PERFORM dcm.become('acceptor', scope => 'session');
		PERFORM dcm.act(c, 'accept');
		IF NOT sampled_ones THEN
			PERFORM dcm.become('shift_leader', scope => 'session');
			PERFORM dcm.act(c, 'file', data => '{"condition": 1}');
			PERFORM dcm.become('dispatcher', scope => 'session');
			PERFORM dcm.act(c, 'dispatch', data => '{"org": "body"}');
		END IF;
		n := n + 1;
		IF n % 500 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END
$$;

-- what turns out wrong
CREATE PROCEDURE find_faults(m int) LANGUAGE plpgsql AS $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT case_no, fault FROM made WHERE month = m AND fault IS NOT NULL ORDER BY i LOOP
		PERFORM dcm.become(CASE c.fault WHEN 'void' THEN 'shift_leader' WHEN 'amend' THEN 'dispatcher' ELSE 'liaison' END, scope => 'session');
		PERFORM dcm.act(c.case_no, c.fault, data => CASE c.fault WHEN 'void' THEN '{"reason": "test"}'
			WHEN 'amend' THEN '{"location": {"lon": 121.6016, "lat": 31.8006}, "reason": "mistaken"}'
			ELSE '{"reason": "wrong_body", "note": "not ours"}' END::jsonb);
	END LOOP;
END
$$;
SQL

for month in 0 1 2 3 4 5 6 7 8 9 10 11; do
	psql -X -q -v ON_ERROR_STOP=1 -v m="$month" -v total="$cases" -v share="$share" >/dev/null <<'SQL'
SET SESSION AUTHORIZATION bench_auto_loader;
CALL load_month(:m, :total, :share);
RESET SESSION AUTHORIZATION;
UPDATE made SET sampled = by_rules AND dcm.auto_sampled(r.seed, made.case_no, r.sample_percent)
FROM dcm.auto_rule AS r WHERE r.step = 'accept' AND month = :m;
VACUUM ANALYZE;
SELECT clock_timestamp() AS t0 \gset
CALL people_take(:m, false);
SELECT clock_timestamp() AS t1 \gset
CALL dcm.run_jobs('auto');
SELECT clock_timestamp() AS t2 \gset
INSERT INTO lap SELECT :m, 'people', extract(epoch FROM :'t1'::timestamptz - :'t0'), count(*) FROM made WHERE month = :m AND NOT by_rules;
INSERT INTO lap SELECT :m, 'rules', extract(epoch FROM :'t2'::timestamptz - :'t1'), count(*) FROM made WHERE month = :m AND by_rules AND NOT sampled;
CALL people_take(:m, true);
CALL dcm.run_jobs('auto');
CALL find_faults(:m);
SQL
done

psql -X -q -v ON_ERROR_STOP=1 <<'SQL'
-- every case has gone as far as it was to go, and the quality is what was seeded
CREATE TEMP TABLE seeded AS
SELECT s.step, p.part, count(*) AS cases,
	count(*) FILTER (WHERE CASE s.step WHEN 'accept' THEN m.fault = 'void' WHEN 'file' THEN m.fault IN ('void', 'amend') ELSE m.fault = 'return' END) AS wrong
FROM made AS m
	CROSS JOIN unnest('{accept,file,dispatch}'::text[]) AS s (step)
	JOIN (VALUES ('rule'), ('people'), ('sample')) AS p (part) ON CASE p.part WHEN 'sample' THEN m.sampled AND s.step = 'accept'
		WHEN 'rule' THEN m.by_rules AND NOT (m.sampled AND s.step = 'accept') ELSE NOT m.by_rules OR m.sampled AND s.step = 'accept' END
GROUP BY s.step, p.part;
CREATE TEMP TABLE told AS SELECT step, taken_by AS part, cases, wrong, share, error_percent FROM dcm.auto_quality(now() - interval '1 day', 'infinity');
DO $$
DECLARE
	differs text;
BEGIN
	SELECT string_agg(x::text, E'\n') INTO differs FROM (
		(TABLE seeded EXCEPT SELECT step, part, cases, wrong FROM told)
		UNION ALL (SELECT step, part, cases, wrong FROM told EXCEPT TABLE seeded)) AS x;
	IF differs IS NOT NULL THEN
		RAISE EXCEPTION 'dcm.auto_quality does not tell what was seeded: %', differs;
	END IF;
	IF (SELECT count(*) FROM made AS m JOIN dcm.case_file AS f USING (case_no)
		WHERE f.state = CASE m.fault WHEN 'void' THEN 'voided' WHEN 'return' THEN 'filed' ELSE 'dispatched' END) <> (SELECT count(*) FROM made) THEN
		RAISE EXCEPTION 'not every case went as far as it was to go';
	END IF;
END
$$;
INSERT INTO bench_result (work, against, ratio, floor, aim)
SELECT format('automatic steps, %s of %s cases by rules, accept, file and dispatch: %s cases/s', r.n, (SELECT count(*) FROM made), round(r.n / r.s)),
	format('the same acts called by people in a loop, %s cases/s', round(p.n / p.s)), round(((r.s / r.n) / (p.s / p.n))::numeric, 2), '<= 5.00', '<= 3.00'
FROM (SELECT sum(seconds) AS s, sum(cases) AS n FROM lap WHERE who = 'rules') AS r, (SELECT sum(seconds) AS s, sum(cases) AS n FROM lap WHERE who = 'people') AS p;
INSERT INTO bench_result (work, against, ratio, floor, aim)
SELECT format('wrong of what rules took, %s: %s %%; of people''s %s %%', step, max(error_percent) FILTER (WHERE part = 'rule'), max(error_percent) FILTER (WHERE part = 'people')),
	'the errors seeded', round(sum(t.wrong) / sum(s.wrong), 2), '= 1.00', '= 1.00'
FROM told AS t JOIN seeded AS s USING (step, part) WHERE part <> 'sample' GROUP BY step ORDER BY step;
DROP OWNED BY bench_auto_loader;
DROP ROLE bench_auto_loader;
SQL
