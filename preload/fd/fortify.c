/*
 * The names that code built with _FORTIFY_SOURCE calls: they check a size that the compiler knew, then are the call
 * itself. Where the check fails libc's own is called: it ends the program, in its own words.
 */
#include "preload/core/blocking.h"

ssize_t __read_chk(int fd, void *buf, size_t count, size_t size)
{
	return count > size ? libc.__read_chk(fd, buf, count, size) : read(fd, buf, count);
}

ssize_t __pread_chk(int fd, void *buf, size_t count, off_t position, size_t size)
{
	return count > size ? libc.__pread_chk(fd, buf, count, position, size) : pread(fd, buf, count, position);
}
synonym(__pread64_chk, __pread_chk);

ssize_t __readlink_chk(const char *restrict path, char *restrict target, size_t count, size_t size)
{
	return count > size ? libc.__readlink_chk(path, target, count, size) : readlink(path, target, count);
}

ssize_t __readlinkat_chk(int dir, const char *restrict path, char *restrict target, size_t count, size_t size)
{
	if (count > size)
		return libc.__readlinkat_chk(dir, path, target, count, size);
	return readlinkat(dir, path, target, count);
}

ssize_t __recv_chk(int fd, void *buf, size_t count, size_t size, int flags)
{
	return count > size ? libc.__recv_chk(fd, buf, count, size, flags) : recv(fd, buf, count, flags);
}

ssize_t __recvfrom_chk(int fd, void *restrict buf, size_t count, size_t size, int flags,
    struct sockaddr *restrict address, socklen_t *restrict length)
{
	if (count > size)
		return libc.__recvfrom_chk(fd, buf, count, size, flags, address, length);
	return recvfrom(fd, buf, count, flags, address, length);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	return n > size / sizeof(*fds) ? libc.__poll_chk(fds, n, timeout, size) : poll(fds, n, timeout);
}

int __ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask, size_t size)
{
	return n > size / sizeof(*fds) ? libc.__ppoll_chk(fds, n, timeout, mask, size) : ppoll(fds, n, timeout, mask);
}

/* A mode, which these names cannot have. */
static bool needs_mode(int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

/* The mode that is passed here, as it has none to pass, keeps open and openat from being these names again. */
int __open_2(const char *path, int flags)
{
	return needs_mode(flags) ? libc.__open_2(path, flags) : open(path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return needs_mode(flags) ? libc.__open64_2(path, flags) : open(path, flags, 0);
}

int __openat_2(int dir, const char *path, int flags)
{
	return needs_mode(flags) ? libc.__openat_2(dir, path, flags) : openat(dir, path, flags, 0);
}

int __openat64_2(int dir, const char *path, int flags)
{
	return needs_mode(flags) ? libc.__openat64_2(dir, path, flags) : openat(dir, path, flags, 0);
}

mqd_t __mq_open_2(const char *name, int flags)
{
	return flags & O_CREAT ? libc.__mq_open_2(name, flags) : mq_open(name, flags, 0, NULL);
}
