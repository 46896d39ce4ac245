/*
 * The kernel's own asynchronous I/O, by libaio, whose system calls are in its own code: an offload thread waits for
 * events.
 */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include <sys/syscall.h>

int io_getevents(struct io_context *context, long least, long most, struct io_event *events, struct timespec *limit)
{
	const long waiting[7] = {SYS_io_getevents, (long)context, least, most, (long)events, (long)limit};
	struct blocking call = blocking_on(CALL_io_getevents, -1, 0);
	long n;

	if (!libc.io_getevents)
		libc_find_foreign();
	call.dont_wait = least <= 0 || !lets_wait(limit);
	call.until.on_signal = SIGNAL_ENDS;
	if (goes_native(&call)) {
		n = libc.io_getevents(context, least, most, events, limit);
	} else if ((n = make_call_offloaded(&call, waiting)) < 0) {
		n = -errno;
		if (n == -ECANCELED)
			act_on_cancellation(CALL_io_getevents);
		errno = call.errno_before;
	}
	return (int)n;
}
