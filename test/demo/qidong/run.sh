# Qidong: sourced by test/bin/demo, with city(), sql() and step() at hand.
dir=test/demo/qidong
step "the city: tables, presets, regions, bodies, people, 583 grids"
city -f $dir/00_city.sql
city -f $dir/10_base.sql
step "the census: 103,334 components"
city -f $dir/20_components.sql
step "the plan of 30,924 reports"
city -f $dir/30_plan.sql
city -f $dir/40_load.sql
step "the cases, each from its report to its end, by two sessions"
city -c "GRANT USAGE ON SCHEMA demo TO qidong_loader" -c "GRANT SELECT ON ALL TABLES IN SCHEMA demo TO qidong_loader" \
	-c "GRANT EXECUTE ON ALL ROUTINES IN SCHEMA demo TO qidong_loader"
loaders=()
for share in 0 1; do
	sql -U qidong_loader -v VERBOSITY=terse -c "CALL demo.load($share, 2)" 2> >(sed -u 's/^INFO:  /   /' >&2) &
	loaders+=($!)
done
for loader in "${loaders[@]}"; do
	wait "$loader" || die "loading failed"
done
city -c "ANALYZE"
step "what came out"
city -f $dir/50_report.sql
