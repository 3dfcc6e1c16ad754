# Qidong: sourced by test/bin/demo, with city(), sql(), step(), load() and verify() at hand.
dir=test/demo/qidong
step "the city: tables, presets, regions, bodies, people, 583 grids"
city -f $dir/00_city.sql
city -f $dir/10_base.sql
step "the census: 103,334 components"
city -f $dir/20_components.sql
city -f $dir/25_rules.sql
step "the plan: 30,924 reports, 27,844 of them to be filed"
city -f $dir/30_plan.sql
city -f $dir/40_load.sql
step "the cases, each from its report to its end, by two sessions"
load demo
sql -c "ANALYZE"
step "the facts of each day, which evaluations read: dcm.run_jobs('facts')"
city -c "CALL dcm.run_jobs('facts')"
loaded_at=$(city -At -c "SELECT quote_literal(clock_timestamp())")
step "escalation: a pg_cron job, which runs at the next full minute"
sql -f $dir/45_jobs.sql
step "what came out"
city -f $dir/50_report.sql
step "months evaluated, announced, closed, published; the bulletin of April 2015"
city -f $dir/55_bulletin.sql
bulletin qidong 2015-04 zh inline
bulletin qidong 2015-04 en inline
bulletin qidong 2015-04 zh image
city -f $dir/60_forbidden.sql
step "dcm.verify_all(): chain, fold and workflow of every case"
verify
step "waiting for the job"
for ((i = 0; i < 90; i++)); do
	[ "$(sql -At -c "SELECT EXISTS (SELECT FROM dcm.escalation) AND
		EXISTS (SELECT FROM dcm.job_run WHERE job = 'escalate' AND finished_at IS NOT NULL)")" = t ] && break
	sleep 1
done
[ $i -lt 90 ] || die "pg_cron ran no job"
sql -f $dir/70_escalation.sql
step "dcm.verify_all() again, of what the jobs did"
verify "$loaded_at::timestamptz"
