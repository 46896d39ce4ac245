/* The OS thread that was the first to have greenlets ends, and its memory goes: others go on, and have more of them. */
#include "tests/linked/expect.h"
#include <pthread.h>
#include <sys/mman.h>

enum { STACK = 1 << 20 };

static void *nothing(void *unused)
{
	return unused;
}

static void *work(void *unused)
{
	must_join(must_spawn(nothing, NULL));
	return unused;
}

int main(void)
{
	void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attributes;
	pthread_t thread;

	expect("mmap", stack != MAP_FAILED);
	pthread_attr_init(&attributes);
	must("stack", -pthread_attr_setstack(&attributes, stack, STACK));
	must("pthread_create", -pthread_create(&thread, &attributes, work, NULL));
	must("pthread_join", -pthread_join(thread, NULL));
	must("munmap", munmap(stack, STACK));
	work(NULL);
	return verdict();
}
