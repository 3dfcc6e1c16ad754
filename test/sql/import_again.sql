-- Lists that come again, and lists as a new user writes them: what is told of
-- rows that would undo something, and what goes in all the same.
SET search_path = public, dcm;
SET client_min_messages = warning;
SET datestyle = 'ISO';
SET timezone = 'Asia/Shanghai';
\pset null '–'
BEGIN;
PREPARE faults (text) AS SELECT line, col, code, severity, left(value, 30) AS value, reason FROM import_fault WHERE list = $1 ORDER BY line, col, code;
SELECT load_preset('cn_roles'), load_preset('cn_labels'), load_preset('cn_categories_2013') \g /dev/null
UPDATE setting SET value = '320681' WHERE name = 'area_code';
SAVEPOINT empty;

-- ids that lines bring with them, one of them the last there is, and lines without
INSERT INTO grid (code, geom) VALUES ('320681100001001', ST_Multi(ST_MakeEnvelope(121.6, 31.8, 121.61, 31.81, 4490)));
COPY stage_components (id, category, lon, lat) FROM stdin;
\N	C0101	121.601	31.801
3206810101000001	\N	121.602	31.802
3206810101000003	\N	121.603	31.803
3206810101999999	\N	121.604	31.804
\N	C0101	121.605	31.805
\N	C0102	121.601	31.801
\.
SELECT lines, added, changed, bad FROM import_components();
SELECT id, ST_X(geom) AS lon FROM component ORDER BY id;
SELECT * FROM component_serial ORDER BY prefix;
-- where one number is left, one line goes in, and the other says why it does not
UPDATE component_serial SET issued = '{[1,500),[501,1000000)}' WHERE prefix = '3206810101';
COPY stage_components (category, lon, lat) FROM stdin;
C0101	121.606	31.806
C0101	121.607	31.807
C0103	121.608	31.808
\.
SELECT lines, added, changed, bad FROM import_components();
EXECUTE faults ('components');
SELECT id, ST_X(geom) AS lon FROM component WHERE ST_X(geom) > 121.6055 ORDER BY id;
ROLLBACK TO empty;
ROLLBACK;
