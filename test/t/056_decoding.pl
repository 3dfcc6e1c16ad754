# What leaves a server beside its tables: the stream of changes, messages, what other
# sessions run, and the server's log.  Decoding the stream needs REPLICATION, which no
# role of dcm has; whoever has it reads all there is, callers too, whatever the tables
# grant, and what is published is the owner's to decide.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('decoding', conf => q{
wal_level = logical
max_wal_senders = 5
log_min_duration_statement = 0
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
});
new_database($node, 'city', 'city_owner');
make_city($node, 'city');
$node->safe_psql('city', q{
	CREATE ROLE reader LOGIN IN ROLE dcm_app;
	CREATE ROLE replica LOGIN REPLICATION;
});
my @desk = (extra_params => [ '-U', 'desk' ]);
my @roles = qw(dcm_app dcm_loader dcm_audit dcm_bi dcm_config dcm_security dcm_job dcm_exchange);
my $secret = qr/139.?1234.?5678|Ouyang|kappa drain/;

sub refused
{
	my ($role, $sql, $why, $name) = @_;
	my (undef, $out, $err) = $node->psql('city', $sql, extra_params => [ '-U', $role ]);
	like($err, $why, $name);
	unlike($out, $secret, "$name: nothing is told");
	return;
}

# The stream: nobody of dcm's may have it.
is($node->safe_psql('city', q{SELECT coalesce(string_agg(rolname, ' '), 'none') FROM pg_roles WHERE rolname ~ '^dcm_' AND (rolreplication OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)}),
	'none', 'no role of dcm replicates, passes by row-level security, makes roles or logs in');
$node->safe_psql('city', "SELECT pg_create_logical_replication_slot('changes', 'test_decoding')");
$node->safe_psql('city', 'CREATE ROLE member_' . $_ . ' LOGIN IN ROLE ' . $_) for @roles;
for my $role ('city_owner', map { "member_$_" } @roles)
{
	refused($role, $_, qr/permission denied|must be superuser or replication role/, "$role: $_")
		for "SELECT pg_create_logical_replication_slot('mine', 'test_decoding')", "SELECT data FROM pg_logical_slot_peek_changes('changes', NULL, NULL)";
}
my (undef, undef, $err) = $node->psql('city', 'IDENTIFY_SYSTEM', replication => 'database', extra_params => [ '-U', 'desk' ]);
like($err, qr/must be superuser or replication role|permission denied to start WAL sender|no pg_hba.conf entry/, 'nor a replication connection');

# A call, by a program that puts values in parameters.
my $script = PostgreSQL::Test::Utils::tempdir() . '/call.sql';
append_to_file($script, q{
BEGIN;
SELECT dcm.become('acc');
SELECT dcm.register_call('12345', 'complaint', :told, :phone, :name, external_no => :number);
COMMIT;
});
my @program = ('pgbench', '-n', '-t', 1, '-M', 'extended', '-f', $script, '-U', 'desk', '-h', $node->host, '-p', $node->port, '-D', 'told=the kappa drain', '-D', 'phone=139-1234-5678', '-D', 'name=Ouyang');
my ($out, $told) = ('', '');
IPC::Run::run([ @program, '-D', 'number=K1', 'city' ], '>', \$out, '2>', \$told) or diag($told);
is($node->safe_psql('city', q{SELECT count(*) FROM dcm.caller WHERE name ~ 'O[u]yang'}), 1, 'a call is registered');
# the same number with other content, which is an error
IPC::Run::run([ @program, '-D', 'number=K1', '-D', 'name=Another', 'city' ], '>', \$out, '2>', \$told);
like($told, qr/was registered with other content/, 'a call that is an error');
unlike($told, qr/139.?1234.?5678|Ouyang/, 'which does not tell the caller');

# Whoever has REPLICATION reads it, without any right on the table.
my $stream = $node->safe_psql('city', "SELECT data FROM pg_logical_slot_peek_changes('changes', NULL, NULL)", extra_params => [ '-U', 'replica' ]);
like($stream, qr/dcm\.caller.*Ouyang/, 'a role with REPLICATION reads who called');
refused('replica', 'SELECT * FROM dcm.caller', qr/permission denied/, 'a role that may read no table');

# What is published is decided by the owner, table by table; no other role can.
refused("member_$_", 'CREATE PUBLICATION mine FOR TABLE dcm.case_file', qr/permission denied|must be owner/, "$_ publishes nothing") for @roles;
refused('city_owner', 'CREATE PUBLICATION everything FOR ALL TABLES', qr/must be superuser/, 'not even the owner publishes all tables at once');
$node->safe_psql('city', 'GRANT CREATE ON DATABASE city TO city_owner');
$node->safe_psql('city', 'CREATE PUBLICATION cases FOR TABLE dcm.case_file (case_no, state, stage, due, org), dcm.assignment WITH (publish_via_partition_root = true)', extra_params => [ '-U', 'city_owner' ]);
$node->safe_psql('city', "SELECT pg_create_logical_replication_slot('published', 'pgoutput')");
my $case = $node->safe_psql('city', q{SELECT dcm.become('acc', scope => 'session'); SELECT case_no FROM dcm.report_case('E0102', dcm.point(121.6015, 31.8005), description => 'the kappa drain', address => 'Kappa Lane')}, @desk);
$case =~ s/\s//g;
my $published = $node->safe_psql('city', "SELECT string_agg(encode(data, 'escape'), '') FROM pg_logical_slot_get_binary_changes('published', NULL, NULL, 'proto_version', '1', 'publication_names', 'cases')");
like($published, qr/$case/, 'what is published goes out');
unlike($published, qr/kappa drain|Kappa Lane/, 'and what is not, does not');

# A message says that there is something, and not what.
my ($in, $heard) = ("LISTEN dcm_outbox;\nSELECT 'ready';\n", '');
my $listener = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-U', 'reader', '-h', $node->host, '-p', $node->port, '-d', 'city' ], '<', \$in, '>', \$heard, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
$listener->pump until $heard =~ /ready/;
$node->safe_psql('city', 'SELECT dcm.make_anchor()', extra_params => [ '-U', 'city_owner' ]);
$in .= "SELECT 'again';\n";
$listener->pump until $heard =~ /again/;
like($heard, qr/Asynchronous notification "dcm_outbox" received/, 'who listens hears that there is a message');
unlike($heard, qr/with payload/, 'without content');

# What other sessions run: hidden from other logins; of the same login the text of statements is seen, values in parameters are not.
$in .= "\\q\n";
$listener->finish;
my ($typed, $answer) = ("SELECT dcm.become('acc', scope => 'session');\nSELECT dcm.register_call('12345', 'complaint', 'the kappa drain', '139-1234-5678', 'Ouyang', external_no => 'K2') > 0, 'done';\n", '');
my $other = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-U', 'desk', '-h', $node->host, '-p', $node->port, '-d', 'city' ], '<', \$typed, '>', \$answer, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
$other->pump until $answer =~ /done/;
is($node->safe_psql('city', q{SELECT string_agg(DISTINCT query, ',') FROM pg_stat_activity WHERE usename = 'desk'}, extra_params => [ '-U', 'reader' ]), '<insufficient privilege>', 'another login sees nothing of a statement');
like($node->safe_psql('city', q{SELECT string_agg(query, ',') FROM pg_stat_activity WHERE usename = 'desk' AND pid <> pg_backend_pid()}, @desk), $secret, 'the same login sees its text, and values that were put into it');
$typed .= "\\q\n";
$other->finish;

# The log: of the program that used parameters nothing, of the statement that had them in its text all.
my $log = slurp_file($node->logfile);
my @lines = grep { /$secret/ } split /\n/, $log;
is(scalar(grep { !/K2/ && !/report_case/ } @lines), 0, 'what was in parameters is not in the log, in errors either') or diag(join "\n", @lines);
isnt(scalar(grep { /K2/ } @lines), 0, 'what was in the text of a statement is');
like($log, qr/STATEMENT:.*register_call/, 'where errors are');
$node->stop;
done_testing();
