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
 * Parks until one of n descriptors is ready, as poll(2) does: fds says for which events, and the result is stored in
 * revents. Returns how many are ready; 0 if the timeout has expired. Fails with ECANCELED, EINTR, EINVAL (timeout not a
 * number, n beyond the limit of open files), ENOMEM. On an OS thread without greenlets it is poll(2).
 */
int green_wait_fds(struct pollfd *fds, nfds_t n, double timeout);

/*
 * Ends all waits on this descriptor, by any call and in any greenlet. They fail with EBADF, as for a descriptor that is
 * not open; calls that check again, such as poll(2), see a spurious wake-up. Never parks; may be called from any OS
 * thread.
 */
void green_cancel_wait(int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
