/* threads and helpers */
/*
 * An allocator of the program's own that now and then sleeps while it holds its mutex, as one that writes a log into a
 * pipe: whoever else allocates meanwhile waits for the mutex, and nothing of ours does.
 */
#include "tests/programs/say.h"
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CLASSES = 64, THREADS = 50, BLOCKS = 50, ROUNDS = 200, SLEEPS_EACH = 512, HEADER = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *pool;
static size_t used;
static long calls;
static void *freed[CLASSES];

static unsigned class_of(size_t size)
{
	unsigned class = 5;

	while ((1ul << class) < size)
		class ++;
	return class;
}

static char *take(unsigned class)
{
	char *block = freed[class];

	if (!pool)
		pool = mmap(
		    NULL, 1ul << 32, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (block) {
		freed[class] = *(void **)(block + HEADER);
		return block;
	}
	block = pool + used;
	used += 1ul << class;
	return block;
}

/* A block begins with its class, and how far before it the header of the whole lies. */
void *malloc(size_t size)
{
	unsigned class = class_of(size + HEADER);
	char *block;

	pthread_mutex_lock(&lock);
	block = take(class);
	if (++calls % SLEEPS_EACH == 0)
		usleep(1);
	pthread_mutex_unlock(&lock);
	((size_t *)block)[0] = class;
	((size_t *)block)[1] = 0;
	return block + HEADER;
}

void free(void *memory)
{
	char *block = (char *)memory - HEADER;
	size_t class;

	if (!memory)
		return;
	block -= ((size_t *)block)[1];
	class = *(size_t *)block;
	pthread_mutex_lock(&lock);
	*(void **)(block + HEADER) = freed[class];
	freed[class] = block;
	pthread_mutex_unlock(&lock);
}

void *calloc(size_t count, size_t size)
{
	void *volatile memory = malloc(count * size); /* the compiler would make a call of calloc of both */

	return memset(memory, 0, count * size);
}

size_t malloc_usable_size(void *memory)
{
	char *block = (char *)memory - HEADER;
	size_t offset = ((size_t *)block)[1];

	return (1ul << *(size_t *)(block - offset)) - HEADER - offset;
}

void *realloc(void *old, size_t size)
{
	void *memory = malloc(size);
	size_t before = old ? malloc_usable_size(old) : 0;

	if (old)
		memcpy(memory, old, before < size ? before : size);
	free(old);
	return memory;
}

void *memalign(size_t alignment, size_t size)
{
	char *memory = malloc(size + alignment + HEADER), *aligned;

	if (((uintptr_t)memory & (alignment - 1)) == 0)
		return memory;
	aligned = (char *)(((uintptr_t)memory + HEADER + alignment - 1) & ~(alignment - 1));
	((size_t *)(aligned - HEADER))[1] = (size_t)(aligned - memory);
	return aligned;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
	*result = memalign(alignment, size);
	return 0;
}

static void *allocate(void *unused)
{
	char *block[BLOCKS];
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < BLOCKS; i++) {
			block[i] = malloc(10 + (size_t)i * 7);
			memset(block[i], i, 10 + (size_t)i * 7);
		}
		for (i = 0; i < BLOCKS; i++) {
			if (block[i][3] != i)
				puts("overwritten");
			free(block[i]);
		}
		if (round % 50 == 0)
			usleep(100);
	}
	return unused;
}

/* Jobs for helper threads, which are made while others allocate. */
static void *write_back(void *unused)
{
	FILE *file = tmpfile();
	int i;

	for (i = 0; i < 20; i++) {
		fputs("text\n", file);
		fflush(file);
		fdatasync(fileno(file));
	}
	fclose(file);
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS + 4];
	int i;

	for (i = 0; i < THREADS + 4; i++)
		must("pthread_create", -pthread_create(&thread[i], NULL, i < THREADS ? allocate : write_back, NULL));
	for (i = 0; i < THREADS + 4; i++)
		pthread_join(thread[i], NULL);
	printf("enough calls: %s\n", calls > THREADS * BLOCKS * ROUNDS ? "yes" : "no");
	return 0;
}
