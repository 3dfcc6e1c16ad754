# Functions that the runners share: the packages, a shadow of PostgreSQL's
# folders into which dcm is installed without rights there, and private clusters
# on a socket in a temporary folder.  Sourced by bash.

DCM_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() { printf '%s\n' "$*"; }
die() { printf 'dcm: %s\n' "$*" >&2; exit 1; }

# The pg_config to build with: PG_CONFIG, or that of the newest Debian server,
# or the one in PATH.
dcm_find_pg_config() {
	if [ -n "${PG_CONFIG:-}" ]; then
		printf '%s\n' "$PG_CONFIG"
		return
	fi
	local dir newest=
	for dir in /usr/lib/postgresql/*/bin; do
		[ -x "$dir/pg_config" ] && [ -x "$dir/postgres" ] && newest=$dir/pg_config
	done
	[ -n "$newest" ] || newest=$(command -v pg_config || true)
	printf '%s\n' "$newest"
}

# The Debian packages that a build and a full test need, those missing only.
dcm_missing_packages() {
	local version package
	version=$(ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1)
	[ -n "$version" ] || version=$(. /etc/os-release; case ${VERSION_ID:-} in 13) echo 17 ;; *) echo 15 ;; esac)
	for package in gcc make libc6-dev "postgresql-$version" "postgresql-server-dev-$version" \
		"postgresql-$version-postgis-3" "postgresql-$version-postgis-3-scripts" \
		"postgresql-$version-cron" "postgresql-$version-pgtap" \
		libtap-parser-sourcehandler-pgtap-perl libipc-run-perl libgeos-dev; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			printf '%s\n' "$package"
	done
}

# How to be root: nothing for root, sudo where it asks for nothing; else fails.
dcm_sudo() {
	[ "$(id -u)" -eq 0 ] && return 0
	command -v sudo >/dev/null && sudo -n true 2>/dev/null && printf 'sudo\n'
}

# Installs what is missing, as root or by sudo; otherwise names it in one line.
dcm_setup_packages() {
	command -v dpkg-query >/dev/null || return 0
	local missing sudo
	missing=$(dcm_missing_packages | tr '\n' ' ')
	[ -n "${missing// /}" ] || return 0
	sudo=$(dcm_sudo) || die "please install: apt-get install $missing"
	say "installing Debian packages: $missing"
	$sudo apt-get update -qq || die "apt-get update failed"
	# no cluster of Debian's own is wanted
	if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
		$sudo mkdir -p /etc/postgresql-common/createcluster.d
		printf 'create_main_cluster = false\n' |
			$sudo tee /etc/postgresql-common/createcluster.d/dcm.conf >/dev/null
	fi
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
		>/dev/null || die "apt-get install failed: $missing"
}

# plpgsql_check, by which one test looks at every function in PL/pgSQL; that test
# skips where it is absent.
dcm_setup_plpgsql_check() {
	local sudo version
	version=$("$(dcm_find_pg_config)" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
	[ ! -e "$("$(dcm_find_pg_config)" --sharedir)/extension/plpgsql_check.control" ] || return 0
	if command -v apt-get >/dev/null && sudo=$(dcm_sudo); then
		say "installing the Debian package postgresql-$version-plpgsql-check"
		$sudo apt-get update -qq
		dcm_install_optional "$sudo" "postgresql-$version-plpgsql-check" && return 0
	fi
	say "plpgsql_check is not there: test/pgtap/45_plpgsql_check.sql is skipped"
}

dcm_has_psycopg() { /usr/bin/python3 -c 'import psycopg' 2>/dev/null || python3 -c 'import psycopg' 2>/dev/null; }
dcm_has_node_pg() { node -e "require('pg')" 2>/dev/null; }
dcm_has_odbc() { command -v isql >/dev/null && ls /usr/lib/*/odbc/psqlodbcw.so >/dev/null 2>&1; }
dcm_has_jdbc() { [ -e /usr/share/java/postgresql.jar ] && javac -version >/dev/null 2>&1; }

# The drivers of Python and Node by which the examples of docs/cookbook.md run, and
# those of ODBC and Java by which BI tools come.  All else can be tested without them, so whoever cannot install them is told and
# the test skips what is absent.  Sets NODE_PATH.
dcm_setup_drivers() {
	local sudo kept=${XDG_CACHE_HOME:-$HOME/.cache}/dcm/nodejs
	[ "$(id -u)" -ne 0 ] || kept=/var/cache/dcm/nodejs
	# Debian's node looks into the first by itself, other builds of it do not
	export NODE_PATH=${NODE_PATH:+$NODE_PATH:}/usr/share/nodejs:/var/cache/dcm/nodejs:$kept
	dcm_has_psycopg && dcm_has_node_pg && dcm_has_odbc && dcm_has_jdbc && return 0
	if command -v apt-get >/dev/null && sudo=$(dcm_sudo); then
		say "installing Debian packages for the examples of docs/cookbook.md and for drivers of BI tools"
		$sudo apt-get update -qq
		dcm_has_psycopg || dcm_install_optional "$sudo" python3-psycopg
		dcm_has_node_pg || dcm_install_optional "$sudo" node-pg $(command -v node >/dev/null || printf nodejs) ||
			dcm_unpack_node_pg "$kept"
		dcm_has_odbc || dcm_install_optional "$sudo" odbc-postgresql unixodbc
		dcm_has_jdbc || dcm_install_optional "$sudo" libpostgresql-jdbc-java $(command -v javac >/dev/null || printf default-jdk-headless)
	fi
	dcm_has_psycopg || say "python3-psycopg is not there: the Python of docs/cookbook.md is not tested"
	dcm_has_node_pg || say "node-pg is not there: the JavaScript of docs/cookbook.md is not tested"
	dcm_has_odbc || say "odbc-postgresql or unixodbc is not there: reading by ODBC is not tested"
	dcm_has_jdbc || say "libpostgresql-jdbc-java or a JDK is not there: reading by JDBC is not tested"
	return 0
}

dcm_install_optional() {
	local sudo=$1
	shift
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove --no-install-recommends "$@" >/dev/null 2>&1
}

# For a node that is not Debian's, on which its node-pg cannot depend: the same
# modules, plain JavaScript, in a folder of their own.
dcm_unpack_node_pg() {
	local kept=$1 work deb
	command -v node >/dev/null || return 1
	work=$(mktemp -d "${TMPDIR:-/tmp}/dcm-node.XXXXXX")
	chmod 755 "$work"
	(cd "$work" && apt-get download -qq node-pg node-split2 node-xtend && for deb in *.deb; do dpkg-deb -x "$deb" . || exit; done &&
		mkdir -p "$kept" && cp -r usr/share/nodejs/. "$kept") >/dev/null 2>&1
	rm -rf "$work"
}

# pgbouncer, for the test of who acts behind a pool.  It is unpacked and not
# installed, since its package starts a service; what it needs of libraries is
# installed.  Whoever cannot have it is told, and the test skips its part.
dcm_setup_pool() {
	local sudo work kept=${XDG_CACHE_HOME:-$HOME/.cache}/dcm/pgbouncer
	[ "$(id -u)" -ne 0 ] || kept=/var/cache/dcm/pgbouncer
	export PATH=$PATH:/usr/sbin:/var/cache/dcm/pgbouncer:$kept
	command -v pgbouncer >/dev/null && return 0
	if command -v apt-get >/dev/null && sudo=$(dcm_sudo); then
		say "unpacking pgbouncer for a test"
		$sudo apt-get update -qq
		work=$(mktemp -d "${TMPDIR:-/tmp}/dcm-pool.XXXXXX")
		chmod 755 "$work"
		(cd "$work" && apt-get download -qq pgbouncer && dpkg-deb -x pgbouncer_*.deb . && mkdir -p "$kept" &&
			dcm_install_optional "$sudo" $(dpkg-deb -f pgbouncer_*.deb Depends | tr ',' '\n' | sed -n 's/^ *\(lib[^ ]*\).*/\1/p') &&
			cp usr/sbin/pgbouncer "$kept") >/dev/null 2>&1
		rm -rf "$work"
	fi
	command -v pgbouncer >/dev/null || say "pgbouncer is not there: who acts behind a pool is not tested"
}

# As root: runs the script again as an ordinary user on a copy of the sources,
# since PostgreSQL refuses root.  What it leaves in OUT_DIR is kept.
dcm_as_ordinary_user() {
	[ "$(id -u)" -eq 0 ] || return 0
	local user=nobody home script=$1
	shift
	id postgres >/dev/null 2>&1 && user=postgres
	home=$(mktemp -d "${TMPDIR:-/tmp}/dcm-root.XXXXXX")
	trap 'rm -rf "$home"' EXIT
	(cd "$DCM_ROOT" && tar -cf - --exclude=.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' .) | tar -xf - -C "$home"
	chown -R "$user" "$home"
	chmod 755 "$home"
	if [ -n "${DCM_OUT:-}" ]; then
		mkdir -p "$DCM_OUT" && chown "$user" "$DCM_OUT"
	fi
	local status=0
	setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups \
		env HOME="$home" TMPDIR="${TMPDIR:-/tmp}" "DCM_OUT=${DCM_OUT:-}" "DCM_TAP=${DCM_TAP:-}" "DCM_CRASH_ROUNDS=${DCM_CRASH_ROUNDS:-}" \
		"DCM_LOAD_CLIENTS=${DCM_LOAD_CLIENTS:-}" "DCM_LOAD_SECONDS=${DCM_LOAD_SECONDS:-}" "DCM_LOAD_CASES=${DCM_LOAD_CASES:-}" \
		"DCM_FUZZ_SECONDS=${DCM_FUZZ_SECONDS:-}" "DCM_FUZZ_SEED=${DCM_FUZZ_SEED:-}" \
		bash "$home/test/bin/$script" "$@" </dev/null || status=$?
	exit $status
}

# A temporary folder that is gone at the end, with the clusters started in it.
dcm_workdir() {
	DCM_WORK=$(mktemp -d "${TMPDIR:-/tmp}/dcm.XXXXXX")
	trap dcm_cleanup EXIT
	trap 'exit 130' INT TERM HUP
}

dcm_cleanup() {
	local pid
	[ -z "${DCM_KEEP_RUNNING:-}" ] || return 0
	for pid in "$DCM_WORK"/*/data/postmaster.pid; do
		[ -f "$pid" ] && "$DCM_BIN/pg_ctl" -D "${pid%/postmaster.pid}" -m immediate -w stop >/dev/null 2>&1
	done
	[ -n "${KEEP:-}" ] || rm -rf "$DCM_WORK"
}

# Builds dcm from a copy of the sources and installs it into a shadow of
# PostgreSQL's folders: binaries copied, since they find lib and share by their
# own place, everything else symbolic links.
dcm_build_shadow() {
	local pg_config bindir pkglib share dir
	pg_config=$(dcm_find_pg_config)
	[ -x "$pg_config" ] || die "no pg_config found; install PostgreSQL's server development files"
	bindir=$("$pg_config" --bindir) pkglib=$("$pg_config" --pkglibdir) share=$("$pg_config" --sharedir)
	DCM_SHADOW=$DCM_WORK/shadow
	DCM_BIN=$DCM_SHADOW$bindir
	mkdir -p "$DCM_BIN" "$DCM_SHADOW$pkglib" "$DCM_SHADOW$share/extension" "$DCM_WORK/src"
	cp "$bindir"/* "$DCM_BIN"/
	for dir in "$pkglib"/*; do
		case ${dir##*/} in dcm.so | bitcode) ;; *) ln -s "$dir" "$DCM_SHADOW$pkglib/" ;; esac
	done
	for dir in "$share"/*; do
		[ "${dir##*/}" = extension ] || ln -s "$dir" "$DCM_SHADOW$share/"
	done
	for dir in "$share"/extension/*; do
		case ${dir##*/} in dcm*) ;; *) ln -s "$dir" "$DCM_SHADOW$share/extension/" ;; esac
	done
	(cd "$DCM_ROOT" && tar -cf - --exclude=.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' .) | tar -xf - -C "$DCM_WORK/src"
	(cd "$DCM_WORK/src" &&
		make -s -j"$(nproc)" PG_CONFIG="$pg_config" with_llvm=no DCM_CFLAGS="${DCM_CFLAGS:--Werror}" &&
		make -s PG_CONFIG="$pg_config" with_llvm=no DESTDIR="$DCM_SHADOW" install) >"$DCM_WORK/build.log" 2>&1 || {
		cat "$DCM_WORK/build.log" >&2
		die "the build failed"
	}
	DCM_PGXS=$(cd "$(dirname "$("$pg_config" --pgxs)")/../.." && pwd)
	export PATH=$DCM_BIN:$PATH DCM_PG_CONFIG=$pg_config
	# Debian's wrappers must not choose another server
	unset PGCLUSTER PGDATABASE PGUSER PGPASSWORD PGSERVICE PGOPTIONS
}

# Starts a cluster: name, then lines for postgresql.conf on standard input, and
# those of DCM_CONF.  The server, not initdb, is started by DCM_SERVER_WRAPPER where
# that is set ("valgrind …", "env LD_PRELOAD=…").  Sets PGHOST and PGPORT.
dcm_start_cluster() {
	local dir=$DCM_WORK/$1
	mkdir -p "$dir/sock"
	"$DCM_BIN/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
		{ cat "$dir/initdb.log" >&2; die "initdb failed"; }
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$dir/sock'"
		echo "port = 5432"
		echo "fsync = off"
		echo "timezone = 'UTC'"
		echo "log_min_messages = warning"
		cat
		printf '%s\n' "${DCM_CONF:-}"
	} >>"$dir/data/postgresql.conf"
	if [ -n "${DCM_SERVER_WRAPPER:-}" ]; then
		mv "$DCM_BIN/postgres" "$DCM_BIN/postgres.wrapped"
		printf '#!/bin/sh\n[ "$1" = -V ] && exec %s "$@"\nexec %s %s "$@"\n' "$DCM_BIN/postgres.wrapped" \
			"$DCM_SERVER_WRAPPER" "$DCM_BIN/postgres.wrapped" >"$DCM_BIN/postgres"
		chmod 755 "$DCM_BIN/postgres"
	fi
	"$DCM_BIN/pg_ctl" -D "$dir/data" -l "$dir/server.log" -t 600 -w start >/dev/null ||
		{ cat "$dir/server.log" >&2; die "the server did not start"; }
	export PGHOST=$dir/sock PGPORT=5432 PGUSER=postgres
}
