# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# A PostgreSQL of our own: it refuses to run as root.

as_postgres=()
[ "$(id -u)" -ne 0 ] || as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)

make_cluster() {
	[ ! -d "$work/cluster" ] || return 0
	mkdir "$work/cluster" || return
	[ "$(id -u)" -ne 0 ] || chown postgres: "$work/cluster"
	(cd "$work/cluster" && "${as_postgres[@]}" "$postgres_bin/initdb" -A trust -U postgres -N -E UTF8 --locale=C \
		-D "$work/cluster/data")
}

# Takes a free port, tried until one is found. Ended by SIGINT, which throws out who is connected; SIGTERM waits.
start_postgres() {
	local tries
	make_cluster || return
	for tries in 1 2 3 4 5; do
		port=$(some_port)
		started "${as_postgres[@]}" "$postgres_bin/postgres" -D "$work/cluster/data" -p "$port" -h 127.0.0.1 \
			-k "$work/cluster" -c fsync=off -c max_connections=250 -c shared_buffers=16MB
		until_true postgres_is_up_or_gone && "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$port" && return
		echo "try $tries: not on port $port"
	done
	return 1
}

postgres_is_up_or_gone() {
	"$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$port" || ! kill -0 "${servers[-1]}" 2>/dev/null
}

with_postgres() {
	local port
	start_postgres && in_python postgres "$port"
}
