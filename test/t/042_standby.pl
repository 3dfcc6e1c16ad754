# A physical standby reads what the primary has, refuses acts in core's words,
# and learns of changed rules in open sessions.  Promoted in mid-load, it has all
# that was acknowledged, once; acts, numbers and jobs go on there, and no job's
# work is done twice.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use DcmLoad;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my @jobs = (extra_params => [ '-U', 'jobs' ]);

my $primary = new_node('primary', streaming => 1, conf => "synchronous_commit = on\n");
new_database($primary, 'city', 'city_owner');
make_city($primary, 'city');
# a warning that each case gives as soon as it has a deadline
$primary->safe_psql('city', q{INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom) VALUES ('case', 9, '-1000 days', 'warn', '{liaison}')}, @owner);
$primary->safe_psql('postgres', 'CREATE ROLE reader LOGIN IN ROLE dcm_bi; CREATE ROLE auditor LOGIN IN ROLE dcm_audit');

# one that waits for its acceptance
$primary->safe_psql('city', call('waiting', 0), @desk);

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', "hot_standby_feedback = on\nmax_standby_streaming_delay = -1\n");
$standby->start;
$primary->safe_psql('postgres', q{ALTER SYSTEM SET synchronous_standby_names = 'standby'});
$primary->reload;
$primary->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'}) or die 'no synchronous standby';

# --- reading, while the primary works
my $load = start_load($primary, 'before', 3);
# open before the rules change below
my $open = $standby->background_psql('city', extra_params => [ '-U', 'desk' ]);
$open->set_query_timer_restart();
$open->query_safe("SELECT dcm.become('lia', scope => 'session');");
is($open->query_safe(q{SELECT person FROM dcm.whoami();}), 'lia', 'become works on a standby');
is($open->query_safe(q{SELECT dcm.locate(dcm.point(121.6205, 31.8105)) IS NULL, dcm.deadline('2027-06-07 09:00+08', '1 work_day');}),
	't|2027-06-08 01:00:00+00', 'places and deadlines are reckoned there');
await_load($standby, 'before', 20);
is($standby->safe_psql('city', q{SELECT count(*) FROM dcm.verify_all()}, extra_params => [ '-U', 'auditor' ]), '0', 'the record is proved there, while it grows') for 1 .. 3;
is($standby->safe_psql('city', q{
		SELECT count(*) > 0 FROM dcm.case_card;
		SELECT count(*) >= 0 FROM dcm.eval_org;
		SELECT count(*) FROM dcm.job_status() WHERE job = 'escalate'}, extra_params => [ '-U', 'reader' ]), "t\nt\n1", 'views are read there');
is($standby->safe_psql('city', q{
		SELECT dcm.become('acc', scope => 'session') AS done \gset
		SELECT count(*) > 0 FROM dcm.worklist();
		SELECT count(*) > 0 FROM dcm.desk_counts();
		SELECT (SELECT count(*) > 0 FROM dcm.allowed_actions(max(case_no))) FROM dcm.case_file WHERE ended_at IS NULL;
		SELECT (SELECT count(*) > 0 FROM dcm.case_story(max(case_no))) FROM dcm.case_file;
		SELECT count(*) > 0 FROM dcm.similar_cases('E0102', dcm.point(121.6055, 31.8005));
		SELECT count(*) FROM dcm.health() WHERE part = 'grids' AND level = 'error'}, @desk), "t\nt\nt\nt\nt\n0", 'desks are served there');

# --- acting there is refused
my $case = $standby->safe_psql('city', q{SELECT min(case_no) FROM dcm.case_file}, @owner);
for my $refused (
	[ 'desk', "SELECT dcm.become('acc', scope => 'session') AS done \\gset\nSELECT dcm.act($case, 'comment', note => 'x')", 'an act' ],
	[ 'desk', "SELECT dcm.become('col', scope => 'session') AS done \\gset\nSELECT dcm.report_case('E0102', dcm.point(121.6055, 31.8005), client_key => 'on standby')", 'a report' ],
	[ 'desk', "SELECT dcm.become('acc', scope => 'session') AS done \\gset\nSELECT dcm.register_call('12345', 'report', 'x')", 'a call' ],
	[ 'jobs', "CALL dcm.run_jobs('escalate')", 'a job' ],
	[ 'jobs', 'SELECT dcm.escalate()', 'an escalation' ],
	[ 'jobs', 'SELECT dcm.make_anchor()', 'an anchor' ],
	[ 'city_owner', 'SELECT dcm.import_orgs()', 'an import' ],
	[ 'city_owner', "UPDATE dcm.setting SET value = 'x' WHERE name = 'city_name'", 'a rule' ])
{
	my ($login, $sql, $what) = @$refused;
	my (undef, undef, $err) = $standby->psql('city', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $login ]);
	like($err, qr/ERROR:  25006: cannot execute .* (in a read-only transaction|during recovery)/, "$what is refused on a standby as read-only");
}

# --- a rule that changes on the primary is known to a session that is open here
$primary->safe_psql('city', q{
	INSERT INTO dcm.grid (code, geom, org) SELECT '320681100001090', ST_Multi(ST_MakeEnvelope(121.62, 31.81, 121.621, 31.811, 4490)), id FROM dcm.org WHERE code = 'works';
	INSERT INTO dcm.calendar_day (calendar, day, kind) VALUES ('default', '2027-06-07', 'holiday');
	INSERT INTO dcm.post (code, person, role, org) SELECT 'lia_too', p.id, 'acceptor', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code = 'lia' AND o.code = 'centre'}, @owner);
$primary->wait_for_catchup($standby);
is($open->query_safe(q{SELECT dcm.locate(dcm.point(121.6205, 31.8105)), dcm.deadline('2027-06-07 09:00+08', '1 work_day'); SELECT cardinality(roles) FROM dcm.whoami();}),
	"320681100001090|2027-06-08 10:00:00+00\n2", 'and in an open session rules are those of the primary');
$open->quit;

# --- promoted in mid-load, jobs under way
my $dir = PostgreSQL::Test::Utils::tempdir;
append_to_file("$dir/jobs.sql", join '', map { "CALL dcm.run_jobs('escalate');\nCALL dcm.run_jobs('resume');\n" } 1 .. 400);
my $jobs = IPC::Run::start([ 'psql', '-XAtq', '-U', 'jobs', '-d', $primary->connstr('city'), '-f', "$dir/jobs.sql" ], '>', "$dir/jobs.out", '2>', "$dir/jobs.err");
await_load($primary, 'before', 80);
$primary->stop('immediate');
my $answered = end_load($load);
IPC::Run::finish($jobs);
$standby->promote;
$standby->safe_psql('postgres', q{ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf()});

my $n = keys %$answered;
cmp_ok($n, '>', 30, "$n answers before the primary was gone");
my $found = found_calls($standby, 'before');
is_deeply(missing_answers($answered, $found), [], 'every answer stands on the standby as it was given');
cmp_ok(scalar(grep { !exists $answered->{$_} } keys %$found), '<=', 3, 'at most the calls under way are there besides');
my $sound = q{
	SELECT count(*) FROM dcm.verify_all();
	SELECT count(*) FROM (SELECT FROM dcm.case_log GROUP BY case_no, action HAVING count(*) > 1) AS twice;
	SELECT count(*) - count(DISTINCT case_no) FROM dcm.report_key;
	SELECT count(*) FROM dcm.escalation AS e FULL JOIN dcm.outbox AS o ON o.key = 'escalation:' || e.id WHERE (e.id IS NULL OR o.id IS NULL) AND coalesce(o.kind, '') <> 'anchor';
	SELECT count(*) FROM (SELECT FROM dcm.escalation GROUP BY case_no, level, due HAVING count(*) > 1) AS twice};
is($standby->safe_psql('city', $sound, @owner), "0\n0\n0\n0\n0", 'the record is sound there, and nothing is there twice');

# the last answer of each client again, and the call that had none
for my $client (1 .. 3)
{
	my ($key, $step) = (0, 0);
	for (sort { ($a =~ /-(\d+) (\d+)$/ ? $1 * 100 + $2 : 0) <=> ($b =~ /-(\d+) (\d+)$/ ? $1 * 100 + $2 : 0) } grep { /^before-c$client-/ } keys %$answered)
	{
		($key, $step) = split / /;
	}
	my ($case_no, $log_no) = split / /, $answered->{"$key $step"};
	is($standby->safe_psql('city', call($key, $step, $case_no), @desk), "$case_no|$log_no|t", "client $client: asked again, the same answer");
	($key, $step) = $step < $#steps ? ($key, $step + 1) : ($key =~ s/(\d+)$/$1 + 1/er, 0);
	my $done = exists $found->{"$key $step"} ? 't' : 'f';
	like($standby->safe_psql('city', call($key, $step, $case_no), @desk), qr/^\d+\|\d+\|$done$/, "client $client: the call without answer is done once ($done)");
}

# --- it goes on there: numbers, jobs, anchors
my $after = start_load($standby, 'after', 3);
$standby->poll_query_until('city', q{SELECT count(*) > 40 FROM dcm.act_key WHERE client_key ~ '^after'}) or die 'nothing goes on';
$standby->safe_psql('city', qq{CALL dcm.run_jobs('$_')}, @jobs) for qw(escalate resume);
IPC::Run::kill_kill($_) for @{ $after->{clients} };
is($standby->safe_psql('city', $sound, @owner), "0\n0\n0\n0\n0", 'acts go on, no number is given twice, no job has done its work twice');
is($standby->safe_psql('city', q{
		SELECT dcm.make_anchor() IS NOT NULL;
		SELECT count(*) FROM dcm.job_run WHERE finished_at IS NULL;
		INSERT INTO dcm.org (code, name, level, kind) VALUES ('new', '新', 2, 'department') RETURNING id > (SELECT max(id) FROM dcm.org)}, @owner),
	"t\n0\nt", 'anchors are made, the job that broke off has ended, numbers of tables go on');
# all that is due is escalated once, by whichever of the two servers
$standby->safe_psql('city', q{CALL dcm.run_jobs('escalate')}, @jobs);
is($standby->safe_psql('city', q{
		SELECT count(*) FROM dcm.case_file AS f WHERE f.due IS NOT NULL AND f.ended_at IS NULL AND f.handled_at IS NULL AND f.stage IN ('filing', 'dispatch', 'handling')
			AND NOT EXISTS (SELECT FROM dcm.escalation AS e WHERE e.case_no = f.case_no AND e.level = 9)}, @owner), '0', 'and what is due is escalated');
$standby->stop;
done_testing();
