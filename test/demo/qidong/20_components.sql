-- The census: 103,334 components, as many as the report counts.  How many of a
-- kind, and where each stands in its grid, is the demo's own.

\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE TABLE demo.part_kind (category text PRIMARY KEY, share int, owner text, maintainer text, authority text);
INSERT INTO demo.part_kind VALUES
	('C0101', 6000, 'zilaishui', 'zilaishui', 'zhujian'),
	('C0102', 11000, 'zhujian', 'paishui', 'zhujian'),
	('C0103', 9500, 'zhujian', 'paishui', 'zhujian'),
	('C0104', 16000, 'zhujian', 'paishui', 'zhujian'),
	('C0105', 2500, 'gongdian', 'gongdian', 'gongdian'),
	('C0106', 1500, 'zhujian', 'ludeng', 'zhujian'),
	('C0107', 7000, 'dianxin', 'dianxin', 'dianxin'),
	('C0108', 800, 'guangdian', 'guangdian', 'guangdian'),
	('C0111', 2200, 'ranqi', 'ranqi', 'zhujian'),
	('C0127', 1200, 'dianxin', 'dianxin', 'dianxin'),
	('C0128', 1300, 'gongdian', 'gongdian', 'gongdian'),
	('C0130', 2600, 'gongdian', 'gongdian', 'gongdian'),
	('C0131', 2400, 'yidong', 'yidong', 'yidong'),
	('C0137', 9000, 'zhujian', 'ludeng', 'zhujian'),
	('C0150', 900, 'gongan', 'gongan', 'gongan'),
	('C0177', 1400, 'xiaofang', 'xiaofang', 'gongan'),
	('C0204', 300, 'jiaotong', 'yunguan', 'jiaotong'),
	('C0212', 700, 'minzheng', 'minzheng', 'minzheng'),
	('C0217', 1500, 'gongan', 'jiaojing', 'gongan'),
	('C0282', 2600, 'gongan', 'jiaojing', 'gongan'),
	('C0301', 120, 'chengguan', 'huanwei', 'chengguan'),
	('C0305', 2600, 'chengguan', 'huanwei', 'chengguan'),
	('C0306', 1700, 'chengguan', 'guanggao', 'chengguan'),
	('C0307', 3200, 'chengguan', 'guanggao', 'chengguan'),
	('C0308', 400, 'chengguan', 'guanggao', 'chengguan'),
	('C0402', 17000, 'zhujian', 'yuanlin', 'zhujian'),
	('C0404', 1100, 'zhujian', 'yuanlin', 'zhujian'),
	('C0407', 600, 'zhujian', 'yuanlin', 'zhujian'),
	('C0408', 600, 'zhujian', 'yuanlin', 'zhujian');

-- a point inside a cell: between its corners, a little off the edges
CREATE FUNCTION demo.inside(x demo.cell, s float8, t float8, OUT lon float8, OUT lat float8)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT round(((1 - b) * ((1 - a) * (x).lon1 + a * (x).lon2) + b * ((1 - a) * (x).lon4 + a * (x).lon3))::numeric, 7)::float8,
		round(((1 - b) * ((1 - a) * (x).lat1 + a * (x).lat2) + b * ((1 - a) * (x).lat4 + a * (x).lat3))::numeric, 7)::float8
	FROM (SELECT 0.03 + 0.94 * s AS a, 0.03 + 0.94 * t AS b) AS v;
END;

CREATE TABLE demo.part AS
WITH counted AS (
	SELECT k.*, sum(share) OVER (ORDER BY category) AS upto, sum(share) OVER () AS total
	FROM demo.part_kind AS k),
numbered AS (
	SELECT k.category, n, floor(103334.0 * (upto - share) / total)::int + n AS no
	FROM counted AS k,
		generate_series(1, floor(103334.0 * upto / total)::int - floor(103334.0 * (upto - share) / total)::int) AS n)
SELECT p.category, p.n, x.grid, x.duty_no, place.lon, place.lat,
	('320681' || substr(p.category, 2) || lpad(p.n::text, 6, '0'))::dcm.component_id AS id
FROM numbered AS p
	JOIN demo.cell AS x ON x.no = 1 + floor(583 * demo.u(p.no, 11))::int
	CROSS JOIN LATERAL demo.inside(x, demo.u(p.no, 12), demo.u(p.no, 13)) AS place;
CREATE INDEX ON demo.part (category, n);

INSERT INTO dcm.component (id, category, authority, owner, maintainer, grid, state, initial_on, changed_on, source, geom)
SELECT p.id, c.id, a.id, o.id, m.id, p.grid, 'intact', '2014-05-20', '2014-05-20', '普查(演示)',
	ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4490)
FROM demo.part AS p
	JOIN demo.part_kind AS k USING (category)
	JOIN dcm.category AS c ON c.code = p.category AND c.edition = '2013'
	JOIN dcm.org AS a ON a.code = k.authority
	JOIN dcm.org AS o ON o.code = k.owner
	JOIN dcm.org AS m ON m.code = k.maintainer;
