# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# C programs that use greenlets by our header, and a database by its own client library: linked with us, so there is no
# native run of them.

# built_with_us NAME FLAG...
built_with_us() {
	local name=$1
	shift
	gcc -std=gnu11 -O2 -g -Wall -Wextra -Werror -D_GNU_SOURCE -I"$top/runtime" -o "$work/$name" "$here/$name.c" "$@" \
		-L"$build" -lgreenload -Wl,-rpath,"$build"
}

# Without the launcher, but with its statistics.
crew() {
	GREENLOAD_STATS=$work/stats timeout -k 2 "$seconds_each" "$work/$1" "$2"
}

with_libpq() {
	local port
	built_with_us with_libpq "-I$(pg_config --includedir)" -lpq && start_postgres && crew with_libpq "$port"
}

start_mariadb() {
	local user=(--user=root)
	[ "$(id -u)" -eq 0 ] || user=()
	mkdir "$work/mariadb" &&
		mariadb-install-db --no-defaults "${user[@]}" --datadir="$work/mariadb" --skip-test-db \
			--auth-root-authentication-method=normal || return
	started mariadbd --no-defaults "${user[@]}" --datadir="$work/mariadb" --socket="$work/mariadb.socket" \
		--pid-file="$work/mariadb.pid" --skip-networking --skip-log-bin --max-connections=300 \
		--innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=16M
	until_true mariadb-admin --no-defaults --user=root --socket="$work/mariadb.socket" ping
}

with_libmariadb() {
	built_with_us with_libmariadb -I/usr/include/mariadb -lmariadb && start_mariadb &&
		crew with_libmariadb "$work/mariadb.socket"
}

database_cases() {
	local postgres_bin
	postgres_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
	has 'libpq' "$postgres_bin/initdb" pg_config && check_greenly 'libpq: 200 greenlets' with_libpq
	has 'libmariadb' mariadbd mariadb-install-db mariadb_config &&
		check_greenly 'libmariadb: 200 greenlets' with_libmariadb
}
