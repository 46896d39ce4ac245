/* threads */
/* Mutexes whose owner has died, those that inherit priorities, and those with a priority ceiling. */
#include "tests/programs/say.h"
#include <pthread.h>

static pthread_mutex_t mutex;

static void init(int protocol, int robustness, int type)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setprotocol(&attributes, protocol);
	pthread_mutexattr_setrobust(&attributes, robustness);
	pthread_mutexattr_settype(&attributes, type);
	if (protocol == PTHREAD_PRIO_PROTECT)
		say_error("ceiling", pthread_mutexattr_setprioceiling(&attributes, 10));
	say_error("init", pthread_mutex_init(&mutex, &attributes));
}

static void in_thread(void *(*task)(void *))
{
	pthread_t thread;

	must("pthread_create", -pthread_create(&thread, NULL, task, NULL));
	pthread_join(thread, NULL);
}

static void *lock_and_end(void *unused)
{
	say_error("lock", pthread_mutex_lock(&mutex));
	return unused;
}

static void *find_taken(void *unused)
{
	say_error("try", pthread_mutex_trylock(&mutex));
	say_error("unlock", pthread_mutex_unlock(&mutex));
	return unused;
}

static void *repair(void *unused)
{
	say_error("nothing to repair", pthread_mutex_consistent(&mutex));
	say_error("lock", pthread_mutex_lock(&mutex));
	say_error("repair", pthread_mutex_consistent(&mutex));
	in_thread(find_taken);
	say_error("unlock", pthread_mutex_unlock(&mutex));
	say_error("try", pthread_mutex_trylock(&mutex));
	say_error("unlock", pthread_mutex_unlock(&mutex));
	return unused;
}

static void *lose(void *unused)
{
	say_error("try", pthread_mutex_trylock(&mutex));
	say_error("unlock", pthread_mutex_unlock(&mutex));
	say_error("lock what is lost", pthread_mutex_lock(&mutex));
	say_error("try what is lost", pthread_mutex_trylock(&mutex));
	return unused;
}

static void outlive_owner(int protocol)
{
	init(protocol, PTHREAD_MUTEX_ROBUST, PTHREAD_MUTEX_ERRORCHECK);
	in_thread(lock_and_end);
	in_thread(repair);
	in_thread(lock_and_end);
	in_thread(lose);
	say_error("destroy", pthread_mutex_destroy(&mutex));
}

static void *take(void *unused)
{
	say_error("lock", pthread_mutex_lock(&mutex));
	in_thread(find_taken);
	say_error("unlock", pthread_mutex_unlock(&mutex));
	say_error("unlock", pthread_mutex_unlock(&mutex));
	return unused;
}

/* Who has no real-time priority is not let in. */
static void *meet_ceiling(void *unused)
{
	int before = -1;

	say_error("lock", pthread_mutex_lock(&mutex));
	say_error("set", pthread_mutex_setprioceiling(&mutex, 20, &before));
	say("before", before);
	say_error("get", pthread_mutex_getprioceiling(&mutex, &before));
	say("now", before);
	say_error("too low", pthread_mutex_setprioceiling(&mutex, 0, &before));
	say_error("too high", pthread_mutex_setprioceiling(&mutex, 100, &before));
	say_error("set", pthread_mutex_setprioceiling(&mutex, 30, &before));
	say_error("get", pthread_mutex_getprioceiling(&mutex, &before));
	say("now", before);
	return unused;
}

int main(void)
{
	int ceiling;

	outlive_owner(PTHREAD_PRIO_NONE);
	outlive_owner(PTHREAD_PRIO_INHERIT);
	init(PTHREAD_PRIO_INHERIT, PTHREAD_MUTEX_STALLED, PTHREAD_MUTEX_ERRORCHECK);
	in_thread(take);
	say_error("no ceiling", pthread_mutex_setprioceiling(&mutex, 10, &ceiling));
	init(PTHREAD_PRIO_PROTECT, PTHREAD_MUTEX_STALLED, PTHREAD_MUTEX_NORMAL);
	in_thread(meet_ceiling);
	return 0;
}
