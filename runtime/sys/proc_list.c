#include "proc_list.h"
#include "sys.h"
#include <dirent.h>
#include <stdlib.h>

bool for_each_number(const char *directory, void (*f)(int number, void *arg), void *arg)
{
	_Alignas(struct dirent64) char entries[2048] = {0};
	long fd = raw_syscall(SYS_openat, AT_FDCWD, (long)directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0), n,
	     at;

	if (fd < 0)
		return false;
	while ((n = raw_syscall(SYS_getdents64, fd, (long)entries, sizeof(entries), 0, 0, 0)) > 0) {
		for (at = 0; at < n; at += ((struct dirent64 *)(entries + at))->d_reclen) {
			const char *name = ((struct dirent64 *)(entries + at))->d_name;

			if (name[0] != '.')
				f(atoi(name), arg);
		}
	}
	sys_close((int)fd);
	return true;
}
