-- Who sees which case: row-level security of the tables that hold cases.  What
-- follows the policies is decided by dcm.sees_all() and dcm.my_…(), from the posts of
-- the acting person; the owner passes, as core has it, and so do the acts, which
-- run as the owner.  Never FORCE: dumps, COPY and the acts would stop.
--
-- What belongs to a case follows it by EXISTS.  Measured on 200,000 cases: for one
-- case that is a look-up by key a row, 0.5 ms for a card with its log; for a whole
-- table the planner hashes the cases seen once, 80 ms; for whoever sees all it is
-- never asked.  An assignment names its body, by which a body's own are let through
-- without it.  A copy of the bodies in each row would save that, and be a second
-- truth that acts had to keep.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('row_security', NULL, 'boolean', 'true', '案卷是否按岗位可见,否则凡有读权限者可见全部', 'whether people see cases by their posts; else whoever may read the tables sees all');

-- The two lists that must be read from tables are read as the owner, so that
-- whoever asks needs no right on those, and no policy asks itself.
CREATE FUNCTION dcm.my_grids() RETURNS dcm.grid_code[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 100
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	mine constant int[] := dcm.my_duty_areas();
BEGIN
	RETURN (
		SELECT array_agg(g.grid)
		FROM dcm.duty_area_grid AS g JOIN dcm.duty_area AS d ON d.id = g.duty_area AND d.valid @> now()
		WHERE g.duty_area = ANY (mine));
END
$$;
COMMENT ON FUNCTION dcm.my_grids() IS
	'The unit grids of the acting person''s duty areas, of the posts whose role sees an area; NULL for none. 当前操作人责任网格内的单元网格。';

CREATE FUNCTION dcm.my_cases() RETURNS bigint[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
	-- planning costs more than running
	SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
	me constant int := dcm.my_person();
	bodies constant int[] := dcm.my_orgs();
	tasks bigint[];
BEGIN
	IF me IS NULL THEN
		RETURN NULL;
	END IF;
	tasks := ARRAY(SELECT t.case_no FROM dcm.case_task AS t WHERE t.done_at IS NULL AND t.person = me ORDER BY t.case_no);
	IF bodies = '{}' THEN
		RETURN tasks;
	END IF;
	-- in order, as dcm.among wants them
	RETURN (
		SELECT array_agg(DISTINCT c.case_no ORDER BY c.case_no)
		FROM (
			SELECT unnest(tasks) AS case_no
			UNION ALL
			SELECT t.case_no FROM dcm.case_task AS t WHERE t.done_at IS NULL AND t.org = ANY (bodies)
			UNION ALL
			-- bodies beside the lead, those it was forwarded to, and those that had it before
			SELECT a.case_no FROM dcm.assignment AS a
			WHERE a.org = ANY (bodies)
				AND (a.part <> 'lead' OR a.parent IS NOT NULL OR a.returned_at IS NOT NULL OR a.recalled_at IS NOT NULL)
			UNION ALL
			SELECT a.case_no FROM dcm.case_file AS f JOIN dcm.assignment AS a ON a.case_no = f.case_no
			WHERE f.reopened > 0 AND a.org = ANY (bodies)) AS c);
END
$$;
COMMENT ON FUNCTION dcm.my_cases() IS
	'Cases that the acting person sees beside those which a body of dcm.my_orgs() leads: those in which such a body has or had a part (joint, coordinator, forwarded to, returned, recalled, reopened since), and those of tasks that wait for the person or such a body; in order, none or NULL where there is none. 当前操作人另可见的案卷(协办、转派、曾派遣、本人任务)。';

-- each arm of the policy below has its index, so that a list of open cases is
-- read by a bitmap of them; none is a way to all open cases, which a condition on
-- ended_at alone would make it
CREATE INDEX case_file_open_idx ON dcm.case_file (case_no) WHERE ended_at IS NULL AND case_no IS NOT NULL;
CREATE INDEX case_file_grid_idx ON dcm.case_file (grid) WHERE ended_at IS NULL AND grid IS NOT NULL;
CREATE INDEX case_file_reporter_idx ON dcm.case_file (reporter) WHERE ended_at IS NULL AND reporter IS NOT NULL;
CREATE INDEX case_file_reopened_idx ON dcm.case_file (case_no) WHERE reopened > 0;
CREATE INDEX assignment_part_idx ON dcm.assignment (org, case_no)
	WHERE part <> 'lead' OR parent IS NOT NULL OR returned_at IS NOT NULL OR recalled_at IS NOT NULL;
CREATE INDEX case_task_person_idx ON dcm.case_task (person) WHERE done_at IS NULL AND person IS NOT NULL;
CREATE INDEX case_task_org_idx ON dcm.case_task (org) WHERE done_at IS NULL AND org IS NOT NULL;

-- "All" is a span of case numbers and not a boolean, which no index could serve;
-- org stands between two bounds because the planner takes = ANY of a list that it
-- does not know for a fifth of all.  Whoever has no duty area does not pay for the
-- look at their grids.
CREATE POLICY sight ON dcm.case_file FOR SELECT USING (
	case_no BETWEEN CASE WHEN (SELECT dcm.sees_all()) THEN 0::bigint END AND CASE WHEN (SELECT dcm.sees_all()) THEN 9223372036854775807 END
	OR org >= (SELECT min(o) FROM unnest(dcm.my_orgs()) AS o) AND org <= (SELECT max(o) FROM unnest(dcm.my_orgs()) AS o) AND org = ANY ((SELECT dcm.my_orgs())::int[])
	OR grid OPERATOR(dcm.>=) (SELECT dcm.my_first_grid()) AND grid OPERATOR(dcm.<=) (SELECT dcm.my_last_grid()) AND grid OPERATOR(dcm.<@) ANY ((SELECT dcm.my_areas())::dcm.area_code[])
	OR grid OPERATOR(dcm.=) ANY ((SELECT CASE WHEN dcm.my_duty_areas() <> '{}' THEN dcm.my_grids() END)::dcm.grid_code[])
	OR reporter = (SELECT dcm.my_person())
	OR dcm.among(case_no, (SELECT dcm.my_cases())));
COMMENT ON POLICY sight ON dcm.case_file IS
	'All, or those of the own bodies, areas and duty areas, those reported, and dcm.my_cases(). 案卷可见范围。';

-- What belongs to a case is seen by whoever sees the case.
DO $$
DECLARE
	part text;
BEGIN
	FOREACH part IN ARRAY '{case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,erasure}'::text[] LOOP
		EXECUTE pg_catalog.format('CREATE POLICY sight ON dcm.%I FOR SELECT USING (
			(SELECT dcm.sees_all())%s OR EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = %1$I.case_no))',
			part, CASE part WHEN 'assignment' THEN ' OR org = ANY ((SELECT dcm.my_orgs())::int[])' END);
		EXECUTE pg_catalog.format('COMMENT ON POLICY sight ON dcm.%I IS %L', part, 'Seen by whoever sees the case. 随案卷可见。');
	END LOOP;
	FOREACH part IN ARRAY '{case_file,case_log,case_text,assignment,case_stage,attachment,case_task,escalation,auto_look,erasure,outbox,intake}'::text[] LOOP
		EXECUTE pg_catalog.format('ALTER TABLE dcm.%I ENABLE ROW LEVEL SECURITY', part);
	END LOOP;
	-- grants say who may; a policy must not stand in the way of the jobs
	FOREACH part IN ARRAY '{escalation,auto_look,outbox}'::text[] LOOP
		EXECUTE pg_catalog.format('CREATE POLICY job_insert ON dcm.%I FOR INSERT WITH CHECK ((SELECT dcm.sees_all()))', part);
		EXECUTE pg_catalog.format('COMMENT ON POLICY job_insert ON dcm.%I IS %L', part, 'Written by jobs. 由作业写入。');
	END LOOP;
END
$$;
CREATE POLICY job_update ON dcm.auto_look FOR UPDATE USING ((SELECT dcm.sees_all()));
COMMENT ON POLICY job_update ON dcm.auto_look IS 'Written by jobs. 由作业写入。';
CREATE POLICY sight ON dcm.outbox FOR SELECT USING (
	(SELECT dcm.sees_all()) OR EXISTS (SELECT FROM dcm.case_file AS f WHERE f.case_no = (outbox.payload ->> 'case_no')::bigint));
COMMENT ON POLICY sight ON dcm.outbox IS 'Messages about a case are seen by whoever sees the case. 随案卷可见。';

-- What was told to the centre is the desk's: a body knows by case_file.intake
-- that there was a call, and no more.
CREATE FUNCTION dcm.sees_intakes() RETURNS boolean
	LANGUAGE sql STABLE PARALLEL SAFE COST 200
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
BEGIN ATOMIC
	SELECT dcm.my_roles() && (SELECT string_to_array(replace(dcm.setting('intake_roles') || ',' || dcm.setting('privacy_roles'), ' ', ''), ',')
			|| array_agg(r.code) FILTER (WHERE r.sees = 'all') FROM dcm.role AS r);
END;
COMMENT ON FUNCTION dcm.sees_intakes() IS
	'Whether the acting person sees what was told to the centre: by a role of setting intake_roles or privacy_roles, or one that sees all. 当前操作人是否可见诉求。';
-- The text of a call becomes a case's description, which a body reads.
CREATE FUNCTION dcm.without_caller(intake bigint, told text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL UNSAFE COST 1000
	SECURITY DEFINER SET search_path = pg_catalog, dcm, pg_temp
AS $$
DECLARE
	who record;
	part text;
BEGIN
	PERFORM dcm.person_with('intake_roles');
	SELECT c.phone, c.phone_key, c.name, c.account INTO who
	FROM dcm.intake AS i JOIN dcm.caller AS c ON c.id = i.caller WHERE i.id = without_caller.intake;
	FOREACH part IN ARRAY ARRAY[who.phone, who.account, who.name] LOOP
		IF length(part) > 1 THEN
			told := replace(told, part, '***');
		END IF;
	END LOOP;
	-- the number, however it is written
	IF length(who.phone_key) >= 7 THEN
		told := regexp_replace(told, regexp_replace(who.phone_key, E'(\\d)(?=\\d)', E'\\1[- ]?', 'g'), '***', 'g');
	END IF;
	RETURN told;
END
$$;
COMMENT ON FUNCTION dcm.without_caller(bigint, text) IS
	'A text with *** for the name, number and account of who told the intake; what else would tell it in other words stays. 42501 without a role of setting intake_roles. 文本中隐去诉求人的姓名、电话与账号。';
REVOKE ALL ON FUNCTION dcm.without_caller(bigint, text) FROM PUBLIC;
CREATE POLICY sight ON dcm.intake FOR SELECT USING ((SELECT dcm.sees_freely()) OR (SELECT dcm.sees_intakes()));
COMMENT ON POLICY sight ON dcm.intake IS 'Seen by the desk, by keepers of personal data and by auditors. 受理岗位、个人信息保护员与纪检监察可见。';
