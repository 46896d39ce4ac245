/* threads */
/* A program that asks for executable stacks: those of its threads are, whatever their size. */
#include "stack_code.h"
#include "tests/programs/threads.h"
#include <limits.h>
#include <semaphore.h>

static sem_t gate;

static void *call(void *number)
{
	return (void *)(intptr_t)call_on_stack((int)(intptr_t)number);
}

static void *wait_and_call(void *number)
{
	while (sem_wait(&gate) != 0)
		;
	return call(number);
}

static void say_result(const char *what, pthread_t thread)
{
	printf("%s: %d\n", what, (int)(intptr_t)join(thread));
}

static void run_with(const char *what, size_t size, size_t guard)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	must("size", -pthread_attr_setstacksize(&attributes, size));
	must("guard", -pthread_attr_setguardsize(&attributes, guard));
	must("create", -pthread_create(&thread, &attributes, call, (void *)(intptr_t)7));
	say_result(what, thread);
	pthread_attr_destroy(&attributes);
}

static int run_in_child(void *unused)
{
	(void)unused;
	say_result("child's", start(call, (void *)(intptr_t)4));
	fflush(stdout);
	return 0;
}

int main(void)
{
	pthread_t waiting[3];

	sem_init(&gate, 0, 0);
	printf("main: %d\n", call_on_stack(1));
	say_result("first", start(call, (void *)(intptr_t)2));
	say_result("second", start(call, (void *)(intptr_t)3));
	run_with("least", PTHREAD_STACK_MIN, 4096);
	run_with("wide guard", 1 << 20, 1 << 18);
	run_with("no guard", 1 << 18, 0);
	run_with("after wide guard", 1 << 20, 4096);
	for (int i = 0; i < 3; i++)
		waiting[i] = start(wait_and_call, (void *)(intptr_t)(10 + i));
	end_child(start_child(run_in_child, NULL));
	for (int i = 0; i < 3; i++)
		sem_post(&gate);
	for (int i = 0; i < 3; i++)
		say_result("waiting", waiting[i]);
	return 0;
}
