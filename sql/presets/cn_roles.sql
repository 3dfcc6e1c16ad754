-- The business roles of a digital city management centre.  Only a collector,
-- who may be out of reach of the network, tells what happened before.
INSERT INTO dcm.role (code, name, name_en, max_backdate) VALUES
	('collector', '监督员(采集员)', 'collector', '24 hours'),
	('acceptor', '受理员', 'acceptor', '0'),
	('shift_leader', '值班长', 'shift leader', '0'),
	('dispatcher', '派遣员', 'dispatcher', '0'),
	('liaison', '联络员', 'liaison officer of a body', '0'),
	('handler', '处置员', 'handler', '0'),
	('inspector', '督查员', 'inspector', '0'),
	('video_watcher', '视频监控员', 'video watcher', '0'),
	('area_head', '地域责任人', 'person in charge of an area', '0'),
	('leader', '领导', 'leader', '0'),
	('auditor', '纪检监察', 'disciplinary auditor', '0')
ON CONFLICT DO NOTHING;
