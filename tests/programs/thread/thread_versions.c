/* threads */
/* Functions that are looked up with a version: dlvsym(). What waits by them lets other threads run. */
#include "tests/programs/say.h"
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn, ends[2];

/* The version depends on the machine. */
static void *versioned(const char *name)
{
	static const char *const versions[] = {"GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.27", "GLIBC_2.36"};
	void *found = NULL;
	size_t i;

	for (i = 0; !found && i < sizeof(versions) / sizeof(*versions); i++)
		found = dlvsym(RTLD_DEFAULT, name, versions[i]);
	if (!found)
		printf("%s: not found\n", name);
	return found;
}

static void *condition_wait(void)
{
	void *newer = dlvsym(RTLD_DEFAULT, "pthread_cond_wait", "GLIBC_2.3.2");

	return newer ? newer : versioned("pthread_cond_wait");
}

static void *take_turns(void *arg)
{
	int (*wait)(
	    pthread_cond_t *, pthread_mutex_t *) = (int (*)(pthread_cond_t *, pthread_mutex_t *))condition_wait();
	int mine = *(int *)arg, i;

	for (i = 0; i < 3; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != mine)
			wait(&changed, &mutex);
		printf("thread %d\n", mine);
		turn = !mine;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void *reads(void *unused)
{
	ssize_t (*by_version)(int, void *, size_t) = (ssize_t(*)(int, void *, size_t))versioned("read");
	char byte = '-';

	printf("read: %zd", by_version(ends[0], &byte, 1));
	printf(" %c\n", byte);
	return unused;
}

int main(void)
{
	int number[2] = {0, 1};
	pthread_t thread[2];

	must("pthread_create", -pthread_create(&thread[0], NULL, take_turns, &number[0]));
	must("pthread_create", -pthread_create(&thread[1], NULL, take_turns, &number[1]));
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	must("pipe", pipe(ends));
	must("pthread_create", -pthread_create(&thread[0], NULL, reads, NULL));
	sched_yield();
	must("write", (int)write(ends[1], "+", 1));
	pthread_join(thread[0], NULL);
	printf(
	    "none of that name: %s\n", dlvsym(RTLD_DEFAULT, "no_such_function", "GLIBC_2.2.5") ? "found" : "not found");
	printf("none of that version: %s\n", dlvsym(RTLD_DEFAULT, "read", "GLIBC_1.0") ? "found" : "not found");
	return 0;
}
