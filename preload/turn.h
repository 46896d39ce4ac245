/*
 * Waiting in turn for an object of libc's: its state stays in libc's format and is changed by libc's own try-function,
 * and whoever finds it taken stands in line. Only the first in line tries, and who comes later stands behind, so the
 * hand-over is fair.
 */
#ifndef TURN_H
#define TURN_H

#include "../runtime/lot.h"
#include "../runtime/tls.h"
#include "blocking.h"
#include "options.h"

/*
 * True where libc's own waiting will do: on an OS thread without greenlets, whom libc's own giving back wakes, and on a
 * greenlet that is alone there.
 */
static inline bool waits_natively(enum call call)
{
	return call_is_off[call] || !self || !has_company(self);
}

/* The call of try(object) by who need not stand in line; EBUSY: he must. */
static inline int try_at_once(void *object, int (*try)(void *object))
{
	return lot_has_line(object) ? EBUSY : try(object);
}

/* What take_in_turn() comes to where there is a line. */
int wait_for_turn(enum call call, void *object, int (*try)(void *object), bool shares, const struct until *until);

/*
 * Calls try(object) when it is the caller's turn, until it answers something else than EBUSY, and returns that; or
 * ETIMEDOUT, EINTR, ECANCELED as until says. Where several may have the object at once (shares), the next in line gets
 * his turn right after.
 */
static inline int take_in_turn(
    enum call call, void *object, int (*try)(void *object), bool shares, const struct until *until)
{
	int answer = try_at_once(object, try);

	return answer == EBUSY ? wait_for_turn(call, object, try, shares, until) : answer;
}

/* The same for who stands in line already, perhaps because he was moved there. */
int take_as_placed(enum call call, struct place *place, int (*try)(void *object), const struct until *until);

/*
 * The same for an object that others than this process's greenlets may give back, whom nobody tells of the line: the
 * first in it waits by wait(call, object, until), which returns 0 when it is worth another try, TAKEN when the object
 * has become the caller's meanwhile, or ETIMEDOUT, EINTR, ECANCELED. On a greenlet only.
 */
enum { TAKEN = -1 };

int take_from_afar(enum call call, void *object, int (*try)(void *object),
    int (*wait)(enum call call, void *object, const struct until *until), bool shares, const struct until *until);

/*
 * After the object was given back: whoever is first in line has his turn. A signal handler may call it.
 */
static inline void give_turn(void *object)
{
	lot_call_first(object);
}

/*
 * For a wait that a cancellation ends and a kill does not: as until, but firm for who was killed. When it has ended
 * with ECANCELED, and is_cancelled() says no, it is to be begun again.
 */
struct until but_not_by_kill(const struct until *until);

/* The clocks that a wait may be timed by. */
static inline bool is_waitable(clockid_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
}

/* The deadline of a POSIX timed call, in what park() counts. Returns 0; for a time that is none EINVAL, and it is past.
 */
int deadline_by_clock(clockid_t clock, const struct timespec *at, struct until *until);

#endif
