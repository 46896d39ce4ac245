/*
 * The calls that make, share, change and close descriptors. They keep the file-descriptor table up to date, and protect
 * the descriptors of our own loops.
 */
#include "lock.h"
#include "owner.h"
#include "preload/core/blocking.h"
#include "preload/core/linger.h"
#include "preload/patch/libc_internal.h"
#include "preload/patch/patch.h"
#include "preload/patch/sanitizers.h"
#include "runtime/io/ring.h"
#include "runtime/offload/offload_hub.h"
#include "runtime/sched/mask.h"
#include <limits.h>
#include <stdarg.h>

static int bad_descriptor(void)
{
	errno = EBADF;
	return -1;
}

static int close_number(int fd)
{
	int result;

	fd_closing(fd);
	result = libc.close(fd);
	if (fd >= 0)
		poller_closed((unsigned)fd, (unsigned)fd);
	let_urgent_look();
	return result;
}

static SELDOM int close_lingering(int fd)
{
	struct lingering linger;
	int result;

	linger_begin(&linger);
	linger_keep(&linger, fd);
	result = close_number(fd);
	linger_end(&linger);
	end_if_cancelled();
	return result;
}

int close(int fd)
{
	act_on_cancellation(CALL_close);
	if (fd_is_ours(fd))
		return bad_descriptor();
	return unlikely(may_linger(fd)) ? close_lingering(fd) : close_number(fd);
}

/* Closes in pieces, around the descriptors of our loops. */
static int close_all(unsigned first, unsigned last, int flags)
{
	unsigned from = first, own;

	while (from <= INT_MAX && (own = (unsigned)next_own_fd((int)from)) != INT_MAX && own <= last) {
		if (own > from && libc.close_range(from, own - 1, flags) != 0)
			return -1;
		from = own + 1;
	}
	return from <= last ? libc.close_range(from, last, flags) : 0;
}

static bool may_linger_in_range(void)
{
	return self && has_reason_to_park(self) && !self->loading;
}

/* Helpers share the old table of descriptors: they would open files in that, and keep open what the caller closes. */
static int leave_shared_table(int result, int flags)
{
	if (result == 0 && (flags & CLOSE_RANGE_UNSHARE) && self) {
		offload_renew();
		ring_stays_behind();
	}
	return result;
}

int close_range(unsigned int first, unsigned int last, int flags)
{
	struct lingering linger;
	int result;

	if (first > last || (flags & CLOSE_RANGE_CLOEXEC))
		return leave_shared_table(libc.close_range(first, last, flags), flags);
	linger_begin(&linger);
	if (may_linger_in_range())
		linger_keep_range(&linger, first, last);
	fd_closing_range(first, last);
	result = close_all(first, last, flags);
	poller_closed(first, last);
	linger_end(&linger);
	return leave_shared_table(result, flags);
}

/* If close_range is refused, libc's closefrom() would close our descriptors, too. */
static void close_one_by_one(int lowest)
{
	long limit = sysconf(_SC_OPEN_MAX);
	int fd;

	for (fd = lowest; fd < limit; fd++) {
		if (!fd_is_ours(fd))
			libc.close(fd);
	}
}

void closefrom(int lowest)
{
	struct lingering linger;
	int before = errno;

	if (lowest < 0)
		lowest = 0;
	linger_begin(&linger);
	if (may_linger_in_range())
		linger_keep_range(&linger, (unsigned)lowest, UINT_MAX);
	fd_closing_range((unsigned)lowest, UINT_MAX);
	if (next_own_fd(0) == INT_MAX)
		libc.closefrom(lowest);
	else if (close_all((unsigned)lowest, UINT_MAX, 0) != 0)
		close_one_by_one(lowest);
	poller_closed((unsigned)lowest, UINT_MAX);
	linger_end(&linger);
	errno = before;
}

/*
 * libc closes a stream's descriptor by an internal call. If libc is patched, the patch reports this call to us at the
 * right time, when no other thread uses the stream any more; it reports only descriptors that the file-descriptor table
 * knows. Returns the descriptor, or -1 for none.
 */
static int forget_stream(FILE *stream)
{
	int before = errno, fd = fileno(stream);

	linger_expect_of_stream(-1);
	if (fd >= 0 && libc_is_patched)
		fd_note(fd, FD_OF_STREAM, 0);
	else if (fd >= 0)
		fd_closing(fd);
	errno = before;
	return fd;
}

static SELDOM int close_lingering_stream(FILE *stream, int fd)
{
	int result, error;

	linger_expect_of_stream(fd);
	result = libc.fclose(stream);
	error = errno;
	linger_end_of_stream();
	errno = error;
	return result;
}

int fclose(FILE *stream)
{
	int fd = forget_stream(stream);

	if (libc_is_patched && unlikely(may_linger(fd)))
		return close_lingering_stream(stream, fd);
	return libc.fclose(stream);
}

int pclose(FILE *stream)
{
	forget_stream(stream);
	return libc.pclose(stream);
}

FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	forget_stream(stream);
	return libc.freopen(path, mode, stream);
}

static int twin_of(int fd, int twin)
{
	if (twin >= 0 && twin != fd) {
		fd_shared(fd);
		fd_made(twin);
		if ((fd_traits(fd) & (FD_KNOWN | FD_MAY_LINGER)) == FD_KNOWN)
			fd_note(twin, 0, FD_MAY_LINGER);
		share_owner(fd, twin);
	}
	return twin;
}

/* The number belonged to another file. */
static int in_place_of(int fd, int twin, int result)
{
	if (result >= 0)
		poller_closed((unsigned)twin, (unsigned)twin);
	return twin_of(fd, result);
}

int dup(int fd)
{
	return twin_of(fd, libc.dup(fd));
}

/* The new number is closed first, unless the call is going to fail. False if it is one of ours. */
static bool makes_way(int fd, int twin)
{
	if (fd_is_ours(twin))
		return false;
	if (fd != twin && libc.fcntl(fd, F_GETFD) >= 0)
		fd_closing(twin);
	return true;
}

/* dup2 and dup3: they differ only in dup3's flags, and in the result for two equal numbers. */
struct put {
	int fd, twin, flags;
	bool by_dup3;
};

static int put_in_place(const struct put *put)
{
	int fd = put->fd, twin = put->twin;

	if (!makes_way(fd, twin))
		return bad_descriptor();
	return in_place_of(fd, twin, put->by_dup3 ? libc.dup3(fd, twin, put->flags) : libc.dup2(fd, twin));
}

static SELDOM int put_lingering(const struct put *put)
{
	struct lingering linger;
	int result;

	linger_begin(&linger);
	linger_keep(&linger, put->twin);
	result = put_in_place(put);
	linger_end(&linger);
	return result;
}

static int put(const struct put *put)
{
	if (put->fd != put->twin && !fd_is_ours(put->twin) && unlikely(may_linger(put->twin)))
		return put_lingering(put);
	return put_in_place(put);
}

static int do_dup2(int fd, int twin)
{
	return put(&(struct put){fd, twin, 0, false});
}
synonym(dup2, do_dup2);

int dup3(int fd, int twin, int flags)
{
	return put(&(struct put){fd, twin, flags, true});
}

static void note_nonblock(int fd, bool nonblock)
{
	fd_note(fd, nonblock ? FD_NONBLOCK : 0, nonblock ? 0 : FD_NONBLOCK);
}

static void note_flags(int fd, int flags)
{
	note_nonblock(fd, flags & O_NONBLOCK);
	fd_note(fd, flags & O_DIRECT ? FD_DIRECT : 0, flags & O_DIRECT ? 0 : FD_DIRECT);
}

/* A word holds the third argument, whatever its type. */
int fcntl(int fd, int command, ...)
{
	va_list rest;
	long argument;
	int result;

	va_start(rest, command);
	argument = va_arg(rest, long);
	va_end(rest);
	if (command == F_SETLKW || command == F_OFD_SETLKW)
		return lock_record(CALL_fcntl, fd, command, (struct flock *)argument);
	if (any_hub() && is_about_owner(command))
		return set_or_get_owner(fd, command, argument);
	result = libc.fcntl(fd, command, argument);
	if (result < 0)
		return result;
	if (command == F_SETFL && (fd_traits(fd) & FD_LEARNT))
		note_flags(fd, (int)argument);
	if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
		twin_of(fd, result);
	return result;
}

static bool is_of_terminals(unsigned long request)
{
	return _IOC_TYPE(request) == 'T';
}

static bool sets_mode(unsigned long request)
{
	switch (request) {
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
	case TCSETA:
	case TCSETAW:
	case TCSETAF:
	case _IOC(_IOC_WRITE, 'T', 0x2b, 44): /* TCSETS2, with the kernel's struct termios2, and its variants */
	case _IOC(_IOC_WRITE, 'T', 0x2c, 44):
	case _IOC(_IOC_WRITE, 'T', 0x2d, 44):
		return true;
	default:
		return false;
	}
}

/* Changing a terminal from the background stops the process, unless the calling thread blocks SIGTTOU. */
static int ask_terminal(int fd, unsigned long request, void *argument)
{
	bool shown = show_own_blocks(STOPS_BACKGROUND);
	int result = libc.ioctl(fd, request, argument);

	if (shown)
		apply_masks(self->hub);
	if (result == 0 && sets_mode(request))
		fd_terminal_changed();
	return result;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list rest;
	void *argument;
	int result;

	va_start(rest, request);
	argument = va_arg(rest, void *);
	va_end(rest);
	result = is_of_terminals(request) ? ask_terminal(fd, request, argument) : libc.ioctl(fd, request, argument);
	if (result >= 0 && request == FIONBIO && (fd_traits(fd) & FD_LEARNT))
		note_nonblock(fd, *(int *)argument);
	if (result > 2 && (fd_traits(result) & FD_KNOWN)) /* it may be a new descriptor, as from TIOCGPTPEER */
		fd_note(result, 0, fd_traits(result));
	return result;
}

static uint32_t traits_at_birth(int type)
{
	uint32_t traits = FD_SOCKET | (type & SOCK_NONBLOCK ? FD_NONBLOCK : 0);

	return (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) == SOCK_STREAM ? traits | FD_STREAM : traits;
}

int socket(int domain, int type, int protocol)
{
	int fd = libc.socket(domain, type, protocol);

	if (fd >= 0)
		fd_born(fd, self ? traits_at_birth(type) : 0);
	return fd;
}

static int pair_born(int result, const int pair[2], uint32_t traits)
{
	if (result == 0) {
		fd_born(pair[0], traits);
		fd_born(pair[1], traits);
	}
	return result;
}

int socketpair(int domain, int type, int protocol, int pair[2])
{
	return pair_born(libc.socketpair(domain, type, protocol, pair), pair, self ? traits_at_birth(type) : 0);
}

int pipe2(int ends[2], int flags)
{
	uint32_t traits = FD_STREAM | (flags & O_NONBLOCK ? FD_NONBLOCK : 0);

	/* A pipe of packets is not drained by a short read. */
	return pair_born(libc.pipe2(ends, flags), ends, self && !(flags & O_DIRECT) ? traits : 0);
}

int pipe(int ends[2])
{
	if (is_of_sanitizer(__builtin_return_address(0)))
		return libc.pipe(ends);
	return pair_born(libc.pipe(ends), ends, self ? FD_STREAM : 0);
}

static bool is_a_trait(int option)
{
	return option == SO_RCVTIMEO || option == SO_SNDTIMEO || option == SO_RCVLOWAT;
}

/*
 * Turning the option off is not noted: the socket may be listening, and connections that it already holds have the
 * option as it was.
 */
static void note_lingering(int fd, const struct linger *linger)
{
	if (!linger->l_onoff || !linger->l_linger)
		return;
	fd_note(fd, FD_MAY_LINGER, 0);
	atomic_store(&fds_linger, true);
}

/* The traits are learnt anew. */
int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
	int result = libc.setsockopt(fd, level, option, value, length);

	if (result == 0 && level == SOL_SOCKET && is_a_trait(option))
		fd_note(fd, 0, fd_traits(fd) & FD_LEARNT);
	if (result == 0 && level == SOL_SOCKET && option == SO_LINGER)
		note_lingering(fd, value);
	return result;
}

/* poll(2) does not report to a waiting writer of a local socket that its own end is shut down. */
int shutdown(int fd, int how)
{
	int result = libc.shutdown(fd, how);

	if (result == 0)
		poller_look_again(fd);
	let_urgent_look();
	return result;
}

/* What libc itself calls: the child of its posix_spawn does so in our memory, see libc_internal.h. */
int dup2_from_libc(int fd, int twin)
{
	return is_at_home() ? do_dup2(fd, twin) : libc.dup2(fd, twin);
}

synonym(__pipe, pipe);
synonym(__close, close);
synonym(__dup2, do_dup2);
synonym(__fcntl, fcntl);
synonym(fcntl64, fcntl);
synonym(freopen64, freopen);
