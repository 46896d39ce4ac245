# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# The cases of tests/run-real.

# shellcheck source=tests/real/postgres.sh
. "$top/tests/real/postgres.sh"
# shellcheck source=tests/real/servers.sh
. "$top/tests/real/servers.sh"

in_python() {
	under "$python" "$here/$1.py" "${@:2}"
}

# http [CLIENTS]: the server's standard input is ours to close: that ends it.
http() {
	local status=0 port
	: >"$work/port"
	mkfifo "$work/http" || return
	under "$python" "$here/http_server.py" <"$work/http" >"$work/port" &
	exec 9>"$work/http"
	rm "$work/http"
	if until_true test -s "$work/port"; then
		read -r port <"$work/port"
		in_python http_clients "$port" "$@" 9>&- || status=$?
	else
		status=1
	fi
	exec 9>&-
	wait $! && [ $status -eq 0 ]
}

# It starts the program by the launcher itself, as the signal is to go to no one else.
interrupts() {
	timeout 60 "$python" "$here/interrupt.py" "${launch[@]}" "$python" "$here/interrupted.py"
}

cxx() {
	[ "$work/cxx" -nt "$here/cxx.cc" ] ||
		g++ -std=c++20 -O2 -g -Wall -Wextra ${WERROR:+-Werror} -pthread -o "$work/cxx" "$here/cxx.cc" || return
	under "$work/cxx"
}

# Each of its threads has a team of three others at most.
openmp() {
	[ "$work/openmp" -nt "$here/openmp.c" ] ||
		gcc -O2 -g -Wall -Wextra ${WERROR:+-Werror} -pthread -fopenmp -o "$work/openmp" "$here/openmp.c" || return
	most_os_threads=40
	under "$work/openmp"
}

# watched SANITIZER: under the one for threads, threads stay threads.
watched() {
	local program=$work/watched-$1
	[ "$program" -nt "$here/watched.c" ] ||
		gcc -O1 -g -Wall -Wextra ${WERROR:+-Werror} -pthread "-fsanitize=$1" -o "$program" "$here/watched.c" || return
	[ "$1" != thread ] || most_os_threads=40
	under "$program"
}

# More threads at once than the user may have: as such there are too few, as greenlets they are one. Root has no limit.
crowd() {
	local limited=(prlimit --nproc=1000) status=0
	[ "$(id -u)" -ne 0 ] || limited=(setpriv --reuid=65534 --clear-groups prlimit --nproc=1000)
	: >"$work/stats"
	chmod 666 "$work/stats"
	[ "$work/crowd" -nt "$here/crowd.c" ] ||
		gcc -O2 -g -Wall -Wextra ${WERROR:+-Werror} -pthread -o "$work/crowd" "$here/crowd.c" || return
	under "${limited[@]}" "$work/crowd" 20000 || status=$?
	[ "$way" = green ] || return $((status != 3))
	return $status
}

rust() {
	[ "$work/rust" -nt "$here/threads.rs" ] ||
		/usr/bin/rustc --edition 2021 -O -D warnings -o "$work/rust" "$here/threads.rs" || return
	under "$work/rust"
}

in_ruby() {
	under /usr/bin/ruby "$here/$1.rb"
}

# Its extensions are loaded so that they find libc first; curl's has a thread for each name that it looks up.
in_php() {
	local port host
	port=$(some_port)
	host=$(uname -n)
	getent ahostsv4 "$host" | grep -q '^127\.' || host=127.0.0.1
	echo 'a small page' >"$work/page"
	started "$python" -m http.server "$port" --directory "$work"
	until_true curl -sf "http://$host:$port/page" &&
		under /usr/bin/php "$here/transfers.php" "http://$host:$port/page"
}

# shellcheck source=tests/real/programs.sh
. "$top/tests/real/programs.sh"
# shellcheck source=tests/real/databases.sh
. "$top/tests/real/databases.sh"
# shellcheck source=tests/real/allocators.sh
. "$top/tests/real/allocators.sh"
# shellcheck source=tests/real/network.sh
. "$top/tests/real/network.sh"
# shellcheck source=tests/real/machines.sh
. "$top/tests/real/machines.sh"

short_cases() {
	local sanitizer
	check 'python: 500 HTTP clients of a threading server' http
	check 'python: thread pool' in_python pool
	check 'python: queues' in_python queues
	check 'python: locks, timers, events' in_python locks
	check 'python: Ctrl-C' interrupts
	check 'python: 5000 threads' in_python many
	check 'python: native ids of threads' in_python native_ids
	check 'python: threads that never wait' in_python busy
	check 'c++' cxx
	check 'openmp' openmp
	for sanitizer in address leak undefined thread; do
		check "built with -fsanitize=$sanitizer" watched $sanitizer
	done
}

long_cases() {
	local postgres_bin
	postgres_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)
	has 'python: PostgreSQL' "$postgres_bin/initdb" python:psycopg2 setpriv &&
		check 'python: 200 connections to PostgreSQL' with_postgres
	has 'python: redis' redis-server python:redis && check 'python: blocking pops of redis' with_redis
	has 'microsocks' microsocks nginx && check 'microsocks: 300 downloads' through_microsocks
	has 'a crowd' prlimit setpriv && check '20000 threads where 1000 are allowed' crowd
	has 'rust' /usr/bin/rustc && check 'rust' rust
	has 'ruby' /usr/bin/ruby && check 'ruby' in_ruby threads && check 'ruby: threads that never wait' in_ruby busy
	has 'php' /usr/bin/php curl && check 'php: 30 downloads at once by an extension' in_php
	database_cases
	allocator_cases
	program_cases
}
