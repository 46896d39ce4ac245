# shellcheck shell=sh disable=SC2154,SC2086
# Programs that nothing can be preloaded into. Sourced by run-launcher.

# Where in ./five its program headers begin, and where the one of the loader is; it is one of the first.
headers=$(od -An -tu8 -j32 -N8 five | tr -d ' ')
loader_header=$headers
while [ "$(od -An -tu4 -j"$loader_header" -N4 five | tr -d ' ')" -ne 3 ]; do
	loader_header=$((loader_header + 56))
done

check 'a program' ends 5 "$greenload" ./five
check 'preloads into it' preloads "$greenload"

if [ -x static ]; then
	check 'a static program' refused 126 'statically linked' "$greenload" ./static
else
	skip 'a static program' 'this compiler makes none'
fi
if $cc -static-pie -fPIE -o static-pie five.c 2>/dev/null; then
	check 'a static PIE' refused 126 'static PIE' "$greenload" ./static-pie
else
	skip 'a static PIE' 'this compiler makes none'
fi
$cc -o musl five.c -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1
$cc -o strange five.c -Wl,--dynamic-linker=/lib/ld-strange.so.1
$cc -o homeless five.c "-Wl,--dynamic-linker=/nowhere/${loader##*/}"
$cc -c -o object.o five.c
chmod +x object.o
check 'musl' refused 126 'musl' "$greenload" ./musl
check 'a strange loader' refused 126 "'/lib/ld-strange.so.1'" "$greenload" ./strange
check 'a loader that is missing' refused 127 '/nowhere/ld-' "$greenload" ./homeless
ln -s "$loader" our-loader.so
$cc -o linked five.c "-Wl,--dynamic-linker=$work/our-loader.so"
check "glibc's loader by another name" ends 5 "$greenload" ./linked
check "glibc's loader as the command" ends 5 "$greenload" "$loader" ./five
check 'an object file' refused 126 'not a program' "$greenload" ./object.o
check 'a library' refused 126 'library' "$greenload" "$library"

altered class32 4 '\001'
altered class0 4 '\000'
altered big-endian 5 '\002'
altered core 16 '\004\000'
check 'a 32-bit program' refused 126 '32-bit' "$greenload" ./class32
check 'no class' refused 126 'damaged' "$greenload" ./class0
check 'the other byte order' refused 126 'another machine' "$greenload" ./big-endian
check 'another machine' refused 126 'another machine' "$greenload" ./machine
check 'a core file' refused 126 'not a program' "$greenload" ./core

truncated() {
	for length in 4 5 15 16 17 20 40 63 64 65 100 "$loader_header" $((loader_header + 55)); do
		head -c "$length" five >short
		chmod +x short
		refused 126 'damaged' "$greenload" ./short || return
	done
}

ones='\377\377\377\377\377\377\377\377'
altered far-headers 32 '\000\000\000\000\001\000\000\000'
altered negative-headers 32 "$ones"
altered small-headers 54 '\040\000'
altered no-headers 56 '\000\000'
altered many-headers 56 '\377\377'
altered far-loader $((loader_header + 8)) '\000\000\000\000\001\000\000\000'
altered negative-loader $((loader_header + 8)) "$ones"
altered long-loader $((loader_header + 32)) "$ones"
altered empty-loader $((loader_header + 32)) '\001\000\000\000\000\000\000\000'
altered endless-loader $((loader_header + 32)) '\004\000\000\000\000\000\000\000'
altered no-loader "$loader_header" '\000\000\000\000'
check 'cut short' truncated
for damage in far-headers negative-headers small-headers no-headers many-headers far-loader negative-loader long-loader \
	empty-loader endless-loader; do
	check "damaged: $damage" refused 126 'damaged' "$greenload" "./$damage"
done
check 'without a loader' refused 126 'nothing can be preloaded' "$greenload" ./no-loader
printf '\177EL' >almost-elf
printf 'MZ\000\000binary' >binary
chmod +x almost-elf binary
check 'bytes that are no program' refused 126 'Exec format error' "$greenload" ./binary

if [ -d public ]; then
	cp five setgid && chown 0:$nobody setgid && chmod 2755 setgid
	cp five setgid-locks && chown 0:$nobody setgid-locks && chmod 2745 setgid-locks
	cp five own-setuid && chmod 6755 own-setuid
	cp five unreadable && chmod 111 unreadable
	cp five unreadable-setuid && chmod 4111 unreadable-setuid
	printf '#!/bin/sh\nexit 3\n' >setuid-script && chown $nobody setuid-script && chmod 4755 setuid-script
	as_nobody="setpriv --reuid=$nobody --regid=$nobody --clear-groups public/greenload"
	check 'a set-uid program' refused 126 'set-uid' "$greenload" ./setuid
	check 'a set-gid program' refused 126 'set-gid' "$greenload" ./setgid
	check 'the set-gid bit of a file without group execution' ends 5 "$greenload" ./setgid-locks
	check 'a set-uid program of the caller' ends 5 "$greenload" ./own-setuid
	check 'which another user runs' refused 126 'set-uid' $as_nobody ./own-setuid
	check 'a set-uid program where no privileges are granted' ends 5 setpriv --no-new-privs "$greenload" ./setuid
	check 'the set-uid bit of a script' ends 3 "$greenload" ./setuid-script
	check 'a program that may be run but not read' ends 5 $as_nobody ./unreadable
	check 'such a one with the set-uid bit' refused 126 'set-uid' $as_nobody ./unreadable-setuid
	cp "$greenload" public/setuid-greenload
	chown $nobody public/setuid-greenload && chmod 4755 public/setuid-greenload
	check 'a set-uid launcher' refused 2 'privileges' public/setuid-greenload ./five
	cp five capable
	if has setcap && setcap cap_net_raw+ep capable 2>/dev/null; then
		check 'a program with capabilities' refused 126 'capabilities' $as_nobody ./capable
		check 'which root runs' ends 5 "$greenload" ./capable
	else
		skip 'a program with capabilities' 'cannot give any'
	fi
else
	skip 'set-uid, set-gid, unreadable programs and capabilities' 'needs root that may become another user, and no nosuid mount'
fi
