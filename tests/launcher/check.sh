# shellcheck shell=sh disable=SC2154,SC2086,SC2016
# greenload --check: processes looked at from outside. Sourced by run-launcher.

cat >crew.c <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_barrier_t all_there;
static sem_t told;

static void *nap(void *unused)
{
	pthread_barrier_wait(&all_there);
	for (;;)
		pause();
	return unused;
}

static void *spin(void *unused)
{
	pthread_barrier_wait(&all_there);
	sem_wait(&told);
	for (volatile int on = 1; on;)
		;
	return unused;
}

/* crew [HOW] THREADS FILE: writes the file once all are there, and stays, as a process or its child. */
int main(int argc, char **argv)
{
	const char *how = argc > 3 ? argv[1] : "";
	int count = atoi(argv[argc - 2]), i;
	pthread_t thread;

	pthread_barrier_init(&all_there, NULL, (unsigned)count + 1);
	sem_init(&told, 0, 0);
	for (i = 0; i < count; i++)
		pthread_create(&thread, NULL, i == 0 && !strcmp(how, "spin") ? spin : nap, NULL);
	pthread_barrier_wait(&all_there);
	close(open(argv[argc - 1], O_WRONLY | O_CREAT, 0600));
	sem_post(&told);
	if (!strcmp(how, "exit"))
		pthread_exit(NULL);
	for (;;)
		pause();
}
END
$cc -O1 -pthread -o crew crew.c
mkdir there
chmod 777 there
crews=0

# crew COMMAND...: starts it in the background with arguments for a crew of 8; its number is in $crew then.
crew() {
	crews=$((crews + 1))
	"$@" 8 "$work/there/$crews" >"$work/.crew" 2>&1 </dev/null &
	crew=$!
	becomes_true [ -e "$work/there/$crews" ]
}

# becomes_true COMMAND...: within 20 s, while the process $crew is there.
becomes_true() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] && kill -0 $crew || return
		sleep 0.02
	done
}

dismiss() {
	kill -KILL $crew 2>/dev/null
	wait $crew 2>/dev/null
}

# answers STATUS TEXT LAUNCHER...: all that is said of the process $crew is this, on standard output.
answers() {
	expected=$1 text=$2
	shift 2
	ends "$expected" "$@" --check "$crew" && [ ! -s .stderr ] &&
		[ "$(sed "s/^$crew ([^)]*): //" .stdout)" = "$text" ] && return
	echo "not '$text':"
	cat .stdout .stderr .crew
	return 1
}

# denies STATUS WORDS LAUNCHER...: the same on standard error.
denies() {
	expected=$1 text=$2
	shift 2
	refused "$expected" "$text" "$@" --check "$crew"
}

is_in_state() {
	[ "$(sed 's/.*) \(.\).*/\1/' "/proc/$crew/stat")" = "$1" ]
}

# after CONDITION... -- COMMAND...: once the condition holds.
after() {
	condition=
	while [ "$1" != -- ]; do
		condition="$condition $1"
		shift
	done
	shift
	becomes_true $condition && "$@"
}

as_it_should='active: 9 greenlets, 1 worker, 1 OS thread'
without='not loaded: the program was started without it'
left_alone='loaded, not active: threads stay threads, as GREENLOAD_PATCH does not ask for more'

crew "$greenload" ./crew
check '--check: threads that are greenlets' answers 0 "$as_it_should" "$greenload"
check '--check with the number in one word' ends 0 "$greenload" "--check=$crew"
check '--check into a full file' refused 2 'No space left' sh -c '"$0" --check "$1" >/dev/full' "$greenload" "$crew"
check '--check and a command' refused 2 'no command' "$greenload" --check "$crew" true
if ./without_proc true 2>/dev/null; then
	check '--check without /proc' denies 126 '/proc is not mounted' ./without_proc "$greenload"
else
	skip '--check without /proc' 'nothing can be mounted'
fi
kill -STOP $crew
check '--check: a stopped process' after is_in_state T -- answers 0 "$as_it_should" "$greenload"
dismiss
check '--check: no such process' denies 127 'there is no process' "$greenload"
# A shell takes note of a child that has ended; the program that it becomes does not.
sh -c 'sleep 60 & echo $! >zombie; exec sleep 61' &
crew=$!
zombie() {
	becomes_true grep -qx sleep "/proc/$crew/comm" && parent=$crew && crew=$(cat zombie) && kill "$crew" &&
		after is_in_state Z -- denies 127 'has ended' "$greenload"
}
check '--check: a zombie' zombie
crew=$parent
dismiss
check '--check 2147483647' refused 127 'there is no process' "$greenload" --check 2147483647
check '--check without a number' refused 2 "'--check'" "$greenload" --check
for number in '' x 0 -1 +1 1x ' 1' 2147483648 99999999999999999999; do
	check "--check '$number'" refused 2 'is not the number of a process' "$greenload" "--check=$number"
done

crew "$greenload" --slice=0 ./crew spin
check '--check: a thread that never ends its slice' after is_in_state R -- answers 0 "$as_it_should" "$greenload"
dismiss
crew "$greenload" ./crew exit
check '--check: its main greenlet has ended' answers 0 'active: 8 greenlets, 1 worker, 1 OS thread' "$greenload"
dismiss
crew env LD_PRELOAD="$library" ./crew exit
check '--check: its first OS thread has ended' after is_in_state Z -- answers 3 "$left_alone" "$greenload"
dismiss
crew env LD_PRELOAD="$library" ./crew
check '--check: threads stay threads' answers 3 "$left_alone" "$greenload"
dismiss
crew "$greenload" --patch=-libc ./crew
check '--check: libc left alone' answers 0 "$as_it_should; libc is as it is: it was to be left alone" "$greenload"
dismiss
# Without descriptors for an event loop, threads are the system's.
crew prlimit --nofile=4 "$greenload" ./crew
check '--check: no greenlets to be had' answers 3 \
	"loaded, not active: 8 threads could only be the system's, see --stats" "$greenload"
dismiss
"$greenload" sleep 60 &
crew=$!
check '--check: no threads' after grep -qx sleep "/proc/$crew/comm" -- after is_in_state S -- \
	answers 3 'loaded, not active: the program has made no thread, its calls are native' "$greenload"
dismiss

cat >hosts.c <<'END'
#include <fcntl.h>
#include <greenload.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void *greenlet(void *unused)
{
	return unused;
}

static void *host(void *unused)
{
	green_join(green_spawn(greenlet, NULL), -1, NULL);
	return unused;
}

/* hosts THREADS FILE: so many OS threads have had greenlets, and have ended; the main one has its own. */
int main(int argc, char **argv)
{
	int count = atoi(argv[1]), i;
	pthread_t thread;

	for (i = 0; i < count; i++) {
		pthread_create(&thread, NULL, host, NULL);
		pthread_join(thread, NULL);
	}
	host(NULL);
	close(open(argv[argc - 1], O_WRONLY | O_CREAT, 0600));
	for (;;)
		pause();
}
END
$cc -O1 -pthread -o hosts hosts.c -I"$top/runtime" -L"$build" -lgreenload -Wl,-rpath,"$build"
crew ./hosts
check '--check: OS threads that had greenlets and have ended' answers 0 \
	'active: 1 greenlet, 1 worker, 1 OS thread; libc is as it is: another thread was running' "$greenload"
dismiss
"$build/demos/sleepers" 100 60 >/dev/null &
crew=$!
check '--check: a program that is linked with the library' becomes_true \
	answers 0 'active: 101 greenlets, 1 worker, 1 OS thread' "$greenload"
dismiss

crew ./crew
check '--check: without the library' answers 1 "$without" "$greenload"
dismiss
crew "$loader" ./crew
check '--check: a program run by the loader' answers 1 "$without" "$greenload"
dismiss
crew "$greenload" "$loader" ./crew
check '--check: a program run by the loader, with the library' answers 0 "$as_it_should" "$greenload"
dismiss
if $cc -static -O1 -pthread -o static-crew crew.c 2>/dev/null; then
	crew env LD_PRELOAD="$library" ./static-crew
	check '--check: a static program' answers 1 'not loaded: it is statically linked' "$greenload"
	dismiss
else
	skip '--check: a static program' 'this compiler makes none'
fi
if [ -x five32 ]; then
	LD_PRELOAD="$library" ./waits32 2>/dev/null &
	crew=$!
	check '--check: a 32-bit program' after grep -qx waits32 "/proc/$crew/comm" -- \
		answers 1 'not loaded: it is a 32-bit program' "$greenload"
	dismiss
	check 'a real 32-bit program' refused 126 '32-bit' "$greenload" ./five32
else
	skip '--check: a 32-bit program' 'none can be made or run'
fi
# The library by another name, in a file that is another one meanwhile.
cp "$library" renamed.so
crew env GREENLOAD_PATCH=all LD_PRELOAD="$work/renamed.so" ./crew
rm renamed.so
echo 'no library' >renamed.so
check '--check: the library by another name, its file replaced' answers 0 "$as_it_should" "$greenload"
dismiss
crew env LD_PRELOAD=/nowhere/libgreenload.so ./crew
check '--check: a library that is not there' answers 1 \
	"not loaded: the loader could not load it: LD_PRELOAD is '/nowhere/libgreenload.so'" "$greenload"
dismiss
crew env LD_PRELOAD=libm.so.6 ./crew
check '--check: another library' answers 1 "not loaded: LD_PRELOAD is 'libm.so.6'" "$greenload"
dismiss

# The constructor of what is preloaded last runs first.
echo '#include <signal.h>
__attribute__((constructor)) static void stop(void) { raise(SIGSTOP); }' >stops.c
$cc -shared -fPIC -o stops.so stops.c
GREENLOAD_PATCH=all LD_PRELOAD="$library:$work/stops.so" ./crew 8 "$work/there/begun" &
crew=$!
check '--check: a program that has not begun' after is_in_state T -- \
	answers 3 'loaded, not active: the program has not begun' "$greenload"
kill -CONT $crew
check '--check: once it has' after [ -e there/begun ] -- answers 0 "$as_it_should" "$greenload"
dismiss

# What executes itself over and over gets one answer, whichever.
printf '#!/bin/sh\nexec "$0"\n' >again
chmod 755 again
"$greenload" ./again &
crew=$!
always_answers() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		"$greenload" --check $crew >.stdout 2>.stderr
		case $? in
		1 | 3) [ "$(wc -l <.stdout)" -eq 1 ] && [ ! -s .stderr ] ;;
		126) [ ! -s .stdout ] && grep -q 'one program after the other' .stderr ;;
		*) false ;;
		esac || return
	done
}
check '--check: a process that executes one program after the other' always_answers
dismiss

if [ "$(cat /proc/2/comm 2>/dev/null)" = kthreadd ]; then
	crew=2
	check '--check: a thread of the kernel' answers 1 'not loaded: it is a thread of the kernel' "$greenload"
else
	skip '--check: a thread of the kernel' 'none is to be seen'
fi

# with_proc OPTIONS COMMAND...: /proc as these options show it.
cat >with_proc <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount -t proc -o "$0" proc /proc && exec "$@"' "$@"
END
# A security module may allow a caller to read what is mapped, and forbid to read the memory: Yama does.
cat >with_secret_memory <<'END'
#!/bin/sh
exec unshare -m sh -c 'mount --bind "$0" "/proc/$1/mem" && shift && exec "$@"' "$@"
END
chmod 755 with_proc with_secret_memory
touch secret
chmod 600 secret
if [ -d public ]; then
	as_nobody="setpriv --reuid=$nobody --regid=$nobody --clear-groups"
	chmod 755 crew
	crew $as_nobody public/greenload ./crew
	check "--check: another user's, by root" answers 0 "$as_it_should" "$greenload"
	check '--check: a process of the same user' answers 0 "$as_it_should" $as_nobody public/greenload
	if ./with_proc rw true 2>/dev/null; then
		check '--check: memory that is not to be read' denies 126 'loaded, but its memory cannot be read' \
			./with_secret_memory "$work/secret" "$crew" $as_nobody public/greenload
	fi
	dismiss
	crew "$greenload" ./crew
	check "--check: another user's" denies 126 "another user's" $as_nobody public/greenload
	if ./with_proc rw true 2>/dev/null; then
		check '--check: a process that is hidden' denies 126 'hides it' ./with_proc hidepid=2 $as_nobody public/greenload
		check '--check: a process that is closed' denies 126 'cannot be looked at' \
			./with_proc hidepid=1 $as_nobody public/greenload
	else
		skip '--check: processes that are hidden' 'nothing can be mounted'
	fi
	dismiss
	cp crew setuid-crew
	chown $nobody setuid-crew
	chmod 4755 setuid-crew
	crew env LD_PRELOAD="$library" ./setuid-crew
	check '--check: a set-uid program' answers 1 \
		'not loaded: the loader ignored LD_PRELOAD, as the program was given privileges (AT_SECURE)' "$greenload"
	dismiss
else
	skip '--check: other users and privileges' 'needs root that may become another user, and no nosuid mount'
fi
