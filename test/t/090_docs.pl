# The documents are true: what is made from the code is fresh, what README and
# chapters show is what it prints, pictures agree with the rows, links lead somewhere.
use strict;
use warnings;
use File::Basename qw(dirname);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = dirname(__FILE__) . '/../..';
my @documents = ('README.md', map { s{^\Q$root/\E}{}r } glob "$root/docs/*.md");

sub text_of
{
	my ($file) = @_;
	open my $handle, '<', "$root/$file" or return '';
	local $/;
	return <$handle>;
}

# made from the code
my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
{
	local %ENV = (%ENV, PGHOST => $node->host, PGPORT => $node->port);
	delete $ENV{PGUSER};
	is(scalar `bash '$root/test/bin/reference' --here`, text_of('docs/reference.md'),
		'docs/reference.md is fresh; if not: bash test/bin/reference > docs/reference.md');
}
$node->stop;
is(scalar `bash '$root/test/bin/capabilities'`, text_of('docs/capabilities.md'),
	'docs/capabilities.md is fresh; if not: bash test/bin/capabilities > docs/capabilities.md');

# the version stands once
my ($version) = text_of('dcm.control') =~ /^default_version = '([^']+)'/m;
is_deeply([ text_of('META.json') =~ /"version": "(\d[^"]*)"/g ], [ $version, $version, '1.0.0' ],
	'META.json has the version of dcm.control, and of its own specification');
like(text_of('CHANGELOG.md'), qr/\A# Changelog\n\n## \Q$version\E /, 'the changelog begins with it');

# an answer that a document shows is what the test printed; remarks are its own
my %printed = map { s/\s+$//r => 1 } map { split /\n/, text_of("expected/$_.out") } qw(documents base_loading);
for my $document (@documents)
{
	my @lost;
	for my $block (text_of($document) =~ /^```sql\n(.*?)^```$/msg)
	{
		next unless $block =~ /^ *-+(\+-+)*$/m || $block =~ /^ERROR:/m;
		push @lost, grep { $_ ne '' && !/^-- / && !$printed{$_} } map { s/\s+$//r } split /\n/, $block;
	}
	is_deeply(\@lost, [], "$document shows what test/sql/documents.sql and base_loading.sql print");
}

# each kind of fault of imports is told
my ($faults) = text_of('sql/install/27_import.sql') =~ /RETURN CASE split_part\(code(.*?)END;/s;
is_deeply([ grep { text_of('docs/loading.md') !~ /^\|[^|]*`\Q$_\E`[^|]*\|/m } $faults =~ /^\t\tWHEN '(\w+)' THEN/mg ], [], 'docs/loading.md tells every kind of fault');

# the picture of the stages has the moves of the preset, and no others
my ($moves) = text_of('sql/presets/transitions.sql') =~ /^INSERT INTO \@into\@\.transition (.*?)\) AS v \(state/ms;
my %preset = map { $_ => 1 } map { s/^\[\*\] --> (\w+) : report$/[*] --> $1 : report/r }
	map { "$_->[0] --> $_->[2] : $_->[1]" }
	map { [ map { s/'//gr } /^(NULL|'\w+'), ('\w+'), ('\w+')/ ] }
	grep { !/^(NULL|'\w+'), '\w+', NULL/ } $moves =~ /^\t\((.*)$/mg;
%preset = map { s/^NULL/[*]/r => 1 } keys %preset;
my %picture = map { $_ => 1 } grep { !/--> \[\*\]$/ } map { s/^\s+|\s+$//gr } grep { /-->/ }
	map { split /\n/ } grep { /^stateDiagram/ } text_of('docs/design.md') =~ /^```mermaid\n(.*?)^```$/msg;
is_deeply([ sort keys %picture ], [ sort keys %preset ], 'docs/design.md draws the transitions that are shipped');

# links between documents
for my $document (@documents)
{
	my $folder = dirname($document);
	my @dead = grep { !-e "$root/$folder/$_" } map { s/#.*//r } grep { !/^(https?:|#)/ }
		text_of($document) =~ /\]\(([^)\s]+)\)/g;
	is_deeply(\@dead, [], "the links of $document lead somewhere");
}
cmp_ok(scalar(() = text_of('README.md') =~ /\n/g), '<=', 300, 'README.md is no longer than one reads');

done_testing();
