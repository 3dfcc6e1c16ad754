-- A city for the benches of acts, and beside it the same tables without dcm around
-- them, in schema bare: the same columns, indexes and keys.
SET client_min_messages = warning;

SELECT dcm.create_city('Bench', '320681', presets => '{transitions,cn_calendar,cn_roles,cn_sources,cn_reasons,cn_categories_2013,yuncheng_limits}');
INSERT INTO dcm.org (code, name, level, kind) VALUES ('centre', 'centre', 1, 'supervision_command_centre'), ('body', 'body', 1, 'department');
INSERT INTO dcm.person (code, name) SELECT p, p FROM unnest('{collector,acceptor,shift_leader,dispatcher,liaison,handler}'::text[]) AS p;
INSERT INTO dcm.post (code, person, role, org)
SELECT p.code, p.id, p.code, o.id
FROM dcm.person AS p JOIN dcm.org AS o ON o.code = CASE WHEN p.code IN ('liaison', 'handler') THEN 'body' ELSE 'centre' END
WHERE p.code <> 'system';
INSERT INTO dcm.grid (code, geom)
SELECT dcm.make_grid_code('320681100001', i), ST_Multi(ST_MakeEnvelope(121.6 + i * 0.001, 31.8, 121.601 + i * 0.001, 31.801, 4490))
FROM generate_series(1, 500) AS i;

SELECT dcm.make_leaf(extract(year FROM now())::int);

-- the same tables without dcm around them
CREATE SCHEMA bare;
DO $$
DECLARE
	leaf text;
	suffix text := extract(year FROM now())::text;
BEGIN
	FOREACH leaf IN ARRAY '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task}'::text[] LOOP
		EXECUTE format('CREATE TABLE bare.%I (LIKE dcm.%I INCLUDING ALL)', leaf, leaf || '_' || suffix);
		IF leaf = 'case_text' THEN
			ALTER TABLE bare.case_text ADD FOREIGN KEY (case_no, log_no) REFERENCES bare.case_log;
		ELSIF leaf <> 'case_file' THEN
			EXECUTE format('ALTER TABLE bare.%I ADD FOREIGN KEY (case_no) REFERENCES bare.case_file', leaf);
		END IF;
	END LOOP;
	ALTER TABLE bare.case_file
		ADD FOREIGN KEY (category) REFERENCES dcm.category,
		ADD FOREIGN KEY (source) REFERENCES dcm.source,
		ADD FOREIGN KEY (reporter) REFERENCES dcm.person,
		ADD FOREIGN KEY (standard) REFERENCES dcm.filing_standard,
		ADD FOREIGN KEY (org) REFERENCES dcm.org;
	ALTER TABLE bare.assignment ADD FOREIGN KEY (org) REFERENCES dcm.org;
END
$$;
CREATE SEQUENCE bare.case_no_seq;
