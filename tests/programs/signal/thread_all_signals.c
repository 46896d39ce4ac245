/* threads */
/* A program that takes every signal for itself, while its threads compute: it sees those that it has raised, no other.
 */
#include "tests/programs/say.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

static atomic_int flag;
static volatile sig_atomic_t seen[65];
static volatile unsigned long work;

static void *wait_for_flag(void *arg)
{
	while (!flag)
		work++;
	return arg;
}

static void *set_flag(void *arg)
{
	msleep(20);
	flag = 1;
	return arg;
}

static void note(int signo)
{
	seen[signo]++;
}

static void run_both(void)
{
	pthread_t busy, setter;

	flag = 0;
	say("create", pthread_create(&busy, NULL, wait_for_flag, NULL));
	say("create", pthread_create(&setter, NULL, set_flag, NULL));
	say("join", pthread_join(busy, NULL));
	say("join", pthread_join(setter, NULL));
}

static void set_all(void (*handler)(int))
{
	int signo, failed = 0;

	for (signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
		failed += signal(signo, handler) == SIG_ERR;
	say("could not be set", failed);
}

static void count_seen(void)
{
	int signo, count = 0;

	for (signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
		count += seen[signo];
	say("seen", count);
}

int main(void)
{
	struct sigaction action;
	int signo, taken = 0;

	run_both();
	for (signo = SIGRTMIN; signo <= SIGRTMAX; signo++)
		taken += sigaction(signo, NULL, &action) == 0 && action.sa_handler != SIG_DFL;
	say("taken", taken);
	set_all(SIG_DFL);
	run_both();
	set_all(SIG_IGN);
	run_both();
	for (signo = SIGRTMIN; signo < SIGRTMAX; signo++)
		signal(signo, note);
	run_both();
	count_seen();
	for (signo = SIGRTMIN; signo < SIGRTMAX; signo++)
		raise(signo);
	count_seen();
	return 0;
}
