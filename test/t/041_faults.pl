# An act is done or it is not: a statement that is cancelled or times out, a
# backend that is terminated, a client that is gone, a disk that is full, at any
# row that the act writes.  Nothing stands half, the same call sent again is done
# once, and the session that survives it is as it was: who acts, what it knows of
# the configuration, and no permit left that a plain write could use.
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

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my $dir = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('faults', init => ['--wal-segsize=1'], conf => "min_wal_size = 2MB\nmax_wal_size = 16MB\nautovacuum = off\n");
new_database($node, 'city', 'city_owner');
make_city($node, 'city');
# the owner acts too, as one who could write where a permit lets a write pass
$node->safe_psql('postgres', 'GRANT dcm_app TO city_owner; GRANT desk TO city_owner');

# Triggers of the city's own on all that an act writes, before the guard has seen
# a row and after it is written: the row whose number test.stop says meets with
# the fault that test.fault says.  And all that an act may have changed, as one
# hash.
$node->safe_psql('city', <<'SQL', @owner);
CREATE SCHEMA test;
GRANT USAGE ON SCHEMA test TO desk;
CREATE FUNCTION test.fault() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	n int := coalesce(nullif(current_setting('test.written', true), '')::int, 0) + 1;
BEGIN
	PERFORM set_config('test.written', n::text, true);
	IF n::text = current_setting('test.stop', true) THEN
		CASE current_setting('test.fault')
			WHEN 'cancel' THEN
				PERFORM pg_cancel_backend(pg_backend_pid());
			WHEN 'terminate' THEN
				PERFORM pg_terminate_backend(pg_backend_pid());
			WHEN 'wait' THEN
				PERFORM pg_advisory_xact_lock(7);
			ELSE
				-- so that the row is known to have been reached
				RAISE WARNING 'a fault';
				PERFORM pg_sleep(60);
		END CASE;
	END IF;
	RETURN NEW;
END
$$;
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,act_key,report_key}'::text[] LOOP
		EXECUTE format('CREATE TRIGGER own_fault BEFORE INSERT OR UPDATE ON dcm.%I FOR EACH ROW EXECUTE FUNCTION test.fault()', t);
		EXECUTE format('CREATE TRIGGER own_fault_too AFTER INSERT OR UPDATE ON dcm.%I FOR EACH ROW EXECUTE FUNCTION test.fault()', t);
	END LOOP;
END
$$;
CREATE FUNCTION test.state() RETURNS text LANGUAGE plpgsql SET work_mem = '256MB' AS $$
DECLARE
	t text;
	part text;
	whole text := '';
BEGIN
	FOREACH t IN ARRAY '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,act_key,report_key,anchor,outbox,escalation,place,setting,config_log,import_run}'::text[] LOOP
		EXECUTE format('SELECT md5(string_agg(r::text, chr(10) ORDER BY r::text COLLATE "C")) FROM dcm.%I AS r', t) INTO part;
		whole := whole || coalesce(part, '') || ',';
	END LOOP;
	RETURN whole || (SELECT count(*) FROM pg_class WHERE relnamespace = 'dcm'::regnamespace);
END
$$;
SQL

# Asked by a session of its own, which is opened anew after the server's start.
my $onlooker;

sub look_on
{
	$onlooker = $node->background_psql('city', extra_params => [ '-U', 'city_owner' ]);
	$onlooker->set_query_timer_restart();
	return;
}

sub state_of { return $onlooker->query_safe('SELECT test.state();'); }
look_on();

# The straight way, with a joint body, texts, photographs and a task; the report
# is step 0.
my @steps = (
	[ 'col', 'report' ], [ 'acc', 'accept', '{}' ], [ 'lead', 'file', '{"condition": 1}' ],
	[ 'disp', 'dispatch', '{"org": "works", "joint": ["clean"]}' ], [ 'lia', 'sign', '{}' ],
	[ 'lia', 'request_extension', '{"reason": "weather"}' ], [ 'disp', 'grant_extension', '{}' ],
	[ 'han', 'handle', '{"result": "cleaned", "after": "http://x/2.jpg"}' ]);

sub who { return "SELECT dcm.become('$steps[$_[0]][0]', scope => 'session') AS done \\gset\n"; }

sub call
{
	my ($key, $n, $case_no) = @_;
	my (undef, $action, $data) = @{ $steps[$n] };
	return "SELECT case_no, log_no, replayed FROM " . ($n == 0
		? "dcm.report_case('E0102', dcm.point(121.6055, 31.8005), description => '$key', attachments => '[{\"kind\": \"before\", \"uri\": \"http://x/1.jpg\"}]', client_key => '$key')"
		: "dcm.act($case_no, '$action', note => 'note $n', data => '$data', client_key => '$key-$n')");
}

# Sets what the fault is and at which row it comes, and for a timeout how soon.
my $patience = 40;

sub faulty
{
	my ($fault, $row) = @_;
	return "SET test.fault = '$fault';\nSET test.stop = '$row';\nSET statement_timeout = '" . ($fault eq 'timeout' ? "${patience}ms" : '0') . "';\n";
}
my $well = "RESET test.stop;\nRESET statement_timeout;\n";

# --- cancelled and timed out: the session survives
my $session = $node->background_psql('city', on_error_stop => 0, extra_params => [ '-U', 'city_owner', '-v', 'VERBOSITY=sqlstate' ]);
$session->set_query_timer_restart();

# What the session says to a query, its errors as their SQLSTATE.
my $warned;

sub ask
{
	my ($query) = @_;
	my $answer = $session->query($query);
	my $error = $session->{stderr} // '';
	$session->{stderr} = '';
	$warned = $error =~ /WARNING:/;
	return $answer . ($error =~ /(?:ERROR|FATAL):\s+(\w{5})/ ? $1 : $error);
}

my %stops;
for my $fault (qw(cancel timeout))
{
	my $key = "survivor $fault";
	my $case_no;

	for my $n (0 .. $#steps)
	{
		my $before = state_of();
		my @wrong;
		my $answer;
		ask(who($n));
		for my $row (1 .. 60)
		{
			my $reached;
			for (1 .. 10)
			{
				ask(faulty($fault, $row));
				$answer = ask(call($key, $n, $case_no) . ';');
				$reached = $warned;
				ask($well);
				# a slow machine has its time run out before it is at the row
				last if $fault ne 'timeout' || $reached || $answer ne '57014';
				$patience *= 2;
			}
			last if $answer ne '57014';
			$stops{$fault}++;

			push @wrong, "row $row: something is there" if $before ne state_of();
			push @wrong, "row $row: another acts" if ask('SELECT person FROM dcm.whoami();') ne $steps[$n][0];
			# no permit is left for the row that the act was about
			push @wrong, "row $row: a plain write passes"
			  if $case_no && grep { ask($_) ne '23514' }
			  "UPDATE dcm.case_file SET state = state WHERE case_no = $case_no;",
			  "INSERT INTO dcm.case_log SELECT * FROM dcm.case_log WHERE case_no = $case_no LIMIT 1;",
			  "INSERT INTO dcm.case_text SELECT * FROM dcm.case_text WHERE case_no = $case_no LIMIT 1;";
		}
		is_deeply(\@wrong, [], "$fault in $steps[$n][1]: nothing is half done and the session is clean");
		like($answer, qr/^\d+\|@{[ $n + 1 ]}\|f$/, "... and without a fault it is done");
		($case_no) = split /\|/, $answer;
		is(ask(call($key, $n, $case_no) . ';'), "$case_no|" . ($n + 1) . '|t', '... once');
	}
	is(ask("SELECT count(*) FROM dcm.verify_all();"), '0', "$fault: the record is sound");
}
cmp_ok($stops{$_}, '>', 8 * @steps, "$_: $stops{$_} stops in @{[ scalar @steps ]} acts") for qw(cancel timeout);

# --- in a transaction and a savepoint: all that was set in it is taken back
my $open = (split /\|/, ask(who(0) . call('savepoint', 0) . ';'))[0];
ask(who(1));
is(ask(q{BEGIN;
		UPDATE dcm.setting SET value = '7' WHERE name = 'max_extensions';
		SAVEPOINT a;
		UPDATE dcm.setting SET value = '9' WHERE name = 'max_extensions';
		INSERT INTO dcm.person (code, name) VALUES ('ghost', 'nobody');
		SELECT dcm.become('ghost', scope => 'session') AS done \gset
		SELECT dcm.setting('max_extensions'), dcm.acting();}), '9|ghost', 'within the savepoint another acts by another rule');
ask(who(1) . faulty('cancel', 2));
is(ask(call('savepoint', 1, $open) . ';'), '57014', 'an act is cancelled within it');
is(ask("ROLLBACK TO a;\nSELECT dcm.setting('max_extensions'), person FROM dcm.whoami();"), '7|acc', 'the savepoint taken back: who acts and the rule are those of before it');
is(ask("UPDATE dcm.case_file SET state = state WHERE case_no = $open;"), '23514', '... and no permit is left');
is(ask("ROLLBACK TO a;\n$well" . call('savepoint', 1, $open) . ";\nCOMMIT;\nSELECT dcm.setting('max_extensions');"), "$open|2|f\n7", '... and the act is done in the same transaction');
is(ask("SELECT dcm.become('ghost');"), 'P0002', 'who was made in the savepoint is unknown');
is(ask("BEGIN;\nSELECT dcm.become('lead') AS done \\gset\n" . faulty('cancel', 1) . call('savepoint', 2, $open) . ";\nROLLBACK;\n$well SELECT person FROM dcm.whoami();"),
	'acc57014', 'a transaction taken back takes back who acted in it');

# --- caught by the application's own code within one statement, which then tries
# to write what the act was about to write itself
ask($well . who(2));
{
	my (@passed, $caught);
	for my $row (1 .. 16)
	{
		for my $write ("UPDATE dcm.case_file SET state = 'closed' WHERE case_no = $open",
			"INSERT INTO dcm.case_log SELECT (l).* FROM (SELECT jsonb_populate_record(l, '{\"log_no\": 3}') AS l FROM dcm.case_log AS l WHERE case_no = $open AND log_no = 2) AS x")
		{
			my $answer = ask("SET test.fault = 'cancel';\nSET test.stop = '$row';\nDO \$\$
				BEGIN
					BEGIN
						PERFORM dcm.act($open, 'file', data => '{\"condition\": 1}');
						RAISE SQLSTATE 'ZZ000';
					EXCEPTION WHEN query_canceled THEN
						PERFORM set_config('test.stop', '0', false);
						$write;
					END;
				END \$\$;");
			next if $answer eq 'ZZ000';
			$caught++;
			push @passed, "row $row: $write: $answer" unless $answer eq '23514';
		}
	}
	cmp_ok($caught, '>', 10, "code of an application catches the cancelling ($caught times)");
	is_deeply(\@passed, [], '... and has no permit for what the act was about to write');
}
ask($well);

# --- a batch: all or none of it, and again it is done once
{
	my $batch = "SELECT string_agg(concat_ws('|', ord, log_no, state, sqlstate), ' ') FROM dcm.act_batch('["
	  . join(', ', map { qq({"action": "comment", "case_no": $open, "note": "n$_", "data": {}, "client_key": "batch $_"}) } 1 .. 5) . "]');";
	my $before = state_of();
	ask(faulty('cancel', 13));
	is(ask($batch), '57014', 'a batch is cancelled in its midst');
	is(state_of(), $before, 'and nothing of it is there');
	ask($well);
	my $done = ask($batch);
	unlike($done, qr/\|\w{5}( |$)/, 'again, it is done');
	is(ask($batch), $done, 'and once');
}

# --- a backend that is terminated
{
	my $key = 'terminated';
	my $case_no;
	my $stops = 0;
	for my $n (0 .. $#steps)
	{
		my $before = state_of();
		my ($answer, $error, @wrong);
		for my $row (1 .. 60)
		{
			(undef, $answer, $error) = $node->psql('city', who($n) . faulty('terminate', $row) . call($key, $n, $case_no), @desk);
			last if $error !~ /terminating connection due to administrator command/;
			$stops++;
			push @wrong, $row if $before ne state_of();
		}
		is_deeply(\@wrong, [], "terminated in $steps[$n][1]: nothing is half done");
		like($answer, qr/^\d+\|@{[ $n + 1 ]}\|f$/, '... and sent again it is done');
		($case_no) = split /\|/, $answer;
		is($node->safe_psql('city', who($n) . call($key, $n, $case_no), @desk), "$case_no|" . ($n + 1) . '|t', '... once');
	}
	cmp_ok($stops, '>', 8 * @steps, "terminated $stops times");
}

# --- a client that is gone: where the server looks after it, the act ends; where
# it does not, the act is done and nobody hears of it
for my $looks (1, 0)
{
	my $key = "gone $looks";
	my $case_no;
	my @wrong;
	for my $n (0 .. $#steps)
	{
		my $before = state_of();
		unlink "$dir/gone.sql";
		append_to_file("$dir/gone.sql", who($n) . "SET client_connection_check_interval = '" . ($looks ? '10ms' : '0') . "';\n"
			. "SET test.fault = '" . ($looks ? 'sleep' : 'wait') . "';\nSET test.stop = '" . ($n % 4 + 1) . "';\n" . call($key, $n, $case_no) . ";\n");
		# what is not looked after waits until its client is gone, and goes on then
		$onlooker->query_safe('SELECT pg_advisory_lock(7);') unless $looks;
		my $client = IPC::Run::start([ 'psql', '-XAtq', '-U', 'desk', '-d', $node->connstr('city'), '-f', "$dir/gone.sql" ], '>', \my $out, '2>', \my $err);
		$node->poll_query_until('city', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' OR wait_event = 'advisory'}) or die 'the act does not wait';
		kill 'KILL', $client->{KIDS}[0]{PID};
		eval { IPC::Run::finish($client) };
		$onlooker->query_safe('SELECT pg_advisory_unlock(7);') unless $looks;
		$node->poll_query_until('city', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'desk'}) or die 'the backend stays';
		push @wrong, "$steps[$n][1]: " . ($looks ? 'something is there' : 'nothing is there') if ($before eq state_of()) != $looks;
		my $answer = $node->safe_psql('city', who($n) . call($key, $n, $case_no), @desk);
		push @wrong, "$steps[$n][1]: $answer" unless $answer =~ /^(\d+)\|@{[ $n + 1 ]}\|@{[ $looks ? 'f' : 't' ]}$/;
		$case_no = $1;
	}
	is_deeply(\@wrong, [], $looks ? 'clients gone, the server looks: nothing is done, and sent again it is'
		: 'clients gone, the server does not look: it is done, and sent again it is not done twice');
}
is($node->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', 'the record is sound');
# --- the configuration is read anew, and that is cancelled
$node->safe_psql('city', q{INSERT INTO dcm.person (code, name) SELECT 'many' || n, '多' || n FROM generate_series(1, 6000) AS n}, @owner);
{
	my $cancelled = 0;
	my @wrong;
	ask(who(2));
	for my $round (1 .. 8)
	{
		$onlooker->query_safe("UPDATE dcm.person SET name = 'round $round' WHERE code = 'acc';");
		$cancelled++ if ask("SET statement_timeout = '1ms';\nSELECT person FROM dcm.whoami();") eq '57014';
		push @wrong, $round if ask("RESET statement_timeout;\nSELECT person, cardinality(roles) FROM dcm.whoami();") ne 'lead|1';
	}
	cmp_ok($cancelled, '>', 0, "reading people anew is cancelled ($cancelled of 8)");
	is_deeply(\@wrong, [], 'and is read whole at the next use');
}
$session->quit;
$onlooker->quit;

$node->safe_psql('city', 'SET client_min_messages = warning; DROP FUNCTION test.fault() CASCADE', @owner);
$node->stop;

# --- a disk that is full
SKIP:
{
	my $library = "$dir/full_disk.so";
	skip 'a full disk is tried on Linux', 1 unless $^O eq 'linux';
	system('cc', '-shared', '-fPIC', '-O1', '-o', $library, "$FindBin::Bin/lib/full_disk.c", '-ldl') == 0 or die 'full_disk.c does not compile';
	local %ENV = (%ENV, DCM_FULL_DATA => "$dir/full_data", DCM_FULL_WAL => "$dir/full_wal");

	my $start = sub { local %ENV = (%ENV, LD_PRELOAD => $library); $node->start; };
	my $fill = sub { append_to_file("$dir/$_[0]", '') };
	my $free = sub { unlink "$dir/$_[0]" };
	my %again;

	$start->();
	look_on();
	# work that grows tables, at each of which the disk may be full
	my @work = (
		(map { [ 'desk', who(0) . call("full $_", 0) ] } 1 .. 12),
		[ 'loader', "SELECT dcm.become('col', scope => 'session') AS done \\gset\nSELECT case_no FROM dcm.report_case('E0102', dcm.point(121.6055, 31.8005), at => '1988-03-04 10:00+08', client_key => 'full year')" ],
		[ 'city_owner', 'SELECT dcm.make_anchor()' ],
		[ 'city_owner', "BEGIN; INSERT INTO dcm.stage_places (code, name, kind, lon, lat) SELECT 'full ' || n, '满' || n, 'poi', 121.6, 31.8 FROM generate_series(1, 500) AS n; SELECT added FROM dcm.import_places(); COMMIT" ]);
	my ($refused, $done, @wrong) = (0, 0);

	$fill->('full_data');
	for my $i (0 .. $#work)
	{
		my ($login, $sql) = @{ $work[$i] };
		my $before = state_of();
		my ($code, $out, $err) = $node->psql('city', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $login ], on_error_stop => 1);
		if ($code == 0)
		{
			$done++;
			next;
		}
		$refused++;
		$again{$i} = 1;
		push @wrong, "$i: $err" unless $err =~ /ERROR:\s+53100: .*No space left on device/;
		push @wrong, "$i: something is there" if state_of() ne $before;
	}
	is_deeply(\@wrong, [], "the disk is full: $refused calls are refused with 53100, and nothing of them is there ($done found room)");
	cmp_ok($refused, '>', 10, '... many of them');
	ok($again{12} && $again{14}, '... the leaves of a new year and a list among them');
	my (undef, undef, $err) = $node->psql('city', "SET work_mem = '64kB'; SELECT count(*) FROM generate_series(1, 200000) AS n GROUP BY n % 100000 ORDER BY 1 LIMIT 1; SELECT count(*) FROM dcm.verify_all()", @owner);
	like($err, qr/No space left on device/, '... and a sort that needs a file');
	$free->('full_data');

	my @lost = grep { $node->psql('city', $work[$_][1], extra_params => [ '-U', $work[$_][0] ], on_error_stop => 1) != 0 } sort { $a <=> $b } keys %again;
	is_deeply(\@lost, [], 'there is room again: what was refused is done');
	is($node->safe_psql('city', join('', map { who(0) . "SELECT replayed FROM (" . call("full $_", 0) . ") AS r;\n" } 1 .. 12), @desk),
		join("\n", ('t') x 12), '... and all is there once');
	is($node->safe_psql('city', q{
		SELECT count(*) FROM dcm.report_key WHERE client_key ~ '^full';
		SELECT count(*) FROM dcm.place WHERE code ~ '^full';
		SELECT count(*) FROM dcm.case_file WHERE case_no / 100000000000 = 1988;
		SELECT count(*) FROM dcm.stage_places;
		SELECT count(*) FROM dcm.verify_all()}, @owner), "13\n500\n1\n0\n0", '... and the record is sound');

	$onlooker->quit;

	# the disk of the log: PostgreSQL itself stops; when there is room it recovers
	my %answered;
	$fill->('full_wal');
	for my $i (1 .. 60)
	{
		my ($code, $out) = $node->psql('city', who(0) . call("wal $i", 0), @desk);
		last if $code != 0;
		$answered{$i} = $out =~ s/\|f$/|t/r;
		# on to the next file, which is made anew unless one is left over
		$node->psql('city', 'SELECT pg_switch_wal()');
	}
	cmp_ok(scalar(keys %answered), '<', 60, 'the disk of the log is full: the server stops after ' . keys(%answered) . ' answers');
	like(slurp_file($node->logfile), qr/PANIC:.*No space left on device/, '... as PostgreSQL does');
	for (1 .. 200)
	{
		last unless -e $node->data_dir . '/postmaster.pid';
		usleep(50_000);
	}
	$free->('full_wal');
	$node->{_pid} = undef;
	$start->();
	my @differ = grep { $node->safe_psql('city', who(0) . call("wal $_", 0), @desk) ne $answered{$_} } sort { $a <=> $b } keys %answered;
	is_deeply(\@differ, [], 'there is room again: every answer stands');
	is($node->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', '... and the record is sound');
	$node->stop;
}
done_testing();
