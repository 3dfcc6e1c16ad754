-- Tables of 0.1.0 as 0.2.0 has them.  New columns come last, as they do in a new
-- city; rows of the city's stay as they are.

-- settings
@include city/01_config_settings.sql@

-- bodies, people, posts: versions in time
ALTER TABLE dcm.org ADD COLUMN platform smallint CHECK (platform BETWEEN 1 AND 3);
ALTER TABLE dcm.post
	DROP CONSTRAINT post_code_key,
	ADD COLUMN basis text NOT NULL DEFAULT 'staff' CHECK (basis IN ('staff', 'contract', 'volunteer', 'honorary')),
	ADD COLUMN replaces int REFERENCES dcm.post;
CREATE INDEX ON dcm.post (code);
SELECT dcm.version_table('dcm.post', 'code');
ALTER TABLE dcm.grid
	ADD COLUMN grade text,
	ADD COLUMN successor dcm.grid_code REFERENCES dcm.grid;

-- editions, with those that the city has named itself
@include city/14_base_edition.sql@
INSERT INTO dcm.edition (code, name, name_en, confidence, source)
SELECT e.code, e.code, e.code, 'of the city''s own', 'the city'
FROM (SELECT c.edition FROM dcm.category AS c UNION SELECT dcm.setting('edition')) AS e (code)
WHERE e.code IS NOT NULL
ON CONFLICT DO NOTHING;
CREATE INDEX ON dcm.category (edition, kind, major, minor);

-- components: what a census tells, and since when the register has it so
ALTER TABLE dcm.component
	ADD COLUMN is_public boolean NOT NULL DEFAULT true,
	ADD COLUMN address text,
	ADD COLUMN accuracy text CHECK (accuracy IN ('A', 'B', 'C')),
	ADD COLUMN verified_on date,
	ADD COLUMN sensor jsonb,
	ADD COLUMN attributes jsonb,
	ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT now(),
	ADD COLUMN recorded_by text NOT NULL DEFAULT coalesce(dcm.acting(), session_user);

-- rules in time
ALTER TABLE dcm.filing_standard
	ADD COLUMN edition text,
	ADD COLUMN replaces int REFERENCES dcm.filing_standard,
	ADD COLUMN arrive_limit dcm.time_limit;
SELECT dcm.version_table('dcm.filing_standard', 'category', 'condition_no');
ALTER TABLE dcm.responsibility ADD COLUMN replaces int REFERENCES dcm.responsibility;
SELECT dcm.version_table('dcm.responsibility', VARIADIC '{}');
CREATE TRIGGER begin_rule BEFORE INSERT ON dcm.responsibility
	FOR EACH ROW EXECUTE FUNCTION dcm.begin_rule();
ALTER TABLE dcm.escalation_rule
	ADD COLUMN replaces int REFERENCES dcm.escalation_rule,
	DROP CONSTRAINT escalation_rule_clock_check,
	ADD CONSTRAINT escalation_rule_clock_check CHECK (clock IN ('case', 'work', 'arrive', 'stage'));
DROP INDEX dcm.escalation_rule_clock_coalesce_level_idx;
SELECT dcm.version_table('dcm.escalation_rule', 'clock', 'stage', 'level');
DROP TRIGGER keep_transition ON dcm.transition;
DROP TRIGGER keep_transition_truncate ON dcm.transition;
DROP FUNCTION dcm.keep_transition();
ALTER TABLE dcm.transition
	ADD COLUMN replaces int REFERENCES dcm.transition,
	DROP CONSTRAINT transition_effects_check,
	ADD CONSTRAINT transition_effects_check CHECK (effects <@ '{file,open_work,recall_work,sign_work,return_work,handle_work,rework,amend,request_extension,extend,deny_extension,request_suspension,suspend,deny_suspension,resume,verify_task,check_task,reassign_task,finish_task,on_site,arrive,recompute,forward,judge_return,reopen,merge,endorse,review,guard,relieve,notice,reply_notice,appeal,decide_appeal,rule_liability}');
SELECT dcm.version_table('dcm.transition', 'state', 'action');
ALTER TABLE dcm.action_key
	DROP CONSTRAINT action_key_type_check,
	ADD CONSTRAINT action_key_type_check CHECK (type IN ('text', 'free_text', 'number', 'boolean', 'timestamp', 'time_limit', 'org', 'orgs', 'person', 'reason', 'category', 'photo', 'point', 'object', 'case'));

-- clocks: of each state, of the arrival, and as facts of the log
ALTER TABLE dcm.case_log
	ADD COLUMN stage_no smallint,
	ADD COLUMN stage_limit dcm.time_limit,
	ADD COLUMN stage_due timestamptz,
	ADD COLUMN arrive_limit dcm.time_limit,
	ADD COLUMN arrive_due timestamptz,
	ADD COLUMN work_from timestamptz,
	ADD COLUMN work_limit dcm.time_limit;
ALTER TABLE dcm.case_stage ADD COLUMN state text;
ALTER TABLE dcm.assignment
	ADD COLUMN arrive_limit dcm.time_limit,
	ADD COLUMN arrive_due timestamptz,
	ADD COLUMN arrived_at timestamptz;

-- several bodies at one case, tasks of every kind, cases merged and reopened
ALTER TABLE dcm.case_file
	ADD COLUMN parts smallint NOT NULL DEFAULT 0,
	ADD COLUMN merged_into bigint,
	ADD COLUMN reopened smallint NOT NULL DEFAULT 0;
ALTER TABLE dcm.assignment
	ADD COLUMN parent smallint,
	ADD COLUMN fault text,
	ADD COLUMN judged_at timestamptz,
	ADD COLUMN misdirected boolean NOT NULL DEFAULT false;
ALTER TABLE dcm.case_task
	ADD COLUMN org int,
	ADD COLUMN log_no int;
CREATE INDEX case_task_open_idx ON dcm.case_task (kind, due) WHERE done_at IS NULL;
INSERT INTO dcm.job_lock VALUES ('recompute'), ('auto');
@replace city/52_case_views.sql@
@include city/53_case_clock.sql@
@include city/54_case_desk.sql@
@include city/57_case_workflow.sql@

-- organisation modes: what the actions of before are is told; a city that is at
-- work is held to its mode once it says so
ALTER TABLE dcm.action ADD COLUMN power text CHECK (power IN ('supervision', 'command'));
COMMENT ON COLUMN dcm.action.power IS 'The power that a centre must have in the organisation mode for its posts to do it; NULL: none. 动作所属的权力:监督权或指挥权,空为不限。';
UPDATE dcm.action AS a SET power = p.power FROM dcm.action_powers() AS p WHERE p.action = a.code;
@include city/58_case_org.sql@
UPDATE dcm.setting SET value = 'false' WHERE name = 'org_mode_enforced';

-- new rooms
@include city/11_base_area.sql@
@include city/12_base_component.sql@
@include city/13_base_place.sql@
@include city/20_import.sql@
@include city/31_base_contact.sql@
@include city/56_case_intake.sql@
@include city/58_case_auto.sql@
@include city/59_case_registers.sql@
@include city/61_score_indicator.sql@
@include city/71_case_erasure.sql@
@include city/72_case_sample.sql@
@include city/73_case_anchor.sql@
@include city/61_score_fact.sql@
DROP INDEX dcm.case_log_occurred_idx;
DROP FUNCTION dcm.eval_org(date, date), dcm.eval_region(date, date), dcm.eval_category(date, date), dcm.eval_city(date, date);
@replace city/62_score_eval.sql@
@include city/63_score_card.sql@
@include city/64_score_cell.sql@
@include city/74_score_ledger.sql@
@include city/74_score_period.sql@
@include city/74_score_request.sql@
@include city/74_score_standing.sql@
@include city/74_score_verify.sql@
@include city/75_score_bulletin.sql@

-- who sees which case: what roles of before are told; a city that is at work is
-- held to it once it says so
ALTER TABLE dcm.role ADD COLUMN sees text CHECK (sees IN ('area', 'all'));
UPDATE dcm.role SET sees = CASE WHEN code IN ('collector', 'video_watcher', 'area_head') THEN 'area' ELSE 'all' END
WHERE code IN ('collector', 'video_watcher', 'area_head', 'auditor', 'privacy', 'system');
@include city/80_case_rls.sql@
UPDATE dcm.setting SET value = 'false' WHERE name = 'row_security';
ALTER TABLE dcm.reason
	DROP CONSTRAINT reason_kind_check,
	ADD CONSTRAINT reason_kind_check CHECK (kind IN ('return', 'reject', 'extend', 'suspend', 'void', 'appeal', 'erase', 'reopen'));

-- texts and addresses leave no values in statistics
ALTER TABLE dcm.case_text ALTER COLUMN value SET STATISTICS 0, ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE dcm.case_file ALTER COLUMN address SET STATISTICS 0;
@replace city/51_case_leaf.sql@

-- what things are
COMMENT ON TABLE dcm.org IS
	'Bodies as a tree of any depth: level 1 city, 2 district, 3 street, 4 community or enterprise; a government answers for its area (属地), an enterprise for what it owns. 机构:监督中心、指挥中心、专业部门、属地政府、企业等。';
COMMENT ON COLUMN dcm.org.platform IS 'Tier of the platform by which the body receives cases: 1, 2 or 3, NULL for none. 接入平台级别:一级、二级、三级平台。';
COMMENT ON TABLE dcm.role IS
	'Business roles; max_backdate is how far back an entry of the role may be told, for_body that it acts for the body of its post alone, on that body''s cases, sees what its posts see of cases: area, that of the post; all; NULL, by the body. 业务角色、可补录的时限、是否仅代表本单位、可见范围。';
COMMENT ON TABLE dcm.post IS
	'Who holds which role in which body, for which area, and when; leaders and deputies of a body are posts too, and a person may have several. code names the post, whoever holds it: a change is a new row, which replaces the one before, so that what was done then names who held it then. 岗位:人员、角色、机构、区域与任期,变更即新版本。';
COMMENT ON COLUMN dcm.post.basis IS 'staff 在编, contract 外包, volunteer 志愿者, honorary 义务(人大代表、政协委员、居民代表等)。';
COMMENT ON COLUMN dcm.post.replaces IS 'The version of the post before this one. 上一版本。';
COMMENT ON TABLE dcm.grid IS
	'Unit grids of about 10,000 square metres; area_class chooses among the limits of the filing standard. A code that has ended is void and never used again. 万米单元网格,作废的代码不再使用。';
COMMENT ON COLUMN dcm.grid.land_use IS 'Use class, from a list of the city''s own (dcm.label, kind land_use). 使用分类。';
COMMENT ON COLUMN dcm.grid.grade IS 'Management grade, from a list of the city''s own (dcm.label, kind grid_grade). 管理等级。';
COMMENT ON COLUMN dcm.grid.successor IS 'The grid that has taken the place of one that ended. 承继网格。';
COMMENT ON TABLE dcm.component IS
	'Managed components, each with an id for life: authority 主管, owner 权属, maintainer 养护. What it was before stands in dcm.component_history. 城市管理部件。';
COMMENT ON COLUMN dcm.component.state IS 'A code of dcm.label, kind component_state: intact 完好, damaged 破损, lost 丢失, abandoned 废弃 …';
COMMENT ON COLUMN dcm.component.initial_on IS 'When it was there first. 初始日期。';
COMMENT ON COLUMN dcm.component.changed_on IS 'When it last changed in the field. 变更日期。';
COMMENT ON COLUMN dcm.component.source IS 'How its data came: survey 实测, drawing, online update … 数据来源。';
COMMENT ON COLUMN dcm.component.is_public IS 'False for what belongs to the public space but not to the public, such as door plates and signboards. 非公共设施(门牌、广告牌匾等)为假。';
COMMENT ON COLUMN dcm.component.accuracy IS 'Class of the place''s accuracy: A 0.5 m, B 1 m, C 10 m. 定位精度等级。';
COMMENT ON COLUMN dcm.component.verified_on IS 'When a census last found it so, its bodies included. 普查确权日期。';
COMMENT ON COLUMN dcm.component.sensor IS 'The device that watches it: number, kind, vendor, what it measures. 物联感知设备。';
COMMENT ON COLUMN dcm.component.attributes IS 'Further fields of the census: material, size, picture … 其他普查属性。';
COMMENT ON COLUMN dcm.component.recorded_at IS 'Since when the register has it so. 登记时间。';
COMMENT ON COLUMN dcm.component.recorded_by IS 'The person who acted, else the database role. 登记人。';
COMMENT ON TABLE dcm.filing_standard IS
	'Filing conditions of a category with the time limit for each area class (a NULL class takes limit_1; all NULL means no clock) and the closing condition. A change is a new row, which replaces the one before: a case keeps the version under which it was filed. 立案条件、处置时限与结案条件,变更即新版本。';
COMMENT ON COLUMN dcm.filing_standard.arrive_limit IS 'How soon after the dispatch somebody of the body must be there; NULL: setting arrive_limit. 到场时限,空则按设置 arrive_limit。';
COMMENT ON COLUMN dcm.filing_standard.edition IS 'Edition of the city''s own catalogue, such as the year of its handbook. 本市标准的版本。';
COMMENT ON TABLE dcm.responsibility IS
	'Which body answers for what and where: (category, or major of a kind, or kind, or anything) in (an area, or a polygon, or the whole city). principle says by which claim: owner 属主 or territory 属地. The most specific wins, what before where; a tie is refused. A change is a new row, which replaces the one before. 责任规则:何类问题、何处、由谁负责,变更即新版本。';
COMMENT ON TABLE dcm.escalation_rule IS
	'When a clock of a case (case: the whole case, work: a body''s assignment, arrive: its arrival, stage: a stage) warns, reminds or proposes a notice: at a percent of its limit, shifted from its due by an interval (negative: before), or a time limit after its due; to_whom are business roles; in the quiet hours, local time, it waits. 升级规则:预警、催办、督办建议。';
COMMENT ON TABLE dcm.escalation IS
	'What was escalated, append-only: each level of each clock once. clock_no is the assignment''s work_no (of work and arrive), the stage''s stage_no, or 0; due is the deadline that it was for, so that a clock given a new deadline escalates anew; due_at is when it ought to fire, fired_at when it did. 升级记录,只增不改,每个计时的每一级只触发一次。';
COMMENT ON TABLE dcm.state IS
	'States of a case; stage is the one of the seven that a case in this state is in ("ended": it keeps the stage that it left), time_limit how long it may stay in this state: the clock of accepting, filing, dispatching, signing, handling, verifying, checking, closing. 案卷状态、所属环节及本环节时限(受理、立案、派遣、签收、处置、核实、核查、结案)。';
COMMENT ON COLUMN dcm.case_log.clock IS 'What the act did to the case''s clock: start, stop, pause, resume, extend, restart, reset, recompute; then clock_from, time_limit, pauses and due hold the clock as the act left it. 对计时的操作。';
COMMENT ON COLUMN dcm.case_log.stage_no IS 'The row of dcm.case_stage that the act opened, or whose deadline it gave anew; then stage_limit and stage_due hold its clock. 本次动作开启或重算的环节。';
COMMENT ON COLUMN dcm.case_log.arrive_due IS 'The time by which somebody of assignment work_no must be there, as the act gave it. 本次动作给定的到场时限。';
COMMENT ON COLUMN dcm.case_log.work_limit IS 'With work_from the clock of assignment work_no as the act left it, where it touched it. 派遣任务的计时。';
COMMENT ON TABLE dcm.assignment IS
	'A row a body and dispatch: part is lead 主办, joint 协办 or coordinator 协调; when it was dispatched, signed, handled, returned or recalled, and its deadline, which is the lead''s; by when somebody had to be there, and when somebody was. 派遣任务。';
COMMENT ON COLUMN dcm.assignment.parent IS 'The assignment out of which it was forwarded to a body below. 转派自。';
COMMENT ON COLUMN dcm.assignment.fault IS 'Whose fault a return was ruled to be: handler, dispatcher, acceptor or nobody; of one that was handled with misdirected: dispatcher where it was not the body''s own. 退回认定:责任方。';
COMMENT ON COLUMN dcm.assignment.misdirected IS 'The body handled it saying that it was not its own (首接负责制). 错派仍办理。';
COMMENT ON TABLE dcm.case_task IS
	'What somebody is asked to do about a case: verify 核实 before filing, check 核查 after handling, guard 警戒, notice 督办 (org is to answer by due), appeal 申诉 (of org), liability 责任认定; log_no is the entry that opened it, NULL in rows of 0.1.0. outcome is the action that ended it, of an appeal upheld or denied. 案卷任务:核实、核查、警戒、督办、申诉、责任认定。';
COMMENT ON COLUMN dcm.case_file.parts IS 'How many bodies beside the lead the last dispatch and its forwarding have brought in: joint, coordinating, forwarded to. 主办以外的协办、协调、转派单位数。';
COMMENT ON COLUMN dcm.case_file.merged_into IS 'The case that goes on for this one. 并入的案卷号。';
COMMENT ON COLUMN dcm.case_file.reopened IS 'How often it was opened again after its close. 重新立案次数。';
COMMENT ON TABLE dcm.case_stage IS
	'A row each time a stage is entered, and within it each time a state is entered or left that has a limit of its own: who brought the case there, that limit, and the action that ended it. 案卷经过的环节与步骤。';
COMMENT ON COLUMN dcm.case_stage.state IS 'The state with which it began; NULL in rows of 0.1.0. 开始时的状态。';

-- rules that logical replication brings
ALTER TABLE dcm.calendar_hours REPLICA IDENTITY FULL;
DO $$
DECLARE
	config record;
BEGIN
	FOR config IN
		SELECT t.tgrelid::regclass AS name FROM pg_catalog.pg_trigger AS t
		WHERE t.tgname = 'dcm_config_changed'
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger AS a WHERE a.tgrelid = t.tgrelid AND a.tgname = 'dcm_config_applied')
	LOOP
		EXECUTE pg_catalog.format('CREATE TRIGGER dcm_config_applied AFTER INSERT OR UPDATE OR DELETE ON %s
			FOR EACH ROW EXECUTE FUNCTION dcm.config_changed()', config.name);
		EXECUTE pg_catalog.format('ALTER TABLE %s ENABLE REPLICA TRIGGER dcm_config_applied', config.name);
	END LOOP;
END
$$;

-- leaves say of their columns what the tables say
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN
		SELECT i.inhrelid::regclass AS leaf, a.attname, pg_catalog.col_description(i.inhparent, p.attnum) AS meaning
		FROM pg_catalog.pg_inherits AS i
			JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.inhrelid AND a.attnum > 0 AND NOT a.attisdropped
			JOIN pg_catalog.pg_attribute AS p ON p.attrelid = i.inhparent AND p.attname = a.attname
		WHERE i.inhparent IN ('dcm.case_file'::regclass, 'dcm.case_log'::regclass, 'dcm.case_stage'::regclass, 'dcm.assignment'::regclass, 'dcm.case_task'::regclass)
			AND pg_catalog.col_description(i.inhparent, p.attnum) IS DISTINCT FROM pg_catalog.col_description(i.inhrelid, a.attnum)
	LOOP
		EXECUTE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', c.leaf, c.attname, c.meaning);
	END LOOP;
END
$$;
