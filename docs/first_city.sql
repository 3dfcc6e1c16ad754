-- A first city: one street corner of Qidong, one centre, one body, three people.
-- Run it in an empty UTF-8 database, as superuser for the first time:
--   psql -d city -f docs/first_city.sql
SET client_min_messages = warning;
CREATE EXTENSION dcm CASCADE;
SELECT dcm.create_city('启东', '320681', 'combined', presets =>
	'{transitions,cn_calendar,cn_labels,cn_roles,cn_sources,cn_reasons,cn_categories_2013,yuncheng_limits,escalation}');
SELECT dcm.create_roles();
SELECT dcm.grant_roles();

-- Only a loader may tell times long past, as this example does.
GRANT dcm_loader TO CURRENT_USER;

-- Bodies: the centre that supervises and commands (mode combined), and one that handles.
INSERT INTO dcm.org (code, name, level, kind) VALUES
	('centre', '监督指挥中心', 1, 'supervision_command_centre'),
	('sanitation', '环卫处', 2, 'department');

-- People, and the posts that give them their rights.
INSERT INTO dcm.person (code, name) VALUES ('zhang', '张'), ('li', '李'), ('zhao', '赵');
INSERT INTO dcm.post (code, person, role, org, area)
SELECT h.person || '.' || h.role, p.id, h.role, o.id,
	CASE h.role WHEN 'collector' THEN '320681100'::dcm.area_code END -- a collector sees the own area
FROM (VALUES
		('zhang', 'collector', 'centre'),
		('li', 'acceptor', 'centre'), ('li', 'shift_leader', 'centre'), ('li', 'dispatcher', 'centre'),
		('zhao', 'liaison', 'sanitation'), ('zhao', 'handler', 'sanitation')) AS h (person, role, org)
	JOIN dcm.person AS p ON p.code = h.person
	JOIN dcm.org AS o ON o.code = h.org;

-- One unit grid, and the rule that its rubbish is the sanitation department's.
INSERT INTO dcm.grid (code, geom) VALUES
	('320681100001007', ST_Multi(ST_MakeEnvelope(121.6, 31.8, 121.601, 31.801, 4490)));
INSERT INTO dcm.responsibility (kind, major, area, org, principle)
SELECT 'event', '01', '320681', o.id, 'territory' FROM dcm.org AS o WHERE o.code = 'sanitation';
