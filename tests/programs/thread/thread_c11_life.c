/* threads */
/* The threads of C11: their results, of whatever sign, their ends, who is who. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <threads.h>

enum { THREADS = 20 };

static thrd_t themselves[THREADS];
static mtx_t mutex;
static int ended;

static int count_and_sleep(void *number)
{
	msleep(300);
	mtx_lock(&mutex);
	ended++;
	mtx_unlock(&mutex);
	return (int)(long)number;
}

static int exit_in_the_midst(void *unused)
{
	(void)unused;
	thrd_exit(-7);
}

static int tell_itself(void *place)
{
	*(thrd_t *)place = thrd_current();
	return 0;
}

static void many(void)
{
	double start = now();
	int i, result, right = 0;

	mtx_init(&mutex, mtx_plain);
	for (i = 0; i < THREADS; i++)
		must("thrd_create", thrd_create(&themselves[i], count_and_sleep, (void *)(long)(i * 3 - 10)));
	for (i = 0; i < THREADS; i++)
		right += thrd_join(themselves[i], &result) == thrd_success && result == i * 3 - 10;
	say("right results", right);
	say("ended", ended);
	say_whether("at once", now() - start < 3);
}

static void one_by_one(void)
{
	thrd_t thread, itself;
	int result = 0;
	void *value;

	must("thrd_create", thrd_create(&thread, exit_in_the_midst, NULL));
	say("join of one that exits", thrd_join(thread, &result));
	say("its result", result);
	must("thrd_create", thrd_create(&thread, tell_itself, &itself));
	say("join without a result", thrd_join(thread, NULL));
	say_whether("the same", thrd_equal(thread, itself));
	say_whether("not this one", !thrd_equal(thread, thrd_current()));
	must("thrd_create", thrd_create(&thread, exit_in_the_midst, NULL));
	say("join as one of POSIX", pthread_join(thread, &value));
	say("its value", (int)(long)value);
}

/* An error of POSIX that C11 has no name for. */
static void errors(void)
{
	say_whether("join of oneself is an error", thrd_join(thrd_current(), NULL) == thrd_error);
}

static void detached(void)
{
	thrd_t thread;

	ended = 0;
	must("thrd_create", thrd_create(&thread, count_and_sleep, NULL));
	say("detach", thrd_detach(thread));
	for (;;) {
		mtx_lock(&mutex);
		if (ended)
			break;
		mtx_unlock(&mutex);
		msleep(1);
	}
	mtx_unlock(&mutex);
	say("ended by itself", ended);
}

int main(void)
{
	many();
	one_by_one();
	errors();
	detached();
	thrd_exit(0);
}
