/* fork: in the child only the calling greenlet lives on. The others are forgotten, not unwound. */
#ifndef FORK_H
#define FORK_H

#include <stdbool.h>

/* Has the child of any later fork tidied up; the first call does. */
void fork_prepare(void);

/*
 * The calling context is in the midst of a fork: what it waits for it waits for in the kernel, as it holds locks of
 * ours. libc's malloc, of which it takes every lock, may have to.
 */
extern __thread bool is_forking __attribute__((tls_model("initial-exec"), visibility("hidden")));

#endif
