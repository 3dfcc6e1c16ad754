-- Boston's base data from the published files: wards as regions, precincts as
-- unit grids, departments as bodies, types as categories with the limits that
-- were inferred from the city's own due dates, its hours and its holidays.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

-- Working time: Monday to Friday 08:30 to 17:00.  A start outside moves to the
-- next 08:30, and a limit of n days ends at the same clock time n days later.
INSERT INTO dcm.calendar (name, time_zone, day_rule, covers)
VALUES ('boston', 'America/New_York', 'same_clock', '[2012-01-01,2027-01-01)');
INSERT INTO dcm.calendar_hours (calendar, weekday, opens, closes)
SELECT 'boston', weekday, '08:30', '17:00' FROM generate_series(1, 5) AS weekday;
INSERT INTO dcm.calendar_day (calendar, day, kind) SELECT 'boston', day, 'holiday' FROM boston.holiday;
UPDATE dcm.setting SET value = 'boston' WHERE name = 'calendar';
-- a seventh of the requests carry no place but the City Hall's: they have none
UPDATE dcm.setting SET value = 'false' WHERE name = 'file_needs_point';

-- Boston checks nobody's work before it closes a request: one transition more.
INSERT INTO dcm.transition (state, action, next_state, roles) VALUES ('handled', 'close', 'closed', '{shift_leader}');

-- Area codes have to be made up: district 250250 after the county's FIPS number,
-- then ward, precinct and serial 001; a precinct 02A is 102.
\set wards `cat test/data/boston/wards.geojson`
\set precincts `cat test/data/boston/precincts.geojson`
CREATE TABLE boston.shape AS
SELECT kind, code, raw, ST_Multi(ST_CollectionExtract(ST_MakeValid(raw, 'method=structure'), 3)) AS geom
FROM (
	SELECT 'ward' AS kind, '250250' || lpad(f -> 'properties' ->> 'WARD', 3, '0') AS code,
		ST_SetSRID(ST_GeomFromGeoJSON(f -> 'geometry'), 4326) AS raw
	FROM jsonb_array_elements(:'wards'::jsonb -> 'features') AS f
	UNION ALL
	SELECT 'precinct', '2502500' || substr(p, 1, 2) || CASE WHEN p ~ 'A$' THEN '1' ELSE '0' END || substr(p, 3, 2) || '001',
		ST_SetSRID(ST_GeomFromGeoJSON(f -> 'geometry'), 4326)
	FROM jsonb_array_elements(:'precincts'::jsonb -> 'features') AS f, jsonb_extract_path_text(f, 'properties', 'WARD_PRECINCT') AS p) AS v;

INSERT INTO dcm.region (code, name, name_en) VALUES ('250250', 'Boston', 'Boston');
INSERT INTO dcm.region (code, name, name_en, parent, geom)
SELECT s.code::dcm.area_code, 'Ward ' || right(s.code, 3)::int, 'Ward ' || right(s.code, 3)::int, r.id, s.geom
FROM boston.shape AS s, dcm.region AS r WHERE s.kind = 'ward' ORDER BY s.code;
INSERT INTO dcm.grid (code, name, geom)
SELECT code::dcm.grid_code, 'Precinct ' || substr(code, 8, 2) || substr(code, 11, 2) || CASE substr(code, 10, 1) WHEN '1' THEN 'A' ELSE '' END, geom
FROM boston.shape WHERE kind = 'precinct' ORDER BY code;

\echo 'Rings that had to be mended: ST_MakeValid(geom, ''method=structure''), polygons kept'
SELECT kind, code, ST_IsValidReason(raw) AS "what was wrong",
	round(ST_Area(raw::geography)) AS "m² before", round(ST_Area(geom::geography)) AS "m² after"
FROM boston.shape WHERE NOT ST_IsValid(raw) ORDER BY kind DESC, code;

-- bodies: the departments that work, named after the agency they mostly serve
INSERT INTO dcm.org (code, name, name_en, level, kind, area)
VALUES ('311', 'Boston 311', 'Boston 311', 1, 'supervision_command_centre', '250250');
INSERT INTO dcm.org (code, name, name_en, level, kind, area, parent)
SELECT DISTINCT ON (department) department, subject || ' (' || department || ')', subject || ' (' || department || ')',
	1, 'department', '250250'::dcm.area_code, (SELECT id FROM dcm.org WHERE code = '311')
FROM boston.raw GROUP BY department, subject ORDER BY department, count(*) DESC;

-- people: the desk that takes requests in and closes them, and one for each department
INSERT INTO dcm.person (code, name, name_en, kind) VALUES ('desk', '311 desk', '311 desk', 'service');
INSERT INTO dcm.person (code, name, name_en, kind)
SELECT 'at ' || code, 'at ' || name, 'at ' || name, 'service' FROM dcm.org WHERE kind = 'department';
INSERT INTO dcm.post (code, person, role, org, area)
SELECT p.code || ' ' || r.role, p.id, r.role, o.id, '250250'::dcm.area_code
FROM dcm.person AS p, (VALUES ('acceptor'), ('shift_leader'), ('dispatcher')) AS r (role), dcm.org AS o
WHERE p.code = 'desk' AND o.code = '311'
UNION ALL
SELECT p.code, p.id, 'liaison', o.id, '250250'::dcm.area_code FROM dcm.org AS o JOIN dcm.person AS p ON p.code = 'at ' || o.code;

INSERT INTO dcm.source (code, name, name_en, mode)
SELECT DISTINCT lower(replace(source, ' ', '_')), source, source,
	CASE WHEN source IN ('Employee Generated', 'City Worker App', 'Maximo Integration') THEN 'active' ELSE 'passive' END
FROM boston.raw;

-- categories: the types, numbered within their reason; limits as inferred,
-- none where no rule was found
WITH type AS (
	SELECT DISTINCT ON (type) type, reason, count(*) AS many FROM boston.raw GROUP BY type, reason ORDER BY type, count(*) DESC),
numbered AS (
	SELECT *, lpad(dense_rank() OVER (ORDER BY reason)::text, 2, '0') AS major,
		lpad(row_number() OVER (PARTITION BY reason ORDER BY many DESC, type)::text, 2, '0') AS minor
	FROM type)
INSERT INTO dcm.category (edition, code, kind, major, major_name, minor, name, name_en, origin, source)
SELECT 'boston', 'E' || major || minor, 'event', major, reason, minor, type, type, 'local', 'City of Boston 311'
FROM numbered ORDER BY major, minor;
INSERT INTO dcm.filing_standard (category, condition_no, condition, condition_en, limit_1, source)
SELECT c.id, 1, 'reported', 'reported',
	(r.days || CASE r.mode WHEN 'work' THEN ' work_day' ELSE ' natural_day' END)::dcm.time_limit, 'inferred from the due dates of 2015'
FROM dcm.category AS c LEFT JOIN boston.rule AS r ON r.type = c.name;

-- The requests as they go in.  The times are New York's wall clock.  The city's
-- own due date is the intake's, not dcm's: it is only compared with.
CREATE TABLE boston.request AS
SELECT r.case_enquiry_id AS id, row_number() OVER (ORDER BY r.open_dt, r.case_enquiry_id) AS no,
	r.open_dt AT TIME ZONE 'America/New_York' AS opened, r.closed_dt AT TIME ZONE 'America/New_York' AS closed,
	r.target_dt AT TIME ZONE 'America/New_York' AS external_due, nullif(r.ontime, '') AS flag,
	c.code AS category, u.type IS NOT NULL AS has_rule, r.type, r.department,
	lower(replace(r.source, ' ', '_')) AS source, nullif(r.case_title, '') AS title,
	CASE WHEN (r.latitude, r.longitude) <> (42.3594, -71.0587) THEN ST_SetSRID(ST_MakePoint(r.longitude, r.latitude), 4326) END AS point,
	coalesce(nullif(r.location, ''), 'no place given') AS address, r.ward
FROM boston.raw AS r JOIN dcm.category AS c ON c.name = r.type AND c.edition = 'boston'
	LEFT JOIN boston.rule AS u ON u.type = r.type;
CREATE INDEX ON boston.request (opened);
CREATE TABLE boston.answer (id bigint PRIMARY KEY, case_no bigint);
ANALYZE boston.request;
