# shellcheck shell=sh disable=SC2154,SC2016
# Scripts are judged by what runs them. Sourced by run-launcher.

# script NAME LINE...: an executable file of these lines.
script() {
	file=$1
	shift
	printf '%s\n' "$@" >"$file"
	chmod +x "$file"
}

# as_natively COMMAND...: ends and prints as it does without us.
as_natively() {
	timeout 20 "$@" >natively 2>/dev/null </dev/null
	ends $? "$greenload" "$@" && cmp natively .stdout
}

script plain-sh '#!/bin/sh' 'echo $0 $*; exit 3'
script spaces "$(printf '#! \t/bin/sh\t -u  ')" 'echo $-'
script no-line 'echo $0 $*; exit 4'
script only-mark '#!' 'exit 6'
script blank "$(printf '#! \t ')" 'exit 6'
: >empty
printf '#!/bin/sh' >unended
chmod +x empty unended
check 'a script' as_natively ./plain-sh a 'b c'
check 'blanks in the first line' as_natively ./spaces
check 'text without #!' as_natively ./no-line a 'b c'
check 'text without #! in PATH' prints hidden env PATH="$work/text:$PATH" sh -c \
	'mkdir -p text && echo "echo hidden" >text/texts && chmod +x text/texts && exec "$0" texts' "$greenload"
check 'a #! line that names nothing' ends 6 "$greenload" ./only-mark
check 'a #! line of blanks' ends 6 "$greenload" ./blank
check 'an empty file' ends 0 "$greenload" ./empty
check 'a first line without an end' ends 0 "$greenload" ./unended
script pass '#!/bin/sh' 'exec "$@"'
check 'a script is preloaded into' preloads "$greenload" ./pass
check 'so is a script of a script' preloads "$greenload" ./pass ./pass

script level1 "#!$work/plain-sh" x
for level in 2 3 4 5; do
	script "level$level" "#!$work/level$((level - 1))" x
done
check 'five scripts deep' as_natively ./level4
check 'six scripts deep are too many for the kernel' ends 126 env ./level5
check 'six scripts deep' refused 126 'by a script by a script' "$greenload" ./level5
script itself "#!$work/itself"
check 'a script that is its own interpreter' refused 126 'by a script by a script' "$greenload" ./itself

script missing '#!/no/such/interpreter'
script carriage "$(printf '#!/bin/sh\r')"
script folder '#!/tmp'
script long "#!/$(printf '%0400d' 0)"
script longish "#!/bin/sh $(printf '%0400d' 0)"
check 'an interpreter that is missing' refused 127 "needs '/no/such/interpreter'" "$greenload" ./missing
check 'a carriage return' refused 127 "'/bin/sh?'" "$greenload" ./carriage
check 'an interpreter that is a directory' refused 126 'is a directory' "$greenload" ./folder
check 'an interpreter that is cut off' as_natively ./long
check 'an argument that is cut off' as_natively ./longish
if [ -x static ]; then
	script by-static "#!$work/static"
	script by-env-static '#!/usr/bin/env static'
	check 'a static interpreter' refused 126 "needs '$work/static', which is statically" "$greenload" ./by-static
	check 'one that env finds' refused 126 "needs '$work/static', which is statically" \
		env PATH="$work:$PATH" "$greenload" ./by-env-static
fi

script pass-env '#!/usr/bin/env sh' 'exec "$@"'
script by-env '#!/usr/bin/env sh' 'echo $0 $*'
script by-env-missing '#!/usr/bin/env no-such-command'
script by-env-split '#!/usr/bin/env -S A=1 B=2 sh -u' 'echo $0 $* $A $B $-'
script by-env-split-missing '#!/usr/bin/env -S A=1 no-such-command x'
script by-env-quoted '#!/usr/bin/env -S "sh" -u' 'echo $-'
script by-env-itself '#!/usr/bin/env by-env-itself'
check 'env' as_natively ./by-env a b
check 'what env runs is preloaded into' preloads "$greenload" ./pass-env
script look-by-env '#!/usr/bin/env sh' "$look"
script look-by-sh '#!/bin/sh' "$look"
check '--no-follow and a script' follows 1 "$greenload" --no-follow ./look-by-sh
check '--no-follow and what env runs' follows 1 "$greenload" --no-follow ./look-by-env
check 'env that finds nothing' refused 127 "needs 'no-such-command', which was not found" "$greenload" ./by-env-missing
check 'env -S' as_natively ./by-env-split a b
check 'env -S that finds nothing' refused 127 "'no-such-command'" "$greenload" ./by-env-split-missing
check 'env -S with quotes' as_natively ./by-env-quoted
check 'env that finds the script itself' refused 126 'run by itself' env PATH="$work:$PATH" "$greenload" ./by-env-itself
