#include "internal_fds.h"
#include "sys.h"
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/select.h>

/*
 * Where they start: just below the limit, or below this where the limit is high. The kernel's table of descriptors
 * grows to the highest. Every fork copies it; and select() with more descriptors than a set has bits, as in
 * select(getdtablesize(), ...), looks at as much of the set as the table has entries.
 */
#define HIGHEST FD_SETSIZE
#define ROOM    64

/* Sets of descriptors; those above are not known, and there are none before the program has as many. */
#define KNOWN (1 << 16)
#define WORD  64

static _Atomic uint64_t owned[KNOWN / WORD], borrowed[KNOWN / WORD];
static _Atomic int lowest = INT_MAX, highest;

static uint64_t bit_of(int fd)
{
	return 1ull << (unsigned)fd % WORD;
}

static void note(_Atomic uint64_t *set, int fd)
{
	int low = atomic_load(&lowest), high = atomic_load(&highest);

	if (fd >= KNOWN)
		return;
	while (fd < low && !atomic_compare_exchange_weak(&lowest, &low, fd))
		;
	while (fd > high && !atomic_compare_exchange_weak(&highest, &high, fd))
		;
	atomic_fetch_or(&set[fd / WORD], bit_of(fd));
}

static int limit_of_descriptors(void)
{
	rlim_t limit = sys_limit(RLIMIT_NOFILE);

	return limit > HIGHEST ? HIGHEST : (int)limit;
}

static int lowest_wanted(void)
{
	int limit = limit_of_descriptors();

	return limit > 2 * ROOM ? limit - ROOM : 0;
}

/* Its new number, or -errno. */
static int move_up(int fd, int from)
{
	int high = sys_fcntl(fd, F_DUPFD_CLOEXEC, from);

	if (high >= 0)
		sys_close(fd);
	return high;
}

int adopt_fd(int fd)
{
	int high = move_up(fd, lowest_wanted());

	if (high >= 0)
		fd = high;
	note(owned, fd);
	return fd;
}

/* Where the limit is low, there may be more of these than there is room above. */
int borrow_fd(int fd)
{
	int high = move_up(fd, lowest_wanted());

	if (high < 0)
		high = move_up(fd, limit_of_descriptors() / 2);
	if (high < 0) {
		sys_close(fd);
		return -1;
	}
	note(owned, high);
	note(borrowed, high);
	return high;
}

int duplicate_for_us(int fd)
{
	long twin = raw_syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, lowest_wanted(), 0, 0, 0);

	if (twin < 0)
		return -1;
	note(owned, (int)twin);
	return (int)twin;
}

/* How many calls go on with each of them. */
static _Atomic uint32_t users_of[KNOWN];

int keep_fd(int fd)
{
	int high = sys_fcntl(fd, F_DUPFD_CLOEXEC, lowest_wanted());

	if (high < 0)
		high = sys_fcntl(fd, F_DUPFD_CLOEXEC, limit_of_descriptors() / 2);
	if (high < 0)
		return -1;
	if (high == 0 || high >= KNOWN) {
		sys_close(high);
		return -1;
	}
	note(owned, high);
	note(borrowed, high);
	atomic_store(&users_of[high], 1);
	return high;
}

void share_kept_fd(int fd)
{
	atomic_fetch_add(&users_of[fd], 1);
}

bool unshare_kept_fd(int fd)
{
	return atomic_fetch_sub(&users_of[fd], 1) == 1;
}

static void forget(int fd)
{
	if (fd >= KNOWN)
		return;
	atomic_fetch_and(&owned[fd / WORD], ~bit_of(fd));
	atomic_fetch_and(&borrowed[fd / WORD], ~bit_of(fd));
}

void disown_fd(int fd)
{
	forget(fd);
	sys_close(fd);
}

bool is_own_fd(int fd)
{
	if (fd < atomic_load_explicit(&lowest, memory_order_relaxed) || fd >= KNOWN)
		return false;
	return atomic_load(&owned[fd / WORD]) & bit_of(fd);
}

static int next_of(_Atomic uint64_t *set, int from)
{
	int fd = from > atomic_load(&lowest) ? from : atomic_load(&lowest), high = atomic_load(&highest);
	uint64_t rest;

	for (; fd <= high; fd = (fd / WORD + 1) * WORD) {
		rest = atomic_load(&set[fd / WORD]) & ~(bit_of(fd) - 1);
		if (rest)
			return fd / WORD * WORD + __builtin_ctzll(rest);
	}
	return INT_MAX;
}

int next_own_fd(int from)
{
	return next_of(owned, from);
}

/* They mostly stand side by side: many at once. */
void drop_borrowed_fds(void)
{
	int first, next;

	for (first = next_of(borrowed, 0); first != INT_MAX; first = next_of(borrowed, next)) {
		for (next = first; next_of(borrowed, next) == next; next++)
			forget(next);
		if (sys_close_range((unsigned)first, (unsigned)next - 1, 0) == 0)
			continue;
		for (; first < next; first++)
			sys_close(first);
	}
}
