# Who may what: dcm installed by a role that has no more than CREATE on the
# database, the extension held fast by the city, the city dropped and made again
# by its owner, and everything that acts closed to PUBLIC.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my $node = new_node('owner');
$node->safe_psql('postgres', 'CREATE ROLE stranger LOGIN');

# The database is another's; the city's owner may create in it, and no more.
new_database($node, 'city', 'other_owner');
refused('city_owner', 'CREATE EXTENSION dcm CASCADE', qr/permission denied/, 'without CREATE on the database');
$node->safe_psql('city', 'GRANT CREATE ON DATABASE city TO city_owner', extra_params => [ '-U', 'other_owner' ]);
make_city($node, 'city');
is( $node->safe_psql('city', q{
		SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ',') FROM pg_class
		WHERE relnamespace = 'dcm'::regnamespace AND relkind <> 'c';
		SELECT pg_get_userbyid(extowner) FROM pg_extension WHERE extname = 'dcm';
	}), "city_owner\ncity_owner", 'the city and the extension belong to whoever made them');
make_cases($node, 'city', '2026-03-02 01:00+00', 20);

# Without PostGIS there is nothing to build on, and the owner cannot make it.
$node->safe_psql('postgres', 'CREATE DATABASE bare OWNER city_owner');
my (undef, undef, $err) = $node->psql('bare', 'CREATE EXTENSION dcm CASCADE', @owner);
like($err, qr/permission denied to create extension "postgis"/, 'PostGIS must be made by a superuser first');

# A superuser needs nothing prepared.
is($node->safe_psql('bare', q{
		SET client_min_messages = warning;
		CREATE EXTENSION dcm CASCADE;
		SELECT count(*) FROM pg_extension WHERE extname IN ('postgis', 'pg_trgm', 'dcm')}),
	'3', 'for a superuser PostGIS comes along');

# While a city exists core itself refuses to drop the extension, and CASCADE
# does not help who owns the extension but not what hangs on it.
for my $role (qw(city_owner other_owner))
{
	refused($role, 'DROP EXTENSION dcm', qr/cannot drop extension dcm because other objects depend on it|must be owner of extension dcm/,
		"$role: the extension stays while a city exists");
}

# Nothing that acts is open to PUBLIC, and no table of the city is.
is($node->safe_psql('city', q{
		SELECT coalesce(string_agg(p.oid::regprocedure::text, ', '), 'none')
		FROM pg_proc AS p
		WHERE p.pronamespace = 'dcm'::regnamespace AND p.provolatile = 'v'
			-- a trigger of the city's does only what its caller may
			AND (p.prorettype <> 'trigger'::regtype OR pg_get_userbyid(p.proowner) <> 'city_owner')
			AND has_function_privilege('stranger', p.oid, 'EXECUTE');
		SELECT coalesce(string_agg(c.oid::regclass::text, ', '), 'none')
		FROM pg_class AS c
		WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
			AND (has_table_privilege('stranger', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')
				OR has_any_column_privilege('stranger', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));
		SELECT coalesce(string_agg(p.oid::regprocedure::text, ', '), 'none')
		FROM pg_proc AS p
		WHERE p.pronamespace = 'dcm'::regnamespace AND p.prosecdef AND pg_get_userbyid(p.proowner) <> 'city_owner';
		SELECT has_schema_privilege('stranger', 'dcm', 'USAGE'), has_schema_privilege('stranger', 'dcm', 'CREATE');
	}), "none\nnone\nnone\nf|f", 'PUBLIC may do nothing, and no function of the extension is SECURITY DEFINER');
refused('stranger', q{SELECT dcm.become('lead')}, qr/permission denied/, 'a stranger acts for nobody');
refused('stranger', q{SELECT dcm.act(202603020000001, 'accept')}, qr/permission denied/, 'nor on a case');
refused('desk', q{SELECT dcm.become('col'); SET dcm.acting_person = '1/0'},
	qr/permission denied to set parameter/, 'who acts cannot be set');
refused('desk', q{SET dcm.acting_person = '1/0'; SELECT dcm.whoami()}, qr/nobody is acting/, 'nor before the library is there');
refused('desk', q{UPDATE dcm.case_file SET state = 'closed'}, qr/permission denied/, 'an application writes cases only by acts');
refused('desk', q{SELECT dcm.drop_city('city')}, qr/permission denied/, 'and does not drop the city');

# A member of dcm_config changes rules, and the log of changes says so.
$node->safe_psql('city', 'CREATE ROLE rules LOGIN; GRANT dcm_config TO rules');
is($node->safe_psql('city', q{
		SET dcm.reason = '按市政府通知';
		UPDATE dcm.setting SET value = '10' WHERE name = 'border_metres';
	}, extra_params => [ '-U', 'rules' ]), '', 'a member of dcm_config changes a setting');
is($node->safe_psql('city', q{
		SELECT table_name, op, before ->> 'value', after ->> 'value', db_role, reason FROM dcm.config_log ORDER BY id DESC LIMIT 1
	}, @owner), 'setting|UPDATE||10|rules|按市政府通知', 'and the log says who, what and why');
refused('rules', q{DELETE FROM dcm.config_log}, qr/permission denied/, 'but not the log');
refused('rules', q{INSERT INTO dcm.config_log (table_name, op) VALUES ('setting', 'UPDATE')}, qr/permission denied/, 'nor by a forged entry');

# The owner drops the city, the whole of it, and makes another.
refused('city_owner', q{SELECT dcm.drop_city('town')}, qr/this is not database "town"/, 'the database must be named');
is($node->safe_psql('city', q{
		SET client_min_messages = warning;
		SELECT dcm.drop_city('city');
		SELECT count(*) FROM pg_class WHERE relnamespace = 'dcm'::regnamespace AND relkind <> 'c';
		SELECT dcm.create_city('Qidong', '320681', presets => '{transitions,cn_calendar}');
		SELECT count(*) FROM dcm.case_file;
		SELECT count(*) > 0 FROM dcm.transition;
		SELECT dcm.drop_city('city');
		DROP EXTENSION dcm;
		SELECT to_regtype('dcm.grid_code') IS NULL;
	}, @owner), "\n0\n\n0\nt\n\nt", 'a city is dropped, made again, dropped, and then the extension goes');
make_city_again();
$node->stop;
done_testing();

sub refused
{
	my ($role, $sql, $why, $name) = @_;
	my (undef, $stdout, $stderr) = $node->psql('city', $sql, extra_params => [ '-U', $role ]);
	like($stderr, $why, $name);
	return;
}

# The schema stays when the extension goes, and serves the next.
sub make_city_again
{
	make_city($node, 'city');
	make_cases($node, 'city', '2026-03-02 01:00+00', 3);
	is($node->safe_psql('city', 'SELECT count(*) FROM dcm.case_file; SELECT count(*) FROM dcm.verify_all()', @owner),
		"3\n0", 'and all can be made anew');
	return;
}
