#include "retry.h"
#include "arch.h"
#include "deadline.h"
#include "runtime/offload/interruptible_call.h"
#include "runtime/sched/preempt.h"
#include "stats.h"
#include "syscall_numbers.h"
#include <linux/openat2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#define FIRST_REST NANOS_PER_MSEC
#define LAST_REST  (20 * NANOS_PER_MSEC)

/* The result of an attempt that would have waited: not an errno value of the kernel. */
#define WOULD_WAIT (-4096)

int rest(struct blocking *call, nanos *rest)
{
	nanos last = call->until.deadline, next;
	int error;

	*rest = *rest ? *rest * 2 : FIRST_REST;
	if (*rest > LAST_REST)
		*rest = LAST_REST;
	next = nanos_add(clock_now(), *rest);
	if (next < last)
		call->until.deadline = next;
	error = park_for(call);
	call->until.deadline = last;
	return error == ETIMEDOUT && next < last ? 0 : error;
}

static long make(const long c[7])
{
	return raw_syscall(c[0], c[1], c[2], c[3], c[4], c[5], c[6]);
}

static long close_with(int fd, long result)
{
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
	return result;
}

/*
 * For a FIFO that was opened for reading without waiting: true once there is a writer, or has been one since. poll
 * reports data and a writer that is gone; tee, which takes nothing, reports a writer that has not written yet.
 */
static bool has_writer(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};
	int ends[2] = {-1, -1};
	long n;

	if (poll_now(&entry, 1) != 0)
		return true;
	if (raw_syscall(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0, 0) != 0)
		return false;
	n = raw_syscall(SYS_tee, fd, ends[1], 1, SPLICE_F_NONBLOCK, 0, 0);
	close_with(ends[0], 0);
	return close_with(ends[1], n > 0 || n == -EAGAIN);
}

/* True if a terminal's line is up, or need not be. What is no terminal, or has no line, is not waited for. */
static bool has_line(int fd)
{
	struct termios settings = {0};
	int line = 0;

	if (raw_syscall(SYS_ioctl, fd, TCGETS, (long)&settings, 0, 0, 0) != 0 || settings.c_cflag & CLOCAL)
		return true;
	return raw_syscall(SYS_ioctl, fd, TIOCMGET, (long)&line, 0, 0, 0) != 0 || line & TIOCM_CAR;
}

/* True if the open would have returned by now. Always true for what opens at once. */
static bool is_open(int fd, int flags)
{
	struct stat st;

	if (libc.fstatat(fd, "", &st, AT_EMPTY_PATH) != 0)
		return true;
	if (S_ISFIFO(st.st_mode))
		return (flags & O_ACCMODE) != O_RDONLY || has_writer(fd);
	return !S_ISCHR(st.st_mode) || has_line(fd);
}

/* No other descriptor shares the description yet, so its flag may be cleared. */
static long wait_opened(struct blocking *call, int fd, int flags)
{
	nanos pause = 0;
	int error = 0;
	bool opened;

	while (!(opened = is_open(fd, flags)) && !error)
		error = rest(call, &pause);
	if (!opened)
		return close_with(fd, -error);
	raw_syscall(SYS_fcntl, fd, F_SETFL, raw_syscall(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0) & ~O_NONBLOCK, 0, 0, 0);
	return fd;
}

/* ENXIO for a FIFO opened for writing: it has no reader yet. */
static bool lacks_reader(const long c[7], int flags, long result)
{
	struct stat st;

	return result == -ENXIO && (flags & O_ACCMODE) == O_WRONLY &&
	       libc.fstatat((int)c[1], (const char *)c[2], &st, 0) == 0 && S_ISFIFO(st.st_mode);
}

static long open_again(struct blocking *call, const long waiting[7])
{
	struct open_how how;
	long attempt[7], fd;
	nanos pause = 0;
	int error = 0, flags;

	memcpy(attempt, waiting, sizeof(attempt));
	if (waiting[0] == SYS_openat2) {
		how = *(const struct open_how *)waiting[3];
		flags = (int)how.flags;
		how.flags |= O_NONBLOCK;
		attempt[3] = (long)&how;
		attempt[4] = sizeof(how);
	} else {
		flags = (int)waiting[3];
		attempt[3] |= O_NONBLOCK;
	}
	while (lacks_reader(attempt, flags, fd = make(attempt)) && !error)
		error = rest(call, &pause);
	if (fd == -ENXIO && error)
		return -error;
	return fd < 0 ? fd : wait_opened(call, (int)fd, flags);
}

/* Events that have arrived before the last attempt stay in the array; if they are too few the call continues. */
static long events_again(struct blocking *call, const long c[7])
{
	static const struct timespec no_time;
	const long least = c[2], most = c[3], event_size = 32;
	long done = 0, n;
	nanos pause = 0;
	int error = 0;

	call->until.deadline = deadline_of((const struct timespec *)c[5]);
	do {
		n = raw_syscall(c[0], c[1], 0, most - done, c[4] + done * event_size, (long)&no_time, 0);
		done += n > 0 ? n : 0;
	} while (n >= 0 && done < least && !(error = rest(call, &pause)));
	if (done || error == ETIMEDOUT)
		return done;
	return error ? -error : n;
}

struct in_turns {
	const long *call;
	long result;
};

static void make_in_turns(void *arg)
{
	struct in_turns *made = arg;

	made->result = make(made->call);
}

/* tcdrain and the receiver of a message queue cannot be polled. */
static bool is_for_kernel(long number)
{
	return number == SYS_ioctl || number == SYS_mq_timedreceive;
}

/* A read of a terminal in raw mode, which a signal would interrupt; see VMIN and VTIME in termios(3). */
struct terminal_read {
	int fd, available;
	size_t size;
	nanos since; /* the start of the time of VTIME: the call, then the last byte */
};

static bool may_return(struct terminal_read *r)
{
	struct termios mode = {0};
	int available = 0;
	size_t least;

	if (raw_syscall(SYS_ioctl, r->fd, TCGETS, (long)&mode, 0, 0, 0) != 0 ||
	    raw_syscall(SYS_ioctl, r->fd, FIONREAD, (long)&available, 0, 0, 0) != 0)
		return true;
	if (available != r->available)
		r->since = clock_now();
	r->available = available;
	least = mode.c_cc[VMIN] < r->size ? mode.c_cc[VMIN] : r->size;
	if ((size_t)available >= (least ?: 1))
		return true;
	return mode.c_cc[VTIME] && (available || !mode.c_cc[VMIN]) &&
	       clock_now() - r->since >= mode.c_cc[VTIME] * (100 * NANOS_PER_MSEC);
}

/* A read of no more bytes than are available does not wait. */
static long read_terminal(struct blocking *call, const long c[7])
{
	const struct iovec *iov = (const struct iovec *)c[2], *end = iov + c[3];
	struct terminal_read r = {.fd = (int)c[1], .since = clock_now()};
	struct iovec first;
	nanos pause = 0;
	int error = 0;

	while (iov < end && !iov->iov_len)
		iov++;
	if (iov == end)
		return 0;
	first = *iov;
	r.size = first.iov_len;
	while (!may_return(&r) && !error)
		error = rest(call, &pause);
	if (error && !r.available)
		return -error;
	if (r.available && (size_t)r.available < first.iov_len)
		first.iov_len = (size_t)r.available;
	return r.available || poll_now(&(struct pollfd){r.fd, POLLIN, 0}, 1)
		   ? raw_syscall(SYS_readv, r.fd, (long)&first, 1, 0, 0, 0)
		   : 0;
}

/* Makes the call without waiting. WOULD_WAIT if the call would have waited. */
static long attempt(const long waiting[7])
{
	static const struct timespec no_time;
	long c[7], n;

	memcpy(c, waiting, sizeof(c));
	switch (c[0]) {
	case SYS_flock:
		c[2] |= LOCK_NB;
		break;
	case SYS_fcntl:
		c[2] = c[2] == F_SETLKW ? F_SETLK : F_OFD_SETLK;
		break;
	case SYS_msgsnd:
		c[4] |= IPC_NOWAIT;
		break;
	case SYS_msgrcv:
		c[5] |= IPC_NOWAIT;
		break;
	case SYS_semtimedop:
		c[4] = (long)&no_time;
		break;
	}
	n = make(c);
	if (n == -EAGAIN || (c[0] == SYS_fcntl && n == -EACCES) || (c[0] == SYS_msgrcv && n == -ENOMSG))
		return WOULD_WAIT;
	return n;
}

/*
 * Makes the system call with this number and these arguments, in a way that does not wait, until it has a result: open
 * of a FIFO or a terminal, flock, fcntl, msgsnd, msgrcv, semtimedop, io_getevents, a read of a terminal. Any other call
 * is made once, after the other greenlets have run. Returns as the kernel does. What ends the wait, as call->until
 * says, ends the call.
 */
static long look_again(struct blocking *call, const long waiting[7])
{
	nanos pause = 0;
	int error = 0;
	long n;

	if (waiting[0] == SYS_openat || waiting[0] == SYS_openat2)
		return open_again(call, waiting);
	if (waiting[0] == SYS_io_getevents)
		return events_again(call, waiting);
	if (waiting[0] == SYS_readv || waiting[0] == SYS_preadv2)
		return read_terminal(call, waiting);
	if (is_for_kernel(waiting[0])) {
		struct in_turns made = {.call = waiting};

		wait_in_turns(make_in_turns, &made);
		return made.result;
	}
	if (waiting[0] == SYS_semtimedop && waiting[4])
		call->until.deadline = deadline_of((const struct timespec *)waiting[4]);
	while ((n = attempt(waiting)) == WOULD_WAIT && !error)
		error = rest(call, &pause);
	if (n != WOULD_WAIT)
		return n;
	return error == ETIMEDOUT ? -EAGAIN : -error;
}

static bool can_be_attempted(long number)
{
	return number == SYS_flock || number == SYS_fcntl || number == SYS_msgsnd || number == SYS_msgrcv ||
	       number == SYS_semtimedop;
}

/*
 * A signal has ended it. The kernel looks at the object before it gives up, so what has become free succeeds; it has
 * not looked where the helper had not come as far as the call.
 */
static long last_look(const long waiting[7])
{
	long n = can_be_attempted(waiting[0]) ? attempt(waiting) : WOULD_WAIT;

	return n < 0 ? -EINTR : n;
}

long make_call_offloaded(struct blocking *call, const long number_and_arguments[7])
{
	long n;

	stats_helped(call->call);
	n = make_long_call(number_and_arguments, &call->until);
	if (n == NO_LONG_CALL)
		n = look_again(call, number_and_arguments);
	else if (n == -EINTR)
		n = last_look(number_and_arguments);
	return with_errno(n);
}
