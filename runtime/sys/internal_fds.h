/*
 * The library's own descriptors, of loops and waits. Their numbers are high, out of the program's way, and known: the
 * program's close() passes them over. Each is close-on-exec. From any OS thread, without a lock.
 */
#ifndef RUNTIME_SYS_INTERNAL_FDS_H
#define RUNTIME_SYS_INTERNAL_FDS_H

#include <stdbool.h>

/* Moves fd up and notes it. Returns the new number, or fd, noted, where it cannot be moved. */
int adopt_fd(int fd);

/*
 * The same for a descriptor that is needed while a greenlet waits: a child of fork closes it. Returns -1, and has
 * closed fd, where there is no room.
 */
int borrow_fd(int fd);

/* Duplicates fd, high and noted; also for the children of fork. Returns -1 where there is none such or no room. */
int duplicate_for_us(int fd);

/* Closes one that was adopted or borrowed, or any other. */
void disown_fd(int fd);

/*
 * Duplicates fd, whose number is about to be closed, for waits that go on; the caller is its first user. Returns the
 * new descriptor, which is more than 0 and borrowed, or -1 where there is no room.
 */
int keep_fd(int fd);

/* One user more, one less. The latter returns true for the last one, which is to close it by disown_fd(). */
void share_kept_fd(int fd);
bool unshare_kept_fd(int fd);

/* In the child of a fork: closes what greenlets have borrowed, which are gone. */
void drop_borrowed_fds(void);

/* True for one that was adopted or borrowed. */
bool is_own_fd(int fd);

/* The lowest of them that is not below this number; INT_MAX: none. */
int next_own_fd(int from);

#endif
