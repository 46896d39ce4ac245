# shellcheck shell=bash disable=SC2154 # shares its variables and functions with tests/run-real
# Programs of every day. Most of them print in both ways what is compared here: that of the native run comes first.

# alike NAME COMMAND...: prints what it printed natively.
alike() {
	local name=$1
	shift
	under "$@" >"$work/$name.$way" 2>&1 || { cat "$work/$name.$way" && return 1; }
	[ "$way" = native ] || diff "$work/$name.native" "$work/$name.$way"
}

in_bash() {
	alike script bash "$here/script.bash"
}

write_project() {
	local n
	rm -rf "$work/project" && mkdir "$work/project" || return
	for n in {1..8}; do
		echo "int f$n(int x) { return x * $n + $n; }" >"$work/project/f$n.c"
	done
	{
		printf 'int f%d(int);\n' {1..8}
		printf '#include <stdio.h>\nint main(void) { printf("%%d\\n", 0'
		printf ' + f%d(3)' {1..8}
		printf '); return 0; }\n'
	} >"$work/project/main.c"
	printf '%s\n' 'objects = $(patsubst %.c,%.o,$(wildcard *.c))' 'main: $(objects)' \
		'	gcc -o $@ $^' '%.o: %.c' '	@gcc -O2 -Wall -c $< -o $@' 'clean:; rm -f *.o main' >"$work/project/Makefile"
}

make_project() {
	write_project && under make -C "$work/project" -s -j2 main && [ "$("$work/project/main")" = 144 ]
}

run_gcc() {
	write_project && (cd "$work/project" && under gcc -O2 -pipe -Wall -o main ./*.c) && [ "$("$work/project/main")" = 144 ]
}

make_repository() {
	[ ! -d "$work/repository" ] || return 0
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@test GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@test
	export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
	local n
	git init -q -b main "$work/repository" || return
	for n in {1..20}; do
		seq "$n" $((n * 500)) >"$work/repository/file$n"
		git -C "$work/repository" add . && git -C "$work/repository" commit -q -m "Number $n" || return
	done
	git -C "$work/repository" repack -q -a -d
}

# cloning URL: what has come is what was there.
cloning() {
	rm -rf "$work/clone" && under git clone -q "$1" "$work/clone" || return
	git -C "$work/clone" fsck --strict >/dev/null &&
		[ "$(git -C "$work/clone" rev-parse HEAD)" = "$(git -C "$work/repository" rev-parse HEAD)" ]
}

clone_by_file() {
	make_repository && cloning "file://$work/repository"
}

make_keys() {
	rm -f "$work/id" "$work/id.pub"
	under ssh-keygen -q -t ed25519 -N secret -C test -f "$work/id" &&
		under ssh-keygen -y -P secret -f "$work/id" >"$work/derived" &&
		[ "$(cut -d ' ' -f 1,2 "$work/derived")" = "$(cut -d ' ' -f 1,2 "$work/id.pub")" ] &&
		! under ssh-keygen -y -P wrong -f "$work/id"
}

tar_and_gzip() {
	write_site && rm -rf "$work/unpacked" && mkdir "$work/unpacked" || return
	under tar -C "$work" -czf "$work/site.tar.gz" site && under tar -C "$work/unpacked" -xzf "$work/site.tar.gz" &&
		diff -r "$work/site" "$work/unpacked/site" || return
	under tar -C "$work" -cf - site | under gzip -6 | under gzip -d | under tar -tf - | sort >"$work/list"
	[ "${PIPESTATUS[*]}" = '0 0 0 0 0' ] && [ "$(grep -c bin "$work/list")" = 20 ]
}

run_sqlite() {
	rm -f "$work/data"*
	alike sqlite sqlite3 "$work/data" 'pragma journal_mode = wal;' 'create table t (n integer primary key, s text);' \
		'with recursive c (n) as (select 1 union all select n + 1 from c where n < 20000)
			insert into t select n, hex(n * n) from c;' \
		'create index i on t (s);' 'select count(*), sum(n), max(s) from t;' 'select n from t where s = hex(144);' \
		'.shell echo from a shell' 'pragma integrity_check;'
}

start_http_server() {
	started "${launch[@]}" env --default-signal=INT "$python" -m http.server --bind 127.0.0.1 --directory "$work/site" "$1"
}

# Interrupted as from a keyboard, which the shell would have it ignore, it ends by itself.
python_http_server() {
	local port server
	write_site && try_ports http_server || return
	server=${servers[-1]}
	rm -rf "$work/got" && mkdir "$work/got"
	(cd "$work/got" && curl -sS --fail --parallel --remote-name-all "http://127.0.0.1:$port/[1-20].bin") &&
		got {1..20}.bin || return
	kill -INT "$server"
	wait "$server"
	[ $? -le 130 ]
}

start_s_server() {
	started "${launch[@]}" openssl s_server -quiet -accept "127.0.0.1:$1" -cert "$work/certificate" -key "$work/key" -rev
}

it_came_back() {
	grep -x 'gninnigeb ot dne morf' "$work/reversed"
}

# It sends each line back, from its end to its beginning.
openssl_both_sides() {
	local port
	make_certificate && try_ports s_server || return
	rm -f "$work/reversed"
	{ echo 'from end to beginning' && until_true it_came_back; } |
		under openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile "$work/certificate" -verify_hostname www.test \
			-connect "127.0.0.1:$port" >"$work/reversed"
	it_came_back
}

program_cases() {
	check 'bash' in_bash
	check 'make -j2' make_project
	check 'gcc' run_gcc
	has 'git' git && check 'git clone of a file' clone_by_file
	has 'ssh-keygen' ssh-keygen && check 'ssh-keygen' make_keys
	check 'tar and gzip' tar_and_gzip
	has 'sqlite' sqlite3 && check 'sqlite' run_sqlite
	check 'python -m http.server' python_http_server
	check 'openssl s_client and s_server' openssl_both_sides
	has 'names, curl, wget, git by http' dnsmasq nginx unshare openssl curl wget git &&
		has_own_network 'names, curl, wget, git by http' && in_own_network
}
