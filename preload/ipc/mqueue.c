/*
 * POSIX message queues. Their descriptors can be polled, and an attempt whose time limit has passed long ago fails with
 * ETIMEDOUT instead of waiting.
 */
#include "mq_notify.h"
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "preload/core/syscall_numbers.h"
#include "raw.h"
#include "runtime/sys/user_memory.h"
#include <mqueue.h>

/* Not constant: an emulator (qemu) writes back what it has read. */
static struct timespec long_ago;

/* Takes over the time limit for the call's own wait; false if the kernel is to refuse it. */
static bool takes_limit(struct blocking *call, const struct timespec *limit)
{
	if (!limit)
		return true;
	return is_readable_time(limit) && limit->tv_sec >= 0 &&
	       deadline_by_clock(CLOCK_REALTIME, limit, &call->until) == 0;
}

/* Without a time limit in the kernel: the wait for the offload thread has it. */
static ssize_t receive_in_kernel(struct blocking *call, mqd_t queue, char *bytes, size_t size, unsigned *priority)
{
	const long waiting[7] = {SYS_mq_timedreceive, queue, (long)bytes, (long)size, (long)priority, 0};
	struct receiver receiver;
	ssize_t n;

	receiver_begins(&receiver, true);
	n = make_call_offloaded(call, waiting);
	receiver_ends(&receiver);
	return n;
}

static void wait_at_queue(struct blocking *call, mqd_t queue, short events)
{
	call->fd = queue;
	call->events = events;
	call->traits = fd_traits(queue);
}

/* After an attempt: true if another is worthwhile. */
static bool waits_for_queue(struct blocking *call)
{
	if (errno != ETIMEDOUT)
		return false;
	errno = EAGAIN;
	if (park_until_ready(call))
		return true;
	if (errno == EAGAIN)
		errno = ETIMEDOUT;
	return false;
}

static bool waits_as_receiver(struct blocking *call)
{
	struct receiver receiver;
	bool is_ready;

	if (errno != ETIMEDOUT)
		return false;
	receiver_begins(&receiver, false);
	is_ready = waits_for_queue(call);
	receiver_ends(&receiver);
	return is_ready;
}

static ssize_t receive(
    enum call which, mqd_t queue, char *bytes, size_t size, unsigned *priority, const struct timespec *limit)
{
	struct blocking call = blocking_on(which, -1, 0);
	ssize_t n;

	if (goes_native(&call) || !takes_limit(&call, limit))
		return limit ? libc.mq_timedreceive(queue, bytes, size, priority, limit)
			     : libc.mq_receive(queue, bytes, size, priority);
	wait_at_queue(&call, queue, POLLIN);
	do {
		n = libc.mq_timedreceive(call.fd, bytes, size, priority, &long_ago);
		if (n < 0 && errno == ETIMEDOUT && waits_in_kernel(call.fd)) {
			n = receive_in_kernel(&call, call.fd, bytes, size, priority);
			break;
		}
	} while (n < 0 && waits_as_receiver(&call));
	return settled(&call, n);
}

static int send_message(
    enum call which, mqd_t queue, const char *bytes, size_t size, unsigned priority, const struct timespec *limit)
{
	struct blocking call = blocking_on(which, -1, 0);
	int result;

	if (goes_native(&call) || !takes_limit(&call, limit))
		return limit ? libc.mq_timedsend(queue, bytes, size, priority, limit)
			     : libc.mq_send(queue, bytes, size, priority);
	wait_at_queue(&call, queue, POLLOUT);
	do
		result = libc.mq_timedsend(call.fd, bytes, size, priority, &long_ago);
	while (result < 0 && waits_for_queue(&call));
	return (int)settled(&call, result);
}

ssize_t mq_receive(mqd_t queue, char *bytes, size_t size, unsigned *priority)
{
	return receive(CALL_mq_receive, queue, bytes, size, priority, NULL);
}

ssize_t mq_timedreceive(
    mqd_t queue, char *restrict bytes, size_t size, unsigned *restrict priority, const struct timespec *restrict limit)
{
	return receive(CALL_mq_timedreceive, queue, bytes, size, priority, limit);
}

int mq_send(mqd_t queue, const char *bytes, size_t size, unsigned priority)
{
	return send_message(CALL_mq_send, queue, bytes, size, priority, NULL);
}

int mq_timedsend(mqd_t queue, const char *bytes, size_t size, unsigned priority, const struct timespec *limit)
{
	return send_message(CALL_mq_timedsend, queue, bytes, size, priority, limit);
}

long raw_mq_timedsend(long queue, long bytes, long size, long priority, long limit, long f)
{
	(void)f;
	return send_message(limit ? CALL_mq_timedsend : CALL_mq_send, (mqd_t)queue, (const char *)bytes, (size_t)size,
	    (unsigned)priority, (const struct timespec *)limit);
}

long raw_mq_timedreceive(long queue, long bytes, long size, long priority, long limit, long f)
{
	(void)f;
	return receive(limit ? CALL_mq_timedreceive : CALL_mq_receive, (mqd_t)queue, (char *)bytes, (size_t)size,
	    (unsigned *)priority, (const struct timespec *)limit);
}
