-- The city in which the files after this one act; it is committed, they roll back.
\set ON_ERROR_STOP 1
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\o /dev/null
\ir include/city.psql
\o
SELECT plan(2);
SELECT is((SELECT count(*) FROM dcm.transition)::int, (SELECT count(DISTINCT (state, action)) FROM dcm.transition)::int,
	'one transition for each state and action');
SELECT is((SELECT count(*) FROM dcm.verify_all())::int, 0, 'an empty city is right');
SELECT * FROM finish();
