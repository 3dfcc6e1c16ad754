# The jobs on a live pg_cron, run by a role that is no superuser: an overdue case
# is escalated without anybody calling, and runs side by side escalate it once.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cron');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', q{
shared_preload_libraries = 'pg_cron'
cron.database_name = 'city'
cron.use_background_workers = on
max_worker_processes = 16
});
$node->start;

$node->safe_psql('postgres', 'CREATE DATABASE city');
$node->safe_psql('city', q{
	SET client_min_messages = warning;
	CREATE EXTENSION dcm CASCADE;
	SELECT dcm.create_city('Qidong', '320681', presets => '{transitions,cn_calendar,escalation}');
	SELECT dcm.create_roles();
	SELECT dcm.grant_job_rights();
	CREATE ROLE city_job LOGIN IN ROLE dcm_job;
	INSERT INTO dcm.source VALUES ('collector', '采集员', 'collector', 'active') ON CONFLICT DO NOTHING;
	INSERT INTO dcm.category (code, edition, kind, major, minor, name) VALUES ('E9901', '2013', 'event', '99', '01', 'litter');
	SELECT dcm.make_leaf(2015);
});

# Open cases that were due five minutes ago, as acts would leave them.
sub overdue_cases
{
	my ($first, $last) = @_;
	$node->safe_psql('city', qq{
		SET session_replication_role = replica;
		INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, source,
			reporter, reported_at, filed_at, clock_from, time_limit, due, head)
		SELECT 201500000000000 + n, 'handling', 'handling', 5, 5, t, 1, c.id, 'collector',
			1, t, t, t, '2 urgent_hour', t + interval '2 hours', ''
		FROM generate_series($first, $last) AS n, dcm.category AS c, (SELECT now() - interval '125 minutes' AS t) AS t
		WHERE c.code = 'E9901';
	});
	return;
}

# what scheduling wants, told one by one
my ($rc, $out, $err) = $node->psql('city', 'SELECT dcm.schedule_jobs()');
like($err, qr/pg_cron is not installed in this database.*pg_cron works from database "city".*HINT:  CREATE EXTENSION pg_cron/s,
	'without pg_cron: says how to install it');
$node->safe_psql('city', 'CREATE EXTENSION pg_cron');
($rc, $out, $err) = $node->psql('city', 'SELECT dcm.schedule_jobs()');
like($err, qr/role "\w+" cannot run jobs/, 'a superuser is no job role');
($rc, $out, $err) = $node->psql('city', q{SELECT dcm.schedule_jobs('nobody here')});
like($err, qr/role "nobody here" cannot run jobs/, 'nor is a role that does not exist');
($rc, $out, $err) = $node->psql('city', q{SELECT dcm.schedule_jobs('city_job')});
like($err, qr/GRANT USAGE ON SCHEMA cron TO city_job/, 'the role needs schema cron');
$node->safe_psql('city', 'GRANT USAGE ON SCHEMA cron TO city_job');

overdue_cases(1, 1);
is($node->safe_psql('city', 'SELECT count(*) FROM dcm.schedule_jobs()', extra_params => [ '-U', 'city_job' ]),
	'2', 'the job role registers its jobs');
is($node->safe_psql('city', q{SELECT count(*) FROM dcm.schedule_jobs('city_job')}), '2', 'and so does a superuser for it');
is($node->safe_psql('city', 'SELECT jobname, schedule, command, database, username FROM cron.job ORDER BY jobname'),
	"dcm_escalate|* * * * *|CALL dcm.run_jobs('escalate')|city|city_job\n"
	  . "dcm_resume|* * * * *|CALL dcm.run_jobs('resume')|city|city_job",
	'once each');

ok($node->poll_query_until('city', 'SELECT count(*) = 2 FROM dcm.escalation'), 'pg_cron escalates the overdue case');
is($node->safe_psql('city', 'SELECT level, action, fired_at > due_at FROM dcm.escalation ORDER BY level'),
	"1|warn|t\n2|remind|t", 'each level once');
ok($node->poll_query_until('city', q{SELECT last_status = 'succeeded' AND active AND finished_at IS NOT NULL
	FROM dcm.job_status() WHERE job = 'escalate'}), 'and job_status tells of it');
is($node->safe_psql('city', q{SELECT count(*) FROM cron.job_run_details WHERE username <> 'city_job'}), '0',
	'nothing ran as another role');
$node->safe_psql('city', 'SELECT cron.unschedule(jobid) FROM cron.job');

# one run passes over what another has in hand, and takes it when that one fails
overdue_cases(2, 2);
my $other = $node->background_psql('city');
$other->query_safe('BEGIN');
is($other->query_safe('SELECT dcm.escalate()'), '2', 'one run has a case in hand');
is($node->safe_psql('city', 'SELECT dcm.escalate()'), '0', 'another neither waits nor fires');
$other->query_safe('ROLLBACK');
is($node->safe_psql('city', 'SELECT dcm.escalate()'), '2', 'it fires when the first has failed');
$other->quit;

# four runs at once over three thousand clocks
overdue_cases(101, 1600);
my @runs = map {
	IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('city'), '-U', 'city_job', '-c', 'CALL dcm.run_jobs()' ],
		'>', '/dev/null', '2>', \my $run_err)
} 1 .. 4;
ok($_->finish, 'a run among four') for @runs;
is($node->safe_psql('city', q{SELECT count(*), count(DISTINCT (case_no, level)) FROM dcm.escalation WHERE case_no > 201500000000100}),
	'3000|3000', 'each level of each clock fired once');
is($node->safe_psql('city', 'SELECT count(*) = (SELECT count(*) FROM dcm.escalation) FROM dcm.outbox'), 't', 'with one message each');
is($node->safe_psql('city', 'SELECT dcm.escalate()'), '0', 'and nothing is left');

$node->stop;
done_testing();
