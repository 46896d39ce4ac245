/*
 * Barriers. libc has no call that arrives without waiting. So private barriers are ours from pthread_barrier_init() on,
 * for OS threads without greenlets too: all threads that meet must count in the same way. Process-shared barriers stay
 * libc's.
 */
#include "fair_queue.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include "runtime/sys/lock.h"
#include <string.h>

#define OURS 0x62617272u

/* Stored in libc's object. What libc keeps ends before the mark, so an object in libc's format has no mark. */
struct barrier {
	struct lock lock;
	uint32_t arrived, count;
	uint32_t unused[sizeof(pthread_barrier_t) / sizeof(uint32_t) - 4];
	uint32_t mark;
};

_Static_assert(sizeof(struct barrier) == sizeof(pthread_barrier_t), "libc's objects have room for ours");

static bool is_shared(const pthread_barrierattr_t *attributes)
{
	int scope = PTHREAD_PROCESS_PRIVATE;

	if (attributes)
		pthread_barrierattr_getpshared(attributes, &scope);
	return scope == PTHREAD_PROCESS_SHARED;
}

struct arrival {
	pthread_barrier_t *barrier;
	int answer;
};

static void arrive_natively(void *arg)
{
	struct arrival *arrival = arg;

	arrival->answer = libc.pthread_barrier_wait(arrival->barrier);
}

/* Some of the threads still to arrive may be in this process, so an offload thread waits instead of the greenlet. */
static int wait_beside_processes(pthread_barrier_t *barrier)
{
	struct arrival arrival = {barrier, 0};

	if (waits_natively(CALL_pthread_barrier_wait))
		return libc.pthread_barrier_wait(barrier);
	stats_helped(CALL_pthread_barrier_wait);
	offload_wait(arrive_natively, &arrival);
	return arrival.answer;
}

/* Refuses what libc refuses. */
int pthread_barrier_init(pthread_barrier_t *object, const pthread_barrierattr_t *attributes, unsigned count)
{
	struct barrier ours = {.count = count, .mark = OURS}, *barrier = (struct barrier *)object;
	int error = libc.pthread_barrier_init(object, attributes, count);

	if (error)
		return error;
	if (call_is_off[CALL_pthread_barrier_init] || is_shared(attributes))
		barrier->mark = 0;
	else
		memcpy(object, &ours, sizeof(ours));
	return 0;
}

/*
 * Any thread may destroy the barrier as soon as it returns. So a woken waiter does not access the barrier again, and
 * the last arrival unlocks it before it wakes the others. The wait queue keeps rounds apart: arrivals for the next
 * round queue behind.
 */
int pthread_barrier_wait(pthread_barrier_t *object)
{
	struct barrier *barrier = (struct barrier *)object;
	uint32_t count = barrier->count;
	struct lot_waiter place;

	if (barrier->mark != OURS)
		return wait_beside_processes(object);
	lock(&barrier->lock);
	if (++barrier->arrived < count) {
		parking_lot_enter(barrier, &place);
		unlock(&barrier->lock);
		stats_parked(CALL_pthread_barrier_wait);
		parking_lot_park_until_woken(&place);
		return 0;
	}
	barrier->arrived = 0;
	unlock(&barrier->lock);
	wake_waiters(barrier, (int)count - 1);
	return PTHREAD_BARRIER_SERIAL_THREAD;
}

int pthread_barrier_destroy(pthread_barrier_t *object)
{
	struct barrier *barrier = (struct barrier *)object;

	if (barrier->mark != OURS)
		return libc.pthread_barrier_destroy(object);
	barrier->mark = 0;
	return 0;
}
