/*
 * A waiter that another process may signal must wait as libc does, in the kernel. So an offload thread waits, with a
 * mutex of its own, the gate: when it has released the gate it is in libc's wait queue, and the greenlet can unlock the
 * program's mutex.
 */
#include "cond_shared.h"
#include "cond_mutex.h"
#include "fair_queue.h"
#include "preload/core/stats.h"

/* If no OS thread can wait in the greenlet's place, the greenlet polls at this interval, as if by spurious wake-ups. */
#define LOOK_AGAIN (2 * NANOS_PER_MSEC)

struct wait {
	pthread_cond_t *cond;
	pthread_mutex_t *mutex;
	clockid_t clock;
	const struct timespec *at;
	pthread_mutex_t gate; /* held by the offload thread except while it waits */
	sem_t has_gate;
	int error, unlock_error;
	bool counts;   /* see cond_mutex.h */
	bool is_alone; /* there was no offload thread */
};

static void wait_in_libc(void *arg)
{
	struct wait *wait = arg;

	wait->is_alone = hub_running;
	if (wait->is_alone)
		return;
	libc.pthread_mutex_lock(&wait->gate);
	libc.sem_post(&wait->has_gate);
	if (wait->at)
		wait->error = libc.pthread_cond_clockwait(wait->cond, &wait->gate, wait->clock, wait->at);
	else
		wait->error = libc.pthread_cond_wait(wait->cond, &wait->gate);
	libc.pthread_mutex_unlock(&wait->gate);
}

/* This wakes the other waiters, too; POSIX allows spurious wake-ups at any time. */
static void wake_helper(void *arg)
{
	struct wait *wait = arg;

	libc.pthread_cond_broadcast(wait->cond);
}

/* Blocks until the offload thread has entered libc's wait queue. */
static void let_go_of_mutex(void *arg)
{
	struct wait *wait = arg;

	while (libc.sem_wait(&wait->has_gate) != 0)
		;
	libc.pthread_mutex_lock(&wait->gate);
	libc.pthread_mutex_unlock(&wait->gate);
	wait->unlock_error = unlock_for_wait(wait->mutex, &wait->counts);
	if (wait->unlock_error)
		wake_helper(wait);
}

static int look_again_later(struct wait *wait)
{
	struct wait_options until = {.deadline = FOR_EVER, .uninterruptible = true}, soon = until;
	int error = unlock_for_wait(wait->mutex, &wait->counts);

	if (error)
		return error;
	if (wait->at)
		deadline_by_clock(wait->clock, wait->at, &until);
	soon.deadline = nanos_add(clock_now(), LOOK_AGAIN);
	park(until.deadline < soon.deadline ? &until : &soon);
	error = lock_after_wait(wait->mutex, wait->counts);
	return error ?: until.deadline <= clock_now() ? ETIMEDOUT : 0;
}

int wait_beside_processes(
    enum call call, pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	static const struct meeting meeting = {wait_in_libc, let_go_of_mutex, wake_helper};
	const struct wait_options for_ever = {.deadline = FOR_EVER}, until = but_not_by_kill(&for_ever);
	struct wait wait = {.cond = cond, .mutex = mutex, .clock = clock, .at = at, .gate = PTHREAD_MUTEX_INITIALIZER};
	int error;

	sem_init(&wait.has_gate, 0, 0);
	stats_helped(call);
	error = offload_meeting(&meeting, &wait, &until);
	if (wait.is_alone)
		return look_again_later(&wait);
	if (wait.unlock_error)
		return wait.unlock_error;
	return lock_after_wait(mutex, wait.counts) ?: error == ECANCELED && is_cancelled() ? ECANCELED : wait.error;
}
