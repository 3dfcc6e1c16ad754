-- What README.md and the chapters show, run: docs/first_city.sql, the README's
-- session, then each chapter's examples.  test/t/090_docs.pl holds the documents'
-- lines against what this prints.
\getenv srcdir PG_ABS_SRCDIR
CREATE DATABASE regression_documents TEMPLATE template0 ENCODING 'UTF8';
\c regression_documents
\set first_city :srcdir '/../docs/first_city.sql'
\set ECHO none
\o /dev/null
\i :first_city
\o
\set ECHO all
\pset footer off
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET timezone = 'Asia/Shanghai';
SET search_path = public, dcm;

-- codes are types: eight bytes, judged at input, ordered, contained in areas
SELECT dcm.street('320681100001007'::dcm.grid_code), '320681100001007'::dcm.grid_code <@ '320681' AS in_qidong;
SELECT '32068110000107'::dcm.grid_code;

-- a collector reports rubbish outside its bin at the last hour before a holiday
SELECT dcm.become('zhang', scope => 'session');
SELECT case_no, state, stage FROM dcm.report_case('E0110', dcm.point(121.6005, 31.8005), description => '垃圾溢出', at => '2026-09-30 16:50+08');
SELECT rank, org, principle, reason FROM dcm.resolve_responsible('E0110', dcm.point(121.6005, 31.8005));

-- the centre accepts it; to close it now is forbidden; it is filed with a limit of 4 working hours
SELECT dcm.become('li', scope => 'session');
SELECT state FROM dcm.accept_case(202609300000000, at => '2026-09-30 16:55+08');
SELECT state FROM dcm.close_case(202609300000000);
SELECT state, due FROM dcm.file_case(202609300000000, 1, at => '2026-09-30 17:00+08');
SELECT since, till, counted, reason FROM dcm.explain_deadline(202609300000000);
UPDATE dcm.case_file SET due = '2026-12-31';

-- dispatched, signed, handled, checked, closed: the same way
SELECT state FROM dcm.dispatch_case(202609300000000, 'sanitation', at => '2026-09-30 17:05+08');
SELECT dcm.become('zhao', scope => 'session');
SELECT state FROM dcm.sign_case(202609300000000, at => '2026-10-08 08:10+08');
SELECT state FROM dcm.handle_case(202609300000000, '已清理', 'https://example.org/after.jpg', at => '2026-10-08 09:30+08');
SELECT dcm.become('li', scope => 'session');
SELECT state FROM dcm.request_check(202609300000000, at => '2026-10-08 09:40+08');
SELECT dcm.become('zhang', scope => 'session');
SELECT state FROM dcm.pass_check(202609300000000, 'https://example.org/check.jpg', at => '2026-10-08 10:00+08');
SELECT dcm.become('li', scope => 'session');
SELECT state, stage FROM dcm.close_case(202609300000000, at => '2026-10-08 10:10+08');

-- the evaluation, and the proof of the record
SELECT period, org, name, handled, handled_in_time, closed FROM dcm.eval_org WHERE period_kind = 'month' AND closed > 0;
SELECT filed, handled, closed, handled_rate, in_time_rate FROM dcm.eval_city('2026-09-01', '2026-10-31');
SELECT count(*) AS problems FROM dcm.verify_all();

-- code.md
SELECT id, dcm.district(id), dcm.major(id), dcm.minor(id), dcm.serial(id), dcm.minor(id, 'new') AS minor_new FROM (SELECT '3206810101000042'::dcm.component_id) AS c (id);
SELECT dcm.make_grid_code('320681100001', 7), dcm.grid_code_2005('32068110001007');
SELECT '32068110000107'::dcm.grid_code;
SET enable_seqscan = off;
EXPLAIN (COSTS off) SELECT * FROM dcm.component WHERE id <@ '320681';
RESET enable_seqscan;

-- base.md
SELECT preset FROM dcm.presets();
SELECT dcm.setting('border_metres');
SET dcm.reason = 'borders surveyed anew';
UPDATE dcm.setting SET value = '10' WHERE name = 'border_metres';
SELECT table_name, op, before ->> 'value' AS before, after ->> 'value' AS after, reason FROM dcm.config_log ORDER BY id DESC LIMIT 1;

-- time.md
SELECT '2紧急工作时'::dcm.time_limit, '1/2工作日'::dcm.time_limit, dcm.label_zh('4 work_hour');
SELECT '5天'::dcm.time_limit;
SELECT l AS tlimit, dcm.deadline('2026-09-30 17:00+08', l::dcm.time_limit) FROM unnest('{4 work_hour,1 work_day,4 urgent_hour,2 natural_day}'::text[]) AS l;
SELECT dcm.working_time('2026-09-30 17:00+08', '2026-10-08 11:00+08');
SELECT dcm.deadline('2026-11-23 09:00+08', '4 work_hour', pauses => '{[2026-11-23 10:00+08,2026-11-23 11:00+08)}');
SELECT dcm.deadline('2026-12-31 17:00+08', '4 work_hour'), dcm.deadline_provisional('2027-01-01 11:00+08');
SELECT at, dcm.traffic_light('2026-11-23 09:00+08', '5 work_hour', '2026-11-23 16:00+08', at::timestamptz)
FROM unnest('{2026-11-23 14:59+08,2026-11-23 15:00+08,2026-11-23 16:01+08}'::text[]) AS at;
SELECT case_no, clock, due, new_due, moved_by, provisional FROM dcm.recompute_deadlines();

-- space.md
SELECT dcm.locate(dcm.point(121.6005, 31.8005)) AS here, dcm.locate(dcm.point(121.6049, 31.7985, 'gcj02')) AS told_in_gcj02, dcm.locate(dcm.point(121.7, 31.8)) AS outside;
SELECT rank, org, principle, reason FROM dcm.resolve_responsible('E0110', dcm.point(121.6005, 31.8005));
SELECT rank, org, principle FROM dcm.resolve_responsible('E0110', dcm.point(121.7, 31.8));
SELECT serial, round(dcm.square_metres(geom)) AS square_metres FROM dcm.partition_area(ST_MakeEnvelope(121.6, 31.8, 121.603, 31.802, 4490));

-- case.md
SELECT log_no, action, person, from_state, to_state FROM dcm.case_story(202609300000000);
SELECT case_no, log_no, replayed FROM dcm.report_case('E0110', dcm.point(121.6005, 31.8005), at => '2026-11-02 09:00+08', client_key => 'phone-7-42');
SELECT case_no, log_no, replayed FROM dcm.report_case('E0110', dcm.point(121.6005, 31.8005), at => '2026-11-02 09:00+08', client_key => 'phone-7-42');
SELECT action, label, needs FROM dcm.allowed_actions(202611020000001);
SELECT state FROM dcm.reject_case(202611020000001, 'no such reason');
UPDATE dcm.case_file SET due = '2026-12-31';
SELECT state, time_limit, first_due, handled_at FROM dcm.case_card WHERE case_no = 202609300000000;

-- score.md
SELECT event, day, org, timed, in_time FROM dcm.score_event('2026-09-01', '2026-10-31')
WHERE event IN ('reported', 'filed', 'handled', 'closed') ORDER BY day, event;
SELECT filed, handled, closed, handled_rate, closed_rate, in_time_rate FROM dcm.eval_city('2026-09-01', '2026-10-31');
SELECT area, name, filed, handled, closed, in_time_rate FROM dcm.eval_region('2026-09-01', '2026-10-31') ORDER BY area;
SELECT '{"filed": 12, "closed": 10}'::dcm.tally + '{"closed": 1, "handling_seconds": 5400}' AS sum;
SELECT dcm.tally '{"filed": 12, "closed": 10}' -> 'closed' AS closed, dcm.count_of('{"filed": 12}', 'closed') AS none;
SELECT f.state, dcm.tally_agg(dcm.marks('filed', f.filed_at IS NOT NULL, 'handled_in_time', f.handled_at <= f.due))
	+ dcm.tally_agg('handling_seconds', extract(epoch FROM f.handled_at - f.filed_at)::bigint) AS tally
FROM dcm.case_file AS f GROUP BY f.state ORDER BY f.state;
SELECT dcm.load_preset('cn_indicators');
SELECT indicator, name, numerator, denominator, value FROM dcm.indicators('{"close_due": 972, "closed": 911, "closed_in_time": 737}', 'region')
WHERE indicator LIKE 'reg%rate';
INSERT INTO dcm.indicator (code, name, numerator, denominator) VALUES ('close_rate', '结案率', 'closed', 'closing_due');
SELECT dcm.load_preset('cn_scorecards');
SELECT i.name, d.numerator, d.denominator, d.value, i.weight, i.rule, dcm.item_points(i.id, d.value) AS points
FROM dcm.score_item AS i
	JOIN dcm.indicators('{"filed": 996, "public_verified": 120, "close_due": 972, "closed": 911, "closed_in_time": 737}') AS d ON d.indicator = i.indicator
WHERE i.scorecard = 'cn_region' ORDER BY i.position;

-- job.md
SELECT state FROM dcm.accept_case(202611020000001, at => '2026-11-02 09:05+08');
SELECT state, due FROM dcm.file_case(202611020000001, 1, at => '2026-11-02 09:10+08');
SELECT state FROM dcm.dispatch_case(202611020000001, 'sanitation', at => '2026-11-02 09:15+08');
SELECT dcm.escalate(as_of => '2026-11-02 16:00+08') AS fired;
SELECT dcm.escalate(as_of => '2026-11-02 16:00+08') AS fired_again;
SELECT clock, level, action, due, due_at FROM dcm.escalation ORDER BY id;
SELECT kind, payload - 'case_no' AS payload FROM dcm.outbox ORDER BY id LIMIT 1;

-- score.md: a period from end to end
UPDATE dcm.setting SET value = 'shift_leader' WHERE name = 'score_roles';
SELECT dcm.load_preset('score_qidong');
SELECT dcm.become('li', scope => 'session');
SELECT dcm.open_period('own', '国庆前后', '2026-09-30', '2026-10-31') IS NOT NULL AS opened;
SELECT dcm.evaluate('own', '国庆前后', 'qidong') AS items;
SELECT dcm.announce_period('own', '国庆前后') AS items;
SELECT dcm.close_period('own', '国庆前后') AS changed;
SELECT dcm.publish_period('own', '国庆前后');
SELECT rank, subject, name, score, sample FROM dcm.period_scores('own', '国庆前后', 'qidong');
SELECT id, subject, weight, value, points, evidence -> 'fields' AS counts FROM dcm.score_entry WHERE kind = 'computed' ORDER BY id;
SELECT count(*) AS problems FROM dcm.verify_scores();
SELECT count(*) AS rules, count(*) FILTER (WHERE expected <> found) AS broken FROM dcm.reconcile('own', '国庆前后');

REVOKE dcm_loader FROM CURRENT_USER;
\c contrib_regression
DROP DATABASE regression_documents;
