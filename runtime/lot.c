#include "lot.h"
#include "hub.h"
#include "lock.h"
#include "queue.h"
#include <errno.h>
#include <string.h>

#define BUCKETS 256

/* On its own cache line, lest two busy locks share one. */
static struct bucket {
	struct lock lock;
	struct queue queue;
} __attribute__((aligned(64))) buckets[BUCKETS];

struct parked {
	struct waiter waiter; /* first: the queue knows nothing more */
	const uint32_t *address;
	_Atomic uint32_t woken; /* an OS thread sleeps on this word */
};

static struct bucket *bucket_of(const uint32_t *address)
{
	uint64_t hash = ((uintptr_t)address >> 2) * 0x9e3779b97f4a7c15ull;

	return &buckets[hash >> 56];
}

/* Without greenlets: a futex of our own, as the hub of a waker may be anywhere. */
static int block(struct parked *parked, nanos deadline)
{
	while (!atomic_load(&parked->woken)) {
		struct timespec left = {0};

		if (deadline != FOR_EVER) {
			nanos now = clock_now();

			if (now >= deadline)
				return ETIMEDOUT;
			left.tv_sec = (time_t)((deadline - now) / NANOS_PER_SEC);
			left.tv_nsec = (long)((deadline - now) % NANOS_PER_SEC);
		}
		raw_syscall(SYS_futex, (long)&parked->woken, FUTEX_WAIT_PRIVATE, 0,
		    deadline == FOR_EVER ? 0 : (long)&left, 0, 0);
	}
	return 0;
}

int lot_wait(const uint32_t *address, uint32_t value, const struct until *until)
{
	struct bucket *bucket = bucket_of(address);
	struct parked parked = {.waiter = {.greenlet = self}, .address = address};
	int error;

	lock(&bucket->lock);
	if (__atomic_load_n(address, __ATOMIC_SEQ_CST) != value) {
		unlock(&bucket->lock);
		return EAGAIN;
	}
	queue_enter(&bucket->queue, &parked.waiter);
	unlock(&bucket->lock);

	error = self ? park(until) : block(&parked, until ? until->deadline : FOR_EVER);

	/* Also keeps the waker from touching what is on our stack after we have left it. */
	lock(&bucket->lock);
	queue_leave(&parked.waiter);
	unlock(&bucket->lock);
	return atomic_load(&parked.woken) ? 0 : error;
}

static void wake_one(struct parked *parked)
{
	queue_leave(&parked->waiter);
	atomic_store(&parked->woken, 1);
	if (parked->waiter.greenlet)
		unpark(parked->waiter.greenlet);
	else
		futex_wake(&parked->woken, 1);
}

int lot_wake(const uint32_t *address, int count)
{
	struct bucket *bucket = bucket_of(address);
	struct waiter *waiter, *next;
	int woken = 0;

	lock(&bucket->lock);
	for (waiter = bucket->queue.first; waiter && woken < count; waiter = next) {
		struct parked *parked = (struct parked *)waiter;

		next = waiter->next;
		if (parked->address != address)
			continue;
		wake_one(parked);
		woken++;
	}
	unlock(&bucket->lock);
	return woken;
}

void lot_reset(void)
{
	memset(buckets, 0, sizeof(buckets));
}
