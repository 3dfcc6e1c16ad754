-- A hundred clients acting at once, see clients.sh.
\ir include/act_city.sql
