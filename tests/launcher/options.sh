# shellcheck shell=sh disable=SC2154,SC2016
# The options and what the library is told by them. Sourced by run-launcher.

# shows VALUE VARIABLE [OPTIONS...]: what the command finds in its environment.
shows() {
	value=$1 variable=$2
	shift 2
	prints "$value" "$greenload" "$@" sh -c "printf '%s\n' \"\${$variable-unset}\""
}

helps() {
	ends 0 "$greenload" --help && grep -q '^Usage: greenload ' .stdout &&
		for option in patch slice stats stack explain check no-follow help version; do
			grep -q -e "--$option" .stdout || return
		done
}

says_version() {
	prints "greenload $(sed -n 's/^VERSION *:= *//p' "$top/Makefile")" "$greenload" --version
}

check '--help' helps
check '--version' says_version
check '--help into a full file' refused 2 'No space left' sh -c '"$0" --help >/dev/full' "$greenload"
check 'no command' refused 2 'no command' "$greenload"
check 'no command after --' refused 2 'no command' "$greenload" --
check 'an unknown option' refused 2 "'--foo'" "$greenload" --foo true
check 'an unknown letter' refused 2 "'x'" "$greenload" -x true
check 'an ambiguous option' refused 2 'ambiguous' "$greenload" --st=1 true
check 'an argument too many' refused 2 "'--version'" "$greenload" --version=2

check '-- ends the options' prints x "$greenload" -- echo x
check "the command's options are its own" prints '--help --patch=x' "$greenload" echo --help --patch=x
check 'options before the command are ours' shows unset POSIXLY_CORRECT --patch=all
check "the command's exit status" ends 7 "$greenload" sh -c 'exit 7'

check 'without options all is patched' shows all GREENLOAD_PATCH
check 'an empty list is none' env GREENLOAD_PATCH= "$greenload" sh -c '[ "$GREENLOAD_PATCH" = all ]'
check 'without options nothing else is told' shows unset GREENLOAD_SLICE
check 'what the environment says stays' env GREENLOAD_STACK=7 GREENLOAD_PATCH=os "$greenload" \
	sh -c '[ "$GREENLOAD_STACK$GREENLOAD_PATCH" = 7os ]'
check 'an option goes before the environment' env GREENLOAD_PATCH=os "$greenload" --patch=dns \
	sh -c '[ "$GREENLOAD_PATCH" = dns ]'

for list in all socket dns,time select,thread,os,subprocess,signal,queue,file,libc -libc -socket all,-dns,-os; do
	check "--patch=$list" shows "$list" GREENLOAD_PATCH "--patch=$list"
done
families=$(sed -n 's/^CALL([a-z0-9_]*, \([a-z]*\),.*/\1/p' "$top/preload/calls.def" | sort -u | grep -v books)
for family in $families; do
	check "--patch takes $family of the manifest" shows "$family" GREENLOAD_PATCH "--patch=$family"
done
check '--patch LIST' shows -file GREENLOAD_PATCH --patch -file
for list in foo '' 'socket,' ',socket' 'socket,,dns' sockets sock Socket ' socket' -all --dns - 'dns time' books; do
	check "--patch='$list' is wrong" refused 2 'unknown word' "$greenload" "--patch=$list" true
done
check '--patch without a list' refused 2 "'--patch'" "$greenload" --patch

check '--slice' shows 20 GREENLOAD_SLICE --slice=20
check 'no --slice' shows 0 GREENLOAD_SLICE --slice 0
for slice in '' x -1 5ms 1000000; do
	check "--slice='$slice' is no time" refused 2 'not a number of milliseconds' "$greenload" "--slice=$slice" true
done
for shell in sh bash; do
	check "$shell and its children are preloaded" follows 2 "$greenload" $shell -c "$look"
	check "--no-follow: $shell is, its children are not" follows 1 "$greenload" --no-follow $shell -c "$look"
	check "GREENLOAD_FOLLOW=0 for $shell" follows 1 env GREENLOAD_FOLLOW=0 "$greenload" $shell -c "$look"
	check "another GREENLOAD_FOLLOW for $shell" follows 2 env GREENLOAD_FOLLOW=no "$greenload" $shell -c "$look"
done
nothing_left() {
	[ "$("$greenload" --no-follow --stack=64K --stats=statistics --slice=0 --patch=all env -u _ sh -c 'env')" = \
		"$(env -u _ sh -c 'env')" ]
}
check '--no-follow leaves nothing in the environment' nothing_left
check '--no-follow leaves what else is preloaded' prints libm.so.6:libdl.so.2 env LD_PRELOAD='libm.so.6 libdl.so.2' \
	"$greenload" --no-follow sh -c 'echo "$LD_PRELOAD"'
check '--no-follow takes nothing' refused 2 "'--no-follow'" "$greenload" --no-follow=1 true

check '--stack in bytes' shows 16384 GREENLOAD_STACK --stack=16384
check '--stack in K' shows 65536 GREENLOAD_STACK --stack=64K
check '--stack in M' shows 3145728 GREENLOAD_STACK --stack 3M
check '--stack in G' shows 1073741824 GREENLOAD_STACK --stack=1g
check 'the largest --stack' shows 1099511627776 GREENLOAD_STACK --stack=1024G
for size in 16383 15K 0 1; do
	check "--stack=$size is too small" refused 2 'too small' "$greenload" "--stack=$size" true
done
for size in 1025G 1099511627777 18446744073709551615 18446744073709568000 99999999999999999999 17179869185G; do
	check "--stack=$size is too large" refused 2 'too large' "$greenload" "--stack=$size" true
done
for size in '' x K 64KB 64T -1 +65536 ' 65536' 1.5M 0x10000 '64K,'; do
	check "--stack='$size' is no size" refused 2 'not a size' "$greenload" "--stack=$size" true
done

check '--stats' shows - GREENLOAD_STATS --stats
check '--stats=' shows - GREENLOAD_STATS --stats=
check '--stats=-' shows - GREENLOAD_STATS --stats=-
says() {
	text=$1
	shift
	ends 0 "$@" && [ "$(cat "$work/.stdout")" = "$text" ]
}
check '--stats takes no other word' says x "$greenload" --stats echo x

# ends_with_statistics COMMAND...: one JSON object is the last line on stderr.
ends_with_statistics() {
	ends 0 "$greenload" --no-follow --stats "$@" && tail -n 1 "$work/.stderr" | grep -q '^{"greenlets": .*}$' && return
	echo 'no statistics:'
	cat "$work/.stderr"
	return 1
}
check '--stats of a program that closes stderr' ends_with_statistics sort /dev/null
check '--stats of a shell without stderr' ends_with_statistics bash -c 'exec 2>&-'
check '--stats of a shell with another stderr' ends_with_statistics bash -c 'exec 2>elsewhere; echo x >&2'
check 'and that is left alone' [ "$(cat elsewhere 2>/dev/null)" = x ]
check '--stats keeps no number that a program uses' says 3 "$greenload" --stats=- bash -c \
	'exec 2>/dev/null {fd}</dev/null; exec {fd}<&-; exec 3</dev/null && echo 3'
has python3 && check '--stats of a program that closes all descriptors' ends_with_statistics \
	python3 -c 'import os; os.closerange(2, 4096)'
mkdir statistics
touch statistics/present
check '--stats=FILE becomes absolute' shows "$work/statistics/f" GREENLOAD_STATS --stats=statistics/f
check '--stats=FILE of a file that is there' shows "$work/statistics/present" GREENLOAD_STATS --stats=statistics/present
check '--stats=/FILE' shows /dev/null GREENLOAD_STATS --stats=/dev/null
check '--stats where there is no directory' refused 2 'No such file' "$greenload" --stats=nowhere/f true
check '--stats to a directory' refused 2 'Is a directory' "$greenload" --stats=statistics true
check '--stats through a file' refused 2 'Not a directory' "$greenload" --stats=statistics/present/f true
