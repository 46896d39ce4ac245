/* What the hooks of these names do, for other files. */
#ifndef PRELOAD_FD_CALLS_H
#define PRELOAD_FD_CALLS_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/uio.h>

ssize_t do_pread(int fd, void *buf, size_t count, off_t position);
ssize_t do_preadv2(int fd, const struct iovec *iov, int count, off_t position, int flags);
ssize_t do_pwritev2(int fd, const struct iovec *iov, int count, off_t position, int flags);

int do_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
int do_pselect(
    int n, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout, const sigset_t *mask);
int do_epoll_pwait(int epfd, struct epoll_event *events, int max, int timeout, const sigset_t *mask);
int do_epoll_pwait2(
    int epfd, struct epoll_event *events, int max, const struct timespec *timeout, const sigset_t *mask);

#endif
