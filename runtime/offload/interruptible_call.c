#include "interruptible_call.h"
#include "offload.h"
#include "runtime/sched/preempt.h"
#include "runtime/sys/cancellable_call.h"
#include <errno.h>
#include <string.h>

struct long_call {
	struct cancellable_call cancellable;
	long result;
};

/* It is made anew where it came out to be ended by another signal from now on. Any other EINTR is the kernel's word. */
static void run(void *arg)
{
	struct long_call *call = arg;

	do {
		call->cancellable.signo = slice_signal();
		call->result = run_cancellable_call(&call->cancellable);
	} while (call->result == -EINTR && atomic_load(&call->cancellable.comes_out) == CALL_MOVES);
}

static void end(void *arg)
{
	struct long_call *call = arg;

	end_cancellable_call(&call->cancellable);
}

long make_long_call(const long call[7], const struct wait_options *until)
{
	struct long_call here = {.result = -EINTR};
	int error = 0;

	memcpy(here.cancellable.call, call, sizeof(here.cancellable.call));
	if (slice_take_signal())
		error = offload_cancellable(run, end, &here, until);
	else
		offload(run, &here); /* the program has taken them all: nothing ends it */
	if (error == EAGAIN)
		return NO_LONG_CALL;
	return here.result == -EINTR && error ? -error : here.result;
}
