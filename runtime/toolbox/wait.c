/* Waits for several greenlets to end. */
#include "runtime/lifecycle/exit_hooks.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/lifecycle/handle.h"
#include "runtime/sched/park.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <stdlib.h>

/* The waiter, and how many more ends it waits for. */
struct tally {
	struct greenlet *waiter;
	size_t ended, wanted;
};

struct watched {
	struct exit_hook link;
	struct tally *tally;
};

static void count_end(struct greenlet *g, struct exit_hook *link)
{
	struct tally *tally = ((struct watched *)link)->tally;

	(void)g;
	if (++tally->ended == tally->wanted)
		unpark(tally->waiter);
}

static int check_list(green_t *const *list, size_t n)
{
	size_t i;

	if (!self || (!list && n))
		return EINVAL;
	for (i = 0; i < n; i++) {
		if (list[i] && list[i] == self)
			return EDEADLK;
		if (list[i] && !is_usable(list[i]))
			return EINVAL;
	}
	return 0;
}

static void watch(green_t *const *list, size_t n, struct watched *watched, struct tally *tally)
{
	size_t i;

	for (i = 0; i < n; i++) {
		watched[i] = (struct watched){{.call = count_end}, tally};
		if (list[i] && list[i]->state != ENDED)
			add_exit_hook(list[i], &watched[i].link);
		else
			tally->ended++;
	}
}

static void unwatch(green_t *const *list, size_t n, struct watched *watched)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i] && list[i]->state != ENDED)
			remove_exit_hook(list[i], &watched[i].link);
	}
}

static const char *ends_of(size_t n)
{
	return n == 1 ? END_OF : "the ends of several greenlets";
}

ssize_t green_wait(green_t *const *list, size_t n, size_t count, double timeout)
{
	struct wait_options until = wait_options_of(timeout, ends_of(n), n == 1 ? *list : NULL);
	struct tally tally = {.waiter = self, .wanted = count && count < n ? count : n};
	struct watched *watched;
	int error = is_no_time(timeout) ? EINVAL : check_list(list, n);

	if (error)
		return fail(error);
	watched = malloc(n * sizeof(*watched) + 1);
	if (!watched)
		return fail(ENOMEM);
	watch(list, n, watched, &tally);
	while (tally.ended < tally.wanted && !error)
		error = park(&until);
	unwatch(list, n, watched);
	free(watched);
	if (error && !(error == ETIMEDOUT && is_over(&until)))
		return fail(error);
	return (ssize_t)tally.ended;
}

static int wait_for_each(green_t *const *list, size_t n, const struct wait_options *until)
{
	size_t i;

	for (i = 0; i < n; i++) {
		while (list[i] && list[i]->state != ENDED) {
			ssize_t ended = green_wait(&list[i], 1, 1, seconds_until(until));

			if (ended <= 0)
				return ended ? errno : ETIMEDOUT;
		}
	}
	return 0;
}

static void unclaim(green_t *const *list, size_t n)
{
	while (n-- > 0) {
		if (list[n])
			list[n]->life.joiner = NULL;
	}
}

/* Makes the caller the joiner of these greenlets. */
static int claim(green_t *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (list[i] && (list[i]->life.detached || list[i]->life.joiner)) {
			unclaim(list, i);
			return EINVAL;
		}
		if (list[i])
			list[i]->life.joiner = self;
	}
	return 0;
}

static void release(green_t *g, void **result)
{
	if (result)
		*result = g ? g->life.value : NULL;
	if (g)
		green_join(g, 0, NULL);
}

int green_gather(green_t *const *list, size_t n, double timeout, void **results)
{
	struct wait_options until = wait_options_of(timeout, NULL, NULL);
	int error = is_no_time(timeout) ? EINVAL : check_list(list, n);
	size_t i;

	if (!error)
		error = claim(list, n);
	if (error)
		return fail(error);
	error = wait_for_each(list, n, &until);
	unclaim(list, n);
	for (i = 0; i < n && !error; i++)
		release(list[i], results ? &results[i] : NULL);
	return fail(error);
}

int green_kill_all(green_t *const *list, size_t n, double timeout)
{
	struct wait_options until = wait_options_of(timeout, NULL, NULL);
	int error = is_no_time(timeout) ? EINVAL : check_list(list, n);
	size_t i;

	if (error)
		return fail(error);
	for (i = 0; i < n; i++)
		green_kill(list[i]);
	return fail(wait_for_each(list, n, &until));
}

int green_kill_wait(green_t *g, double timeout)
{
	if (g && g->is_main)
		return fail(EPERM);
	return g ? green_kill_all(&g, 1, timeout) : fail(EINVAL);
}

int green_wait_for(green_t *g, double timeout, void **result)
{
	if (green_join(g, timeout, result) == 0)
		return 0;
	if (errno != ETIMEDOUT || green_kill_wait(g, -1) < 0)
		return -1;
	return green_join(g, -1, result) < 0 ? -1 : fail(ETIMEDOUT);
}
