#include "libc_internal.h"
#include "direct.h"
#include "preload/core/blocking.h"
#include "preload/core/linger.h"
#include "runtime/glibc/malloc_arena.h"
#include "runtime/lifecycle/fork.h"
#include "runtime/sync/parking_lot.h"

static pid_t home; /* the process that the file-descriptor table describes */

int nobodys_lock;
bool inside_was_called;

static bool is_nobodys(const void *lock)
{
	if (lock != &nobodys_lock)
		return false;
	inside_was_called = true;
	return true;
}

/*
 * An OS thread without greenlets, or whose greenlet is alone there, can wait in the kernel: other OS threads hold the
 * lock.
 */
static bool waits_in_kernel(const void *lock)
{
	return !self || !has_reason_to_park(self) || arena_is_lock(lock);
}

/* fork takes locks of libc's while it holds some of ours: ours are released while a greenlet has to run. */
static void wait_greenly(int *word)
{
	bool forks = is_forking;

	if (forks)
		fork_pause();
	parking_lot_wait((uint32_t *)word, 2, &wait_forever_uninterruptibly);
	if (forks)
		fork_resume();
}

/*
 * As in lock.h: a waiter that was woken cannot know whether there are other waiters, so it takes the lock as contended.
 */
void wait_for_libc_lock(int *word)
{
	if (is_nobodys(word))
		return;
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0) {
		if (waits_in_kernel(word))
			raw_syscall(SYS_futex, (long)word, FUTEX_WAIT_PRIVATE, 2, 0, 0, 0);
		else
			wait_greenly(word);
	}
}

/*
 * Wakes one waiter in the parking lot and one in the kernel: otherwise waiters of one kind could starve those of the
 * other.
 */
void wake_for_libc_lock(int *word)
{
	if (is_nobodys(word))
		return;
	if (any_hub())
		parking_lot_wake(word, 1);
	raw_syscall(SYS_futex, (long)word, FUTEX_WAKE_PRIVATE, 1, 0, 0, 0);
	if (!arena_is_lock(word) && !is_forking)
		let_urgent_run();
}

bool is_at_home(void)
{
	return any_hub() && raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0) == home;
}

/*
 * malloc itself sometimes opens and closes a file, with its locks held, so nothing may be allocated here. The
 * file-descriptor table does not know that file. It knows the others, because a caller that makes a descriptor or
 * closes a stream has come through a hook.
 */
int close_from_libc(int fd)
{
	int before = errno, result;
	bool is_known = fd != NOBODYS_FD && fd_traits(fd) && is_at_home();

	if (fd == NOBODYS_FD)
		inside_was_called = true;
	if (is_known)
		linger_keep_of_stream(fd);
	if (is_known)
		fd_closing(fd);
	errno = before;
	result = down_close_quietly(fd);
	if (is_known)
		poller_closed((unsigned)fd, (unsigned)fd);
	return result;
}

static void note_home(void)
{
	home = sys_getpid();
}

FORK_PART(FORK_LIBC, .in_child = note_home);

void inside_prepare(void)
{
	note_home();
}
