# shellcheck shell=bash disable=SC2034,SC2154 # shares its variables with tests/run-fetch
# The real server: its site, its configuration, its start.

write_site() {
	mkdir "$www"
	head -c 45661 /dev/urandom >"$www/page.html"
	: >"$www/empty"
	echo start >"$www/index.html"
	head -c 3000000 /dev/urandom >"$www/large"
	for number in $(seq 300); do
		head -c $((number * 37)) /dev/urandom >"$www/$number.bin"
	done
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$dir/key.pem" -out "$dir/cert.pem" \
	    -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>"$dir/openssl.err"
}

write_configuration() {
	cat >"$dir/nginx.conf" <<-END
		daemon off;
		master_process off;
		pid $dir/nginx.pid;
		error_log $dir/nginx.log;
		events { worker_connections 2000; }
		http {
			access_log off;
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				listen 127.0.0.1:$1;
				listen 127.0.0.1:$2 ssl;
				ssl_certificate $dir/cert.pem;
				ssl_certificate_key $dir/key.pem;
				root $www;
				location /slow/ { proxy_pass $slow; proxy_buffering off; }
				location /moved { return 301 /page.html; }
				location /secure { return 302 https://127.0.0.1:$2/page.html; }
				location /circle { return 302 /circle; }
				location /escape { return 302 file:///etc/hostname; }
				location /broken { return 500; }
			}
		}
	END
}

# nginx takes no port 0: tries some. It writes its pid once it listens.
start_nginx() {
	local attempt port pid
	for attempt in $(seq 20); do
		port=$((20000 + (RANDOM + RANDOM) % 30000))
		write_configuration $port $((port + 1))
		nginx -e "$dir/nginx.log" -p "$dir" -c "$dir/nginx.conf" 2>/dev/null &
		pid=$!
		while [ ! -s "$dir/nginx.pid" ] && kill -0 $pid 2>/dev/null; do
			sleep 0.02
		done
		if kill -0 $pid 2>/dev/null; then
			servers="$servers $pid"
			http=http://127.0.0.1:$port https=https://127.0.0.1:$((port + 1))
			return
		fi
	done
	echo "nginx does not start (after $attempt attempts):"
	tail -n 3 "$dir/nginx.log"
	return 1
}
