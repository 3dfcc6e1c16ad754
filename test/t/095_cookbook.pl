# The cookbook works: every block of docs/cookbook.md runs, each language's as
# one program in a city of its own, and prints what the document shows, but for
# case numbers and times.  SQL always runs; a language whose driver is not
# installed is skipped by name.
use strict;
use warnings;
use File::Basename qw(dirname);
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = dirname(__FILE__) . '/../..';
my $mark = 'block of the cookbook at line';

sub text_of
{
	my ($file) = @_;
	open my $handle, '<', "$root/$file" or die "cannot read $file: $!";
	local $/;
	return <$handle>;
}

# The blocks in order, each with its language, line, code, and what the block
# without a language right under it shows.
sub blocks_of
{
	my ($text) = @_;
	my (@blocks, @strays, $open, $number, $last);
	for my $line (split /\n/, $text)
	{
		$number++;
		if ($open)
		{
			if ($line ne '```')
			{
				$open->{code} .= "$line\n";
				next;
			}
			if ($open->{language} ne '')
			{
				push @blocks, $open;
			}
			elsif (@blocks && $last == $open->{line} - 1)
			{
				$blocks[-1]{shown} = $open->{code};
			}
			else
			{
				push @strays, "line $open->{line}: a result that stands under no block";
			}
			($open, $last) = (undef, $number);
		}
		elsif ($line =~ /^```(.*)$/)
		{
			$open = { language => $1, line => $number, code => '' };
			push @strays, "line $number: language \"$1\"" unless $1 =~ /^(sql|python|javascript|)$/;
		}
	}
	push @strays, "line $open->{line}: not closed" if $open;
	return (\@blocks, \@strays);
}

# Lines without what differs from day to day and by the width of columns.
sub plain
{
	my ($text) = @_;
	my @lines = split /\n/, $text;
	for (@lines)
	{
		s/\b20\d{13}\b/CASE/g;
		s/\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:?\d\d)?|Z)?/TIME/g;
		s/-+/-/g if /^[-+]+$/;
		s/\s+/ /g;
		s/^ | $//g;
	}
	pop @lines while @lines && $lines[-1] eq '';
	return @lines;
}

# What stood last: a query before it in the same block is not shown.
sub last_answer
{
	my ($shown, $printed) = @_;
	my @shown = plain($shown);
	my @printed = plain($printed);
	splice @printed, 0, @printed - @shown if @printed > @shown && $printed[ -@shown - 1 ] eq '';
	return (\@shown, \@printed);
}

# Runs a language's blocks as one program; a mark printed before each tells them
# apart, and one at the end that all came to their end.
sub run_language
{
	my ($language, $database, $blocks, %is) = @_;
	my $program = $is{head} // '';
	$program .= sprintf($is{mark}, "$mark $_->{line}") . $_->{code} for @$blocks;
	$program .= sprintf($is{mark}, "$mark end") . ($is{tail} // '');

	my $file = PostgreSQL::Test::Utils::tempdir() . "/cookbook.$is{suffix}";
	open my $handle, '>', $file or die "cannot write $file: $!";
	print $handle $program;
	close $handle;

	my ($out, $err) = ('', '');
	my $finished = eval {
		local %ENV = (%ENV, PGDATABASE => $database, PGCLIENTENCODING => 'UTF8', %{ $is{env} // {} });
		IPC::Run::run([ @{ $is{command} }, $file ], '<', \'', '>', \$out, '2>', \$err,
			IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	};
	$err .= $@ if $@;
	ok($finished, "$language: the program ends well") or diag($err);

	my %printed = "\n$out" =~ /\n\Q$mark\E (\w+)\n(.*?)(?=\n\Q$mark\E|\z)/sg;
	for my $i (0 .. $#$blocks)
	{
		my $block = $blocks->[$i];
		my $next = $i < $#$blocks ? $blocks->[ $i + 1 ]{line} : 'end';
		my $name = "$language at line $block->{line}";
		ok(exists $printed{$next}, "$name runs");
		next unless defined $block->{shown};
		my ($shown, $got) = last_answer($block->{shown}, $printed{ $block->{line} } // '');
		is_deeply($got, $shown, "$name prints what is shown") or diag("it prints:\n" . ($printed{ $block->{line} } // 'nothing'));
	}
	return;
}

# The first of some commands that does what is asked of it.
sub first_that_can
{
	my ($asked, @commands) = @_;
	for my $command (@commands)
	{
		my ($out, $err);
		return $command if eval { IPC::Run::run([ $command, @$asked ], '<', \'', '>', \$out, '2>', \$err) };
	}
	return;
}

my $document = text_of('docs/cookbook.md');
my ($blocks, $strays) = blocks_of($document);
is_deeply($strays, [], 'every block of the cookbook is a program or a result');

# the city of the examples, copied for each language
my $node = PostgreSQL::Test::Cluster->new('cookbook');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "timezone = 'UTC'\n");
$node->start;
my ($preamble, @rest) = @$blocks;
is($preamble->{language}, 'sql', 'the first block makes the city');
$node->safe_psql('postgres', "CREATE DATABASE city TEMPLATE template0 ENCODING 'UTF8'");
{
	my $file = PostgreSQL::Test::Utils::tempdir() . '/city.sql';
	open my $handle, '>', $file or die "cannot write $file: $!";
	print $handle $preamble->{code};
	close $handle;
	my ($out, $err) = run_command([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('city'),
		'-f', "$root/docs/first_city.sql", '-f', $file, '-c', q(\echo made) ]);
	like($out, qr/made$/, 'the city is made') or BAIL_OUT($err);
}

my %blocks_in = map { my $language = $_; $language => [ grep { $_->{language} eq $language } @rest ] } qw(sql python javascript);
cmp_ok(scalar @{ $blocks_in{$_} }, '>', 8, "the cookbook has examples in $_") for sort keys %blocks_in;
$node->safe_psql('postgres', "CREATE DATABASE city_$_ TEMPLATE city") for sort keys %blocks_in;
local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGUSER => 'desk');

run_language('SQL', 'city_sql', $blocks_in{sql}, suffix => 'sql',
	command => [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off', '-f' ], mark => "\\echo '%s'\n");

SKIP:
{
	my $python = first_that_can([ '-c', 'import psycopg' ], '/usr/bin/python3', 'python3');
	skip 'Python: psycopg 3 is not installed (python3-psycopg)', 1 unless $python;
	run_language('Python', 'city_python', $blocks_in{python}, suffix => 'py', command => [$python],
		mark => "print('%s', flush=True)\n", env => { PYTHONUTF8 => 1 });
}

SKIP:
{
	my $command = first_that_can([ '-e', q(require('pg')) ], 'node', 'nodejs');
	skip 'JavaScript: pg is not installed (node-pg)', 1 unless $command;
	run_language('JavaScript', 'city_javascript', $blocks_in{javascript}, suffix => 'cjs', command => [$command],
		head => "(async () => {\n", mark => "console.log('%s');\n", env => { NODE_DISABLE_COLORS => 1 },
		tail => "})().catch((err) => { console.error(err); process.exit(1); });\n");
}

# the names of errors are those of errors.md, with a SQLSTATE that it tells
my %states = text_of('docs/errors.md') =~ /^\| `(dcm\.\w+)` \| ([^|]+) \|/mg;
my @wrong;
for my $row ($document =~ /^(\| [^|]*\b(?:\d{5}|P0\d{3})\b[^|]*\|[^|]+\|)/mg)
{
	my ($told, $names) = $row =~ /^\|([^|]*)\|([^|]*)\|/;
	for my $name ($names =~ /`(dcm\.\w+)`/g)
	{
		push @wrong, $name unless grep { index($told, $_) >= 0 } split /, /, $states{$name} // 'unknown';
	}
}
push @wrong, grep { !$states{$_} } map { $_->{code} =~ /["'](dcm\.\w+)["']/g } @{ $blocks_in{python} }, @{ $blocks_in{javascript} };
is_deeply(\@wrong, [], 'its errors are those of docs/errors.md');

done_testing();
