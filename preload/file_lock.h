/* Locks on a part of a file. */
#ifndef FILE_LOCK_H
#define FILE_LOCK_H

#include "libc.h"

/* fcntl(fd, command, lock) with F_SETLKW or F_OFD_SETLKW, counted for which. */
int lock_record(enum call which, int fd, int command, struct flock *lock);

#endif
