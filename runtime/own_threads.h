/*
 * OS threads that greenload has made for itself: helpers and stand-ins. The program does not count them among its
 * threads.
 */
#ifndef OWN_THREADS_H
#define OWN_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Makes such a thread, all signals blocked, to be joined or detached. Returns 0 or an error number. May park, as
 * pthread_create calls malloc.
 */
int make_os_thread(pthread_t *thread, void *(*run)(void *arg), void *arg);

/* The next pthread_create on this greenlet is to make a thread of the system's; the hook clears it. */
extern __thread bool wants_os_thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * Whether the kernel's thread of this id is one of them. One that is just being made, or is about to end, may be
 * missed. Takes a lock of its own, with signals held.
 */
bool is_own_os_thread(pid_t id);

/* In the child of a fork: they have stayed in the parent. */
void own_threads_reset(void);

#endif
