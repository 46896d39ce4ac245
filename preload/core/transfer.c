#include "transfer.h"
#include "options.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/mask.h"
#include "runtime/sys/refusal.h"
#include "runtime/sys/user_memory.h"
#include "stats.h"
#include "uncached_read.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <termios.h>

/*
 * The number of bytes that a terminal which is ready for writing takes without waiting, see tty_poll in the kernel; a
 * pipe takes PIPE_BUF.
 */
#define TTY_ROOM 256

/* For descriptors that refuse RWF_NOWAIT. Another process may take what is ready before the call that follows. */
static bool is_ready_now(const struct blocking *call)
{
	struct pollfd entry = {.fd = call->fd, .events = call->events};
	int ready = poll_now(&entry, 1);

	if (ready > 0 || (ready < 0 && call->waited)) /* without poll, only the wait tells */
		return true;
	errno = EAGAIN;
	return false;
}

/*
 * True for a transfer of so few bytes that the kernel answers at once, ready or not: 0 for no bytes, EINVAL where an
 * eventfd, a timerfd or a signalfd is to transfer less than one of its records. Without /proc, only no bytes are known.
 */
static bool is_answered_at_once(int fd, size_t size)
{
	char path[sizeof("/proc/self/fd/") + 10], kind[sizeof("anon_inode:[signalfd]")] = "";

	if (size == 0)
		return true;
	if (size >= sizeof(struct signalfd_siginfo))
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (raw_syscall(SYS_readlinkat, AT_FDCWD, (long)path, (long)kind, sizeof(kind) - 1, 0, 0) <= 0)
		return false;
	if (strcmp(kind, "anon_inode:[signalfd]") == 0)
		return true;
	return size < sizeof(eventfd_t) &&
	       (strcmp(kind, "anon_inode:[eventfd]") == 0 || strcmp(kind, "anon_inode:[timerfd]") == 0);
}

/* What the kernel says of a vector before it looks at the file. Returns false with errno set. */
static bool is_valid_vector(const struct iovec *iov, int count)
{
	size_t total = 0;
	int i;

	errno = EINVAL;
	if (count < 0 || count > IOV_MAX)
		return false;
	for (i = 0; i < count; i++) {
		if (!is_readable(&iov[i].iov_base) || !is_readable(&iov[i].iov_len)) {
			errno = EFAULT;
			return false;
		}
		total += iov[i].iov_len;
		if ((ssize_t)iov[i].iov_len < 0 || (ssize_t)total < 0)
			return false;
	}
	return true;
}

bool nowait_is_refused(enum refusal which, long error)
{
	long number = which == REFUSED_PREADV2 ? SYS_preadv2 : SYS_pwritev2;

	if (was_refused(which))
		return true;
	/*
	 * A file may return the same error. For an invalid descriptor the kernel returns EBADF; any other error comes
	 * from a filter.
	 */
	if (!is_refusal((int)error) || raw_syscall(number, -1, 0, 0, -1, -1, RWF_NOWAIT) == -EBADF)
		return false;
	note_refusal(which);
	return true;
}

/*
 * True if the kernel said that this kind of file cannot be tried without waiting, which is noted; or if the call by
 * which it is tried is refused.
 */
static bool refuses_nowait(struct blocking *call, ssize_t result, enum refusal which)
{
	if (result >= 0)
		return false;
	if (errno != EOPNOTSUPP)
		return nowait_is_refused(which, errno);
	note_call(call, FD_NO_NOWAIT, 0);
	return true;
}

/* Returns 0 for a terminal, -EIO for one that is gone. */
static long ask_terminal(int fd)
{
	struct termios unused;

	return raw_syscall(SYS_ioctl, fd, TCGETS, (long)&unused, 0, 0, 0);
}

/*
 * Begins a call on a descriptor. A terminal depends on the mask of the thread: it refuses a background reader that
 * blocks SIGTTIN, and lets a writer write that blocks SIGTTOU, instead of stopping the process.
 */
static inline bool begin_on(const struct blocking *call)
{
	return unlikely(call->traits & FD_TERMINAL) && show_own_blocks(STOPS_BACKGROUND);
}

static inline ssize_t end_on(bool shown, ssize_t result)
{
	if (unlikely(shown))
		apply_masks(self->hub);
	return result;
}

/*
 * A terminal stops a background reader before it lets it wait, or makes it fail: a read of no bytes causes that check.
 */
static void begin_wait(const struct blocking *call)
{
	char byte;

	if (call->waited || ask_terminal(call->fd) != 0 || libc.read(call->fd, &byte, 0) == 0)
		errno = EAGAIN;
}

/* The read modes of a terminal, see termios(3). */
enum reading {
	BY_POLL,   /* a line, or a byte, ends the read: poll reports it */
	AT_ONCE,   /* it never waits */
	BY_KERNEL, /* for some bytes, or for a time: only the kernel can count, and takes the bytes as they arrive */
};

/* The master side of a pseudo-terminal returns its slave's mode, and is itself always read by the byte. */
static bool is_master(int fd)
{
	int on;

	return raw_syscall(SYS_ioctl, fd, TIOCGPKT, (long)&on, 0, 0, 0) == 0;
}

static enum reading way_to_read(int fd, size_t size)
{
	struct termios mode = {0};
	int available = 0;

	if (raw_syscall(SYS_ioctl, fd, TCGETS, (long)&mode, 0, 0, 0) != 0 || mode.c_lflag & ICANON || is_master(fd))
		return BY_POLL;
	if (mode.c_cc[VMIN] == 1)
		return BY_POLL;
	if (mode.c_cc[VMIN] == 0 && mode.c_cc[VTIME] == 0)
		return AT_ONCE;
	if (raw_syscall(SYS_ioctl, fd, FIONREAD, (long)&available, 0, 0, 0) != 0 || available <= 0)
		return BY_KERNEL;
	return available >= mode.c_cc[VMIN] || (size_t)available >= size ? AT_ONCE : BY_KERNEL;
}

/* A read on an offload thread is not a background read: whether the caller may wait has been checked before. */
static ssize_t readv_by_kernel(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	const long reading[7] = {SYS_readv, call->fd, (long)iov, count};
	const long with_flags[7] = {SYS_preadv2, call->fd, (long)iov, count, -1, -1, flags};

	begin_wait(call);
	if (errno != EAGAIN)
		return -1;
	call->waited = true;
	return make_call_offloaded(call, flags ? with_flags : reading);
}

static ssize_t readv_natively(int fd, const struct iovec *iov, int count, int flags)
{
	return flags ? libc.preadv2(fd, iov, count, -1, flags) : libc.readv(fd, iov, count);
}

/* Reads up to as many bytes as are available, for which no mode lets a read wait. Returns 0 if there are none. */
static ssize_t read_what_is_there(int fd, struct iovec piece)
{
	int available = 0;

	raw_syscall(SYS_ioctl, fd, FIONREAD, (long)&available, 0, 0, 0);
	if (available <= 0)
		return 0;
	if ((size_t)available < piece.iov_len)
		piece.iov_len = (size_t)available;
	return libc.readv(fd, &piece, 1);
}

/*
 * The mode has changed during a call that waits for a byte. The kernel's own call uses the mode with which it has
 * begun: a byte ends it. A read of one byte waits for no more than that, but poll now reports readiness only for more
 * bytes.
 */
static ssize_t read_from_first_byte(struct blocking *call, const struct iovec *iov, int count)
{
	struct iovec first = rest_of_vector(iov, count, 0), rest;
	const long reading[7] = {SYS_readv, call->fd, (long)&first, 1};
	ssize_t n = read_what_is_there(call->fd, first), more;

	if (n)
		return n;
	first.iov_len = 1;
	n = make_call_offloaded(call, reading);
	if (n != 1)
		return n;
	rest = rest_of_vector(iov, count, 1);
	more = rest.iov_len ? read_what_is_there(call->fd, rest) : 0;
	return more > 0 ? more + 1 : 1;
}

/*
 * If the terminal goes away while a reader waits, the reader gets EIO; a later reader gets the end of the file, as we
 * would.
 */
static ssize_t readv_when_ready(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	enum reading way = BY_POLL;
	ssize_t n;

	if (call->traits & FD_TERMINAL)
		way = way_to_read(call->fd, size_of_vector(iov, count));
	if (way == BY_KERNEL)
		return call->waited ? read_from_first_byte(call, iov, count) : readv_by_kernel(call, iov, count, flags);
	if ((way == BY_POLL || call->waited) && !is_ready_now(call) &&
	    !is_answered_at_once(call->fd, size_of_vector(iov, count))) {
		begin_wait(call);
		return -1;
	}
	n = readv_natively(call->fd, iov, count, flags);
	if (n || !call->waited || ask_terminal(call->fd) != -EIO)
		return n;
	errno = EIO;
	return -1;
}

/* Also for a kind of file that is known to refuse it: the kernel checks the vector first. */
static ssize_t readv_now(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	ssize_t n;

	if (was_refused(REFUSED_PREADV2))
		return is_valid_vector(iov, count) ? readv_when_ready(call, iov, count, flags) : -1;
	n = libc.preadv2(call->fd, iov, count, -1, flags | RWF_NOWAIT);
	if (!refuses_nowait(call, n, REFUSED_PREADV2))
		return n;
	return is_valid_vector(iov, count) ? readv_when_ready(call, iov, count, flags) : -1;
}

/* recv is the cheapest call for a socket. With a count of 0 it would take a datagram, which read does not. */
static ssize_t read_now(struct blocking *call, void *buf, size_t count)
{
	struct iovec one = {buf, count};

	if (call->traits & FD_SOCKET)
		return count ? receive_now(call->fd, buf, count, MSG_DONTWAIT, NULL, NULL)
			     : libc.read(call->fd, buf, 0);
	return count && call->traits & FD_NO_NOWAIT ? readv_when_ready(call, &one, 1, 0) : readv_now(call, &one, 1, 0);
}

/* The torture build shortens the transfers of streams, if that is allowed. */
static size_t cut(const struct blocking *call, size_t count)
{
	return call->traits & FD_STREAM ? torture_cut(count) : count;
}

ssize_t attempt_read(struct blocking *call, void *buf, size_t count)
{
	bool shown;
	ssize_t n;

	if (goes_native(call)) {
		shown = begin_on(call);
		return end_on(shown, may_be_uncached(call, -1)
					 ? read_uncached(call, &(struct iovec){buf, count}, 1, -1, 0)
					 : libc.read(call->fd, buf, count));
	}
	if (count && waits_first(call))
		return -1;
	shown = begin_on(call);
	n = end_on(shown, read_now(call, buf, cut(call, count)));
	note_progress(call, n, count);
	return n;
}

ssize_t attempt_readv_flags(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	bool shown;
	ssize_t n;

	if (goes_native(call) && may_be_uncached(call, -1))
		return read_uncached(call, iov, count, -1, flags);
	shown = begin_on(call);
	if (!call->green)
		return end_on(
		    shown, flags ? libc.preadv2(call->fd, iov, count, -1, flags) : libc.readv(call->fd, iov, count));
	/* No waits_first() here: the kernel must check an invalid vector at once. */
	n = end_on(shown, readv_now(call, iov, count, flags));
	if (n > 0)
		note_progress(call, n, size_of_vector(iov, count));
	return n;
}

ssize_t attempt_readv(struct blocking *call, const struct iovec *iov, int count)
{
	return attempt_readv_flags(call, iov, count, 0);
}

static ssize_t write_plainly(const struct blocking *call, const struct iovec *iov, int count, int flags)
{
	return flags ? libc.pwritev2(call->fd, iov, count, -1, flags) : libc.writev(call->fd, iov, count);
}

/* Ready means that a little fits, so we write only a little at a time. */
static ssize_t write_a_little(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	size_t room = call->traits & FD_STREAM ? PIPE_BUF : TTY_ROOM;
	struct iovec first;

	if (!is_ready_now(call) && !is_answered_at_once(call->fd, size_of_vector(iov, count)))
		return -1;
	if (size_of_vector(iov, count) <= room)
		return write_plainly(call, iov, count, flags);
	first = rest_of_vector(iov, count, 0);
	if (first.iov_len > room)
		first.iov_len = room;
	return write_plainly(call, &first, 1, flags);
}

/* Unlike a pipe, a socket whose peer goes away during a write reports that with the next write. */
static int send_flags(const struct blocking *call)
{
	return call->begun ? MSG_DONTWAIT | MSG_NOSIGNAL : MSG_DONTWAIT;
}

static ssize_t writev_now(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	struct msghdr rest = {.msg_iov = (struct iovec *)iov, .msg_iovlen = (size_t)count};
	ssize_t n;

	if (call->begun && (call->traits & FD_SOCKET))
		return libc.sendmsg(call->fd, &rest, send_flags(call));
	if (was_refused(REFUSED_PWRITEV2))
		return is_valid_vector(iov, count) ? write_a_little(call, iov, count, flags) : -1;
	/* Also for a kind of file that is known to refuse it: the kernel checks the vector first, and then we may. */
	n = libc.pwritev2(call->fd, iov, count, -1, flags | RWF_NOWAIT);
	if (!refuses_nowait(call, n, REFUSED_PWRITEV2))
		return n;
	if (!is_valid_vector(iov, count))
		return -1;
	return write_a_little(call, iov, count, flags);
}

static ssize_t write_now(struct blocking *call, const void *buf, size_t count)
{
	struct iovec one = {(void *)buf, count};

	if (call->traits & FD_SOCKET)
		return send_now(call->fd, buf, count, send_flags(call), NULL, 0);
	return writev_now(call, &one, 1, 0);
}

ssize_t attempt_write(struct blocking *call, const void *buf, size_t count)
{
	bool shown;
	ssize_t n;

	if (goes_native(call)) {
		shown = begin_on(call);
		return end_on(shown, libc.write(call->fd, buf, count));
	}
	if (count && waits_first(call))
		return -1;
	shown = begin_on(call);
	n = end_on(shown, write_now(call, buf, cut(call, count)));
	if (n >= 0)
		note_progress(call, n, cut(call, count));
	return n;
}

ssize_t attempt_writev_flags(struct blocking *call, const struct iovec *iov, int count, int flags)
{
	bool native = goes_native(call), shown = begin_on(call);

	return end_on(shown, native ? write_plainly(call, iov, count, flags) : writev_now(call, iov, count, flags));
}

struct iovec rest_of_vector(const struct iovec *iov, int count, size_t done)
{
	int i;

	for (i = 0; i < count; i++) {
		if (done < iov[i].iov_len)
			return (struct iovec){(char *)iov[i].iov_base + done, iov[i].iov_len - done};
		done -= iov[i].iov_len;
	}
	return (struct iovec){0};
}

size_t size_of_vector(const struct iovec *iov, int count)
{
	size_t size = 0;
	int i;

	for (i = 0; i < count && i < IOV_MAX; i++)
		size += iov[i].iov_len;
	return size;
}

/* The traits that fd_learn() finds for a stream socket that the program has not changed. */
#define ORDINARY (FD_LEARNT | FD_PRIVATE | FD_SOCKET | FD_STREAM)
#define UNUSUAL  (FD_NONBLOCK | FD_RCVTIMEO | FD_SNDTIMEO | FD_RCVLOWAT)

static inline bool is_ordinary(enum call call, const struct fd_entry *entry)
{
	return entry && (entry_traits(entry) & (ORDINARY | UNUSUAL)) == ORDINARY && has_reason_to_park(self) &&
	       !self->hub->slice.preempt_pending && !self->loading && !call_is_off[call] && !is_cancelled() &&
	       !torture_strikes(2);
}

/* The socket was closed during the call, or a handler has run: the call continues on the normal path. */
static SELDOM long receive_on(enum call name, int fd, void *buf, size_t count)
{
	struct blocking call = blocking_on(name, fd, POLLIN);
	ssize_t n;

	call.green = true;
	call.errno_before = errno;
	follow_file(&call);
	do
		n = receive_now(call.fd, buf, count, MSG_DONTWAIT, NULL, NULL);
	while (n < 0 && park_until_ready(&call));
	n = n < 0 ? -errno : n;
	errno = call.errno_before;
	leave_file(&call);
	return n;
}

static SELDOM long drop_file(int error)
{
	poller_let_go(poller_take_file());
	return -error;
}

static int park_to_receive(enum call call, int fd, struct fd_entry *entry)
{
	static const struct wait_options for_ever = {
	    .deadline = FOR_EVER, .on_signal = SIGNAL_RESTARTS, .keeps_file = true};
	int error;

	stats_parked(call);
	error = park_on_fd(fd, POLLIN, &for_ever);
	if (!error || error == EINTR)
		entry_note(entry, 0, FD_READ_DRAINED);
	return error;
}

long receive_quickly(enum call call, int fd, void *buf, size_t count)
{
	struct fd_entry *entry = fd_entry(fd);
	int error = 0;
	long n;

	if (!is_ordinary(call, entry) || !count)
		return -EAGAIN;
	if (entry_traits(entry) & FD_READ_DRAINED) {
		error = park_to_receive(call, fd, entry);
		if (unlikely(self->waiter.kept_fd))
			return error ? drop_file(error) : receive_on(call, fd, buf, count);
		if (error && error != EINTR)
			return -error;
	}
	n = raw_syscall(SYS_recvfrom, fd, (long)buf, (long)count, MSG_DONTWAIT, 0, 0);
	if (n == -EAGAIN && error)
		return -error;
	if (n > 0 && (size_t)n < count)
		entry_note(entry, FD_READ_DRAINED, 0);
	return n;
}

long send_quickly(enum call call, int fd, const void *buf, size_t count, int flags)
{
	struct fd_entry *entry = fd_entry(fd);
	long n;

	if (!is_ordinary(call, entry) || entry_traits(entry) & FD_WRITE_FILLED)
		return -EAGAIN;
	n = raw_syscall(SYS_sendto, fd, (long)buf, (long)count, flags | MSG_DONTWAIT, 0, 0);
	if (n > 0 && (size_t)n < count)
		entry_note(entry, FD_WRITE_FILLED, 0);
	return n == -EINPROGRESS ? -EAGAIN : n; /* TCP_FASTOPEN_CONNECT: it connects first */
}
