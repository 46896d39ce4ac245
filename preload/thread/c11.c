/* The threads of C11: those of POSIX, except for the type of the result. */
#include "preload/core/c11.h"
#include "calls.h"
#include "create.h"
#include "preload/core/exit_thread.h"
#include "runtime/sys/memory.h"
#include <stdint.h>
#include <stdlib.h>

struct start {
	thrd_start_t function;
	void *arg;
};

static void *run(void *arg)
{
	struct start start = *(struct start *)arg;

	memory_free(arg);
	return (void *)(intptr_t)start.function(start.arg);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *arg)
{
	struct start *start = memory_alloc(sizeof(*start));
	int error;

	if (!start)
		return thrd_nomem;
	*start = (struct start){function, arg};
	error = make_thread_for(__builtin_return_address(0), thread, NULL, run, start);
	if (error)
		memory_free(start);
	return c11_answer(error);
}

int thrd_join(thrd_t thread, int *result)
{
	void *value;
	int error = do_pthread_join(thread, &value);

	if (!error && result)
		*result = (int)(intptr_t)value;
	return c11_answer(error);
}

int thrd_detach(thrd_t thread)
{
	return c11_answer(do_pthread_detach(thread));
}

void thrd_exit(int result)
{
	exit_thread((void *)(intptr_t)result);
}
