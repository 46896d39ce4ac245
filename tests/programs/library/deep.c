/* What a module does that finds libc before anybody else. */
#include "deep.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

/* The program has one, too. */
const char *whose(void);

const char *whose(void)
{
	return "the module's";
}

static int lock(pthread_mutex_t *mutex)
{
	return pthread_mutex_lock(mutex) || pthread_mutex_unlock(mutex);
}

static int wait_for(pthread_cond_t *cond, pthread_mutex_t *mutex, const int *flag)
{
	pthread_mutex_lock(mutex);
	while (!*flag)
		pthread_cond_wait(cond, mutex);
	return pthread_mutex_unlock(mutex);
}

static int take(sem_t *semaphore)
{
	return sem_wait(semaphore);
}

/* By a pointer that the loader has filled in. */
static ssize_t (*volatile reads)(int fd, void *buf, size_t count) = read;

static int read_line(int fd, char *line, int size)
{
	int n = (int)reads(fd, line, (size_t)size - 1);

	line[n > 0 ? n : 0] = '\0';
	return reads(-1, line, 0) == -1 && errno == EBADF ? n : -2;
}

static int select_one(int fd)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, &set, NULL, NULL, NULL);
}

static int poll_one(int fd)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	return poll(&one, 1, -1);
}

static int rest(void)
{
	return usleep(20000);
}

static void *nap(void *arg)
{
	rest();
	return arg;
}

static int in_thread(void)
{
	pthread_t thread;
	void *result = NULL;
	int mine = 1;

	if (pthread_create(&thread, NULL, nap, &mine) != 0 || pthread_join(thread, &result) != 0)
		return 1;
	return result != &mine;
}

/* The child sleeps, and is waited for. */
static int fork_one(void)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(rest() == 0 ? 7 : 8);
	return waitpid(child, &status, 0) == child ? status >> 8 : -1;
}

extern const struct deep deep;

const struct deep deep = {lock, wait_for, take, read_line, select_one, poll_one, rest, in_thread, fork_one, whose};
