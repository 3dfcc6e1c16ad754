# A replica for reports, made by the commands of docs/operating.md as they stand
# there: the copy and the changes arrive, rules too and in open sessions, the
# record is proved there, reports read it, and it does not act.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use DcmDocument;
use DcmLoad;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my @loader = (extra_params => [ '-U', 'loader' ]);
my @jobs = (extra_params => [ '-U', 'jobs' ]);
my @audit = (extra_params => [ '-U', 'auditor' ]);
my @bi = (extra_params => [ '-U', 'reporter' ]);

my $home = new_node('home', streaming => 'logical');
new_database($home, 'city', 'city_owner');
make_city($home, 'city');
make_cases($home, 'city', '2025-06-03 01:00+00', 40);
make_cases($home, 'city', '2026-03-02 01:00+00', 40);
make_scores($home, 'city');
$home->safe_psql('city', q{CALL dcm.run_jobs('escalate')}, @jobs);
my $anchor = $home->safe_psql('city', 'SELECT dcm.make_anchor()', @owner);

my $replica = new_node('replica', conf => "max_worker_processes = 16\nmax_logical_replication_workers = 8\nmax_sync_workers_per_subscription = 4\n");
new_database($replica, 'city', 'city_owner');
$replica->safe_psql('postgres', 'CREATE ROLE reporter LOGIN IN ROLE dcm_bi; CREATE ROLE auditor LOGIN IN ROLE dcm_audit');

# --- the document, block by block
my @blocks = document_blocks('operating.md', 'A replica for reports', 'sql');
is(scalar @blocks, 4, 'the document makes a replica in four blocks');
for my $block (@blocks)
{
	my ($where, $who) = $block =~ /\A-- (at home|on the replica), as (superuser|the city's owner)\n/ or die "whose is this block? $block";
	my $connection = $home->connstr('city') . ' user=report_feed';
	$block =~ s/CONNECTION '[^']*'/CONNECTION '@{[ $connection =~ s{'}{''}gr ]}'/;
	($where eq 'at home' ? $home : $replica)->safe_psql('city', "SET client_min_messages = warning;\n$block", $who eq 'superuser' ? () : @owner);
}
pass("$_: run as it stands") for map { (split /\n/)[0] } @blocks;
$home->wait_for_catchup('report');
$replica->poll_query_until('city', q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'}) or die 'the copy does not arrive';
$replica->safe_psql('city', 'ANALYZE', @owner);

# every table of a city is said to be published or not
my ($list) = document_text('operating.md') =~ /FOR TABLE(.*?)WITH/s;
my %said = map { $_ => 1 } $list =~ /dcm\.(\w+)/g;
my ($not) = document_text('operating.md') =~ /^\| not published \|(.*?)\n\n/ms;
my @not = $not =~ /^\| (`.*?) \|/mg;
$said{$_}++ for map { /`(\w+(?:…)?)`/g } @not;
my @tables = split /\n/, $home->safe_psql('city', q{
	SELECT DISTINCT regexp_replace(c.relname, '^stage_.*', 'stage_…') FROM pg_class AS c
	WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition});
is_deeply([ sort keys %said ], [ sort @tables ], 'docs/operating.md says of every table whether it is published');
is_deeply([ grep { $said{$_} > 1 } sort keys %said ], [], 'and says it once');

# What a table holds, there and here.
my %published = map { $_ => 1 } $list =~ /dcm\.(\w+)/g;

sub differing
{
	my $query = join ' UNION ALL ', map { "SELECT '$_', count(*), md5(string_agg(r::text, chr(10) ORDER BY r::text COLLATE \"C\")) FROM dcm.$_ AS r" } sort keys %published;
	$home->wait_for_catchup('report');
	my %there = map { $_ => 1 } split /\n/, $replica->safe_psql('city', $query);
	return [ grep { !$there{$_} } split /\n/, $home->safe_psql('city', $query) ];
}
is_deeply(differing(), [], 'the copy is what is at home, row for row');
is($replica->safe_psql('city', 'SELECT (SELECT count(*) FROM dcm.caller) + (SELECT count(*) FROM dcm.intake)'), '0', 'who called stays at home');
is($home->safe_psql('city', 'SELECT count(*) > 0 FROM dcm.caller'), 't', '... where there are some');

# --- changes arrive; an open session knows of rules that did
my $open = $replica->background_psql('city', on_error_stop => 0, extra_params => [ '-U', 'city_owner' ]);
$open->set_query_timer_restart();
is($open->query_safe(q{
	SELECT dcm.locate(dcm.point(121.6205, 31.8105)) IS NULL, dcm.deadline('2027-06-07 09:00+08', '1 work_day'), dcm.deadline('2027-06-08 14:00+08', '4 work_hour');}),
	't|2027-06-08 01:00:00+00|2027-06-08 10:00:00+00', 'an open session has read rules');
for my $case (1 .. 5)
{
	my $key = "live $case";
	$home->safe_psql('city', join('', map { call($key, $_, ':case_no') . " \\gset\n" } 0 .. 3), @desk);
}
make_cases($home, 'city', '2026-04-06 01:00+00', 20);
$home->safe_psql('city', q{
	INSERT INTO dcm.grid (code, geom, org) SELECT '320681100001090', ST_Multi(ST_MakeEnvelope(121.62, 31.81, 121.621, 31.811, 4490)), id FROM dcm.org WHERE code = 'works';
	INSERT INTO dcm.calendar_day (calendar, day, kind) VALUES ('default', '2027-06-07', 'holiday');
	UPDATE dcm.calendar_hours SET closes = '17:00' WHERE calendar = 'default' AND weekday = 2 AND opens = '14:00';
	DELETE FROM dcm.component;
	UPDATE dcm.filing_standard SET limit_1 = '2 work_day' WHERE id = (SELECT min(id) FROM dcm.filing_standard WHERE valid @> now());
	TRUNCATE dcm.place;
	UPDATE dcm.setting SET value = '9' WHERE name = 'max_extensions'}, @owner);
is_deeply(differing(), [], 'what is changed, deleted and emptied at home is so on the replica');
is($open->query_safe(q{
	SELECT dcm.locate(dcm.point(121.6205, 31.8105)), dcm.deadline('2027-06-07 09:00+08', '1 work_day'), dcm.deadline('2027-06-08 14:00+08', '4 work_hour'), dcm.setting('max_extensions');}),
	'320681100001090|2027-06-09 01:00:00+00|2027-06-09 01:00:00+00|9', 'and in the open session rules are those of home');

# --- the record is proved there, and reports read it, as of the last roll-up
$home->safe_psql('city', q{CALL dcm.run_jobs('facts')}, @jobs);
is_deeply(differing(), [], 'facts arrive too');
is($replica->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @audit), '0', 'the record is sound on the replica');
is($replica->safe_psql('city', "SELECT count(*) FROM dcm.verify_all(anchor => '$anchor')", @audit), '0', 'and is the one of which the anchor was made');
my $report = q{
	SELECT * FROM dcm.eval_org WHERE period_kind = 'month' ORDER BY period, org;
	SELECT case_no, state, due FROM dcm.case_card ORDER BY case_no;
	SELECT rank, subject, score, grade FROM dcm.period_scores('month', '2025-06', 'jinhua') ORDER BY subject;
	SELECT * FROM dcm.eval_region('2025-06-01', '2026-12-31') AS e ORDER BY e::text COLLATE "C"};
my $read = $replica->safe_psql('city', $report, @bi);
is($read, $home->safe_psql('city', $report, @owner), 'reports are the same there');
cmp_ok(scalar(split /\n/, $read), '>', 80, '... and not empty');
my (undef, undef, $err) = $replica->psql('city', 'SELECT * FROM dcm.case_text', @bi);
like($err, qr/permission denied/, 'and a reporter reads no texts there, as at home');

# --- it does not act
my $case = $replica->safe_psql('city', q{SELECT case_no FROM dcm.case_file WHERE state = 'accepted' ORDER BY 1 LIMIT 1});
for my $refused (
	[ 'desk', "SELECT dcm.become('acc', scope => 'session') AS done \\gset\nSELECT dcm.act($case, 'comment', note => 'x')", 'an act' ],
	[ 'desk', "SELECT dcm.become('col', scope => 'session') AS done \\gset\nSELECT dcm.report_case('E0102', dcm.point(121.6055, 31.8005))", 'a report' ],
	[ 'desk', "SELECT dcm.become('acc', scope => 'session') AS done \\gset\nSELECT dcm.register_call('12345', 'report', 'x')", 'a call' ],
	[ 'desk', "SELECT dcm.become('keeper', scope => 'session') AS done \\gset\nSELECT dcm.erase('case_text', 'asked', case_no => $case)", 'an erasure' ],
	[ 'jobs', "CALL dcm.run_jobs('escalate')", 'a job' ],
	[ 'jobs', 'SELECT dcm.escalate()', 'an escalation' ],
	[ 'city_owner', 'SELECT dcm.make_anchor()', 'an anchor' ])
{
	my ($login, $sql, $what) = @$refused;
	(undef, undef, $err) = $replica->psql('city', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $login ]);
	like($err, qr/ERROR:  55000: this city is a replica, which does not act\nDETAIL:  Its cases come by subscription "report".*CONSTRAINT NAME:  dcm\.replica/s, "$what is refused on the replica");
}
(undef, undef, $err) = $replica->psql('city', "UPDATE dcm.case_file SET state = state WHERE case_no = $case", @owner);
like($err, qr/is written by dcm alone/, 'a plain write is refused there too');

# --- a year without its leaf stops it, and the leaf lets it go on
$home->safe_psql('city', q{SELECT dcm.become('col', scope => 'session') AS done \gset
	SELECT state FROM dcm.report_case('E0102', dcm.point(121.6055, 31.8005), at => '2011-03-04 10:00+08')}, @loader);
my $seen = 0;
for (1 .. 600)
{
	last if $seen = slurp_file($replica->logfile) =~ /no partition of relation "case_file" found for row/;
	select undef, undef, undef, 0.1;
}
ok($seen, 'a case of a year that the replica has no leaf for stops the subscription');
$replica->safe_psql('city', 'SELECT dcm.make_leaf(2011)', @owner);
is_deeply(differing(), [], 'which goes on once there is one');
is($replica->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @audit), '0', 'and the record is sound');

# --- without its subscription it is a city again, for those sessions too that
# were refused before
$open->query('SELECT dcm.make_anchor();');
like($open->{stderr}, qr/is a replica/, 'an open session is refused');
$open->{stderr} = '';
$replica->safe_psql('city', 'DROP SUBSCRIPTION report');
like($open->query_safe('SELECT dcm.make_anchor();'), qr/^dcm-anchor-1:/, 'it acts again when its subscription is dropped');
$open->quit;
$home->stop;
$replica->stop;
done_testing();
