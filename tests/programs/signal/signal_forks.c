/* threads */
/* A handler forks that has interrupted a wait: the child goes on with the wait, alone, and the parent with its own. */
#include "tests/programs/threads.h"
#include <linux/futex.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/syscall.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t semaphore;
static unsigned word;
static int ends[2], others[2];
static volatile sig_atomic_t in_child;
static volatile pid_t child; /* 0 until the handler has forked, and in the child */
static volatile bool is_over;

/* What the wait is for comes in the child after its fork, by the handler itself, as there is nobody else. */
static void (*volatile come)(void);

static void fork_once(int signo)
{
	(void)signo;
	child = fork();
	if (child)
		return;
	in_child = 1;
	alarm(60);
	if (come)
		come();
}

static void write_byte(void)
{
	must("write", write(others[1], "x", 1));
}

static void post(void)
{
	sem_post(&semaphore);
}

static void write_word(void)
{
	word = 1;
	syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static bool is_readable(int events)
{
	struct pollfd both[] = {{ends[0], (short)events, 0}, {others[0], POLLIN, 0}};
	char byte;

	while (poll(both, 2, 2000) < 0)
		if (errno != EINTR)
			return false;
	return read(others[0], &byte, 1) == 1;
}

static bool comes_by_poll(void)
{
	return is_readable(POLLIN);
}

static bool comes_by_priority(void)
{
	return is_readable(POLLPRI);
}

static bool comes_by_read(void)
{
	char byte;

	return read(others[0], &byte, 1) == 1;
}

static bool comes_by_sleep(void)
{
	double then = now();

	do
		msleep(60);
	while (!child && !in_child);
	return now() - then > 0.059;
}

static bool comes_by_post(void)
{
	while (sem_wait(&semaphore) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

static bool comes_by_word(void)
{
	while (!*(volatile unsigned *)&word)
		syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
	word = 0;
	return true;
}

static bool comes_by_time(void)
{
	struct timespec at;
	int error;

	do {
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += 60000000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		pthread_mutex_lock(&mutex);
		do
			error = pthread_cond_timedwait(&cond, &mutex, &at);
		while (!error);
		pthread_mutex_unlock(&mutex);
	} while (error == ETIMEDOUT && !child && !in_child);
	return error == ETIMEDOUT;
}

/* Not before the fork, as both are to wait. */
static void *bring(void *what)
{
	msleep(60);
	while (!child)
		msleep(1);
	if (what)
		((void (*)(void))what)();
	return NULL;
}

static volatile bool is_waiting;

/* Not before, as a fork may not come in the midst of malloc. */
static void *interrupt(void *thread)
{
	while (!is_waiting)
		msleep(1);
	msleep(20);
	must("pthread_kill", -pthread_kill(*(pthread_t *)thread, SIGUSR1));
	return NULL;
}

/* Threads of the child are new ones. */
static void *set_over(void *unused)
{
	is_over = true;
	return unused;
}

static bool has_threads(void)
{
	is_over = false;
	join(start(set_over, NULL));
	return is_over;
}

static void check(const char *what, bool (*comes)(void), void (*by)(void))
{
	pthread_t self = pthread_self(), interrupter, bringer;
	int status = 0;
	bool came;

	fflush(stdout);
	come = by;
	child = 0;
	is_waiting = false;
	interrupter = start(interrupt, &self);
	bringer = start(bring, (void *)by);
	is_waiting = true;
	came = comes();
	if (in_child)
		_exit(came && has_threads() ? 7 : 8);
	join(interrupter);
	join(bringer);
	while (waitpid(child, &status, 0) < 0)
		;
	printf("%s: %s, child %d\n", what, came ? "came" : "did not come", status);
}

int main(void)
{
	struct sigaction action = {.sa_handler = fork_once, .sa_flags = SA_RESTART};

	must("sigaction", sigaction(SIGUSR1, &action, NULL));
	must("sem_init", sem_init(&semaphore, 0, 0));
	must("pipe", pipe(ends));
	must("pipe", pipe(others));
	check("poll", comes_by_poll, write_byte);
	check("poll for priority", comes_by_priority, write_byte);
	check("read", comes_by_read, write_byte);
	check("sleep", comes_by_sleep, NULL);
	check("cond", comes_by_time, NULL);
	check("semaphore", comes_by_post, post);
	check("futex", comes_by_word, write_word);
	return 0;
}
