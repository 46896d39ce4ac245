/*
 * Waiting for descriptors: several at once, and ending such waits.
 */
#ifndef GREENLOAD_IO_H
#define GREENLOAD_IO_H

#include <poll.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Parks until one of n descriptors is ready, as poll(2) has it: fds says for what, and is told in revents. Returns how
 * many are ready; 0 when the time is over. Fails with ECANCELED, EINTR, EINVAL (timeout not a number, n beyond the
 * limit of open files), ENOMEM. On an OS thread without greenlets it is poll(2).
 */
int green_wait_fds(struct pollfd *fds, nfds_t n, double timeout);

/*
 * Ends all waits on this descriptor, by whatever call and in whatever greenlet: with EBADF, as of one that is not open,
 * or for those that look again, as poll(2), without cause. Never parks; may be called from any OS thread.
 */
void green_cancel_wait(int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
