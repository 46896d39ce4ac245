#include "mutex_stand_in.h"
#include "../runtime/stand_in.h"
#include "options.h"
#include "stats.h"
#include "turn.h"
#include <linux/futex.h>

/* Where the system gives no thread we ask again so often. */
#define ASK_AGAIN (10 * NANOS_PER_MSEC)

struct request {
	enum call call;
	pthread_mutex_t *mutex;
	clockid_t clock;
	const struct timespec *at;
	int answer;
};

static int ask_libc(const struct request *r)
{
	switch (r->call) {
	case CALL_pthread_mutex_lock:
		return libc.pthread_mutex_lock(r->mutex);
	case CALL_pthread_mutex_trylock:
		return libc.pthread_mutex_trylock(r->mutex);
	case CALL_pthread_mutex_timedlock:
		return libc.pthread_mutex_timedlock(r->mutex, r->at);
	case CALL_pthread_mutex_clocklock:
		return libc.pthread_mutex_clocklock(r->mutex, r->clock, r->at);
	case CALL_pthread_mutex_consistent:
		return libc.pthread_mutex_consistent(r->mutex);
	default:
		return libc.pthread_mutex_unlock(r->mutex);
	}
}

static void answer(void *arg)
{
	struct request *r = arg;

	r->answer = ask_libc(r);
}

/*
 * The main one's id is its OS thread's: it needs none for a robust mutex, nor to give back what it has taken without
 * one. But where priorities are inherited, it is the owner to be who must wait in the kernel.
 */
SELDOM bool needs_stand_in(enum call call, const pthread_mutex_t *mutex)
{
	uint32_t owner = __atomic_load_n(word_of(mutex), __ATOMIC_RELAXED) & FUTEX_TID_MASK;

	if (!self || hub_running || call_is_off[call] || owner == (uint32_t)tls_thread_id())
		return false;
	if (self->is_main && !is_of_kind(mutex, INHERITS))
		return false;
	return stand_in_id() || !self->is_main || has_company(self);
}

void tell_of_loss(pthread_mutex_t *mutex, int id)
{
	uint32_t *word = word_of(mutex);

	if (is_of_kind(mutex, INHERITS))
		return;
	if ((__atomic_load_n(word, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK) == (uint32_t)id)
		__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	raw_syscall(SYS_futex, (long)word, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

SELDOM int ask_stand_in(enum call call, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *at)
{
	struct request request = {call, mutex, clock, at, 0};
	struct until until = {.deadline = FOR_EVER, .firm = true}, soon = until;

	stats_helped(call);
	if (at)
		deadline_by_clock(clock, at, &until);
	while (!stand_in_does(answer, &request)) {
		if (call == CALL_pthread_mutex_trylock || until.deadline <= clock_now())
			return at ? ETIMEDOUT : EBUSY;
		soon.deadline = nanos_add(clock_now(), ASK_AGAIN);
		park(&soon);
	}
	if (request.answer == ENOTRECOVERABLE)
		tell_of_loss(mutex, stand_in_id());
	return request.answer;
}

static void change_owner(uint32_t *word, int from, int to)
{
	uint32_t state = __atomic_load_n(word, __ATOMIC_SEQ_CST);

	while ((state & FUTEX_TID_MASK) == (uint32_t)from &&
	       !__atomic_compare_exchange_n(word, &state, (state & ~(uint32_t)FUTEX_TID_MASK) | (uint32_t)to, false,
		   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

int try_left_behind(pthread_mutex_t *mutex)
{
	int answer = libc.pthread_mutex_trylock(mutex);

	if (answer == EOWNERDEAD)
		change_owner(word_of(mutex), os_thread_id(), tls_thread_id());
	else if (answer == ENOTRECOVERABLE)
		change_owner(word_of(mutex), tls_thread_id(), 0);
	return answer;
}
