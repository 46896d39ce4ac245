/* POSIX semaphores, named ones too: as in libc except for the waiting. */
#include "fair_queue.h"
#include "shared_futex.h"

/* libc's format: sem_post() calls the kernel when there are waiters. */
struct semaphore {
	union {
		uint64_t both;
		struct {
			uint32_t value, waiters;
		};
	};
	int is_shared;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the value is the lower half");

static int try_semaphore(void *semaphore)
{
	if (sem_trywait(semaphore) == 0)
		return 0;
	return errno == EAGAIN ? EBUSY : errno;
}

static int wait_for_post(enum call call, void *object, const struct wait_options *until)
{
	struct semaphore *semaphore = object;
	int error;

	__atomic_add_fetch(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
	error = wait_in_kernel(call, &semaphore->value, 0, FUTEX_BITSET_MATCH_ANY, until);
	__atomic_sub_fetch(&semaphore->waiters, 1, __ATOMIC_SEQ_CST);
	return error == EAGAIN ? 0 : error;
}

static bool is_shared(sem_t *semaphore)
{
	return ((struct semaphore *)semaphore)->is_shared;
}

static int take_semaphore(enum call call, sem_t *semaphore, const struct wait_options *until)
{
	static const struct way own = {.try = try_semaphore, .pass_on = pass_on_shared};
	static const struct way shared = {.try = try_semaphore, .wait = wait_for_post, .pass_on = pass_on_shared};

	return take_in_turn(call, semaphore, is_shared(semaphore) ? &shared : &own, until);
}

static int wait_in_turn(enum call call, sem_t *semaphore, struct wait_options *until)
{
	int before = errno, answer;

	until->on_signal = SIGNAL_RESTARTS;
	answer = take_semaphore(call, semaphore, until);
	errno = answer ? answer : before;
	if (answer == ECANCELED)
		end_if_cancelled();
	return answer ? -1 : 0;
}

int sem_wait(sem_t *semaphore)
{
	struct wait_options until = {.deadline = FOR_EVER};

	act_on_cancellation(CALL_sem_wait);
	if (waits_natively(CALL_sem_wait))
		return libc.sem_wait(semaphore);
	return wait_in_turn(CALL_sem_wait, semaphore, &until);
}

/* An invalid time is refused even if the caller need not wait, as in libc. */
static int wait_until_time(enum call call, sem_t *semaphore, clockid_t clock, const struct timespec *at)
{
	struct wait_options until = {0};

	if (deadline_by_clock(clock, at, &until)) {
		errno = EINVAL;
		return -1;
	}
	return wait_in_turn(call, semaphore, &until);
}

static bool is_time(const struct timespec *at)
{
	return at->tv_nsec >= 0 && at->tv_nsec < (long)NANOS_PER_SEC;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *at)
{
	if (is_time(at))
		act_on_cancellation(CALL_sem_timedwait);
	if (waits_natively(CALL_sem_timedwait))
		return libc.sem_timedwait(semaphore, at);
	return wait_until_time(CALL_sem_timedwait, semaphore, CLOCK_REALTIME, at);
}

/* Unlike the others, it is a cancellation point only if it has to wait. */
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *at)
{
	if (!((struct semaphore *)semaphore)->value && is_waitable(clock) && is_time(at))
		act_on_cancellation(CALL_sem_clockwait);
	if (waits_natively(CALL_sem_clockwait) || !is_waitable(clock))
		return libc.sem_clockwait(semaphore, clock, at);
	return wait_until_time(CALL_sem_clockwait, semaphore, clock, at);
}

int sem_post(sem_t *semaphore)
{
	int answer = libc.sem_post(semaphore);

	if (any_hub())
		give_turn(semaphore);
	return answer;
}
