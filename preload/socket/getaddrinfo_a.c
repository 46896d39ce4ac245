/*
 * Asynchronous look-ups: libc makes them on OS threads of its own. All other look-ups reach the hooks of the functions
 * that libc calls for them.
 */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include <netdb.h>

#define FIRST_LOOK NANOS_PER_MSEC
#define LAST_LOOK  (16 * NANOS_PER_MSEC)

static int under_way(const struct gaicb *const list[], int count)
{
	int i, n = 0;

	for (i = 0; i < count; i++)
		n += list[i] && gai_error((struct gaicb *)list[i]) == EAI_INPROGRESS;
	return n;
}

/*
 * Polls from time to time: libc notifies only waits of its own kind, and such a wait must not be cut short, because the
 * request that ends then may write to the abandoned waiter. Returns 0, ETIMEDOUT, EINTR or ECANCELED.
 */
static int look_until_one_ends(struct blocking *call, const struct gaicb *const list[], int count, nanos deadline)
{
	nanos patience = FIRST_LOOK;
	int before = under_way(list, count), error;

	for (;;) {
		nanos next_look = nanos_add(clock_now(), patience);

		call->until.deadline = next_look < deadline ? next_look : deadline;
		error = park_for(call);
		if (under_way(list, count) < before)
			return 0;
		if (error == EINTR || error == ECANCELED)
			return error;
		if (clock_now() >= deadline)
			return ETIMEDOUT;
		if (patience < LAST_LOOK)
			patience *= 2;
	}
}

static int suspend_greenly(
    struct blocking *call, const struct gaicb *const list[], int count, const struct timespec *limit)
{
	int error;

	call->until.on_signal = limit ? SIGNAL_ENDS : SIGNAL_RESTARTS;
	error = look_until_one_ends(call, list, count, deadline_of(limit));
	if (error == ETIMEDOUT) /* libcs differ in the value to return here */
		return libc.gai_suspend(list, count, &(struct timespec){0});
	return error ? EAI_INTR : 0;
}

int gai_suspend(const struct gaicb *const list[], int count, const struct timespec *limit)
{
	struct blocking call = blocking_on(CALL_gai_suspend, -1, 0);
	const int before = disable_cancellation();
	int answer;

	call.dont_wait = !lets_wait(limit) || under_way(list, count) == 0;
	answer = goes_native(&call) ? libc.gai_suspend(list, count, limit) : suspend_greenly(&call, list, count, limit);
	enable_cancellation(before);
	return answer;
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
	run_offloaded(&call, request_natively, &request);
	end_if_cancelled_at_once();
	if (request.result == EAI_SYSTEM)
		errno = request.error;
	return request.result;
}
