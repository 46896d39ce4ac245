# shellcheck shell=sh disable=SC2154
# Completion in bash, as it is when the line is typed. Sourced by run-launcher.

# Splits the line where bash does, and prints what is offered, one a line.
cat >complete.bash <<'END'
set -u
. /usr/share/bash-completion/bash_completion
. "$1"
COMP_LINE=$2 COMP_POINT=${#2}
read -ra COMP_WORDS < <(sed 's/[=:]/ & /g' <<<"$2")
[[ $2 != *[\ =:] ]] || COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
# There is no line to be edited, of which an option of readline could be changed.
compopt() { :; }
_greenload "$greenload" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
END

# offers LINE WORD...: these and no others, in any order.
offers() {
	bash complete.bash "$top/preload/greenload.bash" "$1" 2>said | sort -u >offered
	shift
	for word; do
		echo "$word"
	done | sort | diff - offered && [ ! -s said ] && return
	cat said
	return 1
}

# What the help names.
options=$("$greenload" --help | sed -nE 's/^  (--[a-z-]+=?).*/\1/p')
words=$("$greenload" --help | tr -d '\n' | sed 's/.*some of \([^;]*\);.*/\1/; s/ //g; s/,/ /g')

touch 'jsons in a file' jsons:b
if [ ! -e /usr/share/bash-completion/bash_completion ] || ! has bash; then
	skip 'completion' 'bash-completion is not installed'
else
	# shellcheck disable=SC2086
	check 'completion of options' offers 'greenload --' $options
	check 'of one option' offers 'greenload --stack=1M --no' --no-follow
	# shellcheck disable=SC2086
	check 'of the words of --patch' offers 'greenload --patch=' all $words
	check 'of the second word' offers 'greenload --patch=socket,so'
	check 'of a word in a list' offers 'greenload --patch=all,dns,s' all,dns,socket all,dns,select all,dns,subprocess \
		all,dns,signal
	check 'of a word after a blank' offers 'greenload --patch sock' socket
	check 'of a word that is taken out' offers 'greenload --patch=-th' -thread
	check 'of the file of --stats' offers 'greenload --stats=jsons' 'jsons in a file' jsons:b
	check 'of the process of --check' offers "greenload --check $$" $$
	check 'of an option after --stats' offers 'greenload --stats --ver' --version
	check 'nothing for a number' offers 'greenload --slice='
	check 'of the command' offers 'greenload readlin' readlink
	check 'of the command after options' offers 'greenload --stats=a:b --stack=1M -- ionic' ionice
	check 'of the command after a value' offers 'greenload --slice 3 ionic' ionice
	check 'of the options of the command' offers 'greenload --slice=3 env --null --unse' --unset=
	check 'of the arguments of the command' offers 'greenload -- cat comple' complete.bash
fi
