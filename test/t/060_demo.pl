# The demo of Qidong, as make demo runs it: the report's figures come out of the
# evaluation, nothing is wrong with the record, a live job has escalated.  Then
# its owner, who is no superuser, changes it, dumps it and restores it into a new
# cluster, and it evaluates to the same.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $left = PostgreSQL::Test::Utils::tempdir() . '/bulletin';
my $out  = `env -u PGHOST -u PGPORT -u PGUSER -u DCM_OUT KEEP=1 OUT=$left bash $root/test/bin/demo 2>&1 </dev/null`;
is($?, 0, 'make demo ends well') or diag($out);

like($out, qr/27844 \| +26775 \| +26751 \| +17260 \| 96\.16 % +\| 61\.99 % +\|.* yes/, 'the figures of nine months');
like($out, qr/12414 \| +12081 \| +12073 \| +11104 \| 97\.32 % +\| 89\.45 % +\|.* yes/, 'the figures of four months');
like($out, qr/log entries: nothing wrong/, 'the record is clean');
like($out, qr/23514.*42501.*23514/s, 'three forbidden moves are refused');
like($out, qr/CALL dcm\.run_jobs\('escalate'\) \| succeeded/, 'pg_cron ran the job');
like($out, qr/case +\| +1 \| warn +\| +\d+/, 'which escalated');

my %page = map { s{.*/}{}r => slurp_file($_) } glob "$left/*.html";
is(join(' ', sort keys %page), 'qidong-2015-04-en.html qidong-2015-04-zh-office.html qidong-2015-04-zh.html', 'it leaves the bulletin in OUT');
like($out, qr{^ +\Q$left\E/qidong-2015-04-zh\.html$}m, 'and says where');
# April has 3,007 cases, 92.05 % of them closed in time
like($page{'qidong-2015-04-en.html'}, qr{City Management Bulletin.*No\. 4 / 2015.*>3,007<.*>92\.05%<.*<svg .*Unit grids with most cases.*</html>}s, 'whole, with its figures');

my ($psql, $host, $owner, $city) = $out =~ m{^ +(\S+/psql) -h (\S+) -U (\S+) (\S+)$}m
  or BAIL_OUT('the demo does not tell how to look around');
my ($stop) = $out =~ /^ +(kill -INT .*)$/m;
my $demo = "host=$host port=5432 dbname=$city user=$owner";
END { local $?; system($stop) if $stop }

# What must be the same: the evaluation of both spans, the codes, the log.
my $answers = <<'SQL';
SELECT * FROM dcm.eval_city('2014-08-01', '2015-05-07');
SELECT * FROM dcm.eval_city('2015-01-01', '2015-05-07');
SELECT md5(string_agg(e::text, chr(10) ORDER BY e.org)) FROM dcm.eval_org('2014-08-01', '2015-05-07') AS e;
SELECT count(*), md5(string_agg(id::text, ' ' ORDER BY id::text COLLATE "C")) FROM dcm.component;
SELECT count(*), md5(string_agg(code::text, ' ' ORDER BY code::text COLLATE "C")) FROM dcm.grid;
SELECT count(*), md5(string_agg(encode(head, 'hex'), ' ' ORDER BY case_no)) FROM dcm.case_file;
SELECT count(*), md5(string_agg(encode(hash, 'hex'), ' ' ORDER BY case_no, log_no)) FROM dcm.case_log;
SELECT count(*) FROM dcm.escalation;
SELECT value FROM dcm.setting WHERE name = 'city_name';
SELECT count(own_mark) FROM dcm.case_file;
SELECT polname FROM pg_policy WHERE polname ~ '^own_';
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'dcm.case_file'::regclass AND indexrelid::regclass::text ~ 'own';
SELECT md5((dcm.bulletin_data('qidong', '2015-04') - 'made_at')::text) FROM dcm.period LIMIT 1;
SELECT count(*) FROM dcm.verify_scores();
SELECT count(*) FROM dcm.verify_all();
SQL

sub ask
{
	my ($conn, $sql) = @_;
	my ($stdout, $stderr) = ('', '');
	IPC::Run::run([ $psql, '-X', '-At', '-v', 'ON_ERROR_STOP=1', '-d', $conn ], '<', \$sql, '>', \$stdout, '2>', \$stderr)
	  or diag($stderr);
	return $stdout;
}

ask($demo, <<'SQL');
UPDATE dcm.setting SET value = '启东市' WHERE name = 'city_name';
ALTER TABLE dcm.case_file ADD COLUMN own_mark int DEFAULT 1;
CREATE INDEX own_source ON dcm.case_file (source);
CREATE POLICY own_policy ON dcm.case_file FOR SELECT TO dcm_bi USING (true);
SQL
my $before = ask($demo, $answers);
like($before, qr/\n0\n\z/, 'the city is sound after its changes');

my $dump = PostgreSQL::Test::Utils::tempdir() . '/city.dump';
command_ok([ 'pg_dump', '-Fc', '-e', 'dcm', '-e', 'pg_trgm', '-f', $dump, '-d', $demo ], 'its owner dumps it');

my $node = new_node('restored');
$node->safe_psql('postgres', "CREATE ROLE $owner LOGIN; CREATE ROLE ${city}_loader; CREATE ROLE ${city}_job");
for my $options ([ '-1', '-e' ], ['-j4'])
{
	my $db  = $options->[0] eq '-1' ? 'one' : 'four';
	my $how = join ' ', @$options;
	my ($stdout, $stderr) = ('', '');

	new_database($node, $db, $owner);
	$node->safe_psql('postgres', "ALTER DATABASE $db SET search_path = public, dcm");
	ok(IPC::Run::run([ 'pg_restore', @$options, '-U', $owner, '-d', $node->connstr($db), $dump ], '>', \$stdout, '2>', \$stderr),
		"pg_restore $how");
	is($stderr, '', '... and says nothing');
	is(ask($node->connstr($db) . " user=$owner", $answers), $before, "$how: the same evaluation, codes, log and changes, and clean");
}
$node->stop;

done_testing();
