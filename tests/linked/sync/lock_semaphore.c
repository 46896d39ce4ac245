/* Semaphores between greenlets, with OS threads, and from signal handlers. */
#include "crew.h"
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

enum { ROUNDS = 300 };

static sem_t ping, pong;
static _Atomic int most;
static int inside, role;

/* No more than three at a time. */
static void *enter_and_leave(void *unused)
{
	int i, now_inside, before;

	for (i = 0; i < ROUNDS; i++) {
		expect_equal("sem_wait", sem_wait(&ping), 0);
		now_inside = __atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		before = most;
		while (now_inside > before && !atomic_compare_exchange_weak(&most, &before, now_inside))
			;
		if (i % 8 == 0)
			green_yield();
		__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST);
		expect_equal("sem_post", sem_post(&ping), 0);
	}
	return unused;
}

/* Each post lets one through, from whichever side it comes. */
static void *give_or_take(void *unused)
{
	int i, own = __atomic_fetch_add(&role, 1, __ATOMIC_RELAXED);

	for (i = 0; i < ROUNDS; i++) {
		if (own % 2) {
			expect_equal("sem_wait", sem_wait(&ping), 0);
			expect_equal("sem_post", sem_post(&pong), 0);
		} else {
			expect_equal("sem_post", sem_post(&ping), 0);
			expect_equal("sem_wait", sem_wait(&pong), 0);
		}
	}
	return unused;
}

static void *answer_the_rest(void *unused)
{
	int i;

	for (i = 0; i < ROUNDS * (CREW % 2); i++) {
		sem_wait(&ping);
		sem_post(&pong);
	}
	return unused;
}

static void counts_hold(void)
{
	green_t *rest;
	int value;

	must("sem_init", sem_init(&ping, 0, 3));
	must("sem_init", sem_init(&pong, 0, 0));
	run_crew(enter_and_leave, NULL);
	expect("no more than three", most <= 3);
	expect_equal("sem_getvalue", sem_getvalue(&ping, &value), 0);
	expect_equal("value", value, 3);
	must("sem_init", sem_init(&ping, 0, 0));
	rest = must_spawn(answer_the_rest, NULL);
	run_crew(give_or_take, NULL);
	must_join(rest);
	expect_failure("sem_trywait", sem_trywait(&ping), EAGAIN);
	expect_failure("sem_trywait", sem_trywait(&pong), EAGAIN);
}

static void *time_limits(void *unused)
{
	struct timespec no_time = {.tv_nsec = 1000000000}, past = {.tv_sec = -1};
	double since = now();
	struct timespec soon = in_ms(CLOCK_REALTIME, 10), other = in_ms(CLOCK_MONOTONIC, 20);

	expect_failure("sem_timedwait until no time", sem_timedwait(&ping, &no_time), EINVAL);
	expect_failure("sem_timedwait until long ago", sem_timedwait(&ping, &past), ETIMEDOUT);
	expect_failure("sem_clockwait by no clock", sem_clockwait(&ping, 12345, &soon), EINVAL);
	expect_failure("sem_timedwait", sem_timedwait(&ping, &soon), ETIMEDOUT);
	expect("it waited", now() - since >= 0.0099);
	expect_failure("sem_clockwait", sem_clockwait(&ping, CLOCK_MONOTONIC, &other), ETIMEDOUT);
	expect("it waited", now() - since >= 0.0199 && now() - since < 5);
	sem_post(&ping);
	errno = 0;
	expect_equal("sem_timedwait until long ago, not having to wait", sem_timedwait(&ping, &past), 0);
	expect_equal("errno", errno, 0);
	return unused;
}

static void post(int signo)
{
	int before = errno;

	(void)signo;
	sem_post(&ping);
	errno = before;
}

static void do_nothing(int signo)
{
	(void)signo;
}

static void ring_every(long us, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	must("sigaction", sigaction(SIGALRM, &action, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){{0, us}, {0, us}}, NULL));
}

static void *wait_for_handlers(void *unused)
{
	struct timespec late = in_ms(CLOCK_REALTIME, 30000);
	int i;

	for (i = 0; i < 5; i++) {
		while (sem_timedwait(&ping, &late) != 0)
			expect_equal("errno", errno, EINTR);
	}
	return unused;
}

static void *keep_busy(void *unused)
{
	while (role >= 0) {
		sem_post(&pong);
		sem_wait(&pong);
		green_yield();
	}
	return unused;
}

/* The handler falls into the midst of everything, our own queues included. */
static void posts_by_handlers(void)
{
	green_t *busy[2];

	role = 0;
	busy[0] = must_spawn(keep_busy, NULL);
	busy[1] = must_spawn(keep_busy, NULL);
	ring_every(2000, post, SA_RESTART);
	run_crew(wait_for_handlers, NULL);
	ring_every(0, post, SA_RESTART);
	role = -1;
	join_despite_signals(busy[0]);
	join_despite_signals(busy[1]);
	while (sem_trywait(&ping) == 0)
		;
}

static void *post_later(void *unused)
{
	green_sleep(0.03);
	sem_post(&ping);
	return unused;
}

/* The main greenlet, as it would be the main thread. */
static void interrupted(void)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 30000);
	green_t *g;

	ring_every(5000, do_nothing, 0);
	g = must_spawn(keep_busy, (role = 0, NULL));
	expect_failure("sem_wait", sem_wait(&ping), EINTR);
	expect_failure("sem_clockwait", sem_clockwait(&ping, CLOCK_MONOTONIC, &late), EINTR);
	ring_every(5000, do_nothing, SA_RESTART);
	green_detach(must_spawn(post_later, NULL));
	expect_equal("sem_wait that restarts", sem_wait(&ping), 0);
	ring_every(0, do_nothing, 0);
	role = -1;
	join_despite_signals(g);
}

static void *interrupt_thread(void *thread)
{
	while (role == 0) {
		pthread_kill(*(pthread_t *)thread, SIGUSR1);
		green_sleep(0.002);
	}
	return NULL;
}

static void *wait_interrupted(void *unused)
{
	expect_failure("a thread's sem_wait", sem_wait(&ping), EINTR);
	role = 1;
	return unused;
}

static void thread_is_interrupted(void)
{
	struct sigaction action = {.sa_handler = do_nothing};
	pthread_t thread;

	role = 0;
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("pthread_create", -pthread_create(&thread, NULL, wait_interrupted, NULL));
	in_greenlet(interrupt_thread, &thread);
	pthread_join(thread, NULL);
}

static void *wait_killed(void *unused)
{
	expect_failure("sem_wait of who is killed", sem_wait(&ping), ECANCELED);
	return unused;
}

/* A post that meets a waiter who is killed goes to the next. */
static void killed_in_line(void)
{
	green_t *killed = must_spawn(wait_killed, NULL), *next;

	green_yield();
	next = must_spawn(post_later, NULL);
	green_kill(killed);
	must_join(killed);
	expect_equal("sem_wait", sem_wait(&ping), 0);
	must_join(next);
}

static void named(void)
{
	char name[40];
	sem_t *own, *other;

	snprintf(name, sizeof(name), "/greenload-test-%d", (int)getpid());
	own = sem_open(name, O_CREAT | O_EXCL, 0600, 0);
	must("sem_open", own == SEM_FAILED ? -1 : 0);
	other = sem_open(name, 0);
	must("sem_open", other == SEM_FAILED ? -1 : 0);
	sem_unlink(name);
	expect_equal("sem_post", sem_post(other), 0);
	expect_equal("sem_wait", sem_wait(own), 0);
	sem_close(other);
	sem_close(own);
}

int main(void)
{
	counts_hold();
	in_greenlet(time_limits, NULL);
	in_thread(time_limits, NULL);
	posts_by_handlers();
	interrupted();
	thread_is_interrupted();
	killed_in_line();
	named();
	return verdict();
}
