/* threads */
/*
 * Contexts saved by swapcontext: each goes on in its caller, whatever has used the stack meanwhile, with its own mask,
 * inside the handlers in which it was saved.
 */
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <ucontext.h>

#define STACK 65536

static __attribute__((noinline)) void overwrite(void)
{
	volatile char frame[8192];

	for (size_t i = 0; i < sizeof(frame); i++)
		frame[i] = 0x5a;
}

static bool is_blocked(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, signo);
}

static void change(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void say_mask(const char *where)
{
	printf("%s: USR1 %s, USR2 %s\n", where, is_blocked(SIGUSR1) ? "blocked" : "open",
	    is_blocked(SIGUSR2) ? "blocked" : "open");
}

/* Both contexts are on this very stack. */
static __attribute__((noinline)) int swap_here(int depth, bool copies)
{
	static __thread ucontext_t start, old, copy;
	static __thread volatile int round;
	volatile int kept = 42 + depth;
	int result;

	round = 0;
	getcontext(&start);
	if (round++ == 0) {
		result = swapcontext(&old, &start);
		printf("back: %d %d\n", result, kept);
		return kept;
	}
	overwrite();
	msleep(1);
	overwrite();
	if (copies) {
		copy = old;
#ifdef __x86_64__
		copy.uc_mcontext.fpregs = old.uc_mcontext.fpregs; /* points into the context itself */
#endif
		setcontext(&copy);
	} else if (depth % 2) {
		swapcontext(&copy, &old);
	} else {
		setcontext(&old);
	}
	printf("not reached\n");
	return -1;
}

static void same_stack(void)
{
	for (int depth = 0; depth < 4; depth++)
		swap_here(depth, false);
	swap_here(9, true);
}

/* Two generators that call each other, and end by their links. */
static __thread ucontext_t home, one, other;

static void run_one(void)
{
	for (int i = 0; i < 3; i++) {
		printf("one %d\n", i);
		overwrite();
		swapcontext(&one, &other);
		say_mask("one");
	}
}

static void run_other(void)
{
	for (int i = 0; i < 3; i++) {
		printf("other %d\n", i);
		change(SIG_BLOCK, SIGUSR2);
		swapcontext(&other, &one);
		say_mask("other");
	}
}

static void make(ucontext_t *context, void *stack, ucontext_t *link, void (*run)(void))
{
	must("getcontext", getcontext(context));
	context->uc_stack.ss_sp = stack;
	context->uc_stack.ss_size = STACK;
	context->uc_link = link;
	makecontext(context, run, 0);
}

static void links(void)
{
	static __thread char stacks[2][STACK] __attribute__((aligned(16)));
	sigset_t none;

	make(&one, stacks[0], &home, run_one);
	make(&other, stacks[1], &one, run_other);
	say("swapcontext", swapcontext(&home, &one));
	say_mask("home after a link");
	change(SIG_BLOCK, SIGUSR1);
	make(&one, stacks[0], &home, run_one);
	make(&other, stacks[1], &home, run_other);
	change(SIG_UNBLOCK, SIGUSR1);
	say("swapcontext", swapcontext(&home, &other));
	say_mask("home after another");
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}

/* A handler leaves for a scheduler, as with threads of the program's own, and is come back to. */
static __thread ucontext_t scheduler, task;
static __thread volatile int handled, is_done;
static sem_t wanted, given;

static void preempt(int signo)
{
	(void)signo;
	handled++;
	swapcontext(&task, &scheduler);
	sem_post(&wanted);
	handled += 10;
}

static void *give(void *unused)
{
	while (sem_wait(&wanted) != 0)
		;
	sem_post(&given);
	return unused;
}

static void run_task(void)
{
	raise(SIGUSR1);
	while (sem_wait(&given) != 0)
		;
	say_mask("task");
	is_done = 1;
}

static void preempted(void)
{
	static __thread char stack[STACK] __attribute__((aligned(16)));
	pthread_t giver = start(give, NULL);
	int rounds = 0;

	handled = is_done = 0;
	make(&task, stack, &scheduler, run_task);
	while (!is_done) {
		swapcontext(&scheduler, &task);
		overwrite();
		rounds++;
	}
	join(giver);
	printf("handled %d in %d rounds\n", handled, rounds);
}

/* The same on the stack that the handler is on. */
static __thread volatile int visits;

static void go_away(int signo)
{
	(void)signo;
	if (swapcontext(&task, &scheduler) == 0)
		say_mask("handler");
	handled++;
}

static __attribute__((noinline)) void interrupted(void)
{
	volatile int kept = 7;

	raise(SIGUSR2);
	printf("kept %d\n", kept);
}

/* So far down the stack that the other context does not reach it. */
static __attribute__((noinline)) void interrupted_below(void)
{
	volatile char room[65536];

	keep_whole(room);
	interrupted();
	keep_whole(room);
}

static void left_and_back(void)
{
	handled = 0;
	visits = 0;
	must("getcontext", getcontext(&scheduler));
	if (visits++ == 0)
		interrupted_below();
	else
		setcontext(&task);
	printf("handled %d\n", handled);
}

/* One thread saves what another goes on with, once it waits. */
static ucontext_t handed_over;
static sem_t saved, finished;
static char shared_stack[STACK] __attribute__((aligned(16)));
static __thread ucontext_t own;
static ucontext_t *volatile back;

static void wander(void)
{
	printf("begun by the first\n");
	swapcontext(&handed_over, back);
	printf("ended by the second\n");
	setcontext(back);
}

static void *begin_it(void *unused)
{
	back = &own;
	make(&handed_over, shared_stack, NULL, wander);
	swapcontext(&own, &handed_over);
	sem_post(&saved);
	while (sem_wait(&finished) != 0)
		;
	return unused;
}

static void *end_it(void *unused)
{
	while (sem_wait(&saved) != 0)
		;
	back = &own;
	swapcontext(&own, &handed_over);
	sem_post(&finished);
	return unused;
}

static void *run_all(void *unused)
{
	same_stack();
	links();
	preempted();
	left_and_back();
	return unused;
}

int main(void)
{
	must("sigaction", sigaction(SIGUSR1, &(struct sigaction){.sa_handler = preempt}, NULL));
	must("sigaction", sigaction(SIGUSR2, &(struct sigaction){.sa_handler = go_away}, NULL));
	sem_init(&wanted, 0, 0);
	sem_init(&given, 0, 0);
	sem_init(&saved, 0, 0);
	sem_init(&finished, 0, 0);
	run_all(NULL);
	join(start(run_all, NULL));
	pthread_t first = start(begin_it, NULL), second = start(end_it, NULL);
	join(first);
	join(second);
	return 0;
}
