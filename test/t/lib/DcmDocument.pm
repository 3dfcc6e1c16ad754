# The blocks of a document in their order, for tests that run them as they stand.
package DcmDocument;

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);

our @EXPORT = qw(document_text document_blocks);

sub document_text
{
	my ($file) = @_;
	open my $handle, '<', dirname(__FILE__) . "/../../../docs/$file" or die "cannot read $file: $!";
	local $/;
	return <$handle>;
}

# The blocks of that language under a heading that begins so, up to the next one.
sub document_blocks
{
	my ($file, $heading, $language) = @_;
	my ($section) = document_text($file) =~ /^## \Q$heading\E[^\n]*\n(.*?)(?=^## |\z)/ms;
	return () unless defined $section;
	return $section =~ /^```\Q$language\E\n(.*?)^```$/msg;
}

1;
