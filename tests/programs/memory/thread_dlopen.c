/* threads */
/* Libraries that are loaded while threads live: their thread-local variables are as they say, in each thread. */
#include "tests/programs/say.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>

#define THREADS 3

static pthread_barrier_t barrier;
static int *(*variable)(void), *(*zero)(void);
static int (*open_inner)(void);
static int right;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *load(const char *name)
{
	char program[PATH_MAX] = "", path[2 * PATH_MAX];

	must("readlink", readlink("/proc/self/exe", program, sizeof(program) - 1));
	*strrchr(program, '/') = '\0';
	snprintf(path, sizeof(path), "%s/%s", program, name);
	return dlopen(path, RTLD_NOW);
}

static void load_outer(void)
{
	void *outer = load("library/dl_outer.so");

	if (!outer) {
		puts(dlerror());
		exit(1);
	}
	variable = (int *(*)(void))dlsym(outer, "outer_variable");
	zero = (int *(*)(void))dlsym(outer, "outer_zero");
	open_inner = (int (*)(void))dlsym(outer, "open_inner");
}

static void look(int mine)
{
	bool is_right = *variable() == 42 && *zero() == 0;

	*variable() = *zero() = mine;
	pthread_barrier_wait(&barrier);
	is_right = is_right && *variable() == mine && *zero() == mine;
	pthread_mutex_lock(&mutex);
	right += is_right;
	pthread_mutex_unlock(&mutex);
}

/* The last one loads it. */
static void *use(void *number)
{
	int mine = (int)(intptr_t)number;

	pthread_barrier_wait(&barrier);
	if (mine == THREADS)
		load_outer();
	pthread_barrier_wait(&barrier);
	look(mine);
	return NULL;
}

static void *use_late(void *right_there)
{
	*(bool *)right_there = *variable() == 42 && *zero() == 0;
	return NULL;
}

static void say_missing(void)
{
	say_whether("no such library", !dlopen("no-such-library.so", RTLD_NOW));
	say_whether("it says so", strstr(dlerror(), "no-such-library.so"));
	say_whether("no more to say", !dlerror());
}

int main(void)
{
	pthread_t threads[THREADS];
	bool late = false;
	void *self = dlopen(NULL, RTLD_NOW);
	intptr_t i;

	say_whether("the program itself", self);
	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		must("pthread_create", -pthread_create(&threads[i], NULL, use, (void *)(i + 1)));
	use(NULL);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	say("right in", right);
	must("pthread_create", -pthread_create(&threads[0], NULL, use_late, &late));
	pthread_join(threads[0], NULL);
	say_whether("right in a later one", late);
	must("pthread_create", -pthread_create(&threads[0], NULL, use_late, &late));
	say("inner", open_inner());
	say_missing();
	pthread_join(threads[0], NULL);
	say("dlclose", dlclose(self));
	return 0;
}
