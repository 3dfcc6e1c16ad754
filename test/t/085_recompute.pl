# A holiday is announced while a city works: the job moves the deadlines of open
# cases batch by batch, as a role that may do nothing else, while others act.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('recompute');
my @jobs = (extra_params => [ '-U', 'jobs' ]);
new_database($node, 'city', 'city_owner');
make_city($node, 'city');
# a limit that a holiday moves, as if it had always been so
$node->safe_psql('city', q{
	ALTER TABLE dcm.filing_standard DISABLE TRIGGER USER;
	UPDATE dcm.filing_standard SET limit_1 = '5 work_day', limit_2 = NULL, limit_3 = NULL;
	ALTER TABLE dcm.filing_standard ENABLE TRIGGER USER;
});
make_cases($node, 'city', '2015-01-05 08:00+08', 2400);

my $before = $node->safe_psql('city', q{SELECT case_no, due FROM dcm.case_file WHERE handled_at IS NOT NULL OR ended_at IS NOT NULL ORDER BY 1});
$node->safe_psql('city', q{INSERT INTO dcm.calendar_day (calendar, day, kind, label)
	SELECT 'default', d, 'holiday', 'Feast' FROM generate_series(date '2015-01-06', '2015-06-30', '1 day') AS d
	ON CONFLICT DO NOTHING}, extra_params => [ '-U', 'city_owner' ]);

my $listed = $node->safe_psql('city', 'SELECT count(DISTINCT case_no) FROM dcm.recompute_deadlines()', @jobs);
cmp_ok($listed, '>', 500, 'more than a batch of cases would move');
my ($rc, $out, $err) = $node->psql('city', 'SELECT count(*) FROM dcm.recompute_deadlines(dry_run => false)', extra_params => [ '-U', 'desk' ]);
like($err, qr/permission denied/, 'an application moves none');

# a case that somebody has in hand keeps the job waiting, not failing
my $held = $node->safe_psql('city', 'SELECT max(case_no) FROM dcm.recompute_deadlines()');
my $other = $node->background_psql('city', on_error_stop => 1, extra_params => [ '-U', 'loader' ]);
SKIP:
{
	skip 'no background psql', 1 unless ref $other && $other->can('query_safe');
	$other->query_safe("BEGIN; SELECT dcm.become('col'); SELECT dcm.act($held, 'comment', 'in hand')");
	my $job = $node->background_psql('city', on_error_stop => 1, extra_params => [ '-U', 'jobs' ]);
	$job->query_until(qr/begun/, "\\echo begun\nCALL dcm.run_jobs('recompute');\n");
	ok($node->poll_query_until('city', q{SELECT done >= 500 FROM dcm.job_run WHERE job = 'recompute'}), 'progress is seen before the end');
	$other->query_safe('COMMIT');
	$other->quit;
	$job->quit;
}
$node->safe_psql('city', q{CALL dcm.run_jobs('recompute')}, @jobs);

is($node->safe_psql('city', 'SELECT count(*) FROM dcm.recompute_deadlines()', @jobs), '0', 'all are moved');
is($node->safe_psql('city', q{SELECT count(DISTINCT case_no), count(*) FROM dcm.case_log WHERE action = 'recompute_deadlines'}), "$listed|$listed", 'each with one entry');
is($node->safe_psql('city', q{SELECT case_no, due FROM dcm.case_file WHERE handled_at IS NOT NULL OR ended_at IS NOT NULL ORDER BY 1}), $before, 'what has stopped is as it was');
is($node->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()'), '0', 'the record is right');
is($node->safe_psql('city', q{SELECT finished_at IS NOT NULL FROM dcm.job_run WHERE job = 'recompute'}), 't', 'the job has ended');

$node->stop;
done_testing();
