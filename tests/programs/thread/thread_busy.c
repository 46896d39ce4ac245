/* threads */
/* Threads that compute without a call, and wait for each other by looking at a variable. */
#include "tests/programs/say.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static atomic_int flag, count;
static volatile unsigned long work;

static void *wait_for_flag(void *arg)
{
	(void)arg;
	while (!flag)
		work++;
	return NULL;
}

static void *set_flag(void *arg)
{
	(void)arg;
	msleep(20);
	flag = 1;
	return NULL;
}

/* Each waits for its turn. */
static void *take_turns(void *arg)
{
	int mine = (int)(intptr_t)arg, i;

	for (i = 0; i < 3; i++) {
		while (count != 3 * i + mine)
			work++;
		count++;
	}
	return NULL;
}

static void *look_for_ever(void *arg)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (;;)
		work++;
	return arg;
}

static void run_all(void *(**jobs)(void *), int n)
{
	pthread_t threads[4];
	int i;

	for (i = 0; i < n; i++)
		say("create", pthread_create(&threads[i], NULL, jobs[i], (void *)(intptr_t)i));
	for (i = 0; i < n; i++)
		say("join", pthread_join(threads[i], NULL));
}

static void cancel_a_busy_one(void)
{
	pthread_t thread;
	void *result;

	say("create", pthread_create(&thread, NULL, look_for_ever, NULL));
	msleep(20);
	say("cancel", pthread_cancel(thread));
	say("join", pthread_join(thread, &result));
	say("was cancelled", result == PTHREAD_CANCELED);
}

int main(void)
{
	void *(*flags[])(void *) = {wait_for_flag, wait_for_flag, set_flag};
	void *(*turns[])(void *) = {take_turns, take_turns, take_turns};

	run_all(flags, 3);
	run_all(turns, 3);
	cancel_a_busy_one();
	return 0;
}
