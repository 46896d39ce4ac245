/* Mutexes and condition variables of C11, between greenlets and with an OS thread. */
#include "tests/linked/expect.h"
#include <threads.h>

static mtx_t mutex, recursive, timed;
static cnd_t filled, drained;
static int item, taken, inside;

static struct timespec in_seconds(double seconds)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += (long)(seconds * 1e9);
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

static void *take_turns(void *unused)
{
	for (int i = 0; i < 50; i++) {
		expect_equal("mtx_lock", mtx_lock(&mutex), thrd_success);
		expect_equal("alone inside", inside++, 0);
		usleep(10);
		inside--;
		expect_equal("mtx_unlock", mtx_unlock(&mutex), thrd_success);
	}
	return unused;
}

static int take_turns_natively(void *unused)
{
	take_turns(unused);
	return 7;
}

static void exclude(void)
{
	green_t *g[5];
	thrd_t native;
	int result = 0;

	must("thrd_create", thrd_create(&native, take_turns_natively, NULL) == thrd_success ? 0 : -1);
	for (int i = 0; i < 5; i++)
		g[i] = must_spawn(take_turns, NULL);
	for (int i = 0; i < 5; i++)
		must_join(g[i]);
	expect_equal("thrd_join", thrd_join(native, &result), thrd_success);
	expect_equal("what the thread returned", result, 7);
}

static void *produce(void *unused)
{
	for (int i = 1; i <= 100; i++) {
		mtx_lock(&mutex);
		while (item)
			expect_equal("cnd_wait", cnd_wait(&drained, &mutex), thrd_success);
		item = i;
		expect_equal("cnd_signal", cnd_signal(&filled), thrd_success);
		mtx_unlock(&mutex);
	}
	return unused;
}

static void *consume(void *unused)
{
	for (int i = 1; i <= 100; i++) {
		mtx_lock(&mutex);
		while (!item)
			cnd_wait(&filled, &mutex);
		expect_equal("the item", item, i);
		item = 0;
		taken++;
		cnd_signal(&drained);
		mtx_unlock(&mutex);
	}
	return unused;
}

static void hand_over(void)
{
	green_t *producer = must_spawn(produce, NULL), *consumer = must_spawn(consume, NULL);

	must_join(producer);
	must_join(consumer);
	expect_equal("items", taken, 100);
}

static bool go;

static void *wait_to_go(void *unused)
{
	mtx_lock(&mutex);
	while (!go)
		cnd_wait(&filled, &mutex);
	taken++;
	mtx_unlock(&mutex);
	return unused;
}

static void wake_all(void)
{
	green_t *g[10];

	taken = 0;
	for (int i = 0; i < 10; i++)
		g[i] = must_spawn(wait_to_go, NULL);
	for (int i = 0; i < 10; i++)
		green_yield();
	mtx_lock(&mutex);
	go = true;
	expect_equal("cnd_broadcast", cnd_broadcast(&filled), thrd_success);
	mtx_unlock(&mutex);
	for (int i = 0; i < 10; i++)
		must_join(g[i]);
	expect_equal("woken", taken, 10);
}

static bool released;

static void *hold(void *unused)
{
	mtx_lock(&timed);
	while (!released)
		usleep(1000);
	mtx_unlock(&timed);
	return unused;
}

static void run_out_of_time(void)
{
	green_t *holder = must_spawn(hold, NULL);
	struct timespec at;
	int answer;

	green_yield();
	while (mtx_trylock(&timed) == thrd_success) {
		mtx_unlock(&timed);
		green_yield();
	}
	at = in_seconds(0.01);
	expect_equal("mtx_trylock", mtx_trylock(&timed), thrd_busy);
	expect_equal("mtx_timedlock", mtx_timedlock(&timed, &at), thrd_timedout);
	at.tv_nsec = -1;
	expect_equal("mtx_timedlock with a wrong time", mtx_timedlock(&timed, &at), thrd_error);
	released = true;
	must_join(holder);
	expect_equal("mtx_timedlock afterwards", mtx_timedlock(&timed, &at), thrd_success);
	at = in_seconds(0.01);
	do
		answer = cnd_timedwait(&drained, &timed, &at);
	while (answer == thrd_success); /* without cause, as is allowed */
	expect_equal("cnd_timedwait", answer, thrd_timedout);
	expect_equal("mtx_trylock of one's own", mtx_trylock(&timed), thrd_busy);
	mtx_unlock(&timed);
}

static void *find_taken(void *unused)
{
	expect_equal("another's recursive mutex", mtx_trylock(&recursive), thrd_busy);
	return unused;
}

static void lock_twice(void)
{
	expect_equal("once", mtx_lock(&recursive), thrd_success);
	expect_equal("twice", mtx_lock(&recursive), thrd_success);
	must_join(must_spawn(find_taken, NULL));
	expect_equal("unlock once", mtx_unlock(&recursive), thrd_success);
	must_join(must_spawn(find_taken, NULL));
	expect_equal("unlock twice", mtx_unlock(&recursive), thrd_success);
	expect_equal("unlock thrice", mtx_unlock(&recursive), thrd_error);
}

int main(void)
{
	mtx_init(&mutex, mtx_plain);
	mtx_init(&recursive, mtx_plain | mtx_recursive);
	mtx_init(&timed, mtx_timed);
	cnd_init(&filled);
	cnd_init(&drained);
	exclude();
	hand_over();
	wake_all();
	run_out_of_time();
	lock_twice();
	return verdict();
}
