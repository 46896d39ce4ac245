#include "runtime/greenload.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include "tool.h"
#include <stdlib.h>

struct callback {
	struct callback *next;
	green_done_fn *fn;
	void *arg;
};

struct green_result {
	struct tool tool;
	_Atomic bool is_done;
	int error;   /* valid once the result is done */
	void *value; /* likewise */
	struct queue line;
	struct callback *first, **last;
};

green_result_t *green_result_new(void)
{
	struct green_result *result = tool_new(sizeof(*result), RESULT);

	if (result)
		result->last = &result->first;
	return result;
}

static void drop(struct callback *callback)
{
	while (callback) {
		struct callback *next = callback->next;

		free(callback);
		callback = next;
	}
}

int green_result_free(green_result_t *result)
{
	struct callback *callbacks;
	int error;

	if (!tool_is(result, RESULT))
		return 0;
	callbacks = result->first;
	error = tool_release_unused(result);
	if (!error)
		drop(callbacks);
	return fail(error);
}

static void call_all(struct green_result *result, struct callback *callback)
{
	while (callback) {
		struct callback *next = callback->next;

		callback->fn(result, callback->arg);
		free(callback);
		callback = next;
	}
}

static int settle(struct green_result *result, void *value, int error)
{
	struct callback *callbacks;

	if (!tool_is(result, RESULT))
		return EINVAL;
	lock(&result->tool.lock);
	if (atomic_load(&result->is_done)) {
		unlock(&result->tool.lock);
		return EALREADY;
	}
	result->value = value;
	result->error = error;
	atomic_store(&result->is_done, true);
	callbacks = result->first;
	result->first = NULL;
	line_call_all(&result->line, 0);
	unlock(&result->tool.lock);
	call_all(result, callbacks);
	return 0;
}

int green_result_set(green_result_t *result, void *value)
{
	return fail(settle(result, value, 0));
}

int green_result_set_error(green_result_t *result, int error)
{
	return fail(error ? settle(result, NULL, error) : EINVAL);
}

int green_result_cancel(green_result_t *result)
{
	return fail(settle(result, NULL, ECANCELED));
}

bool green_result_is_done(const green_result_t *result)
{
	return tool_is(result, RESULT) && atomic_load(&result->is_done);
}

int green_result_error(const green_result_t *result)
{
	return green_result_is_done(result) ? result->error : 0;
}

int green_result_get(green_result_t *result, double timeout, void **value)
{
	struct wait_options until = wait_options_of(timeout, "the result", result);
	struct lot_waiter place;
	int error = 0;

	if (!tool_is(result, RESULT) || is_no_time(timeout))
		return fail(EINVAL);
	lock(&result->tool.lock);
	if (!atomic_load(&result->is_done))
		error = line_wait(&result->tool, &result->line, &place, &until);
	if (!error)
		error = result->error;
	if (!error && value)
		*value = result->value;
	unlock(&result->tool.lock);
	return fail(error);
}

/* Returns true if the callback was queued, false if the result is available. */
static bool enqueue(struct green_result *result, struct callback *callback)
{
	bool is_done;

	lock(&result->tool.lock);
	is_done = atomic_load(&result->is_done);
	if (!is_done) {
		*result->last = callback;
		result->last = &callback->next;
	}
	unlock(&result->tool.lock);
	return !is_done;
}

int green_result_on_done(green_result_t *result, green_done_fn *fn, void *arg)
{
	struct callback *callback;

	if (!tool_is(result, RESULT) || !fn)
		return fail(EINVAL);
	callback = malloc(sizeof(*callback));
	if (!callback)
		return fail(ENOMEM);
	*callback = (struct callback){.fn = fn, .arg = arg};
	if (enqueue(result, callback))
		return 0;
	free(callback);
	fn(result, arg);
	return 0;
}
