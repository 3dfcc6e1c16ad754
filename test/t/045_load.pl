# Clients of every role act at once on the same cases, with the jobs, the daily
# anchor and the verification beside them: no deadlock, no error but those of
# docs/errors.md, every act that a client was told of there once, every other not
# at all, and the record sound.  DCM_LOAD_CLIENTS, DCM_LOAD_SECONDS and
# DCM_LOAD_CASES say how many clients, how long, and on how many cases.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $clients = $ENV{DCM_LOAD_CLIENTS} || 20;
my $seconds = $ENV{DCM_LOAD_SECONDS} || 8;
my $cases = $ENV{DCM_LOAD_CASES} || 360;
my $load = "$FindBin::Bin/../load";
my $most = $clients + 20;

my $node = new_node('load', conf => "max_connections = $most\nshared_buffers = 256MB\nmax_wal_size = 4GB\n");
$node->safe_psql('postgres', 'CREATE DATABASE city');
for my $file ("$FindBin::Bin/../pgtap/include/city.psql", "$load/load.sql")
{
	PostgreSQL::Test::Utils::system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-v', "cases=$cases",
		'-o', '/dev/null', '-d', $node->connstr('city'), '-f', $file);
}

# pgbench with a script, by a role: what is to be run beside the others
sub bench
{
	my ($role, $script, $n, @more) = @_;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start([ 'pgbench', '-n', '-U', $role, '-h', $node->host, '-p', $node->port, '-c', $n, '-j', 2, '-T', $seconds,
			'-f', "$load/$script.pgbench", @more, 'city' ], '<', \undef, '>', \$out, '2>', \$err);
	return { name => $script, run => $run, out => \$out, err => \$err };
}

my $owner = $node->safe_psql('city', 'SELECT current_user');
my @benches = (
	bench('load_desk', 'client', $clients, '-M', 'prepared'),
	bench('load_jobs', 'jobs', 2), bench($owner, 'verify', 1));
for my $bench (@benches)
{
	ok($bench->{run}->finish, "$bench->{name}: every client came to its end");
	is((${ $bench->{err} } =~ /^(?!pgbench \()(.*(?:error|abort|deadlock).*)$/im)[0], undef, "$bench->{name}: without an error that is not told");
}
my ($tps) = ${ $benches[0]{out} } =~ /^tps = ([\d.]+)/m;

# the errors that there may be
my %defined = map { my ($name, $states) = /^\| `(dcm\.\w+)` \| ([\w, ]+) \|/; map { ("$_ $name" => 1) } split /, /, $states // '' } split /\n/, slurp_file("$FindBin::Bin/../../docs/errors.md");
cmp_ok(scalar(keys %defined), '>', 50, 'docs/errors.md tells the errors');
my @answers = map { [ split /\|/ ] } split /\n/, $node->safe_psql('city', 'SELECT answer, count(*) FROM load.told GROUP BY 1 ORDER BY 2 DESC');
my %count = map { $_->[0] => $_->[1] } @answers;
# who asks for a load wants to see what came of it
my $tell = $ENV{DCM_LOAD_CLIENTS} ? \&diag : \&note;
$tell->("$tps calls a second: " . join(', ', map { "$_->[1] $_->[0]" } @answers));
is(join(', ', grep { $_ ne 'ok' && !$defined{$_} } keys %count), '', 'no error but those of docs/errors.md');
cmp_ok($count{ok} // 0, '>', 100, 'calls were done');
cmp_ok($count{'23514 dcm.forbidden_move'} // 0, '>', 0, 'and some came too late');
my @actions = split /\n/, $node->safe_psql('city', q{SELECT DISTINCT action FROM load.told WHERE answer = 'ok'});
cmp_ok(scalar(@actions), '>', 20, 'of many actions: ' . join(' ', sort @actions));
cmp_ok($node->safe_psql('city', q{SELECT count(*) FROM dcm.case_log AS l JOIN dcm.person AS p ON p.id = l.actor WHERE p.code = 'system'}), '>', 0, 'the system acted too');
cmp_ok($node->safe_psql('city', 'SELECT count(*) FROM dcm.escalation'), '>', 0, 'what was due was escalated');
cmp_ok($node->safe_psql('city', 'SELECT count(*) FROM load.verified'), '>', 1, 'the record was verified meanwhile');

is($node->safe_psql('city', 'SELECT string_agg(fault, chr(10)) FROM (SELECT fault FROM load.faults LIMIT 20) AS f'), '', 'all is there as it was told, once, and sound');
# the statistics of a session that has ended are there when it is gone
$node->poll_query_until('city', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgbench'});
is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'city'}), '0', 'no deadlock');
is((slurp_file($node->logfile) =~ /^(.* (?:ERROR|FATAL|PANIC): .*)$/m)[0], undef, 'nor any other error in the log of the server');
done_testing();
