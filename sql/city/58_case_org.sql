-- How far the organisation mode binds, and who may check.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('org_mode_enforced', NULL, 'boolean', 'true', '管理模式是否强制执行,否则仅由 dcm.check_org() 提示', 'whether acts are held to the organisation mode, or dcm.check_org() alone tells'),
	('reporter_may_check', NULL, 'boolean', 'true', '上报人可否核查本人上报的案卷', 'whether whoever reported a case may check it');
