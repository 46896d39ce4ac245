/* Who is woken by the raw futex call, how many they are, and what else ends a wait. */
#include "tests/linked/expect.h"
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/time.h>

enum { WAITERS = 6 };

static uint32_t word, other;
static int flag;
static _Atomic int woken;

static long futex(uint32_t *address, int op, uint32_t value, const void *limit, void *second, uint32_t value3)
{
	return syscall(SYS_futex, address, op | flag, value, limit, second, value3);
}

static void *wait_once(void *bits)
{
	long answer = futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, (uint32_t)(uintptr_t)bits);

	expect_equal("a wait", answer, 0);
	woken++;
	return NULL;
}

/* Wakes until so many have been: who is to wait may still be on his way, and is counted by who wakes him. */
static void expect_to_wake(const char *what, uint32_t *address, uint32_t bits, int count)
{
	int before = woken, told = 0;
	double since = now();

	while (told < count && now() - since < 10) {
		told += (int)futex(address, FUTEX_WAKE_BITSET, (uint32_t)(count - told), NULL, NULL, bits);
		green_sleep(0.001);
	}
	while (woken < before + count && now() - since < 10)
		green_sleep(0.001);
	expect_equal(what, told, count);
	expect_equal("woken", woken - before, count);
}

static void expect_nobody(uint32_t *address)
{
	expect_equal("nobody else", futex(address, FUTEX_WAKE, INT_MAX, NULL, NULL, 0), 0);
}

static void wake_by_bits(void)
{
	green_t *g[WAITERS];

	for (int i = 0; i < WAITERS; i++)
		g[i] = must_spawn(wait_once, (void *)(i % 2 ? 1ul : 6ul));
	green_sleep(0.01);
	expect_equal("other bits", futex(&word, FUTEX_WAKE_BITSET, INT_MAX, NULL, NULL, 8), 0);
	expect_to_wake("one bit", &word, 1, WAITERS / 2);
	expect_to_wake("all the bits", &word, FUTEX_BITSET_MATCH_ANY, WAITERS / 2);
	expect_nobody(&word);
	for (int i = 0; i < WAITERS; i++)
		must_join(g[i]);
}

/* Some wait in the lot, and some in the kernel: all are counted, once. */
static void wake_threads_too(void)
{
	pthread_t threads[2];
	green_t *g[2];

	for (int i = 0; i < 2; i++) {
		must("pthread_create", -pthread_create(&threads[i], NULL, wait_once, (void *)1));
		g[i] = must_spawn(wait_once, (void *)1);
	}
	expect_to_wake("one of both kinds", &word, 1, 1);
	expect_to_wake("the rest", &word, FUTEX_BITSET_MATCH_ANY, 3);
	expect_nobody(&word);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		must_join(g[i]);
	}
}

/* Those who are moved are woken at the other word only. */
static void requeue(int op, uint32_t expected)
{
	pthread_t thread;
	green_t *g[WAITERS];
	int before = woken, told = 0;

	must("pthread_create", -pthread_create(&thread, NULL, wait_once, (void *)1));
	for (int i = 0; i < WAITERS; i++)
		g[i] = must_spawn(wait_once, (void *)1);
	green_sleep(0.02);
	expect_failure("compared", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 9), EAGAIN);
	expect_equal("one woken, three moved", futex(&word, op, 1, (void *)3, &other, expected), 4);
	for (double since = now(); told < WAITERS - 3 && now() - since < 10; green_sleep(0.001))
		told += (int)futex(&word, op, 0, (void *)INT_MAX, &other, expected);
	expect_equal("the rest moved", told, WAITERS - 3);
	green_sleep(0.002);
	expect_equal("woken", woken - before, 1);
	expect_nobody(&word);
	expect_to_wake("where they are now", &other, FUTEX_BITSET_MATCH_ANY, WAITERS);
	expect_nobody(&other);
	pthread_join(thread, NULL);
	for (int i = 0; i < WAITERS; i++)
		must_join(g[i]);
}

static void requeue_to_itself(void)
{
	green_t *g = must_spawn(wait_once, (void *)1);

	green_sleep(0.01);
	expect_equal("moved to where it is", futex(&word, FUTEX_REQUEUE, 0, (void *)1, &word, 0), 1);
	expect_to_wake("still there", &word, FUTEX_BITSET_MATCH_ANY, 1);
	must_join(g);
}

static void *wait_a_little(void *unused)
{
	struct timespec span = {0, 20000000}, at;
	double since = now();

	expect_failure("a span", futex(&word, FUTEX_WAIT, 0, &span, NULL, 0), ETIMEDOUT);
	expect("it has passed", now() - since >= 0.02);
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 20000000;
	at.tv_sec += at.tv_nsec / 1000000000;
	at.tv_nsec %= 1000000000;
	expect_failure("a time", futex(&word, FUTEX_WAIT_BITSET, 0, &at, NULL, 1), ETIMEDOUT);
	expect("it has come", now() >= (double)at.tv_sec + (double)at.tv_nsec / 1e9);
	return unused;
}

static void run_out_of_time(void)
{
	green_t *g[3];

	for (int i = 0; i < 3; i++)
		g[i] = must_spawn(wait_a_little, NULL);
	for (int i = 0; i < 3; i++)
		must_join(g[i]);
	expect_nobody(&word);
}

static void ring(int signo)
{
	(void)signo;
}

static void *wake_later(void *unused)
{
	green_sleep(0.05);
	expect_to_wake("who was not interrupted", &word, FUTEX_BITSET_MATCH_ANY, 1);
	return unused;
}

/* signal(7): a wait restarts, where the handler says so and it has no time limit. */
static void interrupt(void)
{
	struct sigaction action = {.sa_handler = ring};
	struct timespec minute = {60, 0};
	green_t *waker;

	must("sigaction", sigaction(SIGALRM, &action, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){{0, 5000}, {0, 5000}}, NULL));
	expect_failure("a wait", futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0), EINTR);
	expect_failure("a wait with a limit", futex(&word, FUTEX_WAIT, 0, &minute, NULL, 0), EINTR);
	action.sa_flags = SA_RESTART;
	must("sigaction", sigaction(SIGALRM, &action, NULL));
	expect_failure("with a limit and SA_RESTART", futex(&word, FUTEX_WAIT, 0, &minute, NULL, 0), EINTR);
	waker = must_spawn(wake_later, NULL);
	wait_once((void *)1);
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL));
	must_join(waker);
	expect_nobody(&word);
}

/* A kill is not known to who waits for a lock, and is kept for the next call. */
static void *wait_though_killed(void *unused)
{
	wait_once((void *)1);
	expect_failure("the next call", green_sleep(1), ECANCELED);
	return unused;
}

static void kill_who_waits(void)
{
	green_t *g = must_spawn(wait_though_killed, NULL);

	green_sleep(0.01);
	expect_equal("green_kill", green_kill(g), 0);
	green_sleep(0.01);
	expect_to_wake("who was killed", &word, FUTEX_BITSET_MATCH_ANY, 1);
	must_join(g);
}

static void *keep_company(void *unused)
{
	green_sleep(60);
	return unused;
}

int main(void)
{
	green_t *company = must_spawn(keep_company, NULL);

	for (int i = 0; i < 2; i++) {
		flag = i ? 0 : FUTEX_PRIVATE_FLAG;
		wake_by_bits();
		wake_threads_too();
		requeue(FUTEX_REQUEUE, 0);
		requeue(FUTEX_CMP_REQUEUE, 0);
		requeue_to_itself();
		run_out_of_time();
		interrupt();
		kill_who_waits();
	}
	green_kill(company);
	must_join(company);
	return verdict();
}
