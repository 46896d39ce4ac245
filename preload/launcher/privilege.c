#include "privilege.h"
#include <endian.h>
#include <linux/capability.h>
#include <linux/xattr.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

static bool is_nosuid(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && fs.f_flag & ST_NOSUID;
}

static bool may_gain_ids(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}

/* See capabilities(7): the effective bit alone turns secure execution on; root gains no relevant capability. */
static bool has_capabilities(const char *path)
{
	struct vfs_ns_cap_data caps = {0};

	if (getuid() == 0 || getxattr(path, XATTR_NAME_CAPS, &caps, sizeof caps) < (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	return le32toh(caps.magic_etc) & VFS_CAP_FLAGS_EFFECTIVE || caps.data[0].permitted || caps.data[1].permitted;
}

const char *privileged(const char *path, const struct stat *st)
{
	const mode_t setgid = S_ISGID | S_IXGRP; /* S_ISGID alone asks for mandatory locks */

	if (is_nosuid(path))
		return NULL;
	if (st->st_mode & S_ISUID && st->st_uid != getuid() && may_gain_ids())
		return "set-uid";
	if ((st->st_mode & setgid) == setgid && st->st_gid != getgid() && may_gain_ids())
		return "set-gid";
	return has_capabilities(path) ? "given capabilities" : NULL;
}
