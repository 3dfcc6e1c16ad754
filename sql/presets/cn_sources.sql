-- Where problems come from.  Active: found by the system's own people and
-- devices; passive: told by others.
INSERT INTO @into@.source (code, name, name_en, mode, grp) VALUES
	('collector', '监督员上报', 'collector on patrol', 'active', 'patrol'),
	('inspection', '督查检查', 'inspection', 'active', 'patrol'),
	('evaluation', '考评发现', 'found by evaluation', 'active', 'patrol'),
	('enforcement', '执法发现', 'found by law enforcement', 'active', 'patrol'),
	('video', '视频监控', 'video watching', 'active', 'device'),
	('iot', '物联感知', 'sensors', 'active', 'device'),
	('12345', '12345政务服务热线', 'government hotline 12345', 'passive', 'hotline'),
	('12319', '12319城管服务热线', 'city management hotline 12319', 'passive', 'hotline'),
	('96198', '96198环境综合治理热线', 'environment hotline 96198', 'passive', 'hotline'),
	('mayor_line', '市长专线', 'mayor''s line', 'passive', 'hotline'),
	('110', '110报警服务台转办', 'handed on by the police, 110', 'passive', 'hotline'),
	('public_account', '公众号与小程序', 'public account and mini program', 'passive', 'network'),
	('web', '网站', 'web site', 'passive', 'network'),
	('petition', '信访', 'petition', 'passive', 'paper'),
	('media', '媒体曝光', 'media', 'passive', 'paper'),
	('leader', '领导批办', 'instruction of a leader', 'passive', 'paper'),
	('superior', '上级督办', 'pressed for by the level above', 'passive', 'paper'),
	('transfer', '部门移送', 'transfer from another system or body', 'passive', 'paper'),
	('other', '其他', 'other', 'passive', NULL)
ON CONFLICT DO NOTHING;
