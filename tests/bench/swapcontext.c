/* swapcontext CONTEXTS SWITCHES: contexts that switch to each other in a ring; the time of a switch. */
#include "bench.h"
#include <ucontext.h>

/* Below malloc's threshold for a mapping of its own: neighbouring stacks then do not start in the same cache set. */
#define STACK_SIZE 65536

struct coroutine {
	ucontext_t context;
	struct coroutine *next;
};

static struct coroutine *ring;
static ucontext_t origin;
static size_t contexts, switches;
static size_t taken;
static uint64_t begun, ended;

static void take_turns(unsigned high, unsigned low)
{
	struct coroutine *me = &ring[(size_t)high << 32 | low];

	while (taken < switches + 2 * contexts) {
		if (taken == 2 * contexts)
			begun = now();
		taken++;
		if (swapcontext(&me->context, &me->next->context) < 0)
			err(1, "swapcontext");
	}
	ended = now();
}

static void make_coroutine(size_t i)
{
	struct coroutine *c = &ring[i];

	c->next = &ring[(i + 1) % contexts];
	if (getcontext(&c->context) < 0)
		err(1, "getcontext");
	c->context.uc_stack.ss_sp = malloc(STACK_SIZE);
	c->context.uc_stack.ss_size = STACK_SIZE;
	c->context.uc_link = &origin;
	if (!c->context.uc_stack.ss_sp)
		err(1, "malloc");
	makecontext(&c->context, (void (*)(void))take_turns, 2, (unsigned)(i >> 32), (unsigned)i);
}

int main(int argc, char **argv)
{
	contexts = number_argument(argc, argv, 1, "contexts");
	switches = number_argument(argc, argv, 2, "switches");
	ring = calloc(contexts, sizeof(*ring));
	if (!ring)
		err(1, "calloc");
	for (size_t i = 0; i < contexts; i++)
		make_coroutine(i);
	if (swapcontext(&origin, &ring[0].context) < 0)
		err(1, "swapcontext");
	print_figure("switch", (double)(ended - begun) / (double)switches, "ns");
	return 0;
}
