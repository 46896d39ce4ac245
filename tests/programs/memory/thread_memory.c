/* threads */
/* Threads where the address space is short: those that have ended give their stacks back in time. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/resource.h>

#define CREATORS 2
#define THREADS  60000
#define MEGABYTE (1ul << 20)

static pthread_attr_t attributes;
static atomic_int made;
static sem_t gate;

static void limit_address_space(size_t more)
{
	size_t pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	struct rlimit limit;

	must("statm", file && fscanf(file, "%zu", &pages) == 1 ? 0 : -1);
	fclose(file);
	must("getrlimit", getrlimit(RLIMIT_AS, &limit));
	limit.rlim_cur = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
	must("setrlimit", setrlimit(RLIMIT_AS, &limit));
}

static void *end(void *unused)
{
	return unused;
}

/* Several threads of one size after another, faster than they end. */
static void *create_many(void *unused)
{
	pthread_t thread;
	int error = 0;

	while (atomic_load(&made) < THREADS) {
		error = pthread_create(&thread, &attributes, end, NULL);
		if (!error)
			atomic_fetch_add(&made, 1);
		else if (error != EAGAIN)
			break;
	}
	say_whether("the only error is EAGAIN", !error || error == EAGAIN);
	return unused;
}

static int detached(void *unused)
{
	pthread_t creators[CREATORS];

	(void)unused;
	limit_address_space(700 * MEGABYTE);
	must("detach", -pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
	must("size", -pthread_attr_setstacksize(&attributes, 16 * MEGABYTE));
	for (int i = 0; i < CREATORS; i++)
		must("create", -pthread_create(&creators[i], NULL, create_many, NULL));
	for (int i = 0; i < CREATORS; i++)
		must("join", -pthread_join(creators[i], NULL));
	say_whether("all were made", atomic_load(&made) >= THREADS);
	fflush(stdout);
	return 0;
}

static void *wait_at_gate(void *unused)
{
	sem_wait(&gate);
	return unused;
}

/* As many as fit, so that each size needs the memory of the one before. */
static int sizes(void *unused)
{
	static const size_t megabytes[] = {16, 40, 8, 100, 24, 16, 200, 1};
	pthread_t threads[300];

	(void)unused;
	limit_address_space(900 * MEGABYTE);
	sem_init(&gate, 0, 0);
	for (size_t i = 0; i < sizeof(megabytes) / sizeof(megabytes[0]); i++) {
		size_t count = 600 / megabytes[i];

		if (count > sizeof(threads) / sizeof(threads[0]))
			count = sizeof(threads) / sizeof(threads[0]);
		must("size", -pthread_attr_setstacksize(&attributes, megabytes[i] * MEGABYTE));
		for (size_t j = 0; j < count; j++)
			must("create", -pthread_create(&threads[j], &attributes, wait_at_gate, NULL));
		for (size_t j = 0; j < count; j++)
			sem_post(&gate);
		for (size_t j = 0; j < count; j++)
			must("join", -pthread_join(threads[j], NULL));
		printf("%zu threads of %zu MB\n", count, megabytes[i]);
	}
	fflush(stdout);
	return 0;
}

/* Where no thread ends, creating another fails, and the program goes on. */
static int exhausted(void *unused)
{
	pthread_t threads[100];
	size_t count = 0;
	int error = 0;

	(void)unused;
	limit_address_space(700 * MEGABYTE);
	sem_init(&gate, 0, 0);
	must("size", -pthread_attr_setstacksize(&attributes, 64 * MEGABYTE));
	while (!error && count < 100) {
		error = pthread_create(&threads[count], &attributes, wait_at_gate, NULL);
		count += !error;
	}
	say_error("too many", error);
	say_whether("some were made", count > 5 && count < 20);
	for (size_t j = 0; j < count; j++)
		sem_post(&gate);
	must("join", -pthread_join(threads[0], NULL));
	do /* the kernel may not have ended it yet */
		error = pthread_create(&threads[0], &attributes, end, NULL);
	while (error == EAGAIN);
	say_error("after one has ended", error);
	for (size_t j = 0; j < count; j++)
		must("join", -pthread_join(threads[j], NULL));
	fflush(stdout);
	return 0;
}

int main(void)
{
	pthread_t thread;

	must("create", -pthread_create(&thread, NULL, end, NULL));
	must("join", -pthread_join(thread, NULL));
	pthread_attr_init(&attributes);
	end_child(start_child(detached, NULL));
	end_child(start_child(sizes, NULL));
	end_child(start_child(exhausted, NULL));
	return 0;
}
