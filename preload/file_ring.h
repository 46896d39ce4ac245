/* Which of the calls on files io_uring has, and what it is to be told. */
#ifndef FILE_RING_H
#define FILE_RING_H

#include "libc.h"
#include <stdbool.h>

struct io_uring_sqe;

/* Prepares the request, which is all zeros, for a call with these arguments; false where there is none. */
bool is_prepared_for_ring(struct io_uring_sqe *request, enum call call, const long *arguments);

#endif
