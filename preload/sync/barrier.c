/*
 * Barriers. libc has no call that arrives without waiting, so those of one process are ours from the beginning, for OS
 * threads without greenlets too: all who meet must count in the same way. Those shared with other processes stay
 * libc's.
 */
#include "fair_queue.h"
#include "preload/core/options.h"
#include "preload/core/stats.h"
#include "runtime/sys/lock.h"
#include <string.h>

#define OURS 0x62617272u

/* In the place of libc's. What libc keeps ends before the mark, so one that is libc's has none. */
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

/* The others who are to arrive may be in this process, too: so a greenlet's place is taken by a helper OS thread. */
static int wait_beside_processes(pthread_barrier_t *barrier)
{
	struct arrival arrival = {barrier, 0};

	if (waits_natively(CALL_pthread_barrier_wait))
		return libc.pthread_barrier_wait(barrier);
	stats_helped(CALL_pthread_barrier_wait);
	offload_wait(arrive_natively, &arrival);
	return arrival.answer;
}

/* What libc refuses is refused. */
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
 * Whoever is woken does not look at the barrier again, and the last one lets go of it before he wakes the others: any
 * of them may destroy it as soon as he returns. The line tells rounds apart, as those who come for the next one stand
 * behind.
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
