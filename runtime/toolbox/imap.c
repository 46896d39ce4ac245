/*
 * As map.c, but the results are delivered as they arrive. A greenlet of its own begins the calls, as it may have to
 * wait for room.
 */
#include "group.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include <stdlib.h>

struct outcome {
	size_t index;
	void *value;
	int error;
};

struct imap_call {
	struct green_imap *imap;
	struct greenlet *greenlet; /* while it is alive */
};

struct green_imap {
	struct tool tool;
	struct green_group *group;
	green_fn *fn;
	void *const *args;
	size_t n, begun, handed_out;
	size_t users; /* the program, the greenlet that begins the calls, and each call */
	bool is_given_up;
	int error; /* why not all calls could be begun */
	struct greenlet *feeder;
	green_queue_t *outcomes;
	struct imap_call calls[];
};

static void give_up(struct green_imap *imap)
{
	if (--imap->users)
		return;
	green_queue_free(imap->outcomes);
	tool_release(imap);
}

static void note_end(struct greenlet *g, void *arg)
{
	struct imap_call *call = arg;
	struct green_imap *imap = call->imap;
	struct outcome outcome = {(size_t)(call - imap->calls), g->life.value, g->life.error};

	call->greenlet = NULL;
	if (!imap->is_given_up && green_queue_put(imap->outcomes, &outcome, 0) < 0)
		green_queue_close(imap->outcomes);
	give_up(imap);
}

static void *feed(void *arg)
{
	struct green_imap *imap = arg;
	struct task task = {.fn = imap->fn, .then = note_end};

	while (imap->begun < imap->n && !imap->is_given_up) {
		struct imap_call *call = &imap->calls[imap->begun];

		call->imap = imap;
		task.arg = imap->args[imap->begun];
		task.then_arg = call;
		call->greenlet = group_spawn(imap->group, &task, &wait_forever_interruptibly);
		if (!call->greenlet)
			break;
		imap->users++;
		imap->begun++;
	}
	if (imap->begun < imap->n && !imap->is_given_up) {
		imap->error = errno;
		imap->n = imap->begun;
		green_queue_close(imap->outcomes);
	}
	imap->feeder = NULL;
	give_up(imap);
	return NULL;
}

static struct green_imap *make(green_group_t *group, green_fn *fn, void *const *args, size_t n)
{
	struct green_imap *imap = tool_new(sizeof(*imap) + n * sizeof(imap->calls[0]), IMAP);

	if (!imap)
		return NULL;
	imap->group = group;
	imap->fn = fn;
	imap->args = args;
	imap->n = n;
	imap->users = 2;
	imap->outcomes = green_queue_new(sizeof(struct outcome), 0);
	imap->feeder = imap->outcomes ? green_spawn(feed, imap) : NULL;
	if (imap->feeder) {
		green_detach(imap->feeder);
		return imap;
	}
	green_queue_free(imap->outcomes);
	tool_release(imap);
	return NULL;
}

green_imap_t *green_group_imap(green_group_t *group, green_fn *fn, void *const *args, size_t n)
{
	int error = group_check(group);

	if (error || !fn || (!args && n)) {
		errno = error ? error : EINVAL;
		return NULL;
	}
	return make(group, fn, args, n);
}

int green_imap_next(green_imap_t *imap, double timeout, size_t *index, void **value)
{
	struct outcome outcome;

	if (!tool_is(imap, IMAP))
		return fail(EINVAL);
	if (imap->handed_out == imap->n && !imap->error)
		return 0;
	if (green_queue_get(imap->outcomes, &outcome, timeout) < 0)
		return errno == EPIPE && imap->error ? fail(imap->error) : -1;
	imap->handed_out++;
	if (index)
		*index = outcome.index;
	if (value)
		*value = outcome.value;
	return outcome.error ? fail(outcome.error) : 1;
}

void green_imap_free(green_imap_t *imap)
{
	size_t i;

	if (!tool_is(imap, IMAP))
		return;
	imap->tool.kind = RELEASED; /* for the program; the calls may still need it */
	imap->is_given_up = true;
	for (i = 0; i < imap->begun; i++) {
		if (imap->calls[i].greenlet)
			green_kill(imap->calls[i].greenlet);
	}
	if (imap->feeder)
		green_kill(imap->feeder);
	give_up(imap);
}
