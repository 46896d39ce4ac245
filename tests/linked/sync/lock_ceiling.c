/* Mutexes with a priority ceiling, of greenlets with real-time priorities; the ceiling changes in turn. */
#include "tests/linked/expect.h"
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>

enum { CEILING = 10, PATIENCE = 15 };

static pthread_mutex_t mutex;
static bool is_held, let_go;

static void init_mutex(int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
	pthread_mutexattr_setprioceiling(&attributes, CEILING);
	pthread_mutexattr_settype(&attributes, type);
	must("mutex", -pthread_mutex_init(&mutex, &attributes));
}

static void become(int policy, int priority)
{
	const struct sched_param param = {.sched_priority = priority};

	expect_equal("setschedparam", pthread_setschedparam(pthread_self(), policy, &param), 0);
}

static void *respect_ceiling(void *unused)
{
	const struct timespec past = {0, 0};

	become(SCHED_FIFO, CEILING + 1);
	expect_equal("too urgent", pthread_mutex_lock(&mutex), EINVAL);
	expect_equal("too urgent", pthread_mutex_trylock(&mutex), EINVAL);
	expect_equal("too urgent", pthread_mutex_timedlock(&mutex, &past), EINVAL);
	become(SCHED_RR, CEILING);
	expect_equal("just as urgent", pthread_mutex_lock(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	become(SCHED_FIFO, 1);
	for (int i = 0; i < 3; i++) {
		expect_equal("less urgent", pthread_mutex_trylock(&mutex), 0);
		expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	}
	return unused;
}

static void *be_refused(void *unused)
{
	const struct timespec past = {0, 0};

	become(SCHED_FIFO, 1);
	expect_equal("trylock", pthread_mutex_trylock(&mutex), EBUSY);
	expect_equal("timedlock", pthread_mutex_timedlock(&mutex, &past), ETIMEDOUT);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), EPERM);
	return unused;
}

static void *take_twice(void *type)
{
	bool is_recursive = *(int *)type == PTHREAD_MUTEX_RECURSIVE;
	int ceiling;

	become(SCHED_FIFO, 1);
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("again", pthread_mutex_lock(&mutex), is_recursive ? 0 : EDEADLK);
	expect_equal("try again", pthread_mutex_trylock(&mutex), is_recursive ? 0 : EDEADLK);
	must_join(must_spawn(be_refused, NULL));
	expect_equal("set", pthread_mutex_setprioceiling(&mutex, CEILING + 1, &ceiling), is_recursive ? 0 : EDEADLK);
	must_join(must_spawn(be_refused, NULL));
	for (int i = is_recursive ? 3 : 1; i > 0; i--)
		expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	expect_equal("once more", pthread_mutex_unlock(&mutex), EPERM);
	pthread_mutex_getprioceiling(&mutex, &ceiling);
	expect_equal("ceiling", ceiling, CEILING + is_recursive);
	return NULL;
}

static void *hold(void *unused)
{
	become(SCHED_FIFO, 1);
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	is_held = true;
	while (!let_go)
		green_sleep(0.001);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

static void *raise_ceiling(void *before)
{
	expect_equal("set", pthread_mutex_setprioceiling(&mutex, 2 * CEILING, before), 0);
	return NULL;
}

static void *lock_below_new(void *unused)
{
	become(SCHED_FIFO, 2 * CEILING);
	expect_equal("lock", pthread_mutex_lock(&mutex), 0);
	expect_equal("unlock", pthread_mutex_unlock(&mutex), 0);
	return unused;
}

/* The holder goes on while others wait: one to set the ceiling, one, behind it, for the mutex. */
static void change_in_turn(void)
{
	green_t *holder, *changer, *next;
	int before = 0;

	init_mutex(PTHREAD_MUTEX_NORMAL);
	holder = must_spawn(hold, NULL);
	while (!is_held)
		green_yield();
	changer = must_spawn(raise_ceiling, &before);
	green_sleep(0.01);
	expect_equal("not yet", before, 0);
	let_go = true;
	must_join(changer);
	must_join(holder);
	expect_equal("before", before, CEILING);
	next = must_spawn(lock_below_new, NULL);
	must_join(next);
}

/* Tried by a child: before there are greenlets, a priority is the kernel's to give. */
static bool can_be_urgent(void)
{
	const struct sched_param param = {.sched_priority = 2 * CEILING};
	int status = 1;
	pid_t child = fork();

	if (child == 0)
		_exit(sched_setscheduler(0, SCHED_FIFO, &param) != 0);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
	int types[] = {PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK};

	if (!can_be_urgent())
		return skip("the system does not allow real-time priorities");
	alarm(PATIENCE);
	init_mutex(PTHREAD_MUTEX_NORMAL);
	must_join(must_spawn(respect_ceiling, NULL));
	for (int i = 0; i < 2; i++) {
		init_mutex(types[i]);
		must_join(must_spawn(take_twice, &types[i]));
	}
	change_in_turn();
	return verdict();
}
