# The pure C of the codes under random edits, with the sanitizers where the
# compiler has them.  DCM_FUZZ_SECONDS makes it run longer.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $root = dirname(__FILE__) . '/../..';
my $cc = $ENV{CC} || 'cc';
my $seconds = $ENV{DCM_FUZZ_SECONDS} || 2;
my $program = tempdir(CLEANUP => 1) . '/digits_fuzz';
my @sources = ("$root/test/fuzz/digits_fuzz.c", "$root/src/code/digits.c");

plan skip_all => "no C compiler" if system("$cc --version >/dev/null 2>&1") != 0;

my @sanitize = ('-fsanitize=address,undefined', '-fno-sanitize-recover=all');
my $built = build(@sanitize);
note "built without sanitizers" unless $built;
ok($built || build(), 'digits.c builds alone');

my $output = `$program $seconds 2>&1`;
is($?, 0, "random edits for $seconds s find no difference");
note $output;
like($output, qr/^\d+ texts, no difference$/m, 'and some were tried');

done_testing();

sub build
{
	my $options = join ' ', @_;
	return system("$cc -std=c99 -O1 -g -Wall -Wextra -Werror $options -o $program @sources 2>/dev/null") == 0
	  && system("$program 0 >/dev/null 2>&1") == 0;
}
