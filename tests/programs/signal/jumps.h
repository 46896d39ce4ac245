/* Jumps out of a handler that interrupts a wait, of all the ways there are. */
#ifndef JUMPS_H
#define JUMPS_H

#include "tests/programs/threads.h"
#include <semaphore.h>
#include <setjmp.h>
#include <ucontext.h>

static sem_t go_on;
static _Atomic int is_ringing;
static volatile pthread_t rung;

enum { BY_LONGJMP, BY_BARE_JUMP, BY_SIGLONGJMP, BY_CONTEXT, WAYS };
static const char *const names[] = {"longjmp", "_longjmp", "siglongjmp", "setcontext"};
static volatile int way;
static jmp_buf place;
static sigjmp_buf place_with_mask;
static ucontext_t context;

static void change(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void jump(int signo)
{
	(void)signo;
	switch (way) {
	case BY_LONGJMP:
		longjmp(place, 1);
	case BY_BARE_JUMP:
		_longjmp(place, 1);
	case BY_SIGLONGJMP:
		siglongjmp(place_with_mask, 1);
	default:
		setcontext(&context);
	}
}

/* What is left of the wait on the stack is overwritten. */
static __attribute__((noinline)) void overwrite_stack(void)
{
	volatile char bytes[16384];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)0xa5;
}

/* Rings once for each time that it is asked, at somebody who waits by then or soon. */
static void *ring(void *unused)
{
	while (is_ringing) {
		while (sem_wait(&go_on) != 0)
			;
		msleep(8);
		if (is_ringing)
			must("pthread_kill", -pthread_kill(rung, SIGUSR1));
	}
	return unused;
}

static void ask_to_ring(void)
{
	rung = pthread_self();
	must("sem_post", sem_post(&go_on));
}

static void wait_once(void (*wait)(void))
{
	ask_to_ring();
	wait();
	printf("not reached\n");
}

/* setjmp must be called in a frame that lives on. */
static void jump_out(void (*wait)(void))
{
	static volatile bool is_back;

	is_back = false;
	if (way == BY_SIGLONGJMP) {
		if (sigsetjmp(place_with_mask, 1) == 0)
			wait_once(wait);
	} else if (way == BY_CONTEXT) {
		must("getcontext", getcontext(&context));
		if (!is_back) {
			is_back = true;
			wait_once(wait);
		}
	} else if (_setjmp(place) == 0) {
		wait_once(wait);
	}
	change(SIG_UNBLOCK);
	overwrite_stack();
}

/* Which of two threads has come as far as this: both, if nobody stands in their way who is gone. */
static _Atomic int through;

static void two(const char *what, void *(*run)(void *), void *arg, void (*begin)(void))
{
	pthread_t first, second;

	through = 0;
	first = start(run, arg);
	second = start(run, arg);
	msleep(5);
	begin();
	join(first);
	join(second);
	printf("%s by %s: %d\n", what, names[way], through);
}

static bool is_blocked(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	return sigismember(&set, signo);
}

/* Calls out in each way, by the main thread and by another. */
static void (*out)(void);

static void *run_ways(void *unused)
{
	for (way = 0; way < WAYS; way++) {
		out();
		printf("%s: %s\n", names[way], is_blocked(SIGUSR1) ? "blocked" : "open");
	}
	return unused;
}

static inline void jump_in_all_ways(void (*by)(void))
{
	struct sigaction action = {.sa_handler = jump, .sa_flags = SA_RESTART};
	pthread_t ringer;

	out = by;
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("sem_init", sem_init(&go_on, 0, 0));
	is_ringing = 1;
	ringer = start(ring, NULL);
	run_ways(NULL);
	join(start(run_ways, NULL));
	is_ringing = 0;
	sem_post(&go_on);
	join(ringer);
}

#endif
