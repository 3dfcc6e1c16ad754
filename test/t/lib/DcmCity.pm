# A small city for the TAP tests: a database with PostGIS made by a superuser,
# an owner without superuser who installs dcm and makes the city, and people who
# hold every role of the straight way.
package DcmCity;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_node new_database make_city make_cases make_scores contents definitions differences);

# A cluster in UTF8 with the database roles of dcm, an owner and an application;
# conf are lines of its configuration, init words for initdb, streaming as in
# allows_streaming of PostgreSQL::Test::Cluster.
sub new_node
{
	my ($name, %args) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '-E', 'UTF8', '--locale=C', @{ $args{init} // [] } ], allows_streaming => $args{streaming});
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\n" . ($args{conf} // ''));
	$node->start;

	my ($share) = run_command([ 'pg_config', '--sharedir' ]);
	my @roles = ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'),
		'-f', "$share/extension/dcm_roles.sql");
	PostgreSQL::Test::Utils::system_or_bail(@roles);
	# idempotent
	PostgreSQL::Test::Utils::system_or_bail(@roles);
	$node->safe_psql('postgres', q{
		CREATE ROLE city_owner LOGIN;
		CREATE ROLE other_owner LOGIN;
		CREATE ROLE desk LOGIN;
		GRANT dcm_app TO desk;
		CREATE ROLE loader LOGIN;
		GRANT dcm_loader TO loader;
		CREATE ROLE jobs LOGIN;
		GRANT dcm_job TO jobs;
	});
	return $node;
}

# A database of that owner's, where a superuser made PostGIS.
sub new_database
{
	my ($node, $name, $owner) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name OWNER $owner");
	$node->safe_psql($name, 'CREATE EXTENSION postgis');
	return;
}

# The extension, the city and its base data, all by the owner; with a version, or
# with base_data => 0, what 0.1.0 had.
sub make_city
{
	my ($node, $db, %args) = @_;
	my $version = defined $args{version} ? "VERSION '$args{version}'" : '';
	$node->safe_psql($db, qq{
		SET client_min_messages = warning;
		CREATE EXTENSION dcm $version CASCADE;}, extra_params => [ '-U', 'city_owner' ]);
	$node->safe_psql($db, q{
		SET client_min_messages = warning;
		SELECT dcm.create_city('Qidong', '320681',
			presets => '{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons,cn_categories_2013,yuncheng_limits,escalation}');
		SELECT dcm.grant_roles();
		INSERT INTO dcm.region (code, name) VALUES ('320681', '启东市'), ('320681100', '汇龙镇');
		INSERT INTO dcm.org (code, name, level, kind, area) VALUES
			('centre', '监督指挥中心', 1, 'supervision_command_centre', '320681'),
			('works', '城管局', 1, 'department', '320681'),
			('clean', '环卫处', 2, 'department', '320681');
		INSERT INTO dcm.person (code, name, login) VALUES
			('col', '采集员', NULL), ('acc', '受理员', NULL), ('lead', '值班长', NULL),
			('disp', '派遣员', NULL), ('lia', '联络员', NULL), ('han', '处置员', NULL);
		INSERT INTO dcm.post (code, person, role, org)
		SELECT 'post_' || v.who, p.id, v.role, o.id
		FROM (VALUES ('col', 'collector', 'centre'), ('acc', 'acceptor', 'centre'), ('lead', 'shift_leader', 'centre'),
				('disp', 'dispatcher', 'centre'), ('lia', 'liaison', 'works'), ('han', 'handler', 'works')) AS v (who, role, org)
			JOIN dcm.person AS p ON p.code = v.who
			JOIN dcm.org AS o ON o.code = v.org;
		INSERT INTO dcm.grid (code, geom, org)
		SELECT ('320681100001' || to_char(n, 'FM000'))::dcm.grid_code,
			ST_Multi(ST_MakeEnvelope(121.6 + n * 0.001, 31.8, 121.601 + n * 0.001, 31.801, 4490)),
			(SELECT id FROM dcm.org WHERE code = 'works')
		FROM generate_series(1, 20) AS n;
		INSERT INTO dcm.duty_area (code, name, org) SELECT 'd1', '责任网格一', id FROM dcm.org WHERE code = 'centre';
		INSERT INTO dcm.duty_area_grid SELECT d.id, g.code FROM dcm.duty_area AS d, dcm.grid AS g;
		INSERT INTO dcm.responsibility (kind, org, principle)
			SELECT 'event', id, 'territory' FROM dcm.org WHERE code = 'works';
		INSERT INTO dcm.component (id, category, owner, grid, geom)
			SELECT '3206810101000042', c.id, o.id, '320681100001003', ST_SetSRID(ST_Point(121.6035, 31.8005), 4490)
			FROM dcm.category AS c, dcm.org AS o WHERE c.code = 'C0101' AND o.code = 'works';
		INSERT INTO dcm.calendar_day (calendar, day, kind) VALUES ('default', '2027-05-08', 'special');
		INSERT INTO dcm.calendar_day_hours VALUES ('default', '2027-05-08', '09:00', '12:00');
	}, extra_params => [ '-U', 'city_owner' ]);
	# the library, which is the newer one, tells its own version to the older script
	$node->safe_psql($db, "UPDATE dcm.setting SET value = '$args{version}' WHERE name = 'schema_version'") if defined $args{version};
	add_base_data($node, $db) unless defined $args{version} || defined $args{base_data};
	return;
}

# Base data of every other table.
sub add_base_data
{
	my ($node, $db) = @_;
	$node->safe_psql($db, q{
		SET client_min_messages = warning;
		SELECT dcm.load_preset('cn_labels'), dcm.load_preset('cn_indicators');
		INSERT INTO dcm.org_contact (org, phone) SELECT id, '0513-12319' FROM dcm.org WHERE code = 'centre';
		INSERT INTO dcm.area_group (code, name) VALUES ('middle', '中心片区');
		INSERT INTO dcm.area_group_member SELECT id, '320681100' FROM dcm.area_group;
		INSERT INTO dcm.place (code, name, kind, geom) VALUES ('p1', '人民公园', 'poi', ST_SetSRID(ST_Point(121.605, 31.8005), 4490));
		INSERT INTO dcm.layer (code, name, kind) VALUES ('photo2024', '航片', 'ortho');
		-- an area that moves, a component with a past, a request, a list with a bad line
		INSERT INTO dcm.region (code, name) VALUES ('320681900', '旧镇');
		SELECT dcm.change_area('320681900', '320681901', '新镇', reason => '改码');
		UPDATE dcm.component SET state = 'damaged';
		SELECT dcm.next_component_id('320681', 'C0102');
		INSERT INTO dcm.stage_orgs (code, name, level, kind) VALUES ('park', '园林处', 2, 'department'), ('bad', '坏', 7, 'guild');
		SELECT dcm.import_orgs();
		UPDATE dcm.filing_standard SET limit_1 = '3 work_day' WHERE id = 1;
		-- a rule whose sample takes all, so that cases go as they do without
		INSERT INTO dcm.auto_rule (name, step, source, sample_percent) VALUES ('采集员上报', 'accept', 'collector', 100);
	}, extra_params => [ '-U', 'city_owner' ]);
	$node->safe_psql($db, 'SELECT dcm.make_anchor()', extra_params => [ '-U', 'city_owner' ]);
	# calls, of which one was erased
	$node->safe_psql($db, q{
		INSERT INTO dcm.person (code, name) VALUES ('keeper', '信息保护员');
		INSERT INTO dcm.post (code, person, role, org) SELECT 'post_keeper', p.id, 'privacy', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'keeper' AND o.code = 'centre';
	}, extra_params => [ '-U', 'city_owner' ]);
	$node->safe_psql($db, q{
		SELECT dcm.become('acc', scope => 'session');
		SELECT dcm.register_call('12345', 'complaint', '井盖丢失', '0513-8331 2345', '张', external_no => 'W1', external_due => '2099-01-05 18:00+08', client_key => 'k1');
		SELECT dcm.register_call('web', 'praise', '很好', '13800001111');
		SELECT dcm.answer_intake(2, '谢谢', 'works'), dcm.rate_intake(2, 'satisfied');
		SELECT dcm.become('keeper', scope => 'session');
		SELECT dcm.erase('caller', 'asked', 2);
	}, extra_params => [ '-U', 'desk' ]);
	return $node->safe_psql($db, q{
		SELECT dcm.become('lead', scope => 'session');
		SELECT dcm.draw_sample('verify', '2025-06-03 00:00+08', '2025-06-10 00:00+08', 10, '种子');
		SELECT dcm.request_component_change('change', '3206810101000042', '{"note": "x"}', '复查');
	}, extra_params => [ '-U', 'desk' ]);
}

# Cases through the public functions by a loader, n of them from a day on, which
# end at different places of the straight way.
sub make_cases
{
	my ($node, $db, $since, $n) = @_;
	return $node->safe_psql($db, qq{
		DO \$\$
		DECLARE
			step record;
			at timestamptz;
			answer dcm.act_result;
		BEGIN
			FOR i IN 1 .. $n LOOP
				at := timestamptz '$since' + i * interval '53 minutes';
				PERFORM dcm.become('col');
				answer := dcm.report_case('E0102', dcm.point(121.6015 + i % 20 * 0.001, 31.8005),
					description => '第' || i || '号', attachments => '[{"kind": "before", "uri": "http://x/1.jpg"}]', at => at,
					client_key => 'load ' || at);
				FOR step IN
					SELECT s.who, s.action, s.data::jsonb, row_number() OVER () AS n
					FROM (VALUES ('acc', 'accept', '{}'), ('lead', 'file', '{"condition": 1}'),
						('disp', 'dispatch', '{"org": "works"}'), ('lia', 'sign', '{}'),
						('lia', 'request_extension', '{"reason": "weather"}'), ('disp', 'grant_extension', '{}'),
						('han', 'handle', '{"result": "cleaned", "after": "http://x/2.jpg"}'),
						('acc', 'request_check', '{}'), ('col', 'fail_check', '{"photo": "u", "reason": "still dirty"}'),
						('han', 'handle', '{"result": "cleaned", "after": "http://x/3.jpg"}'),
						('acc', 'request_check', '{}'), ('col', 'pass_check', '{"photo": "u"}'),
						('lead', 'close', '{}')) AS s (who, action, data)
				LOOP
					EXIT WHEN i % 17 = step.n;
					PERFORM dcm.become(step.who);
					answer := dcm.act(answer.case_no, step.action, data => step.data,
						at => at + step.n * interval '7 minutes', client_key => 'step ' || step.n);
				END LOOP;
			END LOOP;
		END
		\$\$;
	}, extra_params => [ '-U', 'loader' ]);
}

# Scores: June 2025 evaluated, announced, closed, published by two persons and told in a bulletin, with
# one score entered and one corrected, and something told late for it; March 2026 a draft.
sub make_scores
{
	my ($node, $db) = @_;
	$node->safe_psql($db, q{
		SET client_min_messages = warning;
		UPDATE dcm.setting SET value = 'shift_leader,dispatcher' WHERE name = 'score_roles';
		SELECT dcm.load_preset(p) FROM unnest('{cn_indicators,cn_scorecards,score_jinhua,score_wuhan}'::text[]) AS p;
		INSERT INTO dcm.score_class (scorecard, subject, class) VALUES ('cn_region', '320681', 2);
	}, extra_params => [ '-U', 'city_owner' ]);
	$node->safe_psql($db, q{
		SELECT dcm.become('lead', scope => 'session');
		SELECT dcm.open_period('month', '2025-06'), dcm.open_period('month', '2026-03');
		SELECT dcm.evaluate('month', m, c) FROM unnest('{2025-06,2026-03}'::text[]) AS m, unnest('{jinhua,cn_dispatcher}'::text[]) AS c;
		SELECT dcm.enter_score('month', '2025-06', 'jinhua', 'works', 'urgent', 9.5, '抽查', '{"document": "抽查 6"}');
		SELECT dcm.become('disp', scope => 'session');
		SELECT dcm.decide_score(max(id), true) FROM dcm.score_request;
		SELECT dcm.announce_period('month', '2025-06');
		SELECT dcm.correct_score(min(entry), 0, '核减') FROM dcm.period_as_known('month', '2025-06', 'jinhua') WHERE subject = 'works' AND item = 'rework';
		SELECT dcm.become('lead', scope => 'session');
		SELECT dcm.decide_score(max(id), true) FROM dcm.score_request;
		SELECT dcm.close_period('month', '2025-06'), dcm.publish_period('month', '2025-06');
		SELECT dcm.issue_bulletin('jinhua', '2025-06', '六月简报');
		SELECT dcm.become('han', scope => 'session');
		SELECT dcm.act(min(case_no), 'handle', data => '{"result": "cleaned", "after": "http://x/2.jpg"}', at => min(moved_at) + interval '1 minute') FROM dcm.case_file WHERE state = 'handling' AND reported_at < '2025-07-01';
	}, extra_params => [ '-U', 'loader' ]);
	$node->safe_psql($db, 'SELECT dcm.roll_up_facts()', extra_params => [ '-U', 'city_owner' ]);
	return $node->safe_psql($db, q{
		SELECT dcm.become('lead', scope => 'session');
		SELECT dcm.act(max(case_no), 'comment', 'see') FROM dcm.case_file WHERE ended_at IS NULL;
	}, extra_params => [ '-U', 'loader' ]);
}

# What each table, view and sequence of the city holds, one line for each.
sub contents
{
	my ($node, $db) = @_;
	my %found = map { split /\|/, $_, 2 } split /\n/, $node->safe_psql($db, <<'SQL');
CREATE FUNCTION pg_temp.digest(what regclass, kind "char") RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE CASE kind WHEN 'S' THEN format('SELECT concat_ws('' '', last_value, is_called) FROM %s', what)
		ELSE format('SELECT concat_ws('' '', count(*), md5(string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C"))) FROM %s AS r', what) END
	INTO answer;
	RETURN answer;
END
$$;
SELECT c.oid::regclass, pg_temp.digest(c.oid, c.relkind)
FROM pg_class AS c
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
	AND (c.relnamespace = 'dcm'::regnamespace OR c.relname ~ '^own_')
ORDER BY 1;
SQL
	cmp_ok(scalar(keys %found), '>', 50, "$db has what to compare");
	$found{"eval_$_"} = $node->safe_psql($db, "SELECT * FROM dcm.eval_$_('2025-06-01', '2025-06-30') AS e ORDER BY e::text COLLATE \"C\"") for qw(org region);
	return \%found;
}

# The definitions and rights of everything in schema dcm and of the city's own.
sub definitions
{
	my ($node, $db) = @_;
	return [ split /\x1e\n?/, $node->safe_psql($db, <<'SQL') ];
SET search_path = pg_catalog;
\pset recordsep '\x1e'
WITH r AS (
	SELECT c.* FROM pg_class AS c
	WHERE c.relnamespace = 'dcm'::regnamespace OR c.relname ~ '^own_')
SELECT concat_ws(' ', 'table', r.oid::regclass, r.relkind, r.relrowsecurity, pg_get_userbyid(r.relowner), r.reloptions,
	(SELECT string_agg(x::text, ',' ORDER BY x::text COLLATE "C") FROM unnest(r.relacl) AS x),
	pg_get_expr(r.relpartbound, r.oid), obj_description(r.oid, 'pg_class')) COLLATE "C"
FROM r WHERE r.relkind NOT IN ('i', 'I')
UNION ALL
SELECT concat_ws(' ', 'column', r.oid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity, a.attgenerated,
	a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attacl, col_description(r.oid, a.attnum))
FROM r JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
	LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
SELECT concat_ws(' ', 'index', pg_get_indexdef(i.indexrelid), i.indisvalid) FROM r JOIN pg_index AS i ON i.indrelid = r.oid
UNION ALL
SELECT concat_ws(' ', 'constraint', r.oid::regclass, k.conname, pg_get_constraintdef(k.oid), k.convalidated)
FROM r JOIN pg_constraint AS k ON k.conrelid = r.oid WHERE k.contype NOT IN ('t', 'n')
UNION ALL
SELECT concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid), t.tgenabled)
FROM r JOIN pg_trigger AS t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal
UNION ALL
SELECT concat_ws(' ', 'policy', r.oid::regclass, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid), p.polroles::regrole[])
FROM r JOIN pg_policy AS p ON p.polrelid = r.oid
UNION ALL
SELECT concat_ws(' ', 'view', r.oid::regclass, pg_get_viewdef(r.oid)) FROM r WHERE r.relkind IN ('v', 'm')
UNION ALL
-- core names an unnamed column of a body only where it has read its own print
SELECT concat_ws(' ', 'function', p.oid::regprocedure,
	md5(regexp_replace(pg_get_functiondef(p.oid), ' AS \w+(,?)$', '\1', 'ng')), pg_get_userbyid(p.proowner),
	(SELECT string_agg(x::text, ',' ORDER BY x::text COLLATE "C") FROM unnest(p.proacl) AS x), obj_description(p.oid, 'pg_proc'))
FROM pg_proc AS p WHERE p.pronamespace = 'dcm'::regnamespace AND p.prokind <> 'a'
UNION ALL
SELECT concat_ws(' ', 'schema', n.nspname, pg_get_userbyid(n.nspowner), n.nspacl) FROM pg_namespace AS n WHERE n.nspname = 'dcm'
ORDER BY 1;
SQL
}

# What only one of two lists has.
sub differences
{
	my ($got, $wanted) = @_;
	my %got = map { $_ => 1 } @$got;
	my %wanted = map { $_ => 1 } @$wanted;
	return join "\n", map({ "got $_" } grep { !$wanted{$_} } @$got), map { "wanted $_" } grep { !$got{$_} } @$wanted;
}

1;
