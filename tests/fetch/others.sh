# shellcheck shell=bash disable=SC2034,SC2154 # shares its variables with tests/run-fetch
# The other demos, and `make demo`.

# raw PORT TEXT: sends that and takes what comes until the server closes.
raw() {
	: >"$dir/err"
	exec 3<>"/dev/tcp/127.0.0.1/$1" || return
	printf '%b' "$2" >&3
	timeout 5 cat <&3 >"$dir/out"
	status=$?
	exec 3>&-
}

check_httpd() {
	local port=${quick##*:} last='Connection: close\r\n\r\n'
	raw "$port" "GET / HTTP/1.1\r\nHost: here\r\n\r\nGET /2 HTTP/1.1\r\n$last"
	ok 'httpd: two requests in one' status_is 0
	ok 'httpd: two requests in one' [ "$(grep -ac '200 OK' "$dir/out")" = 2 ]
	raw "$port" "HEAD / HTTP/1.1\r\n$last"
	ok 'httpd: HEAD' says '^Content-Length: 5000000'
	ok 'httpd: HEAD' between 50 "$(wc -c <"$dir/out")" 200
	raw "$port" 'GET / HTTP/1.0\r\n\r\n'
	ok 'httpd: HTTP/1.0 closes' between 5000050 "$(wc -c <"$dir/out")" 5000200
	raw "$port" 'POST / HTTP/1.1\r\n\r\n'
	ok 'httpd: POST' says '^HTTP/1.1 405 '
	raw "$port" 'GET / HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody'
	ok 'httpd: a body' says '^HTTP/1.1 413 '
	raw "$port" 'what?\r\n\r\n'
	ok 'httpd: nonsense' says '^HTTP/1.1 400 '
	raw "$port" "$(printf '%020000d' 0)"
	ok 'httpd: no end' says '^HTTP/1.1 431 '
	ok 'httpd: no end' status_is 0

	exec 4<>"/dev/tcp/127.0.0.1/$port"
	printf 'GET / HT' >&4
	run curl -sS --max-time 5 --limit-rate 1000 "$quick/" --range 0-1 --max-filesize 10
	ok 'httpd: a client that goes away' [ "$status" -ne 0 ]
	run "$fetch" -t 5 "$quick/1" "$quick/2"
	ok 'httpd: others go on' says '^2 of 2 URLs, 10000000 bytes'
	printf 'TP/1.1\r\n%b' "$last" >&4
	ok 'httpd: a slow one too' [ "$(timeout 5 head -c 15 <&4)" = 'HTTP/1.1 200 OK' ]
	exec 4>&-
	run "$demos/httpd" -p "$port"
	ok 'httpd: port in use' status_is 1
	for option in -x '-p 65536' '-d -1' '-s x' stray; do
		# shellcheck disable=SC2086 # several words
		run "$demos/httpd" $option
		ok "httpd $option" status_is 2
	done
}

# Descriptors for some 20 clients, and 50 come: the others wait, and nobody is harmed.
check_descriptors() {
	start bash -c 'ulimit -n 40 && exec "$@"' - "$demos/httpd" -d 300
	# shellcheck disable=SC2046 # several words
	run "$fetch" -t 1 $(seq -f "$where/%g" 50)
	ok 'httpd: out of descriptors' status_is 1
	ok 'httpd: out of descriptors' says '^[123][0-9] of 50 URLs'
	run "$fetch" -t 5 "$where/"
	ok 'httpd: they are back' status_is 0
}

check_echo() {
	exec 4<>"/dev/tcp/127.0.0.1/$echo_port" 5<>"/dev/tcp/127.0.0.1/$echo_port"
	echo one >&5
	ok 'echo: while another is silent' [ "$(timeout 5 head -n 1 <&5)" = one ]
	cat "$www/large" >&5 &
	ok 'echo: much' cmp "$www/large" <(timeout 10 head -c 3000000 <&5)
	echo two >&4
	ok 'echo: the other' [ "$(timeout 5 head -n 1 <&4)" = two ]
	exec 4>&- 5>&-
}

check_sleepers() {
	run "$demos/sleepers" 1000 1
	ok 'sleepers' status_is 0
	ok 'sleepers' says '^1000 greenlets asleep at once after '
	ok 'sleepers' between 1 "$(sed -n 's/^all .* after \([0-9.]*\) s$/\1/p' "$dir/out")" 20
	run "$demos/sleepers" none
	ok 'sleepers none' status_is 2
}

check_demo() {
	BUILD=${BUILD:-build} run scripts/demo
	ok 'demo' status_is 0
	ok 'demo' says '^200 of 200 URLs, 409600 bytes in [0-9]\.'
	ok 'demo' says '^20 of 20 URLs, 40960 bytes in \([2-9]\|[1-9][0-9]\)\.'
	URLS="$http/page.html?a $http/*" run scripts/demo
	ok 'demo with URLS' status_is 1
	ok 'demo with URLS' says '^45661 bytes received from .*?a$'
	ok 'demo with URLS' complains 'returned error: 404'
}
