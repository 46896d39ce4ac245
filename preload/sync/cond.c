/*
 * Condition variables. Waiters queue at the variable's address. Nothing is stored in the variable itself except what
 * its initialiser put there, such as the clock. OS threads without greenlets wait the same way as soon as there are
 * greenlets in the process; those that began to wait before are still found by libc's own signal.
 */
#include "calls.h"
#include "cond_mutex.h"
#include "cond_shared.h"
#include "fair_queue.h"
#include "preload/core/libc_objects.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include <limits.h>

static clockid_t clock_of(const pthread_cond_t *cond)
{
	return condition_flags(cond) & COND_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
}

static bool is_shared(const pthread_cond_t *cond)
{
	return condition_flags(cond) & COND_SHARED;
}

/* True if libc must do the call. Other processes wake waiters in the kernel only. */
static bool is_left_to_libc(enum call call, const pthread_cond_t *cond)
{
	if (call_is_off[call] || !any_hub())
		return true;
	return is_shared(cond) && waits_natively(call);
}

/* A cancelled waiter has the mutex again when the clean-up handlers run. */
static int relock(pthread_mutex_t *mutex, bool counts, int error)
{
	const bool exits = error == ECANCELED && is_cancelled();
	int failure;

	if (exits)
		self->cancel.is_exiting = true; /* no further cancellation ends the wait for the mutex */
	failure = lock_after_wait(mutex, counts);
	if (exits)
		exit_thread(PTHREAD_CANCELED);
	return failure ? failure : error;
}

/* Parks until woken: a spurious wake-up of park is not passed on to the program. */
static int stay(struct lot_waiter *place, const struct wait_options *until)
{
	struct wait_options mine;
	int error;

	do {
		mine = but_not_by_kill(until);
		error = parking_lot_park(place, &mine);
	} while (error ? error == ECANCELED && !is_cancelled() : parking_lot_is_queued(place));
	return error;
}

struct stand {
	struct wait_record stay; /* first */
	struct lot_waiter *place;
	pthread_mutex_t *mutex;
	bool counts; /* see cond_mutex.h */
};

/* As in libc, a thread that jumps out of the wait has the mutex again. */
static void take_mutex_back(struct wait_record *stay)
{
	struct stand *stand = (struct stand *)stay;

	lock_after_wait(stand->mutex, stand->counts);
}

static const struct wait_cleanup with_mutex = {.abandon = take_mutex_back};

static void give_up(void *arg)
{
	struct stand *stand = arg;

	parking_lot_leave(stand->place);
	lock_after_wait(stand->mutex, stand->counts);
}

/*
 * libc cancels a thread without a greenlet only in libc's own waits, or asynchronously: so cancellation is asynchronous
 * for the time of this park.
 */
static int stay_as_thread(struct stand *stand, const struct wait_options *until)
{
	int error, type;

	pthread_cleanup_push(give_up, stand);
	libc.pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	error = parking_lot_park(stand->place, until);
	libc.pthread_setcanceltype(type, NULL);
	pthread_cleanup_pop(0);
	return error;
}

/* Returns with the mutex held. */
static int stay_in_line(struct stand *stand, const struct wait_options *until)
{
	int error;

	if (self)
		error = stay(stand->place, until);
	else
		error = stay_as_thread(stand, until);
	if (!parking_lot_leave(stand->place))
		error = 0;
	if (was_abandoned(&stand->stay))
		return 0;
	pop_wait(&stand->stay);
	return relock(stand->mutex, stand->counts, error);
}

/*
 * Joins the queue before it unlocks the mutex: a signal in between is not lost. Called and returns with the mutex held.
 */
static int wait_in_line(enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, const struct wait_options *until)
{
	struct lot_waiter place;
	struct stand stand = {.place = &place, .mutex = mutex};
	int error;

	push_wait(&stand.stay, &with_mutex);
	parking_lot_enter(cond, &place);
	error = unlock_for_wait(mutex, &stand.counts);
	if (error) {
		parking_lot_leave(&place);
		pop_wait(&stand.stay);
		return error;
	}
	stats_parked(call);
	return stay_in_line(&stand, until);
}

static int wait_shared(
    enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	int error;

	end_if_cancelled();
	error = wait_beside_processes(call, cond, mutex, clock, at);
	if (error == ECANCELED)
		end_if_cancelled();
	return error;
}

int do_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
	if (is_left_to_libc(CALL_pthread_cond_wait, cond)) {
		act_on_cancellation(CALL_pthread_cond_wait);
		return libc.pthread_cond_wait(cond, mutex);
	}
	if (is_shared(cond))
		return wait_shared(CALL_pthread_cond_wait, cond, mutex, CLOCK_REALTIME, NULL);
	return wait_in_line(CALL_pthread_cond_wait, cond, mutex, &wait_forever);
}
synonym(pthread_cond_wait, do_pthread_cond_wait);

static int wait_until_time(
    enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	struct wait_options until = {0};
	int wrong = deadline_by_clock(clock, at, &until);

	if (wrong)
		return wrong;
	return is_shared(cond) ? wait_shared(call, cond, mutex, clock, at) : wait_in_line(call, cond, mutex, &until);
}

int do_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *at)
{
	if (is_left_to_libc(CALL_pthread_cond_timedwait, cond)) {
		act_on_cancellation(CALL_pthread_cond_timedwait);
		return libc.pthread_cond_timedwait(cond, mutex, at);
	}
	return wait_until_time(CALL_pthread_cond_timedwait, cond, mutex, clock_of(cond), at);
}
synonym(pthread_cond_timedwait, do_pthread_cond_timedwait);

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	if (is_left_to_libc(CALL_pthread_cond_clockwait, cond) || !is_waitable(clock)) {
		if (is_waitable(clock))
			act_on_cancellation(CALL_pthread_cond_clockwait);
		return libc.pthread_cond_clockwait(cond, mutex, clock, at);
	}
	return wait_until_time(CALL_pthread_cond_clockwait, cond, mutex, clock, at);
}

int do_pthread_cond_signal(pthread_cond_t *cond)
{
	if (any_hub() && parking_lot_has_waiters(cond) && wake_waiters(cond, 1))
		return 0;
	return libc.pthread_cond_signal(cond);
}
synonym(pthread_cond_signal, do_pthread_cond_signal);

int do_pthread_cond_broadcast(pthread_cond_t *cond)
{
	if (any_hub() && parking_lot_has_waiters(cond))
		wake_waiters(cond, INT_MAX);
	return libc.pthread_cond_broadcast(cond);
}
synonym(pthread_cond_broadcast, do_pthread_cond_broadcast);
