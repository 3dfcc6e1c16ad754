# For the benches of acts from pgbench: "prepare N" reports N cases and copies them
# into schema bare; $tmp/dcm.sql accepts the next of them by dcm.act, $tmp/bare.sql
# by one prepared statement that does the same writes unchecked: the log entry, the
# stage that ends, the stage that begins, the case.  Sourced by bash.

prepare() {
psql -X -q -v ON_ERROR_STOP=1 -v total="$1" >/dev/null <<'SQL'
UPDATE dcm.person SET login = session_user WHERE code = 'acceptor';
CREATE SEQUENCE next_dcm;
CREATE SEQUENCE next_bare;
CREATE TABLE reported AS
SELECT row_number() OVER () AS n, (dcm.report_case('E0102', ST_SetSRID(ST_MakePoint(121.6015 + (i % 400) * 0.001, 31.8005), 4490))).case_no
FROM generate_series(1, :total) AS i;
CREATE UNIQUE INDEX ON reported (n);
SET client_min_messages = warning;
TRUNCATE bare.case_file CASCADE;
INSERT INTO bare.case_file SELECT f.* FROM dcm.case_file AS f JOIN reported AS r USING (case_no);
INSERT INTO bare.case_log SELECT l.* FROM dcm.case_log AS l JOIN reported AS r USING (case_no);
INSERT INTO bare.case_stage SELECT s.* FROM dcm.case_stage AS s JOIN reported AS r USING (case_no);
VACUUM ANALYZE;
SQL

echo "SELECT dcm.act((SELECT case_no FROM reported WHERE n = (SELECT nextval('next_dcm'))), 'accept')" >"$tmp/dcm.sql"
cat >"$tmp/bare.sql" <<'SQL'
WITH f AS (
	SELECT * FROM bare.case_file
	WHERE case_no = (SELECT case_no FROM reported WHERE n = (SELECT nextval('next_bare'))) FOR NO KEY UPDATE
), s AS (
	UPDATE bare.case_stage AS c SET closed_at = clock_timestamp(), outcome = 'accept'
	FROM f WHERE c.case_no = f.case_no AND c.stage_no = f.stage_no
), n AS (
	INSERT INTO bare.case_stage (case_no, stage_no, stage, person, opened_at, time_limit, due, state)
	SELECT case_no, stage_no + 1, 'filing', 3, clock_timestamp(), '15 minute', clock_timestamp() + interval '15 minutes', 'accepted' FROM f
), l AS (
	INSERT INTO bare.case_log (case_no, log_no, action, from_state, to_state, stage, transition, actor, post, db_role, occurred_at, recorded_at, loaded, hash,
		stage_no, stage_limit, stage_due)
	SELECT case_no, log_no + 1, 'accept', state, 'accepted', 'filing', 3, 3, 1, session_user, clock_timestamp(), clock_timestamp(), false,
		'\x00000000000000000000000000000000000000000000000000000000000000ff', stage_no + 1, '15 minute', clock_timestamp() + interval '15 minutes' FROM f
)
UPDATE bare.case_file AS c SET state = 'accepted', stage = 'filing', log_no = f.log_no + 1, moved_no = f.log_no + 1,
	moved_at = clock_timestamp(), stage_no = f.stage_no + 1,
	head = '\x00000000000000000000000000000000000000000000000000000000000000ff'
FROM f WHERE c.case_no = f.case_no
RETURNING c.case_no, c.log_no, c.state, c.stage, c.due
SQL
}
