/* Locks on a part of a file. */
#ifndef PRELOAD_FD_LOCK_H
#define PRELOAD_FD_LOCK_H

#include "preload/core/libc.h"

/* fcntl(fd, command, lock) with F_SETLKW or F_OFD_SETLKW; the statistics count it as which. */
int lock_record(enum call which, int fd, int command, struct flock *lock);

#endif
