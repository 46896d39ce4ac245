#include "turn.h"
#include "options.h"
#include "stats.h"

bool waits_natively(enum call call)
{
	if (call_is_off[call])
		return true;
	return !self || !has_company(self);
}

/* How an object is to be had: see take_in_turn(), take_from_afar(). */
struct way {
	enum call call;
	int (*try)(void *object);
	int (*wait)(enum call call, void *object, const struct until *until); /* NULL: until the line moves */
	bool shares;
};

/* An OS thread without greenlets that stands in line blocks until it is called; the others park. */
static int wait_in_line(const struct way *way, struct place *place, const struct until *until)
{
	if (way->wait && lot_is_first(place))
		return way->wait(way->call, (void *)place->address, until);
	stats_parked(way->call);
	return lot_stay(place, until);
}

static int try_in_line(const struct way *way, struct place *place, const struct until *until)
{
	int error = 0, answer;

	for (;;) {
		if (lot_is_first(place)) {
			answer = way->try((void *)place->address);
			if (answer != EBUSY)
				return answer;
		}
		if (error)
			return error;
		error = wait_in_line(way, place, until);
	}
}

static int take(const struct way *way, void *object, const struct until *until)
{
	struct place place;
	int answer;

	if (!lot_has_line(object)) {
		answer = way->try(object);
		if (answer != EBUSY)
			return answer;
	}
	lot_enter(object, &place);
	answer = try_in_line(way, &place, until);
	lot_leave(&place);
	if (way->shares || answer)
		give_turn(object);
	return answer;
}

struct until but_not_by_kill(const struct until *until)
{
	struct until mine = *until;

	mine.firm = !is_cancelled() && self && self->killed;
	return mine;
}

int take_in_turn(enum call call, void *object, int (*try)(void *object), bool shares, const struct until *until)
{
	const struct way way = {call, try, NULL, shares};

	return take(&way, object, until);
}

int take_from_afar(enum call call, void *object, int (*try)(void *object),
    int (*wait)(enum call call, void *object, const struct until *until), bool shares, const struct until *until)
{
	const struct way way = {call, try, wait, shares};

	return take(&way, object, until);
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
