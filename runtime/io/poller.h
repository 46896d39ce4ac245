/*
 * Waiting for descriptors. Each hub keeps one libev watcher for each descriptor and direction, and leaves it started
 * after a wait: a server that reads, answers and reads again makes no epoll_ctl call. A watcher is stopped when its
 * descriptor is ready and has no waiter.
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
 * greenlet or process may be faster. Returns 0, or EBADF (not open, or closed meanwhile), ENOMEM, ETIMEDOUT, ECANCELED,
 * EINTR. An fd that epoll refuses (a regular file) is always ready.
 */
int park_on_fd(int fd, short events, const struct wait_options *until);

/*
 * The same for any of n descriptors; negative ones are skipped. Other events than POLLIN and POLLOUT work too, and so
 * does an empty set, which waits for POLLERR and POLLHUP. revents is not written.
 */
int park_on_fds(const struct pollfd *fds, nfds_t n, const struct wait_options *until);

/*
 * Ends the waits on fd, in every hub, with EBADF: fd was closed, its number now belongs to another file, or the waits
 * shall end as if that were so.
 */
void poller_forget(int fd);

/*
 * The descriptors first..last are about to be closed or replaced. As in the kernel, a wait that keeps its file (see
 * struct wait_options) continues: on a duplicate, which the woken call takes over by poller_take_file(). Other waits
 * end with EBADF. Preserves errno.
 */
void poller_closing(unsigned first, unsigned last);

/*
 * The descriptors first..last have been closed or replaced. A greenlet of another OS thread may have begun to wait
 * after its hub was notified by poller_closing(): it now looks again. Preserves errno.
 */
void poller_closed(unsigned first, unsigned last);

/*
 * After park_on_fd() of the calling greenlet: returns the duplicate on which its wait has continued, or 0 if there is
 * none. The caller owns the duplicate and gives it back by poller_let_go().
 */
int poller_take_file(void);

/* What the call of the calling greenlet holds while the greenlet waits elsewhere. */
struct held_file {
	struct wait_record stay;
	struct waiter waiter;
};

/*
 * Bracket a wait of the calling greenlet. Its call then holds the file of fd, too, as the kernel does for every
 * descriptor of a call. If there is no memory, the file is not held. poller_release() returns what poller_take_file()
 * does.
 */
void poller_hold(struct held_file *it, int fd);
int poller_release(struct held_file *it);

/*
 * poller_let_go() gives up a duplicate. The last user closes it by close_kept_fd, which does not park and preserves
 * errno. poller_leave() does not close it: if it returns true, the caller was the last user and closes it in its own
 * way, with disown_fd() as the last step.
 */
void poller_let_go(int kept_fd);
bool poller_leave(int kept_fd);
extern void (*close_kept_fd)(int fd);

/* As close_kept_fd, on a greenlet that is to wait for the close; may park. Preserves errno. */
extern void (*close_kept_fd_here)(int fd);

/*
 * After park_on_fd(): true if a signal handler has run after which the call starts again, by its descriptor's number.
 */
bool poller_begins_anew(void);

/*
 * Called before a wait on a number that the program may have closed and reopened by raw system calls. Asks the kernel
 * whether the number is still the file that the loop watches. If it is not, the waits for the old file end with EBADF.
 * On a greenlet; one system call, if the loop watches fd at all.
 */
void poller_check(int fd);

/*
 * Wakes the waiters on fd, in every hub, spuriously: the state of fd has changed in a way that poll(2) may not report.
 */
void poller_look_again(int fd);

/*
 * The hub's loop is about to receive these events. Prefetches what it needs to wake their waiters into the processor's
 * caches, for all of them at once.
 */
void poller_fetch_ahead(const struct hub *hub, const struct epoll_event *events, int count);

#endif
