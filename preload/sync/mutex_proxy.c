#include "mutex_proxy.h"
#include "fair_queue.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include "runtime/offload/proxy_thread.h"
#include <linux/futex.h>

/* If no OS thread can be created, tries again at this interval. */
#define ASK_AGAIN (10 * NANOS_PER_MSEC)

struct request {
	enum call call;
	pthread_mutex_t *mutex;
	clockid_t clock;
	const struct timespec *at;
	int answer;
};

static int ask_libc(const struct request *r)
{
	switch (r->call) {
	case CALL_pthread_mutex_lock:
		return libc.pthread_mutex_lock(r->mutex);
	case CALL_pthread_mutex_trylock:
		return libc.pthread_mutex_trylock(r->mutex);
	case CALL_pthread_mutex_timedlock:
		return libc.pthread_mutex_timedlock(r->mutex, r->at);
	case CALL_pthread_mutex_clocklock:
		return libc.pthread_mutex_clocklock(r->mutex, r->clock, r->at);
	case CALL_pthread_mutex_consistent:
		return libc.pthread_mutex_consistent(r->mutex);
	default:
		return libc.pthread_mutex_unlock(r->mutex);
	}
}

static bool is_owner(const pthread_mutex_t *mutex, pid_t id)
{
	return id && (__atomic_load_n(word_of(mutex), __ATOMIC_RELAXED) & FUTEX_TID_MASK) == (uint32_t)id;
}

/* Runs on the proxy thread. A mutex is not accessed after it was released: its memory may be gone. */
static int answer(void *arg)
{
	struct request *r = arg;
	bool was_owner = is_owner(r->mutex, os_thread_id());
	bool once = type_of(r->mutex) != PTHREAD_MUTEX_RECURSIVE || r->mutex->__data.__count == 1;

	r->answer = ask_libc(r);
	if (r->answer == ENOTRECOVERABLE)
		tell_of_loss(r->mutex, os_thread_id());
	if (r->call == CALL_pthread_mutex_unlock)
		return r->answer == 0 && was_owner && once ? -1 : 0;
	return (r->answer == 0 || r->answer == EOWNERDEAD) && !was_owner ? 1 : 0;
}

/*
 * The main greenlet's id is that of its OS thread: it needs no proxy for a robust mutex, nor to release what it has
 * taken without one. But with priority inheritance, the thread that waits in the kernel must be the one that becomes
 * the owner.
 */
SELDOM bool needs_proxy(enum call call, const pthread_mutex_t *mutex)
{
	uint32_t owner = __atomic_load_n(word_of(mutex), __ATOMIC_RELAXED) & FUTEX_TID_MASK;

	if (!self || call_is_off[call] || owner == (uint32_t)tls_thread_id())
		return false;
	if (self->is_main && !is_of_kind(mutex, INHERITS))
		return false;
	return proxy_id() || !self->is_main || has_reason_to_park(self);
}

void tell_of_loss(pthread_mutex_t *mutex, int id)
{
	uint32_t *word = word_of(mutex);

	if (is_of_kind(mutex, INHERITS))
		return;
	if ((__atomic_load_n(word, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) == (uint32_t)id)
		__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	raw_syscall(SYS_futex, (long)word, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

/* If no OS thread can be created, tries again from time to time. */
static int have_answered(struct request *request, const struct wait_options *until)
{
	struct wait_options soon = *until;

	stats_helped(request->call);
	while (!proxy_does(answer, request)) {
		if (request->call == CALL_pthread_mutex_trylock || until->deadline <= clock_now())
			return request->at ? ETIMEDOUT : EBUSY;
		soon.deadline = nanos_add(clock_now(), ASK_AGAIN);
		park(&soon);
	}
	return request->answer;
}

/*
 * Among the greenlets that want a mutex, only the first waits in the kernel, on a proxy thread; the others park until
 * they are first. So one mutex takes two OS threads, that of the owner and that of the first waiter.
 */
static int wait_in_queue(struct request *request, const struct wait_options *until)
{
	struct lot_waiter place;
	int answer = 0;

	parking_lot_enter(request->mutex, &place);
	while (!answer && !parking_lot_is_first(&place)) {
		stats_parked(request->call);
		answer = parking_lot_park(&place, until);
		if (was_abandoned(&place.stay))
			parking_lot_enter(request->mutex, &place);
	}
	if (!answer)
		answer = have_answered(request, until);
	parking_lot_leave(&place);
	give_turn(request->mutex);
	return answer;
}

/*
 * True if libc's answer is known without a call: another thread has the mutex and is alive, or is about to get it; or
 * the caller unlocks a mutex that it does not own. So many greenlets that only try need no proxy threads.
 */
static bool is_refused(const struct request *request)
{
	uint32_t word = __atomic_load_n(word_of(request->mutex), __ATOMIC_SEQ_CST);

	if (proxy_id() && (word & FUTEX_TID_MASK) == (uint32_t)proxy_id())
		return false;
	if (request->call == CALL_pthread_mutex_trylock)
		return (word & FUTEX_TID_MASK && !(word & FUTEX_OWNER_DIED)) || parking_lot_has_waiters(request->mutex);
	return request->call == CALL_pthread_mutex_unlock && is_of_kind(request->mutex, ROBUST);
}

/* The owner does not queue behind its waiters. A caller whose time libc is to refuse does not queue either. */
SELDOM int ask_proxy(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	struct request request = {call, mutex, clock, at, 0};
	struct wait_options until = {.deadline = FOR_EVER, .uninterruptible = true};
	bool is_wrong = at && (!is_waitable(clock) || deadline_by_clock(clock, at, &until) != 0);

	if (is_refused(&request))
		return call == CALL_pthread_mutex_trylock ? EBUSY : EPERM;
	if (call == CALL_pthread_mutex_unlock || call == CALL_pthread_mutex_consistent || is_wrong ||
	    is_owner(mutex, proxy_id()))
		return have_answered(&request, &until);
	return wait_in_queue(&request, &until);
}

static void change_owner(uint32_t *word, int from, int to)
{
	uint32_t state = __atomic_load_n(word, __ATOMIC_SEQ_CST);

	while ((state & FUTEX_TID_MASK) == (uint32_t)from &&
	       !__atomic_compare_exchange_n(word, &state, (state & ~(uint32_t)FUTEX_TID_MASK) | (uint32_t)to, false,
		   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

int try_left_behind(pthread_mutex_t *mutex)
{
	int answer = libc.pthread_mutex_trylock(mutex);

	if (answer == EOWNERDEAD)
		change_owner(word_of(mutex), os_thread_id(), tls_thread_id());
	else if (answer == ENOTRECOVERABLE)
		change_owner(word_of(mutex), tls_thread_id(), 0);
	return answer;
}
