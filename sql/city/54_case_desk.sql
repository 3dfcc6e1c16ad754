-- What desks and phones ask for: what is near, what waits, how much at once.

INSERT INTO dcm.setting (name, value, unit, default_value, meaning, meaning_en) VALUES
	('similar_metres', NULL, 'metre', '50', '相似案卷的距离范围', 'how near a case of the same category is a similar one'),
	('similar_within', NULL, 'interval', '24 hours', '相似案卷的上报时间范围', 'how near in time its report is'),
	('max_batch', NULL, NULL, '500', '批量动作的条数上限', 'how many elements dcm.act_batch takes at once');

-- not a way to all open cases, which a condition on ended_at alone would make it
CREATE INDEX case_file_location_idx ON dcm.case_file USING gist (location) WHERE ended_at IS NULL AND location IS NOT NULL;
