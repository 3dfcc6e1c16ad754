# What reads bytes from outside under random edits, without a server and with
# the sanitizers where the compiler has them: the digits of codes, then every
# input, receive and reading function.  DCM_FUZZ_SECONDS makes it run longer.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $root = dirname(__FILE__) . '/../..';
my $cc = $ENV{CC} || 'cc';
my $seconds = $ENV{DCM_FUZZ_SECONDS} || 2;
my $seed = $ENV{DCM_FUZZ_SEED} // '';
my $folder = tempdir(CLEANUP => 1);

plan skip_all => "no C compiler" if system("$cc --version >/dev/null 2>&1") != 0;

fuzz('digits', '-std=c99', sources('test/fuzz/digits_fuzz.c', 'src/code/digits.c'));

# the server's headers, and its own string building
my %pg = map { $_ => pg_config("--$_") } qw(includedir-server pkglibdir cppflags);
my ($libraries) = grep { -e "$_/libpgcommon.a" } "$pg{pkglibdir}/../lib", pg_config('--libdir');
SKIP:
{
	skip 'no libpgcommon.a', 3 unless $libraries;
	fuzz('input', '-std=gnu99', '-Wno-unused-parameter', '-D_GNU_SOURCE', $pg{cppflags}, "-I$pg{'includedir-server'}", "-I$root/src",
		'-ffunction-sections', '-Wl,--gc-sections',
		sources('test/fuzz/input_fuzz.c', 'test/fuzz/server.c',
			(map { "src/code/$_.c" } qw(area_code grid_code component_id code_io digits)),
			'src/time/time_limit.c', 'src/score/tally.c', 'src/reading.c', 'src/space/wkb.c', 'src/space/ring.c'),
		"-L$libraries", '-lpgcommon', '-lpgport', '-lgeos_c', '-lm');
}

done_testing();

# Builds a program of these options and runs it
sub fuzz
{
	my ($name, @options) = @_;
	my $program = "$folder/${name}_fuzz";
	my $compile = "$cc -O1 -g -Wall -Wextra -Werror";
	my $built = build($program, "$compile -fsanitize=address,undefined -fno-sanitize-recover=all", @options);
	note "$name built without sanitizers" unless $built;
	ok($built || build($program, $compile, @options), "$name builds without a server")
	  or diag `$compile -o $program @options 2>&1`;

	my $output = `$program $seconds $seed 2>&1`;
	is($?, 0, "random edits of $name for $seconds s find nothing");
	like($output, qr/^[1-9]\d* texts, no /m, 'and some were tried');
	$? ? diag $output : note $output;
	return;
}

sub build
{
	my ($program, $compile, @options) = @_;
	return system("$compile -o $program @options >/dev/null 2>&1") == 0
	  && system("$program 0 >/dev/null 2>&1") == 0;
}

sub sources { return map { "$root/$_" } @_ }

sub pg_config
{
	my $answer = `@{[ $ENV{DCM_PG_CONFIG} || 'pg_config' ]} @_`;
	chomp $answer;
	return $answer;
}
