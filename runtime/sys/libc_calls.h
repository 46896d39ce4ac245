/*
 * Those of libc's functions that the runtime calls and that have hooks. Their names lead to the hooks where there are
 * any, and these take a caller for the program. What links the runtime fills it before any of its constructors runs:
 * preload/core/libc.c, tests/unit/libc_calls.c.
 */
#ifndef RUNTIME_SYS_LIBC_CALLS_H
#define RUNTIME_SYS_LIBC_CALLS_H

#include <pthread.h>
#include <signal.h>

struct libc_calls {
	int (*pthread_create)(
	    pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *arg), void *arg);
	int (*pthread_detach)(pthread_t thread);
	int (*pthread_join)(pthread_t thread, void **result);
	int (*sigaction)(int signo, const struct sigaction *action, struct sigaction *before);

	/* The same as the program's call: of what the hooks have the kernel do in its place, nothing is seen. */
	int (*program_sigaction)(int signo, const struct sigaction *action, struct sigaction *before);
};

extern struct libc_calls libc_calls __attribute__((visibility("hidden")));

#endif
