# The demo of Qidong, as make demo runs it: the report's figures come out of the
# evaluation, nothing is wrong with the record, a live job has escalated.
use strict;
use warnings;
use FindBin;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $out  = `env -u PGHOST -u PGPORT -u PGUSER bash $root/test/bin/demo 2>&1 </dev/null`;
is($?, 0, 'make demo ends well') or diag($out);

like($out, qr/27844 \| +26775 \| +26751 \| +17260 \| 96\.16 % +\| 61\.99 % +\|.* yes/, 'the figures of nine months');
like($out, qr/12414 \| +12081 \| +12073 \| +11104 \| 97\.32 % +\| 89\.45 % +\|.* yes/, 'the figures of four months');
like($out, qr/log entries: nothing wrong/, 'the record is clean');
like($out, qr/23514.*42501.*23514/s, 'three forbidden moves are refused');
like($out, qr/CALL dcm\.run_jobs\('escalate'\) \| succeeded/, 'pg_cron ran the job');
like($out, qr/case +\| +1 \| warn +\| +\d+/, 'which escalated');

done_testing();
