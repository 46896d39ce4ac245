/*
 * Locks on files. Record locks belong to the process, the others to the open file description. So a lock that one
 * thread waits for is taken for all threads. An offload thread waits, because the kernel notifies only the waiting
 * thread when the lock is free.
 */
#include "lock.h"
#include "preload/core/blocking.h"
#include "preload/core/options.h"
#include <sys/file.h>
#include <sys/syscall.h>

int lock_record(enum call which, int fd, int command, struct flock *lock)
{
	const long waiting[7] = {SYS_fcntl, fd, command, (long)lock};
	struct blocking call = blocking_on(which, -1, 0);
	int result;

	/* The option for fcntl itself would turn off all of its other commands, too. */
	if (goes_native(&call) || call_is_off[CALL_flock])
		return libc.fcntl(fd, command, lock);
	result = libc.fcntl(fd, command == F_SETLKW ? F_SETLK : F_OFD_SETLK, lock);
	if (result < 0 && (errno == EAGAIN || errno == EACCES))
		result = (int)make_call_offloaded(&call, waiting);
	return (int)settled(&call, result);
}

int lockf(int fd, int command, off_t length)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_len = length};

	if (has_no_greenlets() || command != F_LOCK)
		return libc.lockf(fd, command, length);
	return lock_record(CALL_lockf, fd, F_SETLKW, &lock);
}
synonym(lockf64, lockf);

int flock(int fd, int operation)
{
	const long waiting[7] = {SYS_flock, fd, operation};
	struct blocking call = blocking_on(CALL_flock, -1, 0);
	int result;

	if ((operation & LOCK_NB) || goes_native(&call))
		return libc.flock(fd, operation);
	result = libc.flock(fd, operation | LOCK_NB);
	if (result < 0 && errno == EWOULDBLOCK)
		result = (int)make_call_offloaded(&call, waiting);
	return (int)settled(&call, result);
}
