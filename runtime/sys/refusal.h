/*
 * System calls that are refused: by a filter (seccomp, as containers and services have), or by a kernel that lacks
 * them. The runtime then goes another way; which calls those are, the statistics tell.
 */
#ifndef RUNTIME_SYS_REFUSAL_H
#define RUNTIME_SYS_REFUSAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum refusal {
	REFUSED_PREADV2,
	REFUSED_PWRITEV2,
	REFUSED_TIMERFD,
	REFUSED_EVENTFD,
	REFUSED_EPOLL,
	REFUSED_SIGNALFD,
	REFUSED_PIDFD,
	REFUSED_TIMER,
	REFUSALS
};

extern _Atomic uint32_t refusals; /* a bit for each */

/* True for an errno value with which filters refuse calls. Some calls have it for reasons of their own, too. */
static inline bool is_refusal(int error)
{
	return error == EPERM || error == ENOSYS || error == EACCES;
}

/* Notes for good that this call is refused. From any OS thread and any handler. */
static inline void note_refusal(enum refusal what)
{
	atomic_fetch_or(&refusals, 1u << what);
}

static inline bool was_refused(enum refusal what)
{
	return __builtin_expect(atomic_load_explicit(&refusals, memory_order_relaxed) >> what & 1, 0);
}

/*
 * After epoll_ctl or epoll_wait has failed with this errno value: true when epoll is refused, and then that is noted.
 * A file that epoll does not watch has EPERM, too: the kernel is asked about none.
 */
bool epoll_is_refused(int error);

/* The name of the system call, for the statistics. */
const char *name_of_refusal(enum refusal what);

#endif
