/* Signals, as with threads: they interrupt the main greenlet, or one whose mask lets them through. */
#include "tests/linked/expect.h"
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>

static volatile sig_atomic_t rings;

static void count_ring(int signo)
{
	(void)signo;
	rings++;
}

/* SIGALRM every 5 ms until it is told to stop: one of them surely meets the call. */
static void ring(bool on, int flags)
{
	struct sigaction action = {.sa_handler = count_ring, .sa_flags = flags};
	int us = on ? 5000 : 0;

	must("sigaction", sigaction(SIGALRM, &action, NULL));
	must("setitimer", setitimer(ITIMER_REAL, &(struct itimerval){{0, us}, {0, us}}, NULL));
}

static int ends[2];
static bool stop;

static void *sleep_undisturbed(void *unused)
{
	double since = now();

	expect_equal("another's usleep", usleep(50000), 0);
	expect("it slept to the end", now() - since >= 0.05);
	return unused;
}

static void *read_undisturbed(void *unused)
{
	char byte;

	expect_equal("another's read", read(ends[0], &byte, 1), 1);
	return unused;
}

static void main_alone_is_interrupted(void)
{
	green_t *sleeper = must_spawn(sleep_undisturbed, NULL), *reader = must_spawn(read_undisturbed, NULL);
	struct timespec left = {0};
	char byte;

	ring(true, 0);
	expect_failure("nanosleep", nanosleep(&(struct timespec){.tv_sec = 50}, &left), EINTR);
	expect("it tells what is left", left.tv_sec >= 40 && left.tv_sec < 50);
	expect_failure("read", read(ends[1], &byte, 1), EINTR);
	expect_failure("poll", poll(NULL, 0, -1), EINTR);
	expect_failure("green_sleep", green_sleep(50), EINTR);
	expect_failure("green_join", green_join(reader, 50, NULL), EINTR);
	ring(false, 0);
	must_join(sleeper);
	must("write", write(ends[1], "x", 1));
	must_join(reader);
	expect("the handler has run", rings >= 5);
}

static void *write_later(void *unused)
{
	green_sleep(0.03);
	must("write", write(ends[0], "x", 1));
	return unused;
}

static void restarting_handlers_let_read_go_on(void)
{
	green_t *g = must_spawn(write_later, NULL);
	char byte;

	ring(true, SA_RESTART);
	expect_equal("read that restarts", read(ends[1], &byte, 1), 1);
	expect_failure("poll never does", poll(NULL, 0, -1), EINTR);
	ring(false, SA_RESTART);
	must_join(g);
}

static void *wait_with_mask(void *mask)
{
	expect_failure("ppoll", ppoll(NULL, 0, &(struct timespec){.tv_sec = 20}, mask), EINTR);
	return NULL;
}

static sigset_t all_but(int signo)
{
	sigset_t mask;

	sigfillset(&mask);
	sigdelset(&mask, signo);
	return mask;
}

static void each_mask_its_signal(void)
{
	struct sigaction action = {.sa_handler = count_ring};
	sigset_t both, first_mask = all_but(SIGUSR1), second_mask = all_but(SIGUSR2);
	green_t *first, *second;

	sigemptyset(&both);
	sigaddset(&both, SIGUSR1);
	sigaddset(&both, SIGUSR2);
	must("sigprocmask", sigprocmask(SIG_BLOCK, &both, NULL));
	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("sigaction", sigaction(SIGUSR2, &action, NULL));
	first = must_spawn(wait_with_mask, &first_mask);
	second = must_spawn(wait_with_mask, &second_mask);
	green_sleep(0.01);
	must("kill", kill(getpid(), SIGUSR2));
	must_join(second);
	expect_failure("join of the other", green_join(first, 0.01, NULL), ETIMEDOUT);
	must("kill", kill(getpid(), SIGUSR1));
	must_join(first);
	must("sigprocmask", sigprocmask(SIG_SETMASK, NULL, &both));
	expect("both are blocked again", sigismember(&both, SIGUSR1) && sigismember(&both, SIGUSR2));
}

static void *raise_signals(void *unused)
{
	while (!stop) {
		kill(getpid(), SIGALRM);
		green_yield();
	}
	return unused;
}

/* As many as there is room for: what is read and written is whole all the same. */
static void storm_of_signals(void)
{
	green_t *raiser;
	char byte;
	int i;

	ring(false, SA_RESTART);
	raiser = must_spawn(raise_signals, NULL);
	for (i = 0; i < 200; i++) {
		expect_equal("write in the storm", write(ends[0], "x", 1), 1);
		green_yield();
		expect_equal("read in the storm", read(ends[1], &byte, 1), 1);
	}
	stop = true;
	must_join(raiser);
}

int main(void)
{
	must("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	main_alone_is_interrupted();
	restarting_handlers_let_read_go_on();
	each_mask_its_signal();
	storm_of_signals();
	return verdict();
}
