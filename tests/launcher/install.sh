# shellcheck shell=sh disable=SC2154,SC2086
# `make install` and `make uninstall`, from a copy of the build. Sourced by run-launcher.

mkdir build
cp -a "$build/obj" "$build/greenload" "$build"/libgreenload.so* build
cp -a "$build/library-from-bin" build 2>/dev/null

# Whatever the make that runs this was told is not for those that it tests.
unset MAKEFLAGS MFLAGS MAKELEVEL DESTDIR PREFIX BINDIR LIBDIR INCLUDEDIR MANDIR COMPLETIONDIR

# With a umask that would keep everybody else out.
installs_for_all() {
	(umask 077 && makes install "$@") && [ -z "$(find stage ! -type l ! -perm -444)" ]
}

# makes TARGET VARIABLE=VALUE...: the library is taken as it was built.
makes() {
	make -C "$top" -s -o "$work/build/libgreenload.so" BUILD="$work/build" "$@"
}

# installs DIRECTORY FILE...: everything that is installed under it.
installed() {
	directory=$1
	shift
	(cd "$directory" && find . ! -type d | sort) >found
	for file; do
		echo "./$file"
	done | sort >wanted
	diff wanted found
}

# functions HEADER...: that these declare.
functions() {
	sed -n '/^typedef/d; s/^[a-z].*[ *]\(green_[a-z_0-9]*\)(.*/\1/p' "$@" | sort
}

# Each function has a page, and so has each header beside the first.
functions=$(functions "$top/runtime/greenload.h")
headers=$(cd "$top/runtime" && echo greenload/*.h)
described=$(printf '%s\n' $headers | grep -v _x86_64) # that one says how, not what
pages=$(
	(cd "$top/runtime" && functions greenload.h $described)
	for header in $described; do
		basename "$header" .h | sed 's/^/green_/'
	done
)
version=$(sed -n 's/^VERSION *:= *//p' "$top/Makefile")
files="bin/greenload include/greenload.h $(printf 'include/%s ' $headers) lib/libgreenload.so lib/libgreenload.so.0 lib/libgreenload.so.$version
	lib/pkgconfig/greenload.pc share/bash-completion/completions/greenload share/man/man1/greenload.1 $(printf '%s\n' $pages | sort -u | sed 's|.*|share/man/man3/&.3|')"

links_lead_to_the_library() {
	[ "$(readlink stage/usr/lib/libgreenload.so)" = libgreenload.so.0 ] &&
		[ "$(readlink stage/usr/lib/libgreenload.so.0)" = "libgreenload.so.$version" ] &&
		cmp stage/usr/lib/libgreenload.so "$library"
}

has_soname() {
	readelf -d stage/usr/lib/libgreenload.so | grep -q 'SONAME.*\[libgreenload\.so\.0\]'
}

# The example in green_spawn(3) is the program that is built.
sed -n '/^\.Bd .*indent/,/^\.Ed/p' "$top/runtime/green_spawn.3" | sed '/^\./d; s/\\e/\\/g' >user.c

# builds_with TREE LIBDIR PKG_CONFIG-OPTIONS...: a program made by what pkg-config says runs with the installed library.
builds_with() {
	tree=$1 libdir=$2
	shift 2
	flags=$(env PKG_CONFIG_LIBDIR="$tree/$libdir/pkgconfig" pkg-config "$@" --cflags --libs greenload) || return
	$cc -Wall ${WERROR:+-Werror} -o user user.c $flags || return
	prints "$(printf 'hello from one\nhello from two')" env LD_LIBRARY_PATH="$tree/$libdir" ./user && readelf -d user | grep -q 'NEEDED.*\[libgreenload\.so\.0\]'
}

shows_page() {
	man -M "$work/stage/usr/share/man" "$1" 2>&1 | grep -q "$2"
}

# Each prototype in the header is in the page's synopsis, and the other way round.
prototypes_agree() {
	{
		echo '#include <greenload.h>'
		sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/p' "$top/runtime/green_spawn.3" | awk '
			/^\.Ft/ { type = substr($0, 5) }
			/^\.Fn/ {
				name = $2
				sub(/^\.Fn [a-z_]+ /, "")
				gsub(/" "/, ", ")
				gsub(/"/, "")
				print type " " name "(" $0 ");"
			}'
	} >prototypes.c
	$cc -fsyntax-only -I"$top/runtime" prototypes.c || return
	sed -n 's/.*[ *]\(green_[a-z_]*\)(.*/\1/p' prototypes.c | sort >described
	printf '%s\n' $functions | diff - described
}

is_clean() {
	[ -z "$(mandoc -Tlint -Wwarning "$1")" ]
}

check 'make install' installs_for_all DESTDIR="$work/stage" PREFIX=/usr
check 'installs these files' installed stage/usr $files
check 'links of the library' links_lead_to_the_library
check 'SONAME' has_soname
check 'the installed launcher' preload_is "$work/stage/usr/bin/../lib/libgreenload.so.0" stage/usr/bin/greenload
check 'is preloaded' preloads stage/usr/bin/greenload
check 'green_spawn(3) has the prototypes of the header' prototypes_agree
if has pkg-config; then
	PKG_CONFIG_SYSROOT_DIR=$work/stage
	export PKG_CONFIG_SYSROOT_DIR
	check 'pkg-config in a staged tree' builds_with "$work/stage/usr" lib
	unset PKG_CONFIG_SYSROOT_DIR
	cp -a stage/usr moved
	check 'pkg-config in a tree that was moved' builds_with "$work/moved" lib --define-prefix
	check 'the launcher in a tree that was moved' preloads moved/bin/greenload
else
	skip 'pkg-config' 'it is not installed'
fi
if has mandoc; then
	check 'greenload(1) is clean' is_clean "$top/preload/greenload.1"
	check 'green_spawn(3) is clean' is_clean "$top/runtime/green_spawn.3"
else
	skip 'the form of the man pages' 'mandoc is not installed'
fi
if has man mandoc; then
	check 'man greenload' shows_page greenload 'stack=.*size'
	check 'man green_join' shows_page green_join green_spawn
else
	skip 'man' 'it is not installed'
fi
check 'make uninstall' makes uninstall DESTDIR="$work/stage" PREFIX=/usr
check 'leaves no file' installed stage

check 'make install with other directories' makes install DESTDIR="$work/odd stage" PREFIX=/opt/g BINDIR=/opt/g/x/bin \
	LIBDIR=/usr/lib/multi INCLUDEDIR=/i MANDIR=/m COMPLETIONDIR=/c
check 'its launcher' preloads 'odd stage/opt/g/x/bin/greenload'
check 'its header and pages' test -f 'odd stage/i/greenload.h' -a -f 'odd stage/m/man3/green_join.3'
check 'make uninstall with other directories' makes uninstall DESTDIR="$work/odd stage" PREFIX=/opt/g \
	BINDIR=/opt/g/x/bin LIBDIR=/usr/lib/multi INCLUDEDIR=/i MANDIR=/m COMPLETIONDIR=/c
check 'leaves no file there' installed 'odd stage'

# Libraries in Debian's directories: ld.so finds ours for programs of 64 bits, and an empty one for those of 32.
if [ -x five32 ]; then
	in_debian="DESTDIR=$work/both PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu LIBDIR32=/usr/lib32"
	check 'make install for both sizes' makes install $in_debian
	check 'its launcher lets the loader choose' preload_is "$work/both/usr/bin/../\$LIB/libgreenload.so.0" both/usr/bin/greenload
	check 'which finds the library' preloads both/usr/bin/greenload
	check 'which children get, too' reaches_children both/usr/bin/greenload
	check 'which they do not with --no-follow' keeps_to_itself both/usr/bin/greenload
	check 'and complains of no 32-bit child' prints 5 both/usr/bin/greenload sh -c './five32; echo $?'
	check 'make uninstall for both sizes' makes uninstall $in_debian
	check 'leaves no file of either' installed both
else
	skip 'libraries for both sizes' 'no 32-bit program can be made or run'
fi
