# shellcheck shell=bash disable=SC2034,SC2154 # shares its variables with tests/run-fetch
# fetch.

check_single() {
	run "$fetch" "$http/page.html"
	ok 'one URL' status_is 0
	ok 'one URL' says "^GET: $http/page.html\$"
	ok 'one URL' says "^45661 bytes received from $http/page.html\$"
	ok 'one URL' says '^1 of 1 URLs, 45661 bytes in '
	ok 'one URL' silent err
	run "$fetch" "$http/empty" "$http/large"
	ok 'nothing and much' status_is 0
	ok 'nothing and much' says '^0 bytes received'
	ok 'nothing and much' says '^3000000 bytes received'
	run "$fetch" "http://localhost:${http##*:}/page.html"
	ok 'localhost' status_is 0
	ok 'localhost needs no other thread' [ "$(threads_said)" = 1 ]
}

# Each of 300 files is where it should be, and as it was.
same_files() {
	local number
	for number in $(seq 300); do
		cmp "$www/$number.bin" "$(printf '%s/%04d-%s.bin' "$1" "$number" "$number")" || return
	done
}

check_many() {
	seq -f "$http/%g.bin" 300 >"$dir/urls"
	run "$fetch" -o "$dir/many" -f "$dir/urls"
	ok '300 URLs' status_is 0
	ok '300 URLs' says '^300 of 300 URLs, '
	ok '300 URLs' same_files "$dir/many"
	ok '300 URLs: two lines for each' lines_are out 601
	run "$fetch" -n 7 -o "$dir/seven" -f - <"$dir/urls"
	ok 'a list on an empty stdin' status_is 2
	timeout 30 "$fetch" -n 7 -o "$dir/seven" -f - <"$dir/urls" >"$dir/out" 2>"$dir/err"
	ok 'a list on stdin, 7 at once' same_files "$dir/seven"
	seq -f "$https/%g.bin" 300 >"$dir/urls"
	run env CURL_CA_BUNDLE="$dir/cert.pem" "$fetch" -o "$dir/tls" -f "$dir/urls"
	ok '300 URLs over https' status_is 0
	ok '300 URLs over https' same_files "$dir/tls"
	ok '300 URLs over https' [ "$(threads_said)" = 1 ]
	run "$fetch" -o "$dir/names" "$http/page.html?a/b;c" "$http/page.html" "$http/page.html" "$http/" "$http" \
	    "$http/page.html?$(printf '%0300d' 0)"
	ok 'names of files' status_is 0
	ok 'names of files' [ "$(cd "$dir/names" && echo [0-9]*)" = \
	    '0001-b 0002-page.html 0003-page.html 0004- 0005-127.0.0.1 0006-page.html' ]
}

check_https() {
	run "$fetch" "$https/page.html"
	ok 'unknown certificate' status_is 1
	ok 'unknown certificate' complains "^fetch: $https/page.html: .*certificate"
	run env CURL_CA_BUNDLE="$dir/cert.pem" "$fetch" "$https/page.html"
	ok 'CURL_CA_BUNDLE' status_is 0
	run env SSL_CERT_FILE="$dir/cert.pem" "$fetch" "$https/page.html"
	ok 'SSL_CERT_FILE' status_is 0
	run env CURL_CA_BUNDLE="$dir/cert.pem" "$fetch" "$http/secure"
	ok 'from http to https' says '^45661 bytes received'
}

check_redirects() {
	run "$fetch" "$http/moved"
	ok 'redirect' status_is 0
	ok 'redirect: counts the page only' says "^45661 bytes received from $http/moved\$"
	run "$fetch" "$http/circle"
	ok 'redirects in a circle' status_is 1
	ok 'redirects in a circle' complains "^fetch: $http/circle: Maximum (10) redirects followed"
	run "$fetch" "$http/escape"
	ok 'redirect to a file' status_is 1
	ok 'redirect to a file' complains 'Protocol "file" '
}

check_failures() {
	run "$fetch" -o "$dir/failures" "$http/none" "$http/broken" http://127.0.0.1:1/ ftp://127.0.0.1/ http:// \
	    "http://127.0.0.1:$echo_port/" "$http/page.html"
	ok 'failures' status_is 1
	ok 'failures: one line each' lines_are err 6
	ok 'failures' complains "^fetch: $http/none: The requested URL returned error: 404\$"
	ok 'failures' complains "^fetch: $http/broken: The requested URL returned error: 500\$"
	ok 'failures' complains '^fetch: http://127.0.0.1:1/: .*connect'
	ok 'failures' complains '^fetch: ftp://127.0.0.1/: Protocol "ftp" '
	ok 'failures: no HTTP' complains "^fetch: http://127.0.0.1:$echo_port/: "
	ok 'the one among failures' says '^1 of 7 URLs, 45661 bytes in '
	ok 'failures leave no file' [ "$(ls "$dir/failures")" = 0007-page.html ]
	run "$fetch" -t 2 "$http/page.html" "$http/slow/1" "$hung/" "$hung/"
	ok 'timeout' status_is 1
	ok 'timeout' complains "^fetch: $hung/: Operation timed out after"
	ok 'timeout: the others arrive' says '^2 of 4 URLs, '
	ok 'timeout: in time' between 2 "$(elapsed)" 15
	ok 'timeout: both at once' between 4 "$(single_times)" 30
	run "$fetch" -o "$dir/cert.pem" "$http/page.html"
	ok 'no directory' status_is 1
	ok 'no directory' complains 'cannot write in .*/cert.pem: Not a directory'
	run "$fetch" -o "$dir/no/such" "$http/page.html"
	ok 'no parent directory' status_is 2
	timeout 30 "$fetch" "$http/page.html" >/dev/full 2>"$dir/err"
	status=$?
	ok 'stdout is full' status_is 1
}

check_options() {
	local options
	for options in '' '-n 0 X' '-n -1 X' '-n ten X' '-n 1x X' '-n 10001 X' '-t -1 X' '-t soon X' '-t nan X' '-x X' '-n' \
	    "-f $dir/none" "-f $www/empty"; do
		# shellcheck disable=SC2086 # several words
		run "$fetch" $options
		ok "fetch $options" status_is 2
		ok "fetch $options" silent out
		ok "fetch $options" complains '^fetch: '
	done
}

# While 200 URLs are under way, fetch has one OS thread, and perhaps helpers.
check_concurrency() {
	local pid tasks
	seq -f "$slow/%g" 200 >"$dir/urls"
	run "$fetch" -f "$dir/urls"
	ok '200 URLs of 100 ms' status_is 0
	ok '200 URLs of 100 ms: at once' between 0.1 "$(elapsed)" 15
	ok '200 URLs of 100 ms: 20 s in all' between 20 "$(single_times)" 400
	ok '200 URLs of 100 ms: threads' between 1 "$(threads_said)" 3
	run "$fetch" -n 50 -f "$dir/urls"
	ok '50 at once' between 0.4 "$(elapsed)" 15
	head -n 5 "$dir/urls" >"$dir/five"
	run "$fetch" -n 1 -f "$dir/five"
	ok 'one after another' between 0.5 "$(elapsed)" 30
	ok 'one after another' between 0.5 "$(single_times)" 30

	# shellcheck disable=SC2046 # several words
	"$fetch" -t 2 $(seq -f "$hung/%g" 200) >"$dir/out" 2>"$dir/err" &
	pid=$!
	while [ "$(entries "/proc/$pid/fd")" -lt 600 ] && kill -0 $pid; do
		sleep 0.02
	done 2>/dev/null
	tasks=$(entries "/proc/$pid/task")
	wait $pid
	ok '200 URLs under way: OS threads' between 1 "$tasks" 2
	ok '200 URLs under way' lines_are err 200
}
