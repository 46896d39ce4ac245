/* Calls that name a process or a thread of any kind by an id. The kernel gets an id that it knows. */
#include "attr.h"
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "preload/core/thread_ids.h"
#include "raw.h"
#include "runtime/glibc/layout.h"
#include "runtime/glibc/tls.h"
#include "runtime/sys/user_memory.h"
#include <linux/futex.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>

int kill(pid_t id, int signo)
{
	int result = libc.kill(known_process(id), signo);

	let_urgent_look();
	return result;
}

int sigqueue(pid_t id, int signo, const union sigval value)
{
	int result = libc.sigqueue(known_process(id), signo, value);

	let_urgent_look();
	return result;
}

pid_t getpgid(pid_t id)
{
	return libc.getpgid(known_process(id));
}
synonym(__getpgid, getpgid);

pid_t getsid(pid_t id)
{
	return libc.getsid(known_process(id));
}

/* Only a process can be moved to another group, by the id of its first thread. */
int setpgid(pid_t id, pid_t group)
{
	return greenlet_named(id) ? (int)with_errno(-EINVAL) : libc.setpgid(id, group);
}
synonym(__setpgid, setpgid);

int prlimit(pid_t id, enum __rlimit_resource resource, const struct rlimit *limit, struct rlimit *before)
{
	return libc.prlimit(known_process(id), resource, limit, before);
}

int prlimit64(pid_t id, enum __rlimit_resource resource, const struct rlimit64 *limit, struct rlimit64 *before)
{
	return libc.prlimit64(known_process(id), resource, limit, before);
}

ssize_t process_vm_readv(pid_t id, const struct iovec *own, unsigned long own_count, const struct iovec *its,
    unsigned long its_count, unsigned long flags)
{
	return libc.process_vm_readv(known_process(id), own, own_count, its, its_count, flags);
}

ssize_t process_vm_writev(pid_t id, const struct iovec *own, unsigned long own_count, const struct iovec *its,
    unsigned long its_count, unsigned long flags)
{
	return libc.process_vm_writev(known_process(id), own, own_count, its, its_count, flags);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list rest;
	pid_t id;
	long a[2];

	va_start(rest, request);
	id = va_arg(rest, pid_t);
	a[0] = va_arg(rest, long);
	a[1] = va_arg(rest, long);
	va_end(rest);
	return libc.ptrace(request, known_id(id), a[0], a[1]);
}

int sched_rr_get_interval(pid_t id, struct timespec *interval)
{
	return libc.sched_rr_get_interval(known_id(id), interval);
}

static const struct greenlet *greenlet_or_self(pid_t id)
{
	if (id)
		return greenlet_named(id);
	return self && !self->is_main ? greenlet_named(tls_thread_id()) : NULL;
}

/* The list is in libc's descriptor, at the address that libc would register with the kernel. */
long raw_get_robust_list(long id, long head, long size, long d, long e, long f)
{
	const struct greenlet *g = greenlet_or_self((pid_t)id);
	long result = libc.syscall(SYS_get_robust_list, g ? 0 : id, head, size, d, e, f);

	if (result == 0 && g && glibc.robust_head)
		*(char **)head = (char *)thread_of(g) + glibc.robust_head;
	return result;
}

/* The raw system call returns 20 - niceness, which is never negative. */
long raw_getpriority(long which, long id, long c, long d, long e, long f)
{
	int before = errno, niceness;

	(void)c;
	(void)d;
	(void)e;
	(void)f;
	errno = 0;
	niceness = do_getpriority((__priority_which_t)which, (id_t)id);
	if (niceness == -1 && errno)
		return -1;
	errno = before;
	return 20 - niceness;
}

/* The raw system call returns how many bytes it has written. */
long raw_sched_getaffinity(long id, long size, long set, long d, long e, long f)
{
	const struct greenlet *g = greenlet_or_self((pid_t)id);
	long written = libc.syscall(SYS_sched_getaffinity, known_id((pid_t)id), size, set, d, e, f);
	size_t most = sizeof(*g->prio.processors);

	if (written > 0 && g && g->prio.processors)
		memcpy((void *)set, g->prio.processors, (size_t)written < most ? (size_t)written : most);
	return written;
}

static bool has_niceness(uint32_t policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

/* The kernel's values for the OS thread, except those that were set for the greenlet. */
long raw_sched_getattr(long id, long told, long size, long flags, long e, long f)
{
	const struct greenlet *g = greenlet_or_self((pid_t)id);
	long result = libc.syscall(SYS_sched_getattr, known_id((pid_t)id), told, size, flags, e, f);
	struct scheduling *s = (struct scheduling *)told;

	if (result != 0 || !g || g->life.ended)
		return result;
	if (g->prio.policy != POLICY_OF_MAIN) {
		s->policy = g->prio.policy;
		s->priority = g->prio.priority;
		s->niceness = 0;
	}
	if (g->prio.niceness != NICENESS_OF_MAIN && has_niceness(s->policy))
		s->niceness = (int32_t)g->prio.niceness;
	return 0;
}

static int set_scheduling(const struct greenlet *g, const struct scheduling *s)
{
	struct sched_param param = {(int)s->priority};
	int error = do_pthread_setschedparam(thread_of(g), (int)s->policy, &param);

	if (!error && has_niceness(s->policy))
		do_setpriority(PRIO_PROCESS, (id_t)thread_id_of(g), s->niceness);
	return error;
}

long raw_sched_setattr(long id, long told, long flags, long d, long e, long f)
{
	const struct greenlet *g = greenlet_or_self((pid_t)id);
	const struct scheduling *s = (const struct scheduling *)told;

	if (!g || flags || !is_readable(s))
		return libc.syscall(SYS_sched_setattr, known_id((pid_t)id), told, flags, d, e, f);
	if (s->size && s->size < sizeof(*s))
		return with_errno(-E2BIG);
	return with_errno(-set_scheduling(g, s));
}

int sched_getattr(pid_t id, struct sched_attr *told, unsigned size, unsigned flags)
{
	return (int)raw_sched_getattr(id, (long)told, (long)size, (long)flags, 0, 0);
}

int sched_setattr(pid_t id, struct sched_attr *told, unsigned flags)
{
	return (int)raw_sched_setattr(id, (long)told, (long)flags, 0, 0, 0);
}
