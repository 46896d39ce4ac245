/* threads */
/* A library that asks for executable stacks comes while threads live: theirs are from then on, and not before. */
#include "stack_code.h"
#include "tests/programs/threads.h"
#include <dlfcn.h>
#include <limits.h>
#include <semaphore.h>

#define WAITING 4

static sem_t gate;
static volatile sig_atomic_t faults;
static int (*call_from_library)(int);

static void count_fault(int signo)
{
	faults++;
	signal(signo, SIG_DFL);
}

static void *call(void *number)
{
	return (void *)(intptr_t)call_on_stack((int)(intptr_t)number);
}

static int call_in_thread(void *unused)
{
	(void)unused;
	join(start(call, (void *)(intptr_t)1));
	return 0;
}

static void *wait_and_call(void *number)
{
	while (sem_wait(&gate) != 0)
		;
	return (void *)(intptr_t)(call_on_stack((int)(intptr_t)number) + call_from_library(100));
}

static void *load(void *flags)
{
	char path[2 * PATH_MAX] = "";
	void *library;

	must("readlink", readlink("/proc/self/exe", path, PATH_MAX));
	snprintf(strrchr(path, '/'), PATH_MAX, "/library/executable_stack.so");
	library = dlopen(path, (int)(intptr_t)flags);
	if (!library) { /* from glibc 2.41 on always */
		printf("dlopen failed\n");
		return NULL;
	}
	call_from_library = (int (*)(int))dlsym(library, "call_from_library");
	return (void *)(intptr_t)call_from_library(20);
}

static void *wait_for_gate(void *unused)
{
	while (sem_wait(&gate) != 0)
		;
	return unused;
}

static void say_result(const char *what, pthread_t thread)
{
	printf("%s: %d\n", what, (int)(intptr_t)join(thread));
}

int main(void)
{
	pthread_t waiting[WAITING], more[WAITING];

	sem_init(&gate, 0, 0);
	end_child(start_child(call_in_thread, NULL));
	for (int i = 0; i < WAITING; i++)
		more[i] = start(wait_for_gate, NULL);
	for (int i = 0; i < WAITING; i++)
		sem_post(&gate);
	for (int i = 0; i < WAITING; i++)
		join(more[i]); /* whose stacks are kept for others */
	for (int i = 0; i < WAITING; i++)
		waiting[i] = start(wait_and_call, (void *)(intptr_t)i);
	signal(SIGSEGV, count_fault);
	say_result("loading", start(load, (void *)(intptr_t)RTLD_NOW));
	if (!call_from_library)
		return 0;
	for (int i = 0; i < WAITING; i++)
		sem_post(&gate);
	for (int i = 0; i < WAITING; i++)
		say_result("waiting", waiting[i]);
	for (int i = 0; i < 2 * WAITING; i++)
		say_result("new", start(call, (void *)(intptr_t)(30 + i)));
	printf("main: %d\n", call_on_stack(40));
	printf("faults: %d\n", (int)faults);
	return 0;
}
