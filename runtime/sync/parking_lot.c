#include "parking_lot.h"
#include "parking_lot_bucket.h"
#include "runtime/sched/hub.h"
#include "runtime/sys/defer.h"
#include <errno.h>
#include <string.h>

struct bucket buckets[BUCKETS];

/* A thread has waited here: if none has, the child of a fork has no pages to clear. */
static _Atomic bool is_used;

/*
 * A handler that runs all the same between enter() and leave(), as that of an OS thread without greenlets does, must
 * not wait for a lock that is taken right here: it has the thread-local storage of what it has interrupted, and so it
 * knows.
 */
static bool is_inside(void)
{
	return deferred.depth;
}

static struct bucket *enter(const void *address)
{
	struct bucket *bucket = bucket_of(address);

	if (!atomic_load_explicit(&is_used, memory_order_relaxed))
		atomic_store_explicit(&is_used, true, memory_order_relaxed);
	defer_signals();
	lock(&bucket->lock);
	return bucket;
}

static void leave(struct bucket *bucket)
{
	unlock(&bucket->lock);
	resume_signals();
}

/* A waiter may be moved to another queue. */
static struct bucket *enter_line_of(const struct lot_waiter *place)
{
	for (;;) {
		const void *address = __atomic_load_n(&place->address, __ATOMIC_SEQ_CST);
		struct bucket *bucket = enter(address);

		if (__atomic_load_n(&place->address, __ATOMIC_SEQ_CST) == address)
			return bucket;
		leave(bucket);
	}
}

static struct lot_waiter *first_at(const struct bucket *bucket, const void *address)
{
	struct waiter *waiter = bucket->queue.first;

	while (waiter && ((struct lot_waiter *)waiter)->address != address)
		waiter = waiter->next;
	return (struct lot_waiter *)waiter;
}

/*
 * An OS thread without greenlets sleeps on a futex of its own, as the thread that wakes it may have any hub, or none.
 * The kernel knows whether a signal handler restarts the wait.
 */
static int block(struct lot_waiter *place, const struct wait_options *until)
{
	while (!atomic_load(&place->called)) {
		struct timespec left = {0};
		long result;

		if (until->deadline != FOR_EVER) {
			nanos now = clock_now();

			if (now >= until->deadline)
				return ETIMEDOUT;
			left.tv_sec = (time_t)((until->deadline - now) / NANOS_PER_SEC);
			left.tv_nsec = (long)((until->deadline - now) % NANOS_PER_SEC);
		}
		result = raw_syscall(SYS_futex, (long)&place->called, FUTEX_WAIT_PRIVATE, 0,
		    until->deadline == FOR_EVER ? 0 : (long)&left, 0, 0);
		if (result == -EINTR && until->on_signal != SIGNAL_PASSES)
			return EINTR;
	}
	return 0;
}

void wake_lot_waiter(struct lot_waiter *place)
{
	atomic_store(&place->called, 1);
	if (place->waiter.greenlet)
		unpark(place->waiter.greenlet);
	else
		futex_wake(&place->called, 1);
}

static struct lot_waiter *place_of(struct wait_record *stay)
{
	return (struct lot_waiter *)((char *)stay - offsetof(struct lot_waiter, stay));
}

/* True when it stood in line until now. */
static bool take_out(struct lot_waiter *place)
{
	struct bucket *bucket = enter_line_of(place);
	bool was_there = place->waiter.queue;

	queue_leave(&place->waiter);
	leave(bucket);
	return was_there;
}

/* The place may have been called, as the first of its line: then the next one is to be. */
static void leave_place(struct wait_record *stay)
{
	struct lot_waiter *place = place_of(stay);

	if (take_out(place))
		parking_lot_wake_first(place->address);
	atomic_store(&place->called, 1);
}

/* The other waiters have stayed in the parent. */
static void stand_alone(struct wait_record *stay)
{
	struct lot_waiter *place = place_of(stay);
	struct bucket *bucket;

	if (place->waiter.queue) {
		bucket = enter(place->address);
		queue_enter(&bucket->queue, &place->waiter);
		leave(bucket);
	}
	atomic_store(&place->called, 1);
}

static const struct wait_cleanup out_of_line = {leave_place, stand_alone};

/* An OS thread without greenlets has none here. */
static unsigned urgency_of(const struct waiter *waiter)
{
	return waiter->greenlet ? waiter->greenlet->prio.urgency : 0;
}

void queue_lot_waiter(struct queue *queue, struct lot_waiter *place)
{
	unsigned urgency = urgency_of(&place->waiter);
	struct waiter *waiter = urgency ? queue->first : NULL;

	while (waiter && (((struct lot_waiter *)waiter)->address != place->address || urgency_of(waiter) >= urgency))
		waiter = waiter->next;
	if (waiter)
		queue_enter_before(queue, &place->waiter, waiter);
	else
		queue_enter(queue, &place->waiter);
}

/* Called with the lock of the bucket held. */
static void enter_line(struct bucket *bucket, struct lot_waiter *place, const void *address, uint32_t bits)
{
	*place = (struct lot_waiter){.waiter = {.greenlet = self}, .address = address, .bits = bits};
	push_wait(&place->stay, &out_of_line);
	queue_lot_waiter(&bucket->queue, place);
}

/* May return 0 spuriously, as park() may. */
static int stay(struct lot_waiter *place, const struct wait_options *until)
{
	if (!self)
		return block(place, until ? until : &wait_forever);
	return atomic_load(&place->called) ? 0 : park(until);
}

int parking_lot_park(struct lot_waiter *place, const struct wait_options *until)
{
	int error = stay(place, until);

	atomic_store(&place->called, 0);
	return error;
}

int parking_lot_wait_for(const uint32_t *address, uint32_t value, uint32_t bits, const struct wait_options *until)
{
	struct bucket *bucket = enter(address);
	struct lot_waiter place;
	int error;

	if (__atomic_load_n(address, __ATOMIC_SEQ_CST) != value) {
		leave(bucket);
		return EAGAIN;
	}
	enter_line(bucket, &place, address, bits);
	leave(bucket);
	do
		error = stay(&place, until);
	while (!error && !atomic_load(&place.called));
	return parking_lot_leave(&place) ? error : 0;
}

int parking_lot_wake_for(const void *address, int count, uint32_t bits)
{
	struct bucket *bucket;
	struct waiter *waiter, *next;
	int woken = 0;

	if (is_inside()) {
		wake_parking_lot_later();
		return 0;
	}
	bucket = enter(address);
	for (waiter = bucket->queue.first; waiter && woken < count; waiter = next) {
		struct lot_waiter *place = (struct lot_waiter *)waiter;

		next = waiter->next;
		if (place->address != address || !(place->bits & bits))
			continue;
		queue_leave(waiter);
		wake_lot_waiter(place);
		woken++;
	}
	leave(bucket);
	return woken;
}

void enter_both(struct bucket *one, struct bucket *other)
{
	defer_signals();
	lock(one < other ? &one->lock : &other->lock);
	if (one != other)
		lock(one < other ? &other->lock : &one->lock);
}

void leave_both(struct bucket *one, struct bucket *other)
{
	if (one != other)
		unlock(&other->lock);
	leave(one);
}

void parking_lot_enter(const void *address, struct lot_waiter *place)
{
	struct bucket *bucket = enter(address);

	enter_line(bucket, place, address, UINT32_MAX);
	leave(bucket);
}

bool parking_lot_leave(struct lot_waiter *place)
{
	bool was_there = take_out(place);

	pop_wait(&place->stay);
	return was_there;
}

bool parking_lot_is_queued(const struct lot_waiter *place)
{
	struct bucket *bucket = enter(place->address);
	bool is_there = place->waiter.queue;

	leave(bucket);
	return is_there;
}

void parking_lot_park_until_woken(struct lot_waiter *place)
{
	while (parking_lot_is_queued(place))
		parking_lot_park(place, &wait_forever_uninterruptibly);
	pop_wait(&place->stay);
}

bool parking_lot_is_first(const struct lot_waiter *place)
{
	struct bucket *bucket = enter_line_of(place);
	bool is_first = first_at(bucket, place->address) == place;

	leave(bucket);
	return is_first;
}

bool parking_lot_finds_waiters(const void *address)
{
	struct bucket *bucket = enter(address);
	bool has_line = first_at(bucket, address);

	leave(bucket);
	return has_line;
}

static void wake_first_at(const void *address)
{
	struct bucket *bucket = enter(address);
	struct lot_waiter *place = first_at(bucket, address);

	if (place)
		wake_lot_waiter(place);
	leave(bucket);
}

void parking_lot_find_and_wake_first(const void *address)
{
	if (is_inside())
		wake_parking_lot_later();
	else
		wake_first_at(address);
}

void parking_lot_reset(void)
{
	if (is_used)
		memset(buckets, 0, sizeof(buckets));
	is_used = false;
}
