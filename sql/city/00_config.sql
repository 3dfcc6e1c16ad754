-- Settings, and the versions and the log of all configuration.
-- Makes tables in schema dcm as ordinary objects of whoever calls create_city.

CREATE SEQUENCE dcm.config_version_seq;
COMMENT ON SEQUENCE dcm.config_version_seq IS
	'Versions of configuration tables; a number is never used twice. 配置版本号,绝不重复。';

CREATE TABLE dcm.config_version (
	name	name PRIMARY KEY,
	version	bigint NOT NULL
);
COMMENT ON TABLE dcm.config_version IS
	'The version of each configuration table; backends rebuild their caches when it moves. 各配置表的当前版本,后端据此刷新缓存。';

CREATE TABLE dcm.config_log (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	table_name	text NOT NULL,
	op			text NOT NULL CHECK (op IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')),
	before		jsonb,
	after		jsonb,
	db_role		text NOT NULL DEFAULT session_user,
	person		text,
	at			timestamptz NOT NULL DEFAULT clock_timestamp(),
	reason		text DEFAULT nullif(pg_catalog.current_setting('dcm.reason', true), '')
);
COMMENT ON TABLE dcm.config_log IS
	'Who changed which rule, when, before, after and why (SET dcm.reason). 规则变更日志:谁、何时、前、后、为何。';

CREATE TABLE dcm.setting (
	name		text PRIMARY KEY,
	value		text,
	unit		text,
	default_value text,
	meaning		text NOT NULL,
	meaning_en	text NOT NULL
);
COMMENT ON TABLE dcm.setting IS
	'What the city decides, one row a setting; what the machine decides is a GUC dcm.*. 城市设置:名称、值、单位、默认值与含义。';

SELECT dcm.watch_config('dcm.setting');

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('schema_version', NULL, NULL, NULL, '城市表结构的版本', 'version of the city''s tables'),
	('city_name', NULL, NULL, NULL, '城市名称', 'name of the city'),
	('area_code', NULL, NULL, NULL, '行政区划代码', 'area code of the city'),
	('org_mode', NULL, NULL, 'one_two', '监督指挥模式', 'organisation mode: levels of supervision and command'),
	('srid', '@srid@', NULL, '4490', '坐标系', 'coordinate system of all geometry'),
	('edition', NULL, NULL, '2013', '采用的标准版本', 'edition of the code lists in use'),
	('time_zone', NULL, NULL, 'Asia/Shanghai', '时区', 'time zone in which days begin');
