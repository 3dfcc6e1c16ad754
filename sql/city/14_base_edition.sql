-- Editions of the code lists, side by side.  Rows of the city's from then on; what
-- is not sure about an edition stands in its confidence.

CREATE TABLE dcm.edition (
	code		text PRIMARY KEY,
	name		text NOT NULL,
	name_en		text NOT NULL,
	cut			text NOT NULL DEFAULT '2013' CHECK (cut IN ('2005', '2007', '2013', 'new')),
	grid_digits	smallint NOT NULL DEFAULT 15 CHECK (grid_digits IN (14, 15)),
	local_majors text[] NOT NULL DEFAULT '{}',
	local_minors int4range NOT NULL DEFAULT 'empty',
	local_mark	text,
	confidence	text NOT NULL,
	source		text NOT NULL
);
COMMENT ON TABLE dcm.edition IS
	'Editions of the code lists, side by side; setting edition is the city''s. cut tells how a component id is cut (see dcm.major), grid_digits how long a grid code was; local additions are majors of their own or minors in a range, the last number first. How surely each is known stands in confidence. 编码标准的各版本及其地方扩展规则。';
INSERT INTO dcm.edition (code, name, name_en, cut, grid_digits, local_majors, local_minors, local_mark, confidence, source) VALUES
	('2005', 'CJ/T 213-2005、CJ/T 214-2005', 'CJ/T 213-2005 and CJ/T 214-2005', '2005', 14, '{21}', '[99,100)', NULL,
		'remembered: the grid code of 14 digits; found in systems of that time: major 21 and minor 99 for a city''s own', 'systems in use'),
	('2007', 'CJ/T 214-2007', 'CJ/T 214-2007', '2007', 14, '{21}', '[99,100)', NULL,
		'found in systems in use: major 21 and minor 99 for a city''s own; that the cut is that of 2007 is inferred', 'systems in use'),
	('2013', 'GB/T 30428.1-2013、GB/T 30428.2-2013', 'GB/T 30428.1-2013 and GB/T 30428.2-2013', '2013', 15, '{}', '[78,100)', NULL,
		'found: the grid code of 15 digits; found in use (Yuncheng): a city''s own minors go down from 99; that they end at 78 is inferred', 'DB11 text, systems in use'),
	('new', '替代 GB/T 30428 的新系列', 'the series that replaces GB/T 30428', 'new', 15, '{}', '[80,1000)', '（自定义）',
		'found in systems in use: cut 2 + 3 + 5, minors 080 to 999 for a city''s own, the last first, names marked', 'systems in use');
SELECT dcm.watch_config('dcm.edition');
