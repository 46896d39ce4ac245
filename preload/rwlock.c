/*
 * Read-write locks: libc's in every respect but the waiting. Readers and writers stand in one line, first come first
 * served. Only who may be locking recursively passes by a waiting writer, who waits for him: with the kinds that allow
 * recursion, whoever holds a read lock of any object.
 */
#include "stats.h"
#include "turn.h"

/* Read locks that the caller holds. */
static __thread unsigned held __attribute__((tls_model("initial-exec")));

/* Nobody who waits for a lock expects to be told that it was not taken: a kill does not end the wait. */
static const struct until for_ever = {.deadline = FOR_EVER, .firm = true};

static int count_reader(int answer)
{
	if (!answer)
		held++;
	return answer;
}

static int try_to_read(void *lock)
{
	return libc.pthread_rwlock_tryrdlock(lock);
}

static int try_to_write(void *lock)
{
	return pthread_rwlock_trywrlock(lock);
}

/*
 * Of one that is shared with other processes: a helper OS thread takes it for the greenlet, by libc's means. Who has it
 * for writing is known by his id.
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

static int take_by_helper(enum call call, void *lock, bool writes, const struct until *until)
{
	struct taking taking = {lock, writes, until->deadline, tls_thread_id(), 0};

	stats_helped(call);
	offload(take_for_greenlet, &taking);
	return taking.answer ? taking.answer : TAKEN;
}

static int read_by_helper(enum call call, void *lock, const struct until *until)
{
	return take_by_helper(call, lock, false, until);
}

static int write_by_helper(enum call call, void *lock, const struct until *until)
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

static bool may_recur(const pthread_rwlock_t *lock)
{
	return held && lock->__data.__flags != PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP;
}

static int read_in_turn(enum call call, pthread_rwlock_t *lock, const struct until *until)
{
	int answer;

	if (is_own(lock))
		return EDEADLK;
	if (may_recur(lock)) {
		answer = try_to_read(lock);
		if (answer != EBUSY)
			return count_reader(answer);
	}
	if (is_shared(lock))
		return count_reader(take_from_afar(call, lock, try_to_read, read_by_helper, true, until));
	return count_reader(take_in_turn(call, lock, try_to_read, true, until));
}

static int write_in_turn(enum call call, pthread_rwlock_t *lock, const struct until *until)
{
	if (is_own(lock))
		return EDEADLK;
	if (is_shared(lock))
		return take_from_afar(call, lock, try_to_write, write_by_helper, false, until);
	return take_in_turn(call, lock, try_to_write, false, until);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	if (waits_natively(CALL_pthread_rwlock_rdlock))
		return count_reader(libc.pthread_rwlock_rdlock(lock));
	return read_in_turn(CALL_pthread_rwlock_rdlock, lock, &for_ever);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
	return count_reader(libc.pthread_rwlock_tryrdlock(lock));
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	if (waits_natively(CALL_pthread_rwlock_wrlock))
		return libc.pthread_rwlock_wrlock(lock);
	return write_in_turn(CALL_pthread_rwlock_wrlock, lock, &for_ever);
}

/* Unlike with mutexes, a time that is no time is refused even where nobody has to wait, as libc does. */
static int read_until(enum call call, pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	struct until until = for_ever;

	return deadline_by_clock(clock, at, &until) ?: read_in_turn(call, lock, &until);
}

static int write_until(enum call call, pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	struct until until = for_ever;

	return deadline_by_clock(clock, at, &until) ?: write_in_turn(call, lock, &until);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_timedrdlock))
		return count_reader(libc.pthread_rwlock_timedrdlock(lock, at));
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
		return count_reader(libc.pthread_rwlock_clockrdlock(lock, clock, at));
	return read_until(CALL_pthread_rwlock_clockrdlock, lock, clock, at);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *lock, clockid_t clock, const struct timespec *at)
{
	if (waits_natively(CALL_pthread_rwlock_clockwrlock) || !is_waitable(clock))
		return libc.pthread_rwlock_clockwrlock(lock, clock, at);
	return write_until(CALL_pthread_rwlock_clockwrlock, lock, clock, at);
}

/* Held by a reader, it has no writer. */
int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
	int answer;

	if (held && !__atomic_load_n(&lock->__data.__cur_writer, __ATOMIC_RELAXED))
		held--;
	answer = libc.pthread_rwlock_unlock(lock);
	if (any_hub())
		give_turn(lock);
	return answer;
}

synonym(__pthread_rwlock_rdlock, pthread_rwlock_rdlock);
synonym(__pthread_rwlock_tryrdlock, pthread_rwlock_tryrdlock);
synonym(__pthread_rwlock_wrlock, pthread_rwlock_wrlock);
synonym(__pthread_rwlock_unlock, pthread_rwlock_unlock);
