# Boston: sourced by test/bin/demo, with city(), sql(), step() and load() at hand.
dir=test/demo/boston
step "the city: wards, precincts, departments, 158 types, the city's calendar"
city -f $dir/00_city.sql
city -f $dir/10_base.sql
city -f $dir/40_load.sql
step "121,145 requests, each a case with its real times, by two sessions"
load boston boston
sql -c "ANALYZE"
step "the facts of each day, which evaluations read: dcm.run_jobs('facts')"
city -c "CALL dcm.run_jobs('facts')"
step "what came out"
city -f $dir/50_report.sql
step "dcm.verify_all(): chain, fold and workflow of every case"
verify
