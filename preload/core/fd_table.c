#include "fd_table.h"
#include "libc.h"
#include "runtime/io/poller.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/sched/hub.h"
#include "runtime/sched/task.h"
#include "runtime/sys/memory.h"
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

/* A lost update of an entry only makes it be learnt again. */
_Atomic(struct fd_entry *) fd_pages[FD_PAGES];
static bool doubts_all;            /* see fd_doubt_all() */
static _Atomic unsigned pages_end; /* no page has been made from here on */
_Atomic bool fds_linger, fds_listen;

static void raise_end(unsigned end)
{
	unsigned now = atomic_load(&pages_end);

	while (now < end && !atomic_compare_exchange_weak(&pages_end, &now, end))
		;
}

static struct fd_entry *make_entry(int fd)
{
	_Atomic(struct fd_entry *) *place;
	struct fd_entry *page, *none = NULL;

	if ((unsigned)fd >= FD_PAGES * FD_PAGE)
		return NULL;
	place = &fd_pages[(unsigned)fd / FD_PAGE];
	if (!atomic_load(place)) {
		page = memory_zalloc(FD_PAGE * sizeof(*page));
		if (page && !atomic_compare_exchange_strong(place, &none, page))
			memory_free(page);
		raise_end((unsigned)fd / FD_PAGE + 1);
	}
	return fd_entry(fd);
}

void fd_note(int fd, uint32_t set, uint32_t clear)
{
	struct fd_entry *entry = has_own_fds() ? NULL : make_entry(fd);

	if (entry)
		entry_note(entry, set, clear);
}

static bool has_time_limit(int fd, int option)
{
	struct timeval limit = {0};
	socklen_t length = sizeof(limit);

	return sys_getsockopt(fd, SOL_SOCKET, option, &limit, &length) == 0 && (limit.tv_sec || limit.tv_usec);
}

static uint32_t traits_of_socket(int fd)
{
	uint32_t traits = FD_SOCKET;
	int type = 0, least = 1;
	socklen_t length = sizeof(type);

	if (sys_getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM)
		traits |= FD_STREAM;
	if (has_time_limit(fd, SO_RCVTIMEO))
		traits |= FD_RCVTIMEO;
	if (has_time_limit(fd, SO_SNDTIMEO))
		traits |= FD_SNDTIMEO;
	length = sizeof(least);
	if (sys_getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &least, &length) == 0 && least > 1)
		traits |= FD_RCVLOWAT;
	return traits;
}

static uint32_t traits_by_flags(int flags)
{
	return flags >= 0 && (flags & O_NONBLOCK) ? FD_NONBLOCK : 0;
}

static bool is_terminal(int fd)
{
	struct termios unused;

	return raw_syscall(SYS_ioctl, fd, TCGETS, (long)&unused, 0, 0, 0) == 0;
}

/* For files that may wait. A pipe in packet mode is not drained by a short read. */
static uint32_t traits_by_kind(int fd, mode_t mode)
{
	int flags = libc.fcntl(fd, F_GETFL);
	uint32_t traits = traits_by_flags(flags);

	if (S_ISSOCK(mode))
		traits |= traits_of_socket(fd);
	else if (S_ISFIFO(mode) && !(flags & O_DIRECT))
		traits |= FD_STREAM;
	else if (S_ISCHR(mode) && is_terminal(fd))
		traits |= FD_TERMINAL;
	return traits;
}

static bool is_plain(mode_t mode)
{
	return S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode);
}

/* For a file whose opening we have seen, FD_DIRECT is noted already. */
static uint32_t traits_of_plain(int fd, uint32_t noted)
{
	int flags = noted & FD_PRIVATE ? 0 : libc.fcntl(fd, F_GETFL);

	return FD_PLAIN | (flags >= 0 && (flags & O_DIRECT) ? FD_DIRECT : 0);
}

/* The traits that hold for another file of the same kind. */
#define OF_KIND (FD_LEARNT | FD_SOCKET | FD_PLAIN | FD_NO_NOWAIT)

static uint32_t kind_of(mode_t mode)
{
	return is_plain(mode) ? FD_PLAIN : S_ISSOCK(mode) ? FD_SOCKET : 0;
}

/*
 * For a number that may be another file by now, see is_unknown(): drops all traits in which another file of the same
 * kind may differ.
 */
static uint32_t ask_again(int fd, uint32_t noted)
{
	struct stat status = {0};

	if (sys_fstat(fd, &status) != 0 || kind_of(status.st_mode) != (noted & (FD_SOCKET | FD_PLAIN))) {
		fd_note(fd, 0, noted);
		return 0;
	}
	if (noted & FD_PLAIN)
		return noted;
	return (noted & OF_KIND) | (traits_by_kind(fd, status.st_mode) & ~(uint32_t)FD_NONBLOCK);
}

uint32_t fd_ask(int fd, uint32_t noted)
{
	uint32_t traits;
	struct stat status = {0};

	if ((noted & FD_LEARNT) && is_unknown(fd, noted))
		noted = ask_again(fd, noted);
	traits = noted;
	/* A file that never waits does not wait whatever its flags are. */
	if ((noted & FD_LEARNT) && (noted & FD_PLAIN))
		return noted;
	if (noted & FD_LEARNT)
		return (noted & ~(uint32_t)FD_NONBLOCK) | traits_by_flags(libc.fcntl(fd, F_GETFL));
	if (sys_fstat(fd, &status) != 0)
		return FD_LEARNT | FD_PLAIN; /* not open: a native call will fail with EBADF */
	traits |= is_plain(status.st_mode) ? traits_of_plain(fd, noted) : traits_by_kind(fd, status.st_mode);
	traits |= FD_LEARNT;
	fd_note(fd, traits, 0);
	return traits;
}

static void forget_traits(int fd)
{
	struct fd_entry *entry = fd_entry(fd);

	if (has_own_fds())
		return;
	if (entry)
		atomic_store(&entry->traits, 0);
}

void fd_forget(int fd)
{
	forget_traits(fd);
	poller_forget(fd);
}

void fd_closing(int fd)
{
	forget_traits(fd);
	if (fd >= 0)
		poller_closing((unsigned)fd, (unsigned)fd);
}

void fd_closing_range(unsigned first, unsigned last)
{
	unsigned end = atomic_load(&pages_end) * FD_PAGE, fd;

	for (fd = first; fd <= last && fd < end; fd++)
		forget_traits((int)fd);
	poller_closing(first, last);
}

/* FD_PRIVATE is the one trait that cannot be asked later. */
void fd_born(int fd, uint32_t traits)
{
	fd_forget(fd);
	if (!doubts_all)
		fd_note(fd, FD_KNOWN | FD_PRIVATE | (traits ? traits | FD_LEARNT : 0), 0);
}

void fd_made(int fd)
{
	fd_forget(fd);
	if (!doubts_all)
		fd_note(fd, FD_KNOWN | FD_MAY_LINGER, 0);
}

unsigned fd_noted_end(void)
{
	unsigned end = atomic_load(&pages_end);

	return (end ? end : 1) * FD_PAGE;
}

void fd_doubt_all(void)
{
	unsigned end = atomic_load(&pages_end) * FD_PAGE, fd;

	if (doubts_all)
		return;
	doubts_all = true;
	for (fd = 0; fd < end; fd++)
		forget_traits((int)fd);
}

void fd_shared(int fd)
{
	if (fd_traits(fd) & FD_PRIVATE)
		fd_note(fd, 0, FD_PRIVATE);
}

/* The child shares all our descriptions. */
static void share_all(void)
{
	unsigned end = atomic_load(&pages_end) * FD_PAGE, fd;

	for (fd = 0; fd < end; fd++)
		fd_shared((int)fd);
}

void fd_terminal_changed(void)
{
	unsigned end = any_hub() ? fd_noted_end() : 0, fd;

	for (fd = 0; fd < end; fd++) {
		if (fd_traits((int)fd) & FD_TERMINAL)
			poller_look_again((int)fd);
	}
}

FORK_PART(FORK_DESCRIPTORS, .in_parent = share_all, .in_child = share_all);

bool fd_is_ours(int fd)
{
	return is_own_fd(fd);
}
