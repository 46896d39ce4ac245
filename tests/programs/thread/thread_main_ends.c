/* threads */
/* The main thread ends before another, and leaves a robust mutex behind. */
#include "tests/programs/say.h"
#include <pthread.h>

static pthread_mutex_t mutex;
static pthread_t main_thread;

static void *take_over(void *unused)
{
	say_error("join", pthread_join(main_thread, NULL));
	say_error("lock", pthread_mutex_lock(&mutex));
	say_error("repair", pthread_mutex_consistent(&mutex));
	say_error("unlock", pthread_mutex_unlock(&mutex));
	return unused;
}

int main(void)
{
	pthread_mutexattr_t attributes;
	pthread_t thread;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	must("init", -pthread_mutex_init(&mutex, &attributes));
	say_error("lock", pthread_mutex_lock(&mutex));
	main_thread = pthread_self();
	must("create", -pthread_create(&thread, NULL, take_over, NULL));
	pthread_exit(NULL);
}
