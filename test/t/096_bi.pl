# BI tools read the star: through ODBC (psqlODBC), JDBC and Python every column of every
# view arrives as an ordinary number, text, date or time, in both languages, and
# long codes arrive whole; and docs/bi.md tells the views as they are, with
# queries that run.  A way in whose driver is not installed is skipped by name.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/lib";
use DcmCity;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";

sub text_of
{
	my ($file) = @_;
	open my $handle, '<', "$root/$file" or die "cannot read $file: $!";
	local $/;
	return <$handle>;
}

# Whether a command does what is asked of it.
sub can_run
{
	my ($out, $err);
	return eval { IPC::Run::run([@_], '<', \'', '>', \$out, '2>', \$err) };
}

# What a program that is written to a file prints, with the login's password
# in the environment and nothing else of psql's.
sub printed_by
{
	my ($name, $program, $input, @command) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . "/$name";
	open my $handle, '>', $file or die "cannot write $file: $!";
	print $handle $program;
	close $handle;
	my ($out, $err) = ('', '');
	my $finished = eval {
		IPC::Run::run([ map { $_ eq 'FILE' ? $file : $_ } @command ], '<', \$input, '>', \$out, '2>', \$err,
			IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	};
	$err .= $@ if $@;
	ok($finished, "$name ends well") or diag($err);
	return $out;
}

# a city, its star in both languages, and a login of a BI tool that comes by TCP with
# a password
my $node = new_node('bi', conf => "listen_addresses = '127.0.0.1'\npassword_encryption = 'scram-sha-256'\n");
my $secret = join '', map { ('a' .. 'z', 0 .. 9)[ rand 36 ] } 1 .. 24;
open my $hba, '>', $node->data_dir . '/pg_hba.conf' or die $!;
print $hba "local all all trust\nhost bi bi_tool 127.0.0.1/32 scram-sha-256\n";
close $hba;
$node->reload;
new_database($node, 'bi', 'city_owner');
make_city($node, 'bi');
make_cases($node, 'bi', '2025-06-02 09:00+08', 16);
$node->safe_psql('bi', q{
	SELECT dcm.become('col', scope => 'session');
	SELECT dcm.report_case('C0101', dcm.point(121.6035, 31.8005), component => '3206810101000042', at => '2025-06-03 10:00+08')}, extra_params => [ '-U', 'loader' ]);
$node->safe_psql('bi', q{SELECT dcm.make_bi_views(), dcm.make_bi_views('bi_zh', 'zh'), dcm.make_bi_views('bi_en', 'en')}, extra_params => [ '-U', 'city_owner' ]);
is($node->safe_psql('bi', q{SELECT DISTINCT viewowner FROM pg_views WHERE schemaname ~ 'bi'}), 'city_owner', 'they belong to the owner of the city, who is no superuser');
$node->safe_psql('postgres', "CREATE ROLE bi_tool LOGIN PASSWORD '$secret' IN ROLE dcm_bi");
$node->safe_psql('bi', 'SELECT dcm.roll_up_facts()');
my %at = (host => '127.0.0.1', port => $node->port);

# the page
my ($tables) = text_of('docs/bi.md') =~ /^## Columns [^\n]*\n\n(.*)\z/ms;
my ($fresh) = run_command([ 'psql', '-X', '-q', '-d', $node->connstr('bi'), '-f', "$root/test/docs/bi.sql" ]);
$_ =~ s/\s+\z// for $tables, $fresh;
is($tables, $fresh, 'docs/bi.md tells every column; if not: put what test/docs/bi.sql prints below its last heading');
my ($examples) = text_of('docs/bi.md') =~ /^## Examples.*?^```sql\n(.*?)^```$/ms;
my @examples = split /\n\n/, $examples;
cmp_ok(scalar @examples, '>', 5, 'it has examples');
for my $example (@examples, text_of('docs/bi.md') =~ /^In Chinese columns are quoted: `([^`]*)`/m)
{
	my ($told) = $example =~ /^-- (.*)/;
	my $schema = $told ? 'bi_en' : 'bi_zh';
	my ($code, undef, $err) = $node->psql('bi', "SET search_path = $schema; $example", extra_params => [ '-U', 'bi_tool' ]);
	is($err, '', 'it runs: ' . ($told // 'in Chinese'));
}
# an example that gives nothing would run whatever it said
my ($by_month) = $examples =~ /^(-- filed and closed.*?);/ms;
$by_month =~ s/d\.year = 2026/d.year = 2025/;
is($node->safe_psql('bi', "SET search_path = bi_en; $by_month", extra_params => [ '-U', 'bi_tool' ]),
	$node->safe_psql('bi', q{SELECT period, coalesce(name, '未派遣'), filed, closed_in_time, in_time_rate FROM dcm.eval_org WHERE period_kind = 'month' AND period ~ '^2025' ORDER BY period, 2}),
	'and what it gives is what the evaluation gives');

# what there is: each column of each view with its type; each driver has a name for that
my @columns = map { [ split /\t/ ] } split /\n/, $node->safe_psql('bi', q{
	SELECT concat_ws(E'\t', n.nspname, r.relname, a.attname, format_type(a.atttypid, NULL))
	FROM pg_namespace AS n JOIN pg_class AS r ON r.relnamespace = n.oid JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
	WHERE n.nspname IN ('bi_en', 'bi_zh') ORDER BY n.nspname, r.relname, a.attnum});
cmp_ok(scalar @columns, '>', 500, 'columns');
my @views = sort keys %{ { map { ("$_->[0].$_->[1]" => 1) } @columns } };

sub types_are
{
	my ($driver, $out, %name) = @_;
	my %told = map { /^type\t(.*)\t([^\t]*)$/ ? ($1 => $2) : () } split /\n/, $out;
	my @wrong;
	for my $column (@columns)
	{
		my ($schema, $view, $field, $type) = @$column;
		my $told = $told{"$schema.$view\t$field"} // 'nothing';
		push @wrong, "$schema.$view $field: $type arrives as $told" unless $told =~ /^(?:$name{$type})$/;
	}
	is_deeply(\@wrong, [], "$driver: every column is an ordinary number, text, date or time");
	is(scalar(keys %told), scalar @columns, "$driver: there are no others");
	return;
}

# values that a tool might spoil: sixteen digits, Chinese, days, halves
my $query = q{SELECT f.component_id, f.case_no, f.reported_on, f.reported_at, f.is_open, k.category_name, f.lon FROM bi_en.fact_case AS f JOIN bi_en.dim_category AS k ON k.category_id = f.category_id WHERE f.component_id IS NOT NULL};
my $chinese = q{SELECT d."星期", SUM(f."立案数") AS "立案数" FROM bi_zh.fact_day AS f JOIN bi_zh.dim_date AS d ON d."日期" = f."日期" GROUP BY d."星期" HAVING SUM(f."立案数") > 0 ORDER BY 2, 1};
my $case_no = $node->safe_psql('bi', 'SELECT case_no FROM dcm.case_file WHERE component IS NOT NULL');
my @value = ('3206810101000042', $case_no, '2025-06-03', '2025-06-03 10:00:00', '1', $node->safe_psql('bi', q{SELECT name FROM dcm.category WHERE code = 'C0101'}), '121.6035');
my @weekday = map { [ split /\|/ ] } split /\n/, $node->safe_psql('bi', $chinese);
cmp_ok(scalar @weekday, '>', 0, 'something was filed');

SKIP:
{
	my $java = '/usr/share/java/postgresql.jar';
	skip 'JDBC: no postgresql.jar (libpostgresql-jdbc-java)', 1 unless -e $java;
	skip 'JDBC: java cannot compile (a JDK, such as default-jdk-headless)', 1 unless can_run('javac', '-version');
	my $program = <<'JAVA';
import java.io.PrintStream;
import java.sql.*;

public class Star {
	public static void main(String[] args) throws Exception {
		PrintStream out = new PrintStream(System.out, true, "UTF-8");
		java.util.Properties login = new java.util.Properties();
		login.setProperty("user", "bi_tool");
		login.setProperty("password", new java.io.BufferedReader(new java.io.InputStreamReader(System.in)).readLine());
		try (Connection c = DriverManager.getConnection(args[0], login); Statement s = c.createStatement()) {
			for (int i = 3; i < args.length; i++) {
				try (ResultSet r = s.executeQuery("SELECT * FROM " + args[i] + " LIMIT 0")) {
					ResultSetMetaData m = r.getMetaData();
					for (int n = 1; n <= m.getColumnCount(); n++)
						out.println("type\t" + args[i] + "\t" + m.getColumnName(n) + "\t" + m.getColumnClassName(n));
				}
			}
			for (int i = 1; i < 3; i++) {
				try (ResultSet r = s.executeQuery(args[i])) {
					while (r.next()) {
						StringBuilder line = new StringBuilder("row");
						for (int n = 1; n <= r.getMetaData().getColumnCount(); n++)
							line.append("\t").append(r.getObject(n) instanceof Timestamp ? r.getTimestamp(n).toString().replaceAll("\\.0$", "") : r.getObject(n).toString());
						out.println(line);
					}
				}
			}
		}
	}
}
JAVA
	my $out = printed_by('Star.java', $program, "$secret\n", 'java', '-Xshare:auto', '-cp', $java, '-Dfile.encoding=UTF-8', 'FILE',
		"jdbc:postgresql://$at{host}:$at{port}/bi", $query, $chinese, @views);
	types_are('JDBC', $out, integer => 'java\.lang\.Integer', bigint => 'java\.lang\.Long', 'double precision' => 'java\.lang\.Double',
		text => 'java\.lang\.String', date => 'java\.sql\.Date', 'timestamp without time zone' => 'java\.sql\.Timestamp');
	is_deeply([ map { [ split /\t/ ] } $out =~ /^row\t(.*)$/mg ], [ \@value, @weekday ], 'JDBC: values arrive whole');
}

SKIP:
{
	my ($python) = grep { can_run($_, '-c', 'import psycopg') } '/usr/bin/python3', 'python3';
	skip 'Python: psycopg 3 is not installed (python3-psycopg)', 1 unless $python;
	my $program = <<'PYTHON';
import sys
import psycopg

where, query, chinese, *views = sys.argv[1:]
with psycopg.connect(where, user='bi_tool', password=sys.stdin.readline().strip()) as connection:
    for view in views:
        cursor = connection.execute(f'SELECT * FROM {view} LIMIT 2000')
        rows = cursor.fetchall()
        for n, column in enumerate(cursor.description):
            seen = {type(row[n]).__name__ for row in rows} - {'NoneType'}
            # of a column that is empty here what the driver would make of it
            print('type', view, column.name, ','.join(sorted(seen)) or 'empty', sep='\t')
    for asked in (query, chinese):
        for row in connection.execute(asked):
            print('row', *row, sep='\t')
PYTHON
	local $ENV{PYTHONUTF8} = 1;
	my $out = printed_by('star.py', $program, "$secret\n", $python, 'FILE', "host=$at{host} port=$at{port} dbname=bi", $query, $chinese, @views);
	types_are('Python', $out, integer => 'int|empty', bigint => 'int|empty', 'double precision' => 'float|empty',
		text => 'str|empty', date => 'date|empty', 'timestamp without time zone' => 'datetime|empty');
	cmp_ok(scalar(() = $out =~ /\tempty$/mg), '<', @columns / 3, 'Python: most columns have something in them');
	is_deeply([ map { [ split /\t/ ] } $out =~ /^row\t(.*)$/mg ], [ \@value, @weekday ], 'Python: values arrive whole');
}

SKIP:
{
	my ($driver) = glob '/usr/lib/*/odbc/psqlodbcw.so';
	skip 'ODBC: no psqlodbcw.so (odbc-postgresql)', 1 unless $driver;
	skip 'ODBC: no isql (unixodbc)', 1 unless can_run('isql', '--version');
	my $where = "DRIVER=$driver;SERVER=$at{host};PORT=$at{port};DATABASE=bi;UID=bi_tool;PWD=$secret";
	my ($out, $err) = ('', '');
	{
		local $ENV{LC_ALL} = 'C.UTF-8';
		my $input = "$query\n$chinese\n";
		IPC::Run::run([ 'isql', '-b', '-c', '-d|', '-k', $where ], '<', \$input, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	}
	is_deeply([ map { [ split /\|/ ] } split /\n/, $out ],
		[ [qw(component_id case_no reported_on reported_at is_open category_name lon)], \@value, [ '星期', '立案数' ], @weekday ], 'ODBC: isql shows values whole') or diag($err);

	# what types a tool is told, which isql does not show
	my ($python) = grep { can_run($_, '-c', q(import ctypes; ctypes.CDLL('libodbc.so.2'))) } '/usr/bin/python3', 'python3';
	skip 'ODBC: types are asked for by python3 with ctypes', 1 unless $python;
	my $program = <<'PYTHON';
import ctypes
import sys

odbc = ctypes.CDLL('libodbc.so.2')
handle = ctypes.c_void_p


def wide(text):
    return ctypes.create_string_buffer(text.encode('utf-16-le') + b'\0\0')


def call(name, *args):
    result = getattr(odbc, name)(*args)
    if result not in (0, 1):
        sys.exit(f'{name}: {result}')


def made(kind, parent):
    new = handle()
    call('SQLAllocHandle', ctypes.c_short(kind), parent, ctypes.byref(new))
    return new


environment = made(1, handle())
call('SQLSetEnvAttr', environment, 200, handle(3), 0)
connection = made(2, environment)
where = wide(sys.stdin.readline().strip())
call('SQLDriverConnectW', connection, handle(), where, ctypes.c_short(-3), handle(), ctypes.c_short(0), handle(), ctypes.c_ushort(0))
for view in sys.argv[1:]:
    statement = made(3, connection)
    call('SQLExecDirectW', statement, wide(f'SELECT * FROM {view} LIMIT 0'), ctypes.c_int(-3))
    count = ctypes.c_short()
    call('SQLNumResultCols', statement, ctypes.byref(count))
    for n in range(1, count.value + 1):
        name = ctypes.create_string_buffer(512)
        length, kind, digits, nullable = (ctypes.c_short() for _ in range(4))
        size = ctypes.c_ulong()
        call('SQLDescribeColW', statement, ctypes.c_ushort(n), name, ctypes.c_short(255), ctypes.byref(length), ctypes.byref(kind),
             ctypes.byref(size), ctypes.byref(digits), ctypes.byref(nullable))
        print('type', view, name.raw[:length.value * 2].decode('utf-16-le'), kind.value, sep='\t')
    call('SQLFreeHandle', ctypes.c_short(3), statement)
PYTHON
	local $ENV{PYTHONUTF8} = 1;
	$out = printed_by('odbc.py', $program, "$where\n", $python, 'FILE', @views);
	# SQL_INTEGER, SQL_BIGINT, SQL_FLOAT and SQL_DOUBLE, texts of characters of two bytes or one, SQL_TYPE_DATE, SQL_TYPE_TIMESTAMP
	types_are('ODBC', $out, integer => '4', bigint => '-5', 'double precision' => '[68]', text => '-9|-10|12|-1', date => '91', 'timestamp without time zone' => '93');
}

# nobody comes without the password, nor to what is no view of BI's
isnt($node->psql('bi', 'SELECT 1', connstr => "host=$at{host} port=$at{port} dbname=bi user=bi_tool password=x"), 0, 'the door is shut without the password');
is($node->safe_psql('bi', q{SELECT count(*) FROM unnest('{case_text,intake,caller}'::text[]) AS t WHERE has_table_privilege('bi_tool', 'dcm.' || t, 'SELECT')}), '0', 'and to texts and callers with it');

# the star is the city's: a dump of its owner's brings it back
my $dump = PostgreSQL::Test::Utils::tempdir() . '/bi.dump';
$node->command_ok([ 'pg_dump', '-Fc', '-e', 'dcm', '-e', 'pg_trgm', '-U', 'city_owner', '-f', $dump, '-d', $node->connstr('bi') ], 'dumped');
my $what = 'SELECT sum(filed), count(*), (SELECT count(*) FROM bi_en.dim_date) FROM bi_en.fact_day';
my $before = $node->safe_psql('bi', $what, extra_params => [ '-U', 'bi_tool' ]);
new_database($node, 'again', 'city_owner');
$node->command_ok([ 'pg_restore', '-1', '-e', '-U', 'city_owner', '-d', $node->connstr('again'), $dump ], 'and restored');
is($node->safe_psql('again', $what, extra_params => [ '-U', 'bi_tool' ]), $before, 'it reads the same');

$node->stop;
done_testing();
