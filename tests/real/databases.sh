# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# Databases: by C programs that use greenlets by our header and the database's own client library, which are linked with
# us, so that there is no native run of them; and a server whose threads are greenlets.

# built_with_us NAME FLAG...
built_with_us() {
	local name=$1
	shift
	gcc -std=gnu11 -O2 -g -Wall -Wextra ${WERROR:+-Werror} -D_GNU_SOURCE -I"$top/runtime" -o "$work/$name" "$here/$name.c" "$@" \
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

# start_mariadb COMMAND...: by that command, if there is one.
start_mariadb() {
	local user=(--user=root)
	[ "$(id -u)" -eq 0 ] || user=()
	rm -rf "$work/mariadb" && mkdir "$work/mariadb" &&
		mariadb-install-db --no-defaults "${user[@]}" --datadir="$work/mariadb" --skip-test-db \
			--auth-root-authentication-method=normal || return
	started "$@" mariadbd --no-defaults "${user[@]}" --datadir="$work/mariadb" --socket="$work/mariadb.socket" \
		--pid-file="$work/mariadb.pid" --skip-networking --skip-log-bin --max-connections=300 \
		--innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=16M
	until_true mariadb-admin --no-defaults --user=root --socket="$work/mariadb.socket" ping
}

with_libmariadb() {
	built_with_us with_libmariadb -I/usr/include/mariadb -lmariadb && start_mariadb &&
		crew with_libmariadb "$work/mariadb.socket"
}

ask_mariadb() {
	timeout 20 mariadb --no-defaults --user=root --socket="$work/mariadb.socket" --skip-column-names --execute="$1"
}

# 20 connections sleep at once, a table is written and read. It ends by itself, for its statistics.
serve_mariadb() {
	local sleepers=() sleeper begun=$SECONDS answer
	start_mariadb "${launch[@]}" || return
	for ((sleeper = 0; sleeper < 20; sleeper++)); do
		ask_mariadb 'select sleep(0.5)' &
		sleepers+=($!)
	done
	for sleeper in "${sleepers[@]}"; do
		wait "$sleeper" || return
	done
	[ $((SECONDS - begun)) -lt 8 ] || return
	ask_mariadb 'create database t; use t; create table t (number int primary key, sum char(32)) engine=innodb;
		insert into t select seq, md5(seq) from seq_1_to_5000' || return
	answer=$(ask_mariadb 'select count(*), sum(number), max(sum) from t.t')
	[ "$answer" = $'5000\t12502500\tffeed84c7cb1ae7bf4ec4bd78275bb98' ] || { echo "$answer"; return 1; }
	mariadb-admin --no-defaults --user=root --socket="$work/mariadb.socket" shutdown && wait "${servers[-1]}"
}

# The kernel must know the owners of its mutexes: one OS thread for that of each, and for the first waiter.
lmdb_crowd() {
	most_os_threads=8
	in_python lmdb_crowd
}

database_cases() {
	local postgres_bin
	postgres_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
	has 'libpq' "$postgres_bin/initdb" pg_config && check_greenly 'libpq: 200 greenlets' with_libpq
	has 'libmariadb' mariadbd mariadb-install-db mariadb_config &&
		check_greenly 'libmariadb: 200 greenlets' with_libmariadb
	has 'mariadb' mariadbd mariadb-install-db && check 'mariadb: a server' serve_mariadb
	has 'lmdb' python:lmdb && check 'lmdb: 50 writers, 100 readers, and another process' lmdb_crowd
}
