/* POSIX semaphores, named ones too: libc's in every respect but the waiting. */
#include "turn.h"

static int try_semaphore(void *semaphore)
{
	if (sem_trywait(semaphore) == 0)
		return 0;
	return errno == EAGAIN ? EBUSY : errno;
}

static int wait_in_turn(enum call call, sem_t *semaphore, struct until *until)
{
	int before = errno, answer;

	end_if_cancelled();
	until->on_signal = SIGNAL_RESTARTS;
	answer = take_in_turn(call, semaphore, try_semaphore, true, until);
	errno = answer ? answer : before;
	if (answer == ECANCELED)
		end_if_cancelled();
	return answer ? -1 : 0;
}

int sem_wait(sem_t *semaphore)
{
	struct until until = {.deadline = FOR_EVER};

	if (waits_natively(CALL_sem_wait))
		return libc.sem_wait(semaphore);
	return wait_in_turn(CALL_sem_wait, semaphore, &until);
}

/* A time that is no time is refused even where nobody has to wait, as libc does. */
static int wait_until_time(enum call call, sem_t *semaphore, clockid_t clock, const struct timespec *at)
{
	struct until until = {0};

	if (deadline_by_clock(clock, at, &until)) {
		errno = EINVAL;
		return -1;
	}
	return wait_in_turn(call, semaphore, &until);
}

int sem_timedwait(sem_t *semaphore, const struct timespec *at)
{
	if (waits_natively(CALL_sem_timedwait))
		return libc.sem_timedwait(semaphore, at);
	return wait_until_time(CALL_sem_timedwait, semaphore, CLOCK_REALTIME, at);
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *at)
{
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
