/* threads */
/* Signals by the thousand while a hundred threads wait: none is lost that counts, order is kept, and nothing hangs. */
#include "tests/programs/threads.h"
#include <semaphore.h>

enum { WAITERS = 100, SENT = 3000, TICKS = 100, ROUNDS = 20 };

static sem_t semaphore, passed;
static volatile int seen[SENT], count, out_of_order;
static volatile sig_atomic_t ticks, usual;
static pid_t parent;

static void note_value(int signo, siginfo_t *info, void *context)
{
	int value = info->si_value.sival_int;

	(void)signo;
	(void)context;
	if (value < 0 || value >= SENT || info->si_pid == parent)
		return;
	out_of_order += value != count;
	seen[value]++;
	count++;
}

static void count_tick(int signo)
{
	(void)signo;
	ticks++;
}

static void count_usual(int signo)
{
	(void)signo;
	usual++;
}

static void *wait_and_pass(void *unused)
{
	while (sem_wait(&semaphore) != 0)
		;
	must("sem_post", sem_post(&passed));
	return unused;
}

static int send_values(void *unused)
{
	(void)unused;
	for (int i = 0; i < SENT; i++)
		while (sigqueue(parent, SIGRTMIN, (union sigval){.sival_int = i}) != 0) {
			if (errno != EAGAIN)
				return 1;
			msleep(1);
		}
	return 0;
}

/* Standard ones are not counted while one is pending: but the last is never lost. */
static int send_usual(void *unused)
{
	(void)unused;
	for (int i = 0; i < SENT; i++)
		if (kill(parent, SIGUSR1) != 0)
			return 1;
	return 0;
}

static int stop_and_continue(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++) {
		must("SIGSTOP", kill(parent, SIGSTOP));
		msleep(2);
		must("SIGCONT", kill(parent, SIGCONT));
		msleep(2);
	}
	return 0;
}

static void handle(int signo, void (*handler)(int), void (*with_info)(int, siginfo_t *, void *))
{
	struct sigaction action = {.sa_flags = SA_RESTART};

	if (with_info) {
		action.sa_flags |= SA_SIGINFO;
		action.sa_sigaction = with_info;
	} else {
		action.sa_handler = handler;
	}
	must("sigaction", sigaction(signo, &action, NULL));
}

static bool each_once(void)
{
	for (int i = 0; i < SENT; i++)
		if (seen[i] != 1)
			return false;
	return true;
}

static void queued(const char *what)
{
	double since = now();

	end_child(start_child(send_values, NULL));
	while (count < SENT && now() < since + 40)
		msleep(1);
	printf("%s: %d, out of order %d, each once: %s\n", what, count, out_of_order, each_once() ? "yes" : "no");
	count = out_of_order = 0;
	for (int i = 0; i < SENT; i++)
		seen[i] = 0;
}

static void coalesced(void)
{
	double since = now();

	end_child(start_child(send_usual, NULL));
	while (!usual && now() < since + 40)
		msleep(1);
	printf("usual: %s\n", usual > 0 && usual <= SENT ? "some" : "none");
}

static void ticking(void)
{
	struct itimerval every = {{0, 1000}, {0, 1000}};
	double since = now();

	must("setitimer", setitimer(ITIMER_REAL, &every, NULL));
	while (ticks < TICKS && now() < since + 40)
		msleep(5);
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL));
	printf("ticks: %s\n", ticks >= TICKS ? "enough" : "too few");
}

static void block_all(int how)
{
	sigset_t all;

	sigfillset(&all);
	must("pthread_sigmask", -pthread_sigmask(how, &all, NULL));
}

int main(void)
{
	pthread_t waiters[WAITERS];
	pid_t stopper;

	parent = getpid();
	must("sem_init", sem_init(&semaphore, 0, 0));
	must("sem_init", sem_init(&passed, 0, 0));
	handle(SIGRTMIN, NULL, note_value);
	handle(SIGUSR1, count_usual, NULL);
	handle(SIGALRM, count_tick, NULL);
	block_all(SIG_BLOCK);
	for (int i = 0; i < WAITERS; i++)
		waiters[i] = start(wait_and_pass, NULL);
	block_all(SIG_UNBLOCK);
	queued("queued");
	coalesced();
	ticking();
	stopper = start_child(stop_and_continue, NULL);
	queued("queued, stopped at times");
	end_child(stopper);
	for (int i = 0; i < WAITERS; i++)
		must("sem_post", sem_post(&semaphore));
	for (int i = 0; i < WAITERS; i++)
		join(waiters[i]);
	say("passed", (sem_getvalue(&passed, (int *)&count), count));
	return 0;
}
