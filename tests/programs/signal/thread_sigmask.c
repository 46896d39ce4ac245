/* threads */
/* Signal masks of threads: inherited, changed, and what is pending meanwhile; who takes what is sent to the process. */
#include "tests/programs/threads.h"
#include <spawn.h>
#include <sys/syscall.h>

static pthread_barrier_t gate;
static pthread_t taker;
static volatile int value;
static __thread volatile sig_atomic_t handled;

static void note(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	taker = pthread_self();
	value = info->si_value.sival_int;
	handled++;
}

static sigset_t set_of(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	return set;
}

static void change(int how, int signo)
{
	sigset_t set = set_of(signo);

	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void say_signal(const char *what, int signo)
{
	sigset_t blocked, pending;

	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &blocked));
	must("sigpending", sigpending(&pending));
	printf("%s: %s, %s\n", what, sigismember(&blocked, signo) ? "blocked" : "open",
	    sigismember(&pending, signo) ? "pending" : "not pending");
}

static void *inherit(void *unused)
{
	say_signal("inherited", SIGUSR1);
	change(SIG_UNBLOCK, SIGUSR1);
	change(SIG_BLOCK, SIGUSR2);
	say_signal("own", SIGUSR1);
	say_signal("own", SIGUSR2);
	return unused;
}

static void *blocks_for_a_while(void *unused)
{
	change(SIG_BLOCK, SIGUSR1);
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	say_signal("sent to it", SIGUSR1);
	say("handled", handled);
	change(SIG_UNBLOCK, SIGUSR1);
	say("handled after", handled);
	say("value", value);
	say_signal("then", SIGUSR1);
	return unused;
}

static void *lets_through(void *unused)
{
	char byte;

	change(SIG_UNBLOCK, SIGUSR1);
	pthread_barrier_wait(&gate);
	say("read", read(*(int *)unused, &byte, 1));
	return unused;
}

static void pending_until_unblocked(void)
{
	pthread_t thread = start(blocks_for_a_while, NULL);

	pthread_barrier_wait(&gate);
	say_error("pthread_sigqueue", pthread_sigqueue(thread, SIGUSR1, (union sigval){.sival_int = 7}));
	say_error("no such signal", pthread_sigqueue(thread, 1000, (union sigval){0}));
	say_error("pthread_kill", pthread_kill(thread, SIGUSR1));
	say_signal("sender's", SIGUSR1);
	pthread_barrier_wait(&gate);
	join(thread);
	say_whether("it took the signal itself", pthread_equal(taker, thread));
}

/* All but one block it: that one takes it, and its read ends. */
static void the_one_that_lets_it_through(void)
{
	int ends[2];
	pthread_t thread;

	must("pipe", pipe(ends));
	change(SIG_BLOCK, SIGUSR1);
	thread = start(lets_through, &ends[0]);
	pthread_barrier_wait(&gate);
	do { /* the read may begin only after the first */
		msleep(20);
		must("sigqueue", sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 11}));
		msleep(20);
	} while (pthread_tryjoin_np(thread, NULL) == EBUSY);
	say_whether("it took the signal itself", pthread_equal(taker, thread));
	say("value", value);
	change(SIG_UNBLOCK, SIGUSR1);
	close(ends[0]);
	close(ends[1]);
}

static void *send_to_itself(void *unused)
{
	handled = 0;
	must("raise", raise(SIGUSR1));
	say("raise", handled);
	must("tgkill", tgkill(getpid(), gettid(), SIGUSR1));
	say("tgkill", handled);
	must("tkill", (int)syscall(SYS_tkill, gettid(), SIGUSR1));
	say("tkill", handled);
	say_error("pthread_kill", pthread_kill(pthread_self(), SIGUSR1));
	say("pthread_kill", handled);
	change(SIG_BLOCK, SIGUSR1);
	must("raise", raise(SIGUSR1));
	must("raise", raise(SIGUSR1));
	say_signal("raised", SIGUSR1);
	change(SIG_UNBLOCK, SIGUSR1);
	say("once", handled);
	return unused;
}

/* A new program gets the mask of the thread that starts it. */
static void *start_program(void *unused)
{
	char *const argv[] = {"sh", "-c", "kill -USR2 $$; echo 'blocked in the child'", NULL};
	extern char **environ;
	pid_t child;

	change(SIG_BLOCK, SIGUSR2);
	fflush(stdout);
	must("posix_spawn", -posix_spawn(&child, "/bin/sh", NULL, NULL, argv, environ));
	end_child(child);
	child = must("fork", fork());
	if (!child)
		execl("/bin/sh", "sh", "-c", argv[2], (char *)NULL);
	end_child(child);
	return unused;
}

static void errors(void)
{
	sigset_t set = set_of(SIGKILL), before;

	say_error("bad way", pthread_sigmask(77, &set, NULL));
	say("bad way", sigprocmask(77, &set, NULL));
	say("bad way, no set", sigprocmask(77, NULL, &before));
	say("raw, bad size", syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 3));
	say("raw, bad set", syscall(SYS_rt_sigprocmask, SIG_BLOCK, 8, NULL, 8));
	say("raw, bad old", syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, 8, 8));
	say("raw", syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8));
	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &before));
	say_whether("SIGKILL blocked", sigismember(&before, SIGKILL));
	say("raise", raise(1000));
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};

	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	pthread_barrier_init(&gate, NULL, 2);
	change(SIG_BLOCK, SIGUSR1);
	join(start(inherit, NULL));
	say_signal("creator's", SIGUSR1);
	say_signal("creator's", SIGUSR2);
	change(SIG_UNBLOCK, SIGUSR1);
	pending_until_unblocked();
	the_one_that_lets_it_through();
	join(start(send_to_itself, NULL));
	join(start(start_program, NULL));
	errors();
	return 0;
}
