-- The business roles of a digital city management centre.  Only a collector,
-- who may be out of reach of the network, tells what happened before.
INSERT INTO @into@.role (code, name, name_en, max_backdate, for_body) VALUES
	('collector', '监督员(采集员)', 'collector', '24 hours', false),
	('acceptor', '受理员', 'acceptor', '0', false),
	('shift_leader', '值班长', 'shift leader', '0', false),
	('dispatcher', '派遣员', 'dispatcher', '0', false),
	('liaison', '联络员', 'liaison officer of a body', '0', true),
	('handler', '处置员', 'handler', '0', true),
	('inspector', '督查员', 'inspector', '0', false),
	('video_watcher', '视频监控员', 'video watcher', '0', false),
	('area_head', '地域责任人', 'person in charge of an area', '0', false),
	('leader', '领导', 'leader', '0', false),
	('deputy', '分管领导', 'deputy in charge', '0', false),
	('coordinator', '协调员', 'coordinator of a committee or a government', '0', false),
	('data_keeper', '数据维护员', 'keeper of base data', '0', false),
	('privacy', '个人信息保护员', 'keeper of personal data, who erases it', '0', false),
	('auditor', '纪检监察', 'disciplinary auditor', '0', false)
ON CONFLICT DO NOTHING;
