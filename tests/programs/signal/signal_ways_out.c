/* threads */
/*
 * Handlers that never return, left in every way that C has: whoever left one is as able to be interrupted, to give way
 * and to wake others as before.
 */
#include "tests/programs/threads.h"
#include <semaphore.h>
#include <setjmp.h>
#include <ucontext.h>

enum { WAYS = 5, ROUNDS = 12 };

static const char *const names[] = {"longjmp", "siglongjmp", "setcontext", "swapcontext", "pthread_exit"};

static __thread volatile int way;
static __thread jmp_buf place;
static __thread sigjmp_buf place_with_mask;
static __thread ucontext_t context, left;
static __thread volatile int visits;
static volatile int flag, answers;
static sem_t asked, answered;

/* For one that does more than a handler should: it ends what it interrupts in another way than by returning. */
static void handle(int signo, void (*handler)(int))
{
	must("sigaction", sigaction(signo, &(struct sigaction){.sa_handler = handler, .sa_flags = SA_RESTART}, NULL));
}

static void open_mask(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must("pthread_sigmask", -pthread_sigmask(SIG_UNBLOCK, &set, NULL));
}

static void leave(int signo)
{
	(void)signo;
	switch (way) {
	case 0:
		longjmp(place, 1);
	case 1:
		siglongjmp(place_with_mask, 1);
	case 2:
		setcontext(&context);
		break;
	case 3:
		swapcontext(&left, &context);
		break;
	default:
		pthread_exit(NULL);
	}
}

static void call_and_leave(void)
{
	switch (way) {
	case 0:
		if (_setjmp(place) == 0)
			raise(SIGUSR1);
		break;
	case 1:
		if (sigsetjmp(place_with_mask, 1) == 0)
			raise(SIGUSR1);
		break;
	case 2:
	case 3:
		visits = 0;
		must("getcontext", getcontext(&context));
		if (visits++ == 0)
			raise(SIGUSR1);
		break;
	default:
		raise(SIGUSR1);
		printf("not reached\n");
	}
}

static void *set_flag(void *unused)
{
	flag = 1;
	return unused;
}

/* Deeper on the stack than where the handler was. */
static __attribute__((noinline)) void spin(void)
{
	volatile char deep[20000];

	keep_whole(deep);
	deep[0] = 0;
	while (!flag)
		deep[1] = deep[0];
}

static void *answer(void *unused)
{
	for (int i = 0; i < ROUNDS; i++) {
		while (sem_wait(&asked) != 0)
			;
		answers++;
		sem_post(&answered);
	}
	return unused;
}

/* Who is woken runs soon: many times in a row, it takes no time. */
static bool wakes_others(void)
{
	pthread_t other = start(answer, NULL);

	for (int i = 0; i < ROUNDS; i++) {
		sem_post(&asked);
		while (sem_wait(&answered) != 0)
			;
	}
	join(other);
	return true;
}

/* As often as not many handlers fit into each other. */
static void *leave_often(void *by)
{
	pthread_t other;

	way = (int)(long)by;
	for (volatile int i = 0; i < ROUNDS; i++) {
		call_and_leave();
		open_mask();
	}
	flag = 0;
	other = start(set_flag, NULL);
	spin();
	join(other);
	wakes_others();
	printf("%s: %d answers\n", names[way], answers);
	answers = 0;
	return NULL;
}

static void thread_by_thread(void)
{
	for (int i = 0; i < ROUNDS; i++)
		join(start(leave_often, (void *)(long)(WAYS - 1)));
	printf("%s\n", names[WAYS - 1]);
}

/* Coroutines that a handler switches between, each in the midst of its own, and that wait. */
enum { COROUTINES = 3, SWITCHES = 30 };
static ucontext_t coroutines[COROUTINES], outside;
static char stacks[COROUTINES][65536];
static volatile int current, switches, progress[COROUTINES];
static int ends[2];

static void switch_on(int signo)
{
	int from = current;

	(void)signo;
	if (++switches == SWITCHES) {
		must("swapcontext", swapcontext(&coroutines[from], &outside));
		return;
	}
	current = (current + 1) % COROUTINES;
	must("swapcontext", swapcontext(&coroutines[from], &coroutines[current]));
}

static void run_coroutine(void)
{
	char byte;
	int me = current;

	open_mask();
	for (;;) {
		must("write", write(ends[1], "x", 1));
		must("read", read(ends[0], &byte, 1));
		msleep(1);
		raise(SIGUSR1);
		progress[me]++;
	}
}

static __attribute__((noinline)) void make_coroutine(int i)
{
	must("getcontext", getcontext(&coroutines[i]));
	coroutines[i].uc_stack.ss_sp = stacks[i];
	coroutines[i].uc_stack.ss_size = sizeof(stacks[i]);
	coroutines[i].uc_link = NULL;
	progress[i] = 0;
	makecontext(&coroutines[i], run_coroutine, 0);
}

static void *switch_in_handlers(void *unused)
{
	handle(SIGUSR1, switch_on);
	switches = current = 0;
	for (int i = 0; i < COROUTINES; i++)
		make_coroutine(i);
	must("swapcontext", swapcontext(&outside, &coroutines[0]));
	printf("coroutines: %d %d %d\n", progress[0], progress[1], progress[2]);
	flag = 0;
	join(start(set_flag, NULL));
	return unused;
}

/* The mask in a context is the thread's own, whatever others block. */
static void *look_at_context(void *unused)
{
	sigset_t set;
	ucontext_t here;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	must("pthread_sigmask", -pthread_sigmask(SIG_SETMASK, &set, NULL));
	must("getcontext", getcontext(&here));
	printf("in the context:%s%s\n", sigismember(&here.uc_sigmask, SIGUSR1) ? " USR1" : "",
	    sigismember(&here.uc_sigmask, SIGUSR2) ? " USR2" : "");
	return unused;
}

static void run_all(void)
{
	for (long by = 0; by < WAYS - 1; by++)
		leave_often((void *)by);
	for (long by = 0; by < WAYS - 1; by++)
		join(start(leave_often, (void *)by));
	thread_by_thread();
}

int main(void)
{
	must("sem_init", sem_init(&asked, 0, 0));
	must("sem_init", sem_init(&answered, 0, 0));
	must("pipe", pipe(ends));
	handle(SIGUSR1, leave);
	run_all();
	switch_in_handlers(NULL);
	join(start(switch_in_handlers, NULL));
	join(start(look_at_context, NULL));
	return 0;
}
