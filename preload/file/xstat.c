/* stat and its kin as libc's headers called them before 2.33, with the version of the structure: the same as by name.
 */
#include "preload/core/blocking.h"

/* Others are libc's to refuse. */
static bool is_known(int version)
{
	int before = errno;
	struct stat unused;
	bool known = libc.__xstat(version, "", &unused) == 0 || errno != EINVAL;

	errno = before;
	return known;
}

int __xstat(int version, const char *path, struct stat *status)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__xstat(version, path, status);
	return stat(path, status);
}
synonym(__xstat64, __xstat);

int __lxstat(int version, const char *path, struct stat *status)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__lxstat(version, path, status);
	return lstat(path, status);
}
synonym(__lxstat64, __lxstat);

int __fxstatat(int version, int dir, const char *path, struct stat *status, int flags)
{
	if (has_no_greenlets() || !is_known(version))
		return libc.__fxstatat(version, dir, path, status, flags);
	return fstatat(dir, path, status, flags);
}
synonym(__fxstatat64, __fxstatat);
