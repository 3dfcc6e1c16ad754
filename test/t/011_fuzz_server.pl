# The types of dcm in a server under random edits: as text through the casts, as
# bytes through COPY BINARY.  Errors are the documented ones, the server stands,
# and its memory does not grow.  DCM_FUZZ_SECONDS makes it run longer.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";
use DcmCity;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{DCM_FUZZ_SECONDS} || 4;
my $seed = $ENV{DCM_FUZZ_SEED} || int(rand(1e6));
note "seed $seed";
srand($seed);

my $node = new_node('fuzz');
$node->safe_psql('postgres', q{
	CREATE EXTENSION dcm CASCADE;
	ALTER DATABASE postgres SET search_path = dcm, public;
	SET search_path = dcm, public;
	CREATE TABLE public.held (a dcm.area_code, g dcm.grid_code, c dcm.component_id, l dcm.time_limit, t dcm.tally);
	CREATE TABLE public.expected (type text, state text, name text, PRIMARY KEY (type, state, name));
	INSERT INTO expected VALUES
		('area_code', '22P02', 'dcm.bad_code'), ('area_code', '22P03', 'dcm.bad_code'),
		('grid_code', '22P02', 'dcm.bad_code'), ('grid_code', '22P03', 'dcm.bad_code'),
		('component_id', '22P02', 'dcm.bad_code'), ('component_id', '22P03', 'dcm.bad_code'),
		('time_limit', '22P02', 'dcm.bad_time_limit'), ('time_limit', '22P02', 'dcm.bare_unit'),
		('time_limit', '22003', 'dcm.time_limit_range'), ('time_limit', '22P03', 'dcm.bad_binary'),
		('tally', '22P02', 'dcm.bad_tally'), ('tally', '22P02', 'dcm.no_field'), ('tally', '22003', 'dcm.tally_range'), ('tally', '22P03', 'dcm.bad_binary'),
		('terms', '22023', 'dcm.bad_terms'), ('terms', '22023', 'dcm.no_field'),
		-- core's own, of a field with another number of bytes than eight
		('copy', '08P01', ''), ('copy', '22P03', '');
	CREATE TABLE public.surprise (type text, given text, state text, name text);

	-- up to four edits of a text that could be a value
	CREATE FUNCTION public.edited() RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		seeds text[] := ARRAY['320681', '320681100001', '320681100001007', '3206810103000042', '4 work_hour', '1/2工作日', '３天', '99999999.99 minute', '{"filed": 12, "closed": 10}', '{"handling_seconds": 9223372036854775807}', 'close_due - 2 * open / 3.5', ''];
		pieces text[] := ARRAY['0', '9', '０', '工作', '日', '个', ' ', '　', '/', '.', '-', '_', 'é', '🚧', E'\u200B', 'x', '7777777', '{', '}', '"', ':', ', ', '"open": 1', ' + ', '*', 'filed'];
		t text := seeds[1 + floor(random() * 12)];
		at int;
	BEGIN
		FOR i IN 1 .. floor(random() * 5) LOOP
			at := 1 + floor(random() * (length(t) + 1));
			t := overlay(t PLACING pieces[1 + floor(random() * 26)] FROM at FOR floor(random() * 3)::int);
		END LOOP;
		RETURN CASE WHEN random() < 0.01 THEN repeat(t, 1 + floor(random() * 1000)::int) ELSE t END;
	END $$;

	-- what is accepted reads from its own text as the same; what is not, says why
	CREATE PROCEDURE public.try(type text, given text) LANGUAGE plpgsql AS $$
	DECLARE
		same boolean;
		error_name text;
	BEGIN
		CASE type
			WHEN 'area_code' THEN same := given::dcm.area_code::text = given;
			WHEN 'grid_code' THEN same := given::dcm.grid_code::text = given;
			WHEN 'component_id' THEN same := given::dcm.component_id::text = given;
			WHEN 'time_limit' THEN same := given::dcm.time_limit::text::dcm.time_limit = given::dcm.time_limit;
			WHEN 'terms' THEN same := dcm.sum_of('{}', given) = 0;
			WHEN 'tally' THEN same := given::dcm.tally::text::dcm.tally = given::dcm.tally;
		END CASE;
		IF same IS NOT TRUE THEN
			INSERT INTO surprise VALUES (type, given, 'differs', '');
		END IF;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS error_name = CONSTRAINT_NAME;
		INSERT INTO surprise SELECT try.type, given, SQLSTATE, error_name
		WHERE NOT EXISTS (SELECT FROM expected AS e WHERE e.type = try.type AND e.state = SQLSTATE AND e.name = error_name);
	END $$;
	CREATE PROCEDURE public.try_many(rounds int) LANGUAGE plpgsql AS $$
	DECLARE
		given text;
	BEGIN
		FOR i IN 1 .. rounds LOOP
			given := edited();
			CALL try('area_code', given);
			CALL try('grid_code', given);
			CALL try('component_id', given);
			CALL try('time_limit', given);
			CALL try('tally', given);
			CALL try('terms', given);
			IF i % 500 = 0 THEN COMMIT; END IF;
		END LOOP;
	END $$;

	-- COPY of a file, as try() does it
	CREATE PROCEDURE public.copy(path text) LANGUAGE plpgsql AS $$
	DECLARE
		error_name text;
	BEGIN
		EXECUTE format('COPY held FROM %L (FORMAT binary)', path);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS error_name = CONSTRAINT_NAME;
		INSERT INTO surprise SELECT 'copy', path, SQLSTATE, error_name
		WHERE NOT EXISTS (SELECT FROM expected AS e WHERE e.state = SQLSTATE AND e.name = error_name);
	END $$;
});

# text, in one session whose memory is watched
my $rounds = int(1500 * $seconds);
my $grown = $node->safe_psql('postgres', qq{
	SELECT setseed($seed / 1e6::float8) \\g /dev/null
	CALL try_many(2000);
	SELECT sum(used_bytes) AS before FROM pg_backend_memory_contexts \\gset
	CALL try_many($rounds);
	SELECT sum(used_bytes) - :before FROM pg_backend_memory_contexts;
});
cmp_ok($grown, '<', 200_000, "memory after $rounds texts of five types and of sums");

# bytes, as COPY sends them: any, small, and good ones with a bit over
my @good = ((map { pack 'q>', $_ } 320681000000 * 8 + 3, 320681100001007, 3206810103000042, (5 << 52) + 400), pack('H*', '012d000002000010ac020a'));
my $folder = PostgreSQL::Test::Utils::tempdir();
my $files = int(60 * $seconds);
for my $file (1 .. $files)
{
	my $bytes = "PGCOPY\n\377\r\n\0" . pack('NN', 0, 0);
	for my $row (1 .. 3)
	{
		$bytes .= pack 'n', 5;
		for my $field (0 .. 4)
		{
			my $value = $good[$field];
			my $kind = int rand 40;
			$value = join '', map { chr int rand 256 } 1 .. 8 if $kind == 0;
			$value = pack 'q>', int rand 1e6 if $kind == 1;
			vec($value, int(rand 64), 1) ^= 1 if $kind == 2;
			$value = substr $value, 0, int rand 9 if $kind == 3;
			$bytes .= pack('N', length $value) . $value;
		}
	}
	open my $out, '>:raw', "$folder/$file" or die $!;
	print $out $bytes, pack('n', 0xffff);
	close $out;
}
chmod 0755, $folder;
$node->safe_psql('postgres', qq{SELECT format('CALL copy(%L)', '$folder/' || n) FROM generate_series(1, $files) AS n \\gexec});
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM held'), '>', $files / 2, 'good rows are taken');
is($node->safe_psql('postgres', q{SELECT count(*) FROM held
	WHERE (a::text::dcm.area_code, g::text::dcm.grid_code, c::text::dcm.component_id, l::text::dcm.time_limit, t::text::dcm.tally) IS DISTINCT FROM (a, g, c, l, t)}),
	0, 'and each of them reads as text');

is($node->safe_psql('postgres', 'SELECT type, state, name, given FROM surprise LIMIT 5'), '', 'no error without its reason');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC/, 'the server stands');

done_testing();
