/*
 * Timers that signal one thread. The kernel signals the OS thread, and the timer's id identifies the greenlet. A timer
 * for the OS thread of a hub is noted, too: its signals are for the main greenlet alone.
 */
#include "preload/core/blocking.h"
#include "preload/core/syscall_numbers.h"
#include "preload/core/thread_ids.h"
#include "preload/signal/addressed.h"
#include "raw.h"
#include "runtime/sched/pending.h"
#include "runtime/signal/addressee.h"
#include "runtime/sys/user_memory.h"

/* The kernel's id is what libc returns for a timer that no thread of libc's waits for. */
static int id_of(timer_t timer)
{
	return (int)(intptr_t)timer;
}

static bool names_thread(const struct sigevent *event)
{
	return event && event->sigev_notify == SIGEV_THREAD_ID;
}

int timer_create(clockid_t clock, struct sigevent *restrict event, timer_t *restrict timer)
{
	struct greenlet *g;
	struct sigevent known;

	if (!names_thread(event))
		return libc.timer_create(known_clock(clock), event, timer);
	g = greenlet_named(event->_sigev_un._tid);
	known = *event;
	known._sigev_un._tid = known_id(event->_sigev_un._tid);
	if (g)
		expect_addressed(event->sigev_signo);
	if (libc.timer_create(known_clock(clock), &known, timer) != 0)
		return -1;
	if (note_addressee(OF_TIMER, id_of(*timer), g))
		return 0;
	libc.timer_delete(*timer);
	return (int)with_errno(-EAGAIN);
}

/* Signals that the timer has sent before must not arrive any more. */
static void forget_signals(int id)
{
	struct greenlet *g;

	if (addressee_of(OF_TIMER, id, NULL, &g))
		pending_forget_timer(id);
}

static void forget_timer(int id)
{
	forget_signals(id);
	forget_addressee(OF_TIMER, id);
}

int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict new, struct itimerspec *restrict old)
{
	int result = libc.timer_settime(timer, flags, new, old);

	if (result == 0 && has_addressees() && (intptr_t)timer >= 0)
		forget_signals(id_of(timer));
	return result;
}

int timer_getoverrun(timer_t timer)
{
	int result = libc.timer_getoverrun(timer), overrun;

	if (result >= 0 && has_addressees() && (intptr_t)timer >= 0 && overrun_of(id_of(timer), &overrun))
		return overrun;
	return result;
}

long raw_timer_settime(long id, long flags, long new, long old, long e, long f)
{
	long result = libc.syscall(SYS_timer_settime, id, flags, new, old, e, f);

	if (result == 0)
		forget_signals((int)id);
	return result;
}

long raw_timer_getoverrun(long id, long b, long c, long d, long e, long f)
{
	long result = libc.syscall(SYS_timer_getoverrun, id, b, c, d, e, f);
	int overrun;

	return result >= 0 && overrun_of((int)id, &overrun) ? overrun : result;
}

/* Timers for which libc keeps more than an id have no such number. */
int timer_delete(timer_t timer)
{
	int result = libc.timer_delete(timer);

	if (result == 0 && has_addressees() && (intptr_t)timer >= 0)
		forget_timer(id_of(timer));
	return result;
}

long raw_timer_create(long clock, long event, long id, long d, long e, long f)
{
	struct sigevent *told = (struct sigevent *)event, known;
	struct greenlet *g;
	long result;

	clock = known_clock((clockid_t)clock);
	if (!told || !is_readable(&told->sigev_notify) || !is_readable(&told->_sigev_un._tid) || !names_thread(told))
		return libc.syscall(SYS_timer_create, clock, event, id, d, e, f);
	g = greenlet_named(told->_sigev_un._tid);
	known = *told;
	known._sigev_un._tid = known_id(told->_sigev_un._tid);
	if (g)
		expect_addressed(told->sigev_signo);
	result = libc.syscall(SYS_timer_create, clock, &known, id);
	if (result != 0 || note_addressee(OF_TIMER, *(int *)id, g))
		return result;
	libc.syscall(SYS_timer_delete, *(int *)id);
	return with_errno(-EAGAIN);
}

long raw_timer_delete(long id, long b, long c, long d, long e, long f)
{
	long result = libc.syscall(SYS_timer_delete, id, b, c, d, e, f);

	if (result == 0)
		forget_timer((int)id);
	return result;
}
