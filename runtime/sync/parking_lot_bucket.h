/* The parking lot's inside: the lines whose addresses have one hash. */
#ifndef RUNTIME_SYNC_PARKING_LOT_BUCKET_H
#define RUNTIME_SYNC_PARKING_LOT_BUCKET_H

#include "runtime/sched/wait_queue.h"
#include "runtime/sys/lock.h"
#include <stdint.h>

struct lot_waiter;

/* On its own cache line, lest two busy locks share one. */
struct bucket {
	struct lock lock;
	struct queue queue;
} __attribute__((aligned(64)));

#define BUCKETS 256

extern struct bucket buckets[BUCKETS] __attribute__((visibility("hidden")));

static inline struct bucket *bucket_of(const void *address)
{
	uint64_t hash = ((uintptr_t)address >> 2) * 0x9e3779b97f4a7c15ull;

	return &buckets[hash >> 56];
}

/* Takes the locks of both, which may be one and the same, in the order of their addresses, and gives them back. */
void enter_both(struct bucket *one, struct bucket *other);
void leave_both(struct bucket *one, struct bucket *other);

/*
 * Queues a waiter, whose address is set, behind the others there; or, with a real-time priority, before the first
 * waiter with a lower one. Caller holds the bucket lock. See also parking_lot_follow_urgency().
 */
void queue_lot_waiter(struct queue *queue, struct lot_waiter *place);

/*
 * Wakes one waiter. Caller holds the bucket lock, which keeps the waiter alive: a waiter takes it before it leaves.
 */
void wake_lot_waiter(struct lot_waiter *place);

#endif
