/*
 * Waiting by descriptor. Each hub keeps one libev watcher for a descriptor and direction, and leaves it started
 * after a wait: a server that reads, answers and reads again makes no epoll_ctl call. A watcher is stopped when its
 * descriptor is ready and nobody waits for it.
 */
#ifndef RUNTIME_IO_POLLER_H
#define RUNTIME_IO_POLLER_H

#include "runtime/sched/park.h"
#include "runtime/sched/wait_cleanup.h"
#include "runtime/sched/wait_queue.h"
#include <poll.h>
#include <sys/epoll.h>

struct hub;

/*
 * Parks the calling greenlet until fd is ready for one of events (POLLIN, POLLOUT). Readiness is a hint: another
 * greenlet or process may be faster. Returns 0, or EBADF (not open, or closed meanwhile), ENOMEM, ETIMEDOUT,
 * ECANCELED, EINTR. An fd that epoll refuses (a regular file) is always ready.
 */
int park_on_fd(int fd, short events, const struct wait_options *until);

/*
 * The same for any of n descriptors; negative ones are passed over. Events besides POLLIN and POLLOUT, and none at
 * all (which waits for POLLERR and POLLHUP), work too. revents is left alone.
 */
int park_on_fds(const struct pollfd *fds, nfds_t n, const struct wait_options *until);

/* Ends the waits on fd, in every hub, with EBADF: it was closed, and its number is another file's, or it should seem
 * so. */
void poller_forget(int fd);

/*
 * The descriptors from first to last are about to be closed, or replaced. As in the kernel, a wait that keeps its file
 * (see struct wait_options) goes on: at a duplicate, which the call takes over by poller_take_file() once it is woken.
 * Other waits end with EBADF. Leaves errno alone.
 */
void poller_closing(unsigned first, unsigned last);

/*
 * They have been closed, or replaced. A greenlet of another OS thread may have come to wait after it was told that they
 * are about to be: it looks again now. Leaves errno alone.
 */
void poller_closed(unsigned first, unsigned last);

/*
 * After park_on_fd() of the calling greenlet: the duplicate that its wait has gone on at, which is the caller's from
 * then on, to be given back by poller_let_go(); 0: there is none.
 */
int poller_take_file(void);

/* What the calling greenlet's call holds while it waits elsewhere. */
struct held_file {
	struct wait_record stay;
	struct waiter waiter;
};

/*
 * Around a wait of the calling greenlet's: its call holds the file of fd, too, as the kernel does of all the
 * descriptors of a call. Where there is no memory it does not. poller_release() returns what poller_take_file() does.
 */
void poller_hold(struct held_file *it, int fd);
int poller_release(struct held_file *it);

/*
 * Gives up a duplicate; the last user closes it, by close_kept_fd, which does not park and leaves errno alone, or, when
 * the other returns true, as it likes: by disown_fd() at the end.
 */
void poller_let_go(int kept_fd);
bool poller_leave(int kept_fd);
extern void (*close_kept_fd)(int fd);

/* The same on a greenlet that is to wait for the close; may park. Leaves errno alone. */
extern void (*close_kept_fd_here)(int fd);

/* After park_on_fd(): true when a signal handler has run after which the call begins anew, by its descriptor's number.
 */
bool poller_begins_anew(void);

/*
 * Before a wait on a number that the program may have closed, and opened again, by system calls of its own: asks the
 * kernel whether it is still the file that the loop watches. Where it is not, those that wait for the old one get
 * EBADF. On a greenlet; a system call, if the loop watches fd at all.
 */
void poller_check(int fd);

/* Ends the waits on fd, in every hub, without cause: its state has changed in a way that poll(2) may not tell. */
void poller_look_again(int fd);

/*
 * The hub's loop is about to be told of these: fetches what it takes to wake who waits for them into the processor's
 * caches, all at once.
 */
void poller_fetch_ahead(const struct hub *hub, const struct epoll_event *events, int count);

#endif
