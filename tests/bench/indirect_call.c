/* indirect_call CALLS: the time of a call through a pointer in a struct of state, what a generator takes the place of.
 */
#include "bench.h"

struct state {
	uintptr_t (*step)(struct state *state, uintptr_t sent);
	uintptr_t sum;
};

static uintptr_t add_up(struct state *state, uintptr_t sent)
{
	return state->sum += sent;
}

int main(int argc, char **argv)
{
	size_t i, calls = number_argument(argc, argv, 1, "calls");
	struct state *volatile shared = &(struct state){.step = add_up};
	uintptr_t sum = 0;
	uint64_t begun = now();

	for (i = 0; i < calls; i++) {
		struct state *state = shared;

		sum = state->step(state, i);
	}
	print_figure("call", (double)(now() - begun) / (double)calls, "ns");
	if (sum != calls * (calls - 1) / 2)
		errx(1, "the sum is wrong");
	return 0;
}
