/*
 * Thread ids. A greenlet has an id of its own, beyond those that the kernel assigns: libc keeps it in the descriptor
 * and writes it into the mutexes that the greenlet owns. The kernel does not know it, so calls on such a thread are
 * implemented here. A processor set or niceness of one greenlet does not bind the others on its OS thread: as in the
 * pthread functions, it is remembered, no more.
 */
#include "attr.h"
#include "calls.h"
#include "preload/core/blocking.h"
#include "preload/core/options.h"
#include "preload/core/syscall_numbers.h"
#include "preload/core/thread_ids.h"
#include "preload/signal/calls.h"
#include "raw.h"
#include "runtime/sys/user_memory.h"
#include <sys/resource.h>

static bool is_thread(const struct greenlet *g)
{
	return g && !g->is_main;
}

/* The greenlet that a call on this thread id means; 0 is the caller. NULL: no greenlet, or the main one. */
static struct greenlet *meant_by(pid_t id)
{
	if (id)
		return greenlet_named(id);
	return is_thread(self) && !call_is_off[CALL_gettid] ? self : NULL;
}

/*
 * The kernel keeps one address for each OS thread and clears the word when that ends; each greenlet needs its word
 * cleared when it ends.
 */
long raw_set_tid_address(long word, long b, long c, long d, long e, long f)
{
	if (!meant_by(0))
		return libc.syscall(SYS_set_tid_address, word, b, c, d, e, f);
	self->life.cleared_at_end = (int *)word;
	return tls_thread_id();
}

static int settle(int error)
{
	return (int)with_errno(-error);
}

pid_t gettid(void)
{
	return own_thread_id();
}

/* An older libc has no such function, but its descriptors hold the id, if their layout is the known one. */
static pid_t id_in_descriptor(pthread_t thread)
{
	int id;

	if (pthread_equal(thread, pthread_self()))
		return own_thread_id();
	id = tls_init() == 0 ? tls_thread_id_at(tls_of_thread(thread)) : 0;
	return id > 0 ? id : -1;
}

pid_t pthread_gettid_np(pthread_t thread)
{
	const struct greenlet *g = greenlet_of(thread);
	int before = errno;
	pid_t id;

	if (g && !g->is_main) {
		if (g->life.ended)
			return -1;
		return call_is_off[CALL_gettid] ? kernel_id_of(g) : thread_id_of(g);
	}
	errno = 0;
	id = libc.pthread_gettid_np(thread);
	if (id < 0 && errno == ENOSYS)
		id = id_in_descriptor(thread);
	errno = before;
	return id;
}

/*
 * The OS thread's id is that of the main greenlet. If gettid() is off, all greenlets see that id, and a caller that
 * uses it means itself.
 */
static struct greenlet *signalled_by(pid_t id)
{
	if (self && has_reason_to_park(self) && id == libc.gettid())
		return call_is_off[CALL_gettid] ? self : &self->hub->main;
	return id ? meant_by(id) : NULL;
}

int tgkill(pid_t process, pid_t id, int signo)
{
	struct greenlet *g = signalled_by(id);

	if (!g)
		return libc.tgkill(process, id, signo);
	return settle(process == sys_getpid() ? do_pthread_kill(thread_of(g), signo) : ESRCH);
}

long raw_tkill(long id, long signo, long c, long d, long e, long f)
{
	struct greenlet *g = signalled_by((pid_t)id);

	return g ? settle(do_pthread_kill(thread_of(g), (int)signo)) : libc.syscall(SYS_tkill, id, signo, c, d, e, f);
}

/* Of the signal's info, only the value is kept: the signal is sent as a queued one. */
long raw_rt_tgsigqueueinfo(long process, long id, long signo, long told, long e, long f)
{
	const siginfo_t *info = (const siginfo_t *)told;
	struct greenlet *g = signalled_by((pid_t)id);

	if (!g || !is_readable(&info->si_value))
		return libc.syscall(SYS_rt_tgsigqueueinfo, process, id, signo, told, e, f);
	if ((pid_t)process != sys_getpid())
		return settle(ESRCH);
	return settle(do_pthread_sigqueue(thread_of(g), (int)signo, info->si_value));
}

int sched_setaffinity(pid_t id, size_t size, const cpu_set_t *set)
{
	struct greenlet *g = meant_by(id);

	return g ? settle(do_pthread_setaffinity_np(thread_of(g), size, set)) : libc.sched_setaffinity(id, size, set);
}

int sched_getaffinity(pid_t id, size_t size, cpu_set_t *set)
{
	struct greenlet *g = meant_by(id);

	return g ? settle(do_pthread_getaffinity_np(thread_of(g), size, set)) : libc.sched_getaffinity(id, size, set);
}

/*
 * The kernel has accepted a call on this thread, with this result: if it is the main greenlet, the hub orders it
 * accordingly.
 */
static int follow_kernel(pid_t id, int result)
{
	struct greenlet *chief = self ? &self->hub->main : NULL;

	if (result >= 0 && chief && (id ? id == os_thread_id() : self == chief))
		change_urgency_of_main(chief->hub);
	return result;
}

int sched_setscheduler(pid_t id, int policy, const struct sched_param *param)
{
	struct greenlet *g = meant_by(id);

	if (!g)
		return follow_kernel(id, libc.sched_setscheduler(id, policy, param));
	return settle(do_pthread_setschedparam(thread_of(g), policy & ~SCHED_RESET_ON_FORK, param));
}

int sched_getscheduler(pid_t id)
{
	struct greenlet *g = meant_by(id);
	struct sched_param param;
	int policy;

	if (!g)
		return libc.sched_getscheduler(id);
	return settle(do_pthread_getschedparam(thread_of(g), &policy, &param)) ?: policy;
}

int sched_setparam(pid_t id, const struct sched_param *param)
{
	struct greenlet *g = meant_by(id);

	if (!g)
		return follow_kernel(id, libc.sched_setparam(id, param));
	return settle(do_pthread_setschedprio(thread_of(g), param->sched_priority));
}

int sched_getparam(pid_t id, struct sched_param *param)
{
	struct greenlet *g = meant_by(id);
	int policy;

	return g ? settle(do_pthread_getschedparam(thread_of(g), &policy, param)) : libc.sched_getparam(id, param);
}

int do_setpriority(__priority_which_t which, id_t id, int niceness)
{
	struct greenlet *g = which == PRIO_PROCESS ? meant_by((pid_t)id) : NULL;

	if (!g)
		return libc.setpriority(which, id, niceness);
	g->prio.niceness = (int8_t)(niceness < -20 ? -20 : niceness > 19 ? 19 : niceness);
	return 0;
}
synonym(setpriority, do_setpriority);

int do_getpriority(__priority_which_t which, id_t id)
{
	struct greenlet *g = which == PRIO_PROCESS ? meant_by((pid_t)id) : NULL;

	if (g && g->prio.niceness != NICENESS_OF_MAIN)
		return g->prio.niceness;
	return libc.getpriority(which, g ? (id_t)sys_getpid() : id);
}
synonym(getpriority, do_getpriority);

int nice(int more)
{
	int before = errno, niceness;

	if (!meant_by(0))
		return libc.nice(more);
	errno = 0;
	niceness = do_getpriority(PRIO_PROCESS, 0);
	if (niceness == -1 && errno)
		return -1;
	errno = before;
	do_setpriority(PRIO_PROCESS, 0, niceness + more);
	return do_getpriority(PRIO_PROCESS, 0);
}
