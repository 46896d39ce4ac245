/* The parking lot's inside: the lines whose addresses have one hash. */
#ifndef LOT_BUCKET_H
#define LOT_BUCKET_H

#include "lock.h"
#include "queue.h"

struct place;

/* On its own cache line, lest two busy locks share one. */
struct bucket {
	struct lock lock;
	struct queue queue;
} __attribute__((aligned(64)));

struct bucket *bucket_of(const void *address);

/* Takes the locks of both, which may be one and the same, in the order of their addresses, and gives them back. */
void enter_both(struct bucket *one, struct bucket *other);
void leave_both(struct bucket *one, struct bucket *other);

/*
 * Ends the stay of who stands in line. Under the lock of his bucket, which everybody takes before he leaves his place:
 * it is there while we touch it.
 */
void call_place(struct place *place);

#endif
