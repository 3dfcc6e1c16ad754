-- Boston: the extension and the city, made by the city's owner, who is no
-- superuser.  No Chinese presets but the workflow, the roles and the reasons.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('City of Boston', '250250', srid => 4326, edition => 'boston',
	time_zone => 'America/New_York', presets => '{transitions,cn_roles,cn_reasons}') AS city \gset
SELECT dcm.create_roles() AS roles \gset
SELECT dcm.grant_roles() AS granted \gset

-- the raw data, as the city published them
CREATE SCHEMA boston;
CREATE TABLE boston.raw (
	case_enquiry_id bigint PRIMARY KEY, open_dt timestamp, target_dt timestamp, closed_dt timestamp, ontime text,
	case_status text, case_title text, subject text, reason text, type text, queue text, department text,
	location text, fire_district text, pwd_district text, city_council_district text, police_district text,
	neighborhood text, neighborhood_services_district text, ward text, precinct text, location_street_name text,
	location_zipcode text, latitude float8, longitude float8, source text);
\copy boston.raw FROM PROGRAM 'gzip -dc test/data/boston/boston311_2015_partial.csv.gz' (FORMAT csv, HEADER)
CREATE TABLE boston.rule (type text PRIMARY KEY, n int, mode text, days int, exact int, rate float8);
\copy boston.rule FROM 'test/data/boston/sla_rules_inferred_2015.csv' (FORMAT csv, HEADER)
CREATE TABLE boston.holiday (day date PRIMARY KEY);
\copy boston.holiday FROM 'test/data/boston/boston_holidays_rule_2012_2026.csv' (FORMAT csv, HEADER)
