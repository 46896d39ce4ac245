# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# redis and its clients; microsocks, which is the program under test, between clients and nginx.

# try_ports NAME: calls start_NAME with free ports until the port answers; it is in $port then.
try_ports() {
	local tries
	for tries in 1 2 3 4 5; do
		port=$(some_port)
		"start_$1" "$port"
		until_true answers_or_is_gone "$port" && kill -0 "${servers[-1]}" 2>/dev/null && return
		echo "try $tries: $1 not on port $port"
	done
	return 1
}

answers() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

answers_or_is_gone() {
	answers "$1" || ! kill -0 "${servers[-1]}" 2>/dev/null
}

start_redis() {
	started redis-server --bind 127.0.0.1 --port "$1" --save '' --appendonly no --dir "$work" --daemonize no
}

with_redis() {
	local port
	try_ports redis && in_python redis_pops "$port"
}

write_site() {
	local number
	[ ! -d "$work/site" ] || return 0
	mkdir "$work/site" || return
	for number in $(seq 20); do
		head -c $((number * number * 2500 + 1)) /dev/urandom >"$work/site/$number.bin" || return
	done
	chmod -R a+rX "$work/site"
}

# Where there is a certificate.
https_server() {
	[ ! -s "$work/certificate" ] || echo "server { listen 127.0.0.1:$1 ssl; root $work/site;
		ssl_certificate $work/certificate; ssl_certificate_key $work/key; }"
}

start_nginx() {
	cat >"$work/nginx.conf" <<-END
		daemon off;
		master_process off;
		pid $work/nginx.pid;
		error_log $work/nginx.log;
		events { worker_connections 2000; }
		http {
			access_log off;
			client_body_temp_path $work/body;
			proxy_temp_path $work/proxy;
			fastcgi_temp_path $work/fastcgi;
			uwsgi_temp_path $work/uwsgi;
			scgi_temp_path $work/scgi;
			server { listen 127.0.0.1:$1 backlog=1024; root $work/site; }
			$(https_server $(($1 + 1)))
		}
	END
	started nginx -e "$work/nginx.log" -p "$work" -c "$work/nginx.conf"
}

start_microsocks() {
	started "${launch[@]}" microsocks -i 127.0.0.1 -p "$1"
}

# most_threads_of PID WHILE-PID: as the system shows them.
most_threads_of() {
	local most=0 count
	while kill -0 "$2" 2>/dev/null; do
		count=$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l)
		[ "$count" -le "$most" ] || most=$count
		sleep 0.02
	done
	echo "$most"
}

# It never ends by itself, hence without statistics: its threads are counted while the clients are there.
through_microsocks() {
	local port site most clients
	write_site && try_ports nginx || return
	site=$port
	try_ports microsocks || return
	timeout 60 "$python" "$here/socks_clients.py" "$port" "$site" "$work"/site/*.bin &
	clients=$!
	most=$(most_threads_of "${servers[-1]}" $clients)
	wait $clients || return
	if [ "$way" = green ]; then
		grep -q libgreenload "/proc/${servers[-1]}/maps" && echo "\"os_threads\": $most" >"$work/stats"
	else
		[ "$most" -gt 100 ] || { echo "its $most threads were not seen" && return 1; }
	fi
}
