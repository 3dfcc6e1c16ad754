# Base data with many at work: ids that twenty sessions ask for at once, one list
# brought in by several, 151,135 components as one city has, who may bring in what,
# progress that others can see; and a city made with every argument.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use DcmCity;
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_node('base', conf => "max_connections = 40\n");
my @owner = (extra_params => [ '-U', 'city_owner' ]);
$node->safe_psql('postgres', q{
	CREATE ROLE clerk LOGIN IN ROLE dcm_config;
	CREATE ROLE registrar LOGIN IN ROLE dcm_security;
});
new_database($node, 'city', 'city_owner');
make_city($node, 'city');

# Twenty sessions ask for ids, and one in five changes its mind.
$node->safe_psql('city', 'CREATE TABLE public.issued (id dcm.component_id, by int); GRANT ALL ON public.issued TO PUBLIC', @owner);
$node->pgbench('--no-vacuum --client=20 --jobs=2 --transactions=50 -U clerk city', 0,
	[qr{processed: 1000/1000}], [qr{^$}], 'twenty sessions ask for ids',
	{ '080_ids' => q{
		\set undo random(1, 5)
		\set kind random(1, 2)
		BEGIN;
		INSERT INTO public.issued SELECT dcm.next_component_id('320681', (ARRAY['C0103', 'C0104'])[:kind]), :client_id;
		\if :undo = 1
		ROLLBACK;
		\else
		COMMIT;
		\endif
	} });
is($node->safe_psql('city', q{SELECT count(*) - count(DISTINCT id), count(*) BETWEEN 700 AND 900, count(DISTINCT by) FROM public.issued}),
	'0|t|20', 'no id is issued twice');
is($node->safe_psql('city', q{
		SELECT bool_and(upper(i.issued) > s.most) FROM (SELECT left(id::text, 10) AS prefix, max(right(id::text, 6)::int) AS most FROM public.issued GROUP BY 1) AS s
			JOIN dcm.component_serial AS i ON i.prefix::text = s.prefix}), 't', 'the register knows the last');
# and the register grows under them by whoever writes it
$node->pgbench('--no-vacuum --client=10 --jobs=2 --transactions=20 -U clerk city', 0, [qr{processed: 200/200}], [qr{^$}], 'ten sessions register components',
	{ '080_register' => q{
		INSERT INTO dcm.component (id, category) SELECT dcm.next_component_id('320681', 'C0105'), c.id FROM dcm.category AS c WHERE c.code = 'C0105' AND c.edition = '2013';
	} });
is($node->safe_psql('city', q{SELECT count(*) FROM dcm.component WHERE id::text LIKE '3206810105%'}), '200', 'each is one of its own');

# One list, brought in by four at once: each line goes in once.
$node->safe_psql('city', 'DELETE FROM dcm.stage_orgs', @owner);
$node->safe_psql('city', q{INSERT INTO dcm.stage_orgs (code, name, level, kind) SELECT 'o' || i, '单位' || i, 2, 'department' FROM generate_series(1, 3000) AS i}, extra_params => [ '-U', 'clerk' ]);
$node->pgbench('--no-vacuum --client=4 --jobs=2 --transactions=1 -U clerk city', 0, [qr{processed: 4/4}], [qr{100 % of 3000 rows judged}], 'four bring in one list', { '080_list' => 'SELECT dcm.import_orgs();' });
is($node->safe_psql('city', q{SELECT sum(added), sum(changed), sum(bad), count(*), max(by) FROM dcm.import_run WHERE list = 'orgs' AND lines <> 2}, @owner),
	'3000|0|0|4|clerk', 'each line goes in once');

# Who may: configuration is a clerk's, people are a registrar's, neither an application's.
for my $list (qw(regions grids components orgs categories filing_standards calendar_days places area_changes))
{
	is(answer('clerk', "SELECT (dcm.import_$list()).bad"), '0', "a clerk brings in $list");
}
is(answer('registrar', q{INSERT INTO dcm.stage_people (code, name, role, org) VALUES ('new', '新人', 'collector', 'centre'); SELECT (dcm.import_people()).added}), '2', 'a registrar brings in people');
like(answer('clerk', q{INSERT INTO dcm.stage_people (code, name) VALUES ('x', 'x')}), qr/permission denied/, 'a clerk does not');
like(answer('registrar', q{SELECT dcm.import_grids()}), qr/permission denied/, 'nor a registrar grids');
like(answer('loader', q{SELECT dcm.import_orgs()}), qr/permission denied/, 'nor does an application bring in anything');
like(answer('loader', q{SELECT dcm.next_component_id('320681', 'C0101')}), qr/permission denied/, 'or issue ids');
# a clerk's list leaves keys and indexes where they are, since the table is another's
is($node->safe_psql('city', q{SELECT count(*) FROM pg_index WHERE indrelid IN ('dcm.component'::regclass, 'dcm.grid'::regclass)}), '5', 'keys and indexes stand');

# As many components as one city has, with their faults, seen while they come.
new_database($node, 'large', 'city_owner');
make_city($node, 'large', base_data => 0);
$node->safe_psql('large', q{
	INSERT INTO dcm.org (code, name, level, kind) SELECT 'o' || i, 'o' || i, 2, 'department' FROM generate_series(1, 30) AS i;
	INSERT INTO dcm.grid (code, geom)
	SELECT dcm.make_grid_code(('320681101' || lpad((i / 900 + 1)::text, 3, '0'))::dcm.area_code, i % 900 + 1),
		ST_Multi(ST_MakeEnvelope(121.5 + (i % 100) * 0.001, 31.7 + (i / 100) * 0.001, 121.501 + (i % 100) * 0.001, 31.701 + (i / 100) * 0.001, 4490))
	FROM generate_series(0, 9999) AS i;
	DELETE FROM dcm.component}, @owner);
my $list = $node->basedir . '/components.csv';
my @kinds = split /\n/, $node->safe_psql('large', q{SELECT code FROM dcm.category WHERE kind = 'component' AND edition = '2013' ORDER BY code LIMIT 20}, @owner);
open my $out, '>', $list or die;
for my $i (1 .. 151_135)
{
	# a thousand have no place, a hundred lie elsewhere, ten name a body that is not there
	my ($lon, $lat) = (121.5 + ($i * 7919 % 100_000) / 1_000_000, 31.7 + ($i * 104_729 % 99_991) / 1_000_000);
	($lon, $lat) = ('', '') if $i % 151 == 0 && $i <= 151_000;
	$lon = 130 if $i % 1511 == 1 && $i <= 151_000;
	printf $out "%s,o%d,%s,%s\n", $kinds[$i % 20], $i % 15_113 == 0 ? 99 : 1 + $i % 30, $lon, $lat;
}
close $out;
my $copy = IPC::Run::start([ 'psql', '-XAtq', '-U', 'city_owner', '-d', $node->connstr('large'),
	'-c', "\\copy dcm.stage_components (category, owner, lon, lat) FROM PROGRAM 'cat $list; until [ -e $list.seen ]; do sleep 0.02; done' CSV" ], '<', \undef);
my $seen = 0;
for (1 .. 2000)
{
	$seen = $node->safe_psql('large', q{SELECT max(tuples_processed) FROM pg_stat_progress_copy WHERE relid = 'dcm.stage_components'::regclass}) || 0;
	last if $seen > 0;
	usleep(20_000);
}
append_to_file("$list.seen", '');
$copy->finish;
cmp_ok($seen, '>', 0, 'COPY shows how far it is');
is($node->safe_psql('large', 'SELECT count(*) FROM dcm.stage_components', @owner), '151135', 'all lines are there');
my ($result, $err) = ('', '');
$node->psql('large', 'SELECT lines, added, changed, unchanged, bad FROM dcm.import_components()', stdout => \$result, stderr => \$err, @owner);
my $bad = $node->safe_psql('large', q{SELECT count(DISTINCT line) FROM dcm.import_fault}, @owner);
is($result, '151135|' . (151_135 - $bad) . "|0|0|$bad", 'what is bad stays, the rest is in');
is(join(' ', $err =~ /components: (\d+) % of 151135 rows judged/g), '10 20 30 40 50 60 70 80 90 100', 'each tenth is told');
is($node->safe_psql('large', q{SELECT string_agg(f.col || ' ' || f.code || ' ' || f.n, ', ' ORDER BY f.col, f.code) FROM (SELECT col, code, count(*) AS n FROM dcm.import_fault GROUP BY 1, 2) AS f}, @owner),
	'lon missing 1000, lon no_grid 100, owner unknown 10', 'with the faults that were made');
is($node->safe_psql('large', q{
		SELECT count(*), count(DISTINCT c.id), bool_and(c.grid::text = dcm.locate(c.geom)::text), bool_and(substr(c.id::text, 7, 4) = k.major || k.minor)
		FROM dcm.component AS c JOIN dcm.category AS k ON k.id = c.category}, @owner), (151_135 - $bad) . '|' . (151_135 - $bad) . '|t|t', 'each has an id of its category and the grid of its point');
is($node->safe_psql('large', q{SELECT count(*) FROM pg_index WHERE indrelid = 'dcm.component'::regclass}), '3', 'key and indexes stand');
is($node->safe_psql('large', q{SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'dcm.component'::regclass AND convalidated}),
	$node->safe_psql('city', q{SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint WHERE conrelid = 'dcm.component'::regclass}), 'and every constraint, checked');

# Every argument of create_city.
new_database($node, 'other', 'city_owner');
is($node->safe_psql('other', q{
	SET client_min_messages = warning;
	CREATE EXTENSION dcm CASCADE;
	SELECT dcm.create_city(name => 'Hohhot 呼和浩特', area_code => '1501', mode => 'two_two', srid => 4546, edition => 'new', time_zone => 'Asia/Urumqi', presets => '{cn_labels,cn_roles}');
	SELECT string_agg(s.name || '=' || s.value, ' ' ORDER BY s.name) FROM dcm.settings AS s WHERE s.is_set AND s.decided_by = 'city';
	SELECT string_agg(DISTINCT format_type(a.atttypid, a.atttypmod), ' ') FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND c.relnamespace = 'dcm'::regnamespace AND c.relkind = 'r'
		WHERE format_type(a.atttypid, a.atttypmod) LIKE '%geometry%' AND format_type(a.atttypid, a.atttypmod) NOT LIKE '%,4546)';
	SELECT count(*) > 0 FROM dcm.role;
	SELECT count(*) FROM dcm.transition;
	}, @owner),
	"\narea_code=1501 city_name=Hohhot 呼和浩特 edition=new org_mode=two_two schema_version=" . version() . " srid=4546 time_zone=Asia/Urumqi\n\nt\n0", 'a city with every argument');
# degrees come in as the city's metres, and a category of three digits cuts the id
is($node->safe_psql('other', q{
	SET client_min_messages = warning;
	INSERT INTO dcm.stage_categories (kind, major, minor, name) VALUES ('component', '01', '101', '井盖');
	SELECT (dcm.import_categories()).added;
	INSERT INTO dcm.stage_regions (code, name) VALUES ('1501', '呼和浩特市'), ('150102', '新城区');
	SELECT (dcm.import_regions()).added;
	INSERT INTO dcm.stage_grids (code, name, geom) VALUES ('150102001001001', '一', 'SRID=4490;POLYGON((111.66 40.84, 111.67 40.84, 111.67 40.85, 111.66 40.85, 111.66 40.84))');
	SELECT (dcm.import_grids()).added;
	INSERT INTO dcm.stage_components (category, lon, lat) VALUES ('井盖', '111.665', '40.845');
	SELECT (dcm.import_components()).added;
	SELECT id, grid, round(ST_X(geom)) BETWEEN 500000 AND 600000, round(ST_Y(geom)) BETWEEN 4500000 AND 4600000 FROM dcm.component}, @owner),
	"1\n2\n1\n1\n1501020110100001|150102001001001|t|t", 'its base data in its own coordinates and edition');
for my $bad_argument ([ "srid => 0", 'dcm.bad_srid' ], [ "srid => 99999", 'dcm.bad_srid' ], [ "mode => 'three'", 'dcm.org_mode' ], [ "time_zone => 'Nowhere'", 'dcm.time_zone' ],
	[ "presets => '{nothing}'", 'dcm.no_preset' ], [ "area_code => '15010'", 'dcm.bad_code' ])
{
	my ($argument, $name) = @$bad_argument;
	my $given = $argument =~ /^area_code/ ? $argument : "area_code => '1501', $argument";
	new_database($node, 'refused', 'city_owner');
	$node->safe_psql('refused', 'SET client_min_messages = warning; CREATE EXTENSION dcm CASCADE', @owner);
	my (undef, undef, $said) = $node->psql('refused', "\\set VERBOSITY verbose\nSELECT dcm.create_city(name => 'x', $given)", @owner);
	like($said, qr/CONSTRAINT NAME:  \Q$name\E$/m, "no city with $argument");
	$node->safe_psql('postgres', 'DROP DATABASE refused');
}

# What people say is found in any locale; in C there are no trigrams of Chinese.
for my $locale (qw(C C.UTF-8))
{
	my $db = 'geo_' . lc($locale =~ s/\W/_/gr);
	$node->safe_psql('postgres', "CREATE DATABASE $db OWNER city_owner TEMPLATE template0 LOCALE '$locale' ENCODING 'UTF8'");
	$node->safe_psql($db, 'CREATE EXTENSION postgis');
	make_city($node, $db);
	is($node->safe_psql($db, q{
		INSERT INTO dcm.place (code, name, kind, former_names, address, geom) VALUES ('road', '人民中路', 'street', '{}', NULL, 'SRID=4490;LINESTRING(121.60 31.801, 121.62 31.801)'),
			('park', '英雄公园', 'poi', '{中山公园}', '人民中路88号', 'SRID=4490;POINT(121.6105 31.8005)'), ('gone', '老电影院', 'poi', '{}', NULL, 'SRID=4490;POINT(121.61 31.8)');
		UPDATE dcm.place SET valid = '[2000-01-01,2015-01-01)' WHERE code = 'gone';
		SELECT string_agg(q.said || '=' || coalesce((SELECT g.place FROM dcm.geocode(q.said) AS g LIMIT 1), ''), ' ' ORDER BY q.n)
		FROM unnest('{英雄公园门口,中山公园,在人民中路上,老电影院,不存在的地方}'::text[]) WITH ORDINALITY AS q (said, n)}, @owner),
		'英雄公园门口=park 中山公园=park 在人民中路上=road 老电影院= 不存在的地方=', "$locale: places by name, by former name, within what is said");
	is($node->safe_psql($db, q{SELECT g.grid, g.area FROM dcm.geocode('英雄公园') AS g}, @owner), '320681100001010|320681100001', "$locale: with grid and area");
	is($node->safe_psql($db, q{SELECT place, round(distance) FROM dcm.reverse_geocode(dcm.point(121.6106, 31.8005), 100) ORDER BY distance LIMIT 1}, @owner), 'park|9', "$locale: and back");
}
$node->stop;
done_testing();

sub answer
{
	my ($user, $statement) = @_;
	my ($out, $said) = ('', '');
	$node->psql('city', "SET client_min_messages = warning;\n$statement", stdout => \$out, stderr => \$said, extra_params => [ '-U', $user ]);
	return $out ne '' ? $out : $said;
}

sub version
{
	return $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'dcm'});
}
