-- Working time: deadlines and what has been used of them.

CREATE FUNCTION dcm.deadline(
	start timestamptz,
	tlimit dcm.time_limit,
	calendar text DEFAULT 'default',
	pauses tstzmultirange DEFAULT '{}')
	RETURNS timestamptz
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'dcm_deadline_sql';
COMMENT ON FUNCTION dcm.deadline(timestamptz, dcm.time_limit, text, tstzmultirange) IS
	'The moment at which a limit is used up, pauses not counted; infinity where a pause that begins before it has no end. P0002 for an unknown calendar, 22008 outside the years 1900 to 2299. 时限届满的时刻,暂停期间不计;暂停无截止则为 infinity。';

CREATE FUNCTION dcm.working_time(
	since timestamptz,
	till timestamptz,
	calendar text DEFAULT 'default',
	pauses tstzmultirange DEFAULT '{}')
	RETURNS interval
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'dcm_working_time_sql';
COMMENT ON FUNCTION dcm.working_time(timestamptz, timestamptz, text, tstzmultirange) IS
	'Working time between two moments, pauses not counted, in hours (never days); zero where till is before since. P0002 for an unknown calendar, 22008 for an infinite end or outside the years 1900 to 2299. 两时刻之间的工作时间(以小时计,不含暂停);止早于起则为零。';

CREATE FUNCTION dcm.is_working(
	at timestamptz,
	calendar text DEFAULT 'default')
	RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'dcm_is_working';
COMMENT ON FUNCTION dcm.is_working(timestamptz, text) IS
	'Whether a moment is working time; opening time is, closing time and infinity are not. P0002 for an unknown calendar, 22008 outside the years 1900 to 2299. 该时刻是否为工作时间(含上班时刻,不含下班时刻)。';

CREATE FUNCTION dcm.deadline_provisional(
	deadline timestamptz,
	calendar text DEFAULT 'default')
	RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'dcm_deadline_provisional';
COMMENT ON FUNCTION dcm.deadline_provisional(timestamptz, text) IS
	'Whether a deadline in working time lies outside the dates that the calendar covers, so that a holiday announced later may move it. P0002 for an unknown calendar. 截止时刻是否超出日历已公布的日期(暂定)。';

CREATE FUNCTION dcm.traffic_light(
	since timestamptz,
	tlimit dcm.time_limit,
	due timestamptz,
	at timestamptz,
	yellow float8 DEFAULT 80,
	calendar text DEFAULT 'default',
	pauses tstzmultirange DEFAULT NULL)
	RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'dcm_traffic_light';
COMMENT ON FUNCTION dcm.traffic_light(timestamptz, dcm.time_limit, timestamptz, timestamptz, float8, text, tstzmultirange) IS
	'How a clock stands at a moment: red after due, yellow from so many percent of the time from since to due (in the limit''s own time, pauses not counted), else green; NULL without a due, a moment or a calendar. P0002 for an unknown calendar. 红绿灯:绿、黄(默认已用 80%)、红(超期)。';

CREATE FUNCTION dcm.explain_deadline(
	start timestamptz,
	tlimit dcm.time_limit,
	calendar text DEFAULT 'default',
	pauses tstzmultirange DEFAULT '{}',
	OUT since timestamptz,
	OUT till timestamptz,
	OUT counted interval,
	OUT running interval,
	OUT reason text)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100 ROWS 10
	AS 'MODULE_PATHNAME', 'dcm_explain_deadline';
COMMENT ON FUNCTION dcm.explain_deadline(timestamptz, dcm.time_limit, text, tstzmultirange) IS
	'The stretches from the start to the deadline, what each counts and why, the last row being the deadline itself. Errors as dcm.deadline. 逐段说明截止时刻如何得出。';
