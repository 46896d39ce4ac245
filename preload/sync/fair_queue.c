#include "fair_queue.h"
#include "preload/core/stats.h"

/* An OS thread without greenlets that stands in line blocks until it is called; the others park. */
static int wait_in_line(enum call call, const struct way *way, struct place *place, const struct until *until)
{
	if (way->wait && lot_is_first(place))
		return way->wait(call, (void *)place->address, until);
	stats_parked(call);
	return lot_stay(place, until);
}

/* A wait in turn, which a jump or an asynchronous cancellation may leave: then the turn is passed on. */
struct turn {
	struct leavable stay; /* first; inside that of the place */
	struct place *place;
	const struct way *way;
};

static void pass_on(const struct way *way, void *address, int answer)
{
	if (way->pass_on)
		way->pass_on(address, answer);
	else if (answer)
		give_turn(address);
}

static void leave_turn(struct leavable *stay)
{
	const struct turn *turn = (struct turn *)stay;

	lot_leave(turn->place);
	pass_on(turn->way, (void *)turn->place->address, ECANCELED);
}

static const struct way_to_leave out_of_turn = {.leave = leave_turn};

static int try_in_line(enum call call, struct turn *turn, const struct until *until)
{
	const struct way *way = turn->way;
	struct place *place = turn->place;
	int error = 0, answer;

	for (;;) {
		if (was_left(&turn->stay)) {
			lot_enter(place->address, place);
			place->follows_urgency = way->inherits;
			wait_begins(&turn->stay, &out_of_turn);
		}
		if (lot_is_first(place)) {
			answer = way->try((void *)place->address);
			if (answer != EBUSY)
				return answer;
		}
		if (error)
			return error;
		error = wait_in_line(call, way, place, until);
		if (error == TAKEN)
			return 0;
	}
}

int take_as_placed(enum call call, struct place *place, const struct way *way, const struct until *until)
{
	struct turn turn = {.place = place, .way = way};
	int answer;

	place->follows_urgency = way->inherits;
	wait_begins(&turn.stay, &out_of_turn);
	answer = try_in_line(call, &turn, until);
	wait_ends(&turn.stay);
	lot_leave(place);
	pass_on(way, (void *)place->address, answer);
	return answer;
}

void pass_on_shared(void *address, int answer)
{
	(void)answer;
	give_turn(address);
}

int wait_for_turn(enum call call, void *address, const struct way *way, const struct until *until)
{
	struct place place;

	lot_enter(address, &place);
	return take_as_placed(call, &place, way, until);
}
