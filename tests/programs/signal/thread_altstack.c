/* threads */
/* Alternate signal stacks: each thread has its own, a handler runs on it, and an overflow is caught there. */
#include "tests/programs/threads.h"
#include <setjmp.h>
#include <sys/mman.h>

#define SIZE 65536

static pthread_barrier_t gate;
static __thread sigjmp_buf back;
static __thread char *own;
static volatile sig_atomic_t ran_on_own, was_on_stack;

static bool is_on(const char *stack, const char *here)
{
	return here >= stack && here < stack + SIZE;
}

static void note_where(int signo)
{
	stack_t now_in_force;
	char here = 0;

	(void)signo;
	ran_on_own = own && is_on(own, &here);
	must("sigaltstack", sigaltstack(NULL, &now_in_force));
	was_on_stack = now_in_force.ss_flags;
}

static void escape(int signo)
{
	note_where(signo);
	siglongjmp(back, 1);
}

static void say_stack(const char *what)
{
	stack_t in_force;

	must("sigaltstack", sigaltstack(NULL, &in_force));
	printf("%s: flags %d, mine %d, size %zu\n", what, in_force.ss_flags, own && in_force.ss_sp == own,
	    in_force.ss_size);
}

static void set_own(void)
{
	stack_t stack = {.ss_size = SIZE};

	own = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack.ss_sp = own;
	say("sigaltstack", sigaltstack(&stack, NULL));
}

static void drop_own(void)
{
	say("disable", sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL));
	munmap(own, SIZE);
	own = NULL;
}

static void signal_myself(const char *what)
{
	ran_on_own = was_on_stack = -1;
	must("raise", raise(SIGUSR1));
	printf("%s: on its own stack %d, flags %d\n", what, ran_on_own, was_on_stack);
}

static __attribute__((noinline)) int use_up(int depth, volatile char *before)
{
	volatile char frame[4096];

	frame[0] = before[0];
	return depth ? use_up(depth - 1, frame) + frame[0] : frame[0];
}

static void overflow(const char *what)
{
	volatile char nothing = 0;

	ran_on_own = was_on_stack = -1;
	if (sigsetjmp(back, 1) == 0)
		use_up(1 << 20, &nothing);
	printf("%s: caught on its own stack %d, flags %d\n", what, ran_on_own, was_on_stack);
}

/* In turns with the main thread, which has a stack of its own. */
static void *with_stack(void *unused)
{
	say_stack("new thread");
	set_own();
	signal_myself("thread");
	pthread_barrier_wait(&gate);
	pthread_barrier_wait(&gate);
	say_stack("thread again");
	signal_myself("thread again");
	overflow("thread");
	overflow("thread, once more");
	drop_own();
	say_stack("thread without");
	return unused;
}

/* Leaves the registration behind: nobody else may be sent there. */
static void *ends_with_stack(void *unused)
{
	set_own();
	return unused ? unused : own;
}

static void *errors(void *unused)
{
	char small[16];

	say("too small", sigaltstack(&(stack_t){.ss_sp = small, .ss_size = sizeof(small)}, NULL));
	say("bad flags", sigaltstack(&(stack_t){.ss_sp = small, .ss_flags = 77, .ss_size = SIZE}, NULL));
	say_stack("after errors");
	return unused;
}

int main(void)
{
	struct sigaction note = {.sa_handler = note_where, .sa_flags = SA_ONSTACK};
	struct sigaction fault = {.sa_handler = escape, .sa_flags = SA_ONSTACK};
	pthread_t thread;
	void *left;

	must("sigaction", sigaction(SIGUSR1, &note, NULL));
	must("sigaction", sigaction(SIGSEGV, &fault, NULL));
	pthread_barrier_init(&gate, NULL, 2);
	set_own();
	signal_myself("main");
	must("pthread_create", -pthread_create(&thread, NULL, with_stack, NULL));
	pthread_barrier_wait(&gate);
	say_stack("main again");
	signal_myself("main again");
	pthread_barrier_wait(&gate);
	join(thread);
	must("pthread_create", -pthread_create(&thread, NULL, ends_with_stack, NULL));
	left = join(thread);
	munmap(left, SIZE);
	signal_myself("main after its end");
	must("pthread_create", -pthread_create(&thread, NULL, errors, NULL));
	join(thread);
	drop_own();
	say_stack("main without");
	return 0;
}
