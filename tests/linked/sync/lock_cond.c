/* Condition variables between greenlets and with OS threads. */
#include "crew.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* Tokens are handed out one by one: each lets one waiter through. */
static int tokens, waiting, passed;

static void *wait_for_token(void *unused)
{
	pthread_mutex_lock(&mutex);
	waiting++;
	while (!tokens)
		expect_equal("wait", pthread_cond_wait(&cond, &mutex), 0);
	tokens--;
	passed++;
	pthread_mutex_unlock(&mutex);
	return unused;
}

static int look_at(const int *number)
{
	int seen;

	pthread_mutex_lock(&mutex);
	seen = *number;
	pthread_mutex_unlock(&mutex);
	return seen;
}

static void await(const int *number, int value)
{
	while (look_at(number) < value)
		green_sleep(0.001);
}

static void hand_out(int count, bool inside)
{
	pthread_mutex_lock(&mutex);
	tokens += count;
	if (!inside)
		pthread_mutex_unlock(&mutex);
	expect_equal("wake", count > 1 ? pthread_cond_broadcast(&cond) : pthread_cond_signal(&cond), 0);
	if (inside)
		pthread_mutex_unlock(&mutex);
}

/* Each signal brings one waiter on; a broadcast all who are left. */
static void *signals_and_broadcasts(void *unused)
{
	int i;

	await(&waiting, CREW);
	expect_equal("none has passed", look_at(&passed), 0);
	for (i = 1; i <= CREW / 2; i++) {
		hand_out(1, i & 1);
		await(&passed, i);
		expect_equal("passed", look_at(&passed), i);
	}
	hand_out(CREW - CREW / 2, true);
	await(&passed, CREW);
	expect_equal("tokens left", look_at(&tokens), 0);
	return unused;
}

static void counts(void *(*as)(void *(*)(void *), void *))
{
	pthread_t thread;
	green_t *g = NULL;

	tokens = waiting = passed = 0;
	if (as == in_greenlet)
		g = must_spawn(signals_and_broadcasts, NULL);
	else
		must("pthread_create", -pthread_create(&thread, NULL, signals_and_broadcasts, NULL));
	run_crew(wait_for_token, NULL);
	if (g)
		must_join(g);
	else
		pthread_join(thread, NULL);
}

/* A queue of one: whoever puts waits until it is empty, whoever takes until it is full. */
enum { ITEMS = 300 };

static pthread_cond_t filled = PTHREAD_COND_INITIALIZER, emptied = PTHREAD_COND_INITIALIZER;
static bool full;
static long item, put_sum, taken_sum;
static int role;

static void put(int value)
{
	pthread_mutex_lock(&mutex);
	while (full)
		pthread_cond_wait(&emptied, &mutex);
	full = true;
	item = value;
	put_sum += value;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&mutex);
}

static void take(void)
{
	pthread_mutex_lock(&mutex);
	while (!full)
		pthread_cond_wait(&filled, &mutex);
	full = false;
	taken_sum += item;
	pthread_mutex_unlock(&mutex);
	pthread_cond_signal(&emptied);
}

/* Greenlets and OS threads on both sides, as each takes the next role; what comes too many is taken in the end. */
static void *put_or_take(void *unused)
{
	int i, own = __atomic_fetch_add(&role, 1, __ATOMIC_RELAXED);

	for (i = 1; i <= ITEMS; i++) {
		if (own % 2)
			take();
		else
			put(i);
	}
	return unused;
}

static void *take_the_rest(void *unused)
{
	int i;

	for (i = 0; i < ITEMS * (CREW % 2); i++)
		take();
	return unused;
}

static void no_wake_up_is_lost(void)
{
	green_t *rest = must_spawn(take_the_rest, NULL);

	run_crew(put_or_take, NULL);
	must_join(rest);
	expect("something was put", put_sum > 0);
	expect_equal("taken", taken_sum, put_sum);
	expect("nothing is left", !full);
}

static void *time_limits(void *arg)
{
	pthread_cond_t *object = arg;
	struct timespec no_time = {.tv_nsec = -1}, past = {.tv_sec = -1};
	clockid_t clock = object == &cond ? CLOCK_REALTIME : CLOCK_MONOTONIC;
	double since = now();
	struct timespec soon = in_ms(clock, 10), other = in_ms(CLOCK_MONOTONIC, 20);
	int answer;

	pthread_mutex_lock(&mutex);
	expect_equal("wait until no time", pthread_cond_timedwait(object, &mutex, &no_time), EINVAL);
	while ((answer = pthread_cond_timedwait(object, &mutex, &past)) == 0)
		;
	expect_equal("wait until long ago", answer, ETIMEDOUT);
	expect_equal("clock that is none", pthread_cond_clockwait(object, &mutex, 12345, &soon), EINVAL);
	while ((answer = pthread_cond_timedwait(object, &mutex, &soon)) == 0)
		;
	expect_equal("timedwait", answer, ETIMEDOUT);
	expect("it waited by its clock", now() - since >= 0.0099 && now() - since < 5);
	while ((answer = pthread_cond_clockwait(object, &mutex, CLOCK_MONOTONIC, &other)) == 0)
		;
	expect_equal("clockwait", answer, ETIMEDOUT);
	expect("it waited", now() - since >= 0.0199 && now() - since < 5);
	expect_equal("the mutex is had", pthread_mutex_trylock(&mutex), EBUSY);
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void *wait_until_late(void *arg)
{
	struct timespec late = in_ms(CLOCK_MONOTONIC, 30000);

	pthread_mutex_lock(&mutex);
	waiting++;
	while (!tokens)
		expect_equal("clockwait", pthread_cond_clockwait(arg, &mutex, CLOCK_MONOTONIC, &late), 0);
	tokens--;
	passed++;
	pthread_mutex_unlock(&mutex);
	return NULL;
}

static void limits_hold(void)
{
	pthread_condattr_t attributes;
	pthread_cond_t monotonic;
	green_t *g;
	double since = now();

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&monotonic, &attributes);
	in_greenlet(time_limits, &cond);
	in_thread(time_limits, &cond);
	in_greenlet(time_limits, &monotonic);
	in_thread(time_limits, &monotonic);
	expect_equal("destroy", pthread_cond_destroy(&monotonic), 0);
	tokens = waiting = passed = 0;
	g = must_spawn(signals_and_broadcasts, NULL);
	run_crew(wait_until_late, &cond);
	must_join(g);
	expect("it was woken in time", now() - since < 20);
}

static void *wait_unlocked(void *arg)
{
	expect_equal("wait without the mutex", pthread_cond_wait(&cond, arg), EPERM);
	return NULL;
}

/* Legal as soon as all are awake: who waited does not look at it again. */
static pthread_cond_t *short_lived;

static void *wait_for_short_lived(void *unused)
{
	pthread_mutex_lock(&mutex);
	waiting++;
	while (!tokens)
		pthread_cond_wait(short_lived, &mutex);
	pthread_mutex_unlock(&mutex);
	return unused;
}

static void *destroy_at_once(void *unused)
{
	await(&waiting, CREW);
	pthread_mutex_lock(&mutex);
	tokens = 1;
	pthread_cond_broadcast(short_lived);
	pthread_mutex_unlock(&mutex);
	expect_equal("destroy", pthread_cond_destroy(short_lived), 0);
	memset(short_lived, 0xa5, sizeof(*short_lived));
	return unused;
}

static void destroyed_after_broadcast(void)
{
	green_t *g = must_spawn(destroy_at_once, NULL);

	short_lived = malloc(sizeof(*short_lived));
	pthread_cond_init(short_lived, NULL);
	tokens = waiting = 0;
	run_crew(wait_for_short_lived, NULL);
	must_join(g);
	free(short_lived);
}

int main(void)
{
	pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

	counts(in_greenlet);
	counts(in_thread);
	no_wake_up_is_lost();
	limits_hold();
	destroyed_after_broadcast();
	in_greenlet(wait_unlocked, &checking);
	in_thread(wait_unlocked, &checking);
	expect_equal("destroy", pthread_cond_destroy(&cond), 0);
	return verdict();
}
