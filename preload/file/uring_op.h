/* Which of the calls on files io_uring has, and what it is to be told. */
#ifndef PRELOAD_FILE_URING_OP_H
#define PRELOAD_FILE_URING_OP_H

#include "preload/core/libc.h"
#include <stdbool.h>

struct io_uring_sqe;

/* Prepares the request, which is all zeros, for a call with these arguments; false where there is none. */
bool is_prepared_for_ring(struct io_uring_sqe *request, enum call call, const long *arguments);

#endif
