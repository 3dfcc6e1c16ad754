-- Prints docs/reference.md from the comments of an installed dcm with a city.
-- Run by test/bin/reference, which has made public.division before.
SET search_path = public, pg_catalog;
\o /dev/null
SELECT dcm.version(); -- the library must be here for its parameters to be
\o

-- the routine at which each division begins, by the order in which they were made
CREATE TEMP VIEW routine AS
WITH member AS (
	SELECT p.oid, p.proname, p.prokind, p.prorettype, p.proretset, p.pronargs,
		EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e') AS shipped
	FROM pg_proc AS p
	WHERE p.pronamespace = 'dcm'::regnamespace),
begins AS (
	SELECT v.division, v.made_by, min(m.oid) AS oid
	FROM public.division AS v
		JOIN member AS m ON m.proname = v.first AND m.shipped = (v.made_by = 'install')
	GROUP BY v.division, v.made_by, v.first)
SELECT m.*,
	(SELECT b.division FROM begins AS b
		WHERE b.made_by = CASE WHEN m.shipped THEN 'install' ELSE 'city' END AND b.oid <= m.oid
		ORDER BY b.oid DESC LIMIT 1) AS division,
	-- what types, operators, indexes, casts and triggers are made of, nobody calls
	m.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
		OR EXISTS (SELECT FROM pg_type AS t WHERE m.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
		OR m.proname NOT IN ('merge', 'count_of') AND EXISTS (SELECT FROM pg_operator AS o WHERE m.oid IN (o.oprcode, o.oprrest, o.oprjoin))
		OR EXISTS (SELECT FROM pg_amproc AS a WHERE a.amproc = m.oid)
		OR EXISTS (SELECT FROM pg_proc AS s WHERE s.prosupport = m.oid)
		OR EXISTS (SELECT FROM pg_aggregate AS a WHERE m.oid IN (a.aggtransfn, a.aggcombinefn, a.aggfinalfn, a.aggserialfn, a.aggdeserialfn, a.aggminvtransfn))
		OR EXISTS (SELECT FROM pg_type AS t WHERE t.typanalyze = m.oid)
		OR m.proname ~ '^(first|last)_(area_code|grid_code|component_id)$'
		-- what imports, versions and presets are made of
		OR m.proname ~ '^(judge_(?!return$)|settle_|store_)|^import_(open|note|renumber|judge|duplicates|clear|list|bulk_begin|bulk_end)$'
		OR m.proname ~ '^bulletin_(?!data$|page$)'
		OR m.proname IN ('earlier_period', 'nice_step', 'terms_in_words',
			'faults', 'fault_reason', 'why_not', 'read_valid', 'read_json', 'read_geometry', 'read_polygon', 'list_point', 'body_keys', 'body_fault', 'role_keys', 'category_hint', 'read_area_level', 'component_category_keys',
			'is_overlapping', 'check_adjacent', 'moved_areas', 'is_replacing', 'written_here', 'same_key', 'valid_with', 'json_key', 'setting_kinds', 'setting_fault', 'component_value_fault', 'is_component_state',
			'check_component_data', 'apply_component_data', 'component_serials', 'place_text', 'natural_key', 'readable_row', 'find_preset', 'preset_script',
			'person_with', 'told_at', 'told_after', 'is_loader', 'next_days', 'falls', 'take_intake', 'move_intakes', 'held_intake', 'erase_text', 'erase_address', 'endorser', 'org_within',
			'require_figures', 'require_period_kind', 'fact_label', 'handling_seconds', 'near_point', 'batch_fault', 'mode_gives', 'centre_of', 'territory', 'centre_reach', 'auto_steps', 'auto_open', 'auto_judge', 'auto_doubt', 'auto_note', 'auto_carry', 'auto_batch', 'sample_draw', 'find_sample', 'anchor_leaf', 'anchor_leaves', 'anchor_root', 'config_digest', 'merkle_root', 'merkle_path', 'city_script', 'city_steps', 'run_city_script', 'data_families', 'column_srid',
			'among', 'among_support', 'my_first_grid', 'my_last_grid', 'my_person', 'my_roles', 'my_duty_areas', 'sees_freely', 'sees_intakes', 'without_caller', 'require_sight',
			'require_read_committed', 'keep_card', 'keep_class', 'keep_code', 'require_other_body', 'check_tiers', 'check_factors', 'raw_points', 'cases_for', 'append_score', 'book_period', 'period_in', 'period_waits', 'rules_time', 'card_of', 'subject_leaders', 'score_hash', 'score_digest', 'book_facts', 'fact_subject', 'event_field', 'work_out_facts', 'roll_up_cases') AS machinery
FROM member AS m;

CREATE TEMP VIEW chapter (turn, division, title) AS VALUES
	(1, 'code', 'Codes 代码'), (2, 'base', 'City, base data, configuration 建城、基础数据与配置'),
	(3, 'import', 'Lists 清单导入'),
	(4, 'time', 'Working time 工作时间'), (5, 'space', 'Space and responsibility 空间与责任'),
	(6, 'case', 'The case file 案卷'), (7, 'score', 'Evaluation 评价'), (8, 'job', 'Escalation and jobs 升级与作业');

-- as one writes it by hand: names of types and defaults without casts
CREATE FUNCTION pg_temp.brief(given text) RETURNS text LANGUAGE sql
	RETURN regexp_replace(regexp_replace(replace(given, 'timestamp with time zone', 'timestamptz'),
		' DEFAULT ', ' = ', 'g'), '(''[^'']*''|NULL)::[a-z_.]+( precision)?(\[\])?', '\1', 'g');

CREATE FUNCTION pg_temp.cell(given text) RETURNS text LANGUAGE sql
	RETURN replace(replace(coalesce(given, ''), '|', '\|'), E'\n', ' ');

SELECT '# Reference

Made from the comments in the database by `test/bin/reference`; do not edit it. Names are in schema `dcm`.
Errors are listed in [errors.md](errors.md).

## Types 类型

| type | what |
|---|---|';
SELECT format('| `%s` | %s |', format_type(t.oid, NULL), pg_temp.cell(obj_description(t.oid, 'pg_type')))
FROM pg_type AS t
WHERE t.typnamespace = 'dcm'::regnamespace
	AND (t.typtype IN ('b', 'e', 'd', 'r') AND t.typelem = 0
		OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_class AS c WHERE c.oid = t.typrelid) = 'c')
ORDER BY t.oid;

SELECT '
### Operators 运算符

| operator | what |
|---|---|';
SELECT format('| `%s %s %s` | %s |', format_type(o.oprleft, NULL), replace(o.oprname, '|', '\|'), format_type(o.oprright, NULL),
	pg_temp.cell(obj_description(o.oid, 'pg_operator')))
FROM pg_operator AS o
WHERE o.oprnamespace = 'dcm'::regnamespace
	AND (o.oprname IN ('<@', '@>', '+', '-') OR o.oprleft <> o.oprright);
SELECT '
Each type also has `= <>`, and each but `dcm.tally` has `< <= > >=`; they are keys of btree, hash and BRIN indexes, a tally of hash alone.';

-- one chapter a division: what is called, then what others are made of
SELECT '
## Functions 函数';
SELECT x.line
FROM (
	SELECT c.turn, 0 AS part, 0::oid AS oid, format(E'\n### %s\n', c.title) AS line FROM chapter AS c
	UNION ALL
	SELECT c.turn, 1, r.oid, format('- `%s%s(%s)%s`%s  ' || E'\n  %s', CASE r.prokind WHEN 'p' THEN 'CALL ' ELSE '' END, r.proname,
		pg_temp.brief(pg_get_function_arguments(r.oid)),
		CASE WHEN r.prokind = 'p' OR pg_get_function_result(r.oid) = 'void' THEN ''
			ELSE ' → ' || pg_temp.brief(regexp_replace(regexp_replace(pg_get_function_result(r.oid), '^TABLE', 'setof '), '^SETOF record$', 'setof record')) END,
		CASE WHEN r.shipped THEN '' ELSE ' (the city''s)' END,
		coalesce(obj_description(r.oid, 'pg_proc'), ''))
	FROM routine AS r JOIN chapter AS c ON c.division = r.division
	WHERE NOT r.machinery
	UNION ALL
	SELECT c.turn, 2, 0, format(E'\nBehind types, operators, triggers and imports: %s.', string_agg(DISTINCT '`' || r.proname || '`', ', '))
	FROM routine AS r JOIN chapter AS c ON c.division = r.division
	WHERE r.machinery
	GROUP BY c.turn) AS x
ORDER BY x.turn, x.part, x.oid;

SELECT '
## Tables and views 表与视图

Made by `dcm.create_city()`; they belong to whoever called it. † tables are partitioned by year of `case_no` and written by
`dcm.report_case` and `dcm.act` alone. ‡ tables are configuration: backends learn of a change at their next use.
';
SELECT format(E'### %s%s%s\n\n%s\n\n%s\n', c.relname,
	CASE WHEN c.relkind = 'p' THEN ' †' WHEN EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = c.oid AND g.tgname = 'dcm_config_changed') THEN ' ‡' ELSE '' END,
	CASE WHEN c.relkind = 'v' THEN ' (view)' ELSE '' END,
	coalesce(obj_description(c.oid, 'pg_class'), ''),
	(SELECT string_agg(format('`%s %s`', a.attname, pg_temp.brief(format_type(a.atttypid, a.atttypmod)))
			|| coalesce(' (' || CASE WHEN c.relname !~ '^eval_' THEN col_description(c.oid, a.attnum) END || ')', ''), ', ' ORDER BY a.attnum)
		FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class AS c
WHERE c.relnamespace = 'dcm'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm') AND NOT c.relispartition AND c.relname !~ '^stage_'
ORDER BY c.relkind = 'v', c.oid;

SELECT '### Staging tables 暂存表

All columns are text, but for `line`, which numbers the rows. `COPY` into them, then `dcm.import_LIST()`: see [loading.md](loading.md).

| table | columns |
|---|---|';
SELECT format('| `%s` | %s |', c.relname, string_agg('`' || a.attname || '`', ' ' ORDER BY a.attnum))
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 1
WHERE c.relnamespace = 'dcm'::regnamespace AND c.relname ~ '^stage_' AND c.relkind = 'r'
GROUP BY c.oid, c.relname ORDER BY c.oid;

SELECT '
## Settings 设置

Rows of `dcm.setting`: what the city decides. `UPDATE dcm.setting SET value = … WHERE name = …`; a NULL value is the default.

| name | default | unit | meaning | 含义 |
|---|---|---|---|---|';
SELECT format('| `%s` | %s | %s | %s | %s |', s.name, coalesce('`' || s.default_value || '`', ''), coalesce(s.unit, ''),
	pg_temp.cell(s.meaning_en), pg_temp.cell(s.meaning))
FROM dcm.setting AS s
ORDER BY s.name COLLATE "C";

SELECT '
What the machine decides is a server parameter:

| parameter | meaning |
|---|---|';
SELECT format('| `%s` | %s |', g.name, g.short_desc) FROM pg_settings AS g WHERE g.name LIKE 'dcm.%' ORDER BY g.name COLLATE "C";

SELECT '
## Presets 预置数据

`dcm.load_preset(name)`; rows that stand already are left as they are.

| preset | what |
|---|---|';
SELECT format('| `%s` | %s |', p.preset, p.what) FROM dcm.presets() AS p;

SELECT '
## Actions 动作

As preset `transitions` ships them; `dcm.action`, `dcm.action_key` and `dcm.transition` hold the city''s own. "open" is every state that is
no ending, "all" every state. Every move ends the clock of its state and begins that of the next; what else an action does to the
clocks stands last.

| action | function | from → to | who | carries (* must) | clocks |
|---|---|---|---|---|---|';
CREATE TEMP TABLE clock_effect (effect, what) AS VALUES
	('file', 'the case''s begins, with the limit of the condition and the area class'),
	('amend', 'after filing the limit anew, from the filing'),
	('open_work', 'the body''s begins (`handle_from`), and that of the arrival'),
	('sign_work', 'the body''s begins where `handle_from` is `sign`'),
	('return_work', 'the body''s ends, the case''s runs on'),
	('recall_work', 'the body''s ends, the case''s runs on'),
	('handle_work', 'the case''s and the body''s stop (`in_time_by`)'),
	('rework', 'they go on with what is left, at least `rework_min` (`rework_limit`)'),
	('reopen', 'the case''s goes on with what was left, at least `rework_min`'),
	('request_extension', 'stand only with `request_stops_clock`'),
	('request_suspension', 'stand only with `request_stops_clock`'),
	('extend', 'the limit is longer, `first_due` kept'),
	('suspend', 'pause from the request (`suspend_from`) to the day granted'),
	('review', 'the pause ends on another day, where one is named'),
	('resume', 'the pause ends'),
	('arrive', 'that of the arrival stops'),
	('forward', 'the body below has the same'),
	('notice', 'the notice has its own, to `due`'),
	('recompute', 'all that run are worked out anew'),
	('verify_task', 'the task has that of the state'),
	('check_task', 'the task has that of the state');
SELECT format('| `%s` %s | `%s` | %s | %s | %s | %s |', a.code, a.name, a.function,
	(SELECT string_agg(m.moves, ', ' ORDER BY m.moves) FROM (
		SELECT CASE WHEN count(t.state) = (SELECT count(*) FROM dcm.state) THEN 'all'
				WHEN count(t.state) = (SELECT count(*) FROM dcm.state WHERE NOT ending) AND bool_and(NOT s.ending) THEN 'open'
				ELSE coalesce(string_agg(t.state, ', ' ORDER BY t.state), '–') END || coalesce(' → ' || t.next_state, '') AS moves
		FROM dcm.transition AS t LEFT JOIN dcm.state AS s ON s.code = t.state WHERE t.action = a.code GROUP BY t.next_state) AS m),
	(SELECT string_agg(DISTINCT CASE r WHEN '*' THEN 'any' ELSE r END, ', ') FROM dcm.transition AS t CROSS JOIN unnest(t.roles) AS r WHERE t.action = a.code),
	(SELECT string_agg(format('%s%s', k.key, CASE WHEN k.required THEN '*' ELSE '' END), ', ' ORDER BY k.required DESC, k.key) FROM dcm.action_key AS k WHERE k.action = a.code),
	(SELECT string_agg(DISTINCT c.what, '; ') FROM dcm.transition AS t JOIN clock_effect AS c ON c.effect = ANY (t.effects) WHERE t.action = a.code))
FROM dcm.action AS a
ORDER BY a.code COLLATE "C";

-- what cities compute, by the rows themselves; nothing of it stays
\o /dev/null
BEGIN;
SET LOCAL client_min_messages = warning;
SELECT dcm.load_preset(p) FROM unnest('{cn_roles,cn_indicators,cn_scorecards,score_qidong,score_jinhua,score_wuhan}'::text[]) AS p;
\o
SELECT '
## Indicators of preset cn_indicators 指标

Values in `percent` are a hundred times numerator over denominator less what is excluded; the fields are those of `dcm.tally_fields()`.

| indicator | of | name | numerator | denominator | excluded | unit, decimals | in words | whose, how surely |
|---|---|---|---|---|---|---|---|---|';
SELECT format('| `%s` | %s | %s %s | `%s` | %s | %s | %s, %s | %s | %s: %s |', i.code, i.object, i.name, i.name_en, i.numerator, coalesce('`' || i.denominator || '`', ''), coalesce('`' || i.exclusion || '`', ''), i.unit, i.decimals,
	concat_ws('; ', i.formula, i.formula_en), i.standard, i.confidence)
FROM dcm.indicator AS i ORDER BY i.id;
SELECT '
## Scorecards of presets 评分方案

| scorecard | of | full marks | item | rule | weight | how | whose, how surely |
|---|---|---|---|---|---|---|---|';
SELECT format('| `%s` | %s | %s | `%s` %s | %s %s | %s | %s | %s |', c.code, concat_ws(' ', c.kind, c.role, 'of level ' || c.level), trim_scale(c.full_marks), i.code, i.name, i.rule, coalesce('of `' || i.indicator || '`', ''), trim_scale(i.weight),
	concat_ws('; ', 'from ' || trim_scale(i.target) || ' on', trim_scale(i.per_unit) || ' a unit', 'at least ' || trim_scale(i.least), 'at most ' || trim_scale(i.most), 'times ' || nullif(i.factors::text, '{}'), CASE WHEN i.external THEN 'external' END,
		(SELECT string_agg('class ' || t.class || ': ' || t.steps, ', ' ORDER BY t.class) FROM (
			SELECT x.class, string_agg(trim_scale(x.since) || ' → ' || trim_scale(x.score), ', ' ORDER BY x.since) AS steps FROM dcm.score_tier AS x WHERE x.item = i.id GROUP BY 1) AS t)),
	c.confidence)
FROM dcm.scorecard AS c JOIN dcm.score_item AS i ON i.scorecard = c.code ORDER BY c.code, i.position;
\o /dev/null
ROLLBACK;
\o
