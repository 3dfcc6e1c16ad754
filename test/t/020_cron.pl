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
	SELECT dcm.load_preset('cn_roles'), dcm.load_preset('cn_sources'), dcm.load_preset('cn_reasons');
	UPDATE dcm.setting SET value = 'false' WHERE name = 'file_needs_point';
	INSERT INTO dcm.org (code, name, level, kind) VALUES ('parks', 'parks', 2, 'department');
	INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('E0101', 'event', '01', '01', 'litter');
	INSERT INTO dcm.filing_standard (category, condition_no, condition, limit_1)
	SELECT c.id, 1, 'there is some', '2 urgent_hour' FROM dcm.category AS c;
	INSERT INTO dcm.person (code, name) SELECT r.code, r.name FROM dcm.role AS r WHERE r.code <> 'system';
	INSERT INTO dcm.post (code, person, role, org)
	SELECT p.code, p.id, p.code, o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code <> 'system';
	CREATE ROLE city_loader LOGIN SUPERUSER IN ROLE dcm_loader;
	SELECT dcm.make_leaf(2015);
});

# A case that came to its body so long ago, by acts alone; returns its number.
sub case_with_body
{
	my ($ago) = @_;
	return $node->safe_psql('city', qq{
		SELECT now() - interval '$ago' AS at \\gset
		BEGIN;
		SELECT dcm.become('collector');
		SELECT (dcm.report_case('E0101', address => 'the park', at => :'at')).case_no \\gset
		SELECT dcm.become('acceptor');
		SELECT count(dcm.act(:case_no, 'accept', at => :'at')) \\gset
		SELECT dcm.become('shift_leader');
		SELECT count(dcm.act(:case_no, 'file', data => '{"condition": 1}', at => :'at')) \\gset
		SELECT dcm.become('dispatcher');
		SELECT count(dcm.act(:case_no, 'dispatch', data => '{"org": "parks"}', at => :'at')) \\gset
		SELECT dcm.become('liaison');
		SELECT count(dcm.act(:case_no, 'sign', at => :'at')) \\gset
		COMMIT;
		\\echo case :case_no
	}, extra_params => [ '-U', 'city_loader' ]) =~ /case (\d+)/ ? $1 : undef;
}

# Many cases that were due five minutes ago, as acts would leave them.
sub overdue_cases
{
	my ($first, $last) = @_;
	$node->safe_psql('city', qq{
		SET session_replication_role = replica;
		INSERT INTO dcm.case_file (case_no, state, stage, log_no, moved_no, moved_at, stage_no, category, source,
			reporter, reported_at, filed_at, clock_from, time_limit, due, head)
		SELECT 201500000000000 + n, 'handling', 'handling', 5, 5, t, 1, c.id, 'collector',
			1, t, t, t, '2 urgent_hour', t + interval '2 hours', ''
		FROM generate_series($first, $last) AS n, dcm.category AS c, (SELECT now() - interval '125 minutes' AS t) AS t;
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

# a case overdue by five minutes, and one suspended until a minute ago
my $overdue = case_with_body('125 minutes');
my $suspended = case_with_body('60 minutes');
$node->safe_psql('city', qq{
	BEGIN;
	SELECT dcm.become('liaison');
	SELECT dcm.act($suspended, 'request_suspension', at => now() - interval '50 minutes',
		data => jsonb_build_object('reason', 'engineering', 'until', now() - interval '1 minute'));
	SELECT dcm.become('dispatcher');
	SELECT dcm.act($suspended, 'grant_suspension', at => now() - interval '40 minutes');
	COMMIT;
}, extra_params => [ '-U', 'city_loader' ]);
my $due = $node->safe_psql('city', "SELECT due FROM dcm.case_file WHERE case_no = $suspended");

is($node->safe_psql('city', 'SELECT count(*) FROM dcm.schedule_jobs()', extra_params => [ '-U', 'city_job' ]),
	'4', 'the job role registers its jobs');
is($node->safe_psql('city', q{SELECT count(*) FROM dcm.schedule_jobs('city_job')}), '4', 'and so does a superuser for it');
is($node->safe_psql('city', 'SELECT jobname, schedule, command, database, username FROM cron.job ORDER BY jobname'),
	"dcm_anchor|10 0 * * *|CALL dcm.run_jobs('anchor')|city|city_job\n"
	  . "dcm_escalate|* * * * *|CALL dcm.run_jobs('escalate')|city|city_job\n"
	  . "dcm_facts|* * * * *|CALL dcm.run_jobs('facts')|city|city_job\n"
	  . "dcm_resume|* * * * *|CALL dcm.run_jobs('resume')|city|city_job",
	'once each');

ok($node->poll_query_until('city', 'SELECT count(*) = 2 FROM dcm.escalation'), 'pg_cron escalates the overdue case');
is($node->safe_psql('city', 'SELECT case_no, level, action, fired_at > due_at FROM dcm.escalation ORDER BY level'),
	"$overdue|1|warn|t\n$overdue|2|remind|t", 'each level once, and no other case');
ok($node->poll_query_until('city', "SELECT state = 'handling' FROM dcm.case_file WHERE case_no = $suspended"),
	'pg_cron resumes the suspended case');
is($node->safe_psql('city', qq{SELECT l.action, p.code, l.db_role FROM dcm.case_log AS l JOIN dcm.person AS p ON p.id = l.actor
	WHERE l.case_no = $suspended ORDER BY l.log_no DESC LIMIT 1}), 'resume|system|city_job', 'as person system');
is($node->safe_psql('city', "SELECT due FROM dcm.case_file WHERE case_no = $suspended"), $due,
	'and the pause ended when it was granted to, not when the job ran');
ok($node->poll_query_until('city', q{SELECT last_status = 'succeeded' AND active AND finished_at IS NOT NULL
	FROM dcm.job_status() WHERE job = 'escalate'}), 'and job_status tells of it');
ok($node->poll_query_until('city', 'SELECT NOT EXISTS (SELECT FROM dcm.fact_queue) AND EXISTS (SELECT FROM dcm.daily_fact)'),
	'pg_cron works out the facts of each day');
is($node->safe_psql('city', q{SELECT count(*) FROM cron.job_run_details WHERE username <> 'city_job'}), '0',
	'nothing ran as another role');
$node->safe_psql('city', 'SELECT cron.unschedule(jobid) FROM cron.job');

# with an automatic rule there is a job more, which the same role runs
$node->safe_psql('city', q{INSERT INTO dcm.auto_rule (name, step, sample_percent) VALUES ('all', 'accept', 0)});
is($node->safe_psql('city', 'SELECT count(*) FROM dcm.schedule_jobs()', extra_params => [ '-U', 'city_job' ]), '5', 'a rule brings its job');
is($node->safe_psql('city', q{SELECT command, username FROM cron.job WHERE jobname = 'dcm_auto'}), "CALL dcm.run_jobs('auto')|city_job", 'which is that of automatic steps');
$node->safe_psql('city', 'SELECT cron.unschedule(jobid) FROM cron.job');
my ($reported) = $node->safe_psql('city', q{
	BEGIN;
	SELECT dcm.become('collector');
	SELECT 'case ' || case_no FROM dcm.report_case('E0101', address => 'the park');
	COMMIT;
}, extra_params => [ '-U', 'city_loader' ]) =~ /case (\d+)/;
$node->safe_psql('city', q{CALL dcm.run_jobs('auto')}, extra_params => [ '-U', 'city_job' ]);
is($node->safe_psql('city', "SELECT state FROM dcm.case_file WHERE case_no = $reported"), 'accepted', 'it takes the step');
is($node->safe_psql('city', q{SELECT done, finished_at IS NOT NULL FROM dcm.job_status() WHERE job = 'auto'}), '1|t', 'and tells of it');
$node->safe_psql('city', q{DELETE FROM dcm.auto_rule});

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
is($node->safe_psql('city', q{SELECT count(*), count(DISTINCT (case_no, level)) FROM dcm.escalation WHERE case_no BETWEEN 201500000000101 AND 201500000001600}),
	'3000|3000', 'each level of each clock fired once');
is($node->safe_psql('city', 'SELECT count(*) = (SELECT count(*) FROM dcm.escalation) FROM dcm.outbox'), 't', 'with one message each');
is($node->safe_psql('city', 'SELECT dcm.escalate()'), '0', 'and nothing is left');

$node->stop;
done_testing();
