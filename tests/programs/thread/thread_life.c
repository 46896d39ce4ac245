/* threads */
/* Threads from their start to their end: results, thread-local variables, keys, detached ones, and the main one first.
 */
#include "tests/programs/say.h"
#include <pthread.h>

enum { THREADS = 5 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static __thread long mine;
static int arrived, destroyed;

static void destroy(void *value)
{
	pthread_mutex_lock(&mutex);
	destroyed += (int)(long)value;
	pthread_mutex_unlock(&mutex);
}

static void arrive(void)
{
	pthread_mutex_lock(&mutex);
	arrived++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
}

static void *live(void *number)
{
	mine += (long)number;
	pthread_setspecific(key, (void *)(mine + 1));
	usleep(1000 * (useconds_t)(THREADS - mine));
	errno = (int)mine;
	arrive();
	if (mine == 2)
		pthread_exit((void *)99);
	return (void *)(mine * 10 + errno);
}

static void wait_for(int count)
{
	pthread_mutex_lock(&mutex);
	while (arrived < count)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *join_main(void *main_thread)
{
	void *result;

	say_error("join of main", pthread_join(*(pthread_t *)main_thread, &result));
	say("result of main", (long)result);
	return NULL;
}

static void say_refusals(pthread_t ended)
{
	pthread_attr_t attributes;
	pthread_t thread;

	say_error("join of oneself", pthread_join(pthread_self(), NULL));
	say_error("too small a stack", (pthread_attr_init(&attributes), pthread_attr_setstacksize(&attributes, 100)));
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&mutex);
	say_error("detached", pthread_create(&thread, &attributes, live, (void *)1));
	say_error("join of a detached one", pthread_join(thread, NULL));
	pthread_mutex_unlock(&mutex);
	wait_for(THREADS + 1);
	say_whether("all are different", !pthread_equal(ended, pthread_self()));
}

int main(void)
{
	pthread_t threads[THREADS], last;
	static pthread_t me;
	void *result;
	long i;

	pthread_key_create(&key, destroy);
	pthread_mutex_lock(&mutex); /* none arrives, so none ends */
	for (i = 0; i < THREADS; i++)
		say_error("create", pthread_create(&threads[i], NULL, live, (void *)i));
	say_error("not ended", pthread_tryjoin_np(threads[0], &result));
	pthread_mutex_unlock(&mutex);
	wait_for(THREADS);
	for (i = 0; i < THREADS; i++) {
		say_error("join", pthread_join(threads[i], &result));
		say("result", (long)result);
	}
	say("destroyed", destroyed);
	say_refusals(threads[0]);
	me = pthread_self();
	pthread_create(&last, NULL, join_main, &me);
	fflush(stdout);
	pthread_exit((void *)7);
}
