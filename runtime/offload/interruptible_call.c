#include "interruptible_call.h"
#include "offload.h"
#include "runtime/sched/preempt.h"
#include "runtime/sys/cancellable_call.h"
#include <errno.h>
#include <string.h>

struct long_call {
	struct stuck stuck;
	long result;
};

/* It is made anew where it came out to be ended by another signal from now on. Any other EINTR is the kernel's word. */
static void run(void *arg)
{
	struct long_call *call = arg;

	do {
		call->stuck.signo = slice_signal();
		call->result = stuck_run(&call->stuck);
	} while (call->result == -EINTR && atomic_load(&call->stuck.comes_out) == STUCK_MOVES);
}

static void end(void *arg)
{
	struct long_call *call = arg;

	stuck_end(&call->stuck);
}

long make_long_call(const long call[7], const struct until *until)
{
	struct long_call here = {.result = -EINTR};
	int error = 0;

	memcpy(here.stuck.call, call, sizeof(here.stuck.call));
	if (slice_take_signal())
		error = offload_cancellable(run, end, &here, until);
	else
		offload(run, &here); /* the program has taken them all: nothing ends it */
	if (error == EAGAIN)
		return NO_LONG_CALL;
	return here.result == -EINTR && error ? -error : here.result;
}
