# shellcheck shell=sh disable=SC2154,SC2034,SC2016
# What several of the files here use: programs to launch, and what is asked of a launcher. Sourced by run-launcher.

cc=${CC:-cc}
nobody=65534
echo 'int main(void) { return 5; }' >five.c
$cc -o five five.c
loader=$(readelf -l five | sed -n 's/.*interpreter: \(.*\)\]/\1/p')
$cc -static -o static five.c 2>/dev/null # some compilers make none

# altered NAME OFFSET BYTES: a copy of ./five with other bytes, in printf's octal, at this offset.
altered() {
	cp five "$1"
	# shellcheck disable=SC2059
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
altered machine 18 '\363\000'

# 32-bit programs, without a compiler for such: they end with 5, or wait for ever.
pie32() {
	as --32 -o "$1.o" && ld -m elf_i386 -pie -dynamic-linker /lib/ld-linux.so.2 -o "$1" "$1.o" && rm "$1.o"
}
if [ "$(uname -m)" != x86_64 ] ||
	! printf '.globl _start\n_start: mov $1, %%eax\nmov $5, %%ebx\nint $0x80\n' | pie32 five32 ||
	! printf '.globl _start\n_start: mov $29, %%eax\nint $0x80\njmp _start\n' | pie32 waits32 || ! ends 5 ./five32; then
	rm -f five32
fi >/dev/null

# May we give files to another user, and be one? In a container root may not always.
becomes_another() {
	[ "$(id -u)" -eq 0 ] && has setpriv && grep -q 'NoNewPrivs:.*0' /proc/self/status &&
		cp five anothers && chown $nobody:$nobody anothers && chown 0:$nobody anothers &&
		setpriv --reuid=$nobody --regid=$nobody --clear-groups true
} 2>/dev/null

# What only shows with two users: the library must be where the other can read it.
if becomes_another && ! findmnt -no OPTIONS -T "$work" | grep -q nosuid; then
	mkdir public
	cp "$greenload" "$library" public
	chmod 755 public/*
	cp five setuid && chown $nobody setuid && chmod 4755 setuid
fi

# Another file system in its place, as far as this process can see.
cat >without_proc <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount -t tmpfs none /proc && exec "$@"' sh "$@"
END
chmod 755 without_proc

# follows COUNT COMMAND...: so many of its lines say that a program had the library in its memory.
follows() {
	count=$1
	shift
	ends 0 "$@" && [ "$(grep -c '^[1-9]' .stdout)" -eq "$count" ] && return
	cat .stdout
	return 1
}

# A shell that looks at itself, and then at a program that it starts; $1 is its name.
look='while read -r line; do case $line in *libgreenload.so*) echo 1 itself; break ;; esac; done </proc/$$/maps
	grep -c "libgreenload\.so" /proc/self/maps; true'

# placed DIRECTORY: a launcher and its library beside each other in a directory of this name.
placed() {
	mkdir -p "$1"
	cp "$greenload" "$library" "$1"
}

# preload_is VALUE COMMAND...: the LD_PRELOAD that the command is given.
preload_is() {
	value=$1
	shift
	prints "$value" "$@" sh -c 'echo "$LD_PRELOAD"'
}

# reaches_children LAUNCHER: the program's children have the library too, and ld.so has nothing to say.
reaches_children() {
	preloads "$1" sh -c '"$@"; exit $?' sh
}

# keeps_to_itself LAUNCHER: with --no-follow, a program's children find no trace of us.
keeps_to_itself() {
	ends 0 "$1" --no-follow sh -c 'ls /proc/self/fd; cat /proc/self/maps; env' &&
		! grep -e '^9[0-9][0-9]$' -e ' /.*/libgreenload' -e ^GREENLOAD_ -e ^LD_PRELOAD .stdout
}
