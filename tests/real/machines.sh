# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# The recipes of demos/recipes.md: several processes of one server, and several machines. Network namespaces below that
# of the network cases stand for the machines; they end with the processes in them.

recipes=$top/demos/recipes.md
balancer=$top/demos/haproxy.cfg
machines=(one two)

# An unmodified server, a thread for each connection: each page takes 20 ms and is the number of the process.
write_server() {
	cat >"$work/server.py" <<-'END_OF_SERVER'
		import http.server, os, sys, time

		class Handler(http.server.BaseHTTPRequestHandler):
		    protocol_version = "HTTP/1.1"

		    def do_GET(self):
		        time.sleep(0.02)
		        body = f"{os.getpid()} for {self.client_address[0]}\n".encode()
		        self.send_response(200)
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)

		    def log_message(self, *arguments):
		        os.write(1, f"asked by {self.client_address[0]}\n".encode())

		class Server(http.server.ThreadingHTTPServer):
		    request_queue_size = 512
		    allow_reuse_port = True

		Server((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
	END_OF_SERVER
}

start_server() {
	started "${launch[@]}" "$python" "$work/server.py" 127.0.0.1 "$1"
}

# all_fetched COUNT DIRECTORY: so many pages have come; the processes that have answered stand in $answered.
all_fetched() {
	local pages=("$work/$2"/*)
	answered=$(cat "${pages[@]}" | cut -d' ' -f1 | sort | uniq -c)
	[ ${#pages[@]} -eq "$1" ] || { echo "${#pages[@]} pages instead of $1" && return 1; }
}

fetch_pages() {
	rm -rf "${work:?}/$2"
	seq -f "http://127.0.0.1:$1/%g" 200 >"$work/urls"
	timeout 60 "$build/demos/fetch" -n 40 -o "$work/$2" -f "$work/urls" >"$work/fetched" 2>&1 || {
		tail -n 3 "$work/fetched"
		return 1
	}
	all_fetched 200 "$2"
}

# both_answer PID PID: each has answered some of the pages.
both_answer() {
	grep -q " $1\$" <<<"$answered" && grep -q " $2\$" <<<"$answered" && return
	echo "answered: $answered"
	return 1
}

# Servers never end by themselves, hence have no statistics; as_greenlets PID...: their threads are seen from outside.
as_greenlets() {
	local pid
	[ "$way" = green ] || return 0
	for pid; do
		"$greenload" --check "$pid" || return
	done
	echo '"os_threads": 1' >"$work/stats"
}

start_haproxy() {
	PORT=$1 ONE=$one TWO=$two started haproxy -db -f "$balancer"
}

behind_haproxy() {
	local port one two answered pids
	write_server
	try_ports server && one=$port && try_ports server && two=$port || return
	pids=("${servers[@]}")
	try_ports haproxy && fetch_pages "$port" pages && both_answer "${pids[@]}" && as_greenlets "${pids[@]}" || return
	# A process that ends costs no page, and leaves them all to the other.
	kill -KILL "${pids[0]}"
	wait "${pids[0]}" 2>/dev/null
	fetch_pages "$port" pages && ! both_answer "${pids[@]}" >/dev/null
}

on_one_port() {
	local port answered pids
	write_server
	try_ports server && start_server "$port" || return
	pids=("${servers[@]}")
	until_true both_serve "${pids[@]}" && fetch_pages "$port" pages && both_answer "${pids[@]}" && as_greenlets "${pids[@]}"
}

# Both listen, as the kernel shows.
both_serve() {
	local pid
	for pid; do
		ss -Hltnp "sport = :$port" | grep -q "pid=$pid," || return
	done
}

# start_machine NAME NUMBER: a network namespace with a link to ours, in which sshd listens.
start_machine() {
	started unshare --net sleep 600
	local pid=${servers[-1]}
	until_true in_other_network "$pid" || return
	ip link add "to-$1" type veth peer name wire netns "$pid" && ip addr add "10.99.$2.1/24" dev "to-$1" &&
		ip link set "to-$1" up && nsenter --net="/proc/$pid/ns/net" sh -c "
			ip link set lo up && ip addr add 10.99.$2.2/24 dev wire && ip link set wire up &&
			ip route add default via 10.99.$2.1" || return
	started nsenter --net="/proc/$pid/ns/net" "$(command -v sshd)" -D -e -f "$work/sshd_config" \
		-o ListenAddress="10.99.$2.2:22"
	printf 'Host %s\n\tHostName 10.99.%s.2\n' "$1" "$2" >>"$work/ssh_config"
	until_true ssh -F "$work/ssh_config" "$1" true
}

in_other_network() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

# Keys, and an account that may log in; sshd wants an empty directory under /run.
prepare_ssh() {
	ssh-keygen -q -t ed25519 -N '' -f "$work/key.host" && ssh-keygen -q -t ed25519 -N '' -f "$work/key.user" || return
	mount -t tmpfs none /run && mkdir -m 755 /run/sshd || return
	sed 's/^\(root:\)[^:]*/\1*/' /etc/shadow >"$work/shadow" && mount --bind "$work/shadow" /etc/shadow || return
	cat >"$work/sshd_config" <<-END_CONFIG
		HostKey $work/key.host
		AuthorizedKeysFile $work/key.user.pub
		StrictModes no
		PidFile none
		UsePAM no
		PermitRootLogin yes
		MaxStartups 100
	END_CONFIG
	cat >"$work/ssh_config" <<-END_CONFIG
		IdentityFile $work/key.user
		IdentitiesOnly yes
		UserKnownHostsFile $work/known_hosts
		StrictHostKeyChecking accept-new
		BatchMode yes
		ConnectTimeout 10
		LogLevel ERROR
	END_CONFIG
}

# The command of the recipe, with our machines and our fetch.
fan_out_command() {
	sed -n 's/^parallel //p' "$recipes" | sed "s|one\.example,two\.example|one,two|; s|<urls|<$work/urls|; s| fetch | $build/demos/fetch |"
}

# The web server is in our network, at an address that all machines reach; it tells them apart by theirs.
over_machines() {
	local number=1 name
	write_server
	prepare_ssh || return 77
	for name in "${machines[@]}"; do
		start_machine "$name" $number || return
		number=$((number + 1))
	done
	ip addr add 10.99.0.1/32 dev lo || return
	started "$python" "$work/server.py" 0.0.0.0 8080
	until_true answers 8080 || return
	seq -f 'http://10.99.0.1:8080/%g' 200 >"$work/urls"
	export PARALLEL_SSH="ssh -F $work/ssh_config" HOME=$work
	eval "timeout 60 parallel $(fan_out_command)" >"$work/fetched" 2>&1 || { tail -n 20 "$work/fetched" && return 1; }
	[ "$(grep -c '^50 of 50 URLs' "$work/fetched")" -eq 4 ] && [ "$(grep -c ' bytes received from ' "$work/fetched")" -eq 200 ] ||
		{ tail -n 20 "$work/fetched" && return 1; }
	for number in 1 2; do
		grep -q "^asked by 10\.99\.$number\.2\$" "$work/server.log" || { echo "machine $number has asked for nothing" && return 1; }
	done
}

machine_cases() {
	has 'two processes behind haproxy' haproxy && check 'two processes behind haproxy' behind_haproxy
	has 'two processes on one port' ss && check 'two processes on one port' on_one_port
	if has 'fetch on two machines' parallel sshd ssh ip nsenter; then
		go_natively
		judge 'fetch on two machines' over_machines
	fi
}
