# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# Cases that need names of their own. The resolver asks at port 53 and reads files under /etc: so they run in a network
# and with mounts of their own, where they may.

own_network=(unshare --net --mount)
[ "$(id -u)" -eq 0 ] || own_network+=(--map-root-user)

# This script once more, there; what it says is passed on, and its sums are added to ours.
in_own_network() {
	local line
	if [ -n "$listing" ]; then
		network_cases
		return
	fi
	[ -n "$(list network_cases)" ] || return 0 # none of those that were chosen
	while read -r line; do
		if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
			passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
		else
			echo "$line"
		fi
	done < <("${own_network[@]}" "$top/tests/run-real" network "${chosen[@]}" 2>&1 || echo '0 passed, 1 failed')
}

has_own_network() {
	[ -z "$listing" ] || return 0
	"${own_network[@]}" true 2>/dev/null && return
	lacking "$1: there are no namespaces to be had"
	return 1
}

loopback_up='import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS, IFF_UP and IFF_RUNNING'

set_up_network() {
	local file
	"$python" -c "$loopback_up" || return
	mkdir "$work/etc"
	echo 'nameserver 127.0.0.1' >"$work/etc/resolv.conf"
	echo 'options timeout:1 attempts:2' >>"$work/etc/resolv.conf"
	printf '%s\n' '127.0.0.1 localhost' '127.3.0.1 listed.test' >"$work/etc/hosts"
	sed '/^hosts:/d' /etc/nsswitch.conf >"$work/etc/nsswitch.conf"
	echo 'hosts: files dns' >>"$work/etc/nsswitch.conf"
	for file in hosts nsswitch.conf resolv.conf; do
		mount --bind "$work/etc/$file" "/etc/$file" || return
	done
}

# The names that take long are asked for elsewhere, those that never come where nobody answers.
start_names() {
	started "$python" "$here/slow_names.py" 127.0.0.2 5300
	started "$python" -c 'import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.3", 5300)); time.sleep(600)'
	started dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --group= --pid-file="$work/dnsmasq.pid" \
		--listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --cache-size=0 --dns-forward-max=1000 \
		--address=/www.test/127.0.0.1 --server=/slow.test/127.0.0.2#5300 --server=/silent.test/127.0.0.3#5300
	until_true in_plain_python 'import socket; socket.gethostbyname("www.test")' &&
		until_true in_plain_python 'import socket; socket.gethostbyname("n-0.slow.test")'
}

in_plain_python() {
	"$python" -c "$1"
}

look_up_names() {
	start_names && in_python names
}

look_up_aside() {
	[ "$work/aside" -nt "$here/aside.c" ] ||
		gcc -O2 -g -Wall -Wextra ${WERROR:+-Werror} -pthread -D_GNU_SOURCE -o "$work/aside" "$here/aside.c" || return
	start_names || return
	most_os_threads=20 # libc has up to 16 of its own
	under "$work/aside"
}

make_certificate() {
	[ -s "$work/certificate" ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/certificate" \
		-days 2 -subj /CN=www.test -addext subjectAltName=DNS:www.test
}

# With names, certificate and pages.
start_site() {
	local port
	write_site && make_certificate && start_names || return
	try_ports nginx || return
	site=https://www.test:$((port + 1))
	until_true answers $((port + 1))
}

# got FILE... : what was fetched to here is what is there.
got() {
	local file
	for file; do
		cmp "$work/got/$file" "$work/site/$file" || return
	done
}

# fetching COMMAND...: in an empty directory, where the pages are to be afterwards.
fetching() {
	rm -rf "$work/got" && mkdir "$work/got" && (cd "$work/got" && under "$@")
}

with_curl() {
	local site
	start_site && fetching curl -sS --fail --cacert "$work/certificate" -O "$site/3.bin" && got 3.bin || return
	! fetching curl -sS --cacert "$work/certificate" "https://nobody.test/"
}

with_curl_parallel() {
	local site
	start_site && fetching curl -sS --fail --cacert "$work/certificate" --parallel --remote-name-all "$site/[1-20].bin" &&
		got {1..20}.bin
}

with_wget() {
	local site
	start_site && fetching wget -q --ca-certificate="$work/certificate" "$site/4.bin" "$site/5.bin" && got 4.bin 5.bin
}

# It looks names up by getaddrinfo_a, which has OS threads of libc's own.
with_wget2() {
	local site
	start_site && fetching wget2 -q --ca-certificate="$work/certificate" "$site"/{1..8}.bin && got {1..8}.bin
}

clone_by_http() {
	local port
	make_repository && git -C "$work/repository" update-server-info && write_site && start_names || return
	ln -sfn "$work/repository/.git" "$work/site/repository.git"
	try_ports nginx && cloning "http://www.test:$port/repository.git"
}

network_cases() {
	[ -n "$listing" ] || set_up_network || {
		echo "SKIP    names: no network of our own can be set up"
		skipped=1
		return
	}
	check 'names: 200 look-ups that take 200 ms each' look_up_names
	check 'names: getaddrinfo_a' look_up_aside
	check 'curl by https' with_curl
	check 'curl --parallel' with_curl_parallel
	check 'wget by https' with_wget
	has 'wget2' wget2 && check 'wget2 by https' with_wget2
	check 'git clone by http' clone_by_http
	machine_cases
}
