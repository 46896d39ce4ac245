#include "mq_notify.h"
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "runtime/sys/proc_list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

enum { QUEUES = 0x19800202, LOOK_AGAIN = 200 * NANOS_PER_USEC };

/* The most that a registration waits for the receivers. */
#define PATIENCE NANOS_PER_SEC

/* How many receivers of this process wait by poll, and in the kernel. The child of a fork has none. */
static _Atomic int polling, in_kernel;
static _Atomic pid_t counted_in;

/* Registrations in progress. */
static _Atomic int expected;

static void count_anew_in_child(void)
{
	pid_t process = (pid_t)raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0);

	if (atomic_exchange(&counted_in, process) == process)
		return;
	atomic_store(&polling, 0);
	atomic_store(&in_kernel, 0);
	atomic_store(&expected, 0);
}

/* A queue's descriptor reads as a line that contains the notification of the registered process, if there is one. */
bool waits_in_kernel(mqd_t queue)
{
	char text[128];
	const char *at;
	long n;

	count_anew_in_child();
	if (atomic_load(&expected))
		return true;
	n = raw_syscall(SYS_pread64, queue, (long)text, sizeof(text) - 1, 0, 0, 0);
	if (n <= 0)
		return false;
	text[n] = 0;
	for (at = strstr(text, "NOTIFY:"); at; at = strchr(at + 1, ':')) {
		at = strchr(at, ':');
		if (strtol(at + 1, NULL, 10) != 0)
			return true;
	}
	return false;
}

static void leave(struct wait_record *stay)
{
	atomic_fetch_sub(((struct receiver *)stay)->count, 1);
}

static const struct wait_cleanup uncounted = {.abandon = leave};

void receiver_begins(struct receiver *receiver, bool is_in_kernel)
{
	receiver->count = is_in_kernel ? &in_kernel : &polling;
	atomic_fetch_add(receiver->count, 1);
	push_wait(&receiver->stay, &uncounted);
}

void receiver_ends(struct receiver *receiver)
{
	if (was_abandoned(&receiver->stay))
		return;
	pop_wait(&receiver->stay);
	atomic_fetch_sub(receiver->count, 1);
}

/* Receivers at queues that no thread is about to register at also wait in the kernel from then on. */
static void wake_if_queue(int fd, void *unused)
{
	struct statfs system = {0};

	(void)unused;
	if (raw_syscall(SYS_fstatfs, fd, (long)&system, 0, 0, 0, 0) == 0 && system.f_type == QUEUES)
		poller_look_again(fd);
}

/* The file contains the number of the system call in which a thread waits. */
static void count_if_receiving(int thread, void *arg)
{
	char path[48], text[16] = "";
	long fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", thread);
	fd = raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (fd < 0)
		return;
	raw_syscall(SYS_read, fd, (long)text, sizeof(text) - 1, 0, 0, 0);
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	*(int *)arg += strtol(text, NULL, 10) == SYS_mq_timedreceive;
}

static bool are_all_in_kernel(void)
{
	int count = 0;

	if (atomic_load(&polling))
		return false;
	for_each_number("/proc/self/task", count_if_receiving, &count);
	return count >= atomic_load(&in_kernel);
}

/* While the caller is parked, the receivers run and hand their wait to offload threads. */
static void wait_for_receivers(void)
{
	struct wait_options until = {.uninterruptible = true, .on_signal = SIGNAL_PASSES};
	nanos end = nanos_add(clock_now(), PATIENCE);

	for_each_number("/proc/self/fd", wake_if_queue, NULL);
	do {
		until.deadline = nanos_add(clock_now(), LOOK_AGAIN);
		park(&until);
	} while (!are_all_in_kernel() && clock_now() < end);
}

/*
 * A message that is sent after the return of this call goes to a receiver that has been waiting. A registration by
 * another process is not noticed by receivers that wait by poll.
 */
int mq_notify(mqd_t queue, const struct sigevent *event)
{
	int before = errno, result;

	count_anew_in_child();
	if (!self || !event || !atomic_load(&polling))
		return libc.mq_notify(queue, event);
	atomic_fetch_add(&expected, 1);
	wait_for_receivers();
	errno = before;
	result = libc.mq_notify(queue, event);
	atomic_fetch_sub(&expected, 1);
	return result;
}
