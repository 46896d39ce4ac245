/* Calls that wait, each made by a thread of its own that keeps the answer. */
#ifndef CALLS_H
#define CALLS_H

#include "tests/programs/say.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A thread's call and its answer. Of a stream only a single byte surely comes whole. */
struct task {
	long (*call)(struct task *task);
	int fd, other;
	const char *name;
	void *bytes;
	size_t count;
	long result;
	int error;
	pthread_t thread;
};

static inline void *run_task(void *arg)
{
	struct task *task = arg;

	errno = 0;
	task->result = task->call(task);
	task->error = errno;
	return NULL;
}

/* Begins it, and gives it time to wait. */
static inline bool start(struct task *task)
{
	int error = pthread_create(&task->thread, NULL, run_task, task);

	if (error)
		say_error("pthread_create", error);
	else
		msleep(4);
	return !error;
}

static inline void end(struct task *task, const char *what)
{
	pthread_join(task->thread, NULL);
	errno = task->error;
	say(what, task->result);
}

static inline long call_read(struct task *task)
{
	return read(task->fd, task->bytes, task->count);
}

static inline long call_readv(struct task *task)
{
	struct iovec two[2] = {{task->bytes, 0}, {task->bytes, task->count}};

	return readv(task->fd, two, 2);
}

static inline long call_readv_wild(struct task *task)
{
	static const struct iovec *volatile nowhere = (const struct iovec *)64;

	return readv(task->fd, nowhere, 1);
}

static inline long call_readv_endless(struct task *task)
{
	struct iovec one = {task->bytes, SIZE_MAX};

	return readv(task->fd, &one, 1);
}

static inline long call_pread(struct task *task)
{
	return pread(task->fd, task->bytes, task->count, 1);
}

static inline long call_preadv(struct task *task)
{
	struct iovec one = {task->bytes, task->count};

	return preadv(task->fd, &one, 1, 2);
}

static inline long call_write(struct task *task)
{
	return write(task->fd, task->bytes, task->count);
}

static inline long call_writev(struct task *task)
{
	struct iovec two[2] = {{task->bytes, 100}, {(char *)task->bytes + 100, task->count - 100}};

	return writev(task->fd, two, 2);
}

static inline long call_recv(struct task *task)
{
	return recv(task->fd, task->bytes, task->count, 0);
}

static inline long call_accept(struct task *task)
{
	int fd = accept(task->fd, NULL, NULL);
	long n;

	if (fd < 0)
		return fd;
	n = read(fd, task->bytes, task->count);
	close(fd);
	return n;
}

static inline long call_splice(struct task *task)
{
	return splice(task->fd, NULL, task->other, NULL, task->count, 0);
}

static inline long call_sendfile(struct task *task)
{
	return sendfile(task->fd, task->other, NULL, task->count);
}

static inline long call_poll(struct task *task)
{
	struct pollfd entry = {.fd = task->fd, .events = POLLIN};

	return poll(&entry, 1, 2000);
}

/* Events of which only epoll and poll themselves know. */
static inline long call_poll_urgent(struct task *task)
{
	struct pollfd entry = {.fd = task->fd, .events = POLLIN | POLLPRI | POLLRDHUP};

	return poll(&entry, 1, 2000);
}

static inline long call_select(struct task *task)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(task->fd, &set);
	return select(task->fd + 1, &set, NULL, NULL, NULL);
}

static inline long call_sigwait(struct task *task)
{
	sigset_t set;
	int signo = 0, error;

	(void)task;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	error = sigwait(&set, &signo);
	errno = error;
	return error ? -1 : signo == SIGUSR1;
}

static inline long call_open(struct task *task)
{
	int fd = open(task->name, O_RDONLY);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static inline long call_flock(struct task *task)
{
	return flock(task->fd, LOCK_EX);
}

static inline long call_waitpid(struct task *task)
{
	int status = 0;
	pid_t pid = waitpid(task->fd, &status, 0);

	return pid < 0 ? -1 : WEXITSTATUS(status);
}

static inline long call_sleeps(struct task *task)
{
	struct timespec at;

	(void)task;
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec = (at.tv_nsec + 2000000) % 1000000000;
	at.tv_sec += at.tv_nsec < 2000000;
	errno = clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL);
	return errno || usleep(500) ? -1 : 0;
}

static inline long call_usleep(struct task *task)
{
	(void)task;
	return usleep(1000);
}

static _Atomic int flag;

static inline long call_spin(struct task *task)
{
	(void)task;
	while (!atomic_load(&flag))
		;
	return 0;
}

static inline long call_set_flag(struct task *task)
{
	(void)task;
	atomic_store(&flag, 1);
	return 0;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int state;

static inline long call_cond_wait(struct task *task)
{
	(void)task;
	pthread_mutex_lock(&lock);
	while (!state)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	return state;
}

static inline long call_cond_timedwait(struct task *task)
{
	struct timespec at;
	int error = 0;

	(void)task;
	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_nsec = (at.tv_nsec + 3000000) % 1000000000;
	at.tv_sec += at.tv_nsec < 3000000;
	pthread_mutex_lock(&lock);
	while (!error)
		error = pthread_cond_timedwait(&changed, &lock, &at);
	pthread_mutex_unlock(&lock);
	errno = error;
	return error ? -1 : 0;
}

#endif
