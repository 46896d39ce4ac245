/*
 * Waiting by descriptor. Each hub keeps one libev watcher for a descriptor and direction, and leaves it started
 * after a wait: a server that reads, answers and reads again makes no epoll_ctl call. A watcher is stopped when its
 * descriptor is ready and nobody waits for it.
 */
#ifndef POLLER_H
#define POLLER_H

#include "park.h"
#include <poll.h>
#include <sys/epoll.h>

struct hub;

/*
 * Parks the calling greenlet until fd is ready for one of events (POLLIN, POLLOUT). Readiness is a hint: another
 * greenlet or process may be faster. Returns 0, or EBADF (not open, or closed meanwhile), ENOMEM, ETIMEDOUT,
 * ECANCELED, EINTR. An fd that epoll refuses (a regular file) is always ready.
 */
int park_on_fd(int fd, short events, const struct until *until);

/*
 * The same for any of n descriptors; negative ones are passed over. Events besides POLLIN and POLLOUT, and none at
 * all (which waits for POLLERR and POLLHUP), work too. revents is left alone.
 */
int park_on_fds(const struct pollfd *fds, nfds_t n, const struct until *until);

/* fd is about to be closed or replaced: ends the waits on it, in every hub, with EBADF. */
void poller_forget(int fd);

/* The same for all from first to last. */
void poller_forget_range(unsigned first, unsigned last);

/*
 * They have been closed, or replaced. A greenlet of another OS thread may have come to wait after it was told that they
 * are about to be: it looks again now. Leaves errno alone.
 */
void poller_gone(unsigned first, unsigned last);

/* Ends the waits on fd, in every hub, without cause: its state has changed in a way that poll(2) may not tell. */
void poller_look_again(int fd);

/*
 * The hub's loop is about to be told of these: fetches what it takes to wake who waits for them into the processor's
 * caches, all at once.
 */
void poller_fetch_ahead(const struct hub *hub, const struct epoll_event *events, int count);

#endif
