# What scripts do that waits: pipelines, read, traps, background jobs. Prints the same each time.
set -u

echo "== pipelines"
seq 1 20000 | grep 7 | sort -rn | tail -n 3
printf '%s\n' c a b | while read -r word; do echo "word $word"; done | sort
yes | head -n 5 | wc -l
false | true
echo "statuses ${PIPESTATUS[*]}"
head -c 3000000 /dev/zero | tr '\0' x | gzip -c | gunzip | md5sum

echo "== read"
read -r first rest <<<'one two three'
echo "$first, then $rest"
mapfile -t lines < <(seq 5; sleep 0.1; seq 6 8)
echo "${#lines[@]} lines, the last ${lines[-1]}"
if read -r -t 0.2 never < <(sleep 0.5); then echo "read ${never}"; else echo 'nothing to read in time'; fi
coproc double { while read -r number; do echo $((number * 2)); done; }
# shellcheck disable=SC2154 # set by coproc, and unset when it has ended
doubler=$double_PID
echo 21 >&"${double[1]}"
read -r answer <&"${double[0]}"
echo "the answer is $answer"
eval "exec ${double[1]}>&-"
wait "$doubler"
echo "coproc ended $?"

echo "== traps"
trap 'echo "got USR1"' USR1
kill -USR1 $$
(sleep 0.2; kill -USR1 $$) &
sleep 0.5 &
wait $!
echo "wait was cut short: $?"
wait
trap - USR1
(trap 'echo "leaving $?"' EXIT; exit 3)
echo "subshell $?"
bash -c 'trap "exit 5" TERM; kill -TERM $$; sleep 5'
echo "ended by itself $?"
(bash -c 'kill -KILL $$'; exit $?) 2>/dev/null
echo "killed $?"

echo "== background jobs"
jobs=()
for n in 3 1 2; do
	(sleep 0."$n"; exit "$n") &
	jobs+=($!)
done
for n in "${jobs[@]}"; do
	wait "$n"
	echo "ended: $?"
done
timeout 0.2 sleep 5
echo "timeout $?"
for n in $(seq 30); do echo "$n" & done | sort -n | tail -n 1
wait
fifo=$(mktemp -u)
mkfifo "$fifo"
(for n in 1 2 3; do echo "through $n"; done) >"$fifo" &
cat "$fifo"
rm "$fifo"
wait
echo "$(echo "$(echo nested)")"
