#!/usr/bin/env bash
# dcm.act from pgbench against one prepared statement that does the same writes
# unchecked: the log entry, the stage that ends, the stage that begins, the case.
# Runs in the database that act.sql has made.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rounds=5 acts=3000
total=$(((rounds + 1) * acts))

. "$(dirname "$0")/include/act_accept.sh"
prepare "$total"

latency() {
	pgbench -n -M prepared -c 1 -t "$acts" -f "$tmp/$1.sql" | sed -n 's/^latency average = \([0-9.]*\) ms/\1/p'
}
latency bare >/dev/null
latency dcm >/dev/null
for ((i = 0; i < rounds; i++)); do
	printf '%s\t%s\n' "$(latency bare)" "$(latency dcm)"
done >"$tmp/times"

psql -X -q -v ON_ERROR_STOP=1 <<SQL
CREATE TEMP TABLE times (bare numeric, dcm numeric);
\copy times FROM '$tmp/times'
INSERT INTO bench_result (work, against, ratio, floor, aim)
SELECT format('dcm.act from pgbench, %s µs', round(d * 1000)), format('one prepared CTE doing the same writes unchecked, %s µs', round(b * 1000)),
	round((d / b)::numeric, 2), '<= 1.00', '<= 0.77'
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY dcm) AS d, percentile_cont(0.5) WITHIN GROUP (ORDER BY bare) AS b FROM times) AS m;
SQL
