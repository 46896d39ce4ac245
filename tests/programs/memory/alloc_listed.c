/* threads */
/*
 * An allocator of the program's own that links a cache of each thread, in thread-local storage, into a list, and takes
 * it out by a key's destructor, as jemalloc does: only a thread that ends may have been in it.
 */
#include "tests/programs/say.h"
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size), *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size), __libc_free(void *memory);

struct cache {
	struct cache *next, **link, *self;
};

enum { THREADS = 40, TIMES = 4000 };

static struct cache *caches;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static bool has_key;
static __thread struct cache mine __attribute__((tls_model("initial-exec")));
static __thread bool is_gone;

static void leave(void *of_thread)
{
	struct cache *cache = of_thread;

	pthread_mutex_lock(&lock);
	*cache->link = cache->next;
	if (cache->next)
		cache->next->link = cache->link;
	pthread_mutex_unlock(&lock);
	memset(cache, 0, sizeof(*cache));
	is_gone = true;
}

static void enter(void)
{
	if (mine.self || is_gone)
		return;
	mine.self = &mine;
	pthread_mutex_lock(&lock);
	if (!has_key)
		pthread_key_create(&key, leave);
	has_key = true;
	mine.next = caches;
	mine.link = &caches;
	if (caches)
		caches->link = &mine.next;
	caches = &mine;
	pthread_mutex_unlock(&lock);
	pthread_setspecific(key, &mine);
}

void *malloc(size_t size)
{
	enter();
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	enter();
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	enter();
	return __libc_realloc(old, size);
}

void free(void *memory)
{
	enter();
	__libc_free(memory);
}

static void *allocate(void *unused)
{
	void *volatile memory = malloc(100);

	free(memory);
	sched_yield();
	return unused;
}

/* Takes what was freed, and overwrites it. */
static void overwrite(void)
{
	int i;

	for (i = 0; i < TIMES; i++) {
		size_t size = 64 * (1 + (size_t)i % 200);
		char *volatile memory = malloc(size);

		memset(memory, 0, size);
	}
}

static void say_list(const char *when)
{
	bool is_intact = true, found = false;
	struct cache *cache;
	int count = 0;

	for (cache = caches; cache && is_intact; cache = cache->next, count++) {
		is_intact = cache->self == cache;
		found |= cache == &mine;
	}
	printf("%s: %s, %d listed\n", when, is_intact && found ? "intact" : "broken", count);
}

int main(void)
{
	pthread_t thread[THREADS];
	int i, round;

	pthread_create(&thread[0], NULL, allocate, NULL);
	pthread_join(thread[0], NULL);
	overwrite();
	say_list("after one thread");
	for (round = 0; round < 3; round++) {
		for (i = 0; i < THREADS; i++)
			pthread_create(&thread[i], NULL, allocate, NULL);
		for (i = 0; i < THREADS; i++)
			pthread_join(thread[i], NULL);
	}
	overwrite();
	say_list("after many");
	return 0;
}
