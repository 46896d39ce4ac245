/*
 * recvmmsg, with the peculiarities of its manual page: the timeout is checked only after each message, and an error
 * that ends the call after the first message is not reported.
 */
#include "recv.h"

struct batch {
	struct mmsghdr *vec;
	unsigned count, done;
	int flags;
	struct timespec *timeout; /* the caller's: set to the time left, once a message has come; NULL: none */
	nanos deadline;           /* the end of the timeout, once the kernel has accepted it; 0 before */
};

/* The time that is left; zero makes the kernel return after one message. */
static struct timespec time_left(const struct batch *batch)
{
	return timespec_of(nanos_until(batch->deadline));
}

static int fetch_batch(const struct blocking *call, struct batch *batch, unsigned most)
{
	struct timespec left;
	int flags = batch->flags | MSG_DONTWAIT, n;

	if (!batch->timeout || !batch->deadline) {
		n = libc.recvmmsg(call->fd, batch->vec + batch->done, most, flags, batch->timeout);
		if (batch->timeout && (n > 0 || (n < 0 && errno == EAGAIN)))
			batch->deadline = nanos_add(clock_now(), nanos_of(batch->timeout));
		return n;
	}
	left = time_left(batch);
	n = libc.recvmmsg(call->fd, batch->vec + batch->done, most, flags, &left);
	if (n > 0)
		*batch->timeout = left;
	return n;
}

/* Completes a message that must be filled, on a stream. */
static void fill(struct blocking *call, struct mmsghdr *entry, struct incoming *in)
{
	if (entry->msg_len > 0)
		entry->msg_len = (unsigned)receive_rest(call, in, entry->msg_len);
}

static int attempt_batch(struct blocking *call, struct batch *batch)
{
	struct mmsghdr *next = batch->vec + batch->done;
	struct incoming in = {.msg = &next->msg_hdr, .flags = batch->flags & ~MSG_WAITFORONE};
	int n;

	if (goes_native(call))
		return libc.recvmmsg(call->fd, next, batch->count, batch->flags, batch->timeout);
	if (!wants_more_than_some(call, batch->flags))
		return fetch_batch(call, batch, batch->count - batch->done);
	if (batch->count)
		in.control_room = control_room(in.msg);
	n = fetch_batch(call, batch, batch->count ? 1 : 0);
	if (n > 0)
		fill(call, next, &in);
	return n;
}

/* After n more messages: true if a blocking call would wait for others. */
static bool waits_for_more(const struct blocking *call, const struct batch *batch, int n)
{
	const struct timespec *left = batch->timeout;

	if (!call->green || n <= 0 || batch->done >= batch->count || (batch->flags & MSG_WAITFORONE))
		return false;
	if (left && !left->tv_sec && !left->tv_nsec)
		return false;
	return !(batch->vec[batch->done - 1].msg_hdr.msg_flags & MSG_OOB) && !error_comes_next(call);
}

static int receive_batch(struct blocking *call, struct batch *batch)
{
	int n, i;

	do {
		n = attempt_batch(call, batch);
		if (n > 0) {
			for (i = 0; i < n; i++)
				note_received_descriptors(&batch->vec[batch->done + (unsigned)i].msg_hdr);
			batch->done += (unsigned)n;
			call->until.on_signal = SIGNAL_ENDS;
		}
	} while (n < 0 ? !never_waits(call, batch->flags) && park_until_ready(call) : waits_for_more(call, batch, n));
	return batch->done ? (int)batch->done : n;
}

int recvmmsg(int fd, struct mmsghdr *vec, unsigned count, int flags, struct timespec *timeout)
{
	struct blocking call = blocking_on(CALL_recvmmsg, fd, POLLIN);
	struct batch batch = {.vec = vec, .count = count, .flags = flags, .timeout = timeout};

	call.dont_wait = flags & MSG_DONTWAIT;
	return (int)settled(&call, receive_batch(&call, &batch));
}
