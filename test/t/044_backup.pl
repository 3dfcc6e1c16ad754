# Backup and recovery as docs/operating.md has them, its commands run as they stand
# there: to a moment between two mistakes, and a dump restored beside the city.
# The anchors that were kept outside tell the state that was restored from an older
# and from a forged one.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";

use DcmCity;
use DcmDocument;
use DcmLoad;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @owner = (extra_params => [ '-U', 'city_owner' ]);
my @desk = (extra_params => [ '-U', 'desk' ]);
my $backup = PostgreSQL::Test::Utils::tempdir;

my $node = new_node('backup', streaming => 1, conf => "restart_after_crash = on\n");
new_database($node, 'city', 'city_owner');
make_city($node, 'city');

my ($given, $begin, $daily, $moment, $recover, $check, @more) = document_blocks('operating.md', 'Backup and recovery', 'sh');
my ($dump, $drill, @and) = document_blocks('operating.md', 'A dump, restored', 'sh');
ok($check && !@more && $drill && !@and, 'the document has its blocks');
like($given, qr/\Aexport PGDATA=\S+ BACKUP=\S+\n\z/, 'the first says where things are');

# Runs a block as a person at the shell would, after the lines that say where
# things are and when.
my $last_good = '';

sub at_the_shell
{
	my ($block) = @_;
	my ($out, $err) = ('', '');
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port, PGDATA => $node->data_dir, BACKUP => "$backup/kept", LAST_GOOD => $last_good);
	my $ok = IPC::Run::run([ 'bash', '-eu', '-o', 'pipefail', '-c', $block ], '<', \'', '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	$node->_update_pid(-e $node->data_dir . '/postmaster.pid' ? 1 : 0);
	return ($ok, $out, $err);
}

sub runs
{
	my ($block, $name) = @_;
	my ($ok, $out, $err) = at_the_shell($block);
	ok($ok, $name) or diag("$out\n$err");
	return $out;
}

# Cases from report to dispatch.
sub work
{
	my ($key, $n) = @_;
	for my $case (1 .. $n)
	{
		my $case_key = "$key $case";
		$node->safe_psql('city', join('', map { call($case_key, $_, ':case_no') . " \\gset\n" } 0 .. 3), @desk);
	}
	return;
}

sub work_found { return $node->safe_psql('city', "SELECT count(*) FROM dcm.report_key WHERE client_key ~ '^$_[0] '", @owner); }

# --- the week's backup, and days that follow
runs($begin, 'the archive begins');
work('before', 3);
runs($daily, 'the base backup, and the first anchor');
work('between', 3);
runs((split /\n/, $daily)[1], "the next day's anchor");
$node->safe_psql('city', q{INSERT INTO dcm.place (code, name, kind, geom) VALUES ('gate', '南门', 'poi', ST_SetSRID(ST_Point(121.606, 31.8005), 4490))}, @owner);
$last_good = $node->safe_psql('postgres', 'SELECT pg_sleep(0.1); SELECT clock_timestamp(); SELECT pg_sleep(0.1)') =~ s/\n//gr;
like($moment, qr/\Aexport LAST_GOOD='[-0-9: +]+'\n\z/, 'the last good moment is told in one line');

# --- the mistake
$node->safe_psql('city', 'DELETE FROM dcm.place', @owner);
work('after', 2);
runs((split /\n/, $daily)[1], 'an anchor after the mistake');
my @anchors = split /\n/, slurp_file("$backup/kept/anchors");
is(scalar @anchors, 3, 'three anchors are kept');

# --- recovery to the moment before it
runs($recover, 'recovery, as written');
is($node->safe_psql('city', q{SELECT count(*) FROM dcm.place WHERE code = 'gate'}), '1', 'what was deleted by mistake is there');
is(join(' ', map { work_found($_) } qw(before between after)), '3 3 0', 'and the record is that of the moment');
my $told = runs($check, 'the check, as written');
is($told, "anchor|$anchors[2]: this city has no such anchor: it was taken away, or made anew with what it covers\n", 'the anchors tell: sound, and older than the last of them');

# it goes on: what was answered after the moment is sent again
work('after', 2);
is(work_found('after'), '2', 'what is sent again is done');
is($node->safe_psql('city', 'SELECT count(*) - count(DISTINCT case_no), (SELECT count(*) FROM dcm.verify_all()) FROM dcm.report_key', @owner), '0|0', 'under numbers of its own, and the record is sound');
$node->restart;
is(work_found('after'), '2', 'and stays');

# --- forged: a case written anew with its chain, and the anchors with it
unlink "$backup/kept/anchors";
runs((split /\n/, $daily)[1], 'an anchor of the city as it is now');
my $good = slurp_file("$backup/kept/anchors");
$node->safe_psql('city', q{
	SET session_replication_role = replica;
	UPDATE dcm.case_log SET client = '10.0.0.1' WHERE case_no = (SELECT min(case_no) FROM dcm.case_file) AND log_no = 4;
	UPDATE dcm.case_log AS l SET hash = dcm.log_hash((SELECT p.hash FROM dcm.case_log AS p WHERE p.case_no = l.case_no AND p.log_no = l.log_no - 1), l)
	WHERE l.case_no = (SELECT min(case_no) FROM dcm.case_file) AND l.log_no = 4;
	UPDATE dcm.case_file AS f SET head = (SELECT l.hash FROM dcm.case_log AS l WHERE l.case_no = f.case_no AND l.log_no = 4) WHERE f.case_no = (SELECT min(case_no) FROM dcm.case_file);
	DELETE FROM dcm.anchor});
$node->safe_psql('city', 'SELECT dcm.make_anchor()', @owner);
is($node->safe_psql('city', 'SELECT count(*) FROM dcm.verify_all()', @owner), '0', 'what is forged whole is sound by itself');
$told = runs($check, 'the check, as written, on it');
like($told, qr/^anchor\|\Q@{[ $good =~ s{\n}{}r ]}\E: this city has no such anchor/, 'and is found by the anchor that was kept');

# --- the drill with a dump
append_to_file("$backup/kept/anchors", $node->safe_psql('city', 'SELECT root FROM dcm.anchor ORDER BY id DESC LIMIT 1') . "\n");
runs($dump, 'the dump, as written');
my $kept = $drill =~ s/^dropdb.*\n//mr;
is(runs($kept, 'the restore beside the city, as written'), "CREATE EXTENSION\n", 'it holds the record of the last anchor');
is($node->safe_psql('drill', 'SELECT count(*) FROM dcm.case_file', @owner), $node->safe_psql('city', 'SELECT count(*) FROM dcm.case_file', @owner), 'with every case');
$node->safe_psql('drill', q{SET session_replication_role = replica; DELETE FROM dcm.case_log WHERE log_no = 4 AND case_no = (SELECT max(case_no) FROM dcm.case_file WHERE log_no = 4)});
my ($proof) = grep { /verify_all/ } split /\n/, $drill;
like(runs($proof, 'the proof again, on a dump with an entry less'), qr/\|anchor\|.*is not what it was/, 'tells it');
runs("dropdb drill\n", 'and away with it');
$node->stop;
done_testing();
