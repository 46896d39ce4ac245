/* Signals: which waits a handler ends, and the masks of those who wait. Handlers are as the hooks install them. */
#include "runtime/sched/park.h"
#include "runtime/sys/clock.h"
#include "tests/unit/handle.h"
#include <pthread.h>
#include <stdint.h>

struct wait {
	enum on_signal on_signal;
	const sigset_t *mask;
	double patience;
	int answer;
};

static void *wait_for(void *arg)
{
	struct wait *wait = arg;
	struct wait_options until = {
	    .deadline = deadline_after(wait->patience), .on_signal = wait->on_signal, .mask = wait->mask};

	do
		wait->answer = park(&until);
	while (!wait->answer);
	return NULL;
}

static void *signal_after_a_while(void *signo)
{
	green_sleep(0.01);
	kill(getpid(), (int)(intptr_t)signo);
	return NULL;
}

/* A wait of the main greenlet that a signal meets ends like this: in time, or for the signal, however late it comes. */
static void meet(enum on_signal on_signal, void (*handler)(int, siginfo_t *, void *), int expected)
{
	struct wait wait = {.on_signal = on_signal, .patience = expected == ETIMEDOUT ? 0.05 : 10};
	green_t *g;

	handle(SIGUSR1, handler);
	g = must_spawn(signal_after_a_while, (void *)SIGUSR1);
	wait_for(&wait);
	must_join(g);
	ck_assert_int_eq(wait.answer, expected);
}

START_TEST(what_a_handler_ends)
{
	meet(SIGNAL_ENDS, on_ending, EINTR);
	meet(SIGNAL_ENDS, on_restarting, EINTR);
	meet(SIGNAL_RESTARTS, on_ending, EINTR);
	meet(SIGNAL_RESTARTS, on_restarting, ETIMEDOUT);
	meet(SIGNAL_PASSES, on_ending, ETIMEDOUT);
	meet(SIGNAL_PASSES, on_restarting, ETIMEDOUT);
	ck_assert_int_eq(handled, 6);
}

START_TEST(main_alone_is_interrupted)
{
	struct wait other = {.on_signal = SIGNAL_ENDS, .patience = 0.1};
	green_t *g = must_spawn(wait_for, &other);

	meet(SIGNAL_ENDS, on_ending, EINTR);
	must_join(g);
	ck_assert_int_eq(other.answer, ETIMEDOUT);
}

START_TEST(sleep_of_main_ends)
{
	green_t *g;

	handle(SIGUSR1, on_restarting);
	g = must_spawn(signal_after_a_while, (void *)SIGUSR1);
	assert_failed(green_sleep(10), EINTR);
	must_join(g);
}

static void *raise_now(void *unused)
{
	raise(SIGUSR1);
	return unused;
}

/* As with threads: a signal that comes while nobody waits ends no later wait. */
START_TEST(a_later_wait_is_not_ended)
{
	become_host();
	handle(SIGUSR1, on_ending);
	raise(SIGUSR1);
	ck_assert_int_eq(green_sleep(0.005), 0);
	must_join(must_spawn(raise_now, NULL));
	ck_assert_int_eq(green_sleep(0.005), 0);
	ck_assert_int_eq(handled, 2);
}

static sigset_t all_but(int signo)
{
	sigset_t mask;

	sigfillset(&mask);
	sigdelset(&mask, signo);
	return mask;
}

static bool blocks(int signo)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	return sigismember(&mask, signo);
}

static void block_both(void)
{
	sigset_t both;

	sigemptyset(&both);
	sigaddset(&both, SIGUSR1);
	sigaddset(&both, SIGUSR2);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &both, NULL), 0);
	handle(SIGUSR1, on_ending);
	handle(SIGUSR2, on_ending);
}

START_TEST(each_gets_what_its_mask_lets_through)
{
	sigset_t first = all_but(SIGUSR1), second = all_but(SIGUSR2);
	struct wait a = {SIGNAL_ENDS, &first, 5, 0}, b = {SIGNAL_ENDS, &second, 5, 0};
	green_t *one, *two;

	block_both();
	one = must_spawn(wait_for, &a);
	two = must_spawn(wait_for, &b);
	green_sleep(0.01);
	kill(getpid(), SIGUSR2);
	must_join(two);
	ck_assert_int_eq(b.answer, EINTR);
	ck_assert_int_eq(a.answer, 0);
	kill(getpid(), SIGUSR1);
	must_join(one);
	ck_assert_int_eq(a.answer, EINTR);
	ck_assert(blocks(SIGUSR1) && blocks(SIGUSR2) && !blocks(SIGTERM));
}

START_TEST(pending_signal_ends_at_once)
{
	sigset_t mask = all_but(SIGUSR1);
	struct wait wait = {SIGNAL_ENDS, &mask, 5, 0};
	int i;

	block_both();
	become_host();
	for (i = 0; i < 10; i++) {
		kill(getpid(), SIGUSR1);
		ck_assert_int_eq(handled, i);
		wait_for(&wait);
		ck_assert_int_eq(handled, i + 1);
		ck_assert_int_eq(wait.answer, EINTR);
		ck_assert(blocks(SIGUSR1));
	}
}

START_TEST(masks_go_when_waits_end)
{
	sigset_t mask = all_but(SIGUSR1);
	struct wait short_one = {SIGNAL_ENDS, &mask, 0.005, 0}, killed = {SIGNAL_ENDS, &mask, -1, 0};
	green_t *g, *victim;

	block_both();
	g = must_spawn(wait_for, &short_one);
	victim = must_spawn(wait_for, &killed);
	green_sleep(0.001);
	green_kill(victim);
	must_join(victim);
	must_join(g);
	ck_assert_int_eq(short_one.answer, ETIMEDOUT);
	ck_assert_int_eq(killed.answer, ECANCELED);
	kill(getpid(), SIGUSR1);
	green_sleep(0.002);
	ck_assert_int_eq(handled, 0);
	ck_assert(blocks(SIGUSR1) && blocks(SIGUSR2) && !blocks(SIGTERM));
}

static void *host_that_is_interrupted(void *ready)
{
	become_host();
	atomic_store((_Atomic bool *)ready, true);
	assert_failed(green_sleep(10), EINTR);
	return NULL;
}

START_TEST(another_threads_hub)
{
	_Atomic bool ready = false;
	pthread_t thread;

	become_host();
	handle(SIGUSR1, on_ending);
	ck_assert_int_eq(pthread_create(&thread, NULL, host_that_is_interrupted, (void *)&ready), 0);
	while (!ready)
		ck_assert_int_eq(green_sleep(0.001), 0);
	ck_assert_int_eq(green_sleep(0.02), 0);
	while (pthread_tryjoin_np(thread, NULL) == EBUSY) {
		pthread_kill(thread, SIGUSR1);
		ck_assert_int_eq(green_sleep(0.01), 0);
	}
	ck_assert_int_ge(handled, 1);
}

int main(void)
{
	const TTest *const tests[] = {what_a_handler_ends, main_alone_is_interrupted, sleep_of_main_ends,
	    a_later_wait_is_not_ended, each_gets_what_its_mask_lets_through, pending_signal_ends_at_once,
	    masks_go_when_waits_end, another_threads_hub};

	return run_suite("interrupt", tests, sizeof(tests) / sizeof(tests[0]));
}
