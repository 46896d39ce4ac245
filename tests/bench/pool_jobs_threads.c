/* pool_jobs_threads JOBS: empty jobs run by a pool of 100 OS threads, which take them from a queue for 100. */
#include "bench.h"
#include <pthread.h>
#include <stdbool.h>

enum { THREADS = 100, ROOM = 100 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t not_empty = PTHREAD_COND_INITIALIZER, not_full = PTHREAD_COND_INITIALIZER;
static void (*jobs_waiting[ROOM])(void);
static size_t first, waiting, done;
static bool is_over;

static void count_job(void)
{
	__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
}

static void *work(void *unused)
{
	pthread_mutex_lock(&mutex);
	for (;;) {
		void (*job)(void);

		while (!waiting && !is_over)
			pthread_cond_wait(&not_empty, &mutex);
		if (!waiting)
			break;
		job = jobs_waiting[first];
		first = (first + 1) % ROOM;
		waiting--;
		pthread_cond_signal(&not_full);
		pthread_mutex_unlock(&mutex);
		job();
		pthread_mutex_lock(&mutex);
	}
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void submit(void (*job)(void))
{
	pthread_mutex_lock(&mutex);
	while (waiting == ROOM)
		pthread_cond_wait(&not_full, &mutex);
	jobs_waiting[(first + waiting++) % ROOM] = job;
	pthread_cond_signal(&not_empty);
	pthread_mutex_unlock(&mutex);
}

static void end_all(const pthread_t *threads)
{
	int i;

	pthread_mutex_lock(&mutex);
	is_over = true;
	pthread_cond_broadcast(&not_empty);
	pthread_mutex_unlock(&mutex);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	size_t i, jobs = number_argument(argc, argv, 1, "jobs");
	pthread_t threads[THREADS];
	uint64_t begun = now();

	for (i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			err(1, "pthread_create");
	}
	for (i = 0; i < jobs; i++)
		submit(count_job);
	end_all(threads);
	print_figure("job", (double)(now() - begun) / (double)jobs, "ns");
	return done == jobs ? 0 : 1;
}
