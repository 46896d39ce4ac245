/* A greenlet is spawned for a signal; a group is cancelled by one. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

static int calls, last_signo;
static void *last_arg;

static void note(int signo, void *arg)
{
	green_sleep(0.001); /* it may park */
	calls++;
	last_signo = signo;
	last_arg = arg;
}

static void is_called(void)
{
	int i;

	must("green_on_signal", green_on_signal(SIGUSR1, note, &calls));
	for (i = 1; i <= 3; i++) {
		raise(SIGUSR1);
		while (calls < i)
			green_sleep(0.001);
	}
	expect_equal("the signal", last_signo, SIGUSR1);
	expect("the argument", last_arg == &calls);
	expect_failure("no such signal", green_on_signal(0, note, NULL), EINVAL);
	expect_failure("not to be caught", green_on_signal(SIGKILL, note, NULL), EINVAL);
}

/* Another process sends it while all greenlets wait; no call of theirs is interrupted. */
static void interrupts_nothing(void)
{
	pid_t me = getpid(), child;
	int before = calls, tries;

	fflush(stdout);
	child = (pid_t)must("fork", fork());
	if (!child) {
		usleep(20000);
		kill(me, SIGUSR1);
		_exit(0);
	}
	for (tries = 0; calls == before && tries < 100; tries++)
		expect_equal("poll", poll(NULL, 0, 50), 0);
	expect_equal("calls", calls, before + 1);
	must("waitpid", waitpid(child, NULL, 0));
}

static void *work(void *cleaned_up)
{
	expect_failure("sleep", green_sleep(100), ECANCELED);
	++*(int *)cleaned_up;
	return NULL;
}

static void cancel(int signo, void *group)
{
	(void)signo;
	green_group_kill(group, -1);
}

static void cancels_a_group(void)
{
	green_group_t *group = green_group_new();
	int i, cleaned_up = 0;

	must("green_on_signal", green_on_signal(SIGINT, cancel, group));
	for (i = 0; i < 10; i++)
		must("green_group_spawn", green_group_spawn(group, work, &cleaned_up, -1) ? 0 : -1);
	green_sleep(0.001);
	kill(getpid(), SIGINT);
	must("green_group_join", green_group_join(group, 20));
	expect_equal("cleaned up", cleaned_up, 10);
	must("green_on_signal", green_on_signal(SIGINT, NULL, NULL));
	green_sleep(0.01); /* until the greenlet of the signal has ended, too */
	must("green_group_free", green_group_free(group));
}

/* What was before is again; the greenlet that waits ends. */
static void is_left(void)
{
	struct sigaction action;
	double begun = now();

	signal(SIGUSR2, SIG_IGN);
	must("green_on_signal", green_on_signal(SIGUSR2, note, NULL));
	must("green_on_signal", green_on_signal(SIGUSR2, NULL, NULL));
	sigaction(SIGUSR2, NULL, &action);
	expect("ignored as before", action.sa_handler == SIG_IGN);
	must("green_on_signal", green_on_signal(SIGUSR1, NULL, NULL));
	must("green_on_signal", green_on_signal(SIGUSR1, NULL, NULL));
	while (green_count() > 1 && now() - begun < 20)
		green_yield();
	expect_equal("alive", (long)green_count(), 1);
	sigaction(SIGUSR1, NULL, &action);
	expect("the default as before", action.sa_handler == SIG_DFL);
}

int main(void)
{
	is_called();
	interrupts_nothing();
	cancels_a_group();
	is_left();
	return verdict();
}
