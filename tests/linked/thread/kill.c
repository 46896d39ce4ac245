/* green_kill() ends whatever call blocks, with ECANCELED, and each later one. */
#include "tests/linked/blockers.h"

/* Twice: a killed greenlet stays killed. */
static void *make_call(void *number)
{
	size_t i = (size_t)number;

	expect_failure(calls[i].name, calls[i].call(), ECANCELED);
	expect_failure(calls[i].name, calls[i].call(), ECANCELED);
	return NULL;
}

static void *sleep_in_seconds(void *unused)
{
	unsigned left = sleep(100);

	expect("sleep tells what is left", left >= 50 && left <= 100);
	return unused;
}

int main(void)
{
	green_t *g;
	size_t i;

	make_blockers();
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		g = must_spawn(make_call, (void *)i);
		green_sleep(0.003);
		must("green_kill", green_kill(g));
		must_join(g);
		g = must_spawn(make_call, (void *)i);
		must("green_kill", green_kill(g)); /* before it starts */
		must_join(g);
	}
	g = must_spawn(sleep_in_seconds, NULL);
	green_sleep(0.003);
	must("green_kill", green_kill(g));
	must_join(g);
	return verdict();
}
