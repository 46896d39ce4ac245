/*
 * POSIX asynchronous I/O. libc executes the requests on OS threads of its own; this file has the parts that must not be
 * left to it.
 *
 * The calls that submit requests read the calling thread's priority by the id in libc's descriptor, and the kernel does
 * not know that id if the caller is a greenlet: so an offload thread submits them. The calls that wait would block the
 * OS thread: here they park, and poll from time to time, because libc notifies only waits of its own. lio_listio in
 * particular is not asked to wait: glibc's, interrupted, leaves its requests with addresses on a stack that is gone.
 */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "runtime/sched/hub.h"
#include <aio.h>

/* A request for what is in memory already is done soon. */
#define FIRST_LOOK (50 * NANOS_PER_USEC)
#define LAST_LOOK  (10 * NANOS_PER_MSEC)

struct hand_in {
	enum call call;
	int how; /* the first argument of aio_fsync and lio_listio */
	struct aiocb *request;
	struct aiocb *const *list;
	int count;
	struct sigevent *event;
	int result, error;
};

static void hand_in_natively(void *arg)
{
	struct hand_in *in = arg;

	switch (in->call) {
	case CALL_aio_read:
		in->result = libc.aio_read(in->request);
		break;
	case CALL_aio_write:
		in->result = libc.aio_write(in->request);
		break;
	case CALL_aio_fsync:
		in->result = libc.aio_fsync(in->how, in->request);
		break;
	default:
		in->result = libc.lio_listio(in->how, in->list, in->count, in->event);
	}
	in->error = errno;
}

/*
 * This is not a cancellation point. A greenlet's priority cannot be read even if the greenlet is alone, or `file` is
 * excluded.
 */
static bool needs_helper(struct blocking *call)
{
	if (has_no_greenlets() || self->loading)
		return false;
	return !self->is_main || !goes_native_on_greenlet(call);
}

static int hand_in(struct hand_in *in)
{
	struct blocking call = blocking_on(in->call, -1, 0);

	if (needs_helper(&call))
		run_offloaded(&call, hand_in_natively, in);
	else
		hand_in_natively(in);
	if (in->result < 0)
		errno = in->error;
	return in->result;
}

static int do_aio_read(struct aiocb *request)
{
	struct hand_in in = {.call = CALL_aio_read, .request = request};

	return hand_in(&in);
}
synonym(aio_read, do_aio_read);

static int do_aio_write(struct aiocb *request)
{
	struct hand_in in = {.call = CALL_aio_write, .request = request};

	return hand_in(&in);
}
synonym(aio_write, do_aio_write);

static int do_aio_fsync(int operation, struct aiocb *request)
{
	struct hand_in in = {.call = CALL_aio_fsync, .how = operation, .request = request};

	return hand_in(&in);
}
synonym(aio_fsync, do_aio_fsync);

static bool is_over_by_now(const struct aiocb *request)
{
	return aio_error(request) != EINPROGRESS;
}

/* Parks until the next poll. Returns 0, ETIMEDOUT at the deadline, EINTR, ECANCELED. */
static int park_before_look(struct blocking *call, nanos deadline, nanos *patience)
{
	int error;

	call->until.deadline = nanos_add(clock_now(), *patience);
	if (call->until.deadline > deadline)
		call->until.deadline = deadline;
	if (*patience < LAST_LOOK)
		*patience += *patience / 2;
	error = park_for(call);
	if (error == ETIMEDOUT && is_over(&call->until))
		return clock_now() < deadline ? 0 : ETIMEDOUT;
	return error;
}

static bool is_any_over(const struct aiocb *const list[], int count)
{
	for (int i = 0; i < count; i++) {
		if (list[i] && is_over_by_now(list[i]))
			return true;
	}
	return false;
}

static int wait_for_any(struct blocking *call, const struct aiocb *const list[], int count, nanos deadline)
{
	nanos patience = FIRST_LOOK;
	int error;

	do
		error = park_before_look(call, deadline, &patience);
	while (!error && !is_any_over(list, count));
	if (!error || (error != ECANCELED && is_any_over(list, count)))
		return 0;
	errno = error == ETIMEDOUT && deadline <= clock_now() ? EAGAIN : error;
	return -1;
}

/*
 * Lets libc find out if there is anything to wait for, and how to treat a bad list: with a timeout of zero, libc leaves
 * nothing behind.
 */
static int look_natively(const struct aiocb *const list[], int count)
{
	static const struct timespec no_time;
	int result;

	do
		result = libc.aio_suspend(list, count, &no_time);
	while (result < 0 && errno == EINTR);
	return result;
}

static int do_aio_suspend(const struct aiocb *const list[], int count, const struct timespec *limit)
{
	struct blocking call = blocking_on(CALL_aio_suspend, -1, 0);
	nanos deadline;
	int result;

	if (has_no_greenlets())
		return libc.aio_suspend(list, count, limit);
	/* As in libc, it is a cancellation point only if it has to wait. */
	if (unlikely(self->cancel.cancelled) && look_natively(list, count) < 0 && errno == EAGAIN)
		act_on_cancellation(CALL_aio_suspend);
	call.dont_wait = !lets_wait(limit);
	if (goes_native_on_greenlet(&call))
		return libc.aio_suspend(list, count, limit);
	deadline = deadline_of(limit);
	call.until.on_signal = limit ? SIGNAL_ENDS : SIGNAL_RESTARTS;
	result = look_natively(list, count);
	if (result < 0 && errno == EAGAIN)
		result = wait_for_any(&call, list, count, deadline);
	return (int)settled(&call, result);
}
synonym(aio_suspend, do_aio_suspend);

static bool is_meant(const struct aiocb *request)
{
	return request && request->aio_lio_opcode != LIO_NOP;
}

static bool are_all_over(struct aiocb *const list[], int count)
{
	for (int i = 0; i < count; i++) {
		if (is_meant(list[i]) && !is_over_by_now(list[i]))
			return false;
	}
	return true;
}

/* A kill does not end the wait: the requests may be on the stack of the caller. */
static int wait_for_all(struct blocking *call, struct aiocb *const list[], int count)
{
	nanos patience = FIRST_LOOK;
	int error = 0;

	while (!are_all_over(list, count)) {
		error = park_before_look(call, FOR_EVER, &patience);
		if (error == EINTR)
			return error;
		if (error)
			call->until.uninterruptible = true;
	}
	return 0;
}

/* What libc returns for a list that is done. If none of it was accepted, the error of submitting it is returned. */
static int judge(struct aiocb *const list[], int count, const struct hand_in *in)
{
	bool has_failed = in->result < 0, was_accepted = in->result >= 0;

	for (int i = 0; i < count; i++) {
		int error = is_meant(list[i]) ? aio_error(list[i]) : 0;

		has_failed |= error != 0;
		was_accepted |= is_meant(list[i]) && error != in->error;
	}
	if (has_failed)
		errno = was_accepted ? EIO : in->error;
	return has_failed ? -1 : 0;
}

static int list_and_wait(struct blocking *call, struct aiocb *const list[], int count)
{
	struct hand_in in = {.call = CALL_lio_listio, .how = LIO_NOWAIT, .list = list, .count = count};
	int error;

	hand_in(&in);
	error = wait_for_all(call, list, count);
	if (!error)
		return judge(list, count, &in);
	errno = error;
	return -1;
}

static int do_lio_listio(int mode, struct aiocb *const list[restrict], int count, struct sigevent *restrict event)
{
	struct blocking call = blocking_on(CALL_lio_listio, -1, 0);
	struct hand_in in = {.call = CALL_lio_listio, .how = mode, .list = list, .count = count, .event = event};
	int result, state;

	if (mode != LIO_WAIT || has_no_greenlets() || goes_native_on_greenlet(&call))
		return hand_in(&in);
	state = disable_cancellation();
	result = (int)settled(&call, list_and_wait(&call, list, count));
	enable_cancellation(state);
	return result;
}
synonym(lio_listio, do_lio_listio);

/* The same structure, as file positions have 64 bits anyway. */
_Static_assert(sizeof(struct aiocb64) == sizeof(struct aiocb), "aiocb64 is another structure");

int aio_read64(struct aiocb64 *request)
{
	return do_aio_read((struct aiocb *)request);
}

int aio_write64(struct aiocb64 *request)
{
	return do_aio_write((struct aiocb *)request);
}

int aio_fsync64(int operation, struct aiocb64 *request)
{
	return do_aio_fsync(operation, (struct aiocb *)request);
}

int aio_suspend64(const struct aiocb64 *const list[], int count, const struct timespec *limit)
{
	return do_aio_suspend((const struct aiocb *const *)list, count, limit);
}

int lio_listio64(int mode, struct aiocb64 *const list[restrict], int count, struct sigevent *restrict event)
{
	return do_lio_listio(mode, (struct aiocb *const *)list, count, event);
}
