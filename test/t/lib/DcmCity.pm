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

our @EXPORT = qw(new_node new_database make_city make_cases);

# A cluster in UTF8 with the database roles of dcm, an owner and an application.
sub new_node
{
	my ($name, %args) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
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

# The extension, the city and its base data, all by the owner.
sub make_city
{
	my ($node, $db) = @_;
	return $node->safe_psql($db, q{
		SET client_min_messages = warning;
		CREATE EXTENSION dcm CASCADE;
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

1;
