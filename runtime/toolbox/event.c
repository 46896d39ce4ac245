#include "runtime/greenload.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include "tool.h"

struct green_event {
	struct tool tool;
	_Atomic bool is_set;
	struct queue line;
};

green_event_t *green_event_new(void)
{
	return tool_new(sizeof(struct green_event), EVENT);
}

int green_event_free(green_event_t *event)
{
	return tool_is(event, EVENT) ? fail(tool_release_unused(event)) : 0;
}

int green_event_set(green_event_t *event)
{
	if (!tool_is(event, EVENT))
		return fail(EINVAL);
	lock(&event->tool.lock);
	atomic_store(&event->is_set, true);
	line_call_all(&event->line, 0);
	unlock(&event->tool.lock);
	return 0;
}

int green_event_clear(green_event_t *event)
{
	if (!tool_is(event, EVENT))
		return fail(EINVAL);
	atomic_store(&event->is_set, false);
	return 0;
}

bool green_event_is_set(const green_event_t *event)
{
	return tool_is(event, EVENT) && atomic_load(&event->is_set);
}

int green_event_wait(green_event_t *event, double timeout)
{
	struct wait_options until = wait_options_of(timeout, "the event", event);
	struct lot_waiter place;
	int error = 0;

	if (!tool_is(event, EVENT) || is_no_time(timeout))
		return fail(EINVAL);
	lock(&event->tool.lock);
	if (!atomic_load(&event->is_set))
		error = line_wait(&event->tool, &event->line, &place, &until);
	unlock(&event->tool.lock);
	return fail(error);
}
