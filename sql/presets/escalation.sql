-- Escalation as shipped: a word of warning before a case is due, a reminder when
-- it is, and the proposal of a notice a working day later; the centre's own
-- stages are reminded too.
INSERT INTO @into@.escalation_rule (clock, level, shift, after, action, to_whom)
SELECT r.clock, r.level, r.shift::interval, r.after::dcm.time_limit, r.action, r.to_whom::text[]
FROM (VALUES
	('case', 1, '-1 hour', NULL, 'warn', '{liaison}'),
	('case', 2, '0', NULL, 'remind', '{liaison,dispatcher}'),
	('case', 3, NULL, '1 work_day', 'notice_proposal', '{dispatcher,leader}'),
	('arrive', 1, '0', NULL, 'remind', '{liaison,dispatcher}'),
	('stage', 1, '0', NULL, 'remind', '{shift_leader}')) AS r (clock, level, shift, after, action, to_whom)
WHERE NOT EXISTS (
	SELECT FROM @into@.escalation_rule AS e
	WHERE (e.clock, e.level) = (r.clock, r.level) AND e.stage IS NULL);
