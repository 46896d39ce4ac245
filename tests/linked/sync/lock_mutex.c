/* Mutexes of every kind, between greenlets and with OS threads. */
#include "crew.h"

struct kind {
	const char *name;
	int type, robust, protocol;
};

static const struct kind kinds[] = {
    {"normal", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE},
    {"recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE},
    {"error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE},
    {"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_NONE},
    {"robust", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE},
    {"robust recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE},
    {"robust error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_ROBUST, PTHREAD_PRIO_NONE},
    {"inheriting", PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT},
    {"inheriting recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT},
    {"inheriting error-checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_MUTEX_STALLED, PTHREAD_PRIO_INHERIT},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), ROUNDS = 200 };

static pthread_mutex_t mutex;

static void init_mutex(const struct kind *kind)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	must("settype", -pthread_mutexattr_settype(&attributes, kind->type));
	must("setrobust", -pthread_mutexattr_setrobust(&attributes, kind->robust));
	must("setprotocol", -pthread_mutexattr_setprotocol(&attributes, kind->protocol));
	must("pthread_mutex_init", -pthread_mutex_init(&mutex, &attributes));
}

static void *try_as_other(void *arg)
{
	const struct kind *kind = arg;
	struct timespec soon = in_ms(CLOCK_REALTIME, 5);

	expect_equal("another's trylock", pthread_mutex_trylock(&mutex), EBUSY);
	expect_equal("another's timedlock", pthread_mutex_timedlock(&mutex, &soon), ETIMEDOUT);
	if (kind->type != PTHREAD_MUTEX_NORMAL && kind->type != PTHREAD_MUTEX_ADAPTIVE_NP)
		expect_equal("another's unlock", pthread_mutex_unlock(&mutex), EPERM);
	return NULL;
}

static void lock_again(int type)
{
	struct timespec soon = in_ms(CLOCK_MONOTONIC, 5);

	if (type == PTHREAD_MUTEX_RECURSIVE) {
		expect_equal("second lock", pthread_mutex_lock(&mutex), 0);
		expect_equal("third lock", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon), 0);
		expect_equal("first unlock", pthread_mutex_unlock(&mutex), 0);
		expect_equal("second unlock", pthread_mutex_unlock(&mutex), 0);
	} else if (type == PTHREAD_MUTEX_ERRORCHECK) {
		expect_equal("second lock", pthread_mutex_lock(&mutex), EDEADLK);
		expect_equal("second timed lock", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon), EDEADLK);
	} else {
		expect_equal("second trylock", pthread_mutex_trylock(&mutex), EBUSY);
		expect_equal("second lock", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	}
}

static void *own_rules(void *arg)
{
	const struct kind *kind = arg;

	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	lock_again(kind->type);
	in_greenlet(try_as_other, arg);
	in_thread(try_as_other, arg);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	if (kind->type == PTHREAD_MUTEX_ERRORCHECK || kind->type == PTHREAD_MUTEX_RECURSIVE)
		expect_equal("unlock of what is free", pthread_mutex_unlock(&mutex), EPERM);
	return NULL;
}

static long counter;

/* Torn as often as can be: others run, or the kernel lets them, between reading and writing. */
static void *count(void *unused)
{
	long seen;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		expect_equal("lock", pthread_mutex_lock(&mutex), 0);
		seen = counter;
		if (i % 4 == 0)
			green_yield();
		counter = seen + 1;
		expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	}
	return unused;
}

static void every_kind(void)
{
	int i, before;

	for (i = 0; i < KINDS; i++) {
		before = failures;
		init_mutex(&kinds[i]);
		own_rules((void *)&kinds[i]);
		in_greenlet(own_rules, (void *)&kinds[i]);
		counter = 0;
		run_crew(count, NULL);
		expect_equal("sum", counter, CREW * ROUNDS);
		expect_equal("destroy", pthread_mutex_destroy(&mutex), 0);
		if (failures > before)
			printf("%s: with this kind\n", kinds[i].name);
	}
}

static _Atomic int entered;
static int order[GREENLETS], taken;

/* Between its entry and its place in line nobody else runs. */
static void *take_number(void *number)
{
	entered++;
	pthread_mutex_lock(&mutex);
	order[taken++] = (int)(long)number;
	green_yield();
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void first_come_first_served(void)
{
	green_t *g[GREENLETS];
	int i;

	init_mutex(&kinds[0]);
	pthread_mutex_lock(&mutex);
	for (i = 0; i < GREENLETS; i++) {
		g[i] = must_spawn(take_number, (void *)(long)i);
		while (entered == i)
			green_yield();
	}
	pthread_mutex_unlock(&mutex);
	expect_equal("lock of who comes last", pthread_mutex_lock(&mutex), 0);
	expect_equal("who came before", taken, GREENLETS);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < GREENLETS; i++) {
		must_join(g[i]);
		expect_equal("order", order[i], i);
	}
}

static void *hold_a_while(void *unused)
{
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	entered = -1;
	while (entered == -1)
		green_sleep(0.001);
	green_sleep(0.01);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *time_limits(void *unused)
{
	struct timespec no_time = {.tv_nsec = 1000000000}, past = {.tv_sec = -1};
	double since = now();
	struct timespec late = in_ms(CLOCK_REALTIME, 30000), soon = in_ms(CLOCK_MONOTONIC, 5);

	expect_equal("timedlock until no time", pthread_mutex_timedlock(&mutex, &no_time), EINVAL);
	expect_equal("timedlock until long ago", pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
	expect_equal("clocklock by a clock that is none", pthread_mutex_clocklock(&mutex, 12345, &late), EINVAL);
	expect_equal("clocklock", pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
	expect("it waited", now() - since >= 0.0049);
	entered = -2;
	expect_equal("timedlock", pthread_mutex_timedlock(&mutex, &late), 0);
	expect("it did not wait to the end", now() - since < 20);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	expect_equal("timedlock of what is free", pthread_mutex_timedlock(&mutex, &past), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void limits_hold(void)
{
	void *(*const by[])(void *(*)(void *), void *) = {in_greenlet, in_thread};
	pthread_t thread;
	green_t *g = NULL;
	int i;

	init_mutex(&kinds[0]);
	for (i = 0; i < 4; i++) {
		entered = 0;
		if (i & 1)
			g = must_spawn(hold_a_while, NULL);
		else
			must("pthread_create", -pthread_create(&thread, NULL, hold_a_while, NULL));
		while (entered != -1)
			green_yield();
		if (i & 1) {
			by[0](time_limits, NULL);
			must_join(g);
		} else {
			by[i / 2](time_limits, NULL);
			pthread_join(thread, NULL);
		}
	}
}

static void statically_initialised(void)
{
	static pthread_mutex_t statics[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
	    PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP, PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP};
	int i;

	for (i = 0; i < 4; i++) {
		mutex = statics[i];
		counter = 0;
		run_crew(count, NULL);
		expect_equal("sum", counter, CREW * ROUNDS);
	}
}

/* A lock that is waited for must be had: to be killed does not end the wait. */
static void killed_in_line(void)
{
	green_t *g;

	init_mutex(&kinds[0]);
	entered = taken = 0;
	pthread_mutex_lock(&mutex);
	g = must_spawn(take_number, (void *)7L);
	while (!entered)
		green_yield();
	green_kill(g);
	green_yield();
	expect_equal("it waits still", taken, 0);
	pthread_mutex_unlock(&mutex);
	must_join(g);
	expect_equal("it was served", taken, 1);
}

static void *lock_as_lone_host(void *unused)
{
	in_greenlet(take_number, NULL);
	entered = -1;
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

/* The kernel does not know a greenlet that owns a mutex which inherits priorities. */
static void *held_by_greenlet(void *unused)
{
	pthread_t thread;

	taken = 0;
	must("pthread_create", -pthread_create(&thread, NULL, lock_as_lone_host, NULL));
	while (entered != -1)
		green_yield();
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	green_sleep(0.02);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	pthread_join(thread, NULL);
	return unused;
}

int main(void)
{
	in_greenlet(count, (init_mutex(&kinds[0]), NULL));
	every_kind();
	first_come_first_served();
	limits_hold();
	statically_initialised();
	killed_in_line();
	init_mutex(&kinds[7]);
	in_greenlet(held_by_greenlet, NULL);
	return verdict();
}
