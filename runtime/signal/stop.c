/*
 * Results of an io_uring interrupt the OS thread that has asked for them, as a signal does. So where the program has a
 * ring of its own, nothing tells of a stop.
 */
#include "stop.h"
#include "runtime/sched/hub.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static bool is_ring(int directory, const char *name)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char target[sizeof(ring)];
	long length = raw_syscall(SYS_readlinkat, directory, (long)name, (long)target, sizeof(target), 0, 0);

	return length == (long)sizeof(ring) - 1 && memcmp(target, ring, sizeof(ring) - 1) == 0;
}

static bool is_ours(const char *name)
{
	return is_own_fd((int)strtol(name, NULL, 10));
}

/* Where /proc does not tell, there may be one. */
static bool has_rings(void)
{
	char entries[2048] __attribute__((aligned(8))) = {0};
	long directory = raw_syscall(
		 SYS_openat, AT_FDCWD, (long)"/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0),
	     size = -1, at;
	bool found = directory < 0;

	while (!found && (size = raw_syscall(SYS_getdents64, directory, (long)entries, sizeof(entries), 0, 0, 0)) > 0) {
		for (at = 0; at < size; at += ((struct dirent64 *)(entries + at))->d_reclen) {
			const char *name = ((struct dirent64 *)(entries + at))->d_name;

			found |= is_ring((int)directory, name) && !is_ours(name);
		}
	}
	if (directory >= 0)
		raw_syscall(SYS_close, directory, 0, 0, 0, 0, 0);
	return found || size < 0;
}

bool was_ended_by_stop(void)
{
	static bool may_be_ring; /* once there has been one: it is not looked for each time */

	if (!may_be_ring)
		may_be_ring = has_rings();
	return !may_be_ring;
}
