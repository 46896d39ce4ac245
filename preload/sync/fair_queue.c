#include "fair_queue.h"
#include "preload/core/stats.h"

/* A queued OS thread without greenlets blocks until it is woken; a greenlet parks. */
static int wait_in_line(
    enum call call, const struct way *way, struct lot_waiter *place, const struct wait_options *until)
{
	if (way->wait && parking_lot_is_first(place))
		return way->wait(call, (void *)place->address, until);
	stats_parked(call);
	return parking_lot_park(place, until);
}

/* A wait in the queue. A jump or an asynchronous cancellation may leave it; then the next waiter is woken. */
struct turn {
	struct wait_record stay; /* first; nested inside the wait record of the place */
	struct lot_waiter *place;
	const struct way *way;
};

static void pass_on(const struct way *way, void *address, int answer)
{
	if (way->pass_on)
		way->pass_on(address, answer);
	else if (answer)
		give_turn(address);
}

static void leave_turn(struct wait_record *stay)
{
	const struct turn *turn = (struct turn *)stay;

	parking_lot_leave(turn->place);
	pass_on(turn->way, (void *)turn->place->address, ECANCELED);
}

static const struct wait_cleanup out_of_turn = {.abandon = leave_turn};

static int try_in_line(enum call call, struct turn *turn, const struct wait_options *until)
{
	const struct way *way = turn->way;
	struct lot_waiter *place = turn->place;
	int error = 0, answer;

	for (;;) {
		if (was_abandoned(&turn->stay)) {
			parking_lot_enter(place->address, place);
			place->follows_urgency = way->inherits;
			push_wait(&turn->stay, &out_of_turn);
		}
		if (parking_lot_is_first(place)) {
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

int take_as_placed(enum call call, struct lot_waiter *place, const struct way *way, const struct wait_options *until)
{
	struct turn turn = {.place = place, .way = way};
	int answer;

	place->follows_urgency = way->inherits;
	push_wait(&turn.stay, &out_of_turn);
	answer = try_in_line(call, &turn, until);
	pop_wait(&turn.stay);
	parking_lot_leave(place);
	pass_on(way, (void *)place->address, answer);
	return answer;
}

void pass_on_shared(void *address, int answer)
{
	(void)answer;
	give_turn(address);
}

int wait_for_turn(enum call call, void *address, const struct way *way, const struct wait_options *until)
{
	struct lot_waiter place;

	parking_lot_enter(address, &place);
	return take_as_placed(call, &place, way, until);
}
