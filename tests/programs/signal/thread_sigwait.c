/* threads */
/* A thread of its own for signals that all others block; sigtimedwait and its kin; masks of each thread. */
#include "tests/programs/say.h"
#include <pthread.h>

static pthread_barrier_t gate;
static int pair[2];
static volatile bool is_over; /* the call that a signal is to end */

static sigset_t set_of(int a, int b)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, a);
	if (b)
		sigaddset(&set, b);
	return set;
}

static void *wait_for_signals(void *unused)
{
	sigset_t set = set_of(SIGTERM, SIGUSR1);
	int signo = 0;

	sigaddset(&set, SIGHUP);
	pthread_barrier_wait(&gate);
	while (signo != SIGTERM) {
		say_error("sigwait", sigwait(&set, &signo));
		printf("signal thread: %d\n", signo);
		must("write", write(pair[1], "s", 1));
	}
	return unused;
}

static void await_answer(void)
{
	char byte;

	must("read", read(pair[0], &byte, 1));
}

static int kill_parent(void *signo)
{
	msleep(50);
	return kill(getppid(), *(int *)signo) != 0;
}

static void dedicated_thread(void)
{
	static int term = SIGTERM;
	pthread_t waiter;
	pid_t child;

	must("pthread_create", -pthread_create(&waiter, NULL, wait_for_signals, NULL));
	pthread_barrier_wait(&gate);
	must("kill", kill(getpid(), SIGUSR1));
	await_answer();
	must("pthread_kill", -pthread_kill(waiter, SIGHUP));
	await_answer();
	child = start_child(kill_parent, &term);
	await_answer();
	end_child(child);
	pthread_join(waiter, NULL);
}

static void *send_later(void *to)
{
	msleep(30);
	must("pthread_sigqueue", -pthread_sigqueue(*(pthread_t *)to, SIGRTMIN + 1, (union sigval){.sival_int = 42}));
	must("pthread_sigqueue", -pthread_sigqueue(*(pthread_t *)to, SIGRTMIN + 1, (union sigval){.sival_int = 43}));
	return NULL;
}

static void with_values(void)
{
	sigset_t set = set_of(SIGRTMIN + 1, 0);
	pthread_t me = pthread_self(), sender;
	siginfo_t info;

	must("pthread_create", -pthread_create(&sender, NULL, send_later, &me));
	say_whether("sigwaitinfo", sigwaitinfo(&set, &info) == SIGRTMIN + 1);
	printf("value %d, queued %d, mine %d\n", info.si_value.sival_int, info.si_code == SI_QUEUE,
	    info.si_pid == getpid());
	pthread_join(sender, NULL);
	say_whether("sigtimedwait", sigtimedwait(&set, &info, &(struct timespec){5, 0}) == SIGRTMIN + 1);
	printf("value %d\n", info.si_value.sival_int);
}

static void *interrupt_later(void *to)
{
	while (!is_over) {
		msleep(30);
		must("pthread_kill", -pthread_kill(*(pthread_t *)to, SIGUSR2));
	}
	return NULL;
}

static void ends_otherwise(void)
{
	struct sigaction action = {.sa_handler = count_ring, .sa_flags = SA_RESTART};
	sigset_t set = set_of(SIGTERM, 0);
	pthread_t me = pthread_self(), sender;
	siginfo_t info;
	double began = now();

	say("time out", sigtimedwait(&set, &info, &(struct timespec){0, 50000000}));
	say_waited("time out", began, 50);
	say("at once", sigtimedwait(&set, &info, &(struct timespec){0, 0}));
	say("invalid", sigtimedwait(&set, &info, &(struct timespec){0, 1000000000}));
	say("wild set", sigtimedwait((void *)8, &info, NULL));
	say("wild limit", sigtimedwait(&set, &info, (void *)8));
	say("wild mask", sigsuspend((void *)8));
	say("negative", sigtimedwait(&set, &info, &(struct timespec){-1, 0}));
	must("sigaction", sigaction(SIGUSR2, &action, NULL));
	must("pthread_create", -pthread_create(&sender, NULL, interrupt_later, &me));
	say("another's handler", sigwaitinfo(&set, &info));
	is_over = true;
	say_whether("handler ran", rings > 0);
	pthread_join(sender, NULL);
}

static void *suspend(void *unused)
{
	sigset_t mask;

	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	sigdelset(&mask, SIGUSR1);
	pthread_barrier_wait(&gate);
	say("sigsuspend", sigsuspend(&mask));
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	say_whether("blocked again", sigismember(&mask, SIGUSR1));
	return unused;
}

static void *send_to_process(void *signo)
{
	while (!is_over) {
		msleep(50);
		must("kill", kill(getpid(), *(int *)signo));
	}
	return NULL;
}

/* The one thread that lets the signal through takes it; the main thread is the one that pauses. */
static void for_handlers(void)
{
	struct sigaction action = {.sa_handler = count_ring};
	static int usr2 = SIGUSR2;
	pthread_t thread;

	rings = 0;
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("pthread_create", -pthread_create(&thread, NULL, suspend, NULL));
	pthread_barrier_wait(&gate);
	msleep(20);
	must("kill", kill(getpid(), SIGUSR1));
	pthread_join(thread, NULL);
	say("handler ran", rings);
	is_over = false;
	must("pthread_create", -pthread_create(&thread, NULL, send_to_process, &usr2));
	say("pause", pause());
	is_over = true;
	pthread_join(thread, NULL);
	say_whether("handler ran again", rings > 1);
}

int main(void)
{
	sigset_t set = set_of(SIGTERM, SIGUSR1);

	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGRTMIN + 1);
	must("pipe", pipe(pair));
	pthread_barrier_init(&gate, NULL, 2);
	must("pthread_sigmask", -pthread_sigmask(SIG_BLOCK, &set, NULL));
	dedicated_thread();
	with_values();
	ends_otherwise();
	for_handlers();
	return 0;
}
