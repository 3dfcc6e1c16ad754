# kill -9 of the whole server under a load of reports and acts: after recovery
# every answer that a client had got is there once, what it had not got is there
# once after it asks again by the same key, and the record is sound.
# DCM_CRASH_ROUNDS says how many times.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $rounds = $ENV{DCM_CRASH_ROUNDS} || 3;
my $clients = 4;
my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my $dir = PostgreSQL::Test::Utils::tempdir;

# What is promised on disk must be on disk, so fsync as in earnest.
my $node = new_node('crash', conf => "fsync = on\nrestart_after_crash = on\ncheckpoint_timeout = 30s\n");
new_database($node, 'city', 'city_owner');
make_city($node, 'city');

# Entries without a call, actions done twice, whether each case has its report's
# key, and what the verification finds.
my $unsound = q{
	SELECT count(*) FROM dcm.case_log AS l
	WHERE l.action <> 'report'
		AND NOT EXISTS (SELECT FROM dcm.act_key AS k WHERE (k.case_no, k.log_no) = (l.case_no, l.log_no));
	SELECT count(*) FROM (SELECT case_no, action FROM dcm.case_log GROUP BY case_no, action HAVING count(*) > 1) AS twice;
	SELECT (SELECT count(*) FROM dcm.case_file) = (SELECT count(*) FROM dcm.report_key);
	SELECT count(*) FROM dcm.verify_all();
};

# The straight way; the report is step 0.
my @steps = (
	[ 'col', 'report', '' ], [ 'acc', 'accept', '{}' ], [ 'lead', 'file', '{"condition": 1}' ],
	[ 'disp', 'dispatch', '{"org": "works"}' ], [ 'lia', 'sign', '{}' ],
	[ 'han', 'handle', '{"result": "cleaned", "after": "http://x/2.jpg"}' ],
	[ 'acc', 'request_check', '{}' ], [ 'col', 'pass_check', '{"photo": "u"}' ],
	[ 'lead', 'close', '{}' ]);

# One call with its key, in its own transaction.
sub call
{
	my ($key, $n, $case_no) = @_;
	my ($who, $action, $data) = @{ $steps[$n] };
	my $become = "SELECT dcm.become('$who', scope => 'session') AS done \\gset\n";
	return $become . "SELECT case_no, log_no, replayed FROM "
	  . ($n == 0
		? "dcm.report_case('E0102', dcm.point(121.6055, 31.8005), description => '$key', client_key => '$key')"
		: "dcm.act($case_no, '$action', data => '$data', client_key => '$key-$n')");
}

# A client: its own cases 1, 2, … from report to close.  psql prints an answer
# when it has it.
sub script
{
	my ($round, $client) = @_;
	my $script = "\\set ON_ERROR_STOP 1\n";

	for my $case (1 .. 400)
	{
		my $key = "r$round-c$client-$case";
		$script .= call($key, $_, ':case_no') . " \\gset\n\\echo $key $_ :case_no :log_no\n" for 0 .. $#steps;
	}
	return $script;
}

for my $round (1 .. $rounds)
{
	my @load;
	for my $client (1 .. $clients)
	{
		unlink "$dir/$client.sql";
		append_to_file("$dir/$client.sql", script($round, $client));
		push @load, IPC::Run::start(
			[ 'psql', '-XAtq', '-U', 'desk', '-d', $node->connstr('city'), '-f', "$dir/$client.sql" ],
			'>', "$dir/$client.out", '2>', "$dir/$client.err");
	}

	# in mid-load, at another moment each time
	usleep(700_000 + int(rand(900_000)));
	kill_all($node);
	IPC::Run::finish($_) for @load;
	$node->start;

	my %answered;
	for my $line (map { split /\n/, slurp_file("$dir/$_.out") } 1 .. $clients)
	{
		next unless $line =~ /^(\S+) (\d+) (\d+) (\d+)$/;
		$answered{"$1 $2"} = "$3 $4";
	}
	my $n = keys %answered;
	cmp_ok($n, '>', $clients, "round $round: $n answers before the crash");

	my %found = map { /^(\S+ \d+) (\d+ \d+)$/ ? ($1 => $2) : () }
	  split /\n/, $node->safe_psql('city', qq{
		SELECT k.client_key || ' 0 ' || k.case_no || ' 1' FROM dcm.report_key AS k WHERE k.client_key ~ '^r$round-'
		UNION ALL
		SELECT regexp_replace(k.client_key, '-(\\d+)\$', ' \\1') || ' ' || k.case_no || ' ' || k.log_no
		FROM dcm.act_key AS k WHERE k.client_key ~ '^r$round-';
	  }, @owner);
	is_deeply([ grep { ($found{$_} // '') ne $answered{$_} } sort keys %answered ], [],
		"round $round: every answer stands as it was given");
	# each client had at most one call under way
	cmp_ok(scalar(grep { !exists $answered{$_} } keys %found), '<=', $clients,
		"round $round: at most the calls under way are there besides");

	is($node->safe_psql('city', $unsound, @owner),
		"0\n0\nt\n0", "round $round: no entry without its call, none twice, and the record is sound");
	asked_again($round, \%answered, \%found);
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
	is($node->safe_psql('city', $unsound, @owner), "0\n0\nt\n0", "round $round: and the record is still sound");
	return;
}

# The postmaster first, so that it restarts nothing, then what it had started.
sub kill_all
{
	my ($server) = @_;
	my $postmaster = (split /\n/, slurp_file($server->data_dir . '/postmaster.pid'))[0];
	my @children;
	for my $stat (glob '/proc/[0-9]*/stat')
	{
		open my $file, '<', $stat or next;
		# pid (name) state parent
		push @children, $1 if (<$file> // '') =~ /^(\d+) \(.*\) \S (\d+) / && $2 == $postmaster;
	}
	kill 'KILL', $postmaster, @children;
	$server->{_pid} = undef;
	for (1 .. 600)
	{
		last unless grep { kill 0, $_ } $postmaster, @children;
		usleep(50_000);
	}
	return;
}

$node->stop;
done_testing();
