/* threads */
/* Threads that come and go leave no memory behind, joined or detached. */
#include "tests/programs/say.h"
#include <pthread.h>

enum { WARM = 1500, CYCLES = 3000, MOST = 1200 };

static int ended;

/* In KiB. Other than that of statm, this number is exact. */
static long resident(void)
{
	FILE *smaps = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	long size = -1;

	must("smaps_rollup", smaps ? 0 : -1);
	while (size < 0 && fgets(line, sizeof(line), smaps))
		sscanf(line, "Rss: %ld", &size);
	fclose(smaps);
	return must("Rss", size);
}

static void *use_memory(void *unused)
{
	char *volatile bytes = malloc(2000);

	bytes[0] = 1;
	free(bytes);
	__atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
	return unused;
}

static void churn(int cycles, int state)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, state);
	ended = 0;
	for (int i = 0; i < cycles; i++) {
		must("create", -pthread_create(&thread, &attributes, use_memory, NULL));
		if (state == PTHREAD_CREATE_JOINABLE)
			pthread_join(thread, NULL);
		while (state == PTHREAD_CREATE_DETACHED && __atomic_load_n(&ended, __ATOMIC_SEQ_CST) < i)
			sched_yield();
	}
	pthread_attr_destroy(&attributes);
}

static void watch(const char *what, int state)
{
	long before;
	double start;

	churn(WARM, state);
	before = resident();
	churn(CYCLES, state);
	start = now();
	while (resident() - before >= MOST && now() - start < 2) /* detached ones may still be ending */
		msleep(10);
	say_whether(what, resident() - before < MOST);
}

int main(void)
{
	watch("joined ones leave nothing", PTHREAD_CREATE_JOINABLE);
	watch("nor do detached ones", PTHREAD_CREATE_DETACHED);
	return 0;
}
