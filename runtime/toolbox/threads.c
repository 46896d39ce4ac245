/* Work on offload threads, which the runtime has for calls that cannot park. */
#include "threads.h"
#include "runtime/lifecycle/greenlet.h"
#include "runtime/offload/offload.h"
#include "runtime/sys/fail.h"
#include "seconds.h"
#include "tool.h"
#include <stdlib.h>
#include <unistd.h>

#define MOST 512

__thread int *failure_of_job;

struct thread_job {
	green_fn *fn;
	void *arg, *value;
	int error;
};

/* May be called from within another call, where there are no greenlets. */
static void run(void *arg)
{
	struct thread_job *job = arg;
	int *outer = failure_of_job;

	failure_of_job = &job->error;
	job->value = job->fn(job->arg);
	failure_of_job = outer;
}

int green_call_on_thread(green_fn *fn, void *arg, void **result)
{
	struct thread_job job = {.fn = fn, .arg = arg};

	if (!fn)
		return fail(EINVAL);
	offload(run, &job);
	if (result)
		*result = job.value;
	return fail(job.error);
}

struct green_threads {
	struct tool tool;
	size_t size, busy;
	struct queue line;
};

static size_t usual_size(void)
{
	const char *text = secure_getenv("GREENLOAD_THREADS");
	long size = text ? atol(text) : 0;

	if (size <= 0)
		size = sysconf(_SC_NPROCESSORS_ONLN);
	return size < 1 ? 1 : size > MOST ? MOST : (size_t)size;
}

green_threads_t *green_threads_new(size_t size)
{
	struct green_threads *threads = tool_new(sizeof(*threads), THREAD_POOL);

	if (threads)
		threads->size = size ? size : usual_size();
	return threads;
}

int green_threads_free(green_threads_t *threads)
{
	if (!tool_is(threads, THREAD_POOL))
		return 0;
	return fail(threads->busy ? EBUSY : tool_release_unused(threads));
}

/* The end of a call passes its place to the first waiter. */
static int take_place(struct green_threads *threads)
{
	struct wait_options for_ever = wait_options_of(-1, "a place in the pool of threads", threads);
	struct lot_waiter place;
	int error = 0;

	lock(&threads->tool.lock);
	if (threads->busy < threads->size)
		threads->busy++;
	else
		error = line_wait(&threads->tool, &threads->line, &place, &for_ever);
	unlock(&threads->tool.lock);
	return error;
}

static void give_place(struct green_threads *threads)
{
	lock(&threads->tool.lock);
	if (threads->line.first)
		line_call_first(&threads->line, 0);
	else
		threads->busy--;
	unlock(&threads->tool.lock);
}

int green_threads_call(green_threads_t *threads, green_fn *fn, void *arg, void **result)
{
	int error, answer;

	if (!tool_is(threads, THREAD_POOL) || !fn)
		return fail(EINVAL);
	error = take_place(threads);
	if (error)
		return fail(error);
	answer = green_call_on_thread(fn, arg, result);
	error = errno;
	give_place(threads);
	errno = error;
	return answer;
}

struct async {
	green_threads_t *threads;
	green_result_t *result;
	green_fn *fn;
	void *arg;
};

static void *call_and_bring(void *arg)
{
	struct async async = *(struct async *)arg;
	void *value;

	free(arg);
	if (green_threads_call(async.threads, async.fn, async.arg, &value) < 0)
		green_result_set_error(async.result, errno);
	else
		green_result_set(async.result, value);
	return NULL;
}

green_result_t *green_threads_apply_async(green_threads_t *threads, green_fn *fn, void *arg)
{
	green_result_t *result = NULL;
	struct async *async = NULL;
	green_t *g = NULL;
	int error;

	if (!tool_is(threads, THREAD_POOL) || !fn) {
		errno = EINVAL;
		return NULL;
	}
	result = green_result_new();
	async = malloc(sizeof(*async));
	if (result && async) {
		*async = (struct async){threads, result, fn, arg};
		g = green_spawn(call_and_bring, async);
	}
	if (g) {
		green_detach(g);
		return result;
	}
	error = errno;
	green_result_free(result);
	free(async);
	errno = error;
	return NULL;
}
