#include "turn.h"
#include "options.h"
#include "stats.h"

bool waits_natively(enum call call)
{
	if (call_is_off[call])
		return true;
	return !self || !has_company(self);
}

/* An OS thread without greenlets that stands in line blocks until it is called; the others park. */
static int try_in_line(enum call call, struct place *place, int (*try)(void *object), const struct until *until)
{
	int error = 0, answer;

	for (;;) {
		if (lot_is_first(place)) {
			answer = try((void *)place->address);
			if (answer != EBUSY)
				return answer;
		}
		if (error)
			return error;
		stats_parked(call);
		error = lot_stay(place, until);
	}
}

int take_in_turn(enum call call, void *object, int (*try)(void *object), bool shares, const struct until *until)
{
	struct place place;
	int answer;

	if (!lot_has_line(object)) {
		answer = try(object);
		if (answer != EBUSY)
			return answer;
	}
	lot_enter(object, &place);
	answer = try_in_line(call, &place, try, until);
	lot_leave(&place);
	if (shares || answer)
		give_turn(object);
	return answer;
}

bool is_cancelled(void)
{
	return self && self->cancelled && !self->cancel_disabled;
}

struct until but_not_by_kill(const struct until *until)
{
	struct until mine = *until;

	mine.firm = !is_cancelled() && self && self->killed;
	return mine;
}

int deadline_by_clock(clockid_t clock, const struct timespec *at, struct until *until)
{
	struct timespec now;
	nanos then, passed;

	until->deadline = 0;
	if (at->tv_nsec < 0 || at->tv_nsec >= (long)NANOS_PER_SEC)
		return EINVAL;
	if (at->tv_sec < 0)
		return 0;
	then = nanos_of(at);
	clock_gettime(clock, &now);
	passed = nanos_of(&now);
	until->deadline = then <= passed ? 0 : nanos_add(clock_now(), then - passed);
	return 0;
}
