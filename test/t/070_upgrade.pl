# From the release before to this one: a city of 0.1.0 with cases goes on under the
# newer extension, its tables are brought up by dcm.upgrade_city() to what a new
# city has, and no row of it changes, nor by loading the newer presets.  The same
# for a dump of the old city that is restored where only the newer one is.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('upgrade');
my @owner = (extra_params => [ '-U', 'city_owner' ]);

# the script of the release, as it was published
my ($share) = run_command([ 'pg_config', '--sharedir' ]);
system_or_bail('sh', '-c', "gzip -dc '$FindBin::RealBin/../data/releases/dcm--0.1.0.sql.gz' > '$share/extension/dcm--0.1.0.sql'");
my $version = $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'dcm'});

new_database($node, 'old', 'city_owner');
make_city($node, 'old', version => '0.1.0');
is($node->safe_psql('old', q{SELECT extversion FROM pg_extension WHERE extname = 'dcm'}), '0.1.0', 'a city of 0.1.0');
make_cases($node, 'old', '2025-06-03 01:00+00', 60);
# what the city has made its own, ended and added
$node->safe_psql('old', q{
	UPDATE dcm.transition SET roles = roles || '{leader}' WHERE state = 'reported' AND action = 'accept';
	DELETE FROM dcm.transition WHERE state = 'handling' AND action = 'remind';
	UPDATE dcm.filing_standard SET limit_1 = '9 work_day' WHERE id = 1;
	UPDATE dcm.role SET max_backdate = '3 hours' WHERE code = 'handler';
	UPDATE dcm.post SET valid = '[-infinity,2026-01-01)' WHERE code = 'post_han';
	INSERT INTO dcm.post (code, person, role, org) SELECT 'post_han2', person, role, org FROM dcm.post WHERE code = 'post_han';
	UPDATE dcm.escalation_rule SET shift = '-2 hours' WHERE clock = 'case' AND level = 1;
	DELETE FROM dcm.reason WHERE code = 'weather' AND kind = 'suspend';
	INSERT INTO dcm.category (edition, kind, major, major_name, minor, code, name) VALUES ('own 2014', 'event', '09', '自有', '01', 'E0901', '自有事件');
}, @owner);

my $dump = $node->backup_dir . '/old.dump';
mkdir $node->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-e', 'dcm', '-e', 'pg_trgm', '-U', 'city_owner', '-f', $dump, '-d', $node->connstr('old') ], 'the old city is dumped');
keep_rows('old');

# The newer extension over the tables of the older one.
$node->safe_psql('old', 'ALTER EXTENSION dcm UPDATE', @owner);
is($node->safe_psql('old', q{SELECT extversion FROM pg_extension WHERE extname = 'dcm'}), $version, 'the extension is updated by its owner');
make_cases($node, 'old', '2026-02-03 01:00+00', 20);
is($node->safe_psql('old', 'SELECT count(*) FROM dcm.case_file', @owner), '80', 'cases go on before the tables are brought up');
# and whose clock began with the signature, or has no limit
for my $way ([ 'sign', 1 ], [ 'sign', 9 ], [ 'dispatch', 9 ])
{
	$node->safe_psql('old', qq{
		INSERT INTO dcm.filing_standard (category, condition_no, condition)
		SELECT id, 9, 'no limit' FROM dcm.category AS c WHERE code = 'E0102' AND NOT EXISTS (SELECT FROM dcm.filing_standard AS f WHERE f.category = c.id AND f.condition_no = 9);
		UPDATE dcm.setting SET value = '$way->[0]' WHERE name = 'handle_from'}, @owner);
	$node->safe_psql('old', qq{
		DO \$\$
		DECLARE
			no bigint;
		BEGIN
			PERFORM dcm.become('col');
			no := (dcm.report_case('E0102', dcm.point(121.6015, 31.8005), at => '2026-02-10 01:00+00')).case_no;
			PERFORM dcm.become('acc'), dcm.act(no, 'accept', at => '2026-02-10 01:00+00');
			PERFORM dcm.become('lead'), dcm.act(no, 'file', data => '{"condition": $way->[1]}', at => '2026-02-10 01:00+00');
			PERFORM dcm.become('disp'), dcm.act(no, 'dispatch', data => '{"org": "works"}', at => '2026-02-10 01:00+00');
		END
		\$\$}, extra_params => [ '-U', 'loader' ]);
}
$node->safe_psql('old', q{UPDATE dcm.setting SET value = NULL WHERE name = 'handle_from'}, @owner);
for my $call ('SELECT dcm.import_regions()', 'SELECT dcm.verify_all()', 'SELECT dcm.recompute_deadlines()', 'SELECT dcm.health()', q{SELECT dcm.next_component_id('320681', 'C0102')}, q{SELECT dcm.preset_diff('cn_roles')}, q{SELECT dcm.load_preset('transitions')}, q{SELECT * FROM dcm.set_org_mode('one_one')}, q{SELECT dcm.may_dispatch('centre', 'works')},
	q{SELECT dcm.area_at('320681100', now())}, q{SELECT * FROM dcm.geocode('x')}, 'SELECT * FROM dcm.org_tree()', q{SELECT dcm.who_to_call('works')},
	q{SELECT dcm.in_group('320681', 'x')}, 'SELECT dcm.edition_cut()', q{SELECT dcm.component_story('3206810101000042')}, 'SELECT dcm.check_categories()',
	q{SELECT dcm.change_area('320681100', '320681101')}, q{SELECT dcm.hand_over('lia', 'han')}, 'SELECT dcm.component_freshness()',
	q{SELECT dcm.reverse_geocode(dcm.point(121.6, 31.8))}, q{SELECT dcm.report_intake(1, 'E0102')}, 'SELECT dcm.callbacks_due()', q{SELECT dcm.preview_filing('E0101', dcm.point(121.6, 31.8))}, q{SELECT dcm.similar_cases('E0101', dcm.point(121.6, 31.8))}, q{SELECT dcm.components_near(dcm.point(121.6, 31.8))}, 'SELECT dcm.desk_counts()', q{SELECT dcm.worklist('acc')}, q{SELECT dcm.act_batch('[]')}, 'SELECT dcm.run_auto()', 'SELECT * FROM dcm.auto_decision(1)', q{SELECT * FROM dcm.auto_quality(now(), now())}, 'SELECT * FROM dcm.check_sample(1)',
	q{INSERT INTO dcm.responsibility (kind, area, org, principle) SELECT 'component', '320681', id, 'territory' FROM dcm.org WHERE code = 'works'})
{
	like(error_of('old', $call), qr/^55000: the city's tables are of an earlier version.*HINT:  Its owner calls dcm\.upgrade_city\(\)\..*CONSTRAINT NAME:  dcm\.old_city/s, "not yet: $call");
}
like(error_of('old', 'SELECT dcm.upgrade_city()', 'desk'), qr/^42501: /, 'not by an application');

# The tables.
is($node->safe_psql('old', 'SELECT dcm.upgrade_city(); SELECT dcm.setting(\'schema_version\')', @owner), "$version\n$version", 'the tables are brought up');
is($node->safe_psql('old', 'SELECT dcm.upgrade_city()', @owner), $version, 'a second time nothing happens');
is(lost_rows('old'), '', 'no row is gone or has changed');
is($node->safe_psql('old', 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', 'the record is sound');
is($node->safe_psql('old', q{SELECT dcm.setting('org_mode_enforced'), (SELECT count(*) > 10 FROM dcm.action WHERE power IS NOT NULL)}), 'false|t', 'a city at work is held to its organisation mode once it says so');
$node->safe_psql('old', 'SELECT dcm.grant_roles()', @owner);

new_database($node, 'fresh', 'city_owner');
make_city($node, 'fresh', base_data => 0);
make_cases($node, 'fresh', '2025-06-03 01:00+00', 1);
make_cases($node, 'fresh', '2026-02-03 01:00+00', 1);
is(differences([ grep { !/\bown_/ } @{ definitions($node, 'old') } ], definitions($node, 'fresh')), '', 'every definition and right is that of a new city');
is(members('old'), members('fresh'), 'and every object of the extension that of a new one');

# Presets of this release add what is new and leave the city's as it is.
keep_rows('old');
like($node->safe_psql('old', q{SELECT string_agg(concat_ws(' ', d.table_name, d.state, d.col), E'\n') FROM dcm.presets() AS p CROSS JOIN LATERAL dcm.preset_diff(p.preset) AS d}, @owner),
	qr/^action missing$/m, 'the difference tells what is new');
$node->safe_psql('old', q{SELECT dcm.load_preset(preset) FROM dcm.presets() WHERE preset !~ '^org_'}, @owner);
is(lost_rows('old'), '', 'loading every preset changes no row, but for those that set settings');
is($node->safe_psql('old', q{SELECT string_agg(concat_ws(' ', d.table_name, d.state, d.col), E'\n' ORDER BY d.table_name, d.state) FROM dcm.presets() AS p CROSS JOIN LATERAL dcm.preset_diff(p.preset) AS d WHERE d.table_name <> 'setting'}, @owner),
	"action_key changed type\nescalation_rule changed shift\nfiling_standard changed limit_1\nrole changed max_backdate\n" . "transition changed roles\n" x 7 . "transition ended",
	'what is left are the city\'s own changes, and the roles of transitions that are its own');
goes_on('old', '2026-05-03 01:00+00');

# A dump of the old city, restored where only the newer extension is.
new_database($node, 'restored', 'city_owner');
my ($stdout, $stderr) = ('', '');
ok(IPC::Run::run([ 'pg_restore', '-1', '-e', '-U', 'city_owner', '-d', $node->connstr('restored'), $dump ], '>', \$stdout, '2>', \$stderr), 'the old dump is restored');
is($stderr, '', '... and nothing is said');
is($node->safe_psql('restored', q{SELECT extversion FROM pg_extension WHERE extname = 'dcm'}), $version, '... into the newer extension');
keep_rows('restored');
make_cases($node, 'restored', '2026-02-03 01:00+00', 1);
is($node->safe_psql('restored', 'SELECT dcm.upgrade_city()', @owner), $version, 'its tables are brought up');
is(lost_rows('restored'), '', 'no row is gone or has changed');
$node->safe_psql('restored', 'SELECT dcm.grant_roles()', @owner);
is(differences([ grep { !/\bown_/ } @{ definitions($node, 'restored') } ], definitions($node, 'fresh')), '', 'every definition and right is that of a new city');
goes_on('restored', '2026-05-03 01:00+00');

# Tables newer than the extension are not touched.
$node->safe_psql('fresh', q{SET session_replication_role = replica; UPDATE dcm.setting SET value = '99.0.0' WHERE name = 'schema_version'});
like(error_of('fresh', 'SELECT dcm.upgrade_city()'), qr/^55000: there is no way from version 99\.0\.0 .*CONSTRAINT NAME:  dcm\.no_step/s, 'no way down');
$node->stop;
done_testing();

# All rows of the city's, to be compared later.
sub keep_rows
{
	my ($db) = @_;
	$node->safe_psql($db, q{
		DROP TABLE IF EXISTS public.own_rows;
		CREATE TABLE public.own_rows (name regclass, row jsonb);
		DO $$
		DECLARE
			c regclass;
		BEGIN
			FOR c IN SELECT oid FROM pg_class WHERE relnamespace = 'dcm'::regnamespace AND relkind = 'r' LOOP
				EXECUTE format('INSERT INTO public.own_rows SELECT %L, to_jsonb(r) FROM %s AS r', c, c);
			END LOOP;
		END
		$$}, @owner);
	return;
}

# What was kept and is not there any more, column by column, but for the version
# of tables and rules.
sub lost_rows
{
	my ($db) = @_;
	return $node->safe_psql($db, q{
		SET client_min_messages = warning;
		CREATE TEMP TABLE lost (name regclass, row jsonb);
		DO $$
		DECLARE
			c regclass;
			columns text[];
		BEGIN
			FOR c IN SELECT DISTINCT name FROM public.own_rows LOOP
				SELECT array_agg(DISTINCT k) INTO columns FROM public.own_rows AS o, jsonb_object_keys(o.row) AS k WHERE o.name = c;
				EXECUTE format('INSERT INTO lost SELECT %L, row FROM (SELECT row FROM public.own_rows WHERE name = %1$L::regclass EXCEPT
					SELECT (SELECT jsonb_object_agg(e.key, e.value) FROM jsonb_each(to_jsonb(r)) AS e WHERE e.key = ANY ($1)) FROM %2$s AS r) AS x', c, c) USING columns;
			END LOOP;
		END
		$$;
		SELECT string_agg(name || ' ' || row, E'\n') FROM lost
		WHERE name <> 'dcm.config_version'::regclass AND NOT (name = 'dcm.setting'::regclass AND row ->> 'name' = 'schema_version')}, @owner);
}

# What the extension consists of, with definitions and rights of its functions.
sub members
{
	my ($db) = @_;
	return $node->safe_psql($db, q{
		SET search_path = pg_catalog;
		SELECT m FROM (SELECT concat_ws(' ', pg_describe_object(d.classid, d.objid, 0),
			md5(CASE WHEN p.prokind IN ('f', 'p') THEN regexp_replace(pg_get_functiondef(p.oid), '\$(dcm_)?(city|step|preset)\$.*', '', 'n') END), p.proacl,
			o.oprrest::regproc, o.oprjoin::regproc, o.oprcom::regoperator, o.oprnegate::regoperator, y.typanalyze::regproc,
			obj_description(d.objid, d.classid::regclass::name))
		FROM pg_depend AS d
			JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'dcm'
			LEFT JOIN pg_operator AS o ON d.classid = 'pg_operator'::regclass AND o.oid = d.objid
			LEFT JOIN pg_type AS y ON d.classid = 'pg_type'::regclass AND y.oid = d.objid
			LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
		WHERE d.deptype = 'e') AS x (m)
		ORDER BY m COLLATE "C"});
}

# The upgraded city works: cases, a list with a bad line, a version.
sub goes_on
{
	my ($db, $since) = @_;
	make_cases($node, $db, $since, 10);
	is($node->safe_psql($db, 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', "$db: the record is sound");
	is($node->safe_psql($db, q{
		SET client_min_messages = warning;
		INSERT INTO dcm.stage_orgs (code, name, level, kind) VALUES ('park', '园林处', 2, 'department'), ('bad', '坏', 7, 'guild');
		SELECT (dcm.import_orgs()).bad}, @owner), '1', "$db: a list comes in");
	is($node->safe_psql($db, q{
		UPDATE dcm.post SET role = 'liaison' WHERE code = 'post_lead';
		UPDATE dcm.component SET state = 'damaged';
		SELECT (SELECT count(*) FROM dcm.post WHERE code = 'post_lead'), (SELECT count(*) FROM dcm.component_history), dcm.next_component_id('320681', 'C0101')}, @owner),
		'2|1|3206810101000043', "$db: what changes is kept");
	return;
}

# How a statement fails: SQLSTATE, message, hint, name.
sub error_of
{
	my ($db, $statement, $user) = @_;
	my ($out, $err) = ('', '');
	$node->psql($db, "\\set VERBOSITY verbose\n$statement;", stdout => \$out, stderr => \$err, extra_params => [ '-U', $user // 'city_owner' ]);
	$err =~ s/^psql:<stdin>:\d+: ERROR:\s+//;
	return $err;
}
