# shellcheck shell=sh disable=SC2154,SC2016
# Finding the library, and LD_PRELOAD. Sourced by run-launcher.

placed plain-directory
here=$work/plain-directory
check 'beside the launcher' preload_is "$here/libgreenload.so" plain-directory/greenload
mkdir -p links
ln -s ../plain-directory/greenload links/green
check 'through a link' preload_is "$here/libgreenload.so" links/green
check 'through PATH' preload_is "$here/libgreenload.so" env PATH="$here:$PATH" greenload
check 'through a link in PATH' preload_is "$here/libgreenload.so" env PATH="$work/links:$PATH" green
check 'from another directory' preload_is "$here/libgreenload.so" env -C / "$here/greenload"

cp "$library" other.so
cp "$library" libgreenload.so.7
check 'before what is preloaded' preload_is "$here/libgreenload.so:$work/other.so" \
	env LD_PRELOAD="$work/other.so" plain-directory/greenload
check 'an empty LD_PRELOAD' preload_is "$here/libgreenload.so" env LD_PRELOAD= plain-directory/greenload
check 'spaces and colons in LD_PRELOAD' preload_is "$here/libgreenload.so:$work/other.so:libc.so.6" \
	env LD_PRELOAD=": $work/other.so : libc.so.6" plain-directory/greenload
check 'not twice' preload_is "$here/libgreenload.so" plain-directory/greenload plain-directory/greenload
check 'not twice behind another' preload_is "$here/libgreenload.so:$work/other.so" \
	env LD_PRELOAD="$work/other.so $here/libgreenload.so" plain-directory/greenload
check 'not together with another build of it' preload_is "$here/libgreenload.so" \
	env LD_PRELOAD="$work/libgreenload.so.7" plain-directory/greenload
ln -s "$here/libgreenload.so" alias.so
check 'not twice under another name' preload_is "$here/libgreenload.so" \
	env LD_PRELOAD="$work/alias.so" plain-directory/greenload

for directory in 'a space' 'a:colon' 'a$LIB'; do
	placed "$directory"
	check "in a directory like '$directory'" preloads "$directory/greenload"
	check "which children get too from '$directory'" reaches_children "$directory/greenload"
	check "which they do not with --no-follow from '$directory'" keeps_to_itself "$directory/greenload"
	check "not twice from '$directory'" preload_is /proc/self/fd/901 "$directory/greenload" "$directory/greenload"
done

check 'where numbers above 900 are not to be had' preloads prlimit --nofile=64 'a space/greenload'

if ./without_proc true 2>/dev/null; then
	check 'without /proc' preload_is "$here/libgreenload.so" ./without_proc plain-directory/greenload
	check 'without /proc, through a link in PATH' preload_is "$here/libgreenload.so" \
		./without_proc env PATH="$work/links:$PATH" green
	check 'without /proc, threads' prints 'threads 8' ./without_proc "$greenload" python3 -c \
		'import threading as t
all = [t.Thread(target=lambda: None) for i in range(8)]
[i.start() for i in all]
[i.join() for i in all]
print("threads", len(all))'
	check 'without /proc, --explain' ends 0 ./without_proc "$greenload" --explain cat
	check 'without /proc, a space in the path' refused 2 '/proc' ./without_proc 'a space/greenload' true
else
	skip 'without /proc' 'nothing can be mounted'
fi

mkdir lonely
cp "$greenload" lonely
check 'no library' refused 2 'cannot find its library' lonely/greenload true
mkdir lonely/libgreenload.so
check 'a directory in its place' refused 2 'cannot find its library' lonely/greenload true
check 'a wrong option is said first' refused 2 '--foo' lonely/greenload --foo true
check '--help needs no library' ends 0 lonely/greenload --help
