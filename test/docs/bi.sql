-- Prints the tables of columns of docs/bi.md, from the views that dcm.make_bi_views()
-- has made in schemas bi_en and bi_zh; test/t/096_bi.pl holds the page to it.
\pset format unaligned
\pset tuples_only on
SELECT string_agg(format(E'### `%s`\n\n%s. %s。\n\n| column | 列 | type | what |\n|---|---|---|---|\n%s\n', v.view, v.meaning_en, v.meaning, c.lines), E'\n' ORDER BY c.first)
FROM dcm.bi_views() AS v
	JOIN (
		SELECT r.relname, r.oid AS first,
			string_agg(format('| `%s` | %s | %s | %s |', a.attname, z.attname, format_type(a.atttypid, NULL), x.meaning_en), E'\n' ORDER BY a.attnum) AS lines
		FROM pg_class AS r
			JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0
			JOIN pg_attribute AS z ON z.attrelid = to_regclass('bi_zh.' || r.relname) AND z.attnum = a.attnum
			JOIN dcm.bi_columns() AS x ON x.view = r.relname AND x.ord = a.attnum
		WHERE r.relnamespace = 'bi_en'::regnamespace
		GROUP BY r.oid, r.relname) AS c ON c.relname = v.view;
