/*
 * Translates thread ids that the kernel does not know, such as those of greenlets, to ids that it knows. Every call
 * that takes an id translates it here before the system call. Async-signal-safe.
 */
#ifndef PRELOAD_CORE_THREAD_IDS_H
#define PRELOAD_CORE_THREAD_IDS_H

#include "runtime/lifecycle/greenlet.h"

/*
 * The greenlet that has this id and is not the main greenlet of an OS thread; NULL: none, or this process uses the
 * kernel's ids.
 */
struct greenlet *greenlet_named(pid_t id);

/* The calling thread's id, as gettid(2) tells the program. */
pid_t own_thread_id(void);

/*
 * The scheduling policy and priority of a greenlet that is no OS thread's main one: those that it was given, or else
 * the main one's, which the kernel knows. Returns 0 or an error number.
 */
int policy_of(const struct greenlet *g, int *policy, struct sched_param *param);

/* The id of the OS thread on which such a greenlet runs; any other id as it is. */
pid_t known_id(pid_t id);

/* The same for a call that applies to the whole process. */
pid_t known_process(pid_t id);

/* The same for the CPU-time clock of a thread. */
clockid_t known_clock(clockid_t clock);

/* Translates the arguments of this system call that name a thread. */
void know_arguments(long number, long *arguments);

#endif
