/* The internals of a group, for what is built on it. */
#ifndef GROUP_H
#define GROUP_H

#include "runtime/lifecycle/exit_hooks.h"
#include "runtime/lifecycle/greenlet.h"
#include "tool.h"

/* A greenlet of a group. */
struct member {
	struct exit_hook link; /* first member: called at the greenlet's end */
	struct green_group *group;
	struct greenlet *greenlet;
	struct member *next, **at;
	green_link_fn *then; /* called with `arg` when the greenlet has left the group; NULL: nothing */
	void *arg;
};

struct green_group {
	struct tool tool;
	struct hub *hub; /* NULL: no greenlet has been spawned yet */
	size_t size, count;
	struct member *members;
	struct queue full, not_empty; /* waiters for room, and waiters for the end of all */
};

/* A greenlet to be spawned into a group, and the function that is called at its end. */
struct task {
	const struct green_options *options; /* NULL: the defaults */
	green_fn *fn;
	void *arg;
	green_link_fn *then; /* NULL: nothing */
	void *then_arg;
};

/* As green_group_spawn_with(), after group_check(). */
struct greenlet *group_spawn(struct green_group *group, const struct task *task, const struct wait_options *until);

/* Parks while the group is full. Returns 0, or ETIMEDOUT, ECANCELED, EINTR. */
int group_wait_for_room(struct green_group *group, const struct wait_options *until);

/* Returns 0, or EINVAL, EPERM. */
int group_check(const struct green_group *group);

#endif
