# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# Programs whose malloc is not libc's: servers that are linked with an allocator of their own, and each of the usual
# allocators preloaded before us, after us, and linked in. Such an allocator keeps lists of the threads that it knows.

# The libraries' names, and what a program is linked with.
allocators=(libjemalloc.so.2:-ljemalloc libtcmalloc_minimal.so.4:-ltcmalloc_minimal libmimalloc.so.2:-lmimalloc)

# preloading LIBRARY...: natively what there is besides us; greenly in that order, threads being greenlets.
preloading() {
	local IFS=:
	if [ "$way" = native ]; then
		launch=(env LD_PRELOAD="${*#"$build/libgreenload.so"}")
	else
		launch=(env LD_PRELOAD="$*" "GREENLOAD_PATCH=all,thread" GREENLOAD_STATS="$work/stats")
	fi
}

build_alloc_server() {
	local program=$work/alloc_server$1
	[ "$program" -nt "$here/alloc_server.c" ] ||
		gcc -O2 -g -Wall -Wextra ${WERROR:+-Werror} -pthread -o "$program" "$here/alloc_server.c" ${1:+-Wl,--no-as-needed "$1"}
}

# The first word says where the allocator stands.
alloc_server() {
	local linked=''
	case $1 in
	before) preloading "$2" "$build/libgreenload.so" ;;
	after) preloading "$build/libgreenload.so" "$2" ;;
	linked) linked=$3 ;;
	esac
	build_alloc_server "$linked" && under "$work/alloc_server$linked"
}

# Its server and its clients in one process each, with that allocator.
http_with() {
	case $1 in
	before) preloading "$2" "$build/libgreenload.so" ;;
	after) preloading "$build/libgreenload.so" "$2" ;;
	esac
	http 200
}

allocator_cases() {
	local allocator library place
	for allocator in "${allocators[@]}"; do
		library=${allocator%:*}
		[ -z "$listing" ] && LD_PRELOAD=$library /bin/true 2>&1 | grep -q . && lacking "$library: it is not there" && continue
		for place in before after linked; do
			check "200 threads that allocate, $library $place" alloc_server $place "$library" "${allocator#*:}"
			[ $place = linked ] ||
				check "python: 200 HTTP clients, $library $place" http_with $place "$library"
		done
	done
	has 'redis' redis-server python:redis && check 'redis: a server with threads' serve_redis
	has 'named' named named-checkconf && check 'named: 200 queries at once' serve_dns
	has 'heaptrack' heaptrack && check_greenly 'heaptrack, which preloads a library itself' traced_heap
}

# Its allocator is jemalloc; it frees, saves and reads on threads of its own.
start_redis_server() {
	started "${launch[@]}" redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --dir "$work" \
		--daemonize no --io-threads 2 --io-threads-do-reads yes
}

# The client ends the server, which then writes its statistics.
serve_redis() {
	local port status=0
	most_os_threads=8
	rm -f "$work/dump.rdb"
	try_ports redis_server || return
	timeout "$seconds_each" "$python" "$here/redis_crowd.py" "$port" || status=$?
	[ $status -ne 0 ] || wait "${servers[-1]}" || status=$?
	return $status
}

write_zone() {
	{
		echo '@ 60 SOA localhost. root.localhost. 1 60 60 60 60'
		echo '@ 60 NS localhost.'
		seq 0 199 | sed 's/.*/host& 60 A 192.0.2.&/'
	} >"$work/example.zone"
}

start_named() {
	cat >"$work/named.conf" <<-END
		options {
			directory "$work"; pid-file none; session-keyfile none; recursion no; dnssec-validation no;
			listen-on port $1 { 127.0.0.1; }; listen-on-v6 { none; }; empty-zones-enable no;
		};
		controls { };
		zone "example" { type master; file "$work/example.zone"; };
	END
	started "${launch[@]}" named -g -n 4 -p "$1" -c "$work/named.conf"
}

serve_dns() {
	local port
	most_os_threads=8
	write_zone && try_ports named && timeout "$seconds_each" "$python" "$here/dns_clients.py" "$port" || return
	kill "${servers[-1]}" && wait "${servers[-1]}"
}

# heaptrack is a script that preloads its library into the program: the launcher stays in front of it.
traced_heap() {
	build_alloc_server '' && under heaptrack --output "$work/heap" "$work/alloc_server" >"$work/traced" || return
	cat "$work/traced"
	grep -q 'answered 6000 of 6000' "$work/traced" && heaptrack --analyze "$work"/heap.* >"$work/analysis" 2>&1 &&
		grep -q 'calls to allocation functions: [1-9]' "$work/analysis"
}
