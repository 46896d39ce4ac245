/* Which of the calls on files io_uring supports, and the request for each. */
#ifndef PRELOAD_FILE_URING_OP_H
#define PRELOAD_FILE_URING_OP_H

#include "preload/core/libc.h"
#include <stdbool.h>

struct io_uring_sqe;

/* Prepares the request, which is all zeros, for a call with these arguments; false if io_uring has no such request. */
bool is_prepared_for_ring(struct io_uring_sqe *request, enum call call, const long *arguments);

#endif
