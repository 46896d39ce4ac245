#include "futex_proxy.h"
#include "fair_queue.h"
#include "preload/core/stats.h"
#include "raw.h"
#include "runtime/offload/proxy_thread.h"
#include "runtime/sched/hub.h"
#include <limits.h>

struct request {
	const struct futex *f;
	uint32_t greenlet; /* its id */
	long result;
};

static uint32_t owner_of(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST) & FUTEX_TID_MASK;
}

/* The main greenlet's id is that of its OS thread: what it has taken in memory alone it can release in memory alone. */
bool needs_known_id(const uint32_t *word)
{
	if (!self || (self->is_main && owner_of(word) == (uint32_t)tls_thread_id()))
		return false;
	return proxy_id() || !self->is_main || has_reason_to_park(self);
}

/* A lock that the greenlet has taken in memory alone is transferred to the proxy thread. */
static void take_over(uint32_t *word, uint32_t from)
{
	uint32_t state = __atomic_load_n(word, __ATOMIC_SEQ_CST), mine = (uint32_t)os_thread_id();

	while ((state & FUTEX_TID_MASK) == from &&
	       !__atomic_compare_exchange_n(
		   word, &state, (state & ~(uint32_t)FUTEX_TID_MASK) | mine, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

/* Runs on the proxy thread. A word is not accessed after it was released: its memory may be gone. */
static int ask(void *arg)
{
	struct request *r = arg;
	const struct futex *f = r->f;
	int command = f->op & FUTEX_CMD_MASK;
	uint32_t *word = command == FUTEX_WAIT_REQUEUE_PI ? f->other : f->word, mine = (uint32_t)os_thread_id();
	bool was_mine = owner_of(word) == mine, is_given_back;

	take_over(word, r->greenlet);
	r->result = raw_syscall(
	    SYS_futex, (long)f->word, f->op, (long)f->value, f->limit, (long)f->other, (long)f->value3);
	is_given_back = command == FUTEX_UNLOCK_PI && r->result == 0;
	return (!is_given_back && owner_of(word) == mine) - was_mine;
}

/* The kernel has marked the word as waited for, but did not find its owner. */
static int wait_for_greenlet(const struct futex *f, const struct wait_options *until)
{
	uint32_t state = __atomic_load_n(f->word, __ATOMIC_SEQ_CST);
	int error;

	if (!(state & FUTEX_WAITERS) || !greenlet_of_id((int)(state & FUTEX_TID_MASK)))
		return EAGAIN;
	stats_parked(CALL_syscall);
	error = parking_lot_wait(f->word, state, until);
	return error == EAGAIN ? 0 : error;
}

long ask_with_known_id(const struct futex *f, const struct wait_options *until)
{
	struct request request = {f, (uint32_t)tls_thread_id(), -EAGAIN};
	int error = 0;

	do {
		stats_helped(CALL_syscall);
		if (!proxy_does(ask, &request))
			return with_errno(-EAGAIN);
	} while (request.result == -ESRCH && until && !(error = wait_for_greenlet(f, until)));
	if (request.result == 0 && (f->op & FUTEX_CMD_MASK) == FUTEX_UNLOCK_PI)
		parking_lot_wake(f->word, INT_MAX);
	return with_errno(error == ETIMEDOUT ? -ETIMEDOUT : request.result);
}
