/* parks: waitpid waitid wait */
/* Signals and waits: what interrupts them, SIGCHLD blocked and handled, handlers that take children themselves. */
#include "tests/programs/child.h"

static void wait_interrupted(const char *what, pid_t pid, int options, int flags)
{
	pid_t child;
	int status = 0;

	printf("%s, %s\n", what, flags & SA_RESTART ? "restarted" : "interrupted");
	child = lasting_child();
	ring_every(20, flags);
	if (flags & SA_RESTART)
		kill_late(child, SIGKILL, 200);
	say_status("waitpid", waitpid(pid ? pid : child, &status, options), child, &status);
	stop_ringing();
	say_whether("rang", rings > 0);
	if (flags & SA_RESTART)
		return;
	kill_late(child, SIGKILL, 50);
	say_status("again", waitpid(pid ? pid : child, &status, options), child, &status);
}

static void waitid_interrupted(int flags)
{
	siginfo_t info = {0};
	pid_t child = lasting_child();

	ring_every(20, flags);
	if (flags & SA_RESTART)
		kill_late(child, SIGKILL, 200);
	say("waitid", waitid(P_ALL, 0, &info, WEXITED));
	stop_ringing();
	if (flags & SA_RESTART)
		return;
	kill_late(child, SIGKILL, 50);
	say("again", waitid(P_ALL, 0, &info, WEXITED));
}

static volatile sig_atomic_t handled, taken, took_error;

static void take_all(int signo)
{
	int before = errno, status;

	(void)signo;
	handled++;
	errno = 0;
	while (waitpid(-1, &status, WNOHANG) > 0)
		taken++;
	took_error = errno;
	errno = before;
}

static void handle_children(void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	handled = taken = took_error = 0;
	must("sigaction", sigaction(SIGCHLD, &action, NULL));
}

/* The wait comes before the handler, whether that is to interrupt it or not. */
static void wait_before_handler(int flags)
{
	pid_t child;
	int status = 0;

	printf("a handler that takes children, flags %s\n", flags & SA_RESTART ? "SA_RESTART" : "0");
	handle_children(take_all, flags);
	child = late_child(1);
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	say("handled", handled);
	say("taken by the handler", taken);
	say_error("the handler's error", took_error);
	child = late_child(2);
	say_status("wait", wait(&status), child, &status);
	say("handled", handled);
	say("taken by the handler", taken);
}

/* The child that a handler takes is another than is waited for. */
static void wait_beside_handler(void)
{
	pid_t child, other;
	int status = 0;

	printf("another child ends, and the wait, too\n");
	handle_children(take_all, 0);
	child = lasting_child();
	other = late_child(3);
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	say("taken by the handler", taken);
	handle_children(SIG_DFL, 0);
	say("the other", waitpid(other, &status, 0));
	kill(child, SIGKILL);
	say_status("the first", waitpid(child, &status, 0), child, &status);
}

/* After the other, once that is taken. */
static int end_after(void *other)
{
	while (kill(*(pid_t *)other, 0) == 0)
		msleep(1);
	kill_late(getpid(), SIGKILL, 50);
	return wait_for_end(NULL);
}

static void wait_restarted(void)
{
	pid_t child, other;
	int status = 0;

	printf("another child ends, and the wait goes on\n");
	handle_children(take_all, SA_RESTART);
	other = late_child(4);
	child = start_child(end_after, &other);
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	say("taken by the handler", taken);
	handle_children(SIG_DFL, 0);
	say("the other", waitpid(other, &status, 0));
}

static void wait_with_blocked_signal(void)
{
	sigset_t set, pending;
	pid_t child = late_child(5);
	siginfo_t info = {0};
	int status = 0;

	printf("SIGCHLD is blocked\n");
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say_status("waitpid", waitpid(child, &status, 0), child, &status);
	sigpending(&pending);
	say_whether("pending", sigismember(&pending, SIGCHLD));
	child = late_child(6);
	say_status("any", wait(&status), child, &status);
	late_child(7);
	say("waitid", waitid(P_ALL, 0, &info, WEXITED | WSTOPPED));
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void wait_in_handler(int signo)
{
	int status, before = errno;
	pid_t child;

	(void)signo;
	child = wait(&status);
	handled++;
	taken += child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 8;
	errno = before;
}

static void let_handler_wait(void)
{
	double end = now() + 5;

	printf("a handler waits\n");
	handle_children(wait_in_handler, SA_RESTART);
	late_child(8);
	while (!handled && now() < end)
		msleep(10);
	say("handled", handled);
	say("taken by the handler", taken);
	handle_children(SIG_DFL, 0);
}

int main(void)
{
	alarm(60);
	wait_interrupted("by pid", 0, 0, 0);
	wait_interrupted("by pid", 0, 0, SA_RESTART);
	wait_interrupted("any", -1, 0, 0);
	wait_interrupted("any", -1, 0, SA_RESTART);
	waitid_interrupted(0);
	waitid_interrupted(SA_RESTART);
	wait_before_handler(0);
	wait_before_handler(SA_RESTART);
	wait_beside_handler();
	wait_restarted();
	wait_with_blocked_signal();
	let_handler_wait();
	return 0;
}
