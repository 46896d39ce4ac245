/* threads */
/* Signals by the words of System V and BSD, each thread for itself; and yielding by a word that only binaries have. */
#include "tests/programs/threads.h"
#include <dlfcn.h>

/* BSD's takes a mask; headers know it no more. */
int bsd_sigpause(int mask) __asm__("sigpause");
int __sigpause(int signo_or_mask, int is_signo);

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static pthread_barrier_t gate;
static volatile sig_atomic_t ran;

static void note(int signo)
{
	ran = signo;
}

static const char *name_of(sighandler_t handler)
{
	if (handler == SIG_ERR)
		return "SIG_ERR";
	if (handler == SIG_HOLD)
		return "SIG_HOLD";
	if (handler == SIG_DFL)
		return "SIG_DFL";
	return handler == SIG_IGN ? "SIG_IGN" : handler == note ? "note" : "another";
}

static void say_handler(const char *what, sighandler_t handler)
{
	int error = errno;

	printf("%s: %s%s%s\n", what, name_of(handler), handler == SIG_ERR ? " " : "",
	    handler == SIG_ERR ? strerrorname_np(error) : "");
}

static void say_ran(const char *what)
{
	printf("%s: %d\n", what, ran);
	ran = 0;
}

static bool blocks(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, signo);
}

static void system_v(void)
{
	say_handler("sigset", sigset(SIGUSR1, note));
	say("sighold", sighold(SIGUSR1));
	pthread_kill(pthread_self(), SIGUSR1);
	say_ran("held");
	say("sigrelse", sigrelse(SIGUSR1));
	say_ran("released");
	say_handler("sigset hold", sigset(SIGUSR1, SIG_HOLD));
	say_handler("sigset hold", sigset(SIGUSR1, SIG_HOLD));
	say_whether("blocked", blocks(SIGUSR1));
	pthread_kill(pthread_self(), SIGUSR1);
	say_handler("sigset", sigset(SIGUSR1, note));
	say_ran("let through");
	say("sigignore", sigignore(SIGUSR1));
	pthread_kill(pthread_self(), SIGUSR1);
	say_ran("ignored");
	say_handler("sigset", sigset(SIGUSR1, SIG_DFL));
	say_handler("sigset", sigset(-1, note));
	say_handler("sigset", sigset(SIGKILL, note));
	say("sighold", sighold(0));
	say("sigrelse", sigrelse(_NSIG));
	say("sighold", sighold(32));
	say("sigignore", sigignore(SIGKILL));
}

static int bit_of(int signo)
{
	return 1 << (signo - 1);
}

static void bsd(void)
{
	printf("sigblock: %#x\n", sigblock(bit_of(SIGUSR1) | bit_of(SIGUSR2)));
	printf("siggetmask: %#x\n", siggetmask());
	printf("sigsetmask: %#x\n", sigsetmask(bit_of(SIGHUP)));
	printf("sigblock: %#x\n", sigblock(bit_of(SIGKILL)));
	printf("sigsetmask: %#x\n", sigsetmask(0));
}

static void *wait_by_signo(void *unused)
{
	sighold(SIGUSR1);
	sighold(SIGUSR2);
	pthread_barrier_wait(&gate);
	say("sigpause", sigpause(SIGUSR1));
	say_ran("signal");
	say_whether("blocked again", blocks(SIGUSR1));
	pthread_barrier_wait(&gate);
	say("__sigpause", __sigpause(SIGUSR2, 1));
	say_ran("signal");
	pthread_barrier_wait(&gate);
	say("sigpause", bsd_sigpause(bit_of(SIGUSR2)));
	say_ran("signal");
	pthread_barrier_wait(&gate);
	say("__sigpause", __sigpause(bit_of(SIGUSR1), 0));
	say_ran("signal");
	return unused;
}

static void send(pthread_t thread, int signo, int held)
{
	pthread_barrier_wait(&gate);
	if (held)
		must("pthread_kill", -pthread_kill(thread, held));
	msleep(10);
	must("pthread_kill", -pthread_kill(thread, signo));
}

static void pauses(void)
{
	pthread_t thread;

	sigset(SIGUSR1, note);
	sigset(SIGUSR2, note);
	thread = start(wait_by_signo, NULL);
	send(thread, SIGUSR1, 0);
	send(thread, SIGUSR2, 0);
	send(thread, SIGUSR1, 0);
	send(thread, SIGUSR2, 0);
	join(thread);
	say("sigpause", sigpause(-1));
}

static void *run_both(void *unused)
{
	system_v();
	bsd();
	return unused;
}

static volatile int turns;

static void *take_turn(void *unused)
{
	turns = 1;
	return unused;
}

static int no_yield(void)
{
	turns = 1;
	return 0;
}

static void yield_by_old_name(void)
{
	static const char *const versions[] = {"GLIBC_2.2.5", "GLIBC_2.17"};
	int (*yield)(void) = NULL;
	pthread_t thread;

	for (size_t i = 0; i < 2 && !yield; i++)
		yield = (int (*)(void))dlvsym(RTLD_DEFAULT, "pthread_yield", versions[i]);
	if (!yield) /* a machine that never had it */
		yield = no_yield;
	thread = start(take_turn, NULL);
	while (!turns)
		yield();
	join(thread);
	say("another's turn", turns);
}

int main(void)
{
	pthread_barrier_init(&gate, NULL, 2);
	run_both(NULL);
	join(start(run_both, NULL));
	sighold(SIGHUP);
	join(start(run_both, NULL));
	printf("main's: %#x\n", siggetmask());
	pauses();
	yield_by_old_name();
	return 0;
}
