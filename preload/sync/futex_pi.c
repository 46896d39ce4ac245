/*
 * Futexes that inherit priorities, see futex(2). The word holds the owner's id, and the kernel does not know the id of
 * a greenlet; so waiters for a private futex use the parking lot, OS threads too. No priority is raised: all greenlets
 * have the same.
 */
#include "futex_pi.h"
#include "fair_queue.h"
#include "preload/core/stats.h"
#include "preload/core/thread_ids.h"
#include <linux/futex.h>

enum { SPOKEN_FOR = FUTEX_TID_MASK };

static uint32_t own_id(void)
{
	return (uint32_t)own_thread_id() & SPOKEN_FOR;
}

/* If there are other waiters, the new owner's word must say so, so that its unlock wakes them. */
static int try_futex(void *object)
{
	uint32_t *word = object, own = own_id(), state = __atomic_load_n(word, __ATOMIC_SEQ_CST), wanted;
	uint32_t line = parking_lot_has_waiters(word) ? FUTEX_WAITERS : 0;
	bool is_free;

	do {
		if ((state & SPOKEN_FOR) == own)
			return EDEADLK;
		is_free = !(state & SPOKEN_FOR);
		wanted = is_free ? (state & ~(uint32_t)FUTEX_WAITERS) | own | line : state | FUTEX_WAITERS;
	} while (!__atomic_compare_exchange_n(word, &state, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return is_free ? 0 : EBUSY;
}

static const struct way futex_way = {.try = try_futex, .inherits = true};

int lock_pi(uint32_t *word, const struct wait_options *until)
{
	return take_in_turn(CALL_syscall, word, &futex_way, until);
}

int trylock_pi(uint32_t *word)
{
	uint32_t state = __atomic_load_n(word, __ATOMIC_SEQ_CST);

	do {
		if (state & SPOKEN_FOR)
			return (state & SPOKEN_FOR) == own_id() ? EDEADLK : EAGAIN;
	} while (
	    !__atomic_compare_exchange_n(word, &state, state | own_id(), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	return 0;
}

int unlock_pi(uint32_t *word)
{
	if ((__atomic_load_n(word, __ATOMIC_SEQ_CST) & SPOKEN_FOR) != own_id())
		return EPERM;
	__atomic_store_n(word, 0, __ATOMIC_SEQ_CST);
	give_turn(word);
	return 0;
}

static bool stands_at(const struct lot_waiter *place, const uint32_t *word)
{
	return __atomic_load_n(&place->address, __ATOMIC_SEQ_CST) == word && parking_lot_is_queued(place);
}

/*
 * Joins the queue before it reads the word: if another thread moves this waiter before it sees the changed word, it was
 * waiting when the word changed.
 */
int wait_and_lock_pi(uint32_t *word, uint32_t value, uint32_t *other, const struct wait_options *until)
{
	struct lot_waiter place;
	int error = 0;

	parking_lot_enter(word, &place);
	stats_parked(CALL_syscall);
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != value)
		error = EAGAIN;
	while (!error && stands_at(&place, word))
		error = parking_lot_park(&place, until);
	if (__atomic_load_n(&place.address, __ATOMIC_SEQ_CST) == other)
		return take_as_placed(CALL_syscall, &place, &futex_way, until);
	if (parking_lot_leave(&place) && place.address == word)
		return error;
	give_turn(other);
	return lock_pi(other, until);
}
