#!/usr/bin/env bash
# A hundred clients acting at once by dcm.act, against a hundred that do the same
# writes unchecked by one prepared statement; how many acts a second, while all of
# them are at work and have their caches and plans: what a pool's sessions do.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rounds=5 clients=100 acts=250 warm=50

. "$(dirname "$0")/include/act_accept.sh"
prepare $(((rounds + 1) * clients * acts))

# from when the last client is warm to when the first has come to its end
throughput() {
	rm -f "$tmp"/log.*
	pgbench -n -M prepared -c "$clients" -j 2 -t "$acts" -l --log-prefix="$tmp/log" -f "$tmp/$1.sql" >/dev/null
	cat "$tmp"/log.* | awk -v warm="$warm" '
		{ at[NR] = $5 + $6 / 1e6; nth[NR] = ++n[$1] }
		END {
			for (i in at) if (nth[i] == warm && at[i] > since) since = at[i]
			for (i in at) if (nth[i] == n[1] && (!till || at[i] < till)) till = at[i]
			for (i in at) if (at[i] > since && at[i] <= till) done++
			printf "%.1f\n", done / (till - since)
		}'
}
throughput bare >/dev/null
throughput dcm >/dev/null
for ((i = 0; i < rounds; i++)); do
	printf '%s\t%s\n' "$(throughput bare)" "$(throughput dcm)"
done >"$tmp/rates"

psql -X -q -v ON_ERROR_STOP=1 <<SQL
CREATE TEMP TABLE rates (bare numeric, dcm numeric);
\copy rates FROM '$tmp/rates'
DO \$\$
BEGIN
	IF (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()) > 0 THEN
		RAISE EXCEPTION 'there was a deadlock';
	END IF;
END
\$\$;
INSERT INTO bench_result (work, against, ratio, floor, aim)
SELECT format('$clients clients acting at once, %s acts/s', round(d)), format('the same writes unchecked, %s/s', round(b)),
	round((d / b)::numeric, 2), '>= 0.80', '>= 1.00'
FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY dcm) AS d, percentile_cont(0.5) WITHIN GROUP (ORDER BY bare) AS b FROM rates) AS m;
SQL
