-- What docs/loading.md shows, run: docs/load_city.sql in a database of its own.
-- test/t/090_docs.pl holds the document's lines against what this prints.
\getenv srcdir PG_ABS_SRCDIR
CREATE DATABASE regression_loading TEMPLATE template0 ENCODING 'UTF8';
\c regression_loading
\set example :srcdir '/../docs/example_city'
\set load_city :srcdir '/../docs/load_city.sql'
\pset footer off
SET datestyle = 'ISO, MDY';
\i :load_city
\c contrib_regression
DROP DATABASE regression_loading;
