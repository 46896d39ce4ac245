# shellcheck shell=sh disable=SC2154
# Finding the command, and what is no command. Sourced by run-launcher.

mkdir -p directory bin1 bin2
mkfifo fifo
chmod +x fifo
echo 'echo one' >bin1/both
echo 'echo two' >bin2/both
echo 'echo second' >bin2/hidden
echo 'echo first' >bin1/hidden
echo 'echo mine' >own
mkdir bin1/folder bin2/folders
echo 'echo file' >bin2/folder
cp bin2/folder plain
chmod +x bin1/both bin2/both bin2/hidden bin2/folder own
ln -s loop loop
ln -s nowhere dangling
newline=$(printf 'new\nline\033[1m')

check 'no such command' refused 127 "'no-such-command' was not found" "$greenload" no-such-command
check 'no such file' refused 127 "'./none' was not found" "$greenload" ./none
check 'an empty name' refused 127 "'' was not found" "$greenload" ''
check 'a link to nowhere' refused 127 'was not found' "$greenload" ./dangling
check 'a link to itself' refused 126 'symbolic links' "$greenload" ./loop
check 'a directory' refused 126 'is a directory' "$greenload" ./directory
check 'a path through a file' refused 126 'Not a directory' "$greenload" ./own/x
check 'a FIFO' refused 126 'is not a regular file' "$greenload" ./fifo
check 'a device' refused 126 'is not a regular file' "$greenload" /dev/null
check 'a file that is not executable' refused 126 'Permission denied' "$greenload" ./plain
check 'a name that is too long' refused 126 'too long' "$greenload" "./$(printf '%0300d' 0)"
check 'a name with control characters is one line' refused 127 'new?line?[1m' "$greenload" "$newline"

check 'the first in PATH' prints one env PATH="bin1:bin2:$PATH" "$greenload" both
check 'what is not executable is passed over' prints second env PATH="bin1:bin2:$PATH" "$greenload" hidden
check 'a directory is passed over' prints file env PATH="bin1:bin2:$PATH" "$greenload" folder
check 'only what is not executable' refused 126 'Permission denied' env PATH=bin1 "$greenload" hidden
check 'only a directory' refused 126 'Permission denied' env PATH=bin2 "$greenload" folders
check 'an empty element of PATH' prints mine env PATH=":$PATH" "$greenload" own
check 'an empty element at its end' prints mine env PATH="$PATH:" "$greenload" own
check 'an empty PATH' prints mine env PATH= "$greenload" own
check 'no PATH' prints x env -u PATH "$greenload" echo x
check 'a file of the current directory is not in PATH' refused 127 'not found' "$greenload" own
