#include "turn.h"
#include "stats.h"

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
		if (was_left(&place->stay))
			lot_enter(place->address, place);
		if (lot_is_first(place)) {
			answer = way->try((void *)place->address);
			if (answer != EBUSY)
				return answer;
		}
		if (error)
			return error;
		error = wait_in_line(way, place, until);
		if (error == TAKEN)
			return 0;
	}
}

static int stand_in_line(const struct way *way, void *object, const struct until *until)
{
	struct place place;
	int answer;

	lot_enter(object, &place);
	answer = try_in_line(way, &place, until);
	lot_leave(&place);
	if (way->shares || answer)
		give_turn(object);
	return answer;
}

int take_as_placed(enum call call, struct place *place, int (*try)(void *object), const struct until *until)
{
	const struct way way = {call, try, NULL, false};
	int answer = try_in_line(&way, place, until);

	lot_leave(place);
	if (answer)
		give_turn((void *)place->address);
	return answer;
}

struct until but_not_by_kill(const struct until *until)
{
	struct until mine = *until;

	mine.firm = !is_cancelled() && self && self->killed;
	return mine;
}

int wait_for_turn(enum call call, void *object, int (*try)(void *object), bool shares, const struct until *until)
{
	const struct way way = {call, try, NULL, shares};

	return stand_in_line(&way, object, until);
}

int take_from_afar(enum call call, void *object, int (*try)(void *object),
    int (*wait)(enum call call, void *object, const struct until *until), bool shares, const struct until *until)
{
	const struct way way = {call, try, wait, shares};
	int answer = try_at_once(object, try);

	return answer == EBUSY ? stand_in_line(&way, object, until) : answer;
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
