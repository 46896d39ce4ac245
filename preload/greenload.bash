# bash completion for greenload(1)                                         -*- shell-script -*-
# Completes its options, the words of --patch, and then the command as if it stood alone.

# What is last in a comma-separated list; what is named already is not offered again.
_greenload_patch()
{
	local words='socket dns time select thread os subprocess signal queue file aio libc' list=$1 minus='' before word
	local -a left=()

	before=${list%"${list##*,}"}
	list=${list##*,}
	[[ $list != -* ]] || minus=-
	[[ $before ]] || words+=' all'
	for word in $words; do
		[[ ,$before == *,$word,* || ,$before == *,-$word,* || $minus$word == -all ]] || left+=("$minus$word")
	done
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "${left[*]}" -- "$list")
	compopt -o nospace
}

# Completes from word number $1 on as a command of its own. _command_offset counts the words as bash splits them,
# --stack, = and 1M; ours are whole.
_greenload_command()
{
	local word whole n=0

	for word in "${words[@]:0:$1}"; do
		whole=
		while [[ $whole != "$word" && $n -lt $COMP_CWORD ]]; do
			whole+=${COMP_WORDS[n++]}
		done
	done
	_command_offset "$n"
}

_greenload()
{
	local cur prev words cword split i
	_init_completion -s -n : || return

	# The command is the first that is no option, or what follows the two hyphens.
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		--)
			_greenload_command $((i + 1))
			return
			;;
		--patch | --slice | --stack | --check) ((++i)) ;; # the value is a word of its own
		-*) ;;
		*)
			_greenload_command "$i"
			return
			;;
		esac
	done

	case $prev in
	--patch)
		_greenload_patch "$cur"
		return
		;;
	--check)
		_pids
		return
		;;
	--slice | --stack) return ;;
	--stats)
		if $split; then
			_filedir
			return
		fi
		;;
	*) $split && return ;;
	esac

	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_parse_help "$1")" -- "$cur")
		[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace
	else
		_greenload_command "$cword"
	fi
} && complete -F _greenload greenload
