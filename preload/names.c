/*
 * Look-ups that go on by themselves. libc makes them on OS threads of its own, and waits for them in ways of its own: a
 * helper OS thread waits in the place of a greenlet. All other look-ups come to the hooks of what libc calls for them.
 */
#include "../runtime/clock.h"
#include "blocking.h"
#include "deadline.h"
#include "stats.h"
#include <netdb.h>

/* The wait is made in pieces, as it cannot be cut short: so long does a signal or a kill wait for it to end. */
#define PIECE (50 * NANOS_PER_MSEC)

struct suspension {
	const struct gaicb *const *list;
	int count;
	nanos deadline;
	_Atomic bool cancelled;
	int result;
};

static struct timespec next_piece(nanos deadline)
{
	nanos left = nanos_until(deadline);

	return timespec_of(left < PIECE ? left : PIECE);
}

/* glibc's own answers differ when its time is over. */
static bool is_over_time(int answer)
{
	return answer == EAI_AGAIN || answer == EAI_SYSTEM;
}

static void suspend_natively(void *arg)
{
	struct suspension *suspension = arg;
	struct timespec piece;

	do {
		piece = next_piece(suspension->deadline);
		suspension->result = libc.gai_suspend(suspension->list, suspension->count, &piece);
	} while (is_over_time(suspension->result) && clock_now() < suspension->deadline &&
		 !atomic_load(&suspension->cancelled));
}

static void cancel(void *arg)
{
	struct suspension *suspension = arg;

	atomic_store(&suspension->cancelled, true);
}

static int suspend_on_helper(struct blocking *call, struct suspension *suspension, const struct timespec *limit)
{
	int error;

	suspension->deadline = deadline_of(limit);
	call->until.on_signal = limit ? SIGNAL_ENDS : SIGNAL_RESTARTS;
	stats_helped(call->call);
	error = offload_cancellable(suspend_natively, cancel, suspension, &call->until);
	if (error == ECANCELED)
		end_if_cancelled();
	return error && is_over_time(suspension->result) ? EAI_INTR : suspension->result;
}

int gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit)
{
	struct blocking call = blocking_on(CALL_gai_suspend, -1, 0);
	struct suspension suspension = {.list = list, .count = count};

	call.dont_wait = !lets_wait(limit);
	if (goes_native(&call))
		return libc.gai_suspend(list, count, limit);
	return suspend_on_helper(&call, &suspension, limit);
}

struct request {
	struct gaicb **list;
	int count;
	struct sigevent *event;
	int result, error;
};

static void request_natively(void *arg)
{
	struct request *request = arg;

	request->result = libc.getaddrinfo_a(GAI_WAIT, request->list, request->count, request->event);
	request->error = errno;
}

int getaddrinfo_a(int mode, struct gaicb *list[restrict], int count, struct sigevent *restrict event)
{
	struct blocking call = blocking_on(CALL_getaddrinfo_a, -1, 0);
	struct request request = {.list = list, .count = count, .event = event};

	call.dont_wait = mode != GAI_WAIT;
	if (goes_native(&call))
		return libc.getaddrinfo_a(mode, list, count, event);
	call_on_helper(&call, request_natively, &request);
	if (request.result == EAI_SYSTEM)
		errno = request.error;
	return request.result;
}
