# kill -9 of the whole server under a load of reports and acts, while jobs run,
# anchors and the leaves of new years are made and lists come in; then once or
# twice again while it recovers.  After recovery every answer that a client had
# got is there once, what it had not got is there once after it asks again by
# the same key, nothing stands half, and the record is sound.
# DCM_CRASH_ROUNDS says how many times; it begins a new city every tenth.
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
use Time::HiRes qw(usleep);

my $rounds = $ENV{DCM_CRASH_ROUNDS} || 2;
my $clients = 4;
my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my $dir = PostgreSQL::Test::Utils::tempdir;

# What is promised on disk must be on disk, so fsync as in earnest.
my $node = new_node('crash', conf => "fsync = on\nrestart_after_crash = on\ncheckpoint_timeout = 30s\n");
$node->safe_psql('postgres', 'CREATE ROLE anchors LOGIN IN ROLE dcm_job');

# What the server's processes did when they were killed, by role and command.
my %killed_in;
my $recoveries = 0;
my ($acknowledged, $besides) = (0, 0);

sub new_city
{
	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS city');
	new_database($node, 'city', 'city_owner');
	make_city($node, 'city');
	# a warning that each case gives as soon as it has a deadline
	$node->safe_psql('city', q{INSERT INTO dcm.escalation_rule (clock, level, shift, action, to_whom) VALUES ('case', 9, '-1000 days', 'warn', '{liaison}')}, @owner);
	return;
}

# Entries without a call, actions done twice, whether each case has its report's
# key, and what the verification finds.
my $unsound = q{
	SELECT count(*) FROM dcm.case_log AS l
	WHERE l.action <> 'report'
		AND NOT EXISTS (SELECT FROM dcm.act_key AS k WHERE (k.case_no, k.log_no) = (l.case_no, l.log_no));
	SELECT count(*) FROM (SELECT case_no, action FROM dcm.case_log GROUP BY case_no, action HAVING count(*) > 1) AS twice;
	SELECT (SELECT count(*) FROM dcm.case_file) = (SELECT count(*) FROM dcm.report_key);
	SELECT count(*) FROM dcm.verify_all();
	-- a year has the leaves of all case tables, each with its guard and key, or none
	SELECT count(*) FROM (
		SELECT right(c.relname, 4) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
		WHERE i.inhparent IN (SELECT p.oid FROM pg_class AS p WHERE p.relnamespace = 'dcm'::regnamespace AND p.relkind = 'p')
		GROUP BY 1
		HAVING count(*) <> 7 OR sum((SELECT count(*) FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname ~ '^zz_dcm_guard')) <> 14) AS partial_year;
	SELECT count(*) FROM pg_class AS c
	WHERE c.relnamespace = 'dcm'::regnamespace AND c.relname ~ '^(case|assignment|attachment).*_[0-9]{4}$' AND c.relkind = 'r' AND NOT c.relispartition;
	-- a message for each escalation and each anchor, and no other of theirs
	SELECT count(*) FROM dcm.escalation AS e FULL JOIN (SELECT * FROM dcm.outbox WHERE kind = 'escalation') AS o ON o.key = 'escalation:' || e.id
	WHERE e.id IS NULL OR o.id IS NULL;
	SELECT count(*) FROM dcm.anchor AS a FULL JOIN (SELECT * FROM dcm.outbox WHERE kind = 'anchor') AS o ON o.key = 'anchor:' || a.root
	WHERE a.id IS NULL OR o.id IS NULL;
	-- a list came in whole or not at all
	SELECT count(*) FROM (SELECT split_part(code, ' ', 1) FROM dcm.place WHERE code ~ '^list' GROUP BY 1 HAVING count(*) <> 200) AS half_a_list;
};
my $sound = "0\n0\nt\n0\n0\n0\n0\n0\n0";

# What goes on beside: jobs, anchors, new years and lists, each by its own login.
# A line is printed for what has been answered.
sub others
{
	my ($round) = @_;
	my %of;

	$of{jobs} = join '', map { "CALL dcm.run_jobs('$_');\n" } (qw(escalate resume auto)) x 150;
	$of{anchors} = join '', map { "SELECT dcm.make_anchor() AS anchor \\gset\n\\echo anchor :anchor\nSELECT pg_sleep(0.15) \\g /dev/null\n" } 1 .. 30;
	for my $list (1 .. 40)
	{
		my $code = "list$round-$list";
		$of{city_owner} .= "INSERT INTO dcm.stage_places (code, name, kind, lon, lat) SELECT '$code ' || n, '$code 号' || n, 'poi', 121.6, 31.8 FROM generate_series(1, 200) AS n;\n"
		  . "SELECT added FROM dcm.import_places() \\gset\n\\echo list $code :added\n";
	}
	for my $leaf (1 .. 8)
	{
		my $year = 1930 + ($round - 1) % 10 * 8 + $leaf - 1;
		$of{loader} .= "SELECT dcm.become('col', scope => 'session') AS done \\gset\n"
		  . "SELECT case_no FROM dcm.report_case('E0102', dcm.point(121.6055, 31.8005), at => '$year-03-04 10:00+08', client_key => 'year $year') \\gset\n"
		  . "\\echo year $year :case_no\nSELECT pg_sleep(0.02) \\g /dev/null\n";
	}
	return %of;
}

for my $round (1 .. $rounds)
{
	new_city() if $round % 10 == 1;

	my $load = start_load($node, "r$round", $clients);
	my @beside;
	my %others = others($round);
	for my $login (sort keys %others)
	{
		unlink "$dir/$login.sql";
		append_to_file("$dir/$login.sql", "\\set ON_ERROR_STOP 1\n$others{$login}");
		push @beside, IPC::Run::start(
			[ 'psql', '-XAtq', '-U', $login, '-d', $node->connstr('city'), '-f', "$dir/$login.sql" ],
			'>', "$dir/$login.out", '2>', "$dir/$login.err");
	}

	# in mid-load, at another moment each time
	usleep(700_000 + int(rand(900_000)));
	# of these each client may have one that was not answered
	await_load($node, "r$round", 2 * $clients + 1);
	kill_all($node->data_dir);
	$node->{_pid} = undef;
	my $answered = end_load($load);
	IPC::Run::finish($_) for @beside;
	# and once or twice while it recovers
	killed_again($node) for 1 .. $round % 3;
	$node->start;

	my $n = keys %$answered;
	cmp_ok($n, '>', $clients, "round $round: $n answers before the crash");
	my $found = found_calls($node, "r$round");
	is_deeply(missing_answers($answered, $found), [], "round $round: every answer stands as it was given");
	$acknowledged += $n;
	$besides += grep { !exists $answered->{$_} } keys %$found;
	# each client had at most one call under way
	cmp_ok(scalar(grep { !exists $answered->{$_} } keys %$found), '<=', $clients,
		"round $round: at most the calls under way are there besides");

	is($node->safe_psql('city', $unsound, @owner),
		$sound, "round $round: no entry without its call, none twice, nothing half, and the record is sound");
	asked_again($round, $answered, $found);
	others_asked_again($round);
	is($node->safe_psql('city', $unsound, @owner), $sound, "round $round: and the record is still sound");
}

# Each client sends its last answered call again, then the one that it had no
# answer to: the first is answered as before, the second is done if it was not.
sub asked_again
{
	my ($round, $answered, $found) = @_;
	for my $client (1 .. $clients)
	{
		my ($case, $n) = (0, 0);
		for (keys %$answered)
		{
			next unless /^r$round-c$client-(\d+) (\d+)$/;
			($case, $n) = ($1, $2) if $1 > $case || ($1 == $case && $2 > $n);
		}
		next unless $case;
		my $key = "r$round-c$client-$case";
		my ($case_no, $log_no) = split / /, $answered->{"$key $n"};
		is($node->safe_psql('city', call($key, $n, $case_no), @desk),
			"$case_no|$log_no|t", "round $round, client $client: asked again, the same answer");

		($key, $n) = $n < $#steps ? ($key, $n + 1) : ("r$round-c$client-" . ($case + 1), 0);
		my $done = exists $found->{"$key $n"} ? 't' : 'f';
		like($node->safe_psql('city', call($key, $n, $case_no), @desk),
			$n == 0 ? qr/^\d+\|1\|$done$/ : qr/^$case_no\|@{[ $n + 1 ]}\|$done$/,
			"round $round, client $client: the call without answer is done once ($done)");
	}
	return;
}

# What jobs, anchors, years and lists were told stands, and each goes on.
sub others_asked_again
{
	my ($round) = @_;
	my @told = map { split /\n/, slurp_file("$dir/$_.out") } qw(anchors city_owner loader);
	my $stands = join ' UNION ALL ', map {
		my ($what, $which, $got) = split / /;
		"SELECT '$_' WHERE NOT " . (
			$what eq 'anchor' ? "EXISTS (SELECT FROM dcm.anchor WHERE root = '$which')"
			: $what eq 'list' ? "(SELECT count(*) = $got FROM dcm.place WHERE code ~ '^$which ')"
			: "EXISTS (SELECT FROM dcm.report_key WHERE client_key = 'year $which' AND case_no = $got)")
	} @told;
	my @lost = @told ? split /\n/, $node->safe_psql('city', $stands, @owner) : ();
	is_deeply(\@lost, [], "round $round: of @{[ scalar @told ]} anchors, lists and new years none is lost");

	# a list that waits is taken in, and a case of each year is reported once
	$node->safe_psql('city', 'SELECT dcm.import_places()', @owner);
	my %others = others($round);
	my $once = join '', grep { !/pg_sleep/ } map { "$_\n" } split /\n/, $others{loader};
	$node->safe_psql('city', $once, extra_params => [ '-U', 'loader' ]);
	$node->safe_psql('city', 'SELECT dcm.make_anchor()', extra_params => [ '-U', 'anchors' ]);
	$node->safe_psql('city', "CALL dcm.run_jobs('$_')", extra_params => [ '-U', 'jobs' ]) for qw(escalate resume auto);
	is($node->safe_psql('city', q{
		SELECT (SELECT count(*) FROM dcm.stage_places), (SELECT count(*) FROM dcm.report_key WHERE client_key ~ '^year')
			= (SELECT count(DISTINCT case_no / 100000000000) FROM dcm.case_file WHERE case_no < 202000000000000),
			(SELECT count(*) FROM dcm.case_file WHERE due IS NOT NULL AND ended_at IS NULL)
			= (SELECT count(DISTINCT f.case_no) FROM dcm.case_file AS f JOIN dcm.escalation AS e ON e.case_no = f.case_no AND e.level = 9
				WHERE f.due IS NOT NULL AND f.ended_at IS NULL AND f.handled_at IS NULL)
			+ (SELECT count(*) FROM dcm.case_file AS f WHERE f.due IS NOT NULL AND f.ended_at IS NULL AND f.handled_at IS NOT NULL),
			(SELECT count(*) FROM dcm.job_run WHERE finished_at IS NULL)}, @owner),
		'0|t|t|0', "round $round: lists, years and jobs go on where they were, once");
	return;
}

# The postmaster is stopped first, so that it starts nothing more, then all that
# it had started is killed with it.
sub kill_all
{
	my ($data_dir, $ours) = @_;
	my $postmaster = $ours // (split /\n/, slurp_file("$data_dir/postmaster.pid"))[0];
	kill 'STOP', $postmaster;
	my @children;
	for my $stat (glob '/proc/[0-9]*/stat')
	{
		open my $file, '<', $stat or next;
		# pid (name) state parent
		next unless (<$file> // '') =~ /^(\d+) \(.*\) \S (\d+) / && $2 == $postmaster;
		my $pid = $1;
		push @children, $pid;
		next unless open my $title, '<', "/proc/$pid/cmdline";
		# postgres: cluster: role database [local] COMMAND
		$killed_in{"$1 $2"}++ if (<$title> // '') =~ /^postgres: (?:crash: )?(\w+) city \[local\] ([A-Z]\w+)/;
	}
	kill 'KILL', $postmaster, @children;
	for (1 .. 600)
	{
		# one that we started ourselves stays until we wait for it
		last unless grep { kill 0, $_ } @children, ($ours ? () : $postmaster);
		usleep(50_000);
	}
	return;
}

# Starts the server and kills it while it recovers: at any moment of its start,
# or soon after it has begun to read the log.
sub killed_again
{
	my ($server) = @_;
	my $h = IPC::Run::start([ 'postgres', '-D', $server->data_dir ], '>', "$dir/again.out", '2>&1');
	if (rand() < 0.5)
	{
		usleep(15_000 + int(rand(120_000)));
	}
	else
	{
		# all files are synced before it reads the log, which takes as long as it takes
		for (1 .. 12_000)
		{
			last if slurp_file("$dir/again.out") =~ /redo starts at|ready to accept/;
			usleep(5_000);
		}
		usleep(int(rand(30_000)));
	}
	kill_all($server->data_dir, $h->{KIDS}[0]{PID});
	IPC::Run::finish($h);
	my $log = slurp_file("$dir/again.out");
	$recoveries++ if $log =~ /redo starts at/ && $log !~ /ready to accept/;
	return;
}

# whoever asks for rounds wants to see it; many have fallen into everything
my $tell = $ENV{DCM_CRASH_ROUNDS} ? \&diag : \&note;
$tell->("$rounds kills, $acknowledged calls answered before them, $besides done without an answer");
$tell->('killed while running: ' . join(', ', map { "$_ ($killed_in{$_})" } sort keys %killed_in) . "; in recovery ($recoveries)");
if ($rounds >= 50)
{
	cmp_ok($killed_in{"$_"} // 0, '>', 0, "a kill fell into $_") for 'jobs CALL', 'anchors SELECT', 'city_owner SELECT', 'loader SELECT', 'desk SELECT';
	cmp_ok($recoveries, '>', 0, 'and into a recovery');
}

$node->stop;
done_testing();
