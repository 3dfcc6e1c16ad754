# The bulletin as a file: what stands in docs/bulletin.md is in the data and the
# other way round; the page is whole to a parser of HTML, to one of XML, and to a
# word processor, where these are there.
use strict;
use warnings;
use utf8;

use FindBin;
use lib "$FindBin::Bin/lib";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use IPC::Run;
use JSON::PP;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $node = PostgreSQL::Test::Cluster->new('bulletin');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "timezone = 'Asia/Shanghai'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE city TEMPLATE template0');
command_ok([ 'psql', '-X', '-q', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('city'), '-f', "$root/test/pgtap/include/city.psql" ], 'a city');
$node->safe_psql('city', <<'SQL');
SET client_min_messages = warning;
GRANT dcm_loader TO CURRENT_USER;
SELECT dcm.load_preset(p) FROM unnest('{cn_indicators,cn_scorecards}'::text[]) AS p;
UPDATE dcm.category SET name = '暴露垃圾 <b>', name_en = 'Rubbish <b>' WHERE code = 'E9901';
INSERT INTO dcm.category (code, kind, major, minor, name) VALUES ('C9901', 'component', '99', '01', '井盖');
INSERT INTO dcm.consequence_rule (scorecard, code, below, last, consequence) VALUES ('cn_department', 'low', 100, false, '检讨');
INSERT INTO dcm.person (code, name) VALUES ('head', '王某');
INSERT INTO dcm.post (code, person, role, org) SELECT 'head', p.id, 'leader', o.id FROM dcm.person AS p, dcm.org AS o WHERE (p.code, o.code) = ('head', 'cg');
SELECT t.case_in('closed', at) FROM unnest('{2014-03-03 09:00,2015-02-03 09:00,2015-03-02 09:00,2015-03-03 09:00}'::timestamptz[]) AS at;
SELECT t.case_in('handling', '2015-03-04 09:00');
SELECT t.act('acc', t.case_in('accepted', '2015-03-05 09:00'), 'amend', '{"category": "C9901", "reason": "a cover"}', '2015-03-05 09:10');
SELECT dcm.become('all', scope => 'session');
SELECT dcm.open_period('month', m), dcm.evaluate('month', m, 'cn_department'), dcm.announce_period('month', m), dcm.close_period('month', m) FROM unnest('{2015-02,2015-03}'::text[]) AS m;
SELECT dcm.issue_bulletin('cn_department', '2015-03', '本月平稳。', 'A quiet month.', '2015-04-08');
SQL

# the contract: each key is told, and each that is told is there
my $data = decode_json($node->safe_psql('city', q{SELECT dcm.bulletin_data('cn_department', '2015-03')}));
my %found;

sub keys_of
{
	my ($value, $path) = @_;
	if (ref $value eq 'HASH')
	{
		# what the city has named
		my $own = $path eq 'ranking.items';
		for (keys %$value)
		{
			$found{$_} = 1 unless $own;
			keys_of($value->{$_}, $own ? 'item' : ($path ? "$path." : '') . $_);
		}
	}
	elsif (ref $value eq 'ARRAY') { keys_of($_, $path) for @$value }
	return;
}
keys_of($data, '');
my ($contract) = slurp_file("$root/docs/bulletin.md") =~ /^## The data, version 1.*?\n(.*)/ms;
my %told = map { $_ => 1 } $contract =~ /`([a-z][a-z_]*)`/g;
is(join(' ', grep { !$told{$_} } sort keys %found), '', 'docs/bulletin.md tells every key');
my %values = map { $_ => 1 } qw(count percent higher lower up down same good bad bulletin_title bulletin_title_en bulletin_issuer bulletin_sent_to reported);
is(join(' ', grep { !$found{$_} && !$values{$_} } sort keys %told), '', 'and none that is not there');
is(scalar(@{ $data->{consequences} }), 1, 'with something in each list');

my $dir = PostgreSQL::Test::Utils::tempdir();
my %page;
for ([ 'zh', 'inline' ], [ 'en', 'inline' ], [ 'zh', 'image' ])
{
	my ($lang, $charts) = @$_;
	my $name = "$lang-$charts";
	$page{$name} = "$dir/$name.html";
	command_ok([ 'psql', '-X', '-q', '-At', '-o', $page{$name}, '-d', $node->connstr('city'), '-c', "SELECT dcm.bulletin('cn_department', '2015-03', '$lang', charts => '$charts')" ], "a page: $name");
}

sub run_on
{
	my ($in, @command) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([@command], '<', \$in, '>', \$out, '2>', \$err);
	return "$out$err";
}
sub there { my ($program) = @_; return grep { -x "$_/$program" } split /:/, $ENV{PATH} }

SKIP:
{
	skip 'python3 is not there', 3 unless there('python3');
	my $reader = <<'PY';
import sys, html.parser
class Reader(html.parser.HTMLParser):
    empty, stack, tags, text = {'meta', 'br', 'img', 'path', 'rect', 'circle'}, [], set(), []
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if len(set(k for k, v in attrs)) < len(attrs): print('twice', tag)
        if tag not in self.empty: self.stack.append(tag)
    def handle_startendtag(self, tag, attrs): self.tags.add(tag)
    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag: print('not open', tag)
    def handle_data(self, data): self.text.append(data)
r = Reader(); r.feed(open(sys.argv[1], encoding='utf-8').read()); r.close()
print('left open' if r.stack else 'closed', 'foreign: ' + ' '.join(r.tags & {'script', 'b ', 'link', 'iframe', 'object', 'embed', 'form'}), 'shown' if any('<b>' in t for t in r.text) or sys.argv[1].endswith('image.html') else 'gone')
PY
	is(run_on('', 'python3', '-c', $reader, $page{$_}), "closed foreign:  shown\n", "each tag is closed, none is foreign, markup in a name is shown: $_") for sort keys %page;
}
SKIP:
{
	skip 'xmllint is not there', 3 unless there('xmllint');
	is(run_on('', 'xmllint', '--noout', $page{$_}), '', "well-formed: $_") for sort keys %page;
}
SKIP:
{
	skip 'LibreOffice is not there', 2 unless there('soffice');
	local $ENV{HOME} = $dir;
	run_on('', 'timeout', '120', 'soffice', "-env:UserInstallation=file://$dir/office", '--headless', '--infilter=HTML (StarWriter)', '--convert-to', 'pdf:writer_pdf_Export', '--outdir', $dir, $page{'zh-image'});
	my $pdf = "$dir/zh-image.pdf";
	cmp_ok(-s $pdf // 0, '>', 10000, 'LibreOffice opens it and prints it as PDF');
	skip 'pdftotext is not there', 1 unless there('pdftotext');
	my $text = run_on('', 'pdftotext', '-layout', $pdf, '-');
	utf8::decode($text);
	# the labels of the charts are in it: it has drawn them
	like($text =~ s/\s+/ /gr, qr/数字化城市管理工作简报.*考核排名.*王某.*运行趋势.*2015.*暴露垃圾.*指标与计分/s, 'with its tables and charts');
}
$node->stop;
done_testing();
