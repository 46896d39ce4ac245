/* threads */
/* The guard of a thread's stack lies right below the bytes that were asked for, and is as wide as it was asked to be.
 */
#include "tests/programs/threads.h"
#include <limits.h>
#include <semaphore.h>
#include <setjmp.h>

static sigjmp_buf place;
static char *volatile faulted_at;
static sem_t gate;

static void on_fault(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	faulted_at = info->si_addr;
	siglongjmp(place, 1);
}

static bool faults(char *at)
{
	if (sigsetjmp(place, 1) != 0)
		return faulted_at == at;
	*(volatile char *)at = *(volatile char *)at;
	return false;
}

static __attribute__((noinline)) int recurse(int depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	if (depth == INT_MAX)
		return 0;
	return recurse(depth + 1) + frame[0];
}

static __attribute__((noinline)) bool overflows_into(char *low, size_t guard)
{
	if (sigsetjmp(place, 1) == 0)
		recurse(0);
	return faulted_at < low && faulted_at >= low - guard;
}

static size_t wanted;

/* glibc may give it the stack of an ended thread, which may be larger. */
static void *look(void *unused)
{
	pthread_attr_t attributes;
	size_t size, guard;
	void *start_of_stack;
	char *low, here;

	while (sem_wait(&gate) != 0)
		;
	must("getattr", -pthread_getattr_np(pthread_self(), &attributes));
	must("getstack", -pthread_attr_getstack(&attributes, &start_of_stack, &size));
	must("getguardsize", -pthread_attr_getguardsize(&attributes, &guard));
	pthread_attr_destroy(&attributes);
	low = start_of_stack;
	printf("%zu bytes and %zu\n", size > wanted ? wanted : size, guard);
	say_whether("this frame is within", &here >= low && &here < low + size);
	say_whether("the lowest byte is usable", !faults(low));
	say_whether("what lies below is not", faults(low - 1) && faults(low - guard));
	say_whether("running out faults there", overflows_into(low, guard));
	return unused;
}

static void *with_handler(void *arg)
{
	static char alternate[65536];
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	must("sigaltstack", sigaltstack(&stack, NULL));
	look(arg);
	stack.ss_flags = SS_DISABLE;
	must("sigaltstack", sigaltstack(&stack, NULL));
	return arg;
}

/* What is said after the creation changes nothing. */
static void run(size_t size, size_t guard)
{
	pthread_attr_t attributes;
	pthread_t thread;

	wanted = size;
	pthread_attr_init(&attributes);
	must("size", -pthread_attr_setstacksize(&attributes, size));
	must("guard", -pthread_attr_setguardsize(&attributes, guard));
	must("create", -pthread_create(&thread, &attributes, with_handler, NULL));
	must("size", -pthread_attr_setstacksize(&attributes, size * 2));
	must("guard", -pthread_attr_setguardsize(&attributes, 0));
	must("default", -pthread_setattr_default_np(&attributes));
	sem_post(&gate);
	join(thread);
	pthread_attr_destroy(&attributes);
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	sem_init(&gate, 0, 0);
	must("sigaction", sigaction(SIGSEGV, &action, NULL));
	run(PTHREAD_STACK_MIN, page);
	run(PTHREAD_STACK_MIN, page);
	run(PTHREAD_STACK_MIN + page, page);
	run(PTHREAD_STACK_MIN + page, 2 * page);
	run(128 * 1024, page);
	run(128 * 1024, 32 * page);
	run(1024 * 1024, 100 * page);
	run(1024 * 1024, page);
	run(8 * 1024 * 1024, page);
	return 0;
}
