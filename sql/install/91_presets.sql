-- What is shipped to be loaded by dcm.load_preset().

CREATE FUNCTION dcm.presets(OUT preset text, OUT what text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1 ROWS 10
BEGIN ATOMIC
	VALUES
		('transitions', 'states, actions and transitions of the case file。案卷状态、动作与流转。'),
		('cn_calendar', 'working hours, holidays and worked weekends of mainland China。工作时间、节假日与调休。'),
		('cn_roles', 'business roles and how far back each may tell。业务角色。'),
		('cn_sources', 'where problems come from。问题来源。'),
		('cn_reasons', 'reasons to return, reject, extend, suspend, void and appeal。退回、不予立案、延期、挂账、作废、申诉的原因。'),
		('cn_categories_2013', 'component and event categories of the edition of 2013, and one city''s additions。2013 版部件与事件分类。'),
		('yuncheng_limits', 'filing conditions and time limits as Yuncheng sets them; wants cn_categories_2013。运城市立案条件与处置时限。'),
		('escalation', 'when clocks warn, remind and propose a notice。预警、催办与督办的规则。');
END;
COMMENT ON FUNCTION dcm.presets() IS
	'The presets that dcm.load_preset() knows, and what each holds. 可加载的预置数据一览。';
