-- The business roles of a digital city management centre.  Only a collector,
-- who may be out of reach of the network, tells what happened before.
INSERT INTO @into@.role (code, name, name_en, max_backdate, for_body, sees) VALUES
	('collector', '监督员(采集员)', 'collector', '24 hours', false, 'area'),
	('acceptor', '受理员', 'acceptor', '0', false, NULL),
	('shift_leader', '值班长', 'shift leader', '0', false, NULL),
	('dispatcher', '派遣员', 'dispatcher', '0', false, NULL),
	('liaison', '联络员', 'liaison officer of a body', '0', true, NULL),
	('handler', '处置员', 'handler', '0', true, NULL),
	('inspector', '督查员', 'inspector', '0', false, NULL),
	('video_watcher', '视频监控员', 'video watcher', '0', false, 'area'),
	('area_head', '地域责任人', 'person in charge of an area', '0', false, 'area'),
	('leader', '领导', 'leader', '0', false, NULL),
	('deputy', '分管领导', 'deputy in charge', '0', false, NULL),
	('coordinator', '协调员', 'coordinator of a committee or a government', '0', false, NULL),
	('data_keeper', '数据维护员', 'keeper of base data', '0', false, NULL),
	('privacy', '个人信息保护员', 'keeper of personal data, who erases it', '0', false, 'all'),
	('auditor', '纪检监察', 'disciplinary auditor', '0', false, 'all')
ON CONFLICT DO NOTHING;
