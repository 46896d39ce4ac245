#include "tool.h"
#include "runtime/sched/hub.h"
#include "runtime/sync/parking_lot_bucket.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void *tool_new(size_t size, enum tool_kind kind)
{
	struct tool *tool = calloc(1, size);

	if (tool)
		tool->kind = (uint16_t)kind;
	return tool;
}

void tool_release(void *tool)
{
	struct tool *it = tool;

	it->kind = RELEASED;
#ifndef DEBUG
	free(it);
#endif
}

int tool_release_unused(void *tool)
{
	struct tool *it = tool;
	bool is_used;

	lock(&it->lock);
	is_used = it->users;
	unlock(&it->lock);
	if (is_used)
		return EBUSY;
	tool_release(tool);
	return 0;
}

bool tool_is(const void *tool, enum tool_kind kind)
{
#ifdef DEBUG
	if (tool && ((const struct tool *)tool)->kind != kind) {
		fprintf(stderr, "greenload: an object is used that was freed, or is another\n");
		abort();
	}
#else
	(void)kind;
#endif
	return tool;
}

int line_wait(struct tool *tool, struct queue *line, struct lot_waiter *place, const struct wait_options *until)
{
	int error = 0;

	if (!until->deadline)
		return ETIMEDOUT;
	*place = (struct lot_waiter){.waiter = {.greenlet = self}};
	queue_enter(line, &place->waiter);
	tool->users++;
	while (place->waiter.queue && !error) {
		unlock(&tool->lock);
		error = parking_lot_park(place, until);
		lock(&tool->lock);
	}
	tool->users--;
	if (!place->waiter.queue)
		return place->waiter.error;
	queue_leave(&place->waiter);
	return error;
}

void line_call_first(struct queue *line, int error)
{
	struct waiter *waiter = line->first;

	queue_leave(waiter);
	waiter->error = error;
	wake_lot_waiter((struct lot_waiter *)waiter);
}

void line_call_all(struct queue *line, int error)
{
	while (line->first)
		line_call_first(line, error);
}
