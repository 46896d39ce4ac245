/* parks: sigtimedwait sigsuspend */
/* syscall() with the numbers of the calls that wait for signals, and of those that tell of them. */
#include "tests/programs/say.h"
#include <sys/syscall.h>

static int kill_late(void *unused)
{
	(void)unused;
	until_asleep(getppid());
	msleep(30);
	return kill(getppid(), SIGUSR1);
}

static void take_note(int signo)
{
	(void)signo;
}

static void say_after_signal(const char *what, long number, const void *a, long b, const void *c, long d)
{
	double start = now();
	pid_t child = start_child(kill_late, NULL);

	say(what, syscall(number, a, b, c, d));
	say_waited(what, start, 30);
	end_child(child);
}

/* It is blocked, and comes once. */
static void take_signals(sigset_t *usr1)
{
	struct timespec later = {5, 0}, soon = {0, 20000000}, none = {0, 0};
	siginfo_t info = {0};
	sigset_t pending;
	double start;

	say_after_signal("rt_sigtimedwait", SYS_rt_sigtimedwait, usr1, (long)&info, NULL, 8);
	say_whether("told which", info.si_signo == SIGUSR1);
	say_after_signal("with a limit", SYS_rt_sigtimedwait, usr1, 0, &later, 8);
	start = now();
	say("none came", syscall(SYS_rt_sigtimedwait, usr1, NULL, &soon, 8L));
	say_waited("none came", start, 20);
	must("kill", kill(getpid(), SIGUSR1));
	sigemptyset(&pending);
	say("rt_sigpending", syscall(SYS_rt_sigpending, &pending, 8L));
	say_whether("pending", sigismember(&pending, SIGUSR1) == 1);
	say("no time", syscall(SYS_rt_sigtimedwait, usr1, NULL, &none, 8L));
	say("a set of no size", syscall(SYS_rt_sigtimedwait, usr1, NULL, &none, 5L));
	say("no set", syscall(SYS_rt_sigtimedwait, 16L, NULL, &none, 8L));
}

static void await_handlers(void)
{
	sigset_t nothing;

	sigemptyset(&nothing);
	signal(SIGUSR1, take_note);
	say_after_signal("rt_sigsuspend", SYS_rt_sigsuspend, &nothing, 8, NULL, 0);
	say("a set of no size", syscall(SYS_rt_sigsuspend, &nothing, 5L));
	say("no set", syscall(SYS_rt_sigsuspend, 16L, 8L));
#ifdef SYS_pause
	sigprocmask(SIG_SETMASK, &nothing, NULL);
	ring_every(10, SA_RESTART);
	say("pause", syscall(SYS_pause));
	stop_ringing();
#endif
}

static void change_mask(void)
{
	sigset_t usr2, before, now_blocked;
	stack_t stack = {0};

	sigemptyset(&usr2);
	sigaddset(&usr2, SIGUSR2);
	sigemptyset(&before);
	sigemptyset(&now_blocked);
	say("rt_sigprocmask", syscall(SYS_rt_sigprocmask, (long)SIG_BLOCK, &usr2, &before, 8L));
	sigprocmask(SIG_BLOCK, NULL, &now_blocked);
	say_whether("blocked", sigismember(&now_blocked, SIGUSR2) == 1);
	say_whether("before", sigismember(&before, SIGUSR2) == 1);
	say("rt_sigprocmask", syscall(SYS_rt_sigprocmask, (long)SIG_SETMASK, &before, NULL, 8L));
	say("how", syscall(SYS_rt_sigprocmask, 77L, &before, NULL, 8L));
	say("sigaltstack", syscall(SYS_sigaltstack, NULL, &stack));
	say_whether("none", stack.ss_flags == SS_DISABLE);
}

int main(void)
{
	sigset_t usr1;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	take_signals(&usr1);
	await_handlers();
	change_mask();
	return 0;
}
