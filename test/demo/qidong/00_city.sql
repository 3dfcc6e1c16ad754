-- Qidong: the extension, the city and its presets; run by the city's owner, who
-- is no superuser.  The demo's own plans and helpers live in schema demo, so that
-- dcm is fed by its public functions alone.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('启东市', '320681', presets =>
	'{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons,cn_categories_2013,yuncheng_limits,escalation}') AS city \gset
SELECT dcm.create_roles() AS roles \gset
SELECT dcm.grant_roles() AS granted \gset

CREATE SCHEMA demo;

-- A number in [0, 1) that depends on nothing but its arguments: every run makes
-- the same city and the same cases.
CREATE FUNCTION demo.u(n bigint, salt bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (pg_catalog.hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992.0;
