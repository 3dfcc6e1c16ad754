-- Working calendars: the hours of a week, and the days that do not follow it.

CREATE TABLE dcm.calendar (
	name		text PRIMARY KEY,
	time_zone	text NOT NULL
				CHECK (pg_catalog.timezone(time_zone, timestamptz '2000-01-01 00:00:00+00') IS NOT NULL),
	day_rule	text NOT NULL DEFAULT 'hours' CHECK (day_rule IN ('hours', 'same_clock', 'end_of_day')),
	start_rule	text NOT NULL DEFAULT 'at_once' CHECK (start_rule IN ('at_once', 'next_day')),
	boundary	text NOT NULL DEFAULT 'close' CHECK (boundary IN ('close', 'open')),
	hours_per_day interval NOT NULL DEFAULT '8 hours'
				CHECK (hours_per_day > interval '0' AND hours_per_day <= interval '24 hours'),
	covers		daterange
);
COMMENT ON TABLE dcm.calendar IS
	'Working calendars: day_rule says what a work_day is, start_rule when limits in days begin to count, boundary whether a limit used up at closing time ends then or at the next opening; covers are the dates whose holidays are announced, NULL where none ever will be. 工作日历:时区、工作日计法、起算规则、边界规则与已公布的日期范围。';

CREATE TABLE dcm.calendar_hours (
	calendar	text NOT NULL REFERENCES dcm.calendar ON UPDATE CASCADE ON DELETE CASCADE,
	weekday		smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
	opens		time NOT NULL CHECK (opens < time '24:00'),
	closes		time NOT NULL,
	season_from	text CHECK (season_from ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
	season_till	text CHECK (season_till ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
	CHECK ((season_from IS NULL) = (season_till IS NULL)),
	UNIQUE NULLS NOT DISTINCT (calendar, weekday, opens, season_from)
);
-- it has no key without NULLs, and is to be replicated all the same
ALTER TABLE dcm.calendar_hours REPLICA IDENTITY FULL;
COMMENT ON TABLE dcm.calendar_hours IS
	'Opening hours of the weekdays (1 is Monday), half-open; closes at or before opens is the next morning; a season is MM-DD to MM-DD, both days included, and may cross the year''s end. 每周工作时段,可分季节。';

CREATE TABLE dcm.calendar_day (
	calendar	text NOT NULL REFERENCES dcm.calendar ON UPDATE CASCADE ON DELETE CASCADE,
	day			date NOT NULL CHECK (pg_catalog.isfinite(day)),
	kind		text NOT NULL CHECK (kind IN ('holiday', 'workday', 'special')),
	as_weekday	smallint NOT NULL DEFAULT 1 CHECK (as_weekday BETWEEN 1 AND 7),
	label		text,
	PRIMARY KEY (calendar, day)
);
COMMENT ON TABLE dcm.calendar_day IS
	'Dates that do not follow their weekday: a holiday, a workday (调休) with the hours of as_weekday, a special day with hours of its own. 节假日、调休上班日与特殊日。';

CREATE TABLE dcm.calendar_day_hours (
	calendar	text NOT NULL,
	day			date NOT NULL,
	opens		time NOT NULL CHECK (opens < time '24:00'),
	closes		time NOT NULL,
	PRIMARY KEY (calendar, day, opens),
	FOREIGN KEY (calendar, day) REFERENCES dcm.calendar_day ON UPDATE CASCADE ON DELETE CASCADE
);
COMMENT ON TABLE dcm.calendar_day_hours IS
	'Opening hours of special days. 特殊日的工作时段。';

SELECT dcm.watch_config(t) FROM pg_catalog.unnest('{dcm.calendar,dcm.calendar_hours,dcm.calendar_day,dcm.calendar_day_hours}'::pg_catalog.regclass[]) AS t;
