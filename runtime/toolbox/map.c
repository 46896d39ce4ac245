/* Calls a function for many arguments, in the greenlets of a group. */
#include "group.h"
#include "runtime/lifecycle/hub_start.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <stdlib.h>

struct map;

struct call {
	struct map *map;
	struct greenlet *greenlet; /* while it is alive */
	void **result;
};

struct map {
	struct greenlet *caller;
	size_t left; /* calls that have begun and not ended */
	int error;   /* of the first call that failed */
	struct call calls[];
};

static void note_end(struct greenlet *g, void *arg)
{
	struct call *call = arg;
	struct map *map = call->map;

	call->greenlet = NULL;
	if (call->result)
		*call->result = g->life.value;
	if (!map->error)
		map->error = g->life.error;
	if (!--map->left)
		unpark(map->caller);
}

/* Begins all calls. Returns 0, or the reason why not all could be begun. */
static int begin_calls(
    struct green_group *group, green_fn *fn, void *const *args, size_t n, void **results, struct map *map)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct call *call = &map->calls[i];
		struct task task;

		*call = (struct call){.map = map, .result = results ? &results[i] : NULL};
		map->left++; /* in advance: the call may end while we wait for room for the next */
		task = (struct task){.fn = fn, .arg = args[i], .then = note_end, .then_arg = call};
		call->greenlet = group_spawn(group, &task, &wait_forever_interruptibly);
		if (!call->greenlet) {
			map->left--;
			return errno;
		}
	}
	return 0;
}

static struct wait_options until_ended(const struct green_group *group, bool firm)
{
	struct wait_options until = wait_options_of(-1, "the ends of calls by the group", group);

	until.uninterruptible = firm;
	until.is_held = firm;
	return until;
}

/* Uninterruptible: the calls refer to the caller's memory, so they must have ended before this returns. */
static void end_calls(const struct green_group *group, struct map *map, size_t n)
{
	const struct wait_options for_ever = until_ended(group, true);
	size_t i;

	for (i = 0; i < n; i++) {
		if (map->calls[i].greenlet)
			green_kill(map->calls[i].greenlet);
	}
	while (map->left)
		park(&for_ever);
}

int green_group_map(green_group_t *group, green_fn *fn, void *const *args, size_t n, void **results)
{
	const struct wait_options for_ever = until_ended(group, false);
	struct map *map;
	int error = group_check(group);

	if (error || !fn || (!args && n))
		return fail(error ? error : EINVAL);
	if (!self && !hub_start())
		return -1;
	map = calloc(1, sizeof(*map) + n * sizeof(map->calls[0]));
	if (!map)
		return fail(ENOMEM);
	map->caller = self;
	error = begin_calls(group, fn, args, n, results, map);
	while (map->left && !error)
		error = park(&for_ever);
	if (error)
		end_calls(group, map, n);
	else
		error = map->error;
	free(map);
	return fail(error);
}
