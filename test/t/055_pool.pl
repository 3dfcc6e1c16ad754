# Who acts, behind a pool of connections: many clients share few connections to the
# server, which pgbouncer gives to another client after each transaction.  Who became
# somebody in a transaction is that person to its end and nobody beyond it, whichever
# way it ends; what session scope does there is shown too, since it must not be used.
# Then the ways of forging it that lie in a connection's beginning.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use IO::Socket::UNIX;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @desk = (extra_params => [ '-U', 'desk' ]);
my $node = new_node('pool', conf => "listen_addresses = '127.0.0.1'\nmax_connections = 40\n");
new_database($node, 'city', 'city_owner');
make_city($node, 'city', base_data => 0);
$node->safe_psql('city', q{
	INSERT INTO dcm.person (code, name) SELECT 'p' || n, 'p' || n FROM generate_series(1, 20) AS n;
	INSERT INTO dcm.post (code, person, role, org)
	SELECT 'post_' || p.code, p.id, 'collector', o.id FROM dcm.person AS p, dcm.org AS o WHERE p.code ~ '^p[0-9]+$' AND o.code = 'centre';
	-- each raises an error where it is not so
	CREATE FUNCTION public.is_me(who text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		found constant text := (SELECT w.person FROM dcm.whoami() AS w);
	BEGIN
		IF found <> who THEN
			RAISE EXCEPTION '% acts as %', who, found;
		END IF;
		RETURN found;
	END $$;
	CREATE FUNCTION public.is_nobody() RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		RAISE EXCEPTION 'somebody acts: %', (SELECT w.person FROM dcm.whoami() AS w);
	EXCEPTION WHEN insufficient_privilege THEN
		RETURN 'nobody';
	END $$;
});
$node->safe_psql('city', q{SELECT dcm.become('col', scope => 'session');
	SELECT dcm.report_case('E0102', dcm.point(121.6015, 31.8005)) FROM generate_series(1, 10)}, @desk);
my $first = $node->safe_psql('city', 'SELECT min(case_no) FROM dcm.case_file');

my $pgbouncer = (grep { -x } map { "$_/pgbouncer" } split(/:/, $ENV{PATH} // ''), '/usr/sbin')[0];
my @pools;
SKIP:
{
	skip 'pgbouncer is not installed', 1 unless $pgbouncer;
	behind_a_pool();
}
at_the_beginning();
$node->stop;
done_testing();

# Starts pgbouncer between a socket folder of its own and the server's TCP port;
# "one" is a database by another name, with a single connection.
sub start_pool
{
	my ($name, $settings) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my $port = PostgreSQL::Test::Cluster::get_free_port();
	my $server = 'host=127.0.0.1 port=' . $node->port . ' dbname=city user=desk';
	append_to_file("$dir/ini", qq{
[databases]
city = $server pool_size=3
one = $server pool_size=1
[pgbouncer]
listen_addr =
unix_socket_dir = $dir
listen_port = $port
auth_type = any
pool_mode = transaction
max_client_conn = 100
logfile = $dir/log
pidfile = $dir/pid
$settings
});
	my $handle = IPC::Run::start([ $pgbouncer, '-q', "$dir/ini" ], '>', \my $out, '2>', \my $err);
	push @pools, $handle;
	for (1 .. 200)
	{
		last if -S "$dir/.s.PGSQL.$port";
		select undef, undef, undef, 0.1;
	}
	ok(-S "$dir/.s.PGSQL.$port", "$name: the pool is there") or diag(slurp_file("$dir/log"));
	return { host => $dir, port => $port };
}

END
{
	local $?;
	$_->kill_kill for @pools;
}

# What statements answer through the pool, each as a query of its own, and the errors.
sub through
{
	my ($pool, $database, @statements) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-X', '-A', '-t', '-q', '-h', $pool->{host}, '-p', $pool->{port}, '-U', 'anybody', '-d', $database, map { ('-c', $_) } @statements ],
		'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$out =~ s/^\n|\n$//g;
	return wantarray ? ($out, $err) : $out;
}

sub behind_a_pool
{
	my $pool = start_pool('plain', '');

	# Forty clients over three connections for some seconds.
	my $script = PostgreSQL::Test::Utils::tempdir() . '/clients.sql';
	append_to_file($script, qq{
\\set who random(1, 20)
\\set other random(1, 20)
\\set how random(1, 6)
\\set no $first + random(0, 9)
BEGIN;
SELECT public.is_nobody();
SELECT dcm.become('p' || :who);
SELECT public.is_me('p' || :who);
\\if :how <= 3
SELECT dcm.act(:no, 'comment', 'p' || :who || ' ' || pg_backend_pid());
COMMIT;
\\elif :how = 4
SELECT dcm.act(:no, 'comment', 'p' || :who || ' not done');
ROLLBACK;
\\elif :how = 5
SAVEPOINT s;
SELECT dcm.become('p' || :other, scope => 'session');
SELECT public.is_me('p' || :other);
ROLLBACK TO s;
SELECT public.is_me('p' || :who);
SELECT dcm.act(:no, 'comment', 'p' || :who || ' ' || pg_backend_pid());
COMMIT;
\\else
SELECT dcm.become('p' || :other);
SELECT dcm.act(:no, 'comment', 'p' || :other || ' ' || pg_backend_pid());
COMMIT;
\\endif
SELECT public.is_nobody();
});
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([ 'pgbench', '-n', '-c', 40, '-j', 2, '-T', 4, '-f', $script, '-h', $pool->{host}, '-p', $pool->{port}, '-U', 'anybody', 'city' ],
			'>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default)),
		'no client found itself somebody else, or somebody before it became it');
	unlike($err, qr/ERROR|aborted/, 'nor had another error') or diag($err);
	my ($entries, $wrong, $not_done, $connections, $people, $logins, $addresses, $posts) = split /\|/, $node->safe_psql('city', q{
		SELECT count(*), count(*) FILTER (WHERE split_part(x.value, ' ', 1) <> p.code), count(*) FILTER (WHERE x.value ~ 'not done'),
			count(DISTINCT split_part(x.value, ' ', 2)), count(DISTINCT p.code), string_agg(DISTINCT l.db_role, ','), string_agg(DISTINCT l.client, ','),
			bool_and(o.person = l.actor)
		FROM dcm.case_log AS l
			JOIN dcm.case_text AS x ON (x.case_no, x.log_no, x.field) = (l.case_no, l.log_no, 'note')
			JOIN dcm.person AS p ON p.id = l.actor
			JOIN dcm.post AS o ON o.id = l.post});
	cmp_ok($entries, '>', 100, "clients acted ($entries entries)");
	is($wrong, 0, 'each as the person that it had become');
	is($not_done, 0, 'what was rolled back was not done');
	cmp_ok($connections, '<=', 3, "over few connections ($connections)");
	is($people, 20, 'for all of twenty people');
	is($logins, 'desk', 'the log has the login of the pool');
	is($addresses, '127.0.0.1', 'and the address from which the server sees it, the pool\'s');
	is($posts, 't', 'and a post of the person');
	is($node->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()'), 0, 'the record is right');

	# However a transaction ends, the next client of the connection is nobody.
	is(through($pool, 'one', q{SELECT dcm.become('p1')}, 'SELECT public.is_nobody()'), 'nobody', 'after a statement by itself');
	my (undef, $failed) = through($pool, 'one', q{BEGIN; SELECT dcm.become('p1'); SELECT 1 / 0});
	like($failed, qr/division by zero/, 'a transaction that fails');
	is(through($pool, 'one', 'SELECT public.is_nobody()'), 'nobody', 'after one that failed');
	my $pid = through($pool, 'one', 'SELECT pg_backend_pid()');
	my ($in, $said) = ("BEGIN;\nSELECT dcm.become('p1');\nSELECT public.is_me('p1');\n", '');
	my $lost = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-h', $pool->{host}, '-p', $pool->{port}, '-U', 'anybody', '-d', 'one' ],
		'<', \$in, '>', \$said, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$lost->pump until $said =~ /p1/;
	$lost->signal('KILL');
	$lost->finish;
	is(through($pool, 'one', 'SELECT public.is_nobody()'), 'nobody', 'after a client that was lost in the middle of its transaction');

	# Session scope goes on in the connection, not in the client's session.
	is(through($pool, 'one', q{SELECT dcm.become('p1', scope => 'session')}), '', 'session scope through the pool');
	is(through($pool, 'one', q{SELECT public.is_me('p1')}), 'p1', 'makes the next client, who became nobody, act as that person');
	is(through($pool, 'one', q{BEGIN; SELECT dcm.become('p2'); SELECT public.is_me('p2'); COMMIT}, 'SELECT public.is_me(\'p1\')'), "p2\np1", 'who becomes somebody in the transaction is that all the same');
	through($pool, 'one', 'DISCARD ALL');
	is(through($pool, 'one', 'SELECT public.is_nobody()'), 'nobody', 'DISCARD ALL ends it');
	my $reset = start_pool('with a reset', "server_reset_query = DISCARD ALL\nserver_reset_query_always = 1");
	is(through($reset, 'one', q{SELECT dcm.become('p1', scope => 'session')}), '', 'session scope through a pool that resets');
	is(through($reset, 'one', 'SELECT public.is_nobody()'), 'nobody', 'is gone with the transaction');

	# What a client sets before the library is there stays in the connection, and counts for nothing.
	$node->safe_psql('city', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk'");
	$node->poll_query_until('city', "SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'desk'");
	my $p1 = $node->safe_psql('city', q{SELECT id || '/0' FROM dcm.person WHERE code = 'p1'});
	through($pool, 'one', 'SELECT 1');
	is(through($pool, 'one', "SET dcm.acting_person = '$p1'", 'SHOW dcm.acting_person'), $p1, 'a placeholder of that name, before the library');
	is(through($pool, 'one', 'SELECT public.is_nobody()'), 'nobody', 'is nobody');
	my (undef, $refused) = through($pool, 'one', "SET dcm.acting_person = '$p1'");
	like($refused, qr/permission denied to set parameter/, 'and afterwards it is refused');
	local $ENV{PGOPTIONS} = "-c dcm.acting_person=$p1";
	(undef, $refused) = through($pool, 'one', 'SELECT public.is_nobody()');
	like($refused, qr/unsupported startup parameter/, 'the pool lets no such option by');
	return;
}

# Connects with that parameter in the startup packet, which libpq would not put
# there, and tells what a query answers or the error that ended it.
sub with_startup_parameter
{
	my ($name, $value, $query) = @_;
	my $socket = IO::Socket::UNIX->new($node->host . '/.s.PGSQL.' . $node->port) or die "cannot connect: $!";
	my $packet = pack('N', 196608) . join("\0", 'user', 'desk', 'database', 'city', $name, $value) . "\0\0";
	print $socket pack('N', 4 + length $packet), $packet;
	my ($answer, $asked) = ('');
	while (read($socket, my $head, 5) == 5)
	{
		my ($type, $length) = unpack('aN', $head);
		read($socket, my $body, $length - 4);
		$answer .= "$body\n" if $type =~ /[DE]/;
		if ($type eq 'Z')
		{
			last if $asked++;
			print $socket 'Q', pack('N', 5 + length $query), "$query\0";
		}
	}
	close $socket;
	return $answer;
}

sub at_the_beginning
{
	my $p1 = $node->safe_psql('city', q{SELECT id || '/0' FROM dcm.person WHERE code = 'p1'});
	# while the library is not loaded nobody refuses this to a superuser
	$node->safe_psql('city', q{CREATE ROLE marked LOGIN IN ROLE dcm_app});
	$node->safe_psql('city', "ALTER ROLE marked SET dcm.acting_person = '$p1'");
	$node->safe_psql('city', "ALTER ROLE desk IN DATABASE city SET dcm.acting_person = '$p1'");
	my (undef, undef, $err) = $node->psql('city', "ALTER ROLE desk SET dcm.acting_person = '$p1'", @desk);
	like($err, qr/permission denied/, 'a login may not set it for itself');
	my $superuser = $node->safe_psql('city', 'SELECT current_user');
	for my $loaded (0, 1)
	{
		my $when = $loaded ? 'where the server loads the library' : 'before the library is loaded';
		if ($loaded)
		{
			$node->append_conf('postgresql.conf', "shared_preload_libraries = 'dcm'");
			$node->restart;
		}
		is($node->safe_psql('city', 'SELECT public.is_nobody()', extra_params => [ '-U', $_ ]), 'nobody', "stored with $_, $when") for qw(marked desk);
		like(with_startup_parameter('dcm.acting_person', $p1, 'SELECT public.is_nobody()'), qr/nobody|permission denied to set parameter/, "in the startup packet, $when");
		local $ENV{PGOPTIONS} = "-c dcm.acting_person=$p1";
		for my $role ('desk', $superuser)
		{
			my ($status, $out, $refused) = $node->psql('city', 'SELECT public.is_nobody()', extra_params => [ '-U', $role ]);
			like("$out$refused", qr/^nobody|permission denied to set parameter|is set by dcm.become alone/, "in the options of " . ($role eq 'desk' ? 'a login' : 'a superuser') . ", $when");
		}
	}
	$node->safe_psql('city', "ALTER DATABASE city SET dcm.reason = 'x'");
	(undef, undef, $err) = $node->psql('city', "ALTER DATABASE city SET dcm.acting_person = '$p1'");
	like($err, qr/is set by dcm.become alone/, 'with the library it is refused to a superuser too: ALTER DATABASE');
	(undef, undef, $err) = $node->psql('city', "ALTER SYSTEM SET dcm.acting_person = '$p1'");
	like($err, qr/cannot be changed|is set by dcm.become alone/, 'ALTER SYSTEM');
	is($node->safe_psql('city', q{GRANT SET ON PARAMETER dcm.acting_person TO desk; SELECT 'granted'}), 'granted', 'the right to set it may be granted');
	(undef, undef, $err) = $node->psql('city', "SET dcm.acting_person = '$p1'", @desk);
	like($err, qr/is set by dcm.become alone/, 'which gives nothing');
	return;
}
