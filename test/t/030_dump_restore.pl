# Nothing is lost by a dump and a restore: made by an owner who is no superuser,
# restored by one into a new cluster, with all that a city may have changed or
# added.  Everything is compared: rows, sequences, definitions, rights.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my $a = new_node('a');

# An owner without superuser installs dcm and makes the city; a loader brings in
# cases of two years.
new_database($a, 'city', 'city_owner');
make_city($a, 'city');
make_cases($a, 'city', '2025-06-03 01:00+00', 120);
make_cases($a, 'city', '2026-03-02 01:00+00', 120);
make_scores($a, 'city');
is( $a->safe_psql('city', 'SELECT count(*), count(DISTINCT case_no / 100000000000) FROM dcm.case_file', @owner),
	'240|2', 'cases of two years, each in its leaf');
is($a->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', 'the record is sound');
is($a->safe_psql('city', 'SELECT dcm.run_auto()', extra_params => [ '-U', 'jobs' ]), '0', 'the rule leaves what it sees to people');
my $tables = $a->safe_psql('city', q{
	SELECT string_agg(format('SELECT %L WHERE NOT EXISTS (SELECT FROM dcm.%I)', c.relname, c.relname), ' UNION ALL ') FROM pg_class AS c
	WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind = 'r' AND c.relname !~ '^stage_|_[0-9]{4}$'
		AND c.relname NOT IN ('dispatch_policy', 'escalation', 'outbox', 'job_run', 'notice')}, @owner);
is($a->safe_psql('city', $tables, @owner), '', 'no table is empty');

# One row of every rule table is changed: of each the first column that takes
# another value, names before others and keys last.
my $changed = $a->safe_psql('city', <<'SQL', @owner);
CREATE TEMP TABLE done (name text PRIMARY KEY, col text);
DO $$
DECLARE
	c record;
	n bigint;
BEGIN
	UPDATE dcm.setting SET value = 'Qidong 启东' WHERE name = 'city_name';
	UPDATE dcm.transition SET roles = roles || '{leader}' WHERE state = 'reported' AND action = 'accept';
	INSERT INTO done VALUES ('setting', 'value'), ('transition', 'roles');
	FOR c IN
		SELECT r.relname, a.attname, a.atttypid::regtype AS type
		FROM pg_trigger AS t
			JOIN pg_class AS r ON r.oid = t.tgrelid AND r.relnamespace = 'dcm'::regnamespace
			JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE t.tgname = 'dcm_config_changed'
		ORDER BY r.relname,
			EXISTS (SELECT FROM pg_constraint AS k WHERE k.conrelid = r.oid AND k.contype IN ('p', 'u', 'x', 'f') AND a.attnum = ANY (k.conkey)),
			a.attname NOT IN ('name', 'name_en', 'meaning', 'note', 'label', 'condition'), a.attnum
	LOOP
		CONTINUE WHEN EXISTS (SELECT FROM done AS d WHERE d.name = c.relname);
		BEGIN
			EXECUTE format('UPDATE dcm.%I SET %I = %s WHERE ctid = (SELECT min(ctid) FROM dcm.%1$I)',
				c.relname, c.attname, CASE c.type::text
					WHEN 'text' THEN format('coalesce(%I, %L) || %L', c.attname, '', ' 改')
					WHEN 'tstzrange' THEN $x$'[2001-01-01,)'$x$
					WHEN 'dcm.area_code' THEN quote_literal('320681101')
					WHEN 'boolean' THEN format('NOT %I', c.attname)
					WHEN 'interval' THEN format('%I - interval %L', c.attname, '1 minute')
					WHEN 'time without time zone' THEN format('%I - interval %L', c.attname, '1 minute')
					ELSE format('%I + 10', c.attname) END);
			GET DIAGNOSTICS n = ROW_COUNT;
			IF n = 1 THEN
				INSERT INTO done VALUES (c.relname, c.attname);
			END IF;
		EXCEPTION WHEN check_violation OR foreign_key_violation OR unique_violation OR undefined_function
			OR invalid_parameter_value OR datatype_mismatch THEN
			NULL;
		END;
	END LOOP;
END
$$;
SELECT string_agg(name || '.' || col, ', ' ORDER BY name) FROM done;
SELECT coalesce(string_agg(r.relname, ', '), 'none left out')
FROM pg_trigger AS t JOIN pg_class AS r ON r.oid = t.tgrelid
WHERE t.tgname = 'dcm_config_changed' AND r.relname NOT IN (SELECT name FROM done);
SQL
note $changed;
like($changed, qr/^none left out$/m, 'a row of every rule table is changed');

# What a city adds of its own to case tables and base tables, and a table with a
# generated column and an index over dcm's types.
$a->safe_psql('city', <<'SQL', @owner);
ALTER TABLE dcm.case_file ADD COLUMN own_mark text;
ALTER TABLE dcm.case_log ADD COLUMN own_mark int DEFAULT 7;
ALTER TABLE dcm.component ADD COLUMN own_number int GENERATED ALWAYS AS IDENTITY;
CREATE INDEX own_source ON dcm.case_file (source, reported_at);
CREATE INDEX own_street ON dcm.case_file (dcm.street(grid)) WHERE grid IS NOT NULL;
CREATE INDEX own_grid ON dcm.component (dcm.community(grid));
ALTER TABLE dcm.case_file ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_bi ON dcm.case_file FOR SELECT TO dcm_bi USING (area OPERATOR(dcm.<@) '320681100');
CREATE POLICY own_app ON dcm.case_file FOR SELECT TO dcm_app, dcm_job, dcm_loader USING (true);
ALTER TABLE dcm.component ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_component ON dcm.component FOR SELECT TO dcm_app, dcm_audit, dcm_loader USING (true);
GRANT SELECT (case_no, state) ON dcm.case_file TO PUBLIC;
CREATE VIEW public.own_view AS SELECT case_no, dcm.street(grid) AS street, due FROM dcm.case_file;
CREATE TABLE public.own_list (
	code text PRIMARY KEY,
	grid dcm.grid_code GENERATED ALWAYS AS (code::dcm.grid_code) STORED,
	tlimit dcm.time_limit,
	EXCLUDE USING btree (grid WITH OPERATOR(dcm.=)));
CREATE INDEX own_list_expr ON public.own_list (dcm.district(grid), dcm.serial(grid));
INSERT INTO public.own_list VALUES ('320681100001007', DEFAULT, '4工作时'), ('320681100001008', DEFAULT, '1/2工作日');
SQL
make_cases($a, 'city', '2026-04-01 01:00+00', 20);
is($a->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @owner),
	'0', 'the record is sound with changed rules and the city\'s own columns');

# What is overdue has been escalated.
my @jobs = (extra_params => [ '-U', 'jobs' ]);
$a->safe_psql('city', q{CALL dcm.run_jobs('escalate')}, @jobs);
my $escalated = $a->safe_psql('city', 'SELECT count(*) FROM dcm.escalation', @owner);
cmp_ok($escalated, '>', 0, 'a job escalates what is overdue');

my $before = contents($a, 'city');
my $definitions = definitions($a, 'city');
my ($case_no) = $a->safe_psql('city', q{SELECT case_no FROM dcm.case_file WHERE state = 'accepted' ORDER BY 1 LIMIT 1}, @owner);

my $dump = $a->backup_dir . '/city.dump';
mkdir $a->backup_dir;
command_ok([ 'pg_dump', '-Fc', '-e', 'dcm', '-e', 'pg_trgm', '-U', 'city_owner', '-f', $dump, '-d', $a->connstr('city') ],
	'the owner dumps without superuser');
$a->stop;

# Another cluster, where only the roles and PostGIS are there.
my $b = new_node('b');
for my $restore (
	[ 'one', 'city_owner', '-1', '-e' ],
	[ 'jobs', 'city_owner', '-j4' ],
	[ 'other', 'other_owner', '-j4', '-e', '-O', '-x' ])
{
	my ($db, $owner, @options) = @$restore;
	my $how = join ' ', @options;
	my @as = (extra_params => [ '-U', $owner ]);

	new_database($b, $db, $owner);
	my ($stdout, $stderr) = ('', '');
	ok( IPC::Run::run([ 'pg_restore', @options, '-U', $owner, '-d', $b->connstr($db), $dump ], '>', \$stdout, '2>', \$stderr),
		"pg_restore $how as $owner");
	is($stderr, '', "... and says nothing");
	is_deeply(contents($b, $db), $before, "$how: every row and sequence is as it was");
	is(differences(definitions($b, $db), $definitions), '', "$how: and every definition and right")
	  unless $owner eq 'other_owner';
	$b->safe_psql($db, 'SELECT dcm.grant_roles()', @as) if $owner eq 'other_owner';
	goes_on($db, $how, @as);
}
$b->stop;
done_testing();

# The restored city works: cases go on, the guard stands, keys are remembered,
# numbers continue and nothing of it can be dropped by dropping the extension.
sub goes_on
{
	my ($db, $how, @as) = @_;
	my @desk = (extra_params => [ '-U', 'desk' ]);
	my ($out, $err);

	is($b->safe_psql($db, 'SELECT count(*) FROM dcm.verify_all()', @as), '0', "$how: the record is sound");
	$b->safe_psql($db, q{CALL dcm.run_jobs('escalate')}, @jobs);
	is($b->safe_psql($db, 'SELECT count(*) FROM dcm.escalation', @as), $escalated, "$how: nothing is escalated twice");
	is($b->safe_psql($db, qq{
			SELECT dcm.become('lead', scope => 'session');
			SELECT state FROM dcm.act($case_no, 'file', data => '{"condition": 1}', client_key => 'after restore');
			SELECT replayed FROM dcm.act($case_no, 'file', data => '{"condition": 1}', client_key => 'after restore');
			SELECT dcm.become('acc', scope => 'session');
			SELECT replayed FROM dcm.act($case_no, 'accept', at => (SELECT occurred_at FROM dcm.case_log
				WHERE case_no = $case_no AND action = 'accept'), client_key => 'step 1');
		}, @desk), "\nfiled\nt\n\nt", "$how: an open case goes on, and keys of before are known");
	is($b->safe_psql($db, q{
			SELECT dcm.become('col', scope => 'session');
			SELECT case_no AS no FROM dcm.report_case('E0102', dcm.point(121.6055, 31.8005)) \gset
			SELECT dcm.become('acc', scope => 'session');
			SELECT state FROM dcm.act(:no, 'accept');
			SELECT grid FROM dcm.case_file WHERE case_no = :no;
		}, @desk), "\n\naccepted\n320681100001005", "$how: a new case moves and knows its grid");
	for my $change (
		'UPDATE dcm.case_file_2026 SET state = state',
		"INSERT INTO dcm.case_log SELECT * FROM dcm.case_log LIMIT 1",
		'DELETE FROM dcm.case_text',
		'TRUNCATE dcm.assignment_2025 CASCADE',
		'TRUNCATE dcm.case_file CASCADE')
	{
		(undef, $out, $err) = $b->psql($db, $change, @as);
		like($err, qr/is written by dcm alone/, "$how: the guard refuses: $change");
	}
	(undef, $out, $err) = $b->psql($db, 'DROP EXTENSION dcm', @as);
	like($err, qr/cannot drop extension dcm because other objects depend on it/, "$how: the extension cannot be dropped");
	is($b->safe_psql($db, q{
			INSERT INTO dcm.org (code, name, level, kind) VALUES ('new', '新', 2, 'department') RETURNING id > (SELECT max(id) FROM dcm.org);
			UPDATE dcm.setting SET value = 'again' WHERE name = 'city_name';
			SELECT dcm.setting('city_name');
			SELECT op FROM dcm.config_log ORDER BY id DESC LIMIT 1;
		}, @as), "t\nagain\nUPDATE", "$how: numbers continue, and changes are logged");
	is($b->safe_psql($db, q{SET search_path = ''; INSERT INTO public.own_list (code) VALUES ('320681100001009') RETURNING grid}, @as),
		'320681100001009', "$how: generated columns and indexes need no search path");
	is($b->safe_psql($db, 'SELECT count(*) FROM dcm.verify_all()', @as), '0', "$how: the record is still sound");
	return;
}
