#include "group.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <stdint.h>
#include <stdlib.h>

green_group_t *green_pool_new(size_t size)
{
	struct green_group *group;

	if (!size) {
		errno = EINVAL;
		return NULL;
	}
	group = tool_new(sizeof(*group), GROUP);
	if (group)
		group->size = size;
	return group;
}

green_group_t *green_group_new(void)
{
	return green_pool_new(SIZE_MAX);
}

int green_group_free(green_group_t *group)
{
	if (!tool_is(group, GROUP))
		return 0;
	if (group->count || group->full.first || group->not_empty.first)
		return fail(EBUSY);
	tool_release(group);
	return 0;
}

int group_check(const struct green_group *group)
{
	if (!tool_is(group, GROUP))
		return EINVAL;
	return group->hub && (!self || self->hub != group->hub) ? EPERM : 0;
}

static void leave(struct greenlet *g, struct exit_hook *link)
{
	struct member member = *(struct member *)link;
	struct green_group *group = member.group;

	*member.at = member.next;
	if (member.next)
		member.next->at = member.at;
	free(link);
	group->count--;
	if (group->full.first)
		queue_wake_first(&group->full, 0);
	if (!group->count)
		queue_wake_all(&group->not_empty, 0);
	if (member.then)
		member.then(g, member.arg);
}

/* A waiter that was woken because there is room, and does not take it, wakes the next waiter. */
int group_wait_for_room(struct green_group *group, const struct wait_options *until)
{
	struct wait_options room = *until;
	int error = 0;

	room.is_inside = true;
	room.what = "room in the group";
	room.object = group;
	while (group->count >= group->size && !error)
		error = until->deadline ? queue_park(&group->full, &room) : ETIMEDOUT;
	if (error && group->count < group->size && group->full.first)
		queue_wake_first(&group->full, 0);
	return error;
}

static void enter(struct green_group *group, struct member *member)
{
	member->at = &group->members;
	member->next = group->members;
	if (member->next)
		member->next->at = &member->next;
	group->members = member;
	group->count++;
	group->hub = member->greenlet->hub;
	add_exit_hook(member->greenlet, &member->link);
}

struct greenlet *group_spawn(struct green_group *group, const struct task *task, const struct wait_options *until)
{
	struct member *member;
	int error = group_wait_for_room(group, until);

	if (error) {
		errno = error;
		return NULL;
	}
	member = malloc(sizeof(*member));
	if (!member)
		return NULL;
	*member = (struct member){.link.call = leave, .group = group, .then = task->then, .arg = task->then_arg};
	member->greenlet = green_spawn_with(task->options, task->fn, task->arg);
	if (!member->greenlet) {
		free(member);
		return NULL;
	}
	green_detach(member->greenlet);
	enter(group, member);
	return member->greenlet;
}

green_t *green_group_spawn_with(
    green_group_t *group, const struct green_options *options, green_fn *fn, void *arg, double timeout)
{
	const struct task task = {.options = options, .fn = fn, .arg = arg};
	struct wait_options until = wait_options_of(timeout, NULL, NULL);
	int error = is_no_time(timeout) ? EINVAL : group_check(group);

	if (error) {
		errno = error;
		return NULL;
	}
	return group_spawn(group, &task, &until);
}

green_t *green_group_spawn(green_group_t *group, green_fn *fn, void *arg, double timeout)
{
	return green_group_spawn_with(group, NULL, fn, arg, timeout);
}

static void bring(green_t *g, void *result)
{
	if (g->life.error)
		green_result_set_error(result, g->life.error);
	else
		green_result_set(result, g->life.value);
}

green_result_t *green_group_apply_async(green_group_t *group, green_fn *fn, void *arg, double timeout)
{
	struct wait_options until = wait_options_of(timeout, NULL, NULL);
	int error = is_no_time(timeout) ? EINVAL : group_check(group);
	green_result_t *result = error ? NULL : green_result_new();
	struct task task;

	if (!result) {
		errno = error ? error : ENOMEM;
		return NULL;
	}
	task = (struct task){.fn = fn, .arg = arg, .then = bring, .then_arg = result};
	if (group_spawn(group, &task, &until))
		return result;
	error = errno;
	green_result_free(result);
	errno = error;
	return NULL;
}

size_t green_group_count(const green_group_t *group)
{
	return tool_is(group, GROUP) ? group->count : 0;
}

size_t green_group_free_count(const green_group_t *group)
{
	if (!tool_is(group, GROUP))
		return 0;
	return group->size == SIZE_MAX ? SIZE_MAX : group->size - group->count;
}

static int wait_until_empty(struct green_group *group, double timeout)
{
	struct wait_options until = wait_options_of(timeout, "the end of all of the group", group);
	int error = 0;

	while (group->count && !error)
		error = until.deadline ? queue_park(&group->not_empty, &until) : ETIMEDOUT;
	return error;
}

static int check_outside(const struct green_group *group, double timeout)
{
	const struct member *member;
	int error = is_no_time(timeout) ? EINVAL : group_check(group);

	for (member = error ? NULL : group->members; member; member = member->next) {
		if (member->greenlet == self)
			return EDEADLK;
	}
	return error;
}

int green_group_join(green_group_t *group, double timeout)
{
	int error = check_outside(group, timeout);

	return fail(error ? error : wait_until_empty(group, timeout));
}

int green_group_kill(green_group_t *group, double timeout)
{
	struct member *member;
	int error = check_outside(group, timeout);

	if (error)
		return fail(error);
	for (member = group->members; member; member = member->next)
		green_kill(member->greenlet);
	return fail(wait_until_empty(group, timeout));
}
