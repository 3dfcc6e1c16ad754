-- The extension and a city can be made and unmade, and one does not go without the other.
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
SELECT dcm.version() = extversion AS same_version FROM pg_extension WHERE extname = 'dcm';
SELECT dcm.create_city('Qidong', '320681', srid => 4326);
SELECT dcm.city_srid();
SELECT dcm.create_city('Qidong', '320681');
-- what depends on it is a long list that grows
\set VERBOSITY terse
DROP EXTENSION dcm;
\set VERBOSITY default
SELECT dcm.drop_city('some other');
SELECT dcm.drop_city(current_database());
SELECT count(*) FROM pg_class WHERE relnamespace = 'dcm'::regnamespace AND relkind <> 'c';
SELECT dcm.create_city('Qidong', '320681');
SELECT dcm.setting('city_name'), dcm.setting('srid');
-- nothing of the first city is remembered
SELECT dcm.city_srid();
