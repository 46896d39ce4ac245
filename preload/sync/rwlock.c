/*
 * Read-write locks: as in libc except for the waiting. Readers queue at one address in the object and writers at
 * another, because the kind of the lock (pthread_rwlockattr_setkind_np(3)) says which of them goes first:
 *
 *                                    readers join other readers  after a writer, the next are
 *                                    while a writer waits
 *   PREFER_READER (the default)      yes                         the waiting readers
 *   PREFER_WRITER                    yes                         the first writer
 *   PREFER_WRITER_NONRECURSIVE       no                          the first writer
 *
 * A waiting reader is woken by the writer's unlock or by the reader before it in the queue. A waiting writer is woken
 * by the unlock after which the lock is free, or by a waiter that gives up.
 */
#include "fair_queue.h"
#include "preload/core/libc_objects.h"
#include "preload/core/stats.h"

/* A caller that waits for a lock does not expect to return without it: a kill does not end the wait. */

static void *writers_at(pthread_rwlock_t *lock)
{
	return lock;
}

static void *readers_at(pthread_rwlock_t *lock)
{
	return &lock->__data.__writers;
}

static pthread_rwlock_t *lock_of_readers(void *address)
{
	return (pthread_rwlock_t *)((char *)address - offsetof(pthread_rwlock_t, __data.__writers));
}

static bool has_readers(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__readers, __ATOMIC_SEQ_CST) >> RWLOCK_READER_SHIFT;
}

static bool prefers_readers(const pthread_rwlock_t *lock)
{
	return lock->__data.__flags == PTHREAD_RWLOCK_PREFER_READER_NP;
}

/* False if a waiting writer goes before a reader that arrives now. */
static bool admits_readers(pthread_rwlock_t *lock)
{
	if (prefers_readers(lock) || !parking_lot_has_waiters(writers_at(lock)))
		return true;
	return lock->__data.__flags != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP && has_readers(lock);
}

static bool admits_writers(pthread_rwlock_t *lock)
{
	return !prefers_readers(lock) || !parking_lot_has_waiters(readers_at(lock));
}

static int try_to_read(void *readers)
{
	pthread_rwlock_t *lock = lock_of_readers(readers);

	return admits_readers(lock) ? libc.pthread_rwlock_tryrdlock(lock) : EBUSY;
}

static int try_to_write(void *lock)
{
	return admits_writers(lock) ? pthread_rwlock_trywrlock(lock) : EBUSY;
}

/* Wakes the waiter that is next. Does not access the lock: its memory may be gone once it was released. */
static void wake_next(pthread_rwlock_t *lock, bool readers_first)
{
	bool reads = readers_first ? parking_lot_has_waiters(readers_at(lock))
				   : !parking_lot_has_waiters(writers_at(lock));

	give_turn(reads ? readers_at(lock) : writers_at(lock));
}

/* All waiting readers get the lock together: each wakes the next. */
static void pass_on_reading(void *readers, int answer)
{
	pthread_rwlock_t *lock = lock_of_readers(readers);

	if (answer)
		wake_next(lock, prefers_readers(lock));
	else
		give_turn(readers);
}

static void pass_on_writing(void *lock, int answer)
{
	if (answer)
		wake_next(lock, prefers_readers(lock));
}

/*
 * Waiting for a process-shared lock: an offload thread takes it for the greenlet, by libc's means. The owner of the
 * write lock is identified by its id.
 */
struct taking {
	pthread_rwlock_t *lock;
	bool writes;
	nanos deadline;
	int owner, answer;
};

static int take_natively(const struct taking *taking)
{
	const struct timespec at = timespec_of(taking->deadline);

	if (taking->deadline == FOR_EVER)
		return (taking->writes ? libc.pthread_rwlock_wrlock : libc.pthread_rwlock_rdlock)(taking->lock);
	return (taking->writes ? libc.pthread_rwlock_clockwrlock : libc.pthread_rwlock_clockrdlock)(
	    taking->lock, CLOCK_MONOTONIC, &at);
}

static void take_for_greenlet(void *arg)
{
	struct taking *taking = arg;

	taking->answer = take_natively(taking);
	if (!taking->answer && taking->writes)
		__atomic_store_n(&taking->lock->__data.__cur_writer, taking->owner, __ATOMIC_RELAXED);
}

static int take_by_helper(enum call call, pthread_rwlock_t *lock, bool writes, const struct wait_options *until)
{
	struct taking taking = {lock, writes, until->deadline, tls_thread_id(), 0};

	stats_helped(call);
	offload_wait(take_for_greenlet, &taking);
	return taking.answer ? taking.answer : TAKEN;
}

static int read_by_helper(enum call call, void *readers, const struct wait_options *until)
{
	return take_by_helper(call, lock_of_readers(readers), false, until);
}

static int write_by_helper(enum call call, void *lock, const struct wait_options *until)
{
	return take_by_helper(call, lock, true, until);
}

static bool is_shared(const pthread_rwlock_t *lock)
{
	return lock->__data.__shared;
}

static bool is_own(const pthread_rwlock_t *lock)
{
	return __atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED) == tls_thread_id();
}

/* Unlike with other locks, a reader that finds other waiters may go before them: try_to_read() decides. */
static int read_in_turn(enum call call, pthread_rwlock_t *lock, const struct wait_options *until)
{
	static const struct way own = {.try = try_to_read, .pass_on = pass_on_reading};
	static const struct way shared = {.try = try_to_read, .wait = read_by_helper, .pass_on = pass_on_reading};
	int answer;

	if (is_own(lock))
		return EDEADLK;
	answer = try_to_read(readers_at(lock));
	return answer == EBUSY ? wait_for_turn(call, readers_at(lock), is_shared(lock) ? &shared : &own, until)
			       : answer;
}

static int write_in_turn(enum call call, pthread_rwlock_t *lock, const struct wait_options *until)
{
	static const struct way own = {.try = try_to_write, .pass_on = pass_on_writing};
	static const struct way shared = {.try = try_to_write, .wait = write_by_helper, .pass_on = pass_on_writing};

	if (is_own(lock))
		return EDEADLK;
	return take_in_turn(call, writers_at(lock), is_shared(lock) ? &shared : &own, until);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	if (waits_natively(CALL_pthread_rwlock_rdlock))
		return libc.pthread_rwlock_rdlock(lock);
	return read_in_turn(CALL_pthread_rwlock_rdlock, lock, &wait_forever_uninterruptibly);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	if (any_hub() && !call_is_off[CALL_pthread_rwlock_tryrdlock] && !admits_readers(lock))
		return EBUSY;
	return libc.pthread_rwlock_tryrdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	if (waits_natively(CALL_pthread_rwlock_wrlock))
		return libc.pthread_rwlock_wrlock(lock);
	return write_in_turn(CALL_pthread_rwlock_wrlock, lock, &wait_forever_uninterruptibly);
}

/* Unlike with mutexes, an invalid time is refused even if the caller need not wait, as in libc. */
static int read_until(enum call call, pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	struct wait_options until = wait_forever_uninterruptibly;

	return deadline_by_clock(clock, at, &until) ?: read_in_turn(call, lock, &until);
}

static int write_until(enum call call, pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	struct wait_options until = wait_forever_uninterruptibly;

	return deadline_by_clock(clock, at, &until) ?: write_in_turn(call, lock, &until);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_timedrdlock))
		return libc.pthread_rwlock_timedrdlock(lock, at);
	return read_until(CALL_pthread_rwlock_timedrdlock, lock, CLOCK_REALTIME, at);
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_timedwrlock))
		return libc.pthread_rwlock_timedwrlock(lock, at);
	return write_until(CALL_pthread_rwlock_timedwrlock, lock, CLOCK_REALTIME, at);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_clockrdlock) || !is_waitable(clock))
		return libc.pthread_rwlock_clockrdlock(lock, clock, at);
	return read_until(CALL_pthread_rwlock_clockrdlock, lock, clock, at);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_clockwrlock) || !is_waitable(clock))
		return libc.pthread_rwlock_clockwrlock(lock, clock, at);
	return write_until(CALL_pthread_rwlock_clockwrlock, lock, clock, at);
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	bool readers_first = prefers_readers(lock);
	int answer = libc.pthread_rwlock_unlock(lock);

	if (any_hub())
		wake_next(lock, readers_first);
	return answer;
}

synonym(__pthread_rwlock_rdlock, pthread_rwlock_rdlock);
synonym(__pthread_rwlock_tryrdlock, pthread_rwlock_tryrdlock);
synonym(__pthread_rwlock_wrlock, pthread_rwlock_wrlock);
synonym(__pthread_rwlock_unlock, pthread_rwlock_unlock);
