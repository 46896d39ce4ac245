/* threads */
/* Jumps out of handlers with the mask and without, and contexts that bring a mask along, in one thread of two. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <setjmp.h>
#include <ucontext.h>

static __thread sigjmp_buf back;
static __thread jmp_buf back_without;
static pthread_barrier_t gate;

static void change(int how, int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	must("pthread_sigmask", -pthread_sigmask(how, &set, NULL));
}

static void say_mask(const char *what)
{
	sigset_t blocked;

	must("sigprocmask", sigprocmask(SIG_BLOCK, NULL, &blocked));
	printf("%s:%s%s\n", what, sigismember(&blocked, SIGUSR1) ? " USR1" : "",
	    sigismember(&blocked, SIGUSR2) ? " USR2" : "");
}

static void jump_back(int signo)
{
	(void)signo;
	rings++;
	siglongjmp(back, rings);
}

static void jump_back_without(int signo)
{
	(void)signo;
	longjmp(back_without, 1);
}

static void handle(int signo, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	must("sigaction", sigaction(signo, &action, NULL));
}

/* Again and again: a handler that was left does not keep its signal blocked. */
static void out_of_handlers(void)
{
	int n;

	rings = 0;
	handle(SIGUSR1, jump_back);
	n = sigsetjmp(back, 1);
	say_mask("before raise");
	if (n < 3)
		must("raise", raise(SIGUSR1));
	say("jumped back", n);
}

static void without_mask(void)
{
	handle(SIGUSR1, jump_back_without);
	if (_setjmp(back_without) == 0)
		must("raise", raise(SIGUSR1));
	say_mask("without");
	change(SIG_UNBLOCK, SIGUSR1);
}

/* What was blocked since the buffer was filled is open again. */
static void out_of_a_section(void)
{
	if (sigsetjmp(back, 1) == 0) {
		change(SIG_BLOCK, SIGUSR1);
		say_mask("in the section");
		siglongjmp(back, 1);
	}
	say_mask("out of it");
	change(SIG_BLOCK, SIGUSR1);
	if (sigsetjmp(back, 0) == 0) {
		change(SIG_UNBLOCK, SIGUSR1);
		siglongjmp(back, 1);
	}
	say_mask("mask not saved");
}

static ucontext_t mine, other;

static void run_other(void)
{
	say_mask("in the context");
	change(SIG_BLOCK, SIGUSR2);
	must("swapcontext", swapcontext(&other, &mine));
	say_mask("in the context again");
	must("setcontext", setcontext(&mine));
}

static void contexts(void)
{
	static char stack[65536];

	must("getcontext", getcontext(&other));
	other.uc_stack.ss_sp = stack;
	other.uc_stack.ss_size = sizeof(stack);
	makecontext(&other, run_other, 0);
	sigaddset(&other.uc_sigmask, SIGUSR1);
	must("swapcontext", swapcontext(&mine, &other));
	say_mask("back");
	must("swapcontext", swapcontext(&mine, &other));
	say_mask("back again");
}

static void *jump(void *unused)
{
	say_mask("thread's");
	out_of_handlers();
	without_mask();
	out_of_a_section();
	contexts();
	return unused;
}

static void *stand_by(void *unused)
{
	pthread_barrier_wait(&gate);
	return unused;
}

/* With a second thread that blocks neither, and with one that blocks all. */
static void in_company(bool blocks)
{
	sigset_t all, before;
	pthread_t thread, company;

	sigfillset(&all);
	must("pthread_sigmask", -pthread_sigmask(SIG_BLOCK, blocks ? &all : NULL, &before));
	must("pthread_create", -pthread_create(&company, NULL, stand_by, NULL));
	must("pthread_sigmask", -pthread_sigmask(SIG_SETMASK, &before, NULL));
	must("pthread_create", -pthread_create(&thread, NULL, jump, NULL));
	must("pthread_join", -pthread_join(thread, NULL));
	pthread_barrier_wait(&gate);
	must("pthread_join", -pthread_join(company, NULL));
	say_mask("main's");
}

int main(void)
{
	pthread_barrier_init(&gate, NULL, 2);
	in_company(false);
	in_company(true);
	jump(NULL);
	return 0;
}
