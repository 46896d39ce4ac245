/* fork: what becomes of waits for descriptors. */
#include "runtime/io/poller.h"
#include "runtime/signal/dispatch.h"
#include "tests/unit/suite.h"
#include <poll.h>
#include <signal.h>

static void wait_at_once(void *unused)
{
	const struct wait_options soon = {.deadline = clock_now() + 2 * NANOS_PER_SEC};
	int ends[2];

	(void)unused;
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(park_on_fd(ends[0], POLLIN, &soon), 0);
}

/* Before anything was spawned there. */
START_TEST(child_waits_for_a_descriptor_first)
{
	become_host();
	green_sleep(0.001);
	ck_assert_int_eq(status_of_child(wait_at_once, NULL), 0);
}

static volatile pid_t forked;
static int waited_for[2];

static void fork_now(int signo)
{
	(void)signo;
	forked = fork();
	if (forked == 0 && self->waiter.queue)
		_exit(2);
}

/* In both processes the wait goes on to its end. */
static void *wait_meanwhile(void *unused)
{
	const struct wait_options soon = {.deadline = clock_now() + 2 * NANOS_PER_SEC};
	int error = park_on_fd(waited_for[0], POLLIN, &soon);

	if (forked != 0)
		return unused;
	_exit(error != 0);
}

START_TEST(handler_that_interrupts_a_wait_forks)
{
	siginfo_t info = {.si_signo = SIGUSR1, .si_code = SI_QUEUE};
	green_t *g;
	int status;

	ck_assert_int_eq(pipe(waited_for), 0);
	signal(SIGUSR1, fork_now);
	g = must_spawn(wait_meanwhile, NULL);
	green_sleep(0.001);
	ck_assert_int_eq(direct_signal(g, SIGUSR1, &info), 0);
	must_join(g);
	ck_assert_int_eq(waitpid(forked, &status, 0), forked);
	ck_assert_int_eq(status, 0);
}

int main(void)
{
	const TTest *const tests[] = {child_waits_for_a_descriptor_first, handler_that_interrupts_a_wait_forks};

	return run_suite("fork_waits", tests, sizeof(tests) / sizeof(tests[0]));
}
