# A load of reports and acts on the city of DcmCity, each call with its key and in
# its own transaction, and what of it was answered and is there: for tests that
# take the server away in the midst of it.
package DcmLoad;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(@steps call start_load await_load end_load found_calls missing_answers);

# The straight way; the report is step 0.
our @steps = (
	[ 'col', 'report', '' ], [ 'acc', 'accept', '{}' ], [ 'lead', 'file', '{"condition": 1}' ],
	[ 'disp', 'dispatch', '{"org": "works"}' ], [ 'lia', 'sign', '{}' ],
	[ 'han', 'handle', '{"result": "cleaned", "after": "http://x/2.jpg"}' ],
	[ 'acc', 'request_check', '{}' ], [ 'col', 'pass_check', '{"photo": "u"}' ],
	[ 'lead', 'close', '{}' ]);

# One call with its key.
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

# Starts that many clients, each with its own cases 1, 2, … from report to close.
# psql prints an answer when it has it.
sub start_load
{
	my ($node, $tag, $clients) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir;
	my @load;

	for my $client (1 .. $clients)
	{
		my $script = "\\set ON_ERROR_STOP 1\n";
		for my $case (1 .. 400)
		{
			my $key = "$tag-c$client-$case";
			$script .= call($key, $_, ':case_no') . " \\gset\n\\echo $key $_ :case_no :log_no\n" for 0 .. $#steps;
		}
		append_to_file("$dir/$client.sql", $script);
		push @load, IPC::Run::start(
			[ 'psql', '-XAtq', '-U', 'desk', '-d', $node->connstr('city'), '-f', "$dir/$client.sql" ],
			'>', "$dir/$client.out", '2>', "$dir/$client.err");
	}
	return { clients => \@load, dir => $dir };
}

# Waits until so many calls of a load are done, whatever the machine's speed.
sub await_load
{
	my ($node, $tag, $n) = @_;
	$node->poll_query_until('city', qq{
		SELECT (SELECT count(*) FROM dcm.act_key WHERE client_key ~ '^$tag-') + (SELECT count(*) FROM dcm.report_key WHERE client_key ~ '^$tag-') >= $n})
	  or die 'the load does not go on';
	return;
}

# Waits for the clients of a load that the server has left, and gives what they
# were answered: "key step" => "case_no log_no".
sub end_load
{
	my ($load) = @_;
	my %answered;

	IPC::Run::finish($_) for @{ $load->{clients} };
	for my $line (map { split /\n/, slurp_file("$load->{dir}/$_.out") } 1 .. @{ $load->{clients} })
	{
		$answered{"$1 $2"} = "$3 $4" if $line =~ /^(\S+) (\d+) (\d+) (\d+)$/;
	}
	return \%answered;
}

# What of a load is in the database, in the same form.
sub found_calls
{
	my ($node, $tag) = @_;
	my %found = map { /^(\S+ \d+) (\d+ \d+)$/ ? ($1 => $2) : () }
	  split /\n/, $node->safe_psql('city', qq{
		SELECT k.client_key || ' 0 ' || k.case_no || ' 1' FROM dcm.report_key AS k WHERE k.client_key ~ '^$tag-'
		UNION ALL
		SELECT regexp_replace(k.client_key, '-(\\d+)\$', ' \\1') || ' ' || k.case_no || ' ' || k.log_no
		FROM dcm.act_key AS k WHERE k.client_key ~ '^$tag-';
	  }, extra_params => [ '-U', 'city_owner' ]);
	return \%found;
}

# The answers that do not stand as they were given.
sub missing_answers
{
	my ($answered, $found) = @_;
	return [ grep { ($found->{$_} // '') ne $answered->{$_} } sort keys %$answered ];
}

1;
