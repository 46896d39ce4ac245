/*
 * System V's message queues and semaphores. No event reports that one is ready, so an offload thread waits if an
 * attempt would block. None of these calls is restarted after a signal handler has run.
 */
#include "preload/core/blocking.h"
#include "preload/core/deadline.h"
#include "raw.h"
#include "runtime/sys/user_memory.h"
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>

int msgsnd(int id, const void *message, size_t size, int flags)
{
	const long waiting[7] = {SYS_msgsnd, id, (long)message, (long)size, flags};
	struct blocking call = blocking_until(CALL_msgsnd, FOR_EVER);
	int result;

	call.dont_wait = flags & IPC_NOWAIT;
	if (goes_native(&call))
		return libc.msgsnd(id, message, size, flags);
	result = libc.msgsnd(id, message, size, flags | IPC_NOWAIT);
	if (result < 0 && errno == EAGAIN)
		result = (int)make_call_offloaded(&call, waiting);
	return (int)settled(&call, result);
}

ssize_t msgrcv(int id, void *message, size_t size, long type, int flags)
{
	const long waiting[7] = {SYS_msgrcv, id, (long)message, (long)size, type, flags};
	struct blocking call = blocking_until(CALL_msgrcv, FOR_EVER);
	ssize_t result;

	call.dont_wait = flags & (IPC_NOWAIT | MSG_COPY);
	if (goes_native(&call))
		return libc.msgrcv(id, message, size, type, flags);
	result = libc.msgrcv(id, message, size, type, flags | IPC_NOWAIT);
	if (result < 0 && errno == ENOMSG)
		result = make_call_offloaded(&call, waiting);
	return settled(&call, result);
}

/* The kernel has read the operations. True if any of them may wait; only the kernel knows which of them must. */
static bool may_wait(const struct sembuf *operations, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!(operations[i].sem_flg & IPC_NOWAIT))
			return true;
	}
	return false;
}

static int operate(enum call which, int id, struct sembuf *operations, size_t count, const struct timespec *limit)
{
	static const struct timespec no_time;
	const long waiting[7] = {SYS_semtimedop, id, (long)operations, (long)count, (long)limit};
	struct blocking call = blocking_until(which, FOR_EVER);
	int result;

	/* The kernel refuses an invalid time limit even if the call need not wait. */
	if (goes_native(&call) || (limit && !(is_readable_time(limit) && is_span(limit))))
		return limit ? libc.semtimedop(id, operations, count, limit) : libc.semop(id, operations, count);
	result = libc.semtimedop(id, operations, count, &no_time);
	if (result < 0 && errno == EAGAIN && may_wait(operations, count))
		result = (int)make_call_offloaded(&call, waiting);
	return (int)settled(&call, result);
}

int semop(int id, struct sembuf *operations, size_t count)
{
	return operate(CALL_semop, id, operations, count, NULL);
}

int semtimedop(int id, struct sembuf *operations, size_t count, const struct timespec *limit)
{
	return operate(CALL_semtimedop, id, operations, count, limit);
}

long raw_semtimedop(long id, long operations, long count, long limit, long e, long f)
{
	(void)e;
	(void)f;
	return operate(limit ? CALL_semtimedop : CALL_semop, (int)id, (struct sembuf *)operations, (size_t)count,
	    (const struct timespec *)limit);
}
