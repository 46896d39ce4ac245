/* threads and helpers */
/* Children that are meant or not: of this thread alone, clones that send no signal; and what is said of a dumped core.
 */
#include "tests/programs/child.h"
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>

static int ends[2];

static int end_when_told(void *unused)
{
	char byte;

	(void)unused;
	return read(ends[0], &byte, 1) == 1 ? 21 : 22;
}

/* The child ends by what another thread does. */
static void *wait_for_own(void *options)
{
	pid_t child = start_child(end_when_told, NULL);
	int status = 0;

	say_status("any of this thread", waitpid(-1, &status, __WNOTHREAD | *(int *)options), child, &status);
	say("no other", waitpid(-1, &status, __WNOTHREAD));
	return NULL;
}

static void *wait_for_own_id(void *unused)
{
	pid_t child = start_child(end_when_told, NULL);
	siginfo_t info = {0};

	say("by waitid", waitid(P_ALL, 0, &info, WEXITED | __WNOTHREAD));
	say_whether("the child", info.si_pid == child && info.si_status == 21);
	return unused;
}

static void let_wait(void *(*wait)(void *), void *arg)
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, wait, arg));
	msleep(60);
	must("write", write(ends[1], "x", 1));
	must("pthread_join", -pthread_join(thread, NULL));
}

static pid_t clone_without_signal(void)
{
	pid_t child;

	fflush(stdout);
	child = must("clone", (int)syscall(SYS_clone, 0L, NULL, NULL, NULL, NULL));
	if (!child) {
		const struct timespec while_others_wait = {0, 30000000};

		syscall(SYS_nanosleep, &while_others_wait, NULL);
		syscall(SYS_exit_group, 23L);
	}
	return child;
}

static void wait_for_clones(void)
{
	pid_t child = clone_without_signal();
	int status = 0;

	say("not a usual one", waitpid(child, &status, 0));
	say("not any usual one", waitpid(-1, &status, 0));
	say_status("a clone", waitpid(child, &status, __WCLONE), child, &status);
	child = clone_without_signal();
	say_status("any clone", waitpid(-1, &status, __WCLONE), child, &status);
	child = clone_without_signal();
	say_status("of any kind", waitpid(-1, &status, __WALL), child, &status);
	say("none is left", waitpid(-1, &status, __WALL));
}

static int abort_late(void *limit)
{
	const struct rlimit core = {*(rlim_t *)limit, *(rlim_t *)limit};

	setrlimit(RLIMIT_CORE, &core);
	msleep(30);
	signal(SIGABRT, SIG_DFL);
	kill(getpid(), SIGABRT);
	return 24;
}

static void wait_for_core(rlim_t limit)
{
	pid_t child = start_child(abort_late, &limit);
	int status = 0;

	say_status("aborted", waitpid(child, &status, 0), child, &status);
	say_whether("core", WCOREDUMP(status));
	child = start_child(abort_late, &limit);
	siginfo_t info = {0};

	say("aborted", waitid(P_PID, (id_t)child, &info, WEXITED));
	say_whether("killed", info.si_code == CLD_KILLED);
	say_whether("core", info.si_code == CLD_DUMPED);
	say_whether("the signal", info.si_status == SIGABRT);
}

int main(void)
{
	int all = __WALL, usual = 0;

	must("pipe", pipe(ends));
	let_wait(wait_for_own, &usual);
	let_wait(wait_for_own, &all);
	let_wait(wait_for_own_id, NULL);
	wait_for_clones();
	wait_for_core(0);
	wait_for_core(1 << 20);
	return 0;
}
