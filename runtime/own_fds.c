/* The descriptors of our own loops: high, out of the program's way, and known, so that its close() passes them over. */
#include "hub.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

/*
 * Where they start: just below the limit, or below this where the limit is high. The kernel's table of descriptors
 * grows to the highest. Every fork copies it; and select() with more descriptors than a set has bits, as in
 * select(getdtablesize(), ...), looks at as much of the set as the table has entries.
 */
#define HIGHEST FD_SETSIZE
#define ROOM    64

/* All zero: none; else the number plus one. Several hubs may share the room that there is. */
static _Atomic int owned[ROOM];
static _Atomic int lowest = INT_MAX;

static void note(int fd)
{
	int i, none, low = atomic_load(&lowest);

	while (fd < low && !atomic_compare_exchange_weak(&lowest, &low, fd))
		;
	for (i = 0; i < ROOM; i++) {
		none = 0;
		if (atomic_load(&owned[i]) == fd + 1 || atomic_compare_exchange_strong(&owned[i], &none, fd + 1))
			return;
	}
}

static int lowest_wanted(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > HIGHEST)
		return HIGHEST - ROOM;
	return limit.rlim_cur > 2 * ROOM ? (int)limit.rlim_cur - ROOM : 0;
}

int hub_adopt_fd(int fd)
{
	int high;

	if (!hub_running || fd < 0)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, lowest_wanted());
	if (high >= 0) {
		raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
		fd = high;
	}
	note(fd);
	return fd;
}

int hub_adopt_epoll(int fd)
{
	fd = hub_adopt_fd(fd);
	if (hub_running && !hub_running->loop)
		hub_running->epoll_fd = fd;
	return fd;
}

void hub_disown_fd(int fd)
{
	int i, named;

	for (i = 0; i < ROOM; i++) {
		named = fd + 1;
		atomic_compare_exchange_strong(&owned[i], &named, 0);
	}
	raw_syscall(SYS_close, fd, 0, 0, 0, 0, 0);
}

bool hub_owns_fd(int fd)
{
	int i;

	if (fd < atomic_load_explicit(&lowest, memory_order_relaxed))
		return false;
	for (i = 0; i < ROOM; i++) {
		if (atomic_load(&owned[i]) == fd + 1)
			return true;
	}
	return false;
}

int hub_next_own_fd(int from)
{
	int i, next = INT_MAX;

	for (i = 0; i < ROOM; i++) {
		int fd = atomic_load(&owned[i]) - 1;

		if (fd >= from && fd < next)
			next = fd;
	}
	return next;
}
