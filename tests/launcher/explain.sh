# shellcheck shell=sh disable=SC2154,SC2086
# What --explain tells of programs. Sourced by run-launcher.

# explains HEADING GROUP WORDS COMMAND: the page has the words, together, in this group under this heading.
explains() {
	heading=$1 group=$2 words=$3
	shift 3
	ends 0 "$greenload" --explain "$@" && [ ! -s .stderr ] &&
		awk -v heading="$heading" -v group="$group" '
			index($0, heading) == 1 { inside = 1; next }
			/^$/ { inside = 0 }
			inside && index($0, "  " group " ") == 1 { print substr($0, length(group) + 3) }
		' .stdout | tr -s ' ' | grep -qxF -- " $words" && return
	echo "no '$group' with '$words' under '$heading':"
	cat .stdout .stderr
	return 1
}

# keeps_quiet HEADING COMMAND: there is no such heading on the page.
keeps_quiet() {
	heading=$1
	shift
	ends 0 "$greenload" --explain "$@" && ! grep -qF -- "$heading" .stdout && return
	cat .stdout
	return 1
}

says() {
	words=$1
	shift
	ends 0 "$greenload" --explain "$@" && grep -qF -- "$words" .stdout && return
	cat .stdout
	return 1
}

mkdir -p explain/lib
cat >explain/program.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
int of_library(void);
static void *run(void *arg) { return arg; }
int main(void)
{
	pthread_t thread;
	struct stat st;
	char byte;
	pthread_create(&thread, 0, run, 0);
	return read(0, &byte, 1) + sleep(1) + flock(0, LOCK_EX) + stat("x", &st) + close(0) + of_library() +
	       pwrite(0, &byte, 1, 0);
}
END
cat >explain/library.c <<'END'
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>
int of_library(void)
{
	long result;
#if defined(__x86_64__)
	__asm__ volatile("mov %1, %%eax\n\tsyscall\n\tmov %%rax, %0" : "=r"(result) : "i"(SYS_futex) : "rax", "rcx", "r11", "memory");
#elif defined(__aarch64__)
	__asm__ volatile("mov x8, %1\n\tsvc 0\n\tmov %0, x0" : "=r"(result) : "i"(SYS_futex) : "x8", "x0", "memory");
#endif
	return poll(0, 0, 1) + (int)result;
}
void *malloc(unsigned long size) { static char some[64]; return size > 64 ? 0 : some; }
int usleep(unsigned int span) { return (int)span; }
END
cat >explain/own.c <<'END'
#include <unistd.h>
long read(int fd, void *bytes, unsigned long count) { return fd + (bytes != 0) + (long)count; }
int main(void) { return (int)read(0, 0, 0) + (int)sleep(0); }
END
cat >explain/go.c <<'END'
__asm__(".section .note.go.buildid,\"a\",%note\n.long 4,4,4\n.ascii \"Go\\0\\0id\\0\\0\"\n.text");
int main(void) { return 0; }
END
$cc -shared -fPIC -o explain/lib/libmore.so explain/library.c
$cc -o explain/program explain/program.c -Wl,-rpath,'$ORIGIN/lib' -Lexplain/lib -lmore -lpthread
$cc -o explain/lost explain/program.c -Wl,-rpath,/nowhere -Lexplain/lib -lmore -lpthread
$cc -rdynamic -fno-builtin -o explain/own explain/own.c
$cc -o explain/go explain/go.c
echo 'int puts(const char *); __attribute__((constructor)) void run(void) { puts("ran"); } int main(void) { return 0; }' >explain/runs.c
$cc -o explain/runs explain/runs.c
printf '#!%s\n' "$work/explain/program" >explain/script
head -c 90 five >explain/cut
chmod +x explain/script explain/cut

parked='Let other greenlets run'
helped='Are made by helper OS threads'
if_named='Go to helper OS threads if'
noted='Do not wait'
missed='Missed: code that looks like'
check 'explains what parks' explains "$parked" time sleep explain/program
check 'explains what parks in a library' explains "$parked" select poll explain/program
check 'explains what helpers do' explains "$helped" file flock explain/program
check 'explains threads' explains "$noted" thread pthread_create explain/program
check 'explains what helpers do if named' explains "$if_named" file stat explain/program
check 'explains what is noted' explains "$noted" always close explain/program
check 'explains what is left alone' says pwrite explain/program
check 'explains system calls in code' explains "$missed" libmore.so futex explain/program
check 'explains a malloc of its own' explains 'Has a malloc' libmore.so malloc explain/program
check "explains a library's function" explains 'Functions of libraries' libmore.so usleep explain/program
check 'explains where there is nothing to miss' keeps_quiet Missed ./five
check "explains a program's own function" explains 'Missed: functions' 'the program' read explain/own
check 'explains a script' says "explain/script is run by $work/explain/program" explain/script
check 'explains a script as its program' explains "$parked" time sleep explain/script
check 'explains Go' explains 'Missed: the Go' 'the program' Go explain/go
check 'explains what it does not find' says 'not found' explain/lost
check 'explains by LD_LIBRARY_PATH' env LD_LIBRARY_PATH="$work/explain/lib" \
	sh -c '"$0" --explain explain/lost | grep -q futex' "$greenload"
check 'explains what ld.so finds' sh -c 'for library in $(ldd "$1" | sed -n "s/^[[:space:]]*\([^ /]*\) => .*/\1/p"); do
	"$0" --explain "$1" | grep -qF "$library" || exit 1; done' "$greenload" "$(command -v curl)"
check 'does not run what it explains' keeps_quiet ran explain/runs
[ ! -e static ] || check 'explains a static program' says 'statically linked: nothing can be preloaded' ./static
check 'explains nothing' refused 2 'no command' "$greenload" --explain
check 'explains what is missing' refused 127 'was not found' "$greenload" --explain ./missing
check 'explains a directory' refused 126 'is a directory' "$greenload" --explain ./explain/lib
check 'explains another machine' refused 126 'another machine' "$greenload" --explain ./machine
check 'explains what is cut short' refused 126 'damaged' "$greenload" --explain ./explain/cut
check 'explains to a full disk' refused 2 'No space left' sh -c '"$0" --explain ./five >/dev/full' "$greenload"

# Whatever a file holds, its page or a refusal is printed.
survives() {
	for offset in $(seq 0 97 "$(wc -c <explain/program)"); do
		cp explain/program explain/bent
		printf '\377\377\177\377' | dd of=explain/bent bs=1 seek="$offset" conv=notrunc 2>/dev/null
		timeout 20 "$greenload" --explain explain/bent >/dev/null 2>&1
		case $? in 0 | 126 | 127) ;; *) echo "at $offset: status $?" && return 1 ;; esac
	done
}
check 'explains damaged files' survives
